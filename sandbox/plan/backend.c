/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend.c - the names of the backends, and what the notify backend asks of a
 * kernel. What a kernel has is tried; its version is only asked where a busy machine
 * may keep a try from telling (killable.c).
 */
#include "sandbox/plan/backend.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/plan/killable.h"
#include "sandbox/plan/listener.h"
#include "sandbox/plan/look.h"
#include "sandbox/plan/sendfd.h"

static const char *const names[] = {
	[BACKEND_AUTO] = "auto",
	[BACKEND_TRACE] = "trace",
	[BACKEND_NOTIFY] = "notify",
};

const char *backend_name(enum backend b)
{
	return names[b];
}

int backend_parse(const char *word, enum backend *out)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(word, names[i])) {
			*out = (enum backend)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* ONE_REQUEST: nothing, and what a hand-over needs to be done at once is there. */
enum missing {
	NOTHING, ONE_REQUEST, LISTENER_TAKEN, LISTENER, WAIT_KILLABLE, ANSWERS_LOST, FILTERS
};

/* In a child: the filter stays with it. */
static enum missing try(void)
{
	sigset_t none;
	int listener;

	/* What tries has signals sent to its children. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	listener = look_install((unsigned int)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	if (listener == -EBUSY)
		return LISTENER_TAKEN;
	if (listener == -EINVAL)
		return look_install(0) < 0 ? LISTENER : WAIT_KILLABLE;
	if (listener < 0)
		return FILTERS;
	if (!killable_keeps_answers(listener))
		return ANSWERS_LOST;
	return sendfd_look(listener) == 1 ? ONE_REQUEST : NOTHING;
}

const char *backend_missing(void)
{
	static const char *const words[] = {
		[NOTHING] = NULL,
		[ONE_REQUEST] = NULL,
		[LISTENER_TAKEN] = "somebody above holds a seccomp listener already",
		[LISTENER] = "the kernel has no seccomp listeners (Linux 5.0)",
		[WAIT_KILLABLE] = "the kernel cannot hold back signals while a call is answered "
				  "(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, Linux 5.19)",
		[ANSWERS_LOST] = "the kernel may lose an answer to a signal that comes just before it "
				 "(mended in Linux 6.18, 6.17.3, 6.12.53, 6.6.112, 6.1.156)",
		[FILTERS] = "a seccomp filter cannot be installed here",
	};
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(try());
	if (pid < 0)
		return "no process for a look at what the kernel has";
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) > FILTERS)
		return words[FILTERS];
	listener_give_at_once(WEXITSTATUS(status) == ONE_REQUEST);
	return words[WEXITSTATUS(status)];
}
