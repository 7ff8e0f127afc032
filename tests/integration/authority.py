# SPDX-License-Identifier: ISC
"""authority: Pebble, a real CA for tests, and uacme made to trust it."""
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import time
import urllib.request

import harness
from harness import run

SOURCE = pathlib.Path(__file__).resolve().parents[2]
HOOK = SOURCE / "etc" / "hooks" / "uacme-challenge"
TOOLS = ("pebble", "pebble-challtestsrv")
NEWER_PEBBLE = run(SOURCE / "scripts" / "newer-pebble", "--cached").stdout.strip()
SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def can_bind_over_the_bundle():
    """Whether a private mount name space may be made: uacme trusts the system's bundle alone."""
    flags = [] if harness.as_root() else ["-r"]
    if not shutil.which("unshare") or not os.path.exists(SYSTEM_BUNDLE):
        return False
    return run("unshare", *flags, "-m", "mount", "--bind", "/dev/null", SYSTEM_BUNDLE).returncode == 0


class Authority:
    """Pebble as a child: every name leads to 127.0.0.1, HTTP-01 is asked on the port http, TLS-ALPN-01
    on the port tls."""

    program = "pebble"

    def __init__(self, home=None, validity=None, bad_nonces=0):
        self.own_home = None if home else harness.make_directory()
        self.home = home or self.own_home
        self.children = []
        self.bad_nonces = bad_nonces  # so many of a hundred are refused
        names = ("api", "manage", "dns", "dns_manage", "http", "tls")
        self.ports = {name: harness.free_port() for name in names}
        self.api_root = harness.pki().root_file()
        os.environ["UACME_CAINFO"] = str(self.api_root)  # mta-stsctl asks the CA, too
        self.url = f"https://localhost:{self.ports['api']}/dir"
        self.write_settings(harness.pki().leaf("localhost"), validity)
        self.write_client()
        self.spawn("pebble-challtestsrv", "-management",
                   f"127.0.0.1:{self.ports['dns_manage']}", "-dns01",
                   f"127.0.0.1:{self.ports['dns']}", "-http01", "", "-https01", "", "-tlsalpn01", "",
                   "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "")
        self.start()

    def write_settings(self, api, validity):
        (self.home / "api.pem").write_bytes(api.chain)
        (self.home / "api.key").write_bytes(api.key)
        settings = {
            "listenAddress": f"127.0.0.1:{self.ports['api']}",
            "managementListenAddress": f"127.0.0.1:{self.ports['manage']}",
            "certificate": str(self.home / "api.pem"),
            "privateKey": str(self.home / "api.key"),
            "httpPort": self.ports["http"],
            "tlsPort": self.ports["tls"],
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
        }
        if validity:
            settings["certificateValidityPeriod"] = validity
        (self.home / "pebble.json").write_text(json.dumps({"pebble": settings}))

    def write_client(self):
        """self.client: uacme, with Pebble's root bound over the system's; one line a call logged.

        It reads all of the directory at each request, so a small one makes an order seven times
        as fast."""
        trust = self.home / "trust"
        trust.mkdir()
        (trust / os.path.basename(SYSTEM_BUNDLE)).write_bytes(self.api_root.read_bytes())
        (self.home / "calls").touch(mode=0o666)
        (self.home / "calls").chmod(0o666)  # of whichever user orders
        self.client = self.home / "client"
        self.client.write_text(f"""#!/bin/sh
echo "$@" >>"{self.home}/calls"
[ "$(id -u)" = 0 ] || flags=-r
exec unshare $flags -m sh -c 'mount --bind "$0" {os.path.dirname(SYSTEM_BUNDLE)} && exec uacme "$@"' \\
    "{trust}" "$@"
""")
        self.client.chmod(0o755)

    def calls(self, word="issue"):
        """The hosts (or last words) of the client's calls with this verb."""
        log = self.home / "calls"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.split()[-1] for line in lines if f" {word} " in f" {line} "]

    def spawn(self, *command, output=subprocess.DEVNULL):
        environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_AUTHZREUSE": "0",
                       "PEBBLE_WFE_NONCEREJECT": str(self.bad_nonces)}
        child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=subprocess.DEVNULL,
                                 env=environment)
        self.children.append(child)
        return child

    def start(self):
        with open(self.home / "pebble.log", "ab") as log:
            self.pebble = self.spawn(self.program, "-config", self.home / "pebble.json",
                                     "-dnsserver", f"127.0.0.1:{self.ports['dns']}", output=log)
        harness.eventually(self.answers, 20, "Pebble's start")

    def stop(self):
        """The CA is gone; start() brings a new one, which knows no account."""
        self.pebble.kill()
        self.pebble.wait()

    def answers(self):
        return all(self.listens(name) for name in ("api", "manage", "dns_manage"))

    def listens(self, name):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.ports[name])) == 0

    def context(self):
        """A TLS client's context that trusts what this CA issues, and nothing else."""
        trust = ssl.create_default_context(cafile=str(self.api_root))
        url = f"https://localhost:{self.ports['manage']}/roots/0"
        with urllib.request.urlopen(url, context=trust, timeout=harness.bound(60)) as answer:
            return ssl.create_default_context(cadata=answer.read().decode())

    def close(self):
        for child in self.children:
            child.kill()
            child.wait()
        if self.own_home:
            shutil.rmtree(self.own_home, ignore_errors=True)


class NewerAuthority(Authority):
    """With renewal information, which a test sets; and it offers a challenge without a token."""

    program = NEWER_PEBBLE

    def suggest(self, pem, start, end):
        """The window that it suggests for a certificate, in seconds since the epoch."""
        dates = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(one)) for one in (start, end)]
        window = {"suggestedWindow": {"start": dates[0], "end": dates[1]}}
        body = json.dumps({"Certificate": pem.decode(), "ARIResponse": json.dumps(window)})
        url = f"https://localhost:{self.ports['manage']}/set-renewal-info/"
        trust = ssl.create_default_context(cafile=str(self.api_root))
        with urllib.request.urlopen(url, body.encode(), timeout=harness.bound(60), context=trust):
            pass

    def asked(self):
        """How often renewal information was asked for."""
        log = (self.home / "pebble.log").read_text(errors="replace")
        return log.count("GET /draft-ietf-acme-ari-03/renewalInfo/")
