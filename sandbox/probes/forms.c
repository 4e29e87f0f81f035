/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forms.c - every form of a call that carries an address, by every door:
 *
 *	forms serve COMMAND...	listen on 127.0.0.1 and 127.0.0.2, by TCP, UDP and
 *				UDP-Lite, and at the sockets `near` and `far` of
 *				this directory; run
 *				COMMAND with the port after it; tell what arrived
 *	forms run PORT		try all forms, each to the near and the far address
 *
 * A line is DOOR FORM NEAR FAR: ok, an errno, or cut, when one of two messages
 * was sent. What arrives says which door and form it came by.
 */
#include "sandbox/probes/forms.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define FASTOPEN 0x20000000	/* MSG_FASTOPEN */
#define FASTOPEN_CONNECT 30	/* TCP_FASTOPEN_CONNECT, 4.11 */
#define CUT 100000		/* no errno */

static in_port_t port;
static char payload[64];

/* Where to: one of the two hosts, or its socket in this directory. */
struct to {
	unsigned char host;	/* 127.0.0.HOST */
	const char *path;
};
static const struct to near = { 1, "near" }, far = { 2, "far" };

static struct sockaddr_in inet_of(const struct to *to, sa_family_t family)
{
	return (struct sockaddr_in){ .sin_family = family, .sin_port = port,
				     .sin_addr.s_addr = htonl(0x7f000000u + to->host) };
}

static struct sockaddr_un unix_of(const struct to *to)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	strcpy(un.sun_path, to->path);
	return un;
}

#define ARGS(...) (const unsigned long[6]){ __VA_ARGS__ }

static unsigned long fd_arg(int fd)
{
	return (unsigned long)fd;
}

static long do_connect(const struct door *d, int s, const void *addr, size_t len)
{
	return door_call(d, OP_CONNECT, 3, ARGS(fd_arg(s), door_put(addr, len), len));
}

static long do_sendto(const struct door *d, int s, const void *addr, size_t len, unsigned long flags)
{
	size_t size = strlen(payload);

	return door_call(d, OP_SENDTO, 6, ARGS(fd_arg(s), door_put(payload, size), size, flags,
					       door_put(addr, len), len));
}

/* One msghdr for the address, as words of the door. */
static void header(const struct door *d, const void *addr, size_t len, unsigned long words[7])
{
	size_t size = strlen(payload);
	unsigned long iov = door_put_words(d, ARGS(door_put(payload, size), size), 2);
	unsigned long w[7] = { door_put(addr, len), len, iov, 1, 0, 0, 0 };

	memcpy(words, w, sizeof(w));
}

static long do_sendmsg(const struct door *d, int s, const void *addr, size_t len, unsigned long flags)
{
	unsigned long w[7];

	header(d, addr, len, w);
	return door_call(d, OP_SENDMSG, 3, ARGS(fd_arg(s), door_put_words(d, w, 7), flags));
}

static int datagram(int protocol)
{
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, protocol);
}

