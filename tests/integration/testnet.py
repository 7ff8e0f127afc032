# SPDX-License-Identifier: ISC
"""testnet: an Internet of its own in a network name space: knot with signed zones, unbound, the
daemon, Postfix with good and bad certificates, and a web server that can misbehave.

As a script this file is that web server: testnet.py ADDRESS... <table.json
"""
import http.server
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

if __name__ != "__main__":
    import harness
    from harness import bound, eventually, pki, run

TOOLS = ("unshare", "nsenter", "ip", "knotd", "keymgr", "unbound", "postfix")
PATIENCE = 9  # seconds; mta-stsctl waits 15 for a policy
PATH = "/.well-known/mta-sts.txt"
POLICY = "version: STSv1\r\nmode: enforce\r\nmx: mx.check.example\r\nmax_age: 604800\r\n"

KNOT, UNBOUND = "198.18.0.1", "198.18.0.2"
SILENT = "198.18.0.3"  # the name server of silent.example, which takes questions and answers none
DAEMON = ("198.18.1.1", "2001:db8:53::1:1")
WEB = ("198.18.2.1", "2001:db8:53::2:1")
OTHER_WEB = "198.18.2.2"  # the same hosts; some answer differently here
LAX = "198.18.2.3"  # takes any server name
OLD = "198.18.2.4"  # TLS 1.1
NEW_TLS = "198.18.2.5"  # TLS 1.3 alone
ASKS = ("198.18.2.6", "198.18.2.7")  # want a client certificate, by TLS 1.2 and 1.3
NOBODY = "198.18.9.9"  # refuses connections
MX = {  # kind: addresses
    "mx": ("198.18.3.1", "2001:db8:53::3:1"),
    "expired": ("198.18.3.2",),
    "wrong": ("198.18.3.3",),
    "plain": ("198.18.3.4",),
    "self": ("198.18.3.5",),
    "old": ("198.18.3.6",),
    "tlsa": ("198.18.3.7",),
    "soon": ("198.18.3.8",),
    "pkix": ("198.18.3.9",),
    "bare6": ("198.18.3.23",),  # as the newest CAs issue them, for six days
    "tls13": ("198.18.3.21",),  # TLS 1.3 alone
    "both": ("198.18.3.22",),  # an ECDSA certificate, and an expired one with an RSA key
    "anon": ("198.18.3.20",),  # has no certificate
    "many": tuple(f"198.18.3.{last}" for last in range(10, 19)),
}


def find(tool):
    return shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/sbin")


def missing():
    """Why the net cannot be, or None."""
    if os.geteuid() != 0:
        return "not root: Postfix needs several users"
    absent = [tool for tool in TOOLS if not find(tool)]
    if absent:
        return f"not installed: {', '.join(absent)}"
    probe = run(find("unshare"), "-n", "-m", "true")
    return f"no name spaces: {probe.stderr.strip()}" if probe.returncode else None


def dated(before, after):
    def date(days):
        return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * 86400))

    return (date(before), date(after))


class Domain:
    """What a domain publishes; None leaves a part out. policy is bytes for the web server, with the
    behaviour of Handler's table; without one, the daemon serves it."""

    def __init__(
        self,
        name,
        *,
        sts="v=STSv1; id=20261122T1;",
        tls="v=TLSRPTv1; rua=mailto:t@reports.example",
        a=None,
        aaaa=None,
        mx=((10, "mx.check.example"),),
        more="",
        ttl=3600,
        **served,
    ):
        self.name = name
        self.host = f"mta-sts.{name}"
        self.sts = [sts] if isinstance(sts, str) else sts or []
        self.tls = tls
        self.mx = mx
        self.more = more
        self.ttl = ttl
        self.served = served
        home = WEB if served else DAEMON
        self.a = [home[0]] if a is None else a
        self.aaaa = [home[1]] if aaaa is None else aaaa

    def records(self):
        lines = [f'_mta-sts.{self.name}. {self.ttl} TXT "{text}"' for text in self.sts]
        if self.tls:
            lines.append(f'_smtp._tls.{self.name}. TXT "{self.tls}"')
        lines += [f"{self.host}. A {address}" for address in self.a]
        lines += [f"{self.host}. AAAA {address}" for address in self.aaaa]
        lines += [f"{self.name}. MX {preference} {host}." for preference, host in self.mx]
        lines += [line.replace("@", f"{self.name}.") for line in self.more.splitlines()]
        return lines


