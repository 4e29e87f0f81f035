/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_ns.h - children in namespaces of their own. All that they change there
 * goes away with them; the case itself never changes a namespace, and mounts
 * nothing.
 *
 * A user without CAP_SYS_ADMIN gets CLONE_NEWUSER added to every set of flags:
 * there the child is uid 0 and gid 0, has every capability, and no other id.
 */
#ifndef BELAY_KT_NS_H
#define BELAY_KT_NS_H

#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>

#include "kernel-tests/kt_child.h"
#include "kernel-tests/kt_raw.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* Whether this user can make namespaces of these CLONE_NEW*, in a new child: NULL or why not. */
const char *kt_probe_ns(int flags);

/* Whether kt_ns_mount_proc() works in a kt_ns_child() of CLONE_NEWPID | CLONE_NEWNS. */
const char *kt_probe_ns_proc(void);

/* `flags`, and CLONE_NEWUSER where this user needs it. */
int kt_ns_flags(int flags);

/*
 * A child in new namespaces. With CLONE_NEWPID it is process 1 of its own, and
 * all in there dies with it; kt_proc_* still read the /proc of the case, whose
 * pids are others, until kt_ns_mount_proc(). With CLONE_NEWNS, nothing that it
 * mounts is seen outside.
 */
pid_t kt_ns_child(int flags, kt_body *body, void *arg);

/* The same for the calling process; with CLONE_NEWPID and CLONE_NEWTIME, its children to come. */
void kt_ns_unshare(int flags);

/*
 * In a process that is alone in a new user namespace: map `inside` to the user
 * and group that its creator had, and nothing else. 0 or -errno of the first
 * write that failed.
 */
int kt_ns_map(unsigned int inside, unsigned int outside_uid, unsigned int outside_gid);

/* One write to /proc/self/FILE, or to that of `pid`: 0 or -errno. */
int kt_ns_write(pid_t pid, const char *file, const char *text);

/* In a process with CLONE_NEWNS: a /proc for its pid namespace. 0 or -errno. */
int kt_ns_mount_proc(void);

/* /proc/PID/ns/NAME ("pid_for_children"), of the caller with pid 0: a descriptor; its inode. */
int kt_ns_open(pid_t pid, const char *name);
ino_t kt_ns_id(pid_t pid, const char *name);

/* A child of `pid`, wherever it is, as the /proc of the case numbers it; 0 when there is none. */
pid_t kt_ns_child_of(pid_t pid);

/* clone3(2) as of Linux 5.5. */
struct kt_clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal;
	uint64_t stack, stack_size, tls, set_tid, set_tid_size;
};

/* A copy of this process with that pid, in its own pid namespace; or -errno, or 0 in the copy. */
static inline long kt_ns_fork_as(pid_t pid)
{
	struct kt_clone_args args = {
		.exit_signal = 17 /* SIGCHLD */,
		.set_tid = (uintptr_t)&pid,
		.set_tid_size = 1,
	};

	return kt_raw(SYS_clone3, &args, sizeof(args));
}

#endif
