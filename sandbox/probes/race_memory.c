/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * race_memory.c - races about what a pointer leads to: paths, addresses,
 * message headers, vectors. `victim` changes between a good and a bad image.
 */
#include "sandbox/probes/race.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EVERY_WAY (BY_THREAD | BY_PROCESS | BY_WRITEV)
#define GOOD_HOST 0x7f000001	/* 127.0.0.1 may be reached, */
#define BAD_HOST 0x7f000002	/* 127.0.0.2 may not */
#define FILES "core/sandbox/exec:off"
#define PEERS "core/sandbox/network:deny allow/network/bind+inet:127.0.0.0/8@0-65535 " \
	      "allow/network/connect+inet:127.0.0.1@0-65535"
#define NAMES "core/sandbox/network:deny allow/network/bind+inet:127.0.0.1@0-65535"
#define PROGRAMS "core/sandbox/exec:deny allow/exec+GOOD/*** allow/exec+/lib/*** " \
		 "allow/exec+/lib32/*** allow/exec+/lib64/*** allow/exec+/usr/***"

/* Bound sockets of both hosts, and their addresses. */
static struct sockaddr_in good_addr, bad_addr;
static int good_peer, bad_peer;

static void set_images(const void *good, const void *bad, size_t size)
{
	victim_size = size;
	memcpy(good_image, good, size);
	memcpy(bad_image, bad, size);
}

static void set_paths(const char *good, const char *bad)
{
	path_in((char *)good_image, good_dir, good);
	path_in((char *)bad_image, bad_dir, bad);
	victim_size = strlen((char *)good_image);
	if (strlen((char *)bad_image) > victim_size)
		victim_size = strlen((char *)bad_image);
	victim_size++;
}

static enum answer opened(int fd, const char *name)
{
	enum answer a = GOT;

	if (fd < 0)
		return NOTHING;
	if (is_bad_file(fd, name))
		a = WON;
	close(fd);
	return a;
}

static void set_up_path(void)
{
	set_paths("file", "file");
}

static enum answer open_path(void)
{
	return opened(open(victim, O_RDWR), "file");
}

static void set_up_program(void)
{
	set_paths("program", "program");
}

static enum answer execute_path(void)
{
	return execute(victim);
}

/* The second operand: what replaces the bad file is the good one. */
static void set_up_rename(void)
{
	set_paths("renamed", "renamed");
}

static enum answer rename_path(void)
{
	int fd = open("source", O_CREAT | O_RDWR, 0600), bad;
	enum answer a = NOTHING;
	char path[PATH_MAX];
	struct stat is, was;

	must(fstat(must(fd, "source"), &was), "source");
	if (rename("source", victim) == 0) {
		a = GOT;
		path_in(path, bad_dir, "renamed");
		bad = open(path, O_RDONLY);
		if (bad >= 0 && fstat(bad, &is) == 0 && is.st_ino == was.st_ino &&
		    is.st_dev == was.st_dev)
			a = WON;
		if (bad >= 0)
			close(bad);
	}
	close(fd);
	return a;
}

/* The name may be read, and the flags say what else. */
static char how_path[PATH_MAX];

static void set_up_how(void)
{
	const struct open_how good = { .flags = O_RDONLY }, bad = { .flags = O_RDWR };

	path_in(how_path, bad_dir, "file");
	set_images(&good, &bad, sizeof(good));
}

static enum answer open_how(void)
{
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, how_path, victim, sizeof(struct open_how));
	enum answer a = GOT;

	if (fd < 0)
		return NOTHING;
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY)
		a = WON;
	close(fd);
	return a;
}

static int bound(int type, uint32_t host, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int sock = must(socket(AF_INET, type | SOCK_NONBLOCK, 0), "socket");

	*addr = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(host) };
	must(bind(sock, (struct sockaddr *)addr, sizeof(*addr)), "bind");
	must(getsockname(sock, (struct sockaddr *)addr, &len), "getsockname");
	return sock;
}

static void set_up_peers(void)
{
	good_peer = bound(SOCK_DGRAM, GOOD_HOST, &good_addr);
	bad_peer = bound(SOCK_DGRAM, BAD_HOST, &bad_addr);
	set_images(&good_addr, &bad_addr, sizeof(good_addr));
}

static enum answer connect_datagram(void)
{
	int sock = must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);
	enum answer a = NOTHING;

	if (connect(sock, victim, sizeof(peer)) == 0)
		a = GOT;
	if (getpeername(sock, (struct sockaddr *)&peer, &len) == 0 &&
	    peer.sin_addr.s_addr == htonl(BAD_HOST))
		a = WON;
	close(sock);
	return a;
}

static void set_up_listeners(void)
{
	good_peer = bound(SOCK_STREAM, GOOD_HOST, &good_addr);
	bad_peer = bound(SOCK_STREAM, BAD_HOST, &bad_addr);
	must(listen(good_peer, 8), "listen");
	must(listen(bad_peer, 8), "listen");
	set_images(&good_addr, &bad_addr, sizeof(good_addr));
}

/* Whether somebody had connected. */
static int accepted(int listener)
{
	int sock, any = 0;

	while ((sock = accept(listener, NULL, NULL)) >= 0) {
		any = 1;
		close(sock);
	}
	return any;
}

