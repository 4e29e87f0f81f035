/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_code.c - the programs of test_tracee.h as machine code, so that the
 * tests need no compiler for another ABI. Argument number i (from 1) is
 * 0x8i00000i, in 64-bit registers 0x9i0000008i00000i: high bits set, no two
 * bytes that count alike.
 */
#include <elf.h>

#include "arch/test_tracee.h"

#define LE16(v) (v) & 0xff, (v) >> 8 & 0xff
#define LE32(v) LE16((v) & 0xffff), LE16((v) >> 16 & 0xffff)
#define LOW(i) (0x80000000u | (i) << 24 | (i))
#define HIGH(i) (0x90000000u | (i) << 24)

/* x86: mov $LOW(i),%reg32; movabs $HIGH:LOW(i),%reg64 */
#define MOV32(opcode, i) opcode, LE32(LOW(i))
#define MOV64(rex, opcode, i) rex, opcode, LE32(LOW(i)), LE32(HIGH(i))
#define MOV_EAX(nr) 0xb8, LE32(nr)

#define SYSCALL_CODE(getpid, getppid)                                   \
	MOV64(0x48, 0xbf, 1u), /* rdi */                                \
	MOV64(0x48, 0xbe, 2u), /* rsi */                                \
	MOV64(0x48, 0xba, 3u), /* rdx */                                \
	MOV64(0x49, 0xba, 4u), /* r10 */                                \
	MOV64(0x49, 0xb8, 5u), /* r8 */                                 \
	MOV64(0x49, 0xb9, 6u), /* r9 */                                 \
	MOV_EAX(getpid),                                                \
	0x0f, 0x05,	       /* 41: syscall */                        \
	0x48, 0x89, 0xc7,      /* mov %rax,%rdi */                      \
	MOV_EAX(getppid),                                               \
	0x0f, 0x05,                                                     \
	0xeb, 0xb1	       /* 4d: jmp 0 */

static const unsigned char x86_64_code[] = { SYSCALL_CODE(39, 110) };
static const unsigned char x32_code[] = { SYSCALL_CODE(0x40000000 + 39, 0x40000000 + 110) };

static const unsigned char int80_code[] = {
	MOV64(0x48, 0xbb, 1u), /* rbx */
	MOV64(0x48, 0xb9, 2u), /* rcx */
	MOV64(0x48, 0xba, 3u), /* rdx */
	MOV64(0x48, 0xbe, 4u), /* rsi */
	MOV64(0x48, 0xbf, 5u), /* rdi */
	MOV64(0x48, 0xbd, 6u), /* rbp */
	MOV_EAX(20),
	0xcd, 0x80,	       /* 41: int $0x80 */
	0x89, 0xc3,	       /* mov %eax,%ebx */
	MOV_EAX(64),
	0xcd, 0x80,
	0xeb, 0xb2	       /* 4c: jmp 0 */
};

/* As int80, with everything a `syscall` instruction would leave: rcx rip, r11 rflags. */
static const unsigned char forged_code[] = {
	0xbb, LE32(1),			    /* mov $1,%ebx */
	0x48, 0x89, 0xdf,		    /* mov %rbx,%rdi */
	0x49, 0x89, 0xd8,		    /* mov %rbx,%r8 */
	0x48, 0x8d, 0x0d, LE32(0x2f - 0x12), /* b: lea 2f(%rip),%rcx */
	0x48, 0x89, 0xce,		    /* mov %rcx,%rsi */
	0x49, 0x89, 0xca,		    /* mov %rcx,%r10 */
	0xba, LE32(3),			    /* mov $3,%edx */
	0xbd, LE32(6),			    /* mov $6,%ebp */
	0x49, 0x89, 0xe9,		    /* mov %rbp,%r9 */
	0x9c, 0x41, 0x5b,		    /* pushf; pop %r11 */
	MOV_EAX(20),
	0xcd, 0x80,			    /* 2d: int $0x80 */
	0x89, 0xc3,			    /* 2f: mov %eax,%ebx */
	MOV_EAX(64),
	0xcd, 0x80,
	0xeb, 0xc6			    /* 38: jmp 0 */
};

