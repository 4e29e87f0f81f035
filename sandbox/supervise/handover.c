/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * handover.c - hand a descriptor to a tracee: a small program of injected calls,
 *
 *	[MAP] [PAIR RAISE CLOSE_OURS CLOSE_LOW] RECEIVE [TTY] [UNMAP]
 *
 * The first replaces the call that is being entered, the others are entered
 * by executing its instruction again. Most hand-overs are RECEIVE alone: two
 * stops. Scratch is on the caller's own stack below the red zone, and put
 * back; where it cannot be (not mapped, or above 4 GiB for a 32-bit call) a
 * page is mapped for the moment. Whatever another thread of the program does
 * to scratch or socket, it only gets descriptors that were allowed anyway.
 * It must not decide anything.
 */
#include "sandbox/supervise/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/supervise/channel.h"
#include "sandbox/supervise/fdpass.h"
#include "sandbox/supervise/files.h"
#include "sandbox/supervise/job.h"
#include "sandbox/supervise/supervisor.h"
#include "sandbox/supervise/take.h"

#define RED_ZONE 128	/* x86_64: below it the program keeps nothing */
#define SCRATCH_ALIGN 16
#define PAGE 4096

static void process_forget_channel(struct process *p)
{
	channel_unref(p->channel);
	p->channel = NULL;
}

static bool channel_in_use(const struct process *p)
{
	return p->installing || (p->channel != NULL && !p->channel->dead && p->channel->busy);
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
	return rc < 0 ? rc : job_inject(sv, t, INJECT_RECVMSG, args);
}

/* Enter the call of a step. A failure to do so is the program's result. */
static int run_step(struct supervisor *sv, struct tracee *t, enum job_step step,
		    enum tracee_next *next)
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
	*next = TRACEE_SYSCALL;
	switch (step) {
	case JOB_MAP:
		rc = job_inject(sv, t, INJECT_MMAP, map);
		break;
	case JOB_PAIR:
		rc = job_inject(sv, t, INJECT_SOCKETPAIR, pair);
		break;
	case JOB_RAISE:
		raise[2] = (uint64_t)channel_pick_number(t->process->tgid);
		rc = job_inject(sv, t, INJECT_FCNTL, raise);
		break;
	case JOB_CLOSE_OURS:
		rc = job_inject(sv, t, INJECT_CLOSE, close_ours);
		break;
	case JOB_CLOSE_LOW:
		rc = job_inject(sv, t, INJECT_CLOSE, close_low);
		break;
	case JOB_RECEIVE:
		rc = step_receive(sv, t);
		break;
	case JOB_TTY:
		rc = job_inject(sv, t, INJECT_IOCTL, tty);
		break;
	case JOB_UNMAP:
		rc = job_inject(sv, t, INJECT_MUNMAP, unmap);
		break;
	default:
		rc = -EINVAL;
		break;
	}
	return rc == 0 || rc == -ESRCH ? rc : job_finish(sv, t, rc, next);
}

static int install(struct supervisor *sv, struct tracee *t, enum tracee_next *next)
{
	t->process->installing = true;
	t->job->installs = t->process;
	return run_step(sv, t, JOB_PAIR, next);
}

/* Find scratch, then a channel; wait if that is in use. */
int handover_begin(struct supervisor *sv, struct tracee *t, enum tracee_next *next)
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
		*next = TRACEE_HOLD;
		return 0;
	}
	if (p->channel != NULL && channel_is_valid(p->channel, t->tid))
		return run_step(sv, t, JOB_RECEIVE, next);
	process_forget_channel(p);
	return install(sv, t, next);
}

/* All is delivered but what has to be tidied up. */
static int tidy(struct supervisor *sv, struct tracee *t, int64_t result,
		enum tracee_next *next)
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
	return job_finish(sv, t, result, next);
}

/* The tracee has a socket pair: take one end, and see that it is one. */
static int took_pair(struct tracee *t)
{
	struct job *j = t->job;
	struct channel *ch;
	int sock, rc;

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
		    enum tracee_next *next)
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
	return handover_begin(sv, t, next);
}

int handover_step(struct supervisor *sv, struct tracee *t, int64_t result, enum tracee_next *next)
{
	struct job *j = t->job;
	struct channel *ch = t->process->channel;
	int rc;

	switch (j->step) {
	case JOB_MAP:
		if (result < 0 && result > -4096)
			return job_finish(sv, t, -ENOMEM, next);
		j->page = j->scratch = (uint64_t)result;
		return handover_begin(sv, t, next);
	case JOB_PAIR:
		rc = result < 0 ? (int)result : took_pair(t);
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
		return handover_begin(sv, t, next);
	case JOB_CLOSE_LOW:
		job_free_channel(j);
		return handover_begin(sv, t, next);
	case JOB_RECEIVE:
		return received(sv, t, result, next);
	case JOB_TTY:
		return tidy(sv, t, j->result, next);
	default:
		return job_finish(sv, t, j->result, next);
	}
}

/* From where the last one was found on: everybody's turn comes. */
struct tracee *handover_waiting(struct supervisor *sv)
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

int handover_resume(struct supervisor *sv, struct tracee *t, enum tracee_next *next)
{
	t->job->waiting = false;
	sv->held--;
	return handover_begin(sv, t, next);
}
