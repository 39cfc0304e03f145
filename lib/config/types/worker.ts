import { availableParallelism } from "node:os";
import { accept, type Reading, reject, scalarType, type ValueType } from "../value_type.ts";

const MAX_WORKERS = 1024;

/** A number of workers; `auto` is the number of processors this process may use. */
export function workerCount(): ValueType<number> {
  const check = (value: number): Reading<number> =>
    Number.isInteger(value) && value >= 1 && value <= MAX_WORKERS
      ? accept(value)
      : reject(`it must be a whole number from 1 to ${MAX_WORKERS}, or auto`);
  const read = (text: string) =>
    text === "auto"
      ? accept(availableParallelism())
      : check(/^\d{1,9}$/.test(text) ? Number(text) : NaN);
  return scalarType({
    placeholder: "N|auto",
    read,
    fromFile: (value) =>
      typeof value === "string" ? read(value) : check(typeof value === "number" ? value : NaN),
  });
}

/** How a Python app is run. */
export type WorkerClass = "auto" | "sync" | "gthread" | "asgi";

/** gunicorn's and uvicorn's spellings, and what serves such an app here. */
const WORKER_CLASSES: Readonly<Record<string, WorkerClass>> = {
  auto: "auto",
  sync: "sync",
  gthread: "gthread",
  asgi: "asgi",
  "gunicorn.workers.sync.SyncWorker": "sync",
  "gunicorn.workers.gthread.ThreadWorker": "gthread",
  "gunicorn.workers.gasgi.ASGIWorker": "asgi",
  "uvicorn.workers.UvicornWorker": "asgi",
  "uvicorn.workers.UvicornH11Worker": "asgi",
  "uvicorn_worker.UvicornWorker": "asgi",
  "uvicorn_worker.UvicornH11Worker": "asgi",
};

/** gunicorn's other classes, and what does their job here. */
const WORKER_CLASS_ADVICE: Readonly<Record<string, string>> = {
  gevent: "gevent is not supported, use gthread with --threads",
  gevent_wsgi: "gevent is not supported, use gthread with --threads",
  gevent_pywsgi: "gevent is not supported, use gthread with --threads",
  eventlet: "eventlet is not supported, use gthread with --threads",
  tornado: "tornado is not supported, use asgi or gthread",
};

/** A worker class by gunicorn's or uvicorn's name. */
export function workerClass(): ValueType<WorkerClass> {
  const read = (text: string): Reading<WorkerClass> => {
    const known = Object.hasOwn(WORKER_CLASSES, text) ? WORKER_CLASSES[text] : undefined;
    if (known) return accept(known);
    const advice = Object.hasOwn(WORKER_CLASS_ADVICE, text) ? WORKER_CLASS_ADVICE[text] : undefined;
    return reject(advice ?? "it must be sync, gthread, asgi or uvicorn.workers.UvicornWorker");
  };
  return scalarType({
    placeholder: "CLASS",
    read,
    fromFile: (value) => typeof value === "string" ? read(value) : reject("it must be a string"),
  });
}
