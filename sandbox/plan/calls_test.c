/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls_test.c - the call table against what the machine says about calls.
 */
#include <asm/unistd.h>
#include <atf-c.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/plan/cond.h"

#ifndef __X32_SYSCALL_BIT
#define __X32_SYSCALL_BIT 0x40000000
#endif

static const struct {
	const char *abi, *name;
	long nr;
} headers[] = {
#include "sandbox/plan/calls_headers.inc"
};
#define NHEADERS (sizeof(headers) / sizeof(headers[0]))

ATF_TC(headers_known);
ATF_TC_HEAD(headers_known, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that every call of the installed kernel headers "
			  "has a row, so that a new kernel cannot open a hole silently");
}
ATF_TC_BODY(headers_known, tc)
{
	(void)tc;
	/* Fewer than any ABI has: the list was not made. */
	ATF_REQUIRE(NHEADERS > 250);
	for (size_t i = 0; i < NHEADERS; i++) {
		const struct abi *abi = abi_find(headers[i].abi);
		const struct call_spec *spec;

		ATF_REQUIRE(abi != NULL);
		spec = calls_find(abi, headers[i].nr);
		ATF_CHECK_MSG(spec != NULL, "%s: no row for %s (%ld)", abi->name, headers[i].name,
			      headers[i].nr);
		/* Names differ in two calls of arm alone: the row under its number counts. */
		if (spec && calls_named(headers[i].name))
			ATF_CHECK_MSG(calls_nr(abi, headers[i].name) == headers[i].nr,
				      "%s: %s is %ld, the table says %" PRId64, abi->name,
				      headers[i].name, headers[i].nr,
				      calls_nr(abi, headers[i].name));
	}
}

static void check_number(const struct abi *abi, uint32_t token, int nr)
{
	char *name = seccomp_syscall_resolve_num_arch(token, nr);
	const struct call_spec *spec;

	if (!name)
		return;
	spec = calls_find(abi, nr);
	ATF_CHECK_MSG(spec != NULL, "%s: no row for %s (%#x)", abi->name, name, nr);
	ATF_CHECK_MSG(spec == NULL || !strcmp(spec->name, name), "%s: %#x is %s, the row says %s",
		      abi->name, nr, name, spec->name);
	ATF_CHECK_MSG(calls_nr(abi, name) == nr, "%s: %s is %#x, the table says %#" PRIx64,
		      abi->name, name, nr, calls_nr(abi, name));
	free(name);
}

ATF_TC(libseccomp_known);
ATF_TC_HEAD(libseccomp_known, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that every call that libseccomp knows on the ABIs "
			  "has a row under the same number");
}
ATF_TC_BODY(libseccomp_known, tc)
{
	const struct abi *abi;

	(void)tc;
	for (size_t a = 0; (abi = abi_at(a)); a++) {
		uint32_t token = abi->nr_bit ? SCMP_ARCH_X32 : abi->audit_arch;

		for (int nr = 0; nr < 4096; nr++)
			check_number(abi, token, nr + (int)abi->nr_bit);
		for (int nr = 0xf0000; nr < 0xf0010; nr++)
			check_number(abi, token, nr + (int)abi->nr_bit);
	}
}

