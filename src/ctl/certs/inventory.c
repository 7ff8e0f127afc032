/* SPDX-License-Identifier: ISC */
/* inventory: loads and checks every certificate that the configuration names.
 */
#include "ctl/certs/inventory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/cert/cert.h"
#include "common/cert/cert_trust.h"
#include "common/config/pattern.h"
#include "ctl/base/progress.h"
#include "ctl/base/readas.h"

#define NAME_MAX_BYTES 128 /* of an issuer's name in a list */

/* Appends what a CA wrote, with anything but printable ASCII as a question mark. */
static void append_name(char out[NAME_MAX_BYTES], const mbedtls_x509_name *names, const char *oid)
{
    while (names != NULL &&
           (names->oid.len != strlen(oid) || memcmp(names->oid.p, oid, names->oid.len) != 0))
        names = names->next;
    if (names == NULL)
        return;
    size_t used = strlen(out);
    if (used > 0 && used < NAME_MAX_BYTES - 1)
        out[used++] = ' ';
    for (size_t i = 0; i < names->val.len && used < NAME_MAX_BYTES - 1; i++) {
        unsigned char byte = names->val.p[i];
        out[used++] = (char)(byte >= 0x20 && byte < 0x7f ? byte : '?');
    }
    out[used] = '\0';
}

#define OID_ORGANIZATION "\x55\x04\x0a" /* 2.5.4.10 */
#define OID_COMMON_NAME  "\x55\x04\x03" /* 2.5.4.3 */

static int describe(struct inventory_item *item, const struct cert *cert, struct error *why)
{
    char issuer[NAME_MAX_BYTES] = "";
    append_name(issuer, &cert->chain.issuer, OID_ORGANIZATION);
    append_name(issuer, &cert->chain.issuer, OID_COMMON_NAME);
    item->issuer = strdup(issuer);
    if (item->issuer == NULL)
        return error_set(why, "out of memory");
    snprintf(item->key, sizeof(item->key), "%s %zu", cert_key_kind(cert),
             mbedtls_pk_get_bitlen(&cert->key));
    ari_id_of(item->renewal_id, cert);
    cert_fingerprint(cert, item->fingerprint);
    item->loaded = true;
    item->covers = cert_covers(cert, &item->host);
    item->not_before = cert->not_before;
    item->not_after = cert->not_after;
    return 0;
}

static void judge(struct inventory_item *item, const struct cert *cert, int64_t now,
                  struct error *finding)
{
    struct error why;
    item->health = due_judge(item->not_before, item->not_after, now, finding);
    if (item->covers && item->health == DUE_FINE && cert_trust_judge(cert, &why) != 0) {
        item->health = DUE_WARNING;
        *finding = why;
    }
    if (item->covers)
        return;
    item->health = DUE_ERROR;
    error_set(finding, "it is not for this name, so senders refuse it; get one for %s",
              item->host.text);
}

/* The key may not be readable for this user; do not report that as a fault of the certificate. */
static int read_one(struct file *out, const char *path, struct error *finding)
{
    struct error why;
    if (file_read(out, path, CERT_FILE_MAX, &why) == 0)
        return 0;
    return error_set(finding, "%s%s", why.text,
                     why.cause == EACCES ? "; run this as root (sudo), who can read it" : "");
}

/* Reads the pair's files. Returns 0, or -1 with a finding. */
static int read_pair(struct cert *out, const char *path, const char *key_path,
                     struct error *finding)
{
    struct file chain;
    struct file key = {0};
    struct error reason;
    *out = (struct cert){0};
    if (read_one(&chain, path, finding) != 0)
        return -1;
    bool one = strcmp(path, key_path) == 0;
    int result = one ? 0 : read_one(&key, key_path, finding);
    if (result == 0) {
        result = cert_parse(out, &chain, one ? &chain : &key, &reason);
        if (result != 0)
            error_set(finding, "%s: %s", path, reason.text);
    }
    file_free(&chain);
    file_free(&key);
    return result;
}

