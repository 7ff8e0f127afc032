# SPDX-License-Identifier: ISC
"""A file system that never answers stops nothing but what needs that very file."""
import contextlib
import os
import signal
import socket
import ssl
import threading
import time
import unittest

import hangfs
import harness
from harness import TlsClient, eventually, fetch, pki, policy_text, server_section

LOADERS = 8
CHALLENGE = b"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\n"


class Background:
    """A fetch on a thread of its own: an Answer, or what went wrong."""

    def __init__(self, address, host, **options):
        self.answer = self.failure = None
        self.thread = threading.Thread(target=self.run, args=(address, host, options))
        self.thread.start()

    def run(self, address, host, options):
        try:
            self.answer = fetch(address, host, **options)
        except (AssertionError, OSError) as failure:
            self.failure = failure

    def wait(self):
        self.thread.join(harness.bound(60))
        return self


class Hanging(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.files = hangfs.HangingFiles()
        self.addCleanup(self.files.close)

    def put(self, domain, **options):
        host = f"mta-sts.{domain}"
        self.files.put(f"{host}.pem", pki().leaf(host, **options).pem)
        return host

    def hang(self, *hosts):
        self.files.hang(*(f"{host}.pem" for host in hosts))

    def let_go(self, *hosts):
        self.files.let_go(*(f"{host}.pem" for host in hosts))

    def begin(self, *domains, server=("workers = 1",), sections="", **options):
        """All their certificates are in the directory that may hang."""
        ini = server_section(*server) + f"[defaults]\ncertificate = {self.files.path}/%h.pem\n"
        ini += "".join(f"[{domain}]\nmx = mail.example.com\n" for domain in domains) + sections
        daemon = self.start(ini, **options)
        self.addCleanup(self.files.let_go)  # a thread in a read cannot be ended otherwise
        return daemon

    def assert_served(self, daemon, host, what):
        begun = time.monotonic()
        self.assertEqual(fetch(daemon.address(), host).body, policy_text())
        print(f"# {what}: {(time.monotonic() - begun) * 1000:.0f} ms")

    def shown(self, daemon, host):
        """The certificate that is shown."""
        with TlsClient(daemon.address(), host).handshake() as client:
            return client.tls.getpeercert(True)

    def test_two_hosts_that_hang_hold_up_no_third(self):
        for workers in (1, 2):
            with self.subTest(workers=workers):
                self.check_two_and_a_third(workers)

    def check_two_and_a_third(self, workers):
        domains = [f"{name}{workers}.example" for name in ("loaded", "first", "third")]
        loaded, first, third = (self.put(domain) for domain in domains)
        daemon = self.begin(*domains, server=(f"workers = {workers}", "handshake_timeout = 60"))
        self.assert_served(daemon, loaded, "the first fetch of a host")
        self.hang(loaded, first)
        self.put(domains[0], variant=1)  # a renewal that cannot be read
        waiting = [Background(daemon.address(), first) for _ in range(3)]
        eventually(lambda: f"{first}.pem" in self.files.held_names(), what="the first host's read")

        def renewal_is_read():
            self.assert_served(daemon, loaded, "a host whose renewal hangs")
            return f"{loaded}.pem" in self.files.held_names()

        eventually(renewal_is_read, what="a look at the renewed file")
        self.assert_served(daemon, third, "the first fetch of a third host")
        old = self.shown(daemon, third)
        begun = time.monotonic()
        self.put(domains[2], variant=1)
        eventually(lambda: self.shown(daemon, third) != old, 30, "the third host's renewal")
        print(f"# its renewal: {(time.monotonic() - begun) * 1000:.0f} ms")
        for host in (loaded, first):
            daemon.wait_for_log(rf"{host}\.pem: its file system does not answer", 30)
        self.assert_served(daemon, loaded, "a host whose renewal hangs")
        self.let_go()
        for client in waiting:
            self.assertEqual(client.wait().answer.body, policy_text(), client.failure)
        daemon.wait_for_log(rf"{first}\.pem: answers again")
        wanted = pki().leaf(loaded, variant=1).der
        eventually(lambda: self.shown(daemon, loaded) == wanted, 30, "the renewal that hung")
        daemon.stop()

    def test_while_all_loaders_hang_what_is_loaded_serves_on(self):
        domains = [f"hangs{number}.example" for number in range(LOADERS)]
        hosts = [self.put(domain) for domain in domains]
        loaded, new = self.put("loaded.example"), self.put("new.example")
        server = ("workers = 1", f"handshake_timeout = {int(5 * harness.SLOW)}", "access_log = errors")
        daemon = self.begin(*domains, "loaded.example", "new.example", server=server)
        self.assert_served(daemon, loaded, "the first fetch of a host")
        self.hang(*hosts)
        waiting = [Background(daemon.address(), host) for host in hosts]
        daemon.wait_for_log("all loader threads hang", 30)
        late = Background(daemon.address(), new)
        for _ in range(20):
            self.assert_served(daemon, loaded, "a loaded host")
        for client in [*waiting, late]:
            self.assertEqual(getattr(client.wait().failure, "ending", None), "alert internal_error")
        daemon.wait_for_log(rf'reason="the certificate\'s file does not answer" host={new}')
        threads = len(list((harness.proc(daemon.pid) / "task").iterdir()))
        self.assertLessEqual(threads, 2 + LOADERS + (1 if harness.is_instrumented() else 0))
        self.let_go()
        eventually(lambda: Background(daemon.address(), new).wait().answer, 30, "the new host")
        for host in hosts:
            eventually(lambda h=host: Background(daemon.address(), h).wait().answer, 30, host)

    def test_a_configuration_that_hangs_refuses_a_reload_and_stops_nothing(self):
        for watch in ("off", "on"):
            with self.subTest(watch=watch):
                self.check_configuration(watch)

    def check_configuration(self, watch):
        host = self.put("main.example")
        self.files.put("more.ini", b"[more.example]\nmx = a.example\n")
        self.put("more.example")
        beats = Heartbeats(self.directory / f"notify-{watch}")
        self.addCleanup(beats.close)
        server = ("workers = 1", f"include = {self.files.path}", f"watch = {watch}")
        daemon = self.begin("main.example", server=server, environment=beats.environment())
        self.assert_served(daemon, host, "the first fetch of a host")
        self.files.hang("more.ini")
        self.files.put("more.ini", b"[more.example]\nmx = b.example\n")
        since = daemon.mark()
        daemon.signal(signal.SIGHUP)
        daemon.wait_for_log(r"more\.ini: its file system does not answer", 30, since)
        daemon.wait_for_log("^reload refused: the file system of one of its files does not answer", 30, since)
        self.assertTrue(beats.come(4), "the heartbeat stopped")
        for _ in range(2):  # while the first thread hangs still
            since = daemon.mark()
            daemon.reload(expect="reload refused")
            self.assert_served(daemon, host, "a loaded host")
        self.assertTrue(beats.come(4), "the heartbeat stopped")
        self.assertNotIn("a thread is stuck", daemon.log())
        since = daemon.mark()
        self.files.let_go()
        if watch == "off":
            daemon.signal(signal.SIGHUP)
        daemon.wait_for_log("^reloaded: 2 domains", 30, since)
        self.assert_serves(daemon, "mta-sts.more.example", policy_text(["b.example"]))
        self.files.hang("more.ini")
        daemon.signal(signal.SIGHUP)
        eventually(lambda: "more.ini" in self.files.held_names(), what="a look at the file")
        daemon.signal(signal.SIGTERM)
        daemon.wait_for_log("^stopped$", 20)
        self.files.let_go()
        daemon.stop()

    def test_of_many_files_the_one_that_hangs_is_named(self):
        host = self.put("main.example")
        for number in range(600):
            self.files.put(f"{number:03d}.ini", b"; nothing\n")
        daemon = self.begin("main.example", server=("workers = 1", f"include = {self.files.path}"))
        self.assert_served(daemon, host, "the first fetch of a host")
        for name in ("299.ini", "571.ini"):
            since = daemon.mark()
            self.files.hang(name)
            self.files.put(name, b"; changed\n")
            daemon.signal(signal.SIGHUP)
            daemon.wait_for_log(rf"{name}: its file system does not answer", 30, since)
            daemon.wait_for_log("^reload refused", 30, since)
            self.assert_served(daemon, host, "a loaded host")
            self.files.let_go()
            daemon.wait_for_log(rf"{name}: answers again", 30, since)
            daemon.reload()

    def test_the_heartbeat_goes_on_while_all_loaders_hang(self):
        domains = [f"hangs{number}.example" for number in range(LOADERS)]
        hosts = [self.put(domain) for domain in domains]
        beats = Heartbeats(self.directory / "notify")
        self.addCleanup(beats.close)
        daemon = self.begin(*domains, environment=beats.environment())
        self.hang(*hosts)
        waiting = [Background(daemon.address(), host) for host in hosts]
        daemon.wait_for_log("all loader threads hang", 30)
        self.assertTrue(beats.come(6), "the heartbeat stopped")
        self.assertNotIn("a thread is stuck", daemon.log())
        self.let_go()
        for client in waiting:
            client.wait()

    def test_a_challenge_that_hangs_holds_up_no_other_host(self):
        self.files.put("mta-sts.challenged.example", CHALLENGE)
        host = self.put("served.example")
        acme = f"[acme]\naccept_terms = yes\nchallenges = {self.files.path}\n"
        daemon = self.begin("challenged.example", "served.example", sections=acme)
        self.files.hang("mta-sts.challenged.example")
        context = harness.tls_context(alpn=["acme-tls/1"], verify=False)
        client = Client(daemon.address(), "mta-sts.challenged.example", context, None)
        eventually(self.files.held_names, what="a read")
        self.assert_served(daemon, host, "another host")
        daemon.wait_for_log("its file system does not answer", 30)
        self.files.let_go()
        client.wait()
        daemon.wait_for_log("challenge", 20)

    def test_a_client_that_leaves_or_says_more_while_it_waits_harms_nobody(self):
        host = self.put("first.example")
        daemon = self.begin("first.example")
        self.hang(host)
        for leave in ("close", "reset", "half_close"):
            client = TlsClient(daemon.address(), host)
            with self.assertRaises(ssl.SSLWantReadError):
                client.tls.do_handshake()
            client.flush()
            getattr(client, leave)()
        staying = Background(daemon.address(), host)
        eventually(self.files.held_names, what="a read")
        self.let_go()
        self.assertEqual(staying.wait().answer.body, policy_text())

    def test_every_kind_of_hello_is_read_again(self):
        """One piece a byte, many records, a HelloRetryRequest, TLS 1.2: each is a first fetch."""
        from_pieces = {"piece": 1}
        contexts = {"1.2": harness.tls_context("1.2"), "1.3": harness.tls_context("1.3")}
        retried = harness.tls_context("1.3")
        retried.set_ecdh_curve("secp384r1")
        contexts["another group"] = retried
        domains = [f"d{number}.example" for number in range(2 * len(contexts))]
        hosts = iter([self.put(domain) for domain in domains])
        daemon = self.begin(*domains)
        for name, context in contexts.items():
            for options in ({}, from_pieces):
                with self.subTest(name=name, options=options):
                    host = next(hosts)
                    self.hang(host)
                    client = Client(daemon.address(), host, context, options.get("piece"))
                    eventually(self.files.held_names, what="a read")
                    self.let_go()
                    self.assertEqual(client.wait().answer.body, policy_text(), client.failure)


class Heartbeats:
    """The socket of a service manager whose watchdog waits."""

    PERIOD = 0.3 * max(1, harness.SLOW)  # seconds

    def __init__(self, path):
        self.path = str(path)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.path)
        os.chmod(self.path, 0o777)

    def close(self):
        self.sock.close()

    def environment(self):
        return {"NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": str(int(self.PERIOD * 2_000_000))}

    def come(self, wanted):
        """Whether so many come from now on, with no gap of more than the watchdog bears."""
        self.sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.sock.recv(4096)
        self.sock.settimeout(10 * self.PERIOD)
        try:
            while wanted > 0:
                wanted -= self.sock.recv(4096) == b"WATCHDOG=1"
        except TimeoutError:
            return False
        return True


class Client(Background):
    """A fetch whose handshake leaves in pieces."""

    def __init__(self, address, host, context, piece):
        super().__init__(address, host, context=context, piece_of_handshake=piece)

    def run(self, address, host, options):
        try:
            client = TlsClient(address, host, options["context"])
            client.handshake(options["piece_of_handshake"])
            self.answer = client.send(harness.request(host)).finish().one()
        except (AssertionError, OSError) as failure:
            self.failure = failure


if __name__ == "__main__":
    unittest.main()
