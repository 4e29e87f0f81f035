/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inventory.c - say the call table. It decides nothing: what a verdict is called
 * is here, what it is is in calls_*.c and cond.c.
 */
#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "sandbox/plan/inventory.h"
#include "sandbox/plan/cond.h"

/* Where numbers may be: every ABI's own, and arm's private ones. */
#define COMMON_END 1024
#define ARM_PRIVATE 0xf0000
#define ARM_PRIVATE_END 0xf0010

/* What holds by arguments in registers, before the verdict of the row. */
static const char *const cond_words[] = {
	[COND_NONE] = NULL,
	[COND_OPEN_FLAGS] = "where reading is open, opening for reading alone is allowed",
	[COND_STAT] = "of a descriptor alone it is allowed",
	[COND_ACCESS_MODE] = "to ask for what no rule refuses is allowed",
	[COND_NO_ADDRESS] = "without an address and MSG_FASTOPEN it is allowed",
	[COND_SIGNAL] = "below --lifetime pidns, where signals are kept inside, numbers but "
			"0, 1 and -1 are allowed",
	[COND_SELF_PID] = "process 0, the caller itself, is allowed",
	[COND_SETPRIORITY] = "groups and users are refused with EPERM, the caller itself is allowed",
	[COND_IOPRIO] = "groups and users are refused with EPERM, the caller itself is allowed",
	[COND_CLONE_FLAGS] = "new namespaces and CLONE_UNTRACED are refused with EPERM",
	[COND_UNSHARE] = "new namespaces are refused with EPERM",
	[COND_IOCTL] = "terminal input, line disciplines, owners of signals, attributes of files and "
		       "userfaultfd are refused with EPERM",
	[COND_FCNTL] = "all but F_SETOWN is allowed; F_SETOWN_EX and groups are refused with EPERM, "
		       "F_SETDELEG with EINVAL",
	[COND_PRCTL] = "PR_SET_MM is refused with EPERM, PR_SCHED_CORE and what is unknown with "
		       "EINVAL; PR_SET_DUMPABLE does nothing",
	[COND_PERSONALITY] = "those of Linux and its 32-bit one are allowed, with harmless flags",
	[COND_PTRACE] = "where the supervisor traces every process itself it is refused with EPERM",
	[COND_SECCOMP] = "a filter with a listener of its own is refused with EBUSY",
	[COND_SOCKET] = "in a closed network other families than unix, inet and inet6, raw sockets "
			"and other protocols than TCP, UDP and ICMP are refused",
	[COND_SOCKETPAIR] = "in a closed network other families than unix are refused",
	[COND_SETSOCKOPT] = "in a closed network routing headers and source routes, which lead "
			    "packets past the address that they name, are refused with EPERM",
};
_Static_assert(sizeof(cond_words) / sizeof(cond_words[0]) == COND_SETSOCKOPT + 1,
	       "a condition without words");

static const char *const op_words[POLICY_OPS] = {
	[POLICY_READ] = "read",
	[POLICY_WRITE] = "write",
	[POLICY_EXEC] = "exec",
	[POLICY_BIND] = "bind",
	[POLICY_CONNECT] = "connect",
};

/* Only those of the table; calls_test knows when one is missing. */
static const char *error_word(int error)
{
	switch (error) {
	case EPERM:
		return "EPERM";
	case ENOSYS:
		return "ENOSYS";
	default:
		return NULL;
	}
}

static const char *verdict_word(const struct call_spec *spec)
{
	if (spec->kind == KIND_IDENTITY)
		return "watched";
	switch (spec->action) {
	case CALL_ALLOW:
		return "allowed";
	case CALL_REFUSE:
		return "refused";
	case CALL_SUPERVISE:
		break;
	}
	return "supervised";
}

/* The row's own reason, or the one of all its kind. */
static const char *reason(const struct call_spec *spec)
{
	if (spec->why)
		return spec->why;
	if (spec->kind == KIND_IDENTITY)
		return "changes the umask, ids or capabilities that belay takes on for the program";
	if (spec->kind == KIND_PID || spec->kind == KIND_PIDFD || spec->kind == KIND_KILL)
		return "acts on a process, which must be of the sandbox";
	if (spec->kind == KIND_STAT)
		return "a command of the run-time interface, where that is open; else allowed";
	if (spec->action == CALL_SUPERVISE)
		return "judged by the object that the name or descriptor means";
	return "touches the caller alone, or what it holds already";
}

/* What it is supervised by, parted by commas; empty for everything else. */
static void print_ops(FILE *out, const struct call_spec *spec)
{
	bool comma = false;

	for (unsigned int op = 0; op < POLICY_OPS && spec->kind != KIND_IDENTITY; op++) {
		if (!(spec->ops & 1u << op))
			continue;
		fprintf(out, "%s%s", comma ? "," : "", op_words[op]);
		comma = true;
	}
}

static void print_line(FILE *out, const struct abi *abi, int64_t nr, const struct call_spec *spec)
{
	const char *cond = cond_words[spec->cond], *error = error_word(spec->error);

	fprintf(out, "%-8s %10lld  %-28s  %s", abi->name, (long long)nr, spec->name,
		verdict_word(spec));
	if (error)
		fprintf(out, " %s", error);
	if (spec->ops && spec->kind != KIND_IDENTITY) {
		fputs(" ", out);
		print_ops(out, spec);
	}
	fprintf(out, ": %s%s%s\n", cond ? cond : "", cond ? "; else " : "", reason(spec));
}

/* The table's own words: no character that JSON would have escaped. */
static void print_object(FILE *out, const struct abi *abi, int64_t nr, const struct call_spec *spec)
{
	const char *cond = cond_words[spec->cond], *error = error_word(spec->error);

	fprintf(out, "\n{\"abi\":\"%s\",\"nr\":%lld,\"call\":\"%s\",\"verdict\":\"%s\",\"errno\":\"%s\","
		"\"by\":\"", abi->name, (long long)nr, spec->name, verdict_word(spec),
		error ? error : "");
	print_ops(out, spec);
	fprintf(out, "\",\"arguments\":\"%s\",\"why\":\"%s\"}", cond ? cond : "", reason(spec));
}

typedef void print_one(FILE *out, const struct abi *abi, int64_t nr, const struct call_spec *spec);

static void print_range(FILE *out, const struct abi *abi, int64_t from, int64_t to,
			print_one *one, bool *comma)
{
	for (int64_t nr = from; nr < to; nr++) {
		const struct call_spec *spec = calls_find(abi, nr + abi->nr_bit);

		if (!spec)
			continue;
		if (*comma)
			fputs(",", out);
		one(out, abi, nr + abi->nr_bit, spec);
		*comma = one == print_object;
	}
}

static void print_all(FILE *out, print_one *one)
{
	const struct abi *abi;
	bool comma = false;

	for (size_t i = 0; (abi = abi_at(i)); i++) {
		print_range(out, abi, 0, COMMON_END, one, &comma);
		print_range(out, abi, ARM_PRIVATE, ARM_PRIVATE_END, one, &comma);
	}
}

void inventory_print(FILE *out)
{
	print_all(out, print_line);
}

void inventory_print_json(FILE *out)
{
	fputs("{\"calls\":[", out);
	print_all(out, print_object);
	fputs("\n]}\n", out);
}
