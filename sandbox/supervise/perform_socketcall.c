/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform_socketcall.c - i386's one call for all of sockets. Its arguments
 * lie in memory, so they are copied and the call is replaced by the direct
 * one (4.3) with these values in registers: what the filter can judge it
 * judges then, what needs the supervisor is performed as the direct call.
 *
 * Without a tracer nothing can take the place of a call. Which one it is lies
 * in a register, though: those that no rule speaks of go on as they are, and
 * the others are performed. Only socketpair is then left, and refused.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/plan/cond.h"
#include "sandbox/supervise/perform.h"
#include "sandbox/supervise/sockets.h"

#define OPTION_MAX 1024		/* bytes; no option that a socket of a network takes is longer */

/* The C library has names for those of its own time_t alone. */
#define RCVTIMEO_OLD 20
#define SNDTIMEO_OLD 21
#define RCVTIMEO_NEW 66		/* 5.1 */
#define SNDTIMEO_NEW 67
#define ATTACH_REUSEPORT_CBPF 51

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

/* The kernel may read its arguments again, whatever they are by then. */
static bool is_free(const struct call_spec *spec)
{
	return spec != NULL && spec->action == CALL_ALLOW && spec->cond == COND_NONE;
}

static void make_socket(struct supervisor *sv, struct tracee *t, const struct call *direct,
			struct outcome *out)
{
	int type = (int)(uint32_t)direct->args[1];
	int fd, rc = identity_enter(&sv->identity, t->tid, &t->known, false);

	fd = rc == 0 ? socket((int)(uint32_t)direct->args[0], type | SOCK_CLOEXEC,
			      (int)(uint32_t)direct->args[2]) : -1;
	if (fd < 0) {
		outcome_result(out, rc < 0 ? rc : -errno);
		return;
	}
	out->kind = OUTCOME_FD;
	out->fd = fd;
	out->cloexec = (type & SOCK_CLOEXEC) != 0;
}

/*
 * The two options of a time have that of the caller's ABI; what points to more
 * memory is refused, for it would be read from ours.
 */
static int64_t set_option(struct supervisor *sv, struct tracee *t, const uint64_t *args)
{
	int level = (int)(uint32_t)args[1], option = (int)(uint32_t)args[2], sock, rc;
	unsigned char value[OPTION_MAX];
	uint32_t size = (uint32_t)args[4], narrow[2];
	int64_t wide[2];

	if (level == SOL_SOCKET &&
	    (option == SO_ATTACH_FILTER || option == ATTACH_REUSEPORT_CBPF))
		return -ENOPROTOOPT;
	if (size > sizeof(value))
		return -EINVAL;
	rc = mem_read(sv->req.mem, args[3], value, size);
	sock = rc < 0 ? rc : socket_take(t, (int)(uint32_t)args[0]);
	if (sock < 0)
		return sock;
	if (level == SOL_SOCKET && size == sizeof(narrow) &&
	    (option == RCVTIMEO_OLD || option == SNDTIMEO_OLD)) {
		memcpy(narrow, value, sizeof(narrow));
		for (int i = 0; i < 2; i++)
			wide[i] = (int32_t)narrow[i];
		size = sizeof(wide);
		memcpy(value, wide, size);
		option += option == RCVTIMEO_OLD ? RCVTIMEO_NEW - RCVTIMEO_OLD :
						   SNDTIMEO_NEW - SNDTIMEO_OLD;
	}
	rc = identity_enter(&sv->identity, t->tid, &t->known, false);
	if (rc == 0 && setsockopt(sock, level, option, value, size) < 0)
		rc = -errno;
	close(sock);
	return rc;
}

/* In its place, here: what the direct call would come to. */
static void perform_here(struct supervisor *sv, struct tracee *t, const struct call_spec *spec,
			 const struct call *direct, struct outcome *out)
{
	struct call_answer answer = cond_judge(spec, direct->args, sv->closed);

	if (answer.action == CALL_REFUSE)
		outcome_result(out, -answer.error);
	else if (spec->cond == COND_SOCKET)
		make_socket(sv, t, direct, out);
	else if (spec->cond == COND_SETSOCKOPT)
		outcome_result(out, set_option(sv, t, direct->args));
	else
		perform_direct(sv, t, spec, direct, out);
}

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
	spec = calls_named(sub->name);
	if (sv->nest != NULL && is_free(spec)) {
		out->kind = OUTCOME_RUN;
		return;
	}
	for (int i = 0; i < ABI_NARGS; i++)
		direct.args[i] = 0;
	rc = mem_read_words(r->mem, r->call->args[1], direct.args, sub->nargs);
	direct.nr = calls_nr(abi, sub->name);
	if (rc < 0 || spec == NULL || direct.nr < 0) {
		outcome_result(out, rc < 0 ? rc : -ENOSYS);
		return;
	}
	if (sv->nest != NULL) {
		perform_here(sv, t, spec, &direct, out);
		return;
	}
	if (cond_judge(spec, direct.args, sv->closed).action == CALL_SUPERVISE) {
		perform_direct(sv, t, spec, &direct, out);
		return;
	}
	out->kind = OUTCOME_REWRITE;
	out->call = direct;
}
