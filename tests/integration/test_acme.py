# SPDX-License-Identifier: ISC
"""acme: the running daemon answers TLS-ALPN-01 challenges; a real CA and a real client try it."""
import base64
import os
import re
import shutil
import socket
import ssl
import unittest

import harness
from authority import HOOK, Authority, can_bind_over_the_bundle
from harness import bound, needs, policy_text, run, server_section

HOST = "mta-sts.example.com"
OTHER = "mta-sts.example.org"
DIGEST = "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"


class AcmeCase(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.challenges = harness.make_directory()
        self.addCleanup(shutil.rmtree, self.challenges, ignore_errors=True)
        for domain in ("example.com", "example.org"):
            (self.certificates / f"mta-sts.{domain}.pem").unlink(missing_ok=True)

    def begin(self, *acme, port=0):
        acme = acme or ("[acme]", "accept_terms = yes", f"challenges = {self.challenges}")
        return self.start(
            server_section(listen=[f"127.0.0.1:{port}"])
            + "\n".join(acme)
            + "\n"
            + self.defaults_section()
            + "[example.com]\nmx = mail.example.com\n[example.org]\nmx = mail.example.com\n"
        )


class Challenges(AcmeCase):
    def validate(self, daemon, host, protocols=("acme-tls/1",), version=None):
        """A handshake as a CA makes it. Returns the protocol, the certificate in DER, what follows."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(list(protocols))
        if version:
            context.minimum_version = context.maximum_version = version
        with socket.create_connection(daemon.address(), bound(60)) as sock:
            with context.wrap_socket(sock, server_hostname=host) as tls:
                der = tls.getpeercert(binary_form=True)
                return tls.selected_alpn_protocol(), der, tls.recv(100)

    def assert_no_answer(self, daemon, host, **options):
        with self.assertRaises(ssl.SSLError) as caught:
            self.validate(daemon, host, **options)
        self.assertRegex(str(caught.exception).lower().replace("_", " "), "no application protocol")

    def test_a_pending_challenge_is_answered_for_a_host_without_certificate_and_nothing_follows(self):
        daemon = self.begin()
        harness.write_atomically(self.challenges / HOST, DIGEST + "\n")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            protocol, der, rest = self.validate(daemon, HOST, version=version)
            self.assertEqual((protocol, rest), ("acme-tls/1", b""))
            pem = ssl.DER_cert_to_PEM_cert(der)
            shown = run("openssl", "x509", "-noout", "-text", input=pem, text=True)
            self.assertRegex(shown.stdout, r"1\.3\.6\.1\.5\.5\.7\.1\.31: critical")
            self.assertIn(f"DNS:{HOST}", shown.stdout)
        daemon.wait_for_log(rf"challenge host={re.escape(HOST)} client=127\.0\.0\.1 answered")

    def test_where_only_errors_are_logged_an_answered_challenge_is_not(self):
        for mode in ("errors", "off", "on"):
            daemon = self.start(
                server_section(f"access_log = {mode}")
                + f"[acme]\naccept_terms = yes\nchallenges = {self.challenges}\n"
                + self.defaults_section()
                + "[example.com]\nmx = mail.example.com\n"
            )
            harness.write_atomically(self.challenges / HOST, DIGEST + "\n")
            self.assertEqual(self.validate(daemon, HOST)[0], "acme-tls/1")
            daemon.stop()
            self.assertEqual("answered" in daemon.log(), mode == "on", mode)

    def test_no_pending_challenge_no_answer(self):
        daemon = self.begin()
        self.assert_no_answer(daemon, HOST)
        harness.write_atomically(self.challenges / OTHER, DIGEST)
        self.assert_no_answer(daemon, HOST)
        harness.write_atomically(self.challenges / HOST, "no digest")
        self.assert_no_answer(daemon, HOST)
        harness.write_atomically(self.challenges / HOST, DIGEST)
        os.utime(self.challenges / HOST, (1, 1))
        self.assert_no_answer(daemon, HOST)

    def test_neither_a_miss_nor_another_challenge_is_remembered(self):
        daemon = self.begin()
        place = self.challenges / HOST
        for number in range(10):
            self.assert_no_answer(daemon, HOST)
            for digest in (DIGEST, "A" * 42 + "CGKOSW048"[number % 9]):
                harness.write_atomically(place, digest + "\n")
                wanted = base64.urlsafe_b64decode(digest + "=")
                self.assertIn(b"\x04\x20" + wanted, self.validate(daemon, HOST)[1])
                if number % 2:
                    place.unlink()
            place.unlink(missing_ok=True)

    def test_a_host_that_is_not_configured_gets_no_answer_though_a_file_has_its_name(self):
        daemon = self.begin()
        harness.write_atomically(self.challenges / "mta-sts.example.net", DIGEST)
        for name in ("mta-sts.example.net", "example.com"):
            with self.assertRaises(ssl.SSLError):
                self.validate(daemon, name)

    def test_without_acme_in_the_configuration_nothing_is_answered(self):
        daemon = self.begin("")
        harness.write_atomically(self.challenges / HOST, DIGEST)
        self.assert_no_answer(daemon, HOST)

    def test_a_client_that_offers_http_beside_it_is_served_as_always(self):
        self.certify("example.com")
        daemon = self.begin()
        harness.write_atomically(self.challenges / HOST, DIGEST)
        context = harness.tls_context(alpn=["acme-tls/1", "http/1.1"])
        answer = harness.fetch(daemon.address(), HOST, context=context)
        self.assertEqual(answer.body, policy_text())

    def test_the_hook_writes_whole_files_removes_them_and_declines_what_it_cannot(self):
        environment = {**os.environ, "MTA_STSD_CHALLENGES": str(self.challenges)}

        def hook(*words):
            return run(HOOK, *words, env=environment).returncode

        self.assertEqual(hook("begin", "tls-alpn-01", HOST, "token", DIGEST), 0)
        self.assertEqual((self.challenges / HOST).read_text(), DIGEST + "\n")
        self.assertEqual((self.challenges / HOST).stat().st_mode & 0o777, 0o644)
        self.assertEqual(hook("done", "tls-alpn-01", HOST, "token", DIGEST), 0)
        self.assertEqual(list(self.challenges.iterdir()), [])
        self.assertEqual(hook("failed", "tls-alpn-01", HOST, "token", DIGEST), 0)
        self.assertEqual(hook("begin", "http-01", HOST, "token", DIGEST), 1)
        self.assertEqual(hook("begin", "tls-alpn-01", "../x", "token", DIGEST), 1)
        self.assertEqual(hook("begin", "tls-alpn-01", "a/b", "token", DIGEST), 1)
        self.assertEqual(hook("begin"), 2)
        self.assertEqual(list(self.challenges.iterdir()), [])


@needs("pebble", "pebble-challtestsrv", "uacme", "unshare")
@unittest.skipUnless(can_bind_over_the_bundle(), "no private mount name space may be made here")
class RealAuthority(AcmeCase):
    """Pebble validates on the daemon's port what uacme asks of it through the hook."""

    def setUp(self):
        super().setUp()
        self.home = harness.make_directory()
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.authority = Authority(self.home)
        self.addCleanup(self.authority.close)
        self.port = self.authority.ports["tls"]

    def uacme(self, *words):
        return run(self.authority.client, "-c", self.home / "uacme", "-a", self.authority.url, *words,
                   seconds=60, env={**os.environ, "MTA_STSD_CHALLENGES": str(self.challenges)})

    def test_uacme_gets_a_certificate_through_the_running_daemon_which_then_serves_it(self):
        daemon = self.begin(port=self.port)
        made = self.uacme("-y", "new")
        self.assertEqual(made.returncode, 0, made.stderr)
        issued = self.uacme("-v", "-h", HOOK, "issue", HOST)
        self.assertEqual(issued.returncode, 0, issued.stderr + daemon.log())
        daemon.wait_for_log(rf"challenge host={re.escape(HOST)} client=127\.0\.0\.1 answered")
        self.assertEqual(list(self.challenges.iterdir()), [])

        chain = (self.home / "uacme" / HOST / "cert.pem").read_bytes()
        key = (self.home / "uacme" / "private" / HOST / "key.pem").read_bytes()
        harness.write_atomically(self.certificates / f"{HOST}.pem", chain + key)
        context = harness.tls_context(verify=False)
        harness.eventually(lambda: self.is_served(daemon, context), 10, "the new certificate")

    def is_served(self, daemon, context):
        try:
            answer = harness.fetch(daemon.address(), HOST, context=context)
        except harness.HandshakeFailed:
            return False  # the missing certificate is remembered for seconds
        return (answer.status, answer.body) == (200, policy_text())

    def test_a_host_that_is_not_configured_fails_and_leaves_no_challenge_behind(self):
        self.begin(port=self.port)
        self.uacme("-y", "new")
        issued = self.uacme("-v", "-h", HOOK, "issue", "mta-sts.example.net")
        self.assertNotEqual(issued.returncode, 0)
        self.assertEqual(list(self.challenges.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
