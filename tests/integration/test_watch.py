# SPDX-License-Identifier: ISC
"""watch = on: the daemon reloads by itself when what it was configured from has changed."""
import os
import shutil
import signal
import subprocess
import threading
import time
import unittest

import harness
from harness import bound, eventually, policy_text, server_section, write_atomically

HOST = "mta-sts.example.com"
OTHER = "mta-sts.example.net"


def section(domain, *mx):
    return f"[{domain}]\n" + "".join(f"mx = {name}\n" for name in mx)


class Watch(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com", "example.net")

    def setUp(self):
        super().setUp()
        self.home = harness.make_directory()
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    def ini(self, *sections, server=("watch = on",)):
        return server_section(*server) + self.defaults_section() + "".join(sections)

    def begin(self, ini, path=None, **options):
        """A daemon on an ini of this test's own directory."""
        path = path or self.home / "mta-stsd.ini"
        path.write_text(ini)
        # What is as young as the load itself would be loaded twice, to be sure of it.
        eventually(lambda: time.time() > path.stat().st_ctime + 0.02, 5, "a file that has settled")
        daemon = harness.Daemon(path, **options)
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        return daemon

    def expect(self, daemon, since, what="reloaded"):
        """The one outcome of a change: nothing more may be loaded after it."""
        daemon.wait_for_log(rf"^{what}: ", 20, since)

    def assert_mx(self, daemon, name, host=HOST):
        self.assert_serves(daemon, host, policy_text([name]))

    def assert_quiet(self, daemon, since, seconds=1.8):
        """Nothing is loaded in this time: the daemon needs one second after the last change."""
        deadline = time.monotonic() + bound(seconds)
        while time.monotonic() < deadline:
            self.assertNotRegex(daemon.log(since), "reload")
            time.sleep(0.05)

    def test_a_file_that_is_edited_in_place_is_loaded_once(self):
        daemon = self.begin(self.ini(section("example.com", "a.example")))
        since = daemon.mark()
        (self.home / "mta-stsd.ini").write_text(self.ini(section("example.com", "b.example")))
        self.expect(daemon, since)
        self.assert_mx(daemon, "b.example")
        self.assert_quiet(daemon, daemon.mark())
        self.assertEqual(daemon.log(since).count("reloaded"), 1)

    def test_a_file_that_is_renamed_into_place_is_loaded(self):
        daemon = self.begin(self.ini(section("example.com", "a.example")))
        for name in ("b.example", "c.example"):
            since = daemon.mark()
            write_atomically(self.home / "mta-stsd.ini", self.ini(section("example.com", name)))
            self.expect(daemon, since)
            self.assert_mx(daemon, name)

    def test_files_of_an_include_may_come_change_and_go(self):
        (self.home / "domains.d").mkdir()
        one = self.home / "domains.d" / "one.ini"
        daemon = self.begin(
            self.ini(
                section("example.com", "a.example"), server=("watch = on", "include = domains.d")
            )
        )
        since = daemon.mark()
        one.write_text(section("example.net", "a.example"))
        self.expect(daemon, since)
        self.assert_mx(daemon, "a.example", OTHER)
        since = daemon.mark()
        one.write_text(section("example.net", "b.example"))
        self.expect(daemon, since)
        self.assert_mx(daemon, "b.example", OTHER)
        since = daemon.mark()
        one.unlink()
        self.expect(daemon, since)
        self.assert_refused(daemon.address(), OTHER, "unrecognized_name")

    def test_what_an_include_does_not_read_is_not_loaded_either(self):
        (self.home / "domains.d").mkdir()
        daemon = self.begin(
            self.ini(
                section("example.com", "a.example"), server=("watch = on", "include = domains.d")
            )
        )
        since = daemon.mark()
        (self.home / "domains.d" / ".one.ini.swp").write_text("half")
        (self.home / "domains.d" / "one.ini.bak").write_text("old")
        (self.home / "strange").write_text("strange")
        self.assert_quiet(daemon, since)

    def test_lists_and_policy_files_are_looked_at(self):
        (self.home / "list.txt").write_text("example.com mx=a.example\n")
        (self.home / "policy.txt").write_bytes(policy_text(["a.example"]))
        daemon = self.begin(
            self.ini(
                f"[example.net]\npolicy_file = {self.home}/policy.txt\n",
                server=("watch = on", "domains_file = list.txt"),
            )
        )
        since = daemon.mark()
        (self.home / "list.txt").write_text("example.com mx=b.example\n")
        self.expect(daemon, since)
        self.assert_mx(daemon, "b.example")
        since = daemon.mark()
        write_atomically(self.home / "policy.txt", policy_text(["b.example"]))
        self.expect(daemon, since)
        self.assert_mx(daemon, "b.example", OTHER)

    def test_a_policy_file_that_was_missing_is_found_when_it_comes(self):
        (self.home / "policies").mkdir()
        daemon = self.begin(
            self.ini(
                section("example.com", "a.example"),
                f"[example.net]\npolicy_file = {self.home}/policies/net\n",
            )
        )
        since = daemon.mark()
        write_atomically(self.home / "policies" / "net", policy_text(["a.example"]))
        self.expect(daemon, since)
        self.assert_mx(daemon, "a.example", OTHER)

    def test_a_swapped_link_is_followed_as_kubernetes_swaps_it(self):
        """A ConfigMap: NAME -> ..data/NAME, ..data -> a directory with a time in its name."""
        volume = self.home / "volume"
        volume.mkdir()

        def publish(number, name):
            data = volume / f"..2026_11_22_{number}"
            (data).mkdir()
            (data / "mta-stsd.ini").write_text(self.ini(section("example.com", name)))
            (volume / "..data_tmp").symlink_to(data.name)
            os.rename(volume / "..data_tmp", volume / "..data")
            return data

        old = publish(1, "a.example")
        (volume / "mta-stsd.ini").symlink_to("..data/mta-stsd.ini")
        daemon = harness.Daemon(volume / "mta-stsd.ini")
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        for number, name in ((2, "b.example"), (3, "c.example")):
            since = daemon.mark()
            new = publish(number, name)
            shutil.rmtree(old)
            old = new
            self.expect(daemon, since)
            self.assert_mx(daemon, name)

    def test_a_link_among_the_directories_above_may_be_swapped(self):
        for name in ("a", "b"):
            (self.home / name).mkdir()
            ini = self.ini(section("example.com", f"{name}.example"))
            (self.home / name / "mta-stsd.ini").write_text(ini)
        (self.home / "current").symlink_to("a")
        daemon = harness.Daemon(self.home / "current" / "mta-stsd.ini")
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        since = daemon.mark()
        (self.home / "new").symlink_to("b")
        os.rename(self.home / "new", self.home / "current")
        self.expect(daemon, since)
        self.assert_mx(daemon, "b.example")

    def test_a_link_is_followed_to_the_file_that_is_edited_elsewhere(self):
        (self.home / "elsewhere").mkdir()
        real = self.home / "elsewhere" / "real.ini"
        real.write_text(self.ini(section("example.com", "a.example")))
        (self.home / "mta-stsd.ini").symlink_to(real)
        daemon = harness.Daemon(self.home / "mta-stsd.ini")
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        since = daemon.mark()
        real.write_text(self.ini(section("example.com", "b.example")))
        self.expect(daemon, since)
        self.assert_mx(daemon, "b.example")

    def test_a_half_written_file_is_waited_for(self):
        """Written in pieces over three seconds; each piece alone would be refused. Where this machine
        held up the writer for longer than the daemon waits, it is tried again."""
        daemon = self.begin(self.ini(section("example.com", "a.example")))
        for number in range(20):
            since = daemon.mark()
            longest = self.write_in_pieces(self.ini(section("example.com", f"b{number}.example")))
            daemon.wait_for_log("^reload(ed| refused): ", since=since)
            if longest < 0.6:
                break
        self.assertNotRegex(daemon.log(since), "error|refused")
        self.assert_mx(daemon, f"b{number}.example")

    def write_in_pieces(self, text):
        """The configuration, after pieces that are none; the longest time between two of them."""
        moments = [time.monotonic()]
        with open(self.home / "mta-stsd.ini", "w", encoding="ascii") as file:
            for number in range(10):
                file.write("; wait\n" if number else "[serv\n")
                file.flush()
                moments.append(time.monotonic())
                time.sleep(0.2)  # the pace of a slow copy, which is what this is about
            file.seek(0)
            file.write(text)
            file.truncate()
        moments.append(time.monotonic())
        return max(later - earlier for earlier, later in zip(moments, moments[1:]))

    def test_what_never_settles_is_loaded_within_a_bound(self):
        daemon = self.begin(self.ini(section("example.com", "a.example")))
        since = daemon.mark()
        ini = self.ini(section("example.com", "b.example"))
        ends = threading.Event()

        def scribble():
            number = 0
            while not ends.wait(0.1):
                number += 1
                write_atomically(self.home / "mta-stsd.ini", f"{ini}; {number}\n")

        writer = threading.Thread(target=scribble)
        writer.start()
        try:
            self.expect(daemon, since)
        finally:
            ends.set()
            writer.join()
        self.assert_mx(daemon, "b.example")

    def test_a_bad_change_is_refused_once_and_a_good_one_taken_later(self):
        daemon = self.begin(self.ini(section("example.com", "a.example")))
        since = daemon.mark()
        bad = self.ini(section("example.com", "b.example")).replace("[server]", "[server]\nno = 1")
        write_atomically(self.home / "mta-stsd.ini", bad)
        self.expect(daemon, since, "reload refused")
        self.assert_mx(daemon, "a.example")
        self.assert_quiet(daemon, daemon.mark())
        since = daemon.mark()
        write_atomically(self.home / "mta-stsd.ini", self.ini(section("example.com", "b.example")))
        self.expect(daemon, since)
        self.assert_mx(daemon, "b.example")

    def test_a_list_that_is_named_before_it_is_there_is_read_when_it_comes(self):
        daemon = self.begin(self.ini(section("example.com", "a.example")))
        since = daemon.mark()
        server = ("watch = on", "domains_file = list.txt")
        (self.home / "mta-stsd.ini").write_text(
            self.ini(section("example.com", "a.example"), server=server)
        )
        self.expect(daemon, since, "reload refused")
        since = daemon.mark()
        (self.home / "list.txt").write_text("example.net mx=a.example\n")
        self.expect(daemon, since)
        self.assert_mx(daemon, "a.example", OTHER)

    def test_a_file_that_was_removed_is_missed_and_found_again(self):
        daemon = self.begin(self.ini(section("example.com", "a.example")))
        since = daemon.mark()
        (self.home / "mta-stsd.ini").unlink()
        self.expect(daemon, since, "reload refused")
        self.assert_mx(daemon, "a.example")
        since = daemon.mark()
        (self.home / "mta-stsd.ini").write_text(self.ini(section("example.com", "b.example")))
        self.expect(daemon, since)

    def test_a_directory_that_was_replaced_is_looked_at_again(self):
        (self.home / "domains.d").mkdir()
        daemon = self.begin(
            self.ini(
                section("example.com", "a.example"), server=("watch = on", "include = domains.d")
            )
        )
        os.rename(self.home / "domains.d", self.home / "old.d")
        (self.home / "domains.d").mkdir()
        since = daemon.mark()
        self.expect(daemon, since)
        since = daemon.mark()
        (self.home / "domains.d" / "one.ini").write_text(section("example.net", "a.example"))
        self.expect(daemon, since)
        self.assert_mx(daemon, "a.example", OTHER)

    def test_it_is_off_by_default_and_a_reload_turns_it_on_and_off(self):
        path = self.home / "mta-stsd.ini"
        daemon = self.begin(self.ini(section("example.com", "a.example"), server=()))
        since = daemon.mark()
        path.write_text(self.ini(section("example.com", "b.example")))
        self.assert_quiet(daemon, since)
        daemon.reload()
        since = daemon.mark()
        path.write_text(self.ini(section("example.com", "c.example"), server=("watch = off",)))
        self.expect(daemon, since)
        self.assert_mx(daemon, "c.example")
        since = daemon.mark()
        path.write_text(self.ini(section("example.com", "d.example")))
        self.assert_quiet(daemon, since)

    def test_sighup_reloads_and_sigterm_stops_as_without_it(self):
        daemon = self.begin(self.ini(section("example.com", "a.example")))
        daemon.reload()
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(), 0)
        self.assertRegex(daemon.log(), "stopped$")

    def test_nothing_is_done_while_nothing_changes(self):
        daemon = self.begin(self.ini(section("example.com", "a.example")))
        for _ in range(3):
            daemon.reload()
        eventually(lambda: self.switches(daemon.pid, 1.5) < 3 * harness.SLOW, 60, "rest")
        self.assertLess(daemon.descriptors(), 100)

    @staticmethod
    def switches(pid, seconds):
        """How often the main thread woke in so many seconds."""

        def count():
            text = (harness.proc(pid) / f"task/{pid}/status").read_text()
            return int(text.split("nonvoluntary_ctxt_switches")[0].split()[-1])

        before = count()
        time.sleep(seconds)
        return count() - before

    def test_descriptors_do_not_add_up(self):
        daemon = self.begin(self.ini(section("example.com", "a.example")))
        before = daemon.descriptors()
        for name in ("b.example", "c.example", "d.example"):
            since = daemon.mark()
            write_atomically(self.home / "mta-stsd.ini", self.ini(section("example.com", name)))
            self.expect(daemon, since)
        self.assertLessEqual(daemon.descriptors(), before)

    @unittest.skipUnless(harness.as_root(), "a name space with a limit of its own needs root")
    def test_without_the_kernels_word_the_files_are_looked_at_in_turns(self):
        """A user name space of its own has its own limit of inotify instances: none here."""
        probe = subprocess.run(
            ["unshare", "-U", "-r", "sh", "-c", "echo 0 >/proc/sys/user/max_inotify_instances"],
            capture_output=True,
            check=False,
        )
        if probe.returncode != 0:
            self.skipTest("no user name space may be made here")
        limit = 'echo 0 >/proc/sys/user/max_inotify_instances; exec "$@"'
        path = self.home / "mta-stsd.ini"
        path.write_text(
            self.ini(section("example.com", "a.example")).replace("user = nobody\n", "")
        )
        daemon = harness.Daemon(
            path,
            prefix=[
                "unshare",
                "-U",
                "-r",
                "sh",
                "-c",
                limit,
                "sh",
                "unshare",
                "-U",
                "--map-user=1000",
            ],
        )
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        daemon.wait_for_log("watch: the system does not report all changes")
        since = daemon.mark()
        path.write_text(path.read_text().replace("a.example", "b.example"))
        self.expect(daemon, since)
        self.assert_mx(daemon, "b.example")


if __name__ == "__main__":
    unittest.main()
