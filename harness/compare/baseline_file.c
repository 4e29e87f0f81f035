/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * baseline_file.c - load, save and tell about a baseline.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/compare/baseline_file.h"
#include "harness/report/report.h"

#define BASELINE_MAX (16U << 20)

int baseline_load(const char *path, struct baseline *out, struct why *why)
{
	struct buf text = {0};
	int err = buf_read_file(&text, path, BASELINE_MAX);

	if (err)
		why_set(why, -err, "baseline '%s': %s", path, strerror(-err));
	else if (text.len && strlen(text.p) != text.len)
		err = why_set(why, EINVAL, "baseline '%s' is not a text", path);
	else
		err = baseline_parse(text.p ? text.p : "", path, out, why);
	buf_free(&text);
	return err;
}

static int baseline_put(int fd, const struct buf *text)
{
	for (size_t done = 0; done < text->len;) {
		ssize_t n = write(fd, text->p + done, text->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return fsync(fd) ? -errno : 0;
}

int baseline_save(const char *path, struct baseline *b, struct why *why)
{
	char *tmp = buf_asprintf("%s.%d.new", path, (int)getpid());
	struct buf text = {0};
	struct stat st;
	int fd, err;

	baseline_write(b, &text);
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	err = fd < 0 ? -errno : baseline_put(fd, &text);
	/* Who may read it stays as it was. */
	if (!err && !stat(path, &st) && fchmod(fd, st.st_mode & 0777))
		err = -errno;
	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	if (!err && rename(tmp, path))
		err = -errno;
	if (err) {
		if (fd >= 0)
			unlink(tmp);
		why_set(why, -err, "baseline '%s' cannot be written: %s", path, strerror(-err));
	}
	buf_free(&text);
	free(tmp);
	return err;
}

size_t baseline_tell(const struct baseline *b, const char *path, const struct store_run *run,
		     bool all, struct buf *out)
{
	size_t stale = 0;

	for (size_t i = 0; i < b->count; i++) {
		const struct baseline_entry *e = &b->v[i];
		enum baseline_state state = baseline_state(e, run);
		char *line;

		if (state != BASELINE_STALE && !(all && state == BASELINE_UNASKED))
			continue;
		stale += state == BASELINE_STALE;
		line = buf_asprintf("%s:%u: %s: %s in %s (%s)", path, e->line,
				    state == BASELINE_STALE ? "no longer applies"
							    : "not in this run",
				    e->contract, e->cells, e->reason);
		report_safe(out, line);
		buf_puts(out, "\n");
		free(line);
	}
	return stale;
}

int baseline_judge(const struct baseline *b, const char *path, const struct store_run *run)
{
	struct buf out = {0};

	baseline_tell(b, path, run, false, &out);
	if (out.len)
		fwrite(out.p, 1, out.len, stderr);
	buf_free(&out);
	return baseline_verdict(b, run);
}
