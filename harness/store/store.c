/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store.c - the result store in SQLite: its format, and opening it. A file that is not
 * ours, is damaged or is from a newer kmatrix is never written to.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/buf.h"
#include "harness/store/store_db.h"

#define STORE_APPLICATION 0x6b6d7478 /* "kmtx" in SQLite's application_id */
#define STORE_STR(x) #x
#define STORE_XSTR(x) STORE_STR(x)

/* Format 1. It stays as it is: every store begins with it. */
static const char store_schema[] =
	"PRAGMA application_id = " STORE_XSTR(STORE_APPLICATION) ";"
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
	" PRIMARY KEY (cell_id, program, name)) WITHOUT ROWID;";

/*
 * What came later, one line each: whatever a store lacks of it is added. A new column
 * needs a default that is true of every row there is. `column` is one of a new table.
 */
static const struct store_addition {
	const char *table, *column, *sql;
} store_additions[] = {
	/* Format 2: what a run was asked to do, so that another can go on with it. */
	{"runs", "asked", "ALTER TABLE runs ADD COLUMN asked TEXT NOT NULL DEFAULT ''"},
	/* How often the case was run for this answer. */
	{"results", "attempts", "ALTER TABLE results ADD COLUMN"
	 " attempts INTEGER NOT NULL DEFAULT 1"},
	/* What belay said it stands on, in its order: see relies.h. */
	{"relies", "contract", "CREATE TABLE relies ("
	 "run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
	 " what TEXT NOT NULL, kind TEXT NOT NULL, part TEXT NOT NULL, optional INTEGER NOT NULL,"
	 " contract TEXT NOT NULL, abis TEXT NOT NULL, why TEXT NOT NULL)"},
};

#define STORE_ADDITIONS (sizeof(store_additions) / sizeof(store_additions[0]))

/* ---- statements ---- */

int store_fail(struct store *s, struct why *why, const char *what)
{
	int code = s->db ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
	int os = 0;

	if (s->db)
		sqlite3_file_control(s->db, "main", SQLITE_FCNTL_LAST_ERRNO, &os);
	switch (code) {
	case SQLITE_CORRUPT:
		return why_set(why, EUCLEAN, "store '%s' is damaged (%s): it is left as it is, name "
			       "another file; `sqlite3 FILE .recover` may save what is in it",
			       s->path, sqlite3_errmsg(s->db));
	case SQLITE_NOTADB:
		return why_set(why, EINVAL, "store '%s' is not a result store of kmatrix; name "
			       "another file", s->path);
	case SQLITE_FULL:
		return why_set(why, ENOSPC, "store '%s': %s: the disk is full", s->path, what);
	case SQLITE_IOERR:
		return why_set(why, EIO, "store '%s': %s: %s%s%s", s->path, what,
			       sqlite3_errmsg(s->db), os ? ": " : "", os ? strerror(os) : "");
	default:
		return why_set(why, code == SQLITE_BUSY ? EBUSY : EIO, "store '%s': %s: %s",
			       s->path, what, s->db ? sqlite3_errmsg(s->db) : "out of memory");
	}
}

int store_exec(struct store *s, const char *sql, const char *what, struct why *why)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
								       : store_fail(s, why, what);
}

int store_prepare(struct store *s, sqlite3_stmt **out, const char *sql, const char *types, ...)
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

