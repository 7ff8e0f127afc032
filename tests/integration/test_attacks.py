# SPDX-License-Identifier: ISC
"""attacks: while hostile clients do their worst from one network, another is served.

That each fetch is answered is asserted here, on any machine; make attacks measures how soon."""
import unittest

import attack
import harness
from harness import policy_text, server_section

FETCHES = 5
ABROAD = "limit_exempt = 192.0.2.0/24"  # so that loopback is limited as others are


def configuration(directory, defaults, *server):
    """Four hosts, two with RSA keys, one with a large policy; one worker."""
    large = policy_text([f"mx{number:04d}.customer-mail.example.com" for number in range(1600)])
    (directory / "large.txt").write_bytes(large)
    return (
        server_section("workers = 1", f"default_host = {attack.HOST}", ABROAD, *server)
        + defaults
        + "[example.com]\nmx = mail.example.com\n[rsa.example]\nmx = mail.rsa.example\n"
        + "[rsa4096.example]\nmx = mail.rsa.example\n"
        + f"[large.example]\npolicy_file = {directory}/large.txt\n"
    )


class Attacks(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com", "large.example")
        cls.certify("rsa.example", kind="rsa")
        cls.certify("rsa4096.example", kind="rsa4096")

    def begin(self, *server):
        return self.start(configuration(self.directory, self.defaults_section(), *server))

    def outlast(self, attack_on):
        """One attack on one server: each fetch meanwhile is answered, and nothing is lost."""
        daemon = self.begin()
        before = daemon.descriptors()
        attack.measure(daemon, 3)
        with attack_on(daemon):
            attack.measure(daemon, 5 if harness.is_instrumented() else FETCHES)
        daemon.wait_for_descriptors(before)
        daemon.stop()

    def test_silent_connections_hold_no_tls_state_and_are_cheap(self):
        daemon = self.begin("idle_timeout = 60", "limit_per_source = 0", "limit_per_network = 0")
        attack.measure(daemon, 3)
        before, resident = daemon.descriptors(), daemon.resident_kb()
        with attack.Attack("silent", daemon.address()):
            harness.eventually(
                lambda: daemon.descriptors() >= before + 4900, 30, "5,000 connections"
            )
            if not harness.is_instrumented():
                self.assertLess(daemon.resident_kb() - resident, 5000)  # 1 kB each, sockets aside
            attack.measure(daemon, 3)

    @harness.needs("slowhttptest")
    def test_others_are_served_under_slowhttptest(self):
        for name in attack.SlowHttp.MODES:
            with self.subTest(name):
                self.outlast(lambda daemon, name=name: attack.SlowHttp(name, daemon))


def test_of(name):
    return lambda self: self.outlast(lambda daemon: attack.Attack(name, daemon.address()))


for _name in attack.ATTACKS:
    _method = f"test_others_are_served_under_{_name.replace(' ', '_').lower()}"
    setattr(Attacks, _method, test_of(_name))


if __name__ == "__main__":
    unittest.main()
