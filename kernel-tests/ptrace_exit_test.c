/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_exit_test.c - how a tracee ends: PTRACE_EVENT_EXIT, what its process
 * reports at its end, and SIGKILL on the way there. When a killed call is not
 * executed any more is ptrace_killed_test.c.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* Whatever ends it: an exit with `code`, or `sig` from itself. */
struct end {
	int code, sig;
	unsigned long word; /* in the shared memory and on the stack alike */
	unsigned long *_Atomic on_stack;
	struct kt_gate go;
};

static void end_body(void *arg)
{
	struct end *e = arg;
	volatile unsigned long word = e->word;

	e->on_stack = (unsigned long *)&word;
	kt_gate_wait(&e->go);
	if (e->sig)
		kill(getpid(), e->sig);
	_exit(e->code);
}

static struct end *end_new(int code, int sig)
{
	struct end *e = kt_shared(sizeof(*e));

	e->code = code;
	e->sig = sig;
	e->word = 0x1234567;
	return e;
}

static unsigned long message_of(pid_t pid)
{
	unsigned long message;

	KT_OK(kt_geteventmsg(pid, &message));
	return message;
}

/* Of a child of end_body: to its stop at the exit, with the signal on the way. */
static pid_t stop_at_exit(struct end *e)
{
	pid_t pid = kt_child_seized(end_body, e, PTRACE_O_TRACEEXIT);

	kt_gate_open(&e->go);
	if (e->sig && e->sig != SIGKILL) {
		KT_EQ(kt_status_decode(KT_WAIT_STATUS(pid)).value, e->sig);
		KT_OK(kt_cont(pid, e->sig));
	}
	KT_WAIT(pid, "EVENT_EXIT");
	return pid;
}

KT_CASE(ptrace_exit_event, "ptrace.exit.event",
	"Verify that PTRACE_EVENT_EXIT comes before the end of a tracee, while its registers and "
	"memory can still be read, with the wait status as its message",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 0x500), KT_LOSES("EVENT_EXIT"),
	KT_ANSWERS(ptrace, PTRACE_GETREGSET, -ESRCH))
{
	/* SIGSYS dumps core where a core pattern allows it: bit 7, which is not looked at. */
	static const struct {
		int code, sig;
		unsigned long message;
		const char *end;
	} table[] = {
		{ 5, 0, 0x500, "exited(5)" },
		{ 0, SIGKILL, 9, "killed(SIGKILL)" },
		{ 0, SIGSYS, 0x1f, "killed(SIGSYS)" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct end *e = end_new(table[i].code, table[i].sig);
		pid_t pid = stop_at_exit(e);
		char regs[2048];
		struct iovec iov = { regs, sizeof(regs) };
		unsigned long word;

		KT_EQ(message_of(pid) & ~0x80UL, table[i].message);
		KT_OK(kt_ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, (uintptr_t)&iov));
		KT_REQUIRE(iov.iov_len > 0 && iov.iov_len < sizeof(regs));
		KT_OK(kt_peek(pid, e->on_stack, &word));
		KT_EQ(word, e->word);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, table[i].end);
	}
}

/* What can be read of a file; the end is cut off. */
static size_t read_file(const char *path, char *out, size_t size)
{
	int fd = (int)KT_OK(kt_raw(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0));
	size_t len = 0;
	long n;

	while (len < size && (n = KT_OK(kt_raw(SYS_read, fd, out + len, size - len))) > 0)
		len += (size_t)n;
	close(fd);
	return len;
}

static size_t read_proc(pid_t pid, const char *name, char *out, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return read_file(path, out, size);
}

