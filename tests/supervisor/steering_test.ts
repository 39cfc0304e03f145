import assert from "node:assert/strict";
import { test } from "node:test";
import { steeringProgram } from "../../lib/supervisor/steering.ts";

/** Runs a program as the kernel would, for the few instructions that we use. */
function runProgram(program: Uint8Array, random: number): number {
  const view = new DataView(program.buffer);
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const operand = view.getUint32(at + 4, true);
    switch (view.getUint16(at, true)) {
      case 0x20:
        assert.equal(operand, 0xfffff038, "the random number is loaded");
        accumulator = random;
        break;
      case 0x94:
        accumulator %= operand;
        break;
      case 0x15:
        at += 8 * (accumulator === operand ? view.getUint8(at + 2) : view.getUint8(at + 3));
        break;
      case 0x06:
        return operand;
      default:
        assert.fail(`unknown instruction at ${at}`);
    }
  }
  return assert.fail("the program has no end");
}

for (const sockets of [[0], [0, 1], [1, 3, 4], [7, 2]]) {
  test(`steeringProgram([${sockets}]) leads to each of these sockets alike`, () => {
    const program = steeringProgram(sockets);
    const randoms = Array.from({ length: 3 * sockets.length }, (_, index) => index);
    const chosen = randoms.map((random) => runProgram(program, random));
    assert.deepEqual(chosen, [...sockets, ...sockets, ...sockets]);
  });
}
