/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem_test.c - memory of a process, which here is our own: the calls do not
 * care. Every case runs both ways, by process_vm_readv and through /proc.
 */
#include <atf-c.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sandbox/supervise/mem.h"

static struct mem own(const char *abi)
{
	return (struct mem){ getpid(), abi != NULL ? abi_find(abi) : abi_native() };
}

static uint64_t at(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

/* Pages with nothing behind them. Low, so that any ABI can name them. */
static char *map_pages(size_t count)
{
	static uintptr_t hint = 0x20000000;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p = mmap((void *)hint, (count + 1) * page, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ATF_REQUIRE(p != MAP_FAILED);
	hint += (count + 2) * page;
	ATF_REQUIRE_EQ(0, munmap(p + count * page, page));
	return p;
}

static void both_ways(void (*body)(void))
{
	for (int procfs = 0; procfs < 2; procfs++) {
		mem_force_procfs(procfs);
		body();
	}
	mem_force_procfs(0);
}

static void check_exact(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p = map_pages(2), buf[64];

	memset(p, 'a', 2 * page);
	ATF_REQUIRE_EQ(0, mem_read(own(NULL), at(p + page - 32), buf, 64));
	ATF_REQUIRE_EQ('a', buf[0]);
	ATF_REQUIRE_EQ('a', buf[63]);
	ATF_REQUIRE_EQ(-EFAULT, mem_read(own(NULL), at(p + 2 * page - 32), buf, 64));
	ATF_REQUIRE_EQ(0, mem_write(own(NULL), at(p + page - 1), "xyz", 3));
	ATF_REQUIRE_EQ(0, memcmp(p + page - 2, "axyza", 5));
	ATF_REQUIRE_EQ(-EFAULT, mem_write(own(NULL), at(p + 2 * page - 1), "xy", 2));
	ATF_REQUIRE_EQ(-EFAULT, mem_read(own(NULL), 0, buf, 1));
	ATF_REQUIRE_EQ(-EFAULT, mem_read(own(NULL), UINTPTR_MAX, buf, 1));
}

ATF_TC(exact);
ATF_TC_HEAD(exact, tc)
{
	atf_tc_set_md_var(tc, "descr", "Verify that all bytes asked for are copied, or EFAULT told");
}
ATF_TC_BODY(exact, tc)
{
	(void)tc;
	both_ways(check_exact);
}

static void check_strings(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len = 0;
	char *p = map_pages(2), buf[PATH_MAX];
	char *end = p + 2 * page;

	/* Lengths around the first read, a page boundary, and the end of the map. */
	for (size_t n = 0; n < 600; n++) {
		char *s = end - n - 1;

		memset(s, 'b', n);
		s[n] = '\0';
		len = 12345;
		ATF_REQUIRE_EQ(0, mem_read_string(own(NULL), at(s), buf, sizeof(buf), &len));
		ATF_REQUIRE_EQ(n, len);
		ATF_REQUIRE_EQ(0, strcmp(s, buf));
	}
	memset(p, 'c', 2 * page);
	ATF_REQUIRE_EQ(-EFAULT, mem_read_string(own(NULL), at(end - 10), buf, sizeof(buf), &len));
	ATF_REQUIRE_EQ(-EFAULT, mem_read_string(own(NULL), at(end), buf, sizeof(buf), &len));
	ATF_REQUIRE_EQ(-EFAULT, mem_read_string(own(NULL), 0, buf, sizeof(buf), &len));
	ATF_REQUIRE_EQ(-ENAMETOOLONG,
		       mem_read_string(own(NULL), at(p), buf, PATH_MAX, &len));
	p[PATH_MAX - 1] = '\0';
	ATF_REQUIRE_EQ(0, mem_read_string(own(NULL), at(p), buf, PATH_MAX, &len));
	ATF_REQUIRE_EQ(PATH_MAX - 1, len);
	ATF_REQUIRE_EQ(-ENAMETOOLONG, mem_read_string(own(NULL), at(p), buf, 16, &len));
}

ATF_TC(strings);
ATF_TC_HEAD(strings, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that strings are read to their end wherever they lie");
}
ATF_TC_BODY(strings, tc)
{
	(void)tc;
	both_ways(check_strings);
}

static void check_words(void)
{
	uint32_t *narrow = (void *)map_pages(1);
	uint64_t *wide = (void *)(narrow + 16), out[3];

	narrow[0] = 0x80000001, narrow[1] = 2, narrow[2] = UINT32_MAX;
	ATF_REQUIRE_EQ(0, mem_read_words(own("i386"), at(narrow), out, 3));
	ATF_REQUIRE(out[0] == 0x80000001 && out[1] == 2 && out[2] == UINT32_MAX);
	/* The kernel looks at 32 bits of such a pointer. */
	ATF_REQUIRE_EQ(0, mem_read_words(own("arm"), at(narrow) | 0xabcd00000000, out, 1));
	ATF_REQUIRE_EQ(0x80000001, out[0]);
	wide[0] = 1ULL << 63, wide[1] = 7;
	if (sizeof(long) == 8) {
		ATF_REQUIRE_EQ(0, mem_read_words(own("x86_64"), at(wide), out, 2));
		ATF_REQUIRE(out[0] == 1ULL << 63 && out[1] == 7);
		ATF_REQUIRE_EQ(-EFAULT, mem_read_words(own("x86_64"),
						       at(wide) | 0xabcd00000000, out, 1));
	}
}

ATF_TC(words);
ATF_TC_HEAD(words, tc)
{
	atf_tc_set_md_var(tc, "descr",
			  "Verify that words and pointers have the size of the call's ABI");
}
ATF_TC_BODY(words, tc)
{
	(void)tc;
	both_ways(check_words);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, exact);
	ATF_TP_ADD_TC(tp, strings);
	ATF_TP_ADD_TC(tp, words);
	return atf_no_error();
}
