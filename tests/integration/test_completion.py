# SPDX-License-Identifier: ISC
"""completion: what bash offers for mta-stsctl, out of the program's own help."""
import re
import unittest

import harness
from harness import needs, run
from test_ctl_certs import CTL, CtlCase

SCRIPT = harness.SOURCE / "etc" / "completion" / "mta-stsctl"
ASK = """
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_mta_stsctl "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
[ ${#COMPREPLY[@]} = 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
"""


@needs("bash")
class Completion(CtlCase):
    def offers(self, *words):
        """What bash offers for the last word."""
        done = run("bash", "-c", ASK, "bash", SCRIPT, CTL, *words, cwd=self.directory)
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines()

    def verbs(self):
        return re.findall(r"^  ([a-z]+) ", self.ctl("--help", status=0).stdout, re.M)

    def test_verbs_are_offered_and_each_of_their_long_options(self):
        verbs = self.verbs()
        self.assertLessEqual({"generate", "records", "match", "certs"}, set(verbs))
        self.assertEqual(self.offers("")[: len(verbs)], verbs)
        self.assertEqual(self.offers("rec"), ["records"])
        self.assertEqual(self.offers("--v"), ["--version"])
        for verb in verbs:
            with self.subTest(verb):
                said = self.ctl(verb, "--help", status=0).stdout
                named = re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", said, re.M)
                self.assertIn("--help", named)
                offered = self.offers(verb, "--")
                self.assertEqual(sorted(offered), sorted(set(offered)))
                self.assertEqual(set(offered), set(named))

    def test_the_values_of_an_option_are_those_of_its_help(self):
        self.assertEqual(self.offers("records", "--format", ""), ["zone", "nsupdate", "json"])
        self.assertEqual(self.offers("records", "--force", "--id", "t"), ["time"])
        self.assertEqual(self.offers("generate", "--preset", "m"), ["microsoft365"])
        self.assertEqual(self.offers("generate", "--mx", ""), [])
        self.assertEqual(self.offers("records", "--no-such-option", "--al"), ["--all"])
        self.assertEqual(self.offers("no-such-verb", "--"), [])

    def test_files_are_offered_where_files_are_meant(self):
        self.write("two words.ini", "")
        self.write("tree/other.ini", "")
        self.assertEqual(self.offers("records", "-c", "two"), ["two words.ini"])
        self.assertEqual(self.offers("generate", "--www", "t"), ["tree"])
        self.assertEqual(self.offers("records", "two"), [])


if __name__ == "__main__":
    unittest.main()
