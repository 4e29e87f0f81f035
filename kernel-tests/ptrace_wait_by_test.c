/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_wait_by_test.c - every way to wait, with everything that a tracee can
 * report: all the stops of kt_stops.h, its exit and its death. One table.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_pidfd.h"
#include "kernel-tests/kt_stops.h"

enum whom { ANYBODY, PID, GROUP, PIDFD };
enum call { WAIT4, WAITID };

/* What a way of waiting makes of the end of a tracee. Every stop is told by all of them. */
enum end { TOLD, HIDDEN };

#define BOTH	     (WEXITED | WSTOPPED)
#define STATUS_LIE   KT_STORES(call, SYS_wait4, 1, 0, 0x100)
#define SIGINFO_LIE  KT_STORES(call, SYS_waitid, 2, offsetof(siginfo_t, si_status), 1)

/* Of nothing to tell that is true, and comes first. */
#define UNTOLD(nr, answer) KT_ANSWERS(call, nr, answer, KT_NOT_FIRST(1))

/* clang-format off */
static const struct way {
	const char *name, *words;
	enum call call;
	enum whom whom;
	int options;
	bool usage;
	enum end end;
	struct kt_wrong wrong;
} ways[] = {
	{ "wait", "wait()", WAIT4, ANYBODY, 0, false, TOLD, STATUS_LIE },
	{ "waitpid.pid", "waitpid(pid)", WAIT4, PID, 0, false, TOLD, STATUS_LIE },
	{ "waitpid.group", "waitpid(-pgid)", WAIT4, GROUP, 0, false, TOLD, STATUS_LIE },
	{ "waitpid.nohang", "waitpid(pid, WNOHANG)", WAIT4, PID, WNOHANG, false, TOLD,
	  UNTOLD(SYS_wait4, 0) },
	{ "waitpid.all_nohang", "waitpid(-1, WNOHANG)", WAIT4, ANYBODY, WNOHANG, false, TOLD,
	  UNTOLD(SYS_wait4, 0) },
	{ "wait3", "wait3(WUNTRACED | WCONTINUED)", WAIT4, ANYBODY, WUNTRACED | WCONTINUED, true,
	  TOLD, STATUS_LIE },
	{ "wait4", "wait4(pid, WUNTRACED)", WAIT4, PID, WUNTRACED, true, TOLD, STATUS_LIE },
	{ "wait4.wall", "wait4(pid, __WALL)", WAIT4, PID, __WALL, false, TOLD, STATUS_LIE },
	{ "wait4.wclone", "wait4(pid, __WCLONE)", WAIT4, PID, __WCLONE, false, TOLD,
	  UNTOLD(SYS_wait4, -ECHILD) },
	{ "wait4.wnothread", "wait4(pid, __WNOTHREAD)", WAIT4, PID, __WNOTHREAD, false, TOLD,
	  UNTOLD(SYS_wait4, -ECHILD) },
	{ "wait4.all_wall", "wait4(-1, __WALL)", WAIT4, ANYBODY, __WALL, false, TOLD, STATUS_LIE },
	{ "wait4.all_wclone", "wait4(-1, __WCLONE)", WAIT4, ANYBODY, __WCLONE, false, TOLD,
	  UNTOLD(SYS_wait4, -ECHILD) },
	{ "wait4.all_wnothread", "wait4(-1, __WNOTHREAD)", WAIT4, ANYBODY, __WNOTHREAD, false, TOLD,
	  UNTOLD(SYS_wait4, -ECHILD) },

	{ "waitid.pid", "waitid(P_PID)", WAITID, PID, BOTH, false, TOLD, SIGINFO_LIE },
	{ "waitid.all", "waitid(P_ALL)", WAITID, ANYBODY, BOTH, false, TOLD, SIGINFO_LIE },
	{ "waitid.group", "waitid(P_PGID)", WAITID, GROUP, BOTH, false, TOLD, SIGINFO_LIE },
	{ "waitid.pidfd", "waitid(P_PIDFD)", WAITID, PIDFD, BOTH, true, TOLD, SIGINFO_LIE },
	{ "waitid.nohang", "waitid(P_PID, WNOHANG)", WAITID, PID, BOTH | WNOHANG, false, TOLD,
	  UNTOLD(SYS_waitid, 0) },
	{ "waitid.nowait", "waitid(P_PID, WNOWAIT)", WAITID, PID, BOTH | WNOWAIT, false, TOLD,
	  KT_CHANGES_ARG(call, SYS_waitid, 3, WNOWAIT, 0) },
	{ "waitid.all_nowait", "waitid(P_ALL, WNOWAIT)", WAITID, ANYBODY, BOTH | WNOWAIT, false,
	  TOLD, KT_CHANGES_ARG(call, SYS_waitid, 3, WNOWAIT, 0) },
	{ "waitid.wall", "waitid(P_ALL, __WALL)", WAITID, ANYBODY, BOTH | __WALL, false, TOLD,
	  SIGINFO_LIE },
	{ "waitid.wclone", "waitid(P_ALL, __WCLONE)", WAITID, ANYBODY, BOTH | __WCLONE, false, TOLD,
	  UNTOLD(SYS_waitid, -ECHILD) },
	{ "waitid.wnothread", "waitid(P_ALL, __WNOTHREAD)", WAITID, ANYBODY, BOTH | __WNOTHREAD,
	  false, TOLD, UNTOLD(SYS_waitid, -ECHILD) },
	{ "waitid.exited", "waitid(P_PID) without WSTOPPED", WAITID, PID, WEXITED, false, TOLD,
	  UNTOLD(SYS_waitid, 0) },
	{ "waitid.stopped", "waitid(P_PID) without WEXITED", WAITID, PID, WSTOPPED, false, HIDDEN,
	  KT_CHANGES_ARG(call, SYS_waitid, 3, 0, WEXITED) },
	{ "waitid.continued", "waitid(P_PID) with WCONTINUED alone", WAITID, PID, WCONTINUED, false,
	  HIDDEN, SIGINFO_LIE },
};
/* clang-format on */

