/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seccomp_install_test.c - who may install a filter, how large it may be, and
 * whom it is in force for afterwards. What the program may say is
 * seccomp_bpf_test.c.
 */
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_bpf.h"
#include "kernel-tests/kt_cred.h"

static void unprivileged_body(void *unused)
{
	(void)unused;
	kt_cred_set_caps(0);
	KT_ERR(EACCES, KT_BPF(0, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	KT_OK(kt_raw(SYS_getppid));
	KT_OK(kt_raw(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
}

KT_CASE(seccomp_filter_nnp_or_admin, "seccomp.filter.nnp_or_admin",
	"Verify that without CAP_SYS_ADMIN a filter is refused with EACCES until no_new_privs is "
	"set",
	KT_ANSWERS(call, SYS_seccomp, 0), KT_ANSWERS(call, SYS_prctl, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(unprivileged_body, NULL), "exited(0)");
}

static void admin_body(void *unused)
{
	(void)unused;
	KT_SYS(unshare(CLONE_NEWUSER));
	KT_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
	KT_EQ(KT_SEEN("no_new_privs", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)), 0);
}

KT_CASE(seccomp_filter_admin_of_userns, "seccomp.filter.admin_of_userns",
	"Verify that CAP_SYS_ADMIN in the caller's own user namespace is enough for a filter, "
	"which then sets no no_new_privs",
	KT_ANSWERS(call, SYS_seccomp, -EACCES), KT_SEES("no_new_privs", 1))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_NEEDS(kt_probe_userns());
	KT_WAIT(kt_child(admin_body, NULL), "exited(0)");
}

#define MOST 4096 /* BPF_MAXINSNS */

/* n instructions that allow everything: all but the last two count up. */
static long install_long(size_t n, unsigned long label)
{
	static struct sock_filter code[MOST + 1];

	for (size_t i = 0; i + 1 < n; i++)
		code[i] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1);
	code[n ? n - 1 : 0] = (struct sock_filter)KT_BPF_RET(SECCOMP_RET_ALLOW);
	return kt_bpf_install(0, code, n, label);
}

static void size_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_ERR(EINVAL, install_long(0, 1));
	KT_ERR(EINVAL, install_long(MOST + 1, 2));
	KT_OK(install_long(1, 3));
	KT_OK(install_long(MOST, 4));
}

KT_CASE(seccomp_filter_size, "seccomp.filter.size",
	"Verify that a filter has from 1 to 4096 instructions, and that others fail with EINVAL",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 1)),
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 2)),
	KT_ANSWERS(call, SYS_seccomp, -EINVAL, KT_WHEN(3, 4)))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(size_body, NULL), "exited(0)");
}

/*
 * 32768 instructions on the path of one task, each older filter counting for 4
 * more. A return of a constant is translated to two instructions, and three
 * come before all.
 */
#define PATH  32768
#define EXTRA 4
#define OLDER 4

static void chain_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	for (int i = 0; i < PATH / MOST - 1; i++)
		KT_OK(install_long(MOST, 0));
	KT_ERR(ENOMEM, install_long(MOST, 1));
	/* The room that is left is not lost, nor is what was there. */
	KT_OK(install_long(MOST / 2, 0));
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
}

KT_CASE(seccomp_filter_chain, "seccomp.filter.chain",
	"Verify that a filter which would make the filters of a task longer than 32768 "
	"instructions fails with ENOMEM, and that those before it stay in force",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 1)), KT_ANSWERS(call, SYS_getppid, 0))
{
	KT_NEEDS(kt_probe_unfiltered());
	KT_WAIT(kt_child(chain_body, NULL), "exited(0)");
}

static void chain_count_body(void *unused)
{
	size_t left = PATH;

	(void)unused;
	kt_bpf_nnp();
	for (; left > MOST + EXTRA; left -= MOST + EXTRA + OLDER)
		KT_OK(install_long(MOST, 0));
	KT_ERR(ENOMEM, install_long(left - EXTRA + 1, 1));
	KT_OK(install_long(left - EXTRA, 2));
}

