/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * strip.c - programs for guests, without what only a debugger reads: a third of them,
 * that a guest would have to unpack. Static programs alone go there, so that no
 * section is needed to run one. It writes no file.
 */
#include <elf.h>
#include <endian.h>
#include <string.h>

#include "harness/boot/strip.h"

/* The end of what the segments hold; `len` when they do not fit into the file. */
#define STRIP_CLASS(bits)                                                                          \
	static size_t strip_##bits(unsigned char *bytes, size_t len)                               \
	{                                                                                          \
		size_t end = sizeof(Elf##bits##_Ehdr);                                             \
		Elf##bits##_Ehdr head;                                                             \
		Elf##bits##_Phdr p;                                                                \
		if (len < sizeof(head))                                                            \
			return len;                                                                \
		memcpy(&head, bytes, sizeof(head));                                                \
		if (head.e_phentsize != sizeof(p) || head.e_phoff > len ||                         \
		    head.e_phnum > (len - head.e_phoff) / sizeof(p))                               \
			return len;                                                                \
		if (head.e_phoff + head.e_phnum * sizeof(p) > end)                                 \
			end = head.e_phoff + head.e_phnum * sizeof(p);                             \
		for (size_t i = 0; i < head.e_phnum; i++) {                                        \
			memcpy(&p, bytes + head.e_phoff + i * sizeof(p), sizeof(p));               \
			if (p.p_offset > len || p.p_filesz > len - p.p_offset)                     \
				return len;                                                        \
			if (p.p_offset + p.p_filesz > end)                                         \
				end = p.p_offset + p.p_filesz;                                     \
		}                                                                                  \
		head.e_shoff = 0;                                                                  \
		head.e_shnum = head.e_shstrndx = 0;                                                \
		memcpy(bytes, &head, sizeof(head));                                                \
		return end;                                                                        \
	}

STRIP_CLASS(32)
STRIP_CLASS(64)

size_t strip_program(void *bytes, size_t len)
{
	static const unsigned char order = __BYTE_ORDER == __LITTLE_ENDIAN ? ELFDATA2LSB
									    : ELFDATA2MSB;
	const unsigned char *ident = bytes;

	if (len < EI_NIDENT || memcmp(ident, ELFMAG, SELFMAG) || ident[EI_DATA] != order)
		return len;
	return ident[EI_CLASS] == ELFCLASS32   ? strip_32(bytes, len)
	       : ident[EI_CLASS] == ELFCLASS64 ? strip_64(bytes, len)
					       : len;
}
