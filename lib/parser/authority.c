#include "authority.h"

#include "bytes.h"

int32_t port_value(int32_t start, int32_t end) {
  if (start >= end || end - start > 5) return -1;
  int32_t value = 0;
  for (int32_t at = start; at < end; at++) {
    if (!is_digit(input[at])) return -1;
    value = value * 10 + (input[at] - '0');
  }
  return value <= 65535 ? value : -1;
}

/* Reads a number up to 255 without leading zeros. Returns its end or -1. */
static int32_t read_octet(int32_t at, int32_t end) {
  const int32_t stop = least(at + 3, end);
  int32_t value = 0;
  int32_t next = at;
  while (next < stop && is_digit(input[next])) value = value * 10 + (input[next++] - '0');
  if (next == at || value > 255) return -1;
  return input[at] == '0' && next > at + 1 ? -1 : next;
}

int32_t is_ipv4(int32_t start, int32_t end) {
  int32_t at = start;
  for (int32_t octet = 1;; octet++) {
    at = read_octet(at, end);
    if (at < 0) return 0;
    if (octet == 4) return at == end;
    if (at >= end || input[at] != '.') return 0;
    at++;
  }
}

int32_t is_ipv6(int32_t start, int32_t end) {
  int32_t at = start;
  int32_t groups = 0;
  int32_t has_gap = 0;
  while (at < end) {
    if (input[at] == ':') {
      /* Only "::" begins with a colon here: the one behind a group was taken with it. */
      if (has_gap || at + 1 >= end || input[at + 1] != ':') return 0;
      has_gap = 1;
      at += 2;
      continue;
    }
    const int32_t next = skip_class(at, least(at + 5, end), IS_HEX);
    if (next < end && input[next] == '.') {
      return is_ipv4(at, end) && (has_gap ? groups <= 5 : groups == 6);
    }
    if (next == at || next - at > 4 || ++groups > 8) return 0;
    at = next;
    if (at == end) break;
    if (input[at] != ':') return 0;
    if (at + 1 == end) return 0;
    if (input[at + 1] != ':') at++;
  }
  return has_gap ? groups <= 7 : groups == 8;
}

/* "[" IPv6address "]". Returns its end or -1. IPvFuture has no use yet and is refused. */
static int32_t read_ip_literal(int32_t at, int32_t end) {
  const int32_t close = find_byte(at, end, ']', end);
  if (close == end || !is_ipv6(at + 1, close)) return -1;
  return close + 1;
}

/* *( unreserved / pct-encoded / sub-delims ), RFC 3986 §3.2.2. Returns its end or -1. */
static int32_t read_reg_name(int32_t at, int32_t end) {
  for (;;) {
    at = skip_class(at, end, IS_REG_NAME);
    if (at == end || input[at] != '%') return at;
    if (at + 2 >= end) return -1;
    if (!is_class(input[at + 1], IS_HEX) || !is_class(input[at + 2], IS_HEX)) return -1;
    at += 3;
  }
}

static int32_t read_host(int32_t start, int32_t end) {
  if (start == end) return -1;
  if (input[start] == '[') return read_ip_literal(start, end);
  const int32_t next = read_reg_name(start, end);
  return next == start ? -1 : next;
}

int32_t is_authority(int32_t start, int32_t end) {
  const int32_t at = read_host(start, end);
  if (at < 0) return 0;
  if (at == end) return 1;
  if (input[at] != ':') return 0;
  return at + 1 == end || port_value(at + 1, end) >= 0;
}

int32_t is_authority_with_port(int32_t start, int32_t end) {
  const int32_t at = read_host(start, end);
  return at >= 0 && at < end && input[at] == ':' && port_value(at + 1, end) >= 0;
}
