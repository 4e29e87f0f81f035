/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tree.c - a kernel build tree: the image of the architecture that its .config names,
 * and what a guest cannot do without. What is built as a module is missing: a guest
 * loads none. It does not look into the image.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/kernels/tree.h"

#define TREE_CONFIG_MAX (4 << 20)

/* An architecture's option, where its images are, best first, and what makes them. */
static const struct {
	const char *option, *images[2], *make;
} tree_archs[] = {
	{"X86", {"arch/x86/boot/bzImage"}, "bzImage"},
	{"ARM64", {"arch/arm64/boot/Image", "arch/arm64/boot/Image.gz"}, "Image"},
	{"ARM", {"arch/arm/boot/zImage"}, "zImage"},
};
#define TREE_ARCHS (sizeof(tree_archs) / sizeof(tree_archs[0]))

/* What the guest's init and its console and stream use (guest/init, machines.tsv). */
static const struct {
	const char *arch, *option; /* arch NULL: all */
} tree_needs[] = {
	{NULL, "BLK_DEV_INITRD"},
	{NULL, "BINFMT_ELF"},
	{NULL, "BINFMT_SCRIPT"},
	{NULL, "PRINTK"},
	{NULL, "TTY"},
	{NULL, "UNIX98_PTYS"},
	{NULL, "PROC_FS"},
	{NULL, "SYSFS"},
	{NULL, "DEVTMPFS"},
	{NULL, "TMPFS"},
	{"X86", "SERIAL_8250_CONSOLE"},
	{"ARM64", "SERIAL_AMBA_PL011_CONSOLE"},
	{"ARM64", "PCI_HOST_GENERIC"},
	{"ARM64", "SERIAL_8250_PCI"},
	{"ARM", "SERIAL_AMBA_PL011_CONSOLE"},
	{"ARM", "PCI_HOST_GENERIC"},
	{"ARM", "SERIAL_8250_PCI"},
};

/* A line "CONFIG_X=y". */
static bool tree_has(const char *config, const char *option)
{
	char *line = buf_asprintf("CONFIG_%s=y\n", option);
	const char *p = config;
	bool found = false;

	while (p && !found) {
		found = strncmp(p, line, strlen(line)) == 0;
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	free(line);
	return found;
}

static int tree_check(const char *dir, const char *config, const char *arch, struct why *why)
{
	struct buf missing = {0};
	int rc = 0;

	for (size_t i = 0; i < sizeof(tree_needs) / sizeof(tree_needs[0]); i++)
		if ((!tree_needs[i].arch || !strcmp(tree_needs[i].arch, arch)) &&
		    !tree_has(config, tree_needs[i].option))
			buf_printf(&missing, " CONFIG_%s=y", tree_needs[i].option);
	if (missing.len)
		rc = why_set(why, EINVAL, "%s/.config: a guest needs%s", dir, missing.p);
	buf_free(&missing);
	return rc;
}

/* include/config/kernel.release, its first line. */
static char *tree_release(const char *dir)
{
	char *path = buf_asprintf("%s/include/config/kernel.release", dir), *release = NULL;
	struct buf text = {0};

	if (buf_read_file(&text, path, 256) == 0 && text.len && strcspn(text.p, "\n"))
		release = buf_strndup(text.p, strcspn(text.p, "\n"));
	buf_free(&text);
	free(path);
	return release;
}

static int tree_find(const char *dir, const char *config, char **image, struct why *why)
{
	size_t a = 0;

	while (a < TREE_ARCHS && !tree_has(config, tree_archs[a].option))
		a++;
	if (a == TREE_ARCHS)
		return why_set(why, EINVAL, "%s/.config: expected the configuration of an x86, "
			       "arm64 or arm kernel", dir);
	for (size_t i = 0; i < 2 && tree_archs[a].images[i]; i++) {
		char *path = buf_asprintf("%s/%s", dir, tree_archs[a].images[i]);

		if (access(path, F_OK) == 0) {
			int rc = tree_check(dir, config, tree_archs[a].option, why);

			if (rc == 0)
				*image = path;
			else
				free(path);
			return rc;
		}
		free(path);
	}
	return why_set(why, EINVAL, "%s: no %s there yet: 'make %s' makes it", dir,
		       tree_archs[a].images[0], tree_archs[a].make);
}

int tree_image(const char *dir, char **image, char **release, struct why *why)
{
	char *path = buf_asprintf("%s/.config", dir);
	struct buf config = {0};
	int rc = buf_read_file(&config, path, TREE_CONFIG_MAX);

	if (rc == -ENOENT)
		rc = why_set(why, EINVAL, "%s: a directory without .config, expected a kernel build "
			     "tree or an image", dir);
	else if (rc < 0)
		rc = why_set(why, -rc, "%s: %s", path, strerror(-rc));
	else
		rc = tree_find(dir, config.p ? config.p : "", image, why);
	if (rc == 0)
		*release = tree_release(dir);
	buf_free(&config);
	free(path);
	return rc;
}
