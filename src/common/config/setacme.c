/* SPDX-License-Identifier: ISC */
/* setacme: the keys of [acme], one row a key. */
#include "common/config/setacme.h"

#include <string.h>

/* Takes one of two words. */
static int read_words(const struct setting_line *line, const char *yes, const char *no, bool *out,
                      struct error *why)
{
    if (strcmp(line->value, yes) != 0 && strcmp(line->value, no) != 0)
        return error_set(why, "\"%.100s\" is not a valid value; write %s or %s", line->value, yes,
                         no);
    *out = strcmp(line->value, yes) == 0;
    return 0;
}

static int read_accept_terms(const struct setting_line *line, struct error *why)
{
    return read_words(line, "yes", "no", &line->draft->config->acme.accept_terms, why);
}

static int read_renew(const struct setting_line *line, struct error *why)
{
    return read_words(line, "auto", "off", &line->draft->config->acme.renew_auto, why);
}

static int read_precheck(const struct setting_line *line, struct error *why)
{
    return read_words(line, "on", "off", &line->draft->config->acme.precheck, why);
}

static int read_directory(const struct setting_line *line, struct error *why)
{
    if (setting_check_prefix(line->value, "https://", why) != 0)
        return -1;
    line->draft->config->acme.directory = draft_text(line->draft, line->value);
    return 0;
}

/* The client writes it into JSON as it stands. */
static int read_profile(const struct setting_line *line, struct error *why)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (line->value[strspn(line->value, allowed)] != '\0')
        return error_set(why,
                         "\"%.100s\" is not a profile name; write the CA's name for it, one word "
                         "such as shortlived",
                         line->value);
    line->draft->config->acme.profile = draft_text(line->draft, line->value);
    return 0;
}

static int read_key_type(const struct setting_line *line, struct error *why)
{
    return read_words(line, "rsa", "ecdsa", &line->draft->config->acme.key_rsa, why);
}

static int take_contact(const struct setting_line *line, const char *item, struct error *why)
{
    struct config_acme *acme = &line->draft->config->acme;
    if (setting_check_prefix(item, "mailto:", why) != 0)
        return -1;
    if (strchr(item, '@') == NULL)
        return error_set(
            why, "\"%.200s\" has no @; write one such as mailto:hostmaster@example.net", item);
    setting_append_text(line, &acme->contacts, &acme->contact_count, item);
    return 0;
}

static int read_contact(const struct setting_line *line, struct error *why)
{
    return setting_each(line, take_contact, why);
}

const struct setting setacme_rows[] = {
    {"accept_terms", false, read_accept_terms, 0, 0, 0},
    {"directory", false, read_directory, 0, 0, 0},
    {"challenges", false, setting_path, offsetof(struct config, acme.challenges), 0, 0},
    {"state", false, setting_path, offsetof(struct config, acme.state), 0, 0},
    {"client", false, setting_program, offsetof(struct config, acme.client), 0, 0},
    {"hook", false, setting_path, offsetof(struct config, acme.hook), 0, 0},
    {"deploy_command", false, setting_command, offsetof(struct config, acme.deploy_command), 0, 0},
    {"profile", false, read_profile, 0, 0, 0},
    {"key_type", false, read_key_type, 0, 0, 0},
    {"contact", true, read_contact, 0, 0, 0},
    {"renew", false, read_renew, 0, 0, 0},
    {"precheck", false, read_precheck, 0, 0, 0},
    {"orders_per_hour", false, setting_number, offsetof(struct config, acme.orders_per_hour), 1,
     100000},
    {NULL, false, NULL, 0, 0, 0},
};

void setacme_begin(struct config_acme *acme)
{
    *acme = (struct config_acme){
        .directory = "https://acme-v02.api.letsencrypt.org/directory",
        .challenges = "/run/mta-stsd/challenges",
        .state = "/var/lib/mta-stsd-acme",
        .client = "uacme",
        .hook = PKGDATADIR "/hooks/uacme-challenge",
        .renew_auto = true,
        .precheck = true,
        .orders_per_hour = 90,
    };
}
