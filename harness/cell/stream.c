/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.c - events out of a runner's stream. It must not judge: that a case was
 * never finished is an event like any other. Nothing counts but a block whose
 * checksum is right, and a block names what it is about.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/base/crc32.h"
#include "harness/cell/stream.h"

#define STREAM_WORD_MAX 200 /* the longest name of an ABI, program or case we look at */
#define STREAM_US_MAX (INT64_C(1000000) * 86400 * 365)

/* What has been read so far: the program that runs, and the block that is open. */
struct reader {
	struct stream *out;
	char *abi, *program; /* of the last KT-PROG; NULL before it */
	enum { READER_NONE, READER_CASE, READER_LIST } open;
	char *list_abi, *name; /* of the open block */
	uint32_t sum;
	struct buf text;
};

static struct stream_event *stream_add(struct stream *s, enum stream_kind kind, const char *abi,
				       const char *program, const char *name)
{
	struct stream_event *e;

	s->v = buf_grow(s->v, s->count, &s->cap, sizeof(*s->v));
	e = &s->v[s->count++];
	*e = (struct stream_event){.kind = kind, .abi = buf_strdup(abi),
				   .program = buf_strdup(program), .name = buf_strdup(name),
				   .us = -1};
	return e;
}

void stream_free(struct stream *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->v[i].abi);
		free(s->v[i].program);
		free(s->v[i].name);
		free(s->v[i].word);
		free(s->v[i].reason);
		free(s->v[i].text);
	}
	free(s->v);
	*s = (struct stream){0};
}

/*
 * The next word of a line, of characters that names are made of, and the blank
 * behind it; NULL if there is none.
 */
static char *stream_word(const char **p, const char *end)
{
	const char *start = *p, *q = start;

	while (q < end && (isalnum((unsigned char)*q) || (*q && strchr("_-./+", *q))))
		q++;
	if (q == start || q - start > STREAM_WORD_MAX || (q < end && *q != ' '))
		return NULL;
	*p = q < end ? q + 1 : q;
	return buf_strndup(start, (size_t)(q - start));
}

/* A number in the given base that fills the whole word, at most `max`. */
static int stream_number(const char *word, int base, uint64_t max, uint64_t *out)
{
	unsigned long long n;
	char *end;

	if (!word || !isxdigit((unsigned char)*word))
		return -EINVAL;
	errno = 0;
	n = strtoull(word, &end, base);
	if (errno || *end || n > max)
		return -EINVAL;
	*out = n;
	return 0;
}

/* ---- blocks ---- */

static void reader_sum(struct reader *r, const void *bytes, size_t len)
{
	r->sum = crc32_add(r->sum, bytes, len);
}

static void reader_reset(struct reader *r)
{
	free(r->list_abi);
	free(r->name);
	r->list_abi = r->name = NULL;
	r->text.len = 0;
	r->sum = 0;
	r->open = READER_NONE;
}

static void reader_bad(struct reader *r, const char *reason)
{
	bool list = r->open == READER_LIST;

	stream_add(r->out, STREAM_BAD, list ? r->list_abi : r->abi, list ? "" : r->program,
		   list ? "" : r->name)->reason = buf_strdup(reason);
	reader_reset(r);
}

/* A block without an end: the case was running when the guest ended, or the next began. */
static void reader_unfinished(struct reader *r)
{
	if (r->open == READER_CASE) {
		stream_add(r->out, STREAM_CASE, r->abi, r->program, r->name);
		reader_reset(r);
	} else if (r->open == READER_LIST) {
		reader_bad(r, "the list of cases was cut short");
	}
}

static void reader_prog(struct reader *r, const char *p, const char *end)
{
	char *abi, *program;

	reader_unfinished(r);
	abi = stream_word(&p, end);
	program = abi ? stream_word(&p, end) : NULL;
	/* What comes behind a damaged line belongs to nobody. */
	free(r->abi);
	free(r->program);
	r->abi = r->program = NULL;
	if (program && p == end) {
		r->abi = abi;
		r->program = program;
	} else {
		free(abi);
		free(program);
	}
}

static void reader_case(struct reader *r, const char *p, const char *end)
{
	char *name;

	reader_unfinished(r);
	name = stream_word(&p, end);
	if (!name || p != end || !r->abi) {
		free(name);
		return;
	}
	r->open = READER_CASE;
	r->name = name;
	reader_sum(r, r->abi, strlen(r->abi));
	reader_sum(r, " ", 1);
	reader_sum(r, r->program, strlen(r->program));
	reader_sum(r, " ", 1);
	reader_sum(r, name, strlen(name));
	reader_sum(r, "\n", 1);
}

