// SPDX-License-Identifier: ISC
// parse_mailauth: which policies mailauth takes. Reads [base64, ...], writes [true or false, ...].
'use strict';

const { createRequire } = require('module');
const { parsePolicy } = createRequire(`${process.argv[2]}/package.json`)('mailauth/lib/mta-sts');

function takes(text) {
    try {
        const policy = parsePolicy(Buffer.from(text, 'base64').toString());
        // Without a mode it reads none, which nobody wrote.
        return policy.mode !== 'none' || /^\s*mode\s*:\s*none/im.test(Buffer.from(text, 'base64'));
    } catch (err) {
        return false;
    }
}

let input = '';
process.stdin.on('data', chunk => (input += chunk));
process.stdin.on('end', () => process.stdout.write(JSON.stringify(JSON.parse(input).map(takes))));
