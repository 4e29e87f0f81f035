/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - markers and splats in a console log. printk and the guest's
 * programs write to it side by side, so a kernel line may begin in the middle of a
 * line; it is known by its time stamp, and text without one is nobody's word.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/cell/console.h"

#define CONSOLE_SPLATS_MAX 50 /* more say nothing new */
#define CONSOLE_OUTPUT_MAX 32768

/* How a message begins that the kernel writes only when it is in trouble. */
static const struct {
	const char *start;
	enum {
		CONSOLE_ALWAYS = 0,
		CONSOLE_TIMING, /* a matter of speed */
		CONSOLE_MORE,	/* may be said within another, and is then no second one */
	} kind;
} console_splats[] = {
	{"BUG: soft lockup", CONSOLE_TIMING},
	{"BUG: workqueue lockup", CONSOLE_TIMING},
	{"BUG: ", CONSOLE_ALWAYS},
	{"INFO: possible ", CONSOLE_ALWAYS}, /* lockdep, before 4.12 */
	{"INFO: rcu_", CONSOLE_TIMING},
	{"INFO: task ", CONSOLE_TIMING},
	{"INFO: trying to register non-static key", CONSOLE_ALWAYS},
	{"Internal error: ", CONSOLE_MORE},
	{"KASAN: ", CONSOLE_MORE},
	{"KCSAN: ", CONSOLE_MORE},
	{"KFENCE: ", CONSOLE_MORE},
	{"Kernel stack overflow", CONSOLE_MORE},
	{"NMI watchdog: Watchdog detected hard LOCKUP", CONSOLE_TIMING},
	{"Oops", CONSOLE_MORE},
	{"UBSAN: ", CONSOLE_ALWAYS},
	{"Unable to handle kernel ", CONSOLE_ALWAYS},
	{"WARNING: ", CONSOLE_ALWAYS}, /* WARN, lockdep, RCU */
	{"alignment check: ", CONSOLE_ALWAYS},
	{"divide error: ", CONSOLE_ALWAYS},
	{"double fault: ", CONSOLE_ALWAYS},
	{"general protection fault, ", CONSOLE_ALWAYS},
	{"general protection fault: ", CONSOLE_ALWAYS},
	{"int3: ", CONSOLE_ALWAYS},
	{"invalid opcode: ", CONSOLE_MORE},
	{"kernel BUG at ", CONSOLE_ALWAYS},
	{"list_add corruption", CONSOLE_ALWAYS},
	{"list_del corruption", CONSOLE_ALWAYS},
	{"rcu: INFO: ", CONSOLE_TIMING},
	{"refcount_t: ", CONSOLE_ALWAYS},
	{"segment not present: ", CONSOLE_ALWAYS},
	{"stack segment: ", CONSOLE_ALWAYS},
	{"traps: PANIC: ", CONSOLE_ALWAYS},
	{"unregister_netdevice: waiting for ", CONSOLE_TIMING},
	{"watchdog: BUG: ", CONSOLE_TIMING},
	{"watchdog: Watchdog detected hard LOCKUP", CONSOLE_TIMING},
};

#define CONSOLE_SPLATS (sizeof(console_splats) / sizeof(console_splats[0]))

/* Lines around a splat. What is between "cut here" and "end trace" is one. */
#define CONSOLE_CUT "------------[ cut here ]------------"
#define CONSOLE_TRACE_END "---[ end "
#define CONSOLE_RULE "================================"

/* Where a console is read. */
struct console_at {
	struct console *out;
	bool slow;
	bool cut, rule; /* the line before was such a one */
	/* The last splat of `out` still goes on; the rest is about that one. */
	bool open;
	bool envelope; /* to the end of its trace */
	bool ruled;    /* it began behind a rule, and ends with one */
	bool known;    /* a line of the table was in it */
	unsigned lines;
};

/*
 * The text behind a printk time stamp "[   12.345678] ", and behind the caller
 * "[    T1] " that CONFIG_PRINTK_CALLER adds; NULL when none begins at p.
 */
static const char *console_stamp(const char *p, const char *end)
{
	const char *c = p + 1;

	if (p >= end || *p != '[')
		return NULL;
	while (c < end && *c == ' ')
		c++;
	if (c >= end || !isdigit((unsigned char)*c))
		return NULL;
	while (c < end && isdigit((unsigned char)*c))
		c++;
	if (c >= end || *c++ != '.')
		return NULL;
	for (int i = 0; i < 6; i++, c++)
		if (c >= end || !isdigit((unsigned char)*c))
			return NULL;
	if (end - c < 2 || c[0] != ']' || c[1] != ' ')
		return NULL;
	c += 2;
	if (c < end && *c == '[') {
		const char *close = memchr(c, ']', (size_t)(end - c));

		for (const char *q = c + 1; close && q < close; q++)
			if (*q != ' ' && !isalnum((unsigned char)*q))
				close = NULL;
		if (close && end - close >= 2 && close[1] == ' ')
			c = close + 2;
	}
	return c;
}

static bool console_starts(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - p) >= len && !memcmp(p, word, len);
}