static int stream(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/* Send it over what is connected now. */
static long say(int s, long rc)
{
	if (rc < 0)
		return rc;
	return write(s, payload, strlen(payload)) < 0 ? -errno : 0;
}

static long by_connect(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(to, AF_INET);

	(void)s;
	s = stream();
	return say(s, do_connect(d, s, &in, sizeof(in)));
}

static long by_datagram_connect(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(to, AF_INET);

	return say(s, do_connect(d, s, &in, sizeof(in)));
}

/* Whatever address follows, AF_UNSPEC takes the peer away and nothing else. */
static long by_disconnect(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(&near, AF_INET), unspec = inet_of(to, AF_UNSPEC);
	long rc;

	if (connect(s, (const struct sockaddr *)&in, sizeof(in)) < 0)
		return -errno;
	rc = do_connect(d, s, &unspec, sizeof(unspec));
	if (rc == 0 && write(s, payload, strlen(payload)) >= 0)
		return -EISCONN;
	return rc;
}

static long by_sendto(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(to, AF_INET);

	return do_sendto(d, s, &in, sizeof(in), 0);
}

/* An IPv4 socket takes it for AF_INET. */
static long by_unspec(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(to, AF_UNSPEC);

	return do_sendto(d, s, &in, sizeof(in), 0);
}

static long by_sendmsg(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(to, AF_INET);

	return do_sendmsg(d, s, &in, sizeof(in), 0);
}

static long send_two(const struct door *d, int s, const struct to *first, const struct to *second)
{
	struct sockaddr_in one = inet_of(first, AF_INET), two = inet_of(second, AF_INET);
	unsigned long w[16] = { 0 };
	long rc;

	/* struct mmsghdr: a msghdr and a length, padded to words. */
	header(d, &one, sizeof(one), w);
	header(d, &two, sizeof(two), w + 8);
	rc = door_call(d, OP_SENDMMSG, 4, ARGS(fd_arg(s), door_put_words(d, w, 16), 2, 0));
	return rc == 1 ? -CUT : rc;
}

static long by_first(const struct door *d, const struct to *to, int s)
{
	return send_two(d, s, to, &near);
}

static long by_second(const struct door *d, const struct to *to, int s)
{
	return send_two(d, s, &near, to);
}

static long by_fastopen(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(to, AF_INET);

	(void)s;
	return do_sendto(d, stream(), &in, sizeof(in), FASTOPEN);
}

static long by_fastopen_message(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(to, AF_INET);

	(void)s;
	return do_sendmsg(d, stream(), &in, sizeof(in), FASTOPEN);
}

/* The connect says yes at once, the first write makes the connection. */
static long by_fastopen_connect(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(to, AF_INET);
	int one = 1;

	(void)s;
	s = stream();
	if (setsockopt(s, IPPROTO_TCP, FASTOPEN_CONNECT, &one, sizeof(one)) < 0)
		return -errno;
	return say(s, do_connect(d, s, &in, sizeof(in)));
}

static long by_bind(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(to, AF_INET);

	in.sin_port = 0;
	return door_call(d, OP_BIND, 3, ARGS(fd_arg(s), door_put(&in, sizeof(in)), sizeof(in)));
}

/* Without a bind it listens on all hosts. */
static long by_listen(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_in in = inet_of(to, AF_INET);

	(void)s;
	s = stream();
	in.sin_port = 0;
	if (to == &near && bind(s, (const struct sockaddr *)&in, sizeof(in)) < 0)
		return -errno;
	return door_call(d, OP_LISTEN, 2, ARGS(fd_arg(s), 1));
}

static long by_unix_connect(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_un un = unix_of(to);

	(void)s;
	s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return say(s, do_connect(d, s, &un, sizeof(un)));
}

static long by_unix_sendto(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_un un = unix_of(to);

	(void)s;
	return do_sendto(d, socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), &un, sizeof(un), 0);
}

static long by_unix_sendmsg(const struct door *d, const struct to *to, int s)
{
	struct sockaddr_un un = unix_of(to);

	(void)s;
	return do_sendmsg(d, socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), &un, sizeof(un), 0);
}

/* Protocols that reach peers in ways that no rule covers. */
static long by_protocol(const struct door *d, unsigned long protocol)
{
	long s = door_call(d, OP_SOCKET, 3, ARGS(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol));

	if (s >= 0)
		close((int)s);
	return s;
}

static long by_mptcp(const struct door *d, const struct to *to, int s)
{
	(void)to, (void)s;
	return by_protocol(d, 262);
}

static long by_sctp(const struct door *d, const struct to *to, int s)
{
	(void)to, (void)s;
	return by_protocol(d, 132);
}

static const struct {
	const char *name;
	long (*run)(const struct door *d, const struct to *to, int datagram);
	int protocol;	/* of the datagram's socket */
} forms[] = {
	{ "connect", by_connect, 0 },
	{ "connect-datagram", by_datagram_connect, 0 },
	{ "disconnect", by_disconnect, 0 },
	{ "sendto", by_sendto, 0 },
	{ "sendto-unspec", by_unspec, 0 },
	{ "sendmsg", by_sendmsg, 0 },
	{ "sendmmsg-first", by_first, 0 },
	{ "sendmmsg-second", by_second, 0 },
	{ "fastopen", by_fastopen, 0 },
	{ "fastopen-message", by_fastopen_message, 0 },
	{ "fastopen-connect", by_fastopen_connect, 0 },
	{ "bind", by_bind, 0 },
	{ "listen", by_listen, 0 },
	{ "unix-connect", by_unix_connect, 0 },
	{ "unix-sendto", by_unix_sendto, 0 },
	{ "unix-sendmsg", by_unix_sendmsg, 0 },
	{ "lite-connect", by_datagram_connect, IPPROTO_UDPLITE },
	{ "lite-sendto", by_sendto, IPPROTO_UDPLITE },
	{ "lite-sendto-unspec", by_unspec, IPPROTO_UDPLITE },
	{ "lite-sendmsg", by_sendmsg, IPPROTO_UDPLITE },
	{ "lite-sendmmsg-second", by_second, IPPROTO_UDPLITE },
	{ "lite-bind", by_bind, IPPROTO_UDPLITE },
	{ "mptcp", by_mptcp, 0 },
	{ "sctp", by_sctp, 0 },
};

