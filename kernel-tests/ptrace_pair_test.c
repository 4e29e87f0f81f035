/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_pair_test.c - one tracer, tracees of every ABI that this kernel runs:
 * what a tracer sees of their calls and does to them. The tracer's ABI is that of
 * this program, so the builds together give all pairs. The table of tracees and
 * the table of promises multiply.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_foreign.h"
#include "kernel-tests/kt_regs.h"
#include "kernel-tests/kt_sysinfo.h"

#undef i386

struct tracee {
	const char *name, *words;
	const struct tracee_kind *kind;
};

static const struct tracee tracees[] = {
#if defined(__x86_64__) || defined(__i386__)
	{ "x86_64", "an x86_64 program", &tracee_x86_64 },
	{ "x32", "an x32 program", &tracee_x32_program },
	{ "x32_in_x86_64", "an x86_64 program that makes x32 calls", &tracee_x32 },
	{ "int80_in_x86_64", "an x86_64 program that uses int 0x80", &tracee_int80 },
	{ "i386", "an i386 program", &tracee_i386 },
	{ "i386_vdso", "an i386 program that enters through the vDSO", &tracee_vdso },
#else
	{ "aarch64", "an aarch64 program", &tracee_aarch64 },
	{ "arm", "an arm program", &tracee_arm },
	{ "thumb", "an arm program in Thumb state", &tracee_thumb },
#endif
};
#define TRACEES (sizeof(tracees) / sizeof(tracees[0]))

static const struct abi *abi_of(const struct tracee *t)
{
	return abi_find(t->kind->abi);
}

/* At the entry of its getpid. */
static pid_t at_entry(const struct tracee *t)
{
	pid_t pid = kt_foreign(t->kind, 0);

	KT_FOREIGN_SYSCALLS(pid, 1);
	return pid;
}

/* At its seccomp stop. */
static pid_t at_seccomp(const struct tracee *t)
{
	pid_t pid = kt_foreign(t->kind, PTRACE_O_TRACESECCOMP);

	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_SECCOMP");
	return pid;
}

/* From the exit of the first call: what the program got for it, passed to the second. */
static uint64_t got(const struct tracee *t, pid_t pid)
{
	struct kt_sysinfo info;

	KT_FOREIGN_SYSCALLS(pid, 1);
	info = KT_SYSINFO(pid, KT_INFO_ENTRY);
	KT_EQ(info.entry.nr, t->kind->nr_getppid);
	return info.entry.args[0];
}

/* As `got` gives a value that a register of this ABI holds. */
static uint64_t in_register(const struct tracee *t, int64_t value)
{
	return abi_of(t)->regs->ret.size == 8 ? (uint64_t)value : (uint32_t)value;
}

static struct kt_regs regs_of(const struct tracee *t, pid_t pid)
{
	struct kt_regs r = KT_GETREGS(pid, abi_of(t));

	KT_REQUIRE_MSG(r.at, "a register set of %zu bytes for %s", r.size, t->words);
	return r;
}

static size_t size_of_set(const struct tracee *t)
{
	switch (t->kind->machine) {
	case 62: /* EM_X86_64 */
		return 216;
	case 3: /* EM_386 */
		return 68;
	case 183: /* EM_AARCH64 */
		return tracee_is_cut(t->kind) ? 72 : 272;
	default:
		return 72;
	}
}

static void test_size(const struct tracee *t)
{
	pid_t pid = at_entry(t);
	unsigned char bytes[512];
	size_t size = sizeof(bytes);

	KT_OK(kt_getregset(pid, NT_PRSTATUS, bytes, &size));
	KT_EQ(size, size_of_set(t));
}

static void test_regs(const struct tracee *t)
{
	pid_t pid = at_entry(t);
	struct kt_regs r = regs_of(t, pid);

	KT_EQ((uint32_t)kt_reg(&r, r.at->nr), t->kind->nr_getpid);
	for (int i = 0; i < ABI_NARGS; i++)
		KT_EQ(kt_reg(&r, r.at->args[i]), tracee_arg(t->kind, i));
	if (t->kind->ip)
		KT_EQ(kt_reg(&r, r.at->ip) & 0xff,
		      ((t->kind->is_64bit ? 120u : 84u) + t->kind->ip) & 0xff);
}

