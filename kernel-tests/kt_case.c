/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_case.c - registers cases with ATF and runs each with its safety net: the
 * guard, the deadline and the clean-up. The promises are not here.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "kernel-tests/kt_case.h"
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_guard.h"
#include "kernel-tests/kt_probe.h"
#include "kernel-tests/kt_stress.h"
#include "kernel-tests/kt_ptrace.h"
#include "kernel-tests/kt_wait.h"

/* One case as ATF knows it: a KT_CASE, or one of a family. */
struct entry {
	const struct kt_case *c;
	size_t i; /* in its family */
	struct kt_instance instance;
	char ident[120], contract[120];
};

static struct entry *entries;
static size_t entry_count;
static const atf_tc_t *current;
static volatile sig_atomic_t expired;

static const struct entry *find(const char *ident)
{
	for (size_t i = 0; i < entry_count; i++)
		if (strcmp(entries[i].ident, ident) == 0)
			return &entries[i];
	abort();
}

static long timeout_scale(const atf_tc_t *tc)
{
	long scale = atf_tc_get_config_var_as_long_wd(tc, "timeout_scale", 1);

	return scale < 1 ? 1 : scale;
}

static size_t wrong_count(const struct entry *e)
{
	return e->c->count ? 1 : e->c->wrongs;
}

static const struct kt_wrong *wrong_at(const struct entry *e, size_t n)
{
	return e->c->count ? &e->instance.wrong : &e->c->wrong[n];
}

static void head(atf_tc_t *tc)
{
	const struct entry *e = find(atf_tc_get_ident(tc));

	atf_tc_set_md_var(tc, "descr", "%s", e->c->count ? e->instance.descr : e->c->descr);
	atf_tc_set_md_var(tc, "timeout", "%ld", KT_TIMEOUT * timeout_scale(tc));
	if (e->c->contract)
		atf_tc_set_md_var(tc, "X-contract", "%s", e->contract);
	if (e->c->stress)
		atf_tc_set_md_var(tc, "X-tag", "stress");
	for (size_t n = 0; n < wrong_count(e); n++) {
		char name[32];

		snprintf(name, sizeof(name), "X-wrong-%zu", n + 1);
		if (wrong_at(e, n)->what)
			atf_tc_set_md_var(tc, name, "%s%s%s", wrong_at(e, n)->what,
					  *wrong_at(e, n)->limits ? ", " : "",
					  wrong_at(e, n)->limits);
	}
}

/* Seconds; the variable `deadline` is for the helpers' own tests. */
static long deadline(void)
{
	return atf_tc_get_config_var_as_long_wd(current, "deadline", KT_DEADLINE) *
	       timeout_scale(current);
}

static volatile sig_atomic_t recorded;

static void on_alarm(int sig)
{
	(void)sig;
	expired |= !recorded;
}

/*
 * It has interrupted whatever the case was blocked in. If it came just before
 * the call, the next alarm does: from now on there is one every 10 ms.
 */
static void on_record(int sig)
{
	/* Static: qemu-user (7.2) does not align the stack of handlers on x86_64. */
	static const struct itimerval again = {{0, 10000}, {0, 10000}};

	(void)sig;
	recorded = 1;
	setitimer(ITIMER_REAL, &again, NULL);
}

/*
 * After the deadline the alarm comes back every second, without SA_RESTART:
 * whatever call the case is blocked in returns EINTR, even if the first alarm
 * came just before the call.
 */
static void start_deadline(void)
{
	struct sigaction alarm = {.sa_handler = on_alarm};
	struct sigaction record = {.sa_handler = on_record};
	struct itimerval it = {
		.it_value = {.tv_sec = deadline()},
		.it_interval = {.tv_sec = 1},
	};

	KT_SYS(sigaction(KT_RECORD_SIGNAL, &record, NULL));
	KT_SYS(sigaction(SIGALRM, &alarm, NULL));
	KT_SYS(setitimer(ITIMER_REAL, &it, NULL));
}

void kt_case_check_deadline(const char *file, int line, const char *what)
{
	if (expired)
		kt_fail(file, line, "still waiting for %s after %ld s", what, deadline());
}

const char *kt_case_config(const char *name)
{
	return atf_tc_get_config_var_wd(current, name, NULL);
}

/* The variable `wrong` is the number of the wrong answer that this run is to get. */
static void arm(const atf_tc_t *tc, const struct entry *e)
{
	long n = atf_tc_get_config_var_as_long_wd(tc, "wrong", 0);

	if (n == 0)
		return;
	if (n < 1 || (size_t)n > wrong_count(e))
		kt_broken(__FILE__, __LINE__, "this case has no wrong answer %ld", n);
	kt_wrong_set(wrong_at(e, (size_t)n - 1));
}

