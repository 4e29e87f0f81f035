/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * numbers.h - the numbers of calls that older headers do not name, in the ABI that
 * a probe is built for: they are the same in all of them, but for x32's bit.
 */
#ifndef BELAY_SANDBOX_PROBES_NUMBERS_H
#define BELAY_SANDBOX_PROBES_NUMBERS_H

#define X32_BIT 0x40000000

#if defined(__x86_64__) && defined(__ILP32__)
#define NR(number) (X32_BIT | (number))
#else
#define NR(number) (number)
#endif

#define NR_PIDFD_SEND_SIGNAL NR(424)
#define NR_IO_URING_SETUP NR(425)
#define NR_PIDFD_OPEN NR(434)
#define NR_CLOSE_RANGE NR(436)
#define NR_OPENAT2 NR(437)
#define NR_PIDFD_GETFD NR(438)
#define NR_FACCESSAT2 NR(439)
#define NR_PROCESS_MADVISE NR(440)
#define NR_PROCESS_MRELEASE NR(448)
#define NR_FCHMODAT2 NR(452)

#endif
