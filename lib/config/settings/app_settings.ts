import { setting } from "../setting.ts";
import { choice, flag, optional, path, text } from "../types/text.ts";

/** What is served, and where the settings come from. */
export const APP_SETTINGS = {
  app: setting({
    flags: [],
    aliases: ["wsgi_app"],
    type: optional(text("APP")),
    default: null,
    help: "The app, where the command line names none",
    apps: "all",
  }),
  interface: setting({
    flags: ["--interface"],
    type: choice(["auto", "fetch", "node", "wsgi", "asgi"]),
    default: "auto",
    help: "How the app is called. auto finds out by looking at it",
    apps: "all",
  }),
  config: setting({
    flags: ["-c", "--config"],
    type: optional(path("PATH")),
    default: null,
    help: "Configuration file; else monoceros.toml in the current folder, if there is one",
    apps: "all",
    isNotInFile: true,
    gunicorn: "a Python file, gunicorn.conf.py",
  }),
  check_config: setting({
    flags: ["--check-config"],
    type: flag(),
    default: false,
    help: "Check the settings and the app, then exit",
    apps: "all",
    isFlagOnly: true,
  }),
  print_config: setting({
    flags: ["--print-config"],
    type: flag(),
    default: false,
    help: "Print each setting with its source, then exit",
    apps: "all",
    isFlagOnly: true,
  }),
};
