# SPDX-License-Identifier: ISC
"""harness: what the integration tests share: a throw-away PKI, the daemon as a child, TLS clients.

Environment: MTA_STSD is the daemon's path (./mta-stsd), MTA_STSD_WRAPPER a command to run it under
(valgrind), MTA_STSD_SLOW a factor for every time-out. As a script this file is a load client.
"""
import atexit
import contextlib
import errno
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

# Where Debian has servers, and a user's PATH has not.
os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/local/sbin:/usr/sbin:/sbin"
SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.path.abspath(os.environ.get("MTA_STSD", "./mta-stsd"))
WRAPPER = shlex.split(os.environ.get("MTA_STSD_WRAPPER", ""))
SLOW = float(os.environ.get("MTA_STSD_SLOW", "1"))
PATH = "/.well-known/mta-sts.txt"

REPORT = re.compile(
    r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|MemorySanitizer|runtime error:"
    r"|ERROR SUMMARY: [1-9]|(definitely|indirectly) lost: [1-9]|Assertion .* failed"
)


def source_text(part, name):
    """The text of the one file of that name below src/PART."""
    (path,) = (SOURCE / "src" / part).rglob(name)
    return path.read_text()


def bound(seconds):
    """A time-out, longer where the daemon runs slowly."""
    return seconds * SLOW


def patience(seconds):
    """A time-out that ends a hang and judges nothing: long enough for a machine that does other work."""
    return bound(max(seconds, 30))


def eventually(question, seconds=30, what="the condition"):
    """Polls until question() is true and returns its answer."""
    deadline = time.monotonic() + patience(seconds)
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {patience(seconds)} s")
        time.sleep(0.01)


def run(*command, seconds=30, **options):
    """Runs a command to its end; stdout and stderr are kept as text unless told otherwise."""
    options.setdefault("stdin", subprocess.DEVNULL)
    if "input" in options:
        del options["stdin"]
    options.setdefault("errors", "replace")
    return subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=patience(seconds),
        check=False,
        **options,
    )


def needs(*tools):
    """Skips a test, with the reason, where a tool is missing."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    return unittest.skipIf(missing, f"not installed: {', '.join(missing)}")


def make_directory(prefix="mta-stsd-test-"):
    """A temporary directory that the unprivileged user can read too."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    directory.chmod(0o755)
    return directory


def own_ports():
    """Ports below 32768, from where on Linux gives them to clients: none of their connections, of
    which other tests make thousands, is there before the server that it is for. They come in blocks,
    and a block is this process's alone while it holds the abstract socket with the block's name:
    tests that run beside each other never choose the same."""
    claims = []
    firsts = range(10240, 32768, 64)
    for first in random.sample(firsts, len(firsts)):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0mta-stsd-test-ports-{first}")
        except OSError as failure:
            claim.close()
            if failure.errno != errno.EADDRINUSE:
                raise
            continue
        claims.append(claim)
        yield from range(first, first + firsts.step)
    raise AssertionError("the tests that run have all ports")


ports = own_ports()
ports_lock = threading.Lock()


def free_port(family=socket.AF_INET):
    """A port that no test was given before, and that nothing else holds."""
    while True:
        with ports_lock:
            port = next(ports)
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1" if family == socket.AF_INET else "::1", port))
                return port
            except OSError as failure:
                if failure.errno != errno.EADDRINUSE:
                    raise


def has_ipv6():
    with contextlib.suppress(OSError):
        return bool(free_port(socket.AF_INET6))
    return False


def write_atomically(path, content):
    """As our deploy hooks do it: a new file, renamed into place."""
    path = pathlib.Path(path)
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.rename(temporary, path)


# --- certificates -------------------------------------------------------------------------------


class Leaf:
    """One certificate: chain (leaf first) and key as PEM bytes."""

    def __init__(self, chain, key):
        self.chain = chain
        self.key = key
        self.pem = chain + key
        self.der = ssl.PEM_cert_to_DER_cert(
            chain.decode().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
        )


