/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform_open.c - open a file for a tracee. What exists is opened through
 * its pin, what does not is made in the pinned directory without following
 * anything. An open that may wait is left to a helper: it must never hold up
 * the other tracees.
 *
 * The supervisor opens everything with O_NOCTTY: it must not gain a terminal.
 * Where the tracee would have gained one, deliver.c gives it to the tracee.
 * What F_GETFL may show: O_LARGEFILE for a 32-bit program under a 64-bit
 * supervisor, and no O_NOFOLLOW.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/perform.h"
#include "sandbox/supervise/procfs.h"

#define OPEN_RETRIES 16	/* somebody outside keeps making and removing the name */
#define O_TMPFILE_ALONE (O_TMPFILE & ~O_DIRECTORY)

#define MAJOR_MEM 1
#define MAJOR_TTY_AUX 5
#define MAJOR_PTS_FIRST 136
#define MAJOR_PTS_LAST 143

/* What `flags` asks for, as bits 1 << enum policy_op. */
static unsigned int needed_ops(uint64_t flags)
{
	unsigned int ops = 0;

	if (flags & O_PATH)
		return 1u << POLICY_READ;
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		ops = 1u << POLICY_READ;
		break;
	case O_WRONLY:
		ops = 1u << POLICY_WRITE;
		break;
	default: /* access mode 3 wants both permissions */
		ops = 1u << POLICY_READ | 1u << POLICY_WRITE;
		break;
	}
	if (flags & (O_TRUNC | O_TMPFILE_ALONE))
		ops |= 1u << POLICY_WRITE;
	return ops;
}

static int judge_ops(struct supervisor *sv, struct tracee *t, unsigned int ops,
		     const struct pin *pin)
{
	/* /dev/stdout and the like: a second descriptor for what one is held for. */
	if (ops != 0 && (ops & ~pin->held) == 0)
		return 0;
	/* Write first: its refusal says more. */
	if (ops & 1u << POLICY_WRITE) {
		int rc = judge_pin(sv, t, POLICY_WRITE, pin);

		if (rc < 0)
			return rc;
	}
	return ops & 1u << POLICY_READ ? judge_pin(sv, t, POLICY_READ, pin) : 0;
}

/* What the kernel says of the object whoever asks, before any permission. */
static int native_error(uint64_t flags, const struct pin *pin)
{
	if (pin->link && !(flags & O_PATH))
		return -ELOOP;
	if ((flags & O_DIRECTORY) && pin->type != S_IFDIR)
		return -ENOTDIR;
	if (pin->type == S_IFDIR && !(flags & (O_PATH | O_TMPFILE_ALONE)) &&
	    (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != 0)
		return -EISDIR;
	if (pin->type == S_IFSOCK && !(flags & O_PATH))
		return -ENXIO;
	return 0;
}

static int open_by_name(const char *name, int flags, mode_t mode)
{
	int fd = open(name, flags, mode);

	return fd < 0 ? -errno : fd;
}

/* May the open of this device wait for somebody? */
static bool device_may_wait(dev_t rdev)
{
	unsigned int maj = major(rdev);

	return !(maj == MAJOR_MEM || maj == MAJOR_TTY_AUX ||
		 (maj >= MAJOR_PTS_FIRST && maj <= MAJOR_PTS_LAST));
}

/*
 * /dev/tty is the terminal of whoever opens it; for a tracee in a session of
 * its own that is not ours, so its terminal is opened by its own name.
 */
static int open_tty(const struct tracee *t, const char *self_name, int flags)
{
	struct procfs_stat st;
	struct stat dev;
	char name[32];
	unsigned int number;
	int fd, rc = procfs_stat(t->tid, &st);

	if (rc < 0)
		return rc;
	if (st.tty == 0)
		return -ENXIO;
	if (st.session == getsid(0))
		return open_by_name(self_name, flags, 0);
	/* As new_encode_dev() lays it out. */
	number = (st.tty & 0xff) | (st.tty >> 12 & 0xfff00);
	snprintf(name, sizeof(name), "/dev/pts/%u",
		 ((st.tty >> 8 & 0xfff) - MAJOR_PTS_FIRST) * 256 + number);
	fd = open_by_name(name, flags, 0);
	if (fd >= 0 && (fstat(fd, &dev) < 0 || !S_ISCHR(dev.st_mode) ||
			dev.st_rdev != makedev(st.tty >> 8 & 0xfff, number))) {
		close(fd);
		return -ENXIO;
	}
	return fd;
}

/* Would this open make the terminal the tracee's own? */
static bool wants_tty(const struct tracee *t, uint64_t flags, int fd)
{
	struct procfs_stat st;

	if ((flags & (O_NOCTTY | O_PATH)) != 0 || !isatty(fd))
		return false;
	return procfs_stat(t->tid, &st) == 0 && st.session == t->process->tgid && st.tty == 0;
}

struct slow_open {
	int fd, flags;
};

static int64_t slow_open_run(void *arg, int *fd)
{
	const struct slow_open *o = arg;
	char name[PROCFS_FD_NAME];

	*fd = open_by_name(procfs_fd_name(o->fd, name), o->flags, 0);
	return *fd;
}

static void open_slowly(struct supervisor *sv, struct tracee *t, const struct pin *pin, int flags,
			struct outcome *out)
{
	struct slow_open slow = { pin->fd, flags };
	int rc = helper_start(t, slow_open_run, &slow, &out->helper);

	if (rc < 0) {
		outcome_result(out, rc);
		return;
	}
	out->kind = OUTCOME_HELPER;
	out->cloexec = (sv->req.flags & O_CLOEXEC) != 0;
}

/*
 * Whoever has a lease on a file may take its time to give it back (fcntl(2),
 * F_SETLEASE), and may need us for that. O_NONBLOCK means nothing else here.
 */
static void open_file(struct supervisor *sv, struct tracee *t, const struct pin *pin,
		      const char *name, int flags, struct outcome *out)
{
	int fd = open_by_name(name, flags | O_NONBLOCK, 0);

	if ((flags & O_NONBLOCK) == 0 && fd == -EWOULDBLOCK) {
		open_slowly(sv, t, pin, flags, out);
		return;
	}
	if ((flags & O_NONBLOCK) == 0 && fd >= 0 && fcntl(fd, F_SETFL, flags) < 0) {
		int err = errno;

		close(fd);
		fd = -err;
	}
	out->result = fd;
}

static void open_device(struct supervisor *sv, struct tracee *t, const struct pin *pin,
			const char *name, int flags, struct outcome *out)
{
	struct stat st;
	bool waits;

	if (fstat(pin->fd, &st) < 0) {
		outcome_result(out, -errno);
		return;
	}
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(MAJOR_TTY_AUX, 0)) {
		out->result = open_tty(t, name, flags);
		return;
	}
	if (S_ISFIFO(st.st_mode))
		waits = (flags & O_NONBLOCK) == 0 && (flags & O_ACCMODE) != O_RDWR;
	else
		waits = device_may_wait(st.st_rdev);
	if (waits)
		open_slowly(sv, t, pin, flags, out);
	else
		out->result = open_by_name(name, flags, 0);
}

