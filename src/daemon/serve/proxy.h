/* SPDX-License-Identifier: ISC */
/* proxy: parses the PROXY protocol header, version 1 and 2, from a counted buffer. Pure. */
#ifndef DAEMON_SERVE_PROXY_H
#define DAEMON_SERVE_PROXY_H

#include <stddef.h>

#include "common/base/network.h"

/* The longest header borne: version 2 with TLVs; a version 1 line has 107 bytes at most. */
#define PROXY_HEADER_MAX 1024

enum proxy_result {
    PROXY_RESULT_MORE,  /* it may become a header when more bytes come */
    PROXY_RESULT_WHOLE, /* *header_length bytes were the header */
    PROXY_RESULT_BAD,   /* it is none */
};

/* The source named by a whole header is written to *source; LOCAL and UNKNOWN leave it as it is
 * (the connection's own peer speaks), as the protocol's sections 2.1 and 2.2 say. */
enum proxy_result proxy_read(const unsigned char *bytes, size_t length,
                             struct network_address *source, size_t *header_length);

#endif