class Pki:
    """Two roots with an intermediate each: P-256 and RSA. Equal leaves are made once."""

    NEW_KEY = {
        "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        "p521": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
        "rsa": ["-newkey", "rsa:2048"],
        "rsa4096": ["-newkey", "rsa:4096"],
        "rsa1024": ["-newkey", "rsa:1024"],
        "ed25519": ["-newkey", "ed25519"],
    }
    CA_CONFIG = """
[ca]
default_ca = it
[it]
database = index
new_certs_dir = .
rand_serial = yes
unique_subject = no
copy_extensions = copy
default_md = sha256
policy = any
x509_extensions = identifiers
[any]
commonName = supplied
[identifiers]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""

    def __init__(self):
        self.directory = make_directory("mta-stsd-pki-")
        atexit.register(shutil.rmtree, self.directory, ignore_errors=True)
        self.leaves = {}
        self.issuers = {}
        self.serial = int(time.time() * 1000) << 20
        self.roots = self.directory / "roots.pem"
        self.roots.touch()
        (self.directory / "ca.cnf").write_text(self.CA_CONFIG)
        (self.directory / "index").touch()
        (self.directory / "index.attr").touch()

    def openssl(self, *arguments):
        done = run("openssl", *arguments, cwd=self.directory)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments}: {done.stderr}")

    def sign(self, name, issuer, days=30, dates=None):
        """Issues NAME.csr as NAME.crt."""
        self.serial += 1
        if dates:
            self.openssl(
                *("ca", "-batch", "-notext", "-config", "ca.cnf", "-in", f"{name}.csr"),
                *("-out", f"{name}.crt", "-cert", f"{issuer}.crt", "-keyfile", f"{issuer}.key"),
                *("-startdate", dates[0], "-enddate", dates[1]),
            )
            return
        self.openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.crt", "-days", str(days)),
            *("-CA", f"{issuer}.crt", "-CAkey", f"{issuer}.key", "-set_serial", str(self.serial)),
            *("-copy_extensions", "copy", "-extfile", "ca.cnf", "-extensions", "identifiers"),
        )

    def request(self, name, kind, extensions=()):
        added = [word for extension in extensions for word in ("-addext", extension)]
        self.openssl(
            *("req", "-new", *self.NEW_KEY[kind], "-nodes", "-subj", f"/CN={name[:40]}"),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr", *added),
        )

    def issuer(self, family):
        """The intermediate for keys of this family ("ec" or "rsa"), made on first use."""
        if family not in self.issuers:
            root, intermediate = f"root-{family}", f"intermediate-{family}"
            usage = "keyUsage=critical,keyCertSign,cRLSign"
            authority = ["basicConstraints=critical,CA:TRUE", usage]
            self.openssl(
                *("req", "-x509", *self.NEW_KEY[family], "-nodes", "-days", "400"),
                *("-subj", f"/CN={root}", "-keyout", f"{root}.key", "-out", f"{root}.crt"),
                *("-addext", usage),
            )
            self.request(intermediate, family, authority)
            self.sign(intermediate, root, days=400)
            with open(self.roots, "ab") as roots:
                roots.write((self.directory / f"{root}.crt").read_bytes())
            self.issuers[family] = (self.directory / f"{intermediate}.crt").read_bytes()
        return f"intermediate-{family}"

    def leaf(self, *hosts, kind="ec", variant=0, dates=None, extensions=()):
        """A certificate; another variant is another key. dates: "YYYYMMDDHHMMSSZ" twice."""
        wanted = (hosts, kind, variant, dates, tuple(extensions))
        if wanted not in self.leaves:
            issuer = self.issuer("rsa" if kind.startswith("rsa") else "ec")
            name = f"leaf{len(self.leaves)}"
            names = "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts)
            self.request(name, kind, [names, "basicConstraints=CA:FALSE", *extensions])
            self.sign(name, issuer, dates=dates)
            chain = (self.directory / f"{name}.crt").read_bytes()
            chain += (self.directory / f"{issuer}.crt").read_bytes()
            self.leaves[wanted] = Leaf(chain, (self.directory / f"{name}.key").read_bytes())
        return self.leaves[wanted]

    def root_file(self):
        """The file that verifies everything issued so far (the P-256 family always)."""
        self.issuer("ec")
        return self.roots


_pki = []


def pki():
    """One PKI a process, made on first use."""
    if not _pki:
        _pki.append(Pki())
    return _pki[0]


# --- clients ------------------------------------------------------------------------------------


class Answer:
    """One final HTTP answer."""

    def __init__(self, version, status, reason, headers, body):
        self.version = version
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        values = self.all(name)
        if len(values) > 1:
            raise AssertionError(f"{name} stands {len(values)} times in {self.headers}")
        return values[0] if values else None


def parse_answers(raw, head_request=False):
    """All answers in the bytes of a connection, read strictly; interim ones (1xx) are left out."""
    answers = []
    while raw:
        head, end, rest = raw.partition(b"\r\n\r\n")
        if not end:
            raise AssertionError(f"an answer without an end of its header: {raw[:200]!r}")
        lines = head.split(b"\r\n")
        match = re.fullmatch(rb"(HTTP/1\.[01]) (\d{3}) ([\x20-\x7e]*)", lines[0])
        if not match:
            raise AssertionError(f"not a status line: {lines[0][:200]!r}")
        headers = []
        for line in lines[1:]:
            field = re.fullmatch(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\x20-\x7e]*)", line)
            if not field:
                raise AssertionError(f"not a header field: {line[:200]!r}")
            headers.append((field[1].decode(), field[2].decode()))
        answer = Answer(match[1].decode(), int(match[2]), match[3].decode(), headers, b"")
        length = int(answer.header("Content-Length") or 0)
        if head_request or 100 <= answer.status < 200:
            length = 0
        if len(rest) < length:
            raise AssertionError(f"a body of {len(rest)} bytes where {length} were announced")
        answer.body, raw = rest[:length], rest[length:]
        if answer.status >= 200:
            answers.append(answer)
    return answers


class Reply:
    """All that came back on one connection."""

    def __init__(self, raw, ending, client=None):
        self.raw = raw
        self.ending = ending  # "close_notify", "eof", "reset", "timeout", or "alert NAME"
        self.version = client.tls.version() if client else None
        self.alpn = client.tls.selected_alpn_protocol() if client else None
        self.cipher = client.tls.cipher() if client else None
        self.certificate = client.tls.getpeercert(True) if client and self.version else None

    def answers(self, head_request=False):
        return parse_answers(self.raw, head_request)

    def one(self, head_request=False):
        """The one answer, which must be whole and be followed by an orderly close."""
        answers = self.answers(head_request)
        if len(answers) != 1 or self.ending != "close_notify":
            raise AssertionError(f"{len(answers)} answers, then {self.ending}: {self.raw[:300]!r}")
        return answers[0]


class HandshakeFailed(AssertionError):
    """The server ended the handshake; ending says how."""

    def __init__(self, ending):
        super().__init__(f"the handshake ended with: {ending}")
        self.ending = ending


def tls_context(version=None, alpn=None, ciphers=None, verify=True):
    """version: "1.2", "1.3" or None for both."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if verify:
        context.load_verify_locations(pki().root_file())
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if version:
        number = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
        context.minimum_version = context.maximum_version = number
    if alpn is not None:
        context.set_alpn_protocols(alpn)
    if ciphers:
        context.set_ciphers(ciphers)
    return context


