/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.c - lines for people, one write each, so that they do not mix with
 * what the sandboxed programs write to the same terminal.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/report/quote.h"
#include "sandbox/report/report.h"

/* The longest path quoted byte by byte would be four times as long: it is cut. */
#define LINE_MAX_BYTES 8192
/* How many different lines are remembered in order to fold repeated ones. */
#define SEEN 1024

struct report {
	int fd;
	unsigned long violations, repeated;
	uint64_t seen[SEEN];	/* hashes, 0: none */
	char line[LINE_MAX_BYTES];
	size_t len;
};

struct report *report_new(int fd)
{
	struct report *r = calloc(1, sizeof(*r));

	if (r)
		r->fd = fd;
	return r;
}

void report_free(struct report *r)
{
	free(r);
}

unsigned long report_violations(const struct report *r)
{
	return r->violations;
}

/* Room for the newline stays. */
static size_t room(const struct report *r)
{
	return sizeof(r->line) - 1 - r->len;
}

static void add(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct report *r, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(r->line + r->len, room(r), fmt, ap);
	va_end(ap);
	if (n > 0)
		r->len += (size_t)n < room(r) ? (size_t)n : room(r) - 1;
}

/* At most `most` bytes of it; a mark says that there was more. */
static void add_quoted(struct report *r, const char *text, size_t most)
{
	size_t space = room(r) < most ? room(r) : most;
	size_t need = report_quote(r->line + r->len, space, text, strlen(text));

	r->len += strlen(r->line + r->len);
	if (need >= space)
		add(r, "...");
}

static void flush(struct report *r)
{
	size_t done = 0;

	r->line[r->len++] = '\n';
	while (done < r->len) {
		ssize_t n = write(r->fd, r->line + done, r->len - done);

		/* Nobody listens: not a reason to change what the sandbox does. */
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0)
			done += (size_t)n;
	}
	r->len = 0;
}

/* The errno values that refusals have. */
static const char *errno_name(int error)
{
#define NAME(e) \
	case e: \
		return #e
	switch (error) {
		NAME(EACCES);
		NAME(EADDRNOTAVAIL);
		NAME(EAFNOSUPPORT);
		NAME(EBUSY);
		NAME(ECONNREFUSED);
		NAME(EEXIST);
		NAME(EINVAL);
		NAME(ELOOP);
		NAME(ENAMETOOLONG);
		NAME(ENOENT);
		NAME(ENOMEM);
		NAME(ENOSYS);
		NAME(ENOTDIR);
		NAME(EPERM);
		NAME(EPROTONOSUPPORT);
		NAME(EROFS);
		NAME(ESRCH);
	}
#undef NAME
	return NULL;
}

/* A program may call itself what it likes: quoted as well. */
static void add_comm(struct report *r, const struct violation *v)
{
	char path[64], comm[64];
	ssize_t n = -1;
	int fd;

	if (v->comm) {
		add_quoted(r, v->comm, sizeof(comm));
		return;
	}
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)v->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, comm, sizeof(comm) - 1);
		close(fd);
	}
	if (n > 0 && comm[n - 1] == '\n')
		n--;
	comm[n > 0 ? n : 0] = '\0';
	add_quoted(r, n > 0 ? comm : "?", sizeof(comm));
}

static void add_reason(struct report *r, const struct violation *v)
{
	const char *name = errno_name(v->error);

	if (v->verdict) {
		add(r, ": rule ");
		add_quoted(r, v->verdict->rule ? v->verdict->rule : "?", 512);
		if (v->verdict->origin.file) {
			add(r, " from ");
			add_quoted(r, v->verdict->origin.file, 512);
			if (v->verdict->origin.line)
				add(r, ":%u", v->verdict->origin.line);
		}
	} else if (v->why) {
		add(r, ": ");
		add_quoted(r, v->why, 512);
	}
	if (name)
		add(r, ", answered %s", name);
	else
		add(r, ", answered errno %d", v->error);
}

static uint64_t hash(uint64_t h, const char *text, size_t len)
{
	/* FNV-1a. A program that finds a collision hides one line, not the count. */
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 0x100000001b3;
	return h;
}

static bool seen_before(struct report *r, uint64_t h)
{
	uint64_t *slot = &r->seen[h % SEEN];

	if (*slot == h)
		return true;
	*slot = h;
	return false;
}

void report_violation(struct report *r, const struct violation *v)
{
	uint64_t h = 0xcbf29ce484222325;
	size_t who, after;

	if (v->verdict && v->verdict->silent)
		return;
	r->violations++;
	add(r, "belay: denied %s: %s(", v->op, v->call);
	if (v->object) {
		add(r, "\"");
		add_quoted(r, v->object, LINE_MAX_BYTES / 2);
		add(r, "\"");
	}
	add(r, ") by ");
	who = r->len;
	add_comm(r, v);
	add(r, "[%d]", (int)v->pid);
	after = r->len;
	add(r, " (%s)", v->abi ? v->abi : "?");
	add_reason(r, v);
	h = hash(hash(h, r->line, who), r->line + after, r->len - after);
	if (seen_before(r, h)) {
		r->repeated++;
		r->len = 0;
		return;
	}
	flush(r);
}

void report_summary(struct report *r)
{
	if (!r->violations)
		return;
	if (r->repeated)
		report_message(r, "%lu calls were denied, %lu of them like one that is shown above",
			       r->violations, r->repeated);
	else
		report_message(r, "%lu call%s denied", r->violations,
			       r->violations == 1 ? " was" : "s were");
}

void report_message(struct report *r, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES / 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add(r, "belay: ");
	quote_bytes(r->line + r->len, room(r), text, strlen(text), false);
	r->len += strlen(r->line + r->len);
	flush(r);
}
