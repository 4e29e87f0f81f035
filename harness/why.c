/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * why.c - one line that says why something failed, and where kmatrix finds its
 * own files. It prints nothing itself.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/buf.h"
#include "harness/run.h"

int why_set(struct why *why, int error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return -error;
}

char *run_datadir(void)
{
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	if (n < 0)
		return buf_strdup(KMATRIX_DATADIR);
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	return buf_strdup(strcmp(exe, KMATRIX_BINDIR) == 0 ? KMATRIX_DATADIR : KMATRIX_SOURCE);
}
