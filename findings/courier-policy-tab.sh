#!/bin/sh
# SPDX-License-Identifier: ISC
# Courier 1.0.16 (Debian 12) takes a tab beside the name of an mx for a part of that name, and a
# space for none.
#
# Input: policies that differ in the blanks around one mx. RFC 8461 section 3.2 allows spaces and
# tabs behind the colon and at the end of a line (WSP of RFC 5234), and gives both the same meaning.
# testmxlookup, which fetches, keeps and matches a policy as the server does, finds the domain's
# mail host in the policy with spaces, or with none, and not in the same policy with tabs.
# For MTA-STS: a policy that was aligned with tabs names no host for this sender; in mode enforce it
# sends no mail. The net is a name space of its own with fixed answers: one MX, and one web server
# with the policy, which wget asks for Courier. This needs root, for the server's own group.
set -eu

if [ "$(id -u)" != 0 ] || [ ! -x /usr/bin/wget ]; then
    echo "needs root and wget"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=1.0.16-3+b6
apt-get -q download "courier-base=$version" libcourier-unicode4=2.1.2-2+b2 libidn12=1.41-1 >log 2>&1 || {
    echo "cannot fetch courier-base $version"
    exit 77
}
for package in ./*.deb; do
    dpkg -x "$package" tree
done
echo "courier-base $(dpkg-deb --field ./courier-base_*.deb Version)" >seen

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout key.pem \
    -out cert.pem -subj /CN=test -addext subjectAltName=DNS:mta-sts.example.com 2>log
echo "ca_certificate = $work/cert.pem" >wgetrc
echo "nameserver 127.0.0.1" >resolv.conf
echo "127.0.0.1 mta-sts.example.com" >hosts
{ cat /etc/passwd && echo "courier:x:0:0::/:/bin/sh"; } >passwd
{ cat /etc/group && echo "courier:x:0:"; } >group

cat >try.py <<'PYTHON'
import http.server
import pathlib
import socket
import ssl
import subprocess
import threading

policy = ""


class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(policy)))
        self.end_headers()
        self.wfile.write(policy.encode())

    def log_message(self, *_):
        pass


def serve_names(names):
    """MX, TXT and A of any name: mail.NAME, an MTA-STS record, 127.0.0.1. Nothing of other types."""
    values = {15: b"\0\x0a\4mail\xc0\x0c", 16: b"\x0ev=STSv1; id=1;", 1: bytes([127, 0, 0, 1])}
    while True:
        query, client = names.recvfrom(512)
        behind = query.index(b"\0", 12) + 1
        value = values.get(query[behind + 1])
        count = bytes([0, int(value is not None)])
        answer = query[:2] + b"\x81\x80\0\1" + count + bytes(4) + query[12:behind + 4]
        if value is not None:
            answer += b"\xc0\x0c" + query[behind:behind + 4] + bytes([0, 0, 0, 60, 0, len(value)]) + value
        names.sendto(answer, client)


names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("127.0.0.1", 53))
threading.Thread(target=serve_names, args=(names,), daemon=True).start()
web = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Web)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
web.socket = context.wrap_socket(web.socket, server_side=True)
threading.Thread(target=web.serve_forever, daemon=True).start()
for line in ("mx: mail.example.com", "mx:mail.example.com", "mx:  mail.example.com  ",
             "mx:\tmail.example.com", "mx: mail.example.com\t"):
    policy = f"version: STSv1\r\nmode: enforce\r\nmax_age: 604800\r\n{line}\r\n"
    done = subprocess.run(["tree/usr/bin/testmxlookup", "example.com"], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = [told for told in done.stdout.splitlines() if told.startswith(("STS", "ERROR"))]
    print(repr(line), "->", "; ".join(said))
    for kept in pathlib.Path("/var/lib/courier/sts").iterdir():
        kept.unlink()
PYTHON
unshare --net --mount sh -eu <<'SHELL' >>seen
ip link set lo up
for name in resolv.conf hosts passwd group; do
    mount --bind "$name" "/etc/$name"
done
mount -t tmpfs none /var/lib
mkdir -p /var/lib/courier/sts
LD_LIBRARY_PATH=$(echo "$PWD"/tree/usr/lib/*-linux-gnu) WGETRC=$PWD/wgetrc python3 try.py
SHELL

cat >expected <<'TEXT'
courier-base 1.0.16-3+b6
'mx: mail.example.com' -> STS: enforcing
'mx:mail.example.com' -> STS: enforcing
'mx:  mail.example.com  ' -> STS: enforcing
'mx:\tmail.example.com' -> STS: enforcing; ERROR: STS Policy verification failed: mail.example.com
'mx: mail.example.com\t' -> STS: enforcing; ERROR: STS Policy verification failed: mail.example.com
TEXT
cat seen
diff expected seen || {
    echo "changed: Courier no longer does what this file says"
    exit 1
}
