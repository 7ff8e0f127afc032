# SPDX-License-Identifier: ISC
"""sources: which source packages of the libraries scripts/get-sources takes, out of a signed archive."""
import email.utils
import hashlib
import os
import pathlib
import re
import shutil
import time
import unittest

import harness
from harness import run

SCRIPTS = harness.SOURCE / "scripts"
HELPER = "/usr/lib/apt/apt-helper"
DAY = 86400
PINNED = {"mbedtls": "3.6.7-3", "libmicrohttpd": "1.0.10-1"}
OLDER = {"mbedtls": "3.6.6-0.1", "libmicrohttpd": "1.0.1-4"}
NEWER = {"mbedtls": "3.6.8-1", "libmicrohttpd": "1.0.11-1"}
FIXES = """fix mbedtls 3.6.7 a side channel
fix libmicrohttpd 1.0.1 of long ago
fix libmicrohttpd 1.0.8 writes out of bounds
fix libmicrohttpd 1.0.9 a crash at the shutdown
"""


def sums(content):
    return hashlib.sha256(content).hexdigest(), len(content)


class Archive:
    """An archive of Debian's: a pool, and suites with signed indexes."""

    def __init__(self, home):
        self.home = home
        self.root = home / "archive"
        self.gnupg = home / "gnupg"
        self.gnupg.mkdir(mode=0o700)
        self.key = home / "archive.gpg"
        self.gpg("--quick-generate-key", "archive@example.com", "ed25519", "sign", "never")
        self.gpg("--output", self.key, "--export")

    def gpg(self, *words):
        done = run("gpg", "--homedir", self.gnupg, "--batch", "--passphrase", "", *words)
        if done.returncode != 0:
            raise AssertionError(done.stderr)

    def add(self, package, version, content="the sources"):
        """Puts a source package into the pool; returns its stanza of the index."""
        prefix = package[:4] if package.startswith("lib") else package[0]
        place = pathlib.Path("pool/main", prefix, package)
        folder = self.root / place
        folder.mkdir(parents=True, exist_ok=True)
        upstream = f"{package}_{version.rpartition('-')[0]}.orig.tar.gz"
        (folder / upstream).write_text(f"{content} of {package} {version}")
        digest, size = sums((folder / upstream).read_bytes())
        head = f"Format: 3.0 (quilt)\nBinary: {package}\nVersion: {version}\n"
        dsc = f"Source: {package}\n{head}Checksums-Sha256:\n {digest} {size} {upstream}\n"
        (folder / f"{package}_{version}.dsc").write_text(dsc)
        names = [f"{package}_{version}.dsc", upstream]
        listed = "".join(
            " {} {} {}\n".format(*sums((folder / name).read_bytes()), name) for name in names
        )
        return f"Package: {package}\n{head}Directory: {place}\nChecksums-Sha256:\n{listed}\n"

    def pins(self):
        """What pinned-sources names: the versions of PINNED as they are in the pool now."""
        text = ""
        for package, version in PINNED.items():
            text += f"{package} {version}\n"
            for path in sorted(self.root.glob(f"pool/main/*/{package}/*")):
                if version.rpartition("-")[0] in path.name:
                    text += f"{sums(path.read_bytes())[0]}  {path.name}\n"
        return text

    def publish(self, suite, stanzas, valid_until=None):
        folder = self.root / "dists" / suite
        (folder / "main/source").mkdir(parents=True)
        (folder / "main/source/Sources").write_text("".join(stanzas))
        digest, size = sums((folder / "main/source/Sources").read_bytes())
        lines = ["Origin: Debian", "Label: Debian", f"Suite: {suite}", f"Codename: {suite}"]
        lines += [f"Date: {email.utils.formatdate(time.time() - 60 * DAY, usegmt=True)}"]
        if valid_until:
            lines += [f"Valid-Until: {email.utils.formatdate(valid_until, usegmt=True)}"]
        lines += ["Components: main", "SHA256:", f" {digest} {size} main/source/Sources", ""]
        (folder / "Release").write_text("\n".join(lines))
        self.gpg("--output", folder / "InRelease", "--clearsign", folder / "Release")


