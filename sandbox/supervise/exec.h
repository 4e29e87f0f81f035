/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec.h - programs that start. execve cannot be done for somebody else, so
 * what was started is judged after the fact, before its first instruction.
 */
#ifndef BELAY_SANDBOX_EXEC_H
#define BELAY_SANDBOX_EXEC_H

#include "sandbox/supervise/supervisor.h"

/*
 * At PTRACE_EVENT_EXEC: may this image and its ELF interpreter run? 0, or
 * -EACCES (reported): it must be killed. Other -errno: cannot tell, likewise.
 */
int exec_check(struct supervisor *sv, struct tracee *t);

#endif
