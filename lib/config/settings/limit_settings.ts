import { setting } from "../setting.ts";
import { integer, size } from "../types/number.ts";

/** Bytes of a head that the parser can hold at once. */
const MAX_HEAD = 1 << 20;
/** Fields of a head that the parser has room for. */
const MAX_FIELDS = 8192;
/** The largest length that a number holds exactly, rounded down to whole gigabytes. */
const MAX_BODY = (2 ** 23 - 1) * 2 ** 30;

/** How large a request may be. */
export const LIMIT_SETTINGS = {
  limit_request_line: setting({
    flags: ["--limit-request-line"],
    type: size({ min: 0, max: MAX_HEAD, note: "0 for no limit of its own" }),
    default: 8190,
    help: "Bytes of the request line, above it 414; 0: no limit of its own",
    apps: "all",
    gunicorn: "4094, which cuts long URLs off",
  }),
  limit_request_fields: setting({
    flags: ["--limit-request-fields"],
    type: integer({ min: 0, max: MAX_FIELDS, note: "0 for no limit of its own" }),
    default: 100,
    help: "Header fields of a request, above it 431; 0: no limit of its own",
    apps: "all",
  }),
  limit_request_field_size: setting({
    flags: ["--limit-request-field_size", "--limit-request-field-size"],
    type: size({ min: 0, max: MAX_HEAD, note: "0 for no limit of its own" }),
    default: 8190,
    help: "Bytes of one header field, above it 431; 0: no limit of its own",
    apps: "all",
  }),
  limit_request_head: setting({
    flags: ["--limit-request-head"],
    type: size({ min: 0, max: MAX_HEAD, note: "0 for no limit of its own" }),
    default: 65536,
    help: "Bytes of the whole head of a request, above it 431; 0: 1m",
    apps: "all",
    gunicorn: "none, the product of the two limits above",
  }),
  limit_request_body: setting({
    flags: ["--limit-request-body"],
    type: size({ min: 0, max: MAX_BODY, note: "0 for no limit" }),
    default: 100 * 2 ** 20,
    help: "Bytes of a request's body, above it 413; 0: no limit",
    apps: "all",
    gunicorn: "none",
  }),
};
