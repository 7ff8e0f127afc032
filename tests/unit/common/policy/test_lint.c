/* SPDX-License-Identifier: ISC */
/* test_lint: each rule of the table in a policy that breaks it and it alone, and sound policies. */
#include "common/policy/lint.h"

#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text)  (text), sizeof(text) - 1

#define V     "version: STSv1\r\n"
#define E     "mode: enforce\r\n"
#define X     "mx: mail.example.com\r\n"
#define A     "max_age: 604800\r\n"
#define SOUND V E X A

/* All that was reported: "id:line" one after the other, and the sentences. */
struct heard {
    char ids[2048];
    char texts[16384];
    bool refused;
    size_t mx_index; /* of the finding last heard */
};

static bool rule_has_row[128];

static size_t rule_count(void)
{
    size_t count = 0;
    while (lint_rules[count].id != NULL)
        count++;
    return count;
}

static void add(char *out, size_t size, const char *separator, const char *text)
{
    size_t length = strlen(out);
    if (length > 0)
        length += (size_t)snprintf(out + length, size - length, "%s", separator);
    if (length < size)
        (void)snprintf(out + length, size - length, "%s", text);
}

static void hear(void *context, const struct lint_finding *finding)
{
    struct heard *heard = context;
    char id[128];
    char sentence[FINDING_MAX];

    finding_print(sentence, sizeof(sentence), &finding->found);
    (void)snprintf(id, sizeof(id), "%s:%u", finding->rule->id, finding->found.line);
    add(heard->ids, sizeof(heard->ids), " ", id);
    add(heard->texts, sizeof(heard->texts), "\n", sentence);
    heard->refused = heard->refused || finding->rule->severity == SEVERITY_ERROR;
    heard->mx_index = finding->mx_index;
    for (const char *text = sentence; *text != '\0'; text++)
        CHECK((unsigned char)*text >= ' ' && *text != 0x7f, "control byte in: %s", sentence);
    char whom[LINT_WHOM_MAX];
    CHECK(strstr(sentence, lint_rule_whom(whom, finding->rule)) != NULL, "no sender: %s", sentence);
    bool has_place = strchr(sentence, '%') != NULL;
    CHECK(!has_place, "%s", sentence);
}

static void hear_text(struct heard *heard, const char *bytes, size_t length)
{
    memset(heard, 0, sizeof(*heard));
    bool fine = lint_policy_text(bytes, length, hear, heard);
    CHECK(fine != heard->refused, "the result contradicts the findings: %s", heard->ids);
    CHECK(lint_policy_text(bytes, length, NULL, NULL) == fine, "without report: %s", heard->ids);
}

static void hear_policy(struct heard *heard, const struct policy *policy)
{
    memset(heard, 0, sizeof(*heard));
    bool fine = lint_policy(policy, hear, heard);
    CHECK(fine != heard->refused, "the result contradicts the findings: %s", heard->ids);
}

/* Each rule named in "id:line id:line" has a row. */
static void mark_rows(const char *expected)
{
    for (size_t i = 0; i < rule_count() && i < COUNT(rule_has_row); i++) {
        char name[128];
        (void)snprintf(name, sizeof(name), "%s:", lint_rules[i].id);
        const char *found = strstr(expected, name);
        if (found != NULL && (found == expected || found[-1] == ' '))
            rule_has_row[i] = true;
    }
}

struct text_row {
    const char *bytes;
    size_t length;
    const char *ids;  /* exactly what is reported, in this order */
    const char *part; /* of a sentence */
};

static void check_rows(const struct text_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct heard heard;
        hear_text(&heard, rows[i].bytes, rows[i].length);
        CHECK(strcmp(heard.ids, rows[i].ids) == 0, "row %zu, not %s but %s", i, rows[i].ids,
              heard.ids);
        CHECK(strstr(heard.texts, rows[i].part) != NULL, "row %zu, no %s in %s", i, rows[i].part,
              heard.texts);
        mark_rows(rows[i].ids);
    }
}

static void finds_nothing_in_sound_policies(void)
{
    static const struct text_row rows[] = {
        {BYTES(SOUND), "", ""},
        {BYTES("version: STSv1\r\nmode: testing\r\nmx: a.example\r\nmax_age: 86400\r\n"), "", ""},
        {BYTES("version: STSv1\r\nmode: none\r\nmx: a.example\r\nmax_age: 86400\r\n"), "", ""},
        {BYTES(V E "mx: *.mail.protection.outlook.com\r\nmx: *.a-v1.mx.microsoft\r\n" A), "", ""},
        {BYTES(V E "mx: aspmx.l.google.com\r\nmx: *.googlemail.com\r\n" A), "", ""},
        {BYTES(V E "mx: xn--mnchen-3ya.example\r\nmx: a.example.org\r\n" A), "", ""},
        {BYTES(V E X "max_age: 31557599\r\n"), "", ""},
        {BYTES("version:   STSv1\r\nmode: enforce\r\nmx:  a.example\r\nmax_age: 604800\r\n"), "",
         ""},
    };
    check_rows(rows, COUNT(rows));
}

