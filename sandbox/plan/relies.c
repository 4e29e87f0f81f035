/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relies.c - the table of relies.h, one line per reliance. A mechanism that is added
 * to the sandbox gets its lines here, and where a promise has no contract yet, that
 * and its case in kernel-tests/. It asks the kernel nothing.
 *
 * Listed is what would let the sandbox fail, or make it end, if the kernel did
 * otherwise; not what only errno texts hang on.
 */
#include "sandbox/plan/relies.h"

#define CHANNEL "sandbox/supervise/channel.c"
#define CHILD "sandbox/launch/child.c"
#define COND "sandbox/plan/cond.c"
#define DELIVER "sandbox/supervise/deliver.c"
#define DOMAIN "sandbox/launch/domain.c"
#define EXEC "sandbox/supervise/exec.c"
#define FDPASS "sandbox/supervise/fdpass.c"
#define FILTER "sandbox/plan/filter.c"
#define HANDLE "sandbox/supervise/handle.c"
#define HANDOVER "sandbox/supervise/handover.c"
#define HELPER "sandbox/supervise/helper.c"
#define JOB "sandbox/supervise/job.c"
#define KILLABLE "sandbox/plan/killable.c"
#define LAUNCH "sandbox/launch/launch.c"
#define LISTENER "sandbox/plan/listener.c"
#define LOOP "sandbox/supervise/loop.c"
#define MEM "sandbox/supervise/mem.c"
#define NOTIFY "sandbox/supervise/notify.c"
#define OPEN "sandbox/supervise/perform_open.c"
#define PRIVILEGES "sandbox/launch/privileges.c"
#define PROCESS "sandbox/supervise/perform_process.c"
#define RESOLVE "sandbox/supervise/resolve.c"
#define RESTART "sandbox/supervise/restart.c"
#define SOCKETS "sandbox/supervise/sockets.c"
#define SUPERVISE "sandbox/supervise/supervise.c"
#define TAKE "sandbox/supervise/take.c"
#define TRACEE "sandbox/supervise/tracee.c"
#define CALLER "sandbox/supervise/caller.c"
#define NEST "sandbox/launch/nest.c"
#define CALL_CHANGE "arch/call_change.c"
#define CALL_REQUEST "arch/call_request.c"

struct row {
	const char *contract, *abis, *why, *where;
};

#define ON(abis, contract, why, where) { contract, abis, why, where }
#define ALL(contract, why, where) { contract, "all", why, where }
#define X86 "x86_64,i386,x32"

/* ---- backend trace ---- */

static const struct row trace_attach[] = {
	ALL("ptrace.seize.no_stop", "the child goes on to its exec", LAUNCH),
	ALL("ptrace.seize.options_live", "EXITKILL and the events hold from the first moment", LAUNCH),
	ALL("ptrace.seize.already_traced", "what is traced already is refused, not half supervised",
	    LAUNCH),
	ALL("ptrace.setoptions.inherited", "a new task has all options of its maker", LOOP),
	ALL("ptrace.clone.event.*", "whatever is born is traced", LOOP),
	ALL("ptrace.clone.vfork_precedence", "a vfork of any signal needs the vfork option", SUPERVISE),
	ALL("ptrace.clone.clone_parent", "CLONE_PARENT leads nobody out", LOOP),
	ALL("ptrace.clone.untraced_flag", "CLONE_UNTRACED would: the filter refuses it", COND),
	ALL("ptrace.clone.event_msg", "who it is", LOOP),
	ALL("ptrace.clone.child_stop_seized", "its first stop is an event, no signal", LOOP),
	ALL("ptrace.clone.before_user_code", "it has done nothing before that", LOOP),
	ALL("ptrace.clone.order_free", "a stop of a stranger that comes before his event is his birth",
	    LOOP),
	ALL("ptrace.clone.thread_wait", "the end of each thread is told", LOOP),
};

