/** Signals to the supervisor, and what happens to its workers. */
import assert from "node:assert/strict";
import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { unlessPython } from "../available.ts";
import { onEachRuntime } from "../on_each_runtime.ts";
import { assertGone, type Server } from "../server.ts";
import { TemporaryFolder } from "../temporary_folder.ts";
import { until } from "../until.ts";

const APP = "tests/apps/fetch.ts";

function answering(text: string): string {
  return `export default { fetch: () => new Response(${JSON.stringify(text)}) };\n`;
}

onEachRuntime("TTIN starts a worker, TTOU drains one, never the last", async (start) => {
  const server = await start({ app: APP, args: ["--workers", "1"] });
  assert.equal(server.children().length, 1);
  server.signal("SIGTTIN");
  await until("there are two workers", () => server.children().length === 2);
  server.signal("SIGTTOU");
  await until("there is one worker", () => server.children().length === 1);
  server.signal("SIGTTOU");
  await assertServes(server);
  assert.equal(server.children().length, 1);
});

onEachRuntime("TTIN adds an app process for a Python app, TTOU ends one", async (start) => {
  const args = ["--chdir", "tests/apps", "--workers", "1"];
  const server = await start({ app: "wsgi_app:app", args });
  const alone = server.children().length;
  server.signal("SIGTTIN");
  await until("there is one more", () => server.children().length === alone + 1);
  server.signal("SIGTTOU");
  await until("there is one less", () => server.children().length === alone);
  assert.equal((await fetch(server.url)).status, 200);
}, { skip: unlessPython() });

onEachRuntime("TERM answers what was accepted, then exits 0", async (start) => {
  const server = await start({ app: APP, args: ["--workers", "2", "--keep-alive", "1"] });
  const slow = fetch(`${server.url}/slow?ms=700`);
  // A second request that was answered shows that the first is being served by now.
  await assertServes(server);
  server.signal("SIGTERM");
  assert.equal(await (await slow).text(), "slow");
  assert.deepEqual(await server.exit, { code: 0, signal: null });
  await assertGone(server);
});

for (const name of ["SIGINT", "SIGQUIT"] as const) {
  onEachRuntime(`${name} exits 0 at once, whatever is being served`, async (start) => {
    const server = await start({ app: APP, args: ["--workers", "2"] });
    const slow = fetch(`${server.url}/slow?ms=20000`).catch((error) => error);
    await assertServes(server);
    const started = performance.now();
    server.signal(name);
    assert.deepEqual(await server.exit, { code: 0, signal: null });
    const ms = performance.now() - started;
    assert.ok(ms < 5_000, `${ms} ms`);
    await assertGone(server);
    await slow;
  });
}

onEachRuntime("HUP serves the changed app", async (start) => {
  using folder = new TemporaryFolder({ "app.ts": answering("old") });
  const server = await start({ app: "app.ts", args: ["--workers", "2"], cwd: folder.path });
  assert.equal(await getText(server), "old");
  folder.write("app.ts", answering("new"));
  await reload(server);
  await untilText(server, "new");
});

onEachRuntime("HUP with a broken app says why and keeps serving the old one", async (start) => {
  using folder = new TemporaryFolder({ "app.ts": answering("old") });
  const server = await start({ app: "app.ts", args: ["--workers", "2"], cwd: folder.path });
  folder.write("app.ts", "throw new Error('no database');\n");
  server.signal("SIGHUP");
  await server.log.waitFor(/no database/);
  for (let time = 0; time < 10; time++) assert.equal(await getText(server), "old");
  folder.write("app.ts", answering("repaired"));
  await reload(server);
  await untilText(server, "repaired");
});

onEachRuntime("HUP with a broken settings file says where and keeps serving", async (start) => {
  using folder = new TemporaryFolder({
    "app.ts": answering("old"),
    "monoceros.toml": "workers = 1\n",
  });
  const server = await start({ app: "app.ts", cwd: folder.path });
  folder.write("monoceros.toml", "wrokers = 2\n");
  server.signal("SIGHUP");
  await server.log.waitFor(/monoceros\.toml:1/);
  assert.equal(await getText(server), "old");
  folder.write("monoceros.toml", "workers = 2\n");
  await reload(server);
  await until("there are two workers", () => server.children().length === 2);
});