static void finds_what_is_wrong_with_the_form(void)
{
    static const struct text_row rows[] = {
        {BYTES(""), "empty:1", "write the lines version, mode, mx and max_age"},
        {BYTES("\r\n \r\n"), "empty:2", ""},
        {BYTES("-----BEGIN PRIVATE KEY-----\nMIGHAg:EA\n"), "pem:0", "no policy but"},
        {BYTES("Bag: 1\r\n\xff" SOUND "-----BEGIN "), "pem:0", "the policy's own file"},
        {BYTES("\xff\xfev\0e\0r\0"), "utf-16:1", "UTF-16"},
        {BYTES("\xfe\xff\0v\0e\0r"), "utf-16:1", "UTF-16"},
        {BYTES("\xef\xbb\xbf" SOUND), "bom:1", "chasquid"},
        {BYTES("version: STSv1\rmode: enforce\rmx: a.example\rmax_age: 604800\r"), "bare-cr:1",
         "lone carriage return"},
        {BYTES("version: STSv1\rmode: testing \rmx: a.example\rmax_age: 86400"),
         "bare-cr:1 trailing-blank:1 no-final-newline:1", "postfix-tlspol"},
        {BYTES("version: STSv1\r\r\nmode: enforce\r\r\nmx: a.example\r\r\nmax_age: 604800\r\r\n"),
         "bare-cr:1", "two carriage returns and a line feed (breaks mox, postfix-tlspol)"},
        {BYTES("version: STSv1\nmode: enforce\r\nmx: a.example\r\nmax_age: 604800\n"),
         "mixed-line-ends:2", "checkdmarc"},
        {BYTES("version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 604800\n"), "lf-only:0",
         "MailPolicyExplainer"},
        {BYTES(V E X "max_age: 604800"), "no-final-newline:4", "Mimecast"},
        {BYTES(SOUND "\r\n"), "after-end:5", "mox, maddy, postfix-tlspol"},
        {BYTES(SOUND "\r\n\r\n  "), "after-end:5", "KumoMTA"},
        {BYTES(SOUND " "), "after-end:5", ""},
        {BYTES(V E "\r\n" X A), "blank-line:3", "mox, maddy, postfix-tlspol"},
        {BYTES("\r\n" V "\r\n \t\r\n" E X A), "blank-line:1 blank-line:3 blank-line:4", ""},
        {BYTES("# my policy\r\n" SOUND), "comment:1 version-not-first:2", "KumoMTA"},
        {BYTES(SOUND "; end\r\n"), "comment:5", "leave the line out"},
        {BYTES(SOUND "# see: mail\r\n"), "key-malformed:5", "mox"},
        {BYTES(V E X A "mail.example.com\r\n"), "line-without-colon:5",
         "(breaks mox, maddy, postfix-tlspol, KumoMTA)"},
        {BYTES("<html>\r\n" SOUND), "line-without-colon:1 version-not-first:2", "<html>"},
        {BYTES("   version: STSv1\r\n" E "\tmx: a.example\r\n" A),
         "leading-blank:1 leading-blank:3", "postfix-mta-sts-resolver"},
        {BYTES("version : STSv1\r\n" E X A), "space-before-colon:1", "postfix-tlspol"},
        {BYTES(SOUND "report: mailto:a@b.example\r\n"), "key-unknown:5 colon-in-value:5", "maddy"},
        {BYTES(V "mode: enf\0orce\r\n" X A), "nul-byte:2", "NUL"},
        {BYTES(SOUND "\0"), "line-without-colon:5 nul-byte:5 no-final-newline:5", ""},
        {BYTES(V E X "max_age: 604\x01"
                     "800\r\n"),
         "control-byte:4", "write the line anew"},
        {BYTES(V E "mx: a\t.example\r\n" A), "control-byte:3", ""},
        {BYTES(V E X "max\x0b_age: 604800\r\n"), "control-byte:4 max-age-missing:0", ""},
        {BYTES(SOUND "note: gr\xc3\xbc\xc3\x9f\r\n"), "key-unknown:5 non-ascii:5",
         "postfix-mta-sts-resolver"},
        {BYTES(V "mode: \xe2\x80\x9c"
                 "enforce\r\n" X A),
         "non-ascii:2", ""},
        {BYTES(SOUND "\xc3\xbc: a\r\n"), "non-ascii:5", "\xc3\xbc"},
        {BYTES(SOUND "\xfc: a\r\n"), "non-ascii:5", "\"?\""},
    };
    check_rows(rows, COUNT(rows));
}

static void finds_what_is_wrong_with_keys(void)
{
    static const struct text_row rows[] = {
        {BYTES("Version: STSv1\r\nMODE: enforce\r\nMx: a.example\r\nMax_Age: 604800\r\n"),
         "key-case:1 key-case:2 key-case:3 key-case:4", "write max_age"},
        {BYTES("versi\xc3\xb3n: STSv1\r\nmodo: prueba\r\nmx: a.example\r\nmax_age: 86400\r\n"),
         "key-translated:1 key-translated:2 mode-translated:2", "write mode"},
        {BYTES(V E X "max-age: 604800\r\n"), "key-translated:4", "write max_age"},
        {BYTES(V E "nmx: b.example\r\n" A), "key-translated:3", "write mx"},
        {BYTES(V E "Mode: none\r\n" X A), "key-case:3", "for mailauth the line counts too"},
        {BYTES(V E X "nmx: b.example\r\n" A), "key-unknown:4", "checkdmarc"},
        {BYTES(V E "mxs: b.example\r\n" X A), "key-unknown:3", "checkdmarc"},
        {BYTES(V E X "mx_host: b.example\r\n" A), "key-unknown:4", "checkdmarc"},
        {BYTES(V E X "modus: enforce\r\n" A), "key-unknown:4", "checkdmarc"},
        {BYTES(V E X A "max-age: 86400\r\n"), "key-unknown:5", "checkdmarc"},
        {BYTES(V E "  mx: a.example\r\nmxs: b.example\r\n" A), "leading-blank:3 key-unknown:4", ""},
        {BYTES(V E X "max age: 86400\r\n" A), "key-malformed:4", "mox, postfix-tlspol"},
        {BYTES("versi\xc3\xb3n: STSv1\r\n" SOUND), "non-ascii:1 version-not-first:2",
         "mox, postfix-tlspol"},
        {BYTES(SOUND ": value\r\n"), "key-malformed:5", "\"\" cannot be a key"},
        {BYTES(SOUND "a b: value\r\n"), "key-malformed:5", "at most 32"},
        {BYTES(SOUND "_a: value\r\n"), "key-malformed:5", ""},
        {BYTES(SOUND "a23456789012345678901234567890123: value\r\n"), "key-malformed:5", ""},
        {BYTES(SOUND "a2345678901234567890123456789012: value\r\n"), "key-unknown:5", "checkdmarc"},
        {BYTES(SOUND "note: value\r\n"), "key-unknown:5", "MailCheck"},
        {BYTES(SOUND "note:\r\n"), "key-unknown:5 value-missing:5", "note has no value"},
        {BYTES(V "mode:\r\n" X A), "value-missing:2", "mode has no value"},
        {BYTES(V E "mx: \r\n" A), "value-missing:3", "mx has no value"},
        {BYTES(V E E X A), "duplicate-field:3", "KumoMTA"},
        {BYTES(V E X A "max_age: 0\r\n"), "duplicate-field:5", "max_age is there more than once"},
        {BYTES(V E X A V), "duplicate-field:5", "version is there more than once"},
        {BYTES(E V X A), "version-not-first:2", "move it to the top"},
        {BYTES(V X E A), "field-order:3", "mode stands in an unusual place"},
        {BYTES(V E A X X), "field-order:4 mx-duplicate:5", "mx stands in an unusual place"},
        {BYTES(A X E V), "field-order:2 version-not-first:4", ""},
        {BYTES(E X A), "version-missing:0", "write version: STSv1"},
        {BYTES(V X A), "mode-missing:0", "mode: testing"},
        {BYTES(V E A), "mx-missing:0", "every sender"},
        {BYTES(V "mode: none\r\n" A), "mx-missing-in-none:0", "also in mode none"},
        {BYTES(V E X), "max-age-missing:0", "max_age: 604800"},
        {BYTES("mx: a.example\r\n"), "version-missing:0 mode-missing:0 max-age-missing:0", ""},
    };
    check_rows(rows, COUNT(rows));
}