static void body(const atf_tc_t *tc)
{
	const struct entry *e = find(atf_tc_get_ident(tc));

	current = tc;
	if (e->c->stress && strcmp(atf_tc_get_config_var_wd(tc, "stress", "no"), "yes") != 0)
		atf_tc_skip("chance decides what this case does; -v stress=yes runs it");
	setvbuf(stdout, NULL, _IOLBF, 0);
	kt_fail_setup();
	kt_wait_setup();
	kt_ptrace_absent(kt_probe_ptrace());
	kt_guard_setup();
	start_deadline();
	arm(tc, e);
	if (e->c->stress)
		kt_stress_begin();
	if (e->c->count)
		e->c->family_body(e->i);
	else
		e->c->body();
	kt_fail_from_record();
	if (!kt_guard_sweep())
		kt_broken(__FILE__, __LINE__, "the case cannot be cleaned up");
}

/* Its number in a family is i. */
static void fill(struct entry *e, const struct kt_case *c, size_t i)
{
	e->c = c;
	e->i = i;
	if (c->count) {
		c->describe(i, &e->instance);
		snprintf(e->contract, sizeof(e->contract), "%s.%s", c->contract, e->instance.name);
		snprintf(e->ident, sizeof(e->ident), "%s", e->contract);
		for (char *p = e->ident; *p; p++)
			if (*p == '.')
				*p = '_';
	} else {
		snprintf(e->ident, sizeof(e->ident), "%s", c->name);
		snprintf(e->contract, sizeof(e->contract), "%s", c->contract ? c->contract : "");
	}
}

static size_t count_of(const struct kt_case *c)
{
	return c->count ? c->count : 1;
}

static bool expand(const struct kt_case *const *from, const struct kt_case *const *to)
{
	size_t n = 0;

	for (const struct kt_case *const *c = from; c < to; c++)
		n += count_of(*c);
	entries = calloc(n, sizeof(*entries));
	if (!entries)
		return false;
	for (const struct kt_case *const *c = from; c < to; c++)
		for (size_t i = 0; i < count_of(*c); i++)
			fill(&entries[entry_count++], *c, i);
	return true;
}

/* Whether the case, or one of the family, may be called so. */
static bool may_be(const struct kt_case *c, const char *ident)
{
	if (!c->count)
		return strcmp(c->name, ident) == 0;
	for (const char *p = c->contract; *p; p++, ident++)
		if (*ident != (*p == '.' ? '_' : *p))
			return false;
	return *ident == '_';
}

/* The only entry is that of `ident`; false, and none at all, when there is no such case. */
static bool expand_one(const struct kt_case *const *from, const struct kt_case *const *to,
		       const char *ident)
{
	static struct entry one;

	for (const struct kt_case *const *c = from; c < to; c++) {
		for (size_t i = 0; may_be(*c, ident) && i < count_of(*c); i++) {
			fill(&one, *c, i);
			if (strcmp(one.ident, ident))
				continue;
			entries = &one;
			entry_count = 1;
			return true;
		}
	}
	return false;
}

/*
 * The case that the command line names, which ATF shows nobody: its last word. NULL:
 * there is none.
 */
static const char *last_word(void)
{
	static char line[4096];
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	char *last;

	if (fd >= 0)
		close(fd);
	if (n <= 0 || (size_t)n == sizeof(line) - 1 || line[n - 1] != '\0')
		return NULL;
	last = memrchr(line, '\0', (size_t)n - 1);
	last = last ? last + 1 : line;
	last[strcspn(last, ":")] = '\0';
	return last;
}

/*
 * A program that runs one case knows that one alone: to describe 300 of them, and to
 * make what ATF keeps of each, takes longer than the case. For -l it knows them all.
 */
atf_error_t kt_case_add_all(atf_tp_t *tp, const struct kt_case *const *from,
			    const struct kt_case *const *to)
{
	char **config = atf_tp_get_config(tp);
	atf_error_t err = atf_no_error();
	const char *word = last_word();
	atf_tc_t *tcs;

	if (!config || !((word && expand_one(from, to, word)) || expand(from, to)))
		return atf_no_memory_error();
	tcs = calloc(entry_count, sizeof(*tcs));
	if (!tcs)
		return atf_no_memory_error();
	for (size_t i = 0; i < entry_count && !atf_is_error(err); i++) {
		err = atf_tc_init(&tcs[i], entries[i].ident, head, body, NULL,
				  (const char *const *)config);
		if (!atf_is_error(err))
			err = atf_tp_add_tc(tp, &tcs[i]);
	}
	return err;
}
