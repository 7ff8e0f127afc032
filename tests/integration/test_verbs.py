# SPDX-License-Identifier: ISC
"""verbs: what all verbs of mta-stsctl have in common: options, streams, exit statuses, JSON."""
import json
import os
import pty
import re
import subprocess
import termios
import threading
import time
import unittest

import harness
import schema
from harness import needs, server_section
from nameserver import KNOTD, Nameserver
from test_ctl_certs import CTL, CtlCase, configured_etc
from test_progress import drain

POLICY = "version: STSv1\r\nmode: {}\r\nmx: mail.example.com\r\nmax_age: 604800\r\n"
EMITTING = ("ari", "digest_json", "finding_out", "lintfile", "listing", "matching", "outcome", "proposalout",
            "recordout", "schedule", "seenwrite", "survey", "surveyjson", "totals_json")
OPTIONS_OF = {"tlsrpt.c": "order.c"}  # where they have a file of their own
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
            (0, "seen", "-c", cls.ini, "--log", cls.access_log("quiet.log", 30)),
            (1, "seen", "-c", cls.ini, "--log", cls.access_log("new.log", 1)),
            (2, "seen", "-c", cls.ini, "--log", "missing.log"),
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

    @classmethod
    def access_log(cls, name, days):
        """Of a server that has run for so many days, in which nobody fetched."""
        moments = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))
                   for ago in (86400 * days, 60))
        return cls.write(name, "".join(
            f"log time={moment} access_log=on log_clients=full cause=hour line=0badcafe-{number}\n"
            for number, moment in enumerate(moments, 1)))


def table_of(name):
    """The rows of getopt_long's table in a verb's source: whether the option takes a value, and its
    letter, by its name."""
    text = harness.source_text("ctl", OPTIONS_OF.get(name, name))
    if "NET_OPTIONS_WORDS" in text:
        text += harness.source_text("ctl", "net_options.h")
    rows = re.findall(r'\{\s*(?:\\\s*)?"([\w-]+)", (no|required)_argument, NULL, (?:\'(\w)\'|\w+)', text)
    return {word: (kind == "required", letter) for word, kind, letter in rows}


