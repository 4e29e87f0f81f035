/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls_net.c - calls on sockets.
 *
 * Every way to reach an address: bind, connect, a message that names one, a
 * listen that binds implicitly. What runs on a socket that has its peer is
 * the kernel's.
 */
#include "sandbox/plan/calls_rows.h"

static const struct call_spec rows[] = {
	ALLOW_FOR("accept", "whom the program listens for was judged at its bind or listen"),
	ALLOW_FOR("accept4", "whom the program listens for was judged at its bind or listen"),
	SOCK("bind", KIND_BIND, COND_NONE, BIND, 1, -1),
	SOCK("connect", KIND_CONNECT, COND_NONE, CONNECT, 1, -1),
	ALLOW("getpeername"),
	ALLOW("getsockname"),
	ALLOW("getsockopt"),
	SOCK("listen", KIND_LISTEN, COND_NONE, BIND, -1, -1),
	ALLOW("recv"),
	ALLOW("recvfrom"),
	ALLOW_FOR("recvmmsg",
		  "descriptors that a peer sends are used unjudged: a rule let the program reach that peer"),
	ALLOW_FOR("recvmmsg_time64",
		  "descriptors that a peer sends are used unjudged: a rule let the program reach that peer"),
	ALLOW_FOR("recvmsg",
		  "descriptors that a peer sends are used unjudged: a rule let the program reach that peer"),
	ALLOW("send"),
	SOCK("sendmmsg", KIND_SENDMMSG, COND_NONE, CONNECT, 1, 3),
	SOCK("sendmsg", KIND_SENDMSG, COND_NONE, CONNECT, 1, 2),
	SOCK("sendto", KIND_SENDTO, COND_NO_ADDRESS, CONNECT, 4, 3),
	COND_FOR("setsockopt", COND_SETSOCKOPT,
		 "TCP_FASTOPEN_CONNECT only delays a connect, which is judged"),
	ALLOW("shutdown"),
	COND("socket", CALL_ALLOW, KIND_NONE, COND_SOCKET, -1),
	SOCKETCALL("socketcall"),
	COND("socketpair", CALL_ALLOW, KIND_NONE, COND_SOCKETPAIR, -1),
};

const struct call_topic calls_net = ROWS(rows);
