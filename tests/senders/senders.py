# SPDX-License-Identifier: ISC
"""senders: the real senders, each in a Debian root or a Node of its own, within the net: how one is set
up, given a mail to each domain, and what its log says of the first attempt."""
import itertools
import json
import os
import pathlib
import re
import shlex
import subprocess
import time

import testnet
from harness import pki, run

SENDER = "sender.example"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
CLEAN = ["env", "-i", "HOME=/root", "LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
         f"SSL_CERT_FILE={BUNDLE}"]
PATIENCE = 420 * float(os.environ.get("MTA_STSD_SLOW", "1"))  # seconds for the first attempts of all domains
QUIET = PATIENCE / 6  # after so many without a further one, none is awaited
_ports = itertools.count(20001)

# Mounts the root as an overlay, so that it stays as it is, and what programs need of a system.
SPACE = """
set -e
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/up,workdir=$2/work" "$2/root"
cd "$2/root"
mount -t proc proc proc
mount -t tmpfs tmpfs dev
for node in null zero full random urandom; do : >dev/$node; mount --bind /dev/$node dev/$node; done
mkdir dev/shm
ln -s /proc/self/fd dev/fd
echo up
exec sleep 100000
"""


class Outcome:
    """Of a domain's first attempt: end ("D" delivered, "4" it waits, "5" returned), the enhanced status
    code or None, and the line of the log."""

    def __init__(self, end, code, line):
        self.end = end
        self.code = code
        self.line = line
        self.in_clear = None


