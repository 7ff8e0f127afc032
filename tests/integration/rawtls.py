# SPDX-License-Identifier: ISC
"""rawtls: TLS records made and read by hand, for what no TLS library would send."""
import contextlib
import hashlib
import hmac
import os
import socket
import struct
import tempfile

from harness import TlsClient, bound, tls_context

ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    22: "record_overflow",
    40: "handshake_failure",
    42: "bad_certificate",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    50: "decode_error",
    70: "protocol_version",
    80: "internal_error",
    109: "missing_extension",
    112: "unrecognized_name",
    120: "no_application_protocol",
}
HANDSHAKES = {
    2: "server_hello",
    11: "certificate",
    12: "server_key_exchange",
    14: "server_hello_done",
}


def vector(size, data):
    """data with its length in size bytes before it."""
    return len(data).to_bytes(size, "big") + data


def extension(number, data):
    return struct.pack("!H", number) + vector(2, data)


def sni(*names, kind=0):
    """A server_name extension; each name is bytes, whatever they are."""
    entries = b"".join(bytes([kind]) + vector(2, name) for name in names)
    return extension(0, vector(2, entries))


def alpn(*names):
    return extension(16, vector(2, b"".join(vector(1, name) for name in names)))


def key_share(group, key):
    return struct.pack("!H", group) + vector(2, key)


def client_hello(
    *extensions, version="1.2", compression=b"\0", ciphers=None, groups=(29, 23), shares=None
):
    """A ClientHello that a server can answer, with these extensions besides the usual ones.

    groups: their numbers; None: no such extension. shares: of TLS 1.3, made by key_share; None: one
    of X25519.
    """
    suites = ciphers or (0x1301, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8)
    usual = [
        extension(11, vector(1, b"\0")),
        extension(13, vector(2, struct.pack("!HHHH", 0x0403, 0x0804, 0x0401, 0x0503))),
    ]
    if groups is not None:
        numbers = b"".join(struct.pack("!H", number) for number in groups)
        usual.insert(0, extension(10, vector(2, numbers)))
    if version == "1.3":
        usual.append(extension(43, vector(1, b"\x03\x04")))
        shares = [key_share(29, os.urandom(32))] if shares is None else shares
        usual.append(extension(51, vector(2, b"".join(shares))))
    body = b"\x03\x03" + os.urandom(32) + vector(1, b"")
    body += vector(2, b"".join(struct.pack("!H", suite) for suite in suites))
    body += vector(1, compression)
    body += vector(2, b"".join([*extensions, *usual]))
    return b"\x01" + vector(3, body)


def records(handshake, size=16384):
    """Handshake bytes in records of at most size bytes."""
    pieces = [handshake[start : start + size] for start in range(0, len(handshake), size)]
    return b"".join(b"\x16\x03\x01" + vector(2, piece) for piece in pieces)


def read_to_end(sock):
    """All bytes up to the end, and how it came: "eof", "reset", "timeout"."""
    raw = b""
    while True:
        try:
            data = sock.recv(65536)
        except ConnectionError:
            return raw, "reset"
        except TimeoutError:
            return raw, "timeout"
        if not data:
            return raw, "eof"
        raw += data


def describe(raw):
    """What the records say, in words, as far as they are in plain text."""
    said, handshake = [], b""
    while len(raw) >= 5:
        kind, length = raw[0], int.from_bytes(raw[3:5], "big")
        body, raw = raw[5 : 5 + length], raw[5 + length :]
        if kind == 21 and len(body) == 2:
            said.append(
                ("fatal " if body[0] == 2 else "warning ") + ALERTS.get(body[1], str(body[1]))
            )
        elif kind == 22:
            handshake += body
            while len(handshake) >= 4 and len(handshake) >= 4 + int.from_bytes(
                handshake[1:4], "big"
            ):
                said.append(HANDSHAKES.get(handshake[0], f"handshake {handshake[0]}"))
                handshake = handshake[4 + int.from_bytes(handshake[1:4], "big") :]
        elif kind == 23:
            said.append("encrypted")
        elif kind == 20:
            said.append("change_cipher_spec")
        else:
            said.append(f"record {kind}")
    if raw:
        said.append(f"{len(raw)} stray bytes")
    return said


def plain(address, data, *, piece=None, source=None, finish=False):
    """Sends bytes without TLS and reads all that comes back: (bytes, how it ended)."""
    place = (source, 0) if source else None
    with socket.create_connection(address, timeout=bound(60), source_address=place) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        step = piece or len(data) or 1
        with contextlib.suppress(ConnectionError):
            for start in range(0, len(data), step):
                sock.sendall(data[start : start + step])
        if finish:
            with contextlib.suppress(OSError):  # not connected: the server has closed
                sock.shutdown(socket.SHUT_WR)
        return read_to_end(sock)


