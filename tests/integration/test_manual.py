# SPDX-License-Identifier: ISC
"""manual: the manual pages have each option and key that the programs have, and no other."""
import re
import unittest

import harness
from harness import run
from test_ctl_certs import CTL

DOC = harness.SOURCE / "doc"


def options_of_help(text):
    """-c, --config FILE: both, from the lines that explain options."""
    found = set()
    for line in re.findall(r"^ +(-.*)", text, re.M):
        head = re.split(r"  +", line)[0]
        found |= set(re.findall(r"(?<![\w-])(--?[\w-]+)", head))
    return found


def options_of_manual(section):
    found = set()
    for line in re.findall(r"^\.It (Fl .*)", section, re.M):
        found |= {f"-{name}" for name in re.findall(r"\bFl (-?[\w-]+)", line)}
    return found


def subsection(page, title):
    text = (DOC / page).read_text()
    return re.search(rf"^\.Ss {title}\n(.*?)(?=^\.S[sh] )", text, re.M | re.S)[1]


class Options(unittest.TestCase):
    def test_the_daemons_are_those_of_its_page(self):
        said = run(harness.BINARY, "--help").stdout
        manual = (DOC / "mta-stsd.8").read_text()
        self.assertGreaterEqual(len(options_of_help(said)), 8)
        self.assertEqual(options_of_help(said), options_of_manual(manual))

    @unittest.skipUnless(CTL, "mta-stsctl was not built")
    def test_those_of_each_verb_are_those_of_its_section(self):
        verbs = re.findall(r"^  ([a-z]+) ", run(CTL, "--help").stdout, re.M)
        self.assertGreaterEqual(len(verbs), 7)
        for verb in verbs:
            with self.subTest(verb):
                said = options_of_help(run(CTL, verb, "--help").stdout)
                self.assertIn("--help", said)
                self.assertEqual(said, options_of_manual(subsection("mta-stsctl.1", verb)))

    @unittest.skipUnless(CTL, "mta-stsctl was not built")
    def test_each_option_of_the_synopsis_is_explained(self):
        manual = (DOC / "mta-stsctl.1").read_text()
        synopsis = re.search(r"^\.Sh SYNOPSIS\n(.*?)^\.Sh ", manual, re.M | re.S)[1]
        shown = {f"-{name}" for name in re.findall(r"\bFl (-?[\w-]+)", synopsis)}
        self.assertGreaterEqual(len(shown), 20)
        self.assertEqual(shown - options_of_manual(manual) - {"-V"}, set())


class Keys(unittest.TestCase):
    SECTIONS = {
        "SERVER": "setserver.c",
        "POLICIES AND CERTIFICATES": "block.c",
        "AUTOMATIC CERTIFICATES": "setacme.c",
        "DNS": "setdns.c",
        "WATCH": "setwatch.c",
    }

    def test_each_section_of_the_page_has_the_keys_of_its_table(self):
        page = (DOC / "mta-stsd.ini.5").read_text()
        for title, source in self.SECTIONS.items():
            with self.subTest(title):
                section = re.search(rf"^\.Sh {title}\n(.*?)^\.Sh ", page, re.M | re.S)[1]
                documented = set(re.findall(r"^\.It Ic (\w+) =", section, re.M))
                rows = re.findall(r"[ {]\{\"(\w+)\", (?:true|false),", harness.source_text("common", source))
                self.assertGreaterEqual(len(rows), 4)
                self.assertEqual(documented, set(rows))

    def test_a_key_that_may_repeat_is_said_to(self):
        page = (DOC / "mta-stsd.ini.5").read_text()
        for source in ("setserver.c", "setacme.c", "setdns.c", "setwatch.c"):
            rows = re.findall(r"[ {]\{\"(\w+)\", (true|false),", harness.source_text("common", source))
            for key, repeats in rows:
                with self.subTest(key):
                    text = re.search(rf"^\.It Ic {key} =.*?(?=^\.It Ic|^\.El)", page, re.M | re.S)[0]
                    self.assertEqual(bool(re.search(r"[Mm]ay repeat", text)), repeats == "true")


class Displays(unittest.TestCase):
    def test_no_backslash_is_lost_in_a_display(self):
        """A line that a shell goes on with ends in \\e for roff, which would swallow a bare one."""
        for page in DOC.glob("*.[1-8]"):
            with self.subTest(page.name):
                text = re.sub(r'(?m)^\.\\".*$', "", page.read_text())
                self.assertEqual(re.findall(r"(?m)^.*\\$", text), [])

    def test_no_quotation_stands_within_another(self):
        """Ql goes on to the end of its line; several in a line are So and Sc."""
        for page in DOC.glob("*.[1-8]"):
            with self.subTest(page.name):
                self.assertEqual(re.findall(r"(?m)^\..*\bQl\b.* Ql\b.*$", page.read_text()), [])


if __name__ == "__main__":
    unittest.main()
