# SPDX-License-Identifier: ISC
"""installfile: what the hooks write for the server, as root and in directories that the account of the
ACME client owns, which may be hostile."""
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import unittest

import harness
from authority import HOOK as CHALLENGE
from harness import SOURCE, needs, run
from test_ctl_certs import CTL, CtlCase

HOOKS = SOURCE / "etc" / "hooks"
HOST = "mta-sts.example.com"
DIGEST = "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"
SERVER, ACME, OTHER = ("_mta-stsd", 4201), ("_mta-stsd-acme", 4202), ("customer", 4203)
ROUNDS = 6

# What the owner of the directories does, as fast as it can, until it is ended: a FIFO or a link under
# each temporary name, a link to a directory in the certificate's place, one to a file in the
# challenge's. What comes out of a FIFO is loot. Each line on stdout is a thing that it did.
ATTACK = """
import glob, itertools, os, signal, sys
certs, challenges, directory, file, loot, host, uid = sys.argv[1:]
os.setgroups([]); os.setgid(int(uid)); os.setuid(int(uid))
pipes, pids, done, ends = [], set(), 0, []
signal.signal(signal.SIGTERM, lambda *_: ends.append(1))

def put(name, make):
    global done
    try:
        os.unlink(name)
    except OSError:
        pass
    try:
        make(name)
        done += 1
    except OSError:
        pass

def fifo(name):
    while len(pipes) > 500:
        os.close(pipes.pop(0))
    os.mkfifo(name, 0o666)
    pipes.append(os.open(name, os.O_RDWR | os.O_NONBLOCK))

def running():
    for name in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            if b"install-certificate" in open(name, "rb").read():
                yield name.split("/")[2]
        except OSError:
            pass

print("begun", flush=True)
turns = itertools.cycle((fifo, lambda name: os.symlink(file, name)))
for turn in itertools.count():
    if ends:
        break
    for place in (certs, challenges):
        for name in os.listdir(place):
            if name.startswith("."):
                put(f"{place}/{name}", next(turns))
    put(f"{certs}/{host}.pem", lambda name: os.symlink(directory, name))
    put(f"{challenges}/{host}", lambda name: os.symlink(file, name))
    if turn % 8 == 0:  # how the shell script once named its file
        for pid in running():
            if pid not in pids:
                put(f"{certs}/.new.{pid}", fifo)
            if not os.path.exists(f"{certs}/.new.{pid}"):
                pids.discard(pid)
            else:
                pids.add(pid)
    for pipe in pipes:
        try:
            got = os.read(pipe, 65536)
        except BlockingIOError:
            continue
        open(loot, "ab").write(got)
for place in (certs, challenges):
    for name in os.listdir(place):
        os.unlink(f"{place}/{name}")
print(done)
"""


def can_make_a_name_space():
    return harness.as_root() and run("unshare", "-m", "mount", "-t", "tmpfs", "none", "/run").returncode == 0


