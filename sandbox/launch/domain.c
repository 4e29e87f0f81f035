/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domain.c - the smallest Landlock domains that keep processes apart. Any
 * domain does that (hook_ptrace_access_check() in security/landlock/task.c);
 * what differs by ABI is which right can be handled without taking anything
 * from the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/launch/domain.h"

/* The same numbers on every ABI; newer than some C libraries. */
#define NR_CREATE_RULESET 444
#define NR_ADD_RULE	  445
#define NR_RESTRICT_SELF  446
#ifdef __x86_64__
#ifdef __ILP32__
#define NR(nr) ((nr) | 0x40000000)
#endif
#endif
#ifndef NR
#define NR(nr) (nr)
#endif

#define CREATE_RULESET_VERSION (1u << 0)
#define RULE_PATH_BENEATH      1
#define ACCESS_FS_REFER	       (1ull << 13) /* ABI 2 */
#define SCOPE_SIGNAL	       (1ull << 1)  /* ABI 6 */

/* As linux/landlock.h has them since ABI 6. */
struct ruleset_attr {
	uint64_t handled_access_fs, handled_access_net, scoped;
};

struct path_beneath {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

static int create(const struct ruleset_attr *attr, size_t size, unsigned int flags)
{
	long r = syscall(NR(NR_CREATE_RULESET), attr, size, flags);

	return r < 0 ? -errno : (int)r;
}

enum domain_reach domain_reach(void)
{
	int abi = create(NULL, 0, CREATE_RULESET_VERSION);

	/*
	 * ABI 1 has no right whose handling changes nothing: its domains
	 * cannot rename from one directory to another.
	 */
	if (abi < 2)
		return DOMAIN_NONE;
	return abi < 6 ? DOMAIN_MEMORY : DOMAIN_SIGNALS;
}

/* Handle renaming across directories, and allow it everywhere. */
static int allow_refer(int ruleset)
{
	struct path_beneath rule = { .allowed_access = ACCESS_FS_REFER };
	long r;

	rule.parent_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return -errno;
	r = syscall(NR(NR_ADD_RULE), ruleset, RULE_PATH_BENEATH, &rule, 0) < 0 ? -errno : 0;
	close(rule.parent_fd);
	return (int)r;
}

int domain_enter(void)
{
	struct ruleset_attr attr = { .handled_access_fs = ACCESS_FS_REFER };
	enum domain_reach reach = domain_reach();
	size_t size = sizeof(attr.handled_access_fs);
	int ruleset, r = 0;

	if (reach == DOMAIN_NONE)
		return 0;
	if (reach == DOMAIN_SIGNALS) {
		attr = (struct ruleset_attr){ .scoped = SCOPE_SIGNAL };
		size = sizeof(attr);
	}
	ruleset = create(&attr, size, 0);
	if (ruleset < 0)
		return ruleset;
	if (reach == DOMAIN_MEMORY)
		r = allow_refer(ruleset);
	if (r == 0 && syscall(NR(NR_RESTRICT_SELF), ruleset, 0) < 0)
		r = -errno;
	close(ruleset);
	return r;
}
