/* SPDX-License-Identifier: BSD-2-Clause */
/* call_test.c - reading live calls, with PTRACE_GET_SYSCALL_INFO and without. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atf-c.h>

#include "arch/test_tracee.h"

static struct call get(struct call_io *io, pid_t pid, enum call_point point)
{
	struct call c;
	int r;

	memset(&c, 0, sizeof(c));
	r = call_get(io, pid, point, &c);
	ATF_REQUIRE_EQ_MSG(r, 0, "call_get: %s", strerror(-r));
	ATF_CHECK_EQ(c.point, point);
	return c;
}

static void check_getpid(const struct tracee_kind *kind, const struct call *c)
{
	ATF_REQUIRE_MSG(c->abi, "ABI not known");
	ATF_CHECK_STREQ(c->abi->name, kind->abi);
	ATF_CHECK_EQ(c->audit_arch, c->abi->audit_arch);
	ATF_CHECK_EQ_MSG(c->nr, kind->nr_getpid, "number %lld", (long long)c->nr);
	for (int i = 0; i < ABI_NARGS; i++)
		ATF_CHECK_EQ_MSG(c->args[i], tracee_arg(kind, i), "argument %d is %#llx", i,
				 (unsigned long long)c->args[i]);
	if (kind->ip)
		ATF_CHECK_EQ_MSG(c->ip, 0x400000 + (kind->is_64bit ? 120u : 84u) + kind->ip,
				 "ip %#llx", (unsigned long long)c->ip);
	ATF_CHECK(c->sp != 0);
	ATF_CHECK_EQ(c->trace_data, c->point == CALL_SECCOMP ? TRACEE_DATA : 0u);
}

/* The result of getpid: the process, or ENOSYS for an ABI that is not enabled. */
static bool check_pid_result(const struct call *c, pid_t pid)
{
	ATF_CHECK_EQ(c->nr, -1);
	if (c->result == -ENOSYS)
		return false;
	ATF_CHECK_EQ_MSG(c->result, pid, "result %lld", (long long)c->result);
	return true;
}

