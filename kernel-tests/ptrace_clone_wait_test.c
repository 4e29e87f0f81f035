/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_clone_wait_test.c - who learns by waiting of the end of a traced thread
 * and of a child without SIGCHLD: the tracer and the real parent differ.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* The call, asked by its number: -errno, a pid, or 0 for nothing now. */
static long wait4_raw(pid_t pid, int options)
{
	int status;

	return kt_raw(SYS_wait4, pid, &status, options, 0);
}

struct household {
	_Atomic pid_t child, thread;
	struct kt_gate end, gone;
};

static void ending_thread(void *arg)
{
	struct household *h = arg;

	atomic_store(&h->thread, kt_gettid());
	kt_gate_wait(&h->end);
	kt_thread_exit(5);
}

/* Its own threads are nobody's children. */
static void threaded_body(void *arg)
{
	struct household *h = arg;

	kt_thread(ending_thread, h);
	kt_gate_wait(&h->gone);
	KT_ERR(ECHILD, wait4_raw(h->thread, __WALL | WNOHANG));
	KT_ERR(ECHILD, wait4_raw(-1, __WALL | WNOHANG));
	_exit(7);
}

static void parent_body(void *arg)
{
	struct household *h = arg;
	int status;

	atomic_store(&h->child, kt_child(threaded_body, h));
	kt_gate_wait(&h->gone);
	KT_ERR(ECHILD, wait4_raw(h->thread, __WALL | WNOHANG));
	KT_EQ(waitpid(h->child, &status, __WALL), h->child);
	KT_STATUS(status, "exited(7)");
}

KT_CASE(ptrace_clone_thread_wait, "ptrace.clone.thread_wait",
	"Verify that the end of a traced thread is reported to its tracer by its tid, with its "
	"own exit code, and to nobody else: neither its process nor the real parent can wait for "
	"it",
	KT_REPORTS("exited(5)", 0), KT_RETURNS(call, SYS_wait4, 0))
{
	struct household *h = kt_shared(sizeof(*h));
	pid_t parent = kt_child(parent_body, h);

	KT_AWAIT(atomic_load(&h->thread) != 0);
	KT_AWAIT(atomic_load(&h->child) != 0);
	KT_OK(kt_seize(h->child, PTRACE_O_EXITKILL));
	KT_OK(kt_seize(h->thread, PTRACE_O_EXITKILL));
	kt_gate_open(&h->end);
	/* It ends and stays as a zombie until it is waited for. */
	KT_AWAIT(kt_proc_state(h->thread) == 'Z');
	KT_WAIT_NONE(h->child);
	KT_WAIT(h->thread, "exited(5)");
	KT_EQ(kt_proc_state(h->thread), 0);
	kt_gate_open(&h->gone);
	KT_WAIT(h->child, "exited(7)");
	KT_WAIT(parent, "exited(0)");
}

/* A child without an exit signal, and its parent, which waits in every way. */
static void silent_parent_body(void *arg)
{
	struct household *h = arg;
	pid_t pid = (pid_t)KT_SYS(syscall(SYS_clone, 0, 0, 0, 0, 0));

	if (pid == 0) {
		kt_gate_wait(&h->end);
		_exit(5);
	}
	atomic_store(&h->child, pid);
	kt_gate_wait(&h->gone);
	KT_ERR(ECHILD, wait4_raw(pid, WNOHANG));
	KT_ERR(ECHILD, wait4_raw(-1, WNOHANG));
	KT_EQ(wait4_raw(pid, __WALL), pid);
	KT_ERR(ECHILD, wait4_raw(pid, __WALL));
}

KT_CASE(ptrace_clone_walls, "ptrace.clone.walls",
	"Verify that a parent waits with __WALL or __WCLONE only for a child whose exit signal is "
	"not SIGCHLD, while its tracer waits for it without either",
	KT_ANSWERS(call, SYS_wait4, -ECHILD), KT_RETURNS(call, SYS_wait4, 0))
{
	struct household *h = kt_shared(sizeof(*h));
	pid_t parent;

	KT_NEEDS(kt_probe_kernel());
	parent = kt_child(silent_parent_body, h);
	KT_AWAIT(atomic_load(&h->child) != 0);
	KT_OK(kt_seize(h->child, PTRACE_O_EXITKILL));
	KT_OK(kt_interrupt(h->child));
	KT_EQ(wait4_raw(h->child, 0), h->child);
	KT_OK(kt_cont(h->child, 0));
	kt_gate_open(&h->end);
	KT_EQ(wait4_raw(-1, 0), h->child);
	kt_gate_open(&h->gone);
	KT_WAIT(parent, "exited(0)");
}

KT_PROGRAM
