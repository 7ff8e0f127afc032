# SPDX-License-Identifier: ISC
"""survey: mta-stsctl check finds exactly what is broken, row by row, in a net of its own."""
import json
import os
import shutil
import time
import unittest

import harness
import testnet
from test_ctl_certs import CTL
from testnet import DAEMON, LAX, NOBODY, OLD, OTHER_WEB, POLICY, WEB, Domain

WHY_NOT = "mta-stsctl was not built" if not CTL else testnet.missing()

PROVIDER = "provider.plain.example"


def policy(*mx, mode="enforce", max_age=604800):
    lines = ["version: STSv1", f"mode: {mode}", *(f"mx: {host}" for host in mx or ["mx.check.example"]),
             f"max_age: {max_age}"]
    return "".join(line + "\r\n" for line in lines)


def to(kind):
    """A domain whose one MX is of that kind, and is in its policy."""
    host = f"{kind}.check.example"
    return {"mx": ((10, host),), "policy": policy(host)}


ADDRESSES = f"mta-sts.@ A {DAEMON[0]}\nmta-sts.@ AAAA {DAEMON[1]}"

# name: (what is found: row and first letter of the severity; how the domain is made)
ROWS = {
    "good": ("", {}),
    "alsogood": ("", {"policy": POLICY}),
    # The record.
    "d1": ("D1e", {"sts": None}),
    "d1nodata": ("D1e", {"sts": None, "more": "_mta-sts.@ A 10.53.0.9"}),
    "d2": ("D2e", {"sts": ["v=STSv1; id=1;", "v=STSv1; id=2;"]}),
    "d2other": ("D2e", {"sts": ["something else"]}),
    "d3": ("D3w", {"sts": ["v=STSv1; id=1;", "something else"]}),
    "d4": ("D1e D4e", {"sts": None, "more": '@ TXT "v=STSv1; id=1;"'}),
    "d4spf": ("D4e", {"sts": None, "more": '*.@ TXT "v=spf1 -all"'}),
    "d5": ("D5e", {"sts": "v=stsv1; id=1;"}),
    "d5blank": ("D5e", {"sts": "v=STSv1 ; id=1;"}),
    "d6": ("D6e", {"sts": "v=STSv1; id=2026-11-22;"}),
    "d6none": ("D6e", {"sts": "v=STSv1;"}),
    "d7": ("D7w", {"sts": "v=STSv1; id=1; mode=enforce;"}),
    "d8": ("D8e", {"sts": "v=STSv1; id=0123456789abcdef0123;"}),
    "d10host": ("D10w", {"a": [], "aaaa": [], "more": f"mta-sts.@ CNAME {PROVIDER}."}),
    "d10record": ("D9n D10w", {"sts": None, "more": f"_mta-sts.@ CNAME _mta-sts.{PROVIDER}."}),
    "d10both": ("D9n", {"sts": None, "a": [], "aaaa": [], "more":
                        f"mta-sts.@ CNAME {PROVIDER}.\n_mta-sts.@ CNAME _mta-sts.{PROVIDER}."}),
    "d10loop": ("D1e D10e", {"sts": None, "more": "_mta-sts.@ CNAME l.@\nl.@ CNAME _mta-sts.@"}),
    "d11": ("D11e", {"a": [], "aaaa": []}),
    "d11v4": ("D11n", {"aaaa": []}),
    "d11v6": ("D11w", {"a": []}),
    "d12": ("D12w", {"more": 'mta-sts.@ CAA 0 issue ";"'}),
    "d13": ("D13n", {"ttl": 200000}),
    # The host.
    "h1": ("H1e", {"a": [NOBODY]}),
    "h1old": ("H1e", {"a": [OLD], "policy": POLICY}),
    "h2expired": ("H2e H2e", {"certificate": "expired"}),
    "h2wrong": ("H2e H2e", {"certificate": "wrong"}),
    "h2self": ("H2e H2e", {"certificate": "self"}),
    "h2soon": ("H2w H2w", {"certificate": "soon"}),
    "h3": ("H3w", {"a": [LAX], "policy": POLICY}),
    "h4redirect": ("H4e H4e", {"status": 301, "location": "https://www.check.example/"}),
    "h4lost": ("H4e H4e", {"status": 404}),
    "h4cut": ("H4e H4e", {"cut": 10}),
    "h5": ("H5e H5e", {"type": "text/html"}),
    "h5none": ("H5e H5e", {"type": ""}),
    "h5case": ("H5w H5w", {"type": "Text/Plain"}),
    "h6large": ("H6w X2w X2w X2w X2w", {"policy": policy("mx.check.example", *(f"h{i}.check.example" for i in range(500)))}),
    "h6": ("H6e", {"policy": "x" * 70000}),
    "h7": ("H7w H7w", {"delay": 1.2}),
    "h7slow": ("H7e H7e", {"delay": 2.2}),
    "h8": ("H8e", {"a": [WEB[0], OTHER_WEB], "policy": POLICY, "other": POLICY.replace("604800", "604801")}),
    # The policy.
    "p1": ("P1w", {"policy": POLICY.replace("\r", "")}),
    "p1cr": ("P1e", {"policy": POLICY.replace("STSv1\r\n", "STSv1\r\n") + "\r"}),
    "p2": ("P2e", {"policy": POLICY.replace("mode", "\r\nmode")}),
    "p2comment": ("P2e", {"policy": POLICY.replace("mode", "# ours\r\nmode")}),
    "p3": ("P3e", {"policy": "\xef\xbb\xbf" + POLICY}),
    "p4": ("P4w", {"policy": "mode: enforce\r\nversion: STSv1\r\nmx: mx.check.example\r\nmax_age: 604800\r\n"}),
    "p4v2": ("P4e", {"policy": POLICY.replace("STSv1", "STSv2")}),
    "p5": ("P5e", {"policy": POLICY.replace("enforce", "enforced")}),
    "p5report": ("P5e", {"policy": POLICY.replace("enforce", "report")}),
    "p6": ("P6e", {"policy": policy(max_age="1w")}),
    "p6large": ("P6e", {"policy": policy(max_age=99999999)}),
    "p7": ("P7w", {"policy": policy(max_age=86400)}),
    "p8": ("P8e", {"policy": POLICY.replace("mx: mx.check.example\r\n", "")}),
    "p9": ("P9e X1e X2w", {"policy": policy("10.53.3.1")}),
    "p9dot": ("P9e X2w", {"policy": policy("mx.check.example", "mx.check.example.")}),
    "p10": ("P10w", {"policy": policy("mx.check.example", "mx.check.example")}),
    "p11": ("P11w", {"policy": POLICY + "owner: us\r\n"}),
    "p12": ("P12w", {"policy": policy(mode="testing")}),
    "p12none": ("P12w", {"policy": policy(mode="none")}),
    "p13": ("P13w X2w", {"policy": policy("mx.check.example", "*.example")}),
    # The mail hosts.
    "x1": ("X1e", {"mx": ((10, "mx.check.example"), (10, "also.check.example"))}),
    "x2": ("X2w", {"policy": policy("mx.check.example", "gone.check.example")}),
    "x3expired": ("X3e", to("expired")),
    "x3wrong": ("X3e", to("wrong")),
    "x3plain": ("X3e", to("plain")),
    "x3self": ("X3e", to("self")),
    "x3old": ("X3e", to("old")),
    "x3dead": ("X3w", to("dead")),
    "x3nowhere": ("X3e", to("nowhere")),
    "x3soon": ("X3w", to("soon")),
    "x3testing": ("P12w X3w", {"mx": ((10, "expired.check.example"),),
                               "policy": policy("expired.check.example", mode="testing")}),
    "x4": ("X4e", {"mx": ((10, "mx.check.example"), (20, "wrong.check.example")),
                   "policy": policy("mx.check.example", "wrong.check.example")}),
    "x5": ("X1e X2w X3w X5w", {"mx": (), "more": f"@ A {NOBODY}"}),
    "x5null": ("X5w", {"mx": ((0, ""),)}),
    "x6": ("X6e", to("tlsa")),
    # Reports.
    "t1": ("T1w", {"tls": None}),
    "t1twice": ("T1e", {"more": '_smtp._tls.@ TXT "v=TLSRPTv1; rua=mailto:b@reports.example"'}),
    "t2": ("T2e", {"tls": "v=TLSRPTv1; rua=t@reports.example"}),
    "t3": ("T3n", {"tls": "v=TLSRPTv1; rua=mailto:postmaster@t3.check.example"}),
}

