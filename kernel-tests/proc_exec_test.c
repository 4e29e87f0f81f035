/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_exec_test.c - what an execve does to threads, signals, descriptors and
 * arguments, and how it fails. The new image tells what it found through a pipe.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

static int report[2]; /* the pipe; its write end has no FD_CLOEXEC */

static void open_report(void)
{
	KT_SYS(pipe(report));
	KT_SYS(fcntl(report[0], F_SETFD, FD_CLOEXEC));
}

/* In a child: the image `name` is to write to the pipe. */
static void exec_reporter(const char *name)
{
	char fd[16];

	snprintf(fd, sizeof(fd), "%d", report[1]);
	KT_OK(kt_exec(name, fd));
}

static void read_report(void *to, size_t size)
{
	close(report[1]);
	KT_EQ(read(report[0], to, size), size);
}

/* In a new image. */
static int count_threads(void)
{
	char state[4096], *p;
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC), n = -1;
	ssize_t len = read(fd, state, sizeof(state) - 1);

	close(fd);
	if (len <= 0)
		return -1;
	state[len] = '\0';
	p = strstr(state, "\nThreads:");
	if (p)
		sscanf(p, "\nThreads: %d", &n);
	return n;
}

struct threads {
	pid_t pid, tid;
	int count;
};

KT_EXEC_MAIN(report_threads)
{
	struct threads t = { getpid(), kt_gettid(), count_threads() };

	_exit(write(atoi(arg), &t, sizeof(t)) != sizeof(t));
}

static void exec_in_thread(void *unused)
{
	(void)unused;
	exec_reporter("report_threads");
}

static void park_thread(void *unused)
{
	(void)unused;
	kt_park();
}

static void exec_beside_threads(void *unused)
{
	(void)unused;
	kt_thread(park_thread, NULL);
	kt_thread(park_thread, NULL);
	kt_thread(exec_in_thread, NULL);
	kt_park();
}

KT_CASE(proc_exec_thread_kill, "proc.exec_thread_kill",
	"Verify that an execve by any thread ends all others and goes on as the leader, with the "
	"process's pid",
	KT_SEES("tid", 1), KT_SEES("threads", 2))
{
	struct threads t;
	pid_t pid;

	open_report();
	pid = kt_child(exec_beside_threads, NULL);
	KT_WAIT(pid, "exited(0)");
	read_report(&t, sizeof(t));
	KT_EQ(t.pid, pid);
	KT_EQ(KT_SEEN("tid", t.tid), pid);
	KT_EQ(KT_SEEN("threads", t.count), 1);
}

struct signals {
	int handled, ignored, blocked, pending, altstack;
};

static int is_handled_by(int sig, void (*handler)(int))
{
	struct sigaction now;

	return sigaction(sig, NULL, &now) == 0 && now.sa_handler == handler;
}

KT_EXEC_MAIN(report_signals)
{
	sigset_t blocked, pending;
	stack_t stack;
	struct signals s = {
		.handled = !is_handled_by(SIGUSR1, SIG_DFL),
		.ignored = is_handled_by(SIGUSR2, SIG_IGN),
	};

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	sigpending(&pending);
	sigaltstack(NULL, &stack);
	s.blocked = sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGHUP) &&
		    !sigismember(&blocked, SIGUSR1);
	s.pending = sigismember(&pending, SIGTERM) && !sigismember(&pending, SIGHUP);
	s.altstack = !(stack.ss_flags & SS_DISABLE);
	_exit(write(atoi(arg), &s, sizeof(s)) != sizeof(s));
}

static void do_nothing(int sig)
{
	(void)sig;
}

static void exec_with_signals(void *unused)
{
	static char stack[65536];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	sigset_t set;

	(void)unused;
	KT_REQUIRE(signal(SIGUSR1, do_nothing) != SIG_ERR);
	KT_REQUIRE(signal(SIGUSR2, SIG_IGN) != SIG_ERR);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	KT_SYS(sigprocmask(SIG_SETMASK, &set, NULL));
	KT_SYS(raise(SIGTERM));
	KT_SYS(sigaltstack(&alt, NULL));
	exec_reporter("report_signals");
}

KT_CASE(proc_exec_sig_state, "proc.exec_sig_state",
	"Verify that an execve sets handlers to the default, drops the alternate stack, and keeps "
	"ignored, blocked and pending signals",
	KT_SEES("handled", 1), KT_SEES("ignored", 0), KT_SEES("blocked", 0), KT_SEES("pending", 0),
	KT_SEES("altstack", 1))
{
	struct signals s;

	open_report();
	KT_WAIT(kt_child(exec_with_signals, NULL), "exited(0)");
	read_report(&s, sizeof(s));
	KT_REQUIRE(!KT_SEEN("handled", s.handled));
	KT_REQUIRE(KT_SEEN("ignored", s.ignored));
	KT_REQUIRE(KT_SEEN("blocked", s.blocked));
	KT_REQUIRE(KT_SEEN("pending", s.pending));
	KT_REQUIRE(!KT_SEEN("altstack", s.altstack));
}

struct descriptors {
	int closed, kept; /* of the case; the same numbers in everybody */
	struct kt_gate replaced, checked;
};

KT_EXEC_MAIN(report_descriptors)
{
	int closed, kept, out, is_open[2];

	sscanf(arg, "%d,%d,%d", &out, &closed, &kept);
	is_open[0] = fcntl(closed, F_GETFD) != -1;
	is_open[1] = fcntl(kept, F_GETFD) != -1;
	_exit(write(out, is_open, sizeof(is_open)) != sizeof(is_open));
}

