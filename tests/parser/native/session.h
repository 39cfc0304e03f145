/*
 * The least that a server does with a connection. What it sees goes into a digest, in which it
 * makes no difference how the bytes were cut.
 */
#ifndef SESSION_H
#define SESSION_H
#include <stdint.h>

#include "cases.h"

struct session {
  int32_t step; /* KIND_HEAD, KIND_CHUNKED or KIND_PROXY, or one of session.c */
  int32_t is_single; /* ends behind the first message */
  int32_t at;
  int32_t status; /* of the refusal */
  int64_t remaining;
  int32_t keeps_alive;
  struct chunk_state chunks;
  uint64_t digest;
};

struct session session_for(const struct test_case *one);

/* Goes on with bytes[session->at..available). */
void session_feed(struct session *session, const uint8_t *bytes, int32_t available);

/* Ends the process with a message, the bytes and the settings. */
void fail(const char *what, const uint8_t *bytes, int32_t length);

#endif
