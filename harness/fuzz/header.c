/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * header.c - kernel images by their headers. What gzip has packed is left out:
 * it is another program that reads it.
 */
#include "harness/fuzz/targets.h"

#include <sys/mman.h>
#include <unistd.h>

#include "harness/run.h"

void fuzz_header(const uint8_t *bytes, size_t len)
{
	char path[64], *arch = NULL;
	struct kernel_image image;
	struct why why = {""};
	int fd = memfd_create("image", MFD_CLOEXEC);

	FUZZ_CHECK(fd >= 0, "memfd_create");
	if (len >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) {
		close(fd);
		return;
	}
	FUZZ_CHECK(write(fd, bytes, len) == (ssize_t)len, "a file in memory");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (kernel_image_read(path, &arch, &image, &why) == 0) {
		FUZZ_CHECK(!strcmp(arch, "amd64") || !strcmp(arch, "i386") ||
			   !strcmp(arch, "arm64") || !strcmp(arch, "armhf"), "%s", arch);
		FUZZ_CHECK(image.version && *image.version && !strcmp(image.path, path), "no version");
		for (const char *c = image.version; *c; c++)
			FUZZ_CHECK(*c > ' ' && *c < 127, "%#x in a version", *c);
		kernel_image_free(&image);
		free(arch);
	} else {
		FUZZ_CHECK(!strncmp(why.text, path, strlen(path)) && !arch, "%s", why.text);
	}
	close(fd);
}
