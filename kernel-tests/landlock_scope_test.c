/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * landlock_scope_test.c - what a Landlock domain keeps its processes from doing to
 * those outside: signals, sockets with abstract names, TCP ports.
 */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_landlock.h"

static void signal_outside(void *arg)
{
	pid_t outside = *(pid_t *)arg, inside;

	kt_landlock_enter(0, 0, KT_LL_SCOPE_SIGNAL);
	inside = kt_child(kt_body_park, NULL);
	KT_ERR(EPERM, kt_raw(SYS_kill, outside, SIGKILL));
	KT_ERR(EPERM, kt_raw(SYS_kill, outside, 0));
	KT_ERR(EPERM, kt_raw(SYS_tgkill, outside, outside, SIGKILL));
	KT_OK(kt_raw(SYS_kill, getpid(), 0));
	KT_OK(kt_raw(SYS_kill, inside, SIGKILL));
	KT_WAIT(inside, "killed(SIGKILL)");
}

KT_CASE(landlock_scope_signal, "landlock.scope.signal",
	"Verify that a Landlock domain with the signal scope can signal its own processes and none "
	"outside: EPERM",
	KT_ANSWERS(call, SYS_kill, 0), KT_ANSWERS(call, SYS_tgkill, 0),
	KT_ANSWERS(call, SYS_kill, -EPERM, KT_NOT_FIRST(3)))
{
	pid_t *outside = kt_shared(sizeof(*outside));

	KT_NEEDS(kt_probe_landlock(6));
	*outside = kt_child(kt_body_park, NULL);
	KT_AWAIT_PARKED(*outside);
	KT_WAIT(kt_child(signal_outside, outside), "exited(0)");
	KT_KILL(*outside);
}

static void park_thread(void *unused)
{
	(void)unused;
	kt_park();
}

static void signal_threads(void *unused)
{
	pid_t thread = kt_thread(park_thread, NULL);

	(void)unused;
	kt_landlock_enter(0, 0, KT_LL_SCOPE_SIGNAL);
	KT_OK(kt_raw(SYS_tgkill, getpid(), thread, 0));
	KT_OK(kt_raw(SYS_tkill, thread, 0));
	/* As seteuid of libc does it: to its process, with a signal that all share. */
	KT_OK(kt_raw(SYS_kill, getpid(), 0));
}

KT_CASE(landlock_scope_signal_threads, "landlock.scope.signal_threads",
	"Verify that a thread in a Landlock domain with the signal scope can signal the threads of "
	"its own process that are outside",
	KT_ANSWERS(call, SYS_tgkill, -EPERM), KT_ANSWERS(call, SYS_tkill, -EPERM))
{
	const long signal_erratum = 1L << 1;
	long errata = syscall(KT_LL_CREATE, NULL, 0, KT_LL_ERRATA);

	KT_NEEDS(kt_probe_landlock(6));
	if (errata < 0 || !(errata & signal_erratum))
		atf_tc_skip("the kernel does not claim Landlock's erratum 2 (Linux 6.15)");
	KT_WAIT(kt_child(signal_threads, NULL), "exited(0)");
}

/* A listening socket whose abstract name the kernel chooses. */
static int abstract_listener(struct sockaddr_un *name, socklen_t *len)
{
	int fd = KT_SYS(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));

	*name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	KT_SYS(bind(fd, (struct sockaddr *)name, sizeof(name->sun_family)));
	*len = sizeof(*name);
	KT_SYS(getsockname(fd, (struct sockaddr *)name, len));
	KT_SYS(listen(fd, 4));
	return fd;
}

