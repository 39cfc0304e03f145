/*
 * Classes of bytes, and search by 16 bytes at a time. A block is only read where all of its 16
 * bytes are readable; what is left goes byte by byte. Without SIMD everything does.
 */
#ifndef MONOCEROS_BYTES_H
#define MONOCEROS_BYTES_H
#include "parser.h"

enum {
  IS_TOKEN = 1,    /* tchar, RFC 9110 §5.6.2 */
  IS_TARGET = 2,   /* neither control nor space; bytes from 0x80 are accepted as they are */
  IS_VALUE = 4,    /* field-vchar, SP and HTAB, RFC 9110 §5.5 */
  IS_REG_NAME = 8, /* unreserved and sub-delims, RFC 3986 §3.2.2, without pct-encoded */
  IS_HEX = 16,
};

extern const uint8_t CLASSES[256];

static inline int32_t is_class(uint8_t byte, int32_t class) { return (CLASSES[byte] & class) != 0; }
static inline int32_t is_blank(uint8_t byte) { return byte == ' ' || byte == '\t'; }
static inline int32_t is_within(uint8_t byte, char from, char to) {
  return byte >= (uint8_t)from && byte <= (uint8_t)to;
}
static inline int32_t is_digit(uint8_t byte) { return is_within(byte, '0', '9'); }
static inline uint8_t lower(uint8_t byte) { return is_within(byte, 'A', 'Z') ? byte | 0x20 : byte; }
static inline uint8_t upper(uint8_t byte) { return is_within(byte, 'a', 'z') ? byte & 0xDF : byte; }
static inline int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }
static inline int32_t hex_value(uint8_t digit) {
  return is_digit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

/* A line: where it must be over, and what it means when it is not. */
struct line {
  int32_t end;     /* of the bytes that are there */
  int32_t stop;    /* of those the line may have, up to and with its CR */
  int32_t missing; /* the answer when stop is reached: need more, or too long */
};

/* A line that may have `most` bytes up to and with its CR; above: `status`. */
static inline struct line line_within(int32_t start, int32_t end, int32_t most, int32_t status) {
  const int32_t stop = start + most;
  const struct line line = {end, least(end, stop), end >= stop ? -status : 0};
  return line;
}

/* A limit of the operator, 0 for none, below a hard one. */
static inline int32_t limit(int32_t wanted, int32_t hard) {
  return wanted > 0 && wanted < hard ? wanted : hard;
}

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#define HAS_BLOCKS 1
typedef v128_t block;
static inline block load(const uint8_t *at) { return wasm_v128_load(at); }
static inline void store(uint8_t *at, block b) { wasm_v128_store(at, b); }
static inline block fill(uint8_t byte) { return wasm_i8x16_splat((int8_t)byte); }
static inline block equal(block a, block b) { return wasm_i8x16_eq(a, b); }
static inline block up_to(block a, block most) { return wasm_u8x16_le(a, most); }
static inline block either(block a, block b) { return wasm_v128_or(a, b); }
static inline block both(block a, block b) { return wasm_v128_and(a, b); }
static inline block without(block a, block b) { return wasm_v128_andnot(a, b); }
static inline block minus(block a, block b) { return wasm_i8x16_sub(a, b); }
static inline block pick(block table, block index) { return wasm_i8x16_swizzle(table, index); }
static inline block high_half(block a) { return wasm_u8x16_shr(a, 4); }
static inline uint32_t bits(block b) { return (uint32_t)wasm_i8x16_bitmask(b); }
#elif defined(__SSSE3__)
#include <tmmintrin.h>
#define HAS_BLOCKS 1
typedef __m128i block;
static inline block load(const uint8_t *at) { return _mm_loadu_si128((const __m128i *)at); }
static inline void store(uint8_t *at, block b) { _mm_storeu_si128((__m128i *)at, b); }
static inline block fill(uint8_t byte) { return _mm_set1_epi8((char)byte); }
static inline block equal(block a, block b) { return _mm_cmpeq_epi8(a, b); }
static inline block up_to(block a, block most) { return _mm_cmpeq_epi8(_mm_min_epu8(a, most), a); }
static inline block either(block a, block b) { return _mm_or_si128(a, b); }
static inline block both(block a, block b) { return _mm_and_si128(a, b); }
static inline block without(block a, block b) { return _mm_andnot_si128(b, a); }
static inline block minus(block a, block b) { return _mm_sub_epi8(a, b); }
static inline block pick(block table, block index) { return _mm_shuffle_epi8(table, index); }
static inline block high_half(block a) {
  return _mm_and_si128(_mm_srli_epi16(a, 4), _mm_set1_epi8(0x0F));
}
static inline uint32_t bits(block b) { return (uint32_t)_mm_movemask_epi8(b); }
#else
#define HAS_BLOCKS 0
#endif

#if HAS_BLOCKS
/* Bit i is set where byte i is no tchar: by its two halves, each a table of 16. */
static inline uint32_t non_tokens(block b) {
  static const uint8_t LOW[16] = {0xE8, 0xFC, 0xF8, 0xFC, 0xFC, 0xFC, 0xFC, 0xFC,
                                  0xF8, 0xF8, 0xF4, 0x54, 0xD0, 0x54, 0xF4, 0x70};
  static const uint8_t HIGH[16] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80};
  const block low = pick(load(LOW), both(b, fill(0x0F)));
  const block high = pick(load(HIGH), high_half(b));
  return bits(equal(both(low, high), fill(0)));
}