_contexts = {}


def shared_context(version=None):
    wanted = (version, len(pki().issuers))
    if wanted not in _contexts:
        _contexts[wanted] = tls_context(version)
    return _contexts[wanted]


class TlsClient:
    """A TLS client whose every byte on the socket is under the test's control."""

    def __init__(
        self, address, sni, context=None, *, source=None, before=b"", session=None, sock=None
    ):
        self.sock = sock or socket.create_connection(
            address, timeout=bound(60), source_address=(source, 0) if source else None
        )
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if before:
            self.sock.sendall(before)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (context or shared_context()).wrap_bio(
            self.incoming, self.outgoing, server_hostname=sni, session=session
        )
        self.ended = None  # how the connection ended, once it did

    def flush(self, piece=None):
        """Sends what TLS wants sent, in TCP writes of piece bytes."""
        data = self.outgoing.read()
        step = piece or len(data) or 1
        for start in range(0, len(data), step):
            self.sock.sendall(data[start : start + step])

    def receive(self):
        """Waits for bytes from the server; False at its end."""
        try:
            data = self.sock.recv(65536)
        except ConnectionError:
            self.ended = "reset"
            return False
        except TimeoutError:
            self.ended = "timeout"
            return False
        if not data:
            self.incoming.write_eof()
            return True
        self.incoming.write(data)
        return True

    def handshake(self, piece=None):
        while True:
            try:
                self.tls.do_handshake()
                self.flush(piece)
                return self
            except ssl.SSLWantReadError:
                with contextlib.suppress(ConnectionError):
                    self.flush(piece)
                if not self.receive():
                    self.close()
                    raise HandshakeFailed(self.ended) from None
            except ssl.SSLCertVerificationError:
                self.close()
                raise
            except ssl.SSLError as error:
                self.close()
                raise HandshakeFailed(alert_name(error)) from None

    def send(self, data, piece=None):
        """Sends application data; piece: a TLS record for each so many bytes."""
        step = piece or len(data) or 1
        for start in range(0, len(data), step):
            self.tls.write(data[start : start + step])
            self.flush()
        return self

    def close_notify(self):
        """Says that nothing more will be sent; reading goes on."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.flush()
        return self

    def half_close(self):
        """The FIN of TCP without a word of TLS."""
        with contextlib.suppress(OSError):  # the server may have closed already
            self.sock.shutdown(socket.SHUT_WR)
        return self

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def read_some(self):
        """Waits for the next decrypted bytes; b"" at the end, which self.ended then describes."""
        while not self.ended:
            try:
                data = self.tls.read(65536)
                if data:
                    return data
                self.ended = "close_notify"
            except ssl.SSLWantReadError:
                self.receive()
            except ssl.SSLZeroReturnError:
                self.ended = "close_notify"
            except ssl.SSLError as error:
                self.ended = alert_name(error)
        return b""

    def finish(self):
        """Reads to the end and closes."""
        raw = b""
        while data := self.read_some():
            raw += data
        reply = Reply(raw, self.ended, self)
        self.close()
        return reply

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def alert_name(error):
    if isinstance(error, ssl.SSLEOFError):
        return "eof"
    # Python knows no constant for the newer reasons and gives OpenSSL's words instead.
    reason = (
        re.sub(r"^\[.*?\] | \(_ssl.*", "", error.reason or str(error)).replace(" ", "_").lower()
    )
    if reason == "unexpected_eof_while_reading":
        return "eof"
    match = re.fullmatch(r"(?:sslv3_alert|tlsv1_alert|tlsv13_alert|tlsv1)_(.*)", reason)
    return "alert " + match[1] if match else "error " + reason


def request(host, method="GET", target=PATH, version="HTTP/1.1", fields=()):
    """The bytes of a request; host None leaves the Host field out."""
    lines = [f"{method} {target} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += fields
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def exchange(address, sni, data, *, context=None, piece=None, source=None, before=b""):
    """One connection: handshake, data, then everything that comes back to the end."""
    client = TlsClient(address, sni, context, source=source, before=before).handshake()
    with contextlib.suppress(ConnectionError):
        client.send(data, piece)
    return client.finish()


def fetch(address, host, *, agent="test/1", **options):
    """What a sender does. Returns the one answer."""
    data = request(host, fields=[f"User-Agent: {agent}"])
    return exchange(address, host, data, **options).one()


# --- the daemon ---------------------------------------------------------------------------------


def clean_environment(extra):
    names = ("JOURNAL_STREAM", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")
    environment = {key: value for key, value in os.environ.items() if key not in names}
    environment.update(extra or {})
    return environment


class Daemon:
    """The daemon as a child process, with a thread that reads its log."""

    def __init__(
        self,
        ini,
        *,
        prefix=(),
        environment=None,
        preexec=None,
        pass_fds=(),
        journal=False,
        ready=True,
    ):
        self.lines = []
        self.news = threading.Condition()
        self.at_end = False
        self.addresses = []
        log, stderr = os.pipe()
        self.stream = os.fdopen(log, "rb")
        environment = clean_environment(environment)
        if journal:  # systemd.exec(5): tells a program that this very stderr is the journal's
            status = os.fstat(stderr)
            environment["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        self.process = subprocess.Popen(
            [*prefix, *WRAPPER, BINARY, "-c", str(ini)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env=environment,
            preexec_fn=preexec,
            pass_fds=pass_fds,
        )
        os.close(stderr)
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()
        if ready:
            try:
                self.wait_until_ready()
            except BaseException:
                self.kill()
                raise

    @property
    def pid(self):
        return self.process.pid

    def read_log(self):
        for line in self.stream:
            with self.news:
                self.lines.append(line.decode("utf-8", "backslashreplace").rstrip("\n"))
                self.news.notify_all()
        with self.news:
            self.at_end = True
            self.news.notify_all()

    def log(self, since=0):
        with self.news:
            return "\n".join(self.lines[since:])

    def mark(self):
        """Where the log stands now, for since=."""
        with self.news:
            return len(self.lines)

    def wait_for_log(self, pattern, seconds=30, since=0):
        """Waits for a line that the pattern is found in; returns the match."""
        deadline = time.monotonic() + patience(seconds)
        place = since
        with self.news:
            while True:
                while place < len(self.lines):
                    match = re.search(pattern, self.lines[place])
                    if match:
                        return match
                    place += 1
                left = deadline - time.monotonic()
                if self.at_end or left <= 0:
                    raise AssertionError(
                        f"no line like {pattern!r} in:\n" + "\n".join(self.lines[since:])
                    )
                self.news.wait(left)

    def wait_until_ready(self, since=0):
        text = self.wait_for_log(r"^(?:<\d>)?ready: \d+ domains?, listening on (.+)$", 20, since)[1]
        self.addresses = []
        for place in text.split(", "):
            host, _, port = place.rpartition(":")
            self.addresses.append((host.strip("[]"), int(port)))

    def address(self, host="127.0.0.1"):
        """The first address that the daemon listens on with this host."""
        for address in self.addresses:
            if address[0] == host:
                return address
        raise AssertionError(f"no listener on {host} among {self.addresses}")

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self, expect="reloaded"):
        """SIGHUP, and its outcome: the line that says it."""
        since = self.mark()
        self.signal(signal.SIGHUP)
        match = self.wait_for_log(r"(reloaded|reload refused): .*", 20, since)
        if match[1] != expect:
            raise AssertionError(f"{match[0]!r} where {expect!r} was expected:\n" + self.log(since))
        return match[0]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.wait()

    def wait(self, seconds=20):
        """Waits for the end of the process and of its log; returns its exit status."""
        status = self.process.wait(bound(seconds))
        self.reader.join(bound(5))
        self.stream.close()
        return status

    def stop(self):
        """An orderly stop: status 0, and no report of a sanitizer or valgrind."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            status = self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the daemon did not stop:\n" + self.log()) from None
        self.check_reports()
        if status != 0:
            raise AssertionError(f"the daemon ended with status {status}:\n{self.log()}")

    def check_reports(self):
        log = self.log()
        if REPORT.search(log):
            raise AssertionError("a report of a memory or thread error:\n" + log)
        for number, line in enumerate(self.lines):
            if re.search(r"Open (AF_\w+ socket|file descriptor|pipe)\b.* \d+", line):
                following = "\n".join(self.lines[number + 1 : number + 3])
                if line.startswith("==") and "inherited from parent" not in following:
                    raise AssertionError("a descriptor was lost:\n" + log)

    def descriptors(self):
        return len(os.listdir(proc(self.pid) / "fd"))

    def limit_descriptors(self, number):
        """Lowers its limit of open files while it runs, as the user that it is."""
        status = (proc(self.pid) / "status").read_text()
        user, group = (int(re.search(rf"^{key}:\s+(\d+)", status, re.M)[1]) for key in ("Uid", "Gid"))
        as_user = {"user": user, "group": group, "extra_groups": []} if as_root() else {}
        done = run("prlimit", f"--pid={self.pid}", f"--nofile={number}:{number}", **as_user)
        if done.returncode != 0:
            raise AssertionError(f"prlimit: {done.stderr}")

    def resident_kb(self):
        status = (proc(self.pid) / "status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)[1])


def proc(pid):
    """What /proc has of a daemon; where only root may look into it, the test is skipped."""
    directory = pathlib.Path(f"/proc/{pid}")
    try:
        os.listdir(directory / "fd")
    except (FileNotFoundError, PermissionError) as error:
        if os.geteuid() == 0:
            raise
        raise unittest.SkipTest("only root may look into a server here") from None
    return directory


def is_instrumented():
    """Whether memory and time of the daemon say nothing: under a wrapper or a sanitizer."""
    return bool(WRAPPER) or bool(
        re.search(b"__(asan|tsan|ubsan)_", pathlib.Path(BINARY).read_bytes())
    )


def as_root():
    return os.geteuid() == 0


def server_section(*lines, listen=("127.0.0.1:0",)):
    """[server] with listeners on free ports, and the user where one is needed."""
    text = ["[server]", *(f"listen = {address}" for address in listen)]
    if as_root() and not any(re.match(r"\s*user\s*=", line) for line in lines):
        text.append("user = nobody")
    if SLOW > 1 and not any(re.match(r"\s*idle_timeout\s*=", line) for line in lines):
        text.append(f"idle_timeout = {int(5 * SLOW)}")  # the clients are held up, too
    if WRAPPER and not any(re.match(r"\s*sandbox\s*=", line) for line in lines):
        text.append("sandbox = off")  # valgrind makes calls of its own
    return "\n".join([*text, *lines]) + "\n"


def policy_text(mx=("mail.example.com",), mode="testing", max_age=86400):
    """The bytes that the daemon must make of these values."""
    lines = [
        "version: STSv1",
        f"mode: {mode}",
        *(f"mx: {name}" for name in mx),
        f"max_age: {max_age}",
    ]
    return "".join(line + "\r\n" for line in lines).encode()


def check(ini, *arguments):
    """mta-stsd --check: exit status, and all lines it said."""
    done = run(*WRAPPER, BINARY, "-c", ini, "--check", *arguments, env=clean_environment(None))
    if REPORT.search(done.stderr):
        raise AssertionError("a report of a memory error:\n" + done.stderr)
    return done.returncode, done.stdout + done.stderr


class TestCase(unittest.TestCase):
    """A test with a directory of its class; its daemons end with it, and speak when it fails."""

    longMessage = True

    @classmethod
    def setUpClass(cls):
        cls.directory = make_directory()
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.certificates = cls.directory / "certs"
        cls.certificates.mkdir(mode=0o755)
        cls.class_daemons = []

    def setUp(self):
        self.daemons = []
        self.addCleanup(self.show_logs)  # the first added is the last called

    def show_logs(self):
        """Where the test failed: what its daemons said last."""
        if self._outcome.success:
            return
        for daemon in [*self.daemons, *self.class_daemons]:
            log = "\n".join(daemon.lines[-60:])
            print(f"# log of the daemon in {self.id()}:\n{log}\n# end", file=sys.stderr)

    @classmethod
    def write(cls, name, content):
        """Writes a file below the class's directory and returns its path."""
        path = cls.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("latin-1"))
        return path

    @classmethod
    def certify(cls, *domains, **options):
        """One PEM with chain and key for each domain's policy host, as %h.pem."""
        for domain in domains:
            leaf = pki().leaf(f"mta-sts.{domain}", **options)
            cls.write(f"certs/mta-sts.{domain}.pem", leaf.pem)

    @classmethod
    def defaults_section(cls, *lines):
        return "\n".join(["[defaults]", f"certificate = {cls.certificates}/%h.pem", *lines]) + "\n"

    @classmethod
    def start_for_class(cls, ini, name="mta-stsd.ini", **options):
        """A daemon for all tests of the class."""
        daemon = Daemon(cls.write(name, ini), **options)
        cls.class_daemons.append(daemon)
        cls.addClassCleanup(daemon.stop)
        return daemon

    def start(self, ini, name="mta-stsd.ini", **options):
        """A daemon for this test."""
        daemon = Daemon(self.write(name, ini), **options)
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        return daemon

    def refuse_start(self, ini, name="refused.ini", expect=78, **options):
        """A daemon that must not start, for its configuration: 78; otherwise 1. Returns what it said."""
        daemon = Daemon(self.write(name, ini), ready=False, **options)
        self.daemons.append(daemon)
        try:
            status = daemon.wait()
        except subprocess.TimeoutExpired:
            daemon.kill()
            self.fail("the daemon runs on")
        daemon.check_reports()
        self.assertEqual(status, expect, daemon.log())
        return daemon.log()

    def assert_serves(self, daemon, host, body, **options):
        answer = fetch(daemon.address(), host, **options)
        self.assertEqual((answer.status, answer.body), (200, body))
        return answer

    def assert_moment(self, seen, since, seconds=0):
        """That many seconds after a moment between since and now."""
        self.assertGreaterEqual(seen, int(since) + seconds)
        self.assertLessEqual(seen, time.time() + seconds + 1)

    def assert_refused(self, address, sni, ending=None, **options):
        """The handshake with this name must fail."""
        with self.assertRaises(HandshakeFailed) as caught:
            TlsClient(address, sni, **options).handshake()
        if ending:
            self.assertRegex(caught.exception.ending, ending)
        return caught.exception.ending


