/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * each_rows.c - the arguments of each call, as each.h spells them. each_test.sh
 * fails when a call that is judged has no row here.
 */
#include "sandbox/probes/each.h"

#include <errno.h>

#ifdef __arm__
#define WIDE "011"	/* a pair of registers begins at an even one */
#else
#define WIDE "11"
#endif

const struct each_row each_rows[] = {
	{ "access", "f2", "rule" },
	{ "capset", "cC", "seen" },
	{ "chmod", "fm", "rule" },
	{ "chown", "fur", "rule" },
	{ "chown32", "fur", "rule" },
	{ "creat", "nm", "rule" },
	{ "execve", "egE", "exec" },
	{ "execveat", "@egE0", "exec" },
	{ "faccessat", "@f2", "rule" },
	{ "faccessat2", "@f20", "rule" },
	{ "fchmod", "Fm", "rule" },
	{ "fchmodat", "@fm", "rule" },
	{ "fchmodat2", "@fm0", "rule" },
	{ "fchown", "Fur", "rule" },
	{ "fchown32", "Fur", "rule" },
	{ "fchownat", "@fur0", "rule" },
	{ "fcntl", "D8p", "process" },
	{ "fcntl64", "D8p", "process" },
	{ "fremovexattr", "Fx", "rule" },
	{ "fsetxattr", "Fxv10", "rule" },
	{ "fstatat64", "@fb0", "stat" },
	{ "futimesat", "@ft", "rule" },
	{ "get_robust_list", "pbb", "process" },
	{ "inotify_add_watch", "ikI", "rule" },
	{ "ioprio_set", "1pY", "process" },
	{ "kill", "pU", "process" },
	{ "lchown", "fur", "rule" },
	{ "lchown32", "fur", "rule" },
	{ "link", "fn", "rule" },
	{ "linkat", "@f@n0", "rule" },
	{ "lremovexattr", "fx", "rule" },
	{ "lsetxattr", "fxv10", "rule" },
	{ "lstat", "fb", "stat" },
	{ "lstat64", "fb", "stat" },
	{ "migrate_pages", "p2NN", "process" },
	{ "mkdir", "nm", "rule" },
	{ "mkdirat", "@nm", "rule" },
	{ "mknod", "nq0", "rule" },
	{ "mknodat", "@nq0", "rule" },
	{ "move_pages", "p00000", "process" },
	{ "newfstatat", "@fb0", "stat" },
	{ "open", "fw0", "rule" },
	{ "openat", "@fw0", "rule" },
	{ "openat2", "@fhH", "rule" },
	{ "pidfd_open", "p0", "process" },
	{ "prlimit64", "p10b", "process" },
	{ "process_vm_readv", "pL1R10", "process" },
	{ "process_vm_writev", "pL1R10", "process" },
	{ "removexattr", "fx", "rule" },
	{ "removexattrat", "@f0x", "rule" },
	{ "rename", "on", "rule" },
	{ "renameat", "@o@n", "rule" },
	{ "renameat2", "@o@n0", "rule" },
	{ "rmdir", "d", "rule" },
	{ "rt_sigqueueinfo", "pUj", "process" },
	{ "rt_tgsigqueueinfo", "pPUj", "process" },
	{ "sched_setaffinity", "pSM", "process" },
	{ "sched_setattr", "pG0", "process" },
	{ "sched_setparam", "pz", "process" },
	{ "sched_setscheduler", "p0z", "process" },
	{ "setfsgid", "r", "seen" },
	{ "setfsgid32", "r", "seen" },
	{ "setfsuid", "u", "seen" },
	{ "setfsuid32", "u", "seen" },
	{ "setgid", "r", "seen" },
	{ "setgid32", "r", "seen" },
	{ "setgroups", "00", "seen" },
	{ "setgroups32", "00", "seen" },
	{ "setpriority", "0py", "process" },
	{ "setregid", "rr", "seen" },
	{ "setregid32", "rr", "seen" },
	{ "setresgid", "rrr", "seen" },
	{ "setresgid32", "rrr", "seen" },
	{ "setresuid", "uuu", "seen" },
	{ "setresuid32", "uuu", "seen" },
	{ "setreuid", "uu", "seen" },
	{ "setreuid32", "uu", "seen" },
	{ "setuid", "u", "seen" },
	{ "setuid32", "u", "seen" },
	{ "setxattr", "fxv10", "rule" },
	{ "setxattrat", "@f0xaA", "rule" },
	{ "stat", "fb", "stat" },
	{ "stat64", "fb", "stat" },
	{ "statx", "@f01b", "stat" },
	{ "symlink", "sn", "rule" },
	{ "symlinkat", "s@n", "rule" },
	{ "tgkill", "pPU", "process" },
	{ "tkill", "pU", "process" },
	{ "truncate", "f1", "rule" },
	{ "truncate64", "f" WIDE, "rule" },
	{ "umask", "2", "seen" },
	{ "unlink", "o", "rule" },
	{ "unlinkat", "@o0", "rule" },
	{ "utime", "ft", "rule" },
	{ "utimensat", "@ft0", "rule" },
	{ "utimensat_time64", "@fT0", "rule" },
	{ "utimes", "ft", "rule" },
	{ 0 },
};

const struct each_cond each_conds[] = {
	{ "clone", { 0x04000000 | 17 }, EPERM },		/* CLONE_NEWUTS, SIGCHLD */
	{ "ioctl", { 0, 0x5412, 0 }, EPERM },		/* TIOCSTI */
	{ "personality", { 0x0100000 }, EPERM },		/* MMAP_PAGE_ZERO */
	{ "prctl", { 35, 1, 0 }, EPERM },			/* PR_SET_MM */
	{ "seccomp", { 1, 8, 0 }, EBUSY },		/* FILTER_FLAG_NEW_LISTENER */
	{ "setsockopt", { -1, 0, 4, 0, 0 }, EPERM },	/* IP_OPTIONS */
	{ "socket", { 17, 3, 0 }, EAFNOSUPPORT },	/* AF_PACKET */
	{ "socketpair", { 2, 1, 0, 0 }, EAFNOSUPPORT },	/* AF_INET */
	{ "unshare", { 0x04000000 }, EPERM },
	{ 0 },
};
