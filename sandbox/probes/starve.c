/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * starve.c - want more of a supervisor than it may have: `starve NAME COUNT`,
 * in a directory that may be written. Prints what came of it; a call that
 * could not be performed has to say so with an errno, and no other call has to
 * suffer from it.
 *
 *	processes	so many live at once, each of them with a socket in use
 *	waits		so many threads wait in an open at once
 *	threads		so many threads live at once, each with an open of its own
 *	bomb		fork until the system says no, then use all of them
 *	sizes		messages and structures of every absurd size
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/probes/numbers.h"

#define STACK (32 * 1024)	/* of a thread; 10,000 have to fit */

static atomic_long done, failed;

/* The errno of a failure, of which one is shown. */
static void fail(void)
{
	if (atomic_fetch_add(&failed, 1) == 0)
		fprintf(stderr, "starve: %s\n", strerrorname_np(errno));
}

static int open_own(void)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "own.%d", (int)gettid());
	fd = open(name, O_CREAT | O_RDWR, 0600);
	if (fd < 0)
		return -1;
	close(fd);
	return unlink(name);
}

static int use_socket(void)
{
	const struct sockaddr_in addr = { .sin_family = AF_INET,
					  .sin_port = htons(9),
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int sock = socket(AF_INET, SOCK_DGRAM, 0), rc;

	if (sock < 0)
		return -1;
	rc = connect(sock, (const struct sockaddr *)&addr, sizeof(addr));
	close(sock);
	return rc;
}

/* Children that use it all, say so, and live until the pipe is closed. */
static long breed(long count, int (*use)(void), bool wants_all)
{
	int said[2], hold[2];
	long made = 0, answers = 0;
	char answer;

	if (pipe(said) < 0 || pipe(hold) < 0)
		exit(2);
	for (; made < count; made++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (pid > 0)
			continue;
		close(hold[1]);
		answer = use() == 0 ? 0 : (char)errno;
		if (write(said[1], &answer, 1) == 1)
			(void)!read(hold[0], &answer, 1);
		_exit(0);
	}
	if (wants_all && made < count)
		fail();
	for (; answers < made && read(said[0], &answer, 1) == 1; answers++) {
		errno = answer;
		if (answer != 0)
			fail();
	}
	if (open_own() < 0)
		fail();
	close(hold[1]);
	while (wait(NULL) > 0)
		;
	return answers;
}

static int use_both(void)
{
	return use_socket() < 0 || open_own() < 0 ? -1 : 0;
}

static int processes(long count)
{
	printf("%ld processes", breed(count, use_both, true));
	return 0;
}

static int bomb(long count)
{
	long made = breed(count, open_own, false);

	printf("%s", made > 0 && made < count ? "some processes" : "no limit");
	return 0;
}

static void start_threads(long count, void *(*run)(void *), pthread_t *t)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (long i = 0; i < count; i++) {
		errno = pthread_create(&t[i], &attr, run, NULL);
		if (errno != 0) {
			perror("starve: pthread_create");
			exit(2);
		}
	}
}

static void join_threads(long count, pthread_t *t)
{
	for (long i = 0; i < count; i++)
		pthread_join(t[i], NULL);
}

static pthread_barrier_t barrier;

static void *with_an_open(void *arg)
{
	pthread_barrier_wait(&barrier);
	if (open_own() < 0)
		fail();
	pthread_barrier_wait(&barrier);
	return arg;
}

static int threads(long count)
{
	pthread_t *t = calloc((size_t)count, sizeof(*t));

	if (t == NULL)
		return 2;
	pthread_barrier_init(&barrier, NULL, (unsigned int)count);
	start_threads(count, with_an_open, t);
	join_threads(count, t);
	printf("%ld threads", count);
	return 0;
}

static void *wait_in_open(void *arg)
{
	int fd = open("waits", O_WRONLY);

	/* That there is no room for one more who waits is an answer. */
	if (fd >= 0)
		close(fd);
	else if (errno != EAGAIN && errno != EMFILE && errno != ENFILE)
		fail();
	atomic_fetch_add(&done, 1);
	return arg;
}

/* The others go on as if nobody waited; then the FIFO is opened for all. */
static int waits(long count)
{
	pthread_t *t = calloc((size_t)count, sizeof(*t));
	int fd;

	if (t == NULL || mkfifo("waits", 0600) < 0)
		return 2;
	start_threads(count, wait_in_open, t);
	for (int i = 0; i < 100; i++)
		if (open_own() < 0)
			fail();
	while (atomic_load(&done) < count) {
		fd = open("waits", O_RDONLY | O_NONBLOCK);
		if (fd >= 0)
			close(fd);
	}
	join_threads(count, t);
	unlink("waits");
	printf("%ld waits", count);
	return 0;
}

/* One call of an absurd size; that it is refused, or cut, is right. */
static void absurd(long rc)
{
	if (rc < 0 && (errno == EIO || errno == ENOMEM))
		fail();
	atomic_fetch_add(&done, 1);
}

static void messages(int sock, size_t size, char *data)
{
	static struct iovec iov[IOV_MAX];
	static struct mmsghdr vector[1024];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = IOV_MAX };

	for (size_t i = 0; i < IOV_MAX; i++)
		iov[i] = (struct iovec){ data, size };
	absurd(sendmsg(sock, &msg, MSG_DONTWAIT));
	msg.msg_iovlen = SIZE_MAX / 2;
	absurd(sendmsg(sock, &msg, MSG_DONTWAIT));
	msg.msg_iovlen = 1;
	for (size_t i = 0; i < sizeof(vector) / sizeof(vector[0]); i++)
		vector[i].msg_hdr = msg;
	absurd(sendmmsg(sock, vector, 1024, MSG_DONTWAIT));
	absurd(sendmmsg(sock, vector, UINT_MAX, MSG_DONTWAIT));
	msg.msg_control = data;
	for (size_t n = 1; n <= SIZE_MAX / 4; n *= 4) {
		msg.msg_controllen = n;
		absurd(sendmsg(sock, &msg, MSG_DONTWAIT));
	}
	absurd(sendto(sock, data, SIZE_MAX / 2, MSG_DONTWAIT, NULL, 0));
}

static int sizes(long count)
{
	const size_t size = 16 << 20;
	char *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int dgram[2], stream[2];

	if (data == MAP_FAILED || socketpair(AF_UNIX, SOCK_DGRAM, 0, dgram) < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, stream) < 0)
		return 2;
	memset(data, '/', size);
	for (long i = 0; i < count; i++) {
		messages(dgram[0], size, data);
		messages(stream[0], size, data);
		absurd(open(data, O_RDONLY));
		for (size_t n = 24; n <= SIZE_MAX / 4; n *= 4)
			absurd(syscall(NR_OPENAT2, AT_FDCWD, "x", data, n));
	}
	printf("%s", atomic_load(&done) > 0 ? "all sizes" : "nothing");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(long count);
	} table[] = {
		{ "processes", processes }, { "waits", waits }, { "threads", threads },
		{ "bomb", bomb }, { "sizes", sizes },
	};

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; argc == 3 && i < sizeof(table) / sizeof(table[0]); i++) {
		int rc;

		if (strcmp(argv[1], table[i].name) != 0)
			continue;
		rc = table[i].run(atol(argv[2]));
		printf(", %ld failed\n", atomic_load(&failed));
		return rc;
	}
	fprintf(stderr, "usage: starve processes|waits|threads|bomb|sizes COUNT\n");
	return 2;
}
