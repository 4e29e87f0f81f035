/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_fault_test.c - exceptions of a tracee's own instructions: the signal and
 * the siginfo that its tracer and its handler see, and that the instruction is
 * tried again. One table; the few instructions in it are the architecture's.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* What is the matter with the page; the handler mends it. */
enum page { UNMAPPED, READ_ONLY, NO_ACCESS, BEYOND_FILE, NO_EXEC, CODE };
enum act { READ, WRITE, CALL };

/* The siginfo's address: of the byte, of the instruction, or none is told. */
enum address { OF_BYTE, OF_INSTRUCTION, NONE };

/* The instruction at `at`, of `length` bytes, is the bad one; a return is the last. */
struct code {
	unsigned char bytes[12];
	unsigned char size, at, length;
};

#if defined(__x86_64__) || defined(__i386__)
#define ILL_CODE   ILL_ILLOPN
#define TRAP_CODE  SI_KERNEL
#define TRAP_WHERE NONE
#define TRAP_TWICE false
static const unsigned char nop[] = { 0x90, 0x90, 0x90, 0x90 };
static const struct code ret = { { 0xc3 }, 1, 0, 0 };
static const struct code udf = { { 0x0f, 0x0b, 0xc3 }, 3, 0, 2 }; /* ud2 */
static const struct code brk_ = { { 0xcc, 0xc3 }, 2, 0, 1 }; /* int3 */
static const struct code div_ = { { 0x31, 0xc9, 0x31, 0xd2, 0xf7, 0xf1, 0xc3 }, 7, 4, 2 }; /* div */
static const struct code priv = { { 0xf4, 0xc3 }, 2, 0, 1 }; /* hlt */
#else
#define ILL_CODE   ILL_ILLOPC
#define TRAP_CODE  TRAP_BRKPT
#define TRAP_WHERE OF_INSTRUCTION
#define TRAP_TWICE true
#ifdef __aarch64__
#define RET 0xc0, 0x03, 0x5f, 0xd6
static const unsigned char nop[] = { 0x1f, 0x20, 0x03, 0xd5 };
static const struct code udf = { { 0x00, 0x00, 0x00, 0x00, RET }, 8, 0, 4 };
static const struct code brk_ = { { 0x00, 0x00, 0x20, 0xd4, RET }, 8, 0, 4 };
#else
#define RET 0x1e, 0xff, 0x2f, 0xe1
static const unsigned char nop[] = { 0x00, 0x00, 0xa0, 0xe1 };
static const struct code udf = { { 0xf0, 0x00, 0xf0, 0xe7, RET }, 8, 0, 4 };
static const struct code brk_ = { { 0xf0, 0x01, 0xf0, 0xe7, RET }, 8, 0, 4 };
#endif
static const struct code ret = { { RET }, 4, 0, 0 };
/* Integers divide by zero without a fault, and nothing else kills like hlt. */
static const struct code div_ = { { 0 }, 0, 0, 0 }, priv = { { 0 }, 0, 0, 0 };
#endif

static const struct {
	const char *name, *words;
	enum page page;
	enum act act;
	int sig, si_code;
	enum address address;
	bool twice; /* once suppressed, the instruction faults again */
	const struct code *code;
} table[] = {
	{ "unmapped_read", "a read where nothing is mapped", UNMAPPED, READ,
	  SIGSEGV, SEGV_MAPERR, OF_BYTE, true, NULL },
	{ "unmapped_write", "a write where nothing is mapped", UNMAPPED, WRITE,
	  SIGSEGV, SEGV_MAPERR, OF_BYTE, true, NULL },
	{ "unmapped_exec", "a jump to where nothing is mapped", UNMAPPED, CALL,
	  SIGSEGV, SEGV_MAPERR, OF_INSTRUCTION, true, &ret },
	{ "readonly_write", "a write to a read-only page", READ_ONLY, WRITE,
	  SIGSEGV, SEGV_ACCERR, OF_BYTE, true, NULL },
	{ "noaccess_read", "a read of a page without access", NO_ACCESS, READ,
	  SIGSEGV, SEGV_ACCERR, OF_BYTE, true, NULL },
	{ "noexec", "a jump to a page that is not executable", NO_EXEC, CALL,
	  SIGSEGV, SEGV_ACCERR, OF_INSTRUCTION, true, &ret },
	{ "privileged", "a privileged instruction", CODE, CALL,
	  SIGSEGV, SI_KERNEL, NONE, true, &priv },
	{ "beyond_file_read", "a read of a page behind the end of its file", BEYOND_FILE, READ,
	  SIGBUS, BUS_ADRERR, OF_BYTE, true, NULL },
	{ "beyond_file_write", "a write to a page behind the end of its file", BEYOND_FILE, WRITE,
	  SIGBUS, BUS_ADRERR, OF_BYTE, true, NULL },
	{ "illegal", "an undefined instruction", CODE, CALL,
	  SIGILL, ILL_CODE, OF_INSTRUCTION, true, &udf },
	{ "division", "a division of integers by zero", CODE, CALL,
	  SIGFPE, FPE_INTDIV, OF_INSTRUCTION, true, &div_ },
	{ "breakpoint", "a breakpoint instruction", CODE, CALL,
	  SIGTRAP, TRAP_CODE, TRAP_WHERE, TRAP_TWICE, &brk_ },
};
#define FAULTS (sizeof(table) / sizeof(table[0]))

static struct {
	size_t i;
	char *page;
	size_t size;
	int file;
	struct seen {
		int handled, signo, code;
		uintptr_t addr;
	} *seen;
} fault;

/* Not at the start of the page: the address is told to the byte. */
#define BYTE 24

