/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decide.c - one question against the rules: the last that matches decides,
 * else the mode. No I/O, no allocation, nothing remembered.
 */
#include "sandbox/policy/internal.h"

#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

/* A path, and how it reads from inside when it is in the process's own /proc directory. */
struct subject {
	const char *path, *own;
	size_t len, ownlen;
};

static const char *const off_texts[POLICY_OPS] = {
	[POLICY_READ] = "core/sandbox/read:off",
	[POLICY_WRITE] = "core/sandbox/write:off",
	[POLICY_EXEC] = "core/sandbox/exec:off",
	[POLICY_BIND] = "core/sandbox/network:off",
	[POLICY_CONNECT] = "core/sandbox/network:off",
};

static struct policy_verdict by_mode(const struct policy *p, enum policy_op op)
{
	const char *text = p->state.mode_text[op];

	return (struct policy_verdict){
		.allow = p->state.mode[op] != POLICY_DENY,
		.rule = text != NULL ? text : off_texts[op],
		.origin = p->state.mode_origin[op],
	};
}

static struct policy_verdict by_rule(const struct rule *r)
{
	return (struct policy_verdict){.allow = r->allow, .rule = r->text, .origin = r->origin};
}

static struct policy_verdict by_option(const struct policy *p, int option, bool allow)
{
	return (struct policy_verdict){
		.allow = allow,
		.rule = policy_option_at((size_t)option)->key,
		.origin = p->state.options[option].origin,
	};
}

static struct policy_verdict built_in(bool allow, const char *why)
{
	return (struct policy_verdict){.allow = allow, .rule = why};
}

static const struct rule *last_path(const struct rulelist *list, const struct subject *s)
{
	if (s->path[0] != '/')
		return NULL; /* "pipe:[1]" is in no directory */
	for (size_t i = list->n; i-- > 0;) {
		const struct rule *r = list->v[i];

		if (pattern_match(r->pattern, s->path, s->len) ||
		    (s->own != NULL && pattern_match(r->pattern, s->own, s->ownlen)))
			return r;
	}
	return NULL;
}

static struct policy_verdict judge_path(const struct policy *p, enum policy_op op,
					const struct subject *s)
{
	const struct rule *r;

	if (op == POLICY_EXEC) {
		r = last_path(&p->state.lists[LIST_KILL], s);
		if (r != NULL)
			return by_rule(r);
	}
	if (p->state.mode[op] == POLICY_OFF)
		return by_mode(p, op);
	r = last_path(&p->state.lists[op], s);
	if (r != NULL)
		return by_rule(r);
	if (s->own != NULL && op != POLICY_EXEC && p->state.options[OPTION_OWN].value)
		return by_option(p, OPTION_OWN, true);
	return by_mode(p, op);
}

static void decide(const struct policy *p, enum policy_op op, const struct subject *s,
		   struct policy_verdict *out)
{
	if (op > POLICY_EXEC) {
		*out = built_in(false, "a path is no address");
		return;
	}
	*out = judge_path(p, op, s);
	if (!out->allow)
		out->silent = last_path(&p->state.lists[LIST_FILTER + op], s) != NULL;
}

void policy_decide_path(const struct policy *p, enum policy_op op, const char *path,
			struct policy_verdict *out)
{
	decide(p, op, &(struct subject){.path = path, .len = strlen(path)}, out);
}

pid_t policy_proc_pid(const char *path)
{
	long pid = 0;

	if (strncmp(path, "/proc/", 6) != 0 || path[6] == '0')
		return 0;
	for (path += 6; isdigit((unsigned char)*path); path++) {
		pid = pid * 10 + (*path - '0');
		if (pid > INT_MAX / 10)
			return 0;
	}
	return *path == '/' || *path == '\0' ? (pid_t)pid : 0;
}

void policy_decide_own(const struct policy *p, enum policy_op op, const char *path,
		       struct policy_verdict *out)
{
	static const char self[] = "/proc/self";
	struct subject s = {.path = path, .len = strlen(path)};
	char own[PATH_MAX + sizeof self];

	if (policy_proc_pid(path) != 0) {
		const char *rest = path + 6 + strspn(path + 6, "0123456789");
		size_t n = strlen(rest);

		if (n < PATH_MAX) {
			memcpy(own, self, sizeof self - 1);
			memcpy(own + sizeof self - 1, rest, n + 1);
			s.own = own;
			s.ownlen = sizeof self - 1 + n;
		}
	}
	decide(p, op, &s, out);
}

static const struct rule *last_addr(const struct rulelist *list, const struct netaddr *a)
{
	for (size_t i = list->n; i-- > 0;)
		if (netrule_match(list->v[i]->net, a))
			return list->v[i];
	return NULL;
}

