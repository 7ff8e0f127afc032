/* SPDX-License-Identifier: ISC */
/* fuzz_dnsdata: any bytes as the data of DNS records, each behind its length: as names, MX, TXT,
 * CAA and TLSA, and as the CAA records that a CA would judge. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/check/mxhost.h"
#include "ctl/net/caa.c"
#include "ctl/net/mxname.h"

#define RECORDS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_that(bool holds)
{
    if (!holds)
        abort();
}

static void check_name(const char *text)
{
    check_that(strlen(text) < DNSDATA_NAME_MAX);
    for (; *text != '\0'; text++)
        check_that(*text > ' ' && *text <= '~' && (*text < 'A' || *text > 'Z'));
}

static void judge_name(const char *host)
{
    struct mxname name;
    struct error problem, advice;
    mxname_judge_text(&name, host, "example.com");
    check_that(name.fault != MXNAME_FINE || name.meant[0] == '\0');
    check_name(name.meant);
    mxname_say(&name, &problem, &advice);
}

static void read_names(const struct dns_record *record)
{
    char name[DNSDATA_NAME_MAX];
    struct dnsdata_mx mx;
    char *text = NULL;
    size_t length;
    check_that(dnsdata_name(name, record->bytes, record->length) == 0 || name[0] == '\0');
    check_name(name);
    check_that(dnsdata_mx(&mx, record->bytes, record->length) == 0 || mx.host[0] == '\0');
    check_name(mx.host);
    judge_name(mx.host);
    if (dnsdata_txt(&text, &length, record->bytes, record->length) == 0) {
        check_that(length <= record->length && text[length] == '\0');
        dnsdata_make_printable(text);
    } else {
        check_that(text == NULL);
    }
    free(text);
}

/* The record as TLSA data, held against a chain that is the record itself. */
static void read_tlsa(const struct dns_record *record, unsigned char *copy)
{
    struct dnsdata_tlsa tlsa;
    if (dnsdata_tlsa(&tlsa, record->bytes, record->length) != 0)
        return;
    memcpy(copy, tlsa.data, tlsa.data_length);
    struct mxhost_tlsa one = {tlsa.usage, tlsa.selector, tlsa.matching, copy, tlsa.data_length};
    struct peer_bytes chain[] = {{copy, tlsa.data_length}, {copy, tlsa.data_length}};
    struct mxhost_address address = {.smtp.peer = {.chain = chain, .chain_count = 2}};
    struct mxhost mxhost = {.host = (char[]){"mx.example"},
                            .addresses = &address,
                            .address_count = 1,
                            .tlsa = &one,
                            .tlsa_count = 1};
    (void)mxhost_fits_tlsa(&mxhost, &address);
}

static void judge_caa(const struct dns_record *records, size_t count)
{
    static const struct hostname identity = {.length = 10, .text = "ca.example"};
    const struct caa_ca cas[] = {
        {.identities = &identity, .count = 1},
        {.identities = &identity, .count = 1, .account = "https://ca.example/acct/1"},
        {0},
    };
    for (size_t i = 0; i < sizeof(cas) / sizeof(cas[0]); i++) {
        struct error why = {.text = ""};
        struct error note;
        bool allowed = allows("example.com", records, count, &cas[i], &note, &why);
        check_that(allowed == (why.text[0] == '\0'));
        check_that(note.text[0] == '\0' || (allowed && cas[i].account == NULL));
        for (const char *text = note.text; *text != '\0'; text++)
            check_that(*text >= ' ' && *text <= '~');
        for (const char *text = why.text; *text != '\0'; text++)
            check_that(*text >= ' ' && *text <= '~');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_record records[RECORDS_MAX] = {{0}};
    unsigned char *held[RECORDS_MAX];
    size_t count = 0;
    while (size > 0 && count < RECORDS_MAX) {
        size_t length = data[0] < size - 1 ? data[0] : size - 1;
        unsigned char *bytes = malloc(length + 1), *copy = malloc(length + 1);
        check_that(bytes != NULL && copy != NULL);
        bytes = realloc(bytes, length > 0 ? length : 1); /* a read behind it is seen */
        check_that(bytes != NULL);
        memcpy(bytes, data + 1, length);
        records[count] = (struct dns_record){bytes, length};
        read_names(&records[count]);
        read_tlsa(&records[count], copy);
        free(copy);
        held[count++] = bytes;
        data += length + 1;
        size -= length + 1;
    }
    judge_caa(records, count);
    for (size_t i = 0; i < count; i++)
        free(held[i]);
    return 0;
}
