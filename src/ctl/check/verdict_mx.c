/* SPDX-License-Identifier: ISC */
/* verdict_mx: what the mail hosts of a domain are to one kind of sender. Only verdict's own modules
 * include this. */
#include "ctl/check/verdict_mx.h"

#include "ctl/check/verdict_address.h"

/* One host. */
struct host {
    enum sender_case what; /* SENDER_FINE: mail goes out there */
    bool untested;
    bool varies; /* what is wrong is wrong at some of its addresses only */
    struct error why;
};

static const char *failure_of(enum sender_case what)
{
    switch (what) {
    case SENDER_NO_STARTTLS:
    case SENDER_DENIED:
        return "starttls-not-supported";
    case SENDER_WRONG_NAME:
    case SENDER_CN_ONLY:
        return "certificate-host-mismatch";
    case SENDER_EXPIRED:
        return "certificate-expired";
    case SENDER_UNTRUSTED:
        return "certificate-not-trusted";
    case SENDER_NO_MATCH:
    case SENDER_OLD_TLS:
        return "validation-failure";
    case SENDER_DANE_FAILS:
        return "tlsa-invalid";
    case SENDER_DANE_LOST:
        return "dnssec-invalid";
    case SENDER_FINE:
    case SENDER_NO_ADDRESS:
    case SENDER_UNREACHABLE:
    case SENDER_NULL_MX:
    case SENDER_NO_DOMAIN:
    case SENDER_NO_LOOKUP:
    case SENDER_CASES:
        break;
    }
    return NULL;
}

static bool goes_out(const struct sender *sender, enum sender_case what)
{
    enum sender_end end = sender->acts[what].end;
    return what == SENDER_FINE || end == SENDER_DELIVERS || end == SENDER_IN_CLEAR;
}

static void say_address(struct host *out, const struct verdict_address *view,
                        const struct mxhost_address *address, enum sender_case what)
{
    const char *host = view->mxhost->host;
    out->what = what;
    if (what == SENDER_DANE_FAILS)
        error_set(&out->why, "%s %s: no TLSA record fits its certificate", host, address->text);
    else if (address->smtp.failure == SMTP_FINE || what == SENDER_NO_MATCH)
        error_set(&out->why, "%s %s: its certificate has no name that the policy admits", host,
                  address->text);
    else
        error_set(&out->why, "%s %s: %s", host, address->text, address->smtp.why.text);
}

/* The addresses of one host: those that answer nothing cost time alone, if another does. */
static void judge_addresses(struct host *out, const struct verdict_address *view)
{
    const struct mxhost *mxhost = view->mxhost;
    size_t fine = 0, bad = 0;
    error_set(&out->why, "%s cannot be reached from here", mxhost->host);
    for (size_t i = 0; i < mxhost->address_count; i++) {
        const struct mxhost_address *address = &mxhost->addresses[i];
        if (verdict_address_is_untested(address)) {
            if (fine + bad == 0)
                error_set(&out->why, "%s cannot be tested from here: %s", mxhost->host,
                          address->smtp.why.text);
            continue;
        }
        enum sender_case what = verdict_address_judge(view, address);
        bool passes = goes_out(view->sender, what);
        fine += passes;
        if (!passes && bad++ == 0)
            say_address(out, view, address, what);
        else if (passes && what != SENDER_FINE && bad == 0)
            out->what = what; /* such as: without TLS */
    }
    out->untested = fine + bad == 0;
    out->varies = fine > 0 && bad > 0;
    if (out->varies && view->sender->all_addresses)
        *out = (struct host){.what = SENDER_FINE};
}

