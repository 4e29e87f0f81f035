/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_read.c - runs and cells out of the store. Words that were damaged on the way
 * are never read as a pass.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/store/store_db.h"

static const char *store_text(sqlite3_stmt *st, int column)
{
	const unsigned char *text = sqlite3_column_text(st, column);

	return text ? (const char *)text : "";
}

static int store_load_results(struct store *s, struct cell *c, size_t *unknown)
{
	sqlite3_stmt *st;
	int rc = store_prepare(s, &st, "SELECT program, name, contract, status, reason, us, output,"
			       " attempts FROM results WHERE cell_id = ? ORDER BY program, name",
			       "i", c->id);

	if (rc)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		/* A word that is none is damage, and damage is never a pass. */
		enum status status = STATUS_LOST;
		bool known = !status_parse(store_text(st, 3), &status);
		struct result *r = results_add(&c->results, store_text(st, 0), store_text(st, 1),
					       store_text(st, 2), status,
					       known ? store_text(st, 4) : "unknown status word");
		const void *bytes = sqlite3_column_blob(st, 6);
		int attempts = sqlite3_column_int(st, 7);

		*unknown += !known;
		r->us = sqlite3_column_int64(st, 5);
		r->attempts = attempts > 0 ? (unsigned)attempts : 1;
		if (bytes)
			result_set_output(r, bytes, (size_t)sqlite3_column_bytes(st, 6));
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int store_load_cells(struct store *s, struct store_run *run, bool results)
{
	sqlite3_stmt *st;
	size_t cap = 0;
	int rc = store_prepare(s, &st, "SELECT cell_id, kernel, abi, version, accel, qemu, user"
			       " FROM cells WHERE run_id = ? ORDER BY cell_id", "i", run->id);

	if (rc)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct cell *c;

		run->cells = buf_grow(run->cells, run->count, &cap, sizeof(*run->cells));
		c = &run->cells[run->count++];
		cell_init(c, store_text(st, 1), store_text(st, 2));
		c->id = sqlite3_column_int64(st, 0);
		cell_set(&c->version, store_text(st, 3));
		cell_set(&c->accel, store_text(st, 4));
		cell_set(&c->qemu, store_text(st, 5));
		cell_set(&c->user, store_text(st, 6));
		rc = results ? store_load_results(s, c, &run->unknown) : SQLITE_OK;
		if (rc)
			break;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int store_load_relies(struct store *s, struct store_run *run)
{
	sqlite3_stmt *st;
	int rc = store_prepare(s, &st, "SELECT what, kind, part, optional, contract, abis, why"
			       " FROM relies WHERE run_id = ? ORDER BY rowid", "i", run->id);

	if (rc)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		relies_add(&run->relies, store_text(st, 0), store_text(st, 1), store_text(st, 2),
			   sqlite3_column_int(st, 3) != 0, store_text(st, 4), store_text(st, 5),
			   store_text(st, 6));
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The columns of a run, as store_take_run() takes them. */
#define STORE_RUN_COLUMNS "run_id, command, asked, belay_version, started, ended"

static void store_take_run(sqlite3_stmt *st, struct store_run *out)
{
	*out = (struct store_run){
		.id = sqlite3_column_int64(st, 0),
		.command = buf_strdup(store_text(st, 1)),
		.asked = buf_strdup(store_text(st, 2)),
		.belay_version = buf_strdup(store_text(st, 3)),
		.started = sqlite3_column_int64(st, 4),
		.finished = sqlite3_column_int64(st, 5),
		.ended = sqlite3_column_type(st, 5) != SQLITE_NULL,
	};
}

/* That there is no such run: which there are. */
static int store_no_run(struct store *s, int64_t run, struct why *why)
{
	struct store_entry *entries;
	size_t count;
	int err = store_runs(s, &entries, &count, why);

	if (err)
		return err;
	if (!count)
		err = why_set(why, ENODATA, "store '%s' holds no run", s->path);
	else
		err = why_set(why, ENOENT, "store '%s' has no run %lld: %s%lld to %lld", s->path,
			      (long long)run, count > 1 ? "its runs are " : "it has ",
			      (long long)entries[0].run.id, (long long)entries[count - 1].run.id);
	store_runs_free(entries, count);
	return err;
}

static int store_find_run(struct store *s, int64_t id, struct store_run *out, struct why *why)
{
	sqlite3_stmt *st;
	int rc = store_prepare(s, &st, "SELECT " STORE_RUN_COLUMNS " FROM runs"
			       " WHERE ?1 = 0 OR run_id = ?1 ORDER BY run_id DESC LIMIT 1", "i",
			       id);

	if (rc)
		return store_fail(s, why, "cannot be read");
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		store_take_run(st, out);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : rc == SQLITE_DONE ? -ENOENT : store_fail(s, why,
									    "cannot be read");
}

int store_load(struct store *s, int64_t id, struct store_run *out, struct why *why)
{
	struct store_run run = {0};
	int err = store_exec(s, "BEGIN", "cannot be read", why);

	if (err)
		return err;
	err = store_find_run(s, id, &run, why);
	if (!err && (store_load_cells(s, &run, true) || store_load_relies(s, &run)))
		err = store_fail(s, why, "cannot be read");
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	if (err == -ENOENT)
		err = store_no_run(s, id, why);
	if (err) {
		store_run_free(&run);
		return err;
	}
	*out = run;
	return 0;
}

void store_run_free(struct store_run *r)
{
	for (size_t i = 0; i < r->count; i++)
		cell_free(&r->cells[i]);
	free(r->cells);
	free(r->command);
	free(r->asked);
	free(r->belay_version);
	relies_free(&r->relies);
	*r = (struct store_run){0};
}

/* How many results of the run have each status. */
static int store_count(struct store *s, struct store_entry *e)
{
	sqlite3_stmt *st;
	int rc = store_prepare(s, &st, "SELECT status, count(*) FROM cells JOIN results"
			       " USING (cell_id) WHERE run_id = ? GROUP BY status", "i",
			       e->run.id);

	if (rc)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		enum status status = STATUS_LOST;

		status_parse(store_text(st, 0), &status);
		e->statuses[status] += (size_t)sqlite3_column_int64(st, 1);
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? store_load_cells(s, &e->run, false) : rc;
}

int store_runs(struct store *s, struct store_entry **out, size_t *count, struct why *why)
{
	struct store_entry *entries = NULL;
	size_t n = 0, cap = 0;
	sqlite3_stmt *st = NULL;
	int rc, err = store_exec(s, "BEGIN", "cannot be read", why);

	if (err)
		return err;
	rc = store_prepare(s, &st, "SELECT " STORE_RUN_COLUMNS " FROM runs ORDER BY run_id", "");
	while (!rc && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		entries = buf_grow(entries, n, &cap, sizeof(*entries));
		entries[n] = (struct store_entry){0};
		store_take_run(st, &entries[n].run);
		rc = store_count(s, &entries[n++]);
	}
	if (rc != SQLITE_DONE)
		err = store_fail(s, why, "cannot be read");
	sqlite3_finalize(st);
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	if (err) {
		store_runs_free(entries, n);
		return err;
	}
	*out = entries;
	*count = n;
	return 0;
}

void store_runs_free(struct store_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		store_run_free(&entries[i].run);
	free(entries);
}
