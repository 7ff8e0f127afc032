#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""test_memory: memory that runs out, at each single allocation and from each one on: at the start,
in a reload, in a connection. Allocations are counted, so that not one is lost."""
import contextlib
import errno
import re
import signal
import unittest

import faults
import harness
from faults import FOREVER, MAIN, OTHERS
from harness import pki, policy_text

HOST, OTHER = "mta-sts.one.example", "mta-sts.two.example"
OLD_MX = [f"old{number}.mx.example" for number in range(3)]
NEW_MX = [f"new{number}.mx.example" for number in range(5)]
OLD, NEW = policy_text(OLD_MX, "enforce", 604800), policy_text(NEW_MX, "enforce", 604800)
REFUSED = r"reload refused: (the configuration has errors|out of memory|the server cannot listen as a `listen` line)"
RELOADERS = ((OTHERS, 20), (MAIN, 3))  # who makes how many allocations in a reload, at least


@faults.needs_library
class Memory(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for host, options in ((HOST, {}), (OTHER, {"kind": "rsa"})):
            cls.write(f"certs/{host}.pem", pki().leaf(host, **options).pem)

    def setUp(self):
        super().setUp()
        self.control = faults.Control()
        self.addCleanup(self.control.close)

    def ini(self, names, *lines, certificates="certs"):
        """One of everything that a configuration has."""
        self.write("domains.d/more.ini", "[three.example]\npolicy = shared\n")
        self.write("list.txt", "four.example shared mode=testing\nfive.example shared\n")
        self.write("policy.txt", policy_text(["a.example"], "enforce", 604800))
        return (
            harness.server_section(
                *("workers = 1", "include = domains.d", "domains_file = list.txt", *lines)
            )
            + f"[defaults]\ncertificate = {self.directory}/{certificates}/%h.pem\n"
            + "[policy shared]\nmx = shared.mx.example\nmode = testing\n"
            + "[one.example]\nmode = enforce\n"
            + "".join(f"mx = {name}\n" for name in names)
            + f"[two.example]\npolicy_file = {self.directory}/policy.txt\n"
        )

    def begin(self, *lines):
        daemon = self.start(self.ini(OLD_MX, *lines), environment=self.control.environment())
        self.assert_serves(daemon, HOST, OLD)
        return daemon

    def fail_allocations(self, skip, times, scope):
        self.control.arm("allocate", errno.ENOMEM, skip, times, scope)

    def count_allocations(self, scope, work):
        self.fail_allocations(FOREVER, 1, scope)
        work()
        return self.control.disarm("allocate")[0]

    def sweep(self, count, most):
        """(skip, times) for each allocation alone, and for each one and all after it."""
        for times in (1, FOREVER):
            for skip in faults.points(count, most):
                yield skip, times

    def now(self, daemon):
        return daemon.descriptors(), self.control.live()

    def rest(self, daemon):
        """Descriptors and allocations once nobody is connected and nothing changes any more."""
        seen = []

        def has_settled():
            seen.append(self.now(daemon))
            return len(seen) > 10 and len(set(seen[-10:])) == 1

        harness.eventually(has_settled, what="rest")
        return seen[-1]

    def rest_at(self, expected, daemon):
        """Nothing is left of a connection or a configuration that is gone."""
        with contextlib.suppress(AssertionError):
            harness.eventually(lambda: self.now(daemon) == expected, 2)
        self.assertEqual(self.now(daemon), expected)

    # mbedTLS 3.6 forgets what a half made transform of TLS 1.3 holds, at three allocations of 4,000.
    MBEDTLS_LOSES = 30

    def rest_near(self, expected, daemon, work):
        """As rest_at, but for what is known to be lost; returns the new count."""
        with contextlib.suppress(AssertionError):
            harness.eventually(lambda: self.now(daemon) == expected, 0.3)
        if self.now(daemon) == expected:
            return expected
        for _ in range(20):  # a key that was loaded anew
            work()
        count, live = self.rest(daemon)
        self.assertEqual(count, expected[0])
        self.assertIn(live - expected[1], range(4))
        return count, live

    # ---- A reload.

    def reload(self, daemon, names):
        """Returns whether the reload was taken; where it was not, the log says why."""
        self.write("mta-stsd.ini", self.ini(names))
        since = daemon.mark()
        daemon.signal(signal.SIGHUP)
        said = daemon.wait_for_log(r"^(reloaded|reload refused): .*", 20, since)
        if said[1] == "reloaded":
            return True
        self.assertRegex(said[0], REFUSED)
        self.assertRegex(daemon.log(since), "out of memory|Cannot allocate memory")
        return False

    def test_a_reload_without_memory_is_refused_and_the_next_one_is_taken(self):
        daemon = self.begin()
        self.assertTrue(self.reload(daemon, OLD_MX))
        self.assert_serves(daemon, HOST, OLD)
        for scope, least in RELOADERS:
            self.starve_reloads(daemon, scope, least)

    def starve_reloads(self, daemon, scope, least):
        self.rest(daemon)  # else what is left of a connection would be counted, too
        count = self.count_allocations(scope, lambda: self.reload(daemon, OLD_MX))
        self.assertGreater(count, least)
        self.assert_serves(daemon, HOST, OLD)
        rest = self.rest(daemon)
        refused = 0
        for skip, times in self.sweep(count, 40):
            with self.subTest(scope=scope, skip=skip, times=times):
                self.fail_allocations(skip, times, scope)
                taken = self.reload(daemon, NEW_MX)
                # What a thread allocates behind "reloaded" is waited for.
                harness.eventually(lambda: self.control.hits("allocate") > 0, what="the failure")
                self.control.disarm("allocate")
                self.assert_serves(daemon, HOST, NEW if taken else OLD)
                refused += not taken
                self.assertTrue(self.reload(daemon, OLD_MX))
                self.assert_serves(daemon, HOST, OLD)
                self.rest_at(rest, daemon)
        self.assertGreater(refused, least // 2)

    # ---- A connection.

    def fetch(self, daemon, host, version):
        return harness.fetch(daemon.address(), host, context=harness.shared_context(version))

    def starve(self, daemon, skip, times, work):
        """The connection may end as it likes, but within its time."""
        self.fail_allocations(skip, times, OTHERS)
        with contextlib.suppress(AssertionError, ConnectionError):
            work()
        return self.control.disarm("allocate")[1]

    def test_a_connection_without_memory_ends_alone_and_leaves_nothing(self):
        daemon = self.begin()
        for host, version in ((HOST, "1.3"), (HOST, "1.2"), (OTHER, "1.3"), (OTHER, "1.2")):
            def work(host=host, version=version):
                self.fetch(daemon, host, version)

            for _ in range(20):  # an RSA key keeps what blinds it from its first uses on
                work()
            count = self.count_allocations(OTHERS, work)
            self.assertGreater(count, 40)
            first = rest = self.rest(daemon)
            for skip, times in self.sweep(count, 25):
                with self.subTest(host=host, version=version, skip=skip, times=times):
                    self.starve(daemon, skip, times, work)
                    harness.eventually(lambda: self.is_served(daemon, host, version))
                    rest = self.rest_near(rest, daemon, work)
            self.assertLessEqual(rest[1] - first[1], self.MBEDTLS_LOSES)
        self.assertIsNone(daemon.process.poll())

    def test_a_certificate_that_memory_lacks_for_is_loaded_by_the_next_client(self):
        daemon = self.begin()
        number = 0

        def renew():
            """The same files by other paths: certificates that nobody has asked for yet."""
            nonlocal number
            number += 1
            (self.directory / f"certs{number}").symlink_to("certs")
            self.write("mta-stsd.ini", self.ini(OLD_MX, certificates=f"certs{number}"))
            daemon.reload()

        renew()
        self.assert_serves(daemon, HOST, OLD)
        rest = daemon.descriptors()
        said = 0
        # mbedTLS tries a key as each kind that it knows, and may tell of the last instead.
        hidden = "^out of memory |^the private key cannot be read"
        words = {1: hidden, FOREVER: hidden + "|^the private key does not belong"}
        for times in words:
            for skip in faults.points(450, 30):
                with self.subTest(skip=skip, times=times):
                    renew()
                    since = daemon.mark()
                    self.starve(daemon, skip, times, lambda: self.fetch(daemon, HOST, "1.2"))
                    for line in re.findall(r"\.pem: (.*)", daemon.log(since)):
                        self.assertRegex(line, words[times])
                        said += 1
        self.assertGreater(said, 2)
        renew()
        self.starve(daemon, 30, FOREVER, lambda: self.fetch(daemon, HOST, "1.2"))
        self.assertFalse(self.is_served(daemon), "its file is left alone for a moment")
        harness.eventually(lambda: self.is_served(daemon), 10, "service, with memory")
        daemon.wait_for_descriptors(rest)

    def is_served(self, daemon, host=HOST, version="1.2"):
        with contextlib.suppress(AssertionError, ConnectionError):
            return self.fetch(daemon, host, version).status == 200
        return False

    # ---- The start.

    def start_starved(self, skip, times):
        """Returns how many allocations failed. Either it serves, or a sentence says why not."""
        self.fail_allocations(skip, times, MAIN)
        daemon = harness.Daemon(
            self.directory / "start.ini", environment=self.control.environment(), ready=False
        )
        self.daemons.append(daemon)
        try:
            harness.eventually(lambda: daemon.at_end or "ready: " in daemon.log(), 20)
            _, hits = self.control.disarm("allocate")
            if daemon.at_end:
                self.assertEqual(daemon.wait(), 1, daemon.log())
                self.assertRegex(daemon.log(), r"(?i)memory|cannot")
                return hits
            daemon.wait_until_ready()
            self.assert_serves(daemon, HOST, OLD)
            daemon.stop()
            return hits
        finally:
            daemon.kill()

    def test_a_start_without_memory_ends_with_a_sentence_and_status_1(self):
        self.write("start.ini", self.ini(OLD_MX))
        self.fail_allocations(FOREVER, 1, MAIN)
        daemon = self.start(self.ini(OLD_MX), environment=self.control.environment())
        daemon.stop()
        count, _ = self.control.disarm("allocate")
        self.assertGreater(count, 50)
        for skip, times in self.sweep(count, 25):
            with self.subTest(skip=skip, times=times):
                self.start_starved(skip, times)


if __name__ == "__main__":
    unittest.main()
