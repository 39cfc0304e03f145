/*
 * Runs the cases of a file, then mutations of them:
 *
 *   fuzz CASES COUNT SEED
 *
 * Each input stands right before an unreadable page. Checked are: what the sanitizers find; that
 * the bytes as a whole and byte by byte give the same; that an answer does not change when bytes
 * follow; that it does not depend on where the bytes stand. The last line has a digest of all that
 * was seen, which is the same for every build.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../lib/parser/authority.h"
#include "../../../lib/parser/bytes.h"
#include "cases.h"
#include "guard.h"
#include "session.h"

enum { MAX_INPUT = 4096, MAX_MUTATIONS = 4, SHIFT = 37 };

static uint64_t random_state;

/* xorshift64* */
static uint32_t random_below(uint32_t below) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (uint32_t)((random_state * 0x2545F4914F6CDD1DULL) >> 32) % below;
}

static const char *const WORDS[] = {
    "\r\n", "\r", "\n", "\r\n\r\n", "\r\n ", " ", "\t", ":", ";", ",", "=", "\"", "\\", "%00", "%",
    "?", "#", "*", "/", "@", "[::1]", "_", "-", "0", "1", "ffffffff", "FFFFFFFFFFFFFFFFF",
    "9007199254740991", "9007199254740992", "Host: a\r\n", "Host:\r\n", "Content-Length: 5\r\n",
    "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip\r\n",
    "Connection: close\r\n", "Connection: keep-alive, Upgrade\r\n", "Upgrade: x\r\n",
    "Expect: 100-continue\r\n", "Expect: x\r\n", "Proxy: x\r\n", "X_Y: 1\r\n", "Cookie: a=b\r\n",
    "x: y\r\n", "chunked", "HTTP/1.0", "HTTP/1.1", "HTTP/1.2", "GET ", "OPTIONS ", "CONNECT ",
    "http://b:80", "0\r\n\r\n", "5\r\nhello\r\n", "\x80", "\xff", "\x7f",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
};
enum { WORD_COUNT = sizeof(WORDS) / sizeof(WORDS[0]) };

struct buffer {
  int32_t length;
  uint8_t bytes[2 * MAX_INPUT];
};

/* Replaces bytes[at..at+removed) by other bytes, as far as there is room. */
static void splice(struct buffer *buffer, int32_t at, int32_t removed, const void *with,
                   int32_t size) {
  if (buffer->length - removed + size > MAX_INPUT) return;
  uint8_t copy[MAX_INPUT];
  memcpy(copy, with, (size_t)size);
  const int32_t behind = buffer->length - at - removed;
  memmove(buffer->bytes + at + size, buffer->bytes + at + removed, (size_t)behind);
  memcpy(buffer->bytes + at, copy, (size_t)size);
  buffer->length += size - removed;
}

static void mutate(struct buffer *buffer, const struct cases *cases) {
  const int32_t at = (int32_t)random_below((uint32_t)buffer->length + 1);
  const int32_t most = buffer->length - at < 16 ? buffer->length - at : 16;
  const int32_t some = (int32_t)random_below((uint32_t)most + 1);
  const char *word = WORDS[random_below(WORD_COUNT)];
  const struct test_case *other = &cases->all[random_below((uint32_t)cases->count)];
  const uint8_t byte = (uint8_t)random_below(256);
  switch (random_below(9)) {
    case 0:
      return splice(buffer, at, most > 0, &byte, most > 0);
    case 1:
      return splice(buffer, at, 0, &byte, 1);
    case 2:
      return splice(buffer, at, some, "", 0);
    case 3:
      return splice(buffer, at, 0, word, (int32_t)strlen(word));
    case 4:
      return splice(buffer, at, some, word, (int32_t)strlen(word));
    case 5:
      return splice(buffer, at, 0, buffer->bytes + at, some);
    case 6:
      if (at < buffer->length) buffer->bytes[at] ^= (uint8_t)(1 << random_below(8));
      return;
    case 7:
      return splice(buffer, at, 0, "\0", 1);
    default: {
      const int32_t from = (int32_t)random_below((uint32_t)other->length + 1);
      const int32_t size = least(other->length - from, (int32_t)random_below(200));
      return splice(buffer, at, some, other->bytes + from, size);
    }
  }
}

static void mutate_settings(struct settings *changed) {
  if (random_below(4) == 0) changed->permit = (int32_t)random_below(32);
  if (random_below(8) == 0) changed->header_map = (int32_t)random_below(3);
  if (random_below(16) == 0) changed->max_request_line = (int32_t)random_below(60);
  if (random_below(16) == 0) changed->max_fields = (int32_t)random_below(6);
  if (random_below(16) == 0) changed->max_field_size = (int32_t)random_below(60);
  if (random_below(16) == 0) changed->max_head = (int32_t)random_below(200);
}