class CommandLine(VerbCase):
    """That the manual and the completion have the help's options, their own tests say."""

    def refuses(self, sentence, verb, *words):
        done = self.ctl(verb, *words, status=2)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, rf"\Amta-stsctl: {verb}: .*{sentence}.*\n"
                         rf"Try 'mta-stsctl {verb} --help'\.\n\Z")

    def test_each_verb_explains_the_options_that_it_takes_and_no_other(self):
        main = harness.source_text("ctl", "main.c")
        modules = dict(re.findall(r'\{"(\w+)",\s*"[^"]*",\s*(\w+)_run\}', main))
        self.assertEqual(set(modules), set(self.verbs))
        for verb, module in modules.items():
            with self.subTest(verb):
                said = self.ctl(verb, "--help", status=0)
                self.assertEqual(said.stderr, "")
                self.assertEqual(self.ctl(verb, "x", "-h", status=0).stdout, said.stdout)
                explained = re.findall(r"(?m)^ +(?:-(\w), )?--([a-z-]+)(?: (?! ))?(\S*)", said.stdout)
                self.assertEqual({word: (value != "", letter) for letter, word, value in explained},
                                 table_of(f"{module}.c"))

    def test_help_fits_a_terminal_of_80_columns(self):
        etc = configured_etc()
        for words in ((), *((verb,) for verb in (*self.verbs, "install-file"))):
            with self.subTest(words):
                said = self.ctl(*words, "--help", status=0).stdout.replace(etc, "/etc")
                for line in said.splitlines():
                    self.assertLessEqual(len(line), 79, line)
                    self.assertEqual(line, line.rstrip())

    def test_an_option_that_is_none_or_lacks_its_value_is_refused(self):
        for verb in self.verbs:
            said = self.ctl(verb, "--help", status=0).stdout
            with self.subTest(verb):
                self.refuses("'--no-such'", verb, "--no-such")
                self.refuses("'Z'", verb, "-Z")
            for letter, word, value in re.findall(r"(?m)^ +(?:-(\w), )?--([a-z-]+)(?: (?! ))?(\S*)",
                                                  said):
                with self.subTest(verb=verb, option=word):
                    if value:
                        self.refuses(f"'--{word}'", verb, f"--{word}")
                    else:
                        self.refuses(f"'--{word}'", verb, f"--{word}=x")
                    if value and letter:
                        self.refuses(f"'{letter}'", verb, f"-{letter}")

    def test_without_a_verb_it_says_where_help_is(self):
        for words in ((), ("chek",), ("--chek",), ("-x",), ("--json",)):
            with self.subTest(words):
                done = self.ctl(*words, status=2)
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr, r"\Amta-stsctl: .*try 'mta-stsctl --help'\n\Z")
        self.assertIn('unknown command "chek"', self.ctl("chek", status=2).stderr)
        self.assertIn('unknown command "chek"', self.ctl("help", "chek", status=2).stderr)
        for words, same in ((("help",), ("--help",)), (("help", "check"), ("check", "--help"))):
            self.assertEqual(self.ctl(*words, status=0).stdout, self.ctl(*same, status=0).stdout)
        for word, short, begin in (("--help", "-h", "Usage: "), ("--version", "-V", "mta-stsctl ")):
            done = self.ctl(word, status=0)
            self.assertEqual((done.stdout[:len(begin)], done.stderr), (begin, ""))
            self.assertEqual(self.ctl(short, status=0).stdout, done.stdout)

    def test_a_verb_without_its_domain_or_file_says_where_help_is(self):
        for words in (("generate", "--from-dns"), ("lint",), ("check",), ("match",), ("tlsrpt",),
                      ("records", "a.example", "b.example"), ("certs", "a.example", "b.example")):
            with self.subTest(words):
                done = self.ctl(*words, status=2)
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr, rf"\Amta-stsctl: {words[0]}: .*"
                                 rf"try 'mta-stsctl {words[0]} --help'\n\Z")

    def test_a_domain_may_be_in_capital_letters(self):
        for words in (("records", "--force", "-c", self.ini), ("certs", "-c", self.ini),
                      ("certs", "-c", self.ini, "--plan")):
            with self.subTest(words):
                capital, small = (
                    re.sub(r"\d+ days", "N days", self.ctl(*words, domain, status=0).stdout)
                    for domain in ("Example.COM", "example.com"))  # a day may end between
                self.assertEqual(capital, small)
        self.assertIn("mta-sts.example.com",
                      self.ctl("certs", "-c", self.ini, "MTA-STS.example.com", status=0).stdout)
        for words in (("records", "-c", self.ini, "no_name"), ("certs", "-c", self.ini, "no_name"),
                      ("certs", "-c", self.ini, "mta-sts.none.example")):
            self.assertIn(words[-1].split(".")[0], self.ctl(*words, status=2).stderr)

    def refusal_of(self, name):
        return self.ctl("check", name, status=2).stderr.removeprefix("mta-stsctl: check: ")

    def test_a_name_that_is_none_is_refused_in_the_same_words(self):
        for verb in ("certs", "check", "generate", "match", "records"):
            with self.subTest(verb):
                self.assertEqual(
                    self.ctl(verb, "no_name", status=2).stderr,
                    f"mta-stsctl: {verb}: " + self.refusal_of("no_name"))

    def test_options_that_rule_each_other_out_are_refused(self):
        mx = ("generate", "--mx", "mail.example.com", "example.com")
        for words, sentence in (
            ((*mx, "--list", "--json"), "mutually exclusive"),
            ((*mx, "--www", "x", "--json"), "mutually exclusive"),
            (("generate", "-c", self.ini, "--www", "x", "--json"), "mutually exclusive"),
            (("generate", "-c", self.ini, "--www", "x", "--offline"), "configuration defines the policies"),
            (("generate", "-c", self.ini, "--www", "x", "--wildcard"), "configuration defines the policies"),
            (("certs", "-c", self.ini, "--plan", "--renew"), "--plan and --renew are mutually exclusive"),
            (("certs", "-c", self.ini, "--renew", "--plan"), "--plan and --renew are mutually exclusive"),
            (("certs", "-c", self.ini, "--force"), "--force needs --renew"),
            (("certs", "-c", self.ini, "--resolver", "127.0.0.1"), "--resolver needs --renew"),
            (("certs", "-c", self.ini, "--trust-anchors", "x"), "--trust-anchors needs --renew"),
            (("certs", "--plan", "--probe-port", "5001"), "--probe-port needs --renew"),
            (("tlsrpt", "--since", "2026-11-21", "--days", "3", "x"), "--since and --days are mutually exclusive"),
            (("tlsrpt", "--json", "--csv", "x"), "mutually exclusive"),
        ):
            with self.subTest(words):
                done = self.ctl(*words, status=2)
                self.assertEqual((done.stdout, sentence in done.stderr), ("", True), done.stderr)


