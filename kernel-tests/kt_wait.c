/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_wait.c - waiting, judging and logging what tracees report.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt_case.h"
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_ptrace.h"
#include "kernel-tests/kt_wait.h"
#include "kernel-tests/kt_wrong.h"

/* The last statuses that anybody of the case has seen, in shared memory. */
#define LOG 32
struct log {
	_Atomic unsigned int count;
	struct {
		pid_t by, tid;
		int status;
	} entry[LOG];
};
static struct log *seen;

void kt_wait_setup(void)
{
	void *p = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		       0);

	if (p == MAP_FAILED)
		kt_broken(__FILE__, __LINE__, "mmap: %s", kt_errno_name(errno));
	seen = p;
}

static void remember(pid_t tid, int status)
{
	unsigned int i;

	if (!seen) /* after execve */
		return;
	i = atomic_fetch_add(&seen->count, 1) % LOG;
	seen->entry[i].by = getpid();
	seen->entry[i].tid = tid;
	seen->entry[i].status = status;
}

void kt_wait_print_log(void)
{
	unsigned int end = seen ? seen->count : 0;
	char text[KT_TEXT];

	for (unsigned int i = end > LOG ? end - LOG : 0; i < end; i++)
		fprintf(stderr, "seen by %d: %d %s\n", (int)seen->entry[i % LOG].by,
			(int)seen->entry[i % LOG].tid,
			kt_status_text(seen->entry[i % LOG].status, text));
	if (end == 0)
		fprintf(stderr, "no stop was seen\n");
}

static int wait_status(const char *file, int line, pid_t tid, int options, pid_t *out_tid,
		       const char *what)
{
	int status;
	pid_t got;

	do {
		while ((got = waitpid(tid, &status, __WALL | options)) < 0 && errno == EINTR) {
			kt_fail_from_record();
			kt_case_check_deadline(file, line, what);
		}
		if (got < 0)
			kt_fail(file, line, "waitpid(%d) for %s: %s", (int)tid, what,
				kt_errno_name(errno));
	} while (!kt_wrong_status(got, &status));
	remember(got, status);
	/* A child that gave up knows better why than whoever waits for it. */
	kt_fail_from_record();
	if (out_tid)
		*out_tid = got;
	return status;
}

int kt_wait_status(const char *file, int line, pid_t tid)
{
	return wait_status(file, line, tid, 0, NULL, "any status");
}

int kt_wait_any(const char *file, int line, pid_t *out_tid)
{
	return wait_status(file, line, -1, 0, out_tid, "any status of anybody");
}

void kt_wait_compare(const char *file, int line, pid_t tid, int status, const char *text)
{
	char got[KT_TEXT];

	if (strcmp(kt_status_text(status, got), text) == 0)
		return;
	if (tid)
		kt_fail(file, line, "%d reports %s, expected %s", (int)tid, got, text);
	kt_fail(file, line, "status is %s, expected %s", got, text);
}

int kt_wait_for(const char *file, int line, pid_t tid, const char *text)
{
	int status = wait_status(file, line, tid, 0, NULL, text);

	kt_wait_compare(file, line, tid, status, text);
	return status;
}

int kt_wait_child(const char *file, int line, pid_t pid, const char *text)
{
	int status = wait_status(file, line, pid, WUNTRACED | WCONTINUED, NULL, text);

	kt_wait_compare(file, line, pid, status, text);
	return status;
}

void kt_wait_none(const char *file, int line, pid_t tid)
{
	char text[KT_TEXT];
	int status = 0;
	pid_t got = waitpid(tid, &status, __WALL | WNOHANG);

	if (got < 0)
		kt_fail(file, line, "waitpid(%d): %s", (int)tid, kt_errno_name(errno));
	if (got == 0 || !kt_wrong_status(got, &status))
		return;
	remember(got, status);
	kt_fail_from_record();
	kt_fail(file, line, "%d reports %s, expected nothing", (int)got,
		kt_status_text(status, text));
}

void kt_wait_report(const char *file, int line, pid_t tid)
{
	siginfo_t si;

	while (waitid(P_PID, (id_t)tid, &si, WSTOPPED | WEXITED | WNOWAIT | __WALL) < 0) {
		if (errno != EINTR)
			kt_fail(file, line, "waitid(%d) for any report: %s", (int)tid,
				kt_errno_name(errno));
		kt_fail_from_record();
		kt_case_check_deadline(file, line, "any report");
	}
}

unsigned long kt_wait_message(const char *file, int line, pid_t tid)
{
	unsigned long message;
	long rc = kt_geteventmsg(tid, &message);

	if (rc < 0)
		kt_fail(file, line, "PTRACE_GETEVENTMSG of %d: %s", (int)tid,
			kt_errno_name((int)-rc));
	return message;
}

#define SENTINEL 64

void kt_wait_sentinel(const char *file, int line, pid_t tid, long request)
{
	long rc;

	if (kill(tid, SENTINEL) < 0)
		kt_fail(file, line, "cannot signal %d: %s", (int)tid, kt_errno_name(errno));
	rc = request == KT_RUNNING ? 0 : kt_ptrace(request, tid, 0, 0);
	if (rc < 0)
		kt_fail(file, line, "cannot resume %d: %s", (int)tid, kt_errno_name((int)-rc));
	kt_wait_for(file, line, tid, "signal(SIG64)");
}

void kt_seq_word(struct kt_seq *seq, const char *word)
{
	size_t room = sizeof(seq->text) - seq->len;
	int n = snprintf(seq->text + seq->len, room, "%s%s", seq->len ? " " : "", word);

	if (n < 0 || (size_t)n >= room)
		KT_FAIL("a sequence of more than %zu characters: %s", sizeof(seq->text), seq->text);
	seq->len += (size_t)n;
}

void kt_seq_add(struct kt_seq *seq, const char *who, int status)
{
	char text[KT_TEXT], word[2 * KT_TEXT];

	kt_status_text(status, text);
	snprintf(word, sizeof(word), "%.30s%s%s", who ? who : "", who ? ":" : "", text);
	kt_seq_word(seq, word);
}

void kt_seq_compare(const char *file, int line, const struct kt_seq *seq, const char *text)
{
	if (strcmp(seq->text, text) != 0)
		kt_fail(file, line, "seen \"%s\", expected \"%s\"", seq->text, text);
}

void kt_seq_run(const char *file, int line, struct kt_seq *seq, pid_t tid, long request)
{
	int sig = 0;

	for (;;) {
		long rc = kt_ptrace(request, tid, 0, (uintptr_t)sig);
		int status;

		/* Killed while it was stopped: the wait says how it ended. */
		if (rc < 0 && rc != -ESRCH)
			kt_fail(file, line, "cannot resume %d: %s", (int)tid,
				kt_errno_name((int)-rc));
		status = wait_status(file, line, tid, 0, NULL, "the end of the tracee");
		kt_seq_add(seq, NULL, status);
		if (kt_status_is_end(status))
			return;
		sig = kt_status_decode(status).kind == KT_SIGNAL ?
			      kt_status_decode(status).value : 0;
	}
}
