/*
 * The contract of the parser. Functions are pure: they read the input area and the settings,
 * write the output areas, and keep nothing. The same bytes give the same answer, and an answer
 * other than 0 does not change when more bytes follow: errors and limits are judged by position,
 * left to right.
 *
 * Return values of all parse functions:
 *   > 0  bytes consumed
 *   = 0  need more bytes: call again with the same bytes and more behind them
 *   < 0  minus the HTTP status to answer; the connection must be closed
 *
 * Positions are offsets from the start of the input area. Everything the host reads is an array of
 * 32-bit integers, in the order of the members below; parser.ts names their places.
 */
#ifndef MONOCEROS_PARSER_H
#define MONOCEROS_PARSER_H
#include <stdint.h>

enum {
  INPUT_SIZE = 1 << 20,
  MAX_FIELDS = 8192,
  MAX_SPANS = 4096,
  /*
   * No byte of a head is written more than twice (RAW_URI and its parts), and a field line of 4
   * bytes becomes at most 9. Untouched pages of it cost nothing.
   */
  TEXT_SIZE = 2 * INPUT_SIZE + 16 * MAX_FIELDS + 4096,
};

/* What the operator may set, written by the host before the first call. 0 means the hard limit. */
struct settings {
  int32_t max_request_line; /* bytes without CRLF; above: 414 */
  int32_t max_fields;       /* field lines; above: 431 */
  int32_t max_field_size;   /* bytes of a field line with CRLF and its folded lines; above: 431 */
  int32_t max_head;         /* bytes of the whole head, and of a trailer section; above: 431 */
  int32_t header_map;       /* names with "_": HEADER_MAP_ */
  int32_t permit;           /* bits: PERMIT_ */
};

enum { HEADER_MAP_DROP = 0, HEADER_MAP_REFUSE = 1, HEADER_MAP_PASS = 2 };

enum {
  PERMIT_OBSOLETE_FOLDING = 1,
  PERMIT_SPACE_BEFORE_COLON = 2, /* gunicorn's strip_header_spaces */
  PERMIT_UNCONVENTIONAL_METHOD = 4,
  PERMIT_UNCONVENTIONAL_VERSION = 8, /* HTTP/1.2 to 1.9, taken as 1.1 */
  CASEFOLD_METHOD = 16,
};

/* One field line. */
struct field {
  int32_t name_start, name_end, value_start, value_end;
  int32_t id; /* FIELD_ of a well-known name (known.h), 0 for others */
};

enum {
  FLAG_KEEP_ALIVE = 1,      /* the client lets the connection persist */
  FLAG_CHUNKED = 2,         /* the body is chunked */
  FLAG_EXPECT_CONTINUE = 4, /* Expect: 100-continue on HTTP/1.1 with a body */
  FLAG_UPGRADE = 8,         /* HTTP/1.1, Connection lists "upgrade" and there is an Upgrade field */
  FLAG_PATH_ESCAPED = 16,   /* the path has a "%" */
  FLAG_FOLDED = 32,         /* a value has obs-fold: CRLF and blanks in it stand for one space */
  FLAG_METHOD_CASEFOLDED = 64, /* the method is to be read in upper case */
};

/* What parse_head found: framing is decided here and nowhere else. */
struct head {
  int32_t method_id; /* METHOD_ (known.h), 0 for others */
  int32_t method_start, method_end;
  int32_t target_start, target_end;
  int32_t path_start, path_end;   /* "*" for asterisk-form, empty for authority-form only */
  int32_t query_start, query_end; /* without "?" and without fragment */
  int32_t authority_start, authority_end; /* of the target, without userinfo; else the Host field */
  int32_t minor_version;                  /* 0 or 1 */
  int32_t flags;
  int32_t content_length_low, content_length_high; /* 0 without a body or chunked; at most 2^53-1 */
  int32_t has_content_length;
  int32_t end; /* behind the head */
  int32_t field_count;
  /*
   * Names with "_" are left out as header_map says. With an absolute-form target the Host field's
   * value is the target's authority (RFC 9112 §3.2.2).
   */
  struct field fields[MAX_FIELDS];
};

/* Parses a head at input[start..end). Empty lines before it are consumed too (RFC 9112 §2.2). */
int32_t parse_head(int32_t start, int32_t end);

/* Position in a chunked body; the host keeps one for each body. All zero at the start. */
struct chunk_state {
  int32_t phase;
  int32_t remaining_low, remaining_high; /* of the chunk's data */
  int32_t overhead;                      /* bytes of framing beyond what is normal */
};

struct chunks {
  struct chunk_state state; /* copied in before, and out after each call */
  int32_t is_done;          /* the body is complete, its trailers are in head.fields */
  int32_t span_count;
  int32_t spans[2 * MAX_SPANS]; /* data: pairs of start and end */
};

/*
 * Decodes input[start..end) of a chunked body. Call it again behind the consumed bytes until it is
 * done or says 0: it stops when the spans are full, and an error behind good bytes is told by the
 * next call. Bytes that were not consumed must be given again, followed by more.
 *
 * Strict: hex digits and CRLF only, extensions and trailers vetted (RFC 9112 §7.1, RFC 9110
 * §6.5.1). A size line has at most 4 KiB; trailers count as a head.
 */
int32_t decode_chunked(int32_t start, int32_t end);

/*
 * After parse_head, with the same bytes still in the input area: writes names and values, each a
 * list joined by NUL, into the text area for the host language of an app. Returns the bytes of
 * names; the values follow them at once, their number of bytes is in text_values. The host puts its
 * own names and values in front.
 *
 *   encode_environ: CGI names of PEP 3333: REQUEST_METHOD, SERVER_PROTOCOL, RAW_URI, QUERY_STRING,
 *     PATH_INFO (percent-decoded), then CONTENT_TYPE, CONTENT_LENGTH, HTTP_… in the order of their
 *     first lines; repeated ones joined by ",", Cookie by "; ". Proxy is left out (CVE-2016-5385).
 *   encode_scope: method, target_path, query, http_version, path (percent-decoded), then fields in
 *     order, names in lower case. See workers/python/frames.ts.
 */
int32_t encode_environ(void);
int32_t encode_scope(void);

/* What parse_proxy found. Addresses are text in the text area. */
struct proxy {
  int32_t version; /* 1 or 2; 0 while, or because, the bytes do not begin with a PROXY header */
  int32_t family;  /* 4 or 6; 0 when the sender tells no address: use the connection's own */
  int32_t source_start, source_end, source_port;
  int32_t destination_start, destination_end, destination_port;
};

/*
 * Parses a PROXY protocol header, version 1 or 2, at the start of a connection. Bytes that are no
 * PROXY header are -400 with version 0; a host for which the header is optional takes them as HTTP.
 */
int32_t parse_proxy(int32_t start, int32_t end);

/* The areas. Natively a test points `input` where it likes: no byte at or behind `end` is read. */
#ifdef __wasm__
extern uint8_t input[INPUT_SIZE];
#else
extern const uint8_t *input;
#endif
extern uint8_t text[TEXT_SIZE];
extern int32_t text_values;
extern struct settings settings;
extern struct head head;
extern struct chunks chunks;
extern struct proxy proxy;

#endif
