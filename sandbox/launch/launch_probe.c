/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * launch_probe.c - a command for launch_test.c: tells by its exit status
 * what it finds itself to be. 0 is as it should be.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The errno of installing a filter with a listener of one's own. */
static int listener(void)
{
	struct sock_filter allow = { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW };
	struct sock_fprog prog = { 1, &allow };

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		    &prog) < 0)
		return errno;
	return 0;
}

/* Descriptors above 2 that are open, as a count. */
static int descriptors(void)
{
	int n = 0;

	for (int fd = 3; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Capabilities left that root inside must not have. */
static int capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, sets) < 0)
		return 100;
	if (prctl(PR_CAPBSET_READ, CAP_SYS_PTRACE) != 0)
		return geteuid() == 0 ? 101 : 0;
	if (sets[0].permitted & (CAP_TO_MASK(CAP_SYS_PTRACE) | CAP_TO_MASK(CAP_SYS_ADMIN) |
				 CAP_TO_MASK(CAP_MKNOD) | CAP_TO_MASK(CAP_NET_ADMIN)))
		return 102;
	return 0;
}

/* Signal 10 (SIGUSR1 here) is ignored as it was before, and 12 is blocked. */
static int signals(void)
{
	struct sigaction sa;
	sigset_t mask;

	sigaction(SIGUSR1, NULL, &sa);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	if (sa.sa_handler != SIG_IGN || !sigismember(&mask, SIGUSR2))
		return 1;
	sigaction(SIGINT, NULL, &sa);
	return sa.sa_handler == SIG_DFL && !sigismember(&mask, SIGINT) ? 0 : 2;
}

static int no_new_privs(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1;
}

/* 0: the memory of ourselves opens, that of the process given does not. */
static int memory(const char *pid)
{
	char path[64];
	int own = open("/proc/self/mem", O_RDONLY), other;

	snprintf(path, sizeof(path), "/proc/%s/mem", pid);
	other = open(path, O_RDONLY);
	return own < 0 ? 1 : other >= 0 ? 2 : errno == EACCES ? 0 : 3;
}

/* Hold a descriptor open, for whoever waits for its end. */
static int hold(void)
{
	pause();
	return 1;
}

static const struct {
	const char *name;
	int (*run)(void);
} questions[] = {
	{ "listener", listener },
	{ "descriptors", descriptors },
	{ "capabilities", capabilities },
	{ "signals", signals },
	{ "no_new_privs", no_new_privs },
	{ "hold", hold },
};

static int answer(const char *question)
{
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (!strcmp(question, questions[i].name))
			return questions[i].run();
	return 125;
}

int main(int argc, char **argv)
{
	/* Not by exit(): a sanitizer's leak check fails below a tracer. */
	if (argc == 3 && !strcmp(argv[1], "memory"))
		_exit(memory(argv[2]));
	_exit(argc == 2 ? answer(argv[1]) : 125);
}
