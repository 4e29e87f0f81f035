/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform_stat.c - the run-time interface: a stat of /dev/belay/COMMAND, or of
 * /dev/sydbox/COMMAND. The path is copied once, and what was copied is what is
 * done; where it is no command the kernel executes the call, which is allowed
 * whatever it names by then. Comes here only where processes may give commands
 * (PLAN_RUNTIME); a process that is locked has none.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "sandbox/supervise/box.h"
#include "sandbox/supervise/perform.h"

/* Commands in all: the rules that they make are kept to the end. */
#define EDITS_MAX 16384

/* The device that a command looks like, as for sydbox-1: 1:3, /dev/null. */
#define MODE (S_IFCHR | 0666)
#define MAJOR 1
#define MINOR 3
#define RDEV (MAJOR << 8 | MINOR)
#define STATX_TYPE_MODE_NLINK 7

struct field {
	uint16_t offset;
	uint16_t size;
};

/* Where an ABI has what is not zero; little-endian. */
struct layout {
	uint16_t size;
	struct field mode, nlink, rdev;
};

static const struct layout wide_x86 = { 144, { 24, 4 }, { 16, 8 }, { 40, 8 } };
static const struct layout wide_generic = { 128, { 16, 4 }, { 20, 4 }, { 32, 8 } };
static const struct layout narrow = { 64, { 8, 2 }, { 10, 2 }, { 16, 4 } };
static const struct layout narrow64_i386 = { 96, { 16, 4 }, { 20, 4 }, { 32, 8 } };
static const struct layout narrow64_arm = { 104, { 16, 4 }, { 20, 4 }, { 32, 8 } };

static const struct layout *layout_of(const struct request *r)
{
	const char *abi = r->call->abi->name;

	if (strcmp(abi, "x86_64") == 0 || strcmp(abi, "x32") == 0)
		return &wide_x86;
	if (strcmp(abi, "aarch64") == 0)
		return &wide_generic;
	if (strstr(r->spec->name, "64") == NULL)
		return &narrow;
	return strcmp(abi, "arm") == 0 ? &narrow64_arm : &narrow64_i386;
}

static void put(unsigned char *buf, struct field f, uint64_t value)
{
	for (size_t i = 0; i < f.size; i++)
		buf[f.offset + i] = (unsigned char)(value >> (8 * i));
}

/* Tell that the command was done. */
static int64_t answer(const struct request *r)
{
	bool x = strcmp(r->spec->name, "statx") == 0;
	uint64_t addr = r->call->args[x ? 4 : r->spec->path[0] + 1];
	unsigned char buf[256] = { 0 };
	const struct layout *l;

	if (x) {
		put(buf, (struct field){ 0, 4 }, STATX_TYPE_MODE_NLINK);
		put(buf, (struct field){ 16, 4 }, 1);
		put(buf, (struct field){ 28, 2 }, MODE);
		put(buf, (struct field){ 128, 4 }, MAJOR);
		put(buf, (struct field){ 132, 4 }, MINOR);
		return mem_write(r->mem, addr, buf, sizeof(buf));
	}
	l = layout_of(r);
	put(buf, l->mode, MODE);
	put(buf, l->nlink, 1);
	put(buf, l->rdev, RDEV);
	return mem_write(r->mem, addr, buf, l->size);
}

/* What follows the name of the interface, or NULL. */
static const char *command_of(const char *path)
{
	static const char *const names[] = { "/dev/belay", "/dev/sydbox" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t len = strlen(names[i]);

		if (strncmp(path, names[i], len) == 0 && (path[len] == '/' || path[len] == '\0'))
			return path + len + (path[len] == '/');
	}
	return NULL;
}

static int run(struct supervisor *sv, struct tracee *t, const char *command)
{
	int rc = policy_runtime_ask(t->process->box->policy, command);

	if (rc <= 0)
		return rc;
	if (sv->edits >= EDITS_MAX)
		return -ENOMEM;
	rc = box_edit(&t->process->box, command);
	if (rc == 0) {
		sv->edits++;
		sv->boxes_differ = true;
	}
	return rc;
}

void perform_stat(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	const char *command;
	char path[PATH_MAX];
	size_t len;
	int rc;

	out->kind = OUTCOME_RUN;
	if (policy_lock(t->process->box->policy) == POLICY_LOCK_ON ||
	    mem_read_string(r->mem, r->call->args[r->spec->path[0]], path, sizeof(path), &len) < 0)
		return;
	command = command_of(path);
	if (command == NULL)
		return;
	rc = run(sv, t, command);
	outcome_result(out, rc < 0 ? rc : answer(r));
}
