/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.h - the table of every system call the sandbox knows, with its
 * verdict. The seccomp filter and the request decoder are both made from it,
 * so a call cannot be supervised by one and missed by the other. A call that
 * is not in the table is refused with ENOSYS. Data only.
 */
#ifndef BELAY_SANDBOX_CALLS_H
#define BELAY_SANDBOX_CALLS_H

#include <stddef.h>
#include <stdint.h>

#include "arch/abi.h"
#include "sandbox/policy/policy.h"

/*
 * What can be refused under a policy: bits 1 << enum policy_op of the
 * operations that are not open, PLAN_FAMILIES when socket families that no rule
 * can speak of must be refused, PLAN_RUNTIME when processes may change their
 * rules, which they do by stat(2), PLAN_TRACED when the supervisor traces them, so that
 * nobody else can, and PLAN_NESTED when a pid namespace keeps numbers of others from them.
 */
#define PLAN_FAMILIES (1u << POLICY_OPS)
#define PLAN_RUNTIME (1u << (POLICY_OPS + 1))
#define PLAN_TRACED (1u << (POLICY_OPS + 2))
#define PLAN_NESTED (1u << (POLICY_OPS + 3))
#define PLAN_ALL (PLAN_RUNTIME * 2 - 1)	/* by a policy: not the last two */

enum call_action {
	CALL_ALLOW,	/* the kernel lets it run */
	CALL_REFUSE,	/* the kernel answers `error`; `why` says why */
	CALL_SUPERVISE	/* the supervisor decides, unless its ops are all open */
};

/*
 * Rules on register arguments that the filter judges by itself, before the
 * action of the call: cond.c has them. What each is for:
 */
enum call_cond {
	COND_NONE,
	COND_OPEN_FLAGS,	/* opens for reading alone need no rule for writing */
	COND_STAT,		/* of a descriptor: allow */
	COND_ACCESS_MODE,	/* asks for what no rule forbids: allow */
	COND_NO_ADDRESS,	/* sendto without an address and MSG_FASTOPEN: allow */
	COND_SELF_PID,		/* args[pid] is 0, the caller: allow */
	COND_SIGNAL,		/* a number of a pid namespace of their own: allow */
	COND_SETPRIORITY,	/* groups and users: refuse; who is 0: allow */
	COND_IOPRIO,		/* the same, counted from 1 */
	COND_CLONE_FLAGS,	/* new namespaces, CLONE_UNTRACED: refuse */
	COND_UNSHARE,		/* new namespaces: refuse */
	COND_IOCTL,		/* terminal input, signal owners, attributes of files: refuse */
	COND_FCNTL,		/* F_SETOWN supervised, F_SETOWN_EX refused; else allow */
	COND_PRCTL,		/* PR_SET_MM and what is unknown: refuse */
	COND_PERSONALITY,	/* only the harmless personas */
	COND_PTRACE,		/* where the supervisor traces: refuse */
	COND_SECCOMP,		/* SECCOMP_FILTER_FLAG_NEW_LISTENER: refuse */
	COND_SOCKET,		/* families and types beyond unix, inet, inet6: refuse */
	COND_SOCKETPAIR,	/* the same */
	COND_SETSOCKOPT		/* ways for packets past the address they name: refuse */
};

/* What the supervisor does with the call: one performer per kind. */
enum call_kind {
	KIND_NONE,
	KIND_OPEN,	/* open, openat, creat */
	KIND_OPENAT2,	/* struct open_how is args[2] */
	KIND_ACCESS,
	KIND_STAT,	/* a command of the run-time interface, or allowed */
	KIND_MKDIR, KIND_MKNOD, KIND_RMDIR, KIND_UNLINK,
	KIND_RENAME, KIND_LINK, KIND_SYMLINK,
	KIND_CHMOD, KIND_CHOWN, KIND_TRUNCATE, KIND_UTIMES,
	KIND_SETXATTR, KIND_REMOVEXATTR,
	KIND_WATCH,	/* inotify_add_watch: args[0] is the instance */
	KIND_EXEC,
	/* Operands: the socket is args[dirfd[0]], the address or msghdr args[path[0]]. */
	KIND_SOCKETCALL, KIND_BIND, KIND_CONNECT,
	KIND_SENDTO, KIND_SENDMSG, KIND_SENDMMSG, KIND_LISTEN,
	KIND_PID,	/* acts on the process or thread args[pid]: it must be of the sandbox */
	KIND_PIDFD,	/* pidfd_open(2): the same, and of one that has ended, too */
	KIND_KILL,	/* kill(2): groups and everybody as well */
	KIND_IDENTITY	/* changes the umask, ids or capabilities: seen, never refused */
};

struct call_spec {
	const char *name;
	enum call_action action;
	enum call_kind kind;
	enum call_cond cond;
	int error;		/* CALL_REFUSE: positive errno */
	/* Bits 1 << enum policy_op, or PLAN_RUNTIME; 0 with SUPERVISE: always supervised. */
	unsigned int ops;
	/* Argument indexes; -1 where the call has no such operand. */
	int8_t dirfd[2], path[2];	/* path[i] relative to dirfd[i]; dirfd -1: the cwd */
	int8_t flags;			/* open, AT_* or MSG_* flags */
	int8_t mode;
	int8_t pid;
	unsigned int variant;	/* VAR_* */
	const char *why;	/* the reason, for documents; NULL: that of its kind, in inventory.c */
};

/*
 * What tells calls of one kind apart. Times, sizes and ids are narrow on i386
 * and arm alone: on x32 and the ABIs of 64 bits every layout is the wide one,
 * so VAR_TIME32 and VAR_ID16 say nothing there.
 */
enum {
	VAR_NOFOLLOW = 1 << 0,	/* a last symbolic link is the operand (lchown, unlink) */
	VAR_FD = 1 << 1,	/* the operand is a descriptor: dirfd[0], no path */
	VAR_CREAT = 1 << 2,	/* creat(2): O_CREAT|O_WRONLY|O_TRUNC implied */
	VAR_TIME32 = 1 << 3,	/* time_t of 32 bits */
	VAR_TIMEVAL = 1 << 4,	/* utimes, futimesat */
	VAR_UTIMBUF = 1 << 5,	/* utime */
	VAR_SIZE64 = 1 << 6,	/* truncate64: length in a register pair (arm: an even one) */
	VAR_ID16 = 1 << 7,	/* 16-bit uid and gid; 0xffff means -1 */
	VAR_RAWFLAGS = 1 << 8	/* linkat: AT_SYMLINK_FOLLOW asks to follow */
};

/* Entry number i, in no order that matters; NULL past the last. */
const struct call_spec *calls_at(size_t i);
/* By name; NULL: no such call here. */
const struct call_spec *calls_named(const char *name);
/* By the number as the ABI counts (x32: with bit 30); NULL: unknown, refused. */
const struct call_spec *calls_find(const struct abi *abi, int64_t nr);
/* The number of a named call on an ABI, or -1. */
int64_t calls_nr(const struct abi *abi, const char *name);

#endif
