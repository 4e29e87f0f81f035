/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * native.c - what a program sees of the file calls: results, errors,
 * descriptor numbers, modes. Works in the current directory, which must be
 * empty, and prints nothing that differs between two runs, so the output
 * inside a sandbox that allows it all must be the output outside.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include "sandbox/probes/numbers.h"

static void say(const char *what, long rc)
{
	if (rc < 0)
		printf("%s: %s\n", what, strerrorname_np(errno));
	else
		printf("%s: %ld\n", what, rc);
}

/*
 * Print and close. Two flags do not reach F_GETFL inside as they do outside:
 * O_NOFOLLOW, and O_LARGEFILE of a 32-bit program.
 */
#if defined(__i386__) || defined(__x86_64__)
#define HIDDEN_FLAGS (0100000 | O_NOFOLLOW)
#else
#define HIDDEN_FLAGS (0400000 | O_NOFOLLOW)
#endif

static void say_fd(const char *what, int fd)
{
	int err = errno;

	if (fd >= 0)
		printf("%s: %d cloexec %d flags %o\n", what, fd, fcntl(fd, F_GETFD),
		       (unsigned int)fcntl(fd, F_GETFL) & ~(unsigned int)HIDDEN_FLAGS);
	errno = err;
	if (fd < 0)
		say(what, fd);
	else
		close(fd);
}

static void say_mode(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		say(path, -1);
	else
		printf("%s: mode %o size %lld links %d mtime %lld\n", path,
		       (unsigned int)st.st_mode, S_ISREG(st.st_mode) ? (long long)st.st_size : 0,
		       S_ISREG(st.st_mode) ? (int)st.st_nlink : 0,
		       st.st_mtime < 1000000 ? (long long)st.st_mtime : -1);
}

static void prepare(void)
{
	mkdir("dir", 0755);
	close(open("file", O_CREAT | O_WRONLY, 0644));
	if (symlink("file", "link") < 0 || symlink("dir", "dirlink") < 0 ||
	    symlink("nowhere", "dangling") < 0 || symlink("loop2", "loop1") < 0 ||
	    symlink("loop1", "loop2") < 0 || symlink("dir/made", "makelink") < 0)
		perror("symlink");
}

static void opens(void)
{
	static const struct {
		const char *name;
		int flags;
	} flags[] = {
		{ "RDONLY", O_RDONLY },
		{ "WRONLY", O_WRONLY },
		{ "RDWR|CLOEXEC", O_RDWR | O_CLOEXEC },
		{ "3", 3 },
		{ "CREAT", O_RDWR | O_CREAT },
		{ "CREAT|RDONLY", O_RDONLY | O_CREAT },
		{ "CREAT|EXCL", O_RDWR | O_CREAT | O_EXCL },
		{ "CREAT|NOFOLLOW", O_RDWR | O_CREAT | O_NOFOLLOW },
		{ "CREAT|DIRECTORY", O_RDWR | O_CREAT | O_DIRECTORY },
		{ "NOFOLLOW", O_RDWR | O_NOFOLLOW },
		{ "DIRECTORY", O_RDONLY | O_DIRECTORY },
		{ "DIRECTORY|WRONLY", O_WRONLY | O_DIRECTORY },
		{ "PATH", O_PATH },
		{ "PATH|NOFOLLOW", O_PATH | O_NOFOLLOW },
		{ "PATH|RDWR|CREAT", O_PATH | O_RDWR | O_CREAT },
		{ "TRUNC", O_WRONLY | O_TRUNC },
		{ "TRUNC|RDONLY", O_RDONLY | O_TRUNC },
		{ "APPEND|NONBLOCK", O_WRONLY | O_APPEND | O_NONBLOCK },
		{ "SYNC", O_RDWR | O_SYNC },
		{ "TMPFILE", O_RDWR | O_TMPFILE },
		{ "TMPFILE|RDONLY", O_RDONLY | O_TMPFILE },
	};
	static const char *const paths[] = {
		"file", "file/", "file/x", "dir", "dir/", "dir/.", "dir/..", "link", "link/",
		"dirlink", "dirlink/", "dangling", "dangling/", "loop1", "missing", "missing/",
		"missing/x", "", ".", "..", "/", "//", "dir//../file", "./file",
		"/proc/self/fd/0", "/dev/null", "/proc/self/exe",
	};
	char what[64];

	for (size_t p = 0; p < sizeof(paths) / sizeof(paths[0]); p++) {
		for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++) {
			snprintf(what, sizeof(what), "open(%s, %s)", paths[p], flags[f].name);
			say_fd(what, open(paths[p], flags[f].flags, 0640));
			/* What was made goes away again. */
			if (strncmp(paths[p], "missing", 7) == 0)
				unlink("missing");
			if (strcmp(paths[p], "dangling") == 0)
				unlink("nowhere");
		}
	}
	say_fd("open(makelink, CREAT)", open("makelink", O_CREAT | O_WRONLY, 0600));
	say_mode("dir/made");
	say("unlink(dir/made)", unlink("dir/made"));
	say_fd("open(NULL)", (int)syscall(SYS_openat, AT_FDCWD, NULL, O_RDWR));
	say_fd("open(bad pointer)", (int)syscall(SYS_openat, AT_FDCWD, 1L, O_RDWR));
	say_fd("openat(-1)", openat(-1, "file", O_RDWR));
	say_fd("openat(99)", openat(99, "file", O_RDWR));
	say_fd("openat(99, absolute)", openat(99, "/dev/null", O_RDWR));
	say_fd("openat(stdin)", openat(0, "file", O_RDWR));
	say_fd("creat", creat("file", 0600));
}

