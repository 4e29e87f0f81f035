/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns_user_test.c - user namespaces: who gets one, with what rights inside, and
 * which ids can be mapped. All by a process without privileges outside.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-tests/kt.h"
#include "kernel-tests/kt_cred.h"
#include "kernel-tests/kt_ns.h"

/* In a child: nobody, and sure that nobody may make user namespaces here. */
static void become_nobody(void)
{
	const char *why;

	kt_cred_unprivileged();
	why = kt_probe_ns(CLONE_NEWUSER);
	if (why)
		kt_skip(why);
}

/* The number in /proc/sys/kernel/NAME. */
static unsigned long kernel_number(const char *name)
{
	char path[64], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	fd = KT_SYS(open(path, O_RDONLY | O_CLOEXEC));
	KT_SYS(read(fd, text, sizeof(text) - 1));
	close(fd);
	return strtoul(text, NULL, 10);
}

static uint64_t every_cap(void)
{
	return (2ULL << kernel_number("cap_last_cap")) - 1;
}

static void enter_without_rights(void *unused)
{
	(void)unused;
	become_nobody();
	KT_EQ(kt_cred_effective(), 0);
	KT_ERR(EPERM, kt_raw(SYS_unshare, CLONE_NEWUTS));
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUSER));
	KT_EQ(KT_SEEN("capabilities", kt_cred_effective()), every_cap());
	/* They are worth nothing for what belongs to the namespace outside. */
	KT_ERR(EPERM, kt_raw(SYS_sethostname, "other", 5));
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUTS));
	KT_OK(kt_raw(SYS_sethostname, "other", 5));
}

KT_CASE(ns_user_unpriv, "ns.user.unpriv",
	"Verify that a process without capabilities gets a user namespace by unshare, with every "
	"capability for what is made in there and none for what is outside",
	KT_SEES("capabilities", 0), KT_ANSWERS(call, SYS_unshare, -EPERM, KT_NOT_FIRST(1)),
	KT_ANSWERS(call, SYS_sethostname, 0))
{
	KT_WAIT(kt_child(enter_without_rights, NULL), "exited(0)");
}

static void thread_tries(void *rc)
{
	*(_Atomic long *)rc = kt_raw(SYS_unshare, CLONE_NEWUSER);
	kt_park();
}

static void unshare_with_thread(void *arg)
{
	_Atomic long *rc = arg;

	*rc = 1;
	become_nobody();
	kt_thread(thread_tries, arg);
	KT_AWAIT(*rc != 1);
	KT_ERR(EINVAL, *rc);
	KT_ERR(EINVAL, kt_raw(SYS_unshare, CLONE_NEWUSER));
}

KT_CASE(ns_user_mt, "ns.user.mt",
	"Verify that unshare of the user namespace fails with EINVAL in a process of more than one "
	"thread, in each of them",
	KT_ANSWERS(call, SYS_unshare, 0), KT_ANSWERS(call, SYS_unshare, -EPERM, KT_NOT_FIRST(1)))
{
	KT_WAIT(kt_child(unshare_with_thread, kt_shared(sizeof(_Atomic long))), "exited(0)");
}

/* One write(2) to a file of /proc/self, through the seam: 0 or -errno. */
static long put(const char *file, const char *text)
{
	char path[64];
	long rc;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/%s", file);
	fd = KT_SYS(open(path, O_WRONLY | O_CLOEXEC));
	rc = kt_raw(SYS_write, fd, text, strlen(text));
	close(fd);
	return rc < 0 ? rc : 0;
}

static const char *extent(char out[64], unsigned int inside, unsigned int outside,
			  unsigned int count)
{
	snprintf(out, 64, "%u %u %u", inside, outside, count);
	return out;
}

/* The ids that a process sees of itself before anything is mapped. */
static void see_overflow(void *unused)
{
	(void)unused;
	become_nobody();
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUSER));
	KT_EQ(KT_SEEN("uid", getuid()), kernel_number("overflowuid"));
	KT_EQ(KT_SEEN("gid", getegid()), kernel_number("overflowgid"));
	KT_ERR(EINVAL, kt_raw(SYS_setresuid, 0, 0, 0));
}

KT_CASE(ns_user_maps_overflow, "ns.user.maps.overflow",
	"Verify that in a user namespace without maps every id is the overflow id, and can be "
	"changed to none",
	KT_SEES("uid", 0), KT_SEES("gid", 0), KT_ANSWERS(call, SYS_setresuid, 0))
{
	KT_WAIT(kt_child(see_overflow, NULL), "exited(0)");
}

