# SPDX-License-Identifier: ISC
"""harness: what the integration tests share: the class of a test, and by their names what the modules
harness_* have: certificates, TLS clients, the daemon, load.
"""
import shutil
import subprocess
import sys
import time
import unittest

from harness_base import (  # noqa: F401
    BINARY, PATH, REPORT, SLOW, SOURCE, WRAPPER, bound, eventually, free_port, has_ipv6,
    make_directory, needs, patience, run, source_text, write_atomically,
)
from harness_pki import Leaf, Pki, pki  # noqa: F401
from harness_tls import (  # noqa: F401
    Answer, HandshakeFailed, Reply, TlsClient, alert_name, exchange, fetch, parse_answers,
    request, shared_context, tls_context,
)
from harness_daemon import (  # noqa: F401
    Daemon, as_root, check, clean_environment, is_instrumented, policy_text, proc,
    server_section,
)
from harness_load import LoadClients  # noqa: F401


class TestCase(unittest.TestCase):
    """A test with a directory of its class; its daemons end with it, and speak when it fails."""

    longMessage = True

    @classmethod
    def setUpClass(cls):
        cls.directory = make_directory()
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.certificates = cls.directory / "certs"
        cls.certificates.mkdir(mode=0o755)
        cls.class_daemons = []

    def setUp(self):
        self.daemons = []
        self.addCleanup(self.show_logs)  # the first added is the last called

    def show_logs(self):
        """Where the test failed: what its daemons said last."""
        if self._outcome.success:
            return
        for daemon in [*self.daemons, *self.class_daemons]:
            log = "\n".join(daemon.lines[-60:])
            print(f"# log of the daemon in {self.id()}:\n{log}\n# end", file=sys.stderr)

    @classmethod
    def write(cls, name, content):
        """Writes a file below the class's directory and returns its path."""
        path = cls.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("latin-1"))
        return path

    @classmethod
    def certify(cls, *domains, **options):
        """One PEM with chain and key for each domain's policy host, as %h.pem."""
        for domain in domains:
            leaf = pki().leaf(f"mta-sts.{domain}", **options)
            cls.write(f"certs/mta-sts.{domain}.pem", leaf.pem)

    @classmethod
    def defaults_section(cls, *lines):
        return "\n".join(["[defaults]", f"certificate = {cls.certificates}/%h.pem", *lines]) + "\n"

    @classmethod
    def start_for_class(cls, ini, name="mta-stsd.ini", **options):
        """A daemon for all tests of the class."""
        daemon = Daemon(cls.write(name, ini), **options)
        cls.class_daemons.append(daemon)
        cls.addClassCleanup(daemon.stop)
        return daemon

    def start(self, ini, name="mta-stsd.ini", **options):
        """A daemon for this test."""
        daemon = Daemon(self.write(name, ini), **options)
        self.daemons.append(daemon)
        self.addCleanup(daemon.stop)
        return daemon

    def refuse_start(self, ini, name="refused.ini", expect=78, **options):
        """A daemon that must not start, for its configuration: 78; otherwise 1. Returns what it said."""
        daemon = Daemon(self.write(name, ini), ready=False, **options)
        self.daemons.append(daemon)
        try:
            status = daemon.wait()
        except subprocess.TimeoutExpired:
            daemon.kill()
            self.fail("the daemon runs on")
        daemon.check_reports()
        self.assertEqual(status, expect, daemon.log())
        return daemon.log()

    def assert_serves(self, daemon, host, body, **options):
        answer = fetch(daemon.address(), host, **options)
        self.assertEqual((answer.status, answer.body), (200, body))
        return answer

    def assert_moment(self, seen, since, seconds=0):
        """That many seconds after a moment between since and now."""
        self.assertGreaterEqual(seen, int(since) + seconds)
        self.assertLessEqual(seen, time.time() + seconds + 1)

    def assert_refused(self, address, sni, ending=None, **options):
        """The handshake with this name must fail."""
        with self.assertRaises(HandshakeFailed) as caught:
            TlsClient(address, sni, **options).handshake()
        if ending:
            self.assertRegex(caught.exception.ending, ending)
        return caught.exception.ending