static void reader_list(struct reader *r, const char *p, const char *end)
{
	char *abi;

	reader_unfinished(r);
	abi = stream_word(&p, end);
	if (!abi || p != end) {
		free(abi);
		return;
	}
	r->open = READER_LIST;
	r->list_abi = abi;
	reader_sum(r, abi, strlen(abi));
	reader_sum(r, "\n", 1);
}

/* The text goes to the event as it is, with a NUL behind it. */
static void reader_give_text(struct reader *r, struct stream_event *e)
{
	if (!r->text.len)
		return;
	e->text = r->text.p;
	e->len = r->text.len;
	r->text = (struct buf){0};
}

/* "<sum>" of a list, "<sum> <word> <us>[ <reason>]" of a case. */
static void reader_end(struct reader *r, const char *p, const char *end)
{
	char *sum = stream_word(&p, end), *word, *us;
	const char *rest = p;
	uint64_t said = 0, time = 0;
	struct stream_event *e;

	if (r->open == READER_NONE) {
		free(sum);
		return;
	}
	reader_sum(r, rest, (size_t)(end - rest));
	if (!sum || strlen(sum) != 8 || stream_number(sum, 16, UINT32_MAX, &said)) {
		reader_bad(r, "the end of its answer is damaged");
	} else if (said != r->sum) {
		reader_bad(r, "the checksum of its answer is wrong");
	} else if (r->open == READER_LIST) {
		reader_give_text(r, stream_add(r->out, STREAM_LIST, r->list_abi, "", ""));
		reader_reset(r);
	} else {
		word = stream_word(&p, end);
		us = word ? stream_word(&p, end) : NULL;
		if (!word || stream_number(us, 10, STREAM_US_MAX, &time)) {
			reader_bad(r, "its answer has no result and time");
			free(word);
		} else {
			e = stream_add(r->out, STREAM_CASE, r->abi, r->program, r->name);
			e->word = word;
			e->us = (int64_t)time;
			e->reason = buf_strndup(p, (size_t)(end - p));
			reader_give_text(r, e);
			reader_reset(r);
		}
		free(us);
	}
	free(sum);
}

/* ---- lines ---- */

static const struct {
	const char *word;
	void (*take)(struct reader *r, const char *p, const char *end);
} reader_lines[] = {
	{"KT-PROG ", reader_prog},
	{"KT-CASE ", reader_case},
	{"KT-LIST ", reader_list},
	{"KT-END ", reader_end},
};

static bool stream_is(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - p) >= len && !memcmp(p, word, len);
}

static void reader_line(struct reader *r, const char *p, const char *nl)
{
	if (*p == '|') {
		if (r->open == READER_NONE)
			return;
		/* With its mark and its newline, as it was sent. */
		reader_sum(r, p, (size_t)(nl - p) + 1);
		buf_add(&r->text, p + 1, (size_t)(nl - p));
		return;
	}
	for (size_t i = 0; i < sizeof(reader_lines) / sizeof(*reader_lines); i++)
		if (stream_is(p, nl, reader_lines[i].word))
			reader_lines[i].take(r, p + strlen(reader_lines[i].word), nl);
}

void stream_parse(const void *bytes, size_t len, struct stream *out)
{
	struct reader r = {.out = out};
	const char *p = bytes, *end = p + len, *nl;

	/* A line without an end was cut, and says nothing. */
	for (; p < end && (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1)
		reader_line(&r, p, nl);
	reader_unfinished(&r);
	reader_reset(&r);
	free(r.abi);
	free(r.program);
	buf_free(&r.text);
}

size_t stream_count(const void *bytes, size_t len, char *place, size_t size)
{
	const char *p = bytes, *end = p + len, *nl, *at = NULL;
	size_t count = 0;
	bool in_case = false;
	char *abi, *program;

	for (; p < end && (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1) {
		if (stream_is(p, nl, "KT-PROG "))
			at = p + strlen("KT-PROG ");
		else if (stream_is(p, nl, "KT-CASE "))
			in_case = true;
		else if (stream_is(p, nl, "KT-LIST "))
			in_case = false;
		else if (stream_is(p, nl, "KT-END ")) {
			count += in_case;
			in_case = false;
		}
	}
	if (size)
		*place = '\0';
	nl = at ? memchr(at, '\n', (size_t)(end - at)) : NULL;
	abi = nl ? stream_word(&at, nl) : NULL;
	program = abi ? stream_word(&at, nl) : NULL;
	if (program) {
		const char *slash = strrchr(program, '/');

		snprintf(place, size, "%s %s", abi, slash ? slash + 1 : program);
	}
	free(abi);
	free(program);
	return count;
}
