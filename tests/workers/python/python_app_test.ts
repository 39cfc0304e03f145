import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AppLoadError, ConfigError } from "../../../lib/errors.ts";
import { runtime } from "../../../lib/runtime/current.ts";
import {
  createPythonApp,
  type PythonApp,
  type PythonAppOptions,
} from "../../../workers/python/python_app.ts";
import { until } from "../../until.ts";
import { FakeBody } from "../fake_exchange.ts";
import { AppExchange } from "./app_exchange.ts";
import { LogRecorder } from "./log_recorder.ts";

const WSGI = `
import hashlib, os, signal, threading, time
calls = []
def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Pid", str(os.getpid()))])
    return [b"Hello"]
def echo(environ, start_response):
    start_response("201 Fine", [("X-Path", environ["PATH_INFO"]), ("X-Client", environ["REMOTE_ADDR"])])
    return [environ["wsgi.input"].read()]
def digest(environ, start_response):
    start_response("200 OK", [])
    size, sha = 0, hashlib.sha256()
    while piece := environ["wsgi.input"].read(65536):
        size, _ = size + len(piece), sha.update(piece)
    return [f"{size} {sha.hexdigest()}".encode()]
def stream(environ, start_response):
    start_response("200 OK", [])
    for _ in range(40):
        yield b"x" * 65536
def bad_field(environ, start_response):
    start_response("200 OK", [("X-Bad", "a\\r\\nb")])
    return [b""]
def by_path(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/raise": raise RuntimeError("on purpose")
    if path == "/die": os._exit(7)
    if path == "/deaf": os.closerange(3, 5), time.sleep(600)
    if path == "/kill": os.kill(os.getpid(), signal.SIGKILL)
    if path.startswith("/sleep/"): time.sleep(float(path.split("/")[2]))
    if path.startswith("/once/"):
        with open(path.split("/", 2)[2], "a") as file: file.write(environ["QUERY_STRING"] + "\\n")
    return hello(environ, start_response)
`;

const ASGI = `
import asyncio, time
gone = []
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown": return
    path = scope["path"]
    body = b"Hello"
    if path == "/echo":
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
    if path == "/block": time.sleep(600)
    if path == "/sleep": await asyncio.sleep(1.5)
    if path == "/wait":
        while (await receive())["type"] != "http.disconnect": pass
        gone.append(1)
        return
    if path == "/gone": body = str(len(gone)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    if path == "/stream":
        for _ in range(40):
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
        body = b""
    await send({"type": "http.response.body", "body": body})
`;

const folder = mkdtempSync(join(tmpdir(), "monoceros-python-app-"));
const spool = join(folder, "spool");

before(() => {
  mkdirSync(spool);
  writeFileSync(join(folder, "wsgi_sample.py"), WSGI);
  writeFileSync(join(folder, "asgi_sample.py"), ASGI);
  writeFileSync(join(folder, "broken_sample.py"), "x = = 1\n");
});

after(() => rmSync(folder, { recursive: true }));

const log = new LogRecorder();

function options(app: string, more: Partial<PythonAppOptions> = {}): PythonAppOptions {
  return {
    app,
    processes: 1,
    isMultiprocess: false,
    threads: 1,
    interface: "auto",
    chdir: folder,
    pythonpath: [],
    lifespan: "auto",
    loop: "asyncio",
    rootPath: "",
    serverSoftware: "monoceros/test",
    disconnectGraceMs: 3_000,
    workerConnections: 1_000,
    timeoutMs: 30_000,
    gracefulTimeoutMs: 5_000,
    queueLimit: 1_000,
    queueTimeoutMs: 10_000,
    spoolDirectory: spool,
    log,
    runtime,
    ...more,
  };
}

/** Runs a test with an app; its processes are ended whatever happens. */
function withApp(
  name: string,
  spec: string,
  run: (app: PythonApp, log: LogRecorder) => Promise<void>,
  more: Partial<PythonAppOptions> = {},
): void {
  test(name, async () => {
    const ownLog = new LogRecorder();
    const app = await createPythonApp(options(spec, { ...more, log: ownLog }));
    try {
      await run(app, ownLog);
      await app.close();
    } finally {
      app.kill();
    }
  });
}

async function ask(app: PythonApp, target: string, body: FakeBody | null = null) {
  const exchange = new AppExchange({ target, body });
  app.handle(exchange);
  await exchange.over;
  return exchange;
}

withApp("a WSGI app answers many requests at once", "wsgi_sample:hello", async (app) => {
  assert.equal(app.interface, "wsgi");
  const all = Array.from({ length: 300 }, () => new AppExchange());
  for (const exchange of all) app.handle(exchange);
  await Promise.all(all.map((exchange) => exchange.over));
  assert.deepEqual([...new Set(all.map((one) => `${one.status} ${one.text}`))], ["200 Hello"]);
  assert.equal(all[0]!.isWhole, true);
});

