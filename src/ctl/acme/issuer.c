/* SPDX-License-Identifier: ISC */
/* issuer: runs the ACME client (uacme) and interprets its result. */
#include "ctl/acme/issuer.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "ctl/base/replace.h"

#define STATUS_NOT_RUN 127
#define URL_MAX_BYTES  4096
#define SAID_MAX       400 /* bytes of the CA's own words in a sentence */

static const char account_exists[] = "Account already exists";
static const char hook_refuses[] = "uacme-challenge: not begun: ";

/* The hook runs this program to write its files. */
static int name_this_program(void)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (length <= 0)
        return 0; /* the hook looks for it in PATH */
    program[length] = '\0';
    return setenv("MTA_STSCTL", program, 1);
}

int issuer_prepare(const struct config_acme *acme, struct error *why)
{
    if (mkdir(acme->state, 0700) != 0 && errno != EEXIST)
        return error_set(why,
                         "%s: cannot be created: %s; create it with mode 0700, owned by this user",
                         acme->state, strerror(errno));
    if (access(acme->state, R_OK | W_OK | X_OK) != 0)
        return error_set(why, "%s: %s; run this as the owner of the directory", acme->state,
                         strerror(errno));
    if (access(acme->hook, X_OK) != 0)
        return error_set(why, "%s: %s; set `hook` in [acme] to the client's hook", acme->hook,
                         strerror(errno));
    if (access(acme->challenges, W_OK | X_OK) != 0)
        return error_set(
            why, "%s: %s; create the challenge directory, and make it writable for this user",
            acme->challenges, strerror(errno));
    if (setenv("MTA_STSD_CHALLENGES", acme->challenges, 1) != 0 ||
        setenv("MTA_STSD_DEPLOY_COMMAND", acme->deploy_command ? acme->deploy_command : "", 1) !=
            0 ||
        name_this_program() != 0)
        return error_set(why, "out of memory");
    return 0;
}

/* The value of "detail" in the problem document that uacme prints (RFC 8555 section 6.7). */
static bool find_detail(const char *words, char out[SAID_MAX])
{
    static const char key[] = "\"detail\": \"";
    const char *at = strstr(words, key);
    if (at == NULL)
        return false;
    size_t used = 0;
    for (at += strlen(key); *at != '\0' && *at != '"' && used < SAID_MAX - 1; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        out[used++] = *at;
    }
    out[used] = '\0';
    return true;
}

/* The first line: what follows are its consequences. */
static void find_line(const char *words, char out[SAID_MAX])
{
    if (strncmp(words, "uacme: ", 7) == 0)
        words += 7;
    size_t length = strcspn(words, "\n");
    snprintf(out, SAID_MAX, "%.*s", (int)(length < SAID_MAX ? length : SAID_MAX - 1), words);
}

/* uacme before 1.8 stops at a challenge without a token (dns-persist-01) listed before one that it
 * supports. A CA lists them in any order, so the next order may succeed. */
static const char stumbles[] = "failed to parse challenge";

static bool says_no_ca(const char *words)
{
    static const char *const signs[] = {"failed to fetch directory", "curl_get failed",
                                        "curl_post failed"};
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (strstr(words, signs[i]) != NULL)
            return true;
    }
    return false;
}

/* The same from an exit status and the client's output. Pure. */
static enum issuer_ending read_result(const struct config_acme *acme, int status, const char *words,
                                      struct error *why)
{
    char said[SAID_MAX];
    find_line(words, said);
    if (status == 0)
        return ISSUER_DONE;
    if (status == STATUS_NOT_RUN) {
        error_set(why, "%s; install uacme, or set `client` in [acme]", said);
        return ISSUER_NO_CLIENT;
    }
    if (acme->profile != NULL && strstr(words, "invalid option") != NULL) {
        error_set(why, "the installed uacme cannot ask for a profile; install 1.8 or later, or "
                       "remove `profile` from [acme]");
        return ISSUER_NO_CLIENT;
    }
    if (says_no_ca(words)) {
        error_set(why, "the CA at %s does not answer like an ACME server (%s)", acme->directory,
                  said);
        return ISSUER_NO_CA;
    }
    if (strstr(words, "no account associated") != NULL) {
        error_set(why, "the CA at %s does not know the account in %s; the next run registers it",
                  acme->directory, acme->state);
        return ISSUER_NO_ACCOUNT;
    }
    if (strstr(words, stumbles) != NULL) {
        error_set(why,
                  "the installed uacme stops at a challenge without a token, as dns-persist-01 "
                  "is, which the CA offers before tls-alpn-01; install uacme 1.8 or later");
        return ISSUER_STUMBLED;
    }
    const char *refusal = strstr(words, hook_refuses);
    if (refusal != NULL) {
        find_line(refusal + strlen(hook_refuses), said);
        error_set(why, "the CA was not asked: %s", said);
    } else if (find_detail(words, said) && strstr(words, "error:rateLimited") != NULL)
        error_set(why, "the CA accepts no more orders for now: %s", said);
    else if (find_detail(words, said))
        error_set(why, "the CA refused: %s", said);
    else
        error_set(why, "the ACME client ended with status %d: %s", status,
                  said[0] != '\0' ? said : "it said nothing");
    return ISSUER_FAILED;
}

