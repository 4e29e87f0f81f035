/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_clone_test.c - which call makes which of PTRACE_EVENT_FORK, _VFORK and
 * _CLONE, and which none. What the new tracee starts with is
 * ptrace_clone_child_test.c.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

#define ALL_EVENTS   (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE)

/* What clone3(2) takes, as it was in 5.3. */
struct clone3_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

/* One child: how it is made, and who it is. */
struct making {
	unsigned int flags; /* without the exit signal, and without CLONE_VM: no stack */
	unsigned int exit_signal;
	bool clone3;
	_Atomic pid_t child;
};

static struct making *making_new(unsigned int flags, unsigned int exit_signal, bool clone3)
{
	struct making *m = kt_shared(sizeof(*m));

	m->flags = flags;
	m->exit_signal = exit_signal;
	m->clone3 = clone3;
	return m;
}

static long make(const struct making *m)
{
	if (m->clone3) {
		struct clone3_args args = {.flags = m->flags, .exit_signal = m->exit_signal};

		return kt_raw(SYS_clone3, &args, sizeof(args));
	}
	return kt_raw(SYS_clone, m->flags | m->exit_signal, 0, 0, 0, 0);
}

/* No signal is reported: whatever the child's end sends is blocked. */
static void block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	KT_SYS(sigprocmask(SIG_SETMASK, &all, NULL));
}

/* Ends with 7 after its child has ended with 3. */
static void maker_body(void *arg)
{
	struct making *m = arg;
	int status;
	long pid;

	block_signals();
	pid = KT_OK(make(m));
	if (pid == 0)
		_exit(3);
	atomic_store(&m->child, (pid_t)pid);
	KT_EQ(waitpid((pid_t)pid, &status, __WALL), pid);
	KT_STATUS(status, "exited(3)");
	_exit(7);
}

/*
 * The event that the maker reports under these options, or NULL; then both go on
 * to their ends. A child that was traced without an event would stay in its
 * first stop, and the maker would wait for it for ever.
 */
static void expect_event(const struct making *m, unsigned long options, const char *event)
{
	pid_t pid = kt_child_stopped(maker_body, (void *)m, options);
	pid_t child = 0;

	printf("%s flags 0x%x exit signal %u options 0x%lx\n", m->clone3 ? "clone3" : "clone",
	       m->flags, m->exit_signal, options);
	KT_OK(kt_cont(pid, 0));
	if (event) {
		KT_WAIT(pid, event);
		child = KT_MESSAGE(pid);
		KT_OK(kt_cont(pid, 0));
		KT_WAIT(child, "EVENT_STOP(SIGTRAP)");
		KT_OK(kt_cont(child, 0));
		KT_WAIT(child, "exited(3)");
	}
	KT_WAIT(pid, "exited(7)");
	if (event)
		KT_EQ(m->child, child);
}

/* Every exit signal under each of the options that could ask for its event. */
static void expect_by_signal(bool clone3)
{
	const unsigned int others[] = {0, SIGUSR2, 64};
	struct making *m = making_new(0, SIGCHLD, clone3);

	expect_event(m, ALL_EVENTS, "EVENT_FORK");
	expect_event(m, PTRACE_O_TRACEFORK, "EVENT_FORK");
	expect_event(m, PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORK, NULL);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		m = making_new(0, others[i], clone3);
		expect_event(m, ALL_EVENTS, "EVENT_CLONE");
		expect_event(m, PTRACE_O_TRACECLONE, "EVENT_CLONE");
		expect_event(m, PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK, NULL);
	}
}

static void expect_by_vfork(bool clone3)
{
	const unsigned int signals[] = {SIGCHLD, 0, SIGUSR2};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct making *m = making_new(CLONE_VFORK, signals[i], clone3);

		expect_event(m, ALL_EVENTS, "EVENT_VFORK");
		expect_event(m, PTRACE_O_TRACEVFORK, "EVENT_VFORK");
		expect_event(m, PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE, NULL);
	}
}

KT_CASE(ptrace_clone_exit_signal, "ptrace.clone.exit_signal",
	"Verify that a clone with SIGCHLD as exit signal gives PTRACE_EVENT_FORK, one with "
	"another or none PTRACE_EVENT_CLONE, each only by its own option",
	KT_CHANGES_ARG(call, SYS_clone, 0, 0xff, SIGCHLD),
	KT_REPORTS("EVENT_CLONE", KT_EVENT_STATUS(PTRACE_EVENT_FORK)))
{
	expect_by_signal(false);
}

KT_CASE(ptrace_clone_vfork_precedence, "ptrace.clone.vfork_precedence",
	"Verify that CLONE_VFORK gives PTRACE_EVENT_VFORK whatever the exit signal, and without "
	"PTRACE_O_TRACEVFORK no event and no tracing, also where the other two options are set",
	KT_REPORTS("EVENT_VFORK", KT_EVENT_STATUS(PTRACE_EVENT_FORK)),
	KT_CHANGES_ARG(call, SYS_clone, 0, CLONE_VFORK, 0))
{
	expect_by_vfork(false);
}

