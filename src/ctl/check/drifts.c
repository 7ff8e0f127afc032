/* SPDX-License-Identifier: ISC */
/* drifts: which findings of one domain are drift that the watch tells of, and what of the domain
 * could not be seen. */
#include "ctl/check/drifts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define AS_SET(kind) (1u << (kind))

/* The rows whose findings are drift. Warnings count where a change brings them about; reminders,
 * such as that of mode testing, and how long an answer took are none. */
static const struct drift_row {
    const char *rule;
    enum drift_kind kind;
    enum severity least;
    bool passes; /* a look-up, a reload or a restart under way may be all there is to it */
} drift_rows[] = {
    {"D1", DRIFT_RECORD, SEVERITY_WARNING, false},
    {"D2", DRIFT_RECORD, SEVERITY_ERROR, false},
    {"D3", DRIFT_RECORD, SEVERITY_ERROR, false},
    {"D4", DRIFT_RECORD, SEVERITY_ERROR, false},
    {"D5", DRIFT_RECORD, SEVERITY_ERROR, false},
    {"D6", DRIFT_RECORD, SEVERITY_ERROR, false},
    {"D7", DRIFT_RECORD, SEVERITY_ERROR, false},
    {"T1", DRIFT_RECORD, SEVERITY_WARNING, false},
    {"T2", DRIFT_RECORD, SEVERITY_ERROR, false},
    {"T3", DRIFT_RECORD, SEVERITY_WARNING, false},
    {"D8", DRIFT_ID, SEVERITY_WARNING, true},
    {"W1", DRIFT_ID, SEVERITY_ERROR, true},
    {"D10", DRIFT_ALIAS, SEVERITY_ERROR, false},
    {"D11", DRIFT_ADDRESSES, SEVERITY_WARNING, false},
    {"H8", DRIFT_ADDRESSES, SEVERITY_ERROR, true},
    {"H1", DRIFT_POLICY_HOST, SEVERITY_ERROR, true},
    {"H4", DRIFT_POLICY_HOST, SEVERITY_ERROR, true},
    {"H7", DRIFT_POLICY_HOST, SEVERITY_ERROR, true},
    {"H2", DRIFT_CERTIFICATE, SEVERITY_WARNING, false},
    {"H5", DRIFT_POLICY, SEVERITY_ERROR, false},
    {"H6", DRIFT_POLICY, SEVERITY_ERROR, false},
    {"X1", DRIFT_POLICY_MX, SEVERITY_WARNING, false},
    {"X2", DRIFT_POLICY_MX, SEVERITY_WARNING, false},
    {"X5", DRIFT_POLICY_MX, SEVERITY_WARNING, false},
    {"X3", DRIFT_MX, SEVERITY_WARNING, false},
    {"X4", DRIFT_MX, SEVERITY_WARNING, false},
    {"X6", DRIFT_MX, SEVERITY_ERROR, false},
    {"X7", DRIFT_MX_DOMAIN, SEVERITY_ERROR, false},
    {"P", DRIFT_POLICY, SEVERITY_ERROR, false},
};

/* A row of all digits behind P is one about the policy's bytes. */
static const struct drift_row *find_row(const struct finding *finding)
{
    const char *rule = finding->rule != NULL ? finding->rule : "";
    if (finding->severity != SEVERITY_ERROR && finding->severity != SEVERITY_WARNING)
        return NULL;
    for (size_t i = 0; i < sizeof(drift_rows) / sizeof(drift_rows[0]); i++) {
        const struct drift_row *row = &drift_rows[i];
        bool is_it = strcmp(row->rule, "P") == 0 ? rule[0] == 'P' : strcmp(row->rule, rule) == 0;
        if (is_it)
            return finding->severity <= row->least ? row : NULL;
    }
    return NULL;
}

/* ---- What a finding rests on. */

/* "HOST ADDRESS", as rows_place writes it; NULL: the place is a name alone. */
static const char *address_in(const char *where)
{
    const char *blank = strchr(where, ' ');
    return blank != NULL ? blank + 1 : NULL;
}

static const struct policy_address *find_address(const struct facts *facts, const char *text)
{
    for (size_t i = 0; i < facts->address_count && text != NULL; i++) {
        if (strcmp(facts->addresses[i].text, text) == 0)
            return &facts->addresses[i];
    }
    return NULL;
}

static const struct mxhost *find_mx(const struct facts *facts, const char *where)
{
    size_t length;
    const char *host = drift_mx(where, &length);
    for (size_t i = 0; i < facts->mx_count; i++) {
        const struct mxhost *mxhost = facts->mx[i].mxhost;
        if (strlen(mxhost->host) == length && memcmp(mxhost->host, host, length) == 0)
            return mxhost;
    }
    return NULL;
}

