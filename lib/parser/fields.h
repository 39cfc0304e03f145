/* Field lines and what they say about the message: head and trailers share them. */
#ifndef MONOCEROS_FIELDS_H
#define MONOCEROS_FIELDS_H
#include <stdint.h>

/* What has been seen of the fields that decide. */
enum {
  SEEN_HOST = 1 << 0,
  SEEN_CONTENT_TYPE = 1 << 1,
  SEEN_CONTENT_LENGTH = 1 << 2,
  SEEN_TRANSFER_ENCODING = 1 << 3,
  SEEN_CHUNKED = 1 << 4,      /* the coding */
  SEEN_OTHER_CODING = 1 << 5, /* well-formed, but none we know */
  SEEN_BAD_CODING = 1 << 6,   /* malformed, or behind chunked */
  SEEN_CLOSE = 1 << 7,        /* connection options */
  SEEN_KEEP_ALIVE = 1 << 8,
  SEEN_UPGRADE_OPTION = 1 << 9,
  SEEN_UPGRADE = 1 << 10,
  SEEN_CONTINUE = 1 << 11, /* expectations */
  SEEN_OTHER_EXPECTATION = 1 << 12,
  SEEN_FOLD = 1 << 13,
};

struct framing {
  int32_t is_trailer;
  int32_t seen;
  int32_t host_index; /* of the Host field in head.fields */
  int64_t content_length;
};

/* Reads field lines and the empty line behind them. Returns the position behind it. */
int32_t read_fields(int32_t at, int32_t end, struct framing *framing);

/* Takes note of head.fields[index], which has an id; 1 or an error. */
int32_t note_field(struct framing *framing, int32_t index);

/* Decides on the message from all that was noted; sets head.flags and lengths; 0 or an error. */
int32_t decide_framing(const struct framing *framing);

#endif
