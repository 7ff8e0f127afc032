/* SPDX-License-Identifier: ISC */
/* error: why something failed, as a sentence; only the edge of the program prints it. */
#ifndef COMMON_BASE_ERROR_H
#define COMMON_BASE_ERROR_H

/* The text holds a path of full length and a sentence; longer is cut at the end, marked "...". The
 * text is for people: who decides by what went wrong looks at the cause. */
struct error {
    char text[1024];
    int cause; /* an errno, ENOMEM above all; 0: what was read is wrong */
};

/* Writes the sentence into *why (which may be NULL) and returns -1, so that a refusal is one line:
 * return error_set(why, "%s: not a domain name", name); */
int error_set(struct error *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, with its cause. */
int error_set_errno(struct error *why, int cause, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
