/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netrule.h - one address as rules write it, and an address that a program
 * gave, taken apart. Pure but for the names of services.
 */
#ifndef BELAY_SANDBOX_NETRULE_H
#define BELAY_SANDBOX_NETRULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "sandbox/policy/policy.h"

enum net_kind { NET_INET, NET_INET6, NET_UNIX, NET_ABSTRACT };

struct netrule;

/* Compile "inet:127.0.0.0/8@80-90" and its like; flags as for patterns. */
int netrule_parse(const char *text, unsigned int flags, const struct policy_env *env,
		  struct netrule **out, struct policy_error *err);
void netrule_free(struct netrule *r);

/* An address that is judged. `name` points into what it was made from. */
struct netaddr {
	enum net_kind kind;
	uint8_t ip[16]; /* 4 bytes of it for NET_INET */
	uint16_t port;	/* host order */
	const char *name;
	size_t len;
};

bool netrule_match(const struct netrule *r, const struct netaddr *a);

enum netaddr_class {
	NETADDR_KNOWN,	   /* *out is set */
	NETADDR_UNSPEC,	   /* AF_UNSPEC that names nothing: disconnects; *out is 0.0.0.0@0 */
	NETADDR_FAMILY,	   /* a family that has no rules */
	NETADDR_MALFORMED, /* too short, too long, or a socket path nobody resolved */
};

/*
 * Take a sockaddr of any content and length apart. `path`: as for
 * policy_decide_addr().
 */
enum netaddr_class netaddr_read(const struct sockaddr *addr, socklen_t len, const char *path,
				struct netaddr *out);

/* ::ffff:a.b.c.d: then *out is the IPv4 address, which is what goes over the wire. */
bool netaddr_mapped(const struct netaddr *a, struct netaddr *out);
bool netaddr_is_any(const struct netaddr *a); /* 0.0.0.0 or :: */
struct netaddr netaddr_loopback(enum net_kind kind, uint16_t port);

#endif
