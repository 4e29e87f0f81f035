/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_identify.c - by which ABI a call came, without PTRACE_GET_SYSCALL_INFO
 * (kernels before 5.3). It must never take one ABI's call for another's. Pure.
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
 * identified; for a negative number (nothing will be executed) and after an
 * execve (all registers zero) the line cannot tell x86_64 from i386.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arch/call_impl.h"

static bool parse_hex(const char **text, uint64_t *out)
{
	char *end;

	if (strncmp(*text, " 0x", 3) || strspn(*text + 3, "0123456789abcdef") > 16)
		return false;
	*out = strtoull(*text + 3, &end, 16);
	if (end == *text + 3)
		return false;
	*text = end;
	return true;
}

/* "NUMBER SIX-ARGUMENTS SP IP", or "NUMBER SP IP" when the number is negative. */
int call_parse_spoken(const char *text, struct call_spoken *out)
{
	struct call_spoken s = { 0 };
	char *end;

	s.nr = strtoll(text, &end, 10);
	if (end == text || s.nr < INT32_MIN || s.nr > INT32_MAX)
		return -EINVAL;
	text = end;
	s.has_args = s.nr >= 0;
	for (int i = 0; s.has_args && i < ABI_NARGS; i++)
		if (!parse_hex(&text, &s.args[i]))
			return -EINVAL;
	if (!parse_hex(&text, &s.sp) || !parse_hex(&text, &s.ip) || strcmp(text, "\n"))
		return -EINVAL;
	*out = s;
	return 0;
}

static bool holds(const void *regs, struct abi_reg reg, uint64_t value)
{
	return call_reg_load(regs, reg) ==
	       (reg.size == sizeof(uint32_t) ? (uint32_t)value : value);
}

static bool agrees(const struct abi *abi, const void *regs, size_t size,
		   const struct call_spoken *spoken)
{
	const struct abi_regs *at = abi_regs_of_size(abi, size);

	if (!holds(regs, at->ip, spoken->ip) || !holds(regs, at->sp, spoken->sp))
		return false;
	if (!spoken->has_args)
		return true;
	for (int i = at->arg0_hidden; i < ABI_NARGS; i++)
		if (!holds(regs, !i && at->arg0_copy.size ? at->arg0_copy : at->args[i],
			   spoken->args[i]))
			return false;
	return true;
}

const struct abi *call_identify(const struct abi *native, const void *regs, size_t size,
				const struct call_spoken *spoken)
{
	const struct abi *abi, *found = NULL;

	for (size_t i = 0; (abi = abi_at(i)); i++) {
		if (!abi_coexists(native, abi) || !call_regs_fit(abi, regs, size) ||
		    !agrees(abi, regs, size, spoken))
			continue;
		if (found && found->audit_arch != abi->audit_arch)
			return NULL;
		found = abi;
	}
	return found ? abi_of_call(found->audit_arch, (uint64_t)spoken->nr) : NULL;
}
