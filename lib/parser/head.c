#include "bytes.h"
#include "fields.h"
#include "known.h"
#include "target.h"

/* gunicorn's rule: 3 to 20 characters, no lower case, no "#". All registered methods keep it. */
static int32_t is_conventional(int32_t start, int32_t end) {
  if (end - start < 3 || end - start > 20) return 0;
  for (int32_t at = start; at < end; at++) {
    if (input[at] == '#' || (input[at] >= 'a' && input[at] <= 'z')) return 0;
  }
  return 1;
}

/* RFC 9110 §9.1: a token, then one SP. Returns the position behind the SP. */
static int32_t read_method(int32_t start, const struct line *line) {
  const int32_t end = skip_token(start, line->stop);
  if (end == line->stop) return line->missing;
  if (end == start || input[end] != ' ') return -400;
  head.method_start = start;
  head.method_end = end;
  head.method_id = find_method(start, end);
  head.flags = settings.permit & CASEFOLD_METHOD ? FLAG_METHOD_CASEFOLDED : 0;
  if (settings.permit & PERMIT_UNCONVENTIONAL_METHOD) return end + 1;
  return head.method_id != METHOD_OTHER || is_conventional(start, end) ? end + 1 : -400;
}

/* RFC 9112 §3.2: no whitespace and no controls, then one SP. Returns the position behind the SP. */
static int32_t read_target(int32_t start, const struct line *line) {
  const int32_t target_end = skip_target(start, line->stop);
  if (target_end == line->stop) return line->missing;
  if (input[target_end] != ' ') return -400;
  const int32_t fault = split_target(start, target_end, line->end);
  return fault ? fault : target_end + 1;
}

/* RFC 9110 §2.5: "HTTP/" DIGIT "." DIGIT. Returns 1, or what is wrong so far. */
static int32_t check_version(int32_t start, const struct line *line) {
  static const char FORM[] = "HTTP/0.0";
  for (int32_t i = 0; i < 8; i++) {
    if (start + i == line->stop) return line->missing;
    const uint8_t byte = input[start + i];
    if (FORM[i] == '0' ? !is_digit(byte) : byte != (uint8_t)FORM[i]) return -400;
  }
  return start + 8 == line->stop ? line->missing : 1;
}

/* RFC 9110 §15.6.6: 505 for a version that is well-formed but none of ours. */
static int32_t judge_version(uint8_t major, uint8_t minor) {
  if (major != '1') return -505;
  head.minor_version = minor == '0' ? 0 : 1;
  if (minor <= '1' || settings.permit & PERMIT_UNCONVENTIONAL_VERSION) return 0;
  return -505;
}

/* Reads the version and the line's end. Returns the position behind. */
static int32_t read_version(int32_t start, const struct line *line) {
  const int32_t form = check_version(start, line);
  if (form <= 0) return form;
  const int32_t next = read_line_end(start + 8, line->end);
  if (next <= 0) return next;
  const int32_t fault = judge_version(input[start + 5], input[start + 7]);
  return fault ? fault : next;
}

/* RFC 9112 §3: method SP target SP version CRLF. */
static int32_t read_request_line(int32_t at, int32_t end) {
  const int32_t most = limit(settings.max_request_line, INPUT_SIZE) + 1;
  const struct line line = line_within(at, end, most, 414);
  at = read_method(at, &line);
  if (at <= 0) return at;
  at = read_target(at, &line);
  if (at <= 0) return at;
  return read_version(at, &line);
}

/* The Host field says what the request's host is, unless the target does: then it says the same. */
static void settle_host(const struct framing *framing) {
  if (!(framing->seen & SEEN_HOST)) return;
  struct field *host = &head.fields[framing->host_index];
  if (head.authority_end == 0) {
    head.authority_start = host->value_start;
    head.authority_end = host->value_end;
  } else if (head.method_id != METHOD_CONNECT) {
    host->value_start = head.authority_start;
    host->value_end = head.authority_end;
  }
}

static int32_t read_head(int32_t at, int32_t end) {
  struct framing framing = {0, 0, 0, 0};
  while (at < end && input[at] == '\r') {
    at = read_line_end(at, end);
    if (at <= 0) return at;
  }
  if (at >= end) return 0;
  at = read_request_line(at, end);
  if (at <= 0) return at;
  at = read_fields(at, end, &framing);
  if (at <= 0) return at;
  const int32_t fault = decide_framing(&framing);
  if (fault) return fault;
  settle_host(&framing);
  head.end = at;
  return at;
}

int32_t parse_head(int32_t start, int32_t end) {
  const int32_t most = start + limit(settings.max_head, INPUT_SIZE);
  const int32_t at = read_head(start, least(end, most));
  if (at > 0) return at - start;
  return at == 0 && end >= most ? -431 : at;
}
