# SPDX-License-Identifier: ISC
"""tlsrpt_hostile: thousands of hostile mails and reports, made from a seed, through mta-stsctl tlsrpt.

TLSRPT_HOSTILE says how many (default 80), TLSRPT_SEED from which seed (default 1): make check-hostile has
10,000. Each is a mutation of a report or mail of the corpus, a bomb, deep MIME, or a report with SQL, HTML,
formulas and control bytes in every text. They are read in batches, by all formats and into a store: none ends
the program by a signal, none takes more than its bounded time and memory, and what comes out is well-formed. A
batch that fails is halved, until the file that does it is known; the seed makes it again."""
import csv
import gzip
import io
import json
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import time
import unittest
import zipfile

import harness
import test_tlsrpt as base
from test_tlsrpt import as_mail, as_microsoft, as_rfc_example, days_ago, failure, policy, report
from test_tlsrpt_html import HOSTILE, Page

COUNT = int(os.environ.get("TLSRPT_HOSTILE", "80"))
SEED = int(os.environ.get("TLSRPT_SEED", "1"))
BATCH = 100
SECONDS_A_FILE = 2  # of CPU, under a sanitizer; without one it takes some milliseconds
MEGABYTES = 256
CORPUS = harness.SOURCE / "tests" / "fuzz" / "corpus"
TEXTS = (*HOSTILE, "' OR '1'='1", '"; DROP TABLE facts; --', "=HYPERLINK(\"http://x\")", "@SUM(A1:A9)",
         "+cmd|' /C calc'!A0", "\r\nX: y", "\u0000", "\ud800", "%0d%0a", "../../etc/passwd", "a" * 70000, "")


