/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_sound.c - the sandbox's verdict for people: one letter per cell, or one word per
 * kernel, and below it why. What is sound is decided in sound.c.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/report/report.h"

/* So many contracts are named for one verdict; the rest are counted. */
static char *sound_told(const struct sound_cell *c)
{
	return sound_reason(c, c->verdict == SOUND_UNKNOWN ? 1 : 4);
}

static const char sound_none[] =
	"No verdict on the sandbox: what belay relies on was not recorded, or left out.\n\n";

static const char sound_open[] =
	"No verdict on the sandbox: too few of the tests that it takes were run.\n\n";

static const char *const sound_colors[SOUND_VERDICTS] = {
	[SOUND_YES] = "32",
	[SOUND_ABSENT] = "33",
	[SOUND_UNKNOWN] = "1;35",
	[SOUND_NO] = "1;31",
};

static const char *const sound_letters[SOUND_VERDICTS] = {
	[SOUND_YES] = "+",
	[SOUND_ABSENT] = "-",
	[SOUND_UNKNOWN] = "?",
	[SOUND_NO] = "!",
};

/* Padded to `width`, the colour around the word alone. */
static void sound_put(const struct report_style *style, struct buf *out, enum sound_verdict v,
		      const char *word, int width)
{
	int pad = width - (int)strlen(word);

	if (style->color)
		buf_printf(out, "\033[%sm%s\033[0m", sound_colors[v], word);
	else
		buf_puts(out, word);
	buf_printf(out, "%*s", pad > 0 ? pad : 0, "");
}

/* Words one after the other, broken at the width of the screen. */
static void sound_wrap(struct buf *out, unsigned width, int indent, const char *text)
{
	struct buf line = {0};
	char *words = buf_strdup(text), *save = NULL;

	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		struct buf word = {0};

		report_safe(&word, w);
		if (line.len && (size_t)indent + line.len + 1 + word.len > width) {
			buf_printf(out, "%*s%s\n", indent, "", line.p);
			line.len = 0;
		}
		buf_printf(&line, "%s%s", line.len ? " " : "", word.p);
		buf_free(&word);
	}
	if (line.len)
		buf_printf(out, "%*s%s\n", indent, "", line.p);
	buf_free(&line);
	free(words);
}

/* ---- why ---- */

static bool sound_is_so(const struct sound_cell *c, enum sound_verdict v, const char *reason)
{
	char *other;
	bool same;

	if (c->verdict != v || !c->count)
		return false;
	other = sound_told(c);
	same = !strcmp(other, reason);
	free(other);
	return same;
}

/* "1-3,7": the cells that have this verdict for this reason, by number; or by name. */
static char *sound_cells(const struct matrix *m, const struct sound_row *row, bool names,
			 enum sound_verdict v, const char *reason)
{
	struct buf set = {0};

	for (size_t c = 0; c < m->run->count; c++) {
		const struct cell *cell = &m->run->cells[c];
		size_t first = c;

		if (!sound_is_so(&row->at[c], v, reason))
			continue;
		buf_puts(&set, set.len ? names ? ", " : "," : "");
		if (names) {
			buf_printf(&set, "%s/%s", cell->kernel, cell->abi);
			continue;
		}
		while (c + 1 < m->run->count && sound_is_so(&row->at[c + 1], v, reason))
			c++;
		buf_printf(&set, "%zu", first + 1);
		if (c > first)
			buf_printf(&set, "-%zu", c + 1);
	}
	return set.p;
}

/* Whether an earlier cell has it for the same reason. */
static bool sound_was_told(const struct sound_row *row, size_t cell, const char *reason)
{
	for (size_t c = 0; c < cell; c++)
		if (sound_is_so(&row->at[c], row->at[cell].verdict, reason))
			return true;
	return false;
}

static void sound_why(const struct matrix *m, const struct report_style *style, struct buf *out,
		      bool names, enum sound_verdict v)
{
	bool head = false;

	for (size_t i = 0; i < m->sound.count; i++) {
		const struct sound_row *row = &m->sound.rows[i];

		for (size_t c = 0; c < m->run->count; c++) {
			char *reason = sound_told(&row->at[c]), *set, *line;

			if (!sound_is_so(&row->at[c], v, reason) || sound_was_told(row, c, reason)) {
				free(reason);
				continue;
			}
			if (!head) {
				sound_put(style, out, v, sound_word(v), 0);
				buf_puts(out, v == SOUND_YES ? ", without what is optional\n" : "\n");
			}
			head = true;
			set = sound_cells(m, row, names, v, reason);
			line = buf_asprintf("%s in %s: %s", row->what, set, reason);
			sound_wrap(out, style->width, 4, line);
			free(line);
			free(set);
			free(reason);
		}
	}
	if (head)
		buf_puts(out, "\n");
}

/* The worst first. */
static void sound_reasons(const struct matrix *m, const struct report_style *style,
			  struct buf *out, bool names)
{
	for (int v = SOUND_NO; v >= SOUND_YES; v--)
		sound_why(m, style, out, names, (enum sound_verdict)v);
}

