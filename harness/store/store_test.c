/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_test.c - the result store: what goes in comes out, and what is not ours is
 * left alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/base/case.h"
#include "harness/store/store_sample.h"

static void fill_relies(struct relies *r)
{
	relies_add(r, "trace", "backend", "x", false, "a.b.c", "all", "first");
	relies_add(r, "lock", "layer", "y", true, "a.*", "arm,i386", "'second'");
}

static void sql(const char *path, const char *text)
{
	sqlite3 *db;

	ATF_REQUIRE_EQ(SQLITE_OK, sqlite3_open(path, &db));
	ATF_REQUIRE_EQ_MSG(SQLITE_OK, sqlite3_exec(db, text, NULL, NULL, NULL), "%s",
			   sqlite3_errmsg(db));
	sqlite3_close(db);
}

CASE(relies, "Verify that what belay relies on is read back with its run, in its order, and "
	     "that a second list replaces the first")
{
	struct store *s = open_store("s.db", true);
	struct relies relies = {0};
	struct store_run run;
	struct why why;
	int64_t id, other;

	fill_relies(&relies);
	ATF_REQUIRE_EQ(0, store_begin(s, "kmatrix run", NULL, &id, &why));
	ATF_REQUIRE_EQ(0, store_begin(s, "kmatrix run", NULL, &other, &why));
	ATF_REQUIRE_EQ(0, store_put_relies(s, id, &relies, &why));
	ATF_REQUIRE_EQ(0, store_put_relies(s, id, &relies, &why));
	ATF_REQUIRE_EQ(0, store_load(s, id, &run, &why));
	ATF_REQUIRE_EQ(2, run.relies.count);
	ATF_CHECK_STREQ("trace", run.relies.v[0].what);
	ATF_CHECK_STREQ("backend", run.relies.v[0].kind);
	ATF_CHECK_STREQ("x", run.relies.v[0].part);
	ATF_CHECK(!run.relies.v[0].optional);
	ATF_CHECK_STREQ("a.b.c", run.relies.v[0].contract);
	ATF_CHECK_STREQ("all", run.relies.v[0].abis);
	ATF_CHECK_STREQ("first", run.relies.v[0].why);
	ATF_CHECK_STREQ("lock", run.relies.v[1].what);
	ATF_CHECK(run.relies.v[1].optional);
	ATF_CHECK_STREQ("arm,i386", run.relies.v[1].abis);
	ATF_CHECK_STREQ("'second'", run.relies.v[1].why);
	store_run_free(&run);
	ATF_REQUIRE_EQ(0, store_load(s, other, &run, &why));
	ATF_CHECK_EQ(0, run.relies.count);
	store_run_free(&run);
	store_close(s);
	relies_free(&relies);
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
	ATF_REQUIRE_EQ(0, store_begin(s, "kmatrix run", "asked {}", &id, &why));
	ATF_REQUIRE_EQ(0, store_put(s, id, cells, 2, &why));
	ATF_REQUIRE_EQ(0, store_end(s, id, &why));
	store_close(s);
	s = open_store("s.db", false);
	ATF_REQUIRE_EQ(0, store_load(s, 0, &run, &why));
	ATF_CHECK_STREQ("kmatrix run", run.command);
	ATF_CHECK_STREQ("asked {}", run.asked);
	ATF_CHECK_STREQ(PACKAGE_VERSION, run.belay_version);
	ATF_CHECK(run.started > 0 && run.finished >= run.started);
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
		ATF_CHECK_EQ(2, r->v[1].attempts);
		ATF_CHECK_EQ(1, r->v[0].attempts);
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
	ATF_REQUIRE_EQ(0, store_begin(s, "one", NULL, &first, &why));
	ATF_REQUIRE_EQ(0, store_put(s, first, &cell, 1, &why));
	cell.id = 0;
	cell_set(&cell.kernel, "new");
	ATF_REQUIRE_EQ(0, store_begin(s, "two", NULL, &second, &why));
	ATF_CHECK(first != second);
	ATF_REQUIRE_EQ(0, store_put(s, second, &cell, 1, &why));
	cell_id = cell.id;
	ATF_CHECK(cell_id != 0);
	cell_set(&cell.accel, "kvm");
	cell.results.v[0].status = STATUS_TIMEOUT;
	ATF_REQUIRE_EQ(0, store_put(s, second, &cell, 1, &why));
	ATF_CHECK_EQ(cell_id, cell.id);
	ATF_REQUIRE_EQ(0, store_load(s, 0, &run, &why));
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
	ATF_REQUIRE_EQ(0, store_begin(s, "one", NULL, &id, &why));
	ATF_REQUIRE_EQ(0, store_put(s, id, cells, 1, &why));
	cells[0].results.v[0].status = STATUS_CRASHED;
	/* Two answers of one case in one cell cannot be. */
	results_add(&cells[1].results, "k/a_test", "two", "", STATUS_FAIL, "");
	ATF_CHECK(store_put(s, id, cells, 2, &why) < 0);
	ATF_CHECK_EQ(0, cells[1].id);
	ATF_REQUIRE_EQ(0, store_load(s, 0, &run, &why));
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

	ATF_CHECK_EQ(-ENODATA, store_load(s, 0, &run, &why));
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
	ATF_REQUIRE_EQ(0, store_begin(s, "one", NULL, &id, &why));
	ATF_REQUIRE_EQ(0, store_put(s, id, &cell, 1, &why));
	sql("s.db", "UPDATE results SET status = 'passed'");
	ATF_REQUIRE_EQ(0, store_load(s, 0, &run, &why));
	ATF_CHECK_EQ(2, cell_count(&run.cells[0], STATUS_LOST));
	store_run_free(&run);
	store_close(s);
	cell_free(&cell);
}