static void names_near_misses(void)
{
    static const struct text_row rows[] = {
        {BYTES("\x30\x82\x09\x71\x02\x01\x03\0\r\nmx: a"), "pem:0", "in binary form"},
        {BYTES("\x30\x80"), "pem:0", "in binary form"},
        {BYTES("version: STSv1\\nmode: enforce\\nmx: a.example\\nmax_age: 604800\\n"),
         "line-end-literal:1", "the characters \\n"},
        {BYTES("version: STSv1\\r\\nmode: enforce\\r\\n\r\n \r\n"), "line-end-literal:1",
         "of its own"},
        {BYTES(SOUND "\"a\": value\r\n"), "key-malformed:5", "a quote stands before the key"},
        {BYTES(V E "mx: m\xe2\x80\x93"
                   "1.example\r\n" A),
         "mx-u-label:3", "write m-1.example"},
        {BYTES("version: STSv1\\nmode: enforce\r\n" X A), "version-unknown:1 mode-missing:0", ""},
        {BYTES(SOUND "a\\n: value\r\n"), "key-malformed:5", "cannot be a key"},
    };
    check_rows(rows, COUNT(rows));
}

static void finds_what_is_wrong_with_values(void)
{
    static const struct text_row rows[] = {
        {BYTES("version: STSv2\r\n" E X A), "version-unknown:1", "\"STSv2\""},
        {BYTES("version: stsv1\r\n" E X A), "version-unknown:1", "every sender"},
        {BYTES("version: STSv1;\r\n" E X A), "version-unknown:1", ""},
        {BYTES(V "mode: on\r\n" X A), "mode-unknown:2", "write enforce, testing or none"},
        {BYTES(V "mode: Enforce\r\n" X A), "mode-translated:2", "write enforce"},
        {BYTES(V "mode: test\r\n" X A), "mode-translated:2", "write testing"},
        {BYTES(V "mode: ninguno\r\n" X A), "mode-translated:2", "write none"},
        {BYTES(V "mode: report\r\n" X A), "mode-report:2", "write testing"},
        {BYTES(V E "mx: 192.0.2.1\r\n" A), "mx-ip:3", "mox, postfix-tlspol"},
        {BYTES(V E "mx: 2001:db8::1\r\n" A), "mx-ip:3", "IP address"},
        {BYTES(V E "mx: [192.0.2.1]\r\n" A), "mx-ip:3", ""},
        {BYTES(V E "mx: mail.example.com.\r\n" A), "mx-trailing-dot:3",
         "write it without: mail.example.com"},
        {BYTES(V E "mx: *\r\n" A), "mx-bare-wildcard:3", "*.example.com"},
        {BYTES(V E "mx: mail.*.example.com\r\n" A), "mx-wildcard-place:3", "left-most"},
        {BYTES(V E "mx: m*.example.com\r\n" A), "mx-wildcard-place:3", ""},
        {BYTES(V E "mx: *.m\xc3\xbcnchen.example\r\n" A), "mx-u-label:3",
         "*.xn--mnchen-3ya.example"},
        {BYTES(V E "mx: m\xfcnchen.example\r\n" A), "mx-u-label:3", "which begins with xn--"},
        {BYTES(V E "mx: 10 mail.example.com\r\n" A), "mx-preference:3", "write the name alone"},
        {BYTES(V E "mx: 10 mail.example.com.\r\n" A), "mx-preference:3", "number beside"},
        {BYTES(V E "mx: 10 20\r\n" A), "mx-not-a-name:3", "no host name"},
        {BYTES(V E "mx: mail.example.com,\r\n" A), "mx-not-a-name:3", ""},
        {BYTES(V E "mx: our mail server\r\n" A), "mx-not-a-name:3", ""},
        {BYTES(V E "mx: mail_1.example.com\r\n" A), "mx-not-a-name:3", ""},
        {BYTES(V E "mx: mail.example.com:25\r\n" A), "mx-not-a-name:3", ""},
        {BYTES(V E "mx: a.example, b.example\r\n" A), "mx-several:3", "one mx line for each"},
        {BYTES(V E "mx: a.example *.b.example\r\n" A), "mx-several:3", ""},
        {BYTES(V E "mx: 10 a.example 20 b.example\r\n" A), "mx-several:3", ""},
        {BYTES(V E "mx: -a.example\r\n" A), "mx-not-a-name:3", ""},
        {BYTES(V E "mx: *.com\r\n" A), "mx-broad-wildcard:3", "hosts of other owners"},
        {BYTES(V E "mx: *.co.uk\r\n" A), "mx-broad-wildcard:3", ""},
        {BYTES(V E "mx: mail\r\n" A), "mx-single-label:3", "in full"},
        {BYTES(V E X "mx: b.example\r\nmx: MAIL.example.com\r\n" A), "mx-case:5 mx-duplicate:5",
         ""},
        {BYTES(V E X "max_age: 1w\r\n"), "max-age-not-a-number:4", "\"1w\" is not a number"},
        {BYTES(V E X "max_age: -1\r\n"), "max-age-not-a-number:4", ""},
        {BYTES(V E X "max_age: 00000604800\r\n"), "max-age-not-a-number:4", "zeros in front"},
        {BYTES(V E X "max_age: 31557601\r\n"), "max-age-above-bound:4", "31557600"},
        {BYTES(V E X "max_age: 99999999999999999999\r\n"), "max-age-above-bound:4", "mailauth"},
        {BYTES(V E X "max_age: 31557600\r\n"), "max-age-at-bound:4", "Stalwart"},
        {BYTES(V E X "max_age: 0\r\n"), "max-age-zero:4", "chasquid"},
        {BYTES(V "mode: testing\r\n" X "max_age: 86399\r\n"), "max-age-under-a-day:4", "Google"},
        {BYTES(V E X "max_age: 604799\r\n"), "max-age-enforce-under-a-week:4", "Mimecast"},
        {BYTES(V E X "max_age: 3600\r\n"), "max-age-under-a-day:4 max-age-enforce-under-a-week:4",
         ""},
    };
    check_rows(rows, COUNT(rows));
}

