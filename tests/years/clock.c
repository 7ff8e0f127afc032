/* SPDX-License-Identifier: ISC */
/* clock: preloaded into a program, gives it the time of day that a file says; for check-years.
 *
 * YEARS_CLOCK names the file: an int64_t of seconds, added to the kernel's time of day. The
 * kernel's own code for that, the vDSO, is overwritten in this process, so that programs in Go,
 * which ask no C library, see the same time. Files that are renamed or linked into their place get
 * that time as theirs, as the kernel would give it. Who calls sleep() sleeps for a moment alone,
 * and YEARS_HASTE is a factor for the clock that spans are measured by. x86-64 only. */
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offset;
static int64_t haste = 1;

/* ---- In place of the vDSO: called on any stack, so no library is. */

static long call(long number, long a, long b)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b)
                     : "rcx", "r11", "memory");
    return result;
}

static int get(clockid_t clock, struct timespec *out)
{
    long result = call(SYS_clock_gettime, clock, (long)out);
    if (result != 0)
        return (int)result;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        out->tv_sec += *offset;
    if (clock == CLOCK_MONOTONIC && haste > 1) {
        int64_t nanoseconds = (out->tv_sec * 1000000000 + out->tv_nsec) * haste;
        out->tv_sec = nanoseconds / 1000000000;
        out->tv_nsec = nanoseconds % 1000000000;
    }
    return 0;
}

static int get_of_day(struct timeval *out, void *zone)
{
    struct timespec now;
    (void)zone;
    get(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

static time_t get_seconds(time_t *out)
{
    struct timespec now;
    get(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

/* ---- The vDSO. */

static void stop(const char *reason)
{
    dprintf(STDERR_FILENO, "clock: %s\n", reason);
    _exit(125);
}

/* A jump to target at the beginning of the function at place. */
static void redirect(char *place, const void *target)
{
    unsigned char code[12] = {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xe0};
    uintptr_t page = (uintptr_t)place & ~(uintptr_t)4095;
    memcpy(code + 2, &target, sizeof(target));
    if (mprotect((char *)page, 8192, PROT_READ | PROT_WRITE | PROT_EXEC) != 0 &&
        mprotect((char *)page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
        stop("the vDSO cannot be written to");
    memcpy(place, code, sizeof(code));
}

static void redirect_all(char *vdso)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)vdso;
    const Elf64_Phdr *parts = (const Elf64_Phdr *)(vdso + header->e_phoff);
    const Elf64_Dyn *dynamic = NULL;
    int64_t base = 0;
    for (int i = 0; i < header->e_phnum; i++) {
        if (parts[i].p_type == PT_LOAD)
            base = (int64_t)(intptr_t)vdso + (int64_t)parts[i].p_offset - (int64_t)parts[i].p_vaddr;
        if (parts[i].p_type == PT_DYNAMIC)
            dynamic = (const Elf64_Dyn *)(vdso + parts[i].p_offset);
    }
    const Elf64_Sym *symbols = NULL;
    const char *names = NULL;
    for (const Elf64_Dyn *at = dynamic; at != NULL && at->d_tag != DT_NULL; at++) {
        if (at->d_tag == DT_SYMTAB)
            symbols = (const Elf64_Sym *)(base + (int64_t)at->d_un.d_ptr);
        if (at->d_tag == DT_STRTAB)
            names = (const char *)(base + (int64_t)at->d_un.d_ptr);
    }
    /* The string table follows the symbols. */
    for (const Elf64_Sym *at = symbols; at != NULL && (const char *)at < names; at++) {
        const char *name = names + at->st_name;
        char *place = (char *)(base + (int64_t)at->st_value);
        if (strcmp(name, "__vdso_clock_gettime") == 0)
            redirect(place, (const void *)get);
        else if (strcmp(name, "__vdso_gettimeofday") == 0)
            redirect(place, (const void *)get_of_day);
        else if (strcmp(name, "__vdso_time") == 0)
            redirect(place, (const void *)get_seconds);
    }
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("YEARS_CLOCK");
    const char *factor = getenv("YEARS_HASTE");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        stop("YEARS_CLOCK names no file");
    offset = mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (offset == MAP_FAILED)
        stop("the file of YEARS_CLOCK cannot be mapped");
    char *end = NULL;
    haste = factor != NULL ? strtoll(factor, &end, 10) : 1;
    if (haste < 1 || (end != NULL && *end != '\0'))
        stop("YEARS_HASTE is no number");
    redirect_all((char *)getauxval(AT_SYSINFO_EHDR));
}

/* ---- What the kernel stamps. */

static void stamp(int directory, const char *path, int result)
{
    struct timespec now;
    if (result != 0)
        return;
    get(CLOCK_REALTIME, &now);
    syscall(SYS_utimensat, directory, path, (struct timespec[]){now, now}, AT_SYMLINK_NOFOLLOW);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    int result = (int)syscall(SYS_renameat2, from, old, to, new, flags);
    stamp(to, new, result);
    return result;
}

int renameat(int from, const char *old, int to, const char *new)
{
    return renameat2(from, old, to, new, 0);
}

int rename(const char *old, const char *new)
{
    return renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

int linkat(int from, const char *old, int to, const char *new, int flags)
{
    int result = (int)syscall(SYS_linkat, from, old, to, new, flags);
    stamp(to, new, result);
    return result;
}

int link(const char *old, const char *new)
{
    return linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

/* ---- What waits. */

unsigned sleep(unsigned seconds)
{
    struct timespec pause = {.tv_nsec = 20000000};
    (void)seconds;
    nanosleep(&pause, NULL);
    return 0;
}
