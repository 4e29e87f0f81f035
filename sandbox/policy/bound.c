/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bound.c - the addresses that the sandbox has bound, for
 * core/whitelist/successful_bind. Knows nothing of rules or sockets.
 */
#include "sandbox/policy/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The oldest is forgotten first: a program cannot make us remember without end. */
#define BOUND_MAX 1024

struct policy_bound {
	struct netaddr at[BOUND_MAX]; /* names are owned */
	size_t count, next;
};

struct policy_bound *policy_bound_new(void)
{
	return calloc(1, sizeof(struct policy_bound));
}

void policy_bound_free(struct policy_bound *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->count; i++)
		free((char *)b->at[i].name);
	free(b);
}

static bool is_same(const struct netaddr *a, const struct netaddr *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == NET_UNIX || a->kind == NET_ABSTRACT)
		return a->len == b->len && memcmp(a->name, b->name, a->len) == 0;
	return a->port == b->port && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

static bool is_loopback(const struct netaddr *a)
{
	struct netaddr six = netaddr_loopback(NET_INET6, a->port);

	return a->kind == NET_INET ? a->ip[0] == 127 : is_same(a, &six);
}

/* What is bound to every address of this host is reached at its loopback, too. */
static bool covers(const struct netaddr *bound, const struct netaddr *a)
{
	return is_same(bound, a) || (bound->kind == a->kind && bound->port == a->port &&
				     netaddr_is_any(bound) && is_loopback(a));
}

bool bound_covers(const struct policy_bound *b, const struct netaddr *a)
{
	for (size_t i = 0; i < b->count; i++)
		if (covers(&b->at[i], a))
			return true;
	return false;
}

int policy_bound_add(struct policy_bound *b, const struct sockaddr *addr, socklen_t len,
		     const char *path)
{
	struct netaddr a, inner, *slot;
	char *name = NULL;

	if (netaddr_read(addr, len, path, &a) != NETADDR_KNOWN)
		return 0;
	if (netaddr_mapped(&a, &inner))
		a = inner;
	for (size_t i = 0; i < b->count; i++)
		if (is_same(&b->at[i], &a))
			return 0;
	if (a.kind == NET_UNIX || a.kind == NET_ABSTRACT) {
		name = malloc(a.len + 1);
		if (name == NULL)
			return -ENOMEM;
		memcpy(name, a.name, a.len);
		name[a.len] = '\0';
	}
	a.name = name;
	slot = &b->at[b->next];
	if (b->count == BOUND_MAX)
		free((char *)slot->name);
	else
		b->count++;
	b->next = (b->next + 1) % BOUND_MAX;
	*slot = a;
	return 0;
}
