import { parseAddress } from "../address.ts";
import type { InheritedListener } from "../channel/messages.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../log.ts";
import { openGroup } from "./listener_group.ts";
import type { ListenerGroup } from "./listener_group.ts";

/** The settings that listening depends on. */
export type ListenConfig = Pick<Config, "bind" | "backlog" | "umask">;

/** fds 0 to 2 are standard input, output and error, 3 is the channel. */
const FIRST_INHERITED_FD = 4;

/** All listening sockets of the server: for each bind address a group with a socket for each slot. */
export class Listeners {
  readonly #log: Log;
  /** By the text of the bind address, as configured. */
  readonly #groups = new Map<string, ListenerGroup>();
  #slots = 0;
  /** The slots that connections are led to; null for all. */
  #receiving: readonly number[] | null = null;
  #hasWarned = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * Opens what is missing for these addresses. It opens all or nothing.
   *
   * @returns The addresses it opened, for the log.
   * @throws {ConfigError} If one cannot be opened.
   */
  async open(config: ListenConfig, slots: number): Promise<string[]> {
    this.grow(slots);
    const opened: string[] = [];
    try {
      for (const bind of new Set(config.bind)) {
        if (this.#groups.has(bind)) continue;
        const group = await openGroup(parseAddress(bind), {
          backlog: config.backlog,
          umask: config.umask,
          isOwnPort: (port) => this.#hasPort(port),
          cannotSteer: (error) => this.#warn(error),
        });
        this.#groups.set(bind, group);
        opened.push(bind);
        group.grow(this.#slots);
        group.receive(this.#receiving ?? numbersBelow(this.#slots));
      }
    } catch (error) {
      this.#closeGroups(opened);
      throw error;
    }
    return opened.map((bind) => this.#group(bind).address);
  }

  /** How many slots have sockets. */
  get slots(): number {
    return this.#slots;
  }

  /**
   * Opens sockets for more slots: for all of them or for none.
   *
   * @throws {ConfigError} If that fails, for instance because there are too many open files.
   */
  grow(slots: number): void {
    if (slots <= this.#slots) return;
    const groups = [...this.#groups.values()];
    try {
      for (const group of groups) group.grow(slots);
    } catch (error) {
      for (const group of groups) group.shrink(this.#slots);
      throw error;
    }
    this.#slots = slots;
  }

  /** Closes the sockets of all slots from this number on. */
  shrink(slots: number): void {
    this.#slots = Math.min(slots, this.#slots);
    for (const group of this.#groups.values()) group.shrink(slots);
  }

  /** Leads new connections to these slots only. */
  receive(slots: readonly number[]): void {
    this.#receiving = slots;
    for (const group of this.#groups.values()) group.receive(slots);
  }

  /** What the worker in a slot inherits: the fds to pass on, and how it finds them. */
  inheritance(
    config: ListenConfig,
    slot: number,
  ): { fds: number[]; listeners: InheritedListener[] } {
    const groups = [...new Set(config.bind)].map((bind) => this.#group(bind));
    return {
      fds: groups.map((group) => group.fdOf(slot)),
      listeners: groups.map((group, index) => ({
        fd: FIRST_INHERITED_FD + index,
        address: group.address,
      })),
    };
  }

  /** Closes the addresses that no configuration names any more. */
  keepOnly(configs: readonly ListenConfig[]): void {
    const kept = new Set(configs.flatMap((config) => config.bind));
    this.#closeGroups([...this.#groups.keys()].filter((bind) => !kept.has(bind)));
  }

  close(): void {
    this.#closeGroups([...this.#groups.keys()]);
  }

  #closeGroups(binds: readonly string[]): void {
    for (const bind of binds) {
      this.#groups.get(bind)?.close();
      this.#groups.delete(bind);
    }
  }

  #group(bind: string): ListenerGroup {
    const group = this.#groups.get(bind);
    if (group === undefined) throw new RangeError(`Cannot use "${bind}": it is not open`);
    return group;
  }

  #hasPort(port: number): boolean {
    return [...this.#groups.values()].some((group) => group.address.endsWith(`:${port}`));
  }

  /** Once: the reason is the same for all groups and for ever. */
  #warn(error: Error): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#log.warning(
      `Cannot steer connections between workers: ${error.message}. Some may fail when workers are removed`,
    );
  }
}

function numbersBelow(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index);
}