static int add(struct inventory *out, const struct config *config,
               const struct config_domain *domain, size_t index, int64_t now, struct error *why)
{
    char path[PATH_MAX];
    char key_path[PATH_MAX];
    struct cert cert = {0};
    struct error finding = {0};
    const struct config_pair *pair = &domain->pairs->items[index];
    struct inventory_item *item = &out->items[out->count];

    *item = (struct inventory_item){.domain = domain->name};
    snprintf(item->host.text, sizeof(item->host.text), HOSTNAME_POLICY_PREFIX "%s", domain->name);
    item->host.length = (unsigned char)strlen(item->host.text);
    item->managed = index == 0 && config_is_managed(config, domain);
    item->health = DUE_ERROR;
    if (config_pair_paths(path, key_path, pair, domain->name) != 0)
        return error_set(why, "%s: the path of its certificate is too long", domain->name);
    item->path = strdup(path);
    item->key_path = strdup(key_path);
    out->count++;

    int result = item->path != NULL && item->key_path != NULL ? 0 : error_set(why, "out of memory");
    if (result == 0 && read_pair(&cert, path, key_path, &finding) == 0) {
        result = describe(item, &cert, why);
        judge(item, &cert, now, &finding);
        cert_free(&cert);
    }
    if (result == 0 && finding.text[0] != '\0') {
        item->finding = strdup(finding.text);
        if (item->finding == NULL)
            result = error_set(why, "out of memory");
    }
    out->errors += item->health == DUE_ERROR;
    out->warnings += item->health == DUE_WARNING;
    return result;
}

static bool is_wanted(const struct config_domain *domain, const char *only)
{
    if (domain->broken || domain->pairs == NULL)
        return false;
    const char *meant = only != NULL ? hostname_policy_domain(only) : NULL;
    return only == NULL || strcmp(only, domain->name) == 0 ||
           (meant != NULL && strcmp(meant, domain->name) == 0);
}

int inventory_load(struct inventory *out, const struct config *config, const char *only,
                   int64_t now, struct error *why)
{
    size_t most = 0;
    *out = (struct inventory){0};
    if (cert_init(why) != 0)
        return -1;
    for (size_t i = 0; i < config->domain_count; i++)
        most += is_wanted(&config->domains[i], only) ? config->domains[i].pairs->count : 0;
    out->items = calloc(most + 1, sizeof(*out->items));
    if (out->items == NULL)
        return error_set(why, "out of memory");
    int result = 0;
    progress_begin("certificates read:", most);
    for (size_t i = 0; i < config->domain_count && result == 0; i++) {
        const struct config_domain *domain = &config->domains[i];
        size_t pairs = is_wanted(domain, only) ? domain->pairs->count : 0;
        for (size_t index = 0; index < pairs && result == 0; index++) {
            result = add(out, config, domain, index, now, why);
            progress_step();
        }
    }
    progress_end();
    if (result != 0)
        inventory_free(out);
    return result;
}

static bool is_unreadable(const char *path)
{
    return faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0 && errno == EACCES;
}

static int judge_access(struct inventory *inventory, struct inventory_item *item, const char *user,
                        struct error *why)
{
    char *finding = NULL;
    const char *path = is_unreadable(item->path) ? item->path : item->key_path;
    if (!item->loaded || !is_unreadable(path))
        return 0;
    if (asprintf(&finding,
                 "%s: user %s cannot read it, so the server cannot use it; let that user read the "
                 "file, and enter its directories",
                 path, user) < 0)
        return error_set(why, "out of memory");
    inventory->warnings -= item->health == DUE_WARNING;
    inventory->errors += item->health != DUE_ERROR;
    item->health = DUE_ERROR;
    free(item->finding);
    item->finding = finding;
    return 0;
}

int inventory_judge_access(struct inventory *inventory, const char *main_path, struct error *why)
{
    struct readas readas;
    int result = readas_begin(&readas, main_path, why);
    for (size_t i = 0; i < inventory->count && readas.is_on && result == 0; i++)
        result = judge_access(inventory, &inventory->items[i], readas.user, why);
    readas_end(&readas);
    return result;
}

void inventory_free(struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        free(inventory->items[i].path);
        free(inventory->items[i].key_path);
        free(inventory->items[i].issuer);
        free(inventory->items[i].finding);
    }
    free(inventory->items);
    *inventory = (struct inventory){0};
}
