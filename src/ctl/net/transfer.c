/* SPDX-License-Identifier: ISC */
/* transfer: one libcurl transfer with one address, within a time limit, describing its TLS peer.
 */
#include "ctl/net/transfer.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "ctl/net/pertarget.h"

#define AGENT "mta-stsctl/" PACKAGE_VERSION

static pthread_once_t begun = PTHREAD_ONCE_INIT;

static void begin(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static CURLcode attach(CURL *curl, void *context, void *argument)
{
    (void)curl;
    peer_attach(context, argument);
    return CURLE_OK;
}

/* "host:port:where:port", as CURLOPT_CONNECT_TO wants it; an IPv6 address in brackets. */
static int lead(struct transfer *transfer, const struct transfer_request *request)
{
    char address[NETWORK_TEXT_MAX] = "";
    char line[1024];
    if (request->connect_to == NULL && request->address == NULL)
        return 0;
    if (request->connect_to != NULL) {
        snprintf(line, sizeof(line), "%s:%u:%s", request->host, request->port, request->connect_to);
    } else {
        bool is_v4 = network_address_is_v4(request->address);
        network_address_text(request->address, address);
        snprintf(line, sizeof(line), is_v4 ? "%s:%u:%s:%u" : "%s:%u:[%s]:%u", request->host,
                 request->port, address,
                 request->connect_port != 0 ? request->connect_port : request->port);
    }
    snprintf(transfer->target, sizeof(transfer->target), "%s",
             request->connect_to != NULL ? request->connect_to : address);
    transfer->connect_to = curl_slist_append(NULL, line);
    return transfer->connect_to != NULL ? 0 : -1;
}

static void set_up(struct transfer *transfer, const struct transfer_request *request)
{
    CURL *curl = transfer->curl;
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, transfer->connect_to);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, AGENT);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->said);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)request->bound_s);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)request->bound_s);
    curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    /* The chain is judged in the handshake, and described whatever it is: see peer. */
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, attach);
    curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, &transfer->watch);
}

int transfer_open(struct transfer *transfer, const struct transfer_request *request,
                  struct peer *peer, struct error *why)
{
    *peer = (struct peer){.fault = PEER_NONE};
    error_set(&peer->why, "there was no TLS");
    *transfer = (struct transfer){.watch = {peer, request->trust, request->host, request->limit}};
    pthread_once(&begun, begin);
    transfer->curl = curl_easy_init();
    if (transfer->curl == NULL || lead(transfer, request) != 0) {
        transfer_close(transfer);
        return error_set(why, "out of memory");
    }
    set_up(transfer, request);
    return 0;
}

/* Whether the server took the connection and ended it at once. */
static bool is_reset(struct transfer *transfer, CURLcode result)
{
    curl_off_t received = 0;
    long code = 0;
    long cause = 0;
    if (result != CURLE_SSL_CONNECT_ERROR && result != CURLE_RECV_ERROR &&
        result != CURLE_SEND_ERROR && result != CURLE_GOT_NOTHING)
        return false;
    curl_easy_getinfo(transfer->curl, CURLINFO_SIZE_DOWNLOAD_T, &received);
    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(transfer->curl, CURLINFO_OS_ERRNO, &cause);
    bool is_said = cause == ECONNRESET || strstr(transfer->said, "reset by peer") != NULL;
    return is_said && received == 0 && code == 0;
}

static bool is_refused(struct transfer *transfer, CURLcode result)
{
    long cause = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_OS_ERRNO, &cause);
    return result == CURLE_COULDNT_CONNECT && cause == ECONNREFUSED;
}

/* The system's reason alone, as the address and port are said beside it. */
static void say_cause(struct transfer *transfer, CURLcode result)
{
    long cause = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_OS_ERRNO, &cause);
    if (result == CURLE_COULDNT_CONNECT && cause != 0)
        snprintf(transfer->said, sizeof(transfer->said), "%s", strerror((int)cause));
}

CURLcode transfer_run(struct transfer *transfer, int64_t *elapsed_ms)
{
    curl_off_t elapsed_us = 0;
    if (transfer->target[0] != '\0')
        pertarget_enter(transfer->target);
    CURLcode result = curl_easy_perform(transfer->curl);
    if (is_reset(transfer, result))
        result = curl_easy_perform(transfer->curl);
    if (transfer->target[0] != '\0')
        pertarget_leave(transfer->target);
    curl_easy_getinfo(transfer->curl, CURLINFO_TOTAL_TIME_T, &elapsed_us);
    *elapsed_ms = elapsed_us / 1000;
    transfer->refused = is_refused(transfer, result);
    say_cause(transfer, result);
    return result;
}

void transfer_close(struct transfer *transfer)
{
    if (transfer->curl != NULL)
        curl_easy_cleanup(transfer->curl);
    curl_slist_free_all(transfer->connect_to);
    transfer->curl = NULL;
    transfer->connect_to = NULL;
}
