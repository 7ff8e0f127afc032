/* SPDX-License-Identifier: ISC */
/* installfile: the verb `install-file`: writes a file for the server atomically, as the owner of
 * its directory; the hooks use it. */
#include "ctl/base/installfile.h"

#include <assert.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "common/base/file.h"
#include "ctl/base/options.h"
#include "ctl/base/replace.h"
#include "ctl/base/setup.h"

#define ACME_USER    "_mta-stsd-acme" /* as sysusers.d has it */
#define FILE_MOST    ((size_t)256 * 1024)
#define MODE_DEFAULT 0640
#define MODE_BITS    0644
#define LEFT_OVER_S  86400 /* another hook may be writing beside this one */
#define OWNER_MAX    64

enum { OPTION_MODE = 256, OPTION_REMOVE };

static const char help[] =
    "Usage: mta-stsctl install-file [--mode MODE] FILE <BYTES\n"
    "       mta-stsctl install-file --remove FILE\n"
    "Writes standard input to FILE for the server to read: completely or not at all,\n"
    "with the group of its directory. The directory must belong to root, to\n"
    "_mta-stsd-acme or to the user who runs this; root first switches to the\n"
    "directory's owner. Used by the hooks for ACME clients.\n"
    "\n"
    "      --mode MODE     octal: 640 (the default), 644, or less\n"
    "      --remove        remove FILE\n"
    "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 success, 2 usage error or failure; FILE is unchanged then.\n"
    "See mta-stsd-hooks(7).\n";

static const struct option option_words[] = {
    {"help", no_argument, NULL, 'h'},
    {"mode", required_argument, NULL, OPTION_MODE},
    {"remove", no_argument, NULL, OPTION_REMOVE},
    {NULL, 0, NULL, 0},
};

struct params {
    mode_t mode;
    bool has_mode;
    bool removes;
    const char *path;
};

static bool is_acme_user(uid_t owner)
{
    const struct passwd *acme = getpwnam(ACME_USER);
    return acme != NULL && acme->pw_uid == owner;
}

static void name_owner(char out[OWNER_MAX], uid_t owner)
{
    const struct passwd *entry = getpwuid(owner);
    if (entry != NULL)
        snprintf(out, OWNER_MAX, "%.*s", OWNER_MAX - 1, entry->pw_name);
    else
        snprintf(out, OWNER_MAX, "the user %lu", (unsigned long)owner);
}

/* The owner of the directory controls what its names refer to. */
static int judge_owner(const struct place *place, struct error *why)
{
    char name[OWNER_MAX];
    uid_t owner = place->state.st_uid;
    if (owner == 0 || owner == geteuid() || is_acme_user(owner))
        return 0;
    name_owner(name, owner);
    return error_set(why,
                     "%s: the directory belongs to %s, not to root or " ACME_USER
                     "; chown it to root, or run this as %s",
                     place->path, name, name);
}

/* Permanently: from here on we can do only what the owner could. The group is the server's. */
static int become_owner(const struct place *place, struct error *why)
{
    uid_t owner = place->state.st_uid;
    gid_t group = place->state.st_gid;
    if (geteuid() != 0 || owner == 0)
        return 0;
    if (setgroups(0, NULL) == 0 && setresgid(group, group, group) == 0 &&
        setresuid(owner, owner, owner) == 0)
        return 0;
    return error_set(why, "%s: cannot switch to the directory's owner: %s", place->path,
                     strerror(errno));
}

static int write_file(const struct params *params, const struct place *place, struct error *why)
{
    struct file file;
    const struct replace_params how = {.mode = params->mode, .exact = true};
    if (file_read_stdin(&file, FILE_MOST, why) != 0)
        return -1;
    const struct replace_part part = {file.bytes, file.length};
    int result = -1;
    if (file.length == 0)
        error_set(why, "%s: standard input is empty, and nothing is written", place->path);
    else
        result = replace_in(place, &part, 1, &how, why);
    file_free(&file);
    return result;
}

static int act(const struct params *params)
{
    struct place place;
    struct error why;
    int result = -1;
    if (place_open(&place, params->path, &(struct place_params){0}, &why) != 0)
        return setup_fail("%s", why.text);
    if (place.name[0] == '.')
        error_set(&why, "%s: a name that begins with a dot is reserved for incomplete files",
                  params->path);
    else if (judge_owner(&place, &why) == 0 && become_owner(&place, &why) == 0) {
        replace_remove_left(&place, LEFT_OVER_S);
        result = params->removes ? replace_remove(&place, &why) : write_file(params, &place, &why);
    }
    place_close(&place);
    return result == 0 ? SETUP_FINE : setup_fail("%s", why.text);
}

static int take(void *context, int option, const char *argument)
{
    struct params *params = context;
    char *end;
    if (option == OPTION_REMOVE) {
        params->removes = true;
        return SETUP_FINE;
    }
    assert(option == OPTION_MODE);
    unsigned long mode = strtoul(argument, &end, 8);
    if (end == argument || *end != '\0' || (mode & ~(unsigned long)MODE_BITS) != 0)
        return setup_fail("install-file: --mode %.20s: write 640, 644, or less", argument);
    params->mode = (mode_t)mode;
    params->has_mode = true;
    return SETUP_FINE;
}

static const struct options options = {help, "h", option_words, take};

int installfile_run(int argc, char **argv)
{
    struct params params = {.mode = MODE_DEFAULT};
    int status = options_read(&options, argc, argv, &params);
    if (status != OPTIONS_READ)
        return status;
    if (argc - optind != 1)
        return setup_fail("install-file: give one FILE; try 'mta-stsctl install-file --help'");
    if (params.removes && params.has_mode)
        return setup_fail("install-file: --mode and --remove are mutually exclusive");
    params.path = argv[optind];
    return act(&params);
}
