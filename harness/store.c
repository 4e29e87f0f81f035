/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.c - the result store in SQLite. It keeps what it is given and judges
 * nothing; words go in as they are and are checked when they come out.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "harness/buf.h"
#include "harness/store.h"

#define STORE_APPLICATION 0x6b6d7478 /* "kmtx" in SQLite's application_id */
#define STORE_STR(x) #x
#define STORE_XSTR(x) STORE_STR(x)

static const char store_schema[] =
	"CREATE TABLE runs (run_id INTEGER PRIMARY KEY, command TEXT NOT NULL,"
	" belay_version TEXT NOT NULL, started INTEGER NOT NULL," /* seconds since 1970 */
	" ended INTEGER);"
	"CREATE TABLE cells (cell_id INTEGER PRIMARY KEY,"
	" run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
	" kernel TEXT NOT NULL, abi TEXT NOT NULL, version TEXT NOT NULL, accel TEXT NOT NULL,"
	" qemu TEXT NOT NULL, user TEXT NOT NULL,"
	" UNIQUE (run_id, kernel, abi, user));"
	"CREATE TABLE results (cell_id INTEGER NOT NULL REFERENCES cells ON DELETE CASCADE,"
	" program TEXT NOT NULL, name TEXT NOT NULL, contract TEXT NOT NULL,"
	" status TEXT NOT NULL, reason TEXT NOT NULL, us INTEGER, output BLOB,"
	" PRIMARY KEY (cell_id, program, name)) WITHOUT ROWID;"
	"PRAGMA user_version = " STORE_XSTR(STORE_VERSION) ";";

struct store {
	sqlite3 *db;
	char *path;
	pthread_mutex_t lock; /* a transaction belongs to one thread */
};

static int store_fail(struct store *s, struct why *why, const char *what)
{
	int code = s->db ? sqlite3_errcode(s->db) : SQLITE_NOMEM;

	snprintf(why->text, sizeof(why->text), "store '%s': %s: %s", s->path, what,
		 s->db ? sqlite3_errmsg(s->db) : "out of memory");
	return code == SQLITE_FULL ? -ENOSPC : code == SQLITE_BUSY ? -EBUSY : -EIO;
}

static int store_exec(struct store *s, const char *sql, const char *what, struct why *why)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
								       : store_fail(s, why, what);
}

