# SPDX-License-Identifier: ISC
"""drift: mta-stsctl check --watch tells of each kind of drift when it begins and when it ends."""
import email
import email.policy
import json
import pathlib
import pwd
import re
import shutil
import time
import unittest

import harness
import schema
import testnet
from harness import eventually
from test_ctl_certs import CTL
from testnet import KNOT, MX, NOBODY, OTHER_WEB, POLICY, WEB, Domain

WHY_NOT = "mta-stsctl was not built" if not CTL else testnet.missing()

ID1, ID2 = '"v=STSv1; id=1;"', '"v=STSv1; id=2;"'
REFUSES = "198.18.0.5"  # a name server that has none of the zones, and refuses all questions
OTHER = POLICY.replace("604800", "604801")


def policy(*mx, mode="enforce"):
    lines = ["version: STSv1", f"mode: {mode}", *(f"mx: {host}" for host in mx), "max_age: 604800"]
    return "".join(line + "\r\n" for line in lines)


# name: how it is made; how it is broken and mended, by records (name, type, data; "@" is the domain; a
# name alone: there is none) and by files that are written (name and bytes, or another file's name); what
# is told then: kind, rule, severity.
KINDS = {
    "dangling": (
        {"policy": POLICY},
        [("_mta-sts", "CNAME", "_mta-sts.gone.plain.example.")],
        [("_mta-sts", "TXT", ID1)],
        ("alias", "D10", "error"),
    ),
    "mxdomain": (
        {
            "mx": ((10, "mx.check.example"), (20, "mx.late.example")),
            "policy": policy("mx.check.example", "mx.late.example"),
        },
        [("mx.late.example",)],
        [("mx.late.example", "A", MX["mx"][0])],
        ("mx-domain", "X7", "error"),
    ),
    "record": (
        {"policy": POLICY},
        [("_mta-sts",)],
        [("_mta-sts", "TXT", ID1)],
        ("record", "D1", "error"),
    ),
    "host": (
        {"a": [WEB[0]], "aaaa": [], "policy": POLICY},
        [("mta-sts", "A", NOBODY)],
        [("mta-sts", "A", WEB[0])],
        ("policy-host", "H1", "error"),
    ),
    "certificate": (
        {"a": [WEB[0]], "aaaa": [], "certificate": "turning"},
        [("turning.pem", "expired.pem")],
        [("turning.pem", "web.pem")],
        ("certificate", "H2", "error"),
    ),
    "policy": (
        {"file": "turning.txt", "a": [WEB[0]], "aaaa": []},
        [("turning.txt", POLICY.replace("enforce", "enforced").encode()), ("_mta-sts", "TXT", ID2)],
        [("turning.txt", POLICY.encode()), ("_mta-sts", "TXT", ID1)],
        ("policy", "P5", "error"),
    ),
    "policymx": (
        {"policy": POLICY},
        [("@", "MX", "10 mx.check.example."), ("@", "MX", "10 pkix.check.example.")],
        [("@", "MX", "10 mx.check.example.")],
        ("policy-mx", "X1", "error"),
    ),
    "id": (
        {"policy": POLICY},
        [("_mta-sts", "TXT", '"v=STSv1; id=0123456789abcdef0123;"')],
        [("_mta-sts", "TXT", ID1)],
        ("id", "D8", "error"),
    ),
    "addresses": (
        {"policy": POLICY, "other": OTHER},
        [("mta-sts", "A", OTHER_WEB), ("mta-sts", "AAAA", WEB[1]), ("_mta-sts", "TXT", ID2)],
        [("mta-sts", "A", WEB[0]), ("mta-sts", "AAAA", WEB[1]), ("_mta-sts", "TXT", ID1)],
        ("addresses", "H8", "error"),
    ),
}
# Two domains of one MX host.
SHARED = ("shareda", "sharedb")
# Keeps what it is given, unless it is told to fail.
COMMAND = """#!/bin/sh
test ! -e {place}/fails || {{ echo it is not my day >&2; exit 3; }}
exec cat >{place}/call.$(date +%s%N)
"""
# What one run does not tell, as it may pass by itself.
PASSING = ("policy-host", "id", "addresses")


def full(name):
    return f"{name}.check.example"


def domains():
    made = [Domain(full(name), **how) for name, (how, *_) in KINDS.items()]
    mail = {"mx": ((10, "also.check.example"),), "policy": policy("also.check.example")}
    return made + [Domain(full(name), **mail) for name in SHARED]


