/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * weak.c - belay-weak: the supervisor that a race must win against. Linked in
 * place of perform.c and exec.c, it judges what it reads, and then lets the
 * kernel execute the call as it is, which reads everything once more. That is
 * how the races of race.c are known to race. It holds nobody who tries, so it
 * is never installed, says what it is, and starts for its test alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/supervise/exec.h"
#include "sandbox/supervise/message.h"
#include "sandbox/supervise/perform.h"
#include "sandbox/supervise/sockets.h"

__attribute__((constructor)) static void say_so(void)
{
	const char *wanted = getenv("BELAY_WEAK");

	fprintf(stderr, "belay-weak: NOT A SANDBOX: judges calls and then lets them be changed\n");
	if (strcmp(program_invocation_short_name, "belay-weak") != 0 || wanted == NULL ||
	    strcmp(wanted, "for the races") != 0) {
		fprintf(stderr, "belay-weak: it is a part of the races' test and starts there alone\n");
		_exit(125);
	}
}

int perform_resolve(struct supervisor *sv, unsigned int i, enum resolve_want want, bool nofollow)
{
	return resolve_operand(&sv->resolve, &sv->req.op[i], sv->base[i], want, nofollow,
			       sv->req.resolve, &sv->pin[i]);
}

/* 0, or the refusal. What cannot be resolved the kernel refuses better. */
static int judge_operand(struct supervisor *sv, struct tracee *t, unsigned int i,
			 enum policy_op op, enum resolve_want want, bool nofollow)
{
	const struct operand *operand = &sv->req.op[i];

	if (!operand->present ||
	    resolve_open_base(&sv->resolve, operand, sv->req.resolve, &sv->base[i]) < 0 ||
	    perform_resolve(sv, i, want, nofollow) < 0)
		return 0;
	return judge_pin(sv, t, op, &sv->pin[i]);
}

static int judge_open(struct supervisor *sv, struct tracee *t)
{
	uint64_t flags = sv->req.flags;
	bool creates = (flags & O_CREAT) != 0;
	bool writes = (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != 0;

	return judge_operand(sv, t, 0, writes ? POLICY_WRITE : POLICY_READ,
			     creates ? RESOLVE_CREATE : RESOLVE_OBJECT,
			     (flags & O_NOFOLLOW) != 0 || (creates && (flags & O_EXCL) != 0));
}

static int judge_files(struct supervisor *sv, struct tracee *t)
{
	int rc = 0;

	switch (sv->req.spec->kind) {
	case KIND_OPEN:
	case KIND_OPENAT2:
		return judge_open(sv, t);
	case KIND_ACCESS:
		return judge_operand(sv, t, 0, POLICY_READ, RESOLVE_OBJECT, false);
	case KIND_EXEC:
		return judge_operand(sv, t, 0, POLICY_EXEC, RESOLVE_OBJECT, false);
	case KIND_CHMOD:
	case KIND_CHOWN:
	case KIND_TRUNCATE:
	case KIND_UTIMES:
	case KIND_SETXATTR:
	case KIND_REMOVEXATTR:
		return judge_operand(sv, t, 0, POLICY_WRITE, RESOLVE_OBJECT, false);
	default:
		for (unsigned int i = 0; rc == 0 && i < sv->req.nops; i++)
			rc = judge_operand(sv, t, i, POLICY_WRITE, RESOLVE_NAME, true);
		return rc;
	}
}

/* An address of another family the kernel refuses by itself: nothing to judge. */
static int judge_address(struct supervisor *sv, struct tracee *t, int sock, enum policy_op op,
			 struct socket_addr *a)
{
	if (a->ss.ss_family != socket_option(sock, SO_DOMAIN))
		return 0;
	if (!a->pathname)
		return judge_addr(sv, t, op, (struct sockaddr *)&a->ss, a->len, NULL);
	if (socket_path_operand(sv, a) < 0 ||
	    perform_resolve(sv, 0, op == POLICY_BIND ? RESOLVE_NAME : RESOLVE_OBJECT, false) < 0)
		return 0;
	return judge_addr(sv, t, op, (struct sockaddr *)&a->ss, a->len, &sv->pin[0]);
}

static int judge_message(struct supervisor *sv, struct tracee *t, int sock, uint64_t at)
{
	struct message msg;
	int rc = 0;

	/* A connected stream has its peer already. */
	if (socket_option(sock, SO_TYPE) != SOCK_STREAM &&
	    message_read(t, sv->req.mem, at, &msg) == 0) {
		if (msg.named)
			rc = judge_address(sv, t, sock, POLICY_CONNECT, &msg.addr);
		message_free(&msg);
	}
	return rc;
}

static int judge_listen(struct supervisor *sv, struct tracee *t, int sock)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	const unsigned char none[14] = { 0 };

	if (getsockname(sock, (struct sockaddr *)&name, &len) < 0 ||
	    memcmp(((struct sockaddr *)&name)->sa_data, none, sizeof(none)) != 0)
		return 0;
	return judge_addr(sv, t, POLICY_BIND, (struct sockaddr *)&name, len, NULL);
}

