/* SPDX-License-Identifier: ISC */
/* certcheck: reads every certificate of a configuration once, for --check-certs. */
#include "daemon/hosts/certcheck.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cert/cert_trust.h"
#include "daemon/hosts/certfile.h"
#include "daemon/hosts/certstore.h"

/* The pair read last: domains beside each other often share one file. */
struct slot {
    bool used;
    bool good;
    char chain_path[PATH_MAX];
    char key_path[PATH_MAX];
    struct cert cert;
    struct error why;
};

static int fill(struct slot *slot, const struct config_pair *pair, const char *domain, bool managed)
{
    char chain_path[PATH_MAX];
    char key_path[PATH_MAX];
    if (config_pair_paths(chain_path, key_path, pair, domain) != 0)
        return -1;
    if (slot->used && strcmp(slot->chain_path, chain_path) == 0 &&
        strcmp(slot->key_path, key_path) == 0)
        return 0;
    cert_free(&slot->cert);
    memcpy(slot->chain_path, chain_path, sizeof(chain_path));
    memcpy(slot->key_path, key_path, sizeof(key_path));
    slot->good = certfile_load(&slot->cert, chain_path, key_path, managed, &slot->why) == 0;
    slot->used = true;
    return 0;
}

static void check_dates(const struct slot *slot, const struct config_place *place,
                        const struct hostname *host, struct findings *said)
{
    struct error why;
    int64_t now = (int64_t)time(NULL);
    enum severity severity = SEVERITY_WARNING;
    switch (certfile_judge_dates(&slot->cert, slot->chain_path, now, &why)) {
    case DUE_FINE:
        return;
    case DUE_WARNING:
        break;
    case DUE_ERROR:
        severity = SEVERITY_ERROR;
        break;
    }
    findings_say(said, severity, place->file, place->line, "%s: %s", host->text, why.text);
}

static void check_pair(struct slot *slot, const struct config_pair *pair,
                       const struct config_domain *domain, bool managed,
                       const struct hostname *host, struct findings *said)
{
    struct error why;
    const struct config_place *place = &pair->place;
    if (fill(slot, pair, domain->name, managed) != 0) {
        findings_say(said, SEVERITY_ERROR, place->file, place->line,
                     "%s: the path of the certificate or its key is too long; shorten it",
                     host->text);
        return;
    }
    if (!slot->good) {
        findings_say(said, SEVERITY_ERROR, place->file, place->line, "%s: %s", host->text,
                     slot->why.text);
        return;
    }
    if (certfile_judge_name(&slot->cert, slot->chain_path, host, &why) != 0)
        findings_say(said, SEVERITY_ERROR, place->file, place->line, "%s: %s", host->text,
                     why.text);
    if (cert_trust_judge(&slot->cert, &why) != 0)
        findings_say(said, SEVERITY_WARNING, place->file, place->line, "%s: %s: %s", host->text,
                     slot->chain_path, why.text);
    check_dates(slot, place, host, said);
}

static void check_domain(struct slot slots[CERTSTORE_PAIRS_MAX], const struct config_domain *domain,
                         bool managed, struct findings *said)
{
    struct hostname name;
    struct hostname host;
    if (domain->broken || domain->pairs == NULL ||
        hostname_parse(&name, domain->name, strlen(domain->name), NULL) != 0 ||
        hostname_policy_host(&host, &name, NULL) != 0)
        return; /* config has said why */
    for (size_t i = 0; i < domain->pairs->count && i < CERTSTORE_PAIRS_MAX; i++)
        check_pair(&slots[i], &domain->pairs->items[i], domain, managed && i == 0, &host, said);
}

void certcheck_run(const struct config *config, struct findings *said)
{
    struct error why;
    struct slot *slots = calloc(CERTSTORE_PAIRS_MAX, sizeof(*slots));
    if (slots == NULL)
        error_set(&why, "out of memory");
    if (slots == NULL || cert_init(&why) != 0) {
        findings_say(said, SEVERITY_ERROR, "certificates", 0, "not checked: %s", why.text);
        free(slots);
        return;
    }
    for (size_t i = 0; i < config->domain_count; i++)
        check_domain(slots, &config->domains[i], config_is_managed(config, &config->domains[i]),
                     said);
    for (size_t i = 0; i < CERTSTORE_PAIRS_MAX; i++)
        cert_free(&slots[i].cert);
    free(slots);
}
