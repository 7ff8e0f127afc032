# SPDX-License-Identifier: ISC
"""verbs: what all verbs of mta-stsctl have in common: options, streams, exit statuses, JSON."""
import json
import re
import subprocess
import time
import unittest

import harness
from harness import needs, server_section
from nameserver import KNOTD, Nameserver
from test_ctl_certs import CTL, CtlCase

POLICY = "version: STSv1\r\nmode: {}\r\nmx: mail.example.com\r\nmax_age: 604800\r\n"
ZONES = {"example.com": "@ MX 10 mail\nmail A 127.0.0.1\nmta-sts A 127.0.0.1\n"}


def report(failures):
    """A report of yesterday, RFC 8460, section 4.4."""
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
    return json.dumps({
        "organization-name": "Example", "report-id": str(failures), "contact-info": "a@b.example",
        "date-range": {"start-datetime": f"{day}T00:00:00Z", "end-datetime": f"{day}T23:59:59Z"},
        "policies": [{
            "policy": {"policy-type": "sts", "policy-domain": "example.com",
                       "policy-string": ["version: STSv1", "mode: testing"],
                       "mx-host": ["mail.example.com"]},
            "summary": {"total-successful-session-count": 5,
                        "total-failure-session-count": failures},
            "failure-details": [{"result-type": "certificate-expired",
                                 "receiving-mx-hostname": "mail.example.com",
                                 "failed-session-count": failures}] if failures else [],
        }],
    })


@unittest.skipUnless(KNOTD, "not installed: knotd")
@needs("dig")
class VerbCase(CtlCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")
        cls.write("state/empty", "")
        head = (server_section() + f"[acme]\nstate = {cls.directory}/state\n"
                + "[dns]\naddress = 127.0.0.1\nrua = mailto:a@example.com\n" + cls.defaults_section())
        section = "[{}]\nmx = mail.example.com\nmode = {}\n"
        cls.ini = cls.write("one.ini", head + section.format("example.com", "enforce"))
        two = cls.write("two.ini", head + section.format("example.com", "enforce")
                        + section.format("none.example", "enforce"))
        good = cls.write("good.txt", POLICY.format("enforce"))
        bad = cls.write("bad.txt", POLICY.format("enforced"))
        clean, failed = cls.write("clean.json", report(0)), cls.write("failed.json", report(2))
        generate = ("generate", "--offline", "--mx", "mail.example.com")
        dns = Nameserver(ZONES)
        cls.addClassCleanup(dns.stop)
        ask = ("--port", "9", "--resolver", dns.resolver)  # nobody serves a policy there
        # Of each verb: what ends with this exit status, and writes something if that is not 2.
        cls.runs = (
            (0, *generate, "example.com"),
            (0, "generate", "-c", cls.ini, "--www", cls.directory / "www"),
            (1, "generate", "--from-dns", *ask, "example.com", "none.example"),
            (2, *generate),
            (0, "lint", good),
            (1, "lint", bad),
            (1, "lint", "--fix", "--dry-run", bad),
            (2, "lint", good, "missing.txt"),
            (0, "records", "--force", "-c", cls.ini),
            (1, "records", *ask, "-c", cls.ini),
            (2, "records", "-c", "missing.ini"),
            (1, "check", *ask, "--smtp-port", "9", "example.com"),
            (2, "check", "-c", "missing.ini", "example.com"),
            (0, "match", "-c", cls.ini, "example.com", "mail.example.com"),
            (1, "match", "-c", cls.ini, "example.com", "mx.example.com"),
            (2, "match", "-c", cls.ini, "other.example", "mx.example.com"),
            (0, "tlsrpt", clean),
            (1, "tlsrpt", clean, failed),
            (2, "tlsrpt", "missing.json"),
            (0, "certs", "-c", cls.ini),
            (0, "certs", "-c", cls.ini, "--plan"),
            (1, "certs", "-c", two),
            (2, "certs", "-c", cls.ini, "other.example"),
            (2, "certs", "-c", cls.ini, "--renew"),
        )
        cls.verbs = re.findall(r"^  ([a-z]+) ", harness.run(CTL, "--help").stdout, re.M)


class Streams(VerbCase):
    def test_each_exit_status_is_that_of_the_manual(self):
        for status, *words in self.runs:
            with self.subTest(words):
                done = self.ctl(*words, status=status)
                if status == 2:
                    self.assertRegex(done.stderr, r"(?m)^(mta-stsctl|missing\.\w+): ")
        self.assertEqual({words[1] for words in self.runs}, set(self.verbs))

    def test_output_that_cannot_be_written_is_a_failure_with_a_sentence(self):
        """Closed, it must not be a socket or a file that the program opens, either."""
        heads = [(verb, "--help") for verb in self.verbs] + [("--help",), ("--version",)]
        runs = [tuple(words) for status, *words in self.runs if status < 2 and "--www" not in words]
        for words in heads + runs + [(*words, "--json") for words in runs]:
            for where in (">/dev/full", ">&-"):
                with self.subTest(words=words, where=where):
                    done = subprocess.run(
                        ["sh", "-c", f'"$@" {where}', "sh", *harness.WRAPPER, CTL, *words],
                        stderr=subprocess.PIPE, text=True, timeout=60, check=False)
                    self.assertEqual(done.returncode, 2, done.stderr)
                    self.assertRegex(done.stderr, r"(?m)^mta-stsctl: .* cannot be written$")


if __name__ == "__main__":
    unittest.main()
