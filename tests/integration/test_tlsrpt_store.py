# SPDX-License-Identifier: ISC
"""tlsrpt_store: what mta-stsctl tlsrpt --store keeps, that it is whole, and that it is once."""
import base64
import contextlib
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import time
import unittest

import harness
import test_tlsrpt as base
from test_tlsrpt import CTL, GOOGLE, MICROSOFT, days_ago, failure, policy, report

KILLS = int(os.environ.get("MTA_STSD_KILLS", "12"))
KILLED_MAILS = 5000
COUNTS = ("files", "taken_in", "known", "said", "duplicates", "left_out", "without_report",
          "dmarc_reports", "damaged", "new")


class StoreCase(base.TlsrptCase):
    def setUp(self):
        super().setUp()
        self.store = self.folder / "state" / "reports.db"
        self.store.parent.mkdir()
        self.mails = self.folder / "mails"
        self.mails.mkdir()

    def stored(self, *words, status=None):
        return self.sums("--store", self.store, *words, status=status)[0]

    def has_open(self, pid):
        with contextlib.suppress(FileNotFoundError):
            return any(os.path.realpath(path) == str(self.store)
                       for path in pathlib.Path(f"/proc/{pid}/fd").iterdir())
        return False

    def put_year(self):
        """Reports of 200 days, of two senders, with failures now and then."""
        for ago in range(1, 201):
            for organisation in (GOOGLE, MICROSOFT):
                broken = [failure("certificate-expired", "mx2.example.com", 2,
                                  sending_mta_ip="192.0.2.7", receiving_ip="203.0.113.5",
                                  receiving_mx_helo="mx2.example.com",
                                  failure_reason_code="X509_V_ERR_CERT_HAS_EXPIRED")]
                self.put(f"mails/{organisation[0]}{ago}.json", report(
                    policy(good=ago, failures=broken if ago in (4, 60, 130, 190) else ()),
                    policy("example.org", kind="tlsa"),
                    policy("mx1.example.com", good=3, kind="tlsa"),
                    organisation=organisation, day=days_ago(ago)))