class Net:
    """Starts all servers for these domains; each ends in a zone of ZONES."""

    # Signed, not signed, with a false DS, and the one above them.
    ZONES = ("check.example", "plain.example", "bogus.example", "example")
    SIGNED = ("check.example", "bogus.example")
    ADDRESSES = ("198.18.0.0/16", "2001:db8:53::1:1/128", "2001:db8:53::2:1/128", "2001:db8:53::3:1/128")
    WEB_ADDRESSES = (*WEB, OTHER_WEB, LAX, OLD, NEW_TLS, *ASKS)
    MX = MX
    CACHE = 1000000  # seconds that the resolver keeps what it has at most
    RESOLVER = ('module-config: "iterator"',)  # further lines of unbound's server section
    STUBS = {"silent.example": SILENT}  # zones of other name servers
    HEAD = "@ 3600 SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 198.18.0.1\n"

    def __init__(self, domains):
        self.domains = {domain.name: domain for domain in domains}
        self.directory = harness.make_directory("mta-stsd-net-")
        self.children = []
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def start(self):
        self.make_space()
        self.certify()
        self.start_web()
        self.start_daemon()
        self.start_postfix()
        self.start_knot()
        self.start_unbound()
        self.wait()

    def make_space(self):
        """A network and a mount name space, with these addresses and that resolver."""
        add = "".join(
            f" ip addr add {address} dev lo{' nodad' if ':' in address else ''} &&"
            for address in self.ADDRESSES
        )
        self.space = subprocess.Popen(
            [
                find("unshare"),
                "-n",
                "-m",
                "--propagation",
                "private",
                "sh",
                "-c",
                f"ip link set lo up &&{add}"
                f" mount --bind {self.write('resolv.conf', f'nameserver {UNBOUND}')} /etc/resolv.conf &&"
                " echo up && exec sleep 100000",
            ],
            stdout=subprocess.PIPE,
            env=self.environment(),
        )
        self.children.append(self.space)
        if self.space.stdout.readline() != b"up\n":
            raise AssertionError("the name space cannot be set up")

    @staticmethod
    def environment():
        return {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}

    def inside(self, *words):
        return [find("nsenter"), "-t", str(self.space.pid), "-n", "-m", *map(str, words)]

    def spawn(self, *words, **options):
        log = open(self.directory / f"{os.path.basename(str(words[0]))}.log", "ab")
        child = subprocess.Popen(
            self.inside(*words), stdout=log, stderr=log, env=self.environment(), **options
        )
        log.close()
        self.children.append(child)
        return child

    def run(self, *words, **options):
        return run(*self.inside(*words), **options)

    def write(self, name, content):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    # ---- Certificates.

    def certify(self):
        hosts = [domain.host for domain in self.domains.values()]
        leaf = pki().leaf
        self.chains = {
            "web": leaf(*hosts),
            "expired": leaf("*.check.example", dates=dated(-30, -2)),
            "rsaold": leaf("*.check.example", kind="rsa", dates=dated(-30, -2)),
            "rsasoon": leaf("*.h2bothsoon.check.example", kind="rsa", dates=dated(-85, 5)),
            "tls13": leaf("tls13.check.example"),
            "both": leaf("both.check.example"),
            "bare6": pki().bare_leaf("mta-sts.h2bare.check.example", "bare6.check.example", days=6),
            "worn6": leaf("*.h2worn6.check.example", dates=dated(-5, 1)),
            "worn45": leaf("*.h2worn45.check.example", dates=dated(-40, 5)),
            "worn64": leaf("*.h2worn64.check.example", dates=dated(-49, 15)),
            "fresh6": leaf("*.h2fresh6.check.example", dates=dated(-3, 3)),
            "fresh45": leaf("*.h2fresh45.check.example", dates=dated(-32, 13)),
            "future": leaf("*.check.example", dates=dated(2, 60)),
            "soon": leaf("*.h2soon.check.example", "soon.check.example", dates=dated(-30, 5)),
            "wrong": leaf("www.other.example"),
            "mx": leaf(
                "mx.check.example", "also.check.example", "alias.check.example", "mx.late.example"
            ),
            "tlsa": leaf("tlsa.check.example", variant=1),
            "old": leaf("old.check.example"),
            "pkix": leaf("pkix.check.example"),
            "many": leaf("many.check.example"),
        }
        for name, chain in self.chains.items():
            self.write(f"{name}.pem", chain.key + chain.chain)
        with open(self.directory / "both.pem", "ab") as file:
            file.write((self.directory / "rsaold.pem").read_bytes())
        alone = ssl.DER_cert_to_PEM_cert(self.chains["web"].der)
        self.write("alone.pem", self.chains["web"].key + alone.encode())
        done = run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=self",
            "-addext",
            "subjectAltName=DNS:*.check.example",
            "-keyout",
            self.directory / "self.pem",
            "-out",
            self.directory / "self.crt",
        )
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        with open(self.directory / "self.pem", "ab") as file:
            file.write((self.directory / "self.crt").read_bytes())

    def tlsa(self, name, selector=1, usage=3):
        """The data of a TLSA record USAGE SELECTOR 1 for one of the certificates."""
        import hashlib

        der = self.chains[name].der
        if selector == 1:
            key = run("openssl", "x509", "-pubkey", "-noout", "-in", self.directory / f"{name}.pem")
            der = ssl.PEM_cert_to_DER_cert(key.stdout.replace("PUBLIC KEY", "CERTIFICATE"))
        return f"{usage} {selector} 1 {hashlib.sha256(der).hexdigest()}"

    # ---- Servers.

    def start_web(self):
        hosts = {domain.host: domain.served for domain in self.domains.values() if domain.served}
        table = {"hosts": hosts, "directory": str(self.directory)}
        with open(self.directory / "web.log", "wb") as log:
            self.web = subprocess.Popen(
                self.inside(sys.executable, os.path.abspath(__file__), *self.WEB_ADDRESSES),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.children.append(self.web)
        self.web.stdin.write(json.dumps(table).encode())
        self.web.stdin.close()
        if self.web.stdout.readline() != b"ready\n":
            raise AssertionError((self.directory / "web.log").read_text())

    def start_daemon(self):
        domains = [domain.name for domain in self.domains.values() if not domain.served]
        lines = ["[server]", "user = nobody", "max_removed = 100%"]
        # All domains are looked at at once, from one address, on whatever machine this is.
        lines += ["handshakes_per_source = 0", "handshakes_per_network = 0"]
        lines += ["handshake_timeout = 60", "idle_timeout = 60", "request_timeout = 60"]
        lines += [f"listen = {DAEMON[0]}:443", f"listen = [{DAEMON[1]}]:443", "[defaults]"]
        lines += [
            f"certificate = {self.directory}/web.pem",
            "mode = enforce",
            "mx = mx.check.example",
        ]
        self.ini = self.write(
            "mta-stsd.ini", "\n".join(lines) + "".join(f"\n[{name}]" for name in domains) + "\n"
        )
        self.spawn(harness.BINARY, "-c", self.ini)

    def mail_services(self):
        """More lines for master.cf."""
        return ""

    def mail_settings(self):
        """More lines for main.cf."""
        return ""

    def start_postfix(self):
        home = self.directory / "postfix"
        common = f"-o smtpd_tls_chain_files={self.directory}/"
        services = []
        for kind, addresses in self.MX.items():
            option = f"{common}{kind}.pem"
            if kind == "plain":
                option = "-o smtpd_tls_security_level=none"
            if kind == "tls13":
                option += " -o smtpd_tls_protocols=>=TLSv1.3"
            if kind == "anon":
                option = "-o smtpd_tls_cert_file=none"
            if kind == "old":
                option += " -o smtpd_tls_protocols=TLSv1.1 -o tls_medium_cipherlist=ALL:@SECLEVEL=0"
            for address in addresses:
                place = f"[{address}]" if ":" in address else address
                services.append(f"{place}:25 inet n - n - - smtpd {option}")
        services += [
            "postlog unix-dgram n - n - 1 postlogd",
            "anvil unix - - n - 1 anvil",
            "rewrite unix - - n - - trivial-rewrite",
            "tlsmgr unix - - n 1000? 1 tlsmgr",
        ]
        self.write("postfix/etc/master.cf", "\n".join(services) + "\n" + self.mail_services())
        self.write(
            "postfix/etc/main.cf",
            "\n".join(
                [
                    "compatibility_level = 3.6",
                    f"queue_directory = {home}/queue",
                    f"data_directory = {home}/data",
                    "myhostname = mx.check.example",
                    "smtpd_tls_security_level = may",
                    f"maillog_file = {home}/log/mail",
                    f"maillog_file_prefixes = {home}",
                    "alias_maps =",
                    "alias_database =",
                    "mydestination =",
                    "local_recipient_maps =",
                    "smtpd_tls_loglevel = 1",
                ]
            )
            + "\n"
            + self.mail_settings(),
        )
        for name in ("queue", "data", "log"):
            (home / name).mkdir()
        shutil.chown(home / "data", "postfix")
        self.spawn("postfix", "-c", home / "etc", "start-fg")

    def zone_of(self, name):
        return next(zone for zone in self.ZONES if name.endswith("." + zone))

    def zone_text(self, zone):
        lines = [self.HEAD]
        for domain in self.domains.values():
            if self.zone_of(domain.name) == zone:
                lines += domain.records()
        if zone == "check.example":
            for kind, addresses in MX.items():
                lines += [f"{kind} {'AAAA' if ':' in a else 'A'} {a}" for a in addresses]
            lines += [
                f"dead A {NOBODY}",
                "also A 198.18.3.1",
                "alias CNAME also",
                f"_25._tcp.mx TLSA {self.tlsa('mx')}",
                f"_25._tcp.tlsa TLSA {self.tlsa('mx', 0)}",
                f"_25._tcp.soon TLSA {self.tlsa('soon')}",
                f"_25._tcp.pkix TLSA {self.tlsa('pkix', usage=1)}",
            ]
        if zone == "example":
            lines += [
                "reports MX 10 mx.check.example.",
                "nullmx.reports MX 0 .",
                'nowhere.reports TXT "no MX, no address"',
                "lost.reports MX 10 gone.reports",
            ]
        if zone == "plain.example":  # a provider, who serves nothing of its own
            lines += [
                f"provider A {DAEMON[0]}",
                f"provider AAAA {DAEMON[1]}",
                '_mta-sts.provider TXT "v=STSv1; id=provider1;"',
            ]
        return "\n".join(lines) + "\n"

    def start_knot(self):
        home = self.directory / "knot"
        home.mkdir()
        lines = [
            f"server:\n    rundir: {home}\n    listen: {KNOT}@53\n    user: nobody",
            "log:\n  - target: stderr\n    any: warning",
            f"database:\n    storage: {home}",
            "policy:\n  - id: quick\n    algorithm: ecdsap256sha256\n    single-type-signing: on",
            "acl:\n  - id: here\n    address: 198.18.0.0/16\n    action: update",
            "zone:",
        ]
        for zone in self.ZONES:
            self.write(f"knot/{zone}.zone", self.zone_text(zone))
            lines.append(f"  - domain: {zone}\n    storage: {home}\n    zonefile-load: difference")
            lines.append("    zonefile-sync: -1\n    journal-content: all\n    acl: here")
            if zone in self.SIGNED:
                lines.append("    dnssec-signing: on\n    dnssec-policy: quick")
        conf = self.write("knot.conf", "\n".join(lines) + "\n")
        for path in (home, *home.iterdir()):
            shutil.chown(path, "nobody")
        self.spawn("knotd", "-c", conf)
        if not self.SIGNED:
            return
        anchors = eventually(lambda: self.ds(conf, self.SIGNED[0]), 10, "the signed zone")
        false = "bogus.example. IN DS 1 13 2 " + "00" * 32
        self.anchors = self.write("anchors", f"{anchors}\n{false}\n")

    def ds(self, conf, zone):
        said = self.run("keymgr", "-c", conf, zone, "ds", env=self.environment()).stdout
        return next((line for line in said.splitlines() if " 13 2 " in line), None)

    def start_unbound(self):
        lines = [
            "server:",
            '  chroot: ""',
            '  username: ""',
            '  pidfile: ""',
            "  use-syslog: no",
            f'  directory: "{self.directory}"',
            "  do-daemonize: no",
            "  interface: " + UNBOUND,
            "  access-control: 198.18.0.0/16 allow",
            "  do-not-query-localhost: no",
            f"  cache-max-ttl: {self.CACHE}",
            f"  cache-max-negative-ttl: {self.CACHE}",
            "  do-ip6: no",
            # Knot may be slow where the machine is busy: it is not given up for that.
            "  unknown-server-time-limit: 2000",
            "  infra-keep-probing: yes",
            *(f"  {line}" for line in self.RESOLVER),
        ]
        for zone in self.ZONES:
            lines += ["stub-zone:", f"  name: {zone}", f"  stub-addr: {KNOT}"]
        for zone, address in self.STUBS.items():
            lines += ["stub-zone:", f"  name: {zone}", f"  stub-addr: {address}"]
        lines += ["remote-control:", "  control-enable: no"]
        conf = self.write("unbound.conf", "\n".join(lines) + "\n")
        self.spawn("unbound", "-c", conf)

    def wait(self):
        """Until each server listens."""
        wanted = {f"{address}:25" for kind in self.MX.values() for address in kind if ":" not in address}
        wanted |= {f"{KNOT}:53", f"{UNBOUND}:53", f"{DAEMON[0]}:443", f"{WEB[0]}:443"}

        def listen():
            said = self.run("ss", "-Hltn", env=self.environment()).stdout
            return wanted <= {line.split()[3] for line in said.splitlines() if line.strip()}

        eventually(listen, 20, f"listening on {sorted(wanted)}")

    def log(self):
        return "\n".join(
            f"{path.name}: {path.read_text(errors='replace')}"
            for path in self.directory.glob("*.log")
        )

    def options(self):
        """What mta-stsctl is to be told."""
        return [
            "--resolver",
            UNBOUND,
            "--trust-anchors",
            self.anchors,
            "--ca-file",
            pki().root_file(),
        ]

    def stop_postfix(self):
        """Its master outlives the script that starts it in the foreground."""
        place = self.directory / "postfix/queue/pid/master.pid"
        if place.exists():
            os.kill(int(place.read_text()), signal.SIGTERM)

    def stop(self):
        self.stop_postfix()
        for child in reversed(self.children):
            child.terminate()
        for child in reversed(self.children):
            try:
                child.wait(bound(60))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            for stream in (child.stdout, child.stdin):
                if stream:
                    stream.close()
        shutil.rmtree(self.directory, ignore_errors=True)


# ---- The web server.


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as its host's row says: policy, status, type, location, delay, other (the policy that
    OTHER_WEB serves), file (which holds the policy), cut (more is announced than sent), together (none
    is answered until so many hosts are asked for), twice (nor until this one is asked twice), alert (TLS
    ends with it), ahead (its clock, by so many seconds), status6 (over IPv6)."""

    server_version = "testnet"
    table = {}
    directory = "."
    asked = {}  # how often, by host
    ahead = 0
    one_asked = threading.Condition()

    def waits(self, host, row):
        """Whether all came whom the row waits for."""
        with self.one_asked:
            self.asked[host] = self.asked.get(host, 0) + 1
            self.one_asked.notify_all()
            return self.one_asked.wait_for(
                lambda: sum("together" in self.table[name] for name in self.asked) >= row.get("together", 0)
                and self.asked[host] >= (2 if "twice" in row else 1),
                PATIENCE,
            )

    def do_GET(self):
        row = self.table.get(self.headers.get("Host", "").lower())
        if row is None or self.path != PATH:
            self.send_error(404)
            return
        if ("together" in row or "twice" in row) and not self.waits(self.headers["Host"].lower(), row):
            self.send_error(503)
            return
        time.sleep(row.get("delay", 0))
        body = row.get("policy", POLICY)
        if "file" in row:
            with open(f"{self.directory}/{row['file']}", encoding="latin-1", newline="") as file:
                body = file.read()
        if "other" in row and self.request.getsockname()[0] == OTHER_WEB:
            body = row["other"]
        body = body.encode("latin-1")
        self.ahead = row.get("ahead", 0)
        status6 = row.get("status6") if self.request.family == socket.AF_INET6 else None
        self.send_response(status6 or row.get("status", 200))
        if row.get("type", "text/plain; charset=utf-8"):
            self.send_header("Content-Type", row.get("type", "text/plain; charset=utf-8"))
        if "location" in row:
            self.send_header("Location", row["location"])
        self.send_header("Content-Length", str(len(body) + row.get("cut", 0)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def date_time_string(self, timestamp=None):
        return super().date_time_string((timestamp or time.time()) + self.ahead)

    def log_message(self, *_):
        pass


class WebServer(http.server.ThreadingHTTPServer):
    request_queue_size = 512

    def __init__(self, address, hosts, directory):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, 443), Handler)
        self.contexts = {}
        self.hosts = hosts
        self.directory = directory
        self.lax = address == LAX
        self.context = self.make("web", address == OLD)
        if address == NEW_TLS:
            self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        if address in ASKS:
            self.context.verify_mode = ssl.CERT_REQUIRED
        if address == ASKS[0]:
            self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.context.sni_callback = self.choose

    def make(self, name, old=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        for part in name.split("+"):
            context.load_cert_chain(f"{self.directory}/{part}.pem")
        if old:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1_1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context

    def choose(self, tls, name, _context):
        row = self.hosts.get(name)
        if row is None:
            return None if self.lax else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        if "alert" in row:
            return row["alert"]
        kind = row.get("certificate", "web")
        if kind != "web":
            # A certificate that is replaced meanwhile is another one.
            made = (kind, *(os.stat(f"{self.directory}/{part}.pem").st_mtime_ns for part in kind.split("+")))
            if made not in self.contexts:
                self.contexts[made] = self.make(kind)
            tls.context = self.contexts[made]
        return None

    def finish_request(self, request, client_address):
        request.settimeout(20)
        with self.context.wrap_socket(request, server_side=True) as tls:
            super().finish_request(tls, client_address)

    def handle_error(self, *_):
        pass


def serve():
    table = json.load(sys.stdin)
    Handler.table, Handler.directory = table["hosts"], table["directory"]
    for address in sys.argv[1:]:
        server = WebServer(address, table["hosts"], table["directory"])
        threading.Thread(target=server.serve_forever, daemon=True).start()
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind((SILENT, 53))
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    serve()
