/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deliver.c - carry an outcome out in the tracee. Handing over a descriptor
 * is a small program of injected calls:
 *
 *	[MAP] [PAIR RAISE CLOSE_OURS CLOSE_LOW] RECEIVE [TTY] [UNMAP]
 *
 * The first replaces the call that is being entered, the others are entered
 * by executing its instruction again. Most hand-overs are RECEIVE alone: two
 * stops. Scratch is on the caller's own stack below the red zone, and put
 * back; where it cannot be (not mapped, or above 4 GiB for a 32-bit call) a
 * page is mapped for the moment. Whatever another thread of the program does
 * to scratch or socket, it only gets descriptors that were allowed anyway.
 *
 * On Linux before 4.8 seccomp comes before the syscall-enter-stop and none of
 * this holds; supervise.c refuses to start there. It must not decide anything.
 */
#include "sandbox/supervise/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/supervise/channel.h"
#include "sandbox/supervise/fdpass.h"
#include "sandbox/supervise/files.h"
#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/inject.h"
#include "sandbox/supervise/job.h"
#include "sandbox/supervise/take.h"

#define RED_ZONE 128	/* x86_64: below it the program keeps nothing */
#define SCRATCH_ALIGN 16
#define PAGE 4096
#define ERESTARTSYS_CODE 512	/* kernel-internal: restart, or EINTR after a handler */

static struct mem job_mem(const struct tracee *t)
{
	return (struct mem){ t->tid, t->job->call.abi };
}

/* No handler may run between two injected calls. */
static int mask_signals(struct tracee *t)
{
	struct job *j = t->job;
	uint64_t all = UINT64_MAX;

	if (j->masked)
		return 0;
	if (ptrace(PTRACE_GETSIGMASK, t->tid, sizeof(j->mask), &j->mask) < 0 ||
	    ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(all), &all) < 0)
		return -errno;
	j->masked = true;
	return 0;
}

/* Make the tracee execute this call next. */
static int inject(struct supervisor *sv, struct tracee *t, enum inject_call which,
		  const uint64_t args[ABI_NARGS])
{
	struct job *j = t->job;
	int64_t nr = inject_nr(j->call.abi, which);
	int rc;

	if (nr < 0)
		return -ENOSYS;
	if (j->at_seccomp) {
		j->at_seccomp = false;
		j->entered = true;
		return call_rewrite(&sv->io, t->tid, &j->call, nr, args);
	}
	rc = mask_signals(t);
	if (rc < 0)
		return rc;
	j->entered = false;
	return call_again(&sv->io, t->tid, &j->call, nr, args);
}

/* Put everything back; the program sees `result`. */
static int finish(struct supervisor *sv, struct tracee *t, int64_t result,
		  enum deliver_next *next)
{
	struct job *j = t->job;
	int rc = 0;

	if (j->has_saved)
		mem_write(job_mem(t), j->scratch, j->saved, sizeof(j->saved));
	if (j->masked &&
	    ptrace(PTRACE_SETSIGMASK, t->tid, sizeof(j->mask), &j->mask) < 0)
		rc = -errno;
	if (rc == 0 && j->at_seccomp) {
		rc = call_skip(&sv->io, t->tid, &j->call, result);
	} else if (rc == 0) {
		rc = call_load_result(t->tid, &j->call, &j->regs, result);
	}
	job_free(j);
	t->job = NULL;
	*next = DELIVER_CONT;
	return rc;
}

static int run_step(struct supervisor *sv, struct tracee *t, enum job_step step,
		    enum deliver_next *next);

static void process_forget_channel(struct process *p)
{
	channel_unref(p->channel);
	p->channel = NULL;
}

static bool channel_in_use(const struct process *p)
{
	return p->installing || (p->channel != NULL && !p->channel->dead && p->channel->busy);
}

static int install(struct supervisor *sv, struct tracee *t, enum deliver_next *next)
{
	t->process->installing = true;
	t->job->installs = t->process;
	return run_step(sv, t, JOB_PAIR, next);
}

/* Find scratch, then a channel; wait if that is in use. */
static int hand_over(struct supervisor *sv, struct tracee *t, enum deliver_next *next)
{
	struct job *j = t->job;
	struct process *p = t->process;

	if (j->scratch == 0) {
		uint64_t at = (j->call.sp - RED_ZONE - JOB_SCRATCH) & ~(uint64_t)(SCRATCH_ALIGN - 1);
		bool reachable = j->call.abi->word == 8 || at <= UINT32_MAX - JOB_SCRATCH;

		if (!reachable || mem_read(job_mem(t), at, j->saved, sizeof(j->saved)) < 0)
			return run_step(sv, t, JOB_MAP, next);
		j->scratch = at;
		j->has_saved = true;
	}
	if (channel_in_use(p)) {
		j->waiting = true;
		sv->held++;
		*next = DELIVER_HOLD;
		return 0;
	}
	if (p->channel != NULL && channel_is_valid(p->channel, t->tid))
		return run_step(sv, t, JOB_RECEIVE, next);
	process_forget_channel(p);
	return install(sv, t, next);
}