/* EFAULT for an argument that cannot be read, wherever the call exists. */
static const char *probe_clone3(void)
{
	return syscall(SYS_clone3, NULL, sizeof(struct clone3_args)) < 0 && errno == ENOSYS
		       ? "needs clone3 (Linux 5.3)"
		       : NULL;
}

KT_CASE(ptrace_clone_clone3, "ptrace.clone.clone3",
	"Verify that the events of clone3 are those of clone, by its flags and its exit_signal "
	"field",
	KT_REPORTS("EVENT_VFORK", KT_EVENT_STATUS(PTRACE_EVENT_FORK)),
	KT_REPORTS("EVENT_CLONE", KT_EVENT_STATUS(PTRACE_EVENT_FORK)))
{
	KT_NEEDS(probe_clone3());
	expect_by_signal(true);
	expect_by_vfork(true);
	expect_event(making_new(CLONE_UNTRACED, SIGCHLD, true), ALL_EVENTS, NULL);
	expect_event(making_new(CLONE_UNTRACED | CLONE_VFORK, 0, true), ALL_EVENTS, NULL);
}

static void failing_body(void *unused)
{
	(void)unused;
	KT_ERR(EINVAL, kt_raw(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0));
	KT_ERR(EINVAL, kt_raw(SYS_clone, CLONE_SIGHAND, 0, 0, 0, 0));
	KT_ERR(EINVAL, kt_raw(SYS_clone, CLONE_SIGHAND | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0));
	KT_ERR(EINVAL, kt_raw(SYS_clone, CLONE_VM | CLONE_THREAD, 0, 0, 0, 0));
	if (!probe_clone3()) {
		struct clone3_args args = {.exit_signal = 65};

		KT_ERR(EINVAL, kt_raw(SYS_clone3, &args, sizeof(args)));
	}
	_exit(7);
}

KT_CASE(ptrace_clone_failed, "ptrace.clone.failed", "Verify that a clone that fails gives no event",
	KT_REPORTS("exited(7)", KT_EVENT_STATUS(PTRACE_EVENT_FORK)))
{
	pid_t pid = kt_child_stopped(failing_body, NULL, ALL_EVENTS | PTRACE_O_TRACEVFORKDONE);

	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(7)");
}

static void untraced_thread(void *arg)
{
	atomic_store((_Atomic pid_t *)arg, kt_gettid());
	kt_park();
}

static void untraced_thread_body(void *arg)
{
	kt_thread_flags(untraced_thread, arg, CLONE_UNTRACED);
	kt_park();
}

KT_CASE(ptrace_clone_untraced_flag, "ptrace.clone.untraced_flag",
	"Verify that a process or thread made with CLONE_UNTRACED is not traced and gives no "
	"event under any option",
	KT_CHANGES_ARG(call, SYS_clone, 0, CLONE_UNTRACED, 0))
{
	_Atomic pid_t *tid = kt_shared(sizeof(*tid));
	pid_t pid;

	expect_event(making_new(CLONE_UNTRACED, SIGCHLD, false), ALL_EVENTS, NULL);
	expect_event(making_new(CLONE_UNTRACED, 0, false), ALL_EVENTS, NULL);
	expect_event(making_new(CLONE_UNTRACED | CLONE_VFORK, SIGCHLD, false), ALL_EVENTS, NULL);

	pid = kt_child_seized(untraced_thread_body, (void *)tid, ALL_EVENTS);
	KT_AWAIT(atomic_load(tid) != 0);
	KT_EQ(kt_proc_tracer(*tid), 0);
	KT_SENTINEL(pid, KT_RUNNING);
}

/* The child is there, and its maker has reported nothing. */
static void ptrace_flag_body(void *arg)
{
	struct making *m = arg;
	long pid = KT_OK(make(m));

	if (pid == 0)
		_exit(3);
	atomic_store(&m->child, (pid_t)pid);
	kt_park();
}

static void expect_traced(struct making *m, pid_t maker, const char *first_stop)
{
	KT_AWAIT(atomic_load(&m->child) != 0);
	KT_WAIT(m->child, first_stop);
	KT_EQ(kt_proc_tracer(m->child), getpid());
	KT_SENTINEL(maker, KT_RUNNING);
	KT_OK(kt_cont(m->child, 0));
	KT_WAIT(m->child, "exited(3)");
}

KT_CASE(ptrace_clone_clone_ptrace_flag, "ptrace.clone.clone_ptrace_flag",
	"Verify that CLONE_PTRACE makes the child of a tracee a tracee of the same tracer with no "
	"option set and without an event, seized if its parent is, and does nothing when nobody "
	"traces the parent",
	KT_CHANGES_ARG(call, SYS_clone, 0, CLONE_PTRACE, 0))
{
	struct making *m = making_new(CLONE_PTRACE, SIGCHLD, false);
	pid_t pid = kt_child_seized(ptrace_flag_body, m, 0);

	expect_traced(m, pid, "EVENT_STOP(SIGTRAP)");

	m = making_new(CLONE_PTRACE, SIGCHLD, false);
	pid = kt_child_traceme(ptrace_flag_body, m);
	KT_OK(kt_cont(pid, 0));
	expect_traced(m, pid, "signal(SIGSTOP)");

	m = making_new(CLONE_PTRACE, SIGCHLD, false);
	pid = kt_child(maker_body, m);
	KT_WAIT(pid, "exited(7)");
}

