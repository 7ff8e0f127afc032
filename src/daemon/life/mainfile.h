/* SPDX-License-Identifier: ISC */
/* mainfile: reads the configuration's main file while still root, only for `user` and `listen`. */
#ifndef DAEMON_LIFE_MAINFILE_H
#define DAEMON_LIFE_MAINFILE_H

#include <stdbool.h>

#include "common/base/file.h"
#include "common/base/finding.h"
#include "common/config/config_load.h"

/* {0} may be freed. */
struct mainfile {
    const char *path;      /* borrowed */
    struct file file;      /* its bytes */
    struct config *config; /* its settings; owned */
    struct findings said;  /* about them, which a full load says again */
    bool is_refused;       /* by errors among these */
    bool is_roots_own;     /* a file of root's in a directory that only root writes to, no link */
};

/* Reads and opens nothing but this file. Returns 0, or -1 with a complaint in *said when it cannot
 * be read, or memory is out. */
int mainfile_load(struct mainfile *out, const char *path, struct findings *said);

/* Root is given up. Changes *source so that a load takes the bytes that root has read where the
 * user cannot read them: for files of root's own alone, since what a load complains of is quoted.
 * Any other is an error in *said, and -1. severity: of what is said where the user cannot read it,
 * as then no reload can. */
int mainfile_hand_over(const struct mainfile *mainfile, enum severity severity,
                       struct config_source *source, struct findings *said);

/* Adds what was said of the file, if it may be quoted: before root is given up, of root's own
 * files; else a sentence that names the file. */
void mainfile_complain(struct mainfile *mainfile, struct findings *said);

void mainfile_free(struct mainfile *mainfile);

#endif
