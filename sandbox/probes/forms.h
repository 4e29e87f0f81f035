/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forms.h - the doors by which a program can ask for sockets: numbers, layouts
 * and entries of each ABI that the machine may have. Every form of a call is
 * written once, for all of them.
 */
#ifndef BELAY_PROBES_FORMS_H
#define BELAY_PROBES_FORMS_H

#include <stddef.h>
#include <sys/socket.h>

enum op { OP_SOCKET, OP_BIND, OP_CONNECT, OP_LISTEN, OP_SENDTO, OP_SENDMSG, OP_SENDMMSG, OPS };

struct door {
	const char *name;
	size_t word;		/* of its structures */
	long nr[OPS];
	long multiplexer;	/* socketcall's number, or 0 */
	long (*enter)(long nr, const unsigned long args[6]);
};

/* Number i; NULL past the last. */
const struct door *door_at(size_t i);

/* A call of `nargs` arguments: the kernel's result, or -errno. */
long door_call(const struct door *d, enum op op, size_t nargs, const unsigned long args[6]);

/* A copy where pointers of 32 bits reach, good until doors_reset(). */
unsigned long door_put(const void *data, size_t size);

/* The same of `count` words, in the width of the door. */
unsigned long door_put_words(const struct door *d, const unsigned long *words, size_t count);

void doors_reset(void);

#endif
