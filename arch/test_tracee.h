/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tracee.h - tracees of every ABI for the tests of this room, without a
 * compiler for that ABI: a program of a few instructions, written to a file by
 * the test. It loops for ever over
 *
 *	r = getpid(six marked arguments); getppid(r);
 *
 * so a tracer sees at the second call what the program got from the first.
 */
#ifndef BELAY_ARCH_TEST_TRACEE_H
#define BELAY_ARCH_TEST_TRACEE_H

#include <linux/filter.h>

#include "arch/call.h"

#define TRACEE_DATA 0x7e57	  /* SECCOMP_RET_DATA of the traced getpid */
#define TRACEE_FD 100		  /* the program's own file, open in the tracee */
#define TRACEE_MARK_AT 0x10000	  /* where that file has ... */
#define TRACEE_MARK 0x79616c6562 /* ... this */

struct tracee_kind {
	const char *name;
	const char *abi;	/* how its calls enter */
	uint16_t machine;	/* EM_* */
	bool is_64bit;		/* ELF class */
	bool is_thumb;
	int32_t nr_getpid, nr_getppid, nr_mmap, nr_execve;
	uint32_t mmap_unit;	/* what its mmap counts offsets in */
	const unsigned char *code;
	uint16_t code_size;
	uint16_t ip;		/* offset behind the first syscall instruction; 0 not in code */
};

/* The kinds, as X-macro: one test case each. A compiler for i386 defines it as 1. */
#undef i386
#define TRACEE_KINDS(KIND) \
	KIND(x86_64)       \
	KIND(x32)          \
	KIND(int80)        \
	KIND(i386)         \
	KIND(vdso)         \
	KIND(aarch64)      \
	KIND(arm)          \
	KIND(thumb)

#define TRACEE_DECLARE(kind) extern const struct tracee_kind tracee_##kind;
TRACEE_KINDS(TRACEE_DECLARE)
extern const struct tracee_kind tracee_x32_program; /* x32 is a 64-bit program, this is none */
extern const struct tracee_kind tracee_forged; /* int80 that cannot be told from a syscall */

/*
 * Whether some kernel runs both this build's programs and those: for the case
 * lists, so that no case is listed that can never run.
 */
bool tracee_is_of_family(const struct tracee_kind *kind);

/*
 * Whether a tracer of this build's ABI sees such a tracee's registers cut to 32
 * bits, so that it cannot write them: arm on aarch64.
 */
bool tracee_is_cut(const struct tracee_kind *kind);

/* Both ways of reading, and both of writing; for loops over a test's body. */
extern const struct call_io tracee_ios[];
extern const size_t tracee_nios;

/*
 * Start one and stop it at the exit of its execve. With `traced`, its getpid
 * gives a seccomp stop. Skips the test case where the kernel cannot run it, or
 * where `io` has no other way to read than one that is missing here.
 */
pid_t tracee_start(const struct tracee_kind *kind, const struct call_io *io, bool traced);
void tracee_end(pid_t pid);

/* Resume for good: it loops until tracee_end(). */
void tracee_run(pid_t pid);

/* Resume and wait for the next syscall stop, or for the stop of a traced call. */
void tracee_to_syscall(pid_t pid);
void tracee_to_seccomp(pid_t pid);
/* Resume and wait for the stop of a signal that was sent; it is not delivered. */
void tracee_to_signal(pid_t pid, int signal);
/* To the entry of getpid, of one kind or the other; not for CALL_EXIT. */
void tracee_to_getpid(pid_t pid, enum call_point point);

/* The program file of a kind; its size. Pure. */
#define TRACEE_IMAGE_MAX 512
#define TRACEE_BASE 0x400000u /* where it is mapped */
size_t tracee_image(const struct tracee_kind *kind, unsigned char image[TRACEE_IMAGE_MAX]);

/* A filter that traces its getpid, with TRACEE_DATA, and allows the rest. Pure. */
#define TRACEE_FILTER 6
void tracee_filter(const struct tracee_kind *kind, struct sock_filter code[TRACEE_FILTER]);

/* The argument that the program passes, as a tracer should see it. */
uint64_t tracee_arg(const struct tracee_kind *kind, int index);

/* Arguments that map the marked page of TRACEE_FD at `address`. */
void tracee_mmap_args(const struct tracee_kind *kind, uint64_t address, uint64_t args[ABI_NARGS]);
bool tracee_has_mark(pid_t pid, uint64_t address);

#endif
