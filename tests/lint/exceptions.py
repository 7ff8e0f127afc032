# SPDX-License-Identifier: ISC
"""What tests/lint/exceptions lets pass: lines "KIND FILE", KIND one of lines, function, circle."""
import pathlib

FILE = pathlib.Path(__file__).with_name("exceptions")
KINDS = ("lines", "function", "circle")


def read(kind):
    """The files that may break the rule of that kind."""
    found = set()
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        first, name = line.split()
        if first not in KINDS or not pathlib.Path(name).is_file():
            raise SystemExit(f"{FILE}: no such rule or file: {line}")
        if first == kind:
            found.add(name)
    return found
