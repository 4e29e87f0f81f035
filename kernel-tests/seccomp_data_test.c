/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_data_test.c - struct seccomp_data: what a filter is told of a call that
 * enters by any of the kernel's doors.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"
#include "kernel-tests/kt_x86.h"

#define ARCH_I386   0x40000003u
#define ARCH_X86_64 0xc000003eu
#define X32_BIT	    0x40000000u

/* Whether registers, and so arguments, have an upper half. */
#if defined(__x86_64__) || defined(__aarch64__)
#define ABI_HAS_HIGH 1
#else
#define ABI_HAS_HIGH 0
#endif

/* A call with all the bits of the registers: 64 of them, or as many as there are. */
static long call6(long nr, const uint64_t args[6])
{
#ifdef __x86_64__
	return (long)kt_x86_syscall((uint64_t)nr, args);
#else
	return kt_raw_call(nr, (unsigned long)args[0], (unsigned long)args[1],
			   (unsigned long)args[2], (unsigned long)args[3],
			   (unsigned long)args[4], (unsigned long)args[5]);
#endif
}

/* Bytes 0 to 3 of an argument, or 4 to 7. No two halves are alike. */
#define LOW(i)	(0x81828300u + (uint32_t)(i))
#define HIGH(i) (0x91929300u + (uint32_t)(i))

/* One filter asks for all the halves, and says which one is not as expected. */
static void args_body(void *unused)
{
	struct sock_filter code[6 * 6 + 4], *p = code;
	uint64_t args[6];

	(void)unused;
	*p++ = (struct sock_filter)KT_BPF_NR;
	*p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 1, 0);
	*p++ = (struct sock_filter)KT_BPF_RET(SECCOMP_RET_ALLOW);
	for (int i = 0; i < 6; i++) {
		args[i] = (uint64_t)HIGH(i) << 32 | LOW(i);
		*p++ = (struct sock_filter)KT_BPF_ARG(i);
		*p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LOW(i), 1, 0);
		*p++ = (struct sock_filter)KT_BPF_RET(SECCOMP_RET_ERRNO | (101 + (unsigned int)i));
		*p++ = (struct sock_filter)KT_BPF_ARG_HIGH(i);
		/* 32-bit registers have no upper half: 0, not the sign. */
		*p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						    ABI_HAS_HIGH ? HIGH(i) : 0, 1, 0);
		*p++ = (struct sock_filter)KT_BPF_RET(SECCOMP_RET_ERRNO | (201 + (unsigned int)i));
	}
	*p++ = (struct sock_filter)KT_BPF_RET(KT_RET_ERRNO);
	kt_bpf_nnp();
	KT_OK(kt_bpf_install(0, code, (size_t)(p - code), 0));
	KT_EQ(KT_SEEN("verdict", call6(SYS_getppid, args)), -KT_ERRNO);
}

KT_CASE(seccomp_data_args_full64, "seccomp.data.args_full64",
	"Verify that a filter sees all 64 bits of six arguments, also of an x32 call, and that the "
	"upper half is 0 for a 32-bit ABI",
	KT_SEES("verdict", -101), KT_SEES("verdict", -206))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(args_body, NULL), "exited(0)");
}

/* A filter that looks at the low half alone. */
static void low_half_body(void *unused)
{
	const uint64_t low[6] = { 5 }, high[6] = { 0x100000005 };

	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_NR, KT_BPF_IF(SYS_getppid, 3), KT_BPF_ARG(0), KT_BPF_IF(5, 1),
		     KT_BPF_RET(KT_RET_ERRNO), KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_EQ(call6(SYS_getppid, low), -KT_ERRNO);
	KT_EQ(KT_SEEN("low half", call6(SYS_getppid, high)), -KT_ERRNO);
	KT_OK(KT_BPF(0, KT_BPF_NR, KT_BPF_IF(SYS_getppid, 3), KT_BPF_ARG_HIGH(0), KT_BPF_IF(1, 1),
		     KT_BPF_RET(SECCOMP_RET_ERRNO | 101), KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_EQ(KT_SEEN("high half", call6(SYS_getppid, high)),
	      ABI_HAS_HIGH ? -101 : -KT_ERRNO);
}

KT_CASE(seccomp_data_high_half, "seccomp.data.high_half",
	"Verify that arguments which differ in the upper half alone are one to a filter that looks "
	"at the lower, and that the upper half is there to be looked at",
	KT_SEES("low half", 1), KT_SEES("high half", 1))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(low_half_body, NULL), "exited(0)");
}

