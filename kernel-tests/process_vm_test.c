/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process_vm_test.c - process_vm_readv and process_vm_writev: how far a transfer
 * goes, of whom, and what is refused.
 */
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_foreign.h"

#define OLD 0x4f4c444fUL
#define NEW 0x4e45574eUL

/* Of no iovec: nothing is looked at. */
static const char *probe(void)
{
	return kt_raw(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0, 0) == -ENOSYS ?
		       "needs process_vm_readv (CONFIG_CROSS_MEMORY_ATTACH)" : NULL;
}

static long vm_read(pid_t pid, void *to, const void *from, size_t size)
{
	struct iovec local = { to, size }, remote = { (void *)(uintptr_t)from, size };

	return kt_raw(SYS_process_vm_readv, pid, &local, 1, &remote, 1, 0);
}

static long vm_write(pid_t pid, const void *from, void *to, size_t size)
{
	struct iovec local = { (void *)(uintptr_t)from, size }, remote = { to, size };

	return kt_raw(SYS_process_vm_writev, pid, &local, 1, &remote, 1, 0);
}

/* Where no mapping comes to lie that does not ask for it. */
#define AT ((char *)0x20000000)

/* A page there that has never been without its word. */
static void map_word(unsigned long word)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	unsigned long *p = KT_SYS(mmap(NULL, size, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	*p = word;
	KT_REQUIRE(mremap(p, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, AT) == AT);
}

/* The end of a page before one that is not mapped, here and in the children to come. */
static char *map_end(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);

	KT_REQUIRE(mmap(AT, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		   AT);
	for (size_t i = 0; i < size; i++)
		AT[i] = (char)i;
	return AT + size;
}

KT_CASE(pvm_read_partial, "pvm.read.partial",
	"Verify that a transfer ends before the first element of the remote vector that faults, "
	"and gives the number of bytes until there",
	KT_RETURNS(call, SYS_process_vm_readv, 64),
	KT_RETURNS(call, SYS_process_vm_writev, -EFAULT))
{
	char *end = map_end(), buf[64];
	struct iovec local = { buf, sizeof(buf) }, remote[] = {
		{ end - 16, 16 }, { end, 16 }, { end - 32, 16 }, { end - 48, 16 },
	};
	pid_t pid;

	KT_NEEDS(probe());
	pid = kt_child(kt_body_park, NULL);
	memset(buf, 'x', sizeof(buf));
	KT_EQ(kt_raw(SYS_process_vm_readv, pid, &local, 1, remote, 4, 0), 16);
	KT_EQ(memcmp(buf, end - 16, 16), 0);
	KT_EQ(buf[16], 'x');
	KT_EQ(kt_raw(SYS_process_vm_writev, pid, &local, 1, remote, 4, 0), 16);
}

KT_CASE(pvm_read_first_fault, "pvm.read.first_fault",
	"Verify that a transfer whose first remote byte faults fails with EFAULT",
	KT_RETURNS(call, SYS_process_vm_readv, 0), KT_RETURNS(call, SYS_process_vm_writev, 0))
{
	char *end = map_end(), buf[64];
	struct iovec local = { buf, sizeof(buf) }, remote[] = { { end, 16 }, { end - 16, 16 } };
	pid_t pid;

	KT_NEEDS(probe());
	pid = kt_child(kt_body_park, NULL);
	KT_ERR(EFAULT, kt_raw(SYS_process_vm_readv, pid, &local, 1, remote, 2, 0));
	KT_ERR(EFAULT, kt_raw(SYS_process_vm_writev, pid, &local, 1, remote, 2, 0));
}

KT_CASE(pvm_read_splits_element, "pvm.read.splits_element",
	"Verify that a transfer ends in the middle of an element where its page ends, with the "
	"bytes before the end",
	KT_RETURNS(call, SYS_process_vm_readv, -EFAULT),
	KT_RETURNS(call, SYS_process_vm_writev, 64))
{
	char *end = map_end(), buf[64];
	pid_t pid;

	KT_NEEDS(probe());
	pid = kt_child(kt_body_park, NULL);
	KT_EQ(vm_read(pid, buf, end - 16, sizeof(buf)), 16);
	KT_EQ(memcmp(buf, end - 16, 16), 0);
	KT_EQ(vm_write(pid, buf, end - 16, sizeof(buf)), 16);
}

KT_CASE(pvm_local_fault, "pvm.local_fault",
	"Verify that a transfer ends where the caller's own memory ends or, by the grain of the "
	"machine's copying, a little before, and fails with EFAULT when it cannot begin",
	KT_RETURNS(call, SYS_process_vm_readv, 512), KT_RETURNS(call, SYS_process_vm_writev, 512),
	KT_RETURNS(call, SYS_process_vm_readv, 0), KT_RETURNS(call, SYS_process_vm_writev, -EINVAL))
{
	const long room = 256;
	static char far[512];
	char *end = map_end();
	pid_t pid;
	long rc;

	KT_NEEDS(probe());
	memset(far, 'x', sizeof(far));
	pid = kt_child(kt_body_park, NULL);
	rc = vm_read(pid, end - room, far, sizeof(far));
	printf("%ld of %ld\n", rc, room);
	KT_REQUIRE(rc > room - 64 && rc <= room);
	KT_EQ(memcmp(end - room, far, (size_t)rc), 0);
	rc = vm_write(pid, end - room, far, sizeof(far));
	printf("%ld of %ld\n", rc, room);
	KT_REQUIRE(rc > room - 64 && rc <= room);
	KT_ERR(EFAULT, vm_read(pid, end, far, sizeof(far)));
	KT_ERR(EFAULT, vm_write(pid, end, far, sizeof(far)));
}

KT_CASE(pvm_flags, "pvm.flags",
	"Verify that process_vm_readv and process_vm_writev fail with EINVAL for any flag",
	KT_CHANGES_ARG(call, SYS_process_vm_readv, 5, ~0UL, 0),
	KT_CHANGES_ARG(call, SYS_process_vm_writev, 5, 1UL << 31, 0))
{
	char buf[8] = "";
	struct iovec iov = { buf, sizeof(buf) };
	pid_t pid;

	KT_NEEDS(probe());
	pid = kt_child(kt_body_park, NULL);
	for (unsigned int bit = 0; bit < 8 * sizeof(long); bit++) {
		KT_ERR(EINVAL, kt_raw(SYS_process_vm_readv, pid, &iov, 1, &iov, 1, 1UL << bit));
		KT_ERR(EINVAL, kt_raw(SYS_process_vm_writev, pid, &iov, 1, &iov, 1, 1UL << bit));
	}
}

KT_CASE(pvm_iov_limits, "pvm.iov_limits",
	"Verify that either vector may have 1024 elements, and that more, or an element of "
	"negative length, fail with EINVAL",
	KT_RETURNS(call, SYS_process_vm_readv, IOV_MAX, KT_NOT_FIRST(3)),
	KT_RETURNS(call, SYS_process_vm_readv, -EINVAL))
{
	static struct iovec many[IOV_MAX + 1];
	static char bytes[IOV_MAX + 1];
	struct iovec one = { bytes, IOV_MAX }, negative = { bytes, SIZE_MAX };
	pid_t pid;

	KT_NEEDS(probe());
	pid = kt_child(kt_body_park, NULL);
	for (size_t i = 0; i <= IOV_MAX; i++)
		many[i] = (struct iovec){ &bytes[i], 1 };
	KT_EQ(kt_raw(SYS_process_vm_readv, pid, many, IOV_MAX, &one, 1, 0), IOV_MAX);
	KT_EQ(kt_raw(SYS_process_vm_readv, pid, &one, 1, many, IOV_MAX, 0), IOV_MAX);
	KT_ERR(EINVAL, kt_raw(SYS_process_vm_readv, pid, many, IOV_MAX + 1, &one, 1, 0));
	KT_ERR(EINVAL, kt_raw(SYS_process_vm_readv, pid, &one, 1, many, IOV_MAX + 1, 0));
	KT_ERR(EINVAL, kt_raw(SYS_process_vm_readv, pid, &negative, 1, &one, 1, 0));
	KT_ERR(EINVAL, kt_raw(SYS_process_vm_readv, pid, &one, 1, &negative, 1, 0));
}

KT_CASE(pvm_empty, "pvm.empty",
	"Verify that a transfer with no room of the caller's own is one of 0 bytes, even from a "
	"process that does not exist",
	KT_RETURNS(call, SYS_process_vm_readv, -ESRCH, KT_NOT_FIRST(1)),
	KT_RETURNS(call, SYS_process_vm_writev, -EFAULT))
{
	char buf[8];
	struct iovec none = { buf, 0 }, some = { buf, sizeof(buf) }, nowhere = { NULL, 8 };
	pid_t gone;

	KT_NEEDS(probe());
	gone = kt_child(kt_body_park, NULL);
	KT_EQ(kt_raw(SYS_process_vm_readv, gone, &some, 1, NULL, 0, 0), 0);
	KT_EQ(kt_raw(SYS_process_vm_readv, gone, &none, 1, &nowhere, 1, 0), 0);
	KT_KILL(gone);
	KT_EQ(kt_raw(SYS_process_vm_readv, gone, NULL, 0, &some, 1, 0), 0);
	KT_EQ(kt_raw(SYS_process_vm_writev, gone, &none, 1, &some, 1, 0), 0);
}

static void exit_body(void *unused)
{
	(void)unused;
	_exit(0);
}

KT_CASE(pvm_esrch, "pvm.esrch",
	"Verify that a transfer fails with ESRCH for a pid that is not in use, for a zombie and "
	"for a kernel thread",
	KT_RETURNS(call, SYS_process_vm_readv, 8, KT_NOT_FIRST(1)),
	KT_RETURNS(call, SYS_process_vm_readv, -EPERM, KT_NOT_FIRST(3)))
{
	static char byte[8];
	char buf[8];
	pid_t gone, zombie;

	KT_NEEDS(probe());
	gone = kt_child(kt_body_park, NULL);
	KT_KILL(gone);
	KT_ERR(ESRCH, vm_read(gone, buf, byte, sizeof(buf)));
	KT_ERR(ESRCH, vm_read(-1, buf, byte, sizeof(buf)));
	zombie = kt_child(exit_body, NULL);
	KT_AWAIT(kt_proc_state(zombie) == 'Z');
	KT_ERR(ESRCH, vm_read(zombie, buf, byte, sizeof(buf)));
	KT_ERR(ESRCH, vm_write(zombie, buf, byte, sizeof(buf)));
	if (kt_proc_is_kthread(2))
		KT_ERR(ESRCH, vm_read(2, buf, byte, sizeof(buf)));
	else
		printf("no kernel thread: not the initial pid namespace\n");
}

/* A place of this program, at the same address in its children. */
static unsigned long place = OLD;

static void hide_body(void *gate)
{
	KT_SYS(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	kt_gate_open(gate);
	kt_park();
}

/* Without rights: its own kind, a child that hides, and whoever has started it. */
static void unprivileged_body(void *gate)
{
	bool privileged = geteuid() == 0;
	unsigned long word;
	pid_t pid;

	kt_cred_unprivileged();
	pid = kt_child(kt_body_park, NULL);
	KT_EQ(vm_read(pid, &word, &place, sizeof(word)), sizeof(word));
	KT_EQ(word, OLD);
	pid = kt_child(hide_body, gate);
	kt_gate_wait(gate);
	KT_ERR(EPERM, vm_read(pid, &word, &place, sizeof(word)));
	KT_ERR(EPERM, vm_write(pid, &word, &place, sizeof(word)));
	if (privileged)
		KT_ERR(EPERM, vm_read(getppid(), &word, &place, sizeof(word)));
}

KT_CASE(pvm_eperm, "pvm.eperm",
	"Verify that without privilege a transfer fails with EPERM for a process that is not "
	"dumpable, or is another user's, and works for one of its own",
	KT_RETURNS(call, SYS_process_vm_readv, sizeof(long)),
	KT_RETURNS(call, SYS_process_vm_writev, sizeof(long)))
{
	pid_t pid;

	KT_NEEDS(probe());
	pid = kt_child(unprivileged_body, kt_shared(sizeof(struct kt_gate)));
	KT_WAIT(pid, "exited(0)");
}

KT_CASE(pvm_write_ro, "pvm.write_ro",
	"Verify that process_vm_writev to a read-only page, and process_vm_readv from one without "
	"access, fail with EFAULT for the tracer too, whose PTRACE_POKEDATA and PEEKDATA work",
	KT_RETURNS(call, SYS_process_vm_writev, sizeof(long)),
	KT_RETURNS(call, SYS_process_vm_readv, sizeof(long), KT_NOT_FIRST(1)))
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned long *word = KT_SYS(mmap(NULL, page, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	unsigned long got = 0, new = NEW;
	pid_t pid;

	KT_NEEDS(probe());
	*word = OLD;
	KT_SYS(mprotect(word, page, PROT_READ));
	pid = kt_child_stopped(kt_body_park, NULL, 0);
	KT_ERR(EFAULT, vm_write(pid, &new, word, sizeof(new)));
	KT_EQ(vm_read(pid, &got, word, sizeof(got)), sizeof(got));
	KT_EQ(got, OLD);
	KT_OK(kt_poke(pid, word, new));

	KT_SYS(mprotect(word, page, PROT_NONE));
	pid = kt_child_stopped(kt_body_park, NULL, 0);
	KT_ERR(EFAULT, vm_read(pid, &got, word, sizeof(got)));
	KT_OK(kt_peek(pid, word, &got));
	KT_EQ(got, OLD);
}

static void write_and_read(pid_t pid, const char *what)
{
	unsigned long word = OLD;

	printf("%s\n", what);
	KT_EQ(vm_write(pid, &word, &place, sizeof(word)), sizeof(word));
	word = 0;
	KT_EQ(vm_read(pid, &word, &place, sizeof(word)), sizeof(word));
	KT_EQ(word, OLD);
}

KT_CASE(pvm_any_state, "pvm.any_state",
	"Verify that transfers work whether the process runs, sleeps, is job-stopped or stands in "
	"a ptrace-stop, and need no tracing",
	KT_RETURNS(call, SYS_process_vm_readv, -EPERM, KT_NOT_FIRST(4)),
	KT_RETURNS(call, SYS_process_vm_writev, -EFAULT, KT_NOT_FIRST(2)))
{
	kt_counter *counter = kt_shared(sizeof(*counter));
	pid_t pid;

	KT_NEEDS(probe());
	place = NEW;
	write_and_read(getpid(), "itself");
	place = NEW;
	pid = kt_child(kt_body_spin, counter);
	KT_AWAIT_SPINNING(counter);
	write_and_read(pid, "running");
	KT_SYS(kill(pid, SIGSTOP));
	KT_WAIT_CHILD(pid, "signal(SIGSTOP)");
	write_and_read(pid, "job-stopped");
	pid = kt_child(kt_body_park, NULL);
	KT_AWAIT_PARKED(pid);
	write_and_read(pid, "asleep");
	pid = kt_child_stopped(kt_body_park, NULL, 0);
	write_and_read(pid, "in a ptrace-stop");
	KT_EQ(place, NEW);
}

KT_EXEC_MAIN(has_new)
{
	(void)arg;
	KT_SYS(raise(SIGSTOP));
	map_word(NEW);
	kt_park();
}

static void exec_body(void *gate)
{
	map_word(OLD);
	kt_gate_open(gate);
	KT_OK(kt_exec("has_new", ""));
}

/* What is at AT: OLD, NEW, or 0 when nothing is. */
static unsigned long read_at(pid_t pid)
{
	unsigned long word = 0;
	long rc = vm_read(pid, &word, AT, sizeof(word));

	kt_case_check_deadline(__FILE__, __LINE__, "the other program");
	if (rc == -EFAULT)
		return 0;
	KT_EQ(rc, sizeof(word));
	KT_REQUIRE_MSG(word == OLD || word == NEW, "0x%lx is of neither program", word);
	return word;
}

KT_CASE(pvm_exec_race, "pvm.exec_race",
	"Verify that transfers during an execve reach the old program or the new one, and never "
	"the old one again after it has gone",
	KT_RETURNS(call, SYS_process_vm_readv, sizeof(long)))
{
	KT_NEEDS(probe());
	for (int round = 0; round < 5; round++) {
		struct kt_gate *gate = kt_shared(sizeof(*gate));
		unsigned long last = OLD, word;
		unsigned int reads = 0;
		pid_t pid = kt_child(exec_body, gate);

		kt_gate_wait(gate);
		for (; kt_proc_state(pid) != 'T'; last = word, reads++) {
			word = read_at(pid);
			KT_REQUIRE(word == last || (word == 0 && last == OLD));
		}
		KT_EQ(read_at(pid), 0);
		KT_SYS(kill(pid, SIGCONT));
		while ((word = read_at(pid)) != NEW)
			KT_EQ(word, 0);
		printf("%u reads\n", reads);
		KT_KILL(pid);
	}
}

KT_CASE(pvm_compat, "pvm.compat",
	"Verify that the addresses of a 32-bit caller name the lower 4 GB of a 64-bit process and "
	"nothing above them",
	KT_RETURNS(call, SYS_process_vm_readv, sizeof(long), KT_NOT_FIRST(2)),
	KT_RETURNS(call, SYS_process_vm_readv, -EFAULT))
{
#if defined(__LP64__)
	atf_tc_skip("belongs to 32-bit callers");
#else
#ifdef __arm__
	const struct tracee_kind *kind = &tracee_aarch64;
#else
	const struct tracee_kind *kind = &tracee_x86_64;
#endif
	unsigned long long start, end;
	unsigned long word = 0;
	unsigned int high = 0;
	char path[64];
	pid_t pid;
	FILE *f;

	KT_NEEDS(probe());
	KT_NEEDS(kt_probe_foreign(kind));
	pid = kt_foreign(kind, 0);
	KT_EQ(vm_read(pid, &word, (void *)(uintptr_t)TRACEE_BASE, sizeof(word)), sizeof(word));
	KT_EQ(memcmp(&word, ELFMAG, SELFMAG), 0);
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	f = fopen(path, "re");
	KT_REQUIRE(f != NULL);
	while (fscanf(f, "%llx-%llx%*[^\n]", &start, &end) == 2) {
		if (start >> 32 == 0)
			continue;
		high++;
		KT_ERR(EFAULT, vm_read(pid, &word, (void *)(uintptr_t)start, sizeof(word)));
	}
	fclose(f);
	KT_REQUIRE(high > 0);
#endif
}

KT_PROGRAM
