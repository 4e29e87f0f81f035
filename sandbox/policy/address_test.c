/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * address_test.c - which address a rule matches, what one address may be
 * besides, and addresses that are none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/policy_test_util.h"

#define ANY "@0-65535"

static const struct {
	const char *rule, *address;
	bool match;
} table[] = {
	{"inet:192.0.2.1@80", "192.0.2.1@80", true},
	{"inet:192.0.2.1@80", "192.0.2.1@81", false},
	{"inet:192.0.2.1@80", "192.0.2.2@80", false},
	{"inet:192.0.2.1/32@80", "192.0.2.1@80", true},
	{"inet:192.0.2.1@80-90", "192.0.2.1@80", true},
	{"inet:192.0.2.1@80-90", "192.0.2.1@90", true},
	{"inet:192.0.2.1@80-90", "192.0.2.1@91", false},
	{"inet:192.0.2.1@80-90", "192.0.2.1@79", false},
	{"inet:192.0.2.1@0", "192.0.2.1@0", true},
	{"inet:10.0.0.0/8" ANY, "10.255.255.255@1", true},
	{"inet:10.0.0.0/8" ANY, "11.0.0.0@1", false},
	{"inet:10.1.2.3/8" ANY, "10.9.9.9@1", true},
	{"inet:172.16.0.0/12" ANY, "172.31.255.255@1", true},
	{"inet:172.16.0.0/12" ANY, "172.32.0.0@1", false},
	{"inet:192.0.2.128/25" ANY, "192.0.2.127@1", false},
	{"inet:192.0.2.129/31" ANY, "192.0.2.128@1", true},
	{"inet:0.0.0.0/0" ANY, "203.0.113.9@65535", true},
	{"inet:0.0.0.0/0" ANY, "2001:db8::1@1", false},
	{"inet6:2001:db8::1@80", "2001:db8::1@80", true},
	{"inet6:2001:db8::1@80", "2001:db8::2@80", false},
	{"inet6:2001:db8::/32" ANY, "2001:db8:ffff::1@1", true},
	{"inet6:2001:db8::/33" ANY, "2001:db8:8000::1@1", false},
	{"inet6:::1@80", "::1@80", true},
	{"inet6:::1@80", "0:0:0:0:0:0:0:2@80", false},
	{"inet6:::/0" ANY, "2001:db8::1@1", true},
	{"inet6:::/0" ANY, "192.0.2.1@1", false},
	/* A mapped address is the IPv4 one, in a rule and as a destination. */
	{"inet:192.0.2.1@80", "::ffff:192.0.2.1@80", true},
	{"inet6:::/0" ANY, "::ffff:192.0.2.1@80", false},
	{"inet6:::ffff:192.0.2.1@80", "::ffff:192.0.2.1@80", true},
	{"inet6:::ffff:192.0.2.1@80", "192.0.2.1@80", true},
	{"inet6:::ffff:0:0/96" ANY, "192.0.2.1@80", true},
	{"inet6:::ffff:10.0.0.0/104" ANY, "11.0.0.1@80", false},
	/* Names of services, from the file of the test. */
	{"inet:192.0.2.1@http", "192.0.2.1@80", true},
	{"inet:192.0.2.1@www", "192.0.2.1@80", true},
	{"inet:192.0.2.1@domain-http", "192.0.2.1@60", true},
	{"inet:192.0.2.1@ftp-data", "192.0.2.1@20", true},
	{"inet:192.0.2.1@ftp-data-http", "192.0.2.1@50", true},
	{"inet:192.0.2.1@ftp-data-http", "192.0.2.1@81", false},
	/* The aliases. */
	{"LOOPBACK" ANY, "127.255.255.254@1", true},
	{"LOOPBACK" ANY, "128.0.0.1@1", false},
	{"LOOPBACK" ANY, "::1@1", false},
	{"LOOPBACK" ANY, "::ffff:127.0.0.1@1", true},
	{"LOOPBACK6" ANY, "::1@1", true},
	{"LOOPBACK6" ANY, "::2@1", false},
	{"LOOPBACK6" ANY, "1::1@1", false},
	{"LOCAL" ANY, "127.0.0.1@1", true},
	{"LOCAL" ANY, "10.0.0.1@1", true},
	{"LOCAL" ANY, "172.16.0.1@1", true},
	{"LOCAL" ANY, "172.32.0.1@1", false},
	{"LOCAL" ANY, "192.168.255.1@1", true},
	{"LOCAL" ANY, "192.169.0.1@1", false},
	{"LOCAL6" ANY, "::1@1", true},
	{"LOCAL6" ANY, "fe80::1@1", true},
	{"LOCAL6" ANY, "febf::1@1", true},
	{"LOCAL6" ANY, "fdff::1@1", true},
	{"LOCAL6" ANY, "fec0::1@1", true},
	{"LOCAL6" ANY, "ff02::1@1", false},
	{"LOCAL6" ANY, "2001:db8::1@1", false},
	/* unix sockets. */
	{"unix:/run/*/sock", "unix:/run/x/sock", true},
	{"unix:/run/*/sock", "unix:/run/x/y/sock", false},
	{"unix:/run/***", "abstract:/run/x", false},
	{"unix-abstract:dbus-*", "abstract:dbus-1", true},
	{"unix-abstract:dbus-*", "abstract:xbus-1", false},
	{"unix-abstract:/tmp/.X11-unix/*", "abstract:/tmp/.X11-unix/X0", true},
	{"unix-abstract:**", "unix:/run/x", false},
	{"unix-abstract:", "abstract:", true},
	{"unix-abstract:", "abstract:x", false},
};