static const struct mxhost_address *find_mx_address(const struct facts *facts, const char *where)
{
    const struct mxhost *mxhost = find_mx(facts, where);
    const char *text = address_in(where);
    for (size_t i = 0; mxhost != NULL && text != NULL && i < mxhost->address_count; i++) {
        if (strcmp(mxhost->addresses[i].text, text) == 0)
            return &mxhost->addresses[i];
    }
    return NULL;
}

static bool is_unanswered(enum dns_outcome outcome)
{
    return outcome == DNS_FAILED || outcome == DNS_BOGUS;
}

/* A finding of a row about records, or about names, that says that DNS gave no answer. */
static bool is_dns_silent(const struct facts *facts, const struct drift_row *row)
{
    if (strcmp(row->rule, "D1") == 0)
        return is_unanswered(facts->sts.answer.outcome);
    if (strcmp(row->rule, "T1") == 0)
        return is_unanswered(facts->tlsrpt.answer.outcome);
    if (strcmp(row->rule, "D11") == 0)
        return is_unanswered(facts->v4.outcome) || is_unanswered(facts->v6.outcome);
    return strcmp(row->rule, "X5") == 0 && is_unanswered(facts->mx_answer.outcome);
}

static bool is_smtp_untried(const struct smtp *smtp)
{
    return smtp->failure == SMTP_UNREACHABLE || smtp->failure == SMTP_SLOW ||
           smtp->failure == SMTP_REFUSED;
}

static void find_ground_of_mx(struct drift *drift, const struct facts *facts)
{
    const struct mxhost *mxhost = find_mx(facts, drift->where);
    const struct mxhost_address *address = find_mx_address(facts, drift->where);
    if (address != NULL && is_smtp_untried(&address->smtp)) {
        drift->passes = true;
        drift->ground = address->smtp.failure == SMTP_REFUSED ? DRIFT_SEEN : DRIFT_NO_SMTP;
    } else if (address == NULL && mxhost != NULL) {
        drift->passes = is_unanswered(mxhost->outcome) || is_unanswered(mxhost->tlsa_outcome);
    }
}

static void find_ground(struct drift *drift, const struct drift_row *row, const struct facts *facts)
{
    const struct policy_address *address = find_address(facts, address_in(drift->where));
    if (is_dns_silent(facts, row)) {
        drift->ground = DRIFT_NO_ANSWER;
        drift->passes = true;
    } else if (row->kind == DRIFT_MX) {
        find_ground_of_mx(drift, facts);
    } else if (row->kind == DRIFT_POLICY_HOST && address != NULL &&
               address->fetch.peer.version[0] == '\0') {
        drift->ground = DRIFT_NO_CONNECTION;
    }
}

/* ---- What is left out. */

/* Asks the kernel alone: a UDP socket sends nothing when it is connected. */
static bool has_route(const char *text)
{
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(443)};
    if (inet_pton(AF_INET6, text, &to.sin6_addr) != 1)
        return true; /* IPv4, or no address */
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno != EAFNOSUPPORT;
    bool fails = connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0;
    bool has_none = fails && (errno == ENETUNREACH || errno == EADDRNOTAVAIL);
    close(fd);
    return !has_none;
}

/* An address that --all does not contact is no drift, but how the domain is. */
static bool is_private(const struct facts *facts, const struct drift *drift)
{
    const struct policy_address *address = find_address(facts, address_in(drift->where));
    const struct mxhost_address *mx = find_mx_address(facts, drift->where);
    return (drift->kind == DRIFT_POLICY_HOST && address != NULL && address->left_out) ||
           (drift->kind == DRIFT_MX && mx != NULL && mx->scope != NULL &&
            is_smtp_untried(&mx->smtp));
}

static void take(struct sightings *out, const struct facts *facts, const struct finding *finding)
{
    const struct drift_row *row = find_row(finding);
    if (row == NULL)
        return;
    struct drift drift = {
        .kind = row->kind,
        .severity = finding->severity,
        .passes = row->passes,
        .domain = row->kind == DRIFT_MX ? "*" : facts->domain,
        .where = finding->where,
        .rule = finding->rule,
        .problem = finding->problem,
        .advice = finding->advice,
    };
    find_ground(&drift, row, facts);
    const char *address = address_in(drift.where);
    bool is_silent = drift.ground == DRIFT_NO_CONNECTION || drift.ground == DRIFT_NO_SMTP;
    if (is_silent && address != NULL && !has_route(address))
        out->route_less++;
    else if (!is_private(facts, &drift))
        sightings_add(out, &drift, facts->domain);
}

