/* SPDX-License-Identifier: ISC */
/* error: one refusal, as a sentence that only the edge of the program prints. */
#ifndef COMMON_ERROR_H
#define COMMON_ERROR_H

/* The text holds a path of full length and a sentence; longer is cut at the end, marked "...". */
struct error {
    char text[1024];
};

/* Writes the sentence into *why (which may be NULL) and returns -1, so that a refusal is one line:
 * return error_set(why, "%s: not a domain name", name); */
int error_set(struct error *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
