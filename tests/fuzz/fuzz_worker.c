/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever a worker writes, its lines come out as they are in it, however it is cut into
 * reads; and what is taken for an answer says so.
 */
#include "fuzz.h"
#include "line_reader.h"
#include "worker_line.h"

#include <string.h>
#include <unistd.h>

#include "util.h"

/* Small, so that inputs go beyond it. */
#define BUFFER_SIZE 64

struct expectation {
	const char *at;
	const char *end;
};

static void
must_be_in_line(const char *line, size_t len, const struct worker_answer *answer)
{
	MUST(answer->status >= 0 && answer->status <= 255);
	MUST(answer->output >= line && answer->output + answer->len == line + len);
	MUST(line[0] >= '0' && line[0] <= '9');
}

static void
examine(const char *text, size_t len)
{
	/* A copy of its own size, so that a read beyond it is seen. */
	CLEANUP_FREE char *line = xcalloc(len, 1);
	struct worker_answer answer;

	memcpy(line, text, len);
	if (worker_line_parse(line, len, &answer))
		must_be_in_line(line, len, &answer);
}

/* The next line that is not too long. */
static size_t
next_expected(struct expectation *expectation, const char **ret_line)
{
	for (;;) {
		const char *line = expectation->at;
		const char *newline = memchr(line, '\n', (size_t)(expectation->end - line));

		MUST(newline != NULL);
		expectation->at = newline + 1;
		if (newline - line < BUFFER_SIZE) {
			*ret_line = line;
			return (size_t)(newline - line);
		}
	}
}

static void
take_lines(struct line_reader *reader, struct expectation *expectation)
{
	enum line_kind kind;
	const char *expected;
	char *line;
	size_t len;

	while ((kind = line_reader_next(reader, &line, &len)) != LINE_NONE) {
		examine(line, len);
		if (kind == LINE_TOO_LONG) {
			MUST(len == BUFFER_SIZE);
			continue;
		}
		MUST(next_expected(expectation, &expected) == len);
		MUST(memcmp(expected, line, len) == 0);
	}
}

/* The first octet says how much is read at once. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	size_t step, written = 0;
	struct line_reader reader;
	int fds[2];

	if (size < 2)
		return 0;
	MUST(pipe(fds) == 0);
	line_reader_init(&reader, BUFFER_SIZE);
	struct expectation expectation = {text, text + size - 1};
	for (step = data[0] % BUFFER_SIZE + 1; written < size - 1; written += step) {
		if (step > size - 1 - written)
			step = size - 1 - written;
		MUST(write(fds[1], text + written, step) == (ssize_t)step);
		for (size_t taken = 0; taken < step;) {
			ssize_t len = line_reader_fill(&reader, fds[0]);

			MUST(len > 0);
			taken += (size_t)len;
			take_lines(&reader, &expectation);
		}
	}
	line_reader_deinit(&reader);
	close(fds[0]);
	close(fds[1]);
	return 0;
}
