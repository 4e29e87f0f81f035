/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.c - files of commands, profiles, includes. A load that fails leaves the
 * policy as it was. Knows nothing of what the commands mean.
 */
#include "sandbox/policy/internal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/policy/error.h"
#include "sandbox/policy/token.h"

static int load_lines(struct policy *p, char *text, size_t len, const struct source *from,
		      struct policy_error *err)
{
	struct policy_origin at = {.file = from->name};
	char *end = text + len;
	int rc = 0;

	while (rc == 0 && text < end) {
		char *newline = memchr(text, '\n', (size_t)(end - text));
		char *stop = newline == NULL ? end : newline;
		const char *first = text;

		at.line++;
		*stop = '\0'; /* the text has room for one byte more */
		if (strlen(text) != (size_t)(stop - text)) {
			rc = error_set(err, "NUL byte in the line");
			error_place(err, at);
			return rc;
		}
		first += strspn(first, " \t\r");
		if (*first != '\0' && *first != '#')
			rc = command_run(p, text, at, from, err);
		text = stop + 1;
	}
	return rc;
}

/* All of a file, and a NUL; the caller's to free. */
static int read_all(int fd, char **out, size_t *outlen)
{
	size_t room = 65536, len = 0;
	char *text = malloc(room);

	while (text != NULL) {
		ssize_t n = read(fd, text + len, room - len - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0) {
				*out = text;
				*outlen = len;
				return 0;
			}
			n = -errno;
			free(text);
			return (int)n;
		}
		len += (size_t)n;
		if (len > POLICY_FILE_MAX) {
			free(text);
			return -EFBIG;
		}
		if (len + 1 == room) {
			char *more = realloc(text, room *= 2);

			if (more == NULL)
				free(text);
			text = more;
		}
	}
	return -ENOMEM;
}

/* Begin to read `s`: not when it is being read already, nor too deep or too often. */
static int enter(struct source *s, const struct source *parent, unsigned int *includes,
		 struct policy_origin at, struct policy_error *err)
{
	int rc = 0;

	s->parent = parent;
	s->depth = parent == NULL ? 0 : parent->depth + 1;
	s->includes = includes;
	for (const struct source *up = parent; up != NULL; up = up->parent)
		if (s->builtin ? up->builtin && strcmp(up->name, s->name) == 0
			       : !up->builtin && up->dev == s->dev && up->ino == s->ino)
			rc = error_set(err, "include loop: '%.200s' is being read already",
				       s->name);
	if (rc == 0 && s->depth > POLICY_DEPTH_MAX)
		rc = error_set(err, "includes deeper than %d files", POLICY_DEPTH_MAX);
	if (rc == 0 && *includes == 0)
		rc = error_set(err, "more than %d includes", POLICY_INCLUDES_MAX);
	if (rc < 0)
		error_place(err, at);
	else
		--*includes;
	return rc;
}

static int cannot(const char *what, const char *name, int error, struct policy_origin at,
		  struct policy_error *err)
{
	int rc = error_set(err, "cannot %s '%.200s': %s", what, name, strerror(error));

	error_place(err, at);
	return rc;
}

static int load_fd(struct policy *p, int fd, struct source *s, const struct source *parent,
		   unsigned int *includes, struct policy_origin at, struct policy_error *err)
{
	struct stat st;
	size_t len = 0;
	char *text = NULL;
	int rc;

	if (fstat(fd, &st) < 0)
		return cannot("read", s->name, errno, at, err);
	if (S_ISDIR(st.st_mode))
		return cannot("read", s->name, EISDIR, at, err);
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	rc = enter(s, parent, includes, at, err);
	if (rc < 0)
		return rc;
	rc = read_all(fd, &text, &len);
	if (rc < 0)
		return cannot("read", s->name, -rc, at, err);
	rc = load_lines(p, text, len, s, err);
	free(text);
	return rc;
}

static int load_path(struct policy *p, const char *path, struct policy_origin at,
		     const struct source *parent, unsigned int *includes, struct policy_error *err)
{
	struct source s = {.name = policy_intern(p, path)};
	int fd, rc;

	if (s.name == NULL)
		return error_memory(err);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return cannot("open", path, errno, at, err);
	rc = load_fd(p, fd, &s, parent, includes, at, err);
	close(fd);
	return rc;
}

static bool is_profile_name(const char *name)
{
	if (!isalnum((unsigned char)name[0]))
		return false;
	for (; *name != '\0'; name++)
		if (!isalnum((unsigned char)*name) && strchr("._-", *name) == NULL)
			return false;
	return true;
}

static int load_builtin(struct policy *p, const struct builtin *b, struct policy_origin at,
			const struct source *parent, unsigned int *includes,
			struct policy_error *err)
{
	struct source s = {.builtin = true};
	char name[64], *text;
	int rc;

