# SPDX-License-Identifier: ISC
"""attack: what hostile clients do, each out of one network, and what others get in the meantime.

As a script this file is one attacker: attack.py ORDER, where ORDER is JSON; it attacks until its
standard input ends, and prints how often it did.
"""
import asyncio
import contextlib
import itertools
import json
import os
import resource
import shlex
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

import harness
import rawtls
from harness import bound, request

NETWORK = "127.1.1"  # the attackers' /24
BYSTANDER = "127.2.2.2"
HOST, LARGE_HOST = "mta-sts.example.com", "mta-sts.large.example"
RSA_HOST, RSA_4096_HOST = "mta-sts.rsa.example", "mta-sts.rsa4096.example"
RESET = struct.pack("ii", 1, 0)


class Attacker:
    """One process's part of an attack: ever new connections from the addresses of its network."""

    def __init__(self, order):
        self.address = tuple(order["address"])
        self.roots = order["roots"]
        self.own = order["sources"]
        self.sources = itertools.cycle(self.own)
        self.count = 0
        self.over = threading.Event()
        threading.Thread(target=self.wait, daemon=True).start()

    def wait(self):
        sys.stdin.read()
        self.over.set()

    def did(self):
        self.count += 1
        if self.count == 1:
            print("begun", flush=True)

    def context(self, version=None, ciphers=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.roots)
        if version:
            context.minimum_version = context.maximum_version = version
        if ciphers:
            context.set_ciphers(ciphers)
        return context

    # one after the other, as fast as they go

    def connect(self):
        sock = socket.create_connection(self.address, 5, (next(self.sources), 0))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)  # no port stays taken
        return sock

    def repeat(self, once):
        while not self.over.is_set():
            with contextlib.suppress(OSError):
                once()
                self.did()

    def say(self, data, wait=False):
        with self.connect() as sock:
            sock.sendall(data)
            if wait:
                sock.recv(1)

    def say_on_and_on(self, first, more):
        with self.connect() as sock:
            sock.sendall(first)
            for _ in range(20):
                sock.sendall(more)

    def keyed(self, kind, data, times):
        """Records of one kind behind a TLS 1.2 handshake."""
        sock = self.connect()
        client = rawtls.KeyedClient(
            self.address,
            HOST,
            sock=sock,
            context=self.context(ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-CHACHA20-POLY1305"),
        )
        with client:
            client.sock.sendall(b"".join(client.ours.seal(kind, data) for _ in range(times)))
            client.sock.settimeout(1)
            rawtls.read_to_end(client.sock)

    def key_updates(self):
        """TLS 1.3 KeyUpdate: a command of openssl's client, one for each K."""
        place = f"{self.address[0]}:{self.address[1]}"
        with subprocess.Popen(
            ["openssl", "s_client", "-tls1_3", "-servername", HOST, "-connect", place]
            + ["-bind", next(self.sources)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        ) as client:
            with contextlib.suppress(OSError):
                for line in client.stdout:
                    if b"Verify return code" in line:
                        break
                for _ in range(20):
                    client.stdin.write(b"K\n")
                    time.sleep(0.002)  # it looks at the first letter of what it reads at once
            client.kill()
            client.stdout.close()

    def after_the_request(self):
        with self.connect() as sock:
            with self.context().wrap_socket(sock, server_hostname=HOST) as tls:
                tls.sendall(request(HOST) * 2000)
                while tls.recv(65536):
                    pass

    # many at a time, each slowly

    async def slow_client(self, behave, pause):
        while not self.over.is_set():
            writer = None
            try:
                writer = await behave()
                await asyncio.sleep(pause)
            except (OSError, ssl.SSLError, asyncio.TimeoutError, asyncio.IncompleteReadError):
                await asyncio.sleep(pause)
            if writer is not None:
                writer.transport.abort()

    async def slow_clients(self, behaviours, pause=0.05):
        tasks = [asyncio.ensure_future(self.slow_client(behave, pause)) for behave in behaviours]
        while not self.over.is_set():
            await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()

    def slowly(self, behave, number):
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self.slow_clients([behave] * number))

    def fill(self, behave):
        """As many connections of each source as it may have; those refused come again in a second,
        or they would take the time that the others need for their handshakes."""
        behaviours = [lambda source=source: behave(source) for source in self.own * PER_SOURCE]
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self.slow_clients(behaviours, pause=1))

    async def connect_from(self, source, window=None):
        sock = socket.socket()
        sock.setblocking(False)
        if window:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # nor does the server hold all
        try:
            sock.bind((source, 0))
            await asyncio.get_running_loop().sock_connect(sock, self.address)
        except BaseException:
            sock.close()
            raise
        return sock

    async def open(self, host=None, context=None):
        sock = await self.connect_from(next(self.sources))
        return await asyncio.open_connection(sock=sock, server_hostname=host, ssl=context)

    async def silence(self):
        reader, writer = await self.open()
        self.did()
        await reader.read()
        return writer

    async def trickle(self, reader, writer, data):
        self.did()
        for byte in data:
            if self.over.is_set() or reader.at_eof():
                break
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.2)
        return writer

    async def trickled_hello(self):
        hello = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode())))
        return await self.trickle(*await self.open(), hello)

    async def trickled_request(self):
        context = self.shared
        data = request(HOST, fields=["X: " + "a" * 500])
        return await self.trickle(*await self.open(HOST, context), data)

    async def say_by_tls(self, host, data, seconds=0, window=None, source=None):
        """Says this, then reads to the end, or reads nothing for so long. asyncio's own TLS keeps
        256 kB for each, reads up to 512 kB of what nobody wants, and answers a close."""
        loop, incoming, outgoing = asyncio.get_running_loop(), ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.shared.wrap_bio(incoming, outgoing, server_hostname=host)
        with await self.connect_from(source or next(self.sources), window) as sock:
            shaken = False
            while not shaken:
                with contextlib.suppress(ssl.SSLWantReadError):
                    tls.do_handshake()
                    shaken = True
                    if data:
                        tls.write(data)
                await loop.sock_sendall(sock, outgoing.read())
                if not shaken:
                    incoming.write(await loop.sock_recv(sock, 65536) or b"the end")
            self.did()
            await asyncio.sleep(seconds)
            while not seconds and await loop.sock_recv(sock, 65536):
                pass

    async def never_read(self, source=None):
        await self.say_by_tls(LARGE_HOST, request(LARGE_HOST), 60, 2048, source)

    # and so that all of the server's connections stay in one phase

    async def hold(self, source, data=b""):
        """One on which this is said, and no more."""
        loop = asyncio.get_running_loop()
        with await self.connect_from(source) as sock:
            await loop.sock_sendall(sock, data)
            self.did()
            while await loop.sock_recv(sock, 65536):
                pass

    async def hold_shaken(self, source, data=b""):
        """The same after a handshake."""
        await self.say_by_tls(HOST, data, source=source)

    async def hold_open(self, source):
        """One whose answer arrives, and which is not closed."""
        await self.say_by_tls(HOST, request(HOST), 3, source=source)


