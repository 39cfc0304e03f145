#include "fields.h"

#include "bytes.h"
#include "known.h"

/* Reads a name and its colon. Returns the position behind the colon. */
static int32_t read_name(int32_t start, const struct line *line, struct field *field) {
  int32_t at = skip_token(start, line->stop);
  field->name_start = start;
  field->name_end = at;
  /*
   * RFC 9112 §5.1: no whitespace between name and colon (gunicorn#2176). An empty name is none, and
   * neither is one that begins with a blank: RFC 9112 §5.2 and §2.2.
   */
  if (settings.permit & PERMIT_SPACE_BEFORE_COLON && at > start) at = skip_blanks(at, line->stop);
  if (at == line->stop) return line->missing;
  return input[at] == ':' && at > start ? at + 1 : -400;
}

static int32_t trim_blanks(int32_t start, int32_t end) {
  while (end > start && is_blank(input[end - 1])) end--;
  return end;
}

/* Reads one line of a value with its CRLF and sets where the value ends. Returns what is behind. */
static int32_t read_value_line(int32_t at, const struct line *line, struct field *field) {
  at = skip_blanks(at, line->stop);
  const int32_t value_end = skip_value(at, line->stop);
  if (value_end == line->stop) return line->missing;
  const int32_t next = read_line_end(value_end, line->end);
  if (next <= 0) return next;
  if (field->value_start == field->value_end) field->value_start = field->value_end = at;
  if (value_end > at) field->value_end = trim_blanks(at, value_end);
  return next;
}

/* Reads a value with its folded lines, if they are permitted (RFC 9112 §5.2). */
static int32_t read_value(int32_t at, const struct line *line, struct field *field,
                          struct framing *framing) {
  field->value_start = field->value_end = 0;
  at = read_value_line(at, line, field);
  if (!(settings.permit & PERMIT_OBSOLETE_FOLDING)) return at;
  while (at > 0) {
    if (at >= line->end) return 0;
    if (!is_blank(input[at])) return at;
    if (at >= line->stop) return line->missing;
    framing->seen |= SEEN_FOLD;
    at = read_value_line(at, line, field);
  }
  return at;
}

/* To CGI, "_" is "-" (CVE-2024-45614): gunicorn's header_map. 1 to keep, 0 to drop, or an error. */
static int32_t judge_underscore(const struct field *field, int32_t end) {
  if (settings.header_map == HEADER_MAP_PASS) return 1;
  if (find_byte(field->name_start, field->name_end, '_', end) == field->name_end) return 1;
  return settings.header_map == HEADER_MAP_REFUSE ? -400 : 0;
}

/* Reads a field line into head.fields, unless header_map drops it. */
static int32_t read_field(int32_t at, int32_t end, struct framing *framing) {
  const int32_t most = limit(settings.max_field_size, INPUT_SIZE) - 1;
  const struct line line = line_within(at, end, most, 431);
  const int32_t index = head.field_count;
  struct field *field = &head.fields[index];
  at = read_name(at, &line, field);
  if (at <= 0) return at;
  at = read_value(at, &line, field, framing);
  if (at <= 0) return at;
  field->id = find_field(field->name_start, field->name_end, end);
  const int32_t verdict =
      field->id == FIELD_OTHER ? judge_underscore(field, end) : note_field(framing, index);
  if (verdict < 0) return verdict;
  head.field_count = index + verdict;
  return at;
}

int32_t read_fields(int32_t at, int32_t end, struct framing *framing) {
  const int32_t most = limit(settings.max_fields, MAX_FIELDS);
  head.field_count = 0;
  for (int32_t lines = 0;; lines++) {
    if (at >= end) return 0;
    if (input[at] == '\r') return read_line_end(at, end);
    if (lines == most) return -431;
    at = read_field(at, end, framing);
    if (at <= 0) return at;
  }
}