ATF_TC(rows_sound);
ATF_TC_HEAD(rows_sound, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that every row says all that its verdict needs, "
			  "has its name once, and is found by it");
}
ATF_TC_BODY(rows_sound, tc)
{
	const struct call_spec *s;
	const struct abi *abi;

	(void)tc;
	for (size_t i = 0; (s = calls_at(i)); i++) {
		bool exists = false;
		size_t n;
		const struct arg_rule *rules = cond_rules(s->cond, &n);

		/* Unsorted rows and a name in two topics are not found. */
		ATF_CHECK_MSG(calls_named(s->name) == s, "%s is not found by name", s->name);
		for (size_t a = 0; (abi = abi_at(a)); a++) {
			int64_t nr = calls_nr(abi, s->name);

			exists |= nr >= 0;
			if (nr >= 0)
				ATF_CHECK_MSG(calls_find(abi, nr) == s, "%s: %s is not found by number",
					      abi->name, s->name);
		}
		ATF_CHECK_MSG(exists, "%s has a number nowhere", s->name);
		if (s->action == CALL_REFUSE)
			ATF_CHECK_MSG(s->error > 0 && s->why, "%s: no reason or errno", s->name);
		else
			ATF_CHECK_MSG(s->error == 0, "%s: an errno without a refusal", s->name);
		if (s->action == CALL_SUPERVISE)
			ATF_CHECK_MSG(s->kind != KIND_NONE, "%s: nobody performs it", s->name);
		if (s->kind == KIND_PID || s->kind == KIND_PIDFD || s->kind == KIND_KILL)
			ATF_CHECK_MSG(s->pid >= 0, "%s: no process", s->name);
		for (size_t r = 0; r < n; r++) {
			int arg = cond_arg(&rules[r], s);

			ATF_CHECK_MSG(arg >= 0 && arg < ABI_NARGS, "%s: rule %zu has no argument",
				      s->name, r);
			ATF_CHECK_MSG(rules[r].action != CALL_SUPERVISE || s->kind != KIND_NONE,
				      "%s: rule %zu gives it to nobody", s->name, r);
		}
	}
	ATF_CHECK(calls_named("no_such_call") == NULL);
}

ATF_TC(numbers_unknown);
ATF_TC_HEAD(numbers_unknown, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that numbers beyond the table, without the ABI's "
			  "bit, and negative ones have no row");
}
ATF_TC_BODY(numbers_unknown, tc)
{
	const struct abi *x86_64 = abi_find("x86_64"), *x32 = abi_find("x32");
	const struct abi *arm = abi_find("arm"), *abi;

	(void)tc;
	for (size_t a = 0; (abi = abi_at(a)); a++) {
		for (int64_t nr = 472; nr < 4096; nr++)
			if (nr >= 548 || !abi->nr_bit)
				ATF_CHECK(calls_find(abi, nr + abi->nr_bit) == NULL);
		ATF_CHECK(calls_find(abi, -1) == NULL);
		ATF_CHECK(calls_find(abi, INT64_MIN) == NULL);
		ATF_CHECK(calls_find(abi, INT64_MAX) == NULL);
		ATF_CHECK(calls_find(abi, 0x7fffffff) == NULL);
		ATF_CHECK(calls_find(abi, 0xffffffff) == NULL);
	}
	ATF_CHECK(calls_find(x86_64, 0x40000000) == NULL);
	ATF_CHECK(calls_find(x32, 0) == NULL);
	ATF_CHECK(calls_find(x86_64, 0xf0002) == NULL);
	ATF_CHECK_STREQ(calls_find(arm, 0xf0002)->name, "cacheflush");
	/* The numbers of x32 alone are no calls of x86_64. */
	ATF_CHECK(calls_find(x86_64, 520) == NULL);
	ATF_CHECK_STREQ(calls_find(x32, 0x40000000 + 520)->name, "execve");
}

/* The answer to a call given by name, under `closed`. */
static struct call_answer judge(const char *name, unsigned int closed, uint64_t a0, uint64_t a1,
				uint64_t a2, uint64_t a3, uint64_t a4)
{
	const uint64_t args[ABI_NARGS] = { a0, a1, a2, a3, a4, 0 };

	return cond_judge(calls_named(name), args, closed);
}

#define READ (1u << POLICY_READ)
#define WRITE (1u << POLICY_WRITE)
#define EXEC (1u << POLICY_EXEC)
#define CONNECT (1u << POLICY_CONNECT)
#define NET (CONNECT | 1u << POLICY_BIND | PLAN_FAMILIES)
#define HIGH (1ull << 40)

#define ALLOWS(...) ATF_CHECK_EQ(CALL_ALLOW, judge(__VA_ARGS__).action)
#define ASKS(...) ATF_CHECK_EQ(CALL_SUPERVISE, judge(__VA_ARGS__).action)
#define REFUSES(err, ...) \
	do { \
		struct call_answer answer = judge(__VA_ARGS__); \
		ATF_CHECK_EQ(CALL_REFUSE, answer.action); \
		ATF_CHECK_EQ(err, answer.error); \
	} while (0)

