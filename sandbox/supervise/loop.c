/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.c - the wait loop: which stop is it, who handles it, how does the
 * tracee go on; under the notify backend, between stops, the calls that wait
 * at the listener. A tracee may vanish at any moment (SIGKILL),
 * so ESRCH is normal life at every ptrace request: its end is still to come
 * from waitpid. Decides nothing about calls.
 */
#include "sandbox/supervise/loop.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launch/foreground.h"
#include "sandbox/supervise/box.h"
#include "sandbox/supervise/caller.h"
#include "sandbox/supervise/channel.h"
#include "sandbox/supervise/deliver.h"
#include "sandbox/supervise/exec.h"
#include "sandbox/supervise/handle.h"
#include "sandbox/supervise/handover.h"
#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/job.h"
#include "sandbox/supervise/notify.h"
#include "sandbox/supervise/procfs.h"
#include "sandbox/supervise/restart.h"

#define EVENT_STOP 128 /* PTRACE_EVENT_STOP; some C libraries have it wrong */
#define SYSCALL_STOP (SIGTRAP | 0x80)

static int request(enum __ptrace_request what, pid_t tid, int sig)
{
	if (ptrace(what, tid, NULL, (long)sig) < 0 && errno != ESRCH)
		return -errno;
	return 0;
}

/* Let it run, delivering `sig`; up to the next syscall-stop if it has a job. */
static int resume(const struct tracee *t, int sig)
{
	return request(t->job != NULL ? PTRACE_SYSCALL : PTRACE_CONT, t->tid, sig);
}

static int go_on(struct supervisor *sv, struct tracee *t, enum tracee_next next)
{
	switch (next) {
	case TRACEE_SYSCALL:
		return request(PTRACE_SYSCALL, t->tid, 0);
	case TRACEE_CONT:
		/* It was traced for the job that has ended. */
		if (sv->nest != NULL && t->job == NULL)
			return caller_return(sv, t, 0);
		return request(PTRACE_CONT, t->tid, 0);
	case TRACEE_HOLD:
		break;
	}
	return 0;
}

/* What /proc says of it is another's, and nothing can be judged; see procfs.h. */
static int end_mistaken(struct supervisor *sv, pid_t tid)
{
	report_message(sv->report, "killed process %d: /proc takes another one for it", (int)tid);
	kill(tid, SIGKILL);
	return -ESRCH;
}

/*
 * A tid that was not announced: a new thread may stop before the event of its
 * parent is seen. It is ours, or waitpid would not name it.
 */
static int adopt(struct supervisor *sv, pid_t tid, struct tracee **out)
{
	pid_t tgid = procfs_tgid(tid);
	int rc = tgid < 0 ? tgid : tracees_add(&sv->tracees, tid, tgid, out);

	if (rc == -ESTALE)
		return end_mistaken(sv, tid);
	/* As long as nobody has changed his rules, all have the same. */
	if (rc == 0 && (*out)->process->box == NULL && !sv->boxes_differ)
		(*out)->process->box = box_ref(sv->box);
	return rc;
}

/*
 * A process whose rules are its maker's, and the maker has not told yet: it
 * stays in its first stop. Should the maker be killed before it tells, so is
 * the child: it would have to run by somebody else's rules.
 */
static int hold_unborn(struct supervisor *sv, struct tracee *t, int status)
{
	struct procfs_stat st;

	if (procfs_stat(t->tid, &st) < 0)
		return 0;
	/* CLONE_PARENT of the command: its sibling is our child. */
	if (st.ppid == getpid())
		st.ppid = sv->command;
	/* The maker has ended already, and whoever adopts orphans is the parent. */
	if (!tracees_inside(&sv->tracees, st.ppid))
		kill(t->process->tgid, SIGKILL);
	t->process->maker = st.ppid;
	t->process->held_status = status;
	return 0;
}

static int end_orphan(struct process *p, void *arg)
{
	if (p->box == NULL && p->held_status != 0 && p->maker == *(const pid_t *)arg)
		kill(p->tgid, SIGKILL);
	return 0;
}

static int on_stop(struct supervisor *sv, struct tracee *t, int status);

