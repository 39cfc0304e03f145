import { lookup } from "node:dns/promises";
import fs from "node:fs";
import { isIP } from "node:net";
import { formatAddress } from "../address.ts";
import type { Address } from "../address.ts";
import { ConfigError } from "../errors.ts";
import { runtime } from "../runtime/current.ts";
import { isSystemError } from "../runtime/libc.ts";
import { steeringProgram } from "./steering.ts";

/** The listening sockets of one bind address. */
export interface ListenerGroup {
  /** What it listens on, with the port filled in, for instance `127.0.0.1:8000` or `unix:/run/app.sock`. */
  readonly address: string;
  /** The fd for the worker in a slot. */
  fdOf(slot: number): number;
  /**
   * Opens sockets until there is one for each slot. New ones get no connections until {@link receive} names them.
   *
   * @throws {ConfigError} If that fails; the sockets that were opened stay.
   */
  grow(slots: number): void;
  /** Closes the sockets of all slots from this number on. */
  shrink(slots: number): void;
  /** Leads new connections to these slots. */
  receive(slots: readonly number[]): void;
  /** Closes all, and removes what was made for them. */
  close(): void;
}

/** How the sockets of a group are opened. */
export interface GroupOptions {
  backlog: number;
  /** Permission bits that a unix socket's file does not get. */
  umask: number;
  /** Whether the port is already in use by a group of this server, on another address. */
  isOwnPort(port: number): boolean;
  /** Called when the kernel does not let us choose where connections go. */
  cannotSteer(error: Error): void;
}

/**
 * Opens the first socket of a bind address.
 *
 * @throws {ConfigError} If that is not possible, for instance because another process listens there.
 */
export async function openGroup(address: Address, options: GroupOptions): Promise<ListenerGroup> {
  try {
    switch (address.type) {
      case "tcp":
        return openTcp(address, await numericHost(address.host), options);
      case "unix":
        return openUnix(address, options);
      case "fd":
        return adoptFd(address);
      default:
        return address satisfies never;
    }
  } catch (error) {
    throw asConfigError(address, error);
  }
}

/** One SO_REUSEPORT socket for each slot. */
class TcpGroup implements ListenerGroup {
  readonly #host: string;
  readonly #port: number;
  readonly #options: GroupOptions;
  /** In the order of the kernel's numbers, which is that of the slots: only the last ones are ever closed. */
  readonly #fds: number[] = [];
  #receiving: readonly number[] = [0];
  #canSteer = true;

  constructor(first: { host: string; port: number; fd: number }, options: GroupOptions) {
    this.#host = first.host;
    this.#port = first.port;
    this.#options = options;
    this.#fds.push(first.fd);
  }

