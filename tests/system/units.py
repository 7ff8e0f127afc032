# SPDX-License-Identifier: ISC
"""units: what systemd does with the server: beside another web server, by socket, reloads, restarts
under load, the watchdog, credentials, a configuration that is swapped like a ConfigMap."""
import json
import pathlib
import re
import sys
import time

from cleanroot import eventually
from steps import ADDRESS, PATH, ROOTS, Steps

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import guidenet  # noqa: E402
import harness  # noqa: E402

HOST = "mta-sts.example.com"
INI = "/etc/mta-stsd/mta-stsd.ini"
OURS = ("mta-stsd.socket", "mta-stsd.service")
UNITS = (
    "mta-stsd.service mta-stsd.socket mta-stsd.path mta-stsd-begin.service "
    "mta-stsd-changed.service mta-stsd-certs.service mta-stsd-certs-changed.service "
    "mta-stsd-certs.path mta-stsd-certs.timer mta-stsd-certs-retry.timer "
    "mta-stsctl-check.timer mta-stsctl-check.service "
    "mta-stsctl-tlsrpt.timer mta-stsctl-tlsrpt.service"
)
# Runs programs of the admin's, which may change their user.
TELL = "mta-stsctl-check-tell.service"

NGINX = """
set -e
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \\
    -subj /CN=www.example.com -keyout /etc/nginx/www.key -out /etc/nginx/www.pem
cat >/etc/nginx/conf.d/www.conf <<END
server {
    listen 443 ssl;
    listen [::]:443 ssl;
    ssl_certificate www.pem;
    ssl_certificate_key www.key;
}
END
systemctl restart nginx
"""

# Stops one thread of a process, and waits for the end of that.
STUCK = """
import ctypes, os, sys
threads = sorted(int(name) for name in os.listdir(f"/proc/{sys.argv[1]}/task"))
thread = threads[1]  # a worker: they come before those that read files
ptrace = ctypes.CDLL(None, use_errno=True).ptrace
for request in (0x4206, 0x4207):  # seize, interrupt
    if ptrace(ctypes.c_long(request), ctypes.c_long(thread), None, None) != 0:
        raise SystemExit(os.strerror(ctypes.get_errno()))
print("stopped", flush=True)
while not os.WIFSIGNALED(os.waitpid(thread, 0x40000000)[1]):
    pass
"""


# In /etc/mta-stsd; a file that is there already, one that is not yet, one in domains.d.
WAYS = {
    "appended": "echo '; a' >>mta-stsd.ini",
    "sed -i": "sed -i '$a; b' mta-stsd.ini",
    "mv over it": "cp -p mta-stsd.ini x.tmp; echo '; c' >>x.tmp; mv x.tmp mta-stsd.ini",
    "mv from another directory": "cp -p mta-stsd.ini /opt/y; echo '; d' >>/opt/y; mv /opt/y mta-stsd.ini",
    "cp over it": "cp -p mta-stsd.ini /opt/y; echo '; e' >>/opt/y; cp /opt/y mta-stsd.ini",
    "as an editor that keeps the old one": "cp -p mta-stsd.ini n; echo '; f' >>n; mv mta-stsd.ini mta-stsd.ini~; mv n mta-stsd.ini; rm mta-stsd.ini~",
    "as rsync and Ansible": "cp -p mta-stsd.ini .mta-stsd.ini.Xy12; echo '; g' >>.mta-stsd.ini.Xy12; mv -f .mta-stsd.ini.Xy12 mta-stsd.ini",
    "tee": "(cat mta-stsd.ini; echo '; h') >/opt/y; tee mta-stsd.ini </opt/y >/dev/null",
    "install": "(cat mta-stsd.ini; echo '; i') >/opt/y; install -m 0644 /opt/y mta-stsd.ini",
    "a list that was not there": "echo '# none' >domains.txt",
    "a list renamed over it": "echo '# two' >l.tmp; mv l.tmp domains.txt",
    "a list taken away": "rm domains.txt",
    "a file in domains.d": "echo '; a' >domains.d/w.ini",
    "renamed in domains.d": "echo '; b' >domains.d/.w; mv domains.d/.w domains.d/w.ini",
    "taken from domains.d": "rm domains.d/w.ini",
}


