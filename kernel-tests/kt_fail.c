/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_fail.c - ends a case, and carries what a child or a thread has to say
 * to the case's main thread. Knows nothing of ptrace.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atf-c.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_wait.h"

#define RECORDS	     16
#define EXIT_RECORD  99 /* status of a child that left a record */
#define EXIT_TROUBLE 3	/* no ATF result: Kyua calls the case broken */

enum { RECORD_FREE, RECORD_TAKEN, RECORD_FAIL, RECORD_BROKEN, RECORD_SKIP };

struct record {
	_Atomic int state;
	pid_t pid, tid;
	char text[400];
};

static struct record *records;
static pid_t case_pid;

void kt_fail_leave(void)
{
	case_pid = 0;
}

void kt_fail_setup(void)
{
	records = mmap(NULL, RECORDS * sizeof(*records), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (records == MAP_FAILED) {
		perror("kt: mmap");
		exit(EXIT_TROUBLE);
	}
	case_pid = getpid();
}

/* Whether this is the case's main thread, the only one that may call ATF. */
static bool in_case(void)
{
	return syscall(SYS_gettid) == (long)case_pid;
}

/*
 * The end of the case's own process. `broken` is an exit without a result:
 * ATF has no call for it, and Kyua reports a premature exit.
 */
static _Noreturn void finish(int state, const char *text)
{
	if (state == RECORD_SKIP)
		atf_tc_skip("%s", text);
	kt_wait_print_log();
	if (state == RECORD_BROKEN) {
		fprintf(stderr, "broken: %s\n", text);
		exit(EXIT_TROUBLE);
	}
	atf_tc_fail("%s", text);
}

void kt_fail_from_record(void)
{
	char text[sizeof(records->text) + 64];

	if (!records || !in_case())
		return;
	for (int i = 0; i < RECORDS; i++) {
		struct record *r = &records[i];
		int state = atomic_load(&r->state);

		if (state == RECORD_FREE || state == RECORD_TAKEN)
			continue;
		if (state == RECORD_SKIP)
			snprintf(text, sizeof(text), "%s", r->text);
		else
			snprintf(text, sizeof(text), "in %s %d: %s",
				 r->pid == case_pid ? "thread" : "child", (int)r->tid, r->text);
		atomic_store(&r->state, RECORD_FREE);
		finish(state, text);
	}
}

static _Noreturn void leave_record(int state, pid_t pid, pid_t tid, const char *text)
{
	if (!records) {
		/* After execve there is nothing but this. */
		fprintf(stderr, "%d: %s\n", (int)tid, text);
		_exit(EXIT_RECORD);
	}
	for (int i = 0; i < RECORDS; i++) {
		struct record *r = &records[i];
		int vacant = RECORD_FREE;

		if (!atomic_compare_exchange_strong(&r->state, &vacant, RECORD_TAKEN))
			continue;
		r->pid = pid;
		r->tid = tid;
		snprintf(r->text, sizeof(r->text), "%s", text);
		atomic_store(&r->state, state);
		break;
	}
	if (case_pid)
		kill(case_pid, KT_RECORD_SIGNAL);
	if (pid == case_pid)
		pthread_exit(NULL);
	_exit(EXIT_RECORD);
}

KT_PRINTF(4, 0)
static _Noreturn void end(int state, const char *file, int line, const char *fmt, va_list ap)
{
	pid_t pid = (pid_t)syscall(SYS_getpid), tid = (pid_t)syscall(SYS_gettid);
	const char *base = strrchr(file, '/');
	char text[sizeof(records->text)];
	int n;

	n = snprintf(text, sizeof(text), "%s:%d: ", base ? base + 1 : file, line);
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	if (!in_case())
		leave_record(state, pid, tid, text);
	finish(state, text);
}

void kt_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end(RECORD_FAIL, file, line, fmt, ap);
}

void kt_broken(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end(RECORD_BROKEN, file, line, fmt, ap);
}

void kt_skip(const char *why)
{
	if (!in_case())
		leave_record(RECORD_SKIP, (pid_t)syscall(SYS_getpid), (pid_t)syscall(SYS_gettid),
			     why);
	finish(RECORD_SKIP, why);
}

const char *kt_errno_name(int err)
{
	static const struct {
		int err;
		const char *name;
	} names[] = {
		{ 0, "no error" },
		{ EINPROGRESS, "EINPROGRESS" }, { EMFILE, "EMFILE" }, { EXDEV, "EXDEV" },
		{ EPERM, "EPERM" },	{ ENOENT, "ENOENT" },	{ ESRCH, "ESRCH" },
		{ EINTR, "EINTR" },	{ EIO, "EIO" },		{ E2BIG, "E2BIG" },
		{ ENOEXEC, "ENOEXEC" },	{ ERANGE, "ERANGE" },
		{ EBADF, "EBADF" },	{ ECHILD, "ECHILD" },	{ EAGAIN, "EAGAIN" },
		{ ENOMEM, "ENOMEM" },	{ EACCES, "EACCES" },	{ EFAULT, "EFAULT" },
		{ EBUSY, "EBUSY" },	{ EEXIST, "EEXIST" },	{ ENODEV, "ENODEV" },
		{ EINVAL, "EINVAL" },	{ ENOSPC, "ENOSPC" },	{ EPIPE, "EPIPE" },
		{ ENOSYS, "ENOSYS" },	{ ENOTCONN, "ENOTCONN" },
		{ ENOTTY, "ENOTTY" },	{ EXDEV, "EXDEV" },	{ ENOMSG, "ENOMSG" },
		{ ELOOP, "ELOOP" },	{ ENOEXEC, "ENOEXEC" },	{ EADDRINUSE, "EADDRINUSE" },
		{ ETIMEDOUT, "ETIMEDOUT" }, { EOPNOTSUPP, "EOPNOTSUPP" },
		{ ENOTTY, "ENOTTY" },	{ EUSERS, "EUSERS" },	{ EOVERFLOW, "EOVERFLOW" },
		{ ENETDOWN, "ENETDOWN" }, { ENETUNREACH, "ENETUNREACH" },
		{ ECONNREFUSED, "ECONNREFUSED" }, { EADDRINUSE, "EADDRINUSE" },
		{ EADDRNOTAVAIL, "EADDRNOTAVAIL" },
	};
	static _Thread_local char number[24];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].err == err)
			return names[i].name;
	snprintf(number, sizeof(number), "errno %d", err);
	return number;
}
