/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape.c - one attempt to get out per run: `escape NAME [ARG]`. Prints
 * "escaped", "refused ERRNO" or "absent" (this kernel has no such thing), so
 * that a test can show that the attempt works where nothing holds it. Each
 * tries by raw system calls, as an attacker would.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sandbox/probes/numbers.h"

static int say(long rc)
{
	if (rc < 0 && errno == ENOSYS)
		puts("absent");
	else if (rc < 0)
		printf("refused %s\n", strerrorname_np(errno));
	else
		puts("escaped");
	return 0;
}

/* Make a file with the i386 entry of a 64-bit process. */
static int by_int80(const char *path)
{
#if defined(__x86_64__) && !defined(__ILP32__)
	char *low = mmap((void *)0x10000000, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	int rc;

	if (low == MAP_FAILED)
		return 1;
	snprintf(low, 4096, "%s", path);
	__asm__ volatile("int $0x80"
			 : "=a"(rc)
			 : "a"(5), "b"((int)(uintptr_t)low), "c"(O_CREAT | O_WRONLY), "d"(0644)
			 : "memory");
	errno = -rc;
	return say(rc < 0 ? -1 : rc);
#else
	(void)path;
	errno = ENOSYS;
	return say(-1);
#endif
}

static int by_x32(const char *path)
{
#if defined(__x86_64__)
	return say(syscall(X32_BIT | 2, path, O_CREAT | O_WRONLY, 0644));
#else
	(void)path;
	errno = ENOSYS;
	return say(-1);
#endif
}

static int by_open(const char *path)
{
	return say(open(path, O_CREAT | O_WRONLY, 0644));
}

static int by_openat2(const char *path)
{
	uint64_t how[3] = { O_CREAT | O_WRONLY, 0644, 0 };

	return say(syscall(NR_OPENAT2, AT_FDCWD, path, how, sizeof(how)));
}

/* A question, which changes nothing. */
static int by_access(const char *path)
{
	return say(access(path, W_OK));
}

static int by_fchmodat2(const char *path)
{
	return say(syscall(NR_FCHMODAT2, AT_FDCWD, path, 0777, 0));
}

/* chmod through a descriptor that was opened for reading. */
static int by_fchmod(const char *path)
{
	int fd = open(path, O_RDONLY);

	return fd < 0 ? 1 : say(fchmod(fd, 0777));
}

/* A writable second descriptor for a file that may only be read. */
static int by_proc_fd(const char *path)
{
	char name[64];
	int fd = open(path, O_RDONLY);

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return fd < 0 ? 1 : say(open(name, O_WRONLY));
}

static int by_hard_link(const char *path)
{
	int rc;

	unlink("second-name");
	rc = link(path, "second-name");
	return say(rc < 0 ? rc : open("second-name", O_WRONLY));
}

/* A symbolic link inside that leads outside. */
static int by_symlink(const char *path)
{
	unlink("way-out");
	return symlink(path, "way-out") < 0 ? 1 : say(open("way-out", O_CREAT | O_WRONLY, 0644));
}

static int by_signal(const char *pid)
{
	return say(kill(atoi(pid), SIGUSR1));
}

static int by_group(const char *pgid)
{
	return say(kill(-atoi(pgid), SIGUSR1));
}

static int by_everybody(const char *none)
{
	(void)none;
	signal(SIGUSR1, SIG_IGN);
	return say(kill(-1, SIGUSR1));
}

static int by_tgkill(const char *pid)
{
	return say(syscall(SYS_tgkill, atoi(pid), atoi(pid), SIGUSR1));
}

static int by_sigqueue(const char *pid)
{
	union sigval v = { .sival_int = 1 };

	return say(sigqueue(atoi(pid), SIGUSR1, v));
}

static int by_pidfd(const char *pid)
{
	long fd = syscall(NR_PIDFD_OPEN, atoi(pid), 0);

	return say(fd < 0 ? fd : syscall(NR_PIDFD_SEND_SIGNAL, fd, SIGUSR1, NULL, 0));
}

/* A directory of /proc serves as a pidfd. */
static int by_proc_pidfd(const char *pid)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "/proc/%s", pid);
	fd = open(name, O_RDONLY | O_DIRECTORY);
	return fd < 0 ? 1 : say(syscall(NR_PIDFD_SEND_SIGNAL, fd, SIGUSR1, NULL, 0));
}

static int by_owner(const char *pid)
{
	int fds[2];

	if (pipe(fds) < 0)
		return 1;
	return say(fcntl(fds[0], F_SETOWN, atoi(pid)));
}

static int by_ptrace(const char *pid)
{
	return say(ptrace(PTRACE_SEIZE, atoi(pid), NULL, NULL));
}

