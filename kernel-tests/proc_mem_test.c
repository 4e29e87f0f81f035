/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_mem_test.c - /proc/PID/mem: forced writes, and whose memory an open file
 * of it is. Offsets are given to preadv and pwritev, in two words for every ABI.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

#define OLD 0x4f4c444fUL
#define NEW 0x4e45574eUL

static long mem_read(int fd, uintptr_t at, void *buf, size_t size)
{
	struct iovec iov = { buf, size };

	return kt_raw(SYS_preadv, fd, &iov, 1, at, 0);
}

static long mem_write(int fd, uintptr_t at, const void *buf, size_t size)
{
	struct iovec iov = { (void *)(uintptr_t)buf, size };

	return kt_raw(SYS_pwritev, fd, &iov, 1, at, 0);
}

static int mem_open(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	return KT_SYS(open(path, O_RDWR | O_CLOEXEC));
}

struct looker {
	volatile unsigned long *word;
	struct kt_gate look;
};

/* Tells by its end which word it has. */
static void look_body(void *arg)
{
	struct looker *l = arg;

	kt_gate_wait(&l->look);
	_exit(*l->word == NEW ? 1 : *l->word == OLD ? 0 : 2);
}

/* Whether a write to a read-only private page of a child was let through; it tells what it sees. */
static bool forced_write(bool traced)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct looker *l = kt_shared(sizeof(*l));
	unsigned long word = OLD, new = NEW;
	int file = KT_SYS(memfd_create("old", MFD_CLOEXEC)), fd;
	pid_t pid;
	long rc;

	KT_SYS(ftruncate(file, (off_t)page));
	KT_REQUIRE(pwrite(file, &word, sizeof(word), 0) == sizeof(word));
	l->word = KT_SYS(mmap(NULL, page, PROT_READ, MAP_PRIVATE, file, 0));
	pid = traced ? kt_child_stopped(look_body, l, 0) : kt_child(look_body, l);
	fd = mem_open(pid);
	KT_EQ(mem_read(fd, (uintptr_t)l->word, &word, sizeof(word)), sizeof(word));
	KT_EQ(word, OLD);
	rc = mem_write(fd, (uintptr_t)l->word, &new, sizeof(new));
	printf("%s: %s\n", traced ? "traced" : "not traced",
	       rc < 0 ? kt_errno_name((int)-rc) : "written");
	if (rc < 0)
		KT_EQ(rc, -EIO);
	else
		KT_EQ(rc, sizeof(new));
	kt_gate_open(&l->look);
	if (traced)
		KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, rc < 0 ? "exited(0)" : "exited(1)");
	KT_REQUIRE(pread(file, &word, sizeof(word), 0) == sizeof(word));
	KT_EQ(word, OLD);
	KT_EQ(*l->word, OLD);
	close(fd);
	return rc > 0;
}

KT_CASE(ptrace_mem_proc_mem, "ptrace.mem.proc_mem",
	"Verify that a write through /proc/PID/mem to a read-only private page is made in a copy, "
	"or fails with EIO and changes nothing, and that a tracer is let through whoever else is",
	KT_ANSWERS(call, SYS_pwritev, sizeof(long)), KT_RETURNS(call, SYS_pwritev, -EINVAL),
	KT_RETURNS(call, SYS_pwritev, 1, KT_NOT_FIRST(1)))
{
	/*
	 * Since 6.12 the kernel may be built or started (proc_mem.force_override)
	 * to force nobody's writes, or those of the tracer alone.
	 */
	bool other, tracer;

	KT_NEEDS(kt_probe_kernel());
	other = forced_write(false);
	tracer = forced_write(true);
	printf("forced writes: %s\n", other ? "for all" : tracer ? "for the tracer" : "for nobody");
	KT_REQUIRE(tracer || !other);
}

