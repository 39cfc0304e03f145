/** What CONTRIBUTING.md asks of the sources, as far as a program can check it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./toolchain/paths.ts";

/**
 * Which folders the files of a folder may import from, besides their own. `lib` means the files directly in it.
 * A folder has the row of the longest path that fits.
 */
const MAY_IMPORT: Record<string, string[]> = {
  "lib": ["lib"],
  "lib/config": ["lib"],
  "lib/runtime": ["lib"],
  "lib/parser": ["lib"],
  "lib/http": ["lib", "lib/parser"],
  "lib/http2": ["lib", "lib/parser", "lib/http"],
  "lib/websocket": ["lib", "lib/parser", "lib/http"],
  "lib/channel": ["lib", "lib/config"],
  "lib/supervisor": ["lib", "lib/config", "lib/channel", "lib/runtime"],
  "lib/control": ["lib", "lib/config", "lib/channel"],
  "workers": [
    "lib",
    "lib/config",
    "lib/runtime",
    "lib/parser",
    "lib/http",
    "lib/http2",
    "lib/websocket",
    "lib/channel",
    "lib/control",
  ],
};

/** npm packages of the product, and the one folder that knows each. */
const PACKAGES: Record<string, string> = {
  "@logtape/logtape": "lib",
  "smol-toml": "lib/config",
};

const FORBIDDEN_FOLDERS = ["utils", "util", "helpers", "common", "misc", "core", "shared"];

/** Text that must not appear in code (comments do not count), and the files in which it may. */
const FORBIDDEN_CODE = [
  { pattern: /\bBun\.|\bDeno\./, only: /^lib\/runtime\//, instead: "use lib/runtime" },
  { pattern: /\bexport default\b/, only: /^$/, instead: "export it by name" },
  { pattern: /\bprocess\.exit\(/, only: /^(cli|mod)\.ts$/, instead: "only the composition exits" },
  { pattern: /\bconsole\./, only: /^cli\.ts$/, instead: "only the log and cli.ts print" },
  { pattern: /@ts-ignore|@ts-nocheck/, only: /^$/, instead: "type it" },
  {
    pattern: /lint-ignore no-explicit-any(?!.* -- )/,
    only: /^$/,
    instead: "type it, or add -- why",
  },
];

interface Source {
  path: string;
  text: string;
  /** The text with its comments blanked. */
  code: string;
  isGenerated: boolean;
}

const TREES = ["lib", "workers", "tests", "bench"];
const ALL = [...TREES.flatMap((tree) => listFiles(tree)), "cli.ts", "mod.ts"].flatMap(readSource);
/** Sources of the product. A `build.ts` is a tool that only Deno runs. */
const PRODUCT = ALL.filter(({ path }) =>
  /^(lib|workers|cli\.ts|mod\.ts)/.test(path) && path.endsWith(".ts") &&
  basename(path) !== "build.ts"
);

test("imports follow the table of allowed directions", () => {
  assertNone(
    PRODUCT.flatMap((source) =>
      importsOf(source).map((target) => importFault(source.path, target)).filter((fault) =>
        fault !== ""
      )
    ),
  );
});

test("forbidden code stays in the few files that may have it", () => {
  assertNone(
    PRODUCT.flatMap(({ path, text, code }) =>
      FORBIDDEN_CODE.filter((rule) => !rule.only.test(path)).flatMap(({ pattern, instead }) => {
        const isInComment = /@ts|lint/.test(pattern.source);
        return linesWith(isInComment ? text : code, pattern)
          .map((line) => `${path}:${line} has ${pattern.source}: ${instead}`);
      })
    ),
  );
});

test("no file is longer than a reader can hold", () => {
  assertNone(
    ALL.filter((source) => !source.isGenerated).flatMap(({ path, text }) => {
      const limit = path.endsWith(".c") ? 450 : path.startsWith("tests/") ? 400 : 300;
      const lines = text.trimEnd().split("\n").length;
      return lines > limit
        ? [`${path} has ${lines} lines, at most ${limit}: split it by subject`]
        : [];
    }),
  );
});

test("files are named in snake_case, folders are nouns of the domain", () => {
  assertNone(ALL.flatMap(({ path }) => {
    const folder = dirname(path).split("/").find((name) => FORBIDDEN_FOLDERS.includes(name));
    if (folder) return [`${path}: "${folder}" says nothing; name the folder after its subject`];
    return /^[a-z0-9_]+\.\w+$/.test(basename(path)) ? [] : [`${path}: snake_case wanted`];
  }));
});

test("skipped tests are seen: a test says beforehand that it is skipped, by its options", () => {
  assertNone(
    ALL.filter(({ path }) => path.endsWith("_test.ts")).flatMap(({ path, code }) => [
      // Deno reports such a test as passed.
      ...linesWith(code, /\bt\.skip\(/).map((line) => `${path}:${line}: use { skip: "reason" }`),
      ...linesWith(code, /\b(?:test|it|describe)\.only\(/).map((line) => `${path}:${line}: only`),
    ]),
  );
});

function importFault(path: string, target: string): string {
  const folder = dirname(path);
  if (target.startsWith(".")) {
    if (!/\.\w+$/.test(target)) return `${path} imports "${target}": give the file's extension`;
    const imported = dirname(join(folder, target));
    const row = longestRow(folder);
    // The version has its one place there.
    if (join(folder, target) === "deno.json") return "";
    if (row === undefined || isInside(imported, row)) return "";
    const allowed = MAY_IMPORT[row] ?? [];
    if (allowed.some((name) => name === "lib" ? imported === "lib" : isInside(imported, name))) {
      return "";
    }
    return `${path} imports ${join(folder, target)}: ${row} may import ${allowed.join(", ")}`;
  }
  if (/^(node|bun):/.test(target)) return "";
  const owner = PACKAGES[target];
  if (owner !== undefined && isInside(folder, owner)) return "";
  return `${path} imports "${target}": ${
    owner ? `only ${owner} does` : "no package of the product"
  }`;
}

/** cli.ts and mod.ts have no row: they compose everything. */
function longestRow(folder: string): string | undefined {
  return Object.keys(MAY_IMPORT).filter((row) => isInside(folder, row))
    .sort((a, b) => b.length - a.length)[0];
}

function isInside(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(`${outer}/`);
}

/** @returns What a source imports, also for its types and at run time. */
function importsOf({ code }: Source): string[] {
  const statements = code.matchAll(
    /^\s*(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm,
  );
  return [...statements].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "");
}

function linesWith(text: string, pattern: RegExp): number[] {
  return text.split("\n").flatMap((line, index) => pattern.test(line) ? [index + 1] : []);
}

function listFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) =>
      /\.(ts|py|c|h)$/.test(name) && !/(^|\/)(\.|node_modules|__pycache__)/.test(name)
    )
    .map((name) => join(folder, name));
}

function readSource(path: string): Source[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  const isGenerated = /^(\/\/|\/\*+|#)\s*Generated\b/im.test(text.slice(0, 300));
  return [{ path, text, code: blankComments(text), isGenerated }];
}

/** Strings are matched so that a `//` in one does not begin a comment. */
function blankComments(text: string): string {
  const tokens =
    /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replace(
    tokens,
    (token) => token.startsWith("/") ? token.replace(/[^\n]/g, " ") : token,
  );
}

function assertNone(faults: string[]): void {
  assert.ok(faults.length === 0, `${faults.length} against the rules:\n${faults.join("\n")}`);
}
