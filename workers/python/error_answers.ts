import type { Exchange } from "../../lib/http/exchange.ts";
import { formatFields } from "../../lib/http/fields.ts";
import { reasonPhrase } from "../../lib/http/status.ts";

const PLAIN = formatFields([["content-type", "text/plain; charset=utf-8"]]);
/** The queue moves within a second or the machine is far too small: there is no better guess. */
const PLAIN_RETRY = formatFields([
  ["content-type", "text/plain; charset=utf-8"],
  ["retry-after", "1"],
]);

/** Answers for an app that did not: with `status` if nothing was sent yet, else by cutting the connection. */
export function answerError(exchange: Exchange, status: 502 | 503 | 504): void {
  exchange.onClose = null;
  exchange.onDrain = null;
  if (exchange.isOver) return;
  if (exchange.isStarted) {
    exchange.fail();
    return;
  }
  const text = `${status} ${reasonPhrase(status)}\n`;
  exchange.respond(status, status === 503 ? PLAIN_RETRY : PLAIN, text);
}