ATF_TC(judge_files);
ATF_TC_HEAD(judge_files, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify which calls on files need the supervisor");
}
ATF_TC_BODY(judge_files, tc)
{
	(void)tc;
	ALLOWS("open", WRITE, 0, 02000000 /* O_CLOEXEC */, 0, 0, 0);
	ASKS("open", READ, 0, 0, 0, 0, 0);
	ASKS("open", WRITE, 0, 01, 0, 0, 0);
	ASKS("open", WRITE, 0, 02, 0, 0, 0);
	ASKS("open", WRITE, 0, 03, 0, 0, 0);
	ASKS("open", WRITE, 0, 01000 /* O_TRUNC */, 0, 0, 0);
	ASKS("openat", WRITE, 0, 0, 0100 /* O_CREAT */, 0, 0);
	ASKS("openat", WRITE, 0, 0, 020000000 /* __O_TMPFILE */, 0, 0);
	/* O_DIRECTORY, in the values of x86 and of arm. */
	ALLOWS("openat", WRITE, 0, 0, 0200000, 0, 0);
	ALLOWS("openat", WRITE, 0, 0, 040000, 0, 0);
	/* The kernel does not see the high half of an int. */
	ALLOWS("openat", WRITE, 0, 0, HIGH, 0, 0);
	ALLOWS("openat", NET, 0, 0, 0101, 0, 0);
	ASKS("inotify_add_watch", READ, 3, 0, 0, 0, 0);
	ALLOWS("inotify_add_watch", WRITE | EXEC | NET, 3, 0, 0, 0, 0);
	ASKS("openat2", READ, 0, 0, 0, 0, 0);
	ASKS("openat2", WRITE, 0, 0, 0, 0, 0);
	ASKS("creat", WRITE, 0, 0, 0, 0, 0);
	ALLOWS("creat", READ, 0, 0, 0, 0, 0);
	ALLOWS("access", WRITE, 0, 4, 0, 0, 0);
	ASKS("access", WRITE, 0, 6, 0, 0, 0);
	ASKS("faccessat2", EXEC, 0, 0, 1, 0, 0);
	ALLOWS("faccessat", READ | WRITE | EXEC, 0, 0, 0, 0, 0);
	ALLOWS("stat", PLAN_ALL & ~PLAN_RUNTIME, 0, 0, 0, 0, 0);
	ASKS("stat", PLAN_RUNTIME, 0, 0, 0, 0, 0);
	ASKS("newfstatat", PLAN_RUNTIME, 0, 0, 0, 0x100, 0);
	ALLOWS("newfstatat", PLAN_RUNTIME, 0, 0, 0, 0x1100 /* AT_EMPTY_PATH */, 0);
	ALLOWS("statx", PLAN_RUNTIME, 0, 0, 0x1000, 0, 0);
	ASKS("fchmodat2", WRITE, 0, 0, 0, 0, 0);
	ASKS("fchmod", WRITE, 0, 0, 0, 0, 0);
	ALLOWS("unlink", READ, 0, 0, 0, 0, 0);
	ASKS("execve", EXEC, 0, 0, 0, 0, 0);
	ALLOWS("execve", READ | WRITE | NET, 0, 0, 0, 0, 0);
	REFUSES(EPERM, "open_by_handle_at", 0, 0, 0, 0, 0, 0);
	REFUSES(ENOSYS, "io_uring_setup", 0, 0, 0, 0, 0, 0);
	REFUSES(EPERM, "mount", 0, 0, 0, 0, 0, 0);
}

