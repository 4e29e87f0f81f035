/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_complete.c - `kmatrix complete WORD...`, for the completion of shells and in
 * no help: what the last word may become, behind the words before it. All of it comes
 * from the tables of verbs, options, kernels, ABIs and contracts: a new line in one of
 * them is completed without a change here or in a shell's file.
 *
 * One candidate a line. ":file" and ":dir" stand for the names that the shell knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run.h"
#include "harness/verbs/cli.h"

#define COMPLETE_TABLE_MAX (4 << 20)

static void complete_offer(const char *word, size_t len, const char *typed)
{
	if (len >= strlen(typed) && !strncmp(word, typed, strlen(typed)))
		printf("%.*s\n", (int)len, word);
}

/* ---- what a word may be, by what it is called ---- */

static void complete_tables(const char *what, const char *typed)
{
	struct tables *t;
	struct why why;

	/* Who has broken his tables hears so from every other verb. */
	if (tables_load(NULL, &t, &why))
		return;
	for (size_t i = 0; *what == 'K' && i < t->nkernels; i++)
		complete_offer(t->kernels[i].id, strlen(t->kernels[i].id), typed);
	for (size_t i = 0; *what == 'A' && i < t->nabis; i++)
		complete_offer(t->abis[i].id, strlen(t->abis[i].id), typed);
	tables_free(t);
}

/* The contracts, and up to the next dot their areas: "ptrace.seize." */
static void complete_contracts(const char *typed)
{
	static const char *const places[] = {"contracts.tsv", "../kernel-tests/contracts.tsv"};
	char *dir = run_datadir();
	struct buf text = {0};

	for (size_t i = 0; i < 2 && !text.len; i++) {
		char *path = buf_asprintf("%s/%s", dir, places[i]);

		buf_read_file(&text, path, COMPLETE_TABLE_MAX);
		free(path);
	}
	for (const char *p = text.p ? strchr(text.p, '\n') : NULL; p && p[1];
	     p = strchr(p + 1, '\n'))
		complete_offer(p + 1, strcspn(p + 1, "\t\n"), typed);
	buf_free(&text);
	free(dir);
}

/* "ID", "[KERNEL]...", "STORE|KERNEL": each of its names. */
static void complete_kind(const char *names, const char *typed)
{
	static const struct {
		const char *name, *is;
	} kinds[] = {
		{"ID", "K"},	   {"KERNEL", "K"}, {"ABI", "A"},      {"PATTERN", "C"},
		{"TEST", "C"},	   {"CONTRACT", "C"}, {"DIR", ":dir"}, {"FILE", ":file"},
		{"STORE", ":file"}, {"PATH", ":file"}, {"IMAGE", ":file"},
	};

	while (*names) {
		size_t len = strspn(names, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			if (strlen(kinds[i].name) != len || strncmp(kinds[i].name, names, len))
				continue;
			if (*kinds[i].is == 'C')
				complete_contracts(typed);
			else if (*kinds[i].is == ':')
				puts(kinds[i].is);
			else
				complete_tables(kinds[i].is, typed);
		}
		names += len ? len : 1;
	}
}

/*
 * An option of a few words says them in its help, at the end and behind a colon if
 * there is more: "who runs them: root or nobody". Whether this is one.
 */
static bool complete_words(const char *help, const char *typed, bool offer)
{
	const char *p = strstr(help, ": ");
	size_t count = 0;
	bool last = false;

	for (p = p ? p + 2 : help; *p;) {
		size_t len = strcspn(p, " ,");

		count++;
		if (offer)
			complete_offer(p, len, typed);
		if (last || !p[len] || len == 0)
			return count > 1 && last && len && (!p[len] || !strncmp(p + len, " (", 2));
		p += len;
		if (!strncmp(p, ", ", 2)) {
			p += 2;
		} else if (!strncmp(p, " or ", 4)) {
			p += 4;
			last = true;
		} else {
			return false;
		}
	}
	return false;
}

static void complete_value(const struct cli_option *o, const char *typed)
{
	if (complete_words(o->help, typed, false))
		complete_words(o->help, typed, true);
	else
		complete_kind(o->arg, typed);
}

/* ---- where the last word stands ---- */

/* The option of a verb that this word is, if it takes the next word as its argument. */
static const struct cli_option *complete_option(const struct cli_verb *verb, const char *word)
{
	size_t len = strlen(word);

	for (const struct cli_option *o = verb->options; o->name; o++) {
		if (!o->arg)
			continue;
		if (!strncmp(word, "--", 2) && !strcmp(word + 2, o->name))
			return o;
		if (len > 1 && word[0] == '-' && word[1] != '-' && word[len - 1] == o->code)
			return o;
	}
	return NULL;
}

static void complete_verb(const struct cli_verb *verb, char **words, size_t count)
{
	const char *typed = words[count - 1], *before = count > 1 ? words[count - 2] : "";
	const struct cli_option *o;

	/* bash makes three words of "--kernel=x". */
	if (!strcmp(typed, "="))
		typed = "";
	else if (!strcmp(before, "=") && count > 2)
		before = words[count - 3];
	o = complete_option(verb, before);
	if (o) {
		complete_value(o, typed);
	} else if (*typed == '-') {
		for (o = verb->options; o->name; o++) {
			char *name = buf_asprintf("--%s", o->name);

			complete_offer(name, strlen(name), typed);
			free(name);
		}
		complete_offer("--help", 6, typed);
	} else if (verb->words) {
		complete_kind(verb->words, typed);
	}
}

static int complete_main(const struct cli_verb *self, int argc, char **argv)
{
	size_t count = argc > 0 ? (size_t)argc - 1 : 0;
	char **words = argv + 1;

	(void)self;
	if (count == 2 && !strcmp(words[0], "--tables")) {
		puts(":dir");
		return CLI_OK;
	}
	if (count > 2 && !strcmp(words[0], "--tables")) {
		setenv("BELAY_TABLES", words[1], 1);
		words += 2;
		count -= 2;
	}
	for (const struct cli_verb *const *v = kmatrix_verbs; count && *v; v++) {
		if (count == 1 && (*v)->summary)
			complete_offer((*v)->name, strlen((*v)->name), words[0]);
		else if (count > 1 && !strcmp(words[0], (*v)->name))
			complete_verb(*v, words, count);
	}
	for (size_t i = 0; count == 1 && i < 3; i++) {
		static const char *const general[] = {"--help", "--tables", "--version"};

		if (*words[0] == '-')
			complete_offer(general[i], strlen(general[i]), words[0]);
	}
	return fflush(stdout) || ferror(stdout) ? CLI_INFRASTRUCTURE : CLI_OK;
}

static const struct cli_option complete_options[] = {{0}};

const struct cli_verb verb_complete = {
	.name = "complete",
	.words = "WORD...",
	.options = complete_options,
	.run = complete_main,
};
