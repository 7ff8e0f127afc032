# SPDX-License-Identifier: ISC
"""terminal: no byte of a file, its name, a host or a command line steers the terminal."""
import os
import re
import unittest

import harness
from harness import BINARY, WRAPPER, policy_text, run, server_section
from test_ctl_certs import CTL

# Of C0 all but the line end; DEL; C1 as UTF-8 and as single bytes; what turns the text around.
STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|[\udc80-\udcff]")
# The first are refused where they stand in an ini; of the others a line is read.
CONTROLS = {
    "C0": b"\x1b[31m\x7f",
    "C1": "\u009b31m\u202e".encode() + b"\x9b31m",
}


class Terminal(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def put(self, name, content):
        path = os.path.join(os.fsencode(self.directory), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(content)
        return path

    def clean(self, *command, **options):
        words = [os.fsdecode(word) if isinstance(word, bytes) else word for word in command]
        done = run(*WRAPPER, *words, errors="surrogateescape", **options)
        for said in (done.stdout, done.stderr):
            found = STEERING.search(said)
            self.assertIsNone(found, f"{command}: {found!r} in {said!r}")
        return done.stdout + done.stderr

    def commands(self, ini, files):
        """Each that says something of these files."""
        yield from ((BINARY, "-c", ini, what) for what in ("--check", "--check-certs", "--health"))
        for verb in ("certs", "records", "generate", "check", "match"):
            yield (CTL, verb, "-c", ini)
        yield (CTL, "lint", ini)
        yield (CTL, "lint", "--json", ini)
        for path in files:
            for kind in ("policy", "ini", "list"):
                yield (CTL, "lint", "--type", kind, path)
            yield (CTL, "lint", "--json", path)
            yield (CTL, "lint", "--fix", "--dry-run", path)
            yield (CTL, "tlsrpt", path)
            yield (CTL, "lint", path + b".missing")
            yield (CTL, path)
            yield (CTL, "certs", path)
            yield (CTL, "certs", "-c", path + b".missing")
            yield (BINARY, path)
            yield (BINARY, "-c", path + b".missing", "--check")
            yield (BINARY, "-c", path + b".missing", "--health")
            yield (BINARY, "--reload", path)

    def test_nothing_that_is_said_steers_the_terminal(self):
        for what, control in CONTROLS.items():
            folder = b"domains-" + what.replace(" ", "-").encode() + b".d"
            files = [
                self.put(folder + b"/" + control + b".ini", b"[x." + control + b"]\nmx = a.example\n"),
                self.put(
                    folder + b"/b.ini",
                    b"[b.example]\nmx = " + control + b"\nmode = " + control + b"\n"
                    b"[c.example]\n" + control + b" = x\npolicy = " + control + b"\n"
                    b"[d.example]\nmx = d.example\npolicy_file = /nowhere/" + control + b"\n",
                ),
                self.put(b"list" + control, b"e.example mx=" + control + b"\n" + control + b" x=y\n"),
                self.put(b"policy" + control, policy_text(["a.example"]) + control + b": x\r\n"),
            ]
            head = server_section(f"include = {folder.decode()}") + self.defaults_section()
            good = self.put(b"good.ini", (head + "[example.com]\nmx = a.example\n").encode())
            bad = self.put(
                b"bad.ini", (server_section() + "colour = ").encode() + control + b"\ninclude = "
                + control + b"\n[dns]\nrua = mailto:" + control + b"@example.com\n",
            )
            for ini in (good, bad):
                for command in self.commands(ini, files):
                    with self.subTest(control=what, command=command[:3]):
                        self.clean(*command, input="")
            with self.subTest(control=what, command="start"):
                daemon = harness.Daemon(os.fsdecode(good))
                self.addCleanup(daemon.kill)
                daemon.reload()
                said = daemon.log()
                self.assertIn(".ini:", said)
                self.assertIsNone(STEERING.search(said), said)
                daemon.stop()


if __name__ == "__main__":
    unittest.main()