static const struct row trace_wait[] = {
	ALL("ptrace.wait_by.*", "one waitpid with __WALL hears of everything", LOOP),
	ALL("ptrace.wait.no_double_report", "a stop is handled once", LOOP),
	ALL("ptrace.wait.no_bogus_echild", "ECHILD means that nobody is left", LOOP),
	ALL("ptrace.wait.stop_needs_no_wuntraced", "stops come without asking", LOOP),
	ALL("ptrace.wait.death_after_unreaped_stop", "the end comes even if a stop was not taken", LOOP),
	ALL("ptrace.cmd.esrch_after_death", "ESRCH is the one way that a killed tracee shows", LOOP),
	ALL("ptrace.cmd.needs_stop", "no request changes what runs", LOOP),
};

static const struct row trace_signals[] = {
	ALL("ptrace.signal.handled.*", "a signal is passed on as it came", LOOP),
	ALL("ptrace.signal.default.*", "a signal does what it does outside", LOOP),
	ALL("ptrace.signal.sigkill_no_stop", "SIGKILL needs nobody's consent", SUPERVISE),
	ALL("ptrace.signal.event_stop_ignores_sig", "event stops are left with signal 0", LOOP),
	ALL("ptrace.groupstop.sequence", "a group-stop is told by its event", LOOP),
	ALL("ptrace.groupstop.all_threads", "each thread is put to listen", LOOP),
	ALL("ptrace.groupstop.real_parent_notified", "a shell inside sees its jobs stop", LOOP),
	ALL("ptrace.listen.invisible", "a stopped job stays stopped", LOOP),
	ALL("ptrace.listen.sigcont", "and comes back with SIGCONT", LOOP),
	ALL("ptrace.listen.missed_event", "also with one that came in between", LOOP),
	ALL("ptrace.listen.sigkill", "and dies when it is killed", LOOP),
};

static const struct row trace_calls[] = {
	ALL("seccomp.trace.event", "a supervised call stops before it is done", LOOP),
	ALL("seccomp.trace.skip", "what the supervisor has done is not done again", CALL_CHANGE),
	ALL("seccomp.trace.recheck", "a call that was put in its place is filtered, and then done", JOB),
	ALL("seccomp.trace.cont_vs_syscall", "injected calls have an exit-stop, others none", LOOP),
	ALL("seccomp.trace.order48", "the call of an injected one is seen once", JOB),
	ALL("seccomp.trace.clone_child", "the children are filtered and stop, too", LOOP),
	ALL("seccomp.trace.execve", "an exec is judged before it starts", HANDLE),
	ALL("seccomp.trace.restart", "a restarted call is judged again", DELIVER),
	ALL("seccomp.trace.signal_after", "no handler runs between stop and answer", JOB),
	ALL("seccomp.trace.fatal", "who is killed while he waits does no call", LOOP),
	ALL("seccomp.trace.no_tracer", "before SEIZE and after us a supervised call is none", CHILD),
	ALL("seccomp.trace.nested_filters", "a RET_TRACE of the program's own is one stop with ours", HANDLE),
	ALL("ptrace.exit.killed_in_seccomp_stop", "a condemned tracee does not do the call", HANDLE),
	ALL("ptrace.cmd.unknown", "EIO tells that a request is unknown", CALL_REQUEST),
	ON("arm", "seccomp.trace.arm_skip_regression", "a skipped call keeps its result", CALL_CHANGE),
	ON("arm", "seccomp.trace.arm_r0", "both copies of the first argument are written", CALL_CHANGE),
};

static const struct row trace_registers[] = {
	ALL("ptrace.pair.*", "calls of every ABI are read and changed", CALL_CHANGE),
	ALL("ptrace.syscall.sysgood", "a syscall-stop is told from a SIGTRAP", LOOP),
	ALL("ptrace.syscall.fake_ret_exit", "the program gets the result of an injected call", CALL_CHANGE),
	ALL("regs.preserve.*", "what an injected call changed is put back", JOB),
	ALL("regs.getregset.native_size", "the size tells whose registers they are", CALL_CHANGE),
	ALL("regs.setregset.partial", "a result is written alone", CALL_CHANGE),
};

