/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regs_arm64_test.c - registers on arm64 kernels: requests that 64-bit tracers do
 * not have, and the thread pointer.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_regs.h"

#ifndef PTRACE_GETREGS
#define PTRACE_GETREGS 12
#define PTRACE_SETREGS 13
#endif
#ifndef NT_ARM_TLS
#define NT_ARM_TLS 0x401
#endif

KT_CASE(regs_getregs_arm64, "regs.getregs.arm64",
	"Verify that PTRACE_GETREGS and PTRACE_SETREGS of an aarch64 tracer fail with EIO, and "
	"that an arm tracer has them",
	KT_ANSWERS(ptrace, PTRACE_GETREGS, -EINVAL), KT_ANSWERS(ptrace, PTRACE_SETREGS, -EINVAL))
{
#if defined(__aarch64__) || defined(__arm__)
	unsigned char regs[ABI_REGS_MAX] = { 0 };
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);
#ifdef __aarch64__
	KT_ERR(EIO, kt_ptrace(PTRACE_GETREGS, pid, 0, (uintptr_t)regs));
	KT_ERR(EIO, kt_ptrace(PTRACE_SETREGS, pid, 0, (uintptr_t)regs));
#else
	struct kt_regs set = KT_GETREGS(pid, abi_native());

	KT_OK(kt_ptrace(PTRACE_GETREGS, pid, 0, (uintptr_t)regs));
	KT_EQ(set.size, 72);
	KT_REQUIRE(memcmp(regs, set.bytes, set.size) == 0);
	KT_OK(kt_ptrace(PTRACE_SETREGS, pid, 0, (uintptr_t)regs));
#endif
#else
	atf_tc_skip("belongs to arm64");
#endif
}

#ifdef __aarch64__
struct shown {
	_Atomic uint64_t tp;
	kt_counter count;
};

/* Without its thread pointer it can do nothing of libc's. */
static void show_body(void *arg)
{
	struct shown *s = arg;

	for (;;) {
		uint64_t tp;

		__asm__ volatile("mrs %0, tpidr_el0" : "=r"(tp));
		atomic_store(&s->tp, tp);
		atomic_fetch_add(&s->count, 1);
	}
}
#endif

KT_CASE(regs_arm64_tls, "regs.arm64.tls",
	"Verify that NT_ARM_TLS of an aarch64 tracee is its thread pointer, and that the one which "
	"the tracer writes is what the tracee then has",
	KT_ANSWERS(ptrace, PTRACE_SETREGSET, 0), KT_ANSWERS(ptrace, PTRACE_GETREGSET, 0))
{
#ifdef __aarch64__
	struct shown *s = kt_shared(sizeof(*s));
	pid_t pid = kt_child_seized(show_body, s, 0);
	uint64_t tp = 0;
	size_t size = sizeof(tp);

	KT_AWAIT(s->count > 0);
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_getregset(pid, NT_ARM_TLS, &tp, &size));
	KT_EQ(size, sizeof(tp));
	KT_EQ(tp, s->tp);
	tp = 0x123456789abcdef0;
	KT_OK(kt_setregset(pid, NT_ARM_TLS, &tp, &size));
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(s->tp == 0x123456789abcdef0);
#else
	atf_tc_skip("belongs to aarch64");
#endif
}

KT_PROGRAM
