# SPDX-License-Identifier: ISC
"""guidenet: the machine that a guide of doc/guides speaks of, in a net of its own, and who types the guide in.

The addresses are those that guides write, so that a block is run as it stands, by a user who has sudo.
/etc and /var are copies; `systemctl` and `journalctl` are this file, as a script: guidenet.py WORD...
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

SLOW = float(os.environ.get("MTA_STSD_SLOW", "1"))

if __name__ != "__main__":
    import harness
    import testnet
    from harness import bound, eventually, pki, run

GUIDES = pathlib.Path(__file__).resolve().parents[2] / "doc" / "guides"
SERVER = ("192.0.2.10", "2001:db8::10")
TOOLS = ("nginx", "haproxy", "uacme", "pebble", "curl", "dig", "nsupdate", "runuser", "sudo",
         "mta-sts-daemon", "caddy")
STREAM_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so"
CA = "https://localhost:14000/dir"


def missing():
    """Why no guide can be tried here, or None."""
    absent = [tool for tool in TOOLS if not testnet.find(tool)]
    if not os.path.exists(STREAM_MODULE):
        absent.append("libnginx-mod-stream")
    return testnet.missing() or (f"not installed: {', '.join(absent)}" if absent else None)


# ---- Guides.


class Block:
    """A fenced block: its kind (the word behind the fence), text and first line; and if the paragraph
    before it ends in a colon and names a file, that path: to be written, to be appended to (`At the end
    of`), or a section of it (`In `[server]` of`)."""

    def __init__(self, kind, text, before):
        self.kind = kind
        self.text = text
        self.first = text.splitlines()[0].strip() if text.strip() else ""
        names = re.findall(r"`(/[^`]+)`", before) if before.endswith(":") else []
        self.path = names[-1] if names and kind != "sh" else None
        self.appends = bool(re.search(r"\bat the end of `", before, re.I))
        section = re.search(r"\bin `(\[\w+\])` of `", before, re.I)
        self.section = section[1] if section else None

    def __repr__(self):
        return f"```{self.kind}\n{self.text}```"

    def into(self, old):
        """The file's new text."""
        if self.section:
            head, found, tail = old.partition(f"{self.section}\n")
            assert found, f"{self.path} has no {self.section}"
            keys = {line.split(" =")[0] for line in self.text.splitlines()}
            body, bracket, rest = tail.partition("\n[")
            kept = [line for line in body.splitlines() if line.split(" =")[0] not in keys]
            return head + found + self.text + "\n".join(kept) + "\n" + bracket + rest
        return old + "\n" + self.text if self.appends else self.text


def blocks_of(guide):
    """The blocks of doc/guides/GUIDE.md, in order."""
    found, before = [], []
    rest = iter((GUIDES / f"{guide}.md").read_text().splitlines())
    for line in rest:
        if line.startswith("```"):
            body = []
            for inner in rest:
                if inner.startswith("```"):
                    break
                body.append(inner + "\n")
            found.append(Block(line[3:].strip(), "".join(body), " ".join(before)))
            before = []
        elif line.strip():
            before.append(line.strip())
        elif before and not before[-1].endswith(":"):
            before = []
    return found


# ---- The net.


