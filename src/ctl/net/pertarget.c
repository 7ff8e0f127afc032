/* SPDX-License-Identifier: ISC */
/* pertarget: at most so many connections to one address at a time, over all threads. */
#include "ctl/net/pertarget.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct target {
    struct target *next;
    unsigned busy, waiting;
    char address[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
static struct target *targets;

static struct target **find(const char *address)
{
    struct target **at = &targets;
    while (*at != NULL && strcmp((*at)->address, address) != 0)
        at = &(*at)->next;
    return at;
}

/* A new one, with nothing under way; NULL when out of memory. */
static struct target *add(const char *address)
{
    size_t length = strlen(address);
    struct target *target = malloc(sizeof(*target) + length + 1);
    if (target == NULL)
        return NULL;
    *target = (struct target){.next = targets};
    memcpy(target->address, address, length + 1);
    targets = target;
    return target;
}

void pertarget_enter(const char *address)
{
    pthread_mutex_lock(&lock);
    struct target *target = *find(address);
    if (target == NULL)
        target = add(address);
    if (target != NULL) { /* without memory it goes on uncounted */
        target->waiting++;
        while (target->busy >= PERTARGET_MAX)
            pthread_cond_wait(&left, &lock);
        target->waiting--;
        target->busy++;
    }
    pthread_mutex_unlock(&lock);
}

void pertarget_leave(const char *address)
{
    pthread_mutex_lock(&lock);
    struct target **at = find(address);
    struct target *target = *at;
    if (target != NULL && target->busy > 0)
        target->busy--;
    if (target != NULL && target->busy == 0 && target->waiting == 0) {
        *at = target->next;
        free(target);
    }
    pthread_cond_broadcast(&left);
    pthread_mutex_unlock(&lock);
}
