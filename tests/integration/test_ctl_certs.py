# SPDX-License-Identifier: ISC
"""ctl_certs: mta-stsctl certs, against real files, a real CA and the running daemon."""
import grp
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import threading
import time
import unittest

import harness
import schema
from authority import HOOK, Authority, can_bind_over_the_bundle
from harness import needs, policy_text, run, server_section

BESIDE = os.path.join(os.path.dirname(harness.BINARY), "mta-stsctl")
CTL = os.environ.get("MTA_STSCTL", BESIDE if os.path.exists(BESIDE) else "")


def configured_etc():
    """Where the programs look for their configuration by default: /etc, unless a prefix was given."""
    return re.search(r"(/\S+)/mta-stsd/mta-stsd\.ini", run(CTL, "records", "--help").stdout)[1]


@unittest.skipUnless(CTL, "mta-stsctl was not built: configure found no jansson")
class CtlCase(harness.TestCase):
    def ctl(self, *words, seconds=120, status=None, **options):
        done = run(*harness.WRAPPER, CTL, *words, seconds=seconds, **options)
        if harness.REPORT.search(done.stderr):
            self.fail("a report of a memory error:\n" + done.stderr)
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(schema.complaints(words, done.stdout), [])
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
        cls.ini = cls.write(
            "list.ini",
            server_section()
            + "[acme]\naccept_terms = yes\n"
            + cls.defaults_section()
            + "".join(f"[{domain}]\nmx = mail.example.com\n" for domain in domains)
            + "[own.example]\nmx = mail.example.com\n"
            + f"certificate = {cls.certificates}/%h.pem\n",
        )

    @staticmethod
    def date(days):
        from datetime import datetime, timedelta, timezone

        return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")

    def listed(self, *words, status=1):
        said = json.loads(self.ctl("certs", "-c", self.ini, "--json", *words, status=status).stdout)
        return said, {item["domain"]: item for item in said["certificates"]}

    def test_prometheus_has_each_host_whether_loaded_or_not(self):
        _, items = self.listed()
        said = self.ctl("certs", "-c", self.ini, "--prometheus", status=1).stdout
        for item in items.values():
            managed = "yes" if item["managed"] else "no"
            line = ('mta_stsctl_certificate_expiry_timestamp_seconds{host="%s",pair="1",managed="%s"} %s\n'
                    % (item["host"], managed, item.get("not_after")))
            self.assertEqual(line in said, "not_after" in item, line)
        for health in ("fine", "warning", "error"):
            count = sum(item["health"] == health for item in items.values())
            self.assertIn(f'mta_stsctl_certificates{{health="{health}"}} {count}\n', said)
        for words in (["--json"], ["--plan"], ["--renew"]):
            self.ctl("certs", "-c", self.ini, "--prometheus", *words, status=2)

    def test_each_host_has_its_health_by_the_share_of_its_lifetime(self):
        said, items = self.listed()
        self.assertEqual(
            {domain: item["health"] for domain, item in items.items()},
            {
                "young.example": "fine",
                "old.example": "warning",
                "late.example": "error",
                "short.example": "fine",
                "shortold.example": "error",
                "gone.example": "error",
                "rsa.example": "fine",
                "other.example": "error",
                "none.example": "error",
                "own.example": "fine",
            },
        )
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
        self.assertEqual(
            [domain for domain, item in items.items() if not item["managed"]], ["own.example"]
        )

    def test_certificates_without_subject_and_key_identifier_are_listed_and_served_like_any(self):
        """As CAs issue them since 2026: the names stand in the extension alone."""
        rows = {6: True, 45: False, 64: False}  # days; whether half of the lifetime counts, not a third
        for days in rows:
            leaf = harness.pki().bare_leaf(f"mta-sts.bare{days}.example", days=days)
            self.write(f"certs/mta-sts.bare{days}.example.pem", leaf.pem)
        ini = self.write(
            "bare.ini",
            server_section() + "[acme]\naccept_terms = yes\n" + self.defaults_section()
            + "".join(f"[bare{days}.example]\nmx = mail.example.com\n" for days in rows),
        )
        said = json.loads(self.ctl("certs", "-c", ini, "--json", status=0).stdout)
        for days, item in zip(rows, sorted(said["certificates"], key=lambda one: one["seconds_left"])):
            with self.subTest(days):
                self.assertEqual((item["health"], item["finding"]), ("fine", None))
                self.assertTrue(item["covers"])
                self.assertEqual(item["issuer"], "intermediate-ec")
                left = item["not_after"] - item["due_at"]
                self.assertAlmostEqual(left, days * 86400 / (2 if rows[days] else 3), delta=10)
        self.assertEqual(harness.check(ini, "--check-certs")[0], 0)
        daemon = self.start(ini.read_text())
        for days in rows:
            self.assert_serves(daemon, f"mta-sts.bare{days}.example",
                               harness.policy_text(["mail.example.com"]))

    def test_the_plan_names_the_due_managed_hosts_new_ones_first_and_their_times(self):
        state = harness.make_directory()
        self.addCleanup(shutil.rmtree, state)
        ini = self.write(
            "plan.ini",
            self.ini.read_text().replace(
                "accept_terms = yes\n",
                f"accept_terms = yes\norders_per_hour = 2\nstate = {state}\n",
            ),
        )
        now = int(time.time())
        (state / "pace.json").write_text(
            json.dumps(
                {
                    "orders": [now - 3500, now - 5000],
                    "hosts": {
                        "mta-sts.none.example": {
                            "failures": 1,
                            "next_try": now + 500,
                            "reason": "x",
                        }
                    },
                }
            )
        )
        said = json.loads(self.ctl("certs", "-c", ini, "--plan", "--json", status=0).stdout)
        self.assertEqual(
            [step["domain"] for step in said["due"]],
            [
                "other.example",
                "gone.example",
                "shortold.example",
                "late.example",
                "old.example",
                "none.example",
            ],
        )
        times = [step["order_at"] - now for step in said["due"]]
        for seen, wanted in zip(times, (0, 100, 3600, 3700, 7200, 7300)):
            self.assert_moment(now + seen, now, wanted)
        self.assertEqual([step["waits"] for step in said["due"]], [False] * 5 + [True])
        self.assertEqual(said["done_at"], said["due"][-1]["order_at"])
        self.assertEqual((said["orders_per_hour"], said["orders_last_hour"]), (2, 1))
        text = self.ctl("certs", "-c", ini, "--plan", status=0).stdout
        self.assertIn("waits after 1 failure", text)
        self.assertIn("6 due, 2 orders an hour, 1 in the last hour; all ordered by", text)
        (state / "pace.json").write_text("[]")
        said = self.ctl("certs", "-c", ini, "--plan", status=0)
        self.assertIn("pace.json: this is not what mta-stsctl wrote", said.stderr)
        self.assertIn("6 due, 2 orders an hour, 0 in the last hour", said.stdout)
        self.assertEqual((state / "pace.json").read_text(), "[]")

    def test_one_domain_can_be_asked_for_by_its_name_or_its_hosts(self):
        for name in ("young.example", "mta-sts.young.example"):
            done = self.ctl("certs", "-c", self.ini, name, status=0)
            self.assertRegex(
                done.stdout,
                r"(?m)^mta-sts\.young\.example +\d+ days +ECDSA 256 +intermediate-ec +yes +yes +in \d+ days$",
            )
        self.assertIn(
            "not configured", self.ctl("certs", "-c", self.ini, "x.example", status=2).stderr
        )

    def test_what_cannot_begin_ends_with_status_2_and_a_sentence(self):
        for words, sentence in (
            ((), "no command given"),
            (("cert",), 'unknown command "cert"'),
            (("certs", "--jsn"), "Try 'mta-stsctl certs --help'"),
            (("certs", "a", "b"), "at most one domain"),
            (("certs", "-c", "/nowhere.ini"), "/nowhere.ini: error: No such file"),
            (("certs", "-c", self.write("bad.ini", "[server]\nx = 1\n")), "bad.ini:2: error: "),
        ):
            self.assertIn(sentence, self.ctl(*words, status=2).stderr)
        self.assertIn("certs", self.ctl("--help", status=0).stdout)
        self.assertIn("--json", self.ctl("certs", "--help", status=0).stdout)
        self.assertRegex(self.ctl("--version", status=0).stdout, r"^mta-stsctl \d")


