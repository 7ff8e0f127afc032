/* SPDX-License-Identifier: ISC */
/* pattern: paths in which %h stands for the policy host and %d for the domain. */
#include "common/config/pattern.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/name/hostname.h"

int pattern_check(const char *pattern, struct error *why)
{
    size_t longest = 0;
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at != '%') {
            longest++;
            continue;
        }
        at++;
        if (*at == '\0')
            return error_set(why, "a single `%%` at the end; write `%%%%` for a percent sign");
        if (*at != 'h' && *at != 'd' && *at != '%')
            return error_set(why,
                             "`%%%c` is unknown; write %%h for the policy host "
                             "(mta-sts.example.com), %%d for the domain, %%%% for a percent sign",
                             *at);
        longest += *at == '%' ? 1 : HOSTNAME_MAX;
    }
    if (longest >= PATH_MAX)
        return error_set(why, "with a long domain name the path is over %d bytes; shorten it",
                         PATH_MAX - 1);
    return 0;
}

bool pattern_varies(const char *pattern)
{
    for (const char *at = strchr(pattern, '%'); at != NULL; at = strchr(at + 2, '%')) {
        if (at[1] == 'h' || at[1] == 'd')
            return true;
        if (at[1] == '\0')
            return false;
    }
    return false;
}

/* Appends; false when it does not fit with a NUL behind it. */
static bool append(char *out, size_t size, size_t *used, const char *text, size_t length)
{
    if (length >= size - *used)
        return false;
    memcpy(out + *used, text, length);
    *used += length;
    out[*used] = '\0';
    return true;
}

int pattern_expand(char *out, size_t size, const char *pattern, const char *domain)
{
    size_t used = 0;
    if (size == 0)
        return -1;
    out[0] = '\0';
    for (const char *at = pattern; *at != '\0';) {
        size_t literal = strcspn(at, "%");
        bool fits = true;
        if (literal > 0) {
            fits = append(out, size, &used, at, literal);
            at += literal;
            if (!fits)
                return -1;
            continue;
        }
        char stands_for = at[1];
        if (stands_for == 'h')
            fits = append(out, size, &used, HOSTNAME_POLICY_PREFIX, strlen(HOSTNAME_POLICY_PREFIX));
        if (stands_for == 'h' || stands_for == 'd')
            fits = fits && append(out, size, &used, domain, strlen(domain));
        else
            fits = stands_for == '%' && append(out, size, &used, "%", 1);
        if (!fits)
            return -1;
        at += 2;
    }
    return 0;
}

char *pattern_absolute(struct arena *arena, const char *directory, const char *path,
                       bool is_pattern)
{
    if (path[0] == '/')
        return arena_copy(arena, path, strlen(path));

    size_t length = strlen(directory);
    char *out = arena_alloc(arena, length * 2 + strlen(path) + 2);
    if (out == NULL)
        return NULL;
    char *end = out;
    for (size_t i = 0; i < length; i++) {
        *end++ = directory[i];
        if (is_pattern && directory[i] == '%')
            *end++ = '%';
    }
    *end++ = '/';
    memcpy(end, path, strlen(path) + 1);
    return out;
}

void pattern_fixed_part(const char *pattern, char out[PATH_MAX])
{
    size_t used = 0;
    size_t end = 0;
    for (const char *at = pattern; *at != '\0' && used < PATH_MAX - 1; at++) {
        if (at[0] == '%' && at[1] != '%')
            break;
        if (*at == '%')
            at++;
        if (*at == '/')
            end = used;
        out[used++] = *at;
    }
    while (end > 1 && out[end - 1] == '/')
        end--;
    out[end > 0 ? end : 1] = '\0';
}
