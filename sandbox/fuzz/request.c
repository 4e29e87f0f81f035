/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.c - a call of any ABI with any arguments and any memory behind them,
 * decoded as the performers do it.
 *
 *	byte 0		ABI
 *	bytes 1, 2	row of the call table (row.h)
 *	six times	an argument: a byte that says how it is meant, then its
 *			value: below 0x80 an offset into memory (2 bytes), below
 *			0xc0 a small number (2 bytes), else 8 bytes as they are
 *	rest		the memory
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/fuzz/fake.h"
#include "sandbox/fuzz/row.h"
#include "sandbox/fuzz/targets.h"
#include "sandbox/supervise/message.h"
#include "sandbox/supervise/request.h"

static uint64_t argument(struct fuzz_in *in)
{
	uint8_t how = fuzz_u8(in);
	int16_t small;

	if (how >= 0xc0)
		return fuzz_u64(in);
	fuzz_take(in, &small, sizeof(small));
	return how >= 0x80 ? (uint64_t)(int64_t)small : FAKE_BASE + (uint64_t)(uint16_t)small;
}

/* The call that the input names, as the kernel would report it; NULL: this ABI lacks it. */
static const struct call_spec *entered(struct fuzz_in *in, struct call *c)
{
	struct seccomp_data data = { .nr = 0 };
	const struct abi *abi;
	const struct call_spec *spec;
	size_t nabis = 0, which = fuzz_u8(in);
	int64_t nr;

	while (abi_at(nabis))
		nabis++;
	abi = abi_at(which % nabis);
	spec = fuzz_row(in);
	for (int i = 0; i < ABI_NARGS; i++)
		data.args[i] = argument(in);
	nr = calls_nr(abi, spec->name);
	data.nr = (int)nr;
	data.arch = abi->audit_arch;
	call_of_seccomp(&data, c);
	FUZZ_CHECK(nr < 0 || (c->abi == abi && calls_find(c->abi, c->nr) == spec), "%s %s",
		   abi->name, spec->name);
	return nr < 0 ? NULL : spec;
}

static void check_files(const struct request *r)
{
	FUZZ_CHECK(r->nops <= 2 && r->mode <= 0xffff, "operands or mode");
	for (unsigned int i = 0; i < r->nops; i++) {
		const struct operand *op = &r->op[i];

		FUZZ_CHECK(!op->present || op->len < sizeof(op->path), "a path too long");
		FUZZ_CHECK(!op->present || strlen(op->path) == op->len, "a path of another length");
		FUZZ_CHECK(!op->present || op->is_fd || op->len > 0, "an operand that is nothing");
		FUZZ_CHECK(!op->no_path_fd || op->is_fd, "neither a path nor a descriptor");
	}
	if (r->spec->kind != KIND_OPEN && r->spec->kind != KIND_OPENAT2)
		return;
	FUZZ_CHECK(!(r->flags & O_CREAT) || !(r->flags & O_DIRECTORY), "flags %#llx",
		   (unsigned long long)r->flags);
	FUZZ_CHECK(r->mode <= 07777 && r->resolve <= 0x3f, "mode or resolve");
}

static void decode_operands(struct request *r)
{
	const struct call_spec *spec = r->spec;
	bool narrow = r->call->abi->word == 4 && !r->call->abi->nr_bit, now;
	struct timespec times[2];

	if (spec->kind == KIND_UTIMES &&
	    decode_times(r, r->call->args[spec->path[0] + 1], times, &now) == 0 && !now)
		for (int i = 0; i < 2; i++)
			FUZZ_CHECK(times[i].tv_nsec >= 0 && times[i].tv_nsec <= INT32_MAX,
				   "nanoseconds");
	if (spec->kind == KIND_TRUNCATE && (spec->variant & VAR_SIZE64)) {
		uint64_t low = r->call->args[1], high = r->call->args[2];

		/* The arm EABI skips a register in front of a pair. */
		if (!strcmp(r->call->abi->name, "arm"))
			low = r->call->args[2], high = r->call->args[3];
		FUZZ_CHECK(decode_pair(r, 1) == (narrow ? low | high << 32 : r->call->args[1]),
			   "another length");
	}
	if (spec->kind == KIND_CHOWN)
		FUZZ_CHECK(!(spec->variant & VAR_ID16) || !narrow || decode_id(r, 1) < 0xffff ||
			   decode_id(r, 1) == UINT32_MAX, "an id beyond 16 bits");
}

