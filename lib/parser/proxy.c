/*
 * The PROXY protocol, versions 1 and 2:
 * https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
 */
#include "authority.h"
#include "bytes.h"

enum { MAX_TEXT_HEADER = 107, BINARY_START = 16 };

static const uint8_t TEXT_MARK[6] = {'P', 'R', 'O', 'X', 'Y', ' '};
static const uint8_t BINARY_MARK[12] = {'\r', '\n', '\r', '\n', 0,   '\r',
                                        '\n', 'Q',  'U',  'I',  'T', '\n'};

/* 1 if the bytes begin with the mark, 0 if they end within it, -1 if they differ. */
static int32_t begins_with(int32_t start, int32_t end, const uint8_t *mark, int32_t length) {
  for (int32_t i = 0; i < length; i++) {
    if (start + i >= end) return 0;
    if (input[start + i] != mark[i]) return -1;
  }
  return 1;
}

/* ---- Version 1: "PROXY" SP "TCP4" SP source SP destination SP port SP port CRLF ---- */

/* The end of a word that is followed by exactly one `behind`, or -1. */
static int32_t word_end(int32_t at, int32_t end, uint8_t behind) {
  const int32_t stop = find_byte(at, end, behind, end);
  return stop < end && stop > at ? stop : -1;
}

static int32_t is_address(int32_t start, int32_t end) {
  return proxy.family == 4 ? is_ipv4(start, end) : is_ipv6(start, end);
}

static int32_t text_port(int32_t start, int32_t end) {
  if (end - start > 1 && input[start] == '0') return -1;
  return port_value(start, end);
}

/* Copies an address behind those in the text area. Returns where it ends. */
static int32_t keep_address(int32_t to, int32_t start, int32_t end) {
  while (start < end) text[to++] = input[start++];
  return to;
}

/* Reads addresses and ports from input[at..end); end is the CR. 0 or an error. */
static int32_t read_text_addresses(int32_t at, int32_t end) {
  const int32_t source = word_end(at, end, ' ');
  if (source < 0 || !is_address(at, source)) return -400;
  const int32_t destination = word_end(source + 1, end, ' ');
  if (destination < 0 || !is_address(source + 1, destination)) return -400;
  const int32_t port = word_end(destination + 1, end, ' ');
  if (port < 0) return -400;
  proxy.source_port = text_port(destination + 1, port);
  proxy.destination_port = text_port(port + 1, end);
  if (proxy.source_port < 0 || proxy.destination_port < 0) return -400;
  proxy.source_end = proxy.destination_start = keep_address(0, at, source);
  proxy.destination_end = keep_address(proxy.source_end, source + 1, destination);
  return 0;
}

static int32_t is_word(int32_t start, int32_t end, const char *word) {
  int32_t i = 0;
  while (start + i < end && word[i] != 0 && input[start + i] == (uint8_t)word[i]) i++;
  return start + i == end && word[i] == 0;
}

/* Reads what follows "PROXY ". UNKNOWN may be followed by anything. 0 or an error. */
static int32_t read_text_body(int32_t at, int32_t end) {
  const int32_t space = find_byte(at, end, ' ', end);
  if (is_word(at, space, "UNKNOWN")) return 0;
  if (is_word(at, space, "TCP4")) proxy.family = 4;
  if (is_word(at, space, "TCP6")) proxy.family = 6;
  return proxy.family != 0 && space < end ? read_text_addresses(space + 1, end) : -400;
}

static int32_t read_text_header(int32_t start, int32_t end) {
  proxy.version = 1;
  const struct line line = line_within(start, end, MAX_TEXT_HEADER - 1, 400);
  const int32_t line_end = find_byte(start, line.stop, '\r', line.stop);
  if (line_end == line.stop) return line.missing;
  const int32_t next = read_line_end(line_end, end);
  if (next <= 0) return next;
  const int32_t fault = read_text_body(start + (int32_t)sizeof(TEXT_MARK), line_end);
  return fault ? fault : next - start;
}

