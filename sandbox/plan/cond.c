/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cond.c - the rules on register arguments, as data, and their interpreter.
 *
 * The kernel takes flags, commands, families, modes and process ids as int or
 * unsigned int and drops the high half of the register, so the rules compare
 * the low 32 bits and nothing else: a comparison of 64 bits is what let
 * TIOCSTI with a high bit set through elsewhere (CVE-2019-10063). Addresses
 * are compared whole. Anything in memory is out of reach here.
 *
 * Constants are written out where the headers of the build machine may lack
 * them or where another ABI of the same machine has other values.
 */
#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/plan/cond.h"

#define READ (1u << POLICY_READ)
#define WRITE (1u << POLICY_WRITE)
#define EXEC (1u << POLICY_EXEC)

#define WHOLE 0xffffffffu

#define ANY(closed, action) { ARG_ANY, 0, 0, 0, closed, action, 0 }
#define BITS(arg, bits, closed, action, error) { ARG_BITS, arg, 0, bits, closed, action, error }
#define IS(arg, value, action, error) { ARG_IS, arg, WHOLE, value, 0, action, error }
#define IS_NOT(arg, value, action, error) { ARG_IS_NOT, arg, WHOLE, value, 0, action, error }
#define MASKED(arg, mask, value, action, error) { ARG_IS, arg, mask, value, 0, action, error }
#define GE(arg, value, action, error) { ARG_GE, arg, 0, value, 0, action, error }
#define IS_NULL(arg, action) { ARG_NULL, arg, 0, 0, 0, action, 0 }

/*
 * Access mode 3 asks for both permissions, O_RDONLY|O_TRUNC truncates. The
 * values are the same on all ABIs here; O_DIRECTORY, which is not, is part of
 * O_TMPFILE and must stay out.
 */
#define TMPFILE_BIT 020000000
static const struct arg_rule open_flags[] = {
	ANY(READ, CALL_SUPERVISE),
	BITS(ARG_FLAGS, O_ACCMODE | O_CREAT | O_TRUNC | TMPFILE_BIT, WRITE, CALL_SUPERVISE, 0),
	ANY(0, CALL_ALLOW),
};

static const struct arg_rule access_mode[] = {
	BITS(ARG_MODE, R_OK, READ, CALL_SUPERVISE, 0),
	BITS(ARG_MODE, W_OK, WRITE, CALL_SUPERVISE, 0),
	BITS(ARG_MODE, X_OK, EXEC, CALL_SUPERVISE, 0),
	ANY(0, CALL_ALLOW),
};

/* AT_EMPTY_PATH: of the path, if there is one, no command is made. */
static const struct arg_rule stat_flags[] = {
	BITS(ARG_FLAGS, 0x1000, PLAN_RUNTIME, CALL_ALLOW, 0),
};

/* MSG_FASTOPEN connects, MSG_* values are the same everywhere. */
static const struct arg_rule no_address[] = {
	BITS(ARG_FLAGS, 0x20000000, 1u << POLICY_CONNECT, CALL_SUPERVISE, 0),
	IS_NULL(ARG_ADDRESS, CALL_ALLOW),
};

static const struct arg_rule self_pid[] = {
	IS(ARG_PID, 0, CALL_ALLOW, 0),
};

/*
 * In a pid namespace of its own a program has numbers for processes inside alone. But the
 * supervisor is 1, and among all (-1), and the caller's group (0) may have come in from
 * outside; for its helpers see plan_filtered(). What the kernel decides no signal
 * interrupts, as it must be for these calls: a shell's SIGCONT must not get lost.
 */
#define NESTED(test, value, action) { test, ARG_PID, WHOLE, value, PLAN_NESTED, action, 0 }
static const struct arg_rule signals[] = {
	NESTED(ARG_IS, 0, CALL_SUPERVISE),
	NESTED(ARG_IS, 1, CALL_SUPERVISE),
	NESTED(ARG_IS, 0xffffffff, CALL_SUPERVISE),
	NESTED(ARG_ANY, 0, CALL_ALLOW),
};

/* PRIO_PROCESS is 0, IOPRIO_WHO_PROCESS is 1; both refuse groups and users. */
static const struct arg_rule set_priority[] = {
	IS_NOT(0, 0, CALL_REFUSE, EPERM),
	IS(ARG_PID, 0, CALL_ALLOW, 0),
};

static const struct arg_rule set_io_priority[] = {
	IS_NOT(0, 1, CALL_REFUSE, EPERM),
	IS(ARG_PID, 0, CALL_ALLOW, 0),
};

