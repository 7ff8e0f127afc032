# SPDX-License-Identifier: ISC
"""image: the server's image by itself, confined as compose.yaml and the manifests confine it."""
import json
import pathlib
import re
import shutil
import tempfile
import unittest

import bed
import harness
from bed import call, podman

IMAGE = "localhost/mta-stsd:latest"
HOST = "mta-sts.example.com"
CONFINED = (
    *("--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL"),
    *("--security-opt", "no-new-privileges", "--memory", "64m", "--pids-limit", "32"),
)
LARGEST = 4_000_000  # bytes of the image


class ImageCase(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp())
        self.directory.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        (self.directory / "certs").mkdir()
        (self.directory / "domains.d").mkdir()
        self.domain = self.directory / "domains.d" / "example.com.ini"
        self.domain.write_text("[example.com]\nmx = mail.example.com\n")

    def certify(self, variant=0):
        pem = self.directory / "certs" / f"{HOST}.pem"
        leaf = harness.pki().leaf(HOST, variant=variant)
        harness.write_atomically(pem, leaf.pem)
        return leaf

    def start(self, *options, words=()):
        """In this network, so on port 8443 of loopback; the name of the container."""
        name = podman(
            *("run", "-d", "--network", "host", *CONFINED, *options),
            *("-v", f"{self.directory}/domains.d:/etc/mta-stsd/domains.d:ro"),
            *("-v", f"{self.directory}/certs:/var/lib/mta-stsd/certs:ro"),
            *(IMAGE, *words),
        )
        self.addCleanup(podman, "rm", "-f", "-t", "0", name)
        self.wait_for_log(name, "ready: ")
        return name

    def log(self, name):
        done = call("podman", "logs", name)
        return done.stdout + done.stderr

    def wait_for_log(self, name, text):
        try:
            bed.eventually(lambda: text in self.log(name), 20, text)
        except AssertionError:
            self.fail(self.log(name))

    def health(self, name):
        """What the check that the image names says: its exit status, and its sentence."""
        done = call("podman", "healthcheck", "run", name, check=False)
        state = json.loads(podman("inspect", name))[0]["State"]
        last = (state.get("Health") or state["Healthcheck"])["Log"][-1]
        self.assertEqual(last["ExitCode"] == 0, done.returncode == 0)
        return done.returncode, last["Output"].strip()


