# SPDX-License-Identifier: ISC
"""compose: compose.yaml as it stands, by the lines of the guide and podman-compose, with Pebble as the CA."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import bed
import harness
from bed import ADDRESS, call, podman

HOSTS = ("mta-sts.example.com", "mta-sts.example.net")
OVERRIDE = """
services:
  acme:
    environment:
      UACME_CAINFO: /ca/ca.pem
    volumes:
      - {directory}/ca:/ca:ro
"""


class Compose(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.directory.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.source = self.directory / "mta-stsd"  # as much of it as is needed
        self.config = self.source / "container" / "config"
        shutil.copytree(bed.TOP / "container", self.source / "container")
        self.override = self.directory / "override.yaml"
        self.override.write_text(OVERRIDE.format(directory=self.directory))
        self.start_authority()

    def start_authority(self):
        """Pebble and its name server, at the one address that all names have."""
        leaf = harness.pki().leaf("pebble.example")
        ca = self.directory / "ca"
        ca.mkdir()
        shutil.copy(harness.pki().root_file(), ca / "ca.pem")
        (self.directory / "api.pem").write_bytes(leaf.chain)
        (self.directory / "api.key").write_bytes(leaf.key)
        settings = {
            "listenAddress": f"{ADDRESS}:14000",
            "managementListenAddress": f"{ADDRESS}:15000",
            "certificate": str(self.directory / "api.pem"),
            "privateKey": str(self.directory / "api.key"),
            "httpPort": 80,
            "tlsPort": 443,
            "certificateValidityPeriod": 7776000,
        }
        config = self.directory / "pebble.json"
        config.write_text(json.dumps({"pebble": settings}))
        self.spawn(
            *("pebble-challtestsrv", "-management", f"{ADDRESS}:8055", "-dns01", f"{ADDRESS}:53"),
            *("-http01", "", "-https01", "", "-tlsalpn01", ""),
            *("-defaultIPv4", ADDRESS, "-defaultIPv6", ""),
        )
        self.spawn(
            *("pebble", "-config", config, "-dnsserver", f"{ADDRESS}:53"),
            PEBBLE_VA_NOSLEEP="1",
        )
        bed.eventually(lambda: self.get("/roots/0"), 20, "Pebble's start")
        self.roots = self.directory / "roots.pem"
        self.roots.write_text(self.get("/roots/0"))

    def get(self, path):
        return call(
            "curl", "-qsk", "--noproxy", "*", f"https://{ADDRESS}:15000{path}", check=False
        ).stdout

    def spawn(self, *words, **environment):
        with open(self.directory / "authority.log", "ab") as log:
            child = subprocess.Popen(
                [str(word) for word in words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **environment},
            )
        self.addCleanup(child.wait)
        self.addCleanup(child.terminate)

    def type_in(self, block):
        return bed.type_in(block, self.source, environment={"COMPOSE_OVERRIDE": str(self.override)})

    def up(self):
        """The guide's first domain, and its start."""
        self.addCleanup(self.type_in, "docker compose -f container/compose.yaml down -v")
        said = self.type_in(bed.guide("start"))
        self.assertNotRegex(said, r"exit code: [1-9]")  # its exit status says nothing

    def log(self, service):
        done = call("podman", "logs", f"container_{service}_1", check=False)
        return done.stdout + done.stderr

    def wait_for_log(self, service, pattern, seconds=60):
        try:
            bed.eventually(lambda: re.search(pattern, self.log(service)), seconds, pattern)
        except AssertionError:
            logs = {name: self.log(name)[-3000:] for name in ("mta-stsd", "acme")}
            authority = (self.directory / "authority.log").read_text()[-3000:]
            self.fail(f"no {pattern!r}:\n{logs['mta-stsd']}\n{logs['acme']}\n{authority}")

    def accept_terms(self):
        """What the ini says to uncomment; and this CA in place of the built-in one."""
        ini = self.config / "mta-stsd.ini"
        text, count = re.subn(r"(?m)^;(\[acme\]|accept_terms|contact)", r"\1", ini.read_text())
        self.assertEqual(count, 3)
        ini.write_text(f"{text}directory = https://pebble.example:14000/dir\n")

    def fetch(self, host):
        """As a sender: the name, port 443, and a certificate of the CA."""
        return call(
            *("curl", "-qsS", "--noproxy", "*", "--max-time", "10", "--cacert", self.roots),
            *("--resolve", f"{host}:443:{ADDRESS}", f"https://{host}/.well-known/mta-sts.txt"),
        ).stdout

    def test_a_domain_gets_its_certificate_and_so_does_the_next_without_a_restart(self):
        self.up()
        self.wait_for_log("acme", "waits for accept_terms = yes")
        self.accept_terms()
        self.wait_for_log("acme", f"{HOSTS[0]}: renewed, valid until")
        self.assertIn("mx: mail.example.com", self.fetch(HOSTS[0]))
        following = self.config / "domains.d" / "example.net.ini"
        following.write_text("[example.net]\nmx = mail.example.net\n")
        self.wait_for_log("acme", f"{HOSTS[1]}: renewed, valid until")
        self.assertIn("mx: mail.example.net", self.fetch(HOSTS[1]))
        listed = self.type_in(bed.guide("list"))
        for host in HOSTS:
            self.assertIn(host, listed)
        self.assert_confined()
        self.assert_files_are_shared_as_outside()
        self.assert_ends_in_order()

    def test_monitoring_finds_its_files_and_the_metrics(self):
        """The image of Prometheus is not here; its files, and what it scrapes, are."""
        text = (bed.TOP / "container" / "compose.monitoring.yaml").read_text()
        mounted = re.findall(r"(?m)^ +- (\.\S*?):/", text)
        self.assertEqual(len(mounted), 2)
        for path in mounted:
            self.assertTrue((bed.TOP / "container" / path).exists(), path)
        self.up()
        ini = self.config / "mta-stsd.ini"
        ini.write_text(ini.read_text().replace(";metrics", "metrics"))
        self.wait_for_log("mta-stsd", r"metrics: listening on 0\.0\.0\.0:9415")
        (port,) = re.findall(r"mta-stsd:(\d+)", (self.source / "container/prometheus.yml").read_text())
        state = json.loads(podman("inspect", "container_mta-stsd_1"))[0]
        (network,) = state["NetworkSettings"]["Networks"].values()
        said = call("curl", "-qsS", "--noproxy", "*",
                    f"http://{network['IPAddress']}:{port}/metrics").stdout
        self.assertIn("mta_stsd_build_info", said)
        self.assertNotIn("9415", podman("port", "container_mta-stsd_1"))

    def assert_confined(self):
        for service, user in (("mta-stsd", "65532"), ("acme", "65533")):
            state = json.loads(podman("inspect", f"container_{service}_1"))[0]
            self.assertEqual(state["HostConfig"]["LogConfig"]["Size"], "10MB")
            self.assertTrue(state["HostConfig"]["ReadonlyRootfs"])
            status = pathlib.Path(f"/proc/{state['State']['Pid']}/status").read_text()
            self.assertIn(f"\nUid:\t{user}\t{user}\t", status)
            self.assertIn("CapPrm:\t0000000000000000", status)
            self.assertIn("NoNewPrivs:\t1", status)

    def assert_files_are_shared_as_outside(self):
        listed = podman(
            *("exec", "container_acme_1", "stat", "-c", "%a %u:%g", "/var/lib/mta-stsd/certs"),
            *("/run/mta-stsd/challenges", f"/var/lib/mta-stsd/certs/{HOSTS[0]}.pem"),
            "/var/lib/mta-stsd-acme",
        ).split("\n")
        self.assertEqual(listed[0], "2750 65533:65532")
        self.assertEqual(listed[1], "2750 65533:65532")
        self.assertEqual(listed[2], "640 65533:65532")
        self.assertEqual(listed[3], "700 65533:65532")
        left = podman("exec", "container_acme_1", "ls", "-A", "/run/mta-stsd/challenges")
        self.assertEqual(left, "")

    def test_an_update_is_built_with_what_is_newest_and_started(self):
        """The engine reads the lines; what they would fetch is not here."""
        self.addCleanup(self.type_in, "docker compose -f container/compose.yaml down -v")
        said = self.type_in(bed.guide("update"))
        for image in ("mta-stsd", "mta-stsd-acme"):
            self.assertRegex(said, rf"podman build -t {image} .*--no-cache --pull")
            self.assertIn(image, podman("ps", "--format", "{{.Image}}"))

    def assert_ends_in_order(self):
        for service in ("acme", "mta-stsd"):
            podman("stop", "-t", "20", f"container_{service}_1")
            state = json.loads(podman("inspect", f"container_{service}_1"))[0]["State"]
            self.assertEqual(state["ExitCode"], 0)


if __name__ == "__main__":
    unittest.main()
