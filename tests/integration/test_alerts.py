# SPDX-License-Identifier: ISC
"""alerts: each handshake that fails ends with one alert, and the log says why and for which host."""
import json
import socket
import ssl
import unittest

import harness
import rawtls
from harness import needs, pki, run
from rawtls import extension, key_share, sni, vector

DOMAIN, EXPIRED = "example.com", "expired.example"
HOST, EXPIRED_HOST = f"mta-sts.{DOMAIN}", f"mta-sts.{EXPIRED}"
P256, X25519, X448, P521, FFDHE2048 = 23, 29, 30, 25, 256
NUMBERS = {name: number for number, name in rawtls.ALERTS.items()}

NOTHING_IN_COMMON = "TLS: no group, cipher suite or signature algorithm in common"
NOT_ALLOWED = "TLS: a key share, a length or another value that is not allowed"
DAMAGED = "TLS: a damaged message"
NO_TLS = "TLS: no TLS, or a message out of order"
PATH = "as said by it or by somebody on the path"


def record(kind, data, version=b"\x03\x01"):
    return bytes([kind]) + version + vector(2, data)


def hello(*extensions, **options):
    """The records of a ClientHello for the host."""
    return rawtls.records(rawtls.client_hello(sni(HOST.encode()), *extensions, **options))


def of_shares(*shares, groups=(X25519, P256)):
    return hello(version="1.3", groups=groups, shares=shares)


def hostless(cause, data, alert, reason):
    return (cause, data, alert, reason, False)


def hosted(cause, data, alert, reason):
    return (cause, data, alert, reason, True)


LONG = extension(21, bytes(17000))  # padding: RFC 7685
POINT = b"\x04" + b"\x01" * 64  # not on the curve
# cause, what is sent, the alert, the reason in the log, and whether it names the host
RAW = (
    hosted("X448 alone", of_shares(key_share(X448, b"x" * 56), groups=[X448]), "handshake_failure",
           NOTHING_IN_COMMON),
    hosted("ffdhe2048 alone", of_shares(key_share(FFDHE2048, b"x" * 256), groups=[FFDHE2048]),
           "handshake_failure", NOTHING_IN_COMMON),
    hosted("secp521r1 alone", of_shares(key_share(P521, b"\4" + b"x" * 132), groups=[P521]),
           "handshake_failure", NOTHING_IN_COMMON),
    hosted("a group that does not exist", of_shares(key_share(999, b"x"), groups=[999]),
           "handshake_failure", NOTHING_IN_COMMON),
    hosted("X448 alone, TLS 1.2", hello(groups=[X448]), "handshake_failure", NOTHING_IN_COMMON),
    hosted("no groups, TLS 1.2", hello(groups=None), "handshake_failure", NOTHING_IN_COMMON),
    hosted("no groups", hello(version="1.3", groups=None), "missing_extension",
           "TLS: an extension is missing"),
    hosted("no cipher suite", hello(ciphers=[0x1234]), "handshake_failure", NOTHING_IN_COMMON),
    hosted("a share too short", of_shares(key_share(X25519, b"x" * 31)), "illegal_parameter",
           NOT_ALLOWED),
    hosted("a share too long", of_shares(key_share(X25519, b"x" * 33)), "illegal_parameter",
           NOT_ALLOWED),
    hosted("a share of nothing", of_shares(key_share(X25519, b"")), "illegal_parameter",
           NOT_ALLOWED),
    hosted("a share of 3,000 bytes", of_shares(key_share(X25519, b"x" * 3000)),
           "illegal_parameter", NOT_ALLOWED),
    hosted("a share of zeros", of_shares(key_share(X25519, bytes(32))), "illegal_parameter",
           NOT_ALLOWED),
    hosted("a point not on the curve", of_shares(key_share(P256, POINT)), "illegal_parameter",
           NOT_ALLOWED),
    hosted("a compressed point", of_shares(key_share(P256, b"\2" + b"\1" * 32)),
           "illegal_parameter", NOT_ALLOWED),
    hosted("the point at infinity", of_shares(key_share(P256, b"\0")), "illegal_parameter",
           NOT_ALLOWED),
    hosted("shares cut short", of_shares(key_share(X25519, b"x" * 32)[:-3]), "decode_error",
           DAMAGED),
    hostless("a ClientHello over 16 kB", hello(LONG), "illegal_parameter", NOT_ALLOWED),
    hostless("a ClientHello over 16 kB, TLS 1.3", hello(LONG, version="1.3"), "illegal_parameter",
             NOT_ALLOWED),
    hostless("a ClientHello of 16 MB announced", record(22, b"\1\xff\xff\xff" + bytes(16380)) * 3,
             "illegal_parameter", NOT_ALLOWED),
    hostless("a record over 16 kB", record(22, rawtls.client_hello(LONG)), "record_overflow",
             "TLS: a record of more than 16 kB"),
    hostless("a record of 65,535 bytes", record(22, bytes(65535)), "record_overflow",
             "TLS: a record of more than 16 kB"),
    hostless("HTTP", b"GET / HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\n\r\n",
             "unexpected_message", NO_TLS),
    hostless("SSL 2", b"\x80\x2e\1\0\2\0\x15\0\0\0\x10" + bytes(40), "unexpected_message", NO_TLS),
    hostless("a record of no kind", record(24, b"abc"), "unexpected_message", NO_TLS),
    hostless("application data", record(23, b"hello"), "unexpected_message", NO_TLS),
    hostless("a ServerHello", record(22, b"\2\0\0\2\3\3"), "unexpected_message", NO_TLS),
    hostless("ChangeCipherSpec of another value", record(20, b"\2"), "unexpected_message", NO_TLS),
    hostless("an empty record", record(22, b""), "unexpected_message", NO_TLS),
    hostless("40,000 warnings", rawtls.WARNING * 40000, "unexpected_message",
             "too many bytes before a request"),
    hostless("another version of records", record(22, b"hello", b"\5\0"), "protocol_version",
             "TLS: no TLS version in common"),
    hostless("TLS 1.0 alone", hello(extension(43, vector(1, b"\3\1"))), "protocol_version",
             "TLS: no TLS version in common"),
    hostless("half a header", record(22, b"\1\0"), "decode_error", DAMAGED),
    hostless("an alert of four bytes", record(21, b"\1\2\1\2"), "decode_error", DAMAGED),
    hostless("a ClientHello cut short", record(22, b"\1\0\0\x26\3\3" + bytes(36)), "decode_error",
             DAMAGED),
    hostless("no server name", rawtls.records(rawtls.client_hello()), "unrecognized_name",
             "no server name"),
    hostless("no host name", rawtls.records(rawtls.client_hello(sni(b"a\x1b[31m\"b"))),
             "unrecognized_name", "the server name is not a host name"),
    hosted("h2 alone", hello(rawtls.alpn(b"h2")), "no_application_protocol",
           "TLS: no ALPN protocol in common"),
)


