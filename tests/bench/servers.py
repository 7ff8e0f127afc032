# SPDX-License-Identifier: ISC
"""servers: starts mta-stsd and nginx side by side with the same certificates and the same policy,
and says what their processes use."""
import grp
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

DOMAINS = {"ECDSA": "ecdsa.example", "RSA": "rsa.example"}
KEYS = {"ECDSA": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "RSA": ["-newkey", "rsa:2048"]}
POLICY = (b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\n"
          b"mx: *.backup.example.net\r\nmax_age: 604800\r\n")
PATIENCE_S = 30


class BenchError(Exception):
    """The bench cannot run, or found what must not be; the text says which."""


def policy_host(kind):
    return "mta-sts." + DOMAINS[kind]


def unprivileged():
    """The user that a server started by root becomes, or None."""
    return "nobody" if os.geteuid() == 0 else None


def wait_until(question, what, process=None):
    end = time.monotonic() + PATIENCE_S
    while not question():
        if process is not None and process.poll() is not None:
            raise BenchError(f"{what}: the process ended with status {process.returncode}")
        if time.monotonic() > end:
            raise BenchError(f"{what}: not within {PATIENCE_S} s")
        time.sleep(0.02)


def make_files(top):
    """Certificates, keys and the policy tree, readable for the unprivileged user."""
    top = pathlib.Path(top)
    (top / "certs").mkdir()
    for kind, options in KEYS.items():
        make_host(top, policy_host(kind), options)
    give_away(top)


def make_host(top, host, options):
    """Its certificate and key, and its policy as a file."""
    certs = top / "certs"
    subprocess.run(["openssl", "req", "-x509", "-nodes", *options, "-days", "30",
                    "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
                    "-keyout", certs / f"{host}.key", "-out", certs / f"{host}.crt"],
                   check=True, capture_output=True)
    policy = top / "www" / host.removeprefix("mta-sts.") / ".well-known" / "mta-sts.txt"
    policy.parent.mkdir(parents=True)
    policy.write_bytes(POLICY)


def give_away(top):
    """All of it to the unprivileged user."""
    if unprivileged():
        top.chmod(0o755)
        for path in top.rglob("*"):
            shutil.chown(path, unprivileged())


class Server:
    """One running server and all its processes."""

    name = ""
    tls = ("1.3", "1.2")  # the versions it serves, the newest first

    def __init__(self, top):
        self.top = pathlib.Path(top)
        self.log = self.top / f"{self.name}.log"
        self.port = 0
        self.process = None

    def start(self, wrapper=()):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([*wrapper, *self.command()], cwd=self.top,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_until(self.is_ready, f"{self.name} to be ready", self.process)
        except BenchError as why:
            self.stop()
            raise BenchError(f"{why}\n{self.log.read_text(errors='replace')}") from why
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def pids(self):
        found = [self.process.pid]
        children = pathlib.Path(f"/proc/{found[0]}/task/{found[0]}/children")
        if children.exists():
            found += [int(pid) for pid in children.read_text().split()]
        return found

    def cpu_seconds(self):
        """CPU time of all threads so far, to the nanosecond; ended threads included."""
        # The clock that clock_getcpuclockid(3) would name: ~pid, and CPUCLOCK_SCHED.
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in self.pids())

    def pss_kb(self):
        """Memory, shared pages divided among those who share them."""
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total

    def held(self):
        """How many connections it has accepted and not closed."""
        count = 0
        for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            field = line.split()
            local, state, inode = field[1], field[3], field[9]
            # State 1 is established; without an inode it still waits to be accepted.
            count += local.endswith(f":{self.port:04X}") and state == "01" and inode != "0"
        return count


class MtaStsd(Server):
    name = "mta-stsd"
    sandbox = ""  # or the line that turns it off
    metrics = ""  # or the line that turns them on

    def __init__(self, top, program, name=name):
        self.name = name
        super().__init__(top)
        self.program = program

    def domains(self):
        return DOMAINS.values()

    def command(self):
        ini = self.top / f"{self.name}.ini"
        user = f"user = {unprivileged()}\n" if unprivileged() else ""
        ini.write_text("[server]\nlisten = 127.0.0.1:0\n" + user +
                       "workers = 1\naccess_log = off\nmax_connections = 2000\n" + self.sandbox + self.metrics +
                       "idle_timeout = 300\nhandshake_timeout = 300\nrequest_timeout = 300\n"
                       f"[defaults]\ncertificate = {self.top}/certs/%h.crt\n"
                       f"private_key = {self.top}/certs/%h.key\n" +
                       "".join(f"[{domain}]\nmode = enforce\nmx = mail.example.com\n"
                               "mx = *.backup.example.net\n" for domain in self.domains()))
        return [self.program, "-c", ini]

    def is_ready(self):
        for line in self.log.read_text(errors="replace").splitlines():
            if "ready: " in line:
                self.port = int(line.rsplit(":", 1)[1])
                return True
        return False


class Nginx(Server):
    name = "nginx"

    def command(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", ""))
        if program is None:
            raise BenchError("nginx is not installed (Debian: apt-get install nginx-light)")
        conf = self.top / "nginx.conf"
        conf.write_text(self.configuration())
        return [program, "-p", self.top, "-c", conf, "-e", self.top / "nginx-errors.log"]

    def host_names(self):
        return map(policy_host, DOMAINS)

    def configuration(self):
        user = ""
        if unprivileged():
            group = pwd.getpwnam(unprivileged()).pw_gid
            user = f"user {unprivileged()} {grp.getgrgid(group).gr_name};\n"
        paths = "".join(f"    {what}_temp_path {self.top}/{what};\n" for what in
                        ("client_body", "proxy", "fastcgi", "scgi", "uwsgi"))
        servers = "".join(f"""    server {{
        listen 127.0.0.1:{self.port} ssl;
        server_name {host};
        ssl_certificate {self.top}/certs/{host}.crt;
        ssl_certificate_key {self.top}/certs/{host}.key;
        root {self.top}/www/{host.removeprefix("mta-sts.")};
    }}
""" for host in self.host_names())
        return f"""{user}daemon off;
worker_processes 1;
pid {self.top}/nginx.pid;
events {{ worker_connections 2000; }}
http {{
    access_log off;
    keepalive_timeout 0;
    default_type text/plain;
    sendfile on;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ecdh_curve X25519;
    ssl_session_tickets off;
    ssl_session_cache off;
{paths}{servers}}}
"""

    def is_ready(self):
        if len(self.pids()) < 2:
            return False
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
