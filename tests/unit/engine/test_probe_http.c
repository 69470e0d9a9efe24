/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The type http, against a server of the test itself that says the same to everybody. TLS is
 * for the integration tests.
 */
#include "probe_fixture.h"

#include <string.h>

#include "util.h"

#define OK_PAGE                                                                                \
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nAll is "     \
	"well\n"

static struct definition *
asking(unsigned port)
{
	struct definition *definition = probe_of(CHECK_TYPE_HTTP);

	definition->probe->url = xasprintf("http://127.0.0.1:%u/", port);
	return definition;
}

/* Runs a definition, made by the caller's change, against a server that has one answer. */
static void
run_against(struct fixture *fixture, const char *answer, bool closes,
	void (*change)(struct probe *probe), struct observed *ret_observed)
{
	unsigned port;
	struct server *server = server_start(
		fixture, &(struct server_words){.answer = answer, .closes = closes}, &port);
	struct definition *definition = asking(port);

	if (change != NULL)
		change(definition->probe);
	if (answer[0] == '\0')
		definition->timeout_ms = 300;
	fixture_run(fixture, definition, ret_observed);
	server_free(server);
}

static void
an_accepted_status_is_ok(void **state)
{
	struct observed observed;

	run_against(*state, OK_PAGE, false, NULL, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
	ASSERT_SAYS(observed, "HTTP 200 in ");
	ASSERT_MEASURES(observed, "time=0.");
	assert_metrics(&observed, 1);
}

static void
another_status_is_not_accepted(void **state)
{
	struct observed observed;

	run_against(
		*state, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", false, NULL, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_HTTP_STATUS);
	ASSERT_SAYS(observed, "HTTP 503 in ");
	ASSERT_SAYS(observed, ", expected 200-299");
}

static void
expect_well(struct probe *probe)
{
	set_text(&probe->expect, "is well");
	set_pattern(probe, "^All");
}

static void
a_body_with_what_is_expected_is_ok(void **state)
{
	struct observed observed;

	run_against(*state, OK_PAGE, false, expect_well, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
}

static void
expect_ill(struct probe *probe)
{
	set_pattern(probe, "ill");
}

static void
a_body_without_it_is_unexpected(void **state)
{
	struct observed observed;

	run_against(*state, OK_PAGE, false, expect_ill, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_UNEXPECTED);
}

static void
a_body_without_end_is_not_read_to_it(void **state)
{
	struct observed observed;
	char *flood = xcalloc(1, 200001);
	int len = snprintf(flood, 100, "HTTP/1.0 200 OK\r\n\r\n");

	memset(flood + len, 'x', 200000 - (size_t)len);
	run_against(*state, flood, false, expect_ill, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_UNEXPECTED);
	ASSERT_SAYS(observed, "first 65536 octets");
	free(flood);
}

static void
what_is_no_http_is_unexpected(void **state)
{
	struct observed observed;

	run_against(*state, "SSH-2.0-OpenSSH_9.2\r\n", true, NULL, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_UNEXPECTED);
}

static void
a_server_that_says_nothing_is_late(void **state)
{
	struct observed observed;

	run_against(*state, "", false, NULL, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_LATE);
	ASSERT_SAYS(observed, "has not answered: in 0.3 s");
}

static void
a_connection_that_ends_too_soon_is_lost(void **state)
{
	struct observed observed;

	run_against(*state, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", true,
		expect_ill, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_LOST);
}

static void
a_closed_port_refuses(void **state)
{
	struct observed observed;

	fixture_run(*state, asking(closed_port()), &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_REFUSED);
}

#define REDIRECT "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"

static void
a_redirect_that_is_not_followed_is_a_status_like_any_other(void **state)
{
	struct observed observed;

	run_against(*state, REDIRECT, false, NULL, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_HTTP_STATUS);
	ASSERT_SAYS(observed, "HTTP 302");
}

static void
follow_three(struct probe *probe)
{
	probe->redirects = 3;
}

static void
redirects_without_end_are_too_many(void **state)
{
	struct observed observed;

	run_against(*state, REDIRECT, false, follow_three, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_REDIRECTS);
	ASSERT_SAYS(observed, "more than 3 redirects");
}

static void
a_redirect_to_another_protocol_is_not_followed(void **state)
{
	struct observed observed;

	run_against(*state,
		"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: "
		"0\r\n\r\n",
		false, follow_three, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_REDIRECTS);
}

static void
a_redirect_is_followed_to_its_end(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed;
	unsigned port, first_port;
	struct server *target =
		server_start(fixture, &(struct server_words){.answer = OK_PAGE}, &port);
	CLEANUP_FREE char *redirect = xasprintf(
		"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:%u/\r\nContent-Length: "
		"0\r\n\r\n",
		port);
	struct server *first =
		server_start(fixture, &(struct server_words){.answer = redirect}, &first_port);
	struct definition *definition = asking(first_port);

	definition->probe->redirects = 1;
	fixture_run(fixture, definition, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
	server_free(first);
	server_free(target);
}

static void
post(struct probe *probe)
{
	probe->method = PROBE_METHOD_POST;
	set_text(&probe->send, "a=b");
	probe->headers = xcalloc(3, sizeof(char *));
	probe->headers[0] = xstrdup("X-Test=1");
	probe->headers[1] = xstrdup("Accept=");
}

static void
a_body_and_headers_are_sent(void **state)
{
	struct observed observed;

	run_against(*state, OK_PAGE, false, post, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
}

static void
ask_for_the_head(struct probe *probe)
{
	probe->method = PROBE_METHOD_HEAD;
}

static void
a_head_has_no_body_to_wait_for(void **state)
{
	struct observed observed;

	run_against(*state, "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", false,
		ask_for_the_head, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
}

static void
be_strict(struct probe *probe)
{
	set_pattern(probe, "never");
	probe->critical_time_ms = 1;
}

static void
be_patient(struct probe *probe)
{
	probe->warning_time_ms = 20000;
	probe->critical_time_ms = 1000000;
}

static void
thresholds_of_time_are_in_the_perfdata(void **state)
{
	struct observed observed;

	run_against(*state, OK_PAGE, false, be_patient, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_OK);
	ASSERT_MEASURES(observed, "s;20;1000;0");
	assert_metrics(&observed, 1);
}

static void
a_wrong_answer_stays_one_however_slow_it_was(void **state)
{
	struct observed observed;

	run_against(*state, OK_PAGE, false, be_strict, &observed);
	ASSERT_STATUS(observed, PROBE_STATUS_UNEXPECTED);
}

static void
a_prober_that_ends_drops_its_requests(void **state)
{
	struct fixture *fixture = *state;
	struct observed observed = {0};
	unsigned port;
	struct server *server =
		server_start(fixture, &(struct server_words){.answer = NULL}, &port);
	struct definition *definition = asking(port);

	prober_start(fixture->prober, definition, &observing, &observed);
	definition_unref(definition);
	event_base_loop(fixture->base, EVLOOP_NONBLOCK);
	prober_free(fixture->prober);
	fixture->prober = NULL;
	assert_int_equal(observed.done_count + observed.gone_count, 0);
	server_free(server);
}

#define HTTP_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HTTP_TEST(an_accepted_status_is_ok),
		HTTP_TEST(another_status_is_not_accepted),
		HTTP_TEST(a_body_with_what_is_expected_is_ok),
		HTTP_TEST(a_body_without_it_is_unexpected),
		HTTP_TEST(a_body_without_end_is_not_read_to_it),
		HTTP_TEST(what_is_no_http_is_unexpected),
		HTTP_TEST(a_server_that_says_nothing_is_late),
		HTTP_TEST(a_connection_that_ends_too_soon_is_lost),
		HTTP_TEST(a_closed_port_refuses),
		HTTP_TEST(a_redirect_that_is_not_followed_is_a_status_like_any_other),
		HTTP_TEST(redirects_without_end_are_too_many),
		HTTP_TEST(a_redirect_to_another_protocol_is_not_followed),
		HTTP_TEST(a_redirect_is_followed_to_its_end),
		HTTP_TEST(a_body_and_headers_are_sent),
		HTTP_TEST(a_head_has_no_body_to_wait_for),
		HTTP_TEST(thresholds_of_time_are_in_the_perfdata),
		HTTP_TEST(a_wrong_answer_stays_one_however_slow_it_was),
		HTTP_TEST(a_prober_that_ends_drops_its_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
