# SPDX-License-Identifier: ISC
"""reload: SIGHUP swaps one whole state for another, and nobody who is connected notices more."""
import re
import signal
import socket
import threading
import unittest

import harness
import rawtls
from harness import (
    LoadClients,
    bound,
    fetch,
    pki,
    policy_text,
    request,
    server_section,
    write_atomically,
)

HOST = "mta-sts.example.com"


def section(domain, *mx):
    return f"[{domain}]\n" + "".join(f"mx = {name}\n" for name in mx)


class Reload(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com", "example.net", "example.org")

    def ini(self, *sections, server=(), listen=("127.0.0.1:0",)):
        return server_section(*server, listen=listen) + self.defaults_section() + "".join(sections)

    def change(self, daemon, ini, expect="reloaded"):
        self.write("mta-stsd.ini", ini)
        return daemon.reload(expect)

    @staticmethod
    def is_closed(port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=bound(60)).close()
        except (ConnectionRefusedError, ConnectionResetError):
            return True
        return False

    def test_sighup_changes_policies_adds_domains_and_takes_them_away(self):
        daemon = self.start(
            self.ini(section("example.com", "a.example"), section("example.net", "a.example"))
        )
        self.assert_serves(daemon, HOST, policy_text(["a.example"]))
        self.assert_refused(daemon.address(), "mta-sts.example.org", "unrecognized_name")
        said = self.change(
            daemon,
            self.ini(section("example.com", "b.example"), section("example.org", "c.example")),
        )
        self.assertRegex(said, "^reloaded: 2 domains, listening on ")
        self.assert_serves(daemon, HOST, policy_text(["b.example"]))
        self.assert_serves(daemon, "mta-sts.example.org", policy_text(["c.example"]))
        self.assert_refused(daemon.address(), "mta-sts.example.net", "unrecognized_name")

    def test_changed_includes_lists_and_policy_files_are_read_at_a_reload(self):
        self.write("inc.d/a.ini", section("example.com", "a.example"))
        self.write("list.txt", "example.net mx=a.example\n")
        self.write("policy.txt", policy_text(["a.example"]))
        daemon = self.start(
            self.ini(
                f"[example.org]\npolicy_file = {self.directory}/policy.txt\n",
                server=["include = inc.d", "domains_file = list.txt"],
            )
        )
        self.write("inc.d/a.ini", section("example.com", "b.example"))
        self.write("list.txt", "example.net mx=b.example\n")
        self.write("policy.txt", policy_text(["b.example"]))
        for domain in ("example.com", "example.net", "example.org"):
            self.assert_serves(daemon, f"mta-sts.{domain}", policy_text(["a.example"]))
        daemon.reload()
        for domain in ("example.com", "example.net", "example.org"):
            self.assert_serves(daemon, f"mta-sts.{domain}", policy_text(["b.example"]))

    def test_a_wrong_ini_is_refused_with_its_reason_and_the_old_state_serves_on(self):
        good = self.ini(section("example.com", "a.example"))
        daemon = self.start(good)
        changed = self.ini(section("example.com", "b.example"))
        wrong = {
            "an unknown key": changed.replace("[server]", "[server]\ncolour = red"),
            "a misspelt section": changed.replace("[defaults]", "[defaultz]"),
            "a bad value": changed.replace("[server]", "[server]\nidle_timeout = soon"),
            "a missing include": changed.replace("[server]", "[server]\ninclude = nosuch.d"),
            "a missing list": changed.replace("[server]", "[server]\ndomains_file = nosuch.txt"),
            "a key outside": "mode = none\n" + changed,
            "a BOM": "\xef\xbb\xbf" + changed,
        }
        for why, ini in wrong.items():
            with self.subTest(why=why):
                since = daemon.mark()
                said = self.change(daemon, ini, "reload refused")
                self.assertRegex(said, "; the configuration loaded before stays in use$")
                daemon.wait_for_log(r": error: ", since=since)
                self.assert_serves(daemon, HOST, policy_text(["a.example"]))
        (self.directory / "mta-stsd.ini").unlink()
        daemon.reload("reload refused")
        self.assert_serves(daemon, HOST, policy_text(["a.example"]))
        self.change(daemon, changed)
        self.assert_serves(daemon, HOST, policy_text(["b.example"]))

    def test_one_bad_domain_keeps_its_last_good_policy_while_the_good_ones_change(self):
        daemon = self.start(
            self.ini(section("example.com", "a.example"), section("example.net", "a.example"))
        )
        bad = self.ini(section("example.com", "b.example"), section("example.net", "192.0.2.1"))
        since = daemon.mark()
        self.change(daemon, bad)
        daemon.wait_for_log(r"mta-stsd\.ini:\d+: error: .*192\.0\.2\.1", since=since)
        self.assert_serves(daemon, HOST, policy_text(["b.example"]))
        self.assert_serves(daemon, "mta-sts.example.net", policy_text(["a.example"]))
        worse = bad.replace("b.example", "c.example").replace("192.0.2.1", "192.0.2.2")
        self.change(daemon, worse)
        self.assert_serves(daemon, HOST, policy_text(["c.example"]))
        self.assert_serves(daemon, "mta-sts.example.net", policy_text(["a.example"]))
        self.change(daemon, worse.replace("192.0.2.2", "d.example"))
        self.assert_serves(daemon, "mta-sts.example.net", policy_text(["d.example"]))
        daemon.stop()
        daemon = self.start(bad)  # a start has no last good state
        self.assert_serves(daemon, HOST, policy_text(["b.example"]))
        self.assert_refused(daemon.address(), "mta-sts.example.net", "unrecognized_name")

    def test_a_new_domain_that_is_bad_is_not_served_and_harms_no_other(self):
        daemon = self.start(self.ini(section("example.com", "a.example")))
        self.change(
            daemon,
            self.ini(section("example.com", "b.example"), section("example.net", "a.example.")),
        )
        self.assert_serves(daemon, HOST, policy_text(["b.example"]))
        self.assert_refused(daemon.address(), "mta-sts.example.net", "unrecognized_name")

    def test_a_broken_header_keeps_its_domain_at_a_reload(self):
        daemon = self.start(
            self.ini(section("example.com", "a.example"), section("example.net", "a.example"))
        )
        broken = section("example.net", "b.example").replace("]", "")
        self.change(daemon, self.ini(section("example.com", "b.example"), broken))
        self.assert_serves(daemon, HOST, policy_text(["b.example"]))
        self.assert_serves(daemon, "mta-sts.example.net", policy_text(["a.example"]))

    def test_a_name_in_another_script_keeps_its_domain_at_a_reload(self):
        """Also where the sandbox keeps the locales away."""
        names = ("xn--mnchen-3ya.example", "MÜNCHEN.example")
        self.certify(names[0])
        good = section("example.com", "a.example")
        daemon = self.start(self.ini(good, section(names[0], "a.example")))
        since = daemon.mark()
        self.change(daemon, self.ini(good, section(names[1], "b.example")).encode())
        self.assertIn(f"write its A-label form: {names[0]}", daemon.log(since))
        self.assert_serves(daemon, f"mta-sts.{names[0]}", policy_text(["a.example"]))
        daemon.wait_for_log("^1 domain has errors: what it served before stays$", since=since)

    def test_a_name_that_cannot_be_read_is_counted_as_not_served(self):
        daemon = self.start(
            self.ini(section("example.com", "a.example"), section("example.net", "a.example"))
        )
        since = daemon.mark()
        unnamed = section("🙂.example", "a.example")
        self.change(daemon, self.ini(section("example.com", "a.example"), unnamed).encode())
        self.assert_refused(daemon.address(), "mta-sts.example.net", "unrecognized_name")
        daemon.wait_for_log("^1 domain is not served, because of the errors above$", since=since)
        self.assertNotIn("served before stays", daemon.log(since))

    def test_a_port_of_zero_stays_the_same_port(self):
        daemon = self.start(self.ini(section("example.com", "a.example")))
        for name in ("b.example", "c.example"):
            self.change(daemon, self.ini(section("example.com", name)))
            self.assert_serves(daemon, HOST, policy_text([name]))

    def test_two_lines_of_any_free_port_stay_two_ports(self):
        listen = ["127.0.0.1:0", "127.0.0.1:0"]
        daemon = self.start(self.ini(section("example.com", "a.example"), listen=listen))
        ports = [port for _, port in daemon.addresses]
        self.assertEqual(len(set(ports)), 2)
        for name in ("b.example", "c.example"):
            said = self.change(daemon, self.ini(section("example.com", name), listen=listen))
            self.assertEqual([int(port) for port in re.findall(r":(\d+)", said)], ports)
            for port in ports:
                self.assertEqual(fetch(("127.0.0.1", port), HOST).body, policy_text([name]))

    def test_an_address_is_added_and_removed_while_another_stays_open(self):
        kept, moved = harness.free_port(), harness.free_port()
        body = policy_text(["a.example"])
        one = self.ini(section("example.com", "a.example"), listen=[f"127.0.0.1:{kept}"])
        both = self.ini(
            section("example.com", "a.example"), listen=[f"127.0.0.1:{kept}", f"127.0.0.1:{moved}"]
        )
        daemon = self.start(one)
        waiting = harness.TlsClient(("127.0.0.1", kept), HOST).handshake()
        self.change(daemon, both)
        self.assertEqual(fetch(("127.0.0.1", moved), HOST).body, body)
        on_moved = harness.TlsClient(("127.0.0.1", moved), HOST).handshake()
        self.change(daemon, one)
        harness.eventually(lambda: self.is_closed(moved), what="the end of the removed address")
        for client in (waiting, on_moved):  # neither lost its connection
            self.assertEqual(client.send(request(HOST)).finish().one().body, body)
        self.assertEqual(fetch(("127.0.0.1", kept), HOST).body, body)

    def test_an_address_that_went_a_moment_ago_comes_back(self):
        """A worker that has other work holds the removed address meanwhile."""
        kept, moved = harness.free_port(), harness.free_port()
        one, both = [f"127.0.0.1:{kept}"], [f"127.0.0.1:{kept}", f"127.0.0.1:{moved}"]
        inis = [self.ini(section("example.com", "a.example"), listen=at) for at in (one, both)]
        daemon = self.start(inis[1])
        stop = threading.Event()
        busy = [
            threading.Thread(target=self.shake_hands, args=(daemon.address(), stop))
            for _ in range(2)
        ]
        for thread in busy:
            thread.start()
        try:
            for _ in range(50):
                for ini in inis:
                    self.change(daemon, ini)
                self.assert_serves(daemon, HOST, policy_text(["a.example"]))
                self.assertEqual(fetch(("127.0.0.1", moved), HOST).status, 200)
        finally:
            stop.set()
            for thread in busy:
                thread.join()

    @staticmethod
    def shake_hands(address, stop):
        while not stop.is_set():
            try:
                harness.TlsClient(address, HOST).handshake().sock.close()
            except (OSError, AssertionError):
                pass

    def test_a_client_that_waits_in_the_queue_of_a_removed_address_is_served(self):
        kept, moved = harness.free_port(), harness.free_port()
        both = [f"127.0.0.1:{kept}", f"127.0.0.1:{moved}"]
        daemon = self.start(self.ini(section("example.com", "a.example"), listen=both))
        self.write("mta-stsd.ini", self.ini(section("example.com", "a.example"), listen=both[:1]))
        daemon.signal(signal.SIGSTOP)
        clients = [harness.TlsClient(("127.0.0.1", moved), HOST) for _ in range(20)]
        since = daemon.mark()
        daemon.signal(signal.SIGHUP)
        daemon.signal(signal.SIGCONT)
        daemon.wait_for_log("^reloaded", since=since)
        for client in clients:
            self.assertEqual(client.handshake().send(request(HOST)).finish().one().status, 200)

    def test_an_address_that_cannot_be_had_refuses_the_reload(self):
        daemon = self.start(self.ini(section("example.com", "a.example")))
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            port = holder.getsockname()[1]
            listen = ["127.0.0.1:0", f"127.0.0.1:{port}"]
            since = daemon.mark()
            self.change(
                daemon,
                self.ini(section("example.com", "b.example"), listen=listen),
                "reload refused",
            )
            daemon.wait_for_log(rf"error: .*127\.0\.0\.1:{port}", since=since)
        self.assert_serves(daemon, HOST, policy_text(["a.example"]))

    def test_a_port_that_this_server_holds_as_another_address_refuses_the_reload(self):
        port = harness.free_port()
        wide, narrow = str(port), f"127.0.0.1:{port}"
        daemon = self.start(self.ini(section("example.com", "a.example"), listen=[wide]))
        since = daemon.mark()
        self.change(
            daemon, self.ini(section("example.com", "b.example"), listen=[narrow]), "reload refused"
        )
        daemon.wait_for_log(
            rf"error: .*this server already listens on the port of 127\.0\.0\.1:{port}, as \S+:{port}; "
            "restart it to change that",
            since=since,
        )
        for _ in range(3):
            self.assertEqual(fetch(("127.0.0.1", port), HOST).body, policy_text(["a.example"]))
        daemon.stop()
        daemon = self.start(self.ini(section("example.com", "b.example"), listen=[narrow]))
        self.assert_serves(daemon, HOST, policy_text(["b.example"]))

    def test_a_client_that_comes_after_a_reload_was_logged_gets_the_new_policy(self):
        daemon = self.start(self.ini(section("example.com", "m0.example"), server=["workers = 2"]))
        load = LoadClients(daemon.address(), [HOST], 1)
        self.addCleanup(load.stop)
        harness.eventually(lambda: load.count() > 0, 20, "the load")
        for number in range(1, 6 if harness.WRAPPER else 31):
            mx = f"m{number}.example"
            self.change(daemon, self.ini(section("example.com", mx), server=["workers = 2"]))
            clients = [harness.TlsClient(daemon.address(), HOST) for _ in range(4)]
            for client in clients:
                body = client.handshake().send(request(HOST)).finish().one().body
                self.assertEqual(body, policy_text([mx]), number)
        self.assertEqual(load.stop()[2], [])

    def test_a_hello_after_a_reload_was_logged_gets_the_new_policy_from_a_busy_worker(self):
        busy = "mta-sts.busy.example"
        self.certify("busy.example", kind="rsa")  # whose signatures take their time
        hello = rawtls.records(rawtls.client_hello(rawtls.sni(busy.encode())))
        rest = section("busy.example", "m.example")
        server = ["workers = 1"]
        daemon = self.start(self.ini(section("example.com", "m0.example"), rest, server=server))
        for number in range(1, 4):
            clients = [harness.TlsClient(daemon.address(), HOST) for _ in range(3)]
            silent = [socket.create_connection(daemon.address(), bound(60)) for _ in range(40)]
            fetch(daemon.address(), busy, context=harness.tls_context(verify=False))  # accepted all
            mx = f"m{number}.example"
            self.write("mta-stsd.ini", self.ini(section("example.com", mx), rest, server=server))
            since = daemon.mark()
            daemon.signal(signal.SIGSTOP)
            for sock in silent:
                sock.sendall(hello)
            daemon.signal(signal.SIGHUP)
            daemon.signal(signal.SIGCONT)
            daemon.wait_for_log("^reloaded", since=since)
            for client in clients:
                body = client.handshake().send(request(HOST)).finish().one().body
                self.assertEqual(body, policy_text([mx]), number)
            for sock in silent:
                sock.close()

    def test_what_takes_effect_at_the_next_start_is_said(self):
        one = section("example.com", "a.example")
        daemon = self.start(self.ini(one, server=["workers = 1"]))
        notice = "^user, workers and max_connections take effect at the next start$"
        rows = [(["workers = 2"], True), (["workers = 2", "idle_timeout = 9"], False)]
        rows += [(["workers = 2", "max_connections = 77"], True)]
        if harness.as_root():
            rows += [(["workers = 2", "max_connections = 77", "user = daemon"], True)]
        for server, is_said in rows:
            with self.subTest(server=server):
                since = daemon.mark()
                self.change(daemon, self.ini(one, server=server))
                self.assertEqual(bool(re.search(notice, daemon.log(since), re.M)), is_said)
        self.assert_serves(daemon, HOST, policy_text(["a.example"]))

    def test_domains_with_errors_are_counted_at_a_start_and_at_a_reload(self):
        good = section("example.com", "a.example")
        bad = [section(f"bad{number}.example", "192.0.2.1") for number in range(2)]
        daemon = self.start(self.ini(good))
        rows = {
            1: "^1 domain has errors: what it served before stays$",
            2: "^2 domains have errors: what they served before stays$",
        }
        for count, line in rows.items():
            since = daemon.mark()
            self.change(daemon, self.ini(good, *bad[:count]))
            daemon.wait_for_log(line, since=since)
        since = daemon.mark()
        self.change(daemon, self.ini(good))
        daemon.stop()
        self.assertNotIn("error", daemon.log(since))
        rows = {
            1: "^1 domain is not served, because of the errors above$",
            2: "^2 domains are not served, because of the errors above$",
        }
        for count, line in rows.items():
            daemon = self.start(self.ini(good, *bad[:count]))
            daemon.wait_for_log(line)
            self.assertRegex(daemon.log(), "(?m)^ready: 1 domain, ")
            daemon.stop()

    def test_a_connection_that_began_before_a_reload_is_answered_after_it(self):
        daemon = self.start(self.ini(section("example.com", "a.example")))
        silent = harness.TlsClient(daemon.address(), HOST)
        handshaken = harness.TlsClient(daemon.address(), HOST).handshake()
        halfway = harness.TlsClient(daemon.address(), HOST).handshake().send(request(HOST)[:20])
        self.change(daemon, self.ini(section("example.com", "b.example")))
        both = (policy_text(["a.example"]), policy_text(["b.example"]))
        self.assertEqual(silent.handshake().send(request(HOST)).finish().one().body, both[1])
        self.assertIn(handshaken.send(request(HOST)).finish().one().body, both)
        self.assertIn(halfway.send(request(HOST)[20:]).finish().one().body, both)

    def test_a_storm_of_signals_ends_in_the_last_state(self):
        daemon = self.start(self.ini(section("example.com", "a.example")))
        for number in range(50):
            write_atomically(
                self.directory / "mta-stsd.ini",
                self.ini(section("example.com", f"m{number}.example")),
            )
            daemon.signal(signal.SIGHUP)
        body = policy_text(["m49.example"])
        harness.eventually(
            lambda: fetch(daemon.address(), HOST).body == body, what="the last state"
        )

    def test_server_settings_change_at_a_reload(self):
        daemon = self.start(
            self.ini(section("example.com", "a.example"), server=["access_log = off"])
        )
        fetch(daemon.address(), HOST, agent="unseen")
        self.change(
            daemon, self.ini(section("example.com", "a.example"), server=["access_log = on"])
        )
        fetch(daemon.address(), HOST, agent="seen")
        daemon.wait_for_log('agent="seen"')
        self.assertNotIn("unseen", daemon.log())

    def test_reloads_leak_neither_descriptors_nor_memory(self):
        inis = [self.ini(section("example.com", name)) for name in ("a.example", "b.example")]
        daemon = self.start(inis[0])
        for number in range(10):
            self.change(daemon, inis[number % 2])
        before, resident = daemon.descriptors(), daemon.resident_kb()
        for number in range(200):
            self.change(daemon, inis[number % 2])
        daemon.wait_for_descriptors(before)
        if not harness.is_instrumented():
            self.assertLess(daemon.resident_kb(), resident + 2000)


class UnderLoad(harness.TestCase):
    """The promise in numbers: 200 reloads and 200 renewals under 5,000 fetches, and none fails."""

    CHANGES = 20 if harness.WRAPPER else 200  # each a reload and a renewal
    FETCHES = 200 if harness.WRAPPER else 5000

    def test_no_fetch_fails_in_200_reloads_and_200_renewals_and_every_body_is_whole(self):
        one_file, two_files, steady = (
            "mta-sts.one.example",
            "mta-sts.two.example",
            "mta-sts.steady.example",
        )
        variants = range(3)
        leaves = {
            host: [pki().leaf(host, variant=variant) for variant in variants]
            for host in (one_file, two_files)
        }
        self.write(f"certs/{one_file}.pem", leaves[one_file][0].pem)
        self.write(f"certs/{two_files}.crt", leaves[two_files][0].chain)
        self.write(f"certs/{two_files}.key", leaves[two_files][0].key)
        self.certify("steady.example")
        mx = {
            "old": [f"old{number}.mx.example" for number in range(40)],
            "new": [f"new{number}.mx.example" for number in range(70)],
        }
        ini = {
            age: server_section("workers = 2", "access_log = off")
            + self.defaults_section("mode = enforce", *(f"mx = {name}" for name in mx[age]))
            + "[one.example]\n[steady.example]\n[two.example]\n"
            + f"certificate = {self.certificates}/%h.crt\n"
            + f"private_key = {self.certificates}/%h.key\n"
            for age in mx
        }
        bodies = {age: policy_text(mx[age], "enforce", 604800).decode() for age in mx}
        daemon = self.start(ini["old"])
        hosts = [one_file, two_files, steady]
        load = LoadClients(daemon.address(), hosts, self.FETCHES)
        self.addCleanup(load.stop)
        step = self.FETCHES // (self.CHANGES + 1)  # so that all changes fall among the fetches
        for number in range(self.CHANGES):
            harness.eventually(
                lambda due=number * step: load.count() > due or not load.running(),
                30,
                "more fetches",
            )
            self.assertTrue(load.running(), "a load client ended early")
            write_atomically(self.directory / "mta-stsd.ini", ini["old" if number % 2 else "new"])
            daemon.reload()
            write_atomically(
                self.certificates / f"{one_file}.pem", leaves[one_file][number % 3].pem
            )
            # The worst layout: two files, written in place, one after the other.
            pair = leaves[two_files][number % 3]
            (self.certificates / f"{two_files}.crt").write_bytes(pair.chain)
            (self.certificates / f"{two_files}.key").write_bytes(pair.key)
        count, seen, failures = load.stop()

        self.assertEqual(failures, [])
        self.assertGreaterEqual(count, self.FETCHES)
        allowed = {f"{host} 200 {body}" for host in hosts for body in bodies.values()}
        self.assertLessEqual(set(seen), allowed)
        for body in bodies.values():
            self.assertTrue(any(key.endswith(body) for key in seen), "both states were seen")
        address = daemon.address()
        for host, made in leaves.items():
            last = made[(self.CHANGES - 1) % 3].der

            def shows_the_last(host=host, last=last):
                with harness.TlsClient(address, host) as client:
                    return client.handshake().tls.getpeercert(True) == last

            harness.eventually(shows_the_last, 10, f"the last renewal of {host}")
        self.assertNotRegex(daemon.log(), re.compile("refused client=", re.M))


if __name__ == "__main__":
    unittest.main()
