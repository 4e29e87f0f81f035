/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traces.c - what a tracer inside may try to get around the sandbox. `traces
 * VICTIM OTHER`: each attempt is to remove the file VICTIM, or OTHER (a name of
 * the same length) where the tracee itself asks for that one, or to loosen the
 * filter. Prints "NAME ANSWER": "done", an errno, or "absent" on ABIs where
 * this program cannot do it. `traces by-parent`: asks its parent to trace it, and
 * says "went on" if that lets it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUSPEND_SECCOMP (1 << 21)
#define GET_FILTER 0x420c
#define EVENT_SECCOMP 7

static char name[4096];	/* what the tracee removes; the tracer writes here */
static const char *victim;

static void say(const char *attempt, int error)
{
	const char *word = error == 0 ? "done" : error < 0 ? "absent" : strerrorname_np(error);

	printf("%s %s\n", attempt, word != NULL ? word : "?");
	fflush(stdout);
}

static void start_traced(void)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(99);
	raise(SIGSTOP);
}

/* The tracee's own errno of removing `name` is its exit status. */
static void remove_name(void)
{
	start_traced();
	_exit(unlinkat(AT_FDCWD, name, 0) < 0 ? errno : 0);
}

/* For a tracer that puts another number in the place of this one's. */
static void call_something(void)
{
	start_traced();
	_exit(syscall(SYS_dup3, AT_FDCWD, name, 0) < 0 ? errno : 0);
}

static void call_traced(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_dup3, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog prog = { 4, insns };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0)
		_exit(99);
	call_something();
}

static pid_t start(void (*run)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		run();
	waitpid(pid, &status, 0);
	return pid;
}

static int answer(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* To its next stop: of entry, or by its own filter. */
static void run_to_stop(pid_t pid, int how)
{
	int status;

	if (how == PTRACE_CONT)
		ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESECCOMP);
	ptrace(how, pid, NULL, NULL);
	waitpid(pid, &status, 0);
}

static int put_name(pid_t pid, const char *text)
{
	size_t len = strlen(text) + 1;

	for (size_t at = 0; at < len; at += sizeof(long)) {
		long word = 0;

		memcpy(&word, text + at, len - at < sizeof(word) ? len - at : sizeof(word));
		if (ptrace(PTRACE_POKEDATA, pid, name + at, word) < 0)
			return errno;
	}
	return 0;
}

/* The name that is there when the call is entered is not the one that it is made with. */
static int by_memory(void)
{
	pid_t pid = start(remove_name);
	int error, said;

	run_to_stop(pid, PTRACE_SYSCALL);
	error = put_name(pid, victim);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	said = answer(pid);
	return error != 0 ? error : said;
}

static int by_number(void (*run)(void), int how)
{
#if defined(__x86_64__) && !defined(__ILP32__)
	pid_t pid;

	strcpy(name, victim);
	pid = start(run);
	run_to_stop(pid, how);
	if (ptrace(PTRACE_POKEUSER, pid, 8 * 15 /* orig_rax */, SYS_unlinkat) < 0)
		return errno;
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	return answer(pid);
#else
	(void)run;
	(void)how;
	return -1;
#endif
}

static void wait_for_signal(void)
{
	pause();
	_exit(0);
}

static void loosen(void)
{
	struct sock_filter insns[BPF_MAXINSNS];
	pid_t pid = fork();

	if (pid == 0)
		wait_for_signal();
	say("suspend-seize", ptrace(PTRACE_SEIZE, pid, NULL, SUSPEND_SECCOMP) < 0 ? errno : 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	pid = start(start_traced);
	say("suspend", ptrace(PTRACE_SETOPTIONS, pid, NULL, SUSPEND_SECCOMP) < 0 ? errno : 0);
	say("get-filter", ptrace(GET_FILTER, pid, 0, insns) < 0 ? errno : 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Our parent becomes the tracer, whoever that is. */
static int by_parent(void)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		return 1;
	raise(SIGWINCH);
	raise(SIGWINCH);
	puts("went on");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "by-parent") == 0)
		return by_parent();
	if (argc != 3 || strlen(argv[1]) != strlen(argv[2]) || strlen(argv[1]) >= sizeof(name))
		return 2;
	victim = argv[1];
	strcpy(name, argv[2]);
	say("memory-on-entry", by_memory());
	say("number-on-entry", by_number(call_something, PTRACE_SYSCALL));
	say("number-at-filter", by_number(call_traced, PTRACE_CONT));
	loosen();
	return 0;
}
