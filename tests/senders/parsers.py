# SPDX-License-Identifier: ISC
"""parsers: policies with one fault, made from a seed, judged by mta-stsctl lint and by senders' own parsers:
both of Debian's postfix-mta-sts-resolver, and mailauth 4 and 7."""
import base64
import json
import os
import pathlib
import subprocess
import tempfile

from test_differential import POLICIES, make_policy

HERE = pathlib.Path(__file__).resolve().parent
# The resolver's own code is asked whole; DNS and HTTP are stood in for.
RESOLVER = r"""
import asyncio, base64, json, sys, types
import aiohttp
from postfix_mta_sts_resolver import resolver
class Answer:
    status, headers, charset = 200, {"Content-Type": "text/plain; charset=utf-8"}, "utf-8"
    def __init__(self, **_):
        pass
    async def __aenter__(self):
        self.content = self
        self.rest = Answer.body
        return self
    async def __aexit__(self, *_):
        pass
    async def read(self, size):
        got, self.rest = self.rest[:size], self.rest[size:]
        return got
    def get(self, *_, **__):
        return Answer()
class Records:
    async def query(self, *_):
        return [types.SimpleNamespace(text="v=STSv1; id=1;")]
async def main():
    resolver.aiohttp.ClientSession = Answer
    sts = resolver.STSResolver(loop=asyncio.get_running_loop())
    sts._resolver = Records()
    taken = []
    for text in json.load(sys.stdin):
        Answer.body = base64.b64decode(text)
        status, _ = await sts.resolve("example.com")
        taken.append(status == resolver.STSFetchResult.VALID)
    json.dump(taken, sys.stdout)
import logging
logging.disable(logging.CRITICAL)
asyncio.run(main())
"""
PARSERS = (  # what it is, its directory, its command, its name in lint's findings
    ("postfix-mta-sts-resolver 1.1.2", "bookworm-postfix", None, "postfix-mta-sts-resolver"),
    ("postfix-mta-sts-resolver 1.5.0", "trixie-postfix", None, "postfix-mta-sts-resolver"),
    ("mailauth 4.9.5", "npm-mailauth-4.9.5", "node", "mailauth up to 5"),
    ("mailauth 7.1.0", "npm-mailauth-7.1.0", "node", "mailauth"),
)


def ask(place, program, policies):
    """Which of the policies the parser takes."""
    command = ["chroot", place, "/usr/bin/python3", "-B", "-c", RESOLVER]
    if program == "node":
        command = ["node", HERE / "parse_mailauth.js", place]
    done = subprocess.run(command, input=json.dumps([base64.b64encode(one).decode() for one in policies]),
                          capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise AssertionError(f"{place}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def names(finding, name):
    """Whether the finding is an error, and says that this sender finds no policy: what stands in front of
    the first semicolon. The whole family is named by the name of its newest."""
    refusing = (finding["sender"] or "").split(";")[0]
    if finding["severity"] != "error" or "for which" in refusing or " this host " in refusing:
        return False
    _, every, others = refusing.partition("every sender")
    named = set((others.removeprefix(" but ") if every else refusing).split(", "))
    return bool(named & {name, name.split()[0]}) != bool(every)


def lint(policies):
    """The findings of each."""
    with tempfile.TemporaryDirectory() as directory:
        paths = [pathlib.Path(directory) / f"{number:05}.txt" for number in range(len(policies))]
        for path, body in zip(paths, policies):
            path.write_bytes(body)
        done = subprocess.run([os.environ["MTA_STSCTL"], "lint", "--json", "--type", "policy", *paths],
                              capture_output=True, text=True, check=False, timeout=300)
        return [file["findings"] for file in json.loads(done.stdout)["files"]]


def compare(directory):
    """Prints a line for each parser; returns how many policies are judged wrongly."""
    policies = [make_policy(number) for number in range(POLICIES)]
    findings = lint(policies)
    print(f"{'parser':32} {'policies':>8} {'refused':>8} {'missed':>7} {'false alarms':>12}")
    wrong = 0
    for what, place, program, name in PARSERS:
        taken = ask(directory / place, program, policies)
        named = [any(names(finding, name) for finding in one) for one in findings]
        missed = [one for one in range(len(policies)) if not taken[one] and not named[one]]
        false = [one for one in range(len(policies)) if taken[one] and named[one]]
        print(f"{what:32} {len(policies):8} {taken.count(False):8} {len(missed):7} {len(false):12}")
        for one in (missed + false)[:10]:
            print(f"  {policies[one]!r}: {[finding['rule'] for finding in findings[one]]}")
        wrong += len(missed) + len(false)
        silent = [one for one in missed if not any(finding["severity"] == "error" for finding in findings[one])]
        if silent:
            print(f"  {len(silent)} of them without any error")
    return wrong
