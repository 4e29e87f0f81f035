/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_seccomp.c - builds and installs the cases' filters.
 */
#include <errno.h>
#include <linux/filter.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_raw.h"
#include "kernel-tests/kt_seccomp.h"
#include "kernel-tests/kt_wrong.h"

struct call_io kt_io = CALL_IO_INIT;

/* Little endian, as every ABI here: the low half comes first. */
#define ARG_OFFSET(i) (offsetof(struct seccomp_data, args) + 8 * (size_t)(i))

int kt_filter(const struct kt_rule *rules, size_t n, unsigned int flags)
{
	struct sock_filter code[5 * KT_RULES + 1];
	struct sock_fprog prog = { 0, code };
	long rc;

	KT_REQUIRE(n <= KT_RULES);
	for (size_t i = 0; i < n; i++) {
		const struct kt_rule *r = &rules[i];
		unsigned char past = r->arg == KT_ANY_ARG ? 1 : 3;

		code[prog.len++] = (struct sock_filter)BPF_STMT(
			BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
		code[prog.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
								(uint32_t)r->nr, 0, past);
		if (r->arg != KT_ANY_ARG) {
			code[prog.len++] = (struct sock_filter)BPF_STMT(
				BPF_LD | BPF_W | BPF_ABS, ARG_OFFSET(r->arg));
			code[prog.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
									r->value, 0, 1);
		}
		code[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, r->action);
	}
	code[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	KT_SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	rc = kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
	if (rc < 0)
		kt_broken(__FILE__, __LINE__, "a filter with flags 0x%x: %s", flags,
			  kt_errno_name((int)-rc));
	return (int)rc;
}

struct call kt_call(const char *file, int line, pid_t tid, enum call_point point)
{
	struct call c;
	int rc = call_get(&kt_io, tid, point, &c);

	if (rc < 0)
		kt_fail(file, line, "cannot read the call of %d: %s", (int)tid, kt_errno_name(-rc));
	c.nr = KT_SEEN("call.nr", c.nr);
	c.args[0] = KT_SEEN("call.arg0", c.args[0]);
	c.result = KT_SEEN("call.result", c.result);
	return c;
}
