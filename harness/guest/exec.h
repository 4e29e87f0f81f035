/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec.h - run one program to its end and leave nothing of it: not the program,
 * and no descendant of it.
 */
#ifndef BELAY_HARNESS_GUEST_EXEC_H
#define BELAY_HARNESS_GUEST_EXEC_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/buf.h"
#include "harness/guest/atf.h"

struct exec_program {
	char *const *argv; /* argv[0] is its path */
	char *const *envp;
	const char *dir;   /* that it works in */
	bool become;	   /* this user, with no other groups */
	uid_t uid;
	gid_t gid;
	unsigned timeout_s; /* 0: none */
	size_t output_max;  /* so much of its output is kept */
};

struct exec_end {
	struct atf_end end;
	int64_t us;
	struct buf output; /* both of its outputs, in the order of their writing */
	bool cut;	   /* there was more of it */
};

/* Once, before the first: this process becomes the one that orphans come to. */
int exec_setup(void);

/*
 * Run it. -errno when it cannot be started; -EINTR when `stop` became set, -EBUSY when
 * a process of it cannot be ended, with `end` all the same.
 */
int exec_run(const struct exec_program *p, const volatile sig_atomic_t *stop,
	     struct exec_end *end);
void exec_end_free(struct exec_end *end);

#endif
