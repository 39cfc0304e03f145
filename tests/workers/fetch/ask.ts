import { FetchApp, type FetchHandler } from "../../../workers/fetch/fetch_app.ts";
import { FakeExchange, type FakeRequest } from "../fake_exchange.ts";

/** What a client got, and what was logged. */
export interface Answer {
  status: number;
  lines: string[];
  text: string;
  reason: string;
  isWhole: boolean;
  contentLength: number | undefined;
  errors: string[];
}

/** Has an app answer one request. */
export async function ask(handler: FetchHandler, request: FakeRequest = {}): Promise<Answer> {
  const errors: string[] = [];
  const exchange = new FakeExchange(request);
  appOf(handler, errors).handle(exchange);
  await exchange.over;
  const { status, lines, text, reason, isWhole } = exchange;
  return {
    status,
    lines,
    text,
    reason,
    isWhole,
    errors,
    contentLength: exchange.fields?.contentLength,
  };
}

/** An app whose error log is a list. */
export function appOf(handler: FetchHandler, errors: string[] = []): FetchApp {
  const skip = () => {};
  const log = { debug: skip, info: skip, warning: skip, critical: skip };
  return new FetchApp(handler, { log: { ...log, error: (message) => void errors.push(message) } });
}

/** A stream that is closed before it is read. */
export function streamOf(...chunks: unknown[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}