static void write_services(struct policy *p)
{
	struct policy_env env = test_env;
	FILE *f = fopen("services", "we");

	ATF_REQUIRE(f != NULL);
	fputs("# comment\nftp-data\t20/tcp\ndomain 53/udp # names\nhttp 80/tcp www www-http\n"
	      "odd\nworse x/tcp\nhuge 99999/tcp\n", f);
	ATF_REQUIRE_EQ(0, fclose(f));
	env.services = "services";
	ATF_REQUIRE_EQ(0, policy_set_env(p, &env));
}

/* Verify that each rule of the table matches what the table says, bind and connect alike. */
ATF_TC(matching);
ATF_TC_HEAD(matching, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that each rule of the table matches what the table says");
}
ATF_TC_BODY(matching, tc)
{
	(void)tc;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct policy *p = POLICY_OF("core/sandbox/network:deny");
		struct policy_error err;
		char command[256];

		write_services(p);
		for (int bind = 0; bind < 2; bind++) {
			snprintf(command, sizeof command, "allow/network/%s+%s",
				 bind ? "bind" : "connect", table[i].rule);
			if (policy_command(p, command, here, &err) != 0)
				atf_tc_fail("'%s': %s", command, err.text);
		}
		ATF_CHECK_MSG(connects(p, table[i].address) == table[i].match, "connect: %s to %s",
			      table[i].rule, table[i].address);
		ATF_CHECK_MSG(binds(p, table[i].address) == table[i].match, "bind: %s to %s",
			      table[i].rule, table[i].address);
		policy_free(p);
	}
}

/* Verify that a destination that means this host needs all that it may mean. */
ATF_TC(any_address);
ATF_TC_HEAD(any_address, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that a destination that means this host needs all it may mean");
}
ATF_TC_BODY(any_address, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/network:deny",
				     "allow/network/connect+inet:0.0.0.0@80",
				     "allow/network/connect+LOOPBACK@81",
				     "allow/network/connect+inet6:::@80",
				     "allow/network/bind+inet:0.0.0.0@80",
				     "allow/network/bind+LOOPBACK@81");

	(void)tc;
	ATF_CHECK(!connects(p, "0.0.0.0@80"));
	ATF_CHECK(!connects(p, "0.0.0.0@81"));
	ATF_CHECK(!connects(p, "::ffff:0.0.0.0@80"));
	ATF_CHECK(!connects(p, "::@80"));
	ATF_CHECK(binds(p, "0.0.0.0@80"));
	ATF_CHECK(!binds(p, "0.0.0.0@81"));
	policy_free(p);

	p = POLICY_OF("core/sandbox/network:deny", "allow/network/connect+inet:0.0.0.0@80",
		      "allow/network/connect+LOOPBACK@80", "allow/network/connect+inet6:::@81",
		      "allow/network/connect+LOOPBACK6@81", "allow/network/connect+inet6:::@82",
		      "allow/network/connect+LOOPBACK6@82", "allow/network/connect+LOOPBACK@82");
	ATF_CHECK(connects(p, "0.0.0.0@80"));
	ATF_CHECK(connects(p, "::ffff:0.0.0.0@80"));
	ATF_CHECK(!connects(p, "::@81")); /* may be 127.0.0.1 */
	ATF_CHECK(connects(p, "::@82"));
	policy_free(p);

	p = POLICY_OF("core/sandbox/network:allow", "deny/network/connect+LOOPBACK@0-65535");
	ATF_CHECK(!connects(p, "0.0.0.0@80"));
	ATF_CHECK(!connects(p, "::@80"));
	ATF_CHECK(!connects(p, "::ffff:0.0.0.0@80"));
	ATF_CHECK(connects(p, "192.0.2.1@80"));
	policy_free(p);
}

