/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supervise.c - begin and end of a supervisor: what it needs of the kernel,
 * how it guards itself, what it does with signals. Whatever fails here or in
 * the loop ends every process of the sandbox.
 */
#include "sandbox/supervise/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launch/foreground.h"
#include "sandbox/plan/plan.h"
#include "sandbox/supervise/box.h"
#include "sandbox/supervise/files.h"
#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/loop.h"
#include "sandbox/supervise/notify.h"
#include "sandbox/supervise/sys.h"

#ifndef PTRACE_O_EXITKILL
#define PTRACE_O_EXITKILL (1 << 20)
#endif

unsigned long supervise_ptrace_options(void)
{
	return PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP |
	       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
	       PTRACE_O_TRACEEXEC;
}

/* Who gets the signals that are sent to us; 0: the command has ended. */
static volatile sig_atomic_t forward_to;

/*
 * From a terminal the command gets the signal too, so only one that a process
 * sent to us alone is passed on.
 */
static void on_signal(int sig, siginfo_t *info, void *context)
{
	int err = errno;

	(void)context;
	if (forward_to == 0) {
		/* Only its children are left: they end with us. */
		_exit(128 + sig);
	}
	if (info->si_code != SI_KERNEL)
		kill(forward_to, sig);
	errno = err;
}

static void take_signals(pid_t command)
{
	static const int forwarded[] = { NEST_SIGNALS };
	struct sigaction sa = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART };

	forward_to = command;
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaction(forwarded[i], &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* A report must not stop us where the command has the terminal. */
	signal(SIGTTOU, SIG_IGN);
}

static bool kernel_fits(struct report *report)
{
	/* 5.6. It comes after all else that the trace backend stands on. */
	if (sys_pidfd_getfd(-1, -1) == -EBADF)
		return true;
	report_message(report, "needs pidfd_getfd (Linux 5.6 or newer)");
	return false;
}

static bool inside(void *arg, pid_t pid)
{
	const struct supervisor *sv = arg;

	return supervisor_inside(sv, pid);
}

static void supervisor_free(struct supervisor *sv)
{
	policy_bound_free(sv->bound);
	box_unref(sv->box);
	free(sv);
}

static struct supervisor *supervisor_new(const struct supervise *s)
{
	struct supervisor *sv = calloc(1, sizeof(*sv));
	long decision = policy_option(s->policy, "core/violation/decision");
	struct stat st;

	if (sv == NULL)
		return NULL;
	sv->bound = policy_bound_new();
	sv->box = box_new(s->policy);
	if (sv->bound == NULL || sv->box == NULL) {
		supervisor_free(sv);
		return NULL;
	}
	sv->report = s->report;
	sv->nest = s->nest;
	sv->closed = plan_closed(s->policy);
	sv->nabsent = plan_absent(abi_native(), sv->absent);
	sv->io = (struct call_io)CALL_IO_INIT;
	files_init();
	sv->group = getpgrp();
	sv->command = s->child->pid;
	sv->wait_all = policy_option(s->policy, "core/trace/exit_wait_all") != 0;
	sv->raise_fail = policy_option(s->policy, "core/violation/raise_fail") != 0;
	sv->raise_safe = policy_option(s->policy, "core/violation/raise_safe") != 0;
	if (decision == ON_VIOLATION_KILL || decision == ON_VIOLATION_KILLALL)
		sv->on_violation = (enum on_violation)decision;
	sv->resolve = (struct resolve_ctx){ .supervisor = getpid(),
					    .inside = inside,
					    .arg = sv,
					    .have_openat2 = -1,
					    .protected_symlinks = -1 };
	/* What is mounted at /proc is of our pid namespace. */
	if (sv->nest != NULL && stat("/proc", &st) == 0)
		sv->resolve.procfs = st.st_dev;
	sv->decide = (struct decide_ctx){ .supervisor = getpid(), .inside = inside, .arg = sv };
	for (int i = 0; i < 2; i++) {
		PIN_INIT_FDS(&sv->pin[i]);
		sv->base[i] = -1;
	}
	return sv;
}

/* Nobody of our user may trace us, or read our memory and descriptors. */
static int stay_closed(void)
{
	return prctl(PR_SET_DUMPABLE, 0) < 0 ? -errno : 0;
}

static int start(struct supervisor *sv, struct launched *child, enum backend backend)
{
	struct tracee *first;
	int rc = kernel_fits(sv->report) ? 0 : -ENOSYS;

	if (rc == 0)
		rc = identity_init(&sv->identity);
	if (rc == 0 && backend == BACKEND_NOTIFY) {
		rc = notify_start(sv, child->listener);
		child->listener = rc == 0 ? -1 : child->listener;
	}
	if (rc == 0 && sv->nest == NULL) {
		rc = tracees_add(&sv->tracees, child->pid, child->pid, &first);
		if (rc == 0) {
			first->process->launching = true;
			first->process->box = box_ref(sv->box);
		}
	}
	if (rc < 0)
		return rc;
	/* A change of ids makes us what fs.suid_dumpable says: commit_creds(). */
	sv->identity.restored = sv->nest != NULL ? nest_tie : stay_closed;
	rc = sv->identity.restored();
	take_signals(child->pid);
	if (sv->nest != NULL) {
		nest_hear(sv->nest);
		if (sv->nest->foreground)
			foreground_give(sv->nest, child->pid);
	}
	return rc < 0 ? rc : launch_go(child);
}

/*
 * Kill and reap whatever is left. Each process once: its number is free for
 * others as soon as it is reaped. What is born meanwhile reports a stop.
 */
static void end_all(struct supervisor *sv)
{
	supervisor_kill_all(sv);
	helper_kill_all();
	for (;;) {
		int st;
		pid_t tid = waitpid(-1, &st, __WALL);

		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			return;
		if (WIFSTOPPED(st))
			kill(tid, SIGKILL);
	}
}

int supervise_run(const struct supervise *s, int *status)
{
	struct supervisor *sv = supervisor_new(s);
	int st = 0, rc;

	if (sv == NULL) {
		kill(s->child->pid, SIGKILL);
		return -ENOMEM;
	}
	rc = start(sv, s->child, s->backend);
	if (rc == 0)
		rc = loop_run(sv, &st);
	if (rc < 0) {
		report_message(sv->report, "supervisor failed: %s; ending the sandbox",
			       strerror(-rc));
		kill(s->child->pid, SIGKILL);
		end_all(sv);
	}
	tracees_clear(&sv->tracees);
	notify_end(sv);
	supervisor_free(sv);
	if (rc == 0)
		*status = st;
	return rc;
}
