/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt.h - a private apt root for one suite and one architecture. The machine's
 * own packages, lists and configuration are read and never changed.
 */
#ifndef BELAY_HARNESS_APT_H
#define BELAY_HARNESS_APT_H

#include "harness/buf.h"
#include "harness/run.h"

struct apt {
	char *dir;
	char *suite, *arch;
	int lock; /* one kmatrix at a time in one root */
	run_say *say;
	void *say_arg;
};

/* ${BELAY_CACHE:-${XDG_CACHE_HOME:-~/.cache}/belay}/NAME, made with its parents. */
int cache_dir(const char *name, char **out, struct why *why);

/*
 * Open the root, made when there is none. Its lists are at most a day old, or as
 * they are when the mirror cannot be reached.
 */
int apt_open(const char *suite, const char *arch, run_say *say, void *arg, struct apt *out,
	     struct why *why);
void apt_close(struct apt *apt);

/*
 * Fetch the lists now, and fail when that fails. Without `security` those of the
 * suite alone, which is also what is tried when they fail: some suites have none
 * apart.
 */
int apt_update(struct apt *apt, bool security, struct why *why);

/* The newest version's record of a package: "Version: ...\nDepends: ...\n". */
int apt_show(struct apt *apt, const char *package, struct buf *record, struct why *why);

/* The value of a field of such a record, NULL when it has none; to be freed. */
char *apt_field(const char *record, const char *field);

/* Download one package into `dir`, which must be empty: *deb is its path. */
int apt_download(struct apt *apt, const char *package, const char *version, const char *dir,
		 char **deb, struct why *why);

/* These packages (parted by blanks) and all they depend on, with versions, one a line. */
int apt_closure(struct apt *apt, const char *packages, struct buf *list, struct why *why);
/* Their files: *dir holds them and no others. Remove them when they are unpacked. */
int apt_download_closure(struct apt *apt, const char *packages, char **dir, struct why *why);

#endif
