/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * why.c - one line that says why something failed, and where kmatrix finds its
 * own files. It prints nothing itself.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/boot/guest.h"

int why_set(struct why *why, int error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return -error;
}

/* The directory of this program; NULL where nobody knows it. */
static char *run_exedir(void)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	if (n < 0)
		return NULL;
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	return buf_strdup(exe);
}

char *run_datadir(void)
{
	char *exe = run_exedir();
	bool installed = !exe || strcmp(exe, KMATRIX_BINDIR) == 0;

	free(exe);
	return buf_strdup(installed ? KMATRIX_DATADIR : KMATRIX_SOURCE);
}

char *run_runner(void)
{
	char *exe = run_exedir(), *path;

	if (!exe || strcmp(exe, KMATRIX_BINDIR) == 0)
		path = buf_strdup(KMATRIX_LIBEXECDIR "/runner");
	else
		path = buf_asprintf("%s/" GUEST_RUNNER, exe);
	free(exe);
	return path;
}
