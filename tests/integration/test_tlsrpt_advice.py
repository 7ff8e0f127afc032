# SPDX-License-Identifier: ISC
"""tlsrpt_advice: what mta-stsctl tlsrpt advises, each fault of an earlier version as a row."""
import unittest

import test_tlsrpt as base
from test_tlsrpt import days_ago, failure, policy, report

NEWEST = days_ago(1)
MX1, MX2 = "mx1.example.com", "mx2.example.com"


class AdviceCase(base.TlsrptCase):
    def put_days(self, first, last, *entries, organisations=("Google Inc.", "Example Mail")):
        """A report a day of each organisation, from so many days ago to so many."""
        for organisation in organisations:
            for ago in range(last, first + 1):
                content = report(*(entries or (policy(),)), organisation=organisation,
                                 day=days_ago(ago))
                self.put(f"{organisation}-{ago}.json", content)

    def put_failure(self, ago, *failures, organisation="Google Inc.", name=None, **more):
        content = report(policy(failures=failures, **more), organisation=organisation,
                         day=days_ago(ago), number=f"failure-{ago}")
        return self.put(f"{name or organisation}-failure-{ago}.json", content)

    def judged(self, domain="example.com", *words):
        advice = self.advice(*words, self.folder, domain=domain)
        return advice["verdict"], "\n".join(advice["advice"])

    def assert_verdict(self, verdict, *texts, domain="example.com", absent=()):
        found, advice = self.judged(domain)
        self.assertEqual(found, verdict, advice)
        for text in texts:
            self.assertIn(text, advice)
        for text in absent:
            self.assertNotIn(text, advice)


class Evidence(AdviceCase):
    def test_sessions_that_checked_no_policy_are_no_evidence(self):
        for name, entry in (
            ("no policy", policy(good=100, kind="no-policy-found")),
            ("dane", policy(good=100, kind="tlsa")),
            ("mode none", policy(good=100, mode="none")),
            ("no mx", {"policy": {"policy-type": "sts", "policy-domain": "example.com",
                                  "policy-string": ["version: STSv1", "mode: testing"]},
                       "summary": {"total-successful-session-count": 100,
                                   "total-failure-session-count": 0}}),
        ):
            with self.subTest(name):
                self.put_days(15, 1, entry, organisations=("One", "Two"))
                self.put("sts.json", report(policy(good=1), organisation="One", day=days_ago(9),
                                            number="sts"))
                advice = self.advice(self.folder)
                self.assertEqual(advice["recent_sessions"], 1)
                self.assertIn(advice["verdict"], ("wait", "no-sts"))

    def test_days_that_nobody_reported_are_no_evidence(self):
        for ago in (14, 1):
            self.put_days(ago, ago)
        self.assert_verdict("wait", "2 of the last 14 days have reports")

    def test_one_sender_alone_is_not_enough(self):
        self.put_days(15, 1, organisations=("Example Mail",))
        self.assert_verdict("wait", "1 sender reported them (2 are needed)",
                            "reported by Example Mail",
                            "of the large senders, not by: Google, Microsoft")

    def test_old_days_are_not_enough_for_now(self):
        self.put_days(60, 7)
        self.assert_verdict("wait", "8 of the last 14 days")

    def test_ten_days_of_two_senders_are_enough_and_the_sentence_names_both(self):
        self.put_days(15, 1)
        self.assert_verdict("safe", "from Example Mail, Google Inc.",
                            "No report came from the large senders: Microsoft")

    def test_reports_that_ended_come_before_old_failures(self):
        for ago in (180, 30, 8):
            with self.subTest(ago):
                path = self.put_failure(ago, failure("certificate-expired"))
                self.assert_verdict("stale", f"{ago} days ago", "Nothing can be said of now",
                                    absent=("hinders", "not before"))
                path.unlink()


