/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_user.h - a child without rights, for promises about what the kernel refuses:
 * so a case that root runs shows the same as one that nobody runs.
 */
#ifndef BELAY_KT_USER_H
#define BELAY_KT_USER_H

/*
 * In a child, for good: no capabilities, and the user and group 65534 where it
 * was root. It and the children that it starts are dumpable, so that one such
 * process may trace another.
 */
void kt_user_drop(void);

#endif
