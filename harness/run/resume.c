/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resume.c - from a stored run to targets with a part of their answers.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/run/resume.h"

/* One byte for each run, where SQLite locks nothing and no file reaches. */
#define RESUME_LOCK_BASE ((off_t)1 << 40)

int resume_check(const struct store_run *run, const char *store, struct why *why)
{
	if (!run->asked[0])
		return why_set(why, EINVAL, "run %lld of '%s' cannot be resumed: it does not say "
			       "what it was asked for", (long long)run->id, store);
	if (strcmp(run->belay_version, PACKAGE_VERSION))
		return why_set(why, EINVAL, "run %lld of '%s' cannot be resumed: it is one of "
			       "kmatrix %s, and this is %s", (long long)run->id, store,
			       run->belay_version, PACKAGE_VERSION);
	return 0;
}

int resume_claim(const char *store, int64_t run, int *out, struct why *why)
{
	struct flock lock = {
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = RESUME_LOCK_BASE + (off_t)run,
		.l_len = 1,
	};
	int fd = open(store, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return why_set(why, errno, "store '%s': %s", store, strerror(errno));
	/* A file system without locks guards nothing, and is no reason not to run. */
	if (fcntl(fd, F_OFD_SETLK, &lock) < 0 && (errno == EAGAIN || errno == EACCES)) {
		close(fd);
		return why_set(why, EBUSY, "run %lld of '%s' is not cut off: a kmatrix is at work "
			       "on it", (long long)run, store);
	}
	*out = fd;
	return 0;
}

static struct cell *resume_find(struct target *targets, size_t count, const struct cell *c)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < targets[i].count; k++)
			if (!strcmp(targets[i].cells[k].kernel, c->kernel) &&
			    !strcmp(targets[i].cells[k].abi, c->abi))
				return &targets[i].cells[k];
	return NULL;
}

/* What was stored of a case replaces the question. */
static void resume_result(struct cell *c, const struct result *old)
{
	struct result *r = results_find(&c->results, old->program, old->name);

	if (!r)
		r = results_add(&c->results, old->program, old->name, old->contract, old->status,
				old->reason);
	r->status = old->status;
	/* Why it was not reached then is no reason now. */
	result_set_reason(r, old->status == STATUS_LOST ? "" : old->reason);
	r->attempts = old->attempts;
	r->us = old->us;
	result_set_output(r, old->output, old->output_len);
	/* An answer of its own programs: the guest has said which cases there are. */
	if (old->status != STATUS_LOST && old->status != STATUS_NOBUILD)
		c->borrowed = false;
}

int resume_take(const struct store_run *run, struct target *targets, size_t count, struct why *why)
{
	for (size_t i = 0; i < run->count; i++)
		if (!resume_find(targets, count, &run->cells[i]))
			return why_set(why, EINVAL, "run %lld cannot be resumed: it has a cell "
				       "%s/%s, which is not there any more", (long long)run->id,
				       run->cells[i].kernel, run->cells[i].abi);
	for (size_t i = 0; i < run->count; i++) {
		const struct cell *old = &run->cells[i];
		struct cell *c = resume_find(targets, count, old);

		c->id = old->id;
		cell_set(&c->version, old->version);
		cell_set(&c->accel, old->accel);
		cell_set(&c->qemu, old->qemu);
		cell_set(&c->user, old->user);
		for (size_t k = 0; k < old->results.count; k++)
			resume_result(c, &old->results.v[k]);
	}
	return 0;
}
