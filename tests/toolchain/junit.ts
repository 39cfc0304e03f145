/** One test as a runner reported it. */
export interface TestResult {
  /** Names of its groups and its own, joined by ` > `. */
  name: string;
  /** Path of the test file; Deno reports the file in which the test was declared. */
  file: string;
  outcome: "passed" | "failed" | "skipped";
  /** What the failure says, "" otherwise. */
  message: string;
  /** Stands for tests that are reported as well: it is not counted. */
  isGroup: boolean;
}

const TAG = /<(testcase|testsuite|failure|error|skipped)\b((?:[^>"]|"[^"]*")*?)\/?>([^<]*)/g;
const ATTRIBUTE = /([\w-]+)="([^"]*)"/g;
const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Reads a JUnit report of `deno test --junit-path` or `bun test --reporter=junit`. */
export function parseJunit(xml: string): TestResult[] {
  const results: TestResult[] = [];
  for (const [, tag, attributeText = "", text = ""] of xml.matchAll(TAG)) {
    const attributes = readAttributes(attributeText);
    const last = results.at(-1);
    if (tag === "testcase") results.push(readTest(attributes));
    else if (last && tag === "skipped") last.outcome = "skipped";
    else if (last && (tag === "failure" || tag === "error")) {
      last.outcome = "failed";
      last.message = decodeEntities(text).trim() || (attributes["message"] ?? "");
    }
  }
  for (const result of results) result.isGroup = isGroup(result, results);
  return results;
}

function readTest(attributes: Record<string, string>): TestResult {
  const name = attributes["name"] ?? "";
  const file = attributes["file"] ?? attributes["classname"] ?? "";
  // Bun names the group in the class name, Deno in the name.
  const isGroupNamed = attributes["file"] !== undefined && attributes["classname"];
  return {
    name: isGroupNamed ? `${attributes["classname"]} > ${name}` : name,
    file: file.replace(/^\.\//, ""),
    outcome: "passed",
    message: "",
    isGroup: false,
  };
}

/** A group that failed by itself, for instance in a hook, counts as a test. */
function isGroup(result: TestResult, all: TestResult[]): boolean {
  if (result.outcome === "failed" && !/^\d+ test steps? failed/.test(result.message)) return false;
  return all.some((other) => other.name.startsWith(`${result.name} > `));
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(ATTRIBUTE)) {
    attributes[name] = decodeEntities(value);
  }
  return attributes;
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });
}
