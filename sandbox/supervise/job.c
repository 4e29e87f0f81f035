/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job.c - begin a job, make its tracee execute a call, end it: what it holds
 * and what it has changed in the tracee is taken and given back. Which calls,
 * and what comes of them, is deliver.c and handover.c.
 */
#include "sandbox/supervise/job.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "sandbox/supervise/channel.h"
#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/identity.h"
#include "sandbox/supervise/supervisor.h"

static unsigned long freed;

void job_free_channel(struct job *j)
{
	if (j->channel != NULL) {
		j->channel->busy = false;
		channel_unref(j->channel);
		j->channel = NULL;
		freed++;
	}
	if (j->installs != NULL) {
		j->installs->installing = false;
		j->installs = NULL;
		freed++;
	}
}

unsigned long job_channels_freed(void)
{
	return freed;
}

void job_free(struct job *j)
{
	if (j == NULL)
		return;
	/* Gone in the middle: a message may be left for nobody. */
	if (j->channel != NULL)
		j->channel->dead = true;
	job_free_channel(j);
	if (j->changes != NULL)
		identity_changed(j->changes);
	if (j->helper != NULL)
		helper_release(j->helper);
	if (j->fd >= 0)
		close(j->fd);
	free(j);
}

struct job *job_new(const struct call *c)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j != NULL) {
		j->fd = -1;
		j->call = *c;
	}
	return j;
}

int job_start(struct tracee *t, const struct call *c)
{
	struct job *j = job_new(c);
	int rc;

	if (j == NULL)
		return -ENOMEM;
	j->at_seccomp = true;
	rc = call_save_regs(t->tid, &j->regs);
	if (rc < 0) {
		free(j);
		return rc;
	}
	t->job = j;
	return 0;
}

/* No handler may run between two injected calls. */
static int mask_signals(struct tracee *t)
{
	struct job *j = t->job;
	uint64_t all = UINT64_MAX;

	if (j->masked)
		return 0;
	if (ptrace(PTRACE_GETSIGMASK, t->tid, sizeof(j->mask), &j->mask) < 0 ||
	    ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(all), &all) < 0)
		return -errno;
	j->masked = true;
	return 0;
}

int job_inject(struct supervisor *sv, struct tracee *t, enum inject_call which,
	       const uint64_t args[ABI_NARGS])
{
	struct job *j = t->job;
	int64_t nr = inject_nr(j->call.abi, which);
	int rc;

	if (nr < 0)
		return -ENOSYS;
	if (j->at_seccomp) {
		j->at_seccomp = false;
		j->entered = true;
		return call_rewrite(&sv->io, t->tid, &j->call, nr, args);
	}
	rc = mask_signals(t);
	if (rc < 0)
		return rc;
	j->entered = false;
	return call_again(&sv->io, t->tid, &j->call, nr, args);
}

int job_finish(struct supervisor *sv, struct tracee *t, int64_t result, enum tracee_next *next)
{
	struct job *j = t->job;
	int rc = 0;

	if (j->has_saved)
		mem_write(job_mem(t), j->scratch, j->saved, sizeof(j->saved));
	if (j->masked &&
	    ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(j->mask), &j->mask) < 0)
		rc = -errno;
	if (rc == 0 && j->at_seccomp) {
		rc = call_skip(&sv->io, t->tid, &j->call, result);
	} else if (rc == 0) {
		rc = call_load_result(t->tid, &j->call, &j->regs, result);
	}
	job_free(j);
	t->job = NULL;
	*next = TRACEE_CONT;
	return rc;
}
