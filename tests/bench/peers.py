# SPDX-License-Identifier: ISC
"""peers: the other web servers of the distribution, set to serve the same policies by the same
certificates: HAProxy, lighttpd with OpenSSL or mbedTLS, Caddy. Each serves any number of hosts."""
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess

from servers import POLICY, BenchError, Nginx, Server, policy_host, unprivileged

CONNECTIONS = 2000


def tool(name):
    """Its path, or None where the package is not installed."""
    return shutil.which(name, path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", ""))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def first_words(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().splitlines()[0]


class Peer(Server):
    """A server that is ready when it answers a handshake on its port."""

    package = ""

    def __init__(self, top, hosts):
        self.name = type(self).name
        super().__init__(top)
        self.hosts = hosts

    @classmethod
    def is_here(cls):
        return tool(cls.package) is not None

    def is_ready(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as plain, \
                    context.wrap_socket(plain, server_hostname=self.hosts[0]):
                return True
        except OSError:
            return False

    def write(self, name, text):
        path = self.top / f"{self.name}.{name}"
        path.write_text(text)
        return path


class Haproxy(Peer):
    name = package = "haproxy"

    @staticmethod
    def version():
        return " ".join(first_words(tool("haproxy"), "-v").split()[:3])

    def command(self):
        self.port = free_port()
        policy = self.top / "haproxy.policy"
        policy.write_bytes(POLICY)
        user = f"    user {unprivileged()}\n" if unprivileged() else ""
        return [tool("haproxy"), "-db", "-f", self.write("conf", f"""global
    nbthread 1
    maxconn {CONNECTIONS}
    ssl-load-extra-del-ext
    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
    tune.ssl.cachesize 0
{user}defaults
    mode http
    timeout client 300s
    timeout http-request 300s
    option httpclose
frontend policies
    bind 127.0.0.1:{self.port} ssl crt {self.top}/certs/ curves X25519
    http-request return status 200 content-type text/plain file {policy} if {{ path /.well-known/mta-sts.txt }}
    http-request deny deny_status 404
""")]


class Lighttpd(Peer):
    package = "lighttpd"
    module = settings = ""

    @classmethod
    def is_here(cls):
        return super().is_here() and any(pathlib.Path("/usr/lib/lighttpd").glob(cls.module + ".so"))

    @staticmethod
    def version():
        return first_words(tool("lighttpd"), "-v").split(" ")[0]

    def command(self):
        self.port = free_port()
        certs = self.top / "certs"
        user = f'server.username = "{unprivileged()}"\n' if unprivileged() else ""
        hosts = "".join(f"""$HTTP["host"] == "{host}" {{
    ssl.pemfile = "{certs}/{host}.crt"
    ssl.privkey = "{certs}/{host}.key"
    server.document-root = "{self.top}/www/{host.removeprefix('mta-sts.')}"
}}
""" for host in self.hosts)
        return [tool("lighttpd"), "-D", "-f", self.write("conf", f"""server.modules = ("{self.module}")
server.port = {self.port}
server.bind = "127.0.0.1"
server.document-root = "{self.top}"
server.max-connections = {CONNECTIONS}
server.max-fds = {2 * CONNECTIONS + 100}
server.max-keep-alive-requests = 0
server.max-read-idle = 300
mimetype.assign = ("" => "text/plain")
{user}ssl.engine = "enable"
ssl.pemfile = "{certs}/{self.hosts[0]}.crt"
ssl.privkey = "{certs}/{self.hosts[0]}.key"
ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "TLSv1.2"{self.settings})
{hosts}""")]


class LighttpdOpenssl(Lighttpd):
    name, module = "lighttpd-openssl", "mod_openssl"
    settings = ', "Curves" => "X25519", "Options" => "-SessionTicket"'


class LighttpdMbedtls(Lighttpd):
    name, module, tls = "lighttpd-mbedtls", "mod_mbedtls", ("1.2",)


class Caddy(Peer):
    name = package = "caddy"

    @staticmethod
    def version():
        return "Caddy " + first_words(tool("caddy"), "version").split(" ")[0]

    def command(self):
        """One Go processor, as the others have one worker."""
        self.port = free_port()
        (self.top / "caddy").mkdir(exist_ok=True)
        certs = [{"certificate": f"{self.top}/certs/{host}.crt", "key": f"{self.top}/certs/{host}.key"}
                 for host in self.hosts]
        server = {
            "listen": [f"127.0.0.1:{self.port}"], "automatic_https": {"disable": True},
            "protocols": ["h1"],
            "tls_connection_policies": [{"curves": ["x25519"]}],
            "routes": [{"match": [{"path": ["/.well-known/mta-sts.txt"]}],
                        "handle": [{"handler": "headers", "response": {"set": {
                            "Content-Type": ["text/plain"], "Connection": ["close"]}}},
                            {"handler": "static_response", "body": POLICY.decode()}]}]}
        conf = {"admin": {"disabled": True},
                "logging": {"logs": {"default": {"level": "ERROR"}}},
                "apps": {"http": {"servers": {"policies": server}},
                         "tls": {"certificates": {"load_files": certs},
                                 "session_tickets": {"disabled": True}}}}
        return ["env", "GOMAXPROCS=1", f"HOME={self.top}/caddy", f"XDG_DATA_HOME={self.top}/caddy",
                tool("caddy"), "run", "--config", self.write("json", json.dumps(conf))]


class NginxOf(Nginx):
    """nginx for any hosts."""

    package = "nginx"

    def __init__(self, top, hosts):
        super().__init__(top)
        self.hosts = hosts

    @classmethod
    def is_here(cls):
        return tool("nginx") is not None

    @staticmethod
    def version():
        return first_words(tool("nginx"), "-v").removeprefix("nginx version: ").replace("/", " ")

    def host_names(self):
        return self.hosts


PEERS = (NginxOf, Haproxy, LighttpdOpenssl, LighttpdMbedtls, Caddy)


def bench_hosts():
    return [policy_host(kind) for kind in ("ECDSA", "RSA")]


def peers_here():
    here = [peer for peer in PEERS if peer.is_here()]
    if not here:
        raise BenchError("none of the other servers is installed; run scripts/install-tools bench")
    return here
