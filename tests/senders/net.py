# SPDX-License-Identifier: ISC
"""net: the private Internet in which check-senders' domains are: name servers, a resolver that
validates, the daemon and a web server that misbehaves as policy hosts, and mail hosts by Postfix, which
take mail for anybody and drop it."""
import hashlib
import re
import shutil
import ssl

import testnet
from harness import BINARY, eventually, pki, run

NOBODY = testnet.NOBODY
REFUSING = "198.18.0.4"  # a name server that refuses whatever it is asked
MAIL, DANE_ZONE = "mail.example", "mx.signed.example"


def at(last):
    return (f"198.18.3.{last}",)


# kind: addresses, and the names in its certificate; one smtpd each.
MX = {
    "nomx": (at(10), ["nomx.plain.example"]),
    **{name: (at(11 + i), [f"{name}.{MAIL}"]) for i, name in enumerate(
        ("good", "second", "third", "fourth", "fifth", "sixth", "alias", "tls13", "old", "denied", "expired"))},
    "star": (at(30), [f"*.star.{MAIL}"]),
    "v6": (("2001:db8:53::3:1",), [f"v6.{MAIL}"]),
    "wrong": (at(31), ["www.other.example"]),
    "shallow": (at(32), [f"*.{MAIL}"]),
    "domname": (at(33), ["domname.plain.example"]),
    "self": (at(34), [f"self.{MAIL}"]),
    "unknownca": (at(35), [f"unknownca.{MAIL}"]),
    "nochain": (at(36), [f"nochain.{MAIL}"]),
    "cnonly": (at(37), []),
    "plain": (at(38), []),
    "deep": (at(39), [f"deep.{MAIL}"]),
    "a.deep": (at(40), [f"a.deep.{MAIL}"]),
    "a.b.deep": (at(41), [f"a.b.deep.{MAIL}"]),
    "mail_1": (at(42), [f"mail_1.{MAIL}"]),
    "xn--bcher-kva": (at(43), [f"xn--bcher-kva.{MAIL}"]),
    "two": (at(44), [f"two.{MAIL}"]),
    "twoself": (at(45), [f"two.{MAIL}"]),
    "tlsa": (at(46), [f"tlsa.{MAIL}"]),
    "d-fits": (at(50), [f"fits.{DANE_ZONE}"]),
    "d-misfit": (at(51), [f"misfit.{DANE_ZONE}"]),
    "d-lost": (at(52), [f"lost.{DANE_ZONE}"]),
    "d-self": (at(53), [f"self.{DANE_ZONE}"]),
    "d-expired": (at(54), [f"expired.{DANE_ZONE}"]),
    "d-issuer": (at(55), ["www.other.example"]),
    "d-pkix": (at(56), [f"pkix.{DANE_ZONE}"]),
}
SELF_SIGNED = {"self", "twoself", "d-self"}
# Names of mail.example that are no kind's own, as lines of a zone.
MORE_HOSTS = [
    f"a.star A {MX['star'][0][0]}",
    f"x.shallow A {MX['shallow'][0][0]}",
    f"two A {MX['twoself'][0][0]}",
    f"dead A {NOBODY}",
    'nohost TXT "no address"',
    "alias CNAME aliased",
    f"aliased A {MX['alias'][0][0]}",
    "pointer CNAME good",
]
NOT_NAMED = {"nomx", "star", "shallow", "twoself", "alias"}  # MORE_HOSTS has their names, or a domain


def domain_of(situation):
    """The situation as what a domain publishes."""
    if situation.zone == "absent":
        return testnet.Domain(situation.domain, sts=None, tls=None, a=[], aaaa=[], mx=())
    mx = [] if situation.hosts == [situation.domain] else zip(situation.preferences, situation.hosts)
    return testnet.Domain(situation.domain, sts=situation.sts, tls=None, a=situation.host_a,
                          aaaa=situation.host_aaaa, mx=list(mx), more=situation.more, **situation.web or {})


# Domains without a fault, whose daemon has the limits that it has by default.
FLEET = [f"one{number:03}.plain.example" for number in range(130)]
FLEET_DAEMON = "198.18.1.2"


