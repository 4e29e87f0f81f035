/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_setoptions_test.c - PTRACE_SETOPTIONS: what it takes, whom it is for, and
 * PTRACE_O_SUSPEND_SECCOMP. PTRACE_O_EXITKILL is ptrace_exitkill_test.c.
 */
#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"

static void exit_body(void *unused)
{
	(void)unused;
	_exit(7);
}

static void fork_body(void *unused)
{
	(void)unused;
	if (KT_SYS(fork()) == 0)
		kt_park();
	_exit(7);
}

KT_CASE(ptrace_setoptions_einval, "ptrace.setoptions.einval",
	"Verify that PTRACE_SETOPTIONS with a bit that no kernel knows fails with EINVAL",
	KT_ANSWERS(ptrace, PTRACE_SETOPTIONS, 0, KT_NOT_FIRST(1)))
{
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);

	KT_OK(kt_setoptions(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT));
	KT_ERR(EINVAL, kt_setoptions(pid, 1UL << 30));
	KT_ERR(EINVAL, kt_setoptions(pid, PTRACE_O_EXITKILL | 1UL << 31));
	KT_ERR(EINVAL, kt_setoptions(pid, 1UL << 8));
}

KT_CASE(ptrace_setoptions_fail_keeps, "ptrace.setoptions.fail_keeps",
	"Verify that a PTRACE_SETOPTIONS that fails leaves the options as they were",
	KT_LOSES("EVENT_EXIT"))
{
	pid_t pid = kt_child_stopped(exit_body, NULL, PTRACE_O_TRACEEXIT);
	struct kt_seq seq = { 0 };

	KT_ERR(EINVAL, kt_setoptions(pid, PTRACE_O_EXITKILL | 1UL << 30));
	KT_RUN(&seq, pid, PTRACE_CONT);
	KT_SEQ(&seq, "EVENT_EXIT exited(7)");
}

KT_CASE(ptrace_setoptions_replaces, "ptrace.setoptions.replaces",
	"Verify that PTRACE_SETOPTIONS replaces the options and does not add to them",
	KT_CHANGES_ARG(ptrace, PTRACE_SETOPTIONS, 3, 0, PTRACE_O_TRACEFORK))
{
	pid_t pid = kt_child_stopped(fork_body, NULL, PTRACE_O_TRACEFORK);
	struct kt_seq seq = { 0 };

	KT_OK(kt_setoptions(pid, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT));
	KT_RUN(&seq, pid, PTRACE_CONT);
	KT_SEQ(&seq, "EVENT_EXIT exited(7)");
}

struct pair {
	_Atomic pid_t tid;
	struct kt_gate go;
};

static void pair_thread(void *arg)
{
	struct pair *p = arg;

	atomic_store(&p->tid, kt_gettid());
	kt_gate_wait(&p->go);
}

static void pair_body(void *arg)
{
	struct pair *p = arg;

	kt_thread(pair_thread, p);
	kt_gate_wait(&p->go);
	kt_thread_exit(7);
}

/* The thread's end only when it was traced: then the tracer is told of it. */
KT_CASE(ptrace_setoptions_per_thread, "ptrace.setoptions.per_thread",
	"Verify that PTRACE_SETOPTIONS is for one thread and not for the others of its process",
	KT_CHANGES_ARG(ptrace, PTRACE_SEIZE, 3, 0, PTRACE_O_TRACEEXIT))
{
	struct pair *p = kt_shared(sizeof(*p));
	struct kt_seq leader = { 0 }, thread = { 0 };
	pid_t pid = kt_child(pair_body, p), tid;

	KT_AWAIT(atomic_load(&p->tid) != 0);
	tid = p->tid;
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_seize(tid, PTRACE_O_EXITKILL));
	KT_OK(kt_interrupt(tid));
	KT_WAIT(tid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_setoptions(tid, PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	kt_gate_open(&p->go);
	KT_RUN(&thread, tid, PTRACE_CONT);
	KT_SEQ(&thread, "EVENT_EXIT exited(0)");
	KT_RUN(&leader, pid, PTRACE_CONT);
	KT_SEQ(&leader, "exited(7)");
}

KT_CASE(ptrace_setoptions_inherited, "ptrace.setoptions.inherited",
	"Verify that a child attached by PTRACE_O_TRACEFORK has its parent's options and is seized",
	KT_REPORTS("EVENT_EXIT", W_EXITCODE(0, SIGTERM)))
{
	pid_t pid = kt_child_stopped(fork_body, NULL, PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXIT);
	unsigned long msg;
	pid_t child;

	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "EVENT_FORK");
	KT_OK(kt_geteventmsg(pid, &msg));
	child = (pid_t)msg;
	KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
	/* Only a seized tracee can be interrupted. */
	KT_OK(kt_cont(child, 0));
	KT_OK(kt_interrupt(child));
	KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_cont(child, 0));
	KT_SYS(kill(child, SIGTERM));
	KT_WAIT(child, "signal(SIGTERM)");
	KT_OK(kt_cont(child, SIGTERM));
	KT_WAIT(child, "EVENT_EXIT");
}

