/** What an operator gets wrong: one clear message, an exit code that says what it was, nothing left behind. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { unlessPython } from "../available.ts";
import { onEachRuntime } from "../on_each_runtime.ts";
import type { Server } from "../server.ts";
import { TemporaryFolder } from "../temporary_folder.ts";

interface BadInput {
  name: string;
  app?: string;
  args?: string[];
  env?: Record<string, string>;
  /** Files in the server's folder. */
  files?: Record<string, string>;
  /** Exit code, as gunicorn's: 2 usage, 1 settings, 3 app raised, 4 app not found. */
  code: number;
  /** What the message must name. */
  says: RegExp[];
  needs?: "python";
}

const OK_APP = { "ok.ts": "export default { fetch: () => new Response('ok') };\n" };
const PYTHON_APP = { "good.py": "def app(environ, start_response):\n    pass\nname = 'text'\n" };

const CASES: BadInput[] = [
  { name: "no app", code: 2, says: [/\bapp\b/i] },
  { name: "two apps", app: "ok.ts", args: ["other.ts"], files: OK_APP, code: 2, says: [/ok\.ts/] },
  { name: "a file that is not there", app: "missing.ts", code: 4, says: [/missing\.ts/] },
  { name: "a file with a similar name", app: "okk.ts", files: OK_APP, code: 4, says: [/"?ok\.ts/] },
  {
    name: "an export that is not there",
    app: "ok.ts#other",
    files: OK_APP,
    code: 4,
    says: [/other/, /default/],
  },
  {
    name: "an export that is no app",
    app: "number.ts",
    files: { "number.ts": "export default 42;\n" },
    code: 4,
    says: [/number\.ts/, /fetch/],
  },
  {
    name: "a TypeScript syntax error",
    app: "broken.ts",
    files: { "broken.ts": "const a = 1;\n\nconst = 2;\nexport default () => new Response();\n" },
    code: 3,
    says: [/broken\.ts:3/],
  },
  {
    name: "a TypeScript app that throws",
    app: "throws.ts",
    files: { "throws.ts": "const a = 1;\nthrow new Error('no database');\n" },
    code: 3,
    says: [/no database/, /throws\.ts:2/],
  },
  {
    name: "a package that is not installed",
    app: "needs.ts",
    files: { "needs.ts": "import x from 'not-there-at-all';\nexport default { fetch: x };\n" },
    code: 3,
    says: [/not-there-at-all/, /needs\.ts/],
  },
  {
    name: "a Python module that is not there",
    app: "missing_module:app",
    code: 4,
    says: [/missing_module/],
    needs: "python",
  },
  {
    name: "a Python attribute that is not there",
    app: "good:ap",
    files: PYTHON_APP,
    code: 4,
    says: [/'?"?ap\b/, /app/],
    needs: "python",
  },
  {
    name: "a Python attribute that is not callable",
    app: "good:name",
    files: PYTHON_APP,
    code: 4,
    says: [/name/, /callable/],
    needs: "python",
  },
  {
    name: "a Python syntax error",
    app: "broken:app",
    files: { "broken.py": "a = 1\ndef app(:\n    pass\n" },
    code: 3,
    says: [/broken\.py/, /line 2|:2/],
    needs: "python",
  },
  {
    name: "a Python app that raises",
    app: "raises:app",
    files: { "raises.py": "a = 1\nraise RuntimeError('no database')\n" },
    code: 3,
    says: [/no database/, /raises\.py/],
    needs: "python",
  },
  {
    name: "an ASGI lifespan that fails",
    app: "lifespan:app",
    files: {
      "lifespan.py": "async def app(scope, receive, send):\n    await receive()\n" +
        "    await send({'type': 'lifespan.startup.failed', 'message': 'no database'})\n",
    },
    code: 3,
    says: [/no database/],
    needs: "python",
  },
  {
    name: "an unknown flag",
    app: "ok.ts",
    args: ["--wrokers", "2"],
    files: OK_APP,
    code: 2,
    says: [/--wrokers/, /--workers/],
  },
  {
    name: "a bad value of a flag",
    app: "ok.ts",
    args: ["--workers", "many"],
    files: OK_APP,
    code: 1,
    says: [/--workers/, /many/],
  },
  {
    name: "a bad value of a variable",
    app: "ok.ts",
    env: { MONOCEROS_TIMEOUT: "soon" },
    files: OK_APP,
    code: 1,
    says: [/MONOCEROS_TIMEOUT/, /soon/],
  },
  {
    name: "an unknown setting in the file",
    app: "ok.ts",
    files: { ...OK_APP, "monoceros.toml": "workers = 1\ntimeuot = 3\n" },
    code: 1,
    says: [/monoceros\.toml:2/, /timeuot/, /timeout/],
  },
  {
    name: "a bad value in the file",
    app: "ok.ts",
    files: { ...OK_APP, "monoceros.toml": "# comment\nworkers = 'many'\n" },
    code: 1,
    says: [/monoceros\.toml:2/, /workers/],
  },
  {
    name: "a socket in a folder that is not there",
    app: "ok.ts",
    args: ["--bind", "unix:missing/folder/app.sock"],
    files: OK_APP,
    code: 1,
    says: [/missing\/folder\/app\.sock/],
  },
  {
    name: "an address of another machine",
    app: "ok.ts",
    args: ["--bind", "192.0.2.1:0"],
    files: OK_APP,
    code: 1,
    says: [/192\.0\.2\.1/],
  },
  {
    name: "a Python that is not there",
    app: "good:app",
    args: ["--python", "/missing/python"],
    files: PYTHON_APP,
    code: 1,
    says: [/\/missing\/python/],
  },
];

for (const input of CASES) {
  const skip = input.needs === "python" && unlessPython();
  onEachRuntime(`${input.name}: exit code ${input.code} and one message`, async (start) => {
    using folder = new TemporaryFolder(input.files);
    const server = await start({
      ...(input.app === undefined ? {} : { app: input.app }),
      args: ["--workers", "3", ...input.args ?? []],
      env: input.env ?? {},
      cwd: folder.path,
      isReadyWanted: false,
    });
    await assertRefusal(server, input);
  }, { skip });
}

onEachRuntime("a port in use: exit code 1 and one message", async (start) => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const address = other.address();
  const port = typeof address === "object" ? address?.port : 0;
  using folder = new TemporaryFolder(OK_APP);
  const bind = ["--bind", `127.0.0.1:${port}`];
  const server = await start({ app: "ok.ts", bind, cwd: folder.path, isReadyWanted: false });
  await assertRefusal(server, {
    name: "",
    code: 1,
    says: [new RegExp(`127\\.0\\.0\\.1:${port}`), /in use/i],
  });
  other.close();
});

async function assertRefusal(server: Server, input: BadInput): Promise<void> {
  const { code, signal } = await server.exit;
  const text = server.log.lines.join("\n");
  assert.equal(code, input.code, `exit code ${code}, signal ${signal}`);
  for (const pattern of input.says) assert.match(text, pattern);
  // The words that only this mistake has are said once, whatever the number of workers.
  const [first = /$^/] = input.says;
  const saying = server.log.lines.filter((line) => first.test(line));
  assert.ok(saying.length <= 3, `said ${saying.length} times:\n${saying.join("\n")}`);
  const ours = server.log.lines.filter((line) =>
    /^\s+at .*(\$bunfs|cli\.ts|\/lib\/|\/workers\/)/.test(line)
  );
  assert.deepEqual(ours, [], "a stack of ours");
}
