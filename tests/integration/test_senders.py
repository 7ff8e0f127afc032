# SPDX-License-Identifier: ISC
"""senders: programs of the mail world and usual TLS clients fetch and read a policy."""
import asyncio
import functools
import logging
import os
import re
import socket
import ssl
import subprocess
import time
import types
import unittest
import unittest.mock

import harness
from harness import (
    PATH,
    bound,
    exchange,
    needs,
    pki,
    policy_text,
    request,
    run,
    server_section,
    tls_context,
)

try:
    import aiohttp
    import aiohttp.abc
    from postfix_mta_sts_resolver import resolver as postfix_resolver
    from postfix_mta_sts_resolver import utils as postfix_utils
except ImportError:
    postfix_resolver = None

HOST = "mta-sts.example.com"
MX = ["mail.example.com", "*.backup.example.net"]
POLICIES = {
    "example.com": (MX, "enforce", 604800),
    "testing.example": (["mx.testing.example"], "testing", 86400),
    "none.example": (["mx.none.example"], "none", 86400),
}


class Senders(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify(*POLICIES)
        sections = ""
        for domain, (mx, mode, max_age) in POLICIES.items():
            sections += f"[{domain}]\nmode = {mode}\nmax_age = {max_age}\n"
            sections += "".join(f"mx = {name}\n" for name in mx)
        cls.daemon = cls.start_for_class(
            server_section(listen=["127.0.0.1:0"] + (["[::1]:0"] if harness.has_ipv6() else []))
            + cls.defaults_section()
            + sections
        )
        cls.address = cls.daemon.address()

    # postfix-mta-sts-resolver: its own code, with only the network's names and the CA told to it

    def resolve_as_postfix(self, domain, known_id=None):
        address = self.address

        class Names(aiohttp.abc.AbstractResolver):
            """Every name is the daemon's address."""

            async def resolve(self, host, port=0, family=socket.AF_INET):
                return [
                    {
                        "hostname": host,
                        "host": address[0],
                        "port": address[1],
                        "family": socket.AF_INET,
                        "proto": 0,
                        "flags": socket.AI_NUMERICHOST,
                    }
                ]

            async def close(self):
                pass

        class Records:
            """The TXT record that stands in DNS."""

            async def query(self, name, kind):
                assert (name, kind) == (f"_mta-sts.{domain}", "TXT"), (name, kind)
                return [types.SimpleNamespace(text="v=STSv1; id=20261121;")]

        async def resolve():
            sts = postfix_resolver.STSResolver(loop=asyncio.get_running_loop())
            sts._resolver = Records()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(pki().root_file())
            connector = aiohttp.TCPConnector(resolver=Names(), ssl=context)
            session = functools.partial(aiohttp.ClientSession, connector=connector)
            with unittest.mock.patch.object(postfix_resolver.aiohttp, "ClientSession", session):
                return await sts.resolve(domain, known_id)

        logging.getLogger("RES").addHandler(logging.NullHandler())
        kept = {
            key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")
        }
        with unittest.mock.patch.dict(os.environ, kept | {"NETRC": "/dev/null"}, clear=True):
            return asyncio.run(resolve())

    @unittest.skipUnless(postfix_resolver, "postfix-mta-sts-resolver is not installed")
    def test_postfix_mta_sts_resolver_fetches_and_accepts_each_policy(self):
        for domain, (mx, mode, max_age) in POLICIES.items():
            with self.subTest(domain=domain):
                status, found = self.resolve_as_postfix(domain)
                self.assertEqual(status, postfix_resolver.STSFetchResult.VALID)
                identifier, policy = found
                self.assertEqual(identifier, "20261121")
                self.assertEqual(
                    policy, {"version": "STSv1", "mode": mode, "mx": mx, "max_age": max_age}
                )
        self.daemon.wait_for_log('agent="postfix-mta-sts-resolver')

    @unittest.skipUnless(postfix_resolver, "postfix-mta-sts-resolver is not installed")
    def test_postfix_mta_sts_resolver_sees_an_error_for_a_domain_that_is_not_served(self):
        status, _ = self.resolve_as_postfix("unknown.example")
        self.assertEqual(status, postfix_resolver.STSFetchResult.FETCH_ERROR)

    @unittest.skipUnless(postfix_resolver, "postfix-mta-sts-resolver is not installed")
    def test_its_parser_reads_the_served_bytes(self):
        body = harness.fetch(self.address, HOST).body
        policy = postfix_utils.parse_mta_sts_policy(body.decode("ascii"))
        self.assertEqual(policy["mx"], MX)
        self.assertEqual(policy["mode"], "enforce")

    # usual clients

    @needs("curl")
    def test_curl_fetches_with_each_version_of_tls_and_http(self):
        for tls in (["--tlsv1.2", "--tls-max", "1.2"], ["--tlsv1.3"], []):
            for http in (["--http1.1"], ["--http1.0", "--no-alpn"], ["--http2"], []):
                with self.subTest(tls=tls, http=http):
                    done = run(
                        *(
                            "curl",
                            "-q",
                            "--noproxy",
                            "*",
                            "-sS",
                            "--fail",
                            "--max-time",
                            "20",
                            "--cacert",
                            pki().root_file(),
                        ),
                        *("--resolve", f"{HOST}:{self.address[1]}:127.0.0.1", *tls, *http),
                        f"https://{HOST}:{self.address[1]}{PATH}",
                        errors=None,
                    )
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(done.stdout, policy_text(*POLICIES["example.com"]))

    @needs("curl")
    def test_curl_head_shows_the_fields_of_get(self):
        done = run(
            *(
                "curl",
                "-q",
                "--noproxy",
                "*",
                "-sS",
                "-I",
                "--max-time",
                "20",
                "--cacert",
                pki().root_file(),
            ),
            *("--resolve", f"{HOST}:{self.address[1]}:127.0.0.1"),
            f"https://{HOST}:{self.address[1]}{PATH}",
        )
        self.assertRegex(done.stdout, r"(?m)^HTTP/1\.1 200 OK")
        self.assertRegex(done.stdout, r"(?m)^Content-Type: text/plain; charset=utf-8\s*$")

    @needs("curl")
    def test_curl_never_meets_a_redirect(self):
        for path in ("/", "/.well-known/", PATH + "/", PATH.upper(), "/mta-sts.txt"):
            done = run(
                *(
                    "curl",
                    "-q",
                    "--noproxy",
                    "*",
                    "-sS",
                    "-L",
                    "--max-time",
                    "20",
                    "--cacert",
                    pki().root_file(),
                ),
                *("-o", "/dev/null", "-w", "%{http_code} %{num_redirects}"),
                *("--resolve", f"{HOST}:{self.address[1]}:127.0.0.1"),
                f"https://{HOST}:{self.address[1]}{path}",
            )
            self.assertEqual(done.stdout, "404 0")

    @needs("openssl")
    def test_openssl_s_client_fetches(self):
        for version in ("-tls1_2", "-tls1_3"):
            done = run(
                *("openssl", "s_client", "-connect", "%s:%d" % self.address, "-servername", HOST),
                *("-CAfile", pki().root_file(), "-verify_return_error", "-verify_hostname", HOST),
                *("-quiet", version),
                input=request(HOST),
                errors=None,
            )
            self.assertEqual(
                done.stdout.partition(b"\r\n\r\n")[2], policy_text(*POLICIES["example.com"])
            )

    @needs("gnutls-cli")
    def test_gnutls_cli_fetches(self):
        for version in (
            "NORMAL:-VERS-ALL:+VERS-TLS1.2",
            "NORMAL:-VERS-ALL:+VERS-TLS1.3",
            "NORMAL",
            "SECURE128",
        ):
            with self.subTest(priority=version):
                process = subprocess.Popen(
                    [
                        *(
                            "gnutls-cli",
                            "--port",
                            str(self.address[1]),
                            "--x509cafile",
                            pki().root_file(),
                        ),
                        *("--sni-hostname", HOST, "--verify-hostname", HOST, "--priority", version),
                        *("--logfile", "/dev/null", "127.0.0.1"),
                    ],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                )
                try:
                    process.stdin.write(request(HOST))
                    process.stdin.flush()
                    said = b""
                    deadline = time.monotonic() + bound(20)
                    while policy_text(*POLICIES["example.com"]) not in said:
                        more = process.stdout.read1(65536)
                        self.assertTrue(more and time.monotonic() < deadline, said)
                        said += more
                finally:
                    process.stdin.close()
                    process.stdout.close()
                    process.kill()
                    process.wait()

    @needs("gnutls-cli")
    def test_gnutls_cli_gets_no_session_to_resume(self):
        done = run(
            *(
                "gnutls-cli",
                "--port",
                self.address[1],
                "--x509cafile",
                pki().root_file(),
                "--resume",
            ),
            *("--sni-hostname", HOST, "--verify-hostname", HOST, "127.0.0.1"),
            input=request(HOST).decode(),
        )
        self.assertNotRegex(done.stdout, r"This is a resumed session")

    def test_python_ssl_fetches_over_ipv4_and_ipv6(self):
        for address in self.daemon.addresses:
            context = tls_context()
            with socket.create_connection(address, timeout=bound(60)) as sock:
                with context.wrap_socket(sock, server_hostname=HOST) as tls:
                    tls.sendall(request(HOST))
                    with tls.makefile("rb") as stream:
                        raw = stream.read()
            (answer,) = harness.parse_answers(raw)
            self.assertEqual(answer.body, policy_text(*POLICIES["example.com"]))

    # how the senders of the table ask

    def test_the_request_of_each_sender_is_served(self):
        h2_first = {"alpn": ["h2", "http/1.1"]}
        senders = {
            "Google": ({}, HOST, ["User-Agent: Google-SMTP-STS", "Connection: close"]),
            "mox (Go)": (h2_first, HOST, ["User-Agent: mox/v0", "Accept-Encoding: gzip"]),
            "maddy (Go)": (h2_first, HOST, ["User-Agent: Go-http-client/1.1"]),
            "postfix-tlspol": (
                h2_first,
                HOST,
                ["User-Agent: postfix-tlspol/1", "Connection: close"],
            ),
            "postfix-mta-sts-resolver": (
                {},
                HOST,
                ["User-Agent: postfix-mta-sts-resolver", "Accept: */*"],
            ),
            "Stalwart": (h2_first, HOST, ["user-agent: Stalwart/1.0.0", "accept: */*"]),
            "mailauth": ({"alpn": ["http/1.1"]}, HOST, []),
            "KumoMTA": (h2_first, HOST, ["accept: */*"]),
            "KumoMTA with the dot": (h2_first, HOST + ".", ["accept: */*"]),
            "Mimecast": (
                {"version": "1.2"} | h2_first,
                HOST,
                ["Content-Type: text/plain", "User-Agent: okhttp/4", "Connection: Keep-Alive"],
            ),
            "Halon": ({"version": "1.3"}, HOST + ":443", ["User-Agent: halon"]),
        }
        for name, (options, host, fields) in senders.items():
            with self.subTest(sender=name):
                data = request(host, fields=fields)
                answer = exchange(self.address, HOST, data, context=tls_context(**options)).one()
                self.assertEqual(answer.status, 200)
                self.assertEqual(answer.body, policy_text(*POLICIES["example.com"]))
                self.assertEqual(answer.header("Content-Type"), "text/plain; charset=utf-8")
                self.assertEqual(int(answer.header("Content-Length")), len(answer.body))

    def test_certificates_of_the_tests_verify_strictly(self):
        """By the rules of RFC 5280 that Python 3.13 asks for by default."""
        for domain, kind in (("example.com", "ec"), ("rsa.example", "rsa")):
            leaf = pki().leaf(f"mta-sts.{domain}", kind=kind)
            path = self.write(f"{kind}-chain.pem", leaf.chain)
            done = run(
                *("openssl", "verify", "-x509_strict", "-purpose", "sslserver"),
                *("-CAfile", pki().root_file(), "-untrusted", path, path),
            )
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_bytes_keep_every_rule_of_the_readers(self):
        for domain, (mx, mode, max_age) in POLICIES.items():
            with self.subTest(domain=domain):
                body = harness.fetch(self.address, f"mta-sts.{domain}").body
                body.decode("ascii")
                self.assertTrue(body.endswith(b"\r\n") and not body.endswith(b"\r\n\r\n"))
                self.assertEqual(body.count(b"\r"), body.count(b"\r\n"))
                self.assertEqual(body.count(b"\n"), body.count(b"\r\n"))
                lines = body[:-2].decode().split("\r\n")
                for line in lines:
                    self.assertRegex(line, r"^[a-z_]+: [!-9;-~]+$")  # one blank, no second colon
                keys = [line.partition(":")[0] for line in lines]
                self.assertEqual(keys, ["version", "mode", *["mx"] * len(mx), "max_age"])
                self.assertEqual(lines[0], "version: STSv1")
                self.assertEqual(lines[1], f"mode: {mode}")
                self.assertEqual(lines[-1], f"max_age: {max_age}")

    def test_readers_that_parse_any_status_find_no_policy_in_an_error(self):
        for data in (
            request(HOST, target="/"),
            request(HOST, "PUT"),
            request("mta-sts.none.example"),
            request(None),
            request(HOST, "POST", fields=["Content-Length: 999999"]),
        ):
            for answer in exchange(self.address, HOST, data).answers():
                self.assertGreaterEqual(answer.status, 400)
                self.assertLess(len(answer.body), 300)
                self.assertIsNone(re.search(rb"(?i)mx|sts|mode", answer.body))


if __name__ == "__main__":
    unittest.main()
