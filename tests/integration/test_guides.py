# SPDX-License-Identifier: ISC
"""guides: each block of doc/guides is run as it stands, in a net of its own, or listed here with its reason."""
import hashlib
import json
import pathlib
import re
import unittest

import attack
import guidenet
import harness
from guidenet import GUIDES, GuideNet, blocks_of
from test_ctl_certs import CTL, configured_etc
from test_tlsrpt import as_mail, days_ago, failure, packed, policy, report

try:
    import yaml
except ImportError:
    yaml = None

WHY_NOT = "mta-stsctl was not built" if not CTL else guidenet.missing()
if not WHY_NOT and configured_etc() != "/etc":
    WHY_NOT = "the guides are for programs that were built with --sysconfdir=/etc"

OUTLOOK = "contoso-com.mail.protection.outlook.com"
AZURE = "@ MX 0 {mx}.mail.protection.outlook.com.\n_mta-sts TXT \"v=STSv1; id=20240101000000;\"\n"
OURS = f"mta-sts A {guidenet.SERVER[0]}\nmta-sts AAAA {guidenet.SERVER[1]}\n"
MAIL = "mail A 192.0.2.25\nmail AAAA 2001:db8::25\nmx2 A 203.0.113.26\n"

# Guides that are not run here, and why.
ELSEWHERE = {
    "containers": "an engine is needed; tests/container/run builds and starts what it names, by podman",
    "debian-packages": "clean roots are needed; tests/package/run builds and installs what it names",
    "hosting-at-scale": "its command needs a cluster; tests/container runs the manifests",
}

# First line of a block: why it is not run.
NOT_RUN = {
    "az staticwebapp hostname delete --name mta-sts-contoso --hostname mta-sts.contoso.com":
        "needs an account at Azure",
    "az functionapp config hostname delete --resource-group mta-sts --webapp-name mta-sts-contoso \\":
        "needs an account at Azure",
    "sudo apt-get install postfix-mta-sts-resolver": "the package is there already",
    # Debian has no Traefik; Texts.test_the_routers_of_traefik_lead_to_mta_stsd reads what it would.
    "entryPoints:": "Traefik is not in Debian",
    "tcp:": "Traefik is not in Debian",
    "sudo systemctl restart traefik": "Traefik is not in Debian",
    "sudo apt-get install opendkim": "the package is there already, where it is needed",
    # tests/mail/run runs these.
    "Mode v": "there is no OpenDKIM here",
    "sudo systemctl restart opendkim": "there is no OpenDKIM here",
    "mail_location = maildir:~/Maildir": "there is no Dovecot here",
    "sudo systemctl restart dovecot": "there is no Dovecot here",
    "sudo postconf -e smtpd_milters=inet:localhost:8891 milter_default_action=tempfail":
        "the mail server's configuration is not this test's",
    "echo 'tlsrpt: _mta-stsd-tlsrpt' | sudo tee -a /etc/aliases":
        "the mail server's configuration is not this test's",
    "sudo systemctl enable --now mta-stsctl-tlsrpt.timer": "there is no timer here",
    "sudo systemctl enable --now mta-stsctl-check.timer": "there is no timer; tests/system/run starts its unit",
}


class Guide(unittest.TestCase):
    """One guide on one machine. net() makes it; self.run_guide() types the guide in."""

    maxDiff = None

    def net(self, zones, **options):
        net = GuideNet(zones, **options)
        self.addCleanup(self.stop, net)
        return net

    def stop(self, net):
        net.stop()
        self.assertEqual(net.reports, "")

    def run_guide(self, guide, net, status=None, after=None):
        """status: {first line of a block: its exit status, where that is not 0}. after: {first line of
        a block: what to look at when it has run}. Where a line begins several blocks, lists of these."""
        def each(table):
            return {line: list(it) if isinstance(it, list) else [it] for line, it in (table or {}).items()}

        status, after = each(status), each(after)
        ran = 0
        for block in blocks_of(guide):
            if block.first in NOT_RUN:
                continue
            with self.subTest(f"{guide}: {block.first}"):
                expected = status[block.first].pop(0) if status.get(block.first) else 0
                self.run_block(net, block, expected)
                if after.get(block.first):
                    after[block.first].pop(0)(net)
            if not self.sound():
                self.fail(f"{guide} ended at {block!r}")
            ran += 1
        self.assertGreater(ran, 3)
        self.assertEqual([line for line, then in after.items() if then], [], "never reached")

    def sound(self):
        return self._outcome.success

    def run_block(self, net, block, status):
        if block.kind == "sh":
            net.sh(block.text, status)
        elif block.kind == "dns":
            net.set(block.text)
        elif block.path:
            net.file(block)
        elif block.kind == "text":
            net.shows(block)
        else:
            self.fail(f"no test knows what to do with {block!r}")


