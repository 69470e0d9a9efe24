/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection and one session on it at a time. The state is changed by set_state alone,
 * and every failure, of whatever kind, ends in fail: the session is closed and tried again
 * after a delay.
 */
#include "master.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "agentx.h"
#include "log.h"
#include "mib.h"
#include "outage.h"
#include "reach.h"
#include "util.h"
#include "vigil.h"

/* The master has so long to answer: a connect, Open or Register; a ping. */
#define PATIENCE_NS (5 * NS_PER_S)

/* Without a packet from the master for so long it is asked for one. */
#define PING_AFTER_NS (15 * NS_PER_S)

/* So long the master is to wait for our answers, by its Open. */
#define SESSION_TIMEOUT_S 5

/* A deadline is a little early, so that it is not missed by the tick that is meant. */
#define TICK_SLACK_NS (NS_PER_S / 2)

/* So much may wait for a master that does not read, and be read at once. */
#define OUTPUT_MAX (1024 * 1024)
#define INPUT_MAX  (2 * AGENTX_PACKET_MAX)

enum master_state {
	MASTER_DISCONNECTED, /* until the deadline */
	MASTER_CONNECTING,
	MASTER_OPENING, /* Open was sent */
	MASTER_OPEN,
	MASTER_REGISTERING, /* Register was sent */
	MASTER_REGISTERED,
};

struct master {
	struct event_base *base;
	char *address_text;
	struct sockaddr_storage address;
	socklen_t address_len;
	uint8_t priority;
	struct master_callbacks callbacks;
	void *arg;

	struct agentx *agentx;
	struct evbuffer *answer;        /* empty but while one is sent */
	struct vigil *vigil;            /* over the next request */
	struct bufferevent *connection; /* NULL while disconnected */
	enum master_state state;
	struct monotime deadline; /* of the state, but for OPEN and REGISTERED */
	bool is_ready;
	uint32_t session_id;
	uint32_t last_packet_id;
	uint32_t awaited_id;    /* of the Open or Register */
	uint32_t caps_id;       /* of the AddAgentCaps, whose answer does not matter */
	struct monotime heard;  /* the last packet from the master */
	struct monotime pinged; /* 0: not since */

	struct outage outage;
};

static const char *
state_name(enum master_state state)
{
	static const char *const names[] = {
		[MASTER_DISCONNECTED] = "disconnected",
		[MASTER_CONNECTING] = "connecting",
		[MASTER_OPENING] = "opening",
		[MASTER_OPEN] = "open",
		[MASTER_REGISTERING] = "registering",
		[MASTER_REGISTERED] = "registered",
	};

	return names[state];
}

static void
set_state(struct master *master, enum master_state state, struct monotime deadline)
{
	if (state != master->state)
		log_debug("master: %s -> %s", state_name(master->state), state_name(state));
	master->state = state;
	master->deadline = deadline;
	master->callbacks.change(master->arg);
}

static struct monotime
later(int64_t ns)
{
	return (struct monotime){.ns = monotime_now().ns + ns};
}

/*
 * Sends what is in master->answer: at once, as far as the socket takes it, where nothing
 * waits before it. The loop would have to be told to wait for the socket, and to wait no
 * more.
 */
static void
send_answer(struct master *master)
{
	struct evbuffer *output = bufferevent_get_output(master->connection);

	if (evbuffer_get_length(output) == 0)
		evbuffer_write(master->answer, bufferevent_getfd(master->connection));
	evbuffer_add_buffer(output, master->answer); /* what is left, if anything */
}

/* Sends a packet that wants an answer and returns its ID. */
static uint32_t
send_request(struct master *master, netsnmp_pdu *pdu)
{
	pdu->reqid = ++master->last_packet_id;
	if (agentx_put(master->agentx, pdu, bufferevent_get_output(master->connection)) < 0)
		abort(); /* each is bounded by what it is made of */
	return master->last_packet_id;
}

/*
 * Tells the master that the session ends, after all that waits for it, as far as the socket
 * takes it at once. The connection is freed next: its output may be unfrozen.
 */
