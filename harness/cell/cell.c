/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cell.c - from evidence to statuses. Rules: a case is lost until something
 * speaks for it; of two answers the worse one stays; an answer to a question that
 * was not asked is broken; nothing is ever a pass but the runner's "passed".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/cell/cases.h"
#include "harness/cell/cell.h"

void cell_set(char **member, const char *value)
{
	char *copy = buf_strdup(value ? value : "");

	free(*member);
	*member = copy;
}

void cell_init(struct cell *c, const char *kernel, const char *abi)
{
	*c = (struct cell){0};
	cell_set(&c->kernel, kernel);
	cell_set(&c->abi, abi);
	cell_set(&c->version, "");
	cell_set(&c->accel, "");
	cell_set(&c->qemu, "");
	cell_set(&c->user, "");
}

void cell_free(struct cell *c)
{
	free(c->kernel);
	free(c->abi);
	free(c->version);
	free(c->accel);
	free(c->qemu);
	free(c->user);
	results_free(&c->results);
	*c = (struct cell){0};
}

void cell_copy(const struct cell *c, struct cell *out)
{
	struct cell copy;

	cell_init(&copy, c->kernel, c->abi);
	cell_set(&copy.version, c->version);
	cell_set(&copy.accel, c->accel);
	cell_set(&copy.qemu, c->qemu);
	cell_set(&copy.user, c->user);
	copy.borrowed = c->borrowed;
	copy.again = c->again;
	copy.id = c->id;
	for (size_t i = 0; i < c->results.count; i++) {
		const struct result *r = &c->results.v[i];
		struct result *own = results_add(&copy.results, r->program, r->name, r->contract,
						 r->status, r->reason);

		own->attempts = r->attempts;
		own->us = r->us;
		result_set_output(own, r->output, r->output_len);
	}
	*out = copy;
}

static bool cell_has_program(const struct cell *c, const char *program)
{
	for (size_t i = 0; i < c->results.count; i++)
		if (!strcmp(c->results.v[i].program, program))
			return true;
	return false;
}

static bool cell_is_listed(const struct results *listed, const char *program)
{
	for (size_t i = 0; i < listed->count; i++)
		if (!strcmp(listed->v[i].program, program))
			return true;
	return false;
}

void cell_take_list(struct cell *c, const struct results *listed, const char *pattern)
{
	if (!listed->count)
		return;
	for (size_t i = 0; i < listed->count; i++) {
		const struct result *l = &listed->v[i];
		struct result *r = results_find(&c->results, l->program, l->name);

		/* A program that cannot list: its own answer will say why. */
		if (!strcmp(l->name, CASES_LIST_CASE))
			return;
		if (!r && !c->again && cases_wanted(pattern, l) && cell_has_program(c, l->program))
			results_add(&c->results, l->program, l->name, l->contract, STATUS_LOST, "");
		else if (r && !r->contract[0])
			cell_set(&r->contract, l->contract);
	}
	for (size_t i = 0; i < c->results.count && c->borrowed; i++) {
		struct result *r = &c->results.v[i];

		/* What runs last of a boot has a list of its own. */
		if (r->status == STATUS_LOST && cell_is_listed(listed, r->program) &&
		    !results_find(listed, r->program, r->name)) {
			r->status = STATUS_NA;
			result_set_reason(r, "the programs of this ABI have no such case");
		}
	}
	c->borrowed = false;
}

/* A program that does not list its cases answers for all of them; it may be skipped. */
static void cell_take_broken_program(struct cell *c, const struct result *answer)
{
	bool skip = answer->status == STATUS_SKIP;
	enum status status = skip ? STATUS_SKIP : STATUS_BROKEN;
	char *reason = buf_asprintf("%s%s", skip ? "" : "the program does not list its cases: ",
				    answer->reason);
	bool found = false;

	for (size_t i = 0; i < c->results.count; i++) {
		struct result *r = &c->results.v[i];

		if (strcmp(r->program, answer->program))
			continue;
		found = true;
		if (r->status == STATUS_LOST) {
			r->status = status;
			result_set_reason(r, reason);
		}
	}
	if (!found)
		results_add(&c->results, answer->program, answer->name, "", status, reason);
	free(reason);
}

static void cell_take_answer(struct cell *c, const struct result *answer)
{
	struct result *r;

	if (!strcmp(answer->name, CASES_LIST_CASE)) {
		cell_take_broken_program(c, answer);
		return;
	}
	r = results_find(&c->results, answer->program, answer->name);
	if (!r) {
		r = results_add(&c->results, answer->program, answer->name, answer->contract,
				answer->status, answer->reason);
		if (!c->borrowed && !status_is_worse(answer->status, STATUS_BROKEN)) {
			r->status = STATUS_BROKEN;
			result_set_reason(r, "answered without being asked: the list of cases and "
					     "the programs that ran are not of one build");
		}
	} else if (r->status == STATUS_LOST || status_is_worse(answer->status, r->status)) {
		r->status = answer->status;
		result_set_reason(r, answer->reason);
	} else {
		return;
	}
	r->us = answer->us;
	result_set_output(r, answer->output, answer->output_len);
	if (!r->contract[0])
		cell_set(&r->contract, answer->contract);
}

