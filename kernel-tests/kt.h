/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt.h - everything that a kernel test program uses.
 */
#ifndef BELAY_KT_H
#define BELAY_KT_H

#include "kernel-tests/kt_case.h"
#include "kernel-tests/kt_child.h"
#include "kernel-tests/kt_exec.h"
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_kernel.h"
#include "kernel-tests/kt_probe.h"
#include "kernel-tests/kt_proc.h"
#include "kernel-tests/kt_ptrace.h"
#include "kernel-tests/kt_raw.h"
#include "kernel-tests/kt_status.h"
#include "kernel-tests/kt_stress.h"
#include "kernel-tests/kt_thread.h"
#include "kernel-tests/kt_wait.h"
#include "kernel-tests/kt_wrong.h"

#endif
