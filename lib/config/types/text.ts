import { formatAddress, readAddress } from "../../address.ts";
import {
  accept,
  type Reading,
  reject,
  scalarType,
  textType,
  type ValueType,
} from "../value_type.ts";

/** Any text without control characters. */
export function text(placeholder: string): ValueType<string> {
  return textType(placeholder, readText);
}

/** A path of a file or folder. */
export function path(placeholder: string): ValueType<string> {
  return textType(
    placeholder,
    (value) => value === "" ? reject("it must be a path, not empty") : readText(value),
  );
}

/** One of a few words. */
export function choice<const Word extends string>(words: readonly Word[]): ValueType<Word> {
  return textType(words.join("|"), (value) => {
    const word = words.find((candidate) => candidate === value);
    return word === undefined ? reject(`it must be ${joinWords(words)}`) : accept(word);
  });
}

/** On or off. The flag alone means on. */
export function flag(): ValueType<boolean> {
  return scalarType({
    placeholder: "",
    read: (value) => {
      const word = value.toLowerCase();
      if (["true", "1", "yes", "on"].includes(word)) return accept(true);
      if (["false", "0", "no", "off"].includes(word)) return accept(false);
      return reject("it must be true or false");
    },
    fromFile: (value) =>
      typeof value === "boolean" ? accept(value) : reject("it must be true or false"),
  });
}

/** The inner type, or null, which files and flags write as an empty text. */
export function optional<Value>(inner: ValueType<Value>): ValueType<Value | null> {
  return {
    placeholder: inner.placeholder,
    isList: inner.isList,
    fromText: (texts, source) => texts.at(-1) === "" ? accept(null) : inner.fromText(texts, source),
    fromFile: (value) => value === "" || value === null ? accept(null) : inner.fromFile(value),
    show: (value) => value === null ? '""' : inner.show(value),
  };
}

/**
 * A list: the flag is repeated, files give an array or a single value, variables separate by commas.
 *
 * @param options.commas Whether the values of flags are separated by commas as well.
 */
export function list(
  item: ValueType<string>,
  options: { commas?: "in flags" } = {},
): ValueType<string[]> {
  return {
    placeholder: item.placeholder,
    isList: true,
    fromText: (texts, source) => {
      const splits = source === "variable" || options.commas === "in flags";
      const parts = splits ? texts.flatMap((value) => value.split(",")) : texts;
      return collect(parts, (part) => item.fromText([splits ? part.trim() : part], source));
    },
    fromFile: (value) => collect(Array.isArray(value) ? value : [value], item.fromFile),
    show: (values) => `[${values.map(item.show).join(", ")}]`,
  };
}

/** An address to listen on, in its canonical form. */
export function address(): ValueType<string> {
  return textType("ADDRESS", (value) => {
    const result = readAddress(value);
    return typeof result === "string" ? reject(result) : accept(formatAddress(result));
  });
}

/** `NAME=VALUE`, as in the environment. */
export function assignment(): ValueType<string> {
  return textType(
    "NAME=VALUE",
    (value) =>
      /^[^=\0]+=[^\0]*$/s.test(value)
        ? accept(value)
        : reject("it must be NAME=VALUE, such as DJANGO_SETTINGS_MODULE=shop.settings"),
  );
}

function readText(value: string): Reading<string> {
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  return /[\0-\x1f\x7f]/.test(value) ? reject("it has a control character") : accept(value);
}

function collect<Input>(
  inputs: readonly Input[],
  read: (input: Input) => Reading<string>,
): Reading<string[]> {
  const values: string[] = [];
  for (const input of inputs) {
    const result = read(input);
    if ("reason" in result) {
      return inputs.length === 1 ? result : reject(`in "${input}" ${result.reason}`);
    }
    values.push(result.value);
  }
  return accept(values);
}

/** `a`, `a or b`, `a, b or c`. */
function joinWords(words: readonly string[]): string {
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}
