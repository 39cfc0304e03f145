import { type FieldBlock, formatFields } from "./fields.ts";
import type { HeadFormatter } from "./response_head.ts";
import { reasonPhrase } from "./status.ts";

/** Fields of responses that the server makes itself. */
export const ERROR_FIELDS: FieldBlock = formatFields([["Content-Type", "text/plain"]]);

/** @returns The text of the response to a request that no app answers; the connection closes behind it. */
export function errorResponse(status: number, heads: HeadFormatter): string {
  const content = `${reasonPhrase(status)}\n`;
  const head = heads.format({
    status,
    reason: "",
    fields: ERROR_FIELDS,
    length: content.length,
    isChunked: false,
    connection: "close",
  });
  return head + content;
}
