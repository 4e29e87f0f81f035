/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * profile_test.c - the profiles that are built in mean what they say, and
 * profiles written for sydbox-1 load unchanged.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/policy/policy_test_util.h"

static struct policy *profile(const char *name, const struct policy_env *env)
{
	struct policy *p = policy_new();
	struct policy_error err;

	ATF_REQUIRE_EQ(0, policy_set_env(p, env));
	if (policy_load_profile(p, name, &err) != 0)
		atf_tc_fail("%s", err.text);
	return p;
}

/* Verify that profile default lets all be read and run, and nothing of it is supervised. */
ATF_TC(default_read);
ATF_TC_HEAD(default_read, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that profile default lets all be read and run");
}
ATF_TC_BODY(default_read, tc)
{
	struct policy *p = profile("default", &test_env);
	struct policy_error err;

	(void)tc;
	ATF_CHECK(policy_is_open(p, POLICY_READ));
	ATF_CHECK(policy_is_open(p, POLICY_EXEC));
	ATF_CHECK(!policy_is_open(p, POLICY_WRITE));
	ATF_CHECK(!policy_is_open(p, POLICY_BIND));
	ATF_CHECK(!policy_is_open(p, POLICY_CONNECT));
	ATF_CHECK_MSG(policy_note(p, 0, &err) < 0, "%s", err.text);
	/* A deny rule on top acts. */
	ATF_REQUIRE_EQ(0, policy_command(p, "deny/read+${HOME}/.ssh/***", here, &err));
	ATF_CHECK(!allows(p, POLICY_READ, "/home/me/.ssh/id"));
	ATF_CHECK(allows(p, POLICY_READ, "/home/me/x"));
	ATF_CHECK_MSG(policy_note(p, 0, &err) < 0, "%s", err.text);
	policy_free(p);
}

