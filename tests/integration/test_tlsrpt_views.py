# SPDX-License-Identifier: ISC
"""tlsrpt_views: what mta-stsctl tlsrpt shows: by what, how much of it, and what is new."""
import csv
import io
import re
import unittest

import test_tlsrpt as base
from test_tlsrpt import GOOGLE, MICROSOFT, days_ago, failure, policy, report
from test_tlsrpt_store import StoreCase

SCREEN = (80, 24)
LONG = "x" * 190


class ViewCase(StoreCase):
    def lines(self, *words, status=None):
        return self.ctl(*words, status=status).stdout.splitlines()

    def put_failing(self, days=20):
        """Two senders; one sees an expired certificate, the last time three days ago."""
        for ago in range(1, days + 1):
            broken = [failure("certificate-expired", "mx2.example.com", 2,
                              sending_mta_ip="192.0.2.7", receiving_ip="203.0.113.5",
                              receiving_mx_helo="mail.example.com",
                              failure_reason_code=f"CODE_{LONG}")]
            self.put(f"mails/g{ago}.json", report(
                policy(good=8, failures=broken if ago in (3, 5, 17) else ()), day=days_ago(ago)))
            self.put(f"mails/m{ago}.json", report(
                policy(good=4), organisation=MICROSOFT, day=days_ago(ago)))


class Text(ViewCase):
    def test_one_domain_fits_a_screen(self):
        self.put_failing()
        for words in ([self.mails], ["--store", self.store, self.mails], ["--store", self.store]):
            lines = self.lines(*words, status=1)
            self.assertLessEqual(len(lines), SCREEN[1], "\n".join(lines))
            self.assertLessEqual(max(map(len, lines)), SCREEN[0])
            text = "\n".join(lines)
            self.assertRegex(text, r"(?m)^example\.com +sts +40 +240 +6 +97\.5 % +\+")
            self.assertIn("\n  Google Inc., from 192.0.2.7, to 203.0.113.5, helo mail.example.com: "
                          "CODE_x", text)
            self.assertNotIn(LONG, text)

    def test_the_reason_is_told_in_full_on_demand(self):
        self.put_failing()
        self.assertIn(f"CODE_{LONG}", self.ctl("--reasons", self.mails, status=1).stdout)

    def test_of_300_domains_what_fails_comes_first_and_the_rest_in_one_line(self):
        for number in range(300):
            broken = [failure("starttls-not-supported", "mx.d123.example", 3)]
            self.put(f"mails/{number}.json", report(
                policy(f"d{number}.example", good=number, failures=broken if number == 123 else ())))
        lines = self.lines(self.mails, status=1)
        self.assertLessEqual(len(lines), SCREEN[1], "\n".join(lines))
        self.assertLessEqual(max(map(len, lines)), SCREEN[0])
        self.assertEqual(lines[0], "300 reports")
        self.assertTrue(lines[2].startswith("d123.example: Not enforce yet: "), lines)
        self.assertIn("The other 299 domains: 299 wait.", lines)
        self.assertEqual([line for line in lines if re.search(r"d(?!123\b)\d+\.example", line)], [])

    def test_the_trend_is_that_of_fourteen_days_and_those_before(self):
        for ago, bad in ((3, 10), (20, 40), (40, 90)):
            self.put(f"mails/{ago}.json", report(
                policy(good=100 - bad, failures=[failure("certificate-expired", sessions=bad)]),
                day=days_ago(ago)))
        (row,) = self.sums("--by", "domain", self.mails)[0]["policies"]
        self.assertEqual((row["success"], row["trend"]), ("53.3 %", "+30.0"))
        (row,) = self.sums("--by", "domain", "--days", "10", self.mails)[0]["policies"]
        self.assertEqual((row["success"], row["trend"]), ("90.0 %", None))

    def test_a_share_is_never_rounded_to_all(self):
        self.put("a.json", report(policy(good=10**7, failures=[failure("certificate-expired")])))
        self.assertRegex(self.ctl("--by", "domain", self.folder / "a.json").stdout,
                         r"(?m)^example\.com .* 99\.9 %")


