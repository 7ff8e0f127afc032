# SPDX-License-Identifier: ISC
"""sandbox: the running daemon is confined, says what it may not read, and serves all the same."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import harness
from harness import policy_text, server_section, write_atomically

HOST = "mta-sts.example.com"
LINKED = "mta-sts.linked.example"


@unittest.skipIf(harness.is_instrumented(), "no sandbox with sanitizers or under a wrapper")
class Sandbox(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com")

    def setUp(self):
        super().setUp()
        self.elsewhere = harness.make_directory()
        self.addCleanup(shutil.rmtree, self.elsewhere, ignore_errors=True)
        pem = harness.pki().leaf(LINKED).pem
        write_atomically(self.elsewhere / "linked.pem", pem)
        self.link = self.certificates / f"{LINKED}.pem"
        self.link.unlink(missing_ok=True)

    def ini(self, *server, more=""):
        return (
            server_section(*server)
            + self.defaults_section()
            + "[example.com]\nmx = mail.example.com\n[linked.example]\nmx = mail.example.com\n"
            + more
        )

    @staticmethod
    def status_of(daemon):
        text = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
        return dict(re.findall(r"^(\w+):\s*(.*)$", text, re.MULTILINE))

    @unittest.skipUnless(harness.as_root(), "what a process hides is shown to root alone")
    def test_it_has_no_capability_no_dump_and_a_filter_in_each_thread(self):
        daemon = self.start(self.ini())
        self.assert_serves(daemon, HOST, policy_text())
        status = self.status_of(daemon)
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(int(status["CapEff"], 16), 0)
        self.assertEqual(int(status["CapPrm"], 16), 0)
        for task in os.listdir(f"/proc/{daemon.pid}/task"):
            text = pathlib.Path(f"/proc/{daemon.pid}/task/{task}/status").read_text()
            self.assertRegex(text, r"Seccomp:\s*2")
        limits = pathlib.Path(f"/proc/{daemon.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size\s+0\s+0\s")
        self.assertEqual(os.stat(f"/proc/{daemon.pid}/environ").st_uid, 0)  # not dumpable

    def test_nothing_that_it_does_is_unknown_to_the_filter(self):
        daemon = self.start(self.ini("watch = on"))
        self.assert_serves(daemon, HOST, policy_text())
        daemon.reload()
        self.assert_serves(daemon, HOST, policy_text())
        daemon.stop()
        self.assertNotIn("system call", daemon.log())

    def test_a_link_that_leads_outside_is_refused_with_its_reason_until_read_path_names_it(self):
        self.link.symlink_to(self.elsewhere / "linked.pem")
        daemon = self.start(self.ini())
        self.assert_refused(daemon.address(), LINKED, "internal_error")
        daemon.wait_for_log(
            rf"{LINKED}.*leads outside of what the running server may read; write " "`read_path`"
        )
        self.assert_serves(daemon, HOST, policy_text())
        daemon.stop()
        daemon = self.start(self.ini(f"read_path = {self.certificates}, {self.elsewhere}"))
        self.assert_serves(daemon, LINKED, policy_text())
        self.assert_serves(daemon, HOST, policy_text())

    def test_a_reload_that_needs_another_tree_is_refused_with_the_line_to_add(self):
        daemon = self.start(self.ini())
        own = f"certificate = {self.elsewhere}/%h.pem\n"
        self.write("mta-stsd.ini", self.ini(more=f"[more.example]\nmx = a.example\n{own}"))
        said = daemon.reload("reload refused")
        self.assertIn(f"write `read_path = {self.elsewhere}` into [server]", daemon.log())
        self.assertIn("a path is outside the sandbox; the configuration", said)
        self.assert_serves(daemon, HOST, policy_text())

    def test_a_list_or_an_include_elsewhere_refuses_a_reload_with_the_line_to_add(self):
        """They can be read by all but the sandbox; a restart takes them, with or without the line."""
        folder = self.elsewhere / "domains.d"
        folder.mkdir()
        line = "more.example mx=a.example\n"
        (self.elsewhere / "list.txt").write_text(line)
        linked = self.directory / "linked.txt"
        linked.symlink_to(self.elsewhere / "list.txt")
        rows = [
            (f"domains_file = {self.elsewhere}/list.txt", self.elsewhere),
            (f"domains_file = {linked}", self.elsewhere),
            (f"include = {folder}", folder),
        ]
        for line, tree in rows:
            with self.subTest(line=line):
                daemon = self.start(self.ini())
                self.write("mta-stsd.ini", self.ini(line))
                daemon.reload("reload refused")
                self.assertRegex(
                    daemon.log(),
                    rf"Permission denied; it is outside .*: write `read_path = {tree}` into "
                    r"\[server\] beside the others, if there are any, and restart it",
                )
                self.assertNotIn("make it readable", daemon.log())
                daemon.stop()
                for more in ([], [f"read_path = {self.certificates}, {tree}"]):
                    daemon = self.start(self.ini(line, *more))
                    daemon.reload()
                    self.assert_serves(daemon, HOST, policy_text())
                    daemon.stop()

    def test_a_policy_file_of_all_elsewhere_refuses_a_reload_with_the_line_to_add(self):
        (self.elsewhere / "policy.txt").write_text(policy_text().decode())
        daemon = self.start(self.ini())
        shared = f"policy_file = {self.elsewhere}/policy.txt"
        ini = server_section() + self.defaults_section(shared) + "[example.com]\n[linked.example]\n"
        self.write("mta-stsd.ini", ini)
        daemon.reload("reload refused")
        self.assertIn(f"write `read_path = {self.elsewhere}` into [server]", daemon.log())
        self.assertNotIn("make it readable", daemon.log())

    def test_what_its_user_may_not_read_is_not_put_down_to_the_sandbox(self):
        daemon = self.start(self.ini())
        if not harness.as_root():
            self.skipTest("a user of its own needs root")
        closed = self.elsewhere / "closed"
        closed.mkdir(mode=0o700)
        (closed / "list.txt").write_text("more.example mx=a.example\n")
        self.write("mta-stsd.ini", self.ini(f"domains_file = {closed}/list.txt"))
        daemon.reload()
        self.assertIn("list.txt: Permission denied; make it readable for", daemon.log())

    @unittest.skipUnless(harness.as_root(), "a name space of its own needs root")
    def test_a_directory_of_the_systems_is_not_opened_for_the_ini_in_it(self):
        folder = self.elsewhere / "srv"
        folder.mkdir()
        folder.chmod(0o755)
        prefix = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /srv && exec "$@"', str(folder)]
        if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
            self.skipTest("no mount name space may be made here")
        path = folder / "mta-stsd.ini"
        path.write_text(self.ini())
        daemon = harness.Daemon("/srv/mta-stsd.ini", prefix=prefix)
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        advice = "separate directory, such as /etc/mta-stsd"
        daemon.wait_for_log(f"sandbox: /srv/mta-stsd.ini is in /srv, .* {advice}")
        (folder / "list.txt").write_text("more.example mx=a.example\n")
        for change in (
            lambda: path.write_text(self.ini("domains_file = list.txt")),
            lambda: write_atomically(path, self.ini()),
        ):
            daemon.reload()
            since = daemon.mark()
            change()
            daemon.reload("reload refused")
            self.assertRegex(daemon.log(since), f"Permission denied; it is outside .* {advice}")
            path.write_text(self.ini())
        self.assert_serves(daemon, HOST, policy_text())

    def test_a_directory_of_challenges_that_can_not_be_read_later_is_named_at_the_start(self):
        acme = "[acme]\naccept_terms = yes\nchallenges = /nowhere-at-all/challenges\n"
        daemon = self.start(self.ini(more=acme))
        self.assertIn("/nowhere-at-all/challenges does not exist, so no challenge", daemon.log())
        self.assert_serves(daemon, HOST, policy_text())

    def test_a_reload_that_adds_challenges_elsewhere_is_refused_with_what_to_do(self):
        daemon = self.start(self.ini())
        acme = f"[acme]\naccept_terms = yes\nchallenges = {self.elsewhere}\n"
        self.write("mta-stsd.ini", self.ini(more=acme))
        daemon.reload("reload refused")
        self.assertIn(f"challenges = {self.elsewhere} is outside what", daemon.log())
        daemon.stop()
        daemon = self.start(self.ini(more=acme))
        daemon.reload()

    @unittest.skipUnless(harness.as_root(), "a name space of its own needs root")
    def test_challenges_in_their_usual_place_can_be_added_by_a_reload(self):
        """[acme] is written into the ini of a server that runs already."""
        folder = self.elsewhere / "run"
        (folder / "mta-stsd" / "challenges").mkdir(parents=True)
        prefix = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /run && exec "$@"', str(folder)]
        if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
            self.skipTest("no mount name space may be made here")
        daemon = self.start(self.ini(), prefix=prefix)
        self.write("mta-stsd.ini", self.ini(more="[acme]\naccept_terms = yes\n"))
        daemon.reload()
        digest = "A" * 43 + "\n"
        harness.write_atomically(folder / "mta-stsd" / "challenges" / HOST, digest)
        context = harness.tls_context(alpn=["acme-tls/1"], verify=False)
        client = harness.TlsClient(daemon.address(), HOST, context).handshake()
        self.assertEqual(client.tls.selected_alpn_protocol(), "acme-tls/1")
        client.close()

    @unittest.skipUnless(harness.as_root(), "a name space of its own needs root")
    def test_another_etc_passwd_does_not_stop_reloads(self):
        """What adds an account renames a new file into place, which the sandbox does not know."""
        accounts = self.elsewhere / "passwd"
        accounts.write_text("someone:x:4242:4242::/:/bin/false\n")
        accounts.chmod(0o644)
        mount = 'mount --bind "$0" /etc/passwd'
        prefix = ["unshare", "-m", "sh", "-c", mount + ' && exec "$@"', str(accounts)]
        if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
            self.skipTest("no mount name space may be made here")
        path = self.write("mta-stsd.ini", re.sub("user = .*", "user = someone", self.ini()))
        daemon = harness.Daemon(path, prefix=prefix)
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        daemon.reload()
        later = self.elsewhere / "passwd+"
        later.write_text(accounts.read_text())
        subprocess.run(
            ["nsenter", "-t", str(daemon.pid), "-m", "sh", "-c", mount, str(later)], check=True
        )
        daemon.reload()

    def test_it_can_be_turned_off(self):
        self.link.symlink_to(self.elsewhere / "linked.pem")
        daemon = self.start(self.ini("sandbox = off"))
        self.assertIn("sandbox: off, as the configuration says", daemon.log())
        self.assert_serves(daemon, LINKED, policy_text())


if __name__ == "__main__":
    unittest.main()
