# SPDX-License-Identifier: ISC
"""proxy: the PROXY protocol is required from the networks named, and never parsed from others."""
import contextlib
import re
import socket
import struct
import unittest

import harness
import rawtls
from harness import bound, exchange, fetch, policy_text, request, server_section

HOST = "mta-sts.example.com"
BODY = policy_text()
PROXY = "127.0.0.2"  # the source that must send a header
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def v1(text):
    return b"PROXY " + text.encode() + b"\r\n"


def v2(command, family, addresses, tlvs=b"", version=2):
    body = addresses + tlvs
    return SIGNATURE + struct.pack("!BBH", version << 4 | command, family, len(body)) + body


def v2_tcp4(source, tlvs=b""):
    body = socket.inet_aton(source) + socket.inet_aton("127.0.0.1") + struct.pack("!HH", 56324, 443)
    return v2(1, 0x11, body, tlvs)


def v2_tcp6(source, tlvs=b""):
    body = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, "::1")
    return v2(1, 0x21, body + struct.pack("!HH", 56324, 443), tlvs)


TLVS = (
    b"\x01\0\x08http/1.1" + b"\x02\0\x0bexample.org" + b"\x04\0\x40" + b"\0" * 64 + b"\xe0\0\3aws"
)

GOOD = {
    "1 TCP4": (v1("TCP4 192.0.2.7 192.0.2.1 56324 443"), "192.0.2.7"),
    "1 TCP6": (v1("TCP6 2001:db8::7 2001:db8::1 56324 443"), "2001:db8::7"),
    "1 TCP6 mapped": (v1("TCP6 ::ffff:192.0.2.9 ::ffff:192.0.2.1 1 2"), "192.0.2.9"),
    "1 UNKNOWN": (v1("UNKNOWN"), PROXY),
    "1 UNKNOWN with addresses": (v1("UNKNOWN ffff::1 ffff::2 65535 65535"), PROXY),
    "1 of the greatest length": (
        v1("UNKNOWN " + "ffff:" * 7 + "ffff " + "ffff:" * 7 + "ffff 65535 65535"),
        PROXY,
    ),
    "2 TCP4": (v2_tcp4("192.0.2.8"), "192.0.2.8"),
    "2 TCP6": (v2_tcp6("2001:db8::8"), "2001:db8::8"),
    "2 TCP6 mapped": (v2_tcp6("::ffff:192.0.2.10"), "192.0.2.10"),
    "2 TCP4 with TLVs": (v2_tcp4("192.0.2.11", TLVS), "192.0.2.11"),
    "2 TCP6 with TLVs": (v2_tcp6("2001:db8::9", TLVS), "2001:db8::9"),
    "2 LOCAL": (v2(0, 0, b""), PROXY),
    "2 LOCAL with an address": (v2(0, 0x11, v2_tcp4("192.0.2.12")[16:]), PROXY),
    "2 UNSPEC": (v2(1, 0, b""), PROXY),
    "2 UNIX": (v2(1, 0x31, b"/a".ljust(216, b"\0")), PROXY),
}

BAD = {
    "1 with LF alone": b"PROXY TCP4 192.0.2.7 192.0.2.1 56324 443\n",
    "1 with a bad address": v1("TCP4 192.0.2.777 192.0.2.1 56324 443"),
    "1 with an address of the other family": v1("TCP4 2001:db8::7 2001:db8::1 56324 443"),
    "1 with a bad port": v1("TCP4 192.0.2.7 192.0.2.1 x 443"),
    "1 with a port too great": v1("TCP4 192.0.2.7 192.0.2.1 99999 443"),
    "1 with too few words": v1("TCP4 192.0.2.7"),
    "1 with too many words": v1("TCP4 192.0.2.7 192.0.2.1 1 2 3"),
    "1 with another protocol": v1("UDP4 192.0.2.7 192.0.2.1 1 2"),
    "1 in lower case": b"proxy TCP4 192.0.2.7 192.0.2.1 56324 443\r\n",
    "1 without an end": b"PROXY TCP4 " + b"1" * 200,
    "1 with a NUL": v1("TCP4 192.0.2.7\0 192.0.2.1 1 2"),
    "2 of version 3": v2(1, 0x11, v2_tcp4("192.0.2.7")[16:], version=3),
    "2 with another command": v2(2, 0x11, v2_tcp4("192.0.2.7")[16:]),
    "2 too short for its family": v2(1, 0x11, b"\x7f\0\0\1"),
    "2 TCP6 too short": v2(1, 0x21, b"\0" * 12),
    "2 with another family": v2(1, 0x51, b"\0" * 12),
    "2 of a great length": v2(1, 0x11, b"\0" * 60000),
    "2 with a wrong signature": b"\r\n\r\n\0\r\nQUIX\n" + v2_tcp4("192.0.2.7")[12:],
    "HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "garbage": bytes(range(255, 100, -1)),
    "no header": b"",
}


