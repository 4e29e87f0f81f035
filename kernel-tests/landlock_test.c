/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * landlock_test.c - Landlock's rulesets and domains themselves: what the kernel
 * knows, who may enter a domain, how many, and who inherits it. What domains
 * forbid is in the programs beside this one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_landlock.h"

/* The rights that each ABI added; the first bit that it does not know follows. */
static const struct {
	int fs, net, scoped; /* numbers of bits */
} abis[] = {
	{ 13, 0, 0 }, { 14, 0, 0 }, { 15, 0, 0 }, { 15, 2, 0 },
	{ 16, 2, 0 }, { 16, 2, 2 }, { 16, 2, 2 }, { 16, 2, 2 },
};
#define ABIS ((long)(sizeof(abis) / sizeof(abis[0])))

static long create(uint64_t fs, uint64_t net, uint64_t scoped)
{
	const struct kt_ruleset attr = { fs, net, scoped };

	return kt_raw(KT_LL_CREATE, &attr, sizeof(attr), 0);
}

static uint64_t low_bits(int n)
{
	return (1ULL << n) - 1;
}

KT_CASE(landlock_abi, "landlock.abi",
	"Verify that Landlock tells its ABI, takes every right of that ABI, and up to "
	"ABI 8 none beyond",
	KT_RETURNS(call, KT_LL_CREATE, 0, KT_WHEN(2, KT_LL_VERSION)),
	KT_ANSWERS(call, KT_LL_CREATE, -EINVAL, KT_WHEN(2, 0)),
	KT_ANSWERS(call, KT_LL_CREATE, 3, KT_WHEN(2, 0), KT_NOT_FIRST(1)))
{
	long abi, known;
	int fd;

	KT_NEEDS(kt_probe_landlock(1));
	abi = KT_OK(kt_raw(KT_LL_CREATE, NULL, 0, KT_LL_VERSION));
	printf("Landlock ABI %ld\n", abi);
	KT_REQUIRE(abi >= 1);
	known = (abi < ABIS ? abi : ABIS) - 1;
	fd = (int)KT_OK(create(low_bits(abis[known].fs), low_bits(abis[known].net),
			       low_bits(abis[known].scoped)));
	KT_REQUIRE(KT_SYS(fcntl(fd, F_GETFD)) & FD_CLOEXEC);
	if (abi <= ABIS) {
		KT_ERR(EINVAL, create(1ULL << abis[known].fs, 0, 0));
		KT_ERR(abi < 4 ? E2BIG : EINVAL, create(1, 1ULL << abis[known].net, 0));
		KT_ERR(abi < 6 ? E2BIG : EINVAL, create(1, 0, 1ULL << abis[known].scoped));
	}
	KT_ERR(ENOMSG, create(0, 0, 0));
	KT_ERR(EINVAL, kt_raw(KT_LL_CREATE, &fd, sizeof(fd), KT_LL_VERSION));
	KT_ERR(EINVAL, kt_raw(KT_LL_CREATE, NULL, 0, 1U << 31));
}

static void enter_without(void *unused)
{
	int ruleset = kt_ruleset_new(KT_LL_MAKE_BLOCK, 0, 0);

	(void)unused;
	if (!kt_probe_cap(CAP_SYS_ADMIN))
		KT_OK(kt_raw(KT_LL_RESTRICT, ruleset, 0));
	kt_cred_set_caps(0);
	KT_ERR(EPERM, kt_raw(KT_LL_RESTRICT, ruleset, 0));
	KT_SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	KT_OK(kt_raw(KT_LL_RESTRICT, ruleset, 0));
}

KT_CASE(landlock_nnp, "landlock.nnp",
	"Verify that a task without CAP_SYS_ADMIN enters a Landlock domain only with no_new_privs, "
	"and fails with EPERM without",
	KT_ANSWERS(call, KT_LL_RESTRICT, 0), KT_ANSWERS(call, KT_LL_RESTRICT, -EPERM))
{
	KT_NEEDS(kt_probe_landlock(1));
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		atf_tc_skip("no_new_privs is set here already");
	KT_WAIT(kt_child(enter_without, NULL), "exited(0)");
}

#define LAYERS 16