static const struct row trace_exec[] = {
	ALL("ptrace.exec.event", "a new program is looked at before it runs", EXEC),
	ALL("ptrace.exec.new_image", "what it is stands in /proc", EXEC),
	ALL("ptrace.exec.failed", "an exec that failed changes nobody", LOOP),
	ALL("ptrace.exec.options_persist", "the new program is supervised as the old", LOOP),
	ALL("ptrace.exec.leader_no_exit", "a thread that execs becomes the leader", LOOP),
	ALL("ptrace.exec.old_tid_gone", "its own number is nobody's then", LOOP),
	ALL("ptrace.exec.dead_leader", "also where the leader was a zombie", LOOP),
	ALL("proc.exec_thread_kill", "no other thread lives on", LOOP),
	ALL("proc.exec_cloexec", "a channel is closed on exec", CHANNEL),
};

static const struct row trace_get_info[] = {
	ALL("sysinfo.get.seccomp", "number and arguments of a call", CALL_REQUEST),
	ALL("sysinfo.get.exit", "the result of an injected call", CALL_REQUEST),
	ALL("sysinfo.get.arch", "which ABI it came by, int 0x80 as i386", CALL_REQUEST),
	ALL("sysinfo.get.needs_sysgood", "it speaks with TRACESYSGOOD only", SUPERVISE),
	ALL("sysinfo.get.truncate", "the size that comes back tells what there is", CALL_REQUEST),
	ALL("sysinfo.get.forged", "the kind of stop is taken from the wait status", CALL_REQUEST),
	ON(X86, "sysinfo.get.int80_args", "upper halves of a 32-bit call mean nothing", COND),
};

static const struct row trace_set_info[] = {
	ALL("sysinfo.set.seccomp", "another call in its place by one request", CALL_REQUEST),
	ALL("sysinfo.set.seccomp_sees", "which the filter judges again", CALL_REQUEST),
	ALL("sysinfo.set.size", "88 bytes are what it takes", CALL_REQUEST),
};

static const struct row trace_process_vm[] = {
	ALL("pvm.any_state", "memory of a stopped tracee", MEM),
	ALL("pvm.read.partial", "strings end where a page does", MEM),
	ALL("pvm.read.first_fault", "EFAULT is the program's own", MEM),
	ALL("pvm.write_ro", "read-only memory is not written for it", MEM),
	ALL("pvm.esrch", "the dead have no memory", MEM),
	ON("i386,x32,arm", "pvm.compat", "a 32-bit supervisor's addresses are a 32-bit call's", MEM),
};

static const struct row trace_proc_mem[] = {
	ALL("ptrace.mem.proc_mem_edges", "where process_vm_readv is refused or missing", MEM),
	ALL("ptrace.mem.peek_dumpable", "why PR_SET_DUMPABLE does nothing inside", COND),
};

static const struct row trace_pidfd[] = {
	ALL("pidfd.open.basic", "a handle of a process, which numbers are not", TRACEE),
	ALL("pidfd.open.reaped", "a program has handles of its zombies", PROCESS),
	ALL("pidfd.send_signal.reaped", "tells a zombie from who has its number next", PROCESS),
	ALL("pidfd.getfd.basic", "a socket is judged and used as one object", TAKE),
	ALL("pidfd.getfd.errors", "EBADF tells that the call is there", SUPERVISE),
};

/* Without it a thread's descriptor is the leader's, if kcmp says that it is the same. */
static const struct row trace_pidfd_thread[] = {
	ALL("pidfd.open.thread", "a handle of a thread", TAKE),
	ALL("pidfd.getfd.thread", "means the descriptors of that thread", TAKE),
};

