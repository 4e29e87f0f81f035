/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * notif.c - what the kernel tells of a call, by a listener and by a register
 * set: both are read as the same call, of the ABI that the kernel's own rule
 * names, with arguments as wide as its registers are.
 *
 *	64 bytes	struct seccomp_data
 *	byte		ABI of a register set
 *	rest		the register set
 */
#include <linux/audit.h>
#include <linux/seccomp.h>

#include "arch/call.h"
#include "sandbox/fuzz/targets.h"
#include "sandbox/plan/cond.h"

static bool is_narrow(const struct abi *abi)
{
	return abi->word == 4 && !abi->nr_bit;
}

static void check_call(const struct call *c)
{
	const struct call_spec *spec;
	uint32_t nr = (uint32_t)c->nr;
	bool marked = c->abi && c->abi->nr_bit;

	FUZZ_CHECK(c->nr == (int32_t)nr, "%lld is no int", (long long)c->nr);
	FUZZ_CHECK(!c->abi || c->abi->audit_arch == c->audit_arch, "another architecture");
	/* syscall_get_nr() of x86: -1 is no x32 number, whatever its bits. */
	FUZZ_CHECK(marked == (c->audit_arch == AUDIT_ARCH_X86_64 && (nr & 0x40000000) &&
			      nr != UINT32_MAX), "%#x of %#x", nr, c->audit_arch);
	for (int i = 0; i < ABI_NARGS; i++)
		FUZZ_CHECK(!c->abi || !is_narrow(c->abi) || c->args[i] <= UINT32_MAX, "argument %d", i);
	spec = c->abi ? calls_find(c->abi, c->nr) : NULL;
	if (spec) {
		struct call_answer a = cond_judge(spec, c->args, ~0u);

		FUZZ_CHECK(calls_nr(c->abi, spec->name) == c->nr, "%s", spec->name);
		FUZZ_CHECK(a.action != CALL_REFUSE || a.error >= 0, "%s", spec->name);
	}
}

static void decode_regs(struct fuzz_in *in)
{
	static const enum call_point points[] = { CALL_NONE, CALL_ENTRY, CALL_EXIT, CALL_SECCOMP };
	size_t which = fuzz_u8(in), n = 0;
	const struct abi *abi;
	struct call c;
	uint8_t *regs;

	while (abi_at(n))
		n++;
	abi = abi_at(which % n);
	/* Of the announced size, for the sanitizers. */
	regs = malloc(in->left ? in->left : 1);
	FUZZ_CHECK(regs, "memory");
	if (in->left)
		memcpy(regs, in->at, in->left);
	for (size_t p = 0; p < sizeof(points) / sizeof(points[0]); p++) {
		if (call_decode(abi, points[p], regs, in->left, &c))
			continue;
		FUZZ_CHECK(c.point == points[p], "another point");
		if (points[p] == CALL_ENTRY || points[p] == CALL_SECCOMP)
			check_call(&c);
	}
	free(regs);
}

void fuzz_notif(const uint8_t *bytes, size_t len)
{
	struct fuzz_in in = { bytes, len };
	struct seccomp_data data;
	struct call c;

	fuzz_take(&in, &data, sizeof(data));
	call_of_seccomp(&data, &c);
	FUZZ_CHECK(c.point == CALL_SECCOMP && c.nr == data.nr && c.ip == data.instruction_pointer,
		   "another call");
	for (int i = 0; i < ABI_NARGS; i++)
		FUZZ_CHECK(c.args[i] == (c.abi && is_narrow(c.abi) ? (uint32_t)data.args[i] : data.args[i]),
			   "argument %d", i);
	check_call(&c);
	decode_regs(&in);
}
