#include "bytes.h"
#include "known.h"

/*
 * Writes go to text[at…) and return where they end. Copies go by blocks and may write up to 15
 * bytes too many, which the next write covers; TEXT_SIZE has room for that.
 */

static int32_t put(int32_t at, const char *literal, int32_t length) {
  for (int32_t i = 0; i < length; i++) text[at + i] = (uint8_t)literal[i];
  return at + length;
}

#define PUT(at, literal) put(at, literal, sizeof(literal) - 1)

/* Copies input[start..end). Like all of these, it may read up to the head's end. */
static int32_t copy(int32_t at, int32_t start, int32_t end) {
#if HAS_BLOCKS
  for (; start < end && start + 16 <= head.end; start += 16, at += 16) {
    store(text + at, load(input + start));
  }
  if (start >= end) return at - (start - end);
#endif
  while (start < end) text[at++] = input[start++];
  return at;
}

static int32_t copy_lower(int32_t at, int32_t start, int32_t end) {
#if HAS_BLOCKS
  for (; start < end && start + 16 <= head.end; start += 16, at += 16) {
    const block b = load(input + start);
    const block is_upper = up_to(minus(b, fill('A')), fill(25));
    store(text + at, either(b, both(is_upper, fill(0x20))));
  }
  if (start >= end) return at - (start - end);
#endif
  while (start < end) text[at++] = lower(input[start++]);
  return at;
}

static uint8_t cgi(uint8_t byte) { return byte == '-' ? '_' : upper(byte); }

/* Upper case with "_" for "-". */
static int32_t copy_cgi(int32_t at, int32_t start, int32_t end) {
#if HAS_BLOCKS
  for (; start < end && start + 16 <= head.end; start += 16, at += 16) {
    const block b = load(input + start);
    const block is_lower = up_to(minus(b, fill('a')), fill(25));
    const block is_dash = equal(b, fill('-'));
    const block rise = both(is_lower, fill('a' - 'A'));
    store(text + at, minus(b, either(rise, both(is_dash, fill((uint8_t)('-' - '_'))))));
  }
  if (start >= end) return at - (start - end);
#endif
  while (start < end) text[at++] = cgi(input[start++]);
  return at;
}

static int32_t skip_fold(int32_t at, int32_t end) {
  while (at < end && (is_blank(input[at]) || input[at] == '\r' || input[at] == '\n')) at++;
  return at;
}

/* RFC 9112 §5.2: a fold, with the blanks around it, becomes one space. */
static int32_t copy_unfolded(int32_t at, int32_t start, int32_t end) {
  for (int32_t from = start; from < end;) {
    const int32_t next = skip_blanks(from, end);
    if (next < end && input[next] == '\r') {
      from = skip_fold(next, end);
      text[at++] = ' ';
      continue;
    }
    while (from <= next && from < end) text[at++] = input[from++];
  }
  return at;
}

static int32_t copy_value(int32_t at, const struct field *field) {
  if (head.flags & FLAG_FOLDED) return copy_unfolded(at, field->value_start, field->value_end);
  return copy(at, field->value_start, field->value_end);
}

static int32_t is_escape(int32_t at, int32_t end) {
  return input[at] == '%' && at + 2 < end && is_class(input[at + 1], IS_HEX) &&
         is_class(input[at + 2], IS_HEX);
}

/* Percent-decodes the path; what is no escape stays as it is. It has no "%00" (target.c). */
static int32_t copy_path(int32_t at) {
  const int32_t end = head.path_end;
  if (!(head.flags & FLAG_PATH_ESCAPED)) return copy(at, head.path_start, end);
  for (int32_t from = head.path_start; from < end; from++) {
    if (!is_escape(from, end)) {
      text[at++] = input[from];
      continue;
    }
    text[at++] = (uint8_t)(hex_value(input[from + 1]) * 16 + hex_value(input[from + 2]));
    from += 2;
  }
  return at;
}

static int32_t copy_method(int32_t at) {
  if (!(settings.permit & CASEFOLD_METHOD)) return copy(at, head.method_start, head.method_end);
  for (int32_t from = head.method_start; from < head.method_end; from++) {
    text[at++] = upper(input[from]);
  }
  return at;
}

static int32_t end_value(int32_t at) {
  text[at] = 0;
  return at + 1;
}

/* ---- Repeated fields. A field is linked to the next one that has the same CGI name. ---- */

static uint16_t next_same[MAX_FIELDS]; /* 0 for none: no field comes before the first */
static uint8_t is_repeat[MAX_FIELDS];

