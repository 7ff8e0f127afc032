# SPDX-License-Identifier: ISC
"""asked_reload: `mta-stsd --reload PID` ends when the reload did, and says what came of it."""
import os
import signal
import socket
import subprocess
import sys
import unittest

import harness
from harness import BINARY, WRAPPER, bound, policy_text, run, server_section

HOST = "mta-sts.example.com"
SECTION = "[example.com]\nmx = {}\n"


class AskedReload(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def ini(self, mx, *server, listen=("127.0.0.1:0",)):
        text = server_section(*server, listen=listen) + self.defaults_section()
        return text + SECTION.format(mx)

    def command(self, pid):
        return [*WRAPPER, BINARY, "--reload", str(pid)]

    def ask(self, pid):
        """As the daemon's own user, with no right but to send it signals."""
        done = run(*self.command(pid), seconds=90, env=harness.clean_environment(None))
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def refuse(self, pid, pattern):
        status, said = self.ask(pid)
        self.assertEqual(status, 1, said)
        self.assertRegex(said, pattern)

    def test_it_ends_when_the_new_policy_is_served(self):
        daemon = self.start(self.ini("a.example"))
        for name in ("b.example", "c.example", "d.example"):
            self.write("mta-stsd.ini", self.ini(name))
            self.assertEqual(self.ask(daemon.pid), (0, ""))
            self.assert_serves(daemon, HOST, policy_text([name]))

    def test_a_domain_with_an_error_does_not_fail_it(self):
        daemon = self.start(self.ini("a.example"))
        bad = "[bad.example]\nmx = 192.0.2.1\n"
        self.write("mta-stsd.ini", self.ini("b.example") + bad)
        self.assertEqual(self.ask(daemon.pid), (0, ""))
        self.assert_serves(daemon, HOST, policy_text(["b.example"]))

    def test_whatever_refuses_the_reload_is_its_outcome(self):
        daemon = self.start(self.ini("a.example"))
        (_, port), taken = daemon.address(), socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        other = [f"127.0.0.1:{port}", f"127.0.0.1:{taken.getsockname()[1]}"]
        for ini, reason in {
            "[server]\ncolour = red\n": "the configuration has errors",
            server_section() + self.defaults_section(): "no domain would be left",
            self.ini("b.example", listen=other): "the server cannot listen as a `listen` line says",
        }.items():
            with self.subTest(reason=reason):
                self.write("mta-stsd.ini", ini)
                self.refuse(
                    daemon.pid,
                    f"^reload refused: {reason}; the configuration loaded before stays in use\n$",
                )
                self.assert_serves(daemon, HOST, policy_text(["a.example"]))

    def test_those_who_ask_at_the_same_time_are_all_answered(self):
        daemon = self.start(self.ini("a.example"))
        asking = [
            subprocess.Popen(self.command(daemon.pid), stderr=subprocess.PIPE) for _ in range(5)
        ]
        for process in asking:
            said = process.communicate(timeout=bound(60))
            self.assertEqual((process.returncode, said[1]), (0, b""))

    def test_who_asks_another_server_leaves_no_descriptor_here(self):
        """Only by connecting does it see which socket is whose."""
        daemons = [self.start(self.ini("a.example"), name=f"{number}.ini") for number in range(6)]
        before = [daemon.descriptors() for daemon in daemons]
        for daemon in daemons:
            self.assertEqual(self.ask(daemon.pid), (0, ""))
        for daemon, count in zip(daemons, before):
            daemon.wait_for_descriptors(count)

    def test_a_server_that_is_not_there_or_ends_is_told_at_once(self):
        daemon = harness.Daemon(self.write("mta-stsd.ini", self.ini("a.example")))
        self.addCleanup(daemon.kill)
        self.refuse(2**22 + 1, "^process 4194305: No such process\n$")
        daemon.signal(signal.SIGSTOP)
        asking = subprocess.Popen(self.command(daemon.pid), stderr=subprocess.PIPE)
        self.addCleanup(asking.stderr.close)
        harness.eventually(
            lambda: self.waits_for_signal(daemon.pid), 15, "the signal that was sent"
        )
        daemon.kill()
        self.assertIn(b"No such process", asking.communicate(timeout=bound(30))[1])
        self.assertEqual(asking.returncode, 1)

    @staticmethod
    def waits_for_signal(pid):
        with open(harness.proc(pid) / "status", encoding="ascii") as status:
            pending = [line.split()[1] for line in status if line.startswith("ShdPnd:")]
        return int(pending[0], 16) & 1 << (signal.SIGHUP - 1)

    # Takes a hundred such names and says "done" to whoever connects.
    IMPOSTOR = """
import socket
socks = []
for number in range(100):
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.bind(f"\\0mta-stsd-reload-{number:016x}")
    except OSError:  # another run of this test has it
        continue
    sock.listen(1)
    socks.append(sock)
print("ready", flush=True)
kept = []
while True:
    for sock in socks:
        sock.setblocking(False)
        try:
            kept.append(sock.accept()[0])
            kept[-1].sendall(b"done")
        except OSError:
            pass
"""

    # Holds as many connections to each such name as it takes.
    HOARDER = """
import socket, time
names = [line.split()[-1] for line in open("/proc/self/net/unix") if "@mta-stsd-reload-" in line]
kept = []
for name in set(names):
    for _ in range(200):
        kept.append(socket.socket(socket.AF_UNIX))
        kept[-1].setblocking(False)
        try:
            kept[-1].connect("\\0" + name[1:])
        except OSError:
            break
print("ready", flush=True)
time.sleep(600)
"""

    def other(self, program, *command):
        process = subprocess.Popen(
            [*command, sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "ready\n")

    def test_the_answer_of_another_process_does_not_count(self):
        self.other(self.IMPOSTOR)
        daemon = self.start(self.ini("a.example"))
        self.write("mta-stsd.ini", "[server]\ncolour = red\n")
        self.refuse(daemon.pid, "^reload refused: the configuration has errors; ")

    @unittest.skipUnless(os.geteuid() == 0, "another user takes root")
    def test_another_users_connections_keep_nobody_from_the_answer(self):
        daemon = self.start(self.ini("a.example"))
        self.other(self.HOARDER, "setpriv", "--reuid=12345", "--regid=12345", "--clear-groups")
        self.write("mta-stsd.ini", self.ini("b.example"))
        self.assertEqual(self.ask(daemon.pid), (0, ""))
        self.assert_serves(daemon, HOST, policy_text(["b.example"]))

    def test_what_is_no_mta_stsd_is_not_signalled(self):
        other = subprocess.Popen(["sleep", "600"])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        self.refuse(other.pid, f"^process {other.pid} is not an mta-stsd of this version")
        self.assertIsNone(other.poll())

    def test_what_is_no_process_id_is_a_wrong_command_line(self):
        for pid in ("", "x", "0", "-1", "1x", "99999999999"):
            with self.subTest(pid=pid):
                status, said = self.ask(pid)
                self.assertEqual(status, 2, said)
        self.assertEqual(run(*WRAPPER, BINARY, "--reload").returncode, 2)

    @unittest.skipUnless(os.geteuid() == 0, "another user's server takes another user")
    def test_another_users_server_cannot_be_asked(self):
        daemon = self.start(self.ini("a.example"))
        command = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups"]
        done = run(*command, *self.command(daemon.pid))
        self.assertEqual(done.returncode, 1)
        self.assertIn("Operation not permitted", done.stderr)


if __name__ == "__main__":
    unittest.main()
