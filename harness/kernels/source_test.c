/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_test.c - from a machine's apt entries to those of a private root.
 */
#include <atf-c.h>
#include <string.h>

#include "harness/kernels/source.h"

#define RING "/usr/share/keyrings/debian-archive-keyring.gpg"

/* What `suite` is served by when the machine's file says `text`. */
static void check(const char *text, bool deb822, const char *suite, bool security,
		  const char *expected)
{
	struct sources s = {0};
	struct buf out = {0};

	source_parse(&s, text, deb822, "bookworm");
	source_derive(&s, suite, security, &out);
	ATF_CHECK_MSG(strcmp(out.p ? out.p : "", expected) == 0, "from:\n%s\ncame:\n%s\nnot:\n%s",
		      text, out.p ? out.p : "", expected);
	source_free(&s);
	buf_free(&out);
}

#define MAIN "Types: deb\nURIs: http://mirror/debian\nSuites: sid\nComponents: main\n"
#define SECURITY                                                                                   \
	"Types: deb\nURIs: http://mirror/debian-security\nSuites: trixie-security\n"               \
	"Components: main\n"

ATF_TC(list);
ATF_TC_HEAD(list, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a .list file gives its Debian mirrors, with "
				       "key ring and trust, and nothing else");
}
ATF_TC_BODY(list, tc)
{
	check("deb http://mirror/debian bookworm main contrib\n", false, "sid", true, MAIN "\n");
	check("deb [ signed-by=" RING " arch=amd64 ] http://mirror/debian bookworm main # x\n",
	      false, "sid", true, MAIN "Signed-By: " RING "\n\n");
	check("deb [signed-by=/a/x.gpg," RING "] http://mirror/debian bookworm main", false, "sid",
	      true, MAIN "Signed-By: /a/x.gpg " RING "\n\n");
	check("deb [trusted=yes] http://mirror/debian/ stable main", false, "sid", true,
	      "Types: deb\nURIs: http://mirror/debian/\nSuites: sid\nComponents: main\n"
	      "Trusted: yes\n\n");
	check("deb http://mirror/debian bookworm main\n"
	      "deb http://mirror/debian bookworm-updates main\n"
	      "deb http://mirror/debian bookworm-backports main\n"
	      "deb-src http://mirror/debian bookworm main\n"
	      "# deb http://other/debian bookworm main\n"
	      "deb http://mirror/debian bookworm contrib\n"
	      "deb http://mirror/debian-security bookworm-security main\n",
	      false, "trixie", true,
	      "Types: deb\nURIs: http://mirror/debian\nSuites: trixie\nComponents: main\n\n" SECURITY
	      "\n");
	check("deb http://mirror/debian-security buster/updates main\n"
	      "deb http://mirror/debian-security stable/updates main\n",
	      false, "trixie", true, SECURITY "\n");
}

ATF_TC(deb822);
ATF_TC_HEAD(deb822, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a .sources file gives every mirror of every "
				       "stanza, a key of several lines included");
}
ATF_TC_BODY(deb822, tc)
{
	check("Types: deb deb-src\n# a comment\nURIs: http://mirror/debian\n"
	      "suites: bookworm bookworm-updates\nComponents: main contrib\n"
	      "Signed-By: " RING "\n"
	      "\n"
	      "Types: deb\nURIs: http://mirror/debian-security\nSuites: bookworm-security\n"
	      "Components: main\n",
	      true, "trixie", true,
	      "Types: deb\nURIs: http://mirror/debian\nSuites: trixie\nComponents: main\n"
	      "Signed-By: " RING "\n\n" SECURITY "\n");
	check("Types: deb\nURIs: http://one/debian\n http://two/debian\nSuites: bookworm\n"
	      "Components: main\n",
	      true, "sid", true,
	      "Types: deb\nURIs: http://one/debian\nSuites: sid\nComponents: main\n\n"
	      "Types: deb\nURIs: http://two/debian\nSuites: sid\nComponents: main\n\n");
	check("Types: deb\nURIs: http://mirror/debian\nSuites: bookworm\nComponents: main\n"
	      "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQ==\n"
	      " -----END PGP PUBLIC KEY BLOCK-----\n",
	      true, "sid", true,
	      MAIN "Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQ==\n"
		   " -----END PGP PUBLIC KEY BLOCK-----\n\n");
	check("Enabled: no\nTypes: deb\nURIs: http://mirror/debian\nSuites: bookworm\n"
	      "Components: main\n",
	      true, "sid", true, "");
	check("Types: deb-src\nURIs: http://mirror/debian\nSuites: bookworm\nComponents: main\n",
	      true, "sid", true, "");
}

ATF_TC(strangers);
ATF_TC_HEAD(strangers, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that others who publish under Debian's suite names "
				       "are left out");
}
ATF_TC_BODY(strangers, tc)
{
	check("deb https://packages.example/apt cloud-sdk-bookworm main\n", false, "sid", true, "");
	check("deb https://packages.example/apt bookworm main\n", false, "sid", true, "");
	check("deb [signed-by=/usr/share/keyrings/example.gpg] https://example/stable/debian "
	      "bookworm main\n",
	      false, "sid", true, "");
	check("Types: deb\nURIs: https://example/node_20.x\nSuites: nodistro\nComponents: main\n",
	      true, "sid", true, "");
	check("deb http://mirror/ubuntu noble main\n", false, "sid", true, "");
	/* Debian's ring says more than the name of a directory. */
	check("deb [signed-by=" RING "] file:/srv/archive bookworm main\n", false, "sid", true,
	      "Types: deb\nURIs: file:/srv/archive\nSuites: sid\nComponents: main\n"
	      "Signed-By: " RING "\n\n");
}

ATF_TC(security);
ATF_TC_HEAD(security, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that security updates can be left out and that an "
				       "entry that is there twice counts once");
}
ATF_TC_BODY(security, tc)
{
	static const char text[] = "deb http://mirror/debian bookworm main\n"
				   "deb http://mirror/debian stable main\n"
				   "deb http://mirror/debian-security bookworm-security main\n";

	check(text, false, "sid", false, MAIN "\n");
	check("", false, "sid", true, "");
	check("deb\ndeb [\ndeb [x\ndeb http://mirror/debian\n", false, "sid", true, "");
	check("Types\n:\n x\n\n\nTypes:", true, "sid", true, "");
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, list);
	ATF_TP_ADD_TC(tp, deb822);
	ATF_TP_ADD_TC(tp, strangers);
	ATF_TP_ADD_TC(tp, security);
	return atf_no_error();
}
