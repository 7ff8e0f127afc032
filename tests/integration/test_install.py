# SPDX-License-Identifier: ISC
"""make install puts a whole service where it belongs, and make uninstall leaves the admin's files."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import harness

BUILD = pathlib.Path(os.environ.get("MTA_STSD_BUILD") or pathlib.Path(harness.BINARY).parent)
CTL = os.environ.get("MTA_STSCTL")


@unittest.skipUnless((BUILD / "Makefile").exists(), "the daemon's directory is no build's")
class Install(unittest.TestCase):
    def setUp(self):
        self.root = harness.make_directory("mta-stsd-install-")
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        # Of the make that runs the tests: its variables are not for this one.
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
        }

    def make(self, *words):
        done = subprocess.run(
            ["make", "-s", "-C", BUILD, f"DESTDIR={self.root}", *words],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=harness.bound(120),
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def variable(self, name):
        """A directory of this build, as its Makefile has it, for DESTDIR to stand before."""
        text = (BUILD / "Makefile").read_text()
        value = re.search(rf"^{name} = (.*)$", text, re.M)[1]
        while match := re.search(r"\$[{(](\w+)[)}]", value):
            value = value.replace(match[0], self.variable(match[1]))
        return value

    def place(self, name, *below):
        return pathlib.Path(f"{self.root}{self.variable(name)}", *below)

    def files(self):
        return [path for path in self.root.rglob("*") if not path.is_dir()]

    def test_the_units_name_the_paths_of_this_build(self):
        self.make("install")
        units = self.place("systemdsystemunitdir")
        ini = self.variable("sysconfdir") + "/mta-stsd/mta-stsd.ini"
        server = (units / "mta-stsd.service").read_text()
        program = self.variable("sbindir") + "/mta-stsd"
        self.assertIn(f"\nExecStart={program} --config {ini}\n", server)
        self.assertTrue(pathlib.Path(f"{self.root}{program}").exists())
        self.assertTrue((units / "mta-stsd.socket").exists())
        self.assertTrue(self.place("sysusersdir", "mta-stsd.conf").exists())
        self.assertTrue(self.place("tmpfilesdir", "mta-stsd.conf").exists())
        for unit in units.iterdir():
            self.assertNotRegex(unit.read_text(), r"@\w+@", unit.name)
        if CTL:
            self.assertTrue(self.place("sysusersdir", "mta-stsctl.conf").exists())
            self.assertTrue(self.place("tmpfilesdir", "mta-stsctl.conf").exists())
            certs = (units / "mta-stsd-certs.service").read_text()
            program = self.variable("bindir") + "/mta-stsctl"
            self.assertIn(f"\nExecStart={program} certs --renew --config {ini}\n", certs)
            watch = (units / "mta-stsctl-check.service").read_text()
            self.assertIn(f"\nExecStart={program} check --all --watch --tell-later ", watch)
            self.assertIn(f" --config {ini} ", watch)
            taking = (units / "mta-stsctl-tlsrpt.service").read_text()
            self.assertIn(f"\nExecStart={program} tlsrpt --mailbox --new --store ", taking)
            self.assertIn(f" --config {ini}\n", taking)
            watched = (units / "mta-stsd-certs.path").read_text()
            self.assertIn(f"\nPathChanged={pathlib.Path(ini).parent}\n", watched)

    def test_each_unit_that_another_names_is_installed(self):
        self.make("install")
        units = {
            path.name: path.read_text() for path in self.place("systemdsystemunitdir").iterdir()
        }
        named = set(
            re.findall(r"\bmta-sts(?:d|ctl)[\w-]*\.(?:service|path|timer|socket)", "".join(units.values()))
        )
        self.assertEqual(named - set(units), set())

    def test_the_hook_that_mta_stsctl_calls_is_installed_where_it_looks(self):
        self.make("install")
        hook = self.variable("datadir") + "/mta-stsd/hooks/uacme-challenge"
        self.assertTrue(os.access(f"{self.root}{hook}", os.X_OK))
        self.assertIn(hook.encode(), pathlib.Path(harness.BINARY).read_bytes())

    def test_the_first_ini_loads_and_serves_nothing(self):
        self.make("install")
        ini = self.place("sysconfdir", "mta-stsd", "mta-stsd.ini")
        ini.write_text(ini.read_text().replace("user = _mta-stsd", "user = nobody"))
        status, said = harness.check(ini)
        self.assertEqual(status, 0, said)
        self.assertIn("no domain is configured", said)
        self.assertIn(": 0 domains, 0 errors, 1 warning", said)
        ini.write_text(re.sub(r"^;(?=\[|\w+ =)", "", ini.read_text(), flags=re.M))
        status, said = harness.check(ini)
        self.assertEqual(status, 0, said)
        self.assertIn(": 0 domains, 0 errors, 1 warning", said)

    def test_the_admins_ini_stays_through_install_and_uninstall(self):
        ini = self.place("sysconfdir", "mta-stsd", "mta-stsd.ini")
        self.make("install")
        ini.write_text("; mine\n")
        self.make("install")
        self.assertEqual(ini.read_text(), "; mine\n")
        self.make("uninstall")
        self.assertEqual(self.files(), [ini])

    def test_an_ini_that_nobody_touched_goes_as_it_came(self):
        self.make("install")
        self.make("uninstall")
        self.assertEqual(self.files(), [])
        self.assertFalse(self.place("sysconfdir", "mta-stsd").exists())


if __name__ == "__main__":
    unittest.main()