class Hindrances(AdviceCase):
    def test_each_fault_of_an_mx_is_told_and_no_remedy_leaves_one(self):
        add = "add it to the policy, or take it out of DNS"
        for mx, types, wanted, absent in (
            ("old.example.com", ["validation-failure"], [add], []),
            ("old.example.com", ["starttls-not-supported"],
             ["offer STARTTLS", "no mx line", "take it out of DNS; or first"], [add]),
            ("old.example.com", ["certificate-expired"], ["renew its certificate", "no mx line"],
             [add]),
            ("old.example.com", ["validation-failure", "certificate-not-trusted"],
             ["public CA", "no mx line"], [add]),
            ("old.example.com", ["something-new"], ["no mx line"], [add]),
            (MX1, ["certificate-expired", "starttls-not-supported"],
             ["renew its certificate", "offer STARTTLS"], ["no mx line"]),
            ("203.0.113.5", ["starttls-not-supported"], ["203.0.113.5 hinders"], ["mx line"]),
            ("[203.0.113.5]", ["validation-failure"], ["203.0.113.5 hinders"], [add]),
            ("mx1.example.com[203.0.113.5]:25", ["certificate-expired"],
             ["mx1.example.com hinders"], ["no mx line"]),
            ("unknown", ["certificate-expired"], ["An MX that the reports do not name"],
             ["no mx line"]),
        ):
            with self.subTest(mx=mx, types=types):
                self.put_failure(1, *[failure(kind, mx, 4) for kind in types])
                self.assert_verdict("hindered", *wanted, *types, absent=absent)

    def test_a_wildcard_covers_one_label_and_that_is_said(self):
        content = report(policy(failures=[
            failure("validation-failure", "contoso-com.h-v1.mx.microsoft")]))
        entry = content["policies"][0]["policy"]
        entry["policy-string"] = ["version: STSv1", "mode: testing", "mx: *.mx.microsoft"]
        entry["mx-host"] = ["*.mx.microsoft"]
        self.put("1.json", content)
        self.assert_verdict("hindered", "`*.mx.microsoft` covers one label only")

    def test_a_failure_that_comes_back_is_waited_for_twice_its_silence(self):
        for gap, ago, verdict in ((28, 20, "hindered"), (28, 55, "hindered"), (28, 57, "safe"),
                                  (7, 15, "safe"), (7, 13, "hindered"), (1, 15, "safe")):
            with self.subTest(gap=gap, ago=ago):
                self.put_days(120, 1)
                paths = [self.put_failure(at, failure("certificate-expired", MX2))
                         for at in (ago, ago + gap, ago + 2 * gap)]
                self.assert_verdict(verdict, *(["comes back"] if gap == 28 and verdict != "safe"
                                               else []))
                for path in paths:
                    path.unlink()

    def test_a_backup_mx_with_a_wrong_certificate_each_month_is_never_called_safe(self):
        self.put_days(190, 1)
        for ago in range(190, 28, -28):
            self.put_failure(ago, failure("certificate-host-mismatch", MX2))
        for ago in (1, 8, 15, 22):
            with self.subTest(ago):
                path = self.put_failure(ago, failure("certificate-host-mismatch", MX2),
                                        name="last")
                self.assert_verdict("hindered")
                path.unlink()

    def test_a_sender_that_saw_a_failure_last_is_named_and_hinders(self):
        for ago, verdict in ((30, "hindered"), (80, "hindered"), (100, "safe")):
            with self.subTest(ago):
                self.put_days(120, 1)
                path = self.put_failure(ago, failure("certificate-expired", MX2), good=0,
                                        organisation="Small Sender")
                self.assert_verdict(
                    verdict, *([f"Small Sender saw a failure on {days_ago(ago)}"]
                               if verdict == "hindered" else []))
                path.unlink()
        self.put_failure(30, failure("certificate-expired", MX2), good=0, organisation="Small Sender")
        self.put("again.json", report(policy(), organisation="Small Sender", day=days_ago(3)))
        self.assert_verdict("safe")

    def test_attempts_are_told_as_attempts(self):
        self.put_failure(1, failure("certificate-expired", MX2, 5), mode="enforce")
        self.assert_verdict("loses", "5 attempts failed", "mail is refused",
                            "Whether another MX host took the mail then, the reports do not say")


