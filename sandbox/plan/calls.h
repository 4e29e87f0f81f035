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

enum call_action {
	CALL_ALLOW,	/* the kernel lets it run */
	CALL_REFUSE,	/* the kernel answers `error`; `why` says why */
	CALL_SUPERVISE	/* the supervisor decides, unless its ops are all open */
};

/*
 * A condition on register arguments that the filter can judge by itself. It
 * splits a supervised call: where it holds, the kernel decides.
 */
enum call_cond {
	COND_NONE,
	COND_OPEN_FLAGS,	/* args[flags] opens for reading only: needs POLICY_READ alone */
	COND_CLONE_FLAGS,	/* no CLONE_NEW*, no CLONE_UNTRACED: allow; else refuse */
	COND_IOCTL,		/* TIOCSTI, TIOCLINUX, owner-setting requests: refuse; else allow */
	COND_SOCKET,		/* families and types beyond unix, inet, inet6: refuse */
	COND_NO_ADDRESS,	/* args[path] (the address) is NULL and no MSG_FASTOPEN: allow */
	COND_FCNTL,		/* F_SETOWN supervised, F_SETOWN_EX refused; else allow */
	COND_PRCTL,		/* PR_SET_MM and the like: refuse; else allow */
	COND_SELF_PID,		/* args[pid] is 0: allow; else supervised */
	COND_PERSONALITY	/* only the harmless personas */
};

/* What the supervisor does with the call: one performer per kind. */
enum call_kind {
	KIND_NONE,
	KIND_OPEN,	/* open, openat, creat */
	KIND_OPENAT2,
	KIND_ACCESS, KIND_READLINK, KIND_GETXATTR, KIND_LISTXATTR,
	KIND_MKDIR, KIND_MKNOD, KIND_RMDIR, KIND_UNLINK,
	KIND_RENAME, KIND_LINK, KIND_SYMLINK,
	KIND_CHMOD, KIND_CHOWN, KIND_TRUNCATE, KIND_UTIMES,
	KIND_SETXATTR, KIND_REMOVEXATTR,
	KIND_EXEC,
	KIND_SOCKET, KIND_SOCKETCALL, KIND_BIND, KIND_CONNECT,
	KIND_SENDTO, KIND_SENDMSG, KIND_SENDMMSG, KIND_LISTEN,
	KIND_PID,	/* acts on the process args[pid]: it must be of the sandbox */
	KIND_KILL	/* kill(2): groups and everybody as well */
};

struct call_spec {
	const char *name;
	enum call_action action;
	enum call_kind kind;
	enum call_cond cond;
	int error;		/* CALL_REFUSE, and what a refusing cond answers: positive errno */
	unsigned int ops;	/* bits 1 << enum policy_op; 0 with SUPERVISE: always supervised */
	/* Argument indexes; -1 where the call has no such operand. */
	int8_t dirfd[2], path[2];	/* path[i] relative to dirfd[i]; dirfd -1: the cwd */
	int8_t flags;			/* open or AT_* flags */
	int8_t mode;
	int8_t pid;
	unsigned int variant;	/* VAR_* */
	const char *why;	/* for REFUSE: the reason, for documents and reports */
};

/* What tells calls of one kind apart. */
enum {
	VAR_NOFOLLOW = 1 << 0,	/* a last symbolic link is the operand (lchown, unlink) */
	VAR_FD = 1 << 1,	/* the operand is a descriptor: dirfd[0], no path */
	VAR_CREAT = 1 << 2,	/* creat(2): O_CREAT|O_WRONLY|O_TRUNC implied */
	VAR_TIME32 = 1 << 3,	/* timespec of 32 bits, utimensat on 32-bit ABIs */
	VAR_TIMEVAL = 1 << 4,	/* utimes, futimesat */
	VAR_UTIMBUF = 1 << 5,	/* utime */
	VAR_SIZE64 = 1 << 6,	/* truncate64: length in a register pair */
	VAR_ID16 = 1 << 7,	/* 16-bit uid and gid */
	VAR_RAWFLAGS = 1 << 8	/* linkat: AT_SYMLINK_FOLLOW asks to follow */
};

/* Entry number i of the table; NULL past the last. */
const struct call_spec *calls_at(size_t i);
/* By the number as the ABI counts (x32: with bit 30); NULL: unknown, refused. */
const struct call_spec *calls_find(const struct abi *abi, int64_t nr);
/* The number of a named call on an ABI, or -1. */
int64_t calls_nr(const struct abi *abi, const char *name);

#endif