class SenderNet(testnet.Net):
    ZONES = ("signed.example", "plain.example", "bogus.example", "mail.example", "example")
    SIGNED = ("signed.example", "bogus.example")
    ADDRESSES = (*testnet.Net.ADDRESSES, "2001:db8:53::9:9/128")
    MX = {kind: addresses for kind, (addresses, _) in MX.items()}
    STUBS = {"lame.example": REFUSING}
    CERTIFICATES = None  # of an openssl command line

    def __init__(self, situations, more=()):
        """more: domains to which nothing is sent."""
        self.situations = {situation.domain: situation for situation in situations}
        self.more = [domain.host for domain in more]
        super().__init__([*(domain_of(situation) for situation in situations), *more])

    # ---- Certificates.

    def certify(self):
        leaf, dated = pki().leaf, testnet.dated
        hosts = [domain.host for domain in self.domains.values() if domain.host not in self.more]
        self.chains = {"web": leaf(*hosts, *(f"mta-sts.{name}" for name in FLEET)), "wrong": leaf("www.other.example"),
                       "webexpired": leaf("mta-sts.p-expired.plain.example", dates=dated(-30, -2))}
        self.sign_itself("webself", ["mta-sts.p-self.plain.example"])
        for kind, (_, names) in MX.items():
            if kind in SELF_SIGNED:
                self.sign_itself(kind, names)
            elif names:
                worn = dated(-30, -2) if kind.endswith("expired") else None
                self.chains[kind] = leaf(*names, dates=worn)
        if self.more:
            self.chains["asked"] = leaf(*self.more)
        for name, chain in self.chains.items():
            self.write(f"{name}.pem", chain.key + chain.chain)
        alone = ssl.DER_cert_to_PEM_cert(self.chains["nochain"].der)
        self.write("nochain.pem", self.chains["nochain"].key + alone.encode())
        self.write_common_name(f"cnonly.{MAIL}")
        self.write_foreign(f"unknownca.{MAIL}")

    def openssl(self, *words):
        done = run("openssl", *words, cwd=self.directory)
        if done.returncode != 0:
            raise AssertionError(done.stderr)

    def sign_itself(self, name, hosts, common="self", extensions=()):
        key = self.directory / f"{name}.pem"
        self.openssl("req", "-x509", *pki().NEW_KEY["ec"], "-nodes", "-days", "30", "-subj", f"/CN={common}",
                     "-addext", "subjectAltName=" + ",".join(f"DNS:{host}" for host in hosts),
                     *(word for extension in extensions for word in ("-addext", extension)),
                     "-keyout", key, "-out", f"{name}.crt")
        with open(key, "ab") as file:
            file.write((self.directory / f"{name}.crt").read_bytes())

    def write_common_name(self, host):
        """A certificate of the tests' CA without alternative names."""
        issuer = pki().directory / pki().issuer("ec")
        self.openssl("req", "-new", *pki().NEW_KEY["ec"], "-nodes", "-subj", f"/CN={host}", "-keyout",
                     "cnonly.pem", "-out", "cnonly.csr")
        self.openssl("x509", "-req", "-in", "cnonly.csr", "-out", "cnonly.crt", "-days", "30", "-CA",
                     f"{issuer}.crt", "-CAkey", f"{issuer}.key", "-set_serial", "4711")
        with open(self.directory / "cnonly.pem", "ab") as file:
            file.write((self.directory / "cnonly.crt").read_bytes() + pki().issuers["ec"])

    def write_foreign(self, host):
        """A certificate of a CA that nobody knows."""
        self.sign_itself("foreign", ["ca.invalid"], "A foreign CA")
        self.openssl("req", "-new", *pki().NEW_KEY["ec"], "-nodes", "-subj", "/CN=foreign", "-addext",
                     f"subjectAltName=DNS:{host}", "-keyout", "unknownca.pem", "-out", "unknownca.csr")
        self.openssl("x509", "-req", "-in", "unknownca.csr", "-out", "unknownca.crt", "-days", "30", "-CA",
                     "foreign.crt", "-CAkey", "foreign.pem", "-set_serial", "4712", "-copy_extensions", "copy")
        with open(self.directory / "unknownca.pem", "ab") as file:
            file.write((self.directory / "unknownca.crt").read_bytes())

    def public_key(self, name):
        """TLSA's data for the key of NAME.pem: 3 1 1."""
        key = run("openssl", "x509", "-pubkey", "-noout", "-in", self.directory / f"{name}.pem").stdout
        der = ssl.PEM_cert_to_DER_cert(key.replace("PUBLIC KEY", "CERTIFICATE"))
        return f"3 1 1 {hashlib.sha256(der).hexdigest()}"

    def certificate(self, usage, pem):
        """TLSA's data for a certificate: USAGE 0 1."""
        der = ssl.PEM_cert_to_DER_cert(re.search(r"-----BEGIN CERT.*?-----END CERTIFICATE-----", pem, re.S)[0])
        return f"{usage} 0 1 {hashlib.sha256(der).hexdigest()}"

    # ---- Servers.

    def start_daemon(self):
        """It has all policies that keep the RFC's form."""
        lines = ["[server]", "user = nobody", "max_removed = 100%", "limit_exempt = 198.18.0.0/16",
                 "limit_exempt = 127.0.0.0/8", "limit_exempt = ::1", "limit_exempt = 2001:db8:53::/48",
                 "handshakes_per_source = 0", "handshakes_per_network = 0"]
        lines += [f"listen = {testnet.DAEMON[0]}:443", f"listen = [{testnet.DAEMON[1]}]:443", "[defaults]",
                  f"certificate = {self.directory}/web.pem"]
        for situation in self.situations.values():
            if not situation.web and situation.zone != "absent":
                lines += [f"[{situation.domain}]", f"mode = {situation.mode}", f"max_age = {situation.max_age}"]
                lines += [f"mx = {name}" for name in situation.admits]
        self.ini = self.write("mta-stsd.ini", "\n".join(lines) + "\n")
        self.spawn(BINARY, "-c", self.ini)
        lines = ["[server]", "user = nobody", f"listen = {FLEET_DAEMON}:443", "[defaults]",
                 f"certificate = {self.directory}/web.pem", "mode = enforce", "mx = good.mail.example"]
        self.spawn(BINARY, "-c", self.write("fleet.ini", "\n".join(lines + [f"[{name}]" for name in FLEET]) + "\n"))

    def start_postfix(self):
        home = self.directory / "postfix"
        services = []
        for kind, (addresses, _) in MX.items():
            option = f"-o smtpd_tls_chain_files={self.directory}/{kind}.pem"
            if kind == "plain":
                option = "-o smtpd_tls_security_level=none"
            if kind == "tls13":
                option += " -o smtpd_tls_protocols=>=TLSv1.3"
            if kind == "denied":
                option += f" -o smtpd_tls_CAfile={self.directory}/absent.pem"  # then it answers 454
            if kind == "old":
                option += " -o smtpd_tls_protocols=TLSv1 -o tls_medium_cipherlist=ALL:@SECLEVEL=0"
            for address in addresses:
                place = f"[{address}]" if ":" in address else address
                services.append(f"{place}:25 inet n - n - - smtpd {option}")
        services += ["postlog unix-dgram n - n - 1 postlogd", "anvil unix - - n - 1 anvil",
                     "rewrite unix - - n - - trivial-rewrite", "tlsmgr unix - - n 1000? 1 tlsmgr",
                     "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
                     "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce",
                     "discard unix - - n - - discard"]
        self.write("postfix/etc/master.cf", "\n".join(services) + "\n")
        self.write("postfix/etc/main.cf", "\n".join([
            "compatibility_level = 3.6", f"queue_directory = {home}/queue", f"data_directory = {home}/data",
            f"myhostname = {MAIL}", "smtpd_tls_security_level = may", f"maillog_file = {home}/log/mail",
            f"maillog_file_prefixes = {home}", "alias_maps =", "alias_database =", "mydestination =",
            "local_recipient_maps =", "smtpd_tls_loglevel = 1", "smtpd_peername_lookup = no",
            "default_transport = discard:", "relay_transport = discard:", "mynetworks = 0.0.0.0/0 [::]/0",
            "default_process_limit = 300",
            "smtpd_client_connection_count_limit = 0", "smtpd_client_connection_rate_limit = 0"]) + "\n")
        for name in ("queue", "data", "log"):
            (home / name).mkdir()
        shutil.chown(home / "data", "postfix")
        self.spawn("postfix", "-c", home / "etc", "start-fg")

    def zone_text(self, zone):
        lines = [super().zone_text(zone)] if zone not in ("example", "plain.example") else [self.HEAD]
        if zone in ("example", "plain.example"):
            lines += [line for domain in self.domains.values() if self.zone_of(domain.name) == zone
                      for line in domain.records()]
        if zone == "plain.example":
            lines.append('sts.provider TXT "v=STSv1; id=1;"')
            for name in FLEET:
                lines += [f"{name}. MX 10 good.mail.example.", f"mta-sts.{name}. A {FLEET_DAEMON}",
                          f'_mta-sts.{name}. TXT "v=STSv1; id=1;"']
        if zone == "bogus.example":
            lines.append(f"host A {MX['good'][0][0]}")
        if zone == MAIL:
            lines += [f"{kind} {'AAAA' if ':' in a else 'A'} {a}" for kind, (addresses, _) in MX.items()
                      for a in addresses if kind not in NOT_NAMED and not kind.startswith("d-")]
            lines += MORE_HOSTS + [f"_25._tcp.tlsa TLSA {self.public_key('good')}"]
        if zone == "signed.example":
            lines += [f"{kind[2:]}.mx A {addresses[0]}" for kind, (addresses, _) in MX.items()
                      if kind.startswith("d-")]
            issuer = pki().issuer("ec") and pki().issuers["ec"].decode()
            data = {"fits": self.public_key("d-fits"), "misfit": self.public_key("d-fits"),
                    "self": self.public_key("d-self"), "expired": self.public_key("d-expired"),
                    "issuer": self.certificate(2, issuer),
                    "pkix": self.certificate(1, self.chains["d-pkix"].chain.decode())}
            lines += [f"_25._tcp.{host}.mx TLSA {record}" for host, record in data.items()]
            lines.append("_25._tcp.lost.mx NS ns.lame.example.")
        return "\n".join(lines) + "\n"

    def start_knot(self):
        super().start_knot()
        home = self.directory / "refusing"
        home.mkdir()
        shutil.chown(home, "nobody")
        self.spawn("knotd", "-c", self.write("refusing.conf", "\n".join([
            f"server:\n    rundir: {home}\n    listen: {REFUSING}@53\n    user: nobody",
            "log:\n  - target: stderr\n    any: warning", f"database:\n    storage: {home}\n"])))

    def start_unbound(self):
        self.RESOLVER = ('module-config: "validator iterator"', f'trust-anchor-file: "{self.anchors}"',
                         "num-queries-per-thread: 4096", "outgoing-range: 8192")
        super().start_unbound()

    # ---- What came in.

    def received(self):
        """{message-id: whether it came over TLS}."""
        log = (self.directory / "postfix" / "log" / "mail").read_text(errors="replace")
        tls, queue, found = {}, {}, {}
        for line in log.splitlines():
            said = re.search(r"postfix/(smtpd|cleanup)\[(\d+)\]: (.*)", line)
            if not said:
                continue
            pid, text = said[2], said[3]
            if text.startswith("connect from"):
                tls[pid] = False
            elif "TLS connection established from" in text:
                tls[pid] = True
            elif match := re.match(r"(\w+): client=", text):
                queue[match[1]] = tls.get(pid, False)
            elif match := re.match(r"(\w+): message-id=<(.*)>", text):
                found[match[2]] = queue.get(match[1], False)
        return found

    def wait(self):
        super().wait()
        eventually(lambda: self.run("dig", "+short", f"@{testnet.UNBOUND}", "sts.provider.plain.example", "TXT").stdout,
                   20, "the resolver")
