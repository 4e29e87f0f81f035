/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.c - the first root of a guest. The base holds busybox
 * and is kept beside the userland it was taken from. The job's part holds
 * init, the runner, the test programs and the job; Linux unpacks archives one
 * behind the other. It neither fetches nor boots.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/boot/cpio.h"
#include "harness/boot/guest.h"
#include "harness/boot/image.h"
#include "harness/boot/libraries.h"
#include "harness/boot/rooms.h"
#include "harness/boot/strip.h"

#define PROGRAM_MAX (256u << 20)

/* Part of the base's name: another one when its content is made in another way. */
#define IMAGE_BASE "base-3.cpio"

/* What init uses. */
static const char *const applets[] = {
	"hostname", "ip", "mkdir", "mount", "poweroff", "sh", "stty", "uname",
};

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "nobody:x:65534:65534:nobody:/tmp/home:/bin/sh\n";
static const char group[] = "root:x:0:\ntty:x:5:\nnogroup:x:65534:\n";

static char *busybox_path(const char *root)
{
	char *path = buf_asprintf("%s/bin/busybox", root);

	if (access(path, R_OK)) {
		/* Newer distributions have it there. */
		free(path);
		path = buf_asprintf("%s/usr/bin/busybox", root);
	}
	return path;
}

static int base_fill(struct cpio *c, const char *root)
{
	static const char *const dirs[] = {"dev", "proc", "root", "run", "sys", "tmp"};
	char *path = busybox_path(root);
	size_t i;
	int rc;

	rc = cpio_file(c, "bin/busybox", 0755, path);
	free(path);
	for (i = 0; rc == 0 && i < sizeof(dirs) / sizeof(*dirs); i++)
		rc = cpio_dir(c, dirs[i], 0755);
	for (i = 0; rc == 0 && i < sizeof(applets) / sizeof(*applets); i++) {
		char *name = buf_asprintf("bin/%s", applets[i]);

		rc = cpio_link(c, name, "busybox");
		free(name);
	}
	/* Scripts find their interpreter by it. */
	if (rc == 0)
		rc = cpio_link(c, "usr/bin/env", "../../bin/busybox");
	/* The kernel opens it for init before anything is mounted. */
	if (rc == 0)
		rc = cpio_char_device(c, "dev/console", 0600, 5, 1);
	if (rc == 0)
		rc = cpio_data(c, "etc/passwd", 0644, passwd, strlen(passwd));
	if (rc == 0)
		rc = cpio_data(c, "etc/group", 0644, group, strlen(group));
	return rc;
}

/* The base's path; made under another name first, so that it is whole or absent. */
static int base_path(const char *root, char **out, struct why *why)
{
	char *path = buf_asprintf("%s/" IMAGE_BASE, root), *work;
	struct cpio *c;
	FILE *f;
	int rc, end;

	if (access(path, R_OK) == 0) {
		*out = path;
		return 0;
	}
	/* Two guests of one kind may start at a time. */
	work = buf_asprintf("%s.%ld", path, (long)gettid());
	f = fopen(work, "we");
	if (!f) {
		rc = -errno;
	} else {
		c = cpio_begin(f);
		rc = base_fill(c, root);
		end = cpio_end(c);
		if (rc == 0)
			rc = end;
		if (fclose(f) != 0 && rc == 0)
			rc = -EIO;
		if (rc == 0 && rename(work, path) < 0)
			rc = -errno;
		if (rc < 0)
			unlink(work);
	}
	free(work);
	if (rc < 0) {
		why_set(why, -rc, "cannot write %s: %s", path, strerror(-rc));
		free(path);
		return rc;
	}
	*out = path;
	return 0;
}

static int copy_base(const char *base, FILE *to, struct why *why)
{
	int fd = open(base, O_RDONLY | O_CLOEXEC), rc = 0;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		rc = -errno;
	while (rc == 0 && lseek(fd, 0, SEEK_CUR) < st.st_size) {
		n = sendfile(fileno(to), fd, NULL, st.st_size);
		if (n <= 0)
			rc = n < 0 ? -errno : -EIO;
	}
	/* stdio does not see what passed it by. */
	if (rc == 0 && fseeko(to, 0, SEEK_END) < 0)
		rc = -errno;
	if (rc < 0)
		why_set(why, -rc, "cannot copy %s: %s", base, strerror(-rc));
	if (fd >= 0)
		close(fd);
	return rc;
}

