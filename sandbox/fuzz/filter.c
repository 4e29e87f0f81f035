/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.c - the compiled filter in a simulator, against the table it is made
 * from, and against what libseccomp makes of the same rows, for any call.
 *
 *	byte 0		set of ABIs
 *	byte 1		what is closed (cond.h)
 *	byte 2		bit 0: backend notify; bit 1: the number is taken as it is
 *	bytes 3, 4	row of the call table (row.h), else
 *	4 + 4 bytes	number and architecture
 *	six times 8	arguments
 */
#include <errno.h>

#include "sandbox/fuzz/row.h"
#include "sandbox/fuzz/scmp.h"
#include "sandbox/fuzz/targets.h"
#include "sandbox/plan/bpf_sim.h"
#include "sandbox/plan/filter.h"

#define CLOSED ((PLAN_ALL | PLAN_TRACED | PLAN_NESTED) + 1)

static const char *const machines[][3] = {
	{ "x86_64", "i386", "x32" }, { "x86_64", "i386" }, { "x32", "i386" },
	{ "i386" }, { "aarch64", "arm" }, { "arm" },
};
#define NMACHINES (sizeof(machines) / sizeof(machines[0]))

/* Compiled once. */
static const struct sock_fprog *compiled(size_t m, unsigned int closed, enum backend backend)
{
	static struct sock_fprog progs[NMACHINES][CLOSED][2];
	struct sock_fprog *prog = &progs[m][closed][backend == BACKEND_NOTIFY];
	const struct abi *abis[3];
	size_t n = 0;

	if (prog->len)
		return prog;
	for (; n < 3 && machines[m][n]; n++)
		abis[n] = abi_find(machines[m][n]);
	FUZZ_CHECK(filter_compile(abis, n, closed, backend, prog) == 0, "compile");
	FUZZ_CHECK(!bpf_sim_check(prog), "the kernel would refuse it: %s", bpf_sim_check(prog));
	return prog;
}

static uint32_t as_ret(const struct call_spec *spec, struct call_answer a, unsigned int closed,
		       enum backend backend)
{
	switch (a.action) {
	case CALL_ALLOW:
		return SECCOMP_RET_ALLOW;
	case CALL_SUPERVISE:
		return backend == BACKEND_NOTIFY &&
				       (spec->kind != KIND_SOCKETCALL || !(closed & PLAN_TRACED)) ?
			       SECCOMP_RET_USER_NOTIF : SECCOMP_RET_TRACE;
	case CALL_REFUSE:
		break;
	}
	return SECCOMP_RET_ERRNO | (uint32_t)a.error;
}

static bool has_abi(size_t m, const struct abi *abi)
{
	for (size_t i = 0; i < 3 && machines[m][i]; i++)
		if (abi && !strcmp(machines[m][i], abi->name))
			return true;
	return false;
}

static void show(const struct seccomp_data *d)
{
	fprintf(stderr, "arch %#x nr %d:", d->arch, d->nr);
	for (int i = 0; i < ABI_NARGS; i++)
		fprintf(stderr, " %#llx", (unsigned long long)d->args[i]);
	fputc('\n', stderr);
}

static void check_ours(size_t m, unsigned int closed, enum backend backend,
		       const struct seccomp_data *d)
{
	const struct abi *abi = abi_of_call(d->arch, (uint32_t)d->nr);
	const struct call_spec *spec = has_abi(m, abi) ? calls_find(abi, d->nr) : NULL;
	uint32_t want = SECCOMP_RET_ERRNO | ENOSYS, got;
	uint64_t args[ABI_NARGS];
	bool saw;

	memcpy(args, d->args, sizeof(args));
	if (spec)
		want = as_ret(spec, cond_judge(spec, args, closed), closed, backend);
	got = bpf_sim_run(compiled(m, closed, backend), d, &saw);
	if (got != want)
		show(d);
	FUZZ_CHECK(got == want, "%s %s closed %#x: filter %#x, table %#x", abi ? abi->name : "?",
		   spec ? spec->name : "unknown", closed, got, want);
}

/* libseccomp's filters take long to make: a few sets of what is closed stand for all. */
static void check_theirs(unsigned int closed, struct seccomp_data *d)
{
	static const unsigned int few[] = { 0, CLOSED - 1, 1u << POLICY_WRITE, 1u << POLICY_CONNECT };
	const struct abi *abi = abi_of_call(d->arch, (uint32_t)d->nr);
	const struct call_spec *spec = abi ? calls_find(abi, d->nr) : NULL;
	uint64_t args[ABI_NARGS];
	uint32_t want, got;

	closed = few[closed % (sizeof(few) / sizeof(few[0]))];
	if (!spec || !scmp_expresses(abi, spec, closed))
		return;
	scmp_narrow(abi, spec, d);
	memcpy(args, d->args, sizeof(args));
	want = as_ret(spec, cond_judge(spec, args, closed), closed, BACKEND_TRACE);
	got = scmp_run(abi, closed, d);
	if (got != want)
		show(d);
	FUZZ_CHECK(got == want, "%s %s closed %#x: libseccomp %#x, table %#x", abi->name, spec->name,
		   closed, got, want);
}

void fuzz_filter(const uint8_t *bytes, size_t len)
{
	struct fuzz_in in = { bytes, len };
	size_t m = fuzz_u8(&in) % NMACHINES, nabis = 0;
	unsigned int closed = fuzz_u8(&in) % CLOSED, how = fuzz_u8(&in);
	enum backend backend = how & 1 ? BACKEND_NOTIFY : BACKEND_TRACE;
	struct seccomp_data d = { .nr = 0 };

	while (nabis < 3 && machines[m][nabis])
		nabis++;
	if (how & 2) {
		fuzz_take(&in, &d.nr, sizeof(d.nr));
		fuzz_take(&in, &d.arch, sizeof(d.arch));
	} else {
		const struct abi *abi = abi_find(machines[m][(how >> 2) % nabis]);

		d.nr = (int)calls_nr(abi, fuzz_row(&in)->name);
		d.arch = abi->audit_arch;
	}
	fuzz_take(&in, d.args, sizeof(d.args));
	check_ours(m, closed, backend, &d);
	check_theirs(closed, &d);
}
