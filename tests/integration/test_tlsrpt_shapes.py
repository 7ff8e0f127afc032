# SPDX-License-Identifier: ISC
"""tlsrpt_shapes: the shapes in which real senders write reports, in each form, counted by this test as well.

The shapes are those that were found in public reports and in the code of senders; names, addresses and numbers
are examples. Sums are made here from what is written down beside each shape, by nothing that mta-stsctl has."""
import collections
import gzip
import io
import json
import mailbox
import os
import unittest
import zipfile

import test_tlsrpt as base
from test_tlsrpt import as_mail, days_ago

DAY = days_ago(3)
NEXT = days_ago(2)
STS = ["version: STSv1", "mode: testing", "mx: mx1.example.com", "mx: mx2.example.com", "max_age: 86400"]


def shape(organisation, entries, number, start=f"{DAY}T00:00:00Z", end=f"{DAY}T23:59:59Z", **more):
    return {"organization-name": organisation, "date-range": {"start-datetime": start, "end-datetime": end},
            "contact-info": "tls@sender.example", "report-id": number, "policies": entries} | more


def entry(kind, domain, good, failed, details=None, **policy):
    made = {"policy": {"policy-type": kind} | ({"policy-domain": domain} if domain else {})
            | {key.replace("_", "-"): value for key, value in policy.items()},
            "summary": {"total-successful-session-count": good, "total-failure-session-count": failed}}
    return made if details is None else made | {"failure-details": details}


# Name, report, and what it counts: (organisation, domain, type): (good, failed).
SHAPES = (
    ("google", shape("Google Inc.", [
        entry("sts", "example.com", 41, 0, policy_string=STS, mx_host=["mx1.example.com", "mx2.example.com"])],
        f"{DAY}T00:00:00Z_example.com"),
     {("Google Inc.", "example.com", "sts"): (41, 0)}),
    ("google of 2019, without mx-host", shape("Google Inc.", [
        entry("no-policy-found", "old.example", 12, 0)], f"{DAY}T00:00:00Z_old.example"),
     {("Google Inc.", "old.example", "no-policy-found"): (12, 0)}),
    ("google, the policy changed in the day", shape("Google Inc.", [
        entry("sts", "example.com", 7, 3, [
            {"result-type": "validation-failure", "sending-mta-ip": "", "receiving-mx-hostname": "mx3.example.com",
             "failed-session-count": 1},
            {"result-type": "validation-failure", "sending-mta-ip": "192.0.2.8",
             "receiving-mx-hostname": "mx3.example.com", "failed-session-count": 2}], policy_string=STS),
        entry("sts", "example.com", 11, 0, policy_string=[*STS[:1], "mode: enforce", *STS[2:]]),
        entry("no-policy-found", "example.com", 2, 0)], "changed"),
     {("Google Inc.", "example.com", "sts"): (18, 3),
      ("Google Inc.", "example.com", "no-policy-found"): (2, 0)}),
    ("microsoft", shape("Microsoft Corporation", [
        entry("tlsa", "example.com", 9, 0, policy_string=['["3 1 1 00FF","3 1 1 11FF"]']),
        entry("sts", "example.com", 9, 0, policy_string=STS),
        entry("sts", "other.example", 0, 5, [
            {"result-type": "sts-policy-fetch-error", "failed-session-count": 5}])],
        "133944884956529435+example.com", f"{DAY}T00:00:00", f"{DAY}T23:59:59"),
     {("Microsoft Corporation", "example.com", "tlsa"): (9, 0),
      ("Microsoft Corporation", "example.com", "sts"): (9, 0),
      ("Microsoft Corporation", "other.example", "sts"): (0, 5)}),
    ("a Go program, details above the summary", shape("Mail.example", [
        entry("sts", "example.com", 0, 1, [
            {"result-type": "sts-policy-fetch-error", "failed-session-count": 2, "failure-reason-code":
             'Get "https://mta-sts.example.com/.well-known/mta-sts.txt": dial tcp 192.0.2.1:443: i/o timeout'}])],
        "0b6f8d6a-uuid", end=f"{NEXT}T00:00:00Z"),
     {("Mail.example", "example.com", "sts"): (0, 2)}),
    ("another key for the MX, an empty mx-host, an end before the start", shape("Sockets", [
        entry("sts", "example.com", 5, 4, [
            {"result-type": "certificate-expired", "receiving-mx-host-name": "mx2.example.com",
             "failed-session-count": 4}], policy_string=STS, mx_host=["mx1.example.com"]),
        entry("sts", "example.com", 6, 0, policy_string=STS, mx_host=[])], "ab12", end=f"{days_ago(9)}T00:00:00Z"),
     {("Sockets", "example.com", "sts"): (11, 4)}),
    ("contact null, lists empty", shape("Stalwart Example", [
        entry("sts", "example.com", 1, 0, [], policy_string=[], mx_host=[])], "1795132800_9",
        end=f"{NEXT}T00:00:00Z") | {"contact-info": None},
     {("Stalwart Example", "example.com", "sts"): (1, 0)}),
    ("without policy-domain", shape("Reporter", [entry("no-policy-found", None, 8, 0)], f"{DAY}_idx1_x"),
     {("Reporter", "by-mail.example", "no-policy-found"): (8, 0)}),
    ("a report on hosts", shape("Mox Example", [
        entry("sts", "example.com", 3, 0, policy_string=STS, mx_host=["mx1.example.com"]),
        entry("tlsa", "mx1.example.com", 2, 1, [
            {"result-type": "tlsa-invalid", "receiving-mx-hostname": "mx1.example.com",
             "failed-session-count": 1}])], "20261120.1@sender.example"),
     {("Mox Example", "example.com", "sts"): (3, 0), ("Mox Example", "mx1.example.com", "tlsa"): (2, 1)}),
    ("a policy in one line", shape("One Line", [
        entry("sts", "example.com", 4, 0, policy_string=[" ".join(STS)])], "1"),
     {("One Line", "example.com", "sts"): (4, 0)}),
    ("mx-host as a text in brackets, fractions", shape("Check", [
        entry("sts", "example.com", 13, 0, policy_string=STS, mx_host="[mx1.example.com]")], "1",
        f"{DAY}T00:00:00.000Z", f"{DAY}T23:59:59.999Z"),
     {("Check", "example.com", "sts"): (13, 0)}),
    ("other names of results", shape("Zig", [
        entry("sts", "example.com", 0, 6, [
            {"result-type": "certificate-hostname-mismatch", "receiving-mx-hostname": "mx1.example.com",
             "failed-session-count": 2},
            {"result-type": "negotiation-failure", "receiving-ip": "203.0.113.5", "failed-session-count": 4}],
            policy_string=STS)], "1", **{"additional-info-uri": "https://sender.example/"}),
     {("Zig", "example.com", "sts"): (0, 6)}),
)


