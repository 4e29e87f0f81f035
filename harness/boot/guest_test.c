/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_test.c - what a build gives to a guest, the job as text, and the wrapped
 * programs of the qemu-user column.
 */
#include <atf-c.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/boot/guest.h"

static const char *const rooms[] = {"kernel-tests", "arch", NULL};

static void put(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "we");

	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE(fputs(text, f) >= 0);
	ATF_REQUIRE_EQ(0, fchmod(fileno(f), mode));
	ATF_REQUIRE_EQ(0, fclose(f));
}

static void make_build(void)
{
	ATF_REQUIRE_EQ(0, mkdir("it's", 0755));
	ATF_REQUIRE_EQ(0, mkdir("it's/kernel-tests", 0755));
	ATF_REQUIRE_EQ(0, mkdir("it's/arch", 0755));
	put("it's/kernel-tests/b_test", "\x7f" "ELF...", 0755);
	put("it's/kernel-tests/a_test", "\x7f" "ELF...", 0755);
	put("it's/kernel-tests/helper", "\x7f" "ELF...", 0755);
	put("it's/kernel-tests/object_test", "\x7f" "ELF...", 0644);
	put("it's/kernel-tests/script_test", "#! /bin/sh", 0755);
	put("it's/kernel-tests/short_test", "\x7f", 0755);
	put("it's/arch/c_test", "\x7f" "ELF...", 0755);
	ATF_REQUIRE_EQ(0, mkdir("it's/arch/dir_test", 0755));
}

ATF_TC(programs);
ATF_TC_HEAD(programs, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the test programs of a build are found, in "
				       "order, and nothing else that lies there");
}
ATF_TC_BODY(programs, tc)
{
	static const char *const none[] = {NULL}, *const missing[] = {"bench", NULL};
	char **p = NULL;
	struct why why;
	size_t n = 0;

	make_build();
	ATF_REQUIRE_EQ_MSG(0, guest_programs("it's", rooms, &p, &why), "%s", why.text);
	ATF_CHECK_STREQ("kernel-tests/a_test", p[0]);
	ATF_CHECK_STREQ("kernel-tests/b_test", p[1]);
	ATF_CHECK_STREQ("arch/c_test", p[2]);
	ATF_CHECK(p[3] == NULL);
	guest_programs_free(p);
	p = NULL;
	ATF_REQUIRE_EQ(0, guest_list("it's", "kernel-tests", false, &p, &n, &why));
	ATF_CHECK_EQ(1, n);
	ATF_CHECK_STREQ("kernel-tests/helper", p[0]);
	guest_programs_free(p);
	ATF_CHECK_EQ(-ENOENT, guest_programs("it's", none, &p, &why));
	ATF_CHECK_STREQ("it's: no test program in it", why.text);
	ATF_CHECK_EQ(-ENOENT, guest_programs("it's", missing, &p, &why));
	ATF_CHECK_MSG(strstr(why.text, "it's/bench: No such"), "%s", why.text);
}

/* The word stands in one place of a job after the other. */
static void refuse(const char *word)
{
	const char *const words[] = {word, NULL}, *const good[] = {"a", NULL};
	struct job_step steps[] = {{word, "b", good, false}, {"a", word, good, false},
				    {"a", "b", words, false}};
	struct job by_user = {.user = word}, by_config = {.config = words};
	struct buf text = {0};
	struct why why;
	size_t i;

	for (i = 0; i < 3; i++) {
		struct job job = {.steps = &steps[i], .nsteps = 1};

		ATF_CHECK_EQ_MSG(-EINVAL, guest_job_text(&job, "ttyS0", 1, &text, &why),
				 "'%s' in step %zu", word, i);
	}
	ATF_CHECK_EQ(-EINVAL, guest_job_text(&by_user, "ttyS0", 1, &text, &why));
	ATF_CHECK_EQ(-EINVAL, guest_job_text(&by_config, "ttyS0", 1, &text, &why));
	buf_free(&text);
}