static int store_pragma(struct store *s, const char *sql, int *out)
{
	sqlite3_stmt *st;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* That the file is a store of ours, and one that we can read. */
static int store_check(struct store *s, bool write, struct why *why)
{
	int app = 0, version = 0, tables = 0;

	if (store_pragma(s, "PRAGMA application_id", &app) ||
	    store_pragma(s, "PRAGMA user_version", &version) ||
	    store_pragma(s, "SELECT count(*) FROM sqlite_master", &tables))
		return store_fail(s, why, "not a result store of kmatrix");
	if (write && !app && !version && !tables) {
		char *sql = buf_asprintf("BEGIN IMMEDIATE; PRAGMA application_id = %d; %s COMMIT;",
					 STORE_APPLICATION, store_schema);
		int err = store_exec(s, sql, "cannot be made", why);

		free(sql);
		return err;
	}
	if (app != STORE_APPLICATION || version < 1) {
		snprintf(why->text, sizeof(why->text),
			 "store '%s' is not a result store of kmatrix; name another file", s->path);
		return -EINVAL;
	}
	if (version > STORE_VERSION) {
		snprintf(why->text, sizeof(why->text),
			 "store '%s' was written by a newer kmatrix (format %d, this one knows up "
			 "to %d)",
			 s->path, version, STORE_VERSION);
		return -EPROTONOSUPPORT;
	}
	return 0;
}

int store_open(const char *path, bool write, struct store **out, struct why *why)
{
	int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	struct store *s = buf_realloc(NULL, 1, sizeof(*s));
	struct stat st;
	int err = 0;

	*s = (struct store){.path = buf_strdup(path)};
	pthread_mutex_init(&s->lock, NULL);
	if (stat(path, &st) ? !write || errno != ENOENT : !S_ISREG(st.st_mode)) {
		err = stat(path, &st) ? -errno : -EINVAL;
		snprintf(why->text, sizeof(why->text), "store '%s': %s%s", path,
			 err == -EINVAL ? "not a regular file" : strerror(-err),
			 err == -ENOENT ? "; `kmatrix run` makes one" : "");
	} else if (sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
		   SQLITE_OK) {
		err = store_fail(s, why, "cannot be opened");
	} else {
		/* A `kmatrix report` may be reading while a run writes. */
		sqlite3_busy_timeout(s->db, 30000);
		err = store_check(s, write, why);
		if (!err)
			err = store_exec(s, "PRAGMA foreign_keys = ON", "cannot be used", why);
	}
	if (err) {
		store_close(s);
		return err;
	}
	*out = s;
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	sqlite3_close(s->db);
	pthread_mutex_destroy(&s->lock);
	free(s->path);
	free(s);
}

/* Prepare and bind; types has one letter per value: s text, i int64_t, b bytes and size_t. */
static int store_prepare(struct store *s, sqlite3_stmt **out, const char *sql, const char *types,
			 ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	if (rc != SQLITE_OK)
		return rc;
	va_start(ap, types);
	for (int i = 1; *types && rc == SQLITE_OK; i++, types++) {
		if (*types == 's') {
			rc = sqlite3_bind_text(st, i, va_arg(ap, const char *), -1,
					       SQLITE_TRANSIENT);
		} else if (*types == 'i') {
			rc = sqlite3_bind_int64(st, i, va_arg(ap, int64_t));
		} else {
			const void *bytes = va_arg(ap, const void *);

			rc = sqlite3_bind_blob64(st, i, bytes, va_arg(ap, size_t),
						 SQLITE_TRANSIENT);
		}
	}
	va_end(ap);
	if (rc != SQLITE_OK)
		sqlite3_finalize(st);
	else
		*out = st;
	return rc;
}

static int store_finish(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int store_begin(struct store *s, const char *command, int64_t *run, struct why *why)
{
	sqlite3_stmt *st;

	if (store_prepare(s, &st, "INSERT INTO runs (command, belay_version, started)"
			  " VALUES (?, ?, ?)", "ssi", command, PACKAGE_VERSION,
			  (int64_t)time(NULL)) ||
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
				   " status, reason, us, output) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
				   "isssssib", *id, r->program, r->name, r->contract,
				   status_word(r->status), r->reason, r->us, (void *)r->output,
				   r->output_len);
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

static const char *store_text(sqlite3_stmt *st, int column)
{
	const unsigned char *text = sqlite3_column_text(st, column);

	return text ? (const char *)text : "";
}

static int store_load_results(struct store *s, struct cell *c)
{
	sqlite3_stmt *st;
	int rc = store_prepare(s, &st, "SELECT program, name, contract, status, reason, us, output"
			       " FROM results WHERE cell_id = ? ORDER BY program, name", "i",
			       c->id);

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

		r->us = sqlite3_column_int64(st, 5);
		if (bytes)
			result_set_output(r, bytes, (size_t)sqlite3_column_bytes(st, 6));
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int store_load_cells(struct store *s, struct store_run *run)
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
		rc = store_load_results(s, c);
		if (rc)
			break;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int store_load(struct store *s, struct store_run *out, struct why *why)
{
	struct store_run run = {0};
	sqlite3_stmt *st;
	int rc, err = store_exec(s, "BEGIN", "cannot be read", why);

	if (err)
		return err;
	rc = store_prepare(s, &st, "SELECT run_id, command, ended IS NOT NULL FROM runs"
			   " ORDER BY run_id DESC LIMIT 1", "");
	if (!rc) {
		rc = sqlite3_step(st);
		if (rc == SQLITE_ROW) {
			run.id = sqlite3_column_int64(st, 0);
			run.command = buf_strdup(store_text(st, 1));
			run.ended = sqlite3_column_int(st, 2);
		}
		sqlite3_finalize(st);
	}
	if (rc == SQLITE_DONE) {
		snprintf(why->text, sizeof(why->text), "store '%s' holds no run", s->path);
		err = -ENODATA;
	} else if (rc != SQLITE_ROW || store_load_cells(s, &run)) {
		err = store_fail(s, why, "cannot be read");
	}
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
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
	relies_free(&r->relies);
	*r = (struct store_run){0};
}
