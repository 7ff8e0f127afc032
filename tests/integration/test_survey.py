# SPDX-License-Identifier: ISC
"""survey: mta-stsctl check finds exactly what is broken, row by row, in a net of its own."""
import contextlib
import fcntl
import json
import os
import re
import shutil
import struct
import subprocess
import termios
import time
import unittest

import harness
import schema
import testnet
from harness import bound
from test_ctl_certs import CTL
from testnet import ASKS, DAEMON, KNOT, LAX, NEW_TLS, NOBODY, OLD, OTHER_WEB, POLICY, SILENT, WEB, Domain

try:
    from postfix_mta_sts_resolver import resolver as postfix_resolver
except ImportError:
    postfix_resolver = None

WHY_NOT = "mta-stsctl was not built" if not CTL else testnet.missing()

PROVIDER = "provider.plain.example"


def policy(*mx, mode="enforce", max_age=604800):
    lines = [
        "version: STSv1",
        f"mode: {mode}",
        *(f"mx: {host}" for host in mx or ["mx.check.example"]),
        f"max_age: {max_age}",
    ]
    return "".join(line + "\r\n" for line in lines)


def to(kind):
    """A domain whose one MX is of that kind, and is in its policy."""
    host = f"{kind}.check.example"
    return {"mx": ((10, host),), "policy": policy(host)}


# Prints what postfix-mta-sts-resolver has of each domain: NONE, VALID or FETCH_ERROR.
RESOLVE = """
import asyncio, json, logging, sys
from postfix_mta_sts_resolver.resolver import STSResolver
logging.disable(logging.CRITICAL)
async def main():
    resolver = STSResolver(loop=asyncio.get_running_loop(), timeout=20)
    async def ask(name):
        return (await resolver.resolve(name))[0].name
    names = sys.argv[1:]
    print(json.dumps(dict(zip(names, await asyncio.gather(*map(ask, names))))))
asyncio.run(main())
"""