/* The low byte of clone's flags is the exit signal: CLONE_NEWTIME is not of clone(2). */
#define NEW_NAMESPACES 0x7e020000	/* NS CGROUP UTS IPC USER PID NET */
#define UNTRACED 0x00800000
static const struct arg_rule clone_flags[] = {
	BITS(0, NEW_NAMESPACES | UNTRACED, 0, CALL_REFUSE, EPERM),
};

/* CLONE_FILES, CLONE_FS, CLONE_SYSVSEM and the three that change nothing: VM, SIGHAND, THREAD. */
static const struct arg_rule unshare_flags[] = {
	BITS(0, ~0x00050f00u, 0, CALL_REFUSE, EPERM),
};

/*
 * Terminal input (TIOCSTI, TIOCLINUX), line disciplines, the console; owners
 * of signals (FIOSETOWN, SIOCSPGRP): any process, past the rule for kill.
 * Then what changes a file through a descriptor opened for reading, by type:
 * attributes, encryption and verity ('f', 'X', 'v', FAT's 'r'), subvolumes
 * (btrfs, 0x94), f2fs (0xf5). Reading and cloning into a writable file stay.
 * Last /dev/userfaultfd (0xaa), for userfaultfd(2) is refused.
 */
static const struct arg_rule ioctls[] = {
	IS(1, TIOCSTI, CALL_REFUSE, EPERM),
	IS(1, TIOCLINUX, CALL_REFUSE, EPERM),
	IS(1, TIOCSETD, CALL_REFUSE, EPERM),
	IS(1, TIOCCONS, CALL_REFUSE, EPERM),
	IS(1, TIOCVHANGUP, CALL_REFUSE, EPERM),
	IS(1, 0x8901, CALL_REFUSE, EPERM),	/* FIOSETOWN */
	IS(1, 0x8902, CALL_REFUSE, EPERM),	/* SIOCSPGRP */
	IS(1, 0x80086601, CALL_ALLOW, 0),	/* FS_IOC_GETFLAGS */
	IS(1, 0x80046601, CALL_ALLOW, 0),	/* FS_IOC32_GETFLAGS */
	IS(1, 0xc020660b, CALL_ALLOW, 0),	/* FS_IOC_FIEMAP */
	MASKED(1, 0xff00, 'f' << 8, CALL_REFUSE, EPERM),
	IS(1, 0x801c581f, CALL_ALLOW, 0),	/* FS_IOC_FSGETXATTR */
	MASKED(1, 0xff00, 'X' << 8, CALL_REFUSE, EPERM),
	IS(1, 0x40087602, CALL_REFUSE, EPERM),	/* FS_IOC_SETVERSION */
	IS(1, 0x40047602, CALL_REFUSE, EPERM),	/* FS_IOC32_SETVERSION */
	IS(1, 0x40047211, CALL_REFUSE, EPERM),	/* FAT_IOCTL_SET_ATTRIBUTES */
	IS(1, 0x40049409, CALL_ALLOW, 0),	/* FICLONE */
	IS(1, 0x4020940d, CALL_ALLOW, 0),	/* FICLONERANGE */
	IS(1, 0xc0189436, CALL_ALLOW, 0),	/* FIDEDUPERANGE */
	MASKED(1, 0xff00, 0x9400, CALL_REFUSE, EPERM),
	MASKED(1, 0xff00, 0xf500, CALL_REFUSE, EPERM),
	MASKED(1, 0xff00, 0xaa00, CALL_REFUSE, EPERM),
};

/*
 * F_SETOWN to a group (negative) cannot be judged by one process; 0 takes the owner away.
 * Whoever holds a delegation (6.19, commit 1602bad16d7d) can make every rename, unlink or
 * chmod wait 45 seconds, the supervisor's too; kernels without it answer EINVAL.
 */
static const struct arg_rule fcntls[] = {
	IS(1, 1040, CALL_REFUSE, EINVAL),	/* F_SETDELEG */
	IS(1, 15, CALL_REFUSE, EPERM),		/* F_SETOWN_EX: the owner lies in memory */
	IS_NOT(1, 8, CALL_ALLOW, 0),		/* F_SETOWN */
	IS(ARG_PID, 0, CALL_ALLOW, 0),
	BITS(ARG_PID, 0x80000000, 0, CALL_REFUSE, EPERM),
};

/*
 * PR_SET_MM forges what the supervisor reads of a process. A process that is
 * not dumpable hides its memory and files from a supervisor of the same user,
 * and every supervised call of it would fail; ssh-agent and gpg-agent ask for
 * that, so they are told that it worked. PR_SCHED_CORE acts on other
 * processes. Beyond 79 (Linux 7.0) only the options whose names are numbers
 * in letters are known.
 */
