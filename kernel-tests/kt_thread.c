/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_thread.c - raw threads for tracees, workers for the case.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_proc.h"
#include "kernel-tests/kt_thread.h"

#define STACK (64 * 1024)

struct start {
	kt_body *body;
	void *arg;
};

/* At the low end of the thread's own stack; both live as long as the process. */
static int raw_main(void *p)
{
	struct start *s = p;

	s->body(s->arg);
	return 0;
}

pid_t kt_thread_flags(kt_body *body, void *arg, int flags)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct start *s = (struct start *)(void *)stack;

	if (stack == MAP_FAILED)
		kt_broken(__FILE__, __LINE__, "mmap: %s", kt_errno_name(errno));
	s->body = body;
	s->arg = arg;
	return KT_SYS(clone(raw_main, stack + STACK,
			    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
				    CLONE_SYSVSEM | flags,
			    s));
}

pid_t kt_thread(kt_body *body, void *arg)
{
	return kt_thread_flags(body, arg, 0);
}

pid_t kt_gettid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

_Noreturn void kt_thread_exit(int code)
{
	for (;;)
		syscall(SYS_exit, code);
}

int kt_tgkill(pid_t tgid, pid_t tid, int sig)
{
	return syscall(SYS_tgkill, tgid, tid, sig) < 0 ? -errno : 0;
}

/* Few at a time; a case that is over may have left some. */
#define WORKERS 16
static struct kt_worker *workers[WORKERS];

struct kt_worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
	kt_body *fn;
	void *arg;
	pid_t tid;
	bool busy, quit;
};

/* fn may end this thread by KT_FAIL: the one who waits must learn of it. */
static void idle(void *p)
{
	struct kt_worker *w = p;

	pthread_mutex_lock(&w->lock);
	w->busy = false;
	pthread_cond_broadcast(&w->change);
	pthread_mutex_unlock(&w->lock);
}

static void *worker_main(void *p)
{
	struct kt_worker *w = p;
	sigset_t all;

	/* The deadline's alarm is for the main thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	w->tid = kt_gettid();
	idle(w);
	for (;;) {
		pthread_mutex_lock(&w->lock);
		while (!w->busy && !w->quit)
			pthread_cond_wait(&w->change, &w->lock);
		pthread_mutex_unlock(&w->lock);
		if (w->quit)
			return NULL;
		pthread_cleanup_push(idle, w);
		w->fn(w->arg);
		pthread_cleanup_pop(1);
	}
}

/* Polls, so that the deadline reaches the main thread here too. */
static void await_idle(struct kt_worker *w)
{
	bool busy = true;
	unsigned int tries = 0;

	for (;;) {
		pthread_mutex_lock(&w->lock);
		busy = w->busy;
		pthread_mutex_unlock(&w->lock);
		if (!busy)
			break;
		kt_proc_poll(__FILE__, __LINE__, "a worker thread", tries++);
	}
	kt_fail_from_record();
}

struct kt_worker *kt_worker_start(void)
{
	struct kt_worker *w = calloc(1, sizeof(*w));
	int slot = 0;

	while (slot < WORKERS && workers[slot])
		slot++;
	if (!w || slot == WORKERS)
		kt_broken(__FILE__, __LINE__, "no memory for a worker");
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->change, NULL);
	w->busy = true;
	errno = pthread_create(&w->thread, NULL, worker_main, w);
	if (errno)
		kt_broken(__FILE__, __LINE__, "pthread_create: %s", kt_errno_name(errno));
	await_idle(w);
	workers[slot] = w;
	return w;
}

pid_t kt_worker_tid(const struct kt_worker *w)
{
	return w->tid;
}

void kt_worker_run(struct kt_worker *w, kt_body *fn, void *arg)
{
	pthread_mutex_lock(&w->lock);
	w->fn = fn;
	w->arg = arg;
	w->busy = true;
	pthread_cond_broadcast(&w->change);
	pthread_mutex_unlock(&w->lock);
	await_idle(w);
}

void kt_worker_end(struct kt_worker *w)
{
	pid_t tid = w->tid;

	for (int i = 0; i < WORKERS; i++)
		if (workers[i] == w)
			workers[i] = NULL;
	pthread_mutex_lock(&w->lock);
	w->quit = true;
	pthread_cond_broadcast(&w->change);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	/* That returns before the kernel has released the thread's tracees. */
	while (kt_tgkill(getpid(), tid, 0) != -ESRCH)
		sched_yield();
	free(w);
}

void kt_worker_end_all(void)
{
	for (int i = 0; i < WORKERS; i++) {
		bool busy;

		if (!workers[i])
			continue;
		pthread_mutex_lock(&workers[i]->lock);
		busy = workers[i]->busy;
		pthread_mutex_unlock(&workers[i]->lock);
		if (!busy)
			kt_worker_end(workers[i]);
	}
}