static void test_entry_nr(const struct tracee *t)
{
	pid_t pid = at_entry(t);
	struct kt_sysinfo info = KT_SYSINFO(pid, KT_INFO_ENTRY);

	KT_EQ(info.arch, abi_of(t)->audit_arch);
	KT_EQ(info.entry.nr, t->kind->nr_getpid);
}

/*
 * What SYSCALL_INFO says of argument i. Of int 0x80 in 64-bit code it gives the
 * whole registers, of which the call takes the low halves.
 */
static uint64_t told_arg(const struct tracee *t, int i)
{
	return tracee_arg(t->kind == &tracee_int80 ? &tracee_x86_64 : t->kind, i);
}

static void test_entry_args(const struct tracee *t)
{
	pid_t pid = at_entry(t);
	struct kt_sysinfo info = KT_SYSINFO(pid, KT_INFO_ENTRY);

	for (int i = 0; i < ABI_NARGS; i++)
		KT_EQ(info.entry.args[i], told_arg(t, i));
}

static void test_exit(const struct tracee *t)
{
	pid_t pid = at_entry(t);
	struct kt_sysinfo info;

	KT_FOREIGN_SYSCALLS(pid, 1);
	info = KT_SYSINFO(pid, KT_INFO_EXIT);
	KT_EQ(info.arch, abi_of(t)->audit_arch);
	KT_EQ(info.exit.rval, pid);
	KT_EQ(info.exit.is_error, 0);
}

static void test_seccomp(const struct tracee *t)
{
	pid_t pid = at_seccomp(t);
	struct kt_sysinfo info = KT_SYSINFO(pid, KT_INFO_SECCOMP);

	KT_EQ(info.arch, abi_of(t)->audit_arch);
	KT_EQ(info.entry.nr, t->kind->nr_getpid);
	for (int i = 0; i < ABI_NARGS; i++)
		KT_EQ(info.entry.args[i], told_arg(t, i));
	KT_EQ(info.entry.ret_data, TRACEE_DATA);
}

static void test_set_nr(const struct tracee *t)
{
	pid_t pid = at_entry(t);

	KT_SET_NR(pid, abi_of(t), t->kind->nr_getppid);
	KT_FOREIGN_SYSCALLS(pid, 1);
	KT_EQ(KT_SYSINFO(pid, KT_INFO_EXIT).exit.rval, getpid());
}

static void set_result(const struct tracee *t, pid_t pid, int64_t result)
{
	struct kt_regs r = regs_of(t, pid);

	kt_reg_set(&r, r.at->ret, (uint64_t)result);
	KT_SETREGS(pid, &r);
}

static const int64_t results[] = { 77, -EXDEV };

/* Only the 32-bit kernel had it, not the compat code of arm64. */
static void expect_arm_skip_bug(const struct tracee *t)
{
	if (strcmp(t->kind->abi, "arm") == 0 && kt_foreign_kernel_is_32())
		kt_known_bug(KT_BUG_ARM_SKIP);
}

static void test_skip(const struct tracee *t)
{
	for (size_t i = 0; i < 2; i++) {
		pid_t pid = at_entry(t);

		expect_arm_skip_bug(t);
		KT_SET_NR(pid, abi_of(t), -1);
		set_result(t, pid, results[i]);
		KT_FOREIGN_SYSCALLS(pid, 1);
		KT_EQ(KT_SYSINFO(pid, KT_INFO_EXIT).exit.rval, results[i]);
		KT_EQ(got(t, pid), in_register(t, results[i]));
	}
}

static void test_skip_seccomp(const struct tracee *t)
{
	pid_t pid = at_seccomp(t);

	expect_arm_skip_bug(t);
	KT_SET_NR(pid, abi_of(t), -1);
	set_result(t, pid, results[0]);
	KT_FOREIGN_SYSCALLS(pid, 1);
	KT_EQ(KT_SYSINFO(pid, KT_INFO_EXIT).exit.rval, results[0]);
	KT_EQ(got(t, pid), results[0]);
}

static uint64_t peek64(pid_t pid, uint64_t address)
{
	uint64_t value = 0;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = KT_SYS(open(path, O_RDONLY | O_CLOEXEC));
	if (pread(fd, &value, sizeof(value), (off_t)address) != sizeof(value))
		value = 0;
	close(fd);
	return value;
}

