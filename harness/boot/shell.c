/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell.c - QEMU's console between two FIFOs, and a terminal in front of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "harness/boot/accel.h"
#include "harness/boot/image.h"
#include "harness/boot/qemu.h"
#include "harness/boot/shell.h"
#include "harness/boot/watch.h"

#define SHELL_TICK_MS 200

struct shell {
	const volatile sig_atomic_t *stop;
	int to, from; /* the guest's console */
	struct buf in; /* typed, and not yet taken */
	bool terminal, eof;
	bool key; /* the last byte was SHELL_KEY */
	bool left;
	struct watch watch;
	struct termios saved;
};

/* What is typed; the key and x leave, the key twice is the key. */
static void shell_type(struct shell *s, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && !s->left; i++) {
		bool key = s->terminal && !s->key && bytes[i] == SHELL_KEY;

		if (s->key && bytes[i] == 'x')
			s->left = true;
		else if (!key)
			buf_add(&s->in, &bytes[i], 1);
		s->key = key;
	}
}

static void shell_read(struct shell *s)
{
	char bytes[4096];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n > 0) {
		shell_type(s, bytes, (size_t)n);
	} else if (n == 0 || errno != EINTR) {
		s->eof = true;
		/* A terminal that is gone has nobody behind it. */
		if (s->terminal)
			s->left = true;
		else
			buf_puts(&s->in, "\nexit\n");
	}
}

static int shell_print(struct shell *s, struct why *why)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(s->from, bytes, sizeof(bytes))) > 0) {
		watch_feed(&s->watch, bytes, (size_t)n);
		for (ssize_t done = 0, k; done < n; done += k) {
			k = write(STDOUT_FILENO, bytes + done, (size_t)(n - done));
			if (k < 0 && errno != EINTR)
				return why_set(why, errno, "standard output: %s", strerror(errno));
			k = k < 0 ? 0 : k;
		}
	}
	return 0;
}

/* As much as the guest takes now. */
static void shell_send(struct shell *s)
{
	ssize_t n = write(s->to, s->in.p, s->in.len);

	if (n > 0) {
		s->in.len -= (size_t)n;
		memmove(s->in.p, s->in.p + n, s->in.len);
	}
}

static int shell_relay(struct shell *s, int pidfd, struct why *why)
{
	int rc = 0;

	while (!rc && !s->left && !*s->stop) {
		/* Before it is up nobody in there would hear it. */
		bool hears = s->watch.booted;
		struct pollfd p[] = {
			{.fd = pidfd, .events = POLLIN},
			{.fd = s->from, .events = POLLIN},
			{.fd = s->eof || s->in.len > 4096 || (!hears && !s->terminal) ? -1 :
			 STDIN_FILENO, .events = POLLIN},
			{.fd = hears && s->in.len ? s->to : -1, .events = POLLOUT},
		};

		if (poll(p, 4, SHELL_TICK_MS) < 0 && errno != EINTR)
			return why_set(why, errno, "poll: %s", strerror(errno));
		rc = shell_print(s, why);
		if (p[0].revents)
			break;
		if (p[2].revents)
			shell_read(s);
		if (p[3].revents)
			shell_send(s);
	}
	return rc;
}

/* One of QEMU's FIFOs; both ends are ours, too, so that no open waits. */
static int shell_fifo(const char *console, const char *end, int *fd, struct why *why)
{
	char *path = buf_asprintf("%s.%s", console, end);
	int rc = 0;

	unlink(path);
	if (mkfifo(path, 0600) < 0 || (*fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)) < 0)
		rc = why_set(why, errno, "cannot make %s: %s", path, strerror(errno));
	free(path);
	return rc;
}

/* What QEMU said before it ended: its last line. */
static char *shell_complaint(const char *log)
{
	struct buf b = {0};
	char *line, *words = NULL;

	if (!buf_read_file(&b, log, 1 << 16)) {
		while (b.len && (b.p[b.len - 1] == '\n' || b.p[b.len - 1] == '\r'))
			b.p[--b.len] = '\0';
		line = b.len ? strrchr(b.p, '\n') : NULL;
		words = b.len ? buf_strdup(line ? line + 1 : b.p) : NULL;
	}
	buf_free(&b);
	return words;
}

static int shell_qemu(struct shell *s, const struct boot *b, enum boot_accel accel,
		      const char *initrd, struct why *why)
{
	char *console = buf_asprintf("%s/console", b->workdir),
	     *stream = buf_asprintf("%s/stream", b->workdir),
	     *log = buf_asprintf("%s/qemu.log", b->workdir);
	int log_fd = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), pidfd, status, rc;
	struct args a = {0};
	pid_t pid;

	rc = log_fd < 0 ? why_set(why, errno, "cannot write %s: %s", log, strerror(errno)) : 0;
	if (!rc)
		rc = shell_fifo(console, "in", &s->to, why);
	if (!rc)
		rc = shell_fifo(console, "out", &s->from, why);
	qemu_args(b, accel, initrd, console, stream, &a);
	if (!rc)
		rc = spawn_start(&a, log_fd, SIGKILL, &pid, &pidfd, why);
	if (!rc) {
		rc = shell_relay(s, pidfd, why);
		status = spawn_end(pid, pidfd, rc || s->left || *s->stop);
		if (!rc)
			rc = shell_print(s, why);
		if (!rc && !s->left && !*s->stop && (!WIFEXITED(status) || WEXITSTATUS(status))) {
			char *words = shell_complaint(log);

			rc = why_set(why, EIO, "%s failed: %s", b->machine->qemu,
				     words ? words : "it says nothing");
			free(words);
		}
	}
	args_free(&a);
	if (log_fd >= 0)
		close(log_fd);
	free(log);
	free(stream);
	free(console);
	return rc;
}

int shell_run(const struct boot *b, const struct job *job, const volatile sig_atomic_t *stop,
	      bool *up, struct why *why)
{
	struct shell s = {.stop = stop, .to = -1, .from = -1};
	char *initrd = buf_asprintf("%s/job.cpio", b->workdir), *version = NULL;
	enum boot_accel accel = b->accel;
	int rc = qemu_version(b->machine->qemu, &version, why);

	if (!rc && accel == BOOT_ACCEL_AUTO)
		rc = accel_choose(b, version, NULL, NULL, &accel, why);
	if (!rc)
		rc = image_build(b, job, accel == BOOT_ACCEL_KVM ? 1 : b->machine->scale, initrd, why);
	s.terminal = tcgetattr(STDIN_FILENO, &s.saved) == 0;
	if (!rc && s.terminal) {
		struct termios raw = s.saved;

		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	}
	if (!rc)
		rc = shell_qemu(&s, b, accel, initrd, why);
	if (s.terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &s.saved);
	if (s.to >= 0)
		close(s.to);
	if (s.from >= 0)
		close(s.from);
	unlink(initrd);
	buf_free(&s.in);
	free(version);
	free(initrd);
	if (!rc)
		*up = s.watch.booted;
	return rc;
}
