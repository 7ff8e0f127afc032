/* SPDX-License-Identifier: ISC */
/* conn_idle: which waiting connections keep the memory that only a request needs: the latest. */
#include "daemon/serve/conn_idle.h"

#include "daemon/serve/conn_life.h"

void conn_idle_enter(struct conn *conn)
{
    struct conn_idle *idle = &conn->context->idle;
    if (conn->was_idle)
        return;
    struct conn **slot = &idle->conns[idle->next++ % CONN_IDLE_MAX];
    if (*slot != NULL) {
        tls_session_rest((*slot)->session);
        (*slot)->idle_slot = NULL;
    }
    *slot = conn;
    conn->idle_slot = slot;
    conn->was_idle = true;
}

void conn_idle_leave(struct conn *conn)
{
    if (conn->idle_slot != NULL)
        *conn->idle_slot = NULL;
    conn->idle_slot = NULL;
}
