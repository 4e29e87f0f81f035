/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rooms.c - the table of the suites. It looks at no file.
 */
#include <string.h>

#include "harness/base/buf.h"
#include "harness/boot/rooms.h"

const char *const room_suites[] = {"kernel-tests", "arch", "sandbox", NULL};

/* What the tests of belay as a whole run. */
static const struct room_file sandbox_files[] = {
	{"belay", true},
	{"sandbox/belay-notify", false},
	{"sandbox/belay-pidns", false},
	{"sandbox/belay-trace", false},
	{"sandbox/cases", false},
	{"sandbox/kill_storm", false},
	{"sandbox/race_storm", false},
	/* The first of a name stands. */
	{"sandbox/probes/belay-weak", true},
	{"sandbox/probes/", false},
	{0},
};

static const struct room rooms[] = {
	{"kernel-tests", "kernel-tests", false, NULL},
	{"arch", "arch", false, NULL},
	/* The others of sandbox/ hold pure code: no kernel has a part in it. */
	{"sandbox", "sandbox/launch", false, NULL},
	{"sandbox", "sandbox/supervise", false, NULL},
	{"sandbox", "sandbox", true, sandbox_files},
};

#define ROOMS (sizeof(rooms) / sizeof(rooms[0]))

const struct room *room_find(const char *dir)
{
	for (size_t i = 0; i < ROOMS; i++)
		if (!strcmp(rooms[i].dir, dir))
			return &rooms[i];
	return NULL;
}

static bool rooms_wanted(const char *suite, char *const *suites)
{
	if (!suites || !suites[0])
		return !strcmp(suite, room_suites[0]);
	for (; *suites; suites++)
		if (!strcmp(*suites, suite) || !strcmp(*suites, ROOM_ALL))
			return true;
	return false;
}

const char **rooms_of(char *const *suites)
{
	const char **dirs = buf_realloc(NULL, ROOMS + 1, sizeof(*dirs));
	size_t n = 0;

	for (size_t i = 0; i < ROOMS; i++)
		if (rooms_wanted(rooms[i].suite, suites))
			dirs[n++] = rooms[i].dir;
	dirs[n] = NULL;
	return dirs;
}

bool rooms_emulated(const char *const *dirs)
{
	for (; *dirs; dirs++)
		if (strcmp(room_find(*dirs)->suite, room_suites[0]))
			return false;
	return true;
}

bool rooms_script(const char *const *dirs)
{
	for (; *dirs; dirs++)
		if (room_find(*dirs)->scripts)
			return true;
	return false;
}
