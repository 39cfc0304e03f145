/* Hosts, ports and addresses as text. */
#ifndef MONOCEROS_AUTHORITY_H
#define MONOCEROS_AUTHORITY_H
#include <stdint.h>

/* Is input[start..end) uri-host [ ":" port ] with a host (RFC 9110 §7.2)? */
int32_t is_authority(int32_t start, int32_t end);

/* The same with a port that is not empty, as CONNECT needs it (RFC 9110 §9.3.6). */
int32_t is_authority_with_port(int32_t start, int32_t end);

/* The port number, or -1: 1 to 5 digits, at most 65535. */
int32_t port_value(int32_t start, int32_t end);

/* Four numbers up to 255 without leading zeros (RFC 3986 §3.2.2). */
int32_t is_ipv4(int32_t start, int32_t end);

/* RFC 4291 §2.2, without brackets and zone. */
int32_t is_ipv6(int32_t start, int32_t end);

#endif
