# SPDX-License-Identifier: ISC
"""tlsrpt_html: the page that mta-stsctl tlsrpt --html writes: its content, its escapes, its policy.

How a browser shows it is tested by `make check-page`."""
import base64
import hashlib
import html.parser
import os
import re
import stat
import unittest

import test_tlsrpt as base
from test_tlsrpt import GOOGLE, MICROSOFT, as_microsoft, days_ago, failure, policy, report

VOID = {"meta", "path"}
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section",
    "article", "h1", "h2", "h3", "p", "ul", "li", "a", "span", "small", "div", "table", "caption",
    "thead", "tbody", "tr", "th", "td", "time", "figure", "figcaption", "svg", "path", "rect", "dl",
    "dt", "dd", "details", "summary",
}
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "scope", "data-l",
    "role", "viewbox", "preserveaspectratio", "aria-label", "aria-labelledby", "d", "x", "width",
    "height",
}
HOSTILE = (
    "<script>alert(1)</script>", "</td></tr></table><h1>x</h1>", "' onmouseover='alert(1)",
    '" onload="alert(1)', "</style><style>*{display:none}", "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp;amp; &#60;", "<!-- ", "]]>", "javascript:alert(1)", "%s%n%d%x", "=1+1",
    "'; DROP TABLE reports; --", "\u202e\u0000\x1b[31m<b>", "a" * 5000,
)


