/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The numbers of AgentX (RFC 2741), and the three functions of libnetsnmpagent that encode
 * and decode it: the library exports them, but their header is not installed.
 */
#ifndef SNMP_AGENTX_PROTOCOL_H
#define SNMP_AGENTX_PROTOCOL_H

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

/* What net-snmp has for version 1 in the version of a session or PDU. */
#define AGENTX_VERSION_1 0xC1

/* 6.1: every packet begins with a header of this size. */
#define AGENTX_HEADER_LEN 20

/* 6.1: h.type, in a netsnmp_pdu its command. */
enum agentx_type {
	AGENTX_OPEN = 1,
	AGENTX_CLOSE = 2,
	AGENTX_REGISTER = 3,
	AGENTX_UNREGISTER = 4,
	AGENTX_GET = 5,
	AGENTX_GET_NEXT = 6,
	AGENTX_GET_BULK = 7,
	AGENTX_TEST_SET = 8,
	AGENTX_COMMIT_SET = 9,
	AGENTX_UNDO_SET = 10,
	AGENTX_CLEANUP_SET = 11,
	AGENTX_NOTIFY = 12,
	AGENTX_PING = 13,
	AGENTX_INDEX_ALLOCATE = 14,
	AGENTX_INDEX_DEALLOCATE = 15,
	AGENTX_ADD_AGENT_CAPS = 16,
	AGENTX_REMOVE_AGENT_CAPS = 17,
	AGENTX_RESPONSE = 18,
};

/* 6.1: h.flags. */
enum agentx_flag {
	AGENTX_FLAG_INSTANCE_REGISTRATION = 0x01,
	AGENTX_FLAG_NEW_INDEX = 0x02,
	AGENTX_FLAG_ANY_INDEX = 0x04,
	AGENTX_FLAG_NON_DEFAULT_CONTEXT = 0x08,
	AGENTX_FLAG_NETWORK_BYTE_ORDER = 0x10,
};

/* 6.2.16: res.error beside the errors of SNMP. */
enum agentx_error {
	AGENTX_ERROR_OPEN_FAILED = 256,
	AGENTX_ERROR_NOT_OPEN = 257,
	AGENTX_ERROR_INDEX_WRONG_TYPE = 258,
	AGENTX_ERROR_INDEX_ALREADY_ALLOCATED = 259,
	AGENTX_ERROR_INDEX_NONE_AVAILABLE = 260,
	AGENTX_ERROR_INDEX_NOT_ALLOCATED = 261,
	AGENTX_ERROR_UNSUPPORTED_CONTEXT = 262,
	AGENTX_ERROR_DUPLICATE_REGISTRATION = 263,
	AGENTX_ERROR_UNKNOWN_REGISTRATION = 264,
	AGENTX_ERROR_UNKNOWN_AGENT_CAPS = 265,
	AGENTX_ERROR_PARSE = 266,
	AGENTX_ERROR_REQUEST_DENIED = 267,
	AGENTX_ERROR_PROCESSING = 268,
};

/* 6.2.2: c.reason. */
enum agentx_close_reason {
	AGENTX_CLOSE_OTHER = 1,
	AGENTX_CLOSE_PARSE_ERROR = 2,
	AGENTX_CLOSE_PROTOCOL_ERROR = 3,
	AGENTX_CLOSE_TIMEOUTS = 4,
	AGENTX_CLOSE_SHUTDOWN = 5,
	AGENTX_CLOSE_BY_MANAGER = 6,
};

/*
 * Appends a PDU to *buf, a heap block of *buf_len octets that it may move, at *out_len,
 * which it advances. Returns 0, or -1.
 */
int agentx_realloc_build(netsnmp_session *session, netsnmp_pdu *pdu, u_char **buf,
	size_t *buf_len, size_t *out_len);

/* Decodes one whole packet of len octets into *pdu. Returns 0, or an error of SNMP. */
int agentx_parse(netsnmp_session *session, netsnmp_pdu *pdu, u_char *packet, size_t len);

/* The length of the packet that begins so, header included; 0 where the header is not whole. */
int agentx_check_packet(u_char *packet, size_t len);

#endif
