# SPDX-License-Identifier: ISC
"""tlsrpt_auth: which reports by mail mta-stsctl tlsrpt believes, by their Authentication-Results."""
import email.message
import unittest

import test_tlsrpt as base
from test_tlsrpt import as_mail, days_ago, failure, packed, policy, report

HOST = "mail.example.com"
GOOD = f"{HOST}; dkim=pass header.d=sender.example"


class AuthCase(base.TlsrptCase):
    def setUp(self):
        super().setUp()
        self.box = self.folder / "box"
        self.ini = self.put("mta-stsd.ini", f"[tlsrpt]\nauthserv = mx.example.net, {HOST}\n")

    def put_mail(self, name, *fields, content=None, sender=None, above=()):
        """A mail of a report; fields: Authentication-Results, topmost first."""
        mail = as_mail(packed(content or report()))
        if sender:
            mail.replace_header("From", sender)
        lines = [f"Authentication-Results: {value}" for value in fields]
        return self.put(f"box/{name}.eml", "\n".join([*above, *lines, ""]).encode()
                        + mail.as_bytes().replace(b"\r\n", b"\n"))

    def read(self, *words):
        return self.sums("-c", self.ini, *words, self.box)[0]


class Fields(AuthCase):
    def assert_signed(self, signed, *fields, **options):
        path = self.put_mail("one", *fields, **options)
        said = self.read()
        self.assertEqual((said["reports"], said["unauthenticated"]), (1, 0 if signed else 1),
                         path.read_text()[:400])
        self.assertEqual(said["organisations"][0]["unauthenticated_reports"], 0 if signed else 1)

    def test_a_pass_for_the_senders_domain_by_the_named_host_is_believed(self):
        for value in (
            GOOD,
            f"{HOST} 1; dkim=pass header.d=sender.example",
            f"{HOST.upper()};dkim=PASS header.d=SENDER.example",
            f"{HOST};\r\n\tdkim=pass (2048-bit key; unprotected) header.d=sender.example"
            " header.i=@sender.example header.b=abc",
            f"{HOST}; spf=pass smtp.mailfrom=x@other.example; dkim=pass header.i=@sender.example",
            f"{HOST}; dkim=fail header.d=sender.example; dkim=pass header.d=sender.example",
            f"{HOST}; dkim=pass header.d=mail.sender.example",
            f"{HOST}; dkim = pass header.d = sender.example",
            f'"{HOST}"; dkim=pass reason="good; signature" header.d=sender.example',
            "mx.example.net; dkim=pass header.d=sender.example",
            f"(a (nested) comment) {HOST} ; dkim=pass header.d=sender.example",
        ):
            with self.subTest(value):
                self.assert_signed(True, value.replace("\r\n", "\n"))

    def test_nothing_else_is_believed(self):
        for fields in (
            (),
            ("other.example; dkim=pass header.d=sender.example",),
            (f"{HOST}.evil.example; dkim=pass header.d=sender.example",),
            (f"{HOST}; none",),
            (f"{HOST}; dkim=fail header.d=sender.example",),
            (f"{HOST}; dkim=none", GOOD),  # the topmost of the host, not any
            (f"{HOST}; dkim=pass header.d=evil.example",),
            (f"{HOST}; dkim=pass header.d=evilsender.example",),
            (f"{HOST}; dkim=pass",),
            (f"{HOST}; dkim=pass header.d=example",),
            (f"{HOST}; spf=pass smtp.mailfrom=sender.example",),
            (f"{HOST}; dkim=passed header.d=sender.example",),
            (f"{HOST}; dkim=fail (dkim=pass header.d=sender.example)",),
            (f'{HOST}; dkim=fail reason="x; dkim=pass header.d=sender.example"',),
            (f"{HOST}; dkim=fail (; dkim=pass header.d=sender.example",),
            (f'{HOST}; dkim=fail reason="; dkim=pass header.d=sender.example',),
            (f"{HOST}; x-dkim=pass header.d=sender.example",),
            (f"(comment {HOST}; dkim=pass header.d=sender.example",),
            (f"{HOST}; dkim=pass x={'y' * 9000} header.d=sender.example",),
        ):
            with self.subTest(fields):
                self.assert_signed(False, *fields)

    def test_a_sender_that_is_not_one_address_is_not_believed(self):
        for sender in ("a@sender.example, b@evil.example", "nobody", "a@evil.example"):
            with self.subTest(sender):
                self.assert_signed(False, GOOD, sender=sender)

    def test_fields_of_other_hosts_above_do_not_matter(self):
        self.assert_signed(True, "other.example; dkim=fail", GOOD)

    def test_without_authserv_no_mail_is_believed_and_a_file_is(self):
        self.put_mail("one", GOOD)
        self.put("box/two.json", report(organisation="By file"))
        for text in ("", "[tlsrpt]\n", "[tlsrpt]\nauthserv = other.example\n"):
            with self.subTest(text):
                self.ini.write_text(text)
                said = self.read()
                self.assertEqual((said["reports"], said["unauthenticated"]), (2, 1))

    def test_a_report_in_an_attached_mail_is_not_believed(self):
        inner = as_mail(packed(report()))
        outer = email.message.EmailMessage()
        outer["From"] = "helpdesk@sender.example"
        outer.set_content("you wrote:")
        outer.add_attachment(inner)
        self.put("box/one.eml", f"Authentication-Results: {GOOD}\n".encode() + outer.as_bytes())
        said = self.read()
        self.assertEqual((said["reports"], said["unauthenticated"]), (1, 1))


