/* SPDX-License-Identifier: ISC */
/* wire_record: follows the records of TLS in the bytes of one direction, without reading them. */
#ifndef DAEMON_SERVE_WIRE_RECORD_H
#define DAEMON_SERVE_WIRE_RECORD_H

#include <stddef.h>

#define WIRE_RECORD_HEAD 7 /* bytes of a record's header, and of a plain alert behind it */

/* The record that began last; {0} before the first. */
struct wire_record {
    unsigned char head[WIRE_RECORD_HEAD];
    size_t taken;   /* bytes of it, header included */
    unsigned count; /* of the records so far */
};

/* Follows the next bytes, from record to record. */
void wire_record_follow(struct wire_record *record, const unsigned char *bytes, size_t length);

/* The content type, and how many bytes follow the header; 0 before a header is whole. */
unsigned wire_record_kind(const struct wire_record *record);
size_t wire_record_length(const struct wire_record *record);

/* The description of a plain alert that is whole, or -1: the record is another. */
int wire_record_alert(const struct wire_record *record);

#endif
