/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_strict_test.c - strict mode: what it lets through, how it ends the rest,
 * and that there is no way out. After entering it a body may make no other call,
 * not even to fail: results go through shared memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"
#include "kernel-tests/kt_x86.h"

static void enter_strict(void)
{
	KT_OK(kt_raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
}

/* The x32 numbers are not in the list, so that x32 programs have no call at all. */
static const char *probe_strict(void)
{
#if defined(__x86_64__) && defined(__ILP32__)
	return "strict mode leaves an x32 program no call";
#else
	return kt_probe_unfiltered();
#endif
}

struct strict {
	int pipe[2];
	struct kt_gate ready;
	_Atomic int handled;
	_Atomic long written, read;
};

static struct strict *current;

static void on_signal(int sig)
{
	(void)sig;
	current->handled = 1;
}

/* The list has the sigreturn of i386, and rt_sigreturn everywhere else. */
static void on_info(int sig, siginfo_t *si, void *uc)
{
	(void)si;
	(void)uc;
	on_signal(sig);
}

static void allowed_body(void *arg)
{
	struct strict *s = current = arg;
	struct sigaction sa = { 0 };
	char byte = 'a';

#ifdef __i386__
	sa.sa_handler = on_signal;
	(void)on_info;
#else
	sa.sa_sigaction = on_info;
	sa.sa_flags = SA_SIGINFO;
#endif
	KT_SYS(sigaction(SIGUSR1, &sa, NULL));
	enter_strict();
	s->written = kt_raw(SYS_write, s->pipe[1], &byte, 1);
	s->read = kt_raw(SYS_read, s->pipe[0], &byte, 1);
	kt_gate_mark(&s->ready);
	while (!s->handled)
		;
	kt_raw(SYS_exit, 7);
}

KT_CASE(seccomp_strict_basic, "seccomp.strict.basic",
	"Verify that strict mode allows read, write, exit and the return from a signal handler",
	KT_ANSWERS(call, SYS_write, -EPERM), KT_ANSWERS(call, SYS_read, -EPERM),
	KT_CHANGES_ARG(call, SYS_exit, 0, 7, 0))
{
	struct strict *s = kt_shared(sizeof(*s));
	pid_t pid;

	KT_NEEDS(probe_strict());
	KT_SYS(pipe2(s->pipe, O_NONBLOCK | O_CLOEXEC));
	pid = kt_child(allowed_body, s);
	KT_AWAIT(kt_gate_is_open(&s->ready) || kt_proc_state(pid) == 'Z');
	KT_SYS(kill(pid, SIGUSR1));
	KT_WAIT(pid, "exited(7)");
	KT_EQ(s->written, 1);
	KT_EQ(s->read, 1);
}

static const struct {
	const char *name;
	long nr;
} refused[] = {
	{ "close", SYS_close },		{ "execve", SYS_execve },
	{ "exit_group", SYS_exit_group }, { "futex", SYS_futex },
	{ "getpid", SYS_getpid },	{ "ioctl", SYS_ioctl },
	{ "kill", SYS_kill },		{ "munmap", SYS_munmap },
	{ "openat", SYS_openat },	{ "prctl", SYS_prctl },
	{ "ptrace", SYS_ptrace },	{ "restart_syscall", SYS_restart_syscall },
	{ "rt_sigprocmask", SYS_rt_sigprocmask }, { "seccomp", SYS_seccomp },
	{ "minus_one", -1 },		{ "unknown", SYS_getpid + 5000 },
	/* Two there are on some ABIs, and one is meant. */
#if defined(__i386__)
	{ "other_sigreturn", SYS_rt_sigreturn },
#elif defined(__arm__)
	{ "other_sigreturn", SYS_sigreturn },
#endif
};

static void describe_refused(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s", refused[i].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that in strict mode the call %s is the end, by SIGKILL", refused[i].name);
	/* PR_SET_SECCOMP itself must still be made. */
	out->wrong = (struct kt_wrong)KT_ANSWERS(call, refused[i].nr, 0, KT_WHEN(0, ~0UL));
}

