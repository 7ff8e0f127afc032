# SPDX-License-Identifier: ISC
"""tls: versions, names, ALPN, certificates of both kinds, and what must not be there."""
import contextlib
import re
import socket
import ssl
import struct
import unittest

import harness
import rawtls
from harness import bound, fetch, needs, pki, policy_text, request, run, tls_context

HOST = "mta-sts.example.com"
BOTH = "mta-sts.both.example"
BODY = policy_text()
LONGEST = "mta-sts." + ".".join(["a" * 61, "b" * 61, "c" * 61, "d" * 59])  # 253 with mta-sts.

# What openssl s_client calls these depends on its version.
TEMP_KEY = "(Server|Peer) Temp Key: "
SIGNATURES = {
    "RSA": "^(RSA|RSA-PSS|rsa_pkcs1_sha256|rsa_pss_rsae_sha256)$",
    "EC": "^(ECDSA|ecdsa_secp256r1_sha256)$",
}

DOMAINS = f"""
[example.com]
mx = mail.example.com

[{LONGEST[8:]}]
mx = mail.example.com
certificate = longest.pem

[both.example]
mx = mail.example.com
certificate = %s/%%h-ec.pem
certificate = %s/%%h-rsa.pem
"""


class Tls(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")
        cls.write("longest.pem", pki().leaf(LONGEST).pem)
        cls.write(f"certs/{BOTH}-ec.pem", pki().leaf(BOTH, kind="ec").pem)
        cls.write(f"certs/{BOTH}-rsa.pem", pki().leaf(BOTH, kind="rsa").pem)
        cls.domains = DOMAINS % (cls.certificates, cls.certificates)
        cls.daemon = cls.start_for_class(
            harness.server_section() + cls.defaults_section() + cls.domains
        )
        cls.address = cls.daemon.address()

    def s_client(self, *arguments, host=HOST, data=None, seconds=30):
        """openssl s_client with one request; all that it printed."""
        done = run(
            *("openssl", "s_client", "-connect", "%s:%d" % self.address, "-servername", host),
            *("-CAfile", pki().root_file(), "-verify_return_error", "-ign_eof", *arguments),
            input=(request(host) if data is None else data).decode("latin-1"),
            seconds=seconds,
        )
        return done.stdout + done.stderr

    # versions and cipher suites

    def test_serves_tls_1_2_and_1_3(self):
        for version in ("1.2", "1.3"):
            with self.subTest(version=version):
                client = harness.TlsClient(self.address, HOST, tls_context(version)).handshake()
                self.assertEqual(client.tls.version(), "TLSv" + version)
                self.assertEqual(client.send(request(HOST)).finish().one().body, BODY)

    def test_prefers_tls_1_3(self):
        client = harness.TlsClient(self.address, HOST, tls_context()).handshake()
        self.assertEqual(client.tls.version(), "TLSv1.3")
        client.close()

    def test_refuses_tls_1_0_and_1_1_and_ssl_3(self):
        for number in (0x0300, 0x0301, 0x0302):
            hello = bytearray(rawtls.client_hello(rawtls.sni(HOST.encode())))
            hello[4:6] = struct.pack("!H", number)
            with self.subTest(version=hex(number)):
                raw, _ = rawtls.plain(self.address, rawtls.records(bytes(hello)), finish=True)
                self.assertEqual(rawtls.describe(raw), ["fatal protocol_version"])

    def test_chooses_ecdhe_with_aead_alone(self):
        wanted = {
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
        }
        for kind in ("ECDSA", "RSA"):
            for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"):
                wanted.add(f"ECDHE-{kind}-{cipher}")
        chosen = set()
        for name in [cipher["name"] for cipher in self.all_ciphers()]:
            version = "1.3" if name.startswith("TLS_") else "1.2"
            context = tls_context(version, ciphers="ALL:@SECLEVEL=0" if version == "1.3" else None)
            if version == "1.2":
                with contextlib.suppress(ssl.SSLError):
                    context.set_ciphers(name + ":@SECLEVEL=0")
            try:
                client = harness.TlsClient(self.address, BOTH, context).handshake()
            except harness.HandshakeFailed:
                continue
            chosen.add(client.tls.cipher()[0])
            client.close()
        self.assertLessEqual(chosen, wanted)
        for kind in ("ECDSA", "RSA"):
            self.assertIn(f"ECDHE-{kind}-AES128-GCM-SHA256", chosen)
            self.assertIn(f"ECDHE-{kind}-AES256-GCM-SHA384", chosen)

    @staticmethod
    def all_ciphers():
        pki().leaf(BOTH, kind="rsa")
        context = tls_context(ciphers="ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        return context.get_ciphers()

    def test_refuses_a_client_with_other_key_exchanges_or_without_aead(self):
        for suites in (
            [0x002F, 0x0035, 0x009C, 0x009D],  # RSA key transport
            [0x0033, 0x009E, 0x009F],  # DHE
            [0xC009, 0xC00A, 0xC013, 0xC014, 0xC023, 0xC027],  # ECDHE with CBC
            [0xC008, 0xC012, 0x000A],  # 3DES
            [0xC0AC, 0xC0AE][:0] + [0x0000, 0x0001, 0xC010],  # NULL
            [0x00A8, 0xCCAC],  # PSK
        ):
            with self.subTest(suites=[hex(suite) for suite in suites]):
                said = rawtls.hello(self.address, rawtls.sni(BOTH.encode()), ciphers=suites)
                self.assertEqual(said, ["fatal handshake_failure"])

    def test_takes_tls_1_3_psk_only_from_nobody(self):
        said = rawtls.hello(
            self.address,
            rawtls.sni(HOST.encode()),
            rawtls.extension(45, rawtls.vector(1, b"\0")),  # psk_ke alone
            rawtls.extension(42, b""),  # early data
            version="1.3",
        )
        self.assertNotEqual(said[-1:], ["fatal internal_error"])
        self.assertIn(
            said[0], ("server_hello", "fatal handshake_failure", "fatal illegal_parameter")
        )

    # names

    def test_an_unknown_name_gets_unrecognized_name_and_no_certificate(self):
        names = [
            "mta-sts.example.org",
            "example.com",
            "www.example.com",
            "mta-sts.example.co",
            "mta-sts.example.comm",
            "xmta-sts.example.com",
            "mta-sts.mta-sts.example.com",
            "_mta-sts.example.com",
            "localhost",
        ]
        for version in ("1.2", "1.3"):
            for name in names:
                with self.subTest(name=name, version=version):
                    said = rawtls.hello(self.address, rawtls.sni(name.encode()), version=version)
                    self.assertEqual(said, ["fatal unrecognized_name"])

    def test_a_name_that_is_no_name_is_refused_and_never_cut_or_repaired(self):
        good = HOST.encode()
        names = {
            "empty": b"",
            "trailing dot": good + b".",
            "leading dot": b"." + good,
            "NUL at the end": good + b"\0",
            "NUL and more": good + b"\0.example.net",
            "blank at the end": good + b" ",
            "blank before": b" " + good,
            "line end": good + b"\r\n",
            "port": good + b":443",
            "IPv4": b"127.0.0.1",
            "IPv6": b"::1",
            "IPv6 in brackets": b"[::1]",
            "wildcard": b"*.example.com",
            "underscore": b"mta_sts.example.com",
            "UTF-8": "mta-sts.exämple.com".encode(),
            "a label of 64": b"a" * 64 + b".example.com",
            "254 characters": (LONGEST[:8] + "a" + LONGEST[8:]).encode(),
            "255 characters that begin as a host": LONGEST.encode() + b".a",
            "300 characters that begin as a host": LONGEST.encode() + b"a" * 47,
            "1,000 characters": b"a." * 499 + b"aa",
            "16,000 characters": good + b"a" * 16000,
            "path": good + b"/../x",
            "all bytes": bytes(range(256)),
        }
        for version in ("1.2", "1.3"):
            for why, name in names.items():
                with self.subTest(name=why, version=version):
                    said = rawtls.hello(self.address, rawtls.sni(name), version=version)
                    self.assertEqual(len(said), 1, said)
                    self.assertRegex(
                        said[0], "^fatal (unrecognized_name|decode_error|illegal_parameter)$"
                    )

    def test_a_name_in_other_letter_case_is_the_same_name(self):
        for name in (HOST.upper(), "mTa-sTs.ExAmPlE.cOm"):
            with self.subTest(name=name):
                said = rawtls.hello(self.address, rawtls.sni(name.encode()))
                self.assertEqual(said[:2], ["server_hello", "certificate"])

    def test_the_longest_name_is_served(self):
        self.assertEqual(len(LONGEST), 253)
        self.assert_serves(self.daemon, LONGEST, BODY)

    def test_no_name_gets_a_fatal_alert_and_no_certificate(self):
        for version in ("1.2", "1.3"):
            with self.subTest(version=version):
                said = rawtls.hello(self.address, version=version)
                self.assertEqual(said, ["fatal unrecognized_name"])

    def test_default_host_serves_those_who_send_no_name(self):
        daemon = self.start(
            harness.server_section(f"default_host = {HOST}")
            + self.defaults_section()
            + self.domains
        )
        for version in ("1.2", "1.3"):
            context = tls_context(version, verify=False)
            with self.subTest(version=version):
                client = harness.TlsClient(daemon.address(), None, context).handshake()
                self.assertEqual(client.tls.getpeercert(True), pki().leaf(HOST).der)
                self.assertEqual(client.send(request(HOST)).finish().one().body, BODY)
                said = rawtls.hello(
                    daemon.address(), rawtls.sni(b"mta-sts.example.org"), version=version
                )
                self.assertEqual(said, ["fatal unrecognized_name"])
                said = rawtls.hello(daemon.address(), rawtls.sni(b"127.0.0.1"), version=version)
                self.assertEqual(said, ["fatal unrecognized_name"])

    def test_two_names_are_refused(self):
        good, other = HOST.encode(), BOTH.encode()
        for version in ("1.2", "1.3"):
            for why, extensions in {
                "two extensions": [rawtls.sni(good), rawtls.sni(other)],
                "two extensions with one name": [rawtls.sni(good), rawtls.sni(good)],
                "two names in one": [rawtls.sni(good, other)],
                "another kind of name": [rawtls.sni(good, kind=1)],
                "an empty list": [rawtls.extension(0, b"\0\0")],
                "an empty extension": [rawtls.extension(0, b"")],
                "a list that lies about its length": [rawtls.extension(0, b"\xff\xff\0\0\1a")],
                "a name that lies about its length": [rawtls.extension(0, b"\0\4\0\xff\xffa")],
            }.items():
                with self.subTest(names=why, version=version):
                    said = rawtls.hello(self.address, *extensions, version=version)
                    if (
                        why in ("two extensions with one name", "two names in one")
                        and len(said) > 1
                    ):
                        self.assertEqual(said[0], "server_hello")  # the first name, which is known
                    else:
                        self.assertEqual(len(said), 1, said)
                        self.assertRegex(said[0], "^fatal ")

    def test_a_second_different_name_after_a_hello_retry_is_refused(self):
        def hello(name, with_share):
            share = (
                struct.pack("!H", 29) + rawtls.vector(2, bytes(range(32))) if with_share else b""
            )
            whole = rawtls.client_hello(
                rawtls.sni(name),
                rawtls.extension(43, rawtls.vector(1, b"\x03\x04")),
                rawtls.extension(51, rawtls.vector(2, share)),
            )
            return rawtls.records(whole)

        for second in (b"mta-sts.both.example", b"mta-sts.example.org", b"mta-sts.example.com\0"):
            with self.subTest(second=second):
                with socket.create_connection(self.address, timeout=bound(60)) as sock:
                    sock.sendall(hello(HOST.encode(), False))
                    first = sock.recv(65536)
                    self.assertEqual(rawtls.describe(first)[0], "server_hello")  # the retry request
                    sock.sendall(hello(second, True))
                    raw, _ = rawtls.read_to_end(sock)
                    said = [word for word in rawtls.describe(raw) if word != "change_cipher_spec"]
                    self.assertEqual(len(said), 1, said)
                    self.assertRegex(said[0], "^fatal ")

    @needs("openssl")
    def test_a_hello_retry_request_ends_in_a_served_policy(self):
        said = self.s_client("-tls1_3", "-groups", "ffdhe2048:P-256")
        self.assertRegex(said, f"{TEMP_KEY}ECDH, (P-256|prime256v1|secp256r1)")
        self.assertIn("version: STSv1", said)

    @needs("openssl")
    def test_each_usual_group_is_taken(self):
        for group, shown in {
            "X25519": "X25519",
            "P-256": "prime256v1|secp256r1|P-256",
            "P-384": "secp384r1|P-384",
        }.items():
            for version in ("-tls1_2", "-tls1_3"):
                with self.subTest(group=group, version=version):
                    # TLS 1.2 needs the certificate's curve too: RFC 8422, section 5.1.1.
                    offered = (
                        group if version == "-tls1_3" or group == "P-256" else f"{group}:P-256"
                    )
                    said = self.s_client(version, "-groups", offered)
                    self.assertIn("version: STSv1", said)
                    if version == "-tls1_3":
                        self.assertRegex(said, f"{TEMP_KEY}(ECDH, )?({shown})")

    # ALPN

    def test_http_1_1_is_chosen_where_it_is_offered(self):
        for version in ("1.2", "1.3"):
            for offered in (
                ["http/1.1"],
                ["http/1.0", "http/1.1"],
                ["h2", "http/1.1"],
                ["http/1.1", "h2"],
                ["x", "h3", "http/1.1"],
            ):
                with self.subTest(version=version, offered=offered):
                    client = harness.TlsClient(
                        self.address, HOST, tls_context(version, alpn=offered)
                    )
                    client.handshake()
                    self.assertEqual(client.tls.selected_alpn_protocol(), "http/1.1")
                    self.assertEqual(client.send(request(HOST)).finish().one().body, BODY)

    def test_a_client_without_alpn_is_served_without(self):
        for version in ("1.2", "1.3"):
            client = harness.TlsClient(self.address, HOST, tls_context(version)).handshake()
            self.assertIsNone(client.tls.selected_alpn_protocol())
            self.assertEqual(client.send(request(HOST)).finish().one().body, BODY)

    def test_http_1_0_alone_is_chosen_and_served(self):
        for version in ("1.2", "1.3"):
            for offered in (["http/1.0"], ["h2", "http/1.0"], ["acme-tls/1", "http/1.0"]):
                for spoken in ("HTTP/1.0", "HTTP/1.1"):
                    with self.subTest(version=version, offered=offered, spoken=spoken):
                        context = tls_context(version, alpn=offered)
                        client = harness.TlsClient(self.address, HOST, context).handshake()
                        self.assertEqual(client.tls.selected_alpn_protocol(), "http/1.0")
                        data = request(HOST, version=spoken)
                        self.assertEqual(client.send(data).finish().one().body, BODY)

    @needs("curl")
    def test_curl_that_speaks_http_1_0_is_served(self):
        done = run(
            *("curl", "-sS", "--http1.0", "--cacert", pki().root_file()),
            *("--connect-to", f"{HOST}:443:{self.address[0]}:{self.address[1]}"),
            f"https://{HOST}{harness.PATH}",
        )
        self.assertEqual(done.stdout.encode(), BODY.replace(b"\r\n", b"\n"), done.stderr)

    def test_a_list_without_http_gets_no_application_protocol(self):
        for version in ("1.2", "1.3"):
            for offered in (
                ["h2"],
                ["HTTP/1.1"],
                ["http/0.9"],
                ["http/1.1x"],
                ["acme-tls/1"],
                ["h2", "smtp"],
            ):
                with self.subTest(version=version, offered=offered):
                    context = tls_context(version, alpn=offered)
                    ending = self.assert_refused(self.address, HOST, context=context)
                    self.assertRegex(ending, "^alert no_application_protocol$")
                    names = [name.encode() for name in offered]
                    said = rawtls.hello(
                        self.address,
                        rawtls.sni(HOST.encode()),
                        rawtls.alpn(*names),
                        version=version,
                    )
                    if version == "1.2":
                        self.assertEqual(said, ["fatal no_application_protocol"])
                    self.assertNotIn("certificate", said)

    # certificates of both kinds

    @needs("openssl")
    def test_a_client_that_knows_one_kind_of_key_gets_that_one(self):
        only = {
            ("-tls1_2", "RSA"): [
                "-sigalgs",
                "RSA+SHA256:RSA-PSS+SHA256",
                "-cipher",
                "ECDHE-RSA-AES128-GCM-SHA256",
            ],
            ("-tls1_2", "EC"): [
                "-sigalgs",
                "ECDSA+SHA256",
                "-cipher",
                "ECDHE-ECDSA-AES128-GCM-SHA256",
            ],
            ("-tls1_3", "RSA"): ["-sigalgs", "RSA-PSS+SHA256:RSA+SHA256"],
            ("-tls1_3", "EC"): ["-sigalgs", "ECDSA+SHA256"],
        }
        for (version, kind), arguments in only.items():
            with self.subTest(version=version, kind=kind):
                said = self.s_client(version, *arguments, host=BOTH)
                self.assertIn("version: STSv1", said)
                self.assertIn("Verify return code: 0 (ok)", said)
                signature = re.search(r"Peer signature type: (\S+)", said)[1]
                self.assertRegex(signature, SIGNATURES[kind])

    @needs("openssl")
    def test_a_client_of_tls_1_2_is_told_by_its_cipher_suites_alone(self):
        for kind in ("RSA", "ECDSA"):
            with self.subTest(kind=kind):
                context = tls_context("1.2", ciphers=f"ECDHE-{kind}-AES256-GCM-SHA384")
                client = harness.TlsClient(self.address, BOTH, context).handshake()
                leaf = pki().leaf(BOTH, kind="rsa" if kind == "RSA" else "ec")
                self.assertEqual(client.tls.getpeercert(True), leaf.der)
                self.assertEqual(client.send(request(BOTH)).finish().one().body, BODY)

    def test_a_certificate_of_p_384_or_p_521_is_served(self):
        for kind in ("p384", "p521"):
            self.certify(f"{kind}.example", kind=kind)
            text = f"[{kind}.example]\nmx = mail.example.com\n"
            daemon = self.start(harness.server_section() + self.defaults_section() + text)
            for version in ("1.2", "1.3"):
                with self.subTest(kind=kind, version=version):
                    context = tls_context(version)
                    self.assert_serves(daemon, f"mta-sts.{kind}.example", BODY, context=context)

    def test_a_client_that_knows_both_gets_the_one_configured_first(self):
        for version in ("1.2", "1.3"):
            client = harness.TlsClient(self.address, BOTH, tls_context(version)).handshake()
            self.assertEqual(client.tls.getpeercert(True), pki().leaf(BOTH, kind="ec").der)
            client.close()

    @needs("openssl")
    def test_the_whole_chain_is_shown(self):
        said = self.s_client("-showcerts")
        self.assertEqual(said.count("-----BEGIN CERTIFICATE-----"), 2)

    def test_a_chain_of_12_kb_is_shown_whole_and_the_policy_behind_it(self):
        """Its Certificate message is longer than what a session's buffer is before it grows."""
        names = ["mta-sts.long.example"] + [f"{number:03}.{'n' * 50}.example" for number in range(180)]
        for kind in ("ec", "rsa"):
            leaf = pki().leaf(*names, kind=kind)
            self.assertGreater(len(leaf.der), 11_500)
            pem = self.write(f"{kind}-long.pem", leaf.pem.decode())
            daemon = self.start(
                harness.server_section() + f"[long.example]\nmx = mail.example.com\ncertificate = {pem}\n")
            for version in ("1.2", "1.3"):
                with self.subTest(kind=kind, version=version):
                    client = harness.TlsClient(daemon.address(), names[0], tls_context(version)).handshake()
                    self.assertEqual(client.tls.getpeercert(True), leaf.der)
                    client.send(request(names[0]))
                    self.assertEqual(client.finish().one().body, policy_text())

    @needs("openssl")
    def test_a_client_that_knows_no_key_of_the_host_is_refused(self):
        for version in ("-tls1_2", "-tls1_3"):
            said = self.s_client(version, "-sigalgs", "RSA-PSS+SHA256:RSA+SHA256")
            self.assertNotIn("version: STSv1", said)
            self.assertIn("alert", said)

    # what is not there

    def test_no_session_is_ever_resumed(self):
        for version in ("1.2", "1.3"):
            with self.subTest(version=version):
                context = tls_context(version)
                client = harness.TlsClient(self.address, HOST, context).handshake()
                client.send(request(HOST))
                while client.read_some():
                    pass
                session = client.tls.session
                self.assertFalse(session.has_ticket if session else False)
                client.close()
                if session and version == "1.2":
                    again = harness.TlsClient(
                        self.address, HOST, context, session=session
                    ).handshake()
                    self.assertFalse(again.tls.session_reused)
                    again.close()

    @needs("openssl")
    def test_no_ticket_comes_and_openssl_reconnects_in_full(self):
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version=version):
                saved = self.directory / "session.pem"
                said = self.s_client(version, "-sess_out", saved)
                self.assertNotIn("TLS session ticket", said)
                self.assertNotIn("Post-Handshake New Session Ticket", said)
                if saved.exists():
                    said = self.s_client(version, "-sess_in", saved)
                    self.assertNotIn("Reused", said)
                    self.assertIn("version: STSv1", said)
                    saved.unlink()
        said = self.s_client("-tls1_2", "-reconnect")
        self.assertNotIn("Reused", said)

    def test_a_session_id_or_ticket_of_an_unknown_client_changes_nothing(self):
        ticket = rawtls.extension(35, b"t" * 200)
        said = rawtls.hello(self.address, rawtls.sni(HOST.encode()), ticket)
        self.assertEqual(said[:2], ["server_hello", "certificate"])

    @needs("openssl")
    def test_a_renegotiation_is_not_granted(self):
        done = run(
            *("openssl", "s_client", "-connect", "%s:%d" % self.address, "-servername", HOST),
            *("-tls1_2", "-CAfile", pki().root_file()),
            input="R\n" + request(HOST).decode().replace("\r\n", "\n"),
        )
        self.assertNotIn("version: STSv1", done.stdout)
        self.assert_serves(self.daemon, HOST, BODY)

    def test_compression_is_not_taken(self):
        said_by = rawtls.plain(
            self.address,
            rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode()), compression=b"\1\0")),
            finish=True,
        )
        raw = said_by[0]
        self.assertEqual(rawtls.describe(raw)[:2], ["server_hello", "certificate"])
        session_id = raw[43]
        self.assertEqual(raw[44 + session_id + 2], 0)

    # ways to send it

    def test_a_handshake_byte_by_byte_succeeds(self):
        for version in ("1.2", "1.3"):
            client = harness.TlsClient(self.address, HOST, tls_context(version)).handshake(piece=1)
            self.assertEqual(client.send(request(HOST), piece=1).finish().one().body, BODY)

    def test_a_hello_in_small_records_is_read(self):
        whole = rawtls.client_hello(rawtls.sni(HOST.encode()))
        for size in (4, 5, 100):
            raw, _ = rawtls.plain(self.address, rawtls.records(whole, size), finish=True)
            self.assertEqual(rawtls.describe(raw)[:2], ["server_hello", "certificate"])
        # A record that splits the message's own four-byte header: mbedTLS closes, safely.
        raw, ending = rawtls.plain(self.address, rawtls.records(whole, 1), finish=True)
        self.assertNotEqual(ending, "timeout")
        self.assertNotIn("certificate", rawtls.describe(raw)[:1])

    def test_garbage_instead_of_tls_ends_the_connection_at_once(self):
        for data in (
            b"\0" * 100,
            b"\x16\x03\x01\xff\xff" + b"a" * 100,
            b"\x16\x03\x01\0\x05hello",
            b"\x80\x2e\x01\x03\x01",
            b"\x15\x03\x01\0\x02\x02\x28",
            b"\x17\x03\x03\0\x05hello",
            b"GET / HTTP/1.1\r\n\r\n",
            bytes(range(255, 0, -1)) * 10,
        ):
            with self.subTest(data=data[:12]):
                raw, ending = rawtls.plain(self.address, data, finish=True)
                self.assertNotEqual(ending, "timeout")
                self.assertTrue(all(said.startswith("fatal") for said in rawtls.describe(raw)), raw)

    def test_a_hello_cut_at_any_byte_harms_nobody(self):
        whole = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode()), version="1.3"))
        for length in range(0, len(whole), 3):
            rawtls.plain(self.address, whole[:length], finish=True)
        self.assert_serves(self.daemon, HOST, BODY)

    def test_a_hello_with_any_byte_changed_harms_nobody(self):
        whole = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode()), version="1.3"))
        for place in range(5, len(whole), 2):
            changed = bytearray(whole)
            changed[place] ^= 0xFF
            raw, ending = rawtls.plain(self.address, bytes(changed), finish=True)
            self.assertNotEqual(ending, "timeout")
        self.assert_serves(self.daemon, HOST, BODY)

    def test_a_key_update_ends_the_connection_or_is_answered(self):
        done = run(
            *("openssl", "s_client", "-connect", "%s:%d" % self.address, "-servername", HOST),
            *("-tls1_3", "-CAfile", pki().root_file()),
            input="K\n",
        )
        self.assertNotIn("timeout", done.stderr)
        self.assert_serves(self.daemon, HOST, BODY)

    def test_the_name_of_one_host_never_brings_the_certificate_of_another(self):
        for host, kind in ((HOST, "ec"), (BOTH, "ec"), (LONGEST, "ec")):
            for version in ("1.2", "1.3"):
                client = harness.TlsClient(self.address, host, tls_context(version)).handshake()
                self.assertEqual(client.tls.getpeercert(True), pki().leaf(host, kind=kind).der)
                client.close()
        self.assertEqual(fetch(self.address, HOST).status, 200)


if __name__ == "__main__":
    unittest.main()
