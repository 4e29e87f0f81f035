/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.c - finds markers and the end of a kernel in a console. Test results are
 * none of its business. A marker counts only where printk puts it, behind
 * "[ 1.23] " at the start of a line: a test that prints the same text cannot end
 * a run. That a guest has booted ends nothing, and may stand behind what a program
 * left without a newline.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "harness/boot/watch.h"

/* What stands behind printk's time stamp, or NULL where there is none. */
static const char *printk_text(const char *line)
{
	const char *p = line;

	/* "<4>" where the console shows levels */
	if (*p == '<' && isdigit((unsigned char)p[1]) && p[2] == '>')
		p += 3;
	if (*p++ != '[')
		return NULL;
	p += strspn(p, " ");
	if (!isdigit((unsigned char)*p))
		return NULL;
	p += strspn(p, "0123456789.");
	if (*p++ != ']')
		return NULL;
	/* "[    T1] " where it shows the caller */
	p += strspn(p, " ");
	if (*p == '[') {
		const char *end = strchr(p, ']');

		if (!end)
			return NULL;
		p = end + 1;
		p += strspn(p, " ");
	}
	return p;
}

/* The markers are one word and at most one argument. */
static const char *marker(const char *text, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(text, name, len) != 0)
		return NULL;
	if (text[len] == '\0')
		return text + len;
	return text[len] == ' ' ? text + len + 1 : NULL;
}

static void watch_boot(struct watch *w)
{
	for (const char *at = strchr(w->line, '['); at && !w->booted; at = strchr(at + 1, '[')) {
		const char *text = printk_text(at), *arg = text ? marker(text, "KT-BOOT") : NULL;

		if (!arg)
			continue;
		w->booted = true;
		snprintf(w->release, sizeof(w->release), "%.*s", (int)strcspn(arg, " "), arg);
	}
}

static void watch_line(struct watch *w)
{
	const char *text = printk_text(w->line);

	watch_boot(w);
	if (!text)
		return;
	if (marker(text, "KT-DONE"))
		w->done = true;
	/* With a part of its files a guest would run a part of the tests. */
	if (!w->panicked && (strncmp(text, "Kernel panic - not syncing", 26) == 0 ||
			     strncmp(text, "Initramfs unpacking failed", 26) == 0)) {
		w->panicked = true;
		snprintf(w->words, sizeof(w->words), "%s", text);
	}
}

void watch_feed(struct watch *w, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			w->line[w->len] = '\0';
			watch_line(w);
			w->len = 0;
		} else if (bytes[i] != '\r' && bytes[i] != '\0' && w->len < WATCH_LINE_MAX - 1) {
			w->line[w->len++] = bytes[i];
		}
	}
}
