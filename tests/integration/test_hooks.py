# SPDX-License-Identifier: ISC
"""hooks: what certbot, dehydrated, lego and acme.sh get is installed whole, or not at all."""
import functools
import grp
import http.server
import os
import pathlib
import re
import shutil
import stat
import threading
import time
import unittest

import authority
import harness
from harness import needs, policy_text, run, server_section
from test_ctl_certs import CTL

HOOKS = pathlib.Path(__file__).resolve().parents[2] / "etc" / "hooks"
INSTALL = HOOKS / "install-certificate"
HOST = "mta-sts.example.com"
OTHER = "mta-sts.example.org"
BODY = policy_text()
DIGEST = "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"
# All that install-certificate runs.
COMMANDS = ("cat", "grep", "id", "mta-stsctl", "openssl", "sed", "sort", "stat", "tr")


def find(command):
    return CTL if command == "mta-stsctl" else shutil.which(command)


@unittest.skipUnless(CTL, "mta-stsctl was not built")
class HookCase(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.home = harness.make_directory()
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.certs = self.make_group_directory("certs")

    def make_group_directory(self, name, mode=0o750):
        """For the group that the server runs in, as an admin would make it."""
        path = self.home / name
        path.mkdir()
        if harness.as_root():
            os.chown(path, -1, grp.getgrnam("nogroup").gr_gid)
        path.chmod(mode)
        return path

    def environment(self, **more):
        return {**os.environ, "MTA_STSCTL": CTL, "MTA_STSD_CERTIFICATES": str(self.certs), **more}

    def deliver(self, leaf, name="it"):
        """The client's own files."""
        chain, key = self.home / f"{name}.crt", self.home / f"{name}.key"
        chain.write_bytes(leaf.chain)
        key.write_bytes(leaf.key)
        return chain, key

    def install(self, names, chain, key, **environment):
        return run(INSTALL, names, chain, key, env=self.environment(**environment))

    def installed(self):
        return sorted(path.name for path in self.certs.iterdir())

    def begin(self, port=0, acme=""):
        defaults = f"[defaults]\ncertificate = {self.certs}/%h.pem\n"
        domains = "[example.com]\nmx = mail.example.com\n[example.org]\nmx = mail.example.com\n"
        return self.start(
            server_section(listen=[f"127.0.0.1:{port}"]) + acme + defaults + domains
        )

    def assert_refused_with(self, done, sentence):
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertRegex(done.stderr, sentence)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)


