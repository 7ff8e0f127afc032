// SPDX-License-Identifier: ISC
// zonemta: the way of a mail through ZoneMTA 3.10 (its sender.js), by its own libraries: mx-connect finds
// the host by the policy that mailauth fetched, nodemailer speaks to it. Reads [[domain, message], ...],
// writes a line of JSON for each first attempt: [domain, end, what failed].
'use strict';

const { createRequire } = require('module');
const load = createRequire(`${process.argv[2]}/package.json`);
const mxConnect = load('mx-connect');
const SMTPConnection = load('nodemailer/lib/smtp-connection');

const AT_ONCE = 40;
const BEFORE_TLS = /disconnected\s+before\s+secure\s+TLS/i;
const OF_TLS = /SSL routines|\/deps\/openssl/i;

// A policy is not remembered: each domain is met once.
const mtaSts = { enabled: true, cache: { get: async () => false, set: async () => true } };

function find(domain, refused, last) {
    return new Promise((resolve, reject) => {
        const options = { target: domain, port: 25, mtaSts, ignoreMXHosts: refused, mxLastError: last };
        mxConnect(options, (err, mx) => (err ? reject(err) : resolve(mx)));
    });
}

// One conversation; the error says whether the mail waits, and whether it is worth a try without TLS.
function speak(mx, domain, message, ignoreTLS, enforced) {
    return new Promise((resolve, reject) => {
        const connection = new SMTPConnection({
            servername: mx.hostname,
            host: mx.host,
            port: 25,
            connection: mx.socket,
            name: 'mail.sender.example',
            ignoreTLS,
            opportunisticTLS: !enforced,
            secure: false,
            tls: {
                servername: mx.hostname,
                rejectUnauthorized: enforced,
                minVersion: enforced ? 'TLSv1.2' : 'TLSv1'
            }
        });
        const fail = err => {
            if (BEFORE_TLS.test(err.message) || err.cert) {
                if (enforced) {
                    err.temporary = false;
                } else {
                    err.code = 'ETLS';
                }
            }
            if (typeof err.temporary !== 'boolean') {
                err.temporary = !(err.responseCode >= 500);
            }
            err.plain = (err.code === 'ETLS' || OF_TLS.test(err.message) || err.code === 'ECONNRESET') &&
                !ignoreTLS && !enforced;
            connection.close();
            reject(err);
        };
        connection.once('error', fail);
        connection.connect(() => {
            const envelope = { from: 'robot@sender.example', to: [`user@${domain}`] };
            connection.send(envelope, message, err => {
                connection.quit();
                return err ? fail(err) : resolve();
            });
        });
    });
}

async function deliver(domain, message) {
    const refused = [];
    let ignoreTLS = false;
    let last = false;
    for (;;) {
        const mx = await find(domain, refused, last);
        const enforced = Boolean(mx.policyMatch && mx.policyMatch.mode === 'enforce');
        try {
            return await speak(mx, domain, message, ignoreTLS && !enforced, enforced);
        } catch (err) {
            if (err.plain) {
                ignoreTLS = true;
            } else if (err.code === 'ETIMEDOUT') {
                refused.push(mx.host);
                last = err;
            } else {
                throw err;
            }
        }
    }
}

async function work(mails) {
    for (let mail = mails.shift(); mail; mail = mails.shift()) {
        const [domain, message] = mail;
        let result;
        try {
            await deliver(domain, message);
            result = [domain, 'D', ''];
        } catch (err) {
            const known = ['dns', 'network', 'policy'].includes(err.category) || typeof err.temporary === 'boolean';
            result = [domain, known && !err.temporary ? '5' : '4', err.message];
        }
        process.stdout.write(`${JSON.stringify(result)}\n`);
    }
}

let text = '';
process.stdin.on('data', chunk => (text += chunk));
process.stdin.on('end', () => {
    const mails = JSON.parse(text);
    Promise.all(Array.from({ length: AT_ONCE }, () => work(mails))).then(() => process.exit(0));
});
