import assert from "node:assert/strict";
import { test } from "node:test";
import { ENTRIES } from "../../lib/config/table.ts";
import { configOf, loadConfig, type LoadedConfig } from "../../lib/config/load.ts";
import { printConfig } from "../../lib/config/print_config.ts";
import { describeSource } from "../../lib/config/source.ts";
import { ConfigError } from "../../lib/errors.ts";

interface Given {
  args?: string[];
  env?: Record<string, string>;
  files?: Record<string, string>;
}

function load({ args = [], env = {}, files = {} }: Given): Promise<LoadedConfig> {
  const readFile = (path: string) => {
    const text = files[path];
    if (text !== undefined) return Promise.resolve(text);
    return Promise.reject(Object.assign(new Error(`no ${path}`), { code: "ENOENT" }));
  };
  return loadConfig({ args, env, cwd: "/srv", readFile });
}

test("loadConfig() starts from the defaults", async () => {
  const { config, sources } = await load({});
  assert.deepEqual(config.bind, ["127.0.0.1:8000"]);
  assert.equal(config.workers, 1);
  assert.equal(config.keepalive, 5);
  assert.equal(config.limitRequestBody, 104857600);
  assert.equal(config.umask, 0o007);
  assert.equal(config.app, null);
  assert.equal(config.chdir, "/srv");
  assert.ok(Object.values(sources).every(({ type }) => type === "default"));
  assert.deepEqual(JSON.parse(JSON.stringify(config)), config);
});

test("loadConfig() does not hand out the table's own lists", async () => {
  const { config } = await load({});
  config.bind.push("x");
  assert.deepEqual((await load({})).config.bind, ["127.0.0.1:8000"]);
});

const FILE = "/srv/monoceros.toml";

const PRECEDENCE: [name: string, given: Given, bind: string[], source: string][] = [
  ["default", {}, ["127.0.0.1:8000"], "default"],
  ["PORT", { env: { PORT: "80" } }, ["0.0.0.0:80"], "variable PORT"],
  [
    "file over PORT",
    { env: { PORT: "80" }, files: { [FILE]: '\nbind = ":1"' } },
    ["0.0.0.0:1"],
    `${FILE}:2`,
  ],
  [
    "variable over file",
    { env: { MONOCEROS_BIND: ":2, unix:x" }, files: { [FILE]: 'bind = [":1"]' } },
    ["0.0.0.0:2", "unix:x"],
    "variable MONOCEROS_BIND",
  ],
  [
    "flag over variable",
    { args: ["-b", ":3"], env: { MONOCEROS_BIND: ":2" } },
    ["0.0.0.0:3"],
    "flag -b",
  ],
  [
    "empty variables are not set",
    { env: { MONOCEROS_BIND: "", PORT: "" } },
    ["127.0.0.1:8000"],
    "default",
  ],
];

test("loadConfig() takes each setting from the highest source", async () => {
  for (const [name, given, bind, source] of PRECEDENCE) {
    const { config, sources } = await load(given);
    assert.deepEqual(config.bind, bind, name);
    assert.equal(describeSource(sources.bind), source, name);
  }
});

test("loadConfig() finds the file in the folder it was started in, or where it is told", async () => {
  const found = await load({ files: { [FILE]: 'chdir = "app"' } });
  assert.equal(found.config.config, FILE);
  assert.equal(found.config.chdir, "/srv/app");
  const files = { "/etc/m.toml": "workers = 3", [FILE]: "workers = 2" };
  assert.equal((await load({ args: ["-c", "/etc/m.toml"], files })).config.workers, 3);
  assert.equal((await load({ args: ["-c", "file:../etc/m.toml"], files })).config.workers, 3);
  assert.equal((await load({ env: { MONOCEROS_CONFIG: "/etc/m.toml" }, files })).config.workers, 3);
});

const TOGETHER: [args: string[], values: Record<string, unknown>][] = [
  [["-k", "asgi"], { workerClass: "asgi", interface: "asgi" }],
  [["-k", "sync", "--threads", "4"], { workerClass: "gthread", interface: "auto" }],
  [["-k", "gthread", "--interface", "wsgi"], { workerClass: "gthread", interface: "wsgi" }],
  [["--threads", "4"], { workerClass: "auto", interface: "auto" }],
  [
    ["--chdir", "shop", "--error-logfile", "e.log", "--access-logfile", "-", "-p", "run/pid"],
    { chdir: "/srv/shop", errorlog: "/srv/e.log", accesslog: "-", pidfile: "/srv/run/pid" },
  ],
  [["-b", ":0", "-b", ":0"], { bind: ["0.0.0.0:0", "0.0.0.0:0"] }],
];

test("loadConfig() settles what follows from several settings", async () => {
  for (const [args, values] of TOGETHER) {
    const { config } = await load({ args });
    for (const [key, value] of Object.entries(values)) {
      assert.deepEqual((config as Record<string, unknown>)[key], value, args.join(" "));
    }
  }
});

