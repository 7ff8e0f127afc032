# SPDX-License-Identifier: ISC
"""records: mta-stsctl records, against a real name server that takes updates, and the daemon."""
import hashlib
import json
import re
import unittest

import harness
from harness import needs, policy_text, server_section
from nameserver import KNOTD, Nameserver
from test_ctl_certs import CtlCase

CUSTOMERS = ("one.example", "two.example")
TLSRPT = "mailto:tlsrpt@example.com"


def identity(policy):
    return hashlib.sha256(policy).hexdigest()[:20]


def record(policy):
    return f'"v=STSv1; id={identity(policy)};"'


@unittest.skipUnless(KNOTD, "not installed: knotd")
@needs("dig", "nsupdate")
class RecordsCase(CtlCase):
    ZONES = {"example.com": ""}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com", *CUSTOMERS)

    def setUp(self):
        super().setUp()
        self.dns = Nameserver(self.ZONES)
        self.addCleanup(self.dns.stop)

    def serve(self, *sections, addresses=("127.0.0.1",), port=None):
        """A daemon on one port of the addresses; the rest is for [dns]."""
        self.port = port or harness.free_port()
        self.dns_section = f"[dns]\nrua = {TLSRPT}\naddress = 127.0.0.1\n"
        listen = [f"{address}:{self.port}" for address in addresses]
        ini = server_section(listen=listen) + self.defaults_section() + "\n".join(sections)
        return self.start(ini, name=f"{addresses[0]}.ini")

    def write_ini(self, *sections, dns=None, name="records.ini"):
        text = server_section() + self.defaults_section() + "\n".join(sections)
        return self.write(name, text + (self.dns_section if dns is None else dns))

    def records(self, ini, *words, status=0):
        done = self.ctl("records", "-c", ini, "--resolver", self.dns.resolver,
                        "--ca-file", harness.pki().root_file(), "--port", self.port, *words,
                        status=status)
        return done

    def publish(self, ini, *words, status=0):
        """What is printed, through nsupdate into the server."""
        done = self.records(ini, "--format", "nsupdate", "--server", self.dns.resolver, *words,
                            status=status)
        self.dns.update(done.stdout)
        return done


