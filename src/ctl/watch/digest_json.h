/* SPDX-License-Identifier: ISC */
/* digest_json: writes a digest to a writer, as mta-stsctl-json(7) has it. */
#ifndef CTL_WATCH_DIGEST_JSON_H
#define CTL_WATCH_DIGEST_JSON_H

#include "ctl/base/writer.h"
#include "ctl/watch/digest.h"

#define DIGEST_JSON_DOMAINS 20 /* of one drift that are named */

/* All members of the open object. */
void digest_json_put(const struct digest *digest, struct writer *writer);

#endif