/* long kt_test_call(long nr): the symbol behind it is the address after the instruction. */
long kt_test_call(long nr);
extern const char kt_test_call_done[];
#if defined(__x86_64__)
__asm__(".pushsection .text\n"
	".globl kt_test_call, kt_test_call_done\n"
	"kt_test_call:\n"
	"	mov %edi, %eax\n"
	"	syscall\n"
	"kt_test_call_done:\n"
	"	ret\n"
	".popsection\n");
#elif defined(__i386__)
__asm__(".pushsection .text\n"
	".globl kt_test_call, kt_test_call_done\n"
	"kt_test_call:\n"
	"	mov 4(%esp), %eax\n"
	"	int $0x80\n"
	"kt_test_call_done:\n"
	"	ret\n"
	".popsection\n");
#elif defined(__arm__)
__asm__(".pushsection .text\n"
	".arm\n"
	".balign 4\n"
	".globl kt_test_call, kt_test_call_done\n"
	".type kt_test_call, %function\n"
	"kt_test_call:\n"
	"	push {r7, lr}\n"
	"	mov r7, r0\n"
	"	svc #0\n"
	"kt_test_call_done:\n"
	"	pop {r7, pc}\n"
	".popsection\n");
#elif defined(__aarch64__)
__asm__(".pushsection .text\n"
	".balign 4\n"
	".globl kt_test_call, kt_test_call_done\n"
	"kt_test_call:\n"
	"	mov x8, x0\n"
	"	svc #0\n"
	"kt_test_call_done:\n"
	"	ret\n"
	".popsection\n");
#endif

static void ip_body(void *unused)
{
	uint64_t ip = (uintptr_t)kt_test_call_done;
	size_t low = offsetof(struct seccomp_data, instruction_pointer);

	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_NR, KT_BPF_IF(SYS_getppid, 6),
		     KT_BPF_LD(low), KT_BPF_IF(ip, 3),
		     KT_BPF_LD(low + 4), KT_BPF_IF(ip >> 32, 1), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_RET(SECCOMP_RET_ALLOW), KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_EQ(KT_SEEN("here", kt_test_call(SYS_getppid)), -KT_ERRNO);
	/* By another instruction. */
	KT_REQUIRE(kt_raw(SYS_getppid) >= 0);
}

KT_CASE(seccomp_data_ip, "seccomp.data.ip",
	"Verify that the instruction_pointer of a call is the address behind its instruction",
	KT_SEES("here", 1), KT_RETURNS(call, SYS_getppid, -KT_ERRNO))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(ip_body, NULL), "exited(0)");
}

static void native_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ARCH, KT_BPF_IF(abi_native()->audit_arch, 4), KT_BPF_NR,
		     KT_BPF_IF(SYS_getppid, 1), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_RET(SECCOMP_RET_ALLOW), KT_BPF_RET(SECCOMP_RET_KILL_PROCESS)));
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
}

KT_CASE(seccomp_data_arch, "seccomp.data.arch",
	"Verify that arch and nr are the AUDIT_ARCH_* and the number of the program's own ABI, for "
	"x32 those of x86_64 with bit 30 in the number",
	KT_RETURNS(call, SYS_getppid, 1))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(native_body, NULL), "exited(0)");
}

#ifdef __x86_64__

static void int80_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	/* getppid of i386 by its arch and number; then the arguments of its registers. */
	KT_OK(KT_BPF(0, KT_BPF_ARCH, KT_BPF_IF(ARCH_I386, 8), KT_BPF_NR,
		     KT_BPF_IF(KT_X86_I386_GETPPID, 6), KT_BPF_ARG(0), KT_BPF_IF(LOW(0), 4),
		     KT_BPF_ARG_HIGH(0), KT_BPF_IF(0, 2), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_RET(SECCOMP_RET_ALLOW), KT_BPF_RET(SECCOMP_RET_ALLOW),
		     KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_EQ(KT_SEEN("int80", kt_x86_int80(KT_X86_I386_GETPPID, LOW(0), 0, 0)), -KT_ERRNO);
	KT_REQUIRE(kt_raw(SYS_getppid, LOW(0)) >= 0);
}

/* What a filter misses that asks for the number alone. */
static void careless_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
	KT_REQUIRE(KT_SEEN("other door", kt_x86_int80(KT_X86_I386_GETPPID, 0, 0, 0)) >= 0);
}