class GuideNet(testnet.Net if __name__ != "__main__" else object):
    """zones: {zone: its records}; web: {policy host: how the web server before us answers, see
    testnet.Handler}; mail: {MX host: its addresses}; certified: domains whose policy hosts have a
    certificate here already; others get theirs by [acme], from Pebble."""

    SIGNED = ()
    CACHE = 0
    NETWORKS = ("198.18.0.0/16", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
    ADDRESSES = (*NETWORKS, "2001:db8::10/128", "2001:db8::25/128")
    WEB_ADDRESSES = ("198.51.100.20",)
    ADMIN = "guide-admin"
    ACCOUNTS = ("_mta-stsd", "_mta-stsd-acme", "mta-sts", ADMIN)
    SUDOERS = f"Defaults !env_reset, !secure_path, !use_pty, lecture = never\n{ADMIN} ALL = NOPASSWD: ALL\n"

    def __init__(self, zones, *, web=None, mail=None, certified=(), ports="own"):
        above = {zone.rpartition(".")[2]: "" for zone in zones}  # a CA asks there for CAA, too
        self.zones = {**above, **zones}
        self.ZONES = tuple(self.zones)
        self.web_hosts = web or {}
        self.MX = {host: tuple(addresses) for host, addresses in (mail or {}).items()}
        self.certified = certified
        self.ports = ports
        self.outputs = []
        super().__init__([])

    def environment(self):
        path = f"{self.directory}/bin:{os.environ['PATH']}:/usr/sbin:/sbin"
        return {
            **harness.clean_environment(None),
            "PATH": path,
            "HOME": str(self.directory / "home"),
            "GUIDENET": str(self.directory),
            "PEBBLE_VA_NOSLEEP": "1",
            "PEBBLE_AUTHZREUSE": "0",
            "PEBBLE_WFE_NONCEREJECT": "0",
            "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
        }

    def start(self):
        self.directory.chmod(0o711)
        (self.directory / "home").mkdir()
        (self.directory / "units").mkdir(mode=0o700)
        self.make_commands()
        self.make_space()
        self.furnish()
        self.certify()
        if self.web_hosts:
            self.start_web()
        if self.MX:
            self.start_postfix()
        self.start_knot()
        self.start_unbound()
        self.start_authority()
        self.wait()
        self.configure()

    def make_commands(self):
        wrapper = " ".join(harness.WRAPPER)
        ctl = os.environ.get("MTA_STSCTL") or os.path.join(
            os.path.dirname(harness.BINARY), "mta-stsctl"
        )
        programs = self.directory / "programs"  # copies, since not everybody may look into the build
        programs.mkdir()
        for name, path in (("mta-stsd", harness.BINARY), ("mta-stsctl", ctl)):
            shutil.copy(path, programs / name)
            self.write(f"bin/{name}", f'#!/bin/sh\nexec {wrapper} {programs}/{name} "$@"\n')
        shutil.copy(__file__, programs)
        for name in ("systemctl", "journalctl"):
            script = f"{programs}/{os.path.basename(__file__)}"
            self.write(f"bin/{name}", f"#!/bin/sh\nexec {sys.executable} {script} {name} \"$@\"\n")
        for path in (*(self.directory / "bin").iterdir(), *programs.iterdir()):
            path.chmod(0o755)

    def furnish(self):
        """A copy of /etc with our accounts, an empty /var, /run and /srv."""
        # A tool that makes its home (Caddy does) must not make /nonexistent, where "nobody" lives.
        homes = {self.ADMIN: self.directory / "home"}
        accounts = "".join(
            f"echo '{name}:*:{60990 + n}:{60990 + n}::{homes.get(name, '/nonexistent')}:"
            "/usr/sbin/nologin' >>$D/etc/passwd;"
            f"echo '{name}:x:{60990 + n}:' >>$D/etc/group;"
            for n, name in enumerate(self.ACCOUNTS)
        )
        script = f"""
            set -e
            D={self.directory}
            cp -a /etc $D/etc
            rm -rf $D/etc/ssl/certs/* $D/etc/nginx/sites-enabled/*
            for name in {' '.join(self.ACCOUNTS)}; do
                sed -i "/^$name:/d" $D/etc/passwd $D/etc/group
            done
            {accounts}
            printf '%s' '{self.SUDOERS}' >$D/etc/sudoers
            chmod 440 $D/etc/sudoers
            mount --bind $D/etc /etc
            for place in /var /run /srv; do mount -t tmpfs tmpfs $place; done
            [ ! -e /usr/share/dns/root.key ] || mount --bind /dev/null /usr/share/dns/root.key
            mkdir -p /etc/mta-stsd/domains.d /var/lib/mta-stsd /var/log/nginx /var/lib/nginx
            mkdir -p /var/lib/haproxy /run/haproxy /var/www /var/spool/postfix /var/tmp
            install -d -m 2750 -o _mta-stsd-acme -g _mta-stsd /var/lib/mta-stsd/certs
            install -d -m 2750 -o _mta-stsd-acme -g _mta-stsd /run/mta-stsd/challenges
            install -d -m 700 -o _mta-stsd-acme -g _mta-stsd-acme /var/lib/mta-stsd-acme
            install -d -o mta-sts /var/lib/mta-sts
            chmod 755 /run/mta-stsd
            chown {self.ADMIN} $D/home
            install -m 755 {harness.SOURCE}/etc/hooks/uacme-challenge $D/uacme-challenge
        """
        self.must("sh", "-c", script)

    def must(self, *words, **options):
        done = self.run(*words, env=self.environment(), **options)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def certify(self):
        for domain in self.certified:
            leaf = pki().leaf(f"mta-sts.{domain}")
            path = self.write(f"mta-sts.{domain}.pem", leaf.pem)
            where = f"/var/lib/mta-stsd/certs/mta-sts.{domain}.pem"
            self.must("install", "-m", "640", "-g", "_mta-stsd", path, where)
        for host in self.MX:
            leaf = pki().leaf(host)
            self.write(f"{host}.pem", leaf.key + leaf.chain)
        if self.web_hosts:
            leaf = pki().leaf(*self.web_hosts)
            self.write("web.pem", leaf.key + leaf.chain)

    def start_web(self):
        self.domains = {
            host: testnet.Domain(host.removeprefix("mta-sts."), **row)
            for host, row in self.web_hosts.items()
        }
        super().start_web()

    def zone_text(self, zone):
        return f"{self.HEAD}\n{self.zones[zone]}\n"

    def start_authority(self):
        """Pebble, which asks our resolver; what it issues is trusted like the rest."""
        api = pki().leaf("localhost")
        settings = {
            "listenAddress": "127.0.0.1:14000",
            "managementListenAddress": "127.0.0.1:15000",
            "certificate": str(self.write("api.pem", api.chain)),
            "privateKey": str(self.write("api.key", api.key)),
            "httpPort": 80,
            "tlsPort": 443,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
        }
        path = self.write("pebble.json", json.dumps({"pebble": settings}))
        self.spawn("pebble", "-config", path, "-dnsserver", f"{testnet.UNBOUND}:53")
        ask = ("curl", "-fsS", "--cacert", pki().root_file(), "https://localhost:15000/roots/0")
        root = eventually(lambda: self.run(*ask).stdout, 20, "Pebble's start")
        bundle = pki().root_file().read_text() + root
        (self.directory / "etc/ssl/certs/ca-certificates.crt").write_text(bundle)
        self.must("openssl", "rehash", "/etc/ssl/certs")

    def wait(self):
        wanted = {f"{address}:25" for addresses in self.MX.values() for address in addresses}
        wanted = {place for place in wanted if place.count(":") == 1}
        wanted |= {f"{testnet.KNOT}:53", f"{testnet.UNBOUND}:53", "127.0.0.1:14000"}
        if self.web_hosts:
            wanted.add(f"{self.WEB_ADDRESSES[0]}:443")

        def listen():
            said = self.must("ss", "-Hltn").replace("*:14000", "127.0.0.1:14000")
            return wanted <= {line.split()[3] for line in said.splitlines() if line.strip()}

        eventually(listen, 20, f"listening on {sorted(wanted)}")

    def configure(self):
        """What `make install` leaves, with the README's lines for certificates; only the addresses
        (there are other servers here), the CA and the hook differ."""
        text = (harness.SOURCE / "etc" / "first.ini").read_text()
        listen = "".join(f"listen = {'[' + a + ']' if ':' in a else a}:443\n" for a in SERVER)
        own = harness.server_section(listen=()).replace("user = nobody\n", "")
        text = text.replace("[server]\n", own + (listen if self.ports == "own" else ""))
        text += f"\n[acme]\naccept_terms = yes\ncontact = mailto:hostmaster@example.com\n"
        text += f"directory = {CA}\nhook = {self.directory}/uacme-challenge\n"
        (self.directory / "etc/mta-stsd/mta-stsd.ini").write_text(text)
        caddy = f"{{\n\tacme_ca {CA}\n\tstorage file_system /var/lib/caddy\n\tadmin off\n}}\n"
        self.write("etc/caddy/Caddyfile", caddy)
        self.must("systemctl", "start", "mta-stsd")

    def set(self, text):
        """Publishes the lines of a zone file in place of what stands at their names."""
        lines = {}
        for line in text.splitlines():
            gone = re.match(r"; (\S+?)\.? is removed$", line.strip())
            if gone:
                lines.setdefault(gone[1], [])
            elif line.strip() and not line.startswith(";"):
                lines.setdefault(line.split()[0].rstrip("."), []).append(line)
        for name, records in lines.items():  # those of these types, and an alias, are replaced
            zone = max((z for z in self.ZONES if f".{name}".endswith(f".{z}")), key=len)
            orders = [f"server {testnet.KNOT}", f"zone {zone}.", "check-names off"]
            kinds = {re.match(r"\S+ \d+ IN (\S+)", record)[1] for record in records}
            if not records or "CNAME" in kinds:
                kinds = {""}
            elif kinds & {"A", "AAAA"}:
                kinds.add("CNAME")
            orders += [f"update delete {name}. {kind}" for kind in sorted(kinds)]
            orders += [*(f"update add {record}" for record in records), "send", ""]
            self.must("nsupdate", "-v", input="\n".join(orders), text=True)

    # ---- A guide, typed in.

    def sh(self, text, status=0):
        done = self.run(
            *("runuser", "-u", self.ADMIN, "--", "sh", "-euc", f"cd {self.directory}/home\n{text}"),
            env=self.environment(),
            seconds=120,
        )
        said = done.stdout + done.stderr
        if done.returncode != status:
            raise AssertionError(f"status {done.returncode}, not {status}, of\n{text}\n{said}")
        self.outputs.append(said)
        return said

    def file(self, block):
        """Inside, since /var and /srv are only there."""
        old = self.run("cat", block.path).stdout
        script = 'mkdir -p "$(dirname "$0")" && cat >"$0"'
        self.must("sh", "-c", script, block.path, input=block.into(old), text=True)

    def shows(self, block):
        """Each line of the block must be in what was said last, in this order; [...] is anything."""
        said = re.sub(r"[ \t]+", " ", self.outputs[-1])
        place = 0
        for line in block.text.splitlines():
            words = re.sub(r"\s+", " ", line.strip())
            if words in ("", "[...]"):
                continue
            pattern = ".*?".join(re.escape(part) for part in re.split(r" ?\[\.\.\.\] ?", words))
            found = re.compile(pattern).search(said, place)
            if not found:
                raise AssertionError(f"{line!r} is not in what was said:\n{self.outputs[-1]}")
            place = found.end()

    def stop(self):
        self.reports = ""
        for pid in (self.directory / "units").glob("*.pid"):
            stop_unit(self.directory, pid.stem)
        for log in (self.directory / "units").glob("*.log"):
            if harness.REPORT.search(log.read_text(errors="replace")):
                self.reports += f"{log.name}: {log.read_text(errors='replace')}"
        super().stop()


# ---- systemctl and journalctl, as far as guides use them.


def end(text):
    sys.exit(f"guidenet: {text}")


def wait_for(question, what):
    deadline = time.monotonic() + 20 * SLOW
    while not question():
        if time.monotonic() > deadline:
            end(f"{what} did not come true")
        time.sleep(0.02)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


SOCKET = "mta-stsd.socket"  # there is none here; tests/system tries the guides that name it

LISTENS = "listens"  # instead of words in the log

DAEMONS = {
    "mta-stsd": (["mta-stsd", "-c", "/etc/mta-stsd/mta-stsd.ini"], r"^ready: "),
    "nginx": (["nginx", "-g", "daemon off;"], LISTENS),
    "caddy": (["caddy", "run", "--config", "/etc/caddy/Caddyfile"], r"certificate obtained successfully"),
    "haproxy": (["haproxy", "-W", "-db", "-f", "/etc/haproxy/haproxy.cfg"], r"Loading success|forked"),
    "postfix": (["/usr/lib/postfix/sbin/master", "-s"], LISTENS) if "GUIDENET_POSTFIX" in os.environ
    else (["sleep", "infinity"], None),  # who is asked by postmap is not it
    "opendkim": (["opendkim", "-f"], LISTENS),
    "dovecot": (["dovecot", "-F"], LISTENS),
    "postfix-mta-sts-resolver": (
        ["runuser", "-u", "mta-sts", "--", "mta-sts-daemon", "-c", "/etc/mta-sts-daemon.yml"],
        r"Server started",
    ),
}
ORDER = ["runuser", "-u", "_mta-stsd-acme", "--", "mta-stsctl", "certs", "--renew"]


def listens(pid):
    """Whether the process has a socket that listens."""
    lines = "".join(pathlib.Path(f"/proc/{pid}/net", name).read_text() for name in ("tcp", "tcp6"))
    waiting = {f"socket:[{line.split()[9]}]" for line in lines.splitlines() if " 0A " in line}
    try:
        return any(os.readlink(fd) in waiting for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir())
    except FileNotFoundError:  # a descriptor was closed meanwhile
        return False


def log_of(home, unit):
    path = home / "units" / f"{unit}.log"
    return path.read_text(errors="replace") if path.exists() else ""


def pid_of(home, unit):
    path = home / "units" / f"{unit}.pid"
    return int(path.read_text()) if path.exists() else None


def start_unit(home, unit):
    if unit in ("mta-stsd-certs", "mta-stsd-certs.service"):
        with open(home / "units" / f"{unit}.log", "ab") as log:
            sys.exit(subprocess.run(ORDER, stdout=log, stderr=log, check=False).returncode)
    command, ready = DAEMONS[unit]
    before = len(log_of(home, unit))
    with open(home / "units" / f"{unit}.log", "ab") as log:
        # In the process group of the test, which ends it where the test is ended by force.
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    (home / "units" / f"{unit}.pid").write_text(str(child.pid))

    def up():
        if child.poll() is not None:
            end(f"{unit} ended:\n{log_of(home, unit)[before:]}")
        if ready is LISTENS:
            return listens(child.pid)
        return ready is None or re.search(ready, log_of(home, unit)[before:], re.M)

    wait_for(up, f"{unit} is up")


def stop_unit(home, unit):
    pid = pid_of(home, unit)
    if pid is None:
        return
    if alive(pid):
        os.kill(pid, 15)
        deadline = time.monotonic() + 20 * SLOW
        while alive(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        if alive(pid):
            os.kill(pid, 9)
    (home / "units" / f"{unit}.pid").unlink()


def reload_unit(home, unit):
    if unit != "mta-stsd":
        stop_unit(home, unit)
        start_unit(home, unit)
        return
    before = len(log_of(home, unit))
    os.kill(pid_of(home, unit), 1)
    outcome = r"^(reloaded|reload refused): "
    wait_for(lambda: re.search(outcome, log_of(home, unit)[before:], re.M), "the reload")
    if "reload refused" in log_of(home, unit)[before:]:
        end(log_of(home, unit)[before:])


def systemctl(home, verb, *units):
    for unit in units:
        unit = unit.removesuffix(".service")
        if unit in (SOCKET, "--now"):
            continue
        if verb == "restart" or (verb == "reload" and unit != "mta-stsd"):
            stop_unit(home, unit)
            start_unit(home, unit)
        elif verb == "reload":
            reload_unit(home, unit)
        elif verb == "start":
            start_unit(home, unit)
        elif verb in ("stop", "disable"):
            stop_unit(home, unit)
        else:
            end(f"systemctl {verb} is not known here")


def main():
    home = pathlib.Path(os.environ["GUIDENET"])
    name, *words = sys.argv[1:]
    if os.geteuid() != 0:
        end(f"{name} wants root")
    if name == "systemctl":
        systemctl(home, *words)
    elif name == "journalctl":
        match = [word for word in words if word.startswith("_SYSTEMD_UNIT=")]
        unit = match[0].split("=")[1] if match else words[words.index("-u") + 1]
        print(log_of(home, unit.removesuffix(".service")), end="")


if __name__ == "__main__":
    main()
