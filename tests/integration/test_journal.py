# SPDX-License-Identifier: ISC
"""test_journal: what a real systemd-journald receives: fields, each line by one path, and nothing
that a client could forge. It runs in a mount namespace of its own, beside any journal of the machine."""
import json
import os
import pathlib
import signal
import subprocess
import unittest

import harness
from harness import exchange, fetch, request, server_section
from test_ctl_certs import CTL

HOST = "mta-sts.example.com"
JOURNALD = "/usr/lib/systemd/systemd-journald"
START = f"""mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal /run/log/journal &&
exec {JOURNALD}"""


def can_run():
    """Whether there is a journald, and a mount namespace for it."""
    return os.geteuid() == 0 and pathlib.Path(JOURNALD).exists() and not subprocess.run(
        ["unshare", "-m", "true"], check=False, capture_output=True).returncode


@unittest.skipUnless(can_run(), "needs root, systemd-journald and mount namespaces")
class Journal(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def setUp(self):
        super().setUp()
        self.journald = subprocess.Popen(  # pylint: disable=consider-using-with
            ["unshare", "-m", "sh", "-c", START],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end_journald)
        self.inside = ("nsenter", "-t", str(self.journald.pid), "-m", "--")
        root = pathlib.Path(f"/proc/{self.journald.pid}/root/run/systemd/journal/socket")
        harness.eventually(root.is_socket, what="the journal's socket")
        self.daemon = self.start(
            server_section() + self.defaults_section()
            + "[example.com]\nmx = mail.example.com\n",
            journal=True, prefix=self.inside)

    def end_journald(self):
        self.journald.kill()
        self.journald.wait()

    def entries(self, *matches):
        subprocess.run([*self.inside, "journalctl", "--sync"], check=False, capture_output=True)
        said = subprocess.run([*self.inside, "journalctl", "-o", "json", "-t", "mta-stsd", *matches],
                              check=True, capture_output=True)
        return [json.loads(line) for line in said.stdout.splitlines()]

    def wait_for(self, count, *matches):
        harness.eventually(lambda: len(self.entries(*matches)) >= count, what=f"{count} {matches}")
        return self.entries(*matches)

    def test_a_fetch_is_one_entry_with_fields_and_no_line_on_stderr(self):
        fetch(self.daemon.address(), HOST, agent="postfix-tlspol/1")
        (entry,) = self.wait_for(1, f"MTA_STSD_HOST={HOST}", "MTA_STSD_EVENT=fetch")
        self.assertRegex(entry["MESSAGE"], f"^fetch time=.* host={HOST} client=127.0.0.1 status=200")
        self.assertEqual(
            [entry[key] for key in ("PRIORITY", "MTA_STSD_STATUS", "MTA_STSD_CLIENT", "MTA_STSD_AGENT",
                                    "MTA_STSD_CLAIMED_SENDER", "MTA_STSD_MAX_AGE", "_PID")],
            ["6", "200", "127.0.0.1", "postfix-tlspol/1", "postfix-tlspol", "86400",
             entry["_PID"]])
        self.assertNotIn("fetch ", self.daemon.log())
        self.assertIn("<5>ready: ", self.daemon.log())  # lines without fields go there
        self.assertEqual(self.entries("MTA_STSD_EVENT=log")[0]["MTA_STSD_ACCESS_LOG"], "on")

    def test_a_refusal_has_its_host_and_reason(self):
        self.assert_refused(self.daemon.address(), "mta-sts.unknown.example")
        (entry,) = self.wait_for(1, "MTA_STSD_EVENT=refused")
        self.assertEqual((entry["MTA_STSD_HOST"], entry["MTA_STSD_REASON"]),
                         ("mta-sts.unknown.example", "no such host is configured"))

    def test_no_client_forges_a_field_or_steers_a_terminal(self):
        agents = ["a\x1b[31mMTA_STSD_HOST=x", "q\" status=999", "c\xc2\x9b31m\xc2\x85", "n\tt", "\\n",
                  "l" * 8000]
        for agent in agents:
            exchange(self.daemon.address(), HOST, request(HOST, fields=[f"User-Agent: {agent}"]))
        entries = self.wait_for(len(agents), "MTA_STSD_EVENT=fetch")
        self.assertEqual(len(entries), len(agents))
        for entry in entries:
            self.assertEqual(entry["MTA_STSD_HOST"], HOST)
            self.assertIn(entry["MTA_STSD_STATUS"], ("200", "400", "431"))
            for key in [key for key in entry if key.startswith("MTA_STSD_")] + ["MESSAGE"]:
                self.assertIsInstance(entry[key], str)  # a list of numbers: not printable
                self.assertRegex(entry[key], r"\A[ -~]*\Z")
        shown = subprocess.run([*self.inside, "journalctl", "-a", "-t", "mta-stsd"], check=True,
                               capture_output=True).stdout
        self.assertNotRegex(shown, b"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

    def test_a_journal_that_stops_reading_holds_up_no_fetch_and_what_is_lost_is_counted(self):
        self.journald.send_signal(signal.SIGSTOP)
        self.addCleanup(self.journald.send_signal, signal.SIGCONT)
        limit = int(pathlib.Path("/proc/sys/net/unix/max_dgram_qlen").read_text(encoding="ascii"))
        for _ in range(limit + 20):
            self.assertEqual(fetch(self.daemon.address(), HOST).status, 200)
        self.journald.send_signal(signal.SIGCONT)

        def is_told():
            fetch(self.daemon.address(), HOST)
            return "lines were lost" in self.daemon.log()

        harness.eventually(is_told, what="the count of the lost lines")

    @unittest.skipUnless(CTL, "mta-stsctl was not built")
    def test_seen_reads_it(self):
        for _ in range(3):
            fetch(self.daemon.address(), HOST, agent="Google-SMTP-STS")
        self.wait_for(3, "MTA_STSD_EVENT=fetch")
        said = subprocess.run(
            [*self.inside, CTL, "seen", "-c", self.directory / "mta-stsd.ini", "--json", "--match",
             f"_PID={self.daemon.process.pid}", "example.com"], check=False, capture_output=True)
        answer = json.loads(said.stdout)
        self.assertTrue(answer["log"]["whole"], answer)
        self.assertEqual([(sender["claimed_sender"], sender["is_present"])
                          for sender in answer["domains"][0]["senders"]], [("Google", True)])
        said = subprocess.run([*self.inside, CTL, "seen", "-c", self.directory / "mta-stsd.ini"],
                              check=False, capture_output=True)
        self.assertEqual(said.returncode, 2)
        self.assertIn(b"the journal has no line of the access log", said.stderr)

    def test_without_its_journal_the_lines_go_to_stderr(self):
        self.end_journald()
        fetch(self.daemon.address(), HOST)
        self.daemon.wait_for_log(f"^<6>fetch .* host={HOST} .* status=200 ")


if __name__ == "__main__":
    unittest.main()
