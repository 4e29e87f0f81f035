/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kt_kernel_test.c - which version a kernel is, and which side of a change.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel-tests/kt.h"

KT_TEST(version_of, "Verify that the stable release is found behind a distribution's names for it")
{
	static const struct {
		const char *release, *version, *signature;
		struct kt_version want;
	} table[] = {
		{ "6.18.44", "#1 SMP PREEMPT", NULL, { 6, 18, 44 } },
		{ "7.3-rc4", "#1 SMP", NULL, { 7, 3, 0 } },
		{ "6.1.0-31-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1 (2026-10-01)", NULL,
		  { 6, 1, 192 } },
		{ "6.12.107+deb13-arm64", "#1 SMP Debian 6.12.107-1 (2026-11-02)", NULL,
		  { 6, 12, 107 } },
		{ "5.15.0-91-generic", "#101-Ubuntu SMP", "Ubuntu 5.15.0-91.101-generic 5.15.131\n",
		  { 5, 15, 131 } },
	};
	struct kt_version v;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		KT_REQUIRE(kt_version_of(table[i].release, table[i].version, table[i].signature,
					 &v));
		KT_REQUIRE_MSG(memcmp(&v, &table[i].want, sizeof(v)) == 0, "%s is %d.%d.%d",
			       table[i].release, v.major, v.minor, v.patch);
	}
	KT_REQUIRE(!kt_version_of("linux", "#1", NULL, &v));
}

KT_TEST(side_of_a_change, "Verify that a change is seen in mainline after it and in listed stable "
			  "branches after it, and nowhere else")
{
	static const struct {
		const char *version, *mainline, *stable;
		bool has;
	} table[] = {
		{ "6.0", "6.0", "", true },
		{ "6.0.1", "6.0", "", true },
		{ "10.1", "6.0", "", true },
		{ "5.19.17", "6.0", "", false },
		{ "5.10.112", "5.18", "5.10.113 5.15.33", false },
		{ "5.10.113", "5.18", "5.10.113 5.15.33", true },
		{ "5.10.262", "5.18", "5.10.113 5.15.33", true },
		{ "5.15.33", "5.18", "5.10.113 5.15.33", true },
		{ "5.16.20", "5.18", "5.10.113 5.15.33", false },
		{ "6.18.44", "7.0", "6.1.188 6.12.110", false },
		{ "7.3.4", "", "", false },
	};
	struct kt_version v;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		KT_REQUIRE(kt_version_parse(table[i].version, &v));
		KT_REQUIRE_MSG(kt_version_has(&v, table[i].mainline, table[i].stable) ==
				       table[i].has,
			       "%s against %s %s", table[i].version, table[i].mainline,
			       table[i].stable);
	}
}

KT_TEST(running_kernel, "Verify that the running kernel has a version, and that the environment "
			"overrides it")
{
	(void)kt_kernel_has(KT_CHANGE_EXIT_STOP_DEAF);
	KT_SYS(setenv("KT_KERNEL_VERSION", "5.10.262", 1));
	KT_REQUIRE(!kt_kernel_has(KT_CHANGE_EXIT_STOP_DEAF));
	KT_SYS(setenv("KT_KERNEL_VERSION", "6.0", 1));
	KT_REQUIRE(kt_kernel_has(KT_CHANGE_EXIT_STOP_DEAF));
}

KT_PROGRAM
