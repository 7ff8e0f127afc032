/* SPDX-License-Identifier: ISC */
/* ari: when the CA suggests to renew a certificate (RFC 9773); its answers are kept on disk. */
#ifndef CTL_ACME_ARI_H
#define CTL_ACME_ARI_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/cert/cert.h"
#include "ctl/base/writer.h"

#define ARI_ID_MAX       128   /* bytes that hold a certificate's identifier and its NUL */
#define ARI_URL_MAX      512   /* of an explanation; a longer one is left out */
#define ARI_AGAIN_S      21600 /* six hours: when the CA does not say, and after a failure */
#define ARI_AGAIN_MOST_S 86400

/* The same of a certificate; out is empty if it has none. */
void ari_id_of(char out[ARI_ID_MAX], const struct cert *cert);

struct ari_window {
    int64_t start;
    int64_t end;
    char explanation[ARI_URL_MAX]; /* a page of the CA; printable; empty: none */
};

/* Reads an answer (section 4.2). Returns 0, or -1 with why; *out is {0} then. Pure. */
int ari_read(struct ari_window *out, const json_t *root, struct error *why);

/* What is kept. {0} is valid and empty. */
struct ari {
    char path[PATH_MAX];
    json_t *root;
};

/* Of one certificate. */
struct ari_entry {
    bool has_window;
    struct ari_window window;
    int64_t again_at;    /* the CA is not asked before */
    const char *failure; /* of the last time it was asked; NULL: none; borrowed */
};

/* Reads directory/ari.json. A missing or damaged file counts as empty, so the CA is asked again.
 * Returns 0, or -1 with why when out of memory. */
int ari_load(struct ari *out, const char *directory, struct error *why);
void ari_free(struct ari *ari);

/* Returns false if the CA was not asked yet; *out is {0} then. */
bool ari_find(const struct ari *ari, const char *id, struct ari_entry *out);

/* The member "ari": the window, the explanation, the failure; null where nothing is known. */
void ari_put(const struct ari *ari, const char *id, struct writer *writer);

/* Stores an answer, or a failure, which keeps an older window. retry_after_s: 0 if the CA does not
 * say; limited to between a minute and a day (section 4.3.2). */
void ari_keep(struct ari *ari, const char *id, const struct ari_window *window,
              int64_t retry_after_s, int64_t now);
void ari_keep_failure(struct ari *ari, const char *id, const char *reason, int64_t now);

/* Removes entries not asked about for days, and writes the file. Returns 0, or -1 with why. */
int ari_save(struct ari *ari, int64_t now, struct error *why);

/* When the certificate is due: by its window, but with an eighth of its lifetime left at the
 * latest, or a half if that is short; *by_ari. Without a window, as due_at says. */
int64_t ari_due_at(const struct ari *ari, const char *id, int64_t not_before, int64_t not_after,
                   bool *by_ari);

#endif
