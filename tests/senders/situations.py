# SPDX-License-Identifier: ISC
"""situations: the domains that check-senders sends mail to, and what is wrong with each.

Written before anything was sent. No row says what a sender is to do: the senders show it, and
`mta-stsctl check` is compared with them. Left out is what makes another program crash, or lets mail pass
its policy.

A row: its name, which is the domain's in its zone; what is wrong; the mail hosts, by their kind in net.MX
("alias" etc. are names of net.MORE_HOSTS); then what differs from a domain whose policy, in mode enforce,
is served by the daemon and admits just those hosts:

  zone    "plain" (not signed), "signed", "bogus" (its DS is false), "absent" (the domain does not exist)
  admits  the mx of the policy
  mode, max_age
  sts     the texts of _mta-sts; None: no record
  web     the policy host is one that misbehaves: keys of testnet.Handler's table
  policy  the policy's bytes, as Latin-1, on that policy host
  host_a  the addresses of the policy host
  more    further records; @ is the domain
  chance  it depends on an address, or on the order of equal hosts, that the sender takes by chance
"""
import testnet
from test_differential import make_policy

OTHER = ("other.mail.example",)  # a policy that admits no host which the domain has
SOUND = ("version: STSv1", "mode: enforce", "mx: good.mail.example", "max_age: 604800")


class Situation:
    def __init__(self, name, wrong, hosts=("good",), *, zone="plain", admits=None, mode="enforce",
                 max_age=604800, sts="v=STSv1; id=20261129T1;", web=None, policy=None, host_a=None,
                 host_aaaa=None, more="", preferences=None, chance=False):
        self.name = name
        self.wrong = wrong
        self.zone = zone
        self.domain = f"{name}.{zone}.example"
        self.hosts = [host if "." in host else f"{host}.mail.example" for host in hosts]
        self.hosts = [self.domain if host == "@." else host for host in self.hosts]
        self.admits = list(admits or self.hosts)
        self.mode = mode
        self.max_age = max_age
        self.sts = [sts] if isinstance(sts, str) else list(sts or ())
        self.web = None if web is None and policy is None else {"policy": policy or self.text(), **(web or {})}
        self.host_a = host_a
        self.host_aaaa = host_aaaa
        self.more = more
        self.preferences = preferences or range(10, 10 + len(self.hosts))
        self.chance = chance

    def text(self):
        lines = ["version: STSv1", f"mode: {self.mode}", *(f"mx: {name}" for name in self.admits),
                 f"max_age: {self.max_age}"]
        return "".join(f"{line}\r\n" for line in lines)


def bare(*lines, end="\r\n", last=None):
    """A policy as written, whatever it is."""
    return end.join(lines) + (end if last is None else last)


def with_lines(at, *lines):
    """The sound policy with the line `at` (0 version, 1 mode, 2 mx, 3 max_age) made these."""
    return bare(*SOUND[:at], *lines, *SOUND[at + 1:])


def among(*lines):
    """The sound policy, which admits OTHER alone, with these lines before its mx."""
    return bare(*SOUND[:2], *lines, f"mx: {OTHER[0]}", SOUND[3])


SEEN = bare(*SOUND[:2], f"mx: {OTHER[0]}", SOUND[3])  # held: the mail waits; not held: it goes out


