/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_answers_test.c - what every request answers in every state of a tracee,
 * for every way of attaching to it (kt_requests.h), for strangers, and of those
 * who are gone. That a tracee stays where it is unless the request lets it go is
 * part of each case.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_requests.h"

/* The states to ask in: VFORK, VFORK_DONE and CLONE are to the kernel what FORK is. */
static const enum kt_at places[] = {
	KT_AT_RUNNING, KT_AT_PARKED, KT_AT_SIGNAL, KT_AT_GROUP,	  KT_AT_LISTEN,	   KT_AT_TRAP,
	KT_AT_STEP,    KT_AT_ENTRY,  KT_AT_RETURN, KT_AT_SECCOMP, KT_AT_FORK,	   KT_AT_CHILD,
	KT_AT_EXEC,    KT_AT_EXEC_TRAP, KT_AT_EXIT, KT_AT_EXITED,
};
#define PLACES (sizeof(places) / sizeof(places[0]))

static void describe(size_t i, struct kt_instance *out)
{
	const struct kt_request *r = &kt_requests[i % KT_REQUESTS];
	enum kt_at at = places[i / KT_REQUESTS];
	const char *const *status = kt_stops[at].status;
	enum kt_mode first = status[KT_BY_SEIZE] ? KT_BY_SEIZE : KT_BY_ATTACH;
	int seized = kt_requests_answer(r, first, at);
	int attached = status[KT_BY_ATTACH] ? kt_requests_answer(r, KT_BY_ATTACH, at) : seized;
	const char *who = at == KT_AT_EXITED ? "" : "a tracee in ";
	char text[2][40];

	kt_requests_say(r, seized, text[0], sizeof(text[0]));
	kt_requests_say(r, attached, text[1], sizeof(text[1]));
	snprintf(out->name, sizeof(out->name), "%s.%s", kt_stops[at].name, r->name);
	if (seized == attached)
		snprintf(out->descr, sizeof(out->descr), "Verify that for %s%s, %s %s", who,
			 kt_stops[at].words, r->sentence, text[0]);
	else
		snprintf(out->descr, sizeof(out->descr),
			 "Verify that for %s%s, %s %s if it was seized, and else %s", who,
			 kt_stops[at].words, r->sentence, text[0], text[1]);
	out->wrong = kt_requests_lie(r, seized);
}

static void ask_in(const struct kt_request *r, enum kt_mode mode, enum kt_at at)
{
	struct kt_tracee t = kt_stops_reach(mode, at);
	struct kt_asked a = { t.pid, t.other, mode, at, kt_requests_in(mode, at),
			      kt_requests_answer(r, mode, at) };
	unsigned long message;

	printf("%s, %s: %s\n", kt_modes[mode].words, kt_stops[at].words, r->sentence);
	r->ask(&a);
	if (a.in <= KT_IN_BARE && (!r->goes || a.err))
		KT_OK(kt_geteventmsg(t.pid, &message));
}

KT_FAMILY(ptrace_answers, "ptrace.answers", PLACES * KT_REQUESTS, describe)
{
	const struct kt_request *r = &kt_requests[i % KT_REQUESTS];
	enum kt_at at = places[i / KT_REQUESTS];

	if (r->probe)
		KT_NEEDS(r->probe());
	for (int mode = 0; mode < KT_MODES; mode++)
		if (kt_stops[at].status[mode])
			ask_in(r, (enum kt_mode)mode, at);
}

/* What everybody is told of a tracee that is not theirs. */
static int stranger_answer(const struct kt_request *r)
{
	return r->answer[KT_IN_STOP] == EPERM ? EPERM : ESRCH;
}

static void describe_stranger(size_t i, struct kt_instance *out)
{
	const struct kt_request *r = &kt_requests[i];

	snprintf(out->name, sizeof(out->name), "%s", r->name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that for the stopped tracee of another, %s fails with %s", r->sentence,
		 kt_errno_name(stranger_answer(r)));
	out->wrong = kt_requests_lie(r, ESRCH);
}

struct stranger {
	const struct kt_request *request;
	pid_t pid;
};

static void ask_as_stranger(void *arg)
{
	const struct stranger *s = arg;
	struct kt_asked a = { s->pid, 0, KT_BY_SEIZE, KT_AT_SIGNAL, KT_IN_STOP,
			      stranger_answer(s->request) };

	s->request->ask(&a);
}

KT_FAMILY(ptrace_answers_stranger, "ptrace.answers.stranger", KT_REQUESTS, describe_stranger)
{
	struct stranger s = { .request = &kt_requests[i] };
	siginfo_t si;

	if (s.request->probe)
		KT_NEEDS(s.request->probe());
	s.pid = kt_stops_reach(KT_BY_SEIZE, KT_AT_SIGNAL).pid;
	KT_WAIT(kt_child(ask_as_stranger, &s), "exited(0)");
	KT_OK(kt_getsiginfo(s.pid, &si));
	KT_EQ(si.si_signo, SIGUSR1);
}

static void describe_gone(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s", kt_requests[i].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that for a process that is gone, %s fails with ESRCH",
		 kt_requests[i].sentence);
	out->wrong = kt_requests_lie(&kt_requests[i], ESRCH);
}

KT_FAMILY(ptrace_answers_gone, "ptrace.answers.gone", KT_REQUESTS, describe_gone)
{
	struct kt_asked a = { 0, 0, KT_BY_SEIZE, KT_AT_EXITED, KT_IN_ZOMBIE, ESRCH };

	if (kt_requests[i].probe)
		KT_NEEDS(kt_requests[i].probe());
	a.pid = kt_stops_reach(KT_BY_SEIZE, KT_AT_EXITED).pid;
	KT_WAIT(a.pid, "exited(7)");
	kt_requests[i].ask(&a);
}

KT_PROGRAM