static const struct arg_rule prctls[] = {
	IS(0, PR_SET_DUMPABLE, CALL_REFUSE, 0),
	IS(0, PR_SET_MM, CALL_REFUSE, EPERM),
	IS(0, 62, CALL_REFUSE, EINVAL),		/* PR_SCHED_CORE */
	IS(0, 0x53564d41, CALL_ALLOW, 0),	/* PR_SET_VMA */
	IS(0, 0x41555856, CALL_ALLOW, 0),	/* PR_GET_AUXV */
	IS(0, 0x59616d61, CALL_ALLOW, 0),	/* PR_SET_PTRACER */
	GE(0, 80, CALL_REFUSE, EINVAL),
};

/*
 * PER_LINUX and PER_LINUX32, with any of UNAME26, ADDR_NO_RANDOMIZE,
 * ADDR_COMPAT_LAYOUT, READ_IMPLIES_EXEC, ADDR_LIMIT_32BIT, SHORT_INODE,
 * WHOLE_SECONDS, STICKY_TIMEOUTS, ADDR_LIMIT_3GB; not MMAP_PAGE_ZERO.
 */
static const struct arg_rule personas[] = {
	IS(0, WHOLE, CALL_ALLOW, 0),		/* a question */
	BITS(0, ~0x0fe600ffu, 0, CALL_REFUSE, EPERM),
	MASKED(0, 0xff, 0, CALL_ALLOW, 0),
	MASKED(0, 0xff, 8, CALL_ALLOW, 0),
};

/*
 * Without a tracer of ours: of processes of its own pid namespace alone, the
 * supervisor and its helpers not among them, for they are not dumpable. What a
 * tracer changes in a call is filtered after the change.
 */
static const struct arg_rule traces[] = {
	{ ARG_ANY, 0, 0, 0, PLAN_TRACED, CALL_REFUSE, EPERM },
};

/*
 * A filter that answers USER_NOTIF outranks our RET_TRACE, and its listener
 * could let every call pass. With our own listener in place the kernel says
 * EBUSY; this says the same where we could not have one.
 */
static const struct arg_rule seccomp_flags[] = {
	IS_NOT(0, 1, CALL_ALLOW, 0),		/* SECCOMP_SET_MODE_FILTER */
	BITS(1, 1 << 3, 0, CALL_REFUSE, EBUSY),	/* SECCOMP_FILTER_FLAG_NEW_LISTENER */
};

/*
 * The type is the low 4 bits. UDP-Lite names its peers in the calls of UDP, by the same functions
 * of the kernel (net/ipv4/udplite.c); MPTCP and SCTP reach peers in ways that no rule covers.
 */
#define FAMILY(test, arg, mask, value, action, error) \
	{ test, arg, mask, value, PLAN_FAMILIES, action, error }
static const struct arg_rule sockets[] = {
	FAMILY(ARG_IS, 0, WHOLE, AF_UNIX, CALL_ALLOW, 0),
	/* AF_INET is 2 and AF_INET6 is 10. */
	FAMILY(ARG_IS_NOT, 0, ~8u, AF_INET, CALL_REFUSE, EAFNOSUPPORT),
	FAMILY(ARG_IS, 1, 0xf, SOCK_RAW, CALL_REFUSE, EPERM),
	FAMILY(ARG_BITS, 1, 0, 0xc, CALL_REFUSE, EPROTONOSUPPORT),
	FAMILY(ARG_IS, 2, WHOLE, 0, CALL_ALLOW, 0),
	FAMILY(ARG_IS, 2, WHOLE, IPPROTO_TCP, CALL_ALLOW, 0),
	FAMILY(ARG_IS, 2, WHOLE, IPPROTO_UDP, CALL_ALLOW, 0),
	FAMILY(ARG_IS, 2, WHOLE, IPPROTO_UDPLITE, CALL_ALLOW, 0),
	FAMILY(ARG_IS, 2, WHOLE, IPPROTO_ICMP, CALL_ALLOW, 0),
	FAMILY(ARG_IS, 2, WHOLE, IPPROTO_ICMPV6, CALL_ALLOW, 0),
	FAMILY(ARG_ANY, 0, 0, 0, CALL_REFUSE, EPROTONOSUPPORT),
};

static const struct arg_rule socketpairs[] = {
	FAMILY(ARG_IS_NOT, 0, WHOLE, AF_UNIX, CALL_REFUSE, EAFNOSUPPORT),
};