class Sender:
    """A sender in a root. rows: those of check's table that it stands for."""

    name = suite = ""
    packages = ()
    rows = ()
    log = ""

    def __init__(self, net, roots):
        self.net = net
        self.root = pathlib.Path(roots) / self.place() if roots else None
        self.home = net.directory / self.slug()
        self.init = None
        self.domains = []

    @classmethod
    def place(cls):
        """The name of its root's directory."""
        return f"{cls.suite}-{cls.packages[0]}" if cls.packages else None

    @classmethod
    def slug(cls):
        """Its name as one word."""
        return re.sub(r"[^\w.]+", "-", cls.name)

    def message_id(self, domain):
        return f"{self.slug()}/{domain}@check.example"

    def message(self, domain):
        return (f"From: <robot@{SENDER}>\nTo: <user@{domain}>\nSubject: a test\n"
                f"Message-ID: <{self.message_id(domain)}>\n\nA test.\n")

    # ---- The root.

    def open(self):
        for name in ("up", "work", "root"):
            (self.home / name).mkdir(parents=True)
        self.home.chmod(0o755)
        words = ["unshare", "-m", "-p", "-f", "--kill-child", "--propagation", "private", "sh", "-c", SPACE, "sh",
                 self.root, self.home]
        with open(self.home / "space.log", "wb") as log:
            space = subprocess.Popen(self.net.inside(*words), stdout=subprocess.PIPE, stderr=log,
                                     env=self.net.environment())
        self.net.children.append(space)
        if space.stdout.readline() != b"up\n":
            raise AssertionError(f"{self.name}: {(self.home / 'space.log').read_text()}")
        self.init = run("ps", "-o", "pid=", "--ppid", str(space.pid)).stdout.split()[0]
        self.put("/etc/resolv.conf", f"nameserver {testnet.UNBOUND}\noptions edns0 trust-ad\n")
        self.put("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n")
        self.put("/etc/mailname", f"{SENDER}\n")
        self.put(BUNDLE, pki().root_file().read_text())
        value = run("openssl", "x509", "-hash", "-noout", "-in", pki().root_file()).stdout.strip()
        self.call(f"ln -sf {BUNDLE} /etc/ssl/certs/{value}.0")
        self.prepare()

    def close(self):
        """All of its programs end, with the first process of their name space."""
        if self.init:
            run("kill", "-KILL", self.init)

    def words(self, command):
        return ["nsenter", "-t", self.init, "-n", "-m", "-p", "chroot", str(self.home / "root"), *CLEAN, "sh", "-c",
                command]

    def call(self, command, check=True, seconds=600, **options):
        done = subprocess.run(self.words(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=seconds, check=False, env=self.net.environment(),
                              **({"stdin": subprocess.DEVNULL} if "input" not in options else options))
        if check and done.returncode != 0:
            raise AssertionError(f"{self.name}: {command[:200]}: {done.stdout[-3000:]}")
        return done.stdout

    def spawn(self, command):
        with open(self.home / "programs.log", "ab") as log:
            child = subprocess.Popen(self.words(f"exec {command}"), stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                     env=self.net.environment())
        self.net.children.append(child)

    def put(self, path, text):
        self.call(f"mkdir -p {os.path.dirname(path)}; cat >{shlex.quote(path)}", input=text)

    def read(self, path):
        return self.call(f"cat {path}", check=False)

    def until(self, command, what):
        for _ in range(100):
            if "yes" in self.call(f"{command} && echo yes", check=False):
                return
            time.sleep(0.3)
        raise AssertionError(f"{self.name}: {what}: {self.read('/' + self.log) if self.log else ''}")

    # ---- Mail.

    def prepare(self):
        raise NotImplementedError

    def send(self, domains):
        raise NotImplementedError

    def outcomes(self):
        raise NotImplementedError

    def run(self, domains):
        """Sends, and waits for each first attempt. {domain: Outcome}; a domain that stays away has none."""
        self.send(domains)
        deadline = time.monotonic() + PATIENCE
        found, changed = {}, time.monotonic()
        while len(found) < len(domains) and time.monotonic() < min(deadline, changed + QUIET):
            time.sleep(2)
            now = self.outcomes()
            changed = time.monotonic() if len(now) > len(found) else changed
            found = now
        return found

    def pour(self, domains, command):
        """Runs the command of a domain for each, with its message on standard input."""
        for domain in domains:
            self.put(f"/tmp/mail/{domain}", self.message(domain))
        self.put("/tmp/send", "".join(f"{command(domain)} </tmp/mail/{domain}\n" for domain in domains))
        self.call("sh /tmp/send")


class Postfix(Sender):
    """Postfix with postfix-mta-sts-resolver."""

    packages = ("postfix", "postfix-mta-sts-resolver", "ca-certificates")
    rows = ("postfix-mta-sts-resolver",)
    level = "may"
    tlsrpt = False
    log = "var/log/maillog"
    tls = "smtp_tls_CAfile = " + BUNDLE

    def prepare(self):
        port = next(_ports)
        report = "  tlsrpt: true\n" if self.tlsrpt else ""
        self.put("/etc/mta-sts-daemon.yml",
                 f"host: 127.0.0.1\nport: {port}\nreuse_port: true\nshutdown_timeout: 20\n"
                 "cache:\n  type: internal\n  options:\n    cache_size: 10000\n"
                 f"default_zone:\n  strict_testing: false\n  timeout: 4\n{report}")
        self.spawn("mta-sts-daemon -c /etc/mta-sts-daemon.yml")
        self.put("/etc/postfix/main.cf", "\n".join([
            "compatibility_level = 3.6", f"myhostname = mail.{SENDER}", "mydestination =", "inet_protocols = all",
            "alias_maps =", "alias_database =", "maillog_file = /var/log/maillog", self.tls,
            "inet_interfaces = 127.0.0.1",
            f"smtp_tls_security_level = {self.level}", "smtp_dns_support_level = dnssec",
            f"smtp_tls_policy_maps = socketmap:inet:127.0.0.1:{port}:postfix", "smtp_tls_loglevel = 1",
            "minimal_backoff_time = 4000s", "queue_run_delay = 3000s", "default_process_limit = 200"]) + "\n")
        self.put("/etc/postfix/master.cf", "\n".join([
            "postlog unix-dgram n - n - 1 postlogd", "pickup unix n - n 60 1 pickup",
            "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr",
            "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce",
            "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce", "proxymap unix - - n - - proxymap",
            "smtp unix - - n - - smtp", "error unix - - n - - error", "retry unix - - n - - error",
            "discard unix - - n - - discard", "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache"]) + "\n")
        self.call("postfix set-permissions >/dev/null 2>&1; postfix start")
        self.until("test -S /var/spool/postfix/public/pickup", "Postfix does not start")

    def send(self, domains):
        self.pour(domains, lambda domain: f"sendmail -i -f '' user@{domain}")

    def outcomes(self):
        found = {}
        for line in self.read("/" + self.log).splitlines():
            said = re.search(r"to=<user@([^>]+)>.* dsn=([\d.]+), status=(\w+) (.*)", line)
            if said and said[1] not in found:
                end = {"sent": "D", "deferred": "4", "bounced": "5"}.get(said[3])
                if end:
                    found[said[1]] = Outcome(end, said[2], said[4])
        return found


class Postfix12(Postfix):
    name, suite = "Postfix 3.7, level may", "bookworm"


class Postfix13(Postfix):
    name, suite, level = "Postfix 3.10, level dane", "trixie", "dane"


class Postfix13Reports(Postfix):
    name, suite, tlsrpt = "Postfix 3.10, tlsrpt true", "trixie", True
    rows = ("postfix-mta-sts-resolver with TLSRPT",)


class Exim(Sender):
    """Debian's packages as they are configured for mail to the Internet; each mail has a spool of its own,
    since Exim shares what it learns of hosts."""

    packages = ("exim4-daemon-light", "ca-certificates")
    rows = ("Exim",)
    log = "var/log/exim4/mainlog"

    def prepare(self):
        self.put("/etc/exim4/update-exim4.conf.conf", "\n".join([
            "dc_eximconfig_configtype='internet'", f"dc_other_hostnames='{SENDER}'",
            "dc_local_interfaces='127.0.0.1'", "dc_use_split_config='false'", "dc_localdelivery='mail_spool'",
            "dc_minimaldns='false'", "CFILEMODE='644'", "dc_readhost=''", "dc_relay_domains=''",
            "dc_relay_nets=''", "dc_smarthost=''", "dc_hide_mailname=''", "dc_mailname_in_oh='true'"]) + "\n")
        self.call(f"echo mail.{SENDER} >/etc/hostname; update-exim4.conf")

    def send(self, domains):
        for domain in domains:
            self.put(f"/tmp/mail/{domain}", self.message(domain))
        self.put("/tmp/one", "mount -t tmpfs -o mode=750,uid=$(id -u Debian-exim),gid=$(id -g Debian-exim) tmpfs "
                             "/var/spool/exim4\nexim4 -odf -f '<>' user@$1 <\"/tmp/mail/$1\"\n")
        self.put("/tmp/domains", "\n".join(domains) + "\n")
        self.call("xargs -P 12 -n 1 unshare -m sh /tmp/one </tmp/domains", seconds=PATIENCE)

    def outcomes(self):
        found = {}
        for line in self.read("/" + self.log).splitlines():
            said = re.search(r" (=>|==|\*\*) user@(\S+) (.*)", line)
            if said and said[2] not in found:
                domain = said[2].rstrip(":")
                found.setdefault(domain, Outcome({"=>": "D", "==": "4", "**": "5"}[said[1]], None, said[3]))
        return found


class Exim12(Exim):
    name, suite = "Exim 4.96", "bookworm"


class Exim13(Exim):
    name, suite = "Exim 4.98", "trixie"


class Chasquid(Sender):
    packages = ("chasquid", "ca-certificates")
    log = "var/log/chasquid-mail.log"

    def prepare(self):
        self.port, other, third = (next(_ports) for _ in range(3))
        leaf = pki().leaf(f"mail.{SENDER}")
        self.put(f"/etc/chasquid/certs/mail.{SENDER}/fullchain.pem", leaf.chain.decode())
        self.put(f"/etc/chasquid/certs/mail.{SENDER}/privkey.pem", leaf.key.decode())
        self.put("/etc/chasquid/chasquid.conf", "\n".join([
            f'hostname: "mail.{SENDER}"', f'smtp_address: "127.0.0.1:{other}"',
            f'submission_address: "127.0.0.1:{self.port}"', f'submission_over_tls_address: "127.0.0.1:{third}"',
            f'mail_log_path: "/{self.log}"', 'data_dir: "/var/lib/chasquid"']) + "\n")
        self.call(f"mkdir -p /etc/chasquid/domains/{SENDER} /var/lib/chasquid && chasquid-util user-add "
                  f"robot@{SENDER} --password=secret")
        self.spawn("chasquid")

    def send(self, domains):
        program = ("import json, smtplib, ssl, sys, time\n"
                   "port, mails = json.load(sys.stdin)\n"
                   "context = ssl._create_unverified_context()\n"
                   "for attempt in range(100):\n"
                   "    try:\n"
                   "        session = smtplib.SMTP('127.0.0.1', port)\n"
                   "        break\n"
                   "    except OSError:\n"
                   "        time.sleep(0.3)\n"
                   "session.starttls(context=context)\n"
                   f"session.login('robot@{SENDER}', 'secret')\n"
                   "for domain, text in mails:\n"
                   f"    session.sendmail('robot@{SENDER}', 'user@' + domain, text)\n")
        mails = json.dumps([self.port, [[domain, self.message(domain)] for domain in domains]])
        done = subprocess.run(self.net.inside("/usr/bin/python3", "-c", program), input=mails, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            log = (self.home / "programs.log").read_text(errors="replace")
            raise AssertionError(f"{self.name}: {done.stderr[-2000:]}{log[-2000:]}")

    def outcomes(self):
        found = {}
        for line in self.read("/" + self.log).splitlines():
            said = re.search(r"to=user@(\S+) (sent|failed \((temporary|permanent)\))(.*)", line)
            if said:
                end = "D" if said[2] == "sent" else "4" if said[3] == "temporary" else "5"
                found.setdefault(said[1], Outcome(end, None, said[2] + said[4]))
        return found


class Chasquid12(Chasquid):
    name, suite, rows = "chasquid 1.11", "bookworm", ("chasquid 1.11",)


class Chasquid13(Chasquid):
    name, suite, rows = "chasquid 1.15", "trixie", ("chasquid",)


class Courier(Sender):
    packages = ("courier-mta", "ca-certificates")
    rows = ("Courier",)
    log = "var/log/maillog"

    def prepare(self):
        self.put("/etc/courier/me", f"mail.{SENDER}\n")
        self.put("/etc/courier/defaultdomain", f"{SENDER}\n")
        self.put("/etc/courier/queuetime", "1d\n")
        self.put("/etc/courier/retryalpha", "1h\n")
        # What a root without the service's own start lacks: the log's socket, and the run's directories.
        listener = ("import socket\nlog = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                    "log.bind('{0}/root/dev/log')\n__import__('os').chmod('{0}/root/dev/log', 0o666)\n"
                    "with open('{0}/root/{1}', 'ab', 0) as file:\n    while True:\n"
                    "        file.write(log.recv(65536).rstrip(b'\\n\\0') + b'\\n')\n").format(self.home, self.log)
        child = subprocess.Popen(["nsenter", "-t", self.init, "-n", "-m", "/usr/bin/python3", "-c", listener],
                                 stdin=subprocess.DEVNULL)
        self.net.children.append(child)
        self.until("test -S /dev/log", "nobody listens to the log")
        self.call("mkdir -p /run/courier/authdaemon /run/courier; chown -R courier: /run/courier; makealiases; "
                  "makeacceptmailfor; makehosteddomains", check=False)
        self.spawn("/usr/sbin/courierfilter start")
        self.call("/usr/sbin/courier start", check=False)

    def send(self, domains):
        self.pour(domains, lambda domain: f"sendmail -f '' user@{domain}")

    def outcomes(self):
        found, before = {}, {}
        for line in self.read("/" + self.log).splitlines():
            said = re.search(r"addr=<user@([^>]+)>(.*)", line)
            if not said:
                continue
            before[said[1]] = before.get(said[1], "") + said[2]  # the reason stands in lines of its own
            if status := re.search(r"(success|status): *(\w+)?", said[2]):
                end = {"success": "D"}.get(status[1]) or {"deferred": "4"}.get(status[2], "5")
                found.setdefault(said[1], Outcome(end, None, before[said[1]]))
        return found


class Courier12(Courier):
    name, suite = "Courier 1.0", "bookworm"


class Courier13(Courier):
    name, suite = "Courier 1.4", "trixie"


class ZoneMta(Sender):
    """ZoneMTA's way through its own libraries, out of npm."""

    suite = "npm"
    modules = {}
    log = ""

    @classmethod
    def place(cls):
        return f"npm-mailauth-{cls.modules['mailauth']}"

    def open(self):
        self.home.mkdir(parents=True)

    def send(self, domains):
        mails = json.dumps([[domain, self.message(domain)] for domain in domains])
        program = pathlib.Path(__file__).with_name("zonemta.js")
        environment = {**self.net.environment(), "NODE_EXTRA_CA_CERTS": str(pki().root_file())}
        done = subprocess.run(self.net.inside("node", program, self.root), input=mails, text=True, check=False,
                              capture_output=True, env=environment, timeout=PATIENCE)
        (self.home / "said").write_text(done.stdout)
        if done.returncode != 0:
            raise AssertionError(f"{self.name}: {done.stderr[-2000:]}")

    def outcomes(self):
        rows = [json.loads(line) for line in (self.home / "said").read_text().splitlines()]
        return {domain: Outcome(end, None, line) for domain, end, line in rows}


class ZoneMta4(ZoneMta):
    name, rows = "ZoneMTA, mailauth 4", ("mailauth up to 5",)
    modules = {"mailauth": "4.9.5", "mx-connect": "1.5.6", "nodemailer": "7.0.9"}


class ZoneMta7(ZoneMta):
    name, rows = "ZoneMTA, mailauth 7", ("mailauth",)
    modules = {"mailauth": "7.1.0", "mx-connect": "1.5.6", "nodemailer": "7.0.9"}


SENDERS = (Postfix12, Postfix13, Postfix13Reports, Exim12, Exim13, Chasquid12, Chasquid13, Courier12, Courier13,
           ZoneMta4, ZoneMta7)
