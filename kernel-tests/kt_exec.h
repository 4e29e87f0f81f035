/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_exec.h - a program to execve, inside the test program itself: guests have
 * no others, and other ABIs none of their own.
 *
 *	KT_EXEC_MAIN(exits_with)
 *	{
 *		_exit(atoi(arg));
 *	}
 *	... in a child: KT_OK(kt_exec("exits_with", "7"));
 *
 * The new image starts in that function, before main and ATF. It shares no
 * memory with the case; a KT_ macro that fails there ends it with status 99.
 */
#ifndef BELAY_KT_EXEC_H
#define BELAY_KT_EXEC_H

struct kt_exec {
	const char *name;
	void (*main)(const char *arg);
};

/* `arg` is what kt_exec() was given. To return is to exit with 0. */
#define KT_EXEC_MAIN(name)                                                                         \
	static void name##_main(const char *arg);                                                  \
	static const struct kt_exec name##_exec = { #name, name##_main };                          \
	static const struct kt_exec *const name##_exec_entry                                       \
		__attribute__((used, section("kt_execs"))) = &name##_exec;                         \
	static void name##_main(const char *arg)

/*
 * execve of this program, to start in `name`. Returns only when it fails: -errno.
 * From any thread, raw ones too: it allocates nothing. Skips the case where
 * an emulator runs what the kernel cannot.
 */
int kt_exec(const char *name, const char *arg);

/* The same with an empty argv. */
int kt_exec_bare(const char *name, const char *arg);

/* The same with another path to this program, as a set-user-ID copy. */
int kt_exec_path(const char *path, const char *name, const char *arg);

/*
 * For root: a copy of this program that is set-user-ID root. It has no name; the
 * path leads through the descriptor that is returned, in the case and its
 * children, so that no directory stands in a user's way.
 */
#define KT_EXEC_PATH 64
int kt_exec_suid_copy(char path[KT_EXEC_PATH]);

#endif
