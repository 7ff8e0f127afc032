# SPDX-License-Identifier: ISC
"""full: where slots or descriptors are out, nothing breaks, slow clients give way, and others are
served."""
import contextlib
import resource
import unittest

import attack
import harness
import test_attacks
from harness import policy_text, request, server_section

HOST = "mta-sts.example.com"
BODY = policy_text()


class Descriptors(harness.TestCase):
    """What a full process does: each client shakes hands and sends half a request."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def configuration(self, *server):
        ini = server_section("access_log = errors", *server) + self.defaults_section()
        return ini + "[example.com]\nmx = mail.example.com\n"

    def begin(self, descriptors, *server):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        return self.start(self.configuration(*server), preexec=few)

    def come(self, daemon, number):
        """So many clients at once, each of which stops in the midst of its request; again."""
        for _ in range(1 if number > 100 else 3):
            with contextlib.ExitStack() as held:
                for _ in range(number):
                    with contextlib.suppress(AssertionError, OSError):
                        client = harness.TlsClient(daemon.address(), HOST)
                        held.callback(client.close)
                        client.handshake().send(request(HOST)[:30])
            self.assertIsNone(daemon.process.poll(), daemon.log())

    def is_served(self, daemon):
        with contextlib.suppress(AssertionError, OSError):
            return harness.fetch(daemon.address(), HOST).body == BODY
        return False

    def outlast(self, daemon, number):
        self.come(daemon, number)
        harness.eventually(lambda: self.is_served(daemon), 15, "service")
        daemon.stop()

    def test_clients_that_stop_in_their_requests_break_nothing(self):
        for workers, descriptors, number in ((1, 62, 20), (2, 1024, 370)):
            with self.subTest(workers=workers, descriptors=descriptors):
                self.outlast(self.begin(descriptors, f"workers = {workers}"), number)

    def test_nor_where_descriptors_are_fewer_than_at_the_start(self):
        for workers, descriptors, number in ((1, 30, 40), (2, 60, 80)):
            with self.subTest(workers=workers, descriptors=descriptors):
                daemon = self.start(self.configuration(f"workers = {workers}"))
                daemon.limit_descriptors(descriptors)
                self.outlast(daemon, number)

    def test_a_limit_that_does_not_fit_is_told_with_what_to_write(self):
        for server, files, words in (
            (["workers = 1", "max_connections = 100"], 344, None),
            (["workers = 1", "max_connections = 100"], 343,
             "max_connections = 100 needs 344 open files, and this process may have 343, enough for "
             "99 connections; write `max_connections = 99`, or raise the limit (LimitNOFILE=344 in "
             "a unit, `ulimit -n 344` in a shell)"),
            (["workers = 2"], 1024, "max_connections = 10000 needs 30053 open files, and this process "
             "may have 1024, enough for 323 connections; write"),
            (["workers = 2"], 30, "max_connections = 10000 needs 30053 open files, and this process may "
             "have 30, enough for 1 connection; write `max_connections = 1`"),
        ):
            with self.subTest(server=server, files=files):
                ini = self.write("told.ini", self.configuration(*server))

                def few(files=files):
                    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

                checked = harness.run(*harness.WRAPPER, harness.BINARY, "-c", ini, "--check",
                                      preexec_fn=few)
                self.assertEqual(checked.returncode, 0, checked.stderr)
                daemon = self.begin(files, *server)
                daemon.stop()
                for said in (checked.stderr, daemon.log()):
                    if words is None:
                        self.assertNotIn("max_connections", said)
                    else:
                        self.assertIn(f".ini: notice: {words}", said)


class Slots(harness.TestCase):
    """Sources of other networks hold every slot, each time in another phase."""

    SLOTS = {"full: left open": 100}  # others 400: these go after two seconds
    SOURCES, NETWORKS = 8, 8
    FETCHES = 5 if harness.is_instrumented() else 40

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com", "large.example")

    def begin(self, name, slots):
        lines = ["access_log = errors", *attack.filling_section(name, slots)]
        defaults = self.defaults_section()
        return self.start(test_attacks.configuration(self.directory, defaults, *lines))

    def withstand(self, name):
        slots = self.SLOTS.get(name, 400)
        daemon = self.begin(name, slots)
        before = daemon.descriptors()
        sources = attack.sources_of(self.SOURCES, self.NETWORKS)
        with attack.Attack(name, daemon.address(), sources) as ongoing:
            attack.wait_until_full(daemon, name, slots, before, 60)
            attack.measure(daemon, self.FETCHES)  # fails where one of them does
            attack.wait_until_full(daemon, name, slots, before, 60)
        self.assertTrue(ongoing.went_on(), "the attackers stopped")
        daemon.wait_for_descriptors(before, 15)
        daemon.stop()


def test_of(name):
    return lambda self: self.withstand(name)


for _name in attack.FILLING:
    _method = _name.replace("full: ", "").replace(" ", "_").lower()
    setattr(Slots, f"test_every_fetch_is_served_while_others_hold_all_slots_by_{_method}", test_of(_name))


if __name__ == "__main__":
    unittest.main()
