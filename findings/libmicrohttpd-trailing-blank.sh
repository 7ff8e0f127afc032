#!/bin/sh
# SPDX-License-Identifier: ISC
# libmicrohttpd 0.9.75 (Debian 12) hands the value of a header field out with the blanks that stand
# behind it.
#
# Input: a request for a policy whose Host line has blanks before and behind the name. RFC 9112
# section 5: a field line is the name, ":", optional white space, the value, optional white space;
# section 5.1: a parser leaves both out of the value. A reader expects "mta-sts.example.com" each
# time. The blanks before the name are left out, those behind it are part of the value that
# MHD_lookup_connection_value() returns.
# For MTA-STS: a policy server for many domains finds the policy by this name, so a client's request
# that is correct is answered for an unknown host, unless the program removes the blanks itself.
# Other fields (Content-Type, Accept) come the same way. Version 1.0.1 leaves them out.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=0.9.75-6
for package in libmicrohttpd12 libmicrohttpd-dev; do
    apt-get -q download "$package=$version" >>log 2>&1 || {
        echo "cannot fetch $package $version"
        exit 77
    }
    dpkg -x "${package}_"*.deb root
done

cat >try.c <<'C'
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Answers with the value of Host, in quotes. */
static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **state) {
    (void)context, (void)url, (void)method, (void)version, (void)data, (void)size, (void)state;
    char text[100];
    int length =
        snprintf(text, sizeof(text), "\"%s\"\n",
                 MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST));
    struct MHD_Response *response =
        MHD_create_response_from_buffer((size_t)length, text, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static void ask(unsigned short port, const char *written, const char *host) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timeval bound = {.tv_sec = 10};
    char text[1000] = "";
    size_t used = 0;
    ssize_t got;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
        perror("connect");
    dprintf(fd, "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost:%s\r\nConnection: close\r\n\r\n",
            host);
    while ((got = recv(fd, text + used, sizeof(text) - 1 - used, 0)) > 0)
        used += (size_t)got;
    close(fd);
    const char *body = strstr(text, "\r\n\r\n");
    printf("%s: %.12s, value %s", written, text, body ? body + 4 : "none\n");
}

int main(void) {
    printf("libmicrohttpd %s\n", MHD_get_version());
    struct sockaddr_in loopback = {.sin_family = AF_INET};
    loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct MHD_Daemon *server =
        MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, answer,
                         NULL, MHD_OPTION_SOCK_ADDR, &loopback, MHD_OPTION_END);
    if (!server)
        return 77;
    unsigned short port = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT)->port;
    ask(port, "no blank", "mta-sts.example.com");
    ask(port, "two blanks before", "  mta-sts.example.com");
    ask(port, "two blanks behind", "mta-sts.example.com  ");
    MHD_stop_daemon(server);
    return 0;
}
C
library=$(dirname root/usr/lib/*/libmicrohttpd.so.12)
cc -o try try.c -Iroot/usr/include -L"$library" -lmicrohttpd >>log 2>&1 || {
    echo "cannot compile against libmicrohttpd: a compiler and the library of GnuTLS are needed"
    exit 77
}
LD_LIBRARY_PATH=$library ./try >seen

cat >expected <<'TEXT'
libmicrohttpd 0.9.75
no blank: HTTP/1.1 200, value "mta-sts.example.com"
two blanks before: HTTP/1.1 200, value "mta-sts.example.com"
two blanks behind: HTTP/1.1 200, value "mta-sts.example.com  "
TEXT
cat seen
diff expected seen || {
    echo "changed: libmicrohttpd no longer does what this file says"
    exit 1
}
