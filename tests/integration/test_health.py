# SPDX-License-Identifier: ISC
"""health: what --health says of a server that runs here, and of one that does not."""
import socket
import ssl
import threading
import unittest

import harness
from harness import BINARY, WRAPPER, clean_environment, free_port, run, server_section

DOMAIN = "[example.com]\nmx = mail.example.com\n"
HOST = "mta-sts.example.com"


class Health(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.place = f"127.0.0.1:{self.port}"

    def configuration(self, *lines, domains=DOMAIN, listen=None):
        section = server_section(*lines, listen=listen or (self.place,))
        return section + self.defaults_section() + domains

    def ask(self, name="mta-stsd.ini"):
        """Exit status and the one sentence."""
        ini = self.directory / name
        done = run(*WRAPPER, BINARY, "--health", "-c", ini, env=clean_environment(None))
        self.assertNotRegex(done.stderr, harness.REPORT)
        if not WRAPPER:
            self.assertEqual(done.stderr, "")
        self.assertEqual(done.stdout.count("\n"), 1)
        return done.returncode, done.stdout.rstrip("\n")

    def assert_healthy(self, sentence):
        self.assertEqual(self.ask(), (0, f"healthy: {sentence}"))

    def assert_serves_its_policy(self):
        self.assert_healthy(f"{self.place} serves the policy of {HOST}")

    def assert_unhealthy(self, pattern):
        status, said = self.ask()
        self.assertEqual(status, 1, said)
        self.assertRegex(said, f"^unhealthy: {pattern}$")

    def test_the_policy_is_fetched_and_the_log_names_who_asked(self):
        daemon = self.start(self.configuration("access_log = on"))
        self.assert_serves_its_policy()
        line = daemon.wait_for_log(r"fetch .*--health")[0]
        self.assertRegex(daemon.log(), rf"host={HOST} client=127\.0\.0\.1 status=200 ")
        self.assertNotIn("incomplete", line)

    def test_nobody_there_is_unhealthy(self):
        self.write("mta-stsd.ini", self.configuration())
        self.assert_unhealthy(f"{self.place}: Connection refused")

    def test_a_domain_without_its_certificate_is_no_reason_to_restart(self):
        daemon = self.start(self.configuration(domains="[missing.example]\nmx = mail.example\n"))
        refused = "answers TLS, but refuses mta-sts.missing.example; the server's log says why"
        self.assert_healthy(f"{self.place} {refused}")
        daemon.wait_for_log("mta-sts.missing.example")

    def test_no_domain_at_all_is_no_reason_to_restart(self):
        self.start(self.configuration(domains=""))
        self.assert_healthy(f"{self.place} answers TLS")

    def test_a_domain_that_the_server_does_not_know_yet_is_no_reason_to_restart(self):
        self.start(self.configuration(domains="[z.example]\nmx = mail.example\n"))
        self.write("mta-stsd.ini", self.configuration())
        self.assert_healthy(
            f"{self.place} answers TLS, but refuses {HOST}; the server's log says why"
        )

    def test_a_configuration_that_was_refused_is_no_reason_to_restart_what_serves_on(self):
        daemon = self.start(self.configuration())
        for broken in ("banana = 1\n", "include = nowhere\n", "limit_per_source = many\n"):
            with self.subTest(broken=broken):
                text = self.configuration()
                text = text.replace("[server]\n", "[server]\n" + broken, 1)
                self.write("mta-stsd.ini", text)
                daemon.reload(expect="reload refused")
                self.assert_serves_its_policy()

    def test_a_list_is_not_read_for_it(self):
        self.write("list.txt", "listed.example\n" * 3)
        self.start(self.configuration("domains_file = list.txt", domains=""))
        self.assert_healthy(f"{self.place} answers TLS")

    def test_a_configuration_that_cannot_be_read_is_unhealthy(self):
        status, said = self.ask("nowhere.ini")
        self.assertEqual(status, 1)
        self.assertRegex(said, "^unhealthy: .*nowhere.ini cannot be read")

    def test_where_loopback_must_send_a_proxy_header_it_does(self):
        daemon = self.start(self.configuration("proxy_from = 127.0.0.0/8"))
        self.assert_serves_its_policy()
        self.assertNotIn("refused", daemon.log())

    def test_a_default_host_is_asked_without_a_name(self):
        self.start(self.configuration(f"default_host = {HOST}"))
        self.write(
            "mta-stsd.ini",
            server_section(listen=(self.place,)) + "[policy x]\nmx = a.example\n",
        )
        self.assert_healthy(f"{self.place} serves the policy of default_host")

    def test_all_addresses_of_a_port_are_reached_by_loopback(self):
        family = socket.AF_INET6 if harness.has_ipv6() else socket.AF_INET
        with socket.create_server(
            ("", 0), family=family, dualstack_ipv6=family == socket.AF_INET6
        ) as probe:  # free on each address, not on one alone
            self.port = probe.getsockname()[1]
        self.place = f"127.0.0.1:{self.port}"
        self.start(self.configuration(listen=(str(self.port),)))
        self.assert_serves_its_policy()

    @unittest.skipUnless(harness.has_ipv6(), "no IPv6 on this machine")
    def test_ipv6_alone_is_reached(self):
        self.place = f"[::1]:{self.port}"
        self.start(self.configuration(listen=(f"[::]:{self.port}",)))
        self.assert_serves_its_policy()

    def test_one_address_that_answers_is_enough(self):
        self.start(self.configuration())
        other = f"127.0.0.2:{free_port()}"
        self.write("mta-stsd.ini", self.configuration(listen=(other, self.place)))
        self.assert_serves_its_policy()

    def test_any_free_port_cannot_be_asked(self):
        self.write("mta-stsd.ini", self.configuration(listen=("127.0.0.1:0",)))
        self.assert_unhealthy("`listen` has port 0 only.*")

    def listen(self, speak):
        """Somebody else on the port, who does this with each connection."""
        server = socket.create_server(("127.0.0.1", self.port))
        self.addCleanup(server.close)

        def serve():
            while True:
                try:
                    connection = server.accept()[0]
                except OSError:
                    return
                speak(connection)

        threading.Thread(target=serve, daemon=True).start()
        self.write("mta-stsd.ini", self.configuration())

    def test_one_that_takes_connections_and_says_nothing_is_given_up_and_unhealthy(self):
        kept = []
        self.listen(kept.append)
        self.assert_unhealthy(f"{self.place}: no answer in time in the handshake")
        for connection in kept:
            connection.close()

    def test_one_that_closes_is_unhealthy(self):
        self.listen(lambda connection: (connection.recv(1000), connection.close()))
        self.assert_unhealthy(f"{self.place}: the connection was closed in the handshake")

    def test_one_that_speaks_something_else_is_unhealthy(self):
        self.listen(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
        self.assert_unhealthy(f"{self.place}: what came in the handshake is not valid TLS .*")

    def test_another_server_that_has_no_policy_is_unhealthy(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf = harness.pki().leaf(HOST)
        context.load_cert_chain(self.write("other.pem", leaf.pem))

        def speak(connection):
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(1000)
                tls.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                tls.unwrap()

        self.listen(speak)
        self.assert_unhealthy(f"{self.place}: the answer is not the policy: HTTP/1.1 404")


if __name__ == "__main__":
    unittest.main()