/* The child has its maker's rules as they are now, and goes on if it was held. */
static int give_rules(struct supervisor *sv, struct tracee *child, const struct tracee *maker)
{
	struct process *p = child->process;
	int status = p->held_status;

	if (p == maker->process || p->box != NULL)
		return 0;
	p->box = box_ref(maker->process->box);
	p->held_status = 0;
	return status != 0 ? on_stop(sv, child, status) : 0;
}

static int on_new_child(struct supervisor *sv, struct tracee *t)
{
	struct tracee *child;
	unsigned long msg;
	int rc;

	if (ptrace(PTRACE_GETEVENTMSG, t->tid, NULL, &msg) < 0)
		return errno == ESRCH ? 0 : -errno;
	rc = adopt(sv, (pid_t)msg, &child);
	if (rc == -ESRCH) /* killed and reaped already */
		return resume(t, 0);
	if (rc < 0)
		return rc;
	identity_inherit(&sv->identity, &child->known, &t->known);
	if (child->process != t->process && child->process->channel == NULL)
		child->process->channel = channel_ref(t->process->channel);
	rc = give_rules(sv, child, t);
	return rc < 0 ? rc : resume(t, 0);
}

/*
 * The thread that called execve goes on as the leader, whatever its tid was;
 * all others are gone without a word.
 */
static int on_exec(struct supervisor *sv, struct tracee *t)
{
	struct process *p = t->process;
	int rc = 0;

	tracee_settle(t);
	restart_on_exec(sv, t);
	tracees_drop_siblings(&sv->tracees, t);
	job_free(t->job);
	t->job = NULL;
	if (!p->launching && policy_lock(p->box->policy) == POLICY_LOCK_EXEC) {
		sv->boxes_differ = true;
		rc = box_edit(&p->box, "core/trace/magic_lock:on");
	}
	p->launching = false;
	t->known.at = 0;
	channel_unref(p->channel); /* closed on exec */
	p->channel = NULL;
	if (rc == 0)
		rc = exec_check(sv, t);
	if (rc == -ESTALE)
		rc = end_mistaken(sv, t->tid);
	if (rc == -ESRCH)
		return 0;
	if (rc < 0) {
		kill(p->tgid, SIGKILL);
		return 0;
	}
	return resume(t, 0);
}

