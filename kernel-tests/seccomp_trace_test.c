/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_trace_test.c - SECCOMP_RET_TRACE: when it stops the tracee, in which
 * order, and what a tracer may do with the call. What happens around it (signals,
 * exec, new processes) is seccomp_trace_flow_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"

#define OPTIONS (PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD)

/*
 * A tracee that writes one byte, which the filter traces with data 42. Whether
 * the byte arrives tells whether the call was executed.
 */
struct writer {
	int pipe[2];
	char byte;
	_Atomic long result;
};

static void write_byte(struct writer *w)
{
	long rc = syscall(SYS_write, w->pipe[1], &w->byte, 1);

	atomic_store(&w->result, rc < 0 ? -errno : rc);
}

static void write_body(void *arg)
{
	KT_FILTER({ SYS_write, KT_ANY_ARG, 0, SECCOMP_RET_TRACE | 42 },
		  /* Nobody enters this number; it would be seen if a skipped call were filtered. */
		  { -1, KT_ANY_ARG, 0, SECCOMP_RET_KILL_PROCESS });
	write_byte(arg);
}

static struct writer *writer_new(void)
{
	struct writer *w = kt_shared(sizeof(*w));

	KT_SYS(pipe2(w->pipe, O_NONBLOCK));
	w->byte = 'a';
	return w;
}

/* The byte that was written, or 0. */
static char written(const struct writer *w)
{
	char byte;

	return KT_SEEN("written", (char)(read(w->pipe[0], &byte, 1) == 1 ? byte : 0));
}

/* Seized, and in the PTRACE_EVENT_SECCOMP of its write. */
static pid_t stopped_writer(struct writer *w)
{
	pid_t pid = kt_child_seized(write_body, w, OPTIONS);

	KT_WAIT(pid, "EVENT_SECCOMP");
	return pid;
}

KT_CASE(seccomp_trace_no_tracer, "seccomp.trace.no_tracer",
	"Verify that SECCOMP_RET_TRACE without a tracer fails the call with ENOSYS and does not "
	"execute it",
	KT_SEES("written", 'a'))
{
	struct writer *w = writer_new();

	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(write_body, w), "exited(0)");
	KT_EQ(w->result, -ENOSYS);
	KT_EQ(written(w), 0);
}

KT_CASE(seccomp_trace_no_option, "seccomp.trace.no_option",
	"Verify that SECCOMP_RET_TRACE under a tracer without PTRACE_O_TRACESECCOMP fails the call "
	"with ENOSYS and stops nobody",
	KT_SEES("result", 1))
{
	struct writer *w = writer_new();

	KT_WAIT(kt_child_seized(write_body, w, PTRACE_O_TRACESYSGOOD), "exited(0)");
	KT_EQ(KT_SEEN("result", w->result), -ENOSYS);
	KT_EQ(written(w), 0);
}

KT_CASE(seccomp_trace_event, "seccomp.trace.event",
	"Verify that SECCOMP_RET_TRACE gives PTRACE_EVENT_SECCOMP before the call is executed, "
	"with the filter's data as event message",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 1))
{
	struct writer *w = writer_new();
	pid_t pid = stopped_writer(w);
	unsigned long msg;

	KT_OK(kt_geteventmsg(pid, &msg));
	KT_EQ(msg, 42);
	KT_EQ(KT_CALL(pid, CALL_SECCOMP).nr, SYS_write);
	KT_EQ(written(w), 0);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(w->result, 1);
	KT_EQ(written(w), 'a');
}

/* From the trap before the filter to the entry of the write. */
static pid_t writer_at_entry(struct writer *w)
{
	pid_t pid = kt_child_stopped(write_body, w, OPTIONS);

	for (;;) {
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
		if (KT_CALL(pid, CALL_ENTRY).nr == SYS_write)
			return pid;
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
	}
}

KT_CASE(seccomp_trace_order48, "seccomp.trace.order48",
	"Verify that under PTRACE_SYSCALL the syscall-enter-stop comes first, then "
	"PTRACE_EVENT_SECCOMP, then the syscall-exit-stop",
	KT_REPORTS("EVENT_SECCOMP", W_STOPCODE(SIGTRAP | 0x80)))
{
	struct writer *w = writer_new();
	pid_t pid = writer_at_entry(w);

	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "EVENT_SECCOMP");
	KT_EQ(written(w), 0);
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_EXIT).result, 1);
	KT_EQ(written(w), 'a');
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
}

