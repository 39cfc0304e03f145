import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeAddress, encodeInet, encodeUnix } from "../../lib/runtime/sockaddr.ts";

const INET = [
  { host: "127.0.0.1", port: 8000, same: "127.0.0.1" },
  { host: "0.0.0.0", port: 0, same: "0.0.0.0" },
  { host: "::", port: 80, same: "::" },
  { host: "::1", port: 65535, same: "::1" },
  { host: "2001:0DB8:0:0::0:1", port: 443, same: "2001:db8::1" },
  { host: "1:2:3:4:5:6:7:8", port: 1, same: "1:2:3:4:5:6:7:8" },
  { host: "::ffff:192.0.2.7", port: 1, same: "::ffff:c000:207" },
  { host: "fe80::1%2", port: 1, same: "fe80::1%2" },
];

for (const { host, port, same } of INET) {
  test(`encodeInet() and decodeAddress() keep ${host}`, () => {
    assert.deepEqual(decodeAddress(encodeInet(host, port)), { family: "inet", host: same, port });
  });
}

for (const path of ["/run/app.sock", "\0abstract", "/tmp/ä.sock"]) {
  test(`encodeUnix() and decodeAddress() keep ${JSON.stringify(path)}`, () => {
    assert.deepEqual(decodeAddress(encodeUnix(path)), { family: "unix", path });
  });
}

test("encodeInet() refuses names", () => {
  assert.throws(() => encodeInet("localhost", 80), /Cannot use address "localhost"/);
});

test("encodeUnix() refuses a path longer than the kernel takes", () => {
  assert.throws(() => encodeUnix("/" + "a".repeat(107)), RangeError);
});

test("decodeAddress() reads a socket without a name", () => {
  assert.deepEqual(decodeAddress(Uint8Array.of(1, 0)), { family: "unix", path: "" });
});
