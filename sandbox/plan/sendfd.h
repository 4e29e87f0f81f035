/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sendfd.h - whether a descriptor may go to a caller together with the answer to its
 * call (SECCOMP_ADDFD_FLAG_SEND), whatever becomes of the supervisor meanwhile.
 */
#ifndef BELAY_SANDBOX_SENDFD_H
#define BELAY_SANDBOX_SENDFD_H

/*
 * Try it, below a filter with `listener` that this process has, by which KILLABLE_CALL
 * and the request LISTENER_TRY go to that. It stays on its processor afterwards. 1: it may; 0: the answer would stay where the descriptor is taken
 * back; -1: after some tries it could not be told.
 */
int sendfd_look(int listener);

#endif