# name: (what is found: row and first letter of the severity; how the domain is made)
ROWS = {
    "good": ("", {}),
    "alsogood": ("", {"policy": POLICY}),
    # The record.
    "d1": ("D1e", {"sts": None}),
    "d1nodata": ("D1e", {"sts": None, "more": "_mta-sts.@ A 198.18.0.9"}),
    "d2": ("D2e", {"sts": ["v=STSv1; id=1;", "v=STSv1; id=2;"]}),
    "d2other": ("D2e", {"sts": ["something else"]}),
    "d3": ("D3e", {"sts": ["v=STSv1; id=1;", "something else"]}),
    "d4": ("D4e", {"sts": None, "more": '@ TXT "v=STSv1; id=1;"'}),
    "d4host": ("D4e", {"sts": None, "more": 'mta-sts.@ TXT "v=STSv1; id=1;"'}),
    "d4under": ("D4e", {"sts": None, "more": '_mta_sts.@ TXT "v=STSv1; id=1;"'}),
    "d4dash": ("D4e", {"sts": None, "more": r'_mta\226\128\145sts.@ TXT "v=STSv1; id=1;"'}),
    "d4em": ("D4e", {"sts": None, "more": r'_mta\226\128\148sts.@ TXT "v=STSv1; id=1;"'}),
    "d4minus": ("D4e", {"sts": None, "more": r'_mta\226\136\146sts.@ TXT "v=STSv1; id=1;"'}),
    "d4plain": ("D4e", {"sts": None, "more": 'mtasts.@ TXT "v=STSv1; id=1;"'}),
    "d4dots": ("D4e", {"sts": None, "more": '_mta.sts.@ TXT "v=STSv1; id=1;"'}),
    "d4swapped": (
        "D4e T1e",
        {"sts": "v=TLSRPTv1; rua=mailto:t@reports.example", "tls": "v=STSv1; id=1;"},
    ),
    "d4twice": (
        "D4e",
        {"sts": None, "more": '_mta-sts.d4twice.check.example.@ TXT "v=STSv1; id=1;"'},
    ),
    "sub.good": ("D1e", {"sts": None}),
    "d4spf": ("D4e", {"sts": None, "more": '*.@ TXT "v=spf1 -all"'}),
    "d5": ("D5e", {"sts": "v=stsv1; id=1;"}),
    "d5blank": ("D5e", {"sts": "v=STSv1 ; id=1;"}),
    "d5backslash": ("D5e", {"sts": r"v=STSv1\\; id=1\\;"}),
    "d5quotes": ("D5e", {"sts": r"\"v=STSv1; id=1;\""}),
    "d5typographic": ("D5e", {"sts": r"\226\128\156v=STSv1; id=1;\226\128\157"}),
    "d5policy": ("D5e", {"sts": "version: STSv1 mode: enforce mx: mx.check.example max_age: 604800"}),
    "d6": ("D6e", {"sts": "v=STSv1; id=2026-11-22;"}),
    "d6none": ("D6e", {"sts": "v=STSv1;"}),
    "d7": ("D7w", {"sts": "v=STSv1; id=1; mode=enforce;"}),
    "d8": ("D8e", {"sts": "v=STSv1; id=0123456789abcdef0123;"}),
    "d10host": ("D10w", {"a": [], "aaaa": [], "more": f"mta-sts.@ CNAME {PROVIDER}."}),
    "d10record": ("D9n D10w", {"sts": None, "more": f"_mta-sts.@ CNAME _mta-sts.{PROVIDER}."}),
    "d10both": (
        "D9n",
        {
            "sts": None,
            "a": [],
            "aaaa": [],
            "more": f"mta-sts.@ CNAME {PROVIDER}.\n_mta-sts.@ CNAME _mta-sts.{PROVIDER}.",
        },
    ),
    "d10loop": ("D1e D10e", {"sts": None, "more": "_mta-sts.@ CNAME l.@\nl.@ CNAME _mta-sts.@"}),
    "d10gone": ("D10e", {"sts": None, "more": "_mta-sts.@ CNAME _mta-sts.gone.plain.example."}),
    "d10hostgone": ("D10e", {"a": [], "aaaa": [], "more": "mta-sts.@ CNAME old-app.plain.example."}),
    "d10dot": ("D10e", {"a": [], "aaaa": [], "more": f"mta-sts.@ CNAME {PROVIDER}.@"}),
    "d10recorddot": ("D10e", {"sts": None, "more": f"_mta-sts.@ CNAME _mta-sts.{PROVIDER}.@"}),
    "d10chain": (
        "D10w",
        {
            "a": [],
            "aaaa": [],
            "more": "mta-sts.@ CNAME c1.@\n"
            + "".join(f"c{i}.@ CNAME c{i + 1}.@\n" for i in range(1, 6))
            + f"c6.@ A {DAEMON[0]}\nc6.@ AAAA {DAEMON[1]}",
        },
    ),
    "d11": ("D11e", {"a": [], "aaaa": []}),
    "d11twice": (
        "D11e",
        {"a": [], "aaaa": [], "more": "mta-sts.d11twice.check.example.@ A 198.18.1.1"},
    ),
    "d11under": ("D11e", {"a": [], "aaaa": [], "more": "mta_sts.@ AAAA 2001:db8:53::1:1"}),
    "d11v4": ("D11n", {"aaaa": []}),
    "d11v6": ("D11w", {"a": []}),
    "d12": ("D12w", {"more": 'mta-sts.@ CAA 0 issue ";"'}),
    "d12account": ("D12n", {"more": 'mta-sts.@ CAA 0 issue "ca.example; accounturi=https://ca.example/7"'}),
    "d13": ("D13n", {"ttl": 200000}),
    # The host.
    "h1": ("H1e", {"a": [NOBODY]}),
    "h1old": ("H1e", {"a": [OLD], "policy": POLICY}),
    "h1tls13": ("D11n H1w", {"a": [NEW_TLS], "aaaa": [], "policy": POLICY}),
    "h2both": ("H2w H2w", {"certificate": "web+rsaold"}),
    "h2bothsoon": ("H2w H2w", {"certificate": "web+rsasoon"}),
    "h1unknown": ("H1e H1e", {"alert": 112}),
    "h1internal": ("H1e H1e", {"alert": 80}),
    "h1failure": ("H1e H1e", {"alert": 40}),
    "h1version": ("H1e H1e", {"alert": 70}),
    "h1other": ("H1e H1e", {"alert": 47}),
    "h1denied": ("H1e H1e", {"alert": 49}),
    "h1wants": ("H1e H1e", {"alert": 42}),
    "h1number": ("H1e H1e", {"alert": 109}),
    "h1client": ("D11n H1e", {"a": [ASKS[0]], "aaaa": [], "policy": POLICY}),
    "h4client": ("D11n H4e", {"a": [ASKS[1]], "aaaa": [], "policy": POLICY}),
    "h1private": ("D11n H1e", {"a": ["10.0.0.1"], "aaaa": [], "policy": POLICY}),
    "h1scopes": (
        "H1e H1e H1e H1e H1e H1e H1e",
        {
            "a": ["127.0.0.1", "0.0.0.0", "169.254.7.7"],
            "aaaa": ["::1", "::", "fe80::7", "fd00::7"],
            "policy": POLICY,
        },
    ),
    "h2future": ("H2e H2e", {"certificate": "future"}),
    "h2clock": ("H2e H2e", {"certificate": "future", "ahead": 3 * 86400}),
    "h2expired": ("H2e H2e", {"certificate": "expired"}),
    "h2wrong": ("H2e H2e", {"certificate": "wrong"}),
    "h2self": ("H2e H2e", {"certificate": "self"}),
    "h2alone": ("H2e H2e", {"certificate": "alone"}),
    "h2soon": ("H2w H2w", {"certificate": "soon"}),
    "h2bare": ("", {"certificate": "bare6"}),
    "h2worn6": ("H2w H2w", {"certificate": "worn6"}),
    "h2worn45": ("H2w H2w", {"certificate": "worn45"}),
    "h2worn64": ("H2w H2w", {"certificate": "worn64"}),
    "h2fresh6": ("", {"certificate": "fresh6"}),
    "h2fresh45": ("", {"certificate": "fresh45"}),
    "h2ptoo": ("H2e H2e P1n", {"certificate": "expired", "policy": "mode: enforce\n\nmx: *\n"}),
    "h3": ("H3w", {"a": [LAX], "policy": POLICY}),
    "h4redirect": ("H4e H4e", {"status": 301, "location": "https://www.check.example/"}),
    "h4lost": ("H4e H4e", {"status": 404}),
    "h4cut": ("H4e H4e", {"cut": 10}),
    "h5": ("H5e H5e", {"type": "text/html"}),
    "h5none": ("H5e H5e", {"type": ""}),
    "h5utf16": ("H5e H5e", {"type": "text/plain; charset=utf-16"}),
    "h5utf32": ("H5e H5e", {"type": "text/plain; charset=UTF-32"}),
    "h5unknown": ("H5e H5e", {"type": "text/plain; charset=nonsense"}),
    "h5latin": ("", {"type": 'text/plain; charset="latin1"'}),
    "h5koi": ("", {"type": "text/plain; charset=KOI8-R"}),
    "h5gbk": ("", {"type": "text/plain; charset=gbk"}),
    "h5case": ("H5w H5w", {"type": "Text/Plain"}),
    "h6large": (
        "H6e X2w X2w X2w X2w",
        {"policy": policy("mx.check.example", *(f"h{i}.check.example" for i in range(500)))},
    ),
    "h6": ("H6e", {"policy": "x" * 70000}),
    "h7": ("H7w H7w", {"delay": 1.2}),
    "h7slow": ("H7e H7e", {"delay": 2.2}),
    "h8": (
        "H8e",
        {"a": [WEB[0], OTHER_WEB], "policy": POLICY, "other": POLICY.replace("604800", "604801")},
    ),
    # The policy.
    "p1": ("P1w", {"policy": POLICY.replace("\r", "")}),
    "p1cr": ("P1e", {"policy": POLICY.replace("STSv1\r\n", "STSv1\r\n") + "\r"}),
    "p1literal": ("P1e", {"policy": POLICY.replace("\r\n", "\\n")}),
    "p1literalcr": ("P1e", {"policy": POLICY.replace("\r\n", "\\r\\n") + "\r\n"}),
    "p2quotes": ("P2e P4e P6e", {"policy": f'"{POLICY[:-2]}"\r\n'}),
    "p2": ("P2e", {"policy": POLICY.replace("mode", "\r\nmode")}),
    "p2comment": ("P2e", {"policy": POLICY.replace("mode", "# ours\r\nmode")}),
    "p3": ("P3e", {"policy": "\xef\xbb\xbf" + POLICY}),
    "p4": (
        "P4w",
        {
            "policy": "mode: enforce\r\nversion: STSv1\r\nmx: mx.check.example\r\nmax_age: 604800\r\n"
        },
    ),
    "p4v2": ("P4e", {"policy": POLICY.replace("STSv1", "STSv2")}),
    "p5": ("P5e", {"policy": POLICY.replace("enforce", "enforced")}),
    "p5report": ("P5e", {"policy": POLICY.replace("enforce", "report")}),
    "p6": ("P6e", {"policy": policy(max_age="1w")}),
    "p6large": ("P6e", {"policy": policy(max_age=99999999)}),
    "p7": ("P7w", {"policy": policy(max_age=86400)}),
    "p8": ("P8e", {"policy": POLICY.replace("mx: mx.check.example\r\n", "")}),
    "p9": ("P9e X1e", {"policy": policy("198.18.3.1")}),
    "p9middle": ("P9e X1e", {"policy": policy("mx.*.example")}),
    "p9dot": ("P9e", {"policy": policy("mx.check.example", "mx.check.example.")}),
    "p9lookalike": ("P9e", {"policy": policy("mx.check.example", "mx\xe2\x80\x911.check.example")}),
    "p10": ("P10w", {"policy": policy("mx.check.example", "mx.check.example")}),
    "p11": ("P11w", {"policy": POLICY + "owner: us\r\n"}),
    "p12": ("P12n", {"policy": policy(mode="testing")}),
    "p12none": ("P12w", {"policy": policy(mode="none")}),
    "p13": ("P13w X2w", {"policy": policy("mx.check.example", "*.example")}),
    # The mail hosts.
    "x1": ("X1e", {"mx": ((10, "mx.check.example"), (10, "also.check.example"))}),
    "x1deep": (
        "X1e X2w X3e",
        {
            "mx": ((10, "mx.x1deep.check.example"),),
            "policy": policy("*.check.example"),
            "more": "mx.@ A 198.18.3.1",
        },
    ),
    "x2": ("X2w", {"policy": policy("mx.check.example", "gone.check.example")}),
    "x3expired": ("X3e", to("expired")),
    "x3wrong": ("X3e", to("wrong")),
    "x3plain": ("X3e", to("plain")),
    "x3self": ("X3e", to("self")),
    "x3old": ("X3e", to("old")),
    "x3tls13": ("X3w", to("tls13")),
    "x3both": ("X3w", to("both")),
    "x3bare": ("", to("bare6")),
    "x3anon": ("X3e", to("anon")),
    "x3dead": ("X3w", to("dead")),
    "x3nowhere": ("X3e", to("nowhere")),
    "x3address": ("X3e", {"mx": ((10, "198.18.3.1"),)}),
    "x3literal": ("X3e", {"mx": ((10, r"\091198.18.3.1\093"),)}),
    "x3zoned": ("X3e", {"mx": ((10, "198.18.3.1.x3zoned.check.example"),)}),
    "x3twice": (
        "X3e",
        {
            "mx": ((10, "mx.x3twice.check.example.x3twice.check.example"),),
            "policy": policy("mx.x3twice.check.example"),
        },
    ),
    "x3nodot": ("X3e", {"mx": ((10, "mx.check.example.x3nodot.check.example"),)}),
    "x3preference": ("X3e", {"mx": ((10, r"10\032mx.check.example"),)}),
    "x3scheme": ("X3e", {"mx": ((10, r"smtp\058\047\047mx.check.example"),)}),
    "x3port": ("X3e", {"mx": ((10, r"mx.check.example\05825"),)}),
    "x3quotes": ("X3e", {"mx": ((10, r"\034mx.check.example\034"),)}),
    "x3dash": ("X2w X3e", {"mx": ((10, r"mx\226\128\1451.check.example"),)}),
    "x3wild": ("X2w X3e", {"mx": ((10, "*.check.example"),)}),
    "x3label": ("X2w X3e", {"mx": ((10, "mail"),)}),
    "x3localhost": ("X2w X3e", {"mx": ((10, "localhost"),)}),
    "x3dangling": (
        "X3e",
        {
            "mx": ((10, "mx.x3dangling.check.example"),),
            "policy": policy("mx.x3dangling.check.example"),
            "more": "mx.@ CNAME mx.vanished.example.",
        },
    ),
    "x4dangling": (
        "X4e",
        {
            "mx": ((10, "mx.check.example"), (20, "mx.x4dangling.check.example")),
            "policy": policy("mx.check.example", "mx.x4dangling.check.example"),
            "more": "mx.@ CNAME old-app.plain.example.",
        },
    ),
    "x3private": (
        "X3w",
        {
            "mx": ((10, "mx.x3private.check.example"),),
            "policy": policy("mx.x3private.check.example"),
            "more": "mx.@ A 192.168.1.5",
        },
    ),
    "x1wildcard": (
        "X1e X3e",
        {"mx": ((10, "mx.check.example.x1wildcard.check.example"),), "more": "*.@ A 198.18.3.1"},
    ),
    "x3alias": ("X3w", to("alias")),
    "x1alias": (
        "X1e X4w",
        {"mx": ((10, "mx.check.example"), (20, "alias.check.example")), "policy": POLICY},
    ),
    "x4nowhere": ("X4e", {"mx": ((10, "mx.check.example"), (20, "nowhere.check.example"))}),
    "x3soon": ("X3w", to("soon")),
    "x3many": ("X3w", to("many")),
    "x3testing": (
        "P12n X3w",
        {
            "mx": ((10, "expired.check.example"),),
            "policy": policy("expired.check.example", mode="testing"),
        },
    ),
    "x4": (
        "X4e",
        {
            "mx": ((10, "mx.check.example"), (20, "wrong.check.example")),
            "policy": policy("mx.check.example", "wrong.check.example"),
        },
    ),
    "x5": ("X1e X2w X3w X5w", {"mx": (), "more": f"@ A {NOBODY}"}),
    "x5null": ("X5w", {"mx": ((0, ""),)}),
    "x6": ("X6e", to("tlsa")),
    "x6pkix": ("X6w", to("pkix")),
    "x7policy": ("X2w X7e", {"policy": policy("mx.check.example", "*.vanished.example")}),
    "x7mx": (
        "X4e X7e",
        {
            "mx": ((10, "mx.check.example"), (20, "mx.vanished.example")),
            "policy": policy("mx.check.example", "mx.vanished.example"),
        },
    ),
    "x7provider": (
        "X4e X4e X7e",
        {
            "mx": (
                (10, "mx.check.example"),
                (20, "a.gone.plain.example"),
                (20, "b.gone.plain.example"),
            ),
            "policy": policy("mx.check.example", "*.gone.plain.example"),
        },
    ),
    # Reports.
    "t1": ("T1w", {"tls": None}),
    "t1twice": ("T1e", {"more": '_smtp._tls.@ TXT "v=TLSRPTv1; rua=mailto:b@reports.example"'}),
    "t1dangling": ("T1e", {"tls": None, "more": "_smtp._tls.@ CNAME old-app.plain.example."}),
    "t1dots": ("T1e", {"tls": None, "more": '_smtp.tls.@ TXT "v=TLSRPTv1; rua=mailto:a@reports.example"'}),
    "t1near": ("T1e", {"tls": None, "more": '_smtp-tls.@ TXT "v=TLSRPTv1; rua=mailto:a@reports.example"'}),
    "t1backslash": ("T1e", {"tls": r"v=TLSRPTv1\\; rua=mailto:t@reports.example"}),
    "t2lookalike": ("T2e", {"tls": r"v=TLSRPTv1; rua=mailto:tls\226\128\147rpt@reports.example"}),
    "t2": ("T2e", {"tls": "v=TLSRPTv1; rua=t@reports.example"}),
    "t3gone": ("T3w", {"tls": "v=TLSRPTv1; rua=mailto:t@not-there.reports.example"}),
    "t3null": ("T3w", {"tls": "v=TLSRPTv1; rua=mailto:t@nullmx.reports.example"}),
    "t3nowhere": ("T3w", {"tls": "v=TLSRPTv1; rua=mailto:t@nowhere.reports.example?subject=x"}),
    "t3lost": ("T3w", {"tls": "v=TLSRPTv1; rua=mailto:t@lost.reports.example"}),
    "t3https": (
        "T3w",
        {"tls": "v=TLSRPTv1; rua=https://not-there.reports.example/v1,mailto:t@reports.example"},
    ),
    "t3httpsfine": ("", {"tls": "v=TLSRPTv1; rua=https://mx.check.example/v1"}),
    "t3": ("T3n", {"tls": "v=TLSRPTv1; rua=mailto:postmaster@t3.check.example"}),
}

