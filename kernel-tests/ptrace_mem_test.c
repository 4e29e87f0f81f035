/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_mem_test.c - PTRACE_PEEKDATA and PTRACE_POKEDATA: which memory of a
 * tracee they reach, and whose. Words are written whole: the alignment is any.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_foreign.h"

#define OLD 0x4f4c444fUL
#define NEW 0x4e45574eUL

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* A memory file of one page that begins with OLD. */
static int old_file(void)
{
	const unsigned long word = OLD;
	int fd = KT_SYS(memfd_create("old", MFD_CLOEXEC));

	KT_SYS(ftruncate(fd, (off_t)page_size()));
	KT_REQUIRE(pwrite(fd, &word, sizeof(word), 0) == sizeof(word));
	return fd;
}

static unsigned long word_of(int fd)
{
	unsigned long word = 0;

	KT_REQUIRE(pread(fd, &word, sizeof(word), 0) == sizeof(word));
	return word;
}

/* The same at the same place in the case and in the children that it starts from now on. */
static void *map(int prot, int flags, int fd)
{
	return KT_SYS(mmap(NULL, page_size(), prot, flags, fd, 0));
}

/* Stops, and tells by its end whether the word is NEW then. */
static void look_body(void *word)
{
	KT_OK(kt_tgkill(getpid(), kt_gettid(), SIGUSR1));
	_exit(*(volatile unsigned long *)word == NEW ? 0 : 1);
}

static pid_t stopped_looker(void *word)
{
	pid_t pid = kt_child_seized(look_body, word, 0);

	KT_WAIT(pid, "signal(SIGUSR1)");
	return pid;
}

KT_CASE(ptrace_mem_poke_ro, "ptrace.mem.poke_ro",
	"Verify that PTRACE_POKEDATA writes a private page that its tracee may only read or "
	"execute, in a copy that neither the file nor another process sees",
	KT_ANSWERS(ptrace, PTRACE_POKEDATA, 0), KT_ANSWERS(ptrace, PTRACE_POKEDATA, -EIO),
	KT_SEES("word in the file", NEW))
{
	static const int prots[] = { PROT_READ, PROT_READ | PROT_EXEC };

	for (size_t i = 0; i < sizeof(prots) / sizeof(prots[0]); i++) {
		int fd = old_file();
		volatile unsigned long *word = map(prots[i], MAP_PRIVATE, fd);
		pid_t pid = stopped_looker((void *)word);
		unsigned long got;

		KT_OK(kt_peek(pid, (void *)word, &got));
		KT_EQ(got, OLD);
		KT_OK(kt_poke(pid, (void *)word, NEW));
		KT_OK(kt_peek(pid, (void *)word, &got));
		KT_EQ(got, NEW);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(pid, "exited(0)");
		KT_EQ(KT_SEEN("word in the file", word_of(fd)), OLD);
		KT_EQ(*word, OLD);
	}
}

KT_CASE(ptrace_mem_poke_shared_ro, "ptrace.mem.poke_shared_ro",
	"Verify that PTRACE_POKEDATA of a shared page that its tracee may only read fails with EIO "
	"and leaves the file alone, also when the file is open for writing",
	KT_ANSWERS(ptrace, PTRACE_POKEDATA, 0), KT_SEES("word in the file", NEW))
{
	static const int prots[] = { PROT_READ, PROT_READ | PROT_EXEC, PROT_NONE };
	char path[64];

	for (size_t i = 0; i < 2 * sizeof(prots) / sizeof(prots[0]); i++) {
		int fd = old_file(), read_only;
		void *word;
		pid_t pid;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		read_only = KT_SYS(open(path, O_RDONLY | O_CLOEXEC));
		word = map(prots[i / 2], MAP_SHARED, i % 2 ? fd : read_only);
		pid = kt_child_stopped(kt_body_park, NULL, 0);
		printf("protection %d, file open for %s\n", prots[i / 2],
		       i % 2 ? "reading and writing" : "reading");
		KT_ERR(EIO, kt_poke(pid, word, NEW));
		KT_EQ(KT_SEEN("word in the file", word_of(fd)), OLD);
	}
}