#define I386_ARGS              \
	MOV32(0xbb, 1u), /* ebx */ \
	MOV32(0xb9, 2u), /* ecx */ \
	MOV32(0xba, 3u), /* edx */ \
	MOV32(0xbe, 4u), /* esi */ \
	MOV32(0xbf, 5u), /* edi */ \
	MOV32(0xbd, 6u)	 /* ebp */

static const unsigned char i386_code[] = {
	I386_ARGS,
	MOV_EAX(20),
	0xcd, 0x80, /* 23: int $0x80 */
	0x89, 0xc3, /* mov %eax,%ebx */
	MOV_EAX(64),
	0xcd, 0x80,
	0xeb, 0xd0  /* 2e: jmp 0 */
};

/* By the vDSO, where the kernel chose the instruction: sysenter or syscall. */
static const unsigned char vdso_code[] = {
	0x59,			/* pop %ecx: argc */
	0x8d, 0x74, 0x8c, 0x04, /* lea 4(%esp,%ecx,4),%esi: environment */
	0xad, 0x85, 0xc0,	/* 5: lodsl; test %eax,%eax */
	0x75, 0xfb,		/* jnz 5 */
	0xad, 0x89, 0xc1,	/* a: lodsl; mov %eax,%ecx: auxiliary vector */
	0xad,			/* lodsl */
	0x83, 0xf9, 0x20,	/* cmp $AT_SYSINFO,%ecx */
	0x75, 0xf7,		/* jne a */
	0x50,			/* push %eax */
	I386_ARGS,		/* 14 */
	MOV_EAX(20),
	0xff, 0x14, 0x24,	/* call *(%esp) */
	0x89, 0xc3,		/* mov %eax,%ebx */
	MOV_EAX(64),
	0xff, 0x14, 0x24,	/* call *(%esp) */
	0xeb, 0xce		/* 44: jmp 14 */
};

/* mov xN,#i; movk xN,#0x8i00,lsl #16; movk xN,#0x9i00,lsl #48 */
#define A64_ARG(n, i)                                   \
	LE32(0xd2800000u | (i) << 5 | (n)),             \
	LE32(0xf2a00000u | LOW(i) >> 16 << 5 | (n)),    \
	LE32(0xf2e00000u | HIGH(i) >> 16 << 5 | (n))

static const unsigned char aarch64_code[] = {
	A64_ARG(0, 1u), A64_ARG(1, 2u), A64_ARG(2, 3u),
	A64_ARG(3, 4u), A64_ARG(4, 5u), A64_ARG(5, 6u),
	LE32(0xd2800008u | 172 << 5), /* mov x8,#172 */
	LE32(0xd4000001u),	      /* 4c: svc #0 */
	LE32(0xd2800008u | 173 << 5),
	LE32(0xd4000001u),
	LE32(0x17ffffeau),	      /* 58: b 0 */
};

/* movw rN,#i; movt rN,#0x8i00 */
#define ARM_ARG(n, i)                         \
	LE32(0xe3000000u | (n) << 12 | (i)),  \
	LE32(0xe3480000u | (n) << 12 | (i) << 8)

static const unsigned char arm_code[] = {
	ARM_ARG(0, 1u), ARM_ARG(1, 2u), ARM_ARG(2, 3u),
	ARM_ARG(3, 4u), ARM_ARG(4, 5u), ARM_ARG(5, 6u),
	LE32(0xe3a07000u | 20), /* mov r7,#20 */
	LE32(0xef000000u),	/* 34: svc 0 */
	LE32(0xe3a07000u | 64),
	LE32(0xef000000u),
	LE32(0xeaffffeeu),	/* 40: b 0 */
};

#define THUMB_ARG(n, i)                               \
	LE16(0xf240), LE16((n) << 8 | (i)),           \
	LE16(0xf2c8), LE16((i) << 12 | (n) << 8)