# Two faults each.
TWO = {
    "idandmx": ("D6e X3e", {"sts": "v=STSv1; id=2026-11-22;", **to("expired")}),
    "hostandmx": (
        "H2e H2e X1e",
        {
            "certificate": "expired",
            "mx": ((10, "mx.check.example"), (10, "also.check.example")),
            "policy": POLICY,
        },
    ),
}
ROWS |= TWO

# What needs a zone of its own.
ELSEWHERE = {
    "d9.plain.example": ("D9n X6n", {}),
    "broken.bogus.example": ("D1e D11e D12w X5e T1w", {}),
    "absent.nowhere.example": ("D1e D11e X5e T1w", None),
}

EXPECTED = {f"{name}.check.example": found for name, (found, _) in ROWS.items()}
EXPECTED |= {name: found for name, (found, _) in ELSEWHERE.items()}


def without_h7(found):
    return " ".join(word for word in found.split() if not word.startswith("H7"))


# name, row, and what its sentence and its advice say.
SENTENCES = (
    (
        "h1unknown",
        "H1",
        r"^the server there does not know this host \(TLS alert unrecognized_name\)$",
        r"^add the domain, or see why it was left out \(`mta-stsd --check`\)$",
    ),
    (
        "h1internal",
        "H1",
        r"^it has no usable certificate for this name \(TLS alert internal_error\)$",
        "`mta-stsctl certs`",
    ),
    ("h1failure", "H1", "^it has no cipher, curve or certificate that senders can use", "ECDHE"),
    ("h1version", "H1", "^it takes no version of TLS that senders speak", "^enable TLS 1.2 and 1.3"),
    ("h1other", "H1", '^it ends the handshake with the TLS alert "illegal parameter"$', "^see that server's"),
    ("h1number", "H1", "^it ends the handshake with the TLS alert 109$", "^see that server's log"),
    ("h1denied", "H1", r"^it denies access \(TLS alert access_denied\)$", "^see its log and its access"),
    (
        "h1wants",
        "H1",
        r"^it asks for a client certificate, and senders have none \(TLS alert bad_certificate\)$",
        "^require no client certificate",
    ),
    (
        "h1client",
        "H1",
        r"^it asks for a client certificate, and senders have none \(TLS alert handshake_failure\)$",
        "^require no client certificate",
    ),
    ("h4client", "H4", "^it asks for a client certificate, .*certificate_required", "^require no client"),
    (
        "h1private",
        "H1",
        "^a private address, which senders on the Internet cannot reach, nor this machine$",
        "^publish a public one$",
    ),
    ("h1scopes", "H1", "^a loopback address, which senders", "^publish a public one$"),
    ("h1scopes", "H1", "^an unspecified address, which senders", "^publish a public one$"),
    ("h1scopes", "H1", "^a link-local address, which senders", "^publish a public one$"),
    (
        "x3private",
        "X3",
        "^a private address, which senders on the Internet cannot reach; it could not be tested: ",
        "^give it a public address as well$",
    ),
    ("h2bothsoon", "H2", "^its certificate ends on .*: only .* of its lifetime are left$", "^renew this second"),
    ("d4em", "D4", "^the MTA-STS record is at this name", "^publish it at _mta-sts$"),
    ("d4swapped", "D4", "^a TLSRPT record is at this name, which belongs at _smtp._tls$", "^write v=STSv1; id="),
    ("d4swapped", "T1", "^an MTA-STS record is at this name, which belongs at _mta-sts$", "^write v=TLSRPTv1;"),
    (
        "d10dot",
        "D10",
        "^its CNAME leads to provider.plain.example.d10dot.check.example, as the dot at its end is missing$",
        '^write "provider.plain.example."$',
    ),
    ("d10recorddot", "D10", "as the dot at its end is missing$", '^write "_mta-sts.provider.plain.example."'),
    (
        "d11twice",
        "D11",
        "^the policy host has no address: they are at mta-sts.d11twice.check.example.d11twice.check.example, "
        "where no sender looks$",
        "^move them to this name$",
    ),
    ("d11under", "D11", "^the policy host has no address: they are at mta_sts.d11under", "^move them"),
    (
        "t1dangling",
        "T1",
        "^its CNAME leads to old-app.plain.example, which does not exist: whoever registers that name says "
        "where reports go$",
        "^remove the CNAME now",
    ),
    ("t1dots", "T1", "^the TLSRPT record is at this name", "^publish it at _smtp._tls$"),
    (
        "x3preference",
        "X3",
        "^this MX has the preference in its name$",
        '^write "mx.check.example." alone as its host$',
    ),
    ("x3scheme", "X3", "^this MX has characters that no host's name has$", '^write "mx.check.example." alone'),
    ("x3port", "X3", "^this MX has characters that no", '^write "mx.check.example." alone'),
    ("x3quotes", "X3", "^this MX has characters that no", '^write "mx.check.example." alone'),
    ("x3dash", "X3", "^this MX has characters that no", '^write "mx-1.check.example." alone'),
    ("x3wild", "X3", "^this MX has characters that no", "^name a host, with letters"),
    ("x3label", "X3", "^this MX is a name without a domain$", '^write "mail.x3label.check.example." into'),
    ("x3localhost", "X3", "^this MX is a name without a domain$", "^name a host that others reach, too$"),
    (
        "x3dangling",
        "X3",
        r"^this MX is an alias \(CNAME\) of mx.vanished.example, which does not exist: whoever can make that "
        "name gets the mail$",
        "^remove the CNAME now, and name a host that exists in the MX record$",
    ),
    ("x4dangling", "X4", "alias .CNAME. of old-app.plain.example, which does not exist", "^remove the CNAME"),
    ("x1wildcard", "X1", "^no mx of the policy matches this MX$", '^write "mx.check.example." into the MX record'),
    (
        "x3anon",
        "X3",
        r"^it has no cipher, curve or certificate that senders can use \(TLS alert handshake_failure\)$",
        "see that a certificate is configured$",
    ),
    (
        "d10gone",
        "D10",
        "^its CNAME leads to _mta-sts.gone.plain.example, which does not exist: whoever registers that "
        "name says which policies senders fetch$",
        "^remove the CNAME now, or create that host yourself$",
    ),
    (
        "d10hostgone",
        "D10",
        "^its CNAME leads to old-app.plain.example, which does not exist: whoever registers that name "
        "serves your policy$",
        "^remove the CNAME now, or create that host yourself$",
    ),
    (
        "x7policy",
        "X7",
        "^its domain vanished.example is not in DNS; if nobody owns it, anybody may register it",
        "^remove it from the policy",
    ),
    (
        "x7mx",
        "X7",
        "^its domain vanished.example is not in DNS; if nobody owns it, anybody may register it",
        "^remove it from the policy",
    ),
    ("d4host", "D4", "^the MTA-STS record is at this name, where no sender looks$", "^publish it at _mta-sts$"),
    ("d4under", "D4", "^the MTA-STS record is at this name", "^publish it at _mta-sts$"),
    ("d4dash", "D4", "^the MTA-STS record is at this name", "^publish it at _mta-sts$"),
    ("d4twice", "D4", "^the MTA-STS record is at this name", "^publish it at _mta-sts$"),
    (
        "sub.good.check.example",
        "D1",
        "^there is no record, and that of good.check.example does not hold for names below it$",
        "^publish a record and a policy of its own$",
    ),
    (
        "d5backslash",
        "D5",
        "has a backslash before its semicolon: that belongs into zone files alone$",
        "^write v=STSv1; id=ID; with letters and digits",
    ),
    ("d5quotes", "D5", "has quotes in it$", "^write v=STSv1; id=ID;"),
    ("d5typographic", "D5", "has quotes in it$", "^write v=STSv1; id=ID;"),
    ("d5policy", "D5", "is the policy, which belongs on the policy host$", "^write v=STSv1; id=ID;"),
    (
        "p1literal",
        "P1",
        r"^the characters \\n stand where the lines should end$",
        "^write each key into a line of its own$",
    ),
    ("p1literalcr", "P1", r"^the characters \\n stand where the lines", "^write each key into a line"),
    ("p2quotes", "P2", "^a quote stands before the key", "^write the policy without quotes$"),
    (
        "p9lookalike",
        "P9",
        "has a dash or quotes that are not ASCII's$",
        "^write mx-1.check.example$",
    ),
    ("t1near", "T1", "^the TLSRPT record is at this name", "^publish it at _smtp._tls$"),
    ("t1backslash", "T1", "has a backslash before its semicolon", "^write v=TLSRPTv1; rua=mailto:"),
    ("t2lookalike", "T2", "has a dash or quotes that are not ASCII's$", "^write ASCII's hyphen"),
    (
        "x3address",
        "X3",
        "^this MX is the address 198.18.3.1, and not a host's name",
        "^give that address a name, and write the name into the MX record$",
    ),
    ("x3literal", "X3", "^this MX is the address 198.18.3.1, and", "^give that address a name"),
    ("x3zoned", "X3", "^this MX is the address 198.18.3.1, and", "^give that address a name"),
    (
        "x3twice",
        "X3",
        "^this MX has the zone twice$",
        '^write "mx.x3twice.check.example." into the MX record, with the dot at its end$',
    ),
    (
        "x3nodot",
        "X3",
        "^this MX has the zone behind a whole name$",
        '^write "mx.check.example." into the MX record, with the dot at its end$',
    ),
    ("broken.bogus.example", "D1", "^DNSSEC validation of", "^sign the zone anew, .*this machine's clock$"),
    ("h1", "H1", "^no connection: Connection refused$", "^let it answer HTTPS on port 443"),
    ("x3dead", "X3", "^it could not be tested: no connection: Connection refused$", "^see whether the host"),
    ("x3nowhere", "X3", "^this MX of .* has no address: nowhere.* does not exist$", "correct the MX"),
    (
        "x3alias",
        "X3",
        r"^this MX is an alias \(CNAME\) of also.check.example, against RFC 5321 section 5.1$",
        "^name also.check.example in the MX record, and as mx of the policy$",
    ),
    (
        "x1deep",
        "X1",
        r"^no mx of the policy matches this MX, as the \* of \*.check.example is one label alone$",
        "^write mx: mx.x1deep.check.example, or",
    ),
    ("x1alias", "X1", "^no mx of the policy matches this MX", "^name also.check.example in the MX"),
    ("x7provider", "X7", "^no MX at the provider plain.example exists any more", "^remove its MX"),
    (
        "d12account",
        "D12",
        r'^the CAA record of mta-sts.*, issue ".*accounturi=.*", lets one account alone order',
        "",
    ),
    ("d10chain", "D10", "^a chain of 6 CNAMEs leads to the last name", "^let its CNAME name c6.d10chain"),
    ("h2worn6", "H2", "^its certificate ends on .*: only .* of its lifetime are left$", "^renew the"),
    ("h2ptoo", "P1", "^the policy itself has [0-9]+ findings, which no sender comes to", "H2"),
    ("t3gone", "T3", "^reports are lost: rua names not-there.reports.example, which does not", "mailbox"),
    (
        "t3null",
        "T3",
        r"^reports are lost: rua names nullmx.reports.example, which takes no mail \(null MX\)$",
        "^name a mailbox in a domain that takes mail$",
    ),
    ("t3nowhere", "T3", "names nowhere.reports.example, which has no address$", "^name a mailbox"),
    ("t3lost", "T3", "names lost.reports.example, none of whose MX has an address$", "^name a mailbox"),
    ("t3https", "T3", "names not-there.reports.example, which does not exist$", "^name a host that"),
    ("h1tls13", "H1", "^it offers TLS 1.3 alone, ", "^enable TLS 1.2 as well, as .*not known whether Google"),
    ("x3tls13", "X3", "^it offers TLS 1.3 alone, ", "^enable TLS 1.2 as well"),
    (
        "h2both",
        "H2",
        "^clients that take RSA keys alone get another certificate: its certificate expired on ",
        "^renew this second certificate",
    ),
    (
        "x3both",
        "X3",
        "^clients that take RSA keys alone get another certificate: its certificate expired on ",
        "^renew this second certificate",
    ),
    ("h2future", "H2", "^its certificate is not valid before ", "^set this machine's clock if it is"),
    ("h2clock", "H2", "^this machine's clock is wrong: it says .*UTC", "^set this machine's clock, and"),
)


