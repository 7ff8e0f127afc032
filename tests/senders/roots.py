# SPDX-License-Identifier: ISC
"""roots: where the senders of check-senders are: a small Debian with one MTA each, and directories of
modules from npm; made once, and kept in the user's cache."""
import json
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from cleanroot import call, make_root, say  # noqa: E402


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(base) / "mta-stsd" / "senders"


def make_modules(place, modules):
    """The modules in just these versions, for each other as well."""
    place.mkdir()
    (place / "package.json").write_text(json.dumps(
        {"private": True, "dependencies": modules, "overrides": {"mailauth": modules["mailauth"]}}))
    call("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", cwd=place)


def make(directory, senders):
    """Makes what is missing for these classes of senders."""
    directory.mkdir(parents=True, exist_ok=True)
    for sender in senders:
        place, new = directory / sender.place(), directory / f"{sender.place()}.{os.getpid()}"
        if place.exists():
            continue
        say(f"{sender.place()} is made")
        try:
            if sender.suite == "npm":
                make_modules(new, sender.modules)
            else:
                make_root(new, sender.suite, sender.packages, variant="minbase")
            new.rename(place)
        finally:
            shutil.rmtree(new, ignore_errors=True)
