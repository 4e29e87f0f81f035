/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sound.c - from results and reliances to a verdict. It writes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/sound/sound.h"

const char *sound_word(enum sound_verdict v)
{
	static const char *const words[SOUND_VERDICTS] = {
		[SOUND_YES] = "sound",
		[SOUND_ABSENT] = "absent",
		[SOUND_UNKNOWN] = "unknown",
		[SOUND_NO] = "unsound",
	};

	return words[v];
}

const char *sound_meaning(enum sound_verdict v)
{
	static const char *const meanings[SOUND_VERDICTS] = {
		[SOUND_YES] = "every promise it relies on was kept",
		[SOUND_ABSENT] = "the kernel lacks what it needs; belay finds out",
		[SOUND_UNKNOWN] = "a promise it relies on was not put to the test",
		[SOUND_NO] = "a promise it relies on is broken",
	};

	return meanings[v];
}

enum state { STATE_KEPT, STATE_MISSING, STATE_OPEN, STATE_BROKEN };

/* Whatever is not known here is no answer. */
static enum state state_of(enum status s)
{
	if (s == STATUS_PASS || s == STATUS_XPASS)
		return STATE_KEPT;
	if (s == STATUS_SKIP || s == STATUS_NA)
		return STATE_MISSING;
	if (s == STATUS_FAIL || s == STATUS_XFAIL || s == STATUS_CRASHED || s == STATUS_TIMEOUT)
		return STATE_BROKEN;
	return STATE_OPEN;
}

static bool is_family(const struct reliance *r)
{
	size_t len = strlen(r->contract);

	return len && r->contract[len - 1] == '*';
}

/* The contract's state in the cell, and the result that makes it so. */
static enum state judge_contract(const struct cell *c, const struct reliance *r,
				 const struct result **result)
{
	enum state worst = STATE_OPEN;
	bool kept = false;

	*result = NULL;
	for (size_t i = 0; i < c->results.count; i++) {
		const struct result *one = &c->results.v[i];
		enum state s;

		if (!reliance_names(r, one->contract))
			continue;
		s = state_of(one->status);
		kept |= s == STATE_KEPT;
		if (!*result || s > worst) {
			*result = one;
			worst = s;
		}
	}
	return worst == STATE_MISSING && kept && is_family(r) ? STATE_KEPT : worst;
}

/* One part of a backend in one cell. */
struct part {
	enum sound_verdict verdict;
	bool asked;		    /* something of it matters to this ABI */
	struct sound_cause *causes; /* what is not kept */
	size_t count, cap;
};

static bool same_part(const struct reliance *a, const struct reliance *b)
{
	return !strcmp(a->what, b->what) && !strcmp(a->part, b->part);
}

/* The contracts of the part that `first` is the first of. */
static void judge_part(const struct store_run *run, const struct cell *c, size_t first,
		       struct part *out)
{
	size_t in[STATE_BROKEN + 1] = {0};
	struct part p = {.verdict = SOUND_YES};

	for (size_t i = first; i < run->relies.count; i++) {
		const struct reliance *r = &run->relies.v[i];
		const struct result *result;
		enum state s;

		if (!same_part(r, &run->relies.v[first]) || !reliance_is_for(r, c->abi))
			continue;
		p.asked = true;
		s = judge_contract(c, r, &result);
		in[s]++;
		if (s == STATE_KEPT)
			continue;
		p.causes = buf_grow(p.causes, p.count, &p.cap, sizeof(*p.causes));
		p.causes[p.count++] = (struct sound_cause){r, result};
	}
	if (in[STATE_BROKEN])
		p.verdict = SOUND_NO;
	else if (in[STATE_OPEN] || (in[STATE_MISSING] && in[STATE_KEPT]))
		p.verdict = SOUND_UNKNOWN;
	else if (in[STATE_MISSING])
		p.verdict = SOUND_ABSENT;
	*out = p;
}

static bool is_first_of_part(const struct relies *relies, size_t i)
{
	for (size_t before = 0; before < i; before++)
		if (same_part(&relies->v[before], &relies->v[i]))
			return false;
	return true;
}

static void sound_add(struct sound_cell *c, size_t *cap, struct sound_cause cause)
{
	c->causes = buf_grow(c->causes, c->count, cap, sizeof(*c->causes));
	c->causes[c->count++] = cause;
}

