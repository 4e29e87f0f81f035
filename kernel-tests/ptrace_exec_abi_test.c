/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_exec_abi_test.c - execve of a program of another ABI: from where on the
 * tracer sees the new one. From the ABI of this build to each of its family.
 */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_foreign.h"
#include "kernel-tests/kt_regs.h"
#include "kernel-tests/kt_sysinfo.h"

#undef i386
#if defined(__x86_64__) || defined(__i386__)
static const struct tracee_kind *const kinds[] = { &tracee_x86_64, &tracee_x32_program,
						   &tracee_i386 };
#else
static const struct tracee_kind *const kinds[] = { &tracee_aarch64, &tracee_arm };
#endif

static void exec_body(void *file)
{
	kt_foreign_exec(*(int *)file);
}

static void describe(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s", kinds[i]->abi);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that from the PTRACE_EVENT_EXEC of a program by the ABI %s on, also at "
		 "the exit of its execve, the audit architecture and the size of the register set "
		 "are its own",
		 kinds[i]->abi);
	out->wrong = (struct kt_wrong)KT_INFO_STORES(arch, 1, KT_NOT_FIRST(2));
}

static size_t regs_size(pid_t pid)
{
	return KT_GETREGS(pid, abi_native()).size;
}

KT_FAMILY(ptrace_exec_arch_switch, "ptrace.exec.arch_switch",
	  sizeof(kinds) / sizeof(kinds[0]), describe)
{
	const struct tracee_kind *kind = kinds[i];
	const struct abi *from = abi_native(), *to = abi_find(kind->abi);
	size_t size = tracee_is_cut(kind) ? from->regs->size : to->regs->size;
	struct kt_sysinfo info;
	int file;
	pid_t pid;

	KT_NEEDS(kt_probe_syscall_info());
	KT_NEEDS(kt_probe_foreign(kind));
	file = kt_foreign_file(kind);
	pid = kt_child_stopped(exec_body, &file, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC);
	KT_FOREIGN_SYSCALLS(pid, 1);
	info = KT_SYSINFO(pid, KT_INFO_ENTRY);
	KT_EQ(info.entry.nr, SYS_execveat);
	KT_EQ(info.arch, from->audit_arch);
	KT_EQ(regs_size(pid), from->regs->size);

	KT_OK(kt_syscall(pid, 0));
	KT_WAIT(pid, "EVENT_EXEC");
	KT_EQ(KT_SYSINFO(pid, KT_INFO_NONE).arch, to->audit_arch);
	KT_EQ(regs_size(pid), size);

	KT_FOREIGN_SYSCALLS(pid, 1);
	info = KT_SYSINFO(pid, KT_INFO_EXIT);
	KT_EQ(info.arch, to->audit_arch);
	KT_EQ(info.exit.rval, 0);
	KT_EQ(regs_size(pid), size);

	KT_FOREIGN_SYSCALLS(pid, 1);
	info = KT_SYSINFO(pid, KT_INFO_ENTRY);
	KT_EQ(info.arch, to->audit_arch);
	KT_EQ(info.entry.nr, kind->nr_getpid);
	close(file);
}

KT_PROGRAM
