/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tracee.c - write the programs of test_code.c, run them traced, stop
 * them where a test wants to look. Knows nothing of registers.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atf-c.h>

#include "arch/test_tracee.h"

#define FILE_NAME "tracee"
#define BASE 0x400000u
#define DEADLINE 120 /* seconds; only against a hang */

#define REQUEST_TRACEME 0
#define REQUEST_CONT 7
#define REQUEST_SYSCALL 24
#define REQUEST_SETOPTIONS 0x4200
#define OPTION_TRACESYSGOOD 0x1
#define OPTION_TRACEEXEC 0x10
#define OPTION_TRACESECCOMP 0x80
#define OPTION_EXITKILL 0x100000
#define EVENT_EXEC 4
#define EVENT_SECCOMP 7

const struct call_io tracee_ios[] = { { -1, -1 }, { -1, 0 }, { 0, 0 } };
const size_t tracee_nios = sizeof(tracee_ios) / sizeof(tracee_ios[0]);

static long request(long what, pid_t pid, unsigned long addr, unsigned long data)
{
	return syscall(SYS_ptrace, what, (long)pid, addr, data);
}

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
				       .e_entry = BASE + header_size(kind) + (kind)->is_thumb, \
				       .e_phoff = sizeof(e), .e_ehsize = sizeof(e),    \
				       .e_flags = (kind)->machine == EM_ARM ? 0x05000000 : 0, \
				       .e_phentsize = sizeof(Elf##bits##_Phdr), .e_phnum = 1 }; \
		Elf##bits##_Phdr p = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X,      \
				       .p_vaddr = BASE, .p_paddr = BASE,              \
				       .p_filesz = size, .p_memsz = size,             \
				       .p_align = 0x10000 };                          \
		memcpy(e.e_ident, ELFMAG, SELFMAG);                                   \
		e.e_ident[EI_CLASS] = ELFCLASS##bits;                                 \
		e.e_ident[EI_DATA] = ELFDATA2LSB;                                     \
		e.e_ident[EI_VERSION] = EV_CURRENT;                                   \
		memcpy(image, &e, sizeof(e));                                         \
		memcpy(image + sizeof(e), &p, sizeof(p));                             \
	} while (0)

static void write_file(const struct tracee_kind *kind)
{
	unsigned char image[512];
	uint32_t size = header_size(kind) + kind->code_size;
	uint64_t mark = TRACEE_MARK;
	int fd;

	ATF_REQUIRE(size <= sizeof(image));
	if (kind->is_64bit)
		FILL_ELF(64, kind, size);
	else
		FILL_ELF(32, kind, size);
	memcpy(image + header_size(kind), kind->code, kind->code_size);
	fd = open(FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	ATF_REQUIRE(fd >= 0);
	ATF_REQUIRE_EQ(write(fd, image, size), (ssize_t)size);
	ATF_REQUIRE_EQ(pwrite(fd, &mark, sizeof(mark), TRACEE_MARK_AT), (ssize_t)sizeof(mark));
	ATF_REQUIRE_EQ(close(fd), 0);
}

/* What the child says with its exit status when it gets no further. */
enum { CHILD_TRACEME = 1, CHILD_FILTER, CHILD_FILE, CHILD_NO_EXEC, CHILD_EXEC_DENIED };

static int trace_getpid(const struct tracee_kind *kind)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, abi_find(kind->abi)->audit_arch, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)kind->nr_getpid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | TRACEE_DATA),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static void child(const struct tracee_kind *kind, bool traced)
{
	char *const argv[] = { FILE_NAME, NULL };
	int fd;

	if (request(REQUEST_TRACEME, 0, 0, 0))
		_exit(CHILD_TRACEME);
	fd = open(FILE_NAME, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || dup2(fd, TRACEE_FD) != TRACEE_FD)
		_exit(CHILD_FILE);
	raise(SIGSTOP);
	if (traced && trace_getpid(kind))
		_exit(CHILD_FILTER);
	execv(FILE_NAME, argv);
	_exit(errno == ENOEXEC ? CHILD_NO_EXEC : CHILD_EXEC_DENIED);
}

