/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notify.c - receive, have judged and performed, answer. It decides nothing.
 *
 * A call that may wait long is performed by a helper. Where that has given up
 * for a signal (waiting.c), the call ends with ERESTARTSYS, on which the kernel
 * runs the handler and then restarts the call or makes it EINTR, as SA_RESTART
 * has it.
 *
 * CONTINUE is the answer in two cases alone: OUTCOME_RUN and OUTCOME_WATCH,
 * whose every origin is a decision on registers, or on an object that is
 * judged again on what the kernel has really taken (exec.c).
 */
#include "sandbox/supervise/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/plan/listener.h"
#include "sandbox/launch/foreground.h"
#include "sandbox/launch/nest.h"
#include "sandbox/report/report.h"
#include "sandbox/supervise/caller.h"
#include "sandbox/supervise/handle.h"
#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/procfs.h"
#include "sandbox/supervise/restart.h"
#include "sandbox/supervise/waiting.h"

#define MANY 64			/* threads, of which many may call at once */

struct notify {
	int listener;		/* -1 when nobody is left below it */
	uint64_t now;		/* the call being handled */
	int children;		/* signalfd of SIGCHLD */
	bool ahead;		/* `next` is received, and not yet performed */
	bool was_ahead;		/* so was the one being handled */
	unsigned int received;
	struct seccomp_notif next;
	struct waitings waiting;
};

int notify_start(struct supervisor *sv, int listener)
{
	struct notify *n = calloc(1, sizeof(*n));
	sigset_t set;

	if (n == NULL)
		return -ENOMEM;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	n->children = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (n->children < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0) {
		int err = errno;

		if (n->children >= 0)
			close(n->children);
		free(n);
		return -err;
	}
	n->listener = listener;
	listener_sync(listener);
	sv->notify = n;
	return 0;
}

void notify_end(struct supervisor *sv)
{
	struct notify *n = sv->notify;

	if (n == NULL)
		return;
	waiting_forget(&n->waiting);
	if (n->listener >= 0)
		close(n->listener);
	close(n->children);
	free(n);
	sv->notify = NULL;
}

bool notify_is_awaited(const struct supervisor *sv)
{
	return listener_is_valid(sv->notify->listener, sv->notify->now) == 0;
}

/* ENOENT: the caller was killed meanwhile, and nobody wants the answer. */
static int sent(int rc)
{
	return rc < 0 && rc != -ENOENT ? rc : 0;
}

static int give(const struct notify *n, uint64_t id, int fd, bool cloexec)
{
	int rc = listener_give(n->listener, id, fd, cloexec);

	close(fd);
	/* What the program's own limits refuse it hears as from its own open. */
	if (rc < 0 && rc != -ENOENT)
		rc = listener_answer(n->listener, id, rc);
	return sent(rc);
}

/* A listener gives no descriptor opened with O_PATH (fget(), 5.9 to 7.2), and no terminal. */
static bool needs_tracer(const struct outcome *o)
{
	return o->take_tty || (fcntl(o->fd, F_GETFL) & O_PATH) != 0;
}

/* Whoever is not traced by us is for a moment. 0 or -errno; takes o->fd. */
static int hand_over(struct supervisor *sv, struct tracee *t, const struct call *c,
		     struct outcome *o)
{
	int rc = 0;

	if (sv->nest != NULL)
		rc = caller_borrow(sv, t, &t);
	if (rc == 0)
		return deliver_later(t, c, o);
	close(o->fd);
	report_message(sv->report, "process %d is traced from inside, so it cannot have a descriptor "
		       "of O_PATH or a terminal of its own", (int)t->process->tgid);
	return rc;
}

static int give_by_tracer(struct supervisor *sv, struct tracee *t, uint64_t id,
			  const struct call *c, struct outcome *o)
{
	int rc = hand_over(sv, t, c, o);

	return sent(listener_answer(sv->notify->listener, id, rc));
}

static int wait_for(struct notify *n, uint64_t id, const struct tracee *t,
		    const struct outcome *o)
{
	int rc = waiting_add(&n->waiting, id, t->tid, o->helper, o->cloexec);

	if (rc == 0)
		return 0;
	helper_release(o->helper);
	return sent(listener_answer(n->listener, id, rc));
}

static int deliver(struct supervisor *sv, struct tracee *t, uint64_t id, const struct call *c,
		   struct outcome *o)
{
	struct notify *n = sv->notify;

	switch (o->kind) {
	case OUTCOME_WATCH:
		identity_changing(&sv->identity);
		/* Without a tracer nobody tells when it has ended: nothing is known from now on. */
		if (sv->nest == NULL)
			t->changes = &sv->identity;
		return sent(listener_continue(n->listener, id));
	case OUTCOME_RUN:
		return sent(listener_continue(n->listener, id));
	case OUTCOME_RESULT:
		if (o->signal != 0)
			syscall(SYS_tgkill, t->process->tgid, t->tid, o->signal);
		return sent(listener_answer(n->listener, id, o->result));
	case OUTCOME_FD:
		if (needs_tracer(o))
			return give_by_tracer(sv, t, id, c, o);
		return give(n, id, o->fd, o->cloexec);
	case OUTCOME_HELPER:
		return wait_for(n, id, t, o);
	case OUTCOME_REWRITE:
		/* Calls that may be rewritten go to the tracer: filter.c. */
		break;
	}
	return -EINVAL;
}

