/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source.c - the machine's own apt configuration: what is derived from it is
 * entries and no more, whatever it holds.
 *
 *	byte 0		bit 0: the format of .sources, else of .list; bit 1: security
 *	rest		the file
 */
#include "harness/fuzz/targets.h"

#include "harness/kernels/source.h"

void fuzz_source(const uint8_t *bytes, size_t len)
{
	struct fuzz_in in = { bytes, len };
	unsigned int how = fuzz_u8(&in);
	char *text = fuzz_text(in.at, in.left);
	struct sources s = {0};
	struct buf out = {0};

	source_parse(&s, text, how & 1, "bookworm");
	for (size_t i = 0; i < s.n; i++)
		FUZZ_CHECK(s.v[i].uri && *s.v[i].uri && !strpbrk(s.v[i].uri, " \t\n"), "'%s'", s.v[i].uri);
	source_derive(&s, "trixie", how & 2, &out);
	FUZZ_CHECK(s.n || !out.len, "derived from nothing: %s", out.p);
	/* A field of another name would be a setting of somebody else's. */
	for (char *save, *line = out.p ? strtok_r(out.p, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		FUZZ_CHECK(line[0] == ' ' || line[0] == '\t' || !strncmp(line, "Types: deb", 10) ||
			   !strncmp(line, "URIs: ", 6) || !strncmp(line, "Suites: ", 8) ||
			   !strncmp(line, "Components: main", 16) || !strncmp(line, "Signed-By:", 10) ||
			   !strncmp(line, "Trusted: yes", 12) || line[0] == '#', "'%s'", line);
	buf_free(&out);
	source_free(&s);
	free(text);
}
