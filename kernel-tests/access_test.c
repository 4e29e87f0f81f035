/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_test.c - who may trace whom: ids, capabilities, and processes that are
 * not dumpable. Namespaces and execve are in access_ns_test.c, Yama is in
 * access_yama_test.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"

#define CAP(c) (1ULL << (c))

/* In shared memory: who is looked at, and by whom. */
struct pair {
	pid_t pid;
	struct kt_gate ready;
	const struct row *row;
	bool dumpable;
	long answer; /* to what is asked of it */
};

static long open_proc(pid_t pid, const char *name)
{
	char path[64];
	long fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = kt_raw(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd > 2)
		close((int)fd);
	return fd;
}

static long read_link(pid_t pid, const char *name)
{
	char path[64], link[256];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return kt_raw(SYS_readlinkat, AT_FDCWD, path, link, sizeof(link));
}

/* Two users that nobody is. */
enum { A = 11001, B = 11002 };

#define ALL(id)	  { id, id, id }
#define USER(id)  { ALL(id), ALL(id) }

struct row {
	const char *name;
	struct kt_ids target, caller;
	uint64_t target_caps, caller_caps;
	bool allowed;
};

static const struct row rows[] = {
	{ "the same user", USER(A), USER(A), 0, 0, true },
	{ "the target's real uid", { { B, A, A }, ALL(A) }, USER(A), 0, 0, false },
	{ "the target's effective uid", { { A, B, A }, ALL(A) }, USER(A), 0, 0, false },
	{ "the target's saved uid", { { A, A, B }, ALL(A) }, USER(A), 0, 0, false },
	{ "the target's real gid", { ALL(A), { B, A, A } }, USER(A), 0, 0, false },
	{ "the target's effective gid", { ALL(A), { A, B, A } }, USER(A), 0, 0, false },
	{ "the target's saved gid", { ALL(A), { A, A, B } }, USER(A), 0, 0, false },
	{ "the caller's real uid", USER(A), { { B, A, A }, ALL(A) }, 0, 0, false },
	{ "the caller's real gid", USER(A), { ALL(A), { B, A, A } }, 0, 0, false },
	{ "the caller's other uids", USER(A), { { A, B, B }, ALL(A) }, 0, 0, true },
	{ "the caller's other gids", USER(A), { ALL(A), { A, B, B } }, 0, 0, true },
	{ "CAP_SYS_PTRACE", USER(A), USER(B), 0, CAP(CAP_SYS_PTRACE), true },
	{ "another capability", USER(A), USER(B), 0, CAP(CAP_KILL) | CAP(CAP_DAC_OVERRIDE), false },
	{ "the target's capability", USER(A), USER(A), CAP(CAP_KILL), 0, false },
	{ "a capability of both", USER(A), USER(A), CAP(CAP_KILL), CAP(CAP_KILL), true },
};

static void take_ids(const struct kt_ids *ids, uint64_t caps)
{
	if (caps)
		KT_SYS(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	kt_cred_become(ids);
	kt_cred_set_caps(caps);
}

static void be_target(void *arg)
{
	struct pair *p = arg;

	take_ids(&p->row->target, p->row->target_caps);
	kt_gate_mark(&p->ready);
	kt_park();
}

static void be_caller(void *arg)
{
	struct pair *p = arg;

	take_ids(&p->row->caller, p->row->caller_caps);
	if (p->row->allowed)
		KT_OK(kt_seize(p->pid, 0));
	else
		KT_ERR(EPERM, kt_seize(p->pid, 0));
}

KT_CASE(access_uid_match, "access.uid_match",
	"Verify that PTRACE_SEIZE needs the caller's real ids to be all three ids of the target "
	"and its capabilities to include the target's, or CAP_SYS_PTRACE, and else fails with "
	"EPERM",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM), KT_ANSWERS(ptrace, PTRACE_SEIZE, 0))
{
	KT_NEEDS(kt_probe_root());
	KT_NEEDS(kt_probe_unprivileged_child());
	KT_NEEDS(kt_probe_cap(CAP_SYS_PTRACE));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pair *p = kt_shared(sizeof(*p));

		printf("%s\n", rows[i].name);
		p->row = &rows[i];
		p->pid = kt_child(be_target, p);
		KT_AWAIT(kt_gate_is_open(&p->ready));
		KT_WAIT(kt_child(be_caller, p), "exited(0)");
		KT_KILL(p->pid);
	}
}

static void be_nobody(void *arg)
{
	struct pair *p = arg;

	kt_cred_unprivileged();
	KT_SYS(prctl(PR_SET_DUMPABLE, p->dumpable, 0, 0, 0));
	kt_gate_mark(&p->ready);
	kt_park();
}

/* Somebody of the same user, who may be looked at or not. */
static struct pair *new_nobody(bool dumpable)
{
	struct pair *p = kt_shared(sizeof(*p));

