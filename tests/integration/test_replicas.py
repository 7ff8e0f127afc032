# SPDX-License-Identifier: ISC
"""replicas: two servers behind HAProxy or nginx; one orders, both serve, and a real CA asks."""
import grp
import os
import re
import socket
import subprocess
import unittest

import harness
from harness import needs
from test_ctl_certs import Fetches, RenewalCase

EXAMPLES = harness.SOURCE / "doc" / "examples"
STREAM_MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so"
HOST = "mta-sts.a.example"
CLIENT = "127.0.0.9"  # what the servers must see as the client, though the balancer connects


class Replicas(RenewalCase):
    """RenewalCase's home is the first machine, which orders; self.other is the second one's."""

    def setUp(self):
        super().setUp()
        self.top = self.home
        self.machines = [self.top / "one", self.top / "two"]
        for machine in self.machines:
            machine.mkdir()
            for name in ("challenges", "certs", "domains.d"):
                (machine / name).mkdir(mode=0o755)
            if harness.as_root():
                os.chown(machine / "certs", 0, grp.getgrnam("nogroup").gr_gid)
                (machine / "certs").chmod(0o2755)
        self.home = self.machines[0]
        self.ini = self.home / "mta-stsd.ini"
        self.state = self.home / "state"
        self.ports = [harness.free_port(), harness.free_port()]
        self.address = ("127.0.0.1", self.authority.ports["tls"])

    def configure_both(self, command, *acme):
        """The same configuration on both machines, but for the ports."""
        for machine, port in zip(self.machines, self.ports):
            self.home, self.ini = machine, machine / "mta-stsd.ini"
            self.configure(
                "a.example",
                acme=("contact = mailto:a@example.com", f"deploy_command = {command}", *acme),
            )
            text = self.ini.read_text().replace(
                "[server]\n", "[server]\nproxy_from = 127.0.0.1\n" "access_log = on\n"
            )
            self.ini.write_text(re.sub(r"listen = .*", f"listen = 127.0.0.1:{port}", text))
        self.home, self.ini = self.machines[0], self.machines[0] / "mta-stsd.ini"

    def serve_both(self):
        return [self.serve_one(machine) for machine in self.machines]

    def serve_one(self, machine):
        daemon = harness.Daemon(machine / "mta-stsd.ini")
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        return daemon

    def example(self, name, *changes):
        """The shipped example with this test's addresses, and the changes, each of which must fit."""
        text = (EXAMPLES / name).read_text()
        for old, new in (
            *changes,
            ("192.0.2.11:443", f"127.0.0.1:{self.ports[0]}"),
            ("192.0.2.12:443", f"127.0.0.1:{self.ports[1]}"),
        ):
            self.assertIn(old, text)
            text = text.replace(old, new)
        return text

    def balance(self, *command):
        with open(self.top / "balancer.log", "wb") as log:
            child = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.addCleanup(child.wait)
        self.addCleanup(child.terminate)

        def listens():
            self.assertIsNone(child.poll(), (self.top / "balancer.log").read_text())
            with socket.socket() as probe:
                return probe.connect_ex(self.address) == 0

        harness.eventually(listens, 20, "the balancer's start")

    def start_haproxy(self, *changes):
        port = self.address[1]
        text = self.example("haproxy.cfg", ("bind :::443 v4v6", f"bind 127.0.0.1:{port}"), *changes)
        (self.top / "haproxy.cfg").write_text(text)
        self.balance("haproxy", "-db", "-f", self.top / "haproxy.cfg")

    def start_nginx(self, *changes):
        port = self.address[1]
        text = self.example(
            "nginx-stream.conf",
            ("listen [::]:443;", ""),
            ("listen 443;", f"listen 127.0.0.1:{port};"),
            *changes,
        )
        (self.top / "nginx-stream.conf").write_text(text)
        (self.top / "nginx.conf").write_text(
            f"load_module {STREAM_MODULE};\ndaemon off;\nerror_log stderr;\n"
            f"pid {self.top}/nginx.pid;\nevents {{ }}\ninclude {self.top}/nginx-stream.conf;\n"
        )
        self.balance("nginx", "-e", "stderr", "-p", self.top, "-c", self.top / "nginx.conf")

    def make_command(self):
        """The shipped deploy_command; its ssh runs what it is told on this very machine, where the
        second replica's files are below two."""
        ssh = self.top / "ssh"
        ssh.write_text(
            '#!/bin/sh\n[ "$1" = second ] || exit 255\nshift\n'
            f'exec sh -c "$(echo "$*" | sed "s,{self.top}/one/,{self.top}/two/,g")"\n'
        )
        command = self.top / "deploy-to-replicas"
        text = (EXAMPLES / "deploy-to-replicas").read_text()
        text, hits = re.subn(r"(?m)^replicas=.*$", "replicas=second", text)
        text, more = re.subn(r"(?m)^ssh=.*$", f"ssh='{ssh}'", text)
        self.assertEqual((hits, more), (1, 1))
        return self.make_program(command, text, ssh)

    def make_program(self, path, text, *others):
        path.write_text(text)
        for program in (path, *others):
            program.chmod(0o755)
        return path

    def answered(self, daemon):
        return len(
            re.findall(rf"challenge host={re.escape(HOST)} client=\S+ answered", daemon.log())
        )

    def served(self, daemon):
        """How many fetches of the client this one answered."""
        return len(
            re.findall(
                rf"^fetch .* host={re.escape(HOST)} client={CLIENT} status=200", daemon.log(), re.M
            )
        )

    def files(self, folder):
        return [
            sorted(path.name for path in (machine / folder).iterdir()) for machine in self.machines
        ]

    def assert_both_serve(self, daemons):
        """No fetch through the balancer fails, and each machine answers some: on a busy machine the
        balancer leaves one out for seconds."""
        fetches = Fetches(self.address, HOST, self.authority.context(), CLIENT)
        fetches.go_on(30)
        self.assertEqual(fetches.stop(), [])
        for daemon in daemons:
            self.assertGreater(self.served(daemon), 2)
        pems = [(machine / "certs" / f"{HOST}.pem").read_bytes() for machine in self.machines]
        self.assertEqual(pems[0], pems[1])

    def assert_issued_by_copies(self, start, *changes):
        """The balancer knows nothing of challenges, so each machine must have them."""
        self.configure_both(self.make_command())
        daemons = self.serve_both()
        start(*changes)
        self.assertIn("1 renewed, 0 failed", self.renew())
        for daemon in daemons:  # the CA looks three times
            self.assertGreater(self.answered(daemon), 0)
        self.assertEqual(self.files("challenges"), [[], []])
        self.assert_both_serve(daemons)

    def assert_issued_by_alpn(self, start):
        """No machine but the first ever has a challenge."""
        text = (EXAMPLES / "deploy-to-replicas").read_text()
        self.assertIn("    begin) rsync", text)
        command = self.make_command()
        self.make_program(command, command.read_text().replace("    begin) rsync", "    no) rsync"))
        self.configure_both(command)
        daemons = self.serve_both()
        start()
        self.assertIn("1 renewed, 0 failed", self.renew())
        self.assertGreaterEqual(self.answered(daemons[0]), 3)
        self.assertEqual(self.answered(daemons[1]), 0)
        self.assert_both_serve(daemons)


