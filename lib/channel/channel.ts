import process from "node:process";
import type { ToSupervisor, ToWorker } from "./messages.ts";

/** The role of a process, in its environment. */
export const ROLE_VARIABLE = "MONOCEROS_ROLE";

/** Whether a supervisor has started this process as its worker. What a worker starts may inherit the variable alone. */
export function isWorkerProcess(): boolean {
  return process.env[ROLE_VARIABLE] === "worker" && process.send !== undefined;
}

/** The part of `ChildProcess` and `process` that carries messages; the two have it in common. */
export interface MessagePort {
  readonly connected?: boolean;
  send?(message: object, sent: (error: Error | null) => void): boolean;
  disconnect?(): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
  on(event: "disconnect", listener: () => void): unknown;
}

/** What a channel tells its owner. */
export interface ChannelUser<Incoming> {
  received(message: Incoming): void;
  /** The other side died or left. Nothing can be sent any more. */
  closed(): void;
}

/** One end of what supervisor and worker say to each other. */
export interface Channel<Outgoing> {
  /** @returns Resolves once the message is on its way, or cannot be sent because the other side is gone. */
  send(message: Outgoing): Promise<void>;
  /** Leaves; the other side's {@link ChannelUser.closed} is called. */
  close(): void;
}

// Tables instead of arrays: the compiler demands an entry for each member of the union.
const TO_WORKER: Record<ToWorker["type"], true> = {
  start: true,
  drain: true,
  stop: true,
  scale: true,
  reopen: true,
};
const TO_SUPERVISOR: Record<ToSupervisor["type"], true> = {
  ready: true,
  beat: true,
  failed: true,
  drained: true,
};

/**
 * The supervisor's end.
 *
 * @param worker A child process that was started with an `ipc` stdio.
 */
export function openWorkerChannel(
  worker: MessagePort,
  user: ChannelUser<ToSupervisor>,
): Channel<ToWorker> {
  return openChannel(worker, TO_SUPERVISOR, user);
}

/**
 * The worker's end.
 *
 * @throws {Error} If this process was not started by a supervisor.
 */
export function openSupervisorChannel(user: ChannelUser<ToWorker>): Channel<ToSupervisor> {
  if (process.send === undefined) {
    throw new Error("Cannot open the channel: this process was not started by a supervisor");
  }
  // `process` declares the same methods with more overloads.
  return openChannel(process as MessagePort, TO_WORKER, user);
}

function openChannel<Outgoing extends object, Incoming extends { type: string }>(
  port: MessagePort,
  known: Record<Incoming["type"], true>,
  user: ChannelUser<Incoming>,
): Channel<Outgoing> {
  port.on("message", (message) => {
    // Only our own executable is at the other end, so the tag tells that the whole message is ours; others
    // come from an app's or library's own use of process.send().
    if (hasType(message) && Object.hasOwn(known, message.type)) user.received(message as Incoming);
  });
  port.on("disconnect", () => user.closed());
  return {
    send: (message) => send(port, message),
    close() {
      if (port.connected) port.disconnect?.();
    },
  };
}

function send(port: MessagePort, message: object): Promise<void> {
  return new Promise((resolve) => {
    if (!port.connected || port.send === undefined) return resolve();
    // An error means that the other side is gone, which closed() says as well.
    port.send(message, () => resolve());
  });
}

function hasType(message: unknown): message is { type: string } {
  return typeof message === "object" && message !== null && "type" in message &&
    typeof message.type === "string";
}