class Advice(AuthCase):
    def put_days(self, count, *fields, organisations=("Google Inc.", "Example Mail"), first=1,
                 name="days", **options):
        for organisation in organisations:
            for ago in range(first, first + count):
                self.put_mail(f"{name}-{organisation}-{ago}", *fields, content=report(
                    policy(**options), organisation=organisation, day=days_ago(ago),
                    number=f"{name}{ago}"), sender="tlsrpt@sender.example")

    def judged(self):
        (advice,) = self.read()["domains"]
        return advice

    def test_fifteen_forged_days_change_no_advice(self):
        self.put_days(15)
        advice = self.judged()
        self.assertEqual(advice["verdict"], "wait")
        self.assertEqual((advice["recent_sessions"], advice["unauthenticated"]), (0, 30))
        self.assertIn("30 reports of this domain are left out", advice["advice"][-1])

        for ago in range(1, 5):
            for name in ("One", "Two"):
                self.put(f"box/{name}{ago}.json", report(organisation=name, day=days_ago(ago)))
        for options in ({}, {"failures": [failure("certificate-expired")]},
                        {"failures": [failure("sts-policy-fetch-error", None)]},
                        {"failures": [failure("certificate-expired")], "mode": "enforce"},
                        {"mode": "none"}):
            with self.subTest(options):
                self.put_days(15, name="forged", **options)
                forged = self.judged()
                self.assertEqual(
                    {key: forged[key] for key in forged if key not in ("advice", "unauthenticated")},
                    {key: self.without_mails()[key] for key in forged
                     if key not in ("advice", "unauthenticated")})

    def without_mails(self):
        said, _ = self.sums("-c", self.ini, *self.box.glob("*.json"))
        return said["domains"][0]

    def test_who_signed_is_the_sender_and_not_the_name_it_gives(self):
        self.put_days(15, GOOD)
        advice = self.judged()
        self.assertEqual((advice["verdict"], advice["senders"]), ("wait", ["sender.example"]))
        for ago in range(1, 16):
            self.put_mail(f"other-{ago}", f"{HOST}; dkim=pass header.d=other.example",
                          sender="x@other.example",
                          content=report(organisation="Example Mail", day=days_ago(ago),
                                         number=f"other{ago}"))
        advice = self.judged()
        self.assertEqual((advice["verdict"], advice["senders"]),
                         ("safe", ["sender.example", "other.example"]))

    def test_a_copy_with_proof_replaces_one_without(self):
        for names in (("a", "b"), ("b", "a")):
            with self.subTest(names):
                self.put_mail(names[0])
                self.put_mail(names[1], GOOD)
                said = self.read()
                self.assertEqual((said["reports"], said["duplicates"], said["unauthenticated"]),
                                 (1, 1, 0))
                self.assertEqual(said["days"][0]["successes"], 30)
                self.assertEqual(said["domains"][0]["recent_sessions"], 30)
                self.assertEqual(said["organisations"][0]["reports"], 1)

    def test_failures_of_forged_mails_are_shown(self):
        self.put_days(1, failures=[failure("certificate-expired")])
        done = self.ctl("-c", self.ini, self.box, status=1)
        self.assertIn("2 reports, 2 of them unauthenticated", done.stdout)
        self.assertIn("certificate-expired", done.stdout)


class Settings(AuthCase):
    def test_a_wrong_key_or_file_is_told_with_its_line(self):
        self.put("box/1.json", report())
        for text, wanted in (("[tlsrpt]\nauthserv = a b\n", "mta-stsd.ini:2: error: authserv: "),
                             ("[tlsrpt]\nauthsrv = a\n", "did you mean authserv?")):
            with self.subTest(text):
                self.ini.write_text(text)
                self.assertIn(wanted, self.ctl("-c", self.ini, self.box, status=2).stderr)
        done = self.ctl("-c", self.folder / "none.ini", self.box, status=2)
        self.assertIn("none.ini", done.stderr)


if __name__ == "__main__":
    unittest.main()
