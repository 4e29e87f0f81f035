/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache.h - what was fetched, kept in one directory of the user. An entry is a
 * directory that appears when it is complete, with checksums of its files; a row
 * is a name that points to the entry that is its newest. Where an entry comes from
 * is not known here.
 */
#ifndef BELAY_HARNESS_CACHE_H
#define BELAY_HARNESS_CACHE_H

#include <stdint.h>

#include "harness/base/buf.h"
#include "harness/run.h"

/* ${BELAY_CACHE:-${XDG_CACHE_HOME:-~/.cache}/belay}/NAME, made with its parents. */
int cache_dir(const char *name, char **out, struct why *why);
/* A directory with its parents, where it is not there yet. */
int cache_make_dirs(const char *path, struct why *why);

/*
 * From now to the end of this process nobody prunes the cache. A cache that only
 * others may write to is as good, as long as nothing has to be fetched.
 */
int cache_hold(struct why *why);

/* Remove a file, or a directory with all that it holds. */
int cache_remove(const char *path, struct why *why);

/*
 * Make an entry: fill *work, an empty directory, then commit it, or remove it. When
 * somebody else was faster, his entry stands and the work is gone.
 */
int cache_stage(const char *entry, char **work, struct why *why);
int cache_commit(const char *work, const char *entry, struct why *why);

/* 0 when it is there as it was committed, -ENOENT, or -EBADMSG when it is damaged. */
int cache_check(const char *entry, struct why *why);

int cache_point(const char *row, const char *entry, struct why *why);
/* The path of the entry that a row points to, or -ENOENT. */
int cache_row(const char *row, char **entry, struct why *why);

/* Bytes on disk of a path and all below it; 0 when that cannot be said. */
uint64_t cache_size(const char *path);

/*
 * Remove every entry that none of these rows points to, other rows, roots of apt
 * (below "apt/") but these, and what others left unfinished. Each is said. -EBUSY
 * while another kmatrix holds the cache. Both lists end with NULL.
 */
int cache_prune(const char *const *rows, const char *const *roots, run_say *say, void *arg,
		uint64_t *freed, struct why *why);

#endif
