/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.c - words of the command line to struct options. Whether a profile
 * exists or a rule makes sense is not known here.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/options.h"

const char options_usage[] =
	"usage: belay [OPTION]... [--] COMMAND [ARG...]\n"
	"Run COMMAND and all that it starts in a sandbox.\n"
	"\n"
	"  -p, --profile NAME    rules of a profile: default, allow-all, or an installed one\n"
	"  -c, --config FILE     rules of a file, one magic command a line\n"
	"  -m, --magic COMMAND   one magic command, such as 'allow/write+/srv/***'\n"
	"  -E, --env VAR[=VALUE] set, or without a value remove, a variable of COMMAND\n"
	"      --keep-fd N       leave descriptor N open; others above 2 are closed\n"
	"      --backend HOW     how supervised calls reach belay: auto, trace or notify\n"
	"      --lifetime HOW    what ends all of it with belay: auto, ptrace or pidns\n"
	"      --require WHAT    do not start without: notify, pidns, landlock, landlock-signals\n"
	"      --plan            say who decides what under these rules, and run nothing\n"
	"      --calls           list every system call of every ABI, its verdict, and why\n"
	"      --relies          list the kernel's promises that belay stands on\n"
	"      --json            the same (--plan, --calls, --relies) for programs\n"
	"      --version         print the version\n"
	"  -h, --help            print this\n"
	"\n"
	"Rules are read in the order given, and the last one that matches wins.\n"
	"Without -p and -c, those of the profile `default` come first.\n"
	"\n"
	"Exit status: COMMAND's; 128+N when signal N ended it; 125 when belay failed;\n"
	"126 when COMMAND cannot be run; 127 when it is not found.\n";

enum { OPT_KEEP_FD = 256, OPT_BACKEND, OPT_CALLS, OPT_JSON, OPT_LIFETIME, OPT_PLAN, OPT_RELIES,
	OPT_REQUIRE, OPT_VERSION };

static const struct option longs[] = {
	{ "backend", required_argument, NULL, OPT_BACKEND },
	{ "calls", no_argument, NULL, OPT_CALLS },
	{ "config", required_argument, NULL, 'c' },
	{ "env", required_argument, NULL, 'E' },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "keep-fd", required_argument, NULL, OPT_KEEP_FD },
	{ "lifetime", required_argument, NULL, OPT_LIFETIME },
	{ "magic", required_argument, NULL, 'm' },
	{ "plan", no_argument, NULL, OPT_PLAN },
	{ "profile", required_argument, NULL, 'p' },
	{ "relies", no_argument, NULL, OPT_RELIES },
	{ "require", required_argument, NULL, OPT_REQUIRE },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

struct error {
	char *text;
	size_t size;
};

static int fail(const struct error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int fail(const struct error *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, e->size, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int parse_fd(const struct error *e, const char *text, int *out)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || *text == '+' || n < 3 || n > INT_MAX)
		return fail(e, "--keep-fd: '%s' is not a descriptor above 2", text);
	*out = (int)n;
	return 0;
}

static int parse_env(const struct error *e, const char *text, const char **out)
{
	if (*text == '\0' || *text == '=')
		return fail(e, "-E: '%s' has no name of a variable", text);
	*out = text;
	return 0;
}

static int parse_required(const struct error *e, const char *text, unsigned int *out)
{
	static const struct {
		const char *word;
		unsigned int bits;
	} words[] = {
		{ "notify", REQUIRE_NOTIFY },
		{ "pidns", REQUIRE_PIDNS },
		{ "landlock", REQUIRE_MEMORY },
		{ "landlock-signals", REQUIRE_MEMORY | REQUIRE_SIGNALS },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(text, words[i].word)) {
			*out |= words[i].bits;
			return 0;
		}
	}
	return fail(e, "--require: '%s' is not known; there are: notify, pidns, landlock, "
		    "landlock-signals", text);
}

static int bad_option(const struct error *e, char **argv, int c)
{
	/* A short option is told by its letter, a long one by the word before optind. */
	if (optopt > 0 && optopt < 256)
		return fail(e, "option '-%c' %s; see belay --help", optopt,
			    c == ':' ? "needs an argument" : "does not exist");
	return fail(e, "option '%s' %s; see belay --help", argv[optind - 1],
		    c == ':' ? "needs an argument"
			     : optopt ? "takes no argument" : "does not exist");
}

