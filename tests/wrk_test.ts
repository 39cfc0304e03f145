import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWrk } from "./wrk.ts";

const CLEAN = `Running 5m test @ http://127.0.0.1:1
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.00ms    2.00ms  30.00ms   90.00%
    Req/Sec    60.00k     5.00k   70.00k    70.00%
  120000 requests in 2.00s, 12.00MB read
Requests/sec:  60000.00
Transfer/sec:      6.00MB
`;
const ERRORS = `  120 requests in 2.00s, 12.00MB read
  Socket errors: connect 1, read 2, write 3, timeout 4
  Non-2xx or 3xx responses: 5
`;

test("parseWrk() reads a report without errors", () => {
  const zero = { connectErrors: 0, readErrors: 0, writeErrors: 0, timeouts: 0, badStatuses: 0 };
  assert.deepEqual(parseWrk(CLEAN), { requests: 120_000, ...zero });
});

test("parseWrk() reads the errors", () => {
  const errors = { connectErrors: 1, readErrors: 2, writeErrors: 3, timeouts: 4, badStatuses: 5 };
  assert.deepEqual(parseWrk(ERRORS), { requests: 120, ...errors });
});

test("parseWrk() refuses what is no report", () => {
  assert.throws(() => parseWrk("unable to connect"), /unable to connect/);
});
