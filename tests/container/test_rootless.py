# SPDX-License-Identifier: ISC
"""rootless: the server's image run by somebody who is not root, in a store of their own."""
import os
import pathlib
import re
import shutil
import tempfile
import unittest

from bed import call, podman

IMAGE = "localhost/mta-stsd:latest"
UID = 12345
SUBUID = 200000

# The files that name the user and its numbers are put over the machine's for this command alone.
ENTER = """
for name in passwd group subuid subgid; do
    touch "/etc/$name" && mount --bind "$0/etc/$name" "/etc/$name" || exit 1
done
exec setpriv --reuid 12345 --regid 12345 --clear-groups "$@"
"""
# Root is no one there, so the limits stay those of the machine.
SETTINGS = """
[containers]
default_ulimits = []
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


class Rootless(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(dir="/tmp"))
        self.directory.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        accounts = self.directory / "etc"
        accounts.mkdir()
        for name, line in (("passwd", "x:12345:12345::/:/bin/sh"), ("group", "x:12345:")):
            text = pathlib.Path("/etc", name).read_text()
            (accounts / name).write_text(f"{text}mta-sts-test:{line}\n")
        for name in ("subuid", "subgid"):
            (accounts / name).write_text(f"mta-sts-test:{SUBUID}:131072\n")
        for name in ("home", "run"):
            (self.directory / name).mkdir()
            os.chown(self.directory / name, UID, UID)
        (self.directory / "containers.conf").write_text(SETTINGS)
        podman("save", "-q", "-o", self.directory / "image.tar", IMAGE)
        (self.directory / "image.tar").chmod(0o644)

    def as_user(self, *words, check=True):
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(self.directory / "home"),
            "XDG_RUNTIME_DIR": str(self.directory / "run"),
            "TMPDIR": str(self.directory / "run"),
            "CONTAINERS_CONF": str(self.directory / "containers.conf"),
        }
        done = call(
            *("unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, self.directory),
            *("podman", "--storage-driver", "vfs", *words),
            env=environment,
            cwd=self.directory / "home",
            check=check,
        )
        return done.stdout + done.stderr

    def test_it_serves_and_is_healthy(self):
        self.as_user("load", "-q", "-i", self.directory / "image.tar")
        self.addCleanup(self.as_user, "system", "reset", "-f", check=False)
        self.as_user(
            *("run", "-d", "--name", "server", "--network", "none", "--ulimit", "host"),
            *("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", IMAGE),
        )
        self.addCleanup(self.as_user, "rm", "-f", "-t", "0", "server", check=False)
        said = self.as_user("exec", "server", "/mta-stsd", "--health")
        self.assertIn("healthy: 127.0.0.1:8443 answers TLS", said)
        pid = re.search(r"\d+", self.as_user("inspect", "server", "--format", "{{.State.Pid}}"))[0]
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        # Its 65532 is one of the user's subordinate numbers: container's 1 is the first of them.
        self.assertIn(f"\nUid:\t{SUBUID + 65531}\t", status)
        self.assertIn("CapPrm:\t0000000000000000", status)
        self.assertNotIn("sandbox: ", self.as_user("logs", "server"))


if __name__ == "__main__":
    unittest.main()