	p->dumpable = dumpable;
	p->pid = kt_child(be_nobody, p);
	KT_AWAIT(kt_gate_is_open(&p->ready));
	return p;
}

static long read_memory(pid_t pid)
{
	static char here, there;
	struct iovec local = { &here, 1 }, remote = { &there, 1 };

	return kt_raw(SYS_process_vm_readv, pid, &local, 1, &remote, 1, 0);
}

static void look_at_hidden(void *arg)
{
	pid_t pid = ((struct pair *)arg)->pid;

	kt_cred_unprivileged();
	KT_ERR(EPERM, kt_seize(pid, 0));
	KT_ERR(EPERM, kt_attach(pid));
	KT_ERR(EPERM, read_memory(pid));
	KT_ERR(EACCES, open_proc(pid, "mem"));
	KT_ERR(EACCES, open_proc(pid, "environ"));
	KT_ERR(EACCES, open_proc(pid, "fd"));
	KT_ERR(EACCES, read_link(pid, "exe"));
}

static void look_at_shown(void *arg)
{
	pid_t pid = ((struct pair *)arg)->pid;

	kt_cred_unprivileged();
	KT_EQ(read_memory(pid), 1);
	KT_OK(open_proc(pid, "mem"));
	KT_OK(open_proc(pid, "environ"));
	KT_OK(open_proc(pid, "fd"));
	KT_OK(read_link(pid, "exe"));
	KT_OK(kt_seize(pid, 0));
}

KT_CASE(access_nondumpable, "access.nondumpable",
	"Verify that a process that is not dumpable can neither be traced nor be read by an "
	"unprivileged process of the same user, by process_vm_readv or in /proc",
	KT_ANSWERS(ptrace, PTRACE_SEIZE, 0), KT_ANSWERS(ptrace, PTRACE_ATTACH, 0),
	KT_ANSWERS(call, SYS_process_vm_readv, 1), KT_ANSWERS(call, SYS_openat, 9),
	KT_ANSWERS(call, SYS_openat, 9, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_openat, 9, KT_NOT_FIRST(2)), KT_ANSWERS(call, SYS_readlinkat, 9))
{
	KT_NEEDS(kt_probe_kernel());
	KT_NEEDS(kt_probe_unprivileged_child());
	KT_WAIT(kt_child(look_at_shown, new_nobody(true)), "exited(0)");
	KT_WAIT(kt_child(look_at_hidden, new_nobody(false)), "exited(0)");
}

static void park_thread(void *unused)
{
	(void)unused;
	kt_park();
}

/* The leader ends and leaves its group. */
static void lead_and_leave(void *arg)
{
	struct pair *p = arg;

	kt_cred_unprivileged();
	kt_thread(park_thread, NULL);
	KT_SYS(prctl(PR_SET_DUMPABLE, p->dumpable, 0, 0, 0));
	kt_gate_mark(&p->ready);
	kt_thread_exit(0);
}

static struct pair *new_ended_leader(bool dumpable)
{
	struct pair *p = kt_shared(sizeof(*p));

	p->dumpable = dumpable;
	p->pid = kt_child(lead_and_leave, p);
	KT_AWAIT(kt_proc_state(p->pid) == 'Z');
	return p;
}

static void look_at_ended_hidden(void *arg)
{
	struct pair *p = arg;

	kt_cred_unprivileged();
	KT_ERR(EACCES, open_proc(p->pid, "fd"));
	p->answer = read_link(p->pid, "cwd");
}

/* It has no directory any more: to be told so is to be let in. */
static void look_at_ended_shown(void *arg)
{
	kt_cred_unprivileged();
	KT_ERR(ENOENT, read_link(((struct pair *)arg)->pid, "cwd"));
}

KT_CASE(access_nondumpable_threads_exit, "access.nondumpable_threads_exit",
	"Verify that a task whose process is not dumpable stays closed to an unprivileged process "
	"of the same user when it has exited and its memory is gone",
	KT_ANSWERS(call, SYS_readlinkat, -ENOENT), KT_ANSWERS(call, SYS_openat, 9))
{
	struct pair *p;

	KT_NEEDS(kt_probe_unprivileged_child());
	KT_WAIT(kt_child(look_at_ended_shown, new_ended_leader(true)), "exited(0)");
	p = new_ended_leader(false);
	KT_WAIT(kt_child(look_at_ended_hidden, p), "exited(0)");
	if (p->answer != -EACCES)
		kt_known_bug(KT_BUG_DUMPABLE_GONE);
	KT_ERR(EACCES, p->answer);
}

static void look_at_own_leader(void *arg)
{
	struct pair *p = arg;

	KT_OK(open_proc(p->pid, "fd"));
	KT_OK(read_link(p->pid, "exe"));
	KT_EQ(read_memory(p->pid), 1);
	kt_gate_mark(&p->ready);
}