@unittest.skipIf(WHY_NOT, WHY_NOT)
class FromAzure(Guide):
    """An Azure Static Web App's repository as people have it, and a function's code."""

    LINES = ("version: STSv1", "mode: testing", "mx: *.mail.protection.outlook.com",
             "max_age: 604800")
    CLEAN = "".join(f"{line}\r\n" for line in LINES)
    COPIES = {
        "clean": CLEAN,
        "lf": CLEAN.replace("\r", ""),
        "indented": "".join(f"   {line}\n" for line in LINES),
        "indented_crlf_bom_blank": "\ufeff" + "".join(f"   {line}\r\n" for line in LINES) + "\r\n",
        "no_last_line_end": "\n".join(LINES),
    }

    def zones(self, *domains):
        zones = {
            f"{domain}": AZURE.format(mx=domain.replace(".", "-"))
            + '_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tlsrpt@contoso.com"\n'
            for domain in domains
        }
        hosts = "".join(
            f"{domain.replace('.', '-')}.mail.protection A 203.0.113.{25 + number}\n"
            for number, domain in enumerate(domains)
        )
        return zones | {"outlook.com": hosts, "azurestaticapps.net": "happy-sea-0a1b2c3d4 A 198.51.100.20"}

    def static_web_app(self, copy, match=0):
        net = self.net(
            self.zones("contoso.com"),
            web={"mta-sts.contoso.com": {"policy": copy, "type": "text/plain"}},
            mail={OUTLOOK: ("203.0.113.25",)},
        )
        net.write("home/home/.well-known/mta-sts.txt", copy.encode())
        self.run_guide(
            "from-azure-static-web-apps",
            net,
            after={
                "sudo systemctl start mta-stsd-certs": self.is_clean,
                "mta-stsctl records --changed contoso.com": self.publish,
                "mta-stsctl check contoso.com": self.all_deliver,
            },
        )

    def is_clean(self, net):
        """It is the new server that answers, with the policy put right, byte by byte."""
        fetch = "curl -s https://mta-sts.contoso.com/.well-known/mta-sts.txt | sha256sum"
        self.assertEqual(net.must("sh", "-c", fetch).split()[0],
                         hashlib.sha256(self.CLEAN.encode()).hexdigest())
        self.assertIn("host=mta-sts.contoso.com", net.must("journalctl", "-u", "mta-stsd"))

    def publish(self, net):
        """What `records` writes goes into DNS."""
        lines = [line for line in net.outputs[-1].splitlines() if " IN " in line]
        self.assertTrue(any(" TXT \"v=STSv1; id=" in line for line in lines), net.outputs[-1])
        net.set("\n".join(lines))

    def all_deliver(self, net):
        said = net.outputs[-1]
        self.assertNotIn("  error  ", said)
        self.assertEqual(re.findall(r"warning +(\w+)", said), [])
        self.assertRegex(said, "note +P12")
        self.assertNotRegex(said, r"(?m)^(waits|returned|depends|not tested|delivered, and)")

    def test_a_clean_copy_with_crlf(self):
        self.static_web_app(self.COPIES["clean"])

    def test_a_copy_with_lf(self):
        self.static_web_app(self.COPIES["lf"])

    def test_a_copy_that_is_indented(self):
        self.static_web_app(self.COPIES["indented"])

    def test_a_copy_that_is_indented_with_crlf_a_byte_order_mark_and_a_blank_line(self):
        self.static_web_app(self.COPIES["indented_crlf_bom_blank"])

    def test_a_copy_without_a_last_line_end(self):
        self.static_web_app(self.COPIES["no_last_line_end"])

    def test_a_policy_served_by_code(self):
        code = "version: STSv1\nmode: enforce\nmx: *.mail.protection.outlook.com\nmax_age: 604800\n"
        domains = ("contoso.com", "fabrikam.com")
        zones = self.zones(*domains)
        for domain in domains:
            zones[domain] += "mta-sts 300 A 198.51.100.20\n"
        net = self.net(
            zones,
            web={f"mta-sts.{d}": {"policy": code, "type": "text/plain"} for d in domains},
            mail={OUTLOOK: ("203.0.113.25",),
                  "fabrikam-com.mail.protection.outlook.com": ("203.0.113.26",)},
        )
        self.run_guide(
            "from-azure-functions",
            net,
            after={"mta-stsctl records --changed": self.publish,
                   "mta-stsctl check contoso.com fabrikam.com": lambda net: self.assertIn(
                       "2 domains: 0 errors, 0 warnings", net.outputs[-1])},
        )


