# SPDX-License-Identifier: ISC
"""authority: a private ACME authority for the tests (Pebble, with its own DNS), on loopback ports."""
import json
import os
import shutil
import socket
import ssl
import subprocess
import urllib.request

import harness

TOOLS = ("pebble", "pebble-challtestsrv")


class Authority:
    """Every name leads to 127.0.0.1; HTTP-01 is asked on http_port, TLS-ALPN-01 on tls_port."""

    def __init__(self):
        self.home = harness.make_directory()
        names = ("api", "manage", "dns", "dns_manage", "http", "tls")
        self.ports = {name: harness.free_port() for name in names}
        self.http_port, self.tls_port = self.ports["http"], self.ports["tls"]
        self.directory_url = f"https://localhost:{self.ports['api']}/dir"
        self.api_root = harness.pki().root_file()
        self.children = []
        self.write_settings()
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def write_settings(self):
        api = harness.pki().leaf("localhost")
        (self.home / "api.pem").write_bytes(api.chain)
        (self.home / "api.key").write_bytes(api.key)
        settings = {
            "listenAddress": f"127.0.0.1:{self.ports['api']}",
            "managementListenAddress": f"127.0.0.1:{self.ports['manage']}",
            "certificate": str(self.home / "api.pem"),
            "privateKey": str(self.home / "api.key"),
            "httpPort": self.http_port,
            "tlsPort": self.tls_port,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
        }
        (self.home / "pebble.json").write_text(json.dumps({"pebble": settings}))

    def start(self):
        dns = f"127.0.0.1:{self.ports['dns']}"
        self.spawn("pebble-challtestsrv", "-management", f"127.0.0.1:{self.ports['dns_manage']}",
                   "-dns01", dns, "-http01", "", "-https01", "", "-tlsalpn01", "",
                   "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "")
        self.spawn("pebble", "-config", self.home / "pebble.json", "-dnsserver", dns)
        harness.eventually(self.answers, 20, "Pebble's start")

    def spawn(self, *command):
        environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0",
                       "PEBBLE_AUTHZREUSE": "0"}
        self.children.append(
            subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        )

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.ports["manage"])) == 0

    def client_context(self):
        """A TLS client that believes in what this authority issues."""
        url = f"https://localhost:{self.ports['manage']}/roots/0"
        api = ssl.create_default_context(cafile=self.api_root)
        with urllib.request.urlopen(url, context=api, timeout=harness.bound(10)) as answer:
            root = answer.read().decode()
        context = harness.tls_context(verify=False)
        context.load_verify_locations(cadata=root)
        context.verify_mode = ssl.CERT_REQUIRED
        context.check_hostname = True
        return context

    def close(self):
        for child in self.children:
            child.kill()
            child.wait()
        shutil.rmtree(self.home, ignore_errors=True)