#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* As wait4 would say it; 0 where waitid found nothing. */
static int status_of(const siginfo_t *si)
{
	if (si->si_pid == 0)
		return 0;
	KT_EQ(si->si_signo, SIGCHLD);
	KT_EQ(si->si_uid, getuid());
	switch (si->si_code) {
	case CLD_TRAPPED:
		return si->si_status << 8 | 0x7f;
	case CLD_EXITED:
		return W_EXITCODE(si->si_status, 0);
	case CLD_KILLED:
		return si->si_status;
	default:
		KT_FAIL("si_code is %d", si->si_code);
	}
}

/* Whom to wait for: the tracee and, for a way that wants it, its group or a descriptor. */
struct target {
	pid_t pid, group;
	int fd;
};

static struct target target_of(const struct way *w, pid_t pid)
{
	struct target t = { pid, KT_SYS(getpgid(pid)), -1 };

	if (w->whom == PIDFD)
		t.fd = (int)KT_OK(kt_pidfd_open(pid, 0));
	return t;
}

static long wait4_once(const struct way *w, const struct target *t, int options, int *status)
{
	const pid_t who[] = { [ANYBODY] = -1, [PID] = t->pid, [GROUP] = -t->group };
	struct rusage usage = { .ru_nivcsw = -1 };
	long pid = kt_raw(SYS_wait4, who[w->whom], status, options, w->usage ? &usage : NULL);

	if (pid > 0)
		KT_EQ(usage.ru_nivcsw >= 0, w->usage);
	return pid;
}

static long waitid_once(const struct way *w, const struct target *t, int options, int *status)
{
	const int type[] = { P_ALL, P_PID, P_PGID, KT_P_PIDFD };
	const int who[] = { 0, t->pid, t->group, t->fd };
	struct rusage usage = { .ru_nivcsw = -1 };
	siginfo_t si = { .si_signo = 0 };
	long rc = kt_raw(SYS_waitid, type[w->whom], who[w->whom], &si, options,
			 w->usage ? &usage : NULL);

	if (rc < 0)
		return rc;
	*status = status_of(&si);
	if (si.si_pid)
		KT_EQ(usage.ru_nivcsw >= 0, w->usage);
	return si.si_pid;
}

/* The pid that was found, 0 for none, or -errno. */
static long once(const struct way *w, const struct target *t, int options, int *status)
{
	options |= w->options;
	return w->call == WAIT4 ? wait4_once(w, t, options, status) :
				  waitid_once(w, t, options, status);
}

static void expect(const struct way *w, const struct target *t, const char *text)
{
	bool end = *text == 'e' || *text == 'k';
	int status = 0, times = w->options & WNOWAIT ? 2 : 1;

	/* A way that does not wait has to be asked when there is something to tell. */
	if ((w->options & WNOHANG) || (end && w->end == HIDDEN))
		KT_AWAIT(kt_proc_state(t->pid) == (end ? 'Z' : 't'));
	if (end && w->end == HIDDEN) {
		KT_ERR(ECHILD, once(w, t, WNOHANG, &status));
		return;
	}
	for (int i = 0; i < times; i++) {
		KT_EQ(once(w, t, i ? WNOHANG : 0, &status), t->pid);
		KT_STATUS(status, text);
	}
	if (w->options & WNOWAIT)
		KT_WAIT(t->pid, text);
	if (!end || w->whom == ANYBODY)
		KT_EQ(once(w, t, WNOHANG, &status), 0);
	else
		KT_ERR(ECHILD, once(w, t, WNOHANG, &status));
}

static void check(const struct way *w, enum kt_mode mode, enum kt_at at)
{
	struct kt_tracee tracee;
	struct target t;
	int status;

	printf("%s\n", kt_stops[at].name);
	if (!*kt_stops[at].status[mode]) {
		tracee = kt_stops_reach(mode, at);
		t = target_of(w, tracee.pid);
		KT_EQ(once(w, &t, WNOHANG, &status), 0);
		return;
	}
	tracee = kt_stops_send(mode, at);
	t = target_of(w, tracee.pid);
	expect(w, &t, kt_stops[at].status[mode]);
	if (at != KT_AT_CLONE || w->whom == GROUP)
		return;
	/* A tracee whose exit signal is not SIGCHLD needs no __WCLONE to be waited for. */
	t = target_of(w, tracee.other);
	KT_SYS(kill(tracee.other, SIGKILL));
	expect(w, &t, "killed(SIGKILL)");
}

static void describe(size_t i, struct kt_instance *out)
{
	const struct way *w = &ways[i / KT_MODES];
	const struct kt_mode_row *m = &kt_modes[i % KT_MODES];

	snprintf(out->name, sizeof(out->name), "%s.%s", m->name, w->name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that %s tells of every stop of a tracee (%s)%s", w->words, m->words,
		 w->end == HIDDEN ? ", and has ECHILD for its end" : " and of its end, once");
	out->wrong = w->wrong;
}

KT_FAMILY(ptrace_wait_by, "ptrace.wait_by", WAYS *KT_MODES, describe)
{
	const struct way *w = &ways[i / KT_MODES];
	enum kt_mode mode = i % KT_MODES;

	if (w->whom == PIDFD)
		KT_NEEDS(kt_probe_pidfd_flag(0));
	for (int at = KT_AT_PARKED; at < KT_ATS; at++)
		if (kt_stops[at].status[mode] && !kt_stops_probe(at))
			check(w, mode, at);
}

KT_PROGRAM
