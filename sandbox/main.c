/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - belay: options, policy, plan, launch, supervise, exit status. All
 * that can be wrong is found before anything of the command runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/launch/domain.h"
#include "sandbox/launch/front.h"
#include "sandbox/launch/launch.h"
#include "sandbox/launch/nest.h"
#include "sandbox/options.h"
#include "sandbox/plan/plan.h"
#include "sandbox/plan/inventory.h"
#include "sandbox/plan/relies.h"
#include "sandbox/policy/policy.h"
#include "sandbox/report/report.h"
#include "sandbox/supervise/supervise.h"

enum { EXIT_BELAY = 125, EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127 };

/*
 * Pipes and files must not become somebody's standard streams: a closed one
 * is /dev/null, for the command as well.
 */
static int open_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* The environment of the command, which is also what its rules are read with. */
static int set_environment(const struct options *o)
{
	for (size_t i = 0; i < o->nenv; i++)
		/* glibc's putenv() removes what has no '='. */
		if (putenv((char *)o->env[i]) != 0)
			return -errno;
	return setenv("BELAY", PACKAGE_VERSION, 1) < 0 ? -errno : 0;
}

/* Canonical, or NULL where there is no such directory. Freed by the caller. */
static char *canonical(const char *path)
{
	return path && *path ? realpath(path, NULL) : NULL;
}

static int set_policy_env(struct policy *p)
{
	char *cwd = canonical("."), *home = canonical(getenv("HOME"));
	char *given = canonical(getenv("TMPDIR")), *tmpdir = given ? given : canonical("/tmp");
	const struct policy_env env = { .cwd = cwd, .tmpdir = tmpdir, .home = home,
					.uid = getuid() };
	int r = policy_set_env(p, &env);

	free(cwd);
	free(tmpdir);
	free(home);
	return r;
}

static int load_rules(struct policy *p, const struct option_rules *rules, struct policy_error *err)
{
	static const struct policy_origin from = { "command line", 0 };

	switch (rules->kind) {
	case OPTION_PROFILE:
		return policy_load_profile(p, rules->text, err);
	case OPTION_FILE:
		return policy_load_file(p, rules->text, err);
	case OPTION_MAGIC:
		break;
	}
	return policy_command(p, rules->text, from, err);
}

static int load_policy(struct policy *p, const struct options *o, struct policy_error *err)
{
	const struct option_rules fallback = { OPTION_PROFILE, "default" };
	bool chosen = false;
	int r = 0;

	for (size_t i = 0; i < o->nrules; i++)
		chosen |= o->rules[i].kind != OPTION_MAGIC;
	if (!chosen)
		r = load_rules(p, &fallback, err);
	for (size_t i = 0; !r && i < o->nrules; i++)
		r = load_rules(p, &o->rules[i], err);
	return r;
}

static void show_notes(const struct policy *p, struct report *report)
{
	struct policy_error note;

	for (size_t i = 0; policy_note(p, i, &note) == 0; i++)
		report_message(report, "note: %s", note.text);
}

/*
 * Whoever started us may ignore SIGCHLD, and then there is no status to wait for. The
 * command is to have that as it was `given`.
 */
static void hear_children(struct sigaction *given)
{
	const struct sigaction heard = { .sa_handler = SIG_DFL };

	sigaction(SIGCHLD, &heard, given);
}

/*
 * After the launch, so that the command keeps what we were started with.
 * Descriptors of the sandbox pass through here: have as many as we may.
 */
static void become_supervisor(void)
{
	struct sigaction given;
	struct rlimit files;

	hear_children(&given);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

/* The errno of the exec that failed, or 0. Nobody holds the other end any more. */
static int exec_error(int fd)
{
	int error;

	return read(fd, &error, sizeof(error)) == sizeof(error) ? error : 0;
}

static int exit_status(int status, const struct policy *p, const struct report *report)
{
	long wanted = policy_option(p, "core/violation/exit_code");
	int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

	if (report_violations(report) == 0 || wanted < 0)
		return code;
	return wanted > 0 ? (int)wanted : 128 + (code & 127);
}

static int supervise(struct launched *c, enum backend backend, const struct nest *nest,
		     const struct options *o, const struct policy *p, struct report *report)
{
	const struct supervise s = {
		.policy = p, .report = report, .child = c, .backend = backend, .nest = nest,
	};
	int status, error;

	become_supervisor();
	/* It has said what failed, and no process of the sandbox is left. */
	if (supervise_run(&s, &status))
		return EXIT_BELAY;
	report_summary(report);
	error = exec_error(c->exec_status);
	if (error) {
		report_message(report, "cannot run '%s': %s", o->command[0], strerror(error));
		return error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
	}
	return exit_status(status, p, report);
}

/* What was to be printed may not have been, on a full disk for instance. */
static int print_end(struct report *report)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	report_message(report, "cannot write to standard output: %s", strerror(errno));
	return EXIT_BELAY;
}

/* What no rule speaks of and the launch does. */
static enum plan_apart apart(const struct plan *plan)
{
	static const enum plan_apart by[] = {
		[DOMAIN_NONE] = PLAN_NO_LANDLOCK,
		[DOMAIN_MEMORY] = PLAN_MEMORY,
		[DOMAIN_SIGNALS] = PLAN_SIGNALS,
	};

	return plan->closed == 0 ? PLAN_NO_RULE : by[domain_reach()];
}

