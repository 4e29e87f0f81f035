/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call_fallback.c - read a call without PTRACE_GET_SYSCALL_INFO: the register
 * set, and what /proc says of the same stop. What they mean is decided in
 * call_identify.c and call_decode.c.
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

/* An ABI that has such register sets; all of them have ip, sp and ret in common. */
static const struct abi *any_that_fits(const struct call_regs *regs)
{
	const struct abi *abi;

	for (size_t i = 0; (abi = abi_at(i)); i++)
		if (abi_coexists(abi_native(), abi) &&
		    call_regs_fit(abi, regs->bytes, regs->size))
			return abi;
	return NULL;
}

/* The call by an ABI that was identified, or what is sure without one. */
static int decode(const struct call_regs *regs, const struct call_spoken *spoken,
		  enum call_point point, struct call *out)
{
	const struct abi *abi = NULL, *shape = any_that_fits(regs);
	struct call c;
	int r;

	if (!shape)
		return -EOPNOTSUPP;
	if (spoken)
		abi = call_identify(abi_native(), regs->bytes, regs->size, spoken);
	r = call_decode(abi ? abi : shape, point, regs->bytes, regs->size, &c);
	if (r)
		return r;
	if (point != CALL_NONE && !abi) {
		c.abi = NULL;
		c.audit_arch = 0;
	}
	/* On arm and aarch64 the number's register is not what will be executed. */
	if (spoken && (point == CALL_ENTRY || point == CALL_SECCOMP))
		c.nr = spoken->nr;
	*out = c;
	return 0;
}

int call_get_from_regs(pid_t tid, enum call_point expect, struct call *out)
{
	struct call_spoken spoken;
	struct call_regs regs;
	unsigned long message = 0;
	struct call c;
	bool is_spoken;
	int r;

	r = call_save_regs(tid, &regs);
	if (!r && expect == CALL_SECCOMP)
		r = call_get_eventmsg(tid, &message);
	if (r)
		return r;
	is_spoken = expect != CALL_NONE && !read_spoken(tid, &spoken);
	r = decode(&regs, is_spoken ? &spoken : NULL, expect, &c);
	if (r)
		return r;
	c.trace_data = (uint32_t)message;
	*out = c;
	return 0;
}
