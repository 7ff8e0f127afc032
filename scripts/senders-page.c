/* SPDX-License-Identifier: ISC */
/* senders-page: writes doc/senders.md; see `make senders-page`. */
#include "common/policy/senderpage.h"

int main(void)
{
    senderpage_write(stdout);
    return ferror(stdout) || fflush(stdout) != 0;
}