ATF_TC(judge_ioctl);
ATF_TC_HEAD(judge_ioctl, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that ioctl and fcntl requests are compared as the "
			  "kernel takes them, without the high half of the register");
}
ATF_TC_BODY(judge_ioctl, tc)
{
	(void)tc;
	REFUSES(EPERM, "ioctl", 0, 0, 0x5412 /* TIOCSTI */, 0, 0, 0);
	REFUSES(EPERM, "ioctl", 0, 0, HIGH | 0x5412, 0, 0, 0);
	REFUSES(EPERM, "ioctl", 0, 0, 0x541c /* TIOCLINUX */, 0, 0, 0);
	REFUSES(EPERM, "ioctl", 0, 0, 0x8901 /* FIOSETOWN */, 0, 0, 0);
	REFUSES(EPERM, "ioctl", 0, 0, 0x40086602 /* FS_IOC_SETFLAGS */, 0, 0, 0);
	REFUSES(EPERM, "ioctl", 0, 0, 0x40046602 /* the same of 32 bits */, 0, 0, 0);
	REFUSES(EPERM, "ioctl", 0, 0, 0x401c5820 /* FS_IOC_FSSETXATTR */, 0, 0, 0);
	REFUSES(EPERM, "ioctl", 0, 0, 0x5000940e /* BTRFS_IOC_SUBVOL_CREATE */, 0, 0, 0);
	REFUSES(EPERM, "ioctl", 0, 0, 0xaa00 /* USERFAULTFD_IOC_NEW */, 0, 0, 0);
	ALLOWS("ioctl", 0, 0, 0x80086601 /* FS_IOC_GETFLAGS */, 0, 0, 0);
	ALLOWS("ioctl", 0, 0, 0x40049409 /* FICLONE */, 0, 0, 0);
	ALLOWS("ioctl", 0, 0, 0x5401 /* TCGETS */, 0, 0, 0);
	ALLOWS("ioctl", 0, 0, 0x540e /* TIOCSCTTY */, 0, 0, 0);
	ALLOWS("ioctl", 0, 0, 0x541b /* FIONREAD */, 0, 0, 0);
	ALLOWS("fcntl", 0, 0, 4 /* F_SETFL */, 0, 0, 0);
	ASKS("fcntl", 0, 0, 8 /* F_SETOWN */, 1, 0, 0);
	ASKS("fcntl", 0, 0, HIGH | 8, 1, 0, 0);
	ALLOWS("fcntl", 0, 0, 8, 0, 0, 0);
	REFUSES(EPERM, "fcntl", 0, 0, 8, (uint32_t)-5, 0, 0);
	REFUSES(EPERM, "fcntl64", 0, 0, 15 /* F_SETOWN_EX */, 0, 0, 0);
	REFUSES(EINVAL, "fcntl", 0, 0, 1040 /* F_SETDELEG */, 0, 0, 0);
	ALLOWS("fcntl", 0, 0, 1024 /* F_SETLEASE */, 1, 0, 0);
}

