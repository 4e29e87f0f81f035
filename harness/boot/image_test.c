/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_test.c - what is in a guest's first root, told by the distribution's cpio.
 */
#include <atf-c.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/buf.h"
#include "harness/boot/image.h"

static void sh(const char *script)
{
	if (system(script) != 0)
		atf_tc_fail("this failed: %.*s ...", (int)strcspn(script, "\n"), script);
}

/* A userland as packages leave it, merged below /usr or not, sources and builds. */
static void make_trees(const char *usr)
{
	char *script = buf_asprintf(
		"set -e; u=%s\n"
		"put() { mkdir -p $(dirname $1); printf \"$2\" >$1; chmod 755 $1; }\n"
		"put root/usr/bin/other other\n"
		"put root/usr/share/doc/busybox/README doc\n"
		"put root$u/bin/busybox busybox\n"
		"put root$u/lib/x86_64-linux-gnu/libc.so.6 libc\n"
		"put root/usr/lib/x86_64-linux-gnu/libx.so.1.2 libx\n"
		"ln -s libx.so.1.2 root/usr/lib/x86_64-linux-gnu/libx.so.1\n"
		"put root/usr/lib/x86_64-linux-gnu/gconv/big.so gconv\n"
		"mkdir -p root$u/lib64\n"
		"ln -s ../lib/x86_64-linux-gnu/ld.so.2 root$u/lib64/ld-linux-x86-64.so.2\n"
		"for abi in x86_64 i386; do\n"
		"	put builds/$abi/harness/guest/runner '\\177ELF'$abi-r\n"
		"	put builds/$abi/kernel-tests/a_test '\\177ELF'$abi-a\n"
		"	put builds/$abi/kernel-tests/b_test '\\177ELF'$abi-b\n"
		"	put builds/$abi/kernel-tests/helper '\\177ELF'$abi-h\n"
		"	put builds/$abi/kernel-tests/b_test.o '\\177ELF'; \n"
		"	chmod 644 builds/$abi/kernel-tests/b_test.o\n"
		"	put builds/$abi/sandbox/plan/c_test '\\177ELF'$abi-c\n"
		"	put builds/$abi/sandbox/s_test '#!'$abi-s\n"
		"	put builds/$abi/belay '\\177ELF'$abi-belay\n"
		"	put builds/$abi/sandbox/probes/belay-weak '\\177ELF'$abi-weak\n"
		"	put builds/$abi/sandbox/probes/race '\\177ELF'$abi-race\n"
		"	for f in belay-notify belay-pidns belay-trace cases kill_storm race_storm; do\n"
		"		put builds/$abi/sandbox/$f '#!'$abi-$f\n"
		"	done\n"
		"done\n",
		usr);

	sh(script);
	free(script);
}

static struct machine machine = {.export_tty = (char *)"ttyS1"};
static const struct boot boot = {
	.machine = &machine, .userland = "root", .builds = "builds"};

/* After a crash each ABI may have other programs left. */
static const struct job_step steps[] = {
	{"x86_64", "kernel-tests/b_test", NULL, false},
	{"i386", "kernel-tests/a_test", NULL, false},
	{"i386", "kernel-tests/b_test", NULL, false},
	{"i386", "sandbox/plan/c_test", NULL, false},
};
static const struct job job = {.steps = steps, .nsteps = 4};

static void build(void)
{
	struct why why;

	ATF_REQUIRE_EQ_MSG(0, image_build(&boot, &job, 3, "out.cpio", &why), "%s", why.text);
	/* cpio reads one archive; the job's is behind the base, which ends in a trailer. */
	sh("size=$(stat -c %s root/base-*.cpio)\n"
	   "head -c $size out.cpio | cmp - root/base-*.cpio || exit 1\n"
	   "cat root/base-*.cpio | cpio --quiet -t | sort >base\n"
	   "tail -c +$((size + 1)) out.cpio >job.cpio\n"
	   "cpio --quiet -t <job.cpio | sort >job");
}

static void head(atf_tc_t *tc, const char *descr)
{
	atf_tc_set_md_var(tc, "descr", "%s", descr);
	atf_tc_set_md_var(tc, "require.progs", "cpio");
}