static void openat2s(void)
{
	struct {
		unsigned long long flags, mode, resolve, extra;
	} how = { .flags = O_RDWR };
	static const char *const paths[] = { "file", "link", "../x/file", "/dev/null",
					     "dirlink/../file", "/proc/self/fd/0" };

	for (unsigned int resolve = 0; resolve < 0x40; resolve = resolve ? resolve * 2 : 1) {
		for (size_t p = 0; p < sizeof(paths) / sizeof(paths[0]); p++) {
			char what[64];
			int fd;

			if (resolve == 0x20) /* RESOLVE_CACHED may fail as it likes */
				continue;
			how.resolve = resolve;
			fd = (int)syscall(NR_OPENAT2, AT_FDCWD, paths[p], &how, 24L);
			snprintf(what, sizeof(what), "openat2(%s, resolve %x)", paths[p], resolve);
			say_fd(what, fd);
		}
	}
	how.resolve = 0;
	say_fd("openat2(size 8)", (int)syscall(NR_OPENAT2, AT_FDCWD, "file", &how, 8L));
	say_fd("openat2(size 32)", (int)syscall(NR_OPENAT2, AT_FDCWD, "file", &how, 32L));
	how.extra = 1;
	say_fd("openat2(size 32, more)", (int)syscall(NR_OPENAT2, AT_FDCWD, "file", &how, 32L));
	how.mode = 0644;
	say_fd("openat2(mode)", (int)syscall(NR_OPENAT2, AT_FDCWD, "file", &how, 24L));
	how.mode = 0;
	how.flags = 1ULL << 40;
	say_fd("openat2(flags)", (int)syscall(NR_OPENAT2, AT_FDCWD, "file", &how, 24L));
	say_fd("openat2(NULL)", (int)syscall(NR_OPENAT2, AT_FDCWD, "file", NULL, 24L));
}

static void umasks(void)
{
	static const mode_t masks[] = { 0, 022, 027, 077, 0777 };

	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		umask(masks[i]);
		close(open("new", O_CREAT | O_WRONLY, 06777));
		mkdir("newdir", 01777);
		mkfifo("newfifo", 0666);
		say_mode("new");
		say_mode("newdir");
		say_mode("newfifo");
		unlink("new");
		rmdir("newdir");
		unlink("newfifo");
	}
	umask(022);
}