class InstallCertificate(HookCase):
    def test_chain_and_key_go_into_one_file_of_the_directorys_group(self):
        leaf = harness.pki().leaf(HOST)
        done = self.install(HOST, *self.deliver(leaf))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(self.installed(), [f"{HOST}.pem"])
        path = self.certs / f"{HOST}.pem"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o640)
        self.assertEqual(path.stat().st_gid, self.certs.stat().st_gid)
        self.assertEqual(path.stat().st_uid, os.geteuid())
        self.assertEqual(path.read_bytes().replace(b"\n\n", b"\n"), leaf.pem)
        self.assert_serves(self.begin(), HOST, BODY)

    def test_files_without_a_last_line_end_stay_apart(self):
        leaf = harness.pki().leaf(HOST)
        chain, key = self.deliver(leaf)
        chain.write_bytes(leaf.chain.rstrip())
        self.assertEqual(self.install(HOST, chain, key).returncode, 0)
        self.assert_serves(self.begin(), HOST, BODY)

    def test_each_policy_host_of_a_certificate_gets_a_file_and_other_names_none(self):
        files = self.deliver(harness.pki().leaf("www.example.com", HOST, "example.com", OTHER))
        for names in ("www.example.com", "", f"example.com {OTHER}", f"{OTHER},{HOST}"):
            done = self.install(names, *files)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(self.installed(), [f"{HOST}.pem", f"{OTHER}.pem"])
            for path in self.certs.iterdir():
                path.unlink()

    def test_a_certificate_without_policy_host_is_passed_over_in_silence(self):
        files = self.deliver(harness.pki().leaf("www.example.com", "xmta-sts.example.com"))
        for names in ("www.example.com", "", "../mta-sts.example.com"):
            done = self.install(names, *files)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertEqual(self.installed(), [])
        self.certs.rmdir()
        self.assertEqual(self.install("www.example.com", *files).returncode, 0)

    def test_a_wildcard_is_installed_for_the_hosts_that_are_named(self):
        files = self.deliver(harness.pki().leaf("*.example.com"))
        self.assertEqual(self.install("*.example.com", *files).returncode, 0)
        self.assertEqual(self.installed(), [])
        self.assertEqual(self.install(HOST, *files).returncode, 0)
        self.assertEqual(self.installed(), [f"{HOST}.pem"])

    def test_what_does_not_fit_is_refused_and_the_old_file_stays(self):
        old = harness.pki().leaf(HOST)
        self.assertEqual(self.install(HOST, *self.deliver(old)).returncode, 0)
        before = (self.certs / f"{HOST}.pem").read_bytes()
        chain, key = self.deliver(harness.pki().leaf(HOST, variant=1), "new")
        _, other_key = self.deliver(harness.pki().leaf(OTHER), "other")
        empty, half, locked = (self.home / name for name in ("empty", "half", "locked"))
        empty.touch()
        half.write_bytes(key.read_bytes()[:60])
        run("openssl", "pkey", "-in", key, "-aes128", "-passout", "pass:x", "-out", locked)
        for names, one, two, sentence in (
            (HOST, chain, other_key, "the key does not belong to the certificate"),
            (HOST, chain, half, "no private key in PEM form"),
            (HOST, chain, locked, "no private key in PEM form without a password"),
            (HOST, chain, empty, "no private key in PEM form"),
            (HOST, empty, key, "no certificate in PEM form"),
            (HOST, key, chain, "no certificate in PEM form"),
            (HOST, self.home / "missing", key, "missing: cannot be read"),
            (HOST, chain, self.home / "missing", "missing: cannot be read"),
            (OTHER, chain, key, f"the certificate is not for {OTHER}"),
            ("mta-sts.example.com/../x", chain, key, "no host name"),
            ("mta-sts.*", chain, key, "no host name"),
            ("mta-sts..example.com", chain, key, "no host name"),
            ("mta-sts." + "a." * 130 + "com", chain, key, "too long"),
        ):
            with self.subTest(names=names[:40], sentence=sentence):
                self.assert_refused_with(self.install(names, one, two), sentence)
                self.assertEqual(self.installed(), [f"{HOST}.pem"])
                self.assertEqual((self.certs / f"{HOST}.pem").read_bytes(), before)
        self.assertEqual(run(INSTALL, HOST, env=self.environment()).returncode, 2)

    def test_a_directory_that_is_missing_or_not_for_the_server_is_refused(self):
        files = self.deliver(harness.pki().leaf(HOST))
        for mode, sentence in ((0o777, "anybody may write to it"), (0o700, "may not enter it"),
                               (0o740, "may not enter it")):
            self.certs.chmod(mode)
            self.assert_refused_with(self.install(HOST, *files), sentence)
        self.certs.chmod(0o750)
        if harness.as_root():
            os.chown(self.certs, -1, 0)
            self.assert_refused_with(self.install(HOST, *files), "its group is root")
        self.assertEqual(self.installed(), [])
        (self.certs / f"{HOST}.pem").mkdir()
        if harness.as_root():
            os.chown(self.certs, -1, grp.getgrnam("nogroup").gr_gid)
        self.assert_refused_with(self.install(HOST, *files), "this is a directory")
        shutil.rmtree(self.certs)
        self.assert_refused_with(self.install(HOST, *files), "no such directory; make it with")

    @needs("setpriv")
    @unittest.skipUnless(harness.as_root(), "only root can be another user")
    def test_a_user_outside_the_directorys_group_installs_nothing(self):
        chain, key = self.deliver(harness.pki().leaf(HOST))
        os.chown(self.certs, 65534, 1)
        outside = ("setpriv", "--reuid", 65534, "--regid", 65534, "--clear-groups")
        done = run(*outside, INSTALL, HOST, chain, key, env=self.environment())
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be given to the directory's group", done.stderr)
        self.assertEqual(self.installed(), [])
        inside = ("setpriv", "--reuid", 65534, "--regid", 65534, "--groups", 1)
        done = run(*inside, INSTALL, HOST, chain, key, env=self.environment())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual((self.certs / f"{HOST}.pem").stat().st_gid, 1)

    def test_a_link_in_the_way_is_not_followed(self):
        files = self.deliver(harness.pki().leaf(HOST))
        victim = self.home / "victim"
        victim.write_text("whole")
        (self.certs / f"{HOST}.pem").symlink_to(victim)
        self.assertEqual(self.install(HOST, *files).returncode, 0)
        self.assertFalse((self.certs / f"{HOST}.pem").is_symlink())
        self.assertEqual(victim.read_text(), "whole")

    def test_a_link_to_a_directory_in_the_way_is_replaced(self):
        """mv would put the file into the directory, and succeed."""
        leaf = harness.pki().leaf(HOST)
        elsewhere = self.home / "elsewhere"
        elsewhere.mkdir()
        (self.certs / f"{HOST}.pem").symlink_to(elsewhere)
        self.assertEqual(self.install(HOST, *self.deliver(leaf)).returncode, 0)
        self.assertEqual(list(elsewhere.iterdir()), [])
        self.assertIn(leaf.key.strip(), (self.certs / f"{HOST}.pem").read_bytes())

    def tools_without(self, missing):
        tools = self.home / f"tools-without-{missing}"
        tools.mkdir()
        for command in COMMANDS:
            if command != missing:
                (tools / command).symlink_to(find(command))
        return str(tools)

    def test_without_openssl_the_named_hosts_are_installed(self):
        """In a name space: what is in PATH is looked for in /usr/bin as well."""
        files = self.deliver(harness.pki().leaf(HOST))
        text = INSTALL.read_text()
        self.assertIn("\nPATH=", text)
        hook = self.home / "install-certificate"
        hook.write_text(re.sub(r"(?m)^PATH=.*", "", text))
        hook.chmod(0o755)
        done = run(hook, HOST, *files, env=self.environment(PATH=self.tools_without("openssl")))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.installed(), [f"{HOST}.pem"])

    def test_without_mta_stsctl_the_hooks_say_what_to_install(self):
        files = self.deliver(harness.pki().leaf(HOST))
        self.assert_refused_with(self.install(HOST, *files, MTA_STSCTL="mta-stsctl-of-nobody"),
                                 "mta-stsctl-of-nobody, .* is not in .*; install the package")
        done = run(authority.HOOK, "begin", "tls-alpn-01", HOST, "token", DIGEST,
                   env=self.environment(MTA_STSCTL="mta-stsctl-of-nobody",
                                        MTA_STSD_CHALLENGES=str(self.certs)))
        self.assert_refused_with(done, "not begun: .* is not in .*; install the package")
        self.assertEqual(self.installed(), [])

    def test_what_a_killed_run_left_goes_after_a_day(self):
        files = self.deliver(harness.pki().leaf(HOST))
        old, young = (f".{HOST}.pem.{letters}" for letters in ("AAAAAA", "BBBBBB"))
        for name, age in ((old, 3 * 86400), (young, 60), (".other.pem.AAAAAA", 3 * 86400)):
            (self.certs / name).touch()
            moment = time.time() - age
            os.utime(self.certs / name, (moment, moment))
        self.assertEqual(self.install(HOST, *files).returncode, 0)
        self.assertEqual(self.installed(), sorted([young, ".other.pem.AAAAAA", f"{HOST}.pem"]))

    def test_acme_sh_gives_its_files_in_the_environment(self):
        leaf = harness.pki().leaf(HOST)
        chain, key = self.deliver(leaf)
        # As its _installcert does, and with the directory of the certificate as the current one.
        script = """
            export CERT_PATH CERT_KEY_PATH CA_CERT_PATH CERT_FULLCHAIN_PATH Le_Domain
            cd "$DOMAIN_PATH" && eval "$_reload_cmd"
        """
        for domain in (HOST, ""):
            done = run("sh", "-c", script, env=self.environment(
                CERT_PATH="/nonexistent", CERT_KEY_PATH=str(key), CA_CERT_PATH="/nonexistent",
                CERT_FULLCHAIN_PATH=str(chain), Le_Domain=domain, DOMAIN_PATH=str(self.home),
                _reload_cmd=str(HOOKS / "acmesh-deploy")))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(self.installed(), [f"{HOST}.pem"])
            (self.certs / f"{HOST}.pem").unlink()

    def test_lego_of_version_5_names_its_variables_another_way(self):
        chain, key = self.deliver(harness.pki().leaf(HOST))
        done = run(HOOKS / "lego-deploy", env=self.environment(
            LEGO_HOOK_CERT_PATH=str(chain), LEGO_HOOK_CERT_KEY_PATH=str(key),
            LEGO_HOOK_CERT_DOMAINS=f"{HOST}"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.installed(), [f"{HOST}.pem"])

    def test_hooks_called_without_their_client_say_so_and_dehydrateds_other_words_do_nothing(self):
        for name in ("certbot-deploy", "lego-deploy", "acmesh-deploy"):
            done = run(HOOKS / name, env=self.environment())
            self.assertEqual(done.returncode != 0, True)
            self.assertIn("is set by", done.stderr)
        for word in ("startup_hook", "deploy_challenge", "exit_hook", "unheard_of"):
            done = run(HOOKS / "dehydrated-deploy", word, "a", "b", env=self.environment())
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))


