/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform_send.c - sendto, sendmsg and sendmmsg: the copy that was judged is
 * what is sent, on the tracee's own socket. A send that would wait is left to
 * a helper.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/message.h"
#include "sandbox/supervise/perform.h"

#define FASTOPEN 0x20000000	/* MSG_FASTOPEN */
#define ZEROCOPY 0x4000000	/* MSG_ZEROCOPY */
#define MESSAGES_MAX 1024	/* UIO_MAXIOV, what sendmmsg takes at once */

struct slow_send {
	int sock, flags;
	bool counts;		/* sendmmsg: the result is one message */
	const struct message *msg;
};

static int64_t slow_send_run(void *arg, int *fd)
{
	const struct slow_send *s = arg;
	int64_t n = message_send(s->sock, s->msg, s->flags | MSG_NOSIGNAL);

	(void)fd;
	return n >= 0 && s->counts ? 1 : n;
}

static int check(struct supervisor *sv, struct tracee *t, int sock, struct message *msg, int flags)
{
	int type = socket_option(sock, SO_TYPE), rc;

	if (!supervisor_is_awaited(sv))
		return -ESRCH;
	/* The pages would have to stay; programs then send without. */
	if (flags & ZEROCOPY)
		return -ENOBUFS;
	if (msg->cut && type != SOCK_STREAM)
		return -EMSGSIZE;
	if (msg->routed)
		return judge_refuse(sv, t, "network/connect", "a routing header",
				    "it leads past the address of the message", EPERM);
	if (!msg->named)
		return identity_enter(&sv->identity, t->tid, &t->known, false);
	/* A connected stream has its peer already; the kernel says so. */
	if (type == SOCK_STREAM && (flags & FASTOPEN) == 0) {
		msg->addr.pathname = false;
		return identity_enter(&sv->identity, t->tid, &t->known, false);
	}
	rc = socket_judge_peer(sv, t, &msg->addr);
	return rc;
}

/*
 * Send without waiting if that works. 1: it would wait, and *wait says how.
 * 0 with the count or error in *result.
 */
static int send_now(struct supervisor *sv, struct tracee *t, int sock, struct message *msg,
		    int flags, int64_t *result)
{
	bool waits = (flags & MSG_DONTWAIT) == 0 && socket_is_blocking(sock);
	int rc = check(sv, t, sock, msg, flags);

	if (rc < 0) {
		*result = rc;
		return 0;
	}
	/* MSG_FASTOPEN waits for the connection even with MSG_DONTWAIT unset alone. */
	if (waits && (flags & FASTOPEN))
		return 1;
	*result = message_send(sock, msg, flags | MSG_DONTWAIT | MSG_NOSIGNAL);
	return *result == -EAGAIN && waits;
}

static void send_later(struct tracee *t, struct slow_send *s, struct outcome *out)
{
	int rc = helper_start(t, slow_send_run, s, &out->helper);

	if (rc < 0)
		outcome_result(out, rc);
	else
		out->kind = OUTCOME_HELPER;
}

static void finish(struct outcome *out, int64_t result, int flags)
{
	outcome_result(out, result);
	if (result == -EPIPE && (flags & MSG_NOSIGNAL) == 0)
		out->signal = SIGPIPE;
}

static void send_one(struct supervisor *sv, struct tracee *t, struct message *msg, int flags,
		     struct outcome *out)
{
	struct slow_send slow = { .flags = flags, .msg = msg };
	int64_t result;
	int sock = socket_take(t, request_int(&sv->req, 0));

	if (sock < 0) {
		outcome_result(out, sock);
		return;
	}
	slow.sock = sock;
	if (send_now(sv, t, sock, msg, flags, &result) != 0)
		send_later(t, &slow, out);
	else
		finish(out, result, flags);
	close(sock);
}

void perform_sendto(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	const uint64_t *args = r->call->args;
	struct message msg;
	int rc = message_read_plain(r->mem, args[1], args[2], args[4], request_int(r, 5), &msg);

	if (rc < 0)
		outcome_result(out, rc);
	else
		send_one(sv, t, &msg, request_int(r, 3), out);
	message_free(&msg);
}

void perform_sendmsg(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	struct message msg;
	int rc = message_read(t, r->mem, r->call->args[1], &msg);

	if (rc < 0)
		outcome_result(out, rc);
	else
		send_one(sv, t, &msg, request_int(r, 2), out);
	message_free(&msg);
}

/* Pins and identity are per message: each has an address of its own. */
static int next_message(struct supervisor *sv)
{
	int rc = identity_leave(&sv->identity);

	pin_close(&sv->pin[0]);
	if (sv->base[0] >= 0)
		close(sv->base[0]);
	sv->base[0] = -1;
	return rc;
}

/*
 * Message i of the vector. 1 sent, 0 not: *out has the error or the helper.
 * What was sent before counts more than an error now.
 */
static int send_nth(struct supervisor *sv, struct tracee *t, int sock, unsigned int i,
		    struct outcome *out)
{
	const struct request *r = &sv->req;
	size_t len_at, stride = message_stride(r->mem.abi, &len_at);
	uint64_t at = r->call->args[1] + i * stride;
	int flags = request_int(r, 3), rc;
	struct slow_send slow = { .sock = sock, .flags = flags, .counts = true };
	struct message msg;
	int64_t result = 0;
	uint32_t len;

	rc = message_read(t, r->mem, at, &msg);
	slow.msg = &msg;
	if (rc < 0) {
		outcome_result(out, rc);
	} else if (send_now(sv, t, sock, &msg, flags, &result) != 0) {
		rc = -EAGAIN;
		len = (uint32_t)msg.size;
		if (i == 0 && mem_write(r->mem, at + len_at, &len, sizeof(len)) == 0)
			send_later(t, &slow, out);
		else
			outcome_result(out, -EAGAIN);
	} else if (result < 0) {
		rc = (int)result;
		finish(out, result, flags);
	} else {
		len = (uint32_t)result;
		rc = mem_write(r->mem, at + len_at, &len, sizeof(len));
		outcome_result(out, rc);
	}
	message_free(&msg);
	return rc == 0;
}

void perform_sendmmsg(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	unsigned int count = (unsigned int)request_int(r, 2), i;
	int sock = socket_take(t, request_int(r, 0));

	if (sock < 0) {
		outcome_result(out, sock);
		return;
	}
	if (count > MESSAGES_MAX)
		count = MESSAGES_MAX;
	outcome_result(out, 0);
	for (i = 0; i < count; i++) {
		if (i > 0 && next_message(sv) < 0) {
			sv->all_condemned = true;
			break;
		}
		if (send_nth(sv, t, sock, i, out) == 0)
			break;
	}
	if (i > 0) {
		outcome_result(out, i);
		out->signal = 0;
	}
	close(sock);
}