static void names(void)
{
	char longname[NAME_MAX + 2], longpath[PATH_MAX + 2];

	memset(longname, 'n', sizeof(longname) - 1);
	longname[sizeof(longname) - 1] = '\0';
	memset(longpath, '/', sizeof(longpath) - 1);
	longpath[sizeof(longpath) - 1] = '\0';
	say("mkdir(dir)", mkdir("dir", 0755));
	say("mkdir(a)", mkdir("a", 0755));
	say("mkdir(b/)", mkdir("b/", 0755));
	say("mkdir(.)", mkdir(".", 0755));
	say("mkdir(/)", mkdir("/", 0755));
	say("mkdir(link)", mkdir("link", 0755));
	say("mkdir(dangling)", mkdir("dangling", 0755));
	say("mkdir(file/x)", mkdir("file/x", 0755));
	say("mkdir(missing/x)", mkdir("missing/x", 0755));
	say("mkdir(long name)", mkdir(longname, 0755));
	say("mkdir(long path)", mkdir(longpath, 0755));
	longpath[PATH_MAX - 1] = '\0';
	say("mkdir(path of PATH_MAX - 1)", mkdir(longpath, 0755));
	say("mkdir()", mkdir("", 0755));
	say("rmdir(a/.)", rmdir("a/."));
	say("rmdir(a/..)", rmdir("a/.."));
	say("rmdir(file)", rmdir("file"));
	say("rmdir(dirlink)", rmdir("dirlink"));
	say("rmdir(dirlink/)", rmdir("dirlink/"));
	say("rmdir(/)", rmdir("/"));
	say("rmdir(a)", rmdir("a"));
	say("rmdir(b/)", rmdir("b/"));
	say("rmdir(missing)", rmdir("missing"));
	say("unlink(dir)", unlink("dir"));
	say("unlink(file/)", unlink("file/"));
	say("unlink(missing)", unlink("missing"));
	say("unlink(/)", unlink("/"));
	say("unlink(.)", unlink("."));
	say("unlinkat(bad flags)", unlinkat(AT_FDCWD, "file", 0x8000));
	say("symlink(x, link)", symlink("x", "link"));
	say("symlink('', new)", symlink("", "new"));
	say("symlink(x, new/)", symlink("x", "new/"));
	say("link(file, hard)", link("file", "hard"));
	say("link(file, hard)", link("file", "hard"));
	say("link(dir, harddir)", link("dir", "harddir"));
	say("link(link, hardlink)", link("link", "hardlink"));
	say_mode("hardlink");
	say("linkat(follow)", linkat(AT_FDCWD, "link", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW));
	say_mode("followed");
	say("linkat(bad flags)", linkat(AT_FDCWD, "file", AT_FDCWD, "h2", 0x8000));
	say("rename(missing, x)", rename("missing", "x"));
	say("rename(file, dir)", rename("file", "dir"));
	say("rename(dir, file)", rename("dir", "file"));
	say("rename(dir, dir/x)", rename("dir", "dir/x"));
	say("rename(hard, moved)", rename("hard", "moved"));
	say("rename(moved, moved/)", rename("moved", "moved/"));
	say("renameat2(NOREPLACE)",
	    renameat2(AT_FDCWD, "moved", AT_FDCWD, "file", RENAME_NOREPLACE));
	say("renameat2(EXCHANGE)",
	    renameat2(AT_FDCWD, "moved", AT_FDCWD, "dir", RENAME_EXCHANGE));
	say("renameat2(EXCHANGE)",
	    renameat2(AT_FDCWD, "moved", AT_FDCWD, "dir", RENAME_EXCHANGE));
	say("renameat2(bad flags)", renameat2(AT_FDCWD, "moved", AT_FDCWD, "dir", 0x100));
	say("unlink(moved)", unlink("moved"));
	say("unlink(hardlink)", unlink("hardlink"));
	say("unlink(followed)", unlink("followed"));
	say("mknod(fifo)", mknod("fifo", S_IFIFO | 0600, 0));
	say("mknod(fifo)", mknod("fifo", S_IFIFO | 0600, 0));
	say("mknod(reg)", mknod("reg", S_IFREG | 0600, 0));
	say("mknod(0)", mknod("reg0", 0600, 0));
	say("mknod(dir)", mknod("nod", S_IFDIR | 0600, 0));
	say_fd("open(fifo, RDWR)", open("fifo", O_RDWR));
	say_fd("open(fifo, RDONLY|NONBLOCK)", open("fifo", O_RDONLY | O_NONBLOCK));
	say_fd("open(fifo, WRONLY|NONBLOCK)", open("fifo", O_WRONLY | O_NONBLOCK));
}

