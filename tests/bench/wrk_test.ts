import assert from "node:assert/strict";
import { test } from "node:test";

import { BROWSER_FIELDS, parseWrk } from "../../bench/wrk.ts";

const WHOLE = `Running 3s test @ http://127.0.0.1:18233/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   616.82us  431.04us   5.38ms   95.77%
    Req/Sec    90.04k     5.84k   97.75k    80.00%
  Latency Distribution
     50%  597.00us
     75%  677.00us
     90%  831.00us
     99%    2.48ms
  44654 requests in 502.26ms, 4.90MB read
Requests/sec:  88906.85
Transfer/sec:      9.75MB
`;

const SICK = WHOLE
  .replace("99%    2.48ms", "99%    1.20s")
  .replace(
    "Requests/sec",
    "  Socket errors: connect 1, read 20, write 300, timeout 4000\n" +
      "  Non-2xx or 3xx responses: 17\nRequests/sec",
  );

test("parseWrk() reads a report without errors", () => {
  assert.deepEqual(parseWrk(WHOLE), {
    requests: 44654,
    requestsPerSecond: 88906.85,
    p50Micros: 597,
    p99Micros: 2480,
    refused: 0,
    socketErrors: 0,
  });
});

test("parseWrk() counts refused requests and adds socket errors up", () => {
  const { refused, socketErrors, p99Micros } = parseWrk(SICK);
  assert.deepEqual({ refused, socketErrors, p99Micros }, {
    refused: 17,
    socketErrors: 4321,
    p99Micros: 1_200_000,
  });
});

test("parseWrk() throws at a report that was cut off", () => {
  assert.throws(() => parseWrk(WHOLE.slice(0, 300)), SyntaxError);
});

test("the load's header fields are as many and as long as a browser's", () => {
  const bytes = BROWSER_FIELDS.map(([name, value]) => name.length + value.length + 4);
  const total = bytes.reduce((sum, each) => sum + each, 0);
  assert.equal(BROWSER_FIELDS.length + 1, 10);
  assert.ok(total > 400 && total < 600, `${total} bytes`);
});
