/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode.c - from a call of any ABI to a request: reads tracee memory once,
 * undoes the layouts that differ between ABIs. It must not look at files or
 * decide anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/supervise/request.h"

/* What openat2 takes: 24 bytes since 5.6, more is allowed if it is zero. */
#define OPEN_HOW_MIN 24
#define OPEN_HOW_MAX 4096

#define O_TMPFILE_ALONE (O_TMPFILE & ~O_DIRECTORY)

#define OPEN_FLAGS_KNOWN                                                                     \
	(O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |  \
	 O_DSYNC | O_ASYNC | O_DIRECT | O_LARGEFILE_KERNEL | O_DIRECTORY | O_NOFOLLOW |        \
	 O_NOATIME | O_CLOEXEC | O_PATH | O_TMPFILE)

/* O_LARGEFILE is 0 in 64-bit C libraries; the kernel's bit is not. */
#if defined(__x86_64__) || defined(__i386__)
#define O_LARGEFILE_KERNEL 0100000
#else
#define O_LARGEFILE_KERNEL 0400000
#endif

static int decode_operand(struct request *r, unsigned int i, bool empty_path, bool null_path)
{
	const struct call_spec *spec = r->spec;
	struct operand *op = &r->op[i];
	uint64_t addr;
	int rc;

	op->present = true;
	op->is_fd = op->no_path_fd = false;
	op->len = 0;
	op->path[0] = '\0';
	op->dirfd = spec->dirfd[i] >= 0 ? request_int(r, spec->dirfd[i]) : AT_FDCWD;
	if (spec->path[i] < 0) {
		op->is_fd = op->no_path_fd = true;
		return 0;
	}
	addr = r->call->args[spec->path[i]];
	if (addr == 0 && null_path && op->dirfd != AT_FDCWD) {
		op->is_fd = op->no_path_fd = true;
		return 0;
	}
	rc = mem_read_string(r->mem, addr, op->path, sizeof(op->path), &op->len);
	if (rc < 0)
		return rc;
	if (op->len == 0) {
		if (!empty_path)
			return -ENOENT;
		op->is_fd = true;
	}
	return 0;
}

static int decode_open_how(struct request *r)
{
	int at = r->spec->path[0] + 1;
	uint64_t addr = r->call->args[at], size = r->call->args[at + 1];
	uint64_t how[3];
	unsigned char rest[256];
	int rc;

	if (size < OPEN_HOW_MIN)
		return -EINVAL;
	if (size > OPEN_HOW_MAX)
		return -E2BIG;
	rc = mem_read(r->mem, addr, how, sizeof(how));
	if (rc < 0)
		return rc;
	for (uint64_t done = sizeof(how); done < size;) {
		size_t n = size - done < sizeof(rest) ? (size_t)(size - done) : sizeof(rest);

		rc = mem_read(r->mem, addr + done, rest, n);
		if (rc < 0)
			return rc;
		for (size_t i = 0; i < n; i++)
			if (rest[i] != 0)
				return -E2BIG;
		done += n;
	}
	/* What open() ignores, openat2() refuses. */
	if ((how[0] & ~(uint64_t)OPEN_FLAGS_KNOWN) != 0 || (how[1] & ~07777ULL) != 0)
		return -EINVAL;
	if (how[1] != 0 && (how[0] & (O_CREAT | O_TMPFILE_ALONE)) == 0)
		return -EINVAL;
	if ((how[2] & ~0x3fULL) != 0)
		return -EINVAL;
	if ((how[2] & 0x18) == 0x18) /* RESOLVE_BENEATH with RESOLVE_IN_ROOT */
		return -EINVAL;
	/* RESOLVE_CACHED may always be answered so: the caller tries again without. */
	if ((how[2] & 0x20) != 0)
		return -EAGAIN;
	r->flags = how[0];
	r->mode = how[1];
	r->resolve = how[2];
	return 0;
}

/* open() and openat() drop what they do not know; O_PATH keeps only its own. */
static uint64_t open_flags_clean(uint64_t flags)
{
	flags &= OPEN_FLAGS_KNOWN;
	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	return flags;
}

/* Combinations that the kernel refuses before it looks at the path. */
static int open_flags_check(uint64_t flags)
{
	/* Since 6.4; before, it made a file or did not. */
	if ((flags & O_CREAT) && (flags & O_DIRECTORY))
		return -EINVAL;
	if ((flags & O_TMPFILE_ALONE) &&
	    ((flags & O_DIRECTORY) == 0 || (flags & O_ACCMODE) == O_RDONLY))
		return -EINVAL;
	return 0;
}

/* The AT_* flags of a kind; others are refused, again before the path. */
static uint64_t valid_flags(enum call_kind kind)
{
	switch (kind) {
	case KIND_ACCESS:
		return AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
	case KIND_LINK:
		return AT_SYMLINK_FOLLOW | AT_EMPTY_PATH;
	case KIND_UNLINK:
		return AT_REMOVEDIR;
	case KIND_RENAME:
		return RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT;
	default:
		return AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
	}
}

