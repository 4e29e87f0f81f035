/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls_rows.h - how a row of the call table is written, and the topics it is
 * split into. Private to calls*.c.
 */
#ifndef BELAY_SANDBOX_CALLS_ROWS_H
#define BELAY_SANDBOX_CALLS_ROWS_H

#include <errno.h>

#include "sandbox/plan/calls.h"

struct call_topic {
	const struct call_spec *rows; /* sorted by name */
	size_t count;
};

extern const struct call_topic calls_fs, calls_net, calls_process, calls_rest;

#define ROWS(table) { table, sizeof(table) / sizeof(table[0]) }

#define READ (1u << POLICY_READ)
#define WRITE (1u << POLICY_WRITE)
#define BIND (1u << POLICY_BIND)
#define CONNECT (1u << POLICY_CONNECT)

#define ROW(name, action, kind, cond, error, ops, d0, p0, d1, p1, flags, mode, pid, var, why) \
	{ name, action, kind, cond, error, ops, { d0, d1 }, { p0, p1 }, flags, mode, pid, var, why }

#define ALLOW(name) \
	ROW(name, CALL_ALLOW, KIND_NONE, COND_NONE, 0, 0, -1, -1, -1, -1, -1, -1, -1, 0, NULL)
/* The same where that is not plain: why it does no harm, or what is left open by it. */
#define ALLOW_FOR(name, why) \
	ROW(name, CALL_ALLOW, KIND_NONE, COND_NONE, 0, 0, -1, -1, -1, -1, -1, -1, -1, 0, why)
#define REFUSE(name, error, why) \
	ROW(name, CALL_REFUSE, KIND_NONE, COND_NONE, error, 0, -1, -1, -1, -1, -1, -1, -1, 0, why)

/* What the filter judges by its arguments, or the supervisor by a process. */
#define COND(name, action, kind, cond, pid) \
	ROW(name, action, kind, cond, 0, 0, -1, -1, -1, -1, -1, -1, pid, 0, NULL)
/* The condition refuses some; why the rest is allowed. */
#define COND_FOR(name, cond, why) \
	ROW(name, CALL_ALLOW, KIND_NONE, cond, 0, 0, -1, -1, -1, -1, -1, -1, -1, 0, why)
/* The condition decides all but a rest that is refused. */
#define COND_ELSE(name, cond, error, why) \
	ROW(name, CALL_REFUSE, KIND_NONE, cond, error, 0, -1, -1, -1, -1, -1, -1, -1, 0, why)

#define OPEN(name, dirfd, path, flags, mode) \
	ROW(name, CALL_SUPERVISE, KIND_OPEN, COND_OPEN_FLAGS, 0, READ | WRITE, dirfd, path, -1, -1, \
	    flags, mode, -1, 0, NULL)
/* The flags lie in memory (struct open_how), so the filter cannot judge them. */
#define OPENAT2(name, dirfd, path) \
	ROW(name, CALL_SUPERVISE, KIND_OPENAT2, COND_NONE, 0, READ | WRITE, dirfd, path, -1, -1, \
	    -1, -1, -1, 0, NULL)
#define ACCESS(name, dirfd, path, flags, mode) \
	ROW(name, CALL_SUPERVISE, KIND_ACCESS, COND_ACCESS_MODE, 0, \
	    READ | WRITE | (1u << POLICY_EXEC), dirfd, path, -1, -1, flags, mode, -1, 0, NULL)
/* Tells what goes on at a path. */
#define WATCH(name, path) \
	ROW(name, CALL_SUPERVISE, KIND_WATCH, COND_NONE, 0, READ, -1, path, -1, -1, -1, -1, -1, 0, \
	    NULL)
/* Allowed, but that some paths are commands of the run-time interface. */
#define STAT(name, path, flags, cond) \
	ROW(name, CALL_SUPERVISE, KIND_STAT, cond, 0, PLAN_RUNTIME, -1, path, -1, -1, flags, -1, \
	    -1, 0, NULL)
/* Changes the file at one path, at two paths, or behind a descriptor. */
#define PATH(name, kind, dirfd, path, flags, mode, var) \
	ROW(name, CALL_SUPERVISE, kind, COND_NONE, 0, WRITE, dirfd, path, -1, -1, flags, mode, -1, \
	    var, NULL)
#define PATHS(name, kind, d0, p0, d1, p1, flags, var) \
	ROW(name, CALL_SUPERVISE, kind, COND_NONE, 0, WRITE, d0, p0, d1, p1, flags, -1, -1, var, NULL)
#define FD(name, kind, mode, var) \
	ROW(name, CALL_SUPERVISE, kind, COND_NONE, 0, WRITE, 0, -1, -1, -1, -1, mode, -1, var, NULL)
#define EXEC(name, dirfd, path, flags) \
	ROW(name, CALL_SUPERVISE, KIND_EXEC, COND_NONE, 0, 1u << POLICY_EXEC, dirfd, path, -1, -1, \
	    flags, -1, -1, 0, NULL)

/* Changes what the supervisor acts as for the program, whatever it does for it. */
#define IDENTITY(name) \
	ROW(name, CALL_SUPERVISE, KIND_IDENTITY, COND_NONE, 0, (1u << POLICY_OPS) - 1, -1, -1, -1, \
	    -1, -1, -1, -1, 0, NULL)

/* The socket is always the first argument. */
#define SOCK(name, kind, cond, ops, address, flags) \
	ROW(name, CALL_SUPERVISE, kind, cond, 0, ops, 0, address, -1, -1, flags, -1, -1, 0, NULL)
/* All arguments lie in memory. */
#define SOCKETCALL(name) \
	ROW(name, CALL_SUPERVISE, KIND_SOCKETCALL, COND_NONE, 0, BIND | CONNECT, -1, -1, -1, -1, -1, \
	    -1, -1, 0, NULL)

#endif
