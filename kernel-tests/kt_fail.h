/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_fail.h - how a case ends early, from wherever it is: the case's own
 * process, one of its threads, or a child. Only the main thread of the case
 * process may call ATF; everybody else leaves a record in shared memory and
 * goes away, and the case reports the record as its own failure.
 *
 * Three outcomes, never mixed: a promise that does not hold is `failed`,
 * trouble of the machine (no memory, no process) is `broken`, and what a
 * kernel does not have is `skipped` (kt_probe.h; kt_skip() outside the main thread).
 */
#ifndef BELAY_KT_FAIL_H
#define BELAY_KT_FAIL_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>

#define KT_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* The promise does not hold. Does not return. */
_Noreturn void kt_fail(const char *file, int line, const char *fmt, ...) KT_PRINTF(3, 4);

/* The machine is in the way of the test. Does not return. */
_Noreturn void kt_broken(const char *file, int line, const char *fmt, ...) KT_PRINTF(3, 4);

/* This kernel lacks what the case needs. Does not return. */
_Noreturn void kt_skip(const char *why);

/* In the case's main thread: fail with the record somebody has left, if any. */
void kt_fail_from_record(void);

/* Shared memory for the records; before the first child. Called by kt_case. */
void kt_fail_setup(void);

/*
 * In a child in a pid namespace of its own, where the case has no pid: it and
 * its children leave their records, and the case finds them as they end.
 */
void kt_fail_leave(void);

/* Sent to the case when a record was left, so that it does not wait in vain. */
#define KT_RECORD_SIGNAL SIGURG

/* "ESRCH"; never NULL, good until the next call in this thread. */
const char *kt_errno_name(int err);

#define KT_FAIL(...) kt_fail(__FILE__, __LINE__, __VA_ARGS__)

/* The promise, as a condition. */
#define KT_REQUIRE(cond)                                                                           \
	do {                                                                                       \
		if (!(cond))                                                                       \
			KT_FAIL("%s does not hold", #cond);                                        \
	} while (0)

#define KT_REQUIRE_MSG(cond, ...)                                                                  \
	do {                                                                                       \
		if (!(cond))                                                                       \
			KT_FAIL(__VA_ARGS__);                                                      \
	} while (0)

/* Two integers, the measured one first. */
#define KT_EQ(got, want)                                                                           \
	do {                                                                                       \
		long long kt_got_ = (long long)(got), kt_want_ = (long long)(want);                \
		if (kt_got_ != kt_want_)                                                           \
			KT_FAIL("%s is %lld (0x%llx), expected %s = %lld (0x%llx)", #got, kt_got_, \
				kt_got_, #want, kt_want_, kt_want_);                               \
	} while (0)

/* A call in the style of this project (0 or more, or -errno): it succeeds. Its value. */
#define KT_OK(expr)                                                                                \
	({                                                                                         \
		long kt_rc_ = (expr);                                                              \
		if (kt_rc_ < 0)                                                                    \
			KT_FAIL("%s: %s, expected success", #expr, kt_errno_name((int)-kt_rc_));   \
		kt_rc_;                                                                            \
	})

/* The same kind of call: it fails with just this error. */
#define KT_ERR(err, expr)                                                                          \
	do {                                                                                       \
		long kt_rc_ = (expr);                                                              \
		if (kt_rc_ >= 0)                                                                   \
			KT_FAIL("%s: success (%ld), expected %s", #expr, kt_rc_,                   \
				kt_errno_name(err));                                               \
		if (kt_rc_ != -(err))                                                              \
			KT_FAIL("%s: %s, expected %s", #expr, kt_errno_name((int)-kt_rc_),         \
				kt_errno_name(err));                                               \
	} while (0)

/* A libc call (-1 and errno) that only prepares the test: else `broken`. Its value. */
#define KT_SYS(expr)                                                                               \
	({                                                                                         \
		__typeof__(expr) kt_sys_ = (expr);                                                 \
		if (kt_sys_ == (__typeof__(expr))-1)                                               \
			kt_broken(__FILE__, __LINE__, "%s: %s", #expr, kt_errno_name(errno));      \
		kt_sys_;                                                                           \
	})

#endif
