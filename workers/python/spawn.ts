import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { Runtime } from "../../lib/runtime/runtime.ts";

/** How to start Python. */
export interface PythonCommand {
  /** Path of the interpreter. */
  executable: string;
  /** Source that is run by `-c`; it finds its lines at fd 3 and fd 4. */
  bootstrap: string;
  cwd: string;
  env: Readonly<Record<string, string>>;
}

/** A started interpreter and our ends of its two lines. */
export interface SpawnedPython {
  child: ChildProcess;
  dataFd: number;
  controlFd: number;
}

/** Ours, not the app's: they would make a Python program's children believe that they are ours. */
const PRIVATE_NAMES = /^(NODE_CHANNEL_|BUN_BE_BUN$|BUN_OPTIONS$|MONOCEROS_ROLE$)/;

/** The environment of an app process. */
export function appEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !PRIVATE_NAMES.test(name)) env[name] = value;
  }
  return env;
}

/** Starts Python with a data line at fd 3 and a control line at fd 4. The child reports errors by its `error` event. */
export function spawnPython(runtime: Runtime, command: PythonCommand): SpawnedPython {
  const [dataFd, childData] = runtime.libc.socketpair();
  const [controlFd, childControl] = runtime.libc.socketpair();
  try {
    const child = spawn(command.executable, ["-c", command.bootstrap, "3", "4"], {
      cwd: command.cwd,
      env: command.env,
      stdio: ["ignore", "inherit", "inherit", childData, childControl],
    });
    return { child, dataFd, controlFd };
  } catch (error) {
    runtime.libc.close(dataFd);
    runtime.libc.close(controlFd);
    throw error;
  } finally {
    runtime.libc.close(childData);
    runtime.libc.close(childControl);
  }
}
