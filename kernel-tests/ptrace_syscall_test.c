/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_syscall_test.c - syscall-stops: when there is one, in which order, and
 * when there is none. Changing a call is ptrace_syscall_change_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

static void two_calls_body(void *unused)
{
	(void)unused;
	syscall(SYS_getppid);
	syscall(SYS_getuid);
	kt_park();
}

/* From a stop to the next syscall-stop. */
static struct call next_stop(pid_t pid, enum call_point point)
{
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	return KT_CALL(pid, point);
}

KT_CASE(ptrace_syscall_sysgood, "ptrace.syscall.sysgood",
	"Verify that with PTRACE_O_TRACESYSGOOD both syscall-stops carry SIGTRAP with bit 7, and "
	"without it plain SIGTRAP",
	KT_REPORTS("signal(SIGTRAP)", W_STOPCODE(SIGTRAP | 0x80)))
{
	pid_t pid = kt_child_stopped(two_calls_body, NULL, PTRACE_O_TRACESYSGOOD);

	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_OK(kt_setoptions(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "signal(SIGTRAP)");
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "signal(SIGTRAP)");
}

KT_CASE(ptrace_syscall_alternate, "ptrace.syscall.alternate",
	"Verify that syscall-enter-stops and syscall-exit-stops alternate, as "
	"PTRACE_GET_SYSCALL_INFO tells them apart",
	KT_STORES(ptrace, PTRACE_GET_SYSCALL_INFO, 3, 0, 3))
{
	static const long calls[] = { SYS_getppid, SYS_getuid };
	struct ptrace_syscall_info info;
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	pid = kt_child_stopped(two_calls_body, NULL, PTRACE_O_TRACESYSGOOD);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
		KT_OK(kt_syscall_info(pid, &info));
		KT_EQ(info.op, PTRACE_SYSCALL_INFO_ENTRY);
		KT_EQ(info.entry.nr, calls[i]);
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
		KT_OK(kt_syscall_info(pid, &info));
		KT_EQ(info.op, PTRACE_SYSCALL_INFO_EXIT);
	}
}

KT_CASE(ptrace_syscall_no_exit_if_cont, "ptrace.syscall.no_exit_if_cont",
	"Verify that a call whose syscall-enter-stop is left by PTRACE_CONT has no "
	"syscall-exit-stop",
	KT_REPORTS("signal(SIG64)", W_STOPCODE(SIGTRAP | 0x80)))
{
	pid_t pid = kt_child_stopped(two_calls_body, NULL, PTRACE_O_TRACESYSGOOD);

	KT_EQ(next_stop(pid, CALL_ENTRY).nr, SYS_getppid);
	KT_SENTINEL(pid, PTRACE_CONT);
}

static void exit_thread(void *tid)
{
	atomic_store((_Atomic pid_t *)tid, kt_gettid());
	kt_park();
}

static void exit_group_body(void *unused)
{
	(void)unused;
	_exit(4);
}

/* The leader alone ends; the process does not. */
static void exit_body(void *tid)
{
	kt_thread(exit_thread, tid);
	kt_thread_exit(3);
}

KT_CASE(ptrace_syscall_exit_group_no_exit, "ptrace.syscall.exit_group_no_exit",
	"Verify that exit and exit_group have a syscall-enter-stop and no syscall-exit-stop",
	KT_REPORTS("EVENT_EXIT", W_STOPCODE(SIGTRAP | 0x80)))
{
	_Atomic pid_t *tid = kt_shared(sizeof(*tid));
	struct kt_seq seq = { 0 };
	pid_t pid = kt_child_stopped(exit_body, (void *)tid,
				     PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT);

	while (next_stop(pid, CALL_ENTRY).nr != SYS_exit)
		next_stop(pid, CALL_EXIT);
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "EVENT_EXIT");

	pid = kt_child_stopped(exit_group_body, NULL, PTRACE_O_TRACESYSGOOD);
	KT_EQ(next_stop(pid, CALL_ENTRY).nr, SYS_exit_group);
	KT_RUN(&seq, pid, PTRACE_SYSCALL);
	KT_SEQ(&seq, "exited(4)");
}

