/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deliver.c - carry an outcome out in the tracee: at once, or as a job that
 * takes more stops. It must not decide anything.
 *
 * On Linux before 4.8 seccomp comes before the syscall-enter-stop and none of
 * this holds; supervise.c refuses to start there.
 */
#include "sandbox/supervise/deliver.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/supervise/files.h"
#include "sandbox/supervise/handover.h"
#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/job.h"

/* A helper has finished, or a signal ended the wait for it. */
static int waited(struct supervisor *sv, struct tracee *t, enum tracee_next *next)
{
	struct job *j = t->job;
	struct helper *h = j->helper;
	int64_t result;

	if (!helper_poll(h) && !h->reaped) {
		/*
		 * What it has done by now is done: the other side of a FIFO that
		 * has met it would find nobody afterwards.
		 */
		j->step = JOB_CANCEL;
		*next = TRACEE_HOLD;
		return helper_cancel(h);
	}
	/* As a native call: EINTR after a handler, or again from the start. */
	if (helper_poll(h) ? h->result == -EINTR : j->step == JOB_CANCEL)
		return job_finish(sv, t, -CALL_ERESTARTSYS, next);
	result = helper_result(h);
	j->fd = h->fd;
	h->fd = -1;
	j->helper = NULL;
	helper_release(h);
	return j->fd < 0 ? job_finish(sv, t, result, next) : handover_begin(sv, t, next);
}

/* At the exit of a call of the job. */
static int stepped(struct supervisor *sv, struct tracee *t, int64_t result,
		   enum tracee_next *next)
{
	switch (t->job->step) {
	case JOB_WATCHED:
		job_free(t->job);
		t->job = NULL;
		*next = TRACEE_CONT;
		return 0;
	case JOB_WAIT:
		return waited(sv, t, next);
	case JOB_REWRITTEN:
		return job_finish(sv, t, result, next);
	default:
		return handover_step(sv, t, result, next);
	}
}

int deliver_step(struct supervisor *sv, struct tracee *t, enum tracee_next *next)
{
	struct job *j = t->job;
	struct call now;
	int rc;

	if (!j->entered) {
		j->entered = true;
		*next = TRACEE_SYSCALL;
		return 0;
	}
	if (j->step == JOB_WATCHED)
		return stepped(sv, t, 0, next);
	rc = call_get(&sv->io, t->tid, CALL_EXIT, &now);
	return rc < 0 ? rc : stepped(sv, t, now.result, next);
}

int deliver_helper_ended(struct supervisor *sv, struct tracee *t, enum tracee_next *next)
{
	if (t->job->step == JOB_CANCEL)
		return waited(sv, t, next);
	*next = TRACEE_HOLD;
	return ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL) < 0 ? -errno : 0;
}

static int start_wait(struct supervisor *sv, struct tracee *t, struct outcome *o,
		      enum tracee_next *next)
{
	struct job *j = t->job;
	/*
	 * ppoll of no descriptors waits for a signal. The first argument stays
	 * the program's own: arm64 keeps a second copy of it for the restart
	 * which a tracer cannot write.
	 */
	uint64_t args[ABI_NARGS] = { j->call.args[0] };

	j->step = JOB_WAIT;
	j->helper = o->helper;
	j->cloexec = o->cloexec;
	*next = TRACEE_SYSCALL;
	return job_inject(sv, t, INJECT_PPOLL, args);
}

int deliver_outcome(struct supervisor *sv, struct tracee *t, const struct call *c,
		    struct outcome *o, enum tracee_next *next)
{
	int rc;

	*next = TRACEE_CONT;
	switch (o->kind) {
	case OUTCOME_RUN:
		return 0;
	case OUTCOME_RESULT:
		if (o->signal != 0)
			syscall(SYS_tgkill, t->process->tgid, t->tid, o->signal);
		return call_skip(&sv->io, t->tid, c, o->result);
	case OUTCOME_FD:
		if (!files_may_last(o->fd)) {
			close(o->fd);
			return call_skip(&sv->io, t->tid, c, -EMFILE);
		}
		rc = job_start(t, c);
		if (rc < 0) {
			close(o->fd);
			return rc == -ENOMEM ? call_skip(&sv->io, t->tid, c, rc) : rc;
		}
		t->job->fd = o->fd;
		t->job->cloexec = o->cloexec;
		t->job->take_tty = o->take_tty;
		return handover_begin(sv, t, next);
	case OUTCOME_HELPER:
		rc = job_start(t, c);
		if (rc < 0) {
			helper_release(o->helper);
			return rc == -ENOMEM ? call_skip(&sv->io, t->tid, c, rc) : rc;
		}
		return start_wait(sv, t, o, next);
	case OUTCOME_WATCH:
		rc = job_start(t, c);
		if (rc < 0)
			return rc == -ENOMEM ? call_skip(&sv->io, t->tid, c, rc) : rc;
		identity_changing(&sv->identity);
		t->job->changes = &sv->identity;
		t->job->step = JOB_WATCHED;
		t->job->entered = true;
		*next = TRACEE_SYSCALL;
		return 0;
	case OUTCOME_REWRITE:
		rc = job_start(t, c);
		if (rc < 0)
			return rc == -ENOMEM ? call_skip(&sv->io, t->tid, c, rc) : rc;
		t->job->step = JOB_REWRITTEN;
		t->job->at_seccomp = false;
		t->job->entered = true;
		*next = TRACEE_SYSCALL;
		return call_rewrite(&sv->io, t->tid, c, o->call.nr, o->call.args);
	}
	return -EINVAL;
}

int deliver_later(struct tracee *t, const struct call *c, struct outcome *o)
{
	struct job *j = files_may_last(o->fd) ? job_new(c) : NULL;

	if (j == NULL || ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL) < 0) {
		int err = j != NULL ? errno : files_may_last(o->fd) ? ENOMEM : EMFILE;

		free(j);
		close(o->fd);
		return -err;
	}
	j->step = JOB_LATE;
	j->fd = o->fd;
	j->cloexec = o->cloexec;
	j->take_tty = o->take_tty;
	t->job = j;
	return 0;
}

bool deliver_is_late(const struct tracee *t)
{
	return t->job != NULL && t->job->step == JOB_LATE;
}

int deliver_interrupted(struct supervisor *sv, struct tracee *t, enum tracee_next *next)
{
	struct job *j = t->job;
	struct call now;
	int rc = call_get(&sv->io, t->tid, CALL_NONE, &now);

	if (rc == 0)
		rc = call_save_regs(t->tid, &j->regs);
	if (rc < 0)
		return rc;
	j->call.sp = now.sp;
	return handover_begin(sv, t, next);
}
