/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table_test.c - the tables that are shipped, and every way to spoil one.
 */
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/run.h"

static const char good_machines[] =
	"# comment\n"
	"\n"
	"amd64\tbookworm\tqemu\t-machine pc\t-\t512M\tttyS0\t-serial x\tttyS1\t10\tx=y\n"
	"arm64\tbookworm\tqemu\t-machine virt\t-cpu host\t512M\tttyAMA0\t-device x\tttyS0\t7\t-\n";
static const char good_kernels[] = "one\tamd64\tsid\tlinux-image\tyes\n"
				   "two\tarm64\tsid\tlinux-image\tno\n";
static const char good_abis[] = "x86_64\tamd64\t-\tx86_64-linux-gnu\n"
				"i386\tarm64,amd64\tqemu-i386\ti686-linux-gnu\n";

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE(fputs(text, f) >= 0);
	ATF_REQUIRE_EQ(0, fclose(f));
}

/* Load good tables but for one; the text of the refusal must hold `expected`. */
static void refuse(const char *file, const char *text, const char *expected)
{
	struct tables *t = NULL;
	struct why why = {""};

	put("machines.tsv", good_machines);
	put("kernels.tsv", good_kernels);
	put("abis.tsv", good_abis);
	put(file, text);
	ATF_CHECK_EQ_MSG(-EINVAL, tables_load(".", &t, &why), "%s was accepted: %s", file, text);
	ATF_CHECK_MSG(strstr(why.text, expected), "'%s' does not say '%s'", why.text, expected);
	ATF_CHECK(strchr(why.text, '\n') == NULL);
	ATF_CHECK(t == NULL);
}

ATF_TC(shipped);
ATF_TC_HEAD(shipped, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the shipped tables load, that every ABI has "
				       "a kernel and that some kernels are default");
}
ATF_TC_BODY(shipped, tc)
{
	struct tables *t;
	struct why why;
	size_t i, k, ndefault = 0;

	ATF_REQUIRE_EQ_MSG(0, tables_load(NULL, &t, &why), "%s", why.text);
	for (i = 0; i < t->nabis; i++) {
		bool found = false;

		for (k = 0; k < t->nkernels; k++)
			found |= t->kernels[k].is_default &&
				 abi_row_runs_on(&t->abis[i], t->kernels[k].arch);
		ATF_CHECK_MSG(found, "no default kernel runs %s", t->abis[i].id);
	}
	for (k = 0; k < t->nkernels; k++)
		ndefault += t->kernels[k].is_default;
	ATF_CHECK_EQ(4, ndefault);
	tables_free(t);
}

ATF_TC(values);
ATF_TC_HEAD(values, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that every column arrives in its field, \"-\" as "
				       "nothing");
}
ATF_TC_BODY(values, tc)
{
	struct tables *t;
	struct why why;
	const struct machine *m;
	const struct kernel *k;
	const struct abi_row *a;

	put("machines.tsv", good_machines);
	put("kernels.tsv", good_kernels);
	put("abis.tsv", good_abis);
	ATF_REQUIRE_EQ_MSG(0, tables_load(".", &t, &why), "%s", why.text);
	ATF_CHECK_EQ(2, t->nmachines);
	m = tables_machine(t, "amd64");
	ATF_REQUIRE(m != NULL);
	ATF_CHECK_STREQ("bookworm", m->userland);
	ATF_CHECK_STREQ("qemu", m->qemu);
	ATF_CHECK_STREQ("-machine pc", m->args);
	ATF_CHECK(m->kvm_args == NULL);
	ATF_CHECK_STREQ("512M", m->memory);
	ATF_CHECK_STREQ("ttyS0", m->console);
	ATF_CHECK_STREQ("-serial x", m->export_args);
	ATF_CHECK_STREQ("ttyS1", m->export_tty);
	ATF_CHECK_EQ(10, m->scale);
	ATF_CHECK_STREQ("x=y", m->cmdline);
	m = tables_machine(t, "arm64");
	ATF_REQUIRE(m != NULL);
	ATF_CHECK_STREQ("-cpu host", m->kvm_args);
	ATF_CHECK(m->cmdline == NULL);
	k = tables_kernel(t, "one");
	ATF_REQUIRE(k != NULL);
	ATF_CHECK_STREQ("amd64", k->arch);
	ATF_CHECK_STREQ("sid", k->suite);
	ATF_CHECK_STREQ("linux-image", k->package);
	ATF_CHECK(k->is_default);
	ATF_CHECK(!tables_kernel(t, "two")->is_default);
	ATF_CHECK(tables_kernel(t, "three") == NULL);
	a = tables_abi(t, "i386");
	ATF_REQUIRE(a != NULL);
	ATF_CHECK_STREQ("qemu-i386", a->qemu_user);
	ATF_CHECK(abi_row_runs_on(a, "amd64"));
	ATF_CHECK(abi_row_runs_on(a, "arm64"));
	ATF_CHECK(!abi_row_runs_on(a, "armhf"));
	ATF_CHECK(tables_abi(t, "x86_64")->qemu_user == NULL);
	tables_free(t);
}