class Verb(CtlCase):
    """By whoever runs the tests."""

    def setUp(self):
        super().setUp()
        self.home = harness.make_directory()
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.file = self.home / "file"

    def test_it_writes_standard_input_and_removes(self):
        for words, mode in (((), 0o640), (("--mode", "644"), 0o644), (("--mode", "0600"), 0o600)):
            self.ctl("install-file", *words, self.file, input="bytes\n", status=0)
            self.assertEqual(self.file.read_text(), "bytes\n")
            self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), mode)
        for _ in range(2):
            self.ctl("install-file", "--remove", self.file, status=0)
            self.assertEqual(list(self.home.iterdir()), [])

    def test_what_it_refuses(self):
        self.file.write_text("old")
        (self.home / "directory").mkdir()
        for words, sentence in (
            ((self.home / "none" / "file",), "none: No such file or directory"),
            ((self.file / "file",), "file: Not a directory"),
            ((self.home / "directory",), "this is a directory"),
            (("--remove", self.home / "directory"), "cannot be removed"),
            ((str(self.home) + "/",), "not the name of a file"),
            ((self.home / "..",), "not the name of a file"),
            ((self.home / ("a" * 256),), "not the name of a file"),
            ((self.home / ("a" * 250),), "the name is too long"),
            ((self.home / ".hidden",), "begins with a dot"),
            (("--mode", "755", self.file), "write 640, 644, or less"),
            (("--mode", "646", self.file), "write 640, 644, or less"),
            (("--mode", "", self.file), "write 640, 644, or less"),
            (("--mode", "640", "--remove", self.file), "are mutually exclusive"),
            ((), "one FILE"),
            ((self.file, self.file), "one FILE"),
        ):
            with self.subTest(words=words):
                done = self.ctl("install-file", *words, input="bytes\n", status=2)
                self.assertIn(sentence, done.stderr)
        self.assertIn("standard input is empty", self.ctl("install-file", self.file, status=2).stderr)
        self.assertIn("over 262,144 bytes",
                      self.ctl("install-file", self.file, input="a" * 262145, status=2).stderr)
        self.assertEqual(self.file.read_text(), "old")
        self.assertEqual(len(list(self.home.iterdir())), 2)

    def test_links_on_the_way_are_followed_if_they_can_only_be_of_this_user(self):
        (self.home / "real").mkdir()
        (self.home / "link").symlink_to("real")
        (self.home / "absolute").symlink_to(self.home / "link")
        (self.home / "circle").symlink_to("circle")
        for name in ("link", "absolute", "real/../link"):
            self.ctl("install-file", self.home / name / "file", input=name, status=0)
            self.assertEqual((self.home / "real" / "file").read_text(), name)
        done = self.ctl("install-file", self.home / "circle" / "file", input="a", status=2)
        self.assertIn("Too many levels of symbolic links", done.stderr)
        self.home.chmod(0o777)
        done = self.ctl("install-file", self.home / "link" / "file", input="new", status=2)
        self.assertIn("link is a symbolic link that another user may have made", done.stderr)
        self.assertEqual((self.home / "real" / "file").read_text(), "real/../link")

    def test_no_core_is_dumped_of_what_holds_a_key(self):
        with open(os.devnull, "rb") as nothing:
            child = subprocess.Popen([CTL, "install-file", self.file], stdin=subprocess.PIPE,
                                     stdout=nothing, stderr=nothing)
        self.addCleanup(child.communicate)
        limits = pathlib.Path(f"/proc/{child.pid}/limits")
        harness.eventually(
            lambda: re.search(r"(?m)^Max core file size +0 +0 ", limits.read_text()), 10,
            "the end of core dumps")
        # Of what may be dumped, and so be looked into by others of its user, the files are that user's.
        if not harness.as_root():
            self.assertEqual(pathlib.Path(f"/proc/{child.pid}/environ").stat().st_uid, 0)


