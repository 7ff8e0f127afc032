# SPDX-License-Identifier: ISC
"""precheck: what mta-stsctl looks at before it asks the CA."""
import http.server
import json
import socket
import ssl
import subprocess
import threading
import time
import unittest
import urllib.request

import harness
from authority import HOOK
from harness import needs
from nameserver import KNOTD, Nameserver
from test_ctl_certs import RenewalCase

DIGEST = "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"


@needs("dig", "nsupdate", "openssl")
@unittest.skipUnless(KNOTD, "not installed: knot")
class PrecheckCase(RenewalCase):
    """mta-stsctl asks knot; Pebble's own names all lead to 127.0.0.1, so that what it would refuse is
    found out before."""

    ZONES = {"org": "", "net": ""}
    BROKEN = ()
    # What [dns] names is tried though it is no address of the Internet.
    ADDRESSES = (*(f"127.0.0.{last}" for last in range(1, 8)), "::1")

    def configure(self, *domains, **options):
        super().configure(*domains, **options)
        if self.ADDRESSES:
            with open(self.ini, "a", encoding="utf-8") as ini:
                ini.write(f"[dns]\naddress = {', '.join(self.ADDRESSES)}\n")

    def setUp(self):
        super().setUp()
        self.dns = Nameserver(self.ZONES, self.BROKEN)
        self.addCleanup(self.dns.stop)
        self.port = self.authority.ports["tls"]

    def renewal(self, *words):
        return (
            "certs",
            "-c",
            self.ini,
            "--renew",
            "--resolver",
            self.dns.resolver,
            "--probe-port",
            str(self.port),
            *words,
        )

    def outcomes(self, said):
        """host -> outcome or reason, by domain."""
        return {
            one["host"].removeprefix("mta-sts."): one.get("reason", one["outcome"])
            for one in said["hosts"]
        }

    def assert_nothing_left(self):
        self.assertEqual(list((self.home / "challenges").iterdir()), [])

    def listen(self, address):
        """A listener at another address, on the port of the CA's question."""
        listener = socket.create_server((address, self.port))
        self.addCleanup(listener.close)
        return listener


