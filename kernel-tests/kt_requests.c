/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_requests.c - the table of requests and the way to ask each. The answers
 * follow ptrace_check_attach() and ptrace_request() in kernel/ptrace.c.
 */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_regs.h"
#include "kernel-tests/kt_requests.h"
#include "kernel-tests/kt_sysinfo.h"

static void ask_memory(const struct kt_asked *a)
{
	uintptr_t address = (uintptr_t)&kt_requests;
	unsigned long word = 0, found;
	struct kt_regs regs;

	if (a->err) {
		KT_ERR(a->err, kt_ptrace(PTRACE_PEEKDATA, a->pid, address, (uintptr_t)&word));
		KT_ERR(a->err, kt_ptrace(PTRACE_POKEDATA, a->pid, address, word));
		return;
	}
	regs = KT_GETREGS(a->pid, abi_native());
	address = (uintptr_t)kt_reg(&regs, regs.at->sp) & ~(sizeof(word) - 1);
	KT_OK(kt_ptrace(PTRACE_PEEKDATA, a->pid, address, (uintptr_t)&word));
	KT_OK(kt_ptrace(PTRACE_POKEDATA, a->pid, address, ~word));
	KT_OK(kt_ptrace(PTRACE_PEEKDATA, a->pid, address, (uintptr_t)&found));
	KT_EQ(found, ~word);
	KT_OK(kt_ptrace(PTRACE_POKEDATA, a->pid, address, word));
	KT_ERR(EIO, kt_ptrace(PTRACE_PEEKDATA, a->pid, 8, (uintptr_t)&word));
}

static void ask_regset(const struct kt_asked *a)
{
	unsigned char bytes[ABI_REGS_MAX];
	struct iovec iov = { bytes, sizeof(bytes) };

	if (a->err) {
		KT_ERR(a->err, kt_ptrace(PTRACE_GETREGSET, a->pid, NT_PRSTATUS, (uintptr_t)&iov));
		KT_ERR(a->err, kt_ptrace(PTRACE_SETREGSET, a->pid, NT_PRSTATUS, (uintptr_t)&iov));
		return;
	}
	KT_OK(kt_ptrace(PTRACE_GETREGSET, a->pid, NT_PRSTATUS, (uintptr_t)&iov));
	KT_REQUIRE(abi_regs_of_size(abi_native(), iov.iov_len));
	KT_OK(kt_ptrace(PTRACE_SETREGSET, a->pid, NT_PRSTATUS, (uintptr_t)&iov));
	KT_ERR(EINVAL, kt_ptrace(PTRACE_GETREGSET, a->pid, 0xdead, (uintptr_t)&iov));
}

/* The siginfo of a stop: of the signal, or the code of the stop itself. */
static void expected_siginfo(const struct kt_asked *a, int status, int *signo, int *code)
{
	switch (a->at) {
	case KT_AT_ENTRY:
	case KT_AT_RETURN:
		*signo = SIGTRAP;
		*code = SIGTRAP | 0x80;
		break;
	case KT_AT_STEP:
		*signo = SIGTRAP;
		*code = TRAP_TRACE;
		break;
	default:
		*signo = WSTOPSIG(status);
		*code = status >> 16 ? status >> 8 : SI_USER;
	}
}

/* The wait status that kt_stops has seen, put together again from its text. */
static int status_of(const struct kt_asked *a)
{
	static const struct {
		enum kt_at at;
		int event;
	} events[] = {
		{ KT_AT_SECCOMP, PTRACE_EVENT_SECCOMP }, { KT_AT_FORK, PTRACE_EVENT_FORK },
		{ KT_AT_EXEC, PTRACE_EVENT_EXEC },	 { KT_AT_EXIT, PTRACE_EVENT_EXIT },
	};
	int sig = SIGTRAP;

	if (a->at == KT_AT_SIGNAL)
		sig = SIGUSR1;
	else if (a->at == KT_AT_GROUP || (a->at == KT_AT_CHILD && a->mode != KT_BY_SEIZE))
		sig = SIGSTOP;
	if (a->in == KT_IN_EVENT)
		return W_STOPCODE(sig | PTRACE_EVENT_STOP << 8);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i].at == a->at)
			return W_STOPCODE(sig | events[i].event << 8);
	return W_STOPCODE(sig);
}

static void ask_getsiginfo(const struct kt_asked *a)
{
	int signo, code;
	siginfo_t si;
	long rc = kt_ptrace(PTRACE_GETSIGINFO, a->pid, KT_REQUEST_ADDRESS, (uintptr_t)&si);

	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	KT_OK(rc);
	expected_siginfo(a, status_of(a), &signo, &code);
	KT_EQ(si.si_signo, signo);
	KT_EQ(si.si_code, code);
}

