# SPDX-License-Identifier: ISC
"""measure: what one server uses: CPU time a connection, and memory while connections are held.

  BENCH_LOAD  the load generator (default ./tests/bench/load)
  BENCH_COUNT connections a round (default 300)
  BENCH_HELD  connections held open while memory is read (default 1000)
"""
import os
import statistics
import subprocess

from servers import BenchError, policy_host, wait_until

ROUNDS = 5
LOAD = os.path.abspath(os.environ.get("BENCH_LOAD", "./tests/bench/load"))
COUNT = int(os.environ.get("BENCH_COUNT", "300"))
HELD = int(os.environ.get("BENCH_HELD", "1000"))


def load_command(mode, version, server, kind, count):
    return [LOAD, mode, version, policy_host(kind), str(server.port), str(count)]


def fetch(server, version, kind, count):
    done = subprocess.run(load_command("fetch", version, server, kind, count),
                          stderr=subprocess.PIPE, text=True, timeout=600)
    if done.returncode != 0:
        raise BenchError(f"fetching from {server.name}: {done.stderr.strip()}\n"
                         + server.log.read_text(errors="replace")[-2000:])


def cpu_ms(server, version, kind):
    before = server.cpu_seconds()
    fetch(server, version, kind, COUNT)
    return 1000 * (server.cpu_seconds() - before) / COUNT


def spread(numbers):
    return f"{statistics.median(numbers):.2f} ({min(numbers):.2f}-{max(numbers):.2f})"


def pss_holding(server, mode):
    with server:
        fetch(server, server.tls[0], "ECDSA", 1)
        if mode == "idle":
            return server.pss_kb()
        with subprocess.Popen(load_command(mode, server.tls[0], server, "ECDSA", HELD), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as load:
            if load.stdout.readline() != "held\n":
                raise BenchError(f"{server.name} does not hold {HELD} connections ({mode})")
            wait_until(lambda: server.held() >= HELD,
                       f"{server.name} to take {HELD} connections ({mode})")
            pss = server.pss_kb()
            still = server.held()
            load.stdin.close()
        if still < HELD:
            raise BenchError(f"{server.name} closed {HELD - still} waiting connections")
        return pss