static void judge_host(struct host *out, const struct verdict_address *view)
{
    const struct mxhost *mxhost = view->mxhost;
    const struct sender *sender = view->sender;
    *out = (struct host){.what = SENDER_FINE};
    bool binds = view->held == NULL || sender->dane != SENDER_DANE_WITHOUT_POLICY;
    bool dane_decides = sender->dane == SENDER_DANE_FIRST && verdict_address_has_dane(view);
    if (view->held != NULL && sender->match != SENDER_BY_CERTIFICATE && !dane_decides &&
        !verdict_policy_allows(view->held, sender, mxhost->host)) {
        out->what = SENDER_NO_MATCH;
        error_set(&out->why, "no mx of the policy matches %s", mxhost->host);
    } else if (mxhost->outcome == DNS_NO_NAME || mxhost->outcome == DNS_NO_DATA) {
        out->what = SENDER_NO_ADDRESS;
        error_set(&out->why, "%s has no address", mxhost->host);
    } else if (mxhost->outcome != DNS_FOUND) {
        out->what = SENDER_NO_LOOKUP;
        error_set(&out->why, "the addresses of %s cannot be looked up", mxhost->host);
    } else if (binds && verdict_address_lost_dane(view)) {
        out->what = SENDER_DANE_LOST;
        error_set(&out->why, "the TLSA records of %s cannot be looked up", mxhost->host);
    } else {
        judge_addresses(out, view);
    }
}

/* Whether another host of the same preference, which may be taken first, lets the mail out. */
static bool has_fine_equal(const struct verdict_address *view, size_t index)
{
    const struct facts *facts = view->facts;
    for (size_t i = 0; i < facts->mx_count; i++) {
        struct verdict_address other = *view;
        struct host host;
        other.mxhost = facts->mx[i].mxhost;
        judge_host(&host, &other);
        if (i != index && facts->mx[i].preference == facts->mx[index].preference &&
            !host.untested && !host.varies && goes_out(view->sender, host.what))
            return true;
    }
    return false;
}

static void keep_first(struct verdict_mx *out, const struct sender *sender, const struct host *host)
{
    bool is_better = out->act == NULL || (out->failure == NULL && failure_of(host->what) != NULL);
    if (host->untested || !is_better)
        return;
    out->act = &sender->acts[host->what];
    out->what = host->what;
    out->failure = failure_of(host->what);
    out->why = host->why;
}

static void pass(struct verdict_mx *out, const struct sender *sender, enum sender_case what)
{
    out->result = VERDICT_MX_PASSES;
    out->in_clear = sender->acts[what].end == SENDER_IN_CLEAR;
    if (out->act != NULL || what == SENDER_FINE)
        return;
    out->act = &sender->acts[what];
    out->what = what;
    out->failure = failure_of(what);
}

void verdict_mx_find(struct verdict_mx *out, const struct sender *sender,
                     const struct verdict_policy *held, const struct facts *facts)
{
    size_t untested = 0, varying = 0, returned = 0, tried = 0;
    struct verdict_address view = {.sender = sender, .held = held, .facts = facts};
    *out = (struct verdict_mx){.result = VERDICT_MX_FAILS};
    error_set(&out->why, "the domain has no mail host");
    for (size_t i = 0; i < facts->mx_count; i++) {
        struct host host;
        view.mxhost = facts->mx[i].mxhost;
        judge_host(&host, &view);
        if (!host.untested && !host.varies && goes_out(sender, host.what)) {
            pass(out, sender, host.what);
            return;
        }
        if (host.untested && untested++ == 0 && out->act == NULL)
            out->why = host.why;
        keep_first(out, sender, &host);
        varying += host.varies;
        tried += !host.untested;
        returned += !host.untested && sender->acts[host.what].end == SENDER_RETURNS;
        if (!host.untested && !host.varies && sender->acts[host.what].is_final) {
            out->result = has_fine_equal(&view, i) ? VERDICT_MX_DEPENDS : VERDICT_MX_FAILS;
            out->returns = sender->acts[host.what].end == SENDER_RETURNS;
            return;
        }
    }
    out->returns = tried > 0 && returned == tried;
    out->needs_level = held == NULL && sender->dane == SENDER_DANE_WITHOUT_POLICY &&
                       (out->what == SENDER_DANE_FAILS || out->what == SENDER_DANE_LOST);
    if (varying > 0)
        out->result = VERDICT_MX_DEPENDS;
    else if (untested > 0)
        out->result = VERDICT_MX_UNTESTED;
}