static void
take_leave(struct master *master, enum agentx_close_reason reason)
{
	struct evbuffer *output = bufferevent_get_output(master->connection);

	if (master->state < MASTER_OPEN)
		return;

	netsnmp_pdu *pdu CLEANUP_PDU = agentx_pdu_new(AGENTX_CLOSE, master->session_id);

	pdu->errstat = reason;
	send_request(master, pdu);
	evbuffer_unfreeze(output, 1);
	evbuffer_write(output, bufferevent_getfd(master->connection));
}

static void
disconnect(struct master *master, enum agentx_close_reason reason)
{
	if (master->connection == NULL)
		return;
	take_leave(master, reason);
	bufferevent_free(STEAL(master->connection));
}

static void
fail(struct master *master, enum outage_failure failure, enum agentx_close_reason close_reason,
	long code, const char *reason)
{
	unsigned delay_s =
		outage_fail(&master->outage, failure, code, master->address_text, reason);

	disconnect(master, close_reason);
	set_state(master, MASTER_DISCONNECTED, later(delay_s * NS_PER_S - TICK_SLACK_NS));
}

static void
lose(struct master *master, enum agentx_close_reason close_reason, const char *reason)
{
	fail(master, OUTAGE_LOST, close_reason, 1, reason);
}

static void
fail_to_reach(struct master *master, int error)
{
	char reason[REACH_REASON_SIZE];
	long code = reach_describe(
		master->address_text, &master->address, error, reason, sizeof(reason));

	fail(master, OUTAGE_UNREACHABLE, AGENTX_CLOSE_OTHER, code, reason);
}

static void
send_open(struct master *master)
{
	netsnmp_pdu *pdu CLEANUP_PDU = agentx_open_pdu_new(
		SESSION_TIMEOUT_S, mib_root, mib_root_len, "checkd " CHECKD_VERSION);

	master->awaited_id = send_request(master, pdu);
	set_state(master, MASTER_OPENING, later(PATIENCE_NS));
}

static void
send_register(struct master *master)
{
	netsnmp_pdu *pdu CLEANUP_PDU = agentx_register_pdu_new(
		master->session_id, master->priority, mib_root, mib_root_len);

	master->awaited_id = send_request(master, pdu);
	set_state(master, MASTER_REGISTERING, later(PATIENCE_NS));
}

/* A line of sysORTable: who may read the system group sees that the subtree is there. */
static void
send_caps(struct master *master)
{
	netsnmp_pdu *pdu CLEANUP_PDU = agentx_caps_pdu_new(master->session_id, mib_root,
		mib_root_len, "CHECKD-MIB, by checkd " CHECKD_VERSION);

	master->caps_id = send_request(master, pdu);
}

static void
handle_opened(struct master *master, const netsnmp_pdu *response)
{
	if (response->errstat != 0) {
		fail(master, OUTAGE_REFUSED, AGENTX_CLOSE_OTHER, response->errstat,
			agentx_error_name(response->errstat));
		return;
	}
	master->session_id = (uint32_t)response->sessid;
	set_state(master, MASTER_OPEN, (struct monotime){0});
	if (master->is_ready)
		send_register(master);
}

static void
handle_refused(struct master *master, long error)
{
	char reason[REACH_REASON_SIZE];

	if (error == AGENTX_ERROR_DUPLICATE_REGISTRATION)
		snprintf(reason, sizeof(reason),
			"another subagent (another checkd, or one that is stopped) holds "
			"%s at priority %u; end it",
			mib_root_text, master->priority);
	else
		snprintf(reason, sizeof(reason), "%s", agentx_error_name(error));
	fail(master, OUTAGE_REFUSED, AGENTX_CLOSE_OTHER, error, reason);
}

static void
handle_registered(struct master *master, const netsnmp_pdu *response)
{
	if (response->errstat != 0) {
		handle_refused(master, response->errstat);
		return;
	}
	outage_end(&master->outage);
	log_notice("registered %s with AgentX master %s at priority %u", mib_root_text,
		master->address_text, master->priority);
	send_caps(master);
	set_state(master, MASTER_REGISTERED, (struct monotime){0});
}