static int step_receive(struct supervisor *sv, struct tracee *t)
{
	struct job *j = t->job;
	struct channel *ch = channel_ref(t->process->channel);
	unsigned char buf[JOB_SCRATCH];
	uint64_t args[ABI_NARGS] = {
		(uint64_t)ch->number, j->scratch,
		MSG_DONTWAIT | (j->cloexec ? MSG_CMSG_CLOEXEC : 0),
	};
	size_t size = channel_layout(j->call.abi, j->scratch, buf);
	int rc;

	j->channel = ch;
	ch->busy = true;
	rc = mem_write(job_mem(t), j->scratch, buf, size);
	if (rc == 0)
		rc = fdpass_send(ch->sock, j->fd, "", 1);
	return rc < 0 ? rc : inject(sv, t, INJECT_RECVMSG, args);
}

/* Enter the call of a step. A failure to do so is the program's result. */
static int run_step(struct supervisor *sv, struct tracee *t, enum job_step step,
		    enum deliver_next *next)
{
	struct job *j = t->job;
	uint64_t map[ABI_NARGS] = { 0, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				    (uint32_t)-1, 0 };
	uint64_t pair[ABI_NARGS] = { AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, j->scratch };
	uint64_t raise[ABI_NARGS] = { (uint64_t)j->pair[1], F_DUPFD_CLOEXEC };
	uint64_t close_ours[ABI_NARGS] = { (uint64_t)j->pair[0] };
	uint64_t close_low[ABI_NARGS] = { (uint64_t)j->pair[1] };
	uint64_t tty[ABI_NARGS] = { (uint64_t)j->result, TIOCSCTTY, 0 };
	uint64_t unmap[ABI_NARGS] = { j->page, PAGE };
	int rc;

	j->step = step;
	*next = DELIVER_SYSCALL;
	switch (step) {
	case JOB_MAP:
		rc = inject(sv, t, INJECT_MMAP, map);
		break;
	case JOB_PAIR:
		rc = inject(sv, t, INJECT_SOCKETPAIR, pair);
		break;
	case JOB_RAISE:
		raise[2] = (uint64_t)channel_pick_number(t->process->tgid);
		rc = inject(sv, t, INJECT_FCNTL, raise);
		break;
	case JOB_CLOSE_OURS:
		rc = inject(sv, t, INJECT_CLOSE, close_ours);
		break;
	case JOB_CLOSE_LOW:
		rc = inject(sv, t, INJECT_CLOSE, close_low);
		break;
	case JOB_RECEIVE:
		rc = step_receive(sv, t);
		break;
	case JOB_TTY:
		rc = inject(sv, t, INJECT_IOCTL, tty);
		break;
	case JOB_UNMAP:
		rc = inject(sv, t, INJECT_MUNMAP, unmap);
		break;
	default:
		return finish(sv, t, j->result, next);
	}
	return rc == 0 || rc == -ESRCH ? rc : finish(sv, t, rc, next);
}

/* All is delivered but what has to be tidied up. */
static int tidy(struct supervisor *sv, struct tracee *t, int64_t result,
		enum deliver_next *next)
{
	struct job *j = t->job;

	job_free_channel(j);
	j->result = result;
	if (result >= 0 && j->take_tty) {
		j->take_tty = false;
		return run_step(sv, t, JOB_TTY, next);
	}
	if (j->page != 0)
		return run_step(sv, t, JOB_UNMAP, next);
	return finish(sv, t, result, next);
}

/* The tracee has a socket pair: take one end, and see that it is one. */
static int took_pair(struct supervisor *sv, struct tracee *t)
{
	struct job *j = t->job;
	struct channel *ch;
	int sock, rc;

	(void)sv;
	rc = mem_read(job_mem(t), j->scratch, j->pair, sizeof(j->pair));
	if (rc < 0)
		return rc;
	sock = take_fd(t, j->pair[0]);
	if (sock < 0)
		return sock;
	ch = files_may_last(sock) && channel_fits(sock) ? channel_new(sock) : NULL;
	if (ch == NULL) {
		close(sock);
		return -ENOMEM;
	}
	/* Ours as well, for kcmp; it can do without. */
	ch->theirs = take_fd(t, j->pair[1]);
	if (ch->theirs >= 0 && !files_may_last(ch->theirs)) {
		close(ch->theirs);
		ch->theirs = -1;
	}
	j->channel = ch;
	return 0;
}