int store_finish(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* The first value of the first row, a number or a text to be freed. */
static int store_one(struct store *s, const char *sql, int *number, char **text)
{
	sqlite3_stmt *st;
	int rc = store_prepare(s, &st, sql, "");

	if (rc)
		return rc;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW && number)
		*number = sqlite3_column_int(st, 0);
	if (rc == SQLITE_ROW && text)
		*text = buf_strdup((const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* ---- the format ---- */

/* Whether the addition is there already. */
static int store_has(struct store *s, const struct store_addition *a, bool *out)
{
	sqlite3_stmt *st;
	int rc = store_prepare(s, &st, "SELECT count(*) FROM pragma_table_info(?)"
			       " WHERE name = ?", "ss", a->table, a->column);

	if (rc)
		return rc;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int(st, 0) > 0;
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* Whether there is nothing to add. */
static int store_is_complete(struct store *s, bool *out, struct why *why)
{
	bool complete = true;
	int version;

	if (store_one(s, "PRAGMA user_version", &version, NULL))
		return store_fail(s, why, "cannot be read");
	for (size_t i = 0; i < STORE_ADDITIONS && complete; i++)
		if (store_has(s, &store_additions[i], &complete))
			return store_fail(s, why, "cannot be read");
	*out = complete && version == STORE_VERSION;
	return 0;
}

/* Add what is not there, inside the caller's transaction. */
static int store_complete(struct store *s, struct why *why)
{
	for (size_t i = 0; i < STORE_ADDITIONS; i++) {
		bool has;
		int err;

		if (store_has(s, &store_additions[i], &has))
			return store_fail(s, why, "cannot be read");
		err = has ? 0 : store_exec(s, store_additions[i].sql, "cannot be written", why);
		if (err)
			return err;
	}
	return store_exec(s, "PRAGMA user_version = " STORE_XSTR(STORE_VERSION),
			  "cannot be written", why);
}

/* That the file is a store of ours, and one that we can read; or has nothing in it yet. */
static int store_check(struct store *s, bool *empty, struct why *why)
{
	int app = 0, version = 0, tables = 0;
	char *damage = NULL;

	if (store_one(s, "PRAGMA application_id", &app, NULL) ||
	    store_one(s, "PRAGMA user_version", &version, NULL) ||
	    store_one(s, "SELECT count(*) FROM sqlite_master", &tables, NULL))
		return store_fail(s, why, "cannot be read");
	*empty = !app && !version && !tables;
	if (*empty)
		return 0;
	if (app != STORE_APPLICATION || version < 1)
		return why_set(why, EINVAL, "store '%s' is not a result store of kmatrix; name "
			       "another file", s->path);
	if (version > STORE_VERSION)
		return why_set(why, EPROTONOSUPPORT, "store '%s' was written by a newer kmatrix "
			       "(format %d, this one knows up to %d): it is left as it is, "
			       "name another file", s->path, version, STORE_VERSION);
	if (store_one(s, "PRAGMA quick_check(1)", NULL, &damage))
		return store_fail(s, why, "cannot be read");
	if (damage && strcmp(damage, "ok")) {
		/* Its first line may be a heading, "*** in database main ***". */
		const char *line = strchr(damage, '\n') ? strchr(damage, '\n') + 1 : damage;

		why_set(why, EUCLEAN, "store '%s' is damaged (%.*s): it is left as it is, name "
			"another file; `sqlite3 FILE .recover` may save what is in it", s->path,
			(int)strcspn(line, "\n"), line);
		free(damage);
		return -EUCLEAN;
	}
	free(damage);
	return 0;
}

/* Checked and made or completed under the write lock, so that of several processes that
 * begin on a new store at once one makes it and the others find it. */
static int store_ready_write(struct store *s, struct why *why)
{
	bool empty, complete = false;
	int err = store_exec(s, "BEGIN IMMEDIATE", "cannot be written", why);

	if (!err)
		err = store_check(s, &empty, why);
	if (!err && empty)
		err = store_exec(s, store_schema, "cannot be made", why);
	if (!err)
		err = store_is_complete(s, &complete, why);
	if (!err && !complete)
		err = store_complete(s, why);
	if (!err)
		err = store_exec(s, "COMMIT", "cannot be written", why);
	if (err && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return err ? err : store_exec(s, "PRAGMA foreign_keys = ON", "cannot be used", why);
}

/* Read a copy in memory, so that it can be completed while the file stays as it is. */
static int store_copy(struct store *s, struct why *why)
{
	sqlite3_backup *backup = NULL;
	sqlite3 *copy = NULL;
	int err = 0;

	if (sqlite3_open_v2(":memory:", &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
	    SQLITE_OK)
		backup = sqlite3_backup_init(copy, "main", s->db, "main");
	if (!backup || sqlite3_backup_step(backup, -1) != SQLITE_DONE)
		err = why_set(why, EIO, "store '%s': cannot be read: %s", s->path,
			      copy ? sqlite3_errmsg(copy) : "out of memory");
	sqlite3_backup_finish(backup);
	if (err) {
		sqlite3_close(copy);
		return err;
	}
	sqlite3_close(s->db);
	s->db = copy;
	return store_complete(s, why);
}

static int store_ready_read(struct store *s, struct why *why)
{
	bool empty, complete = true;
	int err = store_check(s, &empty, why);

	if (!err && empty)
		err = why_set(why, ENODATA, "store '%s' is empty; `kmatrix run` fills it", s->path);
	if (!err)
		err = store_is_complete(s, &complete, why);
	if (!err && !complete)
		err = store_copy(s, why);
	return err ? err : store_exec(s, "PRAGMA query_only = ON", "cannot be used", why);
}

int store_open(const char *path, bool write, struct store **out, struct why *why)
{
	/* Not READONLY: what a killed run left half written must be rolled back first. */
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (write ? SQLITE_OPEN_CREATE : 0);
	struct store *s = buf_realloc(NULL, 1, sizeof(*s));
	struct stat st;
	int err = 0;

	*s = (struct store){.path = buf_strdup(path)};
	pthread_mutex_init(&s->lock, NULL);
	if (stat(path, &st) ? !write || errno != ENOENT : !S_ISREG(st.st_mode)) {
		err = stat(path, &st) ? -errno : -EINVAL;
		why_set(why, -err, "store '%s': %s%s", path,
			err == -EINVAL ? "not a regular file" : strerror(-err),
			err == -ENOENT ? "; `kmatrix run` makes one" : "");
	} else if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) {
		err = store_fail(s, why, "cannot be opened");
	} else {
		/* Another process may be reading or writing. */
		sqlite3_busy_timeout(s->db, 30000);
		/* The file may come from somebody else: its schema calls nothing. */
		err = store_exec(s, "PRAGMA trusted_schema = OFF", "cannot be used", why);
	}
	if (!err)
		err = write ? store_ready_write(s, why) : store_ready_read(s, why);
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
