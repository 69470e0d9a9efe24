/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests by net-snmp's asynchronous interface. The engine ID of an SNMPv3 receiver of
 * informs is asked for here (RFC 3414, 4), since the library would wait for the answer; and
 * it is asked for again after a failure, since a receiver may have got another one.
 */
#include "sink.h"

#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <arpa/inet.h>
#include <string.h>
#include <utlist.h>

#include "log.h"
#include "util.h"

#define PAUSE_MIN_S 1
#define PAUSE_MAX_S 30

struct inform;

struct sink {
	netsnmp_session *session;
	int command;
	char *name;
	sink_settled_fn settled;
	bool has_to_discover; /* the receiver's engine ID is not configured */
	bool is_discovering;
	bool is_down;
	bool is_ending;
	unsigned in_flight;      /* informs and discoveries */
	unsigned pause_s;        /* after the next failure */
	struct monotime resumed; /* while down: nothing is sent before */
	struct inform *informs;  /* in flight, or settled lately */
};

/*
 * The library tells of an inform that it cannot send by its callback, too, and of a report
 * twice: a settled inform is kept until it is done with it.
 */
struct inform {
	struct sink *sink;
	void *arg;
	bool is_in_flight;
	struct inform *next;
};

struct sink *
sink_new(netsnmp_session *session, int command, const char *name, sink_settled_fn settled)
{
	struct sink *sink = xcalloc(1, sizeof(*sink));

	sink->session = session;
	sink->command = command;
	sink->name = xstrdup(name);
	sink->settled = settled;
	sink->has_to_discover = session->version == SNMP_VERSION_3 &&
				command == SNMP_MSG_INFORM && session->securityEngineIDLen == 0;
	if (sink->has_to_discover)
		session->flags |= SNMP_FLAGS_DONT_PROBE;
	sink->pause_s = PAUSE_MIN_S;
	return sink;
}

void
sink_free(struct sink *sink)
{
	struct inform *inform, *next;

	if (sink == NULL)
		return;
	sink->is_ending = true;
	snmp_close(sink->session); /* tells of what is in flight */
	LL_FOREACH_SAFE(sink->informs, inform, next) {
		free(inform);
	}
	free(sink->name);
	free(sink);
}

static void
forget_engine(struct sink *sink)
{
	netsnmp_session *session = sink->session;

	free(STEAL(session->securityEngineID));
	free(STEAL(session->contextEngineID));
	session->securityEngineIDLen = 0;
	session->contextEngineIDLen = 0;
	session->flags &= ~SNMP_FLAGS_USER_CREATED;
}

/* The pause begins when all that was in flight has failed. */
static void
fail(struct sink *sink, const char *reason)
{
	if (!sink->is_down)
		log_warning("%s does not take notifications: %s; they wait for it", sink->name,
			reason);
	sink->is_down = true;
	if (sink->in_flight > 0)
		return;
	sink->resumed.ns = monotime_now().ns + sink->pause_s * NS_PER_S;
	sink->pause_s = 2 * sink->pause_s < PAUSE_MAX_S ? 2 * sink->pause_s : PAUSE_MAX_S;
	if (sink->has_to_discover)
		forget_engine(sink);
}

static void
succeed(struct sink *sink)
{
	if (sink->is_down)
		log_notice("%s takes notifications again", sink->name);
	sink->is_down = false;
	sink->pause_s = PAUSE_MIN_S;
}

static void
fail_to_send(struct sink *sink)
{
	char *reason = NULL;
	int system_error, library_error;

	snmp_error(sink->session, &system_error, &library_error, &reason);
	fail(sink, reason != NULL ? reason : "it cannot be sent to");
	free(reason);
}

static void
learn_engine(struct sink *sink, const netsnmp_pdu *report)
{
	netsnmp_session *session = sink->session;
	size_t len = report->securityEngineIDLen;

	forget_engine(sink);
	session->securityEngineID = netsnmp_memdup(report->securityEngineID, len);
	session->contextEngineID = netsnmp_memdup(report->securityEngineID, len);
	session->securityEngineIDLen = session->contextEngineIDLen = len;
	if (create_user_from_session(session) != SNMPERR_SUCCESS) {
		fail(sink, "its user cannot be made from what is configured");
		forget_engine(sink);
	}
}

/* A report is the answer that is meant, whatever the library says of it. */
static int
discovery_on_answer(
	int operation, netsnmp_session *session, int request_id, netsnmp_pdu *pdu, void *arg)
{
	struct sink *sink = arg;

	(void)session;
	(void)request_id;
	if (sink->is_ending || !sink->is_discovering || operation == NETSNMP_CALLBACK_OP_RESEND)
		return 1;
	sink->is_discovering = false;
	sink->in_flight--;
	if (pdu->command == SNMP_MSG_REPORT && pdu->securityEngineIDLen > 0)
		learn_engine(sink, pdu);
	else
		fail(sink, "no answer to the question for its engine ID");
	return 1;
}