class Units(Steps):
    """On the machine of the README's steps, in this order."""

    def unit_files(self):
        # The service and the socket are two ways to the same port.
        checked = self.machine.run(f"systemd-analyze verify --man=no {UNITS} {TELL}", check=False)
        assert checked.returncode == 0 and not checked.stdout, checked.stdout
        version = self.machine.says("systemctl --version").split()[1]
        self.show(f"systemd-analyze verify of systemd {version} finds nothing in the units")
        figures = {}
        for unit in [name for name in UNITS.split() if name.endswith(".service")]:
            command = "systemd-analyze security --offline=true --no-pager"
            said = self.machine.says(f"{command} {unit} | tail -n 1")
            figures[unit] = float(said.split(": ")[1].split()[0])
        assert max(figures.values()) <= 1.5, figures
        self.show(f"systemd-analyze security: {json.dumps(figures)}, none above 1.5")

    def beside_nginx(self):
        """As a package leaves it: all enabled, and no domain."""
        self.machine.run(NGINX)
        units = "mta-stsd.service mta-stsd-certs.path mta-stsd-certs.timer"
        self.machine.run("systemd-sysusers; systemd-tmpfiles --create || :")
        self.machine.run(f"systemctl enable --now {units}")
        begun = time.monotonic()
        eventually(lambda: self.says_in_journal("Finished", "mta-stsd-begin"), 20, "a look")
        assert self.states(*OURS) == ["inactive", "inactive"]
        assert self.states("mta-stsd.path") == ["active"]
        self.nothing_failed()
        listeners = self.machine.says("ss -Hltnp 'sport = :443'")
        assert listeners.count("\n") == 1 and listeners.count('("nginx",') >= 2, listeners
        assert "mta-stsd" not in self.machine.says("ss -Hltnp")
        took = time.monotonic() - begun
        self.show(f"enabled beside nginx on 443: nothing of ours listens or failed, {took:.1f} s later")
        self.machine.run("systemctl disable --now nginx")
        self.machine.run(f"systemctl disable --now {units} mta-stsd.socket mta-stsd.path")

    def nothing_failed(self):
        failed = self.machine.says("systemctl --failed --no-legend --plain")
        assert failed == "", failed

    def says_nothing(self, script):
        return self.machine.says(script) == ""

    def domain_in_the_ini(self):
        """A first domain that no condition of the units can see."""
        self.machine.run(
            "systemctl stop mta-stsd.socket mta-stsd.service; rm -f /run/mta-stsd/has-domains; "
            f"mv /etc/mta-stsd/domains.d /opt/; mkdir /etc/mta-stsd/domains.d; cp -p {INI} /opt/"
        )
        eventually(lambda: self.states(*OURS) == ["inactive", "inactive"], 10, "nothing runs")
        self.machine.run("systemctl start mta-stsd.service")
        assert self.states(*OURS) == ["inactive", "inactive"]
        begun = time.monotonic()
        self.machine.run(f"printf '[example.com]\\nmx = mail.example.com\\n' >>{INI}")
        self.served_within(HOST, 20)
        self.show(f"a first domain within the ini: served {time.monotonic() - begun:.1f} s later")
        self.machine.run("rm -r /etc/mta-stsd/domains.d; mv /opt/domains.d /etc/mta-stsd/")
        self.machine.run(f"cp -p /opt/mta-stsd.ini {INI}; systemctl restart mta-stsd")

    def each_way_a_file_comes_about(self):
        """Both path units see it; a unit that is begun anew has another invocation."""
        changed = ("mta-stsd-changed.service", "mta-stsd-certs-changed.service")
        place, domains = "/etc/mta-stsd", "/etc/mta-stsd/domains.d"
        self.machine.run(f"systemctl start mta-stsd-certs.path; cp -p {INI} /opt/; rm -f {place}/domains.txt")
        missed = []
        for what, script in WAYS.items():
            def begun():
                return [self.shows(unit, "InvocationID") for unit in changed]
            before = begun()
            self.machine.run(f"set -e; cd {place}; {script}")
            try:
                eventually(lambda: all(a != b for a, b in zip(before, begun())), 15, what)
                # The next change must not fall into this look.
                eventually(lambda: "activating" not in self.states(*changed), 30, "the end of a look")
            except AssertionError:
                missed.append(what)
        self.machine.run(f"rm -f {place}/domains.txt {domains}/w.ini; cp -p /opt/mta-stsd.ini {INI}")
        assert not missed, missed
        self.served_within(HOST, 20)
        self.show(f"{len(WAYS)} ways in which a file comes about: each seen by both path units")

    def port_in_use(self):
        """Without the socket unit, which would take the port first."""
        self.machine.run("systemctl disable --now mta-stsd.socket; systemctl stop mta-stsd.service")
        self.machine.run("systemctl start nginx")
        since = self.machine.says("date +%s")
        self.machine.run("systemctl start mta-stsd.service", check=False)
        assert self.says_in_journal("the port is in use by a process of user 0")
        time.sleep(60)  # how often it is tried is what is shown
        lines = self.machine.says(f"journalctl --no-pager -o cat --since @{since} -u mta-stsd | wc -l")
        starts = self.machine.says(
            f"journalctl --no-pager -o cat --since @{since} -u mta-stsd | grep -c 'in use by'")
        assert int(starts) <= 2 * 10, starts
        self.machine.run("systemctl stop nginx")
        took = self.served_within(HOST, 45)
        self.show(f"a port in use: {starts} messages, {lines} lines a minute; free again: served {took:.0f} s later")
        self.machine.run("systemctl enable mta-stsd.socket; systemctl restart mta-stsd")

    def last_domain(self):
        """As doc/guides/taking-it-away.md ends; and without the stop, which somebody will forget."""
        away = "mkdir -p /opt/away; mv /etc/mta-stsd/domains.d/*.ini /opt/away/"
        back = "mv /opt/away/*.ini /etc/mta-stsd/domains.d/"
        marker = "test -e /run/mta-stsd/has-domains && echo there"
        for stop in ("systemctl stop mta-stsd.socket mta-stsd.service", "systemctl stop mta-stsd.service"):
            self.machine.run(f"{away}; {stop}")
            eventually(lambda: self.says_nothing(marker), 20, "the marker's end")
            eventually(lambda: self.states(*OURS) == ["inactive", "inactive"], 20, "nothing runs")
            assert not self.fetches(HOST)
            self.nothing_failed()
            self.machine.run(back)
            self.served_within(HOST, 20)
        self.machine.run(f"{away}; systemctl restart mta-stsd; sleep 3; systemctl restart mta-stsd")
        assert not self.fetches(HOST)
        assert self.states(*OURS) == ["active", "active"]
        self.nothing_failed()
        self.machine.run(back)
        self.served_within(HOST, 20)
        self.show("the last domain gone: with the stop nothing listens, without it nothing fails")

    def next_to_a_web_server(self):
        """The guide's blocks for nginx, then the order of a boot in which ours comes first."""
        blocks = {block.first: block.text for block in guidenet.blocks_of("next-to-a-web-server")}
        kept = self.machine.says(f"cat {INI}")
        listen = blocks["listen = 127.0.0.1:8443"]
        self.write(INI, re.sub(r"(?m)^listen.*\n", "", kept + "\n").replace("[server]\n", f"[server]\n{listen}"))
        self.machine.run("set -e\n" + blocks["sudo mta-stsd --check"])
        self.machine.run("sed -i 's/listen 443/listen 8444/; s/:443/:8444/' /etc/nginx/conf.d/www.conf")
        self.machine.run("cat >>/etc/nginx/nginx.conf", input=blocks["stream {"])
        self.machine.run("cp /etc/nginx/nginx.conf /opt/nginx.conf; systemctl restart nginx")
        assert self.fetches(HOST)
        self.machine.run("systemctl stop nginx mta-stsd.service; systemctl start mta-stsd.service nginx")
        assert self.fetches(HOST)
        self.nothing_failed()
        assert "nginx" in self.machine.says("ss -Hltnp 'sport = :443'")
        self.show("nginx in front, as the guide has it: served, also when ours is started first")
        self.machine.run("systemctl stop nginx mta-stsd.service")
        self.write(INI, kept + "\n")
        self.machine.run("systemctl enable mta-stsd.socket; systemctl start mta-stsd.socket mta-stsd.service")
        self.served_within(HOST, 20)

    def starts_by_socket(self):
        self.machine.run("systemctl stop mta-stsd.service")
        assert self.states(*OURS) == ["active", "inactive"]
        took = self.served_within(HOST, 10)
        assert self.states(*OURS) == ["active", "active"]
        self.show(f"a client starts the stopped service by its socket: served after {took:.2f} s")

    def without_the_socket(self):
        restart = "systemctl restart mta-stsd.service"
        self.machine.run(f"systemctl disable --now mta-stsd.socket; {restart}")
        assert self.states(*OURS) == ["inactive", "active"]
        assert self.fetches(HOST)
        self.machine.run(f"systemctl enable mta-stsd.socket; {restart}")
        assert self.states(*OURS) == ["active", "active"]
        assert self.fetches(HOST)
        self.show("the socket disabled: the service opens its own; enabled: a restart brings it back")

    def reloads(self):
        path = "/etc/mta-stsd/domains.d/example.com.ini"
        kept = self.machine.says(f"cat {INI}")
        bad_domain = "[bad.example]\nmx = 192.0.2.1\n"
        for name, more in (("one", ""), ("two", bad_domain)):
            self.write(path, f"[example.com]\nmx = {name}.example.com\n{more}")
            begun = time.monotonic()
            self.machine.run("systemctl reload mta-stsd")
            took = time.monotonic() - begun
            assert self.fetches(HOST, f"mx: {name}.example.com"), "not the new policy"
            what = "with a bad domain beside it" if more else "good"
            self.show(f"reload, {what}: status 0, the new policy at once ({took:.2f} s)")
        # Together with the change that must not be served.
        self.write(path, "[example.com]\nmx = three.example.com\n")
        self.write(INI, kept + "\n[server]\ncolour = red\n")
        done = self.machine.run("systemctl reload mta-stsd", check=False)
        assert done.returncode == 1, done
        assert self.states(*OURS) == ["active", "active"]
        assert self.fetches(HOST, "mx: two.example.com")
        assert self.says_in_journal("reload refused: the configuration has errors", options="-p err")
        self.show("reload of a bad ini: status 1, the reason in the journal, the old one serves on")
        self.refused_start(kept)

    def refused_start(self, kept):
        """Still with the bad ini; without the socket, so that no client brings about a start."""
        self.machine.run("systemctl disable --now mta-stsd.socket")
        self.machine.run("systemctl restart mta-stsd", check=False)
        eventually(lambda: "failed" in self.states("mta-stsd.service"), 10, "the failure")
        assert self.shows("mta-stsd", "ExecMainStatus") == "78"
        assert self.shows("mta-stsd", "NRestarts") == "0"
        self.write(INI, kept + "\n")
        took = eventually(lambda: self.states("mta-stsd") == ["active"], 20, "a start")
        assert self.fetches(HOST, "mx: three.example.com")
        self.show(
            f"a start with a bad ini: status 78, not tried again; mended, served after {took:.1f} s"
        )
        self.add_domain("example.com")
        self.machine.run("systemctl enable mta-stsd.socket; systemctl restart mta-stsd")

    def journal(self):
        """Each line of the server's has its priority and its name, and no secret is in it."""
        script = "journalctl --no-pager -b -o json _SYSTEMD_UNIT=mta-stsd.service"
        entries = [json.loads(line) for line in self.machine.says(script).splitlines()]
        ours = [entry for entry in entries if entry.get("_COMM") == "mta-stsd"]
        assert {entry["SYSLOG_IDENTIFIER"] for entry in ours} == {"mta-stsd"}
        wanted = {"error: ": "3", "fetch ": "6", "ready: ": "5", "reload refused": "3"}
        for words, priority in wanted.items():
            found = {entry["PRIORITY"] for entry in ours if words in str(entry["MESSAGE"])[:90]}
            assert priority in found and len(found) == 1, (words, found)
        assert not [entry for entry in ours if "PRIVATE KEY" in str(entry["MESSAGE"])]
        self.show(f"{len(ours)} lines in the journal, each with its priority")

    def drift_watch(self):
        """What this machine's DNS lacks is told by the first run or the second, and the command gets it."""
        kept = self.machine.says(f"cat {INI}")
        self.write("/opt/told", "#!/bin/sh\nexec cat >/var/lib/mta-stsctl/called\n")
        self.machine.run("chmod 755 /opt/told; systemd-sysusers")
        self.write(INI, kept + "\n[watch]\ncommand = /opt/told\n")
        assert self.states("mta-stsctl-check.timer") == ["inactive"]
        start = "systemctl start mta-stsctl-check.service"
        statuses = [self.machine.run(start, check=False, seconds=300).returncode for _ in range(3)]
        assert 1 in statuses[:2] and statuses[2] == 0, statuses
        eventually(lambda: self.states(TELL) == ["inactive"] and self.machine.says(
            "cat /var/lib/mta-stsctl/called"), 30, "the call of the command")
        told = json.loads(self.machine.says("cat /var/lib/mta-stsctl/called"))
        assert {item["event"] for item in told["items"]} == {"began"}, told
        owners = self.machine.says("stat -c %U /var/lib/mta-stsctl/told.json /var/lib/mta-stsctl/called")
        assert owners.split() == ["_mta-stsd-check"] * 2, owners
        script = "journalctl --no-pager -b -o json _SYSTEMD_UNIT=mta-stsctl-check.service"
        entries = [json.loads(line) for line in self.machine.says(script).splitlines()]
        began = {entry["PRIORITY"] for entry in entries if entry["MESSAGE"].startswith("began: ")}
        assert began and began <= {"3", "4"}, entries
        assert re.search(r": 0 began, .* [1-9]\d* drifts? now", entries[-1]["MESSAGE"]), entries[-1]
        self.write(INI, kept + "\n")
        self.machine.run("rm -r /opt/told /var/lib/mta-stsctl")
        self.nothing_failed()
        self.show("the drift watch in its sandbox: told once, in the journal and to the command, then not")

    def restarts_under_load(self, times=5):
        roots = pathlib.Path(self.machine.root.parent, "roots.pem")
        roots.write_text(self.machine.says(f"cat {ROOTS}") + "\n")
        prefix = ["nsenter", "-t", self.machine.leader, "-n"]
        load = harness.LoadClients((ADDRESS, 443), [HOST], 200, 4, prefix, roots)
        pids = set()
        for _ in range(times):
            reached = load.count() + 60
            eventually(lambda: load.count() >= reached or not load.running(), 60, "more fetches")
            self.machine.run("systemctl restart mta-stsd.service")
            pids.add(self.shows("mta-stsd", "MainPID"))
        count, bodies, failures = load.stop()
        assert len(pids) == times and not failures, failures[:5]
        assert len(bodies) == 1 and " 200 " in next(iter(bodies)), bodies
        self.show(f"{times} restarts under load by the socket: {count} fetches, none refused or failed")

    def watchdog(self):
        self.drop_in("[Service]\nWatchdogSec=2s\n")
        self.machine.run("systemctl restart mta-stsd")
        for what in ("stopped (SIGSTOP)", "with one thread stuck"):
            before = self.shows("mta-stsd", "MainPID"), self.shows("mta-stsd", "NRestarts")
            begun = time.monotonic()
            if "thread" in what:
                self.write("/opt/stuck.py", STUCK)
                self.machine.run(f"systemd-run -q --unit=stuck python3 /opt/stuck.py {before[0]}")
                eventually(lambda: self.says_in_journal("stopped", "stuck"), 10, "the stop")
            else:
                self.machine.run("systemctl kill --kill-whom=main -s STOP mta-stsd")
            eventually(lambda: self.shows("mta-stsd", "NRestarts") != before[1], 60, "a restart")
            self.served_within(HOST, 20)
            took = time.monotonic() - begun
            assert self.shows("mta-stsd", "MainPID") != before[0]
            assert self.says_in_journal("Watchdog timeout (limit 2s)!")
            self.show(f"the server {what}: ended by the watchdog and served again after {took:.1f} s")
        assert self.says_in_journal("a thread is stuck")
        self.drop_in(None)
        self.machine.run("systemctl restart mta-stsd")

    def credentials(self):
        """A file that only root may read; it lies outside of all that the server's user can."""
        host, store = "mta-sts.cred.example", "/opt/credentials"
        self.make_certificate(host, store)
        self.drop_in(f"[Service]\nLoadCredential={host}.pem:{store}/{host}.pem\n")
        place = "/run/credentials/mta-stsd.service/%h.pem"
        text = f"[cred.example]\nmx = mail.example.com\ncertificate = {place}\n"
        self.write("/etc/mta-stsd/domains.d/cred.example.ini", text)
        self.machine.run("systemctl restart mta-stsd")
        first = self.end_of(host)
        assert "notAfter" in first, first
        self.machine.run("systemctl reload mta-stsd")
        self.make_certificate(host, store, days=60)
        self.machine.run("systemctl reload mta-stsd")
        assert self.end_of(host) == first
        self.machine.run("systemctl restart mta-stsd")
        assert self.end_of(host) not in (first, "")
        self.show("a certificate by LoadCredential= is served; a renewed one after a restart")
        self.drop_in(None)
        self.machine.run("rm /etc/mta-stsd/domains.d/cred.example.ini; systemctl restart mta-stsd")

    def make_certificate(self, host, directory, days=30):
        self.machine.run(
            f"umask 077; mkdir -p {directory}; cd {directory}; openssl req -x509 -newkey ec -pkeyopt "
            f"ec_paramgen_curve:prime256v1 -nodes -days {days} -subj /CN={host} "
            f"-addext subjectAltName=DNS:{host} -keyout key -out cert 2>&1 && cat cert key >{host}.pem"
        )

    def swapped_link(self):
        """As Kubernetes publishes a ConfigMap: ..data is a link, renamed over the one before."""
        volume = "/etc/mta-stsd/domains.d"
        self.machine.run("cp -a /etc/mta-stsd/domains.d /opt/kept")
        for number, name in enumerate(("link-a", "link-b")):
            text = f"[example.com]\nmx = {name}.example.com\n"
            self.write(f"{volume}/..{number}/example.com.ini", text)
            begun = time.monotonic()
            self.machine.run(f"cd {volume} && ln -s ..{number} ..tmp && mv -T ..tmp ..data")
            if number == 0:
                self.machine.run(f"ln -sf ..data/example.com.ini {volume}/example.com.ini")
            eventually(lambda: self.fetches(HOST, f"mx: {name}.example.com"), 20, name)
            took = time.monotonic() - begun
        self.show(f"watch: a swapped symlink is served {took:.1f} s later, without a signal")
        self.machine.run(
            f"cd {volume} && rm -r ..data ..0 ..1 example.com.ini && cp -a /opt/kept/. {volume}/"
        )
        eventually(lambda: self.fetches(HOST), 20, "the policy of before")

    def first(self):
        """Before anything is configured."""
        self.unit_files()
        self.beside_nginx()

    def run(self):
        """With a domain that has its certificate."""
        self.starts_by_socket()
        self.reloads()
        self.without_the_socket()
        self.domain_in_the_ini()
        self.each_way_a_file_comes_about()
        self.port_in_use()
        self.last_domain()
        self.next_to_a_web_server()
        self.restarts_under_load()
        self.watchdog()
        self.credentials()
        self.swapped_link()
        self.journal()
        self.drift_watch()
        self.tls_reports()
        self.nothing_failed()