@needs("unshare", "nsenter", "openssl")
@unittest.skipUnless(can_make_a_name_space(), "accounts of its own need root and a mount name space")
class Layout(CtlCase):
    """The accounts and directories that the packages make, in a name space of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = harness.make_directory()
        cls.addClassCleanup(shutil.rmtree, cls.home, ignore_errors=True)
        accounts = pathlib.Path("/etc/passwd").read_text()
        groups = pathlib.Path("/etc/group").read_text()
        for name, number in (SERVER, ACME, OTHER):
            accounts += f"{name}:x:{number}:{number}::/:/usr/sbin/nologin\n"
            groups += f"{name}:x:{number}:\n"
        for name, text in (("passwd", accounts), ("group", groups)):
            (cls.home / name).write_text(text)
            (cls.home / name).chmod(0o644)
        mounts = (f"mount --bind {cls.home}/passwd /etc/passwd && "
                  f"mount --bind {cls.home}/group /etc/group && "
                  "mount -t tmpfs -o mode=755 none /var/lib && mount -t tmpfs -o mode=755 none /run && "
                  "echo ready && exec sleep infinity")
        cls.space = subprocess.Popen(["unshare", "-m", "sh", "-c", mounts], stdout=subprocess.PIPE)
        cls.addClassCleanup(cls.space.communicate)
        cls.addClassCleanup(cls.space.kill)
        assert cls.space.stdout.readline() == b"ready\n"
        cls.certs, cls.challenges = cls.make_layout()

    @classmethod
    def inside(cls, path):
        """The path as this process may open it."""
        return pathlib.Path(f"/proc/{cls.space.pid}/root{path}")

    @classmethod
    def make_layout(cls):
        """As systemd-tmpfiles would, by the very file."""
        owners = {"root": 0, SERVER[0]: SERVER[1], ACME[0]: ACME[1]}
        made = []
        for line in (SOURCE / "etc" / "tmpfiles.d" / "mta-stsd.conf").read_text().splitlines():
            if line.startswith("d "):
                _, path, mode, user, group = line.split()
                cls.inside(path).mkdir()
                os.chown(cls.inside(path), owners[user], owners[group])
                cls.inside(path).chmod(int(mode, 8))
                made.append(pathlib.Path(path))
        certs, challenges = (path for path in made if path.name in ("certs", "challenges"))
        return certs, challenges

    def setUp(self):
        super().setUp()
        for path in (self.certs, self.challenges):
            for left in self.inside(path).iterdir():
                left.unlink()
        self.leaf = harness.pki().leaf(HOST)
        self.chain, self.key = self.home / "chain.pem", self.home / "key.pem"
        self.chain.write_bytes(self.leaf.chain)
        self.key.write_bytes(self.leaf.key)
        self.key.chmod(0o600)

    def enter(self, *command, **environment):
        return run("nsenter", "-t", self.space.pid, "-m", *command, seconds=60,
                   env={**os.environ, "MTA_STSCTL": CTL, **environment})

    def install(self, **environment):
        return self.enter(HOOKS / "install-certificate", HOST, self.chain, self.key, **environment)

    def challenge(self, word, *prefix, **environment):
        return self.enter(*prefix, CHALLENGE, word, "tls-alpn-01", HOST, "token", DIGEST, **environment)

    def hooks(self):
        """Each with what its client tells it."""
        lineage = self.home / "lineage"
        lineage.mkdir(exist_ok=True)
        for name, source in (("fullchain.pem", self.chain), ("privkey.pem", self.key)):
            (lineage / name).unlink(missing_ok=True)
            (lineage / name).symlink_to(source)
        chain, key = str(self.chain), str(self.key)
        return (
            (("install-certificate", HOST, chain, key), {}),
            (("certbot-deploy",), {"RENEWED_DOMAINS": HOST, "RENEWED_LINEAGE": str(lineage)}),
            (("dehydrated-deploy", "deploy_cert", HOST, key, chain, chain), {}),
            (("lego-deploy",), {"LEGO_CERT_DOMAIN": HOST, "LEGO_CERT_PATH": chain,
                                "LEGO_CERT_KEY_PATH": key}),
            (("acmesh-deploy",), {"Le_Domain": HOST, "CERT_FULLCHAIN_PATH": chain,
                                  "CERT_KEY_PATH": key}),
        )

    def assert_installed(self):
        path = self.inside(self.certs / f"{HOST}.pem")
        found = path.lstat()
        self.assertEqual((stat.filemode(found.st_mode), found.st_uid, found.st_gid),
                         ("-rw-r-----", ACME[1], SERVER[1]))
        self.assertEqual(path.read_bytes().split(), self.leaf.pem.split())

    def test_each_hook_run_by_root_writes_as_the_directorys_owner_for_the_servers_group(self):
        for (hook, *words), environment in self.hooks():
            with self.subTest(hook=hook):
                done = self.enter(HOOKS / hook, *words, **environment)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
                self.assert_installed()
                self.inside(self.certs / f"{HOST}.pem").unlink()
        names = {path.name for path in HOOKS.iterdir()}
        self.assertEqual({hook for (hook, *_), _ in self.hooks()} | {CHALLENGE.name}, names)

    @needs("setpriv")
    def test_a_challenge_is_written_by_root_and_by_the_account(self):
        account = ("setpriv", "--reuid", ACME[1], "--regid", ACME[1], "--clear-groups")
        path = self.inside(self.challenges / HOST)
        for prefix in ((), account):
            done = self.challenge("begin", *prefix)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
            found = path.lstat()
            self.assertEqual((stat.filemode(found.st_mode), found.st_uid, found.st_gid),
                             ("-rw-r--r--", ACME[1], SERVER[1]))
            self.assertEqual(path.read_text(), DIGEST + "\n")
            self.assertEqual(self.challenge("done", *prefix).returncode, 0)
            self.assertEqual(list(self.inside(self.challenges).iterdir()), [])

    def test_a_directory_of_another_owner_is_refused(self):
        for place, hook in ((self.certs, self.install),
                            (self.challenges, lambda: self.challenge("begin"))):
            with self.subTest(place=place):
                os.chown(self.inside(place), OTHER[1], SERVER[1])
                try:
                    done = hook()
                finally:
                    os.chown(self.inside(place), ACME[1], SERVER[1])
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, r"the directory belongs to customer, not to root or "
                             r"_mta-stsd-acme; chown it to root, or run this as customer\n$")
                self.assertEqual(list(self.inside(place).iterdir()), [])

    def test_a_directory_of_root_gets_a_file_of_root(self):
        os.chown(self.inside(self.certs), 0, SERVER[1])
        self.addCleanup(os.chown, self.inside(self.certs), ACME[1], SERVER[1])
        self.assertEqual(self.install().returncode, 0)
        found = self.inside(self.certs / f"{HOST}.pem").lstat()
        self.assertEqual((found.st_uid, found.st_gid), (0, SERVER[1]))

    def test_no_link_of_the_account_leads_root_into_a_directory_of_root(self):
        target = self.inside("/var/lib/rootly")
        target.mkdir(mode=0o750)
        os.chown(target, 0, SERVER[1])
        link = self.inside(self.certs / "link")
        link.symlink_to("/var/lib/rootly")
        os.chown(link, ACME[1], ACME[1], follow_symlinks=False)
        done = self.install(MTA_STSD_CERTIFICATES=str(self.certs / "link"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("is a symbolic link that another user may have made", done.stderr)
        self.assertEqual(list(target.iterdir()), [])
        link.unlink()
        target.rmdir()

    def test_an_owner_that_swaps_names_gets_no_key_and_leads_root_nowhere(self):
        directory, file, loot = (self.inside(f"/var/lib/{name}") for name in ("aim", "whole", "loot"))
        directory.mkdir(exist_ok=True)
        file.write_text("whole")
        file.chmod(0o600)
        loot.touch()
        os.chown(loot, ACME[1], ACME[1])
        words = (self.certs, self.challenges, "/var/lib/aim", "/var/lib/whole", "/var/lib/loot", HOST,
                 ACME[1])
        attack = subprocess.Popen(
            ["nsenter", "-t", str(self.space.pid), "-m", sys.executable, "-c", ATTACK, *map(str, words)],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(attack.communicate)
        self.addCleanup(attack.kill)
        self.assertEqual(attack.stdout.readline(), "begun\n")
        for _ in range(ROUNDS):
            for done in (self.install(), self.challenge("begin"), self.challenge("done")):
                self.assertIn(done.returncode, (0, 1), done.stderr)
                if done.returncode:
                    self.assertRegex(done.stderr, "mta-stsctl: |not begun: ")
            self.assertEqual(list(directory.iterdir()), [])
            self.assertEqual((file.read_text(), stat.filemode(file.stat().st_mode)),
                             ("whole", "-rw-------"))
            self.assertEqual(loot.read_bytes(), b"")
        attack.terminate()
        said = attack.stdout.read()
        self.assertGreater(int(said), 20 * ROUNDS)
        self.assertEqual(self.install().returncode, 0)
        self.assert_installed()


if __name__ == "__main__":
    unittest.main()