const INVALID: [given: Given, message: string][] = [
  [
    { env: { MONOCEROS_WORKERS: "x" } },
    'Cannot set workers to "x" (variable MONOCEROS_WORKERS): it must be a whole number',
  ],
  [
    { env: { WEB_CONCURRENCY: "x" } },
    'Cannot set workers to "x" (variable WEB_CONCURRENCY): it must be',
  ],
  [
    { env: { PORT: "http" } },
    'Cannot set bind to "0.0.0.0:http" (variable PORT): the port "http" is not',
  ],
  [
    { env: { MONOCEROS_WORKER: "2" } },
    'Cannot use the variable "MONOCEROS_WORKER": there is no such setting, the nearest one is MONOCEROS_WORKERS',
  ],
  [
    { env: { MONOCEROS_RAW_ENV: "A=1" } },
    'Cannot use the variable "MONOCEROS_RAW_ENV": this setting can only be set by --env or in the file',
  ],
  [
    { args: ["-c", "x.toml"] },
    'Cannot read the configuration "x.toml" (flag -c): there is no such file',
  ],
  [
    { args: ["-c", "gunicorn.conf.py"] },
    'Cannot read the configuration "gunicorn.conf.py" (flag -c): configuration in Python arrives later',
  ],
  [
    { args: ["-c", "python:shop.conf"] },
    'Cannot read the configuration "python:shop.conf" (flag -c): configuration in Python',
  ],
  [
    { args: ["-c", "monoceros.config.ts"] },
    'Cannot read the configuration "monoceros.config.ts" (flag -c): configuration in TypeScript',
  ],
  [
    { args: ["-c", "m.ini"] },
    'Cannot read the configuration "m.ini" (flag -c): it must be a .toml file',
  ],
  [
    { args: ["-b", ":1", "-b", "0.0.0.0:1"] },
    'Cannot set bind to ["0.0.0.0:1", "0.0.0.0:1"] (flag -b): 0.0.0.0:1 is there twice',
  ],
  [
    { args: ["-k", "asgi"], env: { MONOCEROS_INTERFACE: "wsgi" } },
    'Cannot set worker_class to "asgi" (flag -k): it serves ASGI apps, but interface is wsgi (variable MONOCEROS_INTERFACE)',
  ],
];

test("loadConfig() says what is wrong, where, and what would be right", async () => {
  for (const [given, message] of INVALID) {
    await assert.rejects(load(given), (error) => {
      assert.ok(error instanceof ConfigError, message);
      assert.equal(error.message.slice(0, message.length), message);
      assert.equal(error.exitCode, 1, message);
      return true;
    });
  }
});

test("loadConfig() reports a file that cannot be read", async () => {
  const readFile = () =>
    Promise.reject(Object.assign(new Error("EACCES: denied"), { code: "EACCES" }));
  await assert.rejects(
    loadConfig({ args: [], env: {}, cwd: "/srv", readFile }),
    /Cannot read the configuration "\/srv\/monoceros.toml": EACCES: denied/,
  );
});

test("loadConfig() ignores variables of Kubernetes services and of its own processes", async () => {
  await load({
    env: {
      MONOCEROS_ROLE: "worker",
      MONOCEROS_TEST_RUNTIME: "bun",
      MONOCEROS_SERVICE_HOST: "10.0.0.1",
      MONOCEROS_SERVICE_PORT_HTTP: "80",
      MONOCEROS_PORT: "tcp://10.0.0.1:80",
      MONOCEROS_PORT_80_TCP: "tcp://10.0.0.1:80",
      MONOCEROS_PORT_80_TCP_ADDR: "10.0.0.1",
    },
  });
});

test("printConfig() writes a file that gives the same settings", async () => {
  const args = ["-b", "unix:/x y", "-e", 'A="1"', "-m", "022", "-k", "asgi", "--log-json"];
  const first = await load({ args: [...args, "--limit-request-body=3m", "main:app"] });
  const text = printConfig(first.config, first.sources);
  const second = await load({ files: { [FILE]: text } });
  assert.deepEqual({ ...second.config, config: null }, first.config);
  assert.match(text, /^workers = 1 +# default$/m);
  assert.match(text, /^umask = 0o022 +# flag -m$/m);
  assert.match(text, /^limit_request_body = "3m" +# flag --limit-request-body$/m);
});

test("every setting can be set by its variable, if it may be one", async () => {
  for (const { name, key, variable, setting } of ENTRIES) {
    if (setting.isFlagOnly || setting.isNotInEnvironment || name === "config") continue;
    const shown = setting.type.show(setting.default).replaceAll(/^["[]+|["\]]+$/g, "");
    const text = setting.type.placeholder === "" ? "true" : shown;
    if (text === "") continue;
    const { sources } = await load({ env: { [variable]: text } });
    assert.deepEqual(sources[key], { type: "variable", name: variable });
  }
});

/** As a program in JavaScript calls it. */
function configOfUntyped(given: unknown) {
  return configOf(given as Parameters<typeof configOf>[0], "/srv");
}

test("configOf() adds the defaults to what a program gives", () => {
  const given = { bind: [":81"], workers: 2, pidfile: null, timeout: undefined };
  const config = configOfUntyped(given);
  assert.deepEqual(config.bind, ["0.0.0.0:81"]);
  assert.equal(config.workers, 2);
  assert.equal(config.timeout, 30);
  assert.equal(config.chdir, "/srv");
  assert.deepEqual(configOf(config, "/elsewhere"), config);
});

test("configOf() refuses what JavaScript lets through", () => {
  const refuse = (given: unknown, message: string) =>
    assert.throws(() => configOfUntyped(given), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.message.slice(0, message.length), message);
      return true;
    });
  refuse(
    { worker: 2 },
    'Cannot use the option "worker": there is no such setting, the nearest one is workers',
  );
  refuse(
    { workers: "2.5" },
    'Cannot set workers to "2.5" (option workers): it must be a whole number',
  );
  refuse({ bind: [80] }, "Cannot set bind to [80] (option bind): it must be a string");
});
