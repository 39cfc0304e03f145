import process from "node:process";
import type { Listener, Socket, SocketUser } from "../socket.ts";
import { Libc } from "./libc.ts";
import { LIBC_NAMES, LIBC_SYMBOLS } from "./libc_calls.ts";
import type { LibcCalls, NativeType } from "./libc_calls.ts";
import type { Runtime } from "./runtime.ts";

/** What is used of Bun's API; its own types would clash with those of Deno, which checks this file. */
declare const Bun: {
  version: string;
  main: string;
  listen(options: { fd: number; allowHalfOpen: boolean; socket: Handlers }): BunListener;
  connect(options: { fd: number; allowHalfOpen: boolean; socket: Handlers }): Promise<BunSocket>;
};

interface BunListener {
  stop(closeConnections: boolean): void;
}

/** Bun's socket is our {@link Socket} by itself: no wrapper stands in the data path. */
interface BunSocket extends Socket {
  data: SocketUser;
}

interface Handlers {
  open(socket: BunSocket): void;
  data(socket: BunSocket, bytes: Uint8Array): void;
  drain(socket: BunSocket): void;
  end(socket: BunSocket): void;
  close(socket: BunSocket): void;
  error(socket: BunSocket, error: Error): void;
}

interface BunFfi {
  dlopen(
    library: string,
    symbols: Record<string, { args: readonly string[]; returns: string }>,
  ): { symbols: Record<string, (...args: unknown[]) => number> };
  ptr(bytes: ArrayBufferView): number;
  read: { i32(address: number, offset: number): number };
}

/** Where the files of an executable made by `bun build --compile` appear. */
const EMBEDDED_ROOT = "/$bunfs/";

const FFI_TYPES: Record<NativeType, string> = {
  i32: "i32",
  u32: "u32",
  buffer: "ptr",
  pointer: "ptr",
};

/** {@link Runtime} on Bun. */
export const bunRuntime: Runtime = {
  name: "bun",
  get version() {
    return Bun.version;
  },
  get libc() {
    return libc ??= new Libc(openLibc());
  },
  listen,
  adopt,
  selfCommand,
};

/** Opened at first use: an import has no side effects. */
let libc: Libc | undefined;

function listen(fd: number, backlog: number, opened: (socket: Socket) => SocketUser): Listener {
  const listener = Bun.listen({
    fd: bunRuntime.libc.duplicate(fd),
    allowHalfOpen: true,
    socket: handlers((socket) => giveOwner(socket, opened)),
  });
  // Bun has called listen() itself, with a backlog of its own.
  bunRuntime.libc.listen(fd, backlog);
  return { stop: () => listener.stop(false) };
}

/** Gives a new socket its owner, who may already close it while it takes it over. */
function giveOwner(socket: BunSocket, opened: (socket: Socket) => SocketUser): void {
  const early = new EarlyOwner();
  socket.data = early;
  const owner = opened(socket);
  socket.data = owner;
  if (early.isClosed) owner.closed();
}

/** Stands in until the real owner is there. Only a close can come so early: bytes wait for the event loop. */
class EarlyOwner implements SocketUser {
  isClosed = false;

  received(): void {}
  drained(): void {}
  ended(): void {}

  closed(): void {
    this.isClosed = true;
  }
}

function adopt(fd: number, user: SocketUser): Socket {
  let adopted: Socket | undefined;
  let failure: unknown;
  Bun.connect({
    fd,
    allowHalfOpen: true,
    socket: handlers((socket) => {
      socket.data = user;
      adopted = socket;
    }),
  }).catch((error) => failure = error);
  // For an fd nothing is waited for: Bun calls open() before connect() returns.
  if (adopted === undefined) {
    throw new Error(`Cannot adopt socket ${fd}: it is not connected`, { cause: failure });
  }
  return adopted;
}

function handlers(open: (socket: BunSocket) => void): Handlers {
  return {
    open,
    data: (socket, bytes) => socket.data.received(bytes),
    drain: (socket) => socket.data.drained(),
    end: (socket) => socket.data.ended(),
    close: (socket) => socket.data.closed(),
    error(_socket, error) {
      // Bun catches what a handler throws and lets the socket go on. It is our own fault, so it must end the
      // worker: outside of Bun's catch it is an uncaught exception.
      setImmediate(() => {
        throw error;
      });
    },
  };
}

function selfCommand(): string[] {
  return Bun.main.startsWith(EMBEDDED_ROOT) ? [process.execPath] : [process.execPath, Bun.main];
}

function openLibc(): LibcCalls {
  // Not a static import: Deno resolves those of every file it checks, and has no such module.
  const ffi = process.getBuiltinModule("bun:ffi") as unknown as BunFfi;
  const symbols = Object.fromEntries(
    Object.entries(LIBC_SYMBOLS).map(([name, { parameters, result }]) => [
      name,
      { args: parameters.map((type) => FFI_TYPES[type]), returns: FFI_TYPES[result] },
    ]),
  );
  const calls = openFirst(ffi, symbols);
  const errnoAt = calls["__errno_location"];
  if (errnoAt === undefined) throw new TypeError("Cannot read errno: libc has no __errno_location");
  return Object.assign(calls as unknown as LibcCalls, {
    // The address belongs to the thread, so it is asked for each time.
    errno: () => ffi.read.i32(errnoAt(), 0),
    addressOf: (bytes: ArrayBufferView) => BigInt(ffi.ptr(bytes)),
  });
}

function openFirst(
  ffi: BunFfi,
  symbols: Parameters<BunFfi["dlopen"]>[1],
): Record<string, (...args: unknown[]) => number> {
  let failure: unknown;
  for (const name of LIBC_NAMES) {
    try {
      return { ...ffi.dlopen(name, symbols).symbols };
    } catch (error) {
      failure = error;
    }
  }
  throw new Error(`Cannot open libc: none of ${LIBC_NAMES.join(", ")} is here`, { cause: failure });
}