/* Where a page of a file is mapped; beyond 4 GiB where registers and programs reach. */
static uint64_t map_at(const struct tracee *t)
{
	return abi_of(t)->word == 8 ? 0x250000000 : 0x50000000;
}

static void test_set_args(const struct tracee *t)
{
	pid_t pid = at_entry(t);
	uint64_t args[ABI_NARGS];
	struct kt_regs r;

	tracee_mmap_args(t->kind, map_at(t), args);
	KT_SET_NR(pid, abi_of(t), t->kind->nr_mmap);
	r = regs_of(t, pid);
	for (int i = 0; i < ABI_NARGS; i++)
		kt_reg_set(&r, r.at->args[i], args[i]);
	kt_reg_set(&r, r.at->arg0_copy, args[0]);
	KT_SETREGS(pid, &r);
	KT_FOREIGN_SYSCALLS(pid, 1);
	KT_EQ(KT_SYSINFO(pid, KT_INFO_EXIT).exit.rval, map_at(t));
	KT_EQ(peek64(pid, map_at(t)), TRACEE_MARK);
}

static void test_set_result(const struct tracee *t)
{
	for (size_t i = 0; i < 2; i++) {
		pid_t pid = at_entry(t);

		KT_FOREIGN_SYSCALLS(pid, 1);
		set_result(t, pid, results[i]);
		KT_EQ(KT_SYSINFO(pid, KT_INFO_EXIT).exit.rval, results[i]);
		KT_EQ(got(t, pid), in_register(t, results[i]));
	}
}

static void test_info_call(const struct tracee *t)
{
	pid_t pid = at_entry(t);
	struct kt_sysinfo info = KT_SYSINFO(pid, KT_INFO_ENTRY);

	info.entry.nr = (uint64_t)t->kind->nr_mmap;
	tracee_mmap_args(t->kind, map_at(t), info.entry.args);
	KT_OK(kt_sysinfo_set(pid, sizeof(info), &info));
	KT_FOREIGN_SYSCALLS(pid, 1);
	KT_EQ(KT_SYSINFO(pid, KT_INFO_EXIT).exit.rval, map_at(t));
	KT_EQ(peek64(pid, map_at(t)), TRACEE_MARK);
}

static void test_info_result(const struct tracee *t)
{
	for (size_t i = 0; i < 2; i++) {
		pid_t pid = at_entry(t);
		struct kt_sysinfo info;

		KT_FOREIGN_SYSCALLS(pid, 1);
		info = KT_SYSINFO(pid, KT_INFO_EXIT);
		info.exit.rval = results[i];
		info.exit.is_error = results[i] < 0;
		KT_OK(kt_sysinfo_set(pid, sizeof(info), &info));
		KT_EQ(KT_SYSINFO(pid, KT_INFO_EXIT).exit.rval, results[i]);
		KT_EQ(got(t, pid), in_register(t, results[i]));
	}
}

static void poke_text(pid_t pid, uint64_t address, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = KT_SYS(open(path, O_WRONLY | O_CLOEXEC));
	KT_EQ(pwrite(fd, text, strlen(text) + 1, (off_t)address), strlen(text) + 1);
	close(fd);
}

/* Below its stack pointer: its getpid becomes an execve of that file descriptor. */
static void become_exec(const struct tracee *t, pid_t pid, int file)
{
	struct kt_sysinfo info = KT_SYSINFO(pid, KT_INFO_ENTRY);
	const uint64_t args[ABI_NARGS] = { (info.sp - 256) & ~7ULL };
	struct kt_regs r;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	poke_text(pid, args[0], path);
	if (tracee_is_cut(t->kind)) {
		KT_NEEDS(kt_probe_set_syscall_info());
		info.entry.nr = (uint64_t)t->kind->nr_execve;
		memcpy(info.entry.args, args, sizeof(args));
		KT_OK(kt_sysinfo_set(pid, sizeof(info), &info));
		return;
	}
	KT_SET_NR(pid, abi_of(t), t->kind->nr_execve);
	r = regs_of(t, pid);
	for (int i = 0; i < ABI_NARGS; i++)
		kt_reg_set(&r, r.at->args[i], args[i]);
	kt_reg_set(&r, r.at->arg0_copy, args[0]);
	KT_SETREGS(pid, &r);
}

