/* SPDX-License-Identifier: ISC */
/* sandbox: limits the process once it serves: it may read its own files, answer clients, and log.
 * */
#include "daemon/sandbox/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/sandbox/sandbox_calls.h"
#include "daemon/sandbox/sandbox_files.h"
#include "daemon/sandbox/sandbox_trees.h"

/* They look into their own process from outside, and make calls of their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_INSTRUMENTED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_INSTRUMENTED true
#endif
#endif
#ifndef IS_INSTRUMENTED
#define IS_INSTRUMENTED false
#endif

static void rule_out_dumps(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    if (!IS_INSTRUMENTED)
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* The ports are bound; a reload cannot bind low ones anew. */
static int drop_capabilities(struct error *why)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &header, none) != 0)
        return error_set(why, "cannot give up capabilities: %s", strerror(errno));
    return 0;
}

int sandbox_enter(const struct config *config, struct error *why)
{
    tzset(); /* its file cannot be read later */
    rule_out_dumps();
    if (drop_capabilities(why) != 0)
        return -1;
    if (!config->server.sandbox || IS_INSTRUMENTED) {
        log_line(LOG_LEVEL_NOTICE, "sandbox: %s",
                 IS_INSTRUMENTED ? "left out, since this is a build with sanitizers"
                                 : "off, as the configuration says");
        return 0;
    }
    if (sandbox_trees_gather(config, why) != 0 ||
        sandbox_trees_close(sandbox_files_enter, why) != 0)
        return -1;
    return sandbox_calls_enter(why);
}
