/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Framing and making of AgentX packets around net-snmp's codec. All that is sent is in
 * network byte order.
 */
#include "agentx.h"

#include <errno.h>
#include <string.h>

struct agentx {
	netsnmp_session session; /* the codec asks for its version and stores errors in it */
	u_char *buf;             /* where packets are encoded; the codec grows it */
	size_t buf_len;
};

struct agentx *
agentx_new(void)
{
	struct agentx *agentx = xcalloc(1, sizeof(*agentx));

	agentx->session.version = AGENTX_VERSION_1;
	return agentx;
}

void
agentx_free(struct agentx *agentx)
{
	if (agentx == NULL)
		return;
	free(agentx->buf);
	free(agentx);
}

void
agentx_pdu_freep(netsnmp_pdu **pdu)
{
	if (*pdu != NULL)
		snmp_free_pdu(*pdu);
}

/* The length of the packet that the buffer begins with: 0 not known yet, or -EBADMSG. */
static int
packet_len(struct evbuffer *input)
{
	u_char header[AGENTX_HEADER_LEN];

	if (evbuffer_copyout(input, header, sizeof(header)) < (ssize_t)sizeof(header))
		return 0;
	int len = agentx_check_packet(header, sizeof(header));

	if ((header[0] | 0xC0) != AGENTX_VERSION_1 || len < AGENTX_HEADER_LEN ||
		len > AGENTX_PACKET_MAX)
		return -EBADMSG;
	return len;
}

static netsnmp_pdu *
pdu_new(int command)
{
	netsnmp_pdu *pdu = snmp_pdu_create(command);

	if (pdu == NULL)
		abort();
	pdu->version = AGENTX_VERSION_1;
	return pdu;
}

int
agentx_take(struct agentx *agentx, struct evbuffer *input, netsnmp_pdu **ret_pdu)
{
	int len = packet_len(input);

	if (len <= 0 || evbuffer_get_length(input) < (size_t)len)
		return len < 0 ? len : 0;

	netsnmp_pdu *pdu CLEANUP_PDU = pdu_new(0);
	u_char *packet = evbuffer_pullup(input, len);

	if (agentx_parse(&agentx->session, pdu, packet, (size_t)len) != SNMP_ERR_NOERROR)
		return -EBADMSG;
	evbuffer_drain(input, (size_t)len);
	*ret_pdu = STEAL(pdu);
	return 1;
}

int
agentx_put(struct agentx *agentx, netsnmp_pdu *pdu, struct evbuffer *output)
{
	size_t len = 0;
	int error = agentx_realloc_build(
		&agentx->session, pdu, &agentx->buf, &agentx->buf_len, &len);

	if (error < 0 || len > AGENTX_PACKET_MAX)
		return -EMSGSIZE;
	if (evbuffer_add(output, agentx->buf, len) < 0)
		abort();
	return 0;
}

netsnmp_pdu *
agentx_pdu_new(enum agentx_type type, uint32_t session_id)
{
	netsnmp_pdu *pdu = pdu_new((int)type);

	pdu->flags |= AGENTX_FLAG_NETWORK_BYTE_ORDER;
	pdu->sessid = session_id;
	pdu->transid = 0;
	pdu->reqid = 0;
	pdu->errstat = 0;
	pdu->errindex = 0;
	return pdu;
}

static void
add_text(netsnmp_pdu *pdu, const oid *id, size_t id_len, const char *text)
{
	if (snmp_pdu_add_variable(pdu, id, id_len, ASN_OCTET_STR, text, strlen(text)) == NULL)
		abort();
}

netsnmp_pdu *
agentx_open_pdu_new(uint8_t timeout_s, const oid *id, size_t id_len, const char *description)
{
	netsnmp_pdu *pdu = agentx_pdu_new(AGENTX_OPEN, 0);

	pdu->time = timeout_s;
	add_text(pdu, id, id_len, description);
	return pdu;
}

netsnmp_pdu *
agentx_register_pdu_new(
	uint32_t session_id, uint8_t priority, const oid *subtree, size_t subtree_len)
{
	netsnmp_pdu *pdu = agentx_pdu_new(AGENTX_REGISTER, session_id);

	pdu->time = 0; /* the session's */
	pdu->priority = priority;
	if (snmp_pdu_add_variable(pdu, subtree, subtree_len, ASN_NULL, NULL, 0) == NULL)
		abort();
	return pdu;
}

netsnmp_pdu *
agentx_caps_pdu_new(uint32_t session_id, const oid *id, size_t id_len, const char *description)
{
	netsnmp_pdu *pdu = agentx_pdu_new(AGENTX_ADD_AGENT_CAPS, session_id);

	add_text(pdu, id, id_len, description);
	return pdu;
}

bool
agentx_is_request(const netsnmp_pdu *pdu)
{
	return pdu->command >= AGENTX_GET && pdu->command <= AGENTX_CLEANUP_SET;
}

netsnmp_pdu *
agentx_response_pdu_new(const netsnmp_pdu *request, long error)
{
	if (request->command == AGENTX_CLEANUP_SET)
		return NULL;

	netsnmp_pdu *pdu = agentx_pdu_new(AGENTX_RESPONSE, (uint32_t)request->sessid);

	pdu->transid = request->transid;
	pdu->reqid = request->reqid;
	pdu->errstat = error;
	return pdu;
}

const char *
agentx_error_name(long error)
{
	static const char *const names[] = {
		[AGENTX_ERROR_OPEN_FAILED - 256] = "openFailed",
		[AGENTX_ERROR_NOT_OPEN - 256] = "notOpen",
		[AGENTX_ERROR_INDEX_WRONG_TYPE - 256] = "indexWrongType",
		[AGENTX_ERROR_INDEX_ALREADY_ALLOCATED - 256] = "indexAlreadyAllocated",
		[AGENTX_ERROR_INDEX_NONE_AVAILABLE - 256] = "indexNoneAvailable",
		[AGENTX_ERROR_INDEX_NOT_ALLOCATED - 256] = "indexNotAllocated",
		[AGENTX_ERROR_UNSUPPORTED_CONTEXT - 256] = "unsupportedContext",
		[AGENTX_ERROR_DUPLICATE_REGISTRATION - 256] = "duplicateRegistration",
		[AGENTX_ERROR_UNKNOWN_REGISTRATION - 256] = "unknownRegistration",
		[AGENTX_ERROR_UNKNOWN_AGENT_CAPS - 256] = "unknownAgentCaps",
		[AGENTX_ERROR_PARSE - 256] = "parseError",
		[AGENTX_ERROR_REQUEST_DENIED - 256] = "requestDenied",
		[AGENTX_ERROR_PROCESSING - 256] = "processingError",
	};

	if (error < 256 || error >= 256 + (long)ARRAY_LEN(names))
		return "error";
	return names[error - 256];
}
