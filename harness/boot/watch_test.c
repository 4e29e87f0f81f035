/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch_test.c - canned consoles, whole and byte by byte.
 */
#include <atf-c.h>
#include <string.h>

#include "harness/boot/watch.h"

/* Feed the console at once and then in single bytes: both must see the same. */
static struct watch seen(const char *console)
{
	struct watch all = {0}, bytes = {0};
	size_t i;

	watch_feed(&all, console, strlen(console));
	for (i = 0; console[i]; i++)
		watch_feed(&bytes, console + i, 1);
	ATF_CHECK_EQ(all.booted, bytes.booted);
	ATF_CHECK_EQ(all.done, bytes.done);
	ATF_CHECK_EQ(all.panicked, bytes.panicked);
	ATF_CHECK_STREQ(all.release, bytes.release);
	ATF_CHECK_STREQ(all.words, bytes.words);
	return all;
}

ATF_TC(good);
ATF_TC_HEAD(good, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a run is seen from its first marker to its last");
}
ATF_TC_BODY(good, tc)
{
	struct watch w;

	w = seen("[    0.000000] Linux version 6.1.0\r\n[    3.2");
	ATF_CHECK(!w.booted && !w.done && !w.panicked);
	w = seen("[    3.649148] KT-BOOT 6.1.0-50-amd64\r\n[    3.7] KT-PROG x86_64 a/b_test\r\n");
	ATF_CHECK(w.booted && !w.done && !w.panicked);
	ATF_CHECK_STREQ("6.1.0-50-amd64", w.release);
	w = seen("[    3.649148] KT-BOOT 6.1.0\n[   99.000001] KT-DONE\n");
	ATF_CHECK(w.booted && w.done && !w.panicked);
	/* Kernels can be told to show more. */
	/* Behind what a program left without a newline; the end may not stand so. */
	w = seen("sh: write error: Invalid argument[    6.691849] KT-BOOT 6.12\n[     9.0] x\n");
	ATF_CHECK(w.booted && !w.done);
	ATF_CHECK_STREQ("6.12", w.release);
	w = seen("[    1.0] KT-BOOT 6.1.0\nsh: done[ 9.0] KT-DONE\n");
	ATF_CHECK(w.booted && !w.done);
	w = seen("<4>[    3.649148][    T1] KT-BOOT 6.1.0\n[    4.0] [    T1] KT-DONE\n");
	ATF_CHECK(w.booted && w.done);
}

ATF_TC(panic);
ATF_TC_HEAD(panic, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a panic is seen with its reason, before and "
				       "after the boot, and that an oops is none");
}
ATF_TC_BODY(panic, tc)
{
	struct watch w;

	w = seen("[   11.582095] Initramfs unpacking failed: write error\n[   12.0] KT-BOOT 6.1.0\n");
	ATF_CHECK(w.panicked);
	ATF_CHECK_STREQ("Initramfs unpacking failed: write error", w.words);
	w = seen("[    1.1] Kernel panic - not syncing: VFS: Unable to mount root fs\n"
		 "[    1.2] ---[ end Kernel panic - not syncing: second ]---\n"
		 "[    1.3] Kernel panic - not syncing: third\n");
	ATF_CHECK(!w.booted && w.panicked);
	ATF_CHECK_STREQ("Kernel panic - not syncing: VFS: Unable to mount root fs", w.words);
	w = seen("[    1.0] KT-BOOT 5.10\n[   12.25] sysrq: Trigger a crash\n"
		 "[   12.26] Kernel panic - not syncing: sysrq triggered crash\n");
	ATF_CHECK(w.booted && w.panicked && !w.done);
	w = seen("[    1.0] KT-BOOT 5.10\n[    2.0] BUG: kernel NULL pointer dereference\n"
		 "[    2.1] Oops: 0000 [#1] SMP\n[    2.2] WARNING: CPU: 0 PID: 1\n");
	ATF_CHECK(!w.panicked);
}

ATF_TC(forged);
ATF_TC_HEAD(forged, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that only printk's own lines count, whole, and that "
				       "garbage of any length does no harm");
}
ATF_TC_BODY(forged, tc)
{
	struct watch w;
	char junk[WATCH_LINE_MAX * 3];

	w = seen("KT-BOOT 6.1\nx [ 1.0] x KT-BOOT 6.1\n[x] KT-BOOT 6.1\n[ 1.0 KT-BOOT 6.1\n"
		 "[ 1.0] KT-BOOTED 6.1\n[ 1.0] [KT-BOOT 6.1\n[ 1.0] say KT-BOOT\n[ 1.0] KT-DONE");
	ATF_CHECK(!w.booted && !w.done);
	w = seen("[ 1.0] KT-DONE now\nKT-DONE\nKernel panic - not syncing: x\n");
	ATF_CHECK(!w.booted && w.done && !w.panicked);

	memset(junk, 'x', sizeof(junk) - 1);
	junk[sizeof(junk) - 1] = '\0';
	w = (struct watch){0};
	watch_feed(&w, "[ 1.0] KT-BOOT ", 15);
	watch_feed(&w, junk, strlen(junk));
	watch_feed(&w, "\n\0\n[ 2.0] KT-DONE\n", 18);
	ATF_CHECK(w.booted && w.done);
	ATF_CHECK_EQ(sizeof(w.release) - 1, strlen(w.release));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, good);
	ATF_TP_ADD_TC(tp, panic);
	ATF_TP_ADD_TC(tp, forged);
	return atf_no_error();
}