static const struct row trace_inject[] = {
	ALL("ptrace.signal.sigmask", "no handler between two injected calls", JOB),
	ALL("ptrace.signal.sigmask_effect", "and the mask is what it was after them", JOB),
	ALL("ptrace.interrupt.blocked_syscall", "who waits for a helper is called back", DELIVER),
	ALL("ptrace.interrupt.while_stopped", "also when a stop came first", DELIVER),
	ALL("unix.rights.no_data", "a descriptor comes with one recvmsg, no data buffer", CHANNEL),
	ALL("unix.rights.cloexec", "and is close-on-exec as the program wanted it", HANDOVER),
	ALL("unix.rights.no_number", "EMFILE is told, and nothing stays behind", CHANNEL),
	ALL("proc.pdeathsig", "a helper dies with the supervisor", HELPER),
};

static const struct row trace_pinned[] = {
	ALL("proc.self_fd.reopen", "what was judged is what is opened", OPEN),
	ALL("proc.self_fd.connect", "and connected to", SOCKETS),
	ALL("proc.self_fd.path", "rules are asked for the path of the object, not for its name", RESOLVE),
};

static const struct row trace_openat2[] = {
	ALL("proc.openat2.*", "a name is resolved by the kernel, without magic links", RESOLVE),
};

static const struct row trace_kcmp[] = {
	ALL("access.kcmp", "a channel is still the one that was made, what the leader has is the "
	    "thread's", CHANNEL),
};

static const struct row trace_listener[] = {
	ALL("notif.one_listener", "no filter inside can have a listener", CHILD),
	ALL("notif.listener_shared", "ours is made in the child, in a table that we share", LAUNCH),
	ALL("notif.no_listener", "USER_NOTIF without one does not do the call", CHILD),
	ALL("notif.order_with_trace", "it would outrank RET_TRACE", CHILD),
	ALL("notif.listener_cloexec", "ours does not leak into programs", CHILD),
};

/* ---- backend notify: lives, memory and descriptors as under trace ---- */

static const struct row notify_calls[] = {
	ALL("notif.basic", "a call waits until it is answered, and gets the answer", NOTIFY),
	ALL("notif.continue", "only a call that was judged by its registers goes on", NOTIFY),
	ALL("notif.exec_survives", "the new program's calls come, too", NOTIFY),
	ALL("notif.killed", "an answer that nobody waits for goes nowhere", NOTIFY),
	ALL("notif.id_valid", "whether somebody waits", NOTIFY),
	ALL("notif.poll", "calls and the end of all are waited for at once", NOTIFY),
	ALL("notif.sizes", "its structures may grow", LISTENER),
	ALL("notif.recv_zeroed", "so it is asked with zeros", LISTENER),
	ALL("notif.recv_stale", "a call that went away is no failure", NOTIFY),
	ALL("notif.listener_closed", "without us no supervised call is done", NOTIFY),
	ALL("notif.one_listener", "no filter inside can have a listener", CHILD),
	ALL("notif.no_listener", "USER_NOTIF without one does not do the call", CHILD),
	ALL("notif.listener_cloexec", "ours does not leak into programs", CHILD),
	ALL("notif.order_with_trace", "a RET_TRACE of the program's own changes nothing", FILTER),
	ALL("notif.ptrace_stop", "a call that waits here makes no stop", NOTIFY),
};

static const struct row notify_killable[] = {
	ALL("notif.wait_killable", "what is being performed is not begun again", CHILD),
	ALL("notif.wait_killable_fast_reply", "nor what was answered soon: known, or tried at the start", KILLABLE),
	ALL("notif.restart_code", "who waits for a helper hears signals as outside", NOTIFY),
	ALL("notif.signal_interrupts", "what nobody has received yet gives way to a signal", RESTART),
	ALL("ptrace.syscall.restart_shown", "that call comes again without its signal", RESTART),
	ALL("ptrace.signal.setsiginfo", "which comes later, and looks as it did", RESTART),
	ALL("notif.stop_behind", "what a listener cannot give the tracer hands over", DELIVER),
};

static const struct row notify_addfd[] = {
	ALL("notif.addfd.basic", "a descriptor goes to the caller alone", LISTENER),
	ALL("notif.addfd.interrupted", "none twice, and no answer, when we are stopped meanwhile", LISTENER),
	ALL("notif.addfd.rlimit", "within the limits of the program", NOTIFY),
	ALL("notif.addfd.o_path", "EBADF: the tracer hands it over", NOTIFY),
};

