/* SPDX-License-Identifier: ISC */
/* journalread: the lines that the server wrote to systemd's journal. */
#include "ctl/seen/journalread.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "journalctl"

extern char **environ;

/* Letters, digits and '_', then '=': no option, and no path. */
static bool is_match(const char *text)
{
    const char *equals = strchr(text, '=');
    return equals != NULL && equals != text &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == (size_t)(equals - text);
}

static int start(pid_t *child, int pipe_fds[2], char *match, struct error *why)
{
    char program[] = PROGRAM, quiet[] = "--quiet", pager[] = "--no-pager", cat[] = "--output=cat";
    char *const words[] = {program, quiet, pager, cat, match, NULL};
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return error_set(why, "out of memory");
    int failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
    if (failed == 0)
        failed = posix_spawnp(child, PROGRAM, &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        return error_set(why, PROGRAM ": %s; give a log file with --log", strerror(failed));
    return 0;
}

/* One that still writes is ended: nobody reads it. */
static int wait_for(pid_t child, bool is_read, struct error *why)
{
    int status;
    pid_t ended;
    if (!is_read)
        kill(child, SIGTERM);
    do {
        ended = waitpid(child, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (is_read && (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0))
        return error_set(why, PROGRAM " failed; give a log file with --log");
    return is_read ? 0 : -1;
}

/* Owns the pipe. */
static int read_entries(char *match, logreader_line *take, void *context, struct error *why)
{
    int pipe_fds[2];
    pid_t child = -1;
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return error_set(why, "a pipe cannot be made: %s", strerror(errno));
    int result = start(&child, pipe_fds, match, why);
    close(pipe_fds[1]);
    if (result == 0) {
        bool is_read = logreader_run(pipe_fds[0], PROGRAM, take, context, why) == 0;
        result = wait_for(child, is_read, why);
    }
    close(pipe_fds[0]);
    return result;
}

int journalread_run(const char *match, logreader_line *take, void *context, struct error *why)
{
    if (!is_match(match))
        return error_set(why, "\"%s\" does not match entries; write it as FIELD=VALUE", match);
    char *word = strdup(match);
    if (word == NULL)
        return error_set(why, "out of memory");
    int result = read_entries(word, take, context, why);
    free(word);
    return result;
}
