import { setting } from "../setting.ts";
import { assignment, list, optional, path } from "../types/text.ts";

/** How the processes stand in the system. */
export const PROCESS_SETTINGS = {
  chdir: setting({
    flags: ["--chdir"],
    type: path("PATH"),
    default: ".",
    help: "Folder to change to before the app is loaded",
    apps: "all",
  }),
  raw_env: setting({
    flags: ["-e", "--env"],
    type: list(assignment()),
    default: [],
    help: "Environment variable for the app",
    apps: "all",
    isNotInEnvironment: true,
  }),
  pidfile: setting({
    flags: ["-p", "--pid"],
    type: optional(path("PATH")),
    default: null,
    help: "File for the process id of the supervisor",
    apps: "all",
  }),
};
