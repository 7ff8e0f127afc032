# SPDX-License-Identifier: ISC
"""progress: long work shows on a terminal how far it is, and leaves nothing of it behind."""
import json
import os
import pty
import re
import subprocess
import threading
import unittest

import harness
from harness import needs, server_section
from nameserver import KNOTD, Nameserver
from test_ctl_certs import CTL, CtlCase, RenewalCase
from test_tlsrpt import as_mail, packed, report


def drain(terminal, into):
    """Reads all until the terminal's end."""
    try:
        while data := os.read(terminal, 65536):
            into.append(data)
    except OSError:
        pass
    os.close(terminal)


def on_terminal(*words):
    """Runs it with stderr on a terminal: its status, stdout, and all that came to the terminal."""
    parent, child = pty.openpty()
    written = []
    reader = threading.Thread(target=drain, args=(parent, written))
    reader.start()
    done = subprocess.run([*harness.WRAPPER, CTL, *map(str, words)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=child, timeout=harness.bound(120),
                          env={**os.environ, "NO_COLOR": "1", "TERM": "dumb"}, check=False)
    os.close(child)
    reader.join()
    return done.returncode, done.stdout.decode(), b"".join(written).decode()


def left_on(written):
    """The lines that stand there at the end, as a terminal that knows only CR and LF has them."""
    lines = []
    for text in written.split("\n"):
        cells, place = [], 0
        for character in text:
            if character == "\r":
                place = 0
                continue
            cells[place:place + 1] = [character]
            place += 1
        lines.append("".join(cells).rstrip())
    return [line for line in lines if line]


class Shown:
    """What each verb's test asks."""

    def shows(self, line, *words, said=()):
        """line: what is shown; said: what else stands on the terminal at the end, as patterns."""
        status, output, written = on_terminal(*words)
        self.assertIn(status, (0, 1), output + written)
        self.assertRegex(written, line)
        self.assertNotIn("\033", written)
        left = left_on(written)
        self.assertEqual(len(left), len(said), left)
        for text, pattern in zip(left, said):
            self.assertRegex(text, pattern)
        self.assertNotRegex(output, line)
        # Where nobody looks, nothing is shown.
        self.assertNotRegex(self.ctl(*words).stderr, line)
        return output


class ManyCase(Shown, CtlCase):
    DOMAINS = ("one.example", "two.example", "three.example")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify(*cls.DOMAINS)

    def setUp(self):
        super().setUp()
        sections = "".join(f"[{name}]\nmx = mx.{name}\n" for name in self.DOMAINS)
        self.ini = self.write("many.ini", server_section() + self.defaults_section() + sections)


class Offline(ManyCase):
    def test_the_listing_of_certificates(self):
        output = self.shows("\rcertificates read: 1 of 3", "certs", "-c", self.ini, "--json")
        self.assertEqual(len(json.loads(output)["certificates"]), 3)

    def test_policies_written_as_files(self):
        self.shows("\rwritten 1 of 3", "generate", "-c", self.ini, "--www",
                   self.directory / "www")

    def test_reports_read_and_a_complaint_has_a_line_of_its_own(self):
        place = self.directory / "reports"
        place.mkdir()
        for number in range(50):
            (place / f"{number:03}.json").write_text(json.dumps(report(number=number)))
        (place / "zz.json").write_text("{")
        output = self.shows("\rfiles read: ", "tlsrpt", "--json", place,
                            said=("zz.json: error: ", "49 reports .* no report-id"))
        self.assertEqual(json.loads(output)["files"], 51)

    def test_one_mailbox_is_shown_by_its_bytes(self):
        path = self.directory / "box"
        path.write_bytes(b"From x\n\n" * 2_000_000 + b"From x\n"
                         + as_mail(packed(report())).as_bytes().replace(b"\r\n", b"\n"))
        output = self.shows(r"\rfiles read: 0, \d+\.\d of 16\.0 MB", "tlsrpt", "--json", path,
                            said=("the first of 2000000 mails",))
        self.assertEqual(json.loads(output)["reports"], 1)

    def test_one_thing_is_not_long_work(self):
        _, _, written = on_terminal("certs", "-c", self.ini, "one.example")
        self.assertEqual(written, "")


@unittest.skipUnless(KNOTD, "not installed: knotd")
@needs("dig")
class Asking(ManyCase):
    def setUp(self):
        super().setUp()
        self.dns = Nameserver({"example": "".join(
            f"{name}. MX 10 mx.{name}.\nmx.{name}. A 192.0.2.1\n" for name in self.DOMAINS)})
        self.addCleanup(self.dns.stop)

    def test_records_compared_with_dns(self):
        output = self.shows("\rcompared 1 of 3", "records", "-c", self.ini, "--changed",
                            "--json", "--force", "--resolver", self.dns.resolver,
                            said=("has no address and no cname", "has no rua", "print"))
        self.assertEqual(len(json.loads(output)["records"]), 3)

    def test_policies_proposed_from_dns(self):
        output = self.shows("\rlooked at 1 of 3", "generate", "--from-dns", "--resolver",
                            self.dns.resolver, *self.DOMAINS)
        self.assertEqual(re.findall(r"(?m)^mx = (.*)$", output),
                         [f"mx.{name}" for name in self.DOMAINS])

    def test_domains_checked(self):
        output = self.shows("\rchecked 1 of 3", "check", "--json", "--resolver",
                            self.dns.resolver, *self.DOMAINS)
        self.assertEqual([item["domain"] for item in json.loads(output)["domains"]],
                         list(self.DOMAINS))


class Renewing(Shown, RenewalCase):
    def test_certificates_ordered(self):
        self.configure("one.example", "two.example")
        self.serve()
        status, output, written = on_terminal(*self.renewal("--json"))
        self.assertEqual(status, 0, output + written)
        self.assertRegex(written, "\rdone 1 of 2")
        self.assertEqual(json.loads(output)["renewed"], 2)
        self.assertEqual([line for line in left_on(written) if " of 2" in line], [])


if __name__ == "__main__":
    unittest.main()