static inline uint32_t non_targets(block b) {
  return bits(either(up_to(b, fill(0x20)), equal(b, fill(0x7F))));
}

static inline uint32_t non_values(block b) {
  const block controls = without(up_to(b, fill(0x1F)), equal(b, fill('\t')));
  return bits(either(controls, equal(b, fill(0x7F))));
}

static inline int32_t first_bit(uint32_t mask) { return __builtin_ctz(mask); }
#endif

/* Each skip_ returns the position of the first byte that is not of the class, or stop. */
static inline int32_t skip_class(int32_t at, int32_t stop, int32_t class) {
  while (at < stop && is_class(input[at], class)) at++;
  return at;
}

static inline int32_t skip_token(int32_t at, int32_t stop) {
#if HAS_BLOCKS
  for (; at + 16 <= stop; at += 16) {
    const uint32_t found = non_tokens(load(input + at));
    if (found) return at + first_bit(found);
  }
#endif
  return skip_class(at, stop, IS_TOKEN);
}

static inline int32_t skip_target(int32_t at, int32_t stop) {
#if HAS_BLOCKS
  for (; at + 16 <= stop; at += 16) {
    const uint32_t found = non_targets(load(input + at));
    if (found) return at + first_bit(found);
  }
#endif
  return skip_class(at, stop, IS_TARGET);
}

static inline int32_t skip_value(int32_t at, int32_t stop) {
#if HAS_BLOCKS
  for (; at + 16 <= stop; at += 16) {
    const uint32_t found = non_values(load(input + at));
    if (found) return at + first_bit(found);
  }
#endif
  return skip_class(at, stop, IS_VALUE);
}

static inline int32_t skip_blanks(int32_t at, int32_t stop) {
  while (at < stop && is_blank(input[at])) at++;
  return at;
}

/* The position of the first `byte`, or stop. Bytes up to `readable` may be read. */
static inline int32_t find_byte(int32_t at, int32_t stop, uint8_t byte, int32_t readable) {
#if HAS_BLOCKS
  for (; at < stop && at + 16 <= readable; at += 16) {
    const uint32_t found = bits(equal(load(input + at), fill(byte)));
    if (found) return least(at + first_bit(found), stop);
  }
#else
  (void)readable;
#endif
  while (at < stop && input[at] != byte) at++;
  return least(at, stop);
}

/* Is input[start..end) the text, whatever its case? `text` is in lower case. */
static inline int32_t is_text(int32_t start, int32_t end, const char *text, int32_t length) {
  if (end - start != length) return 0;
  for (int32_t i = 0; i < length; i++) {
    if (lower(input[start + i]) != (uint8_t)text[i]) return 0;
  }
  return 1;
}

/*
 * A line's end at input[at]. RFC 9112 §2.2 allows a bare LF to be taken as one; we do not, and a
 * bare CR never is (CVE-2019-16785, CVE-2021-41136, CVE-2023-30589, CVE-2025-23167).
 */
static inline int32_t read_line_end(int32_t at, int32_t end) {
  if (at >= end) return 0;
  if (input[at] != '\r') return -400;
  if (at + 1 >= end) return 0;
  return input[at + 1] == '\n' ? at + 2 : -400;
}

#endif
