# SPDX-License-Identifier: ISC
"""waiting: connections that have finished their handshake and send no request yet. They cost little
memory, lose nothing by it, and are served when they ask."""
import contextlib
import pathlib
import random
import resource
import select
import sys
import unittest

import harness
import rawtls
from harness import TlsClient, policy_text, request, server_section
from harness_tls import tls_context

HOST = "mta-sts.example.com"
BODY = policy_text()
WANTED = 10_000
A_SLOT = 3  # descriptors that the server counts for a connection
SPARE = 100
# Kilobytes of memory that a waiting connection may take: the two buffers of mbedTLS have 33.
MOST_KB, MOST_KB_STOCK = 16, 46
SOME = 40  # more than keep their buffers


def is_stock():
    """Whether mbedTLS is the distribution's, which has no way to give memory back."""
    return b"libmbedtls.so" in pathlib.Path(harness.BINARY).read_bytes()


def count_ended(clients):
    """Nothing is on its way to a client that waits."""
    ended = select.poll()
    for client in clients:
        ended.register(client.sock, select.POLLIN | select.POLLRDHUP)
    return len(ended.poll(0))


class Waiting(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def begin(self, *server):
        return self.start(
            server_section("workers = 1", "access_log = errors", "limit_exempt = 127.0.0.0/8",
                           "idle_timeout = 600", "handshake_timeout = 600", *server)
            + self.defaults_section() + "[example.com]\nmx = mail.example.com\n")

    def hold(self, daemon, count, version=None):
        clients = []
        for _ in range(count):
            client = TlsClient(daemon.address(), HOST, tls_context(version) if version else None)
            self.addCleanup(client.close)
            clients.append(client.handshake())
        return clients

    def assert_answers(self, client, data, status=200):
        answer = client.send(data).finish().one()
        self.assertEqual(answer.status, status)
        if status == 200:
            self.assertEqual(answer.body, BODY)

    def test_ten_thousand_or_as_many_as_descriptors_allow(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        count = min(WANTED, (hard - SPARE) // A_SLOT)
        if harness.is_instrumented():
            count = min(count, 500)
        if count < WANTED:
            print(f"test_waiting: {count} connections instead of {WANTED}: that many are for "
                  f"{hard} descriptors, or for an instrumented program", file=sys.stderr)
        daemon = self.begin(f"max_connections = {count}")
        before, files = daemon.resident_kb(), daemon.descriptors()
        clients = self.hold(daemon, count)
        held = daemon.resident_kb()
        self.assertEqual(count_ended(clients), 0)
        seed = random.randrange(1 << 32)
        for number in [0, count - 1, *random.Random(seed).sample(range(1, count - 1), 50)]:
            with self.subTest(number=number, seed=seed):
                self.assert_answers(clients[number], request(HOST))
        for client in clients:
            client.close()
        daemon.wait_for_descriptors(files)
        if not harness.is_instrumented():
            most = MOST_KB_STOCK if is_stock() else MOST_KB
            self.assertLess((held - before) / count, most)
            # What the C library keeps; the buffers' pages, which mbedTLS clears, are not in it.
            self.assertLess((daemon.resident_kb() - before) / count, most + 8)

    def test_what_comes_after_a_wait_is_read_whole(self):
        long = request(HOST, fields=["x: " + "y" * 16_200])[:16_384]
        for version in ("1.2", "1.3"):
            daemon = self.begin()
            clients = self.hold(daemon, SOME, version)
            asks = {
                "one record": lambda client: self.assert_answers(client, request(HOST)),
                "records of one byte": lambda client: self.assert_answers(
                    client.send(request(HOST)[:-1], 1), request(HOST)[-1:]),
                "a record of 16 kB": lambda client: self.assert_answers(client, long, 431),
                "half a record, then the rest": self.ask_in_halves,
                "close_notify": lambda client: self.assertEqual(
                    client.close_notify().finish().ending, "close_notify"),
                "its end": lambda client: self.assertEqual(
                    client.half_close().finish().raw, b""),
            }
            for number, (name, ask) in enumerate(asks.items()):
                with self.subTest(name, version=version):
                    ask(clients[number])
                    ask(clients[-1 - number])  # these have kept their buffers
            daemon.stop()

    def ask_in_halves(self, client):
        """The first half comes to mbedTLS, and more clients wait after that."""
        client.tls.write(request(HOST))
        record = client.outgoing.read()
        client.sock.sendall(record[:30])
        address = client.sock.getpeername()
        with contextlib.ExitStack() as others:
            for _ in range(SOME // 2):
                other = TlsClient(address, HOST)
                others.callback(other.close)
                other.handshake()
        client.sock.sendall(record[30:])
        answer = client.finish().one()
        self.assertEqual((answer.status, answer.body), (200, BODY))

    def test_a_handshake_message_in_two_records_is_put_together_after_a_wait(self):
        """A ClientHello by which the client wants to begin anew is refused, with a warning."""
        daemon = self.begin()
        client = rawtls.KeyedClient(daemon.address(), HOST)
        self.addCleanup(client.close)
        self.hold(daemon, SOME)
        again = rawtls.client_hello(rawtls.sni(HOST.encode()))
        client.send_record(22, again[:20])
        self.hold(daemon, SOME)
        client.send_record(22, again[20:])
        client.send_record(23, request(HOST))
        client.send_record(21, b"\1\0")
        found = client.read_records()
        self.assertEqual(found[0], (21, b"\1\x64"), "no_renegotiation: RFC 5746 section 4.5")
        self.assertIn(BODY, b"".join(data for kind, data in found if kind == 23))


if __name__ == "__main__":
    unittest.main()
