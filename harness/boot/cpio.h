/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpio.h - writes the archive that Linux unpacks as its first root (format
 * "newc", Documentation/driver-api/early-userspace/buffer-format.rst). Owners
 * and device nodes are only numbers in it, so no privilege is needed.
 */
#ifndef BELAY_HARNESS_CPIO_H
#define BELAY_HARNESS_CPIO_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct cpio;

/*
 * Append an archive to `out`, which stays the caller's; its position must be a
 * multiple of four. Everything belongs to root and dates from 1970: the same
 * content gives the same bytes. Missing parent directories are added before what
 * is in them; a name that was written already is left out.
 *
 * Names are relative ("bin/sh"). The functions return 0 or -errno; after a
 * failure the archive is of no use.
 */
struct cpio *cpio_begin(FILE *out);
int cpio_dir(struct cpio *c, const char *name, mode_t perm);
int cpio_link(struct cpio *c, const char *name, const char *target);
int cpio_char_device(struct cpio *c, const char *name, mode_t perm, unsigned major,
		     unsigned minor);
int cpio_data(struct cpio *c, const char *name, mode_t perm, const void *bytes, size_t len);
/* The content of a file of this machine. */
int cpio_file(struct cpio *c, const char *name, mode_t perm, const char *path);
/* Write the end and free; the first failure of all that went before, too. */
int cpio_end(struct cpio *c);

#endif
