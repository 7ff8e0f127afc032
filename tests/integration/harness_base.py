# SPDX-License-Identifier: ISC
"""harness_base: where things are, time-outs, programs that are run, ports.

Environment: MTA_STSD is the daemon's path (./mta-stsd), MTA_STSD_WRAPPER a command to run it under
(valgrind), MTA_STSD_SLOW a factor for every time-out.
"""
import contextlib
import errno
import os
import pathlib
import random
import re
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

# Where Debian has servers, and a user's PATH has not.
os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/local/sbin:/usr/sbin:/sbin"
SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.path.abspath(os.environ.get("MTA_STSD", "./mta-stsd"))
WRAPPER = shlex.split(os.environ.get("MTA_STSD_WRAPPER", ""))
SLOW = float(os.environ.get("MTA_STSD_SLOW", "1"))
PATH = "/.well-known/mta-sts.txt"

REPORT = re.compile(
    r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|MemorySanitizer|runtime error:"
    r"|ERROR SUMMARY: [1-9]|(definitely|indirectly) lost: [1-9]|Assertion .* failed"
)


def source_text(part, name):
    """The text of the one file of that name below src/PART."""
    (path,) = (SOURCE / "src" / part).rglob(name)
    return path.read_text()


def bound(seconds):
    """A time-out, longer where the daemon runs slowly."""
    return seconds * SLOW


def patience(seconds):
    """A time-out that ends a hang and judges nothing: long enough for a machine that does other work."""
    return bound(max(seconds, 30))


def eventually(question, seconds=30, what="the condition"):
    """Polls until question() is true and returns its answer."""
    deadline = time.monotonic() + patience(seconds)
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {patience(seconds)} s")
        time.sleep(0.01)


def run(*command, seconds=30, **options):
    """Runs a command to its end; stdout and stderr are kept as text unless told otherwise."""
    options.setdefault("stdin", subprocess.DEVNULL)
    if "input" in options:
        del options["stdin"]
    options.setdefault("errors", "replace")
    return subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=patience(seconds),
        check=False,
        **options,
    )


def needs(*tools):
    """Skips a test, with the reason, where a tool is missing."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    return unittest.skipIf(missing, f"not installed: {', '.join(missing)}")


def make_directory(prefix="mta-stsd-test-"):
    """A temporary directory that the unprivileged user can read too."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix=prefix))
    directory.chmod(0o755)
    return directory


def own_ports():
    """Ports below 32768, from where on Linux gives them to clients: none of their connections, of
    which other tests make thousands, is there before the server that it is for. They come in blocks,
    and a block is this process's alone while it holds the abstract socket with the block's name:
    tests that run beside each other never choose the same."""
    claims = []
    firsts = range(10240, 32768, 64)
    for first in random.sample(firsts, len(firsts)):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0mta-stsd-test-ports-{first}")
        except OSError as failure:
            claim.close()
            if failure.errno != errno.EADDRINUSE:
                raise
            continue
        claims.append(claim)
        yield from range(first, first + firsts.step)
    raise AssertionError("the tests that run have all ports")


ports = own_ports()
ports_lock = threading.Lock()


def free_port(family=socket.AF_INET):
    """A port that no test was given before, and that nothing else holds."""
    while True:
        with ports_lock:
            port = next(ports)
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1" if family == socket.AF_INET else "::1", port))
                return port
            except OSError as failure:
                if failure.errno != errno.EADDRINUSE:
                    raise


def has_ipv6():
    with contextlib.suppress(OSError):
        return bool(free_port(socket.AF_INET6))
    return False


def write_atomically(path, content):
    """As our deploy hooks do it: a new file, renamed into place."""
    path = pathlib.Path(path)
    temporary = path.with_name(path.name + ".new")
    temporary.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.rename(temporary, path)