static void
handle_response(struct master *master, const netsnmp_pdu *response)
{
	bool is_awaited = (uint32_t)response->reqid == master->awaited_id;

	if (master->state == MASTER_OPENING && is_awaited)
		handle_opened(master, response);
	else if (response->errstat == AGENTX_ERROR_NOT_OPEN)
		lose(master, AGENTX_CLOSE_OTHER, "it does not know the session");
	else if (master->state == MASTER_REGISTERING && is_awaited)
		handle_registered(master, response);
	else if ((uint32_t)response->reqid != master->caps_id)
		master->callbacks.notify_answer(
			master->arg, (uint32_t)response->reqid, response->errstat);
}

static void
handle_request(struct master *master, const netsnmp_pdu *request)
{
	bool is_ours =
		master->state >= MASTER_OPEN && (uint32_t)request->sessid == master->session_id;

	vigil_request(master->vigil);

	netsnmp_pdu *response CLEANUP_PDU =
		is_ours ? master->callbacks.request(master->arg, request)
			: agentx_response_pdu_new(request, AGENTX_ERROR_NOT_OPEN);

	if (response != NULL && agentx_put(master->agentx, response, master->answer) < 0) {
		lose(master, AGENTX_CLOSE_OTHER, "an answer could not be encoded");
		return;
	}
	send_answer(master);
	if (evbuffer_get_length(bufferevent_get_output(master->connection)) > OUTPUT_MAX)
		lose(master, AGENTX_CLOSE_OTHER, "it does not read what it is sent");
	else
		vigil_begin(master->vigil);
}

static void
handle_packet(struct master *master, const netsnmp_pdu *pdu)
{
	master->heard = monotime_now();
	master->pinged.ns = 0;
	if (pdu->command == AGENTX_RESPONSE)
		handle_response(master, pdu);
	else if (agentx_is_request(pdu))
		handle_request(master, pdu);
	else if (pdu->command == AGENTX_CLOSE)
		lose(master, AGENTX_CLOSE_OTHER, "it closed the session");
	else
		lose(master, AGENTX_CLOSE_PROTOCOL_ERROR, "it sent what no master sends");
}

static void
master_on_readable(struct bufferevent *connection, void *arg)
{
	struct master *master = arg;
	struct evbuffer *input = bufferevent_get_input(connection);

	while (master->connection == connection) {
		netsnmp_pdu *pdu CLEANUP_PDU = NULL;
		int taken = agentx_take(master->agentx, input, &pdu);

		if (taken < 0)
			lose(master, AGENTX_CLOSE_PARSE_ERROR,
				"it sent what is no AgentX packet");
		if (taken <= 0)
			return;
		handle_packet(master, pdu);
	}
}

static void
master_on_event(struct bufferevent *connection, short what, void *arg)
{
	struct master *master = arg;
	int error = errno;

	(void)connection;
	if (what & BEV_EVENT_CONNECTED)
		send_open(master);
	else if (master->state == MASTER_CONNECTING)
		fail_to_reach(master, error);
	else
		lose(master, AGENTX_CLOSE_OTHER, "the connection ended");
}

/* Returns a socket that is or becomes connected, or -errno. */
static int
start_connecting(const struct master *master)
{
	int family = master->address.ss_family, on = 1;
	int fd CLEANUP_CLOSE = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (const struct sockaddr *)&master->address, master->address_len) < 0 &&
		errno != EINPROGRESS)
		return -errno; /* EAGAIN too, of a Unix socket whose backlog is full */

	int connected = fd;

	fd = -1;
	return connected;
}