static void suspend_perm_body(void *tracee)
{
	pid_t pid = *(pid_t *)tracee;

	kt_cred_drop_cap(CAP_SYS_ADMIN);
	KT_OK(kt_seize(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_ERR(EPERM, kt_setoptions(pid, PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP));
	KT_OK(kt_detach(pid, 0));
	KT_ERR(EPERM, kt_seize(pid, PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP));
}

KT_CASE(ptrace_suspend_seccomp_perm, "ptrace.suspend_seccomp.perm",
	"Verify that PTRACE_O_SUSPEND_SECCOMP without CAP_SYS_ADMIN fails with EPERM, in "
	"PTRACE_SETOPTIONS and in PTRACE_SEIZE",
	KT_ANSWERS(ptrace, PTRACE_SETOPTIONS, 0))
{
	pid_t *tracee = kt_shared(sizeof(*tracee));

	KT_NEEDS(kt_probe_checkpoint_restore());
	*tracee = kt_child(kt_body_park, NULL);
	KT_AWAIT_PARKED(*tracee);
	kt_known_bug(KT_BUG_SUSPEND_SECCOMP_SEIZE);
	KT_WAIT(kt_child(suspend_perm_body, tracee), "exited(0)");
}

/* getppid fails with a number that it never fails with. */
static void filtered_body(void *out)
{
	_Atomic long *result = out;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	KT_SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	KT_SYS(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
	for (int i = 0; i < 3; i++) {
		KT_SYS(raise(SIGUSR1));
		result[i] = syscall(SYS_getppid) < 0 ? -errno : 0;
	}
}

/* "Seccomp:" and "uid_map": whether this process may suspend anybody's filter. */
static const char *probe_suspend(void)
{
	static const char key[] = "Seccomp:\t";
	const char *why = kt_probe_checkpoint_restore();
	unsigned int inside, outside, count;
	char line[256];
	int mode = 0;
	FILE *f;

	if (!why)
		why = kt_probe_cap(CAP_SYS_ADMIN);
	if (why)
		return why;
	f = fopen("/proc/self/status", "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, sizeof(key) - 1) == 0)
			mode = line[sizeof(key) - 1] - '0';
	if (f)
		fclose(f);
	if (mode != 0)
		return "this process is under a seccomp filter itself";
	f = fopen("/proc/self/uid_map", "re");
	if (f && fscanf(f, "%u %u %u", &inside, &outside, &count) == 3 && count != 0xffffffffU)
		why = "needs CAP_SYS_ADMIN in the initial user namespace";
	if (f)
		fclose(f);
	return why;
}

KT_CASE(ptrace_suspend_seccomp_effect, "ptrace.suspend_seccomp.effect",
	"Verify that filters are not evaluated while PTRACE_O_SUSPEND_SECCOMP is set and are again "
	"after it is cleared",
	KT_ANSWERS(ptrace, PTRACE_SETOPTIONS, 0))
{
	_Atomic long *result = kt_shared(3 * sizeof(*result));
	pid_t pid;

	KT_NEEDS(probe_suspend());
	pid = kt_child_seized(filtered_body, (void *)result, 0);
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_setoptions(pid, PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "signal(SIGUSR1)");
	KT_OK(kt_setoptions(pid, PTRACE_O_EXITKILL));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(0)");
	KT_EQ(result[0], -EXDEV);
	KT_EQ(result[1], 0);
	KT_EQ(result[2], -EXDEV);
}

KT_CASE(ptrace_suspend_seccomp_einval_noconfig, "ptrace.suspend_seccomp.einval_noconfig",
	"Verify that PTRACE_O_SUSPEND_SECCOMP fails with EINVAL just where the kernel is built "
	"without CONFIG_CHECKPOINT_RESTORE",
	KT_ANSWERS(ptrace, PTRACE_SETOPTIONS, -ESRCH))
{
	/* A file that the same option brings: kernel/pid_namespace.c. */
	bool built = access("/proc/sys/kernel/ns_last_pid", F_OK) == 0;
	pid_t pid = kt_child_stopped(kt_body_park, NULL, 0);
	long rc = kt_setoptions(pid, PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP);

	printf("observed: CONFIG_CHECKPOINT_RESTORE is %s\n", built ? "set" : "not set");
	KT_REQUIRE(rc == 0 || rc == -EPERM || rc == -EINVAL);
	KT_EQ(rc == -EINVAL, !built);
}

KT_PROGRAM
