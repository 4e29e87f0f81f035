/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netaddr.c - reads a socket address that came from a program: any bytes, any
 * length. Says what the kernel would make of it and decides nothing.
 */
#include "sandbox/policy/netrule.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

/* The kernel takes an inet6 address without its scope id (RFC 2133 size). */
#define SIN6_LEN_MIN 24

static enum netaddr_class read_inet(const void *addr, size_t len, struct netaddr *out)
{
	struct sockaddr_in in;

	if (len < sizeof in || len > sizeof(struct sockaddr_storage))
		return NETADDR_MALFORMED;
	memcpy(&in, addr, sizeof in);
	*out = (struct netaddr){.kind = NET_INET, .port = ntohs(in.sin_port)};
	memcpy(out->ip, &in.sin_addr, 4);
	return NETADDR_KNOWN;
}

static enum netaddr_class read_inet6(const void *addr, size_t len, struct netaddr *out)
{
	struct sockaddr_in6 in6 = {0};

	if (len < SIN6_LEN_MIN || len > sizeof(struct sockaddr_storage))
		return NETADDR_MALFORMED;
	memcpy(&in6, addr, SIN6_LEN_MIN);
	*out = (struct netaddr){.kind = NET_INET6, .port = ntohs(in6.sin6_port)};
	memcpy(out->ip, &in6.sin6_addr, 16);
	return NETADDR_KNOWN;
}

/*
 * unix(7): no name at all is bound to an abstract one of the kernel's choice;
 * a first byte of NUL is an abstract name, all bytes of the length count.
 */
static enum netaddr_class read_unix(const char *addr, size_t len, const char *path,
				    struct netaddr *out)
{
	size_t offset = offsetof(struct sockaddr_un, sun_path);

	if (len > sizeof(struct sockaddr_un))
		return NETADDR_MALFORMED;
	*out = (struct netaddr){.kind = NET_ABSTRACT, .name = ""};
	if (len == offset)
		return NETADDR_KNOWN;
	if (addr[offset] == '\0') {
		out->name = addr + offset + 1;
		out->len = len - offset - 1;
		return NETADDR_KNOWN;
	}
	if (path == NULL || path[0] != '/')
		return NETADDR_MALFORMED;
	out->kind = NET_UNIX;
	out->name = path;
	out->len = strlen(path);
	return NETADDR_KNOWN;
}

/*
 * connect(2) to AF_UNSPEC disconnects, but bind(2), and sendto(2) on an IPv4
 * socket, read the rest as an IPv4 address (udp_sendmsg(), inet_bind()). So it
 * is one, unless it is too short for that or zero.
 */
static enum netaddr_class read_unspec(const char *addr, size_t len, struct netaddr *out)
{
	if (read_inet(addr, len, out) == NETADDR_KNOWN && !(netaddr_is_any(out) && out->port == 0))
		return NETADDR_KNOWN;
	*out = (struct netaddr){.kind = NET_INET};
	return NETADDR_UNSPEC;
}

enum netaddr_class netaddr_read(const struct sockaddr *addr, socklen_t len, const char *path,
				struct netaddr *out)
{
	const char *bytes = (const char *)addr;
	sa_family_t family;

	if (addr == NULL || len < sizeof family || len > sizeof(struct sockaddr_storage))
		return NETADDR_MALFORMED;
	memcpy(&family, addr, sizeof family);
	switch (family) {
	case AF_INET:
		return read_inet(addr, len, out);
	case AF_INET6:
		return read_inet6(addr, len, out);
	case AF_UNIX:
		return read_unix(bytes, len, path, out);
	case AF_UNSPEC:
		return read_unspec(bytes, len, out);
	default:
		return NETADDR_FAMILY;
	}
}

bool netaddr_mapped(const struct netaddr *a, struct netaddr *out)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (a->kind != NET_INET6 || memcmp(a->ip, mapped, sizeof mapped) != 0)
		return false;
	*out = (struct netaddr){.kind = NET_INET, .port = a->port};
	memcpy(out->ip, a->ip + 12, 4);
	return true;
}

bool netaddr_is_any(const struct netaddr *a)
{
	static const uint8_t zero[16];

	return (a->kind == NET_INET && memcmp(a->ip, zero, 4) == 0) ||
	       (a->kind == NET_INET6 && memcmp(a->ip, zero, 16) == 0);
}

struct netaddr netaddr_loopback(enum net_kind kind, uint16_t port)
{
	struct netaddr a = {.kind = kind, .port = port};

	if (kind == NET_INET)
		memcpy(a.ip, (const uint8_t[4]){127, 0, 0, 1}, 4);
	else
		a.ip[15] = 1;
	return a;
}
