import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfigText } from "../../lib/config/file.ts";
import { ConfigError } from "../../lib/errors.ts";

test("readConfigText() reads values in TOML's own types", () => {
  const text = `
# a comment
bind = ["[::1]:80", "unix:/run/a.sock"]
workers = "auto"
"threads" = 4
umask = 0o027
keepalive = 2.5
limit_request_body = "10m"
limit_request_line = 4094
log_json = true
wsgi_app = "shop.wsgi"
raw_env = "A=1"
accesslog = ""
`;
  const values = Object.fromEntries(
    [...readConfigText("m.toml", text)].map(([name, { value }]) => [name, value]),
  );
  assert.ok(typeof values["workers"] === "number");
  delete values["workers"];
  assert.deepEqual(values, {
    bind: ["[::1]:80", "unix:/run/a.sock"],
    threads: 4,
    umask: 0o027,
    keepalive: 2.5,
    limit_request_body: 10 * 2 ** 20,
    limit_request_line: 4094,
    log_json: true,
    app: "shop.wsgi",
    raw_env: ["A=1"],
    accesslog: null,
  });
});

const INVALID: [name: string, text: string, message: string][] = [
  [
    "unknown name",
    'bind = ":80"\nworker = 4\n',
    'm.toml:2:1: Cannot set "worker": there is no such setting, the nearest one is workers\n  worker = 4\n  ^',
  ],
  [
    "flag's name",
    "keep-alive = 4",
    'm.toml:1:1: Cannot set "keep-alive": there is no such setting, the nearest one is keepalive\n  keep-alive = 4\n  ^',
  ],
  [
    "wrong type",
    "# four\n\n  workers   =  4.5\n",
    "m.toml:3:16: Cannot set workers to 4.5: it must be a whole number from 1 to 1024, or auto\n    workers   =  4.5\n                 ^",
  ],
  [
    "number as a string",
    'backlog = "100"',
    'm.toml:1:11: Cannot set backlog to "100": it must be a whole number from 1 to 65535\n  backlog = "100"\n            ^',
  ],
  [
    "item of a list",
    'bind = [":80", 80]',
    'm.toml:1:8: Cannot set bind to [":80", 80]: in "80" it must be a string\n  bind = [":80", 80]\n         ^',
  ],
  [
    "switch as a string",
    'log_json = "true"',
    'm.toml:1:12: Cannot set log_json to "true": it must be true or false\n  log_json = "true"\n             ^',
  ],
  [
    "table",
    '\n[server]\nbind = ":80"\n',
    'm.toml:2:2: Cannot set "server": there is no such setting',
  ],
  [
    "date",
    "workers = 2026-11-23",
    'm.toml:1:11: Cannot set workers to "2026-11-23',
  ],
  [
    "belongs on the command line",
    "check_config = true",
    'm.toml:1:1: Cannot set "check_config" in a file: it can only be set by --check-config\n  check_config = true\n  ^',
  ],
  [
    "name and alias",
    'app = "a"\nwsgi_app = "b"',
    "m.toml:2:1: Cannot set app twice",
  ],
  ["no TOML", 'bind = ":80"\nworkers =\n', "m.toml:2:"],
  ["same name twice", "workers = 1\nworkers = 2\n", "m.toml:2:"],
  [
    "tabs before the mark",
    "\tthreads =\t0",
    "m.toml:1:12: Cannot set threads to 0: it must be a whole number from 1 to 10000\n  \tthreads =\t0\n  \t         \t^",
  ],
];

test("readConfigText() shows file, line, column and what would be right", () => {
  for (const [name, text, message] of INVALID) {
    assert.throws(() => readConfigText("m.toml", text), (error) => {
      assert.ok(error instanceof ConfigError, name);
      assert.equal(error.message.slice(0, message.length), message, name);
      return true;
    });
  }
});
