/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress.c - one place that writes to standard error while threads are at work.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/run/progress.h"

struct progress_slot {
	char cell[64], place[64]; /* "" cell: idle */
	size_t done, of;
};

/* There is one standard error, so there is one of these. */
static struct {
	pthread_mutex_t lock;
	bool quiet, terminal, shown;
	struct timespec start;
	size_t total, done;	  /* cases */
	size_t targets, finished;
	struct progress_slot slots[PROGRESS_SLOTS];
} progress = {.lock = PTHREAD_MUTEX_INITIALIZER};

static long progress_elapsed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)(now.tv_sec - progress.start.tv_sec);
}

long progress_estimate(long elapsed, size_t done, size_t total)
{
	/* One boot tells little about the next: a tenth of all is the least. */
	if (elapsed < 5 || !done || done < total / 10 || done > total)
		return -1;
	return (long)((double)elapsed * (double)(total - done) / (double)done);
}

void progress_time(long seconds, char *text, size_t size)
{
	if (seconds < 90)
		snprintf(text, size, "%ld s", seconds);
	else if (seconds < 90 * 60)
		snprintf(text, size, "%ld min", (seconds + 30) / 60);
	else
		snprintf(text, size, "%ld h %ld min", seconds / 3600, seconds % 3600 / 60);
}

/* What is behind us of the cases, those of the slots counted in. */
static size_t progress_through(void)
{
	size_t done = progress.done;

	for (size_t i = 0; i < PROGRESS_SLOTS; i++)
		done += progress.slots[i].cell[0] ? progress.slots[i].done : 0;
	return done;
}

/* "780 cases to go, about 3 min" */
static void progress_rest(struct buf *line)
{
	size_t done = progress_through();
	long left = progress_estimate(progress_elapsed(), done, progress.total);
	char text[32];

	buf_printf(line, "%zu cases to go", progress.total - (done < progress.total ? done :
								progress.total));
	if (left < 0)
		return;
	progress_time(left, text, sizeof(text));
	buf_printf(line, ", about %s", text);
}

static void progress_clear(void)
{
	if (progress.shown)
		fputs("\r\033[K", stderr);
	progress.shown = false;
}

/* "1:23  120/900, 780 cases to go, about 3 min | bookworm-amd64 i386 attach_test 12/150" */
static void progress_draw(void)
{
	struct winsize size;
	struct buf line = {0};
	size_t width = 80;
	long elapsed = progress_elapsed();

	if (!progress.terminal || progress.quiet)
		return;
	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col > 0)
		width = size.ws_col;
	buf_printf(&line, "%ld:%02ld  %zu/%zu, ", elapsed / 60, elapsed % 60,
		   progress_through(), progress.total);
	progress_rest(&line);
	for (size_t i = 0; i < PROGRESS_SLOTS; i++) {
		const struct progress_slot *s = &progress.slots[i];

		if (s->cell[0])
			buf_printf(&line, " | %s %s %zu/%zu", s->cell, s->place, s->done, s->of);
	}
	/* In the last column some terminals wrap. */
	if (line.len > width - 1)
		line.p[width - 1] = '\0';
	progress_clear();
	fputs(line.p, stderr);
	fflush(stderr);
	progress.shown = true;
	buf_free(&line);
}

void progress_start(bool quiet, size_t cases, size_t targets)
{
	pthread_mutex_lock(&progress.lock);
	clock_gettime(CLOCK_MONOTONIC, &progress.start);
	progress.quiet = quiet;
	progress.terminal = isatty(STDERR_FILENO);
	progress.total = cases;
	progress.targets = targets;
	pthread_mutex_unlock(&progress.lock);
}

void progress_more(size_t cases)
{
	pthread_mutex_lock(&progress.lock);
	progress.total += cases;
	pthread_mutex_unlock(&progress.lock);
}

void progress_stop(void)
{
	pthread_mutex_lock(&progress.lock);
	progress_clear();
	progress.quiet = true;
	pthread_mutex_unlock(&progress.lock);
}

static void progress_line(const char *text)
{
	long elapsed = progress_elapsed();

	if (progress.quiet)
		return;
	progress_clear();
	fprintf(stderr, "%ld:%02ld  %s\n", elapsed / 60, elapsed % 60, text);
	progress_draw();
}

void progress_say(const char *fmt, ...)
{
	va_list ap;
	char text[512];

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&progress.lock);
	progress_line(text);
	pthread_mutex_unlock(&progress.lock);
}

void progress_show(unsigned slot, const char *target, const char *place, size_t done, size_t of)
{
	struct progress_slot *s = &progress.slots[slot % PROGRESS_SLOTS];

	pthread_mutex_lock(&progress.lock);
	snprintf(s->cell, sizeof(s->cell), "%s", target);
	snprintf(s->place, sizeof(s->place), "%s", place);
	s->done = done;
	s->of = of;
	progress_draw();
	pthread_mutex_unlock(&progress.lock);
}

void progress_done(unsigned slot, size_t cases)
{
	pthread_mutex_lock(&progress.lock);
	progress.slots[slot % PROGRESS_SLOTS] = (struct progress_slot){0};
	progress.done += cases;
	progress_draw();
	pthread_mutex_unlock(&progress.lock);
}

void progress_target(const char *target, const char *summary)
{
	struct buf line = {0};

	pthread_mutex_lock(&progress.lock);
	progress.finished++;
	buf_printf(&line, "%s: %s", target, summary);
	if (progress.finished < progress.targets) {
		buf_printf(&line, "; %zu of %zu kernels, ", progress.finished,
			   progress.targets);
		progress_rest(&line);
	}
	progress_line(line.p);
	buf_free(&line);
	pthread_mutex_unlock(&progress.lock);
}
