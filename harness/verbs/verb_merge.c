/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_merge.c - `kmatrix merge`: several stores into a new one. The new one appears
 * under its name when it is complete, or not at all; no other is written to. What is
 * one run with what is decided in merge.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/jobs/merge.h"
#include "harness/report/matrix.h"
#include "harness/verbs/cli.h"

#include "harness/run/target.h"

enum { OPT_STORE = 'o', OPT_FORCE = 256, OPT_REPLACE };

static const struct cli_option merge_options[] = {
	{"store", OPT_STORE, "FILE", "the store to make"},
	{"force", OPT_FORCE, NULL, "merge runs of different versions of belay"},
	{"replace", OPT_REPLACE, NULL, "FILE may be there already"},
	{0},
};

struct merge {
	const char *out;
	bool force, replace;
	struct cli_list stores; /* their paths */
	struct cli_list names;	/* for each what its running kernel is called; "": that */
	struct merge_input *in;
	size_t count; /* of them, loaded */
};

/* A signal ends it between two steps: the temporary file is then removed. */
static volatile sig_atomic_t merge_stop;

static void merge_on_signal(int sig)
{
	merge_stop = sig;
}

static void merge_catch_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction sa = {.sa_handler = merge_on_signal};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
}

/* "NAME=STORE": a path that is meant to begin like that is written "./NAME=STORE". */
static void merge_add(struct merge *m, const char *word)
{
	size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789_.@+-");
	bool named = len && word[len] == '=';

	cli_list_add(&m->names, named ? buf_strndup(word, len) : buf_strdup(""));
	cli_list_add(&m->stores, named ? word + len + 1 : word);
}

/* Cells of the machines themselves are told apart by the names that were given. */
static void merge_rename(struct store_run *run, const char *name)
{
	for (size_t i = 0; *name && i < run->count; i++)
		if (!strcmp(run->cells[i].kernel, TARGET_RUNNING))
			cell_set(&run->cells[i].kernel, name);
}

/* That the new store takes nobody's place, and above all not that of one it is made of. */
static int merge_check(const struct merge *m)
{
	struct stat out, st;
	bool there = !stat(m->out, &out);

	if (there && !S_ISREG(out.st_mode))
		return cli_error("-o '%s' is not a regular file", m->out);
	for (size_t i = 0; there && i < m->stores.count; i++)
		if (!stat(m->stores.v[i], &st) && st.st_dev == out.st_dev &&
		    st.st_ino == out.st_ino)
			return cli_error("-o '%s' is one of the stores to merge ('%s'); name "
					 "another file", m->out, m->stores.v[i]);
	if (there && !m->replace)
		return cli_error("-o '%s' is there already; --replace overwrites it", m->out);
	return 0;
}

static int merge_load(struct merge *m, struct why *why)
{
	int err = 0;

	m->in = buf_realloc(NULL, m->stores.count, sizeof(*m->in));
	for (size_t i = 0; i < m->stores.count && !err && !merge_stop; i++) {
		struct merge_input *in = &m->in[i];
		struct store *store;

		in->name = m->stores.v[i];
		err = store_open(in->name, false, &store, why);
		if (err)
			break;
		err = store_load(store, 0, &in->run, why);
		store_close(store);
		if (err)
			break;
		m->count++;
		merge_rename(&in->run, m->names.v[i]);
		if (in->run.unknown)
			err = why_set(why, EUCLEAN, "store '%s' is damaged: the status of %zu results "
				      "is no word that this kmatrix knows; leave it out", in->name,
				      in->run.unknown);
	}
	return err ? err : merge_stop ? -EINTR : 0;
}

