/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policy.c - a policy of several files, then questions about every line of it.
 * No file of the machine is read: the parts of the input are files in memory,
 * and an include of anything is an include of one of them.
 *
 *	parts, divided by a line "%%": the policy, two files that it may include,
 *	a services(5) file
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/fuzz/targets.h"
#include "sandbox/plan/cond.h"
#include "sandbox/plan/plan.h"

#define PARTS 4
#define FIRST_FD 100	/* a name of two digits would be in the way of nobody */
#define SERVICES "/proc/self/fd/103"

static const struct policy_env env = { .cwd = "/work dir", .home = "/home/me", .uid = 1000,
				       .profile_dir = "/nonexistent", .services = SERVICES };

/* One visible line, as it goes to a terminal. */
static void check_line(const char *text)
{
	FUZZ_CHECK(*text && strlen(text) < sizeof(((struct policy_error *)NULL)->text), "no line");
	for (; *text; text++)
		FUZZ_CHECK((unsigned char)*text >= 0x20 && *text != 0x7f, "control byte %#x", *text);
}

static void put(int fd, const void *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		FUZZ_CHECK(n > 0, "a file in memory");
		bytes = (const char *)bytes + n;
		len -= (size_t)n;
	}
}

/* The lines of a part; whatever they include becomes one of our files. */
static void put_part(int fd, const uint8_t *text, size_t len)
{
	const uint8_t *end = text + len;

	while (text < end) {
		const uint8_t *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = newline ? (size_t)(newline + 1 - text) : (size_t)(end - text);
		const uint8_t *word = memmem(text, n, "include", 7), *at = word;
		char other[16];

		while (at && ++at < text + n && !isspace(*at))
			;
		while (at && at < text + n && isblank(*at))
			at++;
		if (word && !(at < text + n && *at == '@')) {
			put(fd, text, (size_t)(word - text));
			put(fd, other, (size_t)snprintf(other, sizeof(other), "include 10%d\n",
							1 + (at < text + n && (*at & 1))));
		} else {
			put(fd, text, n);
		}
		text += n;
	}
}

static int make_file(int which, const uint8_t *text, size_t len)
{
	int fd = memfd_create("part", MFD_CLOEXEC);

	FUZZ_CHECK(fd >= 0, "memfd_create");
	put_part(fd, text, len);
	FUZZ_CHECK(dup2(fd, FIRST_FD + which) == FIRST_FD + which, "dup2");
	if (fd != FIRST_FD + which)
		close(fd);
	return FIRST_FD + which;
}

static struct policy *new_policy(void)
{
	struct policy *p = policy_new();

	FUZZ_CHECK(p && policy_set_env(p, &env) == 0, "memory");
	return p;
}

/* Whatever was asked for, a policy answers; what it calls open it allows. */
static void ask(const struct policy *p, const char *path)
{
	struct policy_verdict v, own;

	for (int op = 0; op < POLICY_OPS; op++) {
		bool address = op == POLICY_BIND || op == POLICY_CONNECT;

		if (address) {
			policy_decide_addr(p, (enum policy_op)op, (const struct sockaddr *)path,
					   (socklen_t)strlen(path), path, &v);
		} else {
			policy_decide_path(p, (enum policy_op)op, path, &v);
			policy_decide_own(p, (enum policy_op)op, path, &own);
			FUZZ_CHECK(own.rule, "nothing decided");
		}
		FUZZ_CHECK(v.rule, "nothing decided");
		FUZZ_CHECK(!policy_is_open(p, (enum policy_op)op) || v.allow,
			   "open, and %s is refused by %s", path, v.rule);
		FUZZ_CHECK(!v.silent || !v.allow, "allowed in silence");
		FUZZ_CHECK(policy_is_open(p, (enum policy_op)op) ==
			   !(plan_closed(p) & 1u << op), "the plan and the policy differ");
	}
}

/* The same commands one by one: no file is more than its lines. */
static struct policy *by_commands(const char *text, size_t len, int *rc)
{
	struct policy *p = new_policy();
	struct policy_origin at = { .file = "command line" };
	struct policy_error err;
	char *copy = fuzz_text((const uint8_t *)text, len), *line = copy, *next;

	for (*rc = 0; *rc == 0 && line; line = next) {
		const char *first = line + strspn(line, " \t\r");

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		first = line + strspn(line, " \t\r");
		if (*first && *first != '#')
			*rc = policy_command(p, line, at, &err);
	}
	free(copy);
	return p;
}

static void compare(const struct policy *a, const struct policy *b, const char *path)
{
	for (int op = 0; op < POLICY_BIND; op++) {
		struct policy_verdict one, two;

		policy_decide_path(a, (enum policy_op)op, path, &one);
		policy_decide_path(b, (enum policy_op)op, path, &two);
		FUZZ_CHECK(one.allow == two.allow && one.silent == two.silent &&
			   !strcmp(one.rule, two.rule), "%s by %s or by %s", path, one.rule, two.rule);
	}
}

static void ask_all(const struct policy *p, const struct policy *other, char *text)
{
	const struct policy_option_info *o;
	struct policy_error note;

	ask(p, "/");
	ask(p, "/proc/17/maps");
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		/* The value of a rule is often a path that it matches. */
		const char *path = strchr(line, '/');
		const char *value = line + strcspn(line, "+-:");

		ask(p, line);
		ask(p, path ? path : "/a");
		ask(p, *value ? value + 1 : "/a/b");
		if (other)
			compare(p, other, *value ? value + 1 : "/a/b");
	}
	for (size_t i = 0; (o = policy_option_at(i)); i++)
		FUZZ_CHECK(o->type == POLICY_TEXT || o->type == POLICY_CHOICE ||
			   (policy_option(p, o->key) >= o->min || o->type == POLICY_BOOLEAN),
			   "%s is %ld", o->key, policy_option(p, o->key));
	for (size_t i = 0; policy_note(p, i, &note) == 0; i++)
		check_line(note.text);
}

void fuzz_policy(const uint8_t *bytes, size_t len)
{
	struct policy *p = new_policy(), *other = NULL;
	struct policy_error err = { .text = "" };
	const uint8_t *end = bytes + len, *first_end = end;
	char *text;
	int rc, fd;

	for (int i = 0; i < PARTS; i++) {
		const uint8_t *mark = bytes < end ?
			memmem(bytes, (size_t)(end - bytes), "%%\n", 3) : NULL;
		const uint8_t *stop = mark && i < PARTS - 1 ? mark : end;

		if (i == 0)
			first_end = stop;
		fd = make_file(i, bytes, (size_t)(stop - bytes));
		bytes = stop == end ? end : stop + 3;
	}
	len -= (size_t)(end - first_end);
	text = fuzz_text(first_end - len, len);
	rc = policy_load_file(p, "/proc/self/fd/100", &err);
	if (rc == 0 && !strstr(text, "include") && strlen(text) == len) {
		other = by_commands(text, len, &rc);
		FUZZ_CHECK(rc == 0, "a file is taken whose line is not");
	} else if (rc < 0) {
		FUZZ_CHECK(rc == -EINVAL, "%d", rc);
		check_line(err.text);
		for (int op = 0; op < POLICY_OPS; op++)
			FUZZ_CHECK(policy_mode_of(p, (enum policy_op)op) == POLICY_OFF &&
				   policy_is_open(p, (enum policy_op)op), "a failed load left something");
	}
	ask_all(p, other, text);
	free(text);
	policy_free(p);
	policy_free(other);
	for (fd = FIRST_FD; fd < FIRST_FD + PARTS; fd++)
		close(fd);
}
