/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * each.c - make each call of this ABI that is judged or refused, by its number:
 *
 *	each prepare DIR	the files that the calls are made for
 *	each peer		print a process and an address of it, and wait to be killed
 *	each calls GOOD BAD PID ADDRESS KIND...
 *				with operands of GOOD, a child; then with each of them of BAD,
 *				that process
 *	each refused		those that no argument makes allowed
 *	each left		those that are judged, but made neither here nor by forms
 *
 * A line of `calls` is NAME KIND ANSWER EFFECT ANSWER..., one of `refused` NAME ANSWER WANTED.
 * An answer is ok or an errno, the effect what the call has left in GOOD. Numbers are those
 * of belay's table, arguments are not.
 */
#include "sandbox/probes/each.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "arch/abi.h"
#include "sandbox/plan/calls.h"

#define JUDGED "fnodekFp"
#define ATTRIBUTE "user.each"

/* Wide on x32, too. */
#ifdef __x86_64__
typedef long long time_word;
#else
typedef long time_word;
#endif

static const char *good, *bad;
static long good_pid, bad_pid;
static char *bad_address, cell[8];
/* Two operands of one call lie side by side. */
static char paths[2][PATH_MAX];

static const char *path_in(char *out, const char *dir, const char *name)
{
	snprintf(out, PATH_MAX, "%s/%s", dir, name);
	return out;
}

/* A copy of ourselves that says that it runs. */
static void copy_program(const char *to)
{
	char block[4096];
	int in, out;
	ssize_t n;

	if (access(to, F_OK) == 0)
		return;
	in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	while ((n = read(in, block, sizeof(block))) > 0)
		if (write(out, block, (size_t)n) != n)
			break;
	close(in);
	close(out);
}

static void file_at(const char *path)
{
	if (access(path, F_OK) < 0)
		close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

/* Nobody's clock says so. */
static bool was_set(const struct stat *st)
{
	return st->st_mtime < 1000000;
}

/* What the call before has changed is as it was; what is right already is left alone. */
static void prepare(const char *dir)
{
	char path[PATH_MAX], value;
	struct stat st;

	file_at(path_in(path, dir, "old"));
	file_at(path_in(path, dir, "dark"));
	path_in(path, dir, "file");
	if (stat(path, &st) == 0 && (st.st_mode != (S_IFREG | 0644) || st.st_size || was_set(&st)))
		unlink(path);
	file_at(path);
	if (getxattr(path, ATTRIBUTE, &value, 1) < 0 && errno == ENODATA)
		setxattr(path, ATTRIBUTE, "v", 1, 0);
	copy_program(path_in(path, dir, "program"));
	if (access(path_in(path, dir, "olddir"), F_OK) < 0)
		mkdir(path, 0755);
	if (lstat(path_in(path, dir, "new"), &st) == 0)
		S_ISDIR(st.st_mode) ? rmdir(path) : unlink(path);
}

/* Modes, sizes and times, but for those of now. */
static void effect(const char *dir)
{
	static const char *const names[] = { "file", "new", "old", "olddir" };
	char path[PATH_MAX];
	struct stat st;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		printf(i > 0 ? "," : " ");
		if (lstat(path_in(path, dir, names[i]), &st) < 0) {
			printf("-");
			continue;
		}
		printf("%o", (unsigned int)st.st_mode);
		if (S_ISREG(st.st_mode))
			printf("/%lld", (long long)st.st_size);
		if (was_set(&st))
			printf("@%lld.%09ld", (long long)st.st_mtime, (long)st.st_mtim.tv_nsec);
	}
}

static long open_in(const char *dir)
{
	char path[PATH_MAX];

	return open(path_in(path, dir, "file"), O_RDONLY | O_CLOEXEC);
}

