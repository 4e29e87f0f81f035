/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode_test.c - requests decoded from calls of all ABIs, their memory laid
 * out byte by byte in our own low memory.
 */
#include <atf-c.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/supervise/channel.h"
#include "sandbox/supervise/job.h"
#include "sandbox/supervise/message.h"
#include "sandbox/supervise/request.h"

static const char *const all_abis[] = { "x86_64", "i386", "x32", "arm", "aarch64" };
#define NABIS (sizeof(all_abis) / sizeof(all_abis[0]))

static unsigned char *low;
static struct request req;
static struct call call;

static void map_low(void)
{
	if (low != NULL)
		return;
	low = mmap((void *)0x30000000, 65536, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ATF_REQUIRE(low != MAP_FAILED);
	ATF_REQUIRE((uintptr_t)low < UINT32_MAX);
}

static uint64_t at(size_t offset)
{
	return (uint64_t)(uintptr_t)(low + offset);
}

static uint64_t put(size_t offset, const void *data, size_t size)
{
	memcpy(low + offset, data, size);
	return at(offset);
}

static uint64_t put_string(size_t offset, const char *s)
{
	return put(offset, s, strlen(s) + 1);
}

static int decode(const char *abi, const char *name, const uint64_t args[ABI_NARGS])
{
	struct mem m = { getpid(), abi_find(abi) };

	memset(&call, 0, sizeof(call));
	call.abi = m.abi;
	memcpy(call.args, args, sizeof(call.args));
	ATF_REQUIRE(calls_named(name) != NULL);
	return decode_files(m, calls_named(name), &call, &req);
}

#define ARGS(...) (const uint64_t[ABI_NARGS]){ __VA_ARGS__ }

ATF_TC(paths);
ATF_TC_HEAD(paths, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that paths and descriptors are the call's operands");
}
ATF_TC_BODY(paths, tc)
{
	(void)tc;
	map_low();
	for (size_t i = 0; i < NABIS; i++) {
		const char *abi = all_abis[i];
		uint64_t a = put_string(0, "from"), b = put_string(100, "to/here");

		ATF_REQUIRE_EQ(0, decode(abi, "renameat2", ARGS((uint32_t)-100, a, 7, b, 1)));
		ATF_REQUIRE(req.op[0].present && req.op[1].present);
		ATF_REQUIRE_EQ(AT_FDCWD, req.op[0].dirfd);
		ATF_REQUIRE_STREQ("from", req.op[0].path);
		ATF_REQUIRE_EQ(7, req.op[1].dirfd);
		ATF_REQUIRE_STREQ("to/here", req.op[1].path);
		ATF_REQUIRE_EQ(7, req.op[1].len);
		ATF_REQUIRE_EQ(1, req.flags);
		ATF_REQUIRE_EQ(0, decode(abi, "unlink", ARGS(a)));
		ATF_REQUIRE(req.op[0].dirfd == AT_FDCWD && !req.op[1].present);
		ATF_REQUIRE_EQ(-ENOENT, decode(abi, "unlink", ARGS(put_string(0, ""))));
		ATF_REQUIRE_EQ(-EFAULT, decode(abi, "unlink", ARGS(0)));
		ATF_REQUIRE_EQ(-EFAULT, decode(abi, "unlink", ARGS(at(1 << 20))));
		memset(low, '/', PATH_MAX);
		ATF_REQUIRE_EQ(-ENAMETOOLONG, decode(abi, "unlink", ARGS(at(0))));
		low[PATH_MAX - 1] = '\0';
		ATF_REQUIRE_EQ(0, decode(abi, "unlink", ARGS(at(0))));
		ATF_REQUIRE_EQ(PATH_MAX - 1, req.op[0].len);
		ATF_REQUIRE_EQ(0, decode(abi, "fchmod", ARGS(5, 0644)));
		ATF_REQUIRE(req.op[0].is_fd && req.op[0].no_path_fd && req.op[0].dirfd == 5);
		ATF_REQUIRE_EQ(0644, req.mode);
	}
}

ATF_TC(empty_paths);
ATF_TC_HEAD(empty_paths, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that AT_EMPTY_PATH and a null path name the descriptor");
}
ATF_TC_BODY(empty_paths, tc)
{
	uint64_t empty;

	(void)tc;
	map_low();
	empty = put_string(0, "");
	ATF_REQUIRE_EQ(0, decode("x86_64", "fchownat", ARGS(3, empty, 1, 2, AT_EMPTY_PATH)));
	ATF_REQUIRE(req.op[0].is_fd && !req.op[0].no_path_fd && req.op[0].dirfd == 3);
	ATF_REQUIRE_EQ(-ENOENT, decode("x86_64", "fchownat", ARGS(3, empty, 1, 2, 0)));
	ATF_REQUIRE_EQ(-EINVAL, decode("x86_64", "fchownat", ARGS(3, empty, 1, 2, 0x8000)));
	ATF_REQUIRE_EQ(0, decode("x86_64", "utimensat", ARGS(3, 0, 0, 0)));
	ATF_REQUIRE(req.op[0].is_fd && req.op[0].no_path_fd);
	ATF_REQUIRE_EQ(-EFAULT, decode("x86_64", "utimensat", ARGS((uint32_t)-100, 0, 0, 0)));
	/* The flag is for the file that is linked, not for its new name. */
	ATF_REQUIRE_EQ(-ENOENT,
		       decode("x86_64", "linkat", ARGS(3, empty, 4, empty, AT_EMPTY_PATH)));
}

ATF_TC(open_flags);
ATF_TC_HEAD(open_flags, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that open flags are what the kernel makes of them");
}
ATF_TC_BODY(open_flags, tc)
{
	uint64_t p;

	(void)tc;
	map_low();
	p = put_string(0, "p");
	ATF_REQUIRE_EQ(0, decode("i386", "creat", ARGS(p, 0600)));
	ATF_REQUIRE_EQ(O_CREAT | O_WRONLY | O_TRUNC, req.flags);
	ATF_REQUIRE_EQ(0600, req.mode);
	ATF_REQUIRE_EQ(0, decode("i386", "open", ARGS(p, 0x40000000 | O_RDWR, 0177777)));
	ATF_REQUIRE_EQ(O_RDWR, req.flags);
	ATF_REQUIRE_EQ(07777, req.mode);
	ATF_REQUIRE_EQ(0, decode("i386", "open", ARGS(p, O_PATH | O_RDWR | O_TRUNC | O_CLOEXEC)));
	ATF_REQUIRE_EQ(O_PATH | O_CLOEXEC, req.flags);
	ATF_REQUIRE_EQ(-EINVAL, decode("i386", "open", ARGS(p, O_CREAT | O_DIRECTORY)));
	ATF_REQUIRE_EQ(-EINVAL, decode("i386", "open", ARGS(p, O_TMPFILE | O_RDONLY)));
	ATF_REQUIRE_EQ(-EINVAL, decode("i386", "open", ARGS(p, O_TMPFILE & ~O_DIRECTORY)));
}

ATF_TC(open_how);
ATF_TC_HEAD(open_how, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that struct open_how is checked as openat2 does");
}
ATF_TC_BODY(open_how, tc)
{
	static const struct {
		uint64_t how[4];
		uint64_t size;
		int rc;
	} rows[] = {
		{ { O_RDWR, 0, 0 }, 24, 0 },
		{ { O_RDWR, 0, 0 }, 23, -EINVAL },
		{ { O_RDWR, 0, 0, 0 }, 32, 0 },
		{ { O_RDWR, 0, 0, 1 }, 32, -E2BIG },
		{ { O_RDWR, 0, 0 }, 8192, -E2BIG },
		{ { 1ULL << 33, 0, 0 }, 24, -EINVAL },
		{ { O_RDWR, 0644, 0 }, 24, -EINVAL },
		{ { O_RDWR | O_CREAT, 0644, 0 }, 24, 0 },
		{ { O_RDWR | O_CREAT, 010000, 0 }, 24, -EINVAL },
		{ { O_RDWR, 0, 0x40 }, 24, -EINVAL },
		{ { O_RDWR, 0, 0x18 }, 24, -EINVAL },
		{ { O_RDWR, 0, 0x08 }, 24, 0 },
		{ { O_RDWR, 0, 0x20 }, 24, -EAGAIN },
	};
	uint64_t p;

	(void)tc;
	map_low();
	p = put_string(0, "p");
	for (size_t a = 0; a < NABIS; a++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			uint64_t how = put(512, rows[i].how, sizeof(rows[i].how));
			int rc = decode(all_abis[a], "openat2", ARGS(3, p, how, rows[i].size));

			ATF_CHECK_EQ_MSG(rows[i].rc, rc, "row %zu: %d", i, rc);
			if (rc == 0) {
				ATF_REQUIRE_EQ(rows[i].how[0], req.flags);
				ATF_REQUIRE_EQ(rows[i].how[2], req.resolve);
			}
		}
	}
}

