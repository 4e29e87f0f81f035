/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_case.c - registers cases with ATF and runs each with its safety net: the
 * guard, the deadline and the clean-up. The promises are not here.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "kernel-tests/kt_case.h"
#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_guard.h"
#include "kernel-tests/kt_probe.h"
#include "kernel-tests/kt_wait.h"

static const struct kt_case *const *cases, *const *cases_end;
static const atf_tc_t *current;
static volatile sig_atomic_t expired;

static const struct kt_case *find(const char *ident)
{
	for (const struct kt_case *const *c = cases; c < cases_end; c++)
		if (strcmp((*c)->name, ident) == 0)
			return *c;
	abort();
}

static long timeout_scale(const atf_tc_t *tc)
{
	long scale = atf_tc_get_config_var_as_long_wd(tc, "timeout_scale", 1);

	return scale < 1 ? 1 : scale;
}

static void head(atf_tc_t *tc)
{
	const struct kt_case *c = find(atf_tc_get_ident(tc));

	atf_tc_set_md_var(tc, "descr", "%s", c->descr);
	atf_tc_set_md_var(tc, "timeout", "%ld", KT_TIMEOUT * timeout_scale(tc));
	if (c->contract)
		atf_tc_set_md_var(tc, "X-contract", "%s", c->contract);
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
	const struct itimerval again = { { 0, 10000 }, { 0, 10000 } };

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
	struct sigaction alarm = { .sa_handler = on_alarm };
	struct sigaction record = { .sa_handler = on_record };
	struct itimerval it = {
		.it_value = { .tv_sec = deadline() },
		.it_interval = { .tv_sec = 1 },
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

static void body(const atf_tc_t *tc)
{
	current = tc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	kt_fail_setup();
	kt_wait_setup();
	KT_NEEDS(kt_probe_ptrace());
	kt_guard_setup();
	start_deadline();
	find(atf_tc_get_ident(tc))->body();
	kt_fail_from_record();
	if (!kt_guard_sweep())
		kt_broken(__FILE__, __LINE__, "the case cannot be cleaned up");
}

atf_error_t kt_case_add_all(atf_tp_t *tp, const struct kt_case *const *from,
			    const struct kt_case *const *to)
{
	char **config = atf_tp_get_config(tp);
	atf_tc_t *tcs = calloc((size_t)(to - from), sizeof(*tcs));
	atf_error_t err = atf_no_error();

	if (!config || !tcs)
		return atf_no_memory_error();
	cases = from;
	cases_end = to;
	for (size_t i = 0; i < (size_t)(to - from) && !atf_is_error(err); i++) {
		err = atf_tc_init(&tcs[i], from[i]->name, head, body, NULL,
				  (const char *const *)config);
		if (!atf_is_error(err))
			err = atf_tp_add_tc(tp, &tcs[i]);
	}
	return err;
}
