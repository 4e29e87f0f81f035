/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache_test.c - the cache: entries that come at once, are damaged, superseded, in
 * use, or do not fit on the disk.
 */
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/kernels/cache.h"

static void sh(const char *script)
{
	if (system(script) != 0)
		atf_tc_fail("this failed: %s", script);
}

static void make_cache(void)
{
	char *cwd = getcwd(NULL, 0), *value;

	ATF_REQUIRE(cwd != NULL);
	value = buf_asprintf("%s/cache", cwd);
	ATF_REQUIRE_EQ(0, setenv("BELAY_CACHE", value, 1));
	free(value);
	free(cwd);
}

/* The path of kernels/amd64/NAME; to be freed. */
static char *entry_path(const char *name)
{
	struct why why;
	char *dir, *path;

	ATF_REQUIRE_EQ_MSG(0, cache_dir("kernels/amd64", &dir, &why), "%s", why.text);
	path = buf_asprintf("%s/%s", dir, name);
	free(dir);
	return path;
}

/* An entry with one file that says `text`. */
static int commit(const char *entry, const char *text, struct why *why)
{
	char *work, *file;
	FILE *f;

	ATF_REQUIRE_EQ_MSG(0, cache_stage(entry, &work, why), "%s", why->text);
	file = buf_asprintf("%s/vmlinuz-1", work);
	f = fopen(file, "we");
	ATF_REQUIRE(f != NULL);
	fputs(text, f);
	ATF_REQUIRE_EQ(0, fclose(f));
	int rc = cache_commit(work, entry, why);

	free(file);
	free(work);
	return rc;
}

static void add(const char *name, const char *row)
{
	char *entry = entry_path(name);
	struct why why;

	ATF_REQUIRE_EQ_MSG(0, commit(entry, name, &why), "%s", why.text);
	if (row)
		ATF_REQUIRE_EQ_MSG(0, cache_point(row, entry, &why), "%s", why.text);
	free(entry);
}

ATF_TC(damage);
ATF_TC_HEAD(damage, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a changed, cut or missing file and lost checksums "
				       "are found, and that another commit mends the entry");
}
ATF_TC_BODY(damage, tc)
{
	static const char *const harms[] = {
		"echo x >>cache/kernels/amd64/a_1/vmlinuz-1",
		": >cache/kernels/amd64/a_1/vmlinuz-1",
		"rm cache/kernels/amd64/a_1/vmlinuz-1",
		": >cache/kernels/amd64/a_1/SHA256SUMS",
		"rm cache/kernels/amd64/a_1/SHA256SUMS",
	};
	struct why why;
	char *entry;

	make_cache();
	entry = entry_path("a_1");
	ATF_CHECK_EQ(-ENOENT, cache_check(entry, &why));
	add("a_1", NULL);
	ATF_CHECK_EQ_MSG(0, cache_check(entry, &why), "%s", why.text);
	for (size_t i = 0; i < sizeof(harms) / sizeof(harms[0]); i++) {
		sh(harms[i]);
		ATF_CHECK_EQ_MSG(-EBADMSG, cache_check(entry, &why), "%s", harms[i]);
		ATF_CHECK_MSG(strstr(why.text, "a_1 is damaged: "), "%s", why.text);
		ATF_CHECK(strchr(why.text, '\n') == NULL);
		add("a_1", NULL);
		ATF_CHECK_EQ_MSG(0, cache_check(entry, &why), "%s: %s", harms[i], why.text);
	}
	sh("test \"$(ls cache/kernels/amd64)\" = a_1");
	free(entry);
}

ATF_TC(race);
ATF_TC_HEAD(race, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that of many who make one entry, a damaged one before "
				       "it, all end well, with one whole entry");
}
ATF_TC_BODY(race, tc)
{
	pid_t pids[8];
	struct why why;
	char *entry;
	int status;

	make_cache();
	entry = entry_path("a_1");
	add("a_1", NULL);
	sh(": >cache/kernels/amd64/a_1/vmlinuz-1");
	for (size_t i = 0; i < 8; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			if (commit(entry, "a_1", &why) < 0) {
				fprintf(stderr, "%s\n", why.text);
				_exit(1);
			}
			_exit(0);
		}
		ATF_REQUIRE(pids[i] > 0);
	}
	for (size_t i = 0; i < 8; i++) {
		ATF_REQUIRE_EQ(pids[i], waitpid(pids[i], &status, 0));
		ATF_CHECK_EQ(0, status);
	}
	ATF_CHECK_EQ_MSG(0, cache_check(entry, &why), "%s", why.text);
	sh("test \"$(ls cache/kernels/amd64)\" = a_1");
	free(entry);
}