class Proxy(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")
        server = server_section(
            f"proxy_from = {PROXY}, 192.0.2.0/24",
            "proxy_from = 2001:db8::/32",
            *("handshake_timeout = 2", "idle_timeout = 2", "access_log = on"),
            listen=["127.0.0.1:0"] + (["[::1]:0"] if harness.has_ipv6() else []),
        )
        cls.daemon = cls.start_for_class(
            server + cls.defaults_section() + "[example.com]\nmx = mail.example.com\n"
        )
        cls.address = cls.daemon.address()

    def fetch_as(self, agent, **options):
        """One fetch; the client address of its access line."""
        data = request(HOST, fields=[f"User-Agent: {agent}"])
        answer = exchange(self.address, HOST, data, **options).one()
        self.assertEqual(answer.body, BODY)
        return self.daemon.wait_for_log(rf'^fetch .* client=(\S+) .*agent="{agent}"')[1]

    def test_each_good_header_gives_its_client_address(self):
        for number, (name, (header, client)) in enumerate(GOOD.items()):
            with self.subTest(header=name):
                self.assertEqual(
                    self.fetch_as(f"good{number}", source=PROXY, before=header), client
                )

    def test_a_header_and_the_hello_in_one_packet(self):
        hello = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode())))
        raw, _ = rawtls.plain(self.address, GOOD["2 TCP4"][0] + hello, source=PROXY, finish=True)
        self.assertEqual(rawtls.describe(raw)[:2], ["server_hello", "certificate"])

    def test_a_header_byte_by_byte(self):
        for name in ("1 TCP4", "2 TCP6 with TLVs"):
            with self.subTest(header=name):
                client = harness.TlsClient(self.address, HOST, source=PROXY)
                for byte in GOOD[name][0]:
                    client.sock.sendall(bytes([byte]))
                agent = "bytewise" + name[0]
                data = request(HOST, fields=[f"User-Agent: {agent}"])
                self.assertEqual(client.handshake().send(data).finish().one().body, BODY)
                said = self.daemon.wait_for_log(rf'client=(\S+) .*agent="{agent}"')
                self.assertEqual(said[1], GOOD[name][1])

    def test_a_missing_or_bad_header_closes_without_a_word(self):
        hello = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode())))
        for name, header in BAD.items():
            with self.subTest(header=name):
                raw, ending = rawtls.plain(self.address, header + hello, source=PROXY)
                self.assertEqual(raw, b"")
                self.assertNotEqual(ending, "timeout")

    def test_a_header_cut_short_closes_without_a_word(self):
        socks = []
        for name in ("1 TCP4", "2 TCP4"):
            header = GOOD[name][0]
            for length in range(0, len(header), 3):
                sock = socket.create_connection(self.address, bound(60), source_address=(PROXY, 0))
                self.addCleanup(sock.close)
                sock.sendall(header[:length])
                sock.shutdown(socket.SHUT_WR)
                socks.append(sock)
        for sock in socks:
            raw, ending = rawtls.read_to_end(sock)
            self.assertEqual((raw, ending in ("eof", "reset")), (b"", True))

    def test_a_header_cut_by_the_end_of_the_stream_is_closed_at_once(self):
        daemon = self.start(
            server_section(f"proxy_from = {PROXY}", "handshake_timeout = 60", "idle_timeout = 60")
            + self.defaults_section()
            + "[example.com]\nmx = mail.example.com\n"
        )
        for name in ("1 TCP4", "2 TCP4"):
            header = GOOD[name][0]
            for length in (1, len(header) // 2, len(header) - 1):
                for apart in (False, True):  # whether the end comes after the bytes were looked at
                    with self.subTest(header=name, length=length, apart=apart):
                        sock = socket.create_connection(
                            daemon.address(), bound(60), source_address=(PROXY, 0)
                        )
                        self.addCleanup(sock.close)
                        sock.sendall(header[:length])
                        if apart:
                            fetch(daemon.address(), HOST)
                        sock.shutdown(socket.SHUT_WR)
                        self.assertIn(rawtls.read_to_end(sock)[1], ("eof", "reset"))

    def test_who_connects_and_says_nothing_as_balancers_check_is_not_logged(self):
        daemon = self.start(server_section(f"proxy_from = {PROXY}") + self.defaults_section())
        for sent in (b"", b"", b"X" * 20):
            raw, ending = rawtls.plain(daemon.address(), sent, source=PROXY, finish=not sent)
            self.assertEqual((raw, ending in ("eof", "reset")), (b"", True))
        daemon.wait_for_log("no PROXY header")
        self.assertEqual(daemon.log().count("no PROXY header"), 1)

    def test_a_header_that_never_ends_is_closed_in_time(self):
        raw, ending = rawtls.plain(self.address, GOOD["1 TCP4"][0][:-4], source=PROXY)
        self.assertEqual((raw, ending in ("eof", "reset")), (b"", True))

    def test_two_headers_are_one_too_many(self):
        header = GOOD["1 TCP4"][0]
        with self.assertRaises(harness.HandshakeFailed):
            harness.TlsClient(self.address, HOST, source=PROXY, before=header * 2).handshake()

    def test_from_others_no_header_is_needed_and_none_is_parsed(self):
        self.assertEqual(self.fetch_as("direct"), "127.0.0.1")
        for name in ("1 TCP4", "2 TCP4", "2 LOCAL"):
            with self.subTest(header=name):
                with self.assertRaises(harness.HandshakeFailed):
                    harness.TlsClient(self.address, HOST, before=GOOD[name][0]).handshake()
        for line in self.daemon.log().splitlines():
            if line.startswith("refused") and "TLS" in line:
                self.assertNotRegex(line, r"client=192\.0\.2\.")

    @unittest.skipUnless(harness.has_ipv6(), "no IPv6 on this machine")
    def test_from_an_ipv6_address_that_is_not_named_none_is_parsed(self):
        address = self.daemon.address("::1")
        self.assertEqual(fetch(address, HOST, agent="six").body, BODY)
        self.assertEqual(self.daemon.wait_for_log(r'client=(\S+) .*agent="six"')[1], "::1")
        with self.assertRaises(harness.HandshakeFailed):
            harness.TlsClient(address, HOST, before=GOOD["2 TCP4"][0]).handshake()

    def test_limits_count_the_address_that_the_header_names(self):
        daemon = self.start(
            server_section(
                *(
                    "proxy_from = 127.0.0.0/8",
                    "limit_per_source = 2",
                    "limit_exempt = 203.0.113.0/24",
                ),
                "workers = 1",
            )
            + self.defaults_section()
            + "[example.com]\nmx = mail.example.com\n"
        )

        def begin(client):
            """A connection that says its hello."""
            sock = socket.create_connection(daemon.address(), timeout=bound(60))
            sock.sendall(
                v2_tcp4(client) + rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode())))
            )
            self.addCleanup(sock.close)
            return sock

        held = [begin("192.0.2.20"), begin("192.0.2.20")]
        for sock in held:
            self.assertTrue(sock.recv(1))  # it is in the midst of its handshake
        raw, ending = rawtls.read_to_end(begin("192.0.2.20"))
        self.assertEqual((raw, ending in ("eof", "reset")), (b"", True))
        for other in ("192.0.2.21", "203.0.113.1"):
            answer = exchange(daemon.address(), HOST, request(HOST), before=v2_tcp4(other)).one()
            self.assertEqual(answer.body, BODY)
        self.assertTrue(re.search("refused client=192.0.2.20 ", daemon.log()), daemon.log())
        for sock in held:
            sock.close()

    def test_an_ipv6_source_is_a_64_and_its_network_a_48(self):
        hello = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode())))
        rows = {
            "limit_per_source = 1": ("2001:db8::1", "2001:db8::ffff:0:0:1", "2001:db8:0:1::1"),
            "limit_per_network = 1": ("2001:db8::1", "2001:db8:0:1::1", "2001:db8:1::1"),
        }
        for key, (first, neighbour, other) in rows.items():
            with self.subTest(key):
                daemon = self.start(
                    server_section("proxy_from = 127.0.0.0/8", key, "workers = 1")
                    + self.defaults_section()
                    + "[example.com]\nmx = mail.example.com\n"
                )

                def begin(client, daemon=daemon):
                    """A connection that says its hello; whether it is answered."""
                    sock = socket.create_connection(daemon.address(), timeout=bound(60))
                    self.addCleanup(sock.close)
                    sock.sendall(f"PROXY TCP6 {client} 2001:db8::2 1 443\r\n".encode() + hello)
                    with contextlib.suppress(ConnectionError):
                        return bool(sock.recv(1))
                    return False

                self.assertTrue(begin(first))
                self.assertFalse(begin(neighbour))
                self.assertTrue(begin(other))


if __name__ == "__main__":
    unittest.main()
