/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the link to the engine, the session that publishes, the table and the queue of
 * notifications. The table is served once the engine has told all of it, and no longer
 * than the engine goes on telling.
 */
#include "agent.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "events.h"
#include "link.h"
#include "log.h"
#include "notification.h"
#include "notify.h"
#include "rows.h"
#include "session.h"
#include "table.h"
#include "text.h"
#include "util.h"

/*
 * The engine tells its summary each second, and what is to be done each second here is done
 * with it, in one wake-up. Where it does not come in time a timer takes its place.
 */
#define TICK_PERIOD_MS  900
#define TICK_TIMEOUT_MS 1250

/* So many ticks without a message, 10 seconds, and the engine is taken for dead. */
#define SILENCE_MAX_TICKS 8

/* The engine is told of each change at once, and with every fifth tick that we are alive. */
#define ALIVE_TICKS 5

/* Of an event, for the log. */
#define DESCRIPTION_SIZE 128

struct agent {
	struct event_base *base;
	void (*confine)(void);
	struct link *link;
	struct table *table;
	struct session *session; /* NULL until hello */
	struct notify *notify;   /* likewise */
	struct event *tick;      /* when the engine's summary is overdue */
	struct monotime ticked;
	unsigned ticks;
	struct event *pump; /* when the rate allows the next notification */
	bool is_ascii;
	bool is_synced;       /* every row and event was told */
	bool is_beating;      /* the engine tells its summary */
	unsigned quiet_ticks; /* since the last message */
	bool is_ending;
	int exit_status;
};

static void
end(struct agent *agent, int exit_status)
{
	agent->is_ending = true;
	agent->exit_status = exit_status;
	event_base_loopbreak(agent->base);
}

static void
tell_alive(struct agent *agent)
{
	struct wire_alive alive = {
		.is_connected = agent->session != NULL && session_is_connected(agent->session),
		.is_registered =
			agent->session != NULL && session_is_registered(agent->session),
	};

	link_send_alive(agent->link, &alive);
}

static void
follow_engine(struct agent *agent)
{
	session_set_ready(agent->session, agent->is_synced && agent->is_beating);
}

/* An event by its name, for the log. */
static const char *
describe(const struct check_event *event, char *buf, size_t size)
{
	if (event->name[0] != '\0')
		snprintf(buf, size, "event %ju of %s", (uintmax_t)event->number, event->name);
	else if (event->number > 0)
		snprintf(buf, size, "event %ju (%s)", (uintmax_t)event->number,
			check_event_kind_name(event->kind));
	else
		snprintf(buf, size, "%s", check_event_kind_name(event->kind));
	return buf;
}

/* Sends notifications as far as window and rate allow; the rate's timer does the rest. */
static void
pump(struct agent *agent)
{
	struct monotime now = monotime_now();
	const struct check_event *event;
	char text[DESCRIPTION_SIZE];
	uint32_t packet_id;

	while (session_is_registered(agent->session) &&
		(event = notify_next(agent->notify, now)) != NULL) {
		if (session_notify(
			    agent->session, notification_variables_new(event), &packet_id) < 0)
			return; /* the next tick tries again */
		notify_sent(agent->notify, packet_id, now);
		log_debug("%s: sent", describe(event, text, sizeof(text)));
	}

	int64_t delay_ms = notify_delay_ms(agent->notify, now);
	struct timeval delay = {.tv_sec = delay_ms / 1000, .tv_usec = delay_ms % 1000 * 1000};

	if (delay_ms > 0 && session_is_registered(agent->session))
		evtimer_add(agent->pump, &delay);
}

static void
pump_on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pump(arg);
}

static void
notify_on_settled(void *arg, const struct check_event *event, bool is_accepted)
{
	struct agent *agent = arg;
	char text[DESCRIPTION_SIZE];

	if (!is_accepted)
		log_error("%s: the master refused its notification %d times",
			describe(event, text, sizeof(text)), NOTIFY_REFUSALS_MAX);
	link_acknowledge(agent->link, event->number, is_accepted);
}

static void
session_on_change(void *arg)
{
	struct agent *agent = arg;

	if (!session_is_connected(agent->session))
		notify_requeue(agent->notify);
	else
		pump(agent);
	tell_alive(agent);
}

static void
session_on_notify_answer(void *arg, uint32_t packet_id, long error)
{
	struct agent *agent = arg;

	notify_answer(agent->notify, packet_id, error, monotime_now());
	pump(agent);
}

static void
take_hello(struct agent *agent, const struct wire_hello *hello)
{
	static const struct session_callbacks session_callbacks = {
		.change = session_on_change,
		.notify_answer = session_on_notify_answer,
	};
	static const struct notify_callbacks notify_callbacks = {.settled = notify_on_settled};

	log_open("checkd-snmp", hello->log_target, hello->log_level);
	if (strcmp(hello->version, CHECKD_VERSION) != 0) {
		log_error("checkd is of version %s, checkd-snmp of %s: install both of one",
			hello->version, CHECKD_VERSION);
		end(agent, 1);
		return;
	}
	if (session_new(agent->base, hello, agent->table, &session_callbacks, agent,
		    &agent->session) < 0) {
		end(agent, 1);
		return;
	}
	if (agent->confine != NULL)
		agent->confine();
	agent->is_ascii = hello->is_ascii;
	metrics_set_ascii(rows_metrics(table_rows(agent->table)), hello->is_ascii);
	agent->notify = notify_new(hello->notify_rate, &notify_callbacks, agent);
	session_tick(agent->session, monotime_now());
}

