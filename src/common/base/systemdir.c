/* SPDX-License-Identifier: ISC */
/* systemdir: directories that belong to the system, which hold files of many programs. */
#include "common/base/systemdir.h"

#include <stddef.h>
#include <string.h>

bool systemdir_is(const char *directory)
{
    static const char *const names[] = {"/",
                                        "/bin",
                                        "/boot",
                                        "/dev",
                                        "/etc",
                                        "/home",
                                        "/lib",
                                        "/lib64",
                                        "/media",
                                        "/mnt",
                                        "/opt",
                                        "/proc",
                                        "/root",
                                        "/run",
                                        "/sbin",
                                        "/srv",
                                        "/sys",
                                        "/tmp",
                                        "/usr",
                                        "/var",
                                        "/usr/local",
                                        "/usr/local/etc",
                                        "/var/lib",
                                        "/var/tmp",
                                        "/var/www",
                                        "/usr/share",
                                        "/usr/local/share",
                                        "/var/spool",
                                        "/var/cache"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], directory) == 0)
            return true;
    return false;
}
