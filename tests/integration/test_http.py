# SPDX-License-Identifier: ISC
"""http: each row of what goes over the wire, asked over real sockets and read to the end."""
import re
import unittest

import harness
import rawtls
from harness import PATH, exchange, policy_text, request, tls_context

HOST = "mta-sts.example.com"
OTHER = "mta-sts.example.net"
BODY = policy_text(["mail.example.com", "*.backup.example.net"], "enforce", 604800)
OTHER_BODY = policy_text(["mx.example.net"])

DOMAINS = """
[example.com]
mx = mail.example.com
mx = *.backup.example.net
mode = enforce
max_age = 604800

[example.net]
mx = mx.example.net
"""


class Http(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com", "example.net")
        cls.daemon = cls.start_for_class(
            harness.server_section() + cls.defaults_section() + DOMAINS
        )

    def ask(self, data, sni=HOST, head_request=False, **options):
        """The one answer to these bytes, checked for what every answer has in common."""
        reply = exchange(self.daemon.address(), sni, data, **options)
        answer = reply.one(head_request)
        self.assertEqual(answer.version, "HTTP/1.1")
        self.assertEqual(answer.header("Connection"), "close")
        self.assertNotIn(answer.status, range(300, 400))
        return answer

    def assert_policy(self, answer, body=BODY):
        """The answer is the policy's, to the byte, and has these fields and no others."""
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.body, body)
        fields = [(name, value) for name, value in answer.headers if name.lower() != "date"]
        self.assertCountEqual(
            fields,
            [
                ("Connection", "close"),
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "no-cache"),
            ],
        )

    def assert_short(self, answer, status, request_bytes=b""):
        """A refusal: short plain text that no sender can take for a policy, and no echo."""
        self.assertEqual(answer.status, status)
        self.assertRegex(answer.header("Content-Type"), r"^text/plain\b")
        self.assertLess(len(answer.body), 100)
        self.assertNotRegex(answer.body, rb"(?i)mx:|version:|mode:|STSv1")
        self.assertIsNone(answer.header("Location"))
        for word in re.findall(rb"echo\w+", request_bytes):
            whole = answer.body + repr(answer.headers).encode()
            self.assertNotIn(word.lower(), whole.lower())

    def test_get_of_the_path_is_answered_with_the_policy_and_these_fields_alone(self):
        for version in ("1.2", "1.3"):
            with self.subTest(tls=version):
                answer = self.ask(request(HOST), context=tls_context(version))
                self.assert_policy(answer)
                self.assertEqual(answer.reason, "OK")

    def test_each_host_gets_its_own_policy(self):
        self.assert_policy(self.ask(request(OTHER), sni=OTHER), OTHER_BODY)

    def test_head_has_the_fields_of_get_and_no_body(self):
        answer = self.ask(request(HOST, "HEAD"), head_request=True)
        self.assertEqual(answer.body, b"")
        answer.body = BODY
        self.assert_policy(answer)

    def test_any_other_target_is_not_found_and_never_redirected(self):
        targets = [
            "/",
            PATH + "?",
            PATH + "?echoquery",
            PATH + "#echofragment",
            PATH + "/",
            PATH + "/echo",
            PATH + ";echo",
            PATH + "%20",
            PATH + ".",
            PATH + "x",
            PATH[:-1],
            PATH.upper(),
            "/.Well-Known/mta-sts.txt",
            "/.well-known/MTA-STS.txt",
            "/" + PATH,
            "//echohost" + PATH,
            "/.well-known//mta-sts.txt",
            "/./.well-known/mta-sts.txt",
            "/echo/../.well-known/mta-sts.txt",
            "/%2ewell-known/mta-sts.txt",
            "/.well-known%2fmta-sts.txt",
            "/.well-known/mta-sts%2Etxt",
            "/.well-known/mta%2dsts.txt",
            "/.well-known/mta-sts.txt%00",
            "/.well-known/",
            "/.well-known",
            "/mta-sts.txt",
            "/robots.txt",
            "/" + "echo" * 200,
            "*",
            "echohost:443",
            f"{HOST}:443",
            HOST,
            PATH[1:],
            f"https://{HOST}",
            f"https://{HOST}/",
            f"https://{HOST}{PATH}?echoquery",
            f"https://{HOST}/{PATH}",
            f"http://{HOST}/echo",
        ]
        for method in ("GET", "HEAD", "POST"):
            for target in targets:
                with self.subTest(method=method, target=target):
                    data = request(HOST, method, target)
                    answer = self.ask(data, head_request=method == "HEAD")
                    self.assert_short(answer, 404, data)

    def test_any_other_method_on_the_path_is_refused_with_the_two_allowed(self):
        for method in (
            "POST",
            "PUT",
            "DELETE",
            "OPTIONS",
            "TRACE",
            "PATCH",
            "PROPFIND",
            "ECHOWORD",
        ):
            with self.subTest(method=method):
                data = request(HOST, method, fields=["Content-Length: 0", "X-Echo: echofield"])
                answer = self.ask(data)
                self.assert_short(answer, 405, data + b"echoword")
                self.assertEqual(answer.header("Allow"), "GET, HEAD")

    def test_connect_gets_no_tunnel(self):
        for target in (f"{HOST}:443", PATH):
            with self.subTest(target=target):
                answer = self.ask(request(HOST, "CONNECT", target))
                self.assertIn(answer.status, (404, 405))

    def test_a_post_with_a_small_body_is_answered_once(self):
        for size in (1, 500, 1024):
            with self.subTest(size=size):
                data = request(HOST, "POST", fields=[f"Content-Length: {size}"]) + b"x" * size
                self.assert_short(self.ask(data), 405)

    def test_a_chunked_body_within_the_bound_is_read_and_answered_once(self):
        data = request(HOST, "POST", fields=["Transfer-Encoding: chunked"])
        self.assert_short(self.ask(data + b"5\r\nabcde\r\n0\r\n\r\n"), 405)

    def test_a_body_beyond_the_bound_is_refused_before_it_is_read(self):
        data = request(HOST, "POST", fields=["Content-Length: 2000000"])
        self.assert_short(self.ask(data), 413)

    def test_an_expectation_is_not_answered_twice(self):
        fields = ["Expect: 100-continue", "Content-Length: 4"]
        answer = self.ask(request(HOST, "POST", fields=fields) + b"abcd")
        self.assertIn(answer.status, (405, 417))

    def test_a_host_other_than_the_name_of_the_session_is_misdirected(self):
        hosts = [
            OTHER,
            "example.com",
            "mta-sts.example.org",
            "www.mta-sts.example.com",
            "mta-sts.example.co",
            "mta-sts.example.comm",
            "localhost",
            "echohost",
            "echo_host.example.com",
            "127.0.0.1",
            "127.0.0.1:443",
            "[::1]",
            "[::1]:443",
        ]
        for host in hosts:
            for target in (PATH, "/"):
                with self.subTest(host=host, target=target):
                    data = request(host, target=target)
                    self.assert_short(self.ask(data), 421, data)

    def test_the_host_is_the_same_with_a_port_in_other_case_and_with_one_trailing_dot(self):
        hosts = [
            f"{HOST}:443",
            f"{HOST}:1",
            f"{HOST}:65535",
            f"{HOST}:",
            f"{HOST}.",
            f"{HOST}.:443",
            HOST.upper(),
            "Mta-Sts.eXample.Com:8443",
            f" {HOST}",
            f"\t {HOST} \t",
        ]
        for host in hosts:
            with self.subTest(host=host):
                self.assert_policy(self.ask(request(host)))

    def test_an_absolute_target_is_served_and_its_authority_counts_as_the_host(self):
        served = [
            f"https://{HOST}{PATH}",
            f"http://{HOST}{PATH}",
            f"HTTPS://{HOST.upper()}:443{PATH}",
            f"https://{HOST}.{PATH}",
        ]
        for target in served:
            for host in (HOST, OTHER):  # RFC 9112 section 3.2.2: the Host field is ignored
                with self.subTest(target=target, host=host):
                    self.assert_policy(self.ask(request(host, target=target)))
        for target in (
            f"https://{OTHER}{PATH}",
            f"https://127.0.0.1{PATH}",
            f"https://localhost{PATH}",
        ):
            with self.subTest(target=target):
                self.assert_short(self.ask(request(HOST, target=target)), 421)

    def test_http_1_0_is_served_with_and_without_a_host(self):
        for host in (None, HOST, f"{HOST}:443"):
            with self.subTest(host=host):
                self.assert_policy(self.ask(request(host, version="HTTP/1.0")))
        self.assert_short(self.ask(request(OTHER, version="HTTP/1.0")), 421)

    def test_http_1_0_with_keep_alive_is_closed_all_the_same(self):
        data = request(HOST, version="HTTP/1.0", fields=["Connection: keep-alive"])
        self.assert_policy(self.ask(data))

    def test_the_fields_of_a_request_change_nothing(self):
        for fields in (
            ["User-Agent: Google-SMTP-STS"],
            ["User-Agent:"],
            ["Content-Type: text/plain"],  # the Mimecast library's
            ["Content-Type: application/json", "Content-Length: 0"],
            ["Accept-Encoding: gzip, br"],
            ["Accept: application/json"],
            ["Connection: keep-alive"],
            ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ"],
            ["If-None-Match: *"],
            ["If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT"],
            ["Range: bytes=0-3"],
            ["X-Forwarded-Host: mta-sts.example.net", "Forwarded: host=mta-sts.example.net"],
            ["X-HTTP-Method-Override: DELETE"],
            ["Cookie: echocookie=1"],
            ["X-Empty:"],
            ["X-Tab: a\tb"],
            ["X-High: \xff\xfe"],
            [f"X-Field-{number}: echofield" for number in range(30)],
        ):
            with self.subTest(fields=fields[0]):
                self.assert_policy(self.ask(request(HOST, fields=fields)))

    def test_a_request_that_comes_byte_by_byte_is_served(self):
        self.assert_policy(self.ask(request(HOST), piece=1))

    def test_a_client_that_half_closes_after_its_request_gets_the_answer(self):
        for version in ("1.2", "1.3"):
            with self.subTest(tls=version):
                client = harness.TlsClient(self.daemon.address(), HOST, tls_context(version))
                client.handshake().send(request(HOST)).close_notify()
                if (
                    version == "1.3"
                ):  # before 1.3 close_notify ends both directions (RFC 5246, 7.2.1)
                    self.assert_policy(client.finish().one())
                else:
                    answers = client.finish().answers()
                    self.assertLessEqual(len(answers), 1)

    def test_a_fin_of_tcp_after_the_request_leaves_the_answer_whole_or_unsaid(self):
        client = harness.TlsClient(self.daemon.address(), HOST).handshake()
        reply = client.send(request(HOST)).half_close().finish()
        for answer in reply.answers():
            self.assert_policy(answer)

    def test_the_connection_ends_after_the_answer_and_a_second_request_gets_none(self):
        client = harness.TlsClient(self.daemon.address(), HOST).handshake()
        client.send(request(HOST))
        reply = client.finish()
        self.assertEqual(reply.ending, "close_notify")
        self.assert_policy(reply.one())

    def test_a_bare_http_request_on_the_port_gets_no_answer(self):
        for data in (
            request(HOST),
            b"GET / HTTP/1.0\r\n\r\n",
            b"\r\n" * 5,
            b"EHLO example.com\r\n",
        ):
            with self.subTest(data=data):
                raw, _ = rawtls.plain(self.daemon.address(), data)
                self.assertNotIn(b"HTTP", raw)


if __name__ == "__main__":
    unittest.main()
