/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform_socketcall.c - i386's one call for all of sockets. Its arguments
 * lie in memory, so they are copied and the call is replaced by the direct
 * one (4.3) with these values in registers: what the filter can judge it
 * judges then, what needs the supervisor is performed as the direct call.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>

#include "sandbox/plan/cond.h"
#include "sandbox/supervise/perform.h"

struct subcall {
	const char *name;
	unsigned int nargs;
};

/* By SYS_SOCKET ... of <linux/net.h>. send and recv have no direct call. */
static const struct subcall subcalls[] = {
	[1] = { "socket", 3 },	     [2] = { "bind", 3 },	 [3] = { "connect", 3 },
	[4] = { "listen", 2 },	     [5] = { "accept4", 3 },	 [6] = { "getsockname", 3 },
	[7] = { "getpeername", 3 },  [8] = { "socketpair", 4 },	 [9] = { "sendto", 4 },
	[10] = { "recvfrom", 4 },    [11] = { "sendto", 6 },	 [12] = { "recvfrom", 6 },
	[13] = { "shutdown", 2 },    [14] = { "setsockopt", 5 }, [15] = { "getsockopt", 5 },
	[16] = { "sendmsg", 3 },     [17] = { "recvmsg", 3 },	 [18] = { "accept4", 4 },
	[19] = { "recvmmsg", 5 },    [20] = { "sendmmsg", 4 },
};

void perform_socketcall(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	const struct abi *abi = r->call->abi;
	uint64_t which = (uint32_t)r->call->args[0];
	const struct call_spec *spec;
	const struct subcall *sub;
	struct call direct = *r->call;
	int rc;

	if (which == 0 || which >= sizeof(subcalls) / sizeof(subcalls[0])) {
		outcome_result(out, -EINVAL);
		return;
	}
	sub = &subcalls[which];
	for (int i = 0; i < ABI_NARGS; i++)
		direct.args[i] = 0;
	rc = mem_read_words(r->mem, r->call->args[1], direct.args, sub->nargs);
	spec = calls_named(sub->name);
	direct.nr = calls_nr(abi, sub->name);
	if (rc < 0 || spec == NULL || direct.nr < 0) {
		outcome_result(out, rc < 0 ? rc : -ENOSYS);
		return;
	}
	if (cond_judge(spec, direct.args, sv->closed).action == CALL_SUPERVISE) {
		perform_direct(sv, t, spec, &direct, out);
		return;
	}
	out->kind = OUTCOME_REWRITE;
	out->call = direct;
}