HELLO = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode()), version="1.3"))
OLDER_HELLO = rawtls.records(rawtls.client_hello(rawtls.sni(HOST.encode())))
RSA_HELLO, RSA_4096_HELLO = (  # the costliest signatures
    rawtls.records(rawtls.client_hello(rawtls.sni(host.encode()), version="1.3"))
    for host in (RSA_HOST, RSA_4096_HOST)
)
HUGE_HELLO = b"\1\xff\xff\xff" + b"\3\3" + b"h" * 16000


# name: (what a process does, how many processes, a sentence for the table)
ATTACKS = {
    "silent": (
        lambda one: one.slowly(one.silence, 2500),
        2,
        "5,000 connections that say nothing, opened anew when closed",
    ),
    "slow handshakes": (
        lambda one: one.slowly(one.trickled_hello, 500),
        2,
        "1,000 ClientHellos, a byte each 0.2 s",
    ),
    "slow requests": (
        lambda one: one.slowly(one.trickled_request, 250),
        2,
        "500 requests, a byte each 0.2 s",
    ),
    "slow readers": (
        lambda one: one.slowly(one.never_read, 250),
        2,
        "500 readers of 60 kB that never read",
    ),
    "handshakes": (
        lambda one: one.repeat(lambda: one.say(HELLO, wait=True)),
        4,
        "TLS 1.3 ClientHellos of one core, gone when answered",
    ),
    "handshakes left": (
        lambda one: one.repeat(lambda: one.say(HELLO)),
        4,
        "TLS 1.3 ClientHellos of one core, gone at once",
    ),
    "RSA handshakes": (
        lambda one: one.repeat(lambda: one.say(RSA_HELLO, wait=True)),
        4,
        "the same, for a host with an RSA key of 2048 bits",
    ),
    "RSA 4096 handshakes": (
        lambda one: one.repeat(lambda: one.say(RSA_4096_HELLO, wait=True)),
        4,
        "the same, with 4096 bits, the most that is served",
    ),
    "connections": (
        lambda one: one.repeat(lambda: one.say(b"")),
        4,
        "connections of one core, opened and reset",
    ),
    "garbage": (
        lambda one: one.repeat(lambda: one.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", wait=True)),
        4,
        "HTTP without TLS, as fast as one core can",
    ),
    "renegotiation": (
        lambda one: one.repeat(
            lambda: one.keyed(22, rawtls.client_hello(rawtls.sni(HOST.encode())), 50)
        ),
        2,
        "TLS 1.2 sessions, 50 renegotiations asked for in each",
    ),
    "empty records": (
        lambda one: one.repeat(lambda: one.keyed(23, b"", 1000)),
        2,
        "TLS 1.2 sessions, 1,000 empty records in each",
    ),
    "KeyUpdate": (
        lambda one: one.repeat(one.key_updates),
        2,
        "TLS 1.3 sessions, 20 KeyUpdates in each",
    ),
    "bytes after the request": (
        lambda one: one.repeat(one.after_the_request),
        2,
        "2,000 requests in one session",
    ),
    "huge ClientHellos": (
        lambda one: one.repeat(
            lambda: one.say_on_and_on(rawtls.records(HUGE_HELLO), rawtls.records(b"h" * 16000))
        ),
        2,
        "ClientHellos of 16 MB announced, 320 kB sent",
    ),
    "warning alerts": (
        lambda one: one.repeat(lambda: one.say_on_and_on(OLDER_HELLO, rawtls.WARNING * 2000)),
        2,
        "40,000 warning alerts in a handshake",
    ),
    "ChangeCipherSpec": (
        lambda one: one.repeat(lambda: one.say_on_and_on(HELLO, rawtls.CHANGE_CIPHER_SPEC * 2000)),
        2,
        "40,000 ChangeCipherSpec records in a handshake",
    ),
}

# The same for attacks of many sources, each of which opens as many connections as it may, so that the
# server has no slot left; one for each phase in which a connection can be held. Last: descriptors that
# each takes there.
PER_SOURCE = 64
FILLING = {
    "full: silent": (lambda one: one.fill(one.hold), "say nothing", 1),
    "full: PROXY headers": (
        lambda one: one.fill(lambda source: one.hold(source, b"PROXY TCP4 ")),
        "begin a PROXY header, which is awaited from them",
        1,
    ),
    "full: handshakes": (
        lambda one: one.fill(lambda source: one.hold(source, OLDER_HELLO[:60])),
        "send half a ClientHello",
        1,
    ),
    "full: no requests": (
        lambda one: one.fill(one.hold_shaken),
        "shake hands and say nothing",
        1,
    ),
    "full: requests": (
        lambda one: one.fill(lambda source: one.hold_shaken(source, request(HOST)[:20])),
        "send half a request line",
        3,
    ),
    "full: unread answers": (
        lambda one: one.fill(one.never_read),
        "ask for 60 kB and read nothing",
        1,
    ),
    "full: left open": (
        lambda one: one.fill(one.hold_open),
        "get their answer and do not close",
        1,
    ),
}


def filling_section(name, slots):
    """Lines of [server] with so many slots, and time-outs for which the attackers' core suffices."""
    lines = [f"max_connections = {slots}"]
    lines += [f"{phase}_timeout = 600" for phase in ("idle", "handshake", "request")]
    return lines + ["proxy_from = 127.1.0.0/16"] * ("PROXY" in name)


def sources_of(number, networks):
    """So many addresses, evenly in so many /24s."""
    return [f"127.1.{one % networks + 1}.{one // networks + 1}" for one in range(number)]


def wait_until_full(daemon, name, slots, before, seconds):
    """Until the slots are all taken, and mostly by connections in the attack's phase."""
    daemon.wait_for_log("all connections (are )?in use", seconds)
    held = FILLING[name][2]
    harness.eventually(
        lambda: daemon.descriptors() > before + slots * held * 0.9, seconds, "slots that are all held"
    )


class Attack:
    """The processes of an attack, on a core of their own where there are two; entered, it has
    begun; left, it is over and count says how often it was done. sources: those of a filling one."""

    def __init__(self, name, address, sources=()):
        if sources:
            self.words, self.processes = FILLING[name][1], 2
            shares = [sources[number :: self.processes] for number in range(self.processes)]
        else:
            self.processes, self.words = ATTACKS[name][1:]
            shares = [[f"{NETWORK}.{number}" for number in range(1, 255)]] * self.processes
        order = {"name": name, "address": address, "roots": str(harness.pki().root_file())}
        self.orders = [json.dumps({**order, "sources": share}) for share in shares]
        self.running = []
        self.count, self.seconds = 0, 0

    def __enter__(self):
        for order in self.orders:
            self.running.append(
                subprocess.Popen(
                    [sys.executable, __file__, order],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        try:
            for process in self.running:
                if process.stdout.readline() != "begun\n":
                    raise AssertionError("an attacker cannot begin")
        except BaseException:
            self.end()
            raise
        self.seconds = -time.monotonic()
        return self

    def end(self):
        self.seconds += time.monotonic()
        for process in self.running:
            with contextlib.suppress(OSError):
                process.stdin.close()
        for process in self.running:
            try:
                process.wait(bound(20))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            said = process.stdout.read().split()
            process.stdout.close()
            self.count += int(said[-1]) if said else 0

    def __exit__(self, *_):
        self.end()

    def went_on(self):
        """Each process did it once before all had begun."""
        return self.count > self.processes


class SlowHttp:
    """slowhttptest in one of its modes, again and again while it is entered."""

    MODES = {
        "slowhttptest -H": (["-H"], "headers that never end, 1,000 connections of one address"),
        "slowhttptest -B": (["-B", "-s", "1000"], "bodies that never end, the same"),
        "slowhttptest -X": (["-X", "-w", "1", "-y", "64"], "answers read slowly, the same"),
        "slowhttptest -R": (["-R"], "Range fields of some kB, the same"),
    }

    def __init__(self, name, daemon):
        mode, self.words = self.MODES[name]
        url = f"https://{daemon.address()[0]}:{daemon.address()[1]}{harness.PATH}"
        command = ["slowhttptest", "-c", "1000", "-r", "500", "-i", "1", "-l", "60", "-u", url]
        self.script = f"while :; do {shlex.join([*command, *mode])}; done"
        self.daemon = daemon
        self.seconds = 0

    def __enter__(self):
        self.process = subprocess.Popen(
            ["sh", "-c", self.script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            # Some of its connections are over before anybody counts them, but each leaves its line.
            harness.eventually(
                lambda: self.daemon.log().count("client=127.0.0.1 ") > 10, 15, "slowhttptest's clients"
            )
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.lasted = self.process.poll() is None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def went_on(self):
        return self.lasted


def measure(daemon, fetches, source=BYSTANDER):
    """Seconds of each fetch from another network, and the most memory (kB) seen meanwhile."""
    seconds, resident = [], daemon.resident_kb()
    for _ in range(fetches):
        started = time.monotonic()
        answer = harness.fetch(daemon.address(), HOST, source=source)
        seconds.append(time.monotonic() - started)
        if answer.status != 200:
            raise AssertionError(f"a fetch got {answer.status}")
        resident = max(resident, daemon.resident_kb())
    return seconds, resident


def at_share(seconds, share):
    """The value that this share of all does not exceed."""
    return sorted(seconds)[max(0, -int(-share * len(seconds) // 1) - 1)]


def attack(order):
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[-1:])  # others' attackers do not take the server's
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a login has 1024
    one = Attacker(order)
    one.shared = one.context()
    {**ATTACKS, **FILLING}[order["name"]][0](one)
    print(one.count, flush=True)


if __name__ == "__main__":
    attack(json.loads(sys.argv[1]))
