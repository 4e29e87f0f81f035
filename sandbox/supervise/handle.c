/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handle.c - one supervised call: read it, find its row in the call table,
 * have it performed, deliver the outcome. What has no row is refused.
 */
#include "sandbox/supervise/handle.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/perform.h"

void handle_drop(struct outcome *o)
{
	if (o->kind == OUTCOME_FD)
		close(o->fd);
	else if (o->kind == OUTCOME_HELPER)
		helper_release(o->helper);
}

/* Whether this kernel is too old for the call: nobody is to find it here. */
static bool is_absent(const struct supervisor *sv, const struct call_spec *spec)
{
	for (size_t i = 0; i < sv->nabsent; i++)
		if (sv->absent[i] == spec)
			return true;
	return false;
}

int handle_judge(struct supervisor *sv, struct tracee *t, const struct call *c,
		 struct outcome *o)
{
	const struct call_spec *spec = c->abi != NULL ? calls_find(c->abi, c->nr) : NULL;

	/*
	 * Not a call that our filter sends here: a filter of the program's own
	 * said RET_TRACE, which without a tracer of its own means ENOSYS.
	 */
	if (spec == NULL || spec->action == CALL_ALLOW || is_absent(sv, spec)) {
		outcome_result(o, -ENOSYS);
		return 0;
	}
	if (spec->action == CALL_REFUSE) {
		outcome_result(o, -spec->error);
		return 0;
	}
	/* Our own code between fork and exec. */
	if (t->process->launching && spec->kind != KIND_EXEC) {
		o->kind = OUTCOME_RUN;
		return 0;
	}
	judge_as(sv, t);
	return perform_call(sv, t, spec, c, o);
}

int handle_call(struct supervisor *sv, struct tracee *t, enum tracee_next *next)
{
	struct outcome o = { .fd = -1 };
	struct call c;
	int rc = call_get(&sv->io, t->tid, CALL_SECCOMP, &c);

	if (rc == 0)
		rc = handle_judge(sv, t, &c, &o);
	if (rc < 0)
		return rc;
	if (sv->condemned || sv->all_condemned) {
		sv->condemned = false;
		handle_drop(&o);
		kill(t->process->tgid, SIGKILL);
		return -ESRCH;
	}
	return deliver_outcome(sv, t, &c, &o, next);
}
