/* SPDX-License-Identifier: ISC */
/* ari: when the CA suggests to renew a certificate (RFC 9773); its answers are kept on disk. */
#include "ctl/acme/ari.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/sha256.h"
#include "common/cert/due.h"
#include "ctl/acme/base64url.h"
#include "ctl/base/jsonfile.h"

#define KEY_MAX      40 /* bytes of a key identifier; they are hashes */
#define SERIAL_MAX   24 /* 20, says RFC 5280 section 4.1.2.2 */
#define FILE_MOST    (64u << 20)
#define AGAIN_LEAST  60
#define FORGET_S     INT64_C(604800) /* seven days after its time to be asked again */
#define URL_BEGINS_A "https://"
#define URL_BEGINS_B "http://"

/* The certificate's identifier (section 4.1): its authority key identifier and its serial number,
 * both as their DER holds them. Returns 0, or -1 when there is none. Pure. */
static int make_id(char out[ARI_ID_MAX], const unsigned char *key, size_t key_length,
                   const unsigned char *serial, size_t serial_length)
{
    out[0] = '\0';
    if (key_length == 0 || key_length > KEY_MAX || serial_length == 0 || serial_length > SERIAL_MAX)
        return -1;
    base64url_write(out, key, key_length);
    size_t used = strlen(out);
    out[used++] = '.';
    base64url_write(out + used, serial, serial_length);
    return 0;
}

void ari_id_of(char out[ARI_ID_MAX], const struct cert *cert)
{
    const mbedtls_x509_buf *key = &cert->chain.authority_key_id.keyIdentifier;
    (void)make_id(out, key->p, key->len, cert->chain.serial.p, cert->chain.serial.len);
}

/* ---- An answer. */

/* Reads count digits. */
static int read_digits(const char **at, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return -1;
        value = value * 10 + (**at - '0');
    }
    return value;
}

static bool skip(const char **at, const char *allowed)
{
    if (**at == '\0' || strchr(allowed, **at) == NULL)
        return false;
    ++*at;
    return true;
}

/* The offset of a local time from UTC, or a failure. */
static int read_offset(const char **at, int64_t *seconds)
{
    *seconds = 0;
    if (skip(at, "Zz"))
        return 0;
    int sign = **at == '-' ? -1 : 1;
    if (!skip(at, "+-"))
        return -1;
    int hours = read_digits(at, 2);
    bool colon = skip(at, ":");
    int minutes = colon ? read_digits(at, 2) : -1;
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return -1;
    *seconds = sign * (hours * INT64_C(3600) + minutes * INT64_C(60));
    return 0;
}

/* "2025-01-02T04:00:00.5+01:00" (RFC 3339 section 5.6); fractions are dropped. */
static int read_time(int64_t *out, const char *text)
{
    int64_t offset;
    struct tm moment = {0};
    const char *at = text != NULL ? text : "";
    moment.tm_year = read_digits(&at, 4) - 1900;
    bool fine = skip(&at, "-");
    moment.tm_mon = fine ? read_digits(&at, 2) - 1 : -1;
    fine = fine && skip(&at, "-");
    moment.tm_mday = fine ? read_digits(&at, 2) : -1;
    fine = fine && skip(&at, "Tt ");
    moment.tm_hour = fine ? read_digits(&at, 2) : -1;
    fine = fine && skip(&at, ":");
    moment.tm_min = fine ? read_digits(&at, 2) : -1;
    fine = fine && skip(&at, ":");
    moment.tm_sec = fine ? read_digits(&at, 2) : -1;
    if (!fine || moment.tm_year < 70 || moment.tm_mon < 0 || moment.tm_mon > 11 ||
        moment.tm_mday < 1 || moment.tm_mday > 31 || moment.tm_hour < 0 || moment.tm_hour > 23 ||
        moment.tm_min < 0 || moment.tm_min > 59 || moment.tm_sec < 0 || moment.tm_sec > 60)
        return -1;
    if (skip(&at, ".") && read_digits(&at, 1) < 0)
        return -1;
    at += strspn(at, "0123456789");
    if (read_offset(&at, &offset) != 0 || *at != '\0')
        return -1;
    *out = (int64_t)timegm(&moment) - offset;
    return 0;
}

/* Made printable. */
static void read_explanation(struct ari_window *out, const char *url)
{
    if (url == NULL || strlen(url) >= sizeof(out->explanation) ||
        (strncmp(url, URL_BEGINS_A, strlen(URL_BEGINS_A)) != 0 &&
         strncmp(url, URL_BEGINS_B, strlen(URL_BEGINS_B)) != 0))
        return;
    for (const char *at = url; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~')
            return;
    }
    snprintf(out->explanation, sizeof(out->explanation), "%s", url);
}

