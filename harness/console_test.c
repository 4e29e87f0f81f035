/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console_test.c - markers and splats, on lines of their own and in between.
 */
#include "config.h"

#include <string.h>

#include "harness/buf.h"
#include "harness/case.h"
#include "harness/console.h"

static const char good[] =
	"[    0.000000] Linux version 6.1.0-40-amd64\r\n"
	"[    0.100000] WARNING: CPU: 0 PID: 0 at arch/x86/x.c:1 early()\r\n"
	"[    4.123456] KT-BOOT 6.1.0-40-amd64\r\n"
	"[    4.200000] KT-PROG x86_64 kernel-tests/a_test\r\n"
	"[    9.000000] KT-PROG i386 kernel-tests/b_test\r\n"
	"[   12.000000] KT-DONE\r\n";

CASE(markers, "Verify that the markers are found and the last program is known")
{
	struct console c;

	console_parse(good, strlen(good), true, &c);
	ATF_CHECK(c.booted);
	ATF_CHECK(c.done);
	ATF_CHECK_STREQ("i386", c.abi);
	ATF_CHECK_STREQ("kernel-tests/b_test", c.program);
	/* The complaint was before the boot was through. */
	ATF_CHECK_EQ(0, c.count);
	console_free(&c);
}

CASE(no_boot, "Verify that a console without markers is no boot")
{
	static const char *const texts[] = {
		"", "KT-BOOT 6.1\n", "x KT-DONE\n", "[ 1.0] KT-BOOT 6.1\n",
		"Kernel panic - not syncing: VFS: Unable to mount root fs\n",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct console c;

		console_parse(texts[i], strlen(texts[i]), true, &c);
		ATF_CHECK_MSG(!c.booted && !c.done, "%s", texts[i]);
		ATF_CHECK_STREQ("", c.program);
		console_free(&c);
	}
}

CASE(interleaved, "Verify that a kernel line is found that begins in the middle of another line")
{
	static const char text[] =
		"starting[    1.000000] KT-BOOT 6.1\n"
		" up\nhalf a li[    2.000000] [    T1] KT-PROG arm kernel-tests/a_test\n"
		"ne[ 12.34] [   3.000000] BUG: unable to handle page fault\n";
	struct console c;

	console_parse(text, strlen(text), true, &c);
	ATF_CHECK(c.booted);
	ATF_CHECK_STREQ("arm", c.abi);
	ATF_REQUIRE_EQ(1, c.count);
	ATF_CHECK_STREQ("BUG: unable to handle page fault", c.splats[0].text);
	ATF_CHECK_STREQ("arm", c.splats[0].abi);
	console_free(&c);
}

CASE(splats, "Verify that the kernel's complaints are found, and only the kernel's")
{
	static const struct {
		const char *text;
		bool splat;
	} table[] = {
		{"[    2.000000] WARNING: CPU: 1 PID: 90 at kernel/ptrace.c:320 ptrace_x+0x1/0x2", true},
		{"[    2.000000] [  T90] kernel BUG at mm/slub.c:1!", true},
		{"[    2.000000] general protection fault, probably for non-canonical address", true},
		{"[    2.000000] refcount_t: underflow; use-after-free.", true},
		{"[    2.000000] Unable to handle kernel paging request at virtual address", true},
		{"[    2.000000] Internal error: Oops: 5 [#1] SMP ARM", true},
		{"WARNING: CPU: 1 PID: 90 at kernel/ptrace.c:320", false},
		{"[    2.000000] traps: a_test[90] general protection fault ip:1 sp:2", false},
		{"[    2.000000] a_test[90]: segfault at 0 ip 1 sp 2 error 4", false},
		{"[    2.000000] audit: type=1326 BUG: ", false},
		{"[    2.000000] random: crng init done", false},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct buf text = {0};
		struct console c;

		buf_printf(&text, "[    1.000000] KT-BOOT 6.1\n%s\n", table[i].text);
		console_parse(text.p, text.len, true, &c);
		ATF_CHECK_EQ_MSG(table[i].splat ? 1 : 0, c.count, "%s", table[i].text);
		console_free(&c);
		buf_free(&text);
	}
}

CASE(timing, "Verify that stalls count on a real processor and not on an emulated one")
{
	static const char text[] = "[    1.000000] KT-BOOT 6.1\n"
				   "[   30.000000] watchdog: BUG: soft lockup - CPU#0 stuck for 22s!\n"
				   "[   40.000000] rcu: INFO: rcu_preempt self-detected stall on CPU\n";
	struct console c;

	console_parse(text, strlen(text), true, &c);
	ATF_CHECK_EQ(0, c.count);
	console_free(&c);
	console_parse(text, strlen(text), false, &c);
	ATF_CHECK_EQ(2, c.count);
	console_free(&c);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, markers);
	ATF_TP_ADD_TC(tp, no_boot);
	ATF_TP_ADD_TC(tp, interleaved);
	ATF_TP_ADD_TC(tp, splats);
	ATF_TP_ADD_TC(tp, timing);
	return atf_no_error();
}