/* Verify that profile default lets only the two directories and the usual devices be written. */
ATF_TC(default_write);
ATF_TC_HEAD(default_write, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that profile default lets only what it names be written");
}
ATF_TC_BODY(default_write, tc)
{
	static const char *const yes[] = {
		"/work dir", "/work dir/a/b", "/tmp/t*p", "/tmp/t*p/x", "/dev/null", "/dev/zero",
		"/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts/3",
		"/dev/shm/sem.x"};
	static const char *const no[] = {
		"/", "/etc/passwd", "/work", "/work dir2", "/tmp", "/tmp/x", "/tmp/tap/x", "/dev",
		"/dev/sda", "/dev/stdout", "/dev/mem", "/dev/tty1", "/dev/null/x", "/home/me/.bashrc",
		"/proc/1/mem", "/proc/sys/kernel/core_pattern", "/sys/x"};
	struct policy *p = profile("@default", &test_env);
	struct policy_verdict v;

	(void)tc;
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		ATF_CHECK_MSG(allows(p, POLICY_WRITE, yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		ATF_CHECK_MSG(!allows(p, POLICY_WRITE, no[i]), "%s", no[i]);
	policy_decide_own(p, POLICY_WRITE, "/proc/12/oom_score_adj", &v);
	ATF_CHECK(v.allow);
	policy_decide_path(p, POLICY_WRITE, "/proc/12/oom_score_adj", &v);
	ATF_CHECK(!v.allow);
	policy_free(p);
}

/* Verify that profile default reaches no network and none of the sockets that run things. */
ATF_TC(default_network);
ATF_TC_HEAD(default_network, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that profile default reaches no network and no daemon's socket");
}
ATF_TC_BODY(default_network, tc)
{
	static const char *const yes[] = {
		"unix:/work dir/s", "unix:/tmp/t*p/s", "unix:/srv/app/s", "unix:/dev/log",
		"unix:/run/systemd/journal/dev-log", "unix:/run/systemd/userdb/io.systemd.Home"};
	static const char *const no[] = {
		"127.0.0.1@80", "::1@80", "192.0.2.1@443", "0.0.0.0@80", "::@80",
		"::ffff:127.0.0.1@80", "abstract:x", "abstract:/tmp/.X11-unix/X0",
		"unix:/run/docker.sock", "unix:/var/run/docker.sock", "unix:/run/systemd/private",
		"unix:/run/dbus/system_bus_socket", "unix:/run/user/1000/bus",
		"unix:/run/user/1000/docker.sock", "unix:/run/containerd/containerd.sock",
		"unix:/run/podman/podman.sock", "unix:/var/lib/lxd/unix.socket",
		"unix:/home/me/.docker/run/docker.sock", "unix:/home/me/.colima/x/docker.sock",
		"unix:/tmp/t*p/tmux-1000/default", "unix:/tmp/t*p/dbus-abc",
		"unix:/tmp/.X11-unix/X0", "unix:/tmp/t*p/.X11-unix/X0", "unix:/work dir/docker.sock",
		"unix:/run/systemd/resolve/io.systemd.Resolve", "unix:/run/nscd/socket",
		"unix:/nix/var/nix/daemon-socket/socket", "unix:/tmp/ssh-abc/agent.12",
		"unix:/root/.gnupg/S.gpg-agent"};
	struct policy *p = profile("default", &test_env);

	(void)tc;
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		ATF_CHECK_MSG(connects(p, yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		ATF_CHECK_MSG(!connects(p, no[i]), "%s", no[i]);
	ATF_CHECK(binds(p, "unix:/work dir/s"));
	ATF_CHECK(binds(p, "unix:/tmp/t*p/s"));
	ATF_CHECK(binds(p, "abstract:"));
	ATF_CHECK(!binds(p, "unix:/srv/app/s"));
	ATF_CHECK(!binds(p, "abstract:x"));
	ATF_CHECK(!binds(p, "127.0.0.1@0"));
	ATF_CHECK(!binds(p, "::@0"));
	ATF_CHECK(verdict_on(p, POLICY_CONNECT, "unix:/run/nscd/socket").silent);
	ATF_CHECK(!verdict_on(p, POLICY_CONNECT, "unix:/run/docker.sock").silent);
	policy_free(p);
}

/* Verify that a current directory that holds the daemons' sockets does not open them. */
ATF_TC(default_in_run);
ATF_TC_HEAD(default_in_run, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that a current directory with daemons' sockets opens none");
}
ATF_TC_BODY(default_in_run, tc)
{
	static const char *const cwds[] = {"/", "/run", "/run/user/1000"};

	(void)tc;
	for (size_t i = 0; i < sizeof cwds / sizeof *cwds; i++) {
		struct policy_env env = {.cwd = cwds[i]};
		struct policy *p = profile("default", &env);

		ATF_CHECK(!connects(p, "unix:/run/user/1000/bus"));
		ATF_CHECK(!connects(p, "unix:/run/user/1000/systemd/private"));
		ATF_CHECK(!connects(p, "unix:/run/user/1000/docker.sock"));
		ATF_CHECK(!connects(p, "unix:/run/dbus/system_bus_socket"));
		ATF_CHECK(allows(p, POLICY_WRITE, "/tmp/x"));
		policy_free(p);
	}
}

/* Verify that profile default is refused where there is no current directory. */
ATF_TC(default_no_cwd);
ATF_TC_HEAD(default_no_cwd, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that profile default is refused without a current directory");
}
ATF_TC_BODY(default_no_cwd, tc)
{
	struct policy *p = policy_new();
	struct policy_error err;

	(void)tc;
	ATF_CHECK(policy_load_profile(p, "default", &err) < 0);
	ATF_CHECK_MSG(strncmp(err.text, "@default:", 9) == 0 &&
		      strstr(err.text, "${CWD} has no value here") != NULL, "%s", err.text);
	policy_free(p);
}

/* Verify that profile allow-all refuses nothing and asks nothing. */
ATF_TC(allow_all);
ATF_TC_HEAD(allow_all, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that profile allow-all refuses nothing");
}
ATF_TC_BODY(allow_all, tc)
{
	struct policy *p = POLICY_OF("core/sandbox/write:deny", "core/sandbox/read:deny",
				     "core/sandbox/exec:deny", "core/sandbox/network:deny");
	struct policy_error err;

	(void)tc;
	ATF_REQUIRE_EQ(0, policy_load_profile(p, "allow-all", &err));
	for (int op = 0; op < POLICY_OPS; op++)
		ATF_CHECK(policy_is_open(p, op));
	policy_free(p);
}

/*
 * What profiles of sydbox-1 are made of: its options with its values, its
 * words, its aliases, its patterns.
 */
static const char build_profile[] =
	"# A package manager's build, sydbox-1 API 1\n"
	"core/sandbox/exec:off\n"
	"core/sandbox/read:off\n"
	"core/sandbox/write:deny\n"
	"core/sandbox/network:deny\n"
	"core/restrict/file_control:false\n"
	"core/restrict/shared_memory_writable:true\n"
	"core/whitelist/per_process_directories:true\n"
	"core/whitelist/successful_bind:true\n"
	"core/whitelist/unsupported_socket_families:true\n"
	"core/abort/decision:killall\n"
	"core/panic/decision:kill\n"
	"core/panic/exit_code:-1\n"
	"core/violation/decision:deny\n"
	"core/violation/exit_code:0\n"
	"core/violation/raise_fail:0\n"
	"core/violation/raise_safe:f\n"
	"core/trace/follow_fork:t\n"
	"core/trace/exit_kill:1\n"
	"core/trace/exit_wait_all:true\n"
	"core/trace/interrupt:while_wait\n"
	"core/trace/magic_lock:exec\n"
	"core/trace/use_ptrace:true\n"
	"core/trace/use_seccomp:true\n"
	"core/trace/use_seize:true\n"
	"core/trace/use_toolong_hack:false\n"
	"core/match/case_sensitive:true\n"
	"core/match/no_wildcard:literal\n"
	"log/level:2\n"
	"log/console_fd:2\n"
	"log/console_level:1\n"
	"log/file:\n"
	"\n"
	"whitelist/write+/dev/stdout\n"
	"whitelist/write+/dev/null\n"
	"whitelist/write+/dev/pts/***\n"
	"whitelist/write+/proc/self/attr/**\n"
	"whitelist/write+/tmp/***\n"
	"whitelist/write+/var/tmp/***\n"
	"blacklist/write+/var/tmp/keep/***\n"
	"whitelist/network/bind+LOOPBACK@0\n"
	"whitelist/network/bind+LOOPBACK6@1024-65535\n"
	"whitelist/network/bind+LOCAL@0-65535\n"
	"whitelist/network/connect+unix:/var/run/nscd/socket\n"
	"whitelist/network/connect+unix-abstract:/tmp/.X11-unix/**\n"
	"whitelist/network/connect+inet:127.0.0.0/8@1024-65535\n"
	"whitelist/network/connect+LOCAL6@80\n"
	"filter/write+/usr/**/*.py[co]\n"
	"filter/network+inet6:fe80::/10@0-65535\n"
	"exec/kill_if_match+/usr/bin/sudo\n"
	"exec/resume_if_match+/usr/bin/true\n";

/* Verify that profiles written for sydbox-1 load unchanged and mean the same. */
ATF_TC(sydbox);
ATF_TC_HEAD(sydbox, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that profiles written for sydbox-1 load unchanged");
}
ATF_TC_BODY(sydbox, tc)
{
	struct policy *p = policy_new();
	struct policy_verdict v;
	struct policy_error err;
	FILE *f = fopen("build.syd-1", "we");
	size_t notes = 0;

	(void)tc;
	ATF_REQUIRE(f != NULL);
	fputs(build_profile, f);
	ATF_REQUIRE_EQ(0, fclose(f));
	if (policy_load_file(p, "build.syd-1", &err) != 0)
		atf_tc_fail("%s", err.text);
	ATF_CHECK(policy_is_open(p, POLICY_READ));
	ATF_CHECK(allows(p, POLICY_WRITE, "/var/tmp"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/var/tmp/keep/x"));
	ATF_CHECK(!allows(p, POLICY_WRITE, "/etc/passwd"));
	ATF_CHECK(!allows(p, POLICY_EXEC, "/usr/bin/sudo"));
	ATF_CHECK(allows(p, POLICY_EXEC, "/usr/bin/make"));
	policy_decide_path(p, POLICY_WRITE, "/usr/lib/python3/x.pyc", &v);
	ATF_CHECK(!v.allow && v.silent);
	ATF_CHECK(binds(p, "127.0.0.1@0"));
	ATF_CHECK(binds(p, "10.1.2.3@80"));
	ATF_CHECK(binds(p, "::1@1024"));
	ATF_CHECK(!binds(p, "::1@80"));
	ATF_CHECK(connects(p, "unix:/var/run/nscd/socket"));
	ATF_CHECK(connects(p, "abstract:/tmp/.X11-unix/X0"));
	ATF_CHECK(connects(p, "127.0.0.1@1024"));
	ATF_CHECK(!connects(p, "127.0.0.1@80"));
	ATF_CHECK(connects(p, "fe80::1@80"));
	ATF_CHECK(!connects(p, "ff02::1@80"));
	ATF_CHECK_EQ(1, policy_option(p, "core/trace/magic_lock"));
	ATF_CHECK_EQ(1, policy_option(p, "core/trace/use_seize"));
	ATF_CHECK_EQ(1, policy_option(p, "core/whitelist/unsupported_socket_families"));
	while (policy_note(p, notes, &err) == 0)
		notes++;
	ATF_CHECK_MSG(notes >= 3, "%zu", notes); /* what has no effect is told */
	policy_free(p);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, default_read);
	ATF_TP_ADD_TC(tp, default_write);
	ATF_TP_ADD_TC(tp, default_network);
	ATF_TP_ADD_TC(tp, default_in_run);
	ATF_TP_ADD_TC(tp, default_no_cwd);
	ATF_TP_ADD_TC(tp, allow_all);
	ATF_TP_ADD_TC(tp, sydbox);
	return atf_no_error();
}
