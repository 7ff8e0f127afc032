# SPDX-License-Identifier: ISC
"""syscalls: counts by strace the system calls of one connection, and holds them against the number
stated in syscalls.txt.

The daemon runs twice under strace, for FEW and for MANY connections; the difference divided by
MANY - FEW is one full connection with one GET, free of what start and stop cost. A busy machine
changes which calls find nothing to do, so TOLERANCE is left for that.
"""
import pathlib
import shutil

from servers import BenchError, wait_until

FEW, MANY = 20, 120
TOLERANCE = 1.05
STATED = pathlib.Path(__file__).with_name("syscalls.txt")


def read_counts(path):
    """strace -c: "% time, seconds, usecs/call, calls, [errors], syscall", one row each."""
    counts = {}
    for line in path.read_text().splitlines():
        fields = line.split()
        if len(fields) >= 5 and fields[0].replace(".", "").isdigit() and fields[-1] != "total":
            counts[fields[-1]] = int(fields[3])
    return counts


def count(server, fetch, connections):
    out = pathlib.Path(server.top) / f"strace.{connections}"
    # -D: what we start and stop is the daemon itself, and not strace.
    server.start(["strace", "-D", "-f", "-c", "-o", out])
    try:
        fetch(server, connections)
    finally:
        server.stop()
    wait_until(lambda: out.exists() and "total" in out.read_text(), "strace to write its table")
    return read_counts(out)


def check(server, fetch):
    """Prints the number measured and the number stated; returns an exit status."""
    if shutil.which("strace") is None:
        raise BenchError("strace is not installed (Debian: apt-get install strace)")
    few, many = count(server, fetch, FEW), count(server, fetch, MANY)
    each = {name: (many[name] - few.get(name, 0)) / (MANY - FEW) for name in many}
    if each.get("accept4", 0) < 1:
        raise BenchError(f"strace has not seen the connections accepted: {each}")
    measured = sum(each.values())
    stated = int(next(line for line in STATED.read_text().splitlines()
                      if line and not line.startswith("#")))
    table = ", ".join(f"{name} {number:.1f}" for name, number in
                      sorted(each.items(), key=lambda row: -row[1]) if number >= 0.05)
    print("System calls per connection with one GET (TLS 1.3, ECDSA, strace):\n"
          f"  measured {measured:.1f}, stated {stated} in tests/bench/syscalls.txt\n  {table}")
    if measured > stated * TOLERANCE:
        print("FAILED: that is more. Find out why; if it must be so, change the stated number and "
              "say so in\nthe commit and in NEWS.")
        return 1
    return 0