class Publishing(RecordsCase):
    POLICY = policy_text()
    SECTION = "[example.com]\nmx = mail.example.com\n"

    def test_two_updates_make_dns_right_and_then_nothing_is_left_to_change(self):
        self.serve(self.SECTION)
        ini = self.write_ini(self.SECTION)
        first = self.publish(ini, status=1)
        self.assertIn("_mta-sts.example.com: held back: mta-sts.example.com does not exist",
                      first.stderr)
        self.assertEqual(self.dns.ask("mta-sts.example.com", "A"), ["127.0.0.1"])
        self.assertEqual(self.dns.ask("_mta-sts.example.com", "TXT"), [])
        second = self.publish(ini, "--changed")
        self.assertNotIn("_smtp._tls", second.stdout)
        self.assertEqual(self.dns.ask("_mta-sts.example.com", "TXT"), [record(self.POLICY)])
        self.assertEqual(self.dns.ask("_smtp._tls.example.com", "TXT"),
                         [f'"v=TLSRPTv1; rua={TLSRPT};"'])
        for form in ("zone", "nsupdate"):
            self.assertEqual(self.records(ini, "--changed", "--format", form).stdout, "")
        self.assertEqual(json.loads(self.records(ini, "--changed", "--json").stdout),
                         {"records": [], "held": []})

    def test_what_was_published_passes_the_check(self):
        self.serve(self.SECTION)
        ini = self.write_ini(self.SECTION)
        self.publish(ini, status=1)
        before = self.wrong_rows()
        self.publish(ini)
        self.assertIn("D1", before)
        self.assertEqual(self.wrong_rows(), [])

    def wrong_rows(self):
        """The rows of the table of checks that are about what we publish, and the policy host."""
        ours = {*(f"D{i}" for i in range(1, 12)), "H1", "H2", "H4", "H8", "T1", "T2"}
        done = self.ctl("check", "--resolver", self.dns.resolver, "--port", self.port, "--ca-file",
                        harness.pki().root_file(), "--smtp-port", "9", "--json", "example.com")
        (domain,) = json.loads(done.stdout)["domains"]
        return sorted(finding["rule"] for finding in domain["findings"]
                      if finding["severity"] != "note" and finding["rule"] in ours)

    def test_whatever_stood_there_is_replaced(self):
        self.serve(self.SECTION)
        ini = self.write_ini(self.SECTION)
        self.dns.set(("_mta-sts.example.com", "CNAME", "elsewhere.example.net."),
                     ("_smtp._tls.example.com", "TXT", '"v=TLSRPTv1; rua=mailto:a@example.net"'),
                     ("_smtp._tls.example.com", "TXT", '"v=spf1 -all"'),
                     ("mta-sts.example.com", "A", "192.0.2.1"),
                     ("mta-sts.example.com", "AAAA", "2001:db8::1"))
        self.publish(ini, "--changed", "--force")
        self.assertEqual(self.records(ini, "--changed").stdout, "")
        self.assertEqual(self.dns.ask("mta-sts.example.com", "AAAA"), [])
        self.assertEqual(self.dns.ask("_mta-sts.example.com", "CNAME"), [])

    def test_each_difference_is_seen(self):
        self.serve(self.SECTION)
        ini = self.write_ini(self.SECTION)
        self.publish(ini, "--force")
        good = ("_mta-sts.example.com", "TXT", record(self.POLICY))
        for change in (
            [("_mta-sts.example.com", "TXT", record(self.POLICY).replace("v=STSv1; ", "v=STSv1;"))],
            [good, ("_mta-sts.example.com", "TXT", '"v=spf1 -all"')],
            [("_mta-sts.example.com", "CNAME", "ns.example.com.")],
            [("_smtp._tls.example.com",)],
            [("mta-sts.example.com", "A", "127.0.0.1"), ("mta-sts.example.com", "A", "127.0.0.2")],
            [("mta-sts.example.com", "A", "127.0.0.1"), ("mta-sts.example.com", "AAAA", "::1")],
            [("mta-sts.example.com", "CNAME", "ns.example.com.")],
        ):
            with self.subTest(change):
                self.dns.set(*change)
                name = change[0][0]
                said = json.loads(self.records(ini, "--changed", "--force", "--json").stdout)
                self.assertEqual([item["name"] for item in said["records"]], [name])
                self.publish(ini, "--changed", "--force")
                self.assertEqual(self.records(ini, "--changed").stdout, "")

    def test_a_new_id_waits_until_each_address_serves_the_policy(self):
        first = self.serve(self.SECTION)
        second = self.serve(self.SECTION, addresses=("127.0.0.2",), port=self.port)
        self.dns_section = f"[dns]\nrua = {TLSRPT}\naddress = 127.0.0.1, 127.0.0.2\n"
        ini = self.write_ini(self.SECTION)
        self.publish(ini, "--force")
        new = policy_text(mx=("mail.example.com", "mx2.example.com"))
        section = self.SECTION + "mx = mx2.example.com\n"
        ini = self.write_ini(section)
        for daemon, place, seen in ((first, "127.0.0.1", r"127\.0\.0\.[12]"),
                                    (second, "127.0.0.2", r"127\.0\.0\.2")):
            held = self.records(ini, "--changed", status=1)
            self.assertEqual(held.stdout, "")
            self.assertRegex(held.stderr, "held back: mta-sts.example.com at " + seen
                             + ": it serves a different policy")
            path = self.directory / f"{place}.ini"
            path.write_text(path.read_text() + "mx = mx2.example.com\n")
            daemon.reload()
        done = self.records(ini, "--changed")
        self.assertEqual(done.stdout,
                         f"_mta-sts.example.com. 3600 IN TXT {record(new)}\n")
        self.publish(ini, "--changed")
        self.assertEqual(self.records(ini, "--changed").stdout, "")
        second.stop()
        back = self.write_ini(self.SECTION)
        held = json.loads(self.records(back, "--changed", "--json", status=1).stdout)["held"]
        self.assertEqual([item["name"] for item in held], ["_mta-sts.example.com"])
        self.assertEqual(self.records(back, "--changed", "--force").stdout,
                         f"_mta-sts.example.com. 3600 IN TXT {record(self.POLICY)}\n")

    def test_where_dns_cannot_be_asked_nothing_is_claimed(self):
        self.serve(self.SECTION)
        ini = self.write_ini("[not-here.example]\nmx = mail.example.com\n")
        done = self.records(ini, "--changed", status=1)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("DNS cannot be asked"), 3)


