#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_SIZE = 9 * sizeof(int32_t) };

static uint8_t *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) {
    perror(path);
    exit(2);
  }
  *size = (size_t)ftell(file);
  rewind(file);
  uint8_t *bytes = malloc(*size + 1);
  if (fread(bytes, 1, *size, file) != *size) exit(2);
  fclose(file);
  return bytes;
}

struct cases read_cases(const char *path) {
  size_t size = 0;
  const uint8_t *bytes = read_file(path, &size);
  struct cases cases = {0, NULL};
  for (size_t at = 0; at + HEADER_SIZE <= size;) {
    struct test_case one;
    memcpy(&one, bytes + at, HEADER_SIZE);
    one.bytes = bytes + at + HEADER_SIZE;
    at += HEADER_SIZE + (size_t)one.length;
    cases.all = realloc(cases.all, sizeof(one) * (size_t)(cases.count + 1));
    cases.all[cases.count++] = one;
  }
  return cases;
}
