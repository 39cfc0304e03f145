import assert from "node:assert/strict";
import { test } from "node:test";
import { ResponseHeads } from "../../../workers/python/response_heads.ts";

const CASES: [block: string, reason: string, text: string, contentLength: number][] = [
  ["", "", "", -1],
  ["Fine", "Fine", "", -1],
  ["\0X-A\x001\0x-b\0zwei", "", "X-A: 1\r\nx-b: zwei\r\n", -1],
  ["\0Content-Length\x0012\0X\0\0Y\0z", "", "X: \r\nY: z\r\n", 12],
  ["\0X\0ä", "", "X: ä\r\n", -1],
];

for (const [block, reason, text, contentLength] of CASES) {
  test(`the block ${JSON.stringify(block)} is read`, () => {
    const head = new ResponseHeads().read(block);
    assert.equal(head.reason, reason);
    assert.equal(head.fields.text, text);
    assert.equal(head.fields.contentLength, contentLength);
  });
}

test("the same block is checked and formatted once", () => {
  const heads = new ResponseHeads();
  assert.equal(heads.read("\0A\x001"), heads.read("\0A\x001"));
});

test("many different blocks do not stay in memory", () => {
  const heads = new ResponseHeads();
  const first = heads.read("\0A\x000");
  for (let i = 1; i <= 300; i++) heads.read(`\0A\0${i}`);
  assert.notEqual(heads.read("\0A\x000"), first);
});

for (const block of ["\0X-Bad\0a\r\nb", "\0X Y\x001", "\0\x001"]) {
  test(`the block ${JSON.stringify(block)} is refused each time`, () => {
    const heads = new ResponseHeads();
    assert.throws(() => heads.read(block), TypeError);
    assert.throws(() => heads.read(block), TypeError);
  });
}