KT_CASE(ptrace_mem_proc_mem_shared_ro, "ptrace.mem.proc_mem_shared_ro",
	"Verify that a write through /proc/PID/mem to a shared page that a process may only read "
	"fails with EIO, for its tracer too, and leaves the file alone",
	KT_ANSWERS(call, SYS_pwritev, sizeof(long)))
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int file = KT_SYS(memfd_create("old", MFD_CLOEXEC));
	unsigned long word = OLD, new = NEW;
	volatile unsigned long *at;

	KT_NEEDS(kt_probe_kernel());
	KT_SYS(ftruncate(file, (off_t)page));
	KT_REQUIRE(pwrite(file, &word, sizeof(word), 0) == sizeof(word));
	at = KT_SYS(mmap(NULL, page, PROT_READ, MAP_SHARED, file, 0));
	for (int traced = 0; traced < 2; traced++) {
		pid_t pid = traced ? kt_child_stopped(kt_body_park, NULL, 0) :
				     kt_child(kt_body_park, NULL);
		int fd = mem_open(pid);

		KT_ERR(EIO, mem_write(fd, (uintptr_t)at, &new, sizeof(new)));
		KT_EQ(*at, OLD);
		close(fd);
	}
}

KT_CASE(ptrace_mem_proc_mem_edges, "ptrace.mem.proc_mem_edges",
	"Verify that a read or write through /proc/PID/mem ends at the end of a mapping with the "
	"bytes before it, and fails with EIO where nothing is mapped",
	KT_RETURNS(call, SYS_preadv, 16), KT_RETURNS(call, SYS_pwritev, -EIO),
	KT_RETURNS(call, SYS_preadv, -EFAULT, KT_NOT_FIRST(1)))
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	/* Where no mapping comes to lie that does not ask for it. */
	char *hint = (char *)0x20000000, *end = hint + page, buf[16] = "0123456789abcde";
	pid_t pid;
	int fd;

	KT_NEEDS(kt_probe_kernel());
	KT_REQUIRE(mmap(hint, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		   hint);
	memset(end - 8, 'x', 8);
	pid = kt_child(kt_body_park, NULL);
	fd = mem_open(pid);
	KT_EQ(mem_read(fd, (uintptr_t)end - 8, buf, sizeof(buf)), 8);
	KT_EQ(memcmp(buf, "xxxxxxxx89abcde", sizeof(buf)), 0);
	KT_EQ(mem_write(fd, (uintptr_t)end - 4, buf, sizeof(buf)), 4);
	KT_ERR(EIO, mem_read(fd, (uintptr_t)end, buf, sizeof(buf)));
	KT_ERR(EIO, mem_write(fd, (uintptr_t)end, buf, sizeof(buf)));
	close(fd);
}

KT_EXEC_MAIN(parks)
{
	(void)arg;
	kt_park();
}

static void exec_body(void *gate)
{
	kt_gate_wait(gate);
	KT_OK(kt_exec("parks", ""));
}

/* Where the first mapping of a process begins. */
static uintptr_t first_mapping(pid_t pid)
{
	unsigned long start = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	f = fopen(path, "re");
	KT_REQUIRE(f != NULL && fscanf(f, "%lx", &start) == 1);
	fclose(f);
	return start;
}

KT_CASE(ptrace_mem_proc_mem_mm_pinned, "ptrace.mem.proc_mem_mm_pinned",
	"Verify that a /proc/PID/mem opened before an execve reads 0 bytes of anything after it, "
	"while one opened then reads the new program",
	KT_RETURNS(call, SYS_preadv, sizeof(long), KT_NOT_FIRST(1)))
{
	static volatile unsigned long mark = OLD;
	struct kt_gate *gate = kt_shared(sizeof(*gate));
	pid_t pid = kt_child_seized(exec_body, gate, PTRACE_O_TRACEEXEC);
	int old = mem_open(pid), new;
	unsigned long word = 0;
	uintptr_t start;

	KT_EQ(mem_read(old, (uintptr_t)&mark, &word, sizeof(word)), sizeof(word));
	KT_EQ(word, OLD);
	kt_gate_open(gate);
	KT_WAIT(pid, "EVENT_EXEC");
	start = first_mapping(pid);
	KT_EQ(mem_read(old, start, &word, sizeof(word)), 0);
	KT_EQ(mem_read(old, (uintptr_t)&mark, &word, sizeof(word)), 0);
	KT_EQ(mem_write(old, (uintptr_t)&mark, &word, sizeof(word)), 0);
	new = mem_open(pid);
	KT_EQ(mem_read(new, start, &word, sizeof(word)), sizeof(word));
	KT_EQ(memcmp(&word, "\177ELF", 4), 0);
	close(old);
	close(new);
}

KT_PROGRAM