/* The process's end has its number: the channel can be used. */
static int raised(struct tracee *t, int number)
{
	struct job *j = t->job;
	int rc = channel_identify(j->channel, t->tid, number);

	if (rc < 0)
		return rc;
	process_forget_channel(t->process);
	t->process->channel = j->channel;
	j->channel = NULL;
	return 0;
}

static int received(struct supervisor *sv, struct tracee *t, int64_t result,
		    enum deliver_next *next)
{
	struct job *j = t->job;
	unsigned char buf[JOB_SCRATCH];
	int rc;

	if (result >= 0) {
		rc = mem_read(job_mem(t), j->scratch, buf, sizeof(buf));
		return tidy(sv, t, rc < 0 ? rc : channel_received(j->call.abi, buf), next);
	}
	/* The program closed or replaced its end: nothing more goes that way. */
	j->channel->dead = true;
	job_free_channel(j);
	process_forget_channel(t->process);
	if (j->reinstalled)
		return tidy(sv, t, -EMFILE, next);
	j->reinstalled = true;
	return hand_over(sv, t, next);
}

/* A helper has finished, or a signal ended the wait for it. */
static int waited(struct supervisor *sv, struct tracee *t, enum deliver_next *next)
{
	struct job *j = t->job;
	struct helper *h = j->helper;
	int64_t result;

	if (!helper_poll(h) && !h->reaped) {
		/*
		 * What it has done by now is done: the other side of a FIFO that
		 * has met it would find nobody afterwards.
		 */
		j->step = JOB_CANCEL;
		*next = DELIVER_HOLD;
		return helper_cancel(h);
	}
	/* As a native call: EINTR after a handler, or again from the start. */
	if (!helper_poll(h) || h->result == -EINTR)
		return finish(sv, t, -ERESTARTSYS_CODE, next);
	result = h->result;
	j->fd = h->fd;
	h->fd = -1;
	j->helper = NULL;
	helper_release(h);
	return j->fd < 0 ? finish(sv, t, result, next) : hand_over(sv, t, next);
}

/* At the exit of an injected call. */
static int stepped(struct supervisor *sv, struct tracee *t, int64_t result,
		   enum deliver_next *next)
{
	struct job *j = t->job;
	struct channel *ch = t->process->channel;
	int rc;

	switch (j->step) {
	case JOB_WATCHED:
		job_free(j);
		t->job = NULL;
		*next = DELIVER_CONT;
		return 0;
	case JOB_WAIT:
		return waited(sv, t, next);
	case JOB_MAP:
		if (result < 0 && result > -4096)
			return finish(sv, t, -ENOMEM, next);
		j->page = j->scratch = (uint64_t)result;
		return hand_over(sv, t, next);
	case JOB_PAIR:
		rc = result < 0 ? (int)result : took_pair(sv, t);
		return rc < 0 ? tidy(sv, t, rc, next) : run_step(sv, t, JOB_RAISE, next);
	case JOB_RAISE:
		/* No number up there: it stays where it is. */
		if (raised(t, result < 0 ? j->pair[1] : (int)result) < 0)
			return tidy(sv, t, -EMFILE, next);
		return run_step(sv, t, JOB_CLOSE_OURS, next);
	case JOB_CLOSE_OURS:
		if (ch != NULL && ch->number != j->pair[1])
			return run_step(sv, t, JOB_CLOSE_LOW, next);
		job_free_channel(j);
		return hand_over(sv, t, next);
	case JOB_CLOSE_LOW:
		job_free_channel(j);
		return hand_over(sv, t, next);
	case JOB_RECEIVE:
		return received(sv, t, result, next);
	case JOB_TTY:
		return tidy(sv, t, j->result, next);
	case JOB_REWRITTEN:
		return finish(sv, t, result, next);
	default:
		return finish(sv, t, j->result, next);
	}
}

int deliver_step(struct supervisor *sv, struct tracee *t, enum deliver_next *next)
{
	struct job *j = t->job;
	struct call now;
	int rc;

	if (!j->entered) {
		j->entered = true;
		*next = DELIVER_SYSCALL;
		return 0;
	}
	if (j->step == JOB_WATCHED)
		return stepped(sv, t, 0, next);
	rc = call_get(&sv->io, t->tid, CALL_EXIT, &now);
	return rc < 0 ? rc : stepped(sv, t, now.result, next);
}

int deliver_helper_ended(struct supervisor *sv, struct tracee *t, enum deliver_next *next)
{
	if (t->job->step == JOB_CANCEL)
		return waited(sv, t, next);
	*next = DELIVER_HOLD;
	return ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL) < 0 ? -errno : 0;
}

