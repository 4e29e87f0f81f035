/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_identify.c - read a call without PTRACE_GET_SYSCALL_INFO (kernels before
 * 5.3). It must never take one ABI's call for another's.
 *
 * A register set does not tell the ABI: int 0x80 from 64-bit code leaves the
 * 216 bytes of x86_64, cs included, and before 5.11 the size followed the program
 * file, not the code that runs. The bytes of the instruction do not tell it
 * either: another thread can change them between the call and the look.
 *
 * The kernel itself knows (TS_COMPAT), and says so in /proc/TID/syscall, which
 * prints the arguments from the registers of the ABI that the call came by. An
 * ABI whose registers do not hold what is printed is not the one. When the
 * registers of two ABIs hold the same six values the call is not identified:
 * that takes rsi == rip at a `syscall` instruction, so it is made on purpose.
 *
 * Limits: without /proc of the tracer's own pid namespace nothing is
 * identified; for number -1 (nothing will be executed) and after an execve
 * (all registers zero) the kernel's line cannot tell x86_64 from i386.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "arch/call_impl.h"

static int read_spoken(pid_t tid, struct call_spoken *out)
{
	char text[256];
	ssize_t n;
	int fd;

	snprintf(text, sizeof(text), "/proc/%d/syscall", (int)tid);
	fd = open(text, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	text[n] = '\0';
	return call_parse_spoken(text, out);
}

/* The registers that every ABI with a set of this size shares: ip, sp, ret. */
static const struct abi *any_that_fits(const struct call_regs *regs)
{
	const struct abi *abi;

	for (size_t i = 0; (abi = abi_at(i)); i++)
		if (abi_coexists(abi_native(), abi) &&
		    call_regs_fit(abi, regs->bytes, regs->size))
			return abi;
	return NULL;
}

int call_get_from_regs(pid_t tid, enum call_point expect, struct call *out)
{
	struct call_spoken spoken;
	struct call_regs regs;
	const struct abi *abi = NULL, *shape;
	struct call c;
	unsigned long message;
	int r;

	r = call_save_regs(tid, &regs);
	if (r)
		return r;
	shape = any_that_fits(&regs);
	if (!shape)
		return -EOPNOTSUPP;
	r = call_decode(shape, CALL_NONE, regs.bytes, regs.size, &c);
	if (r || expect == CALL_NONE)
		goto out;

	if (!read_spoken(tid, &spoken))
		abi = call_identify(abi_native(), regs.bytes, regs.size, &spoken);
	r = call_decode(abi ? abi : shape, expect, regs.bytes, regs.size, &c);
	if (r)
		return r;
	if (expect == CALL_SECCOMP) {
		r = call_get_eventmsg(tid, &message);
		if (r)
			return r;
		c.trace_data = (uint32_t)message;
	}
	if (!abi) {
		c.abi = NULL;
		c.audit_arch = 0;
	} else if (expect != CALL_EXIT) {
		/* On arm and aarch64 the number's register is not what will be executed. */
		c.nr = (int32_t)spoken.nr;
		c.abi = abi;
	}
out:
	if (!r)
		*out = c;
	return r;
}
