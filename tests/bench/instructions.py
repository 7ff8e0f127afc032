# SPDX-License-Identifier: ISC
"""instructions: counts by callgrind what one connection costs outside mbedTLS, and holds it against
the number stated in instructions.txt.

The daemon runs twice under callgrind, for FEW and for MANY connections; the difference divided by
MANY - FEW is one full connection with one GET, free of what start and stop cost. From each total we
take what is mbedTLS's: the self cost of each of its functions, and the inclusive cost of each call
it makes into a system library (memcpy, calloc, the mutexes), which is what mbedTLS asked for. Its
callbacks into our functions are not taken out: those are ours, except for record_memory_calloc and
record_memory_free, by which it asks for memory as elsewhere by calloc and free, and for what it has
src/daemon/crypto compute in its place. So the number holds our code, libmicrohttpd, and the C
library's part in both. The kernel's work is not seen by callgrind.

A function is mbedTLS's when its object is a shared libmbed*.so, or its source file (by the debug
information) lies below a directory named mbedtls*; so are those of nettle, of GMP and of
src/daemon/crypto, which do its work where cryptography is accelerated; a system library's when its
object is another shared one; else ours. The compiler and the C library move the number a little, so it is stated with
both, and TOLERANCE is left for them.
"""
import os
import pathlib
import re
import shutil

from servers import BenchError

FEW, MANY = 20, 120
# What only the access log and the metrics need: with both off nothing in these files runs for a connection.
FEATURES = ("access.c", "certreport.c", "counters.c", "event.c", "exposition.c", "journal.c", "log.c",
            "logmark.c", "metrics.c", "policyset.c", "sender_agent.c")
METRICS_MOST = 1500  # that counting for the metrics may cost a connection
TOLERANCE = 1.03
STATED = pathlib.Path(__file__).with_name("instructions.txt")

OURS, SYSTEM, MBEDTLS, CRYPTO = range(4)
MEMORY = ("record_memory_calloc", "record_memory_free")
CRYPTOGRAPHY = ("libmbed", "libhogweed", "libnettle", "libgmp")


def kind_of(program, obj, source):
    name = os.path.basename(obj)
    if name.startswith(CRYPTOGRAPHY) or re.search(r"(^|/)(mbedtls[^/]*|daemon/crypto)/", source):
        return MBEDTLS
    if re.search(r"(^|/)daemon/crypto/", source):
        return CRYPTO
    if os.path.realpath(obj) == os.path.realpath(program):
        return OURS
    return SYSTEM


class Profile:
    """One callgrind.out: the total, and what belongs to mbedTLS."""

    def __init__(self, path, program):
        self.program = program
        self.names = {}
        self.total = self.mbedtls = self.features = 0
        self.stated_total = None
        self.seen = set()
        with open(path, encoding="utf-8", errors="replace") as lines:
            self.read(lines)

    def expand(self, table, text):
        """Names are written out once, as "(7) name", and "(7)" from then on."""
        number, _, name = text.partition(" ")
        if name:
            self.names[table, number] = name
        return self.names[table, number]

    def read(self, lines):
        here = {"ob": "", "fl": ""}
        there = {}
        kind = None
        for line in lines:
            key, equals, value = line.rstrip("\n").partition("=")
            if equals and key in ("ob", "fl", "fi", "fe", "fn"):
                table = {"ob": "ob", "fn": "fn"}.get(key, "fl")
                name = self.expand(table, value)
                if key in ("ob", "fl"):
                    here[key] = name
                    kind = None
                # fi and fe only say where inlined lines stand: the function stays what it is.
            elif equals and key in ("cob", "cfi", "cfl", "cfn"):
                table = {"cob": "ob", "cfn": "fn"}.get(key, "fl")
                there[table] = self.expand(table, value)
            elif equals and key == "calls":
                cost = int(next(lines).split()[1])
                if kind is None:
                    kind = self.kind(here)
                callee = self.kind({**here, **there}) if kind in (MBEDTLS, CRYPTO) else None
                if kind == MBEDTLS and (callee in (SYSTEM, CRYPTO) or there.get("fn") in MEMORY):
                    self.mbedtls += cost
                if kind == CRYPTO and callee == MBEDTLS:
                    self.mbedtls -= cost  # it is in the cost of the call that led there, too
                there = {}
            elif line.startswith("totals: "):
                self.stated_total = int(line.split()[1])
            elif line[:1] in "+-*0123456789" and not equals:
                cost = int(line.split()[1])
                if kind is None:
                    kind = self.kind(here)
                self.total += cost
                if kind == MBEDTLS:
                    self.mbedtls += cost
                if kind == OURS and os.path.basename(here["fl"]) in FEATURES:
                    self.features += cost

    def kind(self, place):
        kind = kind_of(self.program, place["ob"], place["fl"])
        self.seen.add(kind)
        return kind

    def outside(self):
        if self.seen - {CRYPTO} != {OURS, SYSTEM, MBEDTLS}:
            raise BenchError("mbedTLS cannot be told from the rest: build it with -g")
        if self.total != self.stated_total:
            raise BenchError(f"read {self.total} instructions where callgrind counted "
                             f"{self.stated_total}")
        return self.total - self.mbedtls


