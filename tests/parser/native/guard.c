#include "guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../../lib/parser/parser.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
#endif

enum { FORBIDDEN_BEFORE = 64, ROOM = 2 * INPUT_SIZE };

static uint8_t *map_guarded(void) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const int32_t kind = MAP_PRIVATE | MAP_ANONYMOUS;
  uint8_t *start = mmap(NULL, ROOM + page, PROT_READ | PROT_WRITE, kind, -1, 0);
  if (start == MAP_FAILED || mprotect(start + ROOM, page, PROT_NONE)) {
    perror("mmap");
    exit(2);
  }
  return start + ROOM;
}

void place_input(const uint8_t *bytes, int32_t length, int32_t before) {
  static uint8_t *guard;
  static int32_t touched;
  if (!guard) guard = map_guarded();
  ASAN_UNPOISON_MEMORY_REGION(guard - touched, touched);
  touched = length + before + FORBIDDEN_BEFORE;
  uint8_t *start = guard - length;
  memset(start - before, 'x', (size_t)before);
  memcpy(start, bytes, (size_t)length);
  ASAN_POISON_MEMORY_REGION(start - before - FORBIDDEN_BEFORE, FORBIDDEN_BEFORE);
  input = start - before;
}
