# SPDX-License-Identifier: ISC
"""harness_daemon: the daemon as a child process, and what it is configured with."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import unittest

from harness_base import BINARY, REPORT, SLOW, WRAPPER, bound, eventually, patience, run


def clean_environment(extra):
    names = ("JOURNAL_STREAM", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")
    environment = {key: value for key, value in os.environ.items() if key not in names}
    environment.update(extra or {})
    return environment


class Daemon:
    """The daemon as a child process, with a thread that reads its log."""

    def __init__(
        self,
        ini,
        *,
        prefix=(),
        environment=None,
        preexec=None,
        pass_fds=(),
        journal=False,
        ready=True,
    ):
        self.lines = []
        self.news = threading.Condition()
        self.at_end = False
        self.addresses = []
        log, stderr = os.pipe()
        self.stream = os.fdopen(log, "rb")
        environment = clean_environment(environment)
        if journal:  # systemd.exec(5): tells a program that this very stderr is the journal's
            status = os.fstat(stderr)
            environment["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        self.process = subprocess.Popen(
            [*prefix, *WRAPPER, BINARY, "-c", str(ini)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env=environment,
            preexec_fn=preexec,
            pass_fds=pass_fds,
        )
        os.close(stderr)
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()
        if ready:
            try:
                self.wait_until_ready()
            except BaseException:
                self.kill()
                raise

    @property
    def pid(self):
        return self.process.pid

    def read_log(self):
        for line in self.stream:
            with self.news:
                self.lines.append(line.decode("utf-8", "backslashreplace").rstrip("\n"))
                self.news.notify_all()
        with self.news:
            self.at_end = True
            self.news.notify_all()

    def log(self, since=0):
        with self.news:
            return "\n".join(self.lines[since:])

    def mark(self):
        """Where the log stands now, for since=."""
        with self.news:
            return len(self.lines)

    def wait_for_log(self, pattern, seconds=30, since=0):
        """Waits for a line that the pattern is found in; returns the match."""
        deadline = time.monotonic() + patience(seconds)
        place = since
        with self.news:
            while True:
                while place < len(self.lines):
                    match = re.search(pattern, self.lines[place])
                    if match:
                        return match
                    place += 1
                left = deadline - time.monotonic()
                if self.at_end or left <= 0:
                    raise AssertionError(
                        f"no line like {pattern!r} in:\n" + "\n".join(self.lines[since:])
                    )
                self.news.wait(left)

    def wait_until_ready(self, since=0):
        text = self.wait_for_log(r"^(?:<\d>)?ready: \d+ domains?, listening on (.+)$", 20, since)[1]
        self.addresses = []
        for place in text.split(", "):
            host, _, port = place.rpartition(":")
            self.addresses.append((host.strip("[]"), int(port)))

    def address(self, host="127.0.0.1"):
        """The first address that the daemon listens on with this host."""
        for address in self.addresses:
            if address[0] == host:
                return address
        raise AssertionError(f"no listener on {host} among {self.addresses}")

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self, expect="reloaded"):
        """SIGHUP, and its outcome: the line that says it."""
        since = self.mark()
        self.signal(signal.SIGHUP)
        match = self.wait_for_log(r"(reloaded|reload refused): .*", 20, since)
        if match[1] != expect:
            raise AssertionError(f"{match[0]!r} where {expect!r} was expected:\n" + self.log(since))
        return match[0]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.wait()

    def wait(self, seconds=20):
        """Waits for the end of the process and of its log; returns its exit status."""
        status = self.process.wait(bound(seconds))
        self.reader.join(bound(5))
        self.stream.close()
        return status

    def stop(self):
        """An orderly stop: status 0, and no report of a sanitizer or valgrind."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            status = self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the daemon did not stop:\n" + self.log()) from None
        self.check_reports()
        if status != 0:
            raise AssertionError(f"the daemon ended with status {status}:\n{self.log()}")

    def check_reports(self):
        log = self.log()
        if REPORT.search(log):
            raise AssertionError("a report of a memory or thread error:\n" + log)
        for number, line in enumerate(self.lines):
            if re.search(r"Open (AF_\w+ socket|file descriptor|pipe)\b.* \d+", line):
                following = "\n".join(self.lines[number + 1 : number + 3])
                if line.startswith("==") and "inherited from parent" not in following:
                    raise AssertionError("a descriptor was lost:\n" + log)

    def descriptors(self):
        return len(os.listdir(proc(self.pid) / "fd"))

    def wait_for_descriptors(self, count, seconds=30):
        """Until it has no more of them than this; if not, the failure names those that it has."""
        try:
            eventually(lambda: self.descriptors() <= count, seconds, "the descriptors' return")
        except AssertionError as why:
            raise AssertionError(f"{why}: more than {count}:\n{self.name_descriptors()}") from None

    def name_descriptors(self):
        """What each is; of a TCP connection, its line of /proc/net/tcp with state and queues, and of a
        local socket, its line of /proc/net/unix: a socket without one is a TCP connection that was
        reset. Then the call that each thread is in, with its arguments."""
        tables = [(proc(self.pid) / "net" / name).read_text() for name in ("tcp", "tcp6")]
        connections = {line.split()[9]: line.strip() for table in tables
                       for line in table.splitlines()[1:]}
        for line in (proc(self.pid) / "net" / "unix").read_text().splitlines()[1:]:
            connections[line.split()[6]] = "local " + line.strip()
        names = []
        for entry in (proc(self.pid) / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                name = os.readlink(entry)
                number = name.removeprefix("socket:[").removesuffix("]")
                names.append(f"{entry.name} {name} {connections.get(number, '')}")
        for task in (proc(self.pid) / "task").iterdir():
            with contextlib.suppress(OSError):
                names.append(f"thread {task.name}: {(task / 'syscall').read_text().strip()}")
        return "\n".join(names)

    def limit_descriptors(self, number):
        """Lowers its limit of open files while it runs, as the user that it is."""
        status = (proc(self.pid) / "status").read_text()
        user, group = (int(re.search(rf"^{key}:\s+(\d+)", status, re.M)[1]) for key in ("Uid", "Gid"))
        as_user = {"user": user, "group": group, "extra_groups": []} if as_root() else {}
        done = run("prlimit", f"--pid={self.pid}", f"--nofile={number}:{number}", **as_user)
        if done.returncode != 0:
            raise AssertionError(f"prlimit: {done.stderr}")

    def resident_kb(self):
        status = (proc(self.pid) / "status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)[1])


def proc(pid):
    """What /proc has of a daemon; where only root may look into it, the test is skipped."""
    directory = pathlib.Path(f"/proc/{pid}")
    try:
        os.listdir(directory / "fd")
    except (FileNotFoundError, PermissionError) as error:
        if os.geteuid() == 0:
            raise
        raise unittest.SkipTest("only root may look into a server here") from None
    return directory


def is_instrumented():
    """Whether memory and time of the daemon say nothing: under a wrapper or a sanitizer."""
    return bool(WRAPPER) or bool(
        re.search(b"__(asan|tsan|ubsan)_", pathlib.Path(BINARY).read_bytes())
    )


def as_root():
    return os.geteuid() == 0


def server_section(*lines, listen=("127.0.0.1:0",)):
    """[server] with listeners on free ports, and the user where one is needed."""
    text = ["[server]", *(f"listen = {address}" for address in listen)]
    if as_root() and not any(re.match(r"\s*user\s*=", line) for line in lines):
        text.append("user = nobody")
    if SLOW > 1 and not any(re.match(r"\s*idle_timeout\s*=", line) for line in lines):
        text.append(f"idle_timeout = {int(5 * SLOW)}")  # the clients are held up, too
    if WRAPPER and not any(re.match(r"\s*sandbox\s*=", line) for line in lines):
        text.append("sandbox = off")  # valgrind makes calls of its own
    return "\n".join([*text, *lines]) + "\n"


def policy_text(mx=("mail.example.com",), mode="testing", max_age=86400):
    """The bytes that the daemon must make of these values."""
    lines = [
        "version: STSv1",
        f"mode: {mode}",
        *(f"mx: {name}" for name in mx),
        f"max_age: {max_age}",
    ]
    return "".join(line + "\r\n" for line in lines).encode()


def check(ini, *arguments):
    """mta-stsd --check: exit status, and all lines it said."""
    done = run(*WRAPPER, BINARY, "-c", ini, "--check", *arguments, env=clean_environment(None))
    if REPORT.search(done.stderr):
        raise AssertionError("a report of a memory error:\n" + done.stderr)
    return done.returncode, done.stdout + done.stderr
