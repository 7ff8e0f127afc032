/* SPDX-License-Identifier: ISC */
/* port_holder: which other program listens on an endpoint's port, as far as /proc tells. */
#include "daemon/base/port_holder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKETS_MAX    200000 /* lines of /proc/net/tcp that are read */
#define PROCESSES_MAX  100000
#define STATE_LISTENS  0x0aU /* TCP_LISTEN of the kernel */
#define LINE_MAX_BYTES 512

struct holder {
    unsigned user;
    unsigned long inode;
};

/* The kernel writes an address as its 32-bit words in the machine's byte order. */
static bool read_address(struct network_address *out, const char *text)
{
    size_t digits = strspn(text, "0123456789ABCDEF");
    unsigned char bytes[16];
    if (digits != 8 && digits != 32)
        return false;
    for (size_t i = 0; i < digits / 8; i++) {
        char word[9] = {0};
        memcpy(word, text + i * 8, 8);
        uint32_t value = (uint32_t)strtoul(word, NULL, 16);
        memcpy(bytes + i * 4, &value, 4);
    }
    *out = (struct network_address){{[10] = 0xff, [11] = 0xff}};
    memcpy(out->bytes + 16 - digits / 2, bytes, digits / 2);
    return true;
}

static bool is_any(const struct network_address *address)
{
    static const struct network_address any4 = {{[10] = 0xff, [11] = 0xff}};
    static const struct network_address any6 = {{0}};
    return memcmp(address, &any4, sizeof(any4)) == 0 || memcmp(address, &any6, sizeof(any6)) == 0;
}

/* Whether the line is a listener that keeps the endpoint's port. */
static bool read_line(struct holder *out, const char *line, const struct network_endpoint *endpoint)
{
    char local[64];
    unsigned port, state;
    struct network_address address;
    struct network_address wanted = network_address_of(&endpoint->address.any);
    if (sscanf(line, " %*u: %40[0-9A-F]:%4X %*40[0-9A-F]:%*4X %2X %*x:%*x %*x:%*x %*x %u %*u %lu",
               local, &port, &state, &out->user, &out->inode) != 5 ||
        state != STATE_LISTENS || port != ntohs(endpoint->address.v4.sin_port) ||
        !read_address(&address, local))
        return false;
    return is_any(&address) || is_any(&wanted) || memcmp(&address, &wanted, sizeof(wanted)) == 0;
}

static bool find_socket(struct holder *out, const struct network_endpoint *endpoint)
{
    static const char *const tables[] = {"/proc/self/net/tcp", "/proc/self/net/tcp6"};
    bool found = false;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !found; i++) {
        char line[LINE_MAX_BYTES];
        FILE *file = fopen(tables[i], "re");
        for (int count = 0; file != NULL && !found && count < SOCKETS_MAX &&
                            fgets(line, sizeof(line), file) != NULL;
             count++)
            found = read_line(out, line, endpoint);
        if (file != NULL)
            fclose(file);
    }
    return found;
}

/* Whether one of the process's descriptors is the socket. */
static bool holds(const char *process, unsigned long inode)
{
    char path[80], wanted[64], target[64];
    bool found = false;
    snprintf(path, sizeof(path), "/proc/%.20s/fd", process);
    snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
    DIR *descriptors = opendir(path);
    struct dirent *entry;
    while (descriptors != NULL && !found && (entry = readdir(descriptors)) != NULL) {
        snprintf(path, sizeof(path), "/proc/%.20s/fd/%.20s", process, entry->d_name);
        ssize_t length = readlink(path, target, sizeof(target) - 1);
        target[length > 0 ? length : 0] = '\0';
        found = strcmp(target, wanted) == 0;
    }
    if (descriptors != NULL)
        closedir(descriptors);
    return found;
}

/* The name that the process has; it may have chosen any. */
static void read_name(char out[32], const char *process)
{
    char path[64];
    out[0] = '\0';
    snprintf(path, sizeof(path), "/proc/%.20s/comm", process);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    if (fgets(out, 32, file) == NULL)
        out[0] = '\0';
    fclose(file);
    out[strcspn(out, "\n")] = '\0';
    for (char *at = out; *at != '\0'; at++) {
        if (*at < ' ' || *at > '~')
            *at = '?';
    }
}

static bool find_process(char out[PORT_HOLDER_MAX], unsigned long inode)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    bool found = false;
    for (int count = 0; processes != NULL && !found && count < PROCESSES_MAX &&
                        (entry = readdir(processes)) != NULL;
         count++) {
        char name[32];
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || !holds(entry->d_name, inode))
            continue;
        read_name(name, entry->d_name);
        snprintf(out, PORT_HOLDER_MAX, "%s (process %.20s)", name, entry->d_name);
        found = name[0] != '\0';
    }
    if (processes != NULL)
        closedir(processes);
    return found;
}

bool port_holder_find(char out[PORT_HOLDER_MAX], const struct network_endpoint *endpoint)
{
    struct holder holder;
    out[0] = '\0';
    if (!find_socket(&holder, endpoint))
        return false;
    if (!find_process(out, holder.inode))
        snprintf(out, PORT_HOLDER_MAX, "a process of user %u", holder.user);
    return true;
}
