/* SPDX-License-Identifier: ISC */
/* proposalout: writes proposals as sections, list lines, policies, or JSON. */
#include "ctl/generate/proposalout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/printable.h"
#include "common/config/iniline.h"
#include "common/policy/policyid.h"
#include "ctl/base/writer.h"

void proposalout_say(const struct proposal *proposal)
{
    for (size_t i = 0; i < proposal->note_count; i++)
        printable_say(stderr, "mta-stsctl: %s: %s", proposal->domain, proposal->notes[i]);
}

static void put_comments(const struct proposal *proposal, const char *mark)
{
    for (size_t i = 0; i < proposal->note_count; i++)
        printable_say(stdout, "%s %s", mark, proposal->notes[i]);
}

static void put_section(const struct proposal *proposal)
{
    put_comments(proposal, ";");
    printf("[%s]\n", proposal->domain);
    for (size_t i = 0; i < proposal->mx_count; i++)
        printf("mx = %s\n", proposal->mx[i]);
    printf("mode = %s\nmax_age = %u\n", policy_mode_name(proposal->mode),
           (unsigned)proposal->max_age);
}

static void put_line(struct proposal *proposal)
{
    char end[64];
    snprintf(end, sizeof(end), " mode=%s max_age=%u", policy_mode_name(proposal->mode),
             (unsigned)proposal->max_age);
    size_t length = strlen(proposal->domain) + strlen(end);
    for (size_t i = 0; i < proposal->mx_count; i++)
        length += strlen(" mx=") + strlen(proposal->mx[i]);
    if (length > INILINE_MAX) {
        proposal_fail(proposal,
                      "its line would have %zu bytes, and %d can be read; write a "
                      "section in its place",
                      length, INILINE_MAX);
        return;
    }
    put_comments(proposal, "#");
    fputs(proposal->domain, stdout);
    for (size_t i = 0; i < proposal->mx_count; i++)
        printf(" mx=%s", proposal->mx[i]);
    puts(end);
}

static void put_policy(const struct proposal *proposal)
{
    size_t length;
    char *bytes = proposal_render(proposal, &length);
    proposalout_say(proposal);
    if (bytes != NULL)
        fwrite(bytes, 1, length, stdout);
    free(bytes);
}

static void put_proposal(struct writer *writer, const struct proposal *proposal)
{
    size_t length;
    char id[POLICYID_LENGTH + 1];
    char *bytes = proposal_render(proposal, &length);
    if (bytes == NULL || policyid_make(id, bytes, length, NULL) != 0) {
        writer_fail(writer);
        free(bytes);
        return;
    }
    writer_start(writer, NULL);
    writer_text(writer, "domain", proposal->domain);
    writer_text(writer, "mode", policy_mode_name(proposal->mode));
    writer_number(writer, "max_age", proposal->max_age);
    writer_texts(writer, "mx", proposal->mx, proposal->mx_count);
    writer_text(writer, "policy", bytes);
    writer_text(writer, "id", id);
    writer_texts(writer, "notes", proposal->notes, proposal->note_count);
    writer_end(writer);
    free(bytes);
}

static int put_json(const struct proposal *proposals, size_t count)
{
    struct writer writer;
    writer_open(&writer, &writer_json, stdout);
    writer_list(&writer, "domains");
    for (size_t i = 0; i < count; i++) {
        if (!proposals[i].failed)
            put_proposal(&writer, &proposals[i]);
    }
    writer_end(&writer);
    writer_list(&writer, "failed");
    for (size_t i = 0; i < count; i++) {
        if (!proposals[i].failed)
            continue;
        writer_start(&writer, NULL);
        writer_text(&writer, "domain", proposals[i].domain);
        writer_text(&writer, "reason", proposals[i].why.text);
        writer_end(&writer);
    }
    writer_end(&writer);
    return writer_finish(&writer);
}

int proposalout_write(struct proposal *proposals, size_t count, enum proposalout_format format)
{
    bool first = true;
    if (format == PROPOSALOUT_JSON)
        return put_json(proposals, count);
    for (size_t i = 0; i < count; i++) {
        if (proposals[i].failed)
            continue;
        switch (format) {
        case PROPOSALOUT_SECTION:
            fputs(first ? "" : "\n", stdout);
            put_section(&proposals[i]);
            break;
        case PROPOSALOUT_LIST:
            put_line(&proposals[i]);
            break;
        case PROPOSALOUT_POLICY:
            put_policy(&proposals[i]);
            break;
        case PROPOSALOUT_JSON:
            break;
        }
        first = false;
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