static void
connect_master(struct master *master)
{
	int fd = start_connecting(master);

	if (fd < 0) {
		fail_to_reach(master, -fd);
		return;
	}
	master->connection = bufferevent_socket_new(master->base, fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(
		master->connection, master_on_readable, NULL, master_on_event, master);
	bufferevent_setwatermark(master->connection, EV_READ, 0, INPUT_MAX);
	bufferevent_enable(master->connection, EV_READ | EV_WRITE);
	bufferevent_socket_connect(
		master->connection, NULL, 0); /* tells once it is connected */
	set_state(master, MASTER_CONNECTING, later(PATIENCE_NS));
}

int
master_new(struct event_base *base, const char *address, uint8_t priority,
	unsigned busy_poll_us, const struct master_callbacks *callbacks, void *arg,
	struct master **ret_master)
{
	struct master *master CLEANUP_FREE = xcalloc(1, sizeof(*master));
	int error = address_parse(address, &master->address, &master->address_len);

	if (error < 0)
		return error;
	master->base = base;
	master->address_text = xstrdup(address);
	master->priority = priority;
	master->callbacks = *callbacks;
	master->arg = arg;
	master->agentx = agentx_new();
	master->answer = evbuffer_new();
	master->vigil = vigil_new(base, busy_poll_us);
	*ret_master = STEAL(master);
	return 0;
}

void
master_free(struct master *master)
{
	if (master == NULL)
		return;
	disconnect(master, AGENTX_CLOSE_SHUTDOWN);
	agentx_free(master->agentx);
	evbuffer_free(master->answer);
	vigil_free(master->vigil);
	free(master->address_text);
	free(master);
}

void
master_set_ready(struct master *master, bool is_ready)
{
	if (is_ready == master->is_ready)
		return;
	master->is_ready = is_ready;
	if (is_ready && master->state == MASTER_OPEN)
		send_register(master);
	else if (!is_ready && master->state >= MASTER_REGISTERING)
		fail(master, OUTAGE_WITHDRAWN, AGENTX_CLOSE_OTHER, 1, "the engine is silent");
}

/* An open session is kept by asking a quiet master for a sign. */
static void
keep_session(struct master *master, struct monotime now)
{
	if (master->pinged.ns != 0) {
		if (now.ns - master->pinged.ns > PATIENCE_NS)
			lose(master, AGENTX_CLOSE_TIMEOUTS, "it does not answer a ping");
		return;
	}
	if (now.ns - master->heard.ns < PING_AFTER_NS)
		return;

	netsnmp_pdu *pdu CLEANUP_PDU = agentx_pdu_new(AGENTX_PING, master->session_id);

	send_request(master, pdu);
	master->pinged = now;
}

static void
give_up_waiting(struct master *master)
{
	char reason[64];

	snprintf(reason, sizeof(reason), "%s for %d s", state_name(master->state),
		(int)(PATIENCE_NS / NS_PER_S));
	fail(master, OUTAGE_SILENT, AGENTX_CLOSE_TIMEOUTS, 1, reason);
}

void
master_tick(struct master *master, struct monotime now)
{
	bool is_due = now.ns >= master->deadline.ns;

	switch (master->state) {
	case MASTER_DISCONNECTED:
		if (is_due)
			connect_master(master);
		break;
	case MASTER_CONNECTING:
	case MASTER_OPENING:
	case MASTER_REGISTERING:
		if (is_due)
			give_up_waiting(master);
		break;
	case MASTER_OPEN:
	case MASTER_REGISTERED:
		keep_session(master, now);
		break;
	}
}

int
master_notify(struct master *master, netsnmp_variable_list *variables, uint32_t *ret_packet_id)
{
	if (master->state != MASTER_REGISTERED ||
		evbuffer_get_length(bufferevent_get_output(master->connection)) > OUTPUT_MAX) {
		snmp_free_varbind(variables);
		return master->state != MASTER_REGISTERED ? -ENOTCONN : -ENOBUFS;
	}

	netsnmp_pdu *pdu CLEANUP_PDU = agentx_pdu_new(AGENTX_NOTIFY, master->session_id);

	pdu->variables = variables;
	*ret_packet_id = send_request(master, pdu);
	return 0;
}

void
master_give_up(struct master *master, const char *reason)
{
	lose(master, AGENTX_CLOSE_TIMEOUTS, reason);
}

bool
master_is_connected(const struct master *master)
{
	return master->state >= MASTER_OPEN;
}

bool
master_is_registered(const struct master *master)
{
	return master->state == MASTER_REGISTERED;
}
