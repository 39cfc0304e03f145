import { FieldCache, FieldSet } from "./field_cache.ts";
import { isReasonPhrase } from "./reason_phrase.ts";

/** Status line and fields of a response, as they were given to its constructor. */
export interface CapturedHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: FieldSet;
}

const NO_FIELDS = new FieldSet([]);

/** Head of a response that was made without an init. */
export const DEFAULT_HEAD: CapturedHead = { status: 200, reason: "", fields: NO_FIELDS };

/** @returns Null if only the native object can tell what `init` means. */
export function captureHead(init: ResponseInit, cache: FieldCache): CapturedHead | null {
  const { status = 200, statusText: reason = "", headers } = init;
  if (!Number.isInteger(status) || status < 200 || !isReasonPhrase(reason)) return null;
  const fields = headers === undefined || headers === null ? NO_FIELDS : cache.find(headers);
  return fields === null ? null : { status, reason, fields };
}

/** What the native constructor makes the same response from. */
export function nativeInit({ status, reason, fields }: CapturedHead): ResponseInit {
  return reason === ""
    ? { status, headers: fields.headers }
    : { status, statusText: reason, headers: fields.headers };
}
