# SPDX-License-Identifier: ISC
"""The examples of mta-stsctl(1) for generate, records and match are run as they stand."""
import json
import os
import re
import shutil
import unittest

import harness
from harness import needs, policy_text, run, server_section
from nameserver import KNOTD, Nameserver
from test_ctl_certs import CTL, CtlCase

MANUAL = harness.SOURCE / "doc" / "mta-stsctl.1"
VERBS = ("generate", "records", "match")


def examples():
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$", MANUAL.read_text(), re.M | re.S):
        block = block.replace("\\e", "\\").replace("\\&", "")
        if block.startswith(tuple(f"mta-stsctl {verb}" for verb in VERBS)):
            yield block


@unittest.skipUnless(KNOTD, "not installed: knotd")
@needs("dig", "nsupdate")
class Examples(CtlCase):
    ZONE = "@ 60 IN MX 10 mail\nmta-sts 1 IN A 127.0.0.1\n"
    SECTION = "[example.com]\nmx = mail.example.com\nmx = mx2.example.com\n"

    def test_each_one_does_what_it_is_there_for(self):
        self.certify("example.com")
        port = harness.free_port()
        dns_section = "[dns]\nrua = mailto:tlsrpt@example.com\naddress = 127.0.0.1\n"
        ini = (server_section(listen=(f"127.0.0.1:{port}",)) + self.defaults_section()
               + dns_section + self.SECTION)
        (self.directory / "domains.d").mkdir()
        self.start(ini)
        dns = Nameserver({"example.com": self.ZONE})
        self.addCleanup(dns.stop)
        self.stand_in(dns, port)
        path = f"{self.directory}/bin:{os.environ['PATH']}"
        seen = 0
        for text in examples():
            done = run("sh", "-c", text, cwd=self.directory, env={**os.environ, "PATH": path})
            self.assertEqual((done.returncode, done.stderr), (0, ""), text)
            seen += 1
        self.assertEqual(seen, 5)
        self.look_at_what_they_made(dns)

    def stand_in(self, dns, port):
        """The two commands, told where the test's servers are."""
        asked = (f"--resolver {dns.resolver} --port {port} --ca-file {harness.pki().root_file()}")
        self.write("bin/mta-stsctl", f"""#!/bin/sh
verb=$1
shift
[ "$verb" != records ] || set -- -c '{self.directory}/mta-stsd.ini' "$@"
exec '{CTL}' "$verb" {asked} "$@"
""").chmod(0o755)
        self.write("bin/nsupdate", f"""#!/bin/sh
(echo 'server 127.0.0.1 {dns.port}'; cat) | '{shutil.which("nsupdate")}' "$@"
""").chmod(0o755)

    def look_at_what_they_made(self, dns):
        moved = (self.directory / "domains.d/moved.ini").read_text()
        self.assertIn("[example.com]\nmx = mail.example.com\nmx = mx2.example.com\n", moved)
        self.assertIn("is the same as served today", moved)
        customers = (self.directory / "domains.d/customers.ini").read_text()
        self.assertEqual(customers.count("mx = *.mail.protection.outlook.com\n"), 2)
        tree = self.directory / "www/example.com/.well-known/mta-sts.txt"
        self.assertEqual(tree.read_bytes(), policy_text(("mail.example.com", "mx2.example.com")))
        self.assertEqual(len(dns.ask("_mta-sts.example.com", "TXT")), 1)
        said = self.ctl("records", "-c", self.directory / "mta-stsd.ini", "--changed", "--json",
                        "--resolver", dns.resolver, "example.com", status=0)
        self.assertEqual(json.loads(said.stdout)["records"], [])


if __name__ == "__main__":
    unittest.main()
