/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf_sim.c - an interpreter for the part of classic BPF that filters use.
 * Test code: it aborts on what it does not know instead of guessing.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/plan/bpf_sim.h"

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define AND (BPF_ALU | BPF_AND | BPF_K)
#define RETURN (BPF_RET | BPF_K)

static bool is_jump(const struct sock_filter *f)
{
	return BPF_CLASS(f->code) == BPF_JMP;
}

/* As bpf_check_classic() and seccomp_check_filter() do. */
const char *bpf_sim_check(const struct sock_fprog *prog)
{
	if (prog->len == 0 || prog->len > BPF_MAXINSNS)
		return "length";
	for (unsigned int i = 0; i < prog->len; i++) {
		const struct sock_filter *f = &prog->filter[i];
		unsigned int left = prog->len - i - 1;

		switch (f->code) {
		case LOAD:
			if (f->k >= sizeof(struct seccomp_data) || f->k % 4)
				return "load offset";
			break;
		case BPF_JMP | BPF_JA:
			if (f->k >= left)
				return "JA beyond the end";
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_K:
			if (f->jt >= left || f->jf >= left)
				return "jump beyond the end";
			break;
		case AND:
		case RETURN:
			break;
		default:
			return "instruction";
		}
	}
	return prog->filter[prog->len - 1].code == RETURN ? NULL : "no return at the end";
}

static unsigned int jump(const struct sock_filter *f, uint32_t a)
{
	bool holds;

	switch (BPF_OP(f->code)) {
	case BPF_JA:
		return f->k;
	case BPF_JEQ:
		holds = a == f->k;
		break;
	case BPF_JGE:
		holds = a >= f->k;
		break;
	case BPF_JGT:
		holds = a > f->k;
		break;
	case BPF_JSET:
		holds = (a & f->k) != 0;
		break;
	default:
		abort();
	}
	return holds ? f->jt : f->jf;
}

uint32_t bpf_sim_run(const struct sock_fprog *prog, const struct seccomp_data *data,
		     bool *saw_args)
{
	uint32_t a = 0;

	*saw_args = false;
	for (unsigned int i = 0; i < prog->len; i++) {
		const struct sock_filter *f = &prog->filter[i];

		if (f->code == RETURN)
			return f->k;
		if (f->code == LOAD) {
			memcpy(&a, (const char *)data + f->k, sizeof(a));
			if (f->k >= offsetof(struct seccomp_data, instruction_pointer))
				*saw_args = true;
		} else if (f->code == AND) {
			a &= f->k;
		} else if (is_jump(f)) {
			i += jump(f, a);
		} else {
			abort();
		}
	}
	abort();
}
