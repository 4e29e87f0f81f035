/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * regs_test.c - register sets of every ABI: their sizes, parts of them, and that
 * writing back what was read changes nothing.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_foreign.h"
#include "kernel-tests/kt_regs.h"
#include "kernel-tests/kt_stops.h"

#ifndef PTRACE_PEEKUSER
#define PTRACE_PEEKUSER 3
#define PTRACE_POKEUSER 6
#endif

#undef i386
#define POISON 0xa5

KT_CASE(regs_getregset_native_size, "regs.getregset.native_size",
	"Verify that NT_PRSTATUS is 216 bytes of an x86_64 or x32 tracee, 68 of an i386, 72 of an "
	"arm and 272 of an aarch64 one, whatever the tracer is, but 72 for an arm tracer",
	KT_STORES(ptrace, PTRACE_GETREGSET, 3, offsetof(struct iovec, iov_len), 4),
	KT_STORES(ptrace, PTRACE_GETREGSET, 3, offsetof(struct iovec, iov_len), 4, KT_NOT_FIRST(1)))
{
	static const struct {
		const struct tracee_kind *kind;
		size_t size;
	} rows[] = {
		{ &tracee_x86_64, 216 }, { &tracee_x32_program, 216 }, { &tracee_i386, 68 },
		{ &tracee_aarch64, 272 }, { &tracee_arm, 72 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned char bytes[512];
		size_t size = sizeof(bytes);

		if (!tracee_is_of_family(rows[i].kind) || kt_probe_foreign(rows[i].kind))
			continue;
		printf("%s\n", rows[i].kind->name);
		KT_OK(kt_getregset(kt_foreign(rows[i].kind, 0), NT_PRSTATUS, bytes, &size));
		KT_EQ(size, tracee_is_cut(rows[i].kind) ? 72 : rows[i].size);
	}
}

/* At a syscall-exit-stop, so that nothing but the program's own is in the registers. */
static pid_t stopped(void)
{
	return kt_foreign(kt_foreign_native(), 0);
}

KT_CASE(regs_getregset_short, "regs.getregset.short",
	"Verify that PTRACE_GETREGSET into fewer bytes copies that many and into more tells how "
	"many there are, that a part of a register is EINVAL and a bad pointer EFAULT",
	KT_STORES(ptrace, PTRACE_GETREGSET, 3, offsetof(struct iovec, iov_len), 8, KT_NOT_FIRST(1)),
	KT_ANSWERS(ptrace, PTRACE_GETREGSET, 0, KT_NOT_FIRST(1)),
	KT_ANSWERS(ptrace, PTRACE_GETREGSET, 0, KT_NOT_FIRST(2)),
	KT_ANSWERS(ptrace, PTRACE_GETREGSET, 0, KT_NOT_FIRST(3)))
{
	unsigned char whole[ABI_REGS_MAX], part[2 * ABI_REGS_MAX];
	size_t size = sizeof(whole), n;
	pid_t pid = stopped();

	KT_OK(kt_getregset(pid, NT_PRSTATUS, whole, &size));
	KT_EQ(size, abi_native()->regs->size);

	memset(part, POISON, sizeof(part));
	n = 8;
	KT_OK(kt_getregset(pid, NT_PRSTATUS, part, &n));
	KT_EQ(n, 8);
	KT_REQUIRE(memcmp(part, whole, 8) == 0);
	for (size_t i = 8; i < sizeof(part); i++)
		KT_EQ(part[i], POISON);

	n = 7;
	KT_ERR(EINVAL, kt_getregset(pid, NT_PRSTATUS, part, &n));
	n = size;
	KT_ERR(EFAULT, kt_getregset(pid, NT_PRSTATUS, NULL, &n));
	n = sizeof(part);
	KT_OK(kt_getregset(pid, NT_PRSTATUS, part, &n));
	KT_EQ(n, size);
	KT_REQUIRE(memcmp(part, whole, size) == 0);
	KT_EQ(part[size], POISON);
}

KT_CASE(regs_getregset_unknown, "regs.getregset.unknown",
	"Verify that a register set that the tracee's ABI does not have is EINVAL, to read and to "
	"write",
	KT_ANSWERS(ptrace, PTRACE_GETREGSET, 0), KT_ANSWERS(ptrace, PTRACE_SETREGSET, 0),
	KT_ANSWERS(ptrace, PTRACE_GETREGSET, -EIO))
{
	unsigned char buf[16] = { 0 };
	size_t n = sizeof(buf);
	pid_t pid = stopped();

	/* NT_PPC_VMX, NT_PRPSINFO: another machine's, and none of a task. */
	KT_ERR(EINVAL, kt_getregset(pid, 0x100, buf, &n));
	KT_ERR(EINVAL, kt_getregset(pid, 3, buf, &n));
	KT_ERR(EINVAL, kt_setregset(pid, 0x100, buf, &n));
}

KT_CASE(regs_setregset_partial, "regs.setregset.partial",
	"Verify that PTRACE_SETREGSET of the first registers alone leaves the others as they are",
	KT_ANSWERS(ptrace, PTRACE_SETREGSET, 0),
	KT_ANSWERS(ptrace, PTRACE_GETREGSET, 0, KT_NOT_FIRST(1)))
{
	unsigned char before[ABI_REGS_MAX], after[ABI_REGS_MAX] = { 0 };
	size_t size = sizeof(before), n = 8;
	pid_t pid = stopped();

	KT_OK(kt_getregset(pid, NT_PRSTATUS, before, &size));
	for (size_t i = 0; i < n; i++)
		before[i] ^= 0x11;
	KT_OK(kt_setregset(pid, NT_PRSTATUS, before, &n));
	KT_EQ(n, 8);
	n = sizeof(after);
	KT_OK(kt_getregset(pid, NT_PRSTATUS, after, &n));
	KT_EQ(n, size);
	for (size_t i = 0; i < size; i++)
		KT_REQUIRE_MSG(after[i] == before[i], "byte %zu is %#x, expected %#x", i, after[i],
			       before[i]);
}

KT_CASE(regs_peekuser_bounds, "regs.peekuser_bounds",
	"Verify that PTRACE_PEEKUSER and PTRACE_POKEUSER fail with EIO between registers and "
	"beyond struct user, for an x32 tracer below the segment registers, and for an aarch64 "
	"tracer always",
	KT_ANSWERS(ptrace, PTRACE_PEEKUSER, 0), KT_ANSWERS(ptrace, PTRACE_POKEUSER, 0),
	KT_ANSWERS(ptrace, PTRACE_PEEKUSER, -EFAULT, KT_WHEN(2, 0x20000)),
	KT_ANSWERS(ptrace, PTRACE_POKEUSER, 0, KT_WHEN(2, ~0UL - 7)))
{
	/* 0x10000 is where arm tells the begin of the text. */
	static const uintptr_t bad[] = { 1, 2, 3, 5, 0x20000, UINTPTR_MAX / 2 + 1, UINTPTR_MAX - 7,
					 UINTPTR_MAX };
	unsigned long word = 1, offset = 0;
	pid_t pid = stopped();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		printf("offset %#lx\n", (unsigned long)bad[i]);
		KT_ERR(EIO, kt_ptrace(PTRACE_PEEKUSER, pid, bad[i], (uintptr_t)&word));
		KT_ERR(EIO, kt_ptrace(PTRACE_POKEUSER, pid, bad[i], 0));
	}
	KT_EQ(word, 1);
#ifdef __aarch64__
	KT_ERR(EIO, kt_ptrace(PTRACE_PEEKUSER, pid, offset, (uintptr_t)&word));
	KT_ERR(EIO, kt_ptrace(PTRACE_POKEUSER, pid, offset, 0));
#else
#if defined(__x86_64__) && defined(__ILP32__)
	/* x32_arch_ptrace(): a long has no room for the others. */
	KT_ERR(EIO, kt_ptrace(PTRACE_PEEKUSER, pid, 0, (uintptr_t)&word));
	offset = 17 * 8; /* cs */
#endif
	KT_OK(kt_ptrace(PTRACE_PEEKUSER, pid, offset, (uintptr_t)&word));
	KT_OK(kt_ptrace(PTRACE_POKEUSER, pid, offset, word));
#endif
}

