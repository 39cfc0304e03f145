import assert from "node:assert/strict";
import { test } from "node:test";
import { replaceBlock } from "./generated_block.ts";

const DOCUMENT = "before\n<!-- x:begin, generated -->\nold\n<!-- x:end -->\nafter $1\n";

test("replaceBlock() replaces what stands between the markers, and nothing else", () => {
  const once = replaceBlock(DOCUMENT, "x", "new $& text");
  assert.match(
    once,
    /^before\n<!-- x:begin, generated -->\n.*\nnew \$& text\n.*<!-- x:end -->\nafter \$1\n$/s,
  );
  assert.doesNotMatch(once, /old/);
  assert.equal(replaceBlock(once, "x", "new $& text"), once);
});

test("replaceBlock() refuses a document without the markers", () => {
  assert.throws(() => replaceBlock(DOCUMENT, "y", ""), /"y": its markers are missing/);
});