#endif

KT_CASE(seccomp_data_arch_int80, "seccomp.data.arch_int80",
	"Verify that int 0x80 of a 64-bit program is a call of AUDIT_ARCH_I386 to a filter, with "
	"that ABI's number and arguments of 32 bits",
	KT_SEES("int80", 1), KT_SEES("other door", -KT_ERRNO))
{
#ifdef __x86_64__
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_int80());
	KT_WAIT(kt_child(int80_body, NULL), "exited(0)");
	KT_WAIT(kt_child(careless_body, NULL), "exited(0)");
#else
	atf_tc_skip("belongs to x86_64");
#endif
}

#ifdef __x86_64__

static const uint32_t getppid_64 = 110;

/* A filter for either number misses the other; for both, it needs the bit masked. */
static void x32_body(void *unused)
{
	const uint64_t none[6] = { 0 };

	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(getppid_64, KT_RET_ERRNO)));
	KT_EQ(kt_x86_syscall(getppid_64, none), -KT_ERRNO);
	KT_REQUIRE(KT_SEEN("missed", kt_x86_syscall(X32_BIT | getppid_64, none)) >= 0);
	KT_OK(KT_BPF(0, KT_BPF_ARCH, KT_BPF_IF(ARCH_X86_64, 3), KT_BPF_NR,
		     KT_BPF_IF(X32_BIT | getppid_64, 1), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_EQ(KT_SEEN("met", kt_x86_syscall(X32_BIT | getppid_64, none)), -KT_ERRNO);
}

#endif

KT_CASE(seccomp_data_nr_x32, "seccomp.data.nr_x32",
	"Verify that an x32 call has the arch of x86_64 and bit 30 in its number, so that a filter "
	"for the number of x86_64 misses it",
	KT_SEES("missed", -KT_ERRNO), KT_SEES("met", 1))
{
#ifdef __x86_64__
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_x32());
	KT_WAIT(kt_child(x32_body, NULL), "exited(0)");
#else
	atf_tc_skip("belongs to x86_64");
#endif
}

#ifdef __arm__

/*
 * long kt_test_oabi(long nr): the instruction says getpid in the way of the old ABI
 * (0x900000 | 20, __NR_OABI_SYSCALL_BASE), r7 has `nr`.
 */
long kt_test_oabi(long nr);
__asm__(".pushsection .text\n"
	".globl kt_test_oabi\n"
	".arm\n"
	".balign 4\n"
	".type kt_test_oabi, %function\n"
	"kt_test_oabi:\n"
	"	push {r7, lr}\n"
	"	mov r7, r0\n"
	"	svc #0x900014\n"
	"	pop {r7, pc}\n"
	".popsection\n");

static void oabi_body(void *unused)
{
	(void)unused;
	KT_EQ(KT_SEEN("executed", kt_test_oabi(SYS_getppid)), getppid());
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	KT_EQ(KT_SEEN("judged", kt_test_oabi(SYS_getppid)), -KT_ERRNO);
	KT_EQ(kt_test_oabi(SYS_getpid), getpid());
}

#endif

KT_CASE(seccomp_data_nr_oabi, "seccomp.data.nr_oabi",
	"Verify that where arm has filters, the call that is judged and executed is that of r7, "
	"also if the instruction names one of the old ABI",
	KT_SEES("executed", 1), KT_SEES("judged", 1))
{
#ifdef __arm__
	/* A kernel with CONFIG_OABI_COMPAT has none. */
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(oabi_body, NULL), "exited(0)");
#else
	atf_tc_skip("belongs to arm");
#endif
}

#ifdef __x86_64__

#define GARBAGE 0xdeadbeef00000000