static const char *answer(long rc)
{
	return rc >= 0 ? "ok" : rc == -CUT ? "cut" : strerrorname_np((int)-rc);
}

/* What form k says to `to`, with a socket of its own; a kernel may lack the protocol. */
static const char *try(const struct door *d, size_t k, const struct to *to)
{
	int s = datagram(forms[k].protocol);

	return answer(s < 0 ? -errno : forms[k].run(d, to, s));
}

static int run(void)
{
	const struct door *d;

	for (size_t i = 0; (d = door_at(i)) != NULL; i++) {
		for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++) {
			const char *name = forms[k].name;

			snprintf(payload, sizeof(payload), "%s %s", d->name, name);
			doors_reset();
			printf("%s %s", payload, try(d, k, &near));
			printf(" %s\n", try(d, k, &far));
			/* Sockets of before are closed; a stream's data arrives all the same. */
			for (int fd = 3; fd < 64; fd++)
				close(fd);
		}
	}
	return 0;
}

#define LISTENERS 4
static bool listen_at(const struct to *to, int s[LISTENERS])
{
	struct sockaddr_in in = inet_of(to, AF_INET);
	struct sockaddr_un un = unix_of(to);
	socklen_t len = sizeof(in);

	s[0] = stream();
	s[1] = datagram(0);
	s[2] = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	s[3] = datagram(IPPROTO_UDPLITE);
	if (bind(s[0], (const struct sockaddr *)&in, sizeof(in)) < 0 || listen(s[0], 256) < 0 ||
	    getsockname(s[0], (struct sockaddr *)&in, &len) < 0)
		return false;
	port = in.sin_port;
	return bind(s[1], (const struct sockaddr *)&in, sizeof(in)) == 0 &&
	       bind(s[2], (const struct sockaddr *)&un, sizeof(un)) == 0 &&
	       (s[3] < 0 || bind(s[3], (const struct sockaddr *)&in, sizeof(in)) == 0);
}

static void tell(const char *where, int s, bool accepts)
{
	char text[sizeof(payload)];
	ssize_t n;

	fcntl(s, F_SETFL, O_NONBLOCK);
	for (;;) {
		int from = accepts ? accept(s, NULL, NULL) : s;

		n = from < 0 ? -1 : recv(from, text, sizeof(text) - 1, 0);
		if (accepts && from >= 0)
			close(from);
		if (from < 0 || (!accepts && n < 0))
			return;
		if (n > 0)
			printf("%s: %.*s\n", where, (int)n, text);
	}
}

static int serve(char **command, int count)
{
	int s[2][LISTENERS], status;
	char **argv = calloc((size_t)count + 2, sizeof(*argv)), text[16];
	pid_t pid, ended;

	if (argv == NULL || !listen_at(&near, s[0]) || !listen_at(&far, s[1])) {
		perror("forms");
		return 2;
	}
	snprintf(text, sizeof(text), "%u", ntohs(port));
	memcpy(argv, command, (size_t)count * sizeof(*argv));
	argv[count] = text;
	pid = fork();
	if (pid == 0) {
		execvp(argv[0], argv);
		_exit(127);
	}
	free(argv);
	/* A queue of a UNIX socket is full with 11 datagrams, and the 12th would wait for us. */
	while ((ended = waitpid(pid, &status, WNOHANG)) == 0) {
		struct pollfd p[2] = { { s[0][2], POLLIN, 0 }, { s[1][2], POLLIN, 0 } };

		poll(p, 2, 20);
		tell("near", s[0][2], false);
		tell("far", s[1][2], false);
	}
	if (ended != pid || status != 0)
		return 2;
	for (int i = 0; i < LISTENERS; i++) {
		tell("near", s[0][i], i == 0);
		tell("far", s[1][i], i == 0);
	}
	return 0;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	/* Two processes write what they say into one file. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 2 && strcmp(argv[1], "serve") == 0)
		return serve(argv + 2, argc - 2);
	if (argc == 3 && strcmp(argv[1], "run") == 0) {
		port = htons((in_port_t)atoi(argv[2]));
		return run();
	}
	fprintf(stderr, "usage: forms serve COMMAND... | forms run PORT\n");
	return 2;
}
