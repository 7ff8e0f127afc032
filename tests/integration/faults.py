# SPDX-License-Identifier: ISC
"""faults: makes calls of a running daemon fail, by a preloaded library (tests/fault/fault.c)."""
import mmap
import os
import struct
import tempfile
import unittest

import harness

LIBRARY = os.path.abspath(os.environ.get("FAULT_LIBRARY", "tests/fault/fault.so"))
# Each nth call is made to fail; 1 in `make faults`, which takes its time.
STRIDE = int(os.environ.get("FAULT_STRIDE", "0"))

KINDS = ("allocate", "accept", "epoll_create", "epoll_ctl", "epoll_wait", "eventfd", "signalfd",
         "socket", "socketpair", "open", "read", "write", "recv", "send", "poll", "setsockopt",
         "getrandom", "thread", "map", "landlock", "seccomp")
ALL, MAIN, OTHERS = range(3)  # whose calls
FOREVER = 1 << 40
PLAN = struct.Struct("6q")  # times, skip, error, scope, seen, hits
HEAD = struct.Struct("2q")  # seconds added to the clock, live allocations

needs_library = unittest.skipIf(
    harness.is_instrumented(), "the library takes the place of malloc, as sanitizers and valgrind do")


class Control:
    """The file that the library in one daemon looks at."""

    def __init__(self):
        size = HEAD.size + PLAN.size * len(KINDS)
        with tempfile.NamedTemporaryFile(prefix="mta-stsd-fault-", delete=False) as file:
            file.truncate(size)
            self.path = file.name
            self.cells = mmap.mmap(file.fileno(), size)

    def close(self):
        os.unlink(self.path)

    def environment(self):
        return {"LD_PRELOAD": LIBRARY, "FAULT_CONTROL": self.path}

    def plan(self, kind):
        return HEAD.size + KINDS.index(kind) * PLAN.size

    def arm(self, kind, error, skip=0, times=1, scope=ALL):
        """The next calls of the kind but for skip fail, so many times."""
        place = self.plan(kind)
        PLAN.pack_into(self.cells, place, 0, skip, error, scope, 0, 0)
        struct.pack_into("q", self.cells, place, times)

    def disarm(self, kind):
        """Returns how many calls were seen, and how many failed."""
        place = self.plan(kind)
        struct.pack_into("q", self.cells, place, 0)
        return PLAN.unpack_from(self.cells, place)[4:]

    def hits(self, kind):
        return PLAN.unpack_from(self.cells, self.plan(kind))[5]

    def live(self):
        return HEAD.unpack_from(self.cells)[1]

    def set_clock(self, seconds):
        struct.pack_into("q", self.cells, 0, seconds)


def points(count, most):
    """The numbers under count, or as many of them, evenly spread, as a short test has time for."""
    stride = STRIDE or max(1, count // most)
    return range(0, count, stride)
