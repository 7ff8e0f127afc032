# SPDX-License-Identifier: ISC
"""steps: what the tests of a booted machine share: a CA and names inside, fetches, what to show."""
from cleanroot import eventually, say

ADDRESS = "192.0.2.10"  # of the policy hosts, inside
PATH = "/.well-known/mta-sts.txt"
VALIDITY = 300  # seconds
DIRECTORY = "https://localhost:14000/dir"
BUNDLE = "/etc/ssl/private-ca.crt"
ROOTS = "/tmp/roots.pem"

AUTHORITY = f"""
set -e
ip link set lo up
ip address add {ADDRESS}/32 dev lo
echo nameserver 127.0.0.1 >/etc/resolv.conf
mkdir /etc/pebble-test && cd /etc/pebble-test
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj '/CN=test' \\
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign \\
    -keyout ca.key -out ca.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \\
    -keyout api.key -out api.csr
echo subjectAltName=DNS:localhost >api.ext
openssl x509 -req -in api.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile api.ext \\
    -out api.pem
cat >pebble.json <<END
{{"pebble": {{"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
  "certificate": "/etc/pebble-test/api.pem", "privateKey": "/etc/pebble-test/api.key",
  "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": false,
  "certificateValidityPeriod": {VALIDITY}}}}}
END
cat /etc/ssl/certs/ca-certificates.crt ca.pem >{BUNDLE}
systemd-run -q --unit=names pebble-challtestsrv -management 127.0.0.1:8055 -dns01 127.0.0.1:53 \\
    -http01 '' -https01 '' -tlsalpn01 '' -defaultIPv4 '' -defaultIPv6 ''
systemd-run -q --unit=pebble -E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_WFE_NONCEREJECT=0 \\
    -E PEBBLE_AUTHZREUSE=0 pebble -config /etc/pebble-test/pebble.json -dnsserver 127.0.0.1:53
until curl -fsS --cacert ca.pem https://localhost:15000/roots/0 >{ROOTS}; do sleep 0.2; done
mkdir -p /etc/systemd/system/mta-stsd-certs.service.d
cat >/etc/systemd/system/mta-stsd-certs.service.d/ca.conf <<END
[Service]
BindReadOnlyPaths={BUNDLE}:/etc/ssl/certs/ca-certificates.crt
END
"""


class Steps:
    """Steps in an order, each of which shows something, with its figure."""

    passed = 0

    def __init__(self, machine):
        self.machine = machine

    def show(self, text):
        Steps.passed += 1
        say(f"ok {Steps.passed} - {text}")

    def set_address(self, host):
        self.machine.run(
            f"""curl -fsS -d '{{"host": "{host}", "addresses": ["{ADDRESS}"]}}' """
            "http://127.0.0.1:8055/add-a"
        )

    def fetches(self, host, policy="mx: mail.example.com"):
        """Verified by the CA's root, resolved by DNS."""
        got = self.machine.run(f"curl -fsS --cacert {ROOTS} https://{host}{PATH}", check=False)
        return got.returncode == 0 and policy in got.stdout

    def served_within(self, host, seconds):
        return eventually(lambda: self.fetches(host), seconds, f"{host} is served, verified")

    def end_of(self, host):
        """When the certificate that is served ends."""
        return self.machine.says(
            f"openssl s_client -connect {ADDRESS}:443 -servername {host} </dev/null 2>/dev/null "
            "| openssl x509 -noout -enddate"
        )

    def add_domain(self, domain):
        self.machine.run(
            f"printf '[{domain}]\\nmx = mail.example.com\\n' >/etc/mta-stsd/domains.d/{domain}.ini"
        )

    def shows(self, unit, name):
        """One property of a unit."""
        return self.machine.says(f"systemctl show -P {name} {unit}")

    def states(self, *units):
        return self.machine.says(f"systemctl is-active {' '.join(units)}").split()

    def drop_in(self, text, unit="mta-stsd.service"):
        """Adds to a unit of ours; None takes it away again."""
        path = f"/etc/systemd/system/{unit}.d/test.conf"
        if text is None:
            self.machine.run(f"rm -f {path}; systemctl daemon-reload")
            return
        self.write(path, text)
        self.machine.run("systemctl daemon-reload")

    def write(self, path, text, mode="0644"):
        """A file inside, renamed into place."""
        self.machine.run(f"mkdir -p $(dirname {path})")
        script = f"umask 077; cat >{path}.new && chmod {mode} {path}.new && mv {path}.new {path}"
        self.machine.run(script, input=text)

    def says_in_journal(self, words, unit="mta-stsd", options=""):
        return words in self.machine.says(f"journalctl --no-pager -o cat -b {options} -u {unit}")
