# SPDX-License-Identifier: ISC
"""limits: time-outs and bounds hold, the oldest idle goes first, and accepting never stops."""
import contextlib
import resource
import socket
import threading
import time
import unittest

import harness
import rawtls
from harness import bound, exchange, fetch, policy_text, request, server_section

HOST = "mta-sts.example.com"
BODY = policy_text()
FLOOD = 65536  # the bytes that a client may send before its answer is due
RECORDS = 2048  # and the records
HANDSHAKE, APPLICATION_DATA = 22, 23  # kinds of records


class Limits(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com", "large.example")
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2
        )

    def begin(self, *server, more="", listen=("127.0.0.1:0",), **options):
        text = server_section("workers = 1", *server, listen=listen) + self.defaults_section()
        return self.start(text + "[example.com]\nmx = mail.example.com\n" + more, **options)

    def connect(self, daemon, data=b"", source=None, host="127.0.0.1"):
        place = (source, 0) if source else None
        sock = socket.create_connection(
            daemon.address(host), timeout=bound(60), source_address=place
        )
        self.addCleanup(sock.close)
        if data:
            sock.sendall(data)
        return sock

    def connect_busily(self, daemon):
        """A connection in the midst of its handshake: the server has answered its hello."""
        hello = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode())))
        sock = self.connect(daemon, hello)
        self.assertTrue(sock.recv(1))
        return sock

    @staticmethod
    def is_closed(sock, seconds):
        """Whether the server ends this connection within so many seconds."""
        sock.settimeout(seconds)
        try:
            while sock.recv(65536):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            pass
        return True

    YOUNG = 0.8  # seconds, under the second from which a request may be displaced

    def while_young(self, attempt):
        """What holds for young requests: one failure counts where all was done in that time, else
        the last of some."""
        for left in reversed(range(5)):
            started = time.monotonic()
            try:
                return attempt()
            except (AssertionError, OSError):
                if not left or time.monotonic() - started < self.YOUNG:
                    raise

    def assert_closed_after(self, seconds, sock, started):
        """Not before the time is over; and long before any other time-out of these servers is."""
        self.assertTrue(self.is_closed(sock, bound(30)), "it stays open")
        self.assertGreater(time.monotonic() - started, seconds * 0.8)

    # time-outs

    def test_a_silent_client_goes_after_the_idle_timeout(self):
        daemon = self.begin("idle_timeout = 1", "handshake_timeout = 120", "request_timeout = 120")
        started = time.monotonic()
        self.assert_closed_after(1, self.connect(daemon), started)

    def test_a_client_silent_after_its_handshake_goes_after_the_idle_timeout(self):
        daemon = self.begin("idle_timeout = 1", "handshake_timeout = 120", "request_timeout = 120")
        for version in ("1.2", "1.3"):
            context = harness.tls_context(version)
            started = time.monotonic()
            client = harness.TlsClient(daemon.address(), HOST, context).handshake()
            self.assert_closed_after(1, client.sock, started)
            client.close()

    def test_a_shorter_idle_timeout_holds_for_those_who_come_after_its_reload(self):
        daemon = self.begin("idle_timeout = 60")
        older = self.connect(daemon)
        self.assert_serves(daemon, HOST, BODY)  # so the older one was accepted
        path = self.directory / "mta-stsd.ini"
        path.write_text(path.read_text().replace("idle_timeout = 60", "idle_timeout = 1"))
        daemon.reload()
        started = time.monotonic()
        self.assert_closed_after(1, self.connect(daemon), started)
        self.assertFalse(self.is_closed(older, 0.01), "the older one goes by its own time-out")

    def assert_trickle_is_ended(self, send, sock, data, started):
        """Sends byte after byte until the server has had enough, which is not at once."""
        sock.settimeout(0.05)
        for byte in data:
            try:
                send(bytes([byte]))
                if not sock.recv(65536):
                    break
            except TimeoutError:
                pass
            except OSError:
                break
        else:
            self.fail("it may send all of it")
        self.assertGreater(time.monotonic() - started, 0.8)

    def test_a_handshake_that_trickles_goes_after_the_handshake_timeout(self):
        daemon = self.begin("handshake_timeout = 1", "idle_timeout = 120", "request_timeout = 120")
        started = time.monotonic()
        sock = self.connect(daemon)
        hello = b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + b"r" * 500
        self.assert_trickle_is_ended(sock.sendall, sock, hello, started)

    def test_a_request_that_trickles_goes_after_the_request_timeout(self):
        daemon = self.begin("request_timeout = 1", "idle_timeout = 120", "handshake_timeout = 120")
        started = time.monotonic()
        client = harness.TlsClient(daemon.address(), HOST).handshake()
        data = request(HOST, fields=["X: " + "a" * 500])
        self.assert_trickle_is_ended(client.send, client.sock, data, started)
        self.assert_serves(daemon, HOST, BODY)

    def test_a_body_that_never_comes_goes_after_the_request_timeout(self):
        daemon = self.begin("request_timeout = 1", "idle_timeout = 120")
        started = time.monotonic()
        client = harness.TlsClient(daemon.address(), HOST).handshake()
        client.send(request(HOST, "POST", fields=["Content-Length: 100"]) + b"x")
        self.assert_closed_after(1, client.sock, started)

    def large_policy(self):
        body = policy_text([f"mx{number:04d}.customer-mail.example.com" for number in range(1600)])
        self.assertLess(len(body), 64000)
        self.write("large.txt", body)
        return body, f"[large.example]\npolicy_file = {self.directory}/large.txt\n"

    def small_window(self, daemon):
        """A connection whose client takes in little and whose server holds little for it."""
        sock = socket.socket()
        self.addCleanup(sock.close)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        sock.settimeout(bound(60))
        sock.connect(daemon.address())
        return sock

    def small_window_client(self, daemon, host):
        client = harness.TlsClient(daemon.address(), host, sock=self.small_window(daemon))
        return client.handshake().send(request(host))

    def test_a_slow_reader_gets_the_whole_of_a_large_policy(self):
        body, section = self.large_policy()
        daemon = self.begin("request_timeout = 30", more=section)
        client = self.small_window_client(daemon, "mta-sts.large.example")

        def slowly():
            data = client.sock.recv(512)
            time.sleep(0.002)
            client.incoming.write(data) if data else client.incoming.write_eof()
            return True

        client.receive = slowly
        self.assertEqual(client.finish().one().body, body)

    def test_a_slow_reader_that_renegotiates_gets_each_byte_once(self):
        body, section = self.large_policy()
        daemon = self.begin("request_timeout = 30", more=section)
        host = "mta-sts.large.example"
        hello = rawtls.client_hello(rawtls.sni(host.encode()))
        for pieces in (1, 4, 10, 20):
            with self.subTest(pieces=pieces):
                sock = self.small_window(daemon)
                client = rawtls.KeyedClient(daemon.address(), host, sock=sock)
                client.send_record(APPLICATION_DATA, request(host))
                raw = b""
                for _ in range(pieces):  # after the first, the server waits for room
                    raw += sock.recv(500)
                client.send_record(HANDSHAKE, hello)
                said = client.read_records(raw)
                data = b"".join(data for kind, data in said if kind == APPLICATION_DATA)
                (answer,) = harness.parse_answers(data)
                self.assertEqual(answer.body, body)
                self.assertEqual(said[-1], (21, b"\1\0"))  # close_notify

    def test_a_reader_that_never_reads_goes_after_the_request_timeout_and_blocks_nobody(self):
        _, section = self.large_policy()
        daemon = self.begin("request_timeout = 1", more=section)
        before = daemon.descriptors()
        clients = [self.small_window_client(daemon, "mta-sts.large.example") for _ in range(10)]
        self.assert_serves(daemon, HOST, BODY)
        daemon.wait_for_descriptors(before)
        self.assertEqual(len(clients), 10)

    def test_a_client_that_does_not_close_after_the_answer_goes_soon(self):
        daemon = self.begin("idle_timeout = 1", "request_timeout = 1")
        before = daemon.descriptors()
        client = harness.TlsClient(daemon.address(), HOST).handshake().send(request(HOST))
        while client.read_some():
            pass
        daemon.wait_for_descriptors(before)
        client.close()

    def test_a_client_that_leaves_without_a_request_is_let_go_at_once(self):
        daemon = self.begin("idle_timeout = 60", "handshake_timeout = 60", "request_timeout = 60")
        self.assert_serves(daemon, HOST, BODY)
        before = daemon.descriptors()
        hello = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode())))
        for data in (b"", hello[:1], hello[:100], hello):
            sock = self.connect(daemon, data)
            sock.shutdown(socket.SHUT_WR)
            self.assertTrue(self.is_closed(sock, bound(20)), f"{len(data)} bytes, then the end")
        for leave in ("close_notify", "half_close"):
            for data in (
                b"",
                request(HOST)[:30],
                request(HOST, "POST", fields=["Content-Length: 9"]),
            ):
                with self.subTest(leave=leave, data=data):
                    client = harness.TlsClient(daemon.address(), HOST).handshake()
                    if data:
                        client.send(data)
                    getattr(client, leave)()
                    self.assertTrue(self.is_closed(client.sock, bound(20)))
                    client.close()
        daemon.wait_for_descriptors(before)

    # floods

    def records_of_a_flood(self):
        """What to send first, and then on and on: by a name for it."""
        hello = rawtls.client_hello(rawtls.sni(HOST.encode()))
        newer = rawtls.client_hello(rawtls.sni(HOST.encode()), version="1.3")
        return {
            "ChangeCipherSpec at first": (b"", rawtls.CHANGE_CIPHER_SPEC),
            "ChangeCipherSpec in a handshake": (rawtls.records(newer), rawtls.CHANGE_CIPHER_SPEC),
            "warnings at first": (b"", rawtls.WARNING),
            "warnings in a handshake": (rawtls.records(hello), rawtls.WARNING),
        }

    def test_a_client_that_floods_a_handshake_is_ended_at_once(self):
        daemon = self.begin("handshake_timeout = 60", "idle_timeout = 60", "request_timeout = 60")
        for name, (first, record) in self.records_of_a_flood().items():
            with self.subTest(flood=name):
                sock = self.connect(daemon, first)
                if first:
                    self.assertTrue(sock.recv(1))
                since, started = daemon.mark(), time.monotonic()
                with self.assertRaises(ConnectionError):  # long before a time-out
                    while time.monotonic() - started < bound(30):
                        sock.send(record * 2000)
                daemon.wait_for_log("^refused client=127.0.0.1 reason=", since=since)
        self.assert_serves(daemon, HOST, BODY)

    def test_bytes_before_a_request_are_bounded(self):
        daemon = self.begin("handshake_timeout = 60", "idle_timeout = 60", "request_timeout = 60")
        reason = '^refused client=127.0.0.1 reason="too many bytes before a request'
        sock = self.connect(daemon, rawtls.CHANGE_CIPHER_SPEC * (FLOOD // 6 + 1))
        self.assertTrue(self.is_closed(sock, bound(20)))
        daemon.wait_for_log(reason)
        since = daemon.mark()
        first = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode()), version="1.3"))
        sock = self.connect(daemon, first)
        self.assertTrue(sock.recv(1))
        sock.sendall(rawtls.CHANGE_CIPHER_SPEC * (FLOOD // 6 + 1))
        self.assertTrue(self.is_closed(sock, bound(20)))
        daemon.wait_for_log(f'{reason}" host={HOST} time=', since=since)

    def test_records_before_a_request_are_bounded_too(self):
        daemon = self.begin("handshake_timeout = 60", "idle_timeout = 60", "request_timeout = 60")
        first = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode()), version="1.3"))
        sock = self.connect(daemon, first)
        self.assertTrue(sock.recv(1))
        few = rawtls.CHANGE_CIPHER_SPEC * (RECORDS - 48)
        sock.sendall(few)
        self.assertFalse(self.is_closed(sock, 0.2), "these are few enough")
        sock.sendall(rawtls.CHANGE_CIPHER_SPEC * 96)
        self.assertTrue(self.is_closed(sock, bound(20)))
        daemon.wait_for_log('^refused client=127.0.0.1 reason="too many bytes before a request')

    def test_who_used_up_its_bytes_is_closed_at_once_after_the_handshake_too(self):
        times = ("handshake_timeout = 60", "idle_timeout = 60", "request_timeout = 60")
        daemon = self.begin(*times)
        begun = request(HOST)[:-2] + b"X: "
        for name, first, kind, data in (
            ("warnings before a request", b"", 21, b"\1\x5a"),
            ("warnings in a request", begun, 21, b"\1\x5a"),
            ("a field in small pieces", begun, APPLICATION_DATA, b"a"),
        ):
            with self.subTest(flood=name):
                client = rawtls.KeyedClient(daemon.address(), HOST)
                if first:
                    client.send_record(APPLICATION_DATA, first)
                with contextlib.suppress(ConnectionError):
                    client.sock.sendall(
                        b"".join(client.ours.seal(kind, data) for _ in range(RECORDS))
                    )
                self.assertTrue(self.is_closed(client.sock, bound(15)), "it stays open")
                client.close()
                self.assert_serves(daemon, HOST, BODY)

    def test_renegotiations_that_are_refused_are_bounded(self):
        daemon = self.begin("idle_timeout = 1", "request_timeout = 1")
        hello = rawtls.client_hello(rawtls.sni(HOST.encode()))
        for data in (b"", request(HOST)[:30]):
            with self.subTest(data=data):
                client = rawtls.KeyedClient(daemon.address(), HOST)
                if data:
                    client.send_record(APPLICATION_DATA, data)
                started = time.monotonic()
                with self.assertRaises(ConnectionError):
                    while time.monotonic() - started < bound(30):
                        client.send_record(HANDSHAKE, hello)
                client.close()
                self.assert_serves(daemon, HOST, BODY)

    def test_while_clients_flood_others_are_served_and_the_stop_keeps_its_bound(self):
        floods = self.records_of_a_flood()
        for names in (list(floods)[::2], list(floods)[1::2]):
            with self.subTest(floods=names):
                daemon = self.begin("drain_timeout = 1", "handshake_timeout = 60")
                address, over = daemon.address(), threading.Event()

                def flood(first, record, address=address, over=over):
                    while not over.is_set():
                        with contextlib.suppress(OSError):
                            with socket.create_connection(address, timeout=bound(60)) as sock:
                                sock.sendall(first)
                                while not over.is_set():
                                    sock.send(record * 2000)

                flooders = [threading.Thread(target=flood, args=floods[name]) for name in names]
                try:
                    for flooder in flooders:
                        flooder.start()
                    for _ in range(10):
                        self.assert_serves(daemon, HOST, BODY)
                    daemon.stop()  # which waits for a third of a flood's time-outs
                finally:
                    over.set()
                    for flooder in flooders:
                        flooder.join()

    # connections in all

    def test_at_the_bound_the_oldest_idle_connection_goes_and_a_new_client_is_served(self):
        daemon = self.begin("max_connections = 10", "idle_timeout = 60")
        socks = [self.connect(daemon) for _ in range(10)]
        self.assert_serves(daemon, HOST, BODY)
        self.assertTrue(self.is_closed(socks[0], bound(20)), "the oldest is still there")
        for sock in socks[2:]:
            self.assertFalse(self.is_closed(sock, 0.01), "a younger one went")

    def test_an_idle_connection_after_its_handshake_goes_too(self):
        daemon = self.begin("max_connections = 5", "idle_timeout = 60")
        clients = [harness.TlsClient(daemon.address(), HOST).handshake() for _ in range(5)]
        self.assert_serves(daemon, HOST, BODY)
        self.assertTrue(self.is_closed(clients[0].sock, bound(20)))
        self.assertEqual(clients[4].send(request(HOST)).finish().one().body, BODY)
        for client in clients:
            client.close()

    def test_a_young_request_in_progress_is_not_given_up_for_a_newcomer(self):
        def attempt():
            daemon = self.begin("max_connections = 3", "idle_timeout = 60", "request_timeout = 60")
            busy = [
                harness.TlsClient(daemon.address(), HOST).handshake().send(request(HOST)[:30])
                for _ in range(2)
            ]
            for _ in range(10):
                self.assert_serves(daemon, HOST, BODY)
            for _ in range(10):
                self.connect(daemon)
            for client in busy:
                self.assertEqual(client.send(request(HOST)[30:]).finish().one().body, BODY)

        self.while_young(attempt)

    def test_many_more_clients_than_the_bound_are_served_in_the_end(self):
        daemon = self.begin("max_connections = 10", "idle_timeout = 60")
        for number in range(200):
            self.connect(daemon)
            if number % 20 == 0:
                self.assert_serves(daemon, HOST, BODY)
        self.assert_serves(daemon, HOST, BODY)

    def test_1000_silent_connections_leave_it_serving_and_small(self):
        daemon = self.begin("idle_timeout = 60")
        self.assert_serves(daemon, HOST, BODY)
        before, resident = daemon.descriptors(), daemon.resident_kb()
        socks = [self.connect(daemon) for _ in range(1000)]
        harness.eventually(lambda: daemon.descriptors() >= before + 990, what="all accepted")
        for _ in range(5):
            self.assert_serves(daemon, HOST, BODY)
        if not harness.is_instrumented():
            self.assertLess(daemon.resident_kb() - resident, 1500)
        for sock in socks:
            sock.close()
        daemon.wait_for_descriptors(before)

    # one source

    def test_a_source_with_too_many_busy_connections_is_refused_and_others_are_served(self):
        daemon = self.begin(
            *("limit_per_source = 4", "limit_exempt = 192.0.2.0/24", "handshake_timeout = 60"),
        )
        socks = [self.connect_busily(daemon) for _ in range(4)]
        with self.assertRaises((harness.HandshakeFailed, ConnectionError)):
            fetch(daemon.address(), HOST)
        daemon.wait_for_log(r'refused client=127\.0\.0\.1 reason="too many')
        self.assert_serves(daemon, HOST, BODY, source="127.0.0.3")
        for sock in socks:
            self.assertFalse(self.is_closed(sock, 0.01))
        socks[0].close()
        harness.eventually(lambda: self.is_served(daemon), what="a free place")

    @staticmethod
    def is_served(daemon, **options):
        try:
            return fetch(daemon.address(), HOST, **options).status == 200
        except (AssertionError, OSError):
            return False

    def test_the_oldest_idle_connection_of_a_source_makes_room_for_its_next(self):
        daemon = self.begin(
            "limit_per_source = 4", "limit_exempt = 192.0.2.0/24", "idle_timeout = 60"
        )
        other = self.connect(daemon, source="127.0.0.3")
        socks = [self.connect(daemon) for _ in range(4)]
        self.assert_serves(daemon, HOST, BODY)
        self.assertTrue(self.is_closed(socks[0], bound(20)))
        daemon.wait_for_log(
            r"^refused client=127\.0\.0\.1 "
            'reason="idle, while its source had too many connections" time='
        )
        self.assertFalse(self.is_closed(other, 0.01), "another source's connection went")
        self.assertFalse(self.is_closed(socks[3], 0.01))

    def test_an_exempt_source_has_no_limit(self):
        daemon = self.begin(
            "limit_per_source = 2", "idle_timeout = 60"
        )  # loopback is exempt built-in
        socks = [self.connect(daemon, b"\x16") for _ in range(20)]
        self.assert_serves(daemon, HOST, BODY)
        for sock in socks:
            self.assertFalse(self.is_closed(sock, 0.01))

    @unittest.skipUnless(harness.has_ipv6(), "no IPv6 on this machine")
    def test_ipv4_and_ipv6_are_different_sources(self):
        daemon = self.begin(
            *("limit_per_source = 2", "limit_exempt = 192.0.2.0/24"),
            listen=["127.0.0.1:0", "[::1]:0"],
        )
        held = [self.connect_busily(daemon) for _ in range(2)]
        self.assertEqual(fetch(daemon.address("::1"), HOST).body, BODY)
        self.assertEqual(len(held), 2)

    # one network, and how often

    def test_the_oldest_idle_connection_of_a_network_makes_room_for_its_next(self):
        daemon = self.begin(
            *("limit_per_network = 4", "limit_exempt = 192.0.2.0/24", "idle_timeout = 60")
        )
        other = self.connect(daemon, source="127.0.2.1")
        socks = [self.connect(daemon, source=f"127.0.1.{number}") for number in range(1, 5)]
        self.assert_serves(daemon, HOST, BODY, source="127.0.1.9")
        self.assertTrue(self.is_closed(socks[0], bound(20)))
        daemon.wait_for_log(
            r"^refused client=127\.0\.1\.1 "
            'reason="idle, while its network had too many connections" time='
        )
        self.assertFalse(self.is_closed(other, 0.01), "another network's connection went")
        self.assertFalse(self.is_closed(socks[3], 0.01))

    def hello_at_once(self, daemon, sources):
        """One hello from each source, as near to each other as can be: what each got."""
        hello = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode())))
        socks = [self.connect(daemon, source=source) for source in sources]
        for sock in socks:
            sock.sendall(hello)
        said = []
        for sock in socks:
            try:
                said.append(sock.recv(65536))
            except ConnectionError:
                said.append(b"")
            sock.close()
        return said

    def test_handshakes_beyond_what_a_second_bears_are_refused_without_a_byte(self):
        for key, sources, words in (
            ("handshakes_per_source = 1", ["127.0.1.1"] * 10, "this source"),
            (
                "handshakes_per_network = 1",
                [f"127.0.1.{number}" for number in range(1, 11)],
                "its network",
            ),
        ):
            with self.subTest(key):
                daemon = self.begin(key, "limit_exempt = 192.0.2.0/24")
                said = self.hello_at_once(daemon, sources)
                self.assertTrue(any(said), "none was served")
                self.assertIn(b"", said, "none was refused")
                daemon.wait_for_log(
                    r"^refused client=127\.0\.1\.\d+ "
                    f'reason="too many handshakes a second from {words}" time='
                )
                self.assert_serves(daemon, HOST, BODY, source="127.0.2.1")
                harness.eventually(
                    lambda daemon=daemon: self.is_served(daemon, source="127.0.1.1"),
                    what="a handshake a second later",
                )

    def test_an_exempt_source_may_shake_hands_as_often_as_it_likes(self):
        daemon = self.begin("handshakes_per_source = 1", "handshakes_per_network = 1")
        self.assertNotIn(b"", self.hello_at_once(daemon, ["127.0.0.1"] * 10))

    # descriptors

    @unittest.skipIf(harness.WRAPPER, "the wrapper needs descriptors of its own")
    def test_without_descriptors_it_goes_on_serving(self):
        for data in (b"", b"\x16\x03\x01"):
            with self.subTest(first_bytes=data):
                daemon = self.begin("idle_timeout = 60", "handshake_timeout = 60")
                daemon.limit_descriptors(40)
                before = daemon.descriptors()
                socks = [self.connect(daemon, data) for _ in range(150)]
                for _ in range(5):
                    self.assert_serves(daemon, HOST, BODY)
                for sock in socks:
                    sock.close()
                daemon.wait_for_descriptors(before)
                for _ in range(5):
                    self.assert_serves(daemon, HOST, BODY)

    @unittest.skipIf(harness.WRAPPER, "the wrapper needs descriptors of its own")
    def test_without_descriptors_busy_clients_are_finished_and_it_serves_again_after_them(self):
        def attempt():
            daemon = self.begin("idle_timeout = 60", "request_timeout = 60")
            daemon.limit_descriptors(daemon.descriptors() + 9 * 3)  # of nine requests, and no more
            busy = []
            for _ in range(60):
                try:
                    client = harness.TlsClient(daemon.address(), HOST).handshake()
                    busy.append(client.send(request(HOST)[:30]))
                except (AssertionError, OSError):
                    break
            self.assertGreater(len(busy), 5)
            for _ in range(5):  # nobody gives way: they are told at once, not left waiting
                with self.connect(daemon) as sock:
                    sock.settimeout(bound(20))
                    self.assertEqual(sock.recv(1), b"")
            daemon.wait_for_log("a client was refused: no descriptors left")
            served = 0
            for client in busy:
                with contextlib.suppress(AssertionError, OSError):
                    served += client.send(request(HOST)[30:]).finish().one().body == BODY
            self.assertGreater(served, 5)
            harness.eventually(lambda: self.is_served(daemon), what="service after the rush")

        self.while_young(attempt)

    def test_a_thousand_short_connections_lose_no_descriptor(self):
        daemon = self.begin()
        self.assert_serves(daemon, HOST, BODY)
        before = daemon.descriptors()
        for number in range(250):
            self.connect(daemon).close()
            self.connect(daemon, b"\x16\x03\x01\0\5hello").close()
            harness.TlsClient(daemon.address(), HOST).handshake().close()
            exchange(daemon.address(), HOST, b"garbage\r\n\r\n" if number % 2 else request(HOST))
        daemon.wait_for_descriptors(before)


if __name__ == "__main__":
    unittest.main()
