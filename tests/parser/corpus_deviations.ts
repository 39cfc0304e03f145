/** A case of the corpus in which we do something else than gunicorn. */
export interface Deviation {
  readonly cases: readonly string[];
  /** What we follow instead. */
  readonly clause: string;
  /** The status we refuse with; 0 when we accept. */
  readonly status: number;
  /** The bytes stop within a request. */
  readonly isCut?: boolean;
  /** The path we find, where only that differs. */
  readonly path?: string;
}

/**
 * All deviations. Besides these, each HTTP/1.1 request of the corpus that has no Host field is refused
 * with 400 (RFC 9112 §3.2); it is replayed a second time with a Host field put in.
 */
export const DEVIATIONS: readonly Deviation[] = [
  {
    cases: ["valid/009"],
    clause: "RFC 9112 §6.3 rule 3: Transfer-Encoding beside Content-Length may be smuggling",
    status: 400,
  },
  {
    cases: [
      "valid/025",
      "valid/025_line",
      "valid/rfc9112_smuggle_gzip_chunked_01",
    ],
    clause:
      "RFC 9112 §6.1: a coding that is not understood gets 501; gunicorn hands the body on coded",
    status: 501,
  },
  {
    cases: ["valid/029", "valid/030", "valid/rfc9112_smuggle_te_identity_chunked_01"],
    clause: "RFC 9112 §7: identity is no transfer coding any more, so it is not understood",
    status: 501,
  },
  {
    cases: ["valid/rfc9112_target_authority_connect_01", "valid/rfc9112_target_authority_ipv6_01"],
    clause: "RFC 9112 §3.2.3: authority-form has no path; gunicorn shows what urlsplit makes of it",
    status: 0,
    path: "",
  },
  {
    cases: ["invalid/version_02"],
    clause: "RFC 9110 §15.6.6: a well-formed version that is not supported gets 505",
    status: 505,
  },
  {
    cases: ["valid/099", "invalid/rfc9112_chunked_missing_final_crlf_01"],
    clause:
      "RFC 9112 §8: the bytes stop within the body; it is never complete, nothing is answered",
    status: 0,
    isCut: true,
  },
  {
    cases: ["invalid/019"],
    clause: "secure_scheme_headers is no matter of the parser: it accepts",
    status: 0,
  },
];
