/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * domain.h - a Landlock domain of its own for the sandbox: whoever is in it
 * cannot look into a process that is not, through /proc/PID/mem or any other
 * door that asks whether the one may trace the other. No rule for files.
 */
#ifndef BELAY_SANDBOX_DOMAIN_H
#define BELAY_SANDBOX_DOMAIN_H

/* What a domain keeps apart on this kernel; each level has the one before. */
enum domain_reach {
	DOMAIN_NONE,	/* Landlock is missing, or cannot do it without a side effect */
	DOMAIN_MEMORY,	/* the memory of processes outside, ABI 2, Linux 5.19 */
	DOMAIN_SIGNALS	/* signals to them as well, ABI 6, Linux 6.12 */
};

enum domain_reach domain_reach(void);

/*
 * Put this process, and what it will start, into a new domain as far as
 * domain_reach() goes. Needs no_new_privs. 0 or -errno; 0 where there is nothing
 * to be had.
 */
int domain_enter(void);

#endif