KT_CASE(ptrace_syscall_entry_after_attach, "ptrace.syscall.entry_after_attach",
	"Verify that after PTRACE_SEIZE and PTRACE_INTERRUPT of a task that sleeps in a call the "
	"first syscall-stop is the entry of the restarted call and not the exit of the old one",
	KT_SEES("call.nr", SYS_getppid))
{
	pid_t pid = kt_child(kt_body_park, NULL);
	struct call c;

	KT_AWAIT_PARKED(pid);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	c = next_stop(pid, CALL_ENTRY);
	KT_EQ(c.nr, KT_PARK_NR);
}

KT_CASE(ptrace_syscall_enosys_marker, "ptrace.syscall.enosys_marker",
	"Verify that on x86 the result register holds -ENOSYS at the syscall-enter-stop",
	KT_SEES("marker", 0))
{
#if defined(__x86_64__) || defined(__i386__)
	const struct abi *abi = abi_native();
	pid_t pid = kt_child_stopped(two_calls_body, NULL, PTRACE_O_TRACESYSGOOD);
	struct call_regs regs;
	int32_t low;

	next_stop(pid, CALL_ENTRY);
	KT_OK(call_save_regs(pid, &regs));
	memcpy(&low, regs.bytes + abi->regs->ret.offset, sizeof(low));
	KT_EQ(KT_SEEN("marker", low), -ENOSYS);
#else
	atf_tc_skip("belongs to x86");
#endif
}

struct writer {
	int pipe[2];
};

static void write_body(void *arg)
{
	struct writer *w = arg;

	syscall(SYS_write, w->pipe[1], "x", 1);
	kt_park();
}

KT_CASE(ptrace_syscall_audit_inject_kill, "ptrace.syscall.audit_inject_kill",
	"Verify that SIGKILL given with the request that leaves the syscall-enter-stop ends the "
	"tracee before the call is executed",
	KT_REPORTS("killed(SIGKILL)", W_EXITCODE(0, 0)))
{
	static const long requests[] = { PTRACE_CONT, PTRACE_SYSCALL };

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct writer *w = kt_shared(sizeof(*w));
		int status;
		char byte;
		pid_t pid;

		KT_SYS(pipe2(w->pipe, O_NONBLOCK));
		pid = kt_child_stopped(write_body, w, PTRACE_O_TRACESYSGOOD);
		KT_EQ(next_stop(pid, CALL_ENTRY).nr, SYS_write);
		KT_OK(kt_ptrace(requests[i], pid, 0, SIGKILL));
		status = KT_WAIT_STATUS(pid);
		/* The exit of the skipped call, which the dying tracee does not stop for. */
		if (requests[i] == PTRACE_SYSCALL && !kt_status_is_end(status) &&
		    !kt_kernel_has(KT_CHANGE_KILLED_NEVER_STOPS)) {
			KT_STATUS(status, "syscall");
			status = KT_WAIT_STATUS(pid);
		}
		KT_STATUS(status, "killed(SIGKILL)");
		KT_EQ(read(w->pipe[0], &byte, 1), -1);
		KT_EQ(errno, EAGAIN);
	}
}

/* Two threads: one stands at its call, the other installs a filter for both. */
struct tsync {
	_Atomic pid_t tid;
	struct kt_gate go;
	_Atomic int installed;
	_Atomic long result;
};

static void tsync_victim(void *arg)
{
	struct tsync *t = arg;
	long rc;

	atomic_store(&t->tid, kt_gettid());
	kt_gate_wait(&t->go);
	rc = syscall(SYS_getppid);
	/* The thread shares errno with its creator: the sign tells enough. */
	atomic_store(&t->result, rc < 0 ? -1 : rc);
	kt_park();
}

static void tsync_body(void *arg)
{
	struct tsync *t = arg;
	static const struct kt_rule rule = { SYS_getppid, KT_ANY_ARG, 0, KT_RET_ERRNO };

	kt_thread(tsync_victim, t);
	kt_gate_wait(&t->go);
	KT_SYS(raise(SIGUSR2));
	kt_filter(&rule, 1, SECCOMP_FILTER_FLAG_TSYNC);
	atomic_store(&t->installed, 1);
	kt_park();
}

