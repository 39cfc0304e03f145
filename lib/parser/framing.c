#include "authority.h"
#include "bytes.h"
#include "fields.h"
#include "known.h"

/*
 * RFC 9110 §8.6: digits only, once, no list even of equal numbers (gunicorn#3047, uwsgi#2775,
 * RUSTSEC-2021-0078).
 */
static int32_t note_content_length(struct framing *framing, const struct field *field) {
  const int64_t most = (1LL << 53) - 1;
  int64_t value = 0;
  if (field->value_start == field->value_end || framing->seen & SEEN_CONTENT_LENGTH) return -400;
  for (int32_t at = field->value_start; at < field->value_end; at++) {
    if (!is_digit(input[at])) return -400;
    value = value * 10 + (input[at] - '0');
    if (value > most) return -400;
  }
  framing->seen |= SEEN_CONTENT_LENGTH;
  framing->content_length = value;
  return 1;
}

/* One element of Transfer-Encoding as a SEEN_. Chunked has no parameters (RFC 9112 §7.1). */
static int32_t judge_coding(int32_t start, int32_t end, int32_t seen) {
  if (start == end || skip_token(start, end) != end) return SEEN_BAD_CODING;
  if (seen & SEEN_CHUNKED) return SEEN_BAD_CODING;
  return is_text(start, end, "chunked", 7) ? SEEN_CHUNKED : SEEN_OTHER_CODING;
}

/* The end of a list's element: its "," or the list's end (RFC 9110 §5.6.1). */
static int32_t element_end(int32_t start, int32_t end) { return find_byte(start, end, ',', end); }

static int32_t note_transfer_encoding(struct framing *framing, const struct field *field) {
  const int32_t end = field->value_end;
  int32_t seen = framing->seen | SEEN_TRANSFER_ENCODING;
  int32_t at = field->value_start;
  for (;;) {
    const int32_t comma = element_end(at, end);
    const int32_t start = skip_blanks(at, comma);
    int32_t stop = comma;
    while (stop > start && is_blank(input[stop - 1])) stop--;
    seen |= judge_coding(start, stop, seen);
    if (comma == end) break;
    at = comma + 1;
  }
  framing->seen = seen;
  return 1;
}

static int32_t judge_option(int32_t start, int32_t end) {
  if (is_text(start, end, "keep-alive", 10)) return SEEN_KEEP_ALIVE;
  if (is_text(start, end, "close", 5)) return SEEN_CLOSE;
  if (is_text(start, end, "upgrade", 7)) return SEEN_UPGRADE_OPTION;
  return 0;
}

/* RFC 9110 §7.6.1: a list of options; those we do not know are not for us. */
static int32_t note_connection(struct framing *framing, const struct field *field) {
  const int32_t end = field->value_end;
  for (int32_t at = field->value_start; at < end; at++) {
    const int32_t start = skip_blanks(at, end);
    const int32_t stop = skip_token(start, end);
    framing->seen |= judge_option(start, stop);
    at = element_end(stop, end);
    /* An option behind a fold would be overlooked. */
    if (find_byte(stop, at, '\r', at) != at) return -400;
  }
  return 1;
}

/* RFC 9110 §10.1.1 defines one expectation. */
static int32_t judge_expect(const struct field *field) {
  const int32_t is_known = is_text(field->value_start, field->value_end, "100-continue", 12);
  return is_known ? SEEN_CONTINUE : SEEN_OTHER_EXPECTATION;
}

static int32_t note_once(struct framing *framing, int32_t what) {
  if (framing->seen & what) return -400;
  framing->seen |= what;
  return 1;
}

/* RFC 9112 §3.2: one Host of valid form; it may be empty (RFC 9110 §7.2). */
static int32_t note_host(struct framing *framing, const struct field *field, int32_t index) {
  const int32_t start = field->value_start;
  const int32_t end = field->value_end;
  if (start != end && !is_authority(start, end)) return -400;
  framing->host_index = index;
  return note_once(framing, SEEN_HOST);
}

/*
 * RFC 9110 §6.5.1: a trailer decides nothing about framing, routing, authentication or the handling
 * of its request (CVE-2025-59822, CVE-2025-58068).
 */
