# SPDX-License-Identifier: ISC
"""tlsrpt_formats: the CSV and the metrics that mta-stsctl tlsrpt writes."""
import csv
import io
import re
import unittest

import test_tlsrpt as base
from test_tlsrpt import days_ago, failure, policy, report

HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", '=cmd|"/c calc"!A1', 'a,b"c', "' OR 1=1 --",
           "<script>alert(1)</script>", "\t=1", 'x"} 1\nevil 2', "line\r\nbreak")


class Csv(base.TlsrptCase):
    def rows(self, *words, status=None):
        done = self.ctl("--csv", *words, status=status)
        return list(csv.DictReader(io.StringIO(done.stdout, newline="")))

    def test_a_row_for_each_failure_adds_up(self):
        for ago in range(1, 4):
            self.put(f"{ago}.json", report(
                policy(good=10, failures=[failure("certificate-expired", sessions=2,
                                                  receiving_ip="192.0.2.5",
                                                  sending_mta_ip="198.51.100.7"),
                                          failure("validation-failure", "x.y", 1)]),
                day=days_ago(ago)))
        rows = self.rows(self.folder, status=1)
        self.assertEqual((sum(int(row["successes"]) for row in rows),
                          sum(int(row["failures"]) for row in rows)), (30, 9))
        (row,) = [row for row in rows if row["failure_type"] == "certificate-expired"
                  and row["day"] == str(days_ago(2))]
        self.assertEqual((row["domain"], row["policy_type"], row["organisation"], row["mx"],
                          row["receiving_ip"], row["sending_ip"], row["authenticated"]),
                         ("example.com", "sts", "Google Inc.", "mx2.example.com", "192.0.2.5",
                          "198.51.100.7", "yes"))

    def test_rows_that_differ_in_one_cell_are_rows_of_their_own(self):
        likes = [("x-a", "mx1.example.com", "r", "192.0.2.1", "198.51.100.1"),
                 ("x-b", "mx1.example.com", "r", "192.0.2.1", "198.51.100.1"),
                 ("x-a", "mx2.example.com", "r", "192.0.2.1", "198.51.100.1"),
                 ("x-a", "mx1.example.com", 'r, "s"' * 40, "192.0.2.1", "198.51.100.1"),
                 ("x-a", "mx1.example.com", "r", "192.0.2.2", "198.51.100.1"),
                 ("x-a", "mx1.example.com", "r", "192.0.2.1", "198.51.100.2")]
        wanted = []
        for ago, organisation, domain in ((ago, organisation, domain) for ago in (1, 2, 30)
                                          for organisation in ("A, B", "C")
                                          for domain in ("example.com", "example.org")):
            day, sessions = str(days_ago(ago)), 10 ** ago % 999_983
            failures = [failure(kind, mx, sessions + count, failure_reason_code=reason,
                                receiving_ip=ip, sending_mta_ip=sender)
                        for count, (kind, mx, reason, ip, sender) in enumerate(likes)]
            self.put(f"r/{ago}-{organisation[0]}-{domain}.json",
                     report(policy(domain, sessions, failures), organisation=organisation,
                            day=days_ago(ago)))
            wanted.append((day, domain, organisation, "", "", "", "", "", str(sessions), "0"))
            wanted += [(day, domain, organisation, mx, kind, reason, ip, sender, "0",
                        str(sessions + count))
                       for count, (kind, mx, reason, ip, sender) in enumerate(likes)]
        names = ("day", "domain", "organisation", "mx", "failure_type", "reason", "receiving_ip",
                 "sending_ip", "successes", "failures")
        store = ["--store", self.folder / "reports.db"]
        for source in ([self.folder / "r"], [*store, self.folder / "r"], store):
            found = [tuple(row[name] for name in names) for row in self.rows(*source, status=1)]
            self.assertEqual(sorted(found), sorted(wanted), source)

    def test_hostile_texts_are_cells_and_no_formulas(self):
        for number, text in enumerate(HOSTILE):
            self.put(f"{number}.json", report(
                policy(text, failures=[failure(text, text, failure_reason_code=text)]),
                organisation=text, number=str(number)))
        rows = self.rows(self.folder, status=1)
        self.assertEqual({len(row) for row in rows}, {14})
        for row in rows:
            for name, cell in row.items():
                self.assertNotRegex(cell, r"\A[=+\-@\x00-\x1f]", name)
                self.assertRegex(cell, r"\A[ -~]*\Z")


class Metrics(base.TlsrptCase):
    def setUp(self):
        super().setUp()
        self.ini = self.put("mta-stsd.ini", "[server]\n[example.com]\nmx = mx1.example.com\n"
                            "certificate = /nonexistent.pem\n")

    def metrics(self, *words, status=None):
        done = self.ctl("--prometheus", "-c", self.ini, *words, status=status)
        lines = done.stdout.splitlines()
        for line in lines:
            self.assertRegex(line, r'\A(# (HELP|TYPE) mta_stsctl_\w+ .+'
                             r'|mta_stsctl_\w+(\{\w+="[^"\\]*"(,\w+="[^"\\]*")*\})? \d+)\Z')
        return dict(re.fullmatch(r"(.*) (\d+)", line).groups()
                    for line in lines if not line.startswith("#"))

    def test_sessions_reports_and_the_newest_day_are_metrics(self):
        self.put("r/1.json", report(policy(good=10, failures=[failure("x")])))
        self.put("r/2.json", report(policy(good=5), number="2", day=days_ago(3)))
        self.put("r/3.json", b"{")
        found = self.metrics(self.folder / "r", status=1)
        name = 'mta_stsctl_tlsrpt_sessions{domain="example.com",policy_type="sts",result="%s"}'
        self.assertEqual((found[name % "success"], found[name % "failure"]), ("15", "3"))
        newest = found['mta_stsctl_tlsrpt_newest_report_timestamp_seconds{domain="example.com"}']
        epoch = days_ago(1).replace(year=1970, month=1, day=1)
        self.assertEqual(int(newest), (days_ago(1) - epoch).days * 86400)
        self.assertEqual(found['mta_stsctl_tlsrpt_reports{result="read"}'], "2")
        self.assertEqual(found['mta_stsctl_tlsrpt_reports{result="damaged"}'], "1")

    def test_only_configured_domains_are_labels(self):
        for number, text in enumerate((*HOSTILE, "other.example", "example.com")):
            self.put(f"r/{number}.json", report(
                policy(text, good=1, kind="sts"), organisation=text, number=str(number)))
        found = self.metrics(self.folder / "r")
        self.assertEqual({match[1] for match in map(re.compile(r'.*domain="([^"]*)"').match, found)
                          if match}, {"", "example.com"})

    def test_formats_exclude_each_other_and_metrics_need_the_configuration(self):
        self.put("1.json", report())
        self.assertIn("mutually exclusive", self.ctl("--csv", "--prometheus", "x", status=2).stderr)
        done = self.ctl("--prometheus", "-c", self.folder / "none.ini", self.folder, status=2)
        self.assertIn("none.ini", done.stderr)


if __name__ == "__main__":
    unittest.main()
