/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two lines of the protocol between checkd and a worker; see checkd-worker(7).
 */
#ifndef ENGINE_WORKER_LINE_H
#define ENGINE_WORKER_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest line of an answer, in octets, without its end. */
#define WORKER_LINE_ANSWER_MAX 65535

/* The longest arguments of a check, all together with the tabs between, in octets. */
#define WORKER_LINE_ARGUMENTS_MAX 4095

struct worker_question {
	uint64_t id;
	uint64_t timeout_ms;
	const char *name;
	const char *arguments; /* NULL: none */
};

struct worker_answer {
	uint64_t id;
	int status;         /* 0 to 255 */
	const char *output; /* where it stands in the line; as it came */
	size_t len;
};

/* The octets that a question takes at most, its line's end among them. */
size_t worker_line_size(const struct worker_question *question);

/* Writes it to a buffer of at least that size; returns how many octets it took. */
size_t worker_line_write(const struct worker_question *question, char *buf);

/* Returns whether the line is an answer. */
bool worker_line_parse(const char *line, size_t len, struct worker_answer *ret_answer);

#endif
