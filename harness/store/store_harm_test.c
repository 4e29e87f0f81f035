/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_harm_test.c - what a killed writer, a full disk or a damaged file does to a
 * result store: it is told, and nothing is lost.
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

/* A store with one run of one cell. */
static void small_store(const char *path)
{
	struct store *s = open_store(path, true);
	struct cell cell;
	struct why why;
	int64_t id;

	fill(&cell, "k", "x86_64");
	ATF_REQUIRE_EQ(0, store_begin(s, "one", NULL, &id, &why));
	ATF_REQUIRE_EQ(0, store_put(s, id, &cell, 1, &why));
	ATF_REQUIRE_EQ(0, store_end(s, id, &why));
	store_close(s);
	cell_free(&cell);
}

/* The run of small_store() and no other, whole. */
static void check_small_store(const char *path)
{
	struct store *s = open_store(path, false);
	struct store_run run;
	struct why why;

	ATF_REQUIRE_EQ_MSG(0, store_load(s, 0, &run, &why), "%s", why.text);
	ATF_CHECK_STREQ("one", run.command);
	ATF_CHECK(run.ended);
	ATF_REQUIRE_EQ(1, run.count);
	ATF_CHECK_EQ(2, run.cells[0].results.count);
	store_run_free(&run);
	store_close(s);
}

CASE(killed, "Verify that what a killed writer left half written is rolled back by a reader")
{
	pid_t pid;
	int wstatus;

	small_store("s.db");
	pid = fork();
	ATF_REQUIRE(pid >= 0);
	if (!pid) {
		sqlite3 *db;

		/* No page stays in memory: the file is changed before the commit. */
		if (sqlite3_open("s.db", &db) == SQLITE_OK &&
		    sqlite3_exec(db, "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN;"
				 "UPDATE runs SET command = 'damaged', ended = NULL;"
				 "DELETE FROM results;"
				 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
				 " WHERE i < 2000) INSERT INTO results SELECT 1, 'p', i, '', 'pass',"
				 " hex(randomblob(200)), 0, NULL, 1 FROM n", NULL, NULL,
				 NULL) == SQLITE_OK)
			raise(SIGKILL);
		_exit(1);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &wstatus, 0));
	ATF_REQUIRE(WIFSIGNALED(wstatus));
	ATF_REQUIRE_EQ_MSG(0, access("s.db-journal", F_OK), "the writer left no journal");
	check_small_store("s.db");
}

/* Store cells of growing size until there is an error; its text in *why. */
static int write_until_full(const char *path, struct why *why)
{
	struct store *s;
	struct cell cell;
	int64_t id;
	int err = store_open(path, true, &s, why);

	if (err)
		return err;
	err = store_begin(s, "two", NULL, &id, why);
	for (int i = 0; i < 100 && !err; i++) {
		char *name = buf_asprintf("k%d", i), *big = buf_realloc(NULL, 1, 65536);

		memset(big, 'x', 65536);
		fill(&cell, name, "x86_64");
		result_set_output(&cell.results.v[0], big, 65536);
		err = store_put(s, id, &cell, 1, why);
		cell_free(&cell);
		free(name);
		free(big);
	}
	store_close(s);
	return err;
}

CASE(limit, "Verify that a store that may not grow says so, and keeps what it had")
{
	struct rlimit limit = {262144, RLIM_INFINITY}, old;
	struct store_run run;
	struct store *s;
	struct why why = {""};

	small_store("s.db");
	signal(SIGXFSZ, SIG_IGN);
	ATF_REQUIRE_EQ(0, getrlimit(RLIMIT_FSIZE, &old));
	limit.rlim_max = old.rlim_max;
	ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	ATF_CHECK(write_until_full("s.db", &why) < 0);
	ATF_CHECK_MSG(strstr(why.text, "File too large"), "%s", why.text);
	ATF_CHECK(!strchr(why.text, '\n'));
	ATF_REQUIRE_EQ(0, setrlimit(RLIMIT_FSIZE, &old));
	s = open_store("s.db", true);
	ATF_REQUIRE_EQ(0, store_load(s, 1, &run, &why));
	ATF_CHECK_EQ(2, run.cells[0].results.count);
	store_run_free(&run);
	store_close(s);
}

