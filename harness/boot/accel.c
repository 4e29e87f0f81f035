/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * accel.c - whether KVM may be used. There are machines where /dev/kvm opens,
 * makes virtual processors and boots no guest: only a boot that reached its end
 * counts. The verdict is kept for as long as this machine runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness/boot/accel.h"
#include "harness/boot/image.h"
#include "harness/kernels/cache.h"

#define PROBE_S 20

/* Whether guests of `arch` could run on this processor as they are. */
static bool same_processor(const char *arch)
{
	static const struct {
		const char *machine, *arch;
	} pairs[] = {{"x86_64", "amd64"}, {"x86_64", "i386"}, {"aarch64", "arm64"}};
	struct utsname u;
	size_t i;

	if (uname(&u) < 0)
		return false;
	for (i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		if (strcmp(u.machine, pairs[i].machine) == 0 && strcmp(arch, pairs[i].arch) == 0)
			return true;
	return false;
}

static bool can_open_kvm(void)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* Another boot of this machine, or another QEMU, has another verdict. */
static int verdict_path(const char *arch, const char *qemu_version, char **out, struct why *why)
{
	struct buf id = {0};
	char *dir;
	int rc;

	rc = buf_read_file(&id, "/proc/sys/kernel/random/boot_id", 64);
	if (rc == 0)
		rc = cache_dir("accel", &dir, why);
	else
		why_set(why, -rc, "/proc/sys/kernel/random/boot_id: %s", strerror(-rc));
	if (rc == 0) {
		*out = buf_asprintf("%s/%.*s-%s-%s", dir, (int)strcspn(id.p, "\n"), id.p,
				    qemu_version, arch);
		free(dir);
	}
	buf_free(&id);
	return rc;
}

static bool read_verdict(const char *path, enum boot_accel *accel)
{
	struct buf b = {0};
	bool known = false;

	if (buf_read_file(&b, path, 16) == 0 && b.p) {
		known = strcmp(b.p, "kvm\n") == 0 || strcmp(b.p, "tcg\n") == 0;
		*accel = *b.p == 'k' ? BOOT_ACCEL_KVM : BOOT_ACCEL_TCG;
	}
	buf_free(&b);
	return known;
}

/* One that cannot be kept is found again the next time. */
static void write_verdict(const char *path, enum boot_accel accel)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return;
	fputs(accel == BOOT_ACCEL_KVM ? "kvm\n" : "tcg\n", f);
	if (fclose(f) != 0)
		unlink(path);
}

/* Boot with nothing to do. False: it was stopped and nothing is known. */
static bool probe(const struct boot *b, boot_watch *watch, void *arg, enum boot_accel *accel)
{
	static const struct job nothing = {0};
	struct boot_result res = {0};
	struct boot own = *b;
	struct why why;
	char *dir = buf_asprintf("%s/kvm", b->workdir), *initrd = buf_asprintf("%s/job.cpio", dir);
	bool known = true;

	own.workdir = dir;
	own.boot_s = own.idle_s = own.limit_s = PROBE_S;
	*accel = BOOT_ACCEL_TCG;
	if ((mkdir(dir, 0755) == 0 || errno == EEXIST) &&
	    image_build(&own, &nothing, 1, initrd, &why) == 0 &&
	    boot_once(&own, BOOT_ACCEL_KVM, initrd, watch, arg, &res, &why) == 0) {
		if (res.outcome == BOOT_DONE)
			*accel = BOOT_ACCEL_KVM;
		known = res.outcome != BOOT_STOPPED;
	}
	unlink(initrd);
	boot_result_free(&res);
	free(initrd);
	free(dir);
	return known;
}

int accel_choose(const struct boot *b, const char *qemu_version, boot_watch *watch, void *arg,
		 enum boot_accel *accel, struct why *why)
{
	char *path = NULL;
	int rc;

	*accel = BOOT_ACCEL_TCG;
	if (!b->machine->kvm_args || !same_processor(b->machine->arch) || !can_open_kvm())
		return 0;
	rc = verdict_path(b->machine->arch, qemu_version, &path, why);
	if (rc < 0)
		return rc;
	if (!read_verdict(path, accel) && b->known_good && probe(b, watch, arg, accel))
		write_verdict(path, *accel);
	free(path);
	return 0;
}