/* What is said about a case whose answer cannot be used. */
static void cell_explain(struct cell *c, const struct stream_event *e)
{
	struct result *r = results_find(&c->results, e->program, e->name);

	if (r && r->status == STATUS_LOST && !r->reason[0])
		result_set_reason(r, e->reason);
}

static void cell_take_case(struct cell *c, const struct stream_event *e)
{
	enum status status = status_of_kyua(e->word, e->reason);
	struct results one = {0};
	struct result *r = results_add(&one, e->program, e->name, "", status, e->reason);

	if (status == STATUS_BROKEN && strcmp(e->word, "broken")) {
		char *unknown = buf_asprintf("unknown result word '%s': %s", e->word, e->reason);

		result_set_reason(r, unknown);
		free(unknown);
	}
	r->us = e->us;
	result_set_output(r, e->text, e->len);
	cell_take_answer(c, r);
	results_free(&one);
}

/* The case that had begun and not ended: the last line, when it has no result. */
static const struct stream_event *cell_culprit(const struct cell *c, const struct stream *s)
{
	const struct stream_event *last = NULL;

	for (size_t i = 0; i < s->count; i++)
		last = &s->v[i];
	if (!last || last->kind != STREAM_CASE || last->word || strcmp(last->abi, c->abi))
		return NULL;
	return last;
}

static void cell_blame(struct cell *c, const struct stream_event *culprit,
		       const struct cell_end *end)
{
	enum status status = end->outcome == BOOT_PANIC ? STATUS_CRASHED : STATUS_TIMEOUT;
	const char *words = end->last_words ? end->last_words : "no last words";
	struct results one = {0};
	char *reason;

	reason = buf_asprintf("%s in this case: %s",
			      status == STATUS_CRASHED ? "the kernel died" : "the guest went silent",
			      words);
	results_add(&one, culprit->program, culprit->name, "", status, reason);
	cell_take_answer(c, &one.v[0]);
	results_free(&one);
	free(reason);
}

/* The same complaint, whoever it struck on whichever processor. */
static bool cell_splat_same(const char *a, const char *b)
{
	static const char *const varying[] = {"CPU: ", "PID: ", "CPU#"};

	while (*a && *a == *b) {
		a++;
		b++;
		for (size_t i = 0; i < sizeof(varying) / sizeof(varying[0]); i++) {
			size_t len = strlen(varying[i]);

			if (strncmp(a, varying[i], len) || strncmp(b, varying[i], len))
				continue;
			a += len;
			b += len;
			a += strspn(a, "0123456789");
			b += strspn(b, "0123456789");
		}
	}
	return *a == *b;
}

static bool cell_splat_known(const struct cell *c, const char *text)
{
	for (size_t i = 0; i < c->results.count; i++) {
		const struct result *r = &c->results.v[i];

		if (!strcmp(r->program, CELL_KERNEL_PROGRAM) && cell_splat_same(r->reason, text))
			return true;
	}
	return false;
}

/* Under this name, or with a number behind it where that is taken. */
static void cell_splat_add(struct cell *c, const char *name, const char *text, const void *output,
			   size_t output_len)
{
	char *own = buf_strdup(name);

	for (unsigned n = 2; results_find(&c->results, CELL_KERNEL_PROGRAM, own); n++) {
		free(own);
		own = buf_asprintf("%s.%u", name, n);
	}
	result_set_output(results_add(&c->results, CELL_KERNEL_PROGRAM, own, "", STATUS_FAIL, text),
			  output, output_len);
	free(own);
}

static void cell_splat(struct cell *c, const char *program, const char *name, const char *text,
		       const struct buf *output)
{
	const char *slash = strrchr(program, '/');
	char *own;

	if (cell_splat_known(c, text))
		return;
	own = name[0] ? buf_asprintf(CELL_SPLAT_CASE ".%s.%s", slash ? slash + 1 : program, name)
		      : buf_strdup(CELL_SPLAT_CASE);
	cell_splat_add(c, own, text, output->p, output->len);
	free(own);
}

