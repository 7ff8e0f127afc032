/* SPDX-License-Identifier: ISC */
/* install: installs the chain and key that the ACME client received as the one file that the server
 * reads. */
#include "ctl/certs/install.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cert/cert.h"
#include "ctl/base/replace.h"

static int judge(struct install *out, const char *path, const struct hostname *host, int64_t now,
                 struct error *why)
{
    struct cert cert;
    struct error reason;
    if (cert_parse(&cert, &out->chain, &out->key, &reason) != 0)
        return error_set(why, "%s: %s", path, reason.text);
    bool covers = cert_covers(&cert, host);
    out->not_before = cert.not_before;
    out->not_after = cert.not_after;
    cert_fingerprint(&cert, out->fingerprint);
    ari_id_of(out->renewal_id, &cert);
    cert_free(&cert);
    if (!covers)
        return error_set(why, "%s: this certificate is not for %s", path, host->text);
    if (out->not_after <= now)
        return error_set(why, "%s: this certificate has expired", path);
    return 0;
}

int install_load(struct install *out, const char *state, const struct hostname *host, int64_t now,
                 struct error *why)
{
    char chain[PATH_MAX];
    char key[PATH_MAX];
    *out = (struct install){0};
    int length = snprintf(chain, sizeof(chain), "%s/%s/cert.pem", state, host->text);
    int key_length = snprintf(key, sizeof(key), "%s/private/%s/key.pem", state, host->text);
    if (length < 0 || key_length < 0 || (size_t)length >= sizeof(chain) ||
        (size_t)key_length >= sizeof(key))
        return error_set(why, "%s: the path is too long", state);
    if (file_read(&out->chain, chain, CERT_FILE_MAX, why) == 0 &&
        file_read(&out->key, key, CERT_FILE_MAX, why) == 0 &&
        judge(out, chain, host, now, why) == 0)
        return 0;
    install_free(out);
    return -1;
}

bool install_is(const struct install *install, const unsigned char fingerprint[CERT_FINGERPRINT])
{
    return memcmp(install->fingerprint, fingerprint, CERT_FINGERPRINT) == 0;
}

int install_put(const struct install *install, const char *path, struct error *why)
{
    struct place place;
    if (place_open(&place, path, &(struct place_params){0}, why) != 0)
        return -1;
    replace_remove_left(&place, 0); /* only one run at a time installs */
    /* A chain without a final line end would run into the key. */
    struct replace_part parts[] = {{install->chain.bytes, install->chain.length},
                                   {(const unsigned char *)"\n", 1},
                                   {install->key.bytes, install->key.length}};
    int result = replace_in(&place, parts, 3, &(struct replace_params){.mode = 0640}, why);
    place_close(&place);
    return result;
}

int install_check_place(const char *path, struct error *why)
{
    char place[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int length = slash == NULL || slash == path ? 1 : (int)(slash - path);
    snprintf(place, sizeof(place), "%.*s", length, slash != NULL ? path : ".");
    if (access(place, W_OK | X_OK) == 0)
        return 0;
    return error_set(why,
                     "%s: %s; make this directory writable for the user that orders certificates",
                     place, strerror(errno));
}

void install_free(struct install *install)
{
    file_free(&install->chain);
    file_free(&install->key);
    *install = (struct install){0};
}
