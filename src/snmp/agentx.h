/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AgentX packets (RFC 2741, 6) in and out of buffers. net-snmp encodes and decodes them;
 * here they are framed, bounded and made. Nothing waits.
 */
#ifndef SNMP_AGENTX_H
#define SNMP_AGENTX_H

#include <event2/buffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agentx_protocol.h"
#include "util.h"

/* No packet is longer, header included: net-snmp, which is at the other end, takes no more. */
#define AGENTX_PACKET_MAX 65536

#define CLEANUP_PDU       CLEANUP(agentx_pdu_freep)

struct agentx;

struct agentx *agentx_new(void);
void agentx_free(struct agentx *agentx);

/*
 * Takes the first packet off a buffer. Returns 1 and the PDU, which the caller frees by
 * snmp_free_pdu; 0 where the packet is not whole yet; -EBADMSG where it never will be one.
 */
int agentx_take(struct agentx *agentx, struct evbuffer *input, netsnmp_pdu **ret_pdu);

/* Appends a packet to a buffer. Returns 0, or -EMSGSIZE for what cannot be one. */
int agentx_put(struct agentx *agentx, netsnmp_pdu *pdu, struct evbuffer *output);

/* PDUs to be freed by snmp_free_pdu. h.packetID is the sender's, and 0 until it sets it. */
netsnmp_pdu *agentx_pdu_new(enum agentx_type type, uint32_t session_id);
netsnmp_pdu *agentx_open_pdu_new(
	uint8_t timeout_s, const oid *id, size_t id_len, const char *description);
netsnmp_pdu *agentx_register_pdu_new(
	uint32_t session_id, uint8_t priority, const oid *subtree, size_t subtree_len);
netsnmp_pdu *agentx_caps_pdu_new(
	uint32_t session_id, const oid *id, size_t id_len, const char *description);

/* Whether a PDU is one of those by which a master asks or sets. */
bool agentx_is_request(const netsnmp_pdu *pdu);

/*
 * A response without variables to a request, with its res.error; NULL where the request
 * is a CleanupSet, which has none.
 */
netsnmp_pdu *agentx_response_pdu_new(const netsnmp_pdu *request, long error);

/* For CLEANUP_PDU. */
void agentx_pdu_freep(netsnmp_pdu **pdu);

/* The name of a res.error, as RFC 2741 has it, or "error". */
const char *agentx_error_name(long error);

#endif