/* ---- Version 2: mark, version and command, family, length, addresses, TLVs ---- */

static int32_t two_bytes(int32_t at) { return input[at] * 256 + input[at + 1]; }

static int32_t put_decimal(int32_t to, int32_t value) {
  if (value >= 10) to = put_decimal(to, value / 10);
  text[to] = (uint8_t)('0' + value % 10);
  return to + 1;
}

static int32_t put_hex(int32_t to, int32_t value) {
  if (value >= 16) to = put_hex(to, value / 16);
  text[to] = (uint8_t) "0123456789abcdef"[value % 16];
  return to + 1;
}

static int32_t put_ipv4(int32_t to, int32_t at) {
  for (int32_t i = 0; i < 4; i++) {
    if (i > 0) text[to++] = '.';
    to = put_decimal(to, input[at + i]);
  }
  return to;
}

static int32_t zero_groups(int32_t at, int32_t group) {
  int32_t count = 0;
  while (group + count < 8 && two_bytes(at + 2 * (group + count)) == 0) count++;
  return count;
}

/* RFC 5952 §4.2: the first longest run of at least two zero groups becomes "::". */
static int32_t put_ipv6(int32_t to, int32_t at) {
  int32_t gap = 8, gap_size = 1;
  for (int32_t group = 0; group < 8; group++) {
    const int32_t size = zero_groups(at, group);
    if (size > gap_size) gap = group, gap_size = size;
  }
  for (int32_t group = 0; group < 8; group++) {
    if (group == gap) {
      text[to++] = ':';
      group += gap_size - 1;
      if (group == 7) text[to++] = ':';
      continue;
    }
    if (group > 0) text[to++] = ':';
    to = put_hex(to, two_bytes(at + 2 * group));
  }
  return to;
}

static void read_binary_addresses(int32_t at, int32_t size) {
  proxy.source_end = size == 4 ? put_ipv4(0, at) : put_ipv6(0, at);
  proxy.destination_start = proxy.source_end;
  proxy.destination_end =
      size == 4 ? put_ipv4(proxy.source_end, at + 4) : put_ipv6(proxy.source_end, at + 16);
  proxy.source_port = two_bytes(at + 2 * size);
  proxy.destination_port = two_bytes(at + 2 * size + 2);
  proxy.family = size == 4 ? 4 : 6;
}

/* The least bytes of addresses for a family and transport (§2.2), or -1 for one that is none. */
static int32_t least_addresses(uint8_t family) {
  switch (family) {
    case 0x00: return 0;
    case 0x11: case 0x12: return 12;
    case 0x21: case 0x22: return 36;
    case 0x31: case 0x32: return 216;
    default: return -1;
  }
}

/* LOCAL, and families that cannot be those of a TCP client, leave the connection's own address. */
static int32_t read_binary_header(int32_t start, int32_t end) {
  proxy.version = 2;
  if (end - start < BINARY_START) return 0;
  const uint8_t command = input[start + 12];
  const uint8_t family = input[start + 13];
  const int32_t size = two_bytes(start + 14);
  const int32_t least_size = least_addresses(family);
  if ((command != 0x20 && command != 0x21) || least_size < 0) return -400;
  if (command == 0x21 && size < least_size) return -400;
  if (end - start < BINARY_START + size) return 0;
  if (command == 0x21 && family == 0x11) read_binary_addresses(start + BINARY_START, 4);
  if (command == 0x21 && family == 0x21) read_binary_addresses(start + BINARY_START, 16);
  return BINARY_START + size;
}

int32_t parse_proxy(int32_t start, int32_t end) {
  proxy = (struct proxy){0};
  const int32_t is_text_header = begins_with(start, end, TEXT_MARK, sizeof(TEXT_MARK));
  if (is_text_header > 0) return read_text_header(start, end);
  const int32_t is_binary = begins_with(start, end, BINARY_MARK, sizeof(BINARY_MARK));
  if (is_binary > 0) return read_binary_header(start, end);
  return is_text_header == 0 || is_binary == 0 ? 0 : -400;
}