/*
 * Every call, with every set of the options. The rule, once: what the call is for
 * the kernel, and then whether that one is asked for.
 */
static const struct {
	const char *name, *words;
	unsigned int flags;
} flag_sets[] = {
	{ "plain", "no flag", 0 },
	{ "vfork", "CLONE_VFORK", CLONE_VFORK },
	{ "untraced", "CLONE_UNTRACED", CLONE_UNTRACED },
};

static const struct {
	const char *name, *words;
	unsigned int number;
} signals[] = {
	{ "chld", "SIGCHLD", SIGCHLD },
	{ "none", "no signal", 0 },
	{ "usr2", "SIGUSR2", SIGUSR2 },
};

static const struct {
	const char *name, *words;
	unsigned long options;
} option_sets[] = {
	{ "nothing", "none", 0 },
	{ "fork", "TRACEFORK", PTRACE_O_TRACEFORK },
	{ "vfork", "TRACEVFORK", PTRACE_O_TRACEVFORK },
	{ "clone", "TRACECLONE", PTRACE_O_TRACECLONE },
	{ "fork_vfork", "TRACEFORK and TRACEVFORK", PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK },
	{ "fork_clone", "TRACEFORK and TRACECLONE", PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE },
	{ "vfork_clone", "TRACEVFORK and TRACECLONE", PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE },
	{ "all", "all three", ALL_EVENTS },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct combination {
	size_t flags, signal, options;
	bool clone3;
};

static struct combination combination_at(size_t i)
{
	struct combination c = { .clone3 = i % 2 };

	i /= 2;
	c.flags = i % COUNT(flag_sets);
	i /= COUNT(flag_sets);
	c.signal = i % COUNT(signals);
	c.options = i / COUNT(signals);
	return c;
}

static const char *event_of(const struct combination *c)
{
	unsigned int flags = flag_sets[c->flags].flags, sig = signals[c->signal].number;
	unsigned long options = option_sets[c->options].options;

	if (flags & CLONE_UNTRACED)
		return NULL;
	if (flags & CLONE_VFORK)
		return options & PTRACE_O_TRACEVFORK ? "EVENT_VFORK" : NULL;
	if (sig == SIGCHLD)
		return options & PTRACE_O_TRACEFORK ? "EVENT_FORK" : NULL;
	return options & PTRACE_O_TRACECLONE ? "EVENT_CLONE" : NULL;
}

static void describe_event(size_t i, struct kt_instance *out)
{
	struct combination c = combination_at(i);
	const char *event = event_of(&c);

	snprintf(out->name, sizeof(out->name), "%s.%s.%s.by_%s", c.clone3 ? "clone3" : "clone",
		 flag_sets[c.flags].name, signals[c.signal].name, option_sets[c.options].name);
	snprintf(out->descr, sizeof(out->descr),
		 "Verify that %s with %s and with %s at the exit gives %s%s when of the options "
		 "for new tracees %s %s set",
		 c.clone3 ? "clone3" : "clone", flag_sets[c.flags].words, signals[c.signal].words,
		 event ? "PTRACE_" : "no event", event ? event : "", option_sets[c.options].words,
		 strchr(option_sets[c.options].words, ' ') ? "are" : "is");
	/* The one that is expected is another; or one comes that is not. */
	if (!event)
		out->wrong = (struct kt_wrong)KT_REPORTS("exited(7)",
							 KT_EVENT_STATUS(PTRACE_EVENT_FORK));
	else if (strcmp(event, "EVENT_FORK") == 0)
		out->wrong = (struct kt_wrong)KT_REPORTS("EVENT_FORK",
							 KT_EVENT_STATUS(PTRACE_EVENT_CLONE));
	else if (strcmp(event, "EVENT_VFORK") == 0)
		out->wrong = (struct kt_wrong)KT_REPORTS("EVENT_VFORK",
							 KT_EVENT_STATUS(PTRACE_EVENT_FORK));
	else
		out->wrong = (struct kt_wrong)KT_REPORTS("EVENT_CLONE",
							 KT_EVENT_STATUS(PTRACE_EVENT_FORK));
}

KT_FAMILY(ptrace_clone_event, "ptrace.clone.event",
	  2 * COUNT(flag_sets) * COUNT(signals) * COUNT(option_sets), describe_event)
{
	struct combination c = combination_at(i);

	if (c.clone3)
		KT_NEEDS(probe_clone3());
	expect_event(making_new(flag_sets[c.flags].flags, signals[c.signal].number, c.clone3),
		     option_sets[c.options].options, event_of(&c));
}

KT_PROGRAM