/* The next blank-separated word; "" at the end of the line. */
static char *console_word(const char **p, const char *end)
{
	const char *start;

	while (*p < end && **p == ' ')
		(*p)++;
	start = *p;
	while (*p < end && **p != ' ')
		(*p)++;
	return buf_strndup(start, (size_t)(*p - start));
}

static void console_set(char **member, char *value)
{
	free(*member);
	*member = value;
}

/* The line of the table that this message begins like; CONSOLE_SPLATS for none. */
static size_t console_kind(const char *p, const char *end)
{
	size_t i = 0;

	while (i < CONSOLE_SPLATS && !console_starts(p, end, console_splats[i].start))
		i++;
	return i;
}

static void console_more(struct console_at *at, const char *p, const char *end)
{
	struct buf *output = &at->out->splats[at->out->count - 1].output;

	at->lines++;
	if (output->len + (size_t)(end - p) + 1 > CONSOLE_OUTPUT_MAX)
		return;
	buf_add(output, p, (size_t)(end - p));
	buf_puts(output, "\n");
}

/* A line as text, a NUL in it as '?'. */
static char *console_text(const char *p, const char *end)
{
	char *text = buf_strndup(p, (size_t)(end - p));

	for (char *c = text; c < text + (end - p); c++)
		if (!*c)
			*c = '?';
	return text;
}

static void console_begin(struct console_at *at, const char *p, const char *end, bool known)
{
	struct console *out = at->out;
	struct console_splat *s;

	at->open = false;
	if (out->count >= CONSOLE_SPLATS_MAX)
		return;
	out->splats = buf_grow(out->splats, out->count, &out->cap, sizeof(*out->splats));
	s = &out->splats[out->count++];
	*s = (struct console_splat){
		.text = console_text(p, end),
		.abi = buf_strdup(out->abi),
		.program = buf_strdup(out->program),
		.name = buf_strdup(out->name),
	};
	at->open = true;
	at->envelope = at->cut;
	at->known = known;
	at->ruled = at->rule;
	at->lines = 0;
	console_more(at, p, end);
}

/* A message of a kernel that has booted, none of ours. */
static void console_say(struct console_at *at, const char *p, const char *end)
{
	size_t i = console_kind(p, end);
	bool known = i < CONSOLE_SPLATS, rule = console_starts(p, end, CONSOLE_RULE);

	if (known && at->slow && console_splats[i].kind == CONSOLE_TIMING) {
		at->open = at->cut = at->rule = false;
		return;
	}
	if (console_starts(p, end, CONSOLE_CUT)) {
		/* "list_del corruption" is said in front of its own. */
		at->envelope = at->open = at->open && !at->envelope && at->lines == 1;
		at->cut = !at->open;
		at->rule = false;
		return;
	}
	/* What "cut here" announces is said in words. */
	if ((at->cut && p < end) || (known && !(at->open && (at->envelope ||
						console_splats[i].kind == CONSOLE_MORE)))) {
		console_begin(at, p, end, known);
	} else if (at->open) {
		struct console_splat *s = &at->out->splats[at->out->count - 1];

		/* WARN with words of its own says these first, and then where. */
		if (known && !at->known) {
			char *both = buf_asprintf("%.*s: %s", (int)(end - p), p, s->text);

			console_set(&s->text, both);
			at->known = true;
		}
		console_more(at, p, end);
		if (console_starts(p, end, CONSOLE_TRACE_END) || (at->ruled && rule))
			at->open = false;
	}
	at->cut = false;
	at->rule = rule;
}

static void console_message(struct console_at *at, const char *p, const char *end)
{
	struct console *out = at->out;

	if (console_starts(p, end, "KT-BOOT ")) {
		out->booted = true;
	} else if (console_starts(p, end, "KT-DONE")) {
		out->done = true;
		at->open = at->cut = at->rule = false;
	} else if (console_starts(p, end, "KT-PROG ")) {
		p += strlen("KT-PROG ");
		console_set(&out->abi, console_word(&p, end));
		console_set(&out->program, console_word(&p, end));
		console_set(&out->name, console_word(&p, end));
		at->open = at->cut = at->rule = false;
	} else if (out->booted) {
		/* What a kernel says while it starts is about the emulated machine. */
		console_say(at, p, end);
	}
}

void console_parse(const void *bytes, size_t len, bool slow, struct console *out)
{
	const char *p = bytes, *all_end = p + len;

	struct console_at at = {.out = out, .slow = slow};

	*out = (struct console){
		.abi = buf_strdup(""), .program = buf_strdup(""), .name = buf_strdup(""),
	};
	while (p < all_end) {
		const char *nl = memchr(p, '\n', (size_t)(all_end - p));
		const char *end = nl ? nl : all_end;
		const char *next = nl ? nl + 1 : all_end, *message = NULL;

		while (end > p && end[-1] == '\r')
			end--;
		for (; p < end && !message; p++)
			message = console_stamp(p, end);
		if (message)
			console_message(&at, message, end);
		p = next;
	}
}

void console_free(struct console *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->splats[i].text);
		free(c->splats[i].abi);
		free(c->splats[i].program);
		free(c->splats[i].name);
		buf_free(&c->splats[i].output);
	}
	free(c->splats);
	free(c->abi);
	free(c->program);
	free(c->name);
	*c = (struct console){0};
}
