import { constants } from "node:os";
import process from "node:process";
import type { Bytes, LibcCalls } from "./libc_calls.ts";
import { decodeAddress, encodeInet, encodeUnix } from "./sockaddr.ts";
import type { SocketAddress } from "./sockaddr.ts";

/** An error of a libc call, with the members of Node's system errors. */
export interface SystemError extends Error {
  code: string;
  errno: number;
  syscall: string;
}

/** Where and how {@link Libc.listenTcp} listens. */
export interface TcpListenOptions {
  /** A numeric address; names are resolved before. */
  host: string;
  /** 0 for any free port. */
  port: number;
  /** Lets other sockets with this option join on the same port: the kernel spreads connections over them. */
  reusePort: boolean;
  backlog: number;
}

// Linux, the same numbers on x86-64 and arm64 (asm-generic/socket.h, linux/in6.h).
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const SO_RCVTIMEO = 20;
const SO_ACCEPTCONN = 30;
const SO_ATTACH_REUSEPORT_CBPF = 51;
const SO_DETACH_REUSEPORT_BPF = 68;
const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const F_DUPFD_CLOEXEC = 1030;
const F_GETFD = 1;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
/** `tcpi_unacked` in `struct tcp_info`; for a listening socket it is the length of the accept queue. */
const TCPI_UNACKED = 24;
/** Larger than every `sockaddr`. */
const ADDRESS_BYTES = 128;

/** System calls that `node:` modules lack. Each method throws a {@link SystemError} with `code` when the call fails. */
export class Libc {
  readonly #calls: LibcCalls;

  constructor(calls: LibcCalls) {
    this.#calls = calls;
  }

  /**
   * Opens a listening TCP socket. A v6 socket takes v6 connections only, save for `::` which takes both.
   *
   * @returns Its fd, not inherited by child processes unless passed on.
   */
  listenTcp(options: TcpListenOptions): number {
    const fd = this.#boundTcp(options);
    return this.#finish(fd, () => this.listen(fd, options.backlog));
  }