/* A times call of one layout. */
static int times(const char *abi, const char *name, int arg, const void *data, size_t size,
		 struct timespec out[2])
{
	uint64_t args[ABI_NARGS] = { 0 };
	bool now;
	int rc;

	if (arg == 2)
		args[1] = put_string(0, "p");
	else
		args[0] = put_string(0, "p");
	args[arg] = put(512, data, size);
	ATF_REQUIRE_EQ(0, decode(abi, name, args));
	rc = decode_times(&req, args[arg], out, &now);
	ATF_REQUIRE(rc < 0 || !now);
	return rc;
}

ATF_TC(time_layouts);
ATF_TC_HEAD(time_layouts, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that every layout of file times is understood");
}
ATF_TC_BODY(time_layouts, tc)
{
	static const int64_t wide[4] = { 5000000000, 6, -7, 8 };
	static const int32_t narrow[4] = { 5, 6, -7, 8 };
	static const int32_t bad[4] = { 5, 1000000, 7, 8 };
	struct timespec t[2];
	bool now = false;

	(void)tc;
	map_low();
	for (size_t i = 0; i < NABIS; i++) {
		const char *abi = all_abis[i];
		bool is_narrow = strcmp(abi, "i386") == 0 || strcmp(abi, "arm") == 0;

		/* Nanoseconds. */
		ATF_REQUIRE_EQ(0, is_narrow ?
					  times(abi, "utimensat", 2, narrow, sizeof(narrow), t) :
					  times(abi, "utimensat", 2, wide, sizeof(wide), t));
		ATF_REQUIRE_EQ(is_narrow ? 5 : 5000000000, t[0].tv_sec);
		ATF_REQUIRE(t[0].tv_nsec == 6 && t[1].tv_sec == -7 && t[1].tv_nsec == 8);
		/* Microseconds. */
		ATF_REQUIRE_EQ(0, is_narrow ? times(abi, "utimes", 1, narrow, sizeof(narrow), t) :
					      times(abi, "utimes", 1, wide, sizeof(wide), t));
		ATF_REQUIRE(t[0].tv_nsec == 6000 && t[1].tv_nsec == 8000);
		/* Seconds. */
		ATF_REQUIRE_EQ(0, is_narrow ? times(abi, "utime", 1, narrow, 8, t) :
					      times(abi, "utime", 1, wide, 16, t));
		ATF_REQUIRE_EQ(6, t[1].tv_sec);
		ATF_REQUIRE_EQ(0, t[0].tv_nsec);
	}
	ATF_REQUIRE_EQ(0, times("i386", "utimensat_time64", 2, wide, sizeof(wide), t));
	ATF_REQUIRE_EQ(5000000000, t[0].tv_sec);
	ATF_REQUIRE_EQ(-EINVAL, times("i386", "utimes", 1, bad, sizeof(bad), t));
	ATF_REQUIRE_EQ(0, decode_times(&req, 0, t, &now));
	ATF_REQUIRE(now);
	ATF_REQUIRE_EQ(-EFAULT, decode_times(&req, at(1 << 20), t, &now));
}