static void give_fd(uint64_t flags, int fd, struct outcome *out)
{
	if (fd < 0) {
		outcome_result(out, fd);
		return;
	}
	out->kind = OUTCOME_FD;
	out->fd = fd;
	out->cloexec = (flags & O_CLOEXEC) != 0;
}

static void open_existing(struct supervisor *sv, struct tracee *t, const struct pin *pin,
			  struct outcome *out)
{
	uint64_t flags = sv->req.flags;
	int reopen = (int)(flags & ~(uint64_t)(O_CREAT | O_EXCL | O_NOFOLLOW)) | O_NOCTTY |
		     O_CLOEXEC;
	char name[PROCFS_FD_NAME];
	int rc;

	if ((flags & O_CREAT) && (flags & O_EXCL)) {
		outcome_result(out, -EEXIST);
		return;
	}
	rc = native_error(flags, pin);
	if (rc == 0)
		rc = judge_ops(sv, t, needed_ops(flags), pin);
	if (rc < 0) {
		outcome_result(out, rc);
		return;
	}
	if (flags & O_PATH) {
		give_fd(flags, fcntl(pin->fd, F_DUPFD_CLOEXEC, 0), out);
		return;
	}
	if (flags & O_TMPFILE_ALONE) {
		int fd = openat(pin->fd, ".", reopen, (mode_t)sv->req.mode);

		give_fd(flags, fd < 0 ? -errno : fd, out);
		return;
	}
	procfs_fd_name(pin->fd, name);
	out->kind = OUTCOME_RESULT;
	switch (pin->type) {
	case S_IFREG:
		open_file(sv, t, pin, name, reopen, out);
		break;
	case S_IFDIR:
		out->result = open_by_name(name, reopen, 0);
		break;
	default:
		open_device(sv, t, pin, name, reopen, out);
		break;
	}
	if (out->kind != OUTCOME_RESULT)
		return;
	give_fd(flags, (int)out->result, out);
	if (pin->type == S_IFCHR && out->kind == OUTCOME_FD)
		out->take_tty = wants_tty(t, flags, out->fd);
}

/* 0 done, -EAGAIN when the name came into being meanwhile. */
static int open_new(struct supervisor *sv, struct tracee *t, const struct pin *pin,
		    struct outcome *out)
{
	uint64_t flags = sv->req.flags;
	int fd, rc = judge_ops(sv, t, needed_ops(flags) | 1u << POLICY_WRITE, pin);

	if (rc < 0) {
		outcome_result(out, rc);
		return 0;
	}
	/* O_EXCL: what is there now is not what was judged; nor is a link followed. */
	fd = openat(pin->parent, pin->name,
		    (int)flags | O_CREAT | O_EXCL | O_NOCTTY | O_CLOEXEC,
		    (mode_t)sv->req.mode);
	if (fd < 0 && errno == EEXIST)
		return -EAGAIN;
	give_fd(flags, fd < 0 ? -errno : fd, out);
	return 0;
}

void perform_open(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	uint64_t flags = sv->req.flags;
	bool creates = (flags & O_CREAT) != 0;
	bool nofollow = (flags & O_NOFOLLOW) != 0 || (creates && (flags & O_EXCL) != 0);
	enum resolve_want want = creates ? RESOLVE_CREATE : RESOLVE_OBJECT;
	struct pin *pin = &sv->pin[0];

	for (int i = 0; i < OPEN_RETRIES; i++) {
		int rc = perform_resolve(sv, 0, want, nofollow);

		if (rc < 0) {
			outcome_result(out, rc);
			return;
		}
		if (pin->fd >= 0) {
			open_existing(sv, t, pin, out);
			return;
		}
		if (open_new(sv, t, pin, out) == 0)
			return;
		pin_close(pin);
	}
	outcome_result(out, -EAGAIN);
}
