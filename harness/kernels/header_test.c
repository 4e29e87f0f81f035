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
	/* One sector and the boot sector, and as much as is left; then 16 bytes more. */
	make_x86(0x20f, 0x3f);
	image[0x1f1] = 1;
	image[0x1f4] = (sizeof(image) - 1024) / 16;
	accept("amd64", "6.1.0-50-amd64");
	refuse(sizeof(image) - 1, "cut short, 4095 bytes of an image of 4096");
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
	image[0x2d] = sizeof(image) >> 8;
	accept("armhf", "vmlinuz");
	refuse(0x800, "cut short, 2048 bytes of an image of 4096");
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
	refuse(sizeof(image), "vmlinuz: gzip: ");
	memcpy(image, "MZ\0\0zimg", 8);
	refuse(sizeof(image), "zboot");
	memcpy(image, "#! /bin/sh", 10);
	refuse(sizeof(image), "not a kernel image; expected a bzImage (x86), an Image or ");
	make_x86(0x20f, 1);
	for (len = 0; len < 0x206; len++)
		refuse(len, "not a kernel image");
	ATF_CHECK_EQ(-ENOENT, kernel_image_read("missing", &arch, &k, &why));
	ATF_CHECK_STREQ("missing: No such file or directory", why.text);
}

/* gzip what put() has put. */
static void pack(void)
{
	ATF_REQUIRE_EQ(0, system("gzip -c <vmlinuz >packed && mv packed vmlinuz"));
}

ATF_TC(packed);
ATF_TC_HEAD(packed, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that an arm64 Image may be compressed with gzip, that "
				       "another kernel may not, and that a damaged one is told");
	atf_tc_set_md_var(tc, "require.progs", "gzip");
}
ATF_TC_BODY(packed, tc)
{
	struct kernel_image k;
	struct why why;
	char *arch;

	memset(image, 0, sizeof(image));
	memcpy(image + 0x38, "ARM\x64", 4);
	strcpy((char *)image + 0xf00, "Linux version 6.1.0-50-arm64 (builder@host)");
	put(sizeof(image));
	pack();
	ATF_REQUIRE_EQ_MSG(0, kernel_image_read("vmlinuz", &arch, &k, &why), "%s", why.text);
	ATF_CHECK_STREQ("arm64", arch);
	ATF_CHECK_STREQ("6.1.0-50-arm64", k.version);
	free(arch);
	kernel_image_free(&k);
	ATF_REQUIRE_EQ(0, truncate("vmlinuz", 60));
	ATF_CHECK_EQ(-EINVAL, kernel_image_read("vmlinuz", &arch, &k, &why));
	ATF_CHECK_MSG(strstr(why.text, "vmlinuz: gzip: "), "%s", why.text);
	make_x86(0x20f, 1);
	put(sizeof(image));
	pack();
	ATF_CHECK_EQ(-EINVAL, kernel_image_read("vmlinuz", &arch, &k, &why));
	ATF_CHECK_MSG(strstr(why.text, "unpack it; expected a bzImage"), "%s", why.text);
}

/* A tree whose directory ends with a slash, as completion leaves it. */
static void refuse_tree(const char *expected)
{
	struct kernel_image k;
	struct why why = {""};
	char *arch;

	ATF_CHECK_EQ(-EINVAL, kernel_image_read("tree/", &arch, &k, &why));
	ATF_CHECK_MSG(strstr(why.text, expected), "'%s' does not say '%s'", why.text, expected);
}

ATF_TC(tree);
ATF_TC_HEAD(tree, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the image of a build tree is that of its "
				       "configuration, and that all it lacks is named");
}
ATF_TC_BODY(tree, tc)
{
	struct kernel_image k;
	struct why why;
	char *arch;

	ATF_REQUIRE_EQ(0, system("mkdir -p tree/arch/x86/boot tree/arch/arm/boot "
				 "tree/include/config"));
	refuse_tree("tree/: a directory without .config, expected a kernel build tree");
	ATF_REQUIRE_EQ(0, system("echo CONFIG_SPARC=y >tree/.config"));
	refuse_tree("tree//.config: expected the configuration of an x86, arm64 or arm kernel");
	ATF_REQUIRE_EQ(0, system("for o in ARM BLK_DEV_INITRD BINFMT_ELF BINFMT_SCRIPT PRINTK TTY "
				 "UNIX98_PTYS PROC_FS SYSFS DEVTMPFS SERIAL_AMBA_PL011_CONSOLE "
				 "SERIAL_8250_PCI; do echo CONFIG_$o=y; done >tree/.config; "
				 "echo CONFIG_TMPFS=m >>tree/.config"));
	/* Left by another configuration; it is not taken. */
	make_x86(0x20f, 1);
	put(sizeof(image));
	ATF_REQUIRE_EQ(0, rename("vmlinuz", "tree/arch/x86/boot/bzImage"));
	refuse_tree("no arch/arm/boot/zImage there yet: 'make zImage' makes it");
	memset(image, 0, sizeof(image));
	memcpy(image + 0x24, "\x18\x28\x6f\x01", 4);
	put(sizeof(image));
	ATF_REQUIRE_EQ(0, rename("vmlinuz", "tree/arch/arm/boot/zImage"));
	refuse_tree(".config: a guest needs CONFIG_TMPFS=y CONFIG_PCI_HOST_GENERIC=y");
	ATF_REQUIRE_EQ(0, system("echo CONFIG_TMPFS=y >>tree/.config; "
				 "echo CONFIG_PCI_HOST_GENERIC=y >>tree/.config"));
	ATF_REQUIRE_EQ_MSG(0, kernel_image_read("tree", &arch, &k, &why), "%s", why.text);
	ATF_CHECK_STREQ("armhf", arch);
	ATF_CHECK_STREQ("tree/arch/arm/boot/zImage", k.path);
	ATF_CHECK_STREQ("zImage", k.version);
	free(arch);
	kernel_image_free(&k);
	ATF_REQUIRE_EQ(0, system("echo 6.19.0-rc1+ >tree/include/config/kernel.release"));
	ATF_REQUIRE_EQ_MSG(0, kernel_image_read("tree", &arch, &k, &why), "%s", why.text);
	ATF_CHECK_STREQ("6.19.0-rc1+", k.version);
	free(arch);
	kernel_image_free(&k);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, x86);
	ATF_TP_ADD_TC(tp, arm);
	ATF_TP_ADD_TC(tp, others);
	ATF_TP_ADD_TC(tp, packed);
	ATF_TP_ADD_TC(tp, tree);
	return atf_no_error();
}
