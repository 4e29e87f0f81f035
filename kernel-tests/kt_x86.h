/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_x86.h - the doors into an x86 kernel that libc does not use: int $0x80 from
 * a program of any ABI, and `syscall` with all 64 bits of its registers. They
 * return what the kernel left in the register. For x86 programs only.
 */
#ifndef BELAY_KT_X86_H
#define BELAY_KT_X86_H

/* Numbers of calls: on other machines, too, where a table names them. */
#define KT_X86_I386_EXIT	1
#define KT_X86_I386_READ	3
#define KT_X86_I386_WRITE	4
#define KT_X86_I386_GETPID	20
#define KT_X86_I386_GETPPID	64
#define KT_X86_I386_SOCKETCALL	102
#define KT_X86_I386_IPC		117
#define KT_X86_I386_SOCKET	359
#define KT_X86_I386_SEMGET	393

#if defined(__x86_64__) || defined(__i386__)

#include <stdint.h>

/* Judged as a call of i386, whoever makes it. Pointers must lie below 4 GB. */
static inline int kt_x86_int80(uint32_t nr, uint32_t a, uint32_t b, uint32_t c)
{
	int rc;

	__asm__ volatile("int $0x80"
			 : "=a"(rc)
			 : "0"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory"
#ifdef __x86_64__
			   , "r8", "r9", "r10", "r11"
#endif
	);
	return rc;
}

#ifdef __x86_64__
static inline int64_t kt_x86_syscall(uint64_t nr, const uint64_t args[6])
{
	register uint64_t r10 __asm__("r10") = args[3];
	register uint64_t r8 __asm__("r8") = args[4];
	register uint64_t r9 __asm__("r9") = args[5];
	int64_t rc;

	__asm__ volatile("syscall"
			 : "=a"(rc)
			 : "0"(nr), "D"(args[0]), "S"(args[1]), "d"(args[2]), "r"(r10), "r"(r8),
			   "r"(r9)
			 : "rcx", "r11", "memory");
	return rc;
}
#endif

#endif
#endif
