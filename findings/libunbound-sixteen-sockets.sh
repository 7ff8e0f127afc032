#!/bin/sh
# SPDX-License-Identifier: ISC
# libunbound 1.17.1 (Debian 12) has 16 sockets for UDP: what the forwarder leaves unanswered makes
# every other question wait.
#
# Input: 200 questions for names the forwarder never answers, as if their name servers were silent,
# then one for a name it answers at once. A reader expects that answer at once: unbound.conf(5) says
# of outgoing-range that its default depends on compile options, Debian's sample file and
# unbound-checkconf say 4096, and libunbound(3) does not name it. A context of the library has 16.
# The forwarder gets 16 questions, and 16 more only when those have run out of time, after about
# 0.4 s. So 200 silent names hold the last question for over 4 s; 40 do so for 0.8 s.
# ub_ctx_set_option(context, "outgoing-range:", "1024") mends it.
# For MTA-STS and TLSRPT: a program that looks up many domains by one context reaches its own limit
# of time for domains without a fault, and has to take them for domains whose DNS fails.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=1.17.1-2+deb12u4
for package in libunbound8 libunbound-dev; do
    apt-get -q download "$package=$version" >>log 2>&1 || {
        echo "cannot fetch $package $version"
        exit 77
    }
    dpkg -x "${package}_"*.deb root
done

cat >try.c <<'C'
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unbound.h>

static int is_answered;

static void take(void *mine, int code, struct ub_result *result) {
    if (mine && code == 0 && result->havedata)
        is_answered = 1;
    ub_resolve_free(result);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* try FORWARDER COUNT [RANGE]: the version, the range, and the seconds until the answer. */
int main(int count, char **words) {
    struct ub_ctx *context = ub_ctx_create();
    char *range = NULL;
    if (!context || ub_ctx_set_option(context, "do-not-query-localhost:", "no") ||
        ub_ctx_set_fwd(context, words[1]) || ub_ctx_async(context, 1) ||
        (count > 3 && ub_ctx_set_option(context, "outgoing-range:", words[3])) ||
        ub_ctx_get_option(context, "outgoing-range", &range))
        return 1;
    for (int i = 0; i < atoi(words[2]); i++) {
        char name[100];
        snprintf(name, sizeof(name), "name-%d.silent.example.com", i);
        if (ub_resolve_async(context, name, 1, 1, NULL, take, NULL))
            return 1;
    }
    double begin = seconds();
    if (ub_resolve_async(context, "name.answered.example.com", 1, 1, context, take, NULL))
        return 1;
    while (!is_answered && seconds() - begin < 20) {
        struct pollfd ready = {.fd = ub_fd(context), .events = POLLIN};
        poll(&ready, 1, 100);
        ub_process(context);
    }
    printf("%s %s %.2f\n", ub_version(), range, seconds() - begin);
    fflush(stdout);
    _Exit(0); /* the silent names are not waited for */
}
C
library=$(dirname root/usr/lib/*/libunbound.so.8)
cc -o try try.c -Iroot/usr/include -L"$library" -lunbound >>log 2>&1 || {
    echo "cannot compile against libunbound: a compiler, libevent and nettle are needed"
    exit 77
}

cat >try.py <<'PYTHON'
import socket
import subprocess
import threading
import time

SILENT = 200


def answer_names(names, came):
    """To a question for an answered name one address; to all others nothing."""
    while True:
        asked, peer = names.recvfrom(512)
        end = asked.index(b"\0", 12) + 5
        came.append((time.monotonic(), asked[12:end].lower()))
        if b"answered" in came[-1][1]:
            names.sendto(asked[:2] + b"\x81\x80\0\1\0\1" + bytes(4) + asked[12:end] +
                         b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1", peer)


for option in ([], ["1024"]):
    came = []
    forwarder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    forwarder.bind(("127.0.0.1", 0))
    threading.Thread(target=answer_names, args=(forwarder, came), daemon=True).start()
    address = f"127.0.0.1@{forwarder.getsockname()[1]}"
    said = subprocess.run(["./try", address, str(SILENT), *option], text=True, timeout=40,
                          stdout=subprocess.PIPE, check=True).stdout
    version, has_range, waited = said.split()
    # A question runs out of time after 0.376 s. A busy machine may not send all before.
    first = len({name for when, name in came if when < came[0][0] + 0.25})
    within = ("at once" if float(waited) < 2 else
              "after more than 3 s" if float(waited) > 3 else f"after {waited} s")
    print(f"libunbound {version}, outgoing-range {has_range}{'' if option else ' by default'}:",
          f"{first if first <= 16 else 'more than 16'} questions come in the first 0.25 s,",
          f"the last is answered {within}")
PYTHON
LD_LIBRARY_PATH=$library python3 try.py >seen

cat >expected <<'TEXT'
libunbound 1.17.1, outgoing-range 16 by default: 16 questions come in the first 0.25 s, the last is answered after more than 3 s
libunbound 1.17.1, outgoing-range 1024: more than 16 questions come in the first 0.25 s, the last is answered at once
TEXT
cat seen
diff expected seen || {
    echo "changed: libunbound no longer does what this file says"
    exit 1
}
