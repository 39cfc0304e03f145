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
const DENO_MISSING =
  /^(?:Import "([^"]+)" not a dependency|Module not found "([^"]+)"|Cannot find module '([^']+)')/;
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
  const name = typeof specifier === "string" ? specifier : denoName?.slice(1).find(Boolean);
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
  const { message, name, stack } = error;
  const frames = plainText(stack).split("\n").filter((line) => /^\s+at /.test(line));
  const ours = frames.findIndex((line) => OWN_FRAME.some((mark) => line.includes(mark)));
  const theirs = (ours === -1 ? frames : frames.slice(0, ours)).filter(isFrameOfApp);
  return [`${name}: ${plainText(message)}`, ...theirs].join("\n").replaceAll("file://", "");
}

/** Here the app's frames end: in this server's sources, or in the executable. */
const OWN_FRAME = [new URL("./load_script.ts", import.meta.url).pathname, "/$bunfs/"];

/** Frames of the runtime say nothing to the app's author. */
function isFrameOfApp(line: string): boolean {
  return !/\b(node|ext|native|bun|deno):|\[native code\]/.test(line);
}

function plainText(text: unknown): string {
  return typeof text === "string" ? stripVTControlCharacters(text) : "";
}
