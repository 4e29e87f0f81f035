/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console_test.c - markers and splats, on lines of their own and in between.
 */
#include <string.h>

#include "harness/base/buf.h"
#include "harness/base/case.h"
#include "harness/cell/console.h"

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

/* What kernels said word for word, and the splats that it is. */
static const struct {
	const char *what, *text;
	size_t count;
	const char *first[2];
	const char *last; /* the last line of the first one's output */
} sayings[] = {
	{"WARN_ON",
	 "[   21.004120] ------------[ cut here ]------------\n"
	 "[   21.004611] WARNING: CPU: 0 PID: 412 at kernel/ptrace.c:272 ptrace_check_attach+0x10e/0x120\n"
	 "[   21.005503] Modules linked in:\n"
	 "[   21.005790] CPU: 0 PID: 412 Comm: attach_test Not tainted 6.1.0-40-amd64 #1  Debian 6.1.153-1\n"
	 "[   21.010023] Call Trace:\n"
	 "[   21.010301]  <TASK>\n"
	 "[   21.011130]  __x64_sys_ptrace+0x8d/0x160\n"
	 "[   21.013003]  </TASK>\n"
	 "[   21.013287] ---[ end trace 0000000000000000 ]---\n"
	 "[   21.020000] random: crng init done\n",
	 1,
	 {"WARNING: CPU: 0 PID: 412 at kernel/ptrace.c:272 ptrace_check_attach+0x10e/0x120"},
	 "---[ end trace 0000000000000000 ]---\n"},
	{"WARN with words, and refcount_t",
	 "[   21.0] no stamp\n"
	 "[   21.004120] ------------[ cut here ]------------\n"
	 "[   21.004131] DEBUG_LOCKS_WARN_ON(depth <= 0)\n"
	 "[   21.004142] WARNING: CPU: 1 PID: 9 at kernel/locking/lockdep.c:5282 lock_release+0x2ac/0x2f0\n"
	 "[   21.013287] ---[ end trace 0000000000000000 ]---\n"
	 "[   22.004120] ------------[ cut here ]------------\n"
	 "[   22.004131] refcount_t: underflow; use-after-free.\n"
	 "[   22.004142] WARNING: CPU: 1 PID: 9 at lib/refcount.c:28 refcount_warn_saturate+0xba/0x110\n"
	 "[   22.013287] ---[ end trace 0000000000000000 ]---\n",
	 2,
	 {"WARNING: CPU: 1 PID: 9 at kernel/locking/lockdep.c:5282 lock_release+0x2ac/0x2f0: "
	  "DEBUG_LOCKS_WARN_ON(depth <= 0)",
	  "refcount_t: underflow; use-after-free."},
	 "---[ end trace 0000000000000000 ]---\n"},
	{"page fault",
	 "[    9.100000] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
	 "[    9.100100] #PF: supervisor read access in kernel mode\n"
	 "[    9.100200] #PF: error_code(0x0000) - not-present page\n"
	 "[    9.100300] PGD 0 P4D 0 \n"
	 "[    9.100400] Oops: 0000 [#1] PREEMPT SMP NOPTI\n"
	 "[    9.100500] CPU: 1 PID: 77 Comm: exec_test Not tainted 6.12.48+deb13-amd64 #1  Debian\n"
	 "[    9.100600] RIP: 0010:ptrace_stop.part.0+0x1c/0x2a0\n"
	 "[    9.100700] ---[ end trace 0000000000000000 ]---\n",
	 1, {"BUG: kernel NULL pointer dereference, address: 0000000000000010"},
	 "---[ end trace 0000000000000000 ]---\n"},
	{"BUG_ON behind a list's complaint",
	 "[    9.100000] list_del corruption. prev->next should be ffff88, but was dead0000\n"
	 "[    9.100100] ------------[ cut here ]------------\n"
	 "[    9.100200] kernel BUG at lib/list_debug.c:53!\n"
	 "[    9.100300] invalid opcode: 0000 [#1] SMP PTI\n"
	 "[    9.100400] ---[ end trace 0000000000000000 ]---\n",
	 1, {"list_del corruption. prev->next should be ffff88, but was dead0000"},
	 "---[ end trace 0000000000000000 ]---\n"},
	{"KASAN",
	 "[   30.000001] ==================================================================\n"
	 "[   30.000002] BUG: KASAN: slab-use-after-free in ptrace_unlink+0x4b/0x2d0\n"
	 "[   30.000003] Read of size 8 at addr ffff888004f1a3c8 by task exit_test/311\n"
	 "[   30.000004] \n"
	 "[   30.000005] Allocated by task 310:\n"
	 "[   30.000006] ==================================================================\n"
	 "[   30.000007] Disabling lock debugging due to kernel taint\n",
	 1, {"BUG: KASAN: slab-use-after-free in ptrace_unlink+0x4b/0x2d0"},
	 "==================================================================\n"},
	{"KASAN's word in an oops, and two of them",
	 "[   30.000001] general protection fault, probably for non-canonical address 0xdffffc0000000002: 0000 [#1] PREEMPT SMP KASAN\n"
	 "[   30.000002] KASAN: null-ptr-deref in range [0x0000000000000010-0x0000000000000017]\n"
	 "[   30.000003] ---[ end trace 0000000000000000 ]---\n"
	 "[   31.000001] ==================================================================\n"
	 "[   31.000002] BUG: KCSAN: data-race in do_exit / ptrace_stop\n"
	 "[   31.000003] ==================================================================\n",
	 2,
	 {"general protection fault, probably for non-canonical address 0xdffffc0000000002: 0000 [#1] PREEMPT SMP KASAN",
	  "BUG: KCSAN: data-race in do_exit / ptrace_stop"},
	 "---[ end trace 0000000000000000 ]---\n"},
	{"UBSAN and KFENCE",
	 "[    5.000001] ================================================================================\n"
	 "[    5.000002] UBSAN: array-index-out-of-bounds in arch/x86/kernel/ptrace.c:112:9\n"
	 "[    5.000003] index 31 is out of range for type 'long unsigned int [27]'\n"
	 "[    5.000004] ================================================================================\n"
	 "[    6.000001] ==================================================================\n"
	 "[    6.000002] BUG: KFENCE: memory corruption in seccomp_notify_ioctl+0x1/0x2\n"
	 "[    6.000003] ==================================================================\n",
	 2,
	 {"UBSAN: array-index-out-of-bounds in arch/x86/kernel/ptrace.c:112:9",
	  "BUG: KFENCE: memory corruption in seccomp_notify_ioctl+0x1/0x2"},
	 "================================================================================\n"},
	{"lockdep",
	 "[   12.000001] ======================================================\n"
	 "[   12.000002] WARNING: possible circular locking dependency detected\n"
	 "[   12.000003] 6.18.0 #1 Not tainted\n"
	 "[   12.000004] ------------------------------------------------------\n"
	 "[   12.000005] exec_test/91 is trying to acquire lock:\n"
	 "[   12.000006] 1 lock held by exec_test/91:\n"
	 "[   12.000007]  #0: ffff888003e3c9e0 (&sig->cred_guard_mutex){+.+.}-{3:3}, at: bprm_execve+0x2f/0x6b0\n",
	 1, {"WARNING: possible circular locking dependency detected"},
	 " #0: ffff888003e3c9e0 (&sig->cred_guard_mutex){+.+.}-{3:3}, at: bprm_execve+0x2f/0x6b0\n"},
	{"RCU, sleeping where nobody may",
	 "[   12.000001] =============================\n"
	 "[   12.000002] WARNING: suspicious RCU usage\n"
	 "[   12.000003] stack backtrace:\n"
	 "[   13.000001] BUG: sleeping function called from invalid context at mm/slab.h:494\n",
	 2,
	 {"WARNING: suspicious RCU usage",
	  "BUG: sleeping function called from invalid context at mm/slab.h:494"},
	 "stack backtrace:\n"},
	{"arm and arm64",
	 "[   40.000001] 8<--- cut here ---\n"
	 "[   40.000002] Unable to handle kernel NULL pointer dereference at virtual address 00000008 when read\n"
	 "[   40.000003] [00000008] *pgd=00000000\n"
	 "[   40.000004] Internal error: Oops: 5 [#1] SMP ARM\n"
	 "[   40.000005] ---[ end trace 0000000000000000 ]---\n"
	 "[   41.000002] Unable to handle kernel paging request at virtual address ffff800010000000\n"
	 "[   41.000003] Mem abort info:\n"
	 "[   41.000004] Internal error: Oops: 0000000096000007 [#2] SMP\n"
	 "[   41.000005] ---[ end trace 0000000000000000 ]---\n",
	 2,
	 {"Unable to handle kernel NULL pointer dereference at virtual address 00000008 when read",
	  "Unable to handle kernel paging request at virtual address ffff800010000000"},
	 "---[ end trace 0000000000000000 ]---\n"},
	{"Linux 6.18",
	 "[   21.004120] [    T412] ------------[ cut here ]------------\n"
	 "[   21.004611] [    T412] WARNING: kernel/signal.c:2300 at ptrace_stop+0x1f0/0x2a0, CPU#1: a_test/412\n"
	 "[   21.013287] [    T412] ---[ end trace 0000000000000000 ]---\n",
	 1, {"WARNING: kernel/signal.c:2300 at ptrace_stop+0x1f0/0x2a0, CPU#1: a_test/412"},
	 "---[ end trace 0000000000000000 ]---\n"},
	/* And what is none. */
	{"deaths of programs, and what tests provoke",
	 "[   10.000001] traps: fault_test[301] general protection fault ip:401234 sp:7ffd0 error:0 in fault_test[401000+2000]\n"
	 "[   10.000002] traps: fault_test[302] trap invalid opcode ip:401234 sp:7ffd0 error:0\n"
	 "[   10.000003] traps: fault_test[302] trap int3 ip:401234 sp:7ffd0 error:0\n"
	 "[   10.000004] fault_test[303]: segfault at 0 ip 0000000000401136 sp 00007ffe5 error 6 in fault_test[401000+1000] likely on CPU 1 (core 1, socket 0)\n"
	 "[   10.000005] Code: 48 89 e5 b8 00 00 00 00 c7 00 01 00 00 00\n"
	 "[   10.000006] audit: type=1326 audit(1700000000.123:2): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=310 comm=\"seccomp_test\" exe=\"/belay/tests/x86_64/kernel-tests/seccomp_test\" sig=31 arch=c000003e syscall=39 compat=0 ip=0x7f code=0x80000000\n"
	 "[   10.000007] audit: type=1701 audit(1700000000.124:3): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=311 comm=\"BUG: no\" sig=11 res=1\n"
	 "[   10.000008] a_test[77]: unhandled signal 11 code 1 at 0\n"
	 "[   10.000009] a_test: unhandled page fault (11) at 0x00000000, code 0x005\n"
	 "[   10.000010] 8<--- cut here ---\n"
	 "[   10.000011] process 'kernel-tests/exec_test' started with executable stack\n"
	 "[   10.000012] warning: `cap_test' uses 32-bit capabilities (legacy support in use)\n"
	 "[   10.000013] ptrace attach of \"./a\"[1] was attempted by \"./b\"[2]\n"
	 "[   10.000014] Out of memory: Killed process 99 (oom_test) total-vm:1kB\n",
	 0, {NULL}, NULL},
	{"distributions' kernels about themselves",
	 "[   10.000001] Disabling lock debugging due to kernel taint\n"
	 "[   10.000002] x: loading out-of-tree module taints kernel.\n"
	 "[   10.000003] x: module verification failed: signature and/or required key missing - tainting kernel\n"
	 "[   10.000004] Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible\n"
	 "[   10.000005] random: crng init done\n"
	 "[   10.000006] clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable because the skew is too large\n"
	 "[   10.000007] sched: RT throttling activated\n"
	 "[   10.000008] INFO: NMI handler (perf_event_nmi_handler) took too long to run: 1.2 msecs\n"
	 "[   10.000009] hrtimer: interrupt took 5043711 ns\n"
	 "[   10.000010] sysrq: This sysrq operation is disabled.\n"
	 "[   10.000011] Bluetooth: BUG: of nobody\n"
	 "[   10.000012] ============================\n"
	 "[   10.000013] reboot: Power down\n",
	 0, {NULL}, NULL},
};