/* The causes of a part that fit the verdict on the whole. */
static void take_causes(struct sound_cell *c, size_t *cap, const struct part *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct result *r = p->causes[i].result;

		if (c->verdict == SOUND_NO && (!r || state_of(r->status) != STATE_BROKEN))
			continue;
		sound_add(c, cap, p->causes[i]);
		/* That a whole interface is missing is said once. */
		if (p->verdict == SOUND_ABSENT)
			return;
	}
}

static void judge_cell(const struct store_run *run, const struct cell *cell, const char *what,
		       struct sound_cell *out)
{
	const struct relies *relies = &run->relies;
	struct part *parts = buf_realloc(NULL, relies->count, sizeof(*parts));
	struct sound_cell c = {.verdict = SOUND_YES};
	bool lacks = false, any = false;
	size_t cap = 0;

	memset(parts, 0, relies->count * sizeof(*parts));
	for (size_t i = 0; i < relies->count; i++) {
		if (strcmp(relies->v[i].what, what) || !is_first_of_part(relies, i))
			continue;
		judge_part(run, cell, i, &parts[i]);
		any |= parts[i].asked;
		if (parts[i].verdict == SOUND_ABSENT)
			lacks |= !relies->v[i].optional;
		else if (parts[i].verdict > c.verdict)
			c.verdict = parts[i].verdict;
	}
	if (lacks)
		c.verdict = SOUND_ABSENT;
	else if (!any)
		c.verdict = SOUND_UNKNOWN;
	for (size_t i = 0; i < relies->count; i++) {
		bool needed = parts[i].verdict == SOUND_ABSENT && !relies->v[i].optional;

		if (parts[i].count && parts[i].verdict == c.verdict && (!lacks || needed))
			take_causes(&c, &cap, &parts[i]);
		else if (parts[i].verdict == SOUND_ABSENT && c.verdict == SOUND_YES)
			take_causes(&c, &cap, &parts[i]);
		free(parts[i].causes);
	}
	free(parts);
	*out = c;
}

static bool has_row(const struct sound *s, const char *what)
{
	for (size_t i = 0; i < s->count; i++)
		if (!strcmp(s->rows[i].what, what))
			return true;
	return false;
}

void sound_make(const struct store_run *run, struct sound *out)
{
	struct sound s = {.cells = run->count};
	size_t cap = 0;

	for (size_t i = 0; i < run->relies.count; i++) {
		const struct reliance *r = &run->relies.v[i];
		struct sound_row *row;

		if (has_row(&s, r->what))
			continue;
		s.rows = buf_grow(s.rows, s.count, &cap, sizeof(*s.rows));
		row = &s.rows[s.count++];
		*row = (struct sound_row){.what = r->what, .kind = r->kind};
		row->at = buf_realloc(NULL, run->count, sizeof(*row->at));
		for (size_t c = 0; c < run->count; c++)
			judge_cell(run, &run->cells[c], r->what, &row->at[c]);
	}
	*out = s;
}

void sound_free(struct sound *s)
{
	for (size_t i = 0; i < s->count; i++) {
		for (size_t c = 0; c < s->cells; c++)
			free(s->rows[i].at[c].causes);
		free(s->rows[i].at);
	}
	free(s->rows);
	*s = (struct sound){0};
}

char *sound_reason(const struct sound_cell *c, size_t most)
{
	struct buf out = {0};

	for (size_t i = 0; i < c->count && i < most; i++) {
		const struct sound_cause *cause = &c->causes[i];
		const struct result *r = cause->result;

		buf_puts(&out, i ? "; " : "");
		if (!r)
			buf_printf(&out, "%s (not run)", cause->reliance->contract);
		else if (state_of(r->status) == STATE_MISSING && c->verdict != SOUND_UNKNOWN)
			buf_printf(&out, "no %s (%s)", cause->reliance->part,
				   r->reason[0] ? r->reason : r->contract);
		else
			buf_printf(&out, "%s (%s%s%s)", r->contract, status_word(r->status),
				   r->reason[0] ? ": " : "", r->reason);
	}
	if (c->count > most)
		buf_printf(&out, "%sand %zu more", most ? "; " : "", c->count - most);
	return out.p ? out.p : buf_strdup("");
}
