/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ptrace_answers_test.c - what every request answers in every state of a tracee,
 * and for every way of attaching to it: one table. That a tracee stays where it is
 * unless the request lets it go is part of each case.
 */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_regs.h"
#include "kernel-tests/kt_stops.h"
#include "kernel-tests/kt_sysinfo.h"

/* What the kernel tells apart when it answers. */
enum state {
	STOPPED,
	EVENT,	   /* stopped, PTRACE_EVENT_STOP */
	BARE,	   /* stopped without any siginfo: the group-stop of the unseized */
	RUNNING,   /* or asleep */
	LISTENING,
	ZOMBIE,
	STATES,
};

/* The states to ask in: VFORK, VFORK_DONE and CLONE are to the kernel what FORK is. */
static const enum kt_at places[] = {
	KT_AT_RUNNING, KT_AT_PARKED, KT_AT_SIGNAL, KT_AT_GROUP,	  KT_AT_LISTEN,	   KT_AT_TRAP,
	KT_AT_STEP,    KT_AT_ENTRY,  KT_AT_RETURN, KT_AT_SECCOMP, KT_AT_FORK,	   KT_AT_CHILD,
	KT_AT_EXEC,    KT_AT_EXEC_TRAP, KT_AT_EXIT, KT_AT_EXITED,
};
#define PLACES (sizeof(places) / sizeof(places[0]))

struct asked {
	pid_t pid;
	enum kt_mode mode;
	enum kt_at at;
	enum state state;
	int err; /* expected; 0: success */
};

/*
 * The address of the requests that take none, so that a wrong answer is one to
 * the request of the case and to no other.
 */
#define ADDRESS 0x5ca1ab1eUL

static void ask_memory(const struct asked *a)
{
	uintptr_t address = (uintptr_t)&places;
	unsigned long word = 0, found;

	if (a->err == 0) {
		struct kt_regs regs = KT_GETREGS(a->pid, abi_native());

		address = (uintptr_t)kt_reg(&regs, regs.at->sp) & ~(sizeof(word) - 1);
	}
	if (a->err) {
		KT_ERR(a->err, kt_ptrace(PTRACE_PEEKDATA, a->pid, address, (uintptr_t)&word));
		KT_ERR(a->err, kt_ptrace(PTRACE_POKEDATA, a->pid, address, word));
		return;
	}
	KT_OK(kt_ptrace(PTRACE_PEEKDATA, a->pid, address, (uintptr_t)&word));
	KT_OK(kt_ptrace(PTRACE_POKEDATA, a->pid, address, ~word));
	KT_OK(kt_ptrace(PTRACE_PEEKDATA, a->pid, address, (uintptr_t)&found));
	KT_EQ(found, ~word);
	KT_OK(kt_ptrace(PTRACE_POKEDATA, a->pid, address, word));
	KT_ERR(EIO, kt_ptrace(PTRACE_PEEKDATA, a->pid, 8, (uintptr_t)&word));
}

static void ask_regset(const struct asked *a)
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
static void expected_siginfo(const struct asked *a, int status, int *signo, int *code)
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
static int status_of(const struct asked *a)
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
	if (a->state == EVENT)
		return W_STOPCODE(sig | PTRACE_EVENT_STOP << 8);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i].at == a->at)
			return W_STOPCODE(sig | events[i].event << 8);
	return W_STOPCODE(sig);
}

static void ask_getsiginfo(const struct asked *a)
{
	int signo, code;
	siginfo_t si;
	long rc = kt_ptrace(PTRACE_GETSIGINFO, a->pid, ADDRESS, (uintptr_t)&si);

	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	KT_OK(rc);
	expected_siginfo(a, status_of(a), &signo, &code);
	KT_EQ(si.si_signo, signo);
	KT_EQ(si.si_code, code);
}

static void ask_setsiginfo(const struct asked *a)
{
	siginfo_t si = { .si_signo = SIGUSR2, .si_code = SI_QUEUE }, found;
	long rc = kt_ptrace(PTRACE_SETSIGINFO, a->pid, ADDRESS, (uintptr_t)&si);

	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	KT_OK(rc);
	KT_OK(kt_getsiginfo(a->pid, &found));
	KT_EQ(found.si_signo, SIGUSR2);
	KT_EQ(found.si_code, SI_QUEUE);
}

static void ask_peeksiginfo(const struct asked *a)
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