static void
discover_engine(struct sink *sink)
{
	netsnmp_pdu *probe = snmp_pdu_create(SNMP_MSG_GET);

	probe->version = SNMP_VERSION_3;
	probe->securityName = strdup("");
	probe->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
	probe->securityModel = SNMP_SEC_MODEL_USM;
	if (snmp_async_send(sink->session, probe, discovery_on_answer, sink) == 0) {
		snmp_free_pdu(probe);
		fail_to_send(sink);
		return;
	}
	sink->is_discovering = true;
	sink->in_flight++;
}

static void
free_settled(struct sink *sink)
{
	struct inform *inform, *next;

	LL_FOREACH_SAFE(sink->informs, inform, next) {
		if (inform->is_in_flight)
			continue;
		LL_DELETE(sink->informs, inform);
		free(inform);
	}
}

bool
sink_is_ready(struct sink *sink, struct monotime now)
{
	free_settled(sink);
	if (sink->is_discovering)
		return false;
	if (sink->is_down && (sink->in_flight > 0 || now.ns < sink->resumed.ns))
		return false;
	if (sink->has_to_discover && sink->session->securityEngineIDLen == 0) {
		discover_engine(sink);
		return false;
	}
	return true;
}

/* A report is followed by another try of the library's, or by the news of a failure. */
static int
inform_on_answer(
	int operation, netsnmp_session *session, int request_id, netsnmp_pdu *pdu, void *arg)
{
	struct inform *inform = arg;
	struct sink *sink = inform->sink;
	bool is_answer = operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE;

	(void)session;
	(void)request_id;
	if (sink->is_ending || !inform->is_in_flight ||
		operation == NETSNMP_CALLBACK_OP_RESEND ||
		(is_answer && pdu->command == SNMP_MSG_REPORT))
		return 1;
	inform->is_in_flight = false;
	sink->in_flight--;
	if (is_answer)
		succeed(sink);
	else if (operation == NETSNMP_CALLBACK_OP_TIMED_OUT)
		fail(sink, "no answer");
	else
		fail_to_send(sink);
	sink->settled(inform->arg, is_answer);
	return 1;
}

static void
send_inform(struct sink *sink, netsnmp_pdu *pdu, void *arg)
{
	struct inform *inform = xcalloc(1, sizeof(*inform));

	inform->sink = sink;
	inform->arg = arg;
	LL_PREPEND(sink->informs, inform);
	if (snmp_async_send(sink->session, pdu, inform_on_answer, inform) != 0) {
		inform->is_in_flight = true;
		sink->in_flight++;
		return;
	}
	snmp_free_pdu(pdu);
	fail_to_send(sink);
	sink->settled(arg, false);
}

static void
send_trap(struct sink *sink, netsnmp_pdu *pdu, void *arg)
{
	bool is_sent = snmp_send(sink->session, pdu) != 0;

	if (is_sent) {
		succeed(sink);
	} else {
		snmp_free_pdu(pdu);
		fail_to_send(sink);
	}
	sink->settled(arg, is_sent);
}

/* The address in an SNMPv1 trap: the one configured (v1trapaddress), or the host's first. */
static in_addr_t
own_address(void)
{
	const char *configured =
		netsnmp_ds_get_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_TRAP_ADDR);
	struct in_addr address;

	if (configured != NULL && inet_pton(AF_INET, configured, &address) == 1)
		return address.s_addr;
	return get_myaddr();
}

static netsnmp_pdu *
pdu_new(int command, const netsnmp_variable_list *variables)
{
	bool is_v1 = command == SNMP_MSG_TRAP;
	netsnmp_pdu *pdu = snmp_pdu_create(is_v1 ? (int)SNMP_MSG_TRAP2 : command);

	pdu->variables = snmp_clone_varbind((netsnmp_variable_list *)variables);
	if (!is_v1)
		return pdu;

	netsnmp_pdu *trap = convert_v2pdu_to_v1(pdu);
	in_addr_t address = own_address();

	snmp_free_pdu(pdu);
	if (trap == NULL)
		abort(); /* there is nothing in ours that SNMPv1 has not */
	memcpy(trap->agent_addr, &address, sizeof(trap->agent_addr));
	return trap;
}

void
sink_send(struct sink *sink, const netsnmp_variable_list *variables, void *arg)
{
	netsnmp_pdu *pdu = pdu_new(sink->command, variables);

	if (sink->command == SNMP_MSG_INFORM)
		send_inform(sink, pdu, arg);
	else
		send_trap(sink, pdu, arg);
}