static bool is_stopping(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

static int on_syscall_stop(struct supervisor *sv, struct tracee *t)
{
	enum tracee_next next = TRACEE_CONT;
	int rc = t->job != NULL ? deliver_step(sv, t, &next) : 0;

	if (rc == -ESRCH)
		return 0;
	return rc < 0 ? rc : go_on(sv, t, next);
}

static int on_signal(struct supervisor *sv, struct tracee *t, int sig)
{
	int rc = restart_on_signal(sv, t, &sig);

	return rc < 0 && rc != -ESRCH ? rc : resume(t, sig);
}

/* Stopped behind a call that the listener has answered. */
static int on_late(struct supervisor *sv, struct tracee *t)
{
	enum tracee_next next = TRACEE_CONT;
	int rc = deliver_interrupted(sv, t, &next);

	if (rc == -ESRCH)
		return 0;
	return rc < 0 ? rc : go_on(sv, t, next);
}

static int on_seccomp(struct supervisor *sv, struct tracee *t)
{
	enum tracee_next next = TRACEE_SYSCALL;
	int rc = 0;

	/* With a job it is a call that we have injected. */
	if (t->job == NULL)
		rc = handle_call(sv, t, &next);
	if (rc == -ESRCH)
		return 0;
	return rc < 0 ? rc : go_on(sv, t, next);
}

static int on_stop(struct supervisor *sv, struct tracee *t, int status)
{
	int sig = WSTOPSIG(status);

	switch (status >> 16) {
	case 0:
		return sig == SYSCALL_STOP ? on_syscall_stop(sv, t) : on_signal(sv, t, sig);
	case PTRACE_EVENT_SECCOMP:
		return on_seccomp(sv, t);
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		return on_new_child(sv, t);
	case PTRACE_EVENT_EXEC:
		return on_exec(sv, t);
	case EVENT_STOP:
		/* A group-stop: it stays stopped, and hears SIGCONT. */
		if (is_stopping(sig))
			return request(PTRACE_LISTEN, t->tid, 0);
		restart_let_go(t);
		if (deliver_is_late(t))
			return on_late(sv, t);
		return resume(t, 0);
	default:
		return resume(t, 0);
	}
}

static void on_end(struct supervisor *sv, pid_t tid, int ended, int *status)
{
	struct tracee *t = tracees_find(&sv->tracees, tid);

	if (t != NULL)
		tracees_drop(&sv->tracees, t);
	if (sv->boxes_differ)
		tracees_each_process(&sv->tracees, end_orphan, &tid);
	if (tid != sv->command)
		return;
	*status = ended;
	sv->command = 0;
	if (!sv->wait_all)
		supervisor_kill_all(sv);
}

/* A helper has ended: the tracee that waits for it goes on. */
static int on_helper_end(struct supervisor *sv, struct helper *h)
{
	struct tracee *t = tracees_find(&sv->tracees, h->tid);
	bool waits = t != NULL && t->job != NULL && t->job->helper == h;
	enum tracee_next next = TRACEE_HOLD;
	int rc;

	helper_reaped(h);
	if (notify_helper_ended(sv, h) || !waits)
		return 0;
	rc = deliver_helper_ended(sv, t, &next);
	if (rc == 0)
		rc = go_on(sv, t, next);
	return rc == -ESRCH ? 0 : rc;
}

static int resume_held(struct supervisor *sv)
{
	struct tracee *t;

	while ((t = handover_waiting(sv)) != NULL) {
		enum tracee_next next = TRACEE_CONT;
		int rc = handover_resume(sv, t, &next);

		if (rc == 0)
			rc = go_on(sv, t, next);
		if (rc < 0 && rc != -ESRCH)
			return rc;
	}
	return 0;
}

/*
 * A stop where nobody is traced for long: of a thread that is being handed a
 * descriptor, or of one that has taken us for its debugger.
 */
static int on_untraced_stop(struct supervisor *sv, pid_t tid, int status)
{
	struct tracee *t = tracees_find(&sv->tracees, tid);
	int sig = status >> 16 != 0 || WSTOPSIG(status) == SYSCALL_STOP ? 0 : WSTOPSIG(status);
	int rc;

	if (t == NULL) {
		if (tid == sv->command && is_stopping(sig))
			foreground_stopped(sv->nest, sig);
		return caller_refuse(tid, sig == SIGTRAP ? 0 : sig);
	}
	if (sig != 0)
		return resume(t, sig);
	/* A group-stop comes again when we are gone. */
	if (t->job == NULL || is_stopping(WSTOPSIG(status)))
		return caller_return(sv, t, 0);
	rc = on_stop(sv, t, status);
	return rc < 0 ? rc : resume_held(sv);
}

static int dispatch(struct supervisor *sv, pid_t tid, int status, int *command_status)
{
	struct helper *h = helper_find(tid);
	struct tracee *t;
	int rc;

	if (h != NULL)
		return WIFSTOPPED(status) ? 0 : on_helper_end(sv, h);
	if (!WIFSTOPPED(status)) {
		on_end(sv, tid, status, command_status);
		return 0;
	}
	if (sv->nest != NULL)
		return on_untraced_stop(sv, tid, status);
	t = tracees_find(&sv->tracees, tid);
	if (t == NULL) {
		rc = adopt(sv, tid, &t);
		if (rc == -ESRCH)
			return 0;
		if (rc < 0)
			return rc;
	}
	if (t->process->box == NULL)
		return hold_unborn(sv, t, status);
	rc = on_stop(sv, t, status);
	return rc < 0 ? rc : resume_held(sv);
}

int loop_run(struct supervisor *sv, int *status)
{
	for (;;) {
		int st, rc;
		/* What is not traced tells of its stops only if asked. */
		pid_t tid = waitpid(-1, &st, __WALL | (sv->notify != NULL ? WNOHANG : 0) |
						     (sv->nest != NULL ? WUNTRACED : 0));

		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			return errno == ECHILD ? 0 : -errno;
		rc = tid == 0 ? notify_wait(sv) : dispatch(sv, tid, st, status);
		if (rc < 0)
			return rc;
		if (sv->all_condemned) {
			sv->all_condemned = false;
			supervisor_kill_all(sv);
		}
	}
}