KT_CASE(ptrace_exit_proc_readable, "ptrace.exit.proc_readable",
	"Verify that the maps, environ and fd entries in /proc of a tracee in PTRACE_EVENT_EXIT "
	"still show what it had",
	KT_ANSWERS(call, SYS_read, 0), KT_ANSWERS(call, SYS_readlinkat, -ENOENT))
{
	static char maps[65536], ours[65536], environment[65536];
	char path[64], link[64] = "";
	pid_t pid = stop_at_exit(end_new(5, 0));
	size_t len;

	len = read_proc(pid, "maps", maps, sizeof(maps) - 1);
	maps[len] = '\0';
	KT_REQUIRE(strstr(maps, "[stack]"));
	/* A forked child has the strings of its parent. */
	len = read_proc(getpid(), "environ", ours, sizeof(ours));
	KT_EQ(read_proc(pid, "environ", environment, sizeof(environment)), len);
	KT_REQUIRE(memcmp(environment, ours, len) == 0);
	snprintf(path, sizeof(path), "/proc/%d/fd/1", (int)pid);
	KT_SYS(readlink("/proc/self/fd/1", ours, sizeof(link) - 1));
	KT_OK(kt_raw(SYS_readlinkat, AT_FDCWD, path, link, sizeof(link) - 1));
	KT_REQUIRE(memcmp(link, ours, strlen(link)) == 0);
}

KT_CASE(ptrace_exit_sigkill_still_stops, "ptrace.exit.sigkill_still_stops",
	"Verify that a tracee with PTRACE_O_TRACEEXIT that SIGKILL ends still stops in "
	"PTRACE_EVENT_EXIT with message 9, and ends only when it is resumed",
	KT_LOSES("EVENT_EXIT"), KT_REPORTS("killed(SIGKILL)", W_EXITCODE(9, 0)))
{
	pid_t pid = kt_child_seized(kt_body_park, NULL, PTRACE_O_TRACEEXIT);

	KT_SYS(kill(pid, SIGKILL));
	KT_WAIT(pid, "EVENT_EXIT");
	KT_EQ(message_of(pid), SIGKILL);
	KT_WAIT_NONE(pid);
	KT_EQ(kt_proc_state(pid), 't');
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "killed(SIGKILL)");
}

KT_CASE(ptrace_exit_sigkill_in_exit_stop, "ptrace.exit.sigkill_in_exit_stop",
	"Verify that SIGKILL sent to an exiting tracee in PTRACE_EVENT_EXIT is lost since 6.0, and "
	"before wakes it and becomes its wait status",
	KT_REPORTS("exited(5)", W_EXITCODE(0, SIGKILL)))
{
	pid_t pid = stop_at_exit(end_new(5, 0));

	KT_SYS(kill(pid, SIGKILL));
	if (!kt_kernel_has(KT_CHANGE_EXIT_STOP_DEAF)) {
		KT_WAIT(pid, "killed(SIGKILL)");
		return;
	}
	KT_WAIT_NONE(pid);
	KT_EQ(kt_proc_state(pid), 't');
	KT_EQ(message_of(pid), 5 << 8);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(5)");
}

KT_CASE(ptrace_exit_second_sigkill, "ptrace.exit.second_sigkill",
	"Verify that a tracee whom SIGKILL has brought to PTRACE_EVENT_EXIT stays there when "
	"SIGKILL comes again",
	KT_ANSWERS(ptrace, PTRACE_CONT, -ESRCH))
{
	pid_t pid = kt_child_seized(kt_body_park, NULL, PTRACE_O_TRACEEXIT);

	KT_SYS(kill(pid, SIGKILL));
	KT_WAIT(pid, "EVENT_EXIT");
	for (int i = 0; i < 3; i++) {
		KT_SYS(kill(pid, SIGKILL));
		KT_WAIT_NONE(pid);
		KT_EQ(kt_proc_state(pid), 't');
		KT_EQ(message_of(pid), SIGKILL);
	}
	/* A tracee that a SIGKILL has woken cannot be resumed. */
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "killed(SIGKILL)");
}

/* A leader that exits with 3 and leaves a thread, that exits when it may. */
struct pair {
	int thread_code;
	struct kt_gate leader_goes, thread_goes;
};

static void pair_thread(void *arg)
{
	struct pair *p = arg;

	kt_gate_wait(&p->thread_goes);
	kt_thread_exit(p->thread_code);
}

static void pair_body(void *arg)
{
	struct pair *p = arg;

	kt_thread(pair_thread, p);
	kt_gate_wait(&p->leader_goes);
	kt_thread_exit(3);
}

static struct pair *pair_new(int thread_code)
{
	struct pair *p = kt_shared(sizeof(*p));

	p->thread_code = thread_code;
	return p;
}

