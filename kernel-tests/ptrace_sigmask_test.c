/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_sigmask_test.c - the signals that a stopped tracee blocks and those that
 * wait for it: reading both, and changing the mask.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

#define BIT(sig) (1ULL << ((sig) - 1))

static long get_mask(pid_t tid, size_t size, uint64_t *mask)
{
	return kt_ptrace(PTRACE_GETSIGMASK, tid, size, (uintptr_t)mask);
}

static long set_mask(pid_t tid, size_t size, uint64_t mask)
{
	return kt_ptrace(PTRACE_SETSIGMASK, tid, size, (uintptr_t)&mask);
}

/* The mask of the caller, by the kernel's own word. */
static uint64_t own_mask(void)
{
	uint64_t mask = 0;

	KT_OK(kt_raw(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof(mask)));
	return mask;
}

static void set_own_mask(uint64_t mask)
{
	KT_OK(kt_raw(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask)));
}

struct masked {
	uint64_t first, seen;
	struct kt_gate last; /* before the call that it sleeps in */
};

static void masked_body(void *arg)
{
	struct masked *m = arg;

	set_own_mask(m->first);
	KT_OK(kt_tgkill(getpid(), kt_gettid(), SIGUSR1));
	m->seen = own_mask();
	_exit(0);
}

KT_CASE(ptrace_signal_sigmask, "ptrace.signal.sigmask",
	"Verify that PTRACE_GETSIGMASK and PTRACE_SETSIGMASK read and set what the tracee blocks, "
	"all but SIGKILL and SIGSTOP, and fail with EINVAL for another size than 8",
	KT_ANSWERS(ptrace, PTRACE_SETSIGMASK, 0, KT_WHEN(2, 8)),
	KT_RETURNS(ptrace, PTRACE_GETSIGMASK, 0, KT_WHEN(2, 9)),
	KT_STORES(ptrace, PTRACE_GETSIGMASK, 3, 0, BIT(SIGKILL)))
{
	static const size_t sizes[] = { 0, 4, 7, 9, 16, 128 };
	const uint64_t some = BIT(SIGHUP) | BIT(SIGUSR2) | BIT(33) | BIT(64),
		       never = BIT(SIGKILL) | BIT(SIGSTOP), sets[] = { 0, some, ~0ULL };

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct masked *m = kt_shared(sizeof(*m));
		uint64_t mask = 0;
		pid_t pid;

		m->first = some;
		pid = kt_child_seized(masked_body, m, 0);
		KT_WAIT(pid, "signal(SIGUSR1)");
		KT_OK(get_mask(pid, 8, &mask));
		KT_EQ(mask, some);
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			KT_ERR(EINVAL, get_mask(pid, sizes[s], &mask));
			KT_ERR(EINVAL, set_mask(pid, sizes[s], 0));
		}
		KT_OK(set_mask(pid, 8, sets[i]));
		KT_OK(get_mask(pid, 8, &mask));
		KT_EQ(mask, sets[i] & ~never);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "exited(0)");
		KT_EQ(m->seen, sets[i] & ~never);
	}
}

KT_CASE(ptrace_signal_sigmask_effect, "ptrace.signal.sigmask_effect",
	"Verify that PTRACE_SETSIGMASK holds back a signal that is pending, and lets go one that "
	"was blocked, by the next restart",
	KT_ANSWERS(ptrace, PTRACE_SETSIGMASK, 0))
{
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

	KT_SYS(kill(pid, SIGUSR1));
	KT_OK(set_mask(pid, 8, BIT(SIGUSR1)));
	KT_SENTINEL(pid, PTRACE_CONT);
	KT_SYS(kill(pid, SIGUSR2));
	KT_OK(set_mask(pid, 8, BIT(SIGUSR2)));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_SENTINEL(pid, PTRACE_CONT);
}

