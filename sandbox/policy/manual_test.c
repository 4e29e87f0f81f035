/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manual_test.c - belay(5) against the program: its tables of patterns, rules
 * and addresses, its example policies, and that nothing is left out. Where the source tree is not
 * at hand, as in a guest, every case skips.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/pattern.h"
#include "sandbox/policy/policy_test_util.h"

static FILE *open_manual(void)
{
	FILE *f = fopen(MANUAL, "re");

	if (f == NULL)
		atf_tc_skip("the source tree is not here: %s", MANUAL);
	return f;
}

/* What roff makes of a line: \- and \e, which is all that tables and policies use. */
static void unroff(char *line)
{
	char *out = line;

	for (; *line != '\0'; line++) {
		if (line[0] == '\\' && (line[1] == '-' || line[1] == 'e'))
			*out++ = *++line == '-' ? '-' : '\\';
		else if (*line != '\n')
			*out++ = *line;
	}
	*out = '\0';
}

/*
 * The next line that is text between ".\" NAME-begin" and ".\" NAME-end";
 * *block counts the begins, to tell one from the next.
 */
static char *next_line(FILE *f, const char *name, unsigned int *block, char *line, int size)
{
	static bool inside;
	char begin[64], end[64];

	snprintf(begin, sizeof begin, ".\\\" %s-begin\n", name);
	snprintf(end, sizeof end, ".\\\" %s-end\n", name);
	while (fgets(line, size, f) != NULL) {
		if (strcmp(line, begin) == 0) {
			inside = true;
			++*block;
		} else if (strcmp(line, end) == 0) {
			inside = false;
		} else if (inside && line[0] != '.') {
			unroff(line);
			return line;
		}
	}
	return NULL;
}

/* One row of a table, its cells apart; its words are what the manual says of it. */
enum answer { ANSWER_NONE, ANSWER_YES, ANSWER_NO, ANSWER_REFUSED };

static enum answer cells(char *line, char **first, char **second)
{
	static const char *const words[] = {"", "yes", "no", "refused"};
	char *save, *third;

	*first = strtok_r(line, "\t", &save);
	*second = strtok_r(NULL, "\t", &save);
	third = strtok_r(NULL, "\t", &save);
	for (int i = ANSWER_YES; third != NULL && i <= ANSWER_REFUSED; i++)
		if (strcmp(third, words[i]) == 0)
			return (enum answer)i;
	return ANSWER_NONE; /* the head of the table */
}

/* Ask `check` about each row of the tables of this name. */
static void each_row(const char *name, unsigned int least,
		     enum answer (*check)(char *rule, const char *object))
{
	FILE *f = open_manual();
	unsigned int block = 0, rows = 0;
	char line[512], copy[512];

	while (next_line(f, name, &block, line, sizeof line) != NULL) {
		char *rule, *object;
		enum answer want;

		strcpy(copy, line);
		want = cells(line, &rule, &object);
		if (want == ANSWER_NONE)
			continue;
		rows++;
		ATF_CHECK_EQ_MSG(want, check(rule, object), "%s", copy);
	}
	fclose(f);
	ATF_CHECK_MSG(rows >= least, "only %u rows", rows);
}

static enum answer check_pattern(char *text, const char *path)
{
	struct policy_error err;
	struct pattern *p;
	enum answer a;

	if (pattern_compile(text, 0, &test_env, &p, &err) != 0)
		return ANSWER_REFUSED;
	a = pattern_match(p, path, strlen(path)) ? ANSWER_YES : ANSWER_NO;
	pattern_free(p);
	return a;
}

/* Verify that each row of the table of patterns says the truth. */
ATF_TC(patterns);
ATF_TC_HEAD(patterns, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that each row of the table of patterns says the truth");
}
ATF_TC_BODY(patterns, tc)
{
	(void)tc;
	each_row("patterns", 40, check_pattern);
}

static enum answer check_rules(char *rules, const char *path)
{
	struct policy *p = POLICY_OF("core/sandbox/write:deny");
	struct policy_error err;
	enum answer a = ANSWER_NO;
	char *save;