static void ask_setsiginfo(const struct kt_asked *a)
{
	siginfo_t si = { .si_signo = SIGUSR2, .si_code = SI_QUEUE }, found;
	long rc = kt_ptrace(PTRACE_SETSIGINFO, a->pid, KT_REQUEST_ADDRESS, (uintptr_t)&si);

	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	KT_OK(rc);
	KT_OK(kt_getsiginfo(a->pid, &found));
	KT_EQ(found.si_signo, SIGUSR2);
	KT_EQ(found.si_code, SI_QUEUE);
}

static void ask_peeksiginfo(const struct kt_asked *a)
{
	struct ptrace_peeksiginfo_args args = { .off = 0, .flags = 0, .nr = 2 };
	siginfo_t si[2] = { { .si_signo = 0 } };
	/* One that is exiting is given no signals any more. */
	int queued = a->err == 0 && a->at != KT_AT_EXIT;
	long rc;

	if (queued)
		KT_SYS(syscall(SYS_tgkill, a->pid, a->pid, SIGUSR2));
	rc = kt_ptrace(PTRACE_PEEKSIGINFO, a->pid, (uintptr_t)&args, (uintptr_t)si);
	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	KT_EQ(rc, queued);
	KT_EQ(si[0].si_signo, queued ? SIGUSR2 : 0);
	args.nr = -1;
	KT_ERR(EINVAL, kt_ptrace(PTRACE_PEEKSIGINFO, a->pid, (uintptr_t)&args, (uintptr_t)si));
}

static void ask_sigmask(const struct kt_asked *a)
{
	const uint64_t none = 0, usr2 = 1ULL << (SIGUSR2 - 1);
	uint64_t mask = ~0ULL;

	if (a->err) {
		KT_ERR(a->err,
		       kt_ptrace(PTRACE_GETSIGMASK, a->pid, sizeof(mask), (uintptr_t)&mask));
		KT_ERR(a->err,
		       kt_ptrace(PTRACE_SETSIGMASK, a->pid, sizeof(none), (uintptr_t)&none));
		return;
	}
	KT_OK(kt_ptrace(PTRACE_GETSIGMASK, a->pid, sizeof(mask), (uintptr_t)&mask));
	KT_EQ(mask, 0);
	KT_OK(kt_ptrace(PTRACE_SETSIGMASK, a->pid, sizeof(usr2), (uintptr_t)&usr2));
	KT_OK(kt_ptrace(PTRACE_GETSIGMASK, a->pid, sizeof(mask), (uintptr_t)&mask));
	KT_EQ(mask, usr2);
	KT_ERR(EINVAL, kt_ptrace(PTRACE_GETSIGMASK, a->pid, 4, (uintptr_t)&mask));
}

/* -1: not to be judged; old kernels leave that of an event long past. */
static long expected_message(const struct kt_asked *a)
{
	switch (a->at) {
	case KT_AT_ENTRY:
		return PTRACE_EVENTMSG_SYSCALL_ENTRY;
	case KT_AT_RETURN:
		return PTRACE_EVENTMSG_SYSCALL_EXIT;
	case KT_AT_SECCOMP:
		return 0;
	case KT_AT_FORK:
		return a->other;
	case KT_AT_EXEC:
		return a->pid;
	case KT_AT_EXIT:
		return KT_STOPS_CODE << 8;
	default:
		return kt_kernel_has(KT_CHANGE_EVENTMSG_CLEARED) ? 0 : -1;
	}
}

static void ask_geteventmsg(const struct kt_asked *a)
{
	unsigned long message = ~0UL;
	long rc = kt_ptrace(PTRACE_GETEVENTMSG, a->pid, KT_REQUEST_ADDRESS, (uintptr_t)&message);
	long expected;

	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	KT_OK(rc);
	expected = expected_message(a);
	if (expected >= 0)
		KT_EQ(message, expected);
}

static void ask_setoptions(const struct kt_asked *a)
{
	const unsigned long options = kt_stops[a->at].options | PTRACE_O_TRACESYSGOOD |
				      PTRACE_O_EXITKILL;
	long rc = kt_ptrace(PTRACE_SETOPTIONS, a->pid, KT_REQUEST_ADDRESS, options);

	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	KT_OK(rc);
	KT_ERR(EINVAL, kt_ptrace(PTRACE_SETOPTIONS, a->pid, 0, 1UL << 30));
}

