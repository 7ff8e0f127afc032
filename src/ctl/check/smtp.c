/* SPDX-License-Identifier: ISC */
/* smtp: tests STARTTLS with one mail host at one address, as a sender would. */
#include "ctl/check/smtp.h"

#include <stdio.h>
#include <string.h>

#include "common/base/printable.h"
#include "ctl/net/handshake.h"
#include "ctl/net/transfer.h"

static int fail(struct smtp *out, enum smtp_failure failure, const char *about, const char *words)
{
    out->failure = failure;
    return error_set(&out->why, "%s%s", about, words);
}

static int judge_transfer(struct smtp *out, CURLcode result, const char *said)
{
    char words[CURL_ERROR_SIZE];
    const char *cause = said[0] != '\0' ? said : curl_easy_strerror(result);
    printable_ascii(words, sizeof(words), cause, strlen(cause));
    if (result == CURLE_OK)
        return 0;
    if (result == CURLE_OPERATION_TIMEDOUT) {
        out->failure = SMTP_SLOW;
        return error_set(&out->why, "no answer within %.0f seconds",
                         (double)out->elapsed_ms / 1000);
    }
    if (result == CURLE_COULDNT_CONNECT || result == CURLE_COULDNT_RESOLVE_HOST)
        return fail(out, SMTP_UNREACHABLE, "no connection: ", words);
    if (result == CURLE_USE_SSL_FAILED)
        return strstr(words, "denied") != NULL
                   ? fail(out, SMTP_DENIED, "it refuses STARTTLS: ", words)
                   : fail(out, SMTP_NO_STARTTLS, "it offers no STARTTLS", "");
    /* An alert behind the handshake, such as certificate_required, comes with the first answer. */
    if (result == CURLE_SSL_CONNECT_ERROR || out->peer.alert != 0) {
        out->failure = SMTP_HANDSHAKE;
        return handshake_say(&out->why, out->peer.alert, words);
    }
    return fail(out, SMTP_REFUSED, "it rejects the session: ", words);
}

static int judge_peer(struct smtp *out)
{
    if (out->peer.is_old) {
        out->failure = SMTP_OLD_TLS;
        return error_set(&out->why, "it speaks %s, and senders require TLS 1.2 or later",
                         out->peer.version);
    }
    if (out->peer.fault != PEER_FINE)
        return fail(out, SMTP_CERTIFICATE, out->peer.why.text, "");
    return 0;
}

int smtp_try(struct smtp *out, const struct smtp_request *request)
{
    struct transfer transfer;
    char url[512];
    unsigned port = request->port != 0 ? request->port : 25;
    *out = (struct smtp){0};
    snprintf(url, sizeof(url), "smtp://%s:%u", request->host, port);
    const struct transfer_request wanted = {
        .url = url,
        .host = request->host,
        .address = request->address,
        .port = port,
        .trust = request->trust,
        .limit = request->limit,
        .bound_s = request->bound_s != 0 ? request->bound_s : SMTP_BOUND_S,
    };
    if (transfer_open(&transfer, &wanted, &out->peer, &out->why) != 0) {
        out->failure = SMTP_UNREACHABLE;
        return -1;
    }
    curl_easy_setopt(transfer.curl, CURLOPT_PROTOCOLS_STR, "smtp");
    curl_easy_setopt(transfer.curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    /* Only as far as EHLO in TLS; what is closed then has begun no mail. */
    curl_easy_setopt(transfer.curl, CURLOPT_CONNECT_ONLY, 1L);
    CURLcode result = transfer_run(&transfer, &out->elapsed_ms);
    out->refused = transfer.refused;
    transfer_close(&transfer);
    int judged = judge_transfer(out, result, transfer.said);
    return judged == 0 ? judge_peer(out) : -1;
}

void smtp_free(struct smtp *smtp)
{
    peer_free(&smtp->peer);
    *smtp = (struct smtp){0};
}
