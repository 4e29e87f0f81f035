/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi.c - the registry of ABIs: look one up, nothing else.
 *
 * To add an ABI: write arch/abi_NAME.c with one const struct abi (copy the
 * nearest), add its line in abi_list.h and in Makefile.am.inc, say in
 * configure.ac which host triplet is NAME, and record a register set of it in
 * decode_test.c. No other code names an ABI.
 */
#include <string.h>

#include "arch/abi.h"
#include "arch/abi_list.h"

#define ABI_ADDRESS(name) &abi_##name,
static const struct abi *const abis[] = { ABI_LIST(ABI_ADDRESS) };

const struct abi *abi_at(size_t index)
{
	return index < sizeof(abis) / sizeof(abis[0]) ? abis[index] : NULL;
}

const struct abi *abi_find(const char *name)
{
	const struct abi *abi;

	for (size_t i = 0; (abi = abi_at(i)); i++)
		if (!strcmp(abi->name, name))
			return abi;
	return NULL;
}

const struct abi *abi_native(void)
{
	return &ABI_NATIVE; /* from configure: the host triplet's ABI */
}

const struct abi *abi_of_call(uint32_t audit_arch, uint64_t nr)
{
	const struct abi *abi, *found = NULL;
	uint32_t nr32 = (uint32_t)nr;

	for (size_t i = 0; (abi = abi_at(i)); i++) {
		if (abi->audit_arch != audit_arch)
			continue;
		if (!abi->nr_bit)
			found = abi;
		else if (nr32 != UINT32_MAX && (nr32 & abi->nr_bit))
			return abi;
	}
	return found;
}

bool abi_coexists(const struct abi *host, const struct abi *guest)
{
	return !strcmp(host->family, guest->family);
}

const struct abi_regs *abi_regs_of_size(const struct abi *abi, size_t size)
{
	if (abi->regs->size == size)
		return abi->regs;
	if (abi->regs64 && abi->regs64->size == size)
		return abi->regs64;
	return NULL;
}
