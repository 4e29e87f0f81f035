/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kyuadb_canned.c - make result stores for tests. It writes what Kyua would, and
 * with other words what Kyua would not.
 */
#include "config.h"

#include <atf-c.h>
#include <sqlite3.h>

#include "harness/kyuadb_canned.h"
#include "harness/stream.h"

static const char canned_schema[] =
	"CREATE TABLE metadatas (metadata_id INTEGER NOT NULL, property_name TEXT NOT NULL,"
	" property_value TEXT, PRIMARY KEY (metadata_id, property_name));"
	"CREATE TABLE test_programs (test_program_id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" absolute_path TEXT NOT NULL, root TEXT NOT NULL, relative_path TEXT NOT NULL,"
	" test_suite_name TEXT NOT NULL, metadata_id INTEGER, interface TEXT NOT NULL);"
	"CREATE TABLE test_cases (test_case_id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" test_program_id INTEGER, name TEXT NOT NULL, metadata_id INTEGER);"
	"CREATE TABLE test_results (test_case_id INTEGER PRIMARY KEY, result_type TEXT NOT NULL,"
	" result_reason TEXT, start_time TIMESTAMP NOT NULL, end_time TIMESTAMP NOT NULL);"
	"CREATE TABLE test_case_files (test_case_id INTEGER NOT NULL, file_name TEXT NOT NULL,"
	" file_id INTEGER NOT NULL, PRIMARY KEY (test_case_id, file_name));"
	"CREATE TABLE files (file_id INTEGER PRIMARY KEY, contents BLOB NOT NULL);";

static void canned_exec(sqlite3 *db, char *sql)
{
	ATF_REQUIRE_EQ_MSG(SQLITE_OK, sqlite3_exec(db, sql, NULL, NULL, NULL), "%s: %s", sql,
			   sqlite3_errmsg(db));
	sqlite3_free(sql);
}

void canned_db(const struct canned_row *rows, struct buf *out)
{
	sqlite3_int64 size = 0;
	unsigned char *bytes;
	sqlite3 *db;

	ATF_REQUIRE_EQ(SQLITE_OK, sqlite3_open(":memory:", &db));
	canned_exec(db, sqlite3_mprintf("%s", canned_schema));
	for (int i = 1; rows->program; rows++, i++) {
		canned_exec(db, sqlite3_mprintf(
			"INSERT INTO test_programs VALUES (%d, '/t/' || %Q, '/t', %Q, 'belay', %d,"
			" 'atf');"
			"INSERT INTO test_cases VALUES (%d, %d, %Q, %d);"
			"INSERT INTO test_results VALUES (%d, %Q, %Q, 1000000, 1250000);"
			"INSERT INTO metadatas VALUES (%d, 'timeout', '300')",
			i, rows->program, rows->program, 1000 + i, i, i, rows->name, i, i,
			rows->type, rows->reason, i));
		if (rows->contract)
			canned_exec(db, sqlite3_mprintf(
				"INSERT INTO metadatas VALUES (%d, 'custom.contract', %Q)", i,
				rows->contract));
		if (rows->output)
			canned_exec(db, sqlite3_mprintf(
				"INSERT INTO files VALUES (%d, CAST(%Q AS BLOB));"
				"INSERT INTO test_case_files VALUES (%d, '__STDOUT__', %d)", i,
				rows->output, i, i));
	}
	bytes = sqlite3_serialize(db, "main", &size, 0);
	ATF_REQUIRE(bytes != NULL);
	buf_add(out, bytes, (size_t)size);
	sqlite3_free(bytes);
	sqlite3_close(db);
}

void canned_frame(struct buf *stream, const char *abi, const char *program,
		  const struct buf *bytes)
{
	buf_printf(stream, "KT-FILE %s %s %zu %08x\n", abi, program, bytes->len,
		   stream_crc32(bytes->p, bytes->len));
	buf_add(stream, bytes->p, bytes->len);
	buf_puts(stream, "\n");
}

void canned_store(struct buf *stream, const char *abi, const char *program,
		  const struct canned_row *rows)
{
	struct buf db = {0};

	canned_db(rows, &db);
	canned_frame(stream, abi, program, &db);
	buf_free(&db);
}