ATF_TC(pairs_and_ids);
ATF_TC_HEAD(pairs_and_ids, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that register pairs and 16-bit ids are put together");
}
ATF_TC_BODY(pairs_and_ids, tc)
{
	uint64_t p;

	(void)tc;
	map_low();
	p = put_string(0, "p");
	ATF_REQUIRE_EQ(0, decode("i386", "truncate64", ARGS(p, 0x89abcdef, 0x1234)));
	ATF_REQUIRE_EQ(0x123489abcdef, decode_pair(&req, 1));
	/* An even register: the second argument is padding. */
	ATF_REQUIRE_EQ(0, decode("arm", "truncate64", ARGS(p, 99, 0x89abcdef, 0x1234)));
	ATF_REQUIRE_EQ(0x123489abcdef, decode_pair(&req, 1));
	ATF_REQUIRE_EQ(0, decode("i386", "chown", ARGS(p, 0x1ffff, 0x1fffe)));
	ATF_REQUIRE_EQ(UINT32_MAX, decode_id(&req, 1));
	ATF_REQUIRE_EQ(0xfffe, decode_id(&req, 2));
	ATF_REQUIRE_EQ(0, decode("i386", "chown32", ARGS(p, 0x1ffff, 3)));
	ATF_REQUIRE_EQ(0x1ffff, decode_id(&req, 1));
	ATF_REQUIRE_EQ(0, decode("x86_64", "chown", ARGS(p, 0x1ffff, 3)));
	ATF_REQUIRE_EQ(0x1ffff, decode_id(&req, 1));
}