/* Verify that a rule that denies one form of an address is heard for the others. */
ATF_TC(other_forms);
ATF_TC_HEAD(other_forms, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that denying one form of an address is heard for the others");
}
ATF_TC_BODY(other_forms, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/network:deny",
				     "allow/network/connect+inet:0.0.0.0/0@0-65535",
				     "deny/network/connect+inet6:::/0@0-65535",
				     "allow/network/bind+inet6:::@0-65535",
				     "deny/network/bind+inet:0.0.0.0@22");

	(void)tc;
	ATF_CHECK(connects(p, "192.0.2.1@80"));
	ATF_CHECK(!connects(p, "::ffff:192.0.2.1@80"));
	ATF_CHECK(binds(p, "::@80"));
	ATF_CHECK(!binds(p, "::@22")); /* :: takes IPv4 as well */
	policy_free(p);

	p = POLICY_OF("core/sandbox/network:allow", "deny/network/connect+inet:192.0.2.0/24@80");
	ATF_CHECK(!connects(p, "::ffff:192.0.2.1@80"));
	ATF_CHECK(connects(p, "::ffff:192.0.2.1@81"));
	policy_free(p);
}

static struct policy_verdict raw(const struct policy *p, enum policy_op op, const void *addr,
				 socklen_t len, const char *path)
{
	struct policy_verdict v;

	policy_decide_addr(p, op, addr, len, path, &v);
	return v;
}

/* Verify that an address too short, too long or not resolved is refused. */
ATF_TC(malformed);
ATF_TC_HEAD(malformed, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that an address too short, too long or not resolved is refused");
}
ATF_TC_BODY(malformed, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/network:deny",
				     "allow/network/connect+inet:0.0.0.0/0@0-65535",
				     "allow/network/connect+inet6:::/0@0-65535",
				     "allow/network/connect+unix:/***",
				     "allow/network/connect+unix-abstract:**");
	struct sockaddr_storage a[2];
	static const struct {
		const char *address;
		socklen_t least, most;
	} bounds[] = {
		{"192.0.2.1@80", 16, 128},
		{"2001:db8::1@80", 24, 128},
		{"unix:/run/x", 3, 110},
		{"abstract:x", 2, 110},
	};

	(void)tc;
	for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
		const char *path = strncmp(bounds[i].address, "unix:", 5) == 0 ? "/run/x" : NULL;

		memset(a, 0, sizeof a);
		address_of(bounds[i].address, a);
		for (socklen_t len = 0; len <= 200; len++) {
			bool want = len >= bounds[i].least && len <= bounds[i].most;
			bool got = raw(p, POLICY_CONNECT, a, len, path).allow;

			/* Two bytes are a unix address without a name, whatever follows. */
			if (len == 2 && a[0].ss_family == AF_UNIX)
				want = true;
			ATF_CHECK_MSG(got == want, "%s, length %u", bounds[i].address, len);
		}
		ATF_CHECK(!raw(p, POLICY_CONNECT, a, (socklen_t)-1, path).allow);
	}
	ATF_CHECK(!raw(p, POLICY_CONNECT, NULL, 16, NULL).allow);
	address_of("unix:/run/x", a);
	ATF_CHECK(!raw(p, POLICY_CONNECT, a, 20, NULL).allow);
	ATF_CHECK(!raw(p, POLICY_CONNECT, a, 20, "run/x").allow);
	ATF_CHECK_STREQ("malformed address", raw(p, POLICY_CONNECT, a, 20, NULL).rule);
	policy_free(p);
}

