/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_db.h - what the files of the store share: the open database and statements
 * on it. Only store*.c include it.
 */
#ifndef BELAY_HARNESS_STORE_DB_H
#define BELAY_HARNESS_STORE_DB_H

#include <pthread.h>
#include <sqlite3.h>

#include "harness/store/store.h"

struct store {
	sqlite3 *db;
	char *path;
	pthread_mutex_t lock; /* a transaction belongs to one thread */
};

/* What SQLite's last error was, in one line behind the store's name; returns -errno. */
int store_fail(struct store *s, struct why *why, const char *what);

int store_exec(struct store *s, const char *sql, const char *what, struct why *why);

/* Prepare and bind; types has one letter per value: s text, i int64_t, b bytes and size_t.
 * Returns a code of SQLite's, as the next does. */
int store_prepare(struct store *s, sqlite3_stmt **out, const char *sql, const char *types, ...);
/* Run a statement that gives no rows, and let go of it. */
int store_finish(sqlite3_stmt *st);

#endif