/* ---- What could not be seen. */

static unsigned find_unknown(const struct facts *facts)
{
    const unsigned of_policy = AS_SET(DRIFT_POLICY) | AS_SET(DRIFT_ID) | AS_SET(DRIFT_POLICY_MX);
    const unsigned of_host =
        AS_SET(DRIFT_POLICY_HOST) | AS_SET(DRIFT_CERTIFICATE) | AS_SET(DRIFT_ADDRESSES);
    unsigned unknown = 0;
    if (is_unanswered(facts->sts.answer.outcome))
        unknown |= AS_SET(DRIFT_RECORD) | AS_SET(DRIFT_ID) | AS_SET(DRIFT_ALIAS);
    if (is_unanswered(facts->tlsrpt.answer.outcome))
        unknown |= AS_SET(DRIFT_RECORD);
    if (is_unanswered(facts->v4.outcome) || is_unanswered(facts->v6.outcome))
        unknown |= of_host | of_policy | AS_SET(DRIFT_ALIAS);
    if (is_unanswered(facts->mx_answer.outcome))
        unknown |= AS_SET(DRIFT_POLICY_MX) | AS_SET(DRIFT_MX_DOMAIN);
    if (facts->address_count == 0)
        unknown |= AS_SET(DRIFT_POLICY_HOST) | AS_SET(DRIFT_CERTIFICATE);
    if (facts->served == NULL)
        unknown |= of_policy | AS_SET(DRIFT_MX_DOMAIN);
    if (!facts->gone_whole)
        unknown |= AS_SET(DRIFT_MX_DOMAIN);
    for (size_t i = 0; i < facts->address_count; i++) {
        const struct policy_address *address = &facts->addresses[i];
        if (address->left_out)
            continue;
        if (address->fetch.peer.version[0] == '\0')
            unknown |= AS_SET(DRIFT_CERTIFICATE);
        if (address->fetch.status == 0)
            unknown |= AS_SET(DRIFT_ADDRESSES);
    }
    return unknown;
}

static bool is_dark(const struct facts *facts)
{
    return facts->sts.answer.outcome == DNS_FAILED && facts->v4.outcome == DNS_FAILED &&
           facts->v6.outcome == DNS_FAILED && facts->mx_answer.outcome == DNS_FAILED;
}

static void add_policy_places(struct sightings *out, const struct facts *facts)
{
    for (size_t i = 0; i < facts->address_count; i++) {
        const struct policy_address *address = &facts->addresses[i];
        const struct fetch *fetch = &address->fetch;
        bool connected = fetch->failure != FETCH_UNREACHABLE &&
                         (fetch->failure != FETCH_SLOW || fetch->peer.version[0] != '\0');
        if (!address->left_out && (connected || has_route(address->text)))
            sightings_add_place(
                out, &(struct sightings_place){NULL, address->text, connected, fetch->refused});
    }
}

/* A host without an address that was tried is one place, without an address. */
static void add_mx_places(struct sightings *out, const struct facts *facts)
{
    for (size_t i = 0; i < facts->mx_count; i++) {
        const struct mxhost *mxhost = facts->mx[i].mxhost;
        if (mxhost->outcome == DNS_NO_NAME || mxhost->outcome == DNS_NO_DATA)
            sightings_add_place(out, &(struct sightings_place){mxhost->host, "", false, false});
        for (size_t j = 0; j < mxhost->address_count; j++) {
            const struct mxhost_address *address = &mxhost->addresses[j];
            const struct smtp *smtp = &address->smtp;
            bool connected = smtp->failure != SMTP_UNREACHABLE && smtp->failure != SMTP_SLOW;
            bool is_tried = connected || (address->scope == NULL && has_route(address->text));
            sightings_add_place(out, &(struct sightings_place){mxhost->host,
                                                               is_tried ? address->text : "",
                                                               connected, smtp->refused});
        }
    }
}

void drifts_collect(struct sightings *out, const struct inspection *item)
{
    const struct facts *facts = &item->facts;
    const struct sightings_domain domain = {facts->domain, find_unknown(facts), is_dark(facts)};
    sightings_add_domain(out, &domain);
    out->mx_unknown = out->mx_unknown || is_unanswered(facts->mx_answer.outcome);
    add_policy_places(out, facts);
    add_mx_places(out, facts);
    for (size_t i = 0; i < item->findings.count; i++)
        take(out, facts, &item->findings.items[i]);
}
