/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot_test.c - boots of a script that fills the two files as QEMU would: the
 * ways a guest ends, the limits, and that nothing is left of it. The last case
 * boots a real one.
 */
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/boot/accel.h"
#include "harness/boot/qemu.h"

/* Whatever the limits are, no case comes near this one. */
#define FAR 300

static void put(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "we");

	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE(fputs(text, f) >= 0);
	ATF_REQUIRE_EQ(0, fchmod(fileno(f), mode));
	ATF_REQUIRE_EQ(0, fclose(f));
}

/*
 * A QEMU whose guest is the shell script `body`: it sees $console and $stream,
 * and says into "pid" who it is. It never leaves a child of its own.
 */
static void make_qemu(const char *body)
{
	struct buf b = {0};

	buf_printf(&b,
		   "#! /bin/sh\n"
		   "[ \"$1\" = --version ] && { echo 'QEMU emulator version 7.2.22 (x)'; exit; }\n"
		   "for a; do case \"$a\" in\n"
		   "file,id=console,path=*) console=${a#*path=} ;;\n"
		   "file,id=stream,path=*) stream=${a#*path=} ;;\n"
		   "esac; done\n"
		   "echo $$ >pid\n"
		   "%s\n",
		   body);
	put("qemu", b.p, 0755);
	buf_free(&b);
}

static struct machine machine = {
	.arch = (char *)"amd64",
	.qemu = (char *)"./qemu",
	.args = (char *)"-machine none",
	.memory = (char *)"64M",
	.console = (char *)"ttyS0",
	.export_args = (char *)"-serial chardev:stream",
	.export_tty = (char *)"ttyS1",
	.scale = 10,
};
static struct kernel_image kernel = {.path = (char *)"vmlinuz", .version = (char *)"1"};

static struct boot a_boot(void)
{
	struct boot b = {
		.machine = &machine,
		.kernel = &kernel,
		.userland = "userland",
		.builds = "builds",
		.workdir = "work",
		.accel = BOOT_ACCEL_TCG,
		.boot_s = FAR,
		.idle_s = FAR,
		.limit_s = FAR,
	};

	ATF_REQUIRE(mkdir("userland", 0755) == 0 || errno == EEXIST);
	ATF_REQUIRE(mkdir("userland/bin", 0755) == 0 || errno == EEXIST);
	ATF_REQUIRE(close(open("userland/bin/busybox", O_WRONLY | O_CREAT | O_CLOEXEC, 0755)) == 0);
	ATF_REQUIRE(mkdir("work", 0755) == 0 || errno == EEXIST);
	return b;
}

static pid_t qemu_pid(void)
{
	struct buf b = {0};
	pid_t pid;

	ATF_REQUIRE_EQ(0, buf_read_file(&b, "pid", 64));
	pid = atoi(b.p);
	buf_free(&b);
	ATF_REQUIRE(pid > 1);
	return pid;
}

/* Boot the script; the outcome and the words must be these, and nothing be left. */
static struct boot_result run(const struct boot *b, boot_watch *watch, const char *body,
			      enum boot_outcome outcome, const char *words)
{
	static const struct job nothing = {0};
	struct boot_result res;
	struct why why;

	make_qemu(body);
	ATF_REQUIRE_EQ_MSG(0, boot_run(b, &nothing, watch, NULL, &res, &why), "%s", why.text);
	ATF_CHECK_MSG(res.outcome == outcome, "%s instead of %s: %s",
		      boot_outcome_name(res.outcome), boot_outcome_name(outcome), res.last_words);
	if (words)
		ATF_CHECK_MSG(res.last_words && strcmp(words, res.last_words) == 0,
			      "'%s' instead of '%s'", res.last_words, words);
	else
		ATF_CHECK(res.last_words == NULL);
	ATF_CHECK(kill(qemu_pid(), 0) < 0 && errno == ESRCH);
	ATF_CHECK(access("work/job.cpio", F_OK) < 0);
	return res;
}

static void run_plain(const char *body, enum boot_outcome outcome, const char *words)
{
	struct boot b = a_boot();
	struct boot_result res = run(&b, NULL, body, outcome, words);

	boot_result_free(&res);
}

#define BOOTED "echo '[ 1.0] KT-BOOT 6.1.0-50-amd64' >$console\n"
#define SAY(text) "echo '[ 2.0] " text "' >>$console\n"
#define FOREVER "exec sleep 1000\n"

