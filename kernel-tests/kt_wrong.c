/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_wrong.c - tells the lie that the case has asked for, at the seams. With no
 * lie set it must do nothing but make the call.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt_ptrace.h"
#include "kernel-tests/kt_status.h"
#include "kernel-tests/kt_wrong.h"

static const struct kt_wrong *lie;
static unsigned int seen; /* times that the lie fitted in this process */

void kt_wrong_set(const struct kt_wrong *wrong)
{
	lie = wrong && wrong->seam != KT_SEAM_none ? wrong : NULL;
}

static bool is_due(void)
{
	return seen++ >= lie->skip;
}

/* An int argument has no upper half worth comparing. */
static bool arg_fits(unsigned long arg)
{
	return arg == lie->when_value || (uint32_t)arg == lie->when_value;
}

static bool call_fits(enum kt_wrong_seam seam, long nr, const unsigned long args[6])
{
	if (!lie || lie->seam != seam || lie->nr != nr)
		return false;
	if (lie->when && !arg_fits(args[lie->when_arg]))
		return false;
	return is_due();
}

static long make_call(long sysno, const unsigned long args[6])
{
	long rc = syscall(sysno, args[0], args[1], args[2], args[3], args[4], args[5]);

	return rc == -1 ? -errno : rc;
}

static void flip(unsigned long address)
{
	char *p = (char *)(uintptr_t)address + lie->offset;
	unsigned int word;

	if (!address)
		return;
	memcpy(&word, p, sizeof(word));
	word ^= (unsigned int)lie->set;
	memcpy(p, &word, sizeof(word));
}

long kt_wrong_call(enum kt_wrong_seam seam, long nr, long sysno, unsigned long args[6])
{
	long rc;

	if (!call_fits(seam, nr, args))
		return make_call(sysno, args);
	if (lie->act == KT_ACT_ANSWER)
		return lie->value;
	if (lie->act == KT_ACT_CHANGE)
		args[lie->arg] = (args[lie->arg] & ~lie->clear) | lie->set;
	rc = make_call(sysno, args);
	if (lie->act == KT_ACT_RETURN)
		return lie->value;
	if (lie->act == KT_ACT_STORE && rc >= 0)
		flip(args[lie->arg]);
	return rc;
}

bool kt_wrong_status(pid_t tid, int *status)
{
	char text[KT_TEXT];

	if (!lie || lie->seam != KT_SEAM_status ||
	    strcmp(kt_status_text(*status, text), lie->stop) != 0 || !is_due())
		return true;
	if (!lie->lost) {
		*status = (int)lie->value;
		return true;
	}
	return kt_ptrace(PTRACE_CONT, tid, 0, 0) < 0;
}

bool kt_wrong_seen(const char *name, long *out)
{
	if (!lie || lie->seam != KT_SEAM_seen || strcmp(name, lie->stop) != 0 || !is_due())
		return false;
	*out = lie->value;
	return true;
}