static bool put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

/* Where mounts are ours: as root, or as root of a namespace of our own. */
static bool enter_namespace(void)
{
	char *uid = buf_asprintf("0 %u 1", (unsigned)geteuid());
	char *gid = buf_asprintf("0 %u 1", (unsigned)getegid());
	bool ok;

	if (!geteuid())
		ok = !unshare(CLONE_NEWNS);
	else
		ok = !unshare(CLONE_NEWUSER | CLONE_NEWNS) &&
		     put_text("/proc/self/setgroups", "deny") &&
		     put_text("/proc/self/uid_map", uid) && put_text("/proc/self/gid_map", gid);
	free(uid);
	free(gid);
	return ok && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

CASE(full, "Verify that a full disk is told, and that the store keeps what it had")
{
	struct why why = {""};
	pid_t pid = fork();
	int wstatus;

	ATF_REQUIRE(pid >= 0);
	if (!pid) {
		struct store_run run;
		struct store *s;

		/* Gone with this process, whatever becomes of it. */
		if (!enter_namespace() || mkdir("disk", 0755) ||
		    mount("tmpfs", "disk", "tmpfs", 0, "size=300k"))
			_exit(77);
		small_store("disk/s.db");
		if (write_until_full("disk/s.db", &why) != -ENOSPC ||
		    !strstr(why.text, "the disk is full") || strchr(why.text, '\n')) {
			dprintf(2, "%s\n", why.text);
			_exit(1);
		}
		s = open_store("disk/s.db", false);
		ATF_REQUIRE_EQ_MSG(0, store_load(s, 1, &run, &why), "%s", why.text);
		_exit(run.ended && run.count == 1 && run.cells[0].results.count == 2 ? 0 : 1);
	}
	ATF_REQUIRE_EQ(pid, waitpid(pid, &wstatus, 0));
	if (WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == 77)
		atf_tc_skip("no mount namespace with a tmpfs to be had");
	ATF_CHECK_EQ(0, wstatus);
}

CASE(damaged_file, "Verify that a truncated or overwritten store is refused and left as it is")
{
	struct buf before, after;
	struct store *s;
	struct why why;
	char bytes[512];
	int fd;

	memset(bytes, 0xa5, sizeof(bytes));
	for (int how = 0; how < 3; how++) {
		unlink("s.db");
		small_store("s.db");
		fd = open("s.db", O_RDWR | O_CLOEXEC);
		ATF_REQUIRE(fd >= 0);
		if (how == 0)
			ATF_REQUIRE_EQ(0, ftruncate(fd, 8192));
		else if (how == 1)
			ATF_REQUIRE_EQ(0, ftruncate(fd, 5000));
		else /* the heads of all pages but the first */
			for (off_t at = 4096; at < lseek(fd, 0, SEEK_END); at += 4096)
				ATF_REQUIRE_EQ(512, pwrite(fd, bytes, sizeof(bytes), at));
		close(fd);
		before = contents("s.db");
		for (int write = 0; write < 2; write++) {
			ATF_CHECK_MSG(store_open("s.db", write, &s, &why) < 0, "way %d", how);
			ATF_CHECK_MSG(strstr(why.text, "damaged") && !strchr(why.text, '\n'), "%s",
				      why.text);
		}
		after = contents("s.db");
		ATF_CHECK(before.len == after.len && !memcmp(before.p, after.p, before.len));
		buf_free(&before);
		buf_free(&after);
	}
	fd = open("empty.db", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	close(fd);
	ATF_CHECK_EQ(-ENODATA, store_open("empty.db", false, &s, &why));
	ATF_CHECK_MSG(strstr(why.text, "is empty"), "%s", why.text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, killed);
	ATF_TP_ADD_TC(tp, limit);
	ATF_TP_ADD_TC(tp, full);
	ATF_TP_ADD_TC(tp, damaged_file);
	return atf_no_error();
}
