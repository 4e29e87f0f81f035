/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * package.c - what is inside the distribution's packages. It fetches none.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/spawn.h"
#include "harness/kernels/apt.h"
#include "harness/kernels/package.h"

char *package_match(const char *dir, const char *pattern)
{
	char *full = buf_asprintf("%s/%s", dir, pattern), *found = NULL;
	glob_t g;

	if (glob(full, 0, NULL, &g) == 0) {
		found = buf_strdup(g.gl_pathv[0]);
		globfree(&g);
	}
	free(full);
	return found;
}

int package_unpack(const char *deb, const char *dir, struct why *why)
{
	static const char script[] = "dpkg-deb --fsys-tarfile \"$1\" | "
				     "tar -x -C \"$2\" --no-same-owner --exclude='*.ko' "
				     "--exclude='*.ko.xz'";
	struct args a = {0};
	int rc;

	args_add(&a, "sh");
	args_add(&a, "-c");
	args_add(&a, script);
	args_add(&a, "sh");
	args_add(&a, deb);
	args_add(&a, dir);
	rc = spawn_run(&a, NULL, why);
	args_free(&a);
	return rc;
}

/*
 * The package that holds the image: a meta package depends on the newest
 * linux-image-*, which from 7.0 on is empty too and depends on a linux-binary-*.
 */
char *package_next(const char *record)
{
	static const char *const prefixes[] = {"linux-binary-", "linux-image-"};
	char *depends = apt_field(record, "Depends"), *name = NULL;
	const char *p;
	size_t i;

	for (i = 0; depends && !name && i < 2; i++) {
		for (p = depends; *p; p += *p == ',') {
			p += strspn(p, " ");
			if (strncmp(p, prefixes[i], strlen(prefixes[i])) == 0) {
				name = buf_strndup(p, strcspn(p, " ,|(:"));
				break;
			}
			p += strcspn(p, ",");
		}
	}
	free(depends);
	return name;
}

int package_image(const char *dir, const char *package, char **image, char **release,
		      struct why *why)
{
	static const char *const places[] = {"boot/vmlinu[xz]-*", "usr/lib/modules/*/vmlinu[xz]",
					     "lib/modules/*/vmlinu[xz]"};
	char *found = NULL, *name;
	size_t i;

	for (i = 0; !found && i < sizeof(places) / sizeof(*places); i++)
		found = package_match(dir, places[i]);
	if (!found)
		return why_set(why, ENOENT, "package %s holds no kernel image", package);
	name = strrchr(found, '/');
	if (strncmp(places[i - 1], "boot", 4) == 0) {
		*release = buf_strdup(strchr(name, '-') + 1);
	} else {
		*name = '\0';
		*release = buf_strdup(strrchr(found, '/') + 1);
		*name = '/';
	}
	*image = found;
	return 0;
}
