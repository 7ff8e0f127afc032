/* SPDX-License-Identifier: ISC */
/* web: fetches small JSON documents from a CA over HTTPS, and reuses connections. */
#include "ctl/acme/web.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define IDLE_MAX 16

/* A handle serves one thread at a time; an idle one keeps its connection. */
struct web {
    pthread_mutex_t lock;
    CURL *idle[IDLE_MAX];
    size_t idle_count;
};

struct body {
    size_t length;
    char bytes[WEB_BYTES_MAX];
};

struct web *web_open(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return NULL;
    struct web *web = calloc(1, sizeof(*web));
    if (web == NULL)
        curl_global_cleanup();
    else
        pthread_mutex_init(&web->lock, NULL);
    return web;
}

void web_close(struct web *web)
{
    if (web == NULL)
        return;
    for (size_t i = 0; i < web->idle_count; i++)
        curl_easy_cleanup(web->idle[i]);
    pthread_mutex_destroy(&web->lock);
    free(web);
    curl_global_cleanup();
}

static size_t take_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct body *body = context;
    size_t length = size * count;
    if (length > sizeof(body->bytes) - body->length)
        return 0; /* ends the transfer */
    memcpy(body->bytes + body->length, bytes, length);
    body->length += length;
    return length;
}

static CURL *take(struct web *web)
{
    CURL *curl = NULL;
    pthread_mutex_lock(&web->lock);
    if (web->idle_count > 0)
        curl = web->idle[--web->idle_count];
    pthread_mutex_unlock(&web->lock);
    if (curl != NULL || (curl = curl_easy_init()) == NULL)
        return curl;
    const char *bundle = getenv("UACME_CAINFO");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WEB_BOUND_S);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "mta-stsctl/" PACKAGE_VERSION);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    if (bundle != NULL && *bundle != '\0')
        curl_easy_setopt(curl, CURLOPT_CAINFO, bundle);
    return curl;
}

static void give_back(struct web *web, CURL *curl)
{
    pthread_mutex_lock(&web->lock);
    bool kept = web->idle_count < IDLE_MAX;
    if (kept)
        web->idle[web->idle_count++] = curl;
    pthread_mutex_unlock(&web->lock);
    if (!kept)
        curl_easy_cleanup(curl);
}

/* Seconds or a date (RFC 9110 section 10.2.3). libcurl's own reading of it has a bound. */
static int64_t read_retry_after(CURL *curl)
{
    struct curl_header *header;
    char *end;
    if (curl_easy_header(curl, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return 0;
    errno = 0;
    long seconds = strtol(header->value, &end, 10);
    if (end != header->value && *end == '\0' && errno == 0)
        return seconds > 0 ? seconds : 0;
    time_t date = curl_getdate(header->value, NULL);
    time_t now = time(NULL);
    return date > now ? (int64_t)(date - now) : 0;
}

static int perform(CURL *curl, const char *url, struct body *body, int64_t *retry_after_s,
                   struct error *why)
{
    long status = 0;
    char reason[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    if (code != CURLE_OK)
        return error_set(why, "%.300s: %s", url,
                         body->length + CURL_MAX_WRITE_SIZE > sizeof(body->bytes)
                             ? "the answer is too long"
                         : reason[0] != '\0' ? reason
                                             : curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (retry_after_s != NULL)
        *retry_after_s = read_retry_after(curl);
    if (status != 200)
        return error_set(why, "%.300s: the answer has status %ld", url, status);
    return 0;
}

int web_get_json(struct web *web, const char *url, json_t **out, int64_t *retry_after_s,
                 struct error *why)
{
    *out = NULL;
    struct body *body = calloc(1, sizeof(*body));
    CURL *curl = body != NULL ? take(web) : NULL;
    if (curl == NULL) {
        free(body);
        return error_set(why, "out of memory");
    }
    int result = perform(curl, url, body, retry_after_s, why);
    give_back(web, curl);
    if (result == 0) {
        *out = json_loadb(body->bytes, body->length, 0, NULL);
        if (*out == NULL)
            result = error_set(why, "%.300s: the answer is not JSON", url);
    }
    free(body);
    return result;
}
