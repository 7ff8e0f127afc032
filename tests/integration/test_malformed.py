# SPDX-License-Identifier: ISC
"""malformed: broken requests, and those with two readings, get one answer or none, never two."""
import contextlib
import re
import unittest

import harness
import rawtls
from harness import PATH, policy_text, request

HOST = "mta-sts.example.com"
BODY = policy_text()
OTHER_HOST = "mta-sts.example.net"
START = f"GET {PATH} HTTP/1.1\r\n".encode()
GOOD = START + f"Host: {HOST}\r\n".encode()
POST = f"POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\n".encode()
END = b"\r\n"

# What a malformed request may get: one of these, or (None) a close without an answer.
REFUSED = {400, 413, 414, 431, 501, 505, None}
# Where the standard leaves a reading open, the policy may come too: once, and then the end.
LENIENT = REFUSED | {200}
ANSWERED = {200}
OTHER_METHOD = REFUSED | {405}
# A request for another host: what a smuggler hides in a body, or behind a request.
HIDDEN = f"GET {PATH} HTTP/1.1\r\nHost: {OTHER_HOST}\r\n\r\n".encode()


def host(value):
    return START + b"Host: " + value + END + END


def field(line):
    return GOOD + line + END + END


def chunked(body, more=b""):
    return POST + b"Transfer-Encoding: chunked\r\n" + more + END + body


def hidden_in(*lines, method=POST, start=b"0\r\n\r\n"):
    """A request whose body holds another: whoever believes the wrong line answers both."""
    return method + b"".join(line + b"\r\n" for line in lines) + END + start + HIDDEN


def length_of(body):
    return b"Content-Length: " + str(len(body)).encode()


CHUNKED = b"Transfer-Encoding: chunked"

