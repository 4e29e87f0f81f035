/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regs_x86_test.c - what an x86 kernel refuses or makes of registers that a tracer
 * writes: instruction pointers, selectors, segment bases, the extended state, and
 * the single step over a system call.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_foreign.h"
#include "kernel-tests/kt_regs.h"

#undef i386

#if defined(__x86_64__) || defined(__i386__)
#define IS_X86 1
#else
#define IS_X86 0
#endif

#define PEEKUSER 3
#define POKEUSER 6
#ifndef PTRACE_SINGLESTEP
#define PTRACE_SINGLESTEP 9
#endif
#ifndef NT_X86_XSTATE
#define NT_X86_XSTATE 0x202
#endif

/* Offsets in the 64-bit NT_PRSTATUS set. */
#define RCX 88
#define RIP 128

#define SET64(regs, offset, value)                                                                 \
	do {                                                                                       \
		uint64_t value_ = (value);                                                         \
		memcpy((regs)->bytes + (offset), &value_, sizeof(value_));                         \
	} while (0)

KT_CASE(regs_x86_noncanonical_ip, "regs.x86.noncanonical_ip",
	"Verify that a non-canonical instruction pointer set at any syscall-stop of an x86_64 "
	"tracee gives it a SIGSEGV when it goes on",
	KT_ANSWERS(ptrace, PTRACE_SETREGSET, 0), KT_REPORTS("signal(SIGSEGV)", W_STOPCODE(SIGBUS)))
{
#if IS_X86
	static const uint64_t bad[] = { 1ULL << 47, ~(1ULL << 47), 1ULL << 63 };

	KT_NEEDS(kt_probe_foreign(&tracee_x86_64));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		/* At the exit of getpid, and at its entry: then the call is executed first. */
		for (int stops = 1; stops <= 2; stops++) {
			pid_t pid = kt_foreign(&tracee_x86_64, 0);
			struct kt_regs r;

			printf("ip %#llx, stop %d\n", (unsigned long long)bad[i], stops);
			KT_FOREIGN_SYSCALLS(pid, stops);
			r = KT_GETREGS(pid, abi_find("x86_64"));
			KT_EQ(r.size, 216);
			SET64(&r, RIP, bad[i]);
			/* All is as `sysret` needs it. */
			SET64(&r, RCX, bad[i]);
			KT_SETREGS(pid, &r);
			if (stops == 1)
				KT_FOREIGN_SYSCALLS(pid, 1);
			KT_OK(kt_syscall(pid, 0));
			KT_WAIT(pid, "signal(SIGSEGV)");
		}
#else
	atf_tc_skip("belongs to x86");
#endif
}

/* Places of selectors in struct user, in words of this program's set. */
enum { SEL_CS, SEL_SS, SEL_DS, SEL_ES, SEL_FS, SEL_GS, SELECTORS };
__attribute__((unused)) static uintptr_t selector_at(int which)
{
#ifdef __x86_64__
	static const unsigned char words[SELECTORS] = { 17, 20, 23, 24, 25, 26 };

	return words[which] * 8u;
#else
	static const unsigned char words[SELECTORS] = { 13, 16, 7, 8, 9, 10 };

	return words[which] * 4u;
#endif
}

KT_CASE(regs_x86_cs_ss_rpl, "regs.x86.cs_ss_rpl",
	"Verify that a tracer on x86 gets EIO for a selector whose privilege level is not 3, and "
	"for a null one in cs and ss, and that the selectors stay as they were",
	KT_ANSWERS(ptrace, POKEUSER, 0), KT_ANSWERS(ptrace, POKEUSER, 0, KT_WHEN(3, 0)),
	KT_ANSWERS(ptrace, POKEUSER, -EINVAL, KT_NOT_FIRST(20)),
	KT_ANSWERS(ptrace, PTRACE_SETREGSET, 0))
{
#if IS_X86
	/* The kernel's own, and any with level 0 to 2, in the GDT and the LDT. */
	static const unsigned int bad[] = { 0x10, 0x18, 0x31, 0x32, 4, 0x60 };
	pid_t pid = kt_foreign(kt_foreign_native(), 0);
	struct kt_regs before = KT_GETREGS(pid, abi_native()), after, r;

	for (int which = 0; which < SELECTORS; which++)
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			printf("selector %d = %#x\n", which, bad[i]);
			KT_ERR(EIO, kt_ptrace(POKEUSER, pid, selector_at(which), bad[i]));
		}
	KT_ERR(EIO, kt_ptrace(POKEUSER, pid, selector_at(SEL_CS), 0));
	KT_ERR(EIO, kt_ptrace(POKEUSER, pid, selector_at(SEL_SS), 0));
	r = before;
	r.bytes[selector_at(SEL_CS)] &= 0xfc;
	KT_EQ(kt_setregset(pid, NT_PRSTATUS, r.bytes, &r.size), -EIO);
	after = KT_GETREGS(pid, abi_native());
	for (int which = 0; which < SELECTORS; which++)
		KT_EQ(after.bytes[selector_at(which)], before.bytes[selector_at(which)]);
	/* Null is a selector elsewhere. */
	KT_OK(kt_ptrace(POKEUSER, pid, selector_at(SEL_GS), 0));
