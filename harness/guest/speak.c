/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * speak.c - write the stream. A serial port costs per byte and per call: what can
 * wait goes out together with what cannot.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/crc32.h"
#include "harness/guest/speak.h"

int speak_flush(struct speak *s)
{
	size_t done = 0;

	while (done < s->text.len) {
		ssize_t n = write(s->fd, s->text.p + done, s->text.len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	s->text.len = 0;
	return 0;
}

void speak_free(struct speak *s)
{
	buf_free(&s->text);
	free(s->abi);
	free(s->program);
	*s = (struct speak){.fd = -1};
}

/* Text that the sum covers, and that goes out. */
static void speak_summed(struct speak *s, const char *bytes, size_t len)
{
	s->sum = crc32_add(s->sum, bytes, len);
	buf_add(&s->text, bytes, len);
}

static void speak_sum(struct speak *s, char *text)
{
	s->sum = crc32_add(s->sum, text, strlen(text));
	free(text);
}

void speak_list(struct speak *s, const char *abi)
{
	s->sum = 0;
	speak_sum(s, buf_asprintf("%s\n", abi));
	buf_printf(&s->text, "KT-LIST %s\n", abi);
}

void speak_listed(struct speak *s, const char *program, const char *name, const char *contract)
{
	char *line = buf_asprintf("|%s:%s%s%s\n", program, name, contract ? " " : "",
				  contract ? contract : "");

	speak_summed(s, line, strlen(line));
	free(line);
}

void speak_list_end(struct speak *s)
{
	buf_printf(&s->text, "KT-END %08" PRIx32 "\n", s->sum);
}

void speak_case(struct speak *s, const char *abi, const char *program, const char *name)
{
	if (!s->abi || strcmp(s->abi, abi) || strcmp(s->program, program)) {
		free(s->abi);
		free(s->program);
		s->abi = buf_strdup(abi);
		s->program = buf_strdup(program);
		buf_printf(&s->text, "KT-PROG %s %s\n", abi, program);
	}
	s->sum = 0;
	speak_sum(s, buf_asprintf("%s %s %s\n", abi, program, name));
	buf_printf(&s->text, "KT-CASE %s\n", name);
}

void speak_end(struct speak *s, const struct buf *output, const char *word, int64_t us,
	       const char *reason)
{
	char *end = buf_asprintf("%s %" PRId64 "%s%s", word, us, reason[0] ? " " : "", reason);
	const char *p = output->p, *stop = p + output->len;

	/* Every line behind a mark of ours: whatever it is, it is nothing that we say. */
	while (output->len && p < stop) {
		const char *nl = memchr(p, '\n', (size_t)(stop - p)), *line_end = nl ? nl : stop;

		speak_summed(s, "|", 1);
		speak_summed(s, p, (size_t)(line_end - p));
		speak_summed(s, "\n", 1);
		p = nl ? nl + 1 : stop;
	}
	s->sum = crc32_add(s->sum, end, strlen(end));
	buf_printf(&s->text, "KT-END %08" PRIx32 " %s\n", s->sum, end);
	free(end);
}
