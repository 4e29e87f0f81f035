/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_status.c - wait statuses as data and as text. No system call.
 */
#include <linux/ptrace.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "kernel-tests/kt_status.h"

static const char *const event_names[] = {
	[PTRACE_EVENT_FORK] = "EVENT_FORK",
	[PTRACE_EVENT_VFORK] = "EVENT_VFORK",
	[PTRACE_EVENT_CLONE] = "EVENT_CLONE",
	[PTRACE_EVENT_EXEC] = "EVENT_EXEC",
	[PTRACE_EVENT_VFORK_DONE] = "EVENT_VFORK_DONE",
	[PTRACE_EVENT_EXIT] = "EVENT_EXIT",
	[PTRACE_EVENT_SECCOMP] = "EVENT_SECCOMP",
	[PTRACE_EVENT_STOP] = "EVENT_STOP",
};
#define EVENTS (int)(sizeof(event_names) / sizeof(event_names[0]))

/* Exactly one of the predicates must hold, and no bit may be left over. */
struct kt_status kt_status_decode(int status)
{
	struct kt_status bad = { KT_BAD, 0, 0 }, s = bad;
	unsigned int bits = (unsigned int)status;
	int n = !!WIFEXITED(status) + !!WIFSIGNALED(status) + !!WIFSTOPPED(status) +
		!!WIFCONTINUED(status);

	if (n != 1)
		return bad;
	if (WIFEXITED(status)) {
		s.kind = KT_EXITED;
		s.value = WEXITSTATUS(status);
		return bits >> 16 ? bad : s;
	}
	if (WIFSIGNALED(status)) {
		s.kind = KT_KILLED;
		s.value = WTERMSIG(status);
		return bits >> 8 ? bad : s;
	}
	if (WIFCONTINUED(status)) {
		s.kind = KT_CONTINUED;
		return s;
	}
	s.value = WSTOPSIG(status);
	s.event = (int)(bits >> 16);
	if (s.event >= EVENTS || (s.event && !event_names[s.event]))
		return bad;
	if (s.event) {
		s.kind = KT_EVENT;
		/* Only EVENT_STOP comes with another signal: that of a group-stop. */
		return s.event != PTRACE_EVENT_STOP && s.value != SIGTRAP ? bad : s;
	}
	if (s.value == (SIGTRAP | 0x80)) {
		s.kind = KT_SYSCALL;
		s.value = SIGTRAP;
		return s;
	}
	s.kind = KT_SIGNAL;
	return s.value >= 1 && s.value <= 64 ? s : bad;
}

const char *kt_status_text(int status, char text[KT_TEXT])
{
	struct kt_status s = kt_status_decode(status);
	char sig[KT_TEXT];

	kt_signal_name(s.value, sig);
	switch (s.kind) {
	case KT_BAD:
		snprintf(text, KT_TEXT, "bad-status(0x%x)", (unsigned int)status);
		break;
	case KT_EXITED:
		snprintf(text, KT_TEXT, "exited(%d)", s.value);
		break;
	case KT_KILLED:
		snprintf(text, KT_TEXT, "killed(%.20s)", sig);
		break;
	case KT_CONTINUED:
		snprintf(text, KT_TEXT, "continued");
		break;
	case KT_SIGNAL:
		snprintf(text, KT_TEXT, "signal(%.20s)", sig);
		break;
	case KT_SYSCALL:
		snprintf(text, KT_TEXT, "syscall");
		break;
	case KT_EVENT:
		if (s.event == PTRACE_EVENT_STOP)
			snprintf(text, KT_TEXT, "EVENT_STOP(%.20s)", sig);
		else
			snprintf(text, KT_TEXT, "%s", event_names[s.event]);
		break;
	}
	return text;
}

const char *kt_signal_name(int sig, char text[KT_TEXT])
{
#define NAME(s) [s] = #s
	static const char *const names[] = {
		NAME(SIGHUP),  NAME(SIGINT),	NAME(SIGQUIT), NAME(SIGILL),  NAME(SIGTRAP),
		NAME(SIGABRT), NAME(SIGBUS),	NAME(SIGFPE),  NAME(SIGKILL), NAME(SIGUSR1),
		NAME(SIGSEGV), NAME(SIGUSR2),	NAME(SIGPIPE), NAME(SIGALRM), NAME(SIGTERM),
		NAME(SIGCHLD), NAME(SIGCONT),	NAME(SIGSTOP), NAME(SIGTSTP), NAME(SIGTTIN),
		NAME(SIGTTOU), NAME(SIGURG),	NAME(SIGXCPU), NAME(SIGXFSZ), NAME(SIGVTALRM),
		NAME(SIGPROF), NAME(SIGWINCH),	NAME(SIGIO),   NAME(SIGPWR),  NAME(SIGSYS),
		NAME(SIGSTKFLT),
	};
#undef NAME
	if (sig > 0 && sig < (int)(sizeof(names) / sizeof(names[0])) && names[sig])
		snprintf(text, KT_TEXT, "%s", names[sig]);
	else
		snprintf(text, KT_TEXT, "SIG%d", sig);
	return text;
}
