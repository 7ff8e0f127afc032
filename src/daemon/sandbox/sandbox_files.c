/* SPDX-License-Identifier: ISC */
/* sandbox_files: which files may be read; none may be written, and no TCP connection made
 * (Landlock). */
#include "daemon/sandbox/sandbox_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/base/log.h"

/* The numbers of landlock(7); the headers of an older system lack the later ones. */
#define FS_READ_FILE   (UINT64_C(1) << 2)
#define FS_READ_DIR    (UINT64_C(1) << 3)
#define FS_OF_ABI_1    ((UINT64_C(1) << 13) - 1)
#define FS_REFER       (UINT64_C(1) << 13) /* ABI 2 */
#define FS_TRUNCATE    (UINT64_C(1) << 14) /* ABI 3 */
#define NET_CONNECT    (UINT64_C(1) << 1)  /* ABI 4 */
#define FS_IOCTL_DEV   (UINT64_C(1) << 15) /* ABI 5 */
#define SCOPE_ABSTRACT (UINT64_C(1) << 0)  /* ABI 6 */
#define SCOPE_SIGNAL   (UINT64_C(1) << 1)

/* As the kernel knows it from ABI 6 on; an older one is given less of it. */
struct rules {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

static int abi(void)
{
    return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static int create(int version)
{
    struct rules rules = {.fs = FS_OF_ABI_1};
    size_t size = sizeof(rules.fs);
    if (version >= 2)
        rules.fs |= FS_REFER;
    if (version >= 3)
        rules.fs |= FS_TRUNCATE;
    if (version >= 4) {
        rules.net = NET_CONNECT;
        size = offsetof(struct rules, scoped);
    }
    if (version >= 5)
        rules.fs |= FS_IOCTL_DEV;
    if (version >= 6) {
        rules.scoped = SCOPE_ABSTRACT | SCOPE_SIGNAL;
        size = sizeof(rules);
    }
    return (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
}

static int allow(int ruleset, const char *tree, struct error *why)
{
    struct stat status;
    struct landlock_path_beneath_attr rule = {.allowed_access = FS_READ_FILE | FS_READ_DIR};
    rule.parent_fd = open(tree, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return errno == EACCES || errno == ENOENT
                   ? 0 /* what cannot be reached need not be allowed */
                   : error_set(why, "sandbox: %s: %s", tree, strerror(errno));
    if (fstat(rule.parent_fd, &status) == 0 && !S_ISDIR(status.st_mode))
        rule.allowed_access = FS_READ_FILE;
    int result = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    if (result != 0)
        error_set(why, "sandbox: %s: %s", tree, strerror(errno));
    close(rule.parent_fd);
    return result;
}

int sandbox_files_enter(const char *const *trees, size_t count, struct error *why)
{
    int version = abi();
    if (version < 1) {
        log_line(LOG_LEVEL_NOTICE,
                 "sandbox: this kernel has no Landlock (%s), so only file permissions limit what "
                 "can be read",
                 strerror(errno));
        return 1;
    }
    int ruleset = create(version);
    if (ruleset < 0)
        return error_set(why, "sandbox: cannot create Landlock rules: %s", strerror(errno));
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = allow(ruleset, trees[i], why);
    if (result == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        result = error_set(why, "sandbox: Landlock refuses its rules: %s", strerror(errno));
    close(ruleset);
    return result;
}
