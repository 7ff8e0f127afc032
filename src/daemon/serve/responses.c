/* SPDX-License-Identifier: ISC */
/* responses: libmicrohttpd's response to each answer; those of policies are made once for a site
 * table. */
#include "daemon/serve/responses.h"

#include <stdint.h>

static enum MHD_Result add_field(struct MHD_Response *response, const char *name, const char *value)
{
    return value == NULL ? MHD_YES : MHD_add_response_header(response, name, value);
}

static struct MHD_Response *make(const struct answer *answer)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer_static(answer->length, answer->body);
    if (response != NULL &&
        add_field(response, MHD_HTTP_HEADER_CONTENT_TYPE, ANSWER_CONTENT_TYPE) == MHD_YES &&
        add_field(response, MHD_HTTP_HEADER_ALLOW, answer->allow) == MHD_YES &&
        add_field(response, MHD_HTTP_HEADER_CACHE_CONTROL, answer->cache_control) == MHD_YES &&
        add_field(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES)
        return response;
    if (response != NULL)
        MHD_destroy_response(response);
    return NULL;
}

void responses_take_table(struct responses *responses, struct site_table *table)
{
    for (size_t i = 0; i < RESPONSES_MAX; i++)
        if (responses->kept[i].response != NULL)
            MHD_destroy_response(responses->kept[i].response); /* in use, it lasts until its end */
    struct site_table *before = responses->table;
    *responses = (struct responses){.table = table != NULL ? site_table_ref(table) : NULL};
    site_table_unref(before);
}

static enum MHD_Result queue_once(struct MHD_Connection *connection, const struct answer *answer)
{
    struct MHD_Response *response = make(answer);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

/* A policy of this table has its body at the same address for as long as the table lasts. */
enum MHD_Result responses_queue(struct responses *responses, const struct site_table *table,
                                struct MHD_Connection *connection, const struct answer *answer)
{
    if (answer->status != MHD_HTTP_OK || table != responses->table)
        return queue_once(connection, answer);
    size_t slot = (uintptr_t)answer->body / 16 % RESPONSES_MAX;
    if (responses->kept[slot].body != answer->body) {
        struct MHD_Response *response = make(answer);
        if (response == NULL)
            return MHD_NO;
        if (responses->kept[slot].response != NULL)
            MHD_destroy_response(responses->kept[slot].response);
        responses->kept[slot].response = response;
        responses->kept[slot].body = answer->body;
    }
    return MHD_queue_response(connection, answer->status, responses->kept[slot].response);
}