withApp("the environ, reason and fields pass through", "wsgi_sample:echo", async (app) => {
  const exchange = await ask(app, "/a%20b?c=d", FakeBody.of("body"));
  assert.deepEqual([exchange.status, exchange.reason, exchange.text], [201, "Fine", "body"]);
  assert.deepEqual(exchange.lines, ["x-path: /a b", "x-client: 192.0.2.7"]);
});

withApp("a large body goes through a file that is removed", "wsgi_sample:digest", async (app) => {
  const body = new FakeBody();
  const exchange = new AppExchange({ target: "/", body });
  app.handle(exchange);
  const sha = createHash("sha256");
  for (let i = 0; i < 50; i++) {
    const chunk = new Uint8Array(65_537).fill(i);
    sha.update(chunk);
    body.push(chunk);
  }
  body.finish();
  await exchange.over;
  assert.equal(exchange.text, `${50 * 65_537} ${sha.digest("hex")}`);
  await until("the file is removed", () => readdirSync(spool).length === 0);
});

for (const spec of ["wsgi_sample:stream", "asgi_sample:app"]) {
  withApp(`a slow client holds ${spec} back and loses nothing`, spec, async (app) => {
    const exchange = new AppExchange({ target: "/stream", room: 100_000 });
    app.handle(exchange);
    while (exchange.room > 0) await exchange.nextWrite();
    await ask(app, "/"); // as much time as the app needs to send more than it may
    const size = () => exchange.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    assert.ok(size() <= 262_144 + 100_000, `${size()} bytes were sent`);
    exchange.drain(Infinity);
    await exchange.over;
    assert.equal(size(), 40 * 65_536);
  }, { threads: 2 });
}