/* One argument of those that are the same in both directories. */
static long plain(char letter, bool forbidden)
{
	static struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	static struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	static struct { unsigned long long flags, mode, resolve; } how = { .flags = O_WRONLY };
	static struct { unsigned long long value; unsigned int size, flags; } xattr = { .size = 1 };
	static struct { unsigned int size, policy; unsigned long long flags; int nice;
			unsigned int rest[7]; } attr = { .size = 48 };
	static const time_word times[] = { 1000, 5, 2000, 7 };
	static const long long times64[] = { 1000, 5, 2000, 7 };
	static char answers[4096], zeroes[64], processors[128], value[] = "v";
	static char *argv[] = { (char *)"program", (char *)"runs", NULL }, *env[] = { NULL };
	static struct iovec here, there;
	static int message[32];
	static unsigned long nodes[2];

	switch (letter) {
	case '@':
		return AT_FDCWD;
	case 's':
		return (long)(uintptr_t)"text";
	case 'm':
		return 0600;
	case 'q':
		return S_IFIFO | 0600;
	case 'w':
		return O_WRONLY;
	case 'U':
		return SIGURG;
	case 'D':
		return open_in(good);
	case 'i':
		return inotify_init1(IN_CLOEXEC);
	case 'I':
		return IN_OPEN;
	case 'h':
		return (long)(uintptr_t)&how;
	case 'H':
		return sizeof(how);
	case 't':
		return (long)(uintptr_t)times;
	case 'T':
		return (long)(uintptr_t)times64;
	case 'z':
		return (long)(uintptr_t)zeroes;
	case 'x':
		return (long)(uintptr_t)ATTRIBUTE;
	case 'v':
		return (long)(uintptr_t)value;
	case 'a':
		xattr.value = (uintptr_t)value;
		return (long)(uintptr_t)&xattr;
	case 'A':
		return sizeof(xattr);
	case 'g':
		return (long)(uintptr_t)argv;
	case 'E':
		return (long)(uintptr_t)env;
	case 'b':
		return (long)(uintptr_t)answers;
	case 'u':
		return (long)getuid();
	case 'r':
		return (long)getgid();
	case 'c':
		return (long)(uintptr_t)&header;
	case 'C':
		syscall(SYS_capget, &header, caps);
		return (long)(uintptr_t)caps;
	case 'L':
		here = (struct iovec){ answers, 1 };
		return (long)(uintptr_t)&here;
	case 'R':
		there = (struct iovec){ forbidden ? bad_address : cell, 1 };
		return (long)(uintptr_t)&there;
	case 'N':
		nodes[0] = 1;
		return (long)(uintptr_t)nodes;
	case 'M':
		return (long)(uintptr_t)processors;
	case 'S':
		return syscall(SYS_sched_getaffinity, 0, sizeof(processors), processors);
	case 'G':
		attr.nice = getpriority(PRIO_PROCESS, 0);
		return (long)(uintptr_t)&attr;
	case 'y':
		return getpriority(PRIO_PROCESS, 0);
	case 'Y':
		return syscall(SYS_ioprio_get, 1, 0);
	case 'j':
		message[2] = -1; /* si_code: of a process, not of the kernel */
		return (long)(uintptr_t)message;
	default:
		return letter - '0';
	}
}

/* One that is judged, the nth of its call. */
static long judged(char letter, bool forbidden, size_t nth)
{
	static const struct { char letter; const char *name; } names[] = {
		{ 'f', "file" }, { 'n', "new" }, { 'o', "old" }, { 'd', "olddir" },
		{ 'e', "program" }, { 'k', "dark" },
	};
	const char *dir = forbidden ? bad : good;

	if (letter == 'p')
		return forbidden ? bad_pid : good_pid;
	if (letter == 'F')
		return open_in(dir);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].letter == letter)
			return (long)(uintptr_t)path_in(paths[nth], dir, names[i].name);
	abort();
}

static const char *answer(long rc)
{
	return rc >= 0 ? "ok" : strerrorname_np(errno);
}

