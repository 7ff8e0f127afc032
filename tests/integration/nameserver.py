# SPDX-License-Identifier: ISC
"""nameserver: a real authoritative server (knot) on a free loopback port, which takes updates."""
import os
import shutil
import subprocess

from harness import bound, eventually, free_port, make_directory, run

KNOTD = shutil.which("knotd") or shutil.which("knotd", path="/usr/sbin")

HEAD = """\
@ 3600 IN SOA ns.{zone}. hostmaster.{zone}. 1 3600 600 86400 1
@ 3600 IN NS ns.{zone}.
ns.{zone}. 3600 IN A 127.0.0.1
"""


class Nameserver:
    """Serves zones: {"example.com": "records, one a line"}. Anyone on loopback may update them.
    Those that are broken on purpose are answered with SERVFAIL."""

    def __init__(self, zones, broken=()):
        self.directory = make_directory("mta-stsd-dns-")
        self.zones = list(zones)
        self.sound = [zone for zone in zones if zone not in broken]
        for zone, records in zones.items():
            text = HEAD.format(zone=zone) + records
            (self.directory / f"{zone}.zone").write_text(text, encoding="utf-8")
        # A port that is free for TCP may be taken for UDP, or a moment later: then the next one.
        for _ in range(10):
            self.port = free_port()
            self.process = self.launch()
            if self.comes_up():
                return
        raise AssertionError("knot does not start:\n" + self.log())

    def comes_up(self):
        """Whether it serves all sound zones; False when it has ended."""
        try:
            eventually(lambda: self.process.poll() is not None or self.answers(), 20)
        except AssertionError:
            self.process.kill()
            self.process.wait()
            raise AssertionError("knot does not serve all zones:\n" + self.log()) from None
        return self.process.poll() is None

    def launch(self):
        lines = [
            f'server:\n    rundir: "{self.directory}"\n    listen: 127.0.0.1@{self.port}',
            "    user: nobody" if os.geteuid() == 0 else "",
            "log:\n  - target: stderr\n    any: warning",
            f'database:\n    storage: "{self.directory}"',
            "acl:\n  - id: any\n    address: 127.0.0.1\n    action: update\nzone:",
        ]
        for zone in self.zones:
            lines.append(f"  - domain: {zone}\n    file: {zone}.zone\n    acl: any")
            lines.append(f'    storage: "{self.directory}"\n    zonefile-sync: -1')
            lines.append("    zonefile-load: whole\n    journal-content: none")
        configuration = self.directory / "knot.conf"
        configuration.write_text("\n".join(lines) + "\n")
        if os.geteuid() == 0:
            shutil.chown(self.directory, "nobody")
        with open(self.directory / "log", "ab") as log:
            return subprocess.Popen([KNOTD, "-c", configuration], stdout=log, stderr=log)

    def log(self):
        return (self.directory / "log").read_text(errors="replace")

    @property
    def resolver(self):
        """As --resolver wants it."""
        return f"127.0.0.1@{self.port}"

    def dig(self, *words):
        done = run("dig", "@127.0.0.1", "-p", self.port, "+tries=1", "+time=5", *words)
        return done.stdout if done.returncode == 0 else ""

    def answers(self):
        return all(self.ask(zone, "SOA") for zone in self.sound)

    def ask(self, name, kind):
        """The records that the server has, as text, sorted."""
        return sorted(self.dig("+short", name, kind).splitlines())

    def update(self, text):
        """Feeds it to nsupdate, which must be content."""
        done = run("nsupdate", "-v", input=text, text=True)
        if done.returncode != 0 or done.stderr:
            raise AssertionError(f"nsupdate: {done.stderr}{done.stdout}\n{text}")

    def set(self, *records):
        """Replaces what stands at these names: ("name", "TYPE", "data") or ("name",) for nothing.
        Names of one zone only."""
        lines = [f"server 127.0.0.1 {self.port}", "check-names off"]
        lines += sorted({f"update delete {record[0]}." for record in records})
        lines += [f"update add {r[0]}. 1 {r[1]} {r[2]}" for r in records if len(r) > 1]
        self.update("\n".join([*lines, "send", ""]))

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(bound(60))
        finally:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.directory, ignore_errors=True)
