/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - one kind of work in a loop: `calls WORK [CALLERS]` prints the
 * nanoseconds of one repetition, the least of several rounds; with several
 * callers, processes that work at the same time, the time of all by the number
 * of all repetitions. It knows nothing of sandboxes; bench/run starts it
 * natively, at the floor and inside belay.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 7

static const char file[] = "bench.file";

static int work_getppid(void)
{
	return syscall(SYS_getppid) > 0 ? 0 : -1;
}

static int work_stat(void)
{
	struct stat st;

	return stat("/etc/passwd", &st);
}

static int work_open_read(void)
{
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -1 : close(fd);
}

static int work_open_write(void)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : close(fd);
}

static int work_mkdir(void)
{
	return mkdir("bench.dir", 0700) < 0 ? -1 : rmdir("bench.dir");
}

static int work_rename(void)
{
	return rename(file, "bench.other") < 0 ? -1 : rename("bench.other", file);
}

static int work_fork_exec(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	return pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0 ? -1 : 0;
}

static const struct work {
	const char *name;
	int (*once)(void);
	int times;
} works[] = {
	{ "getppid", work_getppid, 100000 },
	{ "stat", work_stat, 50000 },
	{ "open-read", work_open_read, 50000 },
	{ "open-write", work_open_write, 5000 },
	{ "mkdir-rmdir", work_mkdir, 3000 },
	{ "rename-twice", work_rename, 3000 },
	{ "fork-exec", work_fork_exec, 200 },
};

/* In a directory of its own: only what every file system shares is shared. */
static int caller(const struct work *w, int number, int go, int told)
{
	char dir[32], byte = 0;

	snprintf(dir, sizeof(dir), "bench.%d", number);
	if (mkdir(dir, 0700) < 0 || chdir(dir) < 0 || work_open_write() < 0 ||
	    write(told, &byte, 1) != 1 || read(go, &byte, 1) != 0) {
		perror(dir);
		return 1;
	}
	for (int i = 0; i < w->times; i++) {
		if (w->once() < 0) {
			perror(w->name);
			return 1;
		}
	}
	if (write(told, &byte, 1) != 1)
		return 1;
	return unlink(file) < 0 || chdir("..") < 0 || rmdir(dir) < 0;
}

static void hear(int fd, int callers)
{
	char byte;

	/* A caller that fails ends without a word. */
	for (int i = 0; i < callers; i++)
		if (read(fd, &byte, 1) != 1)
			exit(1);
}

/* Of one repetition, when so many callers do theirs at once. */
static double round_ns(const struct work *w, int callers)
{
	struct timespec a, b;
	int go[2], told[2], status;

	if (pipe(go) < 0 || pipe(told) < 0) {
		perror("pipe");
		exit(1);
	}
	for (int i = 0; i < callers; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			close(go[1]);
			_exit(caller(w, i, go[0], told[1]));
		}
		if (pid < 0) {
			perror("fork");
			exit(1);
		}
	}
	close(go[0]);
	close(told[1]);
	hear(told[0], callers);
	clock_gettime(CLOCK_MONOTONIC, &a);
	close(go[1]);
	hear(told[0], callers);
	clock_gettime(CLOCK_MONOTONIC, &b);
	close(told[0]);
	for (int i = 0; i < callers; i++)
		if (wait(&status) < 0 || status != 0)
			exit(1);
	return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) /
	       w->times / callers;
}

int main(int argc, char **argv)
{
	size_t n = sizeof(works) / sizeof(works[0]);
	int callers = argc == 3 ? atoi(argv[2]) : 1;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < n; i++)
			puts(works[i].name);
		return 0;
	}
	for (size_t i = 0; (argc == 2 || argc == 3) && callers > 0 && i < n; i++) {
		double least = 0;

		if (strcmp(argv[1], works[i].name) != 0)
			continue;
		for (int r = 0; r < ROUNDS; r++) {
			double ns = round_ns(&works[i], callers);

			if (r == 0 || ns < least)
				least = ns;
		}
		printf("%.0f\n", least);
		return 0;
	}
	fputs("usage: calls --list | calls WORK [CALLERS]\n", stderr);
	return 2;
}
