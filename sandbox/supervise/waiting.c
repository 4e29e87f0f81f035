/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waiting.c - which calls a helper performs, and when it has to give up.
 *
 * The filter has WAIT_KILLABLE_RECV: once received, only a fatal signal ends
 * the wait of the caller, so what was performed is answered. (Before that any
 * signal does: restart.c.) A call that may wait long must let signals in all
 * the same, as natively: the caller is looked at every now and then, and where
 * a signal is pending that its program would notice, the helper is asked to
 * give up. What comes of the call then is notify.c's.
 */
#include "sandbox/supervise/waiting.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "sandbox/plan/listener.h"
#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/procfs.h"
#include "sandbox/supervise/restart.h"
#include "sandbox/supervise/supervisor.h"

#define LOOK_EVERY 20		/* ms: how late a waiting call may hear of a signal */

int waiting_add(struct waitings *ws, uint64_t id, pid_t tid, struct helper *h, bool cloexec)
{
	struct waiting *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -ENOMEM;
	*w = (struct waiting){ id, tid, h, cloexec, false, ws->first };
	ws->first = w;
	return 0;
}

struct waiting *waiting_remove(struct waitings *ws, const struct helper *h)
{
	struct waiting **at = &ws->first, *w;

	while (*at != NULL && (*at)->helper != h)
		at = &(*at)->next;
	w = *at;
	if (w != NULL)
		*at = w->next;
	return w;
}

int waiting_timeout(const struct waitings *ws)
{
	return ws->first != NULL ? LOOK_EVERY : -1;
}

/* Whether the program of the thread would notice a signal now. */
static bool is_signalled(const struct supervisor *sv, pid_t tid)
{
	const struct tracee *t = tracees_find(&sv->tracees, tid);
	const uint64_t silent = UINT64_C(1) << (SIGCHLD - 1) | UINT64_C(1) << (SIGCONT - 1) |
				UINT64_C(1) << (SIGURG - 1) | UINT64_C(1) << (SIGWINCH - 1);
	struct procfs_signals s;

	if ((t != NULL && restart_holds(t)) || procfs_signals(tid, &s) < 0)
		return true;
	return (s.pending & ~s.blocked & ~s.ignored & (s.caught | ~silent)) != 0;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void waiting_look_after(struct supervisor *sv, struct waitings *ws, int listener)
{
	int64_t begin = ws->first != NULL ? now_ms() : 0;

	if (ws->first == NULL || begin < ws->look_at)
		return;
	for (struct waiting *w = ws->first; w != NULL; w = w->next) {
		if (w->cancelled)
			continue;
		if (listener_is_valid(listener, w->id) == 0 && !is_signalled(sv, w->tid))
			continue;
		w->cancelled = true;
		helper_cancel(w->helper);
	}
	/* Those that wait, however many, must not cost the others much. */
	ws->look_at = now_ms() + LOOK_EVERY + 4 * (now_ms() - begin);
}

void waiting_forget(struct waitings *ws)
{
	while (ws->first != NULL) {
		struct waiting *w = ws->first;

		ws->first = w->next;
		free(w);
	}
}
