#include "known.h"

#include "bytes.h"

/* Long enough for two blocks. */
struct name {
  char text[32];
};

#define AS_TEXT(name, text) {text},
static const struct name METHODS[METHOD_COUNT] = {{""}, EACH_METHOD(AS_TEXT)};
static const struct name FIELDS[FIELD_COUNT] = {{""}, EACH_FIELD(AS_TEXT)};
#undef AS_TEXT

#define AS_LENGTH(name, text) sizeof(text) - 1,
static const uint8_t METHOD_LENGTHS[METHOD_COUNT] = {0, EACH_METHOD(AS_LENGTH)};
static const uint8_t FIELD_LENGTHS[FIELD_COUNT] = {0, EACH_FIELD(AS_LENGTH)};
#undef AS_LENGTH

/* The last name of each length: of several initializers the last one counts (C11 §6.7.9). */
#pragma clang diagnostic ignored "-Winitializer-overrides"
#define AS_LAST(name, text) [sizeof(text) - 1] = FIELD_##name,
static const uint8_t LAST_OF_LENGTH[32] = {EACH_FIELD(AS_LAST)};
#undef AS_LAST

int32_t find_method(int32_t start, int32_t end) {
  const int32_t length = end - start;
  const int32_t ignores_case = settings.permit & CASEFOLD_METHOD;
  for (int32_t id = 1; id < METHOD_COUNT; id++) {
    if (METHOD_LENGTHS[id] != length) continue;
    int32_t same = 0;
    while (same < length) {
      const uint8_t byte = input[start + same];
      if ((ignores_case ? upper(byte) : byte) != (uint8_t)METHODS[id].text[same]) break;
      same++;
    }
    if (same == length) return id;
  }
  return METHOD_OTHER;
}

/* Setting bit 0x20 lowers letters; of the other token characters it changes only "^" and "_". */
static int32_t is_field(int32_t id, int32_t start, int32_t length) {
  for (int32_t i = 0; i < length; i++) {
    if ((input[start + i] | 0x20) != FIELDS[id].text[i]) return 0;
  }
  return 1;
}

#if HAS_BLOCKS
static uint32_t differences(const uint8_t *name, const char *text) {
  const block same = equal(either(load(name), fill(0x20)), load((const uint8_t *)text));
  return ~bits(same) & 0xFFFF;
}

static int32_t is_field_by_blocks(int32_t id, int32_t start, int32_t length) {
  const uint8_t *name = input + start;
  const char *text = FIELDS[id].text;
  if (length <= 16) return !(differences(name, text) & ((1u << length) - 1));
  if (differences(name, text)) return 0;
  return !(differences(name + 16, text + 16) & ((1u << (length - 16)) - 1));
}
#endif

int32_t find_field(int32_t start, int32_t end, int32_t readable) {
  const int32_t length = end - start;
  if (length >= (int32_t)sizeof(LAST_OF_LENGTH)) return FIELD_OTHER;
#if HAS_BLOCKS
  if (start + 32 <= readable) {
    for (int32_t id = LAST_OF_LENGTH[length]; FIELD_LENGTHS[id] == length; id--) {
      if (is_field_by_blocks(id, start, length)) return id;
    }
    return FIELD_OTHER;
  }
#else
  (void)readable;
#endif
  for (int32_t id = LAST_OF_LENGTH[length]; FIELD_LENGTHS[id] == length; id--) {
    if (is_field(id, start, length)) return id;
  }
  return FIELD_OTHER;
}
