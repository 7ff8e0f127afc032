#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""test_soak: everything at once, for SOAK_SECONDS: fetches, reloads good and bad, renewals, bad
clients, and restarts on an inherited socket. No fetch fails; memory and descriptors stay flat."""
import contextlib
import fcntl
import os
import random
import re
import socket
import ssl
import sys
import time
import unittest

import harness
from harness import LoadClients, pki, policy_text, request, write_atomically

SECONDS = float(os.environ.get("SOAK_SECONDS", "12"))
GENERATIONS = 2 if SECONDS < 60 else 4
HOSTS = ("mta-sts.one.example", "mta-sts.two.example", "mta-sts.three.example")
MX = {"good": [f"old{number}.mx.example" for number in range(30)],
      "other": [f"new{number}.mx.example" for number in range(50)]}
GROWTH_KB = 4096  # of a process between its warm-up and its end
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execvp(sys.argv[2], sys.argv[2:])
"""


def proportional_kb(daemon):
    with open(f"/proc/{daemon.pid}/smaps_rollup", encoding="ascii") as file:
        return int(re.search(r"^Pss: +(\d+)", file.read(), re.M)[1])


class BadClients:
    """What bad clients do, from a network of their own."""

    def __init__(self, address):
        self.address = address
        self.held = []
        self.count = 0

    def connect(self):
        self.count += 1
        return socket.create_connection(self.address, harness.bound(60), ("127.0.0.2", 0))

    def say(self, data, hold=False):
        sock = self.connect()
        with contextlib.suppress(OSError):
            sock.sendall(data)
        if hold:
            self.held.append(sock)
        else:
            sock.close()
        while len(self.held) > 40:
            self.held.pop(0).close()

    def hello(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = harness.tls_context(verify=False).wrap_bio(incoming, outgoing, server_hostname=HOSTS[0])
        with contextlib.suppress(ssl.SSLWantReadError):
            tls.do_handshake()
        return outgoing.read()

    def act(self, dice):
        what = dice.randrange(6)
        if what == 0:
            self.say(dice.randbytes(dice.randrange(1, 2000)))
        elif what == 1:
            self.say(b"", hold=True)
        elif what == 2:
            hello = self.hello()
            self.say(hello[: dice.randrange(1, len(hello))], hold=True)
        elif what == 3:
            self.say(self.hello())  # and it leaves in the middle
        else:
            self.speak(dice)

    def speak(self, dice):
        """Through the handshake, and then something else than a request."""
        with contextlib.suppress(AssertionError, OSError):
            client = harness.TlsClient(self.address, dice.choice([HOSTS[0], "no.example"]),
                                       harness.tls_context(verify=False), source="127.0.0.2")
            self.count += 1
            client.handshake()
            client.send(dice.choice([b"\0\r\n\r\n", request(HOSTS[0])[:20], request(HOSTS[0])]))
            self.held.append(client)

    def close(self):
        for one in self.held:
            one.close()
        self.held = []


class Soak(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.dice = random.Random(5)
        self.tally = {"reloads": 0, "refused": 0, "renewals": 0, "restarts": 0}
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        sock.listen(1024)
        self.sock = socket.socket(fileno=fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD, 50))
        sock.close()
        self.addCleanup(self.sock.close)
        self.address = self.sock.getsockname()
        self.ini = {age: self.text(names) for age, names in MX.items()}
        self.ini["bad"] = self.ini["good"].replace("mode = enforce", "mode = enfroce")
        self.leaves = {host: [pki().leaf(host, variant=number) for number in range(3)]
                       for host in HOSTS}
        for host in HOSTS:
            self.write(f"certs/{host}.pem", self.leaves[host][0].pem)

    def text(self, names):
        return (
            harness.server_section("workers = 2", "access_log = errors", "idle_timeout = 60",
                                   "limit_exempt = 127.0.0.1/32", "limit_per_source = 30",
                                   listen=[f"127.0.0.1:{self.address[1]}"])
            + self.defaults_section("mode = enforce", *(f"mx = {name}" for name in names))
            + "".join(f"[{host.removeprefix('mta-sts.')}]\n" for host in HOSTS)
        )

    def launch(self):
        return self.start(
            self.ini["good"],
            prefix=[sys.executable, "-c", HAND_OVER, str(self.sock.fileno())],
            pass_fds=[self.sock.fileno()],
        )

    def change(self, daemon):
        """One of what happens to a server in a year."""
        what = self.dice.randrange(4)
        if what == 0:
            age = self.dice.choice(sorted(self.ini))
            write_atomically(self.directory / "mta-stsd.ini", self.ini[age])
            daemon.reload("reload refused" if age == "bad" else "reloaded")
            self.tally["refused" if age == "bad" else "reloads"] += 1
        elif what == 1:
            host = self.dice.choice(HOSTS)
            leaf = self.dice.choice(self.leaves[host])
            write_atomically(self.certificates / f"{host}.pem", leaf.pem)
            self.tally["renewals"] += 1
        else:
            self.bad.act(self.dice)

    def generation(self, daemon, seconds):
        """One process from its warm-up on; (PSS, descriptors) after that and at the end."""
        begun = time.monotonic()
        figures = []
        for end in (seconds / 3, seconds):
            while time.monotonic() < begun + end:
                self.assertTrue(self.load.running(), "a load client ended early")
                self.change(daemon)
            self.bad.close()
            figures.append((proportional_kb(daemon), daemon.descriptors()))
        return figures

    def test_no_fetch_fails_and_nothing_grows(self):
        daemon = self.launch()
        at_rest = daemon.descriptors()
        self.bad = BadClients(self.address)
        self.load = LoadClients(self.address, list(HOSTS), 50)
        self.addCleanup(self.load.stop)
        figures = []
        for number in range(GENERATIONS):
            if number % 2 == 1:  # the old one goes before the new one comes
                daemon.stop()
                daemon = self.launch()
            elif number > 0:  # both serve for a moment
                old, daemon = daemon, self.launch()
                old.stop()
            self.tally["restarts"] += number > 0
            figures.append(self.generation(daemon, SECONDS / GENERATIONS))
        count, seen, failures = self.load.stop()
        self.tally.update(fetches=count, failures=len(failures), bad_clients=self.bad.count)
        print(f"soak of {SECONDS:.0f} s: {self.tally}; PSS in kB and descriptors of each process "
              f"after its warm-up and at its end: {figures}", file=sys.stderr)

        self.assertEqual(failures, [])
        bodies = [policy_text(names, "enforce", 604800).decode() for names in MX.values()]
        self.assertLessEqual(set(seen), {f"{host} 200 {body}" for host in HOSTS for body in bodies})
        daemon.wait_for_descriptors(at_rest, 10)
        if not harness.is_instrumented():
            for (warm, _), (end, _) in figures:
                self.assertLess(end - warm, GROWTH_KB, figures)


if __name__ == "__main__":
    unittest.main()