static void
take_row(struct agent *agent, struct wire_row *row)
{
	if (agent->is_ascii) {
		text_to_ascii(row->description);
		text_to_ascii(row->last_meaning);
		text_to_ascii(row->last_output);
	}
	rows_put(table_rows(agent->table), row);
}

static void
make_shown(const struct agent *agent, struct check_event *event)
{
	if (!agent->is_ascii)
		return;
	text_to_ascii(event->description);
	text_to_ascii(event->meaning);
	text_to_ascii(event->output);
}

static void
take_event(struct agent *agent, struct check_event *event)
{
	make_shown(agent, event);
	events_put(table_events(agent->table), event);
}

static void
take_notify(struct agent *agent, struct check_event *event)
{
	make_shown(agent, event);
	notification_fit(event);
	if (notify_push(agent->notify, event) < 0) {
		log_error("the engine sent more notifications than it may");
		end(agent, 1);
		return;
	}
	pump(agent);
}

/* Silence is counted in ticks, so that a stop of this process is none of the engine's. */
static void
watch_engine(struct agent *agent)
{
	agent->quiet_ticks++;
	if (agent->quiet_ticks >= SILENCE_MAX_TICKS)
		agent->is_beating = false;
	follow_engine(agent);
}

static void
tick(struct agent *agent, struct monotime now)
{
	static const struct timeval timeout = {
		.tv_sec = TICK_TIMEOUT_MS / 1000, .tv_usec = TICK_TIMEOUT_MS % 1000 * 1000};

	agent->ticked = now;
	evtimer_add(agent->tick, &timeout);
	if (agent->session != NULL) {
		watch_engine(agent);
		if (notify_is_overdue(agent->notify, now))
			session_give_up(agent->session);
		session_tick(agent->session, now);
		pump(agent);
	}
	if (agent->ticks++ % ALIVE_TICKS == 0)
		tell_alive(agent);
}

static void
agent_on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tick(arg, monotime_now());
}

static void
take_summary(struct agent *agent, struct wire_summary *summary)
{
	struct monotime now = monotime_now();

	if (agent->is_ascii)
		text_to_ascii(summary->config_result);
	table_set_summary(agent->table, summary);
	agent->is_beating = true;
	follow_engine(agent);
	if (now.ns - agent->ticked.ns >= TICK_PERIOD_MS * NS_PER_MS)
		tick(agent, now);
}

static void
take_sync(struct agent *agent)
{
	agent->is_synced = true;
	follow_engine(agent);
}

static void
take_message(struct agent *agent, struct wire_message *message)
{
	switch (message->type) {
	case WIRE_ROW:
		take_row(agent, &message->row);
		return;
	case WIRE_REMOVE:
		rows_remove(table_rows(agent->table), message->remove.name);
		return;
	case WIRE_SYNC:
		take_sync(agent);
		return;
	case WIRE_EVENT:
		take_event(agent, &message->event);
		return;
	case WIRE_FORGET:
		events_remove(table_events(agent->table), message->forget.number);
		return;
	case WIRE_NOTIFY:
		take_notify(agent, &message->event);
		return;
	case WIRE_SUMMARY:
		take_summary(agent, &message->summary);
		return;
	case WIRE_HELLO:
	case WIRE_ALIVE:
	case WIRE_ACKNOWLEDGE:
		break;
	}
	log_error("the engine sent a message out of place");
	end(agent, 1);
}

static void
link_on_message(void *arg, struct wire_message *message)
{
	struct agent *agent = arg;

	if (agent->is_ending)
		return;
	agent->quiet_ticks = 0;
	if (agent->session != NULL) {
		take_message(agent, message);
	} else if (message->type == WIRE_HELLO) {
		take_hello(agent, &message->hello);
	} else {
		log_error("the engine did not say hello first");
		end(agent, 1);
	}
}

static void
link_on_end(void *arg, int error)
{
	struct agent *agent = arg;

	if (error < 0)
		log_error("the engine's socket: %s", strerror(-error));
	else
		log_info("the engine has gone");
	end(agent, error < 0 ? 1 : 0);
}

struct agent *
agent_new(struct event_base *base, int fd, void (*confine)(void))
{
	static const struct link_callbacks link_callbacks = {
		.message = link_on_message,
		.end = link_on_end,
	};
	struct agent *agent = xcalloc(1, sizeof(*agent));

	agent->base = base;
	agent->confine = confine;
	agent->table = table_new(CHECKD_VERSION);
	agent->link = link_new(base, fd, &link_callbacks, agent);
	agent->tick = evtimer_new(base, agent_on_tick, agent);
	agent->pump = evtimer_new(base, pump_on_timer, agent);
	tick(agent, monotime_now());
	return agent;
}

void
agent_free(struct agent *agent)
{
	if (agent == NULL)
		return;
	event_free(agent->tick);
	event_free(agent->pump);
	session_free(agent->session);
	notify_free(agent->notify);
	link_free(agent->link);
	table_free(agent->table);
	free(agent);
}

int
agent_run(struct agent *agent)
{
	event_base_dispatch(agent->base);
	return agent->exit_status;
}

void
agent_stop(struct agent *agent)
{
	end(agent, 0);
}