static int wait_stop(pid_t pid)
{
	int status;

	ATF_REQUIRE_EQ(waitpid(pid, &status, __WALL), pid);
	if (!WIFSTOPPED(status) && WIFEXITED(status)) {
		unlink(FILE_NAME);
		switch (WEXITSTATUS(status)) {
		case CHILD_TRACEME:
			atf_tc_skip("no ptrace here");
		case CHILD_FILTER:
			atf_tc_skip("no seccomp filters here");
		case CHILD_NO_EXEC:
			atf_tc_skip("this kernel runs no such programs");
		case CHILD_EXEC_DENIED:
			atf_tc_skip("no program may be executed in the working directory");
		}
	}
	ATF_REQUIRE_MSG(WIFSTOPPED(status), "status %#x", status);
	return status;
}

pid_t tracee_start(const struct tracee_kind *kind, const struct call_io *io, bool traced)
{
	pid_t pid;

	if (!io->get_info && access("/proc/self/syscall", F_OK))
		atf_tc_skip("no /proc/PID/syscall, which the fallback reads");
	alarm(DEADLINE);
	write_file(kind);
	pid = fork();
	ATF_REQUIRE(pid >= 0);
	if (!pid)
		child(kind, traced);
	ATF_REQUIRE_EQ(WSTOPSIG(wait_stop(pid)), SIGSTOP);
	ATF_REQUIRE_EQ(request(REQUEST_SETOPTIONS, pid, 0,
			       OPTION_TRACESYSGOOD | OPTION_TRACEEXEC | OPTION_TRACESECCOMP |
				       OPTION_EXITKILL), 0);
	/*
	 * From one syscall stop to the next: on arm (6.1) an execve that was
	 * entered untraced has no exit-stop, whatever its event was resumed with.
	 */
	do
		ATF_REQUIRE_EQ(request(REQUEST_SYSCALL, pid, 0, 0), 0);
	while (wait_stop(pid) >> 8 != (SIGTRAP | EVENT_EXEC << 8));
	tracee_to_syscall(pid);
	return pid;
}

void tracee_end(pid_t pid)
{
	int status;

	ATF_REQUIRE_EQ(kill(pid, SIGKILL), 0);
	do
		ATF_REQUIRE_EQ(waitpid(pid, &status, __WALL), pid);
	while (WIFSTOPPED(status));
	ATF_REQUIRE(WIFSIGNALED(status));
	unlink(FILE_NAME);
}

void tracee_run(pid_t pid)
{
	ATF_REQUIRE_EQ(request(REQUEST_CONT, pid, 0, 0), 0);
}

void tracee_to_syscall(pid_t pid)
{
	ATF_REQUIRE_EQ(request(REQUEST_SYSCALL, pid, 0, 0), 0);
	ATF_REQUIRE_EQ(wait_stop(pid) >> 8, SIGTRAP | 0x80);
}

void tracee_to_seccomp(pid_t pid)
{
	tracee_run(pid);
	ATF_REQUIRE_EQ(wait_stop(pid) >> 8, SIGTRAP | EVENT_SECCOMP << 8);
}

void tracee_to_signal(pid_t pid, int signal)
{
	ATF_REQUIRE_EQ(request(REQUEST_SYSCALL, pid, 0, 0), 0);
	ATF_REQUIRE_EQ(wait_stop(pid) >> 8, signal);
}

void tracee_to_getpid(pid_t pid, enum call_point point)
{
	if (point == CALL_SECCOMP)
		tracee_to_seccomp(pid);
	else
		tracee_to_syscall(pid);
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

bool tracee_has_mark(pid_t pid, uint64_t address)
{
	char path[64];
	uint64_t mark = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ATF_REQUIRE(fd >= 0);
	if (pread(fd, &mark, sizeof(mark), (off_t)address) != (ssize_t)sizeof(mark))
		mark = 0;
	close(fd);
	return mark == TRACEE_MARK;
}