#define LOST "(breaks mox, postfix-tlspol; for all others this host never matches)"

#define PREFIX "(breaks postfix-tlspol; for all others this host never matches)"

#define FRONT                                                                                      \
    "(breaks mox, postfix-tlspol; for Courier the name in front counts; for all others this host " \
    "never matches)"

/* What each sender does was tried with the real ones: see doc/senders.md. */
static const struct text_row sender_rows[] = {
    {BYTES(V E "mx: ab--cd.example.com\r\n" A), "mx-a-label:3", "(breaks mox)"},
    {BYTES(V E "mx: *.ab--cd.example.com\r\n" A), "mx-a-label:3", "(breaks mox)"},
    {BYTES(V E "mx: xn--a.example.com\r\n" A), "mx-a-label:3", "(breaks mox)"},
    {BYTES(V E "mx: xn--zzzzzz999.example\r\n" A), "mx-a-label:3", "(breaks mox)"},
    {BYTES(V E "mx: xn--.example.com\r\n" A), "mx-not-a-name:3", PREFIX},
    {BYTES(V E "mx: *.XN--.example.com\r\n" A), "mx-not-a-name:3", PREFIX},
    {BYTES(V E "mx: mail.xn--\r\n" A), "mx-not-a-name:3", PREFIX},
    {BYTES(V E "mx: xn--.xn--a.example.com\r\n" A), "mx-not-a-name:3", LOST},
    {BYTES(V E "mx: xn--.a-.example.com\r\n" A), "mx-not-a-name:3", LOST},
    {BYTES(V E "mx: a-.example.com\r\n" A), "mx-not-a-name:3", LOST},
    {BYTES(V E "mx: MAIL.Example.com\r\n" A), "mx-case:3",
     "(troubles Mimecast, Exim with Mail::STS, for which this host never matches); write it in "
     "lower case: mail.example.com"},
    {BYTES(V E X "max_age: 59\r\n"), "max-age-under-a-day:4 max-age-enforce-under-a-week:4",
     "(troubles Google; for Stalwart it is one day; for Mimecast "},
    {BYTES(V E X "max_age: 0\r\n"), "max-age-zero:4",
     "for Stalwart it is one day; for Mimecast it is a week"},
    {BYTES(SOUND "note: gr\xc3\xbc\xc3\x9f\x65\r\n"), "key-unknown:5 non-ascii:5",
     "(troubles postfix-mta-sts-resolver, for which there is no policy unless the server says "
     "charset=utf-8)"},
    {BYTES(SOUND "note: gr\xfc\r\n"), "key-unknown:5 non-ascii:5",
     "(breaks postfix-mta-sts-resolver, postfix-tlspol, Stalwart)"},
    {BYTES(V "mode: enforce\xc2\xa0\r\n" X A), "non-ascii:2",
     "(breaks mox, postfix-tlspol; for Mimecast"},
    {BYTES(V E X "max_age: 604800\xc2\xa0\r\n"), "non-ascii:4",
     "(breaks mox, postfix-tlspol; for Mimecast"},
    {BYTES(V "mode: enforc\xc3\xa9\r\n" X A), "non-ascii:2", "(breaks every sender)"},
    {BYTES(V E "mx: mail.example.com # old\r\n" A), "mx-not-a-name:3", FRONT},
    {BYTES(V E "mx: mail.example.com 10\r\n" A), "mx-preference:3", FRONT},
    {BYTES(V E "mx: a.example b.example\r\n" A), "mx-several:3", FRONT},
    {BYTES(V E "mx: 10 mail.example.com\r\n" A), "mx-preference:3", LOST},
    {BYTES(V E "mx: a.example, b.example\r\n" A), "mx-several:3", LOST},
    {BYTES(V E "mx: 192.0.2.1\r\n" A), "mx-ip:3", LOST},
    {BYTES(V E "mx: mail.*.example.com\r\n" A), "mx-wildcard-place:3", LOST},
    {BYTES(V E "mx: mail.123\r\n" A), "mx-number-at-end:3",
     "(troubles every sender, for which this host never matches)"},
    {BYTES(V E "mx: 192.0.2\r\n" A), "mx-number-at-end:3", ""},
    {BYTES(V E "mx: 0x7f.1\r\n" A), "mx-number-at-end:3", ""},
    {BYTES("  " SOUND), "leading-blank:1",
     "mox, maddy, postfix-mta-sts-resolver, postfix-tlspol, Exim with Mail::STS)"},
    {BYTES(SOUND "# see: x\r\n"), "key-malformed:5", "mox, postfix-tlspol"},
    {BYTES(SOUND "note:\r\n"), "key-unknown:5 value-missing:5", "(breaks mox, postfix-tlspol)"},
    {BYTES(V "mode:\r\n" X A), "value-missing:2", "(breaks every sender)"},
    {BYTES(V E X "max_age:\r\n"), "value-missing:4",
     "for Stalwart it is one day; for mailauth it is 0"},
    {BYTES(V E "mx:\r\n" A), "value-missing:3",
     "(breaks mox, postfix-tlspol, Stalwart, Mimecast; for postfix-mta-sts-resolver no host "
     "matches)"},
    {BYTES(V E X "mx:\r\n" A), "value-missing:4", "(breaks mox, postfix-tlspol)"},
    {BYTES(V "mode: enf\x01orce\r\n" X A), "control-byte:2",
     "for all others the value is not what it seems"},
    {BYTES(V E "mx: a\x01.example\r\n" A), "control-byte:3", LOST},
    {BYTES(SOUND "note: a\x01\r\n"), "key-unknown:5 control-byte:5",
     "(breaks mox, postfix-tlspol)"},
    {BYTES(V "Mode: enforce\r\n" X A), "key-case:2",
     "for Stalwart, Mimecast, Courier the line does not count"},
    {BYTES(SOUND "\r\n"), "after-end:5", "(breaks mox, maddy, postfix-tlspol)"},
    {BYTES(SOUND " \r\n"), "after-end:5", "(breaks mox, maddy, postfix-tlspol, KumoMTA)"},
    {BYTES(V "\r\n" E X A), "blank-line:2", "for Courier the policy ends here"},
    {BYTES(V "# x\r\n" E X A), "comment:2", "for Stalwart the next line is lost"},
    {BYTES("# x\r\n" SOUND), "comment:1 version-not-first:2",
     "(breaks mox, maddy, postfix-tlspol, KumoMTA)"},
    {BYTES(SOUND "# x\r\n"), "comment:5", "(breaks mox, maddy, postfix-tlspol, KumoMTA)"},
    {BYTES(V E "mx: m\xc3\xbcnchen.example\r\n" A), "mx-u-label:3",
     "(breaks mox, postfix-tlspol; for mailauth, KumoMTA, Mimecast this host never matches)"},
    {BYTES(V E X "max_age: 31557601\r\n"), "max-age-above-bound:4",
     "(breaks chasquid, postfix-mta-sts-resolver, mailauth; for postfix-tlspol, Mimecast it is "
     "less; for Stalwart it is one day)"},
    {BYTES(V E X "max_age: 2147483648\r\n"), "max-age-above-bound:4",
     "(breaks mox, chasquid, postfix-mta-sts-resolver, mailauth, Mimecast;"},
    {BYTES(V E X "max_age: 00000604800\r\n"), "max-age-not-a-number:4",
     "(breaks mox, postfix-tlspol; for Stalwart it is one day)"},
    {BYTES(V E X "max_age: +604800\r\n"), "max-age-not-a-number:4",
     "(breaks mox, postfix-tlspol, Exim with Mail::STS; for Stalwart"},
    {BYTES(V E X "max_age: 604800.0\r\n"), "max-age-not-a-number:4",
     "but Stalwart, mailauth, Courier;"},
    {BYTES(V E X "max_age: 6e5\r\n"), "max-age-not-a-number:4", "but Stalwart, mailauth, Courier;"},
    {BYTES(V E X "max_age: 604_800\r\n"), "max-age-not-a-number:4",
     "but postfix-mta-sts-resolver, Stalwart, Courier;"},
    {BYTES(E X A), "version-missing:0", "(breaks every sender but Stalwart, Mimecast)"},
    {BYTES("version: STSV1\r\n" E X A), "version-unknown:1",
     "(breaks every sender but Stalwart, Mimecast)"},
    {BYTES("version: STSv2\r\n" E X A), "version-unknown:1", "(breaks every sender but Mimecast)"},
    {BYTES(V X A), "mode-missing:0", "; for all others the mode is none)"},
    {BYTES(V "mode: Enforce\r\n" X A), "mode-translated:2",
     "(breaks every sender but mailauth, Mimecast)"},
    {BYTES(V E E X A), "duplicate-field:3",
     "(breaks KumoMTA; for maddy, chasquid, postfix-mta-sts-resolver, Stalwart, mailauth up to "
     "5 the last one counts)"},
    {BYTES(V E "mode: x\r\n" X A), "duplicate-field:3", "(breaks mox, KumoMTA;"},
    {BYTES("version:\tSTSv1\r\n" E X A), "tab:1", "(troubles Courier"},
    {BYTES(V "mode: enforce\t\r\n" X A), "tab:2 trailing-blank:2", "(troubles Courier"},
    {BYTES(V E "mx:mail.example.com\r\n" A), "no-blank-behind-colon:3",
     "(troubles Exim with Mail::STS)"},
    {BYTES(V E X "max_age: 604800 \r\n"), "trailing-blank:4", "(troubles Exim with Mail::STS)"},
    {BYTES(SOUND "note: x\r\n"), "key-unknown:5",
     "(troubles Exim with Mail::STS, checkdmarc, MailCheck)"},
};

