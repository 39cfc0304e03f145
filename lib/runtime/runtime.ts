import type { Listener, Socket, SocketUser } from "../socket.ts";
import type { Libc } from "./libc.ts";

/** What differs between Bun and Deno. Everything else comes from `node:` modules, which both have. */
export interface Runtime {
  readonly name: "bun" | "deno";
  readonly version: string;
  /** libc through FFI. */
  readonly libc: Libc;
  /**
   * Accepts connections on an inherited listening socket.
   *
   * @param fd Stays open when the listener stops: it is duplicated first.
   * @param backlog Set again, because adopting a socket lowers it.
   * @param opened Called for each connection; gives the socket its owner.
   */
  listen(fd: number, backlog: number, opened: (socket: Socket) => SocketUser): Listener;
  /** Takes over a connected stream socket, for instance one end of a socketpair. */
  adopt(fd: number, user: SocketUser): Socket;
  /** The command that starts this program again: executable, then its own arguments. */
  selfCommand(): string[];
}
