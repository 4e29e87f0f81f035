/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_bpf_test.c - the language of filters: each instruction that the kernel
 * takes, and what it computes; and what the kernel refuses to install.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"

/* Each program leaves its result in A. The call is judged with these arguments. */
#define ARG0 0x25
#define ARG1 0x13
#define LD_A KT_BPF_ARG(0)
#define LD_X KT_BPF_ARG(1), BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define LD_A_X LD_X, LD_A

#define K(code_, k_)	   BPF_STMT(code_, k_)
#define ALU_K(op, k)	   { LD_A, K(BPF_ALU | (op) | BPF_K, k) }
#define ALU_X(op)	   { LD_A_X, K(BPF_ALU | (op) | BPF_X, 0) }
/* A becomes 1 when the condition holds, else 2. */
#define BRANCH(op, k)                                                                              \
	BPF_JUMP(BPF_JMP | (op), k, 0, 2), K(BPF_LD | BPF_IMM, 1), K(BPF_JMP | BPF_JA, 1),         \
		K(BPF_LD | BPF_IMM, 2)
#define BRANCH_K(op, k) { LD_A, BRANCH((op) | BPF_K, k) }
#define BRANCH_X(op) { LD_A_X, BRANCH((op) | BPF_X, 0) }

static const struct {
	const char *name;
	struct sock_filter code[8];
	int result;
} insns[] = {
	{ "add_k", ALU_K(BPF_ADD, 3), ARG0 + 3 },
	{ "add_x", ALU_X(BPF_ADD), ARG0 + ARG1 },
	{ "add_wraps", ALU_K(BPF_ADD, 0xfffffffe), ARG0 - 2 },
	{ "sub_k", ALU_K(BPF_SUB, 3), ARG0 - 3 },
	{ "sub_x", ALU_X(BPF_SUB), ARG0 - ARG1 },
	{ "mul_k", ALU_K(BPF_MUL, 3), ARG0 * 3 },
	{ "mul_x", ALU_X(BPF_MUL), ARG0 * ARG1 },
	{ "div_k", ALU_K(BPF_DIV, 3), ARG0 / 3 },
	{ "div_x", ALU_X(BPF_DIV), ARG0 / ARG1 },
	{ "div_unsigned",
	  { K(BPF_LD | BPF_IMM, 0x80000000), K(BPF_ALU | BPF_DIV | BPF_K, 0x08000000) }, 16 },
	{ "and_k", ALU_K(BPF_AND, 6), ARG0 & 6 },
	{ "and_x", ALU_X(BPF_AND), ARG0 & ARG1 },
	{ "or_k", ALU_K(BPF_OR, 0x42), ARG0 | 0x42 },
	{ "or_x", ALU_X(BPF_OR), ARG0 | ARG1 },
	{ "xor_k", ALU_K(BPF_XOR, 0x42), ARG0 ^ 0x42 },
	{ "xor_x", ALU_X(BPF_XOR), ARG0 ^ ARG1 },
	{ "lsh_k", ALU_K(BPF_LSH, 3), ARG0 << 3 },
	{ "lsh_x", { LD_X, K(BPF_LD | BPF_IMM, 1), K(BPF_ALU | BPF_LSH | BPF_X, 0),
		     K(BPF_ALU | BPF_RSH | BPF_K, 12) }, 1 << (ARG1 - 12) },
	{ "rsh_k", ALU_K(BPF_RSH, 3), ARG0 >> 3 },
	{ "rsh_x", { LD_X, K(BPF_LD | BPF_IMM, 0xfe000000), K(BPF_ALU | BPF_RSH | BPF_X, 0),
		     K(BPF_ALU | BPF_RSH | BPF_K, 4) }, (int)(0xfe000000u >> ARG1 >> 4) },
	{ "neg", { LD_A, K(BPF_ALU | BPF_NEG, 0), K(BPF_ALU | BPF_AND | BPF_K, 0x7f) },
	  -ARG0 & 0x7f },
	{ "ld_abs", { LD_A }, ARG0 },
	{ "ld_imm", { K(BPF_LD | BPF_IMM, 77) }, 77 },
	{ "ld_len", { K(BPF_LD | BPF_W | BPF_LEN, 0) }, sizeof(struct seccomp_data) },
	{ "ldx_len", { K(BPF_LDX | BPF_W | BPF_LEN, 0), K(BPF_MISC | BPF_TXA, 0) },
	  sizeof(struct seccomp_data) },
	{ "ldx_imm", { K(BPF_LDX | BPF_IMM, 78), K(BPF_MISC | BPF_TXA, 0) }, 78 },
	{ "tax", { LD_A, K(BPF_MISC | BPF_TAX, 0), K(BPF_LD | BPF_IMM, 1),
		   K(BPF_ALU | BPF_ADD | BPF_X, 0) }, ARG0 + 1 },
	{ "txa", { LD_X, K(BPF_LD | BPF_IMM, 1), K(BPF_MISC | BPF_TXA, 0) }, ARG1 },
	{ "st_ld_mem", { LD_A, K(BPF_ST, 15), K(BPF_LD | BPF_IMM, 1), K(BPF_LD | BPF_MEM, 15) },
	  ARG0 },
	{ "stx_ldx_mem", { LD_X, K(BPF_STX, 0), K(BPF_LDX | BPF_IMM, 1), K(BPF_LDX | BPF_MEM, 0),
			   K(BPF_MISC | BPF_TXA, 0) }, ARG1 },
	{ "ja", { LD_A, K(BPF_JMP | BPF_JA, 1), K(BPF_LD | BPF_IMM, 1) }, ARG0 },
	{ "jeq_k", BRANCH_K(BPF_JEQ, ARG0), 1 },
	{ "jeq_k_not", BRANCH_K(BPF_JEQ, ARG0 + 1), 2 },
	{ "jeq_x", BRANCH_X(BPF_JEQ), 2 },
	{ "jgt_k", BRANCH_K(BPF_JGT, ARG0 - 1), 1 },
	{ "jgt_k_not", BRANCH_K(BPF_JGT, ARG0), 2 },
	{ "jgt_x", BRANCH_X(BPF_JGT), 1 },
	{ "jgt_unsigned", BRANCH_K(BPF_JGT, 0xffffffff), 2 },
	{ "jge_k", BRANCH_K(BPF_JGE, ARG0), 1 },
	{ "jge_k_not", BRANCH_K(BPF_JGE, ARG0 + 1), 2 },
	{ "jge_x", BRANCH_X(BPF_JGE), 1 },
	{ "jset_k", BRANCH_K(BPF_JSET, 0x24), 1 },
	{ "jset_k_not", BRANCH_K(BPF_JSET, 0x12), 2 },
	{ "jset_x", BRANCH_X(BPF_JSET), 1 },
	/* Both registers begin as 0. */
	{ "a_begins_0", { K(BPF_ALU | BPF_ADD | BPF_K, 1) }, 1 },
	{ "x_begins_0", { LD_A, K(BPF_ALU | BPF_OR | BPF_X, 0) }, ARG0 },
};

