/** A typed value, or why the input is none: words that complete "Cannot set …: ". */
export type Reading<Value> = { readonly value: Value } | { readonly reason: string };

/** How the values of a setting look, and how they are read. */
export interface ValueType<Value> {
  /** Stands for the value in help; empty for a switch, which takes none. */
  readonly placeholder: string;
  /** Whether the flag may be repeated to give more values. */
  readonly isList: boolean;
  /**
   * Reads what flags or a variable say.
   *
   * @param texts One text for each time the flag was given, in order; the text of a variable is one.
   */
  fromText(texts: readonly string[], source: "flag" | "variable"): Reading<Value>;
  /** Reads a value of the configuration file. */
  fromFile(value: unknown): Reading<Value>;
  /** The value as the configuration file would have it. */
  show(value: Value): string;
}

/** A type of single values that files may give in the same form as flags: as a string. */
export function textType<Value>(
  placeholder: string,
  read: (text: string) => Reading<Value>,
): ValueType<Value> {
  return scalarType({
    placeholder,
    read,
    fromFile: (value) => typeof value === "string" ? read(value) : reject("it must be a string"),
  });
}

/** A type of single values: where a flag is repeated, the last one counts. */
export function scalarType<Value>(options: {
  placeholder: string;
  read: (text: string) => Reading<Value>;
  fromFile: (value: unknown) => Reading<Value>;
  show?: (value: Value) => string;
}): ValueType<Value> {
  return {
    placeholder: options.placeholder,
    isList: false,
    fromText: (texts) => options.read(texts.at(-1) ?? ""),
    fromFile: options.fromFile,
    show: options.show ?? showToml,
  };
}

export function accept<Value>(value: Value): Reading<Value> {
  return { value };
}

export function reject(reason: string): { readonly reason: string } {
  return { reason };
}

/** Strings, numbers, booleans and lists of them are written alike in JSON and TOML. */
export function showToml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(showToml).join(", ")}]`;
  return JSON.stringify(value);
}
