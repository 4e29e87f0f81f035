/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restart.c - calls that are interrupted before the supervisor has heard of them.
 *
 * Until its call is received at the listener any signal ends the wait of a thread with
 * ERESTARTSYS (WAIT_KILLABLE_RECV begins to hold with the reception). After a handler
 * without SA_RESTART that would be EINTR, which mkdir(2), kill(2), or open(2) of a file
 * never say; and with SA_RESTART, signals that come often enough would keep the call from
 * ever being received. Nothing has been done yet, so the signal may as well come right
 * after the call: it is taken back, all others are blocked, the call comes again, is
 * received and stops behind its answer. There the signal is sent once more, with all that
 * was known of it. On arm and aarch64 a call that the signal has come just before looks the
 * same: it comes just behind it then. Without a tracer (--lifetime pidns) nobody is asked:
 * there a program with such a handler may see that EINTR.
 *
 * A call that was received, waited in a helper and gave way to the signal has its EINTR
 * by right: notify.c marks its thread.
 */
#include "sandbox/supervise/restart.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/plan/cond.h"
#include "sandbox/supervise/procfs.h"
#include "sandbox/supervise/supervisor.h"

struct held_signal {
	siginfo_t info;
	uint64_t mask;	/* the thread's own */
	bool sent;	/* once more: `info` belongs to the next that comes */
};

/* Whether the filter has sent the call to the listener. */
static bool was_sent(const struct supervisor *sv, const struct call *c)
{
	const struct call_spec *spec = calls_find(c->abi, c->nr);

	/* A socketcall goes to the tracer: filter.c. */
	return spec != NULL && spec->kind != KIND_SOCKETCALL &&
	       cond_judge(spec, c->args, sv->closed).action == CALL_SUPERVISE;
}

/* Whether the signal has taken a call away that is still to be received. 1, 0, or -errno. */
static int is_unheard(struct supervisor *sv, struct tracee *t)
{
	struct call c;
	int rc = call_get_interrupted(&sv->io, t->tid, &c);

	if (rc < 0)
		return rc == -ENODATA ? 0 : rc;
	if (c.result != -CALL_ERESTARTSYS || !was_sent(sv, &c))
		return 0;
	if (t->gave_way) {
		t->gave_way = false;
		return 0;
	}
	return 1;
}

/* Without a handler it ends the process, stops it, or nothing: the call comes again anyway. */
static bool has_handler(pid_t tid, int sig)
{
	struct procfs_signals s;

	return procfs_signals(tid, &s) == 0 && (s.caught & UINT64_C(1) << (sig - 1)) != 0;
}

/* By the instruction itself, which is not to be executed again before it is heard. */
static bool is_fault(const siginfo_t *info)
{
	switch (info->si_signo) {
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP:
	case SIGSYS:
		return info->si_code > 0;
	default:
		return false;
	}
}

/* 1: it has to wait, 0: it has not; -errno. */
static int hold(struct tracee *t)
{
	struct held_signal *h = calloc(1, sizeof(*h));
	uint64_t all = UINT64_MAX;

	/* Then it is heard at once, as it always was. */
	if (h == NULL)
		return 0;
	if (ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &h->info) < 0 || is_fault(&h->info) ||
	    ptrace(PTRACE_GETSIGMASK, t->tid, sizeof(h->mask), &h->mask) < 0 ||
	    ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(all), &all) < 0) {
		int err = is_fault(&h->info) ? 0 : errno;

		free(h);
		return -err;
	}
	t->held = h;
	return 1;
}

/* It was sent once more: it shall look as it did. */
static void complete(struct tracee *t)
{
	struct held_signal *h = t->held;
	siginfo_t now;

	/* Another of its kind that was pending stands for both. */
	if (ptrace(PTRACE_GETSIGINFO, t->tid, NULL, &now) == 0 && now.si_code == SI_TKILL &&
	    now.si_pid == getpid())
		ptrace(PTRACE_SETSIGINFO, t->tid, NULL, &h->info);
	free(h);
	t->held = NULL;
}

int restart_on_signal(struct supervisor *sv, struct tracee *t, int *sig)
{
	int rc;

	if (sv->notify == NULL || t->job != NULL)
		return 0;
	if (t->held != NULL) {
		if (t->held->sent && *sig == t->held->info.si_signo)
			complete(t);
		return 0;
	}
	rc = is_unheard(sv, t);
	if (rc <= 0 || !has_handler(t->tid, *sig))
		return rc < 0 ? rc : 0;
	rc = hold(t);
	if (rc > 0)
		*sig = 0;
	return rc < 0 ? rc : 0;
}

bool restart_holds(const struct tracee *t)
{
	return t->held != NULL && !t->held->sent;
}

void restart_received(const struct tracee *t)
{
	if (restart_holds(t))
		ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL);
}

void restart_let_go(struct tracee *t)
{
	struct held_signal *h = t->held;

	if (!restart_holds(t))
		return;
	h->sent = true;
	if (ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(h->mask), &h->mask) == 0)
		syscall(SYS_tgkill, t->process->tgid, t->tid, h->info.si_signo);
}

void restart_on_exec(struct supervisor *sv, struct tracee *leader)
{
	unsigned long former;
	struct tracee *t;

	if (ptrace(PTRACE_GETEVENTMSG, leader->tid, NULL, &former) < 0 ||
	    (pid_t)former == leader->tid)
		return;
	t = tracees_find(&sv->tracees, (pid_t)former);
	if (t == NULL)
		return;
	free(leader->held);
	leader->held = t->held;
	t->held = NULL;
}