class By(ViewCase):
    LISTS = {"day": "days", "org": "organisations", "mx": "mx", "ip": "addresses",
             "type": "failure_types", "domain": "policies"}

    def put_many(self, count=12):
        for number in range(count):
            self.put(f"mails/{number}.json", report(
                policy(f"d{number % 5}.example", good=10 + number, failures=[
                    failure("certificate-expired", f"mx{number % 4}.example.net", 1 + number % 3,
                            receiving_ip=f"203.0.113.{number % 2}",
                            sending_mta_ip=f"192.0.2.{number % 3}")] if number % 2 else ()),
                organisation=f"Org {number % 3}", day=days_ago(1 + number)))

    def test_each_sums_up_to_all_in_each_format(self):
        self.put_many()
        self.ctl("--store", self.store, self.mails)
        for word, name in self.LISTS.items():
            for source in ([self.mails], ["--store", self.store]):
                with self.subTest(word=word, source=source):
                    said = self.sums("--by", word, *source, status=1)[0]
                    self.assertEqual([key for key in self.LISTS.values() if said[key]], [name])
                    self.assertEqual(said["domains"], [])
                    self.assertEqual(sum(row["failures"] for row in said[name]),
                                     sum(1 + n % 3 for n in range(12) if n % 2))
                    table = list(csv.DictReader(io.StringIO(
                        self.ctl("--csv", "--by", word, *source).stdout, newline="")))
                    self.assertEqual([int(row["failures"]) for row in table],
                                     [row["failures"] for row in said[name]])
                    lines = self.lines("--by", word, *source, status=1)
                    self.assertEqual(len(lines) - 1, len(table), lines)
                    self.assertLessEqual(max(map(len, lines)), SCREEN[0])

    def test_what_fails_most_comes_first_and_top_leaves_the_rest_out(self):
        self.put_many()
        for word, name in self.LISTS.items():
            rows = self.sums("--by", word, self.mails)[0][name]
            if word != "day":
                self.assertEqual(rows, sorted(rows, key=lambda row: -row["failures"]))
            few = self.sums("--by", word, "--top", "2", self.mails)[0][name]
            self.assertEqual(few, rows[-2:] if word == "day" else rows[:2])
        self.assertEqual(self.lines("--by", "domain", "--top", "2", self.mails)[-1],
                         "and 3 more: see --top, --by")

    def test_failing_leaves_out_what_does_not(self):
        self.put_many()
        said = self.sums("--failing", self.mails)[0]
        for name in self.LISTS.values():
            self.assertTrue(said[name], name)
            self.assertTrue(all(row["failures"] for row in said[name]), name)
        failing = {row["domain"] for row in said["policies"]}
        self.assertEqual({item["domain"] for item in said["domains"]}, failing)

    def test_org_and_mx_select_and_give_no_advice(self):
        self.put_many()
        self.ctl("--store", self.store, self.mails)
        everything = self.sums(self.mails)[0]["details"]
        for words, passes in (
                (["--org", "org 1"], lambda row: row["organisation"] == "Org 1"),
                (["--mx", "MX1.example.net"], lambda row: row["mx"] == "mx1.example.net"),
                (["--mx", "mx3.example.net", "--org", "Org 0"],
                 lambda row: row["mx"] == "mx3.example.net" and row["organisation"] == "Org 0")):
            for source in ([self.mails], ["--store", self.store]):
                said = self.sums(*words, *source)[0]
                self.assertEqual(said["details"], [row for row in everything if passes(row)])
                self.assertTrue(said["details"])
                self.assertEqual(said["domains"], [])

    def test_details_have_the_addresses(self):
        self.put_failing()
        (row,) = self.sums(self.mails)[0]["details"]
        self.assertEqual(row, {
            "domain": "example.com", "organisation": GOOGLE, "mx": "mx2.example.com",
            "receiving_ip": "203.0.113.5", "sending_ip": "192.0.2.7", "helo": "mail.example.com",
            "failure_type": "certificate-expired", "reason": f"CODE_{LONG}",
            "mx_not_in_policy": False, "failures": 6, "first_day": str(days_ago(17)),
            "last_day": str(days_ago(3))})

    def test_words_that_are_none(self):
        self.put_failing()
        for words in (["--by", "week"], ["--top", "0"], ["--top", "many"], ["--new"],
                      ["--new", "--store", self.store, "--by", "day"],
                      ["--new", "--store", self.store, "--domain", "example.com"]):
            self.ctl(*words, self.mails, status=2)

    def test_what_the_store_has_not_is_told(self):
        self.put_failing()
        self.ctl("--store", self.store, self.mails)
        for words in (["--domain", "example.net"], ["--org", "Nobody"], ["--days", "1", "--mx", "x"]):
            done = self.ctl("--store", self.store, *words, status=2)
            self.assertIn("no report that passes", done.stderr)

    def test_a_page_comes_from_the_store_as_well(self):
        self.put_failing()
        pages = []
        for number, source in enumerate(([self.mails], ["--store", self.store, self.mails],
                                         ["--store", self.store])):
            path = self.folder / f"{number}.html"
            self.ctl("--html", path, *source, status=1)
            pages.append(re.sub(r"<section aria-labelledby='read'>.*?</section>", "",
                                path.read_text(), flags=re.DOTALL))
        self.assertEqual(pages[0], pages[1])
        self.assertEqual(pages[0], pages[2])


