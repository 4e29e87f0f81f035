/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_exec_image_test.c - what /proc says of a new program at PTRACE_EVENT_EXEC,
 * before it has run.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

KT_EXEC_MAIN(exits_with_6)
{
	(void)arg;
	_exit(6);
}

/* A copy of this program, to be told from it by its inode. */
static void copy_self(const char *name)
{
	int from = KT_SYS(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
	int to = KT_SYS(open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700));

	while (KT_SYS(sendfile(to, from, NULL, 1 << 20)) > 0)
		;
	close(to);
	close(from);
}

static void exec_copy(void *gate)
{
	kt_gate_wait(gate);
	KT_OK(kt_exec_path("./copy", "exits_with_6", ""));
}

static FILE *open_proc(pid_t pid, const char *file)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	f = fopen(path, "re");
	if (!f)
		KT_FAIL("%s: %s", path, kt_errno_name(errno));
	return f;
}

/* Whether the link exe leads to this file. */
static bool exe_is(pid_t pid, const struct stat *file)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	KT_SYS(stat(path, &st));
	return st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

/* Whether the entry point by the auxiliary vector lies where this file is mapped. */
static bool entry_is_in(pid_t pid, const char *file)
{
	FILE *f = open_proc(pid, "auxv");
	char line[PATH_MAX + 256];
	ElfW(auxv_t) aux;
	uint64_t entry = 0, from, to;
	bool found = false;

	while (fread(&aux, sizeof(aux), 1, f) == 1)
		if (aux.a_type == AT_ENTRY)
			entry = aux.a_un.a_val;
	fclose(f);
	f = open_proc(pid, "maps");
	while (fgets(line, sizeof(line), f)) {
		const char *path = strchr(line, '/');

		line[strcspn(line, "\n")] = '\0';
		if (path && !strcmp(path, file) &&
		    sscanf(line, "%" SCNx64 "-%" SCNx64, &from, &to) == 2 && entry >= from &&
		    entry < to)
			found = true;
	}
	fclose(f);
	return found;
}

KT_CASE(ptrace_exec_new_image, "ptrace.exec.new_image",
	"Verify that exe, auxv and maps in /proc of a tracee are those of the new program at "
	"PTRACE_EVENT_EXEC",
	KT_SEES("exe", 0), KT_SEES("entry", 0))
{
	struct kt_gate *go = kt_shared(sizeof(*go));
	char path[PATH_MAX];
	struct stat copy;
	pid_t pid;

	copy_self("copy");
	KT_SYS(stat("copy", &copy));
	KT_REQUIRE(realpath("copy", path) != NULL);
	pid = kt_child_seized(exec_copy, go, PTRACE_O_TRACEEXEC);
	KT_REQUIRE(!exe_is(pid, &copy));
	KT_REQUIRE(!entry_is_in(pid, path));
	kt_gate_open(go);
	KT_WAIT(pid, "EVENT_EXEC");
	KT_REQUIRE(KT_SEEN("exe", exe_is(pid, &copy)));
	KT_REQUIRE(KT_SEEN("entry", entry_is_in(pid, path)));
	KT_OK(kt_cont(pid, 0));
	KT_WAIT(pid, "exited(6)");
}

KT_PROGRAM
