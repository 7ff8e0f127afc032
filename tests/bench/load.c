/* SPDX-License-Identifier: ISC */
/* load: opens TLS connections to one server, one after the other, and either fetches the policy
 * over each or holds them all open until its standard input ends. */
#include <arpa/inet.h>
#include <errno.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <psa/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum load_mode {
    LOAD_FETCH,     /* handshake, one GET, read to the end */
    LOAD_SILENT,    /* connect and say nothing */
    LOAD_HANDSHAKE, /* finish the handshake and say nothing more */
};

/* Both servers must do the same work, so one suite, one group and one hash are offered. */
static const int suites[] = {
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    0,
};
static const uint16_t groups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
                                  MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
                                  MBEDTLS_SSL_IANA_TLS_GROUP_NONE};
static const uint16_t signatures[] = {MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256,
                                      MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256,
                                      MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256, MBEDTLS_TLS1_3_SIG_NONE};

struct load {
    enum load_mode mode;
    bool tls13;
    size_t count;
    const char *host; /* the policy host, for SNI and the Host field */
    struct sockaddr_in server;
    mbedtls_ssl_config config;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
};

struct link {
    mbedtls_net_context socket;
    mbedtls_ssl_context ssl;
};

static int complain(const char *what, int result)
{
    fprintf(stderr, "load: %s (%d)\n", what, result);
    return -1;
}

