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

#include "harness/buf.h"
#include "harness/run.h"

#define HEADER_MAX (1 << 16)
#define IMAGE_MAX (64 << 20)

/* The offsets are those of the documents. */
#define X86_BOOT_FLAG 0x1fe
#define X86_MAGIC 0x202
#define X86_PROTOCOL 0x206
#define X86_VERSION 0x20e
#define X86_XLOADFLAGS 0x236
#define X86_XLF_KERNEL_64 1
#define ARM64_MAGIC 0x38
#define ARM_MAGIC 0x24
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
static char *banner_version(const char *path)
{
	static const char banner[] = "Linux version ";
	struct buf all = {0};
	char *at, *version = NULL;

	if (buf_read_file(&all, path, IMAGE_MAX) == 0 && all.p) {
		at = memmem(all.p, all.len, banner, sizeof(banner) - 1);
		if (at)
			version = word_at(&all, at - all.p + sizeof(banner) - 1);
	}
	buf_free(&all);
	return version;
}

static int read_x86(const struct buf *b, const char *path, const char **arch, char **version,
		    struct why *why)
{
	if (get16(b, X86_PROTOCOL) < 0x20c)
		return why_set(why, EINVAL,
			       "%s: boot protocol older than 2.12 (Linux 3.8) does not say whether "
			       "it is amd64 or i386",
			       path);
	*arch = get16(b, X86_XLOADFLAGS) & X86_XLF_KERNEL_64 ? "amd64" : "i386";
	*version = word_at(b, 0x200 + (size_t)get16(b, X86_VERSION));
	return 0;
}

int kernel_image_read(const char *path, char **arch, struct kernel_image *out, struct why *why)
{
	static const char valid[] = "expected a bzImage (x86), an Image (arm64) or a zImage (arm)";
	const char *found = NULL, *slash = strrchr(path, '/');
	struct buf b = {0};
	char *version = NULL;
	int rc;

	rc = buf_read_file(&b, path, HEADER_MAX);
	if (rc < 0)
		return why_set(why, -rc, "%s: %s", path, strerror(-rc));

	if (get16(&b, X86_BOOT_FLAG) == 0xaa55 && has_magic(&b, X86_MAGIC, "HdrS", 4)) {
		rc = read_x86(&b, path, &found, &version, why);
	} else if (has_magic(&b, ARM64_MAGIC, "ARM\x64", 4)) {
		found = "arm64";
		version = banner_version(path);
	} else if (get32(&b, ARM_MAGIC) == 0x016f2818) {
		found = "armhf";
	} else if (has_magic(&b, 0, "\x7f" "ELF", 4)) {
		rc = why_set(why, EINVAL, "%s: an ELF file, as vmlinux is; %s", path, valid);
	} else if (has_magic(&b, 0, "\x1f\x8b", 2)) {
		rc = why_set(why, EINVAL, "%s: compressed with gzip, unpack it; %s", path, valid);
	} else if (has_magic(&b, ZBOOT_MAGIC, "zimg", 4)) {
		rc = why_set(why, EINVAL, "%s: an EFI zboot image needs firmware; %s", path, valid);
	} else {
		rc = why_set(why, EINVAL, "%s: not a kernel image; %s", path, valid);
	}
	if (rc == 0) {
		*arch = buf_strdup(found);
		out->path = buf_strdup(path);
		/* What it does not say it will say itself when it runs. */
		out->version = version ? version : buf_strdup(slash ? slash + 1 : path);
	}
	buf_free(&b);
	return rc;
}
