/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * services.c - looks a name up in a services(5) file. Must not fail on lines
 * that it does not understand: the file is not ours.
 */
#include "sandbox/policy/services.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "name port/protocol [alias...]": the port if one of the names is meant, else -ESRCH. */
static int line_port(char *line, const char *name, size_t len)
{
	static const char blank[] = " \t\r\n";
	char *save, *word, *end;
	bool found = false;
	long port = -ESRCH;
	int nth = 0;

	line[strcspn(line, "#")] = '\0';
	for (word = strtok_r(line, blank, &save); word != NULL;
	     word = strtok_r(NULL, blank, &save), nth++) {
		if (nth == 1) {
			port = strtol(word, &end, 10);
			if (end == word || *end != '/' || port < 0 || port > 65535)
				return -ESRCH;
		} else if (strlen(word) == len && memcmp(word, name, len) == 0) {
			found = true;
		}
	}
	return found ? (int)port : -ESRCH;
}

int services_port(const char *file, const char *name, size_t len)
{
	FILE *f = fopen(file, "re");
	char *line = NULL;
	size_t size = 0;
	int port = -ESRCH;

	if (f == NULL)
		return -errno;
	while (port < 0 && getline(&line, &size, f) >= 0)
		port = line_port(line, name, len);
	free(line);
	fclose(f);
	return port;
}