static int by_vm_write(const char *pid)
{
	char byte = 0;
	struct iovec local = { &byte, 1 }, remote = { (void *)0x1000, 1 };
	long rc = process_vm_writev(atoi(pid), &local, 1, &remote, 1, 0);

	/* A wrong address is only told to who may write. */
	return say(rc < 0 && errno == EFAULT ? 0 : rc);
}

static int by_proc_mem(const char *pid)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/%s/mem", pid);
	return say(open(name, O_RDWR));
}

static int by_limits(const char *pid)
{
	struct {
		uint64_t cur, max;
	} lim = { 100, 100 };

	return say(syscall(SYS_prlimit64, atoi(pid), 7, &lim, NULL));
}

static int by_priority(const char *pid)
{
	return say(syscall(SYS_setpriority, 0, atoi(pid), 19));
}

static int by_uring(const char *none)
{
	char params[120] = "";
	long rc = syscall(NR_IO_URING_SETUP, 1, params);

	(void)none;
	return say(rc);
}

static void address_of(const char *port, struct sockaddr_in *in)
{
	memset(in, 0, sizeof(*in));
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)atoi(port));
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

static int by_sendmsg(const char *port)
{
	struct sockaddr_in in;
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_name = &in, .msg_namelen = sizeof(in), .msg_iov = &iov,
			      .msg_iovlen = 1 };

	address_of(port, &in);
	return say(sendmsg(socket(AF_INET, SOCK_DGRAM, 0), &msg, 0));
}

static int by_sendmmsg(const char *port)
{
	struct sockaddr_in in;
	struct iovec iov = { "x", 1 };
	struct mmsghdr msg = { .msg_hdr = { .msg_name = &in, .msg_namelen = sizeof(in),
					    .msg_iov = &iov, .msg_iovlen = 1 } };

	address_of(port, &in);
	return say(sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), &msg, 1, 0));
}

static int by_sendto(const char *port)
{
	struct sockaddr_in in;

	address_of(port, &in);
	return say(sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (struct sockaddr *)&in,
			  sizeof(in)));
}

static int by_connect(const char *port)
{
	struct sockaddr_in in;

	address_of(port, &in);
	return say(connect(socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *)&in, sizeof(in)));
}

static int by_fastopen(const char *port)
{
	struct sockaddr_in in;
	long rc;

	address_of(port, &in);
	rc = sendto(socket(AF_INET, SOCK_STREAM, 0), "x", 1, MSG_FASTOPEN,
		    (struct sockaddr *)&in, sizeof(in));
	/* Nobody listens there; it was asked all the same. */
	return say(rc < 0 && errno == ECONNREFUSED ? 0 : rc);
}

/* A segment routing header (RFC 8754): first to 2001:db8::1, then where the packet is addressed to. */
static const unsigned char route[40] = {
	0, 4, 4, 1, 1, [24] = 0x20, 0x01, 0x0d, 0xb8, [39] = 1,
};

static int by_route(const char *none)
{
	(void)none;
	return say(setsockopt(socket(AF_INET6, SOCK_DGRAM, 0), IPPROTO_IPV6, IPV6_RTHDR, route,
			      sizeof(route)));
}

/* Here the kernel takes one of mobile IPv6 alone (RFC 6275), by way of the same host. */
static int by_routed_message(const char *none)
{
	static const unsigned char mobile[24] = { 0, 2, 2, 1, [8] = 0x20, 0x01, 0x0d, 0xb8, [23] = 1 };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(9),
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(mobile))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(mobile)), .cmsg_level = IPPROTO_IPV6,
				.cmsg_type = IPV6_RTHDR } };
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_name = &in6, .msg_namelen = sizeof(in6), .msg_iov = &iov,
			      .msg_iovlen = 1, .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	long rc;

	(void)none;
	memcpy(CMSG_DATA(&control.head), mobile, sizeof(mobile));
	rc = sendmsg(socket(AF_INET6, SOCK_DGRAM, 0), &msg, 0);
	/* It was taken: that host is just not reached from here. */
	return say(rc < 0 && (errno == ENETUNREACH || errno == EHOSTUNREACH) ? 0 : rc);
}

static int by_source_route(const char *none)
{
	const unsigned char loose[8] = { 131, 7, 4, 192, 0, 2, 1 };

	(void)none;
	return say(setsockopt(socket(AF_INET, SOCK_DGRAM, 0), IPPROTO_IP, IP_OPTIONS, loose,
			      sizeof(loose)));
}

/* Which names are made and used in a directory. */
static int by_watch(const char *path)
{
	return say(inotify_add_watch(inotify_init1(IN_CLOEXEC), path, IN_ALL_EVENTS));
}

/* The same, by a link that is the last name and may be followed. */
static int by_linked_watch(const char *path)
{
	unlink("way-in");
	return symlink(path, "way-in") < 0 ? 1 : by_watch("way-in");
}

