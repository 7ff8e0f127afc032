# SPDX-License-Identifier: ISC
"""askers: generated policies, each of a domain in the net, before programs of two senders that look a policy
up: smtp-check of chasquid, by chasquid's own parser, and testmxlookup of Courier. The first is compared with
lint, which says who refuses a policy, the second with check, which says what becomes of the mail."""
import parsers
import testnet
from senders import Chasquid12, Chasquid13, Courier12, Courier13
from test_differential import POLICIES, make_policy

# What each is called once; the domains' MX is a good one, which few of the policies admit.
ASKED = list(dict.fromkeys(make_policy(number) for number in range(POLICIES)))
DOMAINS = {f"a{number:04}.plain.example": policy for number, policy in enumerate(ASKED)}


def domains():
    return [testnet.Domain(name, sts="v=STSv1; id=1;", tls=None, aaaa=[], mx=((10, "good.mail.example"),),
                           policy=policy.decode("latin-1"), certificate="asked")
            for name, policy in DOMAINS.items()]


class Asker:
    """A sender's root in which its program is run for each domain, in place of the sender itself."""

    def prepare(self):
        pass

    def ask(self):
        """{domain: what the program said}."""
        self.put("/tmp/one", f"{self.command} >/tmp/said/$1 2>&1 </dev/null\n:\n")
        self.put("/tmp/domains", "\n".join(DOMAINS) + "\n")
        self.call("mkdir -p /tmp/said; xargs -P 4 -n 1 sh /tmp/one </tmp/domains", seconds=1800)
        return {name: (self.home / "up" / "tmp" / "said" / name).read_text(errors="replace") for name in DOMAINS}


class AskChasquid(Asker):
    command = "smtp-check -port 1 $1"  # nobody listens there

    def right(self, said, verdicts, findings):
        """(what it does with each policy, what is said of it)."""
        for name, one in zip(DOMAINS, findings):
            assert "=== STS policy" in said[name], said[name]
            yield ("Parsed contents" in said[name] and "Invalid" not in said[name],
                   not any(parsers.names(finding, self.rows[0]) for finding in one))


class AskCourier(Asker):
    command = "testmxlookup $1"

    def right(self, said, verdicts, findings):
        for name in DOMAINS:
            assert "good.mail.example" in said[name], said[name]
            yield ("STS: enforcing" not in said[name] or "ERROR" not in said[name],
                   verdicts[name][self.rows[0]]["verdict"] != "bounces")


class AskChasquid12(AskChasquid, Chasquid12):
    name = "smtp-check of chasquid 1.11"


class AskChasquid13(AskChasquid, Chasquid13):
    name = "smtp-check of chasquid 1.15"


class AskCourier12(AskCourier, Courier12):
    name = "testmxlookup of Courier 1.0"


class AskCourier13(AskCourier, Courier13):
    name = "testmxlookup of Courier 1.4"


ASKERS = (AskChasquid12, AskChasquid13, AskCourier12, AskCourier13)


def compare(net, directory, verdicts):
    """Prints a line for each program; returns how many policies are judged wrongly."""
    findings = parsers.lint(ASKED)
    print(f"{'program':32} {'policies':>8} {'harmed':>8} {'missed':>7} {'false alarms':>12}", flush=True)
    wrong = 0
    for program in ASKERS:
        one = program(net, directory)
        try:
            one.open()
            said = one.ask()
        finally:
            one.close()
        # For chasquid fine is a policy that is taken, for Courier mail that it does not return.
        pairs = dict(zip(DOMAINS, one.right(said, verdicts, findings)))
        bad = [(name, fine, foretold) for name, (fine, foretold) in pairs.items() if fine != foretold]
        missed = sum(not fine for _, fine, _ in bad)
        print(f"{one.name:32} {len(pairs):8} {sum(not fine for fine, _ in pairs.values()):8} {missed:7} {len(bad) - missed:12}",
              flush=True)
        for name, _, _ in bad[:10]:
            print(f"  {DOMAINS[name]!r}: {said[name]!r:.200}")
        wrong += len(bad)
    return wrong