static void attributes(void)
{
	struct timespec times[2] = { { 1000, 5 }, { 2000, 7 } };
	struct timespec bad[2] = { { 1, 2000000000 }, { 1, 1 } };
	struct timespec omit[2] = { { 0, UTIME_OMIT }, { 3000, 0 } };
	struct utimbuf ub = { 4000, 5000 };
	int fd = open("file", O_RDONLY), dir = open("dir", O_RDONLY | O_DIRECTORY);
	int path = open("file", O_PATH);

	say("chmod", chmod("file", 0751));
	say_mode("file");
	say("chmod(link)", chmod("link", 04640));
	say_mode("file");
	say("chmod(missing)", chmod("missing", 0));
	say("chmod(file/)", chmod("file/", 0));
	say("chmod(loop1)", chmod("loop1", 0));
	say("fchmod", fchmod(fd, 0644));
	say("fchmod(O_PATH)", fchmod(path, 0644));
	say("fchmod(-1)", fchmod(-1, 0644));
	say("fchmod(77)", fchmod(77, 0644));
	say("fchmodat(dir)", fchmodat(dir, "../file", 0600, 0));
	say("fchmodat2(nofollow)", syscall(NR_FCHMODAT2, AT_FDCWD, "link", 0644, AT_SYMLINK_NOFOLLOW));
	say("fchmodat2(bad flags)", syscall(NR_FCHMODAT2, AT_FDCWD, "file", 0644, 0x8000));
	say("fchmodat2(empty)", syscall(NR_FCHMODAT2, fd, "", 0604, AT_EMPTY_PATH));
	say_mode("file");
	say("chown(-1, -1)", chown("file", (uid_t)-1, (gid_t)-1));
	say("lchown(link)", lchown("link", getuid(), getgid()));
	say("fchownat(empty)", fchownat(fd, "", getuid(), (gid_t)-1, AT_EMPTY_PATH));
	say("fchownat(bad flags)", fchownat(fd, "", 0, 0, 0x8000));
	say("truncate", truncate("file", 100));
	say("truncate(-1)", truncate("file", -1));
	say("truncate(dir)", truncate("dir", 1));
	say("truncate(missing)", truncate("missing", 1));
	say_mode("file");
	say("utimensat", utimensat(AT_FDCWD, "file", times, 0));
	say_mode("file");
	say("utimensat(bad)", utimensat(AT_FDCWD, "file", bad, 0));
	say("utimensat(omit)", utimensat(AT_FDCWD, "file", omit, 0));
	say_mode("file");
	say("utimensat(link)", utimensat(AT_FDCWD, "link", times, AT_SYMLINK_NOFOLLOW));
	say_mode("link");
	say("utimensat(bad flags)", utimensat(AT_FDCWD, "file", times, 0x8000));
	say("futimens", futimens(fd, times));
	say("futimens(O_PATH)", futimens(path, times));
	say("utimensat(-100, NULL)", syscall(SYS_utimensat, AT_FDCWD, NULL, times, 0));
	say_mode("file");
	say("utime", utime("file", &ub));
	say_mode("file");
	say("setxattr", setxattr("file", "user.a", "value", 5, 0));
	say("setxattr(CREATE)", setxattr("file", "user.a", "v", 1, XATTR_CREATE));
	say("setxattr(empty name)", setxattr("file", "", "v", 1, 0));
	say("setxattr(huge)", syscall(SYS_setxattr, "file", "user.a", "v", 1L << 20, 0));
	say("fsetxattr", fsetxattr(fd, "user.b", "", 0, 0));
	say("removexattr", removexattr("file", "user.a"));
	say("removexattr", removexattr("file", "user.a"));
	say("fremovexattr", fremovexattr(fd, "user.b"));
	say("access(W)", access("file", W_OK));
	say("access(8)", access("file", 8));
	say("access(missing)", access("missing", F_OK));
	say("faccessat2(nofollow)", syscall(NR_FACCESSAT2, AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW));
	close(fd);
	close(dir);
	close(path);
}