ATF_TC(base);
ATF_TC_HEAD(base, tc)
{
	head(tc, "Verify that the base holds busybox and what init needs, in the "
		 "same places whether the distribution has merged /usr or not, and is made once");
}
ATF_TC_BODY(base, tc)
{
	make_trees("");
	build();
	sh("for f in bin/busybox bin/sh dev/console proc sys tmp "
	   "etc/passwd etc/group; do grep -qx $f base || { echo no $f; exit 1; }; done\n"
	   "! grep -e other -e doc -e '[.]so' base\n"
	   "cp base base.split; cp root/base-*.cpio kept");
	build();
	sh("cmp kept root/base-*.cpio");

	sh("rm -r root builds");
	make_trees("/usr");
	build();
	sh("cmp base base.split");
}

ATF_TC(contents);
ATF_TC_HEAD(contents, tc)
{
	head(tc, "Verify that each ABI has its own programs, only those of the job, and what lies "
		 "beside them, and that there is one runner");
}
ATF_TC_BODY(contents, tc)
{
	make_trees("");
	build();
	sh("cat >expected <<'END'\n"
	   "belay\n"
	   "belay/job\n"
	   "belay/runner\n"
	   "belay/tests\n"
	   "belay/tests/i386\n"
	   "belay/tests/i386/kernel-tests\n"
	   "belay/tests/i386/kernel-tests/a_test\n"
	   "belay/tests/i386/kernel-tests/b_test\n"
	   "belay/tests/i386/kernel-tests/helper\n"
	   "belay/tests/i386/sandbox\n"
	   "belay/tests/i386/sandbox/plan\n"
	   "belay/tests/i386/sandbox/plan/c_test\n"
	   "belay/tests/x86_64\n"
	   "belay/tests/x86_64/kernel-tests\n"
	   "belay/tests/x86_64/kernel-tests/b_test\n"
	   "belay/tests/x86_64/kernel-tests/helper\n"
	   "init\n"
	   "END\n"
	   "LC_ALL=C sort job | diff expected -\n"
	   "test \"$(cpio --quiet -i --to-stdout belay/tests/i386/kernel-tests/b_test <job.cpio | "
	   "tail -c 6)\" = i386-b\n"
	   "test \"$(cpio --quiet -i --to-stdout belay/job <job.cpio | tail -n 1)\" = "
	   "'run sandbox/plan/c_test'");
}

ATF_TC(scripts);
ATF_TC_HEAD(scripts, tc)
{
	head(tc, "Verify that tests in shell have what they run beside them, the supervisor of the "
		 "ABI that supervises, and commands of their own ABI where there are any");
}
ATF_TC_BODY(scripts, tc)
{
	static const struct job_step step = {"i386", "sandbox/s_test", NULL, false};
	static const struct boot_userland i386 = {"i386", "root32"};
	static const struct job one = {.steps = &step, .nsteps = 1};
	struct boot b = boot;
	struct why why;

	make_trees("");
	sh("mkdir -p root32/bin; echo busybox32 >root32/bin/busybox");
	b.supervisor = "x86_64";
	b.userlands = &i386;
	b.nuserlands = 1;
	ATF_REQUIRE_EQ_MSG(0, image_build(&b, &one, 3, "out.cpio", &why), "%s", why.text);
	sh("tail -c +$(($(stat -c %s root/base-*.cpio) + 1)) out.cpio >job.cpio\n"
	   "cat() { cpio --quiet -i --to-stdout belay/tests/i386/$1 <job.cpio; }\n"
	   "check() { cat $1 | grep -q -e \"$2\\$\" || { echo $1: $2; exit 1; }; }\n"
	   "check sandbox/s_test i386-s; check sandbox/cases i386-cases\n"
	   "check sandbox/belay-notify i386-belay-notify; check sandbox/belay-trace i386-belay-trace\n"
	   "check sandbox/kill_storm i386-kill_storm; check sandbox/race_storm i386-race_storm\n"
	   "check sandbox/probes/race i386-race; check belay x86_64-belay\n"
	   "check sandbox/probes/belay-weak x86_64-weak; check userland/busybox busybox32\n"
	   "cpio --quiet -t <job.cpio | grep -qx bin/atf-sh");
	b.supervisor = NULL;
	b.nuserlands = 0;
	ATF_REQUIRE_EQ_MSG(0, image_build(&b, &one, 3, "out.cpio", &why), "%s", why.text);
	sh("tail -c +$(($(stat -c %s root/base-*.cpio) + 1)) out.cpio >job.cpio\n"
	   "cpio --quiet -i --to-stdout belay/tests/i386/belay <job.cpio | grep -q i386-belay\n"
	   "! cpio --quiet -t <job.cpio | grep userland");
}

