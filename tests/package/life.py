# SPDX-License-Identifier: ISC
"""life: the packages installed beside nginx, configured, upgraded under load, tested, removed, purged."""
import re
import shutil

from cleanroot import Machine, call, eventually, in_root, say

QUIET = "export DEBIAN_FRONTEND=noninteractive; set -e\n"
HOST = "mta-sts.example.com"
URL = f"https://{HOST}/.well-known/mta-sts.txt"
FETCH = f"curl -sS --max-time 10 --cacert /opt/ca.pem --resolve {HOST}:443:127.0.0.1 {URL}"
CERTS = "mta-stsd-certs.service"
WATCH = ("mta-stsctl-check.timer mta-stsctl-check.service mta-stsctl-check-tell.service "
         "mta-stsctl-tlsrpt.timer mta-stsctl-tlsrpt.service")
CTL_UNITS = f"mta-stsd-certs.path mta-stsd-certs.timer mta-stsd-certs-retry.timer {CERTS} {WATCH}"
OURS = f"mta-stsd.path mta-stsd.socket mta-stsd.service {CTL_UNITS}"


def next_version(root, out):
    """The packages with a higher version, as an upgrade brings them."""
    for deb in ("mta-stsd", "mta-stsctl"):
        path = next(out.glob(f"{deb}_*.deb"))
        where = root / "next" / deb
        call("dpkg-deb", "-R", path, where)
        control = where / "DEBIAN/control"
        text = re.sub(r"^(Version: .*)$", r"\1+next", control.read_text(), flags=re.M)
        control.write_text(text)
        call("dpkg-deb", "--root-owner-group", "-b", where, root / f"next/{deb}.deb")
        call("rm", "-rf", where)


def files_of(root):
    """What is there, but for what any day changes: caches, logs, what systemd and apt note."""
    done = call(
        *("find", root, "-xdev", "(", "-path", f"{root}/proc", "-o", "-path", f"{root}/sys"),
        *("-o", "-path", f"{root}/dev", "-o", "-path", f"{root}/run", "-o", "-path", f"{root}/tmp"),
        *("-o", "-path", f"{root}/var/cache", "-o", "-path", f"{root}/var/log", "-o", "-path"),
        *(f"{root}/var/lib/apt", "-o", "-path", f"{root}/var/tmp", ")", "-prune", "-o", "-print"),
    )
    return set(line[len(str(root)) :] for line in done.stdout.splitlines())


PREPARE = """
apt-get -q update
mkdir -p /debs
apt-get -q -y install ./debs/mta-stsd_*.deb ./debs/mta-stsctl_*.deb --download-only
apt-get -q -y install pebble uacme
rm -f /etc/nginx/sites-enabled/default
cat >/etc/nginx/conf.d/own.conf <<'END'
server { listen 443; listen [::]:443; return 200 "nginx\\n"; }
END
"""

CERTIFICATE = f"""
cd /opt
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj '/CN=test' \\
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign \\
    -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={HOST} \\
    -keyout leaf.key -out leaf.csr 2>/dev/null
echo subjectAltName=DNS:{HOST} >leaf.ext
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile leaf.ext \\
    -out leaf.pem 2>/dev/null
cat leaf.pem leaf.key >/var/lib/mta-stsd/certs/{HOST}.pem
chown _mta-stsd-acme:_mta-stsd /var/lib/mta-stsd/certs/{HOST}.pem
chmod 640 /var/lib/mta-stsd/certs/{HOST}.pem
printf '[example.com]\\nmx = mail.example.com\\n' >/etc/mta-stsd/domains.d/example.com.ini
"""

# A run of mta-stsctl that lasts, whatever the CA says.
LASTING = f"""
mkdir -p /etc/systemd/system/{CERTS}.d
printf '[Service]\\nExecStartPre=/bin/sleep 600\\n' >/etc/systemd/system/{CERTS}.d/lasting.conf
printf '[acme]\\naccept_terms = yes\\ncontact = mailto:a@example.com\\n' >>/etc/mta-stsd/mta-stsd.ini
systemctl daemon-reload
"""


