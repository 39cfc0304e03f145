import { Buffer } from "node:buffer";
import { createServer, Socket as NetSocket } from "node:net";
import type { SocketConstructorOpts } from "node:net";
import process from "node:process";
import type { Listener, Socket, SocketUser } from "../socket.ts";
import { Libc } from "./libc.ts";
import { LIBC_NAMES, LIBC_SYMBOLS } from "./libc_calls.ts";
import type { LibcCalls } from "./libc_calls.ts";
import type { Runtime } from "./runtime.ts";

/** How long {@link DenoSocket.end} waits for a peer to take what was written before. */
const FLUSH_MS = 10_000;

/** {@link Runtime} on Deno. */
export const denoRuntime: Runtime = {
  name: "deno",
  get version() {
    return Deno.version.deno;
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

/** A `node:net` socket behind our small interface. */
class DenoSocket implements Socket {
  readonly #socket: NetSocket;
  /** The stream has more than its high-water mark: nothing is taken until it says `drain`. */
  #isFull = false;

  constructor(socket: NetSocket) {
    this.#socket = socket;
  }

  write(data: Uint8Array | string): number {
    if (this.#socket.destroyed || !this.#socket.writable) return -1;
    if (this.#isFull) return 0;
    // The stream keeps what it is given, while the caller may use its buffer again at once.
    const isTaken = this.#socket.write(typeof data === "string" ? data : Buffer.from(data));
    this.#isFull = !isTaken;
    return data.length;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  shutdown(): void {
    this.#socket.end();
  }

  end(): void {
    if (this.#socket.destroyed) return;
    if (this.#socket.writableLength === 0) {
      this.#socket.destroy();
      return;
    }
    const timer = setTimeout(() => this.#socket.destroy(), FLUSH_MS);
    this.#socket.once("close", () => clearTimeout(timer));
    this.#socket.destroySoon();
  }

  terminate(): void {
    this.#socket.resetAndDestroy();
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  /** Tells the owner what happens on the socket. */
  connect(user: SocketUser): void {
    this.#socket.on("data", (bytes: Uint8Array) => user.received(bytes));
    this.#socket.on("end", () => user.ended());
    this.#socket.on("close", () => user.closed());
    // `close` follows, and says all that an owner has to know.
    this.#socket.on("error", () => {});
    this.#socket.on("drain", () => {
      this.#isFull = false;
      user.drained();
    });
  }
}

function listen(fd: number, backlog: number, opened: (socket: Socket) => SocketUser): Listener {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (netSocket) => {
    const socket = new DenoSocket(netSocket);
    socket.connect(opened(socket));
  });
  keepFromBlocking(fd);
  server.listen({ fd: denoRuntime.libc.duplicate(fd), backlog });
  // Adopting a socket calls listen() with a backlog of Deno's own.
  denoRuntime.libc.listen(fd, backlog);
  return { stop: () => void server.close() };
}

/**
 * Deno's accept() relies on sockets being non-blocking, but starting a process with one of them as its fd makes it
 * blocking, for all processes that share it. Then accept() would hold up a whole worker until the next connection:
 * the time limit ends that, and whoever starts or becomes such a process makes the socket non-blocking again.
 */
function keepFromBlocking(fd: number): void {
  denoRuntime.libc.setNonBlocking(fd);
  denoRuntime.libc.setAcceptTimeout(fd, 1);
}

function adopt(fd: number, user: SocketUser): Socket {
  denoRuntime.libc.setNonBlocking(fd);
  const options: SocketConstructorOpts = {
    fd,
    readable: true,
    writable: true,
    allowHalfOpen: true,
  };
  const socket = new DenoSocket(new NetSocket(options));
  socket.connect(user);
  return socket;
}

function selfCommand(): string[] {
  if (Deno.build.standalone) return [process.execPath];
  // Apps written for Node import without extensions.
  return [process.execPath, "run", "-A", "--unstable-sloppy-imports", Deno.mainModule];
}

function openLibc(): LibcCalls {
  const calls = openFirst();
  // Deno's own pointer types are narrower than ours, in which an address is only a number.
  return Object.assign({ ...calls } as unknown as LibcCalls, {
    // The address belongs to the thread, so it is asked for each time.
    errno() {
      const address = calls.__errno_location();
      return address === null ? 0 : new Deno.UnsafePointerView(address).getInt32();
    },
    addressOf: (bytes: BufferSource) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)),
  });
}

function openFirst() {
  let failure: unknown;
  for (const name of LIBC_NAMES) {
    try {
      return Deno.dlopen(name, LIBC_SYMBOLS).symbols;
    } catch (error) {
      failure = error;
    }
  }
  throw new Error(`Cannot open libc: none of ${LIBC_NAMES.join(", ")} is here`, { cause: failure });
}
