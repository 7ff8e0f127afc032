/* SPDX-License-Identifier: ISC */
/* reportpiece: bytes that may be a report: what they are, and where they were found. */
#include "ctl/tlsrpt/reportpiece.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/name/hostname.h"
#include "ctl/tlsrpt/gunzip.h"
#include "ctl/tlsrpt/reportmail.h"

#define HEAD_MAX 2000 /* bytes in which XML names what it is */
#define TAR_MARK 257  /* where "ustar" stands */

const char *reportpiece_where(const struct reportpiece_place *place,
                              char out[REPORTPIECE_WHERE_MAX])
{
    char mail[40] = "";
    char attachment[40] = "";
    char report[40] = "";
    if (place->report > 0)
        snprintf(report, sizeof(report), ", report %zu", place->report);
    if (place->mail > 0)
        snprintf(mail, sizeof(mail), ", mail %zu", place->mail);
    if (place->attachment > 1)
        snprintf(attachment, sizeof(attachment), ", attachment %zu", place->attachment);
    snprintf(out, REPORTPIECE_WHERE_MAX, "%s%s%s%s", place->path, mail, attachment, report);
    return out;
}

void reportpiece_broken(const struct reportpiece_place *place, const char *reason)
{
    char where[REPORTPIECE_WHERE_MAX];
    place->events->broken(place->context, reportpiece_where(place, where), reason);
}

/* "org.example!example.com!1747353600!1747439999!id.json.gz" is of org.example (part 0), for
 * example.com (part 1). */
static const char *host_in(const char *name, unsigned part, char out[HOSTNAME_MAX + 1])
{
    const char *base = name != NULL ? strrchr(name, '/') : NULL;
    const char *start = base != NULL ? base + 1 : name;
    for (unsigned i = 0; i < part && start != NULL; i++) {
        start = strchr(start, '!');
        start = start != NULL ? start + 1 : NULL;
    }
    const char *end = start != NULL ? strchr(start, '!') : NULL;
    struct hostname host;
    if (end == NULL || hostname_parse(&host, start, (size_t)(end - start), NULL) != 0)
        return NULL;
    memcpy(out, host.text, sizeof(host.text));
    return out;
}

void reportpiece_skip_blanks(struct reportpiece *piece)
{
    if (piece->length >= 3 && memcmp(piece->bytes, "\xef\xbb\xbf", 3) == 0) {
        piece->bytes += 3;
        piece->length -= 3;
    }
    while (piece->length > 0 && piece->bytes[0] < 0x80 && isspace(piece->bytes[0])) {
        piece->bytes++;
        piece->length--;
    }
}

bool reportpiece_is_json(const struct reportpiece *piece)
{
    return piece->length > 0 && (piece->bytes[0] == '{' || piece->bytes[0] == '[');
}

void reportpiece_hand_over(const struct reportpiece_place *place, const struct reportpiece *piece)
{
    char where[REPORTPIECE_WHERE_MAX];
    char domain[HOSTNAME_MAX + 1], submitter[HOSTNAME_MAX + 1];
    const char *hint = piece->domain != NULL ? piece->domain : host_in(piece->name, 1, domain);
    const char *sender =
        piece->submitter != NULL ? piece->submitter : host_in(piece->name, 0, submitter);
    if (piece->length > REPORTFILE_TEXT_MAX) {
        reportpiece_broken(place, "JSON of more than 8 MiB, which no report needs");
        return;
    }
    place->events->text(place->context,
                        &(struct reportfile_text){.where = reportpiece_where(place, where),
                                                  .json = (const char *)piece->bytes,
                                                  .length = piece->length,
                                                  .domain = hint,
                                                  .submitter = sender,
                                                  .is_mail = piece->is_mail,
                                                  .signer = piece->signer,
                                                  .usual = piece->usual});
}

static const char *strange(const struct reportpiece *piece)
{
    if (piece->length == 0)
        return "empty";
    if (gunzip_knows_zip(piece->bytes, piece->length))
        return "a zip archive in another one";
    if (piece->length >= 2 &&
        (memcmp(piece->bytes, "\xff\xfe", 2) == 0 || memcmp(piece->bytes, "\xfe\xff", 2) == 0))
        return "UTF-16 text; JSON is written in UTF-8";
    if (piece->length > TAR_MARK + 5 && memcmp(piece->bytes + TAR_MARK, "ustar", 5) == 0)
        return "a tar archive; unpack it first, and name the directory";
    return "neither JSON, nor gzip, nor a mail";
}

bool reportpiece_is_dmarc(const struct reportpiece *piece)
{
    if (reportmail_names_dmarc(piece->name))
        return true;
    size_t length = piece->length < HEAD_MAX ? piece->length : HEAD_MAX;
    return length > 0 && piece->bytes[0] == '<' &&
           memmem(piece->bytes, length, "<feedback", strlen("<feedback")) != NULL;
}

void reportpiece_strange(const struct reportpiece_place *place, const struct reportpiece *piece)
{
    char where[REPORTPIECE_WHERE_MAX];
    if (reportpiece_is_dmarc(piece))
        place->events->dmarc(place->context, reportpiece_where(place, where));
    else
        reportpiece_broken(place, strange(piece));
}
