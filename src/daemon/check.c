/* SPDX-License-Identifier: ISC */
/* check: says all that is wrong with a configuration, without opening a port. */
#include "check.h"

#include <stdio.h>
#include <unistd.h>

#include "certcheck.h"
#include "complaint.h"
#include "config.h"
#include "log.h"
#include "privilege.h"

/* What a start as root would run into. Afterwards this process is the server's user, so that it
 * sees the files that the server will see. */
static bool become_user(const char *config_path, const struct config *config, bool must,
                        struct complaints *said)
{
    struct error why;
    if (geteuid() != 0 || config->server.user == NULL ||
        privilege_drop(config->server.user, &why) == 0)
        return true;
    complaints_add(said, must ? COMPLAINT_ERROR : COMPLAINT_WARNING, config_path, 0, "%s",
                   why.text);
    return false;
}

int check_run(const char *config_path, bool reads_certs)
{
    struct complaints said = {0};
    struct config *config = NULL;
    size_t served = 0;
    if (config_load(&config, config_path, &said) == 0) {
        served = config->domain_count - config->broken_count;
        if (become_user(config_path, config, reads_certs, &said) && reads_certs)
            certcheck_run(config, &said);
    }
    for (size_t i = 0; i < said.count; i++)
        log_complaint(&said.items[i]);
    printf("%s: %zu domain%s, %zu error%s, %zu warning%s\n", config_path, served,
           served == 1 ? "" : "s", said.errors, said.errors == 1 ? "" : "s", said.warnings,
           said.warnings == 1 ? "" : "s");
    int status = said.errors > 0;
    complaints_free(&said);
    config_free(config);
    return status;
}