# What needs a zone of its own.
ELSEWHERE = {
    "d9.plain.example": ("D9n X6n", {}),
    "broken.bogus.example": ("D1e D11e D12w X5e T1w", {}),
    "absent.nowhere.example": ("D1e D11e X5e T1w", None),
}


def domains():
    made = [Domain(f"{name}.check.example", **how) for name, (_, how) in ROWS.items()]
    made += [Domain(name, **how) for name, (_, how) in ELSEWHERE.items() if how is not None]
    return made


class SurveyCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.net = testnet.Net(cls.made())
        cls.addClassCleanup(cls.net.stop)

    @classmethod
    def made(cls):
        return domains()

    @classmethod
    def check(cls, *words, status=None, seconds=120):
        done = cls.net.run(*harness.WRAPPER, CTL, "check", *cls.net.options(), *words,
                           seconds=seconds)
        if harness.REPORT.search(done.stderr):
            raise AssertionError("a report of a memory error:\n" + done.stderr)
        if done.returncode not in ((0, 1) if status is None else (status,)):
            raise AssertionError(done.stdout + done.stderr + cls.net.log())
        return done

    @classmethod
    def checked(cls, *words, **options):
        """The JSON of each domain, by its name."""
        said = json.loads(cls.check("--json", *words, **options).stdout)
        return {item["domain"]: item for item in said["domains"]}


def short(item):
    return " ".join(found["rule"] + found["severity"][0] for found in item["findings"])


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Rows(SurveyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = [f"{name}.check.example" for name in ROWS] + list(ELSEWHERE)
        cls.items = cls.checked(*names)

    def test_each_broken_domain_has_what_is_broken_and_nothing_else(self):
        expected = {f"{name}.check.example": found for name, (found, _) in ROWS.items()}
        expected.update({name: found for name, (found, _) in ELSEWHERE.items()})
        for name, found in expected.items():
            with self.subTest(name):
                self.assertEqual(short(self.items[name]), found,
                                 json.dumps(self.items[name]["findings"], indent=1))


if __name__ == "__main__":
    unittest.main()
