# SPDX-License-Identifier: ISC
"""lintfile: mta-stsctl lint agrees with a real sender's parser, and puts right what it can."""
import asyncio
import gzip
import json
import logging
import os
import pathlib
import re
import types
import unittest
import unittest.mock

import harness
import test_tlsrpt
from harness import run, server_section
from test_ctl_certs import CTL, CtlCase

try:
    from postfix_mta_sts_resolver import resolver as postfix_resolver
except ImportError:
    postfix_resolver = None

POLICIES = pathlib.Path(__file__).resolve().parents[1] / "data" / "policies"
RESOLVER = "postfix-mta-sts-resolver"

# What senders do alike with every policy file: the server's answer, DNS, and when they ask.
NOT_OF_A_FILE = (
    "time limit, 3xx, status, content-type, TXT id, other TXT, user-agent, HTTP, TLS, refresh"
)

# Each file of the corpus, by the rules it breaks (a good file has none) and whether the resolver
# accepts it. The first part has a file for each row of the senders' table that a file can break.
CORPUS = {
    "blank-line": ("blank-line", True),
    "blank-line-of-blanks": ("blank-line", True),
    "comment": ("comment version-not-first", True),
    "line-without-colon": ("line-without-colon", True),
    "colon-in-value": ("colon-in-value key-unknown", True),
    "bom": ("bom", False),
    "bare-cr": ("bare-cr lf-only no-final-newline trailing-blank", True),
    "no-final-newline": ("no-final-newline", True),
    "space-before-colon": ("space-before-colon", False),
    "duplicate-field": ("duplicate-field", True),
    "duplicate-field-equal": ("duplicate-field", True),
    "max-age-above-bound": ("max-age-above-bound", False),
    "max-age-at-bound": ("max-age-at-bound", True),
    "max-age-enforce-a-day": ("max-age-enforce-under-a-week", True),
    "max-age-in-words": ("max-age-not-a-number", False),
    "max-age-missing": ("max-age-missing", False),
    "max-age-negative": ("max-age-not-a-number", False),
    "max-age-of-eleven-digits": ("max-age-above-bound", False),
    "max-age-under-an-hour": ("max-age-under-a-day", True),
    "max-age-zero": ("max-age-zero", True),
    "none-without-mx": ("mx-missing-in-none", True),
    "enforce-without-mx": ("mx-missing", False),
    "mx-ip": ("mx-ip", True),
    "mx-trailing-dot": ("mx-trailing-dot", True),
    "wildcard-of-one-label": ("", True),
    "wildcard-of-two-labels": ("mx-wildcard-place", True),
    # What checkers check besides.
    "empty": ("empty", False),
    "fields-in-another-order": ("field-order", True),
    "keys-in-capitals": ("key-case", False),
    "lf": ("lf-only", True),
    "line-end-literal": ("line-end-literal", False),
    "mixed-line-ends": ("mixed-line-ends", True),
    "mode-in-capitals": ("mode-translated", False),
    "mode-missing": ("mode-missing", False),
    "mode-report": ("mode-report", False),
    "mode-unknown": ("mode-unknown", False),
    "mx-duplicate": ("mx-case mx-duplicate", True),
    "mx-several": ("mx-several", True),
    "mx-u-label": ("mx-u-label", True),
    "mx-underscore": ("mx-not-a-name", True),
    "mx-with-preference": ("mx-preference", True),
    "non-ascii": ("key-unknown non-ascii", True),
    "none": ("", True),
    "pem": ("pem", False),
    "sound": ("", True),
    "testing": ("", True),
    "unknown-key": ("key-unknown", True),
    "utf-16": ("utf-16", False),
    "version-in-capitals": ("version-unknown", False),
    "version-last": ("version-not-first", True),
    "version-missing": ("version-missing", False),
    "version-unknown": ("version-unknown", False),
    "web-page": (
        "key-malformed leading-blank lf-only line-without-colon max-age-missing mode-missing "
        "mx-missing version-missing",
        False,
    ),
    "wildcard-bare": ("mx-bare-wildcard", True),
    "wildcard-over-a-tld": ("mx-broad-wildcard", True),
    "wildcard-over-the-domain": ("mx-own-wildcard", True),
    # As policies are copied.
    "copied-from-a-web-page": ("lf-only mx-u-label no-blank-behind-colon non-ascii", True),
    "copied-translated": ("key-translated lf-only mode-translated", False),
    "copied-with-a-blank-line-at-the-end": ("after-end", True),
    "copied-with-everything": (
        "after-end blank-line bom key-translated leading-blank lf-only mode-translated "
        "mx-trailing-dot",
        False,
    ),
    "copied-with-quotes": (
        "lf-only max-age-not-a-number mode-unknown mx-not-a-name version-unknown",
        False,
    ),
    "copied-with-three-spaces": ("leading-blank lf-only", False),
}