enum issuer_ending issuer_judge(const struct config_acme *acme, const struct child *child,
                                struct error *why)
{
    char words[CHILD_WORDS_MAX];
    if (child->lost) {
        error_set(why,
                  "the ACME client ended, and its exit status was lost, so it counts as failed");
        return ISSUER_FAILED;
    }
    child_words(child, words);
    enum issuer_ending ending = read_result(acme, child->status, words, why);
    if (ending == ISSUER_NO_ACCOUNT) {
        char mark[PATH_MAX];
        snprintf(mark, sizeof(mark), "%s/account", acme->state);
        unlink(mark);
    }
    return ending;
}

/* Whether our account was registered before. */
static bool has_account(const struct config_acme *acme, const char *mark)
{
    struct file file;
    char key[PATH_MAX];
    snprintf(key, sizeof(key), "%s/private/key.pem", acme->state);
    if (access(key, R_OK) != 0 || file_read(&file, mark, URL_MAX_BYTES, NULL) != 0)
        return false;
    bool same = strcmp((const char *)file.bytes, acme->directory) == 0;
    file_free(&file);
    return same;
}

static int ask_for_account(const struct config_acme *acme, struct error *why)
{
    char words[CHILD_WORDS_MAX];
    struct child child;
    const char *const argv[] = {acme->client,
                                "-c",
                                acme->state,
                                "-a",
                                acme->directory,
                                "-y",
                                "new",
                                acme->contacts[0] + strlen("mailto:"),
                                NULL};
    if (child_start(&child, argv, why) != 0)
        return -1;
    child_wait(&child, ISSUER_BOUND_S);
    child_words(&child, words);
    bool fine =
        strstr(words, account_exists) != NULL || issuer_judge(acme, &child, why) == ISSUER_DONE;
    child_free(&child);
    return fine ? 0 : -1;
}

int issuer_need_account(const struct config_acme *acme, struct error *why)
{
    char mark[PATH_MAX];
    int length = snprintf(mark, sizeof(mark), "%s/account", acme->state);
    if (length < 0 || (size_t)length >= sizeof(mark))
        return error_set(why, "%s: the path is too long", acme->state);
    if (has_account(acme, mark))
        return 0;
    if (acme->contact_count == 0)
        return error_set(why, "an account at the CA needs an address; write `contact = "
                              "mailto:hostmaster@example.net` with yours in [acme]");
    if (ask_for_account(acme, why) != 0)
        return -1;
    struct replace_part part = {(const unsigned char *)acme->directory, strlen(acme->directory)};
    return replace_file(mark, &part, 1, 0600, why);
}

int issuer_start(struct child *out, const struct config_acme *acme, const char *host,
                 struct error *why)
{
    const char *argv[20] = {acme->client, "-f", /* when it is due is decided here */
                            "-c",         acme->state,
                            "-a",         acme->directory,
                            "-t",         acme->key_rsa ? "RSA" : "EC",
                            "-b",         acme->key_rsa ? "2048" : "256",
                            "-h",         acme->hook};
    size_t count = 12;
    if (acme->profile != NULL) {
        argv[count++] = "-p";
        argv[count++] = acme->profile;
    }
    argv[count++] = "issue";
    argv[count] = host;
    return child_start(out, argv, why);
}
