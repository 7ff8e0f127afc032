/* SPDX-License-Identifier: ISC */
/* config: a loaded configuration, as mta-stsd.ini(5) describes it: settings and domains. */
#include "common/config/config.h"

#include <stdlib.h>

#include "common/config/pattern.h"

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    arena_free(&config->arena);
    filelist_unref(config->files);
    free(config);
}

bool config_is_managed(const struct config *config, const struct config_domain *domain)
{
    const struct config_acme *acme = &config->acme;
    if (!acme->present || !acme->accept_terms || !acme->renew_auto || domain->broken ||
        domain->own_certificate || domain->pairs == NULL || domain->pairs->count == 0)
        return false;
    const struct config_pair *pair = &domain->pairs->items[0];
    return pair->private_key == NULL && pattern_varies(pair->certificate);
}

int config_pair_paths(char chain_path[PATH_MAX], char key_path[PATH_MAX],
                      const struct config_pair *pair, const char *domain)
{
    const char *key = pair->private_key != NULL ? pair->private_key : pair->certificate;
    bool fits = pattern_expand(chain_path, PATH_MAX, pair->certificate, domain) == 0 &&
                pattern_expand(key_path, PATH_MAX, key, domain) == 0;
    return fits ? 0 : -1;
}
