/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keepalived's lines that stand for many: ~SEQ(VAR, START, STEP, END) and ~LST(VAR, VALUE...);
 * keepalived.conf(5), Sequence blocks and List blocks.
 */
#ifndef CTL_IMPORT_KEEPALIVED_SEQUENCE_H
#define CTL_IMPORT_KEEPALIVED_SEQUENCE_H

#include "import_keepalived_define.h"

/* No more than this is stood for, as a bound of a single line. */
#define KEEPALIVED_SEQUENCE_MAX 100000

struct keepalived_sequence {
	const char *text;           /* of the line, borrowed: what is read again and again */
	struct import_words names;  /* of parameters */
	struct import_words values; /* of ~LST: names.count of them each time */
	bool is_list;
	bool is_hexadecimal;
	long next;
	long step;
	size_t left; /* how often still */
};

/* Whether a line is one of those; then it is read by this module, or wrong. */
bool keepalived_sequence_is(const char *line);

/* What is wrong, or NULL. A parameter among the numbers has been replaced. */
const char *keepalived_sequence_read(const char *line,
	const struct keepalived_definitions *definitions,
	struct keepalived_sequence *ret_sequence);
void keepalived_sequence_deinit(struct keepalived_sequence *sequence);

/* Defines the next values; returns false when there are no more. */
bool keepalived_sequence_next(
	struct keepalived_sequence *sequence, struct keepalived_definitions *definitions);

#endif