@unittest.skipIf(WHY_NOT, WHY_NOT)
class OneDomain(Guide):
    """Guides for example.com, whose policy mta-stsd serves already."""

    INI = "[example.com]\nmx = mail.example.com\nmx = mx2.example.com\n"

    def example(self, more="", ini=INI, mail=True, **options):
        net = self.net(
            {"example.com": "@ MX 10 mail\n@ MX 20 mx2\n" + OURS + MAIL + more,
             "contoso.com": "@ MX 10 mail.example.com.\n"},  # which takes the reports
            mail={"mail.example.com": ("192.0.2.25", "2001:db8::25"),
                  "mx2.example.com": ("203.0.113.26",)} if mail else {},
            certified=("example.com",),
            **options,
        )
        net.write("etc/mta-stsd/domains.d/example.com.ini", ini)
        net.must("systemctl", "reload" if options.get("ports") != "free" else "restart", "mta-stsd")
        return net

    def id_of(self, net):
        """The id of what is served, published with the rest."""
        said = net.must("mta-stsctl", "records", "example.com", "--force")
        net.set("\n".join(line for line in said.splitlines() if "_mta-sts." in line and " IN " in line))

    def test_next_to_a_web_server(self):
        net = self.example("www A 192.0.2.10\n", mail=False, ports="own")
        leaf = harness.pki().leaf("www.example.com")
        net.write("etc/ssl/www.example.com.pem", leaf.pem)
        net.write("etc/ssl/mta-sts.example.com.pem", harness.pki().leaf("mta-sts.example.com").pem)
        net.must("sh", "-c", "mkdir -p /var/www/html && echo a site >/var/www/html/index.html")
        served = harness.policy_text(("mail.example.com", "mx2.example.com")).decode()

        def through_the_proxy(net):
            said = net.outputs[-1].replace("\r", "")
            self.assertIn(served.replace("\r", ""), said)
            log = net.must("journalctl", "-u", "mta-stsd")
            self.assertRegex(log, r"client=192\.0\.2\.10 status=200|client=2001:db8:\S+ status=200")

        def with_a_site(net):
            through_the_proxy(net)
            self.assertIn("a site\n", net.outputs[-1])

        def as_a_file(net):
            done = net.must("curl", "-si", "https://mta-sts.example.com/.well-known/mta-sts.txt")
            self.assertRegex(done, r"(?mi)^content-type: text/plain; charset=utf-8\r?$")
            self.assertTrue(done.replace("\r", "").endswith(served.replace("\r", "")), done)
            done = net.must("curl", "-si", "https://mta-sts.example.com/")
            self.assertIn(" 404 ", done)

        def by_caddy(net):
            as_a_file(net)
            self.assertIn("certificate obtained", net.must("journalctl", "-u", "caddy"))
            net.must("systemctl", "stop", "caddy")

        def by_nginx(net):
            """It gives up port 443: then Caddy has it, and later the proxies."""
            as_a_file(net)
            net.must("systemctl", "stop", "nginx")
            net.must("rm", "/etc/nginx/sites-enabled/mta-sts.example.com")

        def without_stream(net):
            """HAProxy takes port 443, and the site stays where it is."""
            net.must("sed", "-i", "/^stream {/,$d", "/etc/nginx/nginx.conf")
            net.must("systemctl", "restart", "nginx")

        self.run_guide(
            "next-to-a-web-server",
            net,
            after={
                "sudo nginx -t": [by_nginx, with_a_site],
                "sudo caddy validate --config /etc/caddy/Caddyfile": by_caddy,
                "frontend port-443": without_stream,
                "sudo haproxy -c -f /etc/haproxy/haproxy.cfg": with_a_site,
            },
        )

    def test_postfix_and_exchange_online(self):
        net = self.net(
            {"example.com": "@ MX 10 mail\n_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:t@contoso.com\"\n"
             + OURS + MAIL,
             "contoso.com": "@ MX 0 contoso-com.mail.protection.outlook.com.\n"
             "_mta-sts TXT \"v=STSv1; id=1;\"\n" + OURS,
             "outlook.com": "contoso-com.mail.protection A 203.0.113.25\n"},
            mail={"mail.example.com": ("192.0.2.25", "2001:db8::25")},
            certified=("example.com", "contoso.com"),
        )
        net.write("etc/mta-stsd/domains.d/both.ini",
                  "[example.com]\nmx = mail.example.com\nmode = enforce\n"
                  "[contoso.com]\nmx = *.mail.protection.outlook.com\nmode = enforce\n")
        net.must("systemctl", "reload", "mta-stsd")
        self.id_of(net)
        for name in ("privkey", "fullchain"):
            leaf = harness.pki().leaf("mail.example.com")
            net.write(f"etc/letsencrypt/live/mail.example.com/{name}.pem",
                      leaf.key if name == "privkey" else leaf.chain)
        self.run_guide(
            "postfix-and-exchange-online",
            net,
            status={"mta-stsctl match contoso.com mx1.filter.example": 1},
        )

    def test_from_testing_to_enforce(self):
        net = self.example()
        self.id_of(net)
        for day in range(1, 17):
            for name in ("Google Inc.", "Example Mail"):
                text = json.dumps(report(policy(good=30), organisation=name, day=days_ago(day)))
                net.write(f"home/reports/{name}-{day}.json", text)
        self.run_guide("from-testing-to-enforce", net, {"mta-stsctl check example.com": [0, 0]})

    def test_reading_tls_reports(self):
        net = self.example()
        self.id_of(net)
        for day in range(1, 17):
            for name in ("Google Inc.", "Example Mail"):
                mail = as_mail(packed(report(policy(good=30), organisation=name, day=days_ago(day))))
                field = (b"Authentication-Results: mail.example.com;\n"
                         b"\tdkim=pass (2048-bit key) header.d=%s.sender.example\n"
                         % name.split()[0].lower().encode())
                mail.replace_header("From", f"tls@{name.split()[0].lower()}.sender.example")
                net.write(f"home/Maildir/cur/{name}-{day}:2,S", (field + mail.as_bytes().replace(
                    b"\r\n", b"\n")).decode())
        net.write("home/Maildir/new/.keep", "")
        self.run_guide("reading-tls-reports", net)

    def test_taking_it_away(self):
        net = self.example(ini=self.INI.replace("mx = mx2.example.com", "mode = enforce"))
        net.set("example.com. 300 IN MX 10 mail.example.com.\n"
                '_smtp._tls.example.com. 300 IN TXT "v=TLSRPTv1; rua=mailto:t@contoso.com"')
        self.id_of(net)
        check = "sudo mta-stsctl check --state /var/lib/mta-stsctl example.com"
        self.run_guide("taking-it-away", net, {check: [0, 1]})  # the mode is none

    def test_day_to_day(self):
        net = self.example('_smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@contoso.com"\n')
        net.write("etc/mta-stsd/domains.d/example.com.ini", self.INI + "mode = enforce\n")
        net.write("etc/mta-stsd/domains.d/old.example.com.ini",
                  "[old.example.com]\nmx = mail.example.com\nmode = none\n")
        net.must("systemctl", "reload", "mta-stsd")
        self.id_of(net)
        net.must("mkdir", "-p", "/srv/ansible", "/srv/monitoring")
        # The log begins just now, so an older policy may be held.
        self.run_guide("day-to-day", net, status={"sudo mta-stsctl seen example.com": 1})

    def test_troubleshooting(self):
        net = self.example('_smtp._tls TXT "v=TLSRPTv1; rua=mailto:t@contoso.com"\n',
                           ini="[example.com]\nmx = old.example.com\nmode = enforce\n")
        self.id_of(net)
        self.run_guide("troubleshooting", net, {"mta-stsctl check example.com": 1})


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Hosting(Guide):
    def test_hosting_for_customers(self):
        customers = ("contoso.com", "fabrikam.com")
        reports = '_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tlsrpt@provider.example"\n'
        net = self.net(
            {"provider.example": OURS + "@ MX 10 mx1.mx\nmx1.mx A 192.0.2.25\n",
             **{customer: "@ MX 10 mx1.mx.provider.example.\n" + reports for customer in customers}},
            mail={"mx1.mx.provider.example": ("192.0.2.25",)},
        )

        def ids(net):
            for customer in customers:
                name = f"{customer}._mta-sts.provider.example"
                self.assertIn("v=STSv1; id=", net.must("dig", "+short", "TXT", name))

        def keys_are_for_root(net):
            """Not a word that the certificates were bad."""
            said = net.sh("mta-stsctl certs", status=1)
            self.assertEqual(said.count("Permission denied; run this as root (sudo), who can read it"), 2)

        self.run_guide(
            "hosting-for-customers",
            net,
            {},
            {"sudo systemctl start mta-stsd-certs": keys_are_for_root,
             "mta-stsctl records --all --changed --format nsupdate --zone provider.example"
             " | nsupdate -v": ids},
        )


