/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judge.c - ask the rules and say what they refused. It must not perform
 * anything; what a violation leads to is only noted here.
 *
 * A refusal is EACCES for names, programs and addresses, EPERM for processes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "sandbox/supervise/box.h"
#include "sandbox/supervise/supervisor.h"

static const char *const op_names[POLICY_OPS] = {
	[POLICY_READ] = "read",	    [POLICY_WRITE] = "write",
	[POLICY_EXEC] = "exec",	    [POLICY_BIND] = "network/bind",
	[POLICY_CONNECT] = "network/connect",
};

static void note_violation(struct supervisor *sv)
{
	if (sv->on_violation == ON_VIOLATION_KILL)
		sv->condemned = true;
	else if (sv->on_violation == ON_VIOLATION_KILLALL)
		sv->all_condemned = true;
}

static void report(struct supervisor *sv, pid_t pid, const char *op, const char *object,
		   const struct policy_verdict *verdict, const char *why, int error)
{
	const struct request *r = &sv->req;
	struct violation v = {
		.pid = pid,
		.call = r->spec->name,
		.abi = r->call->abi->name,
		.op = op,
		.object = object,
		.verdict = verdict,
		.why = why,
		.error = error,
	};

	/* A question that is answered with no has done nothing. */
	if (r->spec->kind == KIND_ACCESS && !sv->raise_safe)
		return;
	report_violation(sv->report, &v);
	note_violation(sv);
}

void judge_as(struct supervisor *sv, const struct tracee *t)
{
	const struct box *b = t->process->box;

	sv->policy = sv->decide.policy = b->policy;
	sv->decide.open = b->open;
}

int judge_refuse(struct supervisor *sv, struct tracee *t, const char *op, const char *object,
		 const char *why, int error)
{
	report(sv, t->process->tgid, op, object, NULL, why, error);
	return -error;
}

void judge_unresolved(struct supervisor *sv, const char *path, int error)
{
	if (sv->raise_fail)
		report(sv, sv->resolve.tgid, "path", path, NULL, "it cannot be resolved", error);
}

int judge_pin(struct supervisor *sv, struct tracee *t, enum policy_op op, const struct pin *pin)
{
	struct decision d;

	decide_pin(&sv->decide, op, pin, &d);
	if (d.allow)
		return 0;
	report(sv, t->process->tgid, op_names[op], pin->path, d.asked ? &d.verdict : NULL, d.why,
	       EACCES);
	return -EACCES;
}

/* A NUL in the name is shown as '@', as /proc/net/unix does. */
static void abstract_text(const struct sockaddr *addr, socklen_t len, char *buf, size_t size)
{
	const char *name = ((const struct sockaddr_un *)addr)->sun_path + 1;
	size_t n = len > sizeof(sa_family_t) + 1 ? len - sizeof(sa_family_t) - 1 : 0;
	size_t at = (size_t)snprintf(buf, size, "unix-abstract:");

	for (size_t i = 0; i < n && at < size - 1; i++)
		buf[at++] = name[i] != '\0' ? name[i] : '@';
	buf[at] = '\0';
}

static void addr_text(const struct sockaddr *addr, socklen_t len, char *buf, size_t size)
{
	const struct sockaddr_in *in = (const void *)addr;
	const struct sockaddr_in6 *in6 = (const void *)addr;
	char text[INET6_ADDRSTRLEN];

	if (len >= sizeof(*in) && addr->sa_family == AF_INET &&
	    inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)) != NULL)
		snprintf(buf, size, "inet:%s@%u", text, ntohs(in->sin_port));
	else if (len >= 24 && addr->sa_family == AF_INET6 && /* SIN6_LEN_RFC2133 */
		 inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text)) != NULL)
		snprintf(buf, size, "inet6:%s@%u", text, ntohs(in6->sin6_port));
	else if (len >= sizeof(sa_family_t) && addr->sa_family == AF_UNIX)
		abstract_text(addr, len, buf, size);
	else
		snprintf(buf, size, "family %u",
			 len >= sizeof(sa_family_t) ? addr->sa_family : AF_UNSPEC);
}

int judge_addr(struct supervisor *sv, struct tracee *t, enum policy_op op,
	       const struct sockaddr *addr, socklen_t len, const struct pin *pin)
{
	struct policy_verdict verdict;
	char text[PIN_PATH_MAX + 8];

	if (pin != NULL && pin->foreign)
		return judge_refuse(sv, t, op_names[op], pin->path,
				    "reached through a process or mount outside the sandbox",
				    EACCES);
	if ((sv->decide.open & 1u << op) != 0)
		return 0;
	if (op == POLICY_CONNECT)
		policy_decide_peer(sv->policy, sv->bound, addr, len,
				   pin != NULL ? pin->path : NULL, &verdict);
	else
		policy_decide_addr(sv->policy, op, addr, len, pin != NULL ? pin->path : NULL,
				   &verdict);
	if (verdict.allow)
		return 0;
	if (pin != NULL)
		snprintf(text, sizeof(text), "unix:%s", pin->path);
	else
		addr_text(addr, len, text, sizeof(text));
	report(sv, t->process->tgid, op_names[op], text, &verdict, NULL, EACCES);
	return -EACCES;
}
