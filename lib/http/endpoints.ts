import type { Socket } from "../socket.ts";
import type { Endpoints } from "./exchange.ts";

/** Where a listener was bound, as apps and logs see it. */
export interface ListenerEndpoint {
  /** Host name or IP address; the path of a unix socket. */
  readonly host: string;
  /** 0 for a unix socket. */
  readonly port: number;
}

/** Endpoints of a connection, asked of the socket when needed: the port costs a system call. */
export class SocketEndpoints implements Endpoints {
  readonly scheme = "http";
  readonly #socket: Socket;
  readonly #listener: ListenerEndpoint;
  #clientAddress: string | undefined;
  #clientPort: number | undefined;

  constructor(socket: Socket, listener: ListenerEndpoint) {
    this.#socket = socket;
    this.#listener = listener;
  }

  get clientAddress(): string {
    return this.#clientAddress ??= this.#socket.remoteAddress ?? "";
  }

  get clientPort(): number {
    return this.#clientPort ??= this.#socket.remotePort ?? 0;
  }

  get serverHost(): string {
    return this.#listener.host;
  }

  get serverPort(): number {
    return this.#listener.port;
  }
}