KT_CASE(ptrace_signal_sigmask_fault, "ptrace.signal.sigmask_fault",
	"Verify that PTRACE_GETSIGMASK and PTRACE_SETSIGMASK fail with EFAULT for memory that the "
	"tracer does not have, and leave the mask alone",
	KT_ANSWERS(ptrace, PTRACE_SETSIGMASK, 0), KT_ANSWERS(ptrace, PTRACE_GETSIGMASK, 0))
{
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);
	uint64_t mask = 0;

	KT_OK(set_mask(pid, 8, BIT(SIGUSR1)));
	KT_ERR(EFAULT, kt_ptrace(PTRACE_GETSIGMASK, pid, 8, 16));
	KT_ERR(EFAULT, kt_ptrace(PTRACE_SETSIGMASK, pid, 8, 16));
	KT_OK(get_mask(pid, 8, &mask));
	KT_EQ(mask, BIT(SIGUSR1));
}

static void handler(int sig)
{
	(void)sig;
}

static void suspended_body(void *arg)
{
	struct sigaction sa = { .sa_handler = handler };
	struct masked *m = arg;
	uint64_t only = BIT(SIGUSR2);

	KT_SYS(sigaction(SIGTERM, &sa, NULL));
	set_own_mask(m->first);
	kt_gate_mark(&m->last);
	KT_ERR(EINTR, kt_raw(SYS_rt_sigsuspend, &only, sizeof(only)));
	m->seen = own_mask();
	_exit(0);
}

KT_CASE(ptrace_signal_sigmask_restore, "ptrace.signal.sigmask_restore",
	"Verify that of a tracee stopped in sigsuspend PTRACE_GETSIGMASK reads the mask which that "
	"call will restore, and PTRACE_SETSIGMASK sets the one that is in force after it",
	KT_ANSWERS(ptrace, PTRACE_SETSIGMASK, 0),
	KT_STORES(ptrace, PTRACE_GETSIGMASK, 3, 0, BIT(SIGHUP)))
{
	const uint64_t first = BIT(SIGUSR1) | BIT(40), changed = BIT(SIGPIPE) | BIT(41);

	/* Only looked at; changed; and changed while the signal's delivery is reported. */
	for (int i = 0; i < 3; i++) {
		struct masked *m = kt_shared(sizeof(*m));
		uint64_t mask = 0;
		pid_t pid;

		m->first = first;
		pid = kt_child_seized(suspended_body, m, 0);
		KT_AWAIT(kt_gate_is_open(&m->last));
		KT_AWAIT(kt_proc_blocked_in(pid, SYS_rt_sigsuspend));
		KT_OK(kt_interrupt(pid));
		KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
		KT_OK(get_mask(pid, 8, &mask));
		KT_EQ(mask, first);
		if (i == 1)
			KT_OK(set_mask(pid, 8, changed));
		/* Sent while it runs, the signal might come on the way back into the call. */
		KT_SYS(kill(pid, SIGTERM));
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "signal(SIGTERM)");
		KT_OK(get_mask(pid, 8, &mask));
		KT_EQ(mask, i == 1 ? changed : first);
		if (i == 2)
			KT_OK(set_mask(pid, 8, changed));
		KT_OK(kt_cont(pid, SIGTERM));
		KT_WAIT(pid, "exited(0)");
		KT_EQ(m->seen, i ? changed : first);
	}
}

#ifndef PTRACE_PEEKSIGINFO_SHARED
#define PTRACE_PEEKSIGINFO_SHARED 1
#endif
#define PRIVATE_SIG 40
#define SHARED_SIG  41
#define QUEUED	    6

static long peek(pid_t tid, uint64_t off, uint32_t flags, int32_t nr, siginfo_t *out)
{
	struct ptrace_peeksiginfo_args args = { .off = off, .flags = flags, .nr = nr };

	return kt_ptrace(PTRACE_PEEKSIGINFO, tid, (uintptr_t)&args, (uintptr_t)out);
}