CASE(whole, "Verify that real complaints are told apart, each with all of its text, and no other")
{
	for (size_t i = 0; i < COUNT(sayings); i++) {
		struct buf text = {0};
		struct console c;

		buf_printf(&text,
			   "[    1.000000] KT-BOOT 6.1\n"
			   "[    2.000000] KT-PROG x86_64 kernel-tests/a_test one\n%s"
			   "[   90.000000] KT-PROG x86_64 kernel-tests/a_test two\n"
			   "[   91.000000] harmless\n", sayings[i].text);
		console_parse(text.p, text.len, true, &c);
		ATF_CHECK_EQ_MSG(sayings[i].count, c.count, "%s: %zu", sayings[i].what, c.count);
		for (size_t k = 0; k < c.count && k < 2 && sayings[i].first[k]; k++)
			ATF_CHECK_STREQ(sayings[i].first[k], c.splats[k].text);
		for (size_t k = 0; k < c.count; k++) {
			ATF_CHECK_STREQ("kernel-tests/a_test", c.splats[k].program);
			ATF_CHECK_STREQ("one", c.splats[k].name);
			ATF_CHECK(!strstr(c.splats[k].output.p, "harmless"));
		}
		if (c.count) {
			const struct buf *out = &c.splats[0].output;
			size_t len = strlen(sayings[i].last);

			ATF_CHECK_MSG(out->len >= len && !strcmp(out->p + out->len - len, sayings[i].last),
				      "%s: %s", sayings[i].what, out->p);
		}
		console_free(&c);
		buf_free(&text);
	}
}

CASE(flood, "Verify that a kernel that complains without end fills no memory")
{
	struct buf text = {0};
	struct console c;

	buf_puts(&text, "[    1.000000] KT-BOOT 6.1\n");
	for (int i = 0; i < 2000; i++)
		buf_printf(&text, "[    2.%06d] WARNING: CPU: 0 PID: 1 at x.c:%d\n", i, i);
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "[    3.%06d]  a_function_of_the_kernel+0x%x/0x7000\n", i, i);
	console_parse(text.p, text.len, true, &c);
	ATF_CHECK(c.count <= 50);
	for (size_t i = 0; i < c.count; i++)
		ATF_CHECK(c.splats[i].output.len <= 32768);
	console_free(&c);
	buf_free(&text);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, markers);
	ATF_TP_ADD_TC(tp, no_boot);
	ATF_TP_ADD_TC(tp, interleaved);
	ATF_TP_ADD_TC(tp, splats);
	ATF_TP_ADD_TC(tp, timing);
	ATF_TP_ADD_TC(tp, whole);
	ATF_TP_ADD_TC(tp, flood);
	return atf_no_error();
}
