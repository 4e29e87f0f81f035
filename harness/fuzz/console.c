/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.c - what a guest's kernel says. A guest may say anything; a complaint
 * found in a console cut short is found in the whole of it.
 *
 *	byte 0		bit 0: an emulated processor
 *	rest		the console
 */
#include "harness/fuzz/targets.h"

#include "harness/cell/console.h"

static void check(const struct console *c)
{
	FUZZ_CHECK(c->abi && c->program && c->name, "no name");
	for (size_t i = 0; i < c->count; i++) {
		const struct console_splat *s = &c->splats[i];

		FUZZ_CHECK(*s->text && !strchr(s->text, '\n'), "no line");
		FUZZ_CHECK(s->abi && s->program && s->name, "no name");
	}
}

void fuzz_console(const uint8_t *bytes, size_t len)
{
	struct fuzz_in in = { bytes, len };
	bool slow = fuzz_u8(&in) & 1;
	uint8_t *exact = malloc(in.left ? in.left : 1);
	size_t half = in.left / 2;
	struct console whole, cut;

	FUZZ_CHECK(exact, "memory");
	if (in.left)
		memcpy(exact, in.at, in.left);
	console_parse(exact, in.left, slow, &whole);
	check(&whole);
	/* Up to the end of a line. */
	while (half && exact[half - 1] != '\n')
		half--;
	console_parse(exact, half, slow, &cut);
	FUZZ_CHECK((!cut.booted || whole.booted) && (!cut.done || whole.done) &&
		   cut.count <= whole.count, "less in all of it than in half");
	console_free(&whole);
	console_free(&cut);
	free(exact);
}