@unittest.skipUnless(os.path.exists(HELPER), "this is no Debian")
@harness.needs("gpg", "dpkg")
class Sources(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.home = harness.make_directory()
        self.addCleanup(shutil.rmtree, self.home)
        self.archive = Archive(self.home)
        self.addCleanup(run, "gpgconf", "--homedir", self.archive.gnupg, "--kill", "all")
        (self.home / "apt/sources.list.d").mkdir(parents=True)
        source = f"deb [signed-by={self.archive.key}] copy:{self.archive.root} trixie main\n"
        (self.home / "apt/sources.list").write_text(source)
        (self.home / "scripts").mkdir()
        shutil.copy(SCRIPTS / "get-sources", self.home / "scripts")
        self.put_pins(self.add(PINNED))

    def add(self, versions, *content):
        return [self.archive.add(*pair, *content) for pair in versions.items()]

    def put_pins(self, pinned):
        self.pinned = pinned
        (self.home / "scripts/pinned-sources").write_text(self.archive.pins() + FIXES)

    def publish(self, testing, stable=OLDER, days=7):
        """days: until forky's index is past its date."""
        self.archive.publish("trixie", self.add(stable))
        self.archive.publish("forky", testing, time.time() + days * DAY)

    def take_away_pinned(self):
        for package, version in PINNED.items():
            for path in self.archive.root.glob(f"pool/main/*/{package}/*{version}.dsc"):
                path.unlink()

    def get(self, *words, status=0):
        """The versions that came, and what was said."""
        came = self.home / "came"
        shutil.rmtree(came, ignore_errors=True)
        came.mkdir()
        script = self.home / "scripts/get-sources"
        done = run(script, *words, "--apt", self.home / "apt", came, seconds=120)
        self.assertEqual(done.returncode, status, done.stderr)
        names = [re.fullmatch(r"(.*)_(.*)\.dsc", path.name) for path in came.glob("*.dsc")]
        return {name[1]: name[2] for name in names}, done.stderr

    def test_what_the_tree_names_is_taken_by_its_checksums(self):
        self.publish(self.pinned)
        came, said = self.get()
        self.assertEqual(came, PINNED)
        self.assertEqual(said.count("what this tree names, by its checksums"), 2)

    def test_a_newer_one_of_an_index_within_its_date_is_taken_and_said(self):
        self.publish(self.add(NEWER))
        came, said = self.get()
        self.assertEqual(came, NEWER)
        self.assertIn("mbedtls 3.6.8-1: newer than 3.6.7-3, which this tree names", said)

    def test_an_index_past_its_date_is_not_believed_and_the_pinned_ones_need_none(self):
        self.publish(self.add(NEWER), days=-3)
        came, said = self.get()
        self.assertEqual(came, PINNED)
        self.assertRegex(said, "the index of forky is not believed: invalid since 3d")

    def test_without_them_it_is_debian_13s_and_what_they_lack_is_said(self):
        self.publish(self.add(NEWER), days=-3)
        self.take_away_pinned()
        came, said = self.get()
        self.assertEqual(came, OLDER)
        self.assertIn("mbedtls 3.6.6-0.1, of trixie: lacks a side channel (3.6.7)\n", said)
        lacks = "lacks writes out of bounds (1.0.8); a crash at the shutdown (1.0.9)\n"
        self.assertIn(f"libmicrohttpd 1.0.1-4, of trixie: {lacks}", said)

    def test_an_option_believes_the_index_all_the_same(self):
        self.publish(self.add(NEWER), days=-3)
        self.assertEqual(self.get("--accept-expired-index")[0], NEWER)

    def test_a_newer_one_of_debian_13_is_better_than_what_the_tree_names(self):
        self.publish(self.add(NEWER), stable=NEWER, days=-3)
        self.assertEqual(self.get()[0], NEWER)

    def test_an_older_one_of_an_index_within_its_date_is_not_taken(self):
        self.publish(self.add(OLDER))
        came, said = self.get()
        self.assertEqual(came, PINNED)
        self.assertIn("forky has mbedtls 3.6.6-0.1; this tree names 3.6.7-3\n", said)

    def test_files_that_were_changed_are_refused(self):
        """Under the names of those that the tree names, and with an index that agrees."""
        for days, status, expected in ((7, 1, {}), (-3, 0, OLDER)):
            with self.subTest(days=days):
                shutil.rmtree(self.archive.root / "dists", ignore_errors=True)
                self.publish(self.add(PINNED, "other sources"), days=days)
                self.assertEqual(self.get(status=status)[0], expected)

    def test_an_index_that_nobody_signed_is_not_believed(self):
        self.publish(self.add(NEWER))
        release = self.archive.root / "dists/forky/InRelease"
        release.write_text(release.read_text().replace("Label: Debian", "Label: Debien"))
        came, said = self.get()
        self.assertEqual(came, PINNED)
        self.assertIn("the index of forky is not believed: it cannot be fetched", said)


if __name__ == "__main__":
    unittest.main()