int ari_read(struct ari_window *out, const json_t *root, struct error *why)
{
    struct ari_window window = {0};
    const json_t *suggested = json_object_get(root, "suggestedWindow");
    *out = window;
    if (read_time(&window.start, json_string_value(json_object_get(suggested, "start"))) != 0 ||
        read_time(&window.end, json_string_value(json_object_get(suggested, "end"))) != 0)
        return error_set(why, "the CA's answer has no suggested window");
    if (window.end <= window.start)
        return error_set(why, "the CA's suggested window ends before it begins");
    read_explanation(&window, json_string_value(json_object_get(root, "explanationURL")));
    *out = window;
    return 0;
}

/* When in the window this certificate is due: spread over the window, and the same each time. Pure.
 */
static int64_t moment_in(const char *id, const struct ari_window *window)
{
    unsigned char sum[SHA256_BYTES];
    uint64_t number = 0;
    uint64_t length = (uint64_t)(window->end - window->start);
    sha256_compute(sum, id, strlen(id));
    for (size_t i = 0; i < sizeof(number); i++)
        number = number << 8 | sum[i];
    return window->start + (length > 0 ? (int64_t)(number % length) : 0);
}

/* ---- What is kept. */

int ari_load(struct ari *out, const char *directory, struct error *why)
{
    *out = (struct ari){0};
    snprintf(out->path, sizeof(out->path), "%s/ari.json", directory);
    return jsonfile_load(&out->root, out->path, FILE_MOST, why);
}

void ari_free(struct ari *ari)
{
    json_decref(ari->root);
    *ari = (struct ari){0};
}

bool ari_find(const struct ari *ari, const char *id, struct ari_entry *out)
{
    *out = (struct ari_entry){0};
    const json_t *kept = json_object_get(ari->root, id);
    if (!json_is_object(kept))
        return false;
    const json_t *start = json_object_get(kept, "start");
    const json_t *end = json_object_get(kept, "end");
    out->window.start = (int64_t)json_integer_value(start);
    out->window.end = (int64_t)json_integer_value(end);
    out->has_window = json_is_integer(start) && out->window.start < out->window.end;
    out->again_at = (int64_t)json_integer_value(json_object_get(kept, "again_at"));
    out->failure = json_string_value(json_object_get(kept, "failure"));
    read_explanation(&out->window, json_string_value(json_object_get(kept, "explanation")));
    return true;
}

void ari_put(const struct ari *ari, const char *id, struct writer *writer)
{
    struct ari_entry entry;
    if (!ari_find(ari, id, &entry)) {
        writer_null(writer, "ari");
        return;
    }
    writer_start(writer, "ari");
    writer_number(writer, "again_at", entry.again_at);
    writer_text(writer, "failure", entry.failure);
    if (entry.has_window) {
        writer_number(writer, "start", entry.window.start);
        writer_number(writer, "end", entry.window.end);
    }
    if (entry.window.explanation[0] != '\0')
        writer_text(writer, "explanation", entry.window.explanation);
    writer_end(writer);
}

void ari_keep(struct ari *ari, const char *id, const struct ari_window *window,
              int64_t retry_after_s, int64_t now)
{
    int64_t wait = retry_after_s == 0                 ? ARI_AGAIN_S
                   : retry_after_s < AGAIN_LEAST      ? AGAIN_LEAST
                   : retry_after_s > ARI_AGAIN_MOST_S ? ARI_AGAIN_MOST_S
                                                      : retry_after_s;
    json_int_t again = now + wait;
    json_object_set_new(ari->root, id,
                        json_pack("{s:I, s:I, s:I, s:s}", "start", (json_int_t)window->start, "end",
                                  (json_int_t)window->end, "again_at", again, "explanation",
                                  window->explanation));
}

void ari_keep_failure(struct ari *ari, const char *id, const char *reason, int64_t now)
{
    json_t *kept = json_object_get(ari->root, id);
    if (!json_is_object(kept)) {
        kept = json_object();
        if (json_object_set_new(ari->root, id, kept) != 0)
            return; /* out of memory: it is asked again in the next run */
    }
    json_int_t again = now + ARI_AGAIN_S;
    json_object_set_new(kept, "again_at", json_integer(again));
    json_object_set_new(kept, "failure", json_string(reason));
}

int ari_save(struct ari *ari, int64_t now, struct error *why)
{
    const char *id;
    json_t *kept;
    void *next;
    json_object_foreach_safe(ari->root, next, id, kept)
    {
        int64_t again = (int64_t)json_integer_value(json_object_get(kept, "again_at"));
        if (again < now - FORGET_S || again > now + ARI_AGAIN_MOST_S)
            json_object_del(ari->root, id);
    }
    return jsonfile_save(ari->root, ari->path, why);
}

int64_t ari_due_at(const struct ari *ari, const char *id, int64_t not_before, int64_t not_after,
                   bool *by_ari)
{
    struct ari_entry entry;
    *by_ari = ari_find(ari, id, &entry) && entry.has_window;
    if (!*by_ari)
        return due_at(not_before, not_after);
    int64_t lifetime = not_after - not_before;
    int64_t latest =
        lifetime < DUE_SHORT_S ? due_at(not_before, not_after) : not_after - lifetime / 8;
    int64_t moment = moment_in(id, &entry.window);
    return moment < latest ? moment : latest;
}