#define INSNS (sizeof(insns) / sizeof(insns[0]))

static void describe_insn(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s", insns[i].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that a filter may have the instruction of \"%s\", and that it computes "
		 "what BPF says",
		 insns[i].name);
	out->wrong = (struct kt_wrong)KT_RETURNS(call, SYS_getppid, -4000);
}

/* The result is kept for a moment, for only one call may fail with it. */
static void insn_body(void *arg)
{
	const struct sock_filter end[] = {
		K(BPF_ST, 14), KT_BPF_NR, KT_BPF_IF(SYS_getppid, 4),
		K(BPF_LD | BPF_MEM, 14), KT_BPF_RET_A, KT_BPF_RET(SECCOMP_RET_ALLOW),
	};
	struct sock_filter code[8 + sizeof(end) / sizeof(end[0])];
	size_t i = *(const size_t *)arg, len = 0;

	for (size_t n = 0; n < 8; n++)
		if (insns[i].code[n].code || insns[i].code[n].k)
			code[len++] = insns[i].code[n];
	for (size_t n = 0; n < sizeof(end) / sizeof(end[0]); n++)
		code[len++] = end[n];
	kt_bpf_nnp();
	KT_OK(kt_bpf_install(0, code, len, 0));
	KT_EQ(kt_raw(SYS_getppid, ARG0, ARG1), -insns[i].result);
}

KT_FAMILY(seccomp_insn, "seccomp.insn", INSNS, describe_insn)
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(insn_body, &i), "exited(0)");
}

/* What is refused; after each comes a return. */
#define DATA_SIZE sizeof(struct seccomp_data)

