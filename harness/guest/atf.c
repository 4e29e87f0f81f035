/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * atf.c - ATF's protocol, read strictly: what is not understood is an error and
 * never a pass. It starts no program.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/base/buf.h"
#include "harness/guest/atf.h"

#define ATF_REASON_MAX 4000

/* ---- the list of cases ---- */

static const char atf_header[] = "Content-Type: application/X-atf-tp; version=\"1\"";

void atf_list_free(struct atf_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct atf_case *c = &list->v[i];

		for (size_t k = 0; k < c->count; k++) {
			free(c->require[k].name);
			free(c->require[k].value);
		}
		free(c->require);
		free(c->contract);
		free(c->ident);
	}
	free(list->v);
	*list = (struct atf_list){0};
}

const struct atf_case *atf_list_find(const struct atf_list *list, const char *ident)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->v[i].ident, ident))
			return &list->v[i];
	return NULL;
}

/* A name that cannot be mistaken for anything else in a line. */
static bool atf_is_name(const char *s)
{
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-./+", *p))
			return false;
	return *s != '\0';
}

static void atf_require(struct atf_case *c, const char *name, const char *value)
{
	c->require = buf_grow(c->require, c->count, &c->cap, sizeof(*c->require));
	c->require[c->count++] = (struct atf_property){buf_strdup(name), buf_strdup(value)};
}

static const char *atf_timeout(const char *value, unsigned *out)
{
	unsigned long n = 0;

	if (!*value || strspn(value, "0123456789") != strlen(value) || strlen(value) > 9 ||
	    (n = strtoul(value, NULL, 10)) > INT_MAX / 1000)
		return "a timeout that is no number of seconds";
	*out = (unsigned)n;
	return NULL;
}

/* What is wrong with the property, or NULL. */
static const char *atf_property(struct atf_case *c, const char *name, const char *value)
{
	if (!strcmp(name, "timeout"))
		return atf_timeout(value, &c->timeout_s);
	if (!strcmp(name, "has.cleanup")) {
		c->cleanup = !strcmp(value, "true") || !strcmp(value, "yes");
		return c->cleanup || !strcmp(value, "false") || !strcmp(value, "no")
			       ? NULL : "has.cleanup that is neither true nor false";
	}
	if (!strcmp(name, "X-contract")) {
		if (c->contract || !atf_is_name(value))
			return "a contract that is no name";
		c->contract = buf_strdup(value);
		return NULL;
	}
	/* For people, and for runners that run cases side by side. */
	if (!strcmp(name, "descr") || !strcmp(name, "is.exclusive") || !strncmp(name, "X-", 2))
		return NULL;
	atf_require(c, name, value);
	return NULL;
}

static const char *atf_line(struct atf_list *list, bool *open, char *line)
{
	char *value = strstr(line, ": ");
	struct atf_case *c;

	if (!*line) {
		*open = false;
		return NULL;
	}
	/* The value of a property may be empty: "descr:". */
	if (value) {
		*value = '\0';
		value += 2;
	} else if (line[strlen(line) - 1] == ':') {
		value = line + strlen(line);
		value[-1] = '\0';
	} else {
		return "no property";
	}
	if (!strcmp(line, "ident")) {
		if (*open)
			return "no empty line before it";
		if (!atf_is_name(value))
			return "no name of a case";
		if (atf_list_find(list, value))
			return "a case for the second time";
		list->v = buf_grow(list->v, list->count, &list->cap, sizeof(*list->v));
		c = &list->v[list->count++];
		*c = (struct atf_case){.ident = buf_strdup(value), .timeout_s = ATF_TIMEOUT_S};
		*open = true;
		return NULL;
	}
	if (!*open)
		return "a property without a case";
	return atf_property(&list->v[list->count - 1], line, value);
}

int atf_list_parse(const char *text, size_t len, struct atf_list *out, char **error)
{
	struct atf_list list = {0};
	const char *p = text, *end = text + len;
	bool open = false;

	for (unsigned n = 1; p < end; n++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end;
		char *line = buf_strndup(p, (size_t)(stop - p));
		char *said = buf_strdup(line);
		const char *bad;

		if (n == 1)
			bad = strcmp(line, atf_header) ? "no list of an ATF program" : NULL;
		else if (n == 2)
			bad = *line ? "no empty line behind the first" : NULL;
		else
			bad = atf_line(&list, &open, line);
		if (bad)
			*error = buf_asprintf("line %u of its list, '%.100s': %s", n, said, bad);
		free(line);
		free(said);
		if (bad) {
			atf_list_free(&list);
			return -EINVAL;
		}
		p = nl ? nl + 1 : end;
	}
	if (!list.count) {
		*error = buf_strdup("it lists no case");
		return -EINVAL;
	}
	*out = list;
	return 0;
}

/* ---- the result of a case ---- */

/* How the program must have ended for each result to be believed. */
enum atf_must { ATF_EXIT_0, ATF_EXIT_1, ATF_EXIT_N, ATF_SIGNAL_N, ATF_ANY_DEATH, ATF_TIMED_OUT };

