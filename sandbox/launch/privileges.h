/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * privileges.h - what a process of root may do that no rule speaks of.
 */
#ifndef BELAY_SANDBOX_PRIVILEGES_H
#define BELAY_SANDBOX_PRIVILEGES_H

/*
 * Set no_new_privs and give up, for good, the capabilities that reach around
 * the sandbox. Nothing happens to capabilities the caller does not have.
 */
int privileges_drop(void);

#endif