#define DISPOSABLE "config disposable=yes\nconfig allow_yama3=yes\n"

ATF_TC(job);
ATF_TC_HEAD(job, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a job becomes the lines that the runner reads, "
				       "and that a word that it would not take as one is refused");
}
ATF_TC_BODY(job, tc)
{
	const char *const cases[] = {"c1", "c2", NULL};
	const char *const config[] = {"crash=yes", NULL};
	const struct job_step steps[] = {{"x86_64", "kernel-tests/a_test", NULL, false},
					 {"x86_64", "kernel-tests/b_test", NULL, false},
					 {"i386", "kernel-tests/b_test", cases, true}};
	struct job job = {.steps = steps, .nsteps = 3};
	struct buf text = {0};
	struct why why;

	ATF_REQUIRE_EQ(0, guest_job_text(&job, "ttyS1", 10, &text, &why));
	ATF_CHECK_STREQ("stream ttyS1\nuser root\nscale 10\nmark\n" DISPOSABLE "abi x86_64 /belay/tests/x86_64\n"
			"run kernel-tests/a_test\nrun kernel-tests/b_test\n"
			"abi i386 /belay/tests/i386\nlist\nrun kernel-tests/b_test c1 c2\n",
			text.p);
	text.len = 0;
	job = (struct job){.user = "nobody", .config = config};
	ATF_REQUIRE_EQ(0, guest_job_text(&job, "ttyS0", 1, &text, &why));
	ATF_CHECK_STREQ("stream ttyS0\nuser nobody\nscale 1\nmark\n" DISPOSABLE "config crash=yes\n",
			text.p);
	text.len = 0;
	job = (struct job){.steps = steps, .nsteps = 1};
	ATF_REQUIRE_EQ(0, guest_steps_text(&job, "/a b", &text, &why));
	ATF_CHECK_STREQ("abi x86_64 /a b\nrun kernel-tests/a_test\n", text.p);
	buf_free(&text);
	refuse("");
	refuse("a b");
	refuse("a\nrun");
	refuse("$(reboot)");
	refuse("*");
	refuse("'");
}

ATF_TC(emulate);
ATF_TC_HEAD(emulate, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that each test program is run by the emulator, with "
				       "its arguments, whatever its path is");
}
ATF_TC_BODY(emulate, tc)
{
	struct abi_row abi = {.id = (char *)"arm", .qemu_user = (char *)"./emulator"};
	struct buf text = {0};
	struct why why;
	char *cwd = getcwd(NULL, 0), *expected;
	FILE *p;

	ATF_REQUIRE(cwd != NULL);
	make_build();
	put("emulator", "#! /bin/sh\nprintf '%s|' \"$@\"\n", 0755);
	ATF_REQUIRE_EQ_MSG(0, emulate_root(&abi, "it's", rooms, "root", &why), "%s", why.text);
	p = popen("root/kernel-tests/b_test -l 'x y'", "re");
	ATF_REQUIRE(p != NULL);
	ATF_REQUIRE_EQ(0, buf_read_fd(&text, fileno(p), 4096));
	ATF_CHECK_EQ(0, pclose(p));
	expected = buf_asprintf("%s/it's/kernel-tests/b_test|-l|x y|", cwd);
	ATF_CHECK_STREQ(expected, text.p);
	ATF_CHECK_EQ(0, access("root/arch/c_test", X_OK));
	ATF_CHECK(access("root/kernel-tests/helper", F_OK) < 0);
	/* Once more over what is there. */
	ATF_CHECK_EQ(0, emulate_root(&abi, "it's", rooms, "root", &why));
	abi.qemu_user = NULL;
	ATF_CHECK_EQ(-ENOTSUP, emulate_root(&abi, "it's", rooms, "root", &why));
	ATF_CHECK_STREQ("no emulator runs programs of arm", why.text);
	free(expected);
	free(cwd);
	buf_free(&text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, programs);
	ATF_TP_ADD_TC(tp, job);
	ATF_TP_ADD_TC(tp, emulate);
	return atf_no_error();
}