# The first three lines on a terminal of 80 columns: by name, each cause and each remedy in them.
EXHIBIT = {
    "x1": ("no mx of the policy matches this MX", "write mx: also.check.example"),
    "h1unknown": ("the server there does not know this host", "add the domain"),
    "h2expired": ("its certificate expired", "renew"),
    "h1private": ("a private address, which senders on the Internet cannot reach", "publish a public one"),
    "d10dot": ("as the dot at its end is missing", 'write "provider.plain.example."'),
    "x3tls13": ("it offers TLS 1.3 alone", "enable TLS 1.2 as well"),
    "x3dangling": ("which does not exist: whoever can make that name gets the mail", "remove the CNAME now"),
    "h1client": ("it asks for a client certificate", "require no client certificate"),
    "d10hostgone": ("its CNAME leads to old-app.plain.example, which does not exist", "remove the CNAME"),
    "d4host": ("the MTA-STS record is at this name, where no sender looks", "publish it at _mta-sts"),
    "x3dead": ("it could not be tested: no connection: Connection refused", "see whether the host is up"),
    "x3plain": ("offers no STARTTLS", "enable STARTTLS"),
    "x3twice": ("this MX has the zone twice", 'write "mx.x3twice.check.example."'),
    "p1literal": ("the characters \\n stand where the lines should end", "a line of its own"),
    "idandmx": (
        'the id "2026-11-22" has other characters',
        "write letters and digits only",
        "expired",
        "renew the certificate",
    ),
    "hostandmx": (
        "its certificate expired",
        "renew",
        "no mx of the policy matches this MX",
        "write mx: also.check.example",
    ),
}

