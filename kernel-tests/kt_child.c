/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_child.c - starts the processes of a case and lets them meet.
 */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt_case.h"
#include "kernel-tests/kt_child.h"
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_guard.h"
#include "kernel-tests/kt_proc.h"
#include "kernel-tests/kt_ptrace.h"
#include "kernel-tests/kt_wait.h"

void *kt_shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		kt_broken(__FILE__, __LINE__, "mmap: %s", kt_errno_name(errno));
	return p;
}

/* Signals as in a fresh process, whatever the case or Kyua has set. */
static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig <= 64; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void child_setup(pid_t parent)
{
	struct rlimit core;
	pid_t ppid;

	setpgid(0, 0);
	reset_signals();
	/* No cores; but who wants one can raise this again. */
	KT_SYS(getrlimit(RLIMIT_CORE, &core));
	core.rlim_cur = 0;
	KT_SYS(setrlimit(RLIMIT_CORE, &core));
	KT_SYS(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
	ppid = getppid();
	if (ppid == 0) {
		/* In another pid namespace than its parent: pids mean something else. */
		kt_guard_leave();
		kt_fail_leave();
	} else if (ppid != parent) {
		_exit(0);
	}
	/* Where Yama restricts tracing to ancestors; EINVAL where there is no Yama. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
}

/* fork, but for the namespaces. Of what libc keeps, only the thread's tid is stale then. */
static pid_t fork_with(int flags)
{
	return flags ? (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL) : fork();
}

pid_t kt_child_clone(kt_body *body, void *arg, int flags)
{
	pid_t parent = getpid(), pid = KT_SYS(fork_with(flags));

	if (pid == 0) {
		child_setup(parent);
		body(arg);
		_exit(0);
	}
	/* Both sides set the group, so that it is set whoever runs first. */
	setpgid(pid, pid);
	kt_guard_add_group(pid);
	return pid;
}

pid_t kt_child(kt_body *body, void *arg)
{
	return kt_child_clone(body, arg, 0);
}

/* Before its body, a child may have to wait until it is traced. */
struct held {
	struct kt_gate here, spins, go;
	kt_body *body;
	void *arg;
};

static struct held *held_new(kt_body *body, void *arg)
{
	struct held *h = kt_shared(sizeof(*h));

	h->body = body;
	h->arg = arg;
	return h;
}

/*
 * Spins: no system call stands between the tracer and the body. It wakes the tracer
 * just before, as one that looks now and then would let it spin for a while.
 */
static void held_body(void *arg)
{
	struct held *h = arg;

	kt_gate_open(&h->here);
	kt_gate_mark(&h->spins);
	while (!kt_gate_is_open(&h->go))
		;
	h->body(h->arg);
}

static pid_t held_seized(struct held *h, unsigned long options)
{
	pid_t pid = kt_child(held_body, h);

	kt_gate_wait(&h->here);
	KT_AWAIT(kt_gate_is_open(&h->spins));
	KT_OK(kt_seize(pid, options | PTRACE_O_EXITKILL));
	return pid;
}

pid_t kt_child_seized(kt_body *body, void *arg, unsigned long options)
{
	struct held *h = held_new(body, arg);
	pid_t pid = held_seized(h, options);

	kt_gate_mark(&h->go);
	return pid;
}

pid_t kt_child_stopped(kt_body *body, void *arg, unsigned long options)
{
	struct held *h = held_new(body, arg);
	pid_t pid = held_seized(h, options);

	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	kt_gate_mark(&h->go);
	return pid;
}

static void traceme_body(void *arg)
{
	struct held *h = arg;

	KT_OK(kt_traceme());
	KT_SYS(raise(SIGSTOP));
	h->body(h->arg);
}

pid_t kt_child_traceme(kt_body *body, void *arg)
{
	pid_t pid = kt_child(traceme_body, held_new(body, arg));

	KT_WAIT(pid, "signal(SIGSTOP)");
	return pid;
}

/* ppoll and not pause: every ABI has it. */
const long KT_PARK_NR = SYS_ppoll;

_Noreturn void kt_park(void)
{
	for (;;)
		syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

_Noreturn void kt_spin(void *counter)
{
	for (kt_counter *n = counter;;)
		atomic_fetch_add_explicit(n, 1, memory_order_relaxed);
}

void kt_body_park(void *unused)
{
	(void)unused;
	kt_park();
}

void kt_body_spin(void *counter)
{
	kt_spin(counter);
}

void kt_gate_mark(struct kt_gate *gate)
{
	atomic_store(&gate->open, 1);
}

void kt_gate_open(struct kt_gate *gate)
{
	kt_gate_mark(gate);
	syscall(SYS_futex, &gate->open, FUTEX_WAKE, 1 << 30, NULL, NULL, 0);
}

bool kt_gate_is_open(const struct kt_gate *gate)
{
	return atomic_load(&gate->open) != 0;
}

void kt_gate_wait(struct kt_gate *gate)
{
	while (!kt_gate_is_open(gate)) {
		long rc = syscall(SYS_futex, &gate->open, FUTEX_WAIT, 0, NULL, NULL, 0);

		if (rc < 0 && errno == EINTR) {
			kt_fail_from_record();
			kt_case_check_deadline(__FILE__, __LINE__, "a gate to open");
		}
	}
}

/* Stops of a tracee that is being killed are let go; its end is what counts. */
void kt_child_kill(const char *file, int line, pid_t pid)
{
	int status;

	if (kill(pid, SIGKILL) < 0)
		kt_fail(file, line, "cannot kill %d: %s", (int)pid, kt_errno_name(errno));
	while (!kt_status_is_end(status = kt_wait_status(file, line, pid)))
		if (kt_status_decode(status).kind != KT_CONTINUED)
			kt_cont(pid, 0);
	kt_wait_compare(file, line, pid, status, "killed(SIGKILL)");
}
