import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { openWorkerChannel } from "../../lib/channel/channel.ts";
import type { MessagePort } from "../../lib/channel/channel.ts";

/** A child process as far as a channel knows it. */
class Port extends EventEmitter implements MessagePort {
  connected = true;
  readonly sent: object[] = [];
  error: Error | null = null;

  send(message: object, sent: (error: Error | null) => void): boolean {
    this.sent.push(message);
    queueMicrotask(() => sent(this.error));
    return true;
  }

  disconnect(): void {
    this.connected = false;
    this.emit("disconnect");
  }
}

function open() {
  const port = new Port();
  const events: unknown[] = [];
  const channel = openWorkerChannel(port, {
    received: (message) => events.push(message),
    closed: () => events.push("closed"),
  });
  return { port, events, channel };
}

test("messages go both ways", async () => {
  const { port, events, channel } = open();
  await channel.send({ type: "drain", withinMs: 5 });
  assert.deepEqual(port.sent, [{ type: "drain", withinMs: 5 }]);
  port.emit("message", { type: "ready" });
  assert.deepEqual(events, [{ type: "ready" }]);
});

for (const message of [null, "ready", 1, {}, { type: 1 }, { type: "stop" }, { type: "toString" }]) {
  test(`${JSON.stringify(message)} is no message to the supervisor`, () => {
    const { port, events } = open();
    port.emit("message", message);
    assert.deepEqual(events, []);
  });
}

test("the end of the channel is told, and nothing is sent any more", async () => {
  const { port, events, channel } = open();
  channel.close();
  assert.deepEqual(events, ["closed"]);
  await channel.send({ type: "stop" });
  channel.close();
  assert.deepEqual(port.sent, []);
});

test("send() resolves when the other side died meanwhile", async () => {
  const { port, channel } = open();
  port.error = new Error("EPIPE");
  await channel.send({ type: "stop" });
});
