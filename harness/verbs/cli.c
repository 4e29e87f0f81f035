/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cli.c - options, messages and help. It knows no verb.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/base/word.h"
#include "harness/verbs/cli.h"

int cli_error(const char *fmt, ...)
{
	va_list ap;

	fputs("kmatrix: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return CLI_INFRASTRUCTURE;
}

int cli_failed(const struct why *why)
{
	struct buf line = {0};
	int rc;

	report_safe(&line, why->text);
	rc = cli_error("%s", line.p ? line.p : "");
	buf_free(&line);
	return rc;
}

int cli_unknown(const char *what, const char *given, const char *const *words, size_t count)
{
	const char *nearest = word_nearest(given, words, count);
	struct buf valid = {0};

	if (nearest)
		return cli_error("unknown %s '%s'; did you mean '%s'?", what, given, nearest);
	for (size_t i = 0; i < count; i++)
		buf_printf(&valid, "%s%s", i ? ", " : "", words[i]);
	cli_error("unknown %s '%s'; valid: %s", what, given, valid.p ? valid.p : "none");
	buf_free(&valid);
	return CLI_INFRASTRUCTURE;
}

int cli_help(const struct cli_verb *verb)
{
	printf("usage: kmatrix %s [OPTION]...%s%s\n%s.\n\n", verb->name, verb->words ? " " : "",
	       verb->words ? verb->words : "", verb->summary);
	for (const struct cli_option *o = verb->options; o->name; o++) {
		struct buf left = {0};

		if (o->code < 256)
			buf_printf(&left, "-%c, ", o->code);
		else
			buf_puts(&left, "    ");
		buf_printf(&left, "--%s %s", o->name, o->arg ? o->arg : "");

		printf("  %-24s  %s\n", left.p, o->help);
		buf_free(&left);
	}
	printf("  %-24s  %s\n\nkmatrix(1) has the rest.\n", "-h, --help", "this text");
	return cli_write(&(struct buf){0}, CLI_HELP) == CLI_HELP ? CLI_HELP : CLI_BAD;
}

void cli_list_add(struct cli_list *l, const char *word)
{
	l->v = buf_grow(l->v, l->count + 1, &l->cap, sizeof(*l->v));
	l->v[l->count++] = word;
	l->v[l->count] = NULL;
}

static int cli_unknown_option(const struct cli_verb *verb, const char *given)
{
	char *name = buf_asprintf("--%.*s", (int)strcspn(given, "="), given);
	struct cli_list words = {0};

	cli_list_add(&words, "--help");
	for (const struct cli_option *o = verb->options; o->name; o++)
		cli_list_add(&words, buf_asprintf("--%s", o->name));
	cli_unknown("option", name, words.v, words.count);
	for (size_t i = 1; i < words.count; i++)
		free((void *)(uintptr_t)words.v[i]);
	free(words.v);
	free(name);
	return CLI_BAD;
}

static int cli_next_long(struct cli *c, const struct cli_verb *verb, const char *word,
			 const char **value)
{
	size_t len = strcspn(word, "=");
	const struct cli_option *o = verb->options;

	if (!strcmp(word, "help"))
		return cli_help(verb);
	while (o->name && (strlen(o->name) != len || strncmp(o->name, word, len)))
		o++;
	if (!o->name)
		return cli_unknown_option(verb, word);
	if (!o->arg && word[len]) {
		cli_error("option --%s takes no argument", o->name);
		return CLI_BAD;
	}
	if (o->arg) {
		*value = word[len] ? word + len + 1 : *c->argv ? *c->argv++ : NULL;
		if (!*value) {
			cli_error("option --%s needs %s", o->name, o->arg);
			return CLI_BAD;
		}
	}
	return o->code;
}

static int cli_next_letter(struct cli *c, const struct cli_verb *verb, const char **value)
{
	char letter = *c->group++;
	const struct cli_option *o = verb->options;

	if (letter == 'h')
		return cli_help(verb);
	while (o->name && o->code != letter)
		o++;
	if (!o->name) {
		cli_error("unknown option -%c; kmatrix %s --help lists them", letter, verb->name);
		return CLI_BAD;
	}
	if (o->arg) {
		*value = *c->group ? c->group : *c->argv ? *c->argv++ : NULL;
		c->group = NULL;
		if (!*value) {
			cli_error("option -%c needs %s", letter, o->arg);
			return CLI_BAD;
		}
	}
	return o->code;
}

int cli_next(struct cli *c, const struct cli_verb *verb, const char **value)
{
	const char *word;

	if (c->group && *c->group)
		return cli_next_letter(c, verb, value);
	word = *c->argv;
	if (!word)
		return CLI_END;
	c->argv++;
	if (!c->only_words && word[0] == '-' && word[1] == '-' && word[2])
		return cli_next_long(c, verb, word + 2, value);
	if (!c->only_words && word[0] == '-' && word[1] && word[1] != '-') {
		c->group = word + 1;
		return cli_next_letter(c, verb, value);
	}
	if (verb->words && !c->only_words && !strcmp(word, "--")) {
		c->only_words = true;
		return cli_next(c, verb, value);
	}
	if (verb->words) {
		*value = word;
		return CLI_WORD;
	}
	cli_error("kmatrix %s takes no word '%s'; kmatrix %s --help lists its options",
		  verb->name, word, verb->name);
	return CLI_BAD;
}

int cli_number(const char *option, const char *value, unsigned min, unsigned max, unsigned *out)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (errno || *end || value[0] < '0' || value[0] > '9' || n < min || n > max) {
		cli_error("--%s '%s' is no number from %u to %u", option, value, min, max);
		return CLI_BAD;
	}
	*out = (unsigned)n;
	return 0;
}

/* https://no-color.org: set and not empty means none. */
static bool cli_color_wanted(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && !(term && !strcmp(term, "dumb"));
}

int cli_style(const char *color, struct report_style *out)
{
	static const char *const words[] = {"auto", "always", "never"};
	const char *columns = getenv("COLUMNS");
	struct report_style style = {.width = 80};
	struct winsize size;

	if (!color || !strcmp(color, "auto")) {
		style.color = cli_color_wanted();
	} else if (!strcmp(color, "always")) {
		style.color = true;
	} else if (strcmp(color, "never")) {
		cli_unknown("--color", color, words, 3);
		return CLI_BAD;
	}
	if (columns && atoi(columns) > 0)
		style.width = (unsigned)atoi(columns);
	else if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col > 0)
		style.width = size.ws_col;
	if (style.width < 40)
		style.width = 40;
	out->color = style.color;
	out->width = style.width;
	return 0;
}

int cli_write(const struct buf *text, int verdict)
{
	if (text->len)
		fwrite(text->p, 1, text->len, stdout);
	if (fflush(stdout) || ferror(stdout))
		return cli_error("cannot write to standard output: %s", strerror(errno));
	return verdict;
}
