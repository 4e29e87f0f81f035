/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listener.c - seccomp's user notification, request by request. It knows no
 * tracee and keeps nothing but the sizes of the kernel's structures.
 */
#include "sandbox/plan/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ADDFD_SETFD 1u		/* SECCOMP_ADDFD_FLAG_SETFD */
#define ADDFD_SEND 2u		/* SECCOMP_ADDFD_FLAG_SEND, 5.14 */
#define SYNC_WAKE_UP 1u		/* SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, 6.6 */

/* struct seccomp_notif_addfd, 5.9 */
struct addfd {
	uint64_t id;
	uint32_t flags, srcfd, newfd, newfd_flags;
};
#define NOTIF_ADDFD _IOW('!', 3, struct addfd)

/* The kernel takes a larger one if what it does not know is zero. */
struct addfd_try {
	struct addfd addfd;
	uint64_t none;
};
_Static_assert(LISTENER_TRY == _IOW('!', 3, struct addfd_try), "the same request");
#define NOTIF_SET_FLAGS _IOW('!', 4, uint64_t)

/* Until 5.17 the number of ID_VALID had the wrong direction; both are taken since. */
#define NOTIF_ID_VALID_OLD _IOR('!', 2, uint64_t)

/*
 * EINTR: a signal came while another held the lock, or the caller was still to take a
 * descriptor. Nothing was done then. (SIGSTOP and the freezer are not told of: the
 * kernel begins again.)
 */
static int request(int listener, unsigned long what, void *arg)
{
	int rc;

	do
		rc = ioctl(listener, what, arg);
	while (rc < 0 && errno == EINTR && what != SECCOMP_IOCTL_NOTIF_RECV);
	return rc < 0 ? -errno : rc;
}

/* Bytes for a struct seccomp_notif of this kernel, at least ours. */
static size_t notif_size(void)
{
	static size_t size;
	struct seccomp_notif_sizes sizes;

	if (size == 0) {
		size = sizeof(struct seccomp_notif);
		if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) == 0 &&
		    sizes.seccomp_notif > size)
			size = sizes.seccomp_notif;
	}
	return size;
}

int listener_receive(int listener, struct seccomp_notif *out)
{
	static struct seccomp_notif *buf;
	int rc;

	if (buf == NULL)
		buf = malloc(notif_size());
	if (buf == NULL)
		return -ENOMEM;
	/* It must be zero, and a failed request may have written to it. */
	memset(buf, 0, notif_size());
	rc = request(listener, SECCOMP_IOCTL_NOTIF_RECV, buf);
	if (rc == 0)
		*out = *buf;
	return rc;
}

static int respond(int listener, struct seccomp_notif_resp answer)
{
	/* The kernel copies its own size from us: room for a larger one. */
	union {
		struct seccomp_notif_resp resp;
		unsigned char room[256];
	} r = { .room = { 0 } };

	r.resp = answer;
	return request(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

int listener_continue(int listener, uint64_t id)
{
	return respond(listener, (struct seccomp_notif_resp){
					 .id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE });
}

int listener_answer(int listener, uint64_t id, int64_t result)
{
	struct seccomp_notif_resp r = { .id = id };

	if (result < 0 && result >= -4095)
		r.error = (int32_t)result;
	else
		r.val = result;
	return respond(listener, r);
}

/* Set where an ADDFD with the answer can be interrupted: then that is one switch less. */
static bool at_once;

void listener_give_at_once(bool safe)
{
	at_once = safe;
}

int listener_give(int listener, uint64_t id, int fd, bool cloexec)
{
	struct addfd a = {
		.id = id,
		.flags = at_once ? ADDFD_SEND : 0,
		.srcfd = (uint32_t)fd,
		.newfd_flags = cloexec ? O_CLOEXEC : 0,
	};
	int rc = request(listener, NOTIF_ADDFD, &a);

	return rc < 0 || at_once ? rc : listener_answer(listener, id, rc);
}

int listener_give_at(int listener, uint64_t id, int number)
{
	struct addfd a = { .id = id, .flags = ADDFD_SETFD, .srcfd = (uint32_t)listener,
			   .newfd = (uint32_t)number, .newfd_flags = O_CLOEXEC };

	return request(listener, NOTIF_ADDFD, &a);
}

int listener_try_give(int listener, uint64_t id)
{
	struct addfd_try a = { .addfd = { .id = id, .flags = ADDFD_SEND,
					  .srcfd = (uint32_t)listener } };
	int rc = ioctl(listener, LISTENER_TRY, &a);

	return rc < 0 ? -errno : rc;
}

int listener_is_valid(int listener, uint64_t id)
{
	return request(listener, NOTIF_ID_VALID_OLD, &id);
}

int listener_sync(int listener)
{
	int rc = ioctl(listener, NOTIF_SET_FLAGS, SYNC_WAKE_UP);

	return rc < 0 ? -errno : 0;
}
