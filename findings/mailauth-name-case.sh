#!/bin/sh
# SPDX-License-Identifier: ISC
# mailauth 7.1.0 (npm) takes an extension field for a field of MTA-STS when their names differ in
# case alone, unless it is asked to be strict.
#
# Input: policies and TXT records with one extension field more. RFC 8461 sections 3.1 and 3.2 write
# the names "id", "version", "max_age" and so on in lower case as case-sensitive, let extension
# names have capital letters, and say that unknown fields are ignored. So "Version", "Max_Age" and
# "ID" are unknown. A reader expects the policy and the id that stand there without them. mailauth
# compares names without case, and of two equal names takes the first: the whole policy is refused,
# and the id is that of the extension. With {strict: true} it reads all as the RFC says.
# For MTA-STS: the operator's note switches the policy off for some senders and not for others, and
# a sender that reads the wrong id does not see that the policy has changed.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

version=7.1.0
npm install --no-save --no-audit --no-fund --ignore-scripts --prefix "$work" "mailauth@$version" \
    >log 2>&1 || {
    echo "cannot fetch mailauth $version"
    exit 77
}

cat >try.js <<'JS'
const { parsePolicy, resolvePolicy } = require('mailauth/lib/mta-sts');
const fields = 'version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmax_age: 604800\r\n';

function policy(extension, strict) {
    try {
        const read = parsePolicy(extension + fields, { strict });
        return `${read.mode}, ${read.maxAge} seconds`;
    } catch (err) {
        return err.message;
    }
}

async function main() {
    console.log('mailauth', require('mailauth/package.json').version);
    for (const extension of ['', 'Version: 4 of our notes\r\n', 'Max_Age: see our notes\r\n']) {
        const name = extension.trim() || 'no extension';
        console.log(`policy, ${name}: ${policy(extension, false)} (strict: ${policy(extension, true)})`);
    }
    for (const record of ['v=STSv1; id=2;', 'v=STSv1; ID=1; id=2;']) {
        const resolver = async () => [[record]];
        const lax = await resolvePolicy('example.com', { resolver });
        const strict = await resolvePolicy('example.com', { resolver, strict: true });
        console.log(`record, ${record} id ${lax} (strict: ${strict})`);
    }
}
main();
JS
node try.js >seen

cat >expected <<'TEXT'
mailauth 7.1.0
policy, no extension: enforce, 604800 seconds (strict: enforce, 604800 seconds)
policy, Version: 4 of our notes: Invalid version field (strict: enforce, 604800 seconds)
policy, Max_Age: see our notes: Invalid max_age field (strict: enforce, 604800 seconds)
record, v=STSv1; id=2; id 2 (strict: 2)
record, v=STSv1; ID=1; id=2; id 1 (strict: 2)
TEXT
cat seen
diff expected seen || {
    echo "changed: mailauth no longer does what this file says"
    exit 1
}
