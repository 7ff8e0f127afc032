# SPDX-License-Identifier: ISC
"""bed: images, containers and a network of their own for tests/container/run, and nothing left of it.

First the images are built, with this machine's network; then enter() goes on in a network and a mount
name space of its own, where any port may be taken and names resolve as a test wants. podman's stores
are in one directory; neither the machine's own images nor its settings are touched.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests" / "integration"), str(TOP / "tests" / "system")]

from cleanroot import source_line  # noqa: E402

BASE = "docker.io/library/debian:trixie-slim"
# What the blocks of the guide are known by.
BLOCKS = {
    "build": "docker build -t",
    "start": "logs -f acme",
    "list": "mta-stsctl certs",
    "update": "--no-cache",
}
ADDRESS = "192.0.2.10"  # of the policy hosts, inside
SLOW = float(os.environ.get("MTA_STSD_SLOW", "1"))

# podman's own default limits take CAP_SYS_RESOURCE, and crun refuses hybrid cgroups.
CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=8192:8192"]
[network]
network_backend = "netavark"
network_config_dir = "{bed}/networks"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
STORAGE_CONF = """
[storage]
driver = "overlay"
runroot = "{bed}/run"
graphroot = "{bed}/lib"
"""

started = time.monotonic()


def say(text):
    print(f"[{time.monotonic() - started:5.0f} s] {text}", flush=True)


def call(*command, seconds=300, check=True, **options):
    """A command to its end; stdout is kept, and both outputs are shown if it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        stdin=None if "input" in options else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        timeout=seconds * SLOW,
        check=False,
        **options,
    )
    if check and done.returncode != 0:
        raise AssertionError(
            f"failed ({done.returncode}): {' '.join(map(str, command))}\n"
            f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    return done


def eventually(question, seconds, what):
    """Polls; returns the answer."""
    begun = time.monotonic()
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() - begun > seconds * SLOW:
            raise AssertionError(f"not within {seconds * SLOW} s: {what}")
        time.sleep(0.1)


def podman(*words, **options):
    return call("podman", *words, **options).stdout.strip()


# --- before: the images -------------------------------------------------------------------------


def configure(bed):
    """Has podman and buildah use this directory, in this process and its children."""
    for name in ("tmp", "networks"):
        (bed / name).mkdir(parents=True, exist_ok=True)
    (bed / "containers.conf").write_text(CONTAINERS_CONF.format(bed=bed))
    (bed / "storage.conf").write_text(STORAGE_CONF.format(bed=bed))
    os.environ.update(
        CONTAINERS_CONF=str(bed / "containers.conf"),
        CONTAINERS_STORAGE_CONF=str(bed / "storage.conf"),
        BUILDAH_ISOLATION="chroot",
        TMPDIR=str(bed / "tmp"),
    )


def make_base(bed):
    """What stands for debian:trixie-slim: no registry of images is asked."""
    if call("podman", "image", "exists", BASE, check=False).returncode == 0:
        return
    tar = bed / "trixie.tar"
    if not tar.exists():
        say("makes a base image of Debian 13's packages")
        call(
            *("mmdebstrap", "--mode=root", "--variant=minbase", "trixie", tar, source_line("trixie")),
            seconds=900,
        )
    podman("import", "-q", "--change", 'CMD ["/bin/bash"]', tar, BASE)


def guide(name):
    """A block of doc/guides/containers.md that is to be typed. Each has a name in BLOCKS: none is left out."""
    text = (TOP / "doc" / "guides" / "containers.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    named = [block for words in BLOCKS.values() for block in blocks if words in block]
    assert sorted(named) == sorted(blocks) and len(blocks) == len(BLOCKS), blocks
    return next(block for block in blocks if BLOCKS[name] in block)


def type_in(block, folder, **options):
    """What the block's lines say, run in a folder like the top of the source; docker is bin/docker."""
    path = f"{TOP}/tests/container/bin:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, **options.pop("environment", {})}
    done = call("sh", "-ec", block, cwd=folder, env=environment, **options)
    return done.stdout + done.stderr


# --- inside: the network ------------------------------------------------------------------------


def enter(arguments):
    """Starts this program again in its own network and mounts; returns its exit status."""
    return subprocess.call(
        ["unshare", "--net", "--mount", "--propagation", "private", sys.executable, *arguments]
    )


def set_up_network(bed):
    """One address beside loopback; whatever resolves names does so at that address."""
    call("ip", "link", "set", "lo", "up")
    call("ip", "address", "add", f"{ADDRESS}/32", "dev", "lo")
    resolver = bed / "resolv.conf"
    resolver.write_text(f"nameserver {ADDRESS}\n")
    call("mount", "--bind", resolver, os.path.realpath("/etc/resolv.conf"))
    call("podman", "network", "create", "--subnet", "10.99.0.0/24", "--disable-dns", "pods")


def remove():
    """Containers, their mounts, and the directory."""
    for command in (("pod", "rm", "-fa"), ("rm", "-fa", "-t", "2"), ("volume", "rm", "-fa")):
        call("podman", *command, check=False)
    call("podman", "network", "rm", "-f", "pods", check=False)


def remove_all(bed):
    remove()
    call("podman", "system", "reset", "-f", check=False, seconds=600)
    shutil.rmtree(bed, ignore_errors=True)