/* The copy is one that the kernel takes, and all of it is there. */
static void check_message(const struct message *msg)
{
	struct msghdr h = { .msg_control = msg->control, .msg_controllen = msg->control_size };
	size_t seen = 0;

	FUZZ_CHECK(msg->size <= MESSAGE_DATA_MAX && msg->nfds <= MESSAGE_FDS_MAX, "too much");
	FUZZ_CHECK(!msg->named || msg->addr.len <= sizeof(msg->addr.ss), "an address too long");
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c; c = CMSG_NXTHDR(&h, c)) {
		FUZZ_CHECK(c->cmsg_len >= CMSG_LEN(0), "a control message too short");
		seen += CMSG_SPACE(c->cmsg_len - CMSG_LEN(0));
	}
	FUZZ_CHECK(seen == msg->control_size, "%zu of %zu", seen, msg->control_size);
	for (size_t i = 0; i < msg->nfds; i++)
		FUZZ_CHECK(msg->fds[i] >= 0, "a descriptor that is none");
}

static struct tracee *self(void)
{
	static struct process process = { .pidfd = -1 };
	static struct tracee tracee;

	process.tgid = tracee.tid = getpid();
	tracee.process = &process;
	return &tracee;
}

static void decode_message(const struct request *r)
{
	const uint64_t *args = r->call->args;
	struct message msg = { .size = 0 };
	struct socket_addr addr;
	size_t len_at, stride;

	switch (r->spec->kind) {
	case KIND_BIND:
	case KIND_CONNECT:
		if (socket_read_addr(r->mem, args[1], request_int(r, 2), &addr) == 0)
			FUZZ_CHECK(addr.len <= sizeof(addr.ss), "an address too long");
		return;
	case KIND_SENDTO:
		if (message_read_plain(r->mem, args[1], args[2], args[4], request_int(r, 5), &msg) == 0)
			check_message(&msg);
		message_free(&msg);
		return;
	case KIND_SENDMSG:
	case KIND_SENDMMSG:
		stride = message_stride(r->call->abi, &len_at);
		FUZZ_CHECK(len_at + 4 <= stride, "msg_len outside of its element");
		for (size_t i = 0; i < (r->spec->kind == KIND_SENDMMSG ? 3 : 1); i++) {
			int rc = message_read(self(), r->mem, args[1] + i * stride, &msg);

			if (rc == 0)
				check_message(&msg);
			message_free(&msg);
			if (rc < 0)
				return;
		}
		return;
	default:
		return;
	}
}

void fuzz_request(const uint8_t *bytes, size_t len)
{
	/* Two pages of paths: not on the stack. */
	static struct request req;
	struct fuzz_in in = { bytes, len };
	struct call c;
	const struct call_spec *spec = entered(&in, &c);
	char *memory;
	struct mem m;

	if (!spec || spec->action != CALL_SUPERVISE)
		return;
	memory = fuzz_text(in.at, in.left);
	fake_memory((const uint8_t *)memory, in.left);
	m = (struct mem){ 1, c.abi };
	memset(&req, 0xa5, sizeof(req));
	if (spec->kind >= KIND_OPEN && spec->kind <= KIND_EXEC && spec->kind != KIND_STAT) {
		if (decode_files(m, spec, &c, &req) == 0) {
			check_files(&req);
			decode_operands(&req);
		}
	} else {
		decode_plain(m, spec, &c, &req);
		FUZZ_CHECK(req.nops == 0 && req.mode == 0 && req.resolve == 0, "left over");
		decode_message(&req);
	}
	free(memory);
}
