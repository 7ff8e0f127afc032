/* SPDX-License-Identifier: ISC */
/* digest_text: writes a digest as lines, for the journal, a terminal or a mail. */
#include "ctl/watch/digest_text.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/moment.h"
#include "common/base/printable.h"
#include "ctl/base/wrap.h"

#define NAMES_MOST 3 /* domains of an MX host that are named */
#define COLUMNS    76
#define PART_MAX   1024

/* Priorities of syslog(3). */
enum { ERR = 3, WARNING, NOTICE, INFO };

static int priority_of(const struct digest_item *item)
{
    if (item->event == DIGEST_ENDED)
        return NOTICE;
    return item->drift.severity == SEVERITY_ERROR ? ERR : WARNING;
}

/* "a.example, b.example and 17 more". */
static void list_domains(char out[PART_MAX], const struct digest_item *item)
{
    size_t shown = item->domain_count < NAMES_MOST ? item->domain_count : NAMES_MOST;
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < shown && used < PART_MAX; i++)
        used += (size_t)snprintf(out + used, PART_MAX - used, "%s%s", i > 0 ? ", " : "",
                                 item->domains[i]);
    if (shown < item->domain_count && used < PART_MAX)
        snprintf(out + used, PART_MAX - used, " and %zu more", item->domain_count - shown);
}

/* "example.com: mta-sts.example.com 192.0.2.1", without the domain where the place names it. */
static void write_place(char out[PART_MAX], const struct drift *drift)
{
    const char *domain = drift->kind == DRIFT_MACHINE ? "this machine" : drift->domain;
    if (strcmp(domain, "*") == 0 || strstr(drift->where, domain) != NULL)
        snprintf(out, PART_MAX, "%s", drift->where);
    else
        snprintf(out, PART_MAX, "%s: %s", domain, drift->where);
}

/* What stands behind the problem: the row, which domains, since when. */
static void write_tail(char out[2 * PART_MAX], const struct digest_item *item)
{
    char names[PART_MAX];
    char since[MOMENT_TEXT_MAX];
    const struct drift *drift = &item->drift;
    bool is_mx = strcmp(drift->domain, "*") == 0 && item->domain_count > 0;
    list_domains(names, item);
    snprintf(out, (size_t)2 * PART_MAX, " (%s%s%s%s%s%s)", drift_name(drift->kind),
             drift->rule[0] != '\0' ? ", " : "", drift->rule, is_mx ? "; an MX host of " : "",
             is_mx ? names : "", item->event == DIGEST_ENDED ? "; since " : "");
    if (item->event == DIGEST_ENDED)
        snprintf(out + strlen(out) - 1, (size_t)2 * PART_MAX - strlen(out) + 1, "%s)",
                 moment_text(item->since, since));
}

static void write_item(const struct digest_item *item, bool prioritised, FILE *out)
{
    char place[PART_MAX];
    char tail[2 * PART_MAX];
    const struct drift *drift = &item->drift;
    write_place(place, drift);
    write_tail(tail, item);
    if (prioritised)
        fprintf(out, "<%d>", priority_of(item));
    printable_say(out, "%s: %s: %s%s%s%s", digest_event_name(item->event), place, drift->problem,
                  drift->advice != NULL ? "; " : "", drift->advice != NULL ? drift->advice : "",
                  tail);
}

/* Of those that are not shown: "12 mx began, 3 record ended". */
static void write_rest(char out[PART_MAX], const struct digest *digest)
{
    size_t counts[DIGEST_EVENTS][DRIFT_KINDS] = {0};
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = digest->shown; i < digest->count; i++)
        counts[digest->items[i].event][digest->items[i].drift.kind]++;
    for (int event = 0; event < DIGEST_EVENTS; event++) {
        for (int kind = 0; kind < DRIFT_KINDS && used < PART_MAX; kind++) {
            if (counts[event][kind] > 0)
                used += (size_t)snprintf(out + used, PART_MAX - used, "%s%zu %s %s",
                                         used > 0 ? ", " : "", counts[event][kind],
                                         drift_name((enum drift_kind)kind),
                                         digest_event_name((enum digest_event)event));
        }
    }
}

