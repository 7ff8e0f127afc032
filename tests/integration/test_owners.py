# SPDX-License-Identifier: ISC
"""owners: whose files are read as whom, and what is quoted of them."""
import os
import re
import unittest

import harness
from harness import BINARY, WRAPPER, policy_text, run, server_section
from test_ctl_certs import CTL

CUSTOMER = 12345
SECRET = "hunter2"
HOST = "mta-sts.example.com"
# What a customer would like to read: no policies, and one that is.
SECRETS = {
    "accounts": f"root:$6${SECRET}:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n",
    "a settings file": f"user = root\npassword = {SECRET}\n",
    "a list of settings": f"version: 3\nmode {SECRET}\npassword: {SECRET}\n",
    "a policy": f"version: STSv1\r\nmode: {SECRET}\r\nmx: {SECRET}.\r\nmax_age: 86400\r\n",
}


@unittest.skipUnless(harness.as_root(), "files of several users take root")
class Owners(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com", "customer.example", "kept.example", "listed.example")

    def setUp(self):
        super().setUp()
        self.customers = self.directory / "customers"
        self.customers.mkdir(exist_ok=True)
        (self.customers / "customer.example.txt").unlink(missing_ok=True)
        os.chown(self.customers, CUSTOMER, CUSTOMER)
        self.policy = self.customers / "customer.example.txt"

    def ini(self, *server, text=""):
        return (
            server_section(*server) + self.defaults_section() + "[example.com]\nmx = a.example\n"
            f"[customer.example]\npolicy_file = {self.policy}\n" + text
        )

    def secret(self, text, mode=0o600):
        path = self.directory / "secret"
        path.write_text(text, newline="")
        path.chmod(mode)
        return path

    def link(self, target):
        self.policy.unlink(missing_ok=True)
        self.policy.symlink_to(target)
        os.lchown(self.policy, CUSTOMER, CUSTOMER)

    def call(self, *command):
        done = run(*WRAPPER, *command)
        return done.returncode, done.stdout + done.stderr

    def say_all(self, ini):
        """What each command says about the configuration and the customer's file, run as root."""
        path = self.write("all.ini", ini)
        commands = {
            "check": (BINARY, "-c", path, "--check"),
            "check-certs": (BINARY, "-c", path, "--check-certs"),
            "health": (BINARY, "-c", path, "--health"),
            "lint of the ini": (CTL, "lint", path),
            "lint of the ini, JSON": (CTL, "lint", "--json", path),
            "lint of the file": (CTL, "lint", self.policy),
            "lint of the file as a policy": (CTL, "lint", "--type", "policy", self.policy),
            "lint of the file as a list": (CTL, "lint", "--type", "list", self.policy),
            "lint of the file as an ini": (CTL, "lint", "--type", "ini", self.policy),
            "lint --fix": (CTL, "lint", "--fix", "--dry-run", self.policy),
        }
        said = {name: self.call(*command)[1] for name, command in commands.items()}
        daemon = self.start(ini, name="all.ini")
        self.assert_serves(daemon, HOST, policy_text(["a.example"]))
        daemon.reload()
        said["start"] = daemon.log()
        daemon.stop()
        return said

    def test_a_link_to_a_file_of_roots_is_not_read_as_root_nor_quoted(self):
        for what, text in SECRETS.items():
            self.link(self.secret(text))
            for name, said in self.say_all(self.ini()).items():
                with self.subTest(secret=what, command=name):
                    self.assertNotIn(SECRET, said)
                    if name in ("check", "check-certs", "start", "lint of the ini"):
                        self.assertIn("customer.example.txt: Permission denied", said)

    def test_a_file_of_another_owner_is_not_quoted_though_it_can_be_read(self):
        self.link(self.secret(SECRETS["a policy"], 0o644))
        said = self.say_all(self.ini())
        for name in ("check", "check-certs", "start", "lint of the ini", "lint of the file"):
            with self.subTest(command=name):
                self.assertNotIn(SECRET, said[name])
                self.assertIn("the file and its directory have different owners", said[name])
                self.assertIn('"..." is no mode', said[name])

    def test_what_is_no_policy_is_not_quoted_whoever_owns_it(self):
        for what, text in SECRETS.items():
            self.policy.write_text(text, newline="")
            os.chown(self.policy, CUSTOMER, CUSTOMER)
            said = self.say_all(self.ini())
            for name in ("check", "start", "lint of the ini", "lint of the file as a policy"):
                with self.subTest(file=what, command=name):
                    (self.assertIn if what == "a policy" else self.assertNotIn)(SECRET, said[name])

    def test_an_ini_that_is_a_customers_link_is_not_quoted_before_root_is_given_up(self):
        for text in (SECRETS["a settings file"], f"[server]\nuser = nobody\n{SECRET} = a\n"):
            self.link(self.secret(text))
            for option in ([], ["--check"], ["--check-certs"]):
                with self.subTest(text=text, option=option):
                    status, said = self.call(BINARY, "-c", self.policy, *option)
                    self.assertIn(status, (1, 78))
                    self.assertNotIn(SECRET, said)
                    self.assertIn("error: ", said)

    def test_an_ini_of_roots_and_the_servers_group_is_all_that_it_takes(self):
        ini = self.ini().replace("[customer.example]", "[customer.example]\nmx = b.example\n;")
        ini = re.sub("policy_file = .*\n", "", ini)
        path = self.write("grouped.ini", ini)
        os.chown(path, 0, 65534)
        path.chmod(0o640)
        status, said = self.call(BINARY, "-c", path, "--check")
        self.assertEqual((status, "as user nobody reads it" in said), (0, True), said)
        daemon = self.start(ini, name="grouped.ini")
        daemon.reload()
        self.assert_serves(daemon, HOST, policy_text(["a.example"]))
        self.assertNotIn("cannot read", daemon.log())

    def test_check_and_lint_say_whom_they_read_as(self):
        self.policy.write_text(policy_text(["b.example"]).decode(), newline="")
        path = self.write("said.ini", self.ini())
        self.assertIn("as user nobody reads it", self.call(BINARY, "-c", path, "--check")[1])
        self.assertIn("; read as user nobody", self.call(CTL, "lint", path)[1])
        self.assertIn("; read as root", self.call(CTL, "lint", self.policy)[1])

    def test_certs_as_root_finds_what_the_servers_user_cannot_read(self):
        """As --check-certs does, which gives root up before it reads."""
        pair = self.certificates / "pair"
        pair.mkdir(exist_ok=True)
        whole = self.certificates / f"{HOST}.pem"
        for name in ("chain", "key"):
            (pair / f"{name}.pem").write_bytes(whole.read_bytes())
        ini = self.write("certs.ini", server_section() + self.defaults_section()
                         + "[example.com]\nmx = a.example\n")
        two = self.write("two.ini", server_section() + "[example.com]\nmx = a.example\n"
                         f"certificate = {pair}/chain.pem\nprivate_key = {pair}/key.pem\n")
        for path, file, closed, mode in ((ini, whole, whole, 0o600),
                                         (ini, whole, self.certificates, 0o700),
                                         (two, pair / "key.pem", pair / "key.pem", 0o640),
                                         (two, pair / "chain.pem", pair / "chain.pem", 0o600),
                                         (two, pair / "chain.pem", pair, 0o700)):
            with self.subTest(closed=closed, mode=mode):
                before = closed.stat().st_mode & 0o777
                self.assertEqual(self.call(CTL, "certs", "-c", path)[0], 0)
                closed.chmod(mode)
                checked = self.call(BINARY, "-c", path, "--check-certs")
                status, said = self.call(CTL, "certs", "-c", path)
                self.assertEqual((checked[0], status), (1, 1), checked[1] + said)
                self.assertIn(f"error: {file}: user nobody cannot read it", said)
                self.assertIn("days", said)  # what root can read of it is there all the same
                closed.chmod(before)

    def closed(self, directory_too=False):
        """A directory of includes and a list, one of each of which only root can read."""
        folder = self.directory / "domains.d"
        self.write("domains.d/a.ini", "[kept.example]\nmx = kept.example\n")
        listed = self.write("listed.txt", "listed.example mx=listed.example\n")
        listed.chmod(0o600)
        (folder if directory_too else folder / "a.ini").chmod(0o600)
        self.policy.write_text(policy_text(["b.example"]).decode(), newline="")
        return folder, listed, self.ini("include = domains.d", "domains_file = listed.txt")

    def test_a_file_that_the_user_cannot_read_harms_its_own_domains_at_a_start(self):
        for directory_too in (False, True):
            with self.subTest(directory_too=directory_too):
                folder, listed, ini = self.closed(directory_too)
                unread = folder if directory_too else folder / "a.ini"
                status, said = self.call(BINARY, "-c", self.write("closed.ini", ini), "--check")
                self.assertEqual(status, 1, said)
                daemon = self.start(ini, name="closed.ini")
                for path in (unread, listed):
                    for text in (said, daemon.log()):
                        self.assertRegex(
                            text, f"error: .*Permission denied; make it readable for the server's"
                        )
                        self.assertIn(str(path), text)
                self.assert_serves(daemon, HOST, policy_text(["a.example"]))
                self.assert_serves(daemon, "mta-sts.customer.example", policy_text(["b.example"]))
                for name in ("kept", "listed"):
                    self.assert_refused(
                        daemon.address(), f"mta-sts.{name}.example", "unrecognized_name"
                    )
                folder.chmod(0o755)
                (folder / "a.ini").chmod(0o644)
                listed.chmod(0o644)
                daemon.reload()
                for name in ("kept", "listed"):
                    self.assert_serves(
                        daemon, f"mta-sts.{name}.example", policy_text([f"{name}.example"])
                    )

    def test_in_a_reload_such_domains_stay_as_they_were(self):
        for directory_too in (False, True):
            with self.subTest(directory_too=directory_too):
                folder, listed, ini = self.closed(directory_too)
                folder.chmod(0o755)
                (folder / "a.ini").chmod(0o644)
                listed.chmod(0o644)
                daemon = self.start(ini, name="closed.ini")
                self.closed(directory_too)
                for _ in range(2):  # the second finds no domain in the configuration before
                    self.write("closed.ini", ini.replace("mx = a.example", "mx = c.example"))
                    daemon.reload()
                    self.assert_serves(daemon, HOST, policy_text(["c.example"]))
                    for name in ("kept", "listed"):
                        self.assert_serves(
                            daemon, f"mta-sts.{name}.example", policy_text([f"{name}.example"])
                        )
                self.assertIn("2 domains have errors: what they served before stays", daemon.log())
                folder.chmod(0o755)


if __name__ == "__main__":
    unittest.main()
