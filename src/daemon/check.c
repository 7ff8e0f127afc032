/* SPDX-License-Identifier: ISC */
/* check: says all that is wrong with a configuration, without opening a port. */
#include "check.h"

#include <stdio.h>
#include <unistd.h>

#include "capacity.h"
#include "certcheck.h"
#include "complaint.h"
#include "config.h"
#include "log.h"
#include "privilege.h"

/* What a start as root would say of the user. Afterwards this process is that user, so that the
 * files are seen as the server will see them. Returns whether they can be. */
static bool become_user(const char *config_path, const struct config *config,
                        struct complaints *said)
{
    const struct config_server *server = &config->server;
    const char *file = server->user_place.file != NULL ? server->user_place.file : config_path;
    struct error why;
    if (server->user == NULL) {
        if (privilege_check(NULL, &why) != 0)
            complaints_add(said, COMPLAINT_WARNING, file, 0,
                           "%s (or let the service manager start it as one)", why.text);
        return true;
    }
    if (privilege_check_account(server->user, &why) != 0 ||
        (geteuid() == 0 && privilege_drop(server->user, &why) != 0)) {
        complaints_add(said, COMPLAINT_ERROR, file, server->user_place.line, "%s", why.text);
        return false;
    }
    privilege_check_files(config, said);
    return true;
}

/* Returns how many domains would be served. */
static size_t check_all(const char *config_path, bool reads_certs, struct complaints *said)
{
    struct config *config = NULL;
    if (config_load(&config, config_path, said) != 0) {
        if (reads_certs)
            complaints_add(said, COMPLAINT_NOTICE, config_path, 0,
                           "the certificates were not read, because of these errors");
        return 0;
    }
    size_t served = config->served_count;
    (void)capacity_judge_connections(&config->server, config_path, said);
    if (become_user(config_path, config, said) && reads_certs)
        certcheck_run(config, said);
    config_free(config);
    return served;
}

int check_run(const char *config_path, bool reads_certs)
{
    struct complaints said = {0};
    size_t served = check_all(config_path, reads_certs, &said);
    for (size_t i = 0; i < said.count; i++)
        log_complaint(&said.items[i]);
    printf("%s: %zu domain%s, %zu error%s, %zu warning%s\n", config_path, served,
           served == 1 ? "" : "s", said.errors, said.errors == 1 ? "" : "s", said.warnings,
           said.warnings == 1 ? "" : "s");
    int status = said.errors > 0;
    complaints_free(&said);
    return status;
}
