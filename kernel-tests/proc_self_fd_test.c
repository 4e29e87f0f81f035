/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_self_fd_test.c - names of the kind /proc/self/fd/N: they lead to what the
 * descriptor holds, O_PATH too, and not to what its name leads to by now.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

#define NAME_MAX_FD 32

static const char *fd_name(char name[NAME_MAX_FD], int fd)
{
	snprintf(name, NAME_MAX_FD, "/proc/self/fd/%d", fd);
	return name;
}

/* A file in the case's own directory, with one byte in it. */
static void make_file(const char *name, char byte)
{
	int fd = KT_SYS(open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));

	KT_SYS(write(fd, &byte, 1));
	close(fd);
}

static char first_byte(int fd)
{
	char byte = 0;

	KT_SYS(read(fd, &byte, 1));
	return byte;
}

KT_CASE(proc_self_fd_reopen, "proc.self_fd.reopen",
	"Verify that open of /proc/self/fd/N opens the file that an O_PATH descriptor holds, "
	"whatever its name leads to by then",
	KT_SEES("byte", '2'), KT_ANSWERS(call, SYS_openat, -ENXIO))
{
	char name[NAME_MAX_FD];
	int held, fd;

	make_file("one", '1');
	make_file("two", '2');
	held = KT_SYS(open("one", O_PATH | O_CLOEXEC));
	KT_SYS(rename("two", "one"));
	fd = (int)KT_OK(kt_raw(SYS_openat, AT_FDCWD, fd_name(name, held), O_RDONLY | O_CLOEXEC));
	KT_EQ(KT_SEEN("byte", first_byte(fd)), '1');
	close(fd);
	fd = (int)KT_OK(kt_raw(SYS_openat, AT_FDCWD, "one", O_RDONLY | O_CLOEXEC));
	KT_EQ(first_byte(fd), '2');
}

KT_CASE(proc_self_fd_path, "proc.self_fd.path",
	"Verify that the link /proc/self/fd/N reads as the canonical path of what the descriptor "
	"holds, wherever it was moved, and with \" (deleted)\" when it is gone",
	KT_SEES("moved", 0), KT_SEES("gone", 0))
{
	char name[NAME_MAX_FD], cwd[2048], want[4096], got[4096];
	ssize_t len;
	int held;

	KT_REQUIRE(getcwd(cwd, sizeof(cwd)) != NULL);
	KT_SYS(mkdir("dir", 0700));
	KT_SYS(symlink("dir", "link"));
	make_file("dir/one", '1');
	held = KT_SYS(open("link/../link/one", O_PATH | O_CLOEXEC));
	KT_SYS(rename("dir/one", "moved"));
	snprintf(want, sizeof(want), "%s/moved", cwd);
	len = KT_OK(kt_raw(SYS_readlinkat, AT_FDCWD, fd_name(name, held), got, sizeof(got) - 1));
	got[len] = '\0';
	KT_REQUIRE(KT_SEEN("moved", strcmp(got, want) == 0));
	KT_SYS(unlink("moved"));
	snprintf(want, sizeof(want), "%s/moved (deleted)", cwd);
	len = KT_OK(kt_raw(SYS_readlinkat, AT_FDCWD, fd_name(name, held), got, sizeof(got) - 1));
	got[len] = '\0';
	KT_REQUIRE(KT_SEEN("gone", strcmp(got, want) == 0));
}

static int listener_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int sock = KT_SYS(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));

	strcpy(at.sun_path, path);
	KT_SYS(bind(sock, (struct sockaddr *)&at, sizeof(at)));
	KT_SYS(listen(sock, 1));
	return sock;
}

KT_CASE(proc_self_fd_connect, "proc.self_fd.connect",
	"Verify that connect to /proc/self/fd/N reaches the socket that an O_PATH descriptor "
	"holds, whatever its name leads to by then",
	KT_ANSWERS(call, SYS_connect, 0))
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[NAME_MAX_FD];
	int one = listener_at("one"), two = listener_at("two"), held, sock;

	held = KT_SYS(open("one", O_PATH | O_CLOEXEC));
	KT_SYS(rename("two", "one"));
	strcpy(at.sun_path, fd_name(name, held));
	sock = KT_SYS(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	KT_OK(kt_raw(SYS_connect, sock, &at, sizeof(at)));
	KT_ERR(EAGAIN, kt_raw(SYS_accept4, two, NULL, NULL, 0));
	KT_OK(kt_raw(SYS_accept4, one, NULL, NULL, 0));
}

KT_PROGRAM
