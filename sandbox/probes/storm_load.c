/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * storm_load.c - a busy tree of processes for storm.c: sessions of their own,
 * threads that come and go, waiting opens and connects, stopped processes,
 * programs that are executed, files that are written aside and then renamed.
 * Each part says once that it runs, and goes on until it is killed.
 */
#include "sandbox/probes/storm.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WHOLE 8192	/* size of a published file, all of one byte */

static const char *program;

static void up(void)
{
	if (write(LOAD_UP, "u", 1) != 1)
		_exit(1);
}

bool load_is_whole(const char *path)
{
	char data[WHOLE + 1];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, data, sizeof(data));
	close(fd);
	return n == WHOLE && memchr(data, '\0', WHOLE) == NULL &&
	       memcmp(data, data + 1, WHOLE - 1) == 0;
}

static void publish(void)
{
	char data[WHOLE], aside[64], name[64];

	snprintf(aside, sizeof(aside), "aside.%d", (int)getpid());
	up();
	for (unsigned int i = 0;; i++) {
		int fd = open(aside, O_CREAT | O_TRUNC | O_WRONLY, 0600);

		memset(data, 'a' + (int)(i % 26), sizeof(data));
		snprintf(name, sizeof(name), "whole.%u", i % 4);
		if (fd >= 0 && write(fd, data, sizeof(data)) == WHOLE)
			rename(aside, name);
		if (fd >= 0)
			close(fd);
	}
}

static void make_and_remove(const char *prefix, long i)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "%s.%d.%ld", prefix, (int)getpid(), i);
	fd = open(name, O_CREAT | O_RDWR, 0600);
	if (fd >= 0)
		close(fd);
	unlink(name);
}

/* Nobody hears of these children but the supervisor, and they heed nothing. */
static void sessions(void)
{
	signal(SIGCHLD, SIG_IGN);
	up();
	for (long i = 0;; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			setsid();
			signal(SIGHUP, SIG_IGN);
			signal(SIGTERM, SIG_IGN);
			for (int k = 0; k < 10; k++)
				make_and_remove("session", i);
			_exit(0);
		}
		if (i % 4 == 0)
			usleep(1000);
	}
}

static void *thread(void *arg)
{
	for (long i = 0; i < 20; i++)
		make_and_remove("thread", i);
	return arg;
}

static void threads(void)
{
	up();
	for (;;) {
		pthread_t t[4];
		int n = 0;

		while (n < 4 && pthread_create(&t[n], NULL, thread, NULL) == 0)
			n++;
		while (n > 0)
			pthread_join(t[--n], NULL);
	}
}

/* Each open waits for the other. */
static void fifos(void)
{
	int writer;

	mkfifo("fifo", 0600);
	writer = fork() == 0;
	up();
	for (;;) {
		int fd = open("fifo", writer ? O_WRONLY : O_RDONLY);

		usleep(200);
		if (fd >= 0)
			close(fd);
	}
}

static struct sockaddr_un listener_addr(void)
{
	return (struct sockaddr_un){ .sun_family = AF_UNIX, .sun_path = "listener" };
}

static int start_listener(void)
{
	const struct sockaddr_un addr = listener_addr();
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	if (bind(listener, (const struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(listener, 0) < 0)
		_exit(1);
	return listener;
}

static int connect_once(void)
{
	const struct sockaddr_un addr = listener_addr();
	int sock = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)connect(sock, (const struct sockaddr *)&addr, sizeof(addr));
	return sock;
}

void load_connect(void)
{
	start_listener();
	for (;;)
		connect_once();
}

/* A connect to a listener whose queue is full waits until one is taken. */
static void connects(void)
{
	int listener = start_listener();

	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			for (;;)
				close(connect_once());
	up();
	for (;;) {
		usleep(500);
		close(accept(listener, NULL, NULL));
	}
}

static void executions(void)
{
	up();
	for (;;) {
		pid_t pid = vfork();

		if (pid == 0) {
			execl(program, program, "true", (char *)NULL);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
	}
}

/* In group-stop, most of the time. */
static void stops(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (long i = 0;; i++)
			make_and_remove("stopped", i);
	up();
	for (;;) {
		kill(pid, SIGSTOP);
		usleep(1000);
		kill(pid, SIGCONT);
		usleep(100);
	}
}

int load_run(const char *self)
{
	static void (*const parts[])(void) = {
		publish, sessions, threads, fifos, connects, executions, stops,
	};

	program = self;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (fork() == 0) {
			parts[i]();
			_exit(1);
		}
	}
	for (;;)
		pause();
}