class Fetches(threading.Thread):
    """Verified fetches of a host, one after the other, until told to stop."""

    def __init__(self, address, host, context, source=None):
        super().__init__(daemon=True)
        self.address, self.host, self.context, self.source = address, host, context, source
        self.count, self.failures, self.certificates = 0, [], []
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.is_set():
            try:
                reply = harness.exchange(
                    self.address,
                    self.host,
                    harness.request(self.host),
                    context=self.context,
                    source=self.source,
                )
                answer = reply.one()
                if (answer.status, answer.body) != (200, policy_text()):
                    self.failures.append(answer.status)
                if reply.certificate not in self.certificates:
                    self.certificates.append(reply.certificate)
            except (OSError, AssertionError) as error:
                self.failures.append(repr(error))
            self.count += 1

    def go_on(self, number=20):
        """Waits for so many more."""
        least = self.count + number
        harness.eventually(lambda: self.count >= least, 20, "further fetches")

    def stop(self):
        """Returns the failures. The certificates that were shown stand in self.certificates, in the
        order of their first appearance: for about a second, workers may differ."""
        self.over.set()
        self.join()
        return self.failures


@needs("pebble", "pebble-challtestsrv", "uacme", "unshare")
@unittest.skipUnless(can_bind_over_the_bundle(), "no private mount name space may be made here")
class RenewalCase(CtlCase):
    authority_class = Authority
    validity = None
    bad_nonces = 0
    acme = ("contact = mailto:a@example.com",)

    def setUp(self):
        super().setUp()
        self.home = harness.make_directory()
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        for name in ("challenges", "certs", "domains.d"):
            (self.home / name).mkdir(mode=0o755)
        if harness.as_root():  # new files are readable for the directory's group
            os.chown(self.home / "certs", 0, grp.getgrnam("nogroup").gr_gid)
        self.authority = self.authority_class(self.home, self.validity, self.bad_nonces)
        self.addCleanup(self.authority.close)
        self.ini = self.home / "mta-stsd.ini"
        self.state = self.home / "state"

    def configure(self, *domains, client=None, acme=None):
        """Writes the configuration, with a file for each domain."""
        for domain in domains:
            (self.home / "domains.d" / f"{domain}.ini").write_text(
                f"[{domain}]\nmx = mail.example.com\n"
            )
        self.ini.write_text(
            server_section(
                "include = domains.d", listen=[f"127.0.0.1:{self.authority.ports['tls']}"]
            )
            + "[defaults]\ncertificate = certs/%h.pem\n[acme]\naccept_terms = yes\n"
            + f"challenges = challenges\nstate = state\nhook = {HOOK}\n"
            + f"client = {client or self.authority.client}\n"
            + f"directory = {self.authority.url}\n"
            + "\n".join(self.acme if acme is None else acme)
            + "\n"
        )

    def serve(self):
        daemon = harness.Daemon(self.ini)
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        return daemon

    def renewal(self, *words):
        """The words of a renewal, which asks the CA's own resolver, and looks where the CA does."""
        ports = self.authority.ports
        return (
            "certs",
            "-c",
            self.ini,
            "--renew",
            "--resolver",
            f"127.0.0.1@{ports['dns']}",
            "--probe-port",
            str(ports["tls"]),
            *words,
        )

    def renew(self, *words, status=0):
        return self.ctl(*self.renewal(*words), status=status).stdout

    def renew_json(self, *words, status=0):
        """status None: whatever it ends with."""
        return json.loads(self.renew("--json", *words, status=status))

    def installed(self):
        """The hosts that have a file in the directory of certificates; nothing else may be there."""
        return sorted(path.name.removesuffix(".pem") for path in (self.home / "certs").iterdir())

    def whole(self):
        """Without what is being written, or was when a run was killed."""
        return [host for host in self.installed() if not host.startswith(".")]

    def start_renewal(self, *words, **options):
        options.setdefault("stdout", subprocess.DEVNULL)
        return subprocess.Popen([*harness.WRAPPER, CTL, *self.renewal(*words)], **options)

    def certificate(self, domain):
        return self.home / "certs" / f"mta-sts.{domain}.pem"

    def pace(self):
        return json.loads((self.state / "pace.json").read_text())

    def let_pass(self, seconds):
        """The times that are kept on disk are so much longer ago."""
        pace = self.pace()
        pace["orders"] = [order - seconds for order in pace["orders"]]
        for host in pace["hosts"].values():
            host["next_try"] -= seconds
        (self.state / "pace.json").write_text(json.dumps(pace))
        for challenge in (self.home / "challenges").iterdir():
            when = challenge.stat().st_mtime - seconds
            os.utime(challenge, (when, when))

    def fetches(self, daemon, domain, context):
        try:
            answer = harness.fetch(daemon.address(), f"mta-sts.{domain}", context=context)
        except harness.HandshakeFailed:
            return False  # the missing certificate is remembered for seconds
        return (answer.status, answer.body) == (200, policy_text())


