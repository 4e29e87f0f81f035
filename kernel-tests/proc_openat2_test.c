/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_openat2_test.c - openat2: what its structure may hold, and what each
 * RESOLVE flag keeps a path from.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-tests/kt.h"

/* The same on every ABI, but for the bit of x32. */
#define NR_OPENAT2 (437 | (SYS_read & 0x40000000))

struct open_how_args {
	uint64_t flags, mode, resolve, later;
};
#define HOW_SIZE 24 /* of 5.6 */

#define NO_XDEV	      1U
#define NO_MAGICLINKS 2U
#define NO_SYMLINKS   4U
#define BENEATH	      8U
#define IN_ROOT	      16U

/* In `top` are f, dir/f, and the links in -> dir, dir/back -> .., up -> .. and abs -> /. */
static const struct openat2_row {
	const char *name, *sentence, *path;
	struct open_how_args how;
	size_t size;
	int err;
	const char *dir; /* NULL: top */
} openat2_rows[] = {
	{ "plain", "without flags it opens as openat does", "in/f", { 0 }, HOW_SIZE, 0, NULL },
	{ "larger", "a larger structure is taken while the rest is 0", "f", { 0 },
	  sizeof(struct open_how_args), 0, NULL },
	{ "unknown_tail", "a structure with something behind what is known is refused", "f",
	  { .later = 1 }, sizeof(struct open_how_args), E2BIG, NULL },
	{ "too_small", "a smaller structure is refused", "f", { 0 }, HOW_SIZE - 1, EINVAL, NULL },
	{ "unknown_resolve", "an unknown RESOLVE flag is refused", "f", { .resolve = 1ULL << 63 },
	  HOW_SIZE, EINVAL, NULL },
	{ "unknown_flag", "an unknown flag, which openat ignores, is refused", "f",
	  { .flags = 1U << 31 }, HOW_SIZE, EINVAL, NULL },
	{ "high_flag", "a flag beyond 32 bits is refused", "f", { .flags = 1ULL << 40 }, HOW_SIZE,
	  EINVAL, NULL },
	{ "mode_alone", "a mode where nothing is created is refused", "f", { .mode = 0600 },
	  HOW_SIZE, EINVAL, NULL },
	{ "beneath_in_root", "RESOLVE_BENEATH with RESOLVE_IN_ROOT is refused", "f",
	  { .resolve = BENEATH | IN_ROOT }, HOW_SIZE, EINVAL, NULL },
	{ "no_symlinks", "RESOLVE_NO_SYMLINKS follows no link on the way", "in/f",
	  { .resolve = NO_SYMLINKS }, HOW_SIZE, ELOOP, NULL },
	{ "no_symlinks_plain", "RESOLVE_NO_SYMLINKS opens where there is no link", "dir/f",
	  { .resolve = NO_SYMLINKS }, HOW_SIZE, 0, NULL },
	{ "no_magiclinks", "RESOLVE_NO_MAGICLINKS follows no link of /proc/PID", "/proc/self/exe",
	  { .resolve = NO_MAGICLINKS }, HOW_SIZE, ELOOP, NULL },
	{ "no_magiclinks_symlink", "RESOLVE_NO_MAGICLINKS follows ordinary links", "in/f",
	  { .resolve = NO_MAGICLINKS }, HOW_SIZE, 0, NULL },
	{ "no_xdev", "RESOLVE_NO_XDEV enters no other mount", "/proc/self/stat",
	  { .resolve = NO_XDEV }, HOW_SIZE, EXDEV, NULL },
	{ "beneath", "RESOLVE_BENEATH follows links that stay beneath", "dir/back/f",
	  { .resolve = BENEATH }, HOW_SIZE, 0, NULL },
	{ "beneath_dotdot", "RESOLVE_BENEATH does not leave by ..", "dir/../../top/f",
	  { .resolve = BENEATH }, HOW_SIZE, EXDEV, NULL },
	{ "beneath_absolute", "RESOLVE_BENEATH takes no absolute path", "/",
	  { .resolve = BENEATH }, HOW_SIZE, EXDEV, NULL },
	{ "beneath_link", "RESOLVE_BENEATH follows no absolute link", "abs",
	  { .resolve = BENEATH }, HOW_SIZE, EXDEV, NULL },
	{ "beneath_up", "RESOLVE_BENEATH follows no link that leads out", "up/top/f",
	  { .resolve = BENEATH }, HOW_SIZE, EXDEV, NULL },
	{ "in_root_absolute", "RESOLVE_IN_ROOT takes the directory for the root", "/f",
	  { .resolve = IN_ROOT }, HOW_SIZE, 0, NULL },
	{ "in_root_dotdot", "RESOLVE_IN_ROOT stays inside where a path goes up", "../../f",
	  { .resolve = IN_ROOT }, HOW_SIZE, 0, NULL },
	{ "in_root_link", "RESOLVE_IN_ROOT takes an absolute link from the directory", "abs/dir/f",
	  { .resolve = IN_ROOT }, HOW_SIZE, 0, NULL },
	{ "in_root_magiclink", "RESOLVE_IN_ROOT follows no link of /proc/PID", "exe",
	  { .resolve = IN_ROOT }, HOW_SIZE, EXDEV, "/proc/self" },
	{ "beneath_magiclink", "RESOLVE_BENEATH follows no link of /proc/PID", "exe",
	  { .resolve = BENEATH }, HOW_SIZE, EXDEV, "/proc/self" },
};
#define OPENAT2_ROWS (sizeof(openat2_rows) / sizeof(openat2_rows[0]))