static void ask_syscall_info(const struct kt_asked *a)
{
	struct kt_sysinfo info;
	long rc = kt_sysinfo_get(a->pid, sizeof(info), &info);
	int op = a->at == KT_AT_ENTRY	? KT_INFO_ENTRY :
		 a->at == KT_AT_RETURN	? KT_INFO_EXIT :
		 a->at == KT_AT_SECCOMP ? KT_INFO_SECCOMP :
					  KT_INFO_NONE;

	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	KT_OK(rc);
	KT_EQ(info.op, op);
	if (op == KT_INFO_ENTRY || op == KT_INFO_SECCOMP)
		KT_EQ(info.entry.nr, KT_STOPS_NR);
}

/* For the privileged alone, who have no filter themselves; then the length of the filter. */
static void ask_seccomp_filter(const struct kt_asked *a)
{
	long rc = kt_ptrace(PTRACE_SECCOMP_GET_FILTER, a->pid, 0, 0);

	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	if (kt_probe_checkpoint_restore()) {
		KT_ERR(EINVAL, rc);
		return;
	}
	if (kt_probe_cap(CAP_SYS_ADMIN) || prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 0) {
		KT_ERR(EACCES, rc);
		return;
	}
	if (a->at != KT_AT_SECCOMP) {
		KT_ERR(EINVAL, rc);
		return;
	}
	KT_REQUIRE(KT_OK(rc) > 0);
	KT_ERR(ENOENT, kt_ptrace(PTRACE_SECCOMP_GET_FILTER, a->pid, 1, 0));
}

/* What has no other effect to look at. */
static void ask(const struct kt_asked *a, long request, unsigned long data)
{
	long rc = kt_ptrace(request, a->pid, KT_REQUEST_ADDRESS, data);

	if (a->err)
		KT_ERR(a->err, rc);
	else
		KT_OK(rc);
}

static void ask_interrupt(const struct kt_asked *a)
{
	ask(a, PTRACE_INTERRUPT, 0);
}

static void ask_listen(const struct kt_asked *a)
{
	ask(a, PTRACE_LISTEN, 0);
}

static void ask_kill(const struct kt_asked *a)
{
	ask(a, PTRACE_KILL, 0);
}

static void ask_unknown(const struct kt_asked *a)
{
	ask(a, KT_PTRACE_UNKNOWN, 0);
}

static void resume(const struct kt_asked *a, long request)
{
	KT_ERR(a->err ? a->err : EIO, kt_ptrace(request, a->pid, 0, 65));
	ask(a, request, 0);
}

static void ask_cont(const struct kt_asked *a)
{
	resume(a, PTRACE_CONT);
}

static void ask_syscall(const struct kt_asked *a)
{
	resume(a, PTRACE_SYSCALL);
}

static void ask_singlestep(const struct kt_asked *a)
{
	resume(a, PTRACE_SINGLESTEP);
}

static void ask_detach(const struct kt_asked *a)
{
	resume(a, PTRACE_DETACH);
	if (a->err == 0)
		KT_EQ(kt_proc_tracer(a->pid), 0);
}

static void ask_attach(const struct kt_asked *a)
{
	ask(a, PTRACE_ATTACH, 0);
	KT_ERR(a->err, kt_ptrace(PTRACE_SEIZE, a->pid, 0, 0));
	if (a->err != ESRCH)
		KT_ERR(EIO, kt_ptrace(PTRACE_SEIZE, a->pid, 1, 0));
}

