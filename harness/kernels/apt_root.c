/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apt_root.c - how a private apt root is configured: the mirrors and keys of this
 * machine, and how it reaches them, for another suite. It starts apt-config only.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/spawn.h"
#include "harness/kernels/apt_root.h"
#include "harness/kernels/source.h"

#define APT_ROOT_TEXT_MAX (4 << 20)

int apt_root_file(const char *path, const struct buf *text, struct why *why)
{
	FILE *f = fopen(path, "we");
	int rc = 0;

	if (!f)
		return why_set(why, errno, "cannot write %s: %s", path, strerror(errno));
	if (text->len && fwrite(text->p, 1, text->len, f) != text->len)
		rc = why_set(why, EIO, "cannot write %s: %s", path, strerror(errno));
	if (fclose(f) != 0 && rc == 0)
		rc = why_set(why, EIO, "cannot write %s: %s", path, strerror(errno));
	return rc;
}

/*
 * Of the machine's configuration only how to reach mirrors is taken over
 * (proxies, retries, ...): its hooks are about its own packages.
 */
static int write_conf(const struct apt *apt, struct why *why)
{
	struct args a = {0};
	struct buf dump = {0}, conf = {0};
	char *path = buf_asprintf("%s/apt.conf", apt->dir), *line, *next;
	int rc;

	args_split(&a, "env LC_ALL=C apt-config dump");
	rc = spawn_run(&a, &dump, why);
	buf_printf(&conf,
		   "Dir::State \"%s\";\n"
		   "Dir::State::lists \"%s/lists\";\n"
		   "Dir::State::status \"%s/status\";\n"
		   "Dir::Cache \"%s\";\n"
		   "Dir::Cache::archives \"%s/archives\";\n"
		   "Dir::Etc::sourcelist \"%s/root.sources\";\n"
		   "Dir::Etc::sourceparts \"/dev/null\";\n"
		   "Dir::Etc::preferences \"/dev/null\";\n"
		   "Dir::Etc::preferencesparts \"/dev/null\";\n"
		   "Dir::Etc::main \"/dev/null\";\n"
		   "Dir::Etc::parts \"/dev/null\";\n"
		   "Dir::Log \"%s\";\n",
		   apt->dir, apt->dir, apt->dir, apt->dir, apt->dir, apt->dir, apt->dir);
	buf_printf(&conf,
		   "APT::Architecture \"%s\";\n"
		   "APT::Architectures { \"%s\"; };\n"
		   "APT::Install-Recommends \"false\";\n"
		   /* Else it asks for a place that another user can enter. */
		   "APT::Sandbox::User \"root\";\n"
		   "Debug::NoLocking \"true\";\n"
		   /* As big as the lists, and made of them in a second. */
		   "Dir::Cache::srcpkgcache \"\";\n",
		   apt->arch, apt->arch);
	for (line = dump.p; rc == 0 && line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (strncmp(line, "Acquire::", 9) == 0 &&
		    strncmp(line, "Acquire::IndexTargets", 21) != 0 &&
		    strncmp(line, "Acquire::Languages", 18) != 0)
			buf_printf(&conf, "%s\n", line);
	}
	buf_puts(&conf, "Acquire::Languages \"none\";\n");
	if (rc == 0)
		rc = apt_root_file(path, &conf, why);
	args_free(&a);
	buf_free(&dump);
	buf_free(&conf);
	free(path);
	return rc;
}

/* VERSION_CODENAME of os-release(5). */
static char *machine_codename(void)
{
	struct buf text = {0};
	char *name = NULL;
	const char *p;

	if (buf_read_file(&text, "/etc/os-release", APT_ROOT_TEXT_MAX) == 0 && text.p) {
		p = strstr(text.p, "VERSION_CODENAME=");
		if (p) {
			p += strlen("VERSION_CODENAME=");
			p += *p == '"';
			name = buf_strndup(p, strcspn(p, "\"\n"));
		}
	}
	buf_free(&text);
	return name ? name : buf_strdup("stable");
}

static int parse_file(struct sources *s, const char *path, const char *codename, struct why *why)
{
	size_t len = strlen(path);
	bool deb822 = len > 8 && strcmp(path + len - 8, ".sources") == 0;
	struct buf text = {0};
	int rc;

	if (!deb822 && (len <= 5 || strcmp(path + len - 5, ".list") != 0))
		return 0;
	rc = buf_read_file(&text, path, APT_ROOT_TEXT_MAX);
	if (rc == 0 && text.p)
		source_parse(s, text.p, deb822, codename);
	else if (rc < 0 && rc != -ENOENT)
		why_set(why, -rc, "%s: %s", path, strerror(-rc));
	buf_free(&text);
	return rc == -ENOENT ? 0 : rc;
}

/* What apt-config calls a place: its "/f" or "/d" gives the whole path. */
static int config_path(const char *key, char **out, struct why *why)
{
	struct args a = {0};
	struct buf text = {0};
	int rc;

	args_split(&a, "env LC_ALL=C apt-config shell P");
	args_add(&a, key);
	rc = spawn_run(&a, &text, why);
	args_free(&a);
	if (rc == 0 && text.p && strncmp(text.p, "P='", 3) == 0)
		*out = buf_strndup(text.p + 3, strcspn(text.p + 3, "'"));
	else if (rc == 0)
		rc = why_set(why, EINVAL, "apt-config does not know %s", key);
	buf_free(&text);
	return rc;
}

/* The machine's entries: sources.list, and every file beside it. */
static int machine_sources(struct sources *s, struct why *why)
{
	char *list = NULL, *parts = NULL, *codename = machine_codename();
	struct dirent **names = NULL;
	int rc, n, i;

	rc = config_path("Dir::Etc::sourcelist/f", &list, why);
	if (rc == 0)
		rc = config_path("Dir::Etc::sourceparts/d", &parts, why);
	if (rc == 0)
		rc = parse_file(s, list, codename, why);
	n = rc == 0 ? scandir(parts, &names, NULL, alphasort) : 0;
	for (i = 0; i < n; i++) {
		char *path = buf_asprintf("%s/%s", parts, names[i]->d_name);

		if (rc == 0)
			rc = parse_file(s, path, codename, why);
		free(path);
		free(names[i]);
	}
	free(names);
	if (rc == 0 && s->n == 0)
		rc = why_set(why, ENOENT,
			     "no entry of %s or %s serves Debian's main for %s: kernels and guests "
			     "come from there",
			     list, parts, codename);
	free(list);
	free(parts);
	free(codename);
	return rc;
}

static int write_sources(const struct apt *apt, bool security, struct why *why)
{
	struct sources s = {0};
	struct buf text = {0};
	char *path = buf_asprintf("%s/root.sources", apt->dir);
	int rc = machine_sources(&s, why);

	if (rc == 0) {
		source_derive(&s, apt->suite, security, &text);
		rc = apt_root_file(path, &text, why);
	}
	source_free(&s);
	buf_free(&text);
	free(path);
	return rc;
}

int apt_root_write(const struct apt *apt, bool security, struct why *why)
{
	int rc = write_conf(apt, why);

	return rc < 0 ? rc : write_sources(apt, security, why);
}
