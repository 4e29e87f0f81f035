/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * change_test.c - changing live calls, through every set of requests that a
 * kernel may have. Each test judges by what the kernel then does and by what
 * the program gets, which it passes on as the argument of its next call.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

#include "arch/test_tracee.h"

#define PLACE 0x20000000u	/* free in every tracee */
#define OTHER_PLACE 0x20010000u

static struct call get(pid_t pid, enum call_point point)
{
	struct call_io io = CALL_IO_INIT;
	struct call c;

	memset(&c, 0, sizeof(c));
	ATF_REQUIRE_EQ(call_get(&io, pid, point, &c), 0);
	return c;
}

/* The result of the call in progress, as its exit-stop has it. */
static int64_t result_at_exit(pid_t pid)
{
	tracee_to_syscall(pid);
	return get(pid, CALL_EXIT).result;
}

/* What the program got: the argument of its next call, as wide as its registers. */
static void check_program_got(const struct tracee_kind *kind, pid_t pid, int64_t result)
{
	bool is_wide = abi_find(kind->abi)->regs->args[0].size == 8;
	struct call c;

	tracee_to_syscall(pid);
	c = get(pid, CALL_ENTRY);
	ATF_CHECK_EQ_MSG(c.nr, kind->nr_getppid, "number %lld", (long long)c.nr);
	ATF_CHECK_EQ_MSG(c.args[0], is_wide ? (uint64_t)result : (uint32_t)result,
			 "the program got %#llx", (unsigned long long)c.args[0]);
}

/* An x32 call runs only where that ABI is enabled; it can be skipped everywhere. */
static void need_execution(pid_t pid, int64_t result)
{
	if (result == -ENOSYS) {
		tracee_end(pid);
		atf_tc_skip("this kernel does not execute such calls");
	}
}

/* Run `body` at the entry of a getpid, for each set of requests and kind of stop. */
static void at_getpid(const struct tracee_kind *kind,
		      void (*body)(const struct tracee_kind *, struct call_io *, pid_t,
				   const struct call *))
{
	static const enum call_point points[] = { CALL_ENTRY, CALL_SECCOMP };

	for (size_t i = 0; i < tracee_nios * 2; i++) {
		struct call_io io = tracee_ios[i / 2];
		enum call_point point = points[i % 2];
		pid_t pid;
		struct call c;

		pid = tracee_start(kind, &io, point == CALL_SECCOMP);
		tracee_to_getpid(pid, point);
		ATF_REQUIRE_EQ(call_get(&io, pid, point, &c), 0);
		ATF_REQUIRE(c.abi);
		body(kind, &io, pid, &c);
		tracee_end(pid);
	}
}

static void set_nr(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		   const struct call *c)
{
	struct call now;
	int64_t result;

	ATF_REQUIRE_EQ(call_set_nr(io, pid, c, kind->nr_getppid), 0);
	ATF_REQUIRE_EQ(call_get(io, pid, c->point, &now), 0);
	ATF_CHECK_EQ_MSG(now.nr, kind->nr_getppid, "number %lld", (long long)now.nr);
	ATF_CHECK(!memcmp(now.args, c->args, sizeof(now.args)));
	result = result_at_exit(pid);
	need_execution(pid, result);
	ATF_CHECK_EQ_MSG(result, getpid(), "result %lld", (long long)result);
	check_program_got(kind, pid, getpid());
}

/* Six arguments arrive when the kernel maps that page of that file there. */
static void check_mapped(const struct tracee_kind *kind, pid_t pid)
{
	int64_t result = result_at_exit(pid);

	need_execution(pid, result);
	ATF_CHECK_EQ_MSG(result, PLACE, "result %lld", (long long)result);
	ATF_CHECK(tracee_has_mark(pid, PLACE));
	check_program_got(kind, pid, PLACE);
}

static void rewrite(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		    const struct call *c)
{
	uint64_t args[ABI_NARGS];

	tracee_mmap_args(kind, PLACE, args);
	ATF_CHECK_EQ(call_rewrite(io, pid, c, -1, args), -EINVAL);
	ATF_REQUIRE_EQ(call_rewrite(io, pid, c, kind->nr_mmap, args), 0);
	check_mapped(kind, pid);
}

static void set_nr_then_args(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
			     const struct call *c)
{
	uint64_t args[ABI_NARGS];

	tracee_mmap_args(kind, PLACE, args);
	ATF_REQUIRE_EQ(call_set_nr(io, pid, c, kind->nr_mmap), 0);
	ATF_REQUIRE_EQ(call_set_args(io, pid, c, args), 0);
	check_mapped(kind, pid);
}