#else
	atf_tc_skip("belongs to x86");
#endif
}

#ifdef __x86_64__
#define GS_BASE (22 * 8)
#define FS_BASE (21 * 8)

struct shown {
	uint64_t first, second; /* what its gs base is to point to */
	_Atomic uint64_t seen;
	kt_counter count;
};

static void read_gs(void *arg)
{
	struct shown *s = arg;

	for (;;) {
		uint64_t value;

		__asm__ volatile("movq %%gs:0, %0" : "=r"(value));
		atomic_store(&s->seen, value);
		atomic_fetch_add(&s->count, 1);
	}
}

static void stop(pid_t pid)
{
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
}

static unsigned long peek_user(pid_t pid, uintptr_t offset)
{
	unsigned long value = 0;

	KT_OK(kt_ptrace(PEEKUSER, pid, offset, (uintptr_t)&value));
	return value;
}
#endif

KT_CASE(regs_x86_gsbase_fsbase, "regs.x86.gsbase_fsbase",
	"Verify that the gs base which a tracer writes is what an x86_64 tracee's accesses use and "
	"what is read back, also when the null selector is written again, and that a base beyond "
	"user memory is EIO",
	KT_ANSWERS(ptrace, POKEUSER, 0, KT_WHEN(2, 22 * 8)),
	KT_ANSWERS(ptrace, POKEUSER, 0, KT_WHEN(2, 21 * 8)),
	KT_ANSWERS(ptrace, PEEKUSER, 0, KT_NOT_FIRST(2)))
{
#ifdef __x86_64__
	struct shown *s = kt_shared(sizeof(*s));
	pid_t pid = kt_child_stopped(read_gs, s, 0);
	unsigned long selector;

	s->first = 11;
	s->second = 22;
	KT_OK(kt_ptrace(POKEUSER, pid, GS_BASE, (uintptr_t)&s->first));
	KT_EQ(peek_user(pid, GS_BASE), (uintptr_t)&s->first);
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(s->count > 0);
	KT_EQ(s->seen, 11);
	stop(pid);
	KT_OK(kt_ptrace(POKEUSER, pid, GS_BASE, (uintptr_t)&s->second));
	KT_OK(kt_cont(pid, 0));
	KT_AWAIT(s->seen == 22);
	stop(pid);
	KT_EQ(peek_user(pid, GS_BASE), (uintptr_t)&s->second);
	selector = peek_user(pid, selector_at(SEL_GS));
	KT_OK(kt_ptrace(POKEUSER, pid, selector_at(SEL_GS), selector));
	KT_EQ(peek_user(pid, GS_BASE), (uintptr_t)&s->second);
#ifndef __ILP32__
	KT_ERR(EIO, kt_ptrace(POKEUSER, pid, GS_BASE, 1UL << 63));
	KT_ERR(EIO, kt_ptrace(POKEUSER, pid, FS_BASE, ~0UL));
	KT_ERR(EIO, kt_ptrace(POKEUSER, pid, FS_BASE, 1UL << 56));
#endif
	KT_EQ(peek_user(pid, GS_BASE), (uintptr_t)&s->second);
#else
	atf_tc_skip("belongs to x86_64");
#endif
}

/* In the xsave area: the header behind the 512 bytes of fxsave. */
#define XSTATE_BV  512
#define XCOMP_BV   520
#define XRESERVED  528
#define XSTATE_MAX 16384

#define XMM1	   (160 + 16)

#if IS_X86
struct xstate {
	unsigned char bytes[XSTATE_MAX];
	size_t size;
};

/* A tracee with another state than that of a fresh program. Or skip. */
static pid_t with_xstate(struct xstate *good)
{
	pid_t pid = kt_foreign(kt_foreign_native(), 0);
	long rc;

	good->size = sizeof(good->bytes);
	rc = kt_getregset(pid, NT_X86_XSTATE, good->bytes, &good->size);
	if (rc == -ENODEV || rc == -EINVAL)
		atf_tc_skip("no NT_X86_XSTATE: no XSAVE on this CPU");
	KT_OK(rc);
	memset(good->bytes + XMM1, 0x5a, 16);
	good->bytes[XSTATE_BV] |= 3;
	KT_OK(kt_setregset(pid, NT_X86_XSTATE, good->bytes, &good->size));
	return pid;
}

