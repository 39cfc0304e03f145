import { Buffer } from "node:buffer";
import type { RequestHead } from "../../../lib/http/request_head.ts";
import type { EncodedText } from "../../../lib/parser/parser.ts";
import { FakeExchange, FakeHead, type FakeRequest } from "../fake_exchange.ts";

/** A head that can be put into frames, as the parser does it. */
class EncodingHead extends FakeHead {
  override encodeEnviron(): EncodedText {
    const members: [string, string][] = [
      ["REQUEST_METHOD", this.method],
      ["SERVER_PROTOCOL", "HTTP/1.1"],
      ["RAW_URI", this.target],
      ["QUERY_STRING", this.query],
      ["PATH_INFO", decodeURIComponent(this.path)],
      ["HTTP_HOST", this.authority],
      ...this.fields().map(([name, value]): [string, string] => [environName(name), value]),
    ];
    return encode(members);
  }

  override encodeScope(): EncodedText {
    return encode([
      ["method", this.method],
      ["target_path", this.path],
      ["query", this.query],
      ["http_version", "1.1"],
      ["path", decodeURIComponent(this.path)],
      ["host", this.authority],
      ...this.fields(),
    ]);
  }
}

/** An exchange whose request can be sent to an app process. */
export class AppExchange extends FakeExchange {
  override readonly head: RequestHead;

  constructor(request: FakeRequest = {}) {
    super(request);
    this.head = new EncodingHead(request);
  }
}

function environName(name: string): string {
  const upper = name.toUpperCase().replaceAll("-", "_");
  return /^CONTENT_(TYPE|LENGTH)$/.test(upper) ? upper : `HTTP_${upper}`;
}

function encode(members: [string, string][]): EncodedText {
  const join = (at: 0 | 1) => Buffer.from(members.map((member) => member[at]).join("\0"), "latin1");
  return { names: join(0), values: join(1) };
}