static long connect_unix(const struct sockaddr_un *name, socklen_t len)
{
	int fd = KT_SYS(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	long rc = kt_raw(SYS_connect, fd, name, len);

	close(fd);
	return rc;
}

struct abstract {
	struct sockaddr_un outside;
	socklen_t outside_len;
	int connected; /* to it, since before the domain */
};

static void connect_outside(void *arg)
{
	const struct abstract *a = arg;
	struct sockaddr_un inside;
	socklen_t inside_len;

	KT_OK(connect_unix(&a->outside, a->outside_len));
	kt_landlock_enter(0, 0, KT_LL_SCOPE_ABSTRACT_UNIX);
	abstract_listener(&inside, &inside_len);
	KT_ERR(EPERM, connect_unix(&a->outside, a->outside_len));
	KT_OK(connect_unix(&inside, inside_len));
	KT_EQ(send(a->connected, "x", 1, MSG_NOSIGNAL), 1);
}

KT_CASE(landlock_scope_abstract_unix, "landlock.scope.abstract_unix",
	"Verify that a Landlock domain with that scope connects to abstract sockets of its own and "
	"to none outside: EPERM; and that what was connected before stays so",
	KT_ANSWERS(call, SYS_connect, 0, KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_connect, -EPERM, KT_NOT_FIRST(1)))
{
	struct abstract *a = kt_shared(sizeof(*a));

	KT_NEEDS(kt_probe_landlock(6));
	abstract_listener(&a->outside, &a->outside_len);
	a->connected = KT_SYS(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	KT_OK(kt_raw(SYS_connect, a->connected, &a->outside, a->outside_len));
	KT_WAIT(kt_child(connect_outside, a), "exited(0)");
}

static int tcp_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 && errno == EAFNOSUPPORT)
		atf_tc_skip("needs IPv4");
	return KT_SYS(fd);
}

/* Listens at any address and a port of the kernel's choice, in network order. */
static int tcp_listener(in_port_t *port)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	socklen_t len = sizeof(any);
	int fd = tcp_socket();

	KT_SYS(bind(fd, (struct sockaddr *)&any, len));
	KT_SYS(listen(fd, 4));
	KT_SYS(getsockname(fd, (struct sockaddr *)&any, &len));
	*port = any.sin_port;
	return fd;
}

static long with_port(long nr, in_port_t port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = port,
		.sin_addr = { nr == SYS_connect ? htonl(INADDR_LOOPBACK) : INADDR_ANY },
	};
	int fd = KT_SYS(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	long rc = kt_raw(nr, fd, &to, sizeof(to));

	close(fd);
	return rc;
}

struct ports {
	in_port_t allowed, other;
};

static void use_ports(void *arg)
{
	int ruleset = kt_ruleset_new(0, KT_LL_BIND_TCP | KT_LL_CONNECT_TCP, 0);
	struct ports *p = arg;
	struct sockaddr_in udp = { .sin_family = AF_INET };
	int udp_socket = KT_SYS(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	long before = with_port(SYS_connect, p->allowed);

	/* Where the loopback interface is down: not our business, but never EACCES. */
	KT_REQUIRE(before == 0 || before == -ENETUNREACH);
	kt_ruleset_port(ruleset, ntohs(p->allowed), KT_LL_CONNECT_TCP);
	kt_ruleset_port(ruleset, 0, KT_LL_BIND_TCP);
	kt_ruleset_enter(ruleset);
	KT_EQ(with_port(SYS_connect, p->allowed), before);
	KT_ERR(EACCES, with_port(SYS_connect, p->other));
	KT_OK(with_port(SYS_bind, 0));
	KT_ERR(EACCES, with_port(SYS_bind, p->allowed));
	KT_ERR(EACCES, with_port(SYS_bind, p->other));
	KT_SYS(bind(udp_socket, (struct sockaddr *)&udp, sizeof(udp)));
}

KT_CASE(landlock_net_tcp, "landlock.net.tcp",
	"Verify that a Landlock domain binds and connects TCP sockets to the ports of its rules "
	"and to no others: EACCES",
	KT_ANSWERS(call, SYS_connect, 0, KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_connect, -EACCES, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_bind, -EADDRINUSE, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_bind, -EACCES))
{
	struct ports *p = kt_shared(sizeof(*p));

	KT_NEEDS(kt_probe_landlock(4));
	tcp_listener(&p->allowed);
	tcp_listener(&p->other);
	KT_WAIT(kt_child(use_ports, p), "exited(0)");
}

KT_PROGRAM
