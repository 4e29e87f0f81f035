/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.c - what a run is asked for, as words. Whether there is such a kernel or
 * ABI is not known here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/word.h"
#include "harness/boot/rooms.h"
#include "harness/run/request.h"

#define REQUEST_REBOOTS 3
#define REQUEST_REBOOTS_MAX 100

const char *const request_names[] = {
	"kernel", "image", "abi", "test", "suite", "variable", "native", "qemu-user", "no-retry",
	"builds", "programs", "user", "accel", "reboots", NULL,
};

static const char *const request_users[] = {"root", "nobody"};
static const char *const request_accels[] = {
	[BOOT_ACCEL_AUTO] = "auto", [BOOT_ACCEL_TCG] = "tcg", [BOOT_ACCEL_KVM] = "kvm",
};

void request_init(struct request *r)
{
	*r = (struct request){
		.user = request_users[0],
		.accel = BOOT_ACCEL_AUTO,
		.reboots = REQUEST_REBOOTS,
	};
}

static void request_list_free(struct request_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->v[i]);
	free(l->v);
}

void request_free(struct request *r)
{
	request_list_free(&r->kernels);
	request_list_free(&r->images);
	request_list_free(&r->abis);
	request_list_free(&r->tests);
	request_list_free(&r->suites);
	request_list_free(&r->variables);
	free(r->builds);
	free(r->programs);
	*r = (struct request){0};
}

static struct request_list *request_list(struct request *r, const char *name)
{
	const struct {
		const char *name;
		struct request_list *list;
	} lists[] = {
		{"kernel", &r->kernels}, {"image", &r->images}, {"abi", &r->abis},
		{"test", &r->tests}, {"suite", &r->suites}, {"variable", &r->variables},
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (!strcmp(name, lists[i].name))
			return lists[i].list;
	return NULL;
}

/* Which of these words it is. */
static int request_word(const char *name, const char *value, const char *const *words,
			size_t count, size_t *out, struct why *why)
{
	const char *nearest;
	struct buf valid = {0};

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(value, words[i])) {
			*out = i;
			return 0;
		}
	}
	nearest = word_nearest(value, words, count);
	for (size_t i = 0; i < count && !nearest; i++)
		buf_printf(&valid, "%s%s", i ? ", " : "", words[i]);
	why_set(why, EINVAL, "unknown --%s '%s'; %s%s%s", name, value,
		nearest ? "did you mean '" : "valid: ", nearest ? nearest : valid.p,
		nearest ? "'?" : "");
	buf_free(&valid);
	return -EINVAL;
}

/* The guest's init and the runner take it as one word. */
static int request_variable(const char *value, struct why *why)
{
	size_t name = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "0123456789_");

	if (name && value[name] == '=' && !strpbrk(value, " \t\n'\"\\$`;&|<>()*?[]#~"))
		return 0;
	return why_set(why, EINVAL, "--variable '%s' is no NAME=VALUE without blanks and quotes",
		       value);
}

static int request_suite(const char *value, struct why *why)
{
	const char *words[8];
	size_t n = 0, at;

	for (; room_suites[n]; n++)
		words[n] = room_suites[n];
	words[n++] = ROOM_ALL;
	return request_word("suite", value, words, n, &at, why);
}

static int request_number(const char *name, const char *value, unsigned max, unsigned *out,
			  struct why *why)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (errno || *end || value[0] < '0' || value[0] > '9' || n > max)
		return why_set(why, EINVAL, "--%s '%s' is no number from 0 to %u", name, value,
			       max);
	*out = (unsigned)n;
	return 0;
}

int request_set(struct request *r, const char *name, const char *value, struct why *why)
{
	struct request_list *list = request_list(r, name);
	size_t word = 0;
	int err = 0;

	if (strchr(value, '\n'))
		return why_set(why, EINVAL, "--%s with a line break in it", name);
	if (list) {
		if (list == &r->variables)
			err = request_variable(value, why);
		else if (list == &r->suites)
			err = request_suite(value, why);
		if (err)
			return err;
		list->v = buf_grow(list->v, list->count + 1, &list->cap, sizeof(*list->v));
		list->v[list->count++] = buf_strdup(value);
		list->v[list->count] = NULL;
	} else if (!strcmp(name, "native")) {
		r->native = true;
	} else if (!strcmp(name, "qemu-user")) {
		r->emulator = true;
	} else if (!strcmp(name, "no-retry")) {
		r->no_retry = true;
	} else if (!strcmp(name, "builds")) {
		free(r->builds);
		r->builds = buf_strdup(value);
	} else if (!strcmp(name, "programs")) {
		free(r->programs);
		r->programs = buf_strdup(value);
	} else if (!strcmp(name, "user")) {
		err = request_word(name, value, request_users, 2, &word, why);
		if (!err)
			r->user = request_users[word];
	} else if (!strcmp(name, "accel")) {
		err = request_word(name, value, request_accels, 3, &word, why);
		if (!err)
			r->accel = (enum boot_accel)word;
	} else if (!strcmp(name, "reboots")) {
		err = request_number(name, value, REQUEST_REBOOTS_MAX, &r->reboots, why);
	} else {
		err = why_set(why, EINVAL, "nothing called '%s' can be asked for", name);
	}
	return err;
}

static void request_line(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s %s\n", name, value);
}

static void request_lines(struct buf *out, const char *name, const struct request_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		request_line(out, name, l->v[i]);
}

void request_text(const struct request *r, struct buf *out)
{
	request_lines(out, "kernel", &r->kernels);
	request_lines(out, "image", &r->images);
	request_lines(out, "abi", &r->abis);
	request_lines(out, "test", &r->tests);
	request_lines(out, "suite", &r->suites);
	request_lines(out, "variable", &r->variables);
	if (r->native)
		request_line(out, "native", "");
	if (r->emulator)
		request_line(out, "qemu-user", "");
	if (r->no_retry)
		request_line(out, "no-retry", "");
	if (r->builds)
		request_line(out, "builds", r->builds);
	if (r->programs)
		request_line(out, "programs", r->programs);
	request_line(out, "user", r->user);
	request_line(out, "accel", request_accels[r->accel]);
	buf_printf(out, "reboots %u\n", r->reboots);
}

int request_parse(const char *text, struct request *out, struct why *why)
{
	struct request r;
	int err = 0;

	request_init(&r);
	while (*text && !err) {
		size_t len = strcspn(text, "\n"), name_len = strcspn(text, " \n");
		char *name = buf_strndup(text, name_len);
		char *value = name_len < len ? buf_strndup(text + name_len + 1, len - name_len - 1)
					     : buf_strdup("");

		err = request_set(&r, name, value, why);
		free(name);
		free(value);
		text += len + (text[len] == '\n');
	}
	if (err) {
		request_free(&r);
		return err;
	}
	*out = r;
	return 0;
}
