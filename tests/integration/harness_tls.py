# SPDX-License-Identifier: ISC
"""harness_tls: TLS clients that control each byte, and answers of HTTP, read strictly."""
import contextlib
import re
import socket
import ssl
import struct

from harness_base import PATH, bound
from harness_pki import pki


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
