/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot.c - one boot: start QEMU, watch both files that it fills, end it, say how
 * it went. Whatever happens, QEMU is dead when boot_run() returns; when kmatrix
 * dies the kernel kills it. What the guest's files mean for a test is judged
 * elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/boot/accel.h"
#include "harness/boot/image.h"
#include "harness/boot/qemu.h"
#include "harness/boot/watch.h"

#define BOOT_S  600
#define IDLE_S 200 /* times the scale: the runner ends a case earlier, and says which */
#define LIMIT_S (2 * 60 * 60)
#define TICK_MS 100
/* From the last words to the end of QEMU: time for the rest of a panic to be printed. */
#define GRACE_S 3

static const char *const outcomes[] = {
	[BOOT_NOBOOT] = "noboot", [BOOT_HANG] = "hang",	      [BOOT_PANIC] = "panic",
	[BOOT_DONE] = "done",	  [BOOT_STOPPED] = "stopped", [BOOT_LOST] = "lost",
};

const char *boot_outcome_name(enum boot_outcome o)
{
	return outcomes[o];
}

/* One running guest. */
struct run {
	const struct boot *boot;
	const char *console, *stream;
	int console_fd;
	struct watch watch;
	double started, booted, alive, ending; /* seconds; ending 0: not yet */
	size_t stream_bytes;
	unsigned scale; /* of time, in this guest */
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void look(struct run *r)
{
	char bytes[16384];
	struct stat st;
	ssize_t n;

	while ((n = read(r->console_fd, bytes, sizeof(bytes))) > 0)
		watch_feed(&r->watch, bytes, n);
	if (stat(r->stream, &st) == 0 && (size_t)st.st_size != r->stream_bytes) {
		r->stream_bytes = st.st_size;
		r->alive = now();
	}
	if (r->watch.booted && r->booted == 0)
		r->booted = r->alive = now();
	if ((r->watch.done || r->watch.panicked) && r->ending == 0)
		r->ending = now();
}

/* The first limit that is over, as a sentence; NULL while none is. */
static char *overdue(const struct run *r)
{
	const struct boot *b = r->boot;
	unsigned boot_s = b->boot_s ? b->boot_s : BOOT_S,
		 idle_s = b->idle_s ? b->idle_s : IDLE_S * r->scale,
		 limit_s = b->limit_s ? b->limit_s : LIMIT_S;
	double t = now();

	if (!r->watch.booted && t - r->started > boot_s)
		return buf_asprintf("did not boot within %u s", boot_s);
	if (r->watch.booted && t - r->alive > idle_s)
		return buf_asprintf("silent for %u s", idle_s);
	if (t - r->started > limit_s)
		return buf_asprintf("not done within %u s", limit_s);
	return NULL;
}

/* Until QEMU ends or has to be ended; returns its wait status. */
static int follow(struct run *r, pid_t pid, int pidfd, boot_watch *watch, void *arg, bool *stopped,
		  char **words)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	for (;;) {
		struct boot_progress progress;

		if (poll(&p, 1, TICK_MS) > 0)
			return spawn_end(pid, pidfd, false);
		look(r);
		if (r->ending != 0) {
			/* It has said all; it may end by itself. */
			if (now() - r->ending > GRACE_S)
				return spawn_end(pid, pidfd, true);
			continue;
		}
		*words = overdue(r);
		progress = (struct boot_progress){.elapsed_s = now() - r->started,
						  .booted = r->watch.booted,
						  .stream_bytes = r->stream_bytes,
						  .stream = r->stream};
		*stopped = !*words && watch && !watch(arg, &progress);
		if (*words || *stopped)
			return spawn_end(pid, pidfd, true);
	}
}

/* How it went, from the console, from QEMU's end and from why it was ended. */
static enum boot_outcome judge(const struct run *r, int status, bool stopped, bool overdue_,
			       char **words)
{
	if (r->watch.panicked) {
		free(*words);
		*words = buf_strdup(r->watch.words);
	}
	if (stopped)
		return BOOT_STOPPED;
	if (r->watch.done)
		return BOOT_DONE;
	if (!r->watch.panicked && !overdue_ && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
		if (WIFSIGNALED(status))
			*words = buf_asprintf("QEMU was killed by signal %d", WTERMSIG(status));
		return BOOT_LOST;
	}
	if (!r->watch.booted)
		return BOOT_NOBOOT;
	if (overdue_)
		return BOOT_HANG;
	if (!*words)
		*words = buf_strdup("the guest went down without a word");
	return BOOT_PANIC;
}

