/* SPDX-License-Identifier: ISC */
/* test_recordset: the records that a configuration wants, name by name. */
#include "ctl/records/recordset.h"

#include "test.h"

static const char policy_bytes[] = "version: STSv1\r\nmode: testing\r\nmx: mail.example.com\r\n"
                                   "max_age: 86400\r\n";
#define POLICY_TEXT "v=STSv1; id=be6a844a94b9834664e5;"

/* Two domains, and one with an error between them. */
struct setup {
    struct config config;
    struct config_domain domains[3];
    struct network_address address;
    struct config_policy *policy;
};

static void set_up(struct setup *setup)
{
    *setup = (struct setup){0};
    setup->policy = malloc(sizeof(*setup->policy) + sizeof(policy_bytes));
    if (setup->policy == NULL)
        abort();
    setup->policy->length = sizeof(policy_bytes) - 1;
    memcpy(setup->policy->bytes, policy_bytes, sizeof(policy_bytes) - 1);
    setup->domains[0] = (struct config_domain){.name = "a.example", .policy = setup->policy};
    setup->domains[1] = (struct config_domain){.name = "b.example", .broken = true};
    setup->domains[2] = (struct config_domain){.name = "c.example", .policy = setup->policy};
    setup->config.domains = setup->domains;
    setup->config.domain_count = 3;
}

/* "NAME TYPE TEXT\n" for each. */
static void list(char *out, size_t size, const struct recordset_params *params, const char *failure)
{
    static const char *const types[] = {"TXT", "CNAME", "ADDRESSES"};
    struct recordset set;
    struct error why = {.text = ""};
    size_t used = 0;
    out[0] = '\0';
    int result = recordset_make(&set, params, &why);
    CHECK((result == 0) == (failure == NULL), "%s", why.text);
    CHECK(failure == NULL || strstr(why.text, failure) != NULL, "%s", why.text);
    for (size_t i = 0; i < set.count && result == 0; i++)
        used += (size_t)snprintf(out + used, size - used, "%s %s %s\n", set.entries[i].name,
                                 types[set.entries[i].type],
                                 set.entries[i].text != NULL ? set.entries[i].text : "-");
    recordset_free(&set);
}

static void leaves_out_the_policy_record_where_it_is_not_wanted(void)
{
    struct setup setup;
    char said[1024];
    set_up(&setup);
    setup.domains[0].records_off = true;
    setup.config.dns.cname = "mta-sts.provider.example";
    for (int provider = 0; provider < 2; provider++) {
        setup.config.dns.target = provider ? "%d._mta-sts.provider.example" : NULL;
        struct recordset_params params = {.config = &setup.config, .provider = provider != 0};
        list(said, sizeof(said), &params, NULL);
        CHECK(strstr(said, "_mta-sts.a.example") == NULL &&
                  strstr(said, "a.example._mta-sts") == NULL,
              "%s", said);
        CHECK(provider || strstr(said, "mta-sts.a.example CNAME") != NULL, "%s", said);
        CHECK(strstr(said, "c.example") != NULL, "%s", said);
    }
    free(setup.policy);
}

static void lists_what_the_configuration_has_and_no_more(void)
{
    static const char *uris[] = {"mailto:a@example.com"};
    struct setup setup;
    char said[1024];
    set_up(&setup);
    struct recordset_params params = {.config = &setup.config};
    list(said, sizeof(said), &params, NULL);
    CHECK(strcmp(said, "_mta-sts.a.example TXT " POLICY_TEXT "\n"
                       "_mta-sts.c.example TXT " POLICY_TEXT "\n") == 0,
          "%s", said);
    setup.config.dns = (struct config_dns){
        .rua = uris, .rua_count = 1, .addresses = &setup.address, .address_count = 1};
    params.only = "c.example";
    list(said, sizeof(said), &params, NULL);
    CHECK(strcmp(said, "mta-sts.c.example ADDRESSES -\n"
                       "_smtp._tls.c.example TXT v=TLSRPTv1; rua=mailto:a@example.com;\n"
                       "_mta-sts.c.example TXT " POLICY_TEXT "\n") == 0,
          "%s", said);
    params.only = "b.example";
    list(said, sizeof(said), &params, NULL);
    CHECK(said[0] == '\0', "%s", said);
    free(setup.policy);
}

static void leads_customers_to_the_providers_zone(void)
{
    struct setup setup;
    char said[1024];
    set_up(&setup);
    setup.config.dns.cname = "mta-sts.provider.example";
    setup.config.dns.target = "%d._mta-sts.provider.example";
    struct recordset_params params = {.config = &setup.config, .only = "a.example"};
    list(said, sizeof(said), &params, NULL);
    CHECK(strcmp(said, "mta-sts.a.example CNAME mta-sts.provider.example\n"
                       "_mta-sts.a.example CNAME a.example._mta-sts.provider.example\n") == 0,
          "%s", said);
    params.provider = true;
    params.time_id = 1795312426;
    list(said, sizeof(said), &params, NULL);
    CHECK(strcmp(said, "a.example._mta-sts.provider.example TXT v=STSv1; id=20261122015346Z;\n") ==
              0,
          "%s", said);
    free(setup.policy);
}

static void refuses_what_dns_cannot_hold(void)
{
    static const char *wrong[] = {"mailto:a@b@example.com"};
    static char long_uri[5000];
    static const char *too_long[] = {long_uri};
    char target[300];
    struct setup setup;
    char said[64];
    set_up(&setup);
    struct recordset_params params = {.config = &setup.config, .provider = true};
    memset(target, 'x', sizeof(target));
    memcpy(target, "%d.", 3);
    target[sizeof(target) - 1] = '\0';
    setup.config.dns.target = target;
    list(said, sizeof(said), &params, "253 characters");
    setup.config.dns = (struct config_dns){.rua = wrong, .rua_count = 1};
    list(said, sizeof(said), &params, "[dns] rua: in rua");
    memset(long_uri, 'x', sizeof(long_uri) - 1);
    setup.config.dns.rua = too_long;
    list(said, sizeof(said), &params, "longer than 4096");
    free(setup.policy);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(lists_what_the_configuration_has_and_no_more),
        TEST(leaves_out_the_policy_record_where_it_is_not_wanted),
        TEST(leads_customers_to_the_providers_zone),
        TEST(refuses_what_dns_cannot_hold),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