class Killed(HookCase):
    """Each command that the hook runs is where it may be killed; the daemon is restarted there."""

    STAND_IN = """#!/bin/sh
echo {name} >>"$COUNT"
if [ "$({wc} -l <"$COUNT")" -ge "$KILL_AT" ]; then
    [ -z "$HALF" ] || {head} -c 300 "$1"
    kill -9 0 # the whole process group: the hook and all it runs
fi
exec {real} "$@"
"""

    def setUp(self):
        super().setUp()
        self.tools = self.home / "tools"
        self.tools.mkdir()
        self.count = self.home / "count"
        for name in COMMANDS:
            words = {name: shutil.which(name) for name in ("wc", "head")}
            path = self.tools / name
            path.write_text(self.STAND_IN.format(name=name, real=find(name), **words))
            path.chmod(0o755)
        self.old = harness.pki().leaf(HOST)
        self.new = harness.pki().leaf(HOST, variant=1)
        self.new_files = self.deliver(self.new, "new")

    def put_old(self):
        path = self.certs / f"{HOST}.pem"
        harness.write_atomically(path, self.old.pem)
        os.chown(path, -1, self.certs.stat().st_gid)
        path.chmod(0o640)

    def install_killed_at(self, number, half=False):
        """Returns the exit status (0: it came to its end) and the commands that were begun."""
        self.count.write_text("")
        done = run(INSTALL, HOST, *self.new_files, start_new_session=True, env=self.environment(
            PATH=str(self.tools), MTA_STSCTL="mta-stsctl", COUNT=str(self.count),
            KILL_AT=str(number), HALF="1" if half else ""))
        return done.returncode, self.count.read_text().split()

    def served_by_a_new_daemon(self):
        daemon = self.begin()
        client = harness.TlsClient(daemon.address(), HOST).handshake()
        client.send(harness.request(HOST))
        reply = client.finish()
        self.assertEqual(reply.one().body, BODY)
        daemon.stop()
        return reply.certificate

    def test_the_host_is_served_wherever_the_hook_was_killed(self):
        begun, number = [], 0
        while True:
            number += 1
            self.put_old()
            status, begun = self.install_killed_at(number)
            served = self.served_by_a_new_daemon()
            if status == 0:
                break
            self.assertEqual(status, -9, begun)
            self.assertEqual(served, self.old.der, begun)
            for name in self.installed():
                self.assertRegex(name, rf"^({HOST}\.pem|\.{HOST}\.pem\.[\w-]{{6}})$")
        self.assertEqual(served, self.new.der)
        self.assertEqual(set(COMMANDS) - set(begun) - {"id"}, set(), "stand-ins that were not used")
        self.assertGreater(number, 15)

    def test_half_a_file_is_never_in_place(self):
        for part in (0, 1):
            self.put_old()
            _, begun = self.install_killed_at(1000)
            self.put_old()
            place = [n for n, name in enumerate(begun, 1) if name == "cat"][part]
            status, begun = self.install_killed_at(place, half=True)
            self.assertEqual((status, begun[-1]), (-9, "cat"))
            self.assertEqual(self.installed(), [f"{HOST}.pem"])
            self.assertEqual(self.served_by_a_new_daemon(), self.old.der)

    @needs("strace")
    @unittest.skipIf(harness.is_instrumented(), "a leak checker runs under no other tracer")
    def test_the_old_file_or_the_new_one_is_there_wherever_the_writer_is_killed(self):
        """At each system call from where it opens the directory on."""
        path = self.certs / f"{HOST}.pem"
        log = self.home / "strace.log"
        content = self.new.pem

        def write(*words):
            self.put_old()
            done = run("strace", "-qq", "-o", log, *words, CTL, "install-file", path,
                       input=content.decode())
            found = path.read_bytes()
            self.assertIn(found, (self.old.pem, content), words)
            return done.returncode, found == content

        self.assertEqual(write(), (0, True))
        calls = re.findall(r"(?m)^(\w+)\(.*", log.read_text())
        lines = log.read_text().splitlines()
        first = next(n for n, line in enumerate(lines) if "O_PATH" in line)
        ended = set()
        for place in range(first, len(calls) - 1):
            call = calls[place]
            number = calls[: place + 1].count(call)
            status, is_new = write("-e", f"inject={call}:signal=KILL:when={number}")
            if status != 0:
                ended.add((call, is_new))
        self.assertLessEqual({("write", False), ("fsync", False), ("fsync", True)}, ended)

    def test_a_command_that_fails_leaves_the_old_file_and_nothing_else(self):
        for name in ("cat", "mta-stsctl", "stat"):
            self.put_old()
            tools = self.home / f"failing-{name}"
            tools.mkdir()
            (tools / name).symlink_to(shutil.which("false"))
            path = f"{tools}:{os.environ['PATH']}"
            done = self.install(HOST, *self.new_files, PATH=path, MTA_STSCTL=(
                "mta-stsctl" if name == "mta-stsctl" else CTL))
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(self.installed(), [f"{HOST}.pem"])
            self.assertIn(self.old.key, (self.certs / f"{HOST}.pem").read_bytes())


