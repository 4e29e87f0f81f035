/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemu.c - the command line of QEMU, from a machine's row and a boot. Nothing is
 * started here but `qemu --version`.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/boot/qemu.h"

/* In QEMU's options a comma ends a value; two are one. */
static void add_chardev(struct args *a, const char *kind, const char *id, const char *path)
{
	struct buf b = {0};

	buf_printf(&b, "%s,id=%s,path=", kind, id);
	for (; *path; path++) {
		buf_add(&b, path, 1);
		if (*path == ',')
			buf_add(&b, path, 1);
	}
	args_add(a, "-chardev");
	args_add(a, b.p);
	buf_free(&b);
}

/*
 * The machine's memory, and room to unpack the image: it is there twice then, and
 * the file system of its copy may fill half of what is left (shmem_default_max_blocks()).
 */
static char *memory_for(const struct machine *m, const char *initrd)
{
	struct stat st;
	unsigned long long image = stat(initrd, &st) ? 0 : (unsigned long long)st.st_size;

	return buf_asprintf("%lluM", strtoull(m->memory, NULL, 10) + 3 * (image >> 20));
}

void qemu_args(const struct boot *b, enum boot_accel accel, const char *initrd,
	       const char *console, const char *stream, struct args *a)
{
	const struct machine *m = b->machine;
	bool kvm = accel == BOOT_ACCEL_KVM;

	args_add(a, m->qemu);
	/* The host may set its clock back; the guest's own only advances. */
	args_split(a, "-nodefaults -no-user-config -display none -no-reboot -rtc clock=vm");
	if (kvm)
		args_split(a, "-accel kvm");
	args_split(a, kvm ? m->kvm_args : m->args);
	args_add(a, "-m");
	args_take(a, memory_for(m, initrd));
	add_chardev(a, b->interactive ? "pipe" : "file", "console", console);
	args_split(a, "-serial chardev:console");
	add_chardev(a, "file", "stream", stream);
	args_split(a, m->export_args);
	args_add(a, "-kernel");
	args_add(a, b->kernel->path);
	args_add(a, "-initrd");
	args_add(a, initrd);
	args_add(a, "-append");
	/* A panic ends QEMU at once; init's markers are neither dropped nor hidden. */
	args_take(a, buf_asprintf("console=%s panic=-1 printk.devkmsg=on printk.time=1 "
				  "loglevel=7%s%s",
				  m->console, m->cmdline ? " " : "", m->cmdline ? m->cmdline : ""));
}

int qemu_version(const char *qemu, char **out, struct why *why)
{
	static const char says[] = "version ";
	struct args a = {0};
	struct buf text = {0};
	const char *p;
	int rc;

	args_add(&a, qemu);
	args_add(&a, "--version");
	rc = spawn_run(&a, &text, why);
	if (rc == 0) {
		p = text.p ? strstr(text.p, says) : NULL;
		if (p) {
			p += strlen(says);
			*out = buf_strndup(p, strcspn(p, " \n("));
		} else {
			rc = why_set(why, EINVAL, "%s --version does not say its version", qemu);
		}
	}
	args_free(&a);
	buf_free(&text);
	return rc;
}
