/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_status_test.c - wait statuses in words.
 */
#include <signal.h>
#include <string.h>

#include "kernel-tests/kt.h"

#define STOP(sig, event) ((event) << 16 | (sig) << 8 | 0x7f)

KT_TEST(words, "Verify that every kind of wait status has its words, and no other status has any")
{
	static const struct {
		int status;
		const char *text;
	} table[] = {
		{ 0x0000, "exited(0)" },
		{ 0xff00, "exited(255)" },
		{ 0x0009, "killed(SIGKILL)" },
		{ 0x008b, "killed(SIGSEGV)" },
		{ 0x0022, "killed(SIG34)" },
		{ 0xffff, "continued" },
		{ STOP(SIGUSR1, 0), "signal(SIGUSR1)" },
		{ STOP(SIGTRAP, 0), "signal(SIGTRAP)" },
		{ STOP(64, 0), "signal(SIG64)" },
		{ STOP(SIGTRAP | 0x80, 0), "syscall" },
		{ STOP(SIGTRAP, PTRACE_EVENT_STOP), "EVENT_STOP(SIGTRAP)" },
		{ STOP(SIGTSTP, PTRACE_EVENT_STOP), "EVENT_STOP(SIGTSTP)" },
		{ STOP(SIGTRAP, PTRACE_EVENT_FORK), "EVENT_FORK" },
		{ STOP(SIGTRAP, PTRACE_EVENT_VFORK), "EVENT_VFORK" },
		{ STOP(SIGTRAP, PTRACE_EVENT_CLONE), "EVENT_CLONE" },
		{ STOP(SIGTRAP, PTRACE_EVENT_EXEC), "EVENT_EXEC" },
		{ STOP(SIGTRAP, PTRACE_EVENT_VFORK_DONE), "EVENT_VFORK_DONE" },
		{ STOP(SIGTRAP, PTRACE_EVENT_EXIT), "EVENT_EXIT" },
		{ STOP(SIGTRAP, PTRACE_EVENT_SECCOMP), "EVENT_SECCOMP" },
		/* An event with another signal, no event, bits left over. */
		{ STOP(SIGUSR1, PTRACE_EVENT_EXIT), "bad-status(0x60a7f)" },
		{ STOP(SIGTRAP, 99), "bad-status(0x63057f)" },
		{ STOP(SIGUSR1 | 0x80, 0), "bad-status(0x8a7f)" },
		{ STOP(0, 0), "bad-status(0x7f)" },
		{ 0x10000, "bad-status(0x10000)" },
		{ 0x0109, "bad-status(0x109)" },
	};
	char text[KT_TEXT];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		KT_REQUIRE_MSG(strcmp(kt_status_text(table[i].status, text), table[i].text) == 0,
			       "0x%x: %s, expected %s", (unsigned int)table[i].status, text,
			       table[i].text);
}

KT_PROGRAM
