/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * threads.c - threads, vfork, exec from a thread and waiting opens:
 * `threads NAME`, in a directory that may be written. Prints what it saw; the
 * output is the same wherever the kernel's promises hold.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define FILES 100
#define SIGNALS 40

/* Not that of another file, nor one that was there before. */
static bool is_open_at(int fd, const char *name)
{
	struct stat opened, named;

	return fd > STDERR_FILENO && fstat(fd, &opened) == 0 && stat(name, &named) == 0 &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

static void *make_files(void *arg)
{
	long failed = 0;
	char name[64];

	for (int i = 0; i < FILES; i++) {
		int fd;

		snprintf(name, sizeof(name), "t%ld.%d", (long)(intptr_t)arg, i);
		fd = open(name, O_CREAT | O_RDWR | O_EXCL, 0600);
		if (!is_open_at(fd, name) || write(fd, "x", 1) != 1 || close(fd) < 0 ||
		    unlink(name) < 0)
			failed++;
	}
	return (void *)(intptr_t)failed;
}

/* All threads open, write and remove at once; short-lived ones come and go. */
static int many(void)
{
	pthread_t t[THREADS];
	long failed = 0;

	for (int round = 0; round < 5; round++) {
		for (long i = 0; i < THREADS; i++)
			pthread_create(&t[i], NULL, make_files, (void *)(intptr_t)i);
		for (int i = 0; i < THREADS; i++) {
			void *result;

			pthread_join(t[i], &result);
			failed += (long)(intptr_t)result;
		}
	}
	printf("failed %ld\n", failed);
	return 0;
}

static void *spin(void *arg)
{
	while (arg == NULL) {
		int fd = open("spin", O_CREAT | O_RDWR, 0600);

		if (fd >= 0)
			close(fd);
	}
	return arg;
}

static void *exec_here(void *arg)
{
	execl("/bin/sh", "sh", "-c", "echo from a thread; exec 3>made; echo $?", (char *)NULL);
	return arg;
}

/* A thread that is not the leader becomes the program, others in mid-call. */
static int exec_thread(void)
{
	pthread_t t;

	for (int i = 0; i < 4; i++)
		pthread_create(&t, NULL, spin, NULL);
	pthread_create(&t, NULL, exec_here, NULL);
	pthread_join(t, NULL);
	return 1;
}

/* The child of vfork opens in the memory of its parent. */
static int vforks(void)
{
	volatile int i;

	for (i = 0; i < 50; i++) {
		int st;
		pid_t pid = vfork();

		if (pid == 0)
			_exit(open("vforked", O_CREAT | O_WRONLY, 0600) == 3 ? 7 : 1);
		if (waitpid(pid, &st, 0) != pid || !WIFEXITED(st) || WEXITSTATUS(st) != 7) {
			puts("wrong");
			return 1;
		}
	}
	puts("right");
	return 0;
}

static volatile sig_atomic_t signals;

static void on_signal(int sig)
{
	(void)sig;
	signals++;
}

static void wait_state(pid_t pid, char state)
{
	struct timespec tick = { 0, 1000000 };
	char path[64], text[512];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (;;) {
		FILE *f = fopen(path, "r");
		const char *at;

		if (f == NULL || fgets(text, sizeof(text), f) == NULL)
			text[0] = '\0';
		if (f != NULL)
			fclose(f);
		at = strrchr(text, ')');
		if (at != NULL && at[1] == ' ' && at[2] == state)
			return;
		nanosleep(&tick, NULL);
	}
}

/*
 * An open of a FIFO waits for the other side; a handler ends it with EINTR, or
 * it starts again. The helper process is told when by our sleeping state.
 */
static int fifo(int flags)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = flags };
	pid_t parent = getpid(), child;
	int fd, st, error;
	char c = 0;

	mkfifo("fifo", 0600);
	sigaction(SIGUSR1, &sa, NULL);
	child = fork();
	if (child == 0) {
		wait_state(parent, 'S');
		kill(parent, SIGUSR1);
		if (flags & SA_RESTART) {
			wait_state(parent, 'S');
			fd = open("fifo", O_WRONLY);
			_exit(write(fd, "x", 1) == 1 ? 0 : 1);
		}
		_exit(0);
	}
	fd = open("fifo", O_RDONLY | O_CLOEXEC);
	error = errno;
	printf("signals %d\n", (int)signals);
	if (fd < 0)
		printf("open: %s\n", strerrorname_np(error));
	else
		printf("open: %d cloexec %d read %zd\n", fd, fcntl(fd, F_GETFD), read(fd, &c, 1));
	waitpid(child, &st, 0);
	printf("child %d\n", st);
	unlink("fifo");
	return 0;
}

/* Both sides of many FIFOs at once: more waits than one. */
static int fifos(void)
{
	pid_t child[8];
	int failed = 0, st;
	char name[16];

	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "fifo%d", i);
		mkfifo(name, 0600);
		child[i] = fork();
		if (child[i] == 0)
			_exit(open(name, O_RDONLY) == 3 ? 0 : 1);
	}
	for (int i = 7; i >= 0; i--) {
		int fd;

		snprintf(name, sizeof(name), "fifo%d", i);
		fd = open(name, O_WRONLY);
		if (fd < 0 || waitpid(child[i], &st, 0) != child[i] || st != 0)
			failed++;
		close(fd);
		unlink(name);
	}
	printf("failed %d\n", failed);
	return 0;
}

static atomic_int heard, calls;

static void on_usr1(int sig)
{
	heard += sig == SIGUSR1;
}

