/* SPDX-License-Identifier: ISC */
/* store_text: the texts and shapes of the store by their ids, each read once. */
#ifndef CTL_TLSRPT_STORE_TEXT_H
#define CTL_TLSRPT_STORE_TEXT_H

#include "ctl/tlsrpt/store.h"
#include "ctl/tlsrpt/tally_facts.h"

struct store_texts;

struct store_texts *store_texts_new(void); /* NULL when out of memory */
void store_texts_free(struct store_texts *texts);

/* A copy that lives with the texts; only printable ASCII passes. NULL with why on failure. */
const char *store_texts_copy(struct store *store, const char *text, struct error *why);

/* A fact with all that the shape has, lent. NULL with why where there is none, or where it makes no
 * sense. */
const struct tally_fact *store_texts_shape(struct store *store, int64_t id, struct error *why);

#endif
