# SPDX-License-Identifier: ISC
"""generate: mta-stsctl generate; whatever it writes, the daemon loads."""
import json
import os
import unittest

import harness
from harness import needs, policy_text, server_section
from nameserver import KNOTD, Nameserver
from test_ctl_certs import CtlCase


class GenerateCase(CtlCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def generate(self, *words, status=0):
        return self.ctl("generate", *words, status=status)

    def load(self, text, listed=False, extra=""):
        """mta-stsd --check of what was written, without error or warning of ours."""
        if listed:
            self.write("listed.txt", text)
            text, extra = "", extra + "domains_file = listed.txt\n"
        ini = self.write("load.ini", server_section() + extra + self.defaults_section() + text)
        status, said = harness.check(ini)
        self.assertEqual(status, 0, said + text)
        self.assertNotIn("error:", said)
        return said


class Offline(GenerateCase):
    MX = ("--mx", "mail.example.com", "--mx", "*.Backup.example.net", "--mx", "MAIL.example.com")
    PATTERNS = ("mail.example.com", "*.backup.example.net")

    def test_a_section_a_list_line_and_a_policy_say_the_same_and_load(self):
        section = self.generate(*self.MX, "Example.com").stdout
        self.assertEqual(section, "[example.com]\nmx = mail.example.com\n"
                         "mx = *.backup.example.net\nmode = testing\nmax_age = 86400\n")
        line = self.generate("--list", *self.MX, "example.com").stdout
        self.assertEqual(line, "example.com mx=mail.example.com mx=*.backup.example.net "
                         "mode=testing max_age=86400\n")
        self.load(section)
        self.load(line, listed=True)
        policy = self.generate("--policy", *self.MX, "example.com").stdout
        said = json.loads(self.generate("--json", *self.MX, "example.com").stdout)["domains"][0]
        self.assertEqual(said["policy"].encode(), policy_text(self.PATTERNS))
        self.assertEqual(policy, policy_text(self.PATTERNS).decode().replace("\r\n", "\n"))
        self.assertEqual((said["mode"], said["max_age"], said["mx"], said["notes"]),
                         ("testing", 86400, list(self.PATTERNS), []))
        for form in ((), ("--list",)):
            daemon_text = self.generate(*form, *self.MX, "example.com").stdout
            self.serve(daemon_text, bool(form))

    def serve(self, text, listed):
        ini = server_section(*(["domains_file = listed.txt"] if listed else []))
        self.write("listed.txt", text)
        daemon = self.start(ini + self.defaults_section() + ("" if listed else text))
        self.assert_serves(daemon, "mta-sts.example.com", policy_text(self.PATTERNS))

    def test_mode_and_max_age_are_what_is_said(self):
        done = self.generate(*self.MX, "--mode", "enforce", "a.example", "b.example")
        self.assertEqual(done.stdout.count("mode = enforce\nmax_age = 604800\n"), 2)
        self.load(done.stdout)
        done = self.generate(*self.MX, "--mode", "none", "--max-age", "3600", "a.example")
        self.assertIn("; max_age 3600 is less than a day (troubles Google; for ", done.stdout)
        self.assertIn("mode = none\nmax_age = 3600\n", done.stdout)

    def test_what_the_server_would_refuse_is_not_written(self):
        for mx, sentence in (
            ("192.0.2.1", "IP address"),
            ("mail.example.com.", "ends in a dot"),
            ("m\u00e4il.example.com", "A-label"),
            ("mail.example.com\nmode = none", "control byte"),
            ("a b", "blank"),
            ("*", "bare wildcard"),
        ):
            with self.subTest(mx):
                done = self.generate("--mx", mx, "example.com", status=1)
                self.assertEqual(done.stdout, "")
                self.assertIn(sentence, done.stderr)
        self.generate("--mx", "m.example.com", "--max-age", "0", "example.com", status=1)
        names = [word for i in range(60) for word in ("--mx", f"host-number-{i}.example.com")]
        done = self.generate("--list", *names, "example.com", status=1)
        self.assertIn("write a section in its place", done.stderr)
        self.load(self.generate(*names, "example.com").stdout)

    def test_presets_have_the_names_of_the_providers(self):
        for preset, patterns in (
            ("microsoft365", ["*.mail.protection.outlook.com"]),
            ("google", ["smtp.google.com", "aspmx.l.google.com", "*.aspmx.l.google.com"]),
        ):
            done = self.generate("--preset", preset, "--offline", "--json", "a.example")
            self.assertEqual(json.loads(done.stdout)["domains"][0]["mx"], patterns)
            self.load(self.generate("--preset", preset, "--offline", "a.example").stdout)

    def test_the_tree_for_another_web_server(self):
        www = self.directory / "tree"
        self.generate("--www", www, *self.MX, "a.example", "b.example")
        ini = self.write("tree.ini", server_section() + self.defaults_section()
                         + "[example.com]\nmx = mail.example.com\nmode = enforce\n"
                         + "[b.example]\nmx = new.example.com\n[bad.example]\nmx = 192.0.2.1\n")
        self.generate("-c", ini, "--www", www, status=1)
        for domain, bytes_ in (
            ("a.example", policy_text(self.PATTERNS)),
            ("b.example", policy_text(("new.example.com",))),
            ("example.com", policy_text(("mail.example.com",), "enforce", 604800)),
        ):
            path = www / domain / ".well-known" / "mta-sts.txt"
            self.assertEqual(path.read_bytes(), bytes_)
            self.assertEqual(path.stat().st_mode & 0o777, 0o644)
        self.assertEqual(sorted(path.name for path in www.iterdir()),
                         ["a.example", "b.example", "example.com"])
        before = (www / "b.example/.well-known/mta-sts.txt").stat()
        self.generate("-c", ini, "--www", www, "b.example")
        after = (www / "b.example/.well-known/mta-sts.txt").stat()
        self.assertEqual((before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns))
        self.load(f"[a.example]\npolicy_file = {www}/%d/.well-known/mta-sts.txt\n")
        done = self.generate("-c", ini, "--www", www, "bad.example", status=2)
        self.assertIn("bad.example is not configured, or has errors", done.stderr)

    @unittest.skipUnless(harness.as_root(), "only root writes into the directories of others")
    def test_root_is_not_led_elsewhere_by_what_a_customer_put_in_the_tree(self):
        www, rootly = self.directory / "shared", self.directory / "rootly"
        rootly.mkdir()
        whole = self.write("whole.txt", "whole")
        for domain in ("link.example", "file.example", "bits.example"):
            (www / domain).mkdir(parents=True)
        (www / "link.example" / ".well-known").symlink_to(rootly)
        for domain in ("file.example", "bits.example"):
            (www / domain / ".well-known").mkdir()
        (www / "file.example" / ".well-known" / "mta-sts.txt").symlink_to(whole)
        bits = www / "bits.example" / ".well-known" / "mta-sts.txt"
        bits.touch()
        (www / "root.example").symlink_to(rootly)  # of root, in a directory of root
        for domain in ("link.example", "file.example", "bits.example"):
            for path in (www / domain, *(www / domain).rglob("*")):
                os.chown(path, 65534, 65534, follow_symlinks=False)
        bits.chmod(0o6755)
        done = self.generate("--www", www, *self.MX, "link.example", status=2)
        self.assertIn(".well-known is a symbolic link that another user may have made", done.stderr)
        self.assertEqual(list(rootly.iterdir()), [])
        self.generate("--www", www, *self.MX, "file.example", "bits.example", "root.example")
        self.assertEqual(whole.read_text(), "whole")
        for path in (bits, www / "file.example" / ".well-known" / "mta-sts.txt"):
            self.assertIn("version: STSv1", path.read_text())
            self.assertFalse(path.is_symlink())
            self.assertEqual((path.stat().st_uid, path.stat().st_mode & 0o7000), (65534, 0))
        self.assertTrue((rootly / ".well-known" / "mta-sts.txt").exists())

    def test_what_makes_no_sense_is_refused_with_a_sentence(self):
        for words, sentence in (
            (("a.example",), "--mx, --preset, --from-dns"),
            (("--mx", "m.example"), "give a domain"),
            (("--mx", "m.example", "a.example", "A.example"), "given twice"),
            (("--mx", "m.example", "../etc"), "empty label"),
            (("--mx", "m.example", "a" * 63 + ("." + "b" * 60) * 3), "policy host"),
            (("--mx", "m.example", "--policy", "a.example", "b.example"), "one domain"),
            (("--mx", "m.example", "--wildcard", "a.example"), "--from-dns"),
            (("--from-live", "--from-dns", "a.example"), "mutually exclusive"),
            (("--from-dns", "--offline", "a.example"), "--offline"),
            (("--preset", "gmail", "a.example"), "microsoft365 or google"),
            (("--mode", "Enforce", "a.example"), "enforce"),
            (("-c", "x", "a.example"), "--www"),
            (("-c", "x", "--www", "y", "--mx", "m.example"), "configuration defines the policies"),
        ):
            with self.subTest(words):
                done = self.generate(*words, status=2)
                self.assertIn(sentence, done.stderr)
                self.assertEqual(done.stdout, "")


ZONES = {
    "example.com": """\
@ 60 IN MX 20 mail2
@ 60 IN MX 10 Mail1.Example.Net.
mail2 60 IN A 192.0.2.2
mta-sts 60 IN A 127.0.0.1
_mta-sts 60 IN TXT "v=STSv1; id=old1;"
_smtp._tls 60 IN TXT "v=TLSRPTv1; rua=mailto:tlsrpt@example.net"
""",
    "ms.example": """\
@ 60 IN MX 0 ms-example.o-v1.mx.microsoft.
@ 60 IN MX 10 ms-example.mail.protection.outlook.com.
@ 60 IN MX 20 backup.ms.example.
backup 60 IN A 192.0.2.3
""",
    "old-google.example": """\
@ 60 IN MX 1 ASPMX.L.GOOGLE.COM.
@ 60 IN MX 5 alt1.aspmx.l.google.com.
@ 60 IN MX 10 aspmx2.googlemail.com.
""",
    "switching.example": "@ 60 IN MX 10 mail\nmail 60 IN A 192.0.2.5\n",
    "mx.microsoft": "switching-example.h-v1 60 IN A 192.0.2.6\nms-example.o-v1 60 IN A 192.0.2.7\n",
    "null.example": "@ 60 IN MX 0 .\n",
    "implicit.example": "@ 60 IN A 192.0.2.1\n",
    "nothing.example": "",
    "hostile.example": "",
    "address.example": "@ 60 IN MX 10 192.0.2.1.\n",
    "mistakes.example": """\
@ 60 IN MX 10 mail
@ 60 IN MX 20 192.0.2.1
@ 60 IN MX 30 mail.mistakes.example
@ 60 IN MX 40 gone
@ 60 IN MX 50 alias
@ 60 IN MX 60 backup.ms.example
mail 60 IN A 192.0.2.4
alias 60 IN CNAME mail
""",
}


@unittest.skipUnless(KNOTD, "not installed: knotd")
@needs("dig", "nsupdate")
class Live(GenerateCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dns = Nameserver(ZONES)
        cls.addClassCleanup(cls.dns.stop)
        cls.dns.set(("hostile.example", "MX", r"10 a\010mode\032\061\032none.example.net."))

    def ask(self, *words, status=0):
        return self.generate("--resolver", self.dns.resolver, *words, status=status)

    def patterns(self, *words):
        (domain,) = json.loads(self.ask("--json", *words).stdout)["domains"]
        return domain["mx"], domain["notes"]

    def test_the_live_mx_set_is_taken_each_name_in_full(self):
        self.assertEqual(self.patterns("--from-dns", "example.com"),
                         (["mail1.example.net", "mail2.example.com"], []))
        self.assertEqual(self.patterns("--from-dns", "--wildcard", "ms.example")[0],
                         ["*.o-v1.mx.microsoft", "*.mail.protection.outlook.com", "*.ms.example"])
        self.load(self.ask("--from-dns", "example.com", "ms.example").stdout)
        mx, notes = self.patterns("--from-dns", "implicit.example")
        self.assertEqual(mx, ["implicit.example"])
        self.assertIn("no MX record", notes[0])

    def test_what_is_no_mail_host_reaches_no_file(self):
        for domain, sentence in (
            ("null.example", "takes no mail"),
            ("nothing.example", "neither an MX record nor an address"),
            ("hostile.example", "names no mail host"),
            ("address.example", "is the address 192.0.2.1, and not a host's name"),
            ("missing.example.com", "does not exist"),
        ):
            with self.subTest(domain):
                done = self.ask("--from-dns", domain, "example.com", status=1)
                self.assertIn(f"mta-stsctl: {domain}: ", done.stderr)
                self.assertIn(sentence, done.stderr)
                self.assertTrue(done.stdout.startswith("[example.com]\n"), done.stdout)
                self.assertNotIn("none", done.stdout)

    def test_mistakes_in_mx_records_become_comments_and_no_patterns(self):
        mx, notes = self.patterns("--from-dns", "mistakes.example")
        self.assertEqual(mx, ["mail.mistakes.example", "alias.mistakes.example"])
        expected = [
            "the MX 192.0.2.1.mistakes.example is the address 192.0.2.1, and not a host's name (RFC 5321 "
            "section 5.1); give that address a name, and write the name into the MX record",
            "the MX mail.mistakes.example.mistakes.example has the zone twice; write "
            "\"mail.mistakes.example.\" into the MX record, with the dot at its end",
            "the MX gone.mistakes.example has no address; give it an address, or correct or remove the "
            "MX record",
            "the MX alias.mistakes.example is an alias (CNAME) of mail.mistakes.example, against RFC 5321 "
            "section 5.1; name mail.mistakes.example in the MX record, and as mx of the policy",
            "the MX backup.ms.example.mistakes.example has the zone behind a whole name; write "
            "\"backup.ms.example.\" into the MX record, with the dot at its end",
        ]
        self.assertEqual(notes, expected)
        # Whatever the patterns come from; no broken name is said to match none of them.
        mx, notes = self.patterns("--mx", "mail.mistakes.example", "--preset", "google",
                                  "mistakes.example")
        self.assertEqual(notes, expected + ["the MX alias.mistakes.example of today matches no pattern"])
        text = self.ask("--from-dns", "mistakes.example").stdout
        self.assertIn("; the MX gone.mistakes.example has no address; give it", text)
        self.load(text)

    def test_before_the_switch_the_preset_says_what_it_holds_for(self):
        sentence = "neither DNS nor --mx has a host such as contoso-com.o-v1.mx.microsoft"
        for words, mx, noted in (
            ((), [], True),
            (("--mx", "a-example.h-v1.mx.microsoft"), ["a-example.h-v1.mx.microsoft"], False),
            (("--mx", "*.o-v1.mx.microsoft"), ["*.o-v1.mx.microsoft"], False),
            (("--mx", "*.mx.microsoft"), ["*.mx.microsoft"], True),
        ):
            with self.subTest(words):
                patterns, notes = self.patterns("--preset", "microsoft365", "--offline", *words,
                                                "a.example")
                self.assertEqual(patterns, mx + ["*.mail.protection.outlook.com"])
                self.assertEqual(any(sentence in note for note in notes), noted, notes)
                said = f"below mx.microsoft, this holds for {mx[0] if mx else None}, as --mx says"
                self.assertEqual(said in notes, not noted, notes)
        mx, notes = self.patterns("--preset", "microsoft365", "switching.example")
        self.assertEqual(mx, ["*.mail.protection.outlook.com", "*.h-v1.mx.microsoft"])
        self.assertEqual(notes[0], "below mx.microsoft, this holds for "
                         "switching-example.h-v1.mx.microsoft, as that host is in the provider's DNS")
        notes = self.patterns("--preset", "microsoft365", "implicit.example")[1]
        self.assertIn(sentence, notes[0])

    def test_presets_add_what_the_live_mx_set_needs(self):
        mx, notes = self.patterns("--preset", "microsoft365", "ms.example")
        self.assertEqual(mx, ["*.mail.protection.outlook.com", "*.o-v1.mx.microsoft"])
        self.assertEqual(notes, ["below mx.microsoft, this holds for ms-example.o-v1.mx.microsoft, as its "
                                 "MX record says", "the MX backup.ms.example of today matches no pattern"])
        mx, notes = self.patterns("--preset", "google", "old-google.example")
        self.assertEqual(mx, ["smtp.google.com", "aspmx.l.google.com", "*.aspmx.l.google.com",
                              "aspmx2.googlemail.com"])
        self.assertEqual(notes, [])
        mx, notes = self.patterns("--preset", "google", "missing.example.com")
        self.assertEqual(len(mx), 3)
        self.assertIn("not known", notes[0])


@unittest.skipUnless(KNOTD, "not installed: knotd")
@needs("dig", "nsupdate")
class FromLive(GenerateCase):
    """What Azure Functions or anybody serves today becomes a section."""

    def setUp(self):
        super().setUp()
        self.dns = Nameserver({"example.com": ZONES["example.com"]})
        self.addCleanup(self.dns.stop)

    def serve(self, body):
        """The daemon stands for whoever serves it: a policy file goes out as it is."""
        path = self.write("served.txt", body)
        self.port = harness.free_port()
        self.start(server_section(listen=(f"127.0.0.1:{self.port}",)) + self.defaults_section()
                   + f"[example.com]\npolicy_file = {path}\n", name="live.ini")

    def ask(self, *words, status=0):
        return self.generate("--from-live", "--resolver", self.dns.resolver, "--port",
                             getattr(self, "port", 443),
                             "--ca-file", harness.pki().root_file(), *words, "example.com",
                             status=status)

    def test_a_clean_policy_keeps_its_bytes_and_its_id(self):
        body = policy_text(("mail1.example.net", "*.example.com"), "enforce", 1209600)
        self.serve(body)
        text = self.ask().stdout
        self.assertIn("; the id in DNS today is old1\n", text)
        self.assertIn("; TLS reports go to mailto:tlsrpt@example.net today\n", text)
        self.assertIn("; the policy text is the same as served today, so keep the id in DNS\n", text)
        self.load(text)
        (said,) = json.loads(self.ask("--json").stdout)["domains"]
        self.assertEqual(said["policy"].encode(), body)
        again = self.start(server_section() + self.defaults_section() + text, name="again.ini")
        self.assert_serves(again, "mta-sts.example.com", body)

    def test_each_difference_is_named(self):
        self.serve("version: STSv1\nmode: enforce\nmax_age: 31557600\nmx: mail1.example.net\n"
                   "x-note: 1\n")
        text = self.ask("--mode", "testing").stdout
        for sentence in ("the lines end in LF", "the key \"x-note\" is unknown",
                         "max_age is 31557599 in place of 31557600",
                         "the MX mail2.example.com of today matches no pattern",
                         "differs from what is served today"):
            self.assertIn(sentence, text)
        self.assertIn("mx = mail1.example.net\nmode = testing\nmax_age = 31557599\n", text)
        self.load(text)

    def test_without_a_policy_there_is_nothing_to_take(self):
        done = self.ask(status=1)
        self.assertEqual(done.stdout, "")
        self.assertIn("example.com: cannot fetch a policy", done.stderr)


if __name__ == "__main__":
    unittest.main()
