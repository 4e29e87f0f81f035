/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kyuadb.c - read a Kyua result store out of memory. It must not judge more
 * than one case at a time, and must not run any SQL that the store brings along.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/buf.h"
#include "harness/kyuadb.h"

/*
 * Programs and cases both have a metadata_id, so no natural join. A case whose
 * result row is missing was filtered out and is no row here.
 */
static const char kyuadb_query[] =
	"SELECT p.relative_path, c.name,"
	" (SELECT m.property_value FROM metadatas m WHERE m.metadata_id = c.metadata_id"
	"  AND m.property_name = 'custom.contract'),"
	" r.result_type, r.result_reason, r.end_time - r.start_time, c.test_case_id"
	" FROM test_results r JOIN test_cases c USING (test_case_id)"
	" JOIN test_programs p USING (test_program_id) ORDER BY c.test_case_id";

static const char kyuadb_output_query[] =
	"SELECT f.contents FROM test_case_files t JOIN files f USING (file_id)"
	" WHERE t.test_case_id = ? AND t.file_name IN ('__STDOUT__', '__STDERR__')"
	" ORDER BY t.file_name DESC"; /* standard output first */

static int kyuadb_fail(struct why *why, sqlite3 *db, const char *what)
{
	snprintf(why->text, sizeof(why->text), "no Kyua result store: %s (%s)", what,
		 sqlite3_errmsg(db));
	return -EINVAL;
}

static const char *kyuadb_text(sqlite3_stmt *st, int column)
{
	const unsigned char *text = sqlite3_column_text(st, column);

	return text ? (const char *)text : "";
}

static int kyuadb_output(sqlite3 *db, sqlite3_int64 id, struct result *r)
{
	sqlite3_stmt *st;
	struct buf all = {0};
	int rc = sqlite3_prepare_v2(db, kyuadb_output_query, -1, &st, NULL);

	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int64(st, 1, id);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && all.len < KYUADB_OUTPUT_MAX) {
		size_t room = KYUADB_OUTPUT_MAX - all.len;
		const void *bytes = sqlite3_column_blob(st, 0);
		size_t len = (size_t)sqlite3_column_bytes(st, 0);

		if (bytes)
			buf_add(&all, bytes, len < room ? len : room);
	}
	sqlite3_finalize(st);
	result_set_output(r, all.p, all.len);
	buf_free(&all);
	return rc == SQLITE_ROW ? SQLITE_DONE : rc;
}

static int kyuadb_rows(sqlite3 *db, struct results *out, struct why *why)
{
	sqlite3_stmt *st;
	size_t before = out->count;
	int rc = sqlite3_prepare_v2(db, kyuadb_query, -1, &st, NULL);

	if (rc != SQLITE_OK)
		return kyuadb_fail(why, db, "tables of schema version 3 are missing");
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *word = kyuadb_text(st, 3), *reason = kyuadb_text(st, 4);
		enum status status = status_of_kyua(word, reason);
		struct result *r = results_add(out, kyuadb_text(st, 0), kyuadb_text(st, 1),
					       kyuadb_text(st, 2), status, reason);

		if (status == STATUS_BROKEN && strcmp(word, "broken")) {
			char *unknown = buf_asprintf("unknown result word '%s': %s", word, reason);

			result_set_reason(r, unknown);
			free(unknown);
		}
		r->us = sqlite3_column_int64(st, 5);
		rc = kyuadb_output(db, sqlite3_column_int64(st, 6), r);
		if (rc != SQLITE_DONE)
			break;
	}
	if (rc != SQLITE_DONE) {
		sqlite3_finalize(st);
		return kyuadb_fail(why, db, "its rows cannot be read");
	}
	sqlite3_finalize(st);
	if (out->count == before) {
		snprintf(why->text, sizeof(why->text),
			 "the result store is empty: Kyua was ended before its last case");
		return -ENODATA;
	}
	return 0;
}

int kyuadb_read(const void *bytes, size_t len, struct results *out, struct why *why)
{
	struct results rows = {0};
	sqlite3 *db = NULL;
	unsigned char *copy;
	int rc;

	if (len < 100 || len > INT_MAX) {
		snprintf(why->text, sizeof(why->text),
			 "no Kyua result store: %zu bytes are none", len);
		return -EINVAL;
	}
	/* sqlite3_deserialize wants memory of its own, and takes it over. */
	copy = sqlite3_malloc64(len);
	if (!copy || sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
		sqlite3_free(copy);
		sqlite3_close(db);
		snprintf(why->text, sizeof(why->text), "no memory for a result store");
		return -ENOMEM;
	}
	memcpy(copy, bytes, len);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)NULL);
	rc = sqlite3_deserialize(db, "main", copy, (sqlite3_int64)len, (sqlite3_int64)len,
				 SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY);
	rc = rc == SQLITE_OK ? kyuadb_rows(db, &rows, why) : kyuadb_fail(why, db, "not readable");
	sqlite3_close(db);
	if (rc) {
		results_free(&rows);
		return rc;
	}
	for (size_t i = 0; i < rows.count; i++) {
		out->v = buf_grow(out->v, out->count, &out->cap, sizeof(*out->v));
		out->v[out->count++] = rows.v[i];
	}
	free(rows.v);
	return 0;
}