class Renewal(RenewalCase):
    def test_an_added_domain_is_served_with_a_certificate_and_nothing_more_is_ordered(self):
        self.configure("a.example")
        daemon = self.serve()
        self.assertIn("1 renewed, 0 failed", self.renew())
        context = self.authority.context()
        harness.eventually(lambda: self.fetches(daemon, "a.example", context), 10, "the policy")
        self.configure("b.example")
        daemon.reload()
        said = self.renew_json()
        self.assertEqual(
            [(one["host"], one["outcome"]) for one in said["hosts"]],
            [("mta-sts.b.example", "renewed")],
        )
        harness.eventually(lambda: self.fetches(daemon, "b.example", context), 10, "the policy")
        before = self.authority.calls("new"), self.authority.calls()
        self.assertIn("0 renewed", self.renew())
        self.assertEqual((self.authority.calls("new"), self.authority.calls()), before)
        self.assertEqual(len(before[0]), 1)
        mode = (self.home / "certs" / "mta-sts.b.example.pem").stat().st_mode & 0o777
        self.assertEqual(mode, 0o640)
        items = json.loads(self.ctl("certs", "-c", self.ini, "--json", status=0).stdout)
        self.assertEqual(
            [(item["key"], item["managed"]) for item in items["certificates"]],
            [("ECDSA 256", True)] * 2,
        )
        self.assertTrue(items["certificates"][0]["issuer"].startswith("Pebble"))

    def test_a_forced_renewal_of_one_host_under_load_replaces_it_alone_and_no_fetch_fails(self):
        self.configure("a.example", "b.example")
        daemon = self.serve()
        self.renew()
        context = self.authority.context()
        harness.eventually(lambda: self.fetches(daemon, "a.example", context), 10, "the policy")
        old = {
            host: (self.home / "certs" / f"{host}.pem").read_bytes() for host in self.installed()
        }
        loads = [Fetches(daemon.address(), "mta-sts.a.example", context) for _ in range(3)]
        process = self.start_renewal("--force", "a.example")
        self.assertEqual(process.wait(harness.bound(60)), 0)
        for load in loads:
            harness.eventually(lambda: len(load.certificates) > 1, 10, "the new certificate")
            load.go_on()
        new = {
            host: (self.home / "certs" / f"{host}.pem").read_bytes() for host in self.installed()
        }
        self.assertEqual([host for host in new if new[host] != old[host]], ["mta-sts.a.example"])
        shown = [harness.Leaf(pems["mta-sts.a.example"], b"").der for pems in (old, new)]
        for load in loads:
            self.assertEqual(load.stop(), [])
            self.assertGreater(load.count, 50)
            self.assertEqual(load.certificates, shown)

    def test_fifty_are_due_one_broken_the_run_killed_49_are_renewed_at_the_pace_none_twice(self):
        domains = [f"d{number:02}.example" for number in range(50)]
        # What is looked at before would keep the broken one from the CA.
        self.acme = (*self.acme, "orders_per_hour = 40", "precheck = off")
        self.configure(*domains)
        daemon = self.serve()
        # The server stops to know it, so its challenge finds nobody.
        (self.home / "domains.d" / "d30.example.ini").unlink()
        daemon.reload()
        self.configure("d30.example")
        began = time.time()
        process = self.start_renewal()
        harness.eventually(lambda: len(self.whole()) >= 10, 60, "the tenth certificate")
        process.kill()
        process.wait()
        # What it was writing then, as the next run finds it.
        (self.home / "certs" / ".mta-sts.d40.example.pem.a1B2c3").write_text("half a ke")
        done = {host: (self.home / "certs" / f"{host}.pem").read_bytes() for host in self.whole()}
        self.assertGreaterEqual(len(self.pace()["orders"]), len(done))

        # The orders of the killed run count: there are 40 in this hour, and the rest is left.
        said = self.renew_json(status=1)
        calls = self.authority.calls()
        self.assertEqual(len(self.pace()["orders"]), 40)  # one may have been noted and not begun
        self.assertIn(len(calls), range(36, 41))
        self.assertEqual(said["renewed"], len(self.whole()) - len(done))
        self.assertEqual((said["failed"], said["left"]), (1, 50 - 1 - len(self.whole())))
        self.assert_moment(said["next_order_at"], began, 3600)
        (failed,) = [one for one in said["hosts"] if one["outcome"] == "failed"]
        self.assertEqual(failed["host"], "mta-sts.d30.example")
        self.assertIn("the CA refused: ", failed["reason"])
        self.assert_moment(failed["next_try"], began, 600)
        # None that was renewed is ordered again; only what was under way when it was killed is.
        for host, content in done.items():
            self.assertEqual((self.home / "certs" / f"{host}.pem").read_bytes(), content)
        twice = {host for host in calls if calls.count(host) > 1}
        self.assertLessEqual(len(twice), 4)
        self.assertEqual(twice & set(done), set())

        # An hour later the rest; the broken one waits for its turn, and is what the status says.
        self.let_pass(3601)
        pace = self.pace()
        pace["hosts"]["mta-sts.d30.example"]["next_try"] = int(time.time()) + 300
        (self.state / "pace.json").write_text(json.dumps(pace))
        said = self.renew_json(status=1)
        self.assertEqual((said["failed"], said["waiting"], said["left"]), (0, 1, 0))
        self.assertEqual(len(self.installed()), 49)
        calls = self.authority.calls()
        self.assertEqual({host for host in calls if calls.count(host) > 1}, twice)
        self.assertEqual(calls.count("mta-sts.d30.example"), 1)
        self.assertEqual(list((self.home / "challenges").iterdir()), [])

        # --force tries a host that waits all the same.
        daemon.reload()
        self.assertIn("renewed, valid until", self.renew("--force", "d30.example"))
        self.assertEqual(self.pace()["hosts"], {})

    def test_what_fails_is_told_the_old_certificate_stays_and_the_next_try_waits(self):
        host = "mta-sts.a.example"
        due = Listing.date(-85), Listing.date(5)
        old = harness.pki().leaf(host, dates=due).pem
        self.certificate("b.example").write_bytes(harness.pki().leaf("mta-sts.b.example").pem)
        self.certificate("a.example").write_bytes(old)
        self.acme = (*self.acme, "precheck = off")
        self.configure("a.example", "b.example")
        self.right = self.ini.read_text()
        daemon = self.serve()

        def fails(reason, wait):
            began = time.time()
            said = self.renew_json(status=1)
            self.assertEqual(
                [(one["host"], one["outcome"]) for one in said["hosts"]], [(host, "failed")]
            )
            self.assertRegex(said["hosts"][0]["reason"], reason)
            self.assertEqual(self.certificate("a.example").read_bytes(), old)
            self.assertEqual(list((self.home / "challenges").iterdir()), [])
            # The next try waits; and then it is made.
            self.assert_moment(said["hosts"][0]["next_try"], began, wait)
            calls = len(self.authority.calls())
            self.assertIn("0 failed, 1 wait after a failure", self.renew(status=1))
            self.assertEqual(len(self.authority.calls()), calls)
            self.let_pass(wait)

        # The server answers with another digest than the CA's.
        wrong = self.home / "wrong"
        wrong.write_text(
            f"#!/bin/sh\nexec {HOOK} $1 $2 $3 $4 LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\n"
        )
        wrong.chmod(0o755)
        self.ini.write_text(self.right.replace(str(HOOK), str(wrong)))
        fails("the CA refused: .*[Ii]ncorrect validation certificate", 600)
        self.ini.write_text(self.right)
        # The server does not know the host (yet).
        (self.home / "domains.d" / "a.example.ini").unlink()
        daemon.reload()
        self.configure("a.example")
        fails("the CA refused: (?i:failed to connect|.*unrecognized name)", 1200)
        daemon.reload()
        self.assert_serves(daemon, host, policy_text())
        self.authority.stop()

        # A CA that is not there, or has forgotten us, is no host's failure: one host is tried.
        def ends(reason):
            calls = len(self.authority.calls())
            done = self.ctl(*self.renewal("--json"), status=1)
            self.assertRegex(done.stderr, reason + ".*; the run ends here")
            self.assertEqual(json.loads(done.stdout)["left"], 1)
            self.assertEqual(len(self.authority.calls()), calls + 1)
            self.assertEqual(self.pace()["hosts"][host]["failures"], 2)
            self.assertEqual(self.certificate("a.example").read_bytes(), old)

        for _ in range(3):
            ends(f"the CA at {self.authority.url} does not answer like an ACME server")
        self.assert_serves(daemon, host, policy_text())
        self.authority.start()
        ends("does not know the account")  # and the next run makes it anew
        self.assertEqual(self.renew_json()["renewed"], 1)
        self.assertEqual(self.pace()["hosts"], {})
        self.assertNotEqual(self.certificate("a.example").read_bytes(), old)

    def test_no_more_are_ordered_in_an_hour_than_configured_and_the_rest_is_left(self):
        self.configure(
            "a.example",
            "b.example",
            "c.example",
            acme=("contact = mailto:a@example.com", "orders_per_hour = 2"),
        )
        self.serve()
        began = time.time()
        said = self.renew_json()
        self.assertEqual((said["renewed"], said["left"]), (2, 1))
        self.assert_moment(said["next_order_at"], began, 3600)
        self.assertIn(
            "0 renewed, 0 failed, 0 wait after a failure, 1 left\n"
            "the order rate of 2 an hour allows the next order at",
            self.renew(),
        )
        self.assertEqual(self.installed(), ["mta-sts.a.example", "mta-sts.b.example"])

    def test_what_cannot_be_deployed_does_not_keep_the_others_from_it(self):
        command = self.home / "deploy"
        acme = (*self.acme, f"deploy_command = {command}")
        command.write_text("#!/bin/sh\n[ $1 != install ]\n")
        command.chmod(0o755)
        self.configure("a.example", "b.example", acme=acme)
        self.serve()
        self.assertEqual(self.renew_json(status=1)["undeployed"], 2)
        command.write_text("#!/bin/sh\n[ $1 != install ] || [ $2 != mta-sts.a.example ]\n")
        self.assertEqual(self.renew_json(status=1)["undeployed"], 1)
        left = [path.name for path in (self.state / "undeployed").iterdir()]
        self.assertEqual(left, ["mta-sts.a.example"])

    @unittest.skipUnless(harness.as_root(), "only root could write there all the same")
    @unittest.skipUnless(harness.as_root(), "only root can become another user")
    def test_root_orders_as_the_user_whose_directory_the_state_is(self):
        self.configure("a.example")
        self.serve()
        self.state.mkdir(exist_ok=True)
        self.home.chmod(0o755)
        for name in ("state", "challenges", "certs"):
            os.chown(self.home / name, 65534, 65534)
        self.assertIn("1 renewed", self.renew())
        made = [path for path in self.state.rglob("*")] + [self.certificate("a.example")]
        self.assertEqual({(path.stat().st_uid, path.stat().st_gid) for path in made}, {(65534,) * 2})
        self.assertEqual(
            {path.stat().st_mode & 0o077 for path in self.state.rglob("*") if path.is_dir()}, {0}
        )
        os.chown(self.state, 54321, 54321)
        said = self.ctl(*self.renewal(), status=2).stderr
        self.assertIn("it belongs to user id 54321, which this system does not have", said)

    @unittest.skipUnless(harness.as_root(), "root gives the directory to another user")
    def test_what_fails_on_this_machine_is_named_costs_no_order_and_does_not_wait(self):
        self.configure("a.example")
        self.serve()
        self.state.mkdir(exist_ok=True)
        self.home.chmod(0o755)
        for name in ("state", "challenges"):
            os.chown(self.home / name, 65534, 65534)
        said = self.renew(status=1)
        self.assertIn("certs: Permission denied; make this directory writable for the user", said)
        self.assertIn("the next run tries again; it has no usable certificate", said)
        self.assertEqual(self.authority.calls(), [])
        os.chown(self.home / "certs", 65534, 65534)
        self.assertIn("1 renewed", self.renew())

    def test_a_host_that_waits_is_named_with_the_reason_the_end_and_the_way_on(self):
        host = "mta-sts.a.example"
        self.acme = (*self.acme, "precheck = off")
        self.certificate("a.example").write_bytes(
            harness.pki().leaf(host, dates=(Listing.date(-85), Listing.date(5.1))).pem
        )
        self.configure("a.example")
        self.renew(status=1)  # no server is there
        said = self.renew(status=1)
        self.assertRegex(
            said,
            rf"{host}: waits until .* UTC after 1 failure, the last of them: the CA refused: .*"
            r"; its certificate ends in 5 days, on .* UTC; to try at once: "
            r"mta-stsctl certs --renew --force a\.example\n",
        )
        (one,) = self.renew_json(status=1)["hosts"]
        self.assertEqual((one["host"], one["outcome"]), (host, "waits"))
        self.assertAlmostEqual(one["not_after"], time.time() + 5.1 * 86400, delta=300)
        plan = self.ctl("certs", "-c", self.ini, "--plan", status=0).stdout
        self.assertIn("waits after 1 failure in a row: the CA refused: ", plan)
        # After a day it is named once a day, but for worse news, or who asks after it.
        self.let_pass(-3600)
        for _ in range(2):
            told = json.loads((self.state / "told.json").read_text())
            told[host] |= {"since": int(time.time()) - 90000, "stage": 2}
            (self.state / "told.json").write_text(json.dumps(told))
            said = self.renew(status=3)
            self.assertNotIn("waits until", said)
            self.assertIn("1 of them for over a day, listed once a day; `mta-stsctl certs", said)
        self.assertIn("waits until", self.renew("a.example", status=3))
        self.assertEqual(self.renew_json(status=3)["hosts"][0]["reason"], one["reason"])
        self.certificate("a.example").write_bytes(
            harness.pki().leaf(host, dates=(Listing.date(-85), Listing.date(-1))).pem
        )
        said = self.renew(status=3)
        self.assertIn("its certificate expired on ", said)

    def test_without_a_ca_the_others_are_not_tried(self):
        self.configure(*(f"d{number}.example" for number in range(3)))
        self.serve()
        self.renew("d0.example")
        self.authority.stop()
        said = self.renew_json("--force", status=1)
        self.assertEqual((said["renewed"], said["failed"], said["left"]), (0, 0, 3))
        self.assertEqual(self.pace()["hosts"], {})
        # Whose order found no CA comes last, so that what ails its orders alone stops nobody else's.
        calls = self.authority.calls()
        self.renew_json("--force", status=1)
        (second,) = self.authority.calls()[len(calls) :]
        self.assertNotEqual(second, calls[-1])
        # All are renewed as soon as it is back.
        self.authority.start()
        self.renew("--force", status=1)  # it knows no account
        self.assertEqual(self.renew_json("--force")["renewed"], 3)

    def test_what_a_killed_run_left_with_the_client_is_installed_without_an_order(self):
        self.configure("a.example")
        self.serve()
        self.renew()
        path = self.home / "certs" / "mta-sts.a.example.pem"
        content = path.read_bytes()
        path.unlink()
        self.assertEqual(self.renew_json()["renewed"], 1)
        self.assertEqual(path.read_bytes(), content)
        self.assertEqual(len(self.authority.calls()), 1)

    def test_a_damaged_pace_is_put_aside_and_the_hosts_have_their_turns(self):
        self.configure("a.example")
        self.serve()
        self.state.mkdir(mode=0o700)
        (self.state / "pace.json").write_text('{"orders": [')
        said = self.ctl("certs", "-c", self.ini, "--plan", status=0)
        self.assertIn("pace.json: this is not what mta-stsctl wrote; the next run renames it", said.stderr)
        done = self.ctl(*self.renewal(), status=0)
        self.assertIn("1 renewed, 0 failed", done.stdout)
        self.assertRegex(done.stderr, "pace.json: this is not .* renamed to pace.json.damaged")
        self.assertEqual((self.state / "pace.json.damaged").read_text(), '{"orders": [')
        self.assertEqual(self.ctl(*self.renewal(), status=0).stderr, "")
        self.assertEqual(len(self.pace()["orders"]), 1)

    def test_only_another_certificate_than_before_is_a_renewal(self):
        """A client that ends well and brings nothing, and one that fails unseen: its parent's parent
        ignores SIGCHLD, and hands that down."""
        self.configure("a.example")
        self.serve()
        self.renew()
        content = self.certificate("a.example").read_bytes()
        for ending, ignores, reason in (
            (0, False, "left the certificate of before the order"),
            (0, True, "left the certificate of before the order"),
            (1, True, "the ACME client ended with status 1"),
        ):
            with self.subTest(ending=ending, ignores=ignores):
                client = self.home / "idle"
                client.write_text(f"#!/bin/sh\nexit {ending}\n")
                client.chmod(0o755)
                self.configure("a.example", client=client)
                said = json.loads(self.ctl(
                    *self.renewal("--json", "--force"), status=1,
                    preexec_fn=lambda: ignores and signal.signal(signal.SIGCHLD, signal.SIG_IGN),
                ).stdout)
                self.assertEqual((said["renewed"], said["failed"]), (0, 1))
                self.assertIn(reason, said["hosts"][0]["reason"])
                self.assertEqual(self.certificate("a.example").read_bytes(), content)
        self.configure("a.example")
        self.assertEqual(self.renew_json("--force")["renewed"], 1)
        self.assertNotEqual(self.certificate("a.example").read_bytes(), content)

    def test_a_deploy_command_that_fails_unseen_has_failed(self):
        command = self.home / "deploy"
        command.write_text("#!/bin/sh\n[ $1 != install ]\n")
        command.chmod(0o755)
        self.configure("a.example", acme=(*self.acme, f"deploy_command = {command}"))
        self.serve()
        said = json.loads(self.ctl(
            *self.renewal("--json"), status=1,
            preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)).stdout)
        self.assertEqual((said["renewed"], said["undeployed"]), (1, 1))

    def test_an_orderly_stop_blames_no_host(self):
        slow = self.home / "slow"
        slow.write_text(
            '#!/bin/sh\n[ "$6" = new ] && { mkdir -p $2/private; '
            "touch $2/private/key.pem; exit 0; }\nsleep 60\n"
        )
        slow.chmod(0o755)
        self.acme = (*self.acme, "precheck = off")
        self.configure("a.example", client=slow)
        process = self.start_renewal(stderr=subprocess.PIPE, text=True)
        harness.eventually((self.state / "pace.json").exists, 20, "the order")
        self.assertIn("another mta-stsctl", self.ctl(*self.renewal(), status=2).stderr)
        process.terminate()
        said = process.communicate(timeout=harness.bound(20))[1]
        self.assertEqual(process.returncode, 1)
        self.assertIn("stopped by a signal; the next run goes on", said)
        self.assertEqual(self.pace()["hosts"], {})

    def test_what_is_missing_is_named_before_a_ca_is_asked(self):
        def refused(*acme, replace=("", "")):
            self.configure("a.example", acme=acme)
            self.ini.write_text(self.ini.read_text().replace(*replace))
            return self.ctl(*self.renewal(), status=2).stderr

        self.assertIn("write `contact = ", refused())
        self.assertIn("renew = off", refused("renew = off"))
        self.assertIn(
            "accept_terms = yes", refused(replace=("accept_terms = yes", "accept_terms = no"))
        )
        self.assertIn("set `hook`", refused(replace=(str(HOOK), "/nowhere/hook")))
        self.assertIn("challenge directory", refused(replace=("= challenges", "= none")))
        self.assertIn(
            "install uacme",
            refused(
                "contact = mailto:a@example.com", replace=(str(self.authority.client), "/nowhere/x")
            ),
        )
        self.assertEqual(self.authority.calls("new"), [])
        (self.home / "domains.d" / "own.example.ini").write_text(
            "[own.example]\nmx = mail.example.com\ncertificate = own/%h.pem\n"
        )
        self.configure("a.example")
        self.assertIn(
            "own.example is not managed", self.ctl(*self.renewal("own.example"), status=2).stderr
        )
        self.assertIn("--force needs", self.ctl("certs", "--force", status=2).stderr)

    def test_the_key_is_rsa_where_the_configuration_says_so(self):
        self.configure("a.example", acme=("contact = mailto:a@example.com", "key_type = rsa"))
        self.serve()
        self.renew()
        said = json.loads(self.ctl("certs", "-c", self.ini, "--json", status=0).stdout)
        self.assertEqual(said["certificates"][0]["key"], "RSA 2048")

    def test_a_profile_is_asked_for_and_a_client_that_cannot_do_so_is_named(self):
        self.configure("a.example", acme=("contact = mailto:a@example.com", "profile = shortlived"))
        self.serve()
        done = self.ctl(*self.renewal("--json"))
        said = json.loads(done.stdout)
        log = (self.home / "calls").read_text().splitlines()
        self.assertIn(" -p shortlived issue mta-sts.a.example", log[-1])
        if said["renewed"] == 0:  # uacme before 1.8
            self.assertIn(
                "the installed uacme cannot ask for a "
                "profile; install 1.8 or later, or remove `profile` from [acme]; the run ends here",
                done.stderr,
            )