ATF_TC(done);
ATF_TC_HEAD(done, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a run to the last marker is done, with release, "
				       "version and both files");
}
ATF_TC_BODY(done, tc)
{
	struct boot b = a_boot();
	struct boot_result res;
	struct buf text = {0};

	res = run(&b, NULL, BOOTED "echo result >$stream\n" SAY("KT-DONE"), BOOT_DONE, NULL);
	ATF_CHECK_STREQ("6.1.0-50-amd64", res.release);
	ATF_CHECK_STREQ("7.2.22", res.qemu_version);
	ATF_CHECK_STREQ("work/console", res.console);
	ATF_CHECK_STREQ("work/stream", res.stream);
	ATF_CHECK_EQ(BOOT_ACCEL_TCG, res.accel);
	ATF_REQUIRE_EQ(0, buf_read_file(&text, res.stream, 100));
	ATF_CHECK_STREQ("result\n", text.p);
	buf_free(&text);
	boot_result_free(&res);

	/* One that does not power off; what an earlier boot left does not count. */
	run_plain(BOOTED SAY("KT-DONE") FOREVER, BOOT_DONE, NULL);
	run_plain("exit 0", BOOT_NOBOOT, NULL);
}

ATF_TC(panic);
ATF_TC_HEAD(panic, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a panic ends the boot early, with its words, and "
				       "that one before the first marker is no boot");
}
ATF_TC_BODY(panic, tc)
{
	run_plain(BOOTED SAY("Kernel panic - not syncing: x") FOREVER, BOOT_PANIC,
		  "Kernel panic - not syncing: x");
	run_plain(BOOTED SAY("Kernel panic - not syncing: x") "exit 0", BOOT_PANIC,
		  "Kernel panic - not syncing: x");
	run_plain(BOOTED "exit 0", BOOT_PANIC, "the guest went down without a word");
	run_plain(SAY("Kernel panic - not syncing: no root") FOREVER, BOOT_NOBOOT,
		  "Kernel panic - not syncing: no root");
}

ATF_TC(limits);
ATF_TC_HEAD(limits, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a guest that never boots, falls silent or never "
				       "ends is ended, and told apart");
}
ATF_TC_BODY(limits, tc)
{
	static const char chatter[] = BOOTED "while :; do echo . >>$stream; sleep 0.1; done\n";
	struct boot b = a_boot();
	struct boot_result res;

	b.boot_s = 1;
	res = run(&b, NULL, SAY("Linux version 6.1") FOREVER, BOOT_NOBOOT, "did not boot within 1 s");
	boot_result_free(&res);

	b = a_boot();
	b.idle_s = 1;
	res = run(&b, NULL, BOOTED FOREVER, BOOT_HANG, "silent for 1 s");
	boot_result_free(&res);

	b = a_boot();
	b.limit_s = 2;
	res = run(&b, NULL, chatter, BOOT_HANG, "not done within 2 s");
	boot_result_free(&res);
}

ATF_TC(rearmed);
ATF_TC_HEAD(rearmed, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that every byte of the stream puts off the end of a "
				       "silent guest, and that the console does not");
}
ATF_TC_BODY(rearmed, tc)
{
	struct boot b = a_boot();
	struct boot_result res;

	b.idle_s = 5;
	res = run(&b, NULL,
		  BOOTED "for i in 1 2 3 4 5 6 7 8; do echo . >>$stream; sleep 1; done\n" SAY(
			  "KT-DONE"),
		  BOOT_DONE, NULL);
	ATF_CHECK(res.wall_s > 7);
	boot_result_free(&res);
	b.idle_s = 2;
	res = run(&b, NULL, BOOTED "while :; do " SAY("noise") "sleep 0.1; done\n", BOOT_HANG,
		  "silent for 2 s");
	boot_result_free(&res);
}

ATF_TC(lost);
ATF_TC_HEAD(lost, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that QEMU's own failure is no fault of the guest");
}
ATF_TC_BODY(lost, tc)
{
	run_plain("echo warning >&2; echo 'qemu: no such machine' >&2; exit 1", BOOT_LOST,
		  "qemu: no such machine");
	run_plain(BOOTED "kill -KILL $$", BOOT_LOST, "QEMU was killed by signal 9");
}

static bool stop(void *arg, const struct boot_progress *p)
{
	(void)arg;
	return !p->booted || p->stream_bytes < 2;
}

ATF_TC(stopped);
ATF_TC_HEAD(stopped, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that the caller sees the progress and can end a boot");
}
ATF_TC_BODY(stopped, tc)
{
	struct boot b = a_boot();
	struct boot_result res;

	res = run(&b, stop, BOOTED "echo x >>$stream\n" FOREVER, BOOT_STOPPED, NULL);
	boot_result_free(&res);
}

