/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runtime.c - commands that a program of the sandbox gives while it runs, and
 * the questions it asks. Only what a copy of the policy can hold may change:
 * what was decided at the start for the whole sandbox stays, no file is read
 * (but for the names of ports), and nothing is run. Knows nothing of who asks.
 */
#include "sandbox/policy/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct policy *policy_copy(const struct policy *p)
{
	struct policy *copy = calloc(1, sizeof *copy);

	if (copy == NULL)
		return NULL;
	if (policy_state_copy(&p->state, &copy->state) < 0) {
		free(copy);
		return NULL;
	}
	copy->env = p->env;
	return copy;
}

enum policy_lock policy_lock(const struct policy *p)
{
	return (enum policy_lock)p->state.options[OPTION_LOCK].value;
}

static int truth(bool yes)
{
	return yes ? 0 : -ENOENT;
}

int policy_runtime_ask(const struct policy *p, const char *command)
{
	size_t len = strcspn(command, "?");
	const struct policy_option_info *o;
	int i;

	/* "/dev/belay", and the version of the language: are you there? */
	if (*command == '\0' || strcmp(command, "1") == 0)
		return 0;
	if (command[len] == '\0')
		return 1;
	if (command[len + 1] != '\0')
		return -EINVAL;
	i = command_mode(command, len);
	if (i >= 0)
		return truth(p->state.mode[i] != POLICY_OFF);
	i = option_find(command, len);
	o = i < 0 ? NULL : policy_option_at((size_t)i);
	if (o == NULL || o->type != POLICY_BOOLEAN)
		return -EINVAL;
	return truth(p->state.options[i].value > 0);
}

int policy_runtime_edit(struct policy *p, const char *command)
{
	static const struct policy_origin here = {.file = "run time"};
	struct policy_error err;

	switch (command_runtime(command)) {
	case RUNTIME_UNKNOWN:
		return -EINVAL;
	case RUNTIME_NEVER:
		return -EPERM;
	case RUNTIME_EDITS:
		break;
	}
	return command_run(p, command, here, NULL, &err);
}