static void refused_body(void *arg)
{
	const long *nr = arg;

	enter_strict();
	kt_raw(*nr, ~0UL);
	kt_raw(SYS_exit, 7);
}

KT_FAMILY(seccomp_strict_kills, "seccomp.strict.kills", sizeof(refused) / sizeof(refused[0]),
	  describe_refused)
{
	long nr = refused[i].nr;

	KT_NEEDS(probe_strict());
	KT_WAIT(kt_child(refused_body, &nr), "killed(SIGKILL)");
}

static void strict_thread(void *survived)
{
	enter_strict();
	kt_raw(SYS_getpid, ~0UL);
	kt_gate_mark(survived);
	kt_raw(SYS_exit, 0);
}

static void leader_body(void *survived)
{
	pid_t tid = kt_thread(strict_thread, survived);

	KT_AWAIT(kt_tgkill(getpid(), tid, 0) == -ESRCH);
	_exit(7);
}

KT_CASE(seccomp_strict_thread, "seccomp.strict.thread",
	"Verify that strict mode is a matter of the thread that enters it, and kills that thread "
	"alone",
	KT_ANSWERS(call, SYS_getpid, 0), KT_REPORTS("exited(7)", SIGKILL))
{
	struct kt_gate *survived = kt_shared(sizeof(*survived));

	KT_NEEDS(probe_strict());
	KT_WAIT(kt_child(leader_body, survived), "exited(7)");
	KT_REQUIRE(!kt_gate_is_open(survived));
}

static void filtered_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_ERR(EINVAL, kt_raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
	KT_ERR(EINVAL, kt_raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_DISABLED));
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL));
	KT_EQ(kt_raw(SYS_prctl, PR_GET_SECCOMP), SECCOMP_MODE_FILTER);
}

static void ask_mode(void *unused)
{
	(void)unused;
	enter_strict();
	kt_raw(SYS_prctl, PR_GET_SECCOMP);
	kt_raw(SYS_exit, 7);
}

KT_CASE(seccomp_strict_cannot_leave, "seccomp.strict.cannot_leave",
	"Verify that no mode follows strict mode, where PR_GET_SECCOMP itself kills, and that "
	"strict mode after a filter fails with EINVAL",
	KT_RETURNS(call, SYS_prctl, 0, KT_WHEN(1, SECCOMP_MODE_STRICT)),
	KT_ANSWERS(call, SYS_prctl, 1, KT_WHEN(0, PR_GET_SECCOMP)))
{
	KT_NEEDS(kt_probe_unfiltered());
	KT_WAIT(kt_child(filtered_body, NULL), "exited(0)");
	KT_NEEDS(probe_strict());
	KT_WAIT(kt_child(ask_mode, NULL), "killed(SIGKILL)");
}

static void arguments_body(void *unused)
{
	int zero = 0;

	(void)unused;
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, &zero));
	KT_EQ(kt_raw(SYS_prctl, PR_GET_SECCOMP), SECCOMP_MODE_DISABLED);
	KT_OK(kt_raw(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL));
	kt_raw(SYS_exit, 7);
}

KT_CASE(seccomp_strict_arguments, "seccomp.strict.arguments",
	"Verify that SECCOMP_SET_MODE_STRICT takes neither flags nor an argument, and fails with "
	"EINVAL for them",
	KT_CHANGES_ARG(call, SYS_seccomp, 1, 1, 0), KT_CHANGES_ARG(call, SYS_seccomp, 2, ~0UL, 0))
{
	KT_NEEDS(probe_strict());
	KT_WAIT(kt_child(arguments_body, NULL), "exited(7)");
}

#if defined(__x86_64__)

/* Each number means another call to x86_64: close, stat and write. */
static void allowed_int80(void *arg)
{
	struct strict *s = arg;

	enter_strict();
	s->read = kt_x86_int80(KT_X86_I386_READ, (uint32_t)s->pipe[0], 0, 0);
	s->written = kt_x86_int80(KT_X86_I386_WRITE, (uint32_t)s->pipe[1], 0, 0);
	kt_x86_int80(KT_X86_I386_EXIT, 7, 0, 0);
}

