/* SPDX-License-Identifier: ISC */
/* check: says all that is wrong with a configuration, without opening a port. */
#include "check.h"

#include <stdio.h>

#include "cert.h"
#include "certcheck.h"
#include "complaint.h"
#include "config.h"
#include "log.h"

static void check_certs(const struct config *config, struct complaints *said)
{
    struct error why;
    if (cert_init(&why) != 0) {
        complaints_add(said, COMPLAINT_ERROR, "certificates", 0, "%s", why.text);
        return;
    }
    certcheck_run(config, said);
}

int check_run(const char *config_path, bool reads_certs)
{
    struct complaints said = {0};
    struct config *config = NULL;
    size_t served = 0;
    if (config_load(&config, config_path, &said) == 0) {
        served = config->domain_count - config->broken_count;
        if (reads_certs)
            check_certs(config, &said);
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