static int configure(struct load *load)
{
    mbedtls_ssl_protocol_version version =
        load->tls13 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2;
    mbedtls_ssl_config_init(&load->config);
    mbedtls_entropy_init(&load->entropy);
    mbedtls_ctr_drbg_init(&load->random);
    if (psa_crypto_init() != PSA_SUCCESS)
        return complain("PSA does not start", 0);
    int result =
        mbedtls_ctr_drbg_seed(&load->random, mbedtls_entropy_func, &load->entropy, NULL, 0);
    if (result != 0)
        return complain("no random numbers", result);
    result = mbedtls_ssl_config_defaults(&load->config, MBEDTLS_SSL_IS_CLIENT,
                                         MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (result != 0)
        return complain("no TLS defaults", result);
    mbedtls_ssl_conf_rng(&load->config, mbedtls_ctr_drbg_random, &load->random);
    mbedtls_ssl_conf_min_tls_version(&load->config, version);
    mbedtls_ssl_conf_max_tls_version(&load->config, version);
    mbedtls_ssl_conf_ciphersuites(&load->config, suites);
    mbedtls_ssl_conf_groups(&load->config, groups);
    mbedtls_ssl_conf_sig_algs(&load->config, signatures);
    /* Only the server is measured; its certificate is the bench's own. */
    mbedtls_ssl_conf_authmode(&load->config, MBEDTLS_SSL_VERIFY_NONE);
    return 0;
}

static int connect_to(const struct load *load, struct link *link)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0)
        return complain(strerror(errno), errno);
    /* Else the request waits for the acknowledgement of the handshake's last record. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (const struct sockaddr *)&load->server, sizeof load->server) != 0) {
        int result = complain(strerror(errno), errno);
        close(fd);
        return result;
    }
    link->socket.fd = fd;
    return 0;
}

static int shake_hands(const struct load *load, struct link *link)
{
    int result = mbedtls_ssl_setup(&link->ssl, &load->config);
    if (result != 0)
        return complain("TLS does not start", result);
    result = mbedtls_ssl_set_hostname(&link->ssl, load->host);
    if (result != 0)
        return complain("no room for the host name", result);
    mbedtls_ssl_set_bio(&link->ssl, &link->socket, mbedtls_net_send, mbedtls_net_recv, NULL);
    result = mbedtls_ssl_handshake(&link->ssl);
    return result == 0 ? 0 : complain("the handshake failed", -result);
}

/* Returns the bytes read until the server ended the connection in good order, or -1. */
static ssize_t read_answer(struct link *link, char *out, size_t size)
{
    size_t length = 0;
    int result = 1;
    while (length < size && result > 0) {
        result = mbedtls_ssl_read(&link->ssl, (unsigned char *)out + length, size - length);
        if (result > 0)
            length += (size_t)result;
    }
    if (result != 0 && result != MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
        return complain("the answer does not end", -result);
    return (ssize_t)length;
}

static int fetch(const struct load *load, struct link *link)
{
    static const char ok[] = "HTTP/1.1 200 ";
    char request[512];
    char answer[4096];
    int length = snprintf(request, sizeof request,
                          "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: %s\r\n"
                          "User-Agent: bench\r\nAccept: */*\r\n\r\n",
                          load->host);
    if (length < 0 || (size_t)length >= sizeof request)
        return complain("the host name is too long", length);
    int result = mbedtls_ssl_write(&link->ssl, (unsigned char *)request, (size_t)length);
    if (result != length)
        return complain("the request was not taken", result);
    ssize_t got = read_answer(link, answer, sizeof answer - 1);
    if (got < 0)
        return -1;
    answer[got] = '\0';
    if (strncmp(answer, ok, sizeof ok - 1) != 0 ||
        strstr(answer, "\r\n\r\nversion: STSv1\r\n") == NULL)
        return complain("the answer is not the policy", (int)got);
    return 0;
}

static int open_link(const struct load *load, struct link *link)
{
    mbedtls_net_init(&link->socket);
    mbedtls_ssl_init(&link->ssl);
    if (connect_to(load, link) != 0)
        return -1;
    return load->mode == LOAD_SILENT ? 0 : shake_hands(load, link);
}

static void close_link(struct link *link)
{
    mbedtls_net_free(&link->socket);
    mbedtls_ssl_free(&link->ssl);
}

static int fetch_all(const struct load *load)
{
    for (size_t i = 0; i < load->count; i++) {
        struct link link;
        int result = open_link(load, &link);
        if (result == 0)
            result = fetch(load, &link);
        close_link(&link);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* Says "held" when all stand, then waits for the end of standard input. */
static int hold_all(const struct load *load)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    struct link *links = calloc(load->count, sizeof *links);
    if (links == NULL)
        return complain("out of memory", 0);
    size_t opened = 0;
    int result = 0;
    while (opened < load->count && result == 0)
        result = open_link(load, &links[opened++]);
    if (result == 0) {
        puts("held");
        fflush(stdout);
        while (getchar() != EOF) {
        }
    }
    for (size_t i = 0; i < opened; i++)
        close_link(&links[i]);
    free(links);
    return result;
}

static int usage(void)
{
    fputs("usage: load fetch|silent|handshake 1.2|1.3 HOST PORT COUNT\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    struct load load = {.mode = LOAD_FETCH};
    if (argc != 6)
        return usage();
    if (strcmp(argv[1], "silent") == 0)
        load.mode = LOAD_SILENT;
    else if (strcmp(argv[1], "handshake") == 0)
        load.mode = LOAD_HANDSHAKE;
    else if (strcmp(argv[1], "fetch") != 0)
        return usage();
    load.tls13 = strcmp(argv[2], "1.3") == 0;
    load.host = argv[3];
    load.server.sin_family = AF_INET;
    load.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    load.server.sin_port = htons((uint16_t)strtoul(argv[4], NULL, 10));
    load.count = strtoul(argv[5], NULL, 10);
    if (load.count == 0 || load.count > 100000)
        return usage();
    int result = configure(&load);
    if (result == 0)
        result = load.mode == LOAD_FETCH ? fetch_all(&load) : hold_all(&load);
    mbedtls_ssl_config_free(&load.config);
    mbedtls_ctr_drbg_free(&load.random);
    mbedtls_entropy_free(&load.entropy);
    mbedtls_psa_crypto_free();
    return result == 0 ? 0 : 1;
}
