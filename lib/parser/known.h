/*
 * Well-known names. The host has the same tables: build.ts copies the texts, in order, to
 * parser_wasm.ts. Fields are sorted by length, which find_field relies on, and of one
 * length the usual ones come last, where it begins.
 */
#ifndef MONOCEROS_KNOWN_H
#define MONOCEROS_KNOWN_H
#include <stdint.h>

#define EACH_METHOD(X) \
  X(GET, "GET") \
  X(HEAD, "HEAD") \
  X(POST, "POST") \
  X(PUT, "PUT") \
  X(DELETE, "DELETE") \
  X(CONNECT, "CONNECT") \
  X(OPTIONS, "OPTIONS") \
  X(TRACE, "TRACE") \
  X(PATCH, "PATCH")

#define EACH_FIELD(X) \
  X(TE, "te") \
  X(DNT, "dnt") \
  X(VIA, "via") \
  X(FROM, "from") \
  X(LINK, "link") \
  X(DATE, "date") \
  X(HOST, "host") \
  X(PROXY, "proxy") \
  X(RANGE, "range") \
  X(PRAGMA, "pragma") \
  X(EXPECT, "expect") \
  X(ORIGIN, "origin") \
  X(COOKIE, "cookie") \
  X(ACCEPT, "accept") \
  X(TRAILER, "trailer") \
  X(SEC_GPC, "sec-gpc") \
  X(UPGRADE, "upgrade") \
  X(REFERER, "referer") \
  X(IF_RANGE, "if-range") \
  X(PRIORITY, "priority") \
  X(IF_MATCH, "if-match") \
  X(SAVE_DATA, "save-data") \
  X(FORWARDED, "forwarded") \
  X(X_API_KEY, "x-api-key") \
  X(X_REAL_IP, "x-real-ip") \
  X(SEC_CH_UA, "sec-ch-ua") \
  X(TRACESTATE, "tracestate") \
  X(KEEP_ALIVE, "keep-alive") \
  X(CONNECTION, "connection") \
  X(USER_AGENT, "user-agent") \
  X(TRACEPARENT, "traceparent") \
  X(MAX_FORWARDS, "max-forwards") \
  X(X_CSRF_TOKEN, "x-csrf-token") \
  X(X_REQUEST_ID, "x-request-id") \
  X(CONTENT_TYPE, "content-type") \
  X(ACCEPT_RANGES, "accept-ranges") \
  X(CONTENT_RANGE, "content-range") \
  X(CACHE_CONTROL, "cache-control") \
  X(AUTHORIZATION, "authorization") \
  X(IF_NONE_MATCH, "if-none-match") \
  X(ACCEPT_CHARSET, "accept-charset") \
  X(CONTENT_LENGTH, "content-length") \
  X(SEC_FETCH_USER, "sec-fetch-user") \
  X(SEC_FETCH_SITE, "sec-fetch-site") \
  X(SEC_FETCH_MODE, "sec-fetch-mode") \
  X(SEC_FETCH_DEST, "sec-fetch-dest") \
  X(X_REQUEST_START, "x-request-start") \
  X(X_FORWARDED_SSL, "x-forwarded-ssl") \
  X(X_FORWARDED_FOR, "x-forwarded-for") \
  X(ACCEPT_LANGUAGE, "accept-language") \
  X(ACCEPT_ENCODING, "accept-encoding") \
  X(CONTENT_LOCATION, "content-location") \
  X(PROXY_CONNECTION, "proxy-connection") \
  X(CONTENT_LANGUAGE, "content-language") \
  X(CONTENT_ENCODING, "content-encoding") \
  X(X_FORWARDED_PORT, "x-forwarded-port") \
  X(X_REQUESTED_WITH, "x-requested-with") \
  X(X_FORWARDED_HOST, "x-forwarded-host") \
  X(SEC_CH_UA_MOBILE, "sec-ch-ua-mobile") \
  X(SEC_WEBSOCKET_KEY, "sec-websocket-key") \
  X(X_FORWARDED_PROTO, "x-forwarded-proto") \
  X(TRANSFER_ENCODING, "transfer-encoding") \
  X(IF_MODIFIED_SINCE, "if-modified-since") \
  X(SEC_CH_UA_PLATFORM, "sec-ch-ua-platform") \
  X(CONTENT_DISPOSITION, "content-disposition") \
  X(IF_UNMODIFIED_SINCE, "if-unmodified-since") \
  X(PROXY_AUTHORIZATION, "proxy-authorization") \
  X(X_FORWARDED_PROTOCOL, "x-forwarded-protocol") \
  X(SEC_WEBSOCKET_VERSION, "sec-websocket-version") \
  X(SEC_WEBSOCKET_PROTOCOL, "sec-websocket-protocol") \
  X(SEC_WEBSOCKET_EXTENSIONS, "sec-websocket-extensions") \
  X(UPGRADE_INSECURE_REQUESTS, "upgrade-insecure-requests")

#define AS_METHOD(name, text) METHOD_##name,
#define AS_FIELD(name, text) FIELD_##name,
enum { METHOD_OTHER, EACH_METHOD(AS_METHOD) METHOD_COUNT };
enum { FIELD_OTHER, EACH_FIELD(AS_FIELD) FIELD_COUNT };
#undef AS_METHOD
#undef AS_FIELD

/* The METHOD_ of input[start..end), which are token characters; METHOD_OTHER if it is not known. */
int32_t find_method(int32_t start, int32_t end);

/*
 * The FIELD_ of the name input[start..end), which are token characters; FIELD_OTHER if it is not
 * known. Bytes up to `readable` may be read.
 */
int32_t find_field(int32_t start, int32_t end, int32_t readable);

#endif
