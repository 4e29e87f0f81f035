/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * race_names.c - races about where a name leads: its last component or a
 * directory on the way is now one thing and now another.
 */
#include "sandbox/probes/race.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define INSIDE (BY_THREAD | BY_PROCESS)
#define FILES "core/sandbox/exec:off"
#define SOCKETS "core/sandbox/network:deny allow/network/bind+unix:GOOD/***"
#define PEERS "core/sandbox/network:deny allow/network/bind+unix:GOOD/*** " \
	      "allow/network/connect+unix:GOOD/allowed/***"
#define PROGRAMS "core/sandbox/exec:deny allow/exec+GOOD/*** allow/exec+/lib/*** " \
		 "allow/exec+/lib32/*** allow/exec+/lib64/*** allow/exec+/usr/***"

static void make_directory(const char *name)
{
	if (mkdir(name, 0700) < 0 && errno != EEXIST)
		die(name);
}

static void make_link(const char *to, const char *name)
{
	/* Somebody outside may change it already. */
	if (symlink(to, name) < 0 && errno != EEXIST)
		die(name);
}

static void make_file(const char *name)
{
	close(must(open(name, O_CREAT | O_RDWR, 0600), name));
}

static void turn_link(const char *name, const char *to)
{
	if (symlink(to, "new") == 0)
		rename("new", name);
}

/* "target" is a link to the file. */
static void flip_link(void)
{
	char bad[PATH_MAX];

	path_in(bad, bad_dir, "file");
	turn_link("target", bad);
	turn_link("target", "file");
}

static void set_up_link(void)
{
	make_link("file", "target");
}

static enum answer opened(const char *path)
{
	int fd = open(path, O_RDWR);
	enum answer a = GOT;

	if (fd < 0)
		return NOTHING;
	if (is_bad_file(fd, "file"))
		a = WON;
	close(fd);
	return a;
}

static enum answer open_link(void)
{
	return opened("target");
}

/* "way" is a link to the directory. */
static void flip_way(void)
{
	turn_link("way", bad_dir);
	turn_link("way", "place");
}

static void set_up_way(void)
{
	make_directory("place");
	make_file("place/file");
	make_link("place", "way");
}

static enum answer open_way(void)
{
	return opened("way/file");
}

/* "place" is a directory and then a link, exchanged in one step. */
static void flip_place(void)
{
	renameat2(AT_FDCWD, "place", AT_FDCWD, "other", RENAME_EXCHANGE);
}

static void set_up_place(void)
{
	make_directory("place");
	make_file("place/file");
	make_link(bad_dir, "other");
}

static enum answer open_place(void)
{
	return opened("place/file");
}

static enum answer chmod_place(void)
{
	enum answer a = chmod("place/file", 0644) == 0 ? GOT : NOTHING;

	return bad_file_changed("file") ? WON : a;
}

/* A name that was made, seen where it should not be. */
static enum answer was_made(int done, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	path_in(path, bad_dir, name);
	return lstat(path, &st) == 0 ? WON : done ? GOT : NOTHING;
}

static enum answer make_in_place(void)
{
	static int n;
	char name[32], path[64];
	int fd;
	enum answer a;

	snprintf(name, sizeof(name), "made%d", n++);
	snprintf(path, sizeof(path), "place/%s", name);
	fd = open(path, O_CREAT | O_EXCL | O_RDWR, 0600);
	if (fd >= 0)
		close(fd);
	a = was_made(fd >= 0, name);
	unlink(path);
	return a;
}

static enum answer mkdir_in_place(void)
{
	static int n;
	char name[32], path[64];
	enum answer a;
	int rc;

	snprintf(name, sizeof(name), "dir%d", n++);
	snprintf(path, sizeof(path), "place/%s", name);
	rc = mkdir(path, 0700);
	a = was_made(rc == 0, name);
	rmdir(path);
	return a;
}

static struct sockaddr_un unix_addr(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	return a;
}

static enum answer bind_in_place(void)
{
	static int n;
	char name[32], path[64];
	struct sockaddr_un addr;
	int sock = must(socket(AF_UNIX, SOCK_DGRAM, 0), "socket"), rc;
	enum answer a;

	snprintf(name, sizeof(name), "socket%d", n++);
	snprintf(path, sizeof(path), "place/%s", name);
	addr = unix_addr(path);
	rc = bind(sock, (struct sockaddr *)&addr, sizeof(addr));
	a = was_made(rc == 0, name);
	close(sock);
	unlink(path);
	return a;
}

static void serve(const char *path)
{
	const struct sockaddr_un addr = unix_addr(path);
	int sock = must(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");

	unlink(path);
	must(bind(sock, (const struct sockaddr *)&addr, sizeof(addr)), path);
}

static void flip_peer(void)
{
	turn_link("peer", "denied");
	turn_link("peer", "allowed");
}

static void set_up_peer(void)
{
	make_directory("allowed");
	make_directory("denied");
	serve("allowed/socket");
	serve("denied/socket");
	make_link("allowed", "peer");
}

static enum answer connect_peer(void)
{
	const struct sockaddr_un addr = unix_addr("peer/socket");
	int sock = must(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");
	struct sockaddr_un peer = { .sun_path = "" };
	socklen_t len = sizeof(peer);
	enum answer a = NOTHING;

	if (connect(sock, (const struct sockaddr *)&addr, sizeof(addr)) == 0)
		a = GOT;
	if (getpeername(sock, (struct sockaddr *)&peer, &len) == 0 &&
	    strcmp(peer.sun_path, "denied/socket") == 0)
		a = WON;
	close(sock);
	return a;
}

static void flip_program(void)
{
	char bad[PATH_MAX];

	path_in(bad, bad_dir, "program");
	turn_link("target", bad);
	turn_link("target", "program");
}

static void set_up_program(void)
{
	make_link("program", "target");
}

static enum answer execute_link(void)
{
	return execute("target");
}

const struct race races_names[] = {
	{ "link", INSIDE | OUTSIDE, FILES, set_up_link, flip_link, open_link },
	{ "way", INSIDE | OUTSIDE, FILES, set_up_way, flip_way, open_way },
	{ "place", INSIDE | OUTSIDE, FILES, set_up_place, flip_place, open_place },
	{ "place-chmod", INSIDE | OUTSIDE, FILES, set_up_place, flip_place, chmod_place },
	{ "place-create", INSIDE | OUTSIDE, FILES, set_up_place, flip_place, make_in_place },
	{ "place-mkdir", INSIDE | OUTSIDE, FILES, set_up_place, flip_place, mkdir_in_place },
	{ "place-bind", INSIDE, SOCKETS, set_up_place, flip_place, bind_in_place },
	{ "peer", INSIDE | OUTSIDE, PEERS, set_up_peer, flip_peer, connect_peer },
	{ "exec-link", INSIDE | OUTSIDE, PROGRAMS, set_up_program, flip_program, execute_link },
	{ .name = NULL },
};
