/* SPDX-License-Identifier: ISC */
/* check_state: what earlier runs of `check` found of a domain, in one file for each domain. */
#include "ctl/check/check_state.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "ctl/base/jsonfile.h"
#include "ctl/base/replace.h"

#define FILE_MOST 65536
#define TIME_MOST INT64_C(253402300799) /* the end of the year 9999 */

#define DAY_S       INT64_C(86400)
#define GAP_S       (2 * DAY_S) /* runs are nightly; a longer time between them is a gap */
#define BEHIND_MOST 3           /* runs by a clock that is behind, until it is believed */

/* The time of this run. A clock behind that of the last run is believed only after several runs in
 * a row: either it is slow now, or it was fast at the last run. */
static int64_t believe(struct check_state *next, int64_t now)
{
    if (!next->known || now > next->last - DAY_S) {
        next->behind = 0;
        return !next->known || now > next->last ? now : next->last;
    }
    if (++next->behind < BEHIND_MOST)
        return next->last;
    next->behind = 0;
    next->last = now;
    if (next->held_until > now + next->held_max_age)
        next->held_until = now + next->held_max_age;
    if (next->gap_to > now)
        next->gap_from = next->gap_to = 0;
    return now;
}

/* What was served in a gap is unknown, until every policy of that time has expired. */
static void note_gap(struct check_state *next, int64_t now)
{
    if (!next->known || now - next->last <= GAP_S)
        return;
    if (next->gap_to == 0 || next->gap_to + POLICY_MAX_AGE < now)
        next->gap_from = next->last;
    next->gap_to = now;
}

/* The policy of the last run may have been served until this one, also that of a run whose clock
 * was not believed. */
static void hold(struct check_state *next, const struct policy *policy, int64_t now)
{
    uint32_t max_age = policy->mode != POLICY_MODE_NONE ? policy->max_age : 0;
    uint32_t longest = max_age > next->max_age ? max_age : next->max_age;
    if (longest > 0 && now + longest > next->held_until) {
        next->held_until = now + longest;
        next->held_max_age = longest;
    }
    next->max_age = next->behind > 0 ? longest : max_age;
}

int check_state_update(struct check_state *out, const struct check_state *before,
                       const struct check_state_now *now, struct error *why)
{
    struct check_state next = *before;
    bool same_id = before->known && strcmp(before->id, now->id) == 0 && now->id[0] != '\0';
    /* Senders keep what was first served with an id until the id changes. */
    if (!same_id && policyid_make(next.digest, now->bytes, now->length, why) != 0)
        return -1;
    snprintf(next.id, sizeof(next.id), "%s", now->id);
    int64_t time = believe(&next, now->now);
    note_gap(&next, time);
    hold(&next, now->policy, time);
    if (!before->known || before->mode != now->policy->mode)
        next.mode_since = time;
    next.mode = now->policy->mode;
    next.known = true;
    next.last = time;
    *out = next;
    return 0;
}

static int64_t end_of_day(int64_t seconds)
{
    return seconds - seconds % DAY_S + DAY_S;
}

bool check_state_removal(struct check_state_removal *out, const struct check_state *state)
{
    *out = (struct check_state_removal){0};
    if (!state->known || state->mode != POLICY_MODE_NONE)
        return false;
    if (state->held_until == 0)
        return true;
    int64_t latest = state->gap_to != 0 ? state->gap_to + POLICY_MAX_AGE : 0;
    out->at = end_of_day(state->held_until);
    out->latest = latest > state->held_until ? end_of_day(latest) : out->at;
    return true;
}

/* ---- On disk. */

static int path_of(char **out, const char *directory, const char *domain, struct error *why)
{
    *out = NULL;
    if (asprintf(out, "%s/%s.json", directory, domain) < 0)
        return error_set(why, "out of memory");
    return 0;
}

static const char *text_of(const json_t *root, const char *key, size_t most)
{
    const char *text = json_string_value(json_object_get(root, key));
    return text != NULL && strlen(text) <= most ? text : NULL;
}

/* A number of seconds; what is not there is 0. Returns false when it cannot be one. */
static bool take_number(int64_t *out, const json_t *root, const char *key, int64_t most)
{
    *out = json_integer_value(json_object_get(root, key));
    return *out >= 0 && *out <= most;
}

