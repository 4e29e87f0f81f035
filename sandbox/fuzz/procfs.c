/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * procfs.c - what /proc says about a thread whose name and whose files' names
 * are its own choice.
 *
 *	first line	status, signals, stat, auxv32, auxv64, maps ADDRESS (in
 *			hexadecimal), or comm: then the rest is the name of a thread
 *	rest		the file
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>

#include "sandbox/fuzz/fake.h"
#include "sandbox/fuzz/targets.h"
#include "sandbox/supervise/procfs.h"

/* The first line of maps that is about the address and names a file, by trying each. */
static bool mapped_where(const char *text, uint64_t addr, char **out)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = fuzz_text((const uint8_t *)text, len), *slash = strchr(line, '/');
		uint64_t from, to;

		if (slash && sscanf(line, "%" SCNx64 "-%" SCNx64, &from, &to) == 2 && from <= addr &&
		    addr < to) {
			*out = fuzz_text((const uint8_t *)slash, strlen(slash));
			free(line);
			return true;
		}
		free(line);
		text += len + (text[len] == '\n');
	}
	return false;
}

static void check_maps(const char *text, uint64_t addr)
{
	char path[PATH_MAX], *want;
	int rc = procfs_mapped(1, addr, path, sizeof(path));

	if (!mapped_where(text, addr, &want)) {
		FUZZ_CHECK(rc == -ENOENT, "%s is mapped nowhere", path);
		return;
	}
	if (rc == 0)
		FUZZ_CHECK(!strcmp(path, want) && !strstr(want, "\\012"), "%s is not %s", path, want);
	else
		FUZZ_CHECK(rc == -EINVAL || rc == -ENAMETOOLONG, "%s: %d", want, rc);
	free(want);
}

/* The kernel's files about a thread of this name (set_task_comm() keeps 15 bytes). */
static void check_comm(const char *name, size_t len)
{
	char text[512], escaped[64] = "";
	struct procfs_status st;
	struct procfs_stat stat;
	struct procfs_signals sig;
	size_t n = 0;
	int size;

	/* proc_task_name(): ESCAPE_SPACE | ESCAPE_SPECIAL of "\n\\". */
	for (size_t i = 0; i < len && i < 15 && name[i]; i++) {
		if (name[i] == '\n' || name[i] == '\\') {
			escaped[n++] = '\\';
			escaped[n++] = name[i] == '\n' ? 'n' : '\\';
		} else {
			escaped[n++] = name[i];
		}
	}
	escaped[n] = '\0';
	size = snprintf(text, sizeof(text),
			"Name:\t%s\nUmask:\t0027\nState:\tR (running)\nTgid:\t17\nPid:\t18\nPPid:\t3\n"
			"Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9 10 \nSigPnd:\t1\nShdPnd:\t2\n"
			"SigBlk:\t4\nSigIgn:\t8\nSigCgt:\t10\nCapEff:\t00ff\n", escaped);
	fake_proc((const uint8_t *)text, (size_t)size);
	FUZZ_CHECK(procfs_status(18, &st) == 0, "status");
	FUZZ_CHECK(st.tgid == 17 && st.ppid == 3 && st.umask == 027 && st.fsuid == 4 &&
		   st.fsgid == 8 && st.cap_effective == 0xff && st.ngroups == 2 &&
		   st.groups[1] == 10, "a name is believed: %s", text);
	FUZZ_CHECK(procfs_signals(18, &sig) == 0 && sig.pending == 3 && sig.blocked == 4 &&
		   sig.ignored == 8 && sig.caught == 0x10, "a name is believed: %s", text);
	FUZZ_CHECK(procfs_tgid(18) == 17, "a name is believed: %s", text);
	size = snprintf(text, sizeof(text), "18 (%.*s) S 3 17 16 34816 -1 4194304 0\n",
			(int)(len < 15 ? strnlen(name, len) : strnlen(name, 15)), name);
	fake_proc((const uint8_t *)text, (size_t)size);
	FUZZ_CHECK(procfs_stat(18, &stat) == 0 && stat.state == 'S' && stat.ppid == 3 &&
		   stat.pgrp == 17 && stat.session == 16 && stat.tty == 34816,
		   "a name is believed: %s", text);
}

void fuzz_procfs(const uint8_t *bytes, size_t len)
{
	const uint8_t *newline = len ? memchr(bytes, '\n', len) : NULL;
	size_t head = newline ? (size_t)(newline - bytes) : len;
	char *what = fuzz_text(bytes, head), *text;
	struct procfs_status st;
	struct procfs_signals sig;
	struct procfs_stat stat;
	uint64_t addr;

	head += newline != NULL;
	text = fuzz_text(bytes + head, len - head);
	fake_proc((const uint8_t *)text, len - head);
	if (!strcmp(what, "status")) {
		if (procfs_status(18, &st) == 0)
			FUZZ_CHECK(st.ngroups <= PROCFS_GROUPS_MAX, "%zu groups", st.ngroups);
		procfs_tgid(18);
	} else if (!strcmp(what, "signals")) {
		procfs_signals(18, &sig);
	} else if (!strcmp(what, "stat")) {
		procfs_stat(18, &stat);
	} else if (!strncmp(what, "auxv", 4)) {
		procfs_base(1, what[4] == '6', &addr);
	} else if (sscanf(what, "maps %" SCNx64, &addr) == 1) {
		/* The kernel writes no NUL. */
		if (strlen(text) == len - head)
			check_maps(text, addr);
	} else if (!strcmp(what, "comm")) {
		check_comm(text, len - head);
	}
	free(what);
	free(text);
}