onEachRuntime("HUP loads a changed Python app", async (start) => {
  const app = (text: string) =>
    "def application(environ, start_response):\n" +
    `    start_response('200 OK', [])\n    return [b'${text}']\n`;
  using folder = new TemporaryFolder({ "changing.py": app("old") });
  const server = await start({
    app: "changing",
    args: ["--workers", "2"],
    cwd: folder.path,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
  });
  assert.equal(await getText(server), "old");
  folder.write("changing.py", app("new"));
  await reload(server);
  await untilText(server, "new");
}, { skip: unlessPython() });

onEachRuntime("USR1 opens the access log again", async (start) => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "access.log");
  const server = await start({ app: APP, args: ["--access-logfile", path] });
  const hasLine = (file: string, text: string) => readFileSync(file, "utf8").includes(text);
  await (await fetch(`${server.url}/hello/before`)).text();
  await until("the request is logged", () => hasLine(path, "/hello/before"));
  renameSync(path, `${path}.1`);
  server.signal("SIGUSR1");
  let number = 0;
  await until("a request is logged in the new file", async () => {
    await (await fetch(`${server.url}/hello/after${number++}`)).text();
    try {
      return hasLine(path, "/hello/after");
    } catch {
      return false; // The file is not there yet.
    }
  });
});

onEachRuntime("workers end when their supervisor is killed", async (start) => {
  const server = await start({ app: APP, args: ["--workers", "2"] });
  server.signal("SIGKILL");
  await assertGone(server);
});

onEachRuntime("app processes end when the supervisor is killed", async (start) => {
  const args = ["--chdir", "tests/apps", "--workers", "2"];
  const server = await start({ app: "asgi_app:app", args });
  server.signal("SIGKILL");
  await assertGone(server);
}, { skip: unlessPython() });

onEachRuntime("a worker that hangs is replaced after the timeout", async (start) => {
  using folder = new TemporaryFolder({
    "hang.ts": "export default { fetch(request) {\n" +
      "  while (new URL(request.url).pathname === '/hang');\n" +
      "  return new Response(String(process.pid));\n} };\n",
  });
  const args = ["--workers", "1", "--timeout", "2"];
  const server = await start({ app: "hang.ts", args, cwd: folder.path });
  const victim = Number(await getText(server));
  const hanging = fetch(`${server.url}/hang`).catch((error) => error);
  await server.log.waitFor(new RegExp(`\\b${victim}\\b.*(timeout|hung|no sign of life)`, "i"));
  await hanging;
  await until("another worker answers", async () => {
    const text = await getText(server).catch(() => String(victim));
    return text !== String(victim);
  });
});

onEachRuntime("the pid file is there while the server runs", async (start) => {
  using folder = new TemporaryFolder();
  const path = join(folder.path, "server.pid");
  const server = await start({ app: APP, args: ["--pid", path] });
  assert.equal(Number(readFileSync(path, "utf8")), server.pid);
  process.kill(server.pid, "SIGTERM");
  await server.exit;
  assert.throws(() => readFileSync(path), /ENOENT/);
});

async function reload(server: Server): Promise<void> {
  const from = server.log.lines.length;
  server.signal("SIGHUP");
  await server.log.waitFor(/Workers ready: generation \d+/, from);
}

/** Old workers accept until the new ones are ready, and for the moment it takes to tell them. */
async function untilText(server: Server, text: string): Promise<void> {
  await until(`the server answers ${text}`, async () => await getText(server) === text);
}

async function getText({ url }: Server): Promise<string> {
  const response = await fetch(url, { headers: { connection: "close" } });
  return await response.text();
}

async function assertServes({ url }: Server): Promise<void> {
  const response = await fetch(`${url}/hello/you`);
  assert.deepEqual(await response.json(), { hello: "you" });
}
