/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay.c - the targets on given inputs, without libFuzzer, any compiler.
 *
 *	replay -l			name the targets
 *	replay TARGET FILE...		run it on each
 *	replay -w DIR FILE...		write the inputs as bytes, for libFuzzer
 *
 * A file NAME.hex is read as pairs of hexadecimal digits; blanks part them and
 * '#' starts a comment. Any other file is the input itself.
 */
#include "sandbox/fuzz/fuzz.h"

#include <ctype.h>
#include <errno.h>

#define INPUT_MAX (1 << 20)

static void die(const char *what, const char *why)
{
	fprintf(stderr, "replay: %s: %s\n", what, why);
	exit(2);
}

static int digit(int c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, tolower(c)) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* In place. */
static size_t from_hex(const char *name, char *text, size_t len)
{
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '#') {
			while (i < len && text[i] != '\n')
				i++;
		} else if (!isspace((unsigned char)text[i])) {
			if (i + 1 == len || digit(text[i]) < 0 || digit(text[i + 1]) < 0)
				die(name, "neither a pair of hexadecimal digits nor a comment");
			text[out++] = (char)(digit(text[i]) << 4 | digit(text[i + 1]));
			i++;
		}
	}
	return out;
}

/* The input that a file holds, to be freed. */
static char *load(const char *name, size_t *len)
{
	FILE *f = fopen(name, "re");
	char *bytes = malloc(INPUT_MAX), *cut;
	const char *dot = strrchr(name, '.');

	if (!f || !bytes)
		die(name, strerror(errno));
	*len = fread(bytes, 1, INPUT_MAX, f);
	if (ferror(f) || !feof(f))
		die(name, ferror(f) ? strerror(errno) : "more than a mebibyte");
	fclose(f);
	if (dot && !strcmp(dot, ".hex"))
		*len = from_hex(name, bytes, *len);
	/* Of its own size, for the sanitizers. */
	cut = realloc(bytes, *len ? *len : 1);
	return cut ? cut : bytes;
}

static void write_input(const char *dir, const char *name, const char *bytes, size_t len)
{
	const char *slash = strrchr(name, '/');
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, slash ? slash + 1 : name);
	f = fopen(path, "we");
	if (!f || fwrite(bytes, 1, len, f) != len || fclose(f))
		die(path, strerror(errno));
}

int main(int argc, char **argv)
{
	const struct fuzz_target *target = NULL;
	const char *dir = NULL;
	int first = 2;

	if (argc == 2 && !strcmp(argv[1], "-l")) {
		for (const struct fuzz_target *t = fuzz_targets; t->run; t++)
			puts(t->name);
		return 0;
	}
	if (argc > 3 && !strcmp(argv[1], "-w")) {
		dir = argv[2];
		first = 3;
	} else if (argc < 3 || !(target = fuzz_find(argv[1]))) {
		fprintf(stderr, "usage: replay -l | replay TARGET FILE... | replay -w DIR FILE...\n");
		return 2;
	}
	for (int i = first; i < argc; i++) {
		size_t len;
		char *bytes = load(argv[i], &len);

		if (dir) {
			write_input(dir, argv[i], bytes, len);
		} else {
			/* A crash is about this one. */
			printf("%s\n", argv[i]);
			fflush(stdout);
			target->run((const uint8_t *)bytes, len);
		}
		free(bytes);
	}
	return 0;
}