HAPROXY_ALPN = "    use_backend mta-sts-issuer if { req.ssl_alpn acme-tls/1 }\n"
NGINX_ALPN = "        acme-tls/1 mta_sts_issuer;\n"


@needs("haproxy", "rsync")
class BehindHaproxy(Replicas):
    def test_the_deploy_command_copies_challenge_and_certificate_to_the_second(self):
        self.assert_issued_by_copies(self.start_haproxy, (HAPROXY_ALPN, ""))

    def test_the_balancer_sends_the_challenge_to_the_machine_that_orders(self):
        self.assert_issued_by_alpn(self.start_haproxy)

    def test_neither_way_nothing_is_issued(self):
        self.configure_both("/bin/true")
        self.serve_both()
        self.start_haproxy((HAPROXY_ALPN, ""))
        self.assertIn("not ready: the server at 127.0.0.1:", self.renew(status=1))
        self.assertEqual(self.authority.calls(), [])
        self.configure_both("/bin/true", "precheck = off")
        self.assertIn("failed: the CA refused: ", self.renew(status=1))

    def test_one_machine_is_stopped_and_replaced_while_fetches_go_on(self):
        self.configure_both(self.make_command())
        daemons = self.serve_both()
        self.start_haproxy()
        self.renew()
        fetches = Fetches(self.address, HOST, self.authority.context(), CLIENT)
        fetches.go_on()
        for number, machine in reversed(list(enumerate(self.machines))):
            daemons[number].stop()
            fetches.go_on()
            daemons[number] = self.serve_one(machine)
            harness.eventually(lambda d=daemons[number]: self.served(d) > 5, 20, "its share")
        self.assertEqual(fetches.stop(), [])


@needs("nginx", "rsync")
@unittest.skipUnless(os.path.exists(STREAM_MODULE), "nginx has no stream module here")
class BehindNginx(Replicas):
    def test_the_deploy_command_copies_challenge_and_certificate_to_the_second(self):
        self.assert_issued_by_copies(self.start_nginx, (NGINX_ALPN, ""))

    def test_the_balancer_sends_the_challenge_to_the_machine_that_orders(self):
        self.assert_issued_by_alpn(self.start_nginx)


