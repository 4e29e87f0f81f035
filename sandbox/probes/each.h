/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * each.h - the calls that each.c makes: one row for every call that is judged
 * by what it names, or by its arguments. Data only.
 */
#ifndef BELAY_PROBES_EACH_H
#define BELAY_PROBES_EACH_H

/*
 * The kinds: a `rule` forbids what lies in the bad directory, or one for `exec`, which may
 * need a tracer; a `process` is outside. Others are only looked at: `seen`, or `stat`,
 * which may be a command to belay.
 *
 * The arguments, a letter each. These are judged, and lie in the good directory or in
 * the bad one:
 *
 *	f a file	n no such name	o a file to go	d a directory to go
 *	e a program	k a file that may not be read	F f, opened for reading
 *	p a process	P the same once more
 *
 * These are the same in both:
 *
 *	@ AT_FDCWD	s a text	0 1 2 8 the number	m a mode	q mode and type of a pipe
 *	w O_WRONLY	D f, opened for reading		i an inotify instance	I its events
 *	h, H struct open_how and its size		t, T times, and of 64 bits
 *	x, v name and value of an attribute		a, A struct xattr_args and its size
 *	g, E arguments and environment			b a place for answers	z zeroes
 *	u, r the user and the group			c, C the capabilities
 *	L, R iovec here and there	N a set of nodes	M, S a set of processors, its size
 *	G struct sched_attr	y nice	Y I/O priority	U SIGURG, j its message
 */
struct each_row {
	const char *name, *args, *kind;
};
extern const struct each_row each_rows[];	/* the last has no name */

/* Judged by numbers alone: arguments that are refused, and the answer to them. */
struct each_cond {
	const char *name;
	long numbers[6];
	int error;
};
extern const struct each_cond each_conds[];

#endif
