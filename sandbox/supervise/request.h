/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.h - a call as the sandbox judges it: one layout for every ABI, all
 * tracee memory copied once. Everything after decode works on this copy.
 */
#ifndef BELAY_SANDBOX_REQUEST_H
#define BELAY_SANDBOX_REQUEST_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "arch/call.h"
#include "sandbox/plan/calls.h"
#include "sandbox/supervise/mem.h"

/* A file operand: a path relative to a descriptor, or a descriptor alone. */
struct operand {
	bool present;
	bool is_fd;	/* `dirfd` itself is the object */
	bool no_path_fd; /* ... and one opened with O_PATH will not do (fchmod) */
	int dirfd;	/* a descriptor of the tracee, or AT_FDCWD */
	size_t len;
	char path[PATH_MAX];
};

struct request {
	const struct call_spec *spec;
	const struct call *call;
	struct mem mem;
	struct operand op[2];
	unsigned int nops;
	uint64_t flags;		/* O_* for opens, else AT_* or the call's own */
	uint64_t mode;
	uint64_t resolve;	/* openat2: RESOLVE_* */
};

/*
 * A call on files: copy its paths and flags in. 0, or the -errno the kernel
 * would answer: -EFAULT, -ENAMETOOLONG, -ENOENT, -EINVAL.
 */
int decode_files(struct mem m, const struct call_spec *spec, const struct call *c,
		 struct request *out);

/* A call on anything else: its flags only; performers read what they need. */
void decode_plain(struct mem m, const struct call_spec *spec, const struct call *c,
		  struct request *out);

/* Argument `i` as a signed 32-bit int. */
static inline int request_int(const struct request *r, int i)
{
	return (int)(int32_t)(uint32_t)r->call->args[i];
}

/* A 64-bit value that 32-bit ABIs split over two arguments from `i` on. */
uint64_t decode_pair(const struct request *r, int i);

/*
 * The two times at address `addr` in the call's own layout (VAR_TIME32,
 * VAR_TIMEVAL, VAR_UTIMBUF). *now is set where the address is NULL.
 */
int decode_times(const struct request *r, uint64_t addr, struct timespec out[2], bool *now);

/* A uid or gid argument: 16-bit ones widened, -1 kept. */
uint32_t decode_id(const struct request *r, int i);

#endif
