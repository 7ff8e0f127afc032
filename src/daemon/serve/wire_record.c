/* SPDX-License-Identifier: ISC */
/* wire_record: follows the records of TLS in the bytes of one direction, without reading them. */
#include "daemon/serve/wire_record.h"

#include <mbedtls/ssl.h>
#include <stdbool.h>

#define HEADER 5 /* bytes of a record: RFC 8446 section 5.1 */

unsigned wire_record_kind(const struct wire_record *record)
{
    return record->taken >= HEADER ? record->head[0] : 0;
}

size_t wire_record_length(const struct wire_record *record)
{
    return record->taken >= HEADER ? (size_t)record->head[3] << 8 | record->head[4] : 0;
}

int wire_record_alert(const struct wire_record *record)
{
    bool is_plain_alert = wire_record_kind(record) == MBEDTLS_SSL_MSG_ALERT &&
                          wire_record_length(record) == WIRE_RECORD_HEAD - HEADER &&
                          record->taken == WIRE_RECORD_HEAD;
    return is_plain_alert ? record->head[WIRE_RECORD_HEAD - 1] : -1;
}

void wire_record_follow(struct wire_record *record, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        size_t end = HEADER + wire_record_length(record); /* of the header, until that is whole */
        if (record->taken == end) {
            record->taken = 0;
            end = HEADER;
        }
        if (record->taken == 0) {
            record->count++;
            if (length >= HEADER) /* the usual case: all of a record at once */
                end += (size_t)bytes[3] << 8 | bytes[4];
        }
        size_t step = end - record->taken < length ? end - record->taken : length;
        for (size_t i = 0; i < step && record->taken + i < WIRE_RECORD_HEAD; i++)
            record->head[record->taken + i] = bytes[i];
        record->taken += step;
        bytes += step;
        length -= step;
    }
}