/* Verify that AF_UNSPEC may disconnect, but not name an IPv4 address unjudged. */
ATF_TC(unspec);
ATF_TC_HEAD(unspec, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that AF_UNSPEC may disconnect, but names no address unjudged");
}
ATF_TC_BODY(unspec, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/network:deny",
				     "allow/network/connect+inet:192.0.2.1@80");
	struct sockaddr_storage a;

	(void)tc;
	memset(&a, 0, sizeof a);
	ATF_CHECK(raw(p, POLICY_CONNECT, &a, 16, NULL).allow);
	ATF_CHECK(raw(p, POLICY_CONNECT, &a, 2, NULL).allow);
	ATF_CHECK(raw(p, POLICY_CONNECT, &a, 128, NULL).allow);
	ATF_CHECK(!raw(p, POLICY_CONNECT, &a, 129, NULL).allow);
	ATF_CHECK(!raw(p, POLICY_CONNECT, &a, 1, NULL).allow);
	ATF_CHECK(!raw(p, POLICY_BIND, &a, 16, NULL).allow);
	ATF_CHECK(!raw(p, POLICY_BIND, &a, 2, NULL).allow);
	/* sendto(2) on an IPv4 socket sends there. */
	address_of("192.0.2.1@80", &a);
	a.ss_family = AF_UNSPEC;
	ATF_CHECK(raw(p, POLICY_CONNECT, &a, 16, NULL).allow);
	address_of("192.0.2.1@81", &a);
	a.ss_family = AF_UNSPEC;
	ATF_CHECK(!raw(p, POLICY_CONNECT, &a, 16, NULL).allow);
	policy_free(p);

	p = POLICY_OF("core/sandbox/network:deny", "allow/network/bind+inet:0.0.0.0@0");
	memset(&a, 0, sizeof a);
	ATF_CHECK(raw(p, POLICY_BIND, &a, 16, NULL).allow);
	policy_free(p);
}

/* Verify that families without rules follow the mode, or the option where it is set. */
ATF_TC(families);
ATF_TC_HEAD(families, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that families without rules follow the mode, or the option");
}
ATF_TC_BODY(families, tc)
{
	static const char option[] = "core/whitelist/unsupported_socket_families";
	struct sockaddr_storage a = {.ss_family = AF_NETLINK};
	struct policy_error err;
	struct policy *p = POLICY_OF("core/sandbox/network:deny");

	(void)tc;
	ATF_CHECK_EQ(-1, policy_option(p, option));
	ATF_CHECK(!raw(p, POLICY_BIND, &a, 12, NULL).allow);
	ATF_REQUIRE_EQ(0, policy_command(p, "core/whitelist/unsupported_socket_families:true",
					 here, &err));
	ATF_CHECK(raw(p, POLICY_BIND, &a, 12, NULL).allow);
	ATF_CHECK_STREQ(option, raw(p, POLICY_BIND, &a, 12, NULL).rule);
	policy_free(p);

	p = POLICY_OF("core/sandbox/network:allow", "deny/network/bind+LOOPBACK@22");
	ATF_CHECK(raw(p, POLICY_BIND, &a, 12, NULL).allow);
	ATF_REQUIRE_EQ(0, policy_command(p, "core/whitelist/unsupported_socket_families:false",
					 here, &err));
	ATF_CHECK(!raw(p, POLICY_BIND, &a, 12, NULL).allow);
	ATF_CHECK(raw(p, POLICY_CONNECT, &a, 12, NULL).allow); /* open: nothing is asked */
	policy_free(p);
}

/* Verify that a socket bound without a name counts as one with an empty abstract name. */
ATF_TC(unnamed);
ATF_TC_HEAD(unnamed, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that binding without a name counts as an empty abstract name");
}
ATF_TC_BODY(unnamed, tc)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct policy *p = POLICY_OF("core/sandbox/network:deny",
				     "allow/network/bind+unix-abstract:");

	(void)tc;
	ATF_CHECK(raw(p, POLICY_BIND, &a, 2, NULL).allow);
	ATF_CHECK(!raw(p, POLICY_BIND, &a, 5, NULL).allow); /* two bytes of NUL are a name */
	ATF_CHECK(!raw(p, POLICY_CONNECT, &a, 2, NULL).allow);
	policy_free(p);
}