# The rows P1 to P13 of the checks, and a rule that finds each part of them.
CHECKS = {
    "P1": "lf-only mixed-line-ends bare-cr line-end-literal",
    "P2": "blank-line after-end line-without-colon comment",
    "P3": "bom non-ascii pem utf-16",
    "P4": "version-missing version-unknown version-not-first",
    "P5": "mode-missing mode-unknown mode-report mode-translated",
    "P6": "max-age-missing max-age-not-a-number max-age-above-bound",
    "P7": "max-age-under-a-day max-age-enforce-under-a-week max-age-zero max-age-at-bound",
    "P8": "mx-missing mx-missing-in-none",
    "P9": "mx-not-a-name mx-u-label mx-ip mx-trailing-dot mx-bare-wildcard mx-wildcard-place",
    "P10": "mx-duplicate duplicate-field",
    "P11": "key-unknown colon-in-value",
    "P12": "mode-testing mode-none",
    "P13": "mx-broad-wildcard mx-own-wildcard",
}

# What --fix leaves in a file: it has no single right form.
LEFT = {
    "line-without-colon": "line-without-colon",
    "colon-in-value": "colon-in-value key-unknown",
    "duplicate-field": "duplicate-field",
    "max-age-above-bound": "max-age-above-bound",
    "max-age-at-bound": "max-age-at-bound",
    "max-age-enforce-a-day": "max-age-enforce-under-a-week",
    "max-age-in-words": "max-age-not-a-number",
    "max-age-missing": "max-age-missing",
    "max-age-negative": "max-age-not-a-number",
    "max-age-of-eleven-digits": "max-age-above-bound",
    "max-age-under-an-hour": "max-age-under-a-day",
    "max-age-zero": "max-age-zero",
    "none-without-mx": "mx-missing-in-none",
    "enforce-without-mx": "mx-missing",
    "mx-ip": "mx-ip",
    "wildcard-of-two-labels": "mx-wildcard-place",
    "empty": "empty",
    "mode-missing": "mode-missing",
    "mode-unknown": "mode-unknown",
    "mx-underscore": "mx-not-a-name",
    "non-ascii": "key-unknown non-ascii",
    "line-end-literal": "line-end-literal",
    "pem": "pem",
    "unknown-key": "key-unknown",
    "version-missing": "version-missing",
    "version-unknown": "version-unknown",
    "web-page": CORPUS["web-page"][0],
    "wildcard-bare": "mx-bare-wildcard",
    "wildcard-over-a-tld": "mx-broad-wildcard",
    "wildcard-over-the-domain": "mx-own-wildcard",
}


def resolver_accepts(body):
    """Whether postfix-mta-sts-resolver's own code takes these bytes; only the network is ours."""

    class Content:
        rest = body

        async def read(self, size):
            got, self.rest = self.rest[:size], self.rest[size:]
            return got

    class Answer:
        status, headers, charset = 200, {"Content-Type": "text/plain; charset=utf-8"}, "utf-8"

        async def __aenter__(self):
            self.content = Content()
            return self

        async def __aexit__(self, *_):
            pass

    class Session(Answer):
        def __init__(self, **_):
            pass

        def get(self, *_, **__):
            return Answer()

    class Records:
        async def query(self, *_):
            return [types.SimpleNamespace(text="v=STSv1; id=1;")]

    async def resolve():
        sts = postfix_resolver.STSResolver(loop=asyncio.get_running_loop())
        sts._resolver = Records()
        with unittest.mock.patch.object(postfix_resolver.aiohttp, "ClientSession", Session):
            return await sts.resolve("example.com")

    logging.getLogger("RES").addHandler(logging.NullHandler())
    with unittest.mock.patch.dict(os.environ, {"NETRC": "/dev/null"}):
        status, _ = asyncio.run(resolve())
    return status == postfix_resolver.STSFetchResult.VALID