class Net(testnet.Net):
    """With a mail host in a domain of its own, and what is served from files that change."""

    def zone_text(self, zone):
        more = f"mx.late A {MX['mx'][0]}\n" if zone == "example" else ""
        return super().zone_text(zone) + more

    def start_web(self):
        shutil.copy(self.directory / "web.pem", self.directory / "turning.pem")
        self.write("turning.txt", POLICY)
        super().start_web()

    def start_postfix(self):
        """It takes mail for watch.example from sendmail, into one file."""
        super().start_postfix()
        self.sendmail = self.write("sendmail", f'#!/bin/sh\nexec sendmail -C {self.directory}/postfix/etc "$@"\n')
        self.sendmail.chmod(0o755)

    def mail_services(self):
        return """
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
virtual unix - n n - - virtual
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
"""

    def mail_settings(self):
        nobody = pwd.getpwnam("nobody")
        (self.directory / "postfix/mail").mkdir(parents=True)
        shutil.chown(self.directory / "postfix/mail", "nobody")
        return f"""
virtual_mailbox_domains = watch.example
virtual_mailbox_base = {self.directory}/postfix/mail
virtual_mailbox_maps = static:inbox
virtual_minimum_uid = 1
virtual_uid_maps = static:{nobody.pw_uid}
virtual_gid_maps = static:{nobody.pw_gid}
"""

    def start_knot(self):
        super().start_knot()
        (self.directory / "none").mkdir()
        conf = f"server:\n    rundir: {self.directory}/none\n    listen: {REFUSES}@53\n"
        self.spawn("knotd", "-c", self.write("none.conf", conf))


net = None


def setUpModule():
    global net
    if not WHY_NOT:
        net = Net(domains())
        unittest.addModuleCleanup(net.stop)


@unittest.skipIf(WHY_NOT, WHY_NOT)
# An answer that takes two seconds is a drift (H7), and under TSan they do.
@unittest.skipIf(b"__tsan_" in pathlib.Path(harness.BINARY).read_bytes(), "answers are slow under TSan")
class DriftCase(unittest.TestCase):
    def setUp(self):
        self.state = net.directory / self.id().rsplit(".", maxsplit=1)[-1]
        self.names = [full(name) for name in (*KINDS, *SHARED)]
        self.ini = net.write("watch.ini", self.settings())

    def settings(self):
        return ""

    def watch(self, *words, status=None, names=None, resolver=KNOT):
        # The name server itself is asked, so that no cache remembers what was there.
        options = ["--resolver", resolver, "--ca-file", harness.pki().root_file(), "-c", self.ini]
        words = ["check", *options, "--watch", "--state", self.state, *words,
                 *(self.names if names is None else names)]
        done = net.run(*harness.WRAPPER, CTL, *words, seconds=60)
        if harness.REPORT.search(done.stderr):
            self.fail("a report of a memory error:\n" + done.stderr)
        self.assertEqual(schema.complaints(words, done.stdout), [])
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def told(self, *words, **options):
        """The digest, and what it tells: (event, kind, rule, severity, domains)."""
        said = json.loads(self.watch("--json", *words, **options).stdout)
        return said, {(item["event"], item["kind"], item["rule"], item["severity"], *item["domains"])
                      for item in said["items"]}

    @staticmethod
    def set(domain, records):
        """Replaces what stands at these names; "@" is the domain."""
        lines = [f"server {KNOT}", "check-names off"]
        names = [record[0] if record[0].endswith(".example") else
                 domain if record[0] == "@" else f"{record[0]}.{domain}" for record in records]
        lines += [f"update delete {name}. {'MX' if name == domain else ''}" for name in sorted(set(names))]
        lines += [f"update add {name}. 60 {record[1]} {record[2]}"
                  for name, record in zip(names, records) if len(record) > 1]
        done = net.run("nsupdate", "-v", input="\n".join([*lines, "send", ""]), text=True)
        if done.returncode != 0 or done.stderr:
            raise AssertionError(f"nsupdate: {done.stderr}{done.stdout}\n" + "\n".join(lines))

    def turn(self, name, changes):
        files = [change for change in changes if change[0].startswith("turning")]
        records = [change for change in changes if change not in files]
        for path, content in files:
            if isinstance(content, str):
                content = (net.directory / content).read_bytes()
            net.write(path + ".new", content).replace(net.directory / path)
        if records:
            self.set(full(name), records)