/* In a child, for it may become another program, or give up what it is. */
static const char *make(long nr, const long args[6])
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		long rc = syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);

		_exit(rc < 0 ? errno : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return "died";
	errno = WEXITSTATUS(status);
	return answer(errno ? -1 : 0);
}

/* With the operands whose bits are set in the bad directory. */
static const char *try(const struct each_row *row, long nr, unsigned int forbidden)
{
	long args[6] = { 0 };
	size_t nth = 0;

	prepare(good);
	prepare(bad);
	for (size_t i = 0; row->args[i]; i++) {
		char letter = row->args[i];
		bool here = forbidden >> nth & 1;

		if (letter == 'P')
			args[i] = forbidden ? bad_pid : good_pid;
		else if (strchr(JUDGED, letter))
			args[i] = judged(letter, here, nth++);
		else
			args[i] = plain(letter, forbidden != 0);
	}
	return make(nr, args);
}

static size_t operands(const struct each_row *row)
{
	size_t n = 0;

	for (const char *p = row->args; *p; p++)
		n += strchr(JUDGED, *p) != NULL;
	return n;
}

static void calls(const char *kind)
{
	for (const struct each_row *row = each_rows; row->name; row++) {
		long nr = (long)calls_nr(abi_native(), row->name);

		if (nr < 0 || strcmp(row->kind, kind) != 0)
			continue;
		printf("%s %s %s", row->name, kind, try(row, nr, 0));
		effect(good);
		for (size_t i = 0; i < operands(row); i++)
			printf(" %s", try(row, nr, 1u << i));
		puts("");
	}
}

static void refused(void)
{
	static const long nothing[6] = { -1, -1, -1, -1, -1, -1 };
	const struct call_spec *spec;

	for (size_t i = 0; (spec = calls_at(i)); i++) {
		long nr = (long)calls_nr(abi_native(), spec->name);

		if (nr >= 0 && spec->action == CALL_REFUSE && spec->cond == COND_NONE)
			printf("%s %s %s\n", spec->name, make(nr, nothing),
			       strerrorname_np(spec->error));
	}
	for (const struct each_cond *c = each_conds; c->name; c++) {
		long nr = (long)calls_nr(abi_native(), c->name);

		if (nr >= 0)
			printf("%s %s %s\n", c->name, make(nr, c->numbers), strerrorname_np(c->error));
	}
}

static void left(void)
{
	const struct call_spec *spec;

	for (size_t i = 0; (spec = calls_at(i)); i++) {
		const struct each_row *row = each_rows;

		if (spec->action != CALL_SUPERVISE ||
		    (spec->kind >= KIND_SOCKETCALL && spec->kind <= KIND_LISTEN))
			continue;
		while (row->name && strcmp(row->name, spec->name) != 0)
			row++;
		if (!row->name)
			puts(spec->name);
	}
}

/* A child that nothing happens to. */
static pid_t stand(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	return pid;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "runs") == 0)
		return 0;
	if (strcmp(what, "prepare") == 0 && argc == 3) {
		prepare(argv[2]);
	} else if (strcmp(what, "peer") == 0) {
		printf("%d %lu\n", (int)getpid(), (unsigned long)(uintptr_t)cell);
		fflush(stdout);
		for (;;)
			pause();
	} else if (strcmp(what, "calls") == 0 && argc > 6) {
		good = argv[2];
		bad = argv[3];
		bad_pid = atol(argv[4]);
		bad_address = (char *)(uintptr_t)strtoul(argv[5], NULL, 10);
		good_pid = stand();
		for (int i = 6; i < argc; i++)
			calls(argv[i]);
		kill((pid_t)good_pid, SIGKILL);
		waitpid((pid_t)good_pid, NULL, 0);
	} else if (strcmp(what, "refused") == 0) {
		refused();
	} else if (strcmp(what, "left") == 0) {
		left();
	} else {
		fprintf(stderr, "each: what?\n");
		return 2;
	}
	return 0;
}