static void describe_preserve(size_t i, struct kt_instance *out)
{
	enum kt_mode mode;
	enum kt_at at = kt_stops_at(i, &mode);

	snprintf(out->name, sizeof(out->name), "%s.%s", kt_modes[mode].name, kt_stops[at].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that of a tracee by %s in %s the registers written back as they were read "
		 "are the same, and the tracee goes on as if it had not been done",
		 kt_modes[mode].words, kt_stops[at].words);
	out->wrong = (struct kt_wrong)KT_ANSWERS(ptrace, PTRACE_GETREGSET, 0, KT_NOT_FIRST(1));
}

KT_FAMILY(regs_preserve, "regs.preserve", KT_STOPS_COUNT, describe_preserve)
{
	enum kt_mode mode;
	enum kt_at at = kt_stops_at(i, &mode);
	struct kt_tracee t = kt_stops_reach(mode, at);
	struct kt_regs before = KT_GETREGS(t.pid, abi_native()), after;

	KT_SETREGS(t.pid, &before);
	after = KT_GETREGS(t.pid, abi_native());
	KT_EQ(after.size, before.size);
	for (size_t n = 0; n < before.size; n++)
		KT_REQUIRE_MSG(after.bytes[n] == before.bytes[n], "byte %zu is %#x, was %#x", n,
			       after.bytes[n], before.bytes[n]);
	/* A child is one more to resume; a zombie of another is not. */
	if (t.other && at != KT_AT_VFORK_DONE)
		KT_OK(kt_cont(t.other, 0));
	KT_OK(kt_cont(t.pid, 0));
	if (at == KT_AT_EXIT) {
		char text[32];

		snprintf(text, sizeof(text), "exited(%d)", KT_STOPS_CODE);
		KT_WAIT(t.pid, text);
	} else {
		KT_AWAIT_PARKED(t.pid);
	}
}

KT_PROGRAM