ATF_TC(runner);
ATF_TC_HEAD(runner, tc)
{
	head(tc, "Verify that the runner is of the kernel's own ABI, and of the job's first one where "
		 "that was not built");
}
ATF_TC_BODY(runner, tc)
{
	static const struct job_step step = {"i386", "sandbox/s_test", NULL, false};
	static const struct job one = {.steps = &step, .nsteps = 1};
	struct boot b = boot;
	struct why why;

	make_trees("");
	b.own = "x86_64";
	ATF_REQUIRE_EQ_MSG(0, image_build(&b, &one, 3, "out.cpio", &why), "%s", why.text);
	sh("grep -a -q x86_64-r out.cpio; ! grep -a -q i386-r out.cpio\n"
	   "rm builds/x86_64/harness/guest/runner");
	ATF_REQUIRE_EQ_MSG(0, image_build(&b, &one, 3, "out.cpio", &why), "%s", why.text);
	sh("grep -a -q i386-r out.cpio");
}

ATF_TC(dynamic);
ATF_TC_HEAD(dynamic, tc)
{
	head(tc, "Verify that a dynamic program brings its loader and its libraries, and a static one none");
}
ATF_TC_BODY(dynamic, tc)
{
	static const struct job_step step = {"x86_64", "arch/d_test", NULL, false};
	static const struct job one = {.steps = &step, .nsteps = 1};
	struct why why;

	make_trees("");
	if (system("ldd /bin/true | grep -q libc.so"))
		atf_tc_skip("/bin/true is not dynamic");
	sh("mkdir -p builds/x86_64/arch && cp -L /bin/true builds/x86_64/arch/d_test");
	ATF_REQUIRE_EQ_MSG(0, image_build(&boot, &one, 3, "out.cpio", &why), "%s", why.text);
	sh("tail -c +$(($(stat -c %s root/base-*.cpio) + 1)) out.cpio >job.cpio\n"
	   "cpio --quiet -t <job.cpio >names\n"
	   "for f in $(ldd /bin/true | grep -o '/[^ ]*'); do\n"
	   "	grep -qx \"${f#/}\" names || { echo no $f; exit 1; }\n"
	   "done");
	build();
	sh("! grep '[.]so' job");
}

ATF_TC(missing);
ATF_TC_HEAD(missing, tc)
{
	head(tc, "Verify that a missing program and a missing userland are each told in one line");
}
ATF_TC_BODY(missing, tc)
{
	struct why why;

	make_trees("");
	sh("rm builds/i386/kernel-tests/a_test");
	ATF_CHECK_EQ(-ENOENT, image_build(&boot, &job, 3, "out.cpio", &why));
	ATF_CHECK_STREQ("builds/i386/kernel-tests/a_test: no program", why.text);
	sh("rm -r builds; mkdir -p builds/x86_64/kernel-tests");
	ATF_CHECK_EQ(-ENOENT, image_build(&boot, &job, 3, "out.cpio", &why));
	ATF_CHECK_STREQ("builds/x86_64/harness/guest/runner: no program", why.text);
	sh("rm -r root");
	ATF_CHECK_EQ(-ENOENT, image_build(&boot, &job, 3, "out.cpio", &why));
	ATF_CHECK_MSG(strstr(why.text, "cannot write root/base-"), "%s", why.text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, base);
	ATF_TP_ADD_TC(tp, contents);
	ATF_TP_ADD_TC(tp, scripts);
	ATF_TP_ADD_TC(tp, runner);
	ATF_TP_ADD_TC(tp, dynamic);
	ATF_TP_ADD_TC(tp, missing);
	return atf_no_error();
}