/* Make it beside its place, and put it there in one step. */
static int merge_write(const struct merge *m, struct store_run *run, struct why *why)
{
	char *temporary = buf_asprintf("%s.XXXXXX", m->out), *journal;
	int fd = mkostemp(temporary, O_CLOEXEC), err;
	mode_t mask = umask(0);
	struct store *store;

	umask(mask);
	if (fd < 0) {
		err = why_set(why, errno, "cannot make '%s': %s", m->out, strerror(errno));
		free(temporary);
		return err;
	}
	fchmod(fd, 0666 & ~mask);
	close(fd);
	err = store_open(temporary, true, &store, why);
	if (!err) {
		err = store_add_run(store, run, why);
		store_close(store);
	}
	if (!err && merge_stop)
		err = -EINTR;
	if (!err && rename(temporary, m->out))
		err = why_set(why, errno, "cannot make '%s': %s", m->out, strerror(errno));
	if (err) {
		journal = buf_asprintf("%s-journal", temporary);
		unlink(temporary);
		unlink(journal);
		free(journal);
	}
	free(temporary);
	return err;
}

static int merge_tell(const struct merge *m, const struct store_run *run)
{
	struct buf out = {0};
	size_t cases = 0, flaky = 0;
	int rc;

	for (size_t i = 0; i < run->count; i++) {
		cases += run->cells[i].results.count;
		flaky += cell_count(&run->cells[i], STATUS_FLAKY);
	}
	buf_printf(&out, "%s: %zu cell%s, %zu results of %zu store%s", m->out, run->count,
		   run->count == 1 ? "" : "s", cases, m->count, m->count == 1 ? "" : "s");
	if (flaky)
		buf_printf(&out, ", %zu flaky", flaky);
	buf_puts(&out, run->ended ? "\n" : "; not every run had ended\n");
	rc = cli_write(&out, matrix_verdict(run));
	buf_free(&out);
	return rc;
}

static int merge_do(struct merge *m, const struct tables *tables, char **argv)
{
	struct store_run run = {0};
	struct buf command = {0};
	struct why why = {""};
	int rc, err;

	merge_catch_signals();
	err = merge_load(m, &why);
	if (!err)
		err = merge_runs(m->in, m->count, tables, m->force, &run, &why);
	if (!err) {
		buf_puts(&command, "kmatrix");
		for (; *argv; argv++)
			buf_printf(&command, " %s", *argv);
		free(run.command);
		run.command = command.p;
		err = merge_write(m, &run, &why);
	}
	if (merge_stop)
		rc = cli_error("stopped by a signal (%s); '%s' was not made",
			       strsignal(merge_stop), m->out);
	else
		rc = err ? cli_failed(&why) : merge_tell(m, &run);
	store_run_free(&run);
	return rc;
}

static int merge_main(const struct cli_verb *self, int argc, char **argv)
{
	struct cli cli = {.argv = argv + 1};
	struct merge m = {0};
	const char *value = NULL;
	struct tables *tables = NULL;
	struct why why;
	int opt, rc;

	(void)argc;
	while ((opt = cli_next(&cli, self, &value)) > CLI_END) {
		if (opt == OPT_STORE)
			m.out = value;
		else if (opt == OPT_FORCE)
			m.force = true;
		else if (opt == OPT_REPLACE)
			m.replace = true;
		else if (opt == CLI_WORD)
			merge_add(&m, value);
	}
	if (opt == CLI_HELP)
		return CLI_OK;
	if (opt == CLI_BAD)
		rc = CLI_INFRASTRUCTURE;
	else if (!m.out)
		rc = cli_error("-o FILE is missing: where the merged store goes");
	else if (!m.stores.count)
		rc = cli_error("no store to merge; kmatrix merge -o FILE STORE...");
	else
		rc = merge_check(&m);
	if (!rc && tables_load(NULL, &tables, &why))
		rc = cli_failed(&why);
	if (!rc)
		rc = merge_do(&m, tables, argv);
	if (tables)
		tables_free(tables);
	for (size_t i = 0; i < m.count; i++)
		store_run_free(&m.in[i].run);
	free(m.in);
	for (size_t i = 0; i < m.names.count; i++)
		free((void *)(uintptr_t)m.names.v[i]);
	free(m.names.v);
	free(m.stores.v);
	return rc;
}

const struct cli_verb verb_merge = {
	.name = "merge",
	.summary = "Join stores that were filled apart into one",
	.words = "[NAME=]STORE...",
	.options = merge_options,
	.run = merge_main,
};