static void describe_openat2(size_t i, struct kt_instance *out)
{
	const struct openat2_row *r = &openat2_rows[i];

	snprintf(out->name, sizeof(out->name), "%s", r->name);
	snprintf(out->descr, sizeof(out->descr), "Verify that for openat2 %s%s%s", r->sentence,
		 r->err ? ": " : "", r->err ? kt_errno_name(r->err) : "");
	out->wrong = (struct kt_wrong)KT_ANSWERS(call, NR_OPENAT2, r->err ? 3 : -EXDEV);
	out->wrong.what = r->err ? "it succeeds" : "it says EXDEV";
}

static void make_file(const char *path)
{
	int fd = KT_SYS(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));

	KT_SYS(close(fd));
}

/* A directory for this case alone in Kyua's work directory, and into it. */
static void make_tree(void)
{
	char name[] = "openat2.XXXXXX";

	if (!mkdtemp(name))
		kt_broken(__FILE__, __LINE__, "mkdtemp: %s", kt_errno_name(errno));
	KT_SYS(chdir(name));
	KT_SYS(mkdir("top", 0700));
	KT_SYS(chdir("top"));
	KT_SYS(mkdir("dir", 0700));
	KT_SYS(symlink("dir", "in"));
	KT_SYS(symlink("/", "abs"));
	KT_SYS(symlink("..", "up"));
	KT_SYS(symlink("..", "dir/back"));
	make_file("f");
	make_file("dir/f");
}

KT_FAMILY(proc_openat2, "proc.openat2", OPENAT2_ROWS, describe_openat2)
{
	const struct openat2_row *r = &openat2_rows[i];
	struct open_how_args how = r->how;
	long rc;
	int dir;

	if (syscall(NR_OPENAT2, -1, "", &how, 0) < 0 && errno == ENOSYS)
		atf_tc_skip("needs openat2");
	make_tree();
	dir = KT_SYS(open(r->dir ? r->dir : ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
	/* EAGAIN: somebody moved or mounted something while a scoped path went over "..". */
	do
		rc = kt_raw(NR_OPENAT2, dir, r->path, &how, r->size);
	while (rc == -EAGAIN);
	if (r->err)
		KT_ERR(r->err, rc);
	else
		KT_OK(rc);
}

KT_PROGRAM
