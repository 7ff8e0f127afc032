# SPDX-License-Identifier: ISC
"""tlsrpt: mta-stsctl tlsrpt, on reports as RFC 8460 has them, as senders write them, and hostile."""
import contextlib
import email.generator
import email.message
import email.policy
import gzip
import io
import json
import mailbox
import os
import re
import resource
import shutil
import subprocess
import unittest
import zlib
from datetime import date, datetime, timedelta, timezone

import harness
import schema

BESIDE = os.path.join(os.path.dirname(harness.BINARY), "mta-stsctl")
CTL = os.environ.get("MTA_STSCTL", BESIDE if os.path.exists(BESIDE) else "")
MANUAL = harness.SOURCE / "doc" / "mta-stsctl.1"
TODAY = datetime.now(timezone.utc).date()
GOOGLE, MICROSOFT = "Google Inc.", "Microsoft Corporation"


def days_ago(days):
    return TODAY - timedelta(days=days)


def failure(result, mx="mx2.example.com", sessions=3, **more):
    """One entry of failure-details; more: with _ for -."""
    entry = {"result-type": result, "failed-session-count": sessions}
    if mx is not None:
        entry["receiving-mx-hostname"] = mx
    return entry | {key.replace("_", "-"): value for key, value in more.items()}


def policy(domain="example.com", good=30, failures=(), mode="testing", kind="sts", failed=None):
    """One entry of policies."""
    entry = {
        "policy": {"policy-type": kind, "policy-domain": domain},
        "summary": {
            "total-successful-session-count": good,
            "total-failure-session-count": (
                sum(item["failed-session-count"] for item in failures) if failed is None else failed
            ),
        },
    }
    if kind == "sts":
        entry["policy"]["policy-string"] = [
            "version: STSv1",
            f"mode: {mode}",
            "mx: mx1.example.com",
            "mx: mx2.example.com",
            "max_age: 86400",
        ]
    if failures:
        entry["failure-details"] = list(failures)
    return entry


def report(*policies, organisation=GOOGLE, day=None, number=None):
    """A report in the shape of Google's."""
    day = day or days_ago(1)
    policies = policies or (policy(),)
    domain = policies[0]["policy"].get("policy-domain", "")
    for item in policies:
        if organisation == GOOGLE and item["policy"].get("policy-type") == "sts":
            item["policy"].setdefault("mx-host", ["mx1.example.com", "mx2.example.com"])
    return {
        "organization-name": organisation,
        "date-range": {
            "start-datetime": f"{day}T00:00:00Z",
            "end-datetime": f"{day}T23:59:59Z",
        },
        "contact-info": "smtp-tls-reporting@sender.example",
        "report-id": number or f"{day}T00:00:00Z_{domain}",
        "policies": list(policies),
    }


def as_rfc_example(day):
    """The shape of the example in appendix B of RFC 8460, with erratum 6241."""
    return {
        "organization-name": "Sender One",
        "date-range": {
            "start-datetime": f"{day}T00:00:00Z",
            "end-datetime": f"{day}T23:59:59Z",
        },
        "contact-info": "tls-reports@sender-one.example",
        "report-id": "7d9c1f60-55f7-4f0e-9f0d-3a2f5f6f7b11",
        "policies": [
            {
                "policy": {
                    "policy-type": "sts",
                    "policy-string": [
                        "version: STSv1",
                        "mode: testing",
                        "mx: *.mail.receiver.example",
                        "max_age: 86400",
                    ],
                    "policy-domain": "receiver.example",
                    "mx-host": ["*.mail.receiver.example"],
                },
                "summary": {
                    "total-successful-session-count": 4200,
                    "total-failure-session-count": 157,
                },
                "failure-details": [
                    {
                        "result-type": "certificate-expired",
                        "sending-mta-ip": "2001:db8:1::25",
                        "receiving-mx-hostname": "mx1.mail.receiver.example",
                        "failed-session-count": 50,
                    },
                    {
                        "result-type": "starttls-not-supported",
                        "sending-mta-ip": "2001:db8:2::25",
                        "receiving-mx-hostname": "mx2.mail.receiver.example",
                        "receiving-ip": "203.0.113.25",
                        "failed-session-count": 100,
                        "additional-information": "https://sender-one.example/report?id=1",
                    },
                    {
                        "result-type": "validation-failure",
                        "sending-mta-ip": "198.51.100.25",
                        "receiving-ip": "203.0.113.26",
                        "receiving-mx-hostname": "mx-backup.mail.receiver.example",
                        "failed-session-count": 7,
                        "failure-reason-code": "X509_V_ERR_INVALID_PURPOSE",
                    },
                ],
            }
        ],
    }


def as_microsoft(day, domain="example.com"):
    """Dates without a zone, the TLSA records as JSON in a text, failures without addresses."""
    return {
        "organization-name": MICROSOFT,
        "date-range": {"start-datetime": f"{day}T00:00:00", "end-datetime": f"{day}T23:59:59"},
        "contact-info": "tlsrpt-noreply@sender.example",
        "report-id": f"133944884956529435+{domain}",
        "policies": [
            {
                "policy": {
                    "policy-type": "tlsa",
                    "policy-string": ['["3 1 1 00ff","3 1 1 11ff"]'],
                    "policy-domain": domain,
                },
                "summary": {
                    "total-successful-session-count": 9,
                    "total-failure-session-count": 0,
                },
            },
            {
                "policy": {"policy-type": "sts", "policy-domain": domain},
                "summary": {
                    "total-successful-session-count": 4,
                    "total-failure-session-count": 5,
                },
                "failure-details": [
                    {"result-type": "sts-policy-fetch-error", "failed-session-count": 3},
                    {
                        "result-type": "validation-failure",
                        "failure-reason-code": "MX_HOSTS_MISMATCH",
                        "failed-session-count": 2,
                    },
                ],
            },
        ],
    }