KT_CASE(seccomp_trace_cont_vs_syscall, "seccomp.trace.cont_vs_syscall",
	"Verify that after PTRACE_EVENT_SECCOMP PTRACE_CONT leads to no stop of that call, and "
	"PTRACE_SYSCALL to its syscall-exit-stop alone",
	KT_SEES("call.result", 0))
{
	struct writer *w = writer_new();
	pid_t pid = stopped_writer(w);

	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	pid = stopped_writer(w);
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "syscall");
	KT_EQ(KT_CALL(pid, CALL_EXIT).result, 1);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
}

/* getppid and one command of fcntl are traced; getuid and another command are refused. */
#define TRACED_CMD  F_GETFD
#define REFUSED_CMD F_GETFL

static void redirect_body(void *arg)
{
	_Atomic long *result = arg;
	long rc;

	KT_FILTER({ SYS_getppid, KT_ANY_ARG, 0, SECCOMP_RET_TRACE },
		  { SYS_getpid, KT_ANY_ARG, 0, SECCOMP_RET_TRACE },
		  { SYS_fcntl, 1, TRACED_CMD, SECCOMP_RET_TRACE },
		  { SYS_fcntl, 1, REFUSED_CMD, KT_RET_ERRNO },
		  { SYS_getuid, KT_ANY_ARG, 0, KT_RET_ERRNO });
	for (int i = 0; i < 2; i++) {
		rc = syscall(SYS_getppid);
		atomic_store(&result[i], rc < 0 ? -errno : rc);
	}
	rc = syscall(SYS_fcntl, 0, TRACED_CMD);
	atomic_store(&result[2], rc < 0 ? -errno : rc);
}

KT_CASE(seccomp_trace_recheck, "seccomp.trace.recheck",
	"Verify that after PTRACE_EVENT_SECCOMP the filters judge the tracer's number and "
	"arguments again, and that SECCOMP_RET_TRACE then allows",
	KT_SEES("result", 0))
{
	_Atomic long *result = kt_shared(3 * sizeof(*result));
	pid_t pid = kt_child_seized(redirect_body, (void *)result, OPTIONS);
	struct call c;

	KT_WAIT(pid, "EVENT_SECCOMP");
	c = KT_CALL(pid, CALL_SECCOMP);
	KT_OK(call_set_nr(&kt_io, pid, &c, SYS_getuid));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_SECCOMP");
	c = KT_CALL(pid, CALL_SECCOMP);
	KT_OK(call_set_nr(&kt_io, pid, &c, SYS_getpid));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_SECCOMP");
	c = KT_CALL(pid, CALL_SECCOMP);
	c.args[1] = REFUSED_CMD;
	KT_OK(call_set_args(&kt_io, pid, &c, c.args));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(KT_SEEN("result", result[0]), -KT_ERRNO);
	KT_EQ(result[1], pid);
	KT_EQ(result[2], -KT_ERRNO);
}

static void entry_body(void *arg)
{
	_Atomic long *result = arg;
	long rc;

	KT_FILTER({ SYS_fcntl, 1, REFUSED_CMD, KT_RET_ERRNO },
		  { SYS_getuid, KT_ANY_ARG, 0, KT_RET_ERRNO });
	KT_SYS(raise(SIGUSR1));
	rc = syscall(SYS_getppid);
	atomic_store(&result[0], rc < 0 ? -errno : rc);
	rc = syscall(SYS_fcntl, 0, TRACED_CMD);
	atomic_store(&result[1], rc < 0 ? -errno : rc);
}