static const struct tracee_kind *native_kind(void)
{
#define RETURN_NATIVE(kind)                                       \
	if (!strcmp(tracee_##kind.name, abi_native()->name))       \
		return &tracee_##kind;
	TRACEE_KINDS(RETURN_NATIVE)
	atf_tc_fail("no tracee of the native ABI");
}

static void test_read(const struct tracee_kind *kind, enum call_point point)
{
	for (size_t i = 0; i < tracee_nios; i++) {
		struct call_io io = tracee_ios[i], info = CALL_IO_INIT;
		pid_t pid = tracee_start(kind, &io, point == CALL_SECCOMP);
		struct call c, same;

		tracee_to_getpid(pid, point);
		if (!io.get_info && tracee_is_cut(kind)) {
			ATF_CHECK_EQ(call_get(&io, pid, point, &c), -EOPNOTSUPP);
			tracee_end(pid);
			continue;
		}
		c = get(&io, pid, point);
		check_getpid(kind, &c);
		same = get(&info, pid, point);
		ATF_CHECK(!memcmp(&c, &same, sizeof(c)));
		same = get(&io, pid, CALL_NONE);
		ATF_CHECK_EQ(same.abi, NULL);
		ATF_CHECK_EQ(same.nr, -1);
		ATF_CHECK_EQ(same.ip, c.ip);
		ATF_CHECK_EQ(same.sp, c.sp);

		if (point == CALL_ENTRY) {
			tracee_to_syscall(pid);
			c = get(&io, pid, CALL_EXIT);
			same = get(&info, pid, CALL_EXIT);
			ATF_CHECK(!memcmp(&c, &same, sizeof(c)));
			ATF_CHECK_EQ(c.audit_arch, abi_find(kind->abi)->audit_arch);
			check_pid_result(&c, pid);
		}
		tracee_end(pid);
	}
}

#define READ_TEST(name, kind, point)                                                   \
	ATF_TC(name##_##kind);                                                         \
	ATF_TC_HEAD(name##_##kind, tc)                                                 \
	{                                                                              \
		atf_tc_set_md_var(tc, "descr", "Verify that both ways to read a call " \
					       "agree: %s, %s", #kind, #point);        \
	}                                                                              \
	ATF_TC_BODY(name##_##kind, tc)                                                 \
	{                                                                              \
		(void)tc;                                                              \
		test_read(&tracee_##kind, point);                                      \
	}
#define READ_TESTS(kind)                    \
	READ_TEST(read, kind, CALL_ENTRY)   \
	READ_TEST(read_seccomp, kind, CALL_SECCOMP)
TRACEE_KINDS(READ_TESTS)

ATF_TC(forged);
ATF_TC_HEAD(forged, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that an int 0x80 made to look like a syscall "
				       "instruction is i386 or not known, and can be refused");
}
ATF_TC_BODY(forged, tc)
{
	struct call_io io = CALL_IO_INIT, fallback = { 0, 0 };
	struct call c;
	pid_t pid;

	(void)tc;
	pid = tracee_start(&tracee_forged, &fallback, false);
	tracee_to_syscall(pid);
	if (!call_get(&io, pid, CALL_ENTRY, &c) && io.get_info == 1)
		ATF_CHECK_STREQ(c.abi->name, "i386");
	c = get(&fallback, pid, CALL_ENTRY);
	ATF_CHECK_EQ(c.abi, NULL);
	ATF_CHECK_EQ(c.audit_arch, 0);
	ATF_CHECK_EQ(call_set_args(&fallback, pid, &c, c.args), -EOPNOTSUPP);
	ATF_CHECK_EQ(call_rewrite(&fallback, pid, &c, 1, c.args), -EOPNOTSUPP);
	ATF_CHECK_EQ(call_again(&fallback, pid, &c, 1, c.args), -EOPNOTSUPP);
	ATF_CHECK_EQ(call_skip(&fallback, pid, &c, -EXDEV), 0);
	tracee_to_syscall(pid);
	c = get(&fallback, pid, CALL_EXIT);
	ATF_CHECK_EQ((int32_t)c.result, -EXDEV);
	tracee_to_syscall(pid);
	c = get(&fallback, pid, CALL_ENTRY);
	ATF_CHECK_EQ((int32_t)c.args[0], -EXDEV);
	tracee_end(pid);
}

ATF_TC(wrong_stop);
ATF_TC_HEAD(wrong_stop, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a stop of another kind than expected is EPROTO "
				       "and that nothing is written");
}
ATF_TC_BODY(wrong_stop, tc)
{
	static const enum call_point wrong[] = { CALL_EXIT, CALL_SECCOMP };
	struct call_io io = CALL_IO_INIT;
	struct call c, before;
	pid_t pid;

	(void)tc;
	memset(&c, 0x55, sizeof(c));
	before = c;
	pid = tracee_start(native_kind(), &io, false);
	tracee_to_syscall(pid);
	for (size_t i = 0; i < 2; i++) {
		int r = call_get(&io, pid, wrong[i], &c);

		if (!io.get_info)
			atf_tc_skip("no PTRACE_GET_SYSCALL_INFO here");
		ATF_CHECK_EQ(r, -EPROTO);
		ATF_CHECK(!memcmp(&c, &before, sizeof(c)));
	}
	tracee_end(pid);
}

/* Make the two requests fail as on a kernel that does not have them. */
static void forget_requests(int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x420e, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x4212, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))
		atf_tc_skip("no seccomp filters here");
}

static void test_probe(int error)
{
	struct call_io io = CALL_IO_INIT, none = { 0, 0 };
	const struct tracee_kind *kind = native_kind();
	uint64_t args[ABI_NARGS];
	struct call c;
	pid_t pid;

	forget_requests(error);
	pid = tracee_start(kind, &none, false);
	tracee_to_syscall(pid);
	c = get(&io, pid, CALL_ENTRY);
	ATF_CHECK_EQ(io.get_info, 0);
	check_getpid(kind, &c);
	tracee_mmap_args(kind, 0x20000000, args);
	ATF_REQUIRE_EQ(call_rewrite(&io, pid, &c, kind->nr_mmap, args), 0);
	ATF_CHECK_EQ(io.set_info, 0);
	tracee_to_syscall(pid);
	c = get(&io, pid, CALL_EXIT);
	ATF_CHECK_EQ(c.result, 0x20000000);
	ATF_CHECK(tracee_has_mark(pid, 0x20000000));
	tracee_end(pid);
}

ATF_TC(probe_eio);
ATF_TC_HEAD(probe_eio, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a kernel without the SYSCALL_INFO requests is "
				       "found out at the first use and served all the same");
}
ATF_TC_BODY(probe_eio, tc)
{
	(void)tc;
	test_probe(EIO);
}

ATF_TC(probe_enosys);
ATF_TC_HEAD(probe_enosys, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that requests hidden with ENOSYS are done without");
}
ATF_TC_BODY(probe_enosys, tc)
{
	(void)tc;
	test_probe(ENOSYS);
}

/* Every function on a task that is not ours to ask, or not stopped. */
static void check_gone(pid_t pid, const struct call *entered, const struct call_regs *regs)
{
	for (size_t i = 0; i < tracee_nios; i++) {
		struct call_io io = tracee_ios[i];
		struct call c, before, at_exit = *entered;
		struct call_regs same = *regs;

		at_exit.point = CALL_EXIT;
		memset(&c, 0x55, sizeof(c));
		before = c;
		ATF_CHECK_EQ(call_get(&io, pid, CALL_ENTRY, &c), -ESRCH);
		ATF_CHECK(!memcmp(&c, &before, sizeof(c)));
		ATF_CHECK_EQ(call_set_nr(&io, pid, entered, 1), -ESRCH);
		ATF_CHECK_EQ(call_set_args(&io, pid, entered, entered->args), -ESRCH);
		ATF_CHECK_EQ(call_rewrite(&io, pid, entered, 1, entered->args), -ESRCH);
		ATF_CHECK_EQ(call_skip(&io, pid, entered, 0), -ESRCH);
		ATF_CHECK_EQ(call_set_result(&io, pid, &at_exit, 0), -ESRCH);
		ATF_CHECK_EQ(call_again(&io, pid, entered, 1, entered->args), -ESRCH);
		ATF_CHECK_EQ(call_save_regs(pid, &same), -ESRCH);
		ATF_CHECK(!memcmp(&same, regs, sizeof(same)));
		ATF_CHECK_EQ(call_load_regs(pid, regs), -ESRCH);
	}
}

ATF_TC(gone);
ATF_TC_HEAD(gone, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a running tracee, a dead one and a stranger "
				       "are ESRCH, and that nothing is written");
}
ATF_TC_BODY(gone, tc)
{
	struct call_io io = CALL_IO_INIT;
	struct call_regs regs;
	struct call c;
	pid_t pid;

	(void)tc;
	memset(&regs, 0, sizeof(regs));
	pid = tracee_start(native_kind(), &io, false);
	tracee_to_syscall(pid);
	c = get(&io, pid, CALL_ENTRY);
	ATF_REQUIRE_EQ(call_save_regs(pid, &regs), 0);
	check_gone(getppid(), &c, &regs);
	tracee_run(pid);
	check_gone(pid, &c, &regs);
	tracee_end(pid);
	check_gone(pid, &c, &regs);
}

ATF_TP_ADD_TCS(tp)
{
#define ADD_READ_TESTS(kind)                                    \
	if (tracee_is_of_family(&tracee_##kind)) {              \
		ATF_TP_ADD_TC(tp, read_##kind);                 \
		ATF_TP_ADD_TC(tp, read_seccomp_##kind);         \
	}
	TRACEE_KINDS(ADD_READ_TESTS)
	if (tracee_is_of_family(&tracee_forged))
		ATF_TP_ADD_TC(tp, forged);
	ATF_TP_ADD_TC(tp, wrong_stop);
	ATF_TP_ADD_TC(tp, probe_eio);
	ATF_TP_ADD_TC(tp, probe_enosys);
	ATF_TP_ADD_TC(tp, gone);
	return atf_no_error();
}
