/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_pidfd.h - pidfds as the cases ask for them, through the seam of kt_raw.h,
 * and the constants of linux/pidfd.h that older headers lack.
 */
#ifndef BELAY_KT_PIDFD_H
#define BELAY_KT_PIDFD_H

#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt_raw.h"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif

#ifndef PIDFD_NONBLOCK
#define PIDFD_NONBLOCK O_NONBLOCK
#endif
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* 6.9 */
#endif

#ifndef PIDFD_SIGNAL_THREAD /* 6.9 */
#define PIDFD_SIGNAL_THREAD	   1
#define PIDFD_SIGNAL_THREAD_GROUP  2
#define PIDFD_SIGNAL_PROCESS_GROUP 4
#endif

#define KT_P_PIDFD 3 /* for waitid(2); in libc an enumerator, if it is there */

#ifndef PIDFD_GET_INFO /* 6.13, and the namespaces 6.11 */
#define PIDFD_INFO_PID	    1
#define PIDFD_INFO_CREDS    2
#define PIDFD_INFO_CGROUPID 4
#define PIDFD_INFO_EXIT	    8 /* 6.15 */

struct pidfd_info { /* its first version, 64 bytes */
	uint64_t mask;
	uint64_t cgroupid;
	uint32_t pid, tgid, ppid;
	uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int32_t exit_code;
};

#define PIDFD_GET_CGROUP_NAMESPACE	      _IO(0xff, 1)
#define PIDFD_GET_IPC_NAMESPACE		      _IO(0xff, 2)
#define PIDFD_GET_MNT_NAMESPACE		      _IO(0xff, 3)
#define PIDFD_GET_NET_NAMESPACE		      _IO(0xff, 4)
#define PIDFD_GET_PID_NAMESPACE		      _IO(0xff, 5)
#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE  _IO(0xff, 6)
#define PIDFD_GET_TIME_NAMESPACE	      _IO(0xff, 7)
#define PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE _IO(0xff, 8)
#define PIDFD_GET_USER_NAMESPACE	      _IO(0xff, 9)
#define PIDFD_GET_UTS_NAMESPACE		      _IO(0xff, 10)
#define PIDFD_GET_INFO			      _IOWR(0xff, 11, struct pidfd_info)
#endif

/* A descriptor or -errno. */
static inline int kt_pidfd_open(pid_t pid, unsigned int flags)
{
	return (int)kt_raw(SYS_pidfd_open, pid, flags);
}

/* 0 or -errno. */
static inline int kt_pidfd_signal(int fd, int sig, const siginfo_t *si, unsigned int flags)
{
	return (int)kt_raw(SYS_pidfd_send_signal, fd, sig, si, flags);
}

/* What poll(2) says at this moment, as POLLIN | POLLHUP; 0 for nothing. */
static inline short kt_pidfd_poll(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const uint64_t at_once[2] = { 0, 0 }; /* a timespec of any ABI */
	long n = kt_raw(SYS_ppoll, &p, 1, at_once, NULL, 0);

	return n < 0 ? POLLNVAL : p.revents;
}

/* NULL, or why there is none. */
static inline const char *kt_probe_pidfd_flag(unsigned int flag)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), flag);

	if (fd >= 0)
		close(fd);
	if (fd < 0 && flag == PIDFD_THREAD)
		return "needs PIDFD_THREAD (Linux 6.9)";
	return fd < 0 ? "needs this flag of pidfd_open" : NULL;
}

#endif