static void names_the_senders_that_mind(void)
{
    check_rows(sender_rows, COUNT(sender_rows));
}

/* The forms in which policies get copied, and those that peers were seen to serve. */
static void names_all_that_is_wrong_with_a_wild_one(void)
{
    static const struct text_row rows[] = {
        {BYTES("   versi\xc3\xb3n: STSv1\n   modo: prueba\n   mx: *.mail.protection.outlook.com\n"
               "   max_age: 604800\n\n"),
         "leading-blank:1 key-translated:1 leading-blank:2 key-translated:2 mode-translated:2 "
         "leading-blank:3 leading-blank:4 after-end:5 lf-only:0",
         ""},
        {BYTES("# policy\nversion: STSv1\nmode: enforce\n\n# hosts\nmx: a.example\n"
               "max_age: 604800\n"),
         "comment:1 version-not-first:2 blank-line:4 comment:5 lf-only:0", ""},
        {BYTES("<!DOCTYPE html>\n<html><a href=\"https://example.com/\">Not found</a></html>\n"),
         "line-without-colon:1 key-malformed:2 lf-only:0 version-missing:0 mode-missing:0 "
         "mx-missing:0 max-age-missing:0",
         ""},
    };
    check_rows(rows, COUNT(rows));
}

/* Fills the file with extension lines up to exactly so many bytes. */
static char *text_of_length(size_t length)
{
    static const char line[] = "mx: m.example\r\n";
    char *text = malloc(length + 1);
    if (text == NULL)
        abort();
    size_t at = (size_t)snprintf(text, length + 1, V E);
    size_t end = length - strlen(A);
    for (unsigned i = 0; end - at >= 2 * (sizeof(line) + 5); i++)
        at += (size_t)snprintf(text + at, length + 1 - at, "mx: m%u.example\r\n", i);
    at += (size_t)snprintf(text + at, length + 1 - at, "mx: ");
    while (at < end - strlen(".example\r\n"))
        text[at++] = 'x';
    (void)snprintf(text + at, length + 1 - at, ".example\r\n" A);
    return text;
}

