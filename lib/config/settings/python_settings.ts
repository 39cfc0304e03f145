import { setting } from "../setting.ts";
import { integer, seconds } from "../types/number.ts";
import { choice, list, optional, path, text } from "../types/text.ts";
import { workerClass } from "../types/worker.ts";

/** What only Python apps know. */
export const PYTHON_SETTINGS = {
  python: setting({
    flags: ["--python"],
    type: optional(path("PATH")),
    default: null,
    help: "Interpreter; else that of $VIRTUAL_ENV, else .venv, else python3",
    apps: "python",
    gunicorn: "none, it runs in the interpreter it is installed in",
  }),
  pythonpath: setting({
    flags: ["--pythonpath"],
    type: list(path("PATH"), { commas: "in flags" }),
    default: [],
    help: "Folders where modules are looked for first, separated by commas",
    apps: "python",
  }),
  worker_class: setting({
    flags: ["-k", "--worker-class"],
    type: workerClass(),
    default: "auto",
    help: "sync or gthread for WSGI, asgi or uvicorn.workers.UvicornWorker for ASGI, or auto",
    apps: "python",
    gunicorn: "sync; also gevent and tornado",
  }),
  threads: setting({
    flags: ["--threads"],
    type: integer({ min: 1, max: 10_000 }),
    default: 1,
    help: "Requests that one app process of a WSGI app serves at a time",
    apps: "python",
  }),
  asgi_lifespan: setting({
    flags: ["--asgi-lifespan"],
    type: choice(["auto", "on", "off"]),
    default: "auto",
    help: "Whether the app is told of start and end. auto: if it wants to know",
    apps: "python",
  }),
  asgi_loop: setting({
    flags: ["--asgi-loop"],
    type: choice(["auto", "asyncio", "uvloop"]),
    default: "auto",
    help: "Event loop. auto: uvloop if it is installed",
    apps: "python",
  }),
  asgi_disconnect_grace_period: setting({
    flags: ["--asgi-disconnect-grace-period"],
    type: seconds({ zero: "allowed" }),
    default: 3,
    help: "Time for a request's task to end after its client has gone, before it is cancelled",
    apps: "python",
  }),
  root_path: setting({
    flags: ["--root-path"],
    type: text("PATH"),
    default: "",
    help: "Path that the app is mounted at, as ASGI's root_path",
    apps: "python",
  }),
};