# --- one load client, as a process of its own -----------------------------------------------------


def load_client(order):
    """Fetches until told to stop (end of stdin) and at least order["least"] times.

    Prints the number of fetches now and then, and a summary at the end.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(order["roots"])
    bodies, failures, count = {}, [], 0
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    hosts, address = order["hosts"], tuple(order["address"])
    while not stop.is_set() or count < order["least"]:
        host = hosts[count % len(hosts)]
        count += 1
        if count % 10 == 0:
            print(count, flush=True)
        try:
            with socket.create_connection(address, timeout=order["seconds"]) as sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with context.wrap_socket(sock, server_hostname=host) as tls:
                    tls.sendall(request(host))
                    raw = b""
                    while data := tls.recv(65536):
                        raw += data
            (answer,) = parse_answers(raw)
            key = f"{host} {answer.status} {answer.body.decode('latin-1')}"
            bodies[key] = bodies.get(key, 0) + 1
        except (OSError, AssertionError, ValueError) as error:
            failures.append(f"{host}: {type(error).__name__}: {error}")
            if len(failures) > 20:
                break
    json.dump({"count": count, "bodies": bodies, "failures": failures}, sys.stdout)


class LoadClients:
    """Several load clients; stop() ends them and adds up what they saw."""

    def __init__(self, address, hosts, least, processes=2, prefix=(), roots=None):
        order = {
            "address": address,
            "hosts": hosts,
            "least": least // processes + 1,
            "roots": str(roots or pki().root_file()),
            "seconds": bound(20),
        }
        self.counts = [0] * processes
        self.summaries = [None] * processes
        self.processes = []
        self.readers = []
        for number in range(processes):
            process = subprocess.Popen(
                [*prefix, sys.executable, __file__, json.dumps(order)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            reader = threading.Thread(target=self.read, args=(number, process), daemon=True)
            reader.start()
            self.processes.append(process)
            self.readers.append(reader)

    def read(self, number, process):
        for line in process.stdout:
            said = json.loads(line)
            if isinstance(said, int):
                self.counts[number] = said
            else:
                self.summaries[number] = said
        process.stdout.close()

    def count(self):
        """About how many fetches were made so far."""
        return sum(self.counts)

    def running(self):
        return all(process.poll() is None for process in self.processes)

    def stop(self, seconds=90):
        """Returns (count, {"host status body": count}, failures)."""
        count, bodies, failures = 0, {}, []
        for process in self.processes:
            with contextlib.suppress(OSError):
                process.stdin.close()
        for number, process in enumerate(self.processes):
            try:
                process.wait(bound(seconds))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self.readers[number].join(bound(10))
            seen = self.summaries[number]
            if seen is None:
                failures.append(f"load client {number} ended without a summary")
                continue
            count += seen["count"]
            failures += seen["failures"]
            for key, times in seen["bodies"].items():
                bodies[key] = bodies.get(key, 0) + times
        return count, bodies, failures


if __name__ == "__main__":
    load_client(json.loads(sys.argv[1]))