/* A msghdr of the ABI at 512, one iovec, one control message at 768. */
static void put_message(const struct abi *abi, uint64_t iovlen, uint64_t iov_size,
			uint64_t control_len)
{
	uint64_t iov[2] = { put_string(600, "payload"), iov_size };
	uint64_t w[7] = { 0, 0, at(700), iovlen, control_len ? at(768) : 0, control_len, 0 };
	struct {
		int32_t level, type, data;
	} body = { 41, 50, 77 }; /* IPV6_PKTINFO and some bytes */

	for (int i = 0; i < 7; i++)
		memcpy(low + 512 + i * abi->word, &w[i], abi->word);
	for (int i = 0; i < 2; i++)
		memcpy(low + 700 + i * abi->word, &iov[i], abi->word);
	w[0] = abi->word + sizeof(body);
	memcpy(low + 768, &w[0], abi->word);
	memcpy(low + 768 + abi->word, &body, sizeof(body));
}

ATF_TC(messages);
ATF_TC_HEAD(messages, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that headers, vectors and control data of both sizes are copied");
}
ATF_TC_BODY(messages, tc)
{
	static struct tracee none;

	(void)tc;
	map_low();
	for (size_t i = 0; i < NABIS; i++) {
		struct mem m = { getpid(), abi_find(all_abis[i]) };
		size_t head = m.abi->word + 8;
		struct message msg;
		const struct cmsghdr *c;

		put_message(m.abi, 1, 7, head + 4);
		ATF_REQUIRE_EQ(0, message_read(&none, m, at(512), &msg));
		ATF_REQUIRE(msg.size == 7 && memcmp(msg.data, "payload", 7) == 0);
		ATF_REQUIRE(!msg.named && !msg.cut && msg.nfds == 0);
		c = (const struct cmsghdr *)msg.control;
		ATF_REQUIRE_EQ(CMSG_SPACE(4), msg.control_size);
		ATF_REQUIRE(c->cmsg_len == CMSG_LEN(4) && c->cmsg_level == 41 &&
			    c->cmsg_type == 50);
		ATF_REQUIRE_EQ(77, *(const int *)CMSG_DATA(c));
		message_free(&msg);
		put_message(m.abi, 5000, 7, 0);
		ATF_REQUIRE_EQ(-EMSGSIZE, message_read(&none, m, at(512), &msg));
		message_free(&msg);
		put_message(m.abi, 1, INT64_MAX / 2, 0);
		ATF_REQUIRE(message_read(&none, m, at(512), &msg) < 0);
		message_free(&msg);
		put_message(m.abi, 1, 7, head + 3);
		ATF_REQUIRE_EQ(-EINVAL, message_read(&none, m, at(512), &msg));
		message_free(&msg);
		put_message(m.abi, 1, 7, INT32_MAX);
		ATF_REQUIRE_EQ(-ENOBUFS, message_read(&none, m, at(512), &msg));
		message_free(&msg);
	}
}