class Maker:
    """Hostile files; equal for equal seeds."""

    def __init__(self, seed):
        self.choice = random.Random(seed)
        seeds = [path.read_bytes() for folder in ("report", "unpack")
                 for path in sorted((CORPUS / folder).iterdir())]
        mail = as_mail(base.packed(report(policy(failures=[failure("certificate-expired")]))))
        self.seeds = [seed for seed in seeds if len(seed) < 20000] + [
            mail.as_bytes(), json.dumps(as_microsoft(days_ago(1))).encode(),
            json.dumps(as_rfc_example(days_ago(1))).encode(),
            b"From x\n" + mail.as_bytes().replace(b"\r\n", b"\n") * 3]

    def make(self):
        return self.choice.choices(
            (self.mutated, self.texts, self.values, self.bomb, self.deep, self.mixed),
            (35, 20, 15, 2, 13, 15))[0]()

    def mutated(self):
        """Bits flipped, bytes cut, doubled or exchanged, of one file or of two."""
        data = bytearray(self.choice.choice(self.seeds))
        for _ in range(self.choice.randint(1, 12)):
            at = self.choice.randrange(len(data) + 1)
            end = min(len(data), at + self.choice.choice((1, 1, 2, 8, 100)))
            kind = self.choice.randrange(6)
            if kind == 0 and data:
                data[at % len(data)] ^= 1 << self.choice.randrange(8)
            elif kind == 1:
                del data[at:end]
            elif kind == 2:
                data[at:at] = data[at:end] * self.choice.choice((1, 2, 50))
            elif kind == 3:
                data[at:at] = self.choice.choice((b"\0", b"\xff", b"{", b"[", b'"', b"\n\nFrom ", b"--",
                                                  b"=", b"9" * 30, b"\x1f\x8b\x08", b"PK\3\4"))
            elif kind == 4:
                other = self.choice.choice(self.seeds)
                data[at:end] = other[:self.choice.randrange(len(other) + 1)]
            else:
                data[at:end] = self.choice.randbytes(end - at)
        return self.wrapped(bytes(data)) if self.choice.random() < 0.3 else bytes(data)

    def texts(self):
        """A text of the list in every field of a report that is one."""
        def fill(value):
            if isinstance(value, dict):
                return {key: value[key] if key.endswith("-datetime") or key == "policy-type"
                        else fill(value[key]) for key in value}
            if isinstance(value, list):
                return [fill(item) for item in value]
            return self.choice.choice(TEXTS) if isinstance(value, str) else value

        content = fill(self.choice.choice((
            as_rfc_example(days_ago(self.choice.randint(1, 300))), as_microsoft(days_ago(2)),
            report(policy(failures=[failure("x", sending_mta_ip="", receiving_ip="", helo="",
                                            receiving_mx_helo="", failure_reason_code="")])))))
        return self.wrapped(json.dumps(content).encode())

    def values(self):
        """Values of a wrong kind or size anywhere."""
        content = as_rfc_example(days_ago(1))
        for _ in range(self.choice.randint(1, 4)):
            place = content
            while isinstance(place, (dict, list)) and place:
                key = self.choice.choice(list(place) if isinstance(place, dict) else range(len(place)))
                if self.choice.random() < 0.4 or not isinstance(place[key], (dict, list)):
                    place[key] = self.choice.choice((None, [], {}, -1, 0, 1e308, 10 ** 30, True, "", "x",
                                                     [[]], 2 ** 53, "1,000,000", [None] * 1000))
                    break
                place = place[key]
        return self.wrapped(json.dumps(content).encode())

    def bomb(self):
        """What is small and unpacks to much, or lies of its size."""
        inner = self.choice.choice((bytes(40_000_000), b'{"a":"' + b"x" * 20_000_000, b"[" * 9_000_000,
                                    b'{"a":[' + b"{}," * 3_000_000, b"From x\n\n" * 2_000_000))
        kind = self.choice.randrange(5)
        if kind == 0:
            data = gzip.compress(inner, 1)
        elif kind == 1:
            data = gzip.compress(gzip.compress(inner, 1), 1)
        elif kind == 2:
            data = self.zipped(inner)
        elif kind == 3:
            data = bytearray(self.zipped(b"{}"))
            for at in (18, 22, 26, 28):
                data[at:at + 2] = self.choice.choice((b"\xff\xff", b"\0\0", b"\1\0"))
            data = bytes(data)
        else:
            data = gzip.compress(b"{}", 1) * 20000
        return data if self.choice.random() < 0.5 else as_mail(
            data, self.choice.choice(("gzip", "zip", "tlsrpt+gzip"))).as_bytes()

    def deep(self):
        """Parts in parts, mails in mails, parameters, comments, fields."""
        depth = self.choice.choice((10, 300, 3000))
        return self.choice.choice((
            lambda: b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at)
                             for at in range(depth)),
            lambda: b"Content-Type: message/rfc822\n\n" * depth,
            lambda: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * depth,
            lambda: b"Subject: x\nContent-Type: a/b" + b"; a*%d*=x" % depth * depth + b"\n\n",
            lambda: b"Content-Transfer-Encoding: " + b"(" * depth + b"base64\n\nx",
            lambda: b"".join(b"X-%d: y\n" % at for at in range(depth)) + b"\n",
            lambda: b"Content-Type: multipart/report; report-type=tlsrpt; boundary=" + b"b" * depth
            + b"\n\n--" + b"b" * depth + b"\n",
            lambda: b"From: " + b"a@b.example, " * depth + b"\nSubject: Report Domain: x\n\n{",
            lambda: b'{"policies":' * (depth // 10) + b"1" + b"}" * (depth // 10)))()

    def mixed(self):
        """A mailbox, a list or lines of several of these."""
        parts = [self.choice.choice((self.mutated, self.texts, self.values))()
                 for _ in range(self.choice.randint(2, 6))]
        return self.choice.choice((
            lambda: b"".join(b"From x\n" + part + b"\n\n" for part in parts),
            lambda: b"\n".join(parts), lambda: b"[" + b",".join(parts) + b"]",
            lambda: gzip.compress(b"".join(b"From x\n" + part + b"\n\n" for part in parts), 1)))()

    @staticmethod
    def zipped(content):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("report.json", content)
        return out.getvalue()

    def wrapped(self, content):
        return self.choice.choice((
            lambda: content, lambda: content, lambda: gzip.compress(content, 1),
            lambda: self.zipped(content),
            lambda: as_mail(gzip.compress(content, 1)).as_bytes(),
            lambda: as_mail(self.zipped(content), "zip", name="x.zip").as_bytes(),
            lambda: b"TLS-Report-Domain: example.com\nContent-Type: text/plain\n\n" + content))()


class Hostile(base.TlsrptCase):
    def setUp(self):
        super().setUp()
        self.maker = Maker(SEED)
        self.box = self.folder / "in"
        self.good = report(policy("witness.example", good=4321), organisation="Witness")

    def run_it(self, *words):
        """One run within its bounds; returns stdout, stderr and what is wrong with it."""
        def limit():
            seconds = int(harness.patience(30 + SECONDS_A_FILE * BATCH))
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            if base.Hostile.is_plain():
                resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))

        done = subprocess.run([*harness.WRAPPER, base.CTL, "tlsrpt", *map(str, words)],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              preexec_fn=limit)
        stdout, stderr = done.stdout.decode("ascii"), done.stderr.decode("ascii")
        wrong = ""
        if done.returncode not in (0, 1) or harness.REPORT.search(stderr):
            wrong = f"it ended with {done.returncode}: {stderr[-3000:]}"
        elif not re.fullmatch(r"[ -~\n]*", stderr):
            wrong = "stderr has bytes that a terminal may obey"
        return stdout, stderr, wrong

    def judge(self, folder):
        """What is wrong when this folder is read; each format is looked at."""
        page = self.folder / "page.html"
        stdout, _, wrong = self.run_it("--json", "--html", page, folder)
        if wrong:
            return wrong
        said = json.loads(stdout)
        witness = [row["successes"] for row in said["policies"] if row["domain"] == "witness.example"]
        if witness != [4321]:
            return f"the report beside has {witness}"
        if Page(page.read_text()).faults:
            return f"the page: {Page(page.read_text()).faults[:5]}"
        stdout, _, wrong = self.run_it("--csv", folder)
        rows = list(csv.reader(io.StringIO(stdout, newline="")))
        if wrong or len({len(row) for row in rows}) != 1:
            return wrong or "rows of CSV of different lengths"
        bad = [cell for row in rows for cell in row if re.match(r"[=+\-@\x00-\x1f]", cell)]
        if bad:
            return f"formulas in CSV: {bad[:5]}"
        stdout, _, wrong = self.run_it("--store", self.folder / "store.db", folder)
        if wrong or not re.fullmatch(r"[ -~\n]*", stdout):
            return wrong or "stdout has bytes that a terminal may obey"
        return ""

    def read_batch(self, files):
        shutil.rmtree(self.box, ignore_errors=True)
        (self.folder / "store.db").unlink(missing_ok=True)
        self.put("in/witness.json", self.good)
        for name, content in files:
            (self.box / name).write_bytes(content)
        return self.judge(self.box)

    def narrow(self, files, wrong):
        """The fewest files that do it."""
        while len(files) > 1:
            half = files[:len(files) // 2]
            found = self.read_batch(half)
            if not found:
                half = files[len(files) // 2:]
                found = self.read_batch(half)
            if not found:
                break
            files, wrong = half, found
        return files, wrong

    def test_thousands_of_hostile_files_are_read_within_bounds(self):
        began = time.monotonic()
        for start in range(0, COUNT, BATCH):
            files = [(f"{number:06}", self.maker.make())
                     for number in range(start, min(COUNT, start + BATCH))]
            wrong = self.read_batch(files)
            if wrong:
                files, wrong = self.narrow(files, wrong)
                kept = pathlib.Path(os.environ.get("TLSRPT_KEEP", self.folder)) / files[0][0]
                kept.write_bytes(files[0][1])
                self.fail(f"seed {SEED}, file {files[0][0]} of {len(files)} ({kept}): {wrong}")
            if COUNT > 1000:
                print(f"{start + BATCH} of {COUNT}, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    unittest.main()
