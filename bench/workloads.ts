/** Which servers a workload is for: those of JavaScript, of WSGI, of ASGI. */
export type Group = "js" | "wsgi" | "asgi";

/** How good Monoceros has to be in a workload (design: "what fast means here"). */
export type Target =
  /** At least `least` times the requests per CPU second of the peer `against`, in the same run. */
  | { kind: "ratio"; against: string; least: number }
  /** At most so long from the start of the process to the first answer. */
  | { kind: "start"; atMostMs: number }
  /** The largest process at rest has at most so much more private memory than the peer's largest. */
  | { kind: "private-memory"; against: string; atMostBytes: number };

/** One kind of request that every peer of a group answers. */
export interface Workload {
  id: string;
  title: string;
  group: Group;
  /** Name of the app, as a server takes it, in `bench/apps`. */
  app: string;
  /** Every answer must have this body; the status must be 200. */
  body: string;
  /** How many requests a client sends before it waits for their answers. */
  pipeline: number;
  /** Python packages that the app needs. */
  packages: readonly string[];
  targets: readonly Target[];
}

const HELLO = "Hello, World!";
const MEGABYTE = 1_000_000;

/** All workloads, in the order in which they are run and shown. */
export const WORKLOADS: readonly Workload[] = [
  {
    id: "js-hello",
    title: "JS hello, keep-alive",
    group: "js",
    app: "hello.ts",
    body: HELLO,
    pipeline: 1,
    packages: [],
    targets: [
      { kind: "ratio", against: "bun-serve", least: 1.1 },
      { kind: "ratio", against: "deno-serve", least: 1 },
      { kind: "start", atMostMs: 60 },
      { kind: "private-memory", against: "bun-serve", atMostBytes: 10 * MEGABYTE },
    ],
  },
  {
    id: "js-pipelined",
    title: "JS hello, pipelined × 16",
    group: "js",
    app: "hello.ts",
    body: HELLO,
    pipeline: 16,
    packages: [],
    targets: [{ kind: "ratio", against: "bun-serve", least: 5 }],
  },
  {
    id: "wsgi-hello",
    title: "WSGI hello",
    group: "wsgi",
    app: "wsgi:app",
    body: HELLO,
    pipeline: 1,
    packages: [],
    targets: [
      { kind: "ratio", against: "gunicorn-gthread", least: 8 },
      { kind: "ratio", against: "granian", least: 1 },
    ],
  },
  {
    id: "flask-hello",
    title: "Flask hello",
    group: "wsgi",
    app: "flask_app:app",
    body: HELLO,
    pipeline: 1,
    packages: ["flask"],
    targets: [
      { kind: "ratio", against: "gunicorn-gthread", least: 5 },
      { kind: "ratio", against: "granian", least: 1 },
    ],
  },
  {
    id: "asgi-hello",
    title: "ASGI hello",
    group: "asgi",
    app: "asgi:app",
    body: HELLO,
    pipeline: 1,
    packages: [],
    targets: [
      { kind: "ratio", against: "uvicorn", least: 1.4 },
      { kind: "ratio", against: "granian", least: 1 },
    ],
  },
  {
    id: "fastapi-hello",
    title: "FastAPI hello",
    group: "asgi",
    app: "fastapi_app:app",
    body: '{"message":"Hello, World!"}',
    pipeline: 1,
    packages: ["fastapi"],
    targets: [
      { kind: "ratio", against: "uvicorn", least: 1.15 },
      { kind: "ratio", against: "granian", least: 1 },
    ],
  },
];
