/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * header_test.c - kernel images by their headers, cut short in every place too.
 */
#include <atf-c.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/run.h"

static unsigned char image[0x1000];

static void put(size_t len)
{
	FILE *f = fopen("vmlinuz", "we");

	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE_EQ(len, fwrite(image, 1, len, f));
	ATF_REQUIRE_EQ(0, fclose(f));
}

static void accept(const char *arch, const char *version)
{
	struct kernel_image k;
	struct why why;
	char *found;

	put(sizeof(image));
	ATF_REQUIRE_EQ_MSG(0, kernel_image_read("./vmlinuz", &found, &k, &why), "%s", why.text);
	ATF_CHECK_STREQ(arch, found);
	ATF_CHECK_STREQ("./vmlinuz", k.path);
	ATF_CHECK_STREQ(version, k.version);
	kernel_image_free(&k);
	free(found);
}

static void refuse(size_t len, const char *expected)
{
	struct kernel_image k;
	struct why why = {""};
	char *found = NULL;

	put(len);
	ATF_CHECK_EQ(-EINVAL, kernel_image_read("vmlinuz", &found, &k, &why));
	ATF_CHECK_MSG(strstr(why.text, expected), "'%s' does not say '%s'", why.text, expected);
	ATF_CHECK(strncmp(why.text, "vmlinuz: ", 9) == 0);
	ATF_CHECK(found == NULL);
}

static void make_x86(unsigned protocol, unsigned flags)
{
	memset(image, 0, sizeof(image));
	image[0x1fe] = 0x55;
	image[0x1ff] = 0xaa;
	memcpy(image + 0x202, "HdrS", 4);
	image[0x206] = protocol & 255;
	image[0x207] = protocol >> 8;
	image[0x20e] = 0x00;
	image[0x20f] = 0x03;
	image[0x236] = flags;
	strcpy((char *)image + 0x500, "6.1.0-50-amd64 (builder@host) #1 SMP");
}

ATF_TC(x86);
ATF_TC_HEAD(x86, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a bzImage says whether it is amd64 or i386, and "
				       "its version");
}
ATF_TC_BODY(x86, tc)
{
	make_x86(0x20f, 0x3f);
	accept("amd64", "6.1.0-50-amd64");
	make_x86(0x20c, 0x02);
	accept("i386", "6.1.0-50-amd64");
	/* The version may be anywhere, or nowhere. */
	image[0x20e] = image[0x20f] = 0xff;
	accept("i386", "vmlinuz");
	make_x86(0x20b, 0x01);
	refuse(sizeof(image), "older than 2.12");
}

ATF_TC(arm);
ATF_TC_HEAD(arm, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that an arm64 Image and an arm zImage are told apart, "
				       "the first with its version");
}
ATF_TC_BODY(arm, tc)
{
	memset(image, 0, sizeof(image));
	memcpy(image, "MZ", 2);
	memcpy(image + 0x38, "ARM\x64", 4);
	accept("arm64", "vmlinuz");
	strcpy((char *)image + 0xf00, "Linux version 6.1.0-50-arm64 (builder@host)");
	accept("arm64", "6.1.0-50-arm64");

	memset(image, 0, sizeof(image));
	memcpy(image + 0x24, "\x18\x28\x6f\x01", 4);
	accept("armhf", "vmlinuz");
}

ATF_TC(others);
ATF_TC_HEAD(others, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that what QEMU cannot start is refused with what it "
				       "is and what would be valid");
}
ATF_TC_BODY(others, tc)
{
	struct kernel_image k;
	struct why why;
	char *arch;
	size_t len;

	memset(image, 0, sizeof(image));
	memcpy(image, "\x7f" "ELF", 4);
	refuse(sizeof(image), "vmlinux is; expected a bzImage");
	memset(image, 0, sizeof(image));
	memcpy(image, "\x1f\x8b", 2);
	refuse(sizeof(image), "gzip, unpack it; expected");
	memcpy(image, "MZ\0\0zimg", 8);
	refuse(sizeof(image), "zboot");
	memcpy(image, "#! /bin/sh", 10);
	refuse(sizeof(image), "not a kernel image; expected a bzImage (x86), an Image (arm64)");
	make_x86(0x20f, 1);
	for (len = 0; len < 0x206; len++)
		refuse(len, "not a kernel image");
	ATF_CHECK_EQ(-ENOENT, kernel_image_read("missing", &arch, &k, &why));
	ATF_CHECK_STREQ("missing: No such file or directory", why.text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, x86);
	ATF_TP_ADD_TC(tp, arm);
	ATF_TP_ADD_TC(tp, others);
	return atf_no_error();
}