static void set_args_then_nr(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
			     const struct call *c)
{
	uint64_t args[ABI_NARGS];

	tracee_mmap_args(kind, OTHER_PLACE, args);
	ATF_REQUIRE_EQ(call_set_args(io, pid, c, args), 0);
	tracee_mmap_args(kind, PLACE, args);
	ATF_REQUIRE_EQ(call_set_args(io, pid, c, args), 0);
	ATF_REQUIRE_EQ(call_set_nr(io, pid, c, kind->nr_mmap), 0);
	check_mapped(kind, pid);
}

static void skip_with(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		      const struct call *c, int64_t result)
{
	int64_t seen;

	ATF_REQUIRE_EQ(call_skip(io, pid, c, result), 0);
	seen = result_at_exit(pid);
	ATF_CHECK_EQ_MSG(seen, result, "result %lld", (long long)seen);
	check_program_got(kind, pid, result);
}

/* The highest result that is not an error in this ABI's registers, but looks negative. */
static int64_t high_value(const struct tracee_kind *kind)
{
	return abi_find(kind->abi)->regs->args[0].size == 8 ? 0x7ffef7fc0000 : 0xf7fc0000;
}

static void skip_value(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		       const struct call *c)
{
	skip_with(kind, io, pid, c, high_value(kind));
}

static void skip_zero(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		      const struct call *c)
{
	skip_with(kind, io, pid, c, 0);
}

static void skip_error(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		       const struct call *c)
{
	skip_with(kind, io, pid, c, -EXDEV);
}

static void skip_again(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		       const struct call *c)
{
	ATF_REQUIRE_EQ(call_skip(io, pid, c, 17), 0);
	skip_with(kind, io, pid, c, -ENOSYS);
}

static void set_result(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		       const struct call *c)
{
	const int64_t results[] = { high_value(kind), -EXDEV, 0 };
	struct call at_exit;

	(void)c;
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		tracee_to_syscall(pid);
		ATF_REQUIRE_EQ(call_get(io, pid, CALL_EXIT, &at_exit), 0);
		ATF_REQUIRE_EQ(call_set_result(io, pid, &at_exit, results[i]), 0);
		ATF_CHECK_EQ(get(pid, CALL_EXIT).result, results[i]);
		check_program_got(kind, pid, results[i]);
		tracee_to_syscall(pid);
		tracee_to_syscall(pid);
		if (c->point == CALL_SECCOMP)
			tracee_to_seccomp(pid);
	}
}

/* Another call at another time is refused before anything is changed. */
static void wrong_time(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		       const struct call *c)
{
	struct call at_exit;

	ATF_CHECK_EQ(call_set_result(io, pid, c, 0), -EINVAL);
	tracee_to_syscall(pid);
	at_exit = get(pid, CALL_EXIT);
	ATF_CHECK_EQ(call_set_nr(io, pid, &at_exit, kind->nr_getppid), -EINVAL);
	ATF_CHECK_EQ(call_set_args(io, pid, &at_exit, c->args), -EINVAL);
	ATF_CHECK_EQ(call_rewrite(io, pid, &at_exit, 1, c->args), -EINVAL);
	ATF_CHECK_EQ(call_skip(io, pid, &at_exit, 0), -EINVAL);
}

/* Two calls injected before the program's own, which then runs as if nothing had been. */
static void again(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		  const struct call *c)
{
	uint64_t args[ABI_NARGS];
	struct call now;
	int64_t result;

	if (c->point != CALL_ENTRY)
		return;
	tracee_mmap_args(kind, OTHER_PLACE, args);
	ATF_REQUIRE_EQ(call_rewrite(io, pid, c, kind->nr_mmap, args), 0);
	result = result_at_exit(pid);
	need_execution(pid, result);
	ATF_CHECK_EQ(result, OTHER_PLACE);

	tracee_mmap_args(kind, PLACE, args);
	ATF_REQUIRE_EQ(call_again(io, pid, c, kind->nr_mmap, args), 0);
	tracee_to_syscall(pid);
	now = get(pid, CALL_ENTRY);
	ATF_CHECK_EQ(now.abi, c->abi);
	ATF_CHECK_EQ(now.nr, kind->nr_mmap);
	ATF_CHECK(!memcmp(now.args, args, sizeof(args)));
	ATF_CHECK_EQ(result_at_exit(pid), PLACE);
	ATF_CHECK(tracee_has_mark(pid, PLACE));

	ATF_REQUIRE_EQ(call_again(io, pid, c, c->nr, c->args), 0);
	tracee_to_syscall(pid);
	now = get(pid, CALL_ENTRY);
	ATF_CHECK(!memcmp(&now, c, sizeof(now)));
	ATF_CHECK_EQ(result_at_exit(pid), pid);
	check_program_got(kind, pid, pid);
}