class New(ViewCase):
    def put_failure(self, name, ago, kind="certificate-expired", mx="mx1.example.com", **more):
        self.put(f"mails/{name}.json", report(
            policy(failures=[failure(kind, mx, 1)]), day=days_ago(ago), **more))

    def new(self, *words, status):
        said = self.sums("--new", "--store", self.store, *words, status=status)[0]["new"]
        return [(row["mx"], row["failure_type"]) for row in said if not row["told"]]

    def test_a_failure_is_told_once(self):
        self.put_failure("a", 3)
        self.assertEqual(self.new(self.mails, status=1), [("mx1.example.com", "certificate-expired")])
        self.assertEqual(self.new(self.mails, status=0), [])
        self.assertEqual(self.new(status=0), [])
        # The same goes on, and another sender sees it.
        self.put_failure("b", 1)
        self.put_failure("c", 1, organisation=MICROSOFT)
        self.assertEqual(self.new(self.mails, status=0), [])
        self.put_failure("d", 1, "starttls-not-supported")
        self.put_failure("e", 2, mx="mx2.example.com")
        self.assertEqual(sorted(self.new(self.mails, status=1)),
                         [("mx1.example.com", "starttls-not-supported"),
                          ("mx2.example.com", "certificate-expired")])
        self.assertEqual(self.ctl("--store", self.store, "--new", status=0).stdout,
                         "No new failures.\n")

    def test_what_a_run_without_new_took_in_is_told_later(self):
        self.put_failure("a", 3)
        self.ctl("--store", self.store, self.mails, status=1)
        self.ctl("--store", self.store, status=1)
        done = self.ctl("--store", self.store, "--new", status=1)
        self.assertEqual(done.stdout, "New failures:\n  example.com: certificate-expired at "
                                      "mx1.example.com\n\n")
        self.ctl("--store", self.store, "--new", status=0)

    def test_what_came_back_after_a_pause_is_new(self):
        self.put_failure("a", 40)
        self.new(self.mails, status=1)
        self.put_failure("b", 27)
        self.assertEqual(self.new(self.mails, status=0), [])
        self.put_failure("c", 13)
        self.assertEqual(self.new(self.mails, status=1), [("mx1.example.com", "certificate-expired")])
        self.put_failure("d", 39, organisation=MICROSOFT)  # an old report that comes late
        self.assertEqual(self.new(self.mails, status=0), [])

    def test_forged_failures_are_never_new(self):
        content = report(policy(failures=[failure("certificate-expired")]))
        self.put("mails/a.eml", base.as_mail(base.packed(content)))
        self.assertEqual(self.new(self.mails, status=0), [])

    def test_what_is_new_since_the_last_run_comes_first(self):
        self.put_failure("a", 3)
        self.ctl("--store", self.store, self.mails)
        self.put_failure("b", 1, "starttls-not-supported")
        for words in ([self.mails], []):
            lines = self.lines("--store", self.store, *words, status=1)
            self.assertRegex(lines[2], r"\ANew since the run of 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC:\Z")
            self.assertEqual(lines[3:5],
                             ["  example.com: starttls-not-supported at mx1.example.com", ""])
        self.assertNotIn("New since", self.ctl("--store", self.store, self.mails).stdout)

    def test_it_stays_new_until_it_was_written(self):
        self.put_failure("a", 3)
        with open("/dev/full", "w", encoding="ascii") as full:
            base.subprocess.run([base.CTL, "tlsrpt", "--new", "--store", self.store, self.mails],
                                stdout=full, stderr=base.subprocess.DEVNULL, check=False)
        self.assertEqual(self.new(status=1), [("mx1.example.com", "certificate-expired")])


if __name__ == "__main__":
    unittest.main()