static long set_with_bits(pid_t pid, const struct xstate *good, size_t offset, uint64_t bits)
{
	static struct xstate bad;

	bad = *good;
	for (size_t byte = 0; byte < 8; byte++)
		bad.bytes[offset + byte] |= (unsigned char)(bits >> 8 * byte);
	return kt_setregset(pid, NT_X86_XSTATE, bad.bytes, &bad.size);
}
#endif

KT_CASE(regs_x86_xstate, "regs.x86.xstate",
	"Verify that NT_X86_XSTATE in the compacted format, with reserved header bytes or with "
	"features that the CPU does not have, is EINVAL",
	KT_ANSWERS(ptrace, PTRACE_SETREGSET, 0, KT_NOT_FIRST(1)),
	KT_ANSWERS(ptrace, PTRACE_SETREGSET, -EIO, KT_NOT_FIRST(2)),
	KT_ANSWERS(ptrace, PTRACE_SETREGSET, -EINVAL, KT_NOT_FIRST(5)))
{
#if IS_X86
	static struct xstate good;
	pid_t pid = with_xstate(&good);

	KT_ERR(EINVAL, set_with_bits(pid, &good, XCOMP_BV, 1ULL << 63));
	KT_ERR(EINVAL, set_with_bits(pid, &good, XCOMP_BV, 3));
	KT_ERR(EINVAL, set_with_bits(pid, &good, XRESERVED, 1));
	KT_ERR(EINVAL, set_with_bits(pid, &good, XSTATE_BV, 1ULL << 62));
	KT_OK(set_with_bits(pid, &good, XSTATE_BV, 0));
#else
	atf_tc_skip("belongs to x86");
#endif
}

KT_CASE(regs_x86_xstate_kept, "regs.x86.xstate_kept",
	"Verify that a refused NT_X86_XSTATE leaves the tracee the floating point state that it "
	"had",
	KT_ANSWERS(ptrace, PTRACE_GETREGSET, 0, KT_NOT_FIRST(1)))
{
#if IS_X86
	static struct xstate good, now;
	pid_t pid = with_xstate(&good);

	KT_ERR(EINVAL, set_with_bits(pid, &good, XRESERVED, 1));
	now.size = sizeof(now.bytes);
	KT_OK(kt_getregset(pid, NT_X86_XSTATE, now.bytes, &now.size));
	kt_known_bug(KT_BUG_XSTATE_WIPED);
	KT_EQ(memcmp(now.bytes + XMM1, good.bytes + XMM1, 16), 0);
#else
	atf_tc_skip("belongs to x86");
#endif
}

KT_CASE(regs_x86_singlestep_syscall, "regs.x86.singlestep_syscall",
	"Verify that PTRACE_SINGLESTEP over a system call of any ABI of x86 traps once, behind it, "
	"as over every other instruction",
	KT_CHANGES_ARG(ptrace, PTRACE_SINGLESTEP, 0, ~0UL, PTRACE_SYSCALL, KT_NOT_FIRST(7)),
	KT_REPORTS("signal(SIGTRAP)", W_STOPCODE(SIGTRAP | 0x80), KT_NOT_FIRST(7)))
{
#if IS_X86
	/* Where each instruction of the programs ends, from their begin; 0: back there. */
	static const struct {
		const struct tracee_kind *kind;
		unsigned char ends[12];
	} rows[] = {
		{ &tracee_x86_64, { 10, 20, 30, 40, 50, 60, 65, 67, 70, 75, 77, 0 } },
		{ &tracee_x32_program, { 10, 20, 30, 40, 50, 60, 65, 67, 70, 75, 77, 0 } },
		{ &tracee_int80, { 10, 20, 30, 40, 50, 60, 65, 67, 69, 74, 76, 0 } },
		{ &tracee_i386, { 5, 10, 15, 20, 25, 30, 35, 37, 39, 44, 46, 0 } },
	};

	KT_NEEDS(kt_probe_singlestep());
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kt_regs r;
		uint64_t start;
		pid_t pid;

		if (kt_probe_foreign(rows[i].kind))
			continue;
		pid = kt_foreign(rows[i].kind, 0);
		r = KT_GETREGS(pid, abi_find(rows[i].kind->abi));
		start = kt_reg(&r, r.at->ip);
		for (int n = 0; n < 24; n++) {
			KT_OK(kt_ptrace(PTRACE_SINGLESTEP, pid, 0, 0));
			KT_WAIT(pid, "signal(SIGTRAP)");
			r = KT_GETREGS(pid, abi_find(rows[i].kind->abi));
			printf("%s: step %d\n", rows[i].kind->name, n);
			KT_EQ(kt_reg(&r, r.at->ip) - start, rows[i].ends[n % 12]);
		}
	}
#else
	atf_tc_skip("belongs to x86");
#endif
}

KT_PROGRAM
