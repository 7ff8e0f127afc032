#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""test_faults: calls that fail, logs that cannot be written, certificates whose directory goes, a
clock that jumps: the others are served, nothing is lost, and afterwards all is as before."""
import contextlib
import errno
import itertools
import os
import resource
import shutil
import signal
import subprocess
import threading
import unittest

import faults
import harness
from faults import FOREVER, MAIN, OTHERS
from harness import fetch, pki, policy_text, shared_context, write_atomically

HOST, OTHER = "mta-sts.one.example", "mta-sts.two.example"
BODY = policy_text()


class Case(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("one.example", "two.example")

    def ini(self, *lines, **options):
        return (
            harness.server_section("workers = 1", *lines, **options)
            + self.defaults_section("mx = mail.example.com")
            + "[one.example]\n[two.example]\n"
        )

    def is_served(self, address, host=HOST, version=None):
        with contextlib.suppress(AssertionError, OSError):
            return fetch(address, host, context=shared_context(version)).body == BODY
        return False


@faults.needs_library
class Calls(Case):
    # Where the fetch itself must come through; elsewhere its connection may close.
    BORNE = [
        *(("accept", number) for number in (
            errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ECONNABORTED,
            errno.EPROTO, errno.EPERM, errno.ENETDOWN, errno.EINTR)),
        ("epoll_wait", errno.EINTR), ("poll", errno.EINTR), ("setsockopt", errno.ENOMEM),
    ]
    DEADLY = [
        ("accept", errno.EMFILE),  # with nobody idle, the client is refused
        ("epoll_ctl", errno.ENOMEM), ("epoll_ctl", errno.ENOSPC), ("socketpair", errno.EMFILE),
        ("socketpair", errno.ENFILE), ("socketpair", errno.ENOMEM), ("recv", errno.ENOMEM),
        ("recv", errno.ECONNRESET), ("send", errno.EPIPE), ("send", errno.ENOBUFS),
        ("open", errno.EMFILE), ("write", errno.EIO),
    ]
    START = [
        ("epoll_create", errno.EMFILE), ("epoll_ctl", errno.ENOSPC), ("eventfd", errno.ENFILE),
        ("signalfd", errno.EMFILE), ("thread", errno.EAGAIN), ("socket", errno.EMFILE),
    ]

    def setUp(self):
        super().setUp()
        self.control = faults.Control()
        self.addCleanup(self.control.close)

    def begin(self, *lines):
        daemon = self.start(self.ini(*lines), environment=self.control.environment())
        for host in (HOST, OTHER):
            self.assert_serves(daemon, host, BODY)
        return daemon

    def assert_at_rest(self, daemon, count):
        daemon.wait_for_descriptors(count)

    def test_a_call_that_fails_costs_one_connection_at_most(self):
        """No time-out is waited for: the client and the server are told at once."""
        daemon = self.begin(*(f"{name}_timeout = 3600" for name in ("idle", "handshake", "request")))
        self.assert_at_rest(daemon, daemon.descriptors())
        count = daemon.descriptors()
        for kind, number in [*self.BORNE, *self.DEADLY]:
            for version, skip in itertools.product(("1.2", "1.3"), range(4)):
                with self.subTest(kind=kind, error=errno.errorcode[number], tls=version, skip=skip):
                    self.control.arm(kind, number, skip, 1, OTHERS)
                    served = self.is_served(daemon.address(), version=version)
                    self.control.disarm(kind)
                    if (kind, number) in self.BORNE:
                        self.assertTrue(served)
                    self.assert_serves(daemon, OTHER, BODY)
                    self.assert_at_rest(daemon, count)

    def test_a_kernel_without_a_part_of_the_sandbox_is_told_and_no_error(self):
        for kind, words in (("landlock", "this kernel has no Landlock"),
                            ("seccomp", "this kernel has no seccomp filters")):
            with self.subTest(kind):
                self.control.arm(kind, errno.ENOSYS, 0, FOREVER)
                daemon = self.begin()
                hits = self.control.disarm(kind)[1]
                if hits == 0 and kind == "seccomp":
                    self.assertIn("built without libseccomp", daemon.log())
                    continue
                self.assertIn(f"sandbox: {words}", daemon.log())
                daemon.reload()
                self.assert_serves(daemon, HOST, BODY)

    def test_while_nobody_can_be_accepted_it_waits_without_haste_and_serves_afterwards(self):
        daemon = self.begin("idle_timeout = 60")
        # The last: the listener cannot be registered again, either.
        rows = [(["accept"], errno.ENOBUFS), (["accept"], errno.EPERM),
                (["accept", "epoll_ctl"], errno.ENOBUFS)]
        for kinds, number in rows:
            with self.subTest(kinds=kinds, number=number):
                idle = harness.TlsClient(daemon.address(), HOST)
                self.assert_serves(daemon, OTHER, BODY)  # so that the one before is accepted
                for kind in kinds:
                    self.control.arm(kind, number, 0, FOREVER, OTHERS)
                client = harness.TlsClient(daemon.address(), HOST)
                harness.eventually(lambda: self.control.hits(kinds[-1]) >= 3, what="some tries")
                tries = self.control.hits("accept") + self.control.hits("epoll_ctl")
                self.assertLess(tries, 100)
                for kind in kinds:
                    self.control.disarm(kind)
                # No connection that ends would mend EPERM.
                for waiting in [client, idle] if number == errno.EPERM else [client]:
                    reply = waiting.handshake().send(harness.request(HOST)).finish()
                    self.assertEqual(reply.one().body, BODY)
                self.assert_serves(daemon, OTHER, BODY)

    def test_what_fails_at_the_start_is_said_and_ends_it(self):
        self.write("start.ini", self.ini())
        for kind, number in self.START:
            for skip in range(8):
                with self.subTest(kind=kind, skip=skip):
                    self.control.arm(kind, number, skip, 1, MAIN)
                    daemon = harness.Daemon(
                        self.directory / "start.ini",
                        environment=self.control.environment(), ready=False,
                    )
                    self.addCleanup(daemon.kill)
                    harness.eventually(lambda: daemon.at_end or "ready: " in daemon.log(), 20)
                    _, hits = self.control.disarm(kind)
                    if hits:
                        self.assertEqual(daemon.wait(), 1, daemon.log())
                        self.assertRegex(daemon.log(), "cannot")
                        continue
                    daemon.stop()
                if not hits:
                    break
            self.assertGreater(skip, 0, f"{kind} is called")

    def test_a_clock_that_jumps_moves_no_deadline_and_loses_no_certificate(self):
        daemon = self.begin("idle_timeout = 120", "handshake_timeout = 120")
        waiting = harness.TlsClient(daemon.address(), HOST).handshake()
        year = 365 * 24 * 3600
        for number, seconds in enumerate((20 * year, -20 * year, 0, 3600, -3600, 0)):
            with self.subTest(seconds=seconds):
                self.control.set_clock(seconds)
                self.assert_serves(daemon, HOST, BODY)
                leaf = pki().leaf(HOST, variant=number % 2)
                write_atomically(self.certificates / f"{HOST}.pem", leaf.pem)

                def shows_it(leaf=leaf):
                    with harness.TlsClient(daemon.address(), HOST) as client:
                        return client.handshake().tls.getpeercert(True) == leaf.der

                harness.eventually(shows_it, 10, "the renewal")
        self.assertEqual(waiting.send(harness.request(HOST)).finish().one().body, BODY)

    def test_signals_without_end_keep_nobody_waiting(self):
        daemon = self.begin()
        done = threading.Event()

        def storm():
            while not done.is_set():
                daemon.signal(signal.SIGHUP)

        thread = threading.Thread(target=storm)
        thread.start()
        try:
            for _ in range(50):
                self.assert_serves(daemon, HOST, BODY)
        finally:
            done.set()
            thread.join()
        daemon.reload()
        self.assert_serves(daemon, OTHER, BODY)


class Log(Case):
    """There is no log to learn the address from, so the port is chosen before."""

    def serve(self, preexec=None, look=lambda process: None, **options):
        address = ("127.0.0.1", harness.free_port())
        ini = self.write("log.ini", self.ini(listen=[f"127.0.0.1:{address[1]}"]))
        process = subprocess.Popen(
            [*harness.WRAPPER, harness.BINARY, "-c", str(ini)], preexec_fn=preexec,
            env=harness.clean_environment(None), **options,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        harness.eventually(lambda: self.is_served(address), 20, "service")
        look(process)
        for _ in range(3):
            process.send_signal(signal.SIGHUP)
            for host in (HOST, OTHER):
                self.assertEqual(fetch(address, host).body, BODY)
        process.terminate()
        self.assertEqual(process.wait(harness.bound(20)), 0)

    def test_a_full_disk_stops_nothing(self):
        with open("/dev/full", "wb") as full:
            self.serve(stderr=full)

    def test_a_log_whose_reader_has_gone_stops_nothing(self):
        reader, log = os.pipe()
        os.close(reader)
        self.serve(stderr=log)
        os.close(log)

    def test_a_log_that_may_not_grow_stops_nothing(self):
        def small():
            resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))

        with open(self.directory / "log", "wb") as log:
            self.serve(preexec=small, stderr=log)
        self.assertEqual((self.directory / "log").stat().st_size, 200)

    def test_standard_files_that_are_closed_are_nobody_elses(self):
        def look(process):
            for number in closed if harness.as_root() else ():  # others may not look
                self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{number}"), "/dev/null")

        def close_them():
            for number in closed:
                os.close(number)

        for closed in ((2,), (0, 1, 2)):
            with self.subTest(closed=closed):
                self.serve(close_them, look)


class Directory(Case):
    """The directory of one host's certificate; the other's is elsewhere."""

    def test_a_directory_that_goes_or_turns_into_anything_harms_nobody_and_comes_back(self):
        first = self.directory / "first"
        first.mkdir()
        aside = self.directory / "aside"
        leaf = pki().leaf("mta-sts.late.example")
        (first / "late.pem").write_bytes(leaf.pem)
        shutil.copy(self.certificates / f"{HOST}.pem", first / "one.pem")
        ini = self.ini() + f"certificate = {self.certificates}/%h.pem\n"
        ini = ini.replace("[one.example]\n", f"[one.example]\ncertificate = {first}/one.pem\n")
        ini += f"[late.example]\ncertificate = {first}/late.pem\n"
        place = first
        changes = {
            "gone": lambda: None,
            "a FIFO": lambda: os.mkfifo(place),
            "a file": lambda: place.write_text("no directory"),
            "a loop": lambda: place.symlink_to(place),
            "a device": lambda: place.symlink_to("/dev/zero"),
            "empty": place.mkdir,
            "FIFOs": lambda: [place.mkdir(), os.mkfifo(place / "one.pem"),
                              os.mkfifo(place / "late.pem")],
        }
        for what, change in changes.items():
            with self.subTest(directory=what):
                daemon = self.start(ini)
                count = daemon.descriptors()
                self.assert_serves(daemon, HOST, BODY)
                first.rename(aside)
                change()
                for _ in range(3):
                    self.assert_refused(daemon.address(), "mta-sts.late.example")
                    self.assert_serves(daemon, OTHER, BODY)
                    self.assert_serves(daemon, HOST, BODY)  # what was loaded before serves on
                if place.is_dir() and not place.is_symlink():
                    shutil.rmtree(place)
                else:
                    place.unlink(missing_ok=True)
                aside.rename(first)
                harness.eventually(
                    lambda: self.is_served(daemon.address(), "mta-sts.late.example"), 20,
                    "the certificate's return",
                )
                daemon.wait_for_descriptors(count)


class Address(Case):
    """Address space: maps, threads and allocations that the kernel itself refuses."""

    @unittest.skipIf(harness.is_instrumented(), "sanitizers and valgrind need terabytes of it")
    def test_little_address_space_is_told_at_the_start_or_is_enough(self):
        self.write("small.ini", self.ini("max_connections = 1000"))
        endings = set()
        for megabytes in range(6, 200, 4):
            def small(bytes_=megabytes << 20):
                resource.setrlimit(resource.RLIMIT_AS, (bytes_, bytes_))

            daemon = harness.Daemon(self.directory / "small.ini", preexec=small, ready=False)
            self.addCleanup(daemon.kill)
            harness.eventually(lambda: daemon.at_end or "ready: " in daemon.log(), 20)
            if daemon.at_end:
                status = daemon.wait()
                if status == 127:  # the loader of programs gave up before us
                    continue
                self.assertEqual(status, 1, f"{megabytes} MB: {daemon.log()}")
                self.assertRegex(daemon.log(), r"(?i)memory|cannot")
                endings.add("refused")
                continue
            daemon.wait_until_ready()
            if not self.is_served(daemon.address()):  # enough to start, and not for a certificate
                daemon.wait_for_log("out of memory")
                daemon.stop()
                continue
            self.assert_serves(daemon, HOST, BODY)
            daemon.stop()
            endings.add("served")
            break
        self.assertEqual(endings, {"refused", "served"})


if __name__ == "__main__":
    unittest.main()