/* What is required and no wish of a plan: 0, or -ENOTSUP with the reason told. */
static int check_required(const struct options *o, const struct plan *plan, struct report *report)
{
	bool signals = (o->required & REQUIRE_SIGNALS) != 0;
	enum plan_apart least = signals ? PLAN_SIGNALS : PLAN_MEMORY, is;

	if ((o->required & (REQUIRE_MEMORY | REQUIRE_SIGNALS)) == 0)
		return 0;
	is = apart(plan);
	if (is >= least)
		return 0;
	report_message(report, "--require landlock%s cannot be had: %s", signals ? "-signals" : "",
		       is == PLAN_NO_RULE ? "no rule is in force" :
		       signals ? "the kernel's Landlock does not keep signals apart (Linux 6.12)" :
				 "the kernel's Landlock is off, or older than Linux 5.19");
	return -ENOTSUP;
}

/* Confine the command and stay with it: in `nest`, or where that is NULL as its tracer. */
static int confine(const struct options *o, const struct plan *plan, const struct nest *nest,
		   const struct policy *p, struct report *report)
{
	const struct launch launch = {
		.argv = o->command,
		.keep_fds = o->keep_fds,
		.nkeep = o->nkeep,
		.filter = &plan->filter,
		.apart = plan->closed != 0,
		.listens = plan->backend == BACKEND_NOTIFY,
		.traced = nest == NULL,
		.ptrace_options = supervise_ptrace_options(),
		.own_group = nest != NULL && nest->line >= 0,
		.mask = nest != NULL ? &nest->mask : NULL,
	};
	struct launched child;
	const char *failed;
	int r = launch_start(&launch, &child, &failed);

	if (r) {
		report_message(report, "cannot %s: %s", failed, strerror(-r));
		return EXIT_BELAY;
	}
	return supervise(&child, plan->backend, nest, o, p, report);
}

/* The same in a pid namespace of its own. Both processes come back from here. */
static int confine_nested(const struct options *o, const struct plan *plan, const struct policy *p,
			  struct report *report)
{
	struct sigaction given;
	struct nest nest;
	const char *failed;
	int r;

	hear_children(&given);
	r = nest_start(&nest, &failed);
	if (r) {
		report_message(report, "cannot %s: %s", failed, strerror(-r));
		return EXIT_BELAY;
	}
	if (nest.init == 0) {
		sigaction(SIGCHLD, &given, NULL);
		return confine(o, plan, &nest, p, report);
	}
	r = front_wait(&nest);
	if (r >= 0)
		return r;
	report_message(report, "the supervisor was killed, and all of the sandbox with it");
	return EXIT_BELAY;
}

/* Under a policy that holds. */
static int run(const struct options *o, const struct policy *p, struct report *report)
{
	const struct plan_wish wish = {
		.backend = o->backend, .lifetime = o->lifetime, .namespaces = nest_missing,
		.signals_apart = domain_reach() == DOMAIN_SIGNALS,
	};
	struct plan_refusal refusal;
	struct sigaction given;
	struct plan plan;
	int r;

	hear_children(&given);
	r = plan_make(p, &wish, &plan, &refusal);
	sigaction(SIGCHLD, &given, NULL);
	if (r == -ENOTSUP) {
		report_message(report, "%s cannot be had: %s", refusal.option,
			       refusal.why);
		return EXIT_BELAY;
	}
	if (r) {
		report_message(report, "cannot make the filter: %s", strerror(-r));
		return EXIT_BELAY;
	}
	if (check_required(o, &plan, report)) {
		r = EXIT_BELAY;
	} else if (o->plan) {
		(o->json ? plan_print_json : plan_print)(stdout, &plan, p, apart(&plan));
		r = print_end(report);
	} else if (plan.lifetime == LIFETIME_PIDNS) {
		r = confine_nested(o, &plan, p, report);
	} else {
		r = confine(o, &plan, NULL, p, report);
	}
	plan_free(&plan);
	return r;
}

/* The command is to find what was promised to it. */
static int check_kept(const struct options *o, struct policy_error *err)
{
	for (size_t i = 0; i < o->nkeep; i++) {
		if (fcntl(o->keep_fds[i], F_GETFD) >= 0)
			continue;
		snprintf(err->text, sizeof(err->text), "--keep-fd: descriptor %d is not open",
			 o->keep_fds[i]);
		return -EBADF;
	}
	return 0;
}

static int with_options(const struct options *o, struct report *report)
{
	struct policy *p = policy_new();
	struct policy_error err = { "out of memory" };
	int code = EXIT_BELAY;

	if (!p || set_environment(o) || set_policy_env(p) || check_kept(o, &err) ||
	    load_policy(p, o, &err)) {
		report_message(report, "%s", err.text);
	} else {
		show_notes(p, report);
		code = run(o, p, report);
	}
	policy_free(p);
	return code;
}

/* What asks for no rules. False: something else is asked for. */
static bool print_what(const struct options *o)
{
	if (o->help)
		fputs(options_usage, stdout);
	else if (o->version)
		puts("belay " PACKAGE_VERSION);
	else if (o->calls)
		(o->json ? inventory_print_json : inventory_print)(stdout);
	else if (o->relies)
		(o->json ? relies_print_json : relies_print)(stdout);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	char error[512] = "out of memory";
	struct report *report;
	struct options o;
	int code;

	if (open_streams())
		return EXIT_BELAY;
	report = report_new(STDERR_FILENO);
	if (!report)
		return EXIT_BELAY;
	if (getauxval(AT_SECURE)) {
		report_message(report, "must not be given privileges by its file (set-user-ID, "
			       "capabilities): whoever runs it would choose the rules");
		code = EXIT_BELAY;
	} else if (options_parse(argc, argv, &o, error, sizeof(error))) {
		report_message(report, "%s", error);
		code = EXIT_BELAY;
	} else {
		code = print_what(&o) ? print_end(report) : with_options(&o, report);
		options_free(&o);
	}
	report_free(report);
	return code;
}