/* An address that is asked about, and what else may allow it. */
struct asked {
	const struct policy *p;
	enum policy_op op;
	const struct policy_bound *bound; /* or NULL */
};

static struct policy_verdict judge_addr(const struct asked *q, const struct netaddr *a)
{
	const struct rule *r = last_addr(&q->p->state.lists[q->op], a);

	if (r != NULL)
		return by_rule(r);
	if (q->bound != NULL && bound_covers(q->bound, a))
		return by_option(q->p, OPTION_BOUND, true);
	return by_mode(q->p, q->op);
}

/* Let an allowed address still fall to a rule that denies another name of it. */
static void unless_denied(const struct asked *q, const struct netaddr *a,
			  struct policy_verdict *v)
{
	const struct rule *r = v->allow ? last_addr(&q->p->state.lists[q->op], a) : NULL;

	if (r != NULL && !r->allow)
		*v = by_rule(r);
}

/* Let an allowed address still need this one to be allowed. */
static void and_allowed(const struct asked *q, struct netaddr a, struct policy_verdict *v)
{
	if (v->allow) {
		struct policy_verdict other = judge_addr(q, &a);

		if (!other.allow)
			*v = other;
	}
}

/*
 * An address may be several at once. A mapped one goes over the wire as IPv4,
 * so the rules of IPv4 decide, but what denies the mapped form is heard. As a
 * destination 0.0.0.0 means this host, and :: means ::1 or, on a socket bound
 * to a mapped address, 127.0.0.1: all must be allowed. Bound to, :: covers
 * 0.0.0.0 as well unless the socket says otherwise: what denies that is heard.
 */
static struct policy_verdict judge_all(const struct asked *q, const struct netaddr *a)
{
	struct netaddr inner = *a;
	bool mapped = netaddr_mapped(a, &inner);
	struct policy_verdict v = judge_addr(q, &inner);

	if (mapped)
		unless_denied(q, a, &v);
	if (!netaddr_is_any(&inner))
		return v;
	if (q->op == POLICY_CONNECT) {
		and_allowed(q, netaddr_loopback(inner.kind, a->port), &v);
		if (inner.kind == NET_INET6)
			and_allowed(q, netaddr_loopback(NET_INET, a->port), &v);
	} else if (inner.kind == NET_INET6) {
		unless_denied(q, &(struct netaddr){.kind = NET_INET, .port = a->port}, &v);
	}
	return v;
}

static bool is_silent(const struct policy *p, const struct netaddr *a)
{
	const struct rulelist *list = &p->state.lists[LIST_FILTER_NETWORK];
	struct netaddr inner;

	return last_addr(list, a) != NULL ||
	       (netaddr_mapped(a, &inner) && last_addr(list, &inner) != NULL);
}

static void decide_addr(const struct asked *q, const struct sockaddr *addr, socklen_t len,
			const char *path, struct policy_verdict *out)
{
	const struct policy *p = q->p;
	long pass = p->state.options[OPTION_FAMILIES].value;
	struct netaddr a;
	enum netaddr_class class;

	*out = by_mode(p, q->op);
	if (policy_is_open(p, q->op))
		return;
	class = netaddr_read(addr, len, path, &a);
	if (class == NETADDR_UNSPEC && q->op == POLICY_CONNECT) {
		*out = built_in(true, "disconnect");
	} else if (class == NETADDR_FAMILY) {
		if (pass >= 0)
			*out = by_option(p, OPTION_FAMILIES, pass);
	} else if (class == NETADDR_MALFORMED) {
		*out = built_in(false, "malformed address");
	} else {
		*out = judge_all(q, &a);
		if (!out->allow)
			out->silent = is_silent(p, &a);
	}
}

void policy_decide_addr(const struct policy *p, enum policy_op op, const struct sockaddr *addr,
			socklen_t len, const char *path, struct policy_verdict *out)
{
	decide_addr(&(struct asked){p, op, NULL}, addr, len, path, out);
}

void policy_decide_peer(const struct policy *p, const struct policy_bound *bound,
			const struct sockaddr *addr, socklen_t len, const char *path,
			struct policy_verdict *out)
{
	if (!p->state.options[OPTION_BOUND].value)
		bound = NULL;
	decide_addr(&(struct asked){p, POLICY_CONNECT, bound}, addr, len, path, out);
}

enum policy_mode policy_mode_of(const struct policy *p, enum policy_op op)
{
	return p->state.mode[op];
}

bool policy_is_open(const struct policy *p, enum policy_op op)
{
	if (op == POLICY_EXEC && p->state.lists[LIST_KILL].n > 0)
		return false;
	if (p->state.mode[op] != POLICY_ALLOW)
		return p->state.mode[op] == POLICY_OFF;
	for (size_t i = 0; i < p->state.lists[op].n; i++)
		if (!p->state.lists[op].v[i]->allow)
			return false;
	return true;
}