class Provider(RecordsCase):
    ZONES = {"provider.example": "mta-sts 60 IN A 127.0.0.1\n", "one.example": "",
             "two.example": ""}

    def setUp(self):
        super().setUp()
        self.sections = [f"[{name}]\nmx = mail.{name}\n" for name in CUSTOMERS]
        self.daemon = self.serve(*self.sections)
        self.dns_section = (f"[dns]\nrua = {TLSRPT}\ncname = mta-sts.provider.example\n"
                            "target = %d._mta-sts.provider.example\n")

    def live(self, domain):
        """What a sender finds, the alias followed."""
        (alias,) = self.dns.ask(f"_mta-sts.{domain}", "CNAME")
        return self.dns.ask(alias, "TXT")

    def test_a_change_of_mode_needs_nothing_of_the_customers(self):
        ini = self.write_ini(*self.sections)
        self.publish(ini, "--all", "--zone", "provider.example", "--force")
        self.publish(ini, status=1)  # the alias waits for the host
        self.publish(ini)
        for domain in CUSTOMERS:
            self.assertEqual(self.live(domain), [record(policy_text((f"mail.{domain}",)))])
            self.assertEqual(self.dns.ask(f"_mta-sts.{domain}", "CNAME"),
                             [f"{domain}._mta-sts.provider.example."])
            self.assertEqual(self.dns.ask(f"mta-sts.{domain}", "CNAME"),
                             ["mta-sts.provider.example."])
        self.assertEqual(self.records(ini, "--changed").stdout, "")

        self.sections[0] += "mode = enforce\n"
        ini = self.write_ini(*self.sections)
        self.records(ini, "--all", "--changed", status=1)
        served = self.directory / "127.0.0.1.ini"
        served.write_text(served.read_text().replace("mx = mail.one.example\n",
                                                     "mx = mail.one.example\nmode = enforce\n"))
        self.daemon.reload()
        done = self.publish(ini, "--all", "--changed", "--zone", "provider.example")
        self.assertNotIn("two.example", done.stdout)
        enforced = policy_text(("mail.one.example",), "enforce", 604800)
        self.assertEqual(self.live("one.example"), [record(enforced)])
        self.assertEqual(self.records(ini, "--changed").stdout, "")
        self.assertEqual(self.records(ini, "--changed", "--all").stdout, "")

    def test_a_whole_zone_is_written_in_updates_of_one_hundred_names(self):
        sections = [f"[d{i:03}.example]\nmx = m.example\n" for i in range(250)]
        ini = self.write_ini(*sections)
        done = self.ctl("records", "-c", ini, "--all", "--force", "--format", "nsupdate",
                        "--zone", "provider.example", status=0)
        updates = done.stdout.split("send\n")
        self.assertEqual([text.count("update add") for text in updates], [100, 100, 50, 0])
        for text in updates[:3]:
            self.assertTrue(text.startswith("zone provider.example\n"))
        names = re.findall(r"update add (\S+)\. 3600 TXT", done.stdout)
        self.assertEqual(names, [f"d{i:03}.example._mta-sts.provider.example" for i in range(250)])


