/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job.c - begin and end of a job: what it holds is taken and given back. What
 * its steps do is deliver.c.
 */
#include "sandbox/supervise/job.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "sandbox/supervise/channel.h"
#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/identity.h"
#include "sandbox/supervise/tracee.h"

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
