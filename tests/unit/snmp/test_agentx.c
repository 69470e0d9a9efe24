/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets in and out of buffers: whole ones, parts of them, and what is none.
 */
#include "agentx.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const oid root[] = {1, 3, 6, 1, 4, 1, 99999, 1};

/* RFC 2741, 6.1: an Open in network byte order, timeout 5, null OID, description "x". */
static const uint8_t open_packet[] = {
	1, 1, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 16, /* header */
	5, 0, 0, 0,                                                     /* timeout */
	0, 0, 0, 0,                                                     /* id */
	0, 0, 0, 1, 'x', 0, 0, 0,                                       /* description */
};

struct fixture {
	struct agentx *agentx;
	struct evbuffer *buffer;
};

static int
set_up(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));

	fixture->agentx = agentx_new();
	fixture->buffer = evbuffer_new();
	*state = fixture;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *fixture = *state;

	agentx_free(fixture->agentx);
	evbuffer_free(fixture->buffer);
	free(fixture);
	return 0;
}

static void
an_open_is_encoded_as_the_rfc_has_it(void **state)
{
	struct fixture *fixture = *state;
	netsnmp_pdu *pdu CLEANUP_PDU = agentx_open_pdu_new(5, root, 0, "x");

	pdu->reqid = 7;
	assert_int_equal(agentx_put(fixture->agentx, pdu, fixture->buffer), 0);
	assert_int_equal(evbuffer_get_length(fixture->buffer), sizeof(open_packet));
	assert_memory_equal(
		evbuffer_pullup(fixture->buffer, -1), open_packet, sizeof(open_packet));
}

static void
a_registration_arrives_as_it_was_sent(void **state)
{
	struct fixture *fixture = *state;
	netsnmp_pdu *sent CLEANUP_PDU = agentx_register_pdu_new(77, 126, root, 8);
	netsnmp_pdu *taken CLEANUP_PDU = NULL;

	sent->reqid = 9;
	assert_int_equal(agentx_put(fixture->agentx, sent, fixture->buffer), 0);
	assert_int_equal(agentx_take(fixture->agentx, fixture->buffer, &taken), 1);
	assert_int_equal(taken->command, AGENTX_REGISTER);
	assert_int_equal(taken->sessid, 77);
	assert_int_equal(taken->reqid, 9);
	assert_int_equal(taken->priority, 126);
	assert_int_equal(taken->variables->name_length, 8);
	assert_memory_equal(taken->variables->name, root, sizeof(root));
	assert_int_equal(evbuffer_get_length(fixture->buffer), 0);
}

static void
a_packet_is_taken_once_it_is_whole(void **state)
{
	struct fixture *fixture = *state;
	netsnmp_pdu *pdu CLEANUP_PDU = NULL;

	for (size_t i = 0; i < sizeof(open_packet); i++) {
		assert_int_equal(agentx_take(fixture->agentx, fixture->buffer, &pdu), 0);
		evbuffer_add(fixture->buffer, open_packet + i, 1);
	}
	assert_int_equal(agentx_take(fixture->agentx, fixture->buffer, &pdu), 1);
	assert_int_equal(pdu->command, AGENTX_OPEN);
}

static void
packets_are_taken_one_after_the_other(void **state)
{
	struct fixture *fixture = *state;

	evbuffer_add(fixture->buffer, open_packet, sizeof(open_packet));
	evbuffer_add(fixture->buffer, open_packet, sizeof(open_packet));
	for (int expected = 1; expected >= 0; expected--) {
		netsnmp_pdu *first CLEANUP_PDU = NULL;

		assert_int_equal(agentx_take(fixture->agentx, fixture->buffer, &first), 1);
		assert_int_equal(evbuffer_get_length(fixture->buffer),
			(size_t)expected * sizeof(open_packet));
	}
}

