# SPDX-License-Identifier: ISC
"""life: start, readiness, inherited sockets, the log, an orderly stop, and the command line."""
import fcntl
import hashlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import harness
from harness import (
    BINARY,
    WRAPPER,
    bound,
    exchange,
    fetch,
    policy_text,
    request,
    run,
    server_section,
)

HOST = "mta-sts.example.com"
BODY = policy_text()
SECTION = "[example.com]\nmx = mail.example.com\n"


class Case(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def ini(self, *server, listen=("127.0.0.1:0",)):
        return server_section(*server, listen=listen) + self.defaults_section() + SECTION


class CommandLine(Case):
    def call(self, *arguments):
        return run(*WRAPPER, BINARY, *arguments, env=harness.clean_environment(None))

    def test_version_goes_to_stdout_and_exits_0(self):
        for option in ("--version", "-V"):
            done = self.call(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, r"^mta-stsd \d+\.\d+(\.\d+)?\S*\n")

    def test_help_names_every_option_and_exits_0(self):
        for option in ("--help", "-h"):
            done = self.call(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            for name in ("--config", "--check", "--check-certs", "--version", "--help"):
                self.assertIn(name, done.stdout)

    def test_a_wrong_command_line_exits_2_with_a_hint(self):
        for arguments in (["--nosuch"], ["-x"], ["-c"], ["argument"], ["--check", "argument"]):
            with self.subTest(arguments=arguments):
                done = self.call(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertNotEqual(done.stderr, "")

    def test_a_missing_configuration_exits_78(self):
        done = self.call("-c", self.directory / "nosuch.ini")
        self.assertEqual(done.returncode, 78)
        self.assertRegex(done.stderr, "nosuch.ini: error: ")


class Readiness(Case):
    def notify_socket(self, abstract=False):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(sock.close)
        sock.settimeout(bound(60))
        if abstract:
            name = f"@mta-stsd-test-{os.getpid()}-{time.monotonic_ns()}"
            sock.bind("\0" + name[1:])
            return sock, name
        path = str(self.directory / f"notify{time.monotonic_ns()}")
        sock.bind(path)
        os.chmod(path, 0o777)
        return sock, path

    def test_sd_notify_counts_the_hosts_without_a_certificate(self):
        sock, name = self.notify_socket(False)
        other = "[bare.example]\nmx = mail.example.com\n"
        self.write("mta-stsd.ini", self.ini() + other)
        daemon = self.start(self.ini() + other, environment={"NOTIFY_SOCKET": name})
        self.assertIn("STATUS=2 domains served, 0 with errors", sock.recv(4096).decode())
        bare = "STATUS=2 domains served, 0 with errors, 1 without a certificate"
        self.assertEqual(sock.recv(4096).decode(), bare)
        daemon.reload()
        self.assertIn("RELOADING=1", sock.recv(4096).decode())
        self.assertEqual(sock.recv(4096).decode(), f"READY=1\n{bare}")
        self.certify("bare.example")
        daemon.reload()
        said = ""
        while said != "STATUS=2 domains served, 0 with errors":
            said = sock.recv(4096).decode()

    def test_sd_notify_tells_readiness_reloads_and_the_stop(self):
        for abstract in (False, True):
            with self.subTest(abstract=abstract):
                sock, name = self.notify_socket(abstract)
                daemon = self.start(self.ini(), environment={"NOTIFY_SOCKET": name})

                def next_message(sock=sock):
                    return sock.recv(4096).decode().split("\n")

                said = next_message()
                self.assertIn("READY=1", said)
                self.assertIn("STATUS=1 domain served, 0 with errors", said)
                self.assert_serves(daemon, HOST, BODY)
                before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                daemon.reload()
                after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                said = next_message()
                self.assertIn("RELOADING=1", said)
                (moment,) = (int(line[15:]) for line in said if line.startswith("MONOTONIC_USEC="))
                self.assertTrue(before <= moment <= after)
                self.assertIn("READY=1", next_message())
                bad = "[bad.example]\nmx = 192.0.2.1\n"
                self.write("mta-stsd.ini", self.ini() + bad)
                daemon.reload()
                self.assertIn("RELOADING=1", next_message())
                said = next_message()
                self.assertIn("READY=1", said)
                self.assertIn("STATUS=1 domain served, 1 with errors", said)
                self.write("mta-stsd.ini", "[server]\ncolour = red\n")
                daemon.reload("reload refused")
                self.assertIn("RELOADING=1", next_message())
                said = next_message()
                self.assertIn("READY=1", said)
                (status,) = (line for line in said if line.startswith("STATUS="))
                self.assertRegex(status, "^STATUS=reload refused: .*; the old configuration stays")
                daemon.signal(signal.SIGTERM)
                self.assertIn("STOPPING=1", next_message())
                daemon.stop()

    def test_a_notify_socket_that_is_gone_harms_nothing(self):
        daemon = self.start(self.ini(), environment={"NOTIFY_SOCKET": str(self.directory / "gone")})
        self.assert_serves(daemon, HOST, BODY)

    def test_the_ready_line_names_the_count_and_every_address(self):
        listen = ["127.0.0.1:0", "127.0.0.2:0"] + (["[::1]:0"] if harness.has_ipv6() else [])
        daemon = self.start(self.ini(listen=listen))
        self.assertRegex(daemon.log(), r"(?m)^ready: 1 domain, listening on 127\.0\.0\.1:\d+, ")
        self.assertEqual(len(daemon.addresses), len(listen))
        for address in daemon.addresses:
            with self.subTest(address=address):
                self.assertEqual(fetch(address, HOST).body, BODY)

    def test_a_port_alone_listens_on_ipv4_and_ipv6(self):
        daemon = self.start(self.ini(listen=["0"]))
        hosts = [host for host, _ in daemon.addresses]
        self.assertEqual(hosts, ["0.0.0.0", "::"] if harness.has_ipv6() else ["0.0.0.0"])
        for host, port in daemon.addresses:
            client = "127.0.0.1" if host == "0.0.0.0" else "::1"
            self.assertEqual(fetch((client, port), HOST).body, BODY)

    def test_a_fixed_port_is_one_on_both_and_can_be_had_again_at_once(self):
        ports = (
            {"0.0.0.0": "127.0.0.1", "::": "::1"}
            if harness.has_ipv6()
            else {"0.0.0.0": "127.0.0.1"}
        )
        port = harness.free_port()
        for _ in range(2):
            daemon = self.start(self.ini(listen=[str(port)]))
            self.assertEqual(daemon.addresses, [(host, port) for host in ports])
            for client in ports.values():
                # The server ends the connection, so the port waits in its TIME_WAIT.
                self.assertEqual(fetch((client, port), HOST).body, BODY)
            daemon.stop()

    def test_several_addresses_on_one_line_are_several(self):
        daemon = self.start(self.ini(listen=["127.0.0.1:0, 127.0.0.2:0"]))
        self.assertEqual([host for host, _ in daemon.addresses], ["127.0.0.1", "127.0.0.2"])


class Inherited(Case):
    """Sockets by the protocol of sd_listen_fds(3)."""

    def listen(self, *addresses):
        """Listening sockets, on descriptors high enough to be moved to 3 and up by the shell."""
        socks = []
        for host in addresses:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            sock = socket.socket(family, socket.SOCK_STREAM)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((host, 0))
            sock.listen(64)
            high = fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD, 50)
            sock.close()
            kept = socket.socket(fileno=high)
            self.addCleanup(kept.close)
            socks.append(kept)
        return socks

    # What systemd does between fork and exec.
    HAND_OVER = """
import os, sys
count, pid, numbers = sys.argv[1], sys.argv[2], sys.argv[3].split()
for place, number in enumerate(numbers):
    os.dup2(int(number), 3 + place)
    os.close(int(number))
os.environ.update(LISTEN_FDS=count, LISTEN_PID=pid or str(os.getpid()))
os.execvp(sys.argv[4], sys.argv[4:])
"""

    def options(self, socks, count=None, pid=""):
        numbers = [str(sock.fileno()) for sock in socks]
        count = str(len(socks)) if count is None else count
        return {
            "prefix": [sys.executable, "-c", self.HAND_OVER, count, pid, " ".join(numbers)],
            "pass_fds": [sock.fileno() for sock in socks],
        }

    @staticmethod
    def name(sock):
        host, port = sock.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def test_inherited_sockets_that_the_listen_lines_name_are_served(self):
        hosts = ["127.0.0.1", "127.0.0.2"] + (["::1"] if harness.has_ipv6() else [])
        socks = self.listen(*hosts)
        daemon = self.start(
            self.ini(listen=[self.name(sock) for sock in socks]), **self.options(socks)
        )
        for sock in socks:
            self.assertEqual(fetch(sock.getsockname()[:2], HOST).body, BODY)
        daemon.reload()
        self.assertEqual(fetch(socks[0].getsockname(), HOST).body, BODY)

    @unittest.skipUnless(harness.has_ipv6(), "no IPv6 on this machine")
    def test_an_ipv4_client_of_an_ipv6_socket_is_an_ipv4_client(self):
        sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(("::", 0))
        sock.listen(64)
        high = socket.socket(fileno=fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD, 50))
        sock.close()
        self.addCleanup(high.close)
        port = high.getsockname()[1]
        ini = self.ini("limit_per_source = 1", "limit_exempt = 127.0.0.2", listen=[str(port)])
        daemon = self.start(ini, **self.options([high]))
        held = [
            socket.create_connection(("127.0.0.1", port), bound(60), ("127.0.0.2", 0))
            for _ in range(3)
        ]
        data = request(HOST, fields=["User-Agent: mapped"])
        self.assertEqual(
            exchange(("127.0.0.1", port), HOST, data, source="127.0.0.2").one().body, BODY
        )
        self.assertEqual(daemon.wait_for_log(r'client=(\S+) .*agent="mapped"')[1], "127.0.0.2")
        for sock in held:
            sock.close()

    def test_a_listen_line_that_is_not_among_them_is_an_error_naming_both(self):
        (sock,) = self.listen("127.0.0.1")
        other = f"127.0.0.1:{harness.free_port()}"
        said = self.refuse_start(self.ini(listen=[self.name(sock), other]), **self.options([sock]))
        self.assertRegex(said, rf"refused\.ini:\d+: error: .*{other}.*{self.name(sock)}")

    def test_an_inherited_socket_without_a_listen_line_is_an_error(self):
        socks = self.listen("127.0.0.1", "127.0.0.2")
        said = self.refuse_start(self.ini(listen=[self.name(socks[0])]), **self.options(socks))
        self.assertRegex(said, f"error: .*{self.name(socks[1])}")

    def test_a_descriptor_that_is_no_listening_socket_is_an_error(self):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(sock.close)
        high = socket.socket(fileno=fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD, 50))
        self.addCleanup(high.close)
        self.assertIn("error", self.refuse_start(self.ini(), **self.options([high])))

    def test_sockets_meant_for_another_process_are_left_alone(self):
        (sock,) = self.listen("127.0.0.1")
        daemon = self.start(self.ini(), **self.options([sock], pid="1"))
        self.assertNotEqual(daemon.address(), sock.getsockname())
        self.assert_serves(daemon, HOST, BODY)

    def test_nonsense_in_the_variables_harms_nothing(self):
        for count in ("x", "-1", "0", "99999999999999999999"):
            with self.subTest(count=count):
                daemon = self.start(self.ini(), **self.options([], count=count))
                self.assert_serves(daemon, HOST, BODY)

    def test_an_inherited_socket_loses_no_client_at_a_restart(self):
        (sock,) = self.listen("127.0.0.1")
        ini, options = self.ini(listen=[self.name(sock)]), self.options([sock])
        daemon = self.start(ini, **options)
        self.assertEqual(fetch(sock.getsockname(), HOST).body, BODY)
        daemon.stop()
        waiting = [harness.TlsClient(sock.getsockname(), HOST) for _ in range(10)]
        self.start(ini, **options)
        for client in waiting:
            self.assertEqual(client.handshake().send(request(HOST)).finish().one().body, BODY)


