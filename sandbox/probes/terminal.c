/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal.c - a person at a terminal: `terminal SCRIPT COMMAND [ARG...]`.
 * Runs the command as the foreground session of a new pseudo-terminal. Each
 * line of the script is "< TEXT" (type it; ^C and ^Z are control characters,
 * the rest ends with a newline) or "> TEXT" (wait until it was printed). What
 * was printed goes to standard output at the end. Exit 0 when the script is
 * through and the command has ended, 1 when a text did not come in a minute.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 60 /* seconds; only a hang takes so long */

static char seen[1 << 16];
static size_t nseen, searched;

static pid_t start(char **argv, int master)
{
	const char *name = ptsname(master);
	pid_t pid = fork();

	if (pid == 0) {
		int fd;

		setsid();
		fd = open(name, O_RDWR);
		if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
			_exit(126);
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		if (fd > 2)
			close(fd);
		close(master);
		execvp(argv[0], argv);
		_exit(127);
	}
	return pid;
}

/* Read on until `text` is there. 0, or -1: it ended or took too long. */
static int expect(int master, const char *text)
{
	time_t end = time(NULL) + PATIENCE;

	for (;;) {
		struct pollfd p = { master, POLLIN, 0 };
		const char *at = strstr(seen + searched, text);
		ssize_t n;

		if (at != NULL) {
			searched = (size_t)(at - seen) + strlen(text);
			return 0;
		}
		if (time(NULL) >= end || poll(&p, 1, 1000) < 0 || nseen + 1 >= sizeof(seen))
			return -1;
		if ((p.revents & (POLLIN | POLLHUP)) == 0)
			continue;
		n = read(master, seen + nseen, sizeof(seen) - 1 - nseen);
		if (n <= 0)
			return -1;
		nseen += (size_t)n;
		seen[nseen] = '\0';
	}
}

static void type(int master, const char *text)
{
	char c = 0;

	if (strcmp(text, "^C") == 0)
		c = 3;
	else if (strcmp(text, "^Z") == 0)
		c = 26;
	else if (strcmp(text, "^D") == 0)
		c = 4;
	if (c != 0)
		(void)!write(master, &c, 1);
	else
		dprintf(master, "%s\n", text);
}

int main(int argc, char **argv)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status, rc = 0;
	char line[512];
	pid_t pid;
	FILE *f;

	if (argc < 3 || master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return 2;
	f = fopen(argv[1], "re");
	if (f == NULL)
		return 2;
	pid = start(argv + 2, master);
	while (rc == 0 && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "< ", 2) == 0)
			type(master, line + 2);
		else if (strncmp(line, "> ", 2) == 0 && expect(master, line + 2) < 0)
			rc = 1;
	}
	fclose(f);
	if (rc != 0) {
		fprintf(stderr, "never saw '%s'\n", line + 2);
		kill(-pid, SIGKILL);
	} else {
		expect(master, "\001no such text: until the end");
	}
	kill(pid, SIGHUP);
	fputs(seen, stdout);
	if (waitpid(pid, &status, 0) == pid)
		printf("[status %d]\n", WIFEXITED(status) ? WEXITSTATUS(status) :
							    128 + WTERMSIG(status));
	return rc;
}
