# SPDX-License-Identifier: ISC
"""reach: which addresses that DNS names are tried by --all, and which only when the domain is typed."""
import json
import socket
import threading
import unittest

from harness import free_port, needs, server_section
from nameserver import KNOTD, Nameserver
from test_ctl_certs import CtlCase

THERE = "127.0.0.8"
ZONES = {"example.com": f"@ MX 10 mail\nmail A {THERE}\nmta-sts A {THERE}\n"}


class Listener:
    """Takes connections, counts them, and hangs up."""

    def __init__(self, address):
        self.socket = socket.create_server((address, free_port()))
        self.port = self.socket.getsockname()[1]
        self.count = 0
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while True:
            try:
                self.socket.accept()[0].close()
            except OSError:
                return
            self.count += 1

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()

    def take(self):
        """How many there were since it was asked before."""
        count, self.count = self.count, 0
        return count


@needs("dig")
@unittest.skipUnless(KNOTD, "not installed: knotd")
class Reach(CtlCase):
    def setUp(self):
        super().setUp()
        dns = Nameserver(ZONES)
        self.addCleanup(dns.stop)
        self.web, self.mail = Listener(THERE), Listener(THERE)
        self.addCleanup(self.web.stop)
        self.addCleanup(self.mail.stop)
        self.ask = ("--resolver", dns.resolver, "--port", str(self.web.port))

    def configure(self, dns="", listen="192.0.2.1:443"):
        return self.write(
            "reach.ini",
            server_section(listen=[listen]) + f"[dns]\nrua = mailto:a@example.com\n{dns}"
            + self.defaults_section() + "[example.com]\nmx = mail.example.com\nmode = enforce\n")

    def check(self, ini, *words):
        """The findings of rule and severity, and how often host and MX were connected to."""
        done = self.ctl("check", *self.ask, "--smtp-port", str(self.mail.port), "-c", ini, "--json",
                        *words, status=1)
        (item,) = json.loads(done.stdout)["domains"]
        found = [one for one in item["findings"] if one["rule"] in ("H1", "X3")]
        return found, self.web.take() > 0, self.mail.take() > 0

    def test_check_all_leaves_them_out_and_a_typed_domain_is_tried_and_called_private(self):
        found, web, mail = self.check(self.configure(), "--all")
        self.assertEqual((web, mail), (False, False))
        self.assertEqual([(one["rule"], one["severity"]) for one in found],
                         [("H1", "error"), ("X3", "warning")])
        self.assertIn("a loopback address, which senders on the Internet cannot reach; it was not tried",
                      found[0]["problem"])
        self.assertIn("a loopback address, which senders on the Internet cannot reach; it could not be "
                      "tested: --all does not contact such an address", found[1]["problem"])
        found, web, mail = self.check(self.configure(), "example.com")
        self.assertEqual((web, mail), (True, True))
        self.assertEqual([(one["rule"], one["severity"]) for one in found],
                         [("H1", "note"), ("H1", "error"), ("X3", "warning")])
        self.assertIn("a loopback address", found[0]["problem"])

    def test_where_the_server_listens_or_dns_says_so_the_policy_host_is_tried(self):
        for options in ({"dns": f"address = {THERE}\n"}, {"listen": f"{THERE}:443"}):
            with self.subTest(options=options):
                _, web, _ = self.check(self.configure(**options), "--all")
                self.assertTrue(web)

    def test_records_of_all_asks_nobody_there_and_that_of_one_does(self):
        done = self.ctl("records", *self.ask, "-c", self.configure(), status=1)
        self.assertIn("mta-sts.example.com leads to a loopback address, which is not contacted", done.stderr)
        self.assertEqual(self.web.take(), 0)
        self.ctl("records", *self.ask, "-c", self.configure(), "example.com", status=1)
        self.assertGreater(self.web.take(), 0)


if __name__ == "__main__":
    unittest.main()
