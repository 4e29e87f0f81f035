/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request_test.c - requests to text and back, and words that are none.
 */
#include <errno.h>
#include <string.h>

#include "harness/base/case.h"
#include "harness/run/request.h"

CASE(both_ways, "Verify that a request gives the text that gives it again")
{
	static const char all[] =
		"kernel bookworm-amd64\nkernel trixie-arm64\nimage /a b/bzImage\nabi i386\n"
		"test *.two\ntest a_test:one\nsuite arch\nsuite all\nvariable allow_panic=yes\nnative \nqemu-user \n"
		"no-retry \nbuilds /a/build\nprograms 12-ab\nuser nobody\naccel tcg\nreboots 0\n";
	struct buf text = {0};
	struct request r;
	struct why why;

	ATF_REQUIRE_EQ_MSG(0, request_parse(all, &r, &why), "%s", why.text);
	ATF_REQUIRE_EQ(2, r.kernels.count);
	ATF_CHECK(r.kernels.v[2] == NULL);
	ATF_CHECK_STREQ("/a b/bzImage", r.images.v[0]);
	ATF_CHECK(r.native && r.emulator && r.no_retry);
	ATF_CHECK_EQ(BOOT_ACCEL_TCG, r.accel);
	ATF_CHECK_EQ(0, r.reboots);
	request_text(&r, &text);
	ATF_CHECK_STREQ(all, text.p);
	buf_free(&text);
	request_free(&r);
}

CASE(nothing, "Verify that an empty request is what is asked for when nothing is")
{
	struct request r, s;
	struct buf a = {0}, b = {0};
	struct why why;

	request_init(&r);
	ATF_REQUIRE_EQ(0, request_parse("", &s, &why));
	request_text(&r, &a);
	request_text(&s, &b);
	ATF_CHECK_STREQ(a.p, b.p);
	ATF_CHECK(r.kernels.v == NULL && !r.native && !r.no_retry && r.reboots == 3);
	ATF_CHECK_STREQ("root", r.user);
	buf_free(&a);
	buf_free(&b);
	request_free(&r);
	request_free(&s);
}

CASE(bad, "Verify that what is none is refused, by name and with what was meant")
{
	static const struct {
		const char *name, *value, *says;
	} table[] = {
		{"accel", "tgc", "did you mean 'tcg'?"}, {"user", "nobdy", "did you mean 'nobody'?"},
		{"user", "x", "valid: root, nobody"},	 {"reboots", "-1", "--reboots '-1'"},
		{"reboots", "101", "from 0 to 100"},	 {"reboots", "", "--reboots ''"},
		{"variable", "a", "NAME=VALUE"},	 {"variable", "a=b c", "NAME=VALUE"},
		{"image", "a\nb", "line break"},	 {"kernle", "x", "nothing called 'kernle'"},
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct request r;
		struct buf before = {0}, after = {0};
		struct why why;

		request_init(&r);
		request_text(&r, &before);
		ATF_CHECK_EQ(-EINVAL, request_set(&r, table[i].name, table[i].value, &why));
		ATF_CHECK_MSG(strstr(why.text, table[i].says), "%s", why.text);
		request_text(&r, &after);
		ATF_CHECK_STREQ(before.p, after.p);
		buf_free(&before);
		buf_free(&after);
		request_free(&r);
	}
	for (size_t i = 0; i < 2; i++) {
		static const char *const texts[] = {"kernel a\nfrom the future\n", "accel\n"};
		struct request r;
		struct why why;

		ATF_CHECK_EQ(-EINVAL, request_parse(texts[i], &r, &why));
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, both_ways);
	ATF_TP_ADD_TC(tp, nothing);
	ATF_TP_ADD_TC(tp, bad);
	return atf_no_error();
}