class Life:
    """Installed beside nginx, configured, upgraded under load, tested, removed, purged."""

    def __init__(self, machine, root):
        self.machine = machine
        self.root = root

    def apt(self, words):
        return self.machine.run(f"{QUIET}apt-get -q -y {words}", seconds=600).stdout

    def failed_units(self):
        return self.machine.says("systemctl --failed --no-legend --plain")

    def listeners(self):
        return self.machine.says("ss -Hltnp 'sport = :443'")

    def installed(self):
        self.machine.run("ip link set lo up; systemctl is-active nginx")
        self.apt("install --no-install-recommends ./debs/mta-stsd_*.deb ./debs/mta-stsctl_*.deb")
        assert "nginx" in self.listeners() and "mta" not in self.machine.says("ss -Hltnp")
        assert not self.failed_units(), self.failed_units()
        checked = self.machine.says("mta-stsd --check")
        assert ": 0 domains, 0 errors" in checked, checked
        modes = self.machine.says("stat -c '%a %U:%G' /var/lib/mta-stsd/certs /var/lib/mta-stsd-acme")
        assert modes.split("\n") == [
            "2750 _mta-stsd-acme:_mta-stsd",
            "700 _mta-stsd-acme:_mta-stsd-acme",
        ], modes
        watch = self.machine.says("systemctl is-enabled mta-stsctl-check.timer; systemctl is-active mta-stsctl-check.timer")
        assert watch.split() == ["disabled", "inactive"], watch
        taking = self.machine.says("systemctl is-enabled mta-stsctl-tlsrpt.timer; "
                                   "systemctl is-active mta-stsctl-tlsrpt.timer")
        assert taking.split() == ["disabled", "inactive"], taking
        say("ok - installed beside nginx on port 443: nothing of ours listens, no unit has failed")
        self.links_lead_somewhere()

    def links_lead_somewhere(self):
        place = self.root / "usr/share/doc/mta-stsd"
        found = 0
        for path in (place / "README.md", *place.glob("guides/*.md")):
            for name in re.findall(r"\]\(([^)#:]+)", path.read_text()):
                assert (path.parent / name).exists(), f"{path.name} links to {name}"
                found += 1
        assert found > 20, found
        say(f"ok - {found} links of the README and the guides lead to what is installed")

    def serves(self):
        self.machine.run("systemctl stop nginx\nset -e\n" + CERTIFICATE)
        eventually(lambda: "version: STSv1" in self.machine.says(FETCH), 20, "the policy")
        checked = self.machine.run("mta-stsd --check-certs; mta-stsctl records --help >/dev/null")
        assert checked.returncode == 0
        say("ok - a file for a domain, and no more: the policy is fetched")

    def upgraded(self):
        before = self.machine.says("systemctl show -p MainPID --value mta-stsd")
        socket = "systemctl show -p ActiveEnterTimestampMonotonic --value mta-stsd.socket"
        opened = self.machine.says(socket)
        load = f"while :; do {FETCH} >/dev/null 2>/opt/last && echo fine || cat /opt/last; done"
        self.machine.run(f"systemd-run -q --unit=load sh -c '{load} >/opt/load 2>&1'")
        eventually(lambda: self.count() > 5, 30, "the load")
        self.machine.run("systemctl enable --now mta-stsctl-check.timer")
        self.apt("install --no-install-recommends ./next/mta-stsd.deb ./next/mta-stsctl.deb")
        reached = self.count()
        eventually(lambda: self.count() > reached + 5, 30, "the load goes on")
        self.machine.run("systemctl stop load")
        lines = self.machine.says("cat /opt/load").splitlines()
        bad = [line for line in lines if line != "fine"]
        after = self.machine.says("systemctl show -p MainPID --value mta-stsd")
        assert not bad, bad[:5]
        assert before != after and after != "0", f"not restarted: {before} {after}"
        assert opened == self.machine.says(socket), "the socket was closed"
        watch = self.machine.says("systemctl is-active mta-stsctl-check.timer")
        assert watch == "active", f"the drift watch that was enabled: {watch}"
        self.machine.run("systemctl disable --now mta-stsctl-check.timer")
        say(f"ok - upgraded under load: restarted, {len(lines)} fetches, none refused")

    def count(self):
        return self.machine.says("cat /opt/load").count("fine")

    def autopkgtests(self):
        done = self.machine.run(
            "rm -f /etc/mta-stsd/domains.d/*.ini; systemctl stop mta-stsd.socket mta-stsd"
            "\ncd /opt && PYTHONDONTWRITEBYTECODE=1 autopkgtest --ignore-restrictions=isolation-container "
            "/next/mta-stsd.deb /next/mta-stsctl.deb /tests/ -- null 2>&1",
            check=False,
            seconds=900,
        )
        lines = dict.fromkeys(re.findall(r"^\S+ +(?:PASS|FAIL|SKIP).*$", done.stdout, re.M))
        assert done.returncode == 0 and lines, done.stdout[-4000:]
        left = self.machine.says("dpkg --verify mta-stsd mta-stsctl; grep 127.0.0.1 /etc/resolv.conf")
        trusted = self.machine.says("ls /usr/local/share/ca-certificates /etc/mta-stsd/domains.d/")
        assert not left and "stsd-test" not in trusted and ".ini" not in trusted, (left, trusted)
        assert not self.failed_units(), self.failed_units()
        say("ok - autopkgtests: " + ", ".join(" ".join(line.split()) for line in lines))

    def run_begun(self):
        """Has mta-stsctl at work on an order."""
        self.machine.run(f"systemctl start --no-block {CERTS}")
        state = f"systemctl show -p SubState --value {CERTS}"
        eventually(lambda: self.machine.says(state) == "start-pre", 20, "a run of mta-stsctl")

    def ctl_alone(self):
        self.machine.run(CERTIFICATE + LASTING)
        eventually(lambda: "version: STSv1" in self.machine.says(FETCH), 20, "the policy, again")
        self.run_begun()
        self.apt("remove mta-stsd")
        assert not self.listeners(), self.listeners()
        self.machine.run(f"systemctl start {CERTS}")
        asked = f"systemctl show -p ConditionResult,ActiveState {CERTS}"
        assert set(self.machine.says(asked).split()) == {"ConditionResult=no", "ActiveState=inactive"}
        assert self.machine.says("systemctl is-active mta-stsd-certs.timer") == "active"
        assert not self.failed_units(), self.failed_units()
        say("ok - the server removed, mta-stsctl kept: the timer's service is skipped, and none failed")
        self.apt("install --no-install-recommends ./next/mta-stsd.deb")
        eventually(lambda: "version: STSv1" in self.machine.says(FETCH), 20, "the policy")
        self.run_begun()
        say("ok - installed again: the domain that stayed is served, mta-stsctl runs")

    def removed(self, before):
        self.apt("remove mta-stsd mta-stsctl")
        assert not self.listeners(), self.listeners()
        active = self.machine.says(f"systemctl is-active {OURS}")
        assert "\nactive" not in f"\n{active}", active
        assert (self.root / "etc/mta-stsd/mta-stsd.ini").exists()
        say("ok - removed: nothing listens, no unit is active; the configuration stays")
        self.machine.run(f"rm -r /etc/systemd/system/{CERTS}.d; systemctl daemon-reload")
        # What came with them goes, also what another package would merely recommend.
        self.apt(
            "-o APT::AutoRemove::RecommendsImportant=0 -o APT::AutoRemove::SuggestsImportant=0 "
            "purge --autoremove mta-stsd mta-stsctl"
        )
        left = files_of(self.root) - before
        left = sorted(name for name in left if not name.startswith("/opt/"))
        assert not left, left
        users = self.machine.says("getent passwd _mta-stsd _mta-stsd-acme _mta-stsd-check _mta-stsd-tlsrpt")
        assert len(users.splitlines()) == 4, users
        assert not self.failed_units(), self.failed_units()
        say("ok - purged: no file is left that was not there before; the four users are")


def lives(root, out, debian):
    shutil.copytree(out, root / "debs")
    (root / "next").mkdir()
    next_version(root, out)
    # What a source package holds, for autopkgtest.
    shutil.copytree(debian, root / "tests/debian")
    in_root(root, "sh", "-c", QUIET + PREPARE, seconds=1800)
    machine = Machine(root)
    life = Life(machine, root)
    try:
        machine.wait()
        before = files_of(root)
        life.installed()
        life.serves()
        life.upgraded()
        life.autopkgtests()
        life.ctl_alone()
        life.removed(before)
    except (AssertionError, SystemExit):
        print(machine.says("journalctl --no-pager -u 'mta-stsd*' -u nginx | tail -n 60"))
        raise
    finally:
        machine.stop()