CASE(choose, "Verify that a run is read by its number, and that the runs are listed")
{
	struct store *s = open_store("s.db", true);
	struct store_entry *entries;
	struct store_run run;
	struct cell cell;
	struct why why;
	int64_t ids[2];
	size_t count;

	ATF_REQUIRE_EQ(0, store_runs(s, &entries, &count, &why));
	ATF_CHECK_EQ(0, count);
	store_runs_free(entries, count);
	for (int i = 0; i < 2; i++) {
		fill(&cell, i ? "second" : "first", "x86_64");
		ATF_REQUIRE_EQ(0, store_begin(s, i ? "two" : "one", NULL, &ids[i], &why));
		ATF_REQUIRE_EQ(0, store_put(s, ids[i], &cell, 1, &why));
		cell_free(&cell);
	}
	ATF_REQUIRE_EQ(0, store_end(s, ids[0], &why));
	for (int i = 0; i < 2; i++) {
		ATF_REQUIRE_EQ(0, store_load(s, ids[i], &run, &why));
		ATF_CHECK_EQ(ids[i], run.id);
		ATF_CHECK_STREQ(i ? "second" : "first", run.cells[0].kernel);
		store_run_free(&run);
	}
	ATF_CHECK_EQ(-ENOENT, store_load(s, 77, &run, &why));
	ATF_CHECK_MSG(strstr(why.text, "no run 77: its runs are 1 to 2"), "%s", why.text);
	ATF_CHECK_EQ(-ENOENT, store_load(s, -1, &run, &why));
	ATF_REQUIRE_EQ(0, store_runs(s, &entries, &count, &why));
	ATF_REQUIRE_EQ(2, count);
	ATF_CHECK_STREQ("one", entries[0].run.command);
	ATF_CHECK(entries[0].run.ended && !entries[1].run.ended);
	ATF_CHECK_EQ(0, entries[1].run.finished);
	ATF_REQUIRE_EQ(1, entries[1].run.count);
	ATF_CHECK_STREQ("second", entries[1].run.cells[0].kernel);
	ATF_CHECK_EQ(1, entries[1].statuses[STATUS_PASS]);
	ATF_CHECK_EQ(1, entries[1].statuses[STATUS_FAIL]);
	ATF_CHECK_EQ(0, entries[1].statuses[STATUS_LOST]);
	store_runs_free(entries, count);
	store_close(s);
}

/* A store as kmatrix 0.1.0 made it. */
static void old_store(const char *path)
{
	sql(path, "PRAGMA application_id = 0x6b6d7478;"
	    "CREATE TABLE runs (run_id INTEGER PRIMARY KEY, command TEXT NOT NULL,"
	    " belay_version TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER);"
	    "CREATE TABLE cells (cell_id INTEGER PRIMARY KEY,"
	    " run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,"
	    " kernel TEXT NOT NULL, abi TEXT NOT NULL, version TEXT NOT NULL, accel TEXT NOT NULL,"
	    " qemu TEXT NOT NULL, user TEXT NOT NULL, UNIQUE (run_id, kernel, abi, user));"
	    "CREATE TABLE results (cell_id INTEGER NOT NULL REFERENCES cells ON DELETE CASCADE,"
	    " program TEXT NOT NULL, name TEXT NOT NULL, contract TEXT NOT NULL,"
	    " status TEXT NOT NULL, reason TEXT NOT NULL, us INTEGER, output BLOB,"
	    " PRIMARY KEY (cell_id, program, name)) WITHOUT ROWID;"
	    "PRAGMA user_version = 1;"
	    "INSERT INTO runs VALUES (7, 'kmatrix run --old', '0.1.0', 1000, 1010);"
	    "INSERT INTO cells VALUES (1, 7, 'k', 'i386', '6.1', 'tcg', '7.2', 'root');"
	    "INSERT INTO results VALUES (1, 'p', 'c', 'a.b.c', 'fail', 'why', 5, x'00ff');");
}

