/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of probes share: definitions of probes, and a server on the loopback that
 * says what a test wants.
 */
#ifndef TESTS_PROBE_FIXTURE_H
#define TESTS_PROBE_FIXTURE_H

#include "run_fixture.h"

#include "probe.h"
#include "probe_status.h"

/* A probe with a timeout of 20 s and the defaults of the configuration. */
struct definition *probe_of(enum check_type type);

/* The same with host and port. */
struct definition *probe_of_port(enum check_type type, unsigned port);

/* Sets a text of a probe. */
void set_text(char **field, const char *text);
void set_pattern(struct probe *probe, const char *pattern);

/*
 * A server: says the greeting to whom it accepts, and the answer to the first that comes;
 * NULL for nothing. Then it closes, if it is to.
 */
struct server;
struct server_words {
	const char *greeting;
	const char *answer;
	bool closes;
};

struct server *server_start(
	struct fixture *fixture, const struct server_words *words, unsigned *ret_port);
void server_free(struct server *server);

/*
 * Makes each open of the file hang until the descriptor that comes back is closed:
 * fanotify(7) asks us for permission and gets no answer. Skips the test where that cannot
 * be had.
 */
int hold_open(const char *path);

/* A port that nobody listens at. */
unsigned closed_port(void);

/* There are so many metrics, and nothing else where metrics stand. */
void assert_metrics(const struct observed *observed, size_t count);

#define ASSERT_STATUS(observed, wanted)                                                        \
	do {                                                                                   \
		if ((observed).result.status != (int)(wanted))                                 \
			print_error("%s\n", (observed).output);                                \
		assert_int_equal((observed).result.outcome, CHECK_OUTCOME_EXITED);             \
		assert_int_equal((observed).result.status, wanted);                            \
	} while (0)

#define ASSERT_SAYS(observed, text)                                                            \
	do {                                                                                   \
		if (strstr((observed).output, text) == NULL)                                   \
			fail_msg("\"%s\" is not in \"%s\"", text, (observed).output);          \
	} while (0)

#define ASSERT_MEASURES(observed, text)                                                        \
	do {                                                                                   \
		if (strstr((observed).perfdata, text) == NULL)                                 \
			fail_msg("\"%s\" is not in \"%s\"", text, (observed).perfdata);        \
	} while (0)

#endif