static int start_wait(struct supervisor *sv, struct tracee *t, struct outcome *o,
		      enum deliver_next *next)
{
	struct job *j = t->job;
	/*
	 * ppoll of no descriptors waits for a signal. The first argument stays
	 * the program's own: arm64 keeps a second copy of it for the restart
	 * which a tracer cannot write.
	 */
	uint64_t args[ABI_NARGS] = { j->call.args[0] };

	j->step = JOB_WAIT;
	j->helper = o->helper;
	j->cloexec = o->cloexec;
	*next = DELIVER_SYSCALL;
	return inject(sv, t, INJECT_PPOLL, args);
}

int deliver_outcome(struct supervisor *sv, struct tracee *t, const struct call *c,
		    struct outcome *o, enum deliver_next *next)
{
	int rc;

	*next = DELIVER_CONT;
	switch (o->kind) {
	case OUTCOME_RUN:
		return 0;
	case OUTCOME_RESULT:
		if (o->signal != 0)
			syscall(SYS_tgkill, t->process->tgid, t->tid, o->signal);
		return call_skip(&sv->io, t->tid, c, o->result);
	case OUTCOME_FD:
		if (!files_may_last(o->fd)) {
			close(o->fd);
			return call_skip(&sv->io, t->tid, c, -EMFILE);
		}
		rc = job_start(t, c);
		if (rc < 0) {
			close(o->fd);
			return rc == -ENOMEM ? call_skip(&sv->io, t->tid, c, rc) : rc;
		}
		t->job->fd = o->fd;
		t->job->cloexec = o->cloexec;
		t->job->take_tty = o->take_tty;
		return hand_over(sv, t, next);
	case OUTCOME_HELPER:
		rc = job_start(t, c);
		if (rc < 0) {
			helper_release(o->helper);
			return rc == -ENOMEM ? call_skip(&sv->io, t->tid, c, rc) : rc;
		}
		return start_wait(sv, t, o, next);
	case OUTCOME_WATCH:
		rc = job_start(t, c);
		if (rc < 0)
			return rc == -ENOMEM ? call_skip(&sv->io, t->tid, c, rc) : rc;
		identity_changing(&sv->identity);
		t->job->changes = &sv->identity;
		t->job->step = JOB_WATCHED;
		t->job->entered = true;
		*next = DELIVER_SYSCALL;
		return 0;
	case OUTCOME_REWRITE:
		rc = job_start(t, c);
		if (rc < 0)
			return rc == -ENOMEM ? call_skip(&sv->io, t->tid, c, rc) : rc;
		t->job->step = JOB_REWRITTEN;
		t->job->at_seccomp = false;
		t->job->entered = true;
		*next = DELIVER_SYSCALL;
		return call_rewrite(&sv->io, t->tid, c, o->call.nr, o->call.args);
	}
	return -EINVAL;
}

int deliver_later(struct tracee *t, const struct call *c, struct outcome *o)
{
	struct job *j = files_may_last(o->fd) ? job_new(c) : NULL;

	if (j == NULL || ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL) < 0) {
		int err = j != NULL ? errno : files_may_last(o->fd) ? ENOMEM : EMFILE;

		free(j);
		close(o->fd);
		return -err;
	}
	j->step = JOB_LATE;
	j->fd = o->fd;
	j->cloexec = o->cloexec;
	j->take_tty = o->take_tty;
	t->job = j;
	return 0;
}

bool deliver_is_late(const struct tracee *t)
{
	return t->job != NULL && t->job->step == JOB_LATE;
}

int deliver_interrupted(struct supervisor *sv, struct tracee *t, enum deliver_next *next)
{
	struct job *j = t->job;
	struct call now;
	int rc = call_get(&sv->io, t->tid, CALL_NONE, &now);

	if (rc == 0)
		rc = call_save_regs(t->tid, &j->regs);
	if (rc < 0)
		return rc;
	j->call.sp = now.sp;
	return hand_over(sv, t, next);
}

/* From where the last one was found on: everybody's turn comes. */
struct tracee *deliver_waiting(struct supervisor *sv)
{
	unsigned int held = 0;

	if (sv->held == 0 || sv->held_since == job_channels_freed())
		return NULL;
	for (size_t i = 0; i < TRACEE_BUCKETS; i++) {
		size_t at = (sv->held_at + i) % TRACEE_BUCKETS;

		for (struct tracee *t = sv->tracees.thread[at]; t != NULL; t = t->next) {
			if (t->job == NULL || !t->job->waiting)
				continue;
			held++;
			if (channel_in_use(t->process))
				continue;
			sv->held_at = at + 1;
			return t;
		}
	}
	sv->held = held;
	sv->held_since = job_channels_freed();
	return NULL;
}

int deliver_resume(struct supervisor *sv, struct tracee *t, enum deliver_next *next)
{
	t->job->waiting = false;
	sv->held--;
	return hand_over(sv, t, next);
}
