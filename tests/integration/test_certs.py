# SPDX-License-Identifier: ISC
"""certs: certificates that are missing, broken, half written or renewed, seen from a client."""
import os
import re
import shutil
import unittest
from datetime import datetime, timedelta, timezone

import harness
from harness import pki, policy_text, server_section, write_atomically

GOOD = "mta-sts.good.example"
BODY = policy_text(["m.example"])


class Certificates(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("good.example")

    def begin(self, *domains, extra="", server=("workers = 1",)):
        """A daemon with good.example and these domains, all with the pattern %h.pem."""
        names = "".join(f"[{name}]\nmx = m.example\n" for name in ("good.example", *domains))
        return self.start(server_section(*server) + self.defaults_section() + names + extra)

    def shown(self, daemon, host):
        """The certificate that a client gets, in DER."""
        context = harness.tls_context(verify=False)
        context.check_hostname = False
        with harness.TlsClient(daemon.address(), host, context) as client:
            return client.handshake().tls.getpeercert(True)

    def place(self, domain, content):
        return self.write(f"certs/mta-sts.{domain}.pem", content)

    def assert_broken(self, daemon, host):
        """The host has no certificate to show; the good one is not harmed."""
        self.assert_refused(daemon.address(), host, "internal_error")
        self.assert_serves(daemon, GOOD, BODY)

    def test_each_kind_of_broken_file_is_refused_with_its_reason_and_harms_no_other_host(self):
        def leaf(domain, **options):
            return pki().leaf(f"mta-sts.{domain}.example", **options)

        half = leaf("half").pem
        chain = leaf("reversed").chain.replace(
            b"-----END CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n|"
        )
        first, second = chain.split(b"|")[:2]
        rows = {
            "missing": (None, "No such file"),
            "empty": (b"", "no certificate|empty"),
            "text": (b"certificate\n", "no certificate"),
            "nokey": (leaf("nokey").chain, "no private key"),
            "nochain": (leaf("nochain").key, "no certificate"),
            "mismatch": (
                leaf("mismatch").chain + leaf("mismatch", variant=1).key,
                "does not belong",
            ),
            "half": (half[: len(half) // 4], "half written|damaged|no private key"),
            "halfkey": (half[:-60], "half written|damaged|no private key"),
            "damaged": (half.replace(b"MI", b"!!", 1), "half written|damaged"),
            "reversed": (second + first + leaf("reversed").key, "own certificate first"),
            "staple": (
                leaf("staple", extensions=("tlsfeature=status_request",)).pem,
                "must-staple",
            ),
            "rsa1024": (leaf("rsa1024", kind="rsa1024").pem, "1024 bits"),
            "ed25519": (leaf("ed25519", kind="ed25519").pem, "key"),
            "huge": (b"# comment\n" * 10000 + leaf("huge").pem, "65,?536|64"),
            "longchain": (
                pki()
                .leaf(
                    *(
                        ["mta-sts.longchain.example"]
                        + [f"a{i}.longchain.example" for i in range(700)]
                    )
                )
                .pem,
                "TLS record",
            ),
            "nul": (leaf("nul").pem + b"\0", "NUL"),
            "other": (
                pki().leaf("mta-sts.someone.example").pem,
                "mta-sts\\.other\\.example|does not cover",
            ),
        }
        for name, (content, _) in rows.items():
            if content is not None:
                self.place(f"{name}.example", content)
        daemon = self.begin(*(f"{name}.example" for name in rows))
        for name, (_, reason) in rows.items():
            with self.subTest(certificate=name):
                self.assert_broken(daemon, f"mta-sts.{name}.example")
                daemon.wait_for_log(rf"(?i)mta-sts\.{name}\.example.*({reason})")

    def test_what_is_no_regular_file_is_refused_and_blocks_nobody(self):
        os.mkfifo(self.certificates / "mta-sts.fifo.example.pem")
        (self.certificates / "mta-sts.directory.example.pem").mkdir()
        (self.certificates / "mta-sts.device.example.pem").symlink_to("/dev/zero")
        (self.certificates / "mta-sts.loop.example.pem").symlink_to("mta-sts.loop.example.pem")
        (self.certificates / "mta-sts.dangling.example.pem").symlink_to("nowhere")
        names = ("fifo", "directory", "device", "loop", "dangling")
        daemon = self.begin(*(f"{name}.example" for name in names))
        for name in names:
            with self.subTest(kind=name):
                self.assert_broken(daemon, f"mta-sts.{name}.example")
                daemon.wait_for_log(rf"mta-sts\.{name}\.example\.pem")

    @unittest.skipUnless(harness.as_root(), "needs a file that the daemon's user cannot read")
    def test_an_unreadable_file_is_refused_and_says_so(self):
        self.place("unreadable.example", pki().leaf("mta-sts.unreadable.example").pem).chmod(0o600)
        daemon = self.begin("unreadable.example")
        self.assert_broken(daemon, "mta-sts.unreadable.example")
        daemon.wait_for_log("mta-sts.unreadable.example.pem: Permission denied")

    def test_an_expired_certificate_warns_and_is_served(self):
        leaf = pki().leaf("mta-sts.expired.example", dates=("20200101000000Z", "20200401000000Z"))
        self.place("expired.example", leaf.pem)
        daemon = self.begin("expired.example")
        self.assertEqual(self.shown(daemon, "mta-sts.expired.example"), leaf.der)
        daemon.wait_for_log(r"mta-sts\.expired\.example.*expired")

    def test_little_lifetime_left_is_said_be_it_of_90_45_or_6_days(self):
        now = datetime.now(timezone.utc)
        for days in (90, 45, 6):
            for name, share in (("fine", 3), ("old", 5)):
                left = timedelta(days=days / share)
                dates = [f"{t:%Y%m%d%H%M%SZ}" for t in (now + left - timedelta(days), now + left)]
                domain = f"{name}{days}.example"
                self.place(domain, pki().leaf(f"mta-sts.{domain}", dates=tuple(dates)).pem)
        names = [f"{name}{days}.example" for days in (90, 45, 6) for name in ("fine", "old")]
        daemon = self.begin(*names)
        for domain in names:
            self.shown(daemon, f"mta-sts.{domain}")
            if domain.startswith("old"):
                daemon.wait_for_log(rf"mta-sts\.{domain}: .*of its lifetime are left")
        self.assertNotRegex(daemon.log(), "mta-sts.fine.*lifetime")

    def test_what_is_wrong_is_said_once_for_each_state_of_the_file(self):
        self.place("once.example", b"nothing\n")
        daemon = self.begin("once.example")
        for _ in range(10):
            self.assert_refused(daemon.address(), "mta-sts.once.example", "internal_error")
        self.assertEqual(
            len(re.findall(r"(?m)^(?!refused).*mta-sts\.once\.example\.pem", daemon.log())), 1
        )

    def test_a_missing_certificate_that_comes_is_noticed_without_a_signal(self):
        daemon = self.begin("late.example")
        host = "mta-sts.late.example"
        self.assert_refused(daemon.address(), host, "internal_error")
        write_atomically(self.certificates / f"{host}.pem", pki().leaf(host).pem)

        def is_served():
            try:
                return self.shown(daemon, host) == pki().leaf(host).der
            except harness.HandshakeFailed:
                return False

        harness.eventually(is_served, 5, "the certificate's service")

    def renew_until_shown(self, daemon, host, leaf, seconds=4):
        harness.eventually(lambda: self.shown(daemon, host) == leaf.der, seconds, "the renewal")

    def test_a_renewal_is_noticed_without_a_signal_by_every_worker(self):
        host = "mta-sts.renewed.example"
        leaves = [pki().leaf(host, variant=variant) for variant in range(3)]
        self.place("renewed.example", leaves[0].pem)
        daemon = self.begin("renewed.example", server=("workers = 2",))
        self.assertEqual(self.shown(daemon, host), leaves[0].der)
        for leaf in leaves[1:]:
            write_atomically(self.certificates / f"{host}.pem", leaf.pem)
            in_a_row = []

            def settled(leaf=leaf, in_a_row=in_a_row):
                in_a_row.append(self.shown(daemon, host) == leaf.der)
                return all(in_a_row[-20:]) and len(in_a_row) >= 20

            harness.eventually(settled, 6, "the renewal")

    def test_a_file_rewritten_in_place_is_noticed(self):
        host = "mta-sts.inplace.example"
        old, new = pki().leaf(host), pki().leaf(host, variant=1)
        self.place("inplace.example", old.pem)
        daemon = self.begin("inplace.example")
        self.assertEqual(self.shown(daemon, host), old.der)
        self.place("inplace.example", new.pem)
        self.renew_until_shown(daemon, host, new)

    def test_a_renewal_that_is_broken_keeps_the_old_pair_in_service_and_says_so(self):
        host = "mta-sts.kept.example"
        old, new = pki().leaf(host), pki().leaf(host, variant=1)
        path = self.place("kept.example", old.pem)
        daemon = self.begin("kept.example")
        self.assertEqual(self.shown(daemon, host), old.der)
        for content in (new.pem[:300], b"", new.chain + old.key):
            since = daemon.mark()
            write_atomically(path, content)

            def is_said(since=since):
                self.assertEqual(self.shown(daemon, host), old.der)
                return "mta-sts.kept.example" in daemon.log(since)

            harness.eventually(is_said, 5, "the complaint")
        path.unlink()
        for _ in range(5):
            self.assertEqual(self.shown(daemon, host), old.der)
        write_atomically(path, new.pem)
        self.renew_until_shown(daemon, host, new, 6)

    def test_a_certificate_of_another_name_keeps_the_one_before_in_service_and_says_so(self):
        host = "mta-sts.swapped.example"
        old, new = pki().leaf(host), pki().leaf(host, variant=1)
        path = self.place("swapped.example", old.pem)
        daemon = self.begin("swapped.example")
        self.assertEqual(self.shown(daemon, host), old.der)
        since = daemon.mark()
        for variant in range(2):  # and another wrong one after it
            write_atomically(path, pki().leaf("mta-sts.someone.example", variant=variant).pem)
            place = daemon.mark()

            def is_said(place=place):
                self.assertEqual(self.shown(daemon, host), old.der)
                return "the certificate loaded before stays in use" in daemon.log(place)

            harness.eventually(is_said, 5, "the complaint")
        self.assertRegex(
            daemon.log(since),
            rf"(?m)^{host}: .*swapped.* \(the certificate loaded before stays in use",
        )
        self.assertNotIn("renewed", daemon.log(since))
        for _ in range(5):
            self.assertEqual(self.shown(daemon, host), old.der)
        write_atomically(path, new.pem)
        self.renew_until_shown(daemon, host, new)
        self.assert_serves(daemon, host, BODY)

    def test_a_renewal_that_lost_its_chain_keeps_the_old_pair_until_that_expires(self):
        host = "mta-sts.chainless.example"
        names_issuer = ("authorityInfoAccess=caIssuers;URI:http://ca.example/ca.crt",)
        end = datetime.now(timezone.utc) + timedelta(seconds=20)
        dates = ("20260101000000Z", f"{end:%Y%m%d%H%M%SZ}")
        old = pki().leaf(host, dates=dates, extensions=names_issuer)
        path = self.place("chainless.example", old.pem)
        daemon = self.begin("chainless.example", server=("workers = 2",))
        self.assertEqual(self.shown(daemon, host), old.der)
        mark = b"-----END CERTIFICATE-----\n"
        for variant, extensions in enumerate((names_issuer, ())):
            new = pki().leaf(host, variant=variant + 1, extensions=extensions)
            since = daemon.mark()
            write_atomically(path, new.chain.split(mark)[0] + mark + new.key)

            def is_said(since=since):
                self.assertEqual(self.shown(daemon, host), old.der)
                return "the chain lacks the certificate of its issuer" in daemon.log(since)

            harness.eventually(is_said, 5, "the reason")
        self.assertIn(
            f"(the certificate loaded before stays in use until {end:%Y-%m-%d %H:%M:%S} UTC)",
            daemon.log(since),
        )
        self.renew_until_shown(daemon, host, new, 40)

    def test_a_shared_file_that_loses_a_name_serves_each_host_whoever_asks_first(self):
        for number, asks_first in enumerate(("stays", "goes")):
            hosts = {name: f"mta-sts.{name}{number}.example" for name in ("stays", "goes")}
            old, new = pki().leaf(*hosts.values()), pki().leaf(hosts["stays"])
            path = self.write(f"certs/shared{number}.pem", old.pem)
            daemon = self.begin(
                extra="".join(
                    f"[{name}{number}.example]\nmx = m.example\ncertificate = {path}\n"
                    for name in hosts
                )
            )
            for host in hosts.values():
                self.assertEqual(self.shown(daemon, host), old.der)
            write_atomically(path, new.pem)
            place = daemon.mark()

            def is_read(host=hosts[asks_first], daemon=daemon, place=place):
                self.shown(daemon, host)
                return host in daemon.log(place)

            with self.subTest(asks_first=asks_first):
                harness.eventually(is_read, 5, "the new file")
                for _ in range(3):
                    self.assertEqual(self.shown(daemon, hosts["stays"]), new.der)
                    self.assertEqual(self.shown(daemon, hosts["goes"]), old.der)
                daemon.wait_for_log(
                    rf"(?m)^{hosts['stays']}: .*renewed", since=place
                )
                self.assertEqual(daemon.log(place).count("loaded before stays in use"), 1)
            daemon.stop()

    def test_two_files_written_one_after_the_other_are_never_served_as_a_mismatched_pair(self):
        host = "mta-sts.pair.example"
        old, new = pki().leaf(host), pki().leaf(host, variant=1)
        chain, key = self.write("layout/fullchain.pem", old.chain), self.write(
            "layout/privkey.pem", old.key
        )
        daemon = self.begin(
            extra=f"[pair.example]\ncertificate = {chain}\nprivate_key = {key}\nmx = m.example\n"
        )
        self.assertEqual(self.shown(daemon, host), old.der)
        since = daemon.mark()
        write_atomically(chain, new.chain)

        def is_said():
            self.assertEqual(self.shown(daemon, host), old.der)
            return "does not belong" in daemon.log(since)

        harness.eventually(is_said, 5, "the mismatch's complaint")
        write_atomically(key, new.key)
        self.renew_until_shown(daemon, host, new)

    def test_a_swap_of_links_is_noticed(self):
        host = "mta-sts.links.example"
        leaves = [pki().leaf(host), pki().leaf(host, variant=1)]
        base = self.directory / "kubernetes"
        for number, leaf in enumerate(leaves):
            self.write(f"kubernetes/v{number}/tls.crt", leaf.chain)
            self.write(f"kubernetes/v{number}/tls.key", leaf.key)
        (base / "..data").symlink_to("v0")
        for name in ("tls.crt", "tls.key"):
            (base / name).symlink_to(f"..data/{name}")
        daemon = self.begin(
            extra=f"[links.example]\nmx = m.example\n"
            f"certificate = {base}/tls.crt\nprivate_key = {base}/tls.key\n"
        )
        self.assertEqual(self.shown(daemon, host), leaves[0].der)
        (base / "..data_tmp").symlink_to("v1")
        os.rename(base / "..data_tmp", base / "..data")
        shutil.rmtree(base / "v0")
        self.renew_until_shown(daemon, host, leaves[1])

    def test_one_certificate_for_many_hosts_serves_each(self):
        domains = [f"many{number}.example" for number in range(10)]
        leaf = pki().leaf(*(f"mta-sts.{domain}" for domain in domains))
        self.write("certs/many.pem", leaf.pem)
        daemon = self.begin(
            extra="".join(
                f"[{domain}]\ncertificate = {self.certificates}/many.pem\nmx = m.example\n"
                for domain in domains
            )
        )
        for domain in domains:
            self.assert_serves(daemon, f"mta-sts.{domain}", BODY)

    def test_a_wildcard_certificate_serves_its_host(self):
        self.place("wild.example", pki().leaf("*.wild.example").pem)
        daemon = self.begin("wild.example")
        self.assert_serves(daemon, "mta-sts.wild.example", BODY)

    def test_a_host_with_one_good_pair_of_two_is_served(self):
        host = "mta-sts.onegood.example"
        self.write(f"certs/{host}-rsa.pem", pki().leaf(host, kind="rsa").pem)
        daemon = self.begin(
            extra=f"[onegood.example]\ncertificate = {self.certificates}/%h-ec.pem\n"
            f"certificate = {self.certificates}/%h-rsa.pem\nmx = m.example\n"
        )
        for version in ("1.2", "1.3"):
            self.assert_serves(daemon, host, BODY, context=harness.tls_context(version))

    def test_other_kinds_of_good_keys_are_served(self):
        for kind in ("rsa", "p384"):
            self.place(f"{kind}.example", pki().leaf(f"mta-sts.{kind}.example", kind=kind).pem)
        daemon = self.begin("rsa.example", "p384.example")
        for kind in ("rsa", "p384"):
            for version in ("1.2", "1.3"):
                context = harness.tls_context(version)
                self.assert_serves(daemon, f"mta-sts.{kind}.example", BODY, context=context)

    def test_a_certificate_outside_its_validity_never_stops_the_others_in_check(self):
        early = pki().leaf("mta-sts.early.example", dates=("20900101000000Z", "20910101000000Z"))
        self.place("early.example", early.pem)
        daemon = self.begin("early.example")
        self.assertEqual(self.shown(daemon, "mta-sts.early.example"), early.der)
        self.assert_serves(daemon, GOOD, BODY)

    def test_many_broken_hosts_at_once_leave_the_good_one_quick(self):
        domains = [f"b{number}.example" for number in range(50)]
        daemon = self.begin(*domains)
        for domain in domains:
            self.assert_refused(daemon.address(), f"mta-sts.{domain}", "internal_error")
        self.assert_serves(daemon, GOOD, BODY)


if __name__ == "__main__":
    unittest.main()
