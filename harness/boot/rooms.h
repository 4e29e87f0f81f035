/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rooms.h - which folders of a build tree have tests that go into cells, by suite,
 * and what these need beside them. A table; it looks at no file.
 */
#ifndef BELAY_HARNESS_ROOMS_H
#define BELAY_HARNESS_ROOMS_H

#include <stdbool.h>
#include <stddef.h>

/* A file of a build that tests of a room run; one that ends in '/' is a folder of programs. */
struct room_file {
	const char *name;
	bool supervisor; /* of the build that supervises, not of the tests' own */
};

struct room {
	const char *suite;
	const char *dir;
	bool scripts; /* programs of ATF's shell language are tests, too */
	const struct room_file *beside; /* up to one without a name; NULL: none */
};

/* The names of the suites, NULL-terminated; the first is what is run unless others are named. */
extern const char *const room_suites[];
#define ROOM_ALL "all" /* stands for every suite */

/* NULL: no test of a cell is there. */
const struct room *room_find(const char *dir);

/* The folders of these suites (none: of the first), NULL-terminated; to be freed. */
const char **rooms_of(char *const *suites);
/* Whether qemu-user runs them: it has none of what a tracer or a sandbox needs. */
bool rooms_emulated(const char *const *dirs);
/* Whether any of these folders has tests in shell. */
bool rooms_script(const char *const *dirs);

#endif
