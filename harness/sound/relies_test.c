/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relies_test.c - what belay says about itself: asked, understood, or refused whole.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/case.h"
#include "harness/sound/relies.h"

#define ROW(part, rest) \
	"{\"what\":\"trace\",\"kind\":\"backend\",\"part\":\"" part "\"," \
	"\"contract\":\"a.b.c\",\"abis\":\"all\",\"why\":\"w\"" rest "}"

/* A belay that prints this text, and how it ends. */
static void belay(const char *text, int status)
{
	FILE *f = fopen("belay", "we");

	ATF_REQUIRE(f != NULL);
	fprintf(f, "#!/bin/sh\n[ \"$*\" = '--relies --json' ] || exit 9\n"
		"cat <<'E'\n%s\nE\nexit %d\n", text, status);
	ATF_REQUIRE_EQ(0, fclose(f));
	ATF_REQUIRE_EQ(0, chmod("belay", 0755));
}

/* The answer is an error with this in its line, and nothing is taken of it. */
static void refused(int error, const char *says)
{
	struct relies relies = {0};
	struct why why = {""};

	ATF_CHECK_EQ(error, relies_ask("./belay", &relies, &why));
	ATF_CHECK_MSG(strstr(why.text, says) != NULL, "%s", why.text);
	ATF_CHECK_EQ(0, relies.count);
}

CASE(asked, "Verify that belay is asked, and its reliances are kept in their order")
{
	struct relies relies = {0};
	struct why why = {""};

	belay("{\"relies\":[" ROW("x", ",\"optional\":false") ",\n"
	      ROW("y", ",\"optional\":true,\"where\":\"f.c\"") "]}", 0);
	ATF_REQUIRE_EQ_MSG(0, relies_ask("./belay", &relies, &why), "%s", why.text);
	ATF_REQUIRE_EQ(2, relies.count);
	ATF_CHECK_STREQ("trace", relies.v[0].what);
	ATF_CHECK_STREQ("backend", relies.v[0].kind);
	ATF_CHECK_STREQ("x", relies.v[0].part);
	ATF_CHECK_STREQ("a.b.c", relies.v[0].contract);
	ATF_CHECK_STREQ("all", relies.v[0].abis);
	ATF_CHECK_STREQ("w", relies.v[0].why);
	ATF_CHECK(!relies.v[0].optional);
	ATF_CHECK(relies.v[1].optional);
	relies_free(&relies);
}

CASE(missing, "Verify that a belay that is not there is told as that")
{
	refused(-ENOENT, "no belay at './belay'");
}

CASE(failing, "Verify that a belay that fails is told with its status")
{
	belay("{\"relies\":[" ROW("x", ",\"optional\":false") "]}", 3);
	refused(-EIO, "exit status 3");
}

CASE(nonsense, "Verify that an answer that is no list of reliances is refused whole")
{
	static const char *const texts[] = {
		"", "no JSON", "{}", "{\"relies\":[]}", "{\"relies\":[1]}",
		"{\"relies\":[" ROW("x", "") "]}",
		"{\"relies\":[" ROW("", ",\"optional\":false") "]}",
		"{\"relies\":[" ROW("x", ",\"optional\":\"no\"") "]}",
		"{\"relies\":[" ROW("x", ",\"optional\":false") ",{\"what\":\"y\"}]}",
		"{\"relies\":[" ROW("x", ",\"optional\":false") "]",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		belay(texts[i], 0);
		refused(-EPROTO, "printed no list of reliances");
	}
}

CASE(names, "Verify which contracts and ABIs a reliance speaks of")
{
	struct relies list = {0};
	const struct reliance *one, *family;

	relies_add(&list, "w", "layer", "p", false, "a.b", "all", "");
	relies_add(&list, "w", "layer", "p", false, "a.b.*", "x32,arm", "");
	one = &list.v[0];
	family = &list.v[1];
	ATF_CHECK(reliance_names(one, "a.b"));
	ATF_CHECK(!reliance_names(one, "a.b.c") && !reliance_names(one, "a"));
	ATF_CHECK(reliance_names(family, "a.b.c.d"));
	ATF_CHECK(!reliance_names(family, "a.b") && !reliance_names(family, "a.bc.d"));
	ATF_CHECK(reliance_is_for(one, "aarch64"));
	ATF_CHECK(reliance_is_for(family, "x32") && reliance_is_for(family, "arm"));
	ATF_CHECK(!reliance_is_for(family, "ar") && !reliance_is_for(family, "x86_64"));
	relies_free(&list);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, asked);
	ATF_TP_ADD_TC(tp, missing);
	ATF_TP_ADD_TC(tp, failing);
	ATF_TP_ADD_TC(tp, nonsense);
	ATF_TP_ADD_TC(tp, names);
	return atf_no_error();
}
