# SPDX-License-Identifier: ISC
"""seen: who fetched which policy, and from which day on an MX may change, by the logs of a real server."""
import csv
import datetime
import gzip
import hashlib
import io
import json
import os
import re
import time
import unittest

import harness
import schema
from harness import exchange, fetch, policy_text, request, run, server_section
from test_ctl_certs import CTL

DOMAIN = "example.com"
HOST = f"mta-sts.{DOMAIN}"
DAY, AGE = 86400, 604800
ZERO = "0" * 8


def stamp(moment):
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_after(moment):
    """The first midnight at or after it, as the text has it."""
    return stamp(-(-moment // DAY) * DAY)[:10]


class Log:
    """Lines as the server writes them, for times that no test can wait for. The real server's lines
    are compared with these by test_lines_are_those_of_the_server."""

    def __init__(self, now, run_id="0badcafe"):
        self.now, self.run, self.number, self.lines = now, run_id, 0, []

    def numbered(self):
        self.number += 1
        return f"line={self.run}-{self.number}"

    def mark(self, ago, cause, mode="on", policies=ZERO + "0" * 12):
        self.lines.append(f"log time={stamp(self.now - ago)} access_log={mode} log_clients=full cause={cause} "
                          f"policies={policies} {self.numbered()}")

    def hours(self, since, until=0):
        """The lines of a server without fetches."""
        for ago in range(since - 3600, until, -3600):
            self.mark(ago, "hour")

    def fetch(self, ago, policy, age=AGE, sender="other", agent="", mode="enforce", domain=DOMAIN):
        self.lines.append(
            f"fetch time={stamp(self.now - ago)} host=mta-sts.{domain} client=192.0.2.7 status=200 "
            f"tls=TLSv1.3 group=x25519 signature=ecdsa handshake_ms=3.2 answer_ms=0.4 bytes=334 id={policy} "
            f'mode={mode} max_age={age} {self.numbered()} claimed_sender="{sender}" agent="{agent}"')

    def text(self):
        return "".join(f"{line}\n" for line in self.lines)


@unittest.skipUnless(CTL, "mta-stsctl was not built")
class Seen(harness.TestCase):
    OLD, OLDER = "1f2e3d4c5b6a79880716", "0123456789abcdef0123"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify(DOMAIN, "example.org")

    def setUp(self):
        super().setUp()
        self.now = int(time.time())
        self.home = self.directory / self.id().rsplit(".", maxsplit=1)[-1]
        self.home.mkdir()
        self.config = self.home / "mta-stsd.ini"
        self.write_config()
        policy = policy_text(["mx.example.net"], "enforce", AGE)
        self.present = hashlib.sha256(policy if isinstance(policy, bytes) else policy.encode()).hexdigest()[:20]

    def write_config(self, mx="mx.example.net", extra=""):
        self.config.write_text(server_section() + self.defaults_section()
                               + f"[{DOMAIN}]\nmx = {mx}\nmode = enforce\nmax_age = {AGE}\n{extra}")

    def log(self, log, name="mta-stsd.log"):
        path = self.home / name
        text = log if isinstance(log, str) else log.text()
        if name.endswith(".gz"):
            path.write_bytes(gzip.compress(text.encode("latin-1")))
        else:
            path.write_text(text, encoding="latin-1")
        return path

    def seen(self, *words, status=None, log=None, stdin=None):
        log = log or self.home / "mta-stsd.log"
        words = words if "--match" in words else ("--log", log, *words)
        result = run(CTL, "seen", "-c", self.config, *words, **({"input": stdin} if stdin is not None else {}))
        if status is not None:
            self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def answer(self, *words, **options):
        result = self.seen("--json", DOMAIN, *words, **options)
        self.assertIn(result.returncode, (0, 1), result.stderr)
        answer = json.loads(result.stdout)
        self.assertEqual(schema.complaints(("seen", "--json"), result.stdout), [])
        self.assertEqual(result.returncode, 0 if answer["domains"][0]["may_change"] else 1)
        return answer["domains"][0], answer["log"]

    def whole(self, *, changed=3 * DAY, since=30 * DAY, old_ago=4 * DAY, age=AGE):
        """A log without gaps: the old policy, then the present one."""
        log = Log(self.now)
        log.mark(since, "start")
        log.hours(since, old_ago)
        log.fetch(old_ago, self.OLD, age)
        log.hours(old_ago, changed)
        log.mark(changed, "reload")
        log.fetch(changed - 60, self.present)
        log.hours(changed - 60)
        return log

    # ---- The day.

    def test_the_day_is_the_last_fetch_of_the_older_policy_and_its_max_age(self):
        self.log(self.whole())
        answer, log = self.answer()
        self.assertEqual((answer["held_until"], answer["decided_by"], answer["gap"]),
                         (self.now - 4 * DAY + AGE, self.OLD, None))
        self.assertTrue(log["whole"], log)
        text = self.seen(DOMAIN, status=1).stdout
        self.assertRegex(text, f"^example.com: not before {day_after(self.now + 3 * DAY)}: the older policy "
                               f"{self.OLD} was fetched last at .*, and may be held for 7 days\n")
        self.assertRegex(text, rf"{self.present} +present +enforce")
        self.assertRegex(text, rf"{self.OLD} +older +enforce")

    def test_once_nobody_can_hold_the_older_policy_the_answer_is_now(self):
        self.log(self.whole(changed=8 * DAY, old_ago=9 * DAY))
        answer, _ = self.answer()
        self.assertEqual((answer["may_change"], answer["not_before"]), (True, None))
        self.assertRegex(self.seen(DOMAIN, status=0).stdout,
                         rf"^example.com: now: since {stamp(self.now - 2 * DAY)[:10]} nobody can hold")

    def test_a_forged_user_agent_moves_no_day(self):
        names = [("Google", "Google-SMTP-STS"), ("postfix-tlspol", "postfix-tlspol/1"), ("other", "")]
        until = set()
        for sender, agent in names:
            for old_sender, old_agent in names:
                log = Log(self.now)
                log.mark(30 * DAY, "start")
                log.fetch(9 * DAY, self.OLD, sender="Google", agent="Google-SMTP-STS")
                log.fetch(4 * DAY, self.OLD, sender=old_sender, agent=old_agent)
                log.fetch(3 * DAY, self.present, sender=sender, agent=agent)
                log.fetch(60, self.present, sender="Google", agent="Google-SMTP-STS")
                self.log(log)
                until.add(self.answer()[0]["held_until"])
        self.assertEqual(until, {self.now - 4 * DAY + AGE})

    def test_of_several_older_policies_the_last_to_expire_decides(self):
        log = Log(self.now)
        log.mark(40 * DAY, "start")
        log.fetch(20 * DAY, self.OLDER, age=30 * DAY)
        log.fetch(4 * DAY, self.OLD)
        log.fetch(3 * DAY, self.present)
        log.mark(60, "hour")
        self.log(log)
        answer, _ = self.answer()
        self.assertEqual((answer["decided_by"], answer["held_until"]), (self.OLDER, self.now + 10 * DAY))

    def test_a_policy_of_mode_none_is_not_waited_for(self):
        log = Log(self.now)
        log.mark(30 * DAY, "start")
        log.fetch(DAY, self.OLD, mode="none")
        log.fetch(60, self.present)
        self.log(log)
        self.assertTrue(self.answer()[0]["may_change"])

    def test_a_policy_that_is_not_shown_to_be_replaced_may_be_served(self):
        log = Log(self.now)
        log.mark(30 * DAY, "start")
        log.fetch(20 * DAY, self.OLD)
        log.mark(60, "hour")
        self.log(log)
        answer, _ = self.answer()
        self.assertTrue(answer["may_be_served"])
        self.assertGreaterEqual(answer["held_until"], self.now + AGE)
        self.assertIn("nothing in the log shows that the older policy", self.seen(DOMAIN, status=1).stdout)

    def test_a_log_that_begins_after_the_change_is_waited_for_from_its_beginning(self):
        log = Log(self.now)
        log.number = 5000
        log.fetch(2 * DAY, self.present)
        log.hours(2 * DAY)
        self.log(log)
        answer, _ = self.answer()
        self.assertEqual((answer["may_change"], answer["held_until"]), (False, self.now - 2 * DAY + AGE))
        self.assertIn("the log begins then", self.seen(DOMAIN, status=1).stdout)
        log = self.whole(changed=29 * DAY, old_ago=29 * DAY + 60)
        log.lines = log.lines[10:]
        self.log(log)
        self.assertTrue(self.answer()[0]["may_change"])

    # ---- Gaps.

    def gap_of(self, log, **options):
        """The reason for which the change, not the last fetch, decides."""
        self.log(log)
        answer, _ = self.answer(**options)
        self.assertIn(answer["held_until"] - self.now + 3 * DAY - AGE, (0, 60), answer)
        sentence = self.seen(DOMAIN, status=1, **options).stdout.split("\n", 1)[0]
        self.assertRegex(sentence, f"may have been fetched until it was replaced, by {stamp(self.now - 3 * DAY)[:10]}")
        return answer["gap"]

    def test_missing_lines_are_noticed(self):
        log = self.whole(old_ago=6 * DAY)
        at = next(number for number, line in enumerate(log.lines) if self.OLD in line)
        del log.lines[at + 10:at + 12]
        self.assertEqual(self.gap_of(log), "lines")
        self.assertRegex(self.seen(DOMAIN).stdout, "; 2 lines are missing between ")

    def test_lines_in_another_order_are_not_missing(self):
        log = self.whole()
        for at in range(0, len(log.lines) - 8, 7):
            log.lines[at:at + 3] = [log.lines[at + step] for step in (2, 0, 1)]
        self.log(log)
        lines = [gap for gap in self.answer()[1]["gaps"] if gap["reason"] != "clock"]
        self.assertEqual(lines, [])

    def test_a_log_that_was_off_is_noticed(self):
        log = Log(self.now)
        log.mark(30 * DAY, "start")
        log.fetch(6 * DAY, self.OLD)
        log.mark(5 * DAY, "reload", mode="off")
        log.mark(4 * DAY, "reload")
        log.fetch(3 * DAY, self.present)
        log.mark(60, "hour")
        self.assertEqual(self.gap_of(log), "off")

    def test_a_server_that_ended_without_a_word_is_noticed(self):
        log, other = Log(self.now), Log(self.now, "00c0ffee")
        log.mark(30 * DAY, "start")
        log.fetch(6 * DAY, self.OLD)
        other.mark(5 * DAY, "start")
        other.fetch(3 * DAY, self.present)
        other.mark(60, "hour")
        self.assertEqual(self.gap_of(log.text() + other.text()), "crash")
        log.mark(5 * DAY + 60, "stop")
        self.log(log.text() + other.text())
        self.assertEqual(self.answer()[0]["gap"], None)

    def test_a_time_without_a_server_is_noticed(self):
        log, other = Log(self.now), Log(self.now, "00c0ffee")
        log.mark(30 * DAY, "start")
        log.fetch(6 * DAY, self.OLD)
        log.mark(5 * DAY, "stop")
        other.mark(4 * DAY, "start")
        other.fetch(3 * DAY, self.present)
        other.mark(60, "hour")
        self.assertEqual(self.gap_of(log.text() + other.text()), "away")

    def test_a_log_that_ended_is_noticed(self):
        log = self.whole(old_ago=6 * DAY)
        log.lines = [line for line in log.lines if line < f"log time={stamp(self.now - DAY)}" or "fetch" in line]
        self.assertEqual(self.gap_of(log), "end")

    def test_a_clock_that_is_set_back_moves_no_fetch_back(self):
        log = Log(self.now)
        log.mark(30 * DAY, "start")
        log.fetch(6 * DAY, self.OLD)
        log.fetch(400 * DAY, self.OLD)
        log.fetch(3 * DAY, self.present)
        log.mark(60, "hour")
        self.assertEqual(self.gap_of(log), "clock")

    def test_lines_of_an_older_server_are_noticed(self):
        log = self.whole(old_ago=6 * DAY)
        bare = f"fetch time={stamp(self.now - 5 * DAY)} host={HOST} client=192.0.2.7 status=200 tls=TLSv1.3 agent=\"\""
        at = next(number for number, line in enumerate(log.lines) if line > f"log time={stamp(self.now - 5 * DAY)}"
                  and line.startswith("log"))
        log.lines.insert(at, bare)
        self.assertEqual(self.gap_of(log), "bare")

    def test_a_second_server_without_its_first_lines_is_noticed(self):
        log, other = self.whole(old_ago=6 * DAY), Log(self.now, "00c0ffee")
        other.number = 1000
        other.mark(5 * DAY, "hour")
        other.hours(5 * DAY)
        self.log(log)
        answer, _ = self.answer("--log", self.log(other, "other.log"))
        # Two servers: a fetch from one shows nothing of the other.
        self.assertTrue(answer["may_be_served"])
        _, log = self.answer("--log", self.home / "other.log")
        self.assertEqual(["head"], [gap["reason"] for gap in log["gaps"]])

    # ---- Files.

    def test_rotated_and_packed_files_are_read_from_the_oldest_on(self):
        lines = self.whole().text().splitlines(keepends=True)
        third = len(lines) // 3
        self.log("".join(lines[:third]), "mta-stsd.log.2.gz")
        self.log("".join(lines[third:2 * third]), "mta-stsd.log-20261101")
        self.log("".join(lines[2 * third:]))
        answer, log = self.answer()
        self.assertEqual((log["whole"], answer["decided_by"]), (True, self.OLD), log)
        os.unlink(self.home / "mta-stsd.log-20261101")
        _, log = self.answer()
        self.assertIn((third, "lines"), [(gap["lines"], gap["reason"]) for gap in log["gaps"]])

    def test_a_file_that_cannot_be_read_is_said_and_makes_a_gap(self):
        lines = self.whole().text().splitlines(keepends=True)
        self.log("".join(lines[:100]), "mta-stsd.log.2.gz")
        (self.home / "mta-stsd.log.1.xz").write_bytes(b"\xfd7zXZ\0" + bytes(100))
        self.log("".join(lines[200:]))
        said = self.seen("--json", DOMAIN)
        self.assertRegex(said.stderr, "mta-stsd.log.1.xz: it is packed by xz, which is not read; unpack")
        self.assertIn("lines", [gap["reason"] for gap in json.loads(said.stdout)["log"]["gaps"]])
        packed = self.home / "mta-stsd.log.2.gz"
        packed.write_bytes(packed.read_bytes()[:-20])
        self.assertRegex(self.seen(DOMAIN).stderr, "mta-stsd.log.2.gz: the file is cut off")

    def test_standard_input_and_lines_with_a_syslog_header_are_read(self):
        for head in ("Nov 29 12:00:00 host mta-stsd[12]: ", "2026-11-29T12:00:00.123+00:00 host mta-stsd: ", "<6>",
                     "2026-11-29T12:00:00.123456789Z stderr F "):
            with self.subTest(head):
                text = "".join(f"{head}{line}\n" for line in self.whole().lines)
                said = self.seen("--json", DOMAIN, log="-", stdin=text)
                self.assertEqual(json.loads(said.stdout)["domains"][0]["decided_by"], self.OLD)
                self.assertTrue(json.loads(said.stdout)["log"]["whole"])

    def test_errors_say_what_to_do(self):
        for words, said in {
                ("--log", "/nonexistent"): "/nonexistent: No such file",
                ("--log", self.config): "no line of the server's access log",
                ("--json", "--csv"): "mutually exclusive",
                ("--match", "x"): "write it as FIELD=VALUE",
                ("a.example", "b.example"): "one domain",
                ("other.example",): "other.example is not configured, and nobody fetched its policy",
        }.items():
            with self.subTest(words):
                self.log(self.whole())
                words = words if words[0].startswith("--log") else ("--log", self.home / "mta-stsd.log", *words)
                if "--match" in words:
                    words = words[2:]
                result = run(CTL, "seen", "-c", self.config, *words)
                self.assertEqual(result.returncode, 2, result.stdout)
                self.assertIn(said, result.stderr)

    # ---- Output.

    def test_all_domains_are_a_table_with_a_row_for_each_sender(self):
        log = self.whole()
        log.fetch(60, self.present, sender="Google", agent="Google-SMTP-STS")
        log.fetch(50, self.OLD, domain="gone.example")
        self.log(log)
        text = self.seen(status=1).stdout
        self.assertRegex(text, rf"example.com +Google +{stamp(self.now - 60)[:10]} [0-9:]+ UTC +{self.present} +present +"
                               rf"{day_after(self.now + 3 * DAY)}\n")
        self.assertRegex(text, rf"gone.example +other .* {self.OLD} +not configured now ")
        rows = list(csv.DictReader(io.StringIO(self.seen("--csv", status=1).stdout)))
        self.assertEqual([(row["domain"], row["claimed_sender"], row["id"], row["is_present"]) for row in rows],
                         [(DOMAIN, "Google", self.present, "yes"), (DOMAIN, "other", self.present, "yes"),
                          ("gone.example", "other", self.OLD, "no")])

    def test_a_large_sender_that_is_silent_is_noted(self):
        self.log(self.whole())
        self.assertNotIn("note:", self.seen(DOMAIN).stdout)
        log = Log(self.now)
        log.mark(30 * DAY, "start")
        log.fetch(20 * DAY, self.present, sender="Google", agent="Google-SMTP-STS")
        log.fetch(60, self.present)
        self.log(log)
        self.assertIn("note: Google fetched last 20 days ago, longer than max_age", self.seen(DOMAIN).stdout)
        self.assertEqual([(sender["claimed_sender"], sender["overdue"]) for sender in self.answer()[0]["senders"]],
                         [("Google", True), ("other", False)])

    # ---- A real server's log.

    def start_logged(self):
        """A server, and its log in a file."""
        daemon = self.start(self.config.read_text(), name=f"{self.home.name}/mta-stsd.ini")
        return daemon

    def save(self, daemon):
        self.log("".join(f"{line}\n" for line in daemon.lines))

    def test_a_real_servers_log_is_whole_and_the_change_is_seen(self):
        self.write_config("old.example.net")
        daemon = self.start_logged()
        for agent in ("Google-SMTP-STS", ""):
            fetch(daemon.address(), HOST, agent=agent)
            daemon.wait_for_log(f'^fetch .* agent="{agent}"$')
        self.save(daemon)
        answer, log = self.answer()
        old = answer["present"]
        self.assertTrue(log["whole"], log)
        self.assertEqual([(one["claimed_sender"], one["id"]) for one in answer["senders"]],
                         [("Google", old), ("other", old)])
        self.write_config()
        self.save(daemon)
        self.assertTrue(self.answer()[0]["may_be_served"])  # it is not reloaded
        daemon.reload()
        daemon.wait_for_log("^log .* cause=reload ")
        self.save(daemon)
        answer, log = self.answer()  # nobody fetched the new one, but the mark tells of it
        self.assertEqual((log["whole"], answer["may_be_served"], answer["decided_by"]), (True, False, old), log)
        self.assertAlmostEqual(answer["held_until"], self.now + AGE, delta=600)
        daemon.stop()
        self.save(daemon)
        daemon.wait_for_log("^log .* cause=stop ")

    def test_what_clients_write_is_harmless_everywhere(self):
        daemon = self.start_logged()
        agents = ["a\x1b[31mred", "\x1b]0;title\x07", "q\" id=00000000000000000000 status=999", "c\xc2\x9b31m\xc2\x85",
                  "\x9b31m", "tab\there", "\\n\\r", "l" * 8000, "=cmd|' /C calc'!A0",
                  f"x mta-stsd[1]: fetch time=2020-01-01T00:00:00Z host={HOST}",
                  "\" line=ffffffff-1 claimed_sender=\"Google"]
        for agent in agents:
            exchange(daemon.address(), HOST, request(HOST, fields=[f"User-Agent: {agent}"]))
        exchange(daemon.address(), HOST, request(HOST, fields=["User-Agent: a\nfetch time=2020-01-01T00:00:00Z"]))
        fetch(daemon.address(), HOST, agent="the last one")
        daemon.wait_for_log('agent="the last one"')
        self.save(daemon)
        self.assertNotRegex((self.home / "mta-stsd.log").read_bytes(), rb"[\x00-\x09\x0b-\x1f\x7f-\xff]")
        self.assertEqual([line for line in daemon.lines if line.startswith("fetch time=2020")], [])
        for words in (["--json", DOMAIN], ["--csv"], [DOMAIN], []):
            result = self.seen(*words)
            self.assertNotRegex(result.stdout + result.stderr, r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
            self.assertNotIn("cmd|", result.stdout)
        answer, log = self.answer()
        self.assertTrue(log["whole"], log)
        self.assertEqual(({one["claimed_sender"] for one in answer["senders"]}, answer["decided_by"]), ({"other"}, None))

    def test_a_hostile_log_steers_no_terminal(self):
        log = self.whole()
        for place, bad in {f"host={HOST}": "host=mta-sts.\x1b[31m.example", 'sender="other"': 'sender="\x1b[31m"',
                           f"id={self.present}": "id=\x1b[31m", "mode=enforce": "mode=\x9b"}.items():
            log.lines.append(log.lines[-1])
            log.lines += [line.replace(place, bad) for line in log.lines if place in line][:2]
        log.lines.insert(0, "x" * 200_000)
        log.lines.append("\x00\x1b[2J" * 50)
        self.log(log)
        for words in (["--json"], ["--csv"], [], [DOMAIN]):
            result = self.seen(*words)
            self.assertNotRegex(result.stdout + result.stderr, r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")

    def test_lines_are_those_of_the_server(self):
        """What the other tests write has the same form as what a real server writes."""
        daemon = self.start_logged()
        fetch(daemon.address(), HOST, agent="")
        daemon.wait_for_log("^fetch ")
        ours = Log(self.now)
        ours.mark(0, "start")
        ours.fetch(0, self.present)

        def form(line):
            return re.sub(r"(=)[^ \"]*|\"[^\"]*\"", r"\1", line)

        theirs = [line for line in daemon.lines if re.match("fetch |log ", line)]
        self.assertEqual([form(line) for line in theirs], [form(line) for line in ours.lines])


if __name__ == "__main__":
    unittest.main()
