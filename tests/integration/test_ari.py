# SPDX-License-Identifier: ISC
"""ari: what is renewed when the CA says so (RFC 9773), and orders at a CA of today."""
import json
import shutil
import time
import unittest

import harness
from authority import NEWER_PEBBLE, NewerAuthority
from harness import run
from test_ctl_certs import RenewalCase


@unittest.skipUnless(NEWER_PEBBLE, "no Pebble that knows renewal information")
class RenewalInformation(RenewalCase):
    authority_class = NewerAuthority

    def test_the_cas_window_decides_and_the_ca_is_not_asked_more_often_than_it_wants(self):
        self.configure("a.example", "b.example")
        self.serve()
        self.assertEqual(self.renew_json()["renewed"], 2)
        self.assertEqual(self.authority.asked(), 0)
        self.acme = (*self.acme, "orders_per_hour = 1")
        self.configure("a.example", "b.example")
        run(
            self.authority.client,
            "-c",
            self.state,
            "-a",
            self.authority.url,
            "revoke",
            self.state / "mta-sts.a.example" / "cert.pem",
        )
        # Asked now, and due: but the rate lets no order through.
        began = time.time()
        said = self.renew_json()
        self.assertEqual(
            (said["renewed"], said["left"]), (0, 1), (said, self.authority.calls("revoke"))
        )
        self.assertEqual(self.authority.asked(), 2)
        (due,) = json.loads(self.ctl("certs", "-c", self.ini, "--plan", "--json", status=0).stdout)[
            "due"
        ]
        self.assertEqual((due["domain"], due["due_by"]), ("a.example", "ari"))
        self.assertLess(due["ari"]["end"], time.time())
        self.assert_moment(due["ari"]["again_at"], began, 21600)
        self.assertIn("due by ARI", self.ctl("certs", "-c", self.ini, "--plan", status=0).stdout)
        listed = self.ctl("certs", "-c", self.ini, status=0).stdout
        self.assertRegex(listed, r"mta-sts\.a\.example .* now by ARI")
        self.assertRegex(listed, r"mta-sts\.b\.example .* in \d+ days by ARI")

        self.acme = self.acme[:-1]
        self.configure("a.example", "b.example")
        said = self.renew_json()
        self.assertEqual([one["host"] for one in said["hosts"]], ["mta-sts.a.example"])
        self.assertEqual(self.authority.asked(), 2)
        self.assertEqual(self.renew_json()["hosts"], [])
        self.assertEqual(self.authority.asked(), 3)  # after the new certificate
        self.assertEqual(self.renew_json()["hosts"], [])
        self.assertEqual(self.authority.asked(), 3)
        # Asked with a clock that stood 25 days ahead.
        self.forget_asking(25 * 86400)
        self.assertEqual(self.renew_json()["hosts"], [])
        self.assertEqual(self.authority.asked(), 5)

    def forget_asking(self, seconds=-1):
        """The CA may be asked again, as after its Retry-After; or so many seconds after now."""
        kept = self.state / "ari.json"
        answers = json.loads(kept.read_text())
        for answer in answers.values():
            answer["again_at"] = int(time.time()) + seconds
        kept.write_text(json.dumps(answers))

    def pull_window(self, domain="a.example"):
        """The CA wants this certificate renewed since yesterday. uacme keeps what it replaces under a
        name with the second, and fails if there is one: so this waits for the next."""
        now = time.time()
        harness.eventually(lambda: int(time.time()) > int(now), 5, "the next second")
        self.authority.suggest(
            self.certificate(domain).read_bytes(), now - 2 * 86400, now - 86400
        )

    def deployed(self):
        """The hosts whose certificates were brought to the other machines."""
        log = self.home / "deployed"
        return log.read_text().split() if log.exists() else []

    def test_a_window_in_the_past_brings_a_new_certificate_once_and_then_rest(self):
        command = self.home / "deploy"
        command.write_text(f"#!/bin/sh\n[ $1 != install ] || echo $2 >>{self.home}/deployed\n")
        command.chmod(0o755)
        self.acme = (*self.acme, f"deploy_command = {command}")
        self.configure("a.example")
        self.serve()
        self.assertEqual(self.renew_json()["renewed"], 1)
        seen = [self.certificate("a.example").read_bytes()]
        for number in range(2, 4):
            self.assertEqual(self.renew_json()["renewed"], 0)
            self.pull_window()
            self.forget_asking()
            self.assertEqual(self.renew_json()["renewed"], 1)
            seen.append(self.certificate("a.example").read_bytes())
            self.assertEqual(len({harness.Leaf(pem, b"").der for pem in seen}), number)
            self.assertEqual(self.deployed(), ["mta-sts.a.example"] * number)

    def test_what_a_killed_run_left_is_installed_if_the_ca_does_not_want_it_back(self):
        self.configure("a.example")
        self.serve()
        self.renew()
        old = self.certificate("a.example").read_bytes()
        self.pull_window()
        self.renew("--force")
        new = self.certificate("a.example").read_bytes()
        # As if it had been killed before the second was installed, and the first is due by ARI.
        self.certificate("a.example").write_bytes(old)
        calls = len(self.authority.calls())
        self.assertEqual(self.renew_json()["renewed"], 1)
        self.assertEqual(self.certificate("a.example").read_bytes(), new)
        self.assertEqual(len(self.authority.calls()), calls)
        # The same, and the CA is about to revoke both.
        self.pull_window()
        self.certificate("a.example").write_bytes(old)
        self.forget_asking()
        self.assertEqual(self.renew_json()["renewed"], 1)
        self.assertNotIn(self.certificate("a.example").read_bytes(), (old, new))

    def test_an_older_certificate_of_the_client_is_never_put_in_place_of_a_newer_one(self):
        self.configure("a.example")
        self.serve()
        self.renew()
        backup = self.home / "backup"
        shutil.copytree(self.state, backup)
        self.pull_window()
        self.renew("--force")
        new = self.certificate("a.example").read_bytes()
        shutil.rmtree(self.state)
        shutil.copytree(backup, self.state)
        self.pull_window()
        self.assertEqual(self.renew_json()["renewed"], 1)
        self.assertNotIn(
            harness.Leaf(self.certificate("a.example").read_bytes(), b"").der,
            [harness.Leaf(pem, b"").der for pem in (new, self.client_pem(backup))],
        )

    @staticmethod
    def client_pem(state):
        return (state / "mta-sts.a.example" / "cert.pem").read_bytes()

    def test_a_challenge_at_which_uacme_stops_costs_orders_and_no_certificate(self):
        domains = [f"d{number}.example" for number in range(5)]
        self.configure(*domains)
        self.serve()
        self.assertEqual(self.renew_json()["renewed"], 5)
        self.assertEqual(len(self.authority.calls()), len(self.pace()["orders"]))
        # Within the pace; and a host that has no order left is told what would help.
        (self.state / "pace.json").unlink()
        self.acme = (*self.acme, "orders_per_hour = 5")
        self.configure()
        said = self.renew_json("--force", status=None)
        self.assertEqual(len(self.pace()["orders"]), 5)
        for one in said["hosts"]:
            self.assertIn("uacme 1.8 or later", one.get("reason", "uacme 1.8 or later"))

    def test_without_an_answer_the_lifetime_decides_and_that_is_said(self):
        self.configure("a.example")
        self.serve()
        self.renew()
        self.authority.stop()
        kept = self.state / "ari.json"
        self.assertIn("0 renewed, 0 failed", self.renew())
        self.assertFalse(kept.exists())  # the directory itself was not there
        self.authority.start()  # it does not know the certificate
        self.assertIn("0 renewed, 0 failed", self.renew())
        (item,) = json.loads(self.ctl("certs", "-c", self.ini, "--json", status=0).stdout)[
            "certificates"
        ]
        self.assertEqual(item["due_by"], "lifetime")
        self.assertRegex(item["ari"]["failure"], r"the answer has status 4\d\d")
        asked = self.authority.asked()
        self.renew()
        self.assertEqual(self.authority.asked(), asked)
        # What is kept may be lost.
        kept.write_text("{")
        self.renew()
        self.assertEqual(self.authority.asked(), asked + 1)


if __name__ == "__main__":
    unittest.main()