withApp(
  "fields that cannot be sent are the app's failure",
  "wsgi_sample:bad_field",
  async (app, log) => {
    const exchange = await ask(app, "/");
    assert.deepEqual([exchange.hasFailed, exchange.status], [true, 500]);
    assert.match(await log.line(/X-Bad/), /^error: .*GET \//s);
  },
);

withApp(
  "an exception is logged with its request and answered",
  "wsgi_sample:by_path",
  async (app, log) => {
    const exchange = await ask(app, "/raise");
    assert.equal(exchange.status, 500);
    assert.match(await log.line(/on purpose/), /^error: .*GET \/raise/s);
    assert.equal((await ask(app, "/")).text, "Hello");
  },
);

withApp(
  "a process that dies is replaced; its request gets 502",
  "wsgi_sample:by_path",
  async (app, log) => {
    assert.equal((await ask(app, "/die")).status, 502);
    assert.match(await log.line(/exited/), /^error: App process \d+ exited with code 7$/);
    assert.equal((await ask(app, "/")).text, "Hello");
    assert.equal((await ask(app, "/kill")).status, 502);
    assert.match(await log.line(/SIGKILL/), /was killed by SIGKILL. Perhaps out of memory\?$/);
    assert.equal((await ask(app, "/deaf")).status, 502);
    assert.match(await log.line(/closed its line/), /^critical: App process \d+ is killed: /);
    assert.equal((await ask(app, "/")).text, "Hello");
  },
);

withApp(
  "a hung request gets 504 and its stack is logged",
  "wsgi_sample:by_path",
  async (app, log) => {
    assert.equal((await ask(app, "/sleep/600")).status, 504);
    const line = await log.line(/hangs/);
    assert.match(line, /^critical: .*GET \/sleep\/600 of 192\.0\.2\.7 has had no answer for \d/);
    assert.match(line, /wsgi_sample\.py", line \d+ in by_path/);
    assert.equal((await ask(app, "/")).text, "Hello");
  },
  { timeoutMs: 400 },
);

withApp("an ASGI process whose loop is blocked is ended", "asgi_sample:app", async (app, log) => {
  assert.equal((await ask(app, "/block")).status, 504);
  assert.match(await log.line(/hangs/), /asgi_sample\.py", line \d+ in app/);
  assert.equal((await ask(app, "/")).text, "Hello");
}, { timeoutMs: 400 });

withApp("an ASGI request may take longer than the timeout", "asgi_sample:app", async (app, log) => {
  assert.equal((await ask(app, "/sleep")).text, "Hello");
  assert.deepEqual(log.lines.filter((line) => /hangs/.test(line)), []);
}, { timeoutMs: 400 });

withApp("an ASGI app reads a streamed body and is not flooded", "asgi_sample:app", async (app) => {
  assert.equal(app.interface, "asgi");
  const body = new FakeBody();
  const exchange = new AppExchange({ target: "/echo", body });
  app.handle(exchange);
  const sha = createHash("sha256");
  for (let i = 0; i < 30; i++) {
    const chunk = new Uint8Array(100_000).fill(i);
    sha.update(chunk);
    body.push(chunk);
  }
  assert.equal(body.isPaused, true);
  body.finish();
  await exchange.over;
  const received = createHash("sha256");
  for (const chunk of exchange.chunks) received.update(chunk);
  assert.equal(received.digest("hex"), sha.digest("hex"));
});

withApp("an ASGI app hears that its client left", "asgi_sample:app", async (app) => {
  const exchange = new AppExchange({ target: "/wait" });
  app.handle(exchange);
  await ask(app, "/");
  exchange.close();
  assert.equal((await ask(app, "/gone")).text, "1");
});

withApp(
  "a request behind a slow one is run by another process, once",
  "wsgi_sample:by_path",
  async (app) => {
    // Quick answers make the processes take several requests ahead.
    for (let i = 0; i < 100; i++) await Promise.all(Array.from({ length: 8 }, () => ask(app, "/")));
    const started = performance.now();
    const slow = ask(app, "/sleep/1.5");
    const record = join(folder, "once");
    const others = Array.from({ length: 40 }, (_, i) => ask(app, `/once/${record}?${i}`));
    await Promise.all(others);
    assert.ok(performance.now() - started < 1_400, "none waits for the slow one");
    await slow;
    const runs = readLines(record);
    assert.deepEqual(
      runs.map(Number).sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i),
    );
  },
  { processes: 2 },
);

withApp("what waits too long or is too much gets 503", "wsgi_sample:by_path", async (app, log) => {
  const slow = ask(app, "/sleep/0.5");
  const waiting = ask(app, "/");
  const refused = await ask(app, "/");
  assert.equal(refused.status, 503);
  assert.ok(refused.lines.includes("retry-after: 1"));
  assert.equal((await waiting).status, 503);
  assert.equal((await slow).status, 200);
  assert.match(await log.line(/503/), /^warning: [12] requests/);
}, { queueLimit: 1, queueTimeoutMs: 100 });

withApp("a client that leaves the queue is forgotten", "wsgi_sample:by_path", async (app) => {
  const slow = ask(app, "/sleep/0.2");
  const record = join(folder, "left");
  const queued = new AppExchange({ target: `/once/${record}?1` });
  app.handle(queued);
  queued.close();
  await slow;
  await ask(app, `/once/${record}?2`);
  assert.deepEqual(readLines(record), ["2"]);
});

withApp(
  "scale() changes the number of processes and loses nothing",
  "wsgi_sample:hello",
  async (app) => {
    const pids = async () => {
      const all = await Promise.all(Array.from({ length: 200 }, () => ask(app, "/")));
      assert.ok(all.every((exchange) => exchange.status === 200));
      return new Set(
        all.map((exchange) => exchange.lines.find((line) => line.startsWith("x-pid"))),
      );
    };
    assert.equal((await pids()).size, 2);
    app.scale(1);
    assert.equal((await pids()).size, 1);
    app.scale(3);
    while ((await pids()).size < 3);
  },
  { processes: 2 },
);

test("close() answers what was begun", async () => {
  const app = await createPythonApp(options("wsgi_sample:by_path", { processes: 2 }));
  const slow = ask(app, "/sleep/0.3");
  await app.close();
  assert.equal((await slow).text, "Hello");
});

test("close() lets exit handlers run to their end", async () => {
  writeFileSync(
    join(folder, "atexit_sample.py"),
    "import atexit, time\natexit.register(lambda: (time.sleep(1.3), open('bye', 'w').close()))\n" +
      "async def app(scope, receive, send): raise RuntimeError\n",
  );
  const app = await createPythonApp(options("atexit_sample:app"));
  await app.close();
  assert.ok(readdirSync(folder).includes("bye"));
});

test("an app that cannot be loaded is an AppLoadError", async () => {
  const cases: [string, number, RegExp][] = [
    ["no_such_module:app", 4, /no_such_module/],
    ["wsgi_sample:helo", 4, /hello/],
    ["broken_sample:app", 3, /broken_sample\.py/],
  ];
  for (const [spec, exitCode, message] of cases) {
    await assert.rejects(createPythonApp(options(spec, { processes: 2 })), (error) => {
      assert.ok(error instanceof AppLoadError);
      assert.match(error.message, message);
      assert.equal(error.exitCode, exitCode);
      return true;
    });
  }
});

test("a Python that is not there is a ConfigError", async () => {
  const missing = createPythonApp(options("wsgi_sample:hello", { python: "no-such-python" }));
  await assert.rejects(missing, ConfigError);
  await assert.rejects(missing, /Cannot run Python "no-such-python"/);
});

test("a Python that is none is an AppLoadError", async () => {
  const app = createPythonApp(options("wsgi_sample:hello", { python: "true" }));
  await assert.rejects(app, (error) => error instanceof AppLoadError && error.exitCode === 3);
});

function readLines(path: string): string[] {
  const text = readFileSync(path, "utf8");
  return text.split("\n").filter((line) => line !== "");
}