KT_CASE(ptrace_exit_leader_delayed, "ptrace.exit.leader_delayed",
	"Verify that the exit of a thread group's leader is reported only after all other threads "
	"are gone, and that it is a zombie meanwhile",
	KT_RETURNS(call, SYS_wait4, 1), KT_REPORTS("EVENT_EXIT", W_EXITCODE(3, 0)))
{
	struct pair *p = pair_new(3);
	pid_t pid = kt_child_seized(pair_body, p, PTRACE_O_TRACEEXIT);
	int status;

	kt_gate_open(&p->leader_goes);
	KT_WAIT(pid, "EVENT_EXIT");
	KT_EQ(message_of(pid), 3 << 8);
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	KT_EQ(kt_raw(SYS_wait4, pid, &status, __WALL | WNOHANG, 0), 0);
	kt_gate_open(&p->thread_goes);
	KT_WAIT(pid, "exited(3)");
}

KT_CASE(ptrace_exit_group_status, "ptrace.exit.group_status",
	"Verify that a process whose leader exits before another thread has the exit status of its "
	"last thread since 6.0, and that of its leader before",
	KT_STORES(call, SYS_waitid, 2, offsetof(siginfo_t, si_status), 3))
{
	struct pair *p = pair_new(0);
	pid_t pid = kt_child(pair_body, p);
	siginfo_t si;

	kt_gate_open(&p->leader_goes);
	KT_AWAIT(kt_proc_state(pid) == 'Z');
	kt_gate_open(&p->thread_goes);
	KT_OK(kt_raw(SYS_waitid, P_PID, pid, &si, WEXITED, 0));
	KT_EQ(si.si_code, CLD_EXITED);
	KT_EQ(si.si_status, kt_kernel_has(KT_CHANGE_STATUS_OF_LAST) ? 0 : 3);
}

#define THREADS 3

static void crowd_body(void *gate)
{
	for (int i = 0; i < THREADS; i++)
		kt_thread(kt_body_park, NULL);
	kt_gate_wait(gate);
	_exit(9);
}

KT_CASE(ptrace_exit_exit_group_all, "ptrace.exit.exit_group_all",
	"Verify that after exit_group every traced thread reports PTRACE_EVENT_EXIT and then its "
	"exit, each with the status of exit_group, and the leader as the last",
	KT_STORES(ptrace, PTRACE_GETEVENTMSG, 3, 0, 0x100),
	KT_REPORTS("exited(9)", W_EXITCODE(0, 9)))
{
	struct kt_gate *gate = kt_shared(sizeof(*gate));
	pid_t pid = kt_child_seized(crowd_body, gate, PTRACE_O_TRACEEXIT | PTRACE_O_TRACECLONE);
	int exiting = 0, gone = 0;
	pid_t tid;

	/* Of each thread two stops, the event of the leader and its own first one. */
	for (int i = 0; i < 2 * THREADS; i++) {
		KT_WAIT_ANY(&tid);
		KT_OK(kt_cont(tid, 0));
	}
	kt_gate_open(gate);
	while (gone <= THREADS) {
		int status = KT_WAIT_ANY(&tid);

		if (kt_status_is_end(status)) {
			KT_STATUS(status, "exited(9)");
			KT_EQ(tid == pid, gone == THREADS);
			gone++;
		} else {
			KT_STATUS(status, "EVENT_EXIT");
			KT_EQ(message_of(tid), 9 << 8);
			exiting++;
			KT_OK(kt_cont(tid, 0));
		}
	}
	KT_EQ(exiting, THREADS + 1);
}

KT_CASE(ptrace_exit_kill_request, "ptrace.exit.kill_request",
	"Verify that PTRACE_KILL is SIGKILL for a running tracee since 5.19, and does nothing to "
	"it before",
	KT_ANSWERS(ptrace, PTRACE_KILL, -ESRCH), KT_REPORTS("killed(SIGKILL)", W_EXITCODE(0, 0)))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid = kt_child_seized(kt_body_spin, counter, 0);

	KT_AWAIT_SPINNING(counter);
	KT_OK(kt_ptrace(PTRACE_KILL, pid, 0, 0));
	if (!kt_kernel_has(KT_CHANGE_KILL_REQUEST)) {
		KT_SENTINEL(pid, KT_RUNNING);
		return;
	}
	KT_WAIT(pid, "killed(SIGKILL)");
}

KT_PROGRAM