static int32_t judge_trailer(int32_t id) {
  switch (id) {
    case FIELD_AUTHORIZATION:
    case FIELD_CONNECTION:
    case FIELD_CONTENT_ENCODING:
    case FIELD_CONTENT_LENGTH:
    case FIELD_CONTENT_RANGE:
    case FIELD_COOKIE:
    case FIELD_EXPECT:
    case FIELD_FORWARDED:
    case FIELD_HOST:
    case FIELD_KEEP_ALIVE:
    case FIELD_MAX_FORWARDS:
    case FIELD_PROXY_AUTHORIZATION:
    case FIELD_PROXY_CONNECTION:
    case FIELD_TE:
    case FIELD_TRAILER:
    case FIELD_TRANSFER_ENCODING:
    case FIELD_UPGRADE:
      return -400;
    default:
      return 1;
  }
}

int32_t note_field(struct framing *framing, int32_t index) {
  const struct field *field = &head.fields[index];
  if (framing->is_trailer) return judge_trailer(field->id);
  switch (field->id) {
    case FIELD_HOST:
      return note_host(framing, field, index);
    case FIELD_CONTENT_LENGTH:
      return note_content_length(framing, field);
    case FIELD_TRANSFER_ENCODING:
      return note_transfer_encoding(framing, field);
    case FIELD_CONNECTION:
      return note_connection(framing, field);
    case FIELD_CONTENT_TYPE:
      return note_once(framing, SEEN_CONTENT_TYPE);
    case FIELD_UPGRADE:
      framing->seen |= SEEN_UPGRADE;
      return 1;
    case FIELD_EXPECT:
      framing->seen |= judge_expect(field);
      return 1;
    default:
      return 1;
  }
}

/*
 * RFC 9112 §6.1 and §6.3: Transfer-Encoding is "chunked" and nothing else, on HTTP/1.1 only, never
 * beside Content-Length; there is no falling back (CVE-2024-1135, CVE-2024-6827).
 */
static int32_t judge_codings(int32_t seen) {
  if (!(seen & SEEN_TRANSFER_ENCODING)) return 0;
  if (head.minor_version == 0 || seen & (SEEN_CONTENT_LENGTH | SEEN_BAD_CODING)) return -400;
  return seen & SEEN_OTHER_CODING ? -501 : 0;
}

/* RFC 9110 §10.1.1: HTTP/1.0 cannot expect. */
static int32_t judge_expectation(int32_t seen) {
  return head.minor_version == 1 && seen & SEEN_OTHER_EXPECTATION ? -417 : 0;
}

/* RFC 9112 §9.3: HTTP/1.1 persists unless told not to, HTTP/1.0 if told to; "close" always wins. */
static int32_t persists(int32_t seen) {
  if (seen & SEEN_CLOSE) return 0;
  return head.minor_version == 1 || (seen & SEEN_KEEP_ALIVE) != 0;
}

static int32_t flags_of(const struct framing *framing) {
  const int32_t seen = framing->seen;
  const int32_t is_new = head.minor_version == 1;
  const int32_t has_body = seen & SEEN_CHUNKED || framing->content_length > 0;
  const int32_t upgrades = seen & SEEN_UPGRADE && seen & SEEN_UPGRADE_OPTION;
  return (persists(seen) ? FLAG_KEEP_ALIVE : 0) | (seen & SEEN_CHUNKED ? FLAG_CHUNKED : 0) |
         (is_new && has_body && seen & SEEN_CONTINUE ? FLAG_EXPECT_CONTINUE : 0) |
         (is_new && upgrades ? FLAG_UPGRADE : 0) | (seen & SEEN_FOLD ? FLAG_FOLDED : 0);
}

int32_t decide_framing(const struct framing *framing) {
  const int32_t seen = framing->seen;
  /* RFC 9112 §3.2: HTTP/1.1 has a Host, whatever the form of the target. */
  if (head.minor_version == 1 && !(seen & SEEN_HOST)) return -400;
  const int32_t coding_fault = judge_codings(seen);
  if (coding_fault) return coding_fault;
  head.flags |= flags_of(framing);
  head.has_content_length = (seen & SEEN_CONTENT_LENGTH) != 0;
  head.content_length_low = (int32_t)(framing->content_length & 0xFFFFFFFF);
  head.content_length_high = (int32_t)(framing->content_length >> 32);
  return judge_expectation(seen);
}
