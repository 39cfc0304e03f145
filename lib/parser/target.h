/* The target of a request, RFC 9112 §3.2. */
#ifndef MONOCEROS_TARGET_H
#define MONOCEROS_TARGET_H
#include <stdint.h>

/* Takes input[start..end), without blanks and controls, apart into head, for head.method_id; 0 or an error. */
int32_t split_target(int32_t start, int32_t end, int32_t readable);

#endif