ATF_TC(judge_processes);
ATF_TC_HEAD(judge_processes, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify which calls on processes are allowed, refused, "
			  "supervised");
}
ATF_TC_BODY(judge_processes, tc)
{
	(void)tc;
	ALLOWS("clone", 0, 0x003d0f00 /* a thread of glibc */, 0, 0, 0, 0);
	ALLOWS("clone", 0, 0x01200011 /* fork */, 0, 0, 0, 0);
	REFUSES(EPERM, "clone", 0, 0x10000011 /* CLONE_NEWUSER */, 0, 0, 0, 0);
	REFUSES(EPERM, "clone", 0, 0x00020011 /* CLONE_NEWNS */, 0, 0, 0, 0);
	REFUSES(EPERM, "clone", 0, 0x00800011 /* CLONE_UNTRACED */, 0, 0, 0, 0);
	REFUSES(ENOSYS, "clone3", 0, 0, 0, 0, 0, 0);
	ALLOWS("unshare", 0, 0x400 /* CLONE_FILES */, 0, 0, 0, 0);
	REFUSES(EPERM, "unshare", 0, 0x10000000, 0, 0, 0, 0);
	REFUSES(EPERM, "unshare", 0, 0x80 /* CLONE_NEWTIME */, 0, 0, 0, 0);
	REFUSES(EPERM, "setns", 0, 0, 0, 0, 0, 0);
	REFUSES(EPERM, "ptrace", PLAN_TRACED, 0, 0, 0, 0, 0);
	ALLOWS("ptrace", PLAN_ALL, 0, 0, 0, 0, 0);
	ASKS("kill", 0, 0, 0, 0, 0, 0);
	ASKS("kill", PLAN_ALL | PLAN_TRACED, 7, 0, 0, 0, 0);
	ALLOWS("kill", PLAN_NESTED, 2, 0, 0, 0, 0);
	ALLOWS("kill", PLAN_NESTED, (uint64_t)-7, 0, 0, 0, 0);
	ASKS("kill", PLAN_NESTED, 0, 0, 0, 0, 0);
	ASKS("kill", PLAN_NESTED, 1, 0, 0, 0, 0);
	ASKS("kill", PLAN_NESTED, 0xffffffff, 0, 0, 0, 0);
	ASKS("kill", PLAN_NESTED, (uint64_t)-1, 0, 0, 0, 0);
	ASKS("kill", PLAN_NESTED, HIGH | 1, 0, 0, 0, 0);
	ASKS("tgkill", 0, 1, 1, 0, 0, 0);
	ASKS("tgkill", PLAN_NESTED, 1, 1, 0, 0, 0);
	ALLOWS("tgkill", PLAN_NESTED, 2, 3, 0, 0, 0);
	ALLOWS("prlimit64", 0, 0, 0, 0, 0, 0);
	ASKS("prlimit64", 0, 1, 0, 0, 0, 0);
	ALLOWS("prlimit64", 0, HIGH, 0, 0, 0, 0);
	ALLOWS("setpriority", 0, 0, 0, 5, 0, 0);
	ASKS("setpriority", 0, 0, 1, 5, 0, 0);
	REFUSES(EPERM, "setpriority", 0, 2, 0, 5, 0, 0);
	ALLOWS("ioprio_set", 0, 1, 0, 0, 0, 0);
	REFUSES(EPERM, "ioprio_set", 0, 2, 0, 0, 0, 0);
	REFUSES(0, "prctl", 0, 4 /* PR_SET_DUMPABLE */, 0, 0, 0, 0);
	REFUSES(EPERM, "prctl", 0, 35 /* PR_SET_MM */, 0, 0, 0, 0);
	REFUSES(EINVAL, "prctl", 0, 62 /* PR_SCHED_CORE */, 0, 0, 0, 0);
	REFUSES(EINVAL, "prctl", 0, 80, 0, 0, 0, 0);
	REFUSES(EINVAL, "prctl", 0, (uint32_t)-1, 0, 0, 0, 0);
	ALLOWS("prctl", 0, 15 /* PR_SET_NAME */, 0, 0, 0, 0);
	ALLOWS("prctl", 0, 0x53564d41 /* PR_SET_VMA */, 0, 0, 0, 0);
	ALLOWS("personality", 0, 0xffffffff, 0, 0, 0, 0);
	ALLOWS("personality", 0, 0x0040000, 0, 0, 0, 0);
	ALLOWS("personality", 0, 8, 0, 0, 0, 0);
	REFUSES(EPERM, "personality", 0, 0x0100000 /* MMAP_PAGE_ZERO */, 0, 0, 0, 0);
	REFUSES(EPERM, "personality", 0, 6 /* PER_BSD */, 0, 0, 0, 0);
	ALLOWS("seccomp", 0, 1, 1 /* TSYNC */, 0, 0, 0);
	ALLOWS("seccomp", 0, 2, 8, 0, 0, 0);
	REFUSES(EBUSY, "seccomp", 0, 1, 8 /* NEW_LISTENER */, 0, 0, 0);
	REFUSES(EBUSY, "seccomp", 0, HIGH | 1, HIGH | 9, 0, 0, 0);
}

