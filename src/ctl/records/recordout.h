/* SPDX-License-Identifier: ISC */
/* recordout: writes records as a zone file, as input of nsupdate, or as JSON. */
#ifndef CTL_RECORDS_RECORDOUT_H
#define CTL_RECORDS_RECORDOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/records/recordset.h"

enum recordout_format {
    RECORDOUT_ZONE,
    RECORDOUT_NSUPDATE,
    RECORDOUT_JSON,
};

struct recordout_params {
    enum recordout_format format;
    bool changed; /* leave out what is live */
    uint32_t ttl_s;
    const char *server; /* for nsupdate: "HOST" or "HOST@PORT"; NULL: its default */
    const char *zone;   /* for nsupdate: the zone of all names; NULL: its default */
};

/* Whether the entry is among what is written. */
bool recordout_is_written(const struct recordset_entry *entry,
                          const struct recordout_params *params);

/* Writes to stdout what is not held back; JSON says what is, too. Returns 0, or -1 when it cannot
 * be written. */
int recordout_write(const struct recordset *set, const struct recordout_params *params);

#endif
