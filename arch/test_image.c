/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_image.c - the programs of test_code.c as program files, what they pass to
 * their calls, and which of them concern this build. Pure: for the tests of other
 * rooms, too.
 */
#include <elf.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#include "arch/test_tracee.h"

static uint32_t header_size(const struct tracee_kind *kind)
{
	return kind->is_64bit ? sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) :
				sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr);
}

/* One segment, read and execute: the headers and the code. */
#define FILL_ELF(bits, kind, size)                                                    \
	do {                                                                          \
		Elf##bits##_Ehdr e = { .e_type = ET_EXEC, .e_machine = (kind)->machine, \
				       .e_version = EV_CURRENT,                       \
				       .e_entry = TRACEE_BASE + header_size(kind) + (kind)->is_thumb, \
				       .e_phoff = sizeof(e), .e_ehsize = sizeof(e),    \
				       .e_flags = (kind)->machine == EM_ARM ? 0x05000000 : 0, \
				       .e_phentsize = sizeof(Elf##bits##_Phdr), .e_phnum = 1 }; \
		Elf##bits##_Phdr p = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X,      \
				       .p_vaddr = TRACEE_BASE, .p_paddr = TRACEE_BASE,              \
				       .p_filesz = size, .p_memsz = size,             \
				       .p_align = 0x10000 };                          \
		memcpy(e.e_ident, ELFMAG, SELFMAG);                                   \
		e.e_ident[EI_CLASS] = ELFCLASS##bits;                                 \
		e.e_ident[EI_DATA] = ELFDATA2LSB;                                     \
		e.e_ident[EI_VERSION] = EV_CURRENT;                                   \
		memcpy(image, &e, sizeof(e));                                         \
		memcpy(image + sizeof(e), &p, sizeof(p));                             \
	} while (0)

size_t tracee_image(const struct tracee_kind *kind, unsigned char image[TRACEE_IMAGE_MAX])
{
	uint32_t size = header_size(kind) + kind->code_size;

	if (kind->is_64bit)
		FILL_ELF(64, kind, size);
	else
		FILL_ELF(32, kind, size);
	memcpy(image + header_size(kind), kind->code, kind->code_size);
	return size;
}

void tracee_filter(const struct tracee_kind *kind, struct sock_filter code[TRACEE_FILTER])
{
	const struct sock_filter filter[TRACEE_FILTER] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, abi_find(kind->abi)->audit_arch, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)kind->nr_getpid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | TRACEE_DATA),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	memcpy(code, filter, sizeof(filter));
}

uint64_t tracee_arg(const struct tracee_kind *kind, int index)
{
	uint64_t i = (uint64_t)index + 1;
	uint64_t low = 0x80000000 | i << 24 | i, high = 0x90000000 | i << 24;

	return abi_find(kind->abi)->regs->args[0].size == 8 ? high << 32 | low : low;
}

void tracee_mmap_args(const struct tracee_kind *kind, uint64_t address, uint64_t args[ABI_NARGS])
{
	args[0] = address;
	args[1] = 0x1000;
	args[2] = 1;	/* PROT_READ */
	args[3] = 0x12; /* MAP_PRIVATE | MAP_FIXED */
	args[4] = TRACEE_FD;
	args[5] = TRACEE_MARK_AT / kind->mmap_unit;
}

bool tracee_is_of_family(const struct tracee_kind *kind)
{
	return abi_coexists(abi_native(), abi_find(kind->abi));
}

bool tracee_is_cut(const struct tracee_kind *kind)
{
	const struct abi *abi = abi_find(kind->abi);

	return abi_native()->word < abi->word && abi_native()->nr_by != ABI_NR_REGSET;
}
