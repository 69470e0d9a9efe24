/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of notifications, each with a delivery to each sink. What is settled changes the
 * delivery; all sending and answering is done by one event, so that no callback of the
 * library's is within another.
 */
#include "sinks.h"

#include <utlist.h>

#include "util.h"

enum delivery_state {
	DELIVERY_WAITING,
	DELIVERY_IN_FLIGHT,
	DELIVERY_TAKEN,
};

struct delivery {
	struct notification *notification;
	enum delivery_state state;
};

struct notification {
	struct sinks *sinks;
	uint32_t packet_id;
	netsnmp_variable_list *variables;
	size_t sink_count;
	size_t open_count; /* deliveries that are not taken */
	struct notification *prev, *next;
	struct delivery deliveries[]; /* one to each of the sinks */
};

struct sinks {
	struct sink **sinks;
	size_t count;
	struct notification *notifications;
	uint32_t last_packet_id;
	struct event *work;
	struct sinks_callbacks callbacks;
	void *arg;
};

static void
delivery_on_settled(void *arg, bool is_taken)
{
	struct delivery *delivery = arg;
	struct notification *notification = delivery->notification;

	delivery->state = is_taken ? DELIVERY_TAKEN : DELIVERY_WAITING;
	if (is_taken)
		notification->open_count--;
	event_active(notification->sinks->work, 0, 0);
}

static void
free_notification(struct notification *notification)
{
	snmp_free_varbind(notification->variables);
	free(notification);
}

static void
send_waiting(struct sinks *sinks, size_t index, struct monotime now)
{
	struct sink *sink = sinks->sinks[index];
	struct notification *notification;

	DL_FOREACH(sinks->notifications, notification) {
		struct delivery *delivery = &notification->deliveries[index];

		if (index >= notification->sink_count || delivery->state != DELIVERY_WAITING)
			continue;
		if (!sink_is_ready(sink, now))
			return;
		delivery->state = DELIVERY_IN_FLIGHT;
		sink_send(sink, notification->variables, delivery);
	}
}

static void
answer_taken(struct sinks *sinks)
{
	struct notification *notification, *next;

	DL_FOREACH_SAFE(sinks->notifications, notification, next) {
		if (notification->open_count > 0)
			continue;
		DL_DELETE(sinks->notifications, notification);
		sinks->callbacks.answered(sinks->arg, notification->packet_id);
		free_notification(notification);
	}
}

static void
work(struct sinks *sinks, struct monotime now)
{
	for (size_t i = 0; i < sinks->count; i++)
		send_waiting(sinks, i, now);
	sinks->callbacks.sent(sinks->arg);
	answer_taken(sinks);
}

static void
sinks_on_work(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	work(arg, monotime_now());
}

struct sinks *
sinks_new(struct event_base *base, const struct sinks_callbacks *callbacks, void *arg)
{
	struct sinks *sinks = xcalloc(1, sizeof(*sinks));

	sinks->work = event_new(base, -1, 0, sinks_on_work, sinks);
	sinks->callbacks = *callbacks;
	sinks->arg = arg;
	return sinks;
}

void
sinks_free(struct sinks *sinks)
{
	struct notification *notification, *next;

	if (sinks == NULL)
		return;
	for (size_t i = 0; i < sinks->count; i++)
		sink_free(sinks->sinks[i]);
	DL_FOREACH_SAFE(sinks->notifications, notification, next) {
		free_notification(notification);
	}
	event_free(sinks->work);
	free(sinks->sinks);
	free(sinks);
}

void
sinks_add(struct sinks *sinks, netsnmp_session *session, int command, const char *name)
{
	sinks->sinks = xreallocarray(sinks->sinks, sinks->count + 1, sizeof(struct sink *));
	sinks->sinks[sinks->count++] = sink_new(session, command, name, delivery_on_settled);
}

size_t
sinks_count(const struct sinks *sinks)
{
	return sinks->count;
}

void
sinks_tick(struct sinks *sinks)
{
	if (sinks->notifications != NULL)
		event_active(sinks->work, 0, 0);
}

uint32_t
sinks_notify(struct sinks *sinks, netsnmp_variable_list *variables)
{
	struct notification *notification =
		xcalloc(1, sizeof(*notification) + sinks->count * sizeof(struct delivery));

	notification->sinks = sinks;
	notification->packet_id = ++sinks->last_packet_id;
	notification->variables = variables;
	notification->sink_count = notification->open_count = sinks->count;
	for (size_t i = 0; i < sinks->count; i++)
		notification->deliveries[i].notification = notification;
	DL_APPEND(sinks->notifications, notification);
	event_active(sinks->work, 0, 0);
	return notification->packet_id;
}