def profile(server, fetch, count):
    # The daemon writes the profile after it has given up its rights.
    server.sandbox = "sandbox = off\n"  # callgrind makes calls of its own
    out = pathlib.Path(server.top) / f"callgrind.{count}"
    out.touch()
    out.chmod(0o666)
    server.start(["valgrind", "--tool=callgrind", "-q", f"--callgrind-out-file={out}"])
    try:
        fetch(server, count)
    finally:
        server.stop()
    return Profile(out, server.program)


def measure(server, fetch):
    """Those outside mbedTLS, mbedTLS's, and those of FEATURES, of one connection."""
    few, many = profile(server, fetch, FEW), profile(server, fetch, MANY)
    outside = (many.outside() - few.outside()) // (MANY - FEW)
    inside = (many.total - few.total) // (MANY - FEW) - outside
    return outside, inside, (many.features - few.features) / (MANY - FEW)


def check_metrics(server, fetch):
    """The same with metrics off and on, three times in turn; the least of each counts, since a busy
    machine adds turns of the loop. Returns an exit status."""
    seen = {"": [], "metrics = 127.0.0.1:0\n": []}
    for _ in range(3):
        for line, results in seen.items():
            server.metrics = line
            results.append(measure(server, fetch)[0])
    server.metrics = ""
    off, on = (min(results) for results in seen.values())
    print(f"Counting for the metrics: {on - off:,} instructions a connection, at most "
          f"{METRICS_MOST:,} ({off:,} without)")
    return 1 if on - off > METRICS_MOST else 0


def check(server, fetch):
    """Prints the number measured and the number stated; returns an exit status."""
    if shutil.which("valgrind") is None:
        raise BenchError("valgrind is not installed (Debian: apt-get install valgrind)")
    measured, inside, features = measure(server, fetch)
    stated = int(next(line for line in STATED.read_text().splitlines()
                      if line and not line.startswith("#")))
    print("Instructions outside mbedTLS per connection with one GET (TLS 1.3, ECDSA, callgrind):\n"
          f"  measured {measured:,}, stated {stated:,} in tests/bench/instructions.txt; "
          f"mbedTLS itself {inside:,}\n"
          f"  in the files of the access log and the metrics, which are off: {features:g}")
    if features > 0:
        print("FAILED: with the access log and the metrics off, their code runs for a connection.")
        return 1
    if measured > stated * TOLERANCE:
        print(f"FAILED: that is {measured / stated - 1:.1%} more. Find out why; if it must be so, "
              "change the\nstated number and say so in the commit and in NEWS.")
        return 1
    return 0