class Policies(AdviceCase):
    def test_the_mode_and_mx_of_a_policy_in_one_line_are_read(self):
        for text in (
            "version: STSv1 mode: enforce mx: mx1.example.com max_age: 86400",
            "version: STSv1\\nmode: enforce\\nmx: mx1.example.com\\nmax_age: 86400",
            "version: STSv1\\r\\nmode: enforce\\r\\nmx: mx1.example.com\\r\\n",
            "version: STSv1\nmode: enforce\nmx: mx1.example.com\n",
            "version: STSv1; mode:enforce; mx:MX1.example.com.; max_age:86400",
        ):
            for value in (text, [text]):
                with self.subTest(value):
                    content = report(policy(failures=[
                        failure("certificate-expired", MX1), failure("validation-failure", "x.y")]),
                        organisation="Other")
                    content["policies"][0]["policy"]["policy-string"] = value
                    self.put("1.json", content)
                    self.assert_verdict("loses", "The policy enforces, and mail is refused",
                                        "no mx line of the policy matches this name")
                    self.assertEqual(self.advice(self.folder)["mode"], "enforce")

    def test_a_policy_host_that_is_down_comes_first(self):
        for kind in ("sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid"):
            entry = policy(good=0, failures=[failure(kind, None)])
            del entry["policy"]["policy-string"]
            with self.subTest(kind):
                self.put_days(15, 1, entry, organisations=("Microsoft Corporation",))
                self.assert_verdict("unfetched", f"No sender could fetch the policy since "
                                    f"{days_ago(15)}: 45 sessions", absent=("42", "Stay in"))
                self.put_days(30, 16)
                self.put_failure(16, failure("certificate-expired"))
                self.assert_verdict("unfetched")
                for path in self.folder.iterdir():
                    path.unlink()

    def test_failures_of_the_policy_host_are_counted_as_in_the_table(self):
        self.put_days(30, 1)
        for ago in (29, 2):
            self.put_failure(ago, failure("sts-policy-fetch-error", None, 5))
        self.assert_verdict("safe", "10 sessions had no policy")

    def test_the_grammar_of_one_is_right(self):
        self.put("1.json", report(policy(good=1)))
        self.assert_verdict("wait", "there is 1 clean day (", "1 such session (", absent=("1 clean days",))

    def test_a_policy_of_mode_none_is_told_as_that(self):
        self.put_days(15, 1, policy(mode="none"))
        self.assert_verdict("no-sts", "mode none")


class MxHosts(AdviceCase):
    @staticmethod
    def as_mox(day):
        """The shape of mox: the domain by MTA-STS, each MX host by DANE."""
        return report(
            policy(good=10), policy("mx1.example.com", good=3, kind="tlsa"),
            policy("mx2.example.com", good=2, kind="no-policy-found"),
            policy("mx.provider.example", good=1, kind="tlsa",
                   failures=[failure("tlsa-invalid", "mx.provider.example")]),
            organisation="Mox", day=day)

    def test_mx_hosts_are_not_told_to_publish_a_policy(self):
        self.put("1.json", self.as_mox(NEWEST))
        for host in ("mx1.example.com", "mx2.example.com"):
            with self.subTest(host):
                self.assert_verdict("mx-host", "needs no MTA-STS policy", domain=host,
                                    absent=("publish",))
        self.assert_verdict("dane", "3 sessions failed by DANE", domain="mx.provider.example",
                            absent=("publish one",))

    def test_a_domain_that_has_dane_alone_is_not_told_to_publish(self):
        self.put("1.json", report(policy(kind="tlsa")))
        self.assert_verdict("dane", absent=("publish one",))

    def test_the_mx_hosts_stay_with_their_domain(self):
        content = self.as_mox(NEWEST)
        content["policies"].append(policy("other.example", good=7))
        self.put("1.json", content)
        said, _ = self.sums("--domain", "example.com", self.folder)
        self.assertEqual([item["domain"] for item in said["domains"]],
                         ["example.com", "mx1.example.com", "mx2.example.com"])

    def test_a_host_that_the_policy_names_is_an_mx_host_wherever_it_is(self):
        entry = policy("mx.provider.example", kind="no-policy-found")
        domain = policy()
        domain["policy"]["mx-host"] = ["*.provider.example"]
        self.put("1.json", report(domain, entry))
        self.assert_verdict("mx-host", domain="mx.provider.example")


