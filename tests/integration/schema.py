# SPDX-License-Identifier: ISC
"""schema: mta-stsctl-json(7) as a schema, which what the program writes is held against."""
import functools
import json
import re

import harness

PAGE = harness.SOURCE / "doc" / "mta-stsctl-json.7"


def day(value):
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


TYPES = {
    "string": lambda value: isinstance(value, str),
    "strings": lambda value: isinstance(value, str),
    "integer": integer,
    "boolean": lambda value: isinstance(value, bool),
    "time": integer,
    "day": day,
    "null": lambda value: value is None,
}


@functools.cache
def sections():
    """The members of each object: its title -> {path: types}."""
    found = {}
    for title, text in re.findall(r"(?ms)^\.Ss (.*?)\n(.*?)(?=^\.S[sh] )", PAGE.read_text()):
        rows = re.findall(r"(?m)^\.It Ic (\S+) Pq (.*)", text)
        found[title] = {path: kinds.split(" or ") for path, kinds in rows}
        assert len(found[title]) == len(rows) > 0, f"{title}: nothing, or a member twice"
    return found


def title_of(words):
    """The section for a command line."""
    more = [word for word in words if word in ("--plan", "--renew", "--watch")]
    return " ".join([words[0], *more])


def judge_kind(kind, members, path, value):
    """Complaints of a value that is of this type, or None: it is of another."""
    if kind.startswith("array of "):
        if not isinstance(value, list):
            return None
        kind = kind.removeprefix("array of ")
        found = [judge_kind(kind, members, f"{path}[]", item) for item in value]
        return [f"{path}[]: is no {kind}"] if None in found else sum(found, [])
    if kind in TYPES:
        return [] if TYPES[kind](value) else None
    if not isinstance(value, dict):
        return None
    if kind not in ("object", "objects"):
        return judge_members(sections()[kind], "", value)
    return judge_members(members, f"{path}.", value)


def judge_members(members, prefix, value):
    """Complaints of an object whose members have paths that begin so."""
    mine = {path[len(prefix):]: kinds for path, kinds in members.items()
            if path.startswith(prefix) and re.fullmatch(r"\w+", path[len(prefix):])}
    complaints = [f"{prefix}{name}: is not documented" for name in value.keys() - mine.keys()]
    for name, kinds in mine.items():
        if name not in value:
            complaints += [] if "absent" in kinds else [f"{prefix}{name}: is absent"]
            continue
        judged = [judge_kind(kind, members, prefix + name, value[name])
                  for kind in kinds if kind != "absent"]
        fit = [found for found in judged if found is not None]
        complaints += fit[0] if fit else [f"{prefix}{name}: is no {' or '.join(kinds)}"]
    return complaints


def complaints(words, output):
    """What of the output of a command line is other than its page has it; none without --json."""
    words = [str(word) for word in words]
    if not {"--json", "json"} & set(words) or "--help" in words or output == "":
        return []
    return judge_members(sections()[title_of(words)], "", json.loads(output))
