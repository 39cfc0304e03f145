#include "bytes.h"
#include "fields.h"

enum { PHASE_SIZE = 0, PHASE_DATA = 1, PHASE_DATA_END = 2, PHASE_TRAILERS = 3 };

/* Bytes of a size line with its CRLF (CVE-2024-21647, CVE-2024-22019). */
enum { MAX_SIZE_LINE = 4096 };

/*
 * A chunk may have 16 bytes of framing and as much again as it has data, twice; what it has beyond
 * that adds up to at most 16 KiB in a body (CVE-2023-39326).
 */
enum { FREE_OVERHEAD = 16, MAX_OVERHEAD = 16384 };

static int64_t remaining(void) {
  const struct chunk_state *state = &chunks.state;
  return ((int64_t)state->remaining_high << 32) | (uint32_t)state->remaining_low;
}

static void set_remaining(int64_t value) {
  chunks.state.remaining_low = (int32_t)(value & 0xFFFFFFFF);
  chunks.state.remaining_high = (int32_t)(value >> 32);
}

/* quoted-string, RFC 9110 §5.6.4. Returns the position behind it. */
static int32_t read_quoted(int32_t at, const struct line *line) {
  for (at++; at < line->stop; at++) {
    if (input[at] == '"') return at + 1;
    if (input[at] == '\\' && ++at == line->stop) break;
    if (!is_class(input[at], IS_VALUE)) return -400;
  }
  return line->missing;
}

static int32_t read_token(int32_t start, const struct line *line) {
  const int32_t end = skip_token(start, line->stop);
  if (end == line->stop) return line->missing;
  return end > start ? end : -400;
}

static int32_t read_extension_value(int32_t at, const struct line *line) {
  at = skip_blanks(at, line->stop);
  if (at == line->stop) return line->missing;
  return input[at] == '"' ? read_quoted(at, line) : read_token(at, line);
}

/*
 * RFC 9112 §7.1.1: *( BWS ";" BWS name [ BWS "=" BWS value ] ), and nothing else before the CR: no
 * blank, no bare CR or LF (gunicorn#3556, CVE-2022-24761, CVE-2025-55315). Returns where it ends.
 */
static int32_t read_extensions(int32_t at, const struct line *line) {
  for (;;) {
    const int32_t next = skip_blanks(at, line->stop);
    if (next == line->stop) return line->missing;
    if (input[next] != ';') return next == at ? at : -400;
    at = read_token(skip_blanks(next + 1, line->stop), line);
    if (at <= 0) return at;
    const int32_t equals = skip_blanks(at, line->stop);
    if (equals == line->stop) return line->missing;
    if (input[equals] != '=') continue;
    at = read_extension_value(equals + 1, line);
    if (at <= 0) return at;
  }
}

/* 1*HEXDIG up to 2^53-1 (CVE-2021-32714, gunicorn#3047). Returns where it ends. */
static int32_t read_size(int32_t start, const struct line *line, int64_t *size) {
  int32_t at = start;
  for (; at < line->stop && is_class(input[at], IS_HEX); at++) {
    *size = *size * 16 + hex_value(input[at]);
    if (*size >= 1LL << 53) return -400;
  }
  if (at == line->stop) return line->missing;
  return at > start ? at : -400;
}

/* Adds a line's bytes to the overhead; 0 or an error. */
static int32_t count_overhead(int32_t bytes, int64_t size) {
  int64_t overhead = chunks.state.overhead + bytes - FREE_OVERHEAD - 2 * size;
  if (overhead > MAX_OVERHEAD) return -400;
  chunks.state.overhead = overhead > 0 ? (int32_t)overhead : 0;
  return 0;
}

static int32_t read_size_line(int32_t start, int32_t end) {
  const struct line line = line_within(start, end, MAX_SIZE_LINE - 1, 400);
  int64_t size = 0;
  int32_t at = read_size(start, &line, &size);
  if (at <= 0) return at;
  at = read_extensions(at, &line);
  if (at <= 0) return at;
  at = read_line_end(at, end);
  if (at <= 0) return at;
  const int32_t fault = count_overhead(at - start, size);
  if (fault) return fault;
  set_remaining(size);
  chunks.state.phase = size == 0 ? PHASE_TRAILERS : PHASE_DATA;
  return at;
}

static int32_t read_data(int32_t start, int32_t end) {
  const int64_t left = remaining();
  const int32_t taken = left < end - start ? (int32_t)left : end - start;
  if (taken == 0) return 0;
  chunks.spans[2 * chunks.span_count] = start;
  chunks.spans[2 * chunks.span_count + 1] = start + taken;
  chunks.span_count++;
  set_remaining(left - taken);
  if (left == taken) chunks.state.phase = PHASE_DATA_END;
  return start + taken;
}

/* RFC 9112 §7.1: exactly CRLF behind the data (CVE-2025-43859). */
static int32_t read_data_end(int32_t at, int32_t end) {
  at = read_line_end(at, end);
  if (at > 0) chunks.state.phase = PHASE_SIZE;
  return at;
}

/* RFC 9112 §7.1.2. The section is read as a whole: until its empty line it is not consumed. */
static int32_t read_trailers(int32_t start, int32_t end) {
  struct framing framing = {1, 0, 0, 0};
  const int32_t most = start + limit(settings.max_head, INPUT_SIZE);
  const int32_t at = read_fields(start, least(end, most), &framing);
  if (at == 0 && end >= most) return -431;
  if (at > 0) {
    head.flags = framing.seen & SEEN_FOLD ? FLAG_FOLDED : 0;
    chunks.is_done = 1;
  }
  return at;
}

static int32_t read_next(int32_t at, int32_t end) {
  switch (chunks.state.phase) {
    case PHASE_SIZE:
      return read_size_line(at, end);
    case PHASE_DATA:
      return read_data(at, end);
    case PHASE_DATA_END:
      return read_data_end(at, end);
    default:
      return read_trailers(at, end);
  }
}

int32_t decode_chunked(int32_t start, int32_t end) {
  int32_t at = start;
  chunks.span_count = 0;
  chunks.is_done = 0;
  while (!chunks.is_done && chunks.span_count < MAX_SPANS) {
    const int32_t next = read_next(at, end);
    if (next <= 0) return at > start ? at - start : next;
    at = next;
  }
  return at - start;
}