class Takes(StoreCase):
    def test_views_and_advice_come_from_it_without_the_mails(self):
        self.put_year()
        expected = self.sums(self.mails)[0]
        first = self.stored(self.mails, status=1)
        self.assertEqual((first["taken_in"], first["known"], first["reports"]), (400, 0, 400))
        for path in self.mails.iterdir():
            path.unlink()
        later = self.stored(status=1)
        self.assertEqual((later["files"], later["reports"]), (0, 400))
        for kept in (first, later):
            for name in set(expected) - {*COUNTS, "days"}:
                self.assertEqual(kept[name], expected[name], name)
        recent = [day for day in expected["days"] if day["day"] >= str(days_ago(90))]
        self.assertEqual(later["days"][-len(recent):], recent)
        for name in ("successes", "failures", "reports"):
            self.assertEqual(sum(day[name] for day in later["days"]),
                             sum(day[name] for day in expected["days"]))
        self.assertLess(len(later["days"]), 90 + 7 + 18)

    def test_each_view_is_that_of_the_mails(self):
        self.put_year()
        self.ctl("--store", self.store, self.mails)
        since = str(days_ago(85))
        for words in (["--domain", "example.com"], ["--since", since],
                      ["--domain", "example.com", "--since", since]):
            with self.subTest(words=words):
                expected = self.sums(*words, self.mails)[0]
                kept = self.stored(*words)
                for name in set(expected) - {*COUNTS, "days"}:
                    self.assertEqual(kept[name], expected[name], name)

    def test_a_report_is_taken_in_once(self):
        self.put("mails/a.json", report())
        self.put("mails/copy.json", report())
        first = self.stored(self.mails)
        self.assertEqual((first["taken_in"], first["known"], first["duplicates"]), (1, 0, 1))
        self.put("mails/b.json", report(day=days_ago(2)))
        again = self.stored(self.mails)
        self.assertEqual((again["taken_in"], again["known"], again["reports"]), (1, 2, 2))
        self.assertEqual(again["policies"][0]["successes"], 60)

    def test_a_report_of_thousands_of_failures_takes_little_room(self):
        """Most of them have the same type; a few have more sessions than the others."""
        count, heavy = 20000, 50
        path = self.put("mails/a.json", report(policy(good=5, failures=[
            failure("certificate-expired" if number % 10 else f"x-{number}",
                    f"mx{number}.example.com", 9 if number < heavy else 1,
                    failure_reason_code=f"r{number}")
            for number in range(count)])))
        folded = "one of more than 1000 different failures of a report"
        done = self.ctl("--store", self.store, self.mails, status=1)
        self.assertRegex(done.stderr, f"a.json: notice: 1 report of {GOOGLE}: more than 1000 "
                         f"different failures; .*: {count - 1000} of them")
        self.assertLess(self.store.stat().st_size, 1 << 20)
        self.assertNotIn("notice", self.ctl("--store", self.store, path, status=1).stderr)
        for sums in (self.sums(self.mails, status=1)[0], self.stored(status=1)):
            rows = sums["details"]
            self.assertEqual(sum(row["failures"] for row in rows), count + 8 * heavy)
            self.assertEqual((sums["policies"][0]["failures"], sums["policies"][0]["successes"]),
                             (count + 8 * heavy, 5))
            self.assertEqual(len(rows), 1000 + 2)
            self.assertEqual(sorted(row["failure_type"] for row in rows if row["reason"] == folded),
                             ["", "certificate-expired"])
            self.assertLessEqual({f"r{number}" for number in range(heavy)},
                                 {row["reason"] for row in rows})

    def test_proof_that_comes_later_counts(self):
        mail = base.as_mail(base.packed(report()))
        self.put("mails/a.eml", mail)
        self.assertEqual(self.stored(self.mails)["unauthenticated"], 1)
        self.put("mails/b.json", report())
        for _ in range(2):
            said = self.stored(self.mails)
            self.assertEqual((said["reports"], said["unauthenticated"],
                              said["policies"][0]["successes"]), (1, 0, 30))
            self.assertEqual(said["organisations"][0]["unauthenticated_reports"], 0)

    def test_old_reports_go(self):
        for ago in (3, 50, 150, 300):
            self.put(f"mails/{ago}.json", report(day=days_ago(ago)))
        self.assertEqual(self.stored(self.mails)["reports"], 4)
        self.assertEqual(self.stored("--keep", "200d", self.mails)["reports"], 3)
        said = self.stored(self.mails)  # as long as was said last
        self.assertEqual((said["reports"], said["left_out"], said["taken_in"]), (3, 1, 0))
        self.assertEqual(self.stored("--keep", "20", self.mails)["reports"], 1)
        with contextlib.closing(sqlite3.connect(self.store)) as tables:
            (count,) = tables.execute("SELECT count(*) FROM report").fetchone()
        self.assertEqual(count, 1)
        # Longer again: those whose mails are still there come back.
        self.assertEqual(self.stored("--keep", "500", self.mails)["reports"], 4)

    def test_a_second_run_waits(self):
        self.ctl("--store", self.store, self.put("mails/a.json", report()))
        with contextlib.closing(sqlite3.connect(self.store, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            self.put("mails/b.json", report(day=days_ago(2)))
            with subprocess.Popen([CTL, "tlsrpt", "--store", self.store, self.mails],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
                harness.eventually(lambda: self.has_open(run.pid), what="the store to be opened")
                self.assertIsNone(run.poll())
                other.execute("COMMIT")
                run.communicate(timeout=120)
                self.assertEqual(run.returncode, 0)
        self.assertEqual(self.stored()["reports"], 2)


class Mailbox(StoreCase):
    def config(self, text):
        return self.put("mta-stsd.ini", "[server]\n[tlsrpt]\n" + text)

    def test_the_mailbox_of_the_ini_is_taken_in(self):
        for name in ("new", "cur", "tmp"):
            self.put(f"Maildir/{name}/1", base.as_mail(base.packed(
                report(day=days_ago(1 + len(name))))) if name != "tmp" else b"half")
        for path in ("Maildir", self.folder / "Maildir"):
            ini = self.config(f"mailbox = {path}\n")
            said = self.sums("-c", ini, "--mailbox", "--store", self.store)[0]
        self.assertEqual((said["files"], said["reports"], said["known"]), (2, 1, 2))

    def test_without_one_it_is_told(self):
        done = self.ctl("-c", self.config(""), "--mailbox", "--store", self.store, status=2)
        self.assertIn("[tlsrpt] names none", done.stderr)

    def test_one_that_cannot_be_read_is_no_quiet_end(self):
        ini = self.config("mailbox = /nonexistent/Maildir\n")
        done = self.ctl("-c", ini, "--mailbox", "--new", "--store", self.store, status=2)
        self.assertIn("/nonexistent/Maildir", done.stderr)


class Refuses(StoreCase):
    def refused(self, expected, takes=True):
        """takes: also where mails are to be taken in."""
        before = self.store.read_bytes()
        for more in ([], [self.mails]) if takes else ([],):
            done = self.ctl("--store", self.store, *more, status=2)
            self.assertIn(str(self.store), done.stderr)
            self.assertIn(expected, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertEqual(self.store.read_bytes(), before)

    def make(self):
        self.put_year()
        self.ctl("--store", self.store, self.mails)

    def change(self, sql):
        with contextlib.closing(sqlite3.connect(self.store)) as tables:
            tables.executescript(sql)

    def test_it_is_for_its_owner_alone(self):
        self.make()
        self.assertEqual(self.store.stat().st_mode & 0o7777, 0o600)
        self.assertEqual([path.name for path in self.store.parent.iterdir()], ["reports.db"])

    def test_a_view_makes_none(self):
        done = self.ctl("--store", self.store, status=2)
        self.assertIn("there is no store yet", done.stderr)
        self.assertFalse(self.store.exists())

    def test_damage_is_told_and_left(self):
        self.make()
        whole = self.store.read_bytes()
        for name, damaged in (("empty", b""), ("text", b"x" * 5000), ("cut", whole[:40000]),
                              ("head", b"\0" * 100 + whole[100:]),
                              ("pages", whole[:16384] + b"\xa5" * (len(whole) - 16384))):
            with self.subTest(name):
                self.store.write_bytes(damaged)
                self.refused("damaged")

    def test_another_program_s_file_is_left(self):
        for sql in ("CREATE TABLE a(b)", "PRAGMA application_id = 5; CREATE TABLE a(b)"):
            self.change(sql)
            self.refused("this is no store")
            self.store.unlink()

    def test_a_newer_version_is_left(self):
        self.make()
        self.change("UPDATE schema_version SET version = 2")
        self.refused("the store is of version 2, and this program knows up to 1")

    def test_other_tables_and_senseless_values_are_told(self):
        self.make()
        whole = self.store.read_bytes()
        for sql in ("CREATE TABLE more(a)",
                    "DROP TABLE run",
                    "DROP TABLE text; CREATE VIEW text AS SELECT 1 AS id, 'a' AS text",
                    "CREATE TRIGGER a AFTER INSERT ON run BEGIN DELETE FROM series; END",
                    "UPDATE series SET days = x'ffffffff'",
                    "UPDATE shape SET kind = 77 + id",
                    "DELETE FROM text WHERE id > 0",
                    "UPDATE text SET text = 'a' || char(27) || id WHERE id > 0",
                    "UPDATE domain SET name = char(10) || id",
                    "DELETE FROM setting"):
            with self.subTest(sql):
                self.store.write_bytes(whole)
                self.change(sql)
                self.refused("damaged", takes=not sql.startswith(("UPDATE", "DELETE FROM text")))

    def test_files_that_are_none(self):
        for name, expected in (("", "not a file"), ("nowhere/reports.db", "nowhere")):
            done = self.ctl("--store", self.store.parent / name, self.mails, status=2)
            self.assertIn(expected, done.stderr)

    def test_a_name_that_looks_like_a_uri_is_a_name(self):
        self.put("mails/a.json", report())
        self.ctl("--store", "file:x?mode=memory", self.mails, cwd=self.store.parent, status=0)
        self.assertEqual([path.name for path in self.store.parent.iterdir()],
                         ["file:x?mode=memory"])

    def test_options_that_make_no_sense(self):
        for words in (["--keep", "400d", self.mails], ["--store", self.store, "--keep", "soon"],
                      ["--store", self.store, "--keep", "0d"],
                      ["--store", self.store, "--keep", "99999999"], ["--store", self.store, "--keep", ""]):
            self.ctl(*words, status=2)
        self.assertFalse(self.store.exists())


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class AsRoot(StoreCase):
    def test_root_becomes_the_owner_before_it_opens_it(self):
        owner = 65534
        self.folder.chmod(0o755)
        os.chown(self.store.parent, owner, owner)
        self.put("mails/a.json", report())
        self.ctl("--store", self.store, self.mails, status=0)
        self.assertEqual((self.store.stat().st_uid, self.store.stat().st_mode & 0o777),
                         (owner, 0o600))
        (self.mails / "a.json").chmod(0o600)
        os.chown(self.store.parent, 0, 0)  # the store's own owner counts then
        self.store.parent.chmod(0o777)
        done = self.ctl("--store", self.store, self.mails)
        self.assertIn("Permission denied", done.stderr)


class Killed(StoreCase):
    """Killed at random moments, the store is whole, and has each report once in the end."""

    def put_mails(self):
        """Mails as as_mail has them, of which only the attachment is made anew."""
        whole = base.as_mail(b"here").as_bytes()
        before, behind = whole.split(base64.b64encode(b"here"))
        for name in ("cur", "new"):
            (self.mails / name).mkdir()
        for index in range(KILLED_MAILS):
            content = report(policy(f"d{index % 50}.example", good=index + 1),
                             organisation=f"Organisation {index % 7}", number=str(index),
                             day=days_ago(1 + index % 120))
            (self.mails / "cur" / str(index)).write_bytes(
                before + base64.encodebytes(base.packed(content)) + behind)

    def check_whole(self):
        if not self.store.exists():  # killed before it was made
            return
        with contextlib.closing(sqlite3.connect(self.store)) as tables:
            self.assertEqual(tables.execute("PRAGMA integrity_check").fetchall(), [("ok",)])

    def test_killed_at_any_moment_each_report_is_there_once(self):
        self.put_mails()
        chance = random.Random(KILLS)
        command = [CTL, "tlsrpt", "--json", "--store", self.store, self.mails]
        begun = time.monotonic()
        whole = self.folder / "state" / "whole.db"
        harness.run(CTL, "tlsrpt", "--store", whole, self.mails, seconds=300)
        span = time.monotonic() - begun
        killed = 0
        while killed < KILLS:
            with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as run:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    run.wait(chance.random() * span)
                run.kill()
                run.wait()
            self.check_whole()
            was_killed = run.returncode == -signal.SIGKILL
            killed += was_killed
            span *= 1 if was_killed else 0.9  # the machine may be less busy by now
            # From time to time from the start again, so that the first reports are cut off as well.
            if killed < KILLS and (killed % 8 == 0 or not was_killed):
                for path in self.store.parent.glob("reports.db*"):
                    path.unlink()
        self.ctl("--store", self.store, self.mails)
        said = self.stored()
        self.assertEqual(said["reports"], KILLED_MAILS)
        self.assertEqual(sum(row["successes"] for row in said["policies"]),
                         KILLED_MAILS * (KILLED_MAILS + 1) // 2)
        expected = self.sums("--store", whole)[0]
        for name in set(expected) - {*COUNTS}:
            self.assertEqual(said[name], expected[name], name)


if __name__ == "__main__":
    unittest.main()