/* Signals for the process with values from 100 on, for the thread from 200 on. */
static void queue_some(pid_t pid)
{
	siginfo_t si = { .si_code = SI_QUEUE };

	si.si_pid = getpid();
	si.si_uid = getuid();
	for (int i = 0; i < QUEUED; i++) {
		si.si_signo = SHARED_SIG;
		si.si_value.sival_int = 100 + i;
		KT_OK(kt_raw(SYS_rt_sigqueueinfo, pid, si.si_signo, &si));
		si.si_signo = PRIVATE_SIG;
		si.si_value.sival_int = 200 + i;
		KT_OK(kt_raw(SYS_rt_tgsigqueueinfo, pid, pid, si.si_signo, &si));
	}
}

KT_CASE(ptrace_signal_peeksiginfo, "ptrace.signal.peeksiginfo",
	"Verify that PTRACE_PEEKSIGINFO copies the pending signals of the thread, or with its flag "
	"of the process, in their order, from an offset and up to a number, and takes none away",
	KT_RETURNS(ptrace, PTRACE_PEEKSIGINFO, QUEUED),
	KT_STORES(ptrace, PTRACE_PEEKSIGINFO, 3, offsetof(siginfo_t, si_value), 1),
	KT_LOSES("signal(SIG40)", KT_NOT_FIRST(1)))
{
	static const struct {
		uint64_t off;
		int32_t nr;
		int copied;
	} table[] = {
		{ 0, 1, 1 },	  { 0, QUEUED, QUEUED }, { 0, QUEUED + 4, QUEUED },
		{ 2, 3, 3 },	  { QUEUED - 1, 4, 1 },	 { QUEUED, 4, 0 },
		{ 1000, 4, 0 },	  { 0, 0, 0 },		 { ~0ULL, 4, 0 },
	};
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);
	siginfo_t si[QUEUED + 4];

	queue_some(pid);
	for (size_t t = 0; t < 2 * sizeof(table) / sizeof(table[0]); t++) {
		bool shared = t % 2;
		int first = (shared ? 100 : 200) + (int)table[t / 2].off;

		printf("offset %llu, number %d, %s\n", (unsigned long long)table[t / 2].off,
		       (int)table[t / 2].nr, shared ? "shared" : "private");
		KT_EQ(peek(pid, table[t / 2].off, shared ? PTRACE_PEEKSIGINFO_SHARED : 0,
			   table[t / 2].nr, si),
		      table[t / 2].copied);
		for (int i = 0; i < table[t / 2].copied; i++) {
			KT_EQ(si[i].si_signo, shared ? SHARED_SIG : PRIVATE_SIG);
			KT_EQ(si[i].si_code, SI_QUEUE);
			KT_EQ(si[i].si_pid, getpid());
			KT_EQ(si[i].si_value.sival_int, first + i);
		}
	}
	KT_OK(kt_cont(pid, 0));
	for (int i = 0; i < 2 * QUEUED; i++) {
		KT_WAIT(pid, i < QUEUED ? "signal(SIG40)" : "signal(SIG41)");
		KT_OK(kt_getsiginfo(pid, &si[0]));
		KT_EQ(si[0].si_value.sival_int, i < QUEUED ? 200 + i : 100 + i - QUEUED);
		KT_OK(kt_cont(pid, 0));
	}
	KT_SENTINEL(pid, KT_RUNNING);
}