def padded(size):
    """SEEN, made so many bytes long: max_age stays its last line."""
    head, tail = SEEN[:-len(SOUND[3]) - 2], SOUND[3] + "\r\n"
    lines = [f"mx: h{number:04}.long.example\r\n" for number in range((size - len(SEEN)) // 24 - 1)]
    rest = size - len(head) - len(tail) - sum(map(len, lines))
    return head + "".join(lines) + f"mx: {'a' * (rest - 19)}.long.example\r\n" + tail


MAIL_HOSTS = [
    Situation("good", "nothing"),
    Situation("wildok", "nothing: *.mail.example admits the host", admits=["*.mail.example"]),
    Situation("sanwild", "nothing: the certificate is for *.star.mail.example", ["a.star.mail.example"]),
    Situation("tls13", "nothing: the host has TLS 1.3 alone", ["tls13"]),
    Situation("v6", "nothing: the host has an IPv6 address alone", ["v6"]),
    Situation("nomx", "nothing: no MX, an address alone", ["@."], more="@ A 198.18.3.10"),
    Situation("mx6", "nothing: six hosts", ["good", "second", "third", "fourth", "fifth", "sixth"]),
    Situation("equal", "nothing: two hosts of one preference", ["good", "second"], preferences=[10, 10]),
    Situation("upper", "nothing: capitals in the policy", admits=["GOOD.Mail.Example"],
              policy=with_lines(2, "mx: GOOD.Mail.Example")),
    Situation("nomatch", "the policy does not admit the host", admits=OTHER),
    Situation("nomatch2", "the policy admits neither of two hosts", ["good", "second"], admits=OTHER),
    Situation("wrongname", "a certificate of another name", ["wrong"]),
    Situation("wilddeep", "a wildcard one label too high in the certificate", ["x.shallow.mail.example"]),
    Situation("domname", "a certificate for the domain's name alone", ["domname"]),
    Situation("expired", "an expired certificate", ["expired"]),
    Situation("selfsigned", "a self-signed certificate", ["self"]),
    Situation("unknownca", "a certificate of an unknown CA", ["unknownca"]),
    Situation("nochain", "no intermediate certificate", ["nochain"]),
    Situation("cnonly", "the name in the CN alone", ["cnonly"]),
    Situation("nostarttls", "no STARTTLS", ["plain"]),
    Situation("starttls454", "STARTTLS answered by 454", ["denied"]),
    Situation("oldtls", "TLS 1.0 alone", ["old"]),
    Situation("deadmx", "nobody listens", ["dead"]),
    Situation("twoaddr", "two addresses, one with a self-signed certificate", ["two"], chance=True),
    Situation("first-nomatch", "the first host is not admitted, the second is good", ["good", "second"],
              admits=["second.mail.example"]),
    Situation("first-expired", "the first host has an expired certificate", ["expired", "second"]),
    Situation("first-wrong", "the first host has a certificate of another name", ["wrong", "second"]),
    Situation("first-454", "the first host answers 454 to STARTTLS", ["denied", "second"]),
    Situation("first-plain", "the first host has no STARTTLS", ["plain", "second"]),
    Situation("first-dead", "nobody listens at the first host", ["dead", "second"]),
    Situation("first-nohost", "the first host has no address", ["nohost", "second"]),
    Situation("first-self", "the first host has a self-signed certificate", ["self", "second"]),
    Situation("first-oldtls", "the first host has TLS 1.0 alone", ["old", "second"]),
    Situation("second-expired", "the second host has an expired certificate", ["good", "expired"]),
    Situation("second-nomatch", "the second host is not admitted", ["good", "second"],
              admits=["good.mail.example"]),
    Situation("equal-bad", "one of two hosts of one preference has an expired certificate",
              ["second", "expired"], preferences=[10, 10], chance=True),
    Situation("cn-owner", "the MX is a CNAME; policy and certificate have its own name", ["alias"]),
    Situation("cn-target", "the MX is a CNAME; policy and certificate have the target's name",
              ["pointer"], admits=["good.mail.example"]),
    Situation("cn-split", "the MX is a CNAME; the policy has its name, the certificate the target's",
              ["pointer"]),
    Situation("nullmx", "null MX", [], admits=OTHER, more="@ MX 0 ."),
    Situation("nohost", "the host has no address", ["nohost"]),
    Situation("pwild1", "nothing: *.deep.mail.example for a.deep.mail.example", ["a.deep.mail.example"],
              admits=["*.deep.mail.example"]),
    Situation("pwild2", "*.deep.mail.example for a.b.deep.mail.example", ["a.b.deep.mail.example"],
              admits=["*.deep.mail.example"]),
    Situation("pwild0", "*.deep.mail.example for deep.mail.example itself", ["deep.mail.example"],
              admits=["*.deep.mail.example"]),
    Situation("pwildc", "nothing: a wildcard and a host, both admitted", ["a.deep.mail.example"],
              admits=["*.deep.mail.example", "a.deep.mail.example"]),
    Situation("underscore", "an underscore in the host's name", ["mail_1.mail.example"],
              admits=["*.mail.example"]),
    Situation("alabel", "nothing: an A-label under a wildcard", ["xn--bcher-kva.mail.example"],
              admits=["*.mail.example"]),
    Situation("mxbogus", "DNSSEC refuses the host's addresses", ["host.bogus.example"]),
    Situation("mxlost", "the host's addresses cannot be looked up", ["host.lame.example"]),
    Situation("dombogus", "DNSSEC refuses the domain", zone="bogus"),
    Situation("gone", "the domain does not exist", zone="absent"),
]

MODES = [
    Situation("none", "nothing: mode none", mode="none"),
    Situation("none-nomatch", "mode none, and the host is not admitted", mode="none", admits=OTHER),
    Situation("none-expired", "mode none, an expired certificate", ["expired"], mode="none"),
    Situation("testing", "nothing: mode testing", mode="testing"),
    Situation("testing-nomatch", "testing, and the host is not admitted", mode="testing", admits=OTHER),
    Situation("testing-expired", "testing, an expired certificate", ["expired"], mode="testing"),
    Situation("testing-plain", "testing, no STARTTLS", ["plain"], mode="testing"),
    Situation("testing-old", "testing, TLS 1.0 alone", ["old"], mode="testing"),
    Situation("testing-454", "testing, STARTTLS answered by 454", ["denied"], mode="testing"),
    Situation("testing-dead", "testing, nobody listens", ["dead"], mode="testing"),
    Situation("nosts", "no policy at all", sts=None, host_a=[], host_aaaa=[]),
    Situation("nosts-expired", "no policy, an expired certificate", ["expired"], sts=None, host_a=[], host_aaaa=[]),
    Situation("nosts-plain", "no policy, no STARTTLS", ["plain"], sts=None, host_a=[], host_aaaa=[]),
    Situation("nosts-old", "no policy, TLS 1.0 alone", ["old"], sts=None, host_a=[], host_aaaa=[]),
    Situation("nosts-454", "no policy, STARTTLS answered by 454", ["denied"], sts=None, host_a=[], host_aaaa=[]),
]

RECORDS = [
    Situation(f"t-{name}", wrong, admits=OTHER, sts=texts, more=more)
    for name, wrong, texts, more in (
        ("good", "nothing in the record", "v=STSv1; id=1;", ""),
        ("two", "two records", ["v=STSv1; id=1;", "v=STSv1; id=2;"], ""),
        ("badid", "hyphens in the id", "v=STSv1; id=2026-11-29;", ""),
        ("emptyid", "an empty id", "v=STSv1; id=;", ""),
        ("noid", "no id", "v=STSv1;", ""),
        ("longid", "an id of 33 characters", f"v=STSv1; id={'a' * 33};", ""),
        ("blankv", "a blank before the first semicolon", "v=STSv1 ; id=1;", ""),
        ("front", "a blank in front", " v=STSv1; id=1;", ""),
        ("case", "the version in capitals", "V=STSV1; id=1;", ""),
        ("nosemi", "no last semicolon", "v=STSv1; id=1", ""),
        ("lastblank", "a blank behind the id", "v=STSv1; id=1 ", ""),
        ("endblank", "a blank behind the last semicolon", "v=STSv1; id=1; ", ""),
        ("tab", "a tab before the id", "v=STSv1;\tid=1;", ""),
        ("twoids", "two ids", "v=STSv1; id=1; id=2;", ""),
        ("fields", "empty and unfinished fields", "v=STSv1; id=1;; foo=;", ""),
        ("split", "nothing: the record is in two strings", 'v=STSv1; " "id=1;', ""),
        ("hello", "another text beside", ["v=STSv1; id=1;", "hello"], ""),
        ("near-blank", "a second record, with a blank before the semicolon",
         ["v=STSv1; id=1;", "v=STSv1 ; id=2;"], ""),
        ("near-bare", "a second record, of the version alone", ["v=STSv1; id=1;", "v=STSv1"], ""),
        ("near-long", "a second record, of version STSv10", ["v=STSv1; id=1;", "v=STSv10; id=2;"], ""),
        ("near-case", "a second record, in capitals", ["v=STSv1; id=1;", "V=STSV1; id=2;"], ""),
        ("alias", "nothing: the record is a CNAME's", None, "_mta-sts.@ CNAME sts.provider.plain.example."),
        ("lost", "the record cannot be looked up", None, "_mta-sts.@ NS ns.lame.example."),
    )
]

POLICY_HOSTS = [
    Situation(f"p-{name}", wrong, policy=SEEN, **more)
    for name, wrong, more in (
        ("redirect", "a redirect", {"web": {"status": 301, "location": "https://good.plain.example/"}}),
        ("404", "status 404", {"web": {"status": 404}}),
        ("500", "status 500", {"web": {"status": 500}}),
        ("201", "status 201", {"web": {"status": 201}}),
        ("expired", "an expired certificate of the policy host", {"web": {"certificate": "webexpired"}}),
        ("self", "a self-signed certificate of the policy host", {"web": {"certificate": "webself"}}),
        ("wrong", "a certificate of another name at the policy host", {"web": {"certificate": "wrong"}}),
        ("html", "Content-Type text/html", {"web": {"type": "text/html"}}),
        ("notype", "no Content-Type", {"web": {"type": ""}}),
        ("typecase", "nothing: TEXT/Plain", {"web": {"type": "TEXT/Plain; charset=UTF-8"}}),
        ("latin1", "charset=iso-8859-1", {"web": {"type": "text/plain; charset=iso-8859-1"}}),
        ("nocharset", "nothing: no charset", {"web": {"type": "text/plain"}}),
        ("slow3", "the policy comes after 3 seconds", {"web": {"delay": 3}}),
        ("slow6", "the policy comes after 6 seconds", {"web": {"delay": 6}}),
        ("dead", "nobody listens at the policy host", {"web": {}, "host_a": ["198.18.9.9"], "host_aaaa": []}),
        ("noaddress", "the policy host has no address", {"web": {}, "host_a": [], "host_aaaa": []}),
        ("dead6", "nobody listens at its IPv6 address", {"web": {}, "host_aaaa": ["2001:db8:53::9:9"]}),
        ("oldtls", "the policy host has TLS 1.1 alone", {"web": {}, "host_a": [testnet.OLD], "host_aaaa": []}),
        ("tls13", "nothing: the policy host has TLS 1.3 alone",
         {"web": {}, "host_a": [testnet.NEW_TLS], "host_aaaa": []}),
        ("cut", "the answer ends early", {"web": {"cut": 10}}),
        ("oldnew", "two addresses, the second with a policy that admits the host",
         {"web": {"other": bare(*SOUND)}, "host_a": [testnet.WEB[0], testnet.OTHER_WEB], "host_aaaa": [],
          "chance": True}),
        ("p6bad", "status 404 at its IPv6 address", {"web": {"status6": 404}, "chance": True}),
    )
]

# How policies are read. SEEN's host is not admitted, so a policy that is read in mode enforce is seen.
SPELLINGS = [
    Situation(f"v-{name}", wrong, policy=policy)
    for name, wrong, policy in (
        ("dotted", "a dot at the end of the mx", with_lines(2, "mx: good.mail.example.")),
        ("ip", "an address as mx", with_lines(2, "mx: 198.18.3.10")),
        ("several", "two names in one mx", with_lines(2, "mx: good.mail.example, second.mail.example")),
        ("preference", "a preference in the mx", with_lines(2, "mx: 10 good.mail.example")),
        ("remark", "a remark behind the mx", with_lines(2, "mx: good.mail.example # old")),
        ("star", "mx: * alone", with_lines(2, "mx: *")),
        ("hyphens", "hyphens in places 3 and 4, beside", among("mx: ab--cd.example.com")),
        ("underscore", "an underscore in an mx, beside", among("mx: a_b.example.com")),
        ("age0", "max_age 0", SEEN.replace("604800", "0")),
        ("age59", "max_age 59", SEEN.replace("604800", "59")),
        ("ageat", "nothing: max_age 31557600", SEEN.replace("604800", "31557600")),
        ("ageover", "max_age 31557601", SEEN.replace("604800", "31557601")),
        ("agehuge", "max_age 2147483648", SEEN.replace("604800", "2147483648")),
        ("agezeros", "max_age 00000604800", SEEN.replace("604800", "00000604800")),
        ("ageplus", "max_age +604800", SEEN.replace("604800", "+604800")),
        ("agedot", "max_age 604800.0", SEEN.replace("604800", "604800.0")),
        ("ageweek", "max_age 1w", SEEN.replace("604800", "1w")),
        ("ageempty", "max_age empty", SEEN.replace("604800", "")),
        ("noage", "no max_age", bare(*SOUND[:2], f"mx: {OTHER[0]}")),
        ("modecase", "mode: Enforce", SEEN.replace("enforce", "Enforce")),
        ("modeword", "mode: report", SEEN.replace("enforce", "report")),
        ("nomode", "no mode", bare(SOUND[0], f"mx: {OTHER[0]}", SOUND[3])),
        ("mode2none", "mode twice: enforce, then none", among("mode: none")),
        ("none2mode", "mode twice: none, then enforce",
         bare(SOUND[0], "mode: none", "mode: enforce", f"mx: {OTHER[0]}", SOUND[3])),
        ("noversion", "no version", bare(SOUND[1], f"mx: {OTHER[0]}", SOUND[3])),
        ("version2", "version: STSv2", SEEN.replace("STSv1", "STSv2")),
        ("versioncase", "version: stsv1", SEEN.replace("STSv1", "stsv1")),
        ("versionlast", "the version at the end", bare(SOUND[1], f"mx: {OTHER[0]}", SOUND[3], SOUND[0])),
        ("keycase", "Mode: instead of mode:", SEEN.replace("mode:", "Mode:")),
        ("mxcase", "MX: instead of mx:", SEEN.replace("mx:", "MX:")),
        ("blankkey", "a blank before each colon", SEEN.replace(":", " :")),
        ("noblank", "nothing: no blank behind the colons", SEEN.replace(": ", ":")),
        ("tab", "a tab behind the colons", SEEN.replace(": ", ":\t")),
        ("front", "a blank before mode", SEEN.replace("mode", " mode")),
        ("trailing", "blanks at the ends of lines", SEEN.replace("\r\n", "  \r\n")),
        ("emptyline", "an empty line in the middle", among("")),
        ("lastline", "an empty line at the end", SEEN + "\r\n"),
        ("blankline", "a line of blanks in the middle", among("  ")),
        ("comment", "a line that begins with #", among("# x")),
        ("colon", "a colon in the value of an unknown key", among("note: x:y")),
        ("unknown", "nothing: an unknown key", among("note: x")),
        ("novalue", "an unknown key without a value", among("note:")),
        ("badkey", "a blank in an unknown key", among("a b: x")),
        ("near", "a translated key beside the real one", among("modus: none")),
        ("utf8", "UTF-8 in an unknown key's value", among("note: gr\u00c3\u00bc\u00c3\u009fe")),
        ("latin1", "Latin-1 in an unknown key's value", among("note: gr\u00fc\u00dfe")),
        ("bom", "a byte order mark", "\u00ef\u00bb\u00bf" + SEEN),
        ("lf", "nothing: LF as the line ends", SEEN.replace("\r\n", "\n")),
        ("cr", "CR as the line ends", SEEN.replace("\r\n", "\r")),
        ("nofinal", "nothing: no line end at the end", SEEN[:-2]),
        ("10k", "10,300 bytes", padded(10300)),
        ("70k", "70,000 bytes", padded(70000)),
        ("nomx", "no mx", bare(*SOUND[:2], SOUND[3])),
        ("nonemx", "mode none, and no mx", bare(SOUND[0], "mode: none", SOUND[3])),
    )
]


def dane(name, wrong, host, **more):
    more.setdefault("admits", None)
    return Situation(f"d-{name}", wrong, [f"{host}.mx.signed.example"], zone="signed", **more)


# The mail hosts are in a signed zone, as the domains; net.TLSA has their TLSA records.
DANE = [
    dane("good", "nothing: TLSA records and policy both hold", "fits"),
    dane("bad", "the TLSA record fits nothing; the policy holds", "misfit"),
    dane("lost", "the TLSA records cannot be looked up; the policy holds", "lost"),
    dane("self", "the TLSA record fits a self-signed certificate", "self"),
    dane("expired", "the TLSA record fits an expired certificate", "expired"),
    dane("onlymx", "the TLSA record fits, and the policy does not admit the host", "fits", admits=OTHER),
    dane("201", "TLSA 2 0 1 fits the issuer; the certificate is of another name", "issuer"),
    dane("unusable", "a TLSA record of usage 1; the policy holds", "pkix"),
    dane("nosts-bad", "no policy; the TLSA record fits nothing", "misfit", sts=None, host_a=[], host_aaaa=[]),
    dane("nosts-lost", "no policy; the TLSA records cannot be looked up", "lost", sts=None, host_a=[],
         host_aaaa=[]),
    dane("testing-bad", "mode testing; the TLSA record fits nothing", "misfit", mode="testing"),
    dane("none-bad", "mode none; the TLSA record fits nothing", "misfit", mode="none"),
    Situation("d-insecure", "a TLSA record that fits nothing in a zone that is not signed", ["tlsa"]),
]

# Written after the first run, to see further into what it had shown: a policy with an mx that is no name,
# of whose other mx one admits the host.
AFTERWARDS = [
    Situation("v-star2", "mx: * beside the host's", policy=with_lines(2, "mx: *", SOUND[2])),
    Situation("v-preference2", "an mx with a preference beside the host's",
              policy=with_lines(2, SOUND[2], "mx: 10 second.mail.example")),
    Situation("v-dotted2", "an mx with a dot at the end beside the host's",
              policy=with_lines(2, SOUND[2], "mx: second.mail.example.")),
]


def generated(count):
    """Policies with one fault, made from the seed of the tests of lint, none of which admits the host."""
    return [Situation(f"g{number:04}", "a generated policy", policy=make_policy(number).decode("latin-1"))
            for number in range(count)]


SITUATIONS = [*MAIL_HOSTS, *MODES, *RECORDS, *POLICY_HOSTS, *SPELLINGS, *DANE, *AFTERWARDS]
