/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_calls_test.c - what no_new_privs, close_range and clone3 refuse and
 * what they do.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"

/* The numbers are the same on every ABI, but for the bit of x32. */
#define NR_BIT	       (SYS_read & 0x40000000)
#define NR_CLONE3      (435 | NR_BIT)
#define NR_CLOSE_RANGE (436 | NR_BIT)

static long get_nnp(void)
{
	return kt_raw(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

KT_EXEC_MAIN(exits_with_nnp)
{
	(void)arg;
	_exit((int)get_nnp());
}

struct nnp {
	struct kt_gate set, checked;
};

static void has_no_nnp(void *arg)
{
	struct nnp *n = arg;

	kt_gate_wait(&n->set);
	KT_EQ(get_nnp(), 0);
	kt_gate_open(&n->checked);
}

static void has_nnp(void *gate)
{
	KT_EQ(get_nnp(), 1);
	kt_gate_open(gate);
}

static void set_nnp(void *arg)
{
	struct nnp *n = arg;
	struct kt_gate *thread = kt_shared(sizeof(*thread));

	KT_ERR(EINVAL, kt_raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0));
	KT_ERR(EINVAL, kt_raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
	KT_ERR(EINVAL, kt_raw(SYS_prctl, PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0));
	kt_thread(has_no_nnp, n);
	KT_OK(kt_raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	kt_gate_open(&n->set);
	kt_gate_wait(&n->checked);
	KT_ERR(EINVAL, kt_raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
	KT_EQ(get_nnp(), 1);
	KT_WAIT(kt_child(has_nnp, thread), "exited(0)");
	kt_thread(has_nnp, thread);
	kt_gate_wait(thread);
	KT_OK(kt_exec("exits_with_nnp", ""));
}

KT_CASE(proc_nnp, "proc.nnp",
	"Verify that no_new_privs holds for the thread that sets it, for its later threads and "
	"children and across execve, and can never be taken back",
	KT_ANSWERS(call, SYS_prctl, 0, KT_WHEN(1, 1), KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_prctl, 0, KT_WHEN(0, PR_SET_NO_NEW_PRIVS), KT_NOT_FIRST(3)),
	KT_REPORTS("exited(1)", W_EXITCODE(0, 0)))
{
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		atf_tc_skip("no_new_privs is set here already");
	KT_WAIT(kt_child(set_nnp, kt_shared(sizeof(struct nnp))), "exited(1)");
}

KT_EXEC_MAIN(exits_whether_root)
{
	(void)arg;
	_exit(geteuid() == 0);
}

struct suid {
	char path[KT_EXEC_PATH];
	bool nnp;
};

static void exec_suid(void *arg)
{
	const struct suid *s = arg;

	if (s->nnp)
		KT_OK(kt_raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	KT_SYS(setresuid(KT_CRED_ID, KT_CRED_ID, KT_CRED_ID));
	KT_OK(kt_exec_path(s->path, "exits_whether_root", ""));
}

KT_CASE(proc_nnp_suid, "proc.nnp_suid",
	"Verify that with no_new_privs an execve of a set-user-ID program does not change the user",
	KT_ANSWERS(call, SYS_prctl, 0))
{
	struct suid s = { .nnp = false };
	int status;

	KT_NEEDS(kt_probe_root());
	kt_exec_suid_copy(s.path);
	status = KT_WAIT_STATUS(kt_child(exec_suid, &s));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		atf_tc_skip("set-user-ID programs have no effect here (nosuid, no_new_privs)");
	KT_STATUS(status, "exited(1)");
	s.nnp = true;
	KT_WAIT(kt_child(exec_suid, &s), "exited(0)");
}

#define CLOSE_UNSHARE 2U
#define CLOSE_CLOEXEC 4U /* 5.11 */

static const char *probe_close_range(unsigned int flags)
{
	static char why[60];

	if (syscall(NR_CLOSE_RANGE, 900, 901, flags) == 0)
		return NULL;
	snprintf(why, sizeof(why), "needs close_range with flags %u", flags);
	return why;
}

static long close_range_of(int first, int last, unsigned int flags)
{
	return kt_raw(NR_CLOSE_RANGE, (unsigned int)first, (unsigned int)last, flags);
}

#define FDS 8

/* Descriptors `from` to `from` + FDS - 1. */
static void open_row(int from)
{
	int fd = KT_SYS(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));

	for (int i = 0; i < FDS; i++)
		KT_SYS(dup2(fd, from + i));
}

static int open_ones(int from)
{
	int bits = 0;

	for (int i = 0; i < FDS; i++)
		if (fcntl(from + i, F_GETFD) >= 0)
			bits |= 1 << i;
	return bits;
}

static void close_some(void *unused)
{
	(void)unused;
	open_row(100);
	KT_ERR(EINVAL, close_range_of(105, 102, 0));
	KT_ERR(EINVAL, close_range_of(100, 107, 1U << 31));
	KT_EQ(open_ones(100), 0xff);
	KT_OK(close_range_of(102, 105, 0));
	KT_EQ(open_ones(100), 0xc3);
	KT_OK(close_range_of(102, 105, 0));
	KT_OK(close_range_of(3, -1, 0));
	KT_EQ(open_ones(100), 0);
}

KT_CASE(proc_close_range, "proc.close_range",
	"Verify that close_range closes just the descriptors of the range, open or not, and "
	"refuses bad ranges and unknown flags with EINVAL",
	KT_ANSWERS(call, NR_CLOSE_RANGE, 0, KT_NOT_FIRST(2)), KT_ANSWERS(call, NR_CLOSE_RANGE, 0),
	KT_CHANGES_ARG(call, NR_CLOSE_RANGE, 1, ~0UL, 106, KT_WHEN(0, 102)))
{
	KT_NEEDS(probe_close_range(0));
	KT_WAIT(kt_child(close_some, NULL), "exited(0)");
}

static void mark_some(void *unused)
{
	(void)unused;
	open_row(100);
	KT_OK(close_range_of(102, 105, CLOSE_CLOEXEC));
	KT_EQ(open_ones(100), 0xff);
	for (int i = 0; i < FDS; i++)
		KT_EQ(KT_SYS(fcntl(100 + i, F_GETFD)), i >= 2 && i <= 5 ? FD_CLOEXEC : 0);
}

KT_CASE(proc_close_range_cloexec, "proc.close_range_cloexec",
	"Verify that close_range with CLOSE_RANGE_CLOEXEC closes nothing and sets FD_CLOEXEC on "
	"the range alone",
	KT_CHANGES_ARG(call, NR_CLOSE_RANGE, 2, CLOSE_CLOEXEC, 0),
	KT_CHANGES_ARG(call, NR_CLOSE_RANGE, 0, ~0UL, 101))
{
	KT_NEEDS(probe_close_range(CLOSE_CLOEXEC));
	KT_WAIT(kt_child(mark_some, NULL), "exited(0)");
}

static void close_own(void *unused)
{
	pid_t sharer;

	(void)unused;
	open_row(100);
	sharer = (pid_t)KT_SYS(syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0));
	if (sharer == 0) {
		KT_OK(close_range_of(100, 107, CLOSE_UNSHARE));
		KT_EQ(open_ones(100), 0);
		_exit(0);
	}
	KT_WAIT(sharer, "exited(0)");
	KT_EQ(open_ones(100), 0xff);
}

KT_CASE(proc_close_range_unshare, "proc.close_range_unshare",
	"Verify that close_range with CLOSE_RANGE_UNSHARE closes in a table of the caller's own: "
	"who shared the old one keeps all",
	KT_CHANGES_ARG(call, NR_CLOSE_RANGE, 2, CLOSE_UNSHARE, 0))
{
	KT_NEEDS(probe_close_range(CLOSE_UNSHARE));
	KT_NEEDS(kt_probe_shared_files());
	KT_WAIT(kt_child(close_own, NULL), "exited(0)");
}

/* struct clone_args of 5.7, and what a later kernel may have behind it. */
struct clone3_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
		set_tid_size, cgroup, later[2];
};
#define CLONE3_FIRST 64 /* the size of 5.3 */

static const struct clone3_row {
	const char *name, *sentence;
	struct clone3_args args;
	size_t size;
	int err;
} clone3_rows[] = {
	{ "fork", "an exit signal alone makes a child", { .exit_signal = SIGCHLD }, 88, 0 },
	{ "first_size", "the size of its first version is enough", { .exit_signal = SIGCHLD },
	  CLONE3_FIRST, 0 },
	{ "larger", "a larger structure is taken while the rest is 0", { .exit_signal = SIGCHLD },
	  sizeof(struct clone3_args), 0 },
	{ "too_small", "a structure of 63 bytes is refused", { .exit_signal = SIGCHLD },
	  CLONE3_FIRST - 1, EINVAL },
	{ "no_size", "a size of 0 is refused", { 0 }, 0, EINVAL },
	{ "unknown_tail", "a structure with something behind what is known is refused",
	  { .later = { 0, 1 } }, sizeof(struct clone3_args), E2BIG },
	{ "too_large", "a structure of more than a page is refused", { 0 }, 1 << 20, E2BIG },
	{ "exit_signal", "an exit signal beyond 64 is refused", { .exit_signal = 65 }, 88, EINVAL },
	{ "exit_signal_high", "an exit signal beyond 32 bits is refused",
	  { .exit_signal = 1ULL << 32 | SIGCHLD }, 88, EINVAL },
	{ "signal_in_flags", "the exit signal in the flags, as clone has it, is refused",
	  { .flags = SIGCHLD }, 88, EINVAL },
	{ "unknown_flag", "an unknown flag is refused", { .flags = 1ULL << 63 }, 88, EINVAL },
	{ "detached", "CLONE_DETACHED, which clone ignores, is refused",
	  { .flags = 0x00400000 /* CLONE_DETACHED */ }, 88, EINVAL },
	{ "thread_signal", "a thread with an exit signal is refused",
	  { .flags = CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, .exit_signal = SIGCHLD }, 88,
	  EINVAL },
	{ "thread_alone", "CLONE_THREAD without CLONE_SIGHAND is refused",
	  { .flags = CLONE_THREAD }, 88, EINVAL },
	{ "stack_unsized", "a stack without its size is refused", { .stack = 4096 }, 88, EINVAL },
	{ "size_unstacked", "the size of no stack is refused", { .stack_size = 4096 }, 88, EINVAL },
	{ "set_tid_null", "a number of pids without pids is refused", { .set_tid_size = 1 }, 88,
	  EINVAL },
	{ "set_tid_size", "more pids than there can be namespaces are refused",
	  { .set_tid = 4096, .set_tid_size = 33 }, 88, EINVAL },
};
#define CLONE3_ROWS (sizeof(clone3_rows) / sizeof(clone3_rows[0]))

static void describe_clone3(size_t i, struct kt_instance *out)
{
	const struct clone3_row *r = &clone3_rows[i];

	snprintf(out->name, sizeof(out->name), "%s", r->name);
	snprintf(out->descr, sizeof(out->descr), "Verify that for clone3 %s%s%s", r->sentence,
		 r->err ? " with " : "", r->err ? kt_errno_name(r->err) : "");
	out->wrong = (struct kt_wrong)KT_ANSWERS(call, NR_CLONE3, r->err ? -EPERM : -EINVAL);
	out->wrong.what = r->err ? "it says EPERM" : "it says EINVAL";
}

KT_FAMILY(proc_clone3_args, "proc.clone3.args", CLONE3_ROWS, describe_clone3)
{
	const struct clone3_row *r = &clone3_rows[i];
	struct clone3_args args = r->args;
	long rc;

	if (syscall(NR_CLONE3, NULL, 0) < 0 && errno == ENOSYS)
		atf_tc_skip("needs clone3");
	rc = kt_raw(NR_CLONE3, &args, r->size);
	if (rc == 0)
		_exit(r->err ? 1 : 0);
	if (r->err) {
		KT_ERR(r->err, rc);
		return;
	}
	KT_OK(rc);
	KT_WAIT((pid_t)rc, "exited(0)");
}

KT_PROGRAM
