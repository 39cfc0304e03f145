import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import { connect } from "node:net";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runtime } from "../../lib/runtime/current.ts";
import { LogLines } from "../log_lines.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { until } from "../until.ts";

/** Who answered: a worker's pid, slot and generation. */
interface Answer {
  pid: number;
  slot: number;
  generation: number;
}

/** A fake server in a process of its own, on the runtime of this test. */
class FakeServer {
  readonly log = new LogLines();
  readonly folder = new TemporaryFolder({ app: "ok" });
  readonly exited: Promise<number | null>;
  port = 0;
  readonly #child: ChildProcess;

  constructor(options: { app?: string; args?: string[]; toml?: string } = {}) {
    if (options.app !== undefined) this.app = options.app;
    const script = fileURLToPath(new URL("./fake_server.ts", import.meta.url));
    const run = runtime.name === "deno" ? ["run", "-A", script] : [script];
    this.folder.write("server.toml", options.toml ?? "");
    const bind = options.toml === undefined ? ["-b", "127.0.0.1:0"] : ["-c", "server.toml"];
    const args = [...bind, "--log-level", "debug", ...options.args ?? []];
    this.#child = spawn(process.execPath, [...run, ...args, `${this.folder.path}/app`], {
      cwd: this.folder.path,
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (this.#child.stdout) this.log.read(this.#child.stdout);
    this.exited = new Promise((resolve) => {
      this.#child.once("close", (code) => {
        this.log.close();
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** How workers behave that are started from now on. */
  set app(behavior: string) {
    this.folder.write("app", behavior);
  }

  /** Waits until as many workers are ready. */
  async ready(workers: number): Promise<void> {
    const [, port] = await this.log.waitFor(/Listening at: http:.*:(\d+)/);
    this.port = Number(port);
    await until(
      `${workers} workers are ready`,
      () => this.log.lines.filter((line) => line.includes("Worker is ready")).length >= workers,
    );
  }

  /** Sends a signal, and gives the number of lines that were logged before. */
  signal(signal: NodeJS.Signals): number {
    const { length } = this.log.lines;
    // Not ChildProcess.kill(): with Deno a child that survives the signal counts as ended.
    process.kill(this.pid, signal);
    return length;
  }

  ask(): Promise<Answer> {
    return ask(this.port);
  }

  /** Asks until all have answered. */
  async workers(count: number): Promise<Answer[]> {
    const workers = new Map<number, Answer>();
    await until(`${count} workers have answered`, async () => {
      const answer = await this.ask();
      workers.set(answer.pid, answer);
      return workers.size >= count;
    });
    return [...workers.values()].sort((left, right) => left.slot - right.slot);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
    this.folder[Symbol.dispose]();
  }
}

function ask(port: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (bytes: Uint8Array) => text += new TextDecoder().decode(bytes));
    socket.once("error", reject);
    socket.once("close", () => {
      const [pid = 0, slot = 0, generation = 0] = text.split(" ").map(Number);
      if (text === "") reject(new Error("Connection was closed without an answer"));
      else resolve({ pid, slot, generation });
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a worker that is killed is replaced, and TERM ends all", async () => {
  await using server = new FakeServer({ args: ["-w", "2"] });
  await server.ready(2);
  const [first, second] = await server.workers(2);
  assert.ok(first && second);
  const before = server.log.lines.length;
  process.kill(first.pid, "SIGKILL");
  await server.log.waitFor(new RegExp(`pid: ${first.pid}\\) was ended by SIGKILL.*starts now`));
  await server.log.waitFor(/Worker is ready/, before);
  const pids = (await server.workers(2)).map(({ pid }) => pid);
  assert.ok(!pids.includes(first.pid) && pids.includes(second.pid));
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0);
  await assert.rejects(server.ask(), { code: "ECONNREFUSED" });
  assert.deepEqual(pids.filter(isAlive), []);
});

test("HUP replaces all workers without losing a connection", async () => {
  await using server = new FakeServer({ args: ["-w", "2"] });
  await server.ready(2);
  const before = server.signal("SIGHUP");
  let isReloaded = false;
  const answers: Answer[] = [];
  const asking = (async () => {
    while (!isReloaded) answers.push(await server.ask());
  })();
  await server.log.waitFor(/Reload complete/, before);
  await server.log.waitFor(/Worker exiting/, before);
  isReloaded = true;
  await asking;
  assert.ok(answers.length > 0);
  const generations = (await server.workers(2)).map(({ generation }) => generation);
  assert.deepEqual(generations, [2, 2]);
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0);
});

for (const behavior of ["fail", "die"]) {
  test(`HUP keeps the old workers when new ones ${behavior}`, async () => {
    await using server = new FakeServer({ args: ["-w", "2"] });
    await server.ready(2);
    const old = await server.workers(2);
    server.app = behavior;
    const before = server.signal("SIGHUP");
    const cause = behavior === "fail" ? "No such app" : "Worker .* exited with code 9";
    await server.log.waitFor(
      new RegExp(`error Cannot reload, the old workers serve on: ${cause}`),
      before,
    );
    assert.deepEqual(await server.workers(2), old);
    server.app = "ok";
    server.signal("SIGHUP");
    await server.log.waitFor(/Reload complete/, before);
    server.signal("SIGTERM");
    assert.equal(await server.exited, 0);
  });
}

test("HUP with a bad configuration keeps the old workers", async () => {
  await using server = new FakeServer({ toml: 'bind = ["127.0.0.1:0"]' });
  await server.ready(1);
  const old = await server.ask();
  server.folder.write("server.toml", 'bind = ["127.0.0.1:0"]\nworkers = "many"\n');
  const before = server.signal("SIGHUP");
  await server.log.waitFor(/error Cannot reload, the old workers serve on: .*workers/, before);
  assert.deepEqual(await server.ask(), old);
});

test("HUP with an address that cannot be bound keeps the old workers", async () => {
  await using server = new FakeServer({ toml: 'bind = ["127.0.0.1:0"]' });
  await server.ready(1);
  const old = await server.ask();
  server.folder.write("server.toml", 'bind = ["unix:new.sock", "192.0.2.1:80"]');
  const before = server.signal("SIGHUP");
  await server.log.waitFor(/error Cannot reload.*Cannot bind "192.0.2.1:80"/, before);
  assert.deepEqual(await server.ask(), old);
  assert.equal(fs.existsSync(`${server.folder.path}/new.sock`), false);
});

test("HUP takes over changes of addresses, workers and pid file", async () => {
  await using server = new FakeServer({ toml: 'bind = ["127.0.0.1:0", "unix:old.sock"]' });
  await server.ready(1);
  const path = (name: string) => `${server.folder.path}/${name}`;
  server.folder.write(
    "server.toml",
    'bind = ["unix:new.sock", "127.0.0.1:0"]\nworkers = 3\npidfile = "server.pid"\n',
  );
  const before = server.signal("SIGHUP");
  await server.log.waitFor(/Reload complete/, before);
  await server.log.waitFor(/Worker exiting/, before);
  assert.deepEqual((await server.workers(3)).map(({ slot }) => slot), [0, 1, 2]);
  await until("the old address is gone", () => !fs.existsSync(path("old.sock")));
  assert.ok(fs.existsSync(path("new.sock")));
  assert.equal(fs.readFileSync(path("server.pid"), "utf8"), `${server.pid}\n`);
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0);
  assert.ok(!fs.existsSync(path("server.pid")) && !fs.existsSync(path("new.sock")));
});

for (const workers of [1, 3]) {
  test(`a start-up with ${workers} workers that cannot boot ends with their code and one message`, async () => {
    await using server = new FakeServer({ app: "fail", args: ["-w", String(workers)] });
    assert.equal(await server.exited, 4);
    const errors = server.log.lines.filter((line) => line.startsWith("error"));
    assert.deepEqual(errors, ["error No such app"]);
  });
}

test("a start-up with workers that die ends with code 3", async () => {
  await using server = new FakeServer({ app: "die", args: ["-w", "2"] });
  assert.equal(await server.exited, 3);
});

test("a start-up with an address in use ends with one message and no workers", async () => {
  await using server = new FakeServer();
  await server.ready(1);
  await using other = new FakeServer({ args: ["-b", `127.0.0.1:${server.port}`] });
  assert.equal(await other.exited, 1);
  assert.deepEqual(other.log.lines.filter((line) => !line.startsWith("debug")), [
    `fatal Cannot bind "127.0.0.1:${server.port}": address already in use by another process`,
  ]);
});

test("TTIN adds a worker and TTOU removes one, but never the last", async () => {
  await using server = new FakeServer({ args: ["-w", "1"] });
  await server.ready(1);
  let before = server.signal("SIGTTIN");
  await server.log.waitFor(/Worker is ready/, before);
  await server.workers(2);
  before = server.signal("SIGTTOU");
  await server.log.waitFor(/Worker exiting/, before);
  before = server.signal("SIGTTOU");
  await server.log.waitFor(/Workers wanted: 1/, before);
  assert.equal((await server.ask()).slot, 0);
});

test("TTIN and TTOU change the app processes of a Python app", async () => {
  await using server = new FakeServer({
    args: ["-w", "2", "--http-workers", "2", "--interface", "wsgi"],
  });
  await server.ready(2);
  let before = server.signal("SIGTTIN");
  await server.log.waitFor(/worker \d+ runs 2 app processes/, before);
  before = server.signal("SIGTTOU");
  await server.log.waitFor(/worker \d+ runs 1 app processes/, before);
});

test("a worker that gives no sign of life is killed and replaced", async () => {
  await using server = new FakeServer({ app: "hang", args: ["-t", "1"] });
  await server.ready(1);
  const { pid } = await server.ask();
  server.app = "ok";
  await server.log.waitFor(
    new RegExp(`critical Killing worker \\(pid: ${pid}\\): it gave no sign`),
  );
  await server.log.waitFor(new RegExp(`pid: ${pid}\\) was killed; the next one starts`));
  assert.notEqual((await server.ask()).pid, pid);
});

test("USR1 opens all logs again", async () => {
  await using server = new FakeServer();
  await server.ready(1);
  const before = server.signal("SIGUSR1");
  await server.log.waitFor(/supervisor reopens/, before);
  await server.log.waitFor(/worker \d+ reopens/, before);
});

test("the server goes on when its logs cannot be opened again, and on USR2", async () => {
  await using server = new FakeServer();
  await server.ready(1);
  fs.mkdirSync(`${server.folder.path}/no-log`);
  const before = server.signal("SIGUSR1");
  await server.log.waitFor(/error Cannot open the log/, before);
  await server.log.waitFor(/worker \d+ reopens/, before);
  server.signal("SIGUSR2");
  await server.log.waitFor(/warning Nothing is done for this signal/);
  await server.ask();
});

test("the server goes on when there are no file descriptors for more workers", async () => {
  await using server = new FakeServer({ args: ["-w", "1"] });
  await server.ready(1);
  execFileSync("prlimit", ["--pid", `${server.pid}`, "--nofile=20:20"]);
  const before = server.log.lines.length;
  for (let count = 0; count < 30; count++) {
    const seen = server.signal("SIGTTIN");
    await server.log.waitFor(/Workers wanted/, seen);
  }
  await server.log.waitFor(/error Cannot bind .*: too many open files/, before);
  await server.ask();
  server.signal("SIGTERM");
  assert.equal(await server.exited, 0);
});

for (const signal of ["SIGINT", "SIGQUIT"] as const) {
  test(`${signal.slice(3)} stops quickly`, async () => {
    await using server = new FakeServer({ args: ["-w", "2"] });
    await server.ready(2);
    server.signal(signal);
    assert.equal(await server.exited, 0);
  });
}

test("workers end when their supervisor is killed", async () => {
  await using server = new FakeServer({ args: ["-w", "2"] });
  await server.ready(2);
  const pids = (await server.workers(2)).map(({ pid }) => pid);
  server.signal("SIGKILL");
  await until("the workers are gone", () => pids.every((pid) => !isAlive(pid)));
});