static int32_t parse_at(int32_t kind, int32_t start, int32_t end) {
  if (kind == KIND_CHUNKED) {
    chunks.state = (struct chunk_state){0, 0, 0, 0};
    return decode_chunked(start, end);
  }
  return kind == KIND_PROXY ? parse_proxy(start, end) : parse_head(start, end);
}

/* One call, with and without bytes before it. */
static int32_t check_shift(const struct test_case *one) {
  const int32_t kind = one->kind == KIND_CONNECTION ? KIND_HEAD : one->kind;
  place_input(one->bytes, one->length, 0);
  const int32_t result = parse_at(kind, 0, one->length);
  const int32_t target = head.target_start;
  place_input(one->bytes, one->length, SHIFT);
  const int32_t shifted = parse_at(kind, SHIFT, SHIFT + one->length);
  if (result != shifted) fail("another result at another place", one->bytes, one->length);
  if (kind == KIND_HEAD && result > 0 && head.target_start != target + SHIFT) {
    fail("position", one->bytes, one->length);
  }
  return result;
}

/* An answer stays when bytes follow: with the least that give it, with some and with all. */
static void check_stability(const struct test_case *one, int32_t result) {
  const int32_t kind = one->kind == KIND_CONNECTION ? KIND_HEAD : one->kind;
  if (kind == KIND_CHUNKED || one->length == 0) return;
  const int32_t cut = (int32_t)random_below((uint32_t)one->length + 1);
  place_input(one->bytes, cut, 0);
  const int32_t early = parse_at(kind, 0, cut);
  if (early != 0 && early != result) fail("the answer changes", one->bytes, one->length);
}

static uint64_t run(const struct test_case *one) {
  settings = one->settings;
  const int32_t result = check_shift(one);
  if (one->result != RESULT_UNKNOWN && one->result != result) {
    fprintf(stderr, "%d instead of %d\n", result, one->result);
    fail("result", one->bytes, one->length);
  }
  check_stability(one, result);
  struct session whole = session_for(one);
  struct session bytewise = session_for(one);
  session_feed(&whole, one->bytes, one->length);
  for (int32_t n = 0; n <= one->length; n++) session_feed(&bytewise, one->bytes, n);
  const int32_t is_same = whole.digest == bytewise.digest && whole.status == bytewise.status &&
                          whole.at == bytewise.at && whole.step == bytewise.step;
  if (!is_same) fail("byte by byte it is something else", one->bytes, one->length);
  return whole.digest ^ (uint64_t)whole.at << 32 ^ (uint64_t)whole.status;
}

static uint64_t run_mutation(const struct cases *cases) {
  static struct buffer buffer;
  const struct test_case *base;
  do base = &cases->all[random_below((uint32_t)cases->count)];
  while (base->length > MAX_INPUT / 4);
  memcpy(buffer.bytes, base->bytes, (size_t)base->length);
  buffer.length = base->length;
  for (uint32_t i = 1 + random_below(MAX_MUTATIONS); i > 0; i--) mutate(&buffer, cases);
  struct test_case one = {base->kind, RESULT_UNKNOWN, base->settings, buffer.length, buffer.bytes};
  if (random_below(8) == 0) one.kind = KIND_CONNECTION;
  mutate_settings(&one.settings);
  return run(&one);
}

/* Sixteen bytes at a time and one at a time say the same of every byte. */
static void check_classes(void) {
#if HAS_BLOCKS
  for (int32_t byte = 0; byte < 256; byte++) {
    const block b = fill((uint8_t)byte);
    const uint8_t shown = (uint8_t)byte;
    const int32_t is_same = (non_tokens(b) == 0) == is_class(shown, IS_TOKEN) &&
                            (non_targets(b) == 0) == is_class(shown, IS_TARGET) &&
                            (non_values(b) == 0) == is_class(shown, IS_VALUE);
    if (!is_same) fail("classes differ", &shown, 1);
  }
#endif
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: fuzz CASES COUNT SEED\n");
    return 2;
  }
  static struct cases cases;
  cases = read_cases(arguments[1]);
  const int64_t mutations = strtoll(arguments[2], NULL, 10);
  random_state = strtoull(arguments[3], NULL, 10) | 1;
  uint64_t digest = 0;
  check_classes();
  for (int32_t i = 0; i < cases.count; i++) digest = digest * 31 + run(&cases.all[i]);
  for (int64_t i = 0; i < mutations; i++) digest = digest * 31 + run_mutation(&cases);
  printf("%d cases, %lld mutations, digest %016llx\n", cases.count, (long long)mutations,
         (unsigned long long)digest);
  return 0;
}
