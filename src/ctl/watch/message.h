/* SPDX-License-Identifier: ISC */
/* message: a mail in RFC 5322 form, for a program that is called sendmail. */
#ifndef CTL_WATCH_MESSAGE_H
#define CTL_WATCH_MESSAGE_H

#include <stddef.h>
#include <stdio.h>

#include "common/config/config.h"

/* Writes header and body, with line ends of this system. subject and text: any bytes; what is not
 * printable becomes '?', and a subject that is not ASCII is encoded (RFC 2047), so that nothing in
 * them is a header or ends the mail. Auto-Submitted (RFC 3834) keeps vacation messages away. Date
 * and Message-ID are sendmail's to add, and From where mail_from is not set. */
void message_write(FILE *out, const struct config_watch *watch, const char *subject,
                   const char *text);

#endif