ATF_TC(bad);
ATF_TC_HEAD(bad, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a bad row is refused by one line with the "
				       "place, the word and what would be valid");
}
ATF_TC_BODY(bad, tc)
{
	refuse("machines.tsv", "amd64\tbookworm\n",
	       "./machines.tsv:1: 2 columns, expected 11: arch userland");
	refuse("machines.tsv", "\n#\na\tb\tc\td\te\tf\tg\th\ti\t0\tk\n",
	       "machines.tsv:3: scale '0', expected a number from 1 to 1000");
	refuse("machines.tsv", "a\tb\tc\td\te\tf\tg\th\ti\t-1\tk\n", "scale '-1'");
	refuse("machines.tsv", "a\tb\tc\td\te\tf\tg\th\ti\t5x\tk\n", "scale '5x'");
	refuse("machines.tsv", "a\tb\tc\td\te\tf\tg\th\ti\t5\t\n", "column 11 is empty");
	refuse("kernels.tsv", "one\tamd64\tsid\tlinux-image\tmaybe\n",
	       "kernels.tsv:1: default 'maybe', expected yes or no");
	refuse("kernels.tsv", "one\tsparc\tsid\tlinux-image\tyes\n",
	       "architecture 'sparc', expected one of machines.tsv");
	refuse("kernels.tsv", "../one\tamd64\tsid\tlinux-image\tyes\n",
	       "id '../one', expected letters");
	refuse("kernels.tsv", "one\tamd64\tsid\t-o x\tyes\n", "package '-o x', expected letters");
	refuse("kernels.tsv", "o\tamd64\ts\tl\tyes\no\tamd64\ts\tl\tyes\n",
	       "kernels.tsv:2: second line for kernel 'o'");
	refuse("abis.tsv", "i386\tamd64,\tqemu\tx\n", "abis.tsv:1: architecture ''");
	refuse("abis.tsv", "i386\tamd64,sparc\tqemu\tx\n", "architecture 'sparc'");
	refuse("abis.tsv", "i386\tamd64\t-\tx\ni386\tamd64\t-\tx\n", "second line for ABI 'i386'");
	refuse("abis.tsv", "i386\tamd64\t-\n",
	       "3 columns, expected 4: id kernels qemu-user triplet");
}

ATF_TC(missing);
ATF_TC_HEAD(missing, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a missing table is named");
}
ATF_TC_BODY(missing, tc)
{
	struct tables *t = NULL;
	struct why why = {""};

	put("machines.tsv", good_machines);
	ATF_CHECK_EQ(-ENOENT, tables_load(".", &t, &why));
	ATF_CHECK_MSG(strstr(why.text, "./kernels.tsv: "), "%s", why.text);
	ATF_CHECK(t == NULL);
}

ATF_TC(own);
ATF_TC_HEAD(own, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the user's lines replace those of the same name, "
				       "leave the others, and are told apart from them when bad");
}
ATF_TC_BODY(own, tc)
{
	struct tables *t = NULL, *shipped = NULL;
	struct why why = {""};

	ATF_REQUIRE_EQ(0, setenv("HOME", "/nonexistent", 1));
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("BELAY_TABLES");
	ATF_REQUIRE_EQ_MSG(0, tables_load(NULL, &shipped, &why), "%s", why.text);
	ATF_REQUIRE_EQ(0, setenv("BELAY_TABLES", ".", 1));
	put("machines.tsv", "amd64\ttrixie\tmy-qemu\t-\t-\t1M\tc\te\tt\t7\t-\n");
	put("kernels.tsv", "bookworm-amd64\tamd64\tsid\tmine\tno\nown\tamd64\tsid\tmine\tyes\n");
	put("abis.tsv", "x32\tamd64\tqemu-x32\tx\n");
	ATF_REQUIRE_EQ_MSG(0, tables_load(NULL, &t, &why), "%s", why.text);
	ATF_CHECK_EQ(shipped->nmachines, t->nmachines);
	ATF_CHECK_EQ(shipped->nkernels + 1, t->nkernels);
	ATF_CHECK_EQ(shipped->nabis, t->nabis);
	ATF_CHECK_EQ(7, tables_machine(t, "amd64")->scale);
	ATF_CHECK_STREQ("mine", tables_kernel(t, "bookworm-amd64")->package);
	ATF_CHECK(!tables_kernel(t, "bookworm-amd64")->is_default);
	ATF_CHECK(tables_kernel(t, "own") != NULL);
	ATF_CHECK_STREQ("qemu-x32", tables_abi(t, "x32")->qemu_user);
	tables_free(t);
	tables_free(shipped);
	t = NULL;
	put("kernels.tsv", "own\tamd64\tsid\tmine\tno\nown\tamd64\tsid\tmine\tyes\n");
	ATF_CHECK_EQ(-EINVAL, tables_load(NULL, &t, &why));
	ATF_CHECK_STREQ("./kernels.tsv:2: second line for kernel 'own', expected one", why.text);
	ATF_REQUIRE_EQ(0, setenv("BELAY_TABLES", "nowhere", 1));
	ATF_CHECK_EQ(-ENOENT, tables_load(NULL, &t, &why));
	ATF_CHECK(strstr(why.text, "tables 'nowhere'") != NULL);
	ATF_CHECK(t == NULL);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, shipped);
	ATF_TP_ADD_TC(tp, values);
	ATF_TP_ADD_TC(tp, bad);
	ATF_TP_ADD_TC(tp, missing);
	ATF_TP_ADD_TC(tp, own);
	return atf_no_error();
}
