#!/bin/sh
# SPDX-License-Identifier: ISC
# GnuTLS 3.7.9 (Debian 12, gnutls-bin) writes the private number of an EC key with 33 octets for
# P-256 where its first bit is set.
#
# Input: 24 EC keys on P-256, written by certtool as "EC PRIVATE KEY". RFC 5915 section 3 says of
# privateKey that it is an octet string of length ceiling(log2(n)/8), so 32 octets for P-256. GnuTLS
# puts a zero in front where DER does so for an INTEGER, so about every second key has 33. OpenSSL
# reads such a key, and writes the same one with 32.
# For ACME: uacme makes its keys by GnuTLS, so a server whose library takes the length at its word
# (TF-PSA-Crypto 1.0.0 of mbedTLS 4 does) cannot read every second key of its certificates.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=3.7.9-2+deb12u7
for package in gnutls-bin libgnutls30 libgnutls-dane0; do
    apt-get -q download "$package=$version" >>log 2>&1 || {
        echo "cannot fetch $package $version"
        exit 77
    }
    dpkg -x "${package}_"*.deb root
done
library=$(dirname root/usr/lib/*/libgnutls.so.30)
certtool() {
    LD_LIBRARY_PATH=$library root/usr/bin/certtool "$@"
}

# The length of privateKey, the second member of the sequence; then whether its first octet is zero.
octets() {
    openssl asn1parse -in "$1" |
        sed -n 's/.*l= *\([0-9]*\) prim: OCTET STRING *\[HEX DUMP\]:\(..\).*/\1 \2/p' |
        sed 's/ 00$/, a zero first/; s/ ..$//'
}

certtool --version | head -n 1
number=0
while [ $number -lt 24 ]; do
    number=$((number + 1))
    certtool --generate-privkey --key-type ecdsa --curve secp256r1 2>>log |
        sed -n '/BEGIN EC/,/END EC/p' >key.pem
    openssl ec -in key.pem -out again.pem 2>>log
    echo "GnuTLS: $(octets key.pem); the same key by OpenSSL: $(octets again.pem)"
done | sort -u >seen

cat >expected <<'TEXT'
GnuTLS: 32; the same key by OpenSSL: 32
GnuTLS: 33, a zero first; the same key by OpenSSL: 32
TEXT
cat seen
diff expected seen || {
    echo "changed: GnuTLS no longer does what this file says"
    exit 1
}