/* Versions before 0.2.0 kept the largest max_age that was ever seen, and nothing of when. */
static void take_former(struct check_state *out, uint32_t largest)
{
    if (out->max_age == 0 && out->mode != POLICY_MODE_NONE)
        out->max_age = largest;
    if (out->held_until != 0 || largest == 0)
        return;
    out->held_until = (out->mode == POLICY_MODE_NONE ? out->mode_since : out->last) + largest;
    out->held_max_age = largest;
}

static int read_root(struct check_state *out, const json_t *root)
{
    const char *id = text_of(root, "id", sizeof(out->id) - 1);
    const char *digest = text_of(root, "digest", POLICYID_LENGTH);
    const char *mode = text_of(root, "mode", 16);
    int64_t largest, max_age, held_max_age, behind;
    if (id == NULL || digest == NULL || mode == NULL ||
        policy_mode_parse(&out->mode, mode, NULL) != 0 ||
        !take_number(&largest, root, "largest_max_age", POLICY_MAX_AGE) ||
        !take_number(&max_age, root, "max_age", POLICY_MAX_AGE) ||
        !take_number(&held_max_age, root, "held_max_age", POLICY_MAX_AGE) ||
        !take_number(&behind, root, "behind", BEHIND_MOST) ||
        !take_number(&out->mode_since, root, "mode_since", TIME_MOST) ||
        !take_number(&out->held_until, root, "held_until", TIME_MOST) ||
        !take_number(&out->gap_from, root, "gap_from", TIME_MOST) ||
        !take_number(&out->gap_to, root, "gap_to", TIME_MOST) ||
        !take_number(&out->last, root, "last", TIME_MOST))
        return -1;
    snprintf(out->id, sizeof(out->id), "%s", id);
    snprintf(out->digest, sizeof(out->digest), "%s", digest);
    out->max_age = (uint32_t)max_age;
    out->held_max_age = (uint32_t)held_max_age;
    out->behind = (unsigned)behind;
    out->known = true;
    take_former(out, (uint32_t)largest);
    return 0;
}

static int parse(struct check_state *out, const struct file *file, const char *path,
                 struct error *why)
{
    json_t *root = json_loadb((const char *)file->bytes, file->length, 0, NULL);
    int result = read_root(out, root);
    json_decref(root);
    if (result == 0)
        return 0;
    *out = (struct check_state){0};
    if (replace_put_aside(path, why) != 0)
        return -1;
    return error_set(why,
                     "%s: this is not what mta-stsctl wrote; it was renamed to .damaged, and the "
                     "next run starts from scratch",
                     path);
}

int check_state_load(struct check_state *out, const char *directory, const char *domain,
                     struct error *why)
{
    char *path;
    struct stat info;
    struct file file = {0};
    int result = 0;
    *out = (struct check_state){0};
    if (path_of(&path, directory, domain, why) != 0)
        return -1;
    if (stat(path, &info) != 0 && errno == ENOENT)
        goto done;
    result = file_read(&file, path, FILE_MOST, why);
    if (result == 0)
        result = parse(out, &file, path, why);
done:
    file_free(&file);
    free(path);
    return result;
}

static json_t *state_json(const struct check_state *state)
{
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:i, s:I, s:I}", "id", state->id,
                     "digest", state->digest, "mode", policy_mode_name(state->mode), "max_age",
                     (json_int_t)state->max_age, "mode_since", (json_int_t)state->mode_since,
                     "held_until", (json_int_t)state->held_until, "held_max_age",
                     (json_int_t)state->held_max_age, "last", (json_int_t)state->last, "behind",
                     (int)state->behind, "gap_from", (json_int_t)state->gap_from, "gap_to",
                     (json_int_t)state->gap_to);
}

int check_state_save(const struct check_state *state, const char *directory, const char *domain,
                     struct error *why)
{
    char *path;
    if (path_of(&path, directory, domain, why) != 0)
        return -1;
    json_t *root = state_json(state);
    int result = jsonfile_save(root, path, why);
    json_decref(root);
    free(path);
    return result;
}
