/* SPDX-License-Identifier: ISC */
/* store_db: the statements of the store, for its own modules, and what comes of them. */
#ifndef CTL_TLSRPT_STORE_DB_H
#define CTL_TLSRPT_STORE_DB_H

#include <sqlite3.h>
#include <stddef.h>

#include "ctl/tlsrpt/store.h"

#define STORE_SECRET_BYTES 32

enum store_statement {
    STORE_BEGIN_READ,
    STORE_BEGIN_WRITE,
    STORE_COMMIT,
    STORE_GET,
    STORE_SET,
    STORE_TEXT_FIND,
    STORE_TEXT_ADD,
    STORE_TEXT_READ,
    STORE_DOMAIN_FIND,
    STORE_DOMAIN_ADD,
    STORE_SHAPE_FIND,
    STORE_SHAPE_ADD,
    STORE_SHAPE_READ,
    STORE_SERIES_FIND,
    STORE_SERIES_PUT,
    STORE_SERIES_DROP,
    STORE_SERIES_NEXT,
    STORE_SERIES_ALL,
    STORE_SERIES_OF,
    STORE_SERIES_ONE,
    STORE_REPORT_FIND,
    STORE_REPORT_PUT,
    STORE_REPORT_DROP,
    STORE_REPORT_NEWEST,
    STORE_HOST_ADD,
    STORE_FAILURE_PUT,
    STORE_FAILURE_DROP,
    STORE_FAILURE_NEW,
    STORE_FAILURE_TOLD,
    STORE_RUN_ADD,
    STORE_RUN_PUT,
    STORE_RUN_LAST,
    STORE_RUN_DROP,
    STORE_SHAPE_CLEAN,
    STORE_DOMAIN_CLEAN,
    STORE_TEXT_CLEAN,
    STORE_STATEMENTS,
};

struct store {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *statements[STORE_STATEMENTS]; /* made when first used */
    unsigned char secret[STORE_SECRET_BYTES];   /* so that nobody can choose equal keys */
    struct store_texts *texts;                  /* that were read */
    int64_t run;                                /* of what is taken in now; 0: none */
};

/* The statement, with nothing bound and no row. NULL with why on failure. */
sqlite3_stmt *store_statement(struct store *store, enum store_statement which, struct error *why);

/* Returns 1 when there is a row, 0 when there is none left, or -1 with why. */
int store_step(struct store *store, sqlite3_stmt *statement, struct error *why);

/* Runs a statement to its end with so many numbers bound, and gives up its rows. */
int store_run(struct store *store, enum store_statement which, const int64_t numbers[],
              size_t count, struct error *why);

/* Says that what the file holds makes no sense. Returns -1. */
int store_refuse(const struct store *store, const char *what, struct error *why);

#endif
