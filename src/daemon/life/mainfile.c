/* SPDX-License-Identifier: ISC */
/* mainfile: reads the configuration's main file while still root, only for `user` and `listen`. */
#include "daemon/life/mainfile.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_roots_alone(const struct stat *state)
{
    return state->st_uid == 0 && (state->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* So that it is no link that somebody else has put there. */
static bool is_roots_own(const char *path, const struct file *file)
{
    char directory[PATH_MAX];
    struct stat own;
    struct stat above;
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
    if (length >= PATH_MAX)
        return false;
    snprintf(directory, sizeof(directory), "%.*s", length, slash == NULL ? "." : path);
    return lstat(path, &own) == 0 && stat(directory, &above) == 0 && S_ISREG(own.st_mode) &&
           own.st_dev == file->stamp.device && own.st_ino == file->stamp.inode &&
           is_roots_alone(&own) && is_roots_alone(&above);
}

int mainfile_load(struct mainfile *out, const char *path, struct findings *said)
{
    struct error why;
    size_t length = strlen(path);
    const struct config_source source = {
        .path = path, .scope = CONFIG_SCOPE_SETTINGS, .main = &out->file};
    *out = (struct mainfile){.path = path};
    if (file_read(&out->file, path, CONFIG_FILE_MAX_BYTES, &why) != 0) {
        bool names_it = strncmp(why.text, path, length) == 0 && why.text[length] == ':';
        findings_say(said, SEVERITY_ERROR, path, 0, "%s%s",
                     names_it ? why.text + length + 2 : why.text,
                     why.cause == ENOENT ? "; name the configuration with -c FILE" : "");
        findings_note_cause(said, why.cause);
        return -1;
    }
    out->is_roots_own = is_roots_own(path, &out->file);
    out->is_refused = config_load(&out->config, &source, &out->said) != 0;
    if (out->config != NULL)
        return 0;
    findings_say(said, SEVERITY_ERROR, path, 0, "out of memory");
    findings_note_cause(said, ENOMEM);
    mainfile_free(out);
    return -1;
}

int mainfile_hand_over(const struct mainfile *mainfile, enum severity severity,
                       struct config_source *source, struct findings *said)
{
    const char *user = mainfile->config->server.user;
    if (access(mainfile->path, R_OK) == 0)
        return 0;
    if (!mainfile->is_roots_own)
        severity = SEVERITY_ERROR;
    findings_say(said, severity, mainfile->path, 0,
                 "user %s cannot read it (%s), so %s; make it readable, as by `chgrp` and `chmod "
                 "640`",
                 user != NULL ? user : "of this process", strerror(errno),
                 mainfile->is_roots_own ? "a reload will fail" : "it is not read as root either");
    if (!mainfile->is_roots_own)
        return -1;
    source->main = &mainfile->file;
    return 0;
}

void mainfile_complain(struct mainfile *mainfile, struct findings *said)
{
    const struct findings *own = &mainfile->said;
    if (geteuid() == 0 && !mainfile->is_roots_own) {
        if (own->errors > 0)
            findings_say(said, SEVERITY_ERROR, mainfile->path, 0,
                         "it has errors, and is not quoted: root alone owns neither it nor its "
                         "directory, or it is a link; run `mta-stsd --check` as its owner");
        return;
    }
    for (size_t i = 0; i < own->count; i++)
        findings_copy(said, &own->items[i], own->items[i].where, 0);
}

void mainfile_free(struct mainfile *mainfile)
{
    file_free(&mainfile->file);
    config_free(mainfile->config);
    findings_free(&mainfile->said);
    *mainfile = (struct mainfile){0};
}
