/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.c - what of a build tree goes into a guest, and the job that the
 * runner reads (guest/job.h has the format). It writes no archive.
 */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/boot/guest.h"
#include "harness/boot/rooms.h"

/* A regular file that may be run and begins so. */
static bool begins(const char *path, const char *with, size_t len)
{
	char ident[SELFMAG];
	struct stat st;
	bool is;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return false;
	is = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0100) &&
	     read(fd, ident, len) == (ssize_t)len && memcmp(ident, with, len) == 0;
	close(fd);
	return is;
}

bool guest_is_program(const char *path)
{
	return begins(path, ELFMAG, SELFMAG);
}

bool guest_is_script(const char *path)
{
	return begins(path, "#!", 2);
}

static bool is_test(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, "_test") == 0;
}

int guest_list(const char *builddir, const char *room, bool tests, char ***list, size_t *n,
	       struct why *why)
{
	char *dir = buf_asprintf("%s/%s", builddir, room);
	bool scripts = tests && room_find(room) && room_find(room)->scripts;
	struct dirent **entries = NULL;
	int count, i, rc = 0;

	count = scandir(dir, &entries, NULL, alphasort);
	if (count < 0)
		rc = why_set(why, errno, "%s: %s: expected a build with test programs", dir,
			     strerror(errno));
	for (i = 0; i < count; i++) {
		char *path = buf_asprintf("%s/%s", dir, entries[i]->d_name);

		if (is_test(entries[i]->d_name) == tests &&
		    (guest_is_program(path) || (scripts && guest_is_script(path)))) {
			*list = buf_realloc(*list, *n + 2, sizeof(**list));
			(*list)[(*n)++] = buf_asprintf("%s/%s", room, entries[i]->d_name);
			(*list)[*n] = NULL;
		}
		free(path);
		free(entries[i]);
	}
	free(entries);
	free(dir);
	return rc;
}

int guest_programs(const char *builddir, const char *const *rooms, char ***out, struct why *why)
{
	char **list = NULL;
	size_t n = 0, i;
	int rc = 0;

	for (i = 0; rc == 0 && rooms[i]; i++)
		rc = guest_list(builddir, rooms[i], true, &list, &n, why);
	if (rc == 0 && n == 0)
		rc = why_set(why, ENOENT, "%s: no test program in it", builddir);
	if (rc < 0) {
		guest_programs_free(list);
		return rc;
	}
	*out = list;
	return 0;
}

void guest_programs_free(char **programs)
{
	size_t i;

	for (i = 0; programs && programs[i]; i++)
		free(programs[i]);
	free(programs);
}

/* The runner splits at blanks: words must be plain. */
static int plain(const char *word, struct why *why)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_./:=+,@%-";

	if (*word && !word[strspn(word, allowed)])
		return 0;
	return why_set(why, EINVAL, "'%s' in a job, expected letters, digits and _./:=+,@%%-",
		       word);
}

static int step_text(const struct job_step *s, struct buf *text, struct why *why)
{
	size_t i;
	int rc = plain(s->program, why);

	if (rc < 0)
		return rc;
	buf_printf(text, "run %s", s->program);
	for (i = 0; s->cases && s->cases[i]; i++) {
		rc = plain(s->cases[i], why);
		if (rc < 0)
			return rc;
		buf_printf(text, " %s", s->cases[i]);
	}
	buf_puts(text, "\n");
	return 0;
}

int guest_steps_text(const struct job *job, const char *dir, struct buf *text, struct why *why)
{
	const char *abi = NULL;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && job->config && job->config[i]; i++) {
		rc = plain(job->config[i], why);
		buf_printf(text, "config %s\n", job->config[i]);
	}
	for (i = 0; rc == 0 && i < job->nsteps; i++) {
		const struct job_step *s = &job->steps[i];

		rc = plain(s->abi, why);
		if (rc == 0 && (!abi || strcmp(abi, s->abi) != 0)) {
			buf_printf(text, "abi %s %s%s\n%s", s->abi, dir ? dir : GUEST_TESTS "/",
				   dir ? "" : s->abi, s->list ? "list\n" : "");
			abi = s->abi;
		}
		if (rc == 0)
			rc = step_text(s, text, why);
	}
	return rc;
}

int guest_job_text(const struct job *job, const char *tty, unsigned scale, struct buf *text,
		   struct why *why)
{
	const char *user = job->user ? job->user : "root";
	int rc = plain(user, why);

	/* Nobody needs the guest afterwards: tests may change it, and the last of them for good. */
	buf_printf(text,
		   "stream %s\nuser %s\nscale %u\nmark\n"
		   "config disposable=yes\nconfig allow_yama3=yes\n",
		   tty, user, scale);
	return rc ? rc : guest_steps_text(job, NULL, text, why);
}
