/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - markers and splats in a console log. printk and the guest's
 * programs write to it side by side, so a kernel line may begin in the middle of a
 * line; it is known by its time stamp, and text without one is nobody's word.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/buf.h"
#include "harness/console.h"

#define CONSOLE_SPLATS_MAX 50 /* more say nothing new */

/* How a message begins that the kernel writes only when it is in trouble. */
static const struct {
	const char *start;
	bool timing; /* a matter of speed */
} console_splats[] = {
	{"BUG: soft lockup", true},
	{"BUG: workqueue lockup", true},
	{"BUG: ", false},
	{"INFO: rcu_", true},
	{"INFO: task ", true},
	{"Internal error: ", false},
	{"KASAN: ", false},
	{"KCSAN: ", false},
	{"KFENCE: ", false},
	{"Oops", false},
	{"UBSAN: ", false},
	{"Unable to handle kernel ", false},
	{"WARNING: possible ", false}, /* lockdep */
	{"WARNING: suspicious RCU usage", false},
	{"WARNING: CPU: ", false},
	{"WARNING: ", false},
	{"general protection fault, ", false},
	{"general protection fault: ", false},
	{"kernel BUG at ", false},
	{"list_add corruption", false},
	{"list_del corruption", false},
	{"refcount_t: ", false},
	{"stack segment: ", false},
	{"unregister_netdevice: waiting for ", true},
	{"watchdog: BUG: ", true},
	{"rcu: INFO: ", true},
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

static void console_splat(struct console *out, const char *p, const char *end, bool slow)
{
	size_t i, n = sizeof(console_splats) / sizeof(console_splats[0]);
	struct console_splat *s;

	for (i = 0; i < n && !console_starts(p, end, console_splats[i].start); i++)
		;
	if (i == n || (slow && console_splats[i].timing) || out->count >= CONSOLE_SPLATS_MAX)
		return;
	out->splats = buf_grow(out->splats, out->count, &out->cap, sizeof(*out->splats));
	s = &out->splats[out->count++];
	s->text = buf_strndup(p, (size_t)(end - p));
	s->abi = buf_strdup(out->abi);
	s->program = buf_strdup(out->program);
}

static void console_message(struct console *out, const char *p, const char *end, bool slow)
{
	if (console_starts(p, end, "KT-BOOT ")) {
		out->booted = true;
	} else if (console_starts(p, end, "KT-DONE")) {
		out->done = true;
	} else if (console_starts(p, end, "KT-PROG ")) {
		p += strlen("KT-PROG ");
		free(out->abi);
		free(out->program);
		out->abi = console_word(&p, end);
		out->program = console_word(&p, end);
	} else if (out->booted) {
		/* What a kernel says while it starts is about the emulated machine. */
		console_splat(out, p, end, slow);
	}
}

void console_parse(const void *bytes, size_t len, bool slow, struct console *out)
{
	const char *p = bytes, *all_end = p + len;

	*out = (struct console){.abi = buf_strdup(""), .program = buf_strdup("")};
	while (p < all_end) {
		const char *nl = memchr(p, '\n', (size_t)(all_end - p));
		const char *end = nl ? nl : all_end;
		const char *next = nl ? nl + 1 : all_end, *message = NULL;

		while (end > p && end[-1] == '\r')
			end--;
		for (; p < end && !message; p++)
			message = console_stamp(p, end);
		if (message)
			console_message(out, message, end, slow);
		p = next;
	}
}

void console_free(struct console *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->splats[i].text);
		free(c->splats[i].abi);
		free(c->splats[i].program);
	}
	free(c->splats);
	free(c->abi);
	free(c->program);
	*c = (struct console){0};
}