static const struct {
	const char *rule, *error;
} bad[] = {
	{"", "'' is no address: inet:, inet6:, unix: or unix-abstract:, or LOOPBACK@, LOOPBACK6@, "
	     "LOCAL@ or LOCAL6@"},
	{"inet4:1.2.3.4@80", "'inet4:1.2.3.4@80' is no address, did you mean 'inet': inet:, "
			     "inet6:, unix: or unix-abstract:, or LOOPBACK@, LOOPBACK6@, LOCAL@ or "
			     "LOCAL6@"},
	{"LOCALS@80", "'LOCALS@80' is no address, did you mean 'LOCAL': inet:, inet6:, unix: or "
		      "unix-abstract:, or LOOPBACK@, LOOPBACK6@, LOCAL@ or LOCAL6@"},
	{"LOOPBACK", "'LOOPBACK' has no port: add @PORT, @LOW-HIGH, or @0-65535 for all"},
	{"inet:1.2.3.4", "'inet:1.2.3.4' has no port: add @PORT, @LOW-HIGH, or @0-65535 for all"},
	{"inet:1.2.3@80", "'1.2.3' is no IPv4 address: such as 192.0.2.1"},
	{"inet:01.2.3.4@80", "'01.2.3.4' is no IPv4 address: such as 192.0.2.1"},
	{"inet:example.org@80", "'example.org' is no IPv4 address: such as 192.0.2.1"},
	{"inet:::1@80", "'::1' is no IPv4 address: such as 192.0.2.1"},
	{"inet6:1.2.3.4@80", "'1.2.3.4' is no IPv6 address: such as 2001:db8::1"},
	{"inet6:fe80::1%eth0@80", "'fe80::1%eth0' is no IPv6 address: such as 2001:db8::1"},
	{"inet:1.2.3.4/33@80", "'/33' is no prefix length of inet: 0 to 32"},
	{"inet:1.2.3.4/@80", "'/' is no prefix length of inet: 0 to 32"},
	{"inet:1.2.3.4/255.0.0.0@80", "'/255.0.0.0' is no prefix length of inet: 0 to 32"},
	{"inet6:::/129@80", "'/129' is no prefix length of inet6: 0 to 128"},
	{"inet:1.2.3.4@", "'' is no port: a number, a name of services(5), or LOW-HIGH"},
	{"inet:1.2.3.4@65536", "port out of range in '@65536': 0 to 65535"},
	{"inet:1.2.3.4@1-65536", "port out of range in '@1-65536': 0 to 65535"},
	{"inet:1.2.3.4@99999999999999999999", "port out of range in '@99999999999999999999': 0 to "
					      "65535"},
	{"inet:1.2.3.4@90-80", "empty range of ports '90-80': the lower comes first"},
	{"inet:1.2.3.4@nosuch", "'nosuch' is no port: a number, a name of services(5), or LOW-HIGH"},
	{"inet:1.2.3.4@80-", "'80-' is no port: a number, a name of services(5), or LOW-HIGH"},
	{"inet:1.2.3.4@-80", "'-80' is no port: a number, a name of services(5), or LOW-HIGH"},
	{"inet:1.2.3.4@odd", "'odd' is no port: a number, a name of services(5), or LOW-HIGH"},
	{"inet:1.2.3.4@huge", "'huge' is no port: a number, a name of services(5), or LOW-HIGH"},
	{"unix:x", "'x' is not absolute: a pattern begins with '/' (${CWD}/x is below the current "
		   "directory)"},
	{"unix:", "empty pattern"},
	{"unix-abstract:[", "'[' without ']' in '['"},
};

/* Verify that a rule that is no address is refused with the reason. */
ATF_TC(refused);
ATF_TC_HEAD(refused, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that a rule that is no address is refused with the reason");
}
ATF_TC_BODY(refused, tc)
{
	struct policy *p = policy_new();
	struct policy_env env = test_env;
	struct policy_error err;
	char command[256], want[512];

	(void)tc;
	write_services(p);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(command, sizeof command, "allow/network/bind+%s", bad[i].rule);
		snprintf(want, sizeof want, "command line: %s", bad[i].error);
		ATF_CHECK_MSG(policy_command(p, command, here, &err) < 0, "'%s' is accepted",
			      command);
		ATF_CHECK_STREQ(want, err.text);
	}
	env.services = "/nonexistent/services";
	ATF_REQUIRE_EQ(0, policy_set_env(p, &env));
	ATF_CHECK(policy_command(p, "allow/network/bind+LOOPBACK@http", here, &err) < 0);
	ATF_CHECK_STREQ("command line: 'http' is no port number, and the names of services(5) "
			"cannot be read: No such file or directory", err.text);
	ATF_CHECK_EQ(0, policy_command(p, "allow/network/bind+LOOPBACK@80-90", here, &err));
	ATF_CHECK_EQ(0, policy_command(p, "allow/network/bind+LOOPBACK@80", here, &err));
	policy_free(p);
}

