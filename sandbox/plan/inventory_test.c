/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inventory_test.c - what the call table says of calls that do the same, and the
 * table as it is read.
 */
#include <atf-c.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/plan/calls.h"
#include "sandbox/plan/inventory.h"

#define MOST 10

/* Calls that do one thing: what one may all may, and no way of saying it is forgotten. */
static const char *const twins[][MOST] = {
	{ "open", "openat", "openat2" },
	{ "access", "faccessat", "faccessat2" },
	{ "stat", "stat64", "lstat", "lstat64", "newfstatat", "fstatat64", "statx" },
	{ "chmod", "fchmodat", "fchmodat2", "fchmod" },
	{ "chown", "chown32", "lchown", "lchown32", "fchownat", "fchown", "fchown32" },
	{ "truncate", "truncate64" },
	{ "ftruncate", "ftruncate64", "fallocate" },
	{ "utime", "utimes", "futimesat", "utimensat", "utimensat_time64" },
	{ "setxattr", "lsetxattr", "fsetxattr", "setxattrat" },
	{ "removexattr", "lremovexattr", "fremovexattr", "removexattrat" },
	{ "getxattr", "lgetxattr", "getxattrat" },
	{ "listxattr", "llistxattr", "listxattrat" },
	{ "mkdir", "mkdirat" }, { "mknod", "mknodat" },
	{ "unlink", "unlinkat", "rmdir" },
	{ "rename", "renameat", "renameat2" },
	{ "link", "linkat" }, { "symlink", "symlinkat" },
	{ "readlink", "readlinkat" },
	{ "statfs", "statfs64" }, { "fstatfs", "fstatfs64" }, { "fstat", "fstat64" },
	{ "chdir", "fchdir" },
	{ "execve", "execveat" },
	{ "bind", "listen" },
	{ "connect", "sendto", "sendmsg", "sendmmsg" },
	{ "recvmsg", "recvmmsg", "recvmmsg_time64" },
	{ "accept", "accept4" },
	{ "socket", "socketpair" },
	{ "mount", "move_mount", "fsmount", "open_tree", "open_tree_attr", "mount_setattr", "fsopen",
	  "fsconfig", "fspick", "umount2" },
	{ "umount", "umount2", "pivot_root", "chroot" },
	{ "swapon", "swapoff" },
	{ "io_uring_setup", "io_uring_enter", "io_uring_register" },
	{ "fanotify_init", "fanotify_mark" }, { "quotactl", "quotactl_fd" },
	{ "init_module", "finit_module", "delete_module" },
	{ "kexec_load", "kexec_file_load" },
	{ "add_key", "request_key", "keyctl" },
	{ "pidfd_send_signal", "process_madvise", "process_mrelease" },
	{ "process_vm_readv", "process_vm_writev" },
	{ "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo" },
	{ "fcntl", "fcntl64" },
	{ "sched_setscheduler", "sched_setparam", "sched_setattr", "sched_setaffinity", "prlimit64" },
	{ "clock_settime", "clock_settime64", "settimeofday", "stime" },
	{ "setuid", "setuid32", "setreuid", "setreuid32", "setresuid", "setresuid32", "setfsuid",
	  "setfsuid32" },
	{ "setgid", "setgid32", "setregid", "setregid32", "setresgid", "setresgid32", "setfsgid",
	  "setfsgid32", "setgroups", "setgroups32" },
	{ "mmap", "mmap2" },
	{ "semtimedop", "semtimedop_time64", "semop" },
	{ "mq_timedsend", "mq_timedsend_time64", "mq_timedreceive", "mq_timedreceive_time64" },
	{ "futex", "futex_time64", "futex_wait", "futex_wake", "futex_waitv", "futex_requeue" },
	{ "ppoll", "ppoll_time64" }, { "pselect6", "pselect6_time64" },
	{ "clock_adjtime", "clock_adjtime64", "adjtimex" },
	{ "splice", "tee", "vmsplice", "sendfile", "sendfile64", "copy_file_range" },
};

ATF_TC(twins_equal);
ATF_TC_HEAD(twins_equal, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that calls that do the same have the same verdict: "
			  "old and new, narrow and wide, by name and by descriptor");
}
ATF_TC_BODY(twins_equal, tc)
{
	(void)tc;
	for (size_t i = 0; i < sizeof(twins) / sizeof(twins[0]); i++) {
		const struct call_spec *first = calls_named(twins[i][0]);

		ATF_REQUIRE_MSG(first, "%s", twins[i][0]);
		for (size_t k = 1; k < MOST && twins[i][k]; k++) {
			const struct call_spec *s = calls_named(twins[i][k]);

			ATF_REQUIRE_MSG(s, "%s", twins[i][k]);
			ATF_CHECK_MSG(s->action == first->action && s->error == first->error &&
				      s->ops == first->ops, "%s and %s", first->name, s->name);
			ATF_CHECK_MSG(!s->why == !first->why, "the reason of %s, not of %s",
				      first->why ? first->name : s->name,
				      first->why ? s->name : first->name);
		}
	}
}