static enum answer connect_stream(void)
{
	/* No TIME_WAIT: they would use up all ports. */
	const struct linger reset = { 1, 0 };
	int sock = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	enum answer a = NOTHING;

	must(setsockopt(sock, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "SO_LINGER");
	if (connect(sock, victim, sizeof(struct sockaddr_in)) == 0)
		a = GOT;
	accepted(good_peer);
	if (accepted(bad_peer))
		a = WON;
	close(sock);
	return a;
}

static void set_up_names(void)
{
	const struct sockaddr_in good = { .sin_family = AF_INET,
					  .sin_addr.s_addr = htonl(GOOD_HOST) };
	const struct sockaddr_in bad = { .sin_family = AF_INET,
					 .sin_addr.s_addr = htonl(BAD_HOST) };

	set_images(&good, &bad, sizeof(good));
}

static enum answer bind_name(void)
{
	int sock = must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	struct sockaddr_in name;
	socklen_t len = sizeof(name);
	enum answer a = NOTHING;

	if (bind(sock, victim, sizeof(name)) == 0)
		a = GOT;
	if (getsockname(sock, (struct sockaddr *)&name, &len) == 0 &&
	    name.sin_addr.s_addr == htonl(BAD_HOST))
		a = WON;
	close(sock);
	return a;
}

static int received(int sock)
{
	char data[16];
	int any = 0;

	while (recv(sock, data, sizeof(data), 0) >= 0)
		any = 1;
	return any;
}

/* What came of a message to both. */
static enum answer arrived(int good, int bad)
{
	return bad ? WON : good ? GOT : NOTHING;
}

static int sender = -1;

static enum answer look(void)
{
	int good = received(good_peer);

	return arrived(good, received(bad_peer));
}

static enum answer send_to(void)
{
	if (sender < 0)
		sender = must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	(void)sendto(sender, "x", 1, 0, victim, sizeof(struct sockaddr_in));
	return look();
}

static char text[] = "text";
static struct iovec one_part[] = { { text, 1 } }, two_parts[] = { { text, 1 }, { text, 2 } };

static struct msghdr header(struct sockaddr_in *addr, struct iovec *iov, size_t n)
{
	return (struct msghdr){ .msg_name = addr, .msg_namelen = sizeof(*addr),
				.msg_iov = iov, .msg_iovlen = n };
}

static void set_up_message(void)
{
	struct msghdr good, bad;

	set_up_peers();
	sender = must(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	good = header(&good_addr, one_part, 1);
	bad = header(&bad_addr, two_parts, 2);
	set_images(&good, &bad, sizeof(good));
}

static enum answer send_message(void)
{
	(void)sendmsg(sender, victim, 0);
	return look();
}

/* The second of two messages, the first one is always good. */
static void set_up_vector(void)
{
	struct mmsghdr good[2] = { { .msg_len = 0 } }, bad[2] = { { .msg_len = 0 } };

	set_up_message();
	good[0].msg_hdr = good[1].msg_hdr = bad[0].msg_hdr = header(&good_addr, one_part, 1);
	bad[1].msg_hdr = header(&bad_addr, two_parts, 2);
	set_images(&good, &bad, sizeof(good));
}

static enum answer send_vector(void)
{
	(void)sendmmsg(sender, victim, 2, 0);
	return look();
}

#ifdef SYS_socketcall
/* The arguments themselves are in memory. */
static void set_up_arguments(void)
{
	uintptr_t good[6], bad[6];

	set_up_message();
	good[0] = bad[0] = (uintptr_t)sender;
	good[1] = bad[1] = (uintptr_t)text;
	good[2] = bad[2] = 1;
	good[3] = bad[3] = 0;
	good[4] = (uintptr_t)&good_addr;
	bad[4] = (uintptr_t)&bad_addr;
	good[5] = bad[5] = sizeof(good_addr);
	set_images(good, bad, sizeof(good));
}

static enum answer send_arguments(void)
{
	(void)syscall(SYS_socketcall, 11 /* SYS_SENDTO */, victim);
	return look();
}
#endif

const struct race races_memory[] = {
	{ "path", EVERY_WAY, FILES, set_up_path, NULL, open_path },
	{ "second-path", EVERY_WAY, FILES, set_up_rename, NULL, rename_path },
	{ "open-how", EVERY_WAY, FILES, set_up_how, NULL, open_how },
	{ "exec-path", EVERY_WAY, PROGRAMS, set_up_program, NULL, execute_path },
	{ "connect-address", EVERY_WAY, PEERS, set_up_peers, NULL, connect_datagram },
	{ "stream-address", EVERY_WAY, PEERS, set_up_listeners, NULL, connect_stream },
	{ "bind-address", EVERY_WAY, NAMES, set_up_names, NULL, bind_name },
	{ "sendto-address", EVERY_WAY, PEERS, set_up_peers, NULL, send_to },
	{ "sendmsg-header", EVERY_WAY, PEERS, set_up_message, NULL, send_message },
	{ "sendmmsg-vector", EVERY_WAY, PEERS, set_up_vector, NULL, send_vector },
#ifdef SYS_socketcall
	{ "socketcall-block", EVERY_WAY, PEERS, set_up_arguments, NULL, send_arguments },
#endif
	{ .name = NULL },
};
