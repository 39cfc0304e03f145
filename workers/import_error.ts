import { inspect, stripVTControlCharacters } from "node:util";
import { AppLoadError, EXIT } from "../lib/errors.ts";

/** Where Bun's compiler stumbled. */
interface BuildPosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly lineText: string;
}

/** The members that errors of `import()` have on Bun, on Deno or on both. */
interface ImportFailure {
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly errors?: unknown;
  readonly position?: BuildPosition | null;
  readonly specifier?: unknown;
  readonly referrer?: unknown;
}

/** Deno's words for an import that leads nowhere. */
const DENO_MISSING = /^(?:Import "([^"]+)" not a dependency|Module not found "([^"]+)")/;
/** Deno's report of a syntax error: the message, lines with a bar before them, and where it is. */
const DENO_SYNTAX =
  /^(?:SyntaxError: |The module's source code could not be parsed: )?(.*?)\n[\s|]*\n?\s*\d+ \| (.*)\n[^]*?\s+at (?:file:\/\/)?(\S+:\d+:\d+)/;

/**
 * Turns what `import()` of an app has thrown into one message that says where the fault is.
 *
 * @param spec The app as the operator named it.
 * @returns An error with {@link EXIT.workerBoot}: the app was found, its code fails.
 */
export function explainImportError(error: unknown, spec: string): AppLoadError {
  const failure = firstFailure(error);
  const explanation = explainSyntax(failure) ?? explainMissing(failure) ?? explainThrown(error);
  return new AppLoadError(`Cannot load the app "${spec}": ${explanation}`, {
    exitCode: EXIT.workerBoot,
    cause: error,
  });
}

/** Bun wraps several errors of its compiler; the first one is the cause of the others. */
function firstFailure(error: unknown): ImportFailure {
  // Any value may be thrown; the members are checked where they are read.
  const failure = Object(error) as ImportFailure;
  return Array.isArray(failure.errors) && failure.errors.length > 0
    ? Object(failure.errors[0]) as ImportFailure
    : failure;
}

function explainSyntax({ message, position }: ImportFailure): string | null {
  if (position) {
    const { file, line, column, lineText } = position;
    return `${file}:${line}:${column}: ${message}\n    ${lineText.trim()}`;
  }
  const [, what, lineText, place] = DENO_SYNTAX.exec(plainText(message)) ?? [];
  return what === undefined ? null : `${place}: ${what}\n    ${lineText!.trim()}`;
}

function explainMissing({ message, specifier, referrer }: ImportFailure): string | null {
  const text = plainText(message);
  const denoName = DENO_MISSING.exec(text);
  const name = typeof specifier === "string" ? specifier : denoName?.[1] ?? denoName?.[2];
  if (name === undefined) return null;
  const importer = typeof referrer === "string" ? referrer : /\bat (\S+)\s*$/.exec(text)?.[1];
  const by = importer === undefined ? "" : `, imported by ${importer.replace(/^file:\/\//, "")}`;
  return /^(\.|\/|file:)/.test(name)
    ? `there is no file ${name.replace(/^file:\/\//, "")}${by}`
    : `the package "${name}"${by}, is not installed; install it beside the app`;
}

/** The app's own error, with the frames that are in its files. */
function explainThrown(error: unknown): string {
  if (!(error instanceof Error)) return `it throws ${inspect(error)}`;
  const { message, name } = error;
  const frames = plainText(error.stack).split("\n").filter(isFrameOfApp);
  return [`${name}: ${plainText(message)}`, ...frames].join("\n").replaceAll("file://", "");
}

/** Frames of the runtime and of this server say nothing to the app's author. */
function isFrameOfApp(line: string): boolean {
  return /^\s+at /.test(line) &&
    !/\b(node|ext|native|bun|deno):|\$bunfs|\[native code\]/.test(line) &&
    !line.includes(import.meta.url) && !line.includes(OWN_LOADER);
}

const OWN_LOADER = new URL("./load_script.ts", import.meta.url).pathname;

function plainText(text: unknown): string {
  return typeof text === "string" ? stripVTControlCharacters(text) : "";
}