	for (char *r = strtok_r(rules, " ", &save); r != NULL; r = strtok_r(NULL, " ", &save))
		if (strcmp(r, "-") != 0 && policy_command(p, r, here, &err) != 0)
			a = ANSWER_REFUSED;
	if (a != ANSWER_REFUSED && allows(p, POLICY_WRITE, path))
		a = ANSWER_YES;
	policy_free(p);
	return a;
}

/* Verify that each row of the table of rules says the truth. */
ATF_TC(rules);
ATF_TC_HEAD(rules, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that each row of the table of rules says the truth");
}
ATF_TC_BODY(rules, tc)
{
	(void)tc;
	each_row("rules", 10, check_rules);
}

static enum answer check_address(char *rule, const char *address)
{
	struct policy *p = POLICY_OF("core/sandbox/network:deny");
	struct policy_error err;
	enum answer a = ANSWER_REFUSED;
	char command[256];

	snprintf(command, sizeof command, "allow/network/connect+%s", rule);
	if (policy_command(p, command, here, &err) == 0)
		a = connects(p, address) ? ANSWER_YES : ANSWER_NO;
	policy_free(p);
	return a;
}

/* Verify that each row of the table of addresses says the truth. */
ATF_TC(addresses);
ATF_TC_HEAD(addresses, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that each row of the table of addresses says the truth");
}
ATF_TC_BODY(addresses, tc)
{
	(void)tc;
	each_row("addresses", 30, check_address);
}

/* Verify that each example is a policy without error and without a note. */
ATF_TC(examples);
ATF_TC_HEAD(examples, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that each example is a policy without error");
}
ATF_TC_BODY(examples, tc)
{
	FILE *f = open_manual();
	struct policy *p = POLICY_OF("core/sandbox/write:deny");
	unsigned int block = 0, last = 0, commands = 0;
	struct policy_error err;
	char line[512];

	(void)tc;
	while (next_line(f, "policy", &block, line, sizeof line) != NULL) {
		if (block != last) {
			ATF_CHECK_MSG(policy_note(p, 0, &err) < 0, "%s", err.text);
			policy_free(p);
			p = POLICY_OF("core/sandbox/write:deny");
			last = block;
		}
		commands++;
		ATF_CHECK_MSG(policy_command(p, line, here, &err) == 0, "'%s': %s", line,
			      err.text);
	}
	ATF_CHECK_MSG(policy_note(p, 0, &err) < 0, "%s", err.text);
	policy_free(p);
	fclose(f);
	ATF_CHECK_MSG(block >= 3 && commands >= 10, "%u examples, %u commands", block, commands);
}

/* Verify that the manual names every option, with its default where it has no effect. */
ATF_TC(options);
ATF_TC_HEAD(options, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the manual names every option");
}
ATF_TC_BODY(options, tc)
{
	const struct policy_option_info *o;
	FILE *f = open_manual();
	size_t room = 1 << 20, len;
	char *page = malloc(room);

	(void)tc;
	len = fread(page, 1, room - 1, f);
	page[len] = '\0';
	unroff(page);
	for (size_t i = 0; (o = policy_option_at(i)) != NULL; i++) {
		char want[128];

		snprintf(want, sizeof want, "%s", o->key);
		if (o->type == POLICY_BOOLEAN && o->no_effect != NULL)
			snprintf(want, sizeof want, "%s:%s", o->key, o->value ? "true" : "false");
		else if (o->type == POLICY_INTEGER && o->no_effect != NULL)
			snprintf(want, sizeof want, "%s:%ld", o->key, o->value);
		ATF_CHECK_MSG(strstr(page, want) != NULL, "%s is missing", want);
	}
	free(page);
	fclose(f);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, patterns);
	ATF_TP_ADD_TC(tp, rules);
	ATF_TP_ADD_TC(tp, addresses);
	ATF_TP_ADD_TC(tp, examples);
	ATF_TP_ADD_TC(tp, options);
	return atf_no_error();
}
