/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy.c - the life of a policy. Reads nothing and decides nothing.
 */
#include "sandbox/policy/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct policy *policy_new(void)
{
	struct policy *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	option_defaults(p);
	return p;
}

static void rule_free(struct rule *r)
{
	pattern_free(r->pattern);
	netrule_free(r->net);
	free(r->text);
	free(r);
}

void policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	for (struct rule *r = p->rules, *next; r != NULL; r = next) {
		next = r->next_owned;
		rule_free(r);
	}
	for (struct name *n = p->names, *next; n != NULL; n = next) {
		next = n->next;
		free(n);
	}
	policy_state_release(&p->state);
	free(p);
}

int policy_list_add(struct rulelist *list, struct rule *r)
{
	if ((list->n & (list->n - 1)) == 0) {
		size_t room = list->n == 0 ? 1 : list->n * 2;
		struct rule **more = realloc(list->v, room * sizeof *more);

		if (more == NULL)
			return -ENOMEM;
		list->v = more;
	}
	list->v[list->n++] = r;
	return 0;
}

int policy_state_copy(const struct policy_state *from, struct policy_state *to)
{
	struct policy_state copy = *from;
	int rc = 0;

	memset(copy.lists, 0, sizeof copy.lists);
	for (size_t i = 0; i < LISTS; i++)
		for (size_t k = 0; k < from->lists[i].n && rc == 0; k++)
			rc = policy_list_add(&copy.lists[i], from->lists[i].v[k]);
	if (rc < 0) {
		policy_state_release(&copy);
		return rc;
	}
	*to = copy;
	return 0;
}

void policy_state_release(struct policy_state *s)
{
	for (size_t i = 0; i < LISTS; i++)
		free(s->lists[i].v);
	memset(s->lists, 0, sizeof s->lists);
}

const char *policy_intern(struct policy *p, const char *text)
{
	size_t size = strlen(text) + 1;
	struct name *n;

	for (n = p->names; n != NULL; n = n->next)
		if (strcmp(n->text, text) == 0)
			return n->text;
	n = malloc(sizeof *n + size);
	if (n == NULL)
		return NULL;
	memcpy(n->text, text, size);
	n->next = p->names;
	p->names = n;
	return n->text;
}

static int keep(struct policy *p, const char **field)
{
	if (*field == NULL)
		return 0;
	*field = policy_intern(p, *field);
	return *field == NULL ? -ENOMEM : 0;
}

int policy_set_env(struct policy *p, const struct policy_env *env)
{
	struct policy_env copy = *env;

	if (keep(p, &copy.cwd) < 0 || keep(p, &copy.tmpdir) < 0 || keep(p, &copy.home) < 0 ||
	    keep(p, &copy.profile_dir) < 0 || keep(p, &copy.services) < 0)
		return -ENOMEM;
	p->env = copy;
	return 0;
}