class Stop(Case):
    def test_a_stop_ends_at_once_when_nobody_is_connected(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number):
                daemon = self.start(self.ini())
                daemon.signal(number)
                daemon.wait_for_log("^stopping")
                daemon.stop()
                self.assertRegex(daemon.log(), "(?m)^stopped$")

    def test_a_request_in_progress_is_answered_before_the_stop(self):
        daemon = self.start(self.ini("drain_timeout = 15"))
        halfway = harness.TlsClient(daemon.address(), HOST).handshake().send(request(HOST)[:25])
        daemon.signal(signal.SIGTERM)
        daemon.wait_for_log("^stopping")
        self.assertEqual(halfway.send(request(HOST)[25:]).finish().one().body, BODY)
        daemon.stop()

    def test_clients_that_wait_in_the_queue_are_served_before_the_stop(self):
        daemon = self.start(self.ini("drain_timeout = 15"))
        daemon.signal(signal.SIGSTOP)
        clients = [harness.TlsClient(daemon.address(), HOST) for _ in range(20)]
        daemon.signal(signal.SIGTERM)
        daemon.signal(signal.SIGCONT)
        for client in clients:
            self.assertEqual(client.handshake().send(request(HOST)).finish().one().body, BODY)
        daemon.stop()

    def test_no_new_client_is_accepted_after_the_stop_began(self):
        daemon = self.start(self.ini("drain_timeout = 15"))
        address = daemon.address()
        halfway = harness.TlsClient(address, HOST).handshake().send(request(HOST)[:25])
        daemon.signal(signal.SIGTERM)
        daemon.wait_for_log("^stopping")

        def is_refused():
            try:
                socket.create_connection(address, timeout=bound(60)).close()
            except (ConnectionRefusedError, ConnectionResetError):
                return True
            return False

        harness.eventually(is_refused, what="the refusal")
        self.assertEqual(halfway.send(request(HOST)[25:]).finish().one().body, BODY)
        daemon.stop()

    def test_a_client_that_does_nothing_holds_the_stop_no_longer_than_the_bound(self):
        daemon = self.start(
            self.ini("drain_timeout = 1", "idle_timeout = 60", "request_timeout = 60")
        )
        silent = harness.TlsClient(daemon.address(), HOST)
        halfway = harness.TlsClient(daemon.address(), HOST).handshake().send(request(HOST)[:25])
        daemon.stop()  # which waits for a third of the time that they could hold it
        for client in (silent, halfway):
            client.close()


