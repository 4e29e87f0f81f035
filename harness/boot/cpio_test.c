/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpio_test.c - archives, read back by the distribution's cpio.
 */
#include <atf-c.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/buf.h"
#include "harness/boot/cpio.h"

/* What a shell command prints. */
static char *output(const char *command)
{
	FILE *p = popen(command, "re");
	struct buf b = {0};

	ATF_REQUIRE(p != NULL);
	ATF_REQUIRE_EQ(0, buf_read_fd(&b, fileno(p), 1 << 20));
	ATF_REQUIRE_EQ_MSG(0, pclose(p), "%s", command);
	return b.p;
}

static void put(const char *path, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "we");

	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE_EQ(len, fwrite(bytes, 1, len, f));
	ATF_REQUIRE_EQ(0, fclose(f));
}

/* One of everything. */
static void write_archive(const char *path)
{
	FILE *f = fopen(path, "we");
	struct cpio *c;

	ATF_REQUIRE(f != NULL);
	c = cpio_begin(f);
	ATF_CHECK_EQ(0, cpio_dir(c, "tmp", 01777));
	ATF_CHECK_EQ(0, cpio_data(c, "a/b/c/data", 0640, "12345", 5));
	ATF_CHECK_EQ(0, cpio_data(c, "a/empty", 0644, "", 0));
	ATF_CHECK_EQ(0, cpio_link(c, "a/link", "b/c/data"));
	ATF_CHECK_EQ(0, cpio_char_device(c, "dev/console", 0600, 5, 1));
	ATF_CHECK_EQ(0, cpio_file(c, "bin/file", 0755, "file"));
	ATF_CHECK_EQ(0, cpio_data(c, "a/empty", 0644, "twice", 5));
	ATF_CHECK_EQ(0, cpio_dir(c, "a/b", 0700));
	ATF_CHECK_EQ(0, cpio_end(c));
	ATF_REQUIRE_EQ(0, fclose(f));
}

ATF_TC(entries);
ATF_TC_HEAD(entries, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that cpio(1) reads every kind of entry, parents "
				       "first, each name once, all of root");
	atf_tc_set_md_var(tc, "require.progs", "cpio");
}
ATF_TC_BODY(entries, tc)
{
	char *text;

	put("file", "content\n", 8);
	write_archive("out.cpio");
	text = output("cpio --quiet -t <out.cpio");
	ATF_CHECK_STREQ("tmp\na\na/b\na/b/c\na/b/c/data\na/empty\na/link\ndev\ndev/console\n"
			"bin\nbin/file\n",
			text);
	free(text);
	text = output("cpio --quiet -tvn <out.cpio | tr -s ' ' | cut -d ' ' -f 1,3-5,9-");
	ATF_CHECK_MSG(strstr(text, "drwxrwxrwt 0 0 0 tmp\n"), "%s", text);
	ATF_CHECK_MSG(strstr(text, "-rw-r----- 0 0 5 a/b/c/data\n"), "%s", text);
	ATF_CHECK_MSG(strstr(text, "lrwxrwxrwx 0 0 8 a/link -> b/c/data\n"), "%s", text);
	ATF_CHECK_MSG(strstr(text, "crw------- 0 0 5, "), "%s", text);
	ATF_CHECK_MSG(strstr(text, "-rwxr-xr-x 0 0 8 bin/file\n"), "%s", text);
	free(text);
	text = output("cpio --quiet -i --to-stdout 'a/b/c/data' 'bin/file' a/empty <out.cpio");
	ATF_CHECK_STREQ("12345content\n", text);
	free(text);
}

ATF_TC(reproducible);
ATF_TC_HEAD(reproducible, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the same content gives the same bytes, whoever "
				       "owns the files and whenever they were written");
}
ATF_TC_BODY(reproducible, tc)
{
	struct buf one = {0}, two = {0};

	put("file", "content\n", 8);
	write_archive("one");
	put("file", "content\n", 8);
	write_archive("two");
	ATF_REQUIRE_EQ(0, buf_read_file(&one, "one", 1 << 20));
	ATF_REQUIRE_EQ(0, buf_read_file(&two, "two", 1 << 20));
	ATF_CHECK(one.len > 500);
	ATF_CHECK_EQ(0, one.len % 4);
	ATF_CHECK_EQ(one.len, two.len);
	ATF_CHECK_EQ(0, memcmp(one.p, two.p, one.len));
	buf_free(&one);
	buf_free(&two);
}

ATF_TC(sizes);
ATF_TC_HEAD(sizes, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that content of every length modulo four and of "
				       "several blocks arrives whole");
	atf_tc_set_md_var(tc, "require.progs", "cpio");
}
ATF_TC_BODY(sizes, tc)
{
	static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 65535, 65536, 65537, 200003};
	static char bytes[200003];
	struct cpio *c;
	size_t i;
	FILE *f;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 251;
	f = fopen("out.cpio", "we");
	ATF_REQUIRE(f != NULL);
	c = cpio_begin(f);
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char *name = buf_asprintf("copy/%zu", i), *orig = buf_asprintf("orig%zu", i);

		put(orig, bytes, sizes[i]);
		ATF_CHECK_EQ(0, cpio_file(c, name, 0644, orig));
		free(name);
		free(orig);
	}
	ATF_CHECK_EQ(0, cpio_end(c));
	ATF_REQUIRE_EQ(0, fclose(f));
	free(output("cpio --quiet -i <out.cpio && for f in orig*; do "
		    "cmp $f copy/${f#orig} || exit 1; done"));
}

ATF_TC(failures);
ATF_TC_HEAD(failures, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a missing file and a full disk are told, by the "
				       "call and at the end");
}
ATF_TC_BODY(failures, tc)
{
	FILE *f = fopen("out.cpio", "we");
	struct cpio *c;
	int i;

	ATF_REQUIRE(f != NULL);
	c = cpio_begin(f);
	ATF_CHECK_EQ(-ENOENT, cpio_file(c, "x", 0644, "missing"));
	ATF_CHECK_EQ(-ENOENT, cpio_end(c));
	ATF_REQUIRE_EQ(0, fclose(f));

	f = fopen("out.cpio", "we");
	ATF_REQUIRE(f != NULL);
	c = cpio_begin(f);
	ATF_CHECK_EQ(-EINVAL, cpio_file(c, "x", 0644, "/dev/null"));
	ATF_CHECK_EQ(-EINVAL, cpio_end(c));
	ATF_REQUIRE_EQ(0, fclose(f));

	f = fopen("/dev/full", "we");
	ATF_REQUIRE(f != NULL);
	c = cpio_begin(f);
	for (i = 0; i < 1000; i++) {
		char *name = buf_asprintf("d%d", i);

		cpio_dir(c, name, 0755);
		free(name);
	}
	ATF_CHECK_EQ(-ENOSPC, cpio_end(c));
	fclose(f);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, entries);
	ATF_TP_ADD_TC(tp, reproducible);
	ATF_TP_ADD_TC(tp, sizes);
	ATF_TP_ADD_TC(tp, failures);
	return atf_no_error();
}
