/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_stops_test.c - the ways into the states of a tracee lead there.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_seccomp.h"
#include "kernel-tests/kt_stops.h"

static char state_in(enum kt_at at)
{
	switch (at) {
	case KT_AT_RUNNING:
		return 'R';
	case KT_AT_PARKED:
		return 'S';
	case KT_AT_EXITED:
	case KT_AT_KILLED:
		return 'Z';
	default:
		return 't';
	}
}

/* And the other: the parent first, for a traced child's end is told to both. */
static void end(const struct kt_tracee *t, enum kt_at at)
{
	if (at == KT_AT_CHILD)
		KT_KILL(t->other);
	if (at == KT_AT_EXIT) {
		KT_OK(kt_cont(t->pid, 0));
		KT_WAIT(t->pid, "exited(7)");
	} else if (state_in(at) != 'Z') {
		KT_KILL(t->pid);
	}
	if (at == KT_AT_VFORK_DONE)
		KT_WAIT(t->other, "exited(0)");
	else if (t->other && at != KT_AT_CHILD)
		KT_KILL(t->other);
}

static void check(enum kt_mode mode, enum kt_at at)
{
	struct kt_tracee t;

	printf("%s: %s\n", kt_modes[mode].name, kt_stops[at].name);
	t = kt_stops_reach(mode, at);
	KT_EQ(kt_proc_state(t.pid), state_in(at));
	KT_EQ(kt_proc_tracer(t.pid), getpid());
	if (at == KT_AT_ENTRY)
		KT_EQ(KT_CALL(t.pid, CALL_ENTRY).nr, KT_STOPS_NR);
	if (at == KT_AT_RETURN)
		KT_EQ(KT_CALL(t.pid, CALL_EXIT).result, getpid());
	if (t.other) {
		pid_t child = at == KT_AT_CHILD ? t.pid : t.other;

		KT_EQ(kt_proc_ppid(child), at == KT_AT_CHILD ? t.other : t.pid);
		KT_EQ(kt_proc_state(t.other), at == KT_AT_VFORK_DONE ? 'Z' : 't');
	}
	if (state_in(at) == 'Z')
		KT_WAIT(t.pid, kt_stops[at].status[mode]);
	else
		KT_WAIT_NONE(t.pid);
	end(&t, at);
}

KT_TEST(reach, "Verify that every state of the table is reached in every mode that has it",
	KT_LOSES("EVENT_VFORK_DONE"))
{
	for (int at = 0; at < KT_ATS; at++)
		for (int mode = 0; mode < KT_MODES; mode++)
			if (kt_stops[at].status[mode] && !kt_stops_probe(at))
				check(mode, at);
}

KT_TEST(count,
	"Verify that the stops in which requests are answered are as many as the header says",
	KT_SEES("beyond", 0))
{
	enum kt_mode mode;

	KT_REQUIRE(kt_stops_at(KT_STOPS_COUNT - 1, &mode) < KT_ATS);
	KT_EQ(KT_SEEN("beyond", kt_stops_at(KT_STOPS_COUNT, &mode)), KT_ATS);
}

KT_TEST(send, "Verify that what was sent to a stop reports its status and nothing before it",
	KT_REPORTS("EVENT_CLONE", 0))
{
	for (int at = KT_AT_SIGNAL; at < KT_ATS; at++) {
		for (int mode = 0; mode < KT_MODES; mode++) {
			struct kt_tracee t;
			pid_t tid;

			if (!kt_stops[at].status[mode] || kt_stops_probe(at))
				continue;
			t = kt_stops_send(mode, at);
			KT_STATUS(KT_WAIT_ANY(&tid), kt_stops[at].status[mode]);
			KT_EQ(tid, t.pid);
			end(&t, at);
		}
	}
}

KT_PROGRAM
