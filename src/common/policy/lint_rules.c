/* SPDX-License-Identifier: ISC */
/* lint_rules: the table of lint's rules, with a number for each. Only lint's own modules include
 * this; all others see lint.h. */
#include "common/policy/lint_rules.h"

#include <stddef.h>

#include "common/senders/senders.h"

/* clang-format off */
const struct lint_rule lint_rules[] = {
    [LINT_RULE_EMPTY] = {"empty", SEVERITY_ERROR, false, LINT_ABOUT_POLICY, "the policy is empty",
     "write the lines version, mode, mx and max_age", {{SENDERS_EVERY, LINT_REFUSES, NULL}}},
    [LINT_RULE_PEM] = {"pem", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "this is no policy but a certificate or a key, in PEM", "name the policy's own file",
     {{SENDERS_EVERY, LINT_REFUSES, NULL}}},
    [LINT_RULE_DER] = {"pem", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "this is no policy but a certificate, a key or an archive of both, in binary form",
     "name the policy's own file", {{SENDERS_EVERY, LINT_REFUSES, NULL}}},
    [LINT_RULE_UTF_16] = {"utf-16", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the file is in UTF-16", "save it as plain ASCII text",
     {{SENDERS_EVERY, LINT_REFUSES, NULL}}},
    [LINT_RULE_LINE_END_LITERAL] = {"line-end-literal", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the characters \\n stand where the lines should end", "write each key into a line of its own",
     {{SENDERS_EVERY, LINT_REFUSES, NULL}}},
    [LINT_RULE_BOM] = {"bom", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a byte order mark stands before the first line", "save the file as plain ASCII, without it",
     {{SENDERS_MOX | SENDERS_MADDY | SENDERS_CHASQUID | SENDERS_RESOLVER | SENDERS_TLSPOL |
     SENDERS_KUMOMTA | SENDERS_HALON, LINT_REFUSES, NULL}}},
    [LINT_RULE_TOO_LARGE] = {"too-large", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the policy has %s bytes", "write at most 64000, as with wildcards in place of many mx lines",
     {{SENDERS_CHASQUID | SENDERS_MIMECAST, LINT_REFUSES, NULL}}},
    [LINT_RULE_TOO_LARGE_COURIER] = {"too-large", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the policy has %s bytes", "write at most 64000, as with wildcards in place of many mx lines",
     {{SENDERS_CHASQUID | SENDERS_MIMECAST | SENDERS_COURIER, LINT_REFUSES, NULL}}},
    [LINT_RULE_TOO_LARGE_64K] = {"too-large", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the policy has %s bytes", "write at most 64000, as with wildcards in place of many mx lines",
     {{SENDERS_MOX | SENDERS_CHASQUID | SENDERS_RESOLVER | SENDERS_TLSPOL | SENDERS_MAILAUTH_7 |
     SENDERS_MIMECAST | SENDERS_COURIER, LINT_REFUSES, NULL}}},
    [LINT_RULE_LARGE] = {"large-by-a-line-end", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "the policy has %s bytes, more than 10240", "write fewer mx lines, as with wildcards",
     {{SENDERS_CHASQUID, LINT_READS, "a line end is cut off"}}},
    [LINT_RULE_LARGE_CUT] = {"large", SEVERITY_ERROR, true, LINT_ABOUT_POLICY,
     "the policy has %s bytes, more than 10240", "write fewer mx lines, as with wildcards",
     {{SENDERS_CHASQUID, LINT_REFUSES, "what stands behind is cut off, and max_age with it"}}},
    [LINT_RULE_BARE_CR] = {"bare-cr", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a line ends in a lone carriage return", "end each line with CRLF", {{SENDERS_MOX |
     SENDERS_MADDY | SENDERS_CHASQUID | SENDERS_TLSPOL | SENDERS_STALWART | SENDERS_MAILAUTH |
     SENDERS_KUMOMTA | SENDERS_HALON, LINT_REFUSES, NULL}}},
    [LINT_RULE_BARE_CR_DOUBLE] = {"bare-cr", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a line ends in two carriage returns and a line feed", "end each line with CRLF",
     {{SENDERS_MOX | SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_MIXED_LINE_ENDS] = {"mixed-line-ends", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "some lines end in CRLF and some in LF", "end each line with CRLF",
     {{SENDERS_CHECKDMARC, LINT_REFUSES, NULL}}},
    [LINT_RULE_LF_ONLY] = {"lf-only", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "the lines end in LF", "end each line with CRLF", {{SENDERS_EXPLAINER, LINT_REFUSES, NULL}}},
    [LINT_RULE_NO_FINAL_NEWLINE] = {"no-final-newline", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "the last line has no line end", "end it with CRLF",
     {{SENDERS_MIMECAST, LINT_READS, "it is a line in the log"}}},
    [LINT_RULE_AFTER_END] = {"after-end", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "something blank follows the end of the last field",
     "end the file right after that line's CRLF", {{SENDERS_MOX | SENDERS_MADDY |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_AFTER_END_BLANKS] = {"after-end", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "something blank follows the end of the last field",
     "end the file right after that line's CRLF", {{SENDERS_MOX | SENDERS_MADDY | SENDERS_TLSPOL |
     SENDERS_KUMOMTA, LINT_REFUSES, NULL}}},
    [LINT_RULE_BLANK_LINE] = {"blank-line", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the line is blank", "leave it out", {{SENDERS_MOX | SENDERS_MADDY |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_COURIER, LINT_READS, "the policy ends here"}}},
    [LINT_RULE_BLANK_LINE_BLANKS] = {"blank-line", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the line is blank", "leave it out", {{SENDERS_MOX | SENDERS_MADDY | SENDERS_TLSPOL |
     SENDERS_KUMOMTA, LINT_REFUSES, NULL}, {SENDERS_COURIER, LINT_READS, "the policy ends here"}}},
    [LINT_RULE_COMMENT] = {"comment", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "\"%s\" is meant as a comment, and a policy has none", "leave the line out", {{SENDERS_MOX |
     SENDERS_MADDY | SENDERS_TLSPOL | SENDERS_KUMOMTA, LINT_REFUSES, NULL}}},
    [LINT_RULE_COMMENT_EATS] = {"comment", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "\"%s\" is meant as a comment, and a policy has none", "leave the line out", {{SENDERS_MOX |
     SENDERS_MADDY | SENDERS_TLSPOL | SENDERS_KUMOMTA, LINT_REFUSES, NULL},
     {SENDERS_STALWART, LINT_READS, "the next line is lost"}}},
    [LINT_RULE_NO_COLON] = {"line-without-colon", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "\"%s\" has no colon", "write a key, a colon and a value, or leave the line out",
     {{SENDERS_MOX | SENDERS_MADDY | SENDERS_TLSPOL | SENDERS_KUMOMTA, LINT_REFUSES, NULL}}},
    [LINT_RULE_NO_COLON_EATS] = {"line-without-colon", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "\"%s\" has no colon", "write a key, a colon and a value, or leave the line out",
     {{SENDERS_MOX | SENDERS_MADDY | SENDERS_TLSPOL | SENDERS_KUMOMTA, LINT_REFUSES, NULL},
     {SENDERS_STALWART, LINT_READS, "the next line is lost"}}},
    [LINT_RULE_LEADING_BLANK] = {"leading-blank", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the line of \"%s\" is indented", "begin it in the first column", {{SENDERS_MOX |
     SENDERS_MADDY | SENDERS_RESOLVER | SENDERS_TLSPOL | SENDERS_MAIL_STS, LINT_REFUSES, NULL}}},
    [LINT_RULE_SPACE_BEFORE_COLON] = {"space-before-colon", SEVERITY_ERROR, false,
     LINT_ABOUT_POLICY, "a blank stands between \"%s\" and its colon",
     "write the colon right behind the key", {{SENDERS_MOX | SENDERS_MADDY | SENDERS_RESOLVER |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_TAB] = {"tab", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "a tab stands beside the value of %s",
     "write one space behind the colon, and nothing behind the value",
     {{SENDERS_COURIER, LINT_READS, "the value is another"}}},
    [LINT_RULE_NO_BLANK] = {"no-blank-behind-colon", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "no blank follows the colon of %s", "write one space there",
     {{SENDERS_MAIL_STS, LINT_REFUSES, NULL}}},
    [LINT_RULE_TRAILING_BLANK] = {"trailing-blank", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "a blank stands at the end of the line of %s", "end the line right behind the value",
     {{SENDERS_MAIL_STS, LINT_REFUSES, NULL}}},
    [LINT_RULE_COLON_IN_VALUE] = {"colon-in-value", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the value \"%s\" has a colon in it", "leave the line out, as no sender needs it",
     {{SENDERS_MADDY, LINT_REFUSES, NULL}}},
    [LINT_RULE_NUL_BYTE] = {"nul-byte", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a NUL byte is in the line", "write the line anew", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_NUL_BYTE_FIELD] = {"nul-byte", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a NUL byte is in the line", "write the line anew", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_EVERY & ~(SENDERS_MOX |
     SENDERS_TLSPOL), LINT_READS, "the value is not what it seems"}}},
    [LINT_RULE_NUL_BYTE_MX] = {"nul-byte", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a NUL byte is in the line", "write the line anew", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_EVERY & ~(SENDERS_MOX |
     SENDERS_TLSPOL), LINT_HOST_LOST, NULL}}},
    [LINT_RULE_CONTROL_BYTE] = {"control-byte", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a control byte is in the line", "write the line anew", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_CONTROL_BYTE_FIELD] = {"control-byte", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a control byte is in the line", "write the line anew", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_EVERY & ~(SENDERS_MOX |
     SENDERS_TLSPOL), LINT_READS, "the value is not what it seems"}}},
    [LINT_RULE_CONTROL_BYTE_MX] = {"control-byte", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a control byte is in the line", "write the line anew", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_EVERY & ~(SENDERS_MOX |
     SENDERS_TLSPOL), LINT_HOST_LOST, NULL}}},
    [LINT_RULE_NON_ASCII] = {"non-ascii", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a byte that is not ASCII is in \"%s\"", "write it in ASCII, or leave the line out",
     {{SENDERS_EVERY, LINT_REFUSES, NULL}}},
    [LINT_RULE_NON_ASCII_BLANK] = {"non-ascii", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a blank that is not ASCII is in \"%s\"", "write it in ASCII, or leave the line out",
     {{SENDERS_MOX | SENDERS_TLSPOL, LINT_REFUSES, NULL},
     {SENDERS_MIMECAST, LINT_READS, "the value is another"}}},
    [LINT_RULE_NON_ASCII_KEY] = {"non-ascii", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a byte that is not ASCII is in \"%s\"", "write it in ASCII, or leave the line out",
     {{SENDERS_MOX | SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_NON_ASCII_BYTES] = {"non-ascii", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a byte that is not ASCII is in \"%s\"", "write it in ASCII, or leave the line out",
     {{SENDERS_RESOLVER | SENDERS_TLSPOL | SENDERS_STALWART, LINT_REFUSES, NULL}}},
    [LINT_RULE_NON_ASCII_TEXT] = {"non-ascii", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "a byte that is not ASCII is in \"%s\"", "write it in ASCII, or leave the line out",
     {{SENDERS_RESOLVER, LINT_WANTS_CHARSET, NULL}}},
    [LINT_RULE_KEY_CASE] = {"key-case", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the key \"%s\" is not in lower case", "write %s", {{SENDERS_MOX | SENDERS_MADDY |
     SENDERS_CHASQUID | SENDERS_RESOLVER | SENDERS_TLSPOL | SENDERS_KUMOMTA, LINT_REFUSES, NULL},
     {SENDERS_STALWART | SENDERS_MIMECAST |
     SENDERS_COURIER, LINT_READS, "the line does not count"}}},
    [LINT_RULE_KEY_CASE_BESIDE] = {"key-case", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "the key \"%s\" is not in lower case, and the one that is stands in another line",
     "write %s, or leave the line out",
     {{SENDERS_MAIL_STS, LINT_REFUSES, NULL}, {SENDERS_MAILAUTH, LINT_READS, "the line counts too"}}},
    [LINT_RULE_KEY_TRANSLATED] = {"key-translated", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "unknown key \"%s\"; no sender reads it", "write %s", {{SENDERS_EVERY, LINT_REFUSES, NULL}}},
    [LINT_RULE_KEY_MALFORMED] = {"key-malformed", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "\"%s\" cannot be a key",
     "leave the line out, or write letters, digits, '_', '-' and '.', at most 32", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_KEY_QUOTED] = {"key-malformed", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "a quote stands before the key, as in %s", "write the policy without quotes", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_KEY_UNKNOWN] = {"key-unknown", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "the key \"%s\" is unknown", "write version, mode, mx and max_age only", {{SENDERS_MAIL_STS |
     SENDERS_CHECKDMARC | SENDERS_MAILCHECK, LINT_REFUSES, NULL}}},
    [LINT_RULE_VALUE_MISSING] = {"value-missing", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "%s has no value", "write one, or leave the line out", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_VALUE_MISSING_FIELD] = {"value-missing", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "%s has no value", "write one, or leave the line out", {{SENDERS_EVERY, LINT_REFUSES, NULL}}},
    [LINT_RULE_VALUE_MISSING_AGE] = {"value-missing", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "%s has no value", "write one, or leave the line out", {{SENDERS_EVERY & ~(SENDERS_STALWART |
     SENDERS_MAILAUTH | SENDERS_MIMECAST | SENDERS_COURIER), LINT_REFUSES, NULL},
     {SENDERS_STALWART, LINT_READS, "it is one day"}, {SENDERS_MAILAUTH, LINT_READS, "it is 0"}}},
    [LINT_RULE_VALUE_MISSING_ONLY_MX] = {"value-missing", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "%s has no value", "write one, or leave the line out", {{SENDERS_MOX | SENDERS_TLSPOL |
     SENDERS_STALWART | SENDERS_MIMECAST, LINT_REFUSES, NULL},
     {SENDERS_RESOLVER, LINT_HOST_LOST, "no host matches"}}},
    [LINT_RULE_DUPLICATE_FIELD] = {"duplicate-field", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "%s is there more than once", "leave one line of it", {{SENDERS_KUMOMTA, LINT_REFUSES, NULL},
     {SENDERS_MADDY | SENDERS_CHASQUID | SENDERS_RESOLVER | SENDERS_STALWART |
     SENDERS_MAILAUTH_5, LINT_READS, "the last one counts"}}},
    [LINT_RULE_DUPLICATE_FIELD_BAD] = {"duplicate-field", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "%s is there more than once", "leave one line of it", {{SENDERS_MOX |
     SENDERS_KUMOMTA, LINT_REFUSES, NULL}, {SENDERS_MADDY | SENDERS_CHASQUID | SENDERS_RESOLVER |
     SENDERS_STALWART | SENDERS_MAILAUTH_5, LINT_READS, "the last one counts"}}},
    [LINT_RULE_VERSION_NOT_FIRST] = {"version-not-first", SEVERITY_WARNING, false,
     LINT_ABOUT_POLICY, "version is not the first line", "move it to the top",
     {{0, LINT_REFUSES, "checkers that want it there"}}},
    [LINT_RULE_FIELD_ORDER] = {"field-order", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "%s stands in an unusual place", "write version, mode, mx and max_age in this order",
     {{0, LINT_REFUSES, "checkers that compare with the usual order"}}},
    [LINT_RULE_VERSION_MISSING] = {"version-missing", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "version is missing", "write version: STSv1 as the first line",
     {{SENDERS_EVERY & ~(SENDERS_STALWART | SENDERS_MIMECAST), LINT_REFUSES, NULL}}},
    [LINT_RULE_VERSION_UNKNOWN] = {"version-unknown", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "version \"%s\" is not known", "write version: STSv1",
     {{SENDERS_EVERY & ~(SENDERS_MIMECAST), LINT_REFUSES, NULL}}},
    [LINT_RULE_VERSION_CASE] = {"version-unknown", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "version \"%s\" is not known", "write version: STSv1", {{SENDERS_EVERY & ~(SENDERS_STALWART |
     SENDERS_MIMECAST), LINT_REFUSES, NULL}}},
    [LINT_RULE_MODE_MISSING] = {"mode-missing", SEVERITY_ERROR, false, LINT_ABOUT_MODE,
     "mode is missing", "write mode: testing or mode: enforce as the second line",
     {{SENDERS_EVERY & ~(SENDERS_STALWART | SENDERS_MAILAUTH_5 | SENDERS_MIMECAST |
     SENDERS_COURIER), LINT_REFUSES, NULL}, {SENDERS_STALWART | SENDERS_MAILAUTH_5 |
     SENDERS_MIMECAST | SENDERS_COURIER, LINT_MODE_NONE, NULL}}},
    [LINT_RULE_MODE_UNKNOWN] = {"mode-unknown", SEVERITY_ERROR, false, LINT_ABOUT_MODE,
     "\"%s\" is no mode", "write enforce, testing or none",
     {{SENDERS_EVERY & ~(SENDERS_MIMECAST), LINT_REFUSES, NULL},
     {SENDERS_MIMECAST, LINT_MODE_NONE, NULL}}},
    [LINT_RULE_MODE_CASE] = {"mode-translated", SEVERITY_ERROR, false, LINT_ABOUT_MODE,
     "mode \"%s\" is not spelt as senders read it", "write %s",
     {{SENDERS_EVERY & ~(SENDERS_MAILAUTH | SENDERS_MIMECAST), LINT_REFUSES, NULL}}},
    [LINT_RULE_MODE_TRANSLATED] = {"mode-translated", SEVERITY_ERROR, false, LINT_ABOUT_MODE,
     "mode \"%s\" is not spelt as senders read it", "write %s",
     {{SENDERS_EVERY & ~(SENDERS_MIMECAST), LINT_REFUSES, NULL},
     {SENDERS_MIMECAST, LINT_MODE_NONE, NULL}}},
    [LINT_RULE_MODE_REPORT] = {"mode-report", SEVERITY_ERROR, false, LINT_ABOUT_MODE,
     "mode \"%s\" is of a draft and obsolete", "write testing",
     {{SENDERS_EVERY & ~(SENDERS_MIMECAST), LINT_REFUSES, NULL},
     {SENDERS_MIMECAST, LINT_MODE_NONE, NULL}}},
    [LINT_RULE_MX_MISSING] = {"mx-missing", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "there is no mx", "write one for each mail host", {{SENDERS_EVERY, LINT_REFUSES, NULL}}},
    [LINT_RULE_MX_MISSING_IN_NONE] = {"mx-missing-in-none", SEVERITY_ERROR, false,
     LINT_ABOUT_POLICY, "there is no mx", "write one for each mail host, also in mode none",
     {{SENDERS_CHASQUID | SENDERS_STALWART, LINT_REFUSES, NULL}}},
    [LINT_RULE_MX_IP] = {"mx-ip", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "mx \"%s\" is an IP address", "write the mail host's name", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_EVERY & ~(SENDERS_MOX |
     SENDERS_TLSPOL), LINT_HOST_LOST, NULL}}},
    [LINT_RULE_MX_TRAILING_DOT] = {"mx-trailing-dot", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "mx \"%s\" ends in a dot", "write it without: %s", {{SENDERS_MOX, LINT_REFUSES, NULL},
     {SENDERS_RESOLVER | SENDERS_TLSPOL | SENDERS_STALWART | SENDERS_MAILAUTH_5 | SENDERS_KUMOMTA |
     SENDERS_MIMECAST, LINT_HOST_LOST, NULL}}},
    [LINT_RULE_MX_BARE_WILDCARD] = {"mx-bare-wildcard", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "mx \"%s\" is a bare wildcard", "write what it stands under, such as *.example.com",
     {{SENDERS_MOX | SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_MX_WILDCARD_PLACE] = {"mx-wildcard-place", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "mx \"%s\" has a wildcard that is not the whole left-most label",
     "write it as in *.example.com, or each host in full", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_EVERY & ~(SENDERS_MOX |
     SENDERS_TLSPOL), LINT_HOST_LOST, NULL}}},
    [LINT_RULE_MX_U_LABEL] = {"mx-u-label", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "mx \"%s\" is not in ASCII", "write its A-label form, %s", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_MAILAUTH | SENDERS_KUMOMTA |
     SENDERS_MIMECAST, LINT_HOST_LOST, NULL}}},
    [LINT_RULE_MX_LOOKALIKE] = {"mx-u-label", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "mx \"%s\" has a dash or quotes that are not ASCII's", "write %s",
     {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_MAILAUTH | SENDERS_KUMOMTA |
     SENDERS_MIMECAST, LINT_HOST_LOST, NULL}}},
    [LINT_RULE_MX_A_LABEL] = {"mx-a-label", SEVERITY_ERROR, true, LINT_ABOUT_POLICY,
     "mx \"%s\" has a label that no internationalised name can have",
     "write the name as the MX record has it", {{SENDERS_MOX, LINT_REFUSES, NULL}}},
    [LINT_RULE_MX_SEVERAL] = {"mx-several", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "mx \"%s\" is several names", "write one mx line for each", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_EVERY & ~(SENDERS_MOX |
     SENDERS_TLSPOL), LINT_HOST_LOST, NULL}}},
    [LINT_RULE_MX_PREFERENCE] = {"mx-preference", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "mx \"%s\" has a number beside the name",
     "write the name alone, without the preference of the MX record", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_EVERY & ~(SENDERS_MOX |
     SENDERS_TLSPOL), LINT_HOST_LOST, NULL}}},
    [LINT_RULE_MX_NOT_A_NAME] = {"mx-not-a-name", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "mx \"%s\" is no host name", "write letters, digits, hyphens and single dots only",
     {{SENDERS_MOX | SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_EVERY & ~(SENDERS_MOX |
     SENDERS_TLSPOL), LINT_HOST_LOST, NULL}}},
    [LINT_RULE_MX_UNDERSCORE] = {"mx-not-a-name", SEVERITY_ERROR, false, LINT_ABOUT_POLICY,
     "mx \"%s\" is no host name", "write letters, digits, hyphens and single dots only",
     {{SENDERS_MOX | SENDERS_TLSPOL, LINT_REFUSES, NULL}}},
    [LINT_RULE_MX_NUMBER_AT_END] = {"mx-number-at-end", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "mx \"%s\" ends in a number, as no host name does", "write the mail host's name",
     {{SENDERS_EVERY, LINT_HOST_LOST, NULL}}},
    [LINT_RULE_MX_CASE] = {"mx-case", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "mx \"%s\" has capital letters", "write it in lower case: %s", {{SENDERS_MIMECAST |
     SENDERS_MAIL_STS, LINT_HOST_LOST, NULL}}},
    [LINT_RULE_MX_BROAD_WILDCARD] = {"mx-broad-wildcard", SEVERITY_WARNING, false,
     LINT_ABOUT_POLICY, "mx \"%s\" admits hosts of other owners",
     "write the names of your own mail hosts",
     {{SENDERS_EVERY, LINT_READS, "it keeps nobody out"}}},
    [LINT_RULE_MX_OWN_WILDCARD] = {"mx-own-wildcard", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "mx \"%s\" admits every host of the domain itself, or of one above it",
     "write the names of the mail hosts",
     {{SENDERS_EVERY, LINT_READS, "any host there may take the mail"}}},
    [LINT_RULE_MX_SINGLE_LABEL] = {"mx-single-label", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "mx \"%s\" is a single label", "write the mail host's name in full",
     {{SENDERS_EVERY, LINT_HOST_LOST, "no MX in public DNS matches it"}}},
    [LINT_RULE_MX_DUPLICATE] = {"mx-duplicate", SEVERITY_WARNING, false, LINT_ABOUT_POLICY,
     "mx \"%s\" is there more than once", "leave one line of it",
     {{0, LINT_REFUSES, "checkers that count it as a mistake"}}},
    [LINT_RULE_MAX_AGE_MISSING] = {"max-age-missing", SEVERITY_ERROR, false, LINT_ABOUT_MAX_AGE,
     "max_age is missing", "write max_age: 604800, or 86400 in testing, as the last line",
     {{SENDERS_EVERY, LINT_REFUSES, NULL}}},
    [LINT_RULE_MAX_AGE_NOT_A_NUMBER] = {"max-age-not-a-number", SEVERITY_ERROR, false,
     LINT_ABOUT_MAX_AGE, "max_age \"%s\" is not a number",
     "write seconds in 1 to 10 digits, such as 604800", {{SENDERS_EVERY & ~(SENDERS_STALWART |
     SENDERS_COURIER), LINT_REFUSES, NULL}, {SENDERS_STALWART, LINT_READS, "it is one day"}}},
    [LINT_RULE_MAX_AGE_DECIMAL] = {"max-age-not-a-number", SEVERITY_ERROR, false,
     LINT_ABOUT_MAX_AGE, "max_age \"%s\" is not a number",
     "write seconds in 1 to 10 digits, such as 604800", {{SENDERS_EVERY & ~(SENDERS_STALWART |
     SENDERS_MAILAUTH | SENDERS_COURIER), LINT_REFUSES, NULL},
     {SENDERS_STALWART, LINT_READS, "it is one day"}}},
    [LINT_RULE_MAX_AGE_UNDERSCORE] = {"max-age-not-a-number", SEVERITY_ERROR, false,
     LINT_ABOUT_MAX_AGE, "max_age \"%s\" is not a number",
     "write seconds in 1 to 10 digits, such as 604800", {{SENDERS_EVERY & ~(SENDERS_RESOLVER |
     SENDERS_STALWART | SENDERS_COURIER), LINT_REFUSES, NULL},
     {SENDERS_STALWART, LINT_READS, "it is one day"}}},
    [LINT_RULE_MAX_AGE_PLUS] = {"max-age-not-a-number", SEVERITY_ERROR, false, LINT_ABOUT_MAX_AGE,
     "max_age \"%s\" is not a number", "write seconds in 1 to 10 digits, such as 604800",
     {{SENDERS_MOX | SENDERS_TLSPOL | SENDERS_MAIL_STS, LINT_REFUSES, NULL},
     {SENDERS_STALWART, LINT_READS, "it is one day"}}},
    [LINT_RULE_MAX_AGE_ZEROS] = {"max-age-not-a-number", SEVERITY_ERROR, false, LINT_ABOUT_MAX_AGE,
     "max_age \"%s\" has more than 10 digits", "write it without zeros in front", {{SENDERS_MOX |
     SENDERS_TLSPOL, LINT_REFUSES, NULL}, {SENDERS_STALWART, LINT_READS, "it is one day"}}},
    [LINT_RULE_MAX_AGE_ABOVE_BOUND] = {"max-age-above-bound", SEVERITY_ERROR, false,
     LINT_ABOUT_MAX_AGE, "max_age %s is over the 31557600 that RFC 8461 allows",
     "write 31557599 or less", {{SENDERS_CHASQUID | SENDERS_RESOLVER |
     SENDERS_MAILAUTH, LINT_REFUSES, NULL}, {SENDERS_TLSPOL |
     SENDERS_MIMECAST, LINT_READS, "it is less"},
     {SENDERS_STALWART, LINT_READS, "it is one day"}}},
    [LINT_RULE_MAX_AGE_FAR_ABOVE] = {"max-age-above-bound", SEVERITY_ERROR, false,
     LINT_ABOUT_MAX_AGE, "max_age %s is over the 31557600 that RFC 8461 allows",
     "write 31557599 or less", {{SENDERS_MOX | SENDERS_CHASQUID | SENDERS_RESOLVER |
     SENDERS_MAILAUTH | SENDERS_MIMECAST, LINT_REFUSES, NULL},
     {SENDERS_TLSPOL, LINT_READS, "it is less"}, {SENDERS_STALWART, LINT_READS, "it is one day"}}},
    [LINT_RULE_MAX_AGE_AT_BOUND] = {"max-age-at-bound", SEVERITY_WARNING, false,
     LINT_ABOUT_MAX_AGE, "max_age %s is the very largest", "write 31557599 or less",
     {{SENDERS_STALWART, LINT_READS, "it is one day"}}},
    [LINT_RULE_MAX_AGE_ZERO] = {"max-age-zero", SEVERITY_ERROR, false, LINT_ABOUT_MAX_AGE,
     "max_age is 0", "write 86400 or more, also to withdraw a policy",
     {{SENDERS_CHASQUID, LINT_REFUSES, NULL},
     {SENDERS_TLSPOL, LINT_OVER, NULL},
     {SENDERS_STALWART, LINT_READS, "it is one day"},
     {SENDERS_MIMECAST, LINT_READS, "it is a week, or a day in testing"}}},
    [LINT_RULE_MAX_AGE_UNDER_A_DAY] = {"max-age-under-a-day", SEVERITY_WARNING, false,
     LINT_ABOUT_MAX_AGE, "max_age %s is less than a day", "write 86400 or more",
     {{SENDERS_GOOGLE, LINT_READS, NULL},
     {SENDERS_MIMECAST, LINT_READS, "it is a day in testing, and a week in enforce"}}},
    [LINT_RULE_MAX_AGE_UNDER_AN_HOUR] = {"max-age-under-a-day", SEVERITY_WARNING, false,
     LINT_ABOUT_MAX_AGE, "max_age %s is less than a day", "write 86400 or more",
     {{SENDERS_GOOGLE, LINT_READS, NULL}, {SENDERS_STALWART, LINT_READS, "it is one day"},
     {SENDERS_MIMECAST, LINT_READS, "it is a day in testing, and a week in enforce"}}},
    [LINT_RULE_MAX_AGE_ENFORCE_UNDER_A_WEEK] = {"max-age-enforce-under-a-week", SEVERITY_WARNING,
     false, LINT_ABOUT_MAX_AGE, "max_age %s is less than a week in mode enforce",
     "write 604800 or more", {{SENDERS_MIMECAST, LINT_READS, "it is a week"}}},
    [LINT_RULE_COUNT] = {NULL, SEVERITY_ERROR, false, LINT_ABOUT_POLICY, NULL, NULL,
     {{0, LINT_REFUSES, NULL}}},
};
/* clang-format on */
