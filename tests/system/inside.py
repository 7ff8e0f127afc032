# SPDX-License-Identifier: ISC
"""inside: the integration tests of the server, within the sandbox of its unit.

A copy of mta-stsd.service runs the test suite in place of the server, and the suite starts servers as
its children: name spaces, system calls, capabilities, limits and user are those of the unit."""
import re
import shutil

from cleanroot import say
from steps import Steps

PLACE = "/opt/mta-stsd"
MODULES = (
    "asked_reload certs config http life limits malformed proxy reload sandbox scale senders tls watch "
    "watchdog"
)
# What this unit cannot have in common with the server's: who starts it, and what it starts.
LEFT_OUT = r"^(Type|ExecStart|ExecReload|Restart\w*|WatchdogSec|SyslogIdentifier|Condition\w+)="


class Inside(Steps):
    def unit(self):
        text = self.machine.says("cat $(systemctl show -P FragmentPath mta-stsd.service)")
        head, install = text.split("[Install]")
        lines = [line for line in head.splitlines() if not re.match(LEFT_OUT, line)]
        assert install and "SystemCallFilter=@system-service" in lines, text
        command = f"{PLACE}/tests/run -j 2 --integration {PLACE}/tests/integration"
        environment = "MTA_STSD=/usr/local/sbin/mta-stsd"
        ours = ["Type=oneshot", f"Environment={environment}", f"ExecStart=/usr/bin/python3 {command}"]
        return "\n".join([*lines, *ours, ""])

    def place_tests(self):
        """Where the sandbox lets them be read; only those of the server."""
        top = self.machine.root / PLACE[1:]
        source = self.machine.root / "home/admin/mta-stsd"
        for name in ("tests/run", "tests/integration", "tests/data", "etc", "doc", "www", "README.md"):
            copy = shutil.copytree if (source / name).is_dir() else shutil.copy
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            copy(source / name, top / name)
        for path in (top / "tests/integration").glob("test_*.py"):
            if path.stem.removeprefix("test_") not in MODULES.split():
                path.unlink()

    def run(self):
        self.place_tests()
        self.write("/run/systemd/system/mta-stsd-inside.service", self.unit())
        self.machine.run("systemctl daemon-reload")
        done = self.machine.run("systemctl start mta-stsd-inside", check=False, seconds=1800)
        said = self.machine.says("journalctl --no-pager -b -o cat -u mta-stsd-inside")
        match = re.search(r"^(\d+) passed, (\d+) failed.*", said, re.M)
        if done.returncode != 0 or not match:
            say(said[-6000:])
            raise AssertionError("the integration tests within the unit's sandbox")
        self.show(f"the server's integration tests within the sandbox of the unit: {match[0]}")