class Kinds(DriftCase):
    def test_each_kind_is_told_when_it_begins_and_when_it_ends_and_not_in_between(self):
        said, told = self.told(status=0)
        self.assertEqual(told, set(), json.dumps(said, indent=1))
        for name, (_, broken, _, _) in KINDS.items():
            self.turn(name, broken)
        self.set("check.example", [("also", "A", MX["plain"][0])])
        expected = {("began", *what, full(name)) for name, (*_, what) in KINDS.items()}
        expected.add(("began", "mx", "X3", "error", *map(full, SHARED)))
        expected.add(("began", "mx", "X4", "error", full("mxdomain")))
        first = {item for item in expected if item[1] not in PASSING}
        said, told = self.told(status=1)
        self.assertEqual(told, first, json.dumps(said, indent=1))
        self.assertEqual(said["unconfirmed"], len(expected) - len(first))
        said, told = self.told(status=1)
        self.assertEqual(told, expected - first, json.dumps(said, indent=1))
        self.assertEqual((said["unconfirmed"], said["drifts"]), (0, len(expected)))
        for _ in range(3):
            said, told = self.told(status=3)
            self.assertEqual((told, said["drifts"]), (set(), len(expected)), json.dumps(said, indent=1))
        for name, (_, _, mended, _) in KINDS.items():
            self.turn(name, mended)
        self.set("check.example", [("also", "A", MX["mx"][0])])
        said, told = self.told(status=0)
        ended = {("ended", *what, full(name)) for name, (*_, what) in KINDS.items()}
        ended |= {("ended", "mx", "X3", "error"), ("ended", "mx", "X4", "error")}
        self.assertEqual(told, ended, json.dumps(said, indent=1))
        said, told = self.told(status=0)
        self.assertEqual((told, said["drifts"]), (set(), 0))


