#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"

enum { STEP_LENGTH = 10, STEP_OVER = 11 };

void fail(const char *what, const uint8_t *bytes, int32_t length) {
  fprintf(stderr, "FAILED: %s\n", what);
  const int32_t *limits = (const int32_t *)&settings;
  fprintf(stderr, "settings:");
  for (int32_t i = 0; i < 6; i++) fprintf(stderr, " %d", limits[i]);
  fprintf(stderr, "\n%d bytes: \"", length);
  for (int32_t i = 0; i < length; i++) {
    const int32_t is_plain = bytes[i] >= ' ' && bytes[i] < 0x7F && !strchr("\"\\", bytes[i]);
    fprintf(stderr, is_plain ? "%c" : "\\x%02x", bytes[i]);
  }
  fprintf(stderr, "\"\n");
  exit(1);
}

/* FNV-1a */
static void digest_bytes(struct session *session, const void *data, int64_t size) {
  const uint8_t *bytes = data;
  for (int64_t i = 0; i < size; i++) {
    session->digest = (session->digest ^ bytes[i]) * 0x100000001B3ULL;
  }
}

static void digest_number(struct session *session, int32_t number) {
  digest_bytes(session, &number, sizeof(number));
}

/* Positions count from the message, wherever it stands. */
static void digest_fields(struct session *session) {
  digest_number(session, head.field_count);
  digest_bytes(session, head.fields, head.field_count * (int64_t)sizeof(struct field));
}

static int32_t count_nuls(int32_t start, int32_t end) {
  int32_t count = 0;
  for (int32_t at = start; at < end; at++) count += text[at] == 0;
  return count;
}

static void digest_encoded(struct session *session, int32_t names, const uint8_t *bytes,
                           int32_t size) {
  const int32_t end = names + text_values;
  if (end > TEXT_SIZE - 16) fail("text area too small", bytes, size);
  if (count_nuls(0, names) != count_nuls(names, end)) fail("names and values differ", bytes, size);
  for (int32_t at = 0; at < end; at++) {
    if (text[at] == '\r' || text[at] == '\n') {
      /* A percent-decoded path may have them: it is no field. */
      if (!(head.flags & FLAG_PATH_ESCAPED)) fail("line end in encoded text", bytes, size);
    }
  }
  digest_number(session, names);
  digest_bytes(session, text, end);
}

static int64_t content_length(void) {
  return ((int64_t)head.content_length_high << 32) | (uint32_t)head.content_length_low;
}

static void check_head(const uint8_t *bytes, int32_t size) {
  if (memcmp(bytes + size - 4, "\r\n\r\n", 4)) fail("head without its end", bytes, size);
  if (head.flags & FLAG_CHUNKED && content_length() != 0) fail("two framings", bytes, size);
  if (content_length() < 0 || content_length() >= 1LL << 53) fail("content length", bytes, size);
  if (head.end != size) fail("end of head", bytes, size);
}

static void finish_message(struct session *session) {
  session->step = session->is_single || !session->keeps_alive ? STEP_OVER : KIND_HEAD;
}

static int32_t take_head(struct session *session, const uint8_t *bytes, int32_t size) {
  const int32_t consumed = parse_head(0, size);
  if (consumed <= 0) return consumed;
  check_head(bytes, consumed);
  digest_bytes(session, &head, (int64_t)sizeof(head) - (int64_t)sizeof(head.fields));
  digest_fields(session);
  digest_encoded(session, encode_environ(), bytes, consumed);
  digest_encoded(session, encode_scope(), bytes, consumed);
  session->keeps_alive = head.flags & FLAG_KEEP_ALIVE;
  session->remaining = content_length();
  session->chunks = (struct chunk_state){0, 0, 0, 0};
  if (session->is_single) {
    session->step = STEP_OVER;
  } else if (head.flags & FLAG_CHUNKED) {
    session->step = KIND_CHUNKED;
  } else {
    session->step = STEP_LENGTH;
  }
  return consumed;
}

static int32_t take_chunks(struct session *session, const uint8_t *bytes, int32_t size) {
  chunks.state = session->chunks;
  const int32_t consumed = decode_chunked(0, size);
  session->chunks = chunks.state;
  if (consumed < 0) return consumed;
  for (int32_t i = 0; i < chunks.span_count; i++) {
    const int32_t start = chunks.spans[2 * i];
    const int32_t end = chunks.spans[2 * i + 1];
    if (start < 0 || start >= end || end > consumed) fail("span", bytes, size);
    digest_bytes(session, bytes + start, end - start);
  }
  if (chunks.is_done) {
    digest_number(session, head.field_count);
    for (int32_t i = 0; i < head.field_count; i++) {
      const struct field *field = &head.fields[i];
      digest_bytes(session, bytes + field->name_start, field->value_end - field->name_start);
    }
    finish_message(session);
  }
  return consumed;
}

static int32_t take_length(struct session *session, const uint8_t *bytes, int32_t size) {
  const int32_t taken = session->remaining < size ? (int32_t)session->remaining : size;
  digest_bytes(session, bytes, taken);
  session->remaining -= taken;
  if (session->remaining == 0) finish_message(session);
  return taken;
}

static int32_t take_proxy(struct session *session, const uint8_t *bytes, int32_t size) {
  const int32_t consumed = parse_proxy(0, size);
  if (consumed > 0) {
    digest_bytes(session, &proxy, sizeof(proxy));
    digest_bytes(session, text, proxy.destination_end);
  }
  const int32_t is_none = consumed == -400 && proxy.version == 0;
  if (consumed > 0 || is_none) session->step = session->is_single ? STEP_OVER : KIND_HEAD;
  if (is_none && !session->is_single) return take_head(session, bytes, size);
  return consumed;
}

static int32_t take(struct session *session, const uint8_t *bytes, int32_t size) {
  if (session->step != STEP_LENGTH) place_input(bytes, size, 0);
  switch (session->step) {
    case KIND_PROXY:
      return take_proxy(session, bytes, size);
    case KIND_HEAD:
      return take_head(session, bytes, size);
    case KIND_CHUNKED:
      return take_chunks(session, bytes, size);
    default:
      return take_length(session, bytes, size);
  }
}

struct session session_for(const struct test_case *one) {
  struct session session = {0};
  session.is_single = one->kind != KIND_CONNECTION;
  session.step = one->kind == KIND_CONNECTION ? KIND_PROXY : one->kind;
  session.digest = 0xCBF29CE484222325ULL;
  return session;
}

void session_feed(struct session *session, const uint8_t *bytes, int32_t available) {
  while (session->step != STEP_OVER) {
    const int32_t step = session->step;
    const int32_t consumed = take(session, bytes + session->at, available - session->at);
    if (consumed < 0) {
      session->status = -consumed;
      session->step = STEP_OVER;
      digest_number(session, consumed);
      return;
    }
    if (consumed > available - session->at) fail("more consumed than given", bytes, available);
    session->at += consumed;
    if (consumed == 0 && session->step == step) return;
  }
}
