/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * address.c - socket addresses of any content and length, and rules about them.
 *
 *	byte 0		length of the address
 *	so many bytes	the address
 *	byte		which rule: bit 0 IPv6, bit 1 compare with it, bits 2 on: bits
 *			of its prefix that are the address's own
 *	byte		length of the prefix
 *	4 bytes		first and last port
 *	16 bytes	its address
 *	rest		another rule, as text
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "sandbox/fuzz/fake.h"
#include "sandbox/fuzz/targets.h"
#include "sandbox/policy/netrule.h"
#include "sandbox/supervise/sockets.h"

static const struct policy_env env = { .cwd = "/w", .home = "/h", .services = "/dev/null" };

static struct policy *closed(void)
{
	struct policy *p = policy_new();
	struct policy_error err;
	struct policy_origin at = { .file = "command line" };

	FUZZ_CHECK(p && policy_set_env(p, &env) == 0 &&
		   policy_command(p, "core/sandbox/network:deny", at, &err) == 0, "no policy");
	return p;
}

/* Where nothing is allowed nothing passes, but what only disconnects. */
static void check_closed(const struct sockaddr *addr, socklen_t len)
{
	static struct policy *none;
	struct policy_verdict v;
	const uint8_t *b = (const uint8_t *)addr;
	bool nothing = len >= 2 && b[0] == 0 && b[1] == 0;

	if (!none)
		none = closed();
	for (socklen_t i = 0; len >= sizeof(struct sockaddr_in) && i < 8; i++)
		nothing &= b[i] == 0;
	for (int i = 0; i < 4; i++) {
		enum policy_op op = i & 1 ? POLICY_BIND : POLICY_CONNECT;

		policy_decide_addr(none, op, addr, len, i & 2 ? "/run/socket" : NULL, &v);
		FUZZ_CHECK(!v.allow || (op == POLICY_CONNECT && nothing), "length %u", len);
	}
}

/* All that was taken from the address lies inside of it. */
static void check_read(const struct sockaddr *addr, socklen_t len)
{
	const char *bytes = (const char *)addr;
	struct netaddr a;

	if (netaddr_read(addr, len, NULL, &a) != NETADDR_KNOWN || a.kind != NET_ABSTRACT || !a.len)
		return;
	FUZZ_CHECK(a.name >= bytes && a.name + a.len == bytes + len, "a name beyond the address");
}

static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

/* A rule of numbers against the address, bit by bit. */
static void check_rule(struct fuzz_in *in, const struct sockaddr *addr, socklen_t len)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned int how = fuzz_u8(in), bits = fuzz_u8(in), low = 0, high = 0;
	int family = how & 1 ? AF_INET6 : AF_INET;
	uint8_t ip[16];
	char text[128], name[INET6_ADDRSTRLEN];
	struct policy_error err;
	struct netrule *rule;
	struct netaddr a;
	bool want;

	fuzz_take(in, &low, 2);
	fuzz_take(in, &high, 2);
	fuzz_take(in, ip, sizeof(ip));
	if (netaddr_read(addr, len, NULL, &a) != NETADDR_KNOWN)
		return;
	if (how & 2)
		for (unsigned int i = 0; i < how >> 2; i++)
			ip[i / 8] = (uint8_t)((ip[i / 8] & ~(0x80 >> i % 8)) | (a.ip[i / 8] & 0x80 >> i % 8));
	bits %= (how & 1 ? 128 : 32) + 1;
	snprintf(text, sizeof(text), "%s:%s/%u@%u-%u", how & 1 ? "inet6" : "inet",
		 inet_ntop(family, ip, name, sizeof(name)), bits, low, high);
	if (netrule_parse(text, 0, &env, &rule, &err) < 0)
		return;
	/* A rule on mapped addresses is one on the IPv4 addresses that they are (belay(5)). */
	if ((how & 1) && bits >= 96 && !memcmp(ip, mapped, sizeof(mapped)))
		want = a.kind == NET_INET && bits_equal(ip + 12, a.ip, bits - 96);
	else
		want = a.kind == (how & 1 ? NET_INET6 : NET_INET) && bits_equal(ip, a.ip, bits);
	want = want && a.port >= low && a.port <= high;
	FUZZ_CHECK(netrule_match(rule, &a) == want, "%s: not %d for port %u", text, want, a.port);
	netrule_free(rule);
}

static void check_text(struct fuzz_in *in, const struct sockaddr *addr, socklen_t len)
{
	char *text = fuzz_text(in->at, in->left);
	struct policy_error err = { .text = "" };
	struct netrule *rule;
	struct netaddr a;

	if (netrule_parse(text, 0, &env, &rule, &err) < 0) {
		FUZZ_CHECK(err.text[0], "'%s' is refused without a word", text);
	} else {
		if (netaddr_read(addr, len, "/run/socket", &a) == NETADDR_KNOWN)
			(void)netrule_match(rule, &a);
		netrule_free(rule);
	}
	free(text);
}

/* As a tracee gives it: what is copied is what was there. */
static void check_copy(const uint8_t *bytes, socklen_t len)
{
	struct mem m = { 1, abi_find("i386") };
	struct socket_addr out;

	fake_memory(bytes, len);
	if (socket_read_addr(m, FAKE_BASE, (int64_t)len, &out) < 0)
		return;
	FUZZ_CHECK(out.len == len && !memcmp(&out.ss, bytes, len), "another address");
	FUZZ_CHECK(!out.pathname || (out.len > 2 && out.len <= sizeof(struct sockaddr_un)),
		   "a path of no length");
	FUZZ_CHECK(socket_read_addr(m, FAKE_BASE, (int64_t)len + 1, &out) < 0, "a byte too many");
}

void fuzz_address(const uint8_t *bytes, size_t len)
{
	struct fuzz_in in = { bytes, len };
	socklen_t size = fuzz_u8(&in);
	uint8_t *exact;

	if (size > in.left)
		size = (socklen_t)in.left;
	exact = malloc(size ? size : 1);
	FUZZ_CHECK(exact, "memory");
	fuzz_take(&in, exact, size);
	check_closed((struct sockaddr *)exact, size);
	check_read((struct sockaddr *)exact, size);
	check_copy(exact, size);
	check_rule(&in, (struct sockaddr *)exact, size);
	check_text(&in, (struct sockaddr *)exact, size);
	free(exact);
}