void cell_take(struct cell *c, const struct stream *s, const struct console *console,
	       const struct cell_end *end, const char *pattern)
{
	const struct stream_event *culprit = cell_culprit(c, s);

	/* The list first: it says which answers were asked for. */
	for (size_t i = 0; i < s->count; i++) {
		const struct stream_event *e = &s->v[i];
		struct results listed = {0};

		if (e->kind != STREAM_LIST || strcmp(e->abi, c->abi))
			continue;
		cases_parse(e->text ? e->text : "", e->len, &listed);
		cell_take_list(c, &listed, pattern);
		results_free(&listed);
	}
	for (size_t i = 0; i < s->count; i++)
		if (s->v[i].kind == STREAM_CASE && s->v[i].word && !strcmp(s->v[i].abi, c->abi))
			cell_take_case(c, &s->v[i]);
	if (culprit && (end->outcome == BOOT_PANIC || end->outcome == BOOT_HANG))
		cell_blame(c, culprit, end);
	for (size_t i = 0; i < s->count; i++)
		if (s->v[i].kind == STREAM_BAD && !strcmp(s->v[i].abi, c->abi))
			cell_explain(c, &s->v[i]);
	for (size_t i = 0; console && i < console->count; i++) {
		const struct console_splat *p = &console->splats[i];

		if (!strcmp(p->abi, c->abi))
			cell_splat(c, p->program, p->name, p->text, &p->output);
	}
	/* A death that no case can be blamed for must show all the same. */
	if (console && !culprit && end->outcome == BOOT_PANIC && !strcmp(console->abi, c->abi))
		cell_splat(c, console->program, console->name,
			   end->last_words ? end->last_words : "the kernel died between cases",
			   &(struct buf){0});
}

/* Whether a second answer is worth having: not for what nobody can run again. */
static bool cell_doubts(const struct result *r)
{
	return status_class(r->status) == STATUS_CLASS_FAILURE && r->attempts < 2 &&
	       strcmp(r->program, CELL_KERNEL_PROGRAM) && strcmp(r->name, CASES_LIST_CASE);
}

size_t cell_again(const struct cell *c, struct cell *again)
{
	cell_init(again, c->kernel, c->abi);
	again->again = true;
	cell_set(&again->version, c->version);
	cell_set(&again->accel, c->accel);
	cell_set(&again->qemu, c->qemu);
	cell_set(&again->user, c->user);
	for (size_t i = 0; i < c->results.count; i++) {
		const struct result *r = &c->results.v[i];

		if (cell_doubts(r))
			results_add(&again->results, r->program, r->name, r->contract, STATUS_LOST,
				    "");
	}
	return again->results.count;
}

void cell_agree(struct cell *c, const struct cell *again)
{
	for (size_t i = 0; i < again->results.count; i++) {
		const struct result *second = &again->results.v[i];
		struct result *first = results_find(&c->results, second->program, second->name);
		char *reason;

		if (!strcmp(second->program, CELL_KERNEL_PROGRAM)) {
			/* Its name here is that of the case, as cell_splat() made it there. */
			if (!cell_splat_known(c, second->reason))
				cell_splat_add(c, second->name, second->reason, second->output,
					       second->output_len);
			continue;
		}
		if (!first || !cell_doubts(first) ||
		    status_class(second->status) == STATUS_CLASS_MISSING)
			continue;
		first->attempts++;
		if (first->status == second->status)
			continue;
		reason = buf_asprintf("%s, then %s%s%s", status_word(first->status),
				      status_word(second->status), first->reason[0] ? ": " : "",
				      first->reason);
		first->status = STATUS_FLAKY;
		result_set_reason(first, reason);
		free(reason);
	}
}

bool cell_version(struct cell *c, const char *version)
{
	bool other = c->version[0] && strcmp(c->version, version);
	size_t kept = 0;

	cell_set(&c->version, version);
	if (!other)
		return false;
	for (size_t i = 0; i < c->results.count; i++) {
		struct result *r = &c->results.v[i];

		if (!strcmp(r->program, CELL_KERNEL_PROGRAM)) {
			struct results one = {0};

			one.v = buf_realloc(NULL, 1, sizeof(*one.v));
			one.v[0] = *r;
			one.count = 1;
			results_free(&one);
			continue;
		}
		if (r->status != STATUS_NOBUILD) {
			r->status = STATUS_LOST;
			r->us = -1;
			r->attempts = 1;
			result_set_reason(r, "");
			result_set_output(r, NULL, 0);
		}
		c->results.v[kept++] = *r;
	}
	c->results.count = kept;
	return true;
}

void cell_finish(struct cell *c, enum status status, const char *reason)
{
	for (size_t i = 0; i < c->results.count; i++) {
		struct result *r = &c->results.v[i];

		if (r->status != STATUS_LOST)
			continue;
		r->status = status;
		if (!r->reason[0])
			result_set_reason(r, reason);
	}
}

size_t cell_count(const struct cell *c, enum status status)
{
	size_t n = 0;

	for (size_t i = 0; i < c->results.count; i++)
		n += c->results.v[i].status == status;
	return n;
}
