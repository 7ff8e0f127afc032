# SPDX-License-Identifier: ISC
"""tlsrpt_reading: what a real mailbox holds, read by mta-stsctl tlsrpt."""
import email.message
import gzip
import io
import json
import mailbox
import os
import subprocess
import sys
import tarfile
import unittest
import zipfile

import harness

import test_tlsrpt as base
from test_tlsrpt import as_mail, days_ago, failure, packed, policy, report

DMARC = b'<?xml version="1.0"?>\n<feedback><report_metadata/></feedback>\n'
DAY = days_ago(2)


class Mailboxes(base.TlsrptCase):
    def test_dmarc_reports_beside_are_left_out_without_a_word(self):
        self.put("tls.eml", as_mail(packed(report())))
        for number, (content, subtype, name) in enumerate((
            (gzip.compress(DMARC), "gzip", "a.example!example.com!1!2.xml.gz"),
            (gzip.compress(DMARC), "gzip", "report.gz"),
            (gzip.compress(DMARC), "gzip", "other.json.gz"),
            (b"PK\3\4" + DMARC, "zip", "a.example!example.com!1!2.zip"),
            (DMARC, "xml", "report.xml"),
            (b"PK\3\4" + DMARC, "octet-stream", "a.example!example.com!1!2!id.xml.zip"),
        )):
            self.put(f"dmarc{number}.eml", as_mail(content, subtype, name=name))
        self.put("report.xml", DMARC)
        self.put("report.xml.gz", gzip.compress(DMARC))
        self.put("a!b.example!1!2.zip", b"PK\3\4" + DMARC)
        said, stderr = self.sums(self.folder, status=0)
        self.assertEqual((said["reports"], said["dmarc_reports"], said["damaged"],
                          said["without_report"], stderr), (1, 9, 0, 0, ""))
        self.assertIn("1 report, 1 of them unauthenticated, 9 DMARC reports left out\n",
                      self.ctl(self.folder, status=0).stdout)

    def test_xml_that_is_no_dmarc_report_is_still_named(self):
        self.put("1.json", report())
        self.put("page.html", "<html></html>")
        self.assertIn("page.html: error: ", self.sums(self.folder, status=1)[1])

    def test_of_a_maildir_only_cur_and_new_are_read(self):
        box = mailbox.Maildir(self.folder / "Maildir")
        box.add(as_mail(packed(report())))
        for name in ("dovecot-uidlist", "dovecot-keywords", "dovecot-uidvalidity",
                     "dovecot-uidvalidity.65a0b1c2", "dovecot.index.log", "dovecot.index.cache",
                     "subscriptions", "maildirsize", "maildirfolder", "courierimapkeywords/list",
                     "tmp/1.half", ".Sent/cur/1"):
            self.put(f"Maildir/{name}", "3 V1 N1\n")
        self.put("Maildir/cur/2:2,S", as_mail(packed(report(number="2"))))
        for folder in (self.folder, self.folder / "Maildir"):
            said, stderr = self.sums(folder, status=0)
            self.assertEqual((said["files"], said["reports"], stderr), (2, 2, ""))

    def test_a_folder_that_is_no_maildir_is_read_whole(self):
        self.put("cur/1.json", report())
        self.put("tmp/2.json", report(number="2"))
        self.assertEqual(self.sums(self.folder, status=0)[0]["reports"], 2)

    def test_a_bounce_of_a_report_of_ours_is_left_out(self):
        bounce = email.message.EmailMessage()
        bounce["From"] = "mailer-daemon@other.example"
        bounce.set_content("could not be delivered")
        bounce.add_attachment(as_mail(packed(report(policy("other.example")))))
        bounce.replace_header("Content-Type", 'multipart/report; report-type="delivery-status"')
        bounce.set_boundary("b")
        self.put("bounce.eml", bounce)
        self.put("1.json", report())
        said, _ = self.sums(self.folder, status=0)
        self.assertEqual([item["domain"] for item in said["policies"]], ["example.com"])


    def test_a_report_is_known_by_its_content_in_a_mail_that_says_to_be_one(self):
        plain = json.dumps(report()).encode()
        head = b"From: a@sender.example\nTLS-Report-Domain: example.com\n"
        for name, content, reports in (
            ("body", head + b"\n" + plain, 1),
            ("json body", head + b"Content-Type: application/json\n\n" + plain, 1),
            ("octet", head + b"Content-Type: application/octet-stream\n\n" + plain, 1),
            ("type", b'Content-Type: multipart/report; report-type=tlsrpt; boundary=b\n\n--b\n'
             b"Content-Type: text/plain\n\nhello\n--b\nContent-Type: text/plain\n\n" + plain
             + b"\n--b--\n", 1),
            ("subject", b"Subject: Report Domain: example.com Submitter: x\n"
             b"Content-Type: application/octet-stream\n\n" + gzip.compress(plain), 1),
            ("text", head + b"\nhello\n", 0),
            ("no word of it", b"Subject: x\n\n" + plain, 0),
            ("dmarc", b"Subject: Report Domain: example.com\n\n" + DMARC, 0),
        ):
            with self.subTest(name):
                path = self.put("one.eml", content)
                self.put("two/other.json", report(number="2"))
                said, stderr = self.sums(path, self.folder / "two")
                self.assertEqual((said["reports"], said["damaged"]), (reports + 1, 0), stderr)

    def test_comments_around_the_name_of_an_encoding_are_none_of_it(self):
        mail = as_mail(packed(report())).as_bytes()
        plain = b"Content-Transfer-Encoding: base64"
        self.assertEqual(mail.count(plain), 1)
        for value in (b"(a comment) base64", b"base64 (a comment)", b"(a (b) \\) c)\n\t(d)base64(e)",
                      b"BASE64", b"\n (a\n b)\n base64"):
            with self.subTest(value):
                self.put("1.eml", mail.replace(plain, b"Content-Transfer-Encoding: " + value))
                said, stderr = self.sums(self.folder, status=0)
                self.assertEqual((said["reports"], said["damaged"], stderr), (1, 0, ""))
        for value in (b"(base64", b"(a comment)", b"base64x"):
            with self.subTest(value):
                self.put("1.eml", mail.replace(plain, b"Content-Transfer-Encoding: " + value))
                result = self.ctl(self.folder)
                self.assertEqual(result.returncode, 2, result.stdout)

    def test_a_long_reason_does_not_widen_the_tables(self):
        self.put("1.json", report(policy(failures=[failure(
            "sts-policy-fetch-error", None, 1, failure_reason_code=f"{port} " + "x" * 200)
            for port in range(6)])))
        tables = self.ctl(self.folder, status=1).stdout
        self.assertRegex(tables, r"(?m)^sts-policy-fetch-error +6 ")
        self.assertLessEqual(max(map(len, tables.splitlines())), 80)
        self.assertIn("x" * 200, self.ctl("--reasons", self.folder, status=1).stdout)


    def test_files_of_several_reports_are_read_each_by_itself(self):
        texts = [json.dumps(report(number=str(number))).encode() for number in range(3)]
        for name, content, damaged in (
            ("lines.ndjson", b"\n".join(texts) + b"\n", ""),
            ("list.json", b"[" + b",".join(texts) + b"]", ""),
            ("indented.json", b"\n".join(json.dumps(json.loads(text), indent=2).encode()
                                         for text in texts), ""),
            ("packed.json.gz", gzip.compress(b"\n".join(texts)), ""),
            ("twice.json.gz", gzip.compress(gzip.compress(b"\n".join(texts))), ""),
            ("cut.ndjson", b"\n".join(texts)[:-9], "cut.ndjson, report 3: error: the JSON is cut"),
            ("wrong.ndjson", texts[0] + b"\n{}\n" + texts[1] + texts[2],
             "wrong.ndjson, report 2: error: date-range has no"),
            ("mail.emlx", b"%d      \n" % len(mail := as_mail(packed(report())).as_bytes())
             + mail + b"<?xml version=\"1.0\"?><plist/>", ""),
        ):
            with self.subTest(name):
                said, stderr = self.sums(self.put(name, content))
                wanted = 1 if "emlx" in name else 3 - name.startswith("cut")
                self.assertEqual((said["reports"], said["damaged"]), (wanted, bool(damaged)), stderr)
                self.assertIn(damaged, stderr)

    def test_a_tar_archive_is_named(self):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            archive.addfile(tarfile.TarInfo("a.json"), io.BytesIO(b""))
        for name, content in (("a.tar", out.getvalue()), ("a.tgz", gzip.compress(out.getvalue()))):
            self.assertIn(f"{name}: error: a tar archive; unpack it first",
                          self.ctl(self.put(name, content), status=2).stderr)

    def test_a_mailbox_is_read_mail_by_mail_packed_or_not(self):
        box = mailbox.mbox(self.folder / "box")
        for number in range(60):
            mail = as_mail(packed(report(number=str(number))))
            mail["X-Padding"] = " ".join(["x" * 60] * (number * number))
            box.add(mail)
        box.close()
        content = (self.folder / "box").read_bytes()
        self.assertGreater(len(content), 2_000_000)  # pieces and mails have other borders
        (self.folder / "box").unlink()
        halves = gzip.compress(content[:999_999]) + gzip.compress(content[999_999:])
        for name, wrapped in (("box.mbox", content), ("box.gz", gzip.compress(content)),
                              ("halves.gz", halves + bytes(512)),
                              ("crlf", content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))):
            with self.subTest(name):
                path = self.put(name, wrapped)
                said, stderr = self.sums(path, status=0)
                self.assertEqual((said["reports"], said["duplicates"], said["damaged"], stderr),
                                 (60, 0, 0, ""))
                with open(path, "rb") as stream:
                    done = self.ctl("--json", "-", stdin=stream, status=0)
                self.assertEqual(json.loads(done.stdout)["reports"], 60)

    def test_a_damaged_mailbox_keeps_the_mails_before(self):
        mails = b"".join(b"From a@sender.example\n" + as_mail(packed(report(number=str(number)))).as_bytes()
                         .replace(b"\r\n", b"\n") + b"\n" for number in range(9))
        large = b"From a@sender.example\nSubject: x\n\n" + b"x" * 17_000_000 + b"\n\n"
        noise = os.urandom(20000)
        for name, content, reports, reason in (
            ("large", mails + large + mails.replace(b"sender.example", b"other.example"), 9,
             "large, mail 10: error: a mail of more than 16 MiB"),
            ("cut.gz", gzip.compress(mails + noise)[:-9000], 9, "the packed data is cut off"),
            ("behind.gz", gzip.compress(mails) + b"behind", 9, "the packed data is damaged"),
            ("bomb.gz", gzip.compress(mails + bytes(60_000_000)), 9, "200 times its size"),
        ):
            with self.subTest(name):
                said, stderr = self.sums(self.put(name, content), status=1)
                self.assertEqual((said["reports"], said["damaged"]), (reports, 1), stderr)
                self.assertIn(reason, stderr)

    def test_memory_does_not_grow_with_the_mailbox(self):
        mail = as_mail(packed(report())).as_bytes().replace(b"\r\n", b"\n")
        head, _, body = mail.partition(b"\n\n")
        box = b"From a@sender.example\n" + head + b"\n\n" + b"x" * 60_000 + b"\n" + body + b"\n"
        peaks = []
        for name, content in (("small", box * 20), ("large", box * 600)):
            path = self.put(name, content)
            done = subprocess.run(
                [sys.executable, "-c", "import resource, subprocess, sys\n"
                 "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL,"
                 " stderr=subprocess.DEVNULL)\n"
                 "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                 *harness.WRAPPER, base.CTL, "tlsrpt", path], capture_output=True, text=True,
                check=True)
            peaks.append(int(done.stdout))
        if base.Hostile.is_plain():
            self.assertLess(peaks[1] - peaks[0], 8192, peaks)

    @staticmethod
    def zipped(content, method=zipfile.ZIP_DEFLATED):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("report.json", content)
        return out.getvalue()

    def test_a_report_in_a_zip_archive_is_read_within_bounds(self):
        plain = json.dumps(report()).encode()
        packed_zip = self.zipped(plain)
        bomb = self.zipped(b'{"a":"' + b"x" * 100_000_000)
        locked = packed_zip[:6] + b"\1" + packed_zip[7:]
        for name, content, reports, wanted in (
            ("a.zip", packed_zip, 1, ""), ("stored.zip", self.zipped(plain, 0), 1, ""),
            ("a.eml", as_mail(packed_zip, "zip", name="x.zip"), 1, ""),
            ("b.eml", as_mail(packed_zip, "tlsrpt+zip", name="x"), 1, ""),
            ("dmarc.zip", self.zipped(DMARC), 0, ""),
            ("dmarc.eml", as_mail(self.zipped(DMARC), "zip", name="x.zip"), 0, ""),
            ("bomb.zip", bomb, 0, "unpacks to more than 8 MiB"),
            ("bomb.eml", as_mail(bomb, "zip", name="x.zip"), 0, "a text of more than"),
            ("cut.zip", packed_zip[:60], 0, "cut off"), ("short.zip", packed_zip[:20], 0, "cut off"),
            ("locked.zip", locked, 0, "with a password"),
            ("bz.zip", self.zipped(plain, zipfile.ZIP_BZIP2), 0, "unpack it first"),
        ):
            with self.subTest(name):
                path = self.put(name, content)
                self.put("two/other.json", report(number="2"))
                said, stderr = self.sums(path, self.folder / "two")
                self.assertEqual((said["reports"], said["damaged"]), (reports + 1, bool(wanted)),
                                 stderr)
                self.assertIn(wanted, stderr)


class Odd(base.TlsrptCase):
    def read(self, content, name="odd.json"):
        path = self.put(name, content)
        said, stderr = self.sums(path)
        path.unlink()
        return said, stderr

    def test_odd_json_keeps_the_report_and_is_told(self):
        def changed(**members):
            entry = policy(good=10, failures=[failure("a")]) | members
            return report(entry)

        detail = failure("a", sessions=3)
        text = json.dumps(report(policy(good=10, failures=[detail])), ensure_ascii=False)
        flat = policy(good=10, failures=[detail])
        flat |= flat.pop("policy")
        for name, content, failed in (
            ("latin-1", text.replace("Google", "G\xf6\xf6gle").encode("latin-1"), 3),
            ("null detail", changed(**{"failure-details": [None, detail]}), 3),
            ("no details", changed(**{"failure-details": {}}), 3),
            ("text as details", changed(**{"failure-details": ""}), 3),
            ("one detail", changed(**{"failure-details": detail}), 3),
            ("one policy", report(policy(good=10, failures=[detail]))
             | {"policies": policy(good=10, failures=[detail])}, 3),
            ("no inner policy", report() | {"policies": [flat]}, 3),
            ("commas", changed(summary={"total-successful-session-count": "10",
                                        "total-failure-session-count": "1,234"}), 1234),
        ):
            with self.subTest(name):
                said, stderr = self.read(content)
                self.assertEqual((said["reports"], said["damaged"]), (1, 0), stderr)
                self.assertEqual((said["policies"][0]["successes"],
                                  said["policies"][0]["failures"]), (10, failed))
                self.assertIn("notice: 1 report of ", stderr)

    def test_dates_of_other_forms_are_read(self):
        seconds = (DAY - DAY.replace(year=1970, month=1, day=1)).days * 86400
        for start, end in (
            (seconds, seconds + 86399), (seconds * 1000, seconds * 1000 + 86399000),
            (f"{DAY}T00:00Z", f"{DAY}T23:59Z"), (f"{DAY}T00:00:00Z", f"{DAY}T24:00:00Z"),
            (f"{DAY} 00:00:00 +0000 UTC", f"{DAY} 23:59:59 +0000 UTC"),
            (f"{DAY:%a, %d %b %Y} 00:00:00 +0000", f"{DAY:%a, %d %b %Y} 23:59:59 +0000"),
        ):
            with self.subTest(start):
                content = report() | {"date-range": {"start-datetime": start, "end-datetime": end}}
                said, stderr = self.read(content)
                self.assertEqual((said["days"][0]["day"], stderr), (str(DAY), ""))

    def test_a_report_without_policies_is_one_without_sessions(self):
        said, stderr = self.read(report() | {"policies": []})
        self.assertEqual((said["reports"], said["left_out"], said["policies"]), (1, 0, []))
        self.assertIn("no policies, so no sessions", stderr)

    def test_who_sent_it_is_named_by_the_mail_or_the_file(self):
        content = report() | {"organization-name": None, "contact-info": None}
        for name, put, wanted in (
            ("1.eml", as_mail(packed(content), name="x.json.gz"), "sender.example"),
            ("by.example!example.com!1!2.json", content, "by.example"),
            ("1.json", content, "(not named)"),
            ("2.json", content | {"contact-info": "a@contact.example"}, "contact.example"),
        ):
            with self.subTest(name):
                said, _ = self.read(put, name)
                self.assertEqual([item["organisation"] for item in said["organisations"]], [wanted])

    def as_parsedmarc(self, content):
        """What parsedmarc writes of a report (its manual's "JSON SMTP TLS report")."""
        names = {"policy-string": "policy_strings", "mx-host": "mx_host_patterns",
                 "total-successful-session-count": "successful_session_count",
                 "total-failure-session-count": "failed_session_count"}
        policies = []
        for entry in content["policies"]:
            flat = entry["policy"] | entry["summary"]
            flat = {names.get(key, key.replace("-", "_")): value for key, value in flat.items()}
            if entry.get("failure-details"):
                flat["failure_details"] = [{key.replace("-", "_"): value for key, value in one.items()}
                                           for one in entry["failure-details"]]
            policies.append(flat)
        dates = content["date-range"]
        return {"organization_name": content["organization-name"],
                "begin_date": dates["start-datetime"], "end_date": dates["end-datetime"],
                "report_id": content["report-id"], "policies": policies}

    def test_what_parsedmarc_writes_says_the_same_as_the_reports(self):
        reports = [
            report(policy(good=10, failures=[
                failure("certificate-expired", sessions=3, receiving_ip="192.0.2.5",
                        sending_mta_ip="198.51.100.7", failure_reason_code="code"),
                failure("starttls-not-supported", "mx1.example.com", 2)]),
                policy(kind="tlsa", good=4), day=days_ago(2)),
            report(policy("other.example", good=7, kind="no-policy-found"), organisation="Two"),
            report(policy(good=1, failures=[failure("validation-failure", None)], failed=9),
                   organisation="Three"),
        ]
        self.put("plain/all.json", reports)
        self.put("parsed/smtp_tls.json", [self.as_parsedmarc(one) for one in reports])
        plain, stderr = self.sums(self.folder / "plain", status=1)
        self.assertEqual((stderr, plain["reports"]), ("", 3))
        parsed, stderr = self.sums(self.folder / "parsed", status=1)
        self.assertEqual(stderr, "")
        self.assertEqual(parsed, plain)
        self.put("parsed/again.json", self.as_parsedmarc(reports[0]))
        again, stderr = self.sums(self.folder / "parsed", status=1)
        self.assertEqual(again["reports"], 3)
        self.assertIn("read before with the same content", stderr)

    def test_what_only_resembles_parsedmarc_is_refused_or_named(self):
        good = self.as_parsedmarc(report())
        for content, words in (
            (good | {"policies": 5}, "no start-datetime"), (good | {"begin_date": None}, "no start-datetime"),
            (good | {"begin_date": "x"}, "is no date"), (good | {"policies": [5]}, "policies[0]"),
            ({key: value for key, value in good.items() if key != "policies"}, "no start-datetime"),
        ):
            with self.subTest(words, content=content):
                self.put("bad/1.json", content)
                self.put("bad/2.json", report())
                said, stderr = self.sums(self.folder / "bad", status=1)
                self.assertEqual((said["reports"], said["damaged"]), (1, 1))
                self.assertIn(words, stderr)


class Findings(base.TlsrptCase):
    """Of each kind, 20 are said."""

    def test_of_many_broken_mails_the_first_are_named_and_the_rest_is_counted(self):
        box = b""
        for number in range(200):
            box += b"From a@b.example Thu Jan  1 00:00:00 2026\n" + as_mail(
                packed(report(number=str(number)))[:-9 if number else None]).as_bytes() + b"\n"
        self.put("box", box)
        for number in range(30):
            self.put(f"more/{number:02}.json", report(number=f"m{number}")
                     | {"policies": [policy(), 5]})
            self.put(f"odd/{number:02}.json", report(organisation=f"Sender {number:02}", number="")
                     | {"report-id": ""})
        said, stderr = self.sums(self.folder, status=1)
        lines = stderr.splitlines()
        self.assertEqual(said["damaged"], 199 + 30)
        self.assertEqual(said["reports"], 1 + 30 + 30)
        broken = [line for line in lines if "/box, mail " in line]
        self.assertEqual(len(broken), 21)
        self.assertRegex(broken[-1], "/box, mail 22: error: and 179 more from here on that cannot be read")
        left = [line for line in lines if "/more/" in line]
        self.assertEqual(len(left), 21)
        self.assertIn("/more/20.json: error: and 10 more from here on of which policies are left out",
                      left[-1])
        odd = [line for line in lines if "no report-id" in line]
        self.assertEqual(len(odd), 21)
        self.assertIn("notice: and 10 more organisations: no report-id", odd[-1])
        self.assertEqual(len(said["said"]), len(lines))

    def test_twenty_are_all_named(self):
        for number in range(20):
            self.put(f"{number:02}.json", b"{")
        self.put("good.json", report())
        stderr = self.sums(self.folder, status=1)[1]
        self.assertEqual(len(stderr.splitlines()), 20)
        self.assertNotIn("more from here on", stderr)


if __name__ == "__main__":
    unittest.main()
