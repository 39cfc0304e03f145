/* The target of a request, RFC 9112 §3.2. */
#ifndef MONOCEROS_TARGET_H
#define MONOCEROS_TARGET_H
#include <stdint.h>

/*
 * Takes input[start..end), which has no blanks and controls, apart into head, by head.method_id.
 * Bytes up to `readable` may be read. Returns 0 or an error.
 */
int32_t split_target(int32_t start, int32_t end, int32_t readable);

#endif