static bool reaches(const struct policy *p, const struct policy_bound *b, const char *text)
{
	struct sockaddr_storage addr;
	socklen_t len = address_of(text, &addr);
	struct policy_verdict v;

	policy_decide_peer(p, b, (struct sockaddr *)&addr, len,
			   strncmp(text, "unix:", 5) == 0 ? text + 5 : NULL, &v);
	return v.allow;
}

static void bound(struct policy_bound *b, const char *text)
{
	struct sockaddr_storage addr;
	socklen_t len = address_of(text, &addr);

	ATF_REQUIRE_EQ(0, policy_bound_add(b, (struct sockaddr *)&addr, len,
					   strncmp(text, "unix:", 5) == 0 ? text + 5 : NULL));
}

/* Verify that what was bound is reached where no rule speaks, and nothing beside it. */
ATF_TC(successful_bind);
ATF_TC_HEAD(successful_bind, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that what was bound is reached where no rule "
			  "speaks, and nothing beside it");
}
ATF_TC_BODY(successful_bind, tc)
{
	static const char *const bind[] = {"127.0.0.1@1000", "0.0.0.0@2000", "::@3000",
					   "::ffff:10.0.0.1@4000", "2001:db8::1@6000", "unix:/a",
					   "abstract:b"};
	static const char *const yes[] = {"127.0.0.1@1000", "::ffff:127.0.0.1@1000",
					  "127.0.0.1@2000", "127.9.9.9@2000", "0.0.0.0@2000",
					  "::1@3000", "10.0.0.1@4000", "unix:/a", "abstract:b"};
	static const char *const no[] = {"127.0.0.2@1000", "127.0.0.1@1001", "0.0.0.0@1000",
					 "10.0.0.1@2000", "::1@2000", "127.0.0.1@3000",
					 "2001:db8::2@6000", "unix:/ab", "unix:/", "abstract:a", "abstract:bc",
					 "127.0.0.5@5000"};
	struct policy *p = POLICY_OF("core/sandbox/network:deny",
				     "core/whitelist/successful_bind:true",
				     "deny/network/connect+inet:127.0.0.5@0-65535");
	struct policy *off = POLICY_OF("core/sandbox/network:deny");
	struct policy_bound *b = policy_bound_new();

	(void)tc;
	bound(b, "127.0.0.5@5000");
	for (size_t i = 0; i < sizeof bind / sizeof *bind; i++)
		bound(b, bind[i]);
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		ATF_CHECK_MSG(reaches(p, b, yes[i]), "%s", yes[i]);
		ATF_CHECK_MSG(!reaches(p, NULL, yes[i]), "%s", yes[i]);
		ATF_CHECK_MSG(!reaches(off, b, yes[i]), "%s", yes[i]);
	}
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		ATF_CHECK_MSG(!reaches(p, b, no[i]), "%s", no[i]);
	/* It is a bounded memory, and the newest are in it. */
	for (int i = 0; i < 5000; i++) {
		char name[32];

		snprintf(name, sizeof name, "abstract:%d", i);
		bound(b, name);
	}
	ATF_CHECK(!reaches(p, b, "127.0.0.1@1000"));
	ATF_CHECK(!reaches(p, b, "abstract:3975"));
	ATF_CHECK(reaches(p, b, "abstract:3976"));
	ATF_CHECK(reaches(p, b, "abstract:4999"));
	policy_bound_free(b);
	policy_free(p);
	policy_free(off);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, matching);
	ATF_TP_ADD_TC(tp, any_address);
	ATF_TP_ADD_TC(tp, other_forms);
	ATF_TP_ADD_TC(tp, malformed);
	ATF_TP_ADD_TC(tp, unspec);
	ATF_TP_ADD_TC(tp, families);
	ATF_TP_ADD_TC(tp, unnamed);
	ATF_TP_ADD_TC(tp, refused);
	ATF_TP_ADD_TC(tp, successful_bind);
	return atf_no_error();
}