# A hundred that are answered when all are asked for, and then take their time.
DELAY = 5
PER_ADDRESS = 32  # connections to one address at a time
# Of which so many are waited for: a sanitizer may need longer than testnet's PATIENCE for all of them.
TOGETHER = PER_ADDRESS if bound(1) == 1 else PER_ADDRESS // 4
MANY = [f"many{i}.check.example" for i in range(100)]
TWICE = "twice.check.example"
# Each of them holds its connections for a second.
HELD = [f"held{i}.check.example" for i in range(12)]
CHANGING = "changing.check.example"
# Served, and not published yet.
NEW = "new.check.example"


def domains():
    made = [Domain(f"{name}.check.example", **how) for name, (_, how) in ROWS.items()]
    made += [Domain(name, **how) for name, (_, how) in ELSEWHERE.items() if how is not None]
    made += [Domain(name, policy=POLICY, together=TOGETHER, delay=DELAY, aaaa=[]) for name in MANY]
    made += [Domain(name, policy=POLICY, delay=1) for name in HELD]
    made.append(Domain(TWICE, policy=POLICY, twice=True, aaaa=[]))
    made.append(Domain(NEW, sts=None, tls=None, a=[], aaaa=[]))
    return made + [Domain(CHANGING, file="changing")]


net = None


