/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream.c - what a runner says in a guest. Cut or damaged anywhere it is read as
 * far as it is whole, and nothing that a case prints is taken for the runner's.
 *
 * The input is a stream, in which "KT-END @" stands for the right sum; then all of
 * it is what one case printed.
 */
#include "harness/fuzz/targets.h"

#include "harness/base/buf.h"
#include "harness/base/crc32.h"
#include "harness/cell/stream.h"

/* The words behind `mark` in a line, or NULL. */
static const char *behind(const char *line, const char *mark)
{
	size_t n = strlen(mark);

	return !strncmp(line, mark, n) ? line + n : NULL;
}

/* The stream with its sums put in. */
static void seal(const char *text, size_t len, struct buf *out)
{
	struct buf place = {0}, block = {0};
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text)), *rest;
		size_t n = newline ? (size_t)(newline - text) : (size_t)(end - text);
		char *line = buf_strndup(text, n);

		if ((rest = behind(line, "KT-PROG "))) {
			buf_free(&place);
			place = (struct buf){0};
			buf_puts(&place, rest);
		} else if ((rest = behind(line, "KT-CASE ")) || (rest = behind(line, "KT-LIST "))) {
			buf_free(&block);
			block = (struct buf){0};
			if (line[3] == 'C' && place.len)
				buf_printf(&block, "%s ", place.p);
			buf_printf(&block, "%s\n", rest);
		} else if ((rest = behind(line, "KT-END @"))) {
			buf_puts(&block, *rest == ' ' ? rest + 1 : rest);
			buf_printf(out, "KT-END %08x", crc32_add(0, block.p, block.len));
			text += 8;
			n -= 8;
		}
		if (line[0] == '|') {
			buf_add(&block, text, n);
			buf_puts(&block, "\n");
		}
		buf_add(out, text, n);
		if (newline)
			buf_puts(out, "\n");
		text += n + (newline != NULL);
		free(line);
	}
	buf_free(&place);
	buf_free(&block);
}

static void check_parse(const struct buf *text)
{
	struct stream s = {0}, cut = {0};
	char place[32];
	size_t ended = 0, before = 0;
	char *exact = malloc(text->len ? text->len : 1);

	FUZZ_CHECK(exact, "memory");
	if (text->len)
		memcpy(exact, text->p, text->len);
	stream_parse(exact, text->len, &s);
	for (size_t i = 0; i < s.count; i++) {
		const struct stream_event *e = &s.v[i];

		FUZZ_CHECK(e->abi && (e->kind == STREAM_LIST || (e->program && e->name)), "no name");
		FUZZ_CHECK(e->kind != STREAM_BAD || (e->reason && *e->reason), "bad for no reason");
		FUZZ_CHECK(e->kind != STREAM_CASE || !e->word || e->us >= 0, "a time below 0");
		ended += e->kind == STREAM_CASE && e->word;
	}
	for (size_t len = 0; len <= text->len; len += 1 + text->len / 8) {
		size_t now = stream_count(exact, len, place, sizeof(place));

		FUZZ_CHECK(now >= before && memchr(place, '\0', sizeof(place)), "%zu after %zu", now, before);
		before = now;
	}
	/* Half of it tells no more than all of it. */
	stream_parse(exact, text->len / 2, &cut);
	for (size_t i = 0; i < cut.count; i++)
		if (cut.v[i].kind == STREAM_CASE && cut.v[i].word) {
			FUZZ_CHECK(ended > 0, "a result that all of it does not have");
			ended--;
		}
	stream_free(&s);
	stream_free(&cut);
	free(exact);
}

/* A case that prints the input, as the runner says it, and one behind it. */
static void check_forged(const uint8_t *bytes, size_t len)
{
	struct buf lines = {0}, all = {0}, sum = {0};
	struct stream s = {0};

	for (size_t i = 0; i < len; i++) {
		if (i == 0 || bytes[i - 1] == '\n')
			buf_puts(&lines, "|");
		buf_add(&lines, &bytes[i], 1);
	}
	if (len && bytes[len - 1] != '\n')
		buf_puts(&lines, "\n");
	buf_puts(&sum, "arm t c\n");
	buf_add(&sum, lines.p, lines.len);
	buf_puts(&sum, "failed 7 so");
	buf_puts(&all, "KT-PROG arm t\nKT-CASE c\n");
	buf_add(&all, lines.p, lines.len);
	buf_printf(&all, "KT-END %08x failed 7 so\nKT-CASE d\n", crc32_add(0, sum.p, sum.len));
	stream_parse(all.p, all.len, &s);
	FUZZ_CHECK(s.count == 2 && s.v[0].kind == STREAM_CASE && s.v[0].word &&
		   !strcmp(s.v[0].word, "failed") && !strcmp(s.v[0].reason, "so") && s.v[0].us == 7 &&
		   !strcmp(s.v[1].name, "d") && !s.v[1].word, "%zu events", s.count);
	FUZZ_CHECK(s.v[0].len == len + (len && bytes[len - 1] != '\n') &&
		   (!len || !memcmp(s.v[0].text, bytes, len)), "another output");
	stream_free(&s);
	buf_free(&lines);
	buf_free(&all);
	buf_free(&sum);
}

void fuzz_stream(const uint8_t *bytes, size_t len)
{
	struct buf sealed = {0};
	char *text = fuzz_text(bytes, len);

	seal(text, len, &sealed);
	check_parse(&sealed);
	buf_free(&sealed);
	check_forged(bytes, len);
	free(text);
}
