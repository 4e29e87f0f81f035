/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_alias_test.c - /proc/TID while the thread of that number is in execve.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_stress.h"

KT_EXEC_MAIN(park)
{
	(void)arg;
	kt_park();
}

struct scene {
	_Atomic pid_t thread;
};

static void exec_thread(void *arg)
{
	struct scene *s = arg;

	atomic_store(&s->thread, kt_gettid());
	KT_OK(kt_exec("park", ""));
}

static void body(void *arg)
{
	kt_thread(exec_thread, arg);
	kt_park();
}

/*
 * proc_pid_lookup() finds the task by its number, and proc_pid_make_inode() takes
 * the number from the task. In between de_thread() gives the thread the number of
 * its process, and the name that was looked up stays tied to that one, for all who
 * look it up, until the process ends. Not even a new task of that number mends it.
 */
KT_STRESS(proc_stress_alias, "proc.stress.alias",
	"Verify that a name /proc/TID that is looked up while thread TID is in execve can come to "
	"name its process, though no task has the number any more, and its stat tells",
	KT_SEES("whose", 0))
{
	struct scene *s = kt_shared(sizeof(*s));
	unsigned long rounds = kt_rounds(20000);

	for (unsigned long i = 1; i <= rounds; i++) {
		pid_t whose, tid, pid;

		atomic_store(&s->thread, 0);
		pid = kt_child(body, s);
		while ((tid = atomic_load(&s->thread)) == 0)
			kt_fail_from_record();
		do {
			whose = (pid_t)KT_SEEN("whose", kt_proc_number(tid));
		} while (whose == tid);
		KT_AWAIT_PARKED(pid);
		/* A file that was opened before and read afterwards tells it, too. */
		if (whose == pid && kt_proc_number(tid) == pid) {
			printf("round %lu\n", i);
			KT_EQ(kt_tgkill(pid, tid, 0), -ESRCH);
			KT_EQ(kt_proc_state(tid), 0);
			KT_KILL(pid);
			KT_EQ(kt_proc_number(tid), 0);
			return;
		}
		KT_KILL(pid);
	}
	KT_FAIL("not seen in %lu rounds", rounds);
}

KT_PROGRAM
