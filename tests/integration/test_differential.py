# SPDX-License-Identifier: ISC
"""differential: policies with one fault, made from a seed, judged by mta-stsctl lint and by the parser of
postfix-mta-sts-resolver: they must agree."""
import json
import random
import unittest

from test_ctl_certs import CTL, CtlCase
from test_lintfile import names_resolver, postfix_resolver, resolver_accepts

SEED, POLICIES = 8461, 2000
SOUND = ["version: STSv1", "mode: enforce", "mx: mail.example.com", "max_age: 604800"]

# Each makes one fault, in the lines or in the bytes.
VALUES = {
    0: ["STSv1", "STSV1", "stsv1", "STSv2", "", "STSv1;", '"STSv1"', "STSv1 "],
    1: ["enforce", "testing", "none", "Enforce", "report", "prueba", "", "enforce;", "enforce\t", "on",
        "enforce\u00a0"],
    2: ["MAIL.example.com", "mail.example.com.", "10 mail.example.com", "a.example, b.example", "*", "m.*.example",
        "192.0.2.1", "192.0.2", "mail.123", "ab--cd.example.com", "xn--a.example.com", "a_b.example",
        "m\u00fcnchen.example", "mail.example.com # old", "*.example.com", "[192.0.2.1]", "mail"],
    3: ["604800", "59", "0", "31557600", "31557601", "2147483648", "00000604800", "+604800", "604800.0", "6e5",
        "604_800", "-1", "1w", "", "604800 ", "604800\u00a0", "99999999999999999999"],
}
EXTRA = ["note: x", "note:x", "note: x:y", "note:", "note: gr\u00fc\u00dfe", "_note: x", "a b: x", "modus: none",
         "mxs: b.example.com", "nmx: b.example.com", "max-age: 86400", "# comment", "no colon here", "Mode: none",
         "mode: enforce", "mode: testing", "version: STSv1", "max_age: 86400", "", " ", "x: \x01", ": x"]


def break_value(random_, lines):
    at = random_.choice(list(VALUES))
    key = lines[at].split(":")[0]
    lines[at] = f"{key}: {random_.choice(VALUES[at])}"


def break_key(random_, lines):
    at = random_.randrange(len(lines))
    key, value = lines[at].split(": ")
    lines[at] = random_.choice([f"{key.title()}: {value}", f"{key.upper()}: {value}", f" {key}: {value}",
                                f"{key} : {value}", f"{key}:{value}", f"{key}:\t{value}"])


def leave_out(random_, lines):
    lines.pop(random_.randrange(len(lines)))


def add_line(random_, lines):
    lines.insert(random_.randrange(len(lines) + 1), random_.choice(EXTRA))


def swap_lines(random_, lines):
    random_.shuffle(lines)


def make_policy(number):
    random_ = random.Random(f"{SEED} {number}")
    lines = list(SOUND)
    random_.choice([break_value, break_value, break_key, leave_out, add_line, add_line, swap_lines])(random_, lines)
    end = random_.choice(["\r\n"] * 8 + ["\n", "\r\r\n"])
    return (end.join(lines) + random_.choice([end] * 8 + ["", end * 2])).encode()


@unittest.skipUnless(postfix_resolver, "postfix-mta-sts-resolver is not installed")
class Resolver(CtlCase):
    def test_lint_names_the_resolver_where_it_refuses_and_only_there(self):
        paths, bodies = [], []
        for number in range(POLICIES):
            bodies.append(make_policy(number))
            paths.append(self.write(f"policies/{number}.txt", bodies[-1]))
        done = self.ctl("lint", "--json", "--type", "policy", *paths, status=1)
        files = json.loads(done.stdout)["files"]
        self.assertEqual(len(files), POLICIES)
        wrong = []
        for body, file in zip(bodies, files):
            named = any(names_resolver(finding) for finding in file["findings"])
            if named == resolver_accepts(body):
                wrong.append((body, named, [finding["rule"] for finding in file["findings"]]))
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