class Log(Case):
    def lines(self, daemon):
        return [line for line in daemon.log().splitlines() if line.startswith("fetch ")]

    def test_an_access_line_has_all_its_fields(self):
        daemon = self.start(self.ini())
        before = int(time.time())
        for version in ("1.2", "1.3"):
            context = harness.tls_context(version)
            fetch(
                daemon.address(), HOST, agent=f"postfix-mta-sts-resolver/{version}", context=context
            )
            line = daemon.wait_for_log(f"^fetch .*resolver/{version}").string
            match = re.fullmatch(
                r"fetch time=(\S+) host=(\S+) client=(\S+) status=(\d+) tls=(\S+) group=(\S+)"
                r" signature=(\S+) handshake_ms=(\d+\.\d) answer_ms=(\d+\.\d) bytes=(\d+) id=(\S+)"
                r' mode=(\S+) max_age=(\d+) line=[0-9a-f]{8}-\d+ claimed_sender="([^"]*)" agent="([^"]*)"',
                line,
            )
            self.assertIsNotNone(match, line)
            moment = time.strptime(match[1], "%Y-%m-%dT%H:%M:%SZ")
            self.assertTrue(before - 1 <= time.mktime(moment) - time.timezone <= time.time() + 1)
            self.assertGreater(int(match[10]), len(BODY))  # with its fields
            identity = hashlib.sha256(BODY).hexdigest()[:20]  # as the TXT record has it
            self.assertEqual(
                match.groups()[1:7] + match.groups()[10:],
                (HOST, "127.0.0.1", "200", "TLSv" + version, "x25519", "ecdsa")
                + (identity, "testing", "86400", "postfix-mta-sts-resolver")
                + (f"postfix-mta-sts-resolver/{version}",),
            )

    def test_every_status_is_in_its_line_and_a_missing_agent_is_empty(self):
        daemon = self.start(self.ini())
        for status, data in {
            200: request(HOST),
            404: request(HOST, target="/other"),
            405: request(HOST, "PUT"),
            421: request("mta-sts.example.net"),
            400: request(None),
            413: request(HOST, "POST", fields=["Content-Length: 100000"]),
        }.items():
            with self.subTest(status=status):
                exchange(daemon.address(), HOST, data)
                daemon.wait_for_log(rf'^fetch .* status={status} .*agent=""')
        self.assertNotIn("/other", daemon.log())

    def test_a_request_that_came_to_nothing_has_status_0(self):
        daemon = self.start(self.ini("request_timeout = 1", "access_log = errors"))
        pattern = r'^fetch .* client=127\.0\.0\.1 status=0 tls=TLSv1\.\d .* agent=""'
        for leave, ending in {"close": "", "reset": "", "wait": " incomplete$"}.items():
            with self.subTest(leave=leave):
                since = daemon.mark()
                client = harness.TlsClient(daemon.address(), HOST).handshake()
                client.send(request(HOST)[:30])
                if leave != "wait":
                    getattr(client, leave)()
                daemon.wait_for_log(pattern + ending, since=since)
                client.close()

    def test_an_answer_that_was_not_taken_is_incomplete_and_has_its_status(self):
        body = policy_text([f"mx{number:04d}.customer-mail.example.com" for number in range(1600)])
        self.write("large.txt", body)
        ini = self.ini("request_timeout = 1", "access_log = errors")
        policy = f"policy_file = {self.directory}/large.txt\n"
        daemon = self.start(ini.replace("mx = mail.example.com\n", policy))
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
            sock.settimeout(bound(60))
            sock.connect(daemon.address())
            data = request(HOST, fields=["User-Agent: sleeper"])
            client = harness.TlsClient(daemon.address(), HOST, sock=sock).handshake().send(data)
            daemon.wait_for_log(r'^fetch .* status=200 tls=\S+ .* agent="sleeper" incomplete$')
            client.close()

    def test_the_user_agent_is_cleaned_and_bounded(self):
        daemon = self.start(self.ini())
        rows = {
            'quote"inside': r'agent="quote\?inside"$',
            "back\\slash": r'agent="back\?slash"$',
            "high\xff\xfe": r'agent="high\?\?"$',
            "c1\xc2\x9b31m\xc2\x85": r'agent="c1\?\?31m\?\?"$',
            "tab\tinside": r'agent="tab\?inside"$',
            'end" status=999': r'agent="end\? status=999"$',
            "%s%n%d": r'agent="%s%n%d"$',
            "long" + "x" * 3000: r'agent="longx{20,400}"$',
        }
        for agent, pattern in rows.items():
            with self.subTest(agent=agent[:20]):
                exchange(daemon.address(), HOST, request(HOST, fields=[f"User-Agent: {agent}"]))
                daemon.wait_for_log(pattern)
        for line in self.lines(daemon):
            self.assertEqual(line.count('"'), 4)  # the family's and the agent's

    def test_an_agent_with_control_bytes_leaves_no_raw_byte_in_the_log(self):
        daemon = self.start(self.ini())
        exchange(daemon.address(), HOST, request(HOST, fields=["User-Agent: a\x1b[31m\x07"]))
        exchange(daemon.address(), HOST, b"\x1b[31m \x07 HTTP/1.1\r\nHost: \x1b\r\n\r\n")
        self.assert_serves(daemon, HOST, BODY)
        daemon.stop()
        self.assertNotRegex(daemon.log(), "[\x00-\x08\x0b-\x1f\x7f]")

    def test_access_log_errors_leaves_out_what_went_well(self):
        daemon = self.start(self.ini("access_log = errors"))
        fetch(daemon.address(), HOST, agent="well")
        exchange(daemon.address(), HOST, request(HOST, target="/x", fields=["User-Agent: astray"]))
        daemon.wait_for_log('status=404 .*agent="astray"')
        self.assertNotIn("well", "\n".join(self.lines(daemon)))

    def test_access_log_off_writes_no_line(self):
        daemon = self.start(self.ini("access_log = off"))
        fetch(daemon.address(), HOST)
        exchange(daemon.address(), HOST, request(HOST, target="/x"))
        daemon.stop()
        self.assertEqual(self.lines(daemon), [])

    def test_log_clients_says_how_much_of_an_address_is_written(self):
        for value, shown in {"full": "127.0.0.1", "network": "127.0.0.0/24", "none": "-"}.items():
            with self.subTest(value):
                daemon = self.start(self.ini(f"log_clients = {value}"))
                daemon.wait_for_log(rf"^log time=\S+Z access_log=on log_clients={value} cause=start "
                                    r"policies=[0-9a-f]{20} line=[0-9a-f]{8}-1$")
                fetch(daemon.address(), HOST)
                self.assert_refused(daemon.address(), "mta-sts.unknown.example")
                daemon.wait_for_log(rf"^fetch .* client={shown} status=200 ")
                daemon.wait_for_log(rf'^refused client={shown} reason="no such host is configured"')
                daemon.stop()
        if harness.has_ipv6():
            daemon = self.start(self.ini("log_clients = network", listen=["[::1]:0"]))
            fetch(daemon.address("::1"), HOST)
            daemon.wait_for_log("^fetch .* client=::/48 status=200 ")

    def test_a_refused_handshake_has_its_line(self):
        daemon = self.start(self.ini())
        self.assert_refused(daemon.address(), "mta-sts.unknown.example")
        said = daemon.wait_for_log(r'^refused client=127\.0\.0\.1 reason="([^"]*)" host=(\S+) time=\S+Z$')
        self.assertEqual(said[2], "mta-sts.unknown.example")

    def test_lines_that_clients_cause_are_bounded(self):
        daemon = self.start(self.ini("workers = 1"))
        daemon.signal(signal.SIGSTOP)  # so that all come at once, however fast this machine is
        try:
            socks = [socket.create_connection(daemon.address()) for _ in range(300)]
            for sock in socks:
                sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        finally:
            daemon.signal(signal.SIGCONT)
        for sock in socks:
            sock.close()
        self.assert_serves(daemon, HOST, BODY)

        def are_told():
            self.assert_refused(daemon.address(), "mta-sts.unknown.example")
            return "left out" in daemon.log()

        harness.eventually(are_told, what="the number of those left out")
        self.assertLess(len(re.findall("(?m)^refused ", daemon.log())), 250)

    def test_fetches_that_go_astray_are_bounded_and_those_that_go_well_are_not(self):
        daemon = self.start(self.ini())
        data = request(HOST, target="/x", fields=["User-Agent: astray"])
        begun = time.monotonic()
        for _ in range(150):
            exchange(daemon.address(), HOST, data)
        for _ in range(50):
            self.assertEqual(fetch(daemon.address(), HOST, agent="well").body, BODY)

        def counted():
            fetch(daemon.address(), HOST, agent="later")
            told = re.findall("(?m)^([0-9]+) lines of this kind were left out$", daemon.log())
            written = len(re.findall('(?m)^fetch .* status=404 .* agent="astray"$', daemon.log()))
            allowed = 20 * (time.monotonic() - begun + 1) + 1  # so many a second
            self.assertLess(written, allowed)
            return written + sum(map(int, told)) == 150

        harness.eventually(counted)
        harness.eventually(lambda: daemon.log().count('agent="well"') == 50, what="the other lines")

    def test_the_journal_gets_priorities_and_others_get_none(self):
        self.write("journal.d/bad.ini", "[bad.example]\nmx = 192.0.2.1\n")
        ini = self.ini("include = journal.d")
        daemon = self.start(ini, journal=True)
        self.assert_serves(daemon, HOST, BODY)
        if not os.path.exists("/run/systemd/journal/socket"):  # or it goes there: test_journal.py
            daemon.wait_for_log("^<6>fetch ")
        daemon.wait_for_log("^<3>.*bad.ini:2: error: ")
        daemon.wait_for_log("^<[56]>ready: ")
        daemon.stop()
        for line in daemon.log().splitlines():
            self.assertRegex(line, "^<[3-6]>|^==")  # the latter is valgrind's own
        daemon = self.start(ini, environment={"JOURNAL_STREAM": "1:1"})
        daemon.stop()
        self.assertNotRegex(daemon.log(), "(?m)^<")

    def start_with_pipe(self, *server):
        """A daemon whose log is a small pipe: the process, its port and the pipe's end to read."""
        port = harness.free_port()
        self.write("much.list", "")
        path = self.write("pipe.ini", self.ini(*server, listen=[f"127.0.0.1:{port}"]))
        reader, writer = os.pipe()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        process = subprocess.Popen([*WRAPPER, BINARY, "-c", path], stderr=writer)
        os.close(writer)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()

        self.addCleanup(end)
        self.read_until(reader, b"ready: ")
        return process, ("127.0.0.1", port), reader

    def read_until(self, reader, words):
        said = b""
        while words not in said or not said.endswith(b"\n"):
            self.assertTrue(select.select([reader], [], [], bound(60))[0], said)
            more = os.read(reader, 4096)
            self.assertTrue(more, said)
            said += more
        return said.decode()

    def test_a_log_that_is_read_slowly_holds_up_neither_fetches_nor_a_reload_that_says_much(self):
        process, address, reader = self.start_with_pipe("domains_file = much.list")
        self.addCleanup(os.close, reader)
        turns = threading.Semaphore(0)

        def read_in_turns():
            """A little after each fetch: who waits for this reader waits for ever."""
            while turns.acquire() and os.read(reader, 512):
                pass

        thread = threading.Thread(target=read_in_turns)
        thread.start()
        try:
            self.write("much.list", "no policy\n" * 3000)
            path = self.directory / "pipe.ini"
            path.write_text(path.read_text().replace("mail.example.com", "new.example.com"))
            process.send_signal(signal.SIGHUP)
            def has_reloaded():
                body = fetch(address, HOST).body
                turns.release()
                return b"new.example.com" in body

            harness.eventually(has_reloaded, what="the new policy")
        finally:
            turns.release(1_000_000)
            process.terminate()
            self.assertEqual(process.wait(bound(60)), 0)
            thread.join()

    def test_a_log_whose_reader_is_gone_stops_nothing(self):
        process, address, reader = self.start_with_pipe()
        os.close(reader)
        for _ in range(3):
            self.assertEqual(fetch(address, HOST).body, BODY)
        process.terminate()
        self.assertEqual(process.wait(bound(60)), 0)

    def test_a_log_that_nobody_reads_stops_nothing_and_says_later_what_was_lost(self):
        process, address, reader = self.start_with_pipe("drain_timeout = 1")
        self.addCleanup(os.close, reader)
        for _ in range(60):  # of which some 30 fill the pipe
            self.assertEqual(fetch(address, HOST).body, BODY)
        os.set_blocking(reader, False)
        taken = os.read(reader, 65536).decode()
        os.set_blocking(reader, True)
        self.assertNotIn("lost", taken)
        said, asked = taken, 0
        while 'agent="late"' not in said:  # the line of an answer may be written after its last byte
            fetch(address, HOST, agent="late")
            asked += 1
            if select.select([reader], [], [], 1)[0]:
                said += os.read(reader, 65536).decode()
            self.assertLess(asked, 60, said)
        lost = sum(map(int, re.findall("(?m)^([0-9]+) lines were lost: nobody read the log$", said)))
        accounted = lost + len(re.findall("(?m)^fetch ", said))
        self.assertTrue(60 < accounted <= 60 + asked, said)
        self.assertGreater(lost, 10)
        for _ in range(40):
            self.assertEqual(fetch(address, HOST).body, BODY)
        process.send_signal(signal.SIGHUP)  # what a reload says is lost too, and stops nothing
        self.assertEqual(fetch(address, HOST).body, BODY)
        process.terminate()
        self.assertEqual(process.wait(bound(60)), 0)


if __name__ == "__main__":
    unittest.main()