static uintptr_t address(size_t i)
{
	switch (table[i].address) {
	case OF_BYTE:
		return (uintptr_t)fault.page + BYTE;
	case OF_INSTRUCTION:
		return (uintptr_t)fault.page + (table[i].code ? table[i].code->at : 0);
	default:
		return 0;
	}
}

static void write_code(bool mended)
{
	const struct code *c = table[fault.i].code;

	if (!c)
		return;
	memcpy(fault.page, c->bytes, c->size);
	if (mended)
		memcpy(fault.page + c->at, nop, c->length);
	__builtin___clear_cache(fault.page, fault.page + c->size);
}

static void map(int prot)
{
	KT_REQUIRE(mmap(fault.page, fault.size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
			0) == fault.page);
}

static void protect(int prot)
{
	KT_SYS(mprotect(fault.page, fault.size, prot));
}

/* In the tracee: the page as the table wants it. */
static void spoil(void)
{
	switch (table[fault.i].page) {
	case UNMAPPED:
		KT_SYS(munmap(fault.page, fault.size));
		break;
	case READ_ONLY:
		map(PROT_READ);
		break;
	case NO_ACCESS:
		map(PROT_NONE);
		break;
	case BEYOND_FILE:
		KT_REQUIRE(mmap(fault.page, fault.size, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_FIXED, fault.file, 0) == fault.page);
		break;
	case NO_EXEC:
		map(PROT_READ | PROT_WRITE);
		write_code(false);
		break;
	case CODE:
		map(PROT_READ | PROT_WRITE);
		write_code(false);
		protect(PROT_READ | PROT_EXEC);
		break;
	}
}

/* In the handler: so that the instruction has its way. */
static void mend(void)
{
	if (table[fault.i].page == BEYOND_FILE) {
		KT_SYS(ftruncate(fault.file, (off_t)fault.size));
		return;
	}
	if (table[fault.i].page == UNMAPPED)
		map(PROT_READ | PROT_WRITE);
	protect(PROT_READ | PROT_WRITE);
	write_code(true);
	if (table[fault.i].act == CALL)
		protect(PROT_READ | PROT_EXEC);
}

static void handler(int sig, siginfo_t *si, void *context)
{
	(void)sig;
	(void)context;
	fault.seen->handled++;
	fault.seen->signo = si->si_signo;
	fault.seen->code = si->si_code;
	fault.seen->addr = (uintptr_t)si->si_addr;
	mend();
}

static void body(void *unused)
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
	void (*call)(void);

	(void)unused;
	spoil();
	KT_SYS(sigaction(table[fault.i].sig, &sa, NULL));
	switch (table[fault.i].act) {
	case READ:
		*(volatile char *)(fault.page + BYTE);
		break;
	case WRITE:
		*(volatile char *)(fault.page + BYTE) = 1;
		break;
	case CALL:
		memcpy(&call, &fault.page, sizeof(call));
		call();
		break;
	}
	_exit(7);
}

static void setup(size_t i)
{
	fault.i = i;
	fault.size = (size_t)sysconf(_SC_PAGESIZE);
	fault.file = KT_SYS(memfd_create("short", MFD_CLOEXEC));
	fault.seen = kt_shared(sizeof(*fault.seen));
	/* With room on both sides: nothing else comes to lie there. */
	fault.page = (char *)KT_SYS(mmap(NULL, 3 * fault.size, PROT_NONE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) + fault.size;
}

static void check(pid_t pid, size_t i)
{
	char text[KT_TEXT];
	siginfo_t si;

	KT_WAIT(pid, kt_status_text(W_STOPCODE(table[i].sig), text));
	KT_OK(kt_getsiginfo(pid, &si));
	KT_EQ(si.si_signo, table[i].sig);
	KT_EQ(si.si_code, table[i].si_code);
	KT_EQ((uintptr_t)si.si_addr, address(i));
}

static void describe(size_t i, struct kt_instance *out)
{
	char sig[KT_TEXT];

	snprintf(out->name, sizeof(out->name), "%s", table[i].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that %s stops a tracee for %s, and tells its tracer and its handler "
		 "why and where%s", table[i].words, kt_signal_name(table[i].sig, sig),
		 table[i].twice ? ", and is tried again" : "");
	out->wrong = (struct kt_wrong)KT_STORES(ptrace, PTRACE_GETSIGINFO, 3,
						offsetof(siginfo_t, si_code), 0x40);
}

KT_FAMILY(ptrace_signal_fault_siginfo, "ptrace.signal.fault_siginfo", FAULTS, describe)
{
	pid_t pid;

	if (table[i].code && table[i].code->size == 0)
		atf_tc_skip("belongs to x86");
	setup(i);
	if (table[i].page == NO_EXEC) {
		pid = kt_child(body, NULL);
		KT_WAIT(pid, "exited(7)");
		if (!fault.seen->handled)
			atf_tc_skip("every page that can be read is executable here");
	}
	memset(fault.seen, 0, sizeof(*fault.seen));
	pid = kt_child_seized(body, NULL, 0);
	check(pid, i);
	if (table[i].twice) {
		KT_OK(kt_cont(pid, 0));
		check(pid, i);
	}
	KT_EQ(fault.seen->handled, 0);
	KT_OK(kt_cont(pid, table[i].sig));
	KT_WAIT(pid, "exited(7)");
	KT_EQ(fault.seen->handled, 1);
	KT_EQ(fault.seen->signo, table[i].sig);
	KT_EQ(fault.seen->code, table[i].si_code);
	KT_EQ(fault.seen->addr, address(i));
	if (table[i].twice)
		return;
	/* It was over already: suppressed, it leaves no trace. */
	pid = kt_child_seized(body, NULL, 0);
	check(pid, i);
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(7)");
	KT_EQ(fault.seen->handled, 1);
}

KT_PROGRAM
