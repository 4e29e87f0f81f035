/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * landlock_ptrace_test.c - whom a process in a Landlock domain can trace or look
 * into: itself, its own domain and those inside it, whatever the domain is for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_landlock.h"

/*
 * A parent and its child: which domains they have entered, together and each by
 * itself afterwards, and what follows from it.
 */
static const struct relation {
	const char *name, *sentence;
	bool both, parent, child; /* domains */
	bool down, up;		  /* the parent may trace the child; the child the parent */
} relations[] = {
	{ "none", "neither is in a domain", false, false, false, true, true },
	{ "child_inside", "the child alone is in a domain", false, false, true, true, false },
	{ "parent_inside", "the parent alone is in a domain", false, true, false, false, true },
	{ "apart", "each is in a domain of its own", false, true, true, false, false },
	{ "together", "both are in the same domain", true, false, false, true, true },
	{ "child_nested", "both are in a domain and the child in another inside it", true, false,
	  true, true, false },
	{ "parent_nested", "both are in a domain and the parent in another inside it", true, true,
	  false, false, true },
	{ "both_nested", "both are in a domain and each in another inside it", true, true, true,
	  false, false },
};
#define RELATIONS (sizeof(relations) / sizeof(relations[0]))

static char buffer[8]; /* at the same address in all processes of the case */
static int inherited;  /* a descriptor of all of them */

static void undo_attach(pid_t pid)
{
	KT_WAIT(pid, "signal(SIGSTOP)");
	KT_OK(kt_detach(pid, 0));
}

static long do_seize(pid_t pid)
{
	return kt_seize(pid, 0);
}

static void undo_seize(pid_t pid)
{
	KT_OK(kt_interrupt(pid));
	KT_WAIT(pid, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_detach(pid, 0));
}

/* Each returns 0 or -errno. */
static long do_readv(pid_t pid)
{
	char copy[sizeof(buffer)];
	struct iovec to = { copy, sizeof(copy) }, from = { buffer, sizeof(buffer) };
	long rc = kt_raw(SYS_process_vm_readv, pid, &to, 1, &from, 1, 0);

	return rc < 0 ? rc : 0;
}

static long do_writev(pid_t pid)
{
	char copy[sizeof(buffer)] = "";
	struct iovec from = { copy, sizeof(copy) }, to = { buffer, sizeof(buffer) };
	long rc = kt_raw(SYS_process_vm_writev, pid, &from, 1, &to, 1, 0);

	return rc < 0 ? rc : 0;
}

static long do_getfd(pid_t pid)
{
	int pidfd = (int)KT_SYS(syscall(SYS_pidfd_open, pid, 0));
	long rc = kt_raw(SYS_pidfd_getfd, pidfd, inherited, 0);

	KT_SYS(close(pidfd));
	return rc < 0 ? rc : 0;
}

static long do_kcmp(pid_t pid)
{
	long rc = kt_raw(SYS_kcmp, getpid(), pid, 0 /* KCMP_FILE */, inherited, inherited);

	return rc < 0 ? rc : 0;
}