def as_mail(content, subtype="tlsrpt+gzip", encoding="base64", name=None, domain="example.com"):
    """A mail as in RFC 8460 section 5.3, with the bytes attached."""
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"] = "tlsrpt@sender.example"
    mail["To"] = "reports@example.com"
    mail["Subject"] = f"Report Domain: {domain} Submitter: sender.example Report-ID: <1>"
    mail["TLS-Report-Domain"] = domain
    mail["TLS-Report-Submitter"] = "sender.example"
    mail.set_content("This is an aggregate TLS report.\n")
    mail.add_attachment(
        content,
        "application",
        subtype,
        cte=encoding,
        filename=name or f"sender.example!{domain}!1!2!001.json.gz",
    )
    mail.replace_header("Content-Type", 'multipart/report; report-type="tlsrpt"')
    mail.set_boundary("----the-boundary")
    return mail


def packed(value):
    return gzip.compress(json.dumps(value).encode())


@unittest.skipUnless(CTL, "mta-stsctl was not built")
class TlsrptCase(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = harness.make_directory()
        self.addCleanup(shutil.rmtree, self.folder)

    def put(self, name, content):
        """content: bytes, a text, a report, or a mail."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, email.message.EmailMessage):
            content = content.as_bytes()
        elif isinstance(content, (dict, list)):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def put_many(self, count):
        for index in range(count):
            content = report(
                policy(failures=[failure("certificate-expired", f"mx{index % 9}.example.com")] * 5),
                organisation=f"Organisation {index % 10}",
                number=str(index),
                day=days_ago(1 + index % 30),
            )
            self.put(f"{index}.json.gz", packed(content))

    def ctl(self, *words, status=None, **options):
        done = harness.run(*harness.WRAPPER, CTL, "tlsrpt", *words, seconds=300, **options)
        if harness.REPORT.search(done.stderr):
            self.fail("a report of a memory error:\n" + done.stderr)
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(schema.complaints(("tlsrpt", *words), done.stdout), [])
        return done

    def sums(self, *words, status=None):
        """The JSON, and what was said on stderr."""
        done = self.ctl("--json", *words, status=status)
        return json.loads(done.stdout), done.stderr

    def advice(self, *words, status=None, domain="example.com"):
        said, _ = self.sums(*words, status=status)
        return next(item for item in said["domains"] if item["domain"] == domain)


class Sums(TlsrptCase):
    def test_the_example_of_the_rfc_is_summed_up_by_everything(self):
        day = days_ago(1)
        said, stderr = self.sums(self.put("report.json", as_rfc_example(day)), status=1)
        self.assertEqual(stderr, "")
        self.assertEqual((said["files"], said["reports"], said["damaged"]), (1, 1, 0))
        self.assertEqual(
            said["policies"],
            [
                {
                    "domain": "receiver.example",
                    "policy_type": "sts",
                    "reports": 1,
                    "successes": 4200,
                    "success": "96.3 %",
                    "trend": None,
                    "failures": 157,
                    "first_day": str(day),
                    "last_day": str(day),
                }
            ],
        )
        self.assertEqual(
            {item["mx"]: item["failures"] for item in said["mx"]},
            {
                "mx1.mail.receiver.example": 50,
                "mx2.mail.receiver.example": 100,
                "mx-backup.mail.receiver.example": 7,
            },
        )
        self.assertEqual(
            {item["failure_type"]: item["failures"] for item in said["failure_types"]},
            {"certificate-expired": 50, "starttls-not-supported": 100, "validation-failure": 7},
        )
        self.assertEqual(
            [(item["organisation"], item["reports"]) for item in said["organisations"]],
            [("Sender One", 1)],
        )
        self.assertEqual(
            [(item["day"], item["successes"], item["failures"]) for item in said["days"]],
            [(str(day), 4200, 157)],
        )
        self.assertEqual(
            {item["reason"] for item in said["failures"]}, {"", "X509_V_ERR_INVALID_PURPOSE"}
        )

    def test_many_reports_add_up_and_each_sum_agrees_with_the_others(self):
        wanted = {GOOGLE: 0, MICROSOFT: 0}
        for index in range(40):
            organisation = (GOOGLE, MICROSOFT)[index % 2]
            content = report(
                policy(
                    domain=f"d{index % 3}.example", good=index, failures=[failure("x", "a.b", 2)]
                ),
                organisation=organisation,
                number=str(index),
                day=days_ago(1 + index % 5),
            )
            wanted[organisation] += index
            self.put(f"{index}.json", content)
        said, _ = self.sums(self.folder, status=1)
        self.assertEqual(
            {item["organisation"]: item["successes"] for item in said["organisations"]}, wanted
        )
        for name in ("policies", "organisations", "days"):
            self.assertEqual(sum(item["successes"] for item in said[name]), sum(range(40)), name)
        for name in ("policies", "organisations", "days", "mx", "failure_types", "failures"):
            self.assertEqual(sum(item["failures"] for item in said[name]), 80, name)
        for name in ("policies", "organisations", "days"):
            self.assertEqual(sum(item["reports"] for item in said[name]), 40, name)

    def test_the_tables_the_chart_and_the_advice_are_for_people(self):
        content = report(policy(good=90, failures=[failure("certificate-expired", sessions=10)]))
        self.put("1.json", content)
        self.put("2.json", report(policy(good=50), day=days_ago(3)))
        done = self.ctl(self.folder, status=1)
        self.assertRegex(done.stdout, r"(?m)^2 reports$")
        self.assertRegex(done.stdout, r"(?m)^example\.com +sts +2 +140 +10 +93\.3 % +-$")
        self.assertRegex(done.stdout, r"(?m)^Google Inc\. +2 +140 +10 +93\.3 % +-$")
        self.assertRegex(done.stdout,
                         rf"(?m)^certificate-expired +10 +{days_ago(1)} +{days_ago(1)}$")
        self.assertIn("example.com: certificate-expired at mx2.example.com: 10 sessions, "
                      f"{days_ago(1)}", " ".join(done.stdout.split()))
        self.assertIn("example.com: Not enforce yet: ", done.stdout)
        self.assertIn("mx2.example.com hinders: 10 sessions with certificate-expired", done.stdout)
        chart = self.ctl("--by", "day", self.folder, status=1).stdout
        self.assertIn(f"\n{days_ago(3)}  {'#' * 25} 50\n", chart)
        self.assertIn(f"\n{days_ago(2)}  (no report)\n", chart)
        self.assertIn(f"\n{days_ago(1)}  {'#' * 45}{'!' * 5} 90, 10 failed\n", chart)
        self.assertNotIn("\033", done.stdout)

    def test_the_same_report_twice_counts_once_and_is_told(self):
        content = report()
        self.put("1.json", content)
        self.put("2.json.gz", packed(content))
        self.put("3.eml", as_mail(packed(content)))
        said, stderr = self.sums(self.folder, status=0)
        self.assertEqual((said["reports"], said["duplicates"]), (1, 2))
        self.assertEqual(said["days"][0]["successes"], 30)
        self.assertEqual(
            stderr,
            f"{self.folder}/2.json.gz: notice: 2 reports of Google Inc.: read before with the same"
            " content; each is counted once\n",
        )

    def test_another_organisation_or_id_is_another_report(self):
        self.put("1.json", report())
        self.put("2.json", report(organisation="Other"))
        self.put("3.json", report(number="another"))
        said, _ = self.sums(self.folder, status=0)
        self.assertEqual((said["reports"], said["duplicates"]), (3, 0))

    def test_domain_since_and_days_leave_the_rest_out(self):
        for ago in (1, 5, 9):
            self.put(f"{ago}.json", report(policy(domain="One.example"), day=days_ago(ago)))
        self.put("two.json", report(policy(domain="two.example"), day=days_ago(1)))
        for words, reports, left_out in (
            ((), 4, 0),
            (("--domain", "ONE.example"), 3, 1),
            (("--since", str(days_ago(5))), 3, 1),
            (("--days", "4"), 2, 2),
            (("--days", "5", "--domain", "one.example"), 2, 2),
        ):
            with self.subTest(words):
                said, _ = self.sums(*words, self.folder, status=0)
                self.assertEqual((said["reports"], said["left_out"]), (reports, left_out))
        done = self.ctl("--domain", "three.example", self.folder, status=2)
        self.assertIn("none of the reports is of that domain", done.stderr)

    def test_usage_is_told(self):
        for words, text in (
            ((), "no files"),
            (("--since", "2026-02-30", "x"), "no date"),
            (("--days", "0", "x"), "no number of days"),
            (("--days", "7x", "x"), "no number of days"),
            (("--domain", "a b", "x"), "--domain: "),
            (("--wrong",), "--help"),
            ((self.folder / "none",), "no report that can be read"),
            ((self.folder,), "no report that can be read"),
        ):
            with self.subTest(words):
                self.assertIn(text, self.ctl(*words, status=2).stderr)
        self.assertIn("Usage: mta-stsctl tlsrpt ", self.ctl("--help", status=0).stdout)


class Wrappings(TlsrptCase):
    def assert_read(self, *words, reports=1, **options):
        done = self.ctl("--json", *words, **options)
        said = json.loads(done.stdout)
        self.assertEqual((said["reports"], said["damaged"]), (reports, 0), done.stderr)
        return done.stderr

    def test_json_gzip_and_mails_of_each_encoding_are_read(self):
        plain = json.dumps(report(), indent=2).encode()
        for name, content in (
            ("a.json", plain),
            ("a.json.gz", gzip.compress(plain)),
            ("bom.json", b"\xef\xbb\xbf" + plain),
            ("blank.json", b"\r\n \t" + plain + b"\n\n"),
            ("two-members.gz", gzip.compress(plain[:50]) + gzip.compress(plain[50:]) + b"\0\0"),
            ("gzip.eml", as_mail(gzip.compress(plain))),
            ("json.eml", as_mail(plain, "tlsrpt+json", name="a.json")),
            ("quoted.eml", as_mail(plain, "tlsrpt+json", "quoted-printable", "a.json")),
            ("8bit.eml", as_mail(plain, "tlsrpt+json", "8bit", "a.json")),
            ("lf.eml", as_mail(gzip.compress(plain)).as_bytes().replace(b"\r\n", b"\n")),
            ("mail.gz", gzip.compress(as_mail(gzip.compress(plain)).as_bytes())),
        ):
            with self.subTest(name):
                self.assertEqual(self.assert_read(self.put(name, content)), "")

    def test_a_report_attached_as_another_type_is_read_and_named(self):
        for number, (subtype, name) in enumerate(
            (("gzip", "x"), ("x-gzip", "x"), ("json", "x"), ("octet-stream", "a!b.example!1!2.gz"))
        ):
            content = packed(report())
            path = self.put(f"{number}.eml", as_mail(content, subtype, name=name))
            with self.subTest(subtype):
                stderr = self.assert_read(path)
                self.assertIn(f"{path}: notice: 1 report of Google Inc.: attached as", stderr)

    def test_a_forwarded_mail_has_its_report_read(self):
        outer = email.message.EmailMessage()
        outer["From"] = "admin@example.com"
        outer.set_content("see below")
        outer.add_attachment(as_mail(packed(report())))
        self.assertEqual(self.assert_read(self.put("forward.eml", outer)), "")

    def test_a_mailbox_a_maildir_and_standard_input_are_read(self):
        box = mailbox.mbox(self.folder / "box")
        for index in range(5):
            box.add(as_mail(packed(report(number=str(index)))))
        box.close()
        self.assert_read(self.folder / "box", reports=5)
        maildir = mailbox.Maildir(self.folder / "maildir")
        for index in range(5, 8):
            maildir.add(as_mail(packed(report(number=str(index)))))
        (self.folder / "maildir" / ".hidden").write_text("not read")
        self.assert_read(self.folder / "maildir", reports=3)
        self.assert_read(self.folder, reports=8)
        with open(self.folder / "box", "rb") as stream:
            self.assert_read("-", reports=5, stdin=stream)

    def test_a_mail_with_two_reports_has_both_read_and_a_broken_one_named(self):
        mail = as_mail(packed(report(number="1")))
        mail.add_attachment(b"{", "application", "tlsrpt+json", filename="x.json")
        mail.add_attachment(packed(report(number="2")), "application", "tlsrpt+gzip", filename="y")
        path = self.put("two.eml", mail)
        said, stderr = self.sums(path, status=1)
        self.assertEqual((said["reports"], said["damaged"]), (2, 1))
        self.assertIn(f"{path}, attachment 2: error: the JSON is cut off", stderr)

    def test_mails_of_other_kinds_in_a_mailbox_are_told_once(self):
        box = mailbox.mbox(self.folder / "box")
        for index in range(9):
            box.add(as_mail(packed(report())) if index == 1 else f"Subject: {index}\n\nhello\n")
        box.close()
        said, stderr = self.sums(self.folder, status=0)
        self.assertEqual((said["reports"], said["without_report"]), (1, 8))
        self.assertRegex(stderr, r"\A\S+/box, mail 1: warning: the first of 8 mails .*\n\Z")

    def test_a_mail_without_a_report_is_named_and_no_damage(self):
        self.put("1.json", report())
        plain = email.message.EmailMessage()
        plain["Subject"] = "hello"
        plain.set_content("hello")
        path = self.put("2.eml", plain)
        said, stderr = self.sums(self.folder, status=0)
        self.assertEqual((said["without_report"], said["damaged"]), (1, 0))
        self.assertIn(f"{path}: warning: a mail to which no TLS report is attached", stderr)


class Lenient(TlsrptCase):
    def assert_odd(self, content, notice, status=0, **sums):
        path = self.put("odd.json", content)
        said, stderr = self.sums(path, status=status)
        self.assertEqual((said["reports"], said["damaged"]), (1, 0), stderr)
        self.assertRegex(stderr, rf"(?m)^{re.escape(str(path))}: notice: 1 report of .*: {notice}")
        for key, value in sums.items():
            self.assertEqual(said["policies"][0][key], value)
        return said

    def test_reports_in_googles_shape_are_read_without_a_word(self):
        content = report(policy(failures=[failure("validation-failure", sending_mta_ip="")]))
        said, stderr = self.sums(self.put("google.json", content), status=1)
        self.assertEqual(stderr, "")
        self.assertEqual(said["mx"][0]["mx"], "mx2.example.com")
        self.assertEqual(said["domains"][0]["mode"], "testing")

    def test_reports_in_microsofts_shape_are_read_and_what_is_odd_is_named(self):
        path = self.put("microsoft.json", as_microsoft(days_ago(1)))
        said, stderr = self.sums(path, status=1)
        self.assertEqual(
            stderr,
            f"{path}: notice: 1 report of Microsoft Corporation: dates without a time zone; UTC"
            " was taken\n",
        )
        self.assertEqual(
            [(item["policy_type"], item["successes"]) for item in said["policies"]],
            [("sts", 4), ("tlsa", 9)],
        )
        self.assertEqual(
            [(item["mx"], item["reason"], item["failures"]) for item in said["failures"]],
            [("", "", 3), ("", "MX_HOSTS_MISMATCH", 2)],
        )
        self.assertEqual(said["organisations"][0]["reports"], 1)

    def test_a_notice_is_said_once_for_many_reports_of_an_organisation(self):
        for ago in range(1, 21):
            self.put(f"{ago:02}.json", as_microsoft(days_ago(ago), f"d{ago}.example"))
        _, stderr = self.sums(self.folder, status=1)
        self.assertEqual(len(stderr.splitlines()), 1)
        self.assertIn(f"{self.folder}/01.json: notice: 20 reports of Microsoft", stderr)

    def test_texts_in_place_of_lists_are_read(self):
        content = report(organisation="Other", number="1")
        content["policies"][0]["policy"]["policy-string"] = "version: STSv1\r\nmode: enforce\r\n"
        content["policies"][0]["policy"]["mx-host"] = "mx1.example.com"
        said = self.assert_odd(content, "a policy-string or mx-host that is no list of texts")
        self.assertEqual(said["domains"][0]["mode"], "enforce")

    def test_dates_with_fractions_offsets_and_without_a_time_are_read(self):
        day = days_ago(2)
        for start, end in (
            (f"{day}T00:00:00.000Z", f"{day}T23:59:59.999999Z"),
            (f"{day}T02:00:00+02:00", f"{days_ago(1)}T01:59:59+02:00"),
            (f"{day}T00:00:00-0000", f"{days_ago(1)}T00:00:00-0000"),
            (f"{day}t00:00:00z", f"{day} 23:59:60z"),
        ):
            with self.subTest(start):
                content = report()
                content["date-range"] = {"start-datetime": start, "end-datetime": end}
                said, stderr = self.sums(self.put("date.json", content), status=0)
                self.assertEqual((stderr, said["days"][0]["day"]), ("", str(day)))

    def test_what_is_missing_is_made_up_for_and_named(self):
        first = report(policy(kind="no-policy-found"), organisation="Postfix One")
        del first["policies"][0]["policy"]["policy-domain"]
        named = as_mail(packed(first), name="x", domain="by-header.example")
        said, stderr = self.sums(self.put("1.eml", named), status=0)
        self.assertEqual(said["policies"][0]["domain"], "by-header.example")
        self.assertIn("policy-domain that is missing", stderr)
        path = self.put("sender.example!by-name.example!1!2.json", first)
        self.assertEqual(self.sums(path)[0]["policies"][0]["domain"], "by-name.example")

        content = report()
        del content["organization-name"]
        said = self.assert_odd(content, "no organization-name")
        self.assertEqual(said["organisations"][0]["organisation"], "sender.example")
        content = report()
        content["report-id"] = None
        self.assert_odd(content, "no report-id")
        content = report()
        del content["date-range"]["end-datetime"]
        self.assert_odd(content, "no end-datetime")
        content = report()
        content["date-range"]["end-datetime"] = f"{days_ago(-1)}T00:00:00Z"
        content["date-range"]["start-datetime"] = f"{days_ago(6)}T00:00:00Z"
        self.assert_odd(content, "more than a day")
        content = report()
        del content["policies"][0]["summary"]
        self.assert_odd(content, "session counts that are missing", successes=0)

    def test_numbers_as_text_or_with_a_point_are_read(self):
        content = report()
        content["policies"][0]["summary"] = {
            "total-successful-session-count": "17",
            "total-failure-session-count": 0.0,
        }
        self.assert_odd(content, "session counts", successes=17, failures=0)

    def test_details_that_do_not_fit_the_summary_lose_no_failure(self):
        more = report(policy(failures=[failure("certificate-expired", sessions=9)], failed=4))
        self.assert_odd(more, "more failures in the details", status=1, failures=9)
        less = report(policy(failures=[failure("certificate-expired", sessions=4)], failed=9))
        said, _ = self.sums(self.put("less.json", less), status=1)
        self.assertEqual(
            [(item["failure_type"], item["failures"]) for item in said["failure_types"]],
            [("", 5), ("certificate-expired", 4)],
        )

    def test_names_are_compared_in_lower_case_and_in_a_labels(self):
        self.put("1.json", report(policy(domain="Example.COM")))
        self.put("2.json", report(policy(domain="b\u00fccher.example"), number="2"))
        said, _ = self.sums(self.folder, status=0)
        self.assertEqual(
            [item["domain"] for item in said["policies"]], ["example.com", "xn--bcher-kva.example"]
        )


class Hostile(TlsrptCase):
    def test_each_damaged_file_is_named_with_its_reason_and_the_rest_goes_on(self):
        good = json.dumps(report()).encode()
        wrong = {
            "empty": (b"", "empty"),
            "binary": (bytes(range(256)), "neither JSON, nor gzip, nor a mail"),
            "cut.json": (good[:-40], "the JSON is cut off"),
            "cut.json.gz": (gzip.compress(good)[:-20], "cut off"),
            "flipped.gz": (gzip.compress(good)[:-8] + bytes(8), "the packed data is damaged"),
            "behind.gz": (gzip.compress(good) + b"behind", "stands behind the gzip data"),
            "zip": (b"PK\3\4" + good, "a zip archive"),
            "utf16.json": (good.decode().encode("utf-16"), "UTF-16"),
            "behind.json": (good + b"{}", "no start-datetime"),
            "behind2.json": (good + b" x", "no JSON object"),
            "nul.json": (good.replace(b"Google", b"Go\\u0000gle"), "a NUL character"),
            "twice.json": (good.replace(b"{", b'{"policies":[],', 1), "duplicate object key"),
            "other.json": (b'{"a": 1}', "date-range has no start-datetime"),
            "deep.json": (b'{"a":' * 200000 + b"1" + b"}" * 200000, "nested more than 32 deep"),
            "deep2.json": (b'{"a":' + b"[" * 8000000, "nested more than 32 deep"),
            "wide.json": (b'{"a":[' + b"[]," * 2000000 + b"[]]}", "more than 50000 lists"),
            "values.json": (b'{"a":[' + b"1," * 3000000 + b"1]}", "than 500000 values"),
            "huge.json": (good.replace(b": 30,", b": " + b"9" * 400 + b","), "no valid JSON"),
            "large.json": (good.replace(b": 30,", b": 9000000000000000000,"), "larger than any"),
            "real.json": (good.replace(b": 30,", b": 1e300,"), "no number that sessions can have"),
            "half.json": (good.replace(b": 30,", b": 0.5,"), "no whole number"),
            "negative.json": (good.replace(b": 30,", b": -1,"), "is negative"),
            "word.json": (good.replace(b": 30,", b": [],"), "no number that sessions can have"),
            "text.json": (b" " * 9000000 + b"{", "more than 8 MiB|cut off"),
        }
        for name, (content, _) in wrong.items():
            self.put(name, content)
        self.put("good.json", good)
        said, stderr = self.sums(self.folder, status=1)
        self.assertEqual((said["reports"], said["damaged"]), (1, len(wrong)))
        self.assertEqual(said["duplicates"], 2)  # what stands before the end of behind.json
        for name, (_, reason) in wrong.items():
            with self.subTest(name):
                path = re.escape(str(self.folder / name))
                alone = self.sums(self.folder / name, self.folder / "good.json", status=1)[1]
                self.assertRegex(alone, rf"(?m)^{path}(, report 2)?: error: .*({reason})")
        self.assertIn("error: and 4 more from here on that cannot be read", stderr)
        self.assertEqual(
            len([item for item in said["said"] if item["severity"] == "error"]), 21
        )

    def test_wrong_types_and_absurd_dates_are_refused_with_the_place(self):
        def changed(change):
            content = report(policy(failures=[failure("x")]))
            change(content)
            return content

        day = days_ago(-30)
        for change, reason in (
            (lambda c: c.update({"date-range": 5}), "no start-datetime"),
            (lambda c: c["date-range"].update({"start-datetime": 5}), "a number, cannot"),
            (
                lambda c: c["date-range"].update({"start-datetime": "yesterday"}),
                '"yesterday" is no',
            ),
            (lambda c: c["date-range"].update({"start-datetime": "2026-02-30T00:00:00Z"}), "is no"),
            (
                lambda c: c["date-range"].update({"start-datetime": "1970-01-01T00:00:00Z"}),
                "be right",
            ),
            (lambda c: c["date-range"].update({"start-datetime": f"{day}T00:00:00Z"}), "be right"),
            (lambda c: c.update({"policies": {}}), "no list of policies"),
            (lambda c: c.update({"policies": [1]}), r"policies\[0\]: this is no object"),
            (lambda c: c.update({"policies": [{}] * 1001}), "more than 1000 policies"),
            (lambda c: c["policies"][0].update({"policy": "sts"}), 'no object "policy"'),
            (lambda c: c["policies"][0].update({"summary": []}), "summary is no object"),
            (
                lambda c: c["policies"][0].update({"failure-details": 5}),
                "failure-details is no list",
            ),
            (
                lambda c: c["policies"][0]["failure-details"][0].update(
                    {"failed-session-count": -2}
                ),
                r"policies\[0\]: failure-details\[0\]: failed-session-count is negative",
            ),
        ):
            with self.subTest(reason):
                done = self.ctl(self.put("wrong.json", changed(change)), status=2)
                self.assertRegex(done.stderr, rf"wrong\.json: error: .*{reason}")

    def test_a_bad_policy_is_left_out_and_the_others_count(self):
        content = report(policy(domain="one.example"), policy(domain="two.example"))
        content["policies"].insert(1, {"policy": 1})
        said, stderr = self.sums(self.put("part.json", content), status=1)
        self.assertEqual(
            [item["domain"] for item in said["policies"]], ["one.example", "two.example"]
        )
        self.assertIn("1 of its policies left out: policies[1]: there is no object", stderr)

    def test_no_control_character_reaches_the_terminal(self):
        evil = "\u001b]0;x\u0007\u009b31m\u202e\n\r\t\u007f"
        content = report(
            policy(domain=f"a{evil}.example", failures=[failure(f"x{evil}", f"mx{evil}.example")]),
            organisation=f"Evil{evil}Corp",
            number=f"id{evil}",
        )
        content["policies"].append({"policy": evil})
        self.put("evil\u001b[31m.json", content)
        self.put("evil2.json", content)
        self.put("evil3.json", json.dumps(content)[:-9] + "\u001b")
        self.put("evil4.eml", as_mail(b"{", "tlsrpt+json", name="\u001b[31m.json"))
        done = self.ctl(self.folder, status=1)
        for text in (done.stdout, done.stderr):
            self.assertRegex(text, r"\A[ -~\n]*\Z")
        self.assertIn("Evil?]0;x??31m?????Corp", done.stdout)
        self.assertRegex(self.ctl("--json", self.folder, status=1).stdout, r"\A[ -~\n]*\Z")

    def bounded(self, *words, megabytes):
        """Runs with so much memory at most; returns stderr. Not under a wrapper, nor sanitizers,
        which map terabytes."""

        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

        done = self.ctl(*words, status=2, preexec_fn=limit if self.is_plain() else None)
        return done.stderr

    @staticmethod
    def is_plain():
        names = subprocess.run(
            ["nm", "-D", CTL], capture_output=True, text=True, check=False
        ).stdout
        return not harness.WRAPPER and "__asan" not in names and "__tsan" not in names

    def test_a_gzip_bomb_stops_at_a_bound(self):
        zeros = zlib.compressobj(9, wbits=31)
        content = b"".join(zeros.compress(bytes(1 << 20)) for _ in range(300)) + zeros.flush()
        self.assertLess(len(content), 2 << 20)
        for name, wrapped in (
            ("bomb.gz", content),
            ("bomb.eml", as_mail(content)),
            ("ten.gz", gzip.compress(bytes(10_000_000))),
            ("twice.gz", gzip.compress(content)),
        ):
            with self.subTest(name):
                stderr = self.bounded(self.put(name, wrapped), megabytes=200)
                if name == "bomb.eml":
                    self.assertIn(f"{name}: error: no JSON object", stderr)
                else:
                    self.assertIn(f"{name}: error: unpacks to more than 8 MiB", stderr)

    def test_json_and_mails_that_cost_more_than_their_bytes_stop_at_a_bound(self):
        part = b"--b\n\n"
        for name, wrapped, reason in (
            ("lists.json", b'{"a":[' + b"{}," * 2700000 + b"{}]}", "more than 50000 lists"),
            ("lists.gz", gzip.compress(b'{"a":[' + b"{}," * 2700000 + b"{}]}"), "50000 lists"),
            (
                "parts.eml",
                b"Content-Type: multipart/mixed; boundary=b\n\n" + part * 1000000,
                "which no report needs",
            ),
            ("fields.eml", b"a:b\n" * 3000000, "which no report needs"),
            ("long.eml", b"a: " + b"x" * 20000000, "more than 16 MiB"),
            ("parameters.eml", b"Content-Type: a/b" + b";a*0*=x" * 2000000, "no report needs"),
            ("box", b"From x\n\n" * 1000000, "the first of 1000000 mails to which no TLS report"),
        ):
            with self.subTest(name):
                self.assertIn(reason, self.bounded(self.put(name, wrapped), megabytes=300))

    def test_a_mail_costs_no_more_than_a_few_reports_however_much_is_attached(self):
        def mail(content, count, subtype="tlsrpt+gzip"):
            whole = as_mail(content, subtype)
            for index in range(count - 1):
                whole.add_attachment(
                    content, "application", subtype, filename=f"sender.example!{index}.json.gz"
                )
            return whole

        def large(count):
            """Nearly 8 MiB that each byte of must be read, as a report might have it."""
            entry = b'{"result-type":"starttls-not-supported","failed-session-count":1,"a":"%s"},'
            entries = entry % (b"x" * 8000) * count
            return gzip.compress(b'{"policies":[' + entries + b"0]}")

        kept = packed(report())
        many = r"many\.eml: error: more than 10 attachments that may be reports"
        whole = "attachment [23]: error: the attachments of the mail are more than 16 MiB"
        for content, count, said in (  # what is said, and how often
            (kept, 10, {}),
            (kept, 11, {many: 1}),
            (gzip.compress(b" " * 8000000), 100, {many: 1, "more than 65536 blanks": 10}),
            (gzip.compress(b'{"a":"' + b"x" * 8000000), 100, {many: 1, "a text of more": 10}),
            (gzip.compress(b"x" * 8000000), 100, {many: 1, "no JSON object": 10}),
            (gzip.compress(b"[" * 8000000), 100, {many: 1, "the JSON is a list": 10}),
            (large(1000), 100, {"no start-datetime": 2, whole: 1}),
            (large(1100), 100, {"more than 8 MiB, which": 1, whole: 1}),
        ):
            with self.subTest(size=len(content), count=count):
                path = self.put("many.eml", mail(content, count))
                stderr = self.ctl(path, status=None).stderr
                lines = [line for line in stderr.splitlines() if ": error: " in line]
                for pattern, times in said.items():
                    found = [line for line in lines if re.search(pattern, line)]
                    self.assertEqual(len(found), times, stderr)
                self.assertEqual(len(lines), sum(said.values()), stderr)

    def test_mails_nested_in_each_other_are_read_within_bounds(self):
        nested = b""
        for depth in range(400):
            nested += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (depth, depth)
        for name, content in (
            ("nested.eml", nested),
            ("messages.eml", b"Content-Type: message/rfc822\n\n" * 20000),
            ("field.eml", b"Content-Type: " + b"(" * 1000000 + b"\n\n"),
            ("parameters.eml", b"Content-Type: a/b" + b"; a*0*=x" * 20000 + b"\n\n"),
            ("box", b"From x\n\n" * 20000),
        ):
            with self.subTest(name):
                stderr = self.bounded(self.put(name, content), megabytes=400)
                self.assertRegex(stderr, "mails? to which no TLS report is attached")

    def test_a_thousand_reports_are_summed(self):
        self.put_many(1000)
        said, _ = self.sums(self.folder, status=1)
        self.assertEqual((said["reports"], said["duplicates"]), (1000, 0))

    def test_what_cannot_be_opened_is_named_and_the_rest_goes_on(self):
        self.put("good.json", report())
        (self.folder / "nothing").symlink_to("missing")
        (self.folder / "loop").symlink_to(self.folder)
        os.mkfifo(self.folder / "fifo")
        said, stderr = self.sums(
            self.folder, self.folder / "fifo", self.folder / "missing", status=1
        )
        self.assertEqual(said["reports"], 1)
        self.assertIn("nothing: error: ", stderr)
        self.assertIn("loop: error: a link that leads back", stderr)
        self.assertIn("fifo: error: this is a named pipe", stderr)
        self.assertIn("missing: error: No such file", stderr)


class Advice(TlsrptCase):
    def put_days(self, first, last, **options):
        """A report a day of two senders, from so many days ago to so many."""
        for organisation in (GOOGLE, MICROSOFT):
            for ago in range(last, first + 1):
                content = report(policy(**options), organisation=organisation, day=days_ago(ago))
                self.put(f"{organisation}-{ago}.json", content)

    def test_two_clean_weeks_make_enforce_safe(self):
        self.put_days(14, 1)
        advice = self.advice(self.folder, status=0)
        self.assertEqual((advice["verdict"], advice["clean_days"]), ("safe", 14))
        self.assertEqual(
            advice["advice"],
            [
                f"Enforce is safe now: 14 clean days, {days_ago(14)} to {days_ago(1)}, with 840 "
                "sessions; reports on 14 of the last 14 days, from Google Inc., "
                "Microsoft Corporation."
            ],
        )

    def test_thirteen_days_do_not(self):
        self.put_days(13, 1)
        advice = self.advice(self.folder, status=0)
        self.assertEqual((advice["verdict"], advice["clean_days"]), ("wait", 13))
        self.assertEqual(advice["ready_day"], str(days_ago(-1)))
        self.assertIn("14 days are needed", advice["advice"][0])

    def test_few_sessions_keep_it_waiting(self):
        self.put_days(9, 1, good=1)
        self.put_days(16, 10, good=0)
        self.put("first.json", report(policy(good=1), organisation="x", day=days_ago(16)))
        advice = self.advice(self.folder, status=0)
        self.assertEqual((advice["verdict"], advice["clean_days"]), ("wait", 16))
        self.assertIn("18 such sessions (20 are needed)", advice["advice"][0])

    def test_an_mx_that_fails_hinders_and_is_named_with_what_to_do(self):
        self.put_days(30, 6)
        self.put_days(4, 1)
        bad = [
            failure("certificate-expired", sessions=7),
            failure("starttls-not-supported", "a.b", 1),
        ]
        self.put("bad.json", report(policy(failures=bad), day=days_ago(5)))
        advice = self.advice(self.folder, status=1)
        self.assertEqual((advice["verdict"], advice["clean_days"]), ("hindered", 4))
        self.assertEqual(advice["ready_day"], str(days_ago(-10)))
        self.assertEqual(
            [(item["mx"], item["failure_type"], item["failures"]) for item in advice["hindrances"]],
            [("mx2.example.com", "certificate-expired", 7), ("a.b", "starttls-not-supported", 1)],
        )
        self.assertIn(
            "mx2.example.com hinders: 7 sessions with certificate-expired", advice["advice"][1]
        )
        self.assertIn("renew its certificate", advice["advice"][1])

    def test_a_failure_of_more_than_two_weeks_ago_hinders_no_more(self):
        self.put_days(14, 1)
        self.put(
            "bad.json", report(policy(failures=[failure("certificate-expired")]), day=days_ago(15))
        )
        advice = self.advice(self.folder, status=1)
        self.assertEqual((advice["verdict"], advice["clean_days"]), ("safe", 14))

    def test_failures_of_the_policy_host_and_of_dane_do_not_hinder_and_are_told(self):
        self.put_days(14, 1)
        bad = [failure("sts-policy-fetch-error", None, 5)]
        self.put("fetch.json", report(policy(failures=bad), organisation="a"))
        bad = [failure("certificate-host-mismatch", sessions=6)]
        self.put("dane.json", report(policy(failures=bad, kind="tlsa"), organisation="b"))
        advice = self.advice(self.folder, status=1)
        self.assertEqual((advice["verdict"], advice["hindrances"]), ("safe", []))
        self.assertIn("5 sessions had no policy", advice["advice"][1])
        self.assertIn("6 sessions failed by DANE", advice["advice"][2])

    def test_failures_of_no_kind_or_an_unknown_one_or_of_no_policy_hinder(self):
        for number, item in enumerate(
            (
                policy(failed=1),
                policy(failures=[failure("something-new")]),
                policy(failures=[failure("starttls-not-supported")], kind="no-policy-found"),
            )
        ):
            with self.subTest(number):
                self.put_days(14, 1)
                self.put("bad.json", report(item, organisation="x", number=str(number)))
                self.assertEqual(self.advice(self.folder, status=1)["verdict"], "hindered")

    def test_an_mx_that_no_pattern_of_the_policy_matches_is_told_as_such(self):
        bad = [failure("validation-failure", "example-com.h-v1.mx.microsoft")]
        content = report(policy(failures=bad))
        content["policies"][0]["policy"]["policy-string"][2] = "mx: *.mx.microsoft"
        advice = self.advice(self.put("1.json", content), status=1)
        self.assertTrue(advice["hindrances"][0]["mx_not_in_policy"])
        self.assertIn("no mx line of the policy matches this name", advice["advice"][1])
        content["policies"][0]["policy"]["policy-string"][2] = "mx: *.h-v1.mx.microsoft"
        advice = self.advice(self.put("1.json", content), status=1)
        self.assertFalse(advice["hindrances"][0]["mx_not_in_policy"])

    def test_a_policy_that_enforces_is_kept_or_loses_mail(self):
        self.put_days(3, 1, mode="enforce")
        self.put_days(9, 4, mode="testing")
        self.assertEqual(self.advice(self.folder, status=0)["verdict"], "keep")
        bad = [failure("certificate-not-trusted")]
        self.put("bad.json", report(policy(failures=bad, mode="enforce"), organisation="x"))
        advice = self.advice(self.folder, status=1)
        self.assertEqual(advice["verdict"], "loses")
        self.assertIn("mail is refused", advice["advice"][0])

    def test_reports_that_ended_say_nothing_of_now(self):
        self.put_days(40, 9)
        advice = self.advice(self.folder, status=0)
        self.assertEqual(advice["verdict"], "stale")
        self.assertIn(f"the newest report is of {days_ago(9)}, 9 days ago", advice["advice"][0])

    def test_without_a_policy_there_is_nothing_to_enforce(self):
        self.put_days(20, 1, kind="no-policy-found")
        self.assertEqual(self.advice(self.folder, status=0)["verdict"], "no-sts")


class Manual(TlsrptCase):
    def section(self, name):
        text = MANUAL.read_text()
        return re.search(rf"^\.Ss {name}\n(.*?)^\.S[sh] ", text, re.M | re.S)[1]

    def test_the_example_in_the_manual_shows_what_is_written(self):
        blocks = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$", self.section("tlsrpt"), re.M | re.S)
        command, shown = blocks[0].replace("\\e", "\\"), blocks[1]
        self.assertEqual(command.strip(), "mta-stsctl tlsrpt reports/")
        # The days of the example, moved to now.
        newest = date.fromisoformat(max(re.findall(r"\d{4}-\d\d-\d\d", shown)))
        shift = days_ago(1) - newest
        first = newest - timedelta(days=16) + shift
        for index in range(17):
            for organisation, good in ((GOOGLE, 20), ("Example Mail", 4)):
                bad = [failure("certificate-expired", sessions=2)] if index == 1 else ()
                content = report(
                    policy(good=good, failures=bad if organisation == GOOGLE else ()),
                    organisation=organisation,
                    day=first + timedelta(days=index),
                )
                self.put(f"reports/{organisation}-{index}.json.gz", packed(content))
        done = harness.run(*harness.WRAPPER, CTL, *command.split()[1:], cwd=self.folder)
        moved = re.sub(
            r"\d{4}-\d\d-\d\d", lambda found: str(date.fromisoformat(found[0]) + shift), shown
        )
        self.assertEqual(done.stdout, moved)
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
