/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kyuadb_test.c - Kyua's result stores, good, empty, foreign and damaged.
 */
#include "config.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "harness/case.h"
#include "harness/kyuadb.h"
#include "harness/kyuadb_canned.h"

static const struct canned_row rows[] = {
	{"k/a_test", "one", "ptrace.seize.one", "passed", NULL, "observed: before-4.8\n"},
	{"k/a_test", "two", NULL, "failed", "1 != 2", NULL},
	{"k/a_test", "three", NULL, "failed",
	 "Test case was expecting a failure but none were raised", NULL},
	{"k/a_test", "four", "a.b.c", "broken", "Test case body timed out", NULL},
	{"k/a_test", "five", "a.b.d", "marvellous", "so it is", NULL},
	{0},
};

CASE(good, "Verify that every case comes with its contract, status, reason, time and output")
{
	struct results out = {0};
	struct buf db = {0};
	struct why why;
	struct result *r;

	canned_db(rows, &db);
	ATF_REQUIRE_EQ(0, kyuadb_read(db.p, db.len, &out, &why));
	ATF_REQUIRE_EQ(5, out.count);
	r = results_find(&out, "k/a_test", "one");
	ATF_REQUIRE(r != NULL);
	ATF_CHECK_STREQ("ptrace.seize.one", r->contract);
	ATF_CHECK_EQ(STATUS_PASS, r->status);
	ATF_CHECK_EQ(250000, r->us);
	ATF_REQUIRE_EQ(21, r->output_len);
	ATF_CHECK(!memcmp(r->output, "observed: before-4.8\n", 21));
	r = results_find(&out, "k/a_test", "two");
	ATF_REQUIRE(r != NULL);
	ATF_CHECK_STREQ("", r->contract);
	ATF_CHECK_EQ(STATUS_FAIL, r->status);
	ATF_CHECK_STREQ("1 != 2", r->reason);
	ATF_CHECK_EQ(STATUS_XPASS, results_find(&out, "k/a_test", "three")->status);
	ATF_CHECK_EQ(STATUS_TIMEOUT, results_find(&out, "k/a_test", "four")->status);
	results_free(&out);
	buf_free(&db);
}

CASE(unknown_word, "Verify that a result word that nobody knows is broken and named")
{
	struct results out = {0};
	struct buf db = {0};
	struct why why;
	struct result *r;

	canned_db(rows, &db);
	ATF_REQUIRE_EQ(0, kyuadb_read(db.p, db.len, &out, &why));
	r = results_find(&out, "k/a_test", "five");
	ATF_REQUIRE(r != NULL);
	ATF_CHECK_EQ(STATUS_BROKEN, r->status);
	ATF_CHECK_STREQ("unknown result word 'marvellous': so it is", r->reason);
	results_free(&out);
	buf_free(&db);
}

CASE(empty, "Verify that a store without a result is told apart from one with results")
{
	struct results out = {0};
	struct buf db = {0};
	struct why why;

	canned_db(rows + COUNT(rows) - 1, &db);
	ATF_CHECK_EQ(-ENODATA, kyuadb_read(db.p, db.len, &out, &why));
	ATF_CHECK_EQ(0, out.count);
	ATF_CHECK(strstr(why.text, "empty"));
	buf_free(&db);
}

CASE(foreign, "Verify that what is no result store is refused and adds nothing")
{
	static const char text[] = "SQLite format 3, or so it says. This text is longer than a "
				   "hundred bytes, but it is no database at all, whatever it says.";
	struct results out = {0};
	struct why why;
	sqlite3 *db;
	sqlite3_int64 size;
	unsigned char *bytes;

	ATF_CHECK_EQ(-EINVAL, kyuadb_read("", 0, &out, &why));
	ATF_CHECK_EQ(-EINVAL, kyuadb_read(text, 50, &out, &why));
	ATF_CHECK_EQ(-EINVAL, kyuadb_read(text, strlen(text), &out, &why));
	ATF_REQUIRE_EQ(SQLITE_OK, sqlite3_open(":memory:", &db));
	ATF_REQUIRE_EQ(SQLITE_OK, sqlite3_exec(db, "CREATE TABLE test_results (a)", NULL, NULL, NULL));
	bytes = sqlite3_serialize(db, "main", &size, 0);
	ATF_CHECK_EQ(-EINVAL, kyuadb_read(bytes, (size_t)size, &out, &why));
	sqlite3_free(bytes);
	sqlite3_close(db);
	ATF_CHECK_EQ(0, out.count);
}

CASE(damaged, "Verify that a store with any byte run changed or cut is read without a crash")
{
	struct buf db = {0};

	canned_db(rows, &db);
	for (size_t at = 0; at < db.len; at += 61) {
		struct results out = {0};
		struct why why;
		struct buf bad = {0};

		buf_add(&bad, db.p, db.len);
		memset(bad.p + at, 0xa5, bad.len - at < 16 ? bad.len - at : 16);
		kyuadb_read(bad.p, bad.len, &out, &why);
		results_free(&out);
		kyuadb_read(db.p, at, &out, &why);
		results_free(&out);
		buf_free(&bad);
	}
	buf_free(&db);
}

CASE(view, "Verify that a store whose tables are views over other things is refused")
{
	struct results out = {0};
	struct why why;
	sqlite3 *db;
	sqlite3_int64 size;
	unsigned char *bytes;

	ATF_REQUIRE_EQ(SQLITE_OK, sqlite3_open(":memory:", &db));
	ATF_REQUIRE_EQ(SQLITE_OK,
		       sqlite3_exec(db,
				    "CREATE VIEW test_results AS SELECT 1 AS test_case_id, 'passed' AS"
				    " result_type, '' AS result_reason, 0 AS start_time, 1 AS end_time;"
				    "CREATE VIEW test_cases AS SELECT 1 AS test_case_id, 1 AS"
				    " test_program_id, 'x' AS name, 1 AS metadata_id;"
				    "CREATE VIEW test_programs AS SELECT 1 AS test_program_id, 'p' AS"
				    " relative_path;"
				    "CREATE TABLE metadatas (metadata_id, property_name, property_value);",
				    NULL, NULL, NULL));
	bytes = sqlite3_serialize(db, "main", &size, 0);
	ATF_CHECK_EQ(-EINVAL, kyuadb_read(bytes, (size_t)size, &out, &why));
	ATF_CHECK_EQ(0, out.count);
	sqlite3_free(bytes);
	sqlite3_close(db);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, good);
	ATF_TP_ADD_TC(tp, unknown_word);
	ATF_TP_ADD_TC(tp, empty);
	ATF_TP_ADD_TC(tp, foreign);
	ATF_TP_ADD_TC(tp, damaged);
	ATF_TP_ADD_TC(tp, view);
	return atf_no_error();
}
