# SPDX-License-Identifier: ISC
"""config: each refusal with its message, and the bytes that a configuration makes."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import unittest

import harness
from harness import check, fetch, pki, policy_text, server_section

DOMAIN = "[example.com]\nmx = mail.example.com\n"


class Check(harness.TestCase):
    """--check: exit status and messages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com", "good.example")

    def good(self):
        few = "max_connections = 100"  # which the limits of any machine bear
        return server_section(few) + self.defaults_section() + DOMAIN

    def assert_check(self, ini, status, *patterns, name="check.ini", arguments=()):
        """--check ends with this status and says each of these things."""
        path = ini if isinstance(ini, pathlib.Path) else self.write(name, ini)
        returned, said = check(path, *arguments)
        for pattern in patterns:
            self.assertRegex(said, re.compile(pattern, re.M | re.I))
        self.assertEqual(returned, status, said)
        return said

    def assert_domain_refused(self, lines, *patterns, first_line=None):
        """These lines in a section are errors with these messages, and nothing else is."""
        ini = self.good() + "[bad.example]\n" + lines
        said = self.assert_check(ini, 1, *[rf"check\.ini:\d+: error: .*{p}" for p in patterns])
        self.assertEqual(len(re.findall(r": error: ", said)), max(1, len(patterns)), said)
        if first_line is not None:
            line = self.good().count("\n") + 1 + first_line
            self.assertRegex(said, rf"check\.ini:{line}: error")
        return said

    def test_a_good_file_says_nothing_bad_and_exits_0(self):
        said = self.assert_check(self.good(), 0)
        self.assertNotRegex(said, ": (error|warning|notice): ")

    def test_both_spellings_of_check_do_the_same(self):
        path = self.write("spelling.ini", self.good())
        for arguments in (
            ["-t", "-c", path],
            ["--check", "--config", path],
            [f"--config={path}", "-t"],
        ):
            done = harness.run(*harness.WRAPPER, harness.BINARY, *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_check_opens_no_port(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]
            ini = server_section(listen=[f"127.0.0.1:{port}"]) + self.defaults_section() + DOMAIN
            self.assert_check(ini, 0)

    def test_a_file_that_is_missing_is_an_error(self):
        path = self.directory / "no-such.ini"
        self.assert_check(path, 1, r"no-such\.ini: error: .*(no such file|not exist|cannot)")

    def test_a_directory_or_pipe_for_a_file_is_an_error_and_does_not_block(self):
        self.assert_check(self.certificates, 1, "error: .*directory")
        pipe = self.directory / "pipe.ini"
        os.mkfifo(pipe)
        self.assert_check(pipe, 1, "error: .*pipe")

    # a domain's own errors

    def test_each_bad_key_or_value_of_a_domain_has_its_message(self):
        policy = self.write("good.txt", policy_text())
        rows = {
            "mx = a.example\nmxx = b.example\n": ["mxx"],
            "mx = a.example\nMode = testing\n": ["Mode"],
            "mx = a.example\nlisten = 443\n": ["listen"],
            "mx = a.example\nmode = strict\n": ["strict.*enforce"],
            "mx = a.example\nmode = Enforce\n": ["Enforce.*enforce"],
            "mx = a.example\nmode = report\n": ["report.*testing"],
            "mx = a.example\nmode = testing\nmode = none\n": [
                "mode.*(twice|second|again|once|already)"
            ],
            "mx = a.example\nmax_age = 31557601\n": ["31557601.*31557600"],
            "mx = a.example\nmax_age = 99999999999999999999\n": ["max_age"],
            "mx = a.example\nmax_age = 1d\n": ["1d.*number"],
            "mx = a.example\nmax_age = -1\n": ["-1.*number"],
            "mx = a.example\nmax_age = 1e5\n": ["1e5.*number"],
            "mx = 192.0.2.1\n": ["192\\.0\\.2\\.1.*(address|host name)"],
            "mx = 2001:db8::1\n": ["2001:db8::1"],
            "mx = [192.0.2.1]\n": ["192\\.0\\.2\\.1"],
            "mx = mail.example.com.\n": ["dot"],
            "mx = mail.*.example.com\n": ["wildcard|\\*"],
            "mx = m*.example.com\n": ["wildcard|\\*"],
            "mx = *\n": ["wildcard|\\*"],
            "mx = *.*.example.com\n": ["wildcard|\\*"],
            "mx = mail_1.example.com\n": ["mail_1"],
            "mx = m\xc3\xa4il.example.com\n": ["xn--mil-qla.example.com"],
            "mx = mail.example.com, b.example\n": ["mx|,"],
            "mx = -a.example.com\n": ["hyphen"],
            "mx = " + "a" * 64 + ".example.com\n": ["63|no host name"],
            "mode = enforce\n": ["mx"],
            "mode = none\n": ["mx"],
            "": ["mx"],
            "policy = nosuch\n": ["nosuch"],
            "mx = a.example\nprivate_key = /x\n": ["private_key"],
            "mx = a.example\ncertificate = certs/%x.pem\n": ["%x|%h"],
            f"mx = a.example\npolicy_file = {policy}\n": ["policy_file"],
            "policy_file = /no/such/file\n": ["/no/such/file"],
        }
        for lines, patterns in rows.items():
            with self.subTest(lines=lines):
                self.assert_domain_refused(lines, *patterns)

    def test_each_bad_line_of_a_domain_has_its_message_and_its_number(self):
        rows = {
            'mx = "mail.example.com"\n': ("quotes.*write it without", 1),
            "mx = 'mail.example.com'\n": ("quotes.*write it without", 1),
            "mx = mail.example.com # the first\n": ("comments after a value start with ` ;`", 1),
            "mx: mail.example.com\n": ("`:`.*`=`", 1),
            "mx = mail.example.com\n mx = b.example\n": ("(blank|indent)", 2),
            "mx = mail.example.com\n\tb.example\n": ("(blank|indent)", 2),
            "mx mail.example.com\n": ("no `=`", 1),
            "= mail.example.com\n": ("no key", 1),
            "mx =\n": ("no value", 1),
            "mx = mail.example.com\n; " + "x" * 3000 + "\n": ("over 1,024 bytes", 2),
            "mx = " + "a" * 1100 + "\n": ("over 1,024 bytes", 1),
            "mx = mail\0.example.com\n": ("NUL", 1),
            "mx = mail\x07.example.com\n": ("control", 1),
            "mx = mail\r.example.com\n": ("carriage return", 1),
        }
        for lines, (pattern, number) in rows.items():
            with self.subTest(lines=lines[:40]):
                ini = self.good() + "[bad.example]\n" + lines
                line = self.good().count("\n") + 1 + number
                self.assert_check(ini, 1, rf"check\.ini:{line}: error: .*{pattern}")

    def test_each_bad_section_header_has_its_message(self):
        rows = {
            "[bad.example] x\nmx = a.example\n": "text after `\\]`",
            "[bad.example\nmx = a.example\n": "\\].*missing",
            " [bad.example]\nmx = a.example\n": "(blank|indent)",
            "[bad_.example]\nmx = a.example\n": "bad_\\.example",
            "[bad.example.]\nmx = a.example\n": "dot",
            "[192.0.2.1]\nmx = a.example\n": "192\\.0\\.2\\.1",
            "[*.example]\nmx = a.example\n": "wildcard|\\*",
            "[b\xc3\xa4d.example]\nmx = a.example\n": "xn--bd-via.example",
            "[-bad.example]\nmx = a.example\n": "hyphen",
            "[" + "a" * 64 + ".example]\nmx = a.example\n": "63",
            "[" + ".".join(["a" * 61] * 4)[:246] + "]\nmx = a.example\n": "245",
            "[]\nmx = a.example\n": "",
            "[servr]\nlisten = 443\n": "servr",
            "[policy]\nmx = a.example\n": "policy",
            "[policy two words]\nmx = a.example\n": "policy",
            "[Server]\nlisten = 1\n": "Server",
        }
        for lines, pattern in rows.items():
            with self.subTest(lines=lines):
                self.assert_check(self.good() + lines, 1, rf"check\.ini:\d+: error: .*{pattern}")

    def test_what_a_sender_refuses_is_refused_with_its_name(self):
        for line, sender in {
            "mx = 192.0.2.1": "mox",
            "mx = mail.example.com.": "mox",
            "mode = none": "chasquid|Stalwart",
        }.items():
            with self.subTest(line=line):
                self.assert_domain_refused(line + "\n", f"({sender})")

    def test_certbots_own_folders_are_pointed_out(self):
        for name in ("live", "archive"):
            path = f"/etc/letsencrypt/{name}/%h/fullchain.pem"
            ini = self.good().replace(f"{self.certificates}/%h.pem", path)
            said = self.assert_check(ini, 0)
            self.assertRegex(said, r"check\.ini:\d+: (warning|notice): .*(certbot|deploy)")

    def test_all_complaints_of_a_run_are_said_not_the_first_alone(self):
        ini = (
            self.good()
            + "[a.example]\nmx = 192.0.2.1\nmode = x\nmax_age = y\n[b.example]\nmx = a.\nz = 1\n"
        )
        said = self.assert_check(ini, 1)
        self.assertEqual(len(re.findall(r"^\S+check\.ini:\d+: error: ", said, re.M)), 5, said)

    def test_no_complaint_holds_a_raw_control_byte(self):
        said = self.assert_check(self.good() + "[a.example]\nmx = \x1b[31m\nk\x1b = 1\n", 1)
        self.assertNotIn("\x1b", said)

    # errors that refuse the whole

    def test_a_pattern_that_opens_a_directory_of_the_systems_warns_at_its_line(self):
        rows = {
            "certificate = /etc/%h.pem": "/etc",
            "certificate = /etc/all.pem": "/etc",
            "certificate = /etc//%h.pem": "/etc",
            "certificate = /home/%d/cert.pem": "/home",
            "certificate = /%d/cert.pem": "/",
            "certificate = /srv/c/%h.pem\nprivate_key = /var/lib/%h.key": "/var/lib",
            "certificate = /srv/c/%h.pem\npolicy_file = /srv/%d/mta-sts.txt": "/srv",
            "certificate = /etc/mta-stsd/%h.pem": None,
            "certificate = /srv/c/%h.pem": None,
            "certificate = ../etc/%h.pem": None,
        }
        for lines, opened in rows.items():
            for server in ([], ["sandbox = off"], ["read_path = /srv/c"]):
                with self.subTest(lines=lines, server=server):
                    ini = server_section(*server) + f"[defaults]\n{lines}\n[example.com]\n"
                    _, said = check(self.write("wide.ini", ini + "mx = a.example\n"))
                    wide = re.search(
                        r"wide\.ini:(\d+): warning: .* may read all of (.*?); put such", said
                    )
                    if opened is None or server:
                        self.assertIsNone(wide, said)
                        continue
                    self.assertEqual(wide[2], opened)
                    self.assertRegex(ini.splitlines()[int(wide[1]) - 1], "= /")

    def test_each_bad_value_of_server_has_its_message(self):
        rows = {
            "listn = 443": "listn",
            "listen = https": "https.*443",
            "listen = 127.0.0.1": "port",
            "listen = 127.0.0.1:65536": "65535",
            "listen = ::1:443": "\\[::1\\]:443",
            "listen = localhost:443": "localhost",
            "max_removed = lots": "lots",
            "max_removed = 101%": "101",
            "max_removed = -1": "-1",
            "limit_per_source = many": "many",
            "limit_exempt = 10.0.0.1/8": "10\\.0\\.0\\.0/8",
            "limit_exempt = here": "here",
            "proxy_from = 10.0.0.0/33": "10\\.0\\.0\\.0",
            "proxy_from = all": "all",
            "access_log = yes": "yes.*on",
            "default_host = mta-sts.": "dot|default_host",
            "default_host = mta-sts.nosuch.example": "mta-sts\\.nosuch\\.example",
            "idle_timeout = 0": "idle_timeout",
            "idle_timeout = 5s": "5s",
            "workers = -1": "-1",
            "max_connections = x": "max_connections",
            "include = nosuch.d": "nosuch\\.d",
            "domains_file = nosuch.txt": "nosuch\\.txt",
            "watch = yes": "watch",
            'user = "nobody"': "quotes",
        }
        for line, pattern in rows.items():
            with self.subTest(line=line):
                # The harness may have written the key already.
                key = re.escape(line.split("=")[0].strip())
                ini = re.sub(rf"^{key} *=.*\n", "", self.good(), flags=re.M)
                ini = ini.replace("[defaults]", line + "\n[defaults]")
                self.assert_check(ini, 1, rf"check\.ini:\d+: error: .*{pattern}")
                if not harness.WRAPPER:  # it would take minutes to learn the same
                    said = self.refuse_start(ini, "check.ini")
                    self.assertRegex(said, rf"error: .*(?i:{pattern})")

    def test_each_bad_value_of_acme_and_dns_has_its_message(self):
        rows = {
            "[acme]\nacept_terms = yes": "acept_terms",
            "[acme]\naccept_terms = perhaps": "perhaps",
            "[acme]\naccept_terms = yes\ndirectory = http://ca.example/": "https",
            "[acme]\naccept_terms = yes\ncontact = hostmaster@example.net": "mailto",
            "[acme]\naccept_terms = yes\nrenew = daily": "daily",
            "[acme]\naccept_terms = yes\norders_per_hour = x": "orders_per_hour",
            "[dns]\nrua = tlsrpt@example.net": "mailto",
            "[dns]\naddress = mail.example.com": "mail\\.example\\.com",
            "[dns]\naddress = 192.0.2.1\ncname = a.example.net": "cname|address",
            "[dns]\nttl = 5": "ttl",
        }
        for lines, pattern in rows.items():
            with self.subTest(lines=lines):
                self.assert_check(
                    self.good() + lines + "\n", 1, rf"check\.ini:\d+: error: .*{pattern}"
                )

    def test_good_acme_and_dns_sections_are_taken(self):
        ini = self.good() + (
            "[acme]\naccept_terms = yes\ndirectory = https://acme.example/directory\n"
            "contact = mailto:hostmaster@example.net\nrenew = auto\norders_per_hour = 90\n"
            "[dns]\nrua = mailto:tlsrpt@example.net\naddress = 192.0.2.1, 2001:db8::1\n"
            "target = %d._mta-sts.provider.example\n"
        )
        self.assert_check(ini, 0)

    def test_an_error_in_dns_is_found_by_check_and_stops_no_daemon(self):
        daemon = self.start(self.good() + "[dns]\nttl = 5\n")
        daemon.wait_for_log(r"error: .*ttl")
        self.assert_serves(daemon, "mta-sts.example.com", policy_text())

    def test_a_bad_template_or_default_refuses_the_whole(self):
        rows = {
            "[defaults]\nmode = strict\n" + DOMAIN: "strict",
            "[defaults]\nlisten = 443\n" + DOMAIN: "listen",
            "[policy a]\nmax_age = x\n" + DOMAIN: "max_age",
            "[policy a]\npolicy = b\nmx = a.example\n[policy b]\nmx = a.example\n"
            + DOMAIN: "policy",
            "[policy a]\nmx = a.example\n[policy a]\nmx = b.example\n" + DOMAIN: "\\ba\\b",
        }
        for lines, pattern in rows.items():
            with self.subTest(lines=lines):
                ini = server_section() + lines
                self.assert_check(ini, 1, rf"check\.ini:\d+: error: .*{pattern}")
                self.assertIn("error", self.refuse_start(ini, "check.ini"))

    def test_a_key_before_any_section_refuses_the_whole(self):
        self.assert_check("listen = 443\n" + self.good(), 1, r"check\.ini:1: error: .*section")
        self.refuse_start("listen = 443\n" + self.good())

    def test_a_byte_order_mark_has_its_message(self):
        self.assert_check(b"\xef\xbb\xbf" + self.good().encode(), 1, r"check\.ini:1: error: .*BOM")

    def test_crlf_line_ends_are_fine(self):
        self.assert_check(self.good().replace("\n", "\r\n"), 0)
        daemon = self.start(self.good().replace("\n", "\r\n"))
        self.assert_serves(daemon, "mta-sts.example.com", policy_text())

    def test_a_last_line_without_its_end_is_fine(self):
        self.assert_check(self.good().rstrip("\n"), 0)

    def test_comments_and_blank_lines_are_fine(self):
        ini = "; one\n# two\n\n  \n  ; indented\n" + self.good().replace("mx =", "mx=") + "\n;\n"
        self.assert_check(ini.replace("mail.example.com", "mail.example.com ; the first"), 0)

    def test_no_file_holds_a_domain_that_has_no_certificate_pattern(self):
        self.assert_check(server_section() + DOMAIN, 1, "error: .*certificate")

    # twice

    def test_a_domain_twice_in_sections_names_both_places_and_the_first_serves(self):
        ini = self.good() + "[example.com]\nmx = other.example\n"
        first = self.good().count("\n") - 1
        said = self.assert_check(ini, 1, rf"check\.ini:{first + 2}: error: .*example\.com")
        self.assertRegex(said, rf"check\.ini:{first}\b|line {first}\b")
        daemon = self.start(ini)
        self.assert_serves(daemon, "mta-sts.example.com", policy_text())

    def test_a_domain_twice_in_one_list_or_in_two_names_both_places(self):
        self.write("one.txt", "listed.example mx=one.example\nlisted.example mx=two.example\n")
        self.write("two.txt", "# a comment\nListed.example mx=three.example\n")
        server = server_section("domains_file = one.txt", "domains_file = two.txt")
        ini = server + self.defaults_section() + DOMAIN
        said = self.assert_check(
            ini, 1, r"one\.txt:2: error: .*listed\.example", r"two\.txt:2: error: "
        )
        self.assertRegex(said, r"one\.txt:2: error: .*(one\.txt:1|line 1)")
        self.assertRegex(said, r"two\.txt:2: error: .*one\.txt:[12]")
        self.certify("listed.example")
        daemon = self.start(ini)
        self.assert_serves(daemon, "mta-sts.listed.example", policy_text(["one.example"]))

    def test_a_domain_twice_across_files_names_both_files(self):
        self.write("twice.d/a.ini", "[example.com]\nmx = other.example\n")
        ini = server_section("include = twice.d") + self.defaults_section() + DOMAIN
        said = self.assert_check(
            ini, 1, r"twice\.d/a\.ini:1: error: .*example\.com|check\.ini:\d+: error"
        )
        self.assertIn("a.ini:1", said)
        self.assertIn("check.ini", said)

    # policies as files

    def test_each_bad_policy_file_has_its_message(self):
        good = policy_text(["mail.example.com"], "enforce", 604800)
        rows = {
            b"": "version|empty",
            b"\xef\xbb\xbf" + good: "BOM|byte order mark",
            good + b"\r\n": "blank|empty line",
            good.replace(b"STSv1", b"STSv2"): "STSv1",
            good.replace(b"enforce", b"strict"): "mode",
            good.replace(b"604800", b"31557601"): "max_age",
            good.replace(b"max_age: 604800\r\n", b""): "max_age",
            good.replace(b"mx: mail.example.com\r\n", b""): "mx",
            good.replace(b"mail.example.com", b"192.0.2.1"): "192",
            good.replace(b"mail.example.com", b"mail.example.com."): "dot",
            good.replace(b"mail.example.com", b"m\xc3\xa4il.example.com"): "ASCII|xn--",
            good.replace(b"mail.example.com", b"mail\0example.com"): "NUL|control|ASCII|byte",
            good.replace(b"mode: enforce", b"mode: enforce\r\nmode: none"): "mode",
            b"# a comment\r\n" + good: "comment|line|`:`|colon",
            good.replace(b"\r\n", b"\r"): "CR|carriage|line end",
            good
            + b"mx: "
            + b"a" * 63
            + b".example\r\n"
            + b"mx: b.example.com\r\n" * 4000: "64,?000",
        }
        for content, pattern in rows.items():
            with self.subTest(content=content[:60]):
                self.write("policy.txt", content)
                ini = self.good() + f"[bad.example]\npolicy_file = {self.directory}/policy.txt\n"
                self.assert_check(ini, 1, rf"error: .*({pattern})")

    def test_a_policy_file_that_was_copied_as_it_stood_is_refused_with_the_way_on(self):
        good = policy_text(["mail.example.com"], "enforce", 604800)
        path = self.write("copied.txt", b"\xef\xbb\xbf" + good.replace(b"\r\n", b"\n   ") + b"\n")
        ini = self.good() + f"[bad.example]\npolicy_file = {path}\n"
        said = self.assert_check(ini, 1, rf"{path}: notice: .*`mta-stsctl lint --fix {path}`")
        self.assertEqual(said.count("lint --fix"), 1)
        self.write("copied.txt", good)
        self.assertNotIn("lint --fix", self.assert_check(ini, 0, ""))

    def test_a_policy_file_that_is_a_key_is_refused_and_nothing_of_it_is_said(self):
        path = self.directory / "linked.txt"
        key = self.write("secret.pem", "-----BEGIN PRIVATE KEY-----\nMIGH:AgEA\nsecret\n")
        path.symlink_to(key)
        ini = self.good() + f"[bad.example]\npolicy_file = {path}\n"
        said = self.assert_check(ini, 1, rf"^{path}: error: this is no policy but a certificate or")
        daemon = self.start(ini)
        since = daemon.mark()
        daemon.reload()
        daemon.wait_for_log("^reloaded: ", since=since)
        for text in (said, daemon.log()):
            self.assertNotRegex(text, "MIGH|secret|BEGIN|--fix")

    def test_a_policy_file_says_ten_findings_and_how_many_more(self):
        path = self.write("drowning.txt", "version: STSv1\n" + "x\n" * 31000)
        ini = self.good() + f"[bad.example]\npolicy_file = {path}\n"
        said = self.assert_check(
            ini, 1, rf"^{path}:11: error: and \d+ more; `mta-stsctl lint {path}` lists all$"
        )
        self.assertEqual(len(re.findall(f"(?m)^{path}", said)), 12, said)
        self.assertIn("11 errors", said)

    def test_a_policy_file_over_10240_bytes_warns(self):
        mx = [f"mx{number}.customer-mail.example.com" for number in range(350)]
        body = policy_text(mx, "enforce", 604800)
        self.assertGreater(len(body), 10240)
        self.write("large.txt", body)
        self.certify("large.example")
        ini = self.good() + f"[large.example]\npolicy_file = {self.directory}/large.txt\n"
        self.assert_check(ini, 0, r"warning: .*10,?240")
        self.assert_serves(self.start(ini), "mta-sts.large.example", body)

    def test_a_policy_over_64000_bytes_is_refused_also_when_rendered(self):
        lines = "".join(f"mx = mx{number}.customer-mail.example.com\n" for number in range(2500))
        self.assert_domain_refused(lines, "64,?000")

    def test_what_a_sender_treats_badly_warns(self):
        rows = {
            "mx = a.example\nmax_age = 31557600\n": "31557600",
            "mx = a.example\nmax_age = 3600\n": "max_age",
            "mx = a.example\nmode = enforce\nmax_age = 86400\n": "max_age",
        }
        for lines, pattern in rows.items():
            with self.subTest(lines=lines):
                ini = self.good() + "[good.example]\n" + lines
                self.assert_check(ini, 0, rf"check\.ini:\d+: warning: .*{pattern}")

    # certificates

    def test_check_certs_reads_every_certificate(self):
        self.certify("missing.example", "mismatch.example", "expired.example", "unreadable.example")
        other = pki().leaf("mta-sts.mismatch.example", variant=1)
        mine = pki().leaf("mta-sts.mismatch.example")
        self.write("certs/mta-sts.mismatch.example.pem", mine.chain + other.key)
        expired = pki().leaf(
            "mta-sts.expired.example", dates=("20200101000000Z", "20200401000000Z")
        )
        self.write("certs/mta-sts.expired.example.pem", expired.pem)
        (self.certificates / "mta-sts.missing.example.pem").unlink()
        self.write("certs/mta-sts.strange.example.pem", pki().leaf("mta-sts.other.example").pem)
        names = ["missing", "mismatch", "expired", "strange"]
        ini = self.good() + "".join(f"[{n}.example]\nmx = a.example\n" for n in names)
        self.assert_check(ini, 0)
        said = self.assert_check(
            ini,
            1,
            r"error: .*mta-sts\.missing\.example",
            r"error: .*mta-sts\.mismatch\.example.*does not belong",
            r"error: .*mta-sts\.expired\.example.*expired",
            r"error: .*mta-sts\.strange\.example",
            arguments=["--check-certs"],
        )
        self.assertNotRegex(said, r"mta-sts\.example\.com")

    def test_check_certs_says_nothing_of_good_ones(self):
        said = self.assert_check(self.good(), 0, arguments=["--check-certs"])
        self.assertNotRegex(said, ": (error|warning|notice): ")

    @unittest.skipUnless(harness.as_root(), "root reads every file, the daemon's user must not")
    def test_a_key_that_the_user_cannot_read_is_an_error_of_its_host_alone(self):
        self.certify("unreadable.example")
        path = self.certificates / "mta-sts.unreadable.example.pem"
        path.chmod(0o600)
        ini = self.good() + "[unreadable.example]\nmx = a.example\n"
        daemon = self.start(ini)
        self.assert_refused(daemon.address(), "mta-sts.unreadable.example", "internal_error")
        daemon.wait_for_log(r"mta-sts\.unreadable\.example\.pem: Permission denied")
        self.assert_serves(daemon, "mta-sts.example.com", policy_text())

    def test_check_certs_finds_a_private_key_that_is_missing_or_unreadable(self):
        leaf = pki().leaf("mta-sts.twofiles.example")
        chain = self.write("twofiles.crt", leaf.chain)
        ini = self.good() + f"[twofiles.example]\nmx = a.example\ncertificate = {chain}\n"
        self.assert_check(ini, 1, "error: .*no private key", arguments=["--check-certs"])
        ini += f"private_key = {self.directory}/twofiles.key\n"
        self.assert_check(
            ini, 1, "error: .*twofiles.key.*No such file", arguments=["--check-certs"]
        )
        self.write("twofiles.key", leaf.key)
        self.assert_check(ini, 0, arguments=["--check-certs"])

    @harness.needs("openssl", "iconv")
    def test_what_is_advised_for_a_file_that_is_no_pem_makes_pem_of_it(self):
        leaf = pki().leaf("mta-sts.binary.example")
        pem = str(self.write("binary.pem", leaf.pem))
        key = self.write("binary.key", leaf.key)
        rows = {
            "utf-16": ("iconv", "-f", "ASCII", "-t", "UTF-16", pem),
            "utf-16le": ("iconv", "-f", "ASCII", "-t", "UTF-16LE", pem),
            "utf-16be": ("iconv", "-f", "ASCII", "-t", "UTF-16BE", pem),
            "p12": ("openssl", "pkcs12", "-export", "-in", pem, "-passout", "pass:"),
            "p7b": ("openssl", "crl2pkcs7", "-nocrl", "-certfile", pem, "-outform", "DER"),
            "p7b.pem": ("openssl", "crl2pkcs7", "-nocrl", "-certfile", pem),
        }
        for name, command in rows.items():
            with self.subTest(name):
                made = subprocess.run(command, stdout=subprocess.PIPE, check=True)
                path = self.write(name, made.stdout)
                ini = (self.good() + f"[binary.example]\nmx = a.example\ncertificate = {path}\n"
                       f"private_key = {key}\n")
                said = self.assert_check(ini, 1, arguments=["--check-certs"])
                (advice,) = re.findall(r'with "((?:openssl|iconv) .*?)"', said)
                environment = {**os.environ, "FILE": str(path)}
                shell = re.sub(r"\bFILE\b", '"$FILE"', advice) + (" -passin pass:" if name == "p12" else "")
                subprocess.run(["sh", "-c", shell], check=True, env=environment, stderr=subprocess.DEVNULL)
                os.chmod(f"{path}.pem", 0o644)  # keys are written for their owner alone
                self.assert_check(ini.replace(f"{path}\n", f"{path}.pem\n"), 0, arguments=["--check-certs"])

    # the user

    @unittest.skipUnless(
        harness.as_root(), "only root can write what the daemon's user cannot read"
    )
    def test_an_ini_that_the_user_cannot_read_warns_and_refuses_the_reload(self):
        path = self.write("secret.ini", self.good())
        path.chmod(0o600)
        daemon = self.start(self.good(), name="secret.ini")
        daemon.wait_for_log(r"secret\.ini: warning: user nobody cannot read it")
        said = harness.run(*harness.WRAPPER, harness.BINARY, "--check", "-c", path)
        self.assertEqual(said.returncode, 1)
        self.assertRegex(said.stderr, r"secret\.ini: error: user nobody cannot read it")
        daemon.reload("reload refused")
        self.assert_serves(daemon, "mta-sts.example.com", policy_text())

    @unittest.skipUnless(harness.as_root(), "only root can be without a user")
    def test_root_without_a_user_is_an_error(self):
        ini = re.sub("user = nobody\n", "", self.good())
        self.assertRegex(self.refuse_start(ini), "no user is set.*`user = ")
        for user in ("root", "0", "no-such-user"):
            with self.subTest(user=user):
                self.assertRegex(
                    self.refuse_start(self.good().replace("user = nobody", f"user = {user}")),
                    f"user = {user}",
                )

    def unprivileged(self):
        """The options of a start without root, and [server]'s head for it."""
        if not harness.as_root():
            return {}
        if not shutil.which("setpriv"):
            self.skipTest("not installed: setpriv")
        prefix = ("setpriv", "--reuid", "nobody", "--regid", "65534", "--clear-groups")
        return {"prefix": prefix}

    def test_a_user_who_cannot_become_another_is_refused(self):
        ini = self.good().replace("user = nobody\n", "")
        said = self.refuse_start(
            ini.replace("[server]", "[server]\nuser = daemon"), **self.unprivileged()
        )
        self.assertRegex(said, r"refused\.ini:2: error: user = daemon, .*cannot switch to another")

    def test_a_start_without_root_needs_no_user_and_may_name_its_own(self):
        options = self.unprivileged()
        own = "nobody" if options else str(os.getuid())
        ini = self.good().replace("user = nobody\n", "")
        for text in (ini, ini.replace("[server]", f"[server]\nuser = {own}")):
            daemon = self.start(text, **options)
            self.assert_serves(daemon, "mta-sts.example.com", policy_text())
            daemon.reload()
            daemon.stop()
            self.assertNotIn("cannot read", daemon.log())

    @unittest.skipUnless(harness.as_root(), "only root can become another user")
    def test_the_daemon_becomes_its_user_by_name_or_number(self):
        for user in ("nobody", "65534"):
            daemon = self.start(self.good().replace("user = nobody", f"user = {user}"))
            status = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
            for field in ("Uid", "Gid"):
                ids = set(re.search(rf"^{field}:\s+(.*)$", status, re.M)[1].split())
                self.assertEqual(ids, {"65534"})
            self.assertEqual(
                re.search(r"^Groups:\s*(.*)$", status, re.M)[1].strip() or "65534", "65534"
            )
            self.assertEqual(re.search(r"^CapEff:\s*(\S+)", status, re.M)[1].strip("0"), "")
            self.assertEqual(re.search(r"^NoNewPrivs:\s*(\d)", status, re.M)[1], "1")


class Served(harness.TestCase):
    """What a configuration makes of the bytes served."""

    def serve(self, text, server=(), defaults=()):
        domains = re.findall(r"^\[([a-z0-9.-]+\.[a-z0-9-]+)\]", text, re.M)
        self.certify(*domains)
        return self.start(server_section(*server) + self.defaults_section(*defaults) + text)

    def assert_policy(self, daemon, domain, *arguments):
        self.assert_serves(daemon, f"mta-sts.{domain}", policy_text(*arguments))

    def test_the_built_in_values(self):
        daemon = self.serve(
            "[a.example]\nmx = m.example\n[b.example]\nmx = m.example\nmode = enforce\n"
            "[c.example]\nmx = m.example\nmode = none\n"
            "[d.example]\nmx = m.example\nmode = testing\n"
        )
        self.assert_policy(daemon, "a.example", ["m.example"], "testing", 86400)
        self.assert_policy(daemon, "b.example", ["m.example"], "enforce", 604800)
        self.assert_policy(daemon, "c.example", ["m.example"], "none", 86400)
        self.assert_policy(daemon, "d.example", ["m.example"], "testing", 86400)

    def test_the_nearer_value_replaces_the_inherited_one_whole(self):
        daemon = self.serve(
            "[policy p]\nmx = p1.example\nmx = p2.example\nmode = enforce\n"
            "[a.example]\npolicy = p\n"
            "[b.example]\npolicy = p\nmx = own.example\n"
            "[c.example]\npolicy = p\nmode = testing\n"
            "[d.example]\n"
            "[e.example]\nmode = none\nmax_age = 100000\n"
            "[policy ages]\nmax_age = 1000000\n"
            "[f.example]\npolicy = ages\n",
            defaults=["mx = d1.example", "mx = d2.example", "max_age = 700000"],
        )
        self.assert_policy(daemon, "a.example", ["p1.example", "p2.example"], "enforce", 700000)
        self.assert_policy(daemon, "b.example", ["own.example"], "enforce", 700000)
        self.assert_policy(daemon, "c.example", ["p1.example", "p2.example"], "testing", 700000)
        self.assert_policy(daemon, "d.example", ["d1.example", "d2.example"], "testing", 700000)
        self.assert_policy(daemon, "e.example", ["d1.example", "d2.example"], "none", 100000)
        self.assert_policy(daemon, "f.example", ["d1.example", "d2.example"], "testing", 1000000)

    def test_a_template_may_stand_behind_the_domains_that_name_it(self):
        daemon = self.serve("[a.example]\npolicy = late\n[policy late]\nmx = late.example\n")
        self.assert_policy(daemon, "a.example", ["late.example"])

    def test_mx_keep_their_order_and_are_served_in_lower_case(self):
        names = [
            "z.example",
            "*.a.example",
            "M.Example.com",
            "xn--mil-qla.example.com",
            "localhost",
        ]
        daemon = self.serve("[a.example]\n" + "".join(f"mx = {name}\n" for name in names))
        self.assert_policy(daemon, "a.example", [name.lower() for name in names])

    def test_an_include_directory_is_read_in_byte_order_and_only_its_ini_files(self):
        self.write("inc.d/10.ini", "[inc.example]\nmx = ten.example\n")
        self.write(
            "inc.d/9.ini", "[inc.example]\nmx = nine.example\n[policy late]\nmx = l.example\n"
        )
        self.write("inc.d/B.ini", "[b.example]\npolicy = late\n")
        self.write("inc.d/README", "[readme.example]\nmx = a.example\n")
        self.write("inc.d/old.ini~", "[old.example]\nmx = a.example\n")
        self.certify("inc.example", "b.example")
        daemon = self.serve("", server=["include = inc.d"])
        daemon.wait_for_log(
            r"9\.ini:1: error: .*inc\.example.*10\.ini:1|9\.ini:1: error: .*10\.ini"
        )
        self.assert_policy(daemon, "inc.example", ["ten.example"])
        self.assert_policy(daemon, "b.example", ["l.example"])
        self.assert_refused(daemon.address(), "mta-sts.readme.example", "unrecognized_name")
        self.assert_refused(daemon.address(), "mta-sts.old.example", "unrecognized_name")

    def test_includes_hold_domains_and_policies_only(self):
        self.certify("a.example")
        for section in (
            "[server]\nlisten = 1",
            "[defaults]\nmode = none",
            "[acme]\nrenew = auto",
            "[dns]\nttl = 600",
        ):
            with self.subTest(section=section):
                self.write("only.d/a.ini", f"{section}\n")
                path = self.write(
                    "only.ini",
                    server_section("include = only.d")
                    + self.defaults_section()
                    + "[a.example]\nmx = a.example\n",
                )
                returned, said = check(path)
                self.assertEqual(returned, 1)
                self.assertRegex(said, r"only\.d/a\.ini:\d+: error: ")
        (self.directory / "only.d" / "a.ini").unlink()

    def test_an_empty_include_directory_is_fine(self):
        (self.directory / "empty.d").mkdir()
        daemon = self.serve("[a.example]\nmx = m.example\n", server=["include = empty.d"])
        self.assert_policy(daemon, "a.example", ["m.example"])

    def test_a_list_holds_a_domain_a_line(self):
        self.write(
            "customers.txt",
            "# customers\n\nl1.example outlook\nl2.example outlook mode=testing\n"
            "L3.Example mx=own.example mx=*.own.example mode=enforce max_age=1000000\n"
            "  l4.example\toutlook\tmax_age=31557600  # moved in\n"
            "l5.example\nl6.example policy=outlook\n",
        )
        self.certify(*(f"l{number}.example" for number in range(1, 7)))
        daemon = self.serve(
            "[policy outlook]\nmx = *.mail.protection.outlook.com\nmode = enforce\n",
            server=["domains_file = customers.txt"],
            defaults=["mx = default.example"],
        )
        outlook = ["*.mail.protection.outlook.com"]
        self.assert_policy(daemon, "l1.example", outlook, "enforce", 604800)
        self.assert_policy(daemon, "l2.example", outlook, "testing", 86400)
        self.assert_policy(
            daemon, "l3.example", ["own.example", "*.own.example"], "enforce", 1000000
        )
        self.assert_policy(daemon, "l4.example", outlook, "enforce", 31557600)
        self.assert_policy(daemon, "l5.example", ["default.example"])
        self.assert_policy(daemon, "l6.example", outlook, "enforce", 604800)

    def test_a_bad_list_line_takes_out_its_domain_alone(self):
        self.write(
            "lines.txt",
            "g1.example mx=m.example\n"
            "b1.example nosuchpolicy\n"
            "b2.example mx=192.0.2.1\n"
            "b3.example mx=m.example mode=strict\n"
            "b4.example mx=m.example colour=red\n"
            "b5.example outlook outlook2\n"
            "b_6.example mx=m.example\n"
            "nodot mx=m.example\n"
            "b7.example mx=m.example " + "x" * 70000 + "\n"
            "b8.example mx=m\0.example\n"
            'b9.example mx="m.example"\n'
            "g2.example mx=m.example\n",
        )
        self.certify("g1.example", "g2.example")
        daemon = self.serve("", server=["domains_file = lines.txt"])
        self.assert_policy(daemon, "g1.example", ["m.example"])
        self.assert_policy(daemon, "g2.example", ["m.example"])
        for line in range(2, 12):
            daemon.wait_for_log(rf"lines\.txt:{line}: error: ")
        for number in range(1, 10):
            self.assert_refused(daemon.address(), f"mta-sts.b{number}.example", "unrecognized_name")

    def test_a_section_overrides_a_list_line_with_a_notice(self):
        self.write("over.txt", "o.example mx=list.example\n")
        daemon = self.serve(
            "[o.example]\nmx = section.example\n", server=["domains_file = over.txt"]
        )
        self.assertRegex(daemon.log(), r"over\.txt:1: notice: .*o\.example|notice: .*over\.txt:1")
        self.assert_policy(daemon, "o.example", ["section.example"])

    def test_a_policy_file_out_of_the_shipped_tree_is_served_as_it_stands(self):
        shipped = harness.SOURCE / "www"
        files = sorted(shipped.glob("*/.well-known/mta-sts.txt"))
        if not files:
            self.skipTest("www/ holds no policy")
        shutil.copytree(shipped, self.directory / "www")
        domains = [path.parent.parent.name for path in files]
        daemon = self.serve(
            "".join(f"[{domain}]\n" for domain in domains),
            defaults=[f"policy_file = {self.directory}/www/%d/.well-known/mta-sts.txt"],
        )
        for domain, path in zip(domains, files):
            self.assert_serves(daemon, f"mta-sts.{domain}", path.read_bytes())

    def test_a_policy_file_is_served_to_the_byte_even_where_we_would_write_it_otherwise(self):
        body = b"version: STSv1\nmode: testing\nmx: m.example\nmax_age: 86400\n"
        self.write("lf.txt", body)
        daemon = self.serve("[a.example]\npolicy_file = lf.txt\n")
        self.assert_serves(daemon, "mta-sts.a.example", body)

    def test_the_nearer_of_policy_file_and_values_wins_whole(self):
        body = policy_text(["file.example"], "enforce", 900000)
        self.write("file.txt", body)
        path = f"{self.directory}/file.txt"
        daemon = self.serve(
            "[a.example]\n[b.example]\nmx = own.example\n"
            "[policy v]\nmx = v.example\nmode = enforce\n"
            f"[c.example]\npolicy = v\n[policy f]\npolicy_file = {path}\n[d.example]\npolicy = f\n",
            defaults=[f"policy_file = {path}"],
        )
        self.assert_serves(daemon, "mta-sts.a.example", body)
        self.assert_policy(daemon, "b.example", ["own.example"])
        self.assert_policy(daemon, "c.example", ["v.example"], "enforce", 604800)
        self.assert_serves(daemon, "mta-sts.d.example", body)

    def test_an_error_harms_its_own_domain_alone(self):
        daemon = self.serve(
            "[good.example]\nmx = m.example\n[bad.example]\nmx = 192.0.2.1\n"
            "[worse.example\nmx = a.example\nmode = enforce\n[fine.example]\nmx = m.example\n"
        )
        self.assert_policy(daemon, "good.example", ["m.example"])
        self.assert_policy(daemon, "fine.example", ["m.example"])
        self.certify("worse.example")
        for host in ("mta-sts.bad.example", "mta-sts.worse.example"):
            self.assert_refused(daemon.address(), host, "unrecognized_name")

    def test_a_section_without_keys_is_a_domain_too(self):
        daemon = self.serve("[a.example]\n[b.example]\n", defaults=["mx = m.example"])
        self.assert_policy(daemon, "a.example", ["m.example"])
        self.assert_policy(daemon, "b.example", ["m.example"])
        self.assertRegex(daemon.log(), "ready: 2 domains")

    def test_a_pattern_of_d_and_h_and_a_key_in_its_own_file(self):
        leaf = pki().leaf("mta-sts.pair.example")
        self.write("layout/pair.example/tls.crt", leaf.chain)
        self.write("layout/pair.example/tls.key", leaf.key)
        self.write(
            "layout/mta-sts.pair2.example/pair2.example.pem",
            pki().leaf("mta-sts.pair2.example").pem,
        )
        layout = self.directory / "layout"
        daemon = self.start(
            server_section()
            + f"[pair.example]\nmx = m.example\ncertificate = {layout}/%d/tls.crt\n"
            + f"private_key = {layout}/%d/tls.key\n"
            + f"[pair2.example]\ncertificate = {layout}/%h/%d.pem\nmx = m.example\n"
        )
        self.assert_policy(daemon, "pair.example", ["m.example"])
        self.assert_policy(daemon, "pair2.example", ["m.example"])

    def test_relative_paths_are_relative_to_the_main_file_also_those_of_an_include(self):
        for domain in ("rel.example", "inc.example", "own.example"):
            self.write(f"etc/certs/mta-sts.{domain}.pem", pki().leaf(f"mta-sts.{domain}").pem)
        self.write("etc/list.txt", "rel.example mx=m.example\n")
        self.write("etc/policy.txt", policy_text(["main.example"]))
        self.write("far/away.d/policy.txt", policy_text(["include.example"]))
        self.write(
            "far/away.d/a.ini",
            "[inc.example]\npolicy_file = policy.txt\n"
            "[own.example]\nmx = m.example\ncertificate = certs/%h.pem\n",
        )
        ini = server_section("domains_file = list.txt", "include = ../far/away.d")
        daemon = self.start(ini + "[defaults]\ncertificate = certs/%h.pem\n", name="etc/rel.ini")
        self.assert_policy(daemon, "rel.example", ["m.example"])
        self.assert_policy(daemon, "inc.example", ["main.example"])
        self.assert_policy(daemon, "own.example", ["m.example"])

    def test_a_domain_of_245_characters_is_served(self):
        domain = ".".join(["a" * 61, "b" * 61, "c" * 61, "d" * 59])
        self.write("long.pem", pki().leaf(f"mta-sts.{domain}").pem)
        daemon = self.start(
            server_section() + f"[{domain}]\nmx = m.example\ncertificate = long.pem\n"
        )
        self.assert_policy(daemon, domain, ["m.example"])

    def test_no_domain_at_all_is_served_as_such(self):
        daemon = self.serve("")
        self.assertRegex(daemon.log(), "ready: 0 domains")
        self.assert_refused(daemon.address(), "mta-sts.example.com", "unrecognized_name")


class Removal(harness.TestCase):
    """max_removed: a reload that would drop too many of the domains."""

    def ini(self, count, *server):
        domains = "".join(f"[d{number}.example]\nmx = m.example\n" for number in range(count))
        return server_section(*server) + self.defaults_section() + domains

    def test_a_reload_that_drops_more_than_the_bound_is_refused_and_a_restart_accepts_it(self):
        self.certify("d0.example", "d10.example", "d19.example")
        daemon = self.start(self.ini(20))
        self.write("mta-stsd.ini", self.ini(17))
        daemon.reload("reload refused")
        self.assertRegex(daemon.log(), "3 of 20 domains would be removed.*max_removed = 10%.*restart")
        self.assert_serves(daemon, "mta-sts.d19.example", policy_text(["m.example"]))
        self.write("mta-stsd.ini", self.ini(18))
        daemon.reload()
        self.assert_refused(daemon.address(), "mta-sts.d19.example", "unrecognized_name")
        daemon.stop()
        daemon = self.start(self.ini(11))
        self.assert_serves(daemon, "mta-sts.d10.example", policy_text(["m.example"]))

    def test_one_domain_may_always_go_by_a_percentage(self):
        self.certify("d0.example")
        daemon = self.start(self.ini(2))
        self.write("mta-stsd.ini", self.ini(1))
        daemon.reload()

    def test_a_number_is_a_number_of_domains(self):
        daemon = self.start(self.ini(5, "max_removed = 2"))
        self.write("mta-stsd.ini", self.ini(2, "max_removed = 2"))
        daemon.reload("reload refused")
        self.write("mta-stsd.ini", self.ini(3, "max_removed = 2"))
        daemon.reload()

    def test_all_may_go_where_the_bound_says_so(self):
        daemon = self.start(self.ini(5, "max_removed = 100%"))
        self.write("mta-stsd.ini", self.ini(0, "max_removed = 100%"))
        daemon.reload()

    def test_a_reload_that_leaves_no_domain_is_refused(self):
        self.certify("d0.example")
        for count, server in ((1, []), (3, ["max_removed = 3"]), (3, ["max_removed = 99%"])):
            with self.subTest(count=count, server=server):
                daemon = self.start(self.ini(count, *server))
                self.write("mta-stsd.ini", self.ini(0, *server))
                said = daemon.reload("reload refused")
                self.assertRegex(said, "^reload refused: no domain would be left; ")
                self.assertRegex(daemon.log(), f"(?m)^none of {count} domains would be left; ")
                self.assert_serves(daemon, "mta-sts.d0.example", policy_text(["m.example"]))

    def test_a_broken_domain_counts_as_kept(self):
        self.certify("d0.example", "d1.example")
        daemon = self.start(self.ini(10, "max_removed = 0"))
        self.write(
            "mta-stsd.ini", self.ini(10, "max_removed = 0").replace("m.example", "m.example.")
        )
        daemon.reload()
        self.assert_serves(daemon, "mta-sts.d0.example", policy_text(["m.example"]))


class Start(harness.TestCase):
    """What a start does with what --check does not look at."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def test_a_port_in_use_is_an_error_that_names_it(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]
            ini = server_section(listen=[f"127.0.0.1:{port}"]) + self.defaults_section() + DOMAIN
            said = self.refuse_start(ini, expect=1)
            self.assertRegex(said, rf"refused\.ini:\d+: error: .*127\.0\.0\.1:{port}.*in use by "
                             rf"\S+ \(process {os.getpid()}\); ")

    def test_the_holder_of_a_port_is_found_at_another_address_of_it(self):
        for family, held in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            with self.subTest(held), socket.socket(family) as holder:
                holder.bind((held, 0))
                holder.listen()
                port = holder.getsockname()[1]
                ini = (server_section(listen=[f"127.0.0.1:{port}"]) + self.defaults_section()
                       + DOMAIN)
                self.assertIn(f"(process {os.getpid()})", self.refuse_start(ini, expect=1))

    def test_the_same_address_twice_is_an_error(self):
        port = harness.free_port()
        listen = [f"127.0.0.1:{port}", f"127.0.0.1:{port}"]
        ini = server_section(listen=listen) + self.defaults_section() + DOMAIN
        self.assertRegex(self.refuse_start(ini), rf"error: .*{port}")

    def test_a_start_with_a_bad_server_section_exits_78_and_says_all(self):
        ini = server_section("idle_timeout = x", "colour = red") + self.defaults_section() + DOMAIN
        said = self.refuse_start(ini)
        self.assertRegex(said, "idle_timeout")
        self.assertRegex(said, "colour")

    def test_a_missing_certificate_stops_no_start(self):
        daemon = self.start(
            server_section()
            + self.defaults_section()
            + DOMAIN
            + "[nocert.example]\nmx = m.example\n"
        )
        self.assert_serves(daemon, "mta-sts.example.com", policy_text())

    def test_the_daemon_stays_in_the_foreground_and_writes_no_file(self):
        before = sorted(self.directory.rglob("*"))
        path = self.write("mta-stsd.ini", server_section() + self.defaults_section() + DOMAIN)
        daemon = self.start(path.read_text())
        self.assertIsNone(daemon.process.poll())
        after = sorted(self.directory.rglob("*"))
        self.assertEqual(sorted(set(after) - set(before) - {path}), [])
        self.assertEqual(fetch(daemon.address(), "mta-sts.example.com").status, 200)

    def test_a_second_start_on_the_same_address_fails_and_harms_the_first_in_nothing(self):
        first = self.start(server_section() + self.defaults_section() + DOMAIN)
        port = first.address()[1]
        ini = server_section(listen=[f"127.0.0.1:{port}"]) + self.defaults_section() + DOMAIN
        self.refuse_start(ini, expect=1)
        for _ in range(20):
            self.assert_serves(first, "mta-sts.example.com", policy_text())


if __name__ == "__main__":
    unittest.main()
