/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table.c - machines.tsv, kernels.tsv and abis.tsv: those that are installed, and
 * behind them the user's own, whose lines replace those of the same name. It checks
 * every row when it is read, so that nobody behind it meets a bad one; it asks
 * neither the machine nor the network whether a row is true.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/run.h"

#define TABLE_COLS_MAX 16
#define TABLE_SIZE_MAX (1 << 20)

struct row {
	const char *file;
	unsigned line;
	size_t before; /* so many rows are of an earlier file, and may be replaced */
	char *col[TABLE_COLS_MAX];
};

struct format {
	const char *name; /* of the file */
	const char *columns;
	size_t ncols;
	int (*add)(struct tables *t, const struct row *r, struct why *why);
	size_t *(*count)(struct tables *t);
};

static int row_bad(const struct row *r, struct why *why, const char *what, const char *value,
		   const char *valid)
{
	return why_set(why, EINVAL, "%s:%u: %s '%s', expected %s", r->file, r->line, what, value,
		       valid);
}

/* A name becomes part of paths, of command lines and of the guest's job. */
static bool is_name(const char *s)
{
	if (!isalnum((unsigned char)*s))
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_.+-", *s))
			return false;
	return true;
}

static int row_name(const struct row *r, size_t col, const char *what, struct why *why)
{
	if (is_name(r->col[col]))
		return 0;
	return row_bad(r, why, what, r->col[col], "letters, digits and any of _.+-");
}

static char *dup_or_null(const char *s)
{
	return strcmp(s, "-") == 0 ? NULL : buf_strdup(s);
}

static void machine_free(struct machine *m)
{
	free(m->arch);
	free(m->userland);
	free(m->qemu);
	free(m->args);
	free(m->kvm_args);
	free(m->memory);
	free(m->console);
	free(m->export_args);
	free(m->export_tty);
	free(m->cmdline);
}

static int machine_add(struct tables *t, const struct row *r, struct why *why)
{
	struct machine *m;
	char *end;
	unsigned long scale;
	int rc;

	rc = row_name(r, 0, "architecture", why);
	if (rc == 0)
		rc = row_name(r, 1, "suite", why);
	if (rc < 0)
		return rc;
	m = (struct machine *)tables_machine(t, r->col[0]);
	if (m && m >= t->machines + r->before)
		return row_bad(r, why, "second line for architecture", r->col[0], "one");
	scale = strtoul(r->col[9], &end, 10);
	if (!isdigit((unsigned char)r->col[9][0]) || *end || scale < 1 || scale > 1000)
		return row_bad(r, why, "scale", r->col[9], "a number from 1 to 1000");

	if (m) {
		machine_free(m);
	} else {
		t->machines = buf_realloc(t->machines, t->nmachines + 1, sizeof(*t->machines));
		m = &t->machines[t->nmachines++];
	}
	m->arch = buf_strdup(r->col[0]);
	m->userland = buf_strdup(r->col[1]);
	m->qemu = buf_strdup(r->col[2]);
	m->args = buf_strdup(r->col[3]);
	m->kvm_args = dup_or_null(r->col[4]);
	m->memory = buf_strdup(r->col[5]);
	m->console = buf_strdup(r->col[6]);
	m->export_args = buf_strdup(r->col[7]);
	m->export_tty = buf_strdup(r->col[8]);
	m->scale = scale;
	m->cmdline = dup_or_null(r->col[10]);
	return 0;
}

static void kernel_free(struct kernel *k)
{
	free(k->id);
	free(k->arch);
	free(k->suite);
	free(k->package);
}