/* Taken where it can be interrupted, which is tried: sendfd.c. */
static const struct row notify_addfd_send[] = {
	ALL("notif.addfd.send", "a descriptor is the answer", LISTENER),
};

static const struct row notify_sync[] = {
	ALL("notif.sync_wakeup", "caller and supervisor take turns on one processor", LISTENER),
};

/* ---- layers ---- */

static const struct row filter_verdicts[] = {
	ALL("seccomp.ret.errno_not_executed", "what is refused is not done", FILTER),
	ALL("seccomp.ret.allow_fast_path", "the cache gives the filter's own answers", FILTER),
	ON("x86_64", "seccomp.ret.allow_fast_path_abi", "for each ABI its own", FILTER),
	ON("x86_64,x32", "seccomp.ret.allow_fast_path_x32", "x32 among them", FILTER),
	ALL("seccomp.data.arch", "a call is judged by the ABI that it came by", FILTER),
	ON("x86_64,x32", "seccomp.data.arch_int80", "int 0x80 from 64-bit code is an i386 call", FILTER),
	ON("x86_64,x32", "seccomp.data.nr_hi_bits", "the number judged is the one done", FILTER),
	ON("arm", "seccomp.data.nr_oabi", "no call of the old ABI comes by another number", FILTER),
	ALL("seccomp.data.high_half", "flags are judged by the half that counts", COND),
	ON(X86, "seccomp.multiplexed", "socketcall is judged by the supervisor", HANDLE),
	ON("x86_64", "seccomp.ret.uprobe_exempt", "a call that no filter is asked about does nothing",
	   FILTER),
	ON("x86_64", "seccomp.ret.uretprobe_exempt", "nor does this one", FILTER),
	ALL("seccomp.insn.*", "the kernel computes what was compiled", FILTER),
	ALL("seccomp.filter.size", "4096 instructions are enough", FILTER),
};

static const struct row filter_stays[] = {
	ALL("seccomp.filter.nnp_or_admin", "it needs no_new_privs alone", CHILD),
	ALL("seccomp.filter.inherit", "children have it", CHILD),
	ALL("seccomp.filter.inherit_thread", "threads have it", CHILD),
	ALL("seccomp.filter.inherit_exec", "programs have it", CHILD),
	ALL("seccomp.filter.no_removal", "a filter inside cannot weaken it", CHILD),
	ALL("seccomp.order.precedence.*", "the stricter answer wins, whoever gives it", CHILD),
	ALL("seccomp.flags.unknown.*", "EINVAL tells that a flag is unknown", CHILD),
};

static const struct row filter_x32[] = {
	ON("x86_64,x32", "seccomp.data.nr_x32", "its numbers have their bit", FILTER),
};

static const struct row filter_vsyscall[] = {
	ON("x86_64", "ptrace.syscall.vsyscall", "its calls are filtered", FILTER),
};

/* What the program does to itself before any filter is asked. */
static const struct row filter_sud[] = {
	ON(X86, "ptrace.syscall.sud", "a call that it takes is not done", FILTER),
};

static const struct row filter_spec_allow[] = {
	ALL("seccomp.flags.spec_allow", "no mitigation that only costs time", CHILD),
};

static const struct row landlock_memory[] = {
	ALL("landlock.nnp", "it needs no_new_privs alone", DOMAIN),
	ALL("landlock.inherit", "what is started stays in the domain", DOMAIN),
	ALL("landlock.ptrace.hierarchy.*", "nobody outside can be traced", DOMAIN),
	ALL("landlock.ptrace.other_ops.*", "nor be read or written", DOMAIN),
	ALL("landlock.deny_eacces", "rights that are not handled are not taken", DOMAIN),
};

/* ABI 2: the one right whose handling takes nothing away. */
static const struct row landlock_refer[] = {
	ALL("landlock.refer_granted", "the program renames and links as outside", DOMAIN),
};

