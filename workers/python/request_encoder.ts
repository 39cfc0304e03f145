import { Buffer } from "node:buffer";
import type { Endpoints } from "../../lib/http/exchange.ts";
import type { RequestHead } from "../../lib/http/request_head.ts";
import type { EncodedText } from "../../lib/parser/parser.ts";
import type { FrameWriter } from "./frame_writer.ts";
import { ENVIRON_NAMES, FLAG } from "./frames.ts";
import type { Job } from "./job.ts";

const NO_BYTES = new Uint8Array(0);

/** How requests of one interface are put into frames. */
interface Encoding {
  /** Names that are the same for all requests of a connection. */
  names: readonly string[];
  /** Their values. */
  values(endpoints: Endpoints): readonly string[];
  /** All others. */
  encode(head: RequestHead): EncodedText;
}

/**
 * Writes `request` frames.
 *
 * What is the same for all requests of a connection is made once; the parser makes the rest.
 */
export class RequestEncoder {
  readonly #encoding: Encoding;
  readonly #names: Uint8Array;
  readonly #prefixes = new WeakMap<Endpoints, EncodedText>();

  private constructor(encoding: Encoding) {
    this.#encoding = encoding;
    this.#names = encodeList(encoding.names);
  }

  /** @param rootPath `SCRIPT_NAME` of all requests. */
  static forWsgi(rootPath: string): RequestEncoder {
    return new RequestEncoder({
      names: ENVIRON_NAMES,
      values: (endpoints) => environValues(endpoints, rootPath),
      encode: (head) => head.encodeEnviron(),
    });
  }

  static forAsgi(): RequestEncoder {
    return new RequestEncoder({
      names: ["scheme", "client", "server"],
      values: scopeValues,
      encode: (head) => head.encodeScope(),
    });
  }

  write(writer: FrameWriter, job: Job): void {
    const { head, endpoints } = job.exchange;
    const version = head.minorVersion === 0 ? FLAG.http10 : 0;
    writer.request({
      id: job.id,
      flags: bodyFlags(job) | version,
      prefix: this.#prefix(endpoints),
      head: this.#encoding.encode(head),
      body: bodyPart(job),
    });
  }

  #prefix(endpoints: Endpoints): EncodedText {
    const known = this.#prefixes.get(endpoints);
    if (known !== undefined) return known;
    const values = encodeList(this.#encoding.values(endpoints));
    const prefix = { names: this.#names, values };
    this.#prefixes.set(endpoints, prefix);
    return prefix;
  }
}

function bodyFlags(job: Job): number {
  if (job.body.kind === "bytes") return FLAG.end;
  return job.body.kind === "file" ? FLAG.end | FLAG.bodyInFile : 0;
}

function bodyPart(job: Job): Uint8Array {
  if (job.body.kind === "bytes") return job.body.bytes;
  return job.body.kind === "file" ? Buffer.from(job.body.path) : NO_BYTES;
}

/** PEP 3333: SERVER_NAME and SERVER_PORT are never empty, also on a unix socket. */
function environValues(endpoints: Endpoints, rootPath: string): readonly string[] {
  const isUnix = endpoints.serverPort === 0;
  const defaultPort = endpoints.scheme === "https" ? "443" : "80";
  return [
    endpoints.scheme,
    endpoints.clientAddress,
    endpoints.clientAddress === "" ? "" : String(endpoints.clientPort),
    isUnix ? "localhost" : endpoints.serverHost,
    isUnix ? defaultPort : String(endpoints.serverPort),
    rootPath,
  ];
}

function scopeValues(endpoints: Endpoints): readonly string[] {
  const { clientAddress, clientPort, serverHost, serverPort } = endpoints;
  return [
    endpoints.scheme,
    clientAddress === "" ? "" : `${clientAddress}\x1f${clientPort}`,
    serverPort === 0 ? serverHost : `${serverHost}\x1f${serverPort}`,
  ];
}

/** Joined by NUL, with one more at the end: the parser's list follows. */
function encodeList(items: readonly string[]): Uint8Array {
  return Buffer.from(items.join("\0") + "\0", "utf8");
}
