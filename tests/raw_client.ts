import { connect, type Socket } from "node:net";

/** A response as it came over the wire. */
export interface RawResponse {
  version: string;
  status: number;
  reason: string;
  /** Names in lower case; of a repeated field the values are joined by ", ". */
  fields: Record<string, string>;
  body: Buffer;
}

/** A client that sends exactly the given bytes, so that a test decides what is on the wire. */
export class RawClient {
  #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #isEnded = false;
  #wake: (() => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake?.();
    });
    const end = () => {
      this.#isEnded = true;
      this.#wake?.();
    };
    socket.on("end", end);
    socket.on("error", end);
    socket.on("close", end);
  }

  /** @param port Port of 127.0.0.1, or the path of a unix socket. */
  static connect(port: number | string): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const target = typeof port === "string" ? { path: port } : { port, host: "127.0.0.1" };
      const socket = connect({ ...target, allowHalfOpen: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new RawClient(socket));
      });
    });
  }

  /** True once the server has ended the connection. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** @param bytes Text stands for its latin-1 bytes. */
  send(bytes: string | Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(Buffer.from(bytes as string, "latin1"));
  }

  /** Sends FIN; responses can still be read. */
  finish(): void {
    this.#socket.end();
  }

  /** Stops reading, so that the server's writes pile up. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  /**
   * Reads the next response, interim ones (1xx) too.
   *
   * @param method Of the request: a response to HEAD has no body.
   * @throws {Error} If the connection ends before the response is complete.
   */
  async readResponse(method = "GET"): Promise<RawResponse> {
    const headEnd = await this.#until((bytes) => bytes.indexOf("\r\n\r\n"), "a response's head");
    const head = this.#take(headEnd + 4).toString("latin1").slice(0, -4);
    const response = parseHead(head);
    if (method !== "HEAD") response.body = await this.#readBody(response);
    return response;
  }

  /** Reads everything until the server ends the connection. */
  async readToEnd(): Promise<Buffer> {
    while (!this.#isEnded) await this.#more();
    return this.#take(this.#received.length);
  }

  async #readBody({ status, fields }: RawResponse): Promise<Buffer> {
    if (status < 200 || status === 204 || status === 304) return Buffer.alloc(0);
    if (/chunked/i.test(fields["transfer-encoding"] ?? "")) return await this.#readChunks();
    const length = fields["content-length"];
    if (length === undefined) return await this.readToEnd();
    await this.#until(
      (bytes) => bytes.length >= Number(length) ? 0 : -1,
      `${length} bytes of body`,
    );
    return this.#take(Number(length));
  }

  async #readChunks(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    while (true) {
      const lineEnd = await this.#until((bytes) => bytes.indexOf("\r\n"), "a chunk's size");
      const size = parseInt(this.#take(lineEnd + 2).toString("latin1"), 16);
      await this.#until((bytes) => bytes.length >= size + 2 ? 0 : -1, "a chunk");
      chunks.push(this.#take(size));
      this.#take(2);
      if (size === 0) return Buffer.concat(chunks);
    }
  }

  /** Waits until the search finds something in what was received. */
  async #until(search: (bytes: Buffer) => number, what: string): Promise<number> {
    while (true) {
      const found = search(this.#received);
      if (found >= 0) return found;
      if (this.#isEnded) {
        const text = this.#received.toString("latin1");
        throw new Error(`Cannot read ${what}: connection ended after ${JSON.stringify(text)}`);
      }
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }

  #take(count: number): Buffer {
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }
}

function parseHead(head: string): RawResponse {
  const [statusLine = "", ...lines] = head.split("\r\n");
  const [, version = "", status = "0", reason = ""] = /^(\S+) (\d{3}) ?(.*)$/.exec(statusLine) ??
    [];
  const fields: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    fields[name] = fields[name] === undefined ? value : `${fields[name]}, ${value}`;
  }
  return { version, status: Number(status), reason, fields, body: Buffer.alloc(0) };
}