/* Suffixes of calls that differ from another in the width of a number alone. */
ATF_TC(widths_equal);
ATF_TC_HEAD(widths_equal, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a call of other widths (x32, x64, x_time64) is "
			  "performed and judged as the one that it is named after");
}
ATF_TC_BODY(widths_equal, tc)
{
	static const char *const suffixes[] = { "_time64", "64", "32" };
	const struct call_spec *s, *other;
	size_t compared = 0;

	(void)tc;
	for (size_t i = 0; (s = calls_at(i)); i++)
		for (size_t k = 0; k < sizeof(suffixes) / sizeof(suffixes[0]); k++) {
			size_t len = strlen(s->name), end = strlen(suffixes[k]);
			char name[64];

			if (len <= end || strcmp(s->name + len - end, suffixes[k]) != 0)
				continue;
			snprintf(name, sizeof(name), "%.*s", (int)(len - end), s->name);
			other = calls_named(name);
			if (!other)
				continue;
			compared++;
			ATF_CHECK_MSG(s->action == other->action && s->error == other->error &&
				      s->ops == other->ops && s->kind == other->kind &&
				      s->cond == other->cond && s->dirfd[0] == other->dirfd[0] &&
				      s->path[0] == other->path[0] && s->pid == other->pid,
				      "%s and %s", s->name, name);
		}
	ATF_CHECK_MSG(compared > 40, "%zu", compared);
}

/* Everything that is printed, to be freed. */
static char *printed(void (*print)(FILE *out))
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ATF_REQUIRE(f != NULL);
	print(f);
	ATF_REQUIRE_EQ(0, fclose(f));
	return text;
}

ATF_TC(every_call);
ATF_TC_HEAD(every_call, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the list has every call of every ABI once, each "
			  "with its verdict and a reason, an errno where it is refused");
}
ATF_TC_BODY(every_call, tc)
{
	const struct call_spec *s;
	const struct abi *abi;
	size_t want = 0, lines = 0;
	char *text = printed(inventory_print), *save, *line;

	(void)tc;
	for (size_t a = 0; (abi = abi_at(a)); a++)
		for (size_t i = 0; (s = calls_at(i)); i++) {
			char begin[96];
			const char *at;

			if (calls_nr(abi, s->name) < 0)
				continue;
			want++;
			snprintf(begin, sizeof(begin), "%-8s %10lld  %-28s  ", abi->name,
				 (long long)calls_nr(abi, s->name), s->name);
			at = strstr(text, begin);
			ATF_REQUIRE_MSG(at, "%s %s is not in the list", abi->name, s->name);
			at += strlen(begin);
			if (s->action == CALL_REFUSE)
				ATF_CHECK_MSG(!strncmp(at, "refused E", 9), "%s: %.20s", s->name, at);
			else if (s->action == CALL_ALLOW)
				ATF_CHECK_MSG(!strncmp(at, "allowed: ", 9), "%s: %.20s", s->name, at);
			else
				ATF_CHECK_MSG(!strncmp(at, "supervised", 10) ||
					      !strncmp(at, "watched", 7), "%s: %.20s", s->name, at);
		}
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		const char *colon = strstr(line, ": ");

		lines++;
		ATF_CHECK_MSG(colon && strlen(colon) > 12, "no reason: %s", line);
	}
	ATF_CHECK_EQ_MSG(want, lines, "%zu calls on %zu lines", want, lines);
	ATF_CHECK(want > 1900);
	free(text);
}

ATF_TC(json);
ATF_TC_HEAD(json, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the list as JSON has an object for each call, and "
			  "words that need no escape");
}
ATF_TC_BODY(json, tc)
{
	char *text = printed(inventory_print_json), *people = printed(inventory_print);
	size_t objects = 0, lines = 0;

	(void)tc;
	for (const char *c = text; *c; c++) {
		objects += *c == '{' && c != text;
		ATF_REQUIRE_MSG(*c != '\\' && (*c == '\n' || *c >= 0x20), "%.20s", c);
	}
	for (const char *c = people; *c; c++) {
		lines += *c == '\n';
		/* The same words stand between the quotation marks of the other. */
		ATF_REQUIRE_MSG(*c != '"', "%.20s", c);
	}
	ATF_CHECK_EQ(lines, objects);
	free(text);
	free(people);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, twins_equal);
	ATF_TP_ADD_TC(tp, widths_equal);
	ATF_TP_ADD_TC(tp, every_call);
	ATF_TP_ADD_TC(tp, json);
	return atf_no_error();
}
