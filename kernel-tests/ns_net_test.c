/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns_net_test.c - network namespaces: what a new one has, which names are its
 * own, and who administers it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_ns.h"

static int new_socket(int family, int type)
{
	return KT_SYS(socket(family, type | SOCK_CLOEXEC, 0));
}

static long get_flags(int fd, const char *name, struct ifreq *req)
{
	memset(req, 0, sizeof(*req));
	snprintf(req->ifr_name, sizeof(req->ifr_name), "%.15s", name);
	return kt_raw(SYS_ioctl, fd, SIOCGIFFLAGS, req);
}

/* How many interfaces there are that are up, and whether lo is one that there is. */
static int count_up(int fd, bool *has_lo)
{
	char line[256], name[32];
	struct ifreq req;
	int up = 0;
	FILE *f = fopen("/proc/self/net/dev", "re");

	if (!f)
		KT_FAIL("/proc/self/net/dev: %s", kt_errno_name(errno));
	*has_lo = false;
	while (fgets(line, sizeof(line), f)) {
		if (!strchr(line, ':') || sscanf(line, " %31[^:]", name) != 1)
			continue;
		printf("interface %s\n", name);
		KT_OK(get_flags(fd, name, &req));
		up += (req.ifr_flags & IFF_UP) != 0;
		*has_lo |= strcmp(name, "lo") == 0;
	}
	fclose(f);
	return up;
}

static long connect_loopback(int fd)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return kt_raw(SYS_connect, fd, &sin, sizeof(sin));
}

static void loopback_body(void *unused)
{
	int fd = new_socket(AF_INET, SOCK_DGRAM);
	struct ifreq req;
	bool has_lo;

	(void)unused;
	KT_EQ(count_up(fd, &has_lo), 0);
	KT_REQUIRE(KT_SEEN("lo", has_lo));
	KT_ERR(ENETUNREACH, connect_loopback(fd));
	/* It is there to be brought up. */
	KT_OK(get_flags(fd, "lo", &req));
	req.ifr_flags |= IFF_UP;
	KT_OK(kt_raw(SYS_ioctl, fd, SIOCSIFFLAGS, &req));
	KT_EQ(count_up(fd, &has_lo), 1);
	KT_OK(connect_loopback(fd));
}

KT_CASE(ns_net_loopback_down, "ns.net.loopback_down",
	"Verify that a new network namespace has a loopback interface and none that is up: nothing "
	"is reached before that one is",
	KT_STORES(call, SYS_ioctl, 2, offsetof(struct ifreq, ifr_flags), IFF_UP),
	KT_SEES("lo", false), KT_ANSWERS(call, SYS_connect, 0))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWNET));
	KT_WAIT(kt_ns_child(CLONE_NEWNET, loopback_body, NULL), "exited(0)");
}

/* The address of an abstract name, or of a path. */
static socklen_t unix_address(struct sockaddr_un *sun, bool abstract, const char *name)
{
	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	snprintf(sun->sun_path + abstract, sizeof(sun->sun_path) - 1, "%s", name);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
}

static long bind_name(int fd, bool abstract, const char *name)
{
	struct sockaddr_un sun;
	socklen_t size = unix_address(&sun, abstract, name);

	return kt_raw(SYS_bind, fd, &sun, size);
}

static long connect_name(bool abstract, const char *name)
{
	struct sockaddr_un sun;
	socklen_t size = unix_address(&sun, abstract, name);
	int fd = new_socket(AF_UNIX, SOCK_STREAM);
	long rc = kt_raw(SYS_connect, fd, &sun, size);

	close(fd);
	return rc;
}

/* In another network namespace, with the same files. */
static void use_names(void *arg)
{
	const char *name = arg;

	KT_ERR(ECONNREFUSED, connect_name(true, name));
	KT_OK(bind_name(new_socket(AF_UNIX, SOCK_STREAM), true, name));
	KT_OK(connect_name(false, "socket"));
}

KT_CASE(ns_net_abstract_unix, "ns.net.abstract_unix",
	"Verify that an abstract unix socket is reached from its network namespace alone, where "
	"its name is taken, and one in the file system from others too",
	KT_ANSWERS(call, SYS_connect, 0, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_bind, -EADDRINUSE, KT_NOT_FIRST(3)),
	KT_ANSWERS(call, SYS_connect, -ECONNREFUSED, KT_NOT_FIRST(2)))
{
	char name[64];
	int abstract = new_socket(AF_UNIX, SOCK_STREAM), path = new_socket(AF_UNIX, SOCK_STREAM);

	KT_NEEDS(kt_probe_ns(CLONE_NEWNET));
	snprintf(name, sizeof(name), "belay-test-%d", (int)getpid());
	KT_OK(bind_name(abstract, true, name));
	KT_OK(bind_name(path, false, "socket"));
	KT_SYS(listen(abstract, 4));
	KT_SYS(listen(path, 4));
	KT_OK(connect_name(true, name));
	KT_ERR(EADDRINUSE, bind_name(new_socket(AF_UNIX, SOCK_STREAM), true, name));
	KT_WAIT(kt_ns_child(CLONE_NEWNET, use_names, name), "exited(0)");
}

/* Root of a user namespace, in a network that belongs to the one above. */
static void administer(void *unused)
{
	int fd = new_socket(AF_INET, SOCK_DGRAM);
	struct ifreq req;

	(void)unused;
	KT_REQUIRE(kt_cred_effective() & 1ULL << CAP_NET_ADMIN);
	KT_OK(get_flags(fd, "lo", &req));
	KT_ERR(EPERM, kt_raw(SYS_ioctl, fd, SIOCSIFFLAGS, &req));
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWNET));
	/* The socket is still of the old one. */
	KT_ERR(EPERM, kt_raw(SYS_ioctl, fd, SIOCSIFFLAGS, &req));
	fd = new_socket(AF_INET, SOCK_DGRAM);
	KT_OK(get_flags(fd, "lo", &req));
	req.ifr_flags |= IFF_UP;
	KT_OK(kt_raw(SYS_ioctl, fd, SIOCSIFFLAGS, &req));
}

KT_CASE(ns_net_userns_owner, "ns.net.userns_owner",
	"Verify that CAP_NET_ADMIN in a user namespace counts for the network namespaces that "
	"belong to it and for no other, by the socket that is used",
	KT_ANSWERS(call, SYS_ioctl, 0, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_ioctl, 0, KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_ioctl, -EPERM, KT_NOT_FIRST(4)))
{
	KT_NEEDS(kt_probe_ns(CLONE_NEWUSER | CLONE_NEWNET));
	KT_WAIT(kt_ns_child(CLONE_NEWUSER, administer, NULL), "exited(0)");
}

KT_PROGRAM