static void check_old_run(struct store *s)
{
	struct store_run run;
	struct why why;

	ATF_REQUIRE_EQ_MSG(0, store_load(s, 7, &run, &why), "%s", why.text);
	ATF_CHECK_STREQ("kmatrix run --old", run.command);
	ATF_CHECK_STREQ("", run.asked);
	ATF_CHECK_EQ(1010, run.finished);
	ATF_REQUIRE_EQ(1, run.count);
	ATF_REQUIRE_EQ(1, run.cells[0].results.count);
	ATF_CHECK_EQ(STATUS_FAIL, run.cells[0].results.v[0].status);
	ATF_CHECK_EQ(1, run.cells[0].results.v[0].attempts);
	ATF_CHECK_EQ(2, run.cells[0].results.v[0].output_len);
	store_run_free(&run);
}

/* The whole file. */
CASE(older, "Verify that an older store is read untouched, and brought up to date by writing")
{
	struct buf before, after;
	struct store_run run;
	struct cell cell;
	struct store *s;
	struct why why;
	int64_t id;

	old_store("s.db");
	before = contents("s.db");
	s = open_store("s.db", false);
	check_old_run(s);
	store_close(s);
	after = contents("s.db");
	ATF_CHECK(before.len == after.len && !memcmp(before.p, after.p, before.len));
	buf_free(&before);
	buf_free(&after);
	s = open_store("s.db", true);
	check_old_run(s);
	fill(&cell, "new", "i386");
	ATF_REQUIRE_EQ(0, store_begin(s, "two", "asked", &id, &why));
	ATF_CHECK_EQ(8, id);
	ATF_REQUIRE_EQ(0, store_put(s, id, &cell, 1, &why));
	store_close(s);
	s = open_store("s.db", false);
	check_old_run(s);
	ATF_REQUIRE_EQ(0, store_load(s, 0, &run, &why));
	ATF_CHECK_STREQ("asked", run.asked);
	ATF_CHECK_EQ(2, run.cells[0].results.v[1].attempts);
	store_run_free(&run);
	store_close(s);
	cell_free(&cell);
}

CASE(side_by_side, "Verify that runs that begin at once on one new store all get their place")
{
	enum { PROCESSES = 8 };
	int start[2], wstatus;
	struct store_entry *entries;
	struct store *s;
	struct why why;
	size_t count;

	ATF_REQUIRE_EQ(0, pipe(start));
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		ATF_REQUIRE(pid >= 0);
		if (!pid) {
			struct cell cell;
			int64_t id;
			char byte;

			close(start[1]);
			if (read(start[0], &byte, 1))
				_exit(2);
			fill(&cell, "same", "x86_64");
			if (store_open("s.db", true, &s, &why) ||
			    store_begin(s, "one of many", NULL, &id, &why) ||
			    store_put(s, id, &cell, 1, &why) || store_end(s, id, &why)) {
				dprintf(2, "%s\n", why.text);
				_exit(1);
			}
			store_close(s);
			_exit(0);
		}
	}
	close(start[0]);
	close(start[1]); /* now */
	for (int i = 0; i < PROCESSES; i++) {
		ATF_REQUIRE(wait(&wstatus) > 0);
		ATF_CHECK_EQ(0, wstatus);
	}
	s = open_store("s.db", false);
	ATF_REQUIRE_EQ(0, store_runs(s, &entries, &count, &why));
	ATF_REQUIRE_EQ(PROCESSES, count);
	for (size_t i = 0; i < count; i++) {
		ATF_CHECK(entries[i].run.ended);
		ATF_CHECK_EQ(1, entries[i].run.count);
		ATF_CHECK_EQ(1, entries[i].statuses[STATUS_FAIL]);
	}
	store_runs_free(entries, count);
	store_close(s);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, relies);
	ATF_TP_ADD_TC(tp, round_trip);
	ATF_TP_ADD_TC(tp, put_again);
	ATF_TP_ADD_TC(tp, all_or_none);
	ATF_TP_ADD_TC(tp, newer);
	ATF_TP_ADD_TC(tp, foreign);
	ATF_TP_ADD_TC(tp, no_run);
	ATF_TP_ADD_TC(tp, damaged_word);
	ATF_TP_ADD_TC(tp, choose);
	ATF_TP_ADD_TC(tp, older);
	ATF_TP_ADD_TC(tp, side_by_side);
	return atf_no_error();
}
