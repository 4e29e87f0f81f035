/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * canned.c - what a runner would have said. It runs nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/cell/canned.h"
#include "harness/guest/speak.h"

static void canned_give(struct speak *s, struct buf *stream)
{
	buf_add(stream, s->text.p, s->text.len);
	speak_free(s);
}

void canned_begin(struct buf *stream, const char *abi, const char *program, const char *name)
{
	struct speak s = {.fd = -1};

	speak_case(&s, abi, program, name);
	canned_give(&s, stream);
}

void canned_case(struct buf *stream, const char *abi, const char *program, const char *name,
		 const char *word, const char *reason, const char *output)
{
	struct speak s = {.fd = -1};
	struct buf said = {0};

	buf_puts(&said, output);
	speak_case(&s, abi, program, name);
	speak_end(&s, &said, word, 250000, reason);
	canned_give(&s, stream);
	buf_free(&said);
}

void canned_list(struct buf *stream, const char *abi, const char *const *lines)
{
	struct speak s = {.fd = -1};

	speak_list(&s, abi);
	for (; *lines; lines++) {
		char *program = buf_strdup(*lines), *name = strchr(program, ':'), *contract;

		*name++ = '\0';
		contract = strchr(name, ' ');
		if (contract)
			*contract++ = '\0';
		speak_listed(&s, program, name, contract);
		free(program);
	}
	speak_list_end(&s);
	canned_give(&s, stream);
}
