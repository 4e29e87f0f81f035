/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys.h - system calls and constants newer than the oldest C library we build
 * with. Each returns what the kernel returns: a value or -errno.
 */
#ifndef BELAY_SANDBOX_SYS_H
#define BELAY_SANDBOX_SYS_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Above 402 a number is the same on every ABI; x32 counts from bit 30. */
#if defined(__x86_64__) && defined(__ILP32__)
#define SYS_COMMON(nr) ((nr) + 0x40000000)
#else
#define SYS_COMMON(nr) (nr)
#endif

#define SYS_NR_PIDFD_SEND_SIGNAL SYS_COMMON(424)
#define SYS_NR_PIDFD_OPEN SYS_COMMON(434)
#define SYS_NR_OPENAT2 SYS_COMMON(437)
#define SYS_NR_PIDFD_GETFD SYS_COMMON(438)

#define SYS_PIDFD_THREAD O_EXCL /* 6.9 */

/* struct open_how, 5.6 */
struct sys_open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};
#define SYS_RESOLVE_NO_XDEV 0x01
#define SYS_RESOLVE_NO_MAGICLINKS 0x02
#define SYS_RESOLVE_NO_SYMLINKS 0x04
#define SYS_RESOLVE_BENEATH 0x08
#define SYS_RESOLVE_IN_ROOT 0x10
#define SYS_RESOLVE_CACHED 0x20

static inline long sys_result(long rc)
{
	return rc < 0 ? -errno : rc;
}

static inline int sys_openat2(int dirfd, const char *path, const struct sys_open_how *how)
{
	return (int)sys_result(syscall(SYS_NR_OPENAT2, dirfd, path, how, sizeof(*how)));
}

static inline int sys_pidfd_open(pid_t pid, unsigned int flags)
{
	return (int)sys_result(syscall(SYS_NR_PIDFD_OPEN, pid, flags));
}

/* The signal is of us, for the process; 0 asks whether it was waited for. */
static inline int sys_pidfd_send_signal(int pidfd, int sig)
{
	return (int)sys_result(syscall(SYS_NR_PIDFD_SEND_SIGNAL, pidfd, sig, NULL, 0));
}

static inline int sys_pidfd_getfd(int pidfd, int fd)
{
	return (int)sys_result(syscall(SYS_NR_PIDFD_GETFD, pidfd, fd, 0));
}

#endif
