import { spawn } from "node:child_process";
import { ROOT } from "./paths.ts";

export interface CommandResult {
  /** Exit code; 128 and more when it was ended by a signal, 127 when it could not be started. */
  code: number;
  /** Standard output and standard error, in the order they came. */
  output: string;
  seconds: number;
}

export interface CommandOptions {
  env?: Record<string, string>;
  /** Ends the command when it takes longer. */
  withinSeconds?: number;
}

/**
 * Runs a command in the repository's folder without standard input and collects what it prints.
 *
 * @param command Executable and arguments.
 */
export function runCommand(
  command: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [executable = "", ...args] = command;
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(executable, args, {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const finish = (code: number) => {
      clearTimeout(deadline);
      resolve({ code, output, seconds: (performance.now() - started) / 1000 });
    };
    const deadline = setTimeout(() => {
      output += `\nended: it took longer than ${options.withinSeconds} s\n`;
      child.kill("SIGKILL");
    }, (options.withinSeconds ?? 1200) * 1000);
    child.stdout.on("data", (chunk) => output += chunk);
    child.stderr.on("data", (chunk) => output += chunk);
    child.on("error", (error) => (output += error.message, finish(127)));
    child.on("close", (code) => finish(code ?? 137));
  });
}