class Texts(unittest.TestCase):
    """What holds of the guides without running them."""

    def text(self, guide):
        return (GUIDES / f"{guide}.md").read_text()

    def test_what_is_not_run_is_in_a_guide(self):
        first = {block.first for path in GUIDES.glob("*.md") for block in blocks_of(path.stem)}
        self.assertEqual(set(NOT_RUN) - first, set())

    @unittest.skipIf(yaml is None, "not installed: python3-yaml")
    def test_the_routers_of_traefik_lead_to_mta_stsd(self):
        blocks = {block.first: block.text for block in blocks_of("next-to-a-web-server")}
        static, tcp = yaml.safe_load(blocks["entryPoints:"]), yaml.safe_load(blocks["tcp:"])["tcp"]
        ini = dict(line.split(" = ") for line in blocks["listen = 127.0.0.1:8443"].splitlines())
        (router,), (service,) = tcp["routers"].values(), tcp["services"].values()
        self.assertEqual(router["entryPoints"], list(static["entryPoints"]))
        self.assertEqual(router["tls"], {"passthrough": True})
        self.assertIn(router["service"], tcp["services"])
        self.assertEqual(service["loadBalancer"]["servers"], [{"address": ini["listen"]}])
        self.assertEqual(service["loadBalancer"]["proxyProtocol"], {"version": 2})
        pattern = re.fullmatch(r"HostSNIRegexp\(`(.*)`\)", router["rule"])[1]
        for name, leads in (("mta-sts.example.com", True), ("mta-sts.a.b.example", True),
                            ("www.example.com", False), ("mta-stsx.example.com", False),
                            ("www.mta-sts.example.com", False)):
            self.assertEqual(bool(re.search(pattern, name)), leads, name)

    def test_each_guide_is_run(self):
        source = pathlib.Path(__file__).read_text()
        run = set(re.findall(r'run_guide\(\s*"([\w-]+)"', source))
        self.assertEqual({path.stem for path in GUIDES.glob("*.md")}, run | set(ELSEWHERE))
        self.assertEqual(run & set(ELSEWHERE), set())

    def test_what_has_nothing_to_run_has_no_commands(self):
        self.assertNotIn("```sh", self.text("hosting-at-scale"))

    def test_each_guide_is_installed_and_on_the_map(self):
        made = (harness.SOURCE / "doc" / "local.mk").read_text()
        readme = (harness.SOURCE / "README.md").read_text()
        for path in GUIDES.glob("*.md"):
            with self.subTest(path.name):
                self.assertIn(f"/guides/{path.name}", made)
                self.assertIn(f"(doc/guides/{path.name})", readme)

    def test_the_readme_begins_with_what_it_is_and_how_to_try_it(self):
        lines = (harness.SOURCE / "README.md").read_text().splitlines()
        self.assertLess(lines.index("    ./bootstrap && make demo"), 12)
        self.assertTrue(lines[2].startswith("MTA-STS (RFC 8461) lets"))

    def test_the_first_served_policy_is_on_the_readmes_first_screen(self):
        lines = (harness.SOURCE / "README.md").read_text().splitlines()
        fetch = lines.index("curl https://mta-sts.example.com/.well-known/mta-sts.txt")
        self.assertLess(fetch, 45)
        self.assertLess(fetch, lines.index("## Where to go from here"))

    def test_the_packages_that_bootstrap_installs_are_named(self):
        sets = (harness.SOURCE / "scripts" / "install-tools").read_text().replace("\\\n", " ")
        text = self.text("debian-packages")
        for kind in ("build", "ctl", "libs", "demo"):
            for package in re.search(rf"^    {kind}\) echo (.*?) ;;", sets, re.M)[1].split():
                with self.subTest(package):
                    self.assertIn(f" {package} ", f" {' '.join(text.split())} ")

    def test_each_module_that_architecture_names_is_in_its_folder(self):
        text = (harness.SOURCE / "ARCHITECTURE.md").read_text()
        folders = {str(path.parent.relative_to(harness.SOURCE / "src"))
                   for path in (harness.SOURCE / "src").glob("**/*.c")}
        rows = re.findall(r"^\| `((?:common|daemon|ctl)[\w/]*)` \| .* \| (.*) \|$", text, re.M)
        self.assertEqual({folder for folder, _ in rows}, folders)
        for folder, names in rows:
            for name in re.findall(r"`(\w+)`", names):
                with self.subTest(folder, module=name):
                    self.assertTrue((harness.SOURCE / "src" / folder / f"{name}.c").exists())

    def test_security_names_tests_and_attacks_that_are_there(self):
        text = (harness.SOURCE / "SECURITY.md").read_text()
        for path in re.findall(r"`(tests/[\w/.-]+)`", text):
            with self.subTest(path):
                self.assertTrue((harness.SOURCE / path).exists())
        for name in re.findall(r"`(test_\w+\.py)`", text):
            with self.subTest(name):
                self.assertTrue((harness.SOURCE / "tests" / "integration" / name).exists())
        table = re.search(r"^\| Attack \|.*\n\|.*\n((?:\|.*\n)+)", text, re.M)[1]
        rows = {line.split("|")[1].strip() for line in table.splitlines()} - {"none"}
        self.assertEqual(rows, {*attack.ATTACKS, *attack.SlowHttp.MODES})

    def test_each_link_leads_somewhere(self):
        for path in (*GUIDES.glob("*.md"), harness.SOURCE / "README.md"):
            for name, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", path.read_text()):
                with self.subTest(path.name, link=name, anchor=anchor):
                    target = (path.parent / name).resolve() if name else path
                    self.assertTrue(target.exists())
                    if anchor:
                        titles = re.findall(r"^#+ (.*)", target.read_text(), re.M)
                        slugs = [re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in titles]
                        self.assertIn(anchor, slugs)

    def test_each_page_that_is_named_is_there(self):
        pages = {path.name for path in (harness.SOURCE / "doc").glob("*.[1-8]")}
        for path in GUIDES.glob("*.md"):
            for name, section in re.findall(r"\b(mta-sts[\w.-]+)\((\d)\)", path.read_text()):
                with self.subTest(path.name, page=name):
                    self.assertIn(f"{name}.{section}", pages)

    def test_troubleshooting_has_each_kind_of_failure_code_and_state(self):
        text = self.text("troubleshooting")
        kinds = re.findall(r'^    \{"([\w-]+)", FAILURE', harness.source_text("ctl", "failure.c"), re.M)
        table = "".join(path.read_text() for path in (harness.SOURCE / "src/common/senders").glob("*.c"))
        codes = re.findall(r'"([45]\.\d\.\d)"', table)
        self.assertGreaterEqual(len(kinds), 11)
        self.assertGreaterEqual(len(set(codes)), 5)
        for word in {*kinds, *codes, *(f"STSFetchResult.{s}" for s in ("NONE", "VALID", "FETCH_ERROR"))}:
            with self.subTest(word):
                self.assertIn(f"`{word}`", text)

    def test_troubleshooting_names_rows_that_check_has(self):
        manual = (harness.SOURCE / "doc" / "mta-stsctl.1").read_text()
        rows = set(re.findall(r"^\.It (?:\\&)?([DHPXTW]\d+)$", manual, re.M))
        self.assertGreaterEqual(len(rows), 40)
        named = set(re.findall(r"\b([DHPXTW]\d+)\b", self.text("troubleshooting")))
        self.assertGreaterEqual(len(named), 10)
        self.assertEqual(named - rows, set())


if __name__ == "__main__":
    unittest.main()
