/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regs_fp_test.c - floating point registers that the tracer writes, and the CPU
 * that the tracee runs on.
 */
#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_regs.h"

#ifndef NT_PRXFPREG
#define NT_PRXFPREG 0x46e62b7f
#endif
#ifndef NT_ARM_VFP
#define NT_ARM_VFP 0x400
#endif

/* The set, and where in it is the register that the tracee shows: its 8 low bytes. */
#if defined(__i386__)
#define FP_SET	  NT_PRXFPREG /* fxsave, as x86_64 has it for NT_PRFPREG */
#define FP_OFFSET (160 + 16)
#define FP_STORE(p) __asm__ volatile("movups %%xmm1, %0" : "=m"(*(p)))
#elif defined(__x86_64__)
#define FP_SET	  NT_PRFPREG
#define FP_OFFSET (160 + 16)
#define FP_STORE(p) __asm__ volatile("movups %%xmm1, %0" : "=m"(*(p)))
#elif defined(__aarch64__)
#define FP_SET	  NT_PRFPREG
#define FP_OFFSET 16
#define FP_STORE(p) __asm__ volatile("str q1, %0" : "=Q"(*(p)))
#else
#define FP_SET	  NT_ARM_VFP
#define FP_OFFSET 8
#define FP_STORE(p) __asm__ volatile("vstr d1, [%1]" : "=m"(*(p)) : "r"(p))
#endif

/* The tracee stores its register again and again, and says when it has. */
struct shown {
	unsigned char reg[16] __attribute__((aligned(16)));
	kt_counter count;
};

static void show_body(void *arg)
{
	struct shown *s = arg;

	for (;;) {
		FP_STORE(&s->reg);
		atomic_fetch_add(&s->count, 1);
	}
}

/* The first two CPUs that this process may use. */
static bool two_cpus(int cpu[2])
{
	cpu_set_t set;
	int n = 0;

	KT_SYS(sched_getaffinity(0, sizeof(set), &set));
	for (int i = 0; i < CPU_SETSIZE && n < 2; i++)
		if (CPU_ISSET(i, &set))
			cpu[n++] = i;
	return n == 2;
}

static void move(pid_t pid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	KT_SYS(sched_setaffinity(pid, sizeof(set), &set));
}

KT_CASE(regs_fp, "regs.fp",
	"Verify that a floating point register set by the tracer is the tracee's on whatever CPU "
	"it then runs, and is read back after that",
	KT_ANSWERS(ptrace, PTRACE_SETREGSET, 0),
	KT_ANSWERS(ptrace, PTRACE_SETREGSET, 0, KT_NOT_FIRST(1)),
	KT_ANSWERS(ptrace, PTRACE_GETREGSET, 0, KT_NOT_FIRST(3)))
{
	struct shown *s = kt_shared(sizeof(*s));
	unsigned char set[1024];
	size_t size = sizeof(set);
	int cpu[2];
	pid_t pid;

	if (!two_cpus(cpu))
		atf_tc_skip("needs two CPUs");
	pid = kt_child_stopped(show_body, s, 0);
	KT_OK(kt_getregset(pid, FP_SET, set, &size));
	for (int i = 0; i < 8; i++) {
		unsigned char want[8], got[8];
		unsigned long count;

		memset(want, 0x11 * (i + 1), sizeof(want));
		memcpy(set + FP_OFFSET, want, sizeof(want));
		KT_OK(kt_setregset(pid, FP_SET, set, &size));
		move(pid, cpu[i % 2]);
		KT_OK(kt_cont(pid, 0));
		/* The second store from now on is one of this run. */
		count = s->count;
		KT_AWAIT(s->count > count + 1);
		KT_OK(kt_interrupt(pid));
		KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
		KT_REQUIRE_MSG(memcmp(s->reg, want, sizeof(want)) == 0,
			       "run %d: the tracee has %#x", i, s->reg[0]);
		memset(set + FP_OFFSET, 0, sizeof(want));
		KT_OK(kt_getregset(pid, FP_SET, set, &size));
		memcpy(got, set + FP_OFFSET, sizeof(got));
		KT_REQUIRE_MSG(memcmp(got, want, sizeof(want)) == 0, "run %d: read back %#x", i,
			       got[0]);
	}
}

KT_PROGRAM
