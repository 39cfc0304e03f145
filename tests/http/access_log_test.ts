import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  AccessLog,
  clockTime,
  compileFormat,
  DEFAULT_ACCESS_FORMAT,
} from "../../lib/http/access_log.ts";
import { SocketEndpoints } from "../../lib/http/endpoints.ts";
import { formatFields } from "../../lib/http/fields.ts";
import type { Http1Exchange } from "../../lib/http/http1_exchange.ts";
import type { Socket } from "../../lib/socket.ts";
import { LogFile } from "../../lib/log_file.ts";

/** An exchange that is over, as far as the access log looks at it. */
function exchangeOf(fields: Record<string, string>): Http1Exchange {
  return {
    endpoints: {
      clientAddress: "192.0.2.7",
      clientPort: 1,
      serverHost: "",
      serverPort: 0,
      scheme: "http",
    },
    head: {
      method: "GET",
      target: "/a?b=1",
      path: "/a",
      query: "b=1",
      minorVersion: 1,
      authority: "example.org",
      field: (name: string) => fields[name],
    },
    status: 200,
    contentBytes: 13,
    startedAt: performance.now() - 1500,
    fields: formatFields([["X-Out", "yes"]]),
    // The log reads no other member.
  } as unknown as Http1Exchange;
}

function lineOf(format: string, fields: Record<string, string> = {}): string {
  let written = "";
  const file = { write: (lines: string) => written += lines } as unknown as LogFile;
  const log = new AccessLog(format, file);
  log.add(exchangeOf(fields));
  assert.equal(written, "", "lines are gathered");
  log.flush();
  return written.slice(0, -1);
}

test("AccessLog: the address of a client that left is known still", () => {
  let written = "";
  const file = { write: (lines: string) => written += lines } as unknown as LogFile;
  const socket: { remoteAddress: string | undefined } = { remoteAddress: "192.0.2.7" };
  const exchange = exchangeOf({});
  const endpoints = new SocketEndpoints(socket as Socket, { host: "127.0.0.1", port: 8000 });
  Object.assign(exchange, { endpoints });
  const log = new AccessLog("%(h)s", file);
  log.begin(exchange);
  socket.remoteAddress = undefined;
  log.add(exchange);
  log.flush();
  assert.equal(written, "192.0.2.7\n");
});

test("AccessLog: the default is the combined format", () => {
  const line = lineOf(DEFAULT_ACCESS_FORMAT, { referer: "http://r/", "user-agent": "curl/8" });
  assert.match(
    line,
    /^192\.0\.2\.7 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "GET \/a\?b=1 HTTP\/1\.1" 200 13 "http:\/\/r\/" "curl\/8"$/,
  );
});

const atoms: [format: string, line: string][] = [
  ["%(m)s %(U)s %(q)s %(H)s", "GET /a b=1 HTTP/1.1"],
  ["%(s)s %(B)s %(b)s %(T)s", "200 13 13 1"],
  ["%({x-in}i)s %({X-In}i)s %({none}i)s", "in in -"],
  ["%({x-out}o)s %({none}o)s", "yes -"],
  ["%(u)s", "joe"],
  ["100%%", "100%"],
];
for (const [format, line] of atoms) {
  test(`AccessLog: ${format}`, () => {
    assert.equal(lineOf(format, { "x-in": "in", authorization: "Basic am9lOnNlY3JldA==" }), line);
  });
}

test("AccessLog: text of a client cannot forge a line (CVE-2020-7694)", () => {
  assert.equal(
    lineOf('"%(a)s"', { "user-agent": 'x" 200\n\x1b[31m\\\xe9' }),
    '"x\\" 200\\x0a\\x1b[31m\\\\\\xe9"',
  );
});

test("compileFormat() refuses an unknown atom and names the known ones", () => {
  assert.throws(() => compileFormat("%(zz)s"), /"%\(zz\)s".*known atoms are h l u/);
});

test("clockTime() has the zone of the machine", () => {
  const date = new Date(2026, 10, 23, 15, 4, 5);
  assert.match(clockTime(date), /^23\/Nov\/2026:15:04:05 [+-]\d{4}$/);
});

test("AccessLog: lines go to a new file after reopen()", () => {
  const folder = mkdtempSync(join(tmpdir(), "monoceros-"));
  try {
    const path = join(folder, "access.log");
    const file = new LogFile(path, 1);
    file.open();
    const log = new AccessLog("%(m)s", file);
    log.add(exchangeOf({}));
    renameSync(path, `${path}.1`);
    log.reopen();
    log.add(exchangeOf({}));
    log.add(exchangeOf({}));
    log.flush();
    file.close();
    assert.equal(readFileSync(`${path}.1`, "utf8"), "GET\n");
    assert.equal(readFileSync(path, "utf8"), "GET\nGET\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
