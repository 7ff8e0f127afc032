# SPDX-License-Identifier: ISC
"""scanners: sslscan and testssl.sh find nothing but what tests/data/scanners accepts, with reasons."""
import json
import re
import unittest

import harness
from harness import run, server_section

HOST = "mta-sts.example.com"
REMARKS = harness.SOURCE / "tests/data/scanners"


def accepted(name):
    """The remarks of a file: what stands before " # ", its reason."""
    lines = (REMARKS / name).read_text().splitlines()
    remarks = [line.partition(" # ") for line in lines if line and not line.startswith("#")]
    for remark, _, reason in remarks:
        if not reason.strip():
            raise AssertionError(f"{name}: {remark} has no reason")
    return [remark.strip() for remark, _, _ in remarks]


@unittest.skipIf(harness.is_instrumented(), "hundreds of handshakes, too slow under a wrapper")
class Scanners(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")
        cls.write("rsa.pem", harness.pki().leaf(HOST, kind="rsa").pem)
        pairs = cls.defaults_section(f"certificate = {cls.directory}/rsa.pem")
        cls.daemon = cls.start_for_class(
            server_section("workers = 2", f"default_host = {HOST}") + pairs + "[example.com]\nmx = mail.example.com\n"
        )
        cls.host, cls.port = cls.daemon.address()

    @harness.needs("sslscan")
    def test_sslscan_finds_only_what_is_accepted(self):
        done = run(
            *("sslscan", "--no-colour", f"--sni-name={HOST}", f"{self.host}:{self.port}"),
            seconds=120,
        )
        self.assertIn("TLSv1.3   enabled", done.stdout, done.stderr)
        patterns = [re.compile(pattern) for pattern in accepted("sslscan.txt")]
        _, _, found = done.stdout.partition("SSL/TLS Protocols:")
        found, _, _ = found.partition("SSL Certificate:")  # what follows is the test's own
        for line in filter(None, map(str.strip, found.splitlines())):
            self.assertTrue(any(pattern.fullmatch(line) for pattern in patterns), line)

    @harness.needs("testssl", "hexdump", "openssl")
    def test_testssl_finds_only_what_is_accepted(self):
        record = self.directory / "testssl.json"
        done = run(
            *("testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns=none"),
            *("--ip", self.host, "--jsonfile", record),
            *("-p", "-s", "-f", "-P", "-S", "-U", "-h", f"{HOST}:{self.port}"),
            seconds=1500,
        )
        findings = json.loads(record.read_text())
        names = {finding["id"].split()[0] for finding in findings}
        self.assertLess({"TLS1_2", "TLS1_3", "heartbleed", "HSTS"}, names, done.stdout[-2000:])
        known = accepted("testssl.txt")
        for finding in findings:
            with self.subTest(finding["id"]):
                if finding["severity"] not in ("OK", "INFO"):
                    self.assertIn(finding["id"].split()[0], known, finding)


if __name__ == "__main__":
    unittest.main()
