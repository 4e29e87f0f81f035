/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exec.c - judge execve twice: at its entry for a friendly EACCES, and at
 * PTRACE_EVENT_EXEC on what the kernel has really loaded, which is the check
 * that counts. For a script that is its interpreter; the script itself is
 * input like any other file. Libraries that are mapped later are not programs
 * and are not judged here.
 */
#include "sandbox/supervise/exec.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/supervise/perform.h"
#include "sandbox/supervise/procfs.h"

void perform_exec(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	bool nofollow = (sv->req.flags & AT_SYMLINK_NOFOLLOW) != 0;
	struct pin *pin = &sv->pin[0];
	int rc;

	out->kind = OUTCOME_RUN;
	/* Where it cannot be resolved the kernel has the better error. */
	if (perform_resolve(sv, 0, RESOLVE_OBJECT, nofollow) < 0 || pin->type != S_IFREG)
		return;
	rc = judge_pin(sv, t, POLICY_EXEC, pin);
	if (rc < 0)
		outcome_result(out, rc);
}

/* AT_BASE of the new image, 0 when it has no ELF interpreter. */
static int read_base(pid_t tid, uint64_t *base)
{
	unsigned char ident[EI_NIDENT];
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (read(fd, ident, sizeof(ident)) != (ssize_t)sizeof(ident))
		ident[EI_CLASS] = ELFCLASSNONE;
	close(fd);
	if (ident[EI_CLASS] != ELFCLASS64 && ident[EI_CLASS] != ELFCLASS32)
		return -ENOEXEC;
	return procfs_base(tid, ident[EI_CLASS] == ELFCLASS64, base);
}

static int check_image(struct supervisor *sv, struct tracee *t)
{
	struct operand exe = { .is_fd = true, .present = true };
	struct pin *pin = &sv->pin[0];
	int fd = procfs_open(t->tid, "exe"), rc;

	if (fd < 0)
		return fd;
	rc = resolve_operand(&sv->resolve, &exe, fd, RESOLVE_OBJECT, false, 0, pin);
	close(fd);
	if (rc == 0)
		rc = judge_pin(sv, t, POLICY_EXEC, pin);
	pin_close(pin);
	return rc;
}

static int check_interpreter(struct supervisor *sv, struct tracee *t)
{
	static const char deleted[] = " (deleted)";
	struct pin *pin = &sv->pin[0];
	uint64_t base;
	size_t at;
	int rc = read_base(t->tid, &base);

	if (rc < 0 || base == 0)
		return rc;
	memset(pin, 0, offsetof(struct pin, name));
	PIN_INIT_FDS(pin);
	rc = procfs_mapped(t->tid, base, pin->path, sizeof(pin->path));
	if (rc < 0)
		return rc;
	pin->nameless = strncmp(pin->path, DECIDE_MEMFD, strlen(DECIDE_MEMFD)) == 0;
	rc = judge_pin(sv, t, POLICY_EXEC, pin);
	if (rc < 0 || pin->nameless)
		return rc;
	/* The kernel's mark, or part of the name: neither form may be denied. */
	at = strlen(pin->path) - (sizeof(deleted) - 1);
	if (strlen(pin->path) < sizeof(deleted) || strcmp(pin->path + at, deleted) != 0)
		return 0;
	pin->path[at] = '\0';
	return judge_pin(sv, t, POLICY_EXEC, pin);
}

int exec_check(struct supervisor *sv, struct tracee *t)
{
	struct call call = { .abi = abi_native() };
	struct procfs_stat st;
	int rc = procfs_stat(t->tid, &st);

	/* It may have the number of its process but now. */
	if (rc < 0)
		return rc == -ENOENT ? -ESRCH : rc;
	judge_as(sv, t);
	if ((sv->decide.open & 1u << POLICY_EXEC) != 0)
		return 0;
	sv->resolve.tid = t->tid;
	sv->resolve.tgid = t->process->tgid;
	sv->req.spec = calls_named("execve");
	sv->req.call = &call;
	rc = check_image(sv, t);
	if (rc == 0)
		rc = check_interpreter(sv, t);
	sv->req.call = NULL;
	return rc;
}