def timeless(text):
    return re.sub(r"\d+ ms\b", "0 ms", text)


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
                    if words in heads or (words[0] == "match" and "--json" not in words):
                        self.assertEqual(done.stderr,
                                         "mta-stsctl: standard output cannot be written\n")

    def shown(self, words, columns=0, **environment):
        """What comes to a terminal, of so many columns if it says so."""
        parent, child = pty.openpty()
        termios.tcsetwinsize(child, (24, columns))
        written = []
        reader = threading.Thread(target=drain, args=(parent, written))
        reader.start()
        subprocess.run([*harness.WRAPPER, CTL, *words], stdin=subprocess.DEVNULL, stdout=child,
                       stderr=subprocess.DEVNULL, timeout=harness.bound(60), check=False,
                       env={**os.environ, "NO_COLOR": "", "TERM": "xterm", **environment})
        os.close(child)
        reader.join()
        return b"".join(written).decode()

    def test_text_fits_the_terminal_and_is_a_line_each_elsewhere(self):
        """What is said is the same, by words; only a word may be too long for its line."""
        for status, *words in self.runs:
            if status != 1 or words[0] in ("generate", "records"):
                continue
            plain = self.ctl(*words).stdout
            for columns, named, width in ((80, "", 80), (132, "", 132), (20, "", 80), (0, "", 80),
                                          (80, "100", 100)):
                with self.subTest(words=words, columns=columns, named=named):
                    said = self.shown(words, columns, NO_COLOR="1", COLUMNS=named)
                    for line in said.splitlines():
                        self.assertEqual(line, line.rstrip())
                        if len(line.split()) > 1:
                            self.assertLessEqual(len(line), width, line)
                    self.assertEqual(timeless(said).split(), timeless(plain).split())
        check = self.ctl("check", *next(run for run in self.runs if run[1] == "check")[2:]).stdout
        self.assertRegex(check, r"(?m)^\S+ +error +\w+ +\S.*; \S.*$")
        self.assertRegex(check, r"(?m)^not tested .* \(Google, .*\)$")

    def test_colour_is_for_terminals_that_want_it_and_never_in_json(self):
        colour = re.compile("\033\\[3[13]m")
        for status, *words in self.runs:
            if status != 1:
                continue
            with self.subTest(words):
                coloured = words[0] not in ("generate", "records")
                self.assertEqual(bool(colour.search(self.shown(words))), coloured)
                for said in (self.shown(words, NO_COLOR="1"), self.shown(words, TERM="dumb"),
                             self.shown((*words, "--json")), self.ctl(*words).stdout):
                    self.assertNotIn("\033", said)
                    self.assertNotEqual(said, "")


def keys_of_sources():
    """The members that the sources of the output name."""
    text = "".join(harness.source_text("ctl", f"{module}.c") for module in EMITTING)
    keys = set(re.findall(r'writer_[a-z]+\(&?[\w.>-]+,\s*"(\w+)"', text))
    keys |= set(re.findall(r'write_[a-z]+\(&?out, "(\w+)"', text))
    views = re.search(r"(?ms)totals_views\[TOTALS_LISTS\] = \{(.*?)^\};",
                      harness.source_text("ctl", "totals.c"))[1]
    keys |= set(re.findall(r'\{"(\w+)",', views))
    return keys


class Json(VerbCase):
    """CtlCase.ctl holds all that is written with --json, in each test, against the schema."""

    def test_each_verb_says_the_same_in_json_and_ends_alike(self):
        for status, *words in self.runs:
            if "--www" in words:
                continue
            with self.subTest(words):
                plain, done = self.ctl(*words), self.ctl(*words, "--json")
                self.assertEqual((done.returncode, done.stderr), (status, plain.stderr))
                self.assertEqual(done.stdout != "", status < 2 or words[0] == "lint")

    def test_the_sources_and_the_manual_name_the_same_members(self):
        documented = {path.rsplit(".", 1)[-1] for members in schema.sections().values()
                      for path in members}
        self.assertEqual(keys_of_sources(), documented)

    def test_what_is_not_as_documented_is_found(self):
        done = json.loads(self.ctl("lint", "--json", self.directory / "bad.txt").stdout)
        del done["files"][0]["findings"][0]["rule"]
        done["files"][0]["findings"][0]["line"] = "1"
        done |= {"errors": True, "more": 1}
        self.assertEqual(sorted(schema.complaints(("lint", "--json"), json.dumps(done))),
                         ["errors: is no integer", "line: is no integer or null",
                          "more: is not documented", "rule: is absent"])

    def test_a_path_that_is_not_utf8_is_written_all_the_same(self):
        for name, written in ((b"\xfc", "?"), ("\xfc".encode(), "\xfc")):
            ini = self.directory / "path.ini"
            ini.write_bytes(server_section().encode() + b"[example.com]\nmx = mail.example.com\n"
                            + b"certificate = /nowhere/" + name + b"/%h.pem\n")
            (item,) = json.loads(self.ctl("certs", "-c", ini, "--json",
                                          status=1).stdout)["certificates"]
            self.assertEqual(item["file"], f"/nowhere/{written}/mta-sts.example.com.pem")
            self.assertIn(item["file"], item["finding"])


if __name__ == "__main__":
    unittest.main()