/* From one program to another: the registers at the event, the exit and the next call. */
static void test_exec(const struct tracee *from, const struct tracee *to)
{
	int file = kt_foreign_file(to->kind);
	unsigned char bytes[512];
	size_t size = sizeof(bytes);
	struct kt_sysinfo info;
	pid_t pid;

	KT_SYS(fcntl(file, F_SETFD, 0));
	pid = at_entry(from);
	become_exec(from, pid, file);
	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "EVENT_EXEC");
	KT_OK(kt_getregset(pid, NT_PRSTATUS, bytes, &size));
	KT_EQ(size, size_of_set(to));
	KT_FOREIGN_SYSCALLS(pid, 1);
	info = KT_SYSINFO(pid, KT_INFO_EXIT);
	KT_EQ(info.exit.rval, 0);
	KT_EQ(info.arch, abi_of(to)->audit_arch);
	KT_FOREIGN_SYSCALLS(pid, 1);
	info = KT_SYSINFO(pid, KT_INFO_ENTRY);
	KT_EQ(info.arch, abi_of(to)->audit_arch);
	KT_EQ(info.entry.nr, to->kind->nr_getpid);
}

enum needs { NEEDS_INFO = 1, NEEDS_SET_INFO = 2, NEEDS_REGS = 4, NEEDS_SECCOMP = 8 };

struct promise {
	const char *name;
	const char *sentence; /* of the words for the tracee */
	void (*test)(const struct tracee *t);
	int needs;
	struct kt_wrong wrong;
};

#define FORGOTTEN(request, ...) KT_ANSWERS(ptrace, request, 0, ##__VA_ARGS__)

static const struct promise promises[] = {
	{ "size", "the size of NT_PRSTATUS is that of the ABI of the tracee, %s", test_size, 0,
	  KT_STORES(ptrace, PTRACE_GETREGSET, 3, offsetof(struct iovec, iov_len), 4) },
	{ "regs",
	  "at the syscall-enter-stop of %s its registers hold the number, six arguments and the "
	  "address behind the instruction",
	  test_regs, NEEDS_REGS, KT_CHANGES_ARG(ptrace, PTRACE_GETREGSET, 2, 1, 2) },
	{ "entry_nr",
	  "at the syscall-enter-stop of %s PTRACE_GET_SYSCALL_INFO tells the ABI of the call and "
	  "its number",
	  test_entry_nr, NEEDS_INFO, KT_INFO_STORES(arch, 0x40000000) },
	{ "entry_args",
	  "at the syscall-enter-stop of %s PTRACE_GET_SYSCALL_INFO tells six arguments as wide as "
	  "its registers",
	  test_entry_args, NEEDS_INFO, KT_INFO_STORES(entry.args[5], 1) },
	{ "exit",
	  "at the syscall-exit-stop of %s PTRACE_GET_SYSCALL_INFO tells the ABI and the result",
	  test_exit, NEEDS_INFO, KT_INFO_STORES(exit.rval, 1 << 30) },
	{ "seccomp",
	  "at the seccomp stop of %s PTRACE_GET_SYSCALL_INFO tells the ABI, the number, six "
	  "arguments and the filter's data",
	  test_seccomp, NEEDS_INFO | NEEDS_SECCOMP, KT_INFO_STORES(entry.ret_data, 1) },
	{ "set_nr", "another number at the syscall-enter-stop of %s is the call that is executed",
	  test_set_nr, NEEDS_INFO, FORGOTTEN(KT_NR_REQUEST) },
	{ "skip",
	  "number -1 at the syscall-enter-stop of %s skips the call, which gives the result that "
	  "the tracer has set, a value or an error",
	  test_skip, NEEDS_INFO | NEEDS_REGS, FORGOTTEN(KT_NR_REQUEST) },
	{ "skip_seccomp",
	  "number -1 at the seccomp stop of %s skips the call, which gives the result that the "
	  "tracer has set",
	  test_skip_seccomp, NEEDS_INFO | NEEDS_REGS | NEEDS_SECCOMP, FORGOTTEN(KT_NR_REQUEST) },
	{ "set_args",
	  "six arguments set at the syscall-enter-stop of %s are those of the executed call",
	  test_set_args, NEEDS_INFO | NEEDS_REGS,
#ifdef __arm__
	  FORGOTTEN(PTRACE_SETREGSET) },
#else
	  FORGOTTEN(PTRACE_SETREGSET, KT_NOT_FIRST(1)) },