@needs("rsync")
class DeployCommand(Replicas):
    """What its failures do. Nothing balances: the CA asks the first machine."""

    def setUp(self):
        super().setUp()
        self.ports[0] = self.authority.ports["tls"]
        self.log = self.top / "deploy.log"

    def configure_both(self, command, *acme):
        super().configure_both(command, *acme)
        self.ini.write_text(self.ini.read_text().replace("proxy_from = 127.0.0.1\n", ""))

    def failing(self, *events):
        """A command that fails at these events, and logs each call."""
        return self.make_program(
            self.top / "failing",
            "#!/bin/sh\n"
            f'echo "$*" >>"{self.log}"\n'
            f"case $1 in\n{'|'.join(events)})\n"
            "    echo 'ssh: connect to host second: No route to host' >&2\n"
            "    echo 'rsync error: more of it' >&2\n    exit 3 ;;\nesac\n",
        )

    def installed_on(self, machine=0):
        return (self.machines[machine] / "certs" / f"{HOST}.pem").read_bytes()

    def test_where_it_fails_no_challenge_is_left_the_ca_is_not_asked_and_the_old_one_stays(self):
        self.configure_both(self.make_command())
        daemons = self.serve_both()
        self.renew()
        old = self.installed_on()
        answered = self.answered(daemons[0])
        # Noticed before the CA is asked, and where nobody looks before, by the client's hook.
        self.configure_both(self.failing("begin", "failed"))
        said = self.renew_json("--force", status=1)
        self.assertEqual((said["renewed"], said["failed"], said["not_ready"]), (0, 0, 1))
        self.assertEqual(
            said["hosts"][0]["reason"],
            "deploy_command failed with status 3: ssh: connect to host second: No route to host",
        )
        self.assertEqual(len(self.authority.calls()), 1)
        self.log.unlink()
        # A new account has no authorization yet: Pebble reuses one in a hundred times even where it
        # is told not to (findings/pebble-authz-reuse.sh), and then no hook runs.
        (self.home / "state" / "private" / "key.pem").unlink()
        self.configure_both(self.failing("begin", "failed"), "precheck = off")
        said = self.renew_json("--force", status=1)
        self.assertEqual((said["renewed"], said["failed"]), (0, 1))
        self.assertEqual(
            said["hosts"][0]["reason"],
            "the CA was not asked: deploy_command failed "
            "with status 3: ssh: connect to host second: No route to host",
        )
        challenges = self.home / "challenges"
        self.assertEqual(
            self.log.read_text().splitlines(),
            [f"begin {HOST} {challenges}", f"failed {HOST} {challenges}"],
        )
        self.assertEqual(self.files("challenges"), [[], []])
        self.assertEqual((self.installed_on(), self.answered(daemons[0])), (old, answered))
        # Once it works again, the next try is made when its back-off is over.
        self.configure_both(self.make_command())
        self.assertIn("renewed, valid until", self.renew("--force"))

    def test_one_that_is_not_there_is_named(self):
        self.configure_both("/nowhere/deploy")
        self.serve_both()
        self.assertRegex(
            self.renew(status=1), "deploy_command failed with status 127: .*/nowhere/deploy"
        )
        self.assertEqual(self.files("challenges"), [[], []])

    def test_a_certificate_that_could_not_be_brought_is_told_kept_and_brought_by_the_next_run(self):
        self.configure_both(self.failing("install"))
        self.serve_both()
        self.assertIn(
            f"{HOST}: not on the other machines: deploy_command failed with status 3: ssh: "
            "connect to host second: No route to host; the next run tries again\n"
            "1 renewed, 0 failed",
            self.renew(status=1),
        )
        new = self.installed_on()
        said = self.renew_json(status=1)  # nothing is due, and it is still missing there
        self.assertEqual((said["renewed"], said["failed"], said["undeployed"]), (0, 0, 1))
        self.assertEqual(
            self.log.read_text().splitlines()[-1], f"install {HOST} {self.home}/certs/{HOST}.pem"
        )
        self.configure_both(self.make_command())
        self.assertIn("0 renewed, 0 failed", self.renew())
        self.assertEqual(self.installed_on(1), new)
        self.assertEqual(len(self.authority.calls()), 1)
        # And that was the last time.
        self.configure_both(self.failing("install"))
        self.renew()

    def test_a_run_that_was_killed_before_it_could_bring_the_certificate_leaves_that_to_the_next(
        self,
    ):
        hanging = self.make_program(
            self.top / "hanging",
            "#!/bin/sh\n" f'[ "$1" != install ] || {{ : >"{self.log}"; exec sleep 60; }}\n',
        )
        self.configure_both(hanging)
        self.serve_both()
        process = self.start_renewal()
        harness.eventually(self.log.exists, 60, "the certificate")
        process.kill()
        process.wait()
        self.configure_both(self.make_command())
        self.assertIn("0 renewed, 0 failed", self.renew())
        self.assertEqual(self.installed_on(1), self.installed_on())


if __name__ == "__main__":
    unittest.main()