static int kernel_add(struct tables *t, const struct row *r, struct why *why)
{
	static const char *const what[] = {"id", "architecture", "suite", "package"};
	struct kernel *k;
	size_t i;
	int rc;

	for (i = 0; i < 4; i++) {
		rc = row_name(r, i, what[i], why);
		if (rc < 0)
			return rc;
	}
	k = (struct kernel *)tables_kernel(t, r->col[0]);
	if (k && k >= t->kernels + r->before)
		return row_bad(r, why, "second line for kernel", r->col[0], "one");
	if (!tables_machine(t, r->col[1]))
		return row_bad(r, why, "architecture", r->col[1], "one of machines.tsv");
	if (strcmp(r->col[4], "yes") != 0 && strcmp(r->col[4], "no") != 0)
		return row_bad(r, why, "default", r->col[4], "yes or no");

	if (k) {
		kernel_free(k);
	} else {
		t->kernels = buf_realloc(t->kernels, t->nkernels + 1, sizeof(*t->kernels));
		k = &t->kernels[t->nkernels++];
	}
	k->id = buf_strdup(r->col[0]);
	k->arch = buf_strdup(r->col[1]);
	k->suite = buf_strdup(r->col[2]);
	k->package = buf_strdup(r->col[3]);
	k->is_default = strcmp(r->col[4], "yes") == 0;
	return 0;
}

static void abi_row_free(struct abi_row *a)
{
	size_t i;

	for (i = 0; a->archs[i]; i++)
		free(a->archs[i]);
	free(a->archs);
	free(a->id);
	free(a->qemu_user);
}

static int abi_add(struct tables *t, const struct row *r, struct why *why)
{
	struct abi_row a = {0}, *old = (struct abi_row *)tables_abi(t, r->col[0]);
	const char *p = r->col[1];
	size_t n = 0;
	int rc;

	rc = row_name(r, 0, "ABI", why);
	if (rc < 0)
		return rc;
	if (old && old >= t->abis + r->before)
		return row_bad(r, why, "second line for ABI", r->col[0], "one");

	a.archs = buf_realloc(NULL, strlen(p) + 2, sizeof(*a.archs));
	for (;;) {
		size_t len = strcspn(p, ",");

		a.archs[n] = buf_strndup(p, len);
		a.archs[n + 1] = NULL;
		if (!tables_machine(t, a.archs[n])) {
			row_bad(r, why, "architecture", a.archs[n], "one of machines.tsv");
			abi_row_free(&a);
			return -EINVAL;
		}
		n++;
		if (!p[len])
			break;
		p += len + 1;
	}
	a.id = buf_strdup(r->col[0]);
	a.qemu_user = dup_or_null(r->col[2]);
	if (old) {
		abi_row_free(old);
	} else {
		t->abis = buf_realloc(t->abis, t->nabis + 1, sizeof(*t->abis));
		old = &t->abis[t->nabis++];
	}
	*old = a;
	return 0;
}

/* Split one line at its tabs and hand it on; blank lines and comments are none. */
static int line_add(struct tables *t, const struct format *f, struct row *r, char *line,
		    struct why *why)
{
	size_t n = 0;

	if (!*line || *line == '#')
		return 0;
	for (;;) {
		char *tab = strchr(line, '\t');

		if (tab)
			*tab = '\0';
		if (!*line)
			return why_set(why, EINVAL, "%s:%u: column %zu is empty, expected: %s",
				       r->file, r->line, n + 1, f->columns);
		if (n < TABLE_COLS_MAX)
			r->col[n] = line;
		n++;
		if (!tab)
			break;
		line = tab + 1;
	}
	if (n != f->ncols)
		return why_set(why, EINVAL, "%s:%u: %zu columns, expected %zu: %s", r->file,
			       r->line, n, f->ncols, f->columns);
	return f->add(t, r, why);
}

/* `optional`: a file that is not there adds nothing. */
static int table_read(struct tables *t, const char *dir, const struct format *f, bool optional,
		      struct why *why)
{
	char *path = buf_asprintf("%s/%s", dir, f->name);
	struct row r = {.file = path, .before = *f->count(t)};
	struct buf text = {0};
	char *line, *next;
	int rc;

	rc = buf_read_file(&text, path, TABLE_SIZE_MAX);
	if (rc == -ENOENT && optional)
		rc = 0;
	if (rc < 0)
		why_set(why, -rc, "%s: %s", path, strerror(-rc));
	for (line = text.p; rc == 0 && line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		r.line++;
		rc = line_add(t, f, &r, line, why);
	}
	buf_free(&text);
	free(path);
	return rc;
}