static void write_twice(void *unused)
{
	uid_t uid;
	char text[64];

	(void)unused;
	become_nobody();
	uid = getuid();
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUSER));
	KT_OK(put("uid_map", extent(text, 7, uid, 1)));
	KT_EQ(KT_SEEN("uid", getuid()), 7);
	KT_ERR(EPERM, put("uid_map", extent(text, 7, uid, 1)));
	KT_EQ(getuid(), 7);
}

KT_CASE(ns_user_maps_once, "ns.user.maps.once",
	"Verify that a uid_map holds from the write on, and that a second write fails with EPERM",
	KT_SEES("uid", 65534), KT_RETURNS(call, SYS_write, 1, KT_NOT_FIRST(1)))
{
	KT_WAIT(kt_child(write_twice, NULL), "exited(0)");
}

static void map_others(void *unused)
{
	uid_t uid;
	gid_t gid;
	char text[64];

	(void)unused;
	become_nobody();
	uid = getuid();
	gid = getgid();
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUSER));
	KT_ERR(EPERM, put("uid_map", extent(text, 0, 0, 1)));
	KT_ERR(EPERM, put("uid_map", extent(text, 0, uid, 2)));
	KT_ERR(EPERM, put("uid_map", extent(text, 0, uid - 1, 2)));
	KT_OK(put("setgroups", "deny"));
	KT_ERR(EPERM, put("gid_map", extent(text, 0, 0, 1)));
	KT_ERR(EPERM, put("gid_map", extent(text, 0, gid, 2)));
	/* What failed was not the one write. */
	KT_OK(put("uid_map", extent(text, 0, uid, 1)));
	KT_OK(put("gid_map", extent(text, 0, gid, 1)));
}

KT_CASE(ns_user_maps_own_id, "ns.user.maps.own_id",
	"Verify that a process without privileges outside can map its own uid and gid alone: any "
	"other map fails with EPERM",
	KT_ANSWERS(call, SYS_write, 5), KT_ANSWERS(call, SYS_write, -EINVAL, KT_NOT_FIRST(2)),
	KT_ANSWERS(call, SYS_write, -EPERM, KT_NOT_FIRST(6)))
{
	KT_WAIT(kt_child(map_others, NULL), "exited(0)");
}

static const struct {
	const char *name, *what, *text;
} bad_maps[] = {
	{ "count_zero", "that maps 0 ids", "0 1 0" },
	{ "not_a_number", "with a word that is no number", "0 x 1" },
	{ "two_numbers", "with less than three numbers", "0 1" },
	{ "overlap_inside", "whose extents overlap inside", "0 1 2\n1 5 1" },
	{ "overlap_outside", "whose extents overlap outside", "0 1 2\n5 2 1" },
	{ "wraps", "whose extent goes beyond the largest id", "4294967294 1 3" },
};

static void write_bad_map(void *text)
{
	become_nobody();
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUSER));
	KT_ERR(EINVAL, put("uid_map", text));
}

static void describe_bad_map(size_t i, struct kt_instance *out)
{
	snprintf(out->name, sizeof(out->name), "%s", bad_maps[i].name);
	snprintf(out->descr, sizeof(out->descr), "Verify that a uid_map %s is refused with EINVAL",
		 bad_maps[i].what);
	out->wrong = (struct kt_wrong)KT_ANSWERS(call, SYS_write, -EPERM);
}

KT_FAMILY(ns_user_maps_bad, "ns.user.maps.bad", sizeof(bad_maps) / sizeof(bad_maps[0]),
	  describe_bad_map)
{
	char *text = kt_shared(64);

	snprintf(text, 64, "%s", bad_maps[i].text);
	KT_WAIT(kt_child(write_bad_map, text), "exited(0)");
}

static void map_group(void *unused)
{
	uid_t uid;
	gid_t gid;
	char text[64];

	(void)unused;
	become_nobody();
	uid = getuid();
	gid = getgid();
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUSER));
	KT_ERR(EPERM, put("gid_map", extent(text, 0, gid, 1)));
	KT_OK(put("setgroups", "deny"));
	KT_OK(put("gid_map", extent(text, 0, gid, 1)));
	KT_OK(put("uid_map", extent(text, 0, uid, 1)));
	KT_ERR(EPERM, kt_raw(SYS_setgroups, 0, NULL));
	KT_ERR(EPERM, put("setgroups", "allow"));
}

KT_CASE(ns_user_maps_setgroups, "ns.user.maps.setgroups",
	"Verify that a process without privileges outside writes its gid_map only after it has "
	"denied setgroups, which then fails with EPERM for good",
	KT_ANSWERS(call, SYS_write, 1), KT_ANSWERS(call, SYS_setgroups, 0),
	KT_ANSWERS(call, SYS_write, 1, KT_NOT_FIRST(4)))
{
	KT_WAIT(kt_child(map_group, NULL), "exited(0)");
}

