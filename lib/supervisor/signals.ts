import process from "node:process";

/** What a signal asks of the supervisor. */
export type Request =
  | { type: "stop"; how: "graceful" | "quick" }
  | { type: "reload" }
  | { type: "resize"; delta: 1 | -1 }
  | { type: "reopen" }
  /** Without a handler the signal would end the server. */
  | { type: "none" };

/** The supervisor's signals: what each asks for, and what the reference says of it. */
export const SIGNALS: readonly {
  readonly signal: NodeJS.Signals;
  readonly request: Request;
  readonly help: string;
}[] = [
  {
    signal: "SIGTERM",
    request: { type: "stop", how: "graceful" },
    help:
      "Stop: accepted requests are answered, for at most `graceful_timeout`. Again: stop quickly",
  },
  {
    signal: "SIGINT",
    request: { type: "stop", how: "quick" },
    help: "Stop quickly: connections are closed at once",
  },
  {
    signal: "SIGQUIT",
    request: { type: "stop", how: "quick" },
    help: "Stop quickly",
  },
  {
    signal: "SIGHUP",
    request: { type: "reload" },
    help: "Reload settings and app: new workers replace the old ones once they are ready; " +
      "if anything fails, the old ones serve on",
  },
  {
    signal: "SIGTTIN",
    request: { type: "resize", delta: 1 },
    help: "One more process that runs the app",
  },
  {
    signal: "SIGTTOU",
    request: { type: "resize", delta: -1 },
    help: "One process less, but never none",
  },
  {
    signal: "SIGUSR1",
    request: { type: "reopen" },
    help: "Open the log files again, after they were rotated",
  },
  {
    signal: "SIGUSR2",
    request: { type: "none" },
    help: "Nothing; gunicorn's upgrade in place is not there",
  },
];

/**
 * Listens for all signals of the table.
 *
 * @param received Called from the event loop, so it may do anything.
 * @returns Stops listening.
 */
export function listenForSignals(
  received: (signal: NodeJS.Signals, request: Request) => void,
): () => void {
  const handlers = SIGNALS.map(({ signal, request }) => {
    const handler = () => received(signal, request);
    process.on(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}

/** The table of signals for the README, in Markdown. */
export function signalsTable(): string {
  const rows = SIGNALS.map(({ signal, help }) => `| \`${signal.slice(3)}\` | ${help} |`);
  return ["| Signal | What the supervisor does |", "|---|---|", ...rows].join("\n");
}