static const struct row landlock_signals[] = {
	ALL("landlock.scope.signal", "nobody outside can be signalled, nor a helper", DOMAIN),
};

static const struct row lifetime_exitkill[] = {
	ALL("ptrace.exitkill.sigkill", "belay killed: nothing of the sandbox is left", SUPERVISE),
	ALL("ptrace.exitkill.exit", "nor when it ends", SUPERVISE),
	ALL("ptrace.exitkill.inherit", "what was born inside neither", SUPERVISE),
	ALL("ptrace.exitkill.threads", "nor any thread", SUPERVISE),
	ALL("ptrace.exitkill.stopped", "nor what is stopped", SUPERVISE),
	ALL("ptrace.exitkill.in_exit_stop", "nor what is just ending", SUPERVISE),
	ALL("ptrace.exitkill.cleared_by_setoptions", "so options are set once, by SEIZE", LAUNCH),
	ALL("ptrace.exitkill.tracer_thread", "so one thread traces, and lives to the end", SUPERVISE),
	ALL("ptrace.exitkill.untraced_child", "so nothing inside is untraced", COND),
};

static const struct row lifetime_pdeathsig[] = {
	ALL("proc.pdeathsig", "until SEIZE the child dies with belay", CHILD),
};

/* Of the lifetime that leaves ptrace to the programs. */
static const struct row pidns_init[] = {
	ALL("ns.pid.init_kill", "the supervisor killed: nothing of the sandbox is left", NEST),
	ALL("ns.pid.exit_zap", "nor when it ends", NEST),
	ALL("ns.pid.init_gone", "nor is anything born afterwards", NEST),
	ALL("ns.pid.init_semantics", "nobody inside ends or stops it", NEST),
	ALL("ns.pid.init_outside", "the front passes on what it has a handler for", NEST),
	ALL("proc.pdeathsig", "it dies with the front, whatever it does just then", NEST),
	ALL("pidfd.poll.exit", "and where that signal was lost, as soon as it looks", NOTIFY),
	ALL("access.pidns_invisible", "no number inside names a process outside", CALLER),
	ALL("ns.pid.kill_numbers", "nor does a signal reach one, or a group, by its number", COND),
};

static const struct row pidns_user[] = {
	ALL("ns.user.unpriv", "without privileges, too", NEST),
	ALL("ns.user.maps.own_id", "as oneself", NEST),
	ALL("ns.user.maps.setgroups", "with the groups that one has", NEST),
	ALL("ns.user.caps_on_exec", "what the owner of the namespace may, programs may not", NEST),
	ALL("ns.mount.slave", "mounts come in and none goes out", NEST),
	ALL("ns.mount.proc_mask", "nothing of /proc that was hidden is shown", NEST),
};

static const struct row pidns_ptrace[] = {
	ALL("access.nondumpable", "the supervisor and its helpers cannot be traced", SUPERVISE),
	ALL("ptrace.suspend_seccomp.perm", "no tracer inside suspends the filter", COND),
	ALL("seccomp.ptrace_get_filter_perm", "nor reads it", COND),
	ALL("seccomp.trace.recheck", "a call that a tracer puts in the place of another is judged", COND),
	ALL("seccomp.trace.order48", "also one that it puts there on entry", COND),
	ALL("notif.ptrace_stop", "while a call is being answered nobody changes it", COND),
};

static const struct row pidns_borrow[] = {
	ALL("ptrace.interrupt.blocked_syscall", "who gets an O_PATH descriptor stops behind the call",
	    DELIVER),
	ALL("ptrace.seize.already_traced", "unless somebody else traces it", CALLER),
	ALL("ptrace.detach.clears_syscall_trace", "and is let go as if nothing had been", CALLER),
	ALL("ptrace.detach.needs_stop", "a child that is just stopped stays so", CALLER),
	ALL("ptrace.exitkill.sigkill", "never on its own with half a hand-over", CALLER),
};