static void numbers(void)
{
	struct rlimit lim = { 20, 20 };
	int fds[32], n;

	for (n = 0; n < 5; n++)
		fds[n] = open("file", O_RDWR);
	printf("numbers: %d %d %d %d %d\n", fds[0], fds[1], fds[2], fds[3], fds[4]);
	close(fds[1]);
	close(fds[3]);
	fds[1] = open("file", O_RDWR | O_CREAT, 0600);
	fds[3] = open("file", O_RDWR | O_APPEND);
	printf("reused: %d %d\n", fds[1], fds[3]);
	dup2(fds[0], 50);
	say("open again", open("file", O_RDWR));
	setrlimit(RLIMIT_NOFILE, &lim);
	for (n = 0; n < 32; n++)
		if (open("file", O_RDWR) < 0)
			break;
	printf("until the limit: %s after %d\n", strerrorname_np(errno), n);
	close(10);
	say("one more", open("file", O_RDWR));
	say("too many", open("file", O_RDWR));
	lim.rlim_cur = 15;
	setrlimit(RLIMIT_NOFILE, &lim);
	close(12);
	say("below a lowered limit", open("file", O_RDWR));
	/* What a daemon does with all it does not know. */
	syscall(NR_CLOSE_RANGE, 3L, ~0U, 0L);
	say("after closing all", open("file", O_RDWR));
	say("after closing all", open("file", O_WRONLY));
}

static void content(void)
{
	char buf[64] = "";
	int fd = open("text", O_CREAT | O_RDWR | O_TRUNC, 0600), other;

	say("write", write(fd, "hello", 5));
	other = open("text", O_RDWR | O_APPEND);
	say("append", write(other, " world", 6));
	say("pread", pread(fd, buf, sizeof(buf) - 1, 0));
	printf("content: %s\n", buf);
	/* A deleted file by its descriptor. */
	unlink("text");
	snprintf(buf, sizeof(buf), "/proc/self/fd/%d", fd);
	close(other);
	other = open(buf, O_RDWR);
	say_fd("reopen deleted", other);
	say("chmod deleted", chmod(buf, 0640));
	say("ftruncate", ftruncate(fd, 3));
	say("linkat deleted", linkat(AT_FDCWD, buf, AT_FDCWD, "back", AT_SYMLINK_FOLLOW));
	close(fd);
	fd = open(".", O_TMPFILE | O_RDWR, 0640);
	snprintf(buf, sizeof(buf), "/proc/self/fd/%d", fd);
	say("linkat tmpfile", linkat(AT_FDCWD, buf, AT_FDCWD, "tmp", AT_SYMLINK_FOLLOW));
	say_mode("tmp");
	close(fd);
	mkdir("gone", 0700);
	if (chdir("gone") == 0 && rmdir("../gone") == 0) {
		say_fd("open in a removed directory", open("x", O_CREAT | O_RDWR, 0600));
		say("mkdir in a removed directory", mkdir("x", 0700));
	}
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	/* belay closes what it was started with; so do we outside. */
	syscall(NR_CLOSE_RANGE, 3L, ~0U, 0L);
	umask(022);
	prepare();
	opens();
	openat2s();
	umasks();
	names();
	attributes();
	numbers();
	content();
	return 0;
}
