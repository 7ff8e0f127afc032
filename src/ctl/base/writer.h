/* SPDX-License-Identifier: ISC */
/* writer: writes a verb's result in the format that was asked for, by one traversal for all. */
#ifndef CTL_BASE_WRITER_H
#define CTL_BASE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#define WRITER_DEPTH_MAX 12 /* objects and lists in each other, the root included */

enum writer_type {
    WRITER_NULL,
    WRITER_TEXT,    /* as it is where that is UTF-8; with '?' for what cannot be shown otherwise */
    WRITER_NUMBER,  /* a count, an amount, a moment that a result always has */
    WRITER_TIME,    /* seconds since the epoch */
    WRITER_BOOLEAN, /* number 0 or 1 */
};

struct writer_value {
    enum writer_type type;
    const char *text; /* valid UTF-8 */
    int64_t number;
};

/* A format, in its own file. Names are NULL in a list and for the root, which is an object;
 * calls are balanced and nested at most WRITER_DEPTH_MAX deep. Nothing is called after a failure
 * but close. All but close return 0, or -1 when out of memory or on a failed write. */
struct writer_format {
    /* Returns the format's state, or NULL when out of memory. */
    void *(*open)(FILE *out);
    int (*start)(void *state, const char *name, bool is_list);
    int (*member)(void *state, const char *name, const struct writer_value *value);
    int (*end)(void *state);
    /* After the end of the root. May write everything only now. */
    int (*finish)(void *state);
    void (*close)(void *state);
};

/* JSON: two spaces of indentation, members in their order, ASCII; the second is written as it
 * comes. CSV: a row is an object of a list of an object of a list of the root, with the outer
 * object's members before that list; the rest is left out. */
extern const struct writer_format writer_json, writer_stream, writer_csv;

/* {0} is valid: what is written to it goes nowhere, and it cannot be finished. */
struct writer {
    const struct writer_format *format;
    void *state;
    bool failed; /* the rest of the calls do nothing */
    bool is_list[WRITER_DEPTH_MAX];
    size_t depth;
};

/* Begins a result, in its root object. A failure is kept for writer_finish. */
void writer_open(struct writer *out, const struct writer_format *format, FILE *stream);

/* Ends the root, writes what is not written yet, and closes. Returns 0, or -1 when out of memory or
 * when it cannot be written; nothing is written then, or a part. */
int writer_finish(struct writer *writer);

/* Gives the result up, unless it is finished. */
void writer_close(struct writer *writer);

/* The caller's failure: writer_finish returns -1. */
void writer_fail(struct writer *writer);

/* Each writes one member of an object, by its name, or one item of a list, whose name is NULL. */
void writer_start(struct writer *writer, const char *name); /* an object, up to writer_end */
void writer_list(struct writer *writer, const char *name);  /* a list, up to writer_end */
void writer_end(struct writer *writer);
void writer_text(struct writer *writer, const char *name, const char *text); /* NULL: null */
/* A text from outside: with '?' for all that cannot be shown. */
void writer_shown(struct writer *writer, const char *name, const char *text);
void writer_texts(struct writer *writer, const char *name, char *const *texts, size_t count);
void writer_number(struct writer *writer, const char *name, int64_t number);
void writer_time(struct writer *writer, const char *name, int64_t time); /* 0: null */
void writer_boolean(struct writer *writer, const char *name, bool truth);
void writer_null(struct writer *writer, const char *name);

#endif
