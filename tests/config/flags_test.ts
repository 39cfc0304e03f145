import assert from "node:assert/strict";
import { test } from "node:test";
import { readCommand, readFlags } from "../../lib/config/flags.ts";
import { ConfigError } from "../../lib/errors.ts";

function valuesOf(args: string[]): Record<string, unknown> {
  const entries = [...readFlags(args)].map(([name, { value }]) => [name, value]);
  return Object.fromEntries(entries);
}

const VALID: [args: string[], values: Record<string, unknown>][] = [
  [[], {}],
  [["app.ts"], { app: "app.ts" }],
  [["-w4"], { workers: 4 }],
  [["-w", "4"], { workers: 4 }],
  [["-w=4"], { workers: 4 }],
  [["--workers", "4"], { workers: 4 }],
  [["--workers=4"], { workers: 4 }],
  [["--workers=4", "-w", "2"], { workers: 2 }],
  [["shop.wsgi:app", "-w", "2"], { app: "shop.wsgi:app", workers: 2 }],
  [["-w", "2", "--", "-odd-name.ts"], { app: "-odd-name.ts", workers: 2 }],
  [["-b", ":80", "-b", "unix:/x"], { bind: ["0.0.0.0:80", "unix:/x"] }],
  [["-b:80"], { bind: ["0.0.0.0:80"] }],
  [["--bind=[::1]:80"], { bind: ["[::1]:80"] }],
  [["-e", "A=1,2", "--env", "B=x=y", "-e", "C="], { raw_env: ["A=1,2", "B=x=y", "C="] }],
  [["--pythonpath", "a,b", "--pythonpath=c"], { pythonpath: ["a", "b", "c"] }],
  [["--log-json"], { log_json: true }],
  [["--log-json", "app.ts"], { log_json: true, app: "app.ts" }],
  [["--log-json", "--no-log-json"], { log_json: false }],
  [["--log-json=false"], { log_json: false }],
  [["--access-logfile", "-"], { accesslog: "-" }],
  [["--access-logfile", ""], { accesslog: null }],
  [["--access-logformat=-%(h)s"], { access_log_format: "-%(h)s" }],
  [["--limit-request-field_size", "10"], { limit_request_field_size: 10 }],
  [["--limit-request-field-size", "10"], { limit_request_field_size: 10 }],
  [["--limit-request-body", "10m"], { limit_request_body: 10 * 2 ** 20 }],
  [["--limit-request-body", "2G"], { limit_request_body: 2 * 2 ** 30 }],
  [["--limit-request-body", "64kb"], { limit_request_body: 65536 }],
  [["-t", "0", "--keep-alive", "0.5"], { timeout: 0, keepalive: 0.5 }],
  [["-m", "027"], { umask: 0o027 }],
  [["-m", "0o007"], { umask: 0o007 }],
  [["-m0"], { umask: 0 }],
  [["-k", "uvicorn.workers.UvicornWorker"], { worker_class: "asgi" }],
  [["-k", "gthread", "--threads", "8"], { worker_class: "gthread", threads: 8 }],
  [["--log-file", "x.log"], { errorlog: "x.log" }],
];

test("readFlags() reads the forms that gunicorn's users write", () => {
  for (const [args, values] of VALID) assert.deepEqual(valuesOf(args), values, args.join(" "));
});

test("readFlags() reads auto as a number of processors", () => {
  const { workers } = valuesOf(["-w", "auto"]);
  assert.ok(typeof workers === "number" && workers >= 1);
});

test("readFlags() remembers which flag was used", () => {
  const layer = readFlags(["-w", "1", "--workers", "2", "app.ts"]);
  assert.deepEqual(layer.get("workers")?.source, { type: "flag", flag: "--workers" });
  assert.deepEqual(layer.get("app")?.source, { type: "argument" });
});

