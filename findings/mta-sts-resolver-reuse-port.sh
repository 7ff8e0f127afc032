#!/bin/sh
# SPDX-License-Identifier: ISC
# postfix-mta-sts-resolver 1.1.2 (Debian 12; 1.5.0 of Debian 13 as well) does not start with
# "reuse_port: false", a setting of its manual page.
#
# Input: the configuration of mta-sts-daemon.yml(5) with reuse_port as "false", its other documented
# value; the default is true. A reader expects a server that shares its port with no other instance.
# The options of the socket are set only where reuse_port is true, and used in either case: the
# daemon ends with an UnboundLocalError before it listens.
# For MTA-STS: Postfix finds nobody behind its smtp_tls_policy_maps, and all outgoing mail waits. The
# libraries for DNS, HTTP and YAML below the resolver are replaced by empty ones: none is reached.
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
import sys
import types


def module(name, **members):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(members)
    return sys.modules[name]


module("yaml")
error = module("aiodns.error", DNSError=OSError)
module("aiodns", DNSResolver=lambda **_: None, error=error)
module("aiohttp", ClientTimeout=lambda total: total,
       helpers=types.SimpleNamespace(proxies_from_env=dict))
from postfix_mta_sts_resolver.responder import STSSocketmapResponder  # noqa: E402
from postfix_mta_sts_resolver.utils import populate_cfg_defaults  # noqa: E402


async def start(reuse):
    config = populate_cfg_defaults({"host": "127.0.0.1", "port": 0, "reuse_port": reuse})
    responder = STSSocketmapResponder(config, asyncio.get_running_loop(), None)
    try:
        await responder.start()
    except UnboundLocalError as err:
        return type(err).__name__
    responder._server.close()
    return "listens"


for value in (True, False):
    print(f"reuse_port: {str(value).lower()} ->", asyncio.run(start(value)))
PYTHON
PYTHONPATH=root/usr/lib/python3/dist-packages python3 try.py >>seen

cat >expected <<'TEXT'
postfix-mta-sts-resolver 1.1.2-1.1
reuse_port: true -> listens
reuse_port: false -> UnboundLocalError
TEXT
cat seen
diff expected seen || {
    echo "changed: the resolver no longer does what this file says"
    exit 1
}