KT_CASE(seccomp_trace_syscall_stop_seen, "seccomp.trace.syscall_stop_seen",
	"Verify that number and arguments that the tracer changes at the syscall-enter-stop are "
	"what the filter judges",
	KT_SEES("result", 0))
{
	_Atomic long *result = kt_shared(2 * sizeof(*result));
	pid_t pid = kt_child_seized(entry_body, (void *)result, OPTIONS);
	struct call c;

	KT_WAIT(pid, "signal(SIGUSR1)");
	for (;;) {
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
		c = KT_CALL(pid, CALL_ENTRY);
		if (c.nr == SYS_getppid) {
			KT_OK(call_set_nr(&kt_io, pid, &c, SYS_getuid));
		} else if (c.nr == SYS_fcntl) {
			c.args[1] = REFUSED_CMD;
			KT_OK(call_set_args(&kt_io, pid, &c, c.args));
			break;
		}
		KT_OK(kt_syscall(pid, 0));
		KT_WAIT(pid, "syscall");
	}
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(KT_SEEN("result", result[0]), -KT_ERRNO);
	KT_EQ(result[1], -KT_ERRNO);
}

KT_CASE(seccomp_trace_skip, "seccomp.trace.skip",
	"Verify that number -1 at PTRACE_EVENT_SECCOMP skips the call without asking the filter "
	"again, and leaves as result what the registers hold",
	KT_SEES("written", 'a'))
{
	struct writer *w = writer_new();
	pid_t pid = stopped_writer(w);
	struct call c = KT_CALL(pid, CALL_SECCOMP);

	KT_OK(call_set_nr(&kt_io, pid, &c, -1));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(written(w), 0);
#if defined(__x86_64__) || defined(__i386__)
	KT_EQ(w->result, -ENOSYS);
#else
	/* The result register of ARM is that of the first argument. */
	KT_EQ(w->result, w->pipe[1]);
#endif
	pid = stopped_writer(w);
	c = KT_CALL(pid, CALL_SECCOMP);
	KT_OK(call_skip(&kt_io, pid, &c, 77));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(written(w), 0);
	KT_EQ(w->result, 77);
}

KT_CASE(seccomp_trace_fatal, "seccomp.trace.fatal",
	"Verify that SIGKILL during PTRACE_EVENT_SECCOMP ends the tracee before the call",
	KT_SEES("written", 'a'))
{
	struct writer *w = writer_new();
	pid_t pid = stopped_writer(w);

	KT_SYS(kill(pid, SIGKILL));
	KT_WAIT(pid, "killed(SIGKILL)");
	KT_EQ(written(w), 0);
}

KT_CASE(seccomp_trace_signal_after, "seccomp.trace.signal_after",
	"Verify that a signal sent during PTRACE_EVENT_SECCOMP is reported after the call and not "
	"before it",
	KT_SEES("written", 0))
{
	struct writer *w = writer_new();
	pid_t pid = stopped_writer(w);

	KT_SYS(kill(pid, SIGUSR1));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_EQ(written(w), 'a');
}

KT_CASE(seccomp_trace_poke, "seccomp.trace.poke",
	"Verify that memory which the tracer changes during PTRACE_EVENT_SECCOMP is what the call "
	"uses",
	KT_ANSWERS(ptrace, PTRACE_POKEDATA, 0))
{
	struct writer *w = writer_new();
	pid_t pid = stopped_writer(w);
	void *addr = (void *)((uintptr_t)&w->byte & ~(sizeof(long) - 1));
	unsigned int shift = 8 * ((uintptr_t)&w->byte & (sizeof(long) - 1));
	unsigned long word;

	KT_OK(kt_peek(pid, addr, &word));
	KT_EQ(word >> shift & 0xff, 'a');
	KT_OK(kt_poke(pid, addr, (word & ~(0xffUL << shift)) | (unsigned long)'b' << shift));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(written(w), 'b');
}

static void nested_body(void *arg)
{
	KT_FILTER({ SYS_write, KT_ANY_ARG, 0, SECCOMP_RET_TRACE | 1 });
	KT_FILTER({ SYS_write, KT_ANY_ARG, 0, SECCOMP_RET_TRACE | 2 });
	write_byte(arg);
}

KT_CASE(seccomp_trace_nested_filters, "seccomp.trace.nested_filters",
	"Verify that two filters which both trace a call give one PTRACE_EVENT_SECCOMP with the "
	"data of the newer one",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 3))
{
	struct writer *w = writer_new();
	pid_t pid = kt_child_seized(nested_body, w, OPTIONS);
	unsigned long msg;

	KT_WAIT(pid, "EVENT_SECCOMP");
	KT_OK(kt_geteventmsg(pid, &msg));
	KT_EQ(msg, 2);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(written(w), 'a');
}

KT_PROGRAM