/* ---- by cell ---- */

static void sound_legend(const struct matrix *m, const struct report_style *style, struct buf *out)
{
	bool seen[SOUND_VERDICTS] = {false};

	for (size_t i = 0; i < m->sound.count; i++)
		for (size_t c = 0; c < m->run->count; c++)
			seen[m->sound.rows[i].at[c].verdict] = true;
	for (int v = SOUND_YES; v < SOUND_VERDICTS; v++) {
		if (!seen[v])
			continue;
		buf_puts(out, "  ");
		sound_put(style, out, (enum sound_verdict)v, sound_letters[v], 0);
		buf_printf(out, "  %-8s  %s\n", sound_word((enum sound_verdict)v),
			   sound_meaning((enum sound_verdict)v));
	}
	buf_puts(out, "\n");
}

/* Of a run of a few tests there is nothing to say but that. */
static bool sound_is_open(const struct sound *s)
{
	for (size_t i = 0; i < s->count; i++)
		for (size_t c = 0; c < s->cells; c++)
			if (s->rows[i].at[c].verdict != SOUND_UNKNOWN)
				return false;
	return true;
}

void report_sound_text(const struct matrix *m, const struct report_style *style, struct buf *out)
{
	size_t count = m->run->count;
	int width = 20;

	if (!m->sound.count) {
		buf_puts(out, sound_none);
		return;
	}
	if (sound_is_open(&m->sound)) {
		buf_puts(out, sound_open);
		return;
	}
	for (size_t i = 0; i < m->sound.count; i++) {
		int len = (int)(strlen(m->sound.rows[i].what) + strlen(m->sound.rows[i].kind)) + 4;

		width = len > width ? len : width;
	}
	buf_puts(out, style->color ? "\033[1mthe sandbox\033[0m" : "the sandbox");
	buf_printf(out, "%*s", width - 11, "");
	for (size_t c = 0; c < count; c++)
		buf_printf(out, " %zu", (c + 1) % 10);
	buf_puts(out, "\n");
	for (size_t i = 0; i < m->sound.count; i++) {
		const struct sound_row *row = &m->sound.rows[i];
		struct buf label = {0};

		buf_printf(&label, "  %s ", row->kind);
		report_safe(&label, row->what);
		buf_printf(out, "%-*s", width, label.p);
		for (size_t c = 0; c < count; c++) {
			buf_puts(out, " ");
			sound_put(style, out, row->at[c].verdict, sound_letters[row->at[c].verdict],
				  0);
		}
		buf_puts(out, "\n");
		buf_free(&label);
	}
	buf_puts(out, "\n");
	sound_reasons(m, style, out, false);
	sound_legend(m, style, out);
}

/* ---- by kernel ---- */

/* The worst verdict of the cells of the kernel that cell `first` is of. */
static enum sound_verdict sound_of_kernel(const struct matrix *m, const struct sound_row *row,
					  size_t first)
{
	enum sound_verdict worst = SOUND_YES;

	for (size_t c = first; c < m->run->count; c++)
		if (!strcmp(m->run->cells[c].kernel, m->run->cells[first].kernel) &&
		    row->at[c].verdict > worst)
			worst = row->at[c].verdict;
	return worst;
}

static bool sound_is_first(const struct matrix *m, size_t cell)
{
	for (size_t c = 0; c < cell; c++)
		if (!strcmp(m->run->cells[c].kernel, m->run->cells[cell].kernel))
			return false;
	return true;
}

void report_sound_kernels(const struct matrix *m, const struct report_style *style,
			  struct buf *out)
{
	int width = 8;

	if (!m->sound.count) {
		buf_puts(out, sound_none);
		return;
	}
	for (size_t c = 0; c < m->run->count; c++) {
		int len = (int)strlen(m->run->cells[c].kernel);

		width = len > width ? len : width;
	}
	buf_printf(out, "%-*s", width, "kernel");
	for (size_t i = 0; i < m->sound.count; i++)
		buf_printf(out, "  %-10s", m->sound.rows[i].what);
	buf_puts(out, "  version\n");
	for (size_t c = 0; c < m->run->count; c++) {
		struct buf name = {0};

		if (!sound_is_first(m, c))
			continue;
		report_safe(&name, m->run->cells[c].kernel);
		buf_printf(out, "%-*s", width, name.p ? name.p : "");
		for (size_t i = 0; i < m->sound.count; i++) {
			enum sound_verdict v = sound_of_kernel(m, &m->sound.rows[i], c);

			buf_puts(out, "  ");
			sound_put(style, out, v, sound_word(v), 10);
		}
		buf_puts(out, "  ");
		report_safe(out, m->run->cells[c].version);
		buf_puts(out, "\n");
		buf_free(&name);
	}
	buf_puts(out, "\n");
	sound_reasons(m, style, out, true);
}
