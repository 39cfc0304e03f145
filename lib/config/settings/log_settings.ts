import { LOG_LEVELS } from "../../log.ts";
import { setting } from "../setting.ts";
import { choice, flag, optional, path, text } from "../types/text.ts";

/** What is written down, and where. */
export const LOG_SETTINGS = {
  loglevel: setting({
    flags: ["--log-level"],
    type: choice(LOG_LEVELS),
    default: "info",
    help: "Least urgent level that is logged",
    apps: "all",
  }),
  errorlog: setting({
    flags: ["--error-logfile", "--log-file"],
    type: path("PATH"),
    default: "-",
    help: "File of the error log; -: standard error",
    apps: "all",
  }),
  accesslog: setting({
    flags: ["--access-logfile"],
    type: optional(path("PATH")),
    default: null,
    help: "File of the access log; -: standard output",
    apps: "all",
  }),
  access_log_format: setting({
    flags: ["--access-logformat"],
    type: text("FORMAT"),
    default: '%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s"',
    help: "Form of a line of the access log",
    apps: "all",
  }),
  log_json: setting({
    flags: ["--log-json"],
    type: flag(),
    default: false,
    help: "Write the error log as JSON, one object in each line",
    apps: "all",
    gunicorn: "none",
  }),
};