/* An argument that looks like a restart code must not move the program. */
static void again_restart(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
			  const struct call *c)
{
	uint64_t args[ABI_NARGS];
	struct call now;

	if (c->point != CALL_ENTRY)
		return;
	need_execution(pid, result_at_exit(pid));
	for (int i = 0; i < ABI_NARGS; i++)
		args[i] = c->abi->regs->args[i].size == 8 ? (uint64_t)-512 : (uint32_t)-512;
	if (abi_native()->nr_by == ABI_NR_SET_SYSCALL) {
		ATF_CHECK_EQ(call_again(io, pid, c, kind->nr_getppid, args), -EINVAL);
		ATF_CHECK_EQ(get(pid, CALL_EXIT).ip, c->ip);
		return;
	}
	ATF_REQUIRE_EQ(call_again(io, pid, c, kind->nr_getppid, args), 0);
	/* A pending signal is what makes the kernel look for restart codes. */
	ATF_REQUIRE_EQ(kill(pid, SIGWINCH), 0);
	tracee_to_signal(pid, SIGWINCH);
	tracee_to_syscall(pid);
	now = get(pid, CALL_ENTRY);
	ATF_CHECK_EQ(now.nr, kind->nr_getppid);
	ATF_CHECK_EQ(now.ip, c->ip);
	ATF_CHECK(!memcmp(now.args, args, sizeof(args)));
	ATF_CHECK_EQ(result_at_exit(pid), getpid());
}

static void load(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
		 const struct call *c)
{
	struct call_regs saved, before, after;
	struct call at_exit;
	uint64_t args[ABI_NARGS];

	if (c->point != CALL_ENTRY)
		return;
	/* One turn with a chosen result and nothing else. */
	need_execution(pid, result_at_exit(pid));
	at_exit = get(pid, CALL_EXIT);
	ATF_REQUIRE_EQ(call_set_result(io, pid, &at_exit, 4242), 0);
	check_program_got(kind, pid, 4242);
	ATF_REQUIRE_EQ(call_save_regs(pid, &before), 0);
	tracee_to_syscall(pid);

	/* The same with two injected calls must leave the same registers. */
	tracee_to_syscall(pid);
	ATF_REQUIRE_EQ(call_save_regs(pid, &saved), 0);
	tracee_mmap_args(kind, PLACE, args);
	ATF_REQUIRE_EQ(call_rewrite(io, pid, c, kind->nr_mmap, args), 0);
	ATF_CHECK_EQ(result_at_exit(pid), PLACE);
	tracee_mmap_args(kind, OTHER_PLACE, args);
	ATF_REQUIRE_EQ(call_again(io, pid, c, kind->nr_mmap, args), 0);
	tracee_to_syscall(pid);
	ATF_CHECK_EQ(result_at_exit(pid), OTHER_PLACE);
	ATF_REQUIRE_EQ(call_load_regs(pid, &saved), 0);
	at_exit = get(pid, CALL_EXIT);
	ATF_REQUIRE_EQ(call_set_result(io, pid, &at_exit, 4242), 0);
	check_program_got(kind, pid, 4242);
	ATF_REQUIRE_EQ(call_save_regs(pid, &after), 0);
	ATF_CHECK_EQ(before.size, after.size);
	ATF_CHECK(!memcmp(before.bytes, after.bytes, before.size));
}

/* A restart code after an injected call restarts the program's own. */
static void load_restart(const struct tracee_kind *kind, struct call_io *io, pid_t pid,
			 const struct call *c)
{
	struct call_regs saved;
	struct call now;

	if (c->point != CALL_ENTRY)
		return;
	ATF_REQUIRE_EQ(call_save_regs(pid, &saved), 0);
	/* With the program's first argument: aarch64 takes it from the injected call. */
	ATF_REQUIRE_EQ(call_set_nr(io, pid, c, kind->nr_getppid), 0);
	need_execution(pid, result_at_exit(pid));
	ATF_REQUIRE_EQ(call_load_regs(pid, &saved), 0);
	now = get(pid, CALL_EXIT);
	ATF_REQUIRE_EQ(call_set_result(io, pid, &now, -513 /* -ERESTARTNOINTR */), 0);
	ATF_REQUIRE_EQ(kill(pid, SIGWINCH), 0);
	tracee_to_signal(pid, SIGWINCH);
	tracee_to_syscall(pid);
	now = get(pid, CALL_ENTRY);
	if (now.nr != c->nr) {
		/* Only an ARM kernel may repeat the injected number. */
		ATF_CHECK_EQ(abi_native()->nr_by, ABI_NR_SET_SYSCALL);
		ATF_CHECK_EQ(now.nr, kind->nr_getppid);
		ATF_REQUIRE_EQ(call_set_nr(io, pid, &now, c->nr), 0);
		now = get(pid, CALL_ENTRY);
	}
	ATF_CHECK(!memcmp(&now, c, sizeof(now)));
	ATF_CHECK_EQ(result_at_exit(pid), pid);
	check_program_got(kind, pid, pid);
}