KT_CASE(ptrace_mem_poke_shared, "ptrace.mem.poke_shared",
	"Verify that PTRACE_POKEDATA of a shared page that its tracee may write reaches the file",
	KT_ANSWERS(ptrace, PTRACE_POKEDATA, 0))
{
	int fd = old_file();
	void *word = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

	KT_OK(kt_poke(pid, word, NEW));
	KT_EQ(word_of(fd), NEW);
}

KT_CASE(ptrace_mem_no_access, "ptrace.mem.no_access",
	"Verify that PTRACE_PEEKDATA and PTRACE_POKEDATA reach a private page that its tracee has "
	"no access to",
	KT_ANSWERS(ptrace, PTRACE_PEEKDATA, -EIO), KT_ANSWERS(ptrace, PTRACE_POKEDATA, 0))
{
	unsigned long *word = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1), got = 0;
	pid_t pid;

	*word = OLD;
	KT_SYS(mprotect(word, page_size(), PROT_NONE));
	pid = kt_child_stopped(kt_body_park, NULL, 0);
	KT_OK(kt_peek(pid, word, &got));
	KT_EQ(got, OLD);
	KT_OK(kt_poke(pid, word, NEW));
	KT_OK(kt_peek(pid, word, &got));
	KT_EQ(got, NEW);
}

/*
 * The end of a readable and writable page before one that is not mapped: where no
 * mapping comes to lie that does not ask for it.
 */
static char *map_end(void)
{
	char *hint = (char *)0x20000000;

	KT_REQUIRE(mmap(hint, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0) == hint);
	return hint + page_size();
}

KT_CASE(ptrace_mem_peek_fault, "ptrace.mem.peek_fault",
	"Verify that the PEEK and POKE requests for text and data fail with EIO where nothing is "
	"mapped and for a word that is mapped in part, and store nothing with the tracer",
	KT_RETURNS(ptrace, PTRACE_PEEKDATA, 0), KT_RETURNS(ptrace, PTRACE_PEEKTEXT, 0),
	KT_RETURNS(ptrace, PTRACE_POKEDATA, 0), KT_RETURNS(ptrace, PTRACE_POKETEXT, -EFAULT),
	KT_SEES("what the tracer was given", 0))
{
	char *end = map_end();
	const uintptr_t bad[] = {
		0, 16, (uintptr_t)end, (uintptr_t)end - sizeof(long) + 1, (uintptr_t)end - 1,
		~(uintptr_t)0, ~(uintptr_t)0 - 4095,
	};
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);
	unsigned long got = OLD;

	KT_OK(kt_poke(pid, end - sizeof(long), NEW));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		printf("address 0x%lx\n", (unsigned long)bad[i]);
		KT_ERR(EIO, kt_ptrace(PTRACE_PEEKDATA, pid, bad[i], (uintptr_t)&got));
		KT_ERR(EIO, kt_ptrace(PTRACE_PEEKTEXT, pid, bad[i], (uintptr_t)&got));
		KT_ERR(EIO, kt_ptrace(PTRACE_POKEDATA, pid, bad[i], OLD));
		KT_ERR(EIO, kt_ptrace(PTRACE_POKETEXT, pid, bad[i], OLD));
		KT_EQ(KT_SEEN("what the tracer was given", got), OLD);
	}
}

KT_CASE(ptrace_mem_poke_partial, "ptrace.mem.poke_partial",
	"Verify that a PTRACE_POKEDATA that fails with EIO at the end of a mapping has written the "
	"bytes before it",
	KT_ANSWERS(ptrace, PTRACE_POKEDATA, -EIO, KT_NOT_FIRST(1)),
	KT_RETURNS(ptrace, PTRACE_POKEDATA, 0, KT_NOT_FIRST(1)))
{
	const unsigned int cut = 2;
	char *end = map_end();
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);
	unsigned long got, word = NEW, expected = OLD;

	KT_OK(kt_poke(pid, end - sizeof(word), OLD));
	KT_ERR(EIO, kt_poke(pid, end - cut, word));
	KT_OK(kt_peek(pid, end - sizeof(word), &got));
	memcpy((char *)&expected + sizeof(word) - cut, &word, cut);
	KT_EQ(got, expected);
}