static void hide_and_look(void *arg)
{
	struct pair *p = arg;

	p->pid = getpid();
	kt_cred_unprivileged();
	KT_SYS(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	kt_thread(look_at_own_leader, p);
	KT_AWAIT(kt_gate_is_open(&p->ready));
	KT_OK(open_proc(p->pid, "fd"));
}

KT_CASE(access_same_group_always, "access.same_group_always",
	"Verify that a thread can look at the other threads of its process in /proc, though the "
	"process is not dumpable",
	KT_ANSWERS(call, SYS_openat, -EACCES), KT_ANSWERS(call, SYS_readlinkat, -EACCES),
	KT_ANSWERS(call, SYS_process_vm_readv, -EPERM))
{
	struct pair *p = kt_shared(sizeof(*p));

	KT_NEEDS(kt_probe_kernel());
	KT_NEEDS(kt_probe_unprivileged_child());
	KT_WAIT(kt_child(hide_and_look, p), "exited(0)");
}

/* The effective and saved uids are others than the real one; so is the one for files. */
static void open_with_fsuid(void *arg)
{
	pid_t pid = ((struct pair *)arg)->pid;
	const struct kt_ids ids = { { B, B, A }, ALL(A) };

	kt_cred_become(&ids);
	setfsuid(A);
	KT_EQ(setfsuid(A), A);
	KT_OK(open_proc(pid, "mem"));
	KT_ERR(EPERM, kt_seize(pid, 0));
}

static void open_with_ruid(void *arg)
{
	pid_t pid = ((struct pair *)arg)->pid;
	const struct kt_ids ids = { { A, B, B }, ALL(A) };

	kt_cred_become(&ids);
	KT_ERR(EACCES, open_proc(pid, "mem"));
	KT_OK(kt_seize(pid, 0));
}

/* Past the mode of the file, and not past the check. */
static void open_with_override(void *arg)
{
	pid_t pid = ((struct pair *)arg)->pid;

	take_ids(&(const struct kt_ids)USER(B), CAP(CAP_DAC_OVERRIDE));
	KT_ERR(EACCES, open_proc(pid, "mem"));
}

static const struct row same_user = { .name = "A", .target = USER(A) };

KT_CASE(access_proc_mem_open_mode, "access.proc_mem_open_mode",
	"Verify that opening /proc/PID/mem asks for the right to trace by the filesystem uid, "
	"where PTRACE_SEIZE looks at the real uid, and that CAP_DAC_OVERRIDE does not help",
	KT_ANSWERS(call, SYS_openat, -EACCES), KT_ANSWERS(call, SYS_openat, 9),
	KT_ANSWERS(ptrace, PTRACE_SEIZE, 0))
{
	struct pair *p = kt_shared(sizeof(*p));

	KT_NEEDS(kt_probe_root());
	KT_NEEDS(kt_probe_unprivileged_child());
	p->row = &same_user;
	p->pid = kt_child(be_target, p);
	KT_AWAIT(kt_gate_is_open(&p->ready));
	KT_WAIT(kt_child(open_with_fsuid, p), "exited(0)");
	KT_WAIT(kt_child(open_with_override, p), "exited(0)");
	KT_WAIT(kt_child(open_with_ruid, p), "exited(0)");
}

struct compared {
	pid_t shown, other, hidden;
};

static void compare(void *arg)
{
	struct compared *c = arg;

	kt_cred_unprivileged();
	KT_EQ(kt_raw(SYS_kcmp, c->shown, c->shown, KCMP_VM, 0, 0), 0);
	KT_REQUIRE(KT_OK(kt_raw(SYS_kcmp, c->shown, c->other, KCMP_VM, 0, 0)) > 0);
	KT_ERR(EPERM, kt_raw(SYS_kcmp, c->shown, c->hidden, KCMP_VM, 0, 0));
	KT_ERR(EPERM, kt_raw(SYS_kcmp, c->hidden, c->shown, KCMP_VM, 0, 0));
}

KT_CASE(access_kcmp, "access.kcmp",
	"Verify that kcmp compares two processes that the caller might read, and fails with EPERM "
	"when either is not dumpable",
	KT_RETURNS(call, SYS_kcmp, 0), KT_ANSWERS(call, SYS_kcmp, 1, KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_kcmp, 1, KT_NOT_FIRST(3)), KT_ANSWERS(call, SYS_kcmp, -EPERM))
{
	struct compared *c = kt_shared(sizeof(*c));

	KT_NEEDS(kt_probe_unprivileged_child());
	if (syscall(SYS_kcmp, getpid(), getpid(), KCMP_VM, 0, 0) < 0 && errno == ENOSYS)
		atf_tc_skip("needs kcmp (CONFIG_KCMP)");
	c->shown = new_nobody(true)->pid;
	c->other = new_nobody(true)->pid;
	c->hidden = new_nobody(false)->pid;
	KT_WAIT(kt_child(compare, c), "exited(0)");
}

KT_PROGRAM
