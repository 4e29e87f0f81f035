/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netrule.c - addresses of rules: parsed once, matched often. What a program
 * gave as an address is netaddr.c.
 */
#include "sandbox/policy/netrule.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/error.h"
#include "sandbox/policy/pattern.h"
#include "sandbox/policy/services.h"

#define NETS_MAX 4

struct net {
	enum net_kind kind;
	uint8_t ip[16];
	unsigned int prefix; /* leading bits that count */
};

struct netrule {
	enum net_kind kind;	 /* of a pattern; nets have their own */
	struct pattern *pattern; /* NET_UNIX, NET_ABSTRACT; else NULL */
	size_t nnets;
	struct net nets[NETS_MAX];
	uint16_t low, high; /* ports, both included */
};

/*
 * The aliases of sydbox-1. Its LOCAL6 had fe80::/7, which covers multicast,
 * and /7 for site-local; these are the blocks that the names mean.
 */
static const struct alias {
	const char *name;
	const char *nets[NETS_MAX];
} aliases[] = {
	{"LOOPBACK", {"inet:127.0.0.0/8"}},
	{"LOOPBACK6", {"inet6:::1/128"}},
	{"LOCAL", {"inet:127.0.0.0/8", "inet:10.0.0.0/8", "inet:172.16.0.0/12",
		   "inet:192.168.0.0/16"}},
	{"LOCAL6", {"inet6:::1/128", "inet6:fe80::/10", "inet6:fc00::/7", "inet6:fec0::/10"}},
};

static const char *const kinds[] = {"inet", "inet6", "unix", "unix-abstract", "LOOPBACK",
				    "LOOPBACK6", "LOCAL", "LOCAL6", NULL};

/* Port or -errno; `who` has len bytes. */
static int port_number(const char *who, size_t len, const struct policy_env *env)
{
	unsigned int port = 0;
	size_t i;

	for (i = 0; i < len && isdigit((unsigned char)who[i]); i++) {
		port = port * 10 + (unsigned int)(who[i] - '0');
		if (port > 65535)
			return -ERANGE;
	}
	if (len > 0 && i == len)
		return (int)port;
	return services_port(env->services != NULL ? env->services : "/etc/services", who, len);
}

/* PORT, PORT-PORT; a service's name may hold '-' itself. */
static int parse_ports(const char *text, const struct policy_env *env, struct netrule *r,
		       struct policy_error *err)
{
	size_t len = strlen(text);
	int low = len == 0 ? -ESRCH : port_number(text, len, env), high = low;

	for (const char *dash = strchr(text, '-'); low < 0 && low != -ERANGE && dash != NULL;
	     dash = strchr(dash + 1, '-')) {
		low = port_number(text, (size_t)(dash - text), env);
		high = port_number(dash + 1, strlen(dash + 1), env);
		if (high < 0 && low >= 0)
			low = high;
	}
	if (low == -ERANGE)
		return error_set(err, "port out of range in '@%.80s': 0 to 65535", text);
	if (low == -ESRCH)
		return error_set(err, "'%.80s' is no port: a number, a name of services(5), or "
				 "LOW-HIGH", text);
	if (low < 0)
		return error_set(err, "'%.80s' is no port number, and the names of services(5) "
				 "cannot be read: %s", text, strerror(-low));
	if (high < low)
		return error_set(err, "empty range of ports '%.80s': the lower comes first", text);
	r->low = (uint16_t)low;
	r->high = (uint16_t)high;
	return 0;
}

/* Clear the bits behind the prefix, so that matching compares masked with masked. */
static void mask(uint8_t *ip, size_t bytes, unsigned int prefix)
{
	for (size_t i = 0; i < bytes; i++) {
		unsigned int keep = prefix >= 8 ? 8 : prefix;

		ip[i] &= (uint8_t)(0xff00 >> keep);
		prefix -= keep;
	}
}

static bool parse_prefix(const char *text, unsigned int max, unsigned int *out)
{
	unsigned int n = 0;

	if (*text == '\0' || strlen(text) > 3)
		return false;
	for (; *text != '\0'; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		n = n * 10 + (unsigned int)(*text - '0');
	}
	*out = n;
	return n <= max;
}

/* A rule on mapped addresses is one on the IPv4 addresses that they are. */
static void unmap(struct net *n)
{
	struct netaddr inner, a = {.kind = n->kind};

	memcpy(a.ip, n->ip, sizeof a.ip);
	if (n->prefix < 96 || !netaddr_mapped(&a, &inner))
		return;
	n->kind = NET_INET;
	n->prefix -= 96;
	memcpy(n->ip, inner.ip, sizeof n->ip);
}