class Counts(AdviceCase):
    def test_a_report_that_is_no_copy_is_counted(self):
        first = report(policy(good=10), organisation="Почта", number="same")
        for name, second, reports in (
            ("names", first | {"organization-name": "Улица"}, 2),
            ("day", report(policy(good=20), organisation="Почта", number="same", day=days_ago(5)), 2),
            ("hour", first | {"date-range": {"start-datetime": f"{NEWEST}T01:00:00Z",
                                             "end-datetime": f"{NEWEST}T02:00:00Z"}}, 2),
            ("more", first | {"policies": first["policies"] + [policy(good=70)]}, 2),
            ("long", first | {"report-id": "x" * 300 + "1"}, 2),
            ("same", dict(reversed(first.items())), 1),
        ):
            with self.subTest(name):
                self.put("1.json", first)
                self.put("2.json", second)
                said, stderr = self.sums(self.folder)
                self.assertEqual((said["reports"], said["duplicates"]), (reports, 2 - reports))
                again = name in ("day", "hour", "more")
                self.assertEqual(stderr.count("an id that another report had"), again, stderr)

    def test_two_reports_without_id_are_told_apart_by_content(self):
        for number, good in enumerate((1, 2, 2)):
            content = report(policy(good=good))
            del content["report-id"]
            self.put(f"{number}.json", content)
        said, _ = self.sums(self.folder)
        self.assertEqual((said["reports"], said["duplicates"]), (2, 1))

    def test_reports_count_reports_everywhere(self):
        self.put("1.json", report(policy(), policy(mode="enforce"), organisation="Org"))
        self.put("2.json", report(policy(), policy("example.org"), organisation="Org",
                                  number="2"))
        said, _ = self.sums(self.folder)
        self.assertEqual({item["domain"]: item["reports"] for item in said["policies"]},
                         {"example.com": 2, "example.org": 1})
        self.assertEqual([item["reports"] for item in said["organisations"]], [2])
        self.assertEqual([item["reports"] for item in said["days"]], [2])
        for ago in range(1, 16):
            self.put(f"mox-{ago}.json", MxHosts.as_mox(days_ago(ago)))
        said, _ = self.sums(self.folder)
        self.assertEqual({item["organisation"]: item["reports"]
                          for item in said["organisations"]}, {"Mox": 15, "Org": 2})

    def test_details_without_a_count_keep_their_type_and_mx(self):
        def bare(kind, mx):
            entry = failure(kind, mx)
            del entry["failed-session-count"]
            return entry

        for details, failed, wanted in (
            ([bare("a", MX1)], 3, {("a", MX1): 3}),
            ([bare("a", MX1), failure("b", MX2, 2)], 5, {("a", MX1): 3, ("b", MX2): 2}),
            ([bare("a", MX1), bare("b", MX2)], 5, {("a", MX1): 3, ("b", MX2): 2}),
            ([bare("a", MX1)], 0, {("a", MX1): 1}),
            ([bare("a", MX1) | {"failed-session-count": None}], 2, {("a", MX1): 2}),
        ):
            with self.subTest(details):
                entry = policy(failed=failed)
                entry["failure-details"] = details
                self.put("1.json", report(entry))
                said, _ = self.sums(self.folder, status=1)
                self.assertEqual({(item["failure_type"], item["mx"]): item["failures"]
                                  for item in said["failures"]}, wanted)

    def test_an_mx_is_named_by_another_key_or_by_its_address(self):
        for detail, mx in (
            ({"receiving-mx-host-name": "MX1.example.com."}, MX1),
            ({"receiving-ip": "203.0.113.5"}, "203.0.113.5"),
            ({"receiving-ip": "2001:db8::5"}, "2001:db8::5"),
            ({"receiving-mx-hostname": "", "receiving-ip": "203.0.113.5"}, "203.0.113.5"),
            ({"receiving-mx-hostname": None, "receiving-mx-host-name": MX2}, MX2),
            ({}, ""),
        ):
            with self.subTest(detail):
                self.put("1.json", report(policy(failures=[
                    failure("certificate-expired", None) | detail])))
                said, stderr = self.sums(self.folder, status=1)
                self.assertEqual(([item["mx"] for item in said["failures"]], stderr), ([mx], ""))

    def test_failures_are_summed_by_type_and_reasons_stand_below(self):
        self.put("1.json", report(policy(failures=[
            failure("sts-policy-fetch-error", None, 1,
                    failure_reason_code=f"dial tcp 192.0.2.1:{port}: timeout")
            for port in range(40000, 40006)])))
        said, _ = self.sums(self.folder, status=1)
        self.assertEqual([(item["failure_type"], item["failures"])
                          for item in said["failure_types"]], [("sts-policy-fetch-error", 6)])
        self.assertEqual(len(said["reasons"]), 6)


if __name__ == "__main__":
    unittest.main()