static void write_sums(char out[PART_MAX], const struct digest *digest)
{
    const size_t *events = digest->events;
    snprintf(out, PART_MAX, "%zu domain%s: %zu began, %zu got worse, %zu ended; %zu drift%s now",
             digest->checked, digest->checked == 1 ? "" : "s", events[DIGEST_BEGAN],
             events[DIGEST_WORSE], events[DIGEST_ENDED], digest_open(digest),
             digest_open(digest) == 1 ? "" : "s");
    size_t used = strlen(out);
    if (digest->unconfirmed > 0)
        used += (size_t)snprintf(out + used, PART_MAX - used,
                                 ", %zu more if the next run sees %s again", digest->unconfirmed,
                                 digest->unconfirmed == 1 ? "it" : "them");
    if (digest->dark > 0)
        snprintf(out + used, PART_MAX - used, "; DNS did not answer for %zu", digest->dark);
}

void digest_text_write(const struct digest *digest, bool prioritised, FILE *out)
{
    char text[PART_MAX];
    for (size_t i = 0; i < digest->shown; i++)
        write_item(&digest->items[i], prioritised, out);
    write_rest(text, digest);
    if (text[0] != '\0')
        printable_say(out, "%sbeside these: %s", prioritised ? "<4>" : "", text);
    write_sums(text, digest);
    printable_say(out, "%s%s", prioritised ? "<6>" : "", text);
}

/* ---- A mail. */

/* A paragraph of printable text. */
static void write_paragraph(FILE *out, const char *text, size_t indent)
{
    char *clean = strdup(text);
    if (clean == NULL) {
        fputs("out of memory\n", out);
        return;
    }
    clean[printable_clean(clean, strlen(clean))] = '\0';
    for (size_t i = 0; i < indent; i++)
        fputc(' ', out);
    wrap_write(out, clean, indent, indent, COLUMNS);
    fputc('\n', out);
    free(clean);
}

static void write_mail_item(const struct digest_item *item, FILE *out)
{
    char place[PART_MAX];
    char tail[2 * PART_MAX];
    const struct drift *drift = &item->drift;
    char *text = NULL;
    write_place(place, drift);
    write_tail(tail, item);
    if (asprintf(&text, "%s: %s: %s%s", digest_event_name(item->event), place, drift->problem,
                 tail) < 0)
        text = NULL;
    write_paragraph(out, text != NULL ? text : "out of memory", 0);
    free(text);
    if (drift->advice != NULL) {
        text = NULL;
        if (asprintf(&text, "What to do: %s", drift->advice) < 0)
            text = NULL;
        write_paragraph(out, text != NULL ? text : "out of memory", 2);
        free(text);
    }
    fputc('\n', out);
}

void digest_text_write_mail(const struct digest *digest, FILE *out)
{
    char text[PART_MAX];
    for (size_t i = 0; i < digest->shown; i++)
        write_mail_item(&digest->items[i], out);
    write_rest(text, digest);
    if (text[0] != '\0') {
        char line[PART_MAX + 32];
        snprintf(line, sizeof(line), "Beside these: %s", text);
        write_paragraph(out, line, 0);
        fputc('\n', out);
    }
    write_sums(text, digest);
    write_paragraph(out, text, 0);
    fputs("\nThis is told when it begins and when it ends, and not in between.\n"
          "`mta-stsctl check DOMAIN` shows all that is found at a domain now.\n",
          out);
}

const char *digest_text_subject(const struct digest *digest, char *out, size_t size)
{
    const size_t *events = digest->events;
    if (digest->count == 1) {
        const struct digest_item *item = &digest->items[0];
        const struct drift *drift = &item->drift;
        const char *domain = strcmp(drift->domain, "*") != 0 ? drift->domain
                             : drift->kind == DRIFT_MACHINE  ? "this machine"
                                                             : drift->where;
        snprintf(out, size, "%s: %s %s", domain, drift_name(drift->kind),
                 item->event == DIGEST_WORSE ? "got worse" : digest_event_name(item->event));
        return out;
    }
    snprintf(out, size, "%zu began, %zu ended, %zu got worse", events[DIGEST_BEGAN],
             events[DIGEST_ENDED], events[DIGEST_WORSE]);
    return out;
}