/*
 * To tell whether calls wait the kernel walks along all of them until it has
 * seen one that nobody has received and one that somebody has (6.18,
 * seccomp_notify_poll()). Ten thousand that all wait would be walked along ten
 * thousand times: where there may be many, the next is received before this one
 * is answered, and the walk ends at once.
 */
static void receive_ahead(struct notify *n)
{
	struct pollfd p = { .fd = n->listener, .events = POLLIN };

	if (poll(&p, 1, 0) > 0 && (p.revents & POLLIN) != 0)
		n->ahead = listener_receive(n->listener, &n->next) == 0;
}

/* Nobody counts those who are not traced: now and then, and again where there was one. */
static bool may_be_many(struct supervisor *sv)
{
	struct notify *n = sv->notify;

	if (sv->nest == NULL)
		return sv->tracees.count >= MANY;
	return n->was_ahead || ++n->received % MANY == 0;
}

static int receive(struct supervisor *sv, struct seccomp_notif *out)
{
	struct notify *n = sv->notify;
	int rc;

	n->was_ahead = n->ahead;
	if (n->ahead) {
		n->ahead = false;
		*out = n->next;
		/* Its thread may have ended since, and the number be somebody else's. */
		rc = listener_is_valid(n->listener, out->id);
	} else {
		rc = listener_receive(n->listener, out);
	}
	if (rc == 0 && may_be_many(sv))
		receive_ahead(n);
	return rc;
}

static int answer(struct supervisor *sv, struct tracee *t, const struct seccomp_notif *notif)
{
	struct outcome o = { .fd = -1 };
	struct call c;
	int rc;

	call_of_seccomp(&notif->data, &c);
	rc = handle_judge(sv, t, &c, &o);
	if (rc < 0)
		return rc;
	if (sv->condemned || sv->all_condemned) {
		sv->condemned = false;
		handle_drop(&o);
		kill(t->process->tgid, SIGKILL);
		return 0;
	}
	return deliver(sv, t, notif->id, &c, &o);
}

/* Every thread has reported a stop before its first instruction. */
static int take_traced(struct supervisor *sv, const struct seccomp_notif *notif)
{
	struct tracee *t = tracees_find(&sv->tracees, (pid_t)notif->pid);

	if (t == NULL || t->job != NULL || t->process->box == NULL)
		return sent(listener_answer(sv->notify->listener, notif->id, -ENOSYS));
	tracee_settle(t);
	t->gave_way = false;
	restart_received(t);
	return answer(sv, t, notif);
}

static int take_untraced(struct supervisor *sv, const struct seccomp_notif *notif)
{
	struct caller c;
	int rc = caller_find(sv, (pid_t)notif->pid, &c);

	if (rc < 0)
		return sent(listener_answer(sv->notify->listener, notif->id, -ENOSYS));
	rc = answer(sv, &c.thread, notif);
	caller_end(sv, &c);
	return rc;
}

static int take(struct supervisor *sv)
{
	struct notify *n = sv->notify;
	struct seccomp_notif notif;
	int rc = receive(sv, &notif);

	if (rc < 0)
		return rc == -ENOENT || rc == -EINTR ? 0 : rc;
	n->now = notif.id;
	return sv->nest != NULL ? take_untraced(sv, &notif) : take_traced(sv, &notif);
}

bool notify_helper_ended(struct supervisor *sv, struct helper *h)
{
	struct notify *n = sv->notify;
	struct waiting *w = n != NULL ? waiting_remove(&n->waiting, h) : NULL;
	int fd;

	if (w == NULL)
		return false;
	if (w->cancelled && (!helper_poll(h) || h->result == -EINTR)) {
		struct tracee *t = tracees_find(&sv->tracees, w->tid);

		if (t != NULL)
			t->gave_way = true;
		listener_answer(n->listener, w->id, -CALL_ERESTARTSYS);
	} else if (helper_poll(h) && h->fd >= 0) {
		fd = h->fd;
		h->fd = -1;
		give(n, w->id, fd, w->cloexec);
	} else {
		listener_answer(n->listener, w->id, helper_result(h));
	}
	helper_release(h);
	free(w);
	return true;
}

static void drain(int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info))
		;
}

int notify_wait(struct supervisor *sv)
{
	struct notify *n = sv->notify;

	for (;;) {
		struct pollfd p[] = { { .fd = n->children, .events = POLLIN },
				      { .fd = n->ahead ? -1 : n->listener, .events = POLLIN },
				      { .fd = sv->nest != NULL ? sv->nest->front : -1,
					.events = POLLIN },
				      { .fd = sv->nest != NULL ? sv->nest->line : -1,
					.events = POLLIN } };
		int rc = poll(p, 4, n->ahead ? 0 : waiting_timeout(&n->waiting));

		if (rc < 0 && errno != EINTR)
			return -errno;
		waiting_look_after(sv, &n->waiting, n->listener);
		if (rc <= 0 && !n->ahead)
			continue;
		/* Nobody waits for us any more; our end is everybody's. */
		if (rc > 0 && p[2].revents != 0)
			_exit(1);
		if (rc > 0 && p[3].revents != 0)
			foreground_resume(sv->nest, sv->command);
		if (rc > 0 && p[0].revents != 0) {
			drain(n->children);
			return 0;
		}
		if (n->ahead || p[1].revents & POLLIN) {
			rc = take(sv);
			if (rc < 0 || sv->all_condemned)
				return rc;
		} else if (p[1].revents != 0) {
			close(n->listener);
			n->listener = -1;
		}
	}
}
