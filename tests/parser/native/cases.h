/*
 * Cases from the tables and the corpus, as native_test.ts writes them to one file. Each is a run of
 * little-endian 32-bit integers and the bytes:
 *   kind, result, 6 integers of struct settings, length, bytes
 */
#ifndef CASES_H
#define CASES_H
#include <stdint.h>

#include "../../../lib/parser/parser.h"

enum { KIND_HEAD = 0, KIND_CHUNKED = 1, KIND_PROXY = 2, KIND_CONNECTION = 3 };
enum { RESULT_UNKNOWN = INT32_MAX };

struct test_case {
  int32_t kind;
  int32_t result; /* of one call with all bytes, where it is known */
  struct settings settings;
  int32_t length;
  const uint8_t *bytes;
};

struct cases {
  int32_t count;
  struct test_case *all;
};

/* Reads the file; ends the process if it cannot. */
struct cases read_cases(const char *path);

#endif