class Writing(RecordsCase):
    port = 443

    def test_a_zone_file_and_json_say_the_same_and_the_server_loads_it(self):
        uris = [f"mailto:{'a' * 50}{i}@example.com" for i in range(6)]
        dns = "[dns]\n" + "".join(f"rua = {uri}\n" for uri in uris) + "address = ::1, 192.0.2.1\n"
        ini = self.write_ini("[example.com]\nmx = mail.example.com\n", dns=dns)
        text = self.ctl("records", "-c", ini, "--force", "--ttl", "60", status=0).stdout
        said = json.loads(self.ctl("records", "-c", ini, "--force", "--json", "--ttl", "60",
                                   status=0).stdout)
        self.assertEqual({item["live"] for item in said["records"]}, {None})
        server = Nameserver({"example.com": text})
        self.addCleanup(server.stop)
        reports = "v=TLSRPTv1; rua=" + ",".join(uris) + ";"
        (live,) = server.ask("_smtp._tls.example.com", "TXT")
        self.assertGreater(len(reports), 255)
        self.assertEqual(live.replace('" "', ""), f'"{reports}"')
        self.assertEqual(server.ask("mta-sts.example.com", "AAAA"), ["::1"])
        for item in said["records"]:
            self.assertEqual((item["domain"], item["ttl"]), ("example.com", 60))
            (wanted,) = [line.replace('" "', "").strip('"')
                         for line in server.ask(item["name"], item["type"])]
            self.assertEqual(item["data"], wanted)

    def test_an_id_may_be_the_time(self):
        ini = self.write_ini("[example.com]\nmx = mail.example.com\n", dns="")
        done = self.ctl("records", "-c", ini, "--force", "--id", "time", status=0)
        self.assertRegex(done.stdout, r'TXT "v=STSv1; id=20\d{12}Z;"\n$')
        self.assertIn("[dns] has no rua", done.stderr)

    def test_a_wrong_dns_section_is_not_taken_as_absent(self):
        section = "[example.com]\nmx = mail.example.com\n"
        for dns, sentence in (
            ("rua = t@r.example\n", 'rua: "t@r.example" cannot receive reports; write mailto:'),
            ("address = 192.0.2.300\n", 'address: "192.0.2.300" is not an address; write one'),
            ("adress = 192.0.2.3\n", "adress"),
            ("no key here\n", ":"),
            ("cname = p.example\naddress = 192.0.2.3\n", "address"),
            ("address = 192.0.2.3\n[dns]\n", "[dns] is already at line"),
        ):
            ini = self.write_ini(section, dns="[dns]\n" + dns)
            for words in ((), ("--json",), ("--format", "nsupdate"), ("--changed",)):
                with self.subTest(dns, words=words):
                    done = self.ctl("records", "-c", ini, "--force", *words, status=2)
                    self.assertRegex(done.stderr, rf"^{re.escape(str(ini))}:\d+: error: ")
                    self.assertIn(sentence, done.stderr)
                    self.assertNotIn("[dns] has no", done.stderr)
                    self.assertEqual(done.stdout, "")
            (file,) = json.loads(self.ctl("lint", "--json", ini, status=1).stdout)["files"]
            said = file["findings"][0]
            self.assertEqual(said["rule"], "config")
            self.assertIn(said["problem"], done.stderr)

    def test_other_verbs_say_it_and_go_on(self):
        ini = self.write_ini("[example.com]\nmx = mail.example.com\n",
                             dns="[dns]\naddress = 192.0.2.300\n")
        done = self.ctl("match", "-c", ini, "example.com", "mail.example.com", status=0)
        self.assertIn('192.0.2.300" is not', done.stderr)

    def test_the_section_in_a_customers_file_stops_nobody(self):
        (self.directory / "customers.d").mkdir()
        self.write("customers.d/customer.ini", "[dns]\nrua = x\n")
        ini = self.write_ini("[example.com]\nmx = mail.example.com\n",
                             dns="[dns]\naddress = 192.0.2.3\n").read_text()
        ini = self.write("main.ini", ini.replace("[server]\n",
                                                 "[server]\ninclude = customers.d\n"))
        done = self.ctl("records", "-c", ini, "--force", status=0)
        self.assertIn("192.0.2.3\n", done.stdout)

    def test_an_address_that_senders_cannot_reach_is_called_so(self):
        for address, scope in (("10.0.0.1", "a private"), ("127.0.0.1", "a loopback"),
                               ("0.0.0.0", "an unspecified"), ("::", "an unspecified"),
                               ("fe80::1", "a link-local"), ("192.0.2.3", None)):
            with self.subTest(address):
                ini = self.write_ini("[example.com]\nmx = mail.example.com\n",
                                     dns=f"[dns]\nrua = {TLSRPT}\naddress = {address}\n")
                sentence = f"{address} is {scope} address, which senders on the Internet cannot"
                said = self.ctl("records", "-c", ini, "--force", status=0).stderr
                judged = " ".join(self.ctl("lint", ini).stdout.split())
                for text in (said, judged):
                    self.assertEqual(sentence in text, scope is not None, text)

    def test_it_says_that_it_prints_and_where_the_address_is_from(self):
        for key, value in (("address", "192.0.2.3"), ("cname", "p.example.net")):
            with self.subTest(key):
                ini = self.write_ini("[example.com]\nmx = mail.example.com\n",
                                     dns=f"[dns]\nrua = {TLSRPT}\n{key} = {value}\n")
                line = ini.read_text().splitlines().index(f"{key} = {value}") + 1
                done = self.ctl("records", "-c", ini, "--force", status=0)
                self.assertEqual(done.stderr.splitlines(), [
                    "mta-stsctl: these records are printed only; publish them in DNS",
                    f"mta-stsctl: mta-sts leads to `{key}` of [dns] at {ini}:{line}"])
                self.assertEqual(self.ctl("records", "-c", ini, "--force", "--format", "nsupdate",
                                          status=0).stderr, "")

    def test_what_makes_no_sense_is_refused_with_a_sentence(self):
        ini = self.write_ini("[example.com]\nmx = mail.example.com\n", dns="")
        bad = self.write_ini("[example.com]\nmx = m.example.com\n", name="bad.ini",
                             dns="[dns]\nrua = mailto:a@b@example.com\n")
        for words, sentence in (
            (("-c", ini, "--all"), "target"),
            (("-c", ini, "--force", "other.example"), "other.example is not configured"),
            (("-c", ini, "--id", "time", "--changed"), "--changed needs --id hash"),
            (("-c", ini, "--id", "x"), "hash or time"),
            (("-c", ini, "--format", "bind"), "zone, nsupdate or json"),
            (("-c", ini, "--ttl", "-1"), "--ttl"),
            (("-c", ini, "--port", "0"), "--port"),
            (("-c", ini, "--zone", "example.com"), "nsupdate"),
            (("-c", ini, "--server", "a\nupdate delete example.com"), "single words"),
            (("-c", ini, "a.example", "b.example"), "one domain"),
            (("-c", bad, "--force"), "[dns] rua: in rua, \"mailto:a@b@example.com\""),
        ):
            with self.subTest(words):
                done = self.ctl("records", *words, status=2)
                self.assertIn(sentence, done.stderr)
                self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