static void ask_sigmask(const struct asked *a)
{
	const uint64_t none = 0, usr2 = 1ULL << (SIGUSR2 - 1);
	uint64_t mask = ~0ULL;

	if (a->err) {
		KT_ERR(a->err, kt_ptrace(PTRACE_GETSIGMASK, a->pid, sizeof(mask), (uintptr_t)&mask));
		KT_ERR(a->err, kt_ptrace(PTRACE_SETSIGMASK, a->pid, sizeof(none), (uintptr_t)&none));
		return;
	}
	KT_OK(kt_ptrace(PTRACE_GETSIGMASK, a->pid, sizeof(mask), (uintptr_t)&mask));
	KT_EQ(mask, 0);
	KT_OK(kt_ptrace(PTRACE_SETSIGMASK, a->pid, sizeof(usr2), (uintptr_t)&usr2));
	KT_OK(kt_ptrace(PTRACE_GETSIGMASK, a->pid, sizeof(mask), (uintptr_t)&mask));
	KT_EQ(mask, usr2);
	KT_ERR(EINVAL, kt_ptrace(PTRACE_GETSIGMASK, a->pid, 4, (uintptr_t)&mask));
}

/* -1: not to be judged here (a fork's child: unknown until now; old kernels: stale). */
static long expected_message(const struct asked *a, pid_t other)
{
	switch (a->at) {
	case KT_AT_ENTRY:
		return PTRACE_EVENTMSG_SYSCALL_ENTRY;
	case KT_AT_RETURN:
		return PTRACE_EVENTMSG_SYSCALL_EXIT;
	case KT_AT_SECCOMP:
		return 0;
	case KT_AT_FORK:
		return other;
	case KT_AT_EXEC:
		return a->pid;
	case KT_AT_EXIT:
		return KT_STOPS_CODE << 8;
	default:
		return kt_kernel_has(KT_CHANGE_EVENTMSG_CLEARED) ? 0 : -1;
	}
}

static pid_t other; /* of the tracee: see kt_stops.h */

static void ask_geteventmsg(const struct asked *a)
{
	unsigned long message = ~0UL;
	long rc = kt_ptrace(PTRACE_GETEVENTMSG, a->pid, ADDRESS, (uintptr_t)&message);
	long expected;

	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	KT_OK(rc);
	expected = expected_message(a, other);
	if (expected >= 0)
		KT_EQ(message, expected);
}

static void ask_setoptions(const struct asked *a)
{
	const unsigned long options = kt_stops[a->at].options | PTRACE_O_TRACESYSGOOD |
				      PTRACE_O_EXITKILL;
	long rc = kt_ptrace(PTRACE_SETOPTIONS, a->pid, ADDRESS, options);

	if (a->err) {
		KT_ERR(a->err, rc);
		return;
	}
	KT_OK(rc);
	KT_ERR(EINVAL, kt_ptrace(PTRACE_SETOPTIONS, a->pid, 0, 1UL << 30));
}

static void ask_syscall_info(const struct asked *a)
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
static void ask_seccomp_filter(const struct asked *a)
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
static void ask(const struct asked *a, long request, unsigned long data)
{
	long rc = kt_ptrace(request, a->pid, ADDRESS, data);

	if (a->err)
		KT_ERR(a->err, rc);
	else
		KT_OK(rc);
}

static void ask_interrupt(const struct asked *a)
{
	ask(a, PTRACE_INTERRUPT, 0);
}

static void ask_listen(const struct asked *a)
{
	ask(a, PTRACE_LISTEN, 0);
}

static void ask_kill(const struct asked *a)
{
	ask(a, PTRACE_KILL, 0);
}

static void ask_unknown(const struct asked *a)
{
	ask(a, KT_PTRACE_UNKNOWN, 0);
}

static void resume(const struct asked *a, long request)
{
	KT_ERR(a->err ? a->err : EIO, kt_ptrace(request, a->pid, 0, 65));
	ask(a, request, 0);
}

static void ask_cont(const struct asked *a)
{
	resume(a, PTRACE_CONT);
}

static void ask_syscall(const struct asked *a)
{
	resume(a, PTRACE_SYSCALL);
}

static void ask_singlestep(const struct asked *a)
{
	resume(a, PTRACE_SINGLESTEP);
}

static void ask_detach(const struct asked *a)
{
	resume(a, PTRACE_DETACH);
	if (a->err == 0)
		KT_EQ(kt_proc_tracer(a->pid), 0);
}