static void exec_with_shared_table(void *arg)
{
	struct descriptors *d = arg;
	char fds[48];

	if (KT_SYS(syscall(SYS_clone, CLONE_FILES, 0, 0, 0, 0)) == 0) {
		kt_gate_wait(&d->replaced);
		KT_OK(kt_raw(SYS_fcntl, d->closed, F_GETFD));
		KT_OK(kt_raw(SYS_fcntl, d->kept, F_GETFD));
		kt_gate_open(&d->checked);
		_exit(0);
	}
	snprintf(fds, sizeof(fds), "%d,%d,%d", report[1], d->closed, d->kept);
	KT_OK(kt_exec("report_descriptors", fds));
}

KT_CASE(proc_exec_cloexec, "proc.exec_cloexec",
	"Verify that an execve closes the descriptors with FD_CLOEXEC and no others, in a table of "
	"its own: who shared it before keeps all",
	KT_SEES("with FD_CLOEXEC", 1), KT_SEES("without", 0), KT_ANSWERS(call, SYS_fcntl, -EBADF))
{
	struct descriptors *d = kt_shared(sizeof(*d));
	int is_open[2];

	KT_NEEDS(kt_probe_shared_files());
	open_report();
	d->kept = KT_SYS(open("/proc/self/exe", O_RDONLY));
	d->closed = KT_SYS(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	KT_WAIT(kt_child(exec_with_shared_table, d), "exited(0)");
	kt_gate_open(&d->replaced);
	kt_gate_wait(&d->checked);
	read_report(is_open, sizeof(is_open));
	KT_EQ(KT_SEEN("with FD_CLOEXEC", is_open[0]), 0);
	KT_EQ(KT_SEEN("without", is_open[1]), 1);
}

/* All arguments of the new image and their NULs. */
KT_EXEC_MAIN(report_arguments)
{
	char buf[256];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, buf, sizeof(buf));

	_exit(write(atoi(arg), &n, sizeof(n)) != sizeof(n));
}

static void exec_without_arguments(void *unused)
{
	char fd[16];

	(void)unused;
	snprintf(fd, sizeof(fd), "%d", report[1]);
	KT_OK(kt_exec_bare("report_arguments", fd));
}

KT_CASE(proc_exec_argv_empty, "proc.exec_argv_empty",
	"Verify that a program that is executed without any argument gets one empty argument, and "
	"on older kernels none",
	KT_SEES("bytes of arguments", 2))
{
	ssize_t n;

	open_report();
	KT_WAIT(kt_child(exec_without_arguments, NULL), "exited(0)");
	read_report(&n, sizeof(n));
	KT_EQ(KT_SEEN("bytes of arguments", n), kt_kernel_has(KT_CHANGE_EXEC_EMPTY_ARGV) ? 1 : 0);
}

/* A program that a kernel loads (`whole`), and one that it gives up half-way. */
struct program {
	ElfW(Ehdr) header;
	ElfW(Phdr) segment;
};

/* With this program's own machine and class. */
static struct program make_program(void)
{
	int fd = KT_SYS(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	struct program p = { 0 };

	KT_EQ(read(fd, &p.header, sizeof(p.header)), sizeof(p.header));
	KT_SYS(close(fd));
	p.header.e_type = ET_EXEC;
	p.header.e_phoff = offsetof(struct program, segment);
	p.header.e_phnum = 1;
	p.segment.p_type = PT_LOAD;
	p.segment.p_flags = PF_R | PF_X;
	p.segment.p_vaddr = p.header.e_entry = 0x400000;
	p.segment.p_align = 0x1000;
	p.segment.p_filesz = sizeof(p);
	/* Less in memory than in the file: found out when the old image is gone. */
	p.segment.p_memsz = 1;
	return p;
}

static long exec_program(const struct program *p)
{
	char *argv[] = { (char *)"program", NULL }, *envp[] = { NULL };
	int fd = (int)KT_SYS(syscall(SYS_memfd_create, "program", 1U /* MFD_CLOEXEC */));

	KT_EQ(write(fd, p, sizeof(*p)), sizeof(*p));
	return kt_raw(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
}

static void exec_broken_programs(void *unused)
{
	struct program p = make_program();
	sigset_t set;

	(void)unused;
	/* The forced signal is not to be escaped. */
	KT_REQUIRE(signal(SIGSEGV, SIG_IGN) != SIG_ERR);
	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	KT_SYS(sigprocmask(SIG_BLOCK, &set, NULL));
	p.header.e_phnum = 0;
	KT_ERR(ENOEXEC, exec_program(&p));
	p.header.e_phnum = 1;
	KT_FAIL("execveat returned %ld", exec_program(&p));
}

KT_CASE(proc_exec_late_failure, "proc.exec_late_failure",
	"Verify that execve returns an error as long as the old image is there, and that a failure "
	"after that kills the process with SIGSEGV, ignored or not",
	KT_REPORTS("killed(SIGSEGV)", SIGKILL),
	KT_ANSWERS(call, SYS_execveat, -EINVAL, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_execveat, -EINVAL))
{
	if (syscall(SYS_execveat, -1, "", NULL, NULL, 0) < 0 && errno == ENOSYS)
		atf_tc_skip("needs execveat");
	KT_WAIT(kt_child(exec_broken_programs, NULL), "killed(SIGSEGV)");
}

KT_PROGRAM