/*
 * A routing header of IPv6 (RFC 8754) and a source route of IPv4 send a packet
 * to the first hop they name, whatever address it was judged by. On level 0,
 * IPPROTO_IP, 4 is IP_OPTIONS; on 41, IPPROTO_IPV6, 57 is IPV6_RTHDR, 5 and 6 are
 * IPV6_2292RTHDR and IPV6_2292PKTOPTIONS, and 4 are hop-by-hop options, which
 * take a capability.
 */
#define PEER(test, arg, value, action, error) \
	{ test, arg, WHOLE, value, 1u << POLICY_CONNECT, action, error }
static const struct arg_rule socket_options[] = {
	PEER(ARG_IS, 1, SOL_SOCKET, CALL_ALLOW, 0),
	PEER(ARG_BITS, 1, ~(uint32_t)IPPROTO_IPV6, CALL_ALLOW, 0),
	PEER(ARG_IS, 2, 4, CALL_REFUSE, EPERM),
	PEER(ARG_IS, 2, 57, CALL_REFUSE, EPERM),
	PEER(ARG_IS, 1, IPPROTO_IP, CALL_ALLOW, 0),
	PEER(ARG_IS, 2, 5, CALL_REFUSE, EPERM),
	PEER(ARG_IS, 2, 6, CALL_REFUSE, EPERM),
};

#define RULES(cond, table) [cond] = { table, sizeof(table) / sizeof(table[0]) }
static const struct {
	const struct arg_rule *rules;
	size_t count;
} conds[] = {
	[COND_NONE] = { NULL, 0 },
	RULES(COND_OPEN_FLAGS, open_flags),
	RULES(COND_STAT, stat_flags),
	RULES(COND_ACCESS_MODE, access_mode),
	RULES(COND_NO_ADDRESS, no_address),
	RULES(COND_SELF_PID, self_pid),
	RULES(COND_SIGNAL, signals),
	RULES(COND_SETPRIORITY, set_priority),
	RULES(COND_IOPRIO, set_io_priority),
	RULES(COND_CLONE_FLAGS, clone_flags),
	RULES(COND_UNSHARE, unshare_flags),
	RULES(COND_IOCTL, ioctls),
	RULES(COND_FCNTL, fcntls),
	RULES(COND_PRCTL, prctls),
	RULES(COND_PERSONALITY, personas),
	RULES(COND_PTRACE, traces),
	RULES(COND_SECCOMP, seccomp_flags),
	RULES(COND_SOCKET, sockets),
	RULES(COND_SOCKETPAIR, socketpairs),
	RULES(COND_SETSOCKOPT, socket_options),
};

const struct arg_rule *cond_rules(enum call_cond cond, size_t *n)
{
	*n = conds[cond].count;
	return conds[cond].rules;
}

bool cond_counts(const struct arg_rule *rule, unsigned int closed)
{
	return rule->closed == 0 || (rule->closed & closed) != 0;
}

int cond_arg(const struct arg_rule *rule, const struct call_spec *spec)
{
	switch (rule->arg) {
	case ARG_FLAGS:
		return spec->flags;
	case ARG_MODE:
		return spec->mode;
	case ARG_PID:
		return spec->pid;
	case ARG_ADDRESS:
		return spec->path[0];
	default:
		return rule->arg;
	}
}

struct call_answer cond_otherwise(const struct call_spec *spec, unsigned int closed)
{
	if (spec->action == CALL_SUPERVISE && spec->ops != 0 && (spec->ops & closed) == 0)
		return (struct call_answer){ CALL_ALLOW, 0 };
	return (struct call_answer){ spec->action, spec->error };
}

static bool matches(const struct arg_rule *rule, uint64_t arg)
{
	uint32_t low = (uint32_t)arg;

	switch (rule->test) {
	case ARG_ANY:
		return true;
	case ARG_BITS:
		return (low & rule->value) != 0;
	case ARG_IS:
		return (low & rule->mask) == rule->value;
	case ARG_IS_NOT:
		return (low & rule->mask) != rule->value;
	case ARG_GE:
		return low >= rule->value;
	case ARG_NULL:
		return arg == 0;
	}
	return false;
}

struct call_answer cond_judge(const struct call_spec *spec, const uint64_t args[ABI_NARGS],
			      unsigned int closed)
{
	size_t n;
	const struct arg_rule *rules = cond_rules(spec->cond, &n);

	for (size_t i = 0; i < n; i++) {
		if (cond_counts(&rules[i], closed) &&
		    matches(&rules[i], args[cond_arg(&rules[i], spec)]))
			return (struct call_answer){ rules[i].action, rules[i].error };
	}
	return cond_otherwise(spec, closed);
}
