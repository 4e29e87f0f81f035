/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resolve_test.c - names resolved in the view of a child, with openat2 and
 * with the walk alone: both must give the same object and the same errors.
 */
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/supervise/resolve.h"

static char top[PATH_MAX];	/* the canonical work directory */
static pid_t child;

static bool is_child(void *arg, pid_t pid)
{
	(void)arg;
	return pid == child;
}

static void make(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	ATF_REQUIRE(fd >= 0);
	close(fd);
}

/* A tree, and a child in its directory d with descriptors 10 to 13 open. */
static void start(void)
{
	int up[2];
	char c;

	ATF_REQUIRE(getcwd(top, sizeof(top)) != NULL);
	mkdir("d", 0755);
	mkdir("d/sub", 0755);
	make("d/file");
	make("d/real (deleted)");
	make("d/gone");
	make("outside");
	ATF_REQUIRE_EQ(0, symlink("file", "d/link"));
	ATF_REQUIRE_EQ(0, symlink("../outside", "d/up"));
	ATF_REQUIRE_EQ(0, symlink("nowhere", "d/dangling"));
	ATF_REQUIRE_EQ(0, symlink("sub/new", "d/tonew"));
	ATF_REQUIRE_EQ(0, symlink("b", "d/a"));
	ATF_REQUIRE_EQ(0, symlink("a", "d/b"));
	ATF_REQUIRE_EQ(0, symlink("/proc/self", "d/me"));
	ATF_REQUIRE_EQ(0, symlink("sub", "d/tosub"));
	ATF_REQUIRE_EQ(0, pipe(up));
	child = fork();
	ATF_REQUIRE(child >= 0);
	if (child == 0) {
		if (chdir("d") < 0 || dup2(open("gone", O_RDWR), 10) != 10 ||
		    dup2(up[0], 11) != 11 || dup2(open("real (deleted)", O_RDWR), 12) != 12 ||
		    dup2(open("sub", O_RDONLY), 13) != 13 || unlink("gone") < 0)
			_exit(1);
		if (write(up[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	ATF_REQUIRE_EQ(1, read(up[0], &c, 1));
	close(up[0]);
	close(up[1]);
}

static void stop(void)
{
	kill(child, SIGKILL);
	ATF_REQUIRE_EQ(child, waitpid(child, NULL, 0));
}

static int resolve(int8_t have_openat2, int dirfd, const char *path, enum resolve_want want,
		   bool nofollow, uint64_t flags, struct pin *pin)
{
	struct resolve_ctx ctx = { .tid = child, .tgid = child, .supervisor = getpid(),
				   .inside = is_child, .have_openat2 = have_openat2 };
	static struct operand op;
	int base, rc;

	op = (struct operand){ .present = true, .dirfd = dirfd, .len = strlen(path) };
	if (path[0] == '\0')
		op.is_fd = true;
	snprintf(op.path, sizeof(op.path), "%s", path);
	PIN_INIT_FDS(pin);
	rc = resolve_open_base(&ctx, &op, flags, &base);
	if (rc < 0)
		return rc;
	rc = resolve_operand(&ctx, &op, base, want, nofollow, flags, pin);
	if (base >= 0)
		close(base);
	return rc;
}

enum { FOLLOW = 0, NOFOLLOW = 1 };

struct row {
	int dirfd;
	const char *path;
	enum resolve_want want;
	bool nofollow;
	int rc;
	const char *expect;	/* %T: top, %C: the child's pid */
	const char *name;	/* of a pinned name */
};

static const struct row rows[] = {
	{ AT_FDCWD, "file", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/file", NULL },
	{ AT_FDCWD, "./sub/..//file", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/file", NULL },
	{ AT_FDCWD, "link", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/file", NULL },
	{ AT_FDCWD, "link", RESOLVE_OBJECT, NOFOLLOW, 0, "%T/d/link", NULL },
	{ AT_FDCWD, "up", RESOLVE_OBJECT, FOLLOW, 0, "%T/outside", NULL },
	{ AT_FDCWD, "tosub/", RESOLVE_OBJECT, NOFOLLOW, 0, "%T/d/sub", NULL },
	{ AT_FDCWD, "tosub/../link", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/file", NULL },
	{ AT_FDCWD, "..", RESOLVE_OBJECT, FOLLOW, 0, "%T", NULL },
	{ AT_FDCWD, ".", RESOLVE_OBJECT, FOLLOW, 0, "%T/d", NULL },
	{ AT_FDCWD, "/", RESOLVE_OBJECT, FOLLOW, 0, "/", NULL },
	{ AT_FDCWD, "/../..", RESOLVE_OBJECT, FOLLOW, 0, "/", NULL },
	{ AT_FDCWD, "file/", RESOLVE_OBJECT, FOLLOW, -ENOTDIR, NULL, NULL },
	{ AT_FDCWD, "link/", RESOLVE_OBJECT, FOLLOW, -ENOTDIR, NULL, NULL },
	{ AT_FDCWD, "file/.", RESOLVE_OBJECT, FOLLOW, -ENOTDIR, NULL, NULL },
	{ AT_FDCWD, "missing", RESOLVE_OBJECT, FOLLOW, -ENOENT, NULL, NULL },
	{ AT_FDCWD, "missing/x", RESOLVE_OBJECT, FOLLOW, -ENOENT, NULL, NULL },
	{ AT_FDCWD, "dangling", RESOLVE_OBJECT, FOLLOW, -ENOENT, NULL, NULL },
	{ AT_FDCWD, "a", RESOLVE_OBJECT, FOLLOW, -ELOOP, NULL, NULL },
	{ AT_FDCWD, "a/x", RESOLVE_NAME, FOLLOW, -ELOOP, NULL, NULL },
	{ 13, "../file", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/file", NULL },
	{ 13, "", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/sub", NULL },
	{ 99, "file", RESOLVE_OBJECT, FOLLOW, -EBADF, NULL, NULL },
	{ -1, "file", RESOLVE_OBJECT, FOLLOW, -EBADF, NULL, NULL },
	{ 12, "file", RESOLVE_OBJECT, FOLLOW, -ENOTDIR, NULL, NULL },
	{ AT_FDCWD, "new", RESOLVE_NAME, FOLLOW, 0, "%T/d/new", "new" },
	{ AT_FDCWD, "new//", RESOLVE_NAME, FOLLOW, 0, "%T/d/new", "new/" },
	{ AT_FDCWD, "link", RESOLVE_NAME, FOLLOW, 0, "%T/d/link", "link" },
	{ AT_FDCWD, "tosub/x", RESOLVE_NAME, FOLLOW, 0, "%T/d/sub/x", "x" },
	{ AT_FDCWD, "sub/..", RESOLVE_NAME, FOLLOW, 0, "%T/d/sub/..", ".." },
	{ AT_FDCWD, "/", RESOLVE_NAME, FOLLOW, 0, "/", "/" },
	{ AT_FDCWD, "missing/x", RESOLVE_NAME, FOLLOW, -ENOENT, NULL, NULL },
	{ AT_FDCWD, "file/x", RESOLVE_NAME, FOLLOW, -ENOTDIR, NULL, NULL },
	{ AT_FDCWD, "new", RESOLVE_CREATE, FOLLOW, 0, "%T/d/new", "new" },
	{ AT_FDCWD, "file", RESOLVE_CREATE, FOLLOW, 0, "%T/d/file", NULL },
	{ AT_FDCWD, "link", RESOLVE_CREATE, FOLLOW, 0, "%T/d/file", NULL },
	{ AT_FDCWD, "link", RESOLVE_CREATE, NOFOLLOW, 0, "%T/d/link", NULL },
	{ AT_FDCWD, "tonew", RESOLVE_CREATE, FOLLOW, 0, "%T/d/sub/new", "new" },
	{ AT_FDCWD, "dangling", RESOLVE_CREATE, FOLLOW, 0, "%T/d/nowhere", "nowhere" },
	{ AT_FDCWD, "new/", RESOLVE_CREATE, FOLLOW, -EISDIR, NULL, NULL },
	{ AT_FDCWD, "a", RESOLVE_CREATE, FOLLOW, -ELOOP, NULL, NULL },
	{ AT_FDCWD, "/proc/self", RESOLVE_OBJECT, FOLLOW, 0, "/proc/%C", NULL },
	{ AT_FDCWD, "/proc/self/status", RESOLVE_OBJECT, FOLLOW, 0, "/proc/%C/status", NULL },
	{ AT_FDCWD, "/proc/mounts", RESOLVE_OBJECT, FOLLOW, 0, "/proc/%C/mounts", NULL },
	{ AT_FDCWD, "/proc/thread-self/comm", RESOLVE_OBJECT, FOLLOW, 0,
	  "/proc/%C/task/%C/comm", NULL },
	{ AT_FDCWD, "/proc/self/cwd/file", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/file", NULL },
	{ AT_FDCWD, "/proc/self/cwd/new", RESOLVE_CREATE, FOLLOW, 0, "%T/d/new", "new" },
	{ AT_FDCWD, "/proc/self/fd/13/../file", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/file", NULL },
	{ AT_FDCWD, "me/cwd/link", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/file", NULL },
	{ AT_FDCWD, "me/../self/fd/12", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/real (deleted)", NULL },
	{ AT_FDCWD, "/dev/fd/13", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/sub", NULL },
	{ AT_FDCWD, "/proc/self/fd/10", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/gone", NULL },
	{ AT_FDCWD, "/proc/self/fd/99", RESOLVE_OBJECT, FOLLOW, -ENOENT, NULL, NULL },
	{ AT_FDCWD, "/proc/self/fd/12/x", RESOLVE_OBJECT, FOLLOW, -ENOTDIR, NULL, NULL },
	{ AT_FDCWD, "/proc/selfish", RESOLVE_OBJECT, FOLLOW, -ENOENT, NULL, NULL },
	{ AT_FDCWD, "real (deleted)", RESOLVE_OBJECT, FOLLOW, 0, "%T/d/real (deleted)", NULL },
};

static void expand(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text != '\0' && n + 1 < size; text++) {
		if (text[0] == '%' && text[1] == 'T')
			n += (size_t)snprintf(out + n, size - n, "%s", top), text++;
		else if (text[0] == '%' && text[1] == 'C')
			n += (size_t)snprintf(out + n, size - n, "%d", (int)child), text++;
		else
			out[n++] = *text;
	}
	out[n] = '\0';
}

ATF_TC(table);
ATF_TC_HEAD(table, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that names lead to the tracee's objects, by openat2 and by walk");
}
ATF_TC_BODY(table, tc)
{
	(void)tc;
	start();
	for (int8_t openat2 = -1; openat2 <= 0; openat2++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			const struct row *r = &rows[i];
			static struct pin pin;
			char want[PATH_MAX];
			int rc = resolve(openat2, r->dirfd, r->path, r->want, r->nofollow, 0, &pin);

			ATF_CHECK_EQ_MSG(r->rc, rc, "%s (%d): %s instead of %s", r->path, openat2,
					 strerror(-rc), strerror(-r->rc));
			if (rc < 0 || r->rc < 0) {
				pin_close(&pin);
				continue;
			}
			expand(r->expect, want, sizeof(want));
			ATF_CHECK_STREQ_MSG(want, pin.path, "%s: %s", r->path, pin.path);
			ATF_CHECK_STREQ(r->name != NULL ? r->name : "", pin.name);
			ATF_CHECK_EQ(r->name != NULL, pin.parent >= 0 && pin.fd < 0);
			ATF_CHECK(!pin.foreign && !pin.nameless);
			pin_close(&pin);
		}
	}
	stop();
}

ATF_TC(kinds);
ATF_TC_HEAD(kinds, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that pipes, held files and foreign processes are told apart");
}
ATF_TC_BODY(kinds, tc)
{
	static struct pin pin;
	char path[64];

	(void)tc;
	start();
	ATF_REQUIRE_EQ(0, resolve(-1, AT_FDCWD, "/proc/self/fd/11", RESOLVE_OBJECT, FOLLOW, 0, &pin));
	ATF_CHECK(pin.nameless && !pin.foreign);
	pin_close(&pin);
	ATF_REQUIRE_EQ(0, resolve(-1, AT_FDCWD, "/proc/self/fd/12", RESOLVE_OBJECT, FOLLOW, 0, &pin));
	ATF_CHECK_EQ(1u << POLICY_READ | 1u << POLICY_WRITE, pin.held);
	pin_close(&pin);
	ATF_REQUIRE_EQ(0, resolve(-1, AT_FDCWD, "/proc/self/fd/13", RESOLVE_OBJECT, FOLLOW, 0, &pin));
	ATF_CHECK_EQ(1u << POLICY_READ, pin.held);
	pin_close(&pin);
	/* Held is the file, not what lies beyond it. */
	ATF_REQUIRE_EQ(0, resolve(-1, AT_FDCWD, "/proc/self/fd/13/../file", RESOLVE_OBJECT, FOLLOW,
				  0, &pin));
	ATF_CHECK_EQ(0, pin.held);
	pin_close(&pin);
	/* Our own directory in /proc is that of a process outside. */
	snprintf(path, sizeof(path), "/proc/%d/cwd/d/file", (int)getpid());
	ATF_REQUIRE_EQ(0, resolve(-1, AT_FDCWD, path, RESOLVE_OBJECT, FOLLOW, 0, &pin));
	ATF_CHECK(pin.foreign);
	pin_close(&pin);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)getpid());
	ATF_REQUIRE_EQ(0, resolve(-1, AT_FDCWD, path, RESOLVE_OBJECT, FOLLOW, 0, &pin));
	ATF_CHECK_EQ(getpid(), pin.proc_pid);
	pin_close(&pin);
	ATF_REQUIRE_EQ(0, resolve(-1, AT_FDCWD, "/proc/self/status", RESOLVE_OBJECT, FOLLOW, 0,
				  &pin));
	ATF_CHECK_EQ(child, pin.proc_pid);
	pin_close(&pin);
	stop();
}

ATF_TC(scopes);
ATF_TC_HEAD(scopes, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the RESOLVE_ flags of openat2 are kept");
}
ATF_TC_BODY(scopes, tc)
{
	static const struct {
		const char *path;
		uint64_t flags;
		int rc;
	} scoped[] = {
		{ "link", 0x04, -ELOOP },	  { "file", 0x04, 0 },
		{ "../outside", 0x08, -EXDEV },	  { "up", 0x08, -EXDEV },
		{ "link", 0x08, 0 },		  { "/file", 0x08, -EXDEV },
		{ "/file", 0x10, 0 },		  { "../file", 0x10, 0 },
		{ "/proc/self/fd/12", 0x02, -ELOOP }, { "/proc/self/status", 0x02, 0 },
		{ "/proc/self/fd/12", 0x04, -ELOOP },
	};
	static struct pin pin;

	(void)tc;
	start();
	if (resolve(-1, AT_FDCWD, "file", RESOLVE_OBJECT, FOLLOW, 0x08, &pin) == -EAGAIN) {
		stop();
		atf_tc_skip("openat2 is not there");
	}
	pin_close(&pin);
	for (size_t i = 0; i < sizeof(scoped) / sizeof(scoped[0]); i++) {
		int rc = resolve(-1, AT_FDCWD, scoped[i].path, RESOLVE_OBJECT, FOLLOW,
				 scoped[i].flags, &pin);

		ATF_CHECK_EQ_MSG(scoped[i].rc, rc, "%s %x: %d", scoped[i].path,
				 (unsigned int)scoped[i].flags, rc);
		pin_close(&pin);
	}
	stop();
}

ATF_TC(long_names);
ATF_TC_HEAD(long_names, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that long names and deep links give the kernel's errors");
}
ATF_TC_BODY(long_names, tc)
{
	static struct pin pin;
	char name[NAME_MAX + 2], link[16], target[16];

	(void)tc;
	start();
	memset(name, 'n', NAME_MAX + 1);
	name[NAME_MAX + 1] = '\0';
	for (int8_t openat2 = -1; openat2 <= 0; openat2++) {
		ATF_CHECK_EQ(-ENAMETOOLONG, resolve(openat2, AT_FDCWD, name, RESOLVE_OBJECT, FOLLOW,
						    0, &pin));
		ATF_CHECK_EQ(-ENAMETOOLONG, resolve(openat2, AT_FDCWD, name, RESOLVE_NAME, FOLLOW, 0,
						    &pin));
		ATF_CHECK_EQ(-ENAMETOOLONG, resolve(openat2, AT_FDCWD, name, RESOLVE_CREATE, FOLLOW,
						    0, &pin));
	}
	name[NAME_MAX] = '\0';
	ATF_CHECK_EQ(0, resolve(-1, AT_FDCWD, name, RESOLVE_NAME, FOLLOW, 0, &pin));
	ATF_CHECK_STREQ(name, pin.name);
	pin_close(&pin);
	/* 40 links may follow each other, 41 may not. */
	snprintf(target, sizeof(target), "file");
	for (int i = 1; i <= 41; i++) {
		snprintf(link, sizeof(link), "d/l%d", i);
		ATF_REQUIRE_EQ(0, symlink(target, link));
		snprintf(target, sizeof(target), "l%d", i);
	}
	for (int8_t openat2 = -1; openat2 <= 0; openat2++) {
		ATF_CHECK_EQ(0, resolve(openat2, AT_FDCWD, "l40", RESOLVE_OBJECT, FOLLOW, 0, &pin));
		pin_close(&pin);
		ATF_CHECK_EQ(-ELOOP, resolve(openat2, AT_FDCWD, "l41", RESOLVE_OBJECT, FOLLOW, 0,
					     &pin));
	}
	stop();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, table);
	ATF_TP_ADD_TC(tp, kinds);
	ATF_TP_ADD_TC(tp, scopes);
	ATF_TP_ADD_TC(tp, long_names);
	return atf_no_error();
}