ATF_TC(orphan);
ATF_TC_HEAD(orphan, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that QEMU dies when kmatrix is killed");
}
ATF_TC_BODY(orphan, tc)
{
	struct boot b = a_boot();
	struct buf said = {0};
	int fd, status;
	pid_t pid;

	/* QEMU holds the FIFO open for writing as long as it lives. */
	ATF_REQUIRE_EQ(0, mkfifo("alive", 0600));
	make_qemu("exec 9>alive; echo booting >&9; exec sleep 1000");
	pid = fork();
	ATF_REQUIRE(pid >= 0);
	if (pid == 0) {
		static const struct job nothing = {0};
		struct boot_result res;
		struct why why;

		boot_run(&b, &nothing, NULL, NULL, &res, &why);
		_exit(1);
	}
	fd = open("alive", O_RDONLY | O_CLOEXEC);
	ATF_REQUIRE(fd >= 0);
	ATF_REQUIRE_EQ(0, buf_read_fd(&said, fd, strlen("booting\n")));
	ATF_CHECK_STREQ("booting\n", said.p);
	ATF_REQUIRE_EQ(0, kill(pid, SIGKILL));
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	ATF_CHECK(WIFSIGNALED(status));
	said.len = 0;
	ATF_REQUIRE_EQ(0, buf_read_fd(&said, fd, 100));
	ATF_CHECK_EQ(0, said.len);
	buf_free(&said);
	close(fd);
}

ATF_TC(refused);
ATF_TC_HEAD(refused, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that what cannot be booted at all is refused in one "
				       "line");
}
ATF_TC_BODY(refused, tc)
{
	struct job_step step = {.abi = "x86_64", .program = "kernel-tests/a_test"};
	struct job job = {.steps = &step, .nsteps = 1};
	struct boot b = a_boot();
	struct boot_result res;
	struct why why;

	ATF_CHECK_EQ(-EIO, boot_run(&b, &job, NULL, NULL, &res, &why));
	ATF_CHECK_STREQ("./qemu: exit status 127: No such file or directory", why.text);
	make_qemu("exit 0");
	ATF_CHECK_EQ(-ENOENT, boot_run(&b, &job, NULL, NULL, &res, &why));
	ATF_CHECK_STREQ("builds/x86_64/harness/guest/runner: no program", why.text);
	b.accel = BOOT_ACCEL_KVM;
	ATF_CHECK_EQ(-EINVAL, boot_run(&b, &job, NULL, NULL, &res, &why));
	ATF_CHECK_MSG(strstr(why.text, "no KVM"), "%s", why.text);
	ATF_CHECK(access("pid", F_OK) < 0);
}

ATF_TC(arguments);
ATF_TC_HEAD(arguments, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that QEMU gets the machine's words one by one, paths "
				       "whole, and a kernel command line that ends at a panic");
}
ATF_TC_BODY(arguments, tc)
{
	struct machine m = machine;
	struct boot b = {.machine = &m, .kernel = &kernel};
	struct args a = {0};
	struct buf all = {0};
	size_t i;

	m.cmdline = (char *)"syscall.x32=y";
	m.kvm_args = (char *)"-cpu host";
	qemu_args(&b, BOOT_ACCEL_TCG, "a b", "c,d", "e", &a);
	for (i = 0; i < a.n; i++)
		buf_printf(&all, "%s|", a.v[i]);
	ATF_CHECK_STREQ("./qemu|-nodefaults|-no-user-config|-display|none|-no-reboot|-rtc|clock=vm|"
			"-machine|none|-m|64M|-chardev|file,id=console,path=c,,d|"
			"-serial|chardev:console|-chardev|file,id=stream,path=e|"
			"-serial|chardev:stream|-kernel|vmlinuz|-initrd|a b|-append|"
			"console=ttyS0 panic=-1 printk.devkmsg=on printk.time=1 loglevel=7 syscall.x32=y|",
			all.p);
	args_free(&a);
	all.len = 0;
	qemu_args(&b, BOOT_ACCEL_KVM, "i", "c", "s", &a);
	for (i = 0; i < a.n; i++)
		buf_printf(&all, "%s|", a.v[i]);
	ATF_CHECK(strstr(all.p, "|-accel|kvm|-cpu|host|-m|") != NULL);
	args_free(&a);
	buf_free(&all);
}