class Passing(DriftCase):
    def setUp(self):
        super().setUp()
        self.names = [full("record"), full("id"), full("shareda")]

    def test_what_one_run_alone_sees_is_not_told_and_its_end_neither(self):
        self.told(status=0)
        for _ in range(2):
            self.set("check.example", [("also", "A", NOBODY)])
            said, told = self.told(status=0)
            self.assertEqual((told, said["unconfirmed"]), (set(), 1), json.dumps(said, indent=1))
            self.set("check.example", [("also", "A", MX["mx"][0])])
            said, told = self.told(status=0)
            self.assertEqual((told, said["unconfirmed"]), (set(), 0), json.dumps(said, indent=1))

    def test_a_resolver_that_is_down_is_told_once_and_changes_nothing_of_a_domain(self):
        self.set(full("record"), [("_mta-sts",)])
        _, told = self.told(status=1)
        self.assertEqual(told, {("began", "record", "D1", "error", full("record"))})
        said, told = self.told(status=3, resolver=REFUSES)
        self.assertEqual((told, said["unanswered"], said["drifts"]), (set(), 3, 1), json.dumps(said, indent=1))
        said, told = self.told(status=1, resolver=REFUSES)
        self.assertEqual(told, {("began", "machine", "M1", "error")}, json.dumps(said, indent=1))
        self.assertIn("DNS does not answer for 3 of 3 domains", said["items"][0]["problem"])
        _, told = self.told(status=3, resolver=REFUSES)
        self.assertEqual(told, set())
        said, told = self.told(status=3)
        self.assertEqual((told, said["drifts"]), ({("ended", "machine", "M1", "error")}, 1))
        self.set(full("record"), [("_mta-sts", "TXT", ID1)])
        _, told = self.told(status=0)
        self.assertEqual(told, {("ended", "record", "D1", "error", full("record"))})

    def test_a_domain_that_is_not_asked_for_keeps_its_state(self):
        self.set(full("record"), [("_mta-sts",)])
        self.told(status=1)
        said, told = self.told(status=3, names=[full("id")])
        self.assertEqual((told, said["checked"], said["drifts"]), (set(), 1, 1))
        self.set(full("record"), [("_mta-sts", "TXT", ID1)])
        _, told = self.told(status=0)
        self.assertEqual(told, {("ended", "record", "D1", "error", full("record"))})

    def test_a_warning_that_becomes_an_error_is_told_again(self):
        net.write("turning.txt", policy("also.check.example", mode="testing").encode())
        self.names = [full("policy")]
        mx = [("@", "MX", "10 mx.check.example."), ("_mta-sts", "TXT", '"v=STSv1; id=3;"')]
        self.set(full("policy"), mx)
        self.addCleanup(self.turn, "policy", KINDS["policy"][2])
        self.addCleanup(self.set, full("policy"), [("@", "MX", "10 mx.check.example.")])
        _, told = self.told(status=1)
        self.assertIn(("began", "policy-mx", "X1", "warning", full("policy")), told)
        net.write("turning.txt", policy("also.check.example").encode())
        self.set(full("policy"), [("_mta-sts", "TXT", '"v=STSv1; id=4;"')])
        _, told = self.told(status=1)
        self.assertEqual(told, {("worse", "policy-mx", "X1", "error", full("policy"))})
        self.told(status=3)

    def test_the_lines_have_priorities_where_they_go_to_the_journal(self):
        self.set(full("record"), [("_mta-sts",)])
        self.addCleanup(self.set, full("record"), [("_mta-sts", "TXT", ID1)])
        script = 'export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/$$/fd/1); exec "$@"'
        options = ["--resolver", KNOT, "--ca-file", harness.pki().root_file(), "-c", self.ini]
        words = [CTL, "check", *options, "--watch", "--state", self.state, *self.names]
        said = net.run("sh", "-c", script, "sh", *words, seconds=60).stdout
        self.assertRegex(said, r"(?m)\A<3>began: _mta-sts\.record\.check\.example: there is no such name "
                               r"\(NXDOMAIN\); publish .* \(record, D1\)\n<6>3 domains: 1 began, 0 got "
                               r"worse, 0 ended; 1 drift now\n\Z")
        self.assertNotIn("<", self.watch(status=3).stdout)
        self.set(full("record"), [("_mta-sts", "TXT", ID1)])
        said = net.run("sh", "-c", script, "sh", *words, seconds=60).stdout
        self.assertRegex(said, r"(?m)\A<5>ended: _mta-sts\.record.*; since 20.* UTC\)\n<6>")

    def test_what_cannot_be_meant_is_a_usage_error(self):
        done = net.run(CTL, "check", "--watch", "example.com")
        self.assertEqual((done.returncode, "need --state DIR" in done.stderr), (2, True), done.stderr)
        for words in (["--prometheus"], ["--watch", "--state", self.state, "--prometheus", "--json"]):
            done = net.run(CTL, "check", *words, "example.com")
            self.assertEqual((done.returncode, "--prometheus goes with" in done.stderr), (2, True))


class Rate(DriftCase):
    def test_connections_to_policy_host_and_mx_together_keep_the_rate(self):
        log = net.directory / "postfix/log/mail"

        def mails():
            return log.read_text().count(": connect from ") if log.exists() else 0

        self.names = [full("id")]
        before, begun = mails(), time.monotonic()
        self.watch("--rate", "10", status=0)
        took = time.monotonic() - begun
        # To the host at two addresses, as each kind of client, and what the log of the MX has.
        count = 2 * 2 + mails() - before
        self.assertGreaterEqual(took, (count - 1) / 10)


class Metrics(DriftCase):
    def test_the_counts_are_in_the_state_directory_and_on_request_on_standard_output(self):
        self.names = [full("record")]
        self.set(full("record"), [("_mta-sts",)])
        self.addCleanup(self.set, full("record"), [("_mta-sts", "TXT", ID1)])
        done = self.watch("--prometheus", status=1)
        self.assertIn("began: _mta-sts.record", done.stderr)
        self.assertEqual(done.stdout, (self.state / "watch.prom").read_text())
        self.assertIn('mta_stsctl_watch_drifts{kind="record",severity="error"} 1\n', done.stdout)
        self.assertRegex(done.stdout, r"(?m)^mta_stsctl_watch_last_run_timestamp_seconds 1\d{9}$")
        if shutil.which("promtool"):
            judged = harness.run("promtool", "check", "metrics", input=done.stdout, text=True)
            self.assertEqual((judged.returncode, judged.stdout + judged.stderr), (0, ""))