def hello(address, *extensions, **options):
    """Sends one ClientHello and half-closes; what the server said, in words."""
    raw, _ = plain(address, records(client_hello(*extensions, **options)), finish=True)
    return describe(raw)


def dialogue(address, *flights):
    """Sends each when the server has answered the one before; all that it said, in words."""
    raw = b""
    with socket.create_connection(address, timeout=bound(15)) as sock:
        for flight in flights:
            sock.sendall(flight)
            if flight is not flights[-1]:
                raw += sock.recv(65536)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_WR)
        return describe(raw + read_to_end(sock)[0])


# --- TLS 1.2 after its handshake, with the keys in hand ---------------------------------------------

WARNING = b"\x15\x03\x03\0\2\1\x5a"  # an alert: user_canceled
CHANGE_CIPHER_SPEC = b"\x14\x03\x03\0\1\1"


def chacha20(key, counter, nonce, length):
    """RFC 8439, section 2.4: so many bytes of the key stream."""
    stream = b""
    start = struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key)
    while len(stream) < length:
        first = [*start, counter, *struct.unpack("<3I", nonce)]
        words = first[:]
        for column in range(80):
            a = column % 4
            slant = column // 4 % 2  # columns and diagonals take turns
            b, c, d = (4 * row + (a + slant * row) % 4 for row in (1, 2, 3))
            for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                words[x] = (words[x] + words[y]) & 0xFFFFFFFF
                mixed = words[z] ^ words[x]
                words[z] = (mixed << turn | mixed >> (32 - turn)) & 0xFFFFFFFF
        stream += struct.pack("<16I", *((x + y) & 0xFFFFFFFF for x, y in zip(words, first)))
        counter += 1
    return stream[:length]


def poly1305(key, data):
    """RFC 8439, section 2.5."""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for start in range(0, len(data), 16):
        block = int.from_bytes(data[start : start + 16] + b"\1", "little")
        total = (total + block) * r % ((1 << 130) - 5)
    total += int.from_bytes(key[16:], "little")
    return (total & ((1 << 128) - 1)).to_bytes(16, "little")


class Keys:
    """One direction's record protection: RFC 7905."""

    def __init__(self, key, iv):
        self.key = key
        self.iv = int.from_bytes(iv, "big")
        self.sequence = 1  # Finished was the first

    def protect(self, kind, data):
        """The bytes the other way round (encrypted, or decrypted), and the tag over sealed ones."""
        nonce = (self.iv ^ self.sequence).to_bytes(12, "big")
        stream = chacha20(self.key, 0, nonce, 64 + len(data))
        turned = bytes(x ^ y for x, y in zip(data, stream[64:]))
        added = struct.pack("!QB", self.sequence, kind) + b"\x03\x03" + struct.pack("!H", len(data))
        self.sequence += 1
        lengths = struct.pack("<QQ", len(added), len(data))
        padded = added + b"\0" * (-len(added) % 16) + turned + b"\0" * (-len(turned) % 16)
        return turned, poly1305(stream[:32], padded + lengths)

    def seal(self, kind, data):
        sealed, tag = self.protect(kind, data)
        return bytes([kind]) + b"\x03\x03" + vector(2, sealed + tag)


class KeyedClient(TlsClient):
    """A client of TLS 1.2 that can send any record after its handshake, which ssl did for it."""

    def __init__(self, address, sni, context=None, **options):
        context = context or tls_context("1.2", ciphers="ECDHE-ECDSA-CHACHA20-POLY1305")
        with tempfile.NamedTemporaryFile("r") as secrets:
            context.keylog_filename = secrets.name
            self.seen = b""
            super().__init__(address, sni, context, **options)
            self.handshake()
            words = next(line.split() for line in secrets if line.startswith("CLIENT_RANDOM"))
        ours, secret = bytes.fromhex(words[1]), bytes.fromhex(words[2])
        seed = b"key expansion" + self.seen[11:43] + ours
        block, chained = b"", seed
        while len(block) < 88:
            chained = hmac.digest(secret, chained, hashlib.sha256)
            block += hmac.digest(secret, chained + seed, hashlib.sha256)
        self.ours, self.theirs = Keys(block[:32], block[64:76]), Keys(block[32:64], block[76:88])

    def receive(self):
        data = self.sock.recv(65536)
        self.seen += data
        self.incoming.write(data)
        return bool(data)

    def send_record(self, kind, data):
        self.sock.sendall(self.ours.seal(kind, data))

    def read_records(self, raw=b""):
        """All records to the end of the stream, decrypted: [(kind, bytes)]. raw: those read."""
        raw += read_to_end(self.sock)[0]
        found = []
        while len(raw) >= 5:
            length = int.from_bytes(raw[3:5], "big")
            found.append((raw[0], self.theirs.protect(raw[0], raw[5 : length - 11])[0]))
            raw = raw[5 + length :]
        return found