KT_CASE(ptrace_syscall_tsync_during_entry, "ptrace.syscall.tsync_during_entry",
	"Verify that a filter which another thread installs with SECCOMP_FILTER_FLAG_TSYNC while "
	"this one stands in its syscall-enter-stop judges that very call",
	KT_SEES("result", 1))
{
	struct tsync *t = kt_shared(sizeof(*t));
	pid_t pid, tid;

	KT_NEEDS(kt_probe_seccomp_flag(SECCOMP_FILTER_FLAG_TSYNC));
	pid = kt_child_seized(tsync_body, t, PTRACE_O_TRACESYSGOOD);
	KT_AWAIT(atomic_load(&t->tid) != 0);
	tid = t->tid;
	KT_OK(kt_seize(tid, PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD));
	KT_OK(kt_interrupt(tid));
	KT_WAIT(tid, "EVENT_STOP(SIGTRAP)");
	kt_gate_open(&t->go);
	KT_WAIT(pid, "signal(SIGUSR2)");
	while (next_stop(tid, CALL_ENTRY).nr != SYS_getppid)
		next_stop(tid, CALL_EXIT);
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(atomic_load(&t->installed) == 1);
	KT_OK(kt_cont(tid, 0));
	KT_AWAIT(atomic_load(&t->result) != 0);
#if defined(__x86_64__) || defined(__i386__)
	kt_known_bug(KT_BUG_TSYNC_DURING_ENTRY);
#endif
	KT_EQ(KT_SEEN("result", t->result), -1);
}

static void clock_body(void *unused)
{
	struct timespec now;

	(void)unused;
	clock_gettime(CLOCK_MONOTONIC, &now);
	syscall(SYS_getppid);
	kt_park();
}

KT_CASE(ptrace_syscall_vdso_no_stop, "ptrace.syscall.vdso_no_stop",
	"Verify that a time call which the vDSO answers makes no syscall-stop, and that one which "
	"it passes on to the kernel makes its two",
	KT_SEES("entries", 99))
{
	pid_t pid = kt_child_stopped(clock_body, NULL, PTRACE_O_TRACESYSGOOD);
	unsigned int entries = 0;

	while (next_stop(pid, CALL_ENTRY).nr != SYS_getppid) {
		entries++;
		next_stop(pid, CALL_EXIT);
	}
	printf("observed: clock_gettime %s\n",
	       entries ? "enters the kernel" : "is answered by the vDSO");
	KT_REQUIRE(KT_SEEN("entries", entries) <= 2);
}

/* The page, mapped at the same place in every process, or skip. */
static const char *probe_vsyscall(void)
{
#ifdef __x86_64__
#ifdef __ILP32__
	return "x32 programs do not use the vsyscall page";
#else
	const char *why = "no vsyscall page (vsyscall=none)";
	char line[256];
	FILE *f = fopen("/proc/self/maps", "re");

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "[vsyscall]"))
			why = NULL;
	if (f)
		fclose(f);
	return why;
#endif
#else
	return "only x86_64 has a vsyscall page";
#endif
}

/* arg: where the results go; the second call is refused by the filter. */
static void vsyscall_body(void *arg)
{
	_Atomic long *result = arg;
	long (*volatile vtime)(long *) = (long (*)(long *))(uintptr_t)0xffffffffff600400UL;

	atomic_store(&result[0], vtime(NULL));
	syscall(SYS_getppid);
#ifdef SYS_time
	KT_FILTER({ SYS_time, KT_ANY_ARG, 0, KT_RET_ERRNO });
#endif
	atomic_store(&result[1], vtime(NULL));
}

KT_CASE(ptrace_syscall_vsyscall, "ptrace.syscall.vsyscall",
	"Verify that a call of the vsyscall page makes no syscall-stop and obeys SECCOMP_RET_ERRNO",
	KT_SEES("result", 0))
{
	_Atomic long *result = kt_shared(2 * sizeof(*result));
	pid_t pid;

	KT_NEEDS(probe_vsyscall());
	pid = kt_child_stopped(vsyscall_body, (void *)result, PTRACE_O_TRACESYSGOOD);
	KT_EQ(next_stop(pid, CALL_ENTRY).nr, SYS_getppid);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_REQUIRE(result[0] > 0);
	KT_EQ(KT_SEEN("result", result[1]), -KT_ERRNO);
}

KT_PROGRAM
