# SPDX-License-Identifier: ISC
"""test_metrics: /metrics and /healthz on their own address, followed by reloads, and attacked while
the port of the policies serves on."""
import contextlib
import http.client
import re
import socket
import unittest

import harness
from harness import bound, exchange, fetch, policy_text, request, server_section

HOST = "mta-sts.example.com"
BODY = policy_text()
SECTION = "[example.com]\nmx = mail.example.com\n"


class Metrics(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def ini(self, *server):
        return server_section("workers = 2", *server) + self.defaults_section() + SECTION

    def begin(self, *server, metrics="metrics = 127.0.0.1:0"):
        daemon = self.start(self.ini(metrics, *server))
        port = int(daemon.wait_for_log(r"^metrics: listening on 127\.0\.0\.1:(\d+)$")[1])
        return daemon, port

    def ask(self, port, path="/metrics", method="GET"):
        """The status and the body."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, bound(30))) as client:
            client.request(method, path)
            answer = client.getresponse()
            return answer.status, answer.read().decode()

    def is_well(self, port):
        """Not while the listener still has as many connections as it takes, and resets more."""
        with contextlib.suppress(ConnectionError):
            return self.ask(port, "/healthz") == (200, "ok\n")
        return False

    def value(self, port, name):
        """Of one series; 0 where there is none."""
        found = re.search(rf"(?m)^mta_stsd_{re.escape(name)} (\S+)$", self.ask(port)[1])
        return float(found[1]) if found else 0

    def wait_for(self, port, name, value):
        harness.eventually(lambda: self.value(port, name) == value, what=f"{name} {value}")

    def test_fetches_handshakes_and_refusals_are_counted(self):
        daemon, port = self.begin()
        for version in ("1.2", "1.3"):
            context = harness.tls_context(version)
            fetch(daemon.address(), HOST, agent="postfix-tlspol/1", context=context)
        exchange(daemon.address(), HOST, request(HOST, target="/x", fields=["User-Agent: x"]))
        self.assert_refused(daemon.address(), "mta-sts.unknown.example")
        for name, value in {
            'fetches_total{status="200",claimed_sender="postfix-tlspol"}': 2,
            'fetches_total{status="404",claimed_sender="other"}': 1,
            'handshakes_total{version="1.2",outcome="done"}': 1,
            'handshakes_total{version="1.3",outcome="done"}': 2,
            'handshakes_total{version="none",outcome="unknown_host"}': 1,
            "handshake_duration_seconds_count": 3,
            'handshake_duration_seconds_bucket{le="+Inf"}': 3,
            "connections_accepted_total": 4,
            'domains{state="served"}': 1,
            'certificates{left="30d"}': 1,
        }.items():
            with self.subTest(name):
                self.wait_for(port, name, value)
        self.wait_for(port, "connections", 0)
        self.assertGreater(self.value(port, "handshake_duration_seconds_sum"), 0)
        self.assertGreater(self.value(port, 'certificate_lookups_total{result="hit"}'), 0)
        path = re.escape(f"{self.certificates}/{HOST}.pem")
        self.assertRegex(self.ask(port)[1],
                         rf'certificate_expiry_timestamp_seconds{{path="{path}"}} \d+\n')
        self.assertRegex(self.ask(port)[1], rf'certificate_lifetime_seconds{{path="{path}"}} \d+\n')

    def test_no_client_chooses_a_label(self):
        daemon, port = self.begin()
        before = re.findall(r"(?m)^([a-z_]+(?:\{[^}]*\})?) ", self.ask(port)[1])
        for agent in ('"} 9\nevil 1', "postfix-tlspol/evil", "\x1b[2J", "x" * 3000):
            exchange(daemon.address(), HOST, request(HOST, fields=[f"User-Agent: {agent}"]))
        self.assert_refused(daemon.address(), "mta-sts.evil.example")
        exchange(daemon.address(), HOST, request("mta-sts.evil.example", target="/evil"))
        said = self.ask(port)[1]
        after = re.findall(r"(?m)^([a-z_]+(?:\{[^}]*\})?) ", said)
        self.assertEqual([name for name in after if "{path=" not in name], before)
        self.assertNotIn("evil", said)
        self.assertRegex(said, r"\A[ -~\n]*\Z")

    def test_only_two_paths_are_served_to_two_methods(self):
        daemon, port = self.begin()
        self.assertEqual(self.ask(port, "/healthz"), (200, "ok\n"))
        self.assertEqual(self.ask(port, "/metrics", "HEAD"), (200, ""))
        for path in ("/", "/metrics/", "/.well-known/mta-sts.txt", "/debug", "//metrics"):
            self.assertEqual(self.ask(port, path)[0], 404, path)
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            self.assertEqual(self.ask(port, "/metrics", method)[0], 405, method)
        answer = exchange(daemon.address(), HOST, request(HOST, target="/metrics")).one()
        self.assertEqual(answer.status, 404)  # the policies' port serves policies alone

    def test_a_reload_moves_adds_and_removes_the_listener(self):
        daemon, port = self.begin()
        self.reload(daemon, self.ini("metrics = 127.0.0.1:0", "access_log = errors"))
        self.wait_for(port, 'reloads_total{outcome="success"}', 1)  # unchanged: the same port
        other = harness.free_port()
        self.reload(daemon, self.ini(f"metrics = 127.0.0.1:{other}"))
        self.wait_for_port(other)
        self.wait_for(other, 'reloads_total{outcome="success"}', 2)
        self.wait_until_closed(port)
        self.reload(daemon, self.ini())
        self.wait_until_closed(other)
        self.assert_serves(daemon, HOST, BODY)
        self.reload(daemon, self.ini(f"metrics = 127.0.0.1:{other}"))
        self.wait_for_port(other)
        self.wait_for(other, 'reloads_total{outcome="success"}', 4)
        self.write("mta-stsd.ini", self.ini(f"metrics = 127.0.0.1:{other}", "nonsense = 1"))
        daemon.reload(expect="reload refused")
        self.wait_for(other, 'reloads_total{outcome="refused"}', 1)
        self.assertEqual(self.value(other, "last_reload_successful"), 0)

    def wait_for_port(self, port):
        def is_open():
            with contextlib.closing(socket.socket()) as sock:
                return sock.connect_ex(("127.0.0.1", port)) == 0

        harness.eventually(is_open, what="the listener")

    def wait_until_closed(self, port):
        def is_closed():
            with contextlib.closing(socket.socket()) as sock:
                return sock.connect_ex(("127.0.0.1", port)) != 0

        harness.eventually(is_closed, what="the end of the listener")

    def reload(self, daemon, ini):
        self.write("mta-stsd.ini", ini)
        daemon.reload()

    def test_a_port_in_use_is_an_error_and_policies_are_served_all_the_same(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            daemon = self.start(self.ini(f"metrics = 127.0.0.1:{port}"))
            daemon.wait_for_log(rf"ini:\d+: metrics: cannot listen on 127\.0\.0\.1:{port}: Address")
            self.assert_serves(daemon, HOST, BODY)

    def test_addresses_that_are_refused(self):
        port = harness.free_port()
        for value, listen, said in (
            ("9415", [], "write 127.0.0.1:9415"),
            ("0.0.0.0:9415", [], "0.0.0.0:9415 public"),
            ("198.51.100.1:9415", [], "others may reach"),
            ("[::]:9415", [], r"\[::\]:9415 public"),
            (f"127.0.0.1:{port}", [f"127.0.0.1:{port}"], "write another port"),
            (f"127.0.0.1:{port}", [f"0.0.0.0:{port}"], "write another port"),
            (f"0.0.0.0:{port} public", [f"127.0.0.1:{port}"], "write another port"),
        ):
            with self.subTest(value):
                ini = server_section(f"metrics = {value}", listen=listen or ["127.0.0.1:0"])
                self.assertRegex(self.refuse_start(ini + self.defaults_section() + SECTION), said)
        daemon = self.start(self.ini("metrics = 0.0.0.0:0  public"))
        daemon.wait_for_log(r"^metrics: listening on 0\.0\.0\.0:")

    def test_who_attacks_the_listener_holds_up_no_fetch(self):
        daemon, port = self.begin()
        with contextlib.ExitStack() as held:
            for number in range(200):  # many, and slow: they never end their request
                sock = held.enter_context(socket.create_connection(("127.0.0.1", port), bound(30)))
                with contextlib.suppress(ConnectionError):
                    sock.sendall(b"GET /metrics HTTP/1.1\r\nX-" + str(number).encode())
                if number % 20 == 0:
                    self.assert_serves(daemon, HOST, BODY)
            for data in (b"GET /" + b"x" * 100000, b"A: b\r\n" * 20000, b"\x16\x03\x01" * 9999,
                         b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n" +
                         b"x" * 500000):  # huge
                with contextlib.suppress(ConnectionError), \
                        socket.create_connection(("127.0.0.1", port), bound(30)) as sock:
                    sock.sendall(data)
                self.assert_serves(daemon, HOST, BODY)
        harness.eventually(lambda: self.is_well(port), what="the listener after the attack")
        for _ in range(300):  # who asks and leaves
            with contextlib.suppress(ConnectionError), \
                    socket.create_connection(("127.0.0.1", port), bound(30)) as sock:
                sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assert_serves(daemon, HOST, BODY)
        harness.eventually(lambda: self.is_well(port))
        self.assertNotIn("sandbox: system call", daemon.log())

    def test_off_unless_set(self):
        daemon = self.start(self.ini())
        self.assert_serves(daemon, HOST, BODY)
        self.assertNotIn("metrics", daemon.log())


if __name__ == "__main__":
    unittest.main()
