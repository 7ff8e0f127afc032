# SPDX-License-Identifier: ISC
"""cleanroot: what the tests of whole systems share: clean Debian roots, commands in them, and the
roots booted with their own systemd. Needs root, mmdebstrap and systemd-nspawn.
"""
import hashlib
import os
import pathlib
import signal
import subprocess
import time

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
CLEAN = ["env", "-i", "HOME=/root", "LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]

started = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - started:5.0f} s] {text}", flush=True)


def call(*command, seconds=900, check=True, **options):
    """A command to its end; its output is shown if it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL if "input" not in options else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
        **options,
    )
    if check and done.returncode != 0:
        raise SystemExit(f"failed ({done.returncode}): {command}\n{done.stdout[-4000:]}")
    return done


def eventually(question, seconds, what):
    """Polls; returns how long it took."""
    begun = time.monotonic()
    while not question():
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.25)
    return time.monotonic() - begun


# --- the root -----------------------------------------------------------------------------------


def source_line(suite):
    """apt's line for the suite, from a mirror of Debian that this machine's own apt uses."""
    listed = call(
        *("apt-get", "indextargets", "--format", "$(REPO_URI) $(LABEL) $(CODENAME) $(COMPONENT)"),
        "Created-By: Packages",
    ).stdout
    for line in listed.splitlines():
        words = line.split()
        if words[1:2] == ["Debian"] and words[-1] == "main" and "-" not in words[2]:
            return f"deb [signed-by={KEYRING}] {words[0]} {suite} main"
    raise SystemExit("no source of this machine's apt is Debian's archive; run apt-get update")


def make_root(root, suite, packages, tar=None, variant="important"):
    """A minimal Debian with these packages; nothing of ours. A tar file is used, or made, if named."""
    if not (tar and tar.exists()):
        target = tar.with_name(f"{tar.stem}.{os.getpid()}.tar") if tar else root
        call(
            *("mmdebstrap", "--mode=root", f"--variant={variant}"),
            *(f"--include={','.join(packages)}", suite, target, source_line(suite)),
            seconds=1800,
        )
        if tar:
            target.rename(tar)
    if tar:
        root.mkdir()
        call("tar", "-C", root, "-xpf", tar, "--numeric-owner")


def kept(*what):
    """Where the user's cache keeps a tar file that depends on all of this and on nothing else."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    place = cache / "mta-stsd" / "roots"
    place.mkdir(parents=True, exist_ok=True)
    return place / f"{what[0]}-{hashlib.sha256(repr(what).encode()).hexdigest()[:12]}.tar"


CHROOT = """
    mount -t proc proc "$0/proc" && mount --rbind /sys "$0/sys" && mount --rbind /dev "$0/dev" &&
    cp --dereference /etc/resolv.conf "$0/etc/resolv.conf" && exec chroot "$0" "$@"
"""


def inside(root, *command, script=CHROOT):
    """The words that run a command there, with this machine's network, in a mount name space of its
    own. The script enters the root ($0) and becomes the command."""
    unshare = ("unshare", "-m", "-p", "-f", "--kill-child", "--propagation", "private")
    return [*unshare, "sh", "-c", script, root, *CLEAN, *command]


def in_root(root, *command, **options):
    """Runs a command there, to its end."""
    return call(*inside(root, *command), **options)


# --- the booted machine -------------------------------------------------------------------------


class Machine:
    """The root, booted: a private network, a cgroup of its own in a pure v2 view."""

    BOOT = """
        umount -R -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
        mkdir "/sys/fs/cgroup/$0" && echo $$ >"/sys/fs/cgroup/$0/cgroup.procs" &&
        mkdir -p /run/systemd/nspawn && mount -t tmpfs tmpfs /run/systemd/nspawn &&
        exec systemd-nspawn -q -D "$1" --machine="$0" --register=no --keep-unit --private-network \\
            --capability=all --system-call-filter=@known --boot --console=read-only
    """

    def __init__(self, root):
        self.root = root
        self.name = f"mta-stsd-{os.getpid()}"
        self.log = open(root.parent / "console.log", "wb")
        self.process = subprocess.Popen(
            ["unshare", "-m", "--propagation", "private", "sh", "-c", self.BOOT, self.name, root],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.leader = None

    def wait(self):
        eventually(lambda: self.find_leader() and self.is_up(), 90, "systemd is up")

    def find_leader(self):
        """The first process inside; before systemd-nspawn runs, the children are others."""
        if self.process.poll() is not None:
            raise SystemExit("systemd-nspawn ended: " + pathlib.Path(self.log.name).read_text())
        listed = call("ps", "-o", "pid=", "--ppid", self.process.pid, check=False).stdout.split()
        self.leader = listed[0] if listed else None
        return self.leader

    def is_up(self):
        state = self.run("systemctl is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def run(self, script, user=None, **options):
        """A shell script inside; sudo of an admin, or root."""
        enter = ["nsenter", "-t", self.leader, "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"]
        shell = ["su", "-", user, "-c", script] if user else ["sh", "-c", script]
        options.setdefault("seconds", 120)
        return call(*enter, *CLEAN, *shell, **options)

    def says(self, script):
        return self.run(script, check=False).stdout.strip()

    def stop(self):
        """An orderly end: systemd's own, else by force. The cgroup goes with it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        for top in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup"):
            below = sorted(pathlib.Path(top, self.name).glob("**/"), reverse=True)
            for directory in [path for path in below if path.is_dir()]:
                directory.rmdir()
