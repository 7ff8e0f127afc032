/* SPDX-License-Identifier: ISC */
/* sandbox_filter: builds and installs a seccomp filter, and tests what it answers to a call. */
#include "daemon/sandbox/sandbox_filter.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int sandbox_filter_read(struct sandbox_filter *out, int fd)
{
    ssize_t got = read(fd, out->program, sizeof(out->program));
    if (got < 0)
        return -errno;
    out->length = (size_t)got / sizeof(out->program[0]);
    return 0;
}

/* Whether a jump is taken. */
static bool holds(const struct sock_filter *at, uint32_t value)
{
    switch (BPF_OP(at->code)) {
    case BPF_JEQ:
        return value == at->k;
    case BPF_JGT:
        return value > at->k;
    default:
        return value >= at->k;
    }
}

static bool load_word(const struct seccomp_data *call, uint32_t offset, uint32_t *value)
{
    if (offset > sizeof(*call) - sizeof(*value) || offset % sizeof(*value) != 0)
        return false;
    memcpy(value, (const char *)call + offset, sizeof(*value));
    return true;
}

/* It ends, since all jumps go forward. */
bool sandbox_filter_answer(const struct sandbox_filter *filter, const struct seccomp_data *call,
                           uint32_t *answer)
{
    uint32_t value = 0;
    for (size_t i = 0; i < filter->length; i++) {
        const struct sock_filter *at = &filter->program[i];
        switch (at->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            if (!load_word(call, at->k, &value))
                return false;
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            value &= at->k;
            break;
        case BPF_JMP | BPF_JA:
            i += at->k;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
        case BPF_JMP | BPF_JGT | BPF_K:
        case BPF_JMP | BPF_JGE | BPF_K:
            i += holds(at, value) ? at->jt : at->jf;
            break;
        case BPF_RET | BPF_K:
            *answer = at->k;
            return true;
        default:
            return false;
        }
    }
    return false;
}

int sandbox_filter_enter(const struct sandbox_filter *filter)
{
    struct sock_fprog program = {
        .len = (unsigned short)filter->length,
        .filter = (struct sock_filter *)(uintptr_t)filter->program, /* the kernel reads only */
    };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        return -errno;
    return 0;
}