static int add_file(struct cpio *c, const char *path, const char *name, struct why *why)
{
	int rc = cpio_file(c, name, 0755, path);

	return rc < 0 ? why_set(why, -rc, "%s: %s", path, strerror(-rc)) : 0;
}

/* With the libraries that it names: guests have none. */
static int add_program(struct cpio *c, const char *path, const char *name, struct why *why)
{
	struct buf b = {0};
	int rc;

	if (!guest_is_program(path))
		return why_set(why, ENOENT, "%s: no program", path);
	rc = buf_read_file(&b, path, PROGRAM_MAX);
	if (rc < 0) {
		buf_free(&b);
		return why_set(why, -rc, "%s: %s", path, strerror(-rc));
	}
	rc = libraries_put(c, path, b.p, b.len, why);
	if (rc == 0) {
		rc = cpio_data(c, name, 0755, b.p, strip_program(b.p, b.len));
		if (rc < 0)
			why_set(why, -rc, "%s: %s", path, strerror(-rc));
	}
	buf_free(&b);
	return rc;
}

/* Programs of the build `from` that are no tests, for those of `abi` in this folder and beside. */
static int add_helpers(struct cpio *c, const char *builds, const char *from, const char *abi,
		       const char *room, struct why *why)
{
	char *builddir = buf_asprintf("%s/%s", builds, from), **list = NULL;
	size_t n = 0, i;
	int rc = guest_list(builddir, room, false, &list, &n, why);

	for (i = 0; rc == 0 && i < n; i++) {
		char *path = buf_asprintf("%s/%s", builddir, list[i]);
		char *name = buf_asprintf("belay/tests/%s/%s", abi, list[i]);

		rc = add_program(c, path, name, why);
		free(path);
		free(name);
	}
	guest_programs_free(list);
	free(builddir);
	return rc;
}

/* The shell and the commands of programs of this ABI, where the guest's own are of another. */
static int add_userland(struct cpio *c, const struct boot *b, const char *abi, struct why *why)
{
	char *name = buf_asprintf("belay/tests/%s/userland/busybox", abi), *path = NULL;
	int rc = 0;

	for (size_t i = 0; i < b->nuserlands; i++)
		if (!strcmp(b->userlands[i].abi, abi))
			path = busybox_path(b->userlands[i].root);
	if (path)
		rc = add_file(c, path, name, why);
	free(path);
	free(name);
	return rc;
}

/* What is listed for tests in shell, and what runs them. */
static int add_beside(struct cpio *c, const struct boot *b, const char *abi,
		      const struct room *room, struct why *why)
{
	int rc = 0;

	for (const struct room_file *f = room->beside; rc == 0 && f && f->name; f++) {
		const char *from = f->supervisor && b->supervisor ? b->supervisor : abi;
		char *path = buf_asprintf("%s/%s/%s", b->builds, from, f->name);
		char *name = buf_asprintf("belay/tests/%s/%s", abi, f->name);
		size_t last = strlen(f->name) - 1;

		if (f->name[last] == '/') {
			char *dir = buf_strndup(f->name, last);

			rc = add_helpers(c, b->builds, from, abi, dir, why);
			free(dir);
		} else {
			rc = guest_is_program(path) ? add_program(c, path, name, why)
						    : add_file(c, path, name, why);
		}
		free(name);
		free(path);
	}
	if (rc == 0 && room->scripts) {
		char *datadir = run_datadir(), *sh = buf_asprintf("%s/guest/atf-sh", datadir);

		rc = add_file(c, sh, "bin/atf-sh", why);
		free(sh);
		free(datadir);
	}
	return rc == 0 && room->scripts ? add_userland(c, b, abi, why) : rc;
}

