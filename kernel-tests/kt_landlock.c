/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_landlock.c - rulesets and domains. Judges nothing but its own success.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_landlock.h"
#include "kernel-tests/kt_raw.h"

#define RULE_PATH 1
#define RULE_PORT 2

const char *kt_probe_landlock(long abi)
{
	static char why[64];
	long have = syscall(KT_LL_CREATE, NULL, 0, KT_LL_VERSION);

	if (have < 0)
		return errno == EOPNOTSUPP ? "Landlock is not enabled at boot" :
					     "the kernel has no Landlock";
	snprintf(why, sizeof(why), "needs Landlock ABI %ld, the kernel has %ld", abi, have);
	return have < abi ? why : NULL;
}

int kt_ruleset_new(uint64_t fs, uint64_t net, uint64_t scoped)
{
	struct kt_ruleset attr = { fs, net, scoped };

	return (int)KT_OK(kt_raw(KT_LL_CREATE, &attr, sizeof(attr), 0));
}

void kt_ruleset_path(int ruleset, const char *path, uint64_t access)
{
	struct {
		uint64_t access;
		int32_t fd;
	} __attribute__((packed)) rule = { access, KT_SYS(open(path, O_PATH | O_CLOEXEC)) };

	KT_OK(kt_raw(KT_LL_ADD_RULE, ruleset, RULE_PATH, &rule, 0));
	KT_SYS(close(rule.fd));
}

void kt_ruleset_port(int ruleset, uint16_t port, uint64_t access)
{
	struct {
		uint64_t access, port;
	} rule = { access, port };

	KT_OK(kt_raw(KT_LL_ADD_RULE, ruleset, RULE_PORT, &rule, 0));
}

void kt_ruleset_enter(int ruleset)
{
	KT_SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	KT_OK(kt_raw(KT_LL_RESTRICT, ruleset, 0));
	KT_SYS(close(ruleset));
}

void kt_landlock_enter(uint64_t fs, uint64_t net, uint64_t scoped)
{
	kt_ruleset_enter(kt_ruleset_new(fs, net, scoped));
}