def names_resolver(finding):
    """Those that find no policy stand in front of the first semicolon."""
    refusing = (finding["sender"] or "").split(";")[0]
    _, every, others = refusing.partition("every sender")
    named = RESOLVER not in others if every else RESOLVER in refusing
    return finding["severity"] == "error" and "for which" not in refusing and named


def rules_of(findings, *severities):
    return " ".join(sorted({one["rule"] for one in findings if one["severity"] in severities}))


class LintCase(CtlCase):
    def lint(self, *words, status=None, **options):
        return self.ctl("lint", *words, status=status, **options)

    def lint_json(self, *words, status=None, **options):
        said = json.loads(self.lint("--json", *words, status=status, **options).stdout)
        for one in said["files"]:
            for finding in one["findings"]:
                self.assertEqual(
                    sorted(finding),
                    ["advice", "line", "problem", "rule", "sender", "severity", "where"],
                )
        return said

    def findings(self, *words, status=None, **options):
        (one,) = self.lint_json(*words, status=status, **options)["files"]
        return one["findings"]

    def judge(self, path, *words):
        return self.findings("--type", "policy", "--domain", "example.com", *words, path)


class Corpus(LintCase):
    def test_each_file_breaks_the_rules_it_was_made_for(self):
        self.assertEqual(sorted(CORPUS), sorted(path.stem for path in POLICIES.iterdir()))
        for name, (rules, _) in CORPUS.items():
            with self.subTest(file=name):
                found = self.judge(POLICIES / f"{name}.txt")
                self.assertEqual(rules_of(found, "error", "warning"), rules)

    def test_nothing_of_a_certificate_or_key_is_shown(self):
        block = (POLICIES / "pem.txt").read_text().split("\n", 1)[1]
        for before in ("", "subject=CN = x\n", "mail.example.com\n", "Bag Attributes\n  a: b\n"):
            with self.subTest(before=before):
                path = self.write("shown", before + block)
                said = self.lint(path, status=1).stdout
                self.assertIn("error  pem  this is no policy but a certificate or a key", said)
                self.assertNotIn("MII", said)
                self.assertEqual(len(said.splitlines()), 2, said)
                self.assertEqual(self.lint("--fix", path, status=1).stdout.splitlines()[0],
                                 said.splitlines()[0])

    def test_a_tls_report_is_named_as_such_and_nothing_else_is_said_of_it(self):
        content = json.dumps(test_tlsrpt.report(), indent=1).encode()
        parsed = b'[{"organization_name": "x", "policies": [{"policy_type": "sts"}]}]'
        for name, text in (("report.json", content), ("report.txt", b"\xef\xbb\xbf\r\n" + content),
                           ("report.json.gz", gzip.compress(content)), ("list", b"[" + content + b"]"),
                           ("cut.gz", gzip.compress(content)[:-40]), ("parsed.json", parsed),
                           ("long.json", content[:-1] + b',"x":"' + b"y" * 100000 + b'"}'),
                           (".well-known/mta-sts.txt", content)):
            with self.subTest(name):
                path = self.write(name, text)
                for words in ((), ("--fix",), ("--type", "policy", "--domain", "example.com")):
                    lines = self.lint(*words, path, status=1).stdout.splitlines()
                    self.assertRegex(lines[0], "error +tls-report +this is no policy but a TLS report "
                                     r"\(RFC 8460\); read it with mta-stsctl tlsrpt FILE")
                    self.assertEqual(len(lines), 2, lines)
                self.assertEqual(path.read_bytes(), text)
                done = self.lint("-", status=1, input=content.decode())
                self.assertEqual(done.stdout.splitlines()[-1], "1 error, 0 warnings, 0 notes")

    def test_other_json_and_gzip_are_no_tls_report(self):
        for name, text in (("other.json", b'{"policies": [], "version": "STSv1"}'), ("{.txt", b"{"),
                           ("other.gz", gzip.compress(b'{"a": 1}')), ("broken.gz", b"\x1f\x8b\x08"),
                           ("short.gz", b"\x1f\x8b")):
            with self.subTest(name):
                self.assertNotIn("tls-report", self.lint(self.write(name, text)).stdout)

    def test_each_check_of_a_policy_has_a_file_that_shows_it(self):
        shown = set()
        for name in CORPUS:
            shown |= {one["rule"] for one in self.judge(POLICIES / f"{name}.txt")}
        for row, rules in CHECKS.items():
            with self.subTest(row=row):
                self.assertLessEqual(set(rules.split()), shown)

    @unittest.skipUnless(postfix_resolver, "postfix-mta-sts-resolver is not installed")
    def test_postfix_mta_sts_resolver_accepts_and_refuses_as_the_lint_says(self):
        large = b"version: STSv1\r\nmode: enforce\r\n" + b"mx: m.example.com\r\n" * 3600
        bodies = {name: (POLICIES / f"{name}.txt").read_bytes() for name in CORPUS}
        bodies["larger than 64,000 bytes"] = large + b"max_age: 604800\r\n"
        expected = {name: accepts for name, (_, accepts) in CORPUS.items()}
        for name, body in bodies.items():
            with self.subTest(file=name):
                found = self.judge(self.write("policy.txt", body))
                accepts = resolver_accepts(body)
                self.assertEqual(accepts, expected.get(name, False), name)
                named = [one for one in found if names_resolver(one)]
                if accepts:
                    self.assertEqual(named, [])
                else:
                    self.assertIn("error", {one["severity"] for one in found})
                    if name in CORPUS:
                        self.assertNotEqual(named, [])

    def test_each_finding_says_what_is_wrong_whom_it_breaks_and_what_to_write(self):
        for name in CORPUS:
            for one in self.judge(POLICIES / f"{name}.txt"):
                with self.subTest(file=name, rule=one["rule"]):
                    self.assertTrue(one["where"].endswith(f"{name}.txt"))
                    self.assertTrue(one["problem"] and one["advice"])
                    self.assertEqual(one["sender"] is None, one["severity"] == "note")

    def test_what_is_fixed_is_not_found_again_and_the_rest_is_told(self):
        for name, (rules, _) in CORPUS.items():
            with self.subTest(file=name):
                before = (POLICIES / f"{name}.txt").read_bytes()
                path = self.write("policy.txt", before)
                said = self.judge(path, "--fix")
                after = path.read_bytes()
                self.assertEqual(rules_of(said, "error", "warning"), LEFT.get(name, ""))
                self.assertEqual(
                    [one for one in self.judge(path)],
                    [one for one in said if one["severity"] != "fixed"],
                )
                fixed = set(rules_of(said, "fixed").split())
                self.assertFalse(fixed & set(LEFT.get(name, "").split()))
                self.assertEqual(before != after, bool(fixed))
                if rules and name not in LEFT:
                    self.assertTrue(resolver_accepts(after) if postfix_resolver else True)
                # Once more: nothing is left to do, and nothing is written.
                self.assertEqual(rules_of(self.judge(path, "--fix"), "fixed"), "")
                self.assertEqual(path.read_bytes(), after)

    def test_a_copied_policy_becomes_the_one_that_was_meant(self):
        wanted = harness.policy_text()
        for name in ("translated", "with-three-spaces", "with-quotes", "with-everything"):
            with self.subTest(file=name):
                path = self.write("policy.txt", (POLICIES / f"copied-{name}.txt").read_bytes())
                self.lint("--fix", path, status=0)
                self.assertEqual(path.read_bytes(), wanted)
        for name in ("from-a-web-page", "with-a-blank-line-at-the-end"):
            path = self.write("policy.txt", (POLICIES / f"copied-{name}.txt").read_bytes())
            self.lint("--fix", path, status=0)
            self.assertEqual(path.read_bytes(), harness.policy_text(mode="enforce", max_age=604800))