/* What happens in a directory that may be read is told, and of a link what happens to that. */
static int watch_own(const char *none)
{
	union {
		struct inotify_event event;
		char bytes[1024];
	} at;
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), dir, link, made;
	ssize_t n;

	(void)none;
	unlink("seen");
	unlink("seen-link");
	if (symlink("seen", "seen-link") < 0)
		return 1;
	dir = inotify_add_watch(fd, ".", IN_CREATE | IN_ONLYDIR);
	link = inotify_add_watch(fd, "seen-link", IN_ATTRIB | IN_DONT_FOLLOW);
	if (dir < 0 || link < 0 || dir == link)
		return say(-1);
	if (inotify_add_watch(fd, "seen-link", IN_ATTRIB) >= 0 || errno != ENOENT ||
	    inotify_add_watch(fd, "seen-link", IN_ONLYDIR | IN_DONT_FOLLOW | IN_ATTRIB) >= 0 ||
	    errno != ENOTDIR || inotify_add_watch(made = dup(1), ".", IN_CREATE) >= 0 ||
	    errno != EINVAL || inotify_add_watch(99, ".", IN_CREATE) >= 0 || errno != EBADF)
		return say(-1);
	close(made);
	close(open("seen", O_CREAT | O_WRONLY, 0600));
	n = read(fd, &at, sizeof(at));
	if (n < (ssize_t)sizeof(at.event) || at.event.wd != dir ||
	    strcmp(at.bytes + sizeof(at.event), "seen") != 0)
		return say(-1);
	unlink("seen-link");
	n = read(fd, &at, sizeof(at));
	return say(n >= (ssize_t)sizeof(at.event) && at.event.wd == link ? 0 : -1);
}

static int by_listen(const char *none)
{
	(void)none;
	return say(listen(socket(AF_INET, SOCK_STREAM, 0), 1));
}

/* A filter of one's own that sends opens to one's own listener. */
static int by_listener(const char *none)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	(void)none;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return say(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			   SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog));
}

/* A descriptor that was open when the sandbox was made. */
static int by_inherited(const char *number)
{
	return say(fcntl(atoi(number), F_GETFD));
}

/* A netlink socket: no rule speaks of its addresses. */
static int by_family(const char *none)
{
	(void)none;
	return say(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int by_call_number(const char *number)
{
	return say(syscall(atoi(number), 0, 0, 0, 0, 0, 0));
}

/* What a copy of this program says when it runs. */
static int copy_runs(const char *arg)
{
	(void)arg;
	return say(0);
}

/* Execute a copy of this program that has no name: by its descriptor, or `by` the one in /proc. */
static int by_memfd(const char *by)
{
	char *const argv[] = { "escape", "copy", NULL };
	int from = open("/proc/self/exe", O_RDONLY), to = (int)syscall(SYS_memfd_create, "usr/bin/true", 0);
	char bytes[65536], name[64];
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, (size_t)n) != n)
			return 1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", to);
	if (strcmp(by, "proc") == 0)
		return say(execve(name, argv, environ));
	return say(syscall(SYS_execveat, to, "", argv, environ, AT_EMPTY_PATH));
}

static const struct {
	const char *name;
	int (*run)(const char *arg);
} attempts[] = {
	{ "access", by_access },      { "copy", copy_runs },	     { "memfd", by_memfd },
	{ "call", by_call_number },   { "connect", by_connect },     { "everybody", by_everybody },
	{ "family", by_family },
	{ "fastopen", by_fastopen },  { "fchmod", by_fchmod },	     { "fchmodat2", by_fchmodat2 },
	{ "group", by_group },	      { "hardlink", by_hard_link },  { "inherited", by_inherited },
	{ "int80", by_int80 },	      { "limits", by_limits },	     { "listen", by_listen },
	{ "listener", by_listener },  { "open", by_open },	     { "openat2", by_openat2 },
	{ "owner", by_owner },	      { "pidfd", by_pidfd },	     { "priority", by_priority },
	{ "procfd", by_proc_fd },     { "procmem", by_proc_mem },    { "procpidfd", by_proc_pidfd },
	{ "ptrace", by_ptrace },      { "route", by_route },	     { "routed", by_routed_message },
	{ "sourceroute", by_source_route }, { "sendmmsg", by_sendmmsg },   { "sendmsg", by_sendmsg },
	{ "sendto", by_sendto },      { "signal", by_signal },	     { "sigqueue", by_sigqueue },
	{ "symlink", by_symlink },    { "tgkill", by_tgkill },	     { "uring", by_uring },
	{ "watch", by_watch },	      { "watchlink", by_linked_watch }, { "watchown", watch_own },
	{ "vmwrite", by_vm_write },   { "x32", by_x32 },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(attempts) / sizeof(attempts[0]); i++)
		if (strcmp(attempts[i].name, argv[1]) == 0)
			return attempts[i].run(argc > 2 ? argv[2] : "");
	fprintf(stderr, "usage: escape NAME [ARG]\n");
	return 2;
}
