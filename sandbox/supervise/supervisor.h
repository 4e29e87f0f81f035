/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervisor.h - all that one supervisor knows, and what comes of one call.
 * One thread traces, decides and performs, so no two supervised calls ever
 * run at once: between the resolving of a name and its use no process of the
 * sandbox can change it.
 *
 * That is why there is no worker per processor at the listener either. What
 * may wait long is done by a helper, a process, to what is pinned by then. A
 * single call is as fast so: the kernel is told that whoever wakes the other
 * is about to sleep (SYNC_WAKE_UP), and both stay on one processor. What is
 * lost where many call at once is shown by bench/run.
 */
#ifndef BELAY_SANDBOX_SUPERVISOR_H
#define BELAY_SANDBOX_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "arch/call.h"
#include "sandbox/plan/plan.h"
#include "sandbox/supervise/decide.h"
#include "sandbox/supervise/identity.h"
#include "sandbox/supervise/request.h"
#include "sandbox/supervise/resolve.h"
#include "sandbox/supervise/supervise.h"
#include "sandbox/supervise/tracee.h"

struct box;
struct helper;
struct nest;
struct notify;

enum on_violation { ON_VIOLATION_DENY, ON_VIOLATION_KILL, ON_VIOLATION_KILLALL };

struct supervisor {
	struct box *box;		/* what every process begins with */
	bool boxes_differ;		/* some process has changed its own */
	unsigned int edits;		/* how often */
	unsigned int closed;		/* what the filter was made for: plan_closed() */
	const struct call_spec *absent[PLAN_NEWER]; /* calls that this kernel has not */
	size_t nabsent;
	const struct policy *policy;	/* of the process whose call is handled */
	struct report *report;
	struct tracees tracees;
	struct notify *notify;		/* NULL: backend trace */
	const struct nest *nest;	/* NULL: every process is traced, and in `tracees` */
	struct call_io io;
	struct identity identity;
	struct identity_known common;	/* with `nest`: of all, until one changes its own */
	struct resolve_ctx resolve;
	struct decide_ctx decide;
	unsigned int held;		/* tracees that wait for a channel, or more */
	unsigned long held_since;	/* channels freed when none of them could go on */
	size_t held_at;			/* where the next is looked for */
	enum on_violation on_violation;
	bool wait_all;			/* stay until the last process has gone */
	struct policy_bound *bound;	/* what the sandbox has bound */
	bool raise_fail, raise_safe;	/* as the options say */
	pid_t group, command;		/* our process group, the first tracee */
	/* The call being handled: */
	struct request req;
	struct pin pin[2];
	int base[2];			/* where relative operands start, or -1 */
	bool condemned;			/* its process is to die for a violation */
	bool all_condemned;
};

enum outcome_kind {
	OUTCOME_RUN,	/* the kernel executes the call as it is */
	OUTCOME_WATCH,	/* the same, and its end is noted: it changes credentials */
	OUTCOME_RESULT,	/* the program sees `result`, a value or -errno */
	OUTCOME_FD,	/* the program gets `fd`; it is closed here */
	OUTCOME_HELPER,	/* `helper` will know */
	OUTCOME_REWRITE	/* the kernel executes `call` instead */
};

struct outcome {
	enum outcome_kind kind;
	int64_t result;
	int fd;
	bool cloexec;
	bool take_tty;	/* the open would make it the controlling terminal */
	int signal;	/* to send to the thread first, or 0 */
	struct helper *helper;
	struct call call;
};

static inline void outcome_result(struct outcome *out, int64_t result)
{
	out->kind = OUTCOME_RESULT;
	out->result = result;
}

/*
 * Whether the pid names a process or thread of the sandbox: neither one outside
 * nor the supervisor or a helper of it.
 */
bool supervisor_inside(const struct supervisor *sv, pid_t pid);

/* Call `visit` for every process of the sandbox; stops at the first that is not 0. */
int supervisor_each_process(const struct supervisor *sv,
			    int (*visit)(struct process *p, void *arg), void *arg);

/* SIGKILL for every process of the sandbox. */
void supervisor_kill_all(const struct supervisor *sv);

/*
 * Whether the caller still waits for its answer. What was read by its number
 * before was then its own: a number is given away when its thread has ended,
 * and without a tracer that may be at any time.
 */
bool supervisor_is_awaited(const struct supervisor *sv);

/* From here on judge by the rules of this process. Before every call. */
void judge_as(struct supervisor *sv, const struct tracee *t);

/*
 * Ask whether `op` may be done to the object; a refusal is reported. 0, or the
 * -errno that the program sees.
 */
int judge_pin(struct supervisor *sv, struct tracee *t, enum policy_op op, const struct pin *pin);

/* The same for an address; `path` as for policy_decide_addr(). */
int judge_addr(struct supervisor *sv, struct tracee *t, enum policy_op op,
	       const struct sockaddr *addr, socklen_t len, const struct pin *pin);

/* Report a refusal that no policy can lift. Returns -error. */
int judge_refuse(struct supervisor *sv, struct tracee *t, const char *op, const char *object,
		 const char *why, int error);

/* Report a path that cannot be resolved, where the policy calls that a violation. */
void judge_unresolved(struct supervisor *sv, const char *path, int error);

#endif
