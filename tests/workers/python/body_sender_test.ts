import assert from "node:assert/strict";
import { test } from "node:test";
import { streamBody, takeCredit } from "../../../workers/python/body_sender.ts";
import { FrameReader } from "../../../workers/python/frame_reader.ts";
import { FrameWriter } from "../../../workers/python/frame_writer.ts";
import { FLAG, WINDOW } from "../../../workers/python/frames.ts";
import { Job } from "../../../workers/python/job.ts";
import { FakeBody, FakeExchange } from "../fake_exchange.ts";

function start() {
  const body = new FakeBody();
  const job = new Job(new FakeExchange({ body }));
  job.id = 1;
  const sent: [flags: number, size: number][] = [];
  const reader = new FrameReader((frame) => sent.push([frame.flags, frame.end - frame.start]));
  const writer = new FrameWriter((bytes) => {
    reader.push(Uint8Array.from(bytes));
    return bytes.length;
  });
  let lost = 0;
  streamBody(job, writer, () => lost++);
  const total = () => {
    writer.flush();
    return sent.reduce((sum, [, size]) => sum + size, 0);
  };
  return { body, job, sent, writer, total, lost: () => lost };
}

test("a body is sent in pieces, its end in a frame of its own", () => {
  const { body, sent, total } = start();
  body.push(new Uint8Array(70_000));
  body.push(new Uint8Array(5));
  body.finish();
  assert.equal(total(), 70_005);
  assert.deepEqual(sent, [[0, 65_536], [0, 4_464], [0, 5], [FLAG.end, 0]]);
});

test("no more than the window is under way, and credit lets exactly as much follow", () => {
  const { body, job, writer, total } = start();
  body.push(new Uint8Array(WINDOW + 1_000));
  body.push(new Uint8Array(50));
  assert.equal(total(), WINDOW);
  assert.equal(body.isPaused, true);
  takeCredit(job, writer, 400);
  assert.equal(total(), WINDOW + 400);
  takeCredit(job, writer, 10_000);
  assert.equal(total(), WINDOW + 1_050);
  assert.equal(body.isPaused, false);
});

test("the end waits for the bytes before it", () => {
  const { body, job, sent, writer, total } = start();
  body.push(new Uint8Array(WINDOW + 1));
  body.finish();
  assert.equal(total(), WINDOW);
  takeCredit(job, writer, WINDOW);
  total();
  assert.deepEqual(sent.slice(-2), [[0, 1], [FLAG.end, 0]]);
});

test("a body that breaks off is reported once and nothing follows", () => {
  const { body, job, writer, lost, total } = start();
  body.push(new Uint8Array(10));
  body.fail(new Error("gone"));
  assert.equal(lost(), 1);
  job.leave();
  takeCredit(job, writer, 10);
  assert.equal(total(), 10);
});