static void high_bits_body(void *unused)
{
	const uint64_t none[6] = { 0 };

	(void)unused;
	if (kt_kernel_has(KT_CHANGE_NR_IS_INT))
		KT_REQUIRE(KT_SEEN("executed", kt_x86_syscall(GARBAGE | getppid_64, none)) >= 0);
	else
		KT_EQ(KT_SEEN("executed", kt_x86_syscall(GARBAGE | getppid_64, none)), -ENOSYS);
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(getppid_64, KT_RET_ERRNO)));
	KT_EQ(KT_SEEN("refused", kt_x86_syscall(GARBAGE | getppid_64, none)), -KT_ERRNO);
}

#endif

KT_CASE(seccomp_data_nr_hi_bits, "seccomp.data.nr_hi_bits",
	"Verify that a filter sees the lower 32 bits of the register with the number, which since "
	"Linux 5.14 are all that counts; before, an upper half gives ENOSYS",
	KT_SEES("executed", -EPERM), KT_SEES("refused", 1))
{
#ifdef __x86_64__
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(high_bits_body, NULL), "exited(0)");
#else
	atf_tc_skip("belongs to x86_64");
#endif
}

#if defined(__x86_64__) || defined(__i386__)

/* The subcode is in a register, what follows it in memory that no filter sees. */
#define SUBCODE_SOCKET 1
#define SUBCODE_SEMGET 2

struct low {
	uint32_t socket[3];
};

static void multiplexed_body(void *arg)
{
	struct low *low = arg;
	int fd;

	low->socket[0] = AF_UNIX;
	low->socket[1] = SOCK_STREAM;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ARCH, KT_BPF_IF(ARCH_I386, 3), KT_BPF_NR,
		     KT_BPF_IF(KT_X86_I386_SOCKET, 1), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_EQ(KT_SEEN("direct", kt_x86_int80(KT_X86_I386_SOCKET, AF_UNIX, SOCK_STREAM, 0)),
	      -KT_ERRNO);
	fd = kt_x86_int80(KT_X86_I386_SOCKETCALL, SUBCODE_SOCKET, (uint32_t)(uintptr_t)low, 0);
	KT_REQUIRE(KT_SEEN("socketcall", fd) >= 0);
	/* The multiplexer is refused by its own number and subcode; the direct calls pass. */
	KT_OK(KT_BPF(0, KT_BPF_ARCH, KT_BPF_IF(ARCH_I386, 9), KT_BPF_NR,
		     KT_BPF_IF(KT_X86_I386_SOCKETCALL, 3), KT_BPF_ARG(0),
		     KT_BPF_IF(SUBCODE_SOCKET, 1), KT_BPF_RET(KT_RET_ERRNO), KT_BPF_NR,
		     KT_BPF_IF(KT_X86_I386_IPC, 1), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_RET(SECCOMP_RET_ALLOW), KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_EQ(KT_SEEN("by subcode",
		      kt_x86_int80(KT_X86_I386_SOCKETCALL, SUBCODE_SOCKET,
				   (uint32_t)(uintptr_t)low, 0)),
	      -KT_ERRNO);
	KT_EQ(kt_x86_int80(KT_X86_I386_IPC, SUBCODE_SEMGET, 0, 0), -KT_ERRNO);
	/* No semaphores of an impossible number: EINVAL, or ENOSYS without SysV IPC. */
	KT_REQUIRE(kt_x86_int80(KT_X86_I386_SEMGET, 0, (uint32_t)-1, 0) != -KT_ERRNO);
}

#endif

KT_CASE(seccomp_multiplexed, "seccomp.multiplexed",
	"Verify that of socketcall and ipc of i386 a filter sees number and subcode alone, and "
	"that a filter for the direct calls does not meet them",
	KT_SEES("direct", 1), KT_SEES("socketcall", -1), KT_SEES("by subcode", 1))
{
#if defined(__x86_64__) || defined(__i386__)
	struct low *low;

	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_int80());
	low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	KT_REQUIRE(low != MAP_FAILED);
	KT_WAIT(kt_child(multiplexed_body, low), "exited(0)");
#else
	atf_tc_skip("belongs to i386");
#endif
}

KT_PROGRAM