static const struct row privileges_drop[] = {
	ALL("proc.nnp", "it can not be taken back", PRIVILEGES),
	ALL("proc.nnp_suid", "no program inside gains a user", PRIVILEGES),
	ALL("proc.nnp_caps", "nor what root has dropped", PRIVILEGES),
};

static const struct row supervisor_closed[] = {
	ALL("access.nondumpable", "nobody of our user looks into belay", SUPERVISE),
	ALL("access.nondumpable_threads_exit", "not even when it ends", SUPERVISE),
};

/* ---- all of it ---- */

enum { NEEDED, OPTIONAL };

#define PART(what, kind, name, optional, does, rows) \
	{ { what, kind, name, optional, does }, rows, sizeof(rows) / sizeof(rows[0]) }
#define TRACE(name, optional, does, rows) PART("trace", "backend", name, optional, does, rows)
#define NOTIFIED(name, optional, does, rows) PART("notify", "backend", name, optional, does, rows)
#define LAYER(what, name, optional, does, rows) PART(what, "layer", name, optional, does, rows)

static const struct {
	struct relies_part part;
	const struct row *rows;
	size_t count;
} parts[] = {
	TRACE("attach", NEEDED, "trace the command and all that it starts", trace_attach),
	TRACE("wait", NEEDED, "hear of every stop and every end", trace_wait),
	TRACE("signals", NEEDED, "pass signals on, keep stopped jobs stopped", trace_signals),
	TRACE("calls", NEEDED, "stop supervised calls and answer them", trace_calls),
	TRACE("registers", NEEDED, "change calls of every ABI", trace_registers),
	TRACE("exec", NEEDED, "judge a program before its first instruction", trace_exec),
	TRACE("pidfd_getfd", NEEDED, "take the tracee's own descriptors", trace_pidfd),
	TRACE("PIDFD_THREAD", OPTIONAL, "also of threads that have a table of their own",
	      trace_pidfd_thread),
	TRACE("/proc/self/fd", NEEDED, "do a call to what was judged", trace_pinned),
	TRACE("inject", NEEDED, "make the tracee do calls for a hand-over", trace_inject),
	TRACE("/proc/PID/mem", NEEDED, "read and write memory", trace_proc_mem),
	TRACE("process_vm_readv", OPTIONAL, "read and write memory by one call", trace_process_vm),
	TRACE("GET_SYSCALL_INFO", OPTIONAL, "read a call by one request", trace_get_info),
	TRACE("SET_SYSCALL_INFO", OPTIONAL, "change a call by one request", trace_set_info),
	TRACE("openat2", OPTIONAL, "resolve a name by one call", trace_openat2),
	TRACE("kcmp", OPTIONAL, "compare descriptors", trace_kcmp),
	TRACE("NEW_LISTENER", OPTIONAL, "keep listeners out", trace_listener),
	NOTIFIED("attach", NEEDED, "trace the command and all that it starts", trace_attach),
	NOTIFIED("wait", NEEDED, "hear of every stop and every end", trace_wait),
	NOTIFIED("signals", NEEDED, "pass signals on, keep stopped jobs stopped", trace_signals),
	NOTIFIED("calls", NEEDED, "receive supervised calls and answer them", notify_calls),
	NOTIFIED("WAIT_KILLABLE_RECV", NEEDED, "answer each call once", notify_killable),
	NOTIFIED("ADDFD", NEEDED, "give descriptors", notify_addfd),
	NOTIFIED("ADDFD_FLAG_SEND", OPTIONAL, "together with the answer", notify_addfd_send),
	NOTIFIED("SYNC_WAKE_UP", OPTIONAL, "answer sooner", notify_sync),
	NOTIFIED("registers", NEEDED, "change calls of every ABI", trace_registers),
	NOTIFIED("exec", NEEDED, "judge a program before its first instruction", trace_exec),
	NOTIFIED("pidfd_getfd", NEEDED, "take the tracee's own descriptors", trace_pidfd),
	NOTIFIED("PIDFD_THREAD", OPTIONAL, "also of threads that have a table of their own",
		 trace_pidfd_thread),
	NOTIFIED("inject", NEEDED, "make the tracee do calls for a hand-over", trace_inject),
	NOTIFIED("/proc/PID/mem", NEEDED, "read and write memory", trace_proc_mem),
	NOTIFIED("process_vm_readv", OPTIONAL, "read and write memory by one call", trace_process_vm),
	NOTIFIED("openat2", OPTIONAL, "resolve a name by one call", trace_openat2),
	NOTIFIED("kcmp", OPTIONAL, "compare descriptors", trace_kcmp),
	LAYER("filter", "verdicts", NEEDED, "decide by number and flags", filter_verdicts),
	LAYER("filter", "stays", NEEDED, "for all that is started, for good", filter_stays),
	LAYER("filter", "x32", OPTIONAL, "tell its calls from those of x86_64", filter_x32),
	LAYER("filter", "vsyscall page", OPTIONAL, "decide for that, too", filter_vsyscall),
	LAYER("filter", "Syscall User Dispatch", OPTIONAL, "no way around it", filter_sud),
	LAYER("filter", "SPEC_ALLOW", OPTIONAL, "no mitigations for it", filter_spec_allow),
	LAYER("landlock", "domain", NEEDED, "keep out of the memory of others", landlock_memory),
	LAYER("landlock", "REFER", NEEDED, "without taking anything away", landlock_refer),
	LAYER("landlock", "SCOPE_SIGNAL", OPTIONAL, "signal nobody outside", landlock_signals),
	LAYER("lifetime", "EXITKILL", NEEDED, "nothing outlives belay", lifetime_exitkill),
	LAYER("lifetime", "PDEATHSIG", NEEDED, "before it is traced, too", lifetime_pdeathsig),
	LAYER("pidns", "init", NEEDED, "nothing outlives the supervisor, untraced", pidns_init),
	LAYER("pidns", "user namespace", OPTIONAL, "for everybody", pidns_user),
	LAYER("pidns", "ptrace", NEEDED, "leave it to programs, and loosen nothing", pidns_ptrace),
	LAYER("pidns", "hand-over", NEEDED, "trace for a moment who gets a descriptor", pidns_borrow),
	LAYER("privileges", "no_new_privs", NEEDED, "gain none", privileges_drop),
	LAYER("supervisor", "dumpable", NEEDED, "keep belay itself closed", supervisor_closed),
};

