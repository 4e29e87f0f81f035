/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - one kind of work in a loop: `calls WORK` prints the nanoseconds of
 * one repetition, the least of several rounds. It knows nothing of sandboxes;
 * bench/run starts it natively, at the floor and inside belay.
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

static double round_ns(const struct work *w)
{
	struct timespec a, b;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < w->times; i++) {
		if (w->once() < 0) {
			perror(w->name);
			exit(1);
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / w->times;
}

int main(int argc, char **argv)
{
	size_t n = sizeof(works) / sizeof(works[0]);

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < n; i++)
			puts(works[i].name);
		return 0;
	}
	for (size_t i = 0; argc == 2 && i < n; i++) {
		double least = 0;

		if (strcmp(argv[1], works[i].name) != 0)
			continue;
		if (work_open_write() < 0) {
			perror(file);
			return 1;
		}
		for (int r = 0; r < ROUNDS; r++) {
			double ns = round_ns(&works[i]);

			if (r == 0 || ns < least)
				least = ns;
		}
		unlink(file);
		printf("%.0f\n", least);
		return 0;
	}
	fputs("usage: calls --list | calls WORK\n", stderr);
	return 2;
}