KT_CASE(ptrace_mem_highmem_addr, "ptrace.mem.highmem_addr",
	"Verify that for a 64-bit tracer an address above 4 GB names no memory of a 32-bit tracee "
	"(EIO), whatever lies at its lower half",
	KT_CHANGES_ARG(ptrace, PTRACE_PEEKDATA, 2, ~0xffffffffUL, 0),
	KT_CHANGES_ARG(ptrace, PTRACE_POKEDATA, 2, ~0xffffffffUL, 0))
{
#if defined(__LP64__)
#ifdef __x86_64__
	const struct tracee_kind *kind = &tracee_i386;
	const unsigned int bits = 64;
#else
	const struct tracee_kind *kind = &tracee_arm;
	/* The byte above is a tag, which 5.10.223 ignores and 6.1 does not. */
	const unsigned int bits = 56;
#endif
	unsigned long got;
	pid_t pid;

	KT_NEEDS(kt_probe_foreign(kind));
	pid = kt_foreign(kind, 0);
	KT_OK(kt_ptrace(PTRACE_PEEKDATA, pid, TRACEE_BASE, (uintptr_t)&got));
	KT_EQ(memcmp(&got, ELFMAG, SELFMAG), 0);
	for (unsigned int bit = 32; bit < bits; bit++) {
		KT_ERR(EIO, kt_ptrace(PTRACE_PEEKDATA, pid, TRACEE_BASE | 1UL << bit,
				      (uintptr_t)&got));
		KT_ERR(EIO, kt_ptrace(PTRACE_POKEDATA, pid, TRACEE_BASE | 1UL << bit, NEW));
	}
	KT_OK(kt_ptrace(PTRACE_POKEDATA, pid, TRACEE_BASE, NEW));
#else
	atf_tc_skip("belongs to 64-bit tracers");
#endif
}

/* Stops dumpable, not dumpable, and dumpable again. */
static void dumpable_body(void *unused)
{
	(void)unused;
	for (int dumpable = 1; dumpable >= -1; dumpable--) {
		KT_SYS(prctl(PR_SET_DUMPABLE, dumpable != 0, 0, 0, 0));
		KT_OK(kt_tgkill(getpid(), kt_gettid(), SIGUSR1));
	}
	_exit(0);
}

/* With the error that is due while the tracee is not dumpable; 0: none. */
static void trace_dumpable(int denied)
{
	static unsigned long word = OLD;
	pid_t pid = kt_child_seized(dumpable_body, NULL, 0);

	for (int i = 0; i < 3; i++) {
		unsigned long got = 0;
		siginfo_t si;

		KT_WAIT(pid, "signal(SIGUSR1)");
		if (i == 1 && denied) {
			KT_ERR(denied, kt_peek(pid, &word, &got));
			KT_ERR(denied, kt_poke(pid, &word, NEW));
		} else {
			KT_OK(kt_peek(pid, &word, &got));
			KT_EQ(got, OLD);
			KT_OK(kt_poke(pid, &word, OLD));
		}
		/* What is not memory is not asked about. */
		KT_OK(kt_getsiginfo(pid, &si));
		KT_OK(kt_cont(pid, 0));
	}
	KT_WAIT(pid, "exited(0)");
}

static void unprivileged_tracer(void *unused)
{
	(void)unused;
	kt_cred_unprivileged();
	trace_dumpable(EIO);
}

KT_CASE(ptrace_mem_peek_dumpable, "ptrace.mem.peek_dumpable",
	"Verify that PTRACE_PEEKDATA and PTRACE_POKEDATA of a tracer without privilege fail with "
	"EIO while its tracee is not dumpable, however long it has been traced",
	KT_RETURNS(ptrace, PTRACE_PEEKDATA, 0, KT_NOT_FIRST(1)),
	KT_RETURNS(ptrace, PTRACE_POKEDATA, 0, KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child(unprivileged_tracer, NULL);

	KT_WAIT(pid, "exited(0)");
}

KT_CASE(ptrace_mem_peek_dumpable_privileged, "ptrace.mem.peek_dumpable_privileged",
	"Verify that a tracer with CAP_SYS_PTRACE reads and writes a tracee that is not dumpable",
	KT_RETURNS(ptrace, PTRACE_PEEKDATA, -EIO, KT_NOT_FIRST(1)),
	KT_RETURNS(ptrace, PTRACE_POKEDATA, -EIO, KT_NOT_FIRST(1)))
{
	KT_NEEDS(kt_probe_cap(19 /* CAP_SYS_PTRACE */));
	trace_dumpable(0);
}

KT_PROGRAM