# name: bytes, what it may get
CORPUS = {
    # Host
    "no Host in HTTP/1.1": (START + END, {400}),
    "two Host fields": (GOOD + b"Host: mta-sts.example.net\r\n\r\n", {400}),
    "the same Host twice": (GOOD + b"Host: mta-sts.example.com\r\n\r\n", {400}),
    "two Host fields in HTTP/1.0": (
        GOOD.replace(b"1.1", b"1.0") + b"hOST: a.example\r\n\r\n",
        {400},
    ),
    "an empty Host": (host(b""), {400}),
    "a Host of blanks": (host(b"   "), {400}),
    "a Host with a blank inside": (host(b"mta-sts. example.com"), {400}),
    "a Host with a list": (host(b"mta-sts.example.com, mta-sts.example.net"), {400}),
    "a Host with a path": (host(b"mta-sts.example.com/x"), {400}),
    "a Host with a user": (host(b"user@mta-sts.example.com"), {400}),
    "a Host that is a URL": (host(b"https://mta-sts.example.com"), {400}),
    "a Host with a port that is no number": (host(b"mta-sts.example.com:https"), {400}),
    "a Host with a negative port": (host(b"mta-sts.example.com:-1"), {400}),
    "a Host with two ports": (host(b"mta-sts.example.com:443:443"), {400}),
    "a Host with a port beyond all ports": (host(b"mta-sts.example.com:123456"), {400}),
    "a Host with two trailing dots": (host(b"mta-sts.example.com.."), {400}),
    "a Host with a leading dot": (host(b".mta-sts.example.com"), {400}),
    "a Host of a dot": (host(b"."), {400}),
    "a Host with an unclosed bracket": (host(b"[::1"), {400}),
    "a Host with a NUL": (host(b"mta-sts.example.com\0.example.net"), REFUSED),
    "a Host with a control byte": (host(b"mta-sts.exam\x01ple.com"), {400}),
    "a Host with high bytes": (host(b"mta-sts.ex\xc3\xa4mple.com"), {400}),
    "a Host longer than a name can be": (host(b"a." * 200 + b"com"), {400, 421}),
    "a Host with a percent escape": (host(b"mta-sts%2eexample.com"), {400}),
    "a bad Host beside a good absolute target": (
        f"GET https://{HOST}{PATH} HTTP/1.1\r\nHost: a b\r\n\r\n".encode(),
        {400},
    ),
    "an absolute target without Host": (
        f"GET https://{HOST}{PATH} HTTP/1.1\r\n\r\n".encode(),
        {400},
    ),
    "an absolute target with a bad authority": (
        f"GET https://a b{PATH} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode(),
        REFUSED,
    ),
    "an absolute target with a user": (
        f"GET https://x@{HOST}{PATH} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode(),
        {400},
    ),
    # length and encoding of the body
    "two Content-Length, the same": (
        POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        REFUSED,
    ),
    "two Content-Length, different": (
        POST + b"Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc",
        REFUSED,
    ),
    "two Content-Length of zero on a GET": (
        GOOD + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
        REFUSED,
    ),
    "a list of Content-Lengths": (POST + b"Content-Length: 3, 3\r\n\r\nabc", REFUSED),
    "Content-Length and Transfer-Encoding": (
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        REFUSED,
    ),
    "Transfer-Encoding and Content-Length": (
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        REFUSED,
    ),
    "two Transfer-Encoding": (
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        REFUSED,
    ),
    "Transfer-Encoding identity after chunked": (
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        REFUSED,
    ),
    "Transfer-Encoding of a list": (
        POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        REFUSED,
    ),
    "Transfer-Encoding unknown": (POST + b"Transfer-Encoding: echo\r\n\r\nabc", REFUSED),
    "Transfer-Encoding with a tab": (
        POST + b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n",
        OTHER_METHOD,
    ),
    "Transfer-Encoding with a vertical tab": (
        POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        REFUSED,
    ),
    "Transfer-Encoding with a space before the colon": (
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        REFUSED,
    ),
    "Transfer-Encoding in HTTP/1.0": (
        POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        REFUSED,
    ),
    "Content-Length of -1": (POST + b"Content-Length: -1\r\n\r\n", REFUSED),
    "Content-Length of -1 on a GET": (field(b"Content-Length: -1"), REFUSED),
    "Content-Length of +3": (POST + b"Content-Length: +3\r\n\r\nabc", REFUSED),
    "Content-Length in hex": (POST + b"Content-Length: 0x3\r\n\r\nabc", REFUSED),
    "Content-Length of words": (POST + b"Content-Length: three\r\n\r\nabc", REFUSED),
    "Content-Length empty": (POST + b"Content-Length:\r\n\r\n", REFUSED),
    "Content-Length with a blank inside": (POST + b"Content-Length: 1 0\r\n\r\nabc", REFUSED),
    "Content-Length with a fraction": (POST + b"Content-Length: 3.0\r\n\r\nabc", REFUSED),
    "Content-Length of 2^63": (POST + b"Content-Length: 9223372036854775808\r\n\r\n", REFUSED),
    "Content-Length of 2^64": (POST + b"Content-Length: 18446744073709551616\r\n\r\n", REFUSED),
    "Content-Length of 2^64 + 3": (
        POST + b"Content-Length: 18446744073709551619\r\n\r\nabc",
        REFUSED,
    ),
    "Content-Length of a thousand digits": (
        POST + b"Content-Length: " + b"9" * 1000 + b"\r\n\r\n",
        REFUSED,
    ),
    "Content-Length just beyond the bound": (
        POST + b"Content-Length: 1025\r\n\r\n" + b"x" * 1025,
        {413, None},
    ),
    "a body of a megabyte": (
        POST + b"Content-Length: 1000000\r\n\r\n" + b"x" * 1000000,
        {413, None},
    ),
    "a chunked body of a megabyte": (
        chunked(
            b"2710\r\n" + b"x" * 10000 + b"\r\n" + b"2710\r\n" + b"x" * 10000 + b"\r\n0\r\n\r\n"
        ),
        REFUSED,
    ),
    # chunks
    "a chunk size that is no number": (chunked(b"xyz\r\nabc\r\n0\r\n\r\n"), REFUSED),
    "a chunk size of -1": (chunked(b"-1\r\nabc\r\n0\r\n\r\n"), REFUSED),
    "a chunk size with 0x": (chunked(b"0x3\r\nabc\r\n0\r\n\r\n"), REFUSED),
    "an empty chunk size": (chunked(b"\r\nabc\r\n0\r\n\r\n"), REFUSED),
    "a chunk size of 2^64": (chunked(b"10000000000000000\r\nabc\r\n0\r\n\r\n"), REFUSED),
    "a chunk size of many zeros": (chunked(b"0" * 3000 + b"3\r\nabc\r\n0\r\n\r\n"), OTHER_METHOD),
    "a chunk longer than its size": (chunked(b"3\r\nabcde\r\n0\r\n\r\n"), REFUSED),
    "a chunk without its line end": (chunked(b"3\r\nabc0\r\n\r\n"), REFUSED),
    "a chunk extension": (chunked(b"3;a=b\r\nabc\r\n0\r\n\r\n"), OTHER_METHOD),
    "a long chunk extension": (
        chunked(b"3;" + b"a" * 5000 + b"\r\nabc\r\n0\r\n\r\n"),
        OTHER_METHOD,
    ),
    **{
        f"a chunk extension of {size} bytes": (
            chunked(b"3;" + b"a" * size + b"\r\nabc\r\n0\r\n\r\n"),
            {400, 413},
        )
        for size in (8000, 9000, 12000, 20000, 65536, 200000)
    },
    "a chunk extension of 64 kB on a GET": (
        GOOD + CHUNKED + b"\r\n\r\n" + b"3;" + b"a" * 65536 + b"\r\nabc\r\n0\r\n\r\n",
        {413},
    ),
    "a chunk extension with a bare LF": (chunked(b"3;a\nabc\r\n0\r\n\r\n"), OTHER_METHOD),
    "a trailer": (chunked(b"3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n"), OTHER_METHOD),
    "a Host in the trailer": (chunked(b"0\r\nHost: a.example\r\n\r\n"), OTHER_METHOD),
    "a Content-Length in the trailer": (
        chunked(b"0\r\nContent-Length: 5\r\n\r\nabcde"),
        OTHER_METHOD,
    ),
    "chunks with bare LF": (chunked(b"3\nabc\n0\n\n"), OTHER_METHOD),
    "a request behind the last chunk": (chunked(b"0\r\n\r\n" + GOOD + END), OTHER_METHOD),
    # fields
    "a folded field": (GOOD + b"X-Fold: a\r\n b\r\n\r\n", LENIENT),
    "a folded field with a tab": (GOOD + b"X-Fold: a\r\n\tb\r\n\r\n", LENIENT),
    "a folded Host": (START + b"Host:\r\n mta-sts.example.com\r\n\r\n", LENIENT),
    "a folded Content-Length": (POST + b"Content-Length: 1\r\n 0\r\n\r\nabc", REFUSED),
    "a fold before the first field": (
        START + b" X: 1\r\nHost: mta-sts.example.com\r\n\r\n",
        REFUSED,
    ),
    "a fold of blanks alone": (GOOD + b"X: 1\r\n \r\n\r\n", LENIENT),
    "a space before the colon": (field(b"X-Space : 1"), REFUSED),
    "a tab before the colon": (field(b"X-Tab\t: 1"), REFUSED),
    "a space inside a name": (field(b"X Space: 1"), REFUSED),
    "Host with a space before the colon": (START + b"Host : mta-sts.example.com\r\n\r\n", REFUSED),
    "a field without a colon": (field(b"nocolon"), REFUSED),
    "a field without a name": (field(b": value"), REFUSED),
    "a NUL in a value": (field(b"X-Nul: a\0b"), REFUSED),
    "a NUL in a name": (field(b"X-\0Nul: a"), REFUSED),
    "a NUL at the start": (b"\0" + GOOD + END, REFUSED),
    "a bell in a value": (field(b"X-Bell: a\x07b"), {400}),
    "a DEL in a value": (field(b"X-Del: a\x7fb"), {400}),
    "an escape in a value": (field(b"User-Agent: \x1b[31mred"), {400}),
    "a vertical tab in a value": (field(b"X: a\x0bb"), {400}),
    "a form feed in a value": (field(b"X: a\x0cb"), {400}),
    "a control byte in a name": (field(b"X\x01Y: a"), REFUSED),
    "a bare CR in a value": (field(b"X-Cr: a\rb"), REFUSED),
    "a bare CR that hides a field": (field(b"X-Cr: a\rContent-Length: 5"), REFUSED),
    "CR CR LF at a field's end": (GOOD + b"X: 1\r\r\n\r\n", REFUSED),
    "bare LF line ends": (GOOD.replace(b"\r\n", b"\n") + b"\n", LENIENT),
    "one bare LF between two fields": (GOOD + b"X: 1\nY: 2\r\n\r\n", LENIENT),
    "a bare LF as the header's end": (GOOD + b"\n", LENIENT),
    "LF CR as line ends": (GOOD.replace(b"\r\n", b"\n\r") + b"\n\r", REFUSED),
    # request line
    "a lower-case method": (GOOD.replace(b"GET", b"get") + END, OTHER_METHOD),
    "a method with odd signs": (GOOD.replace(b"GET", b"G(T") + END, OTHER_METHOD),
    "a blank before the method": (b" " + GOOD + END, REFUSED),
    "a tab between method and target": (GOOD.replace(b"GET ", b"GET\t") + END, LENIENT),
    "two blanks after the method": (GOOD.replace(b"GET ", b"GET  ") + END, LENIENT),
    "two blanks before the version": (GOOD.replace(b" HTTP/", b"  HTTP/") + END, LENIENT | {404}),
    "a blank after the version": (GOOD.replace(b"1.1\r", b"1.1 \r") + END, LENIENT),
    "a blank inside the target": (
        GOOD.replace(b"mta-sts.txt", b"mta-sts.txt x") + END,
        REFUSED | {404},
    ),
    "a target with a NUL": (GOOD.replace(b"mta-sts.txt", b"mta-sts.txt\0") + END, REFUSED | {404}),
    "a target with a control byte": (
        GOOD.replace(b"mta-sts.txt", b"mta-sts.txt\x01") + END,
        REFUSED | {404},
    ),
    "a target with a bare CR": (
        GOOD.replace(b"mta-sts.txt", b"mta-sts.txt\r") + END,
        REFUSED | {404},
    ),
    "a target with high bytes": (
        GOOD.replace(b"mta-sts.txt", b"mta-sts.txt\xff") + END,
        REFUSED | {404},
    ),
    "an empty target": (b"GET  HTTP/1.1\r\nHost: mta-sts.example.com\r\n\r\n", REFUSED | {404}),
    "no target": (b"GET HTTP/1.1\r\nHost: mta-sts.example.com\r\n\r\n", REFUSED | {404}),
    "no method": (f"{PATH} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode(), REFUSED | {404}),
    "HTTP/0.9": (f"GET {PATH}\r\n".encode(), REFUSED),
    "HTTP/0.9 spelt out": (GOOD.replace(b"1.1", b"0.9") + END, REFUSED),
    "HTTP/1.2": (GOOD.replace(b"1.1", b"1.2") + END, REFUSED | {200}),
    "HTTP/1.10": (GOOD.replace(b"1.1", b"1.10") + END, REFUSED),
    "HTTP/2.0": (GOOD.replace(b"1.1", b"2.0") + END, REFUSED),
    "HTTP/3": (GOOD.replace(b"1.1", b"3") + END, REFUSED),
    "HTTP/11": (GOOD.replace(b"1.1", b"11") + END, REFUSED),
    "a lower-case version": (GOOD.replace(b"HTTP/", b"http/") + END, REFUSED),
    "another protocol": (GOOD.replace(b"HTTP/", b"ICY/") + END, REFUSED),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", REFUSED),
    "one empty line before the request": (END + GOOD + END, LENIENT),
    "many empty lines before the request": (END * 200 + GOOD + END, LENIENT),
    "bare LFs before the request": (b"\n\n" + GOOD + END, LENIENT),
    "empty lines alone": (END * 10, REFUSED),
    # size
    "a target of 10 kB": (
        b"GET /" + b"a" * 10000 + b" HTTP/1.1\r\nHost: mta-sts.example.com\r\n\r\n",
        REFUSED | {404},
    ),
    "a target of 100 kB": (
        b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: mta-sts.example.com\r\n\r\n",
        REFUSED,
    ),
    "a method of 100 kB": (
        b"A" * 100000 + b" / HTTP/1.1\r\nHost: mta-sts.example.com\r\n\r\n",
        REFUSED,
    ),
    "a field of 100 kB": (field(b"X: " + b"a" * 100000), REFUSED),
    "a field name of 100 kB": (field(b"X" * 100000 + b": a"), REFUSED),
    "ten thousand fields": (GOOD + b"X: y\r\n" * 10000 + END, REFUSED),
    "a cookie of 40 kB": (field(b"Cookie: " + b"a=b; " * 8000), REFUSED),
    # more than one
    "a second request behind the first": (GOOD + END + GOOD + END, ANSWERED),
    "a second request behind a small body": (
        GOOD + b"Content-Length: 4\r\n\r\nabcd" + GOOD + END,
        ANSWERED,
    ),
    "a hundred requests at once": ((GOOD + END) * 100, ANSWERED),
    "a second request inside the body": (
        POST + b"Content-Length: " + str(len(GOOD + END)).encode() + b"\r\n\r\n" + GOOD + END,
        {405},
    ),
    "garbage behind the request": (GOOD + END + bytes(range(256)) * 8, ANSWERED),
    "garbage alone": (bytes(range(256)) * 8, REFUSED),
    "a TLS hello inside TLS": (rawtls.records(rawtls.client_hello()), REFUSED),
    "a mail client": (b"EHLO example.com\r\nQUIT\r\n", REFUSED),
    # requests hidden in requests: CL.TE, TE.CL, TE.TE, CL.0, 0.CL
    "CL.TE": (hidden_in(length_of(b"0\r\n\r\n" + HIDDEN), CHUNKED), REFUSED),
    "TE.CL": (hidden_in(CHUNKED, b"Content-Length: 5"), REFUSED),
    "TE.CL on a GET": (hidden_in(CHUNKED, b"Content-Length: 5", method=GOOD), REFUSED),
    "CL.0": (hidden_in(length_of(HIDDEN), method=GOOD, start=b""), ANSWERED),
    "0.CL": (hidden_in(b"Content-Length: 0", method=GOOD, start=b""), ANSWERED),
    "0.CL on a POST": (hidden_in(b"Content-Length: 0", start=b""), {405}),
    "TE.0": (hidden_in(CHUNKED, method=GOOD), ANSWERED),
    "a body of a GET without a length": (GOOD + END + HIDDEN, ANSWERED),
    **{
        f"TE.TE: {line!r}": (
            hidden_in(length_of(b"0\r\n\r\n" + HIDDEN), line),
            OTHER_METHOD,
        )
        for line in (
            b"Transfer-Encoding: xchunked",
            b"Transfer-Encoding: chunkedx",
            b"Transfer-Encoding: chunk",
            b"Transfer-Encoding: cow",
            b"Transfer-Encoding: identity",
            b"Transfer-Encoding: chunked, identity",
            b"Transfer-Encoding: identity, chunked",
            b"Transfer-Encoding: chunked, chunked",
            b"Transfer-Encoding: chunked;q=1",
            b'Transfer-Encoding: "chunked"',
            b"Transfer-Encoding: 'chunked'",
            b"Transfer-Encoding: chunked\x0b",
            b"Transfer-Encoding: \x0cchunked",
            b"Transfer-Encoding: chunked\0",
            b"Transfer-Encoding: \0chunked",
            b"Transfer-Encoding: chu\xffnked",
            b"Transfer-Encoding: \xa0chunked",
            b"Transfer-Encoding:",
            b"Transfer-Encoding:chunked",
            b"Transfer-Encoding:\r\n chunked",
            b"Transfer-Encoding\t: chunked",
            b"Transfer-Encoding\r\n : chunked",
            b"Transfer-Encoding\n: chunked",
            b"\tTransfer-Encoding: chunked",
            b" Transfer-Encoding: chunked",
            b"X: x\nTransfer-Encoding: chunked",
            b"X: x\rTransfer-Encoding: chunked",
            b"X: x\r\n\tTransfer-Encoding: chunked",
            b"Transfer_Encoding: chunked",
            b"Transfer-Encoding\0: chunked",
            b"Transfer-Encoding: chunked\r\nTransfer-encoding: cow",
            b"Transfer-Encoding: cow\r\nTransfer-encoding: chunked",
            b"tRANSFER-eNCODING: cHUNKED",
        )
    },
    **{
        f"CL.CL: {line!r}": (hidden_in(b"Content-Length: 5", line), OTHER_METHOD)
        for line in (
            b"Content-Length: 60",
            b"Content-Length : 60",
            b"Content-Length\t: 60",
            b"Content_Length: 60",
            b"content-LENGTH: 60",
            b" Content-Length: 60",
            b"X: x\nContent-Length: 60",
            b"Content-Length\0: 60",
        )
    },
    **{
        f"Content-Length: {value!r}": (
            POST + b"Content-Length: " + value + b"\r\n\r\nabcde" + HIDDEN,
            REFUSED,
        )
        for value in (
            b"5;",
            b"5 5",
            b"5,5",
            b"5\0",
            b"\xa05",
            b"\xd9\xa5",
            b"5_0",
            b"1e1",
            b"0b101",
            b"0o5",
            b"'5'",
            b'"5"',
            b"5\x0b",
            b"--5",
        )
    },
    **{
        f"a chunk size: {size!r}": (chunked(size + b"\r\nabc\r\n0\r\n\r\n" + HIDDEN), REFUSED)
        for size in (b"+3", b"3_", b"3\0", b"\x0b3", b"3h", b"\xb3", b"-0", b"3.0", b"3,")
    },
    **{
        f"a chunk size with a blank: {size!r}": (
            chunked(size + b"\r\nabc\r\n0\r\n\r\n" + HIDDEN),
            OTHER_METHOD,
        )
        for size in (b"3 ", b"3\t", b" 3", b"3 ;a", b"03")
    },
    "a chunk size of 2^64 + 3": (
        chunked(b"10000000000000003\r\nabc\r\n0\r\n\r\n" + HIDDEN),
        REFUSED,
    ),
    "a chunk size of 2^32 + 3": (
        chunked(b"100000003\r\nabc\r\n0\r\n\r\n" + HIDDEN),
        REFUSED,
    ),
    "a chunk extension that ends with a bare CR": (
        chunked(b"3;a\rabc\r\n0\r\n\r\n" + HIDDEN),
        OTHER_METHOD,
    ),
    "a chunk extension in quotes with a line end": (
        chunked(b'3;a="\r\nabc\r\n0\r\n\r\n"' + HIDDEN),
        OTHER_METHOD,
    ),
    "a chunk extension with a NUL": (chunked(b"3;\0\r\nabc\r\n0\r\n\r\n"), OTHER_METHOD),
    "many chunk extensions": (
        chunked(b"1;" + b"a;" * 2000 + b"\r\na\r\n0\r\n\r\n"),
        OTHER_METHOD,
    ),
    "a last chunk of many zeros": (chunked(b"000000\r\n\r\n" + HIDDEN), OTHER_METHOD),
    "a last chunk with two line ends inside": (chunked(b"0\r\n\r\n\r\n" + HIDDEN), OTHER_METHOD),
    "a Transfer-Encoding in the trailer": (
        chunked(b"0\r\nTransfer-Encoding: chunked\r\n\r\n" + HIDDEN),
        OTHER_METHOD,
    ),
    "a trailer that is a request": (chunked(b"0\r\n" + HIDDEN), OTHER_METHOD),
    "a trailer without an end": (chunked(b"0\r\n" + b"X: y\r\n" * 5000), OTHER_METHOD),
    "Transfer-Encoding in HTTP/1.0, kept alive": (
        hidden_in(CHUNKED, b"Connection: keep-alive", method=POST.replace(b"1.1", b"1.0")),
        REFUSED,
    ),
    # other hosts
    "a Host that is another one of ours": (HIDDEN, {421}),
    "an absolute target of another host": (
        f"GET https://{OTHER_HOST}{PATH} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode(),
        {400, 421},
    ),
    "an absolute target beside another Host": (
        f"GET https://{HOST}{PATH} HTTP/1.1\r\nHost: {OTHER_HOST}\r\n\r\n".encode(),
        {200, 400, 421},
    ),
    "an absolute target beside two Hosts": (
        f"GET https://{HOST}{PATH} HTTP/1.1\r\nHost: {HOST}\r\nHost: {OTHER_HOST}\r\n\r\n".encode(),
        {400},
    ),
    "a target that begins with two slashes and another host": (
        f"GET //{OTHER_HOST}{PATH} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode(),
        {404},
    ),
    "two Hosts, the second behind a tab": (
        GOOD + f"\tHost: {OTHER_HOST}\r\n\r\n".encode(),
        LENIENT,
    ),
    "two Hosts, the second behind a bare LF": (
        GOOD + f"X: x\nHost: {OTHER_HOST}\r\n\r\n".encode(),
        REFUSED,
    ),
    "two Hosts, the second behind a bare CR": (
        GOOD + f"X: x\rHost: {OTHER_HOST}\r\n\r\n".encode(),
        REFUSED,
    ),
    "two Hosts, the second with a blank before its colon": (
        GOOD + f"Host : {OTHER_HOST}\r\n\r\n".encode(),
        REFUSED,
    ),
    **{
        f"{name} with another host": (field(f"{name}: {OTHER_HOST}".encode()), ANSWERED)
        for name in ("X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded", "X-Original-URL")
    },
    "CONNECT": (
        f"CONNECT {OTHER_HOST}:443 HTTP/1.1\r\nHost: {OTHER_HOST}:443\r\n\r\n".encode() + HIDDEN,
        REFUSED | {404, 405, 421},
    ),
    # changes of the protocol, and kept connections
    "an upgrade to h2c": (
        GOOD
        + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        + b"HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ANSWERED,
    ),
    "an upgrade to a web socket": (
        GOOD
        + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        + HIDDEN,
        ANSWERED,
    ),
    "a kept connection in HTTP/1.0": (
        GOOD.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\n\r\n" + HIDDEN,
        ANSWERED,
    ),
    "Connection names Host": (field(b"Connection: close, Host") + HIDDEN, ANSWERED),
    "a Connection field of 3 kB": (
        field(b"Connection: " + b"keep-alive, " * 250) + HIDDEN,
        LENIENT,
    ),
    "Expect with a body on a GET": (
        GOOD + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\nabcd" + HIDDEN,
        ANSWERED,
    ),
    "Expect with a body on a POST": (
        POST + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\nabcd" + HIDDEN,
        OTHER_METHOD,
    ),
    "Expect with a body that is too large": (
        POST + b"Expect: 100-continue\r\nContent-Length: 99999\r\n\r\n" + HIDDEN,
        {413, None},
    ),
    "Expect with chunks": (
        hidden_in(b"Expect: 100-continue", CHUNKED),
        OTHER_METHOD,
    ),
    "Expect twice": (
        GOOD + b"Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n" + HIDDEN,
        LENIENT | {417},
    ),
    "Expect something else": (field(b"Expect: 200-ok") + HIDDEN, LENIENT | {417}),
    "obs-text in a value": (field(b"User-Agent: caf\xe9\x80\xff"), LENIENT),
    "obs-text in a name": (field(b"X-\xe9: a"), {400}),
    "UTF-8 in a name": (field("X-é: a".encode()), {400}),
    **{
        f"a name with {sign}": (field(f"X{sign}Y: a".encode()), {400})
        for sign in ("[", "]", "(", ")", "<", ">", "@", ",", ";", "\\", '"', "/", "?", "=", "{", "}")
    },
    "a name with each sign that a token may have": (field(b"!#$%&'*+-.^_`|~aZ09: a"), ANSWERED),
    "a name that is no token in the trailer": (
        chunked(b"0\r\nX[1]: 1\r\n\r\n"),
        {400},
    ),
    "line ends in the target, escaped": (
        GOOD.replace(b"mta-sts.txt", b"mta-sts.txt%0d%0aX:%20y") + END,
        {404},
    ),
}

FINAL = re.compile(rb"HTTP/\d\.\d [2-9]\d\d\b")


class Malformed(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certify("example.com", "example.net")
        server = harness.server_section("idle_timeout = 2", "request_timeout = 2")
        cls.daemon = cls.start_for_class(
            server
            + cls.defaults_section()
            + "[example.com]\nmx = mail.example.com\n"
            + "[example.net]\nmx = mx.of-the-other.example\n"
        )

    def judge(self, reply, allowed):
        """At most one final answer, an allowed one, and the connection's end behind it."""
        self.assertNotEqual(reply.ending, "timeout")
        final = FINAL.findall(reply.raw)
        self.assertLessEqual(len(final), 1, reply.raw[:500])
        self.assertNotIn(b"of-the-other", reply.raw)
        self.assertNotIn(b" 101 ", reply.raw)
        status = int(final[0].split()[1]) if final else None
        self.assertIn(status, allowed, reply.raw[:500])
        if final:
            (answer,) = reply.answers()
            self.assertEqual(answer.header("Connection"), "close")
            if status == 200:
                self.assertEqual(answer.body, BODY)
            else:
                self.assertLess(len(answer.body), 1000)
                self.assertNotRegex(answer.body, rb"(?i)mx:|STSv1")
        elif reply.raw:
            self.fail(f"bytes that are no answer: {reply.raw[:200]!r}")
        return status

    def play(self, data, allowed, ending, piece=None):
        client = harness.TlsClient(self.daemon.address(), HOST).handshake()
        with contextlib.suppress(ConnectionError):
            client.send(data, piece)
            if ending == "close_notify":
                client.close_notify()
            elif ending == "half close":
                client.half_close()
        return self.judge(client.finish(), allowed)

    def test_no_request_of_the_corpus_gets_two_answers_or_one_that_is_not_allowed(self):
        for name, (data, allowed) in CORPUS.items():
            with self.subTest(request=name):
                self.play(data, allowed, "wait")

    def test_no_request_of_the_corpus_does_when_the_client_closes_behind_it(self):
        for name, (data, allowed) in CORPUS.items():
            for ending in ("close_notify", "half close"):
                with self.subTest(request=name, ending=ending):
                    self.play(data, allowed | {None}, ending)

    def test_no_request_of_the_corpus_does_when_it_comes_byte_by_byte(self):
        for name, (data, allowed) in CORPUS.items():
            if len(data) < 1000:
                with self.subTest(request=name):
                    self.play(data, allowed, "wait", piece=1)

    def test_no_request_of_the_corpus_is_answered_behind_a_good_one(self):
        for name, (data, _) in CORPUS.items():
            with self.subTest(request=name):
                self.play(GOOD + END + data, ANSWERED, "wait")

    def test_no_request_of_the_corpus_gets_this_policy_from_another_host(self):
        for name, (data, _) in CORPUS.items():
            with self.subTest(request=name):
                client = harness.TlsClient(self.daemon.address(), OTHER_HOST).handshake()
                with contextlib.suppress(ConnectionError):
                    client.send(data)
                raw = client.finish().raw
                self.assertLessEqual(len(FINAL.findall(raw)), 1, raw[:500])
                self.assertNotIn(b"mx: mail.example.com", raw)

    def test_a_body_within_the_bound_on_a_get_is_served(self):
        for body in (
            b"Content-Length: 4\r\n\r\nabcd",
            b"Content-Length: 0\r\n\r\n",
            b"Content-Length: 000004\r\n\r\nabcd",
            b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
            b"Transfer-Encoding: CHUNKED\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
        ):
            with self.subTest(body=body):
                self.play(GOOD + body, {200}, "wait")

    def test_a_request_cut_at_any_byte_gets_no_policy(self):
        whole = request(HOST)
        for length in range(len(whole)):
            for ending in ("close_notify", "half close"):
                with self.subTest(length=length, ending=ending):
                    self.play(whole[:length], REFUSED, ending)

    def test_a_body_cut_short_gets_no_policy(self):
        data = GOOD + b"Content-Length: 10\r\n\r\nabc"
        for ending in ("wait", "close_notify", "half close"):
            with self.subTest(ending=ending):
                self.play(data, REFUSED | {408}, ending)

    def test_resets_at_any_moment_leave_the_server_serving(self):
        whole = request(HOST)
        before = harness.eventually(lambda: self.daemon.descriptors(), what="a count")
        for length in range(0, len(whole) + 1, 3):
            client = harness.TlsClient(self.daemon.address(), HOST).handshake()
            client.send(whole[:length]).reset()
        self.assert_serves(self.daemon, HOST, BODY)
        self.daemon.wait_for_descriptors(before)


if __name__ == "__main__":
    unittest.main()