/* What read, write and exit are to x86_64: restart_syscall, exit and umask of i386. */
static void refused_int80(void *arg)
{
	const uint32_t *nr = arg;

	enter_strict();
	kt_x86_int80(*nr, 0, 0, 0);
	kt_x86_int80(KT_X86_I386_EXIT, 7, 0, 0);
}

static void refused_syscall(void *arg)
{
	const uint64_t args[6] = { 0 };
	const uint32_t *nr = arg;

	enter_strict();
	kt_x86_syscall(*nr, args);
	kt_x86_int80(KT_X86_I386_EXIT, 7, 0, 0);
}

#endif

KT_CASE(seccomp_strict_abi, "seccomp.strict.abi",
	"Verify that strict mode judges a call by the numbers of the ABI by which it enters: int "
	"0x80 from a 64-bit program by those of i386, syscall by those of x86_64",
	KT_REPORTS("killed(SIGKILL)", 7 << 8), KT_REPORTS("exited(7)", SIGKILL))
{
#if defined(__x86_64__)
	struct strict *s = kt_shared(sizeof(*s));
	uint32_t nr_of_x86_64[] = { 0 /* read */, 60 /* exit */, 15 /* rt_sigreturn */ };
	uint32_t nr_of_i386[] = { KT_X86_I386_READ, KT_X86_I386_WRITE };

	KT_NEEDS(kt_probe_unfiltered());
	KT_NEEDS(kt_probe_int80());
	KT_SYS(pipe2(s->pipe, O_NONBLOCK | O_CLOEXEC));
	KT_WAIT(kt_child(allowed_int80, s), "exited(7)");
	KT_EQ(s->read, 0);
	KT_EQ(s->written, 0);
	for (size_t i = 0; i < sizeof(nr_of_x86_64) / sizeof(nr_of_x86_64[0]); i++)
		KT_WAIT(kt_child(refused_int80, &nr_of_x86_64[i]), "killed(SIGKILL)");
	for (size_t i = 0; i < sizeof(nr_of_i386) / sizeof(nr_of_i386[0]); i++)
		KT_WAIT(kt_child(refused_syscall, &nr_of_i386[i]), "killed(SIGKILL)");
#else
	atf_tc_skip("belongs to x86_64");
#endif
}

#if defined(__x86_64__)

static void x32_write(void *unused)
{
	const uint64_t args[6] = { ~0ULL };

	(void)unused;
	enter_strict();
	kt_x86_syscall(0x40000000 | 1 /* write */, args);
	kt_x86_syscall(60, args);
}

#endif

KT_CASE(seccomp_strict_x32, "seccomp.strict.x32",
	"Verify that strict mode, as measured, kills every x32 call, write too, for the list that "
	"it has for other ABIs is that of i386",
	KT_REPORTS("killed(SIGKILL)", 0xff << 8))
{
#if defined(__x86_64__)
	KT_NEEDS(kt_probe_unfiltered());
	KT_NEEDS(kt_probe_x32());
	KT_WAIT(kt_child(x32_write, NULL), "killed(SIGKILL)");
#else
	atf_tc_skip("belongs to x86_64");
#endif
}

#if defined(__x86_64__) || defined(__i386__)

static void read_clock(void *unused)
{
	(void)unused;
	enter_strict();
	__builtin_ia32_rdtsc();
	kt_x86_int80(KT_X86_I386_EXIT, 7, 0, 0);
}

#endif

KT_CASE(seccomp_strict_tsc, "seccomp.strict.tsc",
	"Verify that in strict mode the instruction rdtsc ends the program by SIGSEGV",
	KT_REPORTS("killed(SIGSEGV)", 7 << 8))
{
#if defined(__x86_64__) || defined(__i386__)
	KT_NEEDS(kt_probe_unfiltered());
	KT_WAIT(kt_child(read_clock, NULL), "killed(SIGSEGV)");
#else
	atf_tc_skip("belongs to x86");
#endif
}

KT_PROGRAM