static const unsigned char thumb_code[] = {
	THUMB_ARG(0, 1), THUMB_ARG(1, 2), THUMB_ARG(2, 3),
	THUMB_ARG(3, 4), THUMB_ARG(4, 5), THUMB_ARG(5, 6),
	LE16(0xf04f), LE16(0x0700 | 20), /* mov.w r7,#20 */
	LE16(0xdf00),			 /* 34: svc 0 */
	LE16(0xf04f), LE16(0x0700 | 64),
	LE16(0xdf00),
	LE16(0xe7e0),			 /* 3c: b 0 */
};

#define CODE(bytes) .code = bytes, .code_size = sizeof(bytes)

const struct tracee_kind tracee_x86_64 = {
	.name = "x86_64", .abi = "x86_64", .machine = EM_X86_64, .is_64bit = true,
	.nr_getpid = 39, .nr_getppid = 110, .nr_mmap = 9, .nr_execve = 59, .mmap_unit = 1,
	CODE(x86_64_code), .ip = 0x43,
};

const struct tracee_kind tracee_x32 = {
	.name = "x32", .abi = "x32", .machine = EM_X86_64, .is_64bit = true,
	.nr_getpid = 0x40000000 + 39, .nr_getppid = 0x40000000 + 110,
	.nr_mmap = 0x40000000 + 9, .nr_execve = 0x40000000 + 520, .mmap_unit = 1,
	CODE(x32_code), .ip = 0x43,
};

const struct tracee_kind tracee_x32_program = {
	.name = "x32_program", .abi = "x32", .machine = EM_X86_64,
	.nr_getpid = 0x40000000 + 39, .nr_getppid = 0x40000000 + 110,
	.nr_mmap = 0x40000000 + 9, .nr_execve = 0x40000000 + 520, .mmap_unit = 1,
	CODE(x32_code), .ip = 0x43,
};

const struct tracee_kind tracee_int80 = {
	.name = "int80", .abi = "i386", .machine = EM_X86_64, .is_64bit = true,
	.nr_getpid = 20, .nr_getppid = 64, .nr_mmap = 192, .nr_execve = 11, .mmap_unit = 4096,
	CODE(int80_code), .ip = 0x43,
};

const struct tracee_kind tracee_forged = {
	.name = "forged", .abi = "i386", .machine = EM_X86_64, .is_64bit = true,
	.nr_getpid = 20, .nr_getppid = 64, .nr_mmap = 192, .nr_execve = 11, .mmap_unit = 4096,
	CODE(forged_code), .ip = 0x2f,
};

const struct tracee_kind tracee_i386 = {
	.name = "i386", .abi = "i386", .machine = EM_386,
	.nr_getpid = 20, .nr_getppid = 64, .nr_mmap = 192, .nr_execve = 11, .mmap_unit = 4096,
	CODE(i386_code), .ip = 0x25,
};

const struct tracee_kind tracee_vdso = {
	.name = "vdso", .abi = "i386", .machine = EM_386,
	.nr_getpid = 20, .nr_getppid = 64, .nr_mmap = 192, .nr_execve = 11, .mmap_unit = 4096,
	CODE(vdso_code),
};

const struct tracee_kind tracee_aarch64 = {
	.name = "aarch64", .abi = "aarch64", .machine = EM_AARCH64, .is_64bit = true,
	.nr_getpid = 172, .nr_getppid = 173, .nr_mmap = 222, .nr_execve = 221, .mmap_unit = 1,
	CODE(aarch64_code), .ip = 0x50,
};

const struct tracee_kind tracee_arm = {
	.name = "arm", .abi = "arm", .machine = EM_ARM,
	.nr_getpid = 20, .nr_getppid = 64, .nr_mmap = 192, .nr_execve = 11, .mmap_unit = 4096,
	CODE(arm_code), .ip = 0x38,
};

const struct tracee_kind tracee_thumb = {
	.name = "thumb", .abi = "arm", .machine = EM_ARM, .is_thumb = true,
	.nr_getpid = 20, .nr_getppid = 64, .nr_mmap = 192, .nr_execve = 11, .mmap_unit = 4096,
	CODE(thumb_code), .ip = 0x36,
};
