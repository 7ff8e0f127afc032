/* SPDX-License-Identifier: ISC */
/* answer: decides the answer to a request from its method, target, fields and site. Pure: it
 * touches no socket, file or clock. */
#ifndef DAEMON_SERVE_ANSWER_H
#define DAEMON_SERVE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/name/hostname.h"
#include "daemon/hosts/site.h"

#define ANSWER_PATH     "/.well-known/mta-sts.txt" /* RFC 8461 section 3.2 */
#define ANSWER_BODY_MAX 1024                       /* bytes of a request's body that are borne */

enum answer_resource {
    ANSWER_RESOURCE_POLICY,
    ANSWER_RESOURCE_OTHER,     /* any other path, also "*" and authority-form */
    ANSWER_RESOURCE_MALFORMED, /* a target that is none of RFC 9112 section 3.2 */
};

/* A request as far as it matters here. {0}, then answer_read_target once and answer_read_field for
 * each field. */
struct answer_request {
    bool http_1_0; /* the version is HTTP/1.0 */
    bool malformed;
    enum answer_resource resource;
    bool authority_given;      /* the target is in absolute-form */
    bool authority_is_another; /* well-formed, but no name that a site can have */
    bool host_is_another;
    struct hostname authority;
    struct hostname host;
    unsigned host_fields;
    unsigned content_length_fields;
    unsigned transfer_encoding_fields;
    uint64_t content_length;
};

struct answer {
    unsigned status;
    const char *body; /* borrowed: static text, or the site's policy */
    size_t length;
    const char *allow;         /* value of Allow, or NULL */
    const char *cache_control; /* value of Cache-Control, or NULL */
};

#define ANSWER_CONTENT_TYPE "text/plain; charset=utf-8" /* exactly: KumoMTA compares the bytes */

/* The target as it stood in the request line, nothing unescaped. */
void answer_read_target(struct answer_request *request, const char *target);

/* One header field; value may be NULL for an empty one. */
void answer_read_field(struct answer_request *request, const char *name, size_t name_length,
                       const char *value, size_t value_length);

/* One field behind a chunked body: it counts for nothing, but must be well-formed. */
void answer_read_trailer(struct answer_request *request, const char *name, size_t name_length,
                         const char *value, size_t value_length);

/* The refusal that must be said before the body is read: 400 or 413, or 0 when there is none. */
unsigned answer_early_status(const struct answer_request *request);

/* The answer to a request that was read to its end. site and session_host are those of the TLS
 * session. */
void answer_make(struct answer *out, const struct answer_request *request, const char *method,
                 const struct hostname *session_host, const struct site *site);

/* The short answer of a status that has no policy. */
void answer_make_status(struct answer *out, unsigned status);

#endif
