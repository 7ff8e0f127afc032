#!/bin/sh
# SPDX-License-Identifier: ISC
# chasquid 1.11 (Debian 12) reads the first 10,240 bytes of a policy, and takes them for the whole.
#
# Input: policies without a fault, of 200 and of 300 mx lines (8.6 and 12.9 kB), with max_age before
# the mx lines and behind them. RFC 8461 section 3.3 suggests 64 kB as the most that a sender reads.
# A reader expects that a longer policy is either used as it is or refused as too long. chasquid's
# smtp-check, which fetches and parses as the server does, shows the policy without the hosts that
# stand behind, also with one name cut in two; where max_age is last, it calls the policy invalid.
# For MTA-STS: mail to the hosts that are listed last is refused by this sender although the policy
# names them, and an operator sees a correct file. Wildcards keep a policy short. The net is a name
# space of its own with fixed answers: one MX, one web server with the policy.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=1.11-2+b2
apt-get -q download "chasquid=$version" >log 2>&1 || {
    echo "cannot fetch chasquid $version"
    exit 77
}
dpkg -x ./*.deb root
echo "chasquid $(dpkg-deb --field ./*.deb Version)" >seen

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout key.pem \
    -out cert.pem -subj /CN=test -addext subjectAltName=DNS:mta-sts.example.com 2>log
echo "nameserver 127.0.0.1" >resolv.conf
echo "127.0.0.1 mta-sts.example.com" >hosts

cat >try.py <<'PYTHON'
import http.server
import re
import socket
import ssl
import subprocess
import threading

policy = b""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(policy)))
        self.end_headers()
        self.wfile.write(policy)

    def log_message(self, *_):
        pass


def answer_names():
    """To a question for MX or TXT one record, to all others none."""
    data = {b"\0\x0f": b"\0\x0a\4mail\xc0\x0c", b"\0\x10": b"\x0ev=STSv1; id=1;"}
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    names.bind(("127.0.0.1", 53))
    while True:
        asked, peer = names.recvfrom(512)
        end = asked.index(b"\0", 12) + 5
        kind = asked[end - 4:end - 2]
        found = data.get(kind, b"")
        record = b"\xc0\x0c" + kind + b"\0\1\0\0\0\x3c\0" + bytes([len(found)]) + found
        names.sendto(asked[:2] + b"\x81\x80\0\1\0" + bytes([found != b""]) + bytes(4) +
                     asked[12:end] + record * (found != b""), peer)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
threading.Thread(target=answer_names, daemon=True).start()
for count in (200, 300):
    for is_first in (True, False):
        hosts = [f"mx: host-{number:03}.outgoing-mail.eu.example.com\r\n" for number in range(count)]
        parts = ["version: STSv1\r\nmode: enforce\r\n", *hosts]
        parts.insert(1 if is_first else len(parts), "max_age: 604800\r\n")
        policy = "".join(parts).encode()
        # Nobody listens at port 1: the policy alone is looked at.
        said = subprocess.run(["root/usr/bin/smtp-check", "-port", "1", "example.com"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout
        (listed,) = re.findall(r"MXs:\[(.*?)\]", said)
        print(f"{len(policy)} bytes, max_age {'first' if is_first else 'last'}, {count} mx lines:",
              f"{len(listed.split())} read, the last is {listed.split()[-1]};",
              *(re.findall(r"Invalid: .*", said) or ["valid"]))
PYTHON
unshare --user --map-root-user --net --mount sh -eu <<'SHELL' >>seen
ip link set lo up
mount --bind resolv.conf /etc/resolv.conf
mount --bind hosts /etc/hosts
SSL_CERT_FILE=$PWD/cert.pem python3 try.py
SHELL

cat >expected <<'TEXT'
chasquid 1.11-2+b2
8648 bytes, max_age first, 200 mx lines: 200 read, the last is host-199.outgoing-mail.eu.example.com; valid
8648 bytes, max_age last, 200 mx lines: 200 read, the last is host-199.outgoing-mail.eu.example.com; valid
12948 bytes, max_age first, 300 mx lines: 237 read, the last is host-236.outgoing-mail.eu.example.com; valid
12948 bytes, max_age last, 300 mx lines: 238 read, the last is host-237.outgo; Invalid: invalid max_age
TEXT
cat seen
diff expected seen || {
    echo "changed: chasquid no longer does what this file says"
    exit 1
}
