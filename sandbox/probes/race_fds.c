/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * race_fds.c - races about what a descriptor number is: dup2 puts now one
 * thing there and now another.
 */
#include "sandbox/probes/race.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define GOOD_HOST 0x7f000001
#define BAD_HOST 0x7f000002
#define FILES "core/sandbox/exec:off"
#define PEERS "core/sandbox/network:deny allow/network/bind+inet:127.0.0.0/8@0-65535 " \
	      "allow/network/connect+inet:127.0.0.1@0-65535"
#define NAMES "core/sandbox/network:deny allow/network/bind+inet:127.0.0.1@0-65535"

static int slot = -1, good = -1, bad = -1, bad_peer = -1;
static struct sockaddr_in bad_addr;

static void flip(void)
{
	dup2(bad, slot);
	dup2(good, slot);
}

static void set_up_slot(void)
{
	must(good, "good descriptor");
	must(bad, "bad descriptor");
	slot = must(fcntl(good, F_DUPFD_CLOEXEC, 100), "slot");
}

static void set_up_directories(void)
{
	good = open(good_dir, O_PATH | O_DIRECTORY);
	bad = open(bad_dir, O_PATH | O_DIRECTORY);
	set_up_slot();
}

static enum answer opened(int fd)
{
	enum answer a = GOT;

	if (fd < 0)
		return NOTHING;
	if (is_bad_file(fd, "file"))
		a = WON;
	close(fd);
	return a;
}

static enum answer open_below(void)
{
	return opened(openat(slot, "file", O_RDWR));
}

static void set_up_files(void)
{
	char path[PATH_MAX];

	path_in(path, bad_dir, "file");
	good = open("file", O_RDWR);
	bad = open(path, O_RDONLY);
	set_up_slot();
}

static enum answer reopen(void)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", slot);
	return opened(open(name, O_RDWR));
}

static enum answer change_mode(void)
{
	enum answer a = fchmod(slot, 0644) == 0 ? GOT : NOTHING;

	return bad_file_changed("file") ? WON : a;
}

static struct sockaddr_in host(uint32_t address)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
}

static void set_up_bad_peer(void)
{
	socklen_t len = sizeof(bad_addr);

	bad_addr = host(BAD_HOST);
	bad_peer = must(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), "socket");
	must(bind(bad_peer, (struct sockaddr *)&bad_addr, sizeof(bad_addr)), "bind");
	must(getsockname(bad_peer, (struct sockaddr *)&bad_addr, &len), "getsockname");
}

/* The address is of the bad socket's family alone: on the good one it fails. */
static void set_up_connect(void)
{
	set_up_bad_peer();
	good = socket(AF_UNIX, SOCK_DGRAM, 0);
	bad = socket(AF_INET, SOCK_DGRAM, 0);
	set_up_slot();
}

static enum answer connect_slot(void)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);

	if (connect(slot, (struct sockaddr *)&bad_addr, sizeof(bad_addr)) < 0 && errno == EBADF)
		return NOTHING;
	if (getpeername(bad, (struct sockaddr *)&peer, &len) < 0)
		return GOT;
	must(connect(bad, &none, sizeof(none)), "disconnect");
	return WON;
}

static void set_up_bind(void)
{
	good = socket(AF_UNIX, SOCK_DGRAM, 0);
	bad = socket(AF_INET, SOCK_DGRAM, 0);
	set_up_slot();
}

/* The other end of `bad` is a new socket each time that it was won. */
static void renew_bad(int type)
{
	int fresh = must(socket(AF_INET, type, 0), "socket");

	must(dup2(fresh, bad), "dup2");
	close(fresh);
}

static enum answer bind_slot(void)
{
	const struct sockaddr_in want = host(BAD_HOST);
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	if (bind(slot, (const struct sockaddr *)&want, sizeof(want)) < 0 && errno == EBADF)
		return NOTHING;
	if (getsockname(bad, (struct sockaddr *)&name, &len) < 0 || name.sin_port == 0)
		return GOT;
	renew_bad(SOCK_DGRAM);
	return WON;
}

/* On a stream that has its peer an address means nothing. */
static void set_up_send(void)
{
	int pair[2];

	set_up_bad_peer();
	/* By its own number: the C library of i386 asks socketcall, which a pid namespace has not. */
	must((int)syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	good = pair[0];
	bad = socket(AF_INET, SOCK_DGRAM, 0);
	set_up_slot();
}

static enum answer arrived(void)
{
	char data[16];
	enum answer a = GOT;

	while (recv(bad_peer, data, sizeof(data), 0) >= 0)
		a = WON;
	return a;
}

static enum answer send_slot(void)
{
	(void)sendto(slot, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&bad_addr,
		     sizeof(bad_addr));
	return arrived();
}

static enum answer send_message_slot(void)
{
	char x[] = "x";
	struct iovec iov = { x, 1 };
	struct msghdr msg = { .msg_name = &bad_addr, .msg_namelen = sizeof(bad_addr),
			      .msg_iov = &iov, .msg_iovlen = 1 };

	(void)sendmsg(slot, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	return arrived();
}

/* A socket with a name may listen; without, that would bind it anywhere. */
static void set_up_listen(void)
{
	const struct sockaddr_in name = host(GOOD_HOST);

	good = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	must(bind(good, (const struct sockaddr *)&name, sizeof(name)), "bind");
	bad = socket(AF_INET, SOCK_STREAM, 0);
	set_up_slot();
}

static enum answer listen_slot(void)
{
	struct sockaddr_in name;
	socklen_t len = sizeof(name);

	if (listen(slot, 1) < 0 && errno == EBADF)
		return NOTHING;
	if (getsockname(bad, (struct sockaddr *)&name, &len) < 0 || name.sin_port == 0)
		return GOT;
	renew_bad(SOCK_STREAM);
	return WON;
}

const struct race races_descriptors[] = {
	{ "openat-directory", BY_THREAD, FILES, set_up_directories, flip, open_below },
	{ "proc-descriptor", BY_THREAD, FILES, set_up_files, flip, reopen },
	{ "fchmod-descriptor", BY_THREAD, FILES, set_up_files, flip, change_mode },
	{ "connect-socket", BY_THREAD, PEERS, set_up_connect, flip, connect_slot },
	{ "bind-socket", BY_THREAD, NAMES, set_up_bind, flip, bind_slot },
	{ "sendto-socket", BY_THREAD, PEERS, set_up_send, flip, send_slot },
	{ "sendmsg-socket", BY_THREAD, PEERS, set_up_send, flip, send_message_slot },
	{ "listen-socket", BY_THREAD, NAMES, set_up_listen, flip, listen_slot },
	{ .name = NULL },
};
