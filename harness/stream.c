/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.c - frames and Kyua's lines out of a guest's stream. It must not judge:
 * that a line was never finished is an event like any other.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/buf.h"
#include "harness/stream.h"

#define STREAM_ARROW "  ->  "
#define STREAM_WORD_MAX 200 /* the longest name of an ABI or program we look at */

uint32_t stream_crc32(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	uint32_t crc = 0xffffffff;

	while (len--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static struct stream_event *stream_add(struct stream *s, enum stream_kind kind, char *abi,
				       char *program)
{
	struct stream_event *e;

	s->v = buf_grow(s->v, s->count, &s->cap, sizeof(*s->v));
	e = &s->v[s->count++];
	*e = (struct stream_event){.kind = kind, .abi = abi, .program = program, .us = -1};
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
	}
	free(s->v);
	*s = (struct stream){0};
}

/* The next word of a line, of characters that names are made of; NULL if there is none. */
static char *stream_word(const char **p, const char *end)
{
	const char *start;
	size_t len;

	while (*p < end && **p == ' ')
		(*p)++;
	start = *p;
	while (*p < end && (isalnum((unsigned char)**p) || strchr("_-./+", **p)))
		(*p)++;
	len = (size_t)(*p - start);
	if (!len || len > STREAM_WORD_MAX || (*p < end && **p != ' '))
		return NULL;
	return buf_strndup(start, len);
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

static void stream_bad(struct stream *s, const char *abi, const char *program, const char *reason)
{
	stream_add(s, STREAM_BAD, buf_strdup(abi), buf_strdup(program))->reason =
		buf_strdup(reason);
}

/*
 * The frame whose header is the text between p and end. Returns how many bytes
 * behind the header's newline belong to it: none when it is damaged, since then
 * its length means nothing and the search goes on right behind the header.
 */
static size_t stream_frame(struct stream *s, const char *p, const char *end,
			   const unsigned char *payload, size_t room, char **abi)
{
	char *to = stream_word(&p, end), *program = stream_word(&p, end);
	char *bytes = stream_word(&p, end), *crc = stream_word(&p, end);
	uint64_t len = 0, sum = 0;
	size_t taken = 0;

	if (!to || !program) {
		stream_bad(s, to ? to : *abi, "", "a frame's header is damaged");
		goto out;
	}
	free(*abi);
	*abi = buf_strdup(to);
	if (stream_number(bytes, 10, SIZE_MAX, &len) || stream_number(crc, 16, UINT32_MAX, &sum) ||
	    p != end) {
		stream_bad(s, to, program, "the header of its frame is damaged");
	} else if (len > room) {
		stream_bad(s, to, program, "its frame was cut short");
	} else if (stream_crc32(payload, len) != sum) {
		stream_bad(s, to, program, "the checksum of its frame is wrong");
	} else {
		struct stream_event *e = stream_add(s, STREAM_FRAME, buf_strdup(to),
						    buf_strdup(program));

		e->bytes = payload;
		e->len = len;
		taken = len;
	}
out:
	free(to);
	free(program);
	free(bytes);
	free(crc);
	return taken;
}

/* "[1.234s]" at the end of a line; returns where the text before it ends, or NULL. */
static const char *stream_duration(const char *p, const char *end, int64_t *us)
{
	const char *open;
	char text[32];
	char *stop;
	double seconds;

	if (end - p < 6 || end[-1] != ']' || end[-2] != 's')
		return NULL;
	for (open = end - 1; open > p && *open != '['; open--)
		;
	if (*open != '[' || open - p < 2 || open[-1] != ' ' || open[-2] != ' ' ||
	    (size_t)(end - open) >= sizeof(text))
		return NULL;
	memcpy(text, open + 1, (size_t)(end - open - 3));
	text[end - open - 3] = '\0';
	if (!isdigit((unsigned char)text[0]))
		return NULL;
	seconds = strtod(text, &stop);
	if (*stop || seconds < 0 || seconds > 1e9)
		return NULL;
	*us = (int64_t)(seconds * 1e6);
	return open - 2;
}

/* Where "program:case" splits in the text before the arrow; NULL when it is no such text. */
static const char *stream_colon(const char *p, const char *arrow)
{
	const char *colon = memchr(p, ':', (size_t)(arrow - p));

	if (!colon || colon == p || colon + 1 == arrow)
		return NULL;
	for (const char *c = p; c < arrow; c++)
		if (c != colon && !isalnum((unsigned char)*c) && !strchr("_-./+", *c))
			return NULL;
	return colon;
}

static void stream_line(struct stream *s, const char *p, const char *end, const char *abi)
{
	const char *arrow, *colon, *text_end, *sep;
	struct stream_event *e;
	int64_t us = -1;

	if (!abi)
		return;
	arrow = memmem(p, (size_t)(end - p), STREAM_ARROW, strlen(STREAM_ARROW));
	colon = arrow ? stream_colon(p, arrow) : NULL;
	if (!colon)
		return;
	e = stream_add(s, STREAM_CASE, buf_strdup(abi), buf_strndup(p, (size_t)(colon - p)));
	e->name = buf_strndup(colon + 1, (size_t)(arrow - colon - 1));
	p = arrow + strlen(STREAM_ARROW);
	/* Kyua writes result and duration at once, so a line without one was cut. */
	text_end = stream_duration(p, end, &us);
	if (!text_end)
		return;
	sep = memmem(p, (size_t)(text_end - p), ": ", 2);
	e->us = us;
	e->word = buf_strndup(p, (size_t)((sep ? sep : text_end) - p));
	e->reason = sep ? buf_strndup(sep + 2, (size_t)(text_end - sep - 2)) : buf_strdup("");
}

/*
 * Where a frame's header begins in a line, or NULL: at its start, or behind the
 * arrow of a case that will never be finished because Kyua was ended in it.
 */
static const char *stream_header(const char *p, const char *end, const char *word)
{
	const char *at = memmem(p, (size_t)(end - p), word, strlen(word));
	size_t arrow = strlen(STREAM_ARROW);

	if (!at || at == p)
		return at;
	if ((size_t)(at - p) < arrow || memcmp(at - arrow, STREAM_ARROW, arrow))
		return NULL;
	return at;
}

void stream_parse(const void *bytes, size_t len, const char *abi, struct stream *out)
{
	const char *p = bytes, *all_end = p + len;
	char *now = buf_strdup(abi);

	while (p < all_end) {
		const char *nl = memchr(p, '\n', (size_t)(all_end - p));
		const char *end = nl ? nl : all_end, *next = nl ? nl + 1 : all_end, *at;

		while (end > p && end[-1] == '\r')
			end--;
		if ((at = stream_header(p, end, "KT-FILE "))) {
			stream_line(out, p, at, now);
			next += stream_frame(out, at + strlen("KT-FILE "), end,
					     (const unsigned char *)next, (size_t)(all_end - next),
					     &now);
		} else if ((at = stream_header(p, end, "KT-LOST "))) {
			const char *words = at + strlen("KT-LOST ");
			char *to = stream_word(&words, end), *program = stream_word(&words, end);

			stream_line(out, p, at, now);
			if (to && program) {
				free(now);
				now = buf_strdup(to);
				stream_add(out, STREAM_LOST, to, program);
			} else {
				free(to);
				free(program);
			}
		} else {
			stream_line(out, p, end, now);
		}
		p = next;
	}
	free(now);
}

size_t stream_count(const void *bytes, size_t len, char *place, size_t size)
{
	const char *p = bytes, *end = p + len, *abi = NULL, *program = NULL;
	int abi_len = 0, program_len = 0;
	size_t count = 0;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end;
		const char *head = stream_header(p, stop, "KT-FILE ");
		const char *arrow = memmem(p, (size_t)(stop - p), STREAM_ARROW,
					   strlen(STREAM_ARROW));
		const char *colon = arrow ? stream_colon(p, arrow) : NULL;

		if (head) {
			const char *word = head + strlen("KT-FILE "), *after = word;
			char *name = stream_word(&after, stop);

			abi = name ? word : abi;
			abi_len = name ? (int)strlen(name) : abi_len;
			free(name);
		}
		if (colon) {
			const char *slash = memrchr(p, '/', (size_t)(colon - p));

			program = slash ? slash + 1 : p;
			program_len = (int)(colon - program);
			count += nl != NULL;
		}
		p = nl ? nl + 1 : end;
	}
	snprintf(place, size, "%.*s%s%.*s", abi_len, abi ? abi : "", abi && program ? " " : "",
		 program_len, program ? program : "");
	return count;
}
