/* SPDX-License-Identifier: ISC */
/* wire: the bytes between mbedTLS and a socket: few system calls, bounded when reading, in full
 * packets when writing. */
#ifndef DAEMON_SERVE_WIRE_H
#define DAEMON_SERVE_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/serve/readable.h"
#include "daemon/serve/replay.h"
#include "daemon/serve/wire_record.h"

#define WIRE_RECEIVED_MAX 65536 /* bytes of one client: a large hello, fields, and a small body */
#define WIRE_READS_MAX    4096  /* and reads, two a record: records may hold next to nothing */

#define WIRE_AHEAD_MAX 1024 /* bytes read from the socket at once, and not taken by mbedTLS yet */
#define WIRE_HELD_MAX  8192 /* bytes held back: a flight with the chain of most hosts */

/* Bytes on their way, allocated only while there are some: from start to end. */
struct wire_bytes {
    unsigned char *bytes;
    size_t start;
    size_t end;
    size_t room; /* allocated, of what is held back */
};

/* {.fd = fd, .readable = readable} is valid; both are lent. What it holds is freed by wire_end. */
struct wire {
    int fd;
    struct readable *readable; /* of fd */
    size_t received;
    unsigned reads;
    bool is_flooded;   /* the client sent more than these bounds; no more is read */
    bool is_drained;   /* nothing more had come when mbedTLS asked last */
    bool saw_end;      /* of the client's stream */
    bool is_broken;    /* nothing more can be sent */
    bool has_unpushed; /* the kernel holds bytes back to fill a packet */
    struct wire_record in;
    struct wire_record out;
    struct wire_bytes ahead; /* of the client */
    struct wire_bytes held;  /* of the server */
    struct replay replay;    /* of what came in */
    bool notes_group;        /* for the log: see tls_session_note */
    unsigned group;          /* of the key exchange, by its number; 0: not known */
};

/* What came of sending what is held back. */
enum wire_flush {
    WIRE_FLUSH_DONE,
    WIRE_FLUSH_WAITS,  /* the socket takes no more: again when it is ready */
    WIRE_FLUSH_FAILED, /* the client gets nothing more */
};

void wire_end(struct wire *wire);

/* mbedTLS's callbacks; the context is a struct wire. What is sent is held back until wire_flush. */
int wire_send(void *context, const unsigned char *bytes, size_t length);
int wire_receive(void *context, unsigned char *out, size_t size);

/* Has mbedTLS read what replay holds once more, as if it came now. */
void wire_rewind(struct wire *wire);

/* Sends what is held back. */
enum wire_flush wire_flush(struct wire *wire);

/* Acknowledges at once what came in. A client without TCP_NODELAY holds its next bytes back until
 * then, and where the server stays silent, the kernel would put it off for 40 ms. */
void wire_acknowledge(struct wire *wire);

#endif
