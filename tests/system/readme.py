# SPDX-License-Identifier: ISC
"""readme: the README's own lines, from the source to a served policy with an automatic certificate.

Only the CA's directory and the CA file differ: Pebble runs inside, validates on port 443, and asks
pebble-challtestsrv for names."""
import pathlib
import re
import shutil
import time

from cleanroot import eventually, in_root
from steps import DIRECTORY, PATH, ROOTS, VALIDITY, Steps

TOP = pathlib.Path(__file__).resolve().parents[2]


def readme_blocks():
    """The lines of the section, a block each."""
    text = (TOP / "README.md").read_text()
    section = re.search(r"^## Automatic certificates\n(.*?)^## ", text, re.M | re.S)[1]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.M | re.S)


def build(root, source, lines):
    """The lines that build and install, as a user who may use sudo."""
    shutil.copytree(source, root / "home/admin/mta-stsd", symlinks=True)
    (root / "etc/sudoers.d/admin").write_text("admin ALL=(ALL) NOPASSWD: ALL\n")
    in_root(root, "sh", "-c", "useradd -s /bin/bash admin && chown -R admin: /home/admin")
    script = f"set -e\ncd ~/mta-stsd\n{lines}"
    in_root(root, "su", "-", "admin", "-c", script, seconds=1800)


OFTEN = """
set -e
mkdir -p /etc/systemd/system/mta-stsd-certs.timer.d
cat >/etc/systemd/system/mta-stsd-certs.timer.d/often.conf <<END
[Timer]
OnCalendar=
OnCalendar=*:*:0/15
RandomizedDelaySec=0
AccuracySec=1s
END
systemctl daemon-reload
systemctl restart mta-stsd-certs.timer
"""


class Fetches:
    """A client inside that fetches all along, and notes what fails."""

    def __init__(self, machine, url):
        self.machine = machine
        self.script = (
            "while :; do curl -fsS --max-time 10 -o /dev/null " + f"--cacert {ROOTS} {url} 2>&1 "
            "&& echo fine; sleep 0.2; done >/tmp/fetches"
        )
        machine.run(f"systemd-run -q --unit=fetches sh -c '{self.script}'")

    def end(self):
        """How many were fine, and what the others said."""
        self.machine.run("systemctl stop fetches")
        lines = self.machine.says("cat /tmp/fetches").splitlines()
        return lines.count("fine"), [line for line in lines if line != "fine"]


class Readme(Steps):
    """What must show, in this order."""

    def __init__(self, machine, blocks):
        super().__init__(machine)
        self.blocks = blocks

    def nothing_is_asked_without_consent(self):
        """A unit that is enabled too early is skipped, and has not failed."""
        self.machine.run("systemctl start mta-stsd-certs.service")
        shown = (
            "systemctl show -p ActiveState,ExecMainStartTimestampMonotonic mta-stsd-certs.service"
        )
        result = self.machine.says(shown).splitlines()
        assert sorted(result) == [
            "ActiveState=inactive",
            "ExecMainStartTimestampMonotonic=0",
        ], result
        self.show("without accept_terms the unit is skipped, and has not failed")

    def readme(self):
        consent, domain, fetch = self.blocks
        word = "accept_terms = yes\n"
        assert word in consent
        consent = consent.replace(word, f"{word}directory = {DIRECTORY}\n")
        self.set_address("mta-sts.example.com")
        self.machine.run("set -e\n" + consent, user="admin")
        begun = time.monotonic()
        self.machine.run("set -e\n" + domain, user="admin")

        def fetches():
            got = self.machine.run(
                f"export CURL_CA_BUNDLE={ROOTS}\n{fetch}", user="admin", check=False
            )
            return got.returncode == 0 and "version: STSv1" in got.stdout

        eventually(fetches, 90, "the README's last line shows the policy")
        self.show(
            f"the README's lines end in a verified fetch, {time.monotonic() - begun:.1f} s after the domain file"
        )

    def second_domain(self):
        self.set_address("mta-sts.example.net")
        self.add_domain("example.net")
        took = self.served_within("mta-sts.example.net", 90)
        self.show(f"a second domain file, and nothing else: served after {took:.1f} s")

    def change_during_a_run(self):
        """What is added while certificates are ordered is not lost."""
        self.set_address("mta-sts.one.example")
        self.set_address("mta-sts.two.example")
        self.add_domain("one.example")
        eventually(
            lambda: self.machine.says("systemctl is-active mta-stsd-certs") == "activating",
            20,
            "a run",
        )
        eventually(lambda: self.machine.says("pgrep -x mta-stsctl"), 20, "mta-stsctl at work")
        self.add_domain("two.example")
        took = self.served_within("mta-sts.two.example", 90)
        self.served_within("mta-sts.one.example", 30)
        self.show(f"a domain file added while certificates are ordered: served after {took:.1f} s")

    def unknown_to_dns(self):
        """The name does not lead here yet: the unit has failed, and will try again by itself."""
        self.add_domain("late.example")
        failed = lambda: self.machine.says("systemctl is-failed mta-stsd-certs.service") == "failed"
        took = eventually(failed, 200, "the unit has failed")
        armed = self.machine.says("systemctl is-active mta-stsd-certs-retry.timer")
        assert armed == "active", f"the retry timer is {armed}"
        self.show(
            f"a host that DNS does not know: the unit failed after {took:.1f} s, another try is set"
        )

    def is_renewed(self):
        before = self.end_of("mta-sts.example.com")
        self.machine.run(OFTEN)
        took = eventually(
            lambda: self.end_of("mta-sts.example.com") not in (before, ""),
            VALIDITY,
            "a new certificate",
        )
        assert self.fetches("mta-sts.example.com")
        self.show(f"a certificate of {VALIDITY} s was renewed by itself, after {took:.1f} s more")

    def restarted(self):
        for how in ("systemctl restart mta-stsd", "systemctl kill -s KILL mta-stsd"):
            self.machine.run(how)
            took = self.served_within("mta-sts.example.com", 10)
            self.served_within("mta-sts.example.net", 10)
            self.show(f"{how}: served again after {took:.1f} s")

    def appears_in_dns(self):
        self.set_address("mta-sts.late.example")
        begun = time.monotonic()
        self.served_within("mta-sts.late.example", 420)  # one retry of the unit
        self.show(f"the late host is served {time.monotonic() - begun:.1f} s after DNS knows it")

    def run(self):
        self.nothing_is_asked_without_consent()
        self.readme()
        fetches = Fetches(self.machine, f"https://mta-sts.example.com{PATH}")
        self.second_domain()
        self.change_during_a_run()
        self.unknown_to_dns()
        self.is_renewed()
        fine, failures = fetches.end()
        assert fine > 50 and not failures, failures[:5]
        self.show(f"all along {fine} fetches of the first host, none failed")
        self.restarted()
        self.appears_in_dns()