/* The new image: how many of its capabilities it has, as an exit status. */
KT_EXEC_MAIN(count_caps)
{
	(void)arg;
	_exit(__builtin_popcountll(kt_cred_effective()));
}

struct image {
	unsigned int uid; /* inside */
	int ambient;	  /* a capability to keep, or -1 */
};

static void exec_as(void *arg)
{
	const struct image *image = arg;
	uid_t uid;
	gid_t gid;

	become_nobody();
	uid = getuid();
	gid = getgid();
	KT_OK(kt_raw(SYS_unshare, CLONE_NEWUSER));
	KT_OK(kt_ns_map(image->uid, uid, gid));
	KT_REQUIRE(kt_cred_effective() == every_cap());
	if (image->ambient >= 0) {
		struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
		struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

		KT_SYS(syscall(SYS_capget, &h, data));
		data[CAP_TO_INDEX(image->ambient)].inheritable |= CAP_TO_MASK(image->ambient);
		KT_SYS(syscall(SYS_capset, &h, data));
		KT_OK(kt_raw(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, image->ambient, 0,
			     0));
	}
	KT_OK(kt_exec("count_caps", ""));
}

static pid_t start_image(unsigned int uid, int ambient)
{
	struct image *image = kt_shared(sizeof(*image));

	image->uid = uid;
	image->ambient = ambient;
	return kt_child(exec_as, image);
}

KT_CASE(ns_user_caps_on_exec, "ns.user.caps_on_exec",
	"Verify that execve in a user namespace takes all capabilities from a process that is not "
	"uid 0 there",
	KT_REPORTS("exited(0)", W_EXITCODE(40, 0)))
{
	KT_WAIT(start_image(1000, -1), "exited(0)");
}

KT_CASE(ns_user_caps_on_exec_root, "ns.user.caps_on_exec.root",
	"Verify that execve in a user namespace leaves every capability to uid 0 there",
	KT_REPORTS("exited(41)", W_EXITCODE(0, 0)))
{
	char expected[32];

	snprintf(expected, sizeof(expected), "exited(%d)", __builtin_popcountll(every_cap()));
	KT_WAIT(start_image(0, -1), expected);
}

KT_CASE(ns_user_caps_on_exec_ambient, "ns.user.caps_on_exec.ambient",
	"Verify that execve in a user namespace leaves the ambient capabilities, and no others, to "
	"a process that is not uid 0 there",
	KT_REPORTS("exited(1)", W_EXITCODE(0, 0)), KT_ANSWERS(call, SYS_prctl, 0))
{
	KT_WAIT(start_image(1000, CAP_NET_RAW), "exited(1)");
}

/* In a user namespace within the last one, and so on: how many there could be. */
static void nest(void *arg)
{
	_Atomic int *levels = arg;
	uid_t uid;
	gid_t gid;
	long rc;

	become_nobody();
	for (uid = getuid(), gid = getgid();; uid = gid = 0) {
		rc = kt_raw(SYS_unshare, CLONE_NEWUSER);
		if (rc < 0)
			break;
		KT_OK(kt_ns_map(0, uid, gid));
		KT_REQUIRE(++*levels < 100);
	}
	KT_ERR(ENOSPC, rc);
}

/* Whether this is the first user namespace: it maps all ids to themselves. */
static bool is_first_userns(void)
{
	unsigned int inside = 1, outside = 1, count = 0;
	FILE *f = fopen("/proc/self/uid_map", "re");

	if (f && fscanf(f, "%u %u %u", &inside, &outside, &count) != 3)
		count = 0;
	if (f)
		fclose(f);
	return inside == 0 && outside == 0 && count == 4294967295u;
}

KT_CASE(ns_user_nested_limit, "ns.user.nested_limit",
	"Verify that user namespaces nest 33 levels deep below the first, and that the next fails "
	"with ENOSPC",
	KT_ANSWERS(call, SYS_unshare, -EUSERS, KT_NOT_FIRST(33)),
	KT_ANSWERS(call, SYS_unshare, -ENOSPC, KT_NOT_FIRST(32)))
{
	_Atomic int *levels = kt_shared(sizeof(*levels));

	KT_WAIT(kt_child(nest, levels), "exited(0)");
	if (is_first_userns())
		KT_EQ(*levels, 33);
	else
		KT_REQUIRE(*levels < 33);
}

KT_PROGRAM
