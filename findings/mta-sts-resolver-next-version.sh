#!/bin/sh
# SPDX-License-Identifier: ISC
# postfix-mta-sts-resolver 1.1.2 (Debian 12) finds no policy when a TXT record of another version,
# whose text begins with the letters "v=STSv1", stands beside the record of version STSv1.
#
# Input: the TXT records of _mta-sts.example.com. RFC 8461 section 3.1: of several records, those
# that do not begin with "v=STSv1;" are discarded, and if one is left, it counts. A reader expects
# that "v=STSv10; id=2;" changes nothing, as "v=STSv2; id=2;" does. The resolver compares without
# the semicolon, counts two records, and answers that the domain has no MTA-STS.
# For MTA-STS: an operator who tries a later version out beside the present one sees in the reports
# of these senders that they find no policy. The libraries for DNS and HTTP below the resolver are
# replaced by fixed answers: the records, and a policy without a fault.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=1.1.2-1.1
apt-get -q download "postfix-mta-sts-resolver=$version" >log 2>&1 || {
    echo "cannot fetch postfix-mta-sts-resolver $version"
    exit 77
}
dpkg -x ./*.deb root
echo "postfix-mta-sts-resolver $(dpkg-deb --field ./*.deb Version)" >seen

cat >try.py <<'PYTHON'
import asyncio
import contextlib
import io
import sys
import types

POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmax_age: 604800\r\n"
records = []


class Names:
    def __init__(self, **_):
        pass

    async def query(self, _name, _type):
        return [types.SimpleNamespace(text=text) for text in records]


class Body(io.BytesIO):
    async def read(self, size):
        return super().read(size)


class Session:
    def __init__(self, **_):
        pass

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    @contextlib.asynccontextmanager
    async def get(self, _url, **_):
        yield types.SimpleNamespace(status=200, charset="utf-8", content=Body(POLICY),
                                    headers={"Content-Type": "text/plain"})


def module(name, **members):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(members)
    return sys.modules[name]


module("yaml")
error = module("aiodns.error", DNSError=OSError)
module("aiodns", DNSResolver=Names, error=error)
module("aiohttp", ClientSession=Session, ClientTimeout=lambda total: total,
       helpers=types.SimpleNamespace(proxies_from_env=dict))
from postfix_mta_sts_resolver.resolver import STSResolver  # noqa: E402


async def main():
    resolver = STSResolver(loop=asyncio.get_running_loop())
    for other in ("", "hello", "v=STSv2; id=2;", "v=STSv10; id=2;", "v=STSv1.1; id=2;"):
        records[:] = ["v=STSv1; id=1;"] + [other] * bool(other)
        result, _ = await resolver.resolve("example.com")
        print(" | ".join(records), "->", result.name)

asyncio.run(main())
PYTHON
PYTHONPATH=root/usr/lib/python3/dist-packages python3 try.py >>seen

cat >expected <<'TEXT'
postfix-mta-sts-resolver 1.1.2-1.1
v=STSv1; id=1; -> VALID
v=STSv1; id=1; | hello -> VALID
v=STSv1; id=1; | v=STSv2; id=2; -> VALID
v=STSv1; id=1; | v=STSv10; id=2; -> NONE
v=STSv1; id=1; | v=STSv1.1; id=2; -> NONE
TEXT
cat seen
diff expected seen || {
    echo "changed: the resolver no longer does what this file says"
    exit 1
}
