/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * emulate.c - the qemu-user column: for each test program a script of the same
 * name that runs it under the emulator, so that the runner on this machine needs no
 * binfmt_misc. It proves that programs start and degrade, nothing about a kernel.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/boot/guest.h"

/* Directories of `name` below root, which exists. */
static int make_parents(const char *root, const char *name)
{
	const char *slash = name;
	int rc = 0;

	while (rc == 0 && (slash = strchr(slash, '/'))) {
		char *dir = buf_asprintf("%s/%.*s", root, (int)(slash - name), name);

		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			rc = -errno;
		free(dir);
		slash++;
	}
	return rc;
}

/* For the shell, whatever is in it. */
static void add_quoted(struct buf *b, const char *s)
{
	buf_puts(b, "'");
	for (; *s; s++) {
		if (*s == '\'')
			buf_puts(b, "'\\''");
		else
			buf_add(b, s, 1);
	}
	buf_puts(b, "'");
}

static int wrap(const char *emulator, const char *program, const char *path)
{
	struct buf text = {0};
	FILE *f;
	int rc = 0;

	buf_printf(&text, "#! /bin/sh\nexec %s ", emulator);
	add_quoted(&text, program);
	buf_puts(&text, " \"$@\"\n");
	f = fopen(path, "we");
	if (!f || fwrite(text.p, 1, text.len, f) != text.len || fchmod(fileno(f), 0755) < 0)
		rc = -errno;
	if (f && fclose(f) != 0 && rc == 0)
		rc = -errno;
	buf_free(&text);
	return rc;
}

int emulate_root(const struct abi_row *abi, const char *builddir, const char *const *rooms,
		 const char *root, struct why *why)
{
	char **programs = NULL, *full;
	size_t i;
	int rc;

	if (!abi->qemu_user)
		return why_set(why, ENOTSUP, "no emulator runs programs of %s", abi->id);
	full = realpath(builddir, NULL);
	if (!full)
		return why_set(why, errno, "%s: %s", builddir, strerror(errno));
	rc = guest_programs(full, rooms, &programs, why);
	if (rc == 0 && mkdir(root, 0755) < 0 && errno != EEXIST)
		rc = why_set(why, errno, "cannot create %s: %s", root, strerror(errno));
	for (i = 0; rc == 0 && programs[i]; i++) {
		char *program = buf_asprintf("%s/%s", full, programs[i]);
		char *path = buf_asprintf("%s/%s", root, programs[i]);

		rc = make_parents(root, programs[i]);
		if (rc == 0)
			rc = wrap(guest_is_script(program) ? "" : abi->qemu_user, program, path);
		if (rc < 0)
			why_set(why, -rc, "cannot write %s: %s", path, strerror(-rc));
		free(program);
		free(path);
	}
	guest_programs_free(programs);
	free(full);
	return rc;
}