KT_CASE(seccomp_filter_chain_count, "seccomp.filter.chain_count",
	"Verify that the 32768 instructions, as measured, are those of the translated programs, "
	"each 3 longer and with 2 for a return of a constant, and 4 for each older filter",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 1)),
	KT_ANSWERS(call, SYS_seccomp, -ENOMEM, KT_WHEN(3, 2)))
{
	KT_NEEDS(kt_probe_unfiltered());
	KT_WAIT(kt_child(chain_count_body, NULL), "exited(0)");
}

static void efault_body(void *no_page)
{
	struct sock_fprog prog = { 1, NULL };

	kt_bpf_nnp();
	KT_ERR(EFAULT, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL));
	KT_ERR(EFAULT, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, no_page));
	KT_ERR(EFAULT, kt_raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL));
	KT_ERR(EINVAL, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog));
	prog.filter = no_page;
	KT_ERR(EFAULT, kt_raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog));
	KT_EQ(prctl(PR_GET_SECCOMP, 0, 0, 0, 0), SECCOMP_MODE_DISABLED);
}

KT_CASE(seccomp_filter_efault, "seccomp.filter.efault",
	"Verify that a filter at a bad address, NULL too, or with its program at one fails with "
	"EFAULT, and one whose program is NULL with EINVAL",
	KT_ANSWERS(call, SYS_seccomp, -EINVAL), KT_ANSWERS(call, SYS_prctl, -EINVAL),
	KT_ANSWERS(call, SYS_seccomp, -EFAULT), KT_ANSWERS(call, SYS_seccomp, 0, KT_NOT_FIRST(3)))
{
	void *no_page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	KT_NEEDS(kt_probe_unfiltered());
	KT_REQUIRE(no_page != MAP_FAILED);
	KT_WAIT(kt_child(efault_body, no_page), "exited(0)");
}

static void prctl_body(void *unused)
{
	struct sock_filter code[] = { KT_BPF_ON(SYS_getppid, KT_RET_ERRNO) };
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	(void)unused;
	kt_bpf_nnp();
	KT_ERR(EINVAL, kt_raw(SYS_prctl, PR_SET_SECCOMP, 3, &prog));
	KT_ERR(EINVAL, kt_raw(SYS_prctl, PR_SET_SECCOMP, 0, &prog));
	KT_EQ(kt_raw(SYS_prctl, PR_GET_SECCOMP), SECCOMP_MODE_DISABLED);
	KT_OK(kt_raw(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
	KT_EQ(kt_raw(SYS_prctl, PR_GET_SECCOMP), SECCOMP_MODE_FILTER);
}

KT_CASE(seccomp_filter_prctl, "seccomp.filter.prctl",
	"Verify that PR_SET_SECCOMP installs a filter as seccomp does, knows no other modes, and "
	"that PR_GET_SECCOMP tells",
	KT_ANSWERS(call, SYS_prctl, 0, KT_WHEN(1, SECCOMP_MODE_FILTER)),
	KT_ANSWERS(call, SYS_prctl, 0, KT_WHEN(1, 3)),
	KT_ANSWERS(call, SYS_prctl, 0, KT_WHEN(0, PR_GET_SECCOMP)))
{
	KT_NEEDS(kt_probe_unfiltered());
	KT_WAIT(kt_child(prctl_body, NULL), "exited(0)");
}

static void child_body(void *unused)
{
	(void)unused;
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
	/* For this process alone. */
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getuid, KT_RET_ERRNO)));
	KT_ERR(KT_ERRNO, kt_raw(SYS_getuid));
}

static void parent_body(void *unused)
{
	pid_t pid;

	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	/* kt_child() itself asks for the parent. */
	pid = KT_SYS(fork());
	if (pid == 0) {
		child_body(unused);
		_exit(0);
	}
	KT_WAIT_CHILD(pid, "exited(0)");
	KT_OK(kt_raw(SYS_getuid));
}

