/* SPDX-License-Identifier: ISC */
/* trial: puts a test challenge into the challenge directory, to see which server answers before a
 * CA is asked. */
#include "ctl/acme/trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/sha256.h"
#include "ctl/acme/base64url.h"

#define TEXT_LENGTH   (BASE64URL_SIZE(TRIAL_DIGEST) - 1)
#define FILE_MOST     128   /* bytes; more is no challenge */
#define TRIAL_AHEAD_S 86400 /* a file from farther ahead is of a wrong clock */
#define RANDOM        16
#define TEMPORARY     ".challenge."

static const char salt[] = "mta-stsctl trial";

/* The first half is random, the second derived from it: so a file left by a killed run is
 * recognised as ours, and nobody can predict it. */
static void complete(unsigned char digest[TRIAL_DIGEST])
{
    unsigned char input[sizeof(salt) + RANDOM];
    unsigned char sum[TRIAL_DIGEST];
    memcpy(input, salt, sizeof(salt));
    memcpy(input + sizeof(salt), digest, RANDOM);
    sha256_compute(sum, input, sizeof(input));
    memcpy(digest + RANDOM, sum, TRIAL_DIGEST - RANDOM);
}

static bool is_trial(const unsigned char digest[TRIAL_DIGEST])
{
    unsigned char same[TRIAL_DIGEST];
    memcpy(same, digest, RANDOM);
    complete(same);
    return memcmp(same, digest, TRIAL_DIGEST) == 0;
}

static bool read_digest(unsigned char digest[TRIAL_DIGEST], const char *path)
{
    struct file file;
    if (file_read(&file, path, FILE_MOST, NULL) != 0)
        return false;
    size_t length = file.length;
    while (length > 0 && (file.bytes[length - 1] == '\n' || file.bytes[length - 1] == '\r'))
        length--;
    bool fine = base64url_read(digest, TRIAL_DIGEST, (const char *)file.bytes, length) == 0;
    file_free(&file);
    return fine;
}

/* A file that the server would use as a challenge. */
static bool is_young(const char *path)
{
    struct stat state;
    time_t now = time(NULL);
    return stat(path, &state) == 0 && state.st_mtime >= now - TRIAL_AGE_S &&
           state.st_mtime <= now + TRIAL_AHEAD_S;
}

/* Whether the server would show what another client has pending. */
static bool finds_pending(struct trial *trial)
{
    unsigned char digest[TRIAL_DIGEST];
    if (!is_young(trial->path) || !read_digest(digest, trial->path) || is_trial(digest))
        return false;
    memcpy(trial->digest, digest, TRIAL_DIGEST);
    return true;
}

/* A hidden file beside the place, whole and readable for the server. */
static int write_beside(const struct trial *trial, char temporary[PATH_MAX], struct error *why)
{
    char text[TEXT_LENGTH + 2];
    base64url_write(text, trial->digest, TRIAL_DIGEST);
    text[TEXT_LENGTH] = '\n';
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return error_set(why, "%s: cannot create a file there: %s", temporary, strerror(errno));
    bool written =
        write(fd, text, TEXT_LENGTH + 1) == (ssize_t)TEXT_LENGTH + 1 && fchmod(fd, 0644) == 0;
    int cause = errno;
    if (close(fd) == 0 && written)
        return 0;
    unlink(temporary);
    return error_set(why, "%s: cannot be written: %s", trial->path, strerror(cause));
}

/* Uses link(2), which never replaces a file; a file that is not a pending challenge is replaced. */
static int move_into_place(struct trial *trial, const char *temporary, struct error *why)
{
    if (link(temporary, trial->path) == 0) {
        unlink(temporary);
        trial->ours = true;
        return 0;
    }
    if (errno == EEXIST && finds_pending(trial)) {
        unlink(temporary);
        return 0;
    }
    trial->ours = rename(temporary, trial->path) == 0;
    if (trial->ours)
        return 0;
    error_set(why, "%s: cannot be written: %s", trial->path, strerror(errno));
    unlink(temporary);
    return -1;
}

int trial_place(struct trial *out, const char *directory, const struct hostname *host,
                struct error *why)
{
    char temporary[PATH_MAX];
    char pair[PATH_MAX];
    *out = (struct trial){0};
    int length = snprintf(pair, sizeof(pair), "%s/%s.crt.pem", directory, host->text);
    if (length < 0 || (size_t)length >= sizeof(pair) ||
        snprintf(temporary, sizeof(temporary), "%s/" TEMPORARY "XXXXXX", directory) >=
            (int)sizeof(temporary))
        return error_set(why, "%s: the path is too long", directory);
    snprintf(out->path, sizeof(out->path), "%.*s", length - (int)strlen(".crt.pem"), pair);
    if (finds_pending(out))
        return 0;
    if (is_young(pair))
        return error_set(why,
                         "%s: another ACME client has a challenge pending for this host; wait "
                         "for its end, or remove the file",
                         pair);
    if (getrandom(out->digest, RANDOM, 0) != RANDOM)
        return error_set(why, "the system has no random numbers: %s", strerror(errno));
    complete(out->digest);
    if (write_beside(out, temporary, why) != 0)
        return -1;
    return move_into_place(out, temporary, why);
}

void trial_remove(struct trial *trial)
{
    unsigned char digest[TRIAL_DIGEST];
    if (trial->ours && read_digest(digest, trial->path) &&
        memcmp(digest, trial->digest, TRIAL_DIGEST) == 0)
        unlink(trial->path);
    *trial = (struct trial){0};
}

static bool is_left(int directory, const char *name, time_t now)
{
    struct stat state;
    bool is_challenge = strncmp(name, "mta-sts.", strlen("mta-sts.")) == 0 ||
                        strncmp(name, TEMPORARY, strlen(TEMPORARY)) == 0;
    return is_challenge && fstatat(directory, name, &state, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(state.st_mode) && state.st_mtime < now - TRIAL_AGE_S;
}

void trial_remove_left(const char *directory)
{
    const struct dirent *entry;
    DIR *open = opendir(directory);
    if (open == NULL)
        return;
    while ((entry = readdir(open)) != NULL)
        if (is_left(dirfd(open), entry->d_name, time(NULL)))
            (void)unlinkat(dirfd(open), entry->d_name, 0);
    closedir(open);
}
