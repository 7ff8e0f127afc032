#!/bin/sh
# SPDX-License-Identifier: ISC
# No DKIM key record with the service type "tlsrpt" is accepted both by dkimpy 1.1.4 (Debian 12) and
# by mailauth 7.1.0 (npm) or Mail::DKIM 1.20230212 (Debian 12).
#
# Input: a signed mail, and its key record with different "s=". RFC 8460 section 3 wants "s=tlsrpt"
# in the key of a TLS report; a receiver may ignore the report without it. By RFC 6376 section
# 3.6.1, "s=" is a list with colons. A reader expects "s=tlsrpt" to serve for a report, and
# "s=email:tlsrpt" for a report and for mail. mailauth and Mail::DKIM know "email" and "*" alone,
# with no option for a report: they refuse the key of RFC 8460. dkimpy has the option (tlsrpt), but
# reads "s=" as one word: it refuses the list, though the type that it looks for is in it.
# For TLSRPT: a sender whose reports all three shall accept leaves "tlsrpt" out of its key, and then
# dkimpy refuses them where its option is "strict".
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cd "$work"

for package in python3-dkim=1.1.4-1 libmail-dkim-perl=1.20230212-2~deb12u1 \
    libnet-dns-perl=1.36-1+deb12u1 libnet-ip-perl=1.26-3 libcrypt-openssl-rsa-perl=0.33-3+b1 \
    libcrypt-openssl-bignum-perl=0.09-2+b1 libmailtools-perl=2.21-2 libtimedate-perl=2.3300-2 \
    liberror-perl=0.17029-2 libmail-authenticationresults-perl=2.20230112-1 \
    libjson-perl=4.10000-1; do
    apt-get -q download "$package" >>log 2>&1 || {
        echo "cannot fetch $package"
        exit 77
    }
done
npm install --no-save --no-audit --no-fund --ignore-scripts --prefix "$work" mailauth@7.1.0 \
    >>log 2>&1 || {
    echo "cannot fetch mailauth 7.1.0"
    exit 77
}
for file in ./*.deb; do
    dpkg -x "$file" root
done
modules=$(dirname root/usr/lib/*/perl5/*/Crypt)

openssl genrsa -traditional -out key 2048 2>>log
openssl rsa -in key -pubout -outform DER 2>>log | base64 | tr -d '\n' >public

cat >mail.py <<'PYTHON'
import dkim

MAIL = (b"From: reports@example.net\r\nTo: tlsrpt@example.com\r\n"
        b"Subject: Report Domain: example.com Submitter: example.net Report-ID: <1@example.net>\r\n"
        b"TLS-Report-Domain: example.com\r\nTLS-Report-Submitter: example.net\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: application/tlsrpt+json\r\n\r\n{}\r\n")
signed = dkim.sign(MAIL, b"tlsrpt", b"example.net", open("key", "rb").read()) + MAIL
open("mail", "wb").write(signed)
PYTHON
cat >try.py <<'PYTHON'
import sys
import dkim

mail = open("mail", "rb").read()
for option in (True, "strict"):
    passed = dkim.verify(mail, dnsfunc=lambda *_, **__: sys.argv[1].encode(), tlsrpt=option)
    print(f"dkimpy{' strict' if option == 'strict' else ''}: {'pass' if passed else 'fail'}; ", end="")
PYTHON
cat >try.js <<'JS'
const { dkimVerify } = require('mailauth/lib/dkim/verify');
const resolver = async () => [[process.argv[2]]];
dkimVerify(require('fs').readFileSync('mail'), { resolver }).then(({ results: [{ status }] }) =>
    process.stdout.write(`mailauth: ${status.result}${status.comment ? `, ${status.comment}` : ''}; `));
JS
cat >try.pl <<'PERL'
use strict;
use warnings;
use Mail::DKIM::Verifier;
use Net::DNS;

package Names {
    sub send {
        my (undef, $name) = @_;
        my $answer = Net::DNS::Packet->new($name, 'TXT');
        $answer->push(answer => Net::DNS::RR->new(
            owner => $name, type => 'TXT', txtdata => [$ARGV[0] =~ /(.{1,250})/g]));
        return $answer;
    }
}

Mail::DKIM::DNS::resolver(bless {}, 'Names');
open(my $mail, '<', 'mail') or die;
my $verifier = Mail::DKIM::Verifier->new;
$verifier->PRINT(join '', <$mail>);
$verifier->CLOSE;
print 'Mail::DKIM: ', $verifier->result_detail =~ s/\s+(?=\))//r, "\n";
PERL

export PYTHONPATH=root/usr/lib/python3/dist-packages PERL5LIB="root/usr/share/perl5:$modules"
python3 mail.py
for services in "" "s=*; " "s=tlsrpt; " "s=email:tlsrpt; "; do
    record="v=DKIM1; k=rsa; ${services}p=$(cat public)"
    printf '%s\n  ' "${services:-no s=}"
    python3 try.py "$record"
    node try.js "$record"
    perl try.pl "$record"
done | sed 's/ *$//' >seen

cat >expected <<'TEXT'
no s=
  dkimpy: pass; dkimpy strict: fail; mailauth: pass; Mail::DKIM: pass
s=*;
  dkimpy: pass; dkimpy strict: fail; mailauth: pass; Mail::DKIM: pass
s=tlsrpt;
  dkimpy: pass; dkimpy strict: pass; mailauth: neutral, key not for email; Mail::DKIM: invalid (public key: does not support email)
s=email:tlsrpt;
  dkimpy: fail; dkimpy strict: fail; mailauth: pass; Mail::DKIM: pass
TEXT
cat seen
diff expected seen || {
    echo "changed: the three no longer do what this file says"
    exit 1
}