class Image(ImageCase):
    def test_its_size_is_four_megabytes_at_most(self):
        size = json.loads(podman("image", "inspect", IMAGE))[0]["Size"]
        bed.say(f"the image has {size:,} bytes")
        self.assertLessEqual(size, LARGEST)

    def test_it_holds_one_program_one_ini_and_no_shell(self):
        name = podman("create", IMAGE)
        self.addCleanup(podman, "rm", name)
        tar = self.directory / "image.tar"
        podman("export", "-o", tar, name)
        listed = call("tar", "-tvf", tar).stdout.splitlines()
        files = {line.split()[5].strip("/") for line in listed if line.startswith("-")}
        # The engine makes the others, empty, in each container.
        engine = {"etc/hostname", "etc/hosts", "etc/resolv.conf", "run/.containerenv"}
        licenses = {"licenses/" + name for name in
                    ("GPL-2", "GPL-3", "LGPL-3", "LICENSE", "libgmp-dev", "nettle-dev")}
        self.assertEqual(files - engine - licenses, {"mta-stsd", "etc/mta-stsd/mta-stsd.ini"})
        self.assertLessEqual(licenses, files)
        call("tar", "-C", self.directory, "-xf", tar, "mta-stsd")
        version = call(self.directory / "mta-stsd", "--version").stdout
        self.assertRegex(version, r"\naccelerated cryptography: nettle [\d.]+, GMP [\d.]+\n")
        headers = call("readelf", "-lW", self.directory / "mta-stsd").stdout
        self.assertNotIn("INTERP", headers)  # it asks for no shared library

    def test_confined_as_a_plain_number_it_serves_is_healthy_and_stops_in_order(self):
        leaf = self.certify()
        name = self.start()
        self.assertEqual(
            self.health(name), (0, f"healthy: 127.0.0.1:8443 serves the policy of {HOST}")
        )
        reply = harness.TlsClient(("127.0.0.1", 8443), HOST).handshake()
        reply = reply.send(harness.request(HOST)).finish()
        self.assertEqual(reply.one().body, harness.policy_text())
        self.assertEqual(reply.certificate, leaf.der)
        state = json.loads(podman("inspect", name))[0]
        status = pathlib.Path(f"/proc/{state['State']['Pid']}/status").read_text()
        self.assertRegex(status, r"\nUid:\t65532\t65532\t65532\t65532\n")
        for line in ("CapPrm:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"):
            self.assertIn(line, status)
        self.assertNotIn("sandbox: ", self.log(name))  # nothing of it was missing
        podman("stop", "-t", "20", name)
        self.assertEqual(json.loads(podman("inspect", name))[0]["State"]["ExitCode"], 0)
        self.assertIn("stopped", self.log(name))

    def test_without_a_certificate_it_is_healthy_and_the_first_one_is_noticed(self):
        name = self.start()
        status, said = self.health(name)
        self.assertEqual(status, 0)
        self.assertIn(f"answers TLS, but refuses {HOST}", said)
        self.certify()
        bed.eventually(lambda: "serves the policy" in self.health(name)[1], 20, "the certificate")

    def test_one_that_is_stopped_in_its_tracks_is_unhealthy(self):
        self.certify()
        name = self.start()
        podman("pause", name)
        pid = json.loads(podman("inspect", name))[0]["State"]["Pid"]
        podman("unpause", name)
        call("kill", "-STOP", str(pid))
        try:
            status, said = self.health(name)
        finally:
            call("kill", "-CONT", str(pid))
        self.assertEqual(status, 1)
        self.assertRegex(said, "unhealthy: .*no answer in time in the handshake")

    def test_a_changed_configuration_is_loaded_by_itself(self):
        name = self.start()
        self.domain.write_text("[example.net]\nmx = mail.example.net\n[example.com]\nmx = a.example\n")
        self.wait_for_log(name, "reloaded: 2 domains")

    def test_the_files_of_lego_are_served_and_their_renewal_is_noticed(self):
        """As doc/guides/containers.md writes them; lego writes over its files, first the chain."""
        guide = (bed.TOP / "doc" / "guides" / "containers.md").read_text()
        pair = re.search(r"```ini\n(certificate = .*\.crt\nprivate_key = .*\.key\n)```", guide)[1]
        text = (bed.TOP / "container" / "mta-stsd.ini").read_text()
        ini = self.directory / "own.ini"
        ini.write_text(re.sub(r"certificate = .*\n", pair, text))
        folder = self.directory / "lego" / "certificates"
        folder.mkdir(parents=True)

        def write(variant):
            leaf = harness.pki().leaf(HOST, variant=variant)
            (folder / f"{HOST}.crt").write_bytes(leaf.chain)
            (folder / f"{HOST}.key").write_bytes(leaf.key)
            return leaf

        first = write(0)
        self.start(
            *("-v", f"{self.directory}/lego:/certs:ro"),
            *("-v", f"{ini}:/etc/mta-stsd/mta-stsd.ini:ro"),
        )
        self.assertEqual(self.shown(), first.der)
        second = write(1)
        bed.eventually(lambda: self.shown() == second.der, 20, "the renewed one")

    def shown(self):
        reply = harness.exchange(("127.0.0.1", 8443), HOST, harness.request(HOST))
        self.assertEqual(reply.one().status, 200)
        return reply.certificate

    def test_started_as_root_it_becomes_a_number_that_no_account_has(self):
        """A static C library has no modules for names; a number needs none."""
        self.certify()
        ini = self.directory / "own.ini"
        text = (bed.TOP / "container" / "mta-stsd.ini").read_text()
        ini.write_text(text.replace("[server]\n", "[server]\nuser = 4711\n"))
        name = self.start(
            *("--user", "0", "--cap-add", "SETUID", "--cap-add", "SETGID"),
            *("-v", f"{ini}:/etc/mta-stsd/mta-stsd.ini:ro"),
        )
        pid = json.loads(podman("inspect", name))[0]["State"]["Pid"]
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        self.assertRegex(status, r"\nUid:\t4711\t4711\t4711\t4711\n")
        self.assertEqual(self.health(name)[0], 0)

    def test_a_user_by_name_is_refused_with_a_sentence_where_no_file_has_names(self):
        ini = self.directory / "own.ini"
        ini.write_text("[server]\nuser = nobody\nlisten = 8443\n")
        done = call(
            *("podman", "run", "--rm", "--network", "none", "--user", "0"),
            *("-v", f"{ini}:/etc/mta-stsd/mta-stsd.ini:ro", IMAGE),
            check=False,
        )
        self.assertEqual(done.returncode, 78)  # EX_CONFIG
        self.assertIn("user = nobody: there is no such user", done.stderr)

    def test_the_image_as_it_is_serves_nothing_and_is_healthy(self):
        self.domain.unlink()
        name = self.start()
        self.assertEqual(self.health(name), (0, "healthy: 127.0.0.1:8443 answers TLS"))


if __name__ == "__main__":
    unittest.main()
