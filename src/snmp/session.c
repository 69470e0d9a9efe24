/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Either of the two, the other being NULL.
 */
#include "session.h"

#include "answer.h"
#include "log.h"
#include "master.h"
#include "standalone.h"
#include "table.h"
#include "util.h"
#include "wire.h"

struct session {
	struct master *master;
	struct standalone *standalone;
	struct table *table;
	struct session_callbacks callbacks;
	void *arg;
};

static void
session_on_change(void *arg)
{
	struct session *session = arg;

	session->callbacks.change(session->arg);
}

static void
session_on_notify_answer(void *arg, uint32_t packet_id, long error)
{
	struct session *session = arg;

	session->callbacks.notify_answer(session->arg, packet_id, error);
}

static netsnmp_pdu *
master_on_request(void *arg, const netsnmp_pdu *request)
{
	struct session *session = arg;

	return answer_new(session->table, request, boottime_now());
}

static int
start_master(struct session *session, struct event_base *base, const struct wire_hello *hello)
{
	static const struct master_callbacks callbacks = {
		.change = session_on_change,
		.request = master_on_request,
		.notify_answer = session_on_notify_answer,
	};
	int error = master_new(base, hello->master, hello->priority, hello->busy_poll_us,
		&callbacks, session, &session->master);

	if (error < 0)
		log_error("%s: the address of an AgentX master is unix:PATH or "
			  "tcp:ADDRESS:PORT, the address being a number or localhost",
			hello->master);
	return error;
}

static int
start_standalone(
	struct session *session, struct event_base *base, const struct wire_hello *hello)
{
	static const struct standalone_callbacks callbacks = {
		.change = session_on_change,
		.notify_answer = session_on_notify_answer,
	};

	return standalone_new(
		base, hello, session->table, &callbacks, session, &session->standalone);
}

int
session_new(struct event_base *base, const struct wire_hello *hello, struct table *table,
	const struct session_callbacks *callbacks, void *arg, struct session **ret_session)
{
	CLEANUP_FREE struct session *session = xcalloc(1, sizeof(*session));

	session->table = table;
	session->callbacks = *callbacks;
	session->arg = arg;
	if ((hello->is_standalone ? start_standalone(session, base, hello)
				  : start_master(session, base, hello)) < 0)
		return -1;
	*ret_session = STEAL(session);
	return 0;
}

void
session_free(struct session *session)
{
	if (session == NULL)
		return;
	master_free(session->master);
	standalone_free(session->standalone);
	free(session);
}

void
session_set_ready(struct session *session, bool is_ready)
{
	if (session->master != NULL)
		master_set_ready(session->master, is_ready);
	else
		standalone_set_ready(session->standalone, is_ready);
}

void
session_tick(struct session *session, struct monotime now)
{
	if (session->master != NULL)
		master_tick(session->master, now);
	else
		standalone_tick(session->standalone);
}

bool
session_is_connected(const struct session *session)
{
	return session->master == NULL || master_is_connected(session->master);
}

bool
session_is_registered(const struct session *session)
{
	return session->master != NULL ? master_is_registered(session->master)
				       : standalone_is_serving(session->standalone);
}

int
session_notify(
	struct session *session, netsnmp_variable_list *variables, uint32_t *ret_packet_id)
{
	if (session->master != NULL)
		return master_notify(session->master, variables, ret_packet_id);
	*ret_packet_id = standalone_notify(session->standalone, variables);
	return 0;
}

void
session_give_up(struct session *session)
{
	if (session->master != NULL)
		master_give_up(session->master, "it does not answer a notification");
}