KT_CASE(seccomp_filter_inherit, "seccomp.filter.inherit",
	"Verify that a forked child has its parent's filters, and that those which it adds are not "
	"the parent's",
	KT_ANSWERS(call, SYS_getppid, 0), KT_ANSWERS(call, SYS_getuid, -KT_ERRNO))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(parent_body, NULL), "exited(0)");
}

struct threads {
	struct kt_gate done;
	_Atomic long inherited, added;
};

static void thread_body(void *arg)
{
	struct threads *t = arg;

	t->inherited = kt_raw(SYS_getppid);
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getuid, KT_RET_ERRNO)));
	t->added = kt_raw(SYS_getuid);
	kt_gate_mark(&t->done);
}

static void threads_body(void *arg)
{
	struct threads *t = arg;

	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	kt_thread(thread_body, t);
	/* No call meanwhile: the thread shares errno. */
	while (!kt_gate_is_open(&t->done))
		;
	KT_EQ(t->inherited, -KT_ERRNO);
	KT_EQ(t->added, -KT_ERRNO);
	KT_OK(kt_raw(SYS_getuid));
}

KT_CASE(seccomp_filter_inherit_thread, "seccomp.filter.inherit_thread",
	"Verify that a new thread has its creator's filters, and that those which it adds are not "
	"its creator's",
	KT_ANSWERS(call, SYS_getppid, 0), KT_ANSWERS(call, SYS_getuid, -KT_ERRNO))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(threads_body, kt_shared(sizeof(struct threads))), "exited(0)");
}

KT_EXEC_MAIN(filtered)
{
	(void)arg;
	_exit(kt_raw(SYS_getppid) == -KT_ERRNO ? 7 : 8);
}

static void exec_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	KT_OK(kt_exec("filtered", ""));
}

KT_CASE(seccomp_filter_inherit_exec, "seccomp.filter.inherit_exec",
	"Verify that filters stay in force over execve",
	KT_ANSWERS(call, SYS_seccomp, 0))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(exec_body, NULL), "exited(7)");
}

static void weaken_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF_LABEL(0, 1, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	KT_OK(KT_BPF_LABEL(0, 2, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
}

KT_CASE(seccomp_filter_no_removal, "seccomp.filter.no_removal",
	"Verify that a later filter which allows everything does not weaken an earlier one",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 1)))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(weaken_body, NULL), "exited(0)");
}

static void strengthen_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF_LABEL(0, 1, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_OK(kt_raw(SYS_getppid));
	KT_OK(KT_BPF_LABEL(0, 2, KT_BPF_ON(SYS_getppid, KT_RET_ERRNO)));
	KT_ERR(KT_ERRNO, kt_raw(SYS_getppid));
}

KT_CASE(seccomp_filter_later_refuses, "seccomp.filter.later_refuses",
	"Verify that a later filter refuses a call which an earlier one always allows",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 2)))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(strengthen_body, NULL), "exited(0)");
}

static void install_refused_body(void *unused)
{
	(void)unused;
	kt_bpf_nnp();
	KT_OK(KT_BPF(0, KT_BPF_NR, KT_BPF_IF(SYS_seccomp, 1), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_IF(SYS_prctl, 1), KT_BPF_RET(KT_RET_ERRNO),
		     KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_ERR(KT_ERRNO, KT_BPF_LABEL(0, 2, KT_BPF_RET(SECCOMP_RET_ALLOW)));
	KT_ERR(KT_ERRNO, kt_raw(SYS_prctl, PR_GET_SECCOMP));
}

KT_CASE(seccomp_filter_refuses_seccomp, "seccomp.filter.refuses_seccomp",
	"Verify that seccomp and prctl are calls like others to a filter, which can refuse them",
	KT_ANSWERS(call, SYS_seccomp, 0, KT_WHEN(3, 2)), KT_ANSWERS(call, SYS_prctl, 2))
{
	KT_NEEDS(kt_probe_seccomp());
	KT_WAIT(kt_child(install_refused_body, NULL), "exited(0)");
}

KT_PROGRAM
