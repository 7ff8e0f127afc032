/* SPDX-License-Identifier: ISC */
/* listener: the listening sockets, opened or inherited, shared by all workers, and kept across
 * reloads while their `listen` line stays. */
#include "daemon/serve/listener.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/base/port_holder.h"

#define INHERITED_FIRST 3 /* SD_LISTEN_FDS_START */
#define BACKLOG         4096

struct listener_inherited listener_inherit(void)
{
    struct listener_inherited none = {0};
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
    long count = fds == NULL ? 0 : strtol(fds, NULL, 10);
    bool ours = pid != NULL && strtol(pid, NULL, 10) == (long)getpid();
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    if (!ours || count <= 0 || count > 1024)
        return none;
    for (int fd = INHERITED_FIRST; fd < INHERITED_FIRST + (int)count; fd++)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    return (struct listener_inherited){.first_fd = INHERITED_FIRST, .count = (size_t)count};
}

static struct network_endpoint bound_endpoint(int fd)
{
    struct network_endpoint endpoint = {.length = sizeof(endpoint.address)};
    if (getsockname(fd, &endpoint.address.any, &endpoint.length) != 0)
        endpoint.length = 0;
    return endpoint;
}

/* All open listeners. After a reload a worker may still hold one that the configuration no longer
 * has, until its turn ends; until then the port is in use. */
static struct {
    pthread_mutex_t lock;
    struct listener *first;
} open_listeners = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct listener *listener_new(int fd, bool inherited, const struct network_endpoint *wanted)
{
    int on = 1;
    struct listener *listener = calloc(1, sizeof(*listener));
    if (listener == NULL)
        return NULL;
    listener->references = 1;
    listener->fd = fd;
    listener->inherited = inherited;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
                     sizeof(on)); /* accepted sockets inherit it */
    listener->wanted = *wanted;
    listener->bound = bound_endpoint(fd);
    pthread_mutex_lock(&open_listeners.lock);
    listener->next = open_listeners.first;
    open_listeners.first = listener;
    pthread_mutex_unlock(&open_listeners.lock);
    return listener;
}

static void listener_unref(struct listener *listener)
{
    pthread_mutex_lock(&open_listeners.lock);
    if (--listener->references == 0) {
        struct listener **at = &open_listeners.first;
        while (*at != listener)
            at = &(*at)->next;
        *at = listener->next;
        close(listener->fd);
        free(listener);
    }
    pthread_mutex_unlock(&open_listeners.lock);
}

/* A listening socket, or -1 with errno. No SO_REUSEPORT: a second server on the port is an error.
 */
static int open_socket(const struct network_endpoint *endpoint)
{
    int family = endpoint->address.any.sa_family, on = 1;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0) ||
        bind(fd, &endpoint->address.any, endpoint->length) != 0 || listen(fd, BACKLOG) != 0) {
        int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

/* Whether the inherited socket serves the endpoint: the same address, or [::] that takes IPv4 too.
 */
static bool inherited_serves(int fd, const struct network_endpoint *endpoint)
{
    struct network_endpoint bound = bound_endpoint(fd);
    if (network_endpoint_equal(&bound, endpoint))
        return true;
    int v6_only = 1;
    socklen_t length = sizeof(v6_only);
    if (bound.address.any.sa_family != AF_INET6 || endpoint->address.any.sa_family != AF_INET ||
        getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, &length) != 0 || v6_only)
        return false;
    return IN6_IS_ADDR_UNSPECIFIED(&bound.address.v6.sin6_addr) &&
           endpoint->address.v4.sin_addr.s_addr == htonl(INADDR_ANY) &&
           bound.address.v6.sin6_port == endpoint->address.v4.sin_port;
}

static void inherited_text(const struct listener_inherited *inherited, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < inherited->count && used < size; i++) {
        char text[NETWORK_TEXT_MAX];
        struct network_endpoint bound = bound_endpoint(inherited->first_fd + (int)i);
        network_endpoint_text(&bound, text);
        int length = snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", text);
        used += length > 0 ? (size_t)length : 0;
    }
}