class Unit(harness.TestCase):
    """What the service's lines do, run by the shell that they name."""

    def lines(self, key, directory):
        text = (harness.SOURCE / "etc" / "mta-stsd-certs.service.in").read_text()
        text = text.replace("@sysconfdir@", str(directory)).replace("$$", "$")
        return [
            shlex.split(line.partition("=")[2].lstrip("+"))
            for line in text.splitlines()
            if line.startswith(f"{key}=")
        ]

    def test_what_is_not_to_be_ordered_is_skipped_and_says_what_to_write(self):
        directory = harness.make_directory()
        self.addCleanup(shutil.rmtree, directory)
        (directory / "mta-stsd").mkdir()
        ini = directory / "mta-stsd" / "mta-stsd.ini"
        for text, statuses, said in (
            ("[server]\n", [1, 0], "write accept_terms = yes in [acme] of " + str(ini)),
            ("[acme]\naccept_terms = no\n", [1, 0], "write accept_terms = yes in [acme] of "),
            ("[acme]\naccept_terms = yes\nrenew = off\n", [0, 1], "says renew = off"),
            ("[acme]\naccept_terms=yes\n", [0, 0], ""),
        ):
            ini.write_text(text)
            done = [run(*words) for words in self.lines("ExecCondition", directory)]
            self.assertEqual([one.returncode for one in done], statuses, text)
            self.assertIn(said, "".join(one.stdout for one in done))
            self.assertEqual("".join(one.stdout for one in done) == "", said == "")

    def test_another_try_follows_soon_but_not_where_all_is_known_for_a_day(self):
        (words,) = self.lines("ExecStopPost", "/")
        commands = harness.make_directory()
        self.addCleanup(shutil.rmtree, commands)
        (commands / "systemctl").write_text("#!/bin/sh\necho $*\n")
        (commands / "systemctl").chmod(0o755)
        for result, status, again in (
            ("success", "0", False),
            ("exec-condition", "1", False),
            ("exit-code", "1", True),
            ("exit-code", "2", True),
            ("exit-code", "3", False),
            ("signal", "KILL", True),
            ("timeout", "TERM", True),
        ):
            environment = {
                "PATH": f"{commands}:{os.environ['PATH']}",
                "SERVICE_RESULT": result,
                "EXIT_STATUS": status,
            }
            said = run(*words, env=environment).stdout
            self.assertEqual(
                said.strip(),
                "restart --no-block mta-stsd-certs-retry.timer" if again else "",
                result,
            )