ATF_TC(judge_network);
ATF_TC_HEAD(judge_network, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify which sockets exist in a closed network and which "
			  "messages need the supervisor");
}
ATF_TC_BODY(judge_network, tc)
{
	(void)tc;
	ALLOWS("socket", NET, 1, 2, 0, 0, 0);
	ALLOWS("socket", NET, 2, 1 | 02004000 /* flags */, 6, 0, 0);
	ALLOWS("socket", NET, 10, 2, 17, 0, 0);
	ALLOWS("socket", NET, 2, 2, 1 /* ICMP */, 0, 0);
	ALLOWS("socket", NET, 10, 2 | 02000000, 136 /* UDP-Lite */, 0, 0);
	REFUSES(EAFNOSUPPORT, "socket", NET, 16 /* netlink */, 3, 0, 0, 0);
	REFUSES(EAFNOSUPPORT, "socket", NET, 38 /* AF_ALG */, 5, 0, 0, 0);
	REFUSES(EAFNOSUPPORT, "socket", NET, HIGH | 17 /* packet */, 3, 0, 0, 0);
	REFUSES(EPERM, "socket", NET, 2, 3 /* raw */, 6, 0, 0);
	REFUSES(EPROTONOSUPPORT, "socket", NET, 2, 5 /* seqpacket */, 0, 0, 0);
	REFUSES(EPROTONOSUPPORT, "socket", NET, 2, 1, 262 /* MPTCP */, 0, 0);
	REFUSES(EPROTONOSUPPORT, "socket", NET, 10, 1, 132 /* SCTP */, 0, 0);
	REFUSES(EPROTONOSUPPORT, "socket", NET, 2, 6 /* DCCP */, 33, 0, 0);
	ALLOWS("socket", CONNECT, 16, 3, 0, 0, 0);
	REFUSES(EAFNOSUPPORT, "socketpair", NET, 30 /* TIPC */, 1, 0, 0, 0);
	ALLOWS("socketpair", NET, 1, 1, 0, 0, 0);
	REFUSES(EPERM, "setsockopt", NET, 3, 41, 57 /* IPV6_RTHDR */, 0, 0);
	REFUSES(EPERM, "setsockopt", CONNECT, HIGH | 3, HIGH | 41, HIGH | 57, 0, 0);
	REFUSES(EPERM, "setsockopt", NET, 3, 41, 5 /* IPV6_2292RTHDR */, 0, 0);
	REFUSES(EPERM, "setsockopt", NET, 3, 41, 6 /* IPV6_2292PKTOPTIONS */, 0, 0);
	REFUSES(EPERM, "setsockopt", NET, 3, 0, 4 /* IP_OPTIONS */, 0, 0);
	ALLOWS("setsockopt", WRITE, 3, 41, 57, 0, 0);
	ALLOWS("setsockopt", NET, 3, 41, 26 /* IPV6_V6ONLY */, 0, 0);
	ALLOWS("setsockopt", NET, 3, 0, 5 /* IP_ROUTER_ALERT */, 0, 0);
	for (uint64_t option = 0; option < 100; option++) {
		ALLOWS("setsockopt", NET, 3, 1 /* SOL_SOCKET */, option, 0, 0);
		ALLOWS("setsockopt", NET, 3, 6 /* TCP */, option, 0, 0);
		ALLOWS("setsockopt", NET, 3, 17 /* UDP */, option, 0, 0);
		ALLOWS("setsockopt", NET, 3, 136 /* UDP-Lite */, option, 0, 0);
	}
	ALLOWS("sendto", NET, 3, 0, 0, 0, 0);
	ASKS("sendto", NET, 3, 0, 0, 0, 1);
	ASKS("sendto", NET, 3, 0, 0, 0, HIGH);
	ASKS("sendto", NET, 3, 0, 0, 0x20000000 /* MSG_FASTOPEN */, 0);
	ASKS("sendmsg", NET, 3, 0, 0, 0, 0);
	ASKS("socketcall", CONNECT, 1, 0, 0, 0, 0);
	ALLOWS("socketcall", READ | WRITE | EXEC, 1, 0, 0, 0, 0);
	ALLOWS("connect", WRITE, 3, 0, 0, 0, 0);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, headers_known);
	ATF_TP_ADD_TC(tp, libseccomp_known);
	ATF_TP_ADD_TC(tp, rows_sound);
	ATF_TP_ADD_TC(tp, numbers_unknown);
	ATF_TP_ADD_TC(tp, judge_files);
	ATF_TP_ADD_TC(tp, judge_ioctl);
	ATF_TP_ADD_TC(tp, judge_processes);
	ATF_TP_ADD_TC(tp, judge_network);
	return atf_no_error();
}
