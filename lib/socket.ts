/** A connected stream socket, the same for Bun and Deno. `Bun.Socket` has this shape by itself. */
export interface Socket {
  /**
   * Sends bytes or ASCII text at once, without a buffer of its own.
   *
   * @returns How many bytes were taken, `0` to all; `-1` when the socket is closed. The caller keeps
   * the rest and goes on when {@link SocketUser.drained} is called.
   */
  write(data: Uint8Array | string): number;
  /** Stops delivering bytes. */
  pause(): void;
  resume(): void;
  /** Sends FIN; bytes of the peer are still delivered. */
  shutdown(): void;
  /** Closes now. */
  end(): void;
  /** Closes now with RST. */
  terminate(): void;
  /** The peer's IP address; undefined on a unix socket. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
}

/** What a socket tells its owner. No call comes after {@link SocketUser.closed}. */
export interface SocketUser {
  /** @param bytes A copy of its own: it may be kept. */
  received(bytes: Uint8Array): void;
  /** The socket takes bytes again after a short {@link Socket.write}. */
  drained(): void;
  /** The peer sent FIN. Bytes can still be sent. */
  ended(): void;
  closed(): void;
}

/** A listening socket in use. */
export interface Listener {
  /** Stops accepting. Connections go on; what waits in the accept queue stays for other owners of the socket. */
  stop(): void;
}