@needs(*authority.TOOLS)
class Clients(HookCase):
    """The clients themselves, and an authority that issues; each answers its own challenge."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority = authority.Authority()
        cls.addClassCleanup(cls.authority.close)
        cls.context = cls.authority.context()

    def run_client(self, *command, **environment):
        root = str(self.authority.api_root)
        done = run(*command, seconds=60, env=self.environment(
            REQUESTS_CA_BUNDLE=root, LEGO_CA_CERTIFICATES=root, CURL_CA_BUNDLE=root, **environment))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def served(self, daemon, host=HOST):
        """Verified against the authority's root: the certificate, once there is one."""

        def fetched():
            client = harness.TlsClient(daemon.address(), host, self.context)
            try:
                client.handshake()
            except harness.HandshakeFailed:
                return None  # a missing certificate is remembered for seconds
            client.send(harness.request(host))
            reply = client.finish()
            self.assertEqual(reply.one().body, BODY)
            return reply.certificate

        return harness.eventually(fetched, 10, "the new certificate's service")

    def assert_renewed(self, daemon, before, host=HOST):
        harness.eventually(lambda: self.served(daemon, host) != before, 10, "the renewed one's service")

    def serve_webroot(self):
        """Python's own web server, for dehydrated's HTTP-01."""
        root = self.home / "web"
        (root / ".well-known" / "acme-challenge").mkdir(parents=True)

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", self.authority.ports["http"]), functools.partial(Quiet, directory=root)
        )
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        return root / ".well-known" / "acme-challenge"

    def certbot(self, *words):
        home = self.home / "certbot"
        folders = (f"--{kind}-dir={home / kind}" for kind in ("config", "work", "logs"))
        return self.run_client("certbot", *words, *folders, "--non-interactive", "--server",
                               self.authority.url, "--http-01-port",
                               self.authority.ports["http"], "--no-random-sleep-on-renew")

    @needs("certbot")
    def test_certbot_by_http_01_and_its_renewal_by_a_linked_hook(self):
        daemon = self.begin()
        self.certbot("certonly", "--standalone", "--agree-tos", "--register-unsafely-without-email",
                     "--deploy-hook", str(HOOKS / "certbot-deploy"), "-d", "www.example.com",
                     "-d", HOST, "-d", OTHER)
        self.assertEqual(self.installed(), [f"{HOST}.pem", f"{OTHER}.pem"])
        first = self.served(daemon)
        self.served(daemon, OTHER)
        config = self.home / "certbot" / "config"
        # The hook named at first is kept in the renewal's file; the link alone shall do it.
        (renewal,) = (config / "renewal").glob("*.conf")
        renewal.write_text("".join(line for line in renewal.read_text().splitlines(True)
                                   if "renew_hook" not in line))
        (config / "renewal-hooks" / "deploy" / "mta-stsd").symlink_to(HOOKS / "certbot-deploy")
        self.certbot("renew", "--force-renewal")
        self.assert_renewed(daemon, first)
        # By hand, as the manual page tells for a hook that was killed.
        (self.certs / f"{HOST}.pem").unlink()
        (lineage,) = (path for path in (config / "live").iterdir() if path.is_dir())
        self.run_client(HOOKS / "certbot-deploy", RENEWED_LINEAGE=str(lineage))
        self.assertEqual(self.installed(), [f"{HOST}.pem", f"{OTHER}.pem"])

    @needs("lego")
    def test_lego_by_http_01_and_its_renewal(self):
        daemon = self.begin()
        lego = ("lego", "--server", self.authority.url, "--email", "a@example.com",
                "--domains", HOST, "--http", "--http.port", f"127.0.0.1:{self.authority.ports['http']}",
                "--path", self.home / "lego", "--accept-tos")
        self.run_client(*lego, "run", "--run-hook", HOOKS / "lego-deploy")
        first = self.served(daemon)
        self.run_client(*lego, "renew", "--days", "99999", "--no-random-sleep", "--renew-hook",
                        HOOKS / "lego-deploy")
        self.assert_renewed(daemon, first)

    def dehydrated(self, challenge, **settings):
        settings = {
            "CA": self.authority.url,
            "BASEDIR": self.home / "dehydrated",
            "CHALLENGETYPE": challenge,
            "HOOK": HOOKS / "dehydrated-deploy",
            "KEY_ALGO": "prime256v1",
            "KEYSIZE": 2048,
            **settings,
        }
        (self.home / "dehydrated").mkdir(exist_ok=True)
        config = self.home / "dehydrated" / "config"
        config.write_text("".join(f'{key}="{value}"\n' for key, value in settings.items()))
        if not (self.home / "dehydrated" / "accounts").exists():
            self.run_client("dehydrated", "--register", "--accept-terms", "-f", config)
        return self.run_client("dehydrated", "--cron", "-f", config, "-d", HOST)

    @needs("dehydrated")
    def test_dehydrated_by_http_01_and_what_a_killed_run_missed_by_the_next(self):
        daemon = self.begin()
        folder = self.serve_webroot()
        self.dehydrated("http-01", WELLKNOWN=folder)
        self.served(daemon)
        # Killed before its hook: the next run, though nothing is due, makes up for it.
        (self.certs / f"{HOST}.pem").unlink()
        self.dehydrated("http-01", WELLKNOWN=folder)
        self.assertEqual(self.installed(), [f"{HOST}.pem"])

    @needs("dehydrated")
    def test_dehydrated_by_tls_alpn_01_through_the_daemon(self):
        challenges = self.make_group_directory("challenges", 0o2750)
        acme = f"[acme]\naccept_terms = yes\nchallenges = {challenges}\n"
        daemon = self.begin(self.authority.ports["tls"], acme)
        # A digest that another client's hook forgot is not in the way.
        (challenges / HOST).write_text(DIGEST)
        os.utime(challenges / HOST, (1, 1))
        self.dehydrated("tls-alpn-01", ALPNCERTDIR=challenges)
        daemon.wait_for_log(rf"challenge host={HOST} client=127\.0\.0\.1 answered")
        self.served(daemon)
        self.assertEqual([path.name for path in challenges.iterdir()], [HOST])


if __name__ == "__main__":
    unittest.main()
