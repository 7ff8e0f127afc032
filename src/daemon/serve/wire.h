/* SPDX-License-Identifier: ISC */
/* wire: the bytes between mbedTLS and a socket: bounded when reading, in full packets when writing.
 * */
#ifndef DAEMON_SERVE_WIRE_H
#define DAEMON_SERVE_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/serve/replay.h"

#define WIRE_RECEIVED_MAX 65536 /* bytes of one client: a large hello, fields, and a small body */
#define WIRE_READS_MAX    4096  /* and reads, two a record: records may hold next to nothing */

#define WIRE_RECORD_HEAD 7 /* bytes of a record's header, and of a plain alert behind it */

/* The record of TLS that began last, in one direction; {0} before the first. */
struct wire_record {
    unsigned char head[WIRE_RECORD_HEAD];
    size_t taken;   /* bytes of it, header included */
    unsigned count; /* of the records so far */
};

/* {.fd = fd} is valid; the descriptor is lent and must not block. What replay holds in the end is
 * freed by replay_end. */
struct wire {
    int fd;
    size_t received;
    unsigned reads;
    bool is_flooded;    /* the client sent more than these bounds; no more is read */
    bool is_drained;    /* the socket had nothing more when it was last asked */
    bool saw_end;       /* of the client's stream */
    bool has_unflushed; /* bytes are held back to fill a packet */
    struct wire_record in;
    struct wire_record out;
    struct replay replay; /* of what came in */
};

/* mbedTLS's callbacks; the context is a struct wire. */
int wire_send(void *context, const unsigned char *bytes, size_t length);
int wire_receive(void *context, unsigned char *out, size_t size);

/* Has mbedTLS read what replay holds once more, as if it came now. */
void wire_rewind(struct wire *wire);

/* The content type, and how many bytes follow the header; 0 before a header is whole. */
unsigned wire_record_kind(const struct wire_record *record);
size_t wire_record_length(const struct wire_record *record);

/* The description of a plain alert that is whole, or -1: the record is another. */
int wire_record_alert(const struct wire_record *record);

/* Pushes what is held back. */
void wire_flush(struct wire *wire);

/* Acknowledges at once what came in. A client without TCP_NODELAY holds its next bytes back until
 * then, and where the server stays silent, the kernel would put it off for 40 ms. */
void wire_acknowledge(struct wire *wire);

#endif
