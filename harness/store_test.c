/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_test.c - the result store: what goes in comes out, and what is not ours is
 * left alone.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/case.h"
#include "harness/store.h"

static struct store *open_store(const char *path, bool write)
{
	struct store *s;
	struct why why = {""};

	ATF_REQUIRE_EQ_MSG(0, store_open(path, write, &s, &why), "%s", why.text);
	return s;
}

static void fill(struct cell *c, const char *kernel, const char *abi)
{
	struct result *r;

	cell_init(c, kernel, abi);
	cell_set(&c->version, "6.1.0-40-amd64 (6.1.153-1)");
	cell_set(&c->accel, "tcg");
	cell_set(&c->qemu, "7.2.22");
	cell_set(&c->user, "root");
	r = results_add(&c->results, "k/b_test", "one", "a.b.c", STATUS_FAIL, "1 != 2 '\"\\ \n");
	r->us = 1234;
	result_set_output(r, "a\0b", 3);
	results_add(&c->results, "k/a_test", "two", "", STATUS_PASS, "");
}

static void sql(const char *path, const char *text)
{
	sqlite3 *db;

	ATF_REQUIRE_EQ(SQLITE_OK, sqlite3_open(path, &db));
	ATF_REQUIRE_EQ_MSG(SQLITE_OK, sqlite3_exec(db, text, NULL, NULL, NULL), "%s",
			   sqlite3_errmsg(db));
	sqlite3_close(db);
}

CASE(round_trip, "Verify that cells and results are read back as they were written")
{
	struct store *s = open_store("s.db", true);
	struct cell cells[2];
	struct store_run run;
	struct why why;
	int64_t id;

	fill(&cells[0], "zebra", "x86_64");
	fill(&cells[1], "ant", "i386");
	ATF_REQUIRE_EQ(0, store_begin(s, "kmatrix run", &id, &why));
	ATF_REQUIRE_EQ(0, store_put(s, id, cells, 2, &why));
	ATF_REQUIRE_EQ(0, store_end(s, id, &why));
	store_close(s);
	s = open_store("s.db", false);
	ATF_REQUIRE_EQ(0, store_load(s, &run, &why));
	ATF_CHECK_STREQ("kmatrix run", run.command);
	ATF_CHECK(run.ended);
	ATF_REQUIRE_EQ(2, run.count);
	ATF_CHECK_STREQ("zebra", run.cells[0].kernel);
	ATF_CHECK_STREQ("i386", run.cells[1].abi);
	ATF_CHECK_STREQ(cells[0].version, run.cells[0].version);
	ATF_CHECK_STREQ("tcg", run.cells[0].accel);
	ATF_CHECK_STREQ("7.2.22", run.cells[0].qemu);
	ATF_CHECK_STREQ("root", run.cells[0].user);
	for (size_t i = 0; i < 2; i++) {
		const struct results *r = &run.cells[i].results;

		ATF_REQUIRE_EQ(2, r->count);
		ATF_CHECK_STREQ("two", r->v[0].name); /* sorted by program */
		ATF_CHECK_EQ(STATUS_PASS, r->v[0].status);
		ATF_CHECK_STREQ("", r->v[0].contract);
		ATF_CHECK(r->v[0].output == NULL);
		ATF_CHECK_EQ(STATUS_FAIL, r->v[1].status);
		ATF_CHECK_STREQ("a.b.c", r->v[1].contract);
		ATF_CHECK_STREQ("1 != 2 '\"\\ \n", r->v[1].reason);
		ATF_CHECK_EQ(1234, r->v[1].us);
		ATF_REQUIRE_EQ(3, r->v[1].output_len);
		ATF_CHECK(!memcmp("a\0b", r->v[1].output, 3));
	}
	store_run_free(&run);
	store_close(s);
	cell_free(&cells[0]);
	cell_free(&cells[1]);
}

CASE(put_again, "Verify that putting a cell again replaces it, and the newest run is read")
{
	struct store *s = open_store("s.db", true);
	struct cell cell;
	struct store_run run;
	struct why why;
	int64_t first, second, cell_id;

	fill(&cell, "old", "x86_64");
	ATF_REQUIRE_EQ(0, store_begin(s, "one", &first, &why));
	ATF_REQUIRE_EQ(0, store_put(s, first, &cell, 1, &why));
	cell.id = 0;
	cell_set(&cell.kernel, "new");
	ATF_REQUIRE_EQ(0, store_begin(s, "two", &second, &why));
	ATF_CHECK(first != second);
	ATF_REQUIRE_EQ(0, store_put(s, second, &cell, 1, &why));
	cell_id = cell.id;
	ATF_CHECK(cell_id != 0);
	cell_set(&cell.accel, "kvm");
	cell.results.v[0].status = STATUS_TIMEOUT;
	ATF_REQUIRE_EQ(0, store_put(s, second, &cell, 1, &why));
	ATF_CHECK_EQ(cell_id, cell.id);
	ATF_REQUIRE_EQ(0, store_load(s, &run, &why));
	ATF_CHECK_EQ(second, run.id);
	ATF_CHECK(!run.ended);
	ATF_REQUIRE_EQ(1, run.count);
	ATF_CHECK_STREQ("new", run.cells[0].kernel);
	ATF_CHECK_STREQ("kvm", run.cells[0].accel);
	ATF_REQUIRE_EQ(2, run.cells[0].results.count);
	ATF_CHECK_EQ(STATUS_TIMEOUT, run.cells[0].results.v[1].status);
	store_run_free(&run);
	store_close(s);
	cell_free(&cell);
}

