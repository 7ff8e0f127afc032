/* SPDX-License-Identifier: ISC */
/* check: reports everything that is wrong with a configuration, for --check; opens no port. */
#include "daemon/life/check.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/account.h"
#include "common/base/finding.h"
#include "common/base/printable.h"
#include "common/config/config_load.h"
#include "daemon/base/capacity.h"
#include "daemon/base/log.h"
#include "daemon/hosts/certcheck.h"
#include "daemon/life/mainfile.h"
#include "daemon/life/privilege.h"

/* Who reads the files. */
struct reader {
    const char *user; /* NULL: who runs this */
    bool is_root;     /* this process was, and is still where there is no user */
};

/* Says what a start as root would say of the user, and becomes that user. Returns whether the files
 * can be read then. */
static bool become_user(struct mainfile *mainfile, struct reader *reader, struct findings *said)
{
    const struct config_server *server = &mainfile->config->server;
    const char *file = server->user_place.file != NULL ? server->user_place.file : mainfile->path;
    struct error why;
    reader->is_root = geteuid() == 0;
    reader->user = account_reader(server->user);
    if (server->user == NULL && privilege_check(NULL, &why) != 0)
        findings_say(said, SEVERITY_WARNING, file, 0,
                     "%s (or let the service manager start it as one)", why.text);
    if (reader->user == NULL)
        return true;
    if (privilege_check_account(reader->user, &why) == 0 &&
        (!reader->is_root || privilege_drop(reader->user, &why) == 0))
        return true;
    findings_say(said, SEVERITY_ERROR, file, server->user_place.line, "%s", why.text);
    return false;
}

/* Returns how many domains would be served. */
static size_t check_all(struct mainfile *mainfile, bool reads_certs, struct reader *reader,
                        struct findings *said)
{
    struct config_source source = {.path = mainfile->path};
    struct config *config = NULL;
    if (!become_user(mainfile, reader, said)) {
        mainfile_complain(mainfile, said);
        return 0;
    }
    if (mainfile_hand_over(mainfile, SEVERITY_ERROR, &source, said) != 0)
        return 0;
    if (config_load(&config, &source, said) != 0) {
        if (reads_certs)
            findings_say(said, SEVERITY_NOTE, mainfile->path, 0,
                         "the certificates were not read, because of these errors");
        return 0;
    }
    size_t served = config->served_count;
    (void)capacity_judge_connections(&config->server, mainfile->path, said);
    if (reads_certs)
        certcheck_run(config, said);
    config_free(config);
    return served;
}

int check_run(const char *config_path, bool reads_certs)
{
    struct findings said = {0};
    struct mainfile mainfile;
    struct reader reader = {0};
    size_t served = 0;
    if (mainfile_load(&mainfile, config_path, &said) == 0)
        served = check_all(&mainfile, reads_certs, &reader, &said);
    for (size_t i = 0; i < said.count; i++)
        log_finding(&said.items[i]);
    printable_part(stdout, "%s: %zu domain%s, %zu error%s, %zu warning%s", config_path, served,
                   served == 1 ? "" : "s", said.errors, said.errors == 1 ? "" : "s", said.warnings,
                   said.warnings == 1 ? "" : "s");
    if (reader.is_root && reader.user != NULL)
        printable_part(stdout, ", as user %s reads it", reader.user);
    else if (reader.is_root)
        printf(", as root reads it");
    putchar('\n');
    int status = said.errors > 0;
    mainfile_free(&mainfile);
    findings_free(&said);
    return status;
}