static void enter_often(void *unused)
{
	int ruleset = kt_ruleset_new(KT_LL_MAKE_BLOCK, 0, 0);

	(void)unused;
	KT_SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	for (int i = 0; i < LAYERS; i++)
		KT_OK(kt_raw(KT_LL_RESTRICT, ruleset, 0));
	KT_ERR(E2BIG, kt_raw(KT_LL_RESTRICT, ruleset, 0));
}

KT_CASE(landlock_layers, "landlock.layers",
	"Verify that a task can enter 16 Landlock domains one in another, and the next is refused "
	"with E2BIG",
	KT_ANSWERS(call, KT_LL_RESTRICT, 0, KT_NOT_FIRST(LAYERS)),
	KT_ANSWERS(call, KT_LL_RESTRICT, -E2BIG, KT_NOT_FIRST(LAYERS - 1)))
{
	KT_NEEDS(kt_probe_landlock(1));
	KT_WAIT(kt_child(enter_often, NULL), "exited(0)");
}

/* What every domain of this program forbids: 0 or -errno. */
static long read_root(void)
{
	long fd = kt_raw(SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fd;
	close((int)fd);
	return 0;
}

static void is_restricted(void *checked)
{
	KT_ERR(EACCES, read_root());
	kt_gate_open(checked);
}

KT_EXEC_MAIN(exits_with_errno)
{
	(void)arg;
	_exit((int)-read_root());
}

struct siblings {
	struct kt_gate restricted, checked, later_thread, child;
};

static void not_restricted(void *arg)
{
	struct siblings *s = arg;

	kt_gate_wait(&s->restricted);
	KT_OK(read_root());
	kt_gate_open(&s->checked);
}

static void restrict_and_multiply(void *arg)
{
	struct siblings *s = arg;

	KT_OK(read_root());
	kt_thread(not_restricted, s);
	kt_landlock_enter(KT_LL_READ_DIR, 0, 0);
	kt_gate_open(&s->restricted);
	kt_gate_wait(&s->checked);
	KT_ERR(EACCES, read_root());
	kt_thread(is_restricted, &s->later_thread);
	kt_gate_wait(&s->later_thread);
	KT_WAIT(kt_child(is_restricted, &s->child), "exited(0)");
	KT_OK(kt_exec("exits_with_errno", ""));
}

KT_CASE(landlock_inherit, "landlock.inherit",
	"Verify that a Landlock domain holds for the thread that enters it, for its later threads "
	"and children and across execve, and not for its sibling threads",
	KT_ANSWERS(call, KT_LL_RESTRICT, 0), KT_ANSWERS(call, SYS_openat, -EACCES, KT_NOT_FIRST(1)),
	KT_REPORTS("exited(13)", W_EXITCODE(0, 0)))
{
	KT_NEEDS(kt_probe_landlock(1));
	KT_WAIT(kt_child(restrict_and_multiply, kt_shared(sizeof(struct siblings))), "exited(13)");
}

static void restricted_by_another(void *arg)
{
	struct siblings *s = arg;

	kt_gate_wait(&s->restricted);
	KT_ERR(EACCES, read_root());
	kt_gate_open(&s->checked);
}

static void restrict_all(void *arg)
{
	struct siblings *s = arg;
	int ruleset = kt_ruleset_new(KT_LL_READ_DIR, 0, 0);

	kt_thread(restricted_by_another, s);
	KT_SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	KT_OK(kt_raw(KT_LL_RESTRICT, ruleset, KT_LL_TSYNC));
	kt_gate_open(&s->restricted);
	kt_gate_wait(&s->checked);
	KT_ERR(EACCES, read_root());
}

KT_CASE(landlock_inherit_tsync, "landlock.inherit_tsync",
	"Verify that with LANDLOCK_RESTRICT_SELF_TSYNC every thread of the process enters the "
	"domain",
	KT_CHANGES_ARG(call, KT_LL_RESTRICT, 1, KT_LL_TSYNC, 0))
{
	KT_NEEDS(kt_probe_landlock(8));
	KT_WAIT(kt_child(restrict_all, kt_shared(sizeof(struct siblings))), "exited(0)");
}

KT_PROGRAM
