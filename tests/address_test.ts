import assert from "node:assert/strict";
import { test } from "node:test";
import { type Address, formatAddress, parseAddress } from "../lib/address.ts";

const VALID: [text: string, address: Address, canonical: string][] = [
  ["127.0.0.1:80", { type: "tcp", host: "127.0.0.1", port: 80 }, "127.0.0.1:80"],
  ["127.0.0.1", { type: "tcp", host: "127.0.0.1", port: 8000 }, "127.0.0.1:8000"],
  [":9000", { type: "tcp", host: "0.0.0.0", port: 9000 }, "0.0.0.0:9000"],
  ["", { type: "tcp", host: "0.0.0.0", port: 8000 }, "0.0.0.0:8000"],
  ["localhost:0", { type: "tcp", host: "localhost", port: 0 }, "localhost:0"],
  [
    "Web-1.Example.ORG:65535",
    { type: "tcp", host: "web-1.example.org", port: 65535 },
    "web-1.example.org:65535",
  ],
  ["tcp://10.0.0.1:81", { type: "tcp", host: "10.0.0.1", port: 81 }, "10.0.0.1:81"],
  ["[::1]:8080", { type: "tcp", host: "::1", port: 8080 }, "[::1]:8080"],
  ["[::]", { type: "tcp", host: "::", port: 8000 }, "[::]:8000"],
  ["tcp://[FE80::1]:1", { type: "tcp", host: "fe80::1", port: 1 }, "[fe80::1]:1"],
  ["[fe80::1%eth0]:80", { type: "tcp", host: "fe80::1%eth0", port: 80 }, "[fe80::1%eth0]:80"],
  ["[::ffff:1.2.3.4]:80", { type: "tcp", host: "::ffff:1.2.3.4", port: 80 }, "[::ffff:1.2.3.4]:80"],
  ["unix:/run/app.sock", { type: "unix", path: "/run/app.sock" }, "unix:/run/app.sock"],
  ["unix:///run/app.sock", { type: "unix", path: "/run/app.sock" }, "unix:/run/app.sock"],
  ["unix:app.sock", { type: "unix", path: "app.sock" }, "unix:app.sock"],
  ["unix:@app", { type: "unix", path: "@app" }, "unix:@app"],
  ["fd://3", { type: "fd", fd: 3 }, "fd://3"],
];

test("parseAddress() reads gunicorn's forms", () => {
  for (const [text, address] of VALID) assert.deepEqual(parseAddress(text), address, text);
});

test("formatAddress() writes what parseAddress() reads back", () => {
  for (const [text, address, canonical] of VALID) {
    assert.equal(formatAddress(address), canonical, text);
    assert.deepEqual(parseAddress(canonical), address, text);
  }
});

const INVALID: [text: string, reason: RegExp][] = [
  ["127.0.0.1:http", /port "http" is not a whole number from 0 to 65535/],
  ["127.0.0.1:65536", /port "65536"/],
  ["127.0.0.1:", /port ""/],
  ["127.0.0.1:-1", /port "-1"/],
  ["127.0.0.1:0x50", /port "0x50"/],
  ["127.0.0.1:80:80", /it must be HOST:PORT/],
  ["256.0.0.1:80", /"256.0.0.1" is not an IPv4 address/],
  ["1.2.3", /"1.2.3" is not an IPv4 address/],
  ["::1", /in brackets: \[::1\]:8000/],
  ["[::1", /it must be HOST:PORT/],
  ["[::1::2]:80", /not an IPv6 address/],
  ["[1:2:3:4:5:6:7]:80", /not an IPv6 address/],
  ["[1:2:3:4:5:6:7:8:9]:80", /not an IPv6 address/],
  ["[12345::]:80", /not an IPv6 address/],
  ["[]:80", /not an IPv6 address/],
  ["127.0.0.01:80", /is not an IPv4 address/],
  ["127.0.0.1.:80", /is not an IPv4 address/],
  ["[127.0.0.1]:80", /not an IPv6 address/],
  ["[::1]80", /it must be HOST:PORT/],
  ["http://localhost:80", /scheme "http" is unknown/],
  ["-host:80", /not a host name/],
  ["my host:80", /not a host name/],
  ["host/path:80", /not a host name/],
  ["unix:", /path after unix: is empty/],
  ["unix://", /path after unix: is empty/],
  ["unix:/a\0b", /NUL/],
  [`unix:/${"é".repeat(60)}`, /121 bytes, the system allows 107/],
  ["fd://", /fd:\/\/N/],
  ["fd://2", /from 3/],
  ["fd://x", /fd:\/\/N/],
];

test("parseAddress() refuses everything else with the reason", () => {
  for (const [text, reason] of INVALID) {
    assert.throws(() => parseAddress(text), (error) => {
      assert.ok(error instanceof SyntaxError, text);
      assert.match(error.message, reason, text);
      return true;
    });
  }
});