/* Whether the step before was of the same directory, so that what lies there is in. */
static bool same_room(const struct job_step *s, const struct job_step *before)
{
	const char *slash = strrchr(s->program, '/');
	size_t len = slash ? (size_t)(slash - s->program) + 1 : 0;

	return before && !strcmp(s->abi, before->abi) &&
	       !strncmp(s->program, before->program, len) && !strchr(before->program + len, '/');
}

/* A test program, and what lies beside it. */
static int add_step(struct cpio *c, const struct boot *b, const struct job_step *s,
		    const struct job_step *before, struct why *why)
{
	const char *slash = strrchr(s->program, '/');
	char *room = buf_strndup(s->program, slash ? (size_t)(slash - s->program) : 0);
	char *path = buf_asprintf("%s/%s/%s", b->builds, s->abi, s->program);
	char *name = buf_asprintf("belay/tests/%s/%s", s->abi, s->program);
	int rc = guest_is_script(path) ? add_file(c, path, name, why)
				       : add_program(c, path, name, why);

	if (rc == 0 && !same_room(s, before)) {
		rc = add_helpers(c, b->builds, s->abi, s->abi, room, why);
		if (rc == 0 && room_find(room))
			rc = add_beside(c, b, s->abi, room_find(room), why);
	}
	free(room);
	free(path);
	free(name);
	return rc;
}

/*
 * One runner for the programs of every ABI; each build has one. Any but the kernel's own
 * may be one whose programs it cannot run (arm with pages of 16 KiB).
 */
static int add_runner(struct cpio *c, const struct boot *b, const char *first, struct why *why)
{
	char *own = buf_asprintf("%s/%s/" GUEST_RUNNER, b->builds, b->own ? b->own : first);
	char *any = buf_asprintf("%s/%s/" GUEST_RUNNER, b->builds, first);
	int rc = add_program(c, guest_is_program(own) ? own : any, "belay/runner", why);

	free(own);
	free(any);
	return rc;
}

static int job_fill(struct cpio *c, const struct boot *b, const struct job *job, unsigned scale,
		    struct why *why)
{
	char *datadir = run_datadir(), *init = buf_asprintf("%s/guest/init", datadir);
	struct buf text = {0};
	size_t i;
	int rc;

	rc = cpio_file(c, "init", 0755, init);
	if (rc < 0)
		why_set(why, -rc, "%s: %s", init, strerror(-rc));
	else
		rc = guest_job_text(job, b->machine->export_tty, scale, &text, why);
	if (rc == 0)
		rc = cpio_data(c, "belay/job", 0644, text.p, text.len);
	if (rc == 0 && job->nsteps)
		rc = add_runner(c, b, job->steps[0].abi, why);
	for (i = 0; rc == 0 && i < job->nsteps; i++)
		rc = add_step(c, b, &job->steps[i], i ? &job->steps[i - 1] : NULL, why);
	if (rc == 0 && job->shell) {
		char *shell = buf_asprintf("%s/guest/shell", datadir);

		rc = cpio_file(c, "belay/shell", 0755, shell);
		if (rc < 0)
			why_set(why, -rc, "%s: %s", shell, strerror(-rc));
		free(shell);
	}
	buf_free(&text);
	free(init);
	free(datadir);
	return rc;
}

int image_build(const struct boot *b, const struct job *job, unsigned scale, const char *path,
		struct why *why)
{
	char *base = NULL;
	struct cpio *c;
	FILE *f = NULL;
	int rc, end;

	rc = base_path(b->userland, &base, why);
	if (rc < 0)
		return rc;
	f = fopen(path, "we");
	if (!f) {
		rc = why_set(why, errno, "cannot write %s: %s", path, strerror(errno));
		goto out;
	}
	rc = copy_base(base, f, why);
	if (rc == 0) {
		c = cpio_begin(f);
		rc = job_fill(c, b, job, scale, why);
		end = cpio_end(c);
		if (rc == 0 && end < 0)
			rc = why_set(why, -end, "cannot write %s: %s", path, strerror(-end));
	}
	if (fclose(f) != 0 && rc == 0)
		rc = why_set(why, EIO, "cannot write %s: %s", path, strerror(errno));
out:
	free(base);
	return rc;
}