static void finds_policies_that_are_too_large(void)
{
    static const struct {
        size_t length;
        const char *ids;
        const char *part;
    } rows[] = {
        {10240, "", ""},
        {10241, "large-by-a-line-end:0", "has 10241 bytes"},
        {10242, "large-by-a-line-end:0", "troubles chasquid"},
        {10243, "large:0", "breaks chasquid"},
        {10248, "large:0", "max_age with it"},
        {64000, "large:0", "chasquid"},
        {64001, "too-large:0", "chasquid, Mimecast)"},
        {65535, "too-large:0", "chasquid, Mimecast, Courier)"},
        {65537, "too-large:0",
         "(breaks mox, chasquid, postfix-mta-sts-resolver, postfix-tlspol, mailauth, "},
        {1000000, "too-large:0", "has 1000000 bytes"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct heard heard;
        char *text = text_of_length(rows[i].length);
        CHECK(strlen(text) == rows[i].length, "%zu", strlen(text));
        hear_text(&heard, text, rows[i].length);
        CHECK(strcmp(heard.ids, rows[i].ids) == 0, "%zu: %s", rows[i].length, heard.ids);
        CHECK(strstr(heard.texts, rows[i].part) != NULL, "%s", heard.texts);
        mark_rows(rows[i].ids);
        free(text);
    }
}

static void cuts_what_it_shows_of_a_long_line(void)
{
    struct heard heard;
    char *text = malloc(60000);
    if (text == NULL)
        abort();
    memset(text, 'x', 60000);
    hear_text(&heard, text, 60000);
    CHECK(strstr(heard.texts, "xxx...\" has no colon (breaks mox") != NULL, "%.100s", heard.texts);
    CHECK(strlen(heard.texts) < 2048, "%zu", strlen(heard.texts));
    free(text);
}

static void judges_values_as_the_daemon_renders_them(void)
{
    static const char *const sound[] = {"mail.example.com", "*.backup.example.net"};
    static const char *const bad[] = {
        "192.0.2.1", "a.example.",        "",      "*",    "a.*.example", "m\xc3\xbcnchen.example",
        "a b",       "a.example\r\nx: y", "*.com", "mail", "A.example",   "a.EXAMPLE"};
    const struct {
        struct policy policy;
        const char *ids;
    } rows[] = {
        {{POLICY_MODE_ENFORCE, 604800, 2, sound}, ""},
        {{POLICY_MODE_TESTING, 86400, 2, sound}, ""},
        {{POLICY_MODE_NONE, 86400, 1, sound}, ""},
        {{POLICY_MODE_NONE, 86400, 0, NULL}, "mx-missing-in-none:0"},
        {{POLICY_MODE_ENFORCE, 604800, 0, NULL}, "mx-missing:0"},
        {{POLICY_MODE_ENFORCE, 0, 1, sound}, "max-age-zero:0"},
        {{POLICY_MODE_ENFORCE, 86399, 1, sound},
         "max-age-under-a-day:0 max-age-enforce-under-a-week:0"},
        {{POLICY_MODE_ENFORCE, 604799, 1, sound}, "max-age-enforce-under-a-week:0"},
        {{POLICY_MODE_TESTING, 86399, 1, sound}, "max-age-under-a-day:0"},
        {{POLICY_MODE_ENFORCE, 31557599, 1, sound}, ""},
        {{POLICY_MODE_ENFORCE, 31557600, 1, sound}, "max-age-at-bound:0"},
        {{POLICY_MODE_ENFORCE, 31557601, 1, sound}, "max-age-above-bound:0"},
        {{POLICY_MODE_ENFORCE, UINT32_MAX, 1, sound}, "max-age-above-bound:0"},
        {{POLICY_MODE_ENFORCE, 604800, COUNT(bad), bad},
         "mx-ip:0 mx-trailing-dot:0 value-missing:0 mx-bare-wildcard:0 mx-wildcard-place:0 "
         "mx-u-label:0 mx-not-a-name:0 mx-not-a-name:0 mx-broad-wildcard:0 mx-single-label:0 "
         "mx-duplicate:0"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct heard heard;
        hear_policy(&heard, &rows[i].policy);
        CHECK(strcmp(heard.ids, rows[i].ids) == 0, "row %zu: %s", i, heard.ids);
    }
}

static void names_the_pattern_meant(void)
{
    static const char *const mx[] = {"a.example", "b.example", "c.example."};
    const struct policy policy = {POLICY_MODE_ENFORCE, 604800, 3, mx};
    const struct policy late = {POLICY_MODE_ENFORCE, 3600, 1, mx};
    struct heard heard;

    hear_policy(&heard, &policy);
    CHECK(heard.mx_index == 2, "%zu", heard.mx_index);
    hear_policy(&heard, &late);
    CHECK(heard.mx_index == LINT_NO_MX, "%zu", heard.mx_index);
    hear_text(&heard, BYTES(V E X X A));
    CHECK(heard.mx_index == 1, "%zu", heard.mx_index);
}

static void judges_a_rendering_as_its_values(void)
{
    static const char *const mx[] = {"mail.example.com", "*.com", "mail", "mail"};
    static const uint32_t ages[] = {0, 1, 86400, 604800, 31557599, 31557600, 31557601};
    char out[256];

    for (int mode = POLICY_MODE_NONE; mode <= POLICY_MODE_ENFORCE; mode++) {
        for (size_t i = 0; i < COUNT(ages) * 5; i++) {
            const struct policy policy = {(enum policy_mode)mode, ages[i / 5], i % 5, mx};
            size_t length = policy_rendered_length(&policy);
            bool fine = lint_policy(&policy, NULL, NULL);
            CHECK(length <= sizeof(out), "%zu", length);
            policy_render(&policy, out);
            CHECK(lint_policy_text(out, length, NULL, NULL) == fine, "mode %d, row %zu", mode, i);
        }
    }
}

static void reports_no_rule_twice_in_one_place(void)
{
    static const char wild[] = "\xef\xbb\xbf \x01Mode : x\0\xc3:\n\n\r#\rmx: \xff\nmx:1.1.1.1\n"
                               "MX: 1.1.1.1.\nmax_age: a:b\nmode: enforce\nmode: none\n\n \n";
    struct heard heard;
    hear_text(&heard, wild, sizeof(wild) - 1);
    add(heard.ids, sizeof(heard.ids), " ", "");
    for (const char *id = heard.ids; *id != '\0'; id += strcspn(id, " ") + 1) {
        char token[128];
        (void)snprintf(token, sizeof(token), " %.*s ", (int)strcspn(id, " "), id);
        CHECK(strstr(id, token) == NULL, "%stwice in %s", token, heard.ids);
    }
}

static const char order_rule[] = "order version, mode, mx, max_age; one each; lower-case";
static const char ends_rule[] = "CRLF, one at the end, nothing after";
static const char ascii_rule[] = "ASCII only, no BOM, no extension fields";
static const char size_rule[] = "body of at most 10240 bytes, 64000 refused";
static const char hosts_rule[] = "at least one mx, names only, A-labels, no trailing dot, no IP";
static const char age_rule[] = "max_age refused over 31557600, warned at it, under a day, a week";

/* Each rule for the server's output that is about the policy's bytes, by its words: a policy that
 * breaks it, and the sender for whom. Where bytes is NULL, a policy of that length. */
static const struct {
    const char *rule;
    const char *bytes;
    size_t length;
    const char *id;
    enum severity severity;
    const char *sender;
} output_rows[] = {
    {order_rule, BYTES(E V X A), "version-not-first:2", SEVERITY_WARNING, "checkers"},
    {order_rule, BYTES(V X E A), "field-order:3", SEVERITY_WARNING, "checkers"},
    {order_rule, BYTES(V E E X A), "duplicate-field:3", SEVERITY_ERROR, "KumoMTA"},
    {order_rule, BYTES(V "Mode: enforce\r\n" X A), "key-case:2", SEVERITY_ERROR, "mox"},
    {ends_rule, BYTES("version: STSv1\nmode: none\nmx: a.example\nmax_age: 86400\n"), "lf-only:0",
     SEVERITY_WARNING, "MailPolicyExplainer"},
    {ends_rule, BYTES(V "mode: enforce\n" X A), "mixed-line-ends:2", SEVERITY_WARNING,
     "checkdmarc"},
    {ends_rule, BYTES(V E X "max_age: 604800"), "no-final-newline:4", SEVERITY_WARNING, "Mimecast"},
    {ends_rule, BYTES(SOUND "\r\n"), "after-end:5", SEVERITY_ERROR, "mox, maddy, postfix-tlspol"},
    {ends_rule, BYTES(V "\r\n" E X A), "blank-line:2", SEVERITY_ERROR,
     "mox, maddy, postfix-tlspol"},
    {ends_rule, BYTES("version: STSv1\rmode: none\rmx: a.example\rmax_age: 86400\r"), "bare-cr:1",
     SEVERITY_ERROR, "mailauth"},
    {ascii_rule, BYTES(SOUND "note: \xc3\xbc\r\n"), "non-ascii:5", SEVERITY_WARNING,
     "postfix-mta-sts-resolver"},
    {ascii_rule, BYTES("\xef\xbb\xbf" SOUND), "bom:1", SEVERITY_ERROR, "postfix-mta-sts-resolver"},
    {ascii_rule, BYTES(SOUND "note: x\r\n"), "key-unknown:5", SEVERITY_WARNING,
     "checkdmarc, MailCheck"},
    {ascii_rule, BYTES(SOUND "note: x:y\r\n"), "colon-in-value:5", SEVERITY_ERROR, "maddy"},
    {size_rule, NULL, 10243, "large:0", SEVERITY_ERROR, "chasquid"},
    {size_rule, NULL, 64001, "too-large:0", SEVERITY_ERROR, "Mimecast"},
    {hosts_rule, BYTES(V "mode: none\r\n" A), "mx-missing-in-none:0", SEVERITY_ERROR,
     "chasquid, Stalwart"},
    {hosts_rule, BYTES(V E "mx: 192.0.2.1\r\n" A), "mx-ip:3", SEVERITY_ERROR,
     "mox, postfix-tlspol"},
    {hosts_rule, BYTES(V E "mx: a.example.\r\n" A), "mx-trailing-dot:3", SEVERITY_ERROR,
     "(breaks mox; for postfix-mta-sts-resolver, postfix-tlspol"},
    {hosts_rule, BYTES(V E "mx: \xc3\xbc.example\r\n" A), "mx-u-label:3", SEVERITY_ERROR, "mox"},
    {hosts_rule, BYTES(V E "mx: a_b.example\r\n" A), "mx-not-a-name:3", SEVERITY_ERROR, "mox"},
    {age_rule, BYTES(V E X "max_age: 31557601\r\n"), "max-age-above-bound:4", SEVERITY_ERROR,
     "chasquid, postfix-mta-sts-resolver, mailauth"},
    {age_rule, BYTES(V E X "max_age: 31557600\r\n"), "max-age-at-bound:4", SEVERITY_WARNING,
     "Stalwart"},
    {age_rule, BYTES(V E X "max_age: 0\r\n"), "max-age-zero:4", SEVERITY_ERROR, "chasquid"},
    {age_rule, BYTES(V "mode: none\r\n" X "max_age: 1\r\n"), "max-age-under-a-day:4",
     SEVERITY_WARNING, "Google"},
    {age_rule, BYTES(V E X "max_age: 86400\r\n"), "max-age-enforce-under-a-week:4",
     SEVERITY_WARNING, "Mimecast"},
};

static void shows_each_rule_for_the_output(void)
{
    for (size_t i = 0; i < COUNT(output_rows); i++) {
        struct heard heard;
        char *made = output_rows[i].bytes == NULL ? text_of_length(output_rows[i].length) : NULL;
        hear_text(&heard, made != NULL ? made : output_rows[i].bytes, output_rows[i].length);
        free(made);
        const char *id = strstr(heard.ids, output_rows[i].id);
        CHECK(id != NULL, "%s: not %s but %s", output_rows[i].rule, output_rows[i].id, heard.ids);
        CHECK(heard.refused == (output_rows[i].severity == SEVERITY_ERROR), "%s: %s",
              output_rows[i].rule, heard.ids);
        CHECK(strstr(heard.texts, output_rows[i].sender) != NULL, "%s: %s", output_rows[i].rule,
              heard.texts);
    }
}

static void finds_wildcards_over_the_domain_itself(void)
{
    static const struct {
        const char *domain;
        const char *mx;
        const char *ids;
    } rows[] = {
        {"example.com", "*.example.com", "mx-own-wildcard:3"},
        {"example.com", "*.EXAMPLE.com", "mx-case:3 mx-own-wildcard:3"},
        {"shop.example.com", "*.example.com", "mx-own-wildcard:3"},
        {"example.com", "*.com", "mx-broad-wildcard:3"},
        {"example.com", "*.mail.example.com", ""},
        {"example.com", "*.ample.com", ""},
        {"example.com", "*.example.net", ""},
        {"example.com", "mail.example.com", ""},
        {NULL, "*.example.com", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[256];
        struct heard heard = {.refused = false};
        int length = snprintf(text, sizeof(text), V E "mx: %s\r\n" A, rows[i].mx);
        CHECK(lint_policy_text_of(rows[i].domain, text, (size_t)length, hear, &heard));
        CHECK(strcmp(heard.ids, rows[i].ids) == 0, "row %zu: %s", i, heard.ids);
        mark_rows(rows[i].ids);
    }
}

static void takes_its_sentences_apart(void)
{
    static const struct {
        const char *bytes;
        const char *problem;
        const char *advice;
    } rows[] = {
        {V E "mx: mail.example.com.\r\n" A, "mx \"mail.example.com.\" ends in a dot",
         "write it without: mail.example.com"},
        {V E X "max_age: x (breaks every sender); y\r\n",
         "max_age \"x (breaks every sender); y\" is not a number",
         "write seconds in 1 to 10 digits, such as 604800"},
        {V E X "max_age: 86400\r\n", "max_age 86400 is less than a week in mode enforce",
         "write 604800 or more"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct heard heard;
        hear_text(&heard, rows[i].bytes, strlen(rows[i].bytes));
        const struct lint_rule *rule = lint_rules;
        while (rule->id != NULL && (strncmp(rule->id, heard.ids, strlen(rule->id)) != 0 ||
                                    heard.ids[strlen(rule->id)] != ':'))
            rule++;
        CHECK(rule->id != NULL, "%s", heard.ids);
        char whom[LINT_WHOM_MAX];
        const struct finding expected = {.severity = rule->severity,
                                         .problem = rows[i].problem,
                                         .sender = lint_rule_whom(whom, rule),
                                         .advice = rows[i].advice};
        char sentence[FINDING_MAX];
        finding_print(sentence, sizeof(sentence), &expected);
        CHECK(strcmp(heard.texts, sentence) == 0, "%s", heard.texts);
    }
}

static size_t places_in(const char *text)
{
    size_t count = 0;
    for (; (text = strchr(text, '%')) != NULL; text++)
        count += text[1] == 's' ? 1 : 100;
    return count;
}

static void has_a_whole_table(void)
{
    for (size_t i = 0; i < rule_count(); i++) {
        const struct lint_rule *rule = &lint_rules[i];
        CHECK(strspn(rule->id, "abcdefghijklmnopqrstuvwxyz-0123456789") == strlen(rule->id), "%s",
              rule->id);
        char whom[LINT_WHOM_MAX];
        CHECK(lint_rule_whom(whom, rule)[0] != '\0', "%s", rule->id);
        CHECK(rule->problem != NULL && places_in(rule->problem) <= 1, "%s", rule->id);
        CHECK(rule->instead != NULL && places_in(rule->instead) <= 1, "%s", rule->id);
        for (size_t j = 0; j < i; j++)
            CHECK(strcmp(rule->id, lint_rules[j].id) != 0 ||
                      (!rule->is_served && !lint_rules[j].is_served),
                  "%s twice", rule->id);
    }
}

/* Last: the tests above say which rules they show. */
static void has_a_row_for_each_rule(void)
{
    CHECK(rule_count() > 40 && rule_count() <= COUNT(rule_has_row), "%zu", rule_count());
    for (size_t i = 0; i < rule_count(); i++)
        CHECK(rule_has_row[i], "no row shows %s", lint_rules[i].id);
}

static const struct test tests[] = {
    TEST(finds_nothing_in_sound_policies),
    TEST(finds_what_is_wrong_with_the_form),
    TEST(finds_what_is_wrong_with_keys),
    TEST(names_near_misses),
    TEST(finds_what_is_wrong_with_values),
    TEST(names_the_senders_that_mind),
    TEST(names_all_that_is_wrong_with_a_wild_one),
    TEST(finds_policies_that_are_too_large),
    TEST(cuts_what_it_shows_of_a_long_line),
    TEST(judges_values_as_the_daemon_renders_them),
    TEST(names_the_pattern_meant),
    TEST(judges_a_rendering_as_its_values),
    TEST(reports_no_rule_twice_in_one_place),
    TEST(shows_each_rule_for_the_output),
    TEST(finds_wildcards_over_the_domain_itself),
    TEST(takes_its_sentences_apart),
    TEST(has_a_whole_table),
    TEST(has_a_row_for_each_rule),
};

TEST_MAIN(tests)
