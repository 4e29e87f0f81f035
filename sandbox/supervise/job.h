/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job.h - a call of a tracee that takes more than one stop: a descriptor being
 * handed over, or a wait for a helper. What it has changed in the tracee is
 * kept here and put back.
 */
#ifndef BELAY_SANDBOX_JOB_H
#define BELAY_SANDBOX_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/call.h"
#include "sandbox/supervise/inject.h"
#include "sandbox/supervise/mem.h"
#include "sandbox/supervise/tracee.h"

struct channel;
struct helper;
struct identity;
struct supervisor;

/* The largest of msghdr + cmsghdr with a descriptor, and of int[2]. */
#define JOB_SCRATCH 80

enum job_step {
	JOB_LATE,	/* answered through the listener: to stop before it runs on */
	JOB_WAIT,	/* the tracee waits for a helper */
	JOB_CANCEL,	/* a signal has come first: stopped until the helper has given up */
	JOB_MAP,	/* a page for scratch where the stack cannot serve */
	JOB_PAIR,	/* socketpair */
	JOB_RAISE,	/* fcntl(F_DUPFD_CLOEXEC): its end to a high number */
	JOB_CLOSE_OURS, /* close the end that the supervisor has taken */
	JOB_CLOSE_LOW,	/* close the low number of its own end */
	JOB_RECEIVE,	/* recvmsg: the descriptor arrives */
	JOB_TTY,	/* ioctl(TIOCSCTTY) */
	JOB_UNMAP,
	JOB_WATCHED,	/* the call as it is: nothing to put back */
	JOB_REWRITTEN	/* another call with the same meaning: its result counts */
};

struct job {
	enum job_step step;
	bool entered;		/* the next syscall-stop is an exit */
	bool at_seccomp;	/* nothing was changed yet: the call can be rewritten */
	bool waiting;		/* stopped: the channel is in use, or being made */
	bool reinstalled;	/* the channel was found dead once */
	struct call call;	/* as it was entered */
	struct call_regs regs;	/* as they were then */
	struct helper *helper;	/* JOB_WAIT */
	struct identity *changes; /* JOB_WATCHED: to be told when it has ended */
	int fd;			/* to hand over, owned; or -1 */
	bool cloexec, take_tty;
	struct channel *channel; /* counted reference while in use or being made */
	struct process *installs; /* whose channel it is making, or NULL */
	uint64_t scratch;	/* address, or 0 */
	uint64_t page;		/* address of the mapped page, or 0 */
	unsigned char saved[JOB_SCRATCH];
	bool has_saved;
	bool masked;
	uint64_t mask;		/* the tracee's own signal mask */
	int pair[2];		/* the tracee's descriptors */
	int64_t result;		/* what the program will see */
};

/* One for this call, without registers and without a tracee; NULL: no memory. */
struct job *job_new(const struct call *c);

/* At the seccomp stop of `c`: one with the registers of now, in t->job. 0 or -errno. */
int job_start(struct tracee *t, const struct call *c);

/* The memory of its tracee, as the call sees it. */
static inline struct mem job_mem(const struct tracee *t)
{
	return (struct mem){ t->tid, t->job->call.abi };
}

/* Make its tracee execute this call next; signals wait from then on. 0 or -errno. */
int job_inject(struct supervisor *sv, struct tracee *t, enum inject_call which,
	       const uint64_t args[ABI_NARGS]);

/* Put everything back, and free it: the program sees `result`. 0 or -errno. */
int job_finish(struct supervisor *sv, struct tracee *t, int64_t result, enum tracee_next *next);

/*
 * The channel that the job uses or makes is free for others. How often one was
 * so far: while that stays the same, whoever waits for a channel waits on.
 */
void job_free_channel(struct job *j);
unsigned long job_channels_freed(void);

/* Release what a job owns; its helper is abandoned. NULL is fine. */
void job_free(struct job *j);

#endif
