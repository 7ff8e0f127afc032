/* SPDX-License-Identifier: ISC */
/* journal: sends entries with fields of their own to systemd's journal, by its native protocol. */
#include "daemon/base/journal.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connected = -1;  /* stays open while threads run */
static atomic_bool is_lost; /* the journal went: nothing is sent any more */

bool journal_open(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    journal_close();
    if (strlen(path) >= sizeof(address.sun_path))
        return false;
    memcpy(address.sun_path, path, strlen(path));
    connected = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (connected < 0)
        return false;
    if (connect(connected, (struct sockaddr *)&address, sizeof(address)) == 0)
        return true;
    journal_close();
    return false;
}

void journal_close(void)
{
    if (connected >= 0)
        close(connected);
    connected = -1;
    atomic_store(&is_lost, false);
}

bool journal_is_open(void)
{
    return connected >= 0 && !atomic_load(&is_lost);
}

/* sendto(2) without an address is what the sandbox allows. */
enum journal_sent journal_send(const char *entry, size_t length)
{
    ssize_t sent;
    if (!journal_is_open())
        return JOURNAL_CLOSED;
    do {
        sent = send(connected, entry, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return JOURNAL_SENT;
    if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
        return JOURNAL_FULL;
    atomic_store(&is_lost, true);
    return JOURNAL_CLOSED;
}
