/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_wrong.h - a kernel that is wrong on purpose. Each case names one wrong
 * answer that must make it fail: a case that stays green with it proves nothing.
 * wrong_test.sh runs every case so (configuration variable `wrong`); without
 * that variable nothing here has any effect.
 *
 *	KT_CASE(ptrace_seize_no_stop, "ptrace.seize.no_stop",
 *		"Verify that PTRACE_SEIZE succeeds without stopping the tracee ...",
 *		KT_ANSWERS(ptrace, PTRACE_SEIZE, -EPERM))
 *
 * Choose the smallest lie about the very thing that the case promises; one that
 * only breaks the preparation shows little. It is told at the seams: kt_ptrace(),
 * kt_raw(), the waits of kt_wait.h and KT_SEEN(), in the case and all its children,
 * until an execve. So what a case promises must be asked through them.
 *
 * `seam` is ptrace (nr: a request) or call (nr: SYS_*, called by kt_raw()).
 * Arguments count from 0, and for ptrace as ptrace(2) has them: 2 is the
 * address, 3 the data.
 */
#ifndef BELAY_KT_WRONG_H
#define BELAY_KT_WRONG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum kt_wrong_seam { KT_SEAM_none, KT_SEAM_ptrace, KT_SEAM_call, KT_SEAM_status, KT_SEAM_seen };
enum kt_wrong_act { KT_ACT_ANSWER, KT_ACT_RETURN, KT_ACT_CHANGE, KT_ACT_STORE };

struct kt_wrong {
	enum kt_wrong_seam seam;
	enum kt_wrong_act act;
	const char *what, *limits; /* in words */
	long nr;		   /* request or system call */
	int arg;		   /* that is changed, or points to what is stored */
	unsigned long clear, set;
	size_t offset;
	long value;
	const char *stop; /* the status, in the words of kt_status.h; the name of KT_SEEN */
	bool lost;
	/* Only the calls that have this argument, and not the first `skip` of a process. */
	bool when;
	int when_arg;
	unsigned long when_value;
	unsigned int skip;
};

/* The call is not made; it answers `value_` (a result, or -errno). */
#define KT_ANSWERS(seam_, nr_, value_, ...)                                                        \
	{                                                                                          \
		.seam = KT_SEAM_##seam_, .act = KT_ACT_ANSWER, .nr = (nr_), .value = (value_),     \
		.what = #nr_ " does nothing and answers " #value_, .limits = #__VA_ARGS__,         \
		##__VA_ARGS__                                                                      \
	}

/* The call is made, and answers something else. */
#define KT_RETURNS(seam_, nr_, value_, ...)                                                        \
	{                                                                                          \
		.seam = KT_SEAM_##seam_, .act = KT_ACT_RETURN, .nr = (nr_), .value = (value_),     \
		.what = #nr_ " is done but answers " #value_, .limits = #__VA_ARGS__,              \
		##__VA_ARGS__                                                                      \
	}

/* The call is made with (argument & ~clear) | set: an option is forgotten, a signal another. */
#define KT_CHANGES_ARG(seam_, nr_, arg_, clear_, set_, ...)                                        \
	{                                                                                          \
		.seam = KT_SEAM_##seam_, .act = KT_ACT_CHANGE, .nr = (nr_), .arg = (arg_),         \
		.clear = (clear_), .set = (set_),                                                  \
		.what = #nr_ " takes argument " #arg_ " without " #clear_ " and with " #set_,      \
		.limits = #__VA_ARGS__, ##__VA_ARGS__                                              \
	}

/* The call succeeds, and an int that it stored at argument + offset has bits flipped. */
#define KT_STORES(seam_, nr_, arg_, offset_, flip_, ...)                                           \
	{                                                                                          \
		.seam = KT_SEAM_##seam_, .act = KT_ACT_STORE, .nr = (nr_), .arg = (arg_),          \
		.offset = (offset_), .set = (flip_),                                               \
		.what = #nr_ " stores with " #flip_ " flipped at " #offset_,                       \
		.limits = #__VA_ARGS__, ##__VA_ARGS__                                              \
	}

/* A status (text of kt_status.h) is reported as another (a raw status). */
#define KT_REPORTS(stop_, status_, ...)                                                            \
	{                                                                                          \
		.seam = KT_SEAM_status, .stop = (stop_), .value = (status_),                       \
		.what = stop_ " is reported as " #status_, .limits = #__VA_ARGS__, ##__VA_ARGS__   \
	}

/* A stop never comes: the tracee goes on by itself. */
#define KT_LOSES(stop_, ...)                                                                       \
	{                                                                                          \
		.seam = KT_SEAM_status, .stop = (stop_), .lost = true,                             \
		.what = stop_ " does not come", .limits = #__VA_ARGS__, ##__VA_ARGS__              \
	}

/*
 * The last resort, where the promise is a side effect that no call answers:
 * KT_SEEN(name, expr) in a body is `expr`, and value_ when the case is run so.
 */
#define KT_SEES(name_, value_, ...)                                                                \
	{                                                                                          \
		.seam = KT_SEAM_seen, .stop = (name_), .value = (value_),                          \
		.what = name_ " is " #value_, .limits = #__VA_ARGS__, ##__VA_ARGS__                \
	}
#define KT_SEEN(name, expr)                                                                        \
	({                                                                                         \
		/* The comma takes the value of what is _Atomic, for clang. */                     \
		__typeof__(((void)0, (expr))) kt_seen_ = (expr);                                   \
		long kt_lie_;                                                                      \
		kt_wrong_seen(name, &kt_lie_) ? (__typeof__(kt_seen_))kt_lie_ : kt_seen_;          \
	})

/* Behind any of them: only where argument n is v; not the first n times in a process. */
#define KT_WHEN(n, v)	.when = true, .when_arg = (n), .when_value = (unsigned long)(v)
#define KT_NOT_FIRST(n) .skip = (n)

/* From here on, in this process and its children to come. NULL: never again. */
void kt_wrong_set(const struct kt_wrong *wrong);

/* The seams call these. A call of the kernel, right or wrong: the result or -errno. */
long kt_wrong_call(enum kt_wrong_seam seam, long nr, long sysno, unsigned long args[6]);

/* What `tid` reports; false when that stop is lost and the tracee was resumed. */
bool kt_wrong_status(pid_t tid, int *status);

bool kt_wrong_seen(const char *name, long *out);

#endif
