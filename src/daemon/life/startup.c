/* SPDX-License-Identifier: ISC */
/* startup: the start: opens the ports, gives up root, then reads all files. */
#include "daemon/life/startup.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/life/configload.h"
#include "daemon/life/load.h"
#include "daemon/life/mainfile.h"
#include "daemon/life/privilege.h"
#include "daemon/sandbox/sandbox.h"

/* What needs root, by what the main file says of it; then root is given up. Returns an exit status,
 * or 0. */
static int give_up_root(struct startup *startup, const struct mainfile *mainfile)
{
    struct error why;
    const struct config_server *settings = &mainfile->config->server;
    if (!mainfile->is_refused)
        startup->listeners = load_listeners(settings, NULL, startup->inherited);
    if (privilege_drop(settings->user, &why) == 0)
        return 0;
    log_line(LOG_LEVEL_ERROR, "%s", why.text);
    return EXIT_FAILURE;
}

/* Reads everything, as the user that serves. Returns an exit status, or 0. */
static int load_all(struct startup *startup, const struct mainfile *mainfile)
{
    struct findings said = {0};
    struct config_source source = {.path = mainfile->path, .denies = sandbox_denial};
    int result = mainfile_hand_over(mainfile, SEVERITY_WARNING, &source, &said);
    load_say(&said);
    if (result != 0)
        return STARTUP_EXIT_CONFIG;
    struct configload_result loaded = configload_now(startup->watch, &source);
    startup->config = loaded.config;
    if (startup->config != NULL)
        return 0;
    return loaded.lacked_memory ? EXIT_FAILURE : STARTUP_EXIT_CONFIG;
}

/* Without root all is read, and all is said, whatever is wrong with the user. */
static int start_as_user(struct startup *startup, struct mainfile *mainfile)
{
    struct findings said = {0};
    const struct config_server *settings = &mainfile->config->server;
    bool can_drop = load_accepts_user(mainfile->path, settings, privilege_check);
    if (!can_drop && geteuid() == 0) {
        mainfile_complain(mainfile, &said);
        load_say(&said);
        return STARTUP_EXIT_CONFIG;
    }
    int status = can_drop ? give_up_root(startup, mainfile) : 0;
    if (status == 0)
        status = load_all(startup, mainfile);
    if (status == 0 && !can_drop)
        status = STARTUP_EXIT_CONFIG;
    if (status == 0 && startup->listeners == NULL) /* another start would find the same sockets */
        status = startup->inherited->count > 0 ? STARTUP_EXIT_CONFIG : EXIT_FAILURE;
    return status;
}

int startup_run(struct startup *startup, const char *path)
{
    struct findings said = {0};
    struct mainfile mainfile;
    if (mainfile_load(&mainfile, path, &said) != 0) {
        int status = said.lacked_memory ? EXIT_FAILURE : STARTUP_EXIT_CONFIG;
        load_say(&said);
        return status;
    }
    int status = start_as_user(startup, &mainfile);
    mainfile_free(&mainfile);
    if (status != 0) {
        config_free(startup->config);
        startup->config = NULL;
    }
    return status;
}
