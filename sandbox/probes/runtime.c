/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runtime.c - what a program does to its rules at run time: pairs of words WHAT
 * ARG, one after the other, each with one line of answer:
 *	stat lstat fstatat statx int80 PATH	stat it: "done" for a command
 *	make FILE	create it
 *	child N, thread N	the next N pairs run in a new one, then the rest here
 *	exec -	the rest runs in this program, executed again
 *	forks FILE	four threads fork at once; each child opens FILE for writing
 *	race PATH	a thread changes it forth and back while it is looked at
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static char **words;

static void say(const char *what, long rc, bool right)
{
	printf("%s %s\n", what, rc < 0 ? strerrorname_np(errno) : right ? "done" : "other");
	fflush(stdout);
}

static bool is_answer(mode_t mode, unsigned int major, unsigned int minor)
{
	return mode == (S_IFCHR | 0666) && major == 1 && minor == 3;
}

static void by_stat(const char *what, const char *path)
{
	struct stat st = { .st_mode = 0 };
	long rc;

	if (strcmp(what, "stat") == 0)
		rc = stat(path, &st);
	else if (strcmp(what, "lstat") == 0)
		rc = lstat(path, &st);
	else
		rc = fstatat(-1, path, &st, AT_SYMLINK_NOFOLLOW);
	say(what, rc, is_answer(st.st_mode, major(st.st_rdev), minor(st.st_rdev)));
}

static void by_statx(const char *path)
{
	struct statx st = { .stx_mode = 0 };
	int rc = statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &st);

	say("statx", rc, (st.stx_mask & STATX_TYPE) &&
	    is_answer(st.stx_mode, st.stx_rdev_major, st.stx_rdev_minor));
}

/* stat64 as an i386 program makes it. */
static void by_int80(const char *path)
{
#if defined(__x86_64__) && !defined(__ILP32__)
	char *low = mmap((void *)0x10000000, 8192, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	unsigned int mode, rdev;
	int rc;

	if (low == MAP_FAILED)
		exit(1);
	snprintf(low, 4096, "%s", path);
	__asm__ volatile("int $0x80"
			 : "=a"(rc)
			 : "a"(195), "b"((int)(uintptr_t)low), "c"((int)(uintptr_t)low + 4096)
			 : "memory");
	memcpy(&mode, low + 4096 + 16, sizeof(mode));
	memcpy(&rdev, low + 4096 + 32, sizeof(rdev));
	munmap(low, 8192);
	errno = -rc;
	say("int80", rc < 0 ? -1 : 0, is_answer(mode, major(rdev), minor(rdev)));
#else
	(void)path;
	errno = ENOSYS;
	say("int80", -1, false);
#endif
}

/* One byte of the path tells a question from a command that is not allowed to work. */
static volatile char *flipped;
static volatile bool stop;

static void *flip(void *arg)
{
	char a = *(char *)arg, b = 'x';

	while (!stop) {
		*flipped = b;
		*flipped = a;
	}
	return NULL;
}

static void race(const char *path)
{
	unsigned long done = 0, not = 0, odd = 0;
	char copy[4096], first;
	struct stat st;
	pthread_t thread;

	snprintf(copy, sizeof(copy), "%s", path);
	flipped = strrchr(copy, '/') + 1;
	first = *flipped;
	pthread_create(&thread, NULL, flip, &first);
	for (int i = 0; i < 20000; i++) {
		if (stat(copy, &st) == 0) {
			done++;
			odd += !is_answer(st.st_mode, major(st.st_rdev), minor(st.st_rdev));
		} else {
			not++;
			odd += errno != EINVAL;
		}
	}
	stop = true;
	pthread_join(thread, NULL);
	fprintf(stderr, "%lu done, %lu not\n", done, not);
	printf("race %s\n", odd != 0 ? "odd" : "even");
	fflush(stdout);
}

/* The number of children that could not open it. */
static void *fork_many(void *arg)
{
	long failed = 0;
	int status;

	for (int i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(open(arg, O_WRONLY | O_CLOEXEC) < 0);
		failed += waitpid(pid, &status, 0) != pid || status != 0;
	}
	return (void *)failed;
}

static void forks(char *file)
{
	pthread_t threads[4];
	long failed = 0;

	for (int i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, fork_many, file) != 0)
			exit(1);
	for (int i = 0; i < 4; i++) {
		void *some;

		pthread_join(threads[i], &some);
		failed += (long)some;
	}
	printf("forks %ld failed\n", failed);
	fflush(stdout);
}

static void run_next(void);

static void *run_some(void *arg)
{
	for (int n = atoi(arg); n > 0; n--)
		run_next();
	return NULL;
}

static void run_next(void)
{
	const char *what = words[0];
	char *arg = words[1];

	if (what == NULL || arg == NULL)
		exit(2);
	words += 2;
	if (strcmp(what, "statx") == 0) {
		by_statx(arg);
	} else if (strcmp(what, "int80") == 0) {
		by_int80(arg);
	} else if (strcmp(what, "race") == 0) {
		race(arg);
	} else if (strcmp(what, "forks") == 0) {
		forks(arg);
	} else if (strcmp(what, "make") == 0) {
		int fd = open(arg, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

		say(what, fd, true);
		close(fd);
	} else if (strcmp(what, "child") == 0) {
		pid_t pid = fork();

		if (pid == 0) {
			run_some(arg);
			exit(0);
		}
		if (waitpid(pid, NULL, 0) != pid)
			exit(1);
		words += 2 * atoi(arg);
	} else if (strcmp(what, "thread") == 0) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, run_some, arg) != 0 ||
		    pthread_join(thread, NULL) != 0)
			exit(1);
	} else if (strcmp(what, "exec") == 0) {
		*--words = "runtime";
		execv("/proc/self/exe", words);
		exit(1);
	} else {
		by_stat(what, arg);
	}
}

int main(int argc, char **argv)
{
	(void)argc;
	words = argv + 1;
	while (*words != NULL)
		run_next();
	return 0;
}