KT_CASE(ptrace_signal_peeksiginfo_args, "ptrace.signal.peeksiginfo_args",
	"Verify that PTRACE_PEEKSIGINFO fails with EINVAL for an unknown flag or a negative "
	"number, and with EFAULT when it cannot read its arguments or store the first signal",
	KT_RETURNS(ptrace, PTRACE_PEEKSIGINFO, 0), KT_RETURNS(ptrace, PTRACE_PEEKSIGINFO, -EINVAL))
{
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	siginfo_t si[QUEUED];
	char *map;

	queue_some(pid);
	for (unsigned int bit = 1; bit < 32; bit++)
		KT_ERR(EINVAL, peek(pid, 0, 1U << bit, 1, si));
	KT_ERR(EINVAL, peek(pid, 0, 0, -1, si));
	KT_ERR(EINVAL, peek(pid, 0, 0, INT32_MIN, si));
	KT_ERR(EFAULT, kt_ptrace(PTRACE_PEEKSIGINFO, pid, 16, (uintptr_t)si));
	KT_ERR(EFAULT, peek(pid, 0, 0, 1, (siginfo_t *)16));
	/* Room for two, and then none. */
	map = KT_SYS(mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0));
	KT_SYS(mprotect(map + page, page, PROT_NONE));
	KT_EQ(peek(pid, 0, 0, 4, (siginfo_t *)(void *)(map + page - 2 * sizeof(si[0]))), 2);
}

/* A process with a thread of io_uring that looks for work by itself. */
struct ring {
	_Atomic long fd;
};

static void ring_body(void *arg)
{
	struct io_uring_params params = { .flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 1 };
	struct ring *r = arg;
	long fd = kt_raw(SYS_io_uring_setup, 1, &params);

	atomic_store(&r->fd, fd < 0 ? fd : fd + 1);
	kt_park();
}

/* A thread of `pid` that is not its leader, or 0. */
static pid_t other_thread(pid_t pid)
{
	char path[64];
	struct dirent *d;
	pid_t tid = 0;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (d = readdir(tasks)) != NULL)
		if (atoi(d->d_name) > 0 && atoi(d->d_name) != pid)
			tid = (pid_t)atoi(d->d_name);
	if (tasks)
		closedir(tasks);
	return tid;
}

KT_CASE(ptrace_signal_user_worker, "ptrace.signal.user_worker",
	"Verify that a thread which io_uring runs in a process can be seized and interrupted, and "
	"PTRACE_SETSIGMASK of it fails with EPERM and changes nothing, or on older kernels works",
	KT_ANSWERS(ptrace, PTRACE_SETSIGMASK, 0), KT_RETURNS(ptrace, PTRACE_SETSIGMASK, -EINVAL),
	KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM, KT_NOT_FIRST(1)))
{
	const uint64_t all = ~(BIT(SIGKILL) | BIT(SIGSTOP)), other = all & ~BIT(SIGUSR1);
	struct ring *r = kt_shared(sizeof(*r));
	pid_t pid = kt_child_seized(ring_body, r, PTRACE_O_TRACECLONE), tid;
	uint64_t mask = 0;
	long rc;

	KT_AWAIT(atomic_load(&r->fd) != 0);
	if (r->fd < 0)
		atf_tc_skip("needs io_uring with IORING_SETUP_SQPOLL: %s",
			    kt_errno_name((int)-r->fd));
	tid = other_thread(pid);
	if (!tid)
		atf_tc_skip("the thread of io_uring is none of the process (before 5.12)");
	/* It is not followed as a clone would be. */
	KT_EQ(kt_proc_tracer(tid), 0);
	KT_OK(kt_seize(tid, PTRACE_O_EXITKILL));
	KT_OK(kt_interrupt(tid));
	KT_WAIT(tid, "EVENT_STOP(SIGTRAP)");
	KT_OK(get_mask(tid, 8, &mask));
	KT_EQ(mask, all);
	rc = set_mask(tid, 8, other);
	printf("PTRACE_SETSIGMASK: %s\n", kt_errno_name((int)-rc));
	KT_REQUIRE_MSG(rc == 0 || rc == -EPERM, "PTRACE_SETSIGMASK: %s", kt_errno_name((int)-rc));
	KT_OK(get_mask(tid, 8, &mask));
	KT_EQ(mask, rc == 0 ? other : all);
}

KT_PROGRAM
