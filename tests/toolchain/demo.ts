/** `deno task demo`: builds the executable and serves a sample app with it until Ctrl-C. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import process from "node:process";
import { compile } from "./build.ts";
import { EXECUTABLE, pythonPath, ROOT } from "./paths.ts";
import { setUp } from "./setup.ts";

const ADDRESS = "127.0.0.1:8000";
const APP = "tests/apps/hello.ts";

await setUp({ forTests: true });
await compile("cli.ts", EXECUTABLE);
const args = ["--bind", ADDRESS, "--workers", "2", APP];
console.log(`\ndist/monoceros ${args.join(" ")}\n`);
const server = spawn(EXECUTABLE, args, { cwd: ROOT, stdio: ["ignore", "inherit", "pipe"] });
server.stderr.setEncoding("utf8");
server.stderr.on("data", showLog);
server.on("exit", (code, signal) => {
  process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0));
});
// Ctrl-C reaches the server by itself, because it belongs to the same terminal; this process waits for its end.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => server.kill("SIGTERM"));
process.on("SIGHUP", () => server.kill("SIGTERM"));
// npx passes no signal on: who ends it leaves this process behind, with a new grandparent.
const launcher = parentOf(process.ppid);
if (process.env["npm_command"] === "exec") {
  setInterval(() => parentOf(process.ppid) !== launcher && server.kill("SIGTERM"), 500);
}

let isGuideShown = false;

function showLog(text: string): void {
  process.stderr.write(text);
  if (isGuideShown || !text.includes("Workers ready")) return;
  isGuideShown = true;
  console.log(guide(server.pid ?? 0));
}

/** @returns 0 if the process does not exist, or the system has no /proc. */
function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function guide(pid: number): string {
  return `
Serving ${APP} at http://${ADDRESS}/ with two workers. Try in another terminal:

  curl http://${ADDRESS}/                    an answer, with the worker that gave it
  kill -HUP ${pid}                             load the app again, after a change of ${APP}
  kill -TTIN ${pid}                            one worker more (TTOU: one less)

A Flask app with two app processes:

  dist/monoceros --bind 127.0.0.1:8001 --workers 2 --python ${
    pythonPath().replace(`${ROOT}/`, "")
  } \\
    --chdir tests/apps flask_app:app

Ctrl-C stops the server.
`;
}