class Verb(LintCase):
    SOUND = harness.policy_text(mode="enforce", max_age=604800)
    BAD = SOUND.replace(b"mode", b"Mode")

    def test_the_exit_status_tells_errors_and_warnings_from_notes(self):
        for body, status in (
            (self.SOUND, 0),
            (harness.policy_text(), 0),  # testing: a note
            (self.SOUND.replace(b"\r", b""), 1),  # a warning
            (self.BAD, 1),
        ):
            self.lint(self.write("policy.txt", body), status=status)
        sound = self.write("policy.txt", self.SOUND)
        for words in (
            (),
            ("--nonsense", sound),
            ("--type", "mail", sound),
            ("--domain", "a b", sound),
            ("--dry-run", sound),
            ("-c", sound, sound),
            ("-", sound),
            (self.directory / "missing.txt",),
            (self.directory,),
        ):
            with self.subTest(words=words):
                done = self.lint(*words, status=2)
                self.assertRegex(done.stderr, r"mta-stsctl")

    def test_what_can_be_read_is_judged_though_another_file_cannot(self):
        bad = self.write("policy.txt", self.BAD)
        done = self.lint(self.directory / "missing.txt", bad, status=2)
        self.assertIn("missing.txt", done.stderr)
        self.assertRegex(done.stdout, r"policy\.txt:2 +error +key-case ")

    def test_columns_name_place_severity_rule_sender_and_advice(self):
        path = self.write("policy.txt", self.SOUND.replace(b"com\r", b"com.\r"))
        said = self.lint(path, status=1).stdout.splitlines()
        self.assertEqual(
            said,
            [
                f"{path}:3  error  mx-trailing-dot  "
                'mx "mail.example.com." ends in a dot (breaks mox; for postfix-mta-sts-resolver, '
                "postfix-tlspol, Stalwart, mailauth up to 5, KumoMTA, Mimecast, Courier this host never "
                "matches); "
                "write it without: mail.example.com",
                "1 error, 0 warnings, 0 notes" + ("; read as root" if harness.as_root() else ""),
            ],
        )

    def test_standard_input_is_a_policy_and_fixed_to_standard_output(self):
        found = self.findings("-", input=self.BAD.decode(), status=1)
        self.assertEqual([(one["where"], one["line"]) for one in found], [("standard input", 2)])
        done = run(*harness.WRAPPER, CTL, "lint", "--fix", "-", input=self.BAD, errors=None)
        self.assertEqual((done.returncode, done.stdout), (0, self.SOUND))
        self.assertIn(b"standard input:2: fixed: key-case: ", done.stderr)
        self.lint("--fix", "--json", "-", input="", status=2)
        dry = self.findings("--fix", "--dry-run", "-", input=self.BAD.decode(), status=1)
        self.assertEqual([one["severity"] for one in dry], ["fixable", "error"])

    def test_a_dry_run_says_what_would_be_done_and_writes_nothing(self):
        path = self.write("policy.txt", self.BAD)

        def state():  # without the time of the last reading, which is another's
            seen = path.stat()
            return seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns, path.read_bytes()

        before = state()
        said = self.lint("--fix", "--dry-run", path, status=1).stdout
        self.assertIn('fixable  key-case  the key "Mode" is written mode', said)
        self.assertIn("1 thing can be put right", said)
        self.assertEqual(state(), before)

    @unittest.skipUnless(harness.as_root(), "only root writes into the directories of others")
    def test_root_is_not_led_elsewhere_by_what_a_customer_put_in_its_directory(self):
        tree = self.directory / "customer"
        (tree / "own").mkdir(parents=True)
        secret = self.write("secret.txt", self.BAD)
        secret.chmod(0o600)
        own = tree / "own" / "mta-sts.txt"
        own.write_bytes(self.BAD)
        for path in (tree, tree / "own", own):
            os.chown(path, 65534, 65534)
        own.chmod(0o6664)
        (tree / "mta-sts.txt").symlink_to(secret)
        (tree / "folder").symlink_to("own")
        for name in ("mta-sts.txt", "folder"):
            os.chown(tree / name, 65534, 65534, follow_symlinks=False)
        for path in (tree / "mta-sts.txt", tree / "folder" / "mta-sts.txt"):
            done = self.ctl("lint", "--fix", path, status=2)
            self.assertRegex(
                done.stderr, "is a symbolic link that another user may have made|owner is not the owner of its dir"
            )
        self.assertEqual(secret.read_bytes(), self.BAD)
        self.assertEqual(own.read_bytes(), self.BAD)
        self.ctl("lint", "--fix", own)
        self.assertNotEqual(own.read_bytes(), self.BAD)
        found = own.stat()
        self.assertEqual((found.st_mode & 0o7777, found.st_uid), (0o664, 65534))

    def test_a_fixed_file_keeps_its_mode_and_a_link_stays_a_link(self):
        path = self.write("tree/policy.txt", self.BAD)
        path.chmod(0o640)
        link = self.directory / "link.txt"
        link.symlink_to(path)
        said = self.lint_json("--fix", link, status=0)
        self.assertTrue(said["files"][0]["changed"])
        self.assertTrue(link.is_symlink())
        self.assertEqual(path.read_bytes(), self.SOUND)
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)
        self.assertEqual(os.listdir(path.parent), ["policy.txt"])
        untouched = path.stat()
        self.assertFalse(self.lint_json("--fix", path, status=0)["files"][0]["changed"])
        self.assertEqual(path.stat(), untouched)

    def test_a_wildcard_over_the_domain_is_found_where_the_domain_is_known(self):
        path = self.write("policy.txt", (POLICIES / "wildcard-over-the-domain.txt").read_bytes())
        self.lint(path, status=0)
        for domain, status in (("Example.COM", 1), ("shop.example.com", 1), ("example.net", 0)):
            self.lint("--domain", domain, path, status=status)

    def test_the_kind_is_told_by_name_and_content(self):
        ini = "[example.com]\nmx = mail.example.com\ncertificate = /x.pem\n"
        for name, text, kind in (
            ("a.ini", "", "ini"),
            ("a.conf", ini, "ini"),
            ("a", "; comment\n\n" + ini, "ini"),
            ("b", "certificate = /x.pem\n", "ini"),
            ("customers.txt", "# ours\nexample.com outlook mode=testing\n", "list"),
            ("customers", "example.com\n", "list"),
            ("c", "version: STSv1\n", "policy"),
            ("c.txt", "\n   modo: prueba\n", "policy"),
            (".well-known/mta-sts.txt", "example.com\n", "policy"),
            ("d", "", "policy"),
            ("e", "<!DOCTYPE html>\n", "policy"),
        ):
            with self.subTest(name=name, text=text):
                said = self.lint_json(self.write(f"kinds/{name}", text))
                self.assertEqual(said["files"][0]["type"], kind)
        path = self.write("kinds/customers.txt", "example.com\n")
        self.assertEqual(self.lint_json("--type", "policy", path)["files"][0]["type"], "policy")


