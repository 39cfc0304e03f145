import { setting } from "../setting.ts";
import { integer } from "../types/number.ts";
import { workerCount } from "../types/worker.ts";

/** How many processes serve the app, and how much each takes on. */
export const WORKER_SETTINGS = {
  workers: setting({
    flags: ["-w", "--workers"],
    type: workerCount(),
    default: 1,
    help: "Processes that run the app; auto: one for each processor",
    apps: "all",
    fallback: { variable: "WEB_CONCURRENCY" },
  }),
  http_workers: setting({
    flags: ["--http-workers"],
    type: integer({ min: 0, max: 1024, note: "0 for one per 8 app processes" }),
    default: 0,
    help: "Processes that speak HTTP in front of a Python app; 0: one for every 8 app processes",
    apps: "python",
    gunicorn: "there is none, the process that runs the app also speaks HTTP",
  }),
  worker_connections: setting({
    flags: ["--worker-connections"],
    type: integer({ min: 1, max: 1_000_000 }),
    default: 10_000,
    help: "Open connections of one worker; more wait to be accepted",
    apps: "all",
    gunicorn: "1000, because an idle connection holds more of it",
  }),
  queue_limit: setting({
    flags: ["--queue-limit"],
    type: integer({ min: 1, max: 1_000_000 }),
    default: 1000,
    help: "Requests of one worker that may wait for an app process; more are answered 503",
    apps: "python",
    gunicorn: "none, there is no limit but the sockets' backlog",
  }),
};