static void ask_attach(const struct asked *a)
{
	ask(a, PTRACE_ATTACH, 0);
	KT_ERR(a->err, kt_ptrace(PTRACE_SEIZE, a->pid, 0, 0));
	KT_ERR(EIO, kt_ptrace(PTRACE_SEIZE, a->pid, 1, 0));
}

/* By which lie a case is run: about the answer, or about what is stored when there is one. */
enum lie { ANSWER, STORE };

/* Where the tracee is afterwards, if the request succeeds. */
enum after { STAYS, GOES };

/* clang-format off */
static const struct request {
	const char *name, *sentence;
	void (*ask)(const struct asked *a);
	int answer[STATES];
	int unseized; /* the answer in every state of who was not seized; 0: the same */
	long nr;
	unsigned long aim; /* the lie is about requests with this address; 0: about all */
	enum lie lie;
	enum after after;
} requests[] = {
	/*				  STOPPED EVENT  BARE   RUNNING LISTENING ZOMBIE */
	{ "memory", "PTRACE_PEEKDATA (and PTRACE_POKEDATA)", ask_memory,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_PEEKDATA, 0, STORE, STAYS },
	{ "regset", "PTRACE_GETREGSET (and PTRACE_SETREGSET)", ask_regset,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_GETREGSET, 0, ANSWER, STAYS },
	{ "getsiginfo", "PTRACE_GETSIGINFO", ask_getsiginfo,
					{ 0,      0,     EINVAL, ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_GETSIGINFO, ADDRESS, STORE, STAYS },
	{ "setsiginfo", "PTRACE_SETSIGINFO", ask_setsiginfo,
					{ 0,      0,     EINVAL, ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_SETSIGINFO, ADDRESS, ANSWER, STAYS },
	{ "peeksiginfo", "PTRACE_PEEKSIGINFO", ask_peeksiginfo,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_PEEKSIGINFO, 0, STORE, STAYS },
	{ "sigmask", "PTRACE_GETSIGMASK (and PTRACE_SETSIGMASK)", ask_sigmask,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_GETSIGMASK, 0, STORE, STAYS },
	{ "geteventmsg", "PTRACE_GETEVENTMSG", ask_geteventmsg,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_GETEVENTMSG, ADDRESS, ANSWER, STAYS },
	{ "setoptions", "PTRACE_SETOPTIONS", ask_setoptions,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_SETOPTIONS, ADDRESS, ANSWER, STAYS },
	{ "syscall_info", "PTRACE_GET_SYSCALL_INFO", ask_syscall_info,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_GET_SYSCALL_INFO, 0, STORE, STAYS },
	{ "seccomp_filter", "PTRACE_SECCOMP_GET_FILTER", ask_seccomp_filter,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_SECCOMP_GET_FILTER, 0, ANSWER, STAYS },
	{ "interrupt", "PTRACE_INTERRUPT", ask_interrupt,
					{ 0,      0,     0,      0,     0,     0     }, EIO,
	  PTRACE_INTERRUPT, ADDRESS, ANSWER, STAYS },
	{ "listen", "PTRACE_LISTEN", ask_listen,
					{ EIO,    0,     EIO,    ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_LISTEN, ADDRESS, ANSWER, GOES },
	{ "cont", "PTRACE_CONT", ask_cont,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_CONT, ADDRESS, ANSWER, GOES },
	{ "syscall", "PTRACE_SYSCALL", ask_syscall,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_SYSCALL, ADDRESS, ANSWER, GOES },
	{ "singlestep", "PTRACE_SINGLESTEP", ask_singlestep,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_SINGLESTEP, ADDRESS, ANSWER, GOES },
	{ "detach", "PTRACE_DETACH", ask_detach,
					{ 0,      0,     0,      ESRCH, ESRCH, ESRCH }, 0,
	  PTRACE_DETACH, ADDRESS, ANSWER, GOES },
	{ "attach", "PTRACE_ATTACH (and PTRACE_SEIZE)", ask_attach,
					{ EPERM,  EPERM, EPERM,  EPERM, EPERM, EPERM }, 0,
	  PTRACE_ATTACH, ADDRESS, ANSWER, STAYS },
	{ "kill", "PTRACE_KILL", ask_kill,
					{ 0,      0,     0,      0,     0,     0     }, 0,
	  PTRACE_KILL, ADDRESS, ANSWER, GOES },
	{ "unknown", "an unknown request", ask_unknown,
					{ EIO,    EIO,   EIO,    ESRCH, ESRCH, ESRCH }, 0,
	  KT_PTRACE_UNKNOWN, ADDRESS, ANSWER, STAYS },
};
/* clang-format on */
#define REQUESTS (sizeof(requests) / sizeof(requests[0]))

static enum state state_of(enum kt_mode mode, enum kt_at at)
{
	switch (at) {
	case KT_AT_RUNNING:
	case KT_AT_PARKED:
		return RUNNING;
	case KT_AT_LISTEN:
		return LISTENING;
	case KT_AT_EXITED:
		return ZOMBIE;
	case KT_AT_GROUP:
		return mode == KT_BY_SEIZE ? EVENT : BARE;
	case KT_AT_TRAP:
		return EVENT;
	case KT_AT_CHILD:
		return mode == KT_BY_SEIZE ? EVENT : STOPPED;
	default:
		return STOPPED;
	}
}

static int answer(const struct request *r, enum kt_mode mode, enum kt_at at)
{
	if (r->unseized && mode != KT_BY_SEIZE)
		return r->unseized;
	return r->answer[state_of(mode, at)];
}

static void say_answer(const struct request *r, int err, char *out, size_t size)
{
	if (err)
		snprintf(out, size, "fails with %s", kt_errno_name(err));
	else if (r->ask == ask_seccomp_filter)
		snprintf(out, size, "tells the privileged of its filters");
	else
		snprintf(out, size, "succeeds");
}

static void describe(size_t i, struct kt_instance *out)
{
	const struct request *r = &requests[i % REQUESTS];
	enum kt_at at = places[i / REQUESTS];
	const char *const *status = kt_stops[at].status;
	enum kt_mode first = status[KT_BY_SEIZE] ? KT_BY_SEIZE : KT_BY_ATTACH;
	int seized = answer(r, first, at);
	int attached = status[KT_BY_ATTACH] ? answer(r, KT_BY_ATTACH, at) : seized;
	const char *who = at == KT_AT_EXITED ? "" : "a tracee in ";
	char text[2][40];

	say_answer(r, seized, text[0], sizeof(text[0]));
	say_answer(r, attached, text[1], sizeof(text[1]));
	snprintf(out->name, sizeof(out->name), "%s.%s", kt_stops[at].name, r->name);
	if (seized == attached)
		snprintf(out->descr, sizeof(out->descr), "Verify that for %s%s, %s %s", who,
			 kt_stops[at].words, r->sentence, text[0]);
	else
		snprintf(out->descr, sizeof(out->descr),
			 "Verify that for %s%s, %s %s if it was seized, and else %s", who,
			 kt_stops[at].words, r->sentence, text[0], text[1]);
	out->wrong = (struct kt_wrong){
		.seam = KT_SEAM_ptrace,
		.act = KT_ACT_ANSWER,
		.nr = r->nr,
		.value = seized ? 0 : -EXDEV,
		.what = seized ? "it succeeds" : "it fails with EXDEV",
		.limits = "",
		.when = r->aim != 0,
		.when_arg = 2,
		.when_value = r->aim,
	};
	if (seized == 0 && r->lie == STORE) {
		out->wrong.act = KT_ACT_STORE;
		out->wrong.arg = 3;
		out->wrong.set = 1;
		out->wrong.what = "it stores another value";
	}
}

static void ask_in(const struct request *r, enum kt_mode mode, enum kt_at at)
{
	struct kt_tracee t = kt_stops_reach(mode, at);
	struct asked a = { t.pid, mode, at, state_of(mode, at), answer(r, mode, at) };
	unsigned long message;

	printf("%s, %s: %s\n", kt_modes[mode].words, kt_stops[at].words, r->sentence);
	other = t.other;
	r->ask(&a);
	if (a.state <= BARE && (r->after == STAYS || a.err))
		KT_OK(kt_geteventmsg(t.pid, &message));
}

KT_FAMILY(ptrace_answers, "ptrace.answers", PLACES * REQUESTS, describe)
{
	const struct request *r = &requests[i % REQUESTS];
	enum kt_at at = places[i / REQUESTS];

	if (r->ask == ask_syscall_info)
		KT_NEEDS(kt_probe_syscall_info());
	if (r->ask == ask_singlestep)
		KT_NEEDS(kt_probe_singlestep());
	for (int mode = 0; mode < KT_MODES; mode++)
		if (kt_stops[at].status[mode])
			ask_in(r, (enum kt_mode)mode, at);
}

KT_PROGRAM