/* What QEMU itself complained about: its last line. */
static char *qemu_words(int log_fd)
{
	struct buf b = {0};
	char *line, *words = NULL;

	lseek(log_fd, 0, SEEK_SET);
	if (buf_read_fd(&b, log_fd, 1 << 16) == 0) {
		while (b.len && (b.p[b.len - 1] == '\n' || b.p[b.len - 1] == '\r'))
			b.p[--b.len] = '\0';
		line = b.len ? strrchr(b.p, '\n') : NULL;
		if (b.len)
			words = buf_strdup(line ? line + 1 : b.p);
	}
	buf_free(&b);
	return words;
}

static int make_empty(const char *path, struct why *why)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return why_set(why, errno, "cannot write %s: %s", path, strerror(errno));
	return fd;
}

static unsigned boot_scale(const struct boot *b, enum boot_accel accel)
{
	return accel == BOOT_ACCEL_KVM ? 1 : b->machine->scale;
}

static char *boot_path(const struct boot *b, const char *name)
{
	return b->number ? buf_asprintf("%s/%s.%u", b->workdir, name, b->number)
			 : buf_asprintf("%s/%s", b->workdir, name);
}

int boot_once(const struct boot *b, enum boot_accel accel, const char *initrd, boot_watch *watch,
	      void *arg, struct boot_result *res, struct why *why)
{
	struct run r = {.boot = b, .console_fd = -1, .scale = boot_scale(b, accel)};
	char *log = buf_asprintf("%s/qemu.log", b->workdir), *words = NULL;
	int log_fd = -1, stream_fd, rc, pidfd, status;
	struct args a = {0};
	bool stopped = false, overdue_;
	pid_t pid;

	res->accel = accel;
	res->console = boot_path(b, "console");
	res->stream = boot_path(b, "stream");
	r.console = res->console;
	r.stream = res->stream;
	rc = r.console_fd = make_empty(r.console, why);
	if (rc >= 0)
		rc = stream_fd = make_empty(r.stream, why);
	if (rc >= 0) {
		close(stream_fd);
		rc = log_fd = make_empty(log, why);
	}
	if (rc < 0)
		goto out;

	qemu_args(b, accel, initrd, r.console, r.stream, &a);
	r.started = r.alive = now();
	rc = spawn_start(&a, log_fd, SIGKILL, &pid, &pidfd, why);
	if (rc < 0)
		goto out;
	status = follow(&r, pid, pidfd, watch, arg, &stopped, &words);
	look(&r);
	overdue_ = words != NULL;
	res->wall_s = now() - r.started;
	res->outcome = judge(&r, status, stopped, overdue_, &words);
	if (r.watch.booted)
		res->release = buf_strdup(r.watch.release);
	if (!words && res->outcome != BOOT_DONE)
		words = qemu_words(log_fd);
	res->last_words = words;
out:
	if (r.console_fd >= 0)
		close(r.console_fd);
	if (log_fd >= 0)
		close(log_fd);
	args_free(&a);
	free(log);
	return rc;
}

int boot_run(const struct boot *b, const struct job *job, boot_watch *watch, void *arg,
	     struct boot_result *out, struct why *why)
{
	struct boot_result res = {0};
	char *initrd = buf_asprintf("%s/job.cpio", b->workdir);
	enum boot_accel accel = b->accel;
	int rc;

	rc = qemu_version(b->machine->qemu, &res.qemu_version, why);
	if (rc == 0 && accel == BOOT_ACCEL_AUTO)
		rc = accel_choose(b, res.qemu_version, watch, arg, &accel, why);
	if (rc == 0 && accel == BOOT_ACCEL_KVM && !b->machine->kvm_args)
		rc = why_set(why, EINVAL, "%s guests have no KVM here: machines.tsv names no "
			     "arguments for it", b->machine->arch);
	if (rc == 0)
		rc = image_build(b, job, boot_scale(b, accel), initrd, why);
	if (rc == 0)
		rc = boot_once(b, accel, initrd, watch, arg, &res, why);
	unlink(initrd);
	free(initrd);
	if (rc < 0) {
		boot_result_free(&res);
		return rc;
	}
	*out = res;
	return 0;
}

void boot_result_free(struct boot_result *r)
{
	free(r->console);
	free(r->stream);
	free(r->release);
	free(r->last_words);
	free(r->qemu_version);
	*r = (struct boot_result){0};
}