static long open_proc(pid_t pid, const char *name)
{
	char path[64];
	long rc;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	rc = kt_raw(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (rc >= 0)
		close((int)rc);
	return rc < 0 ? rc : 0;
}

static long do_mem(pid_t pid)
{
	return open_proc(pid, "mem");
}

static long do_environ(pid_t pid)
{
	return open_proc(pid, "environ");
}

/* What the kernel asks the domains about. */
static const struct operation {
	const char *name, *sentence;
	long (*act)(pid_t pid);	  /* NULL: PTRACE_TRACEME, asked for by the child */
	void (*undo)(pid_t pid);
	int denied;		  /* error */
	enum kt_wrong_seam seam;
	long nr;
} operations[] = {
	/* clang-format off */
	{ "attach", "PTRACE_ATTACH", kt_attach, undo_attach, EPERM, KT_SEAM_ptrace, PTRACE_ATTACH },
	{ "seize", "PTRACE_SEIZE", do_seize, undo_seize, EPERM, KT_SEAM_ptrace, PTRACE_SEIZE },
	{ "traceme", "PTRACE_TRACEME", NULL, NULL, EPERM, KT_SEAM_ptrace, PTRACE_TRACEME },
	{ "readv", "process_vm_readv", do_readv, NULL, EPERM, KT_SEAM_call, SYS_process_vm_readv },
	{ "writev", "process_vm_writev", do_writev, NULL, EPERM, KT_SEAM_call,
	  SYS_process_vm_writev },
	{ "pidfd_getfd", "pidfd_getfd", do_getfd, NULL, EPERM, KT_SEAM_call, SYS_pidfd_getfd },
	{ "kcmp", "kcmp", do_kcmp, NULL, EPERM, KT_SEAM_call, SYS_kcmp },
	{ "mem", "opening /proc/PID/mem", do_mem, NULL, EACCES, KT_SEAM_call, SYS_openat },
	{ "environ", "opening /proc/PID/environ", do_environ, NULL, EACCES, KT_SEAM_call,
	  SYS_openat },
	/* clang-format on */
};
#define TRACING 3 /* the first ones */
#define OTHERS	(sizeof(operations) / sizeof(operations[0]) - TRACING)

struct family {
	const struct relation *relation;
	const struct operation *operation;
	pid_t parent, child;
	struct kt_gate parent_ready, child_ready, parent_done, child_done;
};

static void judge(const struct operation *o, bool allowed, pid_t target)
{
	if (!allowed)
		KT_ERR(o->denied, o->act ? o->act(target) : kt_traceme());
	else
		KT_OK(o->act ? o->act(target) : kt_traceme());
	if (allowed && o->undo)
		o->undo(target);
}

static void child_body(void *arg)
{
	struct family *f = arg;

	if (f->relation->child)
		kt_landlock_enter(KT_LL_MAKE_BLOCK, 0, 0);
	kt_gate_open(&f->child_ready);
	kt_gate_wait(&f->parent_done);
	judge(f->operation, f->operation->act ? f->relation->up : f->relation->down, f->parent);
	kt_gate_open(&f->child_done);
}

static void parent_body(void *arg)
{
	struct family *f = arg;

	/* CAP_PERFMON opens some of these files whatever the domain. */
	kt_cred_set_caps(0);
	f->parent = getpid();
	if (f->relation->both)
		kt_landlock_enter(KT_LL_MAKE_BLOCK, 0, 0);
	f->child = kt_child(child_body, f);
	if (f->relation->parent)
		kt_landlock_enter(KT_LL_MAKE_BLOCK, 0, 0);
	kt_gate_wait(&f->child_ready);
	if (f->operation->act)
		judge(f->operation, f->relation->down, f->child);
	kt_gate_open(&f->parent_done);
	kt_gate_wait(&f->child_done);
}

static void run(const struct relation *r, const struct operation *o)
{
	struct family *f = kt_shared(sizeof(*f));

	KT_NEEDS(kt_probe_landlock(1));
	if (o->seam == KT_SEAM_call && syscall(o->nr, -1, 0, -1, 0, 0, 0) < 0 && errno == ENOSYS)
		atf_tc_skip("needs %s", o->sentence);
	f->relation = r;
	f->operation = o;
	inherited = KT_SYS(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	KT_WAIT(kt_child(parent_body, f), "exited(0)");
	KT_REQUIRE(kt_gate_is_open(&f->child_done));
}

static void describe(const struct relation *r, const struct operation *o, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s.%s", r->name, o->name);
	if (o->act)
		snprintf(out->descr, sizeof(out->descr),
			 "Verify that where %s, %s is %s from parent to child and %s from child to "
			 "parent",
			 r->sentence, o->sentence, r->down ? "granted" : "refused",
			 r->up ? "granted" : "refused");
	else
		snprintf(out->descr, sizeof(out->descr),
			 "Verify that where %s, %s by the child is %s", r->sentence, o->sentence,
			 r->down ? "granted" : "refused");
	out->wrong = (struct kt_wrong){
		.seam = o->seam,
		.act = KT_ACT_ANSWER,
		.nr = o->nr,
		.value = r->down ? -o->denied : 0,
		.what = r->down ? "it is refused" : "it does nothing and succeeds",
		.limits = "",
	};
}

static void describe_hierarchy(size_t i, struct kt_instance *out)
{
	describe(&relations[i / TRACING], &operations[i % TRACING], out);
}

KT_FAMILY(landlock_ptrace_hierarchy, "landlock.ptrace.hierarchy", RELATIONS * TRACING,
	  describe_hierarchy)
{
	run(&relations[i / TRACING], &operations[i % TRACING]);
}

static void describe_other(size_t i, struct kt_instance *out)
{
	describe(&relations[i / OTHERS], &operations[TRACING + i % OTHERS], out);
}

KT_FAMILY(landlock_ptrace_other_ops, "landlock.ptrace.other_ops", RELATIONS *OTHERS, describe_other)
{
	run(&relations[i / OTHERS], &operations[TRACING + i % OTHERS]);
}

static void restrict_tracer(void *arg)
{
	pid_t tracee = *(pid_t *)arg;
	unsigned long word;

	KT_OK(kt_seize(tracee, 0));
	kt_landlock_enter(KT_LL_MAKE_BLOCK, 0, 0);
	/* Its access is refused now, but not what it has as the tracer. */
	KT_ERR(EPERM, do_readv(tracee));
	KT_OK(kt_interrupt(tracee));
	KT_WAIT(tracee, "EVENT_STOP(SIGTRAP)");
	KT_OK(kt_peek(tracee, buffer, &word));
	KT_OK(kt_poke(tracee, buffer, 0));
	KT_OK(kt_setoptions(tracee, PTRACE_O_TRACEFORK));
	KT_OK(kt_detach(tracee, 0));
	KT_ERR(EPERM, kt_seize(tracee, 0));
}

KT_CASE(landlock_ptrace_seccomp_get, "landlock.ptrace.seccomp_get",
	"Verify that a tracer that enters a Landlock domain keeps its tracee and its requests, and "
	"after PTRACE_DETACH cannot trace it again",
	KT_ANSWERS(ptrace, PTRACE_PEEKDATA, -EPERM), KT_ANSWERS(ptrace, PTRACE_INTERRUPT, -EPERM),
	KT_ANSWERS(ptrace, PTRACE_SEIZE, 0, KT_NOT_FIRST(1)))
{
	pid_t *tracee = kt_shared(sizeof(*tracee));

	KT_NEEDS(kt_probe_landlock(1));
	*tracee = kt_child(kt_body_park, NULL);
	KT_AWAIT_PARKED(*tracee);
	KT_WAIT(kt_child(restrict_tracer, tracee), "exited(0)");
}

KT_PROGRAM