  get address(): string {
    return formatAddress({ type: "tcp", host: this.#host, port: this.#port });
  }

  fdOf(slot: number): number {
    const fd = this.#fds[slot];
    if (fd === undefined) throw new RangeError(`Cannot use slot ${slot}: it has no socket`);
    return fd;
  }

  grow(slots: number): void {
    if (slots <= this.#fds.length) return;
    // First, so that no connection comes to a new socket before its worker.
    this.#steer(this.#receiving);
    try {
      while (this.#fds.length < slots) this.#fds.push(this.#listen());
    } catch (error) {
      throw asConfigError({ type: "tcp", host: this.#host, port: this.#port }, error);
    }
  }

  shrink(slots: number): void {
    for (const fd of this.#fds.splice(slots).reverse()) runtime.libc.close(fd);
  }

  receive(slots: readonly number[]): void {
    this.#receiving = slots;
    if (slots.length < this.#fds.length) return this.#steer(slots);
    if (this.#canSteer) runtime.libc.detachReusePortFilter(this.fdOf(0));
  }

  close(): void {
    this.shrink(0);
  }

  #listen(): number {
    return runtime.libc.listenTcp({
      host: this.#host,
      port: this.#port,
      reusePort: true,
      backlog: this.#options.backlog,
    });
  }

  #steer(slots: readonly number[]): void {
    if (!this.#canSteer) return;
    try {
      runtime.libc.attachReusePortFilter(this.fdOf(0), steeringProgram(slots));
    } catch (error) {
      this.#canSteer = false;
      this.#options.cannotSteer(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** One socket that all slots share: unix sockets cannot be grouped, and an inherited one cannot be opened again. */
class SharedGroup implements ListenerGroup {
  readonly address: string;
  readonly #fd: number;
  readonly #closed: () => void;

  constructor(address: string, fd: number, closed: () => void) {
    this.address = address;
    this.#fd = fd;
    this.#closed = closed;
  }

  fdOf(): number {
    return this.#fd;
  }

  grow(): void {}
  shrink(): void {}
  receive(): void {}

  close(): void {
    runtime.libc.close(this.#fd);
    this.#closed();
  }
}

function openTcp(
  address: Address & { type: "tcp" },
  host: string,
  options: GroupOptions,
): ListenerGroup {
  const { libc } = runtime;
  // SO_REUSEPORT would let us join another server's port without a word, if it has the same user and the option.
  if (address.port !== 0 && !options.isOwnPort(address.port)) libc.probeTcp(host, address.port);
  const fd = libc.listenTcp({
    host,
    port: address.port,
    reusePort: true,
    backlog: options.backlog,
  });
  const bound = libc.localAddress(fd);
  const port = bound.family === "inet" ? bound.port : address.port;
  return new TcpGroup({ host, port, fd }, options);
}

function openUnix(address: Address & { type: "unix" }, options: GroupOptions): ListenerGroup {
  const isAbstract = address.path.startsWith("@");
  const path = isAbstract ? `\0${address.path.slice(1)}` : address.path;
  if (!isAbstract) removeStale(address);
  const fd = runtime.libc.listenUnix(path, {
    mode: 0o777 & ~options.umask,
    backlog: options.backlog,
  });
  const inode = isAbstract ? null : fs.statSync(path).ino;
  return new SharedGroup(formatAddress(address), fd, () => {
    if (inode !== null) removeSocket(path, inode);
  });
}

function removeSocket(path: string, inode: number): void {
  try {
    // Another server may have put its own socket there.
    if (fs.statSync(path).ino === inode) fs.unlinkSync(path);
  } catch {
    // It is gone already or its folder cannot be written any more: the next start replaces a socket that nobody serves.
  }
}

/** Removes the socket of a server that is gone. */
function removeStale(address: Address & { type: "unix" }): void {
  const found = fs.lstatSync(address.path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new ConfigError(
      `Cannot bind "${formatAddress(address)}": the file is there and is no socket`,
    );
  }
  if (runtime.libc.isUnixInUse(address.path)) throw inUse(address);
  fs.unlinkSync(address.path);
}

function adoptFd(address: Address & { type: "fd" }): ListenerGroup {
  if (!runtime.libc.isListening(address.fd)) {
    throw new ConfigError(
      `Cannot bind "${formatAddress(address)}": fd ${address.fd} is not a listening socket`,
    );
  }
  const bound = runtime.libc.localAddress(address.fd);
  const text = bound.family === "inet"
    ? formatAddress({ type: "tcp", host: bound.host, port: bound.port })
    : formatAddress({ type: "unix", path: bound.path.replace(/^\0/, "@") });
  // Not our own to close: a reload may name it again.
  return new SharedGroup(text, runtime.libc.duplicate(address.fd), () => {});
}

async function numericHost(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  return (await lookup(host, { verbatim: false })).address;
}

function asConfigError(address: Address, error: unknown): ConfigError {
  if (error instanceof ConfigError) return error;
  if (isSystemError(error, "EADDRINUSE")) return inUse(address);
  const reason = error instanceof Error && "code" in error
    ? REASONS[String(error.code)] ?? error.message
    : String(error);
  return new ConfigError(`Cannot bind "${formatAddress(address)}": ${reason}`, { cause: error });
}

function inUse(address: Address): ConfigError {
  return new ConfigError(
    `Cannot bind "${formatAddress(address)}": address already in use by another process`,
  );
}

const REASONS: Record<string, string | undefined> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EADDRNOTAVAIL: "this machine does not have the address",
  EAFNOSUPPORT: "this machine does not have the protocol",
  ENOENT: "the folder does not exist",
  ENOTDIR: "a part of the path is not a folder",
  EROFS: "the file system is read-only",
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the host name cannot be looked up",
  EMFILE: "too many open files",
};