/*
 * A tracer that sees only halves of the registers must not write any: the call
 * is not executed then, and whoever asked is told.
 */
ATF_TC(cut);
ATF_TC_HEAD(cut, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a 32-bit ARM tracer refuses to write the "
				       "registers of a 64-bit tracee");
}
ATF_TC_BODY(cut, tc)
{
	struct call_io io = { -1, 0 };
	struct call_regs before, after;
	struct call c;
	pid_t pid;

	(void)tc;
	pid = tracee_start(&tracee_aarch64, &io, false);
	tracee_to_syscall(pid);
	ATF_REQUIRE_EQ(call_get(&io, pid, CALL_ENTRY, &c), 0);
	ATF_REQUIRE_EQ(call_save_regs(pid, &before), 0);
	ATF_CHECK_EQ(call_set_args(&io, pid, &c, c.args), -EOPNOTSUPP);
	ATF_CHECK_EQ(call_rewrite(&io, pid, &c, c.nr, c.args), -EOPNOTSUPP);
	ATF_CHECK_EQ(call_skip(&io, pid, &c, 0), -EOPNOTSUPP);
	ATF_REQUIRE_EQ(call_save_regs(pid, &after), 0);
	ATF_CHECK(!memcmp(before.bytes, after.bytes, before.size));
	/* Skipped without a result: arm64 returns the first argument. */
	ATF_CHECK_EQ(result_at_exit(pid), (int64_t)tracee_arg(&tracee_aarch64, 0));
	c = get(pid, CALL_EXIT);
	ATF_CHECK_EQ(call_set_result(&io, pid, &c, 0), -EOPNOTSUPP);
	tracee_end(pid);
}

/* One case per test and kind of program. */
#define CHANGE_TESTS(TEST)                                                                   \
	TEST(set_nr, "Verify that another number is executed")                               \
	TEST(rewrite, "Verify that another number and six other arguments are executed")     \
	TEST(set_nr_then_args, "Verify that changing arguments keeps a changed number")      \
	TEST(set_args_then_nr, "Verify that changing the number keeps changed arguments")    \
	TEST(skip_value, "Verify that a skipped call returns the value, high bit set")       \
	TEST(skip_zero, "Verify that a skipped call returns zero")                           \
	TEST(skip_error, "Verify that a skipped call returns the error")                     \
	TEST(skip_again, "Verify that the last of two results of a skipped call counts")     \
	TEST(set_result, "Verify that the program gets the result set at exit")              \
	TEST(wrong_time, "Verify that a change at the wrong stop is refused")                \
	TEST(again, "Verify that calls can be injected before the program's own")            \
	TEST(again_restart, "Verify that an injected argument is never a restart code")      \
	TEST(load, "Verify that after injected calls all registers are put back")            \
	TEST(load_restart, "Verify that a restart code then restarts the program's own call")

#define DEFINE_CASE(test, kind, descr)                                   \
	ATF_TC(test##_##kind);                                           \
	ATF_TC_HEAD(test##_##kind, tc)                                   \
	{                                                                \
		atf_tc_set_md_var(tc, "descr", "%s: %s", descr, #kind);  \
	}                                                                \
	ATF_TC_BODY(test##_##kind, tc)                                   \
	{                                                                \
		(void)tc;                                                \
		at_getpid(&tracee_##kind, test);                         \
	}

#define DEFINE_CASES(test, descr)          \
	DEFINE_CASE(test, x86_64, descr)   \
	DEFINE_CASE(test, x32, descr)      \
	DEFINE_CASE(test, int80, descr)    \
	DEFINE_CASE(test, i386, descr)     \
	DEFINE_CASE(test, vdso, descr)     \
	DEFINE_CASE(test, aarch64, descr)  \
	DEFINE_CASE(test, arm, descr)      \
	DEFINE_CASE(test, thumb, descr)
CHANGE_TESTS(DEFINE_CASES)

#define ADD_CASE(test, kind)                                                          \
	if (tracee_is_of_family(&tracee_##kind) && !tracee_is_cut(&tracee_##kind))    \
		ATF_TP_ADD_TC(tp, test##_##kind);
#define ADD_CASES(test, descr)    \
	ADD_CASE(test, x86_64)    \
	ADD_CASE(test, x32)       \
	ADD_CASE(test, int80)     \
	ADD_CASE(test, i386)      \
	ADD_CASE(test, vdso)      \
	ADD_CASE(test, aarch64)   \
	ADD_CASE(test, arm)       \
	ADD_CASE(test, thumb)

ATF_TP_ADD_TCS(tp)
{
	CHANGE_TESTS(ADD_CASES)
	if (tracee_is_of_family(&tracee_aarch64) && tracee_is_cut(&tracee_aarch64))
		ATF_TP_ADD_TC(tp, cut);
	return atf_no_error();
}
