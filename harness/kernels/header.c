/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * header.c - what kind of kernel image a file is, by its header: Documentation/
 * arch/x86/boot.rst, arch/arm64/booting.rst, arch/arm/boot/compressed/head.S. An
 * image that QEMU could not start is refused with what it is. Every length in it
 * is somebody else's word and checked.
 */
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/buf.h"
#include "harness/base/spawn.h"
#include "harness/kernels/tree.h"
#include "harness/run.h"

/* More is no image that a guest has room for. */
#define IMAGE_MAX (256 << 20)

/* The offsets are those of the documents. */
#define X86_SETUP_SECTS 0x1f1
#define X86_SYSSIZE 0x1f4 /* in 16 bytes */
#define X86_BOOT_FLAG 0x1fe
#define X86_MAGIC 0x202
#define X86_PROTOCOL 0x206
#define X86_VERSION 0x20e
#define X86_XLOADFLAGS 0x236
#define X86_XLF_KERNEL_64 1
#define ARM64_MAGIC 0x38
#define ARM_MAGIC 0x24
#define ARM_START 0x28
#define ARM_END 0x2c
#define ZBOOT_MAGIC 0x4

static uint16_t get16(const struct buf *b, size_t at)
{
	uint16_t v = 0;

	if (at + sizeof(v) <= b->len)
		memcpy(&v, b->p + at, sizeof(v));
	return le16toh(v);
}

static uint32_t get32(const struct buf *b, size_t at)
{
	uint32_t v = 0;

	if (at + sizeof(v) <= b->len)
		memcpy(&v, b->p + at, sizeof(v));
	return le32toh(v);
}

static bool has_magic(const struct buf *b, size_t at, const char *magic, size_t len)
{
	return at + len <= b->len && memcmp(b->p + at, magic, len) == 0;
}

/* The first word at `at`, or NULL. */
static char *word_at(const struct buf *b, size_t at)
{
	size_t len = 0;

	while (at + len < b->len && len < 128 && b->p[at + len] > ' ' && b->p[at + len] < 127)
		len++;
	return len ? buf_strndup(b->p + at, len) : NULL;
}

/* "Linux version 6.1.0 (..." stands somewhere in an image that is not compressed. */
static char *banner_version(const struct buf *all)
{
	static const char banner[] = "Linux version ";
	const char *at = all->len ? memmem(all->p, all->len, banner, sizeof(banner) - 1) : NULL;

	return at ? word_at(all, at - all->p + sizeof(banner) - 1) : NULL;
}

/* An image that says how long it is must be so long. */
static int check_length(const char *path, const struct buf *b, uint64_t length, struct why *why)
{
	if (b->len >= length)
		return 0;
	return why_set(why, EINVAL, "%s: cut short, %zu bytes of an image of %llu", path, b->len,
		       (unsigned long long)length);
}

static int read_x86(const struct buf *b, const char *path, const char **arch, char **version,
		    struct why *why)
{
	unsigned sectors = get16(b, X86_SETUP_SECTS) & 0xff;
	int rc;

	if (get16(b, X86_PROTOCOL) < 0x20c)
		return why_set(why, EINVAL,
			       "%s: boot protocol older than 2.12 (Linux 3.8) does not say whether "
			       "it is amd64 or i386",
			       path);
	rc = check_length(path, b, (sectors ? sectors + 1 : 5) * 512ull +
			  get32(b, X86_SYSSIZE) * 16ull, why);
	if (rc < 0)
		return rc;
	*arch = get16(b, X86_XLOADFLAGS) & X86_XLF_KERNEL_64 ? "amd64" : "i386";
	*version = word_at(b, 0x200 + (size_t)get16(b, X86_VERSION));
	return 0;
}

static bool is_arm64(const struct buf *b)
{
	return has_magic(b, ARM64_MAGIC, "ARM\x64", 4);
}

/* QEMU unpacks an Image by itself, and nothing else. */
static int read_gzip(const char *path, const char *valid, char **version, struct why *why)
{
	struct args a = {0};
	struct buf image = {0};
	struct why bad;
	int rc;

	args_split(&a, "gzip -dc --");
	args_add(&a, path);
	rc = spawn_run(&a, &image, &bad);
	args_free(&a);
	if (rc < 0)
		rc = why_set(why, EINVAL, "%s: %s", path, bad.text);
	else if (!is_arm64(&image))
		rc = why_set(why, EINVAL, "%s: compressed with gzip, unpack it; %s", path, valid);
	else
		*version = banner_version(&image);
	buf_free(&image);
	return rc;
}

/* Architecture and version of an image; *version stays NULL where it says none. */
static int image_read(const char *path, const char **arch, char **version, struct why *why)
{
	static const char valid[] =
		"expected a bzImage (x86), an Image or Image.gz (arm64), a zImage (arm), or the "
		"directory where one was built";
	struct buf b = {0};
	int rc;

	rc = buf_read_file(&b, path, IMAGE_MAX);
	if (rc < 0)
		return why_set(why, -rc, "%s: %s", path, strerror(-rc));

	if (get16(&b, X86_BOOT_FLAG) == 0xaa55 && has_magic(&b, X86_MAGIC, "HdrS", 4)) {
		rc = read_x86(&b, path, arch, version, why);
	} else if (is_arm64(&b)) {
		*arch = "arm64";
		*version = banner_version(&b);
	} else if (get32(&b, ARM_MAGIC) == 0x016f2818) {
		*arch = "armhf";
		rc = check_length(path, &b, get32(&b, ARM_END) - get32(&b, ARM_START), why);
	} else if (has_magic(&b, 0, "\x7f" "ELF", 4)) {
		rc = why_set(why, EINVAL, "%s: an ELF file, as vmlinux is; %s", path, valid);
	} else if (has_magic(&b, 0, "\x1f\x8b", 2)) {
		*arch = "arm64";
		rc = read_gzip(path, valid, version, why);
	} else if (has_magic(&b, ZBOOT_MAGIC, "zimg", 4)) {
		rc = why_set(why, EINVAL, "%s: an EFI zboot image needs firmware; %s", path, valid);
	} else {
		rc = why_set(why, EINVAL, "%s: not a kernel image; %s", path, valid);
	}
	buf_free(&b);
	return rc;
}

int kernel_image_read(const char *path, char **arch, struct kernel_image *out, struct why *why)
{
	char *image = NULL, *release = NULL, *version = NULL;
	const char *found = NULL, *slash;
	struct stat st;
	int rc = 0;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		rc = tree_image(path, &image, &release, why);
	else
		image = buf_strdup(path);
	if (rc == 0)
		rc = image_read(image, &found, &version, why);
	if (rc < 0) {
		free(image);
		free(release);
		free(version);
		return rc;
	}
	/* What neither says it will say itself when it runs. */
	slash = strrchr(image, '/');
	if (version)
		free(release);
	else
		version = release ? release : buf_strdup(slash ? slash + 1 : image);
	*arch = buf_strdup(found);
	out->path = image;
	out->version = version;
	return 0;
}
