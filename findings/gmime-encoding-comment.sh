#!/bin/sh
# SPDX-License-Identifier: ISC
# GMime 3.2.13 (Debian 12, libgmime-3.0-0) leaves a base64 part as it is when a comment stands
# before the value of Content-Transfer-Encoding.
#
# Input: a mail part of type application/tlsrpt+json in base64, three times: without a comment, with
# one behind "base64", with one before it. RFC 2045 section 3 lets each of its header fields have
# the comments of RFC 822, "(like this)", and says that they mean nothing. A reader expects the same
# JSON three times. With the comment first, GMime knows no encoding, and hands the base64 text out
# as if it were the content.
# For TLSRPT: a reader of reports then finds text that is neither JSON nor gzip in a mail without a
# fault, and the report is not counted.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=3.2.13+dfsg-2
for package in libgmime-3.0-0 libgmime-3.0-dev; do
    apt-get -q download "$package=$version" >>log 2>&1 || {
        echo "cannot fetch $package $version"
        exit 77
    }
    dpkg -x "${package}_"*.deb root
done

cat >try.c <<'C'
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

static void show(const char *encoding) {
    char text[300];
    snprintf(text, sizeof(text),
             "Content-Type: application/tlsrpt+json\nContent-Transfer-Encoding: %s\n\n"
             "eyJyZXBvcnQtaWQiOiIxIn0=\n", encoding);
    GMimeStream *in = g_mime_stream_mem_new_with_buffer(text, strlen(text));
    GMimeParser *parser = g_mime_parser_new_with_stream(in);
    GMimePart *part = GMIME_PART(g_mime_parser_construct_part(parser, NULL));
    GMimeStream *out = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(part), out);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out));
    int length = (int)bytes->len;
    while (length > 0 && bytes->data[length - 1] == '\n')
        length--;
    const char *known =
        g_mime_content_encoding_to_string(g_mime_part_get_content_encoding(part));
    printf("%s -> encoding %s, content %.*s\n", encoding, known ? known : "unknown", length,
           (const char *)bytes->data);
}

int main(void) {
    g_mime_init();
    printf("GMime %u.%u.%u\n", gmime_major_version, gmime_minor_version, gmime_micro_version);
    show("base64");
    show("base64 (as usual)");
    show("(as usual) base64");
    return 0;
}
C
library=$(dirname root/usr/lib/*/libgmime-3.0.so.0)
# shellcheck disable=SC2046 # flags, word by word
cc -o try try.c -Iroot/usr/include/gmime-3.0 -L"$library" -lgmime-3.0 \
    $(pkg-config --cflags --libs gio-2.0 gobject-2.0 glib-2.0) >>log 2>&1 || {
    echo "cannot compile against GMime: a compiler and the headers of GLib are needed"
    exit 77
}
LD_LIBRARY_PATH=$library ./try >seen

cat >expected <<'TEXT'
GMime 3.2.13
base64 -> encoding base64, content {"report-id":"1"}
base64 (as usual) -> encoding base64, content {"report-id":"1"}
(as usual) base64 -> encoding unknown, content eyJyZXBvcnQtaWQiOiIxIn0=
TEXT
cat seen
diff expected seen || {
    echo "changed: GMime no longer does what this file says"
    exit 1
}
