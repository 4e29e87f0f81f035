/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysinfo_arch_test.c - the audit architecture that PTRACE_GET_SYSCALL_INFO tells,
 * and what of int 0x80 in 64-bit code reaches a tracer and a filter.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"
#include "kernel-tests/kt_foreign.h"
#include "kernel-tests/kt_regs.h"
#include "kernel-tests/kt_sysinfo.h"

#undef i386
#if defined(__x86_64__) || defined(__i386__)
#define IS_X86 1
#else
#define IS_X86 0
#endif

KT_CASE(sysinfo_get_arch, "sysinfo.get.arch",
	"Verify that at syscall-stops PTRACE_GET_SYSCALL_INFO tells the audit architecture of the "
	"ABI by which the call came, whatever the program is, and that x32 has that of x86_64",
	KT_INFO_STORES(arch, 1), KT_INFO_STORES(arch, 1, KT_NOT_FIRST(1)))
{
#define KIND(kind) &tracee_##kind,
	static const struct tracee_kind *const kinds[] = { TRACEE_KINDS(KIND) &tracee_x32_program };

	KT_NEEDS(kt_probe_syscall_info());
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		pid_t pid;

		if (!tracee_is_of_family(kinds[i]) || kt_probe_foreign(kinds[i]))
			continue;
		printf("%s\n", kinds[i]->name);
		pid = kt_foreign(kinds[i], 0);
		KT_FOREIGN_SYSCALLS(pid, 1);
		KT_EQ(KT_SYSINFO(pid, KT_INFO_ENTRY).arch, abi_find(kinds[i]->abi)->audit_arch);
		KT_FOREIGN_SYSCALLS(pid, 1);
		KT_EQ(KT_SYSINFO(pid, KT_INFO_EXIT).arch, abi_find(kinds[i]->abi)->audit_arch);
	}
}

static uint32_t top_of_stack(pid_t pid, uint64_t sp)
{
	uint32_t value = 0;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = KT_SYS(open(path, O_RDONLY | O_CLOEXEC));
	KT_SYS(pread(fd, &value, sizeof(value), (off_t)sp));
	close(fd);
	return value;
}

/* At ip: incl (%esp); jmp to it. In 32-bit and 64-bit code alike. */
__attribute__((unused)) static void spin_in_user_mode(pid_t pid, const struct kt_regs *r)
{
	static const unsigned char spin[8] = { 0xff, 0x04, 0x24, 0xeb, 0xfb, 0x90, 0x90, 0x90 };
	uintptr_t ip = (uintptr_t)kt_reg(r, r->at->ip);
	uint64_t sp = kt_reg(r, r->at->sp);
	unsigned long word;
	uint32_t count;

	for (size_t i = 0; i < sizeof(spin); i += sizeof(word)) {
		memcpy(&word, spin + i, sizeof(word));
		KT_OK(kt_poke(pid, (void *)(ip + i), word));
	}
	count = top_of_stack(pid, sp);
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(top_of_stack(pid, sp) != count);
}

KT_CASE(sysinfo_get_arch_outside_syscall, "sysinfo.get.arch_outside_syscall",
	"Verify that outside syscall-stops an x86_64 kernel tells the audit architecture of i386 "
	"of an i386 program that is just leaving a system call, and that of x86_64 when it was in "
	"user mode",
	KT_INFO_STORES(arch, 1), KT_INFO_STORES(arch, 1, KT_NOT_FIRST(2)))
{
#if IS_X86
	const uint32_t i386 = abi_find("i386")->audit_arch, x86_64 = abi_find("x86_64")->audit_arch;
	struct kt_regs r;
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	KT_NEEDS(kt_probe_foreign(&tracee_i386));
	pid = kt_foreign(&tracee_i386, 0);
	KT_FOREIGN_SYSCALLS(pid, 2);
	KT_OK(kt_interrupt(pid));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_EQ(KT_SYSINFO(pid, KT_INFO_NONE).arch, i386);

	r = KT_GETREGS(pid, abi_find("i386"));
	spin_in_user_mode(pid, &r);
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_EQ(KT_SYSINFO(pid, KT_INFO_NONE).arch, kt_foreign_kernel_is_32() ? i386 : x86_64);
#else
	atf_tc_skip("belongs to x86");
#endif
}

/* An argument of int 0x80 as a filter sees it: ERRNO when its upper half is `value`. */
__attribute__((unused)) static void filtered_body(void *arg)
{
	const int *file = arg;

	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ARCH, KT_BPF_IF(abi_find("i386")->audit_arch, 5), KT_BPF_NR,
		     KT_BPF_IF(tracee_int80.nr_getpid, 3), KT_BPF_ARG_HIGH(0),
		     KT_BPF_IF(tracee_arg(&tracee_x86_64, 0) >> 32, 1), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_RET(SECCOMP_RET_ALLOW)));
	kt_foreign_exec(*file);
}

KT_CASE(sysinfo_get_int80_args, "sysinfo.get.int80_args",
	"Verify that of int 0x80 in 64-bit code PTRACE_GET_SYSCALL_INFO and filters see whole "
	"registers as arguments, although the call takes their low halves",
	KT_STORES(ptrace, PTRACE_GET_SYSCALL_INFO, 3, offsetof(struct kt_sysinfo, entry.args) + 4,
		  1),
	KT_INFO_STORES(exit.rval, 1, KT_NOT_FIRST(1)))
{
#if IS_X86
	struct kt_sysinfo info;
	int file;
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_foreign(&tracee_x86_64));
	KT_NEEDS(kt_probe_foreign(&tracee_int80));
	file = kt_foreign_file(&tracee_int80);
	pid = kt_child_stopped(filtered_body, &file, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_EXEC");
	/* The end of execve; then the entry of getpid. */
	KT_FOREIGN_SYSCALLS(pid, 2);
	info = KT_SYSINFO(pid, KT_INFO_ENTRY);
	KT_EQ(info.arch, abi_find("i386")->audit_arch);
	KT_EQ(info.entry.args[0], tracee_arg(&tracee_x86_64, 0));
	KT_FOREIGN_SYSCALLS(pid, 1);
	KT_EQ(KT_SYSINFO(pid, KT_INFO_EXIT).exit.rval, -KT_ERRNO);
#else
	atf_tc_skip("belongs to x86");
#endif
}

KT_PROGRAM
