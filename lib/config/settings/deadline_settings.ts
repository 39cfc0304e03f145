import { setting } from "../setting.ts";
import { seconds } from "../types/number.ts";

/** How long the server waits for what. */
export const DEADLINE_SETTINGS = {
  timeout: setting({
    flags: ["-t", "--timeout"],
    type: seconds({ zero: "allowed" }),
    default: 30,
    help: "A worker or app process that is silent for this long is replaced; 0: never",
    apps: "all",
  }),
  graceful_timeout: setting({
    flags: ["--graceful-timeout"],
    type: seconds({ zero: "allowed" }),
    default: 30,
    help: "Time to finish accepted requests at a stop or reload",
    apps: "all",
  }),
  keepalive: setting({
    flags: ["--keep-alive"],
    type: seconds({ zero: "allowed" }),
    default: 5,
    help: "How long a connection may be idle between two requests; 0: one request for each",
    apps: "all",
    gunicorn: "2, because an idle connection holds one of its threads; here it holds a few kB",
  }),
  head_timeout: setting({
    flags: ["--head-timeout"],
    type: seconds({ zero: "refused" }),
    default: 10,
    help: "Time for a client to send the whole head of a request",
    apps: "all",
    gunicorn: "none",
  }),
  body_timeout: setting({
    flags: ["--body-timeout"],
    type: seconds({ zero: "refused" }),
    default: 30,
    help: "Longest gap between two pieces of a request's body",
    apps: "all",
    gunicorn: "none",
  }),
  write_timeout: setting({
    flags: ["--write-timeout"],
    type: seconds({ zero: "refused" }),
    default: 60,
    help: "How long a client may take nothing of its response",
    apps: "all",
    gunicorn: "none",
  }),
  queue_timeout: setting({
    flags: ["--queue-timeout"],
    type: seconds({ zero: "refused" }),
    default: 30,
    help: "How long a request may wait for an app process before it is answered 503",
    apps: "python",
    gunicorn: "none",
  }),
};
