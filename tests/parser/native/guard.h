/* Input right before a page that cannot be read, and behind bytes that must not be. */
#ifndef GUARD_H
#define GUARD_H
#include <stdint.h>

/* Puts bytes at the end of readable memory and lets `input` point `before` bytes before them. */
void place_input(const uint8_t *bytes, int32_t length, int32_t before);

#endif
