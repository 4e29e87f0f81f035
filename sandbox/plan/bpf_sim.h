/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf_sim.h - the kernel's view of a seccomp filter, for tests on any host:
 * may it be loaded, what does it answer, what did it look at.
 */
#ifndef BELAY_SANDBOX_BPF_SIM_H
#define BELAY_SANDBOX_BPF_SIM_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* NULL when the kernel would take it, else what is wrong. */
const char *bpf_sim_check(const struct sock_fprog *prog);

/* SECCOMP_RET_*; *saw_args: it loaded more than architecture and number. */
uint32_t bpf_sim_run(const struct sock_fprog *prog, const struct seccomp_data *data,
		     bool *saw_args);

#endif
