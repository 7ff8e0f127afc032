# SPDX-License-Identifier: ISC
"""scale: ten thousand domains from the list: found, served, reloaded, and small in memory."""
import random
import unittest

import harness
from harness import fetch, pki, policy_text, server_section

COUNT = 10_000


def domain(number):
    return f"d{number:05d}.customers.example"


class Scale(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.seed = random.randrange(1 << 32)
        chosen = random.Random(self.seed).sample(range(1, COUNT - 1), 50)
        self.numbers = [0, COUNT - 1, *chosen]
        hosts = [f"mta-sts.{domain(number)}" for number in self.numbers]
        self.write("certs/shared.pem", pki().leaf(*hosts).pem)

    def write_list(self, age):
        lines = "".join(
            f"{domain(number)} outlook mx={age}{number}.mx.example\n"
            if number % 3 == 0
            else f"{domain(number)} outlook\n"
            for number in range(COUNT)
        )
        self.write("customers.txt", lines)

    def ini(self):
        return server_section("domains_file = customers.txt") + (
            f"[defaults]\ncertificate = {self.certificates}/shared.pem\n"
            "[policy outlook]\nmx = *.mail.protection.outlook.com\nmode = enforce\n"
        )

    def expected(self, number, age):
        mx = f"{age}{number}.mx.example" if number % 3 == 0 else "*.mail.protection.outlook.com"
        return policy_text([mx], "enforce", 604800)

    def assert_all_served(self, daemon, age):
        for number in self.numbers:
            with self.subTest(domain=domain(number), seed=self.seed):
                answer = fetch(daemon.address(), f"mta-sts.{domain(number)}")
                self.assertEqual((answer.status, answer.body), (200, self.expected(number, age)))

    def test_the_first_the_last_and_50_random_ones_of_10000_are_served(self):
        self.write_list("old")
        daemon = self.start(self.ini())
        self.assertIn(f"ready: {COUNT} domains", daemon.log())
        self.assert_all_served(daemon, "old")
        for name in (domain(COUNT), "d0000.customers.example", "customers.example"):
            self.assert_refused(daemon.address(), f"mta-sts.{name}", "unrecognized_name")

        self.write_list("new")
        self.assertIn(f"reloaded: {COUNT} domains", daemon.reload())
        self.assert_all_served(daemon, "new")
        if not harness.is_instrumented():
            self.assertLess(daemon.resident_kb(), 40_000)

    def test_ten_thousand_bad_lines_refuse_nothing_but_themselves(self):
        good, bad = self.numbers[0], "".join(
            f"b{number}.example mx=192.0.2.1\n" for number in range(COUNT)
        )
        self.write("bad.txt", bad + f"{domain(good)} mx=m.example\n")
        daemon = self.start(
            server_section("domains_file = bad.txt")
            + f"[defaults]\ncertificate = {self.certificates}/shared.pem\n"
        )
        self.assert_serves(daemon, f"mta-sts.{domain(good)}", policy_text(["m.example"]))


if __name__ == "__main__":
    unittest.main()
