/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * need.c - require.*, one function per property. A property that is not in the
 * table is no requirement that is met: the case is broken.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/guest/need.h"

struct need_answer {
	bool broken;
	bool drop;
	char *reason; /* NULL: met */
};

static void need_skip(struct need_answer *a, char *reason)
{
	a->reason = reason;
}

static void need_broken(struct need_answer *a, char *reason)
{
	a->broken = true;
	a->reason = reason;
}

int need_bytes(const char *text, unsigned long long *out)
{
	static const char units[] = "kmgt";
	unsigned long long n;
	char *end;
	const char *unit;
	unsigned shift = 0;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno)
		return -EINVAL;
	if (*end) {
		unit = strchr(units, tolower((unsigned char)*end));
		if (!unit || end[1])
			return -EINVAL;
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (shift && n > ULLONG_MAX >> shift)
		return -EINVAL;
	*out = n << shift;
	return 0;
}

static void need_user(const char *value, const struct need_place *place, struct need_answer *a)
{
	if (!strcmp(value, "root")) {
		if (!place->root)
			need_skip(a, buf_strdup("Requires root privileges"));
	} else if (!strcmp(value, "unprivileged")) {
		if (place->root && !place->can_drop)
			need_skip(a, buf_strdup("Requires an unprivileged user"));
		a->drop = place->root;
	} else {
		need_broken(a, buf_asprintf("require.user=%s is neither root nor unprivileged",
					    value));
	}
}

/* Whether the value's words, of which there may be none, have this one. */
static bool need_has_word(const char *value, const char *word)
{
	size_t len = strlen(word);
	const char *p = value + strspn(value, " ");
	bool any = *p != '\0';

	while (*p) {
		size_t n = strcspn(p, " ");

		if (n == len && !memcmp(p, word, n))
			return true;
		p += n;
		p += strspn(p, " ");
	}
	return !any;
}

static void need_arch(const char *value, const struct need_place *place, struct need_answer *a)
{
	if (!need_has_word(value, place->abi))
		need_skip(a, buf_asprintf("Current architecture '%s' not supported", place->abi));
}

static void need_machine(const char *value, const struct need_place *place, struct need_answer *a)
{
	if (!need_has_word(value, place->abi))
		need_skip(a, buf_asprintf("Current platform '%s' not supported", place->abi));
}

/* Call `check` for each word until there is an answer. */
static void need_each(const char *value, const struct need_place *place, struct need_answer *a,
		      void (*check)(const char *, const struct need_place *, struct need_answer *))
{
	const char *p = value + strspn(value, " ");

	while (*p && !a->reason) {
		size_t n = strcspn(p, " ");
		char *word = buf_strndup(p, n);

		check(word, place, a);
		free(word);
		p += n;
		p += strspn(p, " ");
	}
}

static void need_variable(const char *name, const struct need_place *place, struct need_answer *a)
{
	size_t len = strlen(name);

	for (size_t i = 0; place->config && place->config[i]; i++)
		if (!strncmp(place->config[i], name, len) && place->config[i][len] == '=')
			return;
	need_skip(a, buf_asprintf("Required configuration property '%s' not defined", name));
}

static void need_config(const char *value, const struct need_place *place, struct need_answer *a)
{
	need_each(value, place, a, need_variable);
}

static void need_program(const char *name, const struct need_place *place, struct need_answer *a)
{
	const char *p = getenv("PATH");

	(void)place;
	if (strchr(name, '/')) {
		if (*name != '/')
			need_broken(a, buf_asprintf("require.progs=%s is neither absolute nor a "
						    "name in PATH", name));
		else if (access(name, X_OK))
			need_skip(a, buf_asprintf("Required program '%s' not found", name));
		return;
	}
	while (p && *p) {
		size_t n = strcspn(p, ":");
		char *path = buf_asprintf("%.*s/%s", (int)n, p, name);
		bool found = n && !access(path, X_OK);

		free(path);
		if (found)
			return;
		p += n + (p[n] == ':');
	}
	need_skip(a, buf_asprintf("Required program '%s' not found in PATH", name));
}

static void need_progs(const char *value, const struct need_place *place, struct need_answer *a)
{
	need_each(value, place, a, need_program);
}

static void need_file(const char *name, const struct need_place *place, struct need_answer *a)
{
	(void)place;
	if (*name != '/')
		need_broken(a, buf_asprintf("require.files=%s is not absolute", name));
	else if (access(name, F_OK))
		need_skip(a, buf_asprintf("Required file '%s' not found", name));
}

static void need_files(const char *value, const struct need_place *place, struct need_answer *a)
{
	need_each(value, place, a, need_file);
}

static void need_memory(const char *value, const struct need_place *place, struct need_answer *a)
{
	unsigned long long bytes;
	struct sysinfo info;

	(void)place;
	if (need_bytes(value, &bytes) || sysinfo(&info))
		need_broken(a, buf_asprintf("require.memory=%s cannot be checked", value));
	else if ((unsigned long long)info.totalram * info.mem_unit < bytes)
		need_skip(a, buf_asprintf("Requires %s of memory", value));
}

static void need_diskspace(const char *value, const struct need_place *place, struct need_answer *a)
{
	unsigned long long bytes;
	struct statvfs vfs;

	if (need_bytes(value, &bytes) || statvfs(place->scratch, &vfs))
		need_broken(a, buf_asprintf("require.diskspace=%s cannot be checked", value));
	else if ((unsigned long long)vfs.f_bavail * vfs.f_frsize < bytes)
		need_skip(a, buf_asprintf("Requires %s of disk space", value));
}

static const struct {
	const char *name;
	void (*check)(const char *value, const struct need_place *place, struct need_answer *a);
} needs[] = {
	{"require.arch", need_arch},	       {"require.config", need_config},
	{"require.diskspace", need_diskspace}, {"require.files", need_files},
	{"require.machine", need_machine},     {"require.memory", need_memory},
	{"require.progs", need_progs},	       {"require.user", need_user},
};

const char *need_check(const struct atf_case *c, const struct need_place *place, bool *drop,
		       char **reason)
{
	struct need_answer skip = {0};

	for (size_t i = 0; i < c->count; i++) {
		const struct atf_property *p = &c->require[i];
		struct need_answer a = {.broken = true};

		for (size_t k = 0; k < sizeof(needs) / sizeof(*needs) && a.broken; k++) {
			if (strcmp(needs[k].name, p->name))
				continue;
			a.broken = false;
			needs[k].check(p->value, place, &a);
			break;
		}
		if (a.broken) {
			free(skip.reason);
			*reason = a.reason ? a.reason
					   : buf_asprintf("the runner does not know the property "
							  "'%s'", p->name);
			return "broken";
		}
		skip.drop |= a.drop;
		if (!skip.reason)
			skip.reason = a.reason;
		else
			free(a.reason);
	}
	if (skip.reason) {
		*reason = skip.reason;
		return "skipped";
	}
	*drop = skip.drop;
	return NULL;
}
