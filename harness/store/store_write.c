/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_write.c - runs and cells into the store. It keeps what it is given and judges
 * nothing.
 */
#include <stdlib.h>
#include <time.h>

#include "harness/base/buf.h"
#include "harness/store/store_db.h"

int store_begin(struct store *s, const char *command, const char *asked, int64_t *run,
		struct why *why)
{
	sqlite3_stmt *st;

	if (store_prepare(s, &st, "INSERT INTO runs (command, belay_version, started, asked)"
			  " VALUES (?, ?, ?, ?)", "ssis", command, PACKAGE_VERSION,
			  (int64_t)time(NULL), asked ? asked : "") ||
	    store_finish(st))
		return store_fail(s, why, "cannot be written");
	*run = sqlite3_last_insert_rowid(s->db);
	return 0;
}

int store_end(struct store *s, int64_t run, struct why *why)
{
	sqlite3_stmt *st;

	if (store_prepare(s, &st, "UPDATE runs SET ended = ? WHERE run_id = ?", "ii",
			  (int64_t)time(NULL), run) ||
	    store_finish(st))
		return store_fail(s, why, "cannot be written");
	return 0;
}

static int store_put_cell(struct store *s, int64_t run, struct cell *c, int64_t *id)
{
	sqlite3_stmt *st;
	int rc;

	if (c->id)
		rc = store_prepare(s, &st, "UPDATE cells SET kernel = ?, abi = ?, version = ?,"
				   " accel = ?, qemu = ?, user = ? WHERE cell_id = ?", "ssssssi",
				   c->kernel, c->abi, c->version, c->accel, c->qemu, c->user,
				   c->id);
	else
		rc = store_prepare(s, &st, "INSERT INTO cells (kernel, abi, version, accel, qemu,"
				   " user, run_id) VALUES (?, ?, ?, ?, ?, ?, ?)", "ssssssi",
				   c->kernel, c->abi, c->version, c->accel, c->qemu, c->user, run);
	if (rc || (rc = store_finish(st)))
		return rc;
	*id = c->id ? c->id : sqlite3_last_insert_rowid(s->db);
	rc = store_prepare(s, &st, "DELETE FROM results WHERE cell_id = ?", "i", *id);
	if (rc || (rc = store_finish(st)))
		return rc;
	for (size_t i = 0; i < c->results.count; i++) {
		const struct result *r = &c->results.v[i];

		rc = store_prepare(s, &st, "INSERT INTO results (cell_id, program, name, contract,"
				   " status, reason, us, output, attempts)"
				   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
				   "isssssibi", *id, r->program, r->name, r->contract,
				   status_word(r->status), r->reason, r->us, (void *)r->output,
				   r->output_len, (int64_t)r->attempts);
		if (rc || (rc = store_finish(st)))
			return rc;
	}
	return SQLITE_OK;
}

int store_put(struct store *s, int64_t run, struct cell *cells, size_t count, struct why *why)
{
	int64_t *ids = buf_realloc(NULL, count, sizeof(*ids));
	int err;

	pthread_mutex_lock(&s->lock);
	err = store_exec(s, "BEGIN IMMEDIATE", "cannot be written", why);
	for (size_t i = 0; i < count && !err; i++)
		if (store_put_cell(s, run, &cells[i], &ids[i]))
			err = store_fail(s, why, "cannot be written");
	if (!err)
		err = store_exec(s, "COMMIT", "cannot be written", why);
	if (err && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	pthread_mutex_unlock(&s->lock);
	for (size_t i = 0; i < count && !err; i++)
		cells[i].id = ids[i];
	free(ids);
	return err;
}

static int store_add_reliance(struct store *s, int64_t run, const struct reliance *r)
{
	sqlite3_stmt *st;
	int rc = store_prepare(s, &st, "INSERT INTO relies (run_id, what, kind, part, optional,"
			       " contract, abis, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			       "isssisss", run, r->what, r->kind, r->part, (int64_t)r->optional,
			       r->contract, r->abis, r->why);

	return rc ? rc : store_finish(st);
}

int store_put_relies(struct store *s, int64_t run, const struct relies *relies, struct why *why)
{
	sqlite3_stmt *st;
	int err;

	pthread_mutex_lock(&s->lock);
	err = store_exec(s, "BEGIN IMMEDIATE", "cannot be written", why);
	if (!err && (store_prepare(s, &st, "DELETE FROM relies WHERE run_id = ?", "i", run) ||
		     store_finish(st)))
		err = store_fail(s, why, "cannot be written");
	for (size_t i = 0; i < relies->count && !err; i++)
		if (store_add_reliance(s, run, &relies->v[i]))
			err = store_fail(s, why, "cannot be written");
	if (!err)
		err = store_exec(s, "COMMIT", "cannot be written", why);
	if (err && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	pthread_mutex_unlock(&s->lock);
	return err;
}

int store_add_run(struct store *s, struct store_run *run, struct why *why)
{
	sqlite3_stmt *st;

	if (store_prepare(s, &st, "INSERT INTO runs (command, belay_version, started, asked)"
			  " VALUES (?, ?, ?, ?)", "ssis", run->command, run->belay_version,
			  run->started, run->asked) ||
	    store_finish(st))
		return store_fail(s, why, "cannot be written");
	run->id = sqlite3_last_insert_rowid(s->db);
	if (run->ended && (store_prepare(s, &st, "UPDATE runs SET ended = ? WHERE run_id = ?", "ii",
					 run->finished, run->id) ||
			   store_finish(st)))
		return store_fail(s, why, "cannot be written");
	if (run->relies.count) {
		int err = store_put_relies(s, run->id, &run->relies, why);

		if (err)
			return err;
	}
	return store_put(s, run->id, run->cells, run->count, why);
}
