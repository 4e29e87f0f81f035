/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt.h - a private apt root for one suite and one architecture. The machine's
 * own packages, lists and configuration are read and never changed.
 */
#ifndef BELAY_HARNESS_APT_H
#define BELAY_HARNESS_APT_H

#include "harness/base/buf.h"
#include "harness/run.h"

struct apt {
	char *dir;
	char *suite, *arch;
	int lock; /* one kmatrix at a time in one root */
	bool released;
	run_say *say;
	void *say_arg;
};

/* From now on apt_open() asks the mirror, however new the lists are, or fails. */
void apt_lists_now(bool now);

/*
 * Open the root, made when there is none. Its lists are at most a day old, or as
 * they are when the mirror cannot be reached. `released`: another root, of the suite
 * as it was released, without updates.
 */
int apt_open(const char *suite, const char *arch, bool released, run_say *say, void *arg,
	     struct apt *out, struct why *why);
#define APT_RELEASED "+released" /* behind the name of its directory */
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

/*
 * Download one package, of `size` bytes as its record says (or NULL): *deb is its
 * path. What was interrupted goes on where it stood.
 */
int apt_download(struct apt *apt, const char *package, const char *version, const char *size,
		 char **deb, struct why *why);

/* These packages (parted by blanks) and all they depend on, with versions, one a line. */
int apt_closure(struct apt *apt, const char *packages, struct buf *list, struct why *why);
/* Their files: *dir holds them and no others. `name` is that of the list, for going on. */
int apt_download_closure(struct apt *apt, const char *packages, const char *name, char **dir,
			 struct why *why);

/* That these lists name what the mirror has not: remembered until they are fetched again. */
bool apt_is_gone(struct apt *apt, const char *name);
int apt_set_gone(struct apt *apt, const char *name, struct why *why);

/* What was downloaded is not needed any more. */
void apt_downloaded(struct apt *apt);

#endif