static const struct {
	const char *name;
	struct sock_filter insn;
} refused[] = {
	{ "ld_abs_at_end", KT_BPF_LD(DATA_SIZE) },
	{ "ld_abs_across_end", KT_BPF_LD(DATA_SIZE - 1) },
	{ "ld_abs_far", KT_BPF_LD(0xfffffffc) },
	{ "ld_abs_unaligned_1", KT_BPF_LD(1) },
	{ "ld_abs_unaligned_2", KT_BPF_LD(2) },
	{ "ld_abs_unaligned_3", KT_BPF_LD(3) },
	{ "ld_abs_half", K(BPF_LD | BPF_H | BPF_ABS, 0) },
	{ "ld_abs_byte", K(BPF_LD | BPF_B | BPF_ABS, 0) },
	{ "ld_abs_ancillary", K(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_AD_OFF + SKF_AD_CPU) },
	{ "ld_ind", K(BPF_LD | BPF_W | BPF_IND, 0) },
	{ "ldx_msh", K(BPF_LDX | BPF_B | BPF_MSH, 0) },
	{ "ldx_abs", K(BPF_LDX | BPF_W | BPF_ABS, 0) },
	{ "ld_len_byte", K(BPF_LD | BPF_B | BPF_LEN, 0) },
	{ "mod_k", K(BPF_ALU | BPF_MOD | BPF_K, 3) },
	{ "mod_x", K(BPF_ALU | BPF_MOD | BPF_X, 0) },
	{ "div_k_0", K(BPF_ALU | BPF_DIV | BPF_K, 0) },
	{ "lsh_k_32", K(BPF_ALU | BPF_LSH | BPF_K, 32) },
	{ "rsh_k_32", K(BPF_ALU | BPF_RSH | BPF_K, 32) },
	{ "mem_16_ld", K(BPF_LD | BPF_MEM, 16) },
	{ "mem_16_ldx", K(BPF_LDX | BPF_MEM, 16) },
	{ "mem_16_st", K(BPF_ST, 16) },
	{ "mem_16_stx", K(BPF_STX, 16) },
	{ "mem_unset_ld", K(BPF_LD | BPF_MEM, 3) },
	{ "mem_unset_ldx", K(BPF_LDX | BPF_MEM, 3) },
	{ "ja_past_end", K(BPF_JMP | BPF_JA, 1) },
	{ "ja_backwards", K(BPF_JMP | BPF_JA, 0xffffffff) },
	{ "jt_past_end", BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0) },
	{ "jf_past_end", BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1) },
	{ "ret_x", K(BPF_RET | BPF_X, 0) },
	/* What extended BPF would understand. */
	{ "alu64", K(0x07 /* BPF_ALU64 */ | BPF_SUB | BPF_K, 1) },
	{ "call", K(BPF_JMP | 0x80 /* BPF_CALL */, 1) },
	{ "exit", K(BPF_JMP | 0x90 /* BPF_EXIT */, 0) },
	{ "jne", BPF_JUMP(BPF_JMP | 0x50 /* BPF_JNE */ | BPF_K, 0, 0, 0) },
	{ "mov", K(BPF_ALU | 0xb0 /* BPF_MOV */ | BPF_K, 0) },
	{ "ld_imm64", K(BPF_LD | 0x18 /* BPF_DW */ | BPF_IMM, 0) },
	{ "wide_opcode", K(0x100 | BPF_LD | BPF_IMM, 0) },
};
#define REFUSED (sizeof(refused) / sizeof(refused[0]))

static void describe_refused(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s", refused[i].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that a filter with the instruction of \"%s\" fails with EINVAL",
		 refused[i].name);
	out->wrong = (struct kt_wrong)KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 2));
}

static void refused_body(void *arg)
{
	struct sock_filter code[] = { KT_BPF_LD(0), KT_BPF_RET(SECCOMP_RET_ALLOW) };
	size_t i = *(const size_t *)arg;

	kt_bpf_nnp();
	/* In its place an instruction without fault: all but the refused one is right. */
	KT_OK(kt_bpf_install(0, code, 2, 1));
	code[0] = refused[i].insn;
	KT_ERR(EINVAL, kt_bpf_install(0, code, 2, 2));
}

KT_FAMILY(seccomp_insn_refused, "seccomp.insn_refused", REFUSED, describe_refused)
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(refused_body, &i), "exited(0)");
}

/* Whether one of the programs above has this opcode, or it is a return. */
static bool is_known(unsigned int opcode)
{
	if (opcode == (BPF_RET | BPF_K) || opcode == (BPF_RET | BPF_A))
		return true;
	for (size_t i = 0; i < INSNS; i++)
		for (size_t n = 0; n < 8; n++)
			if ((insns[i].code[n].code || insns[i].code[n].k) &&
			    insns[i].code[n].code == opcode)
				return true;
	return false;
}

