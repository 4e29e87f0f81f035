/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_changes.h - where kernels differ in behaviour, one line each. Absence of an
 * interface is not here: it is probed.
 *
 *	X(NAME, mainline release, stable releases that have it too, reference, what)
 *
 * The list of stable releases may be empty; a release without it in the list
 * of its branch does not have it. An empty mainline release: in no kernel yet.
 */
#ifndef BELAY_KT_CHANGES_H
#define BELAY_KT_CHANGES_H

/* clang-format off */

/* Both sides are right in their time: the case asserts the side that fits. */
#define KT_CHANGES(X) \
	X(EVENTMSG_CLEARED, "5.18", "", "commit 336d4b814bf0", \
	  "PTRACE_GETEVENTMSG gives 0 in a stop that is no event") \
	X(EXEC_EMPTY_ARGV, "5.18", "5.10.110 5.15.33 5.16.19 5.17.2", "commit dcd46d897adb", \
	  "a program executed without arguments gets an empty one") \
	X(EXIT_STOP_DEAF, "6.0", "", "commit d80f7d7b2c75", \
	  "SIGKILL does not wake a tracee in PTRACE_EVENT_EXIT") \
	X(GETFD_ESRCH, "6.9", "", "commit 0c9bd6bc4bb2", \
	  "pidfd_getfd says ESRCH and not EBADF of a task that is exiting") \
	X(KILLED_NEVER_STOPS, "5.19", "", "commit 2500ad1c7fa4", \
	  "a stop that a dying tracee only passes through is not reported") \
	X(KILL_BY_SIGNAL, "5.15", "", "commit 307d522f5eb8", \
	  "a call that a filter kills for goes on to its exit, and dies by a forced signal") \
	X(KILL_REQUEST, "5.19", "5.10.121 5.15.46 5.17.14 5.18.3", "commit 6a2d90ba027a", \
	  "PTRACE_KILL is SIGKILL whatever the tracee does") \
	X(NOTIF_FIFO, "5.19", "", "commit 4cbf6f621150", \
	  "RECV hands out the oldest call first") \
	X(NOTIF_HUP_AT_EXIT, "6.11", "", "commit bfafe5efa975", \
	  "a zombie does not keep its filters") \
	X(NOTIF_RECV_ENDS, "6.11", "6.10.10", "commit 95036a79e7b5", \
	  "RECV ends with ENOENT when nobody has the filter any more") \
	X(NR_IS_INT, "5.14", "", "commit 2978996f620c", \
	  "x86_64 ignores the upper half of the register with the number of a call") \
	X(PIDFD_HUP, "6.9", "", "commit 43f0df54c96f", \
	  "the pidfd of a reaped process hangs up") \
	X(PIDFD_NONLEADER, "6.16", "", "commit 17f1b08acf50", \
	  "pidfd_open says ENOENT and not EINVAL of a thread that does not lead its group") \
	X(PIDFD_THREAD_LEADER, "6.15", "6.12.31 6.14.9", "commit 0fb482728ba1", \
	  "a PIDFD_THREAD pidfd of a leader waits for the other threads") \
	X(PIVOT_INITRAMFS, "7.0", "", "commit c84bb79f70c6", \
	  "the initramfs is mounted on nullfs, so that pivot_root can leave it") \
	X(SPEC_DEFAULT, "5.16", "", "commit 2f46993d83ff", \
	  "a filter does not switch speculation mitigations on by itself") \
	X(STATUS_OF_LAST, "6.0", "", "commit d80f7d7b2c75", \
	  "the exit status of a process is that of the last thread to exit") \
	X(TIMENS_EXEC, "6.2", "", "commit 2b5f9dad32ed", \
	  "execve enters the time namespace for children, and so vfork is allowed") \
	X(TSYNC_SKIPS_DEAD, "6.11", "", "commit bfafe5efa975", \
	  "SECCOMP_FILTER_FLAG_TSYNC does not look at threads that have exited") \
	X(UPROBE_EXEMPT, "6.18", "", "sys_uprobe in arch/x86/kernel/uprobes.c", \
	  "filters do not judge call 336 of x86_64") \
	X(URETPROBE_EXEMPT, "6.14", "6.12.14 6.13.3", "commit cf6cb56ef244", \
	  "filters do not judge call 335 of x86_64")

/* The old side is a bug: the case is an expected failure there. */
#define KT_BUGS(X) \
	X(ADDFD_SEND_INTERRUPTED, "7.4", "6.12.117", \
	  "https://git.kernel.org/kees/c/832b9b176be0", \
	  "a call is answered by an ADDFD with FLAG_SEND that a signal has interrupted") \
	X(ARM64_X0, "7.3", "6.1.191 6.12.114", \
	  "https://git.kernel.org/torvalds/c/88b839ce497c", \
	  "a first argument changed by a tracer is not what filters see") \
	X(ARM_SKIP, "6.6", "5.10.0 5.15.132 6.1.53", \
	  "https://git.kernel.org/torvalds/c/4e57a4ddf6b0", \
	  "arm forgets the result of a skipped call and the number of a restarted one") \
	X(DUMPABLE_GONE, "7.1", "5.10.251 6.1.172 6.12.88 6.18.31 7.0.8", \
	  "https://nvd.nist.gov/vuln/detail/CVE-2026-46333", \
	  "a task whose memory is gone is open, though it was not dumpable") \
	X(SUSPEND_SECCOMP_SEIZE, "5.18", "5.10.113 5.15.33", \
	  "https://nvd.nist.gov/vuln/detail/CVE-2022-30594", \
	  "PTRACE_SEIZE takes PTRACE_O_SUSPEND_SECCOMP from anybody") \
	X(TSYNC_DURING_ENTRY, "7.0", "6.1.188 6.12.110", \
	  "https://nvd.nist.gov/vuln/detail/CVE-2026-89603", \
	  "a call parked in syscall-enter-stop escapes a filter installed with TSYNC") \
	X(XSTATE_WIPED, "5.14", "", "https://git.kernel.org/torvalds/c/43be46e89698", \
	  "a refused NT_X86_XSTATE resets the floating point state of the tracee") \
	X(WAIT_KILLABLE_REPLY, "6.18", "6.1.156 6.6.112 6.12.53 6.17.3", \
	  "https://git.kernel.org/torvalds/c/cce436aafc2a", \
	  "a signal that comes with a fast answer restarts a call that waits killable")

#endif
