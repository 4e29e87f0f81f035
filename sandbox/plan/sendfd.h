/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sendfd.h - whether a descriptor may go to a caller together with the answer to its
 * call (SECCOMP_ADDFD_FLAG_SEND), whatever becomes of the supervisor meanwhile.
 */
#ifndef BELAY_SANDBOX_SENDFD_H
#define BELAY_SANDBOX_SENDFD_H

/*
 * Try it, below the filter of look_install() with this listener. 1: it may; 0: the answer
 * would stay where the descriptor is taken back; -1: after some tries it could not be
 * told. The process stays on its processor afterwards.
 */
int sendfd_look(int listener);

#endif
