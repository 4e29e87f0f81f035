/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perform_sockets.c - bind, connect and listen on the tracee's own socket.
 * The peer of a unix socket sees the credentials of the supervisor's process:
 * the user is the tracee's, the pid is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sandbox/supervise/helper.h"
#include "sandbox/supervise/perform.h"
#include "sandbox/supervise/sockets.h"

static int64_t result_of(long rc)
{
	return rc < 0 ? -errno : rc;
}

struct slow_connect {
	int sock;
	struct socket_addr addr;
};

static int64_t slow_connect_run(void *arg, int *fd)
{
	struct slow_connect *c = arg;

	(void)fd;
	return result_of(connect(c->sock, (struct sockaddr *)&c->addr.ss, c->addr.len));
}

/* A stream that is not there yet: the connect may wait for the peer. */
static bool may_wait(int sock)
{
	int type = socket_option(sock, SO_TYPE);

	return socket_is_blocking(sock) && (type == SOCK_STREAM || type == SOCK_SEQPACKET);
}

static int do_connect(struct supervisor *sv, struct tracee *t, struct slow_connect *c,
		      struct outcome *out)
{
	/* AF_UNSPEC only takes the peer away. */
	bool disconnects = c->addr.len >= sizeof(sa_family_t) &&
			   c->addr.ss.ss_family == AF_UNSPEC;
	int rc;

	rc = disconnects ? 0 : socket_judge_peer(sv, t, &c->addr);
	if (rc < 0)
		return rc;
	if (disconnects || !may_wait(c->sock)) {
		outcome_result(out, slow_connect_run(c, NULL));
		return 0;
	}
	rc = helper_start(t, slow_connect_run, c, &out->helper);
	if (rc == 0)
		out->kind = OUTCOME_HELPER;
	return rc;
}

void perform_connect(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	struct slow_connect c;
	int rc;

	c.sock = socket_take(t, request_int(r, 0));
	if (c.sock < 0) {
		outcome_result(out, c.sock);
		return;
	}
	rc = socket_read_addr(r->mem, r->call->args[1], request_int(r, 2), &c.addr);
	if (rc == 0)
		rc = do_connect(sv, t, &c, out);
	if (rc < 0)
		outcome_result(out, rc);
	close(c.sock);
}

/*
 * Note where the socket is now; `path` where that is in the file system. A port
 * of 0 has become a real one, and :: takes IPv4 as well unless told not to.
 */
static int note_bound(struct supervisor *sv, int sock, const char *path)
{
	union {
		struct sockaddr addr;
		struct sockaddr_in6 in6;
		struct sockaddr_storage ss;
	} a;
	socklen_t len = sizeof(a), size = sizeof(int);
	int six_only = 1, rc;

	if (getsockname(sock, &a.addr, &len) < 0)
		return -errno;
	rc = policy_bound_add(sv->bound, &a.addr, len, path);
	if (rc == 0 && a.addr.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&a.in6.sin6_addr) &&
	    getsockopt(sock, IPPROTO_IPV6, IPV6_V6ONLY, &six_only, &size) == 0 && !six_only) {
		const struct sockaddr_in in = { .sin_family = AF_INET,
						.sin_port = a.in6.sin6_port };

		rc = policy_bound_add(sv->bound, (const struct sockaddr *)&in, sizeof(in), NULL);
	}
	return rc;
}

/*
 * The name that getsockname() tells must stay the one the program gave, so it
 * is bound as given, from the tracee's directory. Between the judgement and
 * the bind no process of the sandbox can change a name; should somebody
 * outside have done so, the socket is not where it was judged to be.
 */
static int64_t bind_path(struct supervisor *sv, struct tracee *t, int sock,
			 const struct socket_addr *a)
{
	const struct pin *pin = &sv->pin[0];
	struct stat st;
	int rc = socket_path_operand(sv, a);

	if (rc == 0)
		rc = identity_enter(&sv->identity, t->tid, &t->known, true);
	if (rc == 0)
		rc = perform_resolve(sv, 0, RESOLVE_NAME, true);
	if (rc < 0)
		return rc;
	/* What is there already is in use, whoever asks. */
	if (fstatat(pin->parent, pin->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EADDRINUSE;
	rc = judge_addr(sv, t, POLICY_BIND, (const struct sockaddr *)&a->ss, a->len, pin);
	if (rc == 0 && sv->base[0] >= 0 && fchdir(sv->base[0]) < 0)
		rc = -errno;
	if (rc < 0)
		return rc;
	rc = (int)result_of(bind(sock, (const struct sockaddr *)&a->ss, a->len));
	if (sv->base[0] >= 0 && chdir("/") < 0)
		return -errno;
	if (rc == 0 && (fstatat(pin->parent, pin->name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
			!S_ISSOCK(st.st_mode))) {
		sv->condemned = true;
		return judge_refuse(sv, t, "network/bind", pin->path,
				    "the name led elsewhere when it was bound", EACCES);
	}
	return rc < 0 ? rc : note_bound(sv, sock, pin->path);
}

static int64_t bind_addr(struct supervisor *sv, struct tracee *t, int sock,
			 const struct socket_addr *a)
{
	const struct sockaddr *addr = (const struct sockaddr *)&a->ss;
	int rc = judge_addr(sv, t, POLICY_BIND, addr, a->len, NULL);

	if (rc == 0)
		rc = identity_enter(&sv->identity, t->tid, &t->known, false);
	if (rc == 0)
		rc = (int)result_of(bind(sock, addr, a->len));
	return rc < 0 ? rc : note_bound(sv, sock, NULL);
}

void perform_bind(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	const struct request *r = &sv->req;
	int sock = socket_take(t, request_int(r, 0)), rc;
	struct socket_addr a;

	if (sock < 0) {
		outcome_result(out, sock);
		return;
	}
	rc = socket_read_addr(r->mem, r->call->args[1], request_int(r, 2), &a);
	if (rc < 0)
		outcome_result(out, rc);
	else if (a.pathname && socket_option(sock, SO_DOMAIN) == AF_UNIX)
		outcome_result(out, bind_path(sv, t, sock, &a));
	else
		outcome_result(out, bind_addr(sv, t, sock, &a));
	close(sock);
}

/* listen on a socket without a name binds it to a free port of all addresses. */
static int judge_listen(struct supervisor *sv, struct tracee *t, int sock)
{
	union {
		struct sockaddr addr;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_storage ss;
	} a;
	socklen_t len = sizeof(a);

	if (getsockname(sock, &a.addr, &len) < 0)
		return -errno;
	if (a.addr.sa_family == AF_INET ? a.in.sin_port != 0 :
	    a.addr.sa_family == AF_INET6 ? a.in6.sin6_port != 0 :
					   a.addr.sa_family == AF_UNIX)
		return 0;
	return judge_addr(sv, t, POLICY_BIND, &a.addr, len, NULL);
}

void perform_listen(struct supervisor *sv, struct tracee *t, struct outcome *out)
{
	int sock = socket_take(t, request_int(&sv->req, 0)), rc;

	if (sock < 0) {
		outcome_result(out, sock);
		return;
	}
	rc = judge_listen(sv, t, sock);
	if (rc == 0)
		rc = identity_enter(&sv->identity, t->tid, &t->known, false);
	if (rc == 0)
		rc = (int)result_of(listen(sock, request_int(&sv->req, 1)));
	outcome_result(out, rc < 0 ? rc : note_bound(sv, sock, NULL));
	close(sock);
}
