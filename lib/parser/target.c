#include "target.h"

#include "authority.h"
#include "bytes.h"
#include "known.h"

/* Is there a "%00" in the path? What follows it would be cut off by whoever takes it for C text. */
static int32_t has_escaped_nul(int32_t at, int32_t end) {
  for (; at + 2 < end; at++) {
    if (input[at] == '%' && input[at + 1] == '0' && input[at + 2] == '0') return 1;
  }
  return 0;
}

/* The first "?" or "#" in input[at..end), or end. Bytes up to `readable` may be read. */
static int32_t find_path_end(int32_t at, int32_t end, int32_t readable) {
#if HAS_BLOCKS
  for (; at < end && at + 16 <= readable; at += 16) {
    const block b = load(input + at);
    const uint32_t found = bits(either(equal(b, fill('?')), equal(b, fill('#'))));
    if (found) return least(at + first_bit(found), end);
  }
#else
  (void)readable;
#endif
  while (at < end && input[at] != '?' && input[at] != '#') at++;
  return least(at, end);
}

/*
 * Path and query. A fragment has no place in a target, but clients send it and gunicorn takes it:
 * it stays in the target and belongs to neither.
 */
static int32_t split_path(int32_t start, int32_t end, int32_t readable) {
  const int32_t path_end = find_path_end(start, end, readable);
  head.path_start = start;
  head.path_end = path_end;
  head.query_start = head.query_end = path_end;
  if (find_byte(start, path_end, '%', readable) < path_end) {
    head.flags |= FLAG_PATH_ESCAPED;
    if (has_escaped_nul(start, path_end)) return -400;
  }
  if (path_end == end || input[path_end] == '#') return 0;
  head.query_start = path_end + 1;
  head.query_end = find_byte(path_end + 1, end, '#', readable);
  return 0;
}

static int32_t set_authority(int32_t start, int32_t end) {
  head.authority_start = start;
  head.authority_end = end;
  return 0;
}

/* RFC 9112 §3.2.3: authority-form, for CONNECT and for nothing else. */
static int32_t split_authority_form(int32_t start, int32_t end) {
  if (!is_authority_with_port(start, end)) return -400;
  head.path_start = head.path_end = head.query_start = head.query_end = end;
  return set_authority(start, end);
}

/* The end of "http://" or "https://", whatever its case, or -1. */
static int32_t skip_scheme(int32_t start, int32_t end) {
  const int32_t colon = find_byte(start, end, ':', end);
  if (!is_text(start, colon, "http", 4) && !is_text(start, colon, "https", 5)) return -1;
  if (colon + 2 >= end || input[colon + 1] != '/' || input[colon + 2] != '/') return -1;
  return colon + 3;
}

static int32_t find_authority_end(int32_t at, int32_t end) {
  while (at < end && input[at] != '/' && input[at] != '?' && input[at] != '#') at++;
  return at;
}

/* RFC 9110 §4.2.4: userinfo says nothing about the host, and hides it: it is no part of ours. */
static int32_t skip_userinfo(int32_t start, int32_t end) {
  int32_t at = end;
  while (at > start && input[at - 1] != '@') at--;
  return at;
}

/* RFC 9112 §3.2.2: absolute-form. Its authority counts, not the Host field. */
static int32_t split_absolute_form(int32_t start, int32_t end, int32_t readable) {
  const int32_t authority = skip_scheme(start, end);
  if (authority < 0) return -400;
  const int32_t path = find_authority_end(authority, end);
  const int32_t host = skip_userinfo(authority, path);
  if (!is_authority(host, path)) return -400;
  set_authority(host, path);
  if (path < end && input[path] == '/') return split_path(path, end, readable);
  const int32_t fault = split_path(path, end, readable);
  /* RFC 9110 §4.2.3: an empty path is "/", like the last byte of "//". */
  head.path_start = authority - 1;
  head.path_end = authority;
  return fault;
}

int32_t split_target(int32_t start, int32_t end, int32_t readable) {
  head.target_start = start;
  head.target_end = end;
  set_authority(0, 0);
  if (start == end) return -400;
  if (head.method_id == METHOD_CONNECT) return split_authority_form(start, end);
  if (input[start] == '/') return split_path(start, end, readable);
  /* RFC 9112 §3.2.4: asterisk-form, for OPTIONS and for nothing else. */
  if (input[start] == '*' && end == start + 1) {
    if (head.method_id != METHOD_OPTIONS) return -400;
    return split_path(start, end, readable);
  }
  return split_absolute_form(start, end, readable);
}
