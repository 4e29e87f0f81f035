/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_kernel.c - versions, and the tables of kt_changes.h applied to them.
 */
#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "kernel-tests/kt_fail.h"
#include "kernel-tests/kt_kernel.h"

struct change {
	const char *mainline, *stable, *reference, *what;
};
#define ROW(name, mainline, stable, reference, what) { mainline, stable, reference, what },
static const struct change changes[] = { KT_CHANGES(ROW) };
static const struct change bugs[] = { KT_BUGS(ROW) };
#undef ROW

bool kt_version_parse(const char *text, struct kt_version *out)
{
	struct kt_version v = { 0, 0, 0 };

	if (sscanf(text, "%d.%d.%d", &v.major, &v.minor, &v.patch) < 2)
		return false;
	*out = v;
	return true;
}

bool kt_version_of(const char *release, const char *version, const char *signature,
		   struct kt_version *out)
{
	const char *debian = strstr(version, "Debian ");
	const char *last = signature ? strrchr(signature, ' ') : NULL;

	if (last && kt_version_parse(last + 1, out))
		return true;
	if (debian && kt_version_parse(debian + strlen("Debian "), out))
		return true;
	return kt_version_parse(release, out);
}

static long order(const struct kt_version *v)
{
	return (v->major * 1000L + v->minor) * 10000L + v->patch;
}

bool kt_version_has(const struct kt_version *v, const char *mainline, const char *stable)
{
	struct kt_version since;

	if (kt_version_parse(mainline, &since) && order(v) >= order(&since))
		return true;
	for (const char *p = stable; *p; p += strspn(p, " ")) {
		if (kt_version_parse(p, &since) && v->major == since.major &&
		    v->minor == since.minor && v->patch >= since.patch)
			return true;
		p += strcspn(p, " ");
	}
	return false;
}

static struct kt_version running(void)
{
	const char *forced = getenv("KT_KERNEL_VERSION");
	char line[256], *signature = NULL;
	struct kt_version v;
	struct utsname uts;
	FILE *f;

	if (forced) {
		if (!kt_version_parse(forced, &v))
			kt_broken(__FILE__, __LINE__,
				  "KT_KERNEL_VERSION is '%s', expected something like 6.1.192",
				  forced);
		return v;
	}
	f = fopen("/proc/version_signature", "re");
	if (f) {
		signature = fgets(line, sizeof(line), f);
		fclose(f);
	}
	KT_SYS(uname(&uts));
	if (!kt_version_of(uts.release, uts.version, signature, &v))
		kt_broken(__FILE__, __LINE__, "no version in uname's '%s'", uts.release);
	return v;
}

static bool has(const struct change *c)
{
	struct kt_version v = running();
	bool yes = kt_version_has(&v, c->mainline, c->stable);

	printf("kernel %d.%d.%d is %s this (%s%s%s, %s): %s\n", v.major, v.minor, v.patch,
	       yes ? "after" : "before", *c->mainline ? c->mainline : "no release",
	       *c->stable ? " " : "", c->stable, c->reference, c->what);
	return yes;
}

bool kt_kernel_has(enum kt_change change)
{
	return has(&changes[change]);
}

bool kt_kernel_is_rt(void)
{
	struct utsname uts;

	KT_SYS(uname(&uts));
	return strstr(uts.version, "PREEMPT_RT") != NULL;
}

void kt_known_bug(enum kt_bug bug)
{
	if (!has(&bugs[bug]))
		atf_tc_expect_fail("%s: %s", bugs[bug].reference, bugs[bug].what);
}