static int judge_socket(struct supervisor *sv, struct tracee *t, int sock)
{
	const struct request *r = &sv->req;
	const uint64_t *args = r->call->args;
	struct socket_addr a;
	size_t len_at;
	int rc = 0;

	switch (r->spec->kind) {
	case KIND_BIND:
	case KIND_CONNECT:
		if (socket_read_addr(r->mem, args[1], request_int(r, 2), &a) < 0)
			return 0;
		return judge_address(sv, t, sock,
				     r->spec->kind == KIND_BIND ? POLICY_BIND : POLICY_CONNECT,
				     &a);
	case KIND_SENDTO:
		if (args[4] == 0 || socket_option(sock, SO_TYPE) == SOCK_STREAM ||
		    socket_read_addr(r->mem, args[4], request_int(r, 5), &a) < 0)
			return 0;
		return judge_address(sv, t, sock, POLICY_CONNECT, &a);
	case KIND_SENDMSG:
		return judge_message(sv, t, sock, args[1]);
	case KIND_SENDMMSG:
		for (uint32_t i = 0; rc == 0 && i < (uint32_t)args[2] && i < 1024; i++)
			rc = judge_message(sv, t, sock,
					   args[1] + i * message_stride(r->mem.abi, &len_at));
		return rc;
	case KIND_LISTEN:
		return judge_listen(sv, t, sock);
	default:
		return 0;
	}
}

static void forget(struct supervisor *sv)
{
	for (int i = 0; i < 2; i++) {
		pin_close(&sv->pin[i]);
		if (sv->base[i] >= 0)
			close(sv->base[i]);
		sv->base[i] = -1;
	}
}

static void run_or(struct outcome *out, int refusal)
{
	if (refusal < 0)
		outcome_result(out, refusal);
	else
		out->kind = OUTCOME_RUN;
}

void perform_direct(struct supervisor *sv, struct tracee *t, const struct call_spec *spec,
		    const struct call *c, struct outcome *out)
{
	int sock, rc = 0;

	decode_plain(sv->req.mem, spec, c, &sv->req);
	sock = socket_take(t, request_int(&sv->req, 0));
	if (sock >= 0) {
		rc = judge_socket(sv, t, sock);
		close(sock);
	}
	run_or(out, rc);
}

static void judge_socketcall(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	perform_socketcall(sv, t, out);
	/* The rewritten call would be the one that was judged. */
	if (out->kind == OUTCOME_REWRITE)
		out->kind = OUTCOME_RUN;
}

int perform_call(struct supervisor *sv, struct tracee *t, const struct call_spec *spec,
		 const struct call *c, struct outcome *out)
{
	const struct mem m = { t->tid, c->abi };

	out->kind = OUTCOME_RUN;
	sv->resolve.tid = t->tid;
	sv->resolve.tgid = t->process->tgid;
	switch (spec->kind) {
	case KIND_PID:
	case KIND_KILL:
	case KIND_IDENTITY:
		break;
	case KIND_SOCKETCALL:
		decode_plain(m, spec, c, &sv->req);
		judge_socketcall(sv, t, out);
		break;
	case KIND_BIND:
	case KIND_CONNECT:
	case KIND_SENDTO:
	case KIND_SENDMSG:
	case KIND_SENDMMSG:
	case KIND_LISTEN:
		sv->req.mem = m;
		perform_direct(sv, t, spec, c, out);
		break;
	default:
		if (decode_files(m, spec, c, &sv->req) == 0)
			run_or(out, judge_files(sv, t));
		break;
	}
	forget(sv);
	return 0;
}

/* Judged at its entry, and never again. */
int exec_check(struct supervisor *sv, struct tracee *t)
{
	(void)sv;
	(void)t;
	return 0;
}
