/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracee.c - the table of the sandbox's threads and processes: two small hash
 * tables, since a fork bomb makes thousands and every stop looks one up. It
 * must not decide or resume anything.
 */
#include "sandbox/supervise/tracee.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/supervise/box.h"
#include "sandbox/supervise/channel.h"
#include "sandbox/supervise/job.h"
#include "sandbox/supervise/sys.h"

#define PIDFDS 16	/* that are kept open, of all processes */

static size_t bucket(pid_t id)
{
	return (size_t)id % TRACEE_BUCKETS;
}

struct tracee *tracees_find(const struct tracees *ts, pid_t tid)
{
	struct tracee *t = ts->thread[bucket(tid)];

	while (t != NULL && t->tid != tid)
		t = t->next;
	return t;
}

struct process *tracees_process(const struct tracees *ts, pid_t tgid)
{
	struct process *p = ts->process[bucket(tgid)];

	while (p != NULL && p->tgid != tgid)
		p = p->next;
	return p;
}

bool tracees_inside(const struct tracees *ts, pid_t id)
{
	return id > 0 && (tracees_find(ts, id) != NULL || tracees_process(ts, id) != NULL);
}

static struct process *process_add(struct tracees *ts, pid_t tgid)
{
	struct process *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->tgid = tgid;
	p->pidfd = -1;
	p->next = ts->process[bucket(tgid)];
	ts->process[bucket(tgid)] = p;
	return p;
}

/* The processes whose pidfd is open: a fork bomb must not use up our descriptors. */
static struct process *holders[PIDFDS];
static size_t next_holder;

void process_forget_pidfd(struct process *p)
{
	if (p->pidfd < 0)
		return;
	for (size_t i = 0; i < PIDFDS; i++)
		if (holders[i] == p)
			holders[i] = NULL;
	close(p->pidfd);
	p->pidfd = -1;
}

/* In place of the one that has been kept longest. */
static void keep_pidfd(struct process *p, int fd)
{
	if (holders[next_holder] != NULL)
		process_forget_pidfd(holders[next_holder]);
	holders[next_holder] = p;
	next_holder = (next_holder + 1) % PIDFDS;
	p->pidfd = fd;
}

static void process_drop(struct tracees *ts, struct process *p)
{
	struct process **at = &ts->process[bucket(p->tgid)];

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	channel_unref(p->channel);
	box_unref(p->box);
	process_forget_pidfd(p);
	free(p);
}

int tracees_add(struct tracees *ts, pid_t tid, pid_t tgid, struct tracee **out)
{
	struct tracee *t = tracees_find(ts, tid);

	if (t == NULL) {
		struct process *p = tracees_process(ts, tgid);

		t = calloc(1, sizeof(*t));
		if (t == NULL)
			return -ENOMEM;
		if (p == NULL)
			p = process_add(ts, tgid);
		if (p == NULL) {
			free(t);
			return -ENOMEM;
		}
		p->threads++;
		t->tid = tid;
		t->process = p;
		t->next = ts->thread[bucket(tid)];
		ts->thread[bucket(tid)] = t;
		ts->count++;
	}
	*out = t;
	return 0;
}

void tracee_settle(struct tracee *t)
{
	if (t->changes != NULL)
		identity_changed(t->changes);
	t->changes = NULL;
}

void tracees_drop(struct tracees *ts, struct tracee *t)
{
	struct tracee **at = &ts->thread[bucket(t->tid)];

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	ts->count--;
	job_free(t->job);
	free(t->held);
	tracee_settle(t);
	if (--t->process->threads == 0)
		process_drop(ts, t->process);
	free(t);
}

void tracees_drop_siblings(struct tracees *ts, struct tracee *keep)
{
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		struct tracee *t = ts->thread[i];

		while (t != NULL) {
			struct tracee *next = t->next;

			if (t->process == keep->process && t != keep)
				tracees_drop(ts, t);
			t = next;
		}
	}
}

void tracees_clear(struct tracees *ts)
{
	for (size_t i = 0; i < TRACEE_BUCKETS; i++)
		while (ts->thread[i] != NULL)
			tracees_drop(ts, ts->thread[i]);
}

int tracees_each_process(const struct tracees *ts, int (*visit)(struct process *p, void *arg),
			 void *arg)
{
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		for (struct process *p = ts->process[i]; p != NULL; p = p->next) {
			int rc = visit(p, arg);

			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

int tracee_pidfd(struct tracee *t)
{
	struct process *p = t->process;

	if (p->pidfd < 0) {
		int fd = sys_pidfd_open(p->tgid, 0);

		if (fd < 0)
			return fd;
		keep_pidfd(p, fd);
	}
	return p->pidfd;
}
