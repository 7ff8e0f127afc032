#!/bin/sh
# SPDX-License-Identifier: ISC
# Pebble 2.4.0 (Debian 12, pebble) reuses a valid authorization about once in a hundred orders with
# PEBBLE_AUTHZREUSE=0.
#
# Input: one account, one name, one order whose challenge is done; then 700 new orders for that name.
# PEBBLE_AUTHZREUSE is a percentage, so at 0 each of them should be pending, with a challenge to do. A
# few are ready at once: the number that it draws, from 0 to 99, means reuse unless it is above the
# percentage.
# For ACME: a test that wants a second order's challenge to be seen, or to fail, passes 99 times and
# fails once.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=2.4.0+ds1-2+b4
apt-get -q download "pebble=$version" >>log 2>&1 || {
    echo "cannot fetch pebble $version"
    exit 77
}
dpkg -x pebble_*.deb root
openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout api.key -out api.pem 2>>log
openssl ecparam -name prime256v1 -genkey -noout -out account.key

cat >try.py <<'PYTHON'
import base64
import hashlib
import json
import socket
import ssl
import subprocess
import time
import urllib.request

HOST = "mta-sts.example.com"
trust = ssl.create_default_context(cafile="api.pem")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*words, data=b""):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


def sign(data):
    """ES256: the two numbers of the DER signature, 32 octets each."""
    der = openssl("dgst", "-sha256", "-sign", "account.key", data=data)
    first = der[4:4 + der[3]]
    second = der[6 + der[3]:]
    return b"".join(number[-32:].rjust(32, b"\0") for number in (first, second))


class Client:
    def __init__(self, url):
        with urllib.request.urlopen(url, context=trust) as answer:
            self.directory = json.load(answer)
        with urllib.request.urlopen(self.directory["newNonce"], context=trust) as answer:
            self.nonce = answer.headers["Replay-Nonce"]
        point = openssl("ec", "-in", "account.key", "-pubout", "-outform", "DER")[-64:]
        self.key = {"jwk": {"kty": "EC", "crv": "P-256", "x": encode(point[:32]),
                            "y": encode(point[32:])}}

    def post(self, url, payload):
        head = encode(json.dumps({"alg": "ES256", "nonce": self.nonce, "url": url, **self.key}).encode())
        body = encode(json.dumps(payload).encode()) if payload is not None else ""
        text = {"protected": head, "payload": body, "signature": encode(sign(f"{head}.{body}".encode()))}
        request = urllib.request.Request(url, json.dumps(text).encode(),
                                         {"Content-Type": "application/jose+json"})
        with urllib.request.urlopen(request, context=trust) as answer:
            self.nonce = answer.headers["Replay-Nonce"]
            return answer.headers["Location"], json.load(answer)

    def order(self):
        return self.post(self.directory["newOrder"], {"identifiers": [{"type": "dns", "value": HOST}]})[1]


ports = [free_port() for _ in range(4)]
json.dump({"pebble": {"listenAddress": f"127.0.0.1:{ports[0]}", "certificate": "api.pem",
                      "managementListenAddress": f"127.0.0.1:{ports[1]}", "privateKey": "api.key",
                      "httpPort": ports[2], "tlsPort": ports[3], "ocspResponderURL": "",
                      "externalAccountBindingRequired": False}}, open("pebble.json", "w"))
pebble = subprocess.Popen(["root/usr/bin/pebble", "-config", "pebble.json"], stdout=open("said", "w"),
                          env={"PEBBLE_VA_ALWAYS_VALID": "1", "PEBBLE_VA_NOSLEEP": "1",
                               "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"})
try:
    for _ in range(100):
        time.sleep(0.1)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", ports[0])) == 0:
                break
    client = Client(f"https://localhost:{ports[0]}/dir")
    account, _ = client.post(client.directory["newAccount"], {"termsOfServiceAgreed": True})
    client.key = {"kid": account}
    authorization = client.order()["authorizations"][0]
    challenge = client.post(authorization, None)[1]["challenges"][0]["url"]
    client.post(challenge, {})
    while client.post(authorization, None)[1]["status"] != "valid":
        time.sleep(0.1)
    seen = [client.order()["status"] for _ in range(700)]
finally:
    pebble.kill()
    pebble.wait()
ready = seen.count("ready")
print("statuses of 700 new orders:", ", ".join(sorted(set(seen))))
print("ready without a new challenge:", "a few" if 0 < ready < 35 else ready)
PYTHON
python3 try.py >seen 2>>log || { cat log; exit 1; }

cat >expected <<'TEXT'
statuses of 700 new orders: pending, ready
ready without a new challenge: a few
TEXT
cat seen
diff expected seen || {
    echo "changed: Pebble no longer does what this file says"
    exit 1
}