class NotReady(PrecheckCase):
    # The name servers of broken.org are broken, those of its child are not.
    ZONES = {
        "org": "",
        "net": "",
        "child.broken.org": "mta-sts 1 IN A 127.0.0.1\n",
        "broken.org": "this is no (zone\n",
    }
    BROKEN = ("broken.org",)

    def serve_elsewhere(self, address, *words):
        server = subprocess.Popen(
            [
                "openssl",
                "s_server",
                "-quiet",
                "-accept",
                f"{address}:{self.port}",
                "-cert",
                str(self.home / "api.pem"),
                "-key",
                str(self.home / "api.key"),
                *words,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(lambda: (server.kill(), server.wait()))

    def serve_as_another_machine(self, address, domain):
        """Another daemon, which has another challenge of the host."""
        other = self.home / "other"
        (other / "challenges").mkdir(parents=True)
        other.chmod(0o755)
        (other / "challenges" / f"mta-sts.{domain}").write_text(DIGEST)
        ini = other / "mta-stsd.ini"
        ini.write_text(
            harness.server_section(listen=[f"{address}:{self.port}"])
            + f"[defaults]\ncertificate = {other}/%h.pem\n[acme]\naccept_terms = yes\n"
            + f"challenges = challenges\n[{domain}]\nmx = mail.example.com\n"
        )
        daemon = harness.Daemon(ini)
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)

    def test_each_obstacle_is_named_costs_nothing_and_holds_nobody_up(self):
        wanted = {
            "none.example.org": "does not exist; publish mta-sts.none.example.org",
            "refused.example.org": f"cannot connect to 127.0.0.2:{self.port} (Connection",
            "proxy.example.org": f"a TLS proxy or another web server answers at 127.0.0.3:{self.port}",
            "web.example.org": f"the server at 127.0.0.4:{self.port} has no challenge for",
            "machine.example.org": f"the server at 127.0.0.5:{self.port} presents another challenge",
            "unknown.example.org": f"the server at 127.0.0.1:{self.port} does not know",
            "half.example.org": f"cannot connect to 127.0.0.2:{self.port}",
            "caa.example.org": 'the CAA record of caa.example.org, issue ";", lets no CA issue',
            "child.broken.org": "the CAA records of broken.org cannot be looked up",
            "text.example.org": "another web server answers at 127.0.0.6",
        }
        domains = [*wanted, "fine.example.org", "alias.example.org"]
        self.configure(*domains)
        (self.home / "domains.d" / "unknown.example.org.ini").unlink()
        self.serve()
        self.configure("unknown.example.org")
        self.serve_elsewhere("127.0.0.3")
        self.serve_elsewhere("127.0.0.4", "-alpn", "http/1.1")
        self.serve_as_another_machine("127.0.0.5", "machine.example.org")
        listener = self.listen("127.0.0.6")
        threading.Thread(target=self.answer_in_plain_text, args=(listener,), daemon=True).start()
        here = [
            (f"mta-sts.{domain}", "A", "127.0.0.1")
            for domain in domains
            if domain.startswith(("fine", "unknown", "half", "caa"))
        ]
        self.dns.set(
            *here,
            ("mta-sts.refused.example.org", "A", "127.0.0.2"),
            ("mta-sts.proxy.example.org", "A", "127.0.0.3"),
            ("mta-sts.web.example.org", "A", "127.0.0.4"),
            ("mta-sts.machine.example.org", "A", "127.0.0.5"),
            ("mta-sts.text.example.org", "A", "127.0.0.6"),
            ("mta-sts.half.example.org", "A", "127.0.0.2"),
            ("caa.example.org", "CAA", '0 issue ";"'),
            ("mta-sts.alias.example.org", "CNAME", "mta-sts.provider.net."),
        )
        self.dns.set(("mta-sts.provider.net", "A", "127.0.0.1"))
        process = self.start_renewal("--json", stdout=subprocess.PIPE, text=True)
        # Those that are ready do not wait for the others.
        harness.eventually(lambda: len(self.installed()) == 2, 60, "the certificates of two")
        self.assertIsNone(process.poll())
        said = json.loads(process.communicate(timeout=harness.bound(120))[0])
        self.assertEqual(process.returncode, 1)
        self.assertEqual((said["renewed"], said["failed"], said["not_ready"]), (2, 0, len(wanted)))
        outcomes = self.outcomes(said)
        for domain, sentence in wanted.items():
            self.assertIn(sentence, outcomes[domain], domain)
        ready = ["mta-sts.alias.example.org", "mta-sts.fine.example.org"]
        self.assertEqual((self.installed(), sorted(self.authority.calls())), (ready, ready))
        self.assertEqual((len(self.pace()["orders"]), self.pace()["hosts"]), (2, {}))
        self.assert_nothing_left()

        # No back-off: the next run looks again.
        text = self.renew("caa.example.org", status=1)
        self.assertIn(
            "; the CA was not asked; it has no usable certificate\n"
            "0 renewed, 0 failed, 1 not ready, 0 wait after",
            text,
        )
        self.dns.set(("caa.example.org",))
        self.assertIn("1 renewed, 0 failed, 0 wait", self.renew("caa.example.org"))

    @staticmethod
    def answer_in_plain_text(listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(b"220 mail.example.com ESMTP\r\n")
                connection.recv(1000)

    def test_what_appears_while_the_run_goes_on_is_seen_and_later_by_the_next_run(self):
        self.configure("a.example.org")
        daemon = self.serve()
        process = self.start_renewal("--json")
        harness.eventually((self.state / "account").exists, 30, "the account")
        self.dns.set(("mta-sts.a.example.org", "A", "127.0.0.1"))
        self.assertEqual(process.wait(harness.bound(60)), 0)
        self.assertEqual(self.installed(), ["mta-sts.a.example.org"])
        # A domain file is added, and the server needs a moment to load it.
        self.configure("b.example.org")
        self.dns.set(("mta-sts.b.example.org", "A", "127.0.0.1"))
        process = self.start_renewal("--json")
        harness.eventually(lambda: "refused client=" in daemon.log(), 30, "the first look")
        daemon.reload()
        self.assertEqual(process.wait(harness.bound(60)), 0)
        self.assertEqual(len(self.installed()), 2)
        self.assertEqual(len(self.authority.calls()), 2)

    def test_wait_goes_on_for_hosts_that_are_not_ready(self):
        self.configure("a.example.org")
        self.serve()
        self.dns.set(("mta-sts.a.example.org", "A", "127.0.0.2"))
        process = self.start_renewal("--wait", "60")
        harness.eventually((self.state / "account").exists, 30, "the account")
        self.dns.set(("mta-sts.a.example.org", "A", "127.0.0.1"))
        self.assertEqual(process.wait(harness.bound(90)), 0)
        self.assertEqual(self.installed(), ["mta-sts.a.example.org"])
        self.assertIn("--wait needs", self.ctl("certs", "--wait", "5", status=2).stderr)
        self.assertIn("write a number", self.ctl(*self.renewal("--wait", "x"), status=2).stderr)

    def test_a_run_that_may_order_no_more_ends_and_leaves_those_that_are_not_ready(self):
        self.acme = (*self.acme, "orders_per_hour = 2")
        self.configure("a.example.org", "b.example.org", "c.example.org")
        self.serve()
        self.dns.set(
            ("mta-sts.b.example.org", "A", "127.0.0.1"), ("mta-sts.c.example.org", "A", "127.0.0.1")
        )
        said = self.renew_json()
        self.assertEqual((said["renewed"], said["not_ready"], said["left"]), (2, 0, 1))

    def test_precheck_off_asks_the_ca_at_once(self):
        self.acme = (*self.acme, "precheck = off")
        self.configure("a.example.org")
        self.serve()
        self.assertEqual(self.renew_json()["renewed"], 1)

    def test_a_run_that_is_stopped_or_killed_while_it_looks_does_no_harm(self):
        self.configure("a.example.org")
        self.serve()
        self.listen("127.0.0.7")  # takes the connection and says nothing
        self.dns.set(("mta-sts.a.example.org", "A", "127.0.0.7"))
        place = self.home / "challenges" / "mta-sts.a.example.org"
        process = self.start_renewal(stderr=subprocess.PIPE, text=True)
        harness.eventually(place.exists, 30, "the file of the challenge")
        self.assertEqual(place.stat().st_mode & 0o777, 0o644)
        process.terminate()
        self.assertIn("stopped by a signal", process.communicate(timeout=harness.bound(30))[1])
        self.assert_nothing_left()
        process = self.start_renewal()
        harness.eventually(place.exists, 30, "the file of the challenge")
        process.kill()
        process.wait()
        self.assertTrue(place.exists())
        self.dns.set(("mta-sts.a.example.org", "A", "127.0.0.1"))
        self.assertEqual(self.renew_json()["renewed"], 1)
        self.assert_nothing_left()

    def test_a_challenge_of_another_client_stays_and_is_what_is_looked_for(self):
        self.acme = (*self.acme, "orders_per_hour = 1")
        self.configure("a.example.org")
        self.serve()
        self.listen("127.0.0.7")
        self.dns.set(
            ("mta-sts.a.example.org", "A", "127.0.0.1"), ("mta-sts.b.example.org", "A", "127.0.0.7")
        )
        place = self.home / "challenges" / "mta-sts.b.example.org"
        place.write_text(DIGEST)
        self.configure("b.example.org")
        self.assertIn(
            "nothing answers",
            self.outcomes(self.renew_json("b.example.org", status=1))["b.example.org"],
        )
        self.assertEqual(place.read_text(), DIGEST)
        (self.home / "challenges" / "mta-sts.a.example.org").write_text(DIGEST)
        self.assertEqual(self.renew_json("a.example.org")["renewed"], 1)

    @unittest.skipUnless(harness.has_ipv6(), "no IPv6 here")
    def test_each_address_is_looked_at(self):
        self.configure("a.example.org")
        self.serve()
        self.dns.set(
            ("mta-sts.a.example.org", "A", "127.0.0.1"), ("mta-sts.a.example.org", "AAAA", "::1")
        )
        reason = self.outcomes(self.renew_json(status=1))["a.example.org"]
        self.assertIn(f"cannot connect to [::1]:{self.port}", reason)
        self.assertNotIn("127.0.0.1", reason)


class PrivateAddresses(PrecheckCase):
    """Whoever publishes a customer's records does not choose what a timer connects to."""

    ADDRESSES = ()
    CONNECTED = "an address that nobody typed was tried"

    def test_a_timer_looks_at_none_but_where_the_server_listens_and_by_hand_each_is_tried(self):
        wanted = {
            "loopback.example.org": ("A", "127.0.0.8", "a loopback address"),
            "private.example.org": ("A", "10.255.255.1", "a private address"),
            "local.example.org": ("A", "169.254.169.254", "a link-local address"),
            "six.example.org": ("AAAA", "fd00::1", "a private address"),
            "wrapped.example.org": ("AAAA", "64:ff9b::7f00:8", "a loopback address"),
        }
        self.configure(*wanted, "both.example.org", "here.example.org")
        self.serve()
        listener = self.listen("127.0.0.8")
        listener.setblocking(False)
        self.dns.set(*((f"mta-sts.{name}", kind, address)
                       for name, (kind, address, _) in wanted.items()),
                     ("mta-sts.here.example.org", "A", "127.0.0.1"),
                     ("mta-sts.both.example.org", "A", "127.0.0.1"),
                     ("mta-sts.both.example.org", "A", "127.0.0.8"))
        said = self.renew_json(status=1)
        self.assertEqual((said["renewed"], said["not_ready"]), (2, len(wanted)))
        outcomes = self.outcomes(said)
        for name, (_, address, scope) in wanted.items():
            self.assertIn(f"mta-sts.{name} leads to {address}, {scope}, which a CA", outcomes[name])
        with self.assertRaises(BlockingIOError, msg=self.CONNECTED):
            listener.accept()
        reason = self.outcomes(self.renew_json("loopback.example.org", status=1))[
            "loopback.example.org"]
        self.assertIn("127.0.0.8 is a loopback address, which a CA on the Internet cannot reach", reason)
        self.assertNotIn("precheck = off", reason)
        listener.accept()[0].close()


class PrivateZones(PrecheckCase):
    """Names that libunbound answers by itself, resolver or not, unless it is told not to."""

    ZONES = {"test": "", "arpa": "", "home.arpa": ""}

    def test_a_host_of_a_private_network_is_looked_up_at_its_resolver(self):
        domains = ("a.test", "a.home.arpa")
        self.configure(*domains)
        self.serve()
        for domain in domains:
            self.dns.set((f"mta-sts.{domain}", "A", "127.0.0.1"))
        self.assertEqual(
            self.outcomes(self.renew_json(status=None)), dict.fromkeys(domains, "renewed")
        )


class Directory(http.server.BaseHTTPRequestHandler):
    """Pebble's directory, with what Pebble does not say of itself."""

    def do_GET(self):
        with urllib.request.urlopen(self.server.url, context=self.server.trust) as answer:
            directory = json.load(answer)
        directory["meta"]["caaIdentities"] = ["ca.example.net"]
        body = json.dumps(directory).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class Identities(PrecheckCase):
    """A CA that names itself."""

    def setUp(self):
        super().setUp()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Directory)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.home / "api.pem", self.home / "api.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.url = self.authority.url
        server.trust = ssl.create_default_context(cafile=str(self.authority.api_root))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(lambda: (server.shutdown(), server.server_close()))
        self.authority.url = f"https://localhost:{server.server_address[1]}/dir"

    def test_caa_is_climbed_for_the_names_that_the_directory_gives(self):
        refused = {
            "other.example.org": "does not let this CA issue; add one that does: other.example.org. "
            'CAA 0 issue "ca.example.net"',
            "method.example.org": "add tls-alpn-01",
            "critical.example.org": "is critical",
            "inherits.forbidden.org": "the CAA record of forbidden.org,",
            "alias.example.org": "the CAA record of elsewhere.net,",
        }
        allowed = [
            "plain.example.org",
            "ours.example.org",
            "closer.forbidden.org",
            "wild.example.org",
        ]
        self.configure(*refused, *allowed)
        self.serve()
        self.dns.set(
            *((f"mta-sts.{name}", "A", "127.0.0.1") for name in (*refused, *allowed)),
            ("other.example.org", "CAA", '0 issue "letsencrypt.org"'),
            ("method.example.org", "CAA", '0 issue "ca.example.net; validationmethods=dns-01"'),
            ("critical.example.org", "CAA", '0 issue "ca.example.net"'),
            ("critical.example.org", "CAA", '128 policy "x"'),
            ("forbidden.org", "CAA", '0 issue "letsencrypt.org"'),
            ("closer.forbidden.org", "CAA", '0 issue "ca.example.net"'),
            ("ours.example.org", "CAA", '0 issue "letsencrypt.org"'),
            (
                "ours.example.org",
                "CAA",
                '0 issue "CA.example.net; validationmethods=http-01,tls-alpn-01"',
            ),
            ("wild.example.org", "CAA", '0 issuewild ";"'),
            ("alias.example.org", "CNAME", "elsewhere.net."),
        )
        self.dns.set(("elsewhere.net", "CAA", '0 issue "letsencrypt.org"'))
        said = self.renew_json(status=1)
        outcomes = self.outcomes(said)
        for domain, sentence in refused.items():
            self.assertIn(sentence, outcomes[domain], domain)
        self.assertEqual([outcomes[domain] for domain in allowed], ["renewed"] * len(allowed))
        self.assertIsNone(said["note"])
        # One record more, as the sentence says.
        self.dns.set(
            ("forbidden.org", "CAA", '0 issue "letsencrypt.org"'),
            ("forbidden.org", "CAA", '0 issue "ca.example.net"'),
        )
        self.assertEqual(self.renew_json("inherits.forbidden.org")["renewed"], 1)

    def test_a_refusal_beside_an_accounturi_says_so_also_in_the_plan(self):
        """Pebble looks at no CAA records, so another reason must do: a digest that is not its own."""
        self.configure("bound.example.org")
        wrong = self.home / "wrong"
        wrong.write_text(
            f"#!/bin/sh\nexec {HOOK} $1 $2 $3 $4 LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\n"
        )
        wrong.chmod(0o755)
        self.ini.write_text(self.ini.read_text().replace(str(HOOK), str(wrong)))
        self.serve()
        self.dns.set(
            ("mta-sts.bound.example.org", "A", "127.0.0.1"),
            (
                "bound.example.org",
                "CAA",
                '0 issue "ca.example.net; accounturi=https://ca.example.net/acct/7"',
            ),
        )
        reason = (
            "the CA refused: .*; the CAA record of bound.example.org, issue .*acct/7\", lets one account "
            "alone order; see that it is the account of your ACME client"
        )
        outcomes = self.outcomes(self.renew_json(status=1))
        self.assertRegex(outcomes["bound.example.org"], reason)
        self.assertRegex(self.ctl("certs", "-c", self.ini, "--plan", status=0).stdout, reason)


if __name__ == "__main__":
    unittest.main()