/* A signal whenever the other has heard the last one and made a call since. */
static void *disturb(void *arg)
{
	pthread_t other = *(pthread_t *)arg;

	for (int i = 0; i < SIGNALS; i++) {
		int before = calls;

		pthread_kill(other, SIGUSR1);
		while (heard == i || calls == before)
			sched_yield();
	}
	return NULL;
}

static void check(const char *what, bool good)
{
	calls++;
	if (!good)
		printf("%s: %s\n", what, strerrorname_np(errno));
}

/*
 * Calls that no signal interrupts, among signals whose handler is without SA_RESTART. A
 * spinning thread sees that the supervisor is late.
 */
static int interrupted_calls(void)
{
	struct sigaction sa = { .sa_handler = on_usr1 };
	pthread_t self = pthread_self(), t;

	sigaction(SIGUSR1, &sa, NULL);
	pthread_create(&t, NULL, spin, NULL);
	pthread_create(&t, NULL, disturb, &self);
	while (heard < SIGNALS) {
		int fd = open("often", O_CREAT | O_RDWR, 0600);

		check("open", fd >= 0);
		check("close", close(fd) == 0);
		check("unlink", unlink("often") == 0);
		check("mkdir", mkdir("dir", 0700) == 0);
		check("rmdir", rmdir("dir") == 0);
		check("kill", kill(getpid(), SIGCONT) == 0);
	}
	puts("done");
	fflush(stdout);
	_exit(0);
}

static void *change_directory(void *arg)
{
	return chdir(arg) == 0 ? NULL : arg;
}

/* The directory that a thread has left is not that of any other. */
static int shared_directory(void)
{
	pthread_t thread;
	void *failed;
	int fd;

	pthread_create(&thread, NULL, change_directory, "../out");
	pthread_join(thread, &failed);
	fd = open("made", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	printf("%s\n", failed ? "no directory" : fd >= 0 ? "made" : strerrorname_np(errno));
	return 0;
}

/*
 * A thread with a table of descriptors of its own: under NUMBER it has another
 * socket than its leader, and what it opens it has alone.
 */
#define NUMBER 50

static struct {
	pthread_barrier_t done;
	int to_leader[2], to_thread[2];
	pthread_t leader;
} tables;

static void send_through(const char *who, int extra)
{
	char data = who[0], control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &data, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &extra, sizeof(extra));
	if (sendmsg(NUMBER, &msg, 0) != 1)
		printf("%s: %s\n", who, strerrorname_np(errno));
}

/* What came, and which file came with it. */
static void receive_at(const char *where, int sock)
{
	char data = '-', control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &data, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	struct stat st = { .st_size = -1 };

	while (recvmsg(sock, &msg, MSG_DONTWAIT) == 1) {
		int fd = -1;

		c = CMSG_FIRSTHDR(&msg);
		if (c != NULL)
			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
		fstat(fd, &st);
		printf("%s: %c with %d bytes\n", where, data, (int)st.st_size);
		close(fd);
		msg.msg_controllen = sizeof(control);
	}
}

static int file_of(const char *name, off_t size)
{
	int fd = open(name, O_CREAT | O_RDWR, 0600);

	if (fd < 0 || ftruncate(fd, size) < 0)
		printf("%s: %s\n", name, strerrorname_np(errno));
	return fd;
}

static void *own_table(void *arg)
{
	int fd;

	if (unshare(CLONE_FILES) < 0 || dup2(tables.to_thread[0], NUMBER) < 0)
		puts("no table");
	fd = file_of("of-thread", 2);
	send_through("thread", fd);
	pthread_barrier_wait(&tables.done);
	pthread_barrier_wait(&tables.done);
	/* From here on it has no leader. */
	pthread_join(tables.leader, NULL);
	send_through("survivor", fd);
	receive_at("at the thread's", tables.to_thread[1]);
	receive_at("at the leader's", tables.to_leader[1]);
	fflush(stdout);
	_exit(arg != NULL);
}

static int own_tables(void)
{
	pthread_t t;
	int fd;

	pthread_barrier_init(&tables.done, NULL, 2);
	tables.leader = pthread_self();
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, tables.to_leader) < 0 ||
	    socketpair(AF_UNIX, SOCK_DGRAM, 0, tables.to_thread) < 0 ||
	    dup2(tables.to_leader[0], NUMBER) < 0)
		return 2;
	pthread_create(&t, NULL, own_table, NULL);
	pthread_barrier_wait(&tables.done);
	fd = file_of("of-leader", 1);
	send_through("leader", fd);
	pthread_barrier_wait(&tables.done);
	pthread_exit(NULL);
}

/* Whether this kernel has pidfds of threads (6.9). */
static int thread_pidfds(void)
{
	return syscall(SYS_pidfd_open, getpid(), O_EXCL) < 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "many") == 0)
		return many();
	if (strcmp(what, "exec") == 0)
		return exec_thread();
	if (strcmp(what, "vfork") == 0)
		return vforks();
	if (strcmp(what, "fifo") == 0)
		return fifo(0);
	if (strcmp(what, "fifo-restart") == 0)
		return fifo(SA_RESTART);
	if (strcmp(what, "fifos") == 0)
		return fifos();
	if (strcmp(what, "interrupted") == 0)
		return interrupted_calls();
	if (strcmp(what, "cwd") == 0)
		return shared_directory();
	if (strcmp(what, "tables") == 0)
		return own_tables();
	if (strcmp(what, "pidfds") == 0)
		return thread_pidfds();
	fprintf(stderr, "usage: threads many|exec|vfork|fifo|fifo-restart|fifos|cwd|tables|pidfds\n");
	return 2;
}