def count():
    """What all shapes have, and each organisation and domain with its type."""
    sums = collections.defaultdict(lambda: [0, 0])
    for _, _, counts in SHAPES:
        for (organisation, domain, kind), (good, failed) in counts.items():
            for key in ((), ("organisation", organisation), ("policy", domain, kind)):
                sums[key][0] += good
                sums[key][1] += failed
    return {key: tuple(value) for key, value in sums.items()}


class Shapes(base.TlsrptCase):
    def mails(self):
        for _, content, _ in SHAPES:
            mail = as_mail(gzip.compress(json.dumps(content).encode()), domain="by-mail.example")
            yield mail.as_bytes().replace(b"\r\n", b"\n")

    def put_files(self, wrap, end):
        """Of bare files the name says for which domain they are."""
        for number, (_, content, _) in enumerate(SHAPES):
            self.put(f"{end[1:]}/sender.example!by-mail.example!1!2!{number}{end}",
                     wrap(json.dumps(content, indent=2).encode()))
        return self.folder / end[1:]

    def put_mailbox(self, name, wrap=lambda content: content):
        return self.put(name, wrap(b"".join(b"From tls@sender.example\n" + mail + b"\n"
                                            for mail in self.mails())))

    def forms(self):
        def zipped(content):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("report.json", content)
            return out.getvalue()

        yield "JSON", self.put_files(bytes, ".json"), {}
        yield "CRLF", self.put_files(lambda text: text.replace(b"\n", b"\r\n"), ".crlf.json"), {}
        yield "gzip", self.put_files(gzip.compress, ".json.gz"), {}
        yield "zip", self.put_files(zipped, ".json.zip"), {}
        for number, mail in enumerate(self.mails()):
            self.put(f"mails/{number}.eml", mail)
        yield "mails", self.folder / "mails", {}
        box = mailbox.Maildir(self.folder / "Maildir")
        for mail in self.mails():
            box.add(mail)
        yield "Maildir", self.folder / "Maildir", {}
        yield "mbox", self.put_mailbox("mbox"), {}
        yield "mbox.gz", self.put_mailbox("mbox.gz", gzip.compress), {}
        yield "standard input", "-", {"input": (self.folder / "mbox").read_text()}
        lines = b"\n".join(json.dumps(content).encode() for _, content, _ in SHAPES)
        yield "NDJSON", self.put("x!by-mail.example!1!2.ndjson", lines), {}

    def assert_counted(self, said):
        wanted = count()
        self.assertEqual((said["reports"], said["duplicates"], said["damaged"]), (len(SHAPES), 0, 0))
        for name, keys, kind in (("organisations", ("organisation",), "organisation"),
                                 ("policies", ("domain", "policy_type"), "policy")):
            self.assertEqual({(kind, *(row[key] for key in keys)): (row["successes"], row["failures"])
                              for row in said[name]},
                             {key: value for key, value in wanted.items() if key and key[0] == kind})
        for name in ("organisations", "policies", "days"):
            self.assertEqual((sum(row["successes"] for row in said[name]),
                              sum(row["failures"] for row in said[name])), wanted[()], name)
        for name in ("mx", "failure_types", "reasons", "failures"):
            self.assertEqual(sum(row["failures"] for row in said[name]), wanted[()][1], name)

    def test_each_shape_is_counted_right_in_each_form(self):
        first = None
        for name, path, options in self.forms():
            with self.subTest(name):
                done = self.ctl("--json", path, status=1, **options)
                said = json.loads(done.stdout)
                self.assert_counted(said)
                lists = {key: value for key, value in said.items() if isinstance(value, list)
                         and key not in ("said", "domains", "organisations")}
                first = first or lists
                self.assertEqual(lists, first)

    def test_each_shape_alone_counts_what_stands_beside_it(self):
        for number, (name, content, counts) in enumerate(SHAPES):
            with self.subTest(name):
                path = self.put(f"one/{number}!by-mail.example!1!2.json", content)
                said, _ = self.sums(path)
                organisation = next(iter(counts))[0]
                self.assertEqual([row["organisation"] for row in said["organisations"]], [organisation])
                self.assertEqual({(organisation, row["domain"], row["policy_type"]):
                                  (row["successes"], row["failures"]) for row in said["policies"]}, counts)
                os.unlink(path)


if __name__ == "__main__":
    unittest.main()