static const struct {
	int32_t level, type;
	bool routed;
} routes[] = {
	{ 41, 57 /* IPV6_RTHDR */, true },  { 41, 5 /* IPV6_2292RTHDR */, true },
	{ 0, 7 /* IP_RETOPTS */, true },    { 41, 50 /* IPV6_PKTINFO */, false },
	{ 0, 8 /* IP_PKTINFO */, false },   { 0, 57, false },
	{ 41, 7 /* IPV6_ADDRFORM */, false },
};

ATF_TC(routed_messages);
ATF_TC_HEAD(routed_messages, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that control data that lead a packet elsewhere than "
			  "its address are seen");
}
ATF_TC_BODY(routed_messages, tc)
{
	static struct tracee none;

	(void)tc;
	map_low();
	for (size_t i = 0; i < NABIS; i++) {
		struct mem m = { getpid(), abi_find(all_abis[i]) };

		for (size_t k = 0; k < sizeof(routes) / sizeof(routes[0]); k++) {
			struct message msg;

			put_message(m.abi, 1, 7, m.abi->word + 12);
			memcpy(low + 768 + m.abi->word, &routes[k].level, 4);
			memcpy(low + 768 + m.abi->word + 4, &routes[k].type, 4);
			ATF_REQUIRE_EQ(0, message_read(&none, m, at(512), &msg));
			ATF_CHECK_MSG(msg.routed == routes[k].routed, "%s: level %d, type %d",
				      m.abi->name, routes[k].level, routes[k].type);
			message_free(&msg);
		}
	}
}

ATF_TC(receive_layout);
ATF_TC_HEAD(receive_layout, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that what recvmsg writes for each ABI is read as a descriptor");
}
ATF_TC_BODY(receive_layout, tc)
{
	(void)tc;
	for (size_t i = 0; i < NABIS; i++) {
		const struct abi *abi = abi_find(all_abis[i]);
		unsigned char buf[JOB_SCRATCH];
		size_t size = channel_layout(abi, 0x1000, buf), at_cmsg;
		int32_t rest[3] = { SOL_SOCKET, SCM_RIGHTS, 42 };
		uint64_t control = 0, len = abi->word + 12;

		ATF_REQUIRE(size <= sizeof(buf));
		/* Nothing received: MSG_CTRUNC and no control message. */
		ATF_REQUIRE_EQ(-EMFILE, channel_received(abi, buf));
		memcpy(&control, buf + (abi->word == 8 ? 32 : 16), abi->word);
		at_cmsg = (size_t)(control - 0x1000);
		ATF_REQUIRE(at_cmsg + len <= size);
		memcpy(buf + at_cmsg, &len, abi->word);
		memcpy(buf + at_cmsg + abi->word, rest, sizeof(rest));
		ATF_REQUIRE_EQ(42, channel_received(abi, buf));
		rest[2] = -1;
		memcpy(buf + at_cmsg + abi->word, rest, sizeof(rest));
		ATF_REQUIRE_EQ(-EMFILE, channel_received(abi, buf));
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, paths);
	ATF_TP_ADD_TC(tp, empty_paths);
	ATF_TP_ADD_TC(tp, open_flags);
	ATF_TP_ADD_TC(tp, open_how);
	ATF_TP_ADD_TC(tp, time_layouts);
	ATF_TP_ADD_TC(tp, pairs_and_ids);
	ATF_TP_ADD_TC(tp, messages);
	ATF_TP_ADD_TC(tp, routed_messages);
	ATF_TP_ADD_TC(tp, receive_layout);
	return atf_no_error();
}