static int decode_flags(struct request *r)
{
	const struct call_spec *spec = r->spec;
	int rc;

	r->mode = spec->mode >= 0 ? (uint32_t)r->call->args[spec->mode] & 0xffff : 0;
	switch (spec->kind) {
	case KIND_OPENAT2:
		rc = decode_open_how(r);
		return rc < 0 ? rc : open_flags_check(r->flags);
	case KIND_OPEN:
		if (spec->variant & VAR_CREAT)
			r->flags = O_CREAT | O_WRONLY | O_TRUNC;
		r->flags = open_flags_clean(r->flags);
		r->mode &= 07777;
		return open_flags_check(r->flags);
	default:
		return (r->flags & ~valid_flags(spec->kind)) != 0 ? -EINVAL : 0;
	}
}

void decode_plain(struct mem m, const struct call_spec *spec, const struct call *c,
		  struct request *out)
{
	out->spec = spec;
	out->call = c;
	out->mem = m;
	out->nops = 0;
	out->flags = spec->flags >= 0 ? (uint32_t)c->args[spec->flags] : 0;
	out->mode = out->resolve = 0;
}

int decode_files(struct mem m, const struct call_spec *spec, const struct call *c,
		 struct request *out)
{
	bool opens = spec->kind == KIND_OPEN || spec->kind == KIND_OPENAT2;
	int rc;

	decode_plain(m, spec, c, out);
	rc = decode_flags(out);
	if (rc < 0)
		return rc;
	for (unsigned int i = 0; i < 2; i++) {
		bool by_fd = spec->path[i] < 0 && spec->dirfd[i] >= 0;
		/* link and rename have one flags argument; it is for the first operand. */
		bool empty = !opens && i == 0 && (out->flags & AT_EMPTY_PATH) != 0;

		out->op[i].present = false;
		if (spec->path[i] < 0 && !by_fd)
			continue;
		rc = decode_operand(out, i, empty, spec->kind == KIND_UTIMES);
		if (rc < 0)
			return rc;
		out->nops = i + 1;
	}
	return 0;
}

/* i386 and arm; x32 has the layouts of 64 bits. */
static bool is_narrow(const struct request *r)
{
	return r->call->abi->word == 4 && r->call->abi->nr_bit == 0;
}

uint64_t decode_pair(const struct request *r, int i)
{
	const uint64_t *args = r->call->args;

	if (!is_narrow(r))
		return args[i];
	/* The arm EABI puts a 64-bit value in an even and the next register. */
	if (strcmp(r->call->abi->name, "arm") == 0 && i % 2 != 0)
		i++;
	return (uint32_t)args[i] | (uint64_t)(uint32_t)args[i + 1] << 32;
}

uint32_t decode_id(const struct request *r, int i)
{
	uint32_t id = (uint32_t)r->call->args[i];

	if ((r->spec->variant & VAR_ID16) == 0 || !is_narrow(r))
		return id;
	id &= 0xffff;
	return id == 0xffff ? UINT32_MAX : id;
}

/* Pairs of 32- or 64-bit signed numbers, or one pair of seconds (utimbuf). */
static int read_numbers(const struct request *r, uint64_t addr, bool narrow, int64_t *out,
			size_t count)
{
	if (!narrow)
		return mem_read(r->mem, addr, out, count * sizeof(*out));
	for (size_t i = 0; i < count; i++) {
		int32_t word;
		int rc = mem_read(r->mem, addr + i * sizeof(word), &word, sizeof(word));

		if (rc < 0)
			return rc;
		out[i] = word;
	}
	return 0;
}

int decode_times(const struct request *r, uint64_t addr, struct timespec out[2], bool *now)
{
	unsigned int variant = r->spec->variant;
	bool narrow = is_narrow(r) && (variant & VAR_TIME32) != 0;
	int64_t v[4];
	int rc;

	if (addr == 0) {
		*now = true;
		return 0;
	}
	rc = read_numbers(r, addr, narrow, v, variant & VAR_UTIMBUF ? 2 : 4);
	if (rc < 0)
		return rc;
	if (variant & VAR_UTIMBUF) {
		v[2] = v[1];
		v[1] = v[3] = 0;
	} else if (variant & VAR_TIMEVAL) {
		if (v[1] < 0 || v[1] >= 1000000 || v[3] < 0 || v[3] >= 1000000)
			return -EINVAL;
		v[1] *= 1000;
		v[3] *= 1000;
	}
	for (int i = 0; i < 2; i++) {
		/* UTIME_NOW and UTIME_OMIT included; the rest is the kernel's to check. */
		if (v[2 * i + 1] < 0 || v[2 * i + 1] > INT32_MAX)
			return -EINVAL;
		out[i].tv_sec = (time_t)v[2 * i];
		out[i].tv_nsec = (long)v[2 * i + 1];
	}
	*now = false;
	return 0;
}