static size_t *machines_count(struct tables *t)
{
	return &t->nmachines;
}

static size_t *kernels_count(struct tables *t)
{
	return &t->nkernels;
}

static size_t *abis_count(struct tables *t)
{
	return &t->nabis;
}

/* Later ones refer to earlier ones. */
static const struct format formats[] = {
	{"machines.tsv",
	 "arch userland qemu args kvm-args memory console export-args export-tty scale cmdline", 11,
	 machine_add, machines_count},
	{"kernels.tsv", "id arch suite package default", 5, kernel_add, kernels_count},
	{"abis.tsv", "id kernels qemu-user triplet", 4, abi_add, abis_count},
};

/* BELAY_TABLES, or the user's directory of configuration if it is there; or NULL. */
static char *own_dir(void)
{
	const char *own = getenv("BELAY_TABLES"), *xdg = getenv("XDG_CONFIG_HOME"),
		   *home = getenv("HOME");

	if (own && *own)
		return buf_strdup(own);
	if (xdg && *xdg == '/')
		return buf_asprintf("%s/belay", xdg);
	if (home && *home == '/')
		return buf_asprintf("%s/.config/belay", home);
	return NULL;
}

/* Who names a directory means one that is there. */
static int own_dir_check(const char *own, struct why *why)
{
	const char *named = getenv("BELAY_TABLES");

	if (named && *named && access(own, X_OK) < 0)
		return why_set(why, errno, "tables '%s': %s", own, strerror(errno));
	return 0;
}

int tables_load(const char *dir, struct tables **out, struct why *why)
{
	char *shipped = dir ? buf_strdup(dir) : run_datadir(), *own = dir ? NULL : own_dir();
	struct tables *t = buf_realloc(NULL, 1, sizeof(*t));
	size_t i;
	int rc = own ? own_dir_check(own, why) : 0;

	memset(t, 0, sizeof(*t));
	for (i = 0; rc == 0 && i < sizeof(formats) / sizeof(*formats); i++) {
		rc = table_read(t, shipped, &formats[i], false, why);
		if (rc == 0 && own)
			rc = table_read(t, own, &formats[i], true, why);
	}
	free(shipped);
	free(own);
	if (rc < 0) {
		tables_free(t);
		return rc;
	}
	*out = t;
	return 0;
}

void tables_free(struct tables *t)
{
	size_t i;

	if (!t)
		return;
	for (i = 0; i < t->nmachines; i++)
		machine_free(&t->machines[i]);
	for (i = 0; i < t->nkernels; i++)
		kernel_free(&t->kernels[i]);
	for (i = 0; i < t->nabis; i++)
		abi_row_free(&t->abis[i]);
	free(t->machines);
	free(t->kernels);
	free(t->abis);
	free(t);
}

const struct machine *tables_machine(const struct tables *t, const char *arch)
{
	size_t i;

	for (i = 0; i < t->nmachines; i++)
		if (strcmp(t->machines[i].arch, arch) == 0)
			return &t->machines[i];
	return NULL;
}

const struct kernel *tables_kernel(const struct tables *t, const char *id)
{
	size_t i;

	for (i = 0; i < t->nkernels; i++)
		if (strcmp(t->kernels[i].id, id) == 0)
			return &t->kernels[i];
	return NULL;
}

const struct abi_row *tables_abi(const struct tables *t, const char *id)
{
	size_t i;

	for (i = 0; i < t->nabis; i++)
		if (strcmp(t->abis[i].id, id) == 0)
			return &t->abis[i];
	return NULL;
}

bool abi_row_runs_on(const struct abi_row *abi, const char *arch)
{
	size_t i;

	for (i = 0; abi->archs[i]; i++)
		if (strcmp(abi->archs[i], arch) == 0)
			return true;
	return false;
}