class Telling(DriftCase):
    """By the sendmail of a real Postfix, which delivers to a mailbox, and by a command."""

    def settings(self):
        self.user = self._testMethodName[:40]
        self.place = net.directory / ("told-" + self.id().rsplit(".", maxsplit=1)[-1])
        self.place.mkdir()
        command = net.write(self.place / "command", COMMAND.format(place=self.place))
        command.chmod(0o755)
        return (
            f"[watch]\nmail = {self.user}@watch.example, root@watch.example\n"
            f"mail_from = watch@check.example\nsendmail = {net.sendmail}\ncommand = {command}\n"
        )

    def setUp(self):
        super().setUp()
        self.names = [full("record"), full("id")]
        self.set(full("record"), [("_mta-sts",)])
        self.addCleanup(self.set, full("record"), [("_mta-sts", "TXT", ID1)])

    def mails(self, count):
        """Those to the user of this test, once they are so many."""
        box = net.directory / "postfix/mail/inbox"

        def arrived():
            found = re.split(rb"(?m)^From .*\n", box.read_bytes())[1:] if box.exists() else []
            mails = [email.message_from_bytes(text, policy=email.policy.default) for text in found]
            mine = {mail["Message-ID"]: mail for mail in mails if self.user in mail["To"]}
            return list(mine.values()) if len(mine) >= count else None

        return eventually(arrived, 10, f"{count} mails")

    def calls(self):
        """What the command got each time."""
        return [json.loads(path.read_text()) for path in sorted(self.place.glob("call.*"))]

    def test_a_mail_and_a_command_tell_of_the_begin_and_of_the_end(self):
        done = self.watch(status=1)
        self.assertIn(f"a mail was given to {net.sendmail}", done.stderr)
        for _ in range(3):
            self.assertEqual(self.watch(status=3).stderr, "")
        self.set(full("record"), [("_mta-sts", "TXT", ID1)])
        self.watch(status=0)
        began, ended = self.mails(2)
        self.assertRegex(began["Subject"], r"^mta-stsctl on \S+: record\.check\.example: record began$")
        self.assertRegex(ended["Subject"], r": record\.check\.example: record ended$")
        self.assertEqual(began["From"], "watch@check.example")
        self.assertIn("root@watch.example", began["To"])
        self.assertEqual(began["Auto-Submitted"], "auto-generated")
        self.assertEqual(began.get_content_type(), "text/plain")
        text = began.get_content()
        self.assertIn("began: _mta-sts.record.check.example: there is no such name", text)
        self.assertIn("What to do: publish v=STSv1; id=ID; there", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        calls = self.calls()
        self.assertEqual([[item["event"] for item in call["items"]] for call in calls], [["began"], ["ended"]])
        for call in calls:
            self.assertEqual(schema.judge_members(schema.sections()["check --watch"], "", call), [])
        self.assertFalse((self.state / "untold.json").exists())

    def test_what_failed_is_told_by_the_next_run_and_not_twice(self):
        (self.place / "fails").touch()
        done = self.watch(status=2)
        self.assertIn("command failed with status 3: it is not my day", done.stderr)
        self.assertIn("1 digest could not be told; the next run tries again", done.stderr)
        self.watch(status=2)
        (self.place / "fails").unlink()
        self.watch(status=3)
        self.watch(status=3)
        self.assertEqual(len(self.calls()), 1)
        self.assertEqual(len(self.mails(1)), 1)

    def test_a_run_without_rights_can_leave_it_to_another(self):
        self.watch("--tell-later", status=1)
        self.assertEqual((self.calls(), (self.state / "untold.json").exists()), ([], True))
        for _ in range(2):
            tell = net.run(CTL, "check", "--tell", "--state", self.state, "-c", self.ini)
            self.assertEqual(tell.returncode, 0, tell.stderr)
        self.assertEqual((len(self.calls()), len(self.mails(1))), (1, 1))

    def test_what_is_no_address_or_no_program_is_refused_with_its_line(self):
        for line, words in (
            ("mail = a b@example.com", "is not a mail address"),
            ("mail = -oQ/tmp@example.com", "is not a mail address"),
            ("mail = a@example.com, b@", "the name is empty"),
            ("mail_from = <a@example.com>", "is not a mail address"),
            ("command = /bin/logger -t x", "write its path alone"),
            ("mial = a@example.com", "did you mean mail?"),
        ):
            self.ini = net.write("wrong.ini", f"[watch]\n{line}\n")
            done = self.watch(status=2)
            self.assertIn(words, done.stderr)
            self.assertIn("wrong.ini:2: error: ", done.stderr)
            self.assertFalse((self.state / "told.json").exists())


if __name__ == "__main__":
    unittest.main()