static uint32_t hash_of(const struct field *field) {
  const uint32_t length = (uint32_t)(field->name_end - field->name_start);
  const uint32_t first = cgi(input[field->name_start]);
  const uint32_t last = cgi(input[field->name_end - 1]);
  return (length * 31 + first * 7 + last) & 63;
}

/* CONTENT_TYPE and CONTENT_LENGTH have no prefix, so nothing else can take their names. */
static int32_t is_bare(int32_t id) {
  return id == FIELD_CONTENT_TYPE || id == FIELD_CONTENT_LENGTH;
}

static int32_t is_same_name(const struct field *a, const struct field *b) {
  const int32_t length = a->name_end - a->name_start;
  if (b->name_end - b->name_start != length || is_bare(a->id) != is_bare(b->id)) return 0;
  for (int32_t i = 0; i < length; i++) {
    if (cgi(input[a->name_start + i]) != cgi(input[b->name_start + i])) return 0;
  }
  return 1;
}

static void link_to_earlier(int32_t index) {
  for (int32_t earlier = index - 1; earlier >= 0; earlier--) {
    if (!is_same_name(&head.fields[earlier], &head.fields[index])) continue;
    next_same[earlier] = (uint16_t)index;
    is_repeat[index] = 1;
    return;
  }
}

static void link_repeats(void) {
  uint64_t seen = 0;
  for (int32_t index = 0; index < head.field_count; index++) {
    const uint64_t bit = 1ULL << hash_of(&head.fields[index]);
    next_same[index] = 0;
    is_repeat[index] = 0;
    if (seen & bit) link_to_earlier(index);
    seen |= bit;
  }
}

/* A client's Proxy field would be taken for the HTTP_PROXY of the environment (CVE-2016-5385). */
static int32_t is_left_out(int32_t index) {
  return is_repeat[index] || head.fields[index].id == FIELD_PROXY;
}

static int32_t put_environ_names(int32_t at) {
  at = PUT(at, "REQUEST_METHOD\0SERVER_PROTOCOL\0RAW_URI\0QUERY_STRING\0PATH_INFO");
  for (int32_t index = 0; index < head.field_count; index++) {
    const struct field *field = &head.fields[index];
    if (is_left_out(index)) continue;
    at = end_value(at);
    if (!is_bare(field->id)) at = PUT(at, "HTTP_");
    at = copy_cgi(at, field->name_start, field->name_end);
  }
  return at;
}

static int32_t put_joined(int32_t at, int32_t index) {
  at = copy_value(at, &head.fields[index]);
  for (int32_t next = next_same[index]; next != 0; next = next_same[next]) {
    /* RFC 9113 §8.2.3 says how cookies are joined, RFC 9110 §5.3 all others. */
    at = head.fields[index].id == FIELD_COOKIE ? PUT(at, "; ") : PUT(at, ",");
    at = copy_value(at, &head.fields[next]);
  }
  return at;
}

static int32_t put_environ_values(int32_t at) {
  at = end_value(copy_method(at));
  at = end_value(head.minor_version == 0 ? PUT(at, "HTTP/1.0") : PUT(at, "HTTP/1.1"));
  at = end_value(copy(at, head.target_start, head.target_end));
  at = end_value(copy(at, head.query_start, head.query_end));
  at = copy_path(at);
  for (int32_t index = 0; index < head.field_count; index++) {
    if (!is_left_out(index)) at = put_joined(end_value(at), index);
  }
  return at;
}

int32_t encode_environ(void) {
  link_repeats();
  const int32_t names = put_environ_names(0);
  text_values = put_environ_values(names) - names;
  return names;
}

static int32_t put_scope_names(int32_t at) {
  at = PUT(at, "method\0target_path\0query\0http_version\0path");
  for (int32_t index = 0; index < head.field_count; index++) {
    const struct field *field = &head.fields[index];
    at = copy_lower(end_value(at), field->name_start, field->name_end);
  }
  return at;
}

static int32_t put_scope_values(int32_t at) {
  at = end_value(copy_method(at));
  at = end_value(copy(at, head.path_start, head.path_end));
  at = end_value(copy(at, head.query_start, head.query_end));
  at = end_value(head.minor_version == 0 ? PUT(at, "1.0") : PUT(at, "1.1"));
  at = copy_path(at);
  for (int32_t index = 0; index < head.field_count; index++) {
    at = copy_value(end_value(at), &head.fields[index]);
  }
  return at;
}

int32_t encode_scope(void) {
  const int32_t names = put_scope_names(0);
  text_values = put_scope_values(names) - names;
  return names;
}