CASE(all_or_none, "Verify that cells that cannot all be written leave the store as it was")
{
	struct store *s = open_store("s.db", true);
	struct cell cells[2];
	struct store_run run;
	struct why why;
	int64_t id;

	fill(&cells[0], "k", "x86_64");
	fill(&cells[1], "k", "i386");
	ATF_REQUIRE_EQ(0, store_begin(s, "one", &id, &why));
	ATF_REQUIRE_EQ(0, store_put(s, id, cells, 1, &why));
	cells[0].results.v[0].status = STATUS_CRASHED;
	/* Two answers of one case in one cell cannot be. */
	results_add(&cells[1].results, "k/a_test", "two", "", STATUS_FAIL, "");
	ATF_CHECK(store_put(s, id, cells, 2, &why) < 0);
	ATF_CHECK_EQ(0, cells[1].id);
	ATF_REQUIRE_EQ(0, store_load(s, &run, &why));
	ATF_REQUIRE_EQ(1, run.count);
	ATF_CHECK_EQ(0, cell_count(&run.cells[0], STATUS_CRASHED));
	store_run_free(&run);
	store_close(s);
	cell_free(&cells[0]);
	cell_free(&cells[1]);
}

CASE(newer, "Verify that a store of a newer kmatrix is refused with one clear line")
{
	struct store *s = open_store("s.db", true);
	struct why why;

	store_close(s);
	sql("s.db", "PRAGMA user_version = 99");
	for (int write = 0; write < 2; write++) {
		ATF_CHECK_EQ(-EPROTONOSUPPORT, store_open("s.db", write, &s, &why));
		ATF_CHECK_MSG(strstr(why.text, "newer kmatrix") && strstr(why.text, "99"), "%s",
			      why.text);
		ATF_CHECK(!strchr(why.text, '\n'));
	}
}

CASE(foreign, "Verify that files that are no store are refused and not touched")
{
	struct store *s;
	struct why why;
	struct stat st;
	int fd;

	sql("other.db", "CREATE TABLE t (a)");
	ATF_CHECK(store_open("other.db", true, &s, &why) < 0);
	ATF_CHECK_MSG(strstr(why.text, "not a result store"), "%s", why.text);
	fd = open("text", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ATF_REQUIRE(fd >= 0 && write(fd, "some text, and more of it\n", 26) == 26);
	close(fd);
	ATF_CHECK(store_open("text", true, &s, &why) < 0);
	ATF_CHECK_MSG(strstr(why.text, "text"), "%s", why.text);
	ATF_REQUIRE_EQ(0, stat("text", &st));
	ATF_CHECK_EQ(26, st.st_size);
	ATF_CHECK(store_open(".", true, &s, &why) < 0);
	ATF_CHECK_EQ(-ENOENT, store_open("none.db", false, &s, &why));
	ATF_CHECK_MSG(strstr(why.text, "kmatrix run"), "%s", why.text);
	ATF_CHECK(access("none.db", F_OK) != 0);
}

CASE(no_run, "Verify that a store without a run says so")
{
	struct store *s = open_store("s.db", true);
	struct store_run run;
	struct why why;

	ATF_CHECK_EQ(-ENODATA, store_load(s, &run, &why));
	ATF_CHECK_MSG(strstr(why.text, "no run"), "%s", why.text);
	store_close(s);
}

CASE(damaged_word, "Verify that a status word that is none comes out as lost")
{
	struct store *s = open_store("s.db", true);
	struct cell cell;
	struct store_run run;
	struct why why;
	int64_t id;

	fill(&cell, "k", "x86_64");
	ATF_REQUIRE_EQ(0, store_begin(s, "one", &id, &why));
	ATF_REQUIRE_EQ(0, store_put(s, id, &cell, 1, &why));
	sql("s.db", "UPDATE results SET status = 'passed'");
	ATF_REQUIRE_EQ(0, store_load(s, &run, &why));
	ATF_CHECK_EQ(2, cell_count(&run.cells[0], STATUS_LOST));
	store_run_free(&run);
	store_close(s);
	cell_free(&cell);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, round_trip);
	ATF_TP_ADD_TC(tp, put_again);
	ATF_TP_ADD_TC(tp, all_or_none);
	ATF_TP_ADD_TC(tp, newer);
	ATF_TP_ADD_TC(tp, foreign);
	ATF_TP_ADD_TC(tp, no_run);
	ATF_TP_ADD_TC(tp, damaged_word);
	return atf_no_error();
}
