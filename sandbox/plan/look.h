/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * look.h - the filter below which this kernel's listeners are looked at (killable.h,
 * sendfd.h). It stays with its process, so that is a child made for it.
 */
#ifndef BELAY_SANDBOX_LOOK_H
#define BELAY_SANDBOX_LOOK_H

#include <sys/syscall.h>

/* What goes to the listener, beside the request LISTENER_TRY. Nobody else here makes it. */
#define LOOK_CALL SYS_getppid

/*
 * Install it with a listener and these SECCOMP_FILTER_FLAG_* more. The listener, which is
 * the caller's, or -errno: -EBUSY when there is one above, -EINVAL for unknown flags.
 */
int look_install(unsigned int flags);

#endif
