/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libraries.c - ask a program's own loader what it loads. Which file a name means is
 * the loader's business alone.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/boot/libraries.h"
#include "harness/base/spawn.h"

/* The bytes [at, at + size) as a text, when the program has them. */
static char *text_at(const unsigned char *p, size_t len, uint64_t at, uint64_t size)
{
	if (at > len || size > len - at || !size || p[at + size - 1])
		return NULL;
	return buf_strdup((const char *)p + at);
}

/* Copied, as nothing is said of how `program` is aligned. */
#define LOADER(bits) \
	do { \
		Elf##bits##_Ehdr e; \
		Elf##bits##_Phdr ph; \
		if (len < sizeof(e)) \
			return NULL; \
		memcpy(&e, p, sizeof(e)); \
		for (unsigned i = 0; i < e.e_phnum; i++) { \
			uint64_t at = (uint64_t)e.e_phoff + (uint64_t)i * e.e_phentsize; \
			if (at > len || len - at < sizeof(ph)) \
				return NULL; \
			memcpy(&ph, p + at, sizeof(ph)); \
			if (ph.p_type == PT_INTERP) \
				return text_at(p, len, ph.p_offset, ph.p_filesz); \
		} \
		return NULL; \
	} while (0)

char *libraries_loader(const void *program, size_t len)
{
	const unsigned char *p = program;

	if (len < EI_NIDENT || memcmp(p, ELFMAG, SELFMAG))
		return NULL;
	if (p[EI_CLASS] == ELFCLASS64)
		LOADER(64);
	LOADER(32);
}

/* The path in a line of it, "\tNAME => PATH (ADDRESS)" or "\tPATH (ADDRESS)"; or NULL. */
static char *path_of(const char *line, size_t len)
{
	const char *end = memchr(line, '(', len), *p = memchr(line, '/', len);

	if (!p || !end || end <= p + 1 || end[-1] != ' ')
		return NULL;
	return buf_strndup(p, (size_t)(end - 1 - p));
}

int libraries_put(struct cpio *c, const char *path, const void *program, size_t len,
		  struct why *why)
{
	char *loader = libraries_loader(program, len);
	struct args a = {0};
	struct buf said = {0};
	int rc;

	if (!loader)
		return 0;
	args_add(&a, loader);
	args_add(&a, "--list");
	args_add(&a, path);
	rc = spawn_run(&a, &said, why);
	if (!rc) {
		rc = cpio_file(c, loader + 1, 0755, loader);
		for (const char *p = said.p; p && *p && !rc;) {
			size_t n = strcspn(p, "\n");
			char *file = path_of(p, n);

			if (file)
				rc = cpio_file(c, file + 1, 0755, file);
			free(file);
			p += n + (p[n] == '\n');
		}
		if (rc)
			why_set(why, -rc, "a library of %s: %s", path, strerror(-rc));
	}
	buf_free(&said);
	args_free(&a);
	free(loader);
	return rc;
}