/* An operand of 4 is right for every instruction: aligned, kept, small, not 0. */
static void opcodes_body(void *unused)
{
	struct sock_filter code[] = {
		K(BPF_ST, 4),			  K(BPF_LDX | BPF_IMM, 4),
		K(0, 4),			  KT_BPF_RET(SECCOMP_RET_ALLOW),
		KT_BPF_RET(SECCOMP_RET_ALLOW),	  KT_BPF_RET(SECCOMP_RET_ALLOW),
		KT_BPF_RET(SECCOMP_RET_ALLOW),	  KT_BPF_RET(SECCOMP_RET_ALLOW),
	};

	(void)unused;
	kt_bpf_nnp();
	for (unsigned int opcode = 0; opcode < 0x400; opcode++) {
		code[2].code = (uint16_t)opcode;
		/* It would be the verdict about every call. */
		if (BPF_CLASS(opcode) == BPF_RET && is_known(opcode))
			continue;
		long rc = kt_bpf_install(0, code, sizeof(code) / sizeof(code[0]), opcode);

		KT_REQUIRE_MSG(rc == (is_known(opcode) ? 0 : -EINVAL), "opcode 0x%03x gives %ld",
			       opcode, rc);
	}
}

KT_CASE(seccomp_filter_opcodes, "seccomp.filter.opcodes",
	"Verify that of all opcodes a filter may have just those of the classic BPF without loads "
	"other than of aligned words of struct seccomp_data, and without BPF_MOD",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, BPF_ALU | BPF_MOD | BPF_K)),
	KT_ANSWERS(call, SYS_seccomp, -EINVAL, KT_WHEN(3, BPF_ALU | BPF_XOR | BPF_K)))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(opcodes_body, NULL), "exited(0)");
}

static void offsets_body(void *unused)
{
	struct sock_filter code[] = { KT_BPF_LD(0), KT_BPF_RET(SECCOMP_RET_ALLOW) };

	(void)unused;
	kt_bpf_nnp();
	for (uint32_t offset = 0; offset < 2 * DATA_SIZE; offset++) {
		bool good = offset < DATA_SIZE && offset % 4 == 0;
		long rc;

		code[0].k = offset;
		rc = kt_bpf_install(0, code, 2, offset);
		KT_REQUIRE_MSG(rc == (good ? 0 : -EINVAL), "offset %u gives %ld", offset, rc);
	}
}

KT_CASE(seccomp_filter_verifier, "seccomp.filter.verifier",
	"Verify that a filter may load from the offsets 0, 4 to 60 of struct seccomp_data, and "
	"that every other offset fails with EINVAL",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 64)),
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 62)),
	KT_ANSWERS(call, SYS_seccomp, -EINVAL, KT_WHEN(3, 60)))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(offsets_body, NULL), "exited(0)");
}

static void no_return_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_ERR(EINVAL, KT_BPF(0, KT_BPF_NR));
	KT_ERR(EINVAL, KT_BPF(0, KT_BPF_RET(SECCOMP_RET_ALLOW), KT_BPF_NR));
	/* The return need not be reached. */
	KT_OK(KT_BPF_LABEL(0, 3, KT_BPF_RET(SECCOMP_RET_ALLOW), KT_BPF_NR,
			   KT_BPF_RET(SECCOMP_RET_ALLOW)));
}

KT_CASE(seccomp_filter_ends_with_return, "seccomp.filter.ends_with_return",
	"Verify that a filter whose last instruction is no return fails with EINVAL",
	KT_ANSWERS(call, SYS_seccomp, 0), KT_ANSWERS(call, SYS_seccomp, -EINVAL, KT_WHEN(3, 3)))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(no_return_body, NULL), "exited(0)");
}

static void div_x_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	/* A number divided by the second argument, and then the call would be allowed. */
	KT_OK(KT_BPF(0, KT_BPF_NR, KT_BPF_IF(SYS_getppid, 4), LD_A_X,
		     K(BPF_ALU | BPF_DIV | BPF_X, 0), KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_OK(kt_raw(SYS_getppid, 0, 1));
	kt_raw(SYS_getppid, 0, 0);
}

KT_CASE(seccomp_filter_div_by_zero, "seccomp.filter.div_by_zero",
	"Verify that a filter which divides by 0 returns 0, that is SECCOMP_RET_KILL_THREAD",
	KT_ANSWERS(call, SYS_getppid, 0, KT_NOT_FIRST(1)))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(div_x_body, NULL), "killed(SIGSYS)");
}

KT_PROGRAM