static void said(void *arg, const char *line)
{
	buf_printf(arg, "%s\n", line);
}

ATF_TC(prune);
ATF_TC_HEAD(prune, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that pruning keeps what the rows lead to, removes and "
				       "names all else, and is refused while somebody uses the cache");
}
ATF_TC_BODY(prune, tc)
{
	static const char *const rows[] = {"kernel,one", "kernel,never", NULL};
	static const char *const roots[] = {"sid-amd64", NULL};
	struct buf text = {0};
	uint64_t freed = 0;
	struct why why;
	char *entry;
	int fd;

	make_cache();
	add("a_1", "kernel,one");
	add("a_2", "kernel,one");
	add("b_1", "kernel,two");
	sh("mkdir -p cache/apt/sid-amd64/download/x cache/apt/sid-i386 cache/accel "
	   "cache/kernels/amd64/c_1.new-77");
	fd = open("cache/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	ATF_REQUIRE(fd >= 0);
	ATF_REQUIRE_EQ(0, flock(fd, LOCK_SH));
	ATF_CHECK_EQ(-EBUSY, cache_prune(rows, roots, said, &text, &freed, &why));
	ATF_CHECK_STREQ("another kmatrix uses the cache now", why.text);
	ATF_CHECK_EQ(0, text.len);
	close(fd);
	ATF_REQUIRE_EQ_MSG(0, cache_prune(rows, roots, said, &text, &freed, &why), "%s", why.text);
	ATF_CHECK(freed > 0);
	ATF_CHECK(strstr(text.p, "removed kernels/amd64/a_1, ") != NULL);
	ATF_CHECK(strstr(text.p, "removed kernels/amd64/b_1, ") != NULL);
	ATF_CHECK(strstr(text.p, "removed kernels/amd64/c_1.new-77, ") != NULL);
	ATF_CHECK(strstr(text.p, "removed rows/kernel,two, ") != NULL);
	ATF_CHECK(strstr(text.p, "removed apt/sid-i386, ") != NULL);
	ATF_CHECK(strstr(text.p, "removed apt/sid-amd64/download, ") != NULL);
	sh("test \"$(cd cache; echo kernels/*/* apt/* accel rows/*)\" = "
	   "'kernels/amd64/a_2 apt/sid-amd64 accel rows/kernel,one'");
	/* The cache may be moved. */
	sh("mv cache moved; ln -s moved cache");
	ATF_REQUIRE_EQ_MSG(0, cache_row("kernel,one", &entry, &why), "%s", why.text);
	ATF_CHECK_EQ_MSG(0, cache_check(entry, &why), "%s", why.text);
	ATF_CHECK_STREQ("a_2", strrchr(entry, '/') + 1);
	ATF_CHECK_EQ(-ENOENT, cache_row("kernel,two", &entry, &why));
	free(entry);
	buf_free(&text);
}

ATF_TC(full);
ATF_TC_HEAD(full, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that an entry that the disk has no room for is refused, "
				       "and that nothing of it is left");
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(full, tc)
{
	char *entry;
	struct why why;

	make_cache();
	sh("mkdir cache");
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "cache", "tmpfs", 0, "size=64k") < 0)
		atf_tc_skip("no file system of one's own: %s", strerror(errno));
	entry = entry_path("a_1");
	sh("dd if=/dev/zero of=cache/ballast bs=1k 2>/dev/null; test -s cache/ballast");
	ATF_CHECK(commit(entry, "", &why) < 0);
	ATF_CHECK_MSG(strstr(why.text, "write error"), "%s", why.text);
	sh("test -z \"$(ls cache/kernels/amd64)\"");
	ATF_CHECK_EQ(-ENOENT, cache_check(entry, &why));
	sh("rm cache/ballast");
	add("a_1", "kernel,one");
	ATF_CHECK_EQ_MSG(0, cache_check(entry, &why), "%s", why.text);
	free(entry);
	umount("cache");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, damage);
	ATF_TP_ADD_TC(tp, race);
	ATF_TP_ADD_TC(tp, prune);
	ATF_TP_ADD_TC(tp, full);
	return atf_no_error();
}
