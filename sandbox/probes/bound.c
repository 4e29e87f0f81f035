/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bound.c - `bound KIND` binds a socket, connects to it, then to an address
 * that nobody bound; prints both answers. Kinds: inet, any, dual, implicit,
 * unix (a socket named `socket` here), abstract, autobind.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

static int make(const char *kind, union address *a, socklen_t *len)
{
	memset(a, 0, sizeof(*a));
	if (strcmp(kind, "inet") == 0 || strcmp(kind, "any") == 0 ||
	    strcmp(kind, "implicit") == 0) {
		a->in.sin_family = AF_INET;
		a->in.sin_addr.s_addr = htonl(*kind == 'i' && kind[1] == 'n' ? INADDR_LOOPBACK : 0);
		*len = sizeof(a->in);
	} else if (strcmp(kind, "dual") == 0) {
		a->in6.sin6_family = AF_INET6;
		*len = sizeof(a->in6);
	} else {
		a->un.sun_family = AF_UNIX;
		*len = offsetof(struct sockaddr_un, sun_path);
		if (strcmp(kind, "unix") == 0)
			*len += (socklen_t)sprintf(a->un.sun_path, "socket") + 1;
		else if (strcmp(kind, "abstract") == 0)
			*len += (socklen_t)sprintf(a->un.sun_path + 1, "bound-probe-%d",
						   (int)getpid()) + 1;
	}
	return socket(a->any.sa_family, SOCK_STREAM, 0);
}

static void try(const union address *a, socklen_t len)
{
	int sock = socket(a->any.sa_family, SOCK_STREAM, 0);

	if (connect(sock, &a->any, len) == 0)
		puts("connected");
	else
		printf("refused %s\n", strerrorname_np(errno));
	close(sock);
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "";
	union address a;
	socklen_t len;
	int sock = make(kind, &a, &len);

	if (sock < 0)
		return 77;
	if ((strcmp(kind, "implicit") != 0 && bind(sock, &a.any, len) < 0) ||
	    listen(sock, 4) < 0) {
		perror(kind);
		return errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT ? 77 : 1;
	}
	len = sizeof(a);
	getsockname(sock, &a.any, &len);
	if (a.any.sa_family == AF_INET6) { /* reached by its IPv4 side */
		a.in.sin_port = a.in6.sin6_port;
		a.in.sin_family = AF_INET;
		len = sizeof(a.in);
	}
	if (a.any.sa_family == AF_INET)
		a.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	try(&a, len);
	if (a.any.sa_family == AF_INET)
		a.in.sin_port = htons((in_port_t)(ntohs(a.in.sin_port) ^ 1));
	else
		a.un.sun_path[strcmp(kind, "unix") == 0 ? 0 : 1] = '~';
	try(&a, len);
	return 0;
}
