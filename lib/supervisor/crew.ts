import process from "node:process";
import type { ToSupervisor, ToWorker } from "../channel/messages.ts";
import { spawnWorker } from "./worker_handle.ts";
import type { WorkerCommand, WorkerExit, WorkerHandle } from "./worker_handle.ts";

/** Why a worker could not boot, in its own words. */
export interface WorkerFailure {
  exitCode: number;
  reason: string;
}

/** What a worker of the crew does. */
export interface CrewUser {
  received(worker: number, message: ToSupervisor): void;
  exited(worker: number, exit: WorkerExit): void;
}

/** All worker processes, by the ids that the plan knows them by. */
export class Crew {
  readonly #user: CrewUser;
  readonly #handles = new Map<number, WorkerHandle>();
  #lastId = 0;

  constructor(user: CrewUser) {
    this.#user = user;
  }

  /**
   * Starts a worker and tells it what it is.
   *
   * @returns Its id. That it could not be started is reported like any other end.
   */
  spawn(options: WorkerCommand, start: ToWorker & { type: "start" }): number {
    const id = ++this.#lastId;
    try {
      const handle = spawnWorker({ ...options, env: { ...process.env, ...options.env } }, {
        received: (message) => this.#user.received(id, message),
        exited: (exit) => this.#user.exited(id, exit),
      });
      this.#handles.set(id, handle);
      handle.send(start);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      this.#user.exited(id, { code: null, signal: null, error: cause });
    }
    return id;
  }

  /** 0 for a worker that could not be started. */
  pidOf(id: number): number {
    return this.#handles.get(id)?.pid ?? 0;
  }

  send(id: number, message: ToWorker): void {
    this.#handles.get(id)?.send(message);
  }

  sendAll(message: ToWorker): void {
    for (const handle of this.#handles.values()) handle.send(message);
  }

  kill(id: number): void {
    this.#handles.get(id)?.kill();
  }

  /** A worker is gone: its id means nothing any more. */
  forget(id: number): void {
    this.#handles.delete(id);
  }
}