/* A duplicate of the inherited socket for the endpoint; -1 with a finding. */
static int take_inherited(const struct config_listen *line,
                          const struct listener_inherited *inherited, struct findings *said)
{
    for (size_t i = 0; i < inherited->count; i++) {
        int fd = inherited->first_fd + (int)i;
        if (!inherited_serves(fd, &line->endpoint))
            continue;
        (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        return fcntl(fd, F_DUPFD_CLOEXEC, INHERITED_FIRST);
    }
    char text[NETWORK_TEXT_MAX], others[512];
    network_endpoint_text(&line->endpoint, text);
    inherited_text(inherited, others, sizeof(others));
    findings_say(said, SEVERITY_ERROR, line->place.file, line->place.line,
                 "listen = %s means %s, which is not among the sockets inherited from the "
                 "service manager (%s); make the `listen` lines and the socket unit the same",
                 line->text, text, others);
    return -1;
}

/* Whether the failure means that the kernel has no IPv6, for a `listen` line that gives only a
 * port and so asks for both families. */
static bool is_absent_ipv6(const struct config_listen *line, int reason)
{
    return line->endpoint.address.any.sa_family == AF_INET6 && line->text[0] != '[' &&
           (reason == EAFNOSUPPORT || reason == EADDRNOTAVAIL);
}

/* Our own listener on the endpoint's port; NULL: another program uses it. */
static const struct listener *find_holder(const struct listener_set *old,
                                          const struct network_endpoint *endpoint)
{
    for (size_t i = 0; old != NULL && i < old->count; i++) {
        const struct listener *holder = old->items[i];
        assert(holder != NULL); /* a set is filled to its count */
        if (holder->bound.address.v4.sin_port == endpoint->address.v4.sin_port)
            return holder;
    }
    return NULL;
}

/* The advice that ends the message about a failed open. */
static const char *advice_for(int reason, const struct listener_set *old)
{
    switch (reason) {
    case EADDRINUSE:
        return "; stop what holds the port, or write another";
    case EADDRNOTAVAIL:
        return "; write an address that this machine has";
    case EACCES:
        return old == NULL ? "; ports under 1024 need root, CAP_NET_BIND_SERVICE or an inherited "
                             "socket"
                           : "; ports under 1024 can be added by a restart only, since root was "
                             "given up";
    default:
        return "";
    }
}

static void complain_of_open(const struct config_listen *line, int reason,
                             const struct listener_set *old, struct findings *said)
{
    char text[NETWORK_TEXT_MAX], held[NETWORK_TEXT_MAX], other[PORT_HOLDER_MAX];
    const struct listener *holder = find_holder(old, &line->endpoint);
    bool absent = is_absent_ipv6(line, reason);
    network_endpoint_text(&line->endpoint, text);
    if (reason == EADDRINUSE && holder != NULL) {
        network_endpoint_text(&holder->bound, held);
        findings_say(said, SEVERITY_ERROR, line->place.file, line->place.line,
                     "listen = %s: this server already listens on the port of %s, as %s; restart "
                     "it to change that",
                     line->text, text, held);
        return;
    }
    if (reason == EADDRINUSE && port_holder_find(other, &line->endpoint)) {
        findings_say(said, SEVERITY_ERROR, line->place.file, line->place.line,
                     "listen = %s: cannot listen on %s: the port is in use by %s; stop that, write "
                     "another port, or share it as the guide next-to-a-web-server says",
                     line->text, text, other);
        return;
    }
    findings_say(said, absent ? SEVERITY_NOTE : SEVERITY_ERROR, line->place.file, line->place.line,
                 "listen = %s: cannot listen on %s: %s%s", line->text, text, strerror(reason),
                 absent ? "; going on with IPv4 alone" : advice_for(reason, old));
}

/* A listener for one line, NULL with a finding, or NULL without an error where IPv6 is absent. */
static struct listener *open_line(const struct config_listen *line, const struct listener_set *old,
                                  const struct listener_inherited *inherited, struct findings *said)
{
    int fd;
    if (inherited->count > 0) {
        fd = take_inherited(line, inherited, said);
    } else {
        fd = open_socket(&line->endpoint);
        if (fd < 0)
            complain_of_open(line, errno, old, said);
    }
    if (fd < 0)
        return NULL;
    struct listener *listener = listener_new(fd, inherited->count > 0, &line->endpoint);
    if (listener == NULL) {
        findings_say(said, SEVERITY_ERROR, line->place.file, line->place.line,
                     "listen = %s: out of memory", line->text);
        close(fd);
    }
    return listener;
}

static bool is_any_port(const struct network_endpoint *endpoint)
{
    return endpoint->address.v4.sin_port == 0; /* at the same offset in both families */
}

/* The matching listener of the old set, unless the new set has it already: two lines may both ask
 * for any free port. Otherwise one that left the configuration earlier and that a worker still
 * holds. */
static struct listener *find_open(const struct listener_set *old, const struct listener_set *set,
                                  const struct network_endpoint *wanted)
{
    for (size_t i = 0; old != NULL && i < old->count; i++)
        if (network_endpoint_equal(&old->items[i]->wanted, wanted) &&
            !listener_set_has(set, old->items[i]))
            return old->items[i];
    struct listener *at = is_any_port(wanted) ? NULL : open_listeners.first;
    while (at != NULL &&
           (!network_endpoint_equal(&at->wanted, wanted) || listener_set_has(set, at)))
        at = at->next;
    return at;
}

/* The open listener for the endpoint, with a reference for the caller; NULL: none. */
static struct listener *take_open(const struct listener_set *old, const struct listener_set *set,
                                  const struct network_endpoint *wanted)
{
    pthread_mutex_lock(&open_listeners.lock);
    struct listener *listener = find_open(old, set, wanted);
    if (listener != NULL)
        listener->references++;
    pthread_mutex_unlock(&open_listeners.lock);
    return listener;
}

static void complain_of_unused(const struct config_server *server,
                               const struct listener_inherited *inherited, struct findings *said)
{
    for (size_t i = 0; i < inherited->count; i++) {
        int fd = inherited->first_fd + (int)i;
        bool used = false;
        for (size_t j = 0; j < server->listen_count; j++)
            used = used || inherited_serves(fd, &server->listen[j].endpoint);
        if (used)
            continue;
        char text[NETWORK_TEXT_MAX];
        struct network_endpoint bound = bound_endpoint(fd);
        network_endpoint_text(&bound, text);
        findings_say(said, SEVERITY_ERROR, server->listen[0].place.file,
                     server->listen[0].place.line,
                     "the socket %s inherited from the service manager has no `listen` line; "
                     "write `listen = %s` or remove it from the socket unit",
                     text, text);
    }
}

struct listener_set *listener_set_open(const struct config_server *server,
                                       const struct listener_set *old,
                                       const struct listener_inherited *inherited,
                                       struct findings *said)
{
    size_t errors_before = said->errors;
    struct listener_set *set =
        calloc(1, sizeof(*set) + server->listen_count * sizeof(struct listener *));
    if (set == NULL) {
        findings_say(said, SEVERITY_ERROR, "listen", 0, "out of memory");
        return NULL;
    }
    atomic_init(&set->references, 1);
    complain_of_unused(server, inherited, said);
    for (size_t i = 0; i < server->listen_count; i++) {
        struct listener *listener = take_open(old, set, &server->listen[i].endpoint);
        if (listener == NULL)
            listener = open_line(&server->listen[i], old, inherited, said);
        if (listener != NULL)
            set->items[set->count++] = listener;
    }
    if (set->count == 0 && said->errors == errors_before)
        findings_say(said, SEVERITY_ERROR, server->listen[0].place.file,
                     server->listen[0].place.line, "no address to listen on");
    if (said->errors != errors_before) {
        listener_set_unref(set);
        return NULL;
    }
    return set;
}

struct listener_set *listener_set_ref(struct listener_set *set)
{
    atomic_fetch_add(&set->references, 1);
    return set;
}

void listener_set_unref(struct listener_set *set)
{
    if (set == NULL || atomic_fetch_sub(&set->references, 1) != 1)
        return;
    for (size_t i = 0; i < set->count; i++)
        listener_unref(set->items[i]);
    free(set);
}

bool listener_set_has(const struct listener_set *set, const struct listener *listener)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->items[i] == listener)
            return true;
    return false;
}

void listener_set_text(const struct listener_set *set, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < set->count && used < size; i++) {
        char text[NETWORK_TEXT_MAX];
        network_endpoint_text(&set->items[i]->bound, text);
        int length = snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", text);
        used += length > 0 ? (size_t)length : 0;
    }
}
