/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * services.h - ports by name from a services(5) file, read as a file: the
 * name service switch would load libraries and ask daemons.
 */
#ifndef BELAY_SANDBOX_SERVICES_H
#define BELAY_SANDBOX_SERVICES_H

#include <stddef.h>

/* The port of a name (or alias) of len bytes; -ESRCH: no such name; -errno of the file. */
int services_port(const char *file, const char *name, size_t len);

#endif
