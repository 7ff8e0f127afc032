# SPDX-License-Identifier: ISC
"""watchdog: WATCHDOG=1 comes at half of WATCHDOG_USEC, while every worker turns its loop."""
import contextlib
import ctypes
import os
import pathlib
import re
import signal
import socket
import time
import unittest

import harness
from harness import fetch, policy_text, server_section

HOST = "mta-sts.example.com"
HALF = 0.3 * max(1, harness.SLOW)  # seconds


class Stopped:
    """One thread of another process, stopped (ptrace), and let go at the end."""

    SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17

    def __init__(self, thread):
        self.thread = thread
        self.call(self.SEIZE)
        self.call(self.INTERRUPT)
        os.waitpid(thread, 0x40000000)  # __WALL

    def call(self, request):
        library = ctypes.CDLL(None, use_errno=True)
        arguments = (ctypes.c_long(request), ctypes.c_long(self.thread), None, None)
        if library.ptrace(*arguments) != 0:
            reason = os.strerror(ctypes.get_errno())
            raise unittest.SkipTest(f"no thread of another process may be stopped here: {reason}")

    def let_go(self):
        self.call(self.DETACH)


@unittest.skipIf(harness.WRAPPER, "the threads of valgrind take turns, and the tracer is one")
class Watchdog(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def setUp(self):
        super().setUp()
        path = str(self.directory / f"notify{time.monotonic_ns()}")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.sock.close)
        self.sock.bind(path)
        os.chmod(path, 0o777)
        self.variables = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": str(int(HALF * 2_000_000))}

    def begin(self, workers=2, preexec=None, **variables):
        ini = server_section(f"workers = {workers}", "idle_timeout = 60") + self.defaults_section()
        ini += "[example.com]\nmx = mail.example.com\n"
        return self.start(ini, environment={**self.variables, **variables}, preexec=preexec)

    def next_ping(self):
        """When the next one came; an error if none does."""
        self.sock.settimeout(harness.bound(20))
        while self.sock.recv(4096) != b"WATCHDOG=1":
            pass
        return time.monotonic()

    def assert_comes_in_time(self):
        """Three in a row, each at half of the time. A machine that does other things may hold up a
        few: it is tried again."""
        def in_time():
            moments = [self.next_ping() for _ in range(4)]
            gaps = [later - earlier for earlier, later in zip(moments, moments[1:])]
            return all(HALF * 0.5 < gap < HALF * 1.7 for gap in gaps)

        harness.eventually(in_time, 60, "a row of pings that come in time")

    def pings(self, seconds):
        """When each came, of that time."""
        moments = []
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.sock.settimeout(left)
            with contextlib.suppress(TimeoutError):
                if self.sock.recv(4096) == b"WATCHDOG=1":
                    moments.append(time.monotonic())
        return moments

    def drain(self):
        """Forgets what came before now."""
        self.sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.sock.recv(4096)

    @staticmethod
    def worker(daemon):
        """One of the threads that come after the first: what reads files comes behind them. Before
        them comes the one that ThreadSanitizer has."""
        place = 2 if b"__tsan_" in pathlib.Path(harness.BINARY).read_bytes() else 1
        return sorted(int(name) for name in os.listdir(harness.proc(daemon.pid) / "task"))[place]

    def test_it_comes_at_half_of_the_time_whether_anything_happens_or_not(self):
        daemon = self.begin()
        for busy in (False, True):
            with self.subTest(busy=busy):
                if busy:
                    for _ in range(5):
                        self.assertEqual(fetch(daemon.address(), HOST).body, policy_text())
                    daemon.reload()
                self.drain()
                self.assert_comes_in_time()

    def test_it_comes_while_descriptors_are_out(self):
        """What is missing for new clients must not end the old ones."""
        daemon = self.begin(workers=1)
        daemon.limit_descriptors(40)
        clients = [socket.create_connection(daemon.address()) for _ in range(40)]
        self.addCleanup(lambda: [client.close() for client in clients])

        def are_out():
            clients.append(socket.create_connection(daemon.address()))
            return daemon.descriptors() == 40

        harness.eventually(are_out, what="the last descriptor's use")
        self.drain()
        self.assert_comes_in_time()

    def test_a_service_manager_that_does_not_listen_holds_up_nothing(self):
        daemon = self.begin(WATCHDOG_USEC=str(20_000))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.setblocking(False)
            with contextlib.suppress(BlockingIOError):  # until its queue is full
                while True:
                    other.sendto(b"x", self.sock.getsockname())
        before = self.switches(daemon)
        harness.eventually(lambda: self.switches(daemon) > before + 20, what="its turns")
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(), 0)

    def test_it_stays_away_while_one_worker_is_stuck_and_comes_back(self):
        daemon = self.begin()
        self.next_ping()
        stopped = Stopped(self.worker(daemon))
        try:
            daemon.wait_for_log("^a thread is stuck; if it stays so, the watchdog ends this process$")
            self.drain()
            self.assertEqual(self.pings(HALF * 4), [])
        finally:
            stopped.let_go()
        daemon.wait_for_log("^the stuck thread runs again$")
        self.next_ping()
        self.assertEqual(len(re.findall("stuck", daemon.log())), 2)

    def test_without_a_watchdog_there_is_none(self):
        for variables in (
            {"WATCHDOG_USEC": ""},
            {"WATCHDOG_USEC": "0"},
            {"WATCHDOG_USEC": "x"},
            {"WATCHDOG_USEC": "-1000000"},
            {"WATCHDOG_USEC": "99999999999999999999"},
            {"WATCHDOG_PID": "1"},
        ):
            with self.subTest(variables=variables):
                daemon = self.begin(**variables)
                self.assertEqual(self.pings(HALF * 2.5), [])
                daemon.stop()

    @unittest.skipIf(harness.is_instrumented(), "a sanitizer has a thread that wakes")
    def test_an_idle_server_wakes_for_nothing_else(self):
        daemon = self.begin(WATCHDOG_USEC="")

        def is_at_rest():
            before = self.switches(daemon)
            self.pings(2)
            return self.switches(daemon) - before < 5

        harness.eventually(is_at_rest, what="two seconds of rest")
        daemon.signal(signal.SIGTERM)

    @staticmethod
    def switches(daemon):
        tasks = harness.proc(daemon.pid) / "task"
        texts = [(task / "status").read_text() for task in tasks.iterdir()]
        counts = [re.findall(r"ctxt_switches:\s+(\d+)", text) for text in texts]
        return sum(int(count) for pair in counts for count in pair)


if __name__ == "__main__":
    unittest.main()
