/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostile.c - names that would do harm on a terminal or forge a line of a log:
 * `hostile make` makes what the attempts need, `hostile try` makes one
 * violation with each name and prints how many were refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* None holds a character that may be shown as it is but ASCII. */
static const char *const names[] = {
	"\033[31mred\033[0m", "\033]0;title\a", "a\nbelay: denied write: forged", "\r\b\bover",
	"\x7f\x01\x1f", "\xff\xfe", "\xc3(", "\xc0\xaf", "\xed\xa0\x80", "\xc2\x9b" "31m",
	"\xe2\x80\xae" "txt.exe", "\xe2\x81\xa6x", "\xe2\x80\xa8line", "\xef\xbb\xbf" "bom",
	"\xf3\xa0\x81\x81tag", "\"quoted\\\"", "%s%n%d", "$(touch x)`touch x`",
};
#define NNAMES (sizeof(names) / sizeof(names[0]))

/* The longest path there can be, of escape bytes: the directories, and a name in the last. */
static void longest(char path[4096], int make)
{
	size_t at;

	if (getcwd(path, 4096) == NULL)
		_exit(1);
	at = strlen(path);
	while (at + 1 < 4095) {
		size_t n = 4095 - at - 1 < 255 ? 4095 - at - 1 : 255;

		/* Nothing may be left that has room for a slash alone. */
		if (4095 - at - 1 - n == 1)
			n--;
		path[at++] = '/';
		memset(path + at, '\033', n);
		at += n;
		path[at] = '\0';
		if (make && at < 4095 && mkdir(path, 0700) < 0)
			_exit(1);
	}
}

static int refused;

static void count(const char *what, const char *name, long rc)
{
	if (rc < 0 && errno == EACCES)
		refused++;
	else
		printf("%s '%s': %s\n", what, name, rc < 0 ? strerror(errno) : "done");
}

static int bind_to(const char *name, int abstract)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_STREAM, 0), rc, error;
	size_t len = offsetof(struct sockaddr_un, sun_path) + 1;

	/* An abstract name has a NUL inside, too. */
	if (abstract)
		len += (size_t)snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1, "%s", name) + 2;
	else
		len += (size_t)snprintf(un.sun_path, sizeof(un.sun_path), "%s.sock", name);
	rc = bind(sock, (struct sockaddr *)&un, (socklen_t)len);
	error = errno;
	close(sock);
	errno = error;
	return rc;
}

int main(int argc, char **argv)
{
	int make = argc > 1 && strcmp(argv[1], "make") == 0;
	char path[4096];

	for (size_t i = 0; i < NNAMES; i++) {
		if (make) {
			if (strchr(names[i], '/') == NULL && symlink("/bin/true", names[i]) < 0)
				return 1;
			continue;
		}
		prctl(PR_SET_NAME, names[i]);
		snprintf(path, sizeof(path), "%s.new", names[i]);
		count("make", path, open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
		count("rename", path, rename(names[i], path));
		count("bind", names[i], bind_to(names[i], 0));
		count("abstract", names[i], bind_to(names[i], 1));
	}
	longest(path, make);
	if (make)
		return 0;
	count("longest", path, open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	printf("%d refused\n", refused);
	return 0;
}