#endif
	{ "set_result",
	  "a result set at the syscall-exit-stop of %s, a value or an error, is what the program "
	  "gets",
	  test_set_result, NEEDS_INFO | NEEDS_REGS, FORGOTTEN(PTRACE_SETREGSET) },
	{ "info_call",
	  "number and arguments given to PTRACE_SET_SYSCALL_INFO at the syscall-enter-stop of %s "
	  "are those of the executed call",
	  test_info_call, NEEDS_INFO | NEEDS_SET_INFO, FORGOTTEN(PTRACE_SET_SYSCALL_INFO) },
	{ "info_result",
	  "a result given to PTRACE_SET_SYSCALL_INFO at the syscall-exit-stop of %s, a value or an "
	  "error, is what the program gets",
	  test_info_result, NEEDS_INFO | NEEDS_SET_INFO, FORGOTTEN(PTRACE_SET_SYSCALL_INFO) },
};
#define PROMISES (sizeof(promises) / sizeof(promises[0]))

static void describe_pair(size_t i, struct kt_instance *out)
{
	const struct promise *p = &promises[i % PROMISES];
	char sentence[sizeof(out->descr)];

	snprintf(out->name, sizeof(out->name), "%s.%s", tracees[i / PROMISES].name, p->name);
	/* The sentence has one place for the tracee. */
	snprintf(sentence, sizeof(sentence), "%.*s%s%s", (int)strcspn(p->sentence, "%"),
		 p->sentence, tracees[i / PROMISES].words, strchr(p->sentence, '%') + 2);
	snprintf(out->descr, sizeof(out->descr), "Verify that %.280s", sentence);
	out->wrong = p->wrong;
}

KT_FAMILY(ptrace_pair, "ptrace.pair", TRACEES * PROMISES, describe_pair)
{
	const struct tracee *t = &tracees[i / PROMISES];
	const struct promise *p = &promises[i % PROMISES];

	KT_NEEDS(kt_probe_foreign(t->kind));
	if (p->needs & NEEDS_INFO)
		KT_NEEDS(kt_probe_syscall_info());
	if (p->needs & NEEDS_SET_INFO)
		KT_NEEDS(kt_probe_set_syscall_info());
	if (p->needs & NEEDS_SECCOMP)
		KT_NEEDS(kt_probe_seccomp());
	if ((p->needs & NEEDS_REGS) && tracee_is_cut(t->kind))
		atf_tc_skip("an arm tracer sees the registers of an aarch64 tracee cut to 32 bits");
	p->test(t);
}

/* Those of the tracees that are a program each, by name. */
static const char *const programs[] = {
#if defined(__x86_64__) || defined(__i386__)
	"x86_64", "x32", "i386",
#else
	"aarch64", "arm",
#endif
};
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static const struct tracee *program(size_t i)
{
	for (const struct tracee *t = tracees;; t++)
		if (strcmp(t->name, programs[i % PROGRAMS]) == 0)
			return t;
}

static void describe_exec(size_t i, struct kt_instance *out)
{
	const struct tracee *from = program(i / PROGRAMS), *to = program(i);

	snprintf(out->name, sizeof(out->name), "%s.exec.%s", from->name, to->name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that when %s becomes %s by execve, the register set has the size of the "
		 "new one from PTRACE_EVENT_EXEC on, and the syscall-exit-stop tells its ABI",
		 from->words, to->words);
	/* Not what the way into the execve asks for. */
	out->wrong = (struct kt_wrong)KT_INFO_STORES(arch, 1 << 30, KT_NOT_FIRST(2));
}

KT_FAMILY(ptrace_pair_exec, "ptrace.pair", PROGRAMS * PROGRAMS, describe_exec)
{
	KT_NEEDS(kt_probe_syscall_info());
	KT_NEEDS(kt_probe_foreign(program(i / PROGRAMS)->kind));
	KT_NEEDS(kt_probe_foreign(program(i)->kind));
	test_exec(program(i / PROGRAMS), program(i));
}

KT_PROGRAM