/* "ADDR[/PREFIX]" of a kind; text is writable. */
static int parse_net(char *text, enum net_kind kind, struct netrule *r, struct policy_error *err)
{
	bool six = kind == NET_INET6;
	struct net *n = &r->nets[r->nnets];
	char *slash = strchr(text, '/');

	n->kind = kind;
	n->prefix = six ? 128 : 32;
	if (slash != NULL) {
		*slash = '\0';
		if (!parse_prefix(slash + 1, n->prefix, &n->prefix))
			return error_set(err, "'/%.40s' is no prefix length of %s: 0 to %d",
					 slash + 1, kinds[kind], six ? 128 : 32);
	}
	if (inet_pton(six ? AF_INET6 : AF_INET, text, n->ip) != 1)
		return error_set(err, "'%.80s' is no %s address: such as %s", text,
				 six ? "IPv6" : "IPv4", six ? "2001:db8::1" : "192.0.2.1");
	mask(n->ip, six ? 16 : 4, n->prefix);
	unmap(n);
	r->nnets++;
	return 0;
}

static int parse_alias(const char *name, struct netrule *r, struct policy_error *err)
{
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
		if (strcmp(aliases[i].name, name) != 0)
			continue;
		for (size_t k = 0; k < NETS_MAX && aliases[i].nets[k] != NULL; k++) {
			const char *net = aliases[i].nets[k];
			bool six = strncmp(net, "inet6:", 6) == 0;
			char text[64];
			int rc;

			strcpy(text, net + (six ? 6 : 5));
			rc = parse_net(text, six ? NET_INET6 : NET_INET, r, err);
			if (rc < 0)
				return rc;
		}
		return 0;
	}
	return -ENOENT;
}

static int unknown_kind(const char *text, struct policy_error *err)
{
	const char *near = error_nearest(text, strcspn(text, ":@"), kinds);

	return error_set(err, "'%.100s' is no address%s%s%s: inet:, inet6:, unix: or "
			 "unix-abstract:, or LOOPBACK@, LOOPBACK6@, LOCAL@ or LOCAL6@", text,
			 near ? ", did you mean '" : "", near ? near : "", near ? "'" : "");
}

/* "KIND:ADDR[/PREFIX]@PORTS" or "ALIAS@PORTS"; text is writable. */
static int parse_inet(char *text, const struct policy_env *env, struct netrule *r,
		      struct policy_error *err)
{
	bool six = strncmp(text, "inet6:", 6) == 0;
	bool four = strncmp(text, "inet:", 5) == 0;
	char *at = strrchr(text, '@');
	int rc;

	if (at != NULL)
		*at = '\0';
	if (six || four)
		rc = parse_net(text + (six ? 6 : 5), six ? NET_INET6 : NET_INET, r, err);
	else
		rc = parse_alias(text, r, err);
	if (rc == -ENOENT) {
		if (at != NULL)
			*at = '@';
		return unknown_kind(text, err);
	}
	if (rc < 0)
		return rc;
	if (at == NULL)
		return error_set(err, "'%.100s' has no port: add @PORT, @LOW-HIGH, or @0-65535 "
				 "for all", text);
	return parse_ports(at + 1, env, r, err);
}

static int parse_unix(const char *text, unsigned int flags, const struct policy_env *env,
		      struct netrule *r, struct policy_error *err)
{
	bool abstract = strncmp(text, "unix-abstract:", 14) == 0;

	r->kind = abstract ? NET_ABSTRACT : NET_UNIX;
	if (abstract)
		flags |= PATTERN_NAME;
	return pattern_compile(text + (abstract ? 14 : 5), flags, env, &r->pattern, err);
}

int netrule_parse(const char *text, unsigned int flags, const struct policy_env *env,
		  struct netrule **out, struct policy_error *err)
{
	struct netrule *r = calloc(1, sizeof *r);
	int rc;

	if (r == NULL)
		return error_memory(err);
	if (strncmp(text, "unix:", 5) == 0 || strncmp(text, "unix-abstract:", 14) == 0) {
		rc = parse_unix(text, flags, env, r, err);
	} else {
		char *copy = strdup(text);

		rc = copy == NULL ? error_memory(err) : parse_inet(copy, env, r, err);
		free(copy);
	}
	if (rc < 0) {
		netrule_free(r);
		return rc;
	}
	*out = r;
	return 0;
}

void netrule_free(struct netrule *r)
{
	if (r == NULL)
		return;
	pattern_free(r->pattern);
	free(r);
}

static bool in_net(const struct net *n, const struct netaddr *a)
{
	unsigned int whole = n->prefix / 8, rest = n->prefix % 8;

	if (n->kind != a->kind || memcmp(n->ip, a->ip, whole) != 0)
		return false;
	return rest == 0 || ((n->ip[whole] ^ a->ip[whole]) >> (8 - rest)) == 0;
}

bool netrule_match(const struct netrule *r, const struct netaddr *a)
{
	if (r->pattern != NULL)
		return r->kind == a->kind && pattern_match(r->pattern, a->name, a->len);
	if (a->port < r->low || a->port > r->high)
		return false;
	for (size_t i = 0; i < r->nnets; i++)
		if (in_net(&r->nets[i], a))
			return true;
	return false;
}
