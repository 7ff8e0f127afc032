#!/bin/sh
# SPDX-License-Identifier: ISC
# mbed TLS 2.28.3 (Debian 12) does not load a CA certificate with name constraints, not even to send
# it; the loader of a chain leaves it out and reports no negative code.
#
# Input: a chain of a host's certificate and the CA that signed it. The CA may sign for example.com
# alone and says so as RFC 5280 section 4.2.1.10 wants: a critical extension "name constraints".
# Section 4.2 lists it among those that an application must know. A reader expects a list of two
# certificates. mbedtls_x509_crt_parse_file() returns 1, "one could not be read", and the list holds
# the host's alone; for the CA by itself it returns X509_INVALID_EXTENSIONS. OpenSSL verifies it.
# For MTA-STS: a policy host that takes every code of zero or above for success sends half a chain,
# and senders, which fetch the policy over HTTPS, find no path to their root. A loader has to treat
# a positive code as an error, or to parse with a callback for the extensions.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=2.28.3-1
apt-get -q download "libmbedtls-dev=$version" >log 2>&1 || {
    echo "cannot fetch libmbedtls-dev $version"
    exit 77
}
dpkg -x ./*.deb root

request() {
    openssl req "$@" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes 2>>log
}
sign() {
    openssl x509 -req -days 30 -CAcreateserial -extfile /dev/stdin "$@" 2>>log
}
request -x509 -days 30 -subj "/CN=Root" -keyout root.key -out root.pem
request -subj "/CN=CA for example.com" -keyout ca.key -out ca.csr
request -subj "/CN=mta-sts.example.com" -keyout host.key -out host.csr
sign -in ca.csr -CA root.pem -CAkey root.key -out ca.pem <<'TEXT'
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
nameConstraints = critical, permitted;DNS:example.com
TEXT
sign -in host.csr -CA ca.pem -CAkey ca.key -out host.pem <<'TEXT'
subjectAltName = DNS:mta-sts.example.com
TEXT
cat host.pem ca.pem >chain.pem

cat >try.c <<'C'
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>

int main(int count, char **names) {
    char version[18];
    mbedtls_version_get_string_full(version);
    puts(version);
    for (int i = 1; i < count; i++) {
        mbedtls_x509_crt chain;
        mbedtls_x509_crt_init(&chain);
        int code = mbedtls_x509_crt_parse_file(&chain, names[i]);
        int length = 0;
        for (const mbedtls_x509_crt *one = &chain; one && one->raw.p; one = one->next)
            length++;
        printf("%s: returns %s%#x, certificates loaded: %d\n", names[i], code < 0 ? "-" : "",
               (unsigned int)(code < 0 ? -code : code), length);
        mbedtls_x509_crt_free(&chain);
    }
    return 0;
}
C
library=$(dirname root/usr/lib/*/libmbedtls.a)
cc -o try try.c -Iroot/usr/include "$library/libmbedtls.a" "$library/libmbedx509.a" \
    "$library/libmbedcrypto.a" >>log 2>&1 || {
    echo "cannot compile against mbed TLS: a compiler is needed"
    exit 77
}
./try host.pem ca.pem chain.pem >seen
openssl verify -CAfile root.pem -untrusted ca.pem host.pem | sed 's/^/OpenSSL: /' >>seen

cat >expected <<'TEXT'
mbed TLS 2.28.3
host.pem: returns 0, certificates loaded: 1
ca.pem: returns -0x2562, certificates loaded: 0
chain.pem: returns 0x1, certificates loaded: 1
OpenSSL: host.pem: OK
TEXT
cat seen
diff expected seen || {
    echo "changed: mbed TLS no longer does what this file says"
    exit 1
}