def setUpModule():
    global net
    if not WHY_NOT:
        net = testnet.Net(domains())
        unittest.addModuleCleanup(net.stop)


class SurveyCase(unittest.TestCase):
    wrapped = False  # under valgrind, all of them at a time would only be slow

    @classmethod
    def setUpClass(cls):
        cls.net = net

    @classmethod
    def check(cls, *words, status=None, seconds=120, before=()):
        wrapper = [*before, *(harness.WRAPPER if cls.wrapped else [])]
        done = cls.net.run(*wrapper, CTL, "check", *cls.net.options(), *words, seconds=seconds)
        if harness.REPORT.search(done.stderr):
            raise AssertionError("a report of a memory error:\n" + done.stderr)
        if done.returncode not in ((0, 1) if status is None else (status,)):
            raise AssertionError(done.stdout + done.stderr + cls.net.log())
        wrong = schema.complaints(("check", *words), done.stdout)
        if wrong:
            raise AssertionError("\n".join(wrong))
        return done

    @classmethod
    def checked(cls, *words, **options):
        """The JSON of each domain, by its name."""
        said = json.loads(cls.check("--json", *words, **options).stdout)
        return {item["domain"]: item for item in said["domains"]}


def short(item, left_out=""):
    return " ".join(
        found["rule"] + found["severity"][0]
        for found in item["findings"]
        if found["rule"] != left_out
    )


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Rows(SurveyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = list(EXPECTED)
        cls.items = cls.checked(*names)
        # An MX that took long, as on a busy machine, gets no second handshake: it is asked again, alone.
        odd = [name for name in names if without_h7(short(cls.items[name])) != without_h7(EXPECTED[name])]
        if odd:
            cls.items |= cls.checked(*odd)

    def test_each_broken_domain_has_what_is_broken_and_nothing_else(self):
        # Where other work or a sanitizer holds the servers of this net up, they are slow indeed.
        slow = bound(1) > 1 or os.getloadavg()[0] >= 2 * os.cpu_count()
        busy = "H7" if slow else ""
        for name, found in EXPECTED.items():
            with self.subTest(name):
                if busy:
                    found = " ".join(word for word in found.split() if not word.startswith(busy))
                self.assertEqual(
                    short(self.items[name], busy),
                    found,
                    json.dumps(self.items[name]["findings"], indent=1),
                )

    def test_each_cause_has_its_sentence_and_its_remedy(self):
        for name, row, problem, advice in SENTENCES:
            with self.subTest(name):
                item = self.items[name if "." in name else f"{name}.check.example"]
                said = [found for found in item["findings"] if found["rule"] == row]
                told = [(found["problem"], found["advice"] or "") for found in said]
                self.assertTrue(
                    any(re.search(problem, one) and re.search(advice, other) for one, other in told),
                    json.dumps(item["findings"], indent=1),
                )
                self.assertNotRegex(str(told), "error:|SSL routines")

    @harness.needs("strace")
    @unittest.skipIf(harness.is_instrumented(), "a leak checker runs under no other tracer")
    def test_an_alert_that_comes_before_the_request_is_sent_is_told(self):
        # The server has closed when the request is sent: the handshake is sent late, and so is what
        # comes after it.
        late = ("strace", "-f", "-qq", "-o", "/dev/null", "--inject=sendto:delay_enter=200ms")
        words = (CTL, "check", *self.net.options(), "--json", "h4client.check.example")
        item = json.loads(self.net.run(*late, *words).stdout)["domains"][0]
        (said,) = [found for found in item["findings"] if found["rule"] == "H4"]
        self.assertRegex(said["problem"], "^it asks for a client certificate, .*certificate_required")

    def first_lines(self, name, columns=80):
        """What a terminal shows first."""
        terminal, end = os.openpty()
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        words = self.net.inside(CTL, "check", *self.net.options(), f"{name}.check.example")
        environment = {**self.net.environment(), "NO_COLOR": "1"}
        with subprocess.Popen(words, stdout=end, stderr=subprocess.STDOUT, env=environment) as child:
            os.close(end)
            said = b""
            with contextlib.suppress(OSError):  # its end, on Linux
                while part := os.read(terminal, 65536):
                    said += part
            os.close(terminal)
        self.assertIn(child.returncode, (0, 1), said)
        lines = said.decode().replace("\r", "").splitlines()
        self.assertLessEqual(max(map(len, lines)), columns)
        return lines[:3]

    def test_the_first_three_lines_have_each_cause_and_each_remedy(self):
        for name, parts in EXHIBIT.items():
            with self.subTest(name):
                text = " ".join(line.strip() for line in self.first_lines(name))
                for part in parts:
                    self.assertIn(part, text)

    def test_no_mail_host_at_all_is_a_line_about_this_network(self):
        line = "No mail host of these domains could be reached from here: this network may close port 25."
        said = self.check("x3dead.check.example", "x5.check.example").stdout
        self.assertIn(line, said.splitlines())
        for others in (["good.check.example"], []):
            self.assertNotIn(line, self.check("x3dead.check.example", *others).stdout)

    def verdicts(self, name):
        return {said["sender"]: said for said in self.items[f"{name}.check.example"]["verdicts"]}

    def was_slow(self, name):
        """Whether this machine was, so that senders with little patience have no policy."""
        item = self.items[f"{name}.check.example"]
        return any(seen["milliseconds"] > 2000 for seen in item["addresses"])

    def test_the_verdict_names_the_ending_and_the_codes_of_each_sender(self):
        predicted = {
            ("x3expired", "Google"): ("defers", [], "certificate-expired"),
            ("x3expired", "Exchange Online"): ("defers", ["4.7.5", "5.7.5"], "certificate-expired"),
            ("x3expired", "postfix-tlspol"): ("defers", ["4.7.5"], None),
            ("x3expired", "Exim"): ("delivers", [], None),
            ("x3plain", "Exchange Online"): (
                "defers",
                ["4.7.5", "5.7.5"],
                "starttls-not-supported",
            ),
            ("x3plain", "postfix-mta-sts-resolver"): ("defers", ["4.7.4"], None),
            ("x3wrong", "mox"): ("defers", [], "certificate-host-mismatch"),
            ("x3self", "Google"): ("defers", [], "certificate-not-trusted"),
            ("p9", "Exchange Online"): ("defers", ["4.4.8", "5.4.8"], "validation-failure"),
            ("p9", "mox"): ("delivers with report", [], "sts-policy-invalid"),
            ("p9", "postfix-mta-sts-resolver"): ("defers", ["4.7.5"], None),
            ("x1", "Google"): ("delivers with report", [], "validation-failure"),
            ("x1", "postfix-tlspol"): ("delivers", [], None),
            ("x3testing", "Google"): ("delivers with report", [], "certificate-expired"),
            ("x3dead", "Exchange Online"): ("not tested", [], None),
            ("h2self", "Google"): ("delivers with report", [], "sts-webpki-invalid"),
            ("h4lost", "Google"): ("delivers with report", [], "sts-policy-fetch-error"),
            ("h5", "Google"): ("delivers", [], None),
            ("x3tls13", "Google"): ("depends", [], None),
            ("x3tls13", "chasquid"): ("delivers", [], None),
            ("x3tls13", "postfix-mta-sts-resolver"): ("delivers", [], None),
            ("h1tls13", "Google"): ("delivers", [], None),
            ("t1", "Google"): ("delivers", [], None),
            ("x5null", "Google"): ("bounces", [], None),
            ("x5null", "Exim"): ("bounces", [], None),
        }
        for (name, sender), expected in predicted.items():
            with self.subTest(f"{name}, {sender}"):
                if self.was_slow(name):
                    continue
                said = self.verdicts(name)[sender]
                self.assertEqual((said["verdict"], said["codes"], said["failure"]), expected)

    def test_what_differs_between_senders_is_told_of_each(self):
        expected = {
            "d3": {"maddy": "NONE", "KumoMTA": "NONE", "mox": "VALID"},
            "h4lost": {"Stalwart": "VALID", "Google": "FETCH_ERROR"},
            "h5": {"maddy": "FETCH_ERROR", "mox": "VALID", "Google": "VALID"},
            "h5case": {"KumoMTA": "FETCH_ERROR", "chasquid": "VALID"},
            "h7slow": {"postfix-tlspol": "FETCH_ERROR", "Halon": "VALID"},
            "p2": {"mox": "FETCH_ERROR", "chasquid": "VALID", "Stalwart": "VALID"},
            "h1": {"mailauth": "FETCH_ERROR", "Google": "VALID"},
        }
        for name, states in expected.items():
            for sender, state in states.items():
                with self.subTest(f"{name}, {sender}"):
                    if not self.was_slow(name) or (name == "h7slow" and sender != "Halon"):
                        self.assertEqual(self.verdicts(name)[sender]["state"], state)

    def test_exchange_online_is_said_to_be_predicted(self):
        verdicts = self.verdicts("x3expired")
        self.assertTrue(verdicts["Exchange Online"]["predicted"])
        self.assertFalse(verdicts["postfix-tlspol"]["predicted"])
        said = self.check("x3expired.check.example", status=1).stdout
        self.assertRegex(said, r"4\.7\.5, then 5\.7\.5 .*\(predicted\)")

    def test_json_tells_what_was_seen(self):
        item = self.items["good.check.example"]
        self.assertEqual(
            item["policy"], {"mode": "enforce", "max_age": 604800, "mx": ["mx.check.example"]}
        )
        self.assertEqual([seen["address"] for seen in item["addresses"]], list(DAEMON))
        for seen in item["addresses"]:
            self.assertEqual((seen["status"], seen["failure"]), (200, None))
            self.assertEqual(seen["certificate"]["tls"], "TLSv1.3")
        (mx,) = item["mx"]
        self.assertEqual(
            (mx["host"], mx["preference"], mx["in_policy"]), ("mx.check.example", 10, True)
        )
        self.assertEqual({address["address"] for address in mx["addresses"]}, set(testnet.MX["mx"]))

    def test_a_good_domain_exits_with_0_and_a_broken_one_with_1(self):
        said = self.check("good.check.example", status=0).stdout
        self.assertIn(
            "good.check.example: enforce, max_age 604800, 1 mx, id 20261122T1, 1 MX", said
        )
        self.assertNotIn("warning", said)
        self.check("d1.check.example", status=1)
        self.check("d11v4.check.example", status=0)  # a note is no finding
        self.check("p12.check.example", status=0)  # nor is mode testing
        self.check("not_a_name", status=2)
        self.check(status=2)

    def test_the_configuration_says_which_domains_and_what_they_should_serve(self):
        items = self.checked("--all", "-c", self.net.ini)
        self.assertEqual(len(items), sum(not made.served for made in self.net.domains.values()))
        other = self.net.directory / "other.ini"
        other.write_text(self.net.ini.read_text().replace("mode = enforce", "mode = testing"))
        items = self.checked("-c", other, "good.check.example")
        self.assertIn("H8e", short(items["good.check.example"]))

    def test_connect_leads_to_another_server(self):
        items = self.checked("--connect", f"{WEB[0]}:443", "good.check.example")
        seen = items["good.check.example"]["addresses"]
        self.assertEqual([one["address"] for one in seen], [f"{WEB[0]}:443"])
        self.assertIn("H1e", short(items["good.check.example"]))  # which does not have the host

    def test_smtp_port_leads_to_another_port(self):
        items = self.checked("--smtp-port", "26", "good.check.example")
        self.assertEqual(short(items["good.check.example"]), "X3w X3w")

    @unittest.skipIf(postfix_resolver is None, "not installed: postfix-mta-sts-resolver")
    def test_the_postfix_resolver_itself_gets_what_the_verdict_says(self):
        names = sorted(self.items)
        trust = str(harness.pki().root_file())
        done = self.net.run(
            "/usr/bin/python3",
            "-c",
            RESOLVE,
            *names,
            seconds=60,
            env={**os.environ, "SSL_CERT_FILE": trust},
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        real = json.loads(done.stdout)
        # It takes the address that answers first; and this net's unbound, which it asks, does not
        # validate.
        del real["h1old.check.example"]
        del real["broken.bogus.example"]
        # Nor does it wait here as briefly as it does by itself.
        for name, item in self.items.items():
            if any(seen["milliseconds"] > 4000 for seen in item["addresses"]):
                real.pop(name, None)
        for name, state in real.items():
            verdicts = {said["sender"]: said for said in self.items[name]["verdicts"]}
            with self.subTest(name):
                self.assertEqual(verdicts["postfix-mta-sts-resolver"]["state"], state)

    def test_the_examples_of_the_manual_page_run(self):
        page = (harness.SOURCE / "doc" / "mta-stsctl.1").read_text()
        examples = [
            text
            for text in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", page, re.M | re.S)
            if "mta-stsctl check" in text
        ]
        self.assertGreaterEqual(len(examples), 2)
        options = " ".join(str(word) for word in self.net.options())
        bin_directory = self.net.directory / "bin"
        bin_directory.mkdir()
        script = bin_directory / "mta-stsctl"
        script.write_text(
            f"""#!/bin/sh
shift
exec {CTL} check -c {self.net.ini} {options} "$@"
"""
        )
        script.chmod(0o755)
        path = f"{bin_directory}:{self.net.environment()['PATH']}"
        for text in examples:
            text = text.replace("example.com", "good.check.example")
            text = text.replace("/var/lib/mta-stsctl", str(self.net.directory / "kept"))
            if "jq " in text and not shutil.which("jq"):
                continue
            with self.subTest(text):
                done = self.net.run("sh", "-c", text, env={**os.environ, "PATH": path}, seconds=60)
                self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
                self.assertEqual(done.stderr, "")


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Memory(SurveyCase):
    wrapped = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = cls.net.directory / "changing"

    def setUp(self):
        self.state = self.net.directory / self.id().rsplit(".", maxsplit=1)[-1]

    def look(self, served=None):
        if served is not None:
            self.file.write_text(served, newline="")
        return self.checked("--state", self.state, CHANGING)[CHANGING]

    def forge(self, **changes):
        """Changes the state as if time had passed."""
        path = self.state / f"{CHANGING}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    def test_a_policy_that_changes_without_a_new_id_is_an_error_until_the_id_does(self):
        self.assertEqual(short(self.look(policy()), "H7"), "")
        self.assertEqual(short(self.look(), "H7"), "")
        changed = policy(max_age=604801)
        self.assertEqual(short(self.look(changed), "H7"), "W1e")
        self.assertEqual(short(self.look(), "H7"), "W1e")
        self.forge(id="another")
        self.assertEqual(short(self.look(), "H7"), "")
        self.assertEqual(short(self.look(), "H7"), "")

    def test_after_mode_none_the_day_is_told_on_which_all_may_go(self):
        self.look(policy(max_age=2419200))
        self.look(policy(max_age=604800))
        now = time.time()
        item = self.look(policy(mode="none", max_age=86400))
        self.assertEqual(short(item, "H7"), "P12w W1e W2n")
        self.assertEqual(item["removable_at"] % 86400, 0)
        self.assertLess(now + 2419200 - 60, item["removable_at"])
        self.assertLess(item["removable_at"], now + 2419200 + 86400 + 60)
        day = time.strftime("%Y-%m-%d", time.gmtime(item["removable_at"] - 1))
        self.assertIn(f"until the end of {day} (UTC)", item["findings"][-1]["problem"])
        self.forge(held_until=int(now) - 86400)
        item = self.look()
        self.assertIn("may be removed", item["findings"][-1]["problem"])

    def test_after_a_gap_it_is_said_what_is_not_known(self):
        """As after nights without the job, or with a state out of an older backup."""
        self.look(policy(max_age=604800))
        now = int(time.time())
        self.forge(last=now - 10 * 86400, held_until=now - 3 * 86400)
        problem = self.look(policy(mode="none", max_age=86400))["findings"][-1]["problem"]
        day = time.strftime("%Y-%m-%d", time.gmtime(now - 10 * 86400))
        self.assertIn(f"not checked from {day} to ", problem)
        self.assertNotIn("may be removed", problem)

    def test_testing_is_a_note_for_four_weeks_and_a_warning_later(self):
        self.assertEqual(short(self.look(policy(mode="testing")), "H7"), "P12n")
        self.forge(mode_since=int(time.time()) - 29 * 86400)
        self.assertEqual(short(self.look(), "H7"), "P12w")

    def test_a_damaged_state_is_a_failure_once_and_put_aside(self):
        self.look(policy())
        path = self.state / f"{CHANGING}.json"
        path.write_text("{}")
        done = self.check("--state", self.state, CHANGING, status=2)
        self.assertIn(f"{path}: this is not what mta-stsctl wrote; it was renamed", done.stderr)
        self.assertEqual(path.with_name(path.name + ".damaged").read_text(), "{}")
        self.check("--state", self.state, CHANGING, status=None)
        self.assertNotEqual(json.loads(path.read_text()), {})


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Published(SurveyCase):
    def test_what_records_writes_for_nsupdate_makes_a_domain_pass(self):
        ini = self.net.write(
            "new.ini",
            f"[dns]\naddress = {', '.join(DAEMON)}\nrua = mailto:t@reports.example\n"
            f"[{NEW}]\nmx = mx.check.example\nmode = enforce\n"
            f"certificate = {self.net.directory}/web.pem\n",
        )
        # Asked of the name server itself, so that no cache remembers what was not there.
        words = ["-c", ini, "--changed", "--format", "nsupdate", "--server", KNOT]
        words += ["--resolver", KNOT, "--ca-file", harness.pki().root_file()]
        for status in (1, 0):  # the host first; its record once each address serves the policy
            said = self.net.run(CTL, "records", *words, NEW)
            self.assertEqual(said.returncode, status, said.stdout + said.stderr)
            done = self.net.run("nsupdate", "-v", input=said.stdout, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), said.stdout)
        checked = json.loads(self.check("--json", NEW).stdout)["domains"][0]
        self.assertEqual(short(checked, "H7"), "", json.dumps(checked["findings"], indent=1))
        self.assertEqual({said["verdict"] for said in checked["verdicts"]}, {"delivers"})


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Many(SurveyCase):
    def mails(self):
        log = self.net.directory / "postfix" / "log" / "mail"
        return log.read_text().count(": connect from ") if log.exists() else 0

    def test_a_hundred_domains_are_looked_at_together(self):
        before = self.mails()
        items = self.checked(*MANY)
        self.assertEqual({short(item, "H7") for item in items.values()}, {"D11n"})
        # The server answers none until it is asked for TOGETHER of them.
        for item in items.values():
            self.assertEqual([seen["status"] for seen in item["addresses"]], [200])
        # The mail host that all of them have is asked once at each of its addresses: as usual, with TLS
        # 1.2 alone, and for another key.
        self.assertEqual(self.mails() - before, 3 * len(testnet.MX["mx"]))

    def test_names_that_nobody_answers_for_cost_the_others_nothing(self):
        # More than the 16 sockets that libunbound has by itself, and no more than this net's own resolver
        # bears on a busy machine.
        dead = [f"d{number}.silent.example" for number in range(40)]
        items = self.checked(*dead, "good.check.example", "alsogood.check.example")
        for name in ("good", "alsogood"):
            item = items[f"{name}.check.example"]
            self.assertEqual(short(item, "H7"), "", item["findings"])
        for name in dead:
            found = {finding["rule"] for finding in items[name]["findings"]}
            self.assertLessEqual({"D1", "D11", "X5"}, found)
            self.assertNotIn("delivers", {said["verdict"] for said in items[name]["verdicts"]})

    def test_where_descriptors_are_few_fewer_are_looked_at_together_and_none_lacks_one(self):
        items = self.checked(*HELD, before=["prlimit", "--nofile=40:40"])
        self.assertEqual({short(item, "H7") for item in items.values()}, {""})

    def test_a_resolver_that_answers_nothing_is_given_up(self):
        # Of options given twice, the last one holds.
        item = self.checked("--resolver", f"{SILENT}@53", "good.check.example", status=1)
        said = json.dumps(item)
        self.assertIn("not asked, as the answers before took 20 seconds", said)

    def test_the_second_look_at_what_is_slow_does_not_wait_for_the_first(self):
        (seen,) = self.checked(TWICE)[TWICE]["addresses"]
        self.assertEqual(seen["status"], 200)  # not before it is asked a second time


if __name__ == "__main__":
    unittest.main()
