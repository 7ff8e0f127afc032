/* SPDX-License-Identifier: ISC */
/* fetch: fetches a host's policy over HTTPS, as a sender would, and records every result. */
#include "ctl/net/fetch.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/printable.h"
#include "ctl/net/handshake.h"
#include "ctl/net/transfer.h"

static int fail(struct fetch *out, enum fetch_failure failure, const char *sentence)
{
    out->failure = failure;
    return error_set(&out->why, "%s", sentence);
}

/* ---- The bytes as they come. */

static size_t take(char *bytes, size_t size, size_t count, void *argument)
{
    struct fetch *out = argument;
    size_t length = size * count;
    if (length > FETCH_BYTES - out->length || out->length > FETCH_BYTES)
        fail(out, FETCH_TOO_LARGE, "the answer has more than 65536 bytes");
    out->is_cut = length > FETCH_BYTES_KEPT - out->length;
    if (out->is_cut)
        return 0;
    char *body = realloc(out->body, out->length + length + 1);
    if (body == NULL)
        return 0;
    memcpy(body + out->length, bytes, length);
    out->body = body;
    out->length += length;
    body[out->length] = '\0';
    return length;
}

static void keep_answer(struct fetch *out, CURL *curl)
{
    char *text = NULL;
    struct curl_header *date;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out->status);
    if (curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK && text != NULL)
        printable_ascii(out->type, sizeof(out->type), text, strlen(text));
    if (curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &text) == CURLE_OK && text != NULL)
        printable_ascii(out->location, sizeof(out->location), text, strlen(text));
    if (curl_easy_header(curl, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK)
        out->date = (int64_t)curl_getdate(date->value, NULL);
}

/* ---- Judging. */

static int judge_transfer(struct fetch *out, CURLcode result, const char *said)
{
    char words[CURL_ERROR_SIZE];
    const char *cause = said[0] != '\0' ? said : curl_easy_strerror(result);
    printable_ascii(words, sizeof(words), cause, strlen(cause));
    if (result == CURLE_OK || out->failure == FETCH_TOO_LARGE)
        return out->failure == FETCH_FINE ? 0 : -1;
    if (result == CURLE_OPERATION_TIMEDOUT) {
        out->failure = FETCH_SLOW;
        return error_set(&out->why, "no answer within %.0f seconds",
                         (double)out->elapsed_ms / 1000);
    }
    if (result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST) {
        out->failure = FETCH_UNREACHABLE;
        return error_set(&out->why, "no connection: %s", words);
    }
    if (result == CURLE_SSL_CONNECT_ERROR || out->peer.version[0] == '\0') {
        out->failure = FETCH_HANDSHAKE;
        return handshake_say(&out->why, out->peer.alert, words);
    }
    out->failure = FETCH_BROKEN;
    if (out->peer.alert != 0) /* such as certificate_required, which TLS 1.3 sends last */
        return handshake_say(&out->why, out->peer.alert, words);
    return error_set(&out->why, "the answer is broken: %s", words);
}

bool fetch_is_text_plain(const struct fetch *fetch)
{
    size_t length = strcspn(fetch->type, "; \t");
    return length == strlen("text/plain") && strncasecmp(fetch->type, "text/plain", length) == 0;
}

bool fetch_is_ascii_charset(const struct fetch *fetch)
{
    /* In all of these a policy's bytes are what they are in ASCII. */
    static const char *const beginnings[] = {
        "utf-8", "utf8",      "us-ascii",    "ascii", "iso-8859-", "iso8859-",
        "latin", "l1",        "windows-125", "cp125", "koi8-",     "gb",
        "big5",  "shift_jis", "shift-jis",   "sjis",  "euc-",      "iso-2022-jp",
    };
    const char *name = strcasestr(fetch->type, "charset=");
    if (name == NULL)
        return true;
    name += strlen("charset=");
    name += *name == '"';
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
        if (strncasecmp(name, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

int fetch_judge_status(const struct fetch *fetch, struct error *why)
{
    if (fetch->status >= 300 && fetch->status < 400)
        return error_set(why, "it redirects (%ld%s%s), which senders do not follow", fetch->status,
                         fetch->location[0] != '\0' ? " to " : "", fetch->location);
    return fetch->status == 200 ? 0 : error_set(why, "it answers with status %ld", fetch->status);
}

static int judge_peer(struct fetch *out)
{
    if (out->peer.is_old) {
        out->failure = FETCH_OLD_TLS;
        return error_set(&out->why, "it speaks %s, and senders require TLS 1.2 or later",
                         out->peer.version);
    }
    if (out->peer.fault != PEER_FINE)
        return fail(out, FETCH_CERTIFICATE, out->peer.why.text);
    return 0;
}

static int judge_answer(struct fetch *out)
{
    if (fetch_judge_status(out, &out->why) != 0) {
        out->failure = out->status >= 300 && out->status < 400 ? FETCH_REDIRECT : FETCH_STATUS;
        return -1;
    }
    if (!fetch_is_text_plain(out)) {
        out->failure = FETCH_TYPE;
        return error_set(&out->why, "it sends the policy as %s, and senders require text/plain",
                         out->type[0] != '\0' ? out->type : "nothing (no Content-Type)");
    }
    return 0;
}

int fetch_policy(struct fetch *out, const struct fetch_request *request)
{
    struct transfer transfer;
    char url[512];
    *out = (struct fetch){0};
    snprintf(url, sizeof(url), "https://%s" FETCH_PATH, request->host);
    const struct transfer_request wanted = {
        .url = url,
        .host = request->host,
        .address = request->address,
        .connect_to = request->connect_to,
        .port = 443,
        .connect_port = request->port,
        .trust = request->trust,
        .limit = request->limit,
        .bound_s = request->bound_s != 0 ? request->bound_s : FETCH_BOUND_S,
    };
    if (transfer_open(&transfer, &wanted, &out->peer, &out->why) != 0) {
        out->failure = FETCH_BROKEN;
        return -1;
    }
    curl_easy_setopt(transfer.curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(transfer.curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(transfer.curl, CURLOPT_WRITEDATA, out);
    bool asks = request->limit == PEER_UNLIMITED;
    curl_easy_setopt(transfer.curl, CURLOPT_CONNECT_ONLY, asks ? 0L : 1L);
    CURLcode result = transfer_run(&transfer, &out->elapsed_ms);
    out->refused = transfer.refused;
    keep_answer(out, transfer.curl);
    transfer_close(&transfer);
    int judged = judge_transfer(out, result, transfer.said);
    if (judged != 0 || judge_peer(out) != 0)
        return -1;
    return asks ? judge_answer(out) : 0;
}

void fetch_free(struct fetch *fetch)
{
    free(fetch->body);
    peer_free(&fetch->peer);
    *fetch = (struct fetch){0};
}