class Configurations(LintCase):
    def test_an_include_alone_names_the_main_file_to_give(self):
        (self.directory / "parts" / "domains.d").mkdir(parents=True)
        part = self.write("parts/domains.d/a.ini", "[a.example]\nmx = mx.a.example\n")
        for main, named in ((None, "mta-stsd.ini"), ("mta-stsd.ini", "mta-stsd.ini")):
            if main is not None:
                main = self.write(f"parts/{main}", "[server]\ninclude = domains.d\nlisten = 127.0.0.1:1\n"
                                  "[defaults]\ncertificate = /nonexistent/%h.pem\n")
            with self.subTest(main):
                first = self.findings(part, status=1)[0]
                self.assertEqual(first["rule"], "ini-alone")
                self.assertIn("this file has no [server]", first["problem"])
                self.assertTrue(first["advice"].endswith(named))
        self.assertEqual(first["advice"], f"give the main file as well: -c {main}")
        self.assertNotIn("ini-alone", rules_of(self.findings("-c", main, part), "note"))
        self.assertNotIn("ini-alone", rules_of(self.findings(main), "note"))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("own.example")
        cls.write("policies/file.example.txt", harness.policy_text().replace(b"mode", b"modo"))
        cls.write("domains.d/in.ini", "[in.example]\nmx = mail.in.example.\n")
        cls.write("domains.d/fine.ini", "[fine.example]\nmx = mail.fine.example\n")
        cls.write("list.txt", "listed.example nosuch\n")
        cls.ini = cls.write(
            "mta-stsd.ini",
            server_section("include = domains.d", "domains_file = list.txt")
            + cls.defaults_section()
            + "[own.example]\nmx = *.own.example\nmode = enforce\n"
            + "[short.example]\nmx = mail.short.example\nmode = enforce\nmax_age = 60\n"
            + "[file.example]\npolicy_file = policies/%d.txt\n"
            + '[quoted.example]\nmx = "mail.quoted.example"\n',
        )

    @staticmethod
    def brief(findings):
        return {
            (pathlib.PurePath(one["where"]).name, one["rule"], one["severity"]) for one in findings
        }

    def test_an_ini_is_judged_with_all_that_it_reads(self):
        found = self.findings(self.ini, status=1)
        brief = self.brief(found)
        self.assertLessEqual(
            {
                ("mta-stsd.ini", "mx-own-wildcard", "warning"),
                ("mta-stsd.ini", "max-age-under-a-day", "warning"),
                ("mta-stsd.ini", "config", "error"),
                ("file.example.txt", "key-translated", "error"),
                ("in.ini", "mx-trailing-dot", "error"),
                ("list.txt", "config", "error"),
                ("fine.ini", "mode-testing", "note"),
            },
            brief,
        )
        (dot,) = [one for one in found if one["rule"] == "mx-trailing-dot"]
        self.assertEqual(
            (dot["line"], dot["sender"], dot["problem"], dot["advice"]),
            (
                2,
                "mox; for postfix-mta-sts-resolver, postfix-tlspol, Stalwart, mailauth up to 5, "
                "KumoMTA, Mimecast, Courier this host never matches",
                'mx "mail.in.example." ends in a dot',
                "write it without: mail.in.example",
            ),
        )
        notes = {one["rule"]: one["problem"] for one in found if one["severity"] == "note"}
        self.assertIn("fine.example", notes["mode-testing"])
        self.assertRegex(notes["config"], "mta-stsctl lint --fix .*file.example.txt`")

    def test_the_daemon_says_of_the_same_ini_what_it_said_before(self):
        status, said = harness.check(self.ini)
        self.assertEqual(status, 1)
        self.assertRegex(
            said,
            r'in\.ini:2: error: mx "mail\.in\.example\." ends in a dot \(breaks mox; '
            r"for .*\); write it without: mail\.in\.example\n",
        )
        self.assertNotIn("own-wildcard", said)
        found = self.findings(self.ini)
        lines = {(pathlib.PurePath(one["where"]).name, one["line"]) for one in found}
        for file, line in re.findall(r"(?m)^(\S+?):(\d+): (?:error|warning): ", said):
            self.assertIn((pathlib.PurePath(file).name, int(line)), lines)

    def test_an_include_is_judged_within_its_configuration(self):
        path = self.directory / "domains.d" / "in.ini"
        found = self.findings("-c", self.ini, path, status=1)
        self.assertEqual(self.brief(found), {("in.ini", "mx-trailing-dot", "error")})
        fine = self.directory / "domains.d" / "fine.ini"
        self.lint("-c", self.ini, fine, status=0)
        self.assertIn("certificate", self.lint(fine, status=1).stdout)  # by itself it has none
        other = self.write("other.ini", "[a.example]\nmx = b.example\n")
        self.assertIn("does not read", self.lint("-c", self.ini, other, status=2).stderr)

    def test_a_list_is_judged_by_its_lines_or_within_a_configuration(self):
        text = "a.example outlook\nb.example mode=maybe\nc.example mx=*.c.example\n"
        path = self.write("new.txt", text)
        alone = self.findings(path, status=1)
        self.assertEqual(
            [(one["rule"], one["line"]) for one in alone], [("config", 2), ("list-alone", None)]
        )
        base = server_section() + self.defaults_section()
        within = self.write("lists.ini", base + "[policy outlook]\nmx = *.outlook.example\n")
        found = self.findings("-c", within, path, status=1)
        self.assertEqual(
            [(one["rule"], one["line"]) for one in found],
            [("config", 2), ("mx-own-wildcard", 3), ("mode-testing", 1)],
        )
        without = self.write("without.ini", base)
        found = self.findings("-c", without, path, status=1)
        self.assertIn("there is no [policy outlook]", found[0]["problem"])
        self.assertEqual(self.findings("--type", "list", "-", input=text, status=1)[0]["line"], 2)
        refused = self.write("refused.ini", "[server]\nlisten = nowhere\n")
        self.assertIn("refused itself", self.lint("-c", refused, path, status=2).stderr)

    def test_fix_and_domain_are_for_policies(self):
        for words in (("--fix",), ("--domain", "own.example")):
            self.assertIn("for policy files", self.lint(*words, self.ini, status=2).stderr)
        self.assertEqual(self.lint("--type", "ini", "-", input="", status=2).stdout[:1], "0")


if __name__ == "__main__":
    unittest.main()