bool relies_at(size_t i, struct relies_row *out)
{
	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
		if (i < parts[p].count) {
			const struct row *row = &parts[p].rows[i];

			*out = (struct relies_row){ &parts[p].part, row->contract, row->abis,
						    row->why, row->where };
			return true;
		}
		i -= parts[p].count;
	}
	return false;
}

void relies_print(FILE *out)
{
	const struct relies_part *part = NULL;
	struct relies_row row;

	for (size_t i = 0; relies_at(i, &row); i++) {
		if (row.part != part) {
			fprintf(out, "%s%s %s: %s%s: %s\n", i ? "\n" : "", row.part->kind,
				row.part->what, row.part->name,
				row.part->optional ? " (where there is one)" : "", row.part->does);
			part = row.part;
		}
		fprintf(out, "  %-44s  %s\n", row.contract, row.why);
	}
}

/* The table's own words: no character that JSON would have escaped. */
void relies_print_json(FILE *out)
{
	struct relies_row row;

	fputs("{\"relies\":[", out);
	for (size_t i = 0; relies_at(i, &row); i++)
		fprintf(out,
			"%s\n{\"what\":\"%s\",\"kind\":\"%s\",\"part\":\"%s\",\"optional\":%s,"
			"\"contract\":\"%s\",\"abis\":\"%s\",\"why\":\"%s\",\"where\":\"%s\"}",
			i ? "," : "", row.part->what, row.part->kind, row.part->name,
			row.part->optional ? "true" : "false", row.contract, row.abis, row.why,
			row.where);
	fputs("]}\n", out);
}
