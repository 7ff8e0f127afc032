#!/bin/sh
# SPDX-License-Identifier: ISC
# email-domain-check 2.0.5 (npm) finds that no mail host of a domain fits its policy when one of the
# two writes the name with capital letters.
#
# Input: a policy with "mx: MX1.Example.com" and a mail host mx1.example.com, and the other way
# round. RFC 8461 section 4.1 matches the two by the rules of RFC 6125, whose section 6.4.1 compares
# without case, as DNS does (RFC 4343). A reader expects a match each time. The library compares the
# letters as they are written.
# For MTA-STS: its MX lookup with useMtaSts then returns an empty list for a domain in mode enforce,
# so mail is refused that every sender delivers. Hence a policy is better written in lower case.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=2.0.5
npm install --no-save --no-audit --no-fund --ignore-scripts --prefix "$work" \
    "email-domain-check@$version" >log 2>&1 || {
    echo "cannot fetch email-domain-check $version"
    exit 77
}

cat >try.js <<'JS'
const { getMtaStsPolicy, isMxAllowed } = require('email-domain-check');

async function main() {
    console.log('email-domain-check', require('email-domain-check/package.json').version);
    for (const [pattern, host] of [['mx1.example.com', 'mx1.example.com'],
        ['MX1.Example.com', 'mx1.example.com'], ['mx1.example.com', 'MX1.example.com'],
        ['*.Example.com', 'mx1.example.com']]) {
        globalThis.fetch = async () => ({ ok: true, text: async () =>
            `version: STSv1\r\nmode: enforce\r\nmx: ${pattern}\r\nmax_age: 604800\r\n` });
        const policy = await getMtaStsPolicy('example.com');
        console.log(`mx: ${policy.mx}, host ${host}: ${isMxAllowed(host, policy) ? '' : 'not '}allowed`);
    }
}
main();
JS
node try.js >seen

cat >expected <<'TEXT'
email-domain-check 2.0.5
mx: mx1.example.com, host mx1.example.com: allowed
mx: MX1.Example.com, host mx1.example.com: not allowed
mx: mx1.example.com, host MX1.example.com: not allowed
mx: *.Example.com, host mx1.example.com: not allowed
TEXT
cat seen
diff expected seen || {
    echo "changed: email-domain-check no longer does what this file says"
    exit 1
}
