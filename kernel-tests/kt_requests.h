/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_requests.h - every ptrace request and what it answers, by the state of the
 * tracee and the way it was attached to: one table. For families that ask all.
 */
#ifndef BELAY_KT_REQUESTS_H
#define BELAY_KT_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "kernel-tests/kt_stops.h"
#include "kernel-tests/kt_wrong.h"

/* What the kernel tells apart when it answers. */
enum kt_in {
	KT_IN_STOP,
	KT_IN_EVENT,	 /* stopped, PTRACE_EVENT_STOP */
	KT_IN_BARE,	 /* stopped without any siginfo: the group-stop of the unseized */
	KT_IN_RUN,	 /* or asleep */
	KT_IN_LISTEN,
	KT_IN_ZOMBIE,
	KT_INS,
};

struct kt_asked {
	pid_t pid, other; /* as in struct kt_tracee */
	enum kt_mode mode;
	enum kt_at at;
	enum kt_in in;
	int err; /* expected; 0: success */
};

/*
 * The address of the requests that take none, so that a wrong answer is one to
 * the request of the case and to no other.
 */
#define KT_REQUEST_ADDRESS 0x5ca1ab1eUL

struct kt_request {
	const char *name, *sentence;
	/* Asks, and fails the case unless the answer is the expected one. */
	void (*ask)(const struct kt_asked *a);
	int answer[KT_INS];
	int unseized; /* the answer in every state of who was not seized; 0: the same */
	long nr;
	unsigned long aim; /* the lie is about requests with this address; 0: about all */
	bool stores;	   /* the lie is about what it stores, when it succeeds */
	bool goes;	   /* the tracee may be elsewhere when it has succeeded */
	const char *(*probe)(void); /* or NULL */
	const char *success;	    /* for a sentence; NULL: "succeeds" */
};

#define KT_REQUESTS 19
extern const struct kt_request kt_requests[];

enum kt_in kt_requests_in(enum kt_mode mode, enum kt_at at);

/* 0 or the error. */
int kt_requests_answer(const struct kt_request *r, enum kt_mode mode, enum kt_at at);

/* "fails with ESRCH"; in `out`. */
void kt_requests_say(const struct kt_request *r, int err, char *out, size_t size);

/* The lie that a case must see which expects `err`. */
struct kt_wrong kt_requests_lie(const struct kt_request *r, int err);

#endif