static const struct atf_result {
	const char *word; /* in the file */
	const char *name; /* of the verdict */
	enum atf_must must;
	bool reason; /* it has to have one */
} atf_results[] = {
	{"passed", "passed", ATF_EXIT_0, false},
	{"failed", "failed", ATF_EXIT_1, true},
	{"skipped", "skipped", ATF_EXIT_0, true},
	{"expected_failure", "expected_failure", ATF_EXIT_0, true},
	{"expected_exit", "expected_failure", ATF_EXIT_N, true},
	{"expected_signal", "expected_failure", ATF_SIGNAL_N, true},
	{"expected_death", "expected_failure", ATF_ANY_DEATH, true},
	{"expected_timeout", "expected_failure", ATF_TIMED_OUT, true},
};

/* One line of it, whatever it holds: no control character goes out. */
static char *atf_one_line(const char *text, size_t len)
{
	char *line;

	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	line = buf_strndup(text, len < ATF_REASON_MAX ? len : ATF_REASON_MAX);
	for (char *p = line; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = ' ';
	return line;
}

/*
 * "word", "word: reason" or "word(N): reason"; NULL: it is none of these. `arg` is
 * -1 where no N stands.
 */
static const struct atf_result *atf_result_parse(const char *line, int *arg, const char **reason)
{
	size_t len = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
	const struct atf_result *r = NULL;
	const char *p = line + len;

	for (size_t i = 0; i < sizeof(atf_results) / sizeof(*atf_results); i++)
		if (strlen(atf_results[i].word) == len && !memcmp(line, atf_results[i].word, len))
			r = &atf_results[i];
	if (!r)
		return NULL;
	*arg = -1;
	if (*p == '(') {
		size_t digits = strspn(p + 1, "0123456789");

		if ((r->must != ATF_EXIT_N && r->must != ATF_SIGNAL_N) || !digits || digits > 3 ||
		    p[1 + digits] != ')')
			return NULL;
		*arg = (int)strtol(p + 1, NULL, 10);
		p += digits + 2;
	}
	if (!*p && !r->reason)
		*reason = p;
	else if (r->reason && p[0] == ':' && p[1] == ' ' && p[2])
		*reason = p + 2;
	else
		return NULL;
	return r;
}

static bool atf_ended(const struct atf_end *end, enum atf_must must, int arg)
{
	bool exited = !end->timed_out && WIFEXITED(end->status);
	bool killed = !end->timed_out && WIFSIGNALED(end->status);

	switch (must) {
	case ATF_EXIT_0:
		return exited && WEXITSTATUS(end->status) == 0;
	case ATF_EXIT_1:
		return exited && WEXITSTATUS(end->status) == 1;
	case ATF_EXIT_N:
		return exited && (arg < 0 || WEXITSTATUS(end->status) == arg);
	case ATF_SIGNAL_N:
		return killed && (arg < 0 || WTERMSIG(end->status) == arg);
	case ATF_ANY_DEATH:
		return true;
	case ATF_TIMED_OUT:
		return end->timed_out;
	}
	return false;
}

static char *atf_end_text(const struct atf_end *end)
{
	if (end->timed_out)
		return buf_strdup("it timed out");
	if (WIFEXITED(end->status))
		return buf_asprintf("it exited with status %d", WEXITSTATUS(end->status));
	return buf_asprintf("it received signal %d%s", WTERMSIG(end->status),
			    WCOREDUMP(end->status) ? " (core dumped)" : "");
}

const char *atf_verdict(const char *result, size_t len, const struct atf_end *end, char **reason)
{
	char *line = atf_one_line(result, len), *how = atf_end_text(end);
	const char *why = "", *word = "broken";
	const struct atf_result *r = NULL;
	int arg;

	/* A NUL would hide what stands behind it. */
	if (!memchr(result, '\0', len))
		r = atf_result_parse(line, &arg, &why);
	if (r && atf_ended(end, r->must, arg)) {
		word = r->name;
		*reason = buf_strdup(why);
	} else if (r && r->must == ATF_TIMED_OUT) {
		word = "failed";
		*reason = buf_asprintf("the case was expected to time out (%s), but %s", why, how);
	} else if (r && (r->must == ATF_EXIT_N || r->must == ATF_SIGNAL_N) && !end->timed_out) {
		word = "failed";
		*reason = buf_asprintf("the case was expected to end in another way (%s), but %s",
				       why, how);
	} else if (end->timed_out) {
		*reason = buf_strdup("Test case body timed out");
	} else if (r) {
		*reason = buf_asprintf("its result is '%s', but %s", line, how);
	} else if (len) {
		*reason = buf_asprintf("an unknown result, '%s', and %s", line, how);
	} else {
		*reason = buf_asprintf("Premature exit; %s without a result", how);
	}
	free(line);
	free(how);
	return word;
}

const char *atf_cleanup_verdict(const struct atf_end *end)
{
	if (end->timed_out)
		return "Test case cleanup timed out";
	if (!WIFEXITED(end->status) || WEXITSTATUS(end->status) != 0)
		return "Test case cleanup did not terminate successfully";
	return NULL;
}