/* Takes the Open with one octet changed. */
static int
take_changed(struct fixture *fixture, size_t position, uint8_t octet)
{
	uint8_t packet[sizeof(open_packet)];
	netsnmp_pdu *pdu CLEANUP_PDU = NULL;

	memcpy(packet, open_packet, sizeof(packet));
	packet[position] = octet;
	evbuffer_drain(fixture->buffer, evbuffer_get_length(fixture->buffer));
	evbuffer_add(fixture->buffer, packet, sizeof(packet));
	return agentx_take(fixture->agentx, fixture->buffer, &pdu);
}

static void
another_version_type_or_length_is_refused(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(take_changed(fixture, 0, 2), -EBADMSG);
	assert_int_equal(take_changed(fixture, 1, 0), -EBADMSG);
	assert_int_equal(take_changed(fixture, 1, 19), -EBADMSG);
	assert_int_equal(take_changed(fixture, 17, 1), -EBADMSG);    /* 65,552 octets */
	assert_int_equal(take_changed(fixture, 16, 0xff), -EBADMSG); /* a length below 0 */
	assert_int_equal(take_changed(fixture, 31, 9), -EBADMSG);    /* a text beyond the end */
}

static void
octets_at_random_are_refused_or_taken_without_harm(void **state)
{
	struct fixture *fixture = *state;

	for (size_t position = 0; position < sizeof(open_packet); position++) {
		for (unsigned octet = 0; octet <= UINT8_MAX; octet++)
			assert_in_range(
				take_changed(fixture, position, (uint8_t)octet) + EBADMSG, 0,
				EBADMSG + 1);
	}
}

static void
what_is_longer_than_a_packet_is_not_sent(void **state)
{
	struct fixture *fixture = *state;
	static char text[AGENTX_PACKET_MAX];
	netsnmp_pdu *pdu CLEANUP_PDU = NULL;

	memset(text, 'x', sizeof(text) - 1);
	pdu = agentx_open_pdu_new(5, root, 8, text);
	assert_int_equal(agentx_put(fixture->agentx, pdu, fixture->buffer), -EMSGSIZE);
	assert_int_equal(evbuffer_get_length(fixture->buffer), 0);
}

static void
a_response_belongs_to_its_request_and_a_cleanup_has_none(void **state)
{
	netsnmp_pdu *request CLEANUP_PDU = agentx_pdu_new(AGENTX_GET, 3);
	netsnmp_pdu *response CLEANUP_PDU = NULL;

	(void)state;
	request->transid = 4;
	request->reqid = 5;
	response = agentx_response_pdu_new(request, AGENTX_ERROR_NOT_OPEN);
	assert_int_equal(response->command, AGENTX_RESPONSE);
	assert_int_equal(response->sessid, 3);
	assert_int_equal(response->transid, 4);
	assert_int_equal(response->reqid, 5);
	assert_int_equal(response->errstat, AGENTX_ERROR_NOT_OPEN);
	request->command = AGENTX_CLEANUP_SET;
	assert_null(agentx_response_pdu_new(request, 0));
}

static void
errors_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(agentx_error_name(256), "openFailed");
	assert_string_equal(agentx_error_name(263), "duplicateRegistration");
	assert_string_equal(agentx_error_name(268), "processingError");
	assert_string_equal(agentx_error_name(269), "error");
	assert_string_equal(agentx_error_name(5), "error");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_open_is_encoded_as_the_rfc_has_it),
		TEST(a_registration_arrives_as_it_was_sent),
		TEST(a_packet_is_taken_once_it_is_whole),
		TEST(packets_are_taken_one_after_the_other),
		TEST(another_version_type_or_length_is_refused),
		TEST(octets_at_random_are_refused_or_taken_without_harm),
		TEST(what_is_longer_than_a_packet_is_not_sent),
		cmocka_unit_test(a_response_belongs_to_its_request_and_a_cleanup_has_none),
		cmocka_unit_test(errors_have_their_names),
	};

	return cmocka_run_group_tests_name("agentx", tests, NULL, NULL);
}