static int one_option(int c, char **argv, struct options *o, const struct error *e)
{
	switch (c) {
	case 'p':
		o->rules[o->nrules++] = (struct option_rules){ OPTION_PROFILE, optarg };
		return 0;
	case 'c':
		o->rules[o->nrules++] = (struct option_rules){ OPTION_FILE, optarg };
		return 0;
	case 'm':
		o->rules[o->nrules++] = (struct option_rules){ OPTION_MAGIC, optarg };
		return 0;
	case 'E':
		return parse_env(e, optarg, &o->env[o->nenv++]);
	case OPT_KEEP_FD:
		return parse_fd(e, optarg, &o->keep_fds[o->nkeep++]);
	case OPT_BACKEND:
		if (backend_parse(optarg, &o->backend))
			return fail(e, "--backend: '%s' is not known; there are: auto, trace, notify",
				    optarg);
		return 0;
	case OPT_LIFETIME:
		if (lifetime_parse(optarg, &o->lifetime))
			return fail(e, "--lifetime: '%s' is not known; there are: auto, ptrace, pidns",
				    optarg);
		return 0;
	case OPT_PLAN:
		o->plan = true;
		return 0;
	case OPT_CALLS:
		o->calls = true;
		return 0;
	case OPT_RELIES:
		o->relies = true;
		return 0;
	case OPT_REQUIRE:
		return parse_required(e, optarg, &o->required);
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_VERSION:
		o->version = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	}
	return bad_option(e, argv, c);
}

/* Whether they make sense together. */
static int check_together(const struct options *o, const struct error *e)
{
	const char *list = o->calls ? "--calls" : "--relies";

	if (o->json && !o->relies && !o->calls && !o->plan)
		return fail(e, "--json is for --plan, --calls and --relies; see belay --help");
	if ((o->required & REQUIRE_NOTIFY && o->backend == BACKEND_TRACE) ||
	    (o->required & REQUIRE_PIDNS && o->lifetime == LIFETIME_PTRACE))
		return fail(e, "--require and %s exclude each other",
			    o->backend == BACKEND_TRACE ? "--backend trace" : "--lifetime ptrace");
	if (o->relies || o->calls) {
		if (o->relies + o->calls + o->plan > 1)
			return fail(e, "--plan, --calls and --relies exclude each other");
		if (o->nrules > 0)
			return fail(e, "%s is the same under all rules: no -p, -c or -m beside it; "
				    "--plan is about rules", list);
		if (*o->command)
			return fail(e, "%s runs nothing: '%s' is too much", list, *o->command);
	} else if (!o->plan && !*o->command) {
		return fail(e, "no command; see belay --help");
	}
	return 0;
}

int options_parse(int argc, char **argv, struct options *out, char *error, size_t size)
{
	const struct error e = { error, size };
	/* No option comes more often than there are words. */
	size_t most = (size_t)argc + 1;
	struct options o = {
		.rules = calloc(most, sizeof(*o.rules)),
		.env = calloc(most, sizeof(*o.env)),
		.keep_fds = calloc(most, sizeof(*o.keep_fds)),
	};
	int c, r = o.rules && o.env && o.keep_fds ? 0 : -ENOMEM;

	opterr = 0;
	optind = 0; /* glibc: from the start, also when called again */
	/* '+': the first word that is no option is the command, its options are its own. */
	while (!r && (c = getopt_long(argc, argv, "+:p:c:m:E:h", longs, NULL)) != -1)
		r = one_option(c, argv, &o, &e);
	o.command = argv + optind;
	/* To require one is to ask for it. */
	if (o.required & REQUIRE_NOTIFY && o.backend == BACKEND_AUTO)
		o.backend = BACKEND_NOTIFY;
	if (o.required & REQUIRE_PIDNS && o.lifetime == LIFETIME_AUTO)
		o.lifetime = LIFETIME_PIDNS;
	if (!r && !o.help && !o.version)
		r = check_together(&o, &e);
	if (r) {
		options_free(&o);
		return r;
	}
	*out = o;
	return 0;
}

void options_free(struct options *o)
{
	free(o->rules);
	free(o->env);
	free(o->keep_fds);
	*o = (struct options){ .command = NULL };
}
