/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forms_door.c - entries into the kernel, by raw instructions where libc has
 * none. It must not know what is asked for.
 */
#include "sandbox/probes/forms.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOM 65536

static unsigned char *room;
static size_t used;

void doors_reset(void)
{
	used = 0;
}

unsigned long door_put(const void *data, size_t size)
{
	unsigned char *at;

	if (room == NULL)
		room = mmap((void *)0x20000000, ROOM, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED || (uintptr_t)room > UINT32_MAX - ROOM || used + size + 16 > ROOM)
		abort();
	at = room + used;
	memcpy(at, data, size);
	used = (used + size + 15) & ~(size_t)15;
	return (unsigned long)(uintptr_t)at;
}

unsigned long door_put_words(const struct door *d, const unsigned long *words, size_t count)
{
	unsigned char bytes[32 * 8];

	for (size_t i = 0; i < count; i++) {
		uint64_t wide = words[i];
		uint32_t narrow = (uint32_t)words[i];

		if (d->word == 8)
			memcpy(bytes + i * 8, &wide, 8);
		else
			memcpy(bytes + i * 4, &narrow, 4);
	}
	return door_put(bytes, count * d->word);
}

long door_call(const struct door *d, enum op op, size_t nargs, const unsigned long args[6])
{
	/* Of <linux/net.h>, by enum op. */
	static const unsigned long subcalls[OPS] = { 1, 2, 3, 4, 11, 16, 20 };
	unsigned long outer[6] = { subcalls[op] };

	if (d->multiplexer == 0)
		return d->enter(d->nr[op], args);
	outer[1] = door_put_words(d, args, nargs);
	return d->enter(d->multiplexer, outer);
}

/* The instruction of the ABI that this program is compiled for. */
static long enter_native(long nr, const unsigned long a[6])
{
	long rc = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);

	return rc < 0 ? -errno : rc;
}

#ifdef __x86_64__
/* A program of 64 bits may enter as one of i386. */
static long enter_int80(long nr, const unsigned long a[6])
{
	register unsigned long sixth __asm__("r12") = a[5];
	int rc;

	__asm__ volatile("xchg %%rbp, %%r12\n\t"
			 "int $0x80\n\t"
			 "xchg %%rbp, %%r12"
			 : "=a"(rc), "+r"(sixth)
			 : "a"(nr), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return rc;
}
#endif

#define NATIVE \
	{ SYS_socket, SYS_bind, SYS_connect, SYS_listen, SYS_sendto, SYS_sendmsg, SYS_sendmmsg }
#define I386 { 359, 361, 362, 363, 369, 370, 345 }
#define I386_SOCKETCALL 102
#define X32(nr) (0x40000000 + (nr))

static const struct door doors[] = {
#if defined(__x86_64__) && !defined(__ILP32__)
	{ "x86_64", 8, NATIVE, 0, enter_native },
	{ "x32", 4, { X32(41), X32(49), X32(42), X32(50), X32(44), X32(518), X32(538) }, 0,
	  enter_native },
#elif defined(__x86_64__)
	{ "x32", 4, NATIVE, 0, enter_native },
#endif
#if defined(__x86_64__)
	{ "i386", 4, I386, 0, enter_int80 },
	{ "i386-socketcall", 4, { 0 }, I386_SOCKETCALL, enter_int80 },
#elif defined(__i386__)
	{ "i386", 4, I386, 0, enter_native },
	{ "i386-socketcall", 4, { 0 }, I386_SOCKETCALL, enter_native },
#else
	{ "native", sizeof(long), NATIVE, 0, enter_native },
#endif
};

const struct door *door_at(size_t i)
{
	return i < sizeof(doors) / sizeof(doors[0]) ? &doors[i] : NULL;
}