  /**
   * Says whether nobody else listens there.
   *
   * @throws {SystemError} If somebody does (`EADDRINUSE`), or the address is not ours.
   */
  probeTcp(host: string, port: number): void {
    this.close(this.#boundTcp({ host, port, reusePort: false, backlog: 0 }));
  }

  /**
   * Opens a listening unix socket; a path that begins with `\0` is an abstract one.
   *
   * @param options.mode The socket file's permission bits.
   */
  listenUnix(path: string, options: { mode: number; backlog: number }): number {
    const fd = this.#socket(AF_UNIX);
    const before = process.umask(0o777 & ~options.mode);
    try {
      return this.#finish(fd, () => {
        const address = encodeUnix(path);
        this.#check("bind", this.#calls.bind(fd, address, address.length));
        this.listen(fd, options.backlog);
      });
    } finally {
      process.umask(before);
    }
  }

  /** Says whether a unix socket's file is in use; false if its process is gone, or if there is no file. */
  isUnixInUse(path: string): boolean {
    const fd = this.#socket(AF_UNIX);
    try {
      this.setNonBlocking(fd);
      const address = encodeUnix(path);
      const result = this.#calls.connect(fd, address, address.length);
      if (result === 0) return true;
      const errno = this.#calls.errno();
      // Others mean that somebody is there: a full queue, a datagram socket, no permission.
      return errno !== constants.errno.ECONNREFUSED && errno !== constants.errno.ENOENT;
    } finally {
      this.close(fd);
    }
  }

  /** Begins to listen, or sets the backlog of a listening socket anew. */
  listen(fd: number, backlog: number): void {
    this.#check("listen", this.#calls.listen(fd, backlog));
  }

  /** The address a socket is bound to. */
  localAddress(fd: number): SocketAddress {
    const address = new Uint8Array(ADDRESS_BYTES);
    const length = new Uint32Array([ADDRESS_BYTES]);
    this.#check("getsockname", this.#calls.getsockname(fd, address, length));
    return decodeAddress(address.subarray(0, length[0]));
  }

  /** Whether an fd is a listening socket. */
  isListening(fd: number): boolean {
    const value = new Int32Array(1);
    const length = new Uint32Array([4]);
    const result = this.#calls.getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, value, length);
    return result === 0 && value[0] === 1;
  }

  /** How many connections wait in the accept queue of a listening TCP socket. */
  acceptQueueLength(fd: number): number {
    const info = new Uint32Array(64);
    const length = new Uint32Array([info.byteLength]);
    this.#check("getsockopt", this.#calls.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length));
    return info[TCPI_UNACKED / 4] ?? 0;
  }

  /**
   * Lets a classic BPF program choose the socket of a SO_REUSEPORT group for each new connection.
   *
   * @param fd Any socket of the group.
   * @param program `struct sock_filter`s, eight bytes each.
   */
  attachReusePortFilter(fd: number, program: Uint8Array): void {
    // struct sock_fprog: the number of instructions as u16, six bytes of padding, the program's address.
    const header = new Uint8Array(16);
    const view = new DataView(header.buffer);
    view.setUint16(0, program.length / 8, true);
    view.setBigUint64(8, this.#calls.addressOf(program), true);
    this.#setOption(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, header);
  }

  /** Takes the program away; without one this does nothing. */
  detachReusePortFilter(fd: number): void {
    try {
      this.#setOption(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, new Int32Array([0]));
    } catch (error) {
      if (!isSystemError(error, "ENOENT")) throw error;
    }
  }

  /** A pair of connected stream sockets, neither of which is inherited unless passed on. */
  socketpair(): [number, number] {
    const fds = new Int32Array(2);
    this.#check(
      "socketpair",
      this.#calls.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds),
    );
    const [left, right] = fds;
    if (left === undefined || right === undefined) throw new RangeError("Cannot read two fds");
    return [left, right];
  }

  /** A second fd for the same file or socket; it is not inherited unless passed on. */
  duplicate(fd: number): number {
    return this.#check("fcntl", this.#calls.fcntl(fd, F_DUPFD_CLOEXEC, 3));
  }

  setNonBlocking(fd: number): void {
    const flags = this.#check("fcntl", this.#calls.fcntl(fd, F_GETFL, 0));
    this.#check("fcntl", this.#calls.fcntl(fd, F_SETFL, flags | O_NONBLOCK));
  }

  /** Limits how long accept() waits where the socket is not non-blocking. Clocks of the kernel tick each 1 to 10 ms. */
  setAcceptTimeout(fd: number, timeoutMs: number): void {
    // struct timeval: seconds and microseconds, as signed 64-bit numbers.
    const timeval = new DataView(new ArrayBuffer(16));
    timeval.setBigInt64(0, BigInt(Math.floor(timeoutMs / 1000)), true);
    timeval.setBigInt64(8, BigInt(Math.round(timeoutMs % 1000) * 1000), true);
    this.#setOption(fd, SOL_SOCKET, SO_RCVTIMEO, new Uint8Array(timeval.buffer));
  }

  /** Keeps an fd from child processes. What a process has inherited, it passes on otherwise. */
  setCloseOnExec(fd: number): void {
    const flags = this.#check("fcntl", this.#calls.fcntl(fd, F_GETFD, 0));
    this.#check("fcntl", this.#calls.fcntl(fd, F_SETFD, flags | FD_CLOEXEC));
  }

  close(fd: number): void {
    this.#check("close", this.#calls.close(fd));
  }

  #boundTcp(options: TcpListenOptions): number {
    const isV6 = options.host.includes(":");
    const fd = this.#socket(isV6 ? AF_INET6 : AF_INET);
    return this.#finish(fd, () => {
      this.#setFlag(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      if (options.reusePort) this.#setFlag(fd, SOL_SOCKET, SO_REUSEPORT, 1);
      if (isV6) this.#setFlag(fd, IPPROTO_IPV6, IPV6_V6ONLY, options.host === "::" ? 0 : 1);
      const address = encodeInet(options.host, options.port);
      this.#check("bind", this.#calls.bind(fd, address, address.length));
    });
  }

  #socket(domain: number): number {
    return this.#check("socket", this.#calls.socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }

  /** Runs the steps that make a new socket usable; closes it when one fails. */
  #finish(fd: number, steps: () => void): number {
    try {
      steps();
      return fd;
    } catch (error) {
      this.close(fd);
      throw error;
    }
  }

  #setFlag(fd: number, level: number, name: number, value: number): void {
    this.#setOption(fd, level, name, new Int32Array([value]));
  }

  #setOption(fd: number, level: number, name: number, value: Bytes): void {
    this.#check("setsockopt", this.#calls.setsockopt(fd, level, name, value, value.byteLength));
  }

  #check(syscall: string, result: number): number {
    if (result >= 0) return result;
    throw systemError(syscall, this.#calls.errno());
  }
}

/** Whether an error is a system error with this code, for instance `EADDRINUSE`. */
export function isSystemError(error: unknown, code: string): error is SystemError {
  return error instanceof Error && "code" in error && error.code === code;
}

function systemError(syscall: string, errno: number): SystemError {
  const entry = Object.entries(constants.errno).find(([, value]) => value === errno);
  const code = entry?.[0] ?? `errno ${errno}`;
  return Object.assign(new Error(`${syscall}: ${code}`), { code, errno, syscall });
}