/* clang-format off */
const struct kt_request kt_requests[] = {
	/*				  STOP    EVENT  BARE    RUN    LISTEN ZOMBIE */
	{ "memory", "PTRACE_PEEKDATA (and PTRACE_POKEDATA)", ask_memory,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_PEEKDATA, .stores = true },
	{ "regset", "PTRACE_GETREGSET (and PTRACE_SETREGSET)", ask_regset,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_GETREGSET },
	{ "getsiginfo", "PTRACE_GETSIGINFO", ask_getsiginfo,
					{ 0,      0,     EINVAL, ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_GETSIGINFO, .aim = KT_REQUEST_ADDRESS, .stores = true },
	{ "setsiginfo", "PTRACE_SETSIGINFO", ask_setsiginfo,
					{ 0,      0,     EINVAL, ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_SETSIGINFO, .aim = KT_REQUEST_ADDRESS },
	{ "peeksiginfo", "PTRACE_PEEKSIGINFO", ask_peeksiginfo,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_PEEKSIGINFO, .stores = true },
	{ "sigmask", "PTRACE_GETSIGMASK (and PTRACE_SETSIGMASK)", ask_sigmask,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_GETSIGMASK, .stores = true },
	{ "geteventmsg", "PTRACE_GETEVENTMSG", ask_geteventmsg,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_GETEVENTMSG, .aim = KT_REQUEST_ADDRESS },
	{ "setoptions", "PTRACE_SETOPTIONS", ask_setoptions,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_SETOPTIONS, .aim = KT_REQUEST_ADDRESS },
	{ "syscall_info", "PTRACE_GET_SYSCALL_INFO", ask_syscall_info,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_GET_SYSCALL_INFO, .stores = true,
	  .probe = kt_probe_syscall_info },
	{ "seccomp_filter", "PTRACE_SECCOMP_GET_FILTER", ask_seccomp_filter,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_SECCOMP_GET_FILTER,
	  .success = "tells the privileged of its filters" },
	{ "interrupt", "PTRACE_INTERRUPT", ask_interrupt,
					{ 0,      0,     0,      0,     0,     0     },
	  .unseized = EIO, .nr = PTRACE_INTERRUPT, .aim = KT_REQUEST_ADDRESS },
	{ "listen", "PTRACE_LISTEN", ask_listen,
					{ EIO,    0,     EIO,    ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_LISTEN, .aim = KT_REQUEST_ADDRESS, .goes = true },
	{ "cont", "PTRACE_CONT", ask_cont,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_CONT, .aim = KT_REQUEST_ADDRESS, .goes = true },
	{ "syscall", "PTRACE_SYSCALL", ask_syscall,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_SYSCALL, .aim = KT_REQUEST_ADDRESS, .goes = true },
	{ "singlestep", "PTRACE_SINGLESTEP", ask_singlestep,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_SINGLESTEP, .aim = KT_REQUEST_ADDRESS, .goes = true,
	  .probe = kt_probe_singlestep },
	{ "detach", "PTRACE_DETACH", ask_detach,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH },
	  .nr = PTRACE_DETACH, .aim = KT_REQUEST_ADDRESS, .goes = true },
	{ "attach", "PTRACE_ATTACH (and PTRACE_SEIZE)", ask_attach,
					{ EPERM,  EPERM, EPERM,  EPERM, EPERM, EPERM },
	  .nr = PTRACE_ATTACH, .aim = KT_REQUEST_ADDRESS },
	{ "kill", "PTRACE_KILL", ask_kill,
					{ 0,      0,     0,      0,     0,     0     },
	  .nr = PTRACE_KILL, .aim = KT_REQUEST_ADDRESS, .goes = true },
	{ "unknown", "an unknown request", ask_unknown,
					{ EIO,    EIO,   EIO,    ESRCH, ESRCH, ESRCH },
	  .nr = KT_PTRACE_UNKNOWN, .aim = KT_REQUEST_ADDRESS },
};
/* clang-format on */

_Static_assert(sizeof(kt_requests) / sizeof(kt_requests[0]) == KT_REQUESTS, "the table's size");

enum kt_in kt_requests_in(enum kt_mode mode, enum kt_at at)
{
	switch (at) {
	case KT_AT_RUNNING:
	case KT_AT_PARKED:
		return KT_IN_RUN;
	case KT_AT_LISTEN:
		return KT_IN_LISTEN;
	case KT_AT_EXITED:
		return KT_IN_ZOMBIE;
	case KT_AT_GROUP:
		return mode == KT_BY_SEIZE ? KT_IN_EVENT : KT_IN_BARE;
	case KT_AT_TRAP:
		return KT_IN_EVENT;
	case KT_AT_CHILD:
		return mode == KT_BY_SEIZE ? KT_IN_EVENT : KT_IN_STOP;
	default:
		return KT_IN_STOP;
	}
}

int kt_requests_answer(const struct kt_request *r, enum kt_mode mode, enum kt_at at)
{
	if (r->unseized && mode != KT_BY_SEIZE)
		return r->unseized;
	return r->answer[kt_requests_in(mode, at)];
}

void kt_requests_say(const struct kt_request *r, int err, char *out, size_t size)
{
	if (err)
		snprintf(out, size, "fails with %s", kt_errno_name(err));
	else
		snprintf(out, size, "%s", r->success ? r->success : "succeeds");
}

struct kt_wrong kt_requests_lie(const struct kt_request *r, int err)
{
	struct kt_wrong lie = {
		.seam = KT_SEAM_ptrace,
		.act = KT_ACT_ANSWER,
		.nr = r->nr,
		.value = err ? 0 : -EXDEV,
		.what = err ? "it succeeds" : "it fails with EXDEV",
		.limits = "",
		.when = r->aim != 0,
		.when_arg = 2,
		.when_value = r->aim,
	};

	if (err == 0 && r->stores) {
		lie.act = KT_ACT_STORE;
		lie.arg = 3;
		lie.set = 1;
		lie.what = "it stores another value";
	}
	return lie;
}