ATF_TC(kvm);
ATF_TC_HEAD(kvm, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that KVM is used only after a boot under it worked, "
				       "and that the verdict is found by that boot once");
	atf_tc_set_md_var(tc, "require.files", "/dev/kvm");
	atf_tc_set_md_var(tc, "require.user", "root");
}
ATF_TC_BODY(kvm, tc)
{
	static const char body[] =
		"case \"$*\" in *'-accel kvm'*) echo kvm >>probes; $KVM ;; esac\n" BOOTED SAY(
			"KT-DONE");
	struct machine own = machine;
	struct boot b = a_boot();
	struct boot_result res;
	struct utsname u;
	struct buf probes = {0};
	char *cwd = getcwd(NULL, 0), *cache;

	ATF_REQUIRE(uname(&u) == 0 && cwd);
	if (strcmp(u.machine, "x86_64") != 0)
		own.arch = (char *)"arm64";
	own.kvm_args = (char *)"-cpu host";
	b.machine = &own;
	b.accel = BOOT_ACCEL_AUTO;

	cache = buf_asprintf("%s/one", cwd);
	setenv("BELAY_CACHE", cache, 1);
	free(cache);
	/* Nothing is tried with a kernel that may be bad itself. */
	setenv("KVM", "exit 1", 1);
	res = run(&b, NULL, body, BOOT_DONE, NULL);
	ATF_CHECK_EQ(BOOT_ACCEL_TCG, res.accel);
	boot_result_free(&res);
	ATF_CHECK(access("probes", F_OK) < 0);

	b.known_good = true;
	res = run(&b, NULL, body, BOOT_DONE, NULL);
	ATF_CHECK_EQ(BOOT_ACCEL_TCG, res.accel);
	boot_result_free(&res);
	res = run(&b, NULL, body, BOOT_DONE, NULL);
	ATF_CHECK_EQ(BOOT_ACCEL_TCG, res.accel);
	boot_result_free(&res);
	ATF_REQUIRE_EQ(0, buf_read_file(&probes, "probes", 100));
	ATF_CHECK_STREQ("kvm\n", probes.p);

	cache = buf_asprintf("%s/two", cwd);
	setenv("BELAY_CACHE", cache, 1);
	free(cache);
	setenv("KVM", ":", 1);
	res = run(&b, NULL, body, BOOT_DONE, NULL);
	ATF_CHECK_EQ(BOOT_ACCEL_KVM, res.accel);
	boot_result_free(&res);
	/* Now also for a kernel of which nothing is known. */
	b.known_good = false;
	res = run(&b, NULL, body, BOOT_DONE, NULL);
	ATF_CHECK_EQ(BOOT_ACCEL_KVM, res.accel);
	boot_result_free(&res);
	probes.len = 0;
	ATF_REQUIRE_EQ(0, buf_read_file(&probes, "probes", 100));
	ATF_CHECK_STREQ("kvm\nkvm\nkvm\nkvm\n", probes.p);
	buf_free(&probes);
	free(cwd);
}

static void say(void *arg, const char *line)
{
	(void)arg;
	puts(line);
}

ATF_TC(real);
ATF_TC_HEAD(real, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that a kernel of the distribution boots to the last "
				       "marker; the variable boot names a line of kernels.tsv");
	atf_tc_set_md_var(tc, "require.config", "boot");
	atf_tc_set_md_var(tc, "timeout", "900");
}
ATF_TC_BODY(real, tc)
{
	const char *id = atf_tc_get_config_var(tc, "boot");
	static const struct job nothing = {0};
	struct kernel_image image;
	const struct kernel *k;
	struct boot_result res;
	struct tables *t;
	struct boot b = a_boot();
	struct buf stream = {0};
	struct why why;
	char *root;

	ATF_REQUIRE_EQ_MSG(0, tables_load(NULL, &t, &why), "%s", why.text);
	k = tables_kernel(t, id);
	ATF_REQUIRE_MSG(k != NULL, "no kernel %s", id);
	ATF_REQUIRE_EQ_MSG(0, fetch_kernel(k, say, NULL, &image, &why), "%s", why.text);
	b.machine = tables_machine(t, k->arch);
	ATF_REQUIRE_EQ_MSG(0, fetch_userland(b.machine, say, NULL, &root, &why), "%s", why.text);
	b.kernel = &image;
	b.userland = root;
	ATF_REQUIRE_EQ_MSG(0, boot_run(&b, &nothing, NULL, NULL, &res, &why), "%s", why.text);
	ATF_CHECK_MSG(res.outcome == BOOT_DONE, "%s: %s", boot_outcome_name(res.outcome),
		      res.last_words);
	ATF_REQUIRE_MSG(res.release && strncmp(image.version, res.release, strlen(res.release)) == 0,
			"%s is not %s", res.release, image.version);
	ATF_REQUIRE_EQ(0, buf_read_file(&stream, res.stream, 100));
	ATF_CHECK_EQ(0, stream.len);
	buf_free(&stream);
	boot_result_free(&res);
	kernel_image_free(&image);
	free(root);
	tables_free(t);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, done);
	ATF_TP_ADD_TC(tp, panic);
	ATF_TP_ADD_TC(tp, limits);
	ATF_TP_ADD_TC(tp, rearmed);
	ATF_TP_ADD_TC(tp, lost);
	ATF_TP_ADD_TC(tp, stopped);
	ATF_TP_ADD_TC(tp, orphan);
	ATF_TP_ADD_TC(tp, refused);
	ATF_TP_ADD_TC(tp, arguments);
	ATF_TP_ADD_TC(tp, kvm);
	ATF_TP_ADD_TC(tp, real);
	return atf_no_error();
}
