/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both have names, numbers or values in brackets, and then the text.
 */
#include "import_keepalived_sequence.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

#define BLANKS     " \t"
#define KEYWORD    4 /* octets of ~SEQ and ~LST */
#define NUMBER_MAX ((long)INT_MAX)

bool
keepalived_sequence_is(const char *line)
{
	return strncmp(line, "~SEQ", KEYWORD) == 0 || strncmp(line, "~LST", KEYWORD) == 0;
}

void
keepalived_sequence_deinit(struct keepalived_sequence *sequence)
{
	import_words_deinit(&sequence->names);
	import_words_deinit(&sequence->values);
}

static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, BLANKS);
}

/* Up to three numbers with commas between, to the end of the text. */
static size_t
read_numbers(const char *at, long *numbers)
{
	size_t count = 0;

	for (;;) {
		char *end;

		if (count == 3)
			return 0;
		errno = 0;
		numbers[count] = strtol(at, &end, 0);
		if (errno != 0 || end == at || labs(numbers[count]) > NUMBER_MAX)
			return 0;
		count++;
		at = skip_blanks(end);
		if (*at == '\0')
			return count;
		if (*at != ',')
			return 0;
		at++;
	}
}

/* numbers: END; or START, END; or START, STEP, END. */
static const char *
set_numbers(struct keepalived_sequence *sequence, const long *numbers, size_t count)
{
	long end = count > 0 ? numbers[count - 1] : 0;
	long start = count > 1 ? numbers[0] : end < 0 ? -1 : 1;
	long step = count == 3 ? numbers[1] : start <= end ? 1 : -1;

	if (count == 1)
		step = end < 1 ? -1 : 1;
	if (count == 0 || step == 0 || (start < end && step < 0) || (start > end && step > 0))
		return "has no numbers that go from a start to an end";
	if (sequence->is_hexadecimal && (start < 0 || end < 0))
		return "has negative numbers";
	sequence->next = start;
	sequence->step = step;
	sequence->left = (size_t)((end - start) / step) + 1;
	return sequence->left > KEEPALIVED_SEQUENCE_MAX ? "stands for more than 100000 lines"
							: NULL;
}

static const char *
read_sequence(const char *at, const struct keepalived_definitions *definitions,
	struct keepalived_sequence *sequence)
{
	size_t len = strcspn(at, BLANKS ",)");
	const char *comma = skip_blanks(at + len);
	const char *bracket = strchr(comma, ')');
	CLEANUP(import_words_deinit) struct import_words rest = {0};
	long numbers[3];

	if (len == 0 || *comma != ',' || bracket == NULL)
		return "is not ~SEQ(NAME, START, STEP, END)";
	CLEANUP_FREE char *text = xstrndup(comma + 1, (size_t)(bracket - comma - 1));

	if (keepalived_substitute(definitions, &text, &rest) ==
			KEEPALIVED_SUBSTITUTION_ENDLESS ||
		rest.count > 0)
		return "has a parameter that is no number";
	import_words_add(&sequence->names, xstrndup(at, len));
	sequence->text = skip_blanks(bracket + 1);
	return set_numbers(sequence, numbers, read_numbers(text, numbers));
}

/* One word, or words in braces. Returns what is behind, or NULL where that is no comma or ). */
static const char *
read_set(const char *at, struct import_words *words)
{
	bool is_braced = *at == '{';

	at = skip_blanks(at + is_braced);
	for (;;) {
		size_t len = strcspn(at, BLANKS ",})");

		import_words_add(words, xstrndup(at, len));
		at = skip_blanks(at + len);
		if (!is_braced || *at != ',')
			break;
		at = skip_blanks(at + 1);
	}
	if (is_braced && *at != '}')
		return NULL;
	at = skip_blanks(at + is_braced);
	return *at == ',' || *at == ')' ? at : NULL;
}

static const char *
read_list(const char *at, struct keepalived_sequence *sequence)
{
	static const char wrong[] =
		"is not ~LST(NAME, VALUE...) or ~LST({NAME...}, {VALUE...}...)";

	at = read_set(at, &sequence->names);
	while (at != NULL && *at == ',') {
		at = read_set(skip_blanks(at + 1), &sequence->values);
		sequence->left++;
		if (sequence->values.count > sequence->left * sequence->names.count)
			return "has more values than names";
		/* Those that are missing are empty. */
		while (sequence->values.count < sequence->left * sequence->names.count)
			import_words_add(&sequence->values, xstrdup(""));
	}
	if (at == NULL || sequence->left == 0)
		return wrong;
	sequence->text = skip_blanks(at + 1);
	return NULL;
}

const char *
keepalived_sequence_read(const char *line, const struct keepalived_definitions *definitions,
	struct keepalived_sequence *ret_sequence)
{
	struct keepalived_sequence sequence = {.is_list = line[1] == 'L'};
	const char *at = line + KEYWORD;

	sequence.is_hexadecimal = !sequence.is_list && *at == 'x';
	at = skip_blanks(at + sequence.is_hexadecimal);
	const char *error = *at != '(' ? "has no (" : NULL;

	if (error == NULL)
		error = sequence.is_list
				? read_list(skip_blanks(at + 1), &sequence)
				: read_sequence(skip_blanks(at + 1), definitions, &sequence);
	if (error != NULL)
		keepalived_sequence_deinit(&sequence);
	else
		*ret_sequence = sequence;
	return error;
}

static void
define_number(struct keepalived_sequence *sequence, struct keepalived_definitions *definitions)
{
	const char *name = sequence->names.list[0];
	char number[24];

	if (sequence->is_hexadecimal)
		snprintf(number, sizeof(number), "%lx", (unsigned long)sequence->next);
	else
		snprintf(number, sizeof(number), "%ld", sequence->next);
	keepalived_define(definitions, name, strlen(name), number);
	sequence->next += sequence->step;
}

static void
define_values(struct keepalived_sequence *sequence, struct keepalived_definitions *definitions)
{
	size_t count = sequence->names.count;
	char **values = sequence->values.list + sequence->values.count - sequence->left * count;

	for (size_t i = 0; i < count; i++)
		keepalived_define(definitions, sequence->names.list[i],
			strlen(sequence->names.list[i]), values[i]);
}

bool
keepalived_sequence_next(
	struct keepalived_sequence *sequence, struct keepalived_definitions *definitions)
{
	if (sequence->left == 0)
		return false;
	if (sequence->is_list)
		define_values(sequence, definitions);
	else
		define_number(sequence, definitions);
	sequence->left--;
	return true;
}
