/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress.c - one place that writes to standard error while threads are at work.
 */
#include "config.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "harness/buf.h"
#include "harness/progress.h"

struct progress_slot {
	char cell[64], place[64]; /* "" cell: idle */
	size_t done, of;
};

/* There is one standard error, so there is one of these. */
static struct {
	pthread_mutex_t lock;
	bool quiet, terminal, shown;
	struct timespec start;
	size_t total, done;
	struct progress_slot slots[PROGRESS_SLOTS];
} progress = {.lock = PTHREAD_MUTEX_INITIALIZER};

static long progress_elapsed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)(now.tv_sec - progress.start.tv_sec);
}

static void progress_clear(void)
{
	if (progress.shown)
		fputs("\r\033[K", stderr);
	progress.shown = false;
}

/* "1:23  120/900 cases, 780 to go | bookworm-amd64/i386 attach_test 12/150 | ..." */
static void progress_draw(void)
{
	struct winsize size;
	struct buf line = {0};
	size_t done = progress.done, width = 80;
	long elapsed = progress_elapsed();

	if (!progress.terminal || progress.quiet)
		return;
	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col > 0)
		width = size.ws_col;
	for (size_t i = 0; i < PROGRESS_SLOTS; i++)
		done += progress.slots[i].cell[0] ? progress.slots[i].done : 0;
	buf_printf(&line, "%ld:%02ld  %zu/%zu cases", elapsed / 60, elapsed % 60, done,
		   progress.total);
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

void progress_start(bool quiet, size_t total)
{
	pthread_mutex_lock(&progress.lock);
	if (!progress.start.tv_sec)
		clock_gettime(CLOCK_MONOTONIC, &progress.start);
	progress.quiet = quiet;
	progress.terminal = isatty(STDERR_FILENO);
	progress.total = total;
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

void progress_show(unsigned slot, const char *cell, const char *place, size_t done, size_t of)
{
	struct progress_slot *s = &progress.slots[slot % PROGRESS_SLOTS];
	bool changed;

	pthread_mutex_lock(&progress.lock);
	changed = strncmp(s->cell, cell, sizeof(s->cell) - 1) ||
		  strncmp(s->place, place, sizeof(s->place) - 1);
	snprintf(s->cell, sizeof(s->cell), "%s", cell);
	snprintf(s->place, sizeof(s->place), "%s", place);
	s->done = done;
	s->of = of;
	if (progress.terminal) {
		progress_draw();
	} else if (changed) {
		size_t all = progress.done;
		char text[256];

		for (size_t i = 0; i < PROGRESS_SLOTS; i++)
			all += progress.slots[i].cell[0] ? progress.slots[i].done : 0;
		snprintf(text, sizeof(text), "%s: %s (%zu/%zu), %zu cases left of %zu", s->cell,
			 s->place, done, of, progress.total - (all < progress.total ? all :
							       progress.total), progress.total);
		progress_line(text);
	}
	pthread_mutex_unlock(&progress.lock);
}

void progress_done(unsigned slot, size_t done)
{
	pthread_mutex_lock(&progress.lock);
	progress.slots[slot % PROGRESS_SLOTS] = (struct progress_slot){0};
	progress.done += done;
	progress_draw();
	pthread_mutex_unlock(&progress.lock);
}