	snprintf(name, sizeof name, "@%s", b->name);
	s.name = policy_intern(p, name);
	text = strdup(b->text);
	if (s.name == NULL || text == NULL) {
		free(text);
		return error_memory(err);
	}
	rc = enter(&s, parent, includes, at, err);
	if (rc == 0)
		rc = load_lines(p, text, strlen(text), &s, err);
	free(text);
	return rc;
}

static int no_profile(const char *name, const char *dir, struct policy_error *err)
{
	const char *names[16], *near;
	size_t n = 0;

	for (const struct builtin *b = builtins; b->name != NULL && n < 15; b++)
		names[n++] = b->name;
	names[n] = NULL;
	near = error_nearest(name, strlen(name), names);
	return error_set(err, "no profile '@%.80s'%s%s%s: neither built in nor %.120s/%.80s.belay",
			 name, near ? ", did you mean '@" : "", near ? near : "", near ? "'" : "",
			 dir, name);
}

/* Profiles compiled in come first: no file can take their place. */
static int load_profile(struct policy *p, const char *name, struct policy_origin at,
			const struct source *parent, unsigned int *includes,
			struct policy_error *err)
{
	const char *dir = p->env.profile_dir != NULL ? p->env.profile_dir : BELAY_PROFILEDIR;
	char *path;
	int rc;

	for (const struct builtin *b = builtins; b->name != NULL; b++)
		if (strcmp(b->name, name) == 0)
			return load_builtin(p, b, at, parent, includes, err);
	if (!is_profile_name(name)) {
		rc = error_set(err, "'%.80s' is no name of a profile: letters, digits, '.', '_' "
			       "and '-'", name);
		error_place(err, at);
		return rc;
	}
	if (asprintf(&path, "%s/%s.belay", dir, name) < 0)
		return error_memory(err);
	if (access(path, F_OK) < 0 && errno == ENOENT) {
		rc = no_profile(name, dir, err);
		error_place(err, at);
	} else {
		rc = load_path(p, path, at, parent, includes, err);
	}
	free(path);
	return rc;
}

/* `what` as seen from the file that names it; the caller's to free. */
static char *relative_to(const struct source *from, const char *what)
{
	const char *slash = from == NULL || from->builtin ? NULL : strrchr(from->name, '/');
	char *path;

	if (what[0] == '/' || slash == NULL)
		return strdup(what);
	if (asprintf(&path, "%.*s%s", (int)(slash + 1 - from->name), from->name, what) < 0)
		return NULL;
	return path;
}

static int include_from(struct policy *p, const char *what, struct policy_origin at,
			const struct source *from, unsigned int *includes, struct policy_error *err)
{
	char *literal, *path;
	int rc;

	if (what[0] == '@')
		return load_profile(p, what + 1, at, from, includes, err);
	rc = token_literal(what, &p->env, &literal, err);
	if (rc == 0 && *literal == '\0') {
		free(literal);
		rc = error_set(err, "include names no file: include PATH or include @PROFILE");
	}
	if (rc < 0) {
		error_place(err, at);
		return rc;
	}
	path = relative_to(from, literal);
	free(literal);
	if (path == NULL)
		return error_memory(err);
	rc = load_path(p, path, at, from, includes, err);
	free(path);
	return rc;
}

enum load { LOAD_INCLUDE, LOAD_FILE, LOAD_PROFILE };

/* A load from outside any file: all of it or nothing. */
static int load_whole(struct policy *p, enum load how, const char *what, struct policy_origin at,
		      struct policy_error *err)
{
	unsigned int includes = POLICY_INCLUDES_MAX;
	struct policy_state before;
	int rc = policy_state_copy(&p->state, &before);

	if (rc < 0)
		return error_memory(err);
	if (how == LOAD_INCLUDE)
		rc = include_from(p, what, at, NULL, &includes, err);
	else if (how == LOAD_FILE)
		rc = load_path(p, what, at, NULL, &includes, err);
	else
		rc = load_profile(p, what, at, NULL, &includes, err);
	if (rc < 0) {
		policy_state_release(&p->state);
		p->state = before;
	} else {
		policy_state_release(&before);
	}
	return rc;
}

int load_include(struct policy *p, const char *what, struct policy_origin at,
		 const struct source *from, struct policy_error *err)
{
	if (from != NULL)
		return include_from(p, what, at, from, from->includes, err);
	return load_whole(p, LOAD_INCLUDE, what, at, err);
}

int policy_command(struct policy *p, const char *command, struct policy_origin from,
		   struct policy_error *err)
{
	return command_run(p, command, from, NULL, err);
}

int policy_load_file(struct policy *p, const char *path, struct policy_error *err)
{
	return load_whole(p, LOAD_FILE, path, (struct policy_origin){0}, err);
}

int policy_load_profile(struct policy *p, const char *name, struct policy_error *err)
{
	return load_whole(p, LOAD_PROFILE, name[0] == '@' ? name + 1 : name,
			  (struct policy_origin){0}, err);
}
