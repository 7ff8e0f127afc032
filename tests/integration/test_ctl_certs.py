# SPDX-License-Identifier: ISC
"""ctl_certs: mta-stsctl certs, against real files, a real CA and the running daemon."""
import json
import os
import pty
import shutil
import subprocess
import time
import unittest

import harness
from harness import run, server_section

BESIDE = os.path.join(os.path.dirname(harness.BINARY), "mta-stsctl")
CTL = os.environ.get("MTA_STSCTL", BESIDE if os.path.exists(BESIDE) else "")


@unittest.skipUnless(CTL, "mta-stsctl was not built: configure found no jansson")
class CtlCase(harness.TestCase):
    def ctl(self, *words, seconds=120, status=None, **options):
        done = run(*harness.WRAPPER, CTL, *words, seconds=seconds, **options)
        if harness.REPORT.search(done.stderr):
            self.fail("a report of a memory error:\n" + done.stderr)
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done


class Listing(CtlCase):
    DATES = {  # days before and after now
        "young.example": (10, 80),
        "old.example": (70, 20),
        "late.example": (85, 5),
        "short.example": (2, 4),
        "shortold.example": (5.5, 0.5),
        "gone.example": (91, -1),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for domain, (before, after) in cls.DATES.items():
            cls.certify(domain, dates=(cls.date(-before), cls.date(after)))
        cls.certify("rsa.example", kind="rsa")
        cls.write("certs/mta-sts.other.example.pem", harness.pki().leaf("www.example.com").pem)
        cls.certify("own.example")
        domains = [*cls.DATES, "rsa.example", "other.example", "none.example"]
        cls.ini = cls.write("list.ini", server_section() + "[acme]\naccept_terms = yes\n"
                            + cls.defaults_section()
                            + "".join(f"[{domain}]\nmx = mail.example.com\n" for domain in domains)
                            + "[own.example]\nmx = mail.example.com\n"
                            + f"certificate = {cls.certificates}/%h.pem\n")

    @staticmethod
    def date(days):
        from datetime import datetime, timedelta, timezone
        return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")

    def listed(self, *words, status=1):
        said = json.loads(self.ctl("certs", "-c", self.ini, "--json", *words, status=status).stdout)
        return said, {item["domain"]: item for item in said["certificates"]}

    def test_each_host_has_its_health_by_the_share_of_its_lifetime(self):
        said, items = self.listed()
        self.assertEqual({domain: item["health"] for domain, item in items.items()}, {
            "young.example": "fine", "old.example": "warning", "late.example": "error",
            "short.example": "fine", "shortold.example": "error", "gone.example": "error",
            "rsa.example": "fine", "other.example": "error", "none.example": "error",
            "own.example": "fine",
        })
        self.assertEqual((said["errors"], said["warnings"]), (5, 1))

    def test_issuer_key_name_and_management_are_told(self):
        _, items = self.listed()
        self.assertEqual(items["young.example"]["issuer"], "intermediate-ec")
        self.assertEqual(items["young.example"]["key"], "ECDSA 256")
        self.assertEqual(items["rsa.example"]["key"], "RSA 2048")
        self.assertFalse(items["other.example"]["covers"])
        self.assertIn("not for this name", items["other.example"]["finding"])
        self.assertIn("No such file", items["none.example"]["finding"])
        self.assertIn("expired on", items["gone.example"]["finding"])
        self.assertNotIn("issuer", items["none.example"])
        self.assertAlmostEqual(items["short.example"]["seconds_left"], 4 * 86400, delta=900)
        self.assertEqual([domain for domain, item in items.items() if not item["managed"]],
                         ["own.example"])

    def test_the_plan_names_the_due_managed_hosts_new_ones_first_and_their_times(self):
        state = harness.make_directory()
        self.addCleanup(shutil.rmtree, state)
        ini = self.write("plan.ini", self.ini.read_text().replace(
            "accept_terms = yes\n", f"accept_terms = yes\norders_per_hour = 2\nstate = {state}\n"))
        now = int(time.time())
        (state / "pace.json").write_text(json.dumps({"orders": [now - 3500, now - 5000], "hosts": {
            "mta-sts.none.example": {"failures": 1, "next_try": now + 500, "reason": "x"}}}))
        said = json.loads(self.ctl("certs", "-c", ini, "--plan", "--json", status=0).stdout)
        self.assertEqual([step["domain"] for step in said["due"]],
                         ["other.example", "gone.example", "shortold.example", "late.example",
                          "old.example", "none.example"])
        times = [step["order_at"] - now for step in said["due"]]
        for seen, wanted in zip(times, (0, 100, 3600, 3700, 7200, 7300)):
            self.assertAlmostEqual(seen, wanted, delta=10)
        self.assertEqual([step["waits"] for step in said["due"]], [False] * 5 + [True])
        self.assertEqual(said["done_at"], said["due"][-1]["order_at"])
        self.assertEqual((said["orders_per_hour"], said["orders_last_hour"]), (2, 1))
        text = self.ctl("certs", "-c", ini, "--plan", status=0).stdout
        self.assertIn("waits after 1 failure", text)
        self.assertIn("6 due, 2 orders an hour, 1 in the last hour; all ordered by", text)
        (state / "pace.json").write_text("[]")
        self.assertIn("remove it", self.ctl("certs", "-c", ini, "--plan", status=2).stderr)

    def test_one_domain_can_be_asked_for_by_its_name_or_its_hosts(self):
        for name in ("young.example", "mta-sts.young.example"):
            done = self.ctl("certs", "-c", self.ini, name, status=0)
            self.assertRegex(done.stdout,
                             r"(?m)^mta-sts\.young\.example +\d+ days +ECDSA 256 +intermediate-ec +yes +yes$")
        self.assertIn("not configured", self.ctl("certs", "-c", self.ini, "x.example", status=2).stderr)

    def test_colour_is_for_terminals_only_and_not_where_no_color_is_set(self):
        command = [*harness.WRAPPER, CTL, "certs", "-c", str(self.ini)]
        self.assertNotIn("\033", self.ctl("certs", "-c", self.ini).stdout)
        for setting, coloured in (("", True), ("1", False)):
            parent, child = pty.openpty()
            environment = {**os.environ, "NO_COLOR": setting, "TERM": "xterm"}
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=child,
                                       stderr=subprocess.DEVNULL, env=environment)
            os.close(child)
            output = b""
            try:
                while data := os.read(parent, 65536):
                    output += data
            except OSError:
                pass  # the terminal's end
            os.close(parent)
            process.wait(harness.bound(20))
            self.assertIn(b"mta-sts.young.example", output)
            self.assertEqual(b"\033[31m" in output, coloured)

    def test_what_cannot_begin_ends_with_status_2_and_a_sentence(self):
        for words, sentence in (
            ((), "no verb"),
            (("cert",), '"cert" is no verb'),
            (("certs", "--jsn"), "Try 'mta-stsctl certs --help'"),
            (("certs", "a", "b"), "one domain at most"),
            (("certs", "-c", "/nowhere.ini"), "/nowhere.ini: error: No such file"),
            (("certs", "-c", self.write("bad.ini", "[server]\nx = 1\n")), "bad.ini:2: error: "),
        ):
            self.assertIn(sentence, self.ctl(*words, status=2).stderr)
        self.assertIn("certs", self.ctl("--help", status=0).stdout)
        self.assertIn("--json", self.ctl("certs", "--help", status=0).stdout)
        self.assertRegex(self.ctl("--version", status=0).stdout, r"^mta-stsctl \d")


if __name__ == "__main__":
    unittest.main()