class AlertCase(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify(DOMAIN)
        cls.certify(EXPIRED, dates=("20200101000000Z", "20210101000000Z"))

    def setUp(self):
        super().setUp()
        self.renew()

    def renew(self):
        """Another daemon: one says no more than 20 lines a second of what clients cause."""
        self.daemon = self.start(
            harness.server_section()
            + self.defaults_section()
            + f"[{DOMAIN}]\nmx = mail.{DOMAIN}\n[{EXPIRED}]\nmx = mail.{DOMAIN}\n"
        )
        self.address = self.daemon.address()

    def reason(self, since):
        """The reason of the next line in the log that says why a client was refused; then the host."""
        line = self.daemon.wait_for_log(
            r'refused client=127\.0\.0\.1 reason="(.*?)"(?: host=(\S+))? time=\S+$', since=since
        )
        self.assertRegex(line[1], r'\A[ !#-~]+\Z')
        return line[1] + (f": {line[2]}" if line[2] else "")


class Raw(AlertCase):
    def test_each_fault_gets_the_one_alert_that_rfc_8446_names_and_its_line(self):
        for number, (cause, data, alert, reason, has_host) in enumerate(RAW, 1):
            if number % 15 == 0:
                self.renew()
            with self.subTest(cause):
                since = self.daemon.mark()
                raw, _ = rawtls.plain(self.address, data, finish=True)
                said = [word for word in rawtls.describe(raw) if word != "server_hello"]
                self.assertEqual(said, [f"fatal {alert}"])
                expected = reason
                if reason.startswith("TLS: "):
                    expected += f", answered by the alert {alert}"
                self.assertEqual(self.reason(since), expected + (f": {HOST}" if has_host else ""))

    def test_a_second_hello_that_is_as_bad_as_the_first_gets_an_alert(self):
        for cause, second, alert in (
            ("no share again", of_shares(), "handshake_failure"),  # by mbedTLS itself
            ("a malformed share", of_shares(key_share(X25519, b"x")), "illegal_parameter"),
            ("TLS 1.2", hello(), "illegal_parameter"),
        ):
            with self.subTest(cause):
                said = rawtls.dialogue(self.address, of_shares(), second)
                self.assertEqual([word for word in said if word.startswith("fatal")],
                                 [f"fatal {alert}"], said)

    def test_a_plain_alert_of_the_client_gets_none_back_and_is_named(self):
        for number, words in (
            (48, "does not accept the certificate: unknown_ca"),
            (45, "does not accept the certificate: certificate_expired"),
            (40, "finds nothing in common with the server: handshake_failure"),
            (51, "finds a fault in what the server sent: decrypt_error"),
            (80, "ended the handshake: internal_error"),
            (222, "ended the handshake: alert 222"),
        ):
            with self.subTest(words):
                since = self.daemon.mark()
                raw, _ = rawtls.plain(self.address, record(21, bytes([2, number])))
                self.assertEqual(rawtls.describe(raw), [])
                self.assertEqual(self.reason(since), f"the client {words}, {PATH}")

    def test_a_plain_alert_behind_the_server_s_finished_is_named_with_the_host(self):
        """OpenSSL's way in TLS 1.3: mbedTLS takes it for a record that cannot be decrypted."""
        since = self.daemon.mark()
        said = rawtls.dialogue(self.address, hello(version="1.3"), record(21, b"\2\x30"))
        self.assertEqual(said[0], "server_hello")
        self.assertEqual(
            self.reason(since), f"the client does not accept the certificate: unknown_ca, {PATH}: {HOST}"
        )

    def test_an_alert_behind_the_handshake_is_named_as_the_client_s_own(self):
        since = self.daemon.mark()
        client = rawtls.KeyedClient(self.address, HOST)
        client.send_record(21, b"\2\x2a")
        client.read_records()
        client.close()
        self.assertEqual(
            self.reason(since),
            f"the client does not accept the certificate: bad_certificate: {HOST}",
        )

    def test_an_alert_decides_nothing(self):
        """A warning before the hello, and the client is served."""
        data = record(21, b"\1\x5a") + hello()
        raw, _ = rawtls.plain(self.address, data, finish=True)
        self.assertEqual(rawtls.describe(raw)[:2], ["server_hello", "certificate"])


NODE = """
const tls = require('tls');
const options = JSON.parse(process.argv[1]);
const socket = tls.connect(options, () => { console.log('connected'); socket.end(); });
socket.on('error', (error) => { console.log(error.code + ' ' + error.message); });
"""


class Clients(AlertCase):
    """Tables of what real clients cause: the alert that they report, and our line in the log."""

    def openssl(self, *words, host=HOST):
        done = run("openssl", "s_client", "-connect", "%s:%d" % self.address, "-servername", host,
                   "-verify_return_error", *words)
        return done.stdout + done.stderr

    def gnutls(self, *words, host=HOST):
        done = run("gnutls-cli", "--port", self.address[1], "--sni-hostname", host,
                   "--verify-hostname", host, *words, self.address[0])
        return done.stdout + done.stderr

    def curl(self, *words, host=HOST):
        port = self.address[1]
        return run("curl", "-sSv", "--resolve", f"{host}:{port}:{self.address[0]}", *words,
                   f"https://{host}:{port}{harness.PATH}").stderr

    def node(self, *words, host=HOST):
        options = {"host": self.address[0], "port": self.address[1], "servername": host}
        for word in words:
            options |= word
        return run("node", "-e", NODE, json.dumps(options)).stdout

    def python(self, change=None, host=HOST, trusts=True, version=None):
        context = harness.tls_context(version) if trusts else ssl.create_default_context()
        if change:
            change(context)
        try:
            with socket.create_connection(self.address, timeout=harness.bound(15)) as sock:
                context.wrap_socket(sock, server_hostname=host).close()
        except ssl.SSLError as failure:
            return str(failure).replace("_", " ").lower()
        return "connected"

    def roots(self):
        return str(pki().root_file())

    def trust(self):
        return {"ca": pki().root_file().read_text()}

    def judge(self, client, rows):
        """rows: cause, a call, the alert, who sends it ("server", "path": plain, "client": sealed),
        the host in the line, "" for none, or None for either."""
        for cause, call, alert, sender, host in rows:
            with self.subTest(client=client, cause=cause):
                since = self.daemon.mark()
                said = call()
                number = NUMBERS[alert]
                if sender == "server":
                    words = alert.replace("_", " ")
                    self.assertRegex(said, rf"alert number {number}\b|alert \[{number}\]|{words}")
                reason = self.reason(since)
                self.assertIn(alert if alert != "unrecognized_name" else "no such host", reason)
                if sender != "server":
                    self.assertRegex(reason, "^the client (does not accept|finds|ended)")
                    self.assertEqual(PATH in reason, sender == "path", reason)
                if host is not None:
                    self.assertTrue(
                        reason.endswith(f": {host}") if host else HOST not in reason, reason
                    )

    @needs("openssl")
    def test_openssl(self):
        for version in ("-tls1_2", "-tls1_3"):
            group = ("-groups", "X448") if version == "-tls1_3" else ("-curves", "X448")
            trust = ("-CAfile", self.roots())
            self.judge("openssl " + version, (
                ("trust", lambda: self.openssl(version), "unknown_ca", "path", HOST),
                ("expired", lambda: self.openssl(version, *trust, host=EXPIRED_HOST),
                 "certificate_expired", "path", EXPIRED_HOST),
                ("hostname", lambda: self.openssl(version, *trust, "-verify_hostname", "a.example"),
                 "bad_certificate", "path", HOST),
                ("groups", lambda: self.openssl(version, *trust, *group), "handshake_failure",
                 "server", HOST),
                ("ALPN", lambda: self.openssl(version, *trust, "-alpn", "h2"),
                 "no_application_protocol", "server", HOST),
                ("name", lambda: self.openssl(version, *trust, host="a.example"),
                 "unrecognized_name", "server", "a.example"),
            ))

    @needs("gnutls-cli")
    def test_gnutls(self):
        for version in ("TLS1.2", "TLS1.3"):
            normal = f"--priority=NORMAL:-VERS-ALL:+VERS-{version}"
            trust = ("--x509cafile", self.roots())
            path = "path" if version == "TLS1.2" else "client"
            self.judge("gnutls-cli " + version, (
                ("trust", lambda: self.gnutls(normal), "bad_certificate", path, HOST),
                ("expired", lambda: self.gnutls(normal, *trust, host=EXPIRED_HOST),
                 "bad_certificate", path, EXPIRED_HOST),
                ("groups", lambda: self.gnutls(normal + ":-GROUP-ALL:+GROUP-FFDHE2048", *trust),
                 "handshake_failure", "server", HOST),
                ("ALPN", lambda: self.gnutls(normal, *trust, "--alpn", "h2"),
                 "no_application_protocol", "server", None),  # its ALPN may come before its SNI
                ("name", lambda: self.gnutls(normal, *trust, host="a.example"),
                 "unrecognized_name", "server", "a.example"),
            ))

    @needs("curl")
    def test_curl(self):
        for version in ("1.2", "1.3"):
            only = (f"--tlsv{version}", "--tls-max", version)
            trust = ("--cacert", self.roots())
            self.judge("curl " + version, (
                ("trust", lambda: self.curl(*only), "unknown_ca", "path", HOST),
                ("expired", lambda: self.curl(*only, *trust, host=EXPIRED_HOST),
                 "certificate_expired", "path", EXPIRED_HOST),
                ("groups", lambda: self.curl(*only, *trust, "--curves", "X448"),
                 "handshake_failure", "server", HOST),
                ("name", lambda: self.curl(*only, *trust, host="a.example"),
                 "unrecognized_name", "server", "a.example"),
            ))

    @needs("node")
    def test_node(self):
        """It judges a certificate behind the handshake and closes then, without an alert."""
        for version in ("TLSv1.2", "TLSv1.3"):
            only = {"minVersion": version, "maxVersion": version}
            trust = self.trust()
            self.judge("node " + version, (
                ("groups", lambda: self.node(only, trust, {"ecdhCurve": "X448"}),
                 "handshake_failure", "server", HOST),
                ("ALPN", lambda: self.node(only, trust, {"ALPNProtocols": ["h2"]}),
                 "no_application_protocol", "server", HOST),
                ("name", lambda: self.node(only, trust, host="a.example"),
                 "unrecognized_name", "server", "a.example"),
            ))

    def test_python(self):
        for version in ("1.2", "1.3"):
            def call(version=version, **options):
                return self.python(version=version, **options)

            self.judge("Python " + version, (
                ("trust", lambda: call(trusts=False), "unknown_ca", "path", HOST),
                ("expired", lambda: call(host=EXPIRED_HOST), "certificate_expired", "path",
                 EXPIRED_HOST),
                ("groups", lambda: call(change=lambda it: it.set_ecdh_curve("secp521r1")),
                 "handshake_failure", "server", HOST),
                ("ALPN", lambda: call(change=lambda it: it.set_alpn_protocols(["h2"])),
                 "no_application_protocol", "server", HOST),
                ("name", lambda: call(host="a.example"), "unrecognized_name", "server",
                 "a.example"),
            ))


if __name__ == "__main__":
    unittest.main()