class Page(html.parser.HTMLParser):
    """A page, taken apart strictly: each element is closed in order, each attribute known."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.metas, self.links, self.ids = [], [], {}, [], []
        self.tables, self.text, self.style, self.labels, self.definitions = {}, "", "", [], []
        self.rows = self.article = None
        self.feed(text)
        self.close()
        self.faults += [f"{name} is not closed" for name in self.open]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        given = dict(attrs)
        if tag not in ELEMENTS or not ATTRIBUTES.issuperset(names) or len(set(names)) < len(names):
            self.faults.append(self.get_starttag_text())
        if tag == "meta":
            self.metas[given.get("http-equiv") or given.get("name")] = given.get("content")
        self.links += [given["href"]] if "href" in given else []
        self.ids += [given["id"]] if "id" in given else []
        self.labels += [given["aria-label"]] if "aria-label" in given else []
        if tag == "article":
            self.article = given["id"]
        if tag == "table":
            self.rows = []
            self.tables.setdefault(given["class"].split()[-1], []).append((self.article, self.rows))
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")
        if tag in ("dt", "dd"):
            self.definitions.append("")
        if tag == "small" and self.rows and self.open and "table" in self.open:
            self.rows[-1][-1] += "|"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{tag} is closed where it is not open, {self.getpos()}")
        self.article = None if tag == "article" else self.article

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
            return
        self.text += data
        if "table" in self.open and ("td" in self.open or "th" in self.open):
            self.rows[-1][-1] += data
        if self.open and self.open[-1] in ("dd", "dt", "time") and "dl" in self.open:
            self.definitions[-1] += data

    def handle_comment(self, data):
        self.faults.append("a comment")

    def unknown_decl(self, data):
        self.faults.append("a declaration")

    def handle_decl(self, decl):
        if decl != "DOCTYPE html":
            self.faults.append(decl)

    def table(self, name, article=None):
        """The rows of a table without its head, sorted; numbers without commas."""
        for where, rows in self.tables.get(name, []):
            if where == article:
                return sorted([re.sub(r"(?<=\d),(?=\d{3})", "", cell) for cell in row]
                              for row in rows[1:])
        return []


def span(item):
    """The days of a row, as the page has them."""
    first, last = item["first_day"], item["last_day"]
    return first if first == last else f"{first} to {last}"


class PageCase(base.TlsrptCase):
    def page(self, *words, status=None):
        """The page and the JSON of one run."""
        path = self.folder / "page.html"
        said, self.stderr = self.sums("--html", path, *words, status=status)
        text = path.read_text()
        page = Page(text)
        self.assertEqual(page.faults, [])
        self.assertEqual(len(page.ids), len(set(page.ids)))
        self.assertLessEqual({link[1:] for link in page.links}, set(page.ids))
        self.assertTrue(all(re.fullmatch(r"#d\d+", link) for link in page.links))
        return page, said

    def put_mixed(self):
        """A domain that fails, one that is safe, one that nobody can fetch; four senders."""
        for ago in range(1, 41):
            for number, organisation in enumerate((GOOGLE, "Example Mail")):
                bad = [failure("certificate-expired", sessions=1234, receiving_ip="203.0.113.5",
                               sending_mta_ip=f"198.51.100.{ago}", failure_reason_code="X509 <10>"),
                       failure("validation-failure", "old.example.net", 2)]
                self.put(f"r/{ago}-{number}.json", report(
                    policy(good=2000 + ago, failures=bad if ago in (3, 4) else ()),
                    policy("safe.example", good=ago * 10 + number), organisation=organisation,
                    day=days_ago(ago)))
        self.put("r/microsoft.json", as_microsoft(days_ago(2), "unread.example"))
        self.put("r/none.json", report(policy("", good=5), organisation="No Domain"))
        self.put("r/damaged.json", b"{")
        return self.folder / "r"

    def articles(self, page):
        """The anchors of the domains, by name."""
        found = {}
        rows = page.tables["domains"][0][1][1:]
        for link, row in zip(page.links, rows):
            found[row[0]] = link[1:]
        return found

    def assert_domain(self, page, said, domain, anchor):
        name = domain["domain"]
        policies = [[cell for at, cell in enumerate(row) if at != 4]
                    for row in page.table("policies", anchor)]
        self.assertEqual(policies, sorted(
            [item["policy_type"], *[str(item[key]) for key in ("reports", "successes", "failures")],
             span(item)]
            for item in said["policies"] if item["domain"] == name))
        self.assertEqual(
            sorted((row[3], row[4], row[5]) for row in page.table("failures", anchor)),
            sorted((item["policy_type"], str(item["failures"]), span(item))
                   for item in said["failures"] if item["domain"] == name))
        self.assertEqual(
            sorted((row[0], row[2], row[3]) for row in page.table("hindrances", anchor)),
            sorted((item["mx"] or "(not named)", str(item["failures"]), span(item))
                   for item in domain["hindrances"]))
        for line in domain["advice"]:
            self.assertIn(line, page.text)
        values = [value.replace(",", "") for value in page.definitions]
        for key in ("reported_days", "clean_days", "clean_sessions", "recent_days",
                    "recent_sessions", "newest_day", "ready_day"):
            if domain[key] is not None:
                self.assertIn(str(domain[key]), values, key)


class Content(PageCase):
    def test_every_number_of_the_json_is_in_its_place(self):
        page, said = self.page(self.put_mixed(), status=1)
        anchors = self.articles(page)

        def rows(name, *keys):
            return [[str(item[key]) for key in keys] + ([span(item)] if "day" not in keys else [])
                    for item in said[name]]

        without = {"organisations": (5,), "days": (4,)}  # the share of success
        for table, name, keys in (
            ("organisations", "organisations", ("organisation", "unauthenticated_reports",
                                                "reports", "successes", "failures")),
            ("mx", "mx", ("mx", "failures")),
            ("types", "failure_types", ("failure_type", "failures")),
            ("days", "days", ("day", "reports", "successes", "failures")),
        ):
            with self.subTest(table):
                shown = [[cell for at, cell in enumerate(row) if at not in without.get(table, ())]
                         for row in page.table(table)]
                wanted = [[cell or "(not named)" for cell in row] for row in rows(name, *keys)]
                self.assertTrue(wanted)
                self.assertEqual(shown, sorted(wanted))
        self.assertEqual(
            page.table("reasons"),
            sorted([item["failure_type"] + ("|" + item["reason"] if item["reason"] else "")
                    + ("|MX not in the policy" if item["mx_not_in_policy"] else ""),
                    str(item["failures"]), span(item)]
                   for item in said["reasons"]))
        for domain in said["domains"]:
            with self.subTest(domain["domain"]):
                self.assert_domain(page, said, domain, anchors[domain["domain"]])
        definitions = dict(zip(page.definitions[::2], page.definitions[1::2]))
        for label, key in (("Files", "files"), ("Reports", "reports"), ("Damaged", "damaged"),
                           ("Unauthenticated", "unauthenticated"), ("Copies", "duplicates"),
                           ("Left out", "left_out"), ("DMARC reports left out", "dmarc_reports"),
                           ("Mails without a report", "without_report")):
            self.assertEqual(definitions[label].replace(",", ""), str(said[key]), label)

    def test_what_needs_action_comes_first_and_addresses_are_told(self):
        page, _ = self.page(self.put_mixed(), status=1)
        names = [row[0] for row in page.tables["domains"][0][1][1:]]
        self.assertEqual(names[0], "example.com")
        self.assertIn("do not enforce yet", page.tables["domains"][0][1][1][1])
        rows = page.table("failures", self.articles(page)["example.com"])
        expired = [row for row in rows if "certificate-expired" in row[1]]
        self.assertEqual(expired[0][0], "mx2.example.com|at 203.0.113.5")
        self.assertEqual(expired[0][1], "certificate-expired|X509 <10>")
        self.assertIn("from 198.51.100.3, 198.51.100.4", expired[0][2])
        self.assertEqual([row[1] for row in rows if row[0] == "old.example.net"],
                         ["validation-failure|MX not in the policy"] * 2)

    def test_the_policy_that_senders_saw_is_told_each_once_the_newest_first(self):
        for ago in range(1, 5):
            for organisation in (GOOGLE, MICROSOFT, "Late"):
                mode = "testing" if organisation == "Late" or ago > 2 else "enforce"
                self.put(f"{organisation}{ago}.json", report(
                    policy(mode=mode), organisation=organisation,
                    day=days_ago(ago + (organisation == "Late"))))
        page, _ = self.page(self.folder)
        self.assertEqual(page.tables["seen"][0][1][1:], [
            ["enforce", "mx1.example.com, mx2.example.com", f"{GOOGLE}, {MICROSOFT}",
             str(days_ago(1))],
            ["testing", "mx1.example.com, mx2.example.com", "Late", str(days_ago(2))]])

    def test_the_figure_has_a_bar_for_each_day_and_says_it_in_words(self):
        for ago, good, bad in ((1, 100, 0), (3, 50, 50), (20, 10, 0)):
            self.put(f"{ago}.json", report(policy(
                good=good, failures=[failure("x", sessions=bad)] if bad else ()), day=days_ago(ago)))
        page, _ = self.page(self.folder)
        self.assertEqual(page.labels, [f"Sessions by day from {days_ago(28)} to {days_ago(1)}; the"
                                       " numbers stand below"])
        self.assertIn("160 succeeded 50 failed on 1 day: 76.1 %. In the last 14 days 75.0 %, in "
                      "the 14 before 100 %.", page.text)
        self.assertIn(f"{days_ago(3)}: 50 succeeded, 50 failed", page.text)
        text = (self.folder / "page.html").read_text()
        # Of 96 units, 50 and 50 of the most; the 27th bar of 28 begins at x = 260.
        self.assertIn("M255 100V52", text)
        self.assertIn("M255 52V4", text)
        self.assertIn("M275 100V4'", text)

    def test_days_of_years_are_a_bounded_figure(self):
        for ago in range(1, 3001, 7):
            self.put(f"{ago}.json", report(day=days_ago(ago)))
        page, said = self.page(self.folder)
        self.assertIn("Sessions by weeks", page.labels[0])
        self.assertIn(f"{30 * len(said['days']):,} succeeded", page.text)
        text = (self.folder / "page.html").read_text()
        self.assertLess(max(text.count("M", at.start(), at.end())
                            for at in re.finditer(r"<path[^>]*>", text)), 131)

    def test_a_share_is_never_rounded_to_all_or_nothing(self):
        for number, (good, bad, share) in enumerate((
                (1000000, 1, "99.9 %"), (1, 1000000, "0.1 %"), (0, 5, "0.0 %"), (7, 0, "100 %"),
                (0, 0, "-"))):
            self.put(f"{number}.json", report(policy(
                f"d{number}.example", good=good, failed=bad), number=str(number)))
        page, _ = self.page(self.folder)
        shares = {row[0]: row[5] for row in page.tables["domains"][0][1][1:]}
        self.assertEqual(shares, {"d0.example": "99.9 %", "d1.example": "0.1 %",
                                  "d2.example": "0.0 %", "d3.example": "100 %",
                                  "d4.example": "-"})

    def test_three_hundred_domains_fit_in_two_megabytes(self):
        for ago in range(1, 46):
            self.put(f"{ago}.json", report(*(
                policy(f"d{number}.example", good=50, failures=[
                    failure("certificate-expired", f"mx.d{number}.example")] if number % 9 == 0
                    else ()) for number in range(300)), day=days_ago(ago)))
        page, said = self.page(self.folder)
        self.assertLess(os.path.getsize(self.folder / "page.html"), 2_000_000)
        self.assertEqual((len(page.tables["policies"]), len(said["domains"])), (300, 300))


class Many(PageCase):
    """More domains than have a part: what fails comes first, the others are one line."""
    ORDER = ["d5.example", "d2.example", "d11.example", "d7.example"]

    def put_twelve(self):
        """d5 loses mail, though others fail more often; two senders, days and weeks."""
        bad = {2: 9, 5: 2, 7: 1, 11: 5}
        for ago in (*range(1, 30), 95, 96, 110):
            for organisation in (GOOGLE, MICROSOFT):
                self.put(f"mails/{ago}{organisation}.json", report(*(
                    policy(f"d{number}.example", good=1000 + number,
                           mode="enforce" if number == 5 else "testing", failures=[
                               failure("certificate-expired", f"mx.d{number}.example", bad[number],
                                       sending_mta_ip=f"192.0.2.{ago}")]
                           if number in bad and ago % 3 == 1 else ())
                    for number in range(12)), organisation=organisation, day=days_ago(ago)))
        return self.folder / "mails"

    def test_those_that_fail_have_a_part_with_the_numbers_of_the_json(self):
        mails, store = self.put_twelve(), self.folder / "reports.db"
        for words in ([mails], ["--store", store, mails], ["--store", store]):
            with self.subTest(words):
                said, _ = self.sums(*words, status=1)
                page, _ = self.page("--top", "4", *words, status=1)
                self.assert_four(page, said)
                self.assertEqual(self.stderr, f"mta-stsctl: {self.folder}/page.html has a part for "
                                 "4 of 12 domains, those that need most; --domain shows one of the "
                                 "others, --top more\n")

    def assert_four(self, page, said):
        anchors = self.articles(page)
        self.assertEqual(list(anchors), self.ORDER)
        self.assertEqual([where for where, _ in page.tables["policies"]], list(anchors.values()))
        for domain in said["domains"]:
            if domain["domain"] in anchors:
                self.assert_domain(page, said, domain, anchors[domain["domain"]])
        good = {name: sum(row["successes"] for row in said["policies"] if row["domain"] == name)
                for name in (domain["domain"] for domain in said["domains"])}
        self.assertEqual(len(good), 12)
        rest = sum(count for name, count in good.items() if name not in self.ORDER)
        self.assertIn(f"The other 8 domains, without a part on this page: 8 safe; {rest:,} sessions "
                      "succeeded and 0 failed (100 %). --domain shows one of them, --top more.",
                      page.text)
        self.assertIn(f"on 12 domains, {sum(good.values()):,} sessions succeeded", page.text)
        self.assertEqual(page.table("days"), sorted(
            [row["day"], *(str(row[key]) for key in ("reports", "successes", "failures")),
             row["success"]] for row in said["days"]))
        self.assertEqual([row[:2] for row in page.table("mx")],
                         sorted([row["mx"], str(row["failures"])] for row in said["mx"]))
        failing = sum(domain["verdict"] in ("hindered", "loses") for domain in said["domains"])
        self.assertIn(f"{failing} domains to act on", page.text)

    def test_the_line_sums_up_failures_and_domains_without_a_name(self):
        mails = self.put_twelve()
        self.put("mails/none.json", report(policy("", good=5), organisation="No Domain"))
        page, _ = self.page("--top", "2", mails, status=1)
        self.assertEqual(list(self.articles(page)), self.ORDER[:2])
        full = self.sums(mails, status=1)[0]["failures"]
        bad = sum(row["failures"] for row in full if row["domain"] in self.ORDER[2:])
        self.assertRegex(page.text, "The other 11 domains, without a part on this page: 8 safe, "
                                    f"2 hindered, 1 not named; [0-9,]+ sessions succeeded and {bad} "
                                    r"failed \(99\.[0-9] %\)")

    def test_three_hundred_have_a_part_unless_top_says_otherwise(self):
        self.put("r/1.json", report(*(policy(f"d{number}.example") for number in range(301))))
        page, _ = self.page(self.folder / "r")
        self.assertEqual(len(page.tables["policies"]), 300)
        self.assertIn("has a part for 300 of 301 domains", self.stderr)
        self.assertIn("The other 1 domain, without a part on this page: 1 wait; 30 sessions", page.text)
        for words in (["--top", "301"], ["--domain", "d300.example"]):
            page, _ = self.page(*words, self.folder / "r")
            self.assertEqual(len(page.tables["policies"]), 301 if words[1] == "301" else 1)
            self.assertEqual(self.stderr, "")
            self.assertNotIn("The other ", page.text)

    def test_it_is_the_same_page_beside_each_format_which_stays_as_it_is(self):
        mails, store = self.put_twelve(), self.folder / "reports.db"
        self.ctl("--store", store, mails, status=1)
        ini = self.put("empty.ini", "[d1.example]\nmx = mx.example\ncertificate = /none.pem\n")
        path = self.folder / "page.html"
        for source in ([mails], ["--store", store]):
            pages = set()
            for words in ([], ["--json"], ["--json", "--by", "day"], ["--csv"], ["--failing"],
                          ["--csv", "--by", "org"], ["--by", "mx"], ["--prometheus", "-c", ini]):
                with self.subTest((words, source)):
                    path.unlink(missing_ok=True)
                    plain = self.ctl(*words, *source)
                    beside = self.ctl("--html", path, *words, *source)
                    self.assertEqual((beside.stdout, beside.returncode, beside.stderr),
                                     (plain.stdout, plain.returncode, plain.stderr))
                    pages.add(path.read_text())
            self.assertEqual(len(pages), 1)
        self.ctl("--html", path, "--new", "--store", store, status=1)
        self.assertEqual(pages, {path.read_text()})


class Safety(PageCase):
    def test_hostile_texts_are_text_and_nothing_else(self):
        for number, text in enumerate(HOSTILE):
            self.put(f"r/{number}.json", report(
                policy(text, failures=[failure(text, text, failure_reason_code=text,
                                               receiving_ip=text, sending_mta_ip=text,
                                               receiving_mx_helo=text)])
                | {"policy": {"policy-type": "sts", "policy-domain": text, "policy-string": [
                    "version: STSv1", "mode: testing", f"mx: {text}"], "mx-host": [text]}},
                organisation=text, number=text))
            self.put(f"r/bad{number}.json", {"organization-name": text, "policies": text,
                                             "date-range": {"start-datetime": text}})
        self.put("r/<i>'&\"name.json", b"{")
        page, _ = self.page(self.folder / "r", status=1)  # its parts are known ones: see Page
        for text in ("<script>alert(1)</script>", "</td></tr></table><h1>x</h1>",
                     "' onmouseover='alert(1)", "&lt;b&gt; &amp;amp; &#60;", "%s%n%d%x",
                     "<i>'&\"name.json"):
            self.assertIn(text, page.text)
        text = (self.folder / "page.html").read_text()
        self.assertRegex(text, r"\A[ -~\n]*\Z")
        for absent in ("<script", "<img", "<b>", "<!--", "onmouseover='", "javascript:alert(1)'"):
            self.assertNotIn(absent, text.lower())

    def test_its_policy_forbids_all_but_its_own_style(self):
        self.put("1.json", report())
        page, _ = self.page(self.folder)
        sources = dict(part.strip().split(" ", 1)
                       for part in page.metas["Content-Security-Policy"].split(";"))
        digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
        self.assertEqual(sources, {"default-src": "'none'", "style-src": f"'sha256-{digest}'",
                                   "base-uri": "'none'", "form-action": "'none'"})
        text = (self.folder / "page.html").read_text()
        self.assertNotRegex(text, r"url\(|@import|https?:|\bsrc=|\bon[a-z]+=|style=")
        self.assertLess(text.index("Content-Security-Policy"), text.index("<style>"))


class Files(PageCase):
    def write(self, path, status=0, **options):
        self.put("r/1.json", report())
        return self.ctl("--html", path, self.folder / "r", status=status, **options)

    def test_the_mode_is_that_of_the_umask_or_of_the_old_file(self):
        path = self.folder / "page.html"
        for mask, mode in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o644)):
            with self.subTest(oct(mask)):
                path.unlink(missing_ok=True)
                self.write(path, umask=mask)
                self.assertEqual(stat.S_IMODE(path.stat().st_mode), mode)
        path.chmod(0o640)
        self.write(path, umask=0o022)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o640)

    def test_the_text_is_printed_as_well_and_nothing_else_is_left(self):
        plain = self.ctl(self.put("r/1.json", report()), status=0).stdout
        done = self.write(self.folder / "page.html")
        self.assertEqual(done.stdout, plain)
        self.assertEqual(sorted(os.listdir(self.folder)), ["page.html", "r"])

    def test_a_page_that_cannot_be_written_is_told_and_the_old_one_stays(self):
        done = self.write(self.folder / "none" / "page.html", status=2)
        self.assertIn("none", done.stderr)
        self.assertEqual(done.stdout, "")
        path = self.put("page.html", "old")
        self.ctl("--html", path, self.folder / "nothing", status=2)
        self.assertEqual(path.read_text(), "old")


if __name__ == "__main__":
    unittest.main()
