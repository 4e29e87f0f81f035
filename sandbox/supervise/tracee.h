/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracee.h - the table of the sandbox's threads and processes. It is what
 * "inside" means: a pid that is not here belongs to somebody else. Makes no
 * ptrace request.
 */
#ifndef BELAY_SANDBOX_TRACEE_H
#define BELAY_SANDBOX_TRACEE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "sandbox/supervise/identity.h"

struct box;
struct channel;
struct job;

/* A thread group. Freed with its last thread. */
struct process {
	pid_t tgid;
	unsigned int threads;
	int pidfd;		 /* opened when first needed, or -1 */
	struct channel *channel; /* counted reference, or NULL; see handover.h */
	struct box *box;	 /* counted reference; NULL: its maker is not known yet */
	pid_t maker;		 /* with box NULL: the parent; and the stop in which it is held */
	int held_status;
	bool installing;	 /* one of its threads is making the channel */
	bool launching;		 /* our own code runs in it, up to its first exec */
	struct process *next;
};

/* A thread. */
struct tracee {
	pid_t tid;
	struct process *process;
	struct identity_known known;
	struct job *job;	/* a call that we are changing, or NULL; owned */
	struct held_signal *held; /* a signal that waits for a call, or NULL; owned: restart.c */
	bool gave_way;		/* its call was answered with ERESTARTSYS: notify.c */
	struct identity *changes; /* its last call changes them and may still run, or NULL */
	struct tracee *next;
};

/* What the loop does with a thread that has stopped. */
enum tracee_next {
	TRACEE_CONT,	/* PTRACE_CONT */
	TRACEE_SYSCALL, /* PTRACE_SYSCALL: more stops of its job to come */
	TRACEE_HOLD	/* leave it stopped: for a channel, or for a helper to give up */
};

#define TRACEE_BUCKETS 1024

struct tracees {
	struct tracee *thread[TRACEE_BUCKETS];
	struct process *process[TRACEE_BUCKETS];
	size_t count;
};

struct tracee *tracees_find(const struct tracees *ts, pid_t tid);
struct process *tracees_process(const struct tracees *ts, pid_t tgid);

/* Whether the id names a thread or a thread group of the sandbox. */
bool tracees_inside(const struct tracees *ts, pid_t id);

/*
 * Enter a thread; a tid that is there already stays as it is. 0 with the
 * record in *out, or -ENOMEM.
 */
int tracees_add(struct tracees *ts, pid_t tid, pid_t tgid, struct tracee **out);

/* The last call of the thread has ended: tell t->changes. */
void tracee_settle(struct tracee *t);

/* Forget one thread; with the last one its process goes too. */
void tracees_drop(struct tracees *ts, struct tracee *t);

/* After exec: only the thread `keep` is left of its process. */
void tracees_drop_siblings(struct tracees *ts, struct tracee *keep);

void tracees_clear(struct tracees *ts);

/* Call `visit` for every process; stops at the first that is not 0. */
int tracees_each_process(const struct tracees *ts, int (*visit)(struct process *p, void *arg),
			 void *arg);

/* Close the one that is kept open, if any. */
void process_forget_pidfd(struct process *p);

/* A pidfd of the thread's process; the table keeps it open. -errno. */
int tracee_pidfd(struct tracee *t);

#endif