const INVALID: [args: string[], exitCode: number, message: string][] = [
  [
    ["--wrokers", "4"],
    2,
    'Cannot use the flag "--wrokers": there is no such flag, the nearest one is --workers',
  ],
  [
    ["--keepalive=3"],
    2,
    'Cannot use the flag "--keepalive": there is no such flag, the nearest one is --keep-alive',
  ],
  [
    ["--graceful"],
    2,
    'Cannot use the flag "--graceful": there is no such flag, the nearest one is --graceful-timeout',
  ],
  [
    ["-bind", ":80"],
    2,
    'Cannot use the flag "-bind": there is no such flag, the nearest one is --bind',
  ],
  [
    ["-workers=4"],
    2,
    'Cannot use the flag "-workers=4": there is no such flag, the nearest one is --workers',
  ],
  [["-x"], 2, 'Cannot use the flag "-x": there is no such flag, monoceros --help shows all flags'],
  [
    ["--zzzzzzzzzz"],
    2,
    'Cannot use the flag "--zzzzzzzzzz": there is no such flag, monoceros --help shows all flags',
  ],
  [
    ["--workers"],
    2,
    'Cannot use the flag "--workers": its value is missing, it must be --workers N|auto',
  ],
  [["-b", "-w", "4"], 2, 'Cannot use the flag "-b": its value is missing, it must be -b ADDRESS'],
  [
    ["--no-workers"],
    2,
    'Cannot use the flag "--no-workers": there is no such flag, the nearest one is --workers',
  ],
  [["--no-log-json=1"], 2, 'Cannot use the flag "--no-log-json=1": --no-log-json takes no value'],
  [["a.ts", "b.ts"], 2, 'Cannot serve "a.ts" and "b.ts": there are 2 apps, it must be one'],
  [
    ["-w", "four"],
    1,
    'Cannot set workers to "four" (flag -w): it must be a whole number from 1 to 1024, or auto',
  ],
  [
    ["-w", "0"],
    1,
    'Cannot set workers to "0" (flag -w): it must be a whole number from 1 to 1024, or auto',
  ],
  [
    ["-w", "-4"],
    1,
    'Cannot set workers to "-4" (flag -w): it must be a whole number from 1 to 1024, or auto',
  ],
  [
    ["-w", "1e2"],
    1,
    'Cannot set workers to "1e2" (flag -w): it must be a whole number from 1 to 1024, or auto',
  ],
  [
    ["-b", ":80", "-b", ":x"],
    1,
    'Cannot set bind to [":80", ":x"] (flag -b): in ":x" the port "x" is not a whole number from 0 to 65535',
  ],
  [
    ["--head-timeout", "0"],
    1,
    'Cannot set head_timeout to "0" (flag --head-timeout): it must be a number of seconds above 0, at most 2000000',
  ],
  [
    ["-t", "30s"],
    1,
    'Cannot set timeout to "30s" (flag -t): it must be a number of seconds from 0 to 2000000',
  ],
  [
    ["--limit-request-body", "10x"],
    1,
    'Cannot set limit_request_body to "10x" (flag --limit-request-body): it must be a number of bytes from 0 to',
  ],
  [
    ["-m", "22"],
    1,
    'Cannot set umask to "22" (flag -m): it must be an octal number with a leading 0',
  ],
  [["-m", "01777"], 1, 'Cannot set umask to "01777" (flag -m): it must be an octal number'],
  [["-e", "NAME"], 1, 'Cannot set raw_env to "NAME" (flag -e): it must be NAME=VALUE'],
  [
    ["--log-level", "warn"],
    1,
    'Cannot set loglevel to "warn" (flag --log-level): it must be debug, info, warning, error or critical',
  ],
  [
    ["-k", "gevent"],
    1,
    'Cannot set worker_class to "gevent" (flag -k): gevent is not supported, use gthread with --threads',
  ],
  [
    ["-k", "my.Worker"],
    1,
    'Cannot set worker_class to "my.Worker" (flag -k): it must be sync, gthread, asgi or uvicorn.workers.UvicornWorker',
  ],
  [["-k", "constructor"], 1, 'Cannot set worker_class to "constructor" (flag -k): it must be sync'],
  [
    ["--log-json=maybe"],
    1,
    'Cannot set log_json to "maybe" (flag --log-json): it must be true or false',
  ],
  [["-p", "a\nb"], 1, 'Cannot set pidfile to "a\\nb" (flag -p): it has a control character'],
  [["--chdir", ""], 1, 'Cannot set chdir to "" (flag --chdir): it must be a path, not empty'],
];

test("readFlags() says what is wrong, where, and what would be right", () => {
  for (const [args, exitCode, message] of INVALID) {
    assert.throws(() => readFlags(args), (error) => {
      assert.ok(error instanceof ConfigError, args.join(" "));
      assert.equal(error.message.slice(0, message.length), message);
      assert.equal(error.exitCode, exitCode, args.join(" "));
      return true;
    });
  }
});

test("readCommand() finds --help and --version even beside mistakes", () => {
  assert.equal(readCommand(["--wrong", "--help"]), "help");
  assert.equal(readCommand(["-v"]), "version");
  assert.equal(readCommand(["--", "--help"]), "serve");
  assert.equal(readCommand(["app.ts"]), "serve");
});
