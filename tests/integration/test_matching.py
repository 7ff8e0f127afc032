# SPDX-License-Identifier: ISC
"""matching: mta-stsctl match, by a configuration and by what the daemon serves."""
import json
import unittest

import harness
from harness import needs, server_section
from nameserver import KNOTD, Nameserver
from test_ctl_certs import CtlCase

SECTION = "mx = mail.example.com\nmx = *.backup.example.net\n"


class ByConfiguration(CtlCase):
    def match(self, mode, *hosts, status=0):
        ini = self.write(f"{mode}.ini", server_section() + self.defaults_section()
                         + f"[example.com]\n{SECTION}mode = {mode}\n[bad.example]\nmx = *\n")
        return self.ctl("match", "-c", ini, *hosts, status=status)

    def test_each_host_matches_by_the_rules_of_the_rfc(self):
        hosts = {
            "mail.example.com": "mail.example.com",
            "MAIL.Example.com.": "mail.example.com",
            "a.backup.example.net": "*.backup.example.net",
            "a.b.backup.example.net": None,
            "backup.example.net": None,
            "mail.example.com.attacker.example": None,
            "evil-mail.example.com": None,
        }
        done = self.match("enforce", "--json", "example.com", *hosts, status=1)
        said = json.loads(done.stdout)
        self.assertEqual((said["domain"], said["source"], said["mode"], said["patterns"]),
                         ("example.com", "configuration", "enforce",
                          ["mail.example.com", "*.backup.example.net"]))
        self.assertEqual([item["pattern"] for item in said["hosts"]], list(hosts.values()))
        self.assertEqual([item["delivers"] for item in said["hosts"]],
                         [pattern is not None for pattern in hosts.values()])

    def test_a_host_with_an_underscore_is_judged_and_warned_of(self):
        hosts = {"Mail_1.backup.example.net": "*.backup.example.net", "mail.example.com":
                 "mail.example.com", "mail_1.example.com": None}
        done = self.match("enforce", "--json", "example.com", *hosts, status=1)
        said = json.loads(done.stdout)["hosts"]
        self.assertEqual([item["pattern"] for item in said], list(hosts.values()))
        self.assertEqual(said[0]["host"], "mail_1.backup.example.net")
        self.assertEqual(done.stderr.count("has an underscore, and so it never matches for mox"), 2)

    def test_the_mode_says_what_becomes_of_the_mail(self):
        for mode, good, bad in (
            ("enforce", "mail goes out, if the certificate is good", "mail does not go out"),
            ("testing", "mail goes out", "mail goes out, and a failure is reported"),
            ("none", "mail goes out, and nothing is checked",
             "mail goes out, and nothing is checked"),
        ):
            with self.subTest(mode):
                done = self.match(mode, "example.com", "mail.example.com")
                self.assertRegex(done.stdout, rf"(?m)^mail\.example\.com +yes +mail\.example\.com"
                                 rf" +{good}$")
                done = self.match(mode, "example.com", "mx.example.org", status=1)
                self.assertRegex(done.stdout, rf"(?m)^mx\.example\.org +no +- +{bad}$")

    def test_what_makes_no_sense_is_refused_with_a_sentence(self):
        for words, sentence in (
            ((), "give a domain"),
            (("other.example", "m.example.com"), "not configured"),
            (("bad.example", "m.example.com"), "not configured, or has errors"),
            (("example.com", "*.example.com"), "wildcard"),
            (("example.com", "192.0.2.1"), "IP address"),
            (("--port", "x", "example.com"), "--port"),
        ):
            with self.subTest(words):
                self.assertIn(sentence, self.match("enforce", *words, status=2).stderr)


@unittest.skipUnless(KNOTD, "not installed: knotd")
@needs("dig", "nsupdate")
class Live(CtlCase):
    def test_the_policy_served_today_and_the_mx_records_of_today(self):
        self.certify("example.com")
        port = harness.free_port()
        daemon = self.start(server_section(listen=(f"127.0.0.1:{port}",)) + self.defaults_section()
                            + f"[example.com]\n{SECTION}")
        zone = ("@ 60 IN MX 5 mail\n@ 60 IN MX 10 mx2\n"
                "mta-sts 60 IN A 127.0.0.1\nmta-sts 60 IN A 127.0.0.9\n")
        dns = Nameserver({"example.com": zone, "null.example": "@ 60 IN MX 0 .\n"})
        self.addCleanup(dns.stop)
        words = ("match", "--resolver", dns.resolver, "--port", port, "--ca-file",
                 harness.pki().root_file())
        said = json.loads(self.ctl(*words, "--json", "example.com", status=1).stdout)
        self.assertEqual(said["source"], "live")
        self.assertEqual([(item["host"], item["pattern"]) for item in said["hosts"]],
                         [("mail.example.com", "mail.example.com"), ("mx2.example.com", None)])
        self.ctl(*words, "example.com", "mail.example.com", status=0)
        done = self.ctl(*words, "-c", self.directory / "mta-stsd.ini", "example.com", status=1)
        self.assertIn("mx2.example.com", done.stdout)
        daemon.stop()
        done = self.ctl(*words, "example.com", "mail.example.com", status=2)
        self.assertIn("mta-sts.example.com: cannot fetch a policy", done.stderr)
        done = self.ctl(*words, "null.example", "mail.example.com", status=2)
        self.assertIn("cannot fetch a policy: mta-sts.null.example does not exist", done.stderr)


if __name__ == "__main__":
    unittest.main()