class ShortLived(RenewalCase):
    """Certificates of seconds, as if they were of minutes and the timer ran each second."""

    validity = int(harness.bound(24))

    def test_certificates_of_seconds_are_renewed_again_and_again_and_no_fetch_fails(self):
        self.configure("a.example")
        daemon = self.serve()
        self.assertEqual(self.renew_json()["renewed"], 1)
        load = Fetches(daemon.address(), "mta-sts.a.example", self.authority.context())
        for number in range(2, 4):
            harness.eventually(lambda: self.renew_json()["renewed"] == 1, 60, "its being due")
            harness.eventually(lambda: len(load.certificates) >= number, what="its being shown")
        self.assertEqual(load.stop(), [])
        self.assertEqual(len(self.authority.calls()), 3)


class BadNonces(RenewalCase):
    """The CA refuses three of ten nonces; uacme tries a request three times."""

    bad_nonces = 30

    def test_a_host_whose_order_fails_for_it_is_renewed_by_a_later_run(self):
        domains = [f"d{number}.example" for number in range(4)]
        self.configure(*domains)
        self.serve()
        for _ in range(10):
            done = self.ctl(*self.renewal("--json"))
            if done.returncode == 0:
                break
            if done.returncode == 1:
                for one in json.loads(done.stdout)["hosts"]:
                    self.assertIn("anti-replay nonce", one.get("reason", "anti-replay nonce"))
                self.let_pass(86400)
        self.assertEqual(self.installed(), [f"mta-sts.{domain}" for domain in domains])


if __name__ == "__main__":
    unittest.main()
