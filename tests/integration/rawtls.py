# SPDX-License-Identifier: ISC
"""rawtls: TLS records made and read by hand, for what no TLS library would send."""
import contextlib
import os
import socket
import struct

from harness import bound

ALERTS = {
    0: "close_notify",
    10: "unexpected_message",
    22: "record_overflow",
    40: "handshake_failure",
    47: "illegal_parameter",
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


def client_hello(*extensions, version="1.2", compression=b"\0", ciphers=None):
    """A ClientHello that a server can answer, with these extensions besides the usual ones."""
    suites = ciphers or (0x1301, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8)
    usual = [
        extension(10, vector(2, struct.pack("!HH", 29, 23))),
        extension(11, vector(1, b"\0")),
        extension(13, vector(2, struct.pack("!HHHH", 0x0403, 0x0804, 0x0401, 0x0503))),
    ]
    if version == "1.3":
        usual.append(extension(43, vector(1, b"\x03\x04")))
        usual.append(extension(51, vector(2, struct.pack("!H", 29) + vector(2, os.urandom(32)))))
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
    with socket.create_connection(address, timeout=bound(15), source_address=place) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        step = piece or len(data) or 1
        with contextlib.suppress(ConnectionError):
            for start in range(0, len(data), step):
                sock.sendall(data[start : start + step])
            if finish:
                sock.shutdown(socket.SHUT_WR)
        return read_to_end(sock)


def hello(address, *extensions, **options):
    """Sends one ClientHello and half-closes; what the server said, in words."""
    raw, _ = plain(address, records(client_hello(*extensions, **options)), finish=True)
    return describe(raw)
