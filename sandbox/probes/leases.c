/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leases.c - use files on which another process has a lease: `leases`, in a
 * directory that may be written. The holder gives a lease back in the handler of
 * SIGIO, after calls that are supervised themselves. Prints for each use what
 * came of it, and how the lease has ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum end { HELD, GIVEN_BACK, TAKEN };

struct shared {
	atomic_int ready, end;
};

static struct shared *shared;
static int leased = -1;

/* All of it may be called in a handler. */
static void on_break(int sig)
{
	int fd = open("note", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	(void)sig;
	if (fd < 0 || close(fd) < 0 || unlink("note") < 0)
		_exit(1);
	/* EAGAIN: the kernel has taken it, nobody having given it back in time. */
	atomic_store(&shared->end, fcntl(leased, F_SETLEASE, F_UNLCK) == 0 ? GIVEN_BACK : TAKEN);
}

static void hold(void)
{
	struct sigaction sa = {.sa_handler = on_break};

	sigaction(SIGIO, &sa, NULL);
	leased = open("file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (leased < 0 || fcntl(leased, F_SETLEASE, F_WRLCK) < 0) {
		perror("leases: F_SETLEASE");
		_exit(1);
	}
	atomic_store(&shared->ready, 1);
	for (;;)
		pause();
}

static int use_open(int flags)
{
	int fd = open("file", flags), now;

	if (fd < 0)
		return -1;
	now = fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK);
	close(fd);
	return now;
}

static int use_append(void)
{
	return use_open(O_WRONLY | O_APPEND);
}

static int use_empty(void)
{
	return use_open(O_RDWR | O_TRUNC);
}

static int use_nonblock(void)
{
	return use_open(O_WRONLY | O_NONBLOCK);
}

static int use_truncate(void)
{
	return truncate("file", 5);
}

static int use_both(void)
{
	return use_open(O_RDWR);
}

static const struct {
	const char *name;
	int (*run)(void);
} uses[] = {
	{"append", use_append},	    {"both", use_both},		{"empty", use_empty},
	{"nonblock", use_nonblock}, {"truncate", use_truncate},
};

static void await(const atomic_int *what, pid_t holder)
{
	while (!atomic_load(what)) {
		if (waitpid(holder, NULL, WNOHANG) != 0)
			exit(1);
		usleep(1000);
	}
}

static void try(size_t i)
{
	pid_t holder;
	int rc;

	atomic_store(&shared->ready, 0);
	atomic_store(&shared->end, HELD);
	holder = fork();
	if (holder == 0)
		hold();
	await(&shared->ready, holder);
	errno = 0;
	rc = uses[i].run();
	printf("%s %d %s, ", uses[i].name, rc, strerrorname_np(errno) ?: "0");
	await(&shared->end, holder);
	puts(atomic_load(&shared->end) == GIVEN_BACK ? "given back" : "taken away");
	fflush(stdout);
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
}

int main(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
		try(i);
	return 0;
}
